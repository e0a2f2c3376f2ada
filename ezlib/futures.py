"""Trade and revenue under each scenario that fits, beside the base case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from ezlib import blocks, messages, scenarios, wording
from ezlib.aims import COMPARE, at_least
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Zone, load_catalogue
from ezlib.charts import scenario_chart
from ezlib.contracts import DataError
from ezlib.messages import capital, say
from ezlib.outlook import Outlook
from ezlib.plans import Target, load_targets
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
from ezlib.subjects import headline_series, name_on, outlooks_of, without_outlook


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
        shown = [b for series in self.tables for b in (blocks.section(name_on(self, series)), self._table(series))]
        return blocks.stack(*shown, *without_outlook(self))

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
        values = {"name": name_on(self, series), "year": year, "before": str(int(year) - 1)}
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
            return say("chart.scenarios.title_plain", self.lang, name=name_on(self, series), year=year)
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
        return say("scenario.left_out", self.lang, name=name_on(self, series), names="; ".join(names)) if names else ""


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
    without |= {s: say("subject.no_year", lang, year=str(_year(o))) for s, o in found.items() if not _has_year(o)}
    found = {s: o for s, o in found.items() if _has_year(o)}
    targets = {series: _target_of(o, load_targets(zone, as_of, root)) for series, o in found.items()}
    tables = {series: _compared(o, choices, targets[series], catalogue, seed) for series, o in found.items()}
    revenue, reason = _revenue(zone, found, month, as_of, lang, root, seed, catalogue)
    joint = _joint(revenue, load_targets(zone, as_of, root), lang, catalogue) if revenue else {}
    return Futures(
        catalogue.zone(zone), catalogue, lang, found, without, choices, tables, targets, revenue, reason, joint
    )  # fmt: skip


def _year(found: Outlook) -> int:
    """The year of the first month ahead."""
    return scenarios.first_ahead(found).year


def _has_year(found: Outlook) -> bool:
    """Whether the paths hold the whole of that year: those of figures that begin within it do not."""
    return found.covers_year(_year(found))


def _compared(found: Outlook, choices, target: Target | None, catalogue: Catalogue, seed: int) -> pd.DataFrame:
    fitting = [c for c in choices if not any(scenarios.unfit(s, found) for s in c)]
    year = _year(found)
    before = found.total(str(year - 1)) if found.covers_year(year - 1) else None
    totals = scenarios.totals_under(found, fitting, str(year), seed)
    table = scenarios.outcomes(totals, 0.0 if before is None else before).assign(period=str(year))
    if before is None:
        table["probability"] = float("nan")
    if target is not None:
        value = catalogue.convert(target.value, target.unit, found.unit)
        reached = scenarios.outcomes(totals, value, target.comparator)
        table["target_id"], table["chance_of_target"] = target.target_id, reached["probability"]
    return table


def _target_of(found: Outlook, targets: Iterable[Target]) -> Target | None:
    """The level target of the first year ahead: set for the outlook's own scope if there is one, and official."""
    _, indicator, scope = SeriesKey.of(found.series)
    year = str(_year(found))
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
    pairs, year = (found.base, found.outlook), _year(found.outlook)
    names = [catalogue.indicator_of(o.series).short(lang) for o in pairs]
    asked = {}
    if all(o.covers_year(y) for o in pairs for y in (year - 1, year)):
        aims = [say("joint.last_year", lang, name=name, year=str(year - 1)) for name in names]
        reached = [at_least(o.total(str(year)), o.total(str(year - 1))) for o in pairs]
        asked["last_year"] = joint_probability(dict(zip(aims, reached, strict=True)))
    set_for = [_target_of(o, targets) for o in pairs]
    if all(set_for) and all(map(_has_year, pairs)):
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


def _total(found: Outlook, period: str, lang: str) -> wording.Estimate:
    return wording.estimate(*found.total_range(period), lang)
