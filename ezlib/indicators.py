"""The indicators of one subject of a zone, each shown as what it is: flows add up, stocks stand, rates are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ezlib import blocks, messages, tables, wording
from ezlib.audit import taking_part
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, Indicator, SeriesKey, Zone, load_catalogue
from ezlib.contracts import DataError
from ezlib.fact_words import DOUBTFUL, figure_and_unit, period_in_words, unit_of
from ezlib.facts import are_observed, in_precedence, load_facts
from ezlib.flow_charts import fan_chart
from ezlib.hierarchy import Family, parts_of
from ezlib.messages import capital, say
from ezlib.outlook import Outlook, outlook
from ezlib.outturns import agreed
from ezlib.periods import as_month, month_bounds, month_of
from ezlib.subjects import months_of_series, zone_findings

# What a page gathers: whole groups of the catalogue, and single indicators of others that belong to the subject.
GROUPS = {
    "trade": ("trade",),
    "revenue": ("revenue",),
    "industry": ("industry", "zone"),
    "crossings": ("crossings",),
    "quarantine": ("quarantine",),
    "commodities": ("commodity",),
    "administration": ("administration",),
    "province": ("province",),
}
ALSO = {"industry": ("enterprises_trading", "industrial_", "iip_")}  # beginnings of their names


FLOW, STOCK, READ = ("flow",), ("stock",), ("rate", "index", "count")
"""Kinds by what may be done with them: added up over months, taken at the last day, only read."""
BASES = {"mom": "basis.mom", "yoy": "basis.yoy", "ytd_yoy": "basis.yoy", "yoy_or_mom_unclear": "basis.unclear"}
"""What a growth rate is growth on, as sentences."""


@dataclass(frozen=True, eq=False)
class Indicators:
    """The figures of a subject as far as a month: `facts` published, `expected` by the bodies that publish them.

    `outlooks` of flows by series; those tied by sums come from `families`, so that their paths add up. `without`
    lists the flows of the zone's own scope whose figures are too few for an outlook; figures in `doubted` are marked.
    """

    zone: Zone
    catalogue: Catalogue
    month: pd.Period
    lang: str
    facts: pd.DataFrame
    expected: pd.DataFrame
    families: tuple[Family, ...]
    outlooks: dict[str, Outlook]
    without: tuple[str, ...]
    doubted: frozenset[str] = frozenset()

    # ------------------------------------------------------------------------------------------------------ flows

    @property
    def flows(self) -> Block:
        """Flows: the latest month, the year so far or a whole year, and where the year will end."""
        rows, kinds = self._rows([s for s in self._of_kind(FLOW) if self._leads(s)], self._flow_row)
        if not rows:
            return blocks.paragraph(say("indicators.none.flow", self.lang, zone=self.zone.name(self.lang)))
        return self._table(rows, "indicators.flows", kinds)

    @property
    def elsewhere(self) -> Block:
        """Flows as other scopes count them: the latest figure and the one before, by themselves."""
        rows, kinds = self._rows([s for s in self._of_kind(FLOW) if not self._leads(s)], self._reading_row)
        if not rows:
            return blocks.paragraph(say("indicators.none.elsewhere", self.lang))
        return self._table(rows, "indicators.elsewhere", kinds)

    @property
    def charts(self) -> Block:
        """Month by month, each flow that is part of no other."""
        return self._fans(series for series in self.outlooks if series not in self._parts)

    @property
    def parts_charts(self) -> Block:
        """Month by month, the parts of totals."""
        return self._fans((series for series in self.outlooks if series in self._parts), "indicators.no_parts")

    @property
    def months_table(self) -> Block:
        """Months of the year and of the half year before it: totals beside their parts."""
        first, last = pd.Period(f"{self.month.year}-01", "M") - 6, pd.Period(f"{self.month.year}-12", "M")
        shown = []
        for series in (s for s in self.outlooks if s not in self._parts):
            shown.append(blocks.section(self._name(series)))
            members = self._members(series)
            if len(members) == 1:
                shown.append(tables.months_table(self.outlooks[series], self.lang, first, last, self.catalogue))
            else:
                shown.append(self._side_by_side(members, first, last))
        return blocks.stack(*shown) if shown else blocks.paragraph(say("indicators.no_outlook", self.lang))

    @property
    def agreement(self) -> Block:
        """Which sums every path keeps, which the figures themselves break, which figures had to give way."""
        texts = [*self._kept(), *self._broken(), *self._gave_way()]
        return blocks.points(texts or [say("indicators.no_sums", self.lang)])

    @property
    def limits(self) -> Block:
        """What cannot be said from these figures."""
        texts = [self._too_few(series) for series in self._series if series in self.without]
        texts += [
            say(f"indicators.none.{kinds[0]}", self.lang, zone=self.zone.name(self.lang))
            for kinds in (FLOW, STOCK, READ)
            if not self._of_kind(kinds)
        ]
        return blocks.points(texts or [say("indicators.all_told", self.lang)])

    @property
    def months(self) -> pd.DataFrame:
        """Months of every flow as one table, for saving: those of its outlook, else those that were published."""
        long = [months_of_series(found) for found in self.outlooks.values()]
        long += [self._published_months(series) for series in self.without]
        long = [table for table in long if len(table)]
        return pd.concat(long, ignore_index=True) if long else pd.DataFrame(columns=["month", "value", "series"])

    def _published_months(self, series: str) -> pd.DataFrame:
        """Months of a flow without an outlook: each as printed last, between the ends of its rounding."""
        facts = self._facts_of(series)
        facts = facts[(facts["period_kind"] == "month") & (facts["first"] == facts["last"])].groupby("last").tail(1)
        factor = [self.catalogue.convert(1.0, unit, self._indicator(series).unit) for unit in facts["unit"]]
        low, high = facts["lower"] * factor, facts["upper"] * factor
        ends = {"lower_80": low, "upper_80": high, "lower_95": low, "upper_95": high}
        table = pd.DataFrame({"month": facts["last"], "value": facts["value"] * factor} | ends)
        return table.assign(status="reported", series=series, unit=self._indicator(series).unit).reset_index(drop=True)

    # ------------------------------------------------------------------------------------------ stocks and the rest

    @property
    def stocks(self) -> Block:
        """Stocks: the last state and the one before; never summed."""
        return self._readings(STOCK)

    @property
    def rates(self) -> Block:
        """Rates, indices and counts: the latest and the one before, each for its own period; never summed."""
        return self._readings(READ)

    @property
    def expectations(self) -> Block:
        """What the publishing bodies themselves expect, beside the outlook of the same months."""
        if self.expected.empty:
            return blocks.paragraph(say("indicators.none.expected", self.lang))
        return self._table([self._expected_row(fact) for fact in self.expected.itertuples()], "indicators.expected")

    @property
    def sources(self) -> Block:
        """The documents behind the figures shown, by the numbers beside them."""
        return blocks.sources(self._documents) if self._documents else blocks.paragraph(say("source.none", self.lang))

    # ------------------------------------------------------------------------------------------------------ pieces

    @cached_property
    def _documents(self) -> list[str]:
        """Every document that a shown figure is from, as a reader would cite it, in the order of the tables."""
        shown = [fact for series in self._series for fact in self._shown(series) if fact]
        return list(dict.fromkeys(map(self._cited, [*shown, *self.expected.itertuples()])))

    def _shown(self, series: str) -> list:
        """The figures of a series that are printed: of a leading flow the latest month and the latest longer stretch,
        of anything else the latest and the one before it."""
        facts = self._facts_of(series)
        if self._indicator(series).kind in FLOW and self._leads(series):
            single = facts["period_kind"] == "month"
            chosen = [facts[single].tail(1), facts[~single].tail(1)]
        else:
            earlier = facts[facts["period_end"] < facts["period_end"].iloc[-1]]
            chosen = [facts.tail(1), earlier.tail(1)]
        return [next(some.itertuples(), None) for some in chosen]

    def _table(self, rows: list[dict], caption: str, kinds: list[str] | None = None) -> Block:
        frame = pd.DataFrame(rows).fillna("").set_index(self._heading)
        doubtful = frame.map(lambda cell: DOUBTFUL in cell if isinstance(cell, str) else False).to_numpy().any()
        note = say("indicators.doubtful", self.lang) if doubtful else ""
        return blocks.table(frame, say(caption, self.lang), kinds, note=note)

    @property
    def _heading(self) -> str:
        return say("table.indicator", self.lang)

    @property
    def _series(self) -> list[str]:
        """Every series of the facts, the zone's own scope first, then in the order of the catalogue."""
        found = dict.fromkeys(zip(self.facts["indicator"], self.facts["scope"], strict=True))
        names, scopes = list(self.catalogue.indicators), list(self.catalogue.scopes)
        rank = sorted(found, key=lambda f: (f[1] != self.zone.scope, scopes.index(f[1]), names.index(f[0])))
        return [f"{self.zone.id}/{indicator}/{scope}" for indicator, scope in rank]

    @property
    def _parts(self) -> set[str]:
        return {part for f in self.families for _, parts in f.identities.values() for part in parts}

    def _members(self, total: str) -> list[str]:
        """A total and its parts, and theirs, without repeating any."""
        below = [part for f in self.families for t, parts in f.identities.values() if t == total for part in parts]
        return list(dict.fromkeys([total, *(name for part in below for name in self._members(part))]))

    def _of_kind(self, kinds: tuple[str, ...]) -> list[str]:
        return [series for series in self._series if self._indicator(series).kind in kinds]

    def _leads(self, series: str) -> bool:
        """Whether a series is of the zone's own scope, or stands in for one that the zone has not."""
        return SeriesKey.of(series).scope == self.zone.scope or series in self.outlooks

    def _rows(self, chosen: list[str], row) -> tuple[list[dict], list[str]]:
        """Rows of some series under their scopes, and how each row is set."""
        rows, styles, heading = [], [], self.zone.scope
        for series in chosen:
            scope = SeriesKey.of(series).scope
            if scope != heading:
                rows.append({self._heading: capital(self.catalogue.scope(scope).name(self.lang))})
                styles.append("group")
                heading = scope
            rows.append({self._heading: self._name(series)} | row(series))
            styles.append(self._style(series))
        return rows, styles

    def _style(self, series: str) -> str:
        if series not in self.outlooks:
            return ""
        if series in self._parts:
            return "part"
        return "total" if len(self._members(series)) > 1 else ""

    def _flow_row(self, series: str) -> dict:
        month, stretch = self._shown(series)
        names = say("indicators.latest_month", self.lang), say("indicators.so_far", self.lang)
        figures = {
            capital(usual or name): self._cell(fact, usual)
            for name, fact, usual in zip(names, (month, stretch), self._usual_periods, strict=True)
        }
        over = self.month.month == 12
        heading = say("indicators.year_over" if over else "indicators.year", self.lang, year=str(self.month.year))
        year = {heading: self._year(series)}
        return {say("indicators.unit", self.lang): self._unit(series)} | figures | year | self._numbers(month, stretch)

    @cached_property
    def _usual_periods(self) -> list[str]:
        """The month, and the longer stretch, that most leading flows were last published for."""
        shown = [self._shown(series) for series in self._of_kind(FLOW) if self._leads(series)]
        counts = [Counter(self.period(fact) for fact in facts if fact) for facts in zip(*shown, strict=True)]
        return [count.most_common(1)[0][0] if count else "" for count in counts]

    def _year(self, series: str) -> str:
        """The year's total: median and 80 % interval of the paths, nothing where these begin later in it."""
        found = self.outlooks.get(series)
        return self._spread(found.total(str(self.month.year))) if found and found.covers_year(self.month.year) else ""

    def _spread(self, total: pd.Series) -> str:
        """Median and 80 % interval of path totals, or one figure where all paths agree."""
        if np.isfinite(value := agreed(total)):
            return wording.shared_digits(value, np.ptp(total), self.lang)
        return wording.estimate(*total.quantile([0.5, 0.1, 0.9]), self.lang).text

    def _readings(self, kinds: tuple[str, ...]) -> Block:
        rows, styles = self._rows(self._of_kind(kinds), self._reading_row)
        if not rows:
            return blocks.paragraph(say(f"indicators.none.{kinds[0]}", self.lang, zone=self.zone.name(self.lang)))
        return self._table(rows, f"indicators.{kinds[0]}s", styles)

    def _reading_row(self, series: str) -> dict:
        latest, before = self._shown(series)
        kind = self._indicator(series).kind
        words = {say("indicators.kind", self.lang): say(f"kind.{kind}", self.lang)} if kind in READ else {}
        return words | {
            say("indicators.unit", self.lang): wording.unit_name(self.unit_of(latest), self.lang, self.catalogue),
            say("indicators.latest", self.lang): self._cell(latest),
            say("indicators.before", self.lang): self._cell(before, unit=self._other_unit(before, latest)),
            **self._numbers(latest, before),
        }

    def _other_unit(self, fact, than) -> str:
        """The unit of a figure where it is not that of another in its row."""
        if fact is None or self.unit_of(fact) == self.unit_of(than):
            return ""
        return self.unit_of(fact)

    def _expected_row(self, fact) -> dict:
        series = f"{fact.zone}/{fact.indicator}/{fact.scope}"
        own = ""
        if series in self.outlooks and {fact.first, fact.last} <= set(self.outlooks[series].paths.columns):
            own = self._spread(self.outlooks[series].total(f"{fact.first}:{fact.last}"))
        scope = "" if fact.scope == self.zone.scope else f" ({self.catalogue.scope(fact.scope).name(self.lang)})"
        return {
            self._heading: self._name(series) + scope,
            say("indicators.unit", self.lang): self._unit(series),
            say("indicators.period", self.lang): self.period(fact),
            say("indicators.they_expect", self.lang): self.figure(fact),
            say("indicators.we_expect", self.lang): own,
        } | self._numbers(fact)

    def _side_by_side(self, members: list[str], first: pd.Period, last: pd.Period) -> Block:
        """A total and its parts in columns, months in rows."""
        names = [say("indicators.total", self.lang), *(self._short(series) for series in members[1:])]
        texts = [self._month_texts(series, first, last) for series in members]
        columns = dict(zip(names, texts, strict=True))
        months = self.outlooks[members[0]].months.loc[first:last].index
        index = pd.Index([capital(wording.month(m, self.lang)) for m in months], name=self._unit(members[0]))
        note = say("indicators.medians", self.lang)
        return blocks.table(pd.DataFrame(columns, index=index), say("table.months_caption", self.lang), note=note)

    def _month_texts(self, series: str, first: pd.Period, last: pd.Period) -> list[str]:
        return [
            wording.number(float(f"{row.value:.10g}"), None, self.lang)
            if row.status == "reported"
            else wording.estimate(row.value, row.lower_80, row.upper_80, self.lang).text
            for row in self.outlooks[series].months.loc[first:last].itertuples()
        ]

    def _fans(self, series: Iterable[str], none: str = "indicators.no_outlook") -> Block:
        drawn = [
            fan_chart(self.outlooks[s], self.lang, source=self._issuer(s), catalogue=self.catalogue) for s in series
        ]
        return blocks.stack(*drawn) if drawn else blocks.paragraph(say(none, self.lang))

    # ---------------------------------------------------------------------------------------------------- sentences

    def _kept(self) -> Iterator[str]:
        for f in self.families:
            for total, parts in f.identities.values():
                names = messages.listing([self._name(part) for part in parts], self.lang)
                yield say("indicators.sum_kept", self.lang, total=self._name(total), parts=names)
        if any(f.identities for f in self.families):
            yield say("indicators.together", self.lang)

    def _broken(self) -> Iterator[str]:
        for f in self.families:
            for row in f.broken.itertuples():
                total = self.catalogue.identities[row.identity].total
                name = self.catalogue.indicator(total).name(self.lang)
                if pd.isna(row.start):
                    yield say("indicators.sum_unclear", self.lang, total=name)
                    continue
                numbers = {"total": row.total, "parts": row.parts, "gap": abs(row.gap), "slack": row.slack}
                texts = {k: wording.number(float(f"{v:.7g}"), None, self.lang) for k, v in numbers.items()}
                period = wording.stretch(row.start, row.end, self.lang)
                yield say("indicators.sum_broken", self.lang, name=name, period=period, **texts)

    def _gave_way(self) -> Iterator[str]:
        for series, found in self.outlooks.items():
            for row in found.observations[found.observations["relaxed"]].itertuples():
                level = pd.isna(row.change_pct)
                said = (
                    wording.number(row.value, None, self.lang)
                    if level
                    else wording.change(row.change_pct, None, self.lang)
                )
                yield say(
                    "indicators.gave_way_level" if level else "indicators.gave_way",
                    self.lang,
                    name=self._name(series),
                    period=wording.stretch(row.start, row.end, self.lang),
                    said=said,
                    by=wording.digits(row.stretch, 2, self.lang),
                )

    def _too_few(self, series: str) -> str:
        return say("indicators.too_few", self.lang, name=self._name(series), count=str(len(self._facts_of(series))))

    # -------------------------------------------------------------------------------------------------------- words

    def _indicator(self, series: str) -> Indicator:
        return self.catalogue.indicator_of(series)

    def _name(self, series: str) -> str:
        return self._indicator(series).name(self.lang)

    def _short(self, series: str) -> str:
        return self._indicator(series).short(self.lang)

    def _issuer(self, series: str) -> str:
        """Whose figures they are: the zone's board for its own scope, else the scope itself."""
        scope = SeriesKey.of(series).scope
        return self.zone.issuer(self.lang) if scope == self.zone.scope else self.catalogue.scope(scope).name(self.lang)

    def _unit(self, series: str) -> str:
        return wording.unit_name(self._indicator(series).unit, self.lang, self.catalogue)

    def _facts_of(self, series: str) -> pd.DataFrame:
        _, indicator, scope = SeriesKey.of(series)
        return self.facts[(self.facts["indicator"] == indicator) & (self.facts["scope"] == scope)]

    def _cell(self, fact, usual: str = "", unit: str = "") -> str:
        """A figure with its period, unless that is the usual one, and a unit of its own; nothing for none."""
        if fact is None:
            return ""
        figure = wording.with_unit(self.figure(fact), unit, self.lang, self.catalogue) if unit else self.figure(fact)
        period = self.period(fact)
        asides = [aside for aside in ("" if period == usual else period, self.base(fact)) if aside]
        return f"{figure} ({', '.join(asides)})" if asides else figure

    def base(self, fact) -> str:
        """What a growth rate is growth on, where the figure is one."""
        is_growth = self.catalogue.indicator(fact.indicator).kind == "rate" and fact.value == fact.change1
        return say(BASES[fact.basis1], self.lang) if is_growth and fact.basis1 in BASES else ""

    def _numbers(self, *facts) -> dict[str, str]:
        """The column that names the documents of some figures by number."""
        found = sorted({self._documents.index(self._cited(fact)) + 1 for fact in facts if fact})
        return {say("indicators.source", self.lang): ", ".join(map(str, found))}

    def _cited(self, fact) -> str:
        """A document as a reader would cite it: title or issuer, day of publication, where to find it."""
        title = self.catalogue.document(fact.reference, self.lang) or fact.publisher or self.zone.issuer(self.lang)
        day = say("source.published", self.lang, date=wording.date(fact.published, self.lang))
        where = "" if fact.reference.startswith("doc:") else fact.reference
        return "; ".join(part for part in (title, day, where, fact.file) if part)

    def figure(self, fact) -> str:
        """A figure as published, in the indicator's own unit where it can be turned into that."""
        text, _ = figure_and_unit(fact, self.catalogue, self.lang)
        text = say("figure.estimate", self.lang, figure=text) if fact.status in ("estimate", "preliminary") else text
        return say("figure.doubtful", self.lang, figure=text) if fact.fact_id in self.doubted else text

    def unit_of(self, fact) -> str:
        return unit_of(fact, self.catalogue)

    def period(self, fact) -> str:
        """The period of a figure in the fewest words."""
        return period_in_words(fact, self.catalogue, self.lang)


