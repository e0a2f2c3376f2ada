"""A table as a person saved it from a spreadsheet: its cells as text, and the line on which each row begins."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from ezlib.contracts import FACT_RULES, hint


@dataclass(frozen=True)
class Fault:
    """One broken rule at one place; `row` 0 means the file as a whole."""

    file: str
    row: int
    rule: str
    words: dict = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"{self.file}, row {self.row}" if self.row else self.file
        says = FACT_RULES[self.rule].says.format(**self.words)
        return f"{place}: {says}" if says.endswith("?") else f"{place}: {says}."

    @property
    def remedy(self) -> str:
        """What to do about it, in full."""
        return FACT_RULES[self.rule].remedy.format_map(self.words)


class Unreadable(Exception):
    """A file, or a row of it, that no rule on single cells can describe; carries the fault."""

    def __init__(self, file: str, row: int, rule: str, **words):
        super().__init__(rule)
        self.fault = Fault(file, row, rule, words)


@dataclass(frozen=True)
class Sheet:
    """A table as it was saved: cells as text, row by row, with the line each row begins on."""

    file: str
    separator: str
    header: list[str]
    lines: list[int]
    cells: list[list[str]]

    def column(self, name: str) -> list[str]:
        i = self.header.index(name)
        return [row[i] for row in self.cells]

    def frame(self, columns: list[str] | None = None) -> pd.DataFrame:
        """The rows as text, with `file` and `row` beside the columns of the sheet (or those asked for)."""
        columns = columns or self.header
        order = [self.header.index(name) for name in columns]
        cells = [[row[i] for i in order] + [self.file, line] for row, line in zip(self.cells, self.lines, strict=True)]
        return pd.DataFrame(cells, columns=[*columns, "file", "row"], dtype=object)


def read_csv(content: bytes, file: str, known: list[str]) -> tuple[Sheet, list[Fault]]:
    """The cells of a CSV file, stripped of blanks around them; rows with too few or too many cells become faults."""
    text = _decoded(content, file)
    if not text.strip("\r\n\t ,;"):
        raise Unreadable(file, 0, "empty_file")
    separator = _separator(text, file, known)
    records = _records(text, separator, file)
    header = next((cells for _, cells in records if any(cells)), None)
    if header is None:
        raise Unreadable(file, 0, "empty_file")
    width = len(header)
    while not header[-1]:  # Excel likes to trail empty columns
        header.pop()
    faults, lines, kept = [], [], []
    for line, cells in records:
        if len(cells) != width and any(cells):
            faults.append(Fault(file, line, "cells", {"shown": f"{len(cells)} cells where the first line has {width}"}))
        elif any(cells[len(header) :]):
            faults.append(Fault(file, line, "cells", {"shown": "a cell beyond the last named column"}))
        elif any(cells):
            lines.append(line)
            kept.append(cells[: len(header)])
    return Sheet(file, separator, header, lines, kept), faults


def read_workbook(path: Path, file: str, required: list[str]) -> list[Sheet]:
    """Every sheet of a workbook whose first row names the required columns."""
    import openpyxl  # takes a fifth of a second, and most zones have no workbook

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except PermissionError as error:
        raise Unreadable(file, 0, "held_open") from error
    except Exception as error:  # openpyxl raises whatever the zip and the XML inside happen to raise
        raise Unreadable(file, 0, "broken_workbook") from error
    sheets = []
    for page in book.worksheets:
        rows = [[_cell_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
        if rows and set(required) <= set(rows[0]):
            width = max(i for i, name in enumerate(rows[0]) if name) + 1
            lines = [i for i, row in enumerate(rows[1:], 2) if any(row)]
            cells = [(rows[i - 1] + [""] * width)[:width] for i in lines]
            sheets.append(Sheet(f"{file}#{page.title}", ",", rows[0][:width], lines, cells))
    book.close()
    if not sheets:
        raise Unreadable(file, 0, "no_series_sheet")
    return sheets


def refuse_columns(sheet: Sheet, required: list[str], optional: list[str]) -> None:
    """Raise Unreadable when a required column is missing, an unknown one is there, or one stands twice."""
    known = [*required, *optional]
    missing = [name for name in required if name not in sheet.header]
    extra = [name for name in sheet.header if name not in known]
    twice = sorted({name for name in sheet.header if sheet.header.count(name) > 1})
    faults = [f"the column {name} is missing" for name in missing]
    faults += [f"the column {name!r} is unknown{hint(name, known)}" for name in extra]
    faults += [f"the column {name} stands twice" for name in twice]
    if faults:
        raise Unreadable(sheet.file, 1, "columns", shown=", ".join(faults), columns=", ".join(known))


def with_points(sheet: Sheet, columns: list[str]) -> tuple[Sheet, list[Fault]]:
    """The sheet with every number in `columns` written with a point, without the rows where a cell is no number.

    A semicolon file may use decimal commas, as Excel writes under Vietnamese settings, but then throughout; 1.124
    beside 755,1 has its thousands parted. A small `e` with a negative power is how programs write 0.0000005; Excel's
    `1,2E+06` has lost digits and is refused.
    """
    places = [(i, name) for i, name in enumerate(sheet.header) if name in columns]
    semicolon = sheet.separator == ";"
    strange, usual, parted = _rarer_sign(sheet, places) if semicolon else (None, 0, False)
    faults, lines, cells = [], [], []
    for line, row in zip(sheet.lines, sheet.cells, strict=True):
        row = row.copy()
        wrong = len(faults)
        for i, name in places:
            cell = row[i].replace("\u2212", "-")
            rule = "thousands" if parted and AMBIGUOUS.fullmatch(cell) else _number_rule(cell, semicolon, strange)
            if rule:
                faults.append(
                    Fault(sheet.file, line, rule, {"column": name, "shown": cell, "other": f"{usual} figures"})
                )
            row[i] = cell.replace(",", ".") if semicolon else cell
        if len(faults) == wrong:
            lines.append(line)
            cells.append(row)
    return replace(sheet, lines=lines, cells=cells), faults


def row_faults(text: pd.DataFrame, wrong, rule: str, **words) -> list[Fault]:
    """A fault for each row where `wrong`; a word given as a column is taken row by row."""
    found = []
    for i in np.flatnonzero(np.asarray(wrong, dtype=bool)):
        said = {name: word.iat[i] if isinstance(word, pd.Series) else word for name, word in words.items()}
        found.append(Fault(text["file"].iat[i], int(text["row"].iat[i]), rule, said))
    return found


def without(frame: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Rows already named as faulty are not judged again."""
    return frame[~frame["row"].isin({fault.row for fault in faults})] if faults else frame


