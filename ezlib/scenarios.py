"""What if: a gate closed, a product let through again, a crossing opened, laid over paths that know nothing of it."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from ezlib.aims import COMPARE, chance, check_comparison
from ezlib.catalogue import Catalogue, SeriesKey, data_root, load_catalogue
from ezlib.contracts import DataError, as_of_date, hint
from ezlib.outlook import Outlook
from ezlib.periods import Calendar, month_bounds
from ezlib.wording import NBSP
from ezlib.yaml_files import parse_yaml, yaml_bytes

SCENARIOS_FILE = "data/scenarios.yml"

KINDS = {
    "closure": "a gate closed from day to day, and recovering after",
    "commodity": "a product held back, or let through again",
    "opening": "a new crossing, growing to its size",
    "policy": "rules eased or tightened",
    "judgement": "what an analyst expects, on their own word",
    "question": "a round figure, to see what it would do",
}
ANY = "*"  # as an indicator: whatever series the scenario is laid over


@dataclass(frozen=True)
class Size:
    """By how many percent a flow changes while the scenario is fully in force: mild, likeliest and strong."""

    low: float
    central: float
    high: float

    def draw(self, u: np.ndarray) -> np.ndarray:
        """Sizes at quantiles `u` of the triangle between low and high that peaks at the central one."""
        a, b = sorted((self.low, self.high))
        if a == b:
            return np.full_like(u, a)
        rising = (self.central - a) / (b - a)
        left = a + np.sqrt(u * (b - a) * (self.central - a))
        right = b - np.sqrt((1 - u) * (b - a) * (b - self.central))
        return np.where(u < rising, left, right)


@dataclass(frozen=True)
class Scenario:
    """A supposition about some flows of a zone, with its size, where the size is from, and who put it on record.

    It begins on the day `start`, or with the `months_ahead`-th reporting month that is still ahead, and
    lasts to the day `end`, for `days` days, or for good. It grows to full force over `ramp_days` and fades over
    `recovery_days` after its end, evenly day by day. `effects` has a size for each indicator it acts on. `recorded`
    is the day it was put on record: before that day nobody could have asked it.
    """

    id: str
    kind: str
    name_vi: str
    name_en: str
    effects: Mapping[str, Size] = field(hash=False)
    author: str
    recorded: dt.date
    reason_vi: str
    reason_en: str
    zone: str = ""
    start: dt.date | None = None
    months_ahead: int | None = None
    end: dt.date | None = None
    days: int | None = None
    ramp_days: int = 0
    recovery_days: int = 0
    facts: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def name(self, lang: str = "vi") -> str:
        """Return the name in one of the two languages."""
        return self.name_vi if lang == "vi" else self.name_en

    def reason(self, lang: str = "vi") -> str:
        """Return where the size is from, in one of the two languages."""
        return self.reason_vi if lang == "vi" else self.reason_en

    def size(self, indicator: str) -> Size | None:
        """Return the size for an indicator, None where the scenario does not act on it."""
        return self.effects.get(indicator, self.effects.get(ANY))


def _unparted(text: str) -> str:
    """A text as people type it, its numbers tied to their percent signs."""
    return text.replace(" %", NBSP + "%")


def _question(id: str, vi: str, en: str, size: Size) -> Scenario:
    return Scenario(
        id=id,
        kind="question",
        name_vi=_unparted(vi),
        name_en=_unparted(en),
        effects=MappingProxyType({ANY: size}),
        author="ezlib",
        recorded=dt.date.min,
        reason_vi="Số tròn để xem kết quả nhạy đến đâu; không ước lượng từ sự kiện nào.",
        reason_en="A round figure to show how much the result would move; estimated from no event.",
        months_ahead=1,
    )


# What can be asked of any zone, whatever is on record.
QUESTIONS = (
    _question("a-tenth-less", "Các tháng còn lại thấp hơn 10 %", "Remaining months 10 % lower", Size(-5, -10, -15)),
    _question("a-tenth-more", "Các tháng còn lại cao hơn 10 %", "Remaining months 10 % higher", Size(5, 10, 15)),
)


# ------------------------------------------------------------------------------------------------------ on paths


def apply(outlook: Outlook, scenarios: Scenario | Iterable[Scenario], seed: int = 0) -> Outlook:
    """Return the outlook as it would be if the scenarios came true: months still ahead multiplied, the past untouched.

    Every path draws its own size for each scenario; path i draws the same quantile for every series, so that trade and
    revenue under one scenario stay joint. Several scenarios multiply. `seed` is of the sizes. Raises DataError when a
    scenario is of another zone, does not act on the series, or touches no month ahead.
    """
    scenarios = _listed(scenarios)
    faults = [f"{s.id}: {fault}" for s in scenarios if (fault := unfit(s, outlook))]
    if faults:
        what = f"The outlook of {outlook.series or 'this series'} cannot take the scenario."
        raise DataError(what, faults, "Leave it out, or choose another series or month.")
    paths = outlook.paths.to_numpy(copy=True)
    for scenario in scenarios:
        paths *= _multiplier(scenario, outlook, seed)
    laid = (*outlook.scenarios, *(scenario.id for scenario in scenarios))
    return replace(outlook, paths=pd.DataFrame(paths, columns=outlook.paths.columns), scenarios=laid)


def unfit(scenario: Scenario, outlook: Outlook) -> str:
    """Return why a scenario cannot be laid over an outlook, empty where it can."""
    zone, indicator, _ = SeriesKey.of(outlook.series or "//")
    if scenario.zone and zone and scenario.zone != zone:
        return f"it is about {scenario.zone}, the outlook about {zone}"
    if scenario.size(indicator) is None:
        return f"it acts on {', '.join(scenario.effects)}, not on {indicator or 'a series without a name'}"
    if not in_force(scenario, outlook).any():
        first, last = first_ahead(outlook), outlook.paths.columns[-1]
        return f"it touches none of the months ahead, {first}..{last}" if first <= last else "no month lies ahead"
    return ""


def in_force(scenario: Scenario, outlook: Outlook) -> pd.Series:
    """Return how far a scenario is in force in each month of an outlook, 0 to 1; always 0 before the first ahead."""
    months = outlook.paths.columns
    start = first_day(scenario, outlook)
    days, month = _days(months, outlook.calendar)
    since = days - start.toordinal()
    force = np.clip((since + 1) / max(scenario.ramp_days, 1), 0, 1)
    end = last_day(scenario, outlook)
    if end is not None:
        after = days - end.toordinal()
        peak = min(1.0, ((end - start).days + 1) / max(scenario.ramp_days, 1))
        fading = peak * np.clip(1 - after / (scenario.recovery_days + 1), 0, None)
        force = np.where(after > 0, fading, force)
    share = np.bincount(month, force, len(months)) / np.bincount(month, minlength=len(months))
    share[months < first_ahead(outlook)] = 0.0
    return pd.Series(share, months, name=scenario.id)


def first_ahead(outlook: Outlook) -> pd.Period:
    """Return the first month that can still go either way: after the last observed, and after the month it stands at.

    Months that are over but of which nothing has been published are uncertain too, yet no scenario can change them.
    """
    return max(outlook.last_observed, outlook.month or outlook.last_observed) + 1


def first_day(scenario: Scenario, outlook: Outlook) -> dt.date:
    """Return the day on which a scenario begins for an outlook."""
    if scenario.start is not None:
        return scenario.start
    return month_bounds(first_ahead(outlook) + scenario.months_ahead - 1, outlook.calendar)[0]


def last_day(scenario: Scenario, outlook: Outlook) -> dt.date | None:
    """Return the last day of full force, None where a scenario is for good."""
    if scenario.days is not None:
        return first_day(scenario, outlook) + dt.timedelta(days=scenario.days - 1)
    return scenario.end


def compare(outlook: Outlook, choices: Iterable, threshold=None, comparator: str = ">=", seed: int = 0) -> pd.DataFrame:
    """Return the total of the year of the first month ahead under each choice, the base case first: one row a choice.

    A choice is a scenario or several that come true together. `threshold` is an amount, or one for each path, such as
    last year's total, which it is by default. Raises ValueError for an unknown comparator and a threshold that is none.
    Columns: choice, median, lower_80, upper_80, change (median of the difference that the choice makes on each path),
    change_pct, probability that the total compares so with the threshold, period (the year).
    """
    year = first_ahead(outlook).year
    if threshold is None:
        threshold = outlook.total(str(year - 1))
    totals = totals_under(outlook, choices, str(year), seed)
    return outcomes(totals, threshold, comparator).assign(period=str(year))


def totals_under(outlook: Outlook, choices: Iterable, period: str, seed: int = 0) -> list[tuple[str, pd.Series]]:
    """Return the total of a period on every path under each choice, with the choice's ids; the base case, "", first."""
    totals = [("", outlook.total(period))]
    for choice in [choices] if isinstance(choices, Scenario | str) else choices:
        scenarios = _listed(choice)
        totals.append(("+".join(s.id for s in scenarios), apply(outlook, scenarios, seed).total(period)))
    return totals


