"""Which published figures cannot all be true, and the likeliest slip.

A printed figure is an interval: all the values that would have been printed that way. A rule says which figures must
agree; where their intervals leave no common solution, the alarm is a proof. It is an error when no way of shortening
numbers, rounding or cutting off, makes the figures agree, and a warning when they agree only if some were cut off.
"""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from ezlib import wording
from ezlib.catalogue import load_catalogue
from ezlib.contracts import DENOMINATORS, STATUSES
from ezlib.facts import add_intervals

FINDING_COLUMNS = [
    "rule",
    "severity",
    "zone",
    "series",
    "period_start",
    "period_end",
    "facts",
    "sources",
    "gap",
    "message_vi",
    "message_en",
    "likely",
    "likely_vi",
    "likely_en",
    "alternatives",
]
SEVERITIES = ("error", "warning", "note")

# The press names no counting body: each such figure stands for itself and is compared within its own text only.
UNDEFINED_SCOPES = {"press"}
# Different enterprises of two months may be the same ones, so only flows add up and only they contain their parts.
LEVEL_KINDS = {"flow", "stock", "count"}

UNCHANGED: Mapping = MappingProxyType({})


def audit(facts: pd.DataFrame, expected=None, catalogue=None) -> pd.DataFrame:
    """Return one finding a row about figures that cannot all be true, worst first.

    `facts` is what `load_facts` returns. `expected` gives a model's own interval for some facts, for plausibility: a
    mapping fact_id -> (lower, upper) or a frame with columns lower and upper indexed by fact_id, in the fact's unit.
    Columns are FINDING_COLUMNS: `facts` and `sources` are tuples in one order; `gap` is the least distance of the two
    sides as a share of the larger; `likely` is a Correction or None, `alternatives` the next two. Rules are in RULES.
    """
    evidence = _gather(facts, catalogue or load_catalogue())
    cases = [case for rule in RULES for case in rule.find(evidence)]
    checks = _distinct(case for case in cases if isinstance(case, Check))
    remarks = [case for case in cases if isinstance(case, Remark)] + list(_implausible(expected, evidence))
    correct = _Corrector(checks)
    found = [
        _contradiction(check, severity, correct, evidence) for check in checks if (severity := _severity(check))
    ] + [_remark(remark, evidence) for remark in remarks]
    frame = pd.DataFrame(found, columns=FINDING_COLUMNS)
    order = frame.assign(rank=frame["severity"].map(SEVERITIES.index)).sort_values(
        ["rank", "gap"], ascending=[True, False], kind="stable"
    )
    return order.drop(columns="rank").reset_index(drop=True)


def for_facts(findings: pd.DataFrame, fact_ids: Iterable[str]) -> pd.DataFrame:
    """Return the findings in which any of the facts takes part, in the same order."""
    wanted = set(fact_ids)
    taking_part = findings["facts"].map(lambda facts: not wanted.isdisjoint(facts)).astype(bool)
    return findings[taking_part].reset_index(drop=True)


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
        return *_sum(self.left, reading, instead), *_sum(self.right, reading, instead)

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


def _sum(terms, reading: Reading, instead: Mapping = UNCHANGED) -> tuple[float, float]:
    low = high = 0.0
    for sign, claim in terms:
        ends = claim.bounds(reading, instead)
        low += sign * ends[0 if sign > 0 else 1]
        high += sign * ends[1 if sign > 0 else 0]
    return low, high


def _severity(check: Check) -> str | None:
    """Error where no reading of the figures lets them agree, warning where only a lenient one does.

    An estimate that a later document replaces was not wrong when printed: what disagrees with it is a note.
    """
    if check.holds(ROUNDED):
        return None
    several = len(check.documents) > 1
    lenient = (EITHER_LOOSELY,) if several else (ROUNDED_LOOSELY, TRUNCATED_LOOSELY)
    possible = any(check.holds(reading) for reading in lenient)
    if _superseded(check):
        return None if possible or check.gap < RULES_BY_ID[check.rule].notes_from else "note"
    severity = "warning" if possible else "error"
    rule = RULES_BY_ID[check.rule]
    return max(severity, rule.at_most_across if several else rule.at_most, key=SEVERITIES.index)


def _superseded(check: Check) -> bool:
    """Whether an estimate takes part that was published before some of the other figures."""
    last = max(claim.published for claim in check.claims)
    return any(claim.provisional and claim.published < last for claim in check.claims)


def _distinct(checks: Iterable[Check]) -> list[Check]:
    """The checks without repetition: the same figures may meet under one rule in several ways."""
    return list({(check.rule, check.cell, frozenset(check.facts)): check for check in checks}.values())


# From facts to claims ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """All claims by cell, the best first, with the facts they come from and the catalogue that relates them."""

    facts: Mapping[str, object]
    cells: Mapping[Cell, list[Claim]]
    by_series: Mapping[tuple[str, str, str], list[Cell]]
    catalogue: object

    def best(self, cell: Cell, document: str | None = None, how: str | None = None) -> Claim | None:
        """The first claim on a cell, of one document or of all, of one kind or of any."""
        for claim in self.cells.get(cell, ()):
            if document in (None, claim.document) and how in (None, claim.how):
                return claim
        return None

    def levels(self, zone: str, indicator: str, scope: str) -> list[Cell]:
        return [cell for cell in self.by_series.get((zone, indicator, scope), ()) if cell.what == "level"]

    def kind(self, indicator: str) -> str:
        return self.catalogue.indicators[indicator].kind


OPENING_STOCK = "ratio_to_opening_stock_pct"
DIFFERENCES = {"mom_abs": 1, "yoy_abs": 12, "ytd_yoy_abs": 12}
CHANGES = {"mom": 1, "yoy": 12, "ytd_yoy": 12}


def _gather(facts: pd.DataFrame, catalogue) -> Evidence:
    if not {"lower", "upper"} <= set(facts.columns):
        facts = add_intervals(facts)
    rows = {row.fact_id: row for row in facts.itertuples(index=False)}
    cells, by_series = defaultdict(list), defaultdict(list)
    for row in rows.values():
        if STATUSES[row.status].observed:
            for claim in _claims(row, catalogue):
                cells[claim.cell].append(claim)
    for cell, claims in cells.items():
        claims.sort(key=_precedence)
        by_series[cell.zone, cell.indicator, cell.scope].append(cell)
    return Evidence(rows, dict(cells), dict(by_series), catalogue)


def _precedence(claim: Claim) -> tuple:
    """Printed before implied, then as everywhere: later, then firmer, then finer."""
    fineness = sum(figure.half_width / (abs(figure.value) or 1) for figure in claim.figures)
    firmness = STATUSES[claim.status].rank
    return claim.how != "printed", -claim.published.toordinal(), firmness, fineness, claim.fact, claim.basis


