"""Where choices about the model are judged: rolling origins of M1, the Vietnamese series and US employment.

    python benchmarks/development.py              the model as it stands, beside what is kept
    python benchmarks/development.py --write      and keep it as results/development.json

None of the test sets is among these. Naive2 is the reference of OWA; the last column of each pair is the change, in
percent, on the result kept before: a change of the model is worth having where it lowers most of them and none rises
by much. Employment is the least sure of the three: its industries rise and fall together, so that nine origins of 148
series say little more than nine forecasts.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import series
from common import SEED, keep, results

from ezlib import scores
from ezlib.outlook import forecast

MEASURES = ["smape", "mase", "naive_smape", "naive_mase", "msis", "coverage_80", "coverage_95"]


def scored(case: series.Case) -> dict[str, float]:
    horizon, history = len(case.outturn), case.history.to_numpy()
    complete = case.history.interpolate().bfill().to_numpy()
    known = ~np.isnan(case.outturn)
    found = forecast(pd.Series(history, case.history.index), horizon, seed=SEED)
    point, naive = found.median.to_numpy()[-horizon:], scores.naive2(complete, horizon)
    ends = {level: found.interval(level / 100).to_numpy()[-horizon:][known].T for level in (80, 95)}
    outturn = case.outturn[known]
    return {
        "smape": scores.smape(outturn, point[known]),
        "mase": scores.mase(outturn, point[known], complete),
        "naive_smape": scores.smape(outturn, naive[known]),
        "naive_mase": scores.mase(outturn, naive[known], complete),
        "msis": scores.msis(outturn, *ends[95], complete),
        "coverage_80": scores.coverage(outturn, *ends[80]),
        "coverage_95": scores.coverage(outturn, *ends[95]),
    }


def judged() -> dict[str, dict[str, dict[str, float]]]:
    """Scores by collection and length of history."""
    found: dict = {}
    for collection in series.DEVELOPMENT:
        rows = pd.DataFrame([{"cut": case.cut} | scored(case) for case in series.rolling(collection)])
        means = rows.groupby("cut")[MEASURES].mean()
        owa = scores.owa(*(means[name].to_numpy() for name in MEASURES[:4]))
        table = means.assign(cases=rows.groupby("cut").size(), owa=owa)
        found[collection] = table[["cases", "owa", "msis", "coverage_80", "coverage_95"]].to_dict("index")
    return found


def main() -> None:
    found, before = judged(), results("development")
    for collection, cuts in found.items():
        for cut, row in cuts.items():
            kept = before.get(collection, {}).get(cut, row)
            change = {name: 100 * (row[name] / kept[name] - 1) for name in ("owa", "msis")}
            sys.stdout.write(
                f"{collection:11s}{cut:>5s}{row['cases']:6.0f}  OWA {row['owa']:.4f} {change['owa']:+6.2f}  "
                f"MSIS {row['msis']:7.3f} {change['msis']:+6.2f}  "
                f"80 % {row['coverage_80']:.3f}  95 % {row['coverage_95']:.3f}\n"
            )
    if "--write" in sys.argv:
        keep("development", found)


if __name__ == "__main__":
    main()
