"""What the facts claim of every quantity: as printed, or as follows from a change or share printed beside it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from ezlib.claims import Cell, Claim, Figure
from ezlib.contracts import DENOMINATORS, STATUSES
from ezlib.facts import add_intervals
from ezlib.periods import Calendar, stretch_before
from ezlib.plans import Target

# Different enterprises of two months may be the same ones, so only flows add up and only they contain their parts.
LEVEL_KINDS = {"flow", "stock", "count"}

OPENING_STOCK = "ratio_to_opening_stock_pct"
DIFFERENCES = {"mom_abs": 1, "yoy_abs": 12, "ytd_yoy_abs": 12}
CHANGES = {"mom": 1, "yoy": 12, "ytd_yoy": 12}


@dataclass(frozen=True)
class Evidence:
    """All claims by cell, the best first, with the facts they come from and the catalogue that relates them.

    `targets` are those that were stated; what follows from a share of plan is a claim and no target.
    """

    facts: Mapping[str, object]
    cells: Mapping[Cell, list[Claim]]
    by_series: Mapping[tuple[str, str, str], list[Cell]]
    catalogue: object
    targets: tuple[Target, ...] = ()

    def best(self, cell: Cell, document: str | None = None, how: str | None = None) -> Claim | None:
        """The first claim on a cell, of one document or of all, of one kind or of any."""
        for claim in self.cells.get(cell, ()):
            if document in (None, claim.document) and how in (None, claim.how):
                return claim
        return None

    def levels(self, zone: str, indicator: str, scope: str) -> list[Cell]:
        return [cell for cell in self.by_series.get((zone, indicator, scope), ()) if cell.what == "level"]

    def stated_plans(self, plan: Cell) -> list[float]:
        """The targets set for a year's plan, whichever body counts it, in the unit of the indicator."""
        unit = self.catalogue.indicator(plan.indicator).unit
        set_for_it = [
            target
            for target in self.targets
            if (target.zone, target.indicator, target.kind) == (plan.zone, plan.indicator, "level")
            and (target.period_start, target.period_end) == (plan.start, plan.end)
        ]
        return [float(self.catalogue.convert(target.value, target.unit, unit)) for target in set_for_it]

    def kind(self, indicator: str) -> str:
        return self.catalogue.indicators[indicator].kind


def gather(facts: pd.DataFrame, catalogue, targets: Iterable[Target] = ()) -> Evidence:
    """Return all that the facts claim; projections claim nothing, but are among the facts."""
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
    stated = tuple(target for target in targets if target.status != "implied")
    return Evidence(rows, dict(cells), dict(by_series), catalogue, stated)


def cell_of(row) -> Cell:
    """The cell that a fact is printed for."""
    return Cell(row.zone, row.indicator, row.scope, row.period_start.date(), row.period_end.date())


def plan_of(cell: Cell) -> Cell:
    """The plan of the year in which a period ends."""
    return cell._replace(start=dt.date(cell.end.year, 1, 1), end=dt.date(cell.end.year, 12, 31), what="plan")


def level_of(row, catalogue) -> Figure:
    """The level of a fact, in the unit of its indicator."""
    unit = catalogue.indicator(row.indicator).unit
    convertible = catalogue.unit(row.unit).dimension == catalogue.unit(unit).dimension
    scale = float(catalogue.convert(1.0, row.unit, unit)) if convertible else 1.0
    words = _words(row)
    if words is not None:
        words = (words[0] * scale, words[1] * scale)
    return Figure(row.fact_id, "value", "level", row.value * scale, row.half_width * scale, words, scale)


def link_of(row, number: int) -> Figure:
    """The first or second change or share stated with a fact."""
    basis, value = getattr(row, f"basis{number}"), getattr(row, f"change{number}")
    kind = "change" if basis in CHANGES else "difference" if basis in DIFFERENCES else "share"
    return Figure(row.fact_id, f"change{number}", kind, value, getattr(row, f"half_width{number}"))


def _precedence(claim: Claim) -> tuple:
    """Printed before implied, then as everywhere: later, then firmer, then finer."""
    fineness = sum(figure.half_width / (abs(figure.value) or 1) for figure in claim.figures)
    firmness = STATUSES[claim.status].rank
    return claim.how != "printed", -claim.published.toordinal(), firmness, fineness, claim.fact, claim.basis


def _claims(row, catalogue) -> Iterator[Claim]:
    indicator = catalogue.indicator(row.indicator)
    cell, level = cell_of(row), level_of(row, catalogue)
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
                link = link_of(row, number)
                for about, how in _implied(cell, basis, row.period_kind, catalogue.calendar_of(*cell[:3])):
                    yield claim(about, how, None if how == "stated" else level, link, basis)


def _implied(cell: Cell, basis: str, period_kind: str, calendar: Calendar) -> Iterator[tuple[Cell, str]]:
    """The other cells that a change or share stated with a level speaks of, and by which formula.

    A holiday or a week is compared with the feast of the year before, whose dates are others: nothing follows.
    """
    dated = period_kind == "month" or (period_kind != "partial" and basis not in ("mom", "mom_abs"))
    if basis in CHANGES and dated:
        yield _earlier(cell, CHANGES[basis], calendar), "change"
        yield cell._replace(what="mom" if basis == "mom" else "yoy"), "stated"
    elif basis in DIFFERENCES and dated:
        yield _earlier(cell, DIFFERENCES[basis], calendar), "difference"
    elif basis == "plan_share_pct":
        yield plan_of(cell), "share"
    elif basis == OPENING_STOCK:
        yield cell._replace(what="opening"), "share"
    elif (cell.indicator, basis) in DENOMINATORS:
        yield cell._replace(indicator=DENOMINATORS[cell.indicator, basis]), "share"


def _earlier(cell: Cell, months: int, calendar: Calendar) -> Cell:
    start, end = stretch_before(cell.start, cell.end, months, calendar)
    return cell._replace(start=start, end=end)


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