def outcomes(totals: list[tuple[str, pd.Series]], threshold, comparator: str = ">=") -> pd.DataFrame:
    """Return the columns of `compare`, but for the period, from what `totals_under` gives."""
    base = totals[0][1]
    check_comparison(threshold, comparator, len(base))
    return pd.DataFrame([_outcome(choice, total, base, threshold, comparator) for choice, total in totals])


def _outcome(choice: str, total: pd.Series, base: pd.Series, threshold, comparator: str) -> dict:
    return {
        "choice": choice,
        "median": total.median(),
        "lower_80": total.quantile(0.1),
        "upper_80": total.quantile(0.9),
        "change": (total - base).median(),
        "change_pct": 100 * (total / base - 1).where(base > 0, 0.0).median(),  # nothing cannot be less
        "probability": chance(COMPARE[comparator](total, threshold)),
    }


def _multiplier(scenario: Scenario, outlook: Outlook, seed: int) -> np.ndarray:
    """One factor for each path and month; the quantile of a path depends on the scenario and the seed alone."""
    chance = np.random.default_rng([seed, zlib.crc32(scenario.id.encode())])
    size = scenario.size(SeriesKey.of(outlook.series or "//").indicator).draw(chance.random(len(outlook.paths)))
    return 1 + size[:, None] / 100 * in_force(scenario, outlook).to_numpy()


