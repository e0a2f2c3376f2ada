"""The rules of the contract that rows of facts must keep, each asked of whole columns of text."""

from __future__ import annotations

import pandas as pd

from ezlib.catalogue import Catalogue
from ezlib.cells import days_of, range_of
from ezlib.contracts import (
    BASES,
    DATE_COLUMNS,
    FACT_COLUMNS,
    FACTS_FOLDER,
    FIRST_DAY,
    LAST_DAY,
    PERIOD_KINDS,
    QUALIFIER_WORDS,
    REQUIRED_CELLS,
    SERIES_ID,
    STATUSES,
    hint,
    is_basis,
)
from ezlib.sheets import AMBIGUOUS, Fault, row_faults


def _check_empty(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    return [f for c in REQUIRED_CELLS for f in row_faults(text, text[c] == "", "empty", column=c)]


def _check_words(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    known = {
        "zone": catalogue.zones,
        "indicator": catalogue.indicators,
        "scope": catalogue.scopes,
        "unit": catalogue.units,
        "period_kind": PERIOD_KINDS,
        "status": STATUSES,
    }
    faults = []
    for column, words in known.items():
        strange = ~text[column].isin([*words, ""])
        hints = text[column].where(strange, "").map(lambda word, words=words: hint(word, words) if word else "")
        faults += row_faults(text, strange, column, shown=text[column], hint=hints)
    return faults


def _check_folders(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    folder = text["file"].str.extract(rf"^{FACTS_FOLDER}/([^/]+)/", expand=False)
    stray = text["zone"].isin([*catalogue.zones]) & folder.notna() & (text["zone"] != folder)
    return row_faults(text, stray, "folder", shown=text["zone"], other=folder)


def _check_qualifiers(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    words = text["qualifier"].str.lower()
    ranges = [range_of(word) for word in words]
    unknown = [w not in QUALIFIER_WORDS and r is None and w != "" for w, r in zip(words, ranges, strict=True)]
    hints = words.where(unknown, "").map(lambda word: hint(word, QUALIFIER_WORDS) if word else "")
    value = pd.to_numeric(text["value"], errors="coerce").to_numpy()
    apart = [r is not None and not (r[0] == v and r[0] < r[1]) for r, v in zip(ranges, value, strict=True)]
    faults = row_faults(text, unknown, "qualifier", shown=text["qualifier"], hint=hints)
    return faults + row_faults(text, apart, "range", shown=text["qualifier"])


def _check_bases(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    faults = []
    for n in ("1", "2"):
        basis = text[f"basis{n}"]
        strange = pd.Series([bool(word) and not is_basis(word) for word in basis], index=text.index)
        hints = basis.where(strange, "").map(lambda word: hint(word, BASES) if word else "")
        faults += row_faults(text, strange, "basis", column=f"basis{n}", shown=basis, hint=hints)
        filled = [text[f"{name}{n}"] != "" for name in ("change", "basis", "half_width")]
        alone = (filled[0] != filled[1]) | (filled[0] != filled[2])
        faults += row_faults(text, alone, "change_alone", column=f"change{n}")
    return faults


def check_dates(text: pd.DataFrame, catalogue: Catalogue | None = None) -> list[Fault]:
    """Cells that should hold a day, written as 2025-05-31, and do not."""
    faults = []
    for column in DATE_COLUMNS:
        cells = text[column]
        shaped = cells.str.fullmatch(r"\d{4}-\d{2}-\d{2}") | (cells == "")
        days = days_of(cells)
        outside = (days < pd.Timestamp(FIRST_DAY)) | (days > pd.Timestamp(LAST_DAY))
        faults += row_faults(text, ~shaped, "excel_date", column=column, shown=cells)
        faults += row_faults(text, shaped & (cells != "") & (days.isna() | outside), "date", column=column, shown=cells)
    return faults


def _check_periods(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    start, end = days_of(text["period_start"]), days_of(text["period_end"])
    n_days = (end - start).dt.days + 1
    shown = text["period_start"] + ".." + text["period_end"]
    faults = row_faults(text, n_days < 1, "reversed", shown=shown)
    fewest = text["period_kind"].map({kind: days[0] for kind, days in PERIOD_KINDS.items()})
    most = text["period_kind"].map({kind: days[1] for kind, days in PERIOD_KINDS.items()})
    odd = (n_days >= 1) & ((n_days < fewest) | (n_days > most))
    length = n_days.fillna(0).astype(int).astype(str)
    says = text["period_kind"] + " does not fit " + shown + ", which has " + length + " days"
    return faults + row_faults(text, odd, "kind_length", shown=says)


def _check_signs(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    kind = text["indicator"].map({name: item.kind for name, item in catalogue.indicators.items()})
    value = pd.to_numeric(text["value"], errors="coerce")
    negative = (value < 0) & kind.isin(["flow", "stock", "count"])
    faults = row_faults(text, negative, "negative", column="value", shown=text["value"], kind=kind)
    for n in ("", "1", "2"):
        half = pd.to_numeric(text[f"half_width{n}"], errors="coerce")
        faults += row_faults(text, half < 0, "half_width", column=f"half_width{n}", shown=text[f"half_width{n}"])
    for n in ("1", "2"):
        ratio = text[f"basis{n}"].isin([name for name, basis in BASES.items() if basis.modelled])
        below = ratio & (pd.to_numeric(text[f"change{n}"], errors="coerce") < -100)
        faults += row_faults(text, below, "change_below", column=f"change{n}", shown=text[f"change{n}"])
    return faults


def _check_thousands(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    """1.234 rounded to half a unit or more was never printed with three decimals: its point parts thousands."""
    half = pd.to_numeric(text["half_width"], errors="coerce")
    suspect = text["value"].str.fullmatch(AMBIGUOUS.pattern) & (half >= 0.05) & ~text["value"].str.endswith("000")
    return row_faults(text, suspect, "thousands", column="value", shown=text["value"])


def _check_units(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    pairs = text[["indicator", "unit"]].drop_duplicates()
    known = pairs["indicator"].isin([*catalogue.indicators]) & pairs["unit"].isin([*catalogue.units])
    unfit = {pair for pair in pairs[known].itertuples(index=False, name=None) if not catalogue.unit_fits(*pair)}
    apart = [pair in unfit for pair in zip(text["indicator"], text["unit"], strict=True)]
    own = text["indicator"].map({name: item.unit for name, item in catalogue.indicators.items()}).fillna("")
    says = text["indicator"] + " is measured in " + own + ", not in " + text["unit"]
    return row_faults(text, apart, "unit_kind", shown=says)


def _check_duplicates(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    """A second row with an id, or with all cells but the id, that an earlier row has."""
    place = text["file"] + ", row " + text["row"].astype(str)
    same_id = text.duplicated("fact_id") & (text["fact_id"] != "")
    same_cells = text.duplicated(FACT_COLUMNS[1:]) & ~same_id & (text["fact_id"] != "")
    of_series = text["fact_id"].str.startswith(SERIES_ID)
    cases = (
        (same_id & ~of_series, ["fact_id"], "duplicate_id"),
        (same_id & of_series, ["fact_id"], "duplicate_month"),
        (same_cells, FACT_COLUMNS[1:], "identical"),
    )
    faults = []
    for again, columns, rule in cases:
        if again.any():
            first = place.groupby([text[c] for c in columns], sort=False).transform("first")
            faults += row_faults(text, again, rule, shown=text["fact_id"], other=first)
    return faults


_CHECKS = (
    _check_empty,
    _check_words,
    _check_folders,
    _check_qualifiers,
    _check_bases,
    check_dates,
    _check_periods,
    _check_signs,
    _check_thousands,
    _check_units,
    _check_duplicates,
)


def faults_of(text: pd.DataFrame, catalogue: Catalogue) -> list[Fault]:
    """Every row of facts, as text, that breaks a rule of the contract; each check looks at whole columns."""
    return [fault for check in _CHECKS for fault in check(text, catalogue)]