def compose_indicators(
    zone: str, month, subject: str, as_of=None, lang: str = "vi", root=None, seed: int = 0
) -> Indicators:
    """Return every figure of a zone's subject as far as a reporting month, and outlooks of the flows that allow one.

    `subject` is one of GROUPS; that of the province is looked up in the zone that holds it. Flows of the zone's own
    scope, and those its brief leads with, are given outlooks; where the catalogue knows a sum they are reconciled.
    Figures of other scopes are shown as published and never mixed. Raises DataError for an unknown subject.
    """
    if subject not in GROUPS:
        raise DataError(f"{subject!r} is no subject.", next_step=f"Choose one of {', '.join(GROUPS)}.")
    catalogue, month = load_catalogue(root), as_month(month)
    zone = catalogue.zone(zone).province if subject == "province" else zone
    about = catalogue.zone(zone)
    facts = _of_subject(load_facts(zone, as_of=as_of, root=root), subject, catalogue)
    observed, expected = told(facts, month, catalogue)
    headline = set(about.leading())
    flows = [
        series
        for series in dict.fromkeys(observed["zone"] + "/" + observed["indicator"] + "/" + observed["scope"])
        if catalogue.indicator_of(series).kind == "flow"
        and (SeriesKey.of(series).scope == about.scope or series in headline)
    ]
    families, outlooks, without = _outlooks(flows, month, as_of, catalogue, seed, root)
    doubted = taking_part(zone_findings(zone, as_of, root))
    return Indicators(about, catalogue, month, lang, observed, expected, families, outlooks, without, doubted)