def _days(months: pd.PeriodIndex, calendar: Calendar) -> tuple[np.ndarray, np.ndarray]:
    """Every day of some reporting months, as ordinals, and the place of the month each belongs to."""
    bounds = [[day.toordinal() for day in month_bounds(m, calendar)] for m in months]
    days = [np.arange(first, last + 1) for first, last in bounds]
    return np.concatenate(days), np.repeat(np.arange(len(months)), [len(d) for d in days])


def _listed(scenarios) -> list[Scenario]:
    listed = list(scenarios) if isinstance(scenarios, Iterable) and not isinstance(scenarios, str) else [scenarios]
    if wrong := [one for one in listed if not isinstance(one, Scenario)]:
        raise DataError(
            f"{wrong[0]!r} is no scenario.", next_step="Choose from load_scenarios, or write one: parse_scenarios."
        )
    return listed


# ------------------------------------------------------------------------------------------------------ on record


def load_scenarios(zone: str | None = None, as_of=None, root=None) -> list[Scenario]:
    """Return the scenarios on record for a zone (all zones: None), in the order of `data/scenarios.yml`.

    `as_of`: scenarios recorded later are not seen, since their sizes rest on figures published later. Without the file
    there are none. Raises DataError listing every fault of every scenario.
    """
    catalogue, path = load_catalogue(root), data_root(root) / SCENARIOS_FILE
    if zone is not None:
        catalogue.zone(zone)
    if not path.is_file():
        return []
    found = parse_scenarios(yaml_bytes(path, SCENARIOS_FILE), catalogue)
    day = as_of_date(as_of)
    return [s for s in found if (day is None or s.recorded <= day) and (zone is None or s.zone in ("", zone))]


