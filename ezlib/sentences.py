"""What the sentences of a report state: each figure with its indicator, period, status and changes, or why not.

A walk through the paragraphs keeps what headings and earlier words hand down. Every figure looks for its subject in the
words beside it, then further off, and the further it has to look the less it is trusted. Nothing is corrected here.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from ezlib.catalogue import Catalogue
from ezlib.documents import Document, Paragraph
from ezlib.periods import Calendar, as_month, month_bounds, month_of, year_bounds
from ezlib.phrases import Base, Mark, Number, Phrases, Rule, When, annotate, fold, tokens_of

REASONS = {
    "plan_section": ("trong mục nói về nhiệm vụ, kế hoạch", "in a section on what is planned"),
    "aim": ("là kế hoạch hoặc mục tiêu, không phải kết quả", "a plan or target, not a result"),
    "in_turn": (
        "nhiều số nêu “lần lượt”; chưa chắc số nào của chỉ tiêu nào",
        "several figures named together; which is which is not certain",
    ),
    "base": ("là số của kỳ gốc đem ra so sánh", "the figure something else is compared with"),
    "unit": ("không có đơn vị tính đã biết", "no unit that is known"),
    "subject": (
        "không có chỉ tiêu nào trong danh mục khớp với câu chữ bên cạnh",
        "no indicator of the catalogue fits the words around it",
    ),
    "period": ("văn bản không nêu kỳ số liệu", "no period is said or given by the report"),
    "digits": ("chữ số và dấu phân cách không theo cách viết nào", "the digits and separators fit no style of numbers"),
    "alone": ("mức tăng giảm hoặc tỷ lệ không đi kèm số nào", "a change or share without a figure it belongs to"),
    "basis": ("không nêu so với kỳ nào", "it is not said what the change is measured against"),
    "third": (
        "mỗi số liệu chỉ giữ hai mức so sánh; đây là mức thứ ba",
        "a fact holds two changes; this is a further one",
    ),
    "fraction": ("là phân số hoặc thứ hạng", "a fraction or a rank"),
    "difference": ("nhắc lại mức tăng giảm bằng số tuyệt đối", "a change said once more as an amount"),
    "currency": ("nhắc lại số tiền bằng đồng tiền khác", "the amount once more in another currency"),
    "times": ("“tăng 2 lần” có thể là gấp đôi hoặc gấp ba", "'up 2 times' may mean doubled or tripled"),
    "range": ("là một khoảng, trong khi cần một số", "a range where a single figure is expected"),
    "repeated": ("nhắc lại số liệu đã có trong văn bản", "says again what another figure of the text says"),
}
"""Why a number of the text became no fact, in the words shown beside it, Vietnamese and English."""


NOTES = {
    "ratio": ("in là bằng {printed}", "printed as equal to {printed}"),
    "read": ("in là {printed}, đọc là {value} {why_vi}", "printed {printed}, read as {value} {why_en}"),
    "scale": (
        "in là {printed}, lớn hơn hẳn mọi số cùng đơn vị, giữ như đã in",
        "printed {printed}, far above every other figure in this unit, kept as printed",
    ),
    "second": ("văn bản còn nêu một số khác cho cùng chỉ tiêu", "another value is given for the same"),
    "calendar": (
        "{share} % kế hoạch năm không hợp với thời gian đã qua, giữ như đã in",
        "{share} % of the year's plan does not fit the calendar, kept as printed",
    ),
    "undated": ("ngày công bố là giả định", "date of publication assumed"),
}
"""What is said of a fact that was doubted or had to be chosen, Vietnamese and English."""


def note(key: str, **values: str) -> str:
    """The words of NOTES in both languages, as they stand in the column of that name."""
    vi, en = NOTES[key]
    local = {name: value.replace(".", ",") if name in ("value", "share") else value for name, value in values.items()}
    return f"{vi.format(**local)} / {en.format(**values)}"


def notes_in(notes: str, lang: str) -> str:
    """The notes of a fact in one language."""
    return "; ".join(both.split(" / ")[0 if lang == "vi" else -1] for both in notes.split("; "))


@dataclass(frozen=True)
class Source:
    """Who issued a text, when, and about which period."""

    zone: str
    name: str
    digest: str
    lang: str
    scope: str
    issuer: str
    office: str
    title: str
    period: When | None
    published: dt.date
    dated: bool


# --------------------------------------------------------------------------------------------- periods to days


def with_year(when: When, year: int, month: int) -> When:
    """A period with its year: the last that had begun by a month, where the text leaves it out."""
    if when.year is not None or when.form in ("years", "days"):
        return when
    if when.form == "last_year":
        return When("year", year - 1)
    if when.form in ("to_day", "day"):
        started = (when.last.month, when.last.day) <= (month, 31)
        return replace(when, year=year, last=when.last.replace(year=year if started else year - 1))
    begun = {"month": when.number, "to_month": when.number, "quarter": 3 * when.number - 2}.get(when.form, 1)
    return replace(when, year=year if begun <= month else year - 1)


def last_month(when: When) -> pd.Period:
    """The last month of a period that has its year, as a label."""
    if when.form in ("to_day", "day", "days"):
        return pd.Period(when.last, freq="M")
    number = {
        "month": when.number,
        "to_month": when.number,
        "first": when.number,
        "quarter": 3 * when.number,
        "half": 6,
    }
    last = {"years": when.number}.get(when.form, when.year)
    return pd.Period(year=last, month=number.get(when.form, 12), freq="M")


def _first_month(when: When) -> pd.Period:
    number = {"month": when.number, "quarter": 3 * when.number - 2, "last": 13 - when.number}.get(when.form, 1)
    return pd.Period(year=when.year, month=number, freq="M")


def days_of(when: When, calendar: Calendar) -> tuple[dt.date, dt.date, str]:
    """First day, last day and kind of a period in the calendar of a series."""
    if when.form == "days":
        return when.first, when.last, _kind_of_days(when.first, when.last, calendar)
    if when.form == "to_day":
        return year_bounds(month_of(when.last, calendar).year, calendar)[0], when.last, "ytd"
    if when.form == "day":
        return when.last, when.last, "partial"
    if when.form == "years":
        return year_bounds(when.year, calendar)[0], year_bounds(when.number, calendar)[1], "partial"
    start, end = month_bounds(_first_month(when), calendar)[0], month_bounds(last_month(when), calendar)[1]
    months = when.number if when.form in ("first", "last") else 0
    kinds = {"month": "month", "quarter": "quarter", "half": "half", "year": "year"}
    by_length = {1: "month", 6: "half", 12: "year"}
    return start, end, kinds.get(when.form) or by_length.get(months) or ("partial" if when.form == "last" else "ytd")


def _kind_of_days(first: dt.date, last: dt.date, calendar: Calendar) -> str:
    month = month_of(last, calendar)
    if (first, last) == month_bounds(month, calendar) or (first, last) == month_bounds(as_month(last)):
        return "month"
    if _is_a_month_long(first, last):
        return "month"
    if (first, last) in (year_bounds(month.year, calendar), year_bounds(month.year)):
        return "year"
    return "ytd" if first in (year_bounds(month.year, calendar)[0], year_bounds(month.year)[0]) else "partial"


def _is_a_month_long(first: dt.date, last: dt.date) -> bool:
    """Whether a stretch runs from a day to the day before it a month later, as 16/4 to 15/5."""
    after = last + dt.timedelta(days=1)
    return after.day == first.day and as_month(after) == as_month(first) + 1


# ------------------------------------------------------------------------------------------------ one figure


@dataclass(frozen=True)
class _Match:
    """The indicator that words speak of: how sure, and by which features."""

    rule: Rule
    unit: str
    trust: float
    features: frozenset[str]


@dataclass(frozen=True)
class Change:
    """A stated change: the printed percentage turned into the convention of its basis."""

    value: Decimal
    basis: str
    half_width: Decimal
    start: int
    end: int
    trust: float = 1.0
    note: str = ""


@dataclass(frozen=True)
class Proposal:
    """A figure on its way to become a fact."""

    zone: str
    indicator: str
    scope: str
    unit: str
    number: Number
    when: When
    days: tuple[dt.date, dt.date, str]
    status: str
    start: int
    end: int
    sentence: str
    trust: float
    features: frozenset[str]
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    choice: int = 0
    rival: When | None = None  # the other period it may be of, where "trong đó" follows a month and a year to date
    subject: float = 1.0  # how sure the indicator is, whatever the rest

    def in_unit(self, catalogue: Catalogue, choice: int | None = None) -> tuple[Decimal, Decimal]:
        """Value and half width in the row's unit, by one of the readings of the printed digits."""
        value, step = self.number.readings[self.choice if choice is None else choice]
        factor = self.factor(catalogue)
        return value * factor, step * factor / 2

    def factor(self, catalogue: Catalogue) -> Decimal:
        if self.number.base_power:
            return Decimal(10) ** (self.number.power - self.number.base_power)
        printed = next((u for u in self.number.units if _same_dimension(u, self.unit, catalogue)), self.unit)
        ratio = Decimal(catalogue.unit(printed).factor) / Decimal(catalogue.unit(self.unit).factor)
        return ratio * Decimal(10) ** self.number.power

    @property
    def series(self) -> tuple[str, str, str]:
        return self.zone, self.indicator, self.scope


