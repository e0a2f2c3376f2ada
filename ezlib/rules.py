"""The rules by which printed figures must agree, and the cases of each among the facts."""

from __future__ import annotations

import bisect
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from ezlib.catalogue import SeriesKey
from ezlib.claims import EITHER, ROUNDED, Cell, Check, Claim, Figure
from ezlib.evidence import Evidence, cell_of, level_of, link_of, plan_of
from ezlib.slips import Suspect

# The press names no counting body: each such figure stands for itself and is compared within its own text only.
UNDEFINED_SCOPES = {"press"}


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
    slip_possible: bool = True

    def name(self, lang: str = "vi") -> str:
        return self.name_vi if lang == "vi" else self.name_en

    def says(self, lang: str = "vi") -> str:
        return self.says_vi if lang == "vi" else self.says_en


@dataclass(frozen=True)
class Remark:
    """A finding that is no contradiction of sums: dates, scale, repetition, plausibility."""

    rule: str
    severity: str
    cell: Cell
    facts: tuple[str, ...]
    gap: float
    values: Mapping[str, object]
    likely: Suspect | None = None


# Totals and their parts ----------------------------------------------------------------------------------------------


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


# Several figures of one quantity -------------------------------------------------------------------------------------


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


# Periods inside one another ------------------------------------------------------------------------------------------


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


# Series that bound or balance one another ----------------------------------------------------------------------------


def _inside(evidence: Evidence) -> Iterator[Check]:
    """A series that the catalogue calls part of another, against it or the difference of its cumulatives."""
    for relation in evidence.catalogue.inside.values():
        wholes = {(cell.start, cell.end): cell for cell in evidence.levels(*SeriesKey.of(relation.whole))}
        for part in evidence.levels(*SeriesKey.of(relation.part)):
            claim = evidence.best(part, how="printed")
            if claim and (whole := _over(part, wholes, evidence)):
                yield Check("inside", part, ((1, claim),), whole, "<=")


def _over(part: Cell, wholes: Mapping, evidence: Evidence) -> tuple[tuple[int, Claim], ...]:
    def best(start, end):
        return evidence.best(wholes[start, end], how="printed") if (start, end) in wholes else None

    if claim := best(part.start, part.end):
        return ((1, claim),)
    for start in sorted(start for start, end in wholes if end == part.end and start < part.start):
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
        periods = sorted({(cell.start, cell.end) for cell in evidence.levels(zone, balance.outflow, scope)})
        for closing, (start, end) in itertools.product(evidence.levels(zone, indicator, scope), periods):
            before = closing._replace(start=start - dt.timedelta(days=1), end=start - dt.timedelta(days=1))
            opening = evidence.best(closing._replace(what="opening")) or evidence.best(before)
            inflow, outflow = (
                evidence.best(Cell(zone, flow, scope, start, end)) for flow in (balance.inflow, balance.outflow)
            )
            if closing.end == end and opening and inflow and outflow:
                claim = evidence.best(closing)
                yield Check("balance", closing, ((1, claim),), ((1, opening), (1, inflow), (-1, outflow)))


# Scale, dates, repetition, plausibility ------------------------------------------------------------------------------

# A figure is out of scale when a power of ten, and nothing near 1, brings it back among its neighbours.
SCALE_POWERS = (2, -2, 3, -3, 6, -6)
SCALE_FIT = 2.5
NEIGHBOUR_DAYS = 200


