"""Side by side: futures by scenario, aims by how far they have come, zones by what each of them counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, messages, scenarios, wording
from ezlib.aims import COMPARE
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Target, Zone, load_catalogue, load_targets
from ezlib.charts import scenario_chart
from ezlib.contracts import DataError
from ezlib.facts import load_facts
from ezlib.flow_views import covers_year
from ezlib.messages import capital, say
from ezlib.observations import observe, superseded
from ezlib.outlook import Outlook
from ezlib.outturns import agreed
from ezlib.periods import CALENDAR, as_month
from ezlib.revenue import (
    BASES,
    MIN_CASES,
    Joint,
    RevenueOutlook,
    effective_rates,
    joint_probability,
    revenue_outlook,
)
from ezlib.scenarios import Scenario
from ezlib.scorecard import DECIDED, OVER_A_PERIOD, STATES, Progress, assess_aims, progress_frame
from ezlib.subjects import headline_series, outlooks_of

# ------------------------------------------------------------------------------------------------ futures by scenario


@dataclass(frozen=True, eq=False)
class Futures:
    """The trade of a zone under every scenario that fits, beside the base case; `without` says why a series has none.

    `choices` are the scenarios asked, alone or together; `tables` what `scenarios.compare` says of each series, and
    `targets` the level target of the year it was tested against, if there is one.
    """

    zone: Zone
    catalogue: Catalogue
    lang: str
    outlooks: dict[str, Outlook]
    without: dict[str, str]
    choices: list[tuple[Scenario, ...]]
    tables: dict[str, pd.DataFrame]
    targets: dict[str, Target | None]
    revenue: RevenueOutlook | None
    no_revenue: str
    joint: dict[str, Joint]

    @property
    def record(self) -> Block:
        """The scenarios: when, how large, where the size is from, and who put it on record."""
        asked = list(dict.fromkeys(s for choice in self.choices for s in choice))
        none = all(s.kind == "question" for s in asked)
        note = say("scenario.none", self.lang, zone=self.zone.name(self.lang)) if none else ""
        first = next(iter(self.outlooks.values()), None)
        rows = [
            {
                say("table.in_force", self.lang): _when(s, first, self.lang) if first else "",
                say("table.sizes", self.lang): _sizes(s, first, self.lang),
                say("table.author", self.lang): _author(s, self.lang),
            }
            for s in asked
        ]
        names = pd.Index([s.name(self.lang) for s in asked], name=say("table.scenario", self.lang))
        shown = blocks.table(pd.DataFrame(rows, index=names), say("scenario.record_caption", self.lang), note=note)
        return blocks.stack(shown, blocks.points(_basis(s, self.lang) for s in asked if s.kind != "question"))

    @property
    def table(self) -> Block:
        """The year under each scenario: total, interval, difference from the base case, chances."""
        shown = [b for series in self.tables for b in (blocks.section(self._name(series)), self._table(series))]
        return blocks.stack(*shown, *self._missing())

    @property
    def chart(self) -> Block:
        """The same as a figure, one for each series."""
        return blocks.stack(*(self._chart(series) for series in self.tables))

    @property
    def rates(self) -> Block:
        """What a dollar of trade has brought in, and which of two ways of forecasting revenue is used, and why."""
        if self.revenue is None:
            return blocks.paragraph(self.no_revenue)
        r = self.revenue
        return blocks.stack(
            _rates_table(r.base, r.direct, r.rates, self.lang, self.catalogue), blocks.paragraph(*self._ways())
        )

    @property
    def both(self) -> Block:
        """Chances of trade and revenue together, on the same paths."""
        if self.revenue is None:
            return blocks.paragraph(self.no_revenue)
        return blocks.stack(*(self._joint_table(joint) for joint in self.joint.values()))

    @property
    def frame(self) -> pd.DataFrame:
        """Every choice of every series with sizes, author and reason, for saving."""
        asked = {"+".join(s.id for s in choice): choice for choice in self.choices}
        said = {
            id: {
                "sizes": "; ".join(
                    f"{s.id} {i} {z.low:g}/{z.central:g}/{z.high:g}" for s in c for i, z in s.effects.items()
                ),
                "author": "; ".join(dict.fromkeys(s.author for s in c)),
                "reason": " ".join(s.reason(self.lang) for s in c),
                "facts": " ".join(f for s in c for f in s.facts),
            }
            for id, c in asked.items()
        }
        long = [table.assign(series=series) for series, table in self.tables.items()]
        whole = pd.concat(long, ignore_index=True) if long else pd.DataFrame(columns=["choice", "series"])
        return whole.merge(pd.DataFrame.from_dict(said, "index"), how="left", left_on="choice", right_index=True)

    def _table(self, series: str) -> Block:
        frame, found, target = self.tables[series], self.outlooks[series], self.targets[series]
        period, lang = frame["period"].iloc[0], self.lang
        rows = []
        for row in frame.itertuples():
            told, unit = wording.estimate_in(row.median, row.lower_80, row.upper_80, found.unit, lang)
            cells = {
                say("table.year_end", lang, year=period): wording.with_unit(told.median, unit, lang, self.catalogue)
            }
            cells[say("table.interval", lang, level="80")] = told.interval
            cells[say("table.difference", lang)] = wording.change(row.change_pct, 1, lang) if row.choice else ""
            if not pd.isna(row.probability):
                before = str(int(period) - 1)
                cells[say("table.chance_last_year", lang, year=before)] = wording.probability(row.probability, lang)
            if target is not None:
                aim = wording.aim_to_reach(target, lang, self.catalogue)
                cells[say("table.chance_of", lang, target=aim)] = wording.probability(row.chance_of_target, lang)
            rows.append(cells)
        index = pd.Index(self._names(frame), name=say("table.scenario", lang))
        note = self._left_out(series)
        return blocks.table(pd.DataFrame(rows, index=index), say("scenario.caption", lang, year=period), note=note)

    def _chart(self, series: str):
        frame, found, lang = self.tables[series], self.outlooks[series], self.lang
        year, names = frame["period"].iloc[0], self._names(frame)
        last_year = not frame["probability"].isna().any()
        key = "chart.scenarios.subtitle" if last_year else "chart.scenarios.subtitle_plain"
        values = {"name": self._name(series), "year": year, "before": str(int(year) - 1)}
        shown, unit = _readable(frame, found.unit)
        return scenario_chart(
            shown,
            names,
            self._title(series, names, year),
            say(key, lang, unit=wording.unit_name(unit, lang, self.catalogue), **values),
            lang,
            unit=unit,
            note=say("chart.scenarios.note", lang),
            catalogue=self.catalogue,
        )

    def _title(self, series: str, names: list[str], year: str) -> str:
        """The scenario that moves the year most; round questions are no finding."""
        frame, questions = self.tables[series], {q.id for q in scenarios.QUESTIONS}
        supposed = frame[~frame["choice"].isin(["", *questions])]
        if supposed.empty:
            return say("chart.scenarios.title_plain", self.lang, name=self._name(series), year=year)
        most = supposed["change_pct"].abs().idxmax()
        change = wording.change_words(frame.at[most, "change_pct"], 0, self.lang)
        return say("chart.scenarios.title", self.lang, scenario=names[most], year=year, change=change)

    def _ways(self) -> list[str]:
        found, lang = self.revenue, self.lang
        year = str(scenarios.first_ahead(found.direct).year)
        base = self.catalogue.indicator_of(found.base.series).short(lang)
        totals = [_total(o, year, lang).text for o in (found.direct, found.from_base)]
        unit = wording.unit_name(found.direct.unit, lang, self.catalogue)
        name = self.catalogue.indicator_of(found.direct.series).short(lang)
        both = say(
            "revenue.both", lang, name=name, year=year, direct=totals[0], rated=totals[1], base=base.lower(), unit=unit
        )
        short = "too_short" if len(found.record) else "no_cases"
        key = short if found.reason == "too_short" else f"better_{found.used}"
        errors = found.record[["error_direct", "error_from_base"]].abs().mean() * 100
        told = {way: wording.percent(errors[f"error_{way}"], 0, lang) for way in ("direct", "from_base")}
        count = {"count": str(len(found.record)), "needed": str(MIN_CASES), "base": base.lower()}
        return [both, say(f"revenue.{key}", lang, direct=told["direct"], rated=told["from_base"], **count)]

    def _joint_table(self, joint: Joint) -> Block:
        lang = self.lang
        rows = dict(joint.each)
        rows |= {say("joint.together", lang): joint.together, say("joint.independent", lang): joint.independent}
        frame = pd.DataFrame(
            {say("table.probability", lang): [wording.probability(p, lang) for p in rows.values()]},
            index=pd.Index(list(rows), name=""),
        )
        return blocks.table(frame, say("joint.caption", lang))

    def _names(self, frame: pd.DataFrame) -> list[str]:
        asked = {"+".join(s.id for s in choice): choice for choice in self.choices}
        return [_choice_name(asked[c], self.lang) if c else say("scenario.base", self.lang) for c in frame["choice"]]

    def _left_out(self, series: str) -> str:
        told = set(self.tables[series]["choice"])
        names = [_choice_name(c, self.lang) for c in self.choices if "+".join(s.id for s in c) not in told]
        return say("scenario.left_out", self.lang, name=self._name(series), names="; ".join(names)) if names else ""

    def _name(self, series: str) -> str:
        return self.catalogue.indicator_of(series).name(self.lang)

    def _missing(self) -> list[Block]:
        if not self.outlooks and not self.without:
            return [blocks.paragraph(say("subject.none", self.lang, zone=self.zone.name(self.lang)))]
        return [
            blocks.paragraph(say("subject.no_outlook", self.lang, name=self._name(series), reason=reason))
            for series, reason in self.without.items()
        ]


def compose_futures(
    zone: str, month, as_of=None, lang: str = "vi", only: str = "", judgement: str = "", root=None, seed: int = 0
) -> Futures:
    """Return the headline trade of a zone under its scenarios, and how revenue goes with it.

    `only` lists the scenarios to show (see `scenarios.pick`), `judgement` holds one more in the form of
    `data/scenarios.yml`. Raises DataError for a scenario that is not there or cannot be read.
    """
    catalogue = load_catalogue(root)
    asked = scenarios.load_scenarios(zone, as_of, root)
    asked += scenarios.parse_scenarios(judgement, catalogue, "the judgement") if judgement.strip() else []
    choices = scenarios.pick([*asked, *scenarios.QUESTIONS], only)
    found, without = outlooks_of(headline_series(zone, "trade", root), month, as_of, seed, root, lang)
    targets = {series: _target_of(o, load_targets(zone, as_of, root)) for series, o in found.items()}
    tables = {series: _compared(o, choices, targets[series], catalogue, seed) for series, o in found.items()}
    revenue, reason = _revenue(zone, found, month, as_of, lang, root, seed, catalogue)
    joint = _joint(revenue, load_targets(zone, as_of, root), lang, catalogue) if revenue else {}
    return Futures(
        catalogue.zone(zone), catalogue, lang, found, without, choices, tables, targets, revenue, reason, joint
    )  # fmt: skip


def _compared(found: Outlook, choices, target: Target | None, catalogue: Catalogue, seed: int) -> pd.DataFrame:
    fitting = [c for c in choices if not any(scenarios.unfit(s, found) for s in c)]
    year = scenarios.first_ahead(found).year
    before = found.total(str(year - 1)) if covers_year(found, year - 1) else None
    table = scenarios.compare(found, fitting, 0.0 if before is None else before, seed=seed)
    if before is None:
        table["probability"] = float("nan")
    if target is not None:
        value = catalogue.convert(target.value, target.unit, found.unit)
        reached = scenarios.compare(found, fitting, value, target.comparator, seed)
        table["target_id"], table["chance_of_target"] = target.target_id, reached["probability"]
    return table


def _target_of(found: Outlook, targets: Iterable[Target]) -> Target | None:
    """The level target of the first year ahead: set for the outlook's own scope if there is one, and official."""
    _, indicator, scope = SeriesKey.of(found.series)
    year = str(scenarios.first_ahead(found).year)
    fitting = [t for t in targets if t.kind == "level" and t.indicator == indicator and t.period == year]
    return min(fitting, key=lambda t: (t.scope != scope, t.status != "official"), default=None)


