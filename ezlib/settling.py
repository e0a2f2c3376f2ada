"""What the figures of one report say of each other: readings chosen, parts put in their period, each said once."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from ezlib.catalogue import Catalogue, Identity
from ezlib.contracts import BASES, DENOMINATORS
from ezlib.named_periods import days_of
from ezlib.phrases import When
from ezlib.proposals import Change, Left, Proposal, note, plain_digits


def settle(proposals: list[Proposal], catalogue: Catalogue) -> tuple[list[Proposal], list[Left]]:
    """The figures of a report seen together: each once and as far as it is believed, and what is left over of them."""
    proposals = _settle_parts(_choose_readings(proposals, catalogue), catalogue)
    proposals, repeated = _without_repeats(proposals)
    proposals, further = _settle_changes(_with_doubts(proposals))
    return proposals, [*repeated, *further]


def _choose_readings(proposals: list[Proposal], catalogue: Catalogue) -> list[Proposal]:
    """Where separators allow two values, the one that fits the other figures; said in the note, and doubted."""
    sure = [p for p in proposals if len(p.number.readings) == 1]
    signs = {sign for p in sure if (sign := _decimal_sign(p.number.printed))}
    chosen = []
    for fact in proposals:
        if len(fact.number.readings) > 1:
            fact = _chosen(fact, proposals, signs, catalogue)
        elif _is_out_of_scale(fact, sure, catalogue):
            fact = _in_scale(fact, sure, catalogue)
        chosen.append(fact)
    return [_by_total(fact, chosen, catalogue) if len(fact.number.readings) > 1 else fact for fact in chosen]


def _decimal_sign(printed: str) -> str:
    """The sign before the decimals of a number, where nothing else can be meant."""
    found = re.search(r"([.,])(\d+)(?!.*[.,]\d)", printed)
    return found[1] if found and len(found[2]) != 3 else ""


def _chosen(fact: Proposal, proposals: list[Proposal], signs: set[str], catalogue: Catalogue) -> Proposal:
    values = [fact.in_unit(catalogue, k)[0] for k in range(2)]
    like = [p for p in proposals if p is not fact and p.series == fact.series]
    peers = [p.in_unit(catalogue)[0] for p in [p for p in like if len(p.number.readings) == 1] or like]
    peers = [p for p in peers if p > 0]
    if not peers or 0 in values:
        if _is_too_fine(fact, catalogue):
            return _read_otherwise(fact, "fees")
        return replace(fact, trust=fact.trust * _trust_in_style(fact, signs))
    misfit = [min(abs((v / p).ln()) for p in peers) for v in values]
    return fact if misfit[0] <= misfit[1] else _read_otherwise(fact, "series")


def _trust_in_style(fact: Proposal, signs: set[str]) -> float:
    """How far the usual reading of a number holds: by the decimal signs the text uses elsewhere."""
    sign = next(c for c in fact.number.printed if c in ".,")
    as_decimal = fact.number.readings[0][1] < 1
    agrees = signs == {sign} if as_decimal else sign not in signs
    return 0.97 if agrees and signs else 0.9 if not signs else 0.8


def _is_too_fine(fact: Proposal, catalogue: Catalogue) -> bool:
    """Whether "1,007 triệu đồng" would be a sum told to the nearest thousand, where the indicator counts billions."""
    in_millions = fact.number.power == 6 and fact.number.units == ("vnd",) and fact.number.readings[0][1] < 1
    return in_millions and catalogue.unit(fact.unit).factor >= 10**9


def _read_otherwise(fact: Proposal, why: str, share: str = "") -> Proposal:
    vi, en = READ_SO[why]
    value, share = plain_digits(fact.number.readings[1][0]), f"{share} %"
    said = {"why_vi": vi.format(share=share.replace(".", ",")), "why_en": en.format(share=share)}
    words = note("read", printed=fact.number.printed, value=value, **said)
    return replace(fact, choice=1, trust=0.6 * fact.trust, notes=(*fact.notes, words))


READ_SO = {
    "series": ("theo các số khác của chỉ tiêu", "like its other figures"),
    "parts": ("để các phần cộng lại bằng tổng", "so that the parts add up to the total"),
    "ratio": ("theo tỷ lệ {share} in kèm", "as the {share} printed with it asks"),
    "scale": ("cho hợp cỡ với các số khác cùng đơn vị", "in the scale of a zone and of the other figures in this unit"),
    "fees": ("vì số thu không lẻ đến nghìn đồng", "since fees are not told to the nearest thousand đồng"),
}
"""Why the less usual reading of a number was taken, Vietnamese and English."""


def _by_total(fact: Proposal, proposals: list[Proposal], catalogue: Catalogue) -> Proposal:
    """The other reading where with it, and only with it, the parts add up to the printed total."""
    for identity in catalogue.identities.values():
        if not _is_part(fact, identity) or fact.choice:
            continue
        at = {p.indicator: p.in_unit(catalogue)[0] for p in proposals if (p.scope, p.days) == (fact.scope, fact.days)}
        others = [at.get(part) for part in identity.parts if part != fact.indicator]
        if identity.total in at and None not in others:
            sums = [sum(others) + fact.in_unit(catalogue, k)[0] for k in range(2)]
            if [_adds_up(added, at[identity.total]) for added in sums] == [False, True]:
                return _read_otherwise(fact, "parts")
    return fact


# More than any zone or province can have: 500,000 tỷ đồng.
BEYOND_ANY_ZONE = {"billion_vnd": 500_000}


def _is_out_of_scale(fact: Proposal, sure: list[Proposal], catalogue: Catalogue) -> bool:
    """Whether a figure with several separators is a hundred times any other of its unit in the text, or of any zone."""
    if fact.number.printed.count(".") + fact.number.printed.count(",") < 2 or fact.number.power == 0:
        return False
    value = fact.in_unit(catalogue)[0]
    others = [p.in_unit(catalogue)[0] for p in sure if p.unit == fact.unit and p is not fact]
    if not others:
        return fact.scope != "national" and value > BEYOND_ANY_ZONE.get(fact.unit, value)
    return value > 100 * max(others)


def _in_scale(fact: Proposal, sure: list[Proposal], catalogue: Catalogue) -> Proposal:
    """A figure out of scale with its last separator read as the decimal sign: 7.955.082 tỷ as 7955,082 tỷ.

    A ratio printed with it ("146,6 % of output") speaks for one of the two; else the scale of the text decides.
    """
    value, step = fact.number.readings[0]
    slipped = replace(fact, number=replace(fact.number, readings=((value, step), (value / 1000, step / 1000))))
    for change in fact.changes:
        whole = next((p for p in sure if _is_of_what(p, fact, change)), None)
        if whole is not None:
            share = 100 * slipped.in_unit(catalogue, 1)[0] / whole.in_unit(catalogue)[0]
            if abs(share - change.value) <= Decimal("0.01") * change.value:
                return _read_otherwise(slipped, "ratio", plain_digits(change.value))
    if not _is_out_of_scale(replace(slipped, choice=1), sure, catalogue):
        return _read_otherwise(slipped, "scale")
    return replace(fact, trust=0.5 * fact.trust, notes=(*fact.notes, note("scale", printed=fact.number.printed)))


def _is_of_what(fact: Proposal, part: Proposal, change: Change) -> bool:
    """Whether a figure is what another is given as a ratio of: the output of the same days, for sales."""
    whole = DENOMINATORS.get((part.indicator, change.basis))
    return (fact.zone, fact.indicator, fact.scope, fact.days) == (part.zone, whole, part.scope, part.days)


def _settle_parts(proposals: list[Proposal], catalogue: Catalogue) -> list[Proposal]:
    """Parts that may be of a month or of the year to date, put where they add up to the total the text prints."""
    for identity in catalogue.identities.values():
        parts = [p for p in proposals if p.rival and _is_part(p, identity)]
        totals = [p for p in proposals if p.indicator == identity.total and p.zone == identity.zone]
        whens = [parts[0].when, parts[0].rival] if {p.indicator for p in parts} == set(identity.parts) else []
        added = sum(p.in_unit(catalogue)[0] for p in parts)
        fits = [p.when for p in totals if p.when in whens and _adds_up(added, p.in_unit(catalogue)[0])]
        if fits:
            settled = {id(p): _at(p, fits[0], catalogue) for p in parts}
            proposals = [settled.get(id(p), p) for p in proposals]
    proposals = [_by_whole(p, proposals, catalogue) if p.rival else p for p in proposals]
    return [_by_plan_share(p, catalogue) if p.rival else p for p in proposals]


def _by_whole(fact: Proposal, proposals: list[Proposal], catalogue: Catalogue) -> Proposal:
    """A part of the year to date where it, or another of its sentence, is more than the whole of the month."""
    sums = [p for p in proposals if p.start < fact.start and p.when == fact.rival and p.unit == fact.unit]
    months = [p for p in proposals if sums and p.series == sums[-1].series and p.when == fact.when]
    if not months or sums[-1].rival:
        return fact
    month, whole = months[-1].in_unit(catalogue)[0], sums[-1].in_unit(catalogue)[0]
    beside = [p for p in proposals if p.sentence == fact.sentence and p.rival == fact.rival and p.unit == fact.unit]
    too_much = any(month < p.in_unit(catalogue)[0] <= whole for p in beside)
    return _at(fact, fact.rival, catalogue) if too_much else fact


def _by_plan_share(fact: Proposal, catalogue: Catalogue) -> Proposal:
    """A part with a share of the year's plan that fits the year to date and is far too much for the month."""
    share = next((c.value for c in fact.changes if c.basis == "plan_share_pct"), None)
    later = _at(fact, fact.rival, catalogue)
    if share is not None and _pace(share, fact) > 2.5 and Decimal("0.4") < _pace(share, later) < Decimal("2.5"):
        return replace(later, trust=0.92 * later.trust)
    return fact