def _scale(evidence: Evidence) -> Iterator[Remark]:
    """A flow a hundred or a thousand times the other figures of its series, day for day, and like them once shifted."""
    for row in evidence.facts.values():
        if evidence.kind(row.indicator) != "flow" or row.period_kind == "partial" or not row.value > 0:
            continue
        cell = cell_of(row)
        level = level_of(row, evidence.catalogue)
        paces = sorted(_neighbours(cell, row.fact_id, evidence))
        for power in SCALE_POWERS if paces else ():
            usual = paces[len(paces) // 2] * cell.days
            if 1 / SCALE_FIT < level.value / usual / 10.0**power < SCALE_FIT:
                likely = Suspect(level, level.value / 10.0**power, level.half_width / 10.0**power, "shift", None)
                values = {"found": level, "usual": usual}
                yield Remark("scale", "warning", cell, (row.fact_id,), 1 - 10.0 ** -abs(power), values, likely)


def _neighbours(cell: Cell, fact: str, evidence: Evidence) -> Iterator[float]:
    for other in evidence.levels(cell.zone, cell.indicator, cell.scope):
        near = abs((other.end - cell.end).days) <= NEIGHBOUR_DAYS and cell.scope not in UNDEFINED_SCOPES
        for claim in evidence.cells[other]:
            if near and claim.fact != fact and claim.value() > 0:
                yield claim.value() / other.days


def _share_scale(evidence: Evidence) -> Iterator[Remark]:
    """A share of the year's plan far ahead of or behind the calendar that a shifted decimal point would explain.

    None where the plan that follows from it is known: a plan may be out of reach, or passed many times over.
    """
    for row, number in itertools.product(evidence.facts.values(), (1, 2)):
        if getattr(row, f"basis{number}") != "plan_share_pct" or row.period_kind in ("month", "partial"):
            continue
        link = link_of(row, number)
        if _plan_is_known(row, link, evidence):
            continue
        days = (row.period_end - row.period_start).days + 1
        due = 100 * days / 365
        for power in (1, -1, 2, -2):
            if not 1 / 5 < link.value / due < 5 and 1 / SCALE_FIT < link.value / due / 10.0**power < SCALE_FIT:
                cell = cell_of(row)
                likely = Suspect(link, link.value / 10.0**power, link.half_width / 10.0**power, "shift", None)
                values = {"found": link, "usual": due}
                yield Remark("share_scale", "warning", cell, (row.fact_id,), 1 - 10.0 ** -abs(power), values, likely)


def _plan_is_known(row, link: Figure, evidence: Evidence) -> bool:
    """Whether the plan that follows from a level and its share is a stated target, or follows from another document."""
    plan = plan_of(cell_of(row))
    claims = evidence.cells.get(plan, ())
    own = next((claim for claim in claims if claim.fact == row.fact_id and claim.link.field == link.field), None)
    if own is None:
        return False
    low, high = own.bounds(EITHER)
    others = [claim.bounds(EITHER) for claim in claims if claim.document != own.document]
    stated = [(target, target) for target in evidence.stated_plans(plan)]
    return any(lower <= high and low <= upper for lower, upper in others + stated)


# Offices close a month or a year some days before its end, and say so nowhere.
DAYS_EARLY = 7


def _dates(evidence: Evidence) -> Iterator[Remark]:
    """A figure called final that was published before its period was over."""
    for row in evidence.facts.values():
        early = (row.period_end - row.published).days
        if row.status == "final" and evidence.kind(row.indicator) == "flow" and early > DAYS_EARLY:
            cell = cell_of(row)
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


def implausible(expected, evidence: Evidence) -> Iterator[Remark]:
    """Figures wholly outside the interval in which a model expects them: a doubt, never a proof."""
    if expected is None:
        return
    if isinstance(expected, pd.DataFrame):
        expected = dict(zip(expected.index, zip(expected["lower"], expected["upper"], strict=True), strict=True))
    for fact, (lower, upper) in expected.items():
        if (row := evidence.facts.get(fact)) is None:
            continue
        level = level_of(row, evidence.catalogue)
        low, high = level.bounds(ROUNDED)
        lower, upper = lower * level.scale, upper * level.scale
        if high < lower or low > upper:
            cell = cell_of(row)
            gap = max(lower - high, low - upper) / max(abs(level.value), abs(lower), abs(upper))
            values = {"found": level, "lower": lower, "upper": upper}
            yield Remark("implausible", "warning", cell, (fact,), gap, values)


# The table -----------------------------------------------------------------------------------------------------------

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
        slip_possible=False,
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