def _revenue(zone, found, month, as_of, lang, root, seed, catalogue) -> tuple[RevenueOutlook | None, str]:
    """The zone's headline revenue joint with its headline trade, or why there is none."""
    trade, revenue = (headline_series(zone, subject, root) for subject in ("trade", "revenue"))
    name = catalogue.zone(zone).name(lang)
    if not revenue or len(trade) != 1:
        return None, say("revenue.none", lang, zone=name, reason=say("revenue.no_series", lang))
    try:
        return revenue_outlook(revenue[0], month, as_of, found.get(trade[0], trade[0]), seed, root), ""
    except DataError as error:
        return None, say("revenue.none", lang, zone=name, reason=error.told(lang))


def _joint(found: RevenueOutlook, targets: list[Target], lang: str, catalogue: Catalogue) -> dict[str, Joint]:
    """Chances of trade and revenue together: of at least last year's, and of the targets where both have one."""
    pairs, year = (found.base, found.outlook), scenarios.first_ahead(found.outlook).year
    names = [catalogue.indicator_of(o.series).short(lang) for o in pairs]
    asked = {}
    if all(covers_year(o, y) for o in pairs for y in (year - 1, year)):
        aims = [say("joint.last_year", lang, name=name, year=str(year - 1)) for name in names]
        reached = [o.total(str(year)) >= o.total(str(year - 1)) for o in pairs]
        asked["last_year"] = joint_probability(dict(zip(aims, reached, strict=True)))
    set_for = [_target_of(o, targets) for o in pairs]
    if all(set_for):
        told = {}
        for o, name, t in zip(pairs, names, set_for, strict=True):
            aim = say("joint.target", lang, name=name, target=wording.aim_to_reach(t, lang, catalogue))
            told[aim] = COMPARE[t.comparator](o.total(t.period), catalogue.convert(t.value, t.unit, o.unit))
        asked["targets"] = joint_probability(told)
    return asked


