"""Forecasts of statsforecast's models, in an environment of their own since it needs pandas below 3.

    python -m venv benchmarks/.venv-peers
    benchmarks/.venv-peers/bin/pip install -r benchmarks/peers-requirements.txt
    benchmarks/.venv-peers/bin/python benchmarks/peers.py                 all of it: hours; goes on where it stopped
    benchmarks/.venv-peers/bin/python benchmarks/peers.py vietnam totals m3 tourism m1

AutoETS, DynamicOptimizedTheta and AutoCES forecast every series; AutoARIMA, ten times as dear, the core sample alone
(200 series of M3, 100 of tourism, all Vietnamese ones). Forecasts and 80 and 95 % intervals go to benchmarks/cache,
where they are scored with the library's measures beside ours (competitions.py, vietnam.py). A model that raises, says
nothing finite or leaves the fence (ten times the largest month) gives way to the seasonal naive, and is counted.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
import series
import store
from statsforecast.models import AutoARIMA, AutoCES, AutoETS, DynamicOptimizedTheta

YEAR = 12
FENCE = 10.0  # times the largest month of the history
PATHS = 1000
MAKER = "statsforecast"
FAST = {"AutoETS": AutoETS, "DOTM": DynamicOptimizedTheta, "AutoCES": AutoCES}
SLOW = {"AutoARIMA": AutoARIMA}
COLLECTIONS = ("vietnam", "m3", "tourism", "m1")
ENDS = {"lower_80": "lo-80", "upper_80": "hi-80", "lower_95": "lo-95", "upper_95": "hi-95"}


def complete(history) -> tuple[np.ndarray, str]:
    """The months without gaps: these models know none, so lines are drawn across them."""
    gaps = int(history.isna().sum())
    return history.interpolate().to_numpy(float), f"{gaps} gaps filled" if gaps else ""


def asked(model, y: np.ndarray, horizon: int) -> tuple[np.ndarray, dict, str]:
    """Point and interval ends, inside the fence, and a note of what stood in or was held."""
    try:
        said = model(season_length=YEAR).forecast(y=y, h=horizon, level=[80, 95])
    except Exception as error:  # whatever a model raises, the run goes on, and the note is counted in the report
        return *seasonal_naive(y, horizon), f"failed: {type(error).__name__}: {error}"[:160]
    point, top = np.asarray(said["mean"], float), FENCE * y.max()
    if not np.isfinite(point).all() or (np.abs(point) > top).any():
        return *seasonal_naive(y, horizon), "exploded"
    ends = {name: np.asarray(said[key], float) for name, key in ENDS.items()}
    held = any(not np.isfinite(values).all() or (values > top).any() for values in ends.values())
    limit = {"lower": 0.0, "upper": top}
    ends = {name: np.clip(np.where(np.isfinite(v), v, limit[name[:5]]), 0, top) for name, v in ends.items()}
    return np.maximum(point, 0), ends, "interval held at the fence" if held else ""


def seasonal_naive(y: np.ndarray, horizon: int) -> tuple[np.ndarray, dict]:
    """The same month of the last year, with the spread of its own errors growing by the year."""
    steps = np.arange(horizon)
    lag = min(YEAR, len(y))
    point = y[len(y) - lag + steps % lag]
    size = np.sqrt(np.mean((y[lag:] - y[:-lag]) ** 2)) if len(y) > lag else np.std(y)
    sd = size * np.sqrt(steps // lag + 1)
    ends = {"lower_80": -1.2816, "upper_80": 1.2816, "lower_95": -1.96, "upper_95": 1.96}
    return point, {name: np.maximum(point + factor * sd, 0) for name, factor in ends.items()}


def run(collection: str, models: dict, chosen: set[str] | None = None) -> None:
    done = store.read(collection, MAKER)
    for cut in series.cuts(collection):
        for case in series.cases(collection, cut):
            if chosen is not None and case.series not in chosen:
                continue
            for name, model in models.items():
                if (case.series, cut, name) not in done:
                    y, gaps = complete(case.history)
                    began = time.process_time()
                    point, ends, note = asked(model, y, len(case.outturn))
                    spent = time.process_time() - began
                    note = "; ".join(filter(None, [note, gaps]))
                    store.add(collection, MAKER, case, name, spent, note, point, ends)
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {collection} {cut} {' '.join(models)}\n")


# ------------------------------------------------------------------------------------------------ annual totals


def paths(model, y: np.ndarray, horizon: int, count: int, seed: int) -> np.ndarray:
    """Sample paths of a fitted model (count, horizon), from zero to the fence."""
    fitted = model(season_length=YEAR).fit(y)
    drawn = np.asarray(fitted.simulate(h=horizon, n_paths=count, seed=seed), float)
    if not np.isfinite(drawn).all():
        raise ArithmeticError("paths that are not finite")
    return drawn


def level_paths(model):
    return lambda y, horizon, count, seed: np.clip(paths(model, y, horizon, count, seed), 0, FENCE * y.max())


def log_paths(model):
    def drawn(y, horizon, count, seed):
        z = np.log(np.maximum(y, 0.02 * np.median(y[y > 0])))
        return np.minimum(np.exp(np.minimum(paths(model, z, horizon, count, seed), 700)), FENCE * y.max())

    return drawn


def mean_paths(y, horizon, count, seed):
    """A third of the paths from each of the three."""
    each = [level_paths(model)(y, horizon, -(-count // len(FAST)), seed) for model in FAST.values()]
    return np.vstack(each)[:count]


TOTALS = {"AutoETS": level_paths(AutoETS), "AutoETS, log": log_paths(AutoETS), "ETS+DOTM+CES": mean_paths}


def totals() -> None:
    """Paths of what the rest of the year brings, for every standing of the annual-total task."""
    store.CACHE.mkdir(exist_ok=True)
    for method, drawn in TOTALS.items():
        found = {}
        for name, year, known, history in series.standings():
            y, _ = complete(history)
            try:
                rest = drawn(y, YEAR - known, PATHS, 0).sum(axis=1)
            except Exception as error:  # noted in the table as a case without this rival
                sys.stderr.write(f"{method} {name} {year} {known}: {type(error).__name__}: {error}\n")
                continue
            found[f"{name}|{year}|{known}"] = rest.astype(np.float32)
        np.savez_compressed(store.CACHE / f"totals_{method}.npz", **found)
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} totals {method} {len(found)}\n")


def cost(horizon: int, slow_up_to: int) -> None:
    """Median CPU seconds of each model on the series of cost.py, read from standard input by length."""
    found = {}
    for length, several in json.load(sys.stdin).items():
        found[length] = {}
        for name, model in (FAST | SLOW if int(length) <= slow_up_to else FAST).items():
            spent = []
            for y in several:
                began = time.process_time()
                asked(model, np.array(y), horizon)
                spent.append(time.process_time() - began)
            found[length][name] = float(np.median(spent))
    json.dump(found, sys.stdout)


def main(wanted: list[str]) -> None:
    warnings.simplefilter("ignore")
    if wanted[:1] == ["cost"]:
        cost(int(wanted[1]), int(wanted[2]))
        return
    wanted = wanted or ["totals", *COLLECTIONS]
    if "totals" in wanted:
        totals()
    for collection in [name for name in COLLECTIONS if name in wanted]:
        run(collection, FAST)
    for collection in [name for name in COLLECTIONS if name in wanted and name != "m1"]:
        run(collection, SLOW, series.sample(collection))


if __name__ == "__main__":
    main(sys.argv[1:])
