"""Forecasts of statsmodels' families and of seasonal rules, through the library's own `ezlib.rivals`, into the store.

    python benchmarks/references.py vietnam m3 tourism

Seasonal naive with drift on every series; the families on the core sample (200 series of M3, 100 of tourism), since
one fit takes up to a second. What gave way to what, because a history is too short, a fit did not converge or a model
exploded, stands in the notes and is counted in the tables.
Their mean is formed when they are scored, as that of the peers. Goes on where it stopped.
"""

from __future__ import annotations

import sys
import time

import series
import store

from ezlib import evaluate, rivals

MAKER = "statsmodels"
QUICK = ("seasonal_naive",)
METHODS = (*QUICK, "ets", "sarimax", "theta", "unobserved_components")
PATHS = 1000


def run(collection: str) -> None:
    chosen, done = series.sample(collection), store.read(collection, MAKER)
    for cut in series.cuts(collection):
        for case in series.cases(collection, cut):
            for method in METHODS if case.series in chosen else QUICK:
                if (case.series, cut, name_of(method)) not in done:
                    one(collection, case, method)
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {collection} {cut}\n")


def one(collection: str, case: series.Case, method: str) -> None:
    began = time.process_time()
    found = rivals.forecast(case.history, len(case.outturn), method, PATHS)
    ends = {}
    for name, level in evaluate.LEVELS.items():
        ends[f"lower_{name}"], ends[f"upper_{name}"] = found.interval(level)
    spent = time.process_time() - began
    held = "; some paths held at the fence" if found.held else ""
    note = found.fallback + held
    store.add(collection, MAKER, case, name_of(method), spent, note, found.point, ends, found.stood_in)


def name_of(method: str) -> str:
    return rivals.METHODS[method].name_en


if __name__ == "__main__":
    for collection in sys.argv[1:] or ("vietnam", "m3"):
        run(collection)
