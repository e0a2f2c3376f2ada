"""The Vietnamese development series: twelve months ahead from two origins, and the annual-total task.

python benchmarks/vietnam.py            both
python benchmarks/vietnam.py ahead      the forecasts alone
python benchmarks/vietnam.py totals     the annual totals alone
"""

from __future__ import annotations

import sys

import pandas as pd
from common import HISTORIES, keep, scored, summary, vietnamese

from ezlib import evaluate

MONTHS_AHEAD = 12
ORIGINS_BACK = (0, 7)
YEARS = (2022, 2023, 2024)


def ahead() -> None:
    found = {}
    for name in ("full", "36"):
        rows = []
        for y in vietnamese().values():
            for back in ORIGINS_BACK:
                known = y.iloc[: len(y) - back]
                if len(known) < 60:
                    continue
                history = known.iloc[:-MONTHS_AHEAD]
                history = history.iloc[-HISTORIES[name] :] if HISTORIES[name] else history
                rows.append(scored(history, known.to_numpy()[-MONTHS_AHEAD:]))
        found[name] = summary(pd.DataFrame(rows))
    keep("vietnam_ahead", found)


def totals() -> None:
    methods = (evaluate.OURS, "run_rate", "profile")
    found = evaluate.annual_totals(vietnamese(), YEARS, methods=methods)
    table = evaluate.summarise_totals(found)
    covers = evaluate.coverage_interval(found.totals)
    result = {
        f"{method}, {known} months known": row.to_dict()
        | {"coverage_80_interval": list(covers.loc[(known, method)])[1:]}
        for (known, method), row in table.iterrows()
    }
    for other in methods[1:]:
        for known, row in evaluate.brier_difference(found.chances, other).iterrows():
            result[f"{evaluate.OURS}, {known} months known"][f"brier_less_{other}"] = list(row)
    keep("vietnam_totals", result)


if __name__ == "__main__":
    for task in sys.argv[1:] or ("ahead", "totals"):
        {"ahead": ahead, "totals": totals}[task]()
