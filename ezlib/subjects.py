"""A subject of a zone, such as trade or revenue: its series, their outlooks, and the targets set for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from ezlib import blocks, tables
from ezlib.audit import audit, for_facts
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Zone, load_catalogue
from ezlib.contracts import OBSERVATION_COLUMNS, DataError
from ezlib.drawing import Chart
from ezlib.facts import load_facts
from ezlib.flow_charts import cumulative_chart, fan_chart
from ezlib.messages import say
from ezlib.outlook import Outlook, outlook
from ezlib.periods import as_month
from ezlib.plans import Target, load_targets
from ezlib.targets import ON_PATHS, TargetAssessment, assess_target, contested, has_base

# What a page shows of the statements behind an outlook.
OBSERVED = ["series", *(name for name in OBSERVATION_COLUMNS if name not in ("half_width", "soft_sd", "status"))]
OBSERVED += ["relaxed", "stretch"]


@dataclass(frozen=True, eq=False)
class Subject:
    """The outlooks of a subject's series, each shown in the same way; `without` says why a series has none."""

    zone: Zone
    catalogue: Catalogue
    month: pd.Period
    lang: str
    outlooks: dict[str, Outlook]
    without: dict[str, str]

    @property
    def observations(self) -> pd.DataFrame:
        """What the facts say, one statement a row, with those that had to give way marked."""
        said = [found.observations.assign(series=series) for series, found in self.outlooks.items()]
        return pd.concat(said, ignore_index=True)[OBSERVED].dropna(axis=1, how="all") if said else pd.DataFrame()

    @property
    def months_chart(self) -> Block:
        """Month by month: published, derived, estimated, forecast."""
        source = self.zone.issuer(self.lang)
        return self._each(lambda o: fan_chart(o, self.lang, source=source, catalogue=self.catalogue))

    @property
    def months_table(self) -> Block:
        """The months of the last year and of those to come, in numbers."""
        since = self.month - 17
        return self._each(lambda o: tables.months_table(o, self.lang, since, catalogue=self.catalogue), headed=True)

    @property
    def year_chart(self) -> Block:
        """The year added up month by month."""
        return self._each(self._cumulative)

    def _cumulative(self, found: Outlook) -> Chart:
        year = self.month.year + (not found.covers_year(self.month.year))
        source = self.zone.issuer(self.lang)
        return cumulative_chart(found, year=year, lang=self.lang, source=source, catalogue=self.catalogue)

    @property
    def totals_table(self) -> Block:
        """The totals of the years, with intervals."""
        return self._each(lambda o: tables.totals_table(o, self.lang, self.catalogue), headed=True)

    @property
    def grounds(self) -> Block:
        """What each outlook stands on, and what had to give way."""
        return self._each(lambda o: tables.grounds(o, self._companions(o.series), self.lang), headed=True)

    def _companions(self, series: str) -> str:
        group = self.catalogue.indicator_of(series).group
        named = [SeriesKey.of(one) for one in self.zone.profiles.get(group, ())]
        return ", ".join(
            f"{self.catalogue.indicator_of(one).short(self.lang)} ({self.catalogue.zone(one.zone).name(self.lang)})"
            for one in named
        )

    @property
    def months(self) -> pd.DataFrame:
        """Months of every series as one table, for saving: month, value, intervals, status, series, unit."""
        long = [months_of_series(found) for found in self.outlooks.values()]
        return (
            pd.concat(long, ignore_index=True) if long else pd.DataFrame(columns=["month", "value", "series", "unit"])
        )

    def _each(self, show, headed: bool = False) -> Block:
        shown = []
        for series, found in self.outlooks.items():
            shown += [blocks.section(name_on(self, series))] if headed else []
            shown.append(show(found))
        return blocks.stack(*shown, *without_outlook(self))


