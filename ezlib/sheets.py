"""A table as a person saved it from a spreadsheet: its cells as text, and the line on which each row begins."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
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
        return f"{place}: {FACT_RULES[self.rule].says.format(**self.words)}."


class Unreadable(Exception):
    """A file, or a row of it, that no rule on single cells can describe; carries the fault."""

    def __init__(self, file: str, row: int, rule: str, **words):
        super().__init__(rule)
        self.fault = Fault(file, row, rule, words)


@dataclass
class Sheet:
    """A table as it was saved: cells as text by column, with the line each row begins on."""

    file: str
    separator: str
    header: list[str]
    lines: list[int]
    cells: list[list[str]]

    def frame(self) -> pd.DataFrame:
        columns = list(zip(*self.cells, strict=True)) or [()] * len(self.header)
        frame = pd.DataFrame(dict(zip(self.header, map(list, columns), strict=True)), dtype=object)
        return frame.assign(file=self.file, row=self.lines)


def read_csv(content: bytes, file: str, known: list[str]) -> tuple[Sheet, list[Fault]]:
    """The cells of a CSV file, stripped of blanks around them; rows with too few or too many cells become faults."""
    text = _decoded(content, file)
    if not text.strip("\r\n\t ,;"):
        raise Unreadable(file, 0, "empty_file")
    separator = _separator(text, file, known)
    records = _records(text, separator, file)
    header = next(cells for _, cells in records if any(cells))
    while header and not header[-1]:
        header.pop()
    rows = [(line, cells) for line, cells in records if any(cells)]
    faults, lines, kept = [], [], []
    for line, cells in rows:
        if any(cells[len(header) :]) or len(cells) < len(header):
            counts = {"shown": f"{len(cells)} cells where the header has {len(header)}"}
            faults.append(Fault(file, line, "cells", counts))
        else:
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


def with_points(frame: pd.DataFrame, separator: str, columns: list[str]) -> tuple[pd.DataFrame, list[Fault]]:
    """The frame with every number written with a point, and the cells that are no number.

    A semicolon file may use decimal commas, as Excel writes under Vietnamese settings, but then throughout. A small
    `e` with a negative power is how programs write 0.0000005; Excel's `1,2E+06` has lost digits and is refused.
    """
    frame = frame.copy()
    commas = {c: [v for v in frame[c] if _COMMA.fullmatch(v)] for c in columns}
    points = {c: [v for v in frame[c] if _POINT.fullmatch(v)] for c in columns}
    n_commas, n_points = sum(map(len, commas.values())), sum(map(len, points.values()))
    strange = _COMMA if n_commas <= n_points else _POINT  # the rarer of the two is the one to name
    mixed = separator == ";" and n_commas and n_points
    faults = []
    for column in columns:
        cells = [cell.replace("\u2212", "-") for cell in frame[column]]
        for i, cell in enumerate(cells):
            rule = _number_rule(cell, separator, strange if mixed else None)
            if rule:
                words = {"column": column, "shown": cell, "other": f"{max(n_commas, n_points)} figures"}
                faults.append(Fault(frame["file"].iat[i], int(frame["row"].iat[i]), rule, words))
        frame[column] = [cell.replace(",", ".") for cell in cells] if separator == ";" else cells
    return without(frame, faults), faults


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


def _number_rule(cell: str, separator: str, strange: re.Pattern | None) -> str | None:
    """The rule a cell breaks as a number, or None: the order of these lines is the order of suspicion."""
    if not cell or _PLAIN.fullmatch(cell):
        return None
    if strange is not None and strange.fullmatch(cell):
        return "mixed_decimals"
    if _POINT.fullmatch(cell) or (separator == ";" and _COMMA.fullmatch(cell)):
        return None
    if _COMMA.fullmatch(cell):
        return "decimal_comma"
    if _GROUPS.fullmatch(cell):
        return "thousands"
    return "scientific" if _POWERS.fullmatch(cell) else "number"
