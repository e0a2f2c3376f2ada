"""A subject of a zone, such as trade or revenue: its series, their outlooks, and the targets set for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, tables
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, Target, Zone, load_catalogue, load_targets
from ezlib.charts import Chart, covers_year, cumulative_chart, fan_chart
from ezlib.contracts import DataError
from ezlib.outlook import Outlook, outlook
from ezlib.periods import as_month
from ezlib.targets import ON_PATHS, TargetAssessment, assess_target, chance_by_height
from ezlib.wording import capital, say

# Heights at which the chance of a target is shown: shares of the expected total.
HEIGHTS = (0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)


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
        return pd.concat(said, ignore_index=True) if said else pd.DataFrame()

    @property
    def months_chart(self) -> Block:
        """Month by month: published, derived, estimated, forecast."""
        source = self.zone.issuer(self.lang)
        return self._each(lambda o: fan_chart(o, self.lang, source=source, catalogue=self.catalogue))

    @property
    def months_table(self) -> Block:
        """The months of the last year and of those to come, in numbers."""
        return self._each(lambda o: tables.months_table(o, self.lang, since=self.month - 17), headed=True)

    @property
    def year_chart(self) -> Block:
        """The year added up month by month."""
        return self._each(self._cumulative)

    def _cumulative(self, found: Outlook) -> Chart:
        year = self.month.year + (not covers_year(found, self.month.year))
        source = self.zone.issuer(self.lang)
        return cumulative_chart(found, year=year, lang=self.lang, source=source, catalogue=self.catalogue)

    @property
    def totals_table(self) -> Block:
        """The totals of the years, with intervals."""
        return self._each(lambda o: tables.totals_table(o, self.lang), headed=True)

    @property
    def months(self) -> pd.DataFrame:
        """Months of every series as one table, for saving: series, month, value, intervals, status."""
        long = [found.months.rename_axis("month").reset_index().assign(series=s) for s, found in self.outlooks.items()]
        return pd.concat(long, ignore_index=True) if long else pd.DataFrame(columns=["month", "value", "series"])

    def _each(self, show, headed: bool = False) -> Block:
        shown = []
        for series, found in self.outlooks.items():
            shown += [blocks.section(self._name(series))] if headed else []
            shown.append(show(found))
        return blocks.stack(*shown, *self._missing())

    def _missing(self) -> list[Block]:
        if not self.outlooks and not self.without:
            return [blocks.paragraph(say("subject.none", self.lang, zone=self.zone.name(self.lang)))]
        return [
            blocks.paragraph(say("subject.no_outlook", self.lang, name=self._name(series), reason=reason))
            for series, reason in self.without.items()
        ]

    def _name(self, series: str) -> str:
        return self.catalogue.indicator(series.split("/")[1]).name(self.lang)


@dataclass(frozen=True, eq=False)
class TargetTests:
    """Every target of a zone's year that sums of months decide, tested on the paths of each series that bears it."""

    catalogue: Catalogue
    lang: str
    outlooks: dict[str, Outlook]
    assessments: tuple[TargetAssessment, ...]
    without: dict[str, str]

    @property
    def table(self) -> Block:
        """The targets side by side."""
        if not self.assessments:
            return blocks.paragraph(say("target.none", self.lang))
        return tables.targets_table(self.assessments, self.lang, self.catalogue)

    @property
    def needs(self) -> Block:
        """What each target still takes, beside what has been managed before."""
        texts = [
            f"{tables.target_name(a, self.lang, self.catalogue)}: {tables.target_text(a, self.lang, self.catalogue)}"
            for a in self.assessments
        ]
        texts += [say("subject.no_outlook", self.lang, name=s, reason=reason) for s, reason in self.without.items()]
        return blocks.points(capital(text) for text in texts)

    @property
    def sensitivity(self) -> Block:
        """The chance of each open level target at other heights."""
        shown = []
        for a in self.assessments:
            if a.state == "open" and a.target.kind == "level":
                found = self.outlooks[a.series]
                curve = chance_by_height(found, a.target, heights_around(found, a.target))
                shown.append(blocks.section(tables.target_name(a, self.lang, self.catalogue)))
                shown.append(tables.sensitivity_table(curve, a.unit, self.lang, self.catalogue))
        return blocks.stack(*shown)

    @property
    def frame(self) -> pd.DataFrame:
        """The assessments as a plain table, for saving."""
        rows = []
        for a in self.assessments:
            row = {k: v for k, v in asdict(a).items() if np.isscalar(v) or isinstance(v, pd.Period)}
            rows.append({"target_id": a.target.target_id, "series": a.series, **row, "notes": " ".join(a.notes)})
        return pd.DataFrame(rows)


