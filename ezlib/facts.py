"""What was published, by whom and when: loaded whole or not at all, seen as of a day, never overwritten."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from ezlib.catalogue import Catalogue, data_root, load_catalogue
from ezlib.cells import as_text, days_of, noted_range, range_words
from ezlib.contracts import (
    DATE_COLUMNS,
    FACT_COLUMNS,
    FACTS_FOLDER,
    LOADED_COLUMNS,
    NUMBER_COLUMNS,
    QUALIFIER_WORDS,
    QUALIFIERS,
    SERIES_COLUMNS,
    SERIES_ID,
    SERIES_OPTIONAL_COLUMNS,
    STATUSES,
    DataError,
    as_of_date,
    hint,
)
from ezlib.corrections import CORRECTIONS, corrected, correction_days
from ezlib.fact_checks import faults_of
from ezlib.files import held_by, write_all
from ezlib.periods import CALENDAR, month_bounds
from ezlib.sheets import (
    AMBIGUOUS,
    Fault,
    Sheet,
    Unreadable,
    read_bytes,
    read_csv,
    read_workbook,
    refuse_columns,
    row_faults,
    with_points,
    without,
)

SERIES_FOLDER = "data/series"
WORKBOOKS = (".xlsx", ".xlsm")


def load_facts(zone: str | None = None, as_of=None, root=None) -> pd.DataFrame:
    """Every published figure the data hold, checked.

    Reads `data/facts/<zone>/*.csv` and, as monthly facts, `data/series/<zone>.csv` and `.xlsx`; then applies
    `data/corrections.yml`. `zone` limits the reading to one zone. `as_of` (text 2025-05-31, date or Timestamp) keeps
    what had been published by that day; None keeps everything in the data, it never means today.

    Returns one row a figure with LOADED_COLUMNS: texts as str ('' when empty), numbers as float64 (NaN when empty),
    dates as datetime64. `qualifier` is one of contracts.QUALIFIERS, other printed words move to `note`; `lower` and
    `upper` bound the value in the row's own unit; `file` and `row` say where the figure stands.
    Raises DataError naming every offending row of every file, with the remedy.
    """
    root, day = data_root(root), as_of_date(as_of)
    catalogue = load_catalogue(root)
    _refuse_unknown_zone(zone, catalogue)
    return _loaded(root, zone, day, catalogue, _stamp(root, zone)).copy(deep=False)


def append_facts(facts: pd.DataFrame, name: str, root=None) -> Path:
    """Add facts to the file `data/facts/<zone>/<name>`, which is created when missing; returns its path.

    `facts` has FACT_COLUMNS (others are left aside) and speaks of one zone. They must satisfy every rule that
    `load_facts` applies, together with all that is there: an id or a row that is there already is refused. The bytes
    of the file stay as they are, new lines follow them in the file's own column order, separator and decimal sign.
    The file is replaced in one step by a finished copy, so that a failure leaves it untouched. Raises DataError, also
    where another program changes the file meanwhile.
    """
    zones = _zones_of(facts)
    if len(zones) != 1:
        raise DataError(
            "New facts must speak of one zone.", zones, "Append the facts of each zone to a file of its own."
        )
    return append_by_zone(facts, name, root)[0]


def append_by_zone(facts: pd.DataFrame, name: str, root=None) -> list[Path]:
    """Add facts of several zones as `append_facts` does, those of each to `data/facts/<zone>/<name>`: all or none."""
    root = data_root(root)
    parts = {_file_for(zone, name, root): facts[facts["zone"] == zone] for zone in _zones_of(facts)}
    before = {path: held_by(path) for path in parts}
    after = {path: (before[path] or b"") + _lines_for(rows, before[path] or b"", path) for path, rows in parts.items()}
    _refuse_bad_addition(after, root)
    write_all(after, before)
    return list(after)


def facts_of(facts: pd.DataFrame, key) -> pd.DataFrame:
    """Return the facts of one series, named by its zone, indicator and scope, that observe it: projections do not."""
    mine = facts[(facts["zone"] == key[0]) & (facts["indicator"] == key[1]) & (facts["scope"] == key[2])]
    return mine[are_observed(mine)]


def are_observed(facts: pd.DataFrame) -> pd.Series:
    """Tell which facts state what was observed, be it an estimate, and not what is planned or projected."""
    return facts["status"].isin([name for name, status in STATUSES.items() if status.observed])


def in_precedence(facts: pd.DataFrame) -> pd.DataFrame:
    """Return the facts in the order in which they give way to each other: of those of one period the last one stands.

    A later publication stands before an earlier one, of one day the firmer status (contracts.STATUSES), then the finer
    rounding, as a share of the value; of two alike the one that is first in the files. A later text that only repeats
    a figure in rounder digits gives way to the sharper one (see `sharper`).
    """
    width = (facts["upper"] - facts["lower"]) / facts["value"].abs()
    ordered = facts.iloc[np.lexsort((-np.arange(len(facts)), -width, -firmness(facts), facts["published"]))]
    period = ["zone", "indicator", "scope", "period_start", "period_end"]
    place = np.arange(len(ordered), dtype=float)
    several = np.flatnonzero(ordered.duplicated(period, keep=False))
    for rows in ordered.iloc[several].groupby(period, sort=False).indices.values():
        mine = several[rows]
        rivals = ordered.iloc[mine].reset_index(drop=True)
        place[mine[sharper(rivals, len(mine) - 1)]] = place[mine[-1]] + 0.5
    return ordered.iloc[np.argsort(place, kind="stable")]


def sharper(rivals: pd.DataFrame, first):
    """Return the row, by its label, that stands where `first` does by publication, status and rounding.

    A later text that only repeats a figure in rounder digits revises nothing: of the figures inside its interval that
    are as firm, the sharpest stays in use.
    """
    rank, outer = firmness(rivals), rivals.loc[first]
    inside = (rivals["lower"] >= outer["lower"]) & (rivals["upper"] <= outer["upper"]) & (rank <= rank[first])
    width = (rivals["upper"] - rivals["lower"])[inside]
    return width.idxmin() if width.min() < width[first] else first


def firmness(facts: pd.DataFrame) -> pd.Series:
    """Return how firm each figure is by its status, the firmest lowest (contracts.STATUSES)."""
    return facts["status"].map({name: status.rank for name, status in STATUSES.items()})


def in_own_unit(facts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Return the facts in the units of their indicators, with their rounding; those that measure another thing stay."""
    turned = facts.copy()
    for (unit, indicator), rows in facts.groupby(["unit", "indicator"], sort=False).groups.items():
        own = catalogue.indicator(indicator).unit
        if unit != own and catalogue.unit(unit).dimension == catalogue.unit(own).dimension:
            turned.loc[rows, "unit"] = own
            for name in ("value", "half_width", "lower", "upper"):
                amounts = catalogue.convert(facts.loc[rows, name], unit, own)
                turned.loc[rows, name] = [float(f"{x:.12g}") for x in amounts]  # 32.659285 is 32659.285 and no more
    return turned


