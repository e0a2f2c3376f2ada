"""A report's text turned into proposed facts: each with its place and a confidence, and every number not understood.

Nothing is corrected: a figure enters as printed, and the audit says which figures cannot be true. Where the separators
of a number allow two values (514.535 among figures such as 722,559), the other figures of the same text decide, the
fact says so in its note and is proposed with little confidence.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import itertools
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from ezlib.catalogue import Catalogue, Identity, data_root, load_catalogue
from ezlib.contracts import (
    BASES,
    DATE_COLUMNS,
    DENOMINATORS,
    FACT_COLUMNS,
    NUMBER_COLUMNS,
    DataError,
    as_of_date,
)
from ezlib.documents import Document, make_document, read_document
from ezlib.facts import append_by_zone, load_facts
from ezlib.files import held_by, write_whole
from ezlib.named_periods import days_of, last_month, with_year
from ezlib.passages import Guide, Source
from ezlib.periods import as_month, month_bounds
from ezlib.phrases import Phrases, When, annotate, fold, load_phrases
from ezlib.proposals import REASONS, Change, Left, Proposal, note
from ezlib.sheets import Unreadable, read_csv, refuse_columns, with_points
from ezlib.walk import Walk

PROPOSAL_COLUMNS = [*FACT_COLUMNS, "place", "confidence"]
UNREAD_COLUMNS = ["number", "reason_vi", "reason_en", "section", "sentence", "place"]
DRAFT_COLUMNS = [*PROPOSAL_COLUMNS, "sentence"]
OUTPUTS = "outputs"


@dataclass(frozen=True)
class Report:
    """What was read from one report.

    `facts` has PROPOSAL_COLUMNS: `place` is the line and the span of characters in `text`, `confidence` 0 to 1.
    `unread` has UNREAD_COLUMNS: every other number that is neither date, document number nor numbering.
    """

    path: Path
    zone: str
    period: When | None
    published: dt.date
    scope: str
    title: str
    text: str = field(repr=False)
    facts: pd.DataFrame = field(repr=False)
    unread: pd.DataFrame = field(repr=False)
    sentences: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def month(self) -> pd.Period | None:
        """The last reporting month the report speaks of."""
        return None if self.period is None else last_month(self.period)

    def quote(self, place: str) -> str:
        """The words of the text at a `place`."""
        start, end = map(int, re.search(r"(\d+)-(\d+)$", place).groups())
        return " ".join(self.text[start:end].split())

    def sentence(self, place: str) -> str:
        """The sentence that a fact at a `place` was read from."""
        return self.sentences.get(place, self.quote(place))


def read_report(path, zone: str, published=None, month=None, root=None) -> pd.DataFrame:
    """Return the facts that a report proposes, one row a figure: FACT_COLUMNS, `place` and `confidence`.

    `path` is a .txt, .docx or text .pdf; `zone` whose figures they are. `published` (a day) and `month` override what
    the text says of itself. Nothing is written. Raises DataError when the file cannot be read or says no date.
    """
    return parse_report(path, zone, published, month, root).facts


def unread_numbers(path, zone: str, published=None, month=None, root=None) -> pd.DataFrame:
    """Return the numbers of a report that became no fact, each with the reason, its sentence and its place."""
    return parse_report(path, zone, published, month, root).unread


def parse_report(path, zone: str, published=None, month=None, root=None) -> Report:
    """Return everything read from a report: the facts proposed and the numbers left over."""
    return parse_document(read_document(path), zone, Path(path), published, month, root)


def parse_text(text: str, zone: str, name: str = "text", published=None, month=None, root=None) -> Report:
    """Return everything read from a text at hand, as `parse_report` does from a file."""
    return parse_document(make_document(text), zone, Path(name), published, month, root)


def parse_document(document: Document, zone: str, path: Path, published=None, month=None, root=None) -> Report:
    """Return everything read from a document's paragraphs."""
    catalogue, phrases = load_catalogue(root), load_phrases(root)
    catalogue.zone(zone)
    source = _identify(document, zone, path, published, month, catalogue, phrases)
    proposals, unread = [], []
    walk = Walk(document, Guide(source, catalogue, phrases))
    for i in range(len(document.paragraphs)):
        found, left = walk.paragraph(i)
        proposals += found
        unread += left
    proposals = _settle_parts(_choose_readings(proposals, catalogue), catalogue)
    proposals, repeated = _without_repeats(proposals)
    proposals, further = _settle_changes(_with_doubts(proposals))
    unread = sorted([*unread, *repeated, *further], key=lambda left: left.start)
    facts = _facts_frame(proposals, source, document, catalogue)
    left = _unread_frame(unread, document)
    said = {_place(fact.start, fact.end, document): fact.sentence for fact in proposals}
    of_itself = source.period, source.published, source.scope, source.title
    return Report(path, zone, *of_itself, document.text, facts, left, said)