def compose_rates(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Block:
    """Return the effective rates of every other revenue of the zone's scope, by what it is levied on: customs, fees."""
    catalogue = load_catalogue(root)
    leading = {SeriesKey.of(series).indicator for series in headline_series(zone, "revenue", root)}
    shown = []
    for paid, bases in BASES.items():
        if paid in catalogue.indicators and paid not in leading:
            shown += _rates_of(zone, paid, bases, month, as_of, lang, root, seed, catalogue)
    none = say("revenue.none", lang, zone=catalogue.zone(zone).name(lang), reason=say("revenue.no_parts", lang))
    return blocks.stack(*shown) if shown else blocks.paragraph(none)


def _rates_of(zone, paid, bases, month, as_of, lang, root, seed, catalogue) -> list[Block]:
    """One revenue by the first of its bases for which both have an outlook and a stretch in common."""
    scope = catalogue.zone(zone).scope
    for base in bases:
        series = [f"{zone}/{name}/{scope}" for name in (base, paid) if name in catalogue.indicators]
        found, _ = outlooks_of(series, month, as_of, seed, root)
        if len(found) == 2 and len(rates := effective_rates(*found.values())):
            name = catalogue.indicator(paid).name(lang)
            return [blocks.section(name), _rates_table(*found.values(), rates, lang, catalogue)]
    return []


def _rates_table(base_outlook: Outlook, direct: Outlook, rates: pd.DataFrame, lang: str, catalogue: Catalogue) -> Block:
    """Effective rates in đồng per unit of what they are levied on."""
    base, paid = (catalogue.indicator_of(o.series) for o in (base_outlook, direct))
    vnd, whole = catalogue.units[direct.unit].factor, catalogue.units[base_outlook.unit].factor
    frame = pd.DataFrame(
        {
            _with_unit_name(base.short(lang), base_outlook.unit, lang, catalogue): [
                wording.number(x, 0, lang) if x >= 100 else wording.digits(x, 3, lang) for x in rates["base"]
            ],
            _with_unit_name(paid.short(lang), direct.unit, lang, catalogue): [
                wording.number(x, 0, lang) if x >= 100 else wording.digits(x, 3, lang) for x in rates["revenue"]
            ],
            capital(say("revenue.vnd_per", lang, base=_single(base_outlook.unit, lang, catalogue))): [
                wording.digits(x * vnd / whole, 3, lang) for x in rates["rate"]
            ],
        },
        index=pd.Index([_span(row.start, row.end, lang) for row in rates.itertuples()], name=""),
    )
    return blocks.table(frame, say("revenue.rates_caption", lang))


def _single(unit: str, lang: str, catalogue: Catalogue) -> str:
    """One of what a unit counts millions of: USD for a million USD."""
    known = catalogue.units[unit]
    if known.factor == 1:
        return known.sign(lang)
    plain = [u for u in catalogue.units.values() if u.dimension == known.dimension and u.factor == 1]
    return plain[0].sign(lang) if plain else known.dimension.upper()


def _with_unit_name(name: str, unit: str, lang: str, catalogue: Catalogue) -> str:
    return f"{name} ({wording.unit_name(unit, lang, catalogue)})"


def _span(start: pd.Period, end: pd.Period, lang: str) -> str:
    first, last = (wording.month(m, lang) for m in (start, end))
    if start == end:
        return capital(first)
    if (start.month, end.month, start.year) == (1, 12, end.year):
        return say("zones.year", lang, year=str(start.year))
    return capital(f"{first}{wording.DASH}{last}")


def _when(scenario: Scenario, found: Outlook, lang: str) -> str:
    start, end = scenarios.first_day(scenario, found), scenarios.last_day(scenario, found)
    days = {"start": wording.date(start, lang), "end": wording.date(end, lang) if end else ""}
    told = [say("scenario.between" if end else "scenario.from", lang, **days)]
    told += [say("scenario.ramp", lang, days=str(scenario.ramp_days))] if scenario.ramp_days else []
    told += [say("scenario.recovery", lang, days=str(scenario.recovery_days))] if scenario.recovery_days else []
    return ", ".join(told)


def _sizes(scenario: Scenario, found: Outlook | None, lang: str) -> str:
    """The size on the series shown; where a scenario does not act on it, the first that it acts on."""
    size = scenario.size(SeriesKey.of(found.series).indicator) if found else None
    size = size or next(iter(scenario.effects.values()))
    return ", ".join(wording.change(x, None, lang) for x in (size.low, size.central, size.high))


def _author(scenario: Scenario, lang: str) -> str:
    if scenario.kind == "question":
        return scenario.author
    return f"{scenario.author}, {wording.date(scenario.recorded, lang)}"


def _basis(scenario: Scenario, lang: str) -> str:
    told = f"{scenario.name(lang)}: {scenario.reason(lang)}"
    return f"{told} [{', '.join(scenario.facts)}]" if scenario.facts else told


def _choice_name(choice: tuple[Scenario, ...], lang: str) -> str:
    names = [s.name(lang) for s in choice]
    return names[0] if len(names) == 1 else say("scenario.together", lang, names=messages.listing(names, lang))


def _readable(frame: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, str]:
    """The totals in the next larger unit where their numbers are long."""
    factor, unit = wording.readable(frame["median"].max(), unit)
    return frame.assign(**{name: factor * frame[name] for name in ("median", "lower_80", "upper_80")}), unit


# ---------------------------------------------------------------------------------------------------- aims by progress


@dataclass(frozen=True, eq=False)
class Scorecard:
    """The aims of a zone, and of the zones its series are part of, that no sum of months decides."""

    catalogue: Catalogue
    month: pd.Period
    lang: str
    aims: dict[str, list[Progress]]

    @property
    def summary(self) -> Block:
        """How many aims stand where; that nobody has published a figure is counted too."""
        return blocks.points(self._summary(zone, aims) for zone, aims in self.aims.items())

    @property
    def table(self) -> Block:
        """The aims, one a row, zone by zone."""
        shown = []
        for zone, aims in self.aims.items():
            name = self.catalogue.zone(zone).name(self.lang)
            for source, set_there in self._by_source(aims):
                shown += [blocks.section(f"{name}: {source}"), self._table(set_there)]
        return blocks.stack(*shown)

    @property
    def sources(self) -> Block:
        """Where each aim and each figure is from."""
        every = [p for aims in self.aims.values() for p in aims]
        aims = dict.fromkeys(self._source(p.target.reference, p.target.source) for p in every)
        facts = dict.fromkeys((p.fact_id, self._source(p.reference, p.source)) for p in every if p.fact_id)
        told = [say("score.aim_source", self.lang, source="; ".join(aims))] if aims else []
        return blocks.points(told + [say("score.fact_source", self.lang, fact=f, source=s) for f, s in facts])

    @property
    def frame(self) -> pd.DataFrame:
        """The scorecard as a plain table, for saving."""
        return progress_frame(p for aims in self.aims.values() for p in aims)

    def _summary(self, zone: str, aims: list[Progress]) -> str:
        name, lang = self.catalogue.zone(zone).name(self.lang), self.lang
        if not aims:
            return say("score.none", lang, zone=name, month=wording.month(self.month, lang))
        counts = Counter(p.state for p in aims)
        parts = [
            say("score.count", lang, count=str(counts[state]), state=say(f"score.state.{state}", lang))
            for state in STATES
            if counts[state]
        ]
        return say("score.summary", lang, zone=name, count=str(len(aims)), parts="; ".join(parts))

    def _by_source(self, aims: list[Progress]) -> list[tuple[str, list[Progress]]]:
        """The aims by where they were set, the source of most aims first."""
        groups: dict[str, list[Progress]] = {}
        for p in aims:
            groups.setdefault(self._source(p.target.reference, p.target.source), []).append(p)
        return sorted(groups.items(), key=lambda group: -len(group[1]))

    def _table(self, aims: list[Progress]) -> Block:
        lang = self.lang
        rows = [
            {
                say("table.aim", lang): say(
                    f"compare.{p.target.comparator}", lang, value=self._amount(p, p.target.value)
                ),
                say("table.deadline", lang): _deadline(p.target, lang),
                say("table.latest", lang): self._latest(p),
                say("table.pace", lang): "" if pd.isna(p.pace) else self._amount(p, round(p.pace, 2)),
                say("table.still", lang): self._still(p),
                say("table.state", lang): self._state(p),
            }
            for p in aims
        ]
        names = [self.catalogue.indicator(p.target.indicator).name(lang) for p in aims]
        frame = pd.DataFrame(rows, index=pd.Index(names, name=say("table.indicator", lang)))
        return blocks.table(frame.loc[:, (frame != "").any()], say("score.caption", lang))

    def _state(self, p: Progress) -> str:
        state = say(f"score.state.{p.state}", self.lang)
        return say("score.by_other_scope", self.lang, state=state) if p.scope_differs and p.state in DECIDED else state

    def _latest(self, p: Progress) -> str:
        if not p.fact_id:
            return wording.MISSING
        value = say("score.at", self.lang, value=self._amount(p, p.value), date=wording.date(p.at, self.lang))
        if not p.scope_differs:
            return value
        return f"{value}; {say('score.other_scope', self.lang, scope=self.catalogue.scope(p.scope).name(self.lang))}"

    def _still(self, p: Progress) -> str:
        if pd.isna(p.missing) or p.missing == 0 or p.state in ("reached", "missed", "overdue"):
            return ""
        missing = self._amount(p, round(p.missing, 2))
        if pd.isna(p.needed_per_month):
            return missing
        return say("score.still", self.lang, missing=missing, needed=wording.digits(p.needed_per_month, 2, self.lang))

    def _amount(self, p: Progress, value: float) -> str:
        return wording.quantity(value, p.target.unit, self.lang, catalogue=self.catalogue)

    def _source(self, reference: str, source: str) -> str:
        return self.catalogue.document(reference, self.lang) or source


def _deadline(target: Target, lang: str) -> str:
    """The period of an aim that is about a stretch of time, the last day of any other."""
    if target.kind in OVER_A_PERIOD:
        return wording.stretch(target.period_start, target.period_end, lang)
    return wording.date(target.period_end, lang)


def compose_scorecard(zone: str, month, as_of=None, lang: str = "vi", root=None) -> Scorecard:
    """Return the scorecard of a zone and of every zone that the catalogue says its series lie inside."""
    catalogue = load_catalogue(root)
    pairs = [(SeriesKey.of(i.part), SeriesKey.of(i.whole)) for i in catalogue.inside.values()]
    around = [whole.zone for part, whole in pairs if part.zone == zone]
    aims = {
        name: assess_aims(load_targets(name, as_of, root), load_facts(name, as_of, root=root), month, as_of, catalogue)
        for name in dict.fromkeys([zone, *around])
    }
    return Scorecard(catalogue, as_month(month), lang, aims)


# ----------------------------------------------------------------------------------------------------- zones together


@dataclass(frozen=True, eq=False)
class Zones:
    """The headline trade of every zone, each counted its own way; `without` says why a series has no outlook."""

    catalogue: Catalogue
    month: pd.Period
    lang: str
    outlooks: dict[str, Outlook]
    without: dict[str, str]
    shares: pd.DataFrame
    conflicts: pd.DataFrame

    @property
    def levels(self) -> Block:
        """Last year, this year so far, and this year in full."""
        year, lang = self.month.year, self.lang
        rows = [
            {
                say("zones.year", lang, year=str(year - 1)): self._year(o, year - 1),
                say("zones.to_date", lang, year=str(year)): self._to_date(o),
                say("zones.full_year", lang, year=str(year)): self._year(o, year),
            }
            for o in self.outlooks.values()
        ]
        return blocks.stack(self._table(rows, "zones.levels_caption"), *self._missing())

    @property
    def growth(self) -> Block:
        """The same as change on the year before, path by path."""
        year, lang = self.month.year, self.lang
        rows = [
            {
                say("zones.year_growth", lang, year=str(year - 1)): _growth(o, *_whole(year - 1), lang),
                say("zones.ytd_growth", lang, year=str(year)): _growth(o, *self._so_far(o), lang),
                say("zones.year_growth", lang, year=str(year)): _growth(o, *_whole(year), lang),
            }
            for o in self.outlooks.values()
        ]
        return self._table(rows, "zones.growth_caption")

    @property
    def structure(self) -> Block:
        """Parts of the latest total of which every part is known for the same period, scope by scope."""
        if self.shares.empty:
            return blocks.paragraph(say("zones.no_shares", self.lang))
        lang, cat = self.lang, self.catalogue
        rows = [
            {
                say("zones.share", lang): _share(row.share, lang),
                say("zones.of", lang): wording.quantity(round(row.total, 2), row.unit, lang, catalogue=cat),
            }
            for row in self.shares.itertuples()
        ]
        names = [
            say(
                "zones.part",
                lang,
                name=f"{cat.zone(r.zone).name(lang)}, {cat.indicator(r.part).short(lang)}",
                period=r.period,
            )
            for r in self.shares.itertuples()
        ]
        return blocks.table(pd.DataFrame(rows, index=pd.Index(names, name="")), say("zones.shares_caption", lang))

    @property
    def caveats(self) -> Block:
        """What each zone counts, and why the zones cannot be added up."""
        lang, cat, told = self.lang, self.catalogue, []
        for zone, scope in dict.fromkeys((key.zone, key.scope) for key in map(SeriesKey.of, self.outlooks)):
            known, counted = cat.zone(zone), cat.scope(scope)
            covers = counted.covers_vi if lang == "vi" else counted.covers_en
            told.append(say("zones.covers", lang, zone=known.name(lang), scope=counted.name(lang), covers=covers))
            days = {o.calendar.start_day for s, o in self.outlooks.items() if s.startswith(f"{zone}/")}
            told += [
                say("zones.calendar", lang, zone=known.name(lang), day=str(d)) for d in days if d != CALENDAR.start_day
            ]
        return blocks.points([*self._conflicts(), *told, *self._scale()])

    @property
    def frame(self) -> pd.DataFrame:
        """Totals of the two years of every series, for saving."""
        rows = []
        for series, o in self.outlooks.items():
            for year in (self.month.year - 1, self.month.year):
                if covers_year(o, year):
                    total = o.total(str(year))
                    ends = {"lower_80": total.quantile(0.1), "upper_80": total.quantile(0.9)}
                    rows.append({"series": series, "year": year, "unit": o.unit, "median": total.median(), **ends})
        return pd.DataFrame(rows, columns=["series", "year", "unit", "median", "lower_80", "upper_80"])

    def _table(self, rows: list[dict], caption: str) -> Block:
        names = [self._name(series) for series in self.outlooks]
        return blocks.table(pd.DataFrame(rows, index=pd.Index(names, name="")), say(caption, self.lang))

    def _name(self, series: str) -> str:
        return say("zones.series", self.lang, **self._words(series))

    def _words(self, series: str) -> dict[str, str]:
        zone, name = SeriesKey.of(series).zone, self.catalogue.indicator_of(series).short(self.lang)
        return {"zone": self.catalogue.zone(zone).name(self.lang), "name": name}

    def _missing(self) -> list[Block]:
        return [
            blocks.paragraph(say("subject.no_outlook", self.lang, name=self._name(series), reason=reason))
            for series, reason in self.without.items()
        ]

    def _conflicts(self) -> list[str]:
        """Periods of these years for which two figures were published that disagree."""
        told = []
        for row in self.conflicts.itertuples():
            about, unit = self._words(row.series), self.catalogue.indicator_of(row.series).unit
            values = [wording.number(x, None, self.lang) for x in (row.value, row.other)]
            about["name"] = about["name"].lower()
            about["period"] = wording.stretch(row.start, row.end, self.lang)
            about["values"] = wording.with_unit(messages.listing(values, self.lang), unit, self.lang, self.catalogue)
            told.append(say("zones.conflict", self.lang, used=values[0], **about))
        return told

    def _so_far(self, found: Outlook) -> tuple[str, str]:
        """The months of the year that are known, and the same months a year earlier; empty where there are none."""
        end = min(found.last_observed, pd.Period(f"{self.month.year}-12", "M"))
        if end.year != self.month.year:
            return "", ""
        return f"{end.year}-01:{end}", f"{end.year - 1}-01:{end - 12}"

    def _to_date(self, found: Outlook) -> str:
        period, _ = self._so_far(found)
        if not period:
            return wording.MISSING
        told = _amount_of(found, period, self.lang, self.catalogue)
        return say("zones.to_date_value", self.lang, value=told, month=wording.month(period.split(":")[1], self.lang))

    def _year(self, found: Outlook, year: int) -> str:
        return _amount_of(found, str(year), self.lang, self.catalogue)

    def _scale(self) -> list[str]:
        """Every zone's trade of last year beside the nation's, where both cover it."""
        year = self.month.year - 1
        totals = {s: o.total(str(year)).median() for s, o in self.outlooks.items() if covers_year(o, year)}
        nation = {s: t for s, t in totals.items() if self.catalogue.zone(SeriesKey.of(s).zone).scope == "national"}
        if {SeriesKey.of(s).indicator for s in nation} != {"trade_export", "trade_import"}:
            return []
        others = {series: total for series, total in totals.items() if series not in nation}
        return [self._scale_of(series, year, total / sum(nation.values())) for series, total in others.items()]

    def _scale_of(self, series: str, year: int, share: float) -> str:
        told = _share(share, self.lang)
        return say("zones.scale", self.lang, year=str(year), share=told, **self._words(series))


def compose_zones(month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Zones:
    """Return every zone's headline trade standing after the same month, and the shares that published parts allow."""
    catalogue = load_catalogue(root)
    wanted = [series for zone in catalogue.zones for series in headline_series(zone, "trade", root)]
    found, without = outlooks_of(wanted, month, as_of, seed, root, lang)
    facts = load_facts(as_of=as_of, root=root)
    against = conflicts(facts, found, month, as_of, catalogue)
    return Zones(catalogue, as_month(month), lang, found, without, shares(facts, month, catalogue), against)


def conflicts(facts: pd.DataFrame, series: Iterable[str], month, as_of, catalogue: Catalogue) -> pd.DataFrame:
    """Return levels of this year and the last that another figure for the same period contradicts by 1 % or more.

    Columns: series, start, end, value (the one used), other. Which of them is wrong is for the audit to say.
    """
    since, rows = pd.Timestamp(as_month(month).year - 1, 1, 1), []
    for name in series:
        used = observe(facts, name, month, as_of, catalogue).set_index("observation_id")["value"]
        left = superseded(facts, name, month, as_of, catalogue)
        left = left[left["value"].notna() & left["by"].isin(used.index) & (pd.to_datetime(left["end"]) >= since)]
        for row in left.itertuples():
            if abs(row.value / used[row.by] - 1) >= 0.01:
                told = {"series": name, "start": row.start, "end": row.end}
                rows.append(told | {"value": used[row.by], "other": row.value})
    return pd.DataFrame(rows, columns=["series", "start", "end", "value", "other"]).drop_duplicates()


def shares(facts: pd.DataFrame, month, catalogue: Catalogue) -> pd.DataFrame:
    """Return the parts of trade totals over the latest period for which a total and all its parts are published.

    One zone, scope and identity at a time, so that no share mixes scopes. Columns: zone, scope, identity, part,
    period, share, total, unit. Parts that do not add up to the total within 1 % are left out: which figure is wrong is
    for the audit to say.
    """
    seen = facts[(facts["period_end"] <= pd.Timestamp(as_month(month).end_time)) & (facts["status"] != "projection")]
    rows = []
    for identity in catalogue.identities.values():
        if catalogue.indicator(identity.total).group == "trade":
            for scope in identity.scopes:
                rows += _shares_of(identity, scope, seen, catalogue)
    return pd.DataFrame(rows, columns=["zone", "scope", "identity", "part", "period", "share", "total", "unit"])


def _shares_of(identity, scope: str, facts: pd.DataFrame, catalogue: Catalogue) -> list[dict]:
    here = facts[(facts["zone"] == identity.zone) & (facts["scope"] == scope)]
    members = [identity.total, *identity.parts]
    latest = here[here["indicator"].isin(members)]
    latest = latest.assign(final=latest["status"] == "final").sort_values(["published", "final"], kind="stable")
    table = latest.pivot_table("value", ["period_end", "period_start"], "indicator", "last").reindex(columns=members)
    table = table.dropna()
    if table.empty or scope != catalogue.zone(identity.zone).scope:
        return []
    end = table.index[-1][0]
    row = table.loc[end].iloc[0]
    start = table.loc[end].index[0]
    if abs(row[list(identity.parts)].sum() / row[identity.total] - 1) > 0.01:
        return []
    about = {"zone": identity.zone, "scope": scope, "identity": identity.id, "period": wording.stretch(start, end)}
    unit = catalogue.indicator(identity.total).unit
    return [
        about | {"part": part, "share": row[part] / row[identity.total], "total": row[identity.total], "unit": unit}
        for part in identity.parts
    ]


def _whole(year: int) -> tuple[str, str]:
    return str(year), str(year - 1)


def _growth(found: Outlook, period: str, before: str, lang: str) -> str:
    """The change between two periods on every path: one figure where facts fix it, else its median and interval."""
    try:
        change = 100 * (found.total(period) / found.total(before) - 1) if period else pd.Series(dtype=float)
    except DataError:
        return wording.MISSING
    if change.empty:
        return wording.MISSING
    low, middle, high = change.quantile([0.1, 0.5, 0.9])
    if high - low < 1:
        return wording.change(middle, 0, lang)
    ends = messages.say("range", lang, lower=wording.change(low, 0, lang), upper=wording.change(high, 0, lang))
    return f"{wording.change(middle, 0, lang)} ({ends})"


def _amount_of(found: Outlook, period: str, lang: str, catalogue: Catalogue) -> str:
    """The total of a period: one figure where all paths agree, else its median and interval."""
    try:
        total = found.total(period)
    except DataError:
        return wording.MISSING
    value = agreed(total)
    if np.isfinite(value):
        large = found.unit in wording.THOUSANDFOLD and value >= wording.LONG_NUMBER
        value, unit = (value / 1000, wording.THOUSANDFOLD[found.unit]) if large else (value, found.unit)
        return wording.with_unit(wording.digits(value, 4, lang), unit, lang, catalogue)
    low, middle, high = total.quantile([0.1, 0.5, 0.9])
    told, unit = wording.estimate_in(middle, low, high, found.unit, lang)
    return f"{wording.with_unit(told.median, unit, lang, catalogue)} ({told.interval})"


def _share(share: float, lang: str) -> str:
    """A share to a tenth of a percent; a tiny one to its first two digits, so that it never reads as nothing."""
    percent = 100 * share
    text = wording.number(percent, 1, lang) if percent >= 1 or percent == 0 else wording.digits(percent, 2, lang)
    return f"{text}{wording.NBSP}%"


# ------------------------------------------------------------------------------------------------------------- common


def _total(found: Outlook, period: str, lang: str) -> wording.Estimate:
    return wording.estimate(*found.total(period).quantile([0.5, 0.1, 0.9]), lang)
