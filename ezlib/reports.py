"""A report's text turned into proposed facts: each with its place and a confidence, and every number not understood.

Nothing is corrected: a figure enters as printed, and the audit says which figures cannot be true. Where the separators
of a number allow two values (514.535 among figures such as 722,559), the other figures of the same text decide, the
fact says so in its note and is proposed with little confidence.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ezlib.catalogue import Catalogue, load_catalogue
from ezlib.contracts import (
    DATE_COLUMNS,
    FACT_COLUMNS,
    NUMBER_COLUMNS,
    DataError,
    as_of_date,
)
from ezlib.documents import Document, read_document
from ezlib.named_periods import last_month, with_year
from ezlib.passages import Guide, Source
from ezlib.periods import as_month, month_bounds
from ezlib.phrases import Phrases, When, annotate, fold, load_phrases
from ezlib.proposals import REASONS, Left, Proposal, note, plain_digits
from ezlib.settling import settle
from ezlib.walk import Walk

PROPOSAL_COLUMNS = [*FACT_COLUMNS, "place", "confidence"]
UNREAD_COLUMNS = ["number", "reason_vi", "reason_en", "section", "sentence", "place"]


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
    proposals, further = settle(proposals, catalogue)
    unread = sorted([*unread, *further], key=lambda left: left.start)
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
    starts = [*document.line_starts, len(document.text)]
    text = document.text[: starts[min(len(starts) - 1, 8 * count)]]
    lines = [line for line in re.split(r"[\n\f]", text) if line.strip()]
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
    if (found := _DATELINE.search(head)) and (day := _dateline_day(found)):
        return day
    marks = annotate(_first_lines(document, 8), phrases, lang)
    days = [m.value.last for m in marks if m.kind == "when" and m.value.form == "day" and m.value.year]
    return days[0] if days else None


def _dateline_day(found: re.Match) -> dt.date | None:
    """The day of a dateline; None where the calendar has no such day."""
    year, month = int(found["y"]), int(found["m"])
    day = "".join(c for c in found["d"] if c.isdigit())
    try:
        return dt.date(year, month, int(day)) if day else month_bounds(pd.Period(year=year, month=month, freq="M"))[1]
    except ValueError:
        return None


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


# ------------------------------------------------------------------------------------------------- the tables


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
    return f"range {plain_digits(value)}-{plain_digits(fact.number.high * fact.factor(catalogue))}"


def _source_words(source: Source, catalogue: Catalogue) -> str:
    issuer = catalogue.zone(source.zone).issuer_vi if source.issuer == "board" else source.office
    return ": ".join(words for words in (issuer, source.title.strip()) if words) or source.name


def _unread_frame(unread: list[Left], document: Document) -> pd.DataFrame:
    rows = [
        (left.number, *REASONS[left.reason], left.section, left.sentence, _place(left.start, left.end, document))
        for left in unread
    ]
    return pd.DataFrame(rows, columns=UNREAD_COLUMNS).astype("str")


def _place(start: int, end: int, document: Document) -> str:
    return f"line {document.line_of(start)}, characters {start}-{end}"
