"""Corrections of printed facts, dated and with their reasons, laid over the facts when these are read."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd

from ezlib.cells import as_text
from ezlib.contracts import DATE_COLUMNS, FACT_COLUMNS, NUMBER_COLUMNS, DataError, as_of_date
from ezlib.sheets import is_number
from ezlib.yaml_files import parse_yaml, yaml_bytes

CORRECTIONS = "data/corrections.yml"
CORRECTION_KEYS = ("fact_id", "expect", "set", "reason", "source", "published")


def corrected(text: pd.DataFrame, root: Path, zone: str | None, day: dt.date | None) -> pd.DataFrame:
    """Facts, as text, with what is published by a day applied; `corrected` keeps the reason, `note` what was printed.

    `zone` where `text` holds the facts of one alone. Raises DataError for every correction that does not fit.
    """
    text = text.assign(corrected="")
    rows = {fact_id: i for i, fact_id in enumerate(text["fact_id"])}
    problems = []
    for position, correction in enumerate(_corrections(root), 1):
        problem = _correction_problem(correction, text, rows, zone)
        if problem:
            problems.append(f"{CORRECTIONS}, correction {position} ({correction.get('fact_id')}): {problem}")
        elif correction["fact_id"] in rows and (day is None or as_of_date(correction["published"]) <= day):
            _apply(correction, text, rows[correction["fact_id"]])
    if problems:
        remedy = "Compare with the source again, then mend or remove the correction."
        raise DataError(f"{len(problems)} corrections do not fit the data; nothing was loaded.", problems, remedy)
    return text


def _corrections(root: Path) -> list[dict]:
    path = root / CORRECTIONS
    if not path.exists():
        return []
    read, _, twice = parse_yaml(yaml_bytes(path, CORRECTIONS), CORRECTIONS)
    if twice:
        raise DataError(f"{CORRECTIONS} says something twice.", twice, "Keep one of each.")
    listed = read.get("corrections") if isinstance(read, dict) else read
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise DataError(
            f"{CORRECTIONS} is not a list of corrections.", next_step=f"Each has {', '.join(CORRECTION_KEYS)}."
        )
    return listed


def _correction_problem(correction: dict, text: pd.DataFrame, rows: dict[str, int], zone: str | None) -> str | None:
    missing = [key for key in CORRECTION_KEYS if not correction.get(key)]
    if missing:
        return f"{', '.join(missing)} missing"
    if texts := [key for key in ("expect", "set") if not isinstance(correction[key], dict)]:
        return f"{texts[0]} must name columns and their values, as value: 12.5, not {correction[texts[0]]!r}"
    try:
        as_of_date(correction["published"])
    except DataError:
        return f"published {correction['published']!r} is not a day such as 2025-05-31"
    for name, value in correction["set"].items():
        if name in (*NUMBER_COLUMNS, *DATE_COLUMNS) and not _fits(name, as_text(value)):
            return f"{name} {as_text(value)!r} is no {'day such as 2025-05-31' if name in DATE_COLUMNS else 'number'}"
    if correction["fact_id"] not in rows:
        return None if zone else "there is no such fact any more"
    changed = [name for name in {**correction["expect"], **correction["set"]} if name not in FACT_COLUMNS[1:]]
    if changed:
        return f"there is no column {changed[0]!r} to correct"
    row = rows[correction["fact_id"]]
    for name, expected in correction["expect"].items():
        found = text[name].iat[row]
        if not _same(found, as_text(expected)):
            return f"{name} was {as_text(expected)!r} when this was written and is now {found!r}"
    return None


def _fits(name: str, cell: str) -> bool:
    """Whether a cell is what its column holds: a day, or a number with a decimal point; or nothing."""
    if name not in DATE_COLUMNS:
        return is_number(cell)
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) and dt.date.fromisoformat(cell)) or not cell
    except ValueError:
        return False


def _apply(correction: dict, text: pd.DataFrame, row: int) -> None:
    said = []
    for name, value in correction["set"].items():
        said.append(f"{name} {text[name].iat[row]} -> {as_text(value)}")
        text.iat[row, text.columns.get_loc(name)] = as_text(value)
    mark = f"corrected: {', '.join(said)} ({correction['reason']}; {correction['source']})"
    text.iat[row, text.columns.get_loc("corrected")] = str(correction["reason"])
    note = text["note"].iat[row]
    text.iat[row, text.columns.get_loc("note")] = f"{note}; {mark}" if note else mark


def _same(found: str, expected: str) -> bool:
    if found == expected:
        return True
    try:
        return float(found) == float(expected)
    except ValueError:
        return False


def correction_days(root: Path) -> tuple[dt.date, ...]:
    """The days on which corrections were published."""
    dated = (correction.get("published") for correction in _corrections(root))
    return tuple(as_of_date(day) for day in dated if day)