def read_bytes(path: Path, file: str) -> bytes:
    """The bytes of a file; Excel on Windows refuses them while it holds the file open."""
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise Unreadable(file, 0, "held_open") from error


def _decoded(content: bytes, file: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in content[:2000]:
        raise Unreadable(file, 0, "encoding", shown="is saved as UTF-16 ('Unicode text')")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        guess = "is not UTF-8; it looks like an older Windows encoding (1258 for Vietnamese, or 1252)"
        raise Unreadable(file, line, "encoding", shown=guess) from error


def _separator(text: str, file: str, known: list[str]) -> str:
    """Comma or semicolon, whichever cuts the first line into more of the known columns."""
    first = text.lstrip("\r\n").splitlines()[0]
    found = {mark: sum(cell.strip(' "') in known for cell in first.split(mark)) for mark in (",", ";", "\t", "|")}
    best = max(found, key=found.get)
    if best in "\t|" and found[best] > 1:
        raise Unreadable(file, 0, "separator")
    return best if best in ",;" else ","


def _records(text: str, separator: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins on, as an editor counts lines: a quoted cell may run over several."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, [cell.strip() for cell in cells]
            begins = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(file, begins, "quotes") from error


def _cell_text(cell: object) -> str:
    """A workbook's cell as a person would have typed it into a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, float):
        return np.format_float_positional(cell, trim="-")
    return str(cell).strip()


# Numbers as they are typed; what is none of these is no number.
_PLAIN = re.compile(r"[-+]?[0-9]+(?:e-[0-9]{1,3})?")
_POINT = re.compile(r"[-+]?[0-9]+\.[0-9]+(?:e-[0-9]{1,3})?")
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPS = re.compile(r"[-+]?[0-9]{1,3}(?:[.,\s'’][0-9]{3})+(?:[.,][0-9]+)?")
_POWERS = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?e[-+]?[0-9]+", re.IGNORECASE)
AMBIGUOUS = re.compile(r"[-+]?[1-9][0-9]{0,2}\.[0-9]{3}")


def _rarer_sign(sheet: Sheet, places: list[tuple[int, str]]) -> tuple[re.Pattern | None, int, bool]:
    """Where decimal commas and points stand in one file: the rarer of the two, how often the other stands, and whether
    points part thousands instead, as they do beside decimal commas where each of them has three digits behind it."""
    numbers = [row[i] for row in sheet.cells for i, _ in places]
    commas = sum(_COMMA.fullmatch(cell) is not None for cell in numbers)
    points = [cell for cell in numbers if _POINT.fullmatch(cell)]
    if not commas or not points:
        return None, 0, False
    decimal = any(_COMMA.fullmatch(cell) and not AMBIGUOUS.fullmatch(cell.replace(",", ".")) for cell in numbers)
    if decimal and all(AMBIGUOUS.fullmatch(cell) for cell in points):
        return None, 0, True
    return (_COMMA, len(points), False) if commas <= len(points) else (_POINT, commas, False)


def is_number(cell: str) -> bool:
    """Return whether a cell is empty or a number as files of facts write it: 1234.5."""
    return _number_rule(cell, False, None) is None


def _number_rule(cell: str, semicolon: bool, strange: re.Pattern | None) -> str | None:
    """The rule a cell breaks as a number, or None: the order of these lines is the order of suspicion."""
    if not cell or _PLAIN.fullmatch(cell):
        return None
    if strange is not None and strange.fullmatch(cell):
        return "mixed_decimals"
    if _POINT.fullmatch(cell) or (semicolon and _COMMA.fullmatch(cell)):
        return None
    if _COMMA.fullmatch(cell):
        return "decimal_comma"
    if _GROUPS.fullmatch(cell):
        return "thousands"
    return "scientific" if _POWERS.fullmatch(cell) else "number"