def _claims(row, catalogue) -> Iterator[Claim]:
    indicator = catalogue.indicator(row.indicator)
    cell, level = _cell(row), _level(row, catalogue)
    document = row.reference or f"{row.source} {row.published:%Y-%m-%d}"
    claim = partial(
        Claim, document=document, published=row.published.date(), status=row.status, scope_note=row.scope_note
    )
    grown = indicator.of
    if grown and row.basis1 in CHANGES:
        stated = cell._replace(indicator=grown, what="mom" if row.basis1 == "mom" else "yoy")
        yield claim(stated, "stated", None, replace(level, kind="change"), row.basis1)
        return
    yield claim(cell, "printed", level, None, "")
    if indicator.kind in LEVEL_KINDS:
        for number in (1, 2):
            basis = getattr(row, f"basis{number}")
            if basis:
                link = _link(row, number)
                for about, how in _implied(cell, basis, row.period_kind):
                    yield claim(about, how, None if how == "stated" else level, link, basis)


def _implied(cell: Cell, basis: str, period_kind: str) -> Iterator[tuple[Cell, str]]:
    """The other cells that a change or share stated with a level speaks of, and by which formula.

    A holiday or a week is compared with the feast of the year before, whose dates are others: nothing follows.
    """
    dated = period_kind == "month" or (period_kind != "partial" and basis not in ("mom", "mom_abs"))
    if basis in CHANGES and dated:
        yield _earlier(cell, CHANGES[basis]), "change"
        yield cell._replace(what="mom" if basis == "mom" else "yoy"), "stated"
    elif basis in DIFFERENCES and dated:
        yield _earlier(cell, DIFFERENCES[basis]), "difference"
    elif basis == "plan_share_pct":
        yield (
            cell._replace(start=dt.date(cell.end.year, 1, 1), end=dt.date(cell.end.year, 12, 31), what="plan"),
            "share",
        )
    elif basis == OPENING_STOCK:
        yield cell._replace(what="opening"), "share"
    elif (cell.indicator, basis) in DENOMINATORS:
        yield cell._replace(indicator=DENOMINATORS[cell.indicator, basis]), "share"


def _earlier(cell: Cell, months: int) -> Cell:
    after = _months_before(cell.end + dt.timedelta(days=1), months)
    return cell._replace(start=_months_before(cell.start, months), end=after - dt.timedelta(days=1))


