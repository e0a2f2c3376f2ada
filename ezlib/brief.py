"""What a planning meeting reads about one month of a zone: its figures, what they lead to, and where each comes from.

`compose_brief` gathers everything once; the properties of the result are the blocks of the page, in reading order.
Every figure printed is either a fact, whose number in the list of sources stands beside it, or comes from the joint
paths of an outlook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ezlib import blocks, messages, wording
from ezlib.assessments import Relief, relieved
from ezlib.audit import for_facts, taking_part
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Zone, load_catalogue
from ezlib.citations import Citations, ids_behind, listed_behind
from ezlib.contracts import as_of_date
from ezlib.digest import DigestLine, digest
from ezlib.drawing import Chart
from ezlib.fact_words import named
from ezlib.facts import load_facts
from ezlib.flow_charts import cumulative_chart, fan_chart
from ezlib.flow_views import KNOWN
from ezlib.flow_words import READABLE_DIGITS
from ezlib.headlines import GROUPS_IN_PARTS, refuse_untold
from ezlib.hierarchy import parts_of
from ezlib.messages import say
from ezlib.month_table import OLDEST_SHOWN, Line, ShownFigure, marked, table_lines, year_ahead
from ezlib.news import News, news
from ezlib.news_words import news_text
from ezlib.outlook import Outlook
from ezlib.performance import record_line, year_end_record
from ezlib.periods import as_month
from ezlib.plans import Target, load_targets
from ezlib.record import given, load_record
from ezlib.subjects import (
    assess_all,
    doubted_series,
    fits,
    headline_outlooks,
    outlooks_of,
    with_containing,
    years_asked,
    zone_findings,
)
from ezlib.tables import (
    aim_to_reach,
    findings_texts,
    is_known,
    settled_text,
    stated_aim,
    target_name,
    target_text,
    targets_table,
)
from ezlib.targets import TargetAssessment, chance_of_no_fall

FEW_FACTS = 6
WIDE = 1.5  # an interval whose upper end is this many times the lower is called wide
DOUBTS_SHOWN = 6


@dataclass(frozen=True, eq=False)
class Brief:
    """Everything about one month of a zone, and the blocks of the page made of it.

    `outlooks` and `assessments` are by series; `without_outlook` says why a headline series has none.
    """

    zone: Zone
    month: pd.Period
    as_of: dt.date | None
    lang: str
    catalogue: Catalogue
    facts: pd.DataFrame
    everything: pd.DataFrame
    outlooks: dict[str, Outlook]
    without_outlook: dict[str, str]
    assessments: dict[str, tuple[TargetAssessment, ...]]
    lines: tuple[Line, ...]
    findings: pd.DataFrame
    doubted: dict[str, tuple[str, ...]]
    reliefs: dict[str, Relief]
    moved: News | None
    record: pd.DataFrame
    further_lines: tuple[DigestLine, ...] = ()

    # ------------------------------------------------------------------------------------------ blocks, in order

    @property
    def masthead(self) -> Block:
        """Place and date, the headline computed from the numbers, and one paragraph."""
        zone = self.zone.name(self.lang)
        calendar = self.catalogue.calendar_of(self.first.series)
        right = messages.sentences(
            say("page.month", self.lang, month=self._month(self.month, calendar)) + " ·",
            say("page.latest", self.lang, month=wording.month(self.first.month, self.lang)) + " ·"
            if self.first.month != self.month
            else "",
            say("page.as_of", self.lang, date=wording.date(self.effective_date, self.lang)),
        )
        title = say("page.title", self.lang, zone=zone, month=wording.month(self.month, self.lang))
        return blocks.masthead(title, self.zone.issuer(self.lang), right, self.headline, self.lead)

    @property
    def key_figures(self) -> Block:
        """Up to four figures to remember."""
        return blocks.key_figures(self._keys())

    @property
    def table(self) -> Block:
        """The month in the shape of the board's own report, with the year expected and the chance of the target."""
        columns = self._columns()
        shown = [line for line in self.lines if any(f.text for f in line.figures)]
        frame = pd.DataFrame(
            [[self._cell(line, field) for field in columns] for line in shown],
            index=pd.Index([self._row_name(line) for line in shown], name=say("table.indicator", self.lang)),
            columns=list(columns.values()),
        )
        refs = pd.DataFrame(
            [[self._citations.numbers(getattr(line, field).facts) for field in columns] for line in shown],
            index=frame.index,
            columns=frame.columns,
        )
        caption = say("table.caption", self.lang, month=wording.month(self.first.month, self.lang))
        return blocks.table(frame, caption, [line.kind for line in shown], refs, self._table_note(shown))

    @property
    def charts(self) -> Block:
        """The months of the leading series, and its year added up against the target."""
        return blocks.pair(*self._charts())

    @property
    def revenue(self) -> Block:
        """What the gates have brought in, and where the year's revenue is going."""
        leading = self.zone.leading("revenue")
        at_gates = all(self.catalogue.indicator_of(series).group == "revenue" for series in leading)
        return self._subject("revenue", "section.revenue" if at_gates else "section.revenue_all")

    @property
    def targets(self) -> Block:
        """Every target that the paths can decide, with what it would still take."""
        tested = [a for found in self.assessments.values() for a in found]
        if not tested:
            return blocks.stack()
        return blocks.stack(
            blocks.section(say("section.targets", self.lang)),
            targets_table(tested, self.lang, self.catalogue, self.doubted, self._citations.target_numbers),
            blocks.points(self._target_text(a) for a in tested),
        )

    def _target_text(self, a: TargetAssessment) -> str:
        facts = self.doubted.get(a.series, ())
        rows = self.facts.set_index("fact_id", drop=False).loc[list(facts)]
        names = messages.listing([named(row, self.catalogue, self.lang) for _, row in rows.iterrows()], self.lang)
        relief = self._relief_of(a)
        same = relief is not None and relief.test is not None and self._chance(relief.test) == self._chance(a)
        left_out = self._left_out(a, relief) if relief else ""
        key = "target.doubted_same" if same else "target.doubted"
        doubt = say(key, self.lang, facts=names, left_out=left_out) if facts else ""
        without = "" if same or relief is None else self._without_doubt(relief, left_out)
        name = target_name(a, self.lang, self.catalogue)
        return messages.sentences(f"{name}:", target_text(a, self.lang, self.catalogue), doubt, without)

    def _relief_of(self, a: TargetAssessment) -> Relief | None:
        """The test of the same open target without the figures in doubt, if there is one."""
        relief = self.reliefs.get(a.series)
        return relief if relief and a.state == "open" and a.target.target_id == relief.target_id else None

    def _chance(self, a: TargetAssessment) -> str:
        if a.state == "open":
            return wording.probability(a.probability, self.lang)
        return wording.verdict(a.verdict, self.lang)

    def _left_out(self, a: TargetAssessment, relief: Relief) -> str:
        """The figures in doubt, and those around them where these too are left out, in the words of a sentence."""
        around = set(relief.facts) > set(self.doubted[a.series])
        return say("relief.it_and_around" if around else "relief.it", self.lang)

    def _without_doubt(self, relief: Relief, facts: str) -> str:
        """What the same target looks like without the figures in doubt."""
        if relief.test is None:
            return say("relief.short_none", self.lang, facts=facts)
        b = relief.test
        told, unit = wording.estimate_in(b.median, b.lower_80, b.upper_80, b.unit, self.lang)
        expected = wording.with_unit(told.median, unit, self.lang, self.catalogue)
        return say("relief.short", self.lang, facts=facts, chance=self._chance(b), expected=expected)

    @property
    def changed(self) -> Block:
        """What moved since the last brief and why, and how many of the earlier year-end intervals held."""
        told = [news_text(self.moved, self.lang, self.catalogue)] if self.moved else []
        told.append(record_line(self.record, self.lang, self.catalogue))
        return blocks.stack(blocks.section(say("section.changed_and_record", self.lang)), blocks.points(told))

    @property
    def given(self) -> pd.DataFrame:
        """What this page says of months, years and targets to come, for the record."""
        tested = [a for found in self.assessments.values() for a in found]
        return given(self.outlooks.values(), tested, self.effective_date)

    @property
    def further(self) -> Block:
        """Every other figure of the month, a line a group, with the documents they are from."""
        if not self.further_lines:
            return blocks.stack()
        lines = [(line.name, self._citations.with_letters(line)) for line in self.further_lines]
        marked = not self._in_doubt.isdisjoint(self._further_facts)
        return blocks.stack(
            blocks.section(say("section.digest", self.lang)),
            blocks.glossed(lines),
            blocks.small_print(say("digest.note", self.lang), say("digest.doubtful", self.lang) if marked else ""),
        )

    @property
    def doubts(self) -> Block:
        """The findings of the audit that touch a figure shown here."""
        texts = findings_texts(self.touching, self.lang)
        left = self.touching.iloc[DOUBTS_SHOWN:]
        body = blocks.warnings(texts[:DOUBTS_SHOWN]) if texts else blocks.paragraph(say("findings.none", self.lang))
        rest = [blocks.small_print(self._left_over(left))] if len(left) else []
        return blocks.stack(blocks.section(say("section.findings", self.lang)), body, *rest)

    def _left_over(self, findings: pd.DataFrame) -> str:
        """How many findings there is no room for, and the command that lists them."""
        zones = set(findings["zone"])
        command = "ezlib check" + "".join(f" --zone {zone}" for zone in zones if len(zones) == 1)
        return say("findings.more", self.lang, count=str(len(findings)), command=command)

    @property
    def sources(self) -> Block:
        """Each fact and target shown, and the document that states it."""
        cited = self._citations
        return blocks.stack(
            blocks.section(say("section.sources", self.lang)),
            blocks.sources(cited.entries()),
            blocks.small_print(*cited.documents(), *cited.whole_series(self.outlooks)),
            blocks.small_print(self._method_note()),
        )

    @property
    def summary(self) -> dict:
        """The result in three lines, and the numbers behind them, for a console or another program."""
        return {
            "zone": self.zone.id,
            "month": str(self.month),
            "as_of": str(self.effective_date),
            "lines": [wording.plain(line) for line in (self.headline, *self._result_lines())],
        }

    # ------------------------------------------------------------------------------------------ what is behind them

    @property
    def first(self) -> Line:
        """The line that leads the page."""
        return self.lines[0]

    @cached_property
    def effective_date(self) -> dt.date:
        """The day up to which publications were used: `as_of`, or the latest publication there is."""
        return self.as_of or self.facts["published"].max().date()

    @property
    def headline(self) -> str:
        """One sentence computed from the numbers."""
        return messages.capital(say(*self._headline()[:1], self.lang, **self._headline()[1]))

    @property
    def lead(self) -> str:
        """What happened, what is expected, and how sure that is."""
        return messages.sentences(*self._lead_sentences())

    @cached_property
    def touching(self) -> pd.DataFrame:
        """The findings, other than notes, about a figure of this page or a doubted one behind it; in its order."""
        behind = (fact for facts in self.doubted.values() for fact in facts)
        found = for_facts(self.findings, [*self._shown, *self._further_facts, *behind])
        found = found[found["severity"] != "note"]
        return found.iloc[np.argsort([self._place(facts) for facts in found["facts"]], kind="stable")]

    def _place(self, facts: Iterable[str]) -> int:
        """The first row of the table that shows one of the facts; those beside the table come after all rows."""
        rows = ({fact for figure in line.figures for fact in figure.facts} for line in self.lines)
        return next((i for i, row in enumerate(rows) if not row.isdisjoint(facts)), len(self.lines))

    @cached_property
    def _in_doubt(self) -> frozenset[str]:
        return _suspect(self.findings, self.outlooks, self.doubted)

    @cached_property
    def sources_in_order(self) -> tuple[str, ...]:
        """Ids of the facts shown or cited by a doubt, in the order of their first appearance."""
        cited = [fact for facts in self.touching["facts"].head(DOUBTS_SHOWN) for fact in facts]
        return tuple(dict.fromkeys([*self._shown, *cited]))

    @cached_property
    def _shown(self) -> list[str]:
        shown = [fact for line in self.lines for figure in line.figures for fact in figure.facts]
        behind = [fact for found in self.outlooks.values() for fact in listed_behind(found)]
        known = set(self.facts["fact_id"])
        return [fact for fact in dict.fromkeys([*shown, *behind]) if fact in known]

    @property
    def _further_facts(self) -> list[str]:
        return [fact for line in self.further_lines for fact in line.facts]

    @cached_property
    def _citations(self) -> Citations:
        targets = {a.target.target_id: a.target for found in self.assessments.values() for a in found}
        further = tuple(self._further_facts)
        return Citations(self.everything, self.sources_in_order, further, targets, self.catalogue, self.lang)

    def _line(self, series: str) -> Line | None:
        return next((line for line in self.lines if line.series == series), None)

    def _month(self, month, calendar) -> str:
        return wording.reporting_month(month, calendar, self.lang)

    def _cell(self, line: Line, field: str) -> str:
        """A figure of a row; with its month where that is not the column's."""
        text = str(getattr(line, field))
        late = field == "value" and text and line.month != self.first.month
        return f"{text} ({wording.axis_month(line.month, self.lang)})" if late else text

    def _columns(self) -> dict[str, str]:
        """Fields of a line and the words over them; columns that no line fills are left out."""
        words = {
            "value": messages.capital(wording.month(self.first.month, self.lang)),
            "mom": say("table.mom", self.lang),
            "cumulative": say("table.cumulative", self.lang),
            "ytd_yoy": say("table.ytd_yoy", self.lang),
            "plan": say("table.plan", self.lang),
            "year_end": say("table.year_end", self.lang, year=self._year_shown()),
            "chance": say("table.probability", self.lang),
        }
        return {field: word for field, word in words.items() if any(getattr(line, field).text for line in self.lines)}

    def _row_name(self, line: Line) -> str:
        unit = wording.unit_name(self._unit(line.series), self.lang, self.catalogue)
        told = unit.casefold() in line.name.casefold()  # "Lượt người" says its unit
        return f"{line.name} ({unit})" if line.kind == "total" and not told else line.name

    def _table_note(self, shown: list[Line]) -> str:
        return messages.sentences(
            say("table.computed", self.lang) if any(f.computed for line in shown for f in line.figures) else "",
            say("table.doubtful", self.lang) if any(f.doubtful for line in shown for f in line.figures) else "",
            self._plan_scope(shown),
            *(
                say("table.few_paths", self.lang, name=line.name)
                for line in shown
                if line.series in self.outlooks and "few_effective_paths" in self.outlooks[line.series].notes
            ),
            self._estimates(shown),
            *self._late(shown),
            self._first_estimates(shown),
            *self._restated(shown),
            *self._ended(shown),
        )

    def _late(self, shown: list[Line]) -> Iterator[str]:
        """Which rows show figures of another month than the column's."""
        late = [line for line in shown if line.month != self.first.month and line.reported]
        for month in sorted({line.month for line in late}, reverse=True):
            names = dict.fromkeys(line.name for line in late if line.month == month)
            values = {"names": messages.listing(names, self.lang), "month": wording.month(month, self.lang)}
            yield say("table.late", self.lang, **values)

    def _plan_scope(self, shown: list[Line]) -> str:
        """Whose plan the computed shares of some rows are shares of, where it is not that of the series itself."""
        names: dict[str, list[str]] = {}
        for line in shown:
            test = next(iter(self.assessments.get(line.series, ())), None)
            if line.plan.computed and test is not None and "scope_differs" in test.notes:
                scope = self.catalogue.scope(test.target.scope).name(self.lang)
                names.setdefault(scope, []).append(line.name)
        told = ({"scope": scope, "names": messages.listing(rows, self.lang)} for scope, rows in names.items())
        return messages.sentences(*(say("table.plan_scope", self.lang, **values) for values in told))

    def _estimates(self, shown: list[Line]) -> str:
        """Which rows show a figure that its publisher calls an estimate."""
        names = [line.name for line in shown if self._provisional & {*line.value.facts, *line.cumulative.facts}]
        return say("table.estimates", self.lang, names=messages.listing(names, self.lang)) if names else ""

    @cached_property
    def _provisional(self) -> set[str]:
        return set(self.facts.loc[self.facts["status"] != "final", "fact_id"])

    def _told_as(self, key: str, figure: ShownFigure) -> str:
        """The sentence for a figure, or the one for an estimate."""
        return f"{key}_estimate" if self._provisional & set(figure.facts) else key

    def _first_estimates(self, shown: list[Line]) -> str:
        """Which rows stand on months that were never revised."""
        names = [line.name for line in shown if line.series in self.zone.first_estimates]
        if not names:
            return ""
        return messages.capital(say("table.first_estimates", self.lang, names=messages.listing(names, self.lang)))

    def _ended(self, shown: list[Line]) -> Iterator[str]:
        """Which rows are within borders, or by an office, that were there no more at the end of the year expected."""
        names: dict[dt.date, list[str]] = {}
        for line in shown:
            end = self.catalogue.scope(SeriesKey.of(line.series).scope).until
            if end and line.year_end.text and end < min(self.effective_date, dt.date(self._year_shown(), 12, 31)):
                names.setdefault(end, []).append(line.name)
        for end, lines in names.items():
            values = {"names": messages.listing(lines, self.lang), "date": wording.date(end, self.lang)}
            yield messages.capital(say("table.ended", self.lang, **values))

    def _restated(self, shown: list[Line]) -> Iterator[str]:
        """Which rows compare months as restated with months as first printed."""
        for line in shown:
            since = self.zone.restated.get(line.series)
            if since is not None and pd.Period(f"{line.month.year - 1}-01", "M") < since <= line.month:
                values = {"name": line.name, "month": wording.month(since, self.lang)}
                yield messages.capital(say("table.restated", self.lang, **values))

    def _year_shown(self) -> int:
        """The year whose end is told: the one still open, or the next where the facts begin in its middle."""
        year, found = year_ahead(self.month), self._lead_outlook()
        return year if found is None or found.covers_year(year) else self.month.year + 1

    def _lead_outlook(self) -> Outlook | None:
        return self.outlooks.get(self.first.series)

    def _lead_assessment(self) -> TargetAssessment | None:
        return next(iter(self.assessments.get(self.first.series, ())), None)

    def _headline(self) -> tuple[str, dict]:
        line, test, found = self.first, self._lead_assessment(), self._lead_outlook()
        values = {
            "series": line.name,
            "month": wording.month(line.month, self.lang),
            "year": str(line.month.year),
        }
        change = line.mom.number
        if line.mom.text:
            values["change"] = self._change(line.mom)
        if test is not None:
            values |= {
                "target": stated_aim(test.target, self.lang, self.catalogue),
                "verdict": wording.verdict_phrase(test.verdict, self.lang),
                "year": test.target.period,  # early in a year the latest figure may still be of the last one
            }
            if test.state == "open" and line.mom.text:
                return "headline.target", values | {"joint": messages.joint(change, test.probability, self.lang)}
            own = self._decided_elsewhere(test)
            if own is not None:
                value = wording.with_unit(settled_text(own, self.lang), own.unit, self.lang, self.catalogue)
                return "headline.outcome_elsewhere", values | {"value": value, "scope": self._scope(own.series)}
            if line.cumulative.text:
                key = "headline.so_far" if test.months_left else "headline.outcome"
                return key, values | {"value": self._amount(line.cumulative, line.series)}
        expected = self._expected(line.series) if found is not None else ""
        if line.mom.text and expected:
            return "headline.month", values | {"year": str(self._year_shown()), "expected": expected}
        if expected:
            return "headline.year", values | {"year": str(self._year_shown()), "expected": expected}
        return "headline.only", values | {"value": self._amount(line.value, line.series)}

    def _scope(self, series: str) -> str:
        return self.catalogue.scope(SeriesKey.of(series).scope).name(self.lang)

    def _decided_elsewhere(self, test: TargetAssessment | None) -> TargetAssessment | None:
        """The same target on the series it was set for, where that is another one and its year is over and known."""
        if test is None or "scope_differs" not in test.notes or test.state == "open":
            return None
        same = (a for a in self.assessments.get(test.target.series, ()) if a.target.target_id == test.target.target_id)
        return next((a for a in same if a.state in ("reached", "missed") and is_known(a)), None)

    def _amount(self, figure: ShownFigure, series: str) -> str:
        """A figure in the unit in which the year of its series is told: no two units in one paragraph."""
        factor, unit = self._readable(series)
        text = figure.text if factor == 1 else wording.digits(factor * figure.number, READABLE_DIGITS, self.lang)
        return wording.with_unit(text, unit, self.lang, self.catalogue)

    def _readable(self, series: str) -> tuple[float, str]:
        found, unit = self.outlooks.get(series), self._unit(series)
        if found is None or not found.covers_year(self._year_shown()):
            return 1.0, unit
        return wording.readable(found.total_range(str(self._year_shown()))[0], unit)

    def _unit(self, series: str) -> str:
        return self.catalogue.indicator_of(series).unit

    def _expected(self, series: str) -> str:
        e, unit = self._year_in_words(series)
        return wording.with_unit(e.median, unit, self.lang, self.catalogue)

    def _year_in_words(self, series: str) -> tuple[wording.Estimate, str]:
        """The year expected, in the unit people would say it in, and that unit."""
        quantiles = self.outlooks[series].total_range(str(self._year_shown()))
        return wording.estimate_in(*quantiles, self._unit(series), self.lang)

    def _lead_sentences(self) -> list[str]:
        line, lang = self.first, self.lang
        sentences = []
        if line.month < self.month - OLDEST_SHOWN:
            values = {"month": wording.month(self.month, lang), "last": wording.month(line.month, lang)}
            sentences.append(say("lead.stale", lang, **values))
        if self._decided_elsewhere(self._lead_assessment()) is not None:
            sentences.append(say("lead.counted_by", lang, scope=self._scope(line.series)))
        if line.value.text and line.mom.text:
            month = messages.capital(wording.month(line.month, lang))
            values = {"value": self._amount(line.value, line.series), "change": self._change(line.mom)}
            sentences.append(say(self._told_as("lead.month", line.value), lang, month=month, **values))
        if line.cumulative.text and line.ytd_yoy.text:
            values = {"value": self._amount(line.cumulative, line.series), "change": self._change(line.ytd_yoy)}
            sentences.append(say(self._told_as("lead.cumulative", line.cumulative), lang, **values))
        found = self._lead_outlook()
        if found is not None:
            sentences.append(self._expectation(line.series))
            behind = len(ids_behind(found))
            if behind <= FEW_FACTS:
                key = "lead.few_facts" if behind > 1 else "lead.one_fact"
                _, lower, upper = found.total_range(str(self._year_shown()))
                key += "_wide" if upper > WIDE * lower else ""
                sentences.append(say(key, lang, count=wording.number(behind, 0, lang)))
        return sentences or [self.without_outlook.get(line.series, "")]

    def _result_lines(self) -> Iterator[str]:
        """What is expected of the year, and what its target would take."""
        found, test = self._lead_outlook(), self._lead_assessment()
        if found is not None:
            yield self._expectation(self.first.series)
        if test is not None and test.state == "open":
            target = aim_to_reach(test.target, self.lang, self.catalogue)
            chance = wording.probability(test.probability, self.lang)
            needed = wording.quantity(test.needed_per_month, test.unit, self.lang, decimals=0, catalogue=self.catalogue)
            key = "result.limit" if test.target.is_limit else "result.target"
            yield say(key, self.lang, target=target, probability=chance, needed=needed)
        elif test is not None:
            yield target_text(test, self.lang, self.catalogue)

    def _expectation(self, series: str) -> str:
        e, unit = self._year_in_words(series)
        values = {
            "year": str(self._year_shown()),
            "median": wording.with_unit(e.median, unit, self.lang, self.catalogue),
            "lower": e.lower,
            "upper": e.upper,
        }
        return say("lead.expected", self.lang, **values)

    def _change(self, figure: ShownFigure) -> str:
        return wording.change_words(figure.number, 1 if figure.computed else None, self.lang)

    def _keys(self) -> Iterator[tuple]:
        line, found, lang = self.first, self._lead_outlook(), self.lang
        test = next((a for a in self.assessments.get(line.series, ()) if a.state == "open"), None)
        if test is not None:
            target = aim_to_reach(test.target, lang, self.catalogue)
            tone = "warn" if test.probability < 0.1 else ""
            label = say("key.probability", lang, target=target, year=test.target.period)
            yield wording.probability(test.probability, lang), label, tone
            yield self._needed_key(test, line)
        if found is not None:
            year = self._year_shown()
            estimate, unit = self._year_in_words(line.series)
            unit = wording.unit_name(unit, lang, self.catalogue)
            yield estimate.median, say("key.expected", lang, unit=unit, year=str(year))
            if pd.Period(f"{year - 1}-01", "M") in found.paths.columns:
                chance = chance_of_no_fall(found, year)
                yield wording.probability(chance, lang), say("key.last_year", lang, year=str(year - 1))

    def _needed_key(self, test: TargetAssessment, line: Line) -> tuple:
        unit = wording.unit_name(test.unit, self.lang, self.catalogue)
        needed = wording.number(test.needed_per_month, 0 if test.needed_per_month >= 100 else 1, self.lang)
        key = "key.allowed" if test.target.is_limit else "key.needed"
        last = self.outlooks[line.series].months.loc[test.last_observed]
        beside = ""
        if last["status"] in KNOWN:  # a month that is only estimated is nothing to measure by
            times = wording.times(test.needed_per_month / last["value"], self.lang)
            beside = say("key.beside", self.lang, times=times, month=wording.month(test.last_observed, self.lang))
        return needed, say(key, self.lang, unit=unit, beside=beside), ""

    def _charts(self) -> Iterator[Chart]:
        source = self.zone.issuer(self.lang)
        for series in self.zone.leading("trade") or self.zone.leading():
            if series not in self.outlooks:
                continue
            found = self.outlooks[series]
            yield fan_chart(found, self.lang, source=source, catalogue=self.catalogue)
            year = self.month.year
            tests = (a for a in self.assessments.get(series, ()) if a.target.kind == "level" and fits(a.target, year))
            if not found.covers_year(year):
                continue
            yield cumulative_chart(found, next(tests, None), year, self.lang, source=source, catalogue=self.catalogue)

    def _subject(self, subject: str, heading: str) -> Block:
        sentences = []
        for series in self.zone.leading(subject):
            line = self._line(series)
            if line is not None and line.cumulative.text:
                sentences += self._account(line)
        if not sentences:
            return blocks.stack()
        return blocks.stack(blocks.section(say(heading, self.lang)), blocks.paragraph(*sentences))

    def _account(self, line: Line) -> list[str]:
        values = {"name": line.name, "value": self._amount(line.cumulative, line.series)}
        values["until"] = ""
        if line.month != self.first.month:
            values["until"] = say("account.until", self.lang, month=wording.month(line.month, self.lang))
        known = line.ytd_yoy.text != ""
        key = "account.cumulative" if known else "account.cumulative_only"
        sentences = [say(key, self.lang, **values, change=self._change(line.ytd_yoy) if known else "")]
        if line.year_end.text:
            sentences.append(self._expectation(line.series))
        return sentences

    def _method_note(self) -> str:
        count = max((len(o.paths) for o in self.outlooks.values()), default=0)
        return say("method.note", self.lang, count=wording.number(count, 0, self.lang)) if count else ""