@dataclass(frozen=True)
class Left:
    """A number that became no fact."""

    number: str
    reason: str
    section: str
    sentence: str
    start: int
    end: int


def _same_dimension(a: str, b: str, catalogue: Catalogue) -> bool:
    return catalogue.unit(a).dimension == catalogue.unit(b).dimension


# --------------------------------------------------------------------------------- which indicator words speak of

# How much a feature counts by where it is said: beside the figure, of the figure before, in the paragraph's head, in
# the same sentence, in the heading above, further off.
NEAR, LAST, HEAD, SENTENCE, PARENT, FAR = 1.0, 0.9, 0.85, 0.8, 0.7, 0.6
HEADLINE = 0.3  # an article's headline draws attention; its figures may be of anything
UNEXPLAINED, NAMED = 0.6, 0.5


def _match_indicator(
    near: dict[str, float],
    context: dict[str, float],
    names: set[str],
    units: tuple[str, ...],
    issuer: str,
    phrases: Phrases,
    catalogue: Catalogue,
) -> _Match | None:
    """The indicator that explains the words near a figure best, in a unit the figure may have; None when none does.

    A rule scores the nearness of its features, loses for what is said beside the figure and is no part of it, and
    gains when the indicator's full name is there. The margin to the next indicator becomes trust.
    """
    weights = {**context, **{f: max(w, context.get(f, 0)) for f, w in near.items()}}
    scored = []
    for rule in phrases.rules:
        unit = next((u for u in units if catalogue.unit_fits(rule.indicator, u)), None)
        if unit is None or (rule.issuer and rule.issuer != issuer):
            continue
        score = _score(rule, near, weights, names, phrases.light)
        if score is not None:
            scored.append((score, len(rule.needs), rule, unit))
    if not scored:
        return None
    scored.sort(key=lambda s: (-s[0], -s[1]))
    best, _, rule, _ = scored[0]
    rival = next((s for s, _, r, _ in scored if r.indicator != rule.indicator), 0.0)
    margin = best - rival
    trust = 0.6 if margin < 0.1 else 0.85 if margin < 0.3 else 1.0
    strange = [f for f in near if f not in phrases.light and f not in rule.needs and f not in rule.may]
    trust *= 0.85 ** len(strange)
    if not any(f in near for f in rule.needs) and any(f not in rule.needs and f not in rule.may for f in near):
        trust *= 0.8  # nothing beside the figure speaks for it, and something speaks of another thing
    trust *= 0.97 ** sum(1 for f in rule.needs if weights.get(f, 0) < SENTENCE)
    used = frozenset(f for f in (*rule.needs, *rule.may) if f in weights)
    return _Match(rule, catalogue.indicator(rule.indicator).unit, trust, used)


def _score(rule: Rule, near: dict, weights: dict, names: set[str], light: frozenset[str]) -> float | None:
    named = f"={rule.indicator}" in names
    if rule.needs[0].startswith("="):
        return NEAR if named else None
    # A word that says little must stand beside the figure; from a heading far above it would fit everything.
    if any(weights.get(f, 0) < (SENTENCE if f in light else 0.01) for f in rule.needs):
        return None
    score = sum(weights[f] for f in rule.needs)
    score += 0.5 * sum(weights.get(f, 0) for f in rule.may if f in near or f not in light)
    strange = sum(w for f, w in near.items() if f not in light and f not in rule.needs and f not in rule.may)
    if strange and not any(f in near for f in rule.needs):
        score -= UNEXPLAINED  # what is said beside the figure counts twice against what is said further off alone
    return score - UNEXPLAINED * strange + NAMED * named


# --------------------------------------------------------------------------------- walking through the paragraphs


@dataclass(frozen=True)
class _Held:
    """What a paragraph hands down to those under it."""

    features: frozenset[str] = frozenset()
    base: When | None = None
    cumulative: When | None = None
    status: str = ""
    planned: bool = False
    rival: When | None = None


@dataclass
class _State:
    """What is known at a point of a paragraph; `last` is the place of the last fact in `found`."""

    base: When | None
    given: bool
    context: dict[str, float]
    cumulative: When | None = None
    beside: When | None = None
    status: str = ""
    said: dict[str, float] = field(default_factory=dict)
    quoted: str = ""
    found: list[Proposal] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    last: int | None = None
    main: int = 0  # the first fact since a sentence that named its own subject
    own: bool = False  # whether the paragraph has named a period
    rival: When | None = None  # the year to date that parts may be of, where the text above gives it beside the month
    compared: list[Base] = field(default_factory=list)  # what the changes of the last such figure were measured against


@dataclass
class _Sentence:
    """One sentence on its way: where it stands, what has been read of it."""

    start: int
    end: int
    marks: list[Mark]
    cursor: int
    when: When | None = None
    cumulative: bool = False
    status: str = ""
    first: int = 0  # facts found before this sentence
    goes_on: bool = False
    aimed: bool = False  # whether the last figure was an aim
    used: set[int] = field(default_factory=set)  # starts of comparisons taken
    pending: list[tuple[Mark, str, Base | None]] = field(default_factory=list)
    outer: list[tuple] = field(default_factory=list)
    rival: When | None = None
    scanned: int = 0

    def within(self, start: int, end: int, *kinds: str) -> list[Mark]:
        return [m for m in self.marks if start <= m.start < end and m.kind in kinds]