def _months_before(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = (dt.date(year + (month == 11), (month + 1) % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def _cell(row) -> Cell:
    return Cell(row.zone, row.indicator, row.scope, row.period_start.date(), row.period_end.date())


def _level(row, catalogue) -> Figure:
    unit = catalogue.indicator(row.indicator).unit
    convertible = catalogue.unit(row.unit).dimension == catalogue.unit(unit).dimension
    scale = float(catalogue.convert(1.0, row.unit, unit)) if convertible else 1.0
    words = _words(row)
    if words is not None:
        words = (words[0] * scale, words[1] * scale)
    return Figure(row.fact_id, "value", "level", row.value * scale, row.half_width * scale, words, scale)


def _words(row) -> tuple[float, float] | None:
    """The interval of a figure printed with a word, at least as wide as its digits: "over 1 billion" may be 1.4."""
    step = 2 * row.half_width
    if row.qualifier == "over":
        return row.value, max(row.upper, row.value + step)
    if row.qualifier == "nearly":
        return min(row.lower, row.value - step), row.value
    if row.qualifier in ("about", "range"):
        return min(row.lower, row.value - step), max(row.upper, row.value + step)
    return None


def _link(row, number: int) -> Figure:
    basis, value = getattr(row, f"basis{number}"), getattr(row, f"change{number}")
    kind = "change" if basis in CHANGES else "difference" if basis in DIFFERENCES else "share"
    return Figure(row.fact_id, f"change{number}", kind, value, getattr(row, f"half_width{number}"))


# Rules ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Remark:
    """A finding that is no contradiction of sums: dates, scale, repetition, plausibility."""

    rule: str
    severity: str
    cell: Cell
    facts: tuple[str, ...]
    gap: float
    values: Mapping[str, object]
    likely: Correction | None = None


def _parts(evidence: Evidence, how: str, whole: bool) -> Iterator[Check]:
    """Totals against the sum of their parts, or, where a part is not stated, against the parts that are.

    Document by document first; only where no document states all of them are figures of several documents joined.
    """
    for identity, total in _totals(evidence, how):
        parts = [total._replace(indicator=part) for part in identity.parts]
        known = {
            document: [claim for part in parts if (claim := evidence.best(part, document, how))]
            for document in _documents(evidence, total, how)
        }
        complete = any(len(claims) == len(parts) for document, claims in known.items() if document)
        for document, claims in known.items():
            claimed = evidence.best(total, document, how)
            joined_needlessly = document is None and complete
            if claimed and claims and (len(claims) == len(parts)) == whole and not joined_needlessly:
                yield _part_check(total, claimed, claims, how, whole)


def _changes_outside(evidence: Evidence) -> Iterator[Check]:
    """The change of a total above the largest, or below the smallest, of the changes of all its parts.

    Where the levels are printed as well `parts_change` says more; this is for changes that stand alone.
    """
    for identity, (zone, indicator, scope) in itertools.product(
        evidence.catalogue.identities.values(), list(evidence.by_series)
    ):
        if (zone, indicator) != (identity.zone, identity.total) or scope not in identity.scopes:
            continue
        for cell in evidence.by_series[zone, indicator, scope]:
            for document in dict.fromkeys(claim.document for claim in evidence.cells[cell]) if cell.is_percent else ():
                claims = [evidence.best(cell._replace(indicator=part), document) for part in identity.parts]
                total = evidence.best(cell, document)
                if None not in claims and any(claim.level_unknown for claim in (total, *claims)):
                    yield from _outside(cell, total, claims)


def _outside(cell: Cell, total: Claim, parts: list[Claim]) -> Iterator[Check]:
    largest, smallest = max(parts, key=Claim.value), min(parts, key=Claim.value)
    if total.value() > largest.value():
        yield Check("change_outside", cell, ((1, total),), ((1, largest),), "<=")
    elif total.value() < smallest.value():
        yield Check("change_outside", cell, ((1, smallest),), ((1, total),), "<=")


def _documents(evidence: Evidence, cell: Cell, how: str) -> list[str | None]:
    """Every document that speaks of a cell, and None for all of them together where that makes sense."""
    documents = list(dict.fromkeys(claim.document for claim in evidence.cells[cell]))
    return [*documents, None] if how == "printed" and cell.scope not in UNDEFINED_SCOPES else documents


def _totals(evidence: Evidence, how: str) -> Iterator[tuple]:
    what = "plan" if how == "share" else "level"
    for identity in evidence.catalogue.identities.values():
        for scope in identity.scopes:
            for cell in evidence.by_series.get((identity.zone, identity.total, scope), ()):
                if cell.what == what:
                    yield identity, cell


def _part_check(total: Cell, claimed: Claim, known: list[Claim], how: str, whole: bool) -> Check:
    parts = tuple((1, claim) for claim in known)
    rule = {"printed": "parts", "change": "parts_change", "share": "parts_plan"}[how]
    if whole:
        return Check(rule, total, ((1, claimed),), parts)
    return Check(f"{rule}_exceed", total, parts, ((1, claimed),), "<=")


def _pairs(evidence: Evidence, rule: str) -> Iterator[Check]:
    """Two claims on one cell: each against the best of its own document, each document's best against the best."""
    for cell, claims in evidence.cells.items():
        if len(claims) < 2 or cell.what == "opening":
            continue
        own = {}
        for claim in claims:
            reference = own.setdefault(claim.document, claim)
            if reference is claim:
                reference = claims[0] if cell.scope not in UNDEFINED_SCOPES else claim
            if reference.fact != claim.fact and _pair_rule(claim, reference) == rule:
                yield Check(rule, cell, ((1, claim),), ((1, reference),))


def _pair_rule(claim: Claim, reference: Claim) -> str:
    same, as_firm = claim.document == reference.document, claim.status == reference.status
    if same and not as_firm:
        return "stale_estimate" if claim.how == reference.how == "printed" else ""
    if claim.cell.what == "plan":
        return "plan"
    if claim.how == "stated":
        return "stated_change"
    if claim.how != "printed" or reference.how != "printed":
        return "implied"
    if not same:
        return "disagreement"
    return "two_coverages" if claim.scope_note != reference.scope_note else "two_values"


def _flows(evidence: Evidence, joined_how: str | None = None) -> Iterator[dict[Cell, Claim]]:
    """For every flow series the best claim on each period, of all documents together and of each alone."""
    for zone, indicator, scope in evidence.by_series:
        if evidence.kind(indicator) != "flow":
            continue
        cells = evidence.levels(zone, indicator, scope)
        if scope not in UNDEFINED_SCOPES:
            yield {cell: claim for cell in cells if (claim := evidence.best(cell, how=joined_how))}
        by_document = defaultdict(dict)
        for cell in cells:
            for claim in evidence.cells[cell]:
                by_document[claim.document].setdefault(cell, claim)
        yield from (own for own in by_document.values() if len(own) > 1)


def _additions(evidence: Evidence) -> Iterator[Check]:
    """A period against the fewest shorter ones that cover it: a month is the difference of two cumulatives."""
    # What one document implies of an earlier period is not mixed with later revisions printed by another.
    for claims in _flows(evidence, joined_how="printed"):
        starting = defaultdict(list)
        for cell in sorted(claims, key=lambda cell: cell.end, reverse=True):
            starting[cell.start].append(cell)
        for whole in claims:
            tiles = _tiling(whole, starting)
            if tiles:
                yield Check("additions", whole, ((1, claims[whole]),), tuple((1, claims[tile]) for tile in tiles))


def _tiling(whole: Cell, starting: Mapping[dt.date, list[Cell]]) -> tuple[Cell, ...]:
    paths, seen = {whole.start: ()}, {whole.start}
    while paths:
        onward = {}
        for day, path in paths.items():
            for cell in starting.get(day, ()):
                if cell.end == whole.end and cell != whole:
                    return (*path, cell)
                after = cell.end + dt.timedelta(days=1)
                if cell.end < whole.end and after not in seen:
                    seen.add(after)
                    onward[after] = (*path, cell)
        paths = onward
    return ()


def _containment(evidence: Evidence, rule: str) -> Iterator[Check]:
    """A flow of a shorter period against the smallest stated for a longer one that contains it."""
    for claims in _flows(evidence):
        ceilings = {cell: claim.bounds(ROUNDED)[1] for cell, claim in claims.items()}
        for short in claims:
            around = [c for c in claims if c != short and c.start <= short.start and short.end <= c.end]
            if around:
                long = min(around, key=ceilings.get)
                if rule == ("cumulative_falls" if long.start == short.start else "exceeds_whole"):
                    yield Check(rule, short, ((1, claims[short]),), ((1, claims[long]),), "<=")


def _packing(evidence: Evidence) -> Iterator[Check]:
    """Separate periods inside a longer one, not all of it, that together already exceed it."""
    for claims in _flows(evidence):
        for whole, claim in claims.items():
            inside = [c for c in claims if c != whole and whole.start <= c.start and c.end <= whole.end]
            ceiling = claim.bounds(ROUNDED)[1]
            packed = _heaviest(inside, {cell: claims[cell].bounds(ROUNDED)[0] for cell in inside})
            single = any(claims[cell].bounds(ROUNDED)[0] > ceiling for cell in packed)
            if len(packed) > 1 and not single and sum(cell.days for cell in packed) < whole.days:
                yield Check("packing", whole, tuple((1, claims[cell]) for cell in packed), ((1, claim),), "<=")


def _heaviest(cells: list[Cell], weight: Mapping[Cell, float]) -> tuple[Cell, ...]:
    """The cells that do not overlap and weigh most together."""
    cells = sorted(cells, key=lambda cell: cell.end)
    ends = [cell.end for cell in cells]
    best: list[tuple[float, tuple[Cell, ...]]] = [(0.0, ())]
    for i, cell in enumerate(cells):
        before, chosen = best[bisect.bisect_left(ends, cell.start)]
        best.append(max(best[i], (before + weight[cell], (*chosen, cell)), key=lambda pair: pair[0]))
    return best[-1][1]


def _inside(evidence: Evidence) -> Iterator[Check]:
    """A series that the catalogue calls part of another, against it or the difference of its cumulatives."""
    for relation in evidence.catalogue.inside.values():
        wholes = {(cell.start, cell.end): cell for cell in evidence.levels(*relation.whole.split("/"))}
        for part in evidence.levels(*relation.part.split("/")):
            claim = evidence.best(part, how="printed")
            if claim and (whole := _over(part, wholes, evidence)):
                yield Check("inside", part, ((1, claim),), whole, "<=")


def _over(part: Cell, wholes: Mapping, evidence: Evidence) -> tuple[tuple[int, Claim], ...]:
    def best(start, end):
        return evidence.best(wholes[start, end], how="printed") if (start, end) in wholes else None

    if claim := best(part.start, part.end):
        return ((1, claim),)
    for start in {start for start, end in wholes if end == part.end and start < part.start}:
        to_end, before = best(start, part.end), best(start, part.start - dt.timedelta(days=1))
        if to_end and before:
            return (1, to_end), (-1, before)
    return ()


@dataclass(frozen=True)
class Balance:
    """Closing stock = opening stock + inflow − outflow."""

    stock: str
    inflow: str
    outflow: str


BALANCES = (Balance("industrial_stock_tonnes", "industrial_output_tonnes", "industrial_sales_tonnes"),)


def _balances(evidence: Evidence) -> Iterator[Check]:
    """Closing stock against opening stock, inflow and outflow of the period that ends that day."""
    for balance, (zone, indicator, scope) in itertools.product(BALANCES, evidence.by_series):
        if indicator != balance.stock:
            continue
        periods = {(cell.start, cell.end) for cell in evidence.levels(zone, balance.outflow, scope)}
        for closing, (start, end) in itertools.product(evidence.levels(zone, indicator, scope), periods):
            before = closing._replace(start=start - dt.timedelta(days=1), end=start - dt.timedelta(days=1))
            opening = evidence.best(closing._replace(what="opening")) or evidence.best(before)
            inflow, outflow = (
                evidence.best(Cell(zone, flow, scope, start, end)) for flow in (balance.inflow, balance.outflow)
            )
            if closing.end == end and opening and inflow and outflow:
                claim = evidence.best(closing)
                yield Check("balance", closing, ((1, claim),), ((1, opening), (1, inflow), (-1, outflow)))


# A figure is out of scale when a power of ten, and nothing near 1, brings it back among its neighbours.
SCALE_POWERS = (2, -2, 3, -3, 6, -6)
SCALE_FIT = 2.5
NEIGHBOUR_DAYS = 200


def _scale(evidence: Evidence) -> Iterator[Remark]:
    """A flow a hundred or a thousand times the other figures of its series, day for day, and like them once shifted."""
    for row in evidence.facts.values():
        if evidence.kind(row.indicator) != "flow" or row.period_kind == "partial" or not row.value > 0:
            continue
        cell = _cell(row)
        level = _level(row, evidence.catalogue)
        paces = sorted(_neighbours(cell, row.fact_id, evidence))
        for power in SCALE_POWERS if paces else ():
            usual = paces[len(paces) // 2] * cell.days
            if 1 / SCALE_FIT < level.value / usual / 10.0**power < SCALE_FIT:
                likely = Correction(level, level.value / 10.0**power, level.half_width / 10.0**power, "shift", None)
                values = {"found": level, "usual": usual}
                yield Remark("scale", "warning", cell, (row.fact_id,), 1 - 10.0 ** -abs(power), values, likely)


def _neighbours(cell: Cell, fact: str, evidence: Evidence) -> Iterator[float]:
    for other in evidence.levels(cell.zone, cell.indicator, cell.scope):
        near = abs((other.end - cell.end).days) <= NEIGHBOUR_DAYS and cell.scope not in UNDEFINED_SCOPES
        for claim in evidence.cells[other]:
            if near and claim.fact != fact and claim.value() > 0:
                yield claim.value() / other.days


def _share_scale(evidence: Evidence) -> Iterator[Remark]:
    """A share of the year's plan far ahead of or behind the calendar that a shifted decimal point would explain."""
    for row, number in itertools.product(evidence.facts.values(), (1, 2)):
        if getattr(row, f"basis{number}") != "plan_share_pct" or row.period_kind in ("month", "partial"):
            continue
        link = _link(row, number)
        days = (row.period_end - row.period_start).days + 1
        due = 100 * days / 365
        for power in (1, -1, 2, -2):
            if not 1 / 5 < link.value / due < 5 and 1 / SCALE_FIT < link.value / due / 10.0**power < SCALE_FIT:
                cell = _cell(row)
                likely = Correction(link, link.value / 10.0**power, link.half_width / 10.0**power, "shift", None)
                values = {"found": link, "usual": due}
                yield Remark("share_scale", "warning", cell, (row.fact_id,), 1 - 10.0 ** -abs(power), values, likely)


# Offices close a month or a year some days before its end, and say so nowhere.
DAYS_EARLY = 7


def _dates(evidence: Evidence) -> Iterator[Remark]:
    """A figure called final that was published before its period was over."""
    for row in evidence.facts.values():
        early = (row.period_end - row.published).days
        if row.status == "final" and evidence.kind(row.indicator) == "flow" and early > DAYS_EARLY:
            cell = _cell(row)
            values = {"published": row.published, "end": row.period_end}
            yield Remark("dates", "warning", cell, (row.fact_id,), 0.0, values)


def _repeated(evidence: Evidence) -> Iterator[Remark]:
    """The same figure entered twice from one document."""
    for cell, claims in evidence.cells.items():
        printed = [claim for claim in claims if claim.how == "printed"]
        for first, second in itertools.combinations(printed, 2):
            # The first month of a year is its cumulative too.
            alike = evidence.facts[first.fact].period_kind == evidence.facts[second.fact].period_kind
            if alike and first.document == second.document and first.level.value == second.level.value:
                yield Remark("repeated", "note", cell, (first.fact, second.fact), 0.0, {"found": first.level})


def _implausible(expected, evidence: Evidence) -> Iterator[Remark]:
    """Figures wholly outside the interval in which a model expects them: a doubt, never a proof."""
    if expected is None:
        return
    if isinstance(expected, pd.DataFrame):
        expected = dict(zip(expected.index, zip(expected["lower"], expected["upper"], strict=True), strict=True))
    for fact, (lower, upper) in expected.items():
        if (row := evidence.facts.get(fact)) is None:
            continue
        level = _level(row, evidence.catalogue)
        low, high = level.bounds(ROUNDED)
        lower, upper = lower * level.scale, upper * level.scale
        if high < lower or low > upper:
            cell = _cell(row)
            gap = max(lower - high, low - upper) / max(abs(level.value), abs(lower), abs(upper))
            values = {"found": level, "lower": lower, "upper": upper}
            yield Remark("implausible", "warning", cell, (fact,), gap, values)


@dataclass(frozen=True)
class Rule:
    """One way in which figures must agree: its name, how its cases are found, and how a breach is told.

    `says` is filled with the two sides; `at_most` and `at_most_across` (figures of several documents) limit the
    severity where disagreement has an innocent explanation; revisions of estimates below `notes_from` are not noted.
    """

    id: str
    name_vi: str
    name_en: str
    find: Callable[[Evidence], Iterable[Check | Remark]]
    says_vi: str
    says_en: str
    at_most: str = "error"
    at_most_across: str = "error"
    notes_from: float = 0.0
    correctable: bool = True

    def name(self, lang: str = "vi") -> str:
        return self.name_vi if lang == "vi" else self.name_en

    def says(self, lang: str = "vi") -> str:
        return self.says_vi if lang == "vi" else self.says_en


RULES = (
    Rule(
        "parts",
        "Tổng và các phần",
        "Total and parts",
        partial(_parts, how="printed", whole=True),
        "tổng {left}, các phần cộng lại {right}",
        "the total is {left}, the parts add to {right}",
    ),
    Rule(
        "parts_exceed",
        "Các phần lớn hơn tổng",
        "Parts above their total",
        partial(_parts, how="printed", whole=False),
        "riêng các phần đã nêu là {left}, đã hơn tổng {right}",
        "the parts given are {left}, already above the total {right}",
    ),
    Rule(
        "parts_change",
        "Mức tăng giảm của tổng và của các phần",
        "Change of a total and of its parts",
        partial(_parts, how="change", whole=True),
        "theo mức tăng giảm của tổng, kỳ gốc là {left}; theo các phần là {right}",
        "by the change of the total the base was {left}; by the changes of the parts {right}",
    ),
    Rule(
        "parts_change_exceed",
        "Kỳ gốc của các phần lớn hơn của tổng",
        "Base of the parts above that of the total",
        partial(_parts, how="change", whole=False),
        "theo mức tăng giảm, riêng các phần đã nêu ở kỳ gốc là {left}, đã hơn tổng {right}",
        "by their changes the parts given were {left} in the base period, already above the total {right}",
    ),
    Rule(
        "change_outside",
        "Mức tăng giảm của tổng nằm ngoài các phần",
        "Change of a total outside those of its parts",
        _changes_outside,
        "mức tăng giảm của tổng phải nằm giữa các phần, nhưng {left} lại lớn hơn {right}",
        "the change of a total lies between those of its parts, but {left} is above {right}",
    ),
    Rule(
        "parts_plan",
        "Kế hoạch của tổng và của các phần",
        "Plan of a total and of its parts",
        partial(_parts, how="share", whole=True),
        "theo tỷ lệ thực hiện, kế hoạch của tổng là {left}; của các phần cộng lại là {right}",
        "by the shares reached the plan of the total is {left}; the plans of the parts add to {right}",
    ),
    Rule(
        "two_values",
        "Một văn bản, hai số",
        "One document, two values",
        partial(_pairs, rule="two_values"),
        "cùng một văn bản ghi {left} và {right}",
        "one document gives {left} and {right}",
    ),
    Rule(
        "two_coverages",
        "Hai phạm vi dưới một tên",
        "Two coverages under one name",
        partial(_pairs, rule="two_coverages"),
        "cùng một văn bản ghi {left} và {right}, phạm vi ghi chú khác nhau",
        "one document gives {left} and {right}, with different notes on coverage",
        at_most="warning",
        correctable=False,
    ),
    Rule(
        "stale_estimate",
        "Số ước cũ còn sót lại",
        "A stale estimate",
        partial(_pairs, rule="stale_estimate"),
        "cùng một văn bản ghi {left} và {right}, một trong hai là số ước",
        "one document gives {left} and {right}, one of them an estimate",
        at_most="warning",
    ),
    Rule(
        "disagreement",
        "Hai văn bản, hai số",
        "Two documents, two values",
        partial(_pairs, rule="disagreement"),
        "một nơi ghi {left}, nơi khác ghi {right}",
        "one source gives {left}, another {right}",
    ),
    Rule(
        "implied",
        "Số suy ra và số đã ghi",
        "Implied and stated values",
        partial(_pairs, rule="implied"),
        "suy ra {left}, so với {right}",
        "{left} follows, against {right}",
    ),
    Rule(
        "stated_change",
        "Một mức tăng giảm, hai số",
        "Two values of one change",
        partial(_pairs, rule="stated_change"),
        "mức tăng giảm được ghi là {left} và {right}",
        "the change is given as {left} and {right}",
    ),
    Rule(
        "plan",
        "Một kế hoạch năm, hai số",
        "Two plans of one year",
        partial(_pairs, rule="plan"),
        "kế hoạch năm suy từ tỷ lệ thực hiện là {left} và {right}",
        "the year's plan by the share reached is {left} and {right}",
        at_most_across="warning",
    ),
    Rule(
        "additions",
        "Các kỳ cộng lại",
        "Periods that add up",
        _additions,
        "cả kỳ là {left}, các kỳ bên trong cộng lại {right}",
        "the whole period has {left}, the periods within it add to {right}",
        notes_from=0.01,
    ),
    Rule(
        "cumulative_falls",
        "Lũy kế giảm",
        "A cumulative that falls",
        partial(_containment, rule="cumulative_falls"),
        "lũy kế {left}, lớn hơn lũy kế đến ngày muộn hơn {right}",
        "the cumulative {left} is above the {right} of a later day",
    ),
    Rule(
        "exceeds_whole",
        "Kỳ ngắn lớn hơn kỳ dài",
        "A period above one that contains it",
        partial(_containment, rule="exceeds_whole"),
        "{left} lớn hơn {right} của cả kỳ dài hơn",
        "{left} is above the {right} of the longer period around it",
    ),
    Rule(
        "packing",
        "Các kỳ bên trong vượt cả kỳ",
        "Periods inside a longer one exceed it",
        _packing,
        "các kỳ bên trong đã có {left}, hơn cả kỳ {right}",
        "periods within it already have {left}, more than the whole {right}",
        notes_from=0.01,
    ),
    Rule(
        "inside",
        "Phần lớn hơn toàn bộ",
        "A part above its whole",
        _inside,
        "là {left}, trong khi cả {whole} chỉ là {right}",
        "is {left}, while {whole} as a whole is only {right}",
    ),
    Rule(
        "balance",
        "Cân đối tồn kho",
        "Stock balance",
        _balances,
        "tồn kho cuối kỳ {left}, còn tồn đầu kỳ + sản xuất − tiêu thụ = {right}",
        "the closing stock is {left}, but opening stock + output − sales = {right}",
    ),
    Rule(
        "scale",
        "Lệch dấu phẩy hoặc đơn vị",
        "Out of scale",
        _scale,
        "{found}, trong khi theo các số khác của chuỗi thì khoảng {usual}",
        "{found}, where the other figures of the series suggest about {usual}",
    ),
    Rule(
        "share_scale",
        "Tỷ lệ lệch dấu phẩy",
        "A share out of scale",
        _share_scale,
        "đạt {found} kế hoạch năm khi mới qua {usual} thời gian",
        "{found} of the year's plan when {usual} of the year has passed",
    ),
    Rule(
        "dates",
        "Công bố trước khi hết kỳ",
        "Published before the period ended",
        _dates,
        "ghi là số chính thức nhưng công bố ngày {published}, trước khi kỳ kết thúc ngày {end}",
        "called final, but published on {published}, before the period ended on {end}",
    ),
    Rule(
        "repeated",
        "Nhập hai lần",
        "Entered twice",
        _repeated,
        "{found} được nhập hai lần từ cùng một văn bản",
        "{found} stands twice, from the same document",
    ),
    Rule(
        "implausible",
        "Ngoài khoảng mô hình dự kiến",
        "Outside the model's interval",
        lambda evidence: (),
        "{found}, ngoài khoảng mô hình dự kiến {lower}–{upper}",
        "{found}, outside the {lower}–{upper} that the model expects",
    ),
)
"""Every rule, in the order a reader meets them."""

RULES_BY_ID = {rule.id: rule for rule in RULES}


# The likeliest slip --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Correction:
    """One figure changed so that a contradiction ends: by what slip, and how well the new value fits.

    `fit` is the distance from what the other figures give, as a share of it (None where they give only a limit);
    `repairs` and `breaks` count the other contradictions that end or arise with it.
    """

    figure: Figure
    new: float
    half_width: float
    slip: str
    fit: float | None
    repairs: int = 0
    breaks: int = 0

    @property
    def fact_id(self) -> str:
        return self.figure.fact

    @property
    def field(self) -> str:
        """The column of the fact that would change: value, change1 or change2."""
        return self.figure.field

    @property
    def printed(self) -> float:
        return self.figure.value / self.figure.scale

    @property
    def value(self) -> float:
        """The value that the column should have, in the fact's own unit."""
        return self.new / self.figure.scale


# From the slip that needs least explanation to none at all.
SLIPS = {
    "truncated": ("bị cắt bớt thay vì làm tròn", "cut off, not rounded"),
    "times": ("số lần ghi thành phần trăm", "a number of times written as a percentage"),
    "ratio": ("nhầm giữa “bằng” và “tăng, giảm”", "“equal to” taken for “up” or “down”, or the reverse"),
    "shift": ("lệch dấu phẩy hoặc đơn vị", "a slip of the decimal point or the unit"),
    "sign": ("nhầm tăng với giảm", "an increase taken for a decrease or the reverse"),
    "swap": ("hai chữ số đổi chỗ", "two digits changed places"),
    "digit": ("gõ sai một chữ số", "one wrong digit"),
    "other": ("theo các số còn lại", "by the other figures"),
}


# A slip of the pen is believed only where it explains no more than it must, or it would explain anything. Where the
# other figures give a value: the most that the interval they leave may span, as high / low, and for wrong digits in
# units of the last place. Where they give a limit only: how many times beyond it the figure must be.
ROOM = {"times": 1.2, "ratio": 1.2, "sign": 1.2, "shift": 1.5}
ROOM_DIGITS = 20
BEYOND = {"times": 3.0, "ratio": 1.5, "shift": 3.0}


class _Corrector:
    """Finds for a broken check the single figures whose change would mend it, the likeliest first."""

    def __init__(self, checks: Iterable[Check]):
        self.by_figure = defaultdict(list)
        self.held = {}
        for check in checks:
            self.held[check] = check.holds(EITHER)
            for figure in {figure for claim in check.claims for figure in claim.figures}:
                self.by_figure[figure].append(check)

    def __call__(self, check: Check) -> list[Correction]:
        found = []
        # What even cut-off figures do not explain is mended within their leeway.
        reading = ROUNDED if check.holds(EITHER) else EITHER
        for claim in check.claims:
            for figure in claim.figures:
                if (needed := _needed(check, claim, figure, reading)) is not None:
                    found += [self._weighed(slip, check) for slip in _slips(figure, needed)]
        best = {}
        for correction in sorted(found, key=_rank):
            best.setdefault(correction.figure, correction)
        return _telling(list(best.values()), check)

    def _weighed(self, correction: Correction, mended: Check) -> Correction:
        figure = correction.figure
        mended_figure = replace(figure, value=correction.new, half_width=correction.half_width, words=None)
        instead = {figure: mended_figure.bounds(EITHER)}
        others = [check for check in self.by_figure[figure] if check is not mended]
        after = {check: check.holds(EITHER, instead) for check in others}
        repairs = sum(after[check] and not self.held[check] for check in others)
        breaks = sum(self.held[check] and not after[check] for check in others)
        return replace(correction, repairs=repairs, breaks=breaks)


def _rank(correction: Correction) -> tuple:
    """Nothing else broken, most mended, simplest slip, best fit, smallest move."""
    figure, slip = correction.figure, list(SLIPS).index(correction.slip)
    move = abs(math.log(_ratio(figure, correction.new) / _ratio(figure, figure.value)))
    return correction.breaks, -correction.repairs, slip, int(20 * (correction.fit or 0.0)), move


def _telling(corrections: list[Correction], check: Check) -> list[Correction]:
    """The corrections worth telling: under a mere limit the best alone, and of two equal sides of a pair neither."""
    if check.relation == "<=":
        return [correction for correction in corrections[:1] if not correction.breaks]
    of_facts = {correction.fact_id: correction for correction in reversed(corrections)}
    if len(check.left) == len(check.right) == 1 and len(of_facts) == 2:
        first, second = of_facts.values()
        if first.slip == second.slip == "other" and (first.breaks, first.repairs) == (second.breaks, second.repairs):
            return []
    return corrections


def _ratio(figure: Figure, value: float) -> float:
    """A figure on the scale on which slips are judged: a change as the ratio that it stands for."""
    return max(abs(100 + value if figure.kind == "change" else value), 1e-12)


@dataclass(frozen=True)
class _Needed:
    """What the other figures of a check leave for one figure: an interval, and the value they give as printed."""

    low: float
    high: float
    point: float

    def reaches(self, value: float, half: float) -> bool:
        return self.low <= value + half and value - half <= self.high

    def believes(self, slip: str, figure: Figure) -> bool:
        """Whether a slip of this kind would not explain just anything."""
        if slip in ("truncated", "other"):
            return math.isfinite(self.point)
        if not math.isfinite(self.point):
            printed, limits = _ratio(figure, figure.value), (_ratio(figure, self.low), _ratio(figure, self.high))
            return max(limits[0] / printed, printed / limits[1]) > BEYOND.get(slip, math.inf)
        if slip in ROOM:
            return _ratio(figure, self.high) <= ROOM[slip] * _ratio(figure, self.low)
        return self.high - self.low <= ROOM_DIGITS * 2 * figure.half_width


def _needed(check: Check, claim: Claim, figure: Figure, reading: Reading) -> _Needed | None:
    if sum(figure in other.figures for other in check.claims) > 1:
        return None
    on_left = any(other is claim for _, other in check.left)
    own, opposite = (check.left, check.right) if on_left else (check.right, check.left)
    sign = next(sign for sign, other in own if other is claim)
    others = tuple((s, other) for s, other in own if other is not claim)
    (far_low, far_high), (near_low, near_high) = _sum(opposite, reading), _sum(others, reading)
    low, high = far_low - near_high, far_high - near_low
    if check.relation == "<=":
        low, high = (-math.inf, high) if on_left else (low, math.inf)
    low, high = (low, high) if sign > 0 else (-high, -low)
    point = sign * (sum(s * c.value() for s, c in opposite) - sum(s * c.value() for s, c in others))
    return _solved(claim, figure, reading, low, high, point if check.relation == "=" else math.nan)


def _solved(claim: Claim, figure: Figure, reading: Reading, low: float, high: float, point: float) -> _Needed | None:
    """The interval of a figure, given the interval that its claim must lie in."""
    formula = FORMULAS[claim.how]
    if claim.how != "stated":
        low, point = max(low, 0.0), max(point, 0.0)
        if high < low:
            return None
    if figure is claim.level:
        back, other = formula.level, claim.link
    else:
        back, other = formula.link, claim.level
    spread = (math.nan,) if other is None else other.bounds(reading)
    ends = [back(target, end) for target in (low, high) for end in spread]
    return _Needed(min(ends), max(ends), back(point, math.nan if other is None else other.value))


def _slips(figure: Figure, needed: _Needed) -> Iterator[Correction]:
    """For every kind of slip the value nearest to what the other figures give."""
    for slip, candidates in _candidates(figure, needed):
        fitting = [(value, half) for value, half in candidates if needed.reaches(value, half)]
        if not fitting or not needed.believes(slip, figure):
            continue
        if not math.isfinite(needed.point):
            yield Correction(figure, *fitting[0], slip, None)
            continue
        goal = _ratio(figure, needed.point)
        value, half = min(fitting, key=lambda pair: abs(_ratio(figure, pair[0]) - goal))
        yield Correction(figure, value, half, slip, abs(_ratio(figure, value) / goal - 1))


def _candidates(figure: Figure, needed: _Needed) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """The values that a figure would have without each kind of slip, with their half widths."""
    value, half = figure.value, figure.half_width
    if figure.words is None and half:
        yield "truncated", [(value + math.copysign(2 * half, value), half)]
    if figure.kind == "change":
        yield "times", [(100 * (100 + value) - 100, 100 * half)] if 100 + value < 10 else []
        yield "ratio", [(value - 100, half), (value + 100, half)]
        yield "sign", [(-value, half)]
    powers = (1, -1) if figure.kind == "change" else (1, -1, 2, -2, 3, -3, 6, -6)
    yield "shift", [(value * 10.0**power, half * 10.0**power) for power in powers]
    if half and figure.kind != "difference":
        unit, digits = 2 * half, str(round(abs(value) / (2 * half)))
        for slip, texts in (("swap", _swapped(digits)), ("digit", _mistyped(digits))):
            yield slip, [(math.copysign(int(text) * unit, value), half) for text in texts]
    if math.isfinite(needed.point):
        rounded = round(needed.point / (2 * half)) * 2 * half if half else needed.point
        yield "other", [(rounded, half)] if needed.reaches(rounded, half) else [(needed.point, 0.0)]


def _swapped(digits: str) -> list[str]:
    pairs = range(len(digits) - 1)
    return [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in pairs if digits[i] != digits[i + 1]]


def _mistyped(digits: str) -> list[str]:
    """One digit of three or more replaced: with fewer, a wrong digit explains almost anything."""
    places = range(len(digits)) if len(digits) > 2 else ()
    return [digits[:i] + d + digits[i + 1 :] for i in places for d in "0123456789" if d != digits[i]]


# Words ---------------------------------------------------------------------------------------------------------------

LANGUAGES = ("vi", "en")
SIGNS = {1: " + ", -1: f" {wording.MINUS} "}
VERDICTS = {
    "error": (
        "không thể cùng đúng, dù số được làm tròn hay cắt bớt (lệch ít nhất {gap})",
        "cannot all be true, whether rounded or cut off (at least {gap} apart)",
    ),
    "truncated": (
        "không thể cùng đúng nếu số được làm tròn; có thể nếu có số bị cắt bớt (lệch {gap})",
        "cannot all be true if rounded; possible if some were cut off ({gap} apart)",
    ),
    "words": (
        "chỉ có thể cùng đúng nếu hiểu rộng các chữ “trên, gần, khoảng” (lệch {gap})",
        "can all be true only if the words over, nearly, about are stretched ({gap} apart)",
    ),
    "capped": ("lệch ít nhất {gap}", "at least {gap} apart"),
    "revised": ("số ước đã được điều chỉnh {revision}", "an estimate was revised by {revision}"),
    "superseded": (
        "có số ước về sau đã điều chỉnh (lệch {gap})",
        "an estimate among them was revised later ({gap} apart)",
    ),
}


def _contradiction(check: Check, severity: str, correct: _Corrector, evidence: Evidence) -> tuple:
    corrections = correct(check) if severity != "note" and RULES_BY_ID[check.rule].correctable else []
    likely = corrections[0] if corrections else None
    messages = [_told(check, severity, evidence, lang) for lang in LANGUAGES]
    return _row(check.rule, severity, check.cell, check.facts, check.gap, messages, likely, evidence, corrections[1:3])


def _remark(remark: Remark, evidence: Evidence) -> tuple:
    rule = RULES_BY_ID[remark.rule]
    messages = [
        f"{_subject(remark.cell, evidence, lang)}: {rule.says(lang).format(**_shown(remark, evidence, lang))}."
        for lang in LANGUAGES
    ]
    return _row(
        remark.rule, remark.severity, remark.cell, remark.facts, remark.gap, messages, remark.likely, evidence, []
    )


def _row(rule, severity, cell, facts, gap, messages, likely, evidence, alternatives) -> tuple:
    sources = tuple(f"{row.source} ({row.published:%Y-%m-%d})" for row in (evidence.facts[fact] for fact in facts))
    told = [_likely(likely, evidence, lang) if likely else "" for lang in LANGUAGES]
    period = pd.Timestamp(cell.start), pd.Timestamp(cell.end)
    place = rule, severity, cell.zone, cell.series, *period, facts, sources, gap
    return *place, *messages, likely, *told, tuple(alternatives)


def _told(check: Check, severity: str, evidence: Evidence, lang: str) -> str:
    """A contradiction in one line: what it is about, the two sides as worked out, and the verdict."""
    unit = _unit(check.cell, evidence, lang)
    across = len(check.documents) > 1
    sides = {"left": _side(check.left, unit, across, lang), "right": _side(check.right, unit, across, lang)}
    verdict = VERDICTS[_verdict(check, severity)][LANGUAGES.index(lang)]
    far = wording.percent(100 * check.gap, _gap_decimals(100 * check.gap), lang)
    if check.cell.is_percent:
        far = _points(100 * check.gap, lang)
    ending = verdict.format(gap=far, revision=_revision(check, unit, lang))
    sides["whole"] = evidence.catalogue.indicator(check.right[0][1].cell.indicator).name(lang).lower()
    return f"{_subject(check.cell, evidence, lang)}: {RULES_BY_ID[check.rule].says(lang).format(**sides)}; {ending}."


def _verdict(check: Check, severity: str) -> str:
    if severity == "note":
        return "revised" if len(check.left) == len(check.right) == 1 else "superseded"
    if severity == "error":
        return "error"
    if not any(check.holds(reading) for reading in (EITHER_LOOSELY, TRUNCATED_LOOSELY, ROUNDED_LOOSELY)):
        return "capped"
    return "truncated" if check.holds(EITHER if len(check.documents) > 1 else TRUNCATED) else "words"


def _revision(check: Check, unit: str, lang: str) -> str:
    """From the figure published first to the one published last."""
    first, last = sorted((claim for claim in check.claims), key=lambda claim: claim.published)[:: len(check.claims) - 1]
    if check.cell.is_percent or unit == "%":
        return _points(last.value() - first.value(), lang, signed=True)
    return wording.change(100 * (last.value() / first.value() - 1), 1, lang) if first.value() else ""


def _points(points: float, lang: str, signed: bool = False) -> str:
    text = wording.number(points, 2 if abs(points) < 10 else 1, lang)
    return f"{'+' if signed and points > 0 else ''}{text}{wording.NBSP}{'điểm %' if lang == 'vi' else 'points'}"


def _gap_decimals(percent: float) -> int:
    return 1 if percent >= 0.1 else 3


def _subject(cell: Cell, evidence: Evidence, lang: str) -> str:
    name = evidence.catalogue.indicator(cell.indicator).name(lang)
    usual = evidence.catalogue.zone(cell.zone).scope == cell.scope
    scope = "" if usual else f" – {evidence.catalogue.scope(cell.scope).name(lang)}"
    return f"{name}{scope}, {_period(cell, lang)}"


def _period(cell: Cell, lang: str) -> str:
    if (cell.start.month, cell.start.day, cell.end.month, cell.end.day) == (1, 1, 12, 31):
        years = str(cell.start.year) if cell.start.year == cell.end.year else f"{cell.start.year}–{cell.end.year}"
        return f"năm {years}" if lang == "vi" else years
    first = cell.start.day == 1 and (cell.end + dt.timedelta(days=1)).day == 1
    if first and cell.start.month == cell.end.month and cell.start.year == cell.end.year:
        return wording.month(cell.start, lang)
    if cell.start == cell.end:
        return wording.date(cell.start, lang)
    if cell.start.year == cell.end.year:
        return f"{wording.days(cell.start, cell.end, lang)}{'/' if lang == 'vi' else ' '}{cell.end.year}"
    return wording.days(cell.start, cell.end, lang)


def _unit(cell: Cell, evidence: Evidence, lang: str) -> str:
    if cell.is_percent:
        return ""
    return evidence.catalogue.units[evidence.catalogue.indicators[cell.indicator].unit].sign(lang)


def _side(terms, unit: str, across: bool, lang: str) -> str:
    """A sum as it is worked out: "215.613/(1 − 10 %) + 212.418/(1 − 12 %) = 480.938 lượt người"."""
    text = "".join(SIGNS[sign] + _expression(claim, lang) for sign, claim in terms).removeprefix(SIGNS[1])
    if len(terms) > 1 or terms[0][1].how not in ("printed", "stated"):
        total = sum(sign * claim.value() for sign, claim in terms)
        half = max(claim.level.half_width for _, claim in terms)
        text += f" = {wording.published(total, half, lang)}"
    text = f"{text}{wording.NBSP}{unit}" if unit else text
    if across and len({claim.document for _, claim in terms}) == 1:
        day = wording.date(terms[0][1].published, lang)
        text += f" (công bố {day})" if lang == "vi" else f" (published {day})"
    return text


def _expression(claim: Claim, lang: str) -> str:
    if claim.how == "stated":
        return _written(claim.link, lang)
    level = wording.published(claim.level.value, claim.level.half_width, lang)
    if claim.how == "printed":
        return level
    if claim.how == "share":
        return f"{level}/{wording.published(claim.link.value, claim.link.half_width, lang)}{wording.NBSP}%"
    size = wording.published(abs(claim.link.value), claim.link.half_width, lang)
    sign = SIGNS[-1 if (claim.link.value < 0) == (claim.how == "change") else 1]
    return f"{level}/(1{sign}{size}{wording.NBSP}%)" if claim.how == "change" else f"({level}{sign}{size})"


def _written(figure: Figure, lang: str) -> str:
    """A change or share as it was printed: +33 %, 50,9 %."""
    text = wording.published(figure.value, figure.half_width, lang)
    if figure.kind == "difference":
        return text
    return f"{'+' if figure.value > 0 and figure.kind == 'change' else ''}{text}{wording.NBSP}%"


def _shown(remark: Remark, evidence: Evidence, lang: str) -> dict[str, str]:
    """The values of a remark, written: figures with their digits and unit, days as days."""
    unit = _unit(remark.cell, evidence, lang) if remark.rule != "share_scale" else "%"

    def shown(value) -> str:
        if isinstance(value, Figure):
            return f"{wording.published(value.value, value.half_width, lang)} {unit}"
        if isinstance(value, dt.date):
            return wording.date(value, lang)
        rounded = float(f"{value:.3g}")
        return f"{wording.number(rounded, None, lang)} {unit}"

    return {name: shown(value) for name, value in remark.values.items()}


def _likely(correction: Correction, evidence: Evidence, lang: str) -> str:
    """The correction in words: which figure, from what to what, by which slip, and how well it fits."""
    figure, row = correction.figure, evidence.facts[correction.fact_id]
    name = evidence.catalogue.indicators[row.indicator].name(lang)
    half = correction.half_width or figure.half_width
    if figure.field == "value":
        unit = evidence.catalogue.units[evidence.catalogue.indicators[row.indicator].unit].sign(lang)
        old, new = (
            wording.published(v, h, lang) for v, h in ((figure.value, figure.half_width), (correction.new, half))
        )
        change = f"{old} → {new} {unit}"
    else:
        change = f"{_written(figure, lang)} → {_written(replace(figure, value=correction.new, half_width=half), lang)}"
    slip = SLIPS[correction.slip][LANGUAGES.index(lang)]
    return f"{name}: {change} ({slip})"
