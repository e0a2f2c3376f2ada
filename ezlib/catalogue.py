"""What a zone, an indicator, a scope, a unit and an identity is, and where the data lie."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from ezlib.contracts import DataError, hint
from ezlib.periods import CALENDAR, CALENDARS, Calendar, as_month
from ezlib.yaml_files import parse_yaml, yaml_bytes

CATALOGUE_FILE = "data/catalogue.yml"

# ------------------------------------------------------------------------------------------------------ vocabularies

KINDS = {
    "flow": "adds up over months",
    "stock": "a state on a day, or a plan for one",
    "index": "against a base of 100, or a score",
    "rate": "a percentage, or an average per day or month",
    "count": "different ones in a period; months do not add up",
}
# ------------------------------------------------------------------------------------------------- what entries are


@dataclass(frozen=True)
class Named:
    """Something with an id and a name in each language."""

    id: str
    name_vi: str
    name_en: str

    def name(self, lang: str = "vi") -> str:
        """Return the name in Vietnamese (`vi`) or English (`en`)."""
        return self.name_vi if lang == "vi" else self.name_en


@dataclass(frozen=True)
class Scope(Named):
    """Who counts and what is covered, and `until` when it was counted; figures of different scope are never mixed."""

    covers_vi: str
    covers_en: str
    until: dt.date | None = None


@dataclass(frozen=True)
class Group(Named):
    """A heading under which indicators stand together."""


@dataclass(frozen=True)
class Unit(Named):
    """A unit of measurement: one of it is `factor` base units of its dimension."""

    dimension: str
    factor: float
    symbol: str
    symbol_en: str

    def sign(self, lang: str = "vi") -> str:
        """Return what is printed after a figure, such as `triệu USD`."""
        return self.symbol if lang == "vi" else self.symbol_en


@dataclass(frozen=True)
class Indicator(Named):
    """What is measured. `of` is the indicator that a published growth is about; `also` foreign units in use."""

    unit: str
    kind: str
    group: str
    of: str = ""
    also: tuple[str, ...] = ()
    short_vi: str = ""
    short_en: str = ""

    def short(self, lang: str = "vi") -> str:
        """Return the name for tables and headlines, where there is one shorter than the name."""
        return (self.short_vi if lang == "vi" else self.short_en) or self.name(lang)


@dataclass(frozen=True)
class CalendarRule:
    """The calendar of the groups of one scope, within a zone."""

    scope: str
    groups: tuple[str, ...]
    calendar: Calendar


@dataclass(frozen=True)
class Zone(Named):
    """A folder of facts: its default scope, the series a brief opens with, its reporting months.

    `profiles` names, by group of indicators, the longer series whose usual year is tried as the shape of its own;
    `first_estimates` the series whose months stay as they were first estimated, `restated` those whose months are as
    restated from one on and as first printed before it.
    """

    scope: str
    issuer_vi: str
    issuer_en: str
    headline: Mapping[str, tuple[str, ...]]
    calendars: tuple[CalendarRule, ...]
    assumed_lag_days: int
    province: str = ""
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    first_estimates: tuple[str, ...] = ()
    restated: Mapping[str, pd.Period] = field(default_factory=lambda: MappingProxyType({}))

    def issuer(self, lang: str = "vi") -> str:
        """Return the name of the body whose figures lead, in one of the two languages."""
        return self.issuer_vi if lang == "vi" else self.issuer_en

    def leading(self, subject: str | None = None) -> list[str]:
        """Return the series that lead its brief, of one subject or of all, the leading one first."""
        if subject is not None:
            return list(self.headline.get(subject, ()))
        return [series for found in self.headline.values() for series in found]


@dataclass(frozen=True)
class Identity:
    """A total that is the sum of its parts in some scopes of a zone; `kind` says what the parts are."""

    id: str
    zone: str
    scopes: tuple[str, ...]
    total: str
    parts: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Inside:
    """A series that is part of another and so never exceeds it; both as `zone/indicator/scope`."""

    id: str
    part: str
    whole: str


class SeriesKey(NamedTuple):
    """The three words that name a series; as text `zone/indicator/scope`."""

    zone: str
    indicator: str
    scope: str

    @classmethod
    def of(cls, series: str | Iterable[str]) -> SeriesKey:
        """Return the key of a series given as text, as its three words or as a key.

        The words are taken as they stand: names that a user writes go through `parse_series`, which checks them.
        """
        return cls(*_words(series))

    def __str__(self) -> str:
        return "/".join(self)


@dataclass(frozen=True)
class Citation(Named):
    """A source that has no address to show; its names are its title and issuer as a reader would cite them."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Everything `data/catalogue.yml` says, each section a mapping from id to entry in the order of the file."""

    zones: Mapping[str, Zone]
    scopes: Mapping[str, Scope]
    groups: Mapping[str, Group]
    indicators: Mapping[str, Indicator]
    units: Mapping[str, Unit]
    identities: Mapping[str, Identity]
    inside: Mapping[str, Inside]
    documents: Mapping[str, Citation]

    def document(self, reference: str, lang: str = "vi") -> str:
        """Return the title of the document that a fact's `reference` (`doc:…`) names, empty for any other."""
        found = self.documents.get(reference.removeprefix("doc:"))
        return found.name(lang) if found else ""

    def zone(self, id: str) -> Zone:
        """Return a zone; DataError with the nearest name when there is none."""
        return _find(self.zones, id, "zone")

    def scope(self, id: str) -> Scope:
        """Return a scope; DataError with the nearest name when there is none."""
        return _find(self.scopes, id, "scope")

    def indicator(self, id: str) -> Indicator:
        """Return an indicator; DataError with the nearest name when there is none."""
        return _find(self.indicators, id, "indicator")

    def unit(self, id: str) -> Unit:
        """Return a unit; DataError with the nearest name when there is none."""
        return _find(self.units, id, "unit")

    def indicator_of(self, series: str | SeriesKey) -> Indicator:
        """Return the indicator of a series; DataError with the nearest name when there is none."""
        return self.indicator(SeriesKey.of(series).indicator)

    def series_name(self, series: str | SeriesKey, lang: str = "vi", own_scope: str | None = None) -> str:
        """Return the short name of a series: `Exports, Customs`.

        Where a page speaks of one scope, `own_scope`, only another one is told: `Exports` and `Exports (Customs)`.
        """
        scope, name = SeriesKey.of(series).scope, self.indicator_of(series).short(lang)
        if own_scope is None:
            return f"{name}, {self.scope(scope).name(lang)}"
        return name if scope == own_scope else f"{name} ({self.scope(scope).name(lang)})"

    def calendar_of(self, *series: str | SeriesKey) -> Calendar:
        """Return the calendar that a series, given as text, as a key or as its three words, counts its months by."""
        zone, indicator, scope = SeriesKey.of(series[0] if len(series) == 1 else series)
        group = self.indicator(indicator).group
        rules = self.zone(zone).calendars
        return next((r.calendar for r in rules if r.scope == scope and group in r.groups), CALENDAR)

    def identities_of(self, zone: str, scope: str) -> tuple[Identity, ...]:
        """Return the identities that hold in one scope of a zone."""
        return tuple(i for i in self.identities.values() if i.zone == zone and scope in i.scopes)

    def unit_fits(self, indicator: str, unit: str) -> bool:
        """Whether figures of an indicator may be given in a unit."""
        known = self.indicator(indicator)
        return unit in known.also or self.unit(unit).dimension == self.unit(known.unit).dimension

    def convert(self, value, unit: str, to_unit: str):
        """Return `value` (a number or an array), given in `unit`, in `to_unit`.

        Raises DataError when the two measure different things; no exchange rate is ever assumed.
        """
        source, goal = self.unit(unit), self.unit(to_unit)
        if source.dimension != goal.dimension:
            wrong = (
                f"{unit} cannot be turned into {to_unit}: one measures {source.dimension}, the other {goal.dimension}"
            )
            raise DataError(wrong, next_step="Ask for a unit of the same dimension.")
        return value if unit == to_unit else value * source.factor / goal.factor


