"""What a printed figure claims, as an interval, and whether sums of such claims can agree.

A printed figure stands for all the values that would have been printed that way. With a change or a share stated
beside it, it claims something of another quantity as well: of the month before, or of the year's plan.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

UNCHANGED: Mapping = MappingProxyType({})

# What a printed figure allows ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """How numbers were shortened, and how far the words over, nearly and about are stretched."""

    digits: str
    words: float


ROUNDED = Reading("rounded", 1)
TRUNCATED = Reading("truncated", 1)
ROUNDED_LOOSELY = Reading("rounded", 2)
TRUNCATED_LOOSELY = Reading("truncated", 2)
# Two offices need not shorten numbers alike, so figures of several documents may each be either.
EITHER = Reading("either", 1)
EITHER_LOOSELY = Reading("either", 2)


@dataclass(frozen=True, eq=False)
class Figure:
    """One printed number of a fact, in the indicator's own unit: its level, or a change or share stated with it."""

    fact: str
    field: str
    kind: str
    value: float
    half_width: float
    words: tuple[float, float] | None = None
    scale: float = 1.0

    def bounds(self, reading: Reading) -> tuple[float, float]:
        if self.words is not None:
            low, high = self.words
            return self.value - reading.words * (self.value - low), self.value + reading.words * (high - self.value)
        nearest = self.value - self.half_width, self.value + self.half_width
        if reading.digits == "rounded":
            return nearest
        step = 2 * self.half_width
        cut = (self.value - step * (self.value <= 0), self.value + step * (self.value >= 0))
        return cut if reading.digits == "truncated" else (min(nearest[0], cut[0]), max(nearest[1], cut[1]))


@dataclass(frozen=True)
class Formula:
    """What a level and a number stated with it say of another quantity, and the way back to either."""

    value: Callable[[float, float], float]
    level: Callable[[float, float], float]
    link: Callable[[float, float], float]


FORMULAS = {
    "printed": Formula(lambda level, _: level, lambda value, _: value, lambda *_: math.nan),
    "change": Formula(
        lambda level, change: level / max(1 + change / 100, 1e-12),
        lambda value, change: value * (1 + change / 100),
        lambda value, level: 100 * (level / max(value, 1e-12) - 1),
    ),
    "share": Formula(
        lambda level, share: 100 * level / max(share, 1e-12),
        lambda value, share: value * share / 100,
        lambda value, level: 100 * level / max(value, 1e-12),
    ),
    "difference": Formula(
        lambda level, difference: level - difference,
        lambda value, difference: value + difference,
        lambda value, level: level - value,
    ),
    "stated": Formula(lambda _, change: change, lambda *_: math.nan, lambda value, _: value),
}


class Cell(NamedTuple):
    """What a claim is about: a level or a year's plan of a series in a period, or its change on a basis."""

    zone: str
    indicator: str
    scope: str
    start: dt.date
    end: dt.date
    what: str = "level"

    @property
    def series(self) -> str:
        return f"{self.zone}/{self.indicator}/{self.scope}"

    @property
    def is_percent(self) -> bool:
        return self.what in ("mom", "yoy")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1


@dataclass(frozen=True, eq=False)
class Claim:
    """What one document says about a cell: printed there, or following from a change or share printed there."""

    cell: Cell
    how: str
    level: Figure | None
    link: Figure | None
    basis: str
    document: str
    published: dt.date
    status: str
    scope_note: str
    known: dict[Reading, tuple[float, float]] = field(default_factory=dict, repr=False)

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for figure in (self.level, self.link) if figure is not None)

    @property
    def fact(self) -> str:
        return self.figures[0].fact

    @property
    def level_unknown(self) -> bool:
        """Whether a change is printed without the level it is of."""
        return self.how == "stated" and self.link.field == "value"

    @property
    def provisional(self) -> bool:
        """An implied earlier level was settled when it was used, even where the present level was an estimate."""
        return self.status != "final" and self.how in ("printed", "stated")

    def value(self) -> float:
        return FORMULAS[self.how].value(*(figure.value if figure else math.nan for figure in (self.level, self.link)))

    def bounds(self, reading: Reading, instead: Mapping = UNCHANGED) -> tuple[float, float]:
        if instead and not instead.keys().isdisjoint(self.figures):
            return self._worked_out(reading, instead)
        if reading not in self.known:
            self.known[reading] = self._worked_out(reading, UNCHANGED)
        return self.known[reading]

    def _worked_out(self, reading: Reading, instead: Mapping) -> tuple[float, float]:
        ranges = [_range(figure, reading, instead) for figure in (self.level, self.link)]
        corners = [FORMULAS[self.how].value(level, link) for level in ranges[0] for link in ranges[1]]
        return min(corners), max(corners)


def _range(figure: Figure | None, reading: Reading, instead: Mapping) -> tuple[float, ...]:
    if figure is None:
        return (math.nan,)
    return instead[figure] if figure in instead else figure.bounds(reading)


# Figures that must agree ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Check:
    """Two sums of claims, of which the left must equal the right, or not exceed it."""

    rule: str
    cell: Cell
    left: tuple[tuple[int, Claim], ...]
    right: tuple[tuple[int, Claim], ...]
    relation: str = "="

    @property
    def claims(self) -> tuple[Claim, ...]:
        return tuple(claim for _, claim in self.left + self.right)

    @property
    def facts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(claim.fact for claim in self.claims))

    @property
    def documents(self) -> set[str]:
        return {claim.document for claim in self.claims}

    def sides(self, reading: Reading, instead: Mapping = UNCHANGED) -> tuple[float, float, float, float]:
        return *sum_bounds(self.left, reading, instead), *sum_bounds(self.right, reading, instead)

    def excess(self, reading: Reading, instead: Mapping = UNCHANGED) -> float:
        """How far the sides stay apart at best; 0 or less where all the figures can be true."""
        left_low, left_high, right_low, right_high = self.sides(reading, instead)
        above = left_low - right_high
        return above if self.relation == "<=" else max(above, right_low - left_high)

    @property
    def gap(self) -> float:
        """The least distance of the two sides if the figures were rounded, as a share of the larger."""
        size = max((abs(end) for end in self.sides(ROUNDED) if math.isfinite(end)), default=0.0)
        return self.excess(ROUNDED) / (100.0 if self.cell.is_percent else size or 1.0)

    def holds(self, reading: Reading, instead: Mapping = UNCHANGED) -> bool:
        return self.excess(reading, instead) <= 1e-9 * (1 + abs(self.sides(reading, instead)[0]))


def sum_bounds(terms, reading: Reading, instead: Mapping = UNCHANGED) -> tuple[float, float]:
    """The bounds of a sum of claims, given as pairs of a sign and a claim."""
    low = high = 0.0
    for sign, claim in terms:
        ends = claim.bounds(reading, instead)
        low += sign * ends[0 if sign > 0 else 1]
        high += sign * ends[1 if sign > 0 else 0]
    return low, high
