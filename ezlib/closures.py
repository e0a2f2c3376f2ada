"""Months of (nearly) nothing: which they are, what they are worth, and how often they will come again. Arrays only.

A gate that is shut for weeks says nothing about what passes once it opens. docs/methods.md section 4 has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ezlib.bounds import Statements, month_range, nearest

FLOOR = 0.02  # months below this share of a typical month are closures: they say nothing about the level
LASTING = 12  # months after which a low stretch is no closure any more
YEAR, YEARS = 12, 5  # closures of so many years back tell how often they come
SPELLS = 3  # closures in two years that make shutting a habit
LEAST_ALIKE, MOST_ALIKE = 0.25, 1e3  # years by which a calendar month is drawn to all, at least and at most


@dataclass(frozen=True)
class Closures:
    """`rows` (m,) statements that print closures, `months` (n,) that are closed, and the `value` (n,) of these."""

    rows: np.ndarray
    months: np.ndarray
    value: np.ndarray


def find(stated: Statements, typical: float) -> Closures:
    """Return the closed months: those printed as less than FLOOR of a `typical` month, or for which sums leave nothing.

    A year to date that stands still leaves nothing for its last month. A closed month is worth nothing where it may be,
    else the middle of what was printed for it, and as near to this as the other figures allow. One for which these
    leave more than FLOOR is none.
    """
    rows = ~stated.is_change & (stated.upper < FLOOR * typical * stated.num.sum(axis=1))
    level = _lasting_low(stated, rows)
    rows &= ~stated.num[:, level].any(axis=1)
    shut = stated.num[rows].any(axis=0)
    if (stated.binding & ((stated.num != 0).sum(axis=1) > 1)).any():
        shut |= _between_sums(stated, typical) & ~level
    if not shut.any():
        return Closures(rows, shut, np.zeros(len(shut)))
    aims = _aims(stated, rows)
    beside = _beside(stated, shut | level, typical)
    shut, aims = shut | ~np.isnan(beside), np.where(np.isnan(beside), aims, beside)
    value = nearest(stated, shut, aims)
    closed = shut & (value < FLOOR * typical)
    return Closures(rows & ~stated.num[:, shut & ~closed].any(axis=1), closed, np.where(closed, value, 0.0))


def _lasting_low(stated: Statements, rows) -> np.ndarray:
    """Low months, zeros aside, since the last that was stated by itself and is not low: a level, if they are a year."""
    alone = ~stated.is_change & ((stated.num != 0).sum(axis=1) == 1)
    high = (stated.num[alone & ~rows] != 0).any(axis=0)
    low = (stated.num[rows & (stated.lower > 0)] != 0).any(axis=0) & ~high
    low[: np.flatnonzero(high).max(initial=-1) + 1] = False
    return low & (low.sum() >= LASTING)


def _between_sums(stated: Statements, typical: float) -> np.ndarray:
    """Whole months for which one sum may leave nothing, and leaves hardly more, beyond another that lies inside it."""
    shut = np.zeros(stated.num.shape[1], bool)
    rows = np.flatnonzero(stated.binding & ~stated.is_change)
    months = stated.num[rows].sum(axis=1)
    beyond = months[:, None] - months
    most, least = stated.upper[rows][:, None] - stated.lower[rows], stated.lower[rows][:, None] - stated.upper[rows]
    nothing = (beyond > 0) & (most < FLOOR * typical * beyond) & (least <= 0)
    for whole, inside in zip(*np.nonzero(nothing), strict=True):
        rest = stated.num[rows[whole]] - stated.num[rows[inside]]
        if np.isin(rest, (0.0, 1.0)).all():
            shut |= rest == 1.0
    return shut


def _beside(stated: Statements, shut, typical: float) -> np.ndarray:
    """The middle (n,) of what a change of or on closed months leaves next to nothing of; NaN for all other months."""
    changes = stated.is_change & stated.binding
    changes &= stated.num[:, shut].any(axis=1) | stated.den[:, shut].any(axis=1)
    ask = np.flatnonzero(stated.take(changes).touched & ~shut)
    found = np.full(len(shut), np.nan)
    if len(ask):
        low, high = month_range(stated, ask).T
        found[ask] = np.where(high < FLOOR * typical, (low + high) / 2, np.nan)
    return found


def _aims(stated: Statements, rows) -> np.ndarray:
    """What a closed month is worth by itself: the middle of what was printed, the shortest period last and kept."""
    aims = np.zeros(stated.num.shape[1])
    middle = np.where(stated.lower > 0, (stated.lower + stated.upper) / 2, 0.0)
    for row in sorted(np.flatnonzero(rows), key=lambda row: -stated.num[row].sum()):
        aims[stated.num[row] != 0] = middle[row] / stated.num[row].sum()
    return aims


def chances_ahead(closed, known, ahead: int) -> np.ndarray:
    """Return the chance (ahead,) that each month after the known ones is closed again: 0 unless closing is a habit.

    `closed`, `known` (n,) of the months so far. It is one of a calendar month that was closed in both of its last two
    years, or in more than half of five, and open in between; and of all months where the last two years hold SPELLS
    closures or more that are not of such calendar months. See `_shares`.
    """
    habit = _habit(closed, known)
    return np.array([habit[(len(closed) + step) % YEAR] for step in range(ahead)])


def _habit(closed, known) -> np.ndarray:
    """The chance (12,) of each month of the year, counted from the first of the months, to be closed again."""
    n = len(closed)
    if not closed[-YEARS * YEAR :].any():
        return np.zeros(YEAR)
    at = [np.arange(month, n, YEAR) for month in range(YEAR)]
    at = [same[(same >= n - YEARS * YEAR) & known[same]] for same in at]
    recurs = np.array([_recurs(closed, known, same) for same in at])
    late = np.arange(max(0, n - 2 * YEAR), n)
    late = late[known[late] & ~recurs[late % YEAR]]
    often = _spells(closed[late]) >= SPELLS
    return np.where(
        recurs | often, _shares(np.array([closed[same].sum() for same in at]), np.array(list(map(len, at)))), 0.0
    )


def _recurs(closed, known, same) -> bool:
    """Whether a calendar month, known at `same`, was closed more than once, open in between, and mostly or lately."""
    shut = same[closed[same]]
    if len(shut) < 2 or not (len(shut) > len(same) / 2 or closed[same[-2:]].all()):
        return False
    between = np.arange(shut[0], shut[-1])
    return bool((known[between] & ~closed[between]).any())


def _shares(shut, years) -> np.ndarray:
    """The chance (12,) of each calendar month to be closed, of which it was `shut` so often in so many `years`.

    Each month's share is drawn towards that of all, as if so many years more had been seen as the months of the year
    are alike: by the moments of a beta-binomial (Kleinman 1973). Little where some are always shut and others never,
    as in a season; much where any may be.
    """
    some = years > 0
    overall = shut.sum() / max(years.sum(), 1)
    spread = np.mean((shut[some] / years[some] - overall) ** 2) if some.any() else 0.0
    chance, typical = overall * (1 - overall), years.sum() / max(some.sum(), 1)
    unlike = (spread / chance - 1 / typical) / (1 - 1 / typical) if chance > 0 and typical > 1 else 1.0
    alike = max(1 / np.clip(unlike, 1 / MOST_ALIKE, 1.0) - 1, LEAST_ALIKE)
    return (shut + alike * overall) / (years + alike)


def lasting(closed, known) -> int:
    """Return how many months the closure has lasted that the last month is in; 0 where that is open or a habit."""
    if not closed[-1]:
        return 0
    opened = np.flatnonzero(known & ~closed)
    spell = np.arange(opened[-1] + 1 if len(opened) else 0, len(closed))
    return 0 if (_habit(closed, known)[spell % YEAR] > 0).all() else len(spell)


def still_shut(lasted: int, ahead: int, chances) -> np.ndarray:
    """Return which months ahead (count, ahead) a closure still covers that has lasted so long, one path a chance.

    It goes on for h months more with probability T / (T + h) after T: what has lasted long will, knowing nothing else
    (Gott 1993). `chances` (count,) lie between 0 and 1.
    """
    more = lasted * (1 / np.maximum(chances, 1e-12) - 1)
    return np.arange(1, ahead + 1) <= more[:, None]


def worth_ahead(value, closed, ahead: int) -> np.ndarray:
    """Return what each month ahead (ahead,) is worth where it is closed: the mean of that calendar month's closures.

    The mean of all closures where that month had none. `value`, `closed` (n,) of the months so far.
    """
    n, usual = len(closed), value[closed].mean() if closed.any() else 0.0
    same = [np.arange((n + step) % YEAR, n, YEAR) for step in range(ahead)]
    return np.array([value[at][closed[at]].mean() if closed[at].any() else usual for at in same])


def _spells(closed) -> int:
    """Stretches of closed months among known ones, each counted once."""
    return int((closed & ~np.append(False, closed[:-1])).sum())
