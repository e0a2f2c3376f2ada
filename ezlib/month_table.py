"""The table of a brief: what each series of a zone reached in a month, and where its year is going."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ezlib import wording
from ezlib.catalogue import Catalogue, SeriesKey, Zone
from ezlib.contracts import STATUSES
from ezlib.fact_words import DOUBTFUL, figure_and_unit
from ezlib.facts import facts_of, in_own_unit, in_precedence
from ezlib.headlines import OLDEST_TOLD, table_series
from ezlib.messages import say
from ezlib.outlook import Outlook
from ezlib.periods import Calendar, month_bounds, year_bounds
from ezlib.targets import TargetAssessment

# A report may be late with some of its parts: industry lags a month, but no figure older than this is shown.
OLDEST_SHOWN = 2
COMPUTED = "*"


@dataclass(frozen=True)
class ShownFigure:
    """One cell of the table: text and number, the facts that state it, whether it was computed from other facts."""

    text: str = ""
    number: float = float("nan")
    facts: tuple[str, ...] = ()
    computed: bool = False

    doubtful: bool = False

    def __str__(self) -> str:
        marks = COMPUTED * self.computed + DOUBTFUL * self.doubtful
        number, bracket, interval = self.text.partition(" (")
        return number + (marks if number else "") + bracket + interval

    def in_doubt(self) -> ShownFigure:
        """The same figure, marked as standing on one that cannot be true."""
        return replace(self, doubtful=True)


EMPTY = ShownFigure()


@dataclass(frozen=True)
class Line:
    """One row of the table: what a series reached in its last month, and where its year is going."""

    series: str
    name: str
    kind: str
    month: pd.Period
    value: ShownFigure
    mom: ShownFigure
    cumulative: ShownFigure
    ytd_yoy: ShownFigure
    plan: ShownFigure
    year_end: ShownFigure
    chance: ShownFigure

    @property
    def figures(self) -> tuple[ShownFigure, ...]:
        return self.value, self.mom, self.cumulative, self.ytd_yoy, self.plan, self.year_end, self.chance

    @property
    def reported(self) -> bool:
        """Whether the row shows a figure of its month, not the year ahead alone."""
        return bool(self.value.text or self.cumulative.text)


def table_lines(
    zone: Zone,
    month: pd.Period,
    facts: pd.DataFrame,
    catalogue: Catalogue,
    outlooks: Mapping[str, Outlook],
    assessments: Mapping[str, tuple[TargetAssessment, ...]],
    lang: str = "vi",
) -> tuple[Line, ...]:
    """Return the rows of a zone's table in order, by the facts, outlooks and target tests of its series.

    A row shows the latest month that is at most OLDEST_SHOWN months old; where that leaves no row at all, the table
    goes further back, to OLDEST_TOLD months. Empty where that finds nothing either.
    """
    facts = in_own_unit(facts, catalogue)
    told = (
        tuple(_lines(zone, month, facts, catalogue, outlooks, assessments, lang, oldest))
        for oldest in range(OLDEST_SHOWN, OLDEST_TOLD + 1)
    )
    return next((lines for lines in told if lines), ())


def marked(line: Line, suspect: frozenset[str], outlook_too: bool) -> Line:
    """The row with a mark on every figure in doubt, and on its outlook where that stands on one that cannot be true."""
    fields = ("value", "mom", "cumulative", "ytd_yoy", "plan")
    behind = {field: getattr(line, field).facts for field in fields}
    if line.plan.computed:
        behind["plan"] = line.cumulative.facts  # what the share is of; the figure itself leads to the target
    doubtful = [field for field, facts in behind.items() if not suspect.isdisjoint(facts)]
    doubtful += ["year_end", "chance"] if outlook_too else []
    return replace(line, **{field: getattr(line, field).in_doubt() for field in doubtful})


def year_ahead(month: pd.Period) -> int:
    """The year whose end is still open: the month's own, the next one once it is December."""
    return month.year + (month.month == 12)


def _lines(zone, month, facts, catalogue, outlooks, assessments, lang, oldest) -> Iterator[Line]:
    total = None
    for series, kind in table_series(zone, catalogue).items():
        of_series = facts_of(facts, SeriesKey.of(series))
        found, tests = outlooks.get(series), assessments.get(series, ())
        # A part stands under the month of its total: an older one would read as a share of it.
        months = [total.month] if kind == "part" and total else [month - late for late in range(oldest + 1)]
        line = _line(series, kind, month, months, of_series, catalogue, found, tests, lang)
        total = line if kind == "total" else total
        if line is not None:
            yield line


def _line(series, kind, month, months, facts, catalogue, found, tests, lang) -> Line | None:
    """The row of a series in the first of some months that it has figures for; a part may have its year alone."""
    calendar = catalogue.calendar_of(series)
    stated = _Stated(facts, calendar, lang)
    for shown in months:
        start, end = month_bounds(shown, calendar)
        in_month = _best(facts, start, end)
        so_far = _best(facts, year_bounds(shown.year, calendar)[0], end)
        if in_month is not None or so_far is not None:
            break
    else:
        if kind != "part" or found is None:
            return None
    test = next(iter(tests), None)
    added_up = so_far is None or stated.firmer_than(so_far, shown)
    cumulative = stated.cumulative(shown) if added_up else _level(so_far, catalogue, lang)
    so_far = None if added_up else so_far  # its growth and share of plan are of another number
    name = catalogue.indicator_of(series).short(lang)
    return Line(
        series=series,
        name=name,
        kind=kind,
        month=shown,
        value=_level(in_month, catalogue, lang),
        mom=_change(in_month, ("mom",), lang) or stated.mom(shown),
        cumulative=cumulative,
        ytd_yoy=_change(so_far, ("ytd_yoy", "yoy"), lang) or stated.ytd_yoy(shown),
        plan=_plan(so_far, cumulative, test if test and test.target.period == str(shown.year) else None, lang),
        year_end=_year_end(found, month, lang),
        chance=_chance(test, month, lang),
    )