# ----------------------------------------------------------------------------------- what the text says of itself


def _identify(document, zone, path, published, month, catalogue, phrases) -> Source:
    lang = "vi" if re.search(r"[ăđơưạảấầẩậắằặẻẽẹếềểễệỉịọốồổộớờởỡợụủứừửữựỳỵỷỹ]", document.text[:4000].lower()) else "en"
    scope, issuer, office = _issuer(document, phrases)
    title = _title(document)
    stated = as_of_date(published, "published")
    dated = stated or _printed_date(document, phrases, lang)
    period = (
        When("month", *_year_and_month(month))
        if month is not None
        else _own_period(title, document, phrases, lang, issuer == "press" and dated is not None)
    )
    period = period and _with_stated_year(period, document, phrases, lang)
    day = dated or (period and _assumed_date(period, zone, catalogue))
    if day is None:
        what = f"{path.name} says neither its date nor the period it is about"
        raise DataError(what + ".", [], "Give the day it was published: published='2025-05-31' (--published).")
    digest = hashlib.sha256(" ".join(document.text.split()).encode()).hexdigest()[:6]
    period = period and with_year(period, day.year, day.month)
    return Source(zone, path.stem, digest, lang, scope, issuer, office, title, period, day, dated is not None)


def _year_and_month(month) -> tuple[int, int]:
    label = as_month(month)
    return label.year, label.month


def _first_lines(document: Document, count: int) -> str:
    starts = document.line_starts
    lines = [
        line for line in re.split(r"[\n\f]", document.text[: starts[min(len(starts) - 1, 8 * count)]]) if line.strip()
    ]
    return fold(" ".join(" ".join(lines[:count]).split()))


def _issuer(document: Document, phrases: Phrases) -> tuple[str, str, str]:
    """Scope, kind and name of the office whose head a text bears; ('press', 'press', '') for a newspaper's."""
    headed = any(line.strip(" :*").startswith("BÁO CÁO") for line in document.text[:4000].split("\n"))
    if not headed and not phrases.lexicons["letterhead"].values(_first_lines(document, 25)):
        return "press", "press", ""
    for entry in phrases.table["issuers"]:
        lines = _first_lines(document, entry["lines"])
        found = next((word for word in entry["words"] if fold(word) in lines), None)
        if found:
            return entry["scope"], entry["kind"], found
    return "press", "press", ""


def _title(document: Document) -> str:
    """What a report calls itself: the lines from BÁO CÁO on, else the first line of the text."""
    paragraphs = document.paragraphs
    for i, paragraph in enumerate(paragraphs[:15]):
        found = re.search(r"\bBÁO CÁO\b", paragraph.text)
        if found:
            after = paragraph.text[found.end() :].strip(" .:-")
            follows = paragraphs[i + 1].text if not after and i + 1 < len(paragraphs) else after
            return follows[:300]
    return paragraphs[0].text[:300] if paragraphs else ""


_DATELINE = re.compile(r"ngày\s*(?P<d>\d{1,2}|[….\s_]*)\s*tháng\s*(?P<m>\d{1,2})\s*năm\s*(?P<y>\d{4})")


