"""Months of (nearly) nothing: which they are, what they are worth, and how often they will come again. Arrays only.

A gate that is shut for weeks says nothing about what passes once it opens. docs/methods.md section 4 has the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ezlib.bounds import EXACT, Statements, month_range, nearest

FLOOR = 0.02  # months below this share of a typical month are closures: they say nothing about the level
NOTHING = 0.1  # a printed 0 whose rounding ends below this share of a typical month is a closure too
LASTING = 12  # months after which a low stretch is a level, and a closure that is over may say nothing of others
YEAR, YEARS = 12, 5  # closures of so many years back tell how often they come
GAP = 3  # unknown months between closed ones that count as closed too
SPELLS = 3  # closures in two years that make shutting a habit
EXCEPTIONAL = 3  # times as long as any other is a closure that says nothing of others
LEAST_ALIKE, MOST_ALIKE = 0.1, 1e3  # years by which a calendar month is drawn to all, at least and at most


@dataclass(frozen=True)
class Closures:
    """`rows` (m,) statements that print closures, `months` (n,) that are closed, and the `value` (n,) of these."""

    rows: np.ndarray
    months: np.ndarray
    value: np.ndarray


def find(stated: Statements, typical: float) -> Closures:
    """Return the closed months: those printed as nothing or less than FLOOR of a `typical` month, or left nothing.

    A year to date that stands still leaves nothing for its last month, and so does a fall by all there was. A closed
    month is worth nothing where it may be, else the middle of what was printed for it, and as near to this as the other
    figures allow. One for which these leave more than FLOOR is none.
    """
    share = np.where(stated.lower > 0, FLOOR, NOTHING)
    rows = ~stated.is_change & (stated.upper < share * typical * stated.num.sum(axis=1))
    level = _lasting_low(stated, rows)
    rows &= ~stated.num[:, level].any(axis=1)
    shut = stated.num[rows].any(axis=0)
    if (stated.binding & ((stated.num != 0).sum(axis=1) > 1)).any():
        shut |= _between_sums(stated, typical) & ~level
    if not shut.any() and not _fallen(stated).any():
        return Closures(rows, shut, np.zeros(len(shut)))
    shut |= _between_closures(shut, ~stated.touched)
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
    share = np.where(np.isclose(most, -least, rtol=1e-6, atol=0), NOTHING, FLOOR)  # the same sum printed twice, or not
    nothing = (beyond > 0) & (most < share * typical * beyond) & (least <= 0)
    for whole, inside in zip(*np.nonzero(nothing), strict=True):
        rest = stated.num[rows[whole]] - stated.num[rows[inside]]
        if np.isin(rest, (0.0, 1.0)).all():
            shut |= rest == 1.0
    return shut


def _between_closures(shut, unknown) -> np.ndarray:
    """Short stretches of unknown months (n,) with closed ones on either side, as parts of one closure."""
    found = np.zeros(len(shut), bool)
    for before, after in pairwise(np.flatnonzero(shut)):
        if 1 < after - before <= GAP + 1 and unknown[before + 1 : after].all():
            found[before + 1 : after] = True
    return found


def _fallen(stated: Statements) -> np.ndarray:
    """Which statements say that months fell to less than FLOOR of others."""
    return stated.is_change & stated.binding & (stated.upper < FLOOR)


def _beside(stated: Statements, shut, typical: float) -> np.ndarray:
    """The middle (n,) of what changes leave next to nothing of, which fall that far or are of or on closed months.

    NaN for all other months. Where nothing limits what a month fell from, it is left the least that it may be.
    """
    fallen = _fallen(stated)
    changes = stated.is_change & stated.binding
    changes &= stated.num[:, shut].any(axis=1) | stated.den[:, shut].any(axis=1) | fallen
    ask = np.flatnonzero(stated.take(changes).touched & ~shut)
    found = np.full(len(shut), np.nan)
    if len(ask):
        low, high = month_range(stated, ask).T
        fell = stated.num[fallen].any(axis=0)[ask]
        middle = np.where(fell & (low < EXACT * typical), 0.0, (low + np.where(np.isinf(high), low, high)) / 2)
        found[ask] = np.where((high < FLOOR * typical) | (fell & np.isinf(high)), middle, np.nan)
    return found


def _aims(stated: Statements, rows) -> np.ndarray:
    """What a closed month is worth by itself: the middle of what was printed, the shortest period last and kept."""
    aims = np.zeros(stated.num.shape[1])
    middle = np.where(stated.lower > 0, (stated.lower + stated.upper) / 2, 0.0)
    for row in sorted(np.flatnonzero(rows), key=lambda row: -stated.num[row].sum()):
        aims[stated.num[row] != 0] = middle[row] / stated.num[row].sum()
    return aims


@dataclass(frozen=True)
class Foresight:
    """What closures so far let expect of the months ahead: the `chances` (ahead,) that each is closed again, 0 unless
    closing is a habit, and what it may be `worth` then, one array of equally likely values for each.

    A closure under way has `gone_on` for so many months, 0 without one, and so many others have `ended`. To its own
    months are added those after which another went on: the chance that it ends next month is Beta(1 + ended, gone on).
    """

    chances: np.ndarray
    worth: tuple[np.ndarray, ...]
    gone_on: int
    ended: int

    @property
    def is_any(self) -> bool:
        """Whether some month ahead may be closed."""
        return bool(self.gone_on or self.chances.any())

    def draw(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw what months ahead of paths (count, ahead) are worth where they are closed, NaN where they are open."""
        if not self.worth:
            return np.empty((count, 0))
        shut = rng.random((count, len(self.chances))) < self.chances
        if self.gone_on:
            still = self.still_shut(count, rng)
            ends = ~still & np.hstack([np.ones((count, 1), bool), still[:, :-1]])  # in such a month a path is open
            shut = still | (shut & ~ends)
        worth = np.column_stack([rng.choice(values, count) for values in self.worth])
        return np.where(shut, worth, np.nan)

    def still_shut(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Draw which months of paths (count, ahead) the closure under way still covers.

        Where no other has ended it goes on for h months more with probability T / (T + h) after T: what has lasted
        long will (Gott 1993).
        """
        months = np.arange(len(self.chances))
        survives = np.cumprod(1 - (1 + self.ended) / (1 + self.ended + self.gone_on + months))
        # Spread evenly; of even odds a little more than half, so that no median falls between the shut and the open.
        chances = rng.permutation((np.arange(count) + 0.5) / (count + 2))
        return chances[:, None] < survives


def foresee(closed, known, value, ahead: int) -> Foresight:
    """Return what to expect of so many months `ahead` of the months so far: `closed`, `known` and their `value` (n,).

    Closing is a habit where a calendar month recurs: was closed more than once in five years, open in between, and in
    both of its last two years or in more than half of all; and where the last two years hold SPELLS closures or more
    beside those of such months, or are closed for the most part, if not without a break. An exceptionally long
    closure, and what lies before it, counts for nothing. See `_shares`. Calendar months that recur are no part of a
    closure under way. A closed month is worth what one of that calendar month's closures was, of any where it had none.
    """
    months = np.arange(len(closed), len(closed) + ahead) % YEAR
    if not closed.any():
        return Foresight(np.zeros(ahead), (np.zeros(1),) * ahead, 0, 0)
    begin = _since_long_closures(closed, known)
    habit = _Habit.of(closed, known, begin)
    gone_on, ended = _under_way(closed, known, habit, begin)
    chances = habit.chance[months] if habit.is_one else np.zeros(ahead)
    own = [value[month::YEAR][closed[month::YEAR]] for month in range(YEAR)]
    usual = [each if len(each) else value[closed] for each in own]
    return Foresight(chances, tuple(usual[month] for month in months), gone_on, ended)


@dataclass(frozen=True)
class _Habit:
    """Whether closing is a habit; and by month of the year, counted from the first of the months, whether its closures
    recur and the chance of another (12,)."""

    is_one: bool
    recurs: np.ndarray
    chance: np.ndarray

    @classmethod
    def of(cls, closed, known, begin: int) -> _Habit:
        """The habit that the months from `begin` on show."""
        n = len(closed)
        if not closed[begin:].any():
            return cls(False, np.zeros(YEAR, bool), np.zeros(YEAR))
        at = [np.arange(month, n, YEAR) for month in range(YEAR)]
        at = [same[(same >= begin) & known[same]] for same in at]
        recurs = np.array([_recurs(closed, known, same) for same in at])
        late = np.arange(max(begin, n - 2 * YEAR), n)
        late = late[known[late]]
        often = _spells(closed[late[~recurs[late % YEAR]]]) >= SPELLS
        mostly = 2 * closed[late].sum() > len(late) and _spells(closed[late]) > 1
        shares = _shares(np.array([closed[same].sum() for same in at]), np.array([len(same) for same in at]))
        return cls(bool(recurs.any() or often or mostly), recurs, shares)


def _since_long_closures(closed, known) -> int:
    """The first month of the last five years after the last closure that is over and long: of more than LASTING months,
    and more than three times as long as any other, the first months included."""
    start, opened = max(0, len(closed) - YEARS * YEAR), np.flatnonzero(known & ~closed)
    before = np.append(-1, opened)[: len(opened)]
    lengths = np.array([closed[a + 1 : b].sum() for a, b in zip(before, opened, strict=True)], int)
    if not len(lengths) or lengths.max() <= LASTING:
        return start
    longest = int(np.argmax(lengths))
    others = np.append(np.delete(lengths, longest), 0).max()
    return max(start, int(opened[longest])) if lengths[longest] > EXCEPTIONAL * others else start


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


def _under_way(closed, known, habit: _Habit, begin: int) -> tuple[int, int]:
    """For how many months a closure under way has gone on, and how many others have ended; (0, 0) without one."""
    irregular = closed & ~habit.recurs[np.arange(len(closed)) % YEAR]
    if not irregular[-1]:
        return 0, 0
    seen = irregular[begin:][known[begin:] | irregular[begin:]]
    ended = _spells(seen) - 1
    now = int(irregular[np.flatnonzero(~closed).max(initial=-1) + 1 :].sum())
    before = max(int(seen.sum()) - now, 0)
    return max(now + before - ended, 1), max(ended, 0)


def _spells(closed) -> int:
    """Stretches of closed months among known ones, each counted once."""
    return int((closed & ~np.append(False, closed[:-1])).sum())