def _pace(share: Decimal, fact: Proposal) -> Decimal:
    """A share of the year's plan as a multiple of the share of the year that its period is."""
    start, end, _ = fact.days
    return share / (Decimal(100 * ((end - start).days + 1)) / 365)


def _is_part(fact: Proposal, identity: Identity) -> bool:
    return fact.zone == identity.zone and fact.scope in identity.scopes and fact.indicator in identity.parts


def _adds_up(added: Decimal, total: Decimal) -> bool:
    return abs(added - total) <= Decimal("0.005") * abs(total)


def _at(fact: Proposal, when: When, catalogue: Catalogue) -> Proposal:
    """The same figure at a period that is certain."""
    days = days_of(when, catalogue.calendar_of(fact.zone, fact.indicator, fact.scope))
    basis = {"yoy": "ytd_yoy"} if days[2] in ("ytd", "half") else {"ytd_yoy": "yoy"}
    changes = tuple(replace(c, basis=basis.get(c.basis, c.basis)) for c in fact.changes)
    return replace(fact, when=when, days=days, changes=changes, trust=fact.trust / 0.8, rival=None)


def _without_repeats(proposals: list[Proposal]) -> tuple[list[Proposal], list[Left]]:
    """Facts said once each; of two that say the same the fuller is kept, and the other is shown as repeated."""
    kept: dict[tuple, Proposal] = {}
    repeated = []
    for fact in proposals:
        key = (*fact.series, *fact.days, fact.status, fact.number.readings[fact.choice], fact.number.power)
        other = kept.get(key)
        if other is None:
            kept[key] = fact
            continue
        better, worse = (
            (fact, other) if (len(fact.changes), fact.trust) > (len(other.changes), other.trust) else (other, fact)
        )
        kept[key] = better
        repeated.append(Left(worse.number.printed, "repeated", "", worse.sentence, worse.start, worse.end))
    return sorted(kept.values(), key=lambda f: f.start), repeated


