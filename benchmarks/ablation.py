"""What each part of the model brings: the Vietnamese development series, twelve months ahead, with one part changed.

python benchmarks/ablation.py

Origins every seven months back to nearly four years, whole history and last 36 months. Differences are of sMAPE, ours
as it is less the changed one, on the same cases: below zero where the part as it stands is better.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from unittest.mock import patch

import holidays
import numpy as np
import pandas as pd
from common import SEED, keep
from series import vietnamese

from ezlib import draws, periods, scores, structural
from ezlib.outlook import forecast

HORIZON = 12
ORIGINS_BACK = (0, 7, 14, 21, 28, 35)
FEWEST = 60
HISTORIES = {"full": None, "36": 36}
SATURDAY = 5


def working_days(months: pd.PeriodIndex) -> np.ndarray:
    """Logarithm of each month's working days (Monday to Saturday, no public holiday), (months, 1)."""
    closed = holidays.country_holidays("VN", years=range(months[0].year, months[-1].year + 1))
    days = pd.date_range(months[0].start_time, months[-1].end_time.normalize())
    works = np.array([day.weekday() <= SATURDAY and day.date() not in closed for day in days])
    return np.log(pd.Series(works).groupby(days.to_period("M")).sum().to_numpy(float))[:, None]


def _windows_and_days(months, calendar) -> np.ndarray:
    return np.hstack([periods.tet_windows(months, calendar), working_days(months)])


def _no_windows(months, calendar) -> np.ndarray:
    return np.zeros((len(months), 1))


def _mode_alone(weights, count, rng) -> np.ndarray:
    return np.append(count, np.zeros(len(weights) - 1, int))


def _single_months(shocks, view):
    return KEPT["granted"](tuple(shock for shock in shocks if shock.kind != "lasting"), view)


KEPT = {"granted": structural._granted}
outlook = import_module("ezlib.outlook")  # the package shows the function of that name
CHANGES = {
    "as it is": [],
    "without Tết windows": [(outlook, "tet_windows", _no_windows)],
    "with working days beside them": [(outlook, "tet_windows", _windows_and_days)],
    "without shocks": [(structural, "MOST_SHOCKS", 0)],
    "with passing shocks alone": [(structural, "_granted", _single_months)],
    "variances at the mode alone": [(draws, "_allotted", _mode_alone)],
}


def cases(months: int | None):
    """Series, history and outturn of every origin."""
    for name, y in vietnamese().items():
        for back in ORIGINS_BACK:
            known = y.iloc[: len(y) - back]
            if len(known) >= FEWEST:
                history = known.iloc[:-HORIZON]
                yield name, history.iloc[-months:] if months else history, known.to_numpy()[-HORIZON:]


def scored(months: int | None) -> pd.DataFrame:
    rows = []
    for name, history, outturn in cases(months):
        found = forecast(history, HORIZON, seed=SEED)
        point = found.median.to_numpy()[-HORIZON:]
        row = {"series": name, "smape": scores.smape(outturn, point)}
        for level in (0.8, 0.95):
            row[f"coverage_{100 * level:g}"] = scores.coverage(outturn, *found.interval(level).to_numpy()[-HORIZON:].T)
        row["msis"] = scores.msis(outturn, *found.interval(0.95).to_numpy()[-HORIZON:].T, history.to_numpy())
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    kept = {}
    for history, months in HISTORIES.items():
        kept[history], ours = {}, np.nan
        for name, changes in CHANGES.items():
            with ExitStack() as stack:
                for place, what, instead in changes:
                    stack.enter_context(patch.object(place, what, instead))
                found = scored(months)
            smape = found.groupby("series")["smape"].mean().to_numpy()
            ours = ours if changes else smape  # the first row is the model as it is
            gain = ours - smape
            kept[history][name] = found.drop(columns="series").mean().to_dict() | {
                "cases": len(found),
                "ours_less": float(gain.mean()),
                "ours_less_interval": list(scores.bootstrap_interval(gain)),
            }
    keep("ablation", kept)


if __name__ == "__main__":
    main()
