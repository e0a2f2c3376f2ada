"""How values stand in the cells of a facts file: days, numbers, ranges."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
import pandas as pd

from ezlib.contracts import RANGE_WORDS


def days_of(cells: pd.Series) -> pd.Series:
    """Days as datetime64; what is no day in the form 2025-05-16 becomes NaT and is named by `fact_checks`."""
    shaped = cells.where(cells.str.fullmatch(r"\d{4}-\d{2}-\d{2}"), None)
    return pd.to_datetime(shaped, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")


def range_of(words: str) -> tuple[float, float] | None:
    """The two ends of a range as it may stand in the qualifier column."""
    found = RANGE_WORDS.fullmatch(words.strip()) if words else None
    return (float(found["low"]), float(found["high"])) if found else None


def range_words(word: str) -> str:
    """A range in one spelling, `range 500-600`; any other word as it is."""
    ends = range_of(word)
    return f"range {as_text(ends[0])}-{as_text(ends[1])}" if ends else word


def noted_range(note: str) -> tuple[float, float] | None:
    """The two ends of a range that a note keeps."""
    found = re.findall(r"\brange ([0-9.]+)-([0-9.]+)", note)
    return (float(found[-1][0]), float(found[-1][1])) if found else None


def as_text(value: object, comma: bool = False) -> str:
    """A value as it stands in a facts file: days as 2025-05-16, numbers in full, nothing for nothing."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, float | np.floating):
        text = np.format_float_positional(value, trim="-")
        return text.replace(".", ",") if comma else text
    return str(value)