def compose_subject(zone: str, month, subject: str, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Subject:
    """Return the outlooks of a zone's headline series of one subject: trade, revenue, industry or consumption."""
    catalogue = load_catalogue(root)
    found, without = outlooks_of(headline_series(zone, subject, root), month, as_of, seed, root, lang)
    return Subject(catalogue.zone(zone), catalogue, as_month(month), lang, found, without)


def months_of_series(found: Outlook) -> pd.DataFrame:
    """Return the months of an outlook in columns, with its series and unit: month, value, intervals, status."""
    return found.months.rename_axis("month").reset_index().assign(series=found.series, unit=found.unit)


def name_on(page, series: str) -> str:
    """Return the name of a series on a page that shows one zone: what it counts. `page` as for `without_outlook`."""
    return page.catalogue.indicator_of(series).name(page.lang)


def without_outlook(page) -> list[Block]:
    """Return why series of a page have no outlook, or that its zone has none of them.

    `page` is a Subject, or has its `zone`, `catalogue`, `lang`, `outlooks` and `without`.
    """
    if not page.outlooks and not page.without:
        return [blocks.paragraph(say("subject.none", page.lang, zone=page.zone.name(page.lang)))]
    return [
        blocks.paragraph(say("subject.no_outlook", page.lang, name=name_on(page, series), reason=reason))
        for series, reason in page.without.items()
    ]


def headline_series(zone: str, subject: str | None = None, root=None) -> list[str]:
    """Return the series that lead a zone's brief, of one subject or of all, the leading one first."""
    return load_catalogue(root).zone(zone).leading(subject)


def headline_outlooks(zone: str, month, as_of=None, seed: int = 0, root=None, lang: str = "vi"):
    """Return the outlooks of a zone's headline series, and for each series without one the reason."""
    return outlooks_of(headline_series(zone, root=root), month, as_of, seed, root, lang)


def assess_all(
    found: Outlook, targets: Iterable[Target], year: int, facts: pd.DataFrame, doubted: Collection[str] = (), root=None
) -> list[TargetAssessment]:
    """Assess every level and growth target of `year` that speaks of the outlook's indicator, its own scope first.

    `facts` are those of the outlook's day: other totals of the year published there are told (`targets.contested`). A
    target set on another scope is assessed too, and says so in its notes; but one of a merged province says nothing
    of the series within the old borders. A growth on a year that is unknown, or in which nothing came in, is no test.
    """
    _, indicator, scope = SeriesKey.of(found.series)
    fitting = [t for t in targets if t.indicator == indicator and fits(t, year) and found.covers_year(year)]
    fitting = [t for t in fitting if not t.scope.startswith(f"{scope}-") and has_base(found, t)]
    fitting.sort(key=lambda t: (t.scope != scope, t.status != "official"))
    return [contested(assess_target(found, t, doubted), facts, load_catalogue(root)) for t in fitting]


def years_asked(month: pd.Period) -> tuple[int, ...]:
    """Return the years whose targets a month is asked about: its own and, once it is over, the next."""
    return (month.year, month.year + 1) if month.month == 12 else (month.year,)


def fits(target: Target, year: int) -> bool:
    return target.kind in ON_PATHS and target.period == str(year)


def outlooks_of(
    series: Iterable[str], month, as_of=None, seed: int = 0, root=None, lang: str = "vi"
) -> tuple[dict[str, Outlook], dict[str, str]]:
    """Return the outlooks of several series, and for each series without one the reason, in the language asked."""
    found, without = {}, {}
    for name in series:
        try:
            found[name] = outlook(name, month, as_of, seed=seed, root=root)
        except DataError as error:
            without[name] = error.told(lang)
    return found, without


def zone_findings(zone: str, as_of=None, root=None, expected=None, province: bool = False) -> pd.DataFrame:
    """Audit the facts of a zone beside those of all others, since a part may be printed larger than its whole.

    `expected` gives a model's interval for some of the facts, as for `audit`; with `province` findings about figures of
    the zone's province are returned too. Raises DataError for an unknown zone.
    """
    catalogue = load_catalogue(root)
    told = {zone, catalogue.zone(zone).province} if province else {catalogue.zone(zone).id}
    everything = load_facts(None, as_of, root=root)
    findings = audit(everything, expected, catalogue, load_targets(None, as_of, root))
    return for_facts(findings, everything.loc[everything["zone"].isin(told), "fact_id"])


def doubted_series(outlooks: dict[str, Outlook], findings: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the series whose outlook stands on a figure that cannot be true, each with those facts.

    Their chances hold only if the figure does, and have to say so.
    """
    errors = findings[findings["severity"] == "error"]
    doubted = {}
    for series, found in outlooks.items():
        levels = found.observations[found.observations["value"].notna()]
        ids = set(levels["observation_id"])
        own = errors[errors["series"] == series]
        facts = tuple(dict.fromkeys(fact for row in own["facts"] for fact in row if fact in ids))
        if facts:
            doubted[series] = facts
    return doubted


def with_containing(found: Outlook, facts: Iterable[str]) -> tuple[str, ...]:
    """Return facts in doubt, and the figures of longer periods around them: a year to date has its April in it."""
    levels = found.observations[found.observations["value"].notna()]
    spans = levels.set_index("observation_id")[["start", "end"]].loc[list(facts)]
    around = [
        row.observation_id
        for row in levels.itertuples()
        if any(row.start <= start and end <= row.end for start, end in spans.itertuples(index=False))
    ]
    return tuple(dict.fromkeys([*facts, *around]))
