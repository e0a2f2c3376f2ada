"""The targets of a zone's year, tested and explained: what is needed, by whom, what moved, what stands in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, messages, tables, wording
from ezlib.aims import GROWTHS
from ezlib.audit import taking_part
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Zone, load_catalogue
from ezlib.charts import chance_chart
from ezlib.contracts import DataError
from ezlib.drawing import Chart
from ezlib.facts import load_facts
from ezlib.hierarchy import Family, parts_of
from ezlib.implied import implied_text, targets_ahead
from ezlib.messages import capital, say
from ezlib.news import STEPS, News, news
from ezlib.news_words import news_table
from ezlib.outlook import Outlook, outlook
from ezlib.periods import as_month
from ezlib.plans import Target, load_targets
from ezlib.record import load_record
from ezlib.subjects import (
    assess_all,
    doubted_series,
    fits,
    headline_series,
    outlooks_of,
    with_containing,
    years_asked,
    zone_findings,
)
from ezlib.targets import (
    ImpliedGrowth,
    TargetAssessment,
    assess_target,
    chance_by_height,
    chance_by_multiplier,
    contributions,
    even_odds,
    growth_target,
)

# Heights at which the chance of a target is shown: shares of the expected total.
HEIGHTS = (0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
MULTIPLES = (0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
CURVE_POINTS = 81
SMALLEST_TOLD = 0.01  # a month in which the target is first reached less often than this is not shown


@dataclass(frozen=True, eq=False)
class Relief:
    """A target tested without the figures in doubt: which these are, and the test, or why there is none."""

    target_id: str
    facts: tuple[str, ...]
    test: TargetAssessment | None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class TargetTests:
    """Every target of a zone's year that sums of months decide, tested on the paths of each series that bears it.

    `doubted` names the facts in doubt under a series; `news` has an entry for each assessment, `reliefs` for those in
    doubt, `families` one for each series whose parts are known, `ahead` the targets of later years with the growth that
    they imply.
    """

    zone: Zone
    catalogue: Catalogue
    month: pd.Period
    lang: str
    outlooks: dict[str, Outlook]
    assessments: tuple[TargetAssessment, ...]
    without: dict[str, str]
    doubted: dict[str, tuple[str, ...]]
    reliefs: dict[tuple[str, str], Relief]
    news: dict[tuple[str, str], News]
    families: dict[str, Family]
    ahead: list[tuple[Target, str, ImpliedGrowth | None]]

    @property
    def table(self) -> Block:
        """The targets side by side."""
        if not self.assessments:
            return blocks.paragraph(say("target.none", self.lang))
        shown = tables.targets_table(self.assessments, self.lang, self.catalogue, self.doubted)
        marks = [blocks.small_print(say("table.doubtful", self.lang))] if self.doubted else []
        return blocks.stack(shown, tables.intervals_table(self.assessments, self.lang, self.catalogue), *marks)

    @property
    def needs(self) -> Block:
        """What each target still takes, beside what has been managed before."""
        texts = [
            messages.sentences(
                f"{self._title(a)}:",
                tables.target_text(a, self.lang, self.catalogue),
                tables.effort_text(a, self.lang, self.catalogue),
            )
            for a in self.assessments
        ]
        texts += [
            say("subject.no_outlook", self.lang, name=self.catalogue.series_name(s, self.lang), reason=reason)
            for s, reason in self.without.items()
        ]
        return blocks.points(map(capital, texts)) if texts else blocks.paragraph(say("target.none", self.lang))

    @property
    def months(self) -> Block:
        """Month by month what each open target takes, and when it would first be reached."""
        shown = []
        for a in self._open():
            shown += [blocks.section(self._title(a)), self._months_of(a)]
        return self._or_none(shown)

    @property
    def parts(self) -> Block:
        """What each part must do for the target of the total, by kind and by gate."""
        shown = []
        for a in self._open():
            for total, members in getattr(self.families.get(a.series), "identities", {}).values():
                if total == a.series and all(m in self.families[a.series].outlooks for m in members):
                    shown += [blocks.section(self._title(a)), self._parts_of(a, members)]
        return blocks.stack(*shown) if shown else blocks.paragraph(say("parts.none", self.lang))

    @property
    def doubts(self) -> Block:
        """The targets that stand on figures in doubt, with these figures and without them."""
        shown = [self._relieved(a) for a in self.assessments if self._key(a) in self.reliefs]
        return blocks.stack(*shown) if shown else blocks.paragraph(say("relief.none", self.lang))

    @property
    def changed(self) -> Block:
        """How each chance moved since the last time, and why."""
        shown = []
        for a in self.assessments:
            shown += [blocks.section(self._title(a)), news_table(self.news[self._key(a)], self.lang, self.catalogue)]
        return self._or_none(shown)

    @property
    def sensitivity(self) -> Block:
        """The chance of each open target at other heights, and if the months left run higher or lower."""
        shown = []
        for a in self._open():
            found = self.outlooks[a.series]
            shown.append(blocks.section(self._title(a)))
            if a.target.kind == "level":
                curve = chance_by_height(found, a.target, heights_around(found, a.target))
                shown += [self._curve(a, found), tables.sensitivity_table(curve, a.unit, self.lang, self.catalogue)]
            curve = chance_by_multiplier(found, a.target, MULTIPLES)
            shown += [tables.multiples_table(curve, self.lang), blocks.paragraph(self._even(a, found))]
        return self._or_none(shown)

    @property
    def growths(self) -> Block:
        """The chance that each series grows by round rates, whether or not a plan asks for it."""
        rows = {}
        for series, found in self.outlooks.items():
            chances = {g: self._grows(found, g) for g in GROWTHS}
            if any(chances.values()):
                rows[self._name(series)] = {wording.change(g, 0, self.lang): text for g, text in chances.items()}
        if not rows:
            return blocks.paragraph(say("growths.none", self.lang))
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis(say("table.indicator", self.lang))
        return blocks.table(frame, say("growths.caption", self.lang, year=str(self._year)))

    @property
    def later(self) -> Block:
        """Targets of later years: the growth a year that they imply, beside the best on record."""
        if not self.ahead:
            return blocks.paragraph(say("implied.none", self.lang))
        return blocks.points(implied_text(t, series, g, self.lang, self.catalogue) for t, series, g in self.ahead)

    @property
    def frame(self) -> pd.DataFrame:
        """The assessments as a plain table, for saving."""
        rows = []
        for a in self.assessments:
            row = {k: v for k, v in asdict(a).items() if np.isscalar(v) or isinstance(v, pd.Period)}
            moved = self.news[self._key(a)].parts["probability"].to_dict()
            row |= {f"moved_by_{step}": moved[step] for step in STEPS}
            relief = self.reliefs.get(self._key(a))
            row["probability_without_doubt"] = relief.test.probability if relief and relief.test else np.nan
            rows.append({"target_id": a.target.target_id, "series": a.series, **row, "notes": " ".join(a.notes)})
        return pd.DataFrame(rows)

    @property
    def _year(self) -> int:
        return max(years_asked(self.month))

    def _open(self) -> list[TargetAssessment]:
        return [a for a in self.assessments if a.state == "open"]

    def _key(self, a: TargetAssessment) -> tuple[str, str]:
        return a.series, a.target.target_id

    def _title(self, a: TargetAssessment) -> str:
        return tables.target_name(a, self.lang, self.catalogue)

    def _name(self, series: str) -> str:
        return self.catalogue.series_name(series, self.lang, self.zone.scope)

    def _or_none(self, shown: list[Block]) -> Block:
        return blocks.stack(*shown) if shown else blocks.paragraph(say("target.none_open", self.lang))

    def _months_of(self, a: TargetAssessment) -> Block:
        found, lang = self.outlooks[a.series], self.lang
        rows, before, limit = {}, found.paths.median(), a.target.is_limit
        for month, needed in a.needed_by_month.items():
            first = a.crossing.get(month, 0.0)
            rows[capital(wording.month(month, lang))] = {
                say("table.allowed_in" if limit else "table.needed_in", lang): wording.digits(needed, 3, lang),
                say("table.expected_in", lang): wording.digits(before[month], 3, lang),
                say("table.year_before", lang): wording.digits(before.get(month - 12, np.nan), 3, lang),
                say("table.first_passed" if limit else "table.first_reached", lang): wording.probability(first, lang)
                if first >= SMALLEST_TOLD
                else "",
            }
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis(wording.unit_name(a.unit, lang, self.catalogue))
        key = "months.never_passed" if limit else "months.never"
        note = say(key, lang, chance=wording.probability(1 - float(a.crossing.sum()), lang))
        return blocks.table(frame.loc[:, (frame != "").any()], say("months.caption", lang), note=note)

    def _parts_of(self, a: TargetAssessment, members: tuple[str, ...]) -> Block:
        whole, lang = self.families[a.series], self.lang
        told = contributions(whole[a.series], {m: whole[m] for m in members}, a.target)
        rows = {
            self.catalogue.indicator_of(series).short(lang): {
                say("parts.share", lang): wording.percent(100 * row["share"], 1, lang),
                say("parts.last", lang): _last_month(whole[series], lang),
                say("parts.expected", lang): wording.digits(row["expected"], 3, lang),
                say("parts.allowed" if a.target.is_limit else "parts.needed", lang): wording.digits(
                    row["needed"], 3, lang
                ),
                say("parts.growth", lang): wording.change(row["growth_pct"], 0, lang),
            }
            for series, row in told.iterrows()
        }
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis(wording.unit_name(a.unit, lang, self.catalogue))
        key = "parts.note_limit" if a.target.is_limit else "parts.note"
        note = say(key, lang, times=wording.times(told["times"].iloc[0], lang))
        note = messages.sentences(note, say("parts.medians", lang))
        return blocks.table(frame, say("parts.caption", lang), note=note)

    def _relieved(self, a: TargetAssessment) -> Block:
        relief, lang = self.reliefs[self._key(a)], self.lang
        rows = {say("relief.with", lang): _told(a, lang)}
        rows[say("relief.without", lang, facts=messages.listing(relief.facts, lang))] = _told(relief.test, lang)
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis(self._title(a))
        facts = messages.listing(relief.facts, lang)
        note = say("relief.note", lang) if relief.test else say("relief.short_none", lang, facts=facts)
        return blocks.table(frame, say("relief.caption", lang), note=note)

    def _curve(self, a: TargetAssessment, found: Outlook) -> Chart:
        """The chance over a fine grid of heights, as far as the target and as what is expected."""
        total = found.total(a.target.period)
        top = 1.05 * max(a.target.value, total.quantile(0.975))
        grid = np.unique([*np.linspace(0, top, CURVE_POINTS), a.target.value])
        curve = chance_by_height(found, a.target, grid)
        height, _ = even_odds(found, a.target)
        even = height, a.lower_80, a.upper_80
        return chance_chart(curve, a.target.value, even, a.unit, self._title(a), self.lang, catalogue=self.catalogue)

    def _even(self, a: TargetAssessment, found: Outlook) -> str:
        height, multiple = even_odds(found, a.target)
        if np.isnan(multiple):  # in half of the paths nothing more comes in
            return ""
        told, unit = wording.estimate_in(height, a.lower_80, a.upper_80, a.unit, self.lang)
        values = {"height": wording.with_unit(told.median, unit, self.lang, self.catalogue)}
        return say("even.odds", self.lang, times=wording.number(multiple, 2, self.lang), **values)

    def _grows(self, found: Outlook, percent: float) -> str:
        try:
            a = assess_target(found, growth_target(found.series, self._year, percent))
        except DataError:  # last year is not among the months
            return ""
        return (
            wording.probability(a.probability, self.lang) if a.state == "open" else wording.verdict(a.state, self.lang)
        )


# ------------------------------------------------------------------------------------------------------- composing


def compose_targets(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> TargetTests:
    """Test the targets of the month's year on the zone's headline series, and on the series each was set for.

    Once the year is over those of the next are tested too. A target set on another scope than the headline series is
    tested on both, as far as the facts of each reach.
    """
    catalogue, month = load_catalogue(root), as_month(month)
    years = years_asked(month)
    targets = [t for t in load_targets(zone, as_of, root) if any(fits(t, year) for year in years)]
    wanted = dict.fromkeys([*headline_series(zone, root=root), *(t.series for t in targets)])
    found, without = outlooks_of(wanted, month, as_of, seed, root, lang)
    facts = load_facts(zone, as_of, root=root)
    findings = zone_findings(zone, as_of, root)
    wrong = taking_part(findings, ["error"])
    tests = [a for year in years for o in found.values() for a in assess_all(o, targets, year, facts, wrong, root)]
    indicators = {t.indicator for t in targets}
    missing = {s: reason for s, reason in without.items() if SeriesKey.of(s).indicator in indicators}
    doubted = doubted_series(found, findings)
    open_ones = {a.series: found[a.series] for a in tests if a.state == "open"}
    day = as_of or facts["published"].max().date()
    kept = load_record(zone, day, root)
    return TargetTests(
        zone=catalogue.zone(zone),
        catalogue=catalogue,
        month=month,
        lang=lang,
        outlooks=found,
        assessments=tuple(tests),
        without=missing,
        doubted={s: doubted[s] for s in doubted if s in {a.series for a in tests}},
        reliefs=_reliefs(tests, found, doubted, as_of, seed, root),
        news={
            (a.series, a.target.target_id): news(found[a.series], a.target, month.year, day, kept, root, seed)
            for a in tests
        },
        families=_families(open_ones, as_of, catalogue, seed, root),
        ahead=targets_ahead(zone, month, as_of, seed, root),
    )


def relieved(a: TargetAssessment, found: Outlook, doubted: Iterable[str], as_of, seed: int = 0, root=None) -> Relief:
    """Return a target's test without the figures in doubt and without those of longer periods that contain them."""
    facts = with_containing(found, doubted)
    try:
        other = outlook(found.series, found.month, as_of, seed=seed, root=root, without=facts)
        return Relief(a.target.target_id, facts, assess_target(other, a.target))
    except DataError as error:
        return Relief(a.target.target_id, facts, None, error.what)