def _with_doubts(proposals: list[Proposal]) -> list[Proposal]:
    """The facts, with less trust in those that another figure of the text, or the calendar, speaks against."""
    by_period: dict[tuple, list[Proposal]] = {}
    for fact in proposals:
        by_period.setdefault((*fact.series, fact.days, fact.status), []).append(fact)
    doubted = []
    for fact in proposals:
        rivals = [f for f in by_period[(*fact.series, fact.days, fact.status)] if f is not fact]
        # Of two values for one thing the better founded keeps its trust, the other may be of a part of it.
        if any((f.trust, -f.start) > (fact.trust, -fact.start) for f in rivals):
            fact = replace(fact, trust=0.7 * fact.trust, notes=(*fact.notes, note("second")))
        shares = [c for c in fact.changes if c.basis == "plan_share_pct" and _is_far_from_calendar(c, fact)]
        if shares:
            said = note("calendar", share=plain_digits(shares[0].value))
            fact = replace(fact, trust=0.7 * fact.trust, notes=(*fact.notes, said))
        doubted.append(fact)
    return doubted


def _is_far_from_calendar(share: Change, fact: Proposal) -> bool:
    """Whether a share of plan reached in part of a year is far off, and a shifted decimal point would mend it."""
    if fact.days[2] not in ("ytd", "half", "quarter"):
        return False
    pace = _pace(share.value, fact)
    return any(Decimal("0.4") < pace * shift < Decimal("2.5") for shift in (Decimal("0.1"), 10)) and not 0.2 < pace < 5


def _settle_changes(proposals: list[Proposal]) -> tuple[list[Proposal], list[Left]]:
    """At most two changes a fact, those that a model can use first; further ones are left over."""
    kept, left = [], []
    for fact in proposals:
        modelled = [c for c in fact.changes if c.basis in BASES and BASES[c.basis].modelled]
        ordered = [*modelled, *(c for c in fact.changes if c not in modelled)]
        kept.append(replace(fact, changes=tuple(ordered[:2])))
        left += [
            Left(f"{plain_digits(c.value)} ({c.basis})", "third", "", fact.sentence, c.start, c.end)
            for c in ordered[2:]
        ]
    return kept, left