def from_series(fact) -> bool:
    """Tell whether a fact, a row of `load_facts`, stands in `data/series`: a program may have written its digits."""
    return fact.file.startswith(f"{SERIES_FOLDER}/")


def has_assumed_day(fact, lag_days: int) -> bool:
    """Tell whether the day of publication of a fact is assumed: it stands in `data/series` without one of its own."""
    return from_series(fact) and fact.published == fact.period_end + dt.timedelta(days=lag_days)


def add_intervals(facts: pd.DataFrame) -> pd.DataFrame:
    """The same facts with `lower` and `upper`: the interval of values that the printed words allow.

    Without a qualifier value ± half_width, as the last printed digit is rounded; over v is [v, 1.05 v], nearly v is
    [0.95 v, v], about v is [0.95 v, 1.05 v]; a range a-b, whose words stand in `note`, is [a, b].
    """
    value, half = facts["value"].to_numpy(float), facts["half_width"].fillna(0).to_numpy(float)
    qualifier = facts["qualifier"].to_numpy(object)
    lower, upper = value - half, value + half
    for word, multiples in QUALIFIERS.items():
        if multiples is not None:
            ends = np.sort([value * multiples[0], value * multiples[1]], axis=0)
            lower, upper = np.where(qualifier == word, ends, [lower, upper])
    for i in np.flatnonzero(qualifier == "range"):
        lower[i], upper[i] = noted_range(facts["note"].iat[i]) or (value[i], value[i] + 2 * half[i])
    return facts.assign(lower=lower, upper=upper)


