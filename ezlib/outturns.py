"""What a year or month came to: the total that facts settle, and the day from which it was known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ezlib.outlook import Outlook
from ezlib.periods import month_bounds, months_of

AGREE_WITHIN = 0.005  # of its median: a total on which all paths agree so far is an outturn


def agreed(total: pd.Series) -> float:
    """Return the median of a total (paths) on which all paths agree within half a percent; NaN while they do not."""
    middle = float(total.median())
    return middle if total.max() - total.min() <= AGREE_WITHIN * middle else np.nan


def settled(found: Outlook, period: str) -> float:
    """Return the total of a period on which all paths agree; NaN while they do not, or for months not yet observed."""
    months = months_of(period)
    if not months.isin(found.paths.columns).all() or months[-1] > found.last_observed:
        return np.nan
    return agreed(found.paths[months].sum(axis=1))


def outturn_of(found: Outlook, period: str) -> float:
    """Return the total of a year ("2024") or month ("2024-05") that facts settle, else the level published for exactly
    that period, be it called an estimate; NaN without either."""
    total, months = settled(found, period), months_of(period)
    if np.isfinite(total):
        return total
    said = found.observations[found.observations["value"].notna() & ~found.observations["relaxed"]]
    start, end = month_bounds(months[0], found.calendar)[0], month_bounds(months[-1], found.calendar)[1]
    same = said[
        (pd.to_datetime(said["start"]) == pd.Timestamp(start)) & (pd.to_datetime(said["end"]) == pd.Timestamp(end))
    ]
    return float(same["value"].iloc[-1]) if len(same) else np.nan


def known_on(facts: pd.DataFrame, end) -> pd.Timestamp:
    """Return the first day on which a figure of a series, cut from `facts`, reached the day `end`; NaT if none has."""
    return facts.loc[facts["period_end"] >= pd.Timestamp(end), "published"].min()