def compose_subject(zone: str, month, subject: str, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Subject:
    """Return the outlooks of a zone's headline series of one subject: trade, revenue, industry or consumption."""
    catalogue = load_catalogue(root)
    found, without = outlooks_of(headline_series(zone, subject, root), month, as_of, seed, root)
    return Subject(catalogue.zone(zone), catalogue, as_month(month), lang, found, without)


def test_targets(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> TargetTests:
    """Test the targets of the month's year on the zone's headline series, and on the series each was set for.

    A target set on another scope than the headline series is tested on both, as far as the facts of each reach.
    """
    catalogue, year = load_catalogue(root), as_month(month).year
    targets = [t for t in load_targets(zone, as_of, root) if _fits(t, year)]
    wanted = dict.fromkeys([*headline_series(zone, root=root), *(t.series for t in targets)])
    indicators = {t.indicator for t in targets}
    found, without = outlooks_of([s for s in wanted if s.split("/")[1] in indicators], month, as_of, seed, root)
    tests = [a for o in found.values() for a in assess_all(o, targets, year)]
    return TargetTests(catalogue, lang, found, tuple(tests), without)


test_targets.__test__ = False  # a library function, not a test, for all that its name begins like one


def headline_series(zone: str, subject: str | None = None, root=None) -> list[str]:
    """Return the series that lead a zone's brief, of one subject or of all, the leading one first."""
    headline = load_catalogue(root).zone(zone).headline
    return list(headline.get(subject, ()) if subject else (s for found in headline.values() for s in found))


def headline_outlooks(zone: str, month, as_of=None, seed: int = 0, root=None):
    """Return the outlooks of a zone's headline series, and for each series without one the reason."""
    return outlooks_of(headline_series(zone, root=root), month, as_of, seed, root)


def assess_all(found: Outlook, targets: Iterable[Target], year: int) -> list[TargetAssessment]:
    """Assess every level and growth target of `year` that speaks of the outlook's indicator, its own scope first.

    A target set on another scope is assessed too, and says so in its notes.
    """
    _, indicator, scope = found.series.split("/")
    fitting = [t for t in targets if t.indicator == indicator and _fits(t, year) and covers_year(found, year)]
    fitting.sort(key=lambda t: (t.scope != scope, t.status != "official"))
    return [assess_target(found, t) for t in fitting]


def heights_around(found: Outlook, target: Target) -> list[float]:
    """Return round heights around the expected total, and the target's own."""
    middle = found.total(target.period).median()
    step = 10 ** (np.floor(np.log10(middle)) - 1)
    return sorted({*(float(np.round(h * middle / step) * step) for h in HEIGHTS), target.value})


def _fits(target: Target, year: int) -> bool:
    return target.kind in ON_PATHS and target.period == str(year)


def outlooks_of(
    series: Iterable[str], month, as_of=None, seed: int = 0, root=None
) -> tuple[dict[str, Outlook], dict[str, str]]:
    """Return the outlooks of several series, and for each series without one the reason."""
    found, without = {}, {}
    for name in series:
        try:
            found[name] = outlook(name, month, as_of, seed=seed, root=root)
        except DataError as error:
            without[name] = error.what
    return found, without
