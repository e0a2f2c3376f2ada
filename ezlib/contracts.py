"""What tables, parameters and errors look like: columns, vocabularies and rules, as tables; no file is opened here."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ezlib.periods import as_date, as_month

# --------------------------------------------------------------------------------------------------- columns

FACTS_FOLDER = "data/facts"
FACT_COLUMNS = [
    "fact_id",
    "zone",
    "indicator",
    "scope",
    "period_start",
    "period_end",
    "period_kind",
    "value",
    "unit",
    "half_width",
    "qualifier",
    "status",
    "change1",
    "basis1",
    "half_width1",
    "change2",
    "basis2",
    "half_width2",
    "published",
    "source",
    "publisher",
    "reference",
    "scope_note",
    "note",
]
"""The columns of a facts file, in the order a new file is written; the key is `fact_id`."""

DATE_COLUMNS = ["period_start", "period_end", "published"]
NUMBER_COLUMNS = ["value", "half_width", "change1", "half_width1", "change2", "half_width2"]
REQUIRED_CELLS = [
    "fact_id",
    "zone",
    "indicator",
    "scope",
    "period_start",
    "period_end",
    "period_kind",
    "value",
    "unit",
    "half_width",
    "status",
    "published",
    "source",
]

SERIES_ID = "S:"  # begins the ids of rows of monthly tables, which have none of their own
LOADED_COLUMNS = [*FACT_COLUMNS, "lower", "upper", "corrected", "file", "row"]
"""What `load_facts` returns: the fact, the interval its printed words allow (in the row's unit), the reason when
`corrections.yml` changed it ('' otherwise), and the file and line it stands on (the header is line 1)."""

SERIES_COLUMNS = ["month", "indicator", "unit", "value"]
SERIES_OPTIONAL_COLUMNS = ["scope", "published", "status"]

OBSERVATION_COLUMNS = [
    "observation_id",
    "start",
    "end",
    "value",
    "change_pct",
    "base_start",
    "base_end",
    "half_width",
    "lower",
    "upper",
    "soft_sd",
    "published",
    "status",
]

# ---------------------------------------------------------------------------------------------- vocabularies


@dataclass(frozen=True)
class Status:
    """How firm a published figure is; of two figures published the same day, the lower rank is used."""

    rank: int
    observed: bool
    binding: bool
    meaning: str


STATUSES = {
    "final": Status(0, True, True, "published as the figure for the period"),
    "preliminary": Status(1, True, False, "sơ bộ: published after the period, to be revised"),
    "estimate": Status(2, True, False, "ước: published for a period about to end or just over"),
    "projection": Status(3, False, False, "an agency's own forecast; never an observation"),
}

QUALIFIERS = {
    "": None,
    "over": (1.00, 1.05),
    "nearly": (0.95, 1.00),
    "about": (0.95, 1.05),
    "range": None,
}
"""Qualifier -> the interval it allows as multiples of the value. None: '' allows the rounding of the printed digits
(value ± half_width), and a range states its own two ends."""

QUALIFIER_WORDS = {
    "over": "over",
    "more than": "over",
    "above": "over",
    "at least": "over",
    "trên": "over",
    "hơn": "over",
    "nearly": "nearly",
    "almost": "nearly",
    "close to": "nearly",
    "under": "nearly",
    "gần": "nearly",
    "about": "about",
    "approximately": "about",
    "roughly": "about",
    "around": "about",
    "some": "about",
    "average": "about",
    "over/approximately": "about",
    "khoảng": "about",
    "bình quân": "about",
}
"""The words that sources print -> the qualifier they stand for."""

RANGE_WORDS = re.compile(
    r"(?:range|từ)?\s*(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|to|đến)\s*(?P<high>\d+(?:\.\d+)?)", re.IGNORECASE
)
"""A range as it may stand in the qualifier column: `range 500-600`, `500–600`, `từ 500 đến 600`."""

PERIOD_KINDS = {
    "month": (1, 31),
    "quarter": (89, 92),
    "half": (180, 185),
    "year": (365, 366),
    "ytd": (1, 366),
    "partial": (1, 36_600),
}
"""Kind of period -> fewest and most days it may have. `partial` is any other stretch: a week, a day, some years."""

FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2050, 12, 31)
"""Dates outside these are slips of the pen; the holiday tables end here as well."""


@dataclass(frozen=True)
class Basis:
    """What a stated change is measured against."""

    modelled: bool
    months_back: int
    meaning: str


BASES = {
    "mom": Basis(True, 1, "percent change on the month before"),
    "yoy": Basis(True, 12, "percent change on the same stretch one year earlier"),
    "ytd_yoy": Basis(True, 12, "percent change of the year to date on the same stretch of the year before"),
    "plan_share_pct": Basis(False, 0, "percent of the year's plan: 106 is 6 % above it"),
    "wow": Basis(False, 0, "percent change on the week before"),
    "mom_abs": Basis(False, 0, "difference from the month before"),
    "yoy_abs": Basis(False, 0, "difference from the same stretch one year earlier"),
    "ytd_yoy_abs": Basis(False, 0, "difference of the year to date from that of the year before"),
    "yoy_points": Basis(False, 0, "percentage points on the same stretch one year earlier"),
}
"""The bases by name. Only the modelled ones become ratios between months; the others are carried and shown."""

CARRIED_BASIS_ENDINGS = ("_abs", "_pct", "_points", "_unclear")
"""Rarer bases describe themselves (`share_of_exports_pct`, `vs_2022_abs`) and are carried when they end so."""


DENOMINATORS = {
    ("industrial_sales_tonnes", "ratio_to_output_pct"): "industrial_output_tonnes",
    ("industrial_sales_value_2010prices", "ratio_to_output_pct"): "industrial_output_value_2010prices",
}
"""Ratios that name another quantity of the same period: (indicator, basis) -> the indicator it is a share of."""


def is_basis(word: str) -> bool:
    """Whether a word may stand in a basis column."""
    return word in BASES or (re.fullmatch(r"[a-z0-9_]+", word) is not None and word.endswith(CARRIED_BASIS_ENDINGS))


# ---------------------------------------------------------------------------------------------------- errors

SHOWN_ROWS = 200


class DataError(ValueError):
    """Something the user owns cannot be used: what is wrong, where (every place), and what to do next.

    `what` is one sentence; `where` a list of places, one text each; `next_step` tells the remedy. The message shows
    the first 200 places and counts the rest; the attributes keep them all. `vi` is `what` in Vietnamese, for an error
    that a page tells its readers instead of stopping.
    """

    def __init__(self, what: str, where: Iterable[str] = (), next_step: str = "", vi: str = ""):
        self.what = what
        self.vi = vi
        self.where = tuple(where)
        self.next_step = next_step
        super().__init__(self._message())

    def _message(self) -> str:
        shown = [f"  {place}" for place in self.where[:SHOWN_ROWS]]
        rest = len(self.where) - SHOWN_ROWS
        if rest > 0:
            shown.append(f"  … and {rest} more")
        return "\n".join(part for part in [self.what, *shown, self.next_step] if part)

    def __reduce__(self):
        return type(self), (self.what, self.where, self.next_step, self.vi)

    def told(self, lang: str) -> str:
        """Return what is wrong in one of the two languages, as far as it has been put into both."""
        return self.vi if lang == "vi" and self.vi else self.what


class WithoutFacts(DataError):
    """The data are in order, but tell nothing of the month asked for."""


@dataclass(frozen=True)
class FactRule:
    """One demand on a row of data: the words for a row that breaks it, and the remedy (said once an error)."""

    says: str
    remedy: str


FACT_RULES = {
    "held_open": FactRule("is open in another program", "Close the file in Excel and run again."),
    "encoding": FactRule(
        "{shown}",
        "Excel: File > Save As > 'CSV UTF-8 (Comma delimited)'. Notepad: Save As, Encoding UTF-8.",
    ),
    "empty_file": FactRule("is empty", "Fill the file, or remove it."),
    "separator": FactRule("is not separated by commas or semicolons", "Save it as 'CSV UTF-8 (Comma delimited)'."),
    "quotes": FactRule(
        "a double quote is opened and not closed, or text follows a closing quote",
        'Quotes stand around a whole cell; a quote inside it is doubled: "the ""Kim Thành"" gate".',
    ),
    "columns": FactRule("{shown}", "The first line names the columns: {columns}."),
    "no_zone": FactRule("lies outside any zone", "Move it into the folder of its zone, such as data/facts/lao-cai/."),
    "workbook": FactRule(
        "is a workbook", "Save the sheet as 'CSV UTF-8'; workbooks are read from data/series only, as monthly tables."
    ),
    "broken_workbook": FactRule("cannot be opened as a workbook", "Open it in Excel and save it again as .xlsx."),
    "no_series_sheet": FactRule(
        "has no sheet whose first row names the columns month, indicator, unit, value",
        "Put these four names into the first row of the sheet.",
    ),
    "cells": FactRule(
        "has {shown}",
        'Text that contains the separator must stand in double quotes: "Lào Cai, Bát Xát". '
        "A decimal comma splits a number in the same way: write 1234.5.",
    ),
    "empty": FactRule("{column} is empty", "Fill the cell, or remove the row; a month not yet known is left out."),
    "excel_date": FactRule(
        "{column} {shown!r} is not a date as year-month-day",
        "Excel rewrites dates when it saves a CSV, and 05/06 can be May or June: write them as 2025-05-16 "
        "(format the column as Text before typing).",
    ),
    "date": FactRule(
        "{column} {shown!r} is no day of the calendar between 1990 and 2050", "Write an existing day as 2025-05-16."
    ),
    "month": FactRule(
        "month {shown!r} is not a month as year-month",
        "Write months as 2025-05; Excel turns them into May-25 unless the column is formatted as Text.",
    ),
    "reversed": FactRule("the period ends before it starts ({shown})", "Exchange period_start and period_end."),
    "kind_length": FactRule("period_kind {shown}", "Correct the dates or the period_kind."),
    "number": FactRule("{column} {shown!r} is not a number", "Write digits with a decimal point only: 1234.5."),
    "decimal_comma": FactRule(
        "{column} {shown!r} has a decimal comma or a thousands separator",
        "In a comma-separated file write 1234.5: no decimal commas, no thousands separators. "
        "(Decimal commas are read from files separated by semicolons, as Excel saves them under Vietnamese settings, "
        "when every figure of the file has them.)",
    ),
    "thousands": FactRule(
        "{column} {shown!r} has thousands separators", "Write the number without them: 1234.5, not 1,234.5 or 1.234,5."
    ),
    "ambiguous": FactRule(
        "{column} {shown!r} may be thousands or decimals",
        "Write 11000 for eleven thousand; a fourth decimal, as in 10.1250, says that these are decimals.",
    ),
    "mixed_decimals": FactRule(
        "{column} {shown!r} uses another decimal sign than {other} of the same file",
        "Use one decimal sign throughout the file; a point is always safe.",
    ),
    "scientific": FactRule(
        "{column} {shown!r} was shortened to powers of ten",
        "Excel shortens long numbers and the digits are lost: type the number in full from the source "
        "(format the column as Number without separators).",
    ),
    "negative": FactRule("{column} is {shown}, and {kind}s cannot be negative", "Check the sign against the source."),
    "half_width": FactRule(
        "{column} is {shown}: it must be 0 or more", "Half a unit of the last printed digit: 150.83 has 0.005."
    ),
    "change_alone": FactRule(
        "{column} and its basis and half width do not come together",
        "A stated change needs change, basis and half_width in one row; leave all three empty otherwise.",
    ),
    "change_below": FactRule(
        "{column} is {shown}: a flow cannot fall by more than 100 %", "Check the change in the source."
    ),
    "zone": FactRule("zone {shown!r} is not in the catalogue{hint}", "Zones are listed in data/catalogue.yml."),
    "folder": FactRule(
        "zone {shown!r} stands in the folder of zone {other!r}", "Move the row to the folder of its zone."
    ),
    "indicator": FactRule(
        "indicator {shown!r} is not in the catalogue{hint}", "Indicators are listed in data/catalogue.yml."
    ),
    "scope": FactRule("scope {shown!r} is not in the catalogue{hint}", "Scopes are listed in data/catalogue.yml."),
    "unit": FactRule("unit {shown!r} is not in the catalogue{hint}", "Units are listed in data/catalogue.yml."),
    "unit_kind": FactRule("{shown}", "Use a unit of the indicator's own dimension."),
    "period_kind": FactRule("period_kind {shown!r} is unknown{hint}", f"Use one of: {', '.join(PERIOD_KINDS)}."),
    "status": FactRule("status {shown!r} is unknown{hint}", f"Use one of: {', '.join(STATUSES)}."),
    "qualifier": FactRule(
        "qualifier {shown!r} is unknown{hint}", "Use over, nearly, about, a range such as `range 500-600`, or nothing."
    ),
    "range": FactRule(
        "qualifier {shown!r} does not start at the value", "A range a-b is stored with value a, and a below b."
    ),
    "basis": FactRule(
        "{column} {shown!r} is unknown{hint}", f"Modelled are {', '.join(b for b in BASES if BASES[b].modelled)}."
    ),
    "duplicate_id": FactRule(
        "fact_id {shown!r} is taken by {other}", "Give each fact an id of its own, or keep one row."
    ),
    "duplicate_month": FactRule(
        "the same month of the same series is given by {other}",
        "Delete one of the two rows; of a figure that was revised later, give each its day in a column `published`.",
    ),
    "identical": FactRule("says the same as {other}", "Keep one of the identical rows."),
}
"""What every row of a facts file must satisfy. `load_facts` names every row that breaks one, over all files at once."""


def nearest(word: object, known: Iterable[str]) -> str | None:
    """The known word most like the given one, or None when nothing is like it."""
    folded = {str(k).casefold().replace("_", "-"): str(k) for k in known}
    found = difflib.get_close_matches(str(word).strip().casefold().replace("_", "-").replace(" ", "-"), folded, 1, 0.5)
    return folded[found[0]] if found else None


def hint(word: object, known: Iterable[str]) -> str:
    """The half sentence `; did you mean …?`, empty when no known word is near."""
    found = nearest(word, known)
    return f"; did you mean {found!r}?" if found else ""


def as_of_date(value: object, name: str = "as_of") -> dt.date | None:
    """A day from a text 2025-05-31, a date, a datetime or a Timestamp; None and '' stay None.

    YAML turns an unquoted 2025-05-31 into a date by itself, so both forms reach us. Raises DataError otherwise.
    """
    if value is None or value is pd.NaT or (isinstance(value, str) and value.strip() in ("", "None", "null")):
        return None
    try:
        return as_date(value)
    except ValueError as error:
        wrong = f"{name} {value!r} is not a day of the calendar{_date_hint(value)}"
        raise DataError(wrong, next_step="Write a day as 2025-05-31.") from error


def _date_hint(value: object) -> str:
    if isinstance(value, str) and (parts := re.fullmatch(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*", value)):
        day, month, year = (int(p) for p in parts.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            return f"; did you mean '{year}-{month:02d}-{day:02d}'?"
    return ""


# ------------------------------------------------------------------------------------------------ parameters


@dataclass(frozen=True)
class Parameters:
    """The checked parameters of a run or a notebook."""

    zone: str
    month: pd.Period
    as_of: dt.date | None = None
    lang: str = "vi"

    def as_text(self) -> dict[str, str | None]:
        """The same values as plain texts, as papermill hands them to a notebook."""
        as_of = None if self.as_of is None else self.as_of.isoformat()
        return {"zone": self.zone, "month": str(self.month), "as_of": as_of, "lang": self.lang}


PARAMETERS = {
    "zone": "a zone of the catalogue, such as 'lao-cai'",
    "month": "the last reporting month used, such as '2025-05'",
    "as_of": "nothing, or the day up to which publications count, such as '2025-05-31'",
    "lang": "'vi' or 'en'",
}
LANGUAGES = {"vi": "tiếng Việt", "en": "English"}
REQUIRED_PARAMETERS = ("zone", "month")


def check_parameters(given: Mapping[str, object], zones: Sequence[str] | None = None) -> Parameters:
    """The parameters of a notebook, checked by name, type and value before any work starts.

    `given` maps parameter names to values as typed by a person, by YAML or on the command line. `zones` are the ids of
    the catalogue; None: not checked then. Whether there are facts for the month is for those who have read them to say.
    Returns Parameters. Raises DataError that lists every fault at once, each with the nearest valid value.
    """
    faults = _name_faults(given)
    values: dict[str, object] = {}
    for name, check in (("zone", _zone), ("month", month_typed), ("as_of", as_of_date), ("lang", _language)):
        if name in given:
            try:
                values[name] = check(given[name])
            except ValueError as error:
                faults.append(error.what if isinstance(error, DataError) else str(error))
    faults += _unknown_zone(values.get("zone"), zones)
    if faults:
        what = "1 parameter cannot be used." if len(faults) == 1 else f"{len(faults)} parameters cannot be used."
        wanted = "; ".join(f"{name}: {meaning}" for name, meaning in PARAMETERS.items())
        raise DataError(what, faults, f"Parameters are {wanted}.")
    return Parameters(**values)


def _name_faults(given: Mapping[str, object]) -> list[str]:
    unknown = [f"there is no parameter {name!r}{hint(name, PARAMETERS)}" for name in given if name not in PARAMETERS]
    return unknown + [f"parameter {name!r} is missing" for name in REQUIRED_PARAMETERS if name not in given]


def _zone(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"zone {value!r} is not a text (it is of type {type(value).__name__})")
    return value.strip()


def month_typed(value: object) -> pd.Period:
    """The month that a person typed, or that YAML read; DataError with the nearest form for anything else."""
    if isinstance(value, bool | int | float) or value is None:
        raise DataError(
            f"month {value!r} is not a text (it is of type {type(value).__name__}); write '2025-05' in quotes"
        )
    if isinstance(value, str) and (parts := re.fullmatch(r"\s*(\d{1,2})[/.-](\d{4})\s*", value)):
        raise DataError(f"month {value!r} is not written year first; did you mean '{parts[2]}-{int(parts[1]):02d}'?")
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d{2})?", value.strip()):
        raise DataError(f"month {value!r} is not a month; write '2025-05'")
    return as_month(value)


def _language(value: object) -> str:
    if not isinstance(value, str):
        raise DataError(f"lang {value!r} is not a text (it is of type {type(value).__name__})")
    if value.strip() not in LANGUAGES:
        raise DataError(f"lang {value!r} is not one of {', '.join(LANGUAGES)}{hint(value, LANGUAGES)}")
    return value.strip()


def _unknown_zone(zone: object, zones: Sequence[str] | None) -> list[str]:
    if zone is None or zones is None or zone in zones:
        return []
    return [f"zone {zone!r} is unknown{hint(zone, zones) or '; known are ' + ', '.join(sorted(zones))}"]