# --------------------------------------------------------------------------------------------------- composing


def compose_brief(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Brief:
    """Gather the figures, outlooks, target tests and findings of one month of a zone.

    `month` is the last reporting month used, `as_of` the last day of publication used (None: all there is). A series
    whose facts give no outlook is shown by its facts alone. Raises WithoutFacts when the zone has no figure to show for
    `month`: where no leading series has one as young as OLDEST_SHOWN, the latest of the last year is shown.
    """
    catalogue = load_catalogue(root)
    place = catalogue.zone(zone)
    month = as_month(month)
    facts = load_facts(zone, as_of, root=root)
    refuse_untold(facts, place, month, catalogue)
    found, without = headline_outlooks(zone, month, as_of, seed, root, lang)
    targets = load_targets(zone, as_of, root)
    everything = load_facts(None, as_of, root=root)
    findings = zone_findings(zone, as_of, root, province=True)
    doubted, wrong = doubted_series(found, findings), taking_part(findings, ["error"])
    suspect = _suspect(findings, found, doubted)
    own, _ = outlooks_of(_set_elsewhere(found, targets, month), month, as_of, seed, root)
    shares = _parts(place, found, catalogue, month, as_of, seed, root)
    assessments = _tests(found, shares | own, targets, month, facts, wrong, root)
    lines = table_lines(place, month, facts, catalogue, found | shares, assessments, lang)
    day = as_of_date(as_of)
    until = day or facts["published"].max().date()
    return Brief(
        zone=place,
        month=month,
        as_of=day,
        lang=lang,
        catalogue=catalogue,
        facts=facts,
        everything=everything,
        outlooks=found,
        without_outlook=without,
        assessments=assessments,
        lines=tuple(marked(line, suspect, line.series in doubted) for line in lines),
        findings=findings,
        doubted=doubted,
        reliefs=_reliefs(assessments, found, doubted, as_of, seed, root),
        moved=_moved(lines[0].series, found, assessments, until, seed, root),
        record=year_end_record(zone, month, until, own | found, facts, root, seed),
        further_lines=digest(
            place,
            month,
            everything,
            {line.series for line in lines if line.reported},
            catalogue,
            lang,
            OLDEST_SHOWN,
            suspect,
        ),
    )


def _set_elsewhere(found: dict[str, Outlook], targets: list[Target], month: pd.Period) -> list[str]:
    """The series that official targets were set for, where a headline series of another scope stands in for them."""
    indicators = {SeriesKey.of(series).indicator for series in found}
    official = (t for t in targets if t.status == "official" and t.period in map(str, years_asked(month)))
    return list(dict.fromkeys(t.series for t in official if t.indicator in indicators and t.series not in found))


def _tests(found, own, targets: list[Target], month, facts, wrong, root) -> dict[str, tuple[TargetAssessment, ...]]:
    """Tests of the headline series `found`; on the series of `own`, of the official targets set for them alone."""
    asked = dict.fromkeys(found, targets)
    asked |= {series: [t for t in targets if t.series == series and t.status == "official"] for series in own}
    tests = {
        series: tuple(a for year in years_asked(month) for a in assess_all(o, asked[series], year, facts, wrong, root))
        for series, o in {**found, **own}.items()
        if asked[series]
    }
    return {series: made for series, made in tests.items() if made}


def _suspect(findings: pd.DataFrame, outlooks, doubted) -> frozenset[str]:
    """Figures that a finding is about, and those of longer periods around one that cannot be true."""
    return taking_part(findings).union(*(with_containing(outlooks[s], facts) for s, facts in doubted.items()))


def _reliefs(assessments, found, doubted, as_of, seed, root) -> dict[str, Relief]:
    """The first target of each series in doubt, tested without the figures in doubt."""
    first = {s: next((a for a in assessments.get(s, ()) if a.state == "open"), None) for s in doubted}
    return {s: relieved(a, found[s], doubted[s], as_of, seed, root) for s, a in first.items() if a is not None}


def _parts(
    place: Zone, found: dict[str, Outlook], catalogue: Catalogue, month, as_of, seed, root
) -> dict[str, Outlook]:
    """Outlooks of the parts of leading totals, which add up to the total in every path."""
    parts = {}
    for series, total in found.items():
        _, indicator, scope = SeriesKey.of(series)
        in_parts = catalogue.indicator(indicator).group in GROUPS_IN_PARTS
        if in_parts and any(i.total == indicator for i in catalogue.identities_of(place.id, scope)):
            parts |= parts_of(series, month, as_of, seed, root, total).outlooks
    return {series: o for series, o in parts.items() if series not in found}


def _moved(series: str, found, assessments, day, seed, root) -> News | None:
    """How the first target of the leading series moved, or its year where it has none."""
    if series not in found:
        return None
    o = found[series]
    target = next((a.target for a in assessments.get(series, ()) if a.state == "open"), None)
    year = year_ahead(o.month)
    if target is None and not o.covers_year(year):
        return None
    return news(o, target, year, day, load_record(SeriesKey.of(series).zone, day, root), root, seed)
