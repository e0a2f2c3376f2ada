"""What printed intervals alone say about the months: whether all can be true, and how far each month is fixed.

A statement says lower <= (num · x) / (den · x) <= upper about the months x >= 0; a level has no denominator. Such
statements are linear in x whatever they speak of, so linear programmes answer both questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog

# A figure without rounding counts as true up to one part in a billion.
EXACT = 1e-9
# Giving way costs this much for each half-width that a statement is stretched: changes yield before levels.
COST = {"change": 1.0, "level": 1000.0, "estimate": 0.001}
PRICED = 1e-10  # of the highest price in the dual; statements that nothing hangs on have exactly none
TIE = 1e-3  # of the cost: of levels rounded alike the larger yields, of months the one most out of line
WELL_INSIDE = 0.1  # share of the half-width by which a value is kept from the ends of an interval
NEGLIGIBLE = 1e-7  # relative; the accuracy of the linear programmes
STRAINED_SD = 0.02  # relative sd of figures that are held softly because no path meets them exactly
LOOSE_SD = 1.0  # of estimates that no path comes near
UNSAID_SD = np.inf  # of figures that are left out
HOPELESS = 4.0  # standard deviations of an estimate from what binding figures leave


@dataclass(frozen=True)
class Statements:
    """m statements about n months: `num`, `den` (m, n) weights, a row of zeros in `den` for a level;
    `lower`, `upper` (m,) printed interval of the level or ratio; `soft_sd` (m,) relative sd of further error,
    0 where every path must lie inside the interval, infinite where it says nothing."""

    num: np.ndarray
    den: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    soft_sd: np.ndarray

    def __len__(self) -> int:
        return len(self.lower)

    @property
    def is_change(self) -> np.ndarray:
        return self.den.any(axis=1)

    @property
    def binding(self) -> np.ndarray:
        return self.soft_sd == 0

    @property
    def touched(self) -> np.ndarray:
        """Which of the n months any statement speaks of."""
        return (self.num != 0).any(axis=0) | (self.den != 0).any(axis=0)

    def take(self, rows) -> Statements:
        return Statements(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def softened(self, rows, soft_sd) -> Statements:
        """The same statements, those in `rows` no longer binding but true up to a relative sd of `soft_sd`."""
        sd = self.soft_sd.copy()
        sd[rows] = soft_sd
        return replace(self, soft_sd=sd)


def statements(num, den, lower, upper, soft_sd=None) -> Statements:
    """Return statements from arrays or lists, exact ones widened by one part in a billion on either side."""
    num, den = np.atleast_2d(np.asarray(num, float)), np.atleast_2d(np.asarray(den, float))
    lower, upper = np.array(lower, float), np.array(upper, float)
    soft_sd = np.zeros(len(lower)) if soft_sd is None else np.array(soft_sd, float)
    slack = np.maximum(EXACT * np.abs(upper) - (upper - lower) / 2, 0)
    return Statements(num, den, np.maximum(lower - slack, 0), upper + slack, soft_sd)


def joined(one: Statements, other: Statements) -> Statements:
    """All statements of both, about the same months."""
    return Statements(*(np.concatenate([getattr(one, f), getattr(other, f)]) for f in one.__dataclass_fields__))


def hopeless(stated: Statements) -> np.ndarray:
    """Which estimates, of m statements, lie more than HOPELESS of their own sd from all that the binding ones leave."""
    soft = ~stated.binding
    if not soft.any() or soft.all():
        return np.zeros(len(stated), bool)
    reach = np.where(soft, HOPELESS * stated.soft_sd, 0.0)
    lower, upper = stated.lower * np.maximum(1 - reach, 0), stated.upper * (1 + reach)
    wide = replace(stated, lower=lower, upper=upper, soft_sd=np.zeros(len(stated)))
    # One that no path can meet cannot meet it beside the other estimates either: most are cleared at once.
    found = _give_way(wide, soft)
    for row in np.flatnonzero(found):
        alone = ~soft | (np.arange(len(stated)) == row)
        found[row] = _give_way(wide.take(alone), soft[alone]).any()
    return found


def _give_way(wide: Statements, cheap) -> np.ndarray:
    """Which of the `cheap` statements give way where these do so before anything else."""
    if _apart(wide):
        return np.zeros(len(wide), bool)
    return cheap & _least_stretch(wide, 0.0, np.full(wide.num.shape[1], _month_scale(wide)), cheap=cheap).gave


def ever_looser(held: Statements) -> Iterator[Statements]:
    """The statements as they are, and less and less firmly, for where no path meets them.

    All of them a hair wider, since the programme that found them to agree is no more accurate; estimates as good as
    unsaid; then changes, then sums too, within some 2 %; then all of it; then changes and sums as good as unsaid; at
    last what is left of the months themselves.
    """
    yield held
    hair = NEGLIGIBLE * (held.upper + held.lower)
    held = replace(held, lower=np.maximum(held.lower - hair, 0), upper=held.upper + hair)
    yield held
    sums = (held.num != 0).sum(axis=1) > 1
    loose = held.softened(~held.binding, np.maximum(held.soft_sd[~held.binding], LOOSE_SD))
    if not held.binding.all():
        yield loose
    for yielding in (held.is_change, held.is_change | sums):
        yield held.softened(yielding & held.binding, STRAINED_SD)
    for sd in (LOOSE_SD,) if held.binding.all() else (STRAINED_SD, LOOSE_SD):
        yield loose.softened((held.is_change | sums) & held.binding, sd)
    yield held.softened(held.is_change | sums | ~held.binding, UNSAID_SD)


def stretch_needed(stated: Statements, margin: float = 1e-3) -> np.ndarray:
    """Return by how much each binding statement must be stretched for all to be true at once: zeros when they agree.

    See `disagreement`.
    """
    return disagreement(stated, margin)[0]


def disagreement(stated: Statements, margin: float = 1e-3) -> tuple[np.ndarray, np.ndarray]:
    """Return how much each binding statement must be stretched, (m,), and whether it is in conflict, (m,).

    Elastic linear programme: minimise the sum over statements of cost × stretch ÷ half-width, so that changes give
    way before levels and the coarsest figure of a kind first; weights of the sum norm leave most at exactly zero. Of
    levels rounded alike the larger gives way, whose relative error is then smaller, of months that which lies farthest
    from a typical one; of agreements that cost the same the one of fewest figures. The stretch is in the statement's
    own unit (level or ratio). In conflict are the statements that force a stretch: those with a price in the
    programme's dual. `margin` asks the agreement to reach that share of each half-width inside the interval, so that
    agreement in a corner only counts as none.
    """
    m, n = stated.num.shape
    stretch, in_conflict = np.zeros(m), np.zeros(m, bool)
    rows = np.flatnonzero(stated.binding)
    if not len(rows) or _apart(stated.take(rows)):
        return stretch, in_conflict
    held = stated.take(rows)
    found = _least_stretch(held, margin, np.full(n, _month_scale(held)))
    for _ in range(4 if found.gave.any() and held.is_change.any() else 0):
        found = _least_stretch(held, margin, found.x)  # a ratio gives way by what its denominator then is
    fewest = _fewest(held, margin, found) if found.gave.sum() > 1 else found
    stretch[rows] = np.where(fewest.gave & held.is_change, _short_of(held, fewest.x), fewest.given)
    in_conflict[rows] = fewest.gave | found.gave | (found.forces & found.gave.any())
    return stretch, in_conflict


@dataclass(frozen=True)
class _Agreed:
    """An elastic programme solved: the stretch `given` to each statement, the months `x`, which statements force it,
    and the `cost` of it all."""

    given: np.ndarray
    x: np.ndarray
    forces: np.ndarray
    cost: float

    @property
    def gave(self) -> np.ndarray:
        return self.given > 0


def _short_of(held: Statements, x) -> np.ndarray:
    """How far months x (n,) leave each statement outside its interval (m,), a ratio on a base of nothing as if on a
    thousandth of a typical month."""
    base = np.where(held.is_change, np.maximum(held.den @ x, 1e-3 * _month_scale(held)), 1.0)
    said = held.num @ x / base
    return np.maximum(np.maximum(said - held.upper, held.lower - said), 0.0)


def _fewest(held: Statements, margin: float, found: _Agreed) -> _Agreed:
    """Of agreements that cost the same but for TIE, that in which fewest give way: the least stretched hold first."""
    firm, most = np.zeros(len(held), bool), (1 + TIE) * found.cost
    stretched = found.given / np.maximum(_half(held), np.finfo(float).tiny)
    for row in np.argsort(stretched, kind="stable")[np.sum(~found.gave) :]:
        tried = _least_stretch(held, margin, found.x, firm | (np.arange(len(held)) == row)) if found.gave[row] else None
        if tried is not None and tried.cost <= most and tried.gave.sum() < found.gave.sum():
            firm[row], found = True, tried
    return found


def _half(held: Statements) -> np.ndarray:
    """Half-widths of the intervals, those of exact statements a hair."""
    return np.maximum((held.upper - held.lower) / 2, NEGLIGIBLE * (held.upper + held.lower) / 2)


def _least_stretch(held: Statements, margin: float, x: np.ndarray, firm=None, cheap=False) -> _Agreed | None:
    """One elastic programme; x (n,) says what one unit of each ratio is worth; `cheap` statements give way first.

    None where `firm` statements, which cannot give way, leave no agreement.
    """
    scale = _month_scale(held)
    middle = (held.upper + held.lower) / 2
    half = _half(held)
    worth = np.where(held.is_change, np.maximum(held.den @ x, 1e-3 * scale), 1.0)
    give = np.diag(half * worth)
    norm = np.maximum(held.num.sum(axis=1) * scale, held.upper * np.where(held.is_change, 0, 1))[:, None]
    sides = _inequalities(held, margin)
    matrix = np.vstack([np.hstack([side.matrix * scale, -give]) / norm for side in sides])
    limit = np.concatenate([side.limit / norm[:, 0] for side in sides])
    in_line = np.exp(-np.abs(np.log(np.maximum(middle, NEGLIGIBLE) / (scale * held.num.sum(axis=1)))))
    of_level = COST["level"] * (1 + TIE * (scale / np.maximum(middle, scale) + in_line / 2))
    of_all = np.where(cheap, COST["estimate"], np.where(held.is_change, COST["change"], of_level))
    cost = np.concatenate([np.zeros(len(x)), of_all])
    most = np.append(np.full(len(x), np.inf), np.full(len(held), np.inf) if firm is None else np.where(firm, 0, np.inf))
    found = linprog(cost, A_ub=matrix, b_ub=limit, bounds=np.stack([np.zeros_like(most), most], axis=1), method="highs")
    if found.status != 0 and firm is not None:
        return None
    if found.status != 0:
        raise ArithmeticError(f"The agreement of {len(held)} statements could not be decided: {found.message}")
    given = found.x[len(x) :] * half
    given = np.where(given > NEGLIGIBLE * middle, given, 0.0)
    price = np.abs(found.ineqlin.marginals).reshape(2, -1).max(axis=0)  # of a relative change of the statement
    return _Agreed(given, found.x[: len(x)] * scale, price > PRICED * price.max(), found.fun)


def month_range(stated: Statements, months) -> np.ndarray:
    """Return the least and largest value (len(months), 2) that the binding statements allow each of `months`."""
    return ranges(stated, np.eye(stated.num.shape[1])[months])


def ranges(stated: Statements, aims) -> np.ndarray:
    """Return the least and largest value (k, 2) that the binding statements allow each of k sums of months.

    `aims` (k, n) are their weights, none below zero. Entries are NaN where the programme finds no answer, infinite
    where nothing limits the sum from above.
    """
    held = stated.take(np.flatnonzero(stated.binding))
    scale = _month_scale(held)
    above, below = _inequalities(held, 0.0)
    matrix = np.vstack([above.matrix, below.matrix]) * scale
    limit = np.concatenate([above.limit, below.limit])
    norm = np.abs(matrix).max(axis=1)
    out = np.full((len(aims), 2), np.nan)
    for i, aim in enumerate(aims):
        for side, sign in enumerate((1.0, -1.0)):
            found = linprog(
                sign * aim, A_ub=matrix / norm[:, None], b_ub=limit / norm, bounds=(0, None), method="highs"
            )
            if found.status == 0:
                out[i, side] = sign * found.fun * scale
            elif found.status == 3:
                out[i, side] = np.inf
    return out


def nearest(stated: Statements, months, aims) -> np.ndarray:
    """Return values (n,) of `months`, booleans, with which all binding statements can be true, nearest to `aims` (n,).

    Least sum of distances, well inside every interval where that is possible; zero in all other months. The aims
    themselves where the statements leave no such values.
    """
    aims = np.where(months, aims, 0.0)
    held = stated.take(np.flatnonzero(stated.binding))
    about = held.take(held.num[:, months].any(axis=1) | held.den[:, months].any(axis=1))
    if not (about.num[:, ~months].any() or about.den[:, ~months].any()) and _hold(about, aims):
        return aims
    scale, at = _month_scale(held), np.flatnonzero(months)
    move = np.eye(len(months))[at]
    for margin in (WELL_INSIDE, NEGLIGIBLE):
        sides = _inequalities(held, margin)
        matrix = np.vstack([np.hstack([side.matrix, np.zeros((len(held), len(at)))]) for side in sides])
        limit = np.concatenate([side.limit for side in sides]) / scale
        norm = np.abs(matrix).max(axis=1)
        away = np.vstack([np.hstack([sign * move, -np.eye(len(at))]) for sign in (1.0, -1.0)])
        found = linprog(
            np.concatenate([np.zeros(len(months)), np.ones(len(at))]),
            A_ub=np.vstack([matrix / norm[:, None], away]),
            b_ub=np.concatenate([limit / norm, aims[at] / scale, -aims[at] / scale]),
            bounds=(0, None),
            method="highs",
        )
        if found.status == 0:
            return np.where(months, found.x[: len(months)] * scale, 0.0)
    return aims


def _hold(held: Statements, x) -> bool:
    """Whether months x (n,) satisfy statements."""
    below = np.where(held.is_change, held.den @ x, 1.0)
    return bool(((held.lower * below <= held.num @ x) & (held.num @ x <= held.upper * below)).all())


def _apart(held: Statements) -> bool:
    """Whether each statement is about a month of its own, so that nothing can disagree."""
    one_each = (held.num != 0).sum(axis=1) == 1
    return bool(not held.is_change.any() and one_each.all() and (held.num != 0).sum(axis=0).max() <= 1)


@dataclass(frozen=True)
class _Side:
    matrix: np.ndarray
    limit: np.ndarray


def _inequalities(held: Statements, margin: float) -> tuple[_Side, _Side]:
    """matrix · x <= limit for the upper and for the lower end of every interval, moved inwards by `margin`."""
    inset = margin * (held.upper - held.lower) / 2
    upper = held.upper - inset
    lower = held.lower + np.where(held.lower > 0, inset, 0.0)  # zero is not the edge of a rounding
    change = held.is_change
    above = _Side(held.num - upper[:, None] * held.den, np.where(change, 0.0, upper))
    below = _Side(lower[:, None] * held.den - held.num, np.where(change, 0.0, -lower))
    return above, below


def _month_scale(held: Statements) -> float:
    """A typical month, so that the programmes work on numbers near one."""
    level = ~held.is_change & (held.upper > 0)
    if not level.any():
        return 1.0
    return float(np.median(held.upper[level] / held.num[level].sum(axis=1)))