# ----------------------------------------------------------------------------------------- read once, used often


@lru_cache(maxsize=32)
def _loaded(root: Path, zone: str | None, day: dt.date | None, catalogue: Catalogue, stamp: tuple) -> pd.DataFrame:
    """The checked facts; `stamp` is what the files hold, so that a changed file is read afresh."""
    facts = _checked(root, zone, _last_correction(root, day, stamp), catalogue, stamp)
    return facts if day is None else _published_by(facts, day)


@lru_cache(maxsize=32)
def _checked(root: Path, zone: str | None, day: dt.date | None, catalogue: Catalogue, stamp: tuple) -> pd.DataFrame:
    """All facts with the corrections known by a day: the same for every day until the next correction."""
    text, faults = _text(root, zone, catalogue, stamp)
    text = corrected(text, root, zone, day)
    _refuse([*faults, *faults_of(text, catalogue)])
    return _typed(text)


@lru_cache(maxsize=16)
def _text(root: Path, zone: str | None, catalogue: Catalogue, stamp: tuple) -> tuple[pd.DataFrame, list[Fault]]:
    """What `_read_all` finds: the same whatever has been corrected. Not to be changed."""
    return _read_all(root, catalogue, zone)


def _last_correction(root: Path, day: dt.date | None, stamp: tuple) -> dt.date | None:
    """The last day up to `day` on which a correction was published; the first day there is where none was."""
    return None if day is None else max((d for d in _correction_days(root, stamp) if d <= day), default=dt.date.min)


@lru_cache(maxsize=32)
def _correction_days(root: Path, stamp: tuple) -> tuple[dt.date, ...]:
    return correction_days(root)


def _stamp(root: Path, zone: str | None) -> tuple:
    paths = [path for _, path in _sources(root, zone)] + [root / CORRECTIONS]
    return tuple((path, _digest(path)) for path in paths if path.exists())


def _digest(path: Path) -> str:
    try:
        return hashlib.blake2b(path.read_bytes()).hexdigest()
    except OSError as error:  # a file that Excel holds open; reading it will say so in better words
        return repr(error)


# ---------------------------------------------------------------------------------------------------- faults


def _refuse(faults: list[Fault]) -> None:
    if not faults:
        return
    faults = sorted(faults, key=lambda fault: (fault.file, fault.row))
    places = len({(fault.file, fault.row) for fault in faults})
    files = len({fault.file for fault in faults})
    what = f"{places} {'place' if places == 1 else 'places'} in {files} {'file' if files == 1 else 'files'} of facts"
    remedies = dict.fromkeys(fault.remedy for fault in faults)
    raise DataError(f"{what} cannot be used; nothing was loaded.", map(str, faults), "\n".join(remedies))


def _refuse_unknown_zone(zone: str | None, catalogue: Catalogue) -> None:
    if zone is not None and zone not in catalogue.zones:
        known = ", ".join(sorted(catalogue.zones))
        raise DataError(f"There is no zone {zone!r}{hint(zone, catalogue.zones)}.", next_step=f"Known zones: {known}.")


# --------------------------------------------------------------------------------------------- reading files


def _read_all(root: Path, catalogue: Catalogue, zone: str | None) -> tuple[pd.DataFrame, list[Fault]]:
    """The text of every facts and series file in one table of FACT_COLUMNS, file and row; and what cannot be read."""
    tables, faults = [], []
    for read, path in _sources(root, zone):
        try:
            table, found = read(path, root, catalogue)
        except Unreadable as error:
            faults.append(error.fault)
        else:
            tables.append(table)
            faults += found
    tables = [table for table in tables if len(table)] or [
        pd.DataFrame(columns=[*FACT_COLUMNS, "file", "row"], dtype=object)
    ]
    return pd.concat(tables, ignore_index=True), faults