def _printed_date(document: Document, phrases: Phrases, lang: str) -> dt.date | None:
    """The date in the head of a text. A day left blank, as in drafts, is taken as the last of the month."""
    head = _first_lines(document, 25)
    if found := _DATELINE.search(head):
        first = dt.date(int(found["y"]), int(found["m"]), 1)
        day = "".join(c for c in found["d"] if c.isdigit())
        return first.replace(day=int(day)) if day else month_bounds(as_month(first))[1]
    marks = annotate(_first_lines(document, 8), phrases, lang)
    days = [m.value.last for m in marks if m.kind == "when" and m.value.form == "day" and m.value.year]
    return days[0] if days else None


def _own_period(title: str, document: Document, phrases: Phrases, lang: str, article: bool) -> When | None:
    """The period a report is about: the first its title names; that of an article with its day is left open."""
    forms = ("month", "quarter", "half", "first", "year", "to_month")
    texts = [title] if title else []
    if not article and not any(m.kind == "when" for m in annotate(title, phrases, lang)):
        texts += [p.text for p in document.paragraphs[:8] if p.mark in ("", "plain")]
    for text in texts:
        for mark in annotate(text[:400], phrases, lang):
            if mark.kind == "when" and mark.value.form in forms:
                return mark.value
    return None


def _with_stated_year(period: When, document: Document, phrases: Phrases, lang: str) -> When:
    """A period without a year, in the year of the latest month or day that the text names with one."""
    if period.year is not None:
        return period
    named = [m.value for p in document.paragraphs for m in annotate(p.text, phrases, lang) if m.kind == "when"]
    dated = [last_month(when) for when in named if when.year and when.form in _DATED_FORMS]
    return with_year(period, max(dated).year, max(dated).month) if dated else period


_DATED_FORMS = ("month", "to_month", "first", "quarter", "half", "day", "to_day", "days")


def _assumed_date(period: When, zone: str, catalogue: Catalogue) -> dt.date | None:
    if period.year is None:
        return None
    return month_bounds(last_month(period))[1] + dt.timedelta(days=catalogue.zone(zone).assumed_lag_days)


# ------------------------------------------------------------------------------- readings, repeats, the tables


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
    value, share = _plain(fact.number.readings[1][0]), f"{share} %"
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
                return _read_otherwise(slipped, "ratio", _plain(change.value))
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
            said = note("calendar", share=_plain(shares[0].value))
            fact = replace(fact, trust=0.7 * fact.trust, notes=(*fact.notes, said))
        doubted.append(fact)
    return doubted


def _is_far_from_calendar(share: Change, fact: Proposal) -> bool:
    """Whether a share of plan reached in part of a year is far off, and a shifted decimal point would mend it."""
    if fact.days[2] not in ("ytd", "half", "quarter"):
        return False
    pace = _pace(share.value, fact)
    return any(Decimal("0.4") < pace * shift < Decimal("2.5") for shift in (Decimal("0.1"), 10)) and not 0.2 < pace < 5


def _facts_frame(proposals: list[Proposal], source: Source, document: Document, catalogue: Catalogue) -> pd.DataFrame:
    rows = [_row(i, fact, source, document, catalogue) for i, fact in enumerate(proposals, 1)]
    frame = pd.DataFrame(rows, columns=PROPOSAL_COLUMNS)
    for column in DATE_COLUMNS:
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    numbers = [*NUMBER_COLUMNS, "confidence"]
    words = [c for c in PROPOSAL_COLUMNS if c not in (*DATE_COLUMNS, *numbers)]
    return frame.astype(dict.fromkeys(numbers, "float64") | dict.fromkeys(words, "str"))