# ------------------------------------------------------------------------------------------------------- the root


def data_root(root: str | os.PathLike | None = None) -> Path:
    """Return the folder that holds `data/catalogue.yml`.

    `root` itself if given, else the environment variable EZLIB_ROOT, else the nearest folder upwards from the current
    one, then from the library's own. Raises DataError that names every folder looked in.
    """
    given = root if root is not None else os.environ.get("EZLIB_ROOT") or None
    starts = [Path(given)] if given is not None else [*_upwards(Path.cwd()), *_upwards(Path(__file__).parent)]
    for folder in starts:
        if (folder / CATALOGUE_FILE).is_file():
            return folder.resolve()
    remedy = "Start in the folder of the project, or set EZLIB_ROOT to it."
    raise DataError(
        f"No {CATALOGUE_FILE} was found.", dict.fromkeys(f"looked in {folder}" for folder in starts), remedy
    )


def _upwards(folder: Path) -> list[Path]:
    folder = folder.resolve()
    return [folder, *folder.parents]


# -------------------------------------------------------------------------------------------------- the catalogue


def load_catalogue(root: str | os.PathLike | None = None) -> Catalogue:
    """Return the catalogue of a data root; read again only when the file has changed.

    Raises DataError listing every faulty entry with its line.
    """
    return _catalogue(yaml_bytes(data_root(root) / CATALOGUE_FILE, CATALOGUE_FILE))


