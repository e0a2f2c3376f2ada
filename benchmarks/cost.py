"""CPU seconds on one thread against the length of the history, the number of figures and the number of series.

    python benchmarks/cost.py

The same simulated series go to the peers, in their own environment and in the same run (without it their columns stay
as they were), and to the families of statsmodels. The exponent is the slope of log seconds on log size. The figure is
docs/img/cost.svg, drawn by figures.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import numpy as np
import pandas as pd
from common import keep, results
from series import HERE, UNDATED, dated

from ezlib import bounds, draws, rivals, structural
from ezlib.outlook import forecast, rebuild

LENGTHS = (24, 36, 60, 90, 120, 180, 240, 360)
FIGURES = (3, 6, 12, 24, 48, 96)
SERIES = (1, 2, 4, 8, 16, 32)
SCALING_FROM = {"length": 60, "figures": 3, "series": 1}  # below, what does not depend on the size dominates
REPEATS = 9
SLOW_SEEDS = (0, 1, 2)
AHEAD = 24
REBUILT_MONTHS = 60
SLOW_UP_TO = 120  # months: seasonal ARIMA takes minutes on the longest histories
QUICK_REFERENCES = ("ets", "theta")
REFERENCES = (*QUICK_REFERENCES, "sarimax")
PEERS = HERE / ".venv-peers" / "bin" / "python"


def simulated(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    season = 0.2 * np.sin(2 * np.pi * np.arange(n) / 12)
    return np.exp(6 + np.cumsum(0.03 * rng.standard_normal(n)) + season + 0.05 * rng.standard_normal(n))


def seconds(action) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began


# ------------------------------------------------------------------------------------------------------ length


def by_length(n: int) -> dict[str, float]:
    """Medians over series of n months: the fit of all n, paths of 24 months after it, and the whole call `forecast`."""
    one_length(n, 0)  # kernels are kept from the first call of a length
    return pd.DataFrame([one_length(n, seed) for seed in range(REPEATS)]).median().to_dict()


def one_length(n: int, seed: int) -> dict[str, float]:
    y = simulated(n, seed)
    weights = np.eye(n, n + AHEAD)
    stated = bounds.statements(weights, np.zeros_like(weights), y, y)
    kept = []
    fit = seconds(lambda: kept.append(structural.fit(stated)))
    draw = seconds(lambda: draws.draw(kept[0], 1000, np.random.default_rng(0)))
    return {"fit": fit, "paths": draw, "forecast": seconds(lambda: forecast(dated(y), AHEAD))}


def references(n: int) -> dict[str, float]:
    """Families of statsmodels with a thousand paths."""
    found = {}
    names = REFERENCES if n <= SLOW_UP_TO else QUICK_REFERENCES
    for name in [name for name in names if n >= rivals.METHODS[name].needs]:
        spent = [seconds(lambda s=s, name=name: rivals.forecast(simulated(n, s), AHEAD, name)) for s in SLOW_SEEDS]
        found[rivals.METHODS[name].name_en] = float(np.median(spent))
    return found


def peers() -> dict[str, dict[str, float]]:
    """Seconds of the peers by length, measured by peers.py in its environment; nothing without it."""
    if not PEERS.exists():
        sys.stderr.write("No environment of the peers (see peers.py): their seconds are not measured.\n")
        return {}
    asked = {n: [simulated(n, seed).tolist() for seed in SLOW_SEEDS] for n in LENGTHS}
    told = subprocess.run(
        [str(PEERS), str(HERE / "peers.py"), "cost", str(AHEAD), str(SLOW_UP_TO)],
        input=json.dumps(asked), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(told.stdout)


# --------------------------------------------------------------------------------------------- figures, series


def by_figures(count: int) -> dict[str, float]:
    """A rebuilding of 60 months from so many figures: months and years to date at random, rounded."""
    return {"rebuild": float(np.median([one_rebuilt(count, seed) for seed in range(REPEATS)]))}


def one_rebuilt(count: int, seed: int) -> float:
    x, rng = simulated(REBUILT_MONTHS, seed), np.random.default_rng(seed)
    months = range(REBUILT_MONTHS)
    every = [(t, t) for t in months] + [(t - t % 12, t) for t in months if t % 12]
    spans = [every[i] for i in rng.permutation(len(every))[:count]]
    rows = [
        {"start": UNDATED + a, "end": UNDATED + b, "value": round(x[a : b + 1].sum(), 1), "half_width": 0.05}
        for a, b in spans
    ]
    table = pd.DataFrame(rows)
    return seconds(lambda: rebuild(table, UNDATED, UNDATED + REBUILT_MONTHS - 1))


def by_series(count: int) -> dict[str, float]:
    """So many series of 120 months forecast one after the other."""
    return {"forecast": seconds(lambda: [forecast(dated(simulated(120, s)), AHEAD) for s in range(count)])}


def exponents(table: dict, least: float) -> dict[str, float]:
    """By method the slope of log seconds on log size, over sizes of at least `least`."""
    spent = np.log(pd.DataFrame(table).T.astype(float))
    spent.index = spent.index.astype(float)
    spent = spent[spent.index >= least]
    slopes = {}
    for name, column in spent.items():
        known = column.dropna()
        slopes[name] = float(np.polyfit(np.log(known.index), known, 1)[0])
    return slopes


def main() -> None:
    before, others = results("cost"), peers()
    length = {n: by_length(n) | references(n) | others.get(str(n), {}) for n in LENGTHS}
    found = {
        "length": {str(n): before.get("length", {}).get(str(n), {}) | row for n, row in length.items()},
        "figures": {n: by_figures(n) for n in FIGURES},
        "series": {n: by_series(n) for n in SERIES},
    }
    found["exponents"] = {size: exponents(table, SCALING_FROM[size]) for size, table in found.items()}
    keep("cost", found)


if __name__ == "__main__":
    main()