def _sources(root: Path, zone: str | None) -> Iterator[tuple]:
    """Each file to read with the function that reads it; lock files of Excel and LibreOffice are none."""
    for path in _visible(root / FACTS_FOLDER):
        if path.is_dir() and zone in (None, path.name):
            yield from ((_read_facts, inner) for inner in _visible(path) if _is_table(inner))
        elif not path.is_dir() and _is_table(path):
            yield _outside_any_zone, path
    for path in _visible(root / SERIES_FOLDER):
        if _is_table(path) and zone in (None, path.stem):
            yield _read_series, path


def _visible(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("*") if not p.name.startswith(("~$", ".", "_")))


def _is_table(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() in (".csv", ".xls", *WORKBOOKS)


def _outside_any_zone(path: Path, root: Path, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Fault]]:
    raise Unreadable(_shown(path, root), 0, "no_zone")


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _read_facts(path: Path, root: Path, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Fault]]:
    file, zone = _shown(path, root), path.parent.name
    if zone not in catalogue.zones:
        raise Unreadable(file, 0, "zone", shown=zone, hint=hint(zone, catalogue.zones))
    if path.suffix.lower() != ".csv":
        raise Unreadable(file, 0, "workbook")
    return _facts_of(read_bytes(path, file), file)


def _facts_of(content: bytes, file: str) -> tuple[pd.DataFrame, list[Fault]]:
    sheet, faults = read_csv(content, file, FACT_COLUMNS)
    refuse_columns(sheet, FACT_COLUMNS, [])
    sheet, found = with_points(sheet, NUMBER_COLUMNS)
    return sheet.frame(FACT_COLUMNS), faults + found


# ------------------------------------------------------------------------------------------- the simple door


def _read_series(path: Path, root: Path, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Fault]]:
    """`data/series/<zone>.csv` or .xlsx, one row a month and indicator, as monthly facts."""
    file, zone = _shown(path, root), path.stem
    if zone not in catalogue.zones:
        raise Unreadable(file, 0, "zone", shown=zone, hint=hint(zone, catalogue.zones))
    known = [*SERIES_COLUMNS, *SERIES_OPTIONAL_COLUMNS]
    if path.suffix.lower() == ".csv":
        sheet, faults = read_csv(read_bytes(path, file), file, known)
        sheets = [sheet]
    else:
        sheets, faults = read_workbook(path, file, SERIES_COLUMNS), []
    tables = []
    for sheet in sheets:
        refuse_columns(sheet, SERIES_COLUMNS, SERIES_OPTIONAL_COLUMNS)
        table, found = _monthly_facts(sheet, zone, catalogue)
        tables.append(table)
        faults = faults + found
    return pd.concat(tables, ignore_index=True), faults