def parse_series(series: str | SeriesKey, catalogue: Catalogue) -> SeriesKey:
    """Return the key of a series written `zone/indicator/scope`, or `zone/indicator` for the zone's default scope.

    Raises DataError naming every unknown word and the known word nearest to it.
    """
    words = [str(word).strip() for word in _words(series)]
    if len(words) not in (2, 3):
        wrong = f"{series!r} does not name a series"
        raise DataError(wrong, next_step="Write zone/indicator/scope, such as lao-cai/trade_total/board.")
    if len(words) == 2 and words[0] in catalogue.zones:
        words.append(catalogue.zones[words[0]].scope)
    sections = (("zone", catalogue.zones), ("indicator", catalogue.indicators), ("scope", catalogue.scopes))
    faults = [
        f"{what} {word!r} is not in the catalogue{hint(word, known)}"
        for (what, known), word in zip(sections, words, strict=False)
        if word not in known
    ]
    if faults:
        raise DataError(f"The series {'/'.join(words)!r} is not known.", faults, f"Names stand in {CATALOGUE_FILE}.")
    return SeriesKey.of(words)


def _words(series: str | Iterable[str]) -> Iterable[str]:
    if isinstance(series, str):
        return series.split("/")
    return series if isinstance(series, Iterable) else [str(series)]


@lru_cache(maxsize=8)
def _catalogue(content: bytes) -> Catalogue:
    entries, lines, twice = parse_yaml(content, CATALOGUE_FILE)
    if not isinstance(entries, dict):
        raise DataError("The catalogue is empty.", [CATALOGUE_FILE], "Restore it from the last version that worked.")
    faults = twice + _shape_faults(entries, lines)
    if not faults:
        faults += _reference_faults(entries, lines)
    if faults:
        what = "1 fault makes" if len(faults) == 1 else f"{len(faults)} faults make"
        raise DataError(f"{what} the catalogue unusable.", faults, "Mend these lines; docs/adding.md shows the form.")
    built = {
        section: MappingProxyType({id: shape.build(id, entry) for id, entry in entries.get(section, {}).items()})
        for section, shape in SHAPES.items()
    }
    return Catalogue(**built)


def _place(line: int | None) -> str:
    return f"{CATALOGUE_FILE}, line {line}" if line else CATALOGUE_FILE


# A catalogue entry in one table: which keys it must and may have, of what type, and what it becomes.


class Shape(NamedTuple):
    required: Mapping[str, type | tuple[type, ...]]
    optional: Mapping[str, type | tuple[type, ...]]
    build: Any


def _zone(id: str, entry: dict) -> Zone:
    headline = {subject: tuple(f"{id}/{s}" for s in _listed(what)) for subject, what in entry["headline"].items()}
    rules = (
        CalendarRule(r["scope"], tuple(r["groups"]), _calendar(r["start_day"])) for r in entry.get("calendars", ())
    )
    issuers = entry.get("issuer_vi", entry["vi"]), entry.get("issuer_en", entry["en"])
    lag = entry["assumed_lag_days"]
    profiles = MappingProxyType({group: tuple(_listed(what)) for group, what in entry.get("profiles", {}).items()})
    known = entry["scope"], *issuers, MappingProxyType(headline), tuple(rules), lag, entry.get("province", id)
    first = tuple(f"{id}/{series}" for series in entry.get("first_estimates") or ())
    restated = {f"{id}/{series}": as_month(month) for series, month in (entry.get("restated") or {}).items()}
    return Zone(id, entry["vi"], entry["en"], *known, profiles, first, MappingProxyType(restated))


def _calendar(start_day: int) -> Calendar:
    known = {calendar.start_day: calendar for calendar in CALENDARS.values()}
    return known.get(start_day, Calendar(f"day-{start_day}", start_day))


def _scope(id: str, entry: dict) -> Scope:
    return Scope(id, entry["vi"], entry["en"], entry["covers_vi"], entry["covers_en"], entry.get("until"))


def _group(id: str, entry: dict) -> Group:
    return Group(id, entry["vi"], entry["en"])


