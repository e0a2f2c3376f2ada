"""Where choices about the model are judged: rolling origins of M1, of the Vietnamese series and of American statistics.

    python benchmarks/development.py              the model as it stands, beside what is kept
    python benchmarks/development.py --write      and keep it as results/development.json

None of the test sets is among these. Naive2 is the reference of OWA; the last column of each pair is the change, in
percent, on the result kept before: a change of the model is worth having where it lowers most of them and none rises
by much. `prototype.py development` scores the model's prototype on the same cases. The American collections are less
sure than their numbers say: industries, and what banks hold, rise and fall together, so that nine origins of 148 or 239
series say little more than some tens of forecasts.
"""

from __future__ import annotations

import sys

import pandas as pd
import series
from common import forecast_of, keep, results
from scoring import MEASURES, NAIVES, naive_of, owa, scored


def judged_case(case: series.Case, forecast) -> dict[str, float]:
    of_naive = scored(case, naive_of(case))
    return scored(case, forecast(case)) | {"naive_smape": of_naive["smape"], "naive_mase": of_naive["mase"]}


def judged(forecaster=lambda collection: forecast_of) -> dict[str, dict[str, dict[str, float]]]:
    """Scores by collection and length of history of what `forecaster` gives for the collection's cases: ours.

    All cases come first, so that a missing file is missed at once.
    """
    cases = {collection: list(series.rolling(collection)) for collection in series.DEVELOPMENT}
    found: dict = {}
    for collection, own in cases.items():
        forecast = forecaster(collection)
        rows = pd.DataFrame([{"cut": case.cut} | judged_case(case, forecast) for case in own])
        means = rows.groupby("cut")[[*MEASURES, *NAIVES]].mean()
        table = means.assign(cases=rows.groupby("cut").size(), owa=owa(means[["smape", "mase", *NAIVES]].to_numpy()))
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