def _monthly_facts(sheet: Sheet, zone: str, catalogue: Catalogue) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of month, indicator, unit, value as rows of FACT_COLUMNS."""
    sheet, faults = with_points(sheet, ["value"])
    frame = sheet.frame()
    faults += row_faults(frame, frame["value"] == "", "empty", column="value")
    # Excel turns a typed 2024-05 into the first of May; a workbook keeps it as that day.
    months = frame["month"].str.replace(r"^(\d{4}-\d{2})-01$", r"\1", regex=True)
    wrong = ~months.str.fullmatch(r"(199\d|20[0-4]\d|2050)-(0[1-9]|1[0-2])")
    faults += row_faults(frame, wrong, "month", shown=frame["month"])
    faults += _thousands_in_series(frame)
    frame = without(frame.assign(month=months), faults)
    if frame.empty:
        return pd.DataFrame(columns=[*FACT_COLUMNS, "file", "row"], dtype=object), faults
    return _as_facts(frame, zone, catalogue), faults


def _as_facts(frame: pd.DataFrame, zone: str, catalogue: Catalogue) -> pd.DataFrame:
    default = catalogue.zones[zone].scope
    given = {name: frame.get(name, "") for name in SERIES_OPTIONAL_COLUMNS}
    facts = frame.assign(zone=zone, period_kind="month", source=frame["file"].str.rpartition("/")[2], **given)
    facts["scope"] = facts["scope"].replace("", default)
    facts["status"] = facts["status"].replace("", "final")
    facts["half_width"] = [_half_a_digit(value) for value in facts["value"]]
    facts["period_start"], facts["period_end"], assumed = _bounds_and_lag(facts, catalogue.zones[zone], catalogue)
    facts["published"] = np.where(facts["published"] == "", assumed, facts["published"])
    facts["fact_id"] = _series_ids(facts, default)
    return facts.reindex(columns=[*FACT_COLUMNS, "file", "row"], fill_value="")


def _half_a_digit(value: str) -> str:
    """Half a unit of the last printed digit: 191061 -> 0.5, 150.83 -> 0.005."""
    exponent = Decimal(value).as_tuple().exponent
    return format(Decimal(5).scaleb(exponent - 1), "f")


def _bounds_and_lag(facts: pd.DataFrame, zone, catalogue: Catalogue) -> tuple[list[str], list[str], list[str]]:
    """First day, last day and assumed day of publication of each row's reporting month."""
    calendars, days, found = {}, {}, []
    for indicator, scope, month in zip(facts["indicator"], facts["scope"], facts["month"], strict=True):
        if (indicator, scope) not in calendars:
            calendars[indicator, scope] = _calendar(catalogue, zone.id, indicator, scope)
        calendar = calendars[indicator, scope]
        if (month, calendar) not in days:
            first, last = month_bounds(month, calendar)
            assumed = last + dt.timedelta(days=zone.assumed_lag_days)
            days[month, calendar] = first.isoformat(), last.isoformat(), assumed.isoformat()
        found.append(days[month, calendar])
    return tuple(map(list, zip(*found, strict=True)))


def _calendar(catalogue: Catalogue, zone: str, indicator: str, scope: str):
    """The calendar of a series; one whose names are unknown is refused later, by name."""
    known = indicator in catalogue.indicators and scope in catalogue.scopes
    return catalogue.calendar_of(zone, indicator, scope) if known else CALENDAR


def _series_ids(facts: pd.DataFrame, default_scope: str) -> pd.Series:
    """`S:zone:indicator:month`, with the scope unless it is the zone's own; a later publication adds its day."""
    scope = np.where(facts["scope"] == default_scope, "", "/" + facts["scope"])
    plain = SERIES_ID + facts["zone"] + ":" + facts["indicator"] + scope + ":" + facts["month"]
    if not plain.duplicated().any():
        return plain
    earliest = facts["published"].groupby(plain).transform("min")
    return plain.where(facts["published"] == earliest, plain + "@" + facts["published"])


def _thousands_in_series(frame: pd.DataFrame) -> list[Fault]:
    """1.105 beside 980 in one series is one thousand one hundred and five, written the Vietnamese way."""
    series = frame["indicator"] + "/" + frame.get("scope", "")
    ambiguous = frame["value"].str.fullmatch(AMBIGUOUS.pattern)
    suspect = pd.Series(False, index=frame.index)
    for name in series[ambiguous].unique():
        mine = series == name
        whole = pd.to_numeric(frame["value"][mine & frame["value"].str.fullmatch(r"\d+")])
        if len(whole) and whole.max() > 100 * pd.to_numeric(frame["value"][mine & ambiguous]).median():
            suspect |= mine & ambiguous
    return row_faults(frame, suspect, "thousands", column="value", shown=frame["value"])


# ------------------------------------------------------------------------------------------------ text to facts


