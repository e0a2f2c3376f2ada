"""Numbers of the prototype that the model grew from, for paired differences. It is itself no part of this repository.

    python benchmarks/prototype.py --prototype DIR               all of it
    python benchmarks/prototype.py --prototype DIR totals        annual totals, into results/prototype_totals.csv
    python benchmarks/prototype.py --prototype DIR vietnam m3    its forecasts of collections, into the store
    python benchmarks/prototype.py --prototype DIR development   its scores where choices are judged

DIR holds `logbsm.py`, `annual_targets.py` and `tet_robust.py`. Of the annual totals each case's interval ends, median,
probabilities and outturn are kept, so that the paired difference can be computed without the prototype.
"""

from __future__ import annotations

import argparse
import runpy
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import series
from common import keep, run
from development import judged
from series import HERE

from ezlib import aims, evaluate

NAME = "prototype"
FILE = HERE / "results" / "prototype_totals.csv"
CASE = ["series", "year", "known"]
DATA = HERE / "data" / "vietnam_commodities_monthly.csv.gz"
SD_95 = 1.959964
SD_80 = 1.281552


def script(folder: Path, name: str) -> dict:
    """The functions of one of the prototype's scripts, which runs and prints its own table first."""
    before, sys.argv = sys.argv, [name, str(DATA)]
    try:
        return runpy.run_path(str(folder / f"{name}.py"))
    finally:
        sys.argv = before


def totals(folder: Path) -> None:
    drawn = script(folder, "annual_targets")["paths"]

    def method(y, horizon, paths, seed):
        found = drawn(y.interpolate(), horizon)  # it knows no gaps
        return SimpleNamespace(point=np.median(found, axis=0), paths=found, fallback="")

    found = evaluate.annual_totals(series.vietnamese(), series.YEARS, series.KNOWN_MONTHS, {NAME: method})
    chances = found.chances.pivot(index=CASE, columns="growth", values="probability")
    kept = ["outturn", "last_year", "forecast", "lower_80", "upper_80", "lower_95", "upper_95", "crps", "pit"]
    table = found.totals.set_index(CASE)[kept].join(chances.rename(columns="p{:+d}".format))
    exact = ["outturn", "last_year"]
    table[exact] = table[exact].map("{:.10g}".format)
    table.to_csv(FILE, float_format="%.5g")


def stored_totals() -> evaluate.AnnualTotals | None:
    """The annual totals of the prototype as they were recorded; None when they were not."""
    if not FILE.exists():
        return None
    table = pd.read_csv(FILE).assign(method=NAME, fallback="", error=lambda t: t["outturn"] - t["forecast"])
    wide = table.melt([*CASE, "method", "outturn", "last_year"], [f"p{g:+d}" for g in aims.GROWTHS])
    wide["growth"] = wide["variable"].str[1:].astype(int)
    reached = wide["outturn"] >= wide["last_year"] * (1 + wide["growth"] / 100)
    chances = wide.rename(columns={"value": "probability"}).assign(reached=reached.astype(float))
    return evaluate.AnnualTotals(table[evaluate.TOTAL_COLUMNS], chances[evaluate.CHANCE_COLUMNS])


def forecaster(folder: Path, collection: str):
    """What makes its forecast of a case: for Vietnamese series with windows and robust weights, plain for others."""
    sys.path.insert(0, str(folder))
    import logbsm

    robust = script(folder, "tet_robust")["fc_t"] if collection == series.VIETNAM else None

    def forecast(case: series.Case) -> dict:
        history, horizon, began = case.history.interpolate(), len(case.outturn), time.process_time()
        if robust:
            point, sd, middle, _ = robust(history, horizon)
        else:
            point, low, high = logbsm.forecast(history.to_numpy(), horizon)
            middle, sd = np.log(low * high) / 2, np.log(high / low) / (2 * SD_95)
        ends = {"lower_80": -SD_80, "upper_80": SD_80, "lower_95": -SD_95, "upper_95": SD_95}
        made = {"point": point, "note": "", "seconds": time.process_time() - began}
        return made | {name: np.exp(middle + factor * sd) for name, factor in ends.items()}

    return forecast


if __name__ == "__main__":
    reader = argparse.ArgumentParser()
    reader.add_argument("--prototype", type=Path, required=True)
    reader.add_argument("tasks", nargs="*")
    given = reader.parse_args()
    for task in given.tasks or ["totals", series.VIETNAM, "m3", "tourism", "development"]:
        if task == "totals":
            totals(given.prototype)
        elif task == "development":
            keep("prototype_development", judged(partial(forecaster, given.prototype)))
        else:
            run(task, NAME, forecaster(given.prototype, task))
