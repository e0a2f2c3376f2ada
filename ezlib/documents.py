"""The text of a report as paragraphs under their headings, each character with its place in the file."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from ezlib.contracts import DataError

# How a paragraph announces itself, from the outermost heading inwards.
MARKERS = (
    ("roman", r"(?:[IVX]{1,5})\s?[.)]\s+(?=\S)|(?:PHẦN|Phần|CHƯƠNG|Chương)\s+(?:[IVX]{1,5}|\d{1,2})\b[.:]?"),
    ("letter", r"[A-H]\s?[.)]\s+(?=[A-ZÀ-ỸĐ])"),
    ("1", r"\d{1,2}\s?[.)](?!\d)\s*(?=[^\W\d_])"),
    ("1.1", r"\d{1,2}\.\d{1,2}[.)]?\s+(?=[^\W\d_])"),
    ("1.1.1", r"\d{1,2}\.\d{1,2}\.\d{1,2}[.)]?\s+(?=[^\W\d_])"),
    ("a", r"[a-zđ]\s?[.)]\s+(?=\S)"),
    ("plain", r"(?!)"),  # a short line without mark or figure, standing as a heading
    ("*", r"\*+\s*(?=\S)"),
    ("-", r"[-–—]\s*(?=[^\W\d_]|\d+\s+[^\W\d_])"),
    ("+", r"\+\s*(?=\S)"),
    ("dot", r"[•●◦▪o]\s+(?=\S)"),
)
RANKS = {name: rank for rank, (name, _) in enumerate(MARKERS)}
_MARKED = [(name, re.compile(pattern)) for name, pattern in reversed(MARKERS)]

PAGE_NUMBER = re.compile(r"(?:trang|page)?\s*[-–]?\s*(?P<number>\d{1,3})\s*[-–]?(?:\s*/\s*\d{1,3})?", re.IGNORECASE)
# A line that ends so is not finished: what follows is neither a page number nor a new item.
_OPEN_END = re.compile(
    r"(?:\b(?:tháng|ngày|năm|quý|số|đạt|ước|là|gần|trên|hơn|khoảng|điều|mục|và|với|từ|đến|của|nghìn|ngàn|triệu|tỷ|in|of|by|to|the|and|thousand|million|billion|trillion))$",
    re.IGNORECASE,
)
_PERIOD_END = re.compile(r"\b(?:tháng|năm|quý)$", re.IGNORECASE)
_BULLETS = ("-", "+", "*", "dot")
_UNWRAPPED = 160  # lines longer than this are whole paragraphs
_SHORT, _ENDED = 0.62, 0.85  # of the usual width: such a line ends its paragraph, the second if a full stop ends it
_PAGE_GAP = 40  # page numbers rise, and never by more


@dataclass(frozen=True)
class Paragraph:
    """A paragraph in one line: its text, the offset of each character, its mark, and the paragraphs it is under."""

    text: str
    offsets: tuple[int, ...]
    mark: str
    parents: tuple[int, ...]

    @property
    def head(self) -> str:
        """What stands before the first colon, when it is short enough to be a heading."""
        before, colon, _ = self.text.partition(":")
        return before if colon and len(before) <= 160 else ""


@dataclass(frozen=True)
class Document:
    """The text of a file in composed Unicode, its lines as they stand, and the paragraphs they form."""

    text: str
    paragraphs: tuple[Paragraph, ...]
    line_starts: tuple[int, ...]

    def line_of(self, offset: int) -> int:
        """Return the number of the line, from 1, that holds the character at an offset."""
        return bisect_right(self.line_starts, offset)


def read_document(path) -> Document:
    """Return the text of a .txt, .docx or text .pdf file as paragraphs.

    Raises DataError when the file is missing, of another kind, or holds no text (a scanned PDF).
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no report {path.name!r}.", [str(path)], "Check the path and the file's name.")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(_READERS)
        raise DataError(f"{path.name} is of a kind that is not read.", next_step=f"Save the report as one of {known}.")
    text, whole_lines = reader(path)
    if not any(c.isalpha() for c in text):
        raise DataError(
            f"{path.name} holds no text; it may be a scan.", next_step="Ask for the original, or have the scan read."
        )
    return make_document(text, whole_lines)