def _typed(text: pd.DataFrame) -> pd.DataFrame:
    """Checked text as a table of facts."""
    facts = text.copy()
    for column in NUMBER_COLUMNS:
        facts[column] = pd.to_numeric(facts[column].where(facts[column] != "", None)).astype("float64")
    for column in DATE_COLUMNS:
        facts[column] = days_of(text[column])
    facts["row"] = facts["row"].astype("int64")
    facts = _with_plain_qualifiers(facts)
    words = [c for c in [*FACT_COLUMNS, "corrected", "file"] if c not in NUMBER_COLUMNS + DATE_COLUMNS]
    return add_intervals(facts.astype(dict.fromkeys(words, "str")))[LOADED_COLUMNS]


def _with_plain_qualifiers(facts: pd.DataFrame) -> pd.DataFrame:
    """The fixed words in `qualifier`; a printed word that is not one of them is kept in `note`."""
    printed = [range_words(word) for word in facts["qualifier"].str.lower()]
    plain = [QUALIFIER_WORDS.get(word, "range" if word else "") for word in printed]
    note = [
        f"{note}; {word}".removeprefix("; ") if word != kept and word not in note else note
        for word, kept, note in zip(printed, plain, facts["note"], strict=True)
    ]
    return facts.assign(qualifier=plain, note=note)


def _published_by(facts: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    return facts[facts["published"] <= pd.Timestamp(day)].reset_index(drop=True)


# ------------------------------------------------------------------------------------------------- appending


def _zones_of(facts: pd.DataFrame) -> list[str]:
    missing = [column for column in FACT_COLUMNS if column not in facts.columns]
    if missing:
        raise DataError("The new facts lack columns.", missing, f"Facts have the columns {', '.join(FACT_COLUMNS)}.")
    return sorted(set(facts["zone"]))


def _file_for(zone: str, name: str, root: Path) -> Path:
    if Path(name).name != name or Path(name).suffix != ".csv":
        raise DataError(
            f"{name!r} is no name for a facts file.", next_step="Give a plain name such as 2025-06-report.csv."
        )
    return root / FACTS_FOLDER / zone / name


def _lines_for(facts: pd.DataFrame, before: bytes, path: Path) -> bytes:
    """The new rows as bytes, in the manner of the file they follow."""
    columns, separator, newline, comma = FACT_COLUMNS, ",", "\n", False
    if before.strip():
        sheet, _ = _as_error(lambda: read_csv(before, path.name, FACT_COLUMNS))
        columns, separator = sheet.header, sheet.separator
        newline = "\r\n" if b"\r\n" in before else "\n"
        numbers = [i for i, name in enumerate(columns) if name in NUMBER_COLUMNS]
        comma = separator == ";" and any("," in row[i] for row in sheet.cells for i in numbers)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator, lineterminator=newline)
    if not before.strip():
        writer.writerow(columns)
    elif not before.endswith((b"\n", b"\r")):
        out.write(newline)
    for fact in facts[FACT_COLUMNS].to_dict("records"):
        row = {name: as_text(value, comma and name in NUMBER_COLUMNS) for name, value in fact.items()}
        writer.writerow([_printed_range(row) if name == "qualifier" else row[name] for name in columns])
    return out.getvalue().encode("utf-8")


def _printed_range(row: dict[str, str]) -> str:
    """A loaded range keeps its two ends in the note; the file wants them in the qualifier."""
    ends = noted_range(row["note"]) if row["qualifier"] == "range" else None
    return range_words(f"{ends[0]}-{ends[1]}") if ends else row["qualifier"]


def _refuse_bad_addition(after: dict[Path, bytes], root: Path) -> None:
    """The files as they would become, judged together with all other facts of every zone."""
    catalogue, files = load_catalogue(root), {_shown(path, root): content for path, content in after.items()}
    text, faults = _read_all(root, catalogue, None)
    tables, found = zip(*(_as_error(partial(_facts_of, content, file)) for file, content in files.items()), strict=True)
    together = pd.concat([text[~text["file"].isin(files)], *tables], ignore_index=True)
    kept = [fault for fault in faults if fault.file not in files]
    _refuse([*kept, *chain.from_iterable(found), *faults_of(together, catalogue)])


def _as_error(read):
    try:
        return read()
    except Unreadable as error:
        _refuse([error.fault])