def parse_scenarios(text: str | bytes, catalogue: Catalogue | None = None, place=SCENARIOS_FILE) -> list[Scenario]:
    """Return the scenarios that a text in the form of `data/scenarios.yml` holds, id by id.

    Raises DataError listing every fault with the scenario it is in.
    """
    catalogue = catalogue or load_catalogue()
    entries, _, faults = parse_yaml(text, place)
    entries = {} if entries is None else entries
    if not isinstance(entries, dict):
        raise DataError(f"{place} holds no scenarios.", next_step="Write an id, a colon, and its keys below.")
    for id, entry in entries.items():
        faults += [f"{place}, {id}: {fault}" for fault in _faults(entry, catalogue)]
    if faults:
        what = f"{place} cannot be used as it stands: {len(faults)} fault{'s' if len(faults) > 1 else ''}."
        raise DataError(what, faults, "Mend these entries; docs/scenarios.md shows the form.")
    return [_built(id, entry) for id, entry in entries.items()]


def pick(scenarios: Iterable[Scenario], names: str = "") -> list[tuple[Scenario, ...]]:
    """Return the choices that `names` lists: ids parted by blanks, `a+b` for two that come true together; empty: each.

    Raises DataError naming what is unknown and the nearest id.
    """
    known = {s.id: s for s in scenarios}
    if not names.strip():
        return [(s,) for s in known.values()]
    choices = [word.split("+") for word in names.split()]
    unknown = [f"{id!r}{hint(id, known)}" for choice in choices for id in choice if id not in known]
    if unknown:
        raise DataError("There is no such scenario.", unknown, f"There are {', '.join(known)}.")
    return [tuple(known[id] for id in choice) for choice in choices]


# What an entry holds: key, type, whether it must be there.
KEYS: Mapping[str, tuple[tuple[type, ...], bool]] = {
    "kind": ((str,), True),
    "vi": ((str,), True),
    "en": ((str,), True),
    "effects": ((dict,), True),
    "author": ((str,), True),
    "recorded": ((dt.date,), True),
    "reason_vi": ((str,), True),
    "reason_en": ((str,), True),
    "zone": ((str,), False),
    "start": ((dt.date,), False),
    "months_ahead": ((int,), False),
    "end": ((dt.date,), False),
    "days": ((int,), False),
    "ramp_days": ((int,), False),
    "recovery_days": ((int,), False),
    "facts": ((list,), False),
    "events": ((list,), False),
}
_WORDS = {
    str: "a text",
    dict: "a set of keys",
    dt.date: "a day such as 2025-09-16",
    int: "a whole number",
    list: "a list",
}


def _faults(entry, catalogue: Catalogue) -> list[str]:
    if not isinstance(entry, dict):
        return [f"has no keys; it needs {', '.join(key for key, (_, needed) in KEYS.items() if needed)}"]
    entry = {key: value for key, value in entry.items() if value is not None}  # a key left blank says nothing
    faults = [f"lacks {key}" for key, (_, needed) in KEYS.items() if needed and entry.get(key) in (None, "", {})]
    faults += [f"unknown key {key!r}{hint(str(key), KEYS)}" for key in entry if key not in KEYS]
    faults += [
        f"{key} {entry[key]!r} is not {_WORDS[types[0]]}"
        for key, (types, _) in KEYS.items()
        if key in entry and not _is_of(entry[key], types)
    ]
    return faults or [*_word_faults(entry, catalogue), *_time_faults(entry), *_effect_faults(entry, catalogue)]