def _row(i: int, fact: Proposal, source: Source, document: Document, catalogue: Catalogue) -> dict[str, object]:
    value, half_width = fact.in_unit(catalogue)
    start, end, kind = fact.days
    row = {
        "fact_id": f"{source.zone}-{source.published:%Y-%m}-{source.digest}-{i:03d}",
        "zone": fact.zone,
        "indicator": fact.indicator,
        "scope": fact.scope,
        "period_start": start,
        "period_end": end,
        "period_kind": kind,
        "value": float(value),
        "unit": fact.unit,
        "half_width": float(half_width),
        "qualifier": _qualifier(fact, value, catalogue),
        "status": fact.status,
        "published": source.published,
        "source": _source_words(source, catalogue),
        "publisher": catalogue.zone(source.zone).issuer_vi if source.issuer == "board" else source.office,
        "reference": f"doc:{source.name}",
        "scope_note": "",
        "note": "; ".join(fact.notes if source.dated else (*fact.notes, note("undated"))),
        "place": _place(fact.start, fact.end, document),
        "confidence": round(min(fact.trust, 1.0), 2),
    }
    for n, change in enumerate(fact.changes[:2], 1):
        row |= {
            f"change{n}": float(change.value),
            f"basis{n}": change.basis,
            f"half_width{n}": float(change.half_width),
        }
    return dict.fromkeys([f"basis{n}" for n in (1, 2)], "") | row


def _qualifier(fact: Proposal, value: Decimal, catalogue: Catalogue) -> str:
    if fact.number.high is None:
        return fact.number.qualifier
    return f"range {_plain(value)}-{_plain(fact.number.high * fact.factor(catalogue))}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _source_words(source: Source, catalogue: Catalogue) -> str:
    issuer = catalogue.zone(source.zone).issuer_vi if source.issuer == "board" else source.office
    return ": ".join(words for words in (issuer, source.title.strip()) if words) or source.name


def _settle_changes(proposals: list[Proposal]) -> tuple[list[Proposal], list[Left]]:
    """At most two changes a fact, those that a model can use first; further ones are left over."""
    kept, left = [], []
    for fact in proposals:
        modelled = [c for c in fact.changes if c.basis in BASES and BASES[c.basis].modelled]
        ordered = [*modelled, *(c for c in fact.changes if c not in modelled)]
        kept.append(replace(fact, changes=tuple(ordered[:2])))
        left += [
            Left(f"{_plain(c.value)} ({c.basis})", "third", "", fact.sentence, c.start, c.end) for c in ordered[2:]
        ]
    return kept, left


def _unread_frame(unread: list[Left], document: Document) -> pd.DataFrame:
    rows = [
        (left.number, *REASONS[left.reason], left.section, left.sentence, _place(left.start, left.end, document))
        for left in unread
    ]
    return pd.DataFrame(rows, columns=UNREAD_COLUMNS).astype("str")


def _place(start: int, end: int, document: Document) -> str:
    return f"line {document.line_of(start)}, characters {start}-{end}"


# -------------------------------------------------------------------------------------------- draft and append


def draft_csv(report: Report, path=None, root=None) -> Path:
    """Write what a report proposes as a table to look through and edit; returns its path.

    `outputs/<zone>/<name of the report>-draft.csv` unless `path` says otherwise: FACT_COLUMNS, then `place`,
    `confidence` and the `sentence` each figure stands in. A draft that is there already may hold edits: where it is not
    the same it is kept as `…-draft.csv.old`, then `.old2` and so on.
    """
    path = Path(path) if path is not None else data_root(root) / OUTPUTS / report.zone / f"{report.path.stem}-draft.csv"
    rows = report.facts.assign(sentence=[report.sentence(place) for place in report.facts["place"]])
    # Excel reads UTF-8 only when the file begins with its mark.
    content = _csv_text(rows[DRAFT_COLUMNS]).encode("utf-8-sig")
    there = held_by(path)
    if there not in (None, content):
        write_whole(_next_old(path), there)
    return write_whole(path, content)


