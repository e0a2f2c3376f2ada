"""Targets and dated events: what the data files say of them, a checked row each."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, fields
from functools import lru_cache

import pandas as pd

from ezlib.catalogue import Catalogue, data_root, load_catalogue, unknown
from ezlib.contracts import DataError, as_of_date
from ezlib.sheets import AMBIGUOUS, Fault, Unreadable, read_bytes, read_csv, refuse_columns, with_points

TARGETS_FILE = "data/targets.csv"
EVENTS_FILE = "data/events.csv"

TARGET_KINDS = {
    "level": "the total of a flow over the period",
    "growth": "percent change of a flow on the period before",
    "share": "part of a whole, in percent",
    "rate": "a growth rate published as such",
    "stock": "a state to be reached by the end of the period",
    "count": "a number of things",
}
COMPARATORS = {">=": "at least", ">": "more than", "=": "equal to", "<=": "at most", "<": "less than"}
TARGET_STATUSES = {
    "official": "stated by the body that set it",
    "implied": "worked out from a published share of plan",
    "expectation": "what officials expect, not what they have set",
}
EVENT_KINDS = {
    "closure": "goods or people stopped at a gate",
    "restriction": "a gate open for fewer goods, hours or vehicles",
    "congestion": "vehicles waiting far beyond the usual",
    "reopening": "a gate open again, or open to more",
    "market": "a product admitted, held back, or admitted again",
    "weather": "storm or flood",
    "production": "a plant stopped or started",
    "administration": "borders or bodies changed",
}
EVENT_COLUMNS = [
    "event_id",
    "zone",
    "start",
    "end",
    "kind",
    "indicators",
    "name_vi",
    "name_en",
    "published",
    "source",
    "reference",
    "note",
]


@dataclass(frozen=True)
class Target:
    """A stated aim for one series over one period."""

    target_id: str
    zone: str
    indicator: str
    scope: str
    kind: str
    period_start: dt.date
    period_end: dt.date
    value: float
    comparator: str
    unit: str
    status: str
    published: dt.date
    source: str
    reference: str
    note: str

    @property
    def series(self) -> str:
        """The series the target is about, as `zone/indicator/scope`."""
        return f"{self.zone}/{self.indicator}/{self.scope}"

    @property
    def period(self) -> str:
        """The period in the shortest words: 2025, 2025-Q4, 2025-05, 2026-2030, else its two days."""
        return _period_words(self.period_start, self.period_end)

    @property
    def is_limit(self) -> bool:
        """Whether it is kept by staying below its value; other aims are reached from below."""
        return self.comparator in ("<=", "<")


TARGET_COLUMNS = [field.name for field in fields(Target)]


def load_targets(zone: str | None = None, as_of=None, root: str | os.PathLike | None = None) -> list[Target]:
    """Return the targets in force, in the order of `data/targets.csv`.

    `as_of` (a date or 2025-05-31; None means all): what was published later is not seen. Of several rows for the same
    series, kind, period and status the one published last stands, the lower row of two on one day.
    Raises DataError listing every faulty row.
    """
    catalogue = load_catalogue(root)
    if zone is not None:
        catalogue.zone(zone)
    day = as_of_date(as_of)
    seen = [t for t in _targets(_content(TARGETS_FILE, root), catalogue) if day is None or t.published <= day]
    standing = {_aim(target): target.target_id for target in sorted(seen, key=lambda t: t.published)}
    in_force = set(standing.values())
    return [t for t in seen if t.target_id in in_force and (zone is None or t.zone == zone)]


def load_events(zone: str | None = None, as_of=None, root: str | os.PathLike | None = None) -> pd.DataFrame:
    """Return dated events, earliest first, with the columns of `data/events.csv`.

    `start`, `end` and `published` are timestamps; `end` is NaT while an event lasts. `indicators` are indicators and
    groups separated by blanks, empty for all. `as_of` as in `load_targets`; an end that lies after that day is not yet
    known and NaT. Raises DataError listing every faulty row.
    """
    catalogue = load_catalogue(root)
    if zone is not None:
        catalogue.zone(zone)
    day = as_of_date(as_of)
    frame = _events(_content(EVENTS_FILE, root), catalogue)
    if zone is not None:
        frame = frame[frame["zone"] == zone]
    if day is not None:
        frame = frame[frame["published"] <= pd.Timestamp(day)]
        frame = frame.assign(end=frame["end"].where(frame["end"] <= pd.Timestamp(day)))
    return frame.reset_index(drop=True)


def _content(file: str, root) -> bytes:
    path = data_root(root) / file
    try:
        return read_bytes(path, file) if path.is_file() else b""
    except Unreadable as error:
        raise DataError(f"{error.fault}", next_step=error.fault.remedy) from error


def _aim(target: Target) -> tuple:
    return target.series, target.kind, target.period_start, target.period_end, target.status


@lru_cache(maxsize=8)
def _targets(content: bytes, catalogue: Catalogue) -> tuple[Target, ...]:
    rows = _checked_rows(content, TARGETS_FILE, TARGET_COLUMNS, _target_faults, catalogue)
    names = [field.name for field in fields(Target)]
    return tuple(Target(**{n: _TYPES.get(n, str)(row[n]) for n in names}) for row in rows)


@lru_cache(maxsize=8)
def _events(content: bytes, catalogue: Catalogue) -> pd.DataFrame:
    rows = _checked_rows(content, EVENTS_FILE, EVENT_COLUMNS, _event_faults, catalogue)
    frame = pd.DataFrame(rows, columns=EVENT_COLUMNS, dtype="str")
    for column in ("start", "end", "published"):
        frame[column] = pd.to_datetime(frame[column], format="%Y-%m-%d")
    return frame.sort_values(["start", "event_id"], ignore_index=True)


_TYPES = {
    "period_start": dt.date.fromisoformat,
    "period_end": dt.date.fromisoformat,
    "published": dt.date.fromisoformat,
    "value": float,
}


def _checked_rows(content: bytes, file: str, columns: list[str], check, catalogue: Catalogue) -> list[dict[str, str]]:
    rows, faults = _read_rows(content, file, columns)
    remedies = dict.fromkeys(fault.remedy for fault in faults)
    says, taken = [str(fault) for fault in faults], {}
    for row in rows:
        place, id = f"{file}, row {row['row']}", row[columns[0]]
        found = check(row, catalogue)
        if taken.setdefault(id, row["row"]) != row["row"]:
            found.append(f"{columns[0]} {id!r} is taken by row {taken[id]}")
        says += [f"{place}: {fault}" for fault in found]
    if says:
        next_step = "\n".join([*remedies, "Mend these rows; docs/adding.md shows the form."])
        raise DataError(f"{file} cannot be used as it stands.", says, next_step)
    return [{column: row[column] for column in columns} for row in rows]


def _read_rows(content: bytes, file: str, columns: list[str]) -> tuple[list[dict], list[Fault]]:
    if not content.strip():
        return [], []
    try:
        sheet, faults = read_csv(content, file, columns)
        refuse_columns(sheet, columns, [])
    except Unreadable as error:
        return [], [error.fault]
    numbers = [column for column in columns if _TYPES.get(column) is float]
    typed = dict(zip(sheet.lines, sheet.cells, strict=True))
    sheet, found = with_points(sheet, numbers)
    found += [
        Fault(file, line, "ambiguous", {"column": column, "shown": typed[line][sheet.header.index(column)]})
        for column in numbers
        for line, cell in zip(sheet.lines, sheet.column(column), strict=True)
        if AMBIGUOUS.fullmatch(cell)
    ]
    return sheet.frame(columns).to_dict("records"), faults + found


def _target_faults(row: dict[str, str], catalogue: Catalogue) -> list[str]:
    faults = _empty(row, TARGET_COLUMNS[:-2])
    faults += unknown("the zone", row["zone"], catalogue.zones) + unknown("the scope", row["scope"], catalogue.scopes)
    faults += unknown("the indicator", row["indicator"], catalogue.indicators)
    faults += unknown("the unit", row["unit"], catalogue.units) + unknown("the kind", row["kind"], TARGET_KINDS)
    faults += unknown("the comparator", row["comparator"], COMPARATORS)
    faults += unknown("the status", row["status"], TARGET_STATUSES)
    faults += _date_faults(row, "period_start", "period_end", "published")
    return faults or _target_unit_faults(row, catalogue)


def _target_unit_faults(row: dict[str, str], catalogue: Catalogue) -> list[str]:
    if row["kind"] == "growth":
        fits, wanted = catalogue.units[row["unit"]].dimension == "percent", "percent"
    else:
        fits = catalogue.unit_fits(row["indicator"], row["unit"])
        wanted = catalogue.indicators[row["indicator"]].unit
    return [] if fits else [f"unit {row['unit']} does not fit; {row['kind']} of {row['indicator']} is in {wanted}"]


def _event_faults(row: dict[str, str], catalogue: Catalogue) -> list[str]:
    faults = _empty(row, ["event_id", "zone", "start", "kind", "name_vi", "name_en", "published", "source"])
    faults += unknown("the zone", row["zone"], catalogue.zones) + unknown("the kind", row["kind"], EVENT_KINDS)
    known = {**catalogue.indicators, **catalogue.groups}
    faults += [f for word in row["indicators"].split() for f in unknown("the indicator or group", word, known)]
    return faults + _date_faults(row, "start", "end", "published")


def _empty(row: dict[str, str], columns: list[str]) -> list[str]:
    return [f"{column} is empty" for column in columns if not row[column]]


def _date_faults(row: dict[str, str], start: str, end: str, published: str) -> list[str]:
    faults = []
    for column in (start, end, published):
        try:
            _ = row[column] and dt.date.fromisoformat(row[column])
        except ValueError:
            faults.append(f"{column} {row[column]!r} is not a date; write it as 2025-05-31")
    if not faults and row[end] and row[end] < row[start]:
        faults.append(f"the period ends ({row[end]}) before it starts ({row[start]})")
    return faults


def _period_words(start: dt.date, end: dt.date) -> str:
    after = end + dt.timedelta(days=1)
    months = (after.year - start.year) * 12 + after.month - start.month
    if start.day != after.day or (start.day, start.month) not in {(1, m) for m in range(1, 13)} | {(16, 12)}:
        return f"{start}..{end}"
    if months % 12 == 0 and (start.day, start.month) in ((1, 1), (16, 12)):
        return str(end.year) if months == 12 else f"{end.year - months // 12 + 1}-{end.year}"
    if months == 3 and start.month in (1, 4, 7, 10):
        return f"{start.year}-Q{start.month // 3 + 1}"
    return f"{start:%Y-%m}" if months == 1 and start.day == 1 else f"{start}..{end}"