def _reliefs(tests, found, doubted, as_of, seed, root) -> dict[tuple[str, str], Relief]:
    return {
        (a.series, a.target.target_id): relieved(a, found[a.series], doubted[a.series], as_of, seed, root)
        for a in tests
        if a.series in doubted and a.state == "open"
    }


def _families(totals: dict[str, Outlook], as_of, catalogue: Catalogue, seed, root) -> dict[str, Family]:
    """The parts of each total that facts allow to estimate together with it, sharing out its own outlook."""
    found = {}
    for name, total in sorted(totals.items()):
        zone, indicator, scope = SeriesKey.of(name)
        if all(identity.total != indicator for identity in catalogue.identities_of(zone, scope)):
            continue
        try:
            found[name] = parts_of(name, total.month, as_of, seed, root, total)
        except DataError:  # no part has a level: the notebook says that no parts are known
            continue
    return found


def heights_around(found: Outlook, target: Target) -> list[float]:
    """Return round heights around the expected total, and the target's own."""
    middle = found.total(target.period).median()
    step = 10 ** (np.floor(np.log10(middle)) - 1)
    return sorted({*(float(np.round(h * middle / step) * step) for h in HEIGHTS), target.value})


# --------------------------------------------------------------------------------------------------------- in words


def _told(a: TargetAssessment | None, lang: str) -> dict[str, str]:
    if a is None:
        return {say("table.expected", lang): wording.MISSING, say("table.probability", lang): wording.MISSING}
    return {
        say("table.expected", lang): wording.estimate(a.median, a.lower_80, a.upper_80, lang).text,
        say("table.probability", lang): _chance(a, lang),
    }


def _last_month(found: Outlook, lang: str) -> str:
    """The last month observed: as published where a figure states it, else with the interval it is known by."""
    row = found.months.loc[found.last_observed]
    if row["status"] == "reported":
        return wording.number(float(f"{row['value']:.10g}"), None, lang)
    return wording.estimate(row["value"], row["lower_80"], row["upper_80"], lang).text


def _chance(a: TargetAssessment, lang: str) -> str:
    return wording.probability(a.probability, lang) if a.state == "open" else wording.verdict(a.verdict, lang)