def _next_old(path: Path) -> Path:
    """The first name for an old draft that none has yet."""
    names = (path.with_name(f"{path.name}.old{number if number > 1 else ''}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def load_draft(path) -> pd.DataFrame:
    """Return the facts of a draft as edited, as text in FACT_COLUMNS. Raises DataError naming what cannot be read."""
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no draft {path.name!r}.", [str(path)], "Make one from the report first.")
    try:
        sheet, faults = read_csv(path.read_bytes(), path.name, DRAFT_COLUMNS)
        refuse_columns(sheet, FACT_COLUMNS, [c for c in DRAFT_COLUMNS if c not in FACT_COLUMNS])
    except Unreadable as error:
        raise DataError("The draft cannot be read.", [str(error.fault)], error.fault.remedy) from error
    sheet, found = with_points(sheet, NUMBER_COLUMNS)
    if faults := [*faults, *found]:
        remedies = dict.fromkeys(fault.remedy for fault in faults)
        raise DataError("The draft cannot be used; nothing was appended.", map(str, faults), "\n".join(remedies))
    return sheet.frame(FACT_COLUMNS)[FACT_COLUMNS]


def append_proposal(facts: pd.DataFrame, name: str | None = None, root=None) -> list[Path]:
    """Append proposed facts, straight from a report or from `load_draft`, to the data; returns the files.

    They go to `data/facts/<zone>/<name>`, by default named after the day of publication and the report. Every rule of
    the data holds, and a report that was appended before is refused: its figures have the same ids, or, from another
    copy of it, most say the same as figures of the same day and office. Either all is appended or nothing. Raises
    DataError.
    """
    if facts.empty:
        raise DataError("There is nothing to append.", next_step="Look at the numbers that were not read.")
    _refuse_another_copy(facts, root)
    return append_by_zone(facts[FACT_COLUMNS], name or _file_name(facts), root)


_SAYS = ["zone", "indicator", "scope", "period_start", "period_end", "status", "published"]
_TOLD_BY = ("publisher", "source", "reference")
_COPIED, _COPIED_AT_LEAST = 0.5, 3


def _refuse_another_copy(facts: pd.DataFrame, root) -> None:
    """Stop where most of a report's figures stand in the data already: the same report from another file."""
    there = pd.concat([load_facts(str(zone), root=root) for zone in sorted(set(facts["zone"]))])
    sides = [_as_said(frame) for frame in (facts, there)]
    pairs = sides[0].merge(sides[1], on=[*_SAYS, "rounded"], suffixes=("", "_there"))
    told = [(pairs[word] == pairs[f"{word}_there"]) & (pairs[word] != "") for word in _TOLD_BY]
    same = pairs[told[0] | told[1] | told[2]].drop_duplicates("fact_id")
    same = same[same["fact_id"] != same["fact_id_there"]]  # an id that is taken is refused by the rules of the data
    if len(same) < max(_COPIED_AT_LEAST, _COPIED * len(facts)):
        return
    where = [f"{row.fact_id}: {row.indicator} is {row.fact_id_there}" for row in same.itertuples()]
    what = f"{len(same)} of the {len(facts)} figures stand in the data already, from another copy of this report"
    raise DataError(
        f"{what}; nothing was appended.",
        where,
        "Take them out of the draft, or the rows that are there out of the data.",
    )


def _as_said(facts: pd.DataFrame) -> pd.DataFrame:
    """What each row says, in columns that compare across a draft's text and loaded facts."""
    said = facts[["fact_id", *_SAYS, "value", *_TOLD_BY]].copy()
    for column in DATE_COLUMNS:
        said[column] = pd.to_datetime(said[column], errors="coerce").astype("datetime64[s]")
    value = pd.to_numeric(said["value"], errors="coerce")
    said = said.assign(rounded=value.map(lambda v: f"{v:.9g}")).fillna(dict.fromkeys(_TOLD_BY, ""))
    return said.assign(publisher=said["publisher"].map(lambda name: _ascii(str(name).partition("(")[0])))


def _file_name(facts: pd.DataFrame) -> str:
    published, reference = str(facts["published"].iloc[0])[:7], str(facts["reference"].iloc[0]).removeprefix("doc:")
    words = _ascii(reference) or "report"
    return f"{words}.csv" if published in words else f"{published}-{words}.csv"


def _ascii(words: str) -> str:
    """Words in plain small letters joined by hyphens, as in a file's name."""
    plain = unicodedata.normalize("NFD", words.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _csv_text(rows: pd.DataFrame) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(rows.columns)
    writer.writerows([_cell(value) for value in row] for row in rows.itertuples(index=False))
    return out.getvalue()


def _cell(value: object) -> str:
    """A cell as it may stand in a facts file: days as 2025-05-16, numbers in full, nothing for nothing."""
    if value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return np.format_float_positional(value, trim="-") if isinstance(value, float) else str(value)
