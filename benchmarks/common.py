"""What the benchmarks of the library share: our forecast of a case, months that figures leave open, results as JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import numpy as np
import series
import store
from series import HERE

from ezlib.evaluate import LEVELS, OURS
from ezlib.outlook import forecast

SEED = 0


def run(collection: str, method: str, forecast: Callable[[series.Case], dict]) -> None:
    """Forecast every case of a collection that the store does not hold yet by a method, into the store."""
    done = store.read(collection, method)
    for cut in series.cuts(collection):
        for case in series.cases(collection, cut):
            if (case.series, cut, method) not in done:
                made = forecast(case)
                ends = {name: made[name] for name in store.ENDS}
                store.add(collection, method, case, method, made["seconds"], made["note"], made["point"], ends)


def run_ours(collection: str) -> None:
    """Forecast every case of a collection by the structural model, afresh, into the store."""
    store.forget(collection, OURS)
    run(collection, OURS, forecast_of)


def forecast_of(case: series.Case) -> dict:
    """Our forecast of one case as the store gives it back: point, ends of the intervals, seconds, note."""
    horizon = len(case.outturn)
    began = time.process_time()
    found = forecast(case.history, horizon, seed=SEED)
    made = {"seconds": time.process_time() - began, "note": ""}
    for name, level in LEVELS.items():
        lower, upper = found.interval(level).to_numpy()[-horizon:].T
        made |= {f"lower_{name}": lower, f"upper_{name}": upper}
    return made | {"point": found.median.to_numpy()[-horizon:]}


def free_months(spans, months: int) -> np.ndarray:
    """Months that exact sums over `spans` (first, last) leave open: a unit vector outside their span."""
    t = np.arange(months)
    sums = np.array([(first <= t) & (t <= last) for first, last in spans], float)
    rank = np.linalg.matrix_rank(sums)
    fixed = [np.linalg.matrix_rank(np.vstack([sums, one])) == rank for one in np.eye(months)]
    return np.flatnonzero(~np.array(fixed))


def results(name: str) -> dict:
    """A stored result; empty when there is none."""
    file = HERE / "results" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keep(name: str, found: dict) -> None:
    """Write a result, rounded, under benchmarks/results, and print it."""
    file = HERE / "results" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(_rounded(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(file.read_text(encoding="utf-8"))


def _rounded(found):
    if isinstance(found, dict):
        return {str(key): _rounded(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(value) for value in found]
    return round(float(found), 4) if isinstance(found, float | np.floating) else found