_FULL_STOP = re.compile(r"[.!?…]+(?=\s|$|(?<=[^\d.][.])[A-ZÀ-ỸĐ])|[!?]|;(?=\s)")
_ABBREVIATED = re.compile(r"\b(?:tp|ts|ths|st|no|vs|u\.s|tr|đ/c|mr|ms|dr|approx|etc)$", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;(]")
_TURN = re.compile(r"\b(?:và|với|còn|trong khi|and|while|with|including|but|as|from|to|at|worth|valued)\b")
_CITES = re.compile(
    r"\b(?:theo|của|từ|according to|from|by|of|said)"
    r"(?: (?:the|báo cáo|số liệu|thống kê|của|data|lao cai|provincial))*\s*$"
)
_MERE = re.compile(
    r"[\s()]*(?:so|by|về|của|mức|thêm|khoảng|hơn|gần|trên|tới|đến|lên|of|nearly|about|over|more than)?[\s()]*"
)


class Walk:
    """Reads the paragraphs of a document in turn, remembering what headings hand down."""

    def __init__(self, document: Document, source: Source, catalogue: Catalogue, phrases: Phrases):
        self.document, self.source, self.catalogue, self.phrases = document, source, catalogue, phrases
        self.held: list[_Held] = []
        self.states: list[_State] = []
        self.quoted = ""
        self.text = ""  # of the paragraph being read
        self.topic: frozenset[str] = frozenset()
        self.subject: frozenset[str] = frozenset()
        self.beside: dict[tuple[int, ...], When] = {}
        self.opened: dict[tuple[int, ...], _Held] = {}  # what a paragraph without a mark says of the items after it
        self.latest: When | None = None  # the period an article named last

    # ------------------------------------------------------------------ paragraphs

    def paragraph(self, i: int) -> tuple[list[Proposal], list[Left]]:
        paragraph = self.document.paragraphs[i]
        self.text = paragraph.text
        marks = self._without_sources(paragraph.text, annotate(paragraph.text, self.phrases, self.source.lang))
        state = self._opening_state(i, paragraph, marks)
        planned = self._is_planned(paragraph)
        sentence = None
        for start, end in _sentences(paragraph.text, marks):
            inside = [m for m in marks if start <= m.start < end]
            sentence = _Sentence(start, end, inside, start, first=len(state.found), scanned=start)
            if planned:
                state.left += [self._left(m, "plan_section", i, sentence) for m in inside if m.kind == "number"]
            else:
                self._read_sentence(i, sentence, state)
        self._hand_down(paragraph, marks, state, sentence)
        if state.given and state.found:
            self.beside[paragraph.parents] = state.base
        self.subject = self.subject or (state.found[0].features if state.found else frozenset())
        self.topic = state.found[0].features if state.found else self.topic if not paragraph.mark else frozenset()
        self.states.append(state)
        return state.found, state.left

    def _without_sources(self, text: str, marks: list[Mark]) -> list[Mark]:
        """Whom a newspaper quotes is no subject: "theo Chi cục Hải quan cửa khẩu" says nothing of revenue."""
        if self.source.issuer != "press":
            return marks
        cited = [m for m in marks if m.kind == "quoted" and _CITES.search(fold(text[: m.start]))]
        return [m for m in marks if m.kind != "feature" or not any(q.start <= m.start < q.end for q in cited)]

    def _opening_state(self, i: int, paragraph: Paragraph, marks: list[Mark]) -> _State:
        """What holds where a paragraph begins: from the paragraph it continues, or from the headings above it."""
        held = [self.held[p] for p in reversed(paragraph.parents)]
        context: dict[str, float] = {}
        for depth, above in enumerate(held):
            for feature in above.features:
                headline = self.source.issuer == "press" and depth == len(held) - 1
                context.setdefault(feature, HEADLINE if headline else max(0.3, PARENT - 0.1 * depth))
        base = next((above.base for above in held if above.base), None)
        current = self.latest if self.source.issuer == "press" else None
        state = _State(base or current or self.source.period, base is not None, context)
        state.beside = self.beside.get(paragraph.parents)
        state.status = held[0].status if held else ""
        state.said = {} if paragraph.mark else dict.fromkeys(self.subject, 0.5) | dict.fromkeys(self.topic, FAR)
        has_own = any(m.kind == "cumulative" for m in marks)
        opened = self.opened.get(paragraph.parents) if paragraph.mark else None
        leading = [above for above in (opened, *held[:1]) if above is not None and not has_own]
        state.cumulative = next((above.cumulative for above in leading if above.cumulative), None)
        state.rival = next((above.rival for above in leading if above.rival), None)
        if not paragraph.mark and paragraph.parents and paragraph.parents[-1] == i - 1 and self.states[i - 1].found:
            before = self.states[i - 1]
            state.base, state.given, state.said = before.base, before.given, dict(before.said)
            state.found = [replace(fact, start=-1) for fact in before.found]
            state.last, state.main, state.own = len(state.found) - 1, before.main, before.own
        return state

    def _is_planned(self, paragraph: Paragraph) -> bool:
        return any(self.held[p].planned for p in paragraph.parents)

    def _hand_down(self, paragraph: Paragraph, marks: list[Mark], state: _State, sentence: _Sentence | None) -> None:
        state.found = [p for p in state.found if p.start >= 0]
        numbers = [m.start for m in marks if m.kind == "number"]
        until = len(paragraph.head) or (numbers[0] if numbers else len(paragraph.text))
        features = frozenset(m.value for m in marks if m.kind == "feature" and m.start < until)
        base = state.base if state.given else None
        if not numbers:
            base = next((m.value for m in marks if m.kind == "when" and self._suits_heading(m.value)), None)
            base = base and self._dated(base)
        opens = sentence is not None and paragraph.text.rstrip().endswith(":") and sentence.cumulative
        cumulative = sentence.when if opens and sentence.within(sentence.start, sentence.end, "of_which") else None
        status = sentence.status if sentence is not None and (opens or not numbers) else ""
        if not numbers and not status:
            status = next((m.value for m in marks if m.kind == "status"), "")
        planned = self._is_planned(paragraph) or (bool(paragraph.mark) and self._plans(paragraph, numbers))
        held = _Held(features, base, cumulative, status, planned, self._rival(state, sentence))
        self.held.append(held)
        if not paragraph.mark:
            self.opened[paragraph.parents] = held

    def _rival(self, state: _State, sentence: _Sentence | None) -> When | None:
        """The year to date told last before "Chia ra:", after a month of the same whole: parts may be of either."""
        parted = sentence is not None and self.text.rstrip().endswith(":")
        if not parted or not sentence.within(sentence.start, sentence.end, "of_which") or len(state.found) < 2:
            return None
        month, sum_ = state.found[-2:]
        both = month.series == sum_.series and sum_.days[2] in ("ytd", "half") and month.days[2] == "month"
        return sum_.when if both else None

    def _suits_heading(self, when: When) -> bool:
        """Whether a heading's period holds for what is under it: "kế hoạch năm 2025" in a monthly report does not."""
        own = self.source.period
        if own is not None and own.form == "month":
            return when.form in ("month", "days", "quarter")
        return when.form in ("month", "days", "quarter", "half", "first", "year")

    def _plans(self, paragraph: Paragraph, numbers: list[int]) -> bool:
        if numbers or len(paragraph.text) > 200 or paragraph.mark in ("-", "+", "dot"):
            return False
        lexicons = self.phrases.lexicons
        return bool(lexicons["plan_sections"].values(paragraph.text)) and not lexicons["result_sections"].values(
            paragraph.text
        )

    # ------------------------------------------------------------------- sentences

    def _read_sentence(self, i: int, sentence: _Sentence, state: _State) -> None:
        text = self.document.paragraphs[i].text
        opening = sentence.within(sentence.start, sentence.end, "of_which", "feature", "when", "number")[:1]
        sentence.goes_on = bool(opening) and opening[0].kind == "of_which"
        begun = len(state.found)
        for mark in sentence.marks:
            if mark.kind == "number":
                self._brackets(text, mark.start, sentence, state)
                if mark.value.form == "level":
                    self._level(i, mark, sentence, state)
                else:
                    self._change(i, mark, sentence, state)
        for mark, direction, base in sentence.pending:
            self._change_alone(i, mark, direction, base, sentence, state)
        if len(state.found) > begun and not sentence.goes_on:
            state.main = begun
        for mark in sentence.within(sentence.start, sentence.end, "feature"):
            state.said[mark.value] = FAR

    def _brackets(self, text: str, until: int, sentence: _Sentence, state: _State) -> None:
        """A bracket names parts; after it the sentence goes on about the whole."""
        for c in text[sentence.scanned : until]:
            if c == "(":
                sentence.outer.append((state.last, sentence.when, sentence.cumulative))
            elif c == ")" and sentence.outer:
                state.last, sentence.when, sentence.cumulative = sentence.outer.pop()
        sentence.scanned = until

    # -------------------------------------------------------------- levels

    def _level(self, i: int, mark: Mark, sentence: _Sentence, state: _State) -> None:
        text = self.document.paragraphs[i].text
        before = [m for m in sentence.marks if sentence.cursor <= m.start < mark.start and m.start not in sentence.used]
        after = self._after(text, mark, sentence)
        if delta := self._difference(text, mark, before, sentence, state):
            state.found[state.last] = _with_change(state.found[state.last], delta)
            sentence.cursor = delta.end
            return
        reason = self._restated(text, mark, sentence) or self._amount_of_change(text, mark, before, sentence, state)
        if reason:
            state.left.append(self._left(mark, reason, i, sentence))
            sentence.cursor = mark.end
            return
        reason = self._refusal(mark, before, sentence)
        match = when = trust = None
        if not reason:
            match = self._indicator(text, mark, before, after, sentence, state)
            reason = "" if match else self._no_match(text, mark)
        if not reason:
            when, trust = self._period(mark, before, after, sentence, state)
            reason = "" if when else "period"
        if reason:
            state.left.append(self._left(mark, reason, i, sentence))
            state.last, sentence.cursor = None, mark.end
            return
        self._propose(i, mark, match, when, trust, before, sentence, state)
        sentence.cursor = max(mark.end, after[-1].end if after else mark.end)

    def _after(self, text: str, mark: Mark, sentence: _Sentence) -> list[Mark]:
        """What is said of a figure right behind it: "12 tấn thanh long", "in the first six months"."""
        begin = mark.end + 1 if text[mark.end : mark.end + 1] == ")" else mark.end
        stops = [m for m in sentence.marks if m.start >= mark.end and m.kind in _STOPPING]
        end = min([sentence.end, *(m.start for m in stops)])
        pause = re.search(r"[,;:.()](?!\d)", text[begin:end])
        # Up to a comma everything is about this figure; where another figure comes first, up to the next "and".
        if pause:
            end = begin + pause.start()
        elif end < sentence.end and (turn := _TURN.search(fold(text[begin:end]))):
            end = begin + turn.start()
        return [m for m in sentence.marks if mark.start < m.start < end and m.end > mark.end and m.kind in _SAID_AFTER]

    def _difference(self, text, mark, before, sentence, state) -> Change | None:
        """A level right behind "tăng" or "giảm" is the difference from another period, not a level."""
        if not before or before[-1].kind != "change" or before[-1].value not in ("up", "down") or state.last is None:
            return None
        if not _MERE.fullmatch(fold(text[before[-1].end : mark.start])) or re.search(
            r"\b(?:đến|tới|lên)\b", fold(text[before[-1].end : mark.start])
        ):
            return None
        base = self._base_after(text, mark, sentence)
        fact = state.found[state.last]
        number = mark.value
        fits = number.readings and any(_same_dimension(u, fact.unit, self.catalogue) for u in number.units)
        if base is None or not fits:
            return None
        sentence.used.add(base.start)
        state.compared = [base.value]
        basis = _settled_basis(base.value, fact)
        basis = {"plan_share_pct": ""}.get(basis, f"{basis}_points" if fact.unit == "points" else f"{basis}_abs")
        if basis.startswith("_") or not basis:
            return None
        basis = basis.replace("ytd_yoy_points", "yoy_points")
        value, half = replace(fact, number=number, choice=0).in_unit(self.catalogue)
        sign = -1 if before[-1].value == "down" else 1
        return Change(sign * value, basis, half, mark.start, base.end)

    def _amount_of_change(self, text, mark, before, sentence, state) -> str:
        """Whether a level only tells by how much another changed: "đạt 75 triệu USD, tăng 25 triệu USD"."""
        if not before or before[-1].kind != "change" or before[-1].value not in ("up", "down"):
            return ""
        between = fold(text[before[-1].end : mark.start])
        if not _MERE.fullmatch(between) or re.search(r"\b(?:đến|tới|lên)\b", between):
            return ""
        follows = state.last is not None and state.last >= sentence.first
        named = any(m.kind == "feature" and m.value not in self.phrases.light for m in before)
        return "difference" if self._base_after(text, mark, sentence) or (follows and not named) else ""

    def _refusal(self, mark: Mark, before: list[Mark], sentence: _Sentence) -> str:
        """Why a figure can be no fact whatever it measures; '' when nothing speaks against it."""
        if not mark.value.readings:
            return "fraction" if "/" in mark.value.printed else "digits"
        listed = sentence.aimed and ";" not in self.text[before[0].start if before else mark.start : mark.start]
        sentence.aimed = any(m.kind == "aims" for m in before) or (
            listed and not any(m.kind in ("status", "when", "cumulative", "versus") for m in before)
        )
        if sentence.aimed:
            return "aim"
        if self._is_in_turn(mark, sentence):
            return "in_turn"
        compared = [m for m in before if m.kind == "versus"]
        if not compared:
            return ""
        since = {m.kind for m in before if m.start > compared[-1].end}
        # "Cùng kỳ năm 2024 kim ngạch đạt …" is last year's figure, "so với cùng kỳ, kim ngạch …" leads to this year's.
        last_years = fold(compared[-1].value.words).startswith("cùng kỳ")
        return "base" if last_years or not since & {"feature", "cumulative", "when"} else ""

    def _is_in_turn(self, mark: Mark, sentence: _Sentence) -> bool:
        """Whether a figure is told in the order of another list: "lần lượt 75 và 58", "75 and 58, respectively"."""
        if self.source.lang == "vi":  # "lần lượt" leads the list, "respectively" closes it
            return bool(sentence.within(sentence.start, mark.start, "in_turn"))
        closing = sentence.within(mark.end, sentence.end, "in_turn")
        numbers = [m for m in sentence.marks if m.kind == "number" and (not closing or m.end <= closing[0].start)]
        if closing:
            return mark in _row_of_like(numbers, self.text)
        return mark.value.form == "percent" and self._is_change_of_a_pair(mark, numbers)

    def _is_change_of_a_pair(self, mark: Mark, numbers: list[Mark]) -> bool:
        """Whether two changes follow two figures: "301,000 people and 1,700 vehicles, down 17.5 and 2.3 percent"."""
        at = numbers.index(mark)
        for first in (at, at - 1):
            pair = numbers[first : first + 2]
            told = numbers[max(first - 2, 0) : first]
            likes = [m.value.form for m in (*told, *pair)] == ["level", "level", "percent", "percent"]
            if first >= 2 and likes and len(_row_of_like(pair, self.text)) == 2:
                return re.search(r"[,;.](?!\d)", self.text[told[0].end : told[1].start]) is None
        return False

    def _restated(self, text: str, mark: Mark, sentence: _Sentence) -> str:
        """Whether a level only says again what stood before: the plan in brackets, a change as an amount."""
        behind = fold(text[mark.end : mark.end + 40])
        if re.search(r"\b(?:từ|from)\s*$", fold(text[: mark.start])) and re.match(r"\s*(?:lên|xuống|còn|to)\b", behind):
            return "base"
        earlier = [m for m in sentence.marks if m.end <= mark.start and m.kind in ("versus", "number")]
        if not earlier:
            return ""
        between = fold(text[earlier[-1].end : mark.start])
        if earlier[-1].kind == "number" and self._is_other_currency(earlier[-1].value, mark.value, between):
            return "currency"
        if earlier[-1].kind == "number" and between.strip() == "/":
            return "aim"  # "1.020 triệu USD/9.000 triệu USD": so much of the plan
        if earlier[-1].kind == "versus" and re.fullmatch(r"\s*\((?:[^\W\d]+\s*){0,3}", between):
            return "aim" if earlier[-1].value.basis == "plan_share_pct" else "base"
        changed = earlier[-1].kind == "versus" or earlier[-1].value.form in ("percent", "times")
        opening = self.phrases.lexicons["differences"].find(tokens_of(between.lstrip(" ,;(")))
        return "difference" if changed and opening and opening[0][0] == 0 else ""

    def _is_other_currency(self, first: Number, second: Number, between: str) -> bool:
        """ "402,7 tỷ đồng (15,8 triệu USD)": the same money twice, whose rate is the writer's own."""
        moneys = [{self.catalogue.unit(u).dimension for u in n.units} & {"usd", "vnd"} for n in (first, second)]
        opening = self.phrases.lexicons["differences"].find(tokens_of(between.lstrip(" ,;(")))
        said = between.strip() == "(" or (bool(opening) and opening[0][0] == 0)
        return all(moneys) and moneys[0] != moneys[1] and said

    def _no_match(self, text: str, mark: Mark) -> str:
        return "subject" if mark.value.units else "unit"

    def _indicator(self, text, mark, before, after, sentence, state) -> _Match | None:
        number = mark.value
        units = self._units(text, mark, before, after, sentence, state)
        if not units:
            return None
        near = self._near(text, mark, before, after)
        names = {m.value for m in before if m.kind == "name"}
        last = state.found[state.last] if state.last is not None else None
        spoken, sure = self._spoken_of(mark, sentence, state)
        heavy = {f for f in near if f not in self.phrases.light}
        if spoken is not None and not near and any(self.catalogue.unit_fits(spoken.indicator, u) for u in units):
            sure *= spoken.subject * (1.0 if number.units else 0.8) * self._trust_in_silence(text, mark, sentence)
            return _Match(Rule(spoken.indicator, ()), spoken.unit, sure, spoken.features)
        if last is not None and self._is_worth(text, mark, sentence, state):
            near = near | dict.fromkeys(last.features, NEAR)
        fresh = state.last is not None and state.last < sentence.first
        before_it = spoken if fresh else last
        context = self._without_rivals(self._context(text, mark, sentence, state, before_it, bool(heavy)), near)
        arguments = (names, units, self.source.issuer, self.phrases, self.catalogue)
        match = _match_indicator(near, context, *arguments)
        counted = [m for m in sentence.within(mark.start, mark.end, "unit_feature") if m.value not in near]
        if match is None and counted:
            near |= {m.value: 0.9 for m in counted}
            match = _match_indicator(near, context, *arguments)
        if match is None:
            ahead = sentence.within(mark.end, sentence.end, "feature")
            joined = {m.value: SENTENCE for m in ahead if not re.search(r"[,;](?!\d)", text[mark.end : m.start])}
            match = _match_indicator(near, context | joined, *arguments)
        if match is None and state.said:
            match = _match_indicator(near, self._without_rivals({**state.said, **context}, near), *arguments)
            match = match and replace(match, trust=match.trust * 0.98)
        if match is None:
            return None
        if heavy and not any(f in near for f in match.rule.needs):
            alone = _match_indicator(near, {}, *arguments)  # a heading makes of it what the words beside it do not say
            match = match if alone is None or alone.rule == match.rule else replace(match, trust=0.8 * match.trust)
        follows = state.last is not None and state.last >= sentence.first
        if "total" in near and not heavy and self._is_some_part(match):
            match = replace(match, trust=0.7 * match.trust)  # a total named after its parts is none of them
        trust = match.trust * (1.0 if near else 0.97 if follows else 0.9) * (1.0 if number.units else 0.6)
        return replace(match, trust=trust)

    def _trust_in_silence(self, text: str, mark: Mark, sentence: _Sentence) -> float:
        """How sure it is that words without a known subject name no other one, as "lợi nhuận trước thuế" does."""
        covered = [m for m in sentence.marks if m.kind != "name" and m.end > sentence.cursor]
        words = [
            (word, start, end)
            for word, start, end in tokens_of(fold(text))
            if sentence.cursor <= start < mark.start
            and word.isalpha()
            and not any(m.start <= start < m.end for m in covered)
        ]
        known = self.phrases.lexicons["filler"].find(words)
        strange = len(words) - sum(j - i for i, j, _ in known)
        return 0.85**strange

    def _spoken_of(self, mark: Mark, sentence: _Sentence, state: _State) -> tuple[Proposal | None, float]:
        """The figure that a bare "lũy kế đạt …" goes on about, and how sure that is.

        In the same sentence the last one; in a new sentence the first since a subject was named, the whole before its
        parts. Where a sum follows parts counted in other units, the figure in its own unit is meant.
        """
        if state.last is None:
            return None, 0.0
        last = state.found[state.last]
        fresh = state.last < sentence.first
        said = state.found[state.main if fresh else sentence.first : state.last + 1] or [last]
        names = {f.indicator for f in said}
        if len(names) == 1:
            return last, 1.0
        sums_up = bool(sentence.within(sentence.cursor, mark.start, "cumulative"))
        if not fresh and not sums_up:
            return last, 1.0
        alike = [f for f in said if f.number.units == mark.value.units]
        if fresh:
            chosen = (alike or said)[0]
            wholes = [i for i in self.catalogue.identities.values() if i.total == said[0].indicator]
            parted = chosen is said[0] and any(names - {i.total} <= set(i.parts) for i in wholes)
            return chosen, 0.97 if parted else 0.7
        if last not in alike and alike:
            return alike[-1], 0.8
        return last, 0.85 if sentence.within(sentence.start, mark.start, "of_which") else 0.95

    def _is_some_part(self, match: _Match) -> bool:
        return any(match.rule.indicator in i.parts for i in self.catalogue.identities.values())

    def _is_worth(self, text: str, mark: Mark, sentence: _Sentence, state: _State) -> bool:
        """Whether a figure is another measure of what was just counted: "12 tấn, trị giá 9 triệu USD"."""
        words = tokens_of(fold(text[sentence.cursor : mark.start]).lstrip(" ,("))
        opening = self.phrases.lexicons["worth"].match(words, 0)
        # Nothing else is named between the two: "…, kim ngạch nhập khẩu 9 triệu USD" begins anew.
        named = [
            m for m in sentence.within(sentence.cursor, mark.start, "feature") if m.value not in self.phrases.light
        ]
        return bool(opening) and not named and state.last >= sentence.first

    def _units(self, text, mark, before, after, sentence, state) -> tuple[str, ...]:
        """The units a figure may be in; a bare number may count anything unless a word of its own follows it."""
        number, per_day = mark.value, self.phrases.table["per_day"]["units"]
        behind = fold(text[mark.end : mark.end + 12])
        clause = [m for m in before if m.kind == "per_day" and not _CLAUSE.search(text[m.end : mark.start])]
        last = state.found[state.last] if state.last is not None and state.last >= sentence.first else None
        going_on = last is not None and last.unit in per_day.values() and not before
        daily = clause or going_on or any(m.kind == "per_day" for m in after)
        if daily:
            return tuple(dict.fromkeys(per_day[u] for u in number.units if u in per_day))
        if number.power and not number.units:
            counted = {"people": "person_crossings", "vehicles": "vehicle_crossings"}
            return tuple(counted[m.value] for m in before if m.kind == "feature" and m.value in counted)
        if number.units or re.match(r"\s*[^\W\d]", behind) or re.match(r"\s?/", behind):
            return number.units
        if not self._introduced(text, mark, before):
            return ()
        whole = (unit for entry in self.phrases.table["units"] if entry.get("whole") for unit in entry["units"])
        return tuple(dict.fromkeys(whole))

    def _introduced(self, text, mark, before) -> bool:
        """Whether a bare number is said to be one: "Người xuất cảnh: 215.613", "đạt 215.613"."""
        verbs = [m for m in before if m.kind in ("change", "status")]
        since = text[verbs[-1].end : mark.start] if verbs else None
        said = since is not None and _MERE.fullmatch(fold(since)) is not None
        return said or bool(mark.value.qualifier) or text[: mark.start].rstrip().endswith((":", "là"))

    def _near(self, text, mark, before, after) -> dict[str, float]:
        near: dict[str, float] = {}
        for m in before:
            if m.kind == "feature":
                far = _CLAUSE.search(text[m.end : mark.start]) is not None
                near[m.value] = max(near.get(m.value, 0), 0.95 if far else NEAR)
        for m in after:
            if m.kind == "feature":
                near.setdefault(m.value, 0.9)
        return near

    def _context(self, text, mark, sentence, state, last, is_new) -> dict[str, float]:
        """Features said further off: earlier in the sentence, in the paragraph's head, in the headings."""
        context = dict(state.context)
        head = len(self._head(text))
        closed = [b.span() for b in re.finditer(r"\([^()]*\)", text[: mark.start])]
        for m in sentence.marks:
            if m.kind == "feature" and m.start < mark.start and not any(a < m.start < b for a, b in closed):
                context[m.value] = max(context.get(m.value, 0), SENTENCE)
        if head and mark.start > head:
            for m in annotate(text[:head], self.phrases, self.source.lang):
                if m.kind == "feature":
                    context[m.value] = max(context.get(m.value, 0), HEAD)
        if last is not None and (not is_new or sentence.goes_on):
            context = self._without_rivals(context, dict.fromkeys(last.features, LAST))
            context |= {f: max(context.get(f, 0), LAST) for f in last.features}
        return context

    def _without_rivals(self, context: dict[str, float], near: dict[str, float]) -> dict[str, float]:
        """What was said before, but for what the words beside the figure exclude: after "nhập khẩu" no exports."""
        gone = self.phrases.apart_from(near)
        return {f: w for f, w in context.items() if f not in gone}

    def _head(self, text: str) -> str:
        before, colon, _ = text.partition(":")
        return before if colon and len(before) <= 160 and not re.search(r"\d", before) else ""

    # -------------------------------------------------------------- periods

    def _period(self, mark, before, after, sentence, state) -> tuple[When | None, float]:
        """The period of a figure and how sure it is: said beside it, earlier in the sentence, or held over."""
        told = [[m.value for m in side if m.kind == "when"] for side in (before, after)]
        # The day a text was published on, as a dateline has it, yields to a period said behind the figure.
        dated = told[1] and all(
            when.form == "day" and self._dated(when).last == self.source.published for when in told[0]
        )
        whens = told[1] if dated else told[0] or told[1]
        sums_up = [m for m in before if m.kind == "cumulative"]
        if whens or sums_up:
            when = self._named(whens[-1] if whens else None, bool(sums_up), sentence, state)
            sentence.when, sentence.cumulative, sentence.status, sentence.rival = when, bool(sums_up), "", None
            projected = any(m.kind == "status" and m.value == "projection" for m in before)
            if not sums_up and not projected:
                self._go_on_about(when, sentence, state)
            return when, 1.0
        if sentence.when is not None:
            new_subject = any(m.kind == "feature" and m.value not in self.phrases.light for m in before)
            if sentence.cumulative and new_subject and state.base is not None and self._sum_follows(mark, sentence):
                sentence.when, sentence.cumulative = state.base, False
                return state.base, 0.93
            return sentence.when, 0.8 if sentence.rival else 0.9 if sentence.cumulative and new_subject else 0.98
        if state.cumulative is not None:
            return state.cumulative, 0.7
        if sentence.goes_on and state.last is not None:
            return self._of_which(sentence, state)
        later = sentence.within(mark.end, sentence.end, "when")[:1]
        if later and not re.search(r"[,;]", self.text[mark.end : later[0].start]):
            when = self._named(later[0].value, False, sentence, state)
            self._go_on_about(when, sentence, state)
            return when, 0.95
        if state.rival is not None and not state.own:
            sentence.rival = state.rival
            return state.base, 0.8
        if state.beside is not None and state.beside != state.base and not state.own:
            # The item before named another period; this one says nothing, so it may be either.
            return state.beside, 0.85
        if state.base is None:
            return None, 0.0
        office = self.source.issuer != "press"
        return state.base, 0.97 if office else 0.9 if state.given else 0.65

    def _sum_follows(self, mark: Mark, sentence: _Sentence) -> bool:
        """Whether a figure is followed by its own year to date: "trong đó Hải quan 108, lũy kế 1.095"."""
        later = [m for m in sentence.within(mark.end, sentence.end, "number") if m.value.form == "level"]
        until = later[0].start if later else mark.end
        return bool(sentence.within(mark.end, until, "cumulative")) and not any(
            m.value not in self.phrases.light for m in sentence.within(mark.end, until, "feature")
        )

    def _go_on_about(self, when: When | None, sentence: _Sentence, state: _State) -> None:
        """A period that a text names holds for what follows, unless it was only touched on."""
        if when is not None and not sentence.within(sentence.start, sentence.end, "digressions"):
            state.base, state.given, state.own = when, True, True
            self.latest = when if when.form not in ("day", "to_day", "years") else self.latest

    def _of_which(self, sentence: _Sentence, state: _State) -> tuple[When, float]:
        """The period of parts named in a sentence of their own: that of the figure they are parts of.

        After a month and its year to date it may be either; the month is taken, and whether the parts add up to it is
        looked at once all is read.
        """
        last = state.found[state.last]
        whole = next((f for f in state.found if f.series == last.series and f.sentence == last.sentence), last)
        sentence.rival = last.when if last.when != whole.when else None
        sentence.when = whole.when
        return whole.when, 0.8 if sentence.rival else 0.95

    def _named(self, when: When | None, sums_up: bool, sentence: _Sentence, state: _State) -> When | None:
        base = state.base
        if when is not None and when.form == "this_month":
            when = base if base is not None and base.form in ("month", "days") else self._own_month()
        if when is not None:
            projected = any(m.kind == "status" and m.value == "projection" for m in sentence.marks)
            when = self._dated(when, projected)
        if not sums_up:
            return when
        if when is None or when.form == "year":
            when = base if when is None or base is None or base.year == when.year else when
        if when is None:
            return None
        if when.form in ("days", "day"):
            return When("to_day", when.last.year, 0, None, when.last)
        return When("to_month", when.year, last_month(when).month) if when.form in ("month", "quarter") else when

    def _own_month(self) -> When | None:
        own = self.source.period
        return When("month", own.year, last_month(own).month) if own is not None else None

    def _dated(self, when: When, projected: bool = False) -> When:
        own = self.source.period
        told = pd.Period(self.source.published, freq="M")
        # A day in June may stand in a report on May that is dated in June.
        label = told if own is None or when.form in ("day", "to_day") else last_month(own)
        if projected and when.form == "month" and when.year is None:
            return replace(when, year=label.year + (when.number < label.month - 6))
        return with_year(when, label.year, label.month)

    # -------------------------------------------------------------- facts

    def _propose(self, i, mark, match, when, trust, before, sentence, state) -> None:
        scope, zone, indicator, sure = self._series(match.rule.indicator, mark, sentence, state)
        calendar = self.catalogue.calendar_of(zone, indicator, scope)
        days = days_of(when, calendar)
        if self.catalogue.indicator(indicator).kind == "stock":
            days = (days[1], days[1], "partial")
        status = self._status(before, sentence, state, days[1])
        trust *= match.trust * mark.value.doubt * sure
        trust *= 0.8 if indicator in self.phrases.table["doubtful"] else 1.0
        trust *= 0.7 if sentence.within(sentence.start, mark.start, "particular") else 1.0
        trust *= 0.85 if self._has_a_stocks_day(indicator, before, sentence, state) else 1.0
        trust *= 0.7 if self._at_one_gate(mark, sentence, zone, match) else 1.0
        trust *= 0.6 if status == "final" and days[1] > self.source.published + dt.timedelta(days=31) else 1.0
        trust *= 0.85 if mark.value.high is not None or self._odd_length(match, days) else 1.0
        unit = self.catalogue.indicator(indicator).unit
        paragraph = self.document.paragraphs[i]
        start, end = paragraph.offsets[mark.start], paragraph.offsets[mark.end - 1] + 1
        words = paragraph.text[sentence.start : sentence.end].strip()
        place = start, end, words
        fact = Proposal(
            *(zone, indicator, scope, unit, mark.value, when, days, status, *place, 0.98 * trust, match.features),
            rival=sentence.rival,
            subject=match.trust,
        )
        for pending, direction, base in sentence.pending:
            if change := self._settled(pending, direction, base, fact):
                fact = _with_change(fact, change)
        sentence.pending = []
        state.found.append(fact)
        state.last = len(state.found) - 1

    def _has_a_stocks_day(self, indicator: str, before: list[Mark], sentence: _Sentence, state: _State) -> bool:
        """Whether the day that a stock was counted on ("đến ngày 20/6 là 42.315 người; …") is taken over by a flow."""
        named = any(m.kind in ("when", "cumulative") for m in before)
        if named or state.last is None or state.last < sentence.first:
            return False
        kinds = [self.catalogue.indicator(name).kind for name in (state.found[state.last].indicator, indicator)]
        return kinds[0] == "stock" and kinds[1] != "stock"

    def _odd_length(self, match: _Match, days: tuple) -> bool:
        """A figure for single days is rare in reports, and often a date of something else."""
        kind = self.catalogue.indicator(match.rule.indicator).kind
        return days[0] == days[1] and kind != "stock"

    def _at_one_gate(self, mark: Mark, sentence: _Sentence, zone: str, match: _Match) -> bool:
        """Whether the sentence names a gate that has no series of its own: its figures are not those of the zone."""
        said, table = self.text[sentence.start : mark.start], self.phrases.table
        named = [fold(found["name"]) for pattern in table["gate_patterns"] for found in re.finditer(pattern, said)]
        own = [fold(self.catalogue.zone(zone).name(lang)) for lang in ("vi", "en")]
        own += [fold(gate) for gate in table["own_gates"].get(zone, [])]
        counted = self.catalogue.indicator(match.rule.indicator).group in table["gate_groups"]
        return counted and any(not any(gate in name for gate in own) for name in named)

    def _series(self, indicator: str, mark: Mark, sentence: _Sentence, state: _State) -> tuple[str, str, str, float]:
        """Scope, zone and indicator: an office counts its own, a newspaper quotes whoever it names."""
        scope, zone, table, sure = self.source.scope, self.source.zone, self.phrases.table, 1.0
        if self.source.issuer == "press":
            quoted = [m for m in sentence.marks if m.kind == "quoted"]
            spoken = [m.value for m in quoted if m.start < mark.start][-1:] or [m.value for m in quoted][:1]
            # A gate is where it happened, for that sentence alone; an office stays the source until another is named.
            self.quoted = spoken[0] if spoken and spoken[0] != "kim-thanh" else self.quoted
            scope, sure = (spoken or [self.quoted])[0] or scope, 0.88
        indicator = table["scope_indicators"].get(scope, {}).get(indicator, indicator)
        group = self.catalogue.indicator(indicator).group
        other = table["elsewhere"].get(zone, {}).get(group)
        if other:
            zone, scope = other["zone"], other["scope"]
        scope = table["group_scopes"].get(group, {}).get(scope, scope)
        scope = table["zone_scopes"].get(zone, {}).get(scope, scope)
        for change in table["borders"]:
            if (zone, scope) == (change["zone"], change["scope"]) and self.source.published >= change["since"]:
                scope = change["becomes"]
        return scope, zone, indicator, sure

    def _status(self, before: list[Mark], sentence: _Sentence, state: _State, end: dt.date) -> str:
        words = [m.value for m in before if m.kind == "status"]
        if words:
            sentence.status = "projection" if "projection" in words else words[-1]
        status = sentence.status or state.status or "final"
        # "Ước cả năm" in May is a forecast, whatever it is called.
        if status == "estimate" and end > self.source.published + dt.timedelta(days=31):
            return "projection"
        return status

    def _left(self, mark: Mark, reason: str, i: int, sentence: _Sentence) -> Left:
        paragraph = self.document.paragraphs[i]
        section = next((self.document.paragraphs[p].text[:80] for p in reversed(paragraph.parents)), "")
        words = paragraph.text[sentence.start : sentence.end].strip()
        printed = paragraph.text[mark.start : mark.end]
        return Left(printed, reason, section, words, paragraph.offsets[mark.start], paragraph.offsets[mark.end - 1] + 1)

    # -------------------------------------------------------------- changes

    def _change(self, i: int, mark: Mark, sentence: _Sentence, state: _State) -> None:
        text = self.document.paragraphs[i].text
        before = [m for m in sentence.marks if sentence.cursor <= m.start < mark.start and m.start not in sentence.used]
        base = self._base_after(text, mark, sentence) or self._base_before(before)
        direction = self._direction(text, mark, before, sentence, base)
        if not mark.value.readings or self._is_in_turn(mark, sentence):
            reason = "in_turn" if mark.value.readings else "digits"
            state.left.append(self._left(mark, reason, i, sentence))
            sentence.cursor = mark.end
            return
        if mark.value.form == "percent" and self._rate(i, mark, direction, base, before, sentence, state):
            return
        if base is not None:
            sentence.used.add(base.start)
            again = state.last is not None and state.found[state.last].changes
            state.compared = [*state.compared, base.value] if again else [base.value]
        else:
            base = self._base_shared(mark, direction, sentence, state)
        if self._is_fresh(text, mark, before, sentence, state):
            sentence.pending.append((mark, direction, base and base.value))
            return
        fact = state.found[state.last]
        change = self._settled(mark, direction, base and base.value, fact)
        if change is not None and base is not None and base.kind == "shared":
            change = replace(change, trust=0.85 * change.trust)
        if change is None:
            reason = "times" if mark.value.form == "times" else "basis" if direction else "alone"
            state.left.append(self._left(mark, reason, i, sentence))
        else:
            paragraph = self.document.paragraphs[i]
            change = replace(change, start=paragraph.offsets[mark.start], end=paragraph.offsets[mark.end - 1] + 1)
            state.found[state.last] = _with_change(fact, change)
        sentence.cursor = max(mark.end, base.end if base is not None else 0)

    def _base_after(self, text: str, mark: Mark, sentence: _Sentence) -> Mark | None:
        later = [m for m in sentence.marks if m.start >= mark.end and m.kind in ("versus", "number")]
        if not later or later[0].kind != "versus":
            return None
        between = fold(text[mark.end : later[0].start])
        return later[0] if len(between) <= 30 and not re.search(r"[,;.]", between) else None

    def _base_shared(self, mark: Mark, direction: str, sentence: _Sentence, state: _State) -> Mark | None:
        """The comparison of a list where it is said once: "bằng 186 %; nhập khẩu bằng 134 % so với cùng kỳ"."""
        later = sentence.within(mark.end, sentence.end, "versus")
        told = len(state.found[state.last].changes) if state.last is not None else 0
        earlier = state.compared[min(told, len(state.compared) - 1)] if state.compared else None
        shared = later[0].value if later else earlier
        if shared is None or not direction or shared.basis not in ("yoy", "mom", "named_month", "named_quarter"):
            return None
        return Mark(mark.start, mark.start, "shared", shared)

    def _base_before(self, before: list[Mark]) -> Mark | None:
        found = [m for m in before if m.kind == "versus"]
        return found[-1] if found else None

    def _direction(self, text, mark, before, sentence, base) -> str:
        """up, down, equal, share or times: from the word before the percentage, its sign, or the word behind it."""
        words = [
            m for m in before if m.kind == "change" and not _CLAUSE.search(text[m.end : mark.start].replace("(", ""))
        ]
        if words:
            return words[-1].value
        sign = re.search(r"([+\-\u2212])\s*$", fold(text[max(0, mark.start - 2) : mark.start]))
        if sign:
            return "up" if sign[1] == "+" else "down"
        after = sentence.within(mark.end, mark.end + 40, "change")
        if after and not re.search(r"[,;.]", text[mark.end : after[0].start]) and after[0].value in ("up", "down"):
            return after[0].value
        if base is not None and base.value.basis.endswith("_pct"):
            return "equal"
        if (
            base is not None
            and mark.value.form == "times"
            and base.value.words.startswith(("as ", "that of", "those of"))
        ):
            return "times"
        earlier = [m for m in sentence.marks if m.kind == "change" and m.start < mark.start]
        joined = re.search(r"\b(?:và|and)\s*$", fold(text[sentence.cursor : mark.start]))
        return earlier[-1].value if earlier and joined else ""

    def _is_fresh(self, text: str, mark: Mark, before: list[Mark], sentence: _Sentence, state: _State) -> bool:
        """Whether the words before a change begin something new, so that it does not belong to the last figure."""
        if state.last is None or (state.last < sentence.first and not self._carries_on(text, mark, before, sentence)):
            return True
        heavy = [m for m in before if m.kind == "feature" and m.value not in self.phrases.light]
        new = [*heavy, *(m for m in before if m.kind in ("cumulative", "of_which"))]
        return any(m.kind == "of_which" or re.search(r"[,;:]", text[sentence.cursor : m.start]) for m in new)

    def _carries_on(self, text: str, mark: Mark, before: list[Mark], sentence: _Sentence) -> bool:
        """A sentence that is only a change ("Tăng 5 % so với tháng trước.") speaks of the figure before it."""
        named = any(m.kind in ("feature", "cumulative", "when") for m in before)
        return not named and self._trust_in_silence(text, mark, sentence) > 0.7

    def _settled(self, mark: Mark, direction: str, base: Base | None, fact: Proposal) -> Change | None:
        """A printed percentage as a change on its basis; None where the words leave the meaning open."""
        value, step = mark.value.readings[0]
        basis = _settled_basis(base, fact) if base is not None else ""
        if basis == "mom" and fact.days[2] in USUAL_BASES:
            basis = ""  # said of the month before it in the same breath
        trust = 1.0 if base is not None else 0.75
        if mark.value.form == "points":
            return Change(-value if direction == "down" else value, "yoy_points", step / 2, mark.start, mark.end, trust)
        if mark.value.form == "times":
            if direction not in ("times", "equal") or not basis or _is_share(basis):
                return None
            return Change(100 * (value - 1), basis, 50 * step, mark.start, mark.end, 0.95)
        if direction == "share" or (direction == "equal" and basis.startswith("ratio_to")):
            of_what = basis if basis.startswith("ratio_to") else "share_of_total_pct"
            return Change(value, of_what, step / 2, mark.start, mark.end, trust)
        if basis == "plan_share_pct":
            value = 100 + value if direction == "up" else 100 - value if direction == "down" else value
            return Change(value, basis, step / 2, mark.start, mark.end)
        if direction == "equal":
            return self._ratio(value, step, basis, mark) if basis not in ("", "base_unclear") else None
        if direction not in ("up", "down") or mark.value.high is not None:
            return None
        if not basis and (usual := USUAL_BASES.get(fact.days[2])):
            return Change(-value if direction == "down" else value, usual, step / 2, mark.start, mark.end, 0.9)
        basis = basis or "yoy_or_mom_unclear"
        trust *= 0.75 if basis.endswith("_unclear") and base is not None else 1.0
        return Change(-value if direction == "down" else value, basis, step / 2, mark.start, mark.end, trust)

    def _ratio(self, value: Decimal, step: Decimal, basis: str, mark: Mark) -> Change:
        """ "Bằng 124 %" is a change of +24; far from 100 it is kept as printed, and doubted."""
        odd = not 20 <= value <= 400
        said = note("ratio", printed=mark.value.printed) if odd else ""
        return Change(value - 100, basis, step / 2, mark.start, mark.end, 0.85 if odd else 1.0, said)

    def _rate(self, i, mark, direction, base, before, sentence, state) -> bool:
        """A percentage that is an indicator itself: "GRDP tăng 8,2 %", "tỷ lệ lấp đầy đạt 60 %"."""
        text = self.document.paragraphs[i].text
        near = self._near(text, mark, before, [])
        names = {m.value for m in before if m.kind == "name"}
        if not (names or set(near) - self.phrases.light) or self._refusal(
            mark, [m for m in before if m.kind != "versus"], sentence
        ):
            return False
        arguments = (names, RATE_UNITS, self.source.issuer, self.phrases, self.catalogue)
        match = _match_indicator(near, {}, *arguments)
        rival = _match_any(near, names, self.source.issuer, self.phrases, self.catalogue)
        if match is None or (rival is not None and rival.rule.indicator != match.rule.indicator):
            return False
        after = self._after(text, mark, sentence)
        when, trust = self._period(mark, before, after, sentence, state)
        if when is None:
            return False
        if match.unit != "percent" and direction != "equal":
            return False
        grown = (
            match.unit == "percent" and direction == "equal" and base is not None and base.value.basis in ("yoy", "mom")
        )
        sign, less = -1 if direction == "down" else 1, 100 if grown else 0
        readings = tuple((sign * value - less, step) for value, step in mark.value.readings)
        number = replace(mark.value, readings=readings, form="level", units=(match.unit,))
        self._propose(i, mark._replace(value=number), match, when, trust, before, sentence, state)
        if base is not None and direction in ("up", "down"):
            sentence.used.add(base.start)
            fact = state.found[state.last]
            state.found[state.last] = _with_change(fact, self._settled(mark, direction, base.value, fact))
        sentence.cursor = max(mark.end, base.end if base is not None else 0)
        return True

    def _change_alone(self, i, mark, direction, base, sentence, state) -> None:
        """A change without a level: a fact of the growth indicator, where the catalogue has one."""
        text = self.document.paragraphs[i].text
        before = [m for m in sentence.marks if m.start < mark.start]
        near = self._near(text, mark, before, [])
        names = {m.value for m in before if m.kind == "name"}
        match = _match_any(near, names, self.source.issuer, self.phrases, self.catalogue)
        growth = match and next((j for j in self.catalogue.indicators.values() if j.of == match.rule.indicator), None)
        when, trust = self._period(mark, before, [], sentence, state)
        plain = direction in ("up", "down", "equal") and base is not None and base.basis in ("yoy", "mom")
        if not (growth and when and plain):
            state.left.append(self._left(mark, "alone", i, sentence))
            return
        value, step = mark.value.readings[0]
        value = value - 100 if direction == "equal" else -value if direction == "down" else value
        number = replace(mark.value, readings=((value, step),), form="level", units=("percent",))
        match = replace(match, rule=Rule(growth.id, ()), unit=growth.unit, trust=0.85 * match.trust)
        pending, sentence.pending = sentence.pending, []
        self._propose(i, mark._replace(value=number), match, when, trust, before, sentence, state)
        sentence.pending = pending
        fact = state.found[state.last]
        change = Change(value, _settled_basis(base, fact), step / 2, fact.start, fact.end)
        state.found[state.last] = _with_change(fact, change)


RATE_UNITS = ("percent", "index_prev_month_100")

# "Cả năm đạt 8.250 tỷ đồng, tăng 43 %": of a stretch longer than a month growth is on the year before.
USUAL_BASES = {"year": "yoy", "half": "ytd_yoy", "ytd": "ytd_yoy"}

_SAID_AFTER = ("feature", "when", "per_day")
_STOPPING = ("number", "versus", "change", "cumulative", "of_which", "status", "aside")


def _sentences(text: str, marks: list[Mark]) -> list[tuple[int, int]]:
    """The sentences of a paragraph; a semicolon parts them only where a new subject begins, so it does not here."""
    inside = [(m.start, m.end) for m in marks if m.kind in ("number", "when", "aside", "versus")]
    cuts = [0]
    for found in _FULL_STOP.finditer(text):
        covered = any(start <= found.start() < end - 1 for start, end in inside)
        if text[found.start()] != ";" and not covered and not _ABBREVIATED.search(text[: found.start()]):
            cuts.append(found.end())
    cuts.append(len(text))
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def _row_of_like(numbers: list[Mark], text: str) -> list[Mark]:
    """The numbers at the end of a row with nothing but commas and "and" between them."""
    row: list[Mark] = []
    for mark in reversed(numbers):
        if row and not re.fullmatch(r"\s*(?:,|,?\s*and|,?\s*và)?\s*", text[mark.end : row[-1].start]):
            break
        row.append(mark)
    return row if len(row) > 1 else []


def _match_any(near, names, issuer, phrases, catalogue) -> _Match | None:
    """The indicator words speak of, whatever its unit."""
    return _match_indicator(near, {}, names, tuple(catalogue.units), issuer, phrases, catalogue)


def _with_change(fact: Proposal, change: Change | None) -> Proposal:
    if change is None:
        return fact
    notes = (*fact.notes, change.note) if change.note else fact.notes
    return replace(fact, changes=(*fact.changes, change), trust=fact.trust * change.trust, notes=notes)


def _settled_basis(base: Base, fact: Proposal) -> str:
    """The basis of a change once the period of its figure is known."""
    start, _, kind = fact.days
    label = last_month(fact.when)
    if base.basis == "named_month":
        against = pd.Period(year=base.year or (label - 1).year, month=base.month, freq="M")
        behind = (label - against).n
        return (
            {1: "mom", 12: "yoy"}.get(behind, f"vs_{against.year}_{against.month:02d}_pct") if kind == "month" else ""
        )
    if base.basis == "named_quarter":
        return _quarter_basis(base, label) if kind == "quarter" else "base_unclear"
    if base.basis != "yoy":
        return base.basis
    if base.year is not None and base.year != start.year - (base.year == start.year) and base.year < label.year - 1:
        return f"vs_{base.year}_pct"
    return "ytd_yoy" if kind in ("ytd", "half") else "yoy"


def _quarter_basis(base: Base, label: pd.Period) -> str:
    """The basis of a quarter's change on a quarter that is named, or on the one before it."""
    own = pd.Period(label, freq="Q")
    against = own - 1
    if base.quarter is not None:
        year = base.year or own.year - (base.quarter >= own.quarter)
        against = pd.Period(year=year, quarter=base.quarter, freq="Q")
    return "yoy" if (own - against).n == 4 else f"vs_{against.year}_q{against.quarter}_pct"


def _is_share(basis: str) -> bool:
    """Whether a basis is the printed percentage of something, rather than a change on another period."""
    return basis.endswith("_pct") and not basis.startswith("vs_")
