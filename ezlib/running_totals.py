"""Years of a monthly series that hold running totals since January, and the months behind them. Arrays only.

Offices print a year to date beside each month, and whoever collects them may put one into a series of the other. Such
a year climbs to about twelve times its January and falls back with the next; a season does not.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

YEAR = 12
FALL = 0.5  # of the month before, below which a series falls where a running total ends
MOST_AFTER = 2.5  # times the average month of a running total: what the first month after it may be
LEAST_RUN = 6  # months from January on by which a year is known for a running total from itself
LEAST_LONGEST = 9  # months that one of them is: no season rises so long and is gone the month after
LEAST_BESIDE = 3  # stated months by which a year cut short is, beside such a year
LEAST_SHARE = 0.5  # from March on, of what as many months would have added up to by the end
MOST_CLIMB = 3.0  # times what as many months of January's size add up to
TOO_HIGH = 4.0  # times the usual month: a year beside running totals that reaches it holds no months either


def months_behind(values, first: int) -> np.ndarray:
    """Return the months (n) behind `values` (n), which are themselves where no year holds running totals.

    `values` are consecutive months, NaN where not known, the first of calendar month `first` (1 to 12). A year is read
    as running totals where it never falls from January to some month of half a year or more, has climbed by then
    steadily to about what so many months of January's size add up to, and drops to the size of one month after it; and
    where there are two such years, or one and the beginning or end of another. A month is then what was added. A year
    among or beside them that reads as neither, because of a slip, is set aside: NaN but for January, which is the same
    either way.
    """
    values = np.asarray(values, float)
    if not (values[1:] < FALL * values[:-1]).any():
        return values
    years = -(-(first - 1 + len(values)) // YEAR)
    grid = np.full(years * YEAR, np.nan)
    here = slice(first - 1, first - 1 + len(values))
    grid[here] = values
    grid = grid.reshape(years, YEAR)
    if (np.diff(grid[:, :LEAST_LONGEST], axis=1) < 0).any(axis=1).all():
        return values
    return _taken_apart(grid).ravel()[here]


def _taken_apart(grid) -> np.ndarray:
    """The same for whole years (years, 12)."""
    runs, months = _runs(grid), grid.copy()
    if runs:
        added = np.diff(grid, axis=1, prepend=0.0)
        usual = np.nanmedian(np.concatenate([added[year, :end] for year, end in runs.items()]))
        months[list(_slips(grid, runs, TOO_HIGH * usual)), 1:] = np.nan
        for year, end in runs.items():
            months[year, :end] = added[year, :end]
    return months


def _runs(grid) -> dict[int, int]:
    """Years that are running totals, each with the calendar month up to which it is; empty where too little says so."""
    own = grid[:, 0]
    next_january = np.append(own[1:], np.nan)
    found = [_run(row, *januaries) for row, *januaries in zip(grid, own, next_january, strict=True)]
    sure = [year for year, run in enumerate(found) if run.end >= LEAST_RUN and run.stated >= LEAST_BESIDE]
    if not sure:
        return {}
    runs = {year: found[year] for year in sure}
    if sure[0] == 1 and np.isnan(own[0]):
        runs[0] = _run(grid[0], own[1], own[1])
    if sure[-1] == len(grid) - 2 and np.isnan(grid[-1, -1]):
        runs[len(grid) - 1] = found[-1]
    counted = [run.end for run in runs.values() if run.stated >= LEAST_BESIDE]
    if len(counted) < 2 or max(counted) < LEAST_LONGEST:
        return {}
    return {year: run.end for year, run in runs.items() if run.stated >= 2}


class _Run(NamedTuple):
    """How far a year is a running total: up to which calendar month, by how many stated months; 0 where it is none."""

    end: int = 0
    stated: int = 0


def _run(row, january: float, next_january: float) -> _Run:
    """Whether a year (12) is a running total of months about as large as `january`, and how far."""
    places = np.flatnonzero(~np.isnan(row))
    if not len(places) or not january > 0:
        return _Run()
    falls = np.flatnonzero(np.diff(row[places]) < 0)
    length = int(falls[0]) + 1 if len(falls) else len(places)
    end, top = int(places[length - 1]) + 1, row[places[length - 1]]
    after = row[places[length]] if length < len(places) else next_january
    month = top / end
    told = places[(places >= 2) & (places < end)] + 1  # the first months move it much: Tết is among them
    steady = (row[told - 1] >= LEAST_SHARE * told * month).all()
    climbs = (end + 1) / 2 <= top / january <= MOST_CLIMB * end
    return _Run(end, length) if climbs and steady and not after > MOST_AFTER * month else _Run()


def _slips(grid, runs: dict[int, int], limit: float) -> set[int]:
    """Years among running totals that are none themselves, and those beside them that reach above the limit."""
    low, high = min(runs), max(runs)
    slips = set(range(low, high)) - set(runs)
    for beyond in (range(low - 1, -1, -1), range(high + 1, len(grid))):
        for year in beyond:
            if not (grid[year] > limit).any():
                break
            slips.add(year)
    return slips
