"""How a year usually falls on its months: learned from a longer series, cut to the reporting months of another."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ezlib.catalogue import Catalogue, SeriesKey, parse_series
from ezlib.facts import facts_of, in_own_unit, in_precedence, load_facts
from ezlib.periods import CALENDAR, Calendar, as_month, month_bounds, month_of, month_shares

YEAR = 12
FEWEST_YEARS = 3
MOST_YEARS = 7


def seasonal_indices(y: pd.Series) -> pd.Series | None:
    """Return the usual daily rate of each calendar month (index 1 to 12, mean 1) from a monthly flow on its months.

    `y` is a Series on a monthly PeriodIndex, above zero, NaN where not known; its last seven years count. The
    logarithm of the daily rate is taken apart into a running mean of thirteen months, ends halved, and the median
    departure from it of each month of the year (Makridakis, Wheelwright and Hyndman 1998, chapter 3: classical
    decomposition). None with less than three years that every month of the year is in.
    """
    y = y[y > 0].sort_index().iloc[-YEAR * MOST_YEARS :]
    if y.empty or y.groupby(y.index.month).size().reindex(range(1, YEAR + 1), fill_value=0).min() < FEWEST_YEARS:
        return None
    months = pd.period_range(y.index[0], y.index[-1], freq="M")
    rate = np.log(y.reindex(months) / months.days_in_month).interpolate(limit_direction="both")
    weights = np.array([0.5, *np.ones(YEAR - 1), 0.5]) / YEAR
    trend = rate.rolling(YEAR + 1, center=True).apply(lambda window: window @ weights, raw=True)
    departure = (rate - trend)[y.index]
    effect = np.exp(departure.groupby(departure.index.month).median())
    return effect / effect.mean()


def recut(indices: pd.Series, months: pd.PeriodIndex, calendar: Calendar) -> pd.Series:
    """Return the flow of reporting months, in months of average size, at the daily rates of the calendar months."""
    flow = []
    for month in months:
        shares = month_shares(*month_bounds(month, calendar), CALENDAR)
        days = shares * shares.index.days_in_month
        flow.append(float(days @ indices[shares.index.month].to_numpy()))
    flow = pd.Series(flow, index=months)
    return flow / flow.mean()


def profile_of(
    key: SeriesKey, months: pd.PeriodIndex, month, as_of, catalogue: Catalogue, root=None
) -> pd.Series | None:
    """Return the profile that the catalogue names for a series over `months`, from what was known of its companions.

    The companions (`profiles` of the zone, by group) are added up month by month; only facts published by `as_of` of
    months up to `month` count. None where none is named, or where they are too short to tell.
    """
    zone, group = catalogue.zone(key.zone), catalogue.indicator(key.indicator).group
    companions = [series for series in zone.profiles.get(group, ()) if series != str(key)]
    known = [_stated_months(series, month, as_of, catalogue, root) for series in companions]
    if not known:
        return None
    indices = seasonal_indices(pd.concat(known, axis=1).dropna().sum(axis=1))
    return None if indices is None else recut(indices, months, catalogue.calendar_of(*key))


def _stated_months(series: str, month, as_of, catalogue: Catalogue, root) -> pd.Series:
    """The months of a series that a fact of their own states, the one that stands of each."""
    key = parse_series(series, catalogue)
    calendar = catalogue.calendar_of(*key)
    mine = facts_of(load_facts(key.zone, as_of=as_of, root=root), key)
    mine = in_precedence(in_own_unit(mine[mine["value"].notna()], catalogue))
    labels = {end: month_of(end, calendar) for end in mine["period_end"].unique()}
    bounds = {label: tuple(map(pd.Timestamp, month_bounds(label, calendar))) for label in set(labels.values())}
    until = as_month(month)
    whole = [
        labels[end] <= until and bounds[labels[end]] == (start, end)
        for start, end in zip(mine["period_start"], mine["period_end"], strict=True)
    ]
    mine = mine[np.array(whole, bool)]
    index = pd.PeriodIndex([labels[end] for end in mine["period_end"]], freq="M")
    return pd.Series(mine["value"].to_numpy(), index).groupby(level=0).last()