def _of_subject(facts: pd.DataFrame, subject: str, catalogue: Catalogue) -> pd.DataFrame:
    wanted = [
        name
        for name, indicator in catalogue.indicators.items()
        if indicator.group in GROUPS[subject] or name.startswith(ALSO.get(subject, ()))
    ]
    return facts[facts["indicator"].isin(wanted) & facts["value"].notna()]


def told(facts: pd.DataFrame, month: pd.Period, catalogue: Catalogue) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Figures whose period has ended by the month, and what bodies expect of later months.

    The latest period comes last, and of one period the figure that stands (`facts.in_precedence`).

    `first` and `last` are the reporting months a figure touches, in the calendar of its series.
    """
    facts = in_precedence(facts)
    calendars = [catalogue.calendar_of(*key) for key in facts[["zone", "indicator", "scope"]].itertuples(index=False)]
    ended = [
        end <= pd.Timestamp(month_bounds(month, c)[1]) for end, c in zip(facts["period_end"], calendars, strict=True)
    ]
    facts = facts.assign(
        first=[month_of(day, c) for day, c in zip(facts["period_start"], calendars, strict=True)],
        last=[month_of(day, c) for day, c in zip(facts["period_end"], calendars, strict=True)],
        ended=ended,
    ).sort_values(["period_end", "period_start"], kind="stable")
    observed = are_observed(facts)
    ahead = ~observed & (facts["last"] >= month) & (facts["last"] <= month + 12)
    return facts[observed & facts["ended"]], facts[ahead]


def _outlooks(flows, month, as_of, catalogue: Catalogue, seed, root):
    """Families of the flows that sums tie together, outlooks of all, and the flows without one.

    Where a zone's brief leads with the total of a family, the months to come follow that total's own outlook.
    """
    families, outlooks, seen = [], {}, set()
    for series in flows:
        zone, indicator, scope = SeriesKey.of(series)
        if series in seen:
            continue
        try:
            if any(indicator in (i.total, *i.parts) for i in catalogue.identities_of(zone, scope)):
                found = parts_of(series, month, as_of, seed, root)
                families.append(found)
                outlooks |= found.outlooks
                seen |= {*found.outlooks, *found.without}
            else:
                outlooks[series] = outlook(series, month, as_of, seed=seed, root=root)
        except DataError:
            seen.add(series)
    return tuple(families), outlooks, tuple(series for series in flows if series not in outlooks)
