"""The months of an outlook as numbers to draw: medians and bands by month or added up, and what of them is published.

A view is a table by month: `status`, `median`, and lower and upper ends of the bands.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ezlib.drawing import BANDS
from ezlib.outturns import AGREE_WITHIN
from ezlib.periods import month_bounds

KNOWN = ("reported", "derived")

# A 95 % band that would flatten everything else is cut, and the note says so.
HEADROOM_OVER_80 = 1.3


def last_month(outlook) -> pd.Period:
    """The last month used."""
    return outlook.month if outlook.month is not None else outlook.last_observed


def monthly_view(outlook, since, until) -> pd.DataFrame:
    """The months to be shown, each by itself: see `fan_chart` for the default ones."""
    last = last_month(outlook)
    since = pd.Period(since, "M") if since is not None else pd.Period(f"{last.year - 1}-01", "M")
    until = pd.Period(until, "M") if until is not None else pd.Period(f"{last.year + (last.month >= 10)}-12", "M")
    view = _bands(outlook.paths)
    view["status"] = outlook.months["status"].reindex(view.index)
    view = view.loc[(view.index >= since) & (view.index <= until)]
    if view.empty:
        raise ValueError(f"The outlook has no months from {since} to {until}; it covers {outlook.months.index[0]} on.")
    return view


def cumulative_view(outlook, year: int, published: Published) -> pd.DataFrame:
    """The months of a year, each with all before it; it counts as published where a fact tells its sum."""
    columns = outlook.paths.columns[outlook.paths.columns.year == year]
    if len(columns) < 12:
        raise ValueError(f"The outlook covers {len(columns)} months of {year}; a cumulative chart needs all twelve.")
    view = _bands(outlook.paths[columns].cumsum(axis=1))
    lower, upper = band(view, 0.95)
    view["status"] = np.where(outlook.months["status"].reindex(columns) == "forecast", "forecast", "estimated")
    fixed = (upper - lower) <= AGREE_WITHIN * view["median"].abs()
    stated = np.array([published.states(columns[0], month) for month in columns])
    view.loc[fixed & (view["status"] != "forecast"), "status"] = "derived"
    view.loc[fixed & (view["status"] == "derived") & stated, "status"] = "reported"
    return view


def scaled(view: pd.DataFrame, scale: float) -> pd.DataFrame:
    """The view in a unit that is so many times the old one's number."""
    return view.assign(**{column: view[column] * scale for column in view.columns.drop("status")})


def _bands(paths: pd.DataFrame) -> pd.DataFrame:
    view = pd.DataFrame({"median": paths.median()})
    for level in BANDS:
        view[f"lower_{level:.2f}"] = paths.quantile((1 - level) / 2)
        view[f"upper_{level:.2f}"] = paths.quantile((1 + level) / 2)
    return view


def band(view: pd.DataFrame, level: float) -> tuple[pd.Series, pd.Series]:
    """Lower and upper ends of a band."""
    return view[f"lower_{level:.2f}"], view[f"upper_{level:.2f}"]


def has_bands(view: pd.DataFrame) -> bool:
    """Whether anything is uncertain enough to be seen."""
    lower, upper = band(view, 0.95)
    return bool(((upper - lower) > 1e-6 * upper.abs().max()).any())


def axis_end(view: pd.DataFrame) -> tuple[float, bool]:
    """Where the vertical axis ends, and whether that cuts the 95 % band."""
    top95, top80 = band(view, 0.95)[1].max(), band(view, 0.80)[1].max()
    cut = max(HEADROOM_OVER_80 * top80, view["median"].max())
    return float(min(top95, cut)), bool(top95 > cut)


def estimate_at(view: pd.DataFrame, month) -> tuple[float, float, float]:
    """Median and ends of the 80 % band of a month."""
    lower, upper = band(view, 0.80)
    return view.at[month, "median"], lower[month], upper[month]


def remaining(outlook, view: pd.DataFrame) -> tuple[pd.PeriodIndex, tuple[float, float, float]]:
    """The forecast months left in the first year that has any, and their average per month over paths."""
    ahead = view.index[view["status"] == "forecast"]
    months = ahead[ahead.year == ahead[0].year] if len(ahead) else ahead
    if not len(months):
        return months, (np.nan,) * 3
    average = outlook.paths[months].mean(axis=1)
    return months, (average.median(), average.quantile(0.1), average.quantile(0.9))


class Published:
    """The figures that facts state of an outlook's months: those that bind, and those that were merely announced."""

    def __init__(self, outlook):
        levels = outlook.observations[outlook.observations["value"].notna()]
        self.calendar = outlook.calendar
        self.facts = levels[(levels["soft_sd"] == 0) & ~levels["relaxed"].astype(bool)]
        self.soft = levels[levels["soft_sd"] > 0]

    def of(self, first, last) -> pd.DataFrame:
        """The facts of exactly the months from `first` to `last`."""
        return _of_period(self.facts, month_bounds(first, self.calendar)[0], month_bounds(last, self.calendar)[1])

    def states(self, first, last) -> bool:
        """Whether a fact gives the value of exactly the months from `first` to `last`, or adds up from months."""
        every_month = all(len(self.of(m, m)) for m in pd.period_range(first, last, freq="M"))
        return every_month or len(self.of(first, last)) > 0

    def announced(self, months: pd.PeriodIndex) -> dict[pd.Period, float]:
        """Months of which only a figure that does not bind was published, such as an estimate before their end."""
        found = {m: _of_period(self.soft, *month_bounds(m, self.calendar)) for m in months if not self.states(m, m)}
        return {m: float(rows["value"].iloc[-1]) for m, rows in found.items() if len(rows)}


def _of_period(facts: pd.DataFrame, start, end) -> pd.DataFrame:
    """The facts of exactly one stretch of days."""
    same = (pd.to_datetime(facts["start"]) == pd.Timestamp(start)) & (pd.to_datetime(facts["end"]) == pd.Timestamp(end))
    return facts[same.to_numpy()]
