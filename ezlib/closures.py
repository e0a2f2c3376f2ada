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

    `closed`, `known` (n,) of the months so far. A calendar month that was closed in both of its last two years, or any
    month where two years hold SPELLS closures or more, is closed as often as in the last five years: (z + q) / (k + 1)
    for z closures in k years known of that month, q the share of all months closed.
    """
    closed, known = closed[-YEARS * YEAR :], known[-YEARS * YEAR :]
    n, late = len(closed), slice(-2 * YEAR, None)
    often = _spells(closed[late][known[late]]) >= SPELLS
    share = closed.sum() / max(known.sum(), 1)
    chance = np.zeros(ahead)
    for step in range(ahead):
        same = np.arange((n + step) % YEAR, n, YEAR)
        same = same[known[same]]
        if often or (len(same) > 1 and closed[same[-2:]].all()):
            chance[step] = (closed[same].sum() + share) / (len(same) + 1)
    return chance


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
