"""The paragraphs of a report read in turn, with what headings and earlier words hand down to each."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from ezlib.dating import dated
from ezlib.documents import Document, Paragraph
from ezlib.matches import FAR, HEADLINE, PARENT
from ezlib.passages import Guide, Held, Sentence, Source, State
from ezlib.phrases import Mark, Phrases, When, annotate, fold
from ezlib.proposals import Left, Proposal
from ezlib.sentences import read_sentence

_FULL_STOP = re.compile(r"[.!?…]+(?=\s|$|(?<=[^\d.][.])[A-ZÀ-ỸĐ])|[!?]")
_ABBREVIATED = re.compile(r"\b(?:tp|ts|ths|st|no|vs|u\.s|tr|đ/c|mr|ms|dr|approx|etc)$", re.IGNORECASE)
_CITES = re.compile(
    r"\b(?:theo|của|từ|according to|from|by|of|said)"
    r"(?: (?:the|báo cáo|số liệu|thống kê|của|data|lao cai|provincial))*\s*$"
)


class Walk:
    """Reads the paragraphs of a document in turn, remembering what headings hand down."""

    def __init__(self, document: Document, guide: Guide):
        self.document, self.guide = document, guide
        self.held: list[Held] = []
        self.states: list[State] = []
        self.topic: frozenset[str] = frozenset()
        self.subject: frozenset[str] = frozenset()
        self.beside: dict[tuple[int, ...], When] = {}
        self.opened: dict[tuple[int, ...], Held] = {}  # what a paragraph without a mark says of the items after it

    def paragraph(self, i: int) -> tuple[list[Proposal], list[Left]]:
        """The facts and the numbers left over of a paragraph; those before it must have been read."""
        paragraph, phrases, lang = self.document.paragraphs[i], self.guide.phrases, self.guide.source.lang
        marks = _without_sources(paragraph.text, annotate(paragraph.text, phrases, lang), self.guide.source)
        state = self._opening_state(i, paragraph, marks)
        planned = self._is_planned(paragraph)
        sentence = None
        for start, end in _sentences(paragraph.text, marks):
            inside = [m for m in marks if start <= m.start < end]
            sentence = Sentence(paragraph, start, end, inside, start, first=len(state.found), scanned=start)
            if planned:
                for mark in sentence.within(start, end, "number"):
                    state.leave(mark, "plan_section", sentence)
            else:
                read_sentence(sentence, state, self.guide)
        self._hand_down(paragraph, marks, state, sentence)
        if state.given and state.found:
            self.beside[paragraph.parents] = state.base
        self.subject = self.subject or (state.found[0].features if state.found else frozenset())
        self.topic = state.found[0].features if state.found else self.topic if not paragraph.mark else frozenset()
        self.states.append(state)
        return state.found, state.left

    def _opening_state(self, i: int, paragraph: Paragraph, marks: list[Mark]) -> State:
        """What holds where a paragraph begins: from the paragraph it continues, or from the headings above it."""
        press = self.guide.source.issuer == "press"
        held = [self.held[p] for p in reversed(paragraph.parents)]
        context: dict[str, float] = {}
        for depth, above in enumerate(held):
            for feature in above.features:
                headline = press and depth == len(held) - 1
                context.setdefault(feature, HEADLINE if headline else max(0.3, PARENT - 0.1 * depth))
        base = next((above.base for above in held if above.base), None)
        earlier = self.states[-1] if self.states else None
        current = earlier.latest if press and earlier else None
        state = State(base or current or self.guide.source.period, base is not None, context)
        state.section = self.document.paragraphs[paragraph.parents[-1]].text[:80] if paragraph.parents else ""
        state.quoted, state.latest = (earlier.quoted, earlier.latest) if earlier else ("", None)
        state.beside = self.beside.get(paragraph.parents)
        state.status = held[0].status if held else ""
        state.said = {} if paragraph.mark else dict.fromkeys(self.subject, 0.5) | dict.fromkeys(self.topic, FAR)
        has_own = any(m.kind == "cumulative" for m in marks)
        opened = self.opened.get(paragraph.parents) if paragraph.mark else None
        leading = [above for above in (opened, *held[:1]) if above is not None and not has_own]
        state.cumulative = next((above.cumulative for above in leading if above.cumulative), None)
        state.rival = next((above.rival for above in leading if above.rival), None)
        if not paragraph.mark and paragraph.parents and paragraph.parents[-1] == i - 1 and earlier.found:
            state.base, state.given, state.said = earlier.base, earlier.given, dict(earlier.said)
            state.found = [replace(fact, start=-1) for fact in earlier.found]
            state.last, state.main, state.own = len(state.found) - 1, earlier.main, earlier.own
        return state

    def _is_planned(self, paragraph: Paragraph) -> bool:
        return any(self.held[p].planned for p in paragraph.parents)

    def _hand_down(self, paragraph: Paragraph, marks: list[Mark], state: State, sentence: Sentence | None) -> None:
        """Keep what a paragraph says of those under it: as a heading, or by a last sentence that opens a list."""
        source = self.guide.source
        own = [p for p in state.found if p.start >= 0]  # without those of the paragraph that this one continues
        state.found, state.main = own, max(0, state.main - (len(state.found) - len(own)))
        numbers = [m.start for m in marks if m.kind == "number"]
        until = len(paragraph.head) or (numbers[0] if numbers else len(paragraph.text))
        features = frozenset(m.value for m in marks if m.kind == "feature" and m.start < until)
        base = state.base if state.given else None
        if not numbers:
            base = next((m.value for m in marks if m.kind == "when" and _suits_heading(m.value, source.period)), None)
            base = base and dated(base, source)
        opens = sentence is not None and paragraph.text.rstrip().endswith(":") and sentence.cumulative
        cumulative = sentence.when if opens and sentence.within(sentence.start, sentence.end, "of_which") else None
        status = sentence.status if sentence is not None and (opens or not numbers) else ""
        if not numbers and not status:
            status = next((m.value for m in marks if m.kind == "status"), "")
        plans = bool(paragraph.mark) and _plans(paragraph, numbers, self.guide.phrases)
        planned = self._is_planned(paragraph) or plans
        held = Held(features, base, cumulative, status, planned, _rival(state, sentence))
        self.held.append(held)
        if not paragraph.mark:
            self.opened[paragraph.parents] = held


def _without_sources(text: str, marks: list[Mark], source: Source) -> list[Mark]:
    """Whom a newspaper quotes is no subject: "theo Chi cục Hải quan cửa khẩu" says nothing of revenue."""
    if source.issuer != "press":
        return marks
    cited = [m for m in marks if m.kind == "quoted" and _CITES.search(fold(text[: m.start]))]
    return [m for m in marks if m.kind != "feature" or not any(q.start <= m.start < q.end for q in cited)]


def _sentences(text: str, marks: list[Mark]) -> list[tuple[int, int]]:
    """The sentences of a paragraph; a semicolon parts none."""
    inside = [(m.start, m.end) for m in marks if m.kind in ("number", "when", "aside", "versus")]
    cuts = [0]
    for found in _FULL_STOP.finditer(text):
        covered = any(start <= found.start() < end - 1 for start, end in inside)
        if not covered and not _ABBREVIATED.search(text[: found.start()]):
            cuts.append(found.end())
    cuts.append(len(text))
    return [(a, b) for a, b in pairwise(cuts) if text[a:b].strip()]


def _rival(state: State, sentence: Sentence | None) -> When | None:
    """The year to date told last before "Chia ra:", after a month of the same whole: parts may be of either."""
    parted = sentence is not None and sentence.text.rstrip().endswith(":")
    if not parted or not sentence.within(sentence.start, sentence.end, "of_which") or len(state.found) < 2:
        return None
    month, sum_ = state.found[-2:]
    both = month.series == sum_.series and sum_.days[2] in ("ytd", "half") and month.days[2] == "month"
    return sum_.when if both else None


def _suits_heading(when: When, own: When | None) -> bool:
    """Whether a heading's period holds for what is under it: "kế hoạch năm 2025" in a monthly report does not."""
    if own is not None and own.form == "month":
        return when.form in ("month", "days", "quarter")
    return when.form in ("month", "days", "quarter", "half", "first", "year")


def _plans(paragraph: Paragraph, numbers: list[int], phrases: Phrases) -> bool:
    """Whether a heading opens a section on what is planned, rather than on results."""
    if numbers or len(paragraph.text) > 200 or paragraph.mark in ("-", "+", "dot"):
        return False
    lexicons = phrases.lexicons
    planned, results = (lexicons[name].values(paragraph.text) for name in ("plan_sections", "result_sections"))
    return bool(planned) and not results
