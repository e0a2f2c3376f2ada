"""The words and numbers of reports, found in a text by the table `data/phrases.yml`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache, partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

from ezlib.catalogue import Catalogue, data_root, load_catalogue
from ezlib.contracts import DataError, hint
from ezlib.periods import in_year
from ezlib.yaml_files import parse_yaml, yaml_bytes

PHRASES_FILE = "data/phrases.yml"
ONE_LIST = ("aims", "plan_sections", "result_sections", "digressions", "particular", "filler", "worth", "differences")
ONE_LIST += ("cumulative", "in_turn", "of_which", "letterhead")  # sections that are one family of words each
LISTS = (*ONE_LIST, "light", "apart", "doubtful", "units", "comparisons", "periods", "comparison_patterns", "issuers")
LISTS += ("gate_groups", "gate_patterns", "borders")
KEYED = ("features", "indicators", "scales", "per_day", "qualifiers", "statuses", "changes", "pattern_parts", "asides")
KEYED += ("own_gates", "quoted", "scope_indicators", "elsewhere", "group_scopes", "zone_scopes")
INSIDE = {"scales": ("power", "words"), "per_day": ("words", "units"), "units": ("words", "units")}  # keys of entries
INSIDE |= {"comparisons": ("basis", "words"), "issuers": ("lines", "words", "scope", "kind")}
SECTIONS = dict.fromkeys(LISTS, list) | dict.fromkeys(KEYED, dict)

# ------------------------------------------------------------------------------------------------- what is found


class Mark(NamedTuple):
    """Something recognised between two characters of a paragraph: its kind, and what it says."""

    start: int
    end: int
    kind: str
    value: object


@dataclass(frozen=True)
class Number:
    """A printed figure. `readings`: the values its separators allow, the likeliest first, each with the worth of its
    last digit; `power` of the scale word; `units` it may be in; `high` end of a range; `form`: level, percent, points,
    times."""

    printed: str
    readings: tuple[tuple[Decimal, Decimal], ...]
    form: str = "level"
    power: int = 0
    units: tuple[str, ...] = ()
    base_power: int = 0
    high: Decimal | None = None
    qualifier: str = ""
    doubt: float = 1.0


@dataclass(frozen=True)
class When:
    """A stretch of time as a text names it, before the calendar of a series gives it days.

    `form`: month, quarter, half, year, first (months of a year), last (months), to_month, to_day, day, days, years.
    """

    form: str
    year: int | None = None
    number: int = 0
    first: dt.date | None = None
    last: dt.date | None = None


@dataclass(frozen=True)
class Base:
    """What a change is measured against; `month`, `quarter` and `year` where the text names them."""

    basis: str
    month: int | None = None
    year: int | None = None
    words: str = ""
    quarter: int | None = None


@dataclass(frozen=True)
class NamingRule:
    """One way in which features make an indicator."""

    indicator: str
    needs: tuple[str, ...]
    may: frozenset[str] = frozenset()
    issuer: str = ""


@dataclass(frozen=True)
class Phrases:
    """The table, ready for use: a lexicon for each family of words, and the rules of the indicators."""

    lexicons: Mapping[str, Lexicon]
    rules: tuple[NamingRule, ...]
    units: Mapping[str, dict]
    table: Mapping[str, object] = field(repr=False)
    asides: tuple[tuple[str, re.Pattern], ...] = ()
    periods: tuple[tuple[str, re.Pattern], ...] = ()
    comparisons: tuple[re.Pattern, ...] = ()

    def apart_from(self, features: Iterable[str]) -> set[str]:
        """The features that those given exclude, themselves aside."""
        given = set(features)
        return {f for family in self.table["apart"] if given & set(family) for f in family} - given

    @property
    def light(self) -> frozenset[str]:
        return frozenset(self.table["light"])


# ---------------------------------------------------------------------------------------------------- the table


def load_phrases(root=None) -> Phrases:
    """Return the table of a data root, or of the project itself where a root has none.

    Raises DataError naming every word of the table that the catalogue or the table itself does not know.
    """
    folder = data_root(root)
    places = [folder, *Path(__file__).resolve().parents]
    path = next((p / PHRASES_FILE for p in places if (p / PHRASES_FILE).is_file()), None)
    if path is None:
        raise DataError(
            f"No {PHRASES_FILE} was found.", map(str, places[:1]), "Copy it from the project's data folder."
        )
    return _phrases(yaml_bytes(path, PHRASES_FILE), load_catalogue(root))


@lru_cache(maxsize=8)
def _phrases(content: bytes, catalogue: Catalogue) -> Phrases:
    table, _, faults = parse_yaml(content, PHRASES_FILE)
    faults += _section_faults(table) or _table_faults(table, catalogue)
    if faults:
        raise DataError("The table of phrases is not usable.", faults, f"Mend the words named in {PHRASES_FILE}.")
    asides = tuple((kind, re.compile(p)) for kind, patterns in table["asides"].items() for p in patterns)
    periods = tuple((form, _pattern(p, table)) for form, p in table["periods"])
    comparisons = tuple(_pattern(p, table) for p in table["comparison_patterns"])
    words = _lexicons(table, catalogue), _rules(table, catalogue), _units(table), table
    return Phrases(*words, asides, periods, comparisons)


def _pattern(text: str, table: dict) -> re.Pattern:
    """A pattern of the table, its placeholders filled in; those in capitals are parts the table names itself."""
    for name, part in [*table["pattern_parts"].items(), *PLACEHOLDERS.items()]:
        text = text.replace(name if name.startswith("{") else f"{{{name}}}", part)
    return re.compile(text)


def _section_faults(table) -> list[str]:
    """The sections that a table lacks, or that are not the list, or the set of keys, that they must be."""
    words = {list: "a list", dict: "a set of keys"}
    table = table if isinstance(table, dict) else {}
    wrong = [(name, shape) for name, shape in SECTIONS.items() if not isinstance(table.get(name), shape)]
    faults = [f"{name}: {f'is not {words[shape]}' if name in table else 'is missing'}" for name, shape in wrong]
    if faults:
        return faults
    entries = {name: table[name].values() if name == "scales" else table[name] for name in INSIDE if name != "per_day"}
    entries["per_day"] = [table["per_day"]]
    return [
        f"{name}: an entry lacks {key}"
        for name, keys in INSIDE.items()
        for entry in entries[name]
        for key in keys
        if not isinstance(entry, dict) or key not in entry
    ]


def _table_faults(table: dict, catalogue: Catalogue) -> list[str]:
    named = {"indicators": table["indicators"], "doubtful": table["doubtful"]}
    faults = [
        f"{where}: indicator {word!r} is not in the catalogue{hint(word, catalogue.indicators)}"
        for where, words in named.items()
        for word in words
        if word not in catalogue.indicators
    ]
    for indicator, lines in table["indicators"].items():
        used = (word.strip("()") for line in lines for word in line.split() if not word.startswith("@"))
        unknown = (word for word in used if word not in table["features"])
        faults += [f"indicators, {indicator}: there is no feature {w!r}{hint(w, table['features'])}" for w in unknown]
    units = (unit for entry in table["units"] for unit in entry["units"])
    faults += [
        f"units: {u!r} is not in the catalogue{hint(u, catalogue.units)}" for u in units if u not in catalogue.units
    ]
    return faults


def _rules(table: dict, catalogue: Catalogue) -> tuple[NamingRule, ...]:
    rules = [_rule(indicator, line) for indicator, lines in table["indicators"].items() for line in lines]
    return (*rules, *(NamingRule(id, (f"={id}",)) for id in catalogue.indicators))


def _rule(indicator: str, line: str) -> NamingRule:
    words = line.split()
    needs = tuple(w for w in words if w[0] not in "(@")
    issuer = next((w[1:] for w in words if w[0] == "@"), "")
    return NamingRule(indicator, needs, frozenset(w.strip("()") for w in words if w[0] == "("), issuer)


def _units(table: dict) -> dict[str, dict]:
    return {word: entry for entry in table["units"] for phrase in entry["words"] for word in spellings(phrase)}


def _lexicons(table: dict, catalogue: Catalogue) -> dict[str, Lexicon]:
    """Every family of words as a lexicon; names of the catalogue stand in for indicators without a rule."""
    families = {
        "feature": table["features"],
        "qualifier": table["qualifiers"],
        "status": table["statuses"],
        "change": table["changes"],
        "quoted": table["quoted"],
        "unit": {str(i): entry["words"] for i, entry in enumerate(table["units"])},
        "scale": {str(entry["power"]): entry["words"] for entry in table["scales"].values()},
        "basis": {entry["basis"]: entry["words"] for entry in table["comparisons"]},
        "name": {f"={i.id}": [_plain_name(i.name_vi), _plain_name(i.name_en)] for i in catalogue.indicators.values()},
    }
    _drop_common_names(families)
    families |= {name: {name: table[name]} for name in ONE_LIST}
    families["per_day"] = {"per_day": table["per_day"]["words"]}
    return {family: Lexicon.of(entries) for family, entries in families.items()}


def _drop_common_names(families: dict) -> None:
    """A full name that is also a feature by itself ("giá trị sản xuất công nghiệp") says no more than the feature."""
    common = {spelling for words in families["feature"].values() for word in words for spelling in spellings(str(word))}
    for names in families["name"].values():
        names[:] = [name for name in names if fold(name) not in common]


def _plain_name(name: str) -> str:
    return re.sub(r"^(?:Số lượt|Số) |\s*\(.*\)", "", name)


# ------------------------------------------------------------------------------------------- words and tokens

_TONES = {f"{a}{b}": f"{c}{d}" for a, tones, d in (("o", "àáảãạ", "a"), ("o", "èéẻẽẹ", "e"), ("u", "ỳýỷỹỵ", "y"))
          for b, c in zip(tones, "òóỏõọ" if a == "o" else "ùúủũụ", strict=True)}  # fmt: skip
_OLD_I = {"kì": "kỳ", "tỉ": "tỷ", "lí": "lý", "mĩ": "mỹ", "quí": "quý", "kỉ": "kỷ", "sĩ": "sỹ"}
_PLAIN = str.maketrans({"\u00a0": " ", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "“": '"', "”": '"', "’": "'"})
_OLD_TONES = re.compile(rf"(?<!q)(?:{'|'.join(_TONES)})(?!\w)")  # "toàn", "hoạch" and "quý" are spelt one way only
_OLD_WORDS = re.compile(rf"\b(?:{'|'.join(_OLD_I)})\b")
_TOKEN = re.compile(r"\w+|[^\w\s]")


def fold(text: str) -> str:
    """The text in small letters and one spelling (luỹ → lũy, hoá → hóa, tỉ → tỷ), every character in its old place."""
    lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text).translate(_PLAIN)
    lower = _OLD_TONES.sub(lambda found: _TONES[found[0]], lower)
    return _OLD_WORDS.sub(lambda found: _OLD_I[found[0]], lower)


def tokens_of(text: str) -> list[tuple[str, int, int]]:
    """The words and signs of a folded text with their places."""
    return [(found[0], found.start(), found.end()) for found in _TOKEN.finditer(text)]


def spellings(phrase: str) -> Iterator[str]:
    """Every way to write a phrase of the table: `(x)` may be missing, `a|b` is either, `_` is a blank inside one."""
    choices = []
    for word in phrase.split():
        optional = word.startswith("(") and word.endswith(")")
        options = (word[1:-1] if optional else word).split("|")
        choices.append([option.replace("_", " ") for option in options] + ([""] if optional else []))
    for chosen in product(*choices):
        yield fold(" ".join(word for word in chosen if word))


@dataclass(frozen=True)
class Lexicon:
    """Phrases as rows of tokens, and what each stands for."""

    entries: Mapping[tuple[str, ...], str]
    longest: int

    @classmethod
    def of(cls, families: Mapping[str, Iterable[str]]) -> Lexicon:
        entries = {
            tuple(token for token, _, _ in tokens_of(spelling)): value
            for value, phrases in families.items()
            for phrase in phrases
            for spelling in spellings(str(phrase))
        }
        entries.pop((), None)
        return cls(entries, max(map(len, entries), default=0))

    def find(self, tokens: list[tuple[str, int, int]]) -> list[tuple[int, int, str]]:
        """The phrases in a row of tokens, longest first from the left, none inside another: (first, after, value)."""
        found, i = [], 0
        while i < len(tokens):
            n = self.match(tokens, i)
            if n:
                found.append((i, i + n, self.entries[tuple(t for t, _, _ in tokens[i : i + n])]))
            i += n or 1
        return found

    def match(self, tokens: list[tuple[str, int, int]], i: int) -> int:
        """How many tokens the longest phrase that begins at token i has; 0 for none."""
        words = tuple(t for t, _, _ in tokens[i : i + self.longest])
        return next((n for n in range(len(words), 0, -1) if words[:n] in self.entries), 0)

    def values(self, text: str) -> list[str]:
        """What the phrases in a text stand for, in their order."""
        return [value for _, _, value in self.find(tokens_of(fold(text)))]


# ---------------------------------------------------------------------------------------------------- numbers


def read_number(printed: str, lang: str = "vi", whole: bool = False) -> tuple[tuple[Decimal, Decimal], ...]:
    """The values that printed digits and separators allow, likeliest first, each with the worth of its last digit.

    31.711 is 31711 in Vietnamese and 31.711 in English, and each may be meant in a text that mixes styles, so both are
    returned; 150,83, 2348,529 and 68.248,62 have one reading. `whole`: the figure counts things, so parts are out of
    the question. Digits that fit no style give ().
    """
    signs = re.findall(r"[.,]", printed)
    parts = re.split(r"[.,]", printed)
    if not signs:
        return (_reading(printed, ""),)
    if len(signs) > 1:
        return _read_many(parts, signs)
    head, tail = parts
    decimal, grouped = _reading(head, tail), _reading(head + tail, "")
    if len(tail) != 3 or len(head) > 3 or head.startswith("0"):
        return (decimal,)
    if whole:
        return (grouped,)
    by_language = signs[0] == ("," if lang == "vi" else ".")
    return (decimal, grouped) if by_language else (grouped, decimal)


def _read_many(parts: list[str], signs: list[str]) -> tuple[tuple[Decimal, Decimal], ...]:
    """Two or more separators: the first kind parts thousands, another kind at the end is the decimal sign."""
    has_decimals = signs[-1] != signs[0]
    groups = parts[:-1] if has_decimals else parts
    in_order = set(signs[: len(groups) - 1]) == {signs[0]}
    if not in_order or not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        return ()
    return (_reading("".join(groups), parts[-1] if has_decimals else ""),)


def _reading(whole: str, decimals: str) -> tuple[Decimal, Decimal]:
    return Decimal(f"{whole}.{decimals}" if decimals else whole), Decimal(1).scaleb(-len(decimals))


# ------------------------------------------------------------------------------------------------------- marks

_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: number for name, number in list(_MONTHS.items())} | {"sept": 9}
_VIETNAMESE = ("một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười", "mười một")
_ENGLISH = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_COUNTED = {word: n for words in (_VIETNAMESE, _ENGLISH) for n, word in enumerate(words, 1)}
_VI_MONTHS = {"giêng": 1, "tư": 4, "mười hai": 12, "chạp": 12} | {w: n for n, w in enumerate(_VIETNAMESE, 1) if n > 1}
_ORDINAL = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "first": 1, "second": 2, "third": 3, "fourth": 4}
_WORDED = (_COUNTED, _VI_MONTHS, _ORDINAL, _MONTHS)

_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_YEAR = r"(?P<y>(?:19|20)\d\d)"
PLACEHOLDERS = {
    "{y}": _YEAR,
    "{of_y}": rf"(?:\s*(?:/|-|năm|of|in|,)?\s*{_YEAR})",
    "{n}": r"(?P<n>\d{1,2}|hai|ba|bốn|năm|sáu|bảy|tám|chín|mười(?: một)?)",
    "{en_n}": r"(?P<n>\d{1,2}|two|three|four|five|six|seven|eight|nine|ten|eleven)",
    "{month}": r"(?P<n>\d{1,2})",
    "{vi_month}": rf"(?P<n>{'|'.join(sorted(_VI_MONTHS, key=len, reverse=True))})(?!\w)",
    "{en_month}": rf"(?P<n>{_NAMES})\.?",
    "{any_month}": rf"(?:{_NAMES})\.?",
    "{d1}": r"(?P<d1>\d{1,2})",
    "{m1}": r"(?P<m1>\d{1,2})",
    "{y1}": r"(?P<y1>\d{4})",
    "{d2}": r"(?P<d2>\d{1,2})",
    "{m2}": r"(?P<m2>\d{1,2})",
    "{y2}": r"(?P<y2>(?:19|20)\d\d)",
    "{en_m1}": rf"(?P<m1>{_NAMES})\.?",
    "{en_m2}": rf"(?P<m2>{_NAMES})\.?",
}
"""What stands for a year, a count or a month in the patterns of the table."""


_DIGITS = r"\d+(?:[.,]\d+)*"
_CURRENCY = r"(?P<prefix>us\$|usd|\$|vnd|vnđ)\s?"
_NUMBER = re.compile(
    rf"(?<![\w])(?:{_CURRENCY})?(?P<low>{_DIGITS})(?:\s*(?:-|đến|tới|to)\s*(?P<high>{_DIGITS})(?![/\d]))?"
)
_SPLIT = re.compile(r"(?<![\w.,/])(?P<a>\d{1,3}), (?P<b>\d{1,3})(?=\s*[^\W\d])")
_OF_PLAN = re.compile(r"\s?/\s?\d+(?:[.,]\d+)*(?=\s*(?:nghìn|ngàn|triệu|tỷ|usd|đồng|tấn|lượt|million|billion))")
_FRACTION = re.compile(r"(?<![\w.,/])\d{1,3}/\d{1,3}(?![\w/])")
_DIGITS_END = re.compile(r"(?:us\$|usd|\$|vnd|vnđ)?\s?[\d.,\s/-]*\d", re.IGNORECASE)
_PERCENT = re.compile(r"[\s-]*(?:%|phần trăm\b|percent\b|per cent\b|pct\b)")
_POINTS = re.compile(r"\s*(?:điểm (?:%|phần trăm)|percentage points?)")
_TIMES = re.compile(r"\s*(?:lần|times|-?\s?fold)\b")
_GLUED = re.compile(r"[^\W\d_]+[-.]?\d[\w]*(?:[-/.]\w+)*")


def annotate(text: str, phrases: Phrases, lang: str = "vi") -> list[Mark]:
    """Everything recognised in a paragraph, in its order: what is no figure, comparisons, periods, figures, words.

    Kinds and values: `aside` (what it is), `versus` (Base), `when` (When), `number` (Number), `feature`, `name`,
    `change`, `status`, `quoted`, `per_day`, `unit_feature` and those of ONE_LIST (words of the table).
    """
    folded, marks, numbers = fold(text), [], partial(_numbers, lang=lang)
    for kind, find in (("aside", _asides), ("versus", _versus), ("when", _whens), ("number", numbers)):
        masked = _mask(folded, marks)
        marks += [Mark(start, end, kind, value) for start, end, value in find(masked, phrases)]
    counted = [
        m._replace(end=m.start + _DIGITS_END.match(folded, m.start).end() - m.start)
        for m in marks
        if m.kind == "number"
    ]
    rest, said = (
        tokens_of(_mask(folded, marks)),
        tokens_of(_mask(folded, [m for m in marks if m.kind != "number"] + counted)),
    )
    for kind in (
        "change",
        "status",
        "aims",
        "cumulative",
        "in_turn",
        "of_which",
        "per_day",
        "digressions",
        "particular",
    ):
        marks += [Mark(rest[i][1], rest[j - 1][2], kind, v) for i, j, v in phrases.lexicons[kind].find(rest)]
    marks += (features := _features(said, marks, phrases))
    # "Sầu riêng" is a fruit, not the "riêng" that turns aside.
    named = [(m.start, m.end) for m in features if m.end - m.start > 1]
    marks = [
        m
        for m in marks
        if m.kind not in ("digressions", "of_which") or not any(a < m.end and m.start < b for a, b in named)
    ]
    free = tokens_of(folded)
    for kind in ("name", "quoted"):
        marks += [Mark(free[i][1], free[j - 1][2], kind, v) for i, j, v in phrases.lexicons[kind].find(free)]
    return sorted(marks, key=lambda mark: (mark.start, -mark.end))


def _features(tokens: list[tuple[str, int, int]], marks: list[Mark], phrases: Phrases) -> list[Mark]:
    """What is spoken of. Words that only name the unit of a figure ("lượt người") are kept apart as `unit_feature`."""
    numbers = [m for m in marks if m.kind == "number"]
    found = []
    for i, j, value in phrases.lexicons["feature"].find(tokens):
        start, end = tokens[i][1], tokens[j - 1][2]
        inside = any(m.start <= start and end <= m.end for m in numbers)
        found.append(Mark(start, end, "unit_feature" if inside else "feature", value))
    return found


def _mask(folded: str, marks: list[Mark]) -> str:
    """The text with what is already understood blotted out, so that nothing is read twice."""
    characters = list(folded)
    for mark in marks:
        characters[mark.start : mark.end] = "\x00" * (mark.end - mark.start)
    return "".join(characters)


def _asides(folded: str, phrases: Phrases) -> list[tuple[int, int, str]]:
    found = [(m.start(), m.end(), kind) for kind, pattern in phrases.asides for m in pattern.finditer(folded)]
    glued = ((m.start(), m.end(), "name") for m in _GLUED.finditer(folded) if not _is_money(m[0]))
    return _apart([*found, *glued])


def _is_money(word: str) -> bool:
    return re.fullmatch(r"(?:us|usd|vnd|vnđ)[\d.,]+\w*|q[1-4]", word) is not None


def _apart(spans: list[tuple]) -> list[tuple]:
    """Spans that do not overlap: the earlier, and of two that begin together the longer."""
    kept: list[tuple] = []
    for span in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _versus(folded: str, phrases: Phrases) -> list[tuple[int, int, Base]]:
    found = [
        (m.start(), m.end(), _base(m[0], phrases))
        for p in phrases.comparisons
        for m in p.finditer(folded)
        if m[0].strip()
    ]
    return _apart(found)


def _base(words: str, phrases: Phrases) -> Base:
    bases = phrases.lexicons["basis"].values(words)
    # The table's order decides: "kế hoạch năm trước" is a plan.
    ranked = [entry["basis"] for entry in phrases.table["comparisons"] if entry["basis"] in bases]
    month = re.search(rf"(?:tháng (?P<m>\d{{1,2}})|\b(?P<e>{'|'.join(_MONTHS)})\b)", words)
    year = re.search(r"\b((?:19|20)\d\d)\b", words)
    number = (int(month["m"]) if month["m"] else _MONTHS[month["e"]]) if month else None
    quarter = _QUARTER.search(words)
    kind = "named_quarter" if quarter else "named_month" if month else "yoy" if year else "base_unclear"
    named = _quarter_number(quarter) if quarter else None
    return Base(ranked[0] if ranked else kind, number, int(year[1]) if year else None, words.strip(), named)


_QUARTER = re.compile(
    r"\bquý (iv|i{1,3}|[1-4])\b|\bq([1-4])\b|\b(first|second|third|fourth) quarter\b|\b(i{1,3}|iv) quarter\b"
)


def _quarter_number(found: re.Match) -> int:
    word = next(part for part in found.groups() if part)
    return int(word) if word.isdigit() else _ORDINAL[word]


def _whens(folded: str, phrases: Phrases) -> list[tuple[int, int, When]]:
    found = []
    for rank, (form, pattern) in enumerate(phrases.periods):
        found += [(m.start(), -rank, m.end(), when) for m in pattern.finditer(folded) if (when := _when(form, m))]
    kept, end = [], 0
    for start, _, stop, when in sorted(found, key=lambda f: (f[0], -f[1])):
        if start >= end:
            kept.append((start, stop, when))
            end = stop
    return kept


def _when(form: str, found: re.Match) -> When | None:
    """The stretch of time a pattern has found; None when no calendar has it, such as day 31/2."""
    parts = found.groupdict()
    year = int(parts["y"]) if parts.get("y") else None
    if form in ("days", "to_day", "day"):
        return _when_days(form, parts, year)
    if form == "years":
        return When(form, year, int(parts["y2"]))
    word = parts.get("n") or "0"
    number = int(word) if word.isdigit() else next((names[word] for names in _WORDED if word in names), 0)
    if form in ("month", "to_month", "first") and not 1 <= number <= 12:
        return None
    return When(form, year, number)


def _when_days(form: str, parts: dict, year: int | None) -> When | None:
    def day(d: str, m: str, y: int | None) -> dt.date | None:
        month = int(m) if m.isdigit() else _MONTHS[m]
        try:
            return dt.date(y or 2000, month, int(d))  # without a year: 2000 has every day; the report gives the year
        except ValueError:
            return None

    last = day(parts["d2"], parts["m2"], year)
    if form != "days":
        return last and When(form, year, 0, None, last)
    first = day(parts["d1"], parts["m1"], int(parts["y1"]) if parts.get("y1") else year)
    if first and last and first > last and not parts.get("y1"):
        first = in_year(first, first.year - 1)
    return When(form, year, 0, first, last) if first and last and first <= last else None


def _numbers(folded: str, phrases: Phrases, lang: str) -> list[tuple[int, int, Number]]:
    found = [(m.start(), m.end(), Number(m[0], ())) for m in _FRACTION.finditer(folded)]
    folded, end = _mask(folded, [Mark(start, stop, "number", None) for start, stop, _ in found]), 0
    for m in _NUMBER.finditer(folded):
        if m.start() >= end:
            start, end, number = _number_at(folded, m, phrases, lang)
            found.append((start, end, number))
    return found


def _number_at(folded: str, m: re.Match, phrases: Phrases, lang: str) -> tuple[int, int, Number]:
    """The figure a match begins, with its scale, its unit and the qualifier before it."""
    low, high, end, doubt = m["low"], m["high"], m.end(), 1.0
    torn = _SPLIT.match(folded, m.start("low")) if not high else None
    if torn and _may_be_torn(folded, torn, phrases):
        low, end, doubt = f"{torn['a']},{torn['b']}", torn.end(), 0.95
    if high and not _is_range(low, high, folded, m):
        high, end = None, m.end("low")
    of_plan = _OF_PLAN.match(folded, end)
    number, end = _with_unit(low, of_plan.end() if of_plan else end, folded, phrases, lang)
    number, end = _with_remainder(number, end, folded, phrases, lang)
    if m["prefix"]:
        unit = phrases.units[m["prefix"]]
        number = replace(number, form="level", units=tuple(unit["units"]))
    if high:
        readings = read_number(high, lang, bool(number.units) and _is_whole(number.units, phrases))
        number = replace(number, high=readings[0][0] if readings else None)
    qualifier = _qualified(folded, m.start(), phrases)
    printed = folded[m.start() : end]
    return m.start(), end, replace(number, printed=printed, qualifier=qualifier, doubt=doubt)


def _may_be_torn(folded: str, torn: re.Match, phrases: Phrases) -> bool:
    """Whether "1, 28 triệu" is one number with a blank in it: a verb before it and a unit behind it."""
    before = tokens_of(folded[max(0, torn.start() - 40) : torn.start()])
    behind = tokens_of(folded[torn.end() : torn.end() + 40])
    verbs = (phrases.lexicons[name] for name in ("change", "qualifier", "status"))
    introduced = bool(before) and any((before[-1][0],) in verb.entries for verb in verbs)
    measured = any(phrases.lexicons[name].match(behind, 0) for name in ("scale", "unit"))
    return introduced and measured


def _is_range(low: str, high: str, folded: str, m: re.Match) -> bool:
    """Whether two numbers are the ends of a range: rising, and not "tăng từ 5 lên 7" or a list of codes."""
    ends = [read_number(x)[:1] for x in (low, high)]
    if not all(ends) or ends[0][0][0] >= ends[1][0][0]:
        return False
    joined = folded[m.end("low") : m.start("high")].strip()
    return joined == "-" or folded[: m.start()].rstrip().endswith(("từ", "from", "between"))


def _with_unit(low: str, end: int, folded: str, phrases: Phrases, lang: str) -> tuple[Number, int]:
    for form, pattern in (("points", _POINTS), ("percent", _PERCENT), ("times", _TIMES)):
        if found := pattern.match(folded, end):
            return Number(low, read_number(low, lang), form), found.end()
    behind = tokens_of(folded[end : end + 60])
    scale, unit = phrases.lexicons["scale"], phrases.lexicons["unit"]
    n = scale.match(behind, 0)
    power = int(scale.entries[tuple(t for t, _, _ in behind[:n])]) if n else 0
    k = unit.match(behind, n)
    entry = phrases.table["units"][int(unit.entries[tuple(t for t, _, _ in behind[n : n + k])])] if k else {}
    whole = bool(entry.get("whole")) and not power
    number = Number(low, read_number(low, lang, whole), "level", power, tuple(entry.get("units", ())))
    length = behind[n + k - 1][2] if n + k else 0
    return replace(number, base_power=entry.get("base_power", 0)), end + length


_REMAINDER = re.compile(rf"\s+(?P<rest>{_DIGITS})(?=\s*[^\W\d])")


def _with_remainder(number: Number, end: int, folded: str, phrases: Phrases, lang: str) -> tuple[Number, int]:
    """ "2 tỷ 315 triệu USD" is one figure: whole billions, and less than one more in millions."""
    found = _REMAINDER.match(folded, end) if number.power and not number.units else None
    if found is None or len(number.readings) != 1 or number.readings[0][1] < 1:
        return number, end
    rest, after = _with_unit(found["rest"], found.end(), folded, phrases, lang)
    whole = number.readings[0][0] * Decimal(10) ** (number.power - rest.power)
    fits = [(value, step) for value, step in rest.readings if value < 10 ** (number.power - rest.power)]
    if not (0 < rest.power < number.power and rest.form == "level" and fits):
        return number, end
    return replace(rest, readings=tuple((whole + value, step) for value, step in fits)), after


def _is_whole(units: tuple[str, ...], phrases: Phrases) -> bool:
    return any(entry.get("whole") and set(units) <= set(entry["units"]) for entry in phrases.table["units"])


def _qualified(folded: str, start: int, phrases: Phrases) -> str:
    """The word right before a figure that makes it a bound: gần, trên, khoảng. "Cao hơn 5 %" is a change, no bound."""
    before = [token for token, _, _ in tokens_of(folded[max(0, start - 30) : start])]
    lexicon, changes = phrases.lexicons["qualifier"], phrases.lexicons["change"]
    for n in range(min(lexicon.longest, len(before)), 0, -1):
        words, longer = tuple(before[-n:]), tuple(before[-n - 1 :])
        if words in lexicon.entries and longer not in changes.entries:
            return lexicon.entries[words]
    return ""