def _indicator(id: str, entry: dict) -> Indicator:
    plain = entry["vi"], entry["en"], entry["unit"], entry["kind"], entry["group"]
    short = entry.get("short_vi", ""), entry.get("short_en", "")
    return Indicator(id, *plain, entry.get("of", ""), tuple(entry.get("also", ())), *short)


def _identity(id: str, entry: dict) -> Identity:
    return Identity(id, entry["zone"], tuple(entry["scopes"]), entry["total"], tuple(entry["parts"]), entry["by"])


def _citation(id: str, entry: dict) -> Citation:
    return Citation(id, entry["vi"], entry["en"])


def _inside(id: str, entry: dict) -> Inside:
    return Inside(id, entry["part"], entry["whole"])


def _unit(id: str, entry: dict) -> Unit:
    factor = float(entry["factor"])
    return Unit(id, entry["vi"], entry["en"], entry["dimension"], factor, entry["symbol"], entry["symbol_en"])


_NAMES = {"vi": str, "en": str}
SHAPES = {
    "zones": Shape(
        _NAMES | {"scope": str, "headline": dict, "assumed_lag_days": int},
        {"issuer_vi": str, "issuer_en": str, "calendars": list, "province": str, "profiles": dict}
        | {"first_estimates": list, "restated": dict},
        _zone,
    ),
    "scopes": Shape(_NAMES | {"covers_vi": str, "covers_en": str}, {"until": dt.date}, _scope),
    "groups": Shape(_NAMES, {}, _group),
    "indicators": Shape(
        _NAMES | {"unit": str, "kind": str, "group": str},
        {"of": str, "also": list, "short_vi": str, "short_en": str},
        _indicator,
    ),
    "units": Shape(_NAMES | {"dimension": str, "factor": (int, float), "symbol": str, "symbol_en": str}, {}, _unit),
    "identities": Shape({"zone": str, "scopes": list, "by": str, "total": str, "parts": list}, {}, _identity),
    "inside": Shape({"part": str, "whole": str}, {}, _inside),
    "documents": Shape(_NAMES, {}, _citation),
}
OPTIONAL_SECTIONS = ("identities", "inside", "documents")


def _shape_faults(entries: dict, lines: dict) -> list[str]:
    missing = [section for section in SHAPES if section not in {*entries, *OPTIONAL_SECTIONS}]
    faults = [f"{CATALOGUE_FILE}: the section {section!r} is missing" for section in missing]
    for section, content in entries.items():
        if section not in SHAPES:
            faults.append(f"{_place(lines[section,])}: there is no section {section!r}{hint(section, SHAPES)}")
        elif not isinstance(content, dict):
            faults.append(f"{_place(lines[section,])}: {section} holds no entries")
        else:
            for id, entry in content.items():
                says = f"{_place(lines.get((section, str(id))))}: {section} / {id}"
                faults += [f"{says} {fault}" for fault in _entry_faults(id, entry, SHAPES[section])]
    return faults