def make_document(text: str, whole_lines: bool = False) -> Document:
    """Return a text as paragraphs. `whole_lines`: every line is a paragraph of its own, as in a Word file."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = _lines(text)
    pages = _page_numbers(lines)
    kept = [line for line in lines if line[0] not in pages]
    blocks = _blocks(kept, whole_lines or _is_unwrapped(kept))
    paragraphs = _nested([_joined(block) for block in blocks])
    starts = (0, *(i + 1 for i, c in enumerate(text) if c in "\n\f"))
    return Document(text, tuple(paragraphs), starts)


# ---------------------------------------------------------------------------------------------- from files


def _read_txt(path: Path) -> tuple[str, bool]:
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        next_step = "Open it in an editor and save it as UTF-8."
        raise DataError(f"{path.name} is not UTF-8 text.", [f"line {line}"], next_step) from error


def _read_docx(path: Path) -> tuple[str, bool]:
    import docx  # takes a tenth of a second, and most runs read no report
    from docx.table import Table

    try:
        body = docx.Document(str(path)).iter_inner_content()
    except Exception as error:  # python-docx raises whatever the zip and the XML inside happen to raise
        raise DataError(
            f"{path.name} is no readable Word file.", next_step="Open it in Word and save it anew."
        ) from error
    lines = []
    for part in body:
        rows = [_row(row) for row in part.rows] if isinstance(part, Table) else [_listed(part)]
        lines += [line for row in rows for line in row.split("\n")]
    return "\n".join(lines), True


def _row(row) -> str:
    cells = list(dict.fromkeys(cell.text.strip().replace("\n", " ") for cell in row.cells))
    return " | ".join(cell for cell in cells if cell)


def _listed(paragraph) -> str:
    """A paragraph's text; Word keeps the bullet of a list apart from it, so it is put back."""
    is_list = paragraph.style is not None and (paragraph.style.name or "").startswith("List")
    return f"- {paragraph.text}" if is_list and not _mark(paragraph.text)[0] else paragraph.text


def _read_pdf(path: Path) -> tuple[str, bool]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        pages = [page.extract_text() for page in PdfReader(path).pages]
    except (PyPdfError, OSError, ValueError) as error:
        next_step = "Print it to a new PDF, or save the text."
        raise DataError(f"{path.name} is no readable PDF.", [str(error)], next_step) from error
    return "\n\f\n".join(pages), False


_READERS = {".txt": _read_txt, ".docx": _read_docx, ".pdf": _read_pdf}


# --------------------------------------------------------------------------------------- lines to paragraphs


def _lines(text: str) -> list[tuple[int, str]]:
    """Every line that is not blank, without the blanks around it, with the offset of its first character."""
    found, start = [], 0
    for raw in re.split(r"[\n\f]", text):
        line = raw.strip()
        if line:
            found.append((start + raw.index(line[0]), line))
        start += len(raw) + 1
    return found


def _page_numbers(lines: list[tuple[int, str]]) -> set[int]:
    """Beginnings of lines that hold a number only, rising through the text, and do not finish the line before."""
    pages, last = set(), 0
    for i, (start, line) in enumerate(lines):
        found = PAGE_NUMBER.fullmatch(line)
        alone = _stands_apart(lines, i) or not _finishes(lines, i)
        if found and 0 < int(found["number"]) - last <= _PAGE_GAP and alone:
            pages.add(start)
            last = int(found["number"])
    return pages


