"""Years of a monthly series that hold running totals since January, and the months behind them. Arrays only.

Offices print a year to date beside each month, and whoever collects them may put one into a series of the other. Such
a year climbs to about twelve times its January and falls back with the next; a season does not.
"""

from __future__ import annotations

import numpy as np

YEAR = 12
FALL = 0.5  # of the largest month, below which a year has left its running total
REVISION = 0.01  # by which a running total may fall, where earlier months were revised
LEAST_RUN, LEAST_STATED = 6, 5  # month up to which a year is a total, and stated months, that show it by themselves
LEAST_LONGEST = 9  # month up to which one of them is: no season rises so long and is gone the month after
LEAST_UNDER_WAY = 3  # stated months of a last year under way that count beside one such year
PACE = (0.5, 1.6)  # of a steady climb to the end, between which its totals are from March on
EARLY_PACE = (1 / 3, 1.6)  # and before: Tết is among these months
MOST_AFTER = 2.5  # times the average month of a running total: what the first month after it may be
LEAST_RATIO = 1e-3  # of a month to the usual one, where ratios are compared


def months_behind(values, first: int) -> np.ndarray:
    """Return the months (n) behind `values` (n), which are themselves where no year holds running totals.

    `values` are consecutive months, NaN where not known, the first of calendar month `first` (1 to 12). A year shows by
    itself that it holds running totals where they never fall up to some month of half a year or more, climb steadily
    to it, and drop to the size of one month after it. Where there are two such years, or one and a last year under way,
    every other year is read whichever way its months come nearer to those. A month is then what was added; NaN where
    the total before is not known, and around a total that is below the one before it.
    """
    values = np.asarray(values, float)
    stated = values[~np.isnan(values)]
    if not (stated[1:] < FALL * stated[:-1]).any():
        return values
    years = -(-(first - 1 + len(values)) // YEAR)
    grid = np.full(years * YEAR, np.nan)
    here = slice(first - 1, first - 1 + len(values))
    grid[here] = values
    grid = grid.reshape(years, YEAR)
    rises = grid[:, 1:LEAST_LONGEST] >= (1 - REVISION) * grid[:, : LEAST_LONGEST - 1]
    known = ~np.isnan(grid[:, :LEAST_LONGEST])
    if not (rises | ~known[:, 1:] | ~known[:, :-1]).all(axis=1).any():
        return values  # as nearly every series: no year can be the longest
    return _taken_apart(grid).ravel()[here]


def _taken_apart(grid) -> np.ndarray:
    """The same for whole years (years, 12)."""
    ends, months = _ends(grid), grid.copy()
    for year, end in ends.items():
        months[year, :end] = _added(grid[year], end)
    if 0 not in ends and 1 in ends and np.isnan(grid[0, 0]):  # too little of a year to see it climb
        month = grid[1, ends[1] - 1] / ends[1]
        months[0, grid[0] > np.sqrt(np.arange(1, YEAR + 1)) * month] = np.nan
    return months


def _ends(grid) -> dict[int, int]:
    """Years that are running totals, and the calendar month up to which each is; none where too little says so."""
    next_january = np.append(grid[1:, 0], np.nan)
    sure = {year: _sure_end(*row) for year, row in enumerate(zip(grid, next_january, strict=True))}
    sure = {year: end for year, end in sure.items() if end >= LEAST_RUN}
    if max(sure.values(), default=0) < LEAST_LONGEST:
        return {}
    ends = dict(sure)
    for year, row in enumerate(grid):
        if year not in sure:
            near = min(sure, key=lambda other, year=year: abs(other - year))
            month = grid[near, sure[near] - 1] / sure[near]
            end = next((end for end in (sure[near], _end(row)) if _is_nearer_as_total(row, end, month)), 0)
            ends |= {year: end} if end else {}
    last = len(grid) - 1
    under_way = last in ends.keys() - sure.keys() and np.isnan(grid[last, -1])
    counts = under_way and (~np.isnan(grid[last])).sum() >= LEAST_UNDER_WAY
    return ends if len(sure) + counts >= 2 else {}


def _end(row) -> int:
    """The calendar month up to which a year (12) may be a running total; 0 where it states nothing above zero."""
    high = np.flatnonzero(row >= FALL * np.nanmax(row, initial=0.0))
    return int(high[-1]) + 1 if len(high) and row[high[-1]] > 0 else 0


def _sure_end(row, next_january: float) -> int:
    """The calendar month up to which a year shows by itself that it is a running total; 0 where it does not."""
    end = _end(row)
    places = np.flatnonzero(~np.isnan(row))
    inside, beyond = places[places < end], places[places >= end]
    totals = row[inside]
    if len(inside) < LEAST_STATED or (totals[1:] < (1 - REVISION) * totals[:-1]).any():
        return 0
    month = row[end - 1] / end
    pace = totals / ((inside + 1) * month)
    low, high = np.where(inside[:, None] < 2, EARLY_PACE, PACE).T
    after = row[beyond[0]] if len(beyond) else next_january
    return end if ((low <= pace) & (pace <= high)).all() and not after > MOST_AFTER * month else 0


def _added(row, end: int) -> np.ndarray:
    """What each month up to `end` added; NaN beside a total that is below the one before it, one of which is wrong."""
    added = np.diff(row[:end], prepend=0.0)
    for month in np.flatnonzero(added < 0):
        added[max(month - 1, 0) : month + 2] = np.nan
    return added


def _is_nearer_as_total(row, end: int, usual: float) -> bool:
    """Whether a year's months are nearer to the usual one, by their logarithms, when it is a total up to `end`."""
    added = _added(row, end)[1:]
    told = ~np.isnan(added)
    if 2 * told.sum() < max((~np.isnan(row[1:end])).sum(), 1):
        return False
    either = np.array([added[told], row[1:end][told]]) / usual
    total, months = np.abs(np.log(np.maximum(either, LEAST_RATIO))).mean(axis=1)
    return bool(total < months)