def _entry_faults(id: object, entry: object, shape: Shape) -> list[str]:
    if not isinstance(id, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", id):
        return ["is not an id: use lower-case letters without accents, digits, - and _"]
    if not isinstance(entry, dict):
        return [f"has no keys; it needs {', '.join(shape.required)}"]
    known = {**shape.required, **shape.optional}
    faults = [f"lacks {key}" for key in shape.required if entry.get(key) in (None, "", [], {})]
    faults += [f"has the unknown key {key!r}{hint(key, known)}" for key in entry if key not in known]
    for key, kind in known.items():
        if entry.get(key) is not None and (
            not isinstance(entry[key], kind) or isinstance(entry[key], bool | dt.datetime)
        ):
            faults.append(f"has {key}: {entry[key]!r}, which is not {_TYPE_WORDS[kind]}")
    return faults


_TYPE_WORDS = {
    str: "text (put it in quotes)",
    int: "a whole number",
    (int, float): "a number (write 1000000, not 1e6)",
    list: "a list [in, brackets]",
    dict: "a set of keys with values",
    dt.date: "a day such as 2025-06-30",
}


def _reference_faults(entries: dict, lines: dict) -> list[str]:
    """Words of the catalogue that point at nothing, or at something that does not fit."""
    faults = []
    for section, check in _CHECKS.items():
        for id, entry in entries.get(section, {}).items():
            says = f"{_place(lines.get((section, id)))}: {section} / {id}"
            faults += [f"{says} {fault}" for fault in check(entry, entries)]
    return faults


def unknown(what: str, word: object, known: Mapping) -> list[str]:
    """What is wrong where a row or an entry names a word that is not known, with the nearest one; nothing else."""
    return [] if word in known else [f"names {what} {word!r}, which is not there{hint(word, known)}"]


def _zone_faults(entry: dict, entries: dict) -> list[str]:
    faults = unknown("the scope", entry["scope"], entries["scopes"])
    if "province" in entry:
        faults += unknown("the zone", entry["province"], entries["zones"])
    for what in entry["headline"].values():
        for series in _listed(what):
            faults += _series_faults(series, entries, ("indicators", "scopes"))
    for series in (*(entry.get("first_estimates") or ()), *(entry.get("restated") or ())):
        faults += _series_faults(series, entries, ("indicators", "scopes"))
    for series, month in (entry.get("restated") or {}).items():
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(month)):
            faults.append(f"has {series} restated from {month!r}; write a month as 2023-12")
    for rule in entry.get("calendars", ()):
        if not isinstance(rule, dict) or set(rule) != {"scope", "groups", "start_day"}:
            faults.append("has a calendar rule that is not {scope: …, groups: […], start_day: …}")
            continue
        faults += unknown("the scope", rule["scope"], entries["scopes"])
        faults += [fault for group in rule["groups"] for fault in unknown("the group", group, entries["groups"])]
        if not isinstance(rule["start_day"], int) or not 1 <= rule["start_day"] <= 28:
            faults.append(f"has start_day {rule['start_day']!r}; months can start on days 1 to 28")
    for group, what in entry.get("profiles", {}).items():
        faults += unknown("the group", group, entries["groups"])
        for series in _listed(what):
            faults += _series_faults(series, entries, ("zones", "indicators", "scopes"))
    if entry["assumed_lag_days"] < 0:
        faults.append(f"has assumed_lag_days {entry['assumed_lag_days']}; nothing is published before it is over")
    return faults


def _indicator_faults(entry: dict, entries: dict) -> list[str]:
    faults = [
        f for unit in (entry["unit"], *entry.get("also", ())) for f in unknown("the unit", unit, entries["units"])
    ]
    faults += unknown("the group", entry["group"], entries["groups"])
    faults += unknown("the kind", entry["kind"], KINDS)
    return faults + (unknown("the indicator", entry["of"], entries["indicators"]) if "of" in entry else [])


def _identity_faults(entry: dict, entries: dict) -> list[str]:
    members = [entry["total"], *entry["parts"]]
    faults = unknown("the zone", entry["zone"], entries["zones"])
    faults += [fault for scope in entry["scopes"] for fault in unknown("the scope", scope, entries["scopes"])]
    faults += [fault for member in members for fault in unknown("the indicator", member, entries["indicators"])]
    if faults:
        return faults
    if len(set(members)) < len(members):
        faults.append("names the same indicator twice")
    units = [entries["indicators"][member]["unit"] for member in members]
    dimensions = {entries["units"][unit]["dimension"] for unit in units if unit in entries["units"]}
    return faults + ([f"adds up different things: {', '.join(sorted(dimensions))}"] if len(dimensions) > 1 else [])


def _inside_faults(entry: dict, entries: dict) -> list[str]:
    return [
        fault
        for series in (entry["part"], entry["whole"])
        for fault in _series_faults(series, entries, ("zones", "indicators", "scopes"))
    ]


def _series_faults(series: object, entries: dict, sections: tuple[str, ...]) -> list[str]:
    words = str(series).split("/")
    if len(words) != len(sections):
        return [f"names {series!r}, which is not {'/'.join(section[:-1] for section in sections)}"]
    pairs = zip(sections, words, strict=True)
    return [fault for section, word in pairs for fault in unknown(f"the {section[:-1]}", word, entries[section])]


def _unit_faults(entry: dict, entries: dict) -> list[str]:
    return [] if entry["factor"] > 0 else [f"has factor {entry['factor']}; it must be above 0"]


_CHECKS = {
    "zones": _zone_faults,
    "indicators": _indicator_faults,
    "identities": _identity_faults,
    "inside": _inside_faults,
    "units": _unit_faults,
}


def _listed(what: str | list) -> list:
    return what if isinstance(what, list) else [what]


def _find(section: Mapping, id: str, what: str):
    if id not in section:
        near = hint(id, section) or f"; known are {', '.join(section)}"
        raise DataError(f"{what} {id!r} is not in the catalogue{near}", next_step=f"Names stand in {CATALOGUE_FILE}.")
    return section[id]