def _stands_apart(lines: list[tuple[int, str]], i: int) -> bool:
    """Whether more blank lines than usual stand before and behind a line, as at the end of a page."""
    if not 0 < i < len(lines) - 1:
        return True
    gaps = [after[0] - before[0] - len(before[1]) for before, after in pairwise(lines)]
    usual = sorted(gaps)[len(gaps) // 2]
    return min(gaps[i - 1], gaps[i]) > usual


def _finishes(lines: list[tuple[int, str]], i: int) -> bool:
    """Whether a bare number is the one that the line before waits for ("đạt"); not if the next line has one as well."""
    waits = i > 0 and _OPEN_END.search(lines[i - 1][1])
    return bool(waits) and not (i + 1 < len(lines) and lines[i + 1][1][0].isdigit())


def _is_unwrapped(lines: list[tuple[int, str]]) -> bool:
    return _usual_width(lines) > _UNWRAPPED


def _usual_width(lines: list[tuple[int, str]]) -> int:
    widths = sorted(len(line) for _, line in lines)
    return widths[int(0.9 * (len(widths) - 1))] if widths else 0


def _blocks(lines: list[tuple[int, str]], whole_lines: bool) -> list[list[tuple[int, str]]]:
    """Lines that belong together. Blank lines prove nothing: converted files have one after every line."""
    width = _usual_width(lines)
    blocks: list[list[tuple[int, str]]] = []
    for line in lines:
        if not blocks or whole_lines or _begins_anew(blocks[-1], line[1], width):
            blocks.append([])
        blocks[-1].append(line)
    return blocks


def _begins_anew(block: list[tuple[int, str]], line: str, width: int) -> bool:
    before = block[-1][1]
    if _ends_a_heading(before, line) or (_mark(line)[0] in _BULLETS and _PERIOD_END.search(before)):
        return True
    if _OPEN_END.search(before):
        return False
    if _mark(line)[0]:
        return True
    if before and _mark(before)[1] == len(before):
        return False  # "Phần II" on a line of its own announces the heading on the next
    ends = before.endswith((".", ":", ";", "!", "?"))
    return line[0].isupper() and len(before) < (_ENDED if ends else _SHORT) * width


def _ends_a_heading(before: str, line: str) -> bool:
    """Whether a heading in capitals, whatever its length, is followed by words that are none."""
    return before[_mark(before)[1] :].isupper() and len(before) > 3 and any(c.islower() for c in line)


def _joined(block: list[tuple[int, str]]) -> tuple[str, tuple[int, ...]]:
    """One line from many: runs of blanks become one, and every character keeps its offset."""
    characters, offsets = [], []
    for start, line in block:
        if characters:
            characters.append(" ")
            offsets.append(start - 1)
        for i, c in enumerate(line):
            if not (c.isspace() and characters and characters[-1] == " "):
                characters.append(" " if c.isspace() else c)
                offsets.append(start + i)
    return "".join(characters), tuple(offsets)


# ------------------------------------------------------------------------------------------------- headings


def _mark(text: str) -> tuple[str, int]:
    """The kind of mark a line begins with and its length; ('', 0) for none."""
    for name, pattern in _MARKED:
        found = pattern.match(text)
        if found:
            return name, found.end()
    return "", 0


def _nested(joined: list[tuple[str, tuple[int, ...]]]) -> list[Paragraph]:
    """Each paragraph with the headings and items it stands under, outermost first."""
    paragraphs, stack = [], []
    for text, offsets in joined:
        name, length = _mark(text)
        if not name and _is_plain_heading(text):
            name = "plain"
        if name:
            stack = _climbed(stack, name, paragraphs)
        parents = tuple(i for _, i in stack)
        if name:
            stack = [*stack, (name, len(paragraphs))]
        paragraphs.append(Paragraph(text[length:], offsets[length:], name, parents))
    return paragraphs


def _climbed(stack: list, name: str, paragraphs: list[Paragraph]) -> list:
    """The headings that still hold when a paragraph with this mark begins.

    Marks have their usual order, but one that is new here and follows a colon lists what came before the colon.
    """
    names = [held for held, _ in stack]
    if name in names:
        return stack[: names.index(name)]
    if stack and paragraphs[stack[-1][1]].text.rstrip().endswith(":") and RANKS[name] >= RANKS["a"]:
        return stack
    return [item for item in stack if RANKS[item[0]] < RANKS[name]]


def _is_plain_heading(text: str) -> bool:
    return (
        len(text) <= 90
        and not any(c.isdigit() for c in text)
        and not text.endswith((".", ";", ","))
        and text[:1].isupper()
    )
