"""What figures and joint paths tell of months: printed, derived, estimated or forecast, and how far off they lead."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ezlib import bounds
from ezlib.yielding import Yielding

DERIVED_WITHIN = 0.01  # relative half-width within which a month is derived or printed, not estimated
LOW_EFFECTIVE = 0.1  # share of the paths below which their worth is told
FENCE = 4.0  # times the largest, or below the smallest by as much, of the months before: a forecast there is told


def marked(observations: pd.DataFrame, yielded: Yielding) -> pd.DataFrame:
    """Observations with what became of them: `relaxed`, `stretch` and `in_conflict`, as an Outlook holds them."""
    points = np.where(yielded.stated.is_change, 100, 1) * yielded.stretch  # a change gives way in percentage points
    relaxed = yielded.relaxed | yielded.loosened
    return observations.assign(relaxed=relaxed, stretch=points, in_conflict=yielded.in_conflict)


def last_told(held: bounds.Statements, months: pd.PeriodIndex) -> pd.Period:
    """The last month that a statement is about; its base does not count."""
    return months[np.flatnonzero((held.num != 0).any(axis=0))[-1]]


def printed_months(held: bounds.Statements, values, months: pd.PeriodIndex, closed, closed_value) -> pd.Series:
    """The printed values of months that a binding figure states within 1 %, or as closed; NaN elsewhere.

    `values` (m,) as printed; `closed` and `closed_value` (n,) as the model found the months of this series.
    """
    printed, values = pd.Series(np.nan, months), np.asarray(values, float)
    alone = held.binding & ~held.is_change & ((held.num != 0).sum(axis=1) == 1)
    for row in np.flatnonzero(alone):
        month = np.argmax(held.num[row] != 0)
        middle = (held.lower[row] + held.upper[row]) / 2
        narrow = held.upper[row] - middle <= max(DERIVED_WITHIN * middle, 1e-300)
        shut = closed[month] and abs(values[row] - closed_value[month]) <= held.upper[row] - middle
        if held.num[row, month] == 1 and (narrow or shut):
            printed.iloc[month] = values[row]
    return printed


def month_status(paths: pd.DataFrame, printed: pd.Series, last: pd.Period, nothing, ranges) -> pd.Series:
    """Status of each month; only months that hardly differ between paths can be derived, so only these are asked.

    `nothing` (n,), in which nothing passed: derived where no figure of its own says it. `ranges` gives the least and
    largest value (k, 2) that the figures allow each of k numbers of months.
    """
    months = paths.columns
    status = pd.Series(np.where(months <= last, "estimated", "forecast"), months, name="status")
    status[printed.notna()] = "reported"
    status[nothing & (status == "estimated")] = "derived"
    values = paths.to_numpy()
    steady = np.ptp(values, axis=0) <= 2 * DERIVED_WITHIN * np.abs(values.mean(axis=0))
    ask = np.flatnonzero(steady & (status == "estimated").to_numpy())
    if len(ask):
        low, high = ranges(ask).T
        fixed = np.isfinite(high) & (high - low <= DERIVED_WITHIN * (high + low))
        status.iloc[ask[fixed]] = "derived"
    return status


def beyond_fence(paths, ahead, closed) -> dict[str, bool]:
    """Whether the median, or the mean, of a forecast month leaves the fence about the medians of the months before."""
    before, low, high = ~ahead & ~closed, paths.min(axis=0), paths.max(axis=0)
    if not before.any() or not ahead.any():
        return {}
    if high[ahead].max() <= FENCE * low[before].max() and low[ahead].min() >= high[before].min() / FENCE:
        return {}  # no path leaves it, nor does any median or mean
    usual, ends = (quantiles(ordered(paths[:, months]), [0.5]) for months in (before, ahead))
    far = ends.max() > FENCE * usual.max() or ends.min() < usual.min() / FENCE
    return {"forecast_far": far, "mean_far": not far and paths[:, ahead].mean(axis=0).max() > FENCE * usual.max()}


def ordered(paths: np.ndarray) -> np.ndarray:
    """The values of each month in order, (months, count); months that are alike in all paths need no sorting."""
    ordered = paths.T.copy()
    varying = (paths != paths[0]).any(axis=0)
    ordered[varying] = np.sort(ordered[varying], axis=1)
    return ordered


def quantiles(ordered: np.ndarray, at) -> np.ndarray:
    """Quantiles (len(at), months) of ordered values (months, count), on the line between two neighbours."""
    place = np.asarray(at) * (ordered.shape[1] - 1)
    below = place.astype(int)
    low, high = ordered[:, below], ordered[:, np.minimum(below + 1, ordered.shape[1] - 1)]
    return (low + (place - below) * (high - low)).T
