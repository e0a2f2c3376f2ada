"""What is known at a place of a text: from its source, from the headings, in the paragraph and in the sentence."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field

from ezlib.catalogue import Catalogue
from ezlib.documents import Paragraph
from ezlib.phrases import Base, Mark, Phrases, When, fold
from ezlib.proposals import Left, Proposal

_SAID_AFTER = ("feature", "when", "per_day")
_STOPPING = ("number", "versus", "change", "cumulative", "of_which", "status", "aside")
_TURN = re.compile(r"\b(?:và|với|còn|trong khi|and|while|with|including|but|as|from|to|at|worth|valued)\b")
_MERE = re.compile(
    r"[\s()]*(?:so|by|về|của|mức|thêm|khoảng|hơn|gần|trên|tới|đến|lên|of|nearly|about|over|more than)?[\s()]*"
)


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


@dataclass(frozen=True)
class Guide:
    """What every sentence of a text is read by: its source, the catalogue, the table of phrases."""

    source: Source
    catalogue: Catalogue
    phrases: Phrases


@dataclass(frozen=True)
class Held:
    """What a paragraph hands down to those under it."""

    features: frozenset[str] = frozenset()
    base: When | None = None
    cumulative: When | None = None
    status: str = ""
    planned: bool = False
    rival: When | None = None


@dataclass
class State:
    """What is known at a point of a paragraph; `last` is the place of the last fact in `found`."""

    base: When | None
    given: bool
    context: dict[str, float]
    section: str = ""  # the heading it stands under
    cumulative: When | None = None
    beside: When | None = None
    status: str = ""
    said: dict[str, float] = field(default_factory=dict)
    quoted: str = ""  # the office a newspaper quoted last
    latest: When | None = None  # the period an article named last
    found: list[Proposal] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    last: int | None = None
    main: int = 0  # the first fact since a sentence that named its own subject
    own: bool = False  # whether the paragraph has named a period
    rival: When | None = None  # the year to date that parts may be of, where the text above gives it beside the month
    compared: list[Base] = field(default_factory=list)  # what the changes of the last such figure were measured against

    def leave(self, mark: Mark, reason: str, sentence: Sentence) -> None:
        """Put a number of a sentence among those left over, for a reason of REASONS."""
        printed = sentence.text[mark.start : mark.end]
        self.left.append(Left(printed, reason, self.section, sentence.words, *sentence.place(mark)))


@dataclass
class Sentence:
    """One sentence on its way: where it stands, what has been read of it."""

    paragraph: Paragraph
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

    @property
    def text(self) -> str:
        """The paragraph, whose characters all places of marks count."""
        return self.paragraph.text

    @property
    def words(self) -> str:
        """The sentence itself."""
        return self.text[self.start : self.end].strip()

    def place(self, mark: Mark) -> tuple[int, int]:
        """Where a mark begins and ends in the document."""
        return self.paragraph.offsets[mark.start], self.paragraph.offsets[mark.end - 1] + 1

    def within(self, start: int, end: int, *kinds: str) -> list[Mark]:
        """The marks of some kinds that begin between two places."""
        return [m for m in self.marks if start <= m.start < end and m.kind in kinds]

    def is_right_behind(self, mark: Mark, verb: Mark) -> bool:
        """Whether nothing but words such as "khoảng" or "by" stands between a verb and a figure."""
        return _MERE.fullmatch(fold(self.text[verb.end : mark.start])) is not None

    def before(self, mark: Mark) -> list[Mark]:
        """What is said between the figure read last and this one, but for comparisons already taken."""
        return [m for m in self.marks if self.cursor <= m.start < mark.start and m.start not in self.used]

    def after(self, mark: Mark) -> list[Mark]:
        """What is said of a figure right behind it: "12 tấn thanh long", "in the first six months"."""
        begin = mark.end + 1 if self.text[mark.end : mark.end + 1] == ")" else mark.end
        stops = [m for m in self.marks if m.start >= mark.end and m.kind in _STOPPING]
        end = min([self.end, *(m.start for m in stops)])
        pause = re.search(r"[,;:.()](?!\d)", self.text[begin:end])
        # Up to a comma everything is about this figure; where another figure comes first, up to the next "and".
        if pause:
            end = begin + pause.start()
        elif end < self.end and (turn := _TURN.search(fold(self.text[begin:end]))):
            end = begin + turn.start()
        return [m for m in self.marks if mark.start < m.start < end and m.end > mark.end and m.kind in _SAID_AFTER]