def _is_of(value, types: tuple[type, ...]) -> bool:
    """Whether a value is of one of the types: true is no number, and a time of day no day."""
    return isinstance(value, types) and not isinstance(value, bool | dt.datetime)


def _word_faults(entry: dict, catalogue: Catalogue) -> Iterable[str]:
    if entry["kind"] not in KINDS:
        yield f"kind {entry['kind']!r} is not one of {', '.join(KINDS)}{hint(entry['kind'], KINDS)}"
    if entry.get("zone") and entry["zone"] not in catalogue.zones:
        yield f"zone {entry['zone']!r} is not in the catalogue{hint(entry['zone'], catalogue.zones)}"
    if entry["kind"] not in ("judgement", "question") and not entry.get("facts"):
        yield "names no facts that its size is from; without any it is a judgement"


def _time_faults(entry: dict) -> Iterable[str]:
    if ("start" in entry) == ("months_ahead" in entry):
        yield "needs either start (a day) or months_ahead (1 is the first month after the last observed)"
    if "end" in entry and "days" in entry:
        yield "has both end and days; one of them is enough"
    if "end" in entry and "start" in entry and entry["end"] < entry["start"]:
        yield f"ends ({entry['end']}) before it starts ({entry['start']})"
    if "end" in entry and "start" not in entry:
        yield "has an end without a start; with months_ahead give days"
    least = {"months_ahead": 1, "days": 1, "ramp_days": 0, "recovery_days": 0}
    for key, minimum in least.items():
        if entry.get(key, minimum) < minimum:
            yield f"{key} is {entry[key]}; it must be {minimum} or more"
    if entry.get("recovery_days") and "end" not in entry and "days" not in entry:
        yield "recovers without ever ending; give end or days"


def _effect_faults(entry: dict, catalogue: Catalogue) -> Iterable[str]:
    for indicator, size in entry["effects"].items():
        if indicator != ANY and indicator not in catalogue.indicators:
            yield f"indicator {indicator!r} is not in the catalogue{hint(str(indicator), catalogue.indicators)}"
        elif indicator != ANY and catalogue.indicators[indicator].kind != "flow":
            yield f"{indicator} is no flow, so no months of it can be multiplied"
        yield from _size_faults(indicator, size)


def _size_faults(indicator: str, size) -> Iterable[str]:
    if not isinstance(size, dict) or set(size) != {"low", "central", "high"}:
        yield f"the size for {indicator} needs low, central and high, in percent"
        return
    numbers = [size[name] for name in ("low", "central", "high")]
    if not all(isinstance(x, int | float) and not isinstance(x, bool) and np.isfinite(x) for x in numbers):
        yield f"the size for {indicator} is not three numbers: {numbers}"
        return
    if min(numbers) <= -100:
        yield f"the size for {indicator} reaches {min(numbers):g} %; a flow cannot fall by 100 % or more"
    if not min(numbers[0], numbers[2]) <= numbers[1] <= max(numbers[0], numbers[2]):
        yield f"the central size for {indicator} ({numbers[1]:g}) does not lie between low and high"


def _built(id: str, entry: dict) -> Scenario:
    names = {"vi": "name_vi", "en": "name_en"}
    plain = {names.get(key, key): value for key, value in entry.items() if value is not None}
    plain |= {key: _unparted(plain[key]) for key in ("name_vi", "name_en", "reason_vi", "reason_en")}
    plain["effects"] = MappingProxyType(
        {i: Size(**{k: float(v) for k, v in s.items()}) for i, s in plain["effects"].items()}
    )
    plain |= {key: tuple(str(x) for x in plain.get(key, ())) for key in ("facts", "events")}
    return Scenario(id=str(id), **plain)