def _best(facts: pd.DataFrame, start: dt.date, end: dt.date):
    """The fact that stands of those for a period."""
    same = facts[(facts["period_start"] == pd.Timestamp(start)) & (facts["period_end"] == pd.Timestamp(end))]
    return None if same.empty else in_precedence(same).iloc[-1]


def _level(fact, catalogue: Catalogue, lang) -> ShownFigure:
    if fact is None:
        return EMPTY
    text, _ = figure_and_unit(fact, catalogue, lang)
    return ShownFigure(text, fact["value"], (fact["fact_id"],))


def _change(fact, bases: tuple[str, ...], lang) -> ShownFigure | None:
    if fact is None:
        return None
    for i in (1, 2):
        if fact[f"basis{i}"] in bases:
            change = fact[f"change{i}"]
            return ShownFigure(wording.change(change, None, lang), change, (fact["fact_id"],))
    return None


class _Stated:
    """The months of one series that a fact states, for changes and sums that no fact prints."""

    def __init__(self, facts: pd.DataFrame, calendar: Calendar, lang: str):
        self._facts, self._calendar, self._lang = facts, calendar, lang

    def mom(self, month: pd.Period) -> ShownFigure:
        return self._change([month - 1], [month])

    def cumulative(self, month: pd.Period) -> ShownFigure:
        year = self._stating(_year_to(month))
        if year is None:
            return EMPTY
        total = sum(year.values())
        return ShownFigure(
            wording.number(total, 0 if total >= 1000 else 1, self._lang), total, tuple(year), computed=True
        )

    def ytd_yoy(self, month: pd.Period) -> ShownFigure:
        return self._change(_year_to(month - 12), _year_to(month))

    def firmer_than(self, so_far, month: pd.Period) -> bool:
        """Whether every month of a year to date is stated more firmly than it, the last of them no earlier."""
        facts = self._facts_of(_year_to(month))
        if facts is None:
            return False
        since = max(fact["published"] for fact in facts) >= so_far["published"]
        return since and all(STATUSES[fact["status"]].rank < STATUSES[so_far["status"]].rank for fact in facts)

    def _change(self, before: Iterable[pd.Period], now: Iterable[pd.Period]) -> ShownFigure:
        base, top = self._stating(before), self._stating(now)
        if base is None or top is None or sum(base.values()) == 0:
            return EMPTY
        change = 100 * (sum(top.values()) / sum(base.values()) - 1)
        return ShownFigure(wording.change(change, 1, self._lang), change, (*top, *base), computed=True)

    def _stating(self, months: Iterable[pd.Period]) -> dict[str, float] | None:
        """Values of the months by the facts that state them; None where one month has no fact."""
        facts = self._facts_of(months)
        return None if facts is None else {fact["fact_id"]: float(fact["value"]) for fact in facts}

    def _facts_of(self, months: Iterable[pd.Period]) -> list | None:
        found = [_best(self._facts, *month_bounds(month, self._calendar)) for month in months]
        return None if any(fact is None for fact in found) else found


def _year_to(month: pd.Period) -> list[pd.Period]:
    return list(pd.period_range(f"{month.year}-01", month, freq="M"))


def _plan(fact, cumulative: ShownFigure, test: TargetAssessment | None, lang) -> ShownFigure:
    """Share of the year's plan as printed, else that of the year to date in the target in force."""
    if fact is not None:
        for i in (1, 2):
            if fact[f"basis{i}"] == "plan_share_pct":
                share = fact[f"change{i}"]
                return ShownFigure(wording.percent(share, None, lang), share, (fact["fact_id"],))
    if test is None or test.target.kind != "level" or not cumulative.text:
        return EMPTY
    share = 100 * cumulative.number / test.target.value
    return ShownFigure(wording.percent(share, 1, lang), share, (test.target.target_id,), computed=True)


def _year_end(found: Outlook | None, month: pd.Period, lang) -> ShownFigure:
    if found is None or not found.covers_year(year_ahead(month)):
        return EMPTY
    return ShownFigure(wording.estimate(*found.total_range(str(year_ahead(month))), lang).text)


def _chance(test: TargetAssessment | None, month: pd.Period, lang) -> ShownFigure:
    """The chance of a target, with its year where it is not the one whose end the row tells; or what became of it."""
    if test is None:
        return EMPTY
    if test.state == "open":
        chance = wording.probability(test.probability, lang)
        same = test.target.period == str(year_ahead(month))
        return ShownFigure(chance if same else say("verdict.of_year", lang, verdict=chance, year=test.target.period))
    verdict = wording.verdict(test.verdict, lang)
    return ShownFigure(say("verdict.of_year", lang, verdict=verdict, year=test.target.period))
