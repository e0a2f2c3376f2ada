"""The targets of a zone's year, tested and explained: what is needed, by whom, what moved, what stands in doubt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, messages, tables, wording
from ezlib.audit import taking_part
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Target, Zone, load_catalogue, load_targets
from ezlib.charts import chance_chart
from ezlib.contracts import DataError
from ezlib.drawing import Chart
from ezlib.facts import load_facts
from ezlib.hierarchy import Family, family
from ezlib.messages import capital, say
from ezlib.news import STEPS, News, news, rounded_parts
from ezlib.outlook import Outlook, outlook
from ezlib.outturns import settled
from ezlib.periods import as_month
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
    contested,
    contributions,
    even_odds,
    growth_target,
    implied_growth,
)

# Heights at which the chance of a target is shown: shares of the expected total.
HEIGHTS = (0.6, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
MULTIPLES = (0.5, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
GROWTHS = (-10, 0, 10, 20)
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
        return blocks.points(capital(text) for text in texts)

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
        top = 1.05 * max(a.target.value, total.quantile(0.995))
        grid = np.unique([*np.linspace(0, top, CURVE_POINTS), a.target.value])
        curve = chance_by_height(found, a.target, grid)
        height, _ = even_odds(found, a.target)
        return chance_chart(curve, a.target.value, height, a.unit, self._title(a), self.lang, catalogue=self.catalogue)

    def _even(self, a: TargetAssessment, found: Outlook) -> str:
        height, multiple = even_odds(found, a.target)
        if np.isnan(multiple):  # in half of the paths nothing more comes in
            return ""
        told, unit = wording.estimate_in(height, a.lower_80, a.upper_80, a.unit, self.lang)
        values = {"height": wording.with_unit(told.median, unit, self.lang, self.catalogue)}
        return say("even.odds", self.lang, times=wording.number(multiple, 2, self.lang), **values)

    def _grows(self, found: Outlook, percent: float) -> str:
        try:
            a = assess_target(found, growth_target(found.series, self._year, percent, found.unit))
        except DataError:  # last year is not among the months
            return ""
        return (
            wording.probability(a.probability, self.lang) if a.state == "open" else wording.verdict(a.state, self.lang)
        )


# ------------------------------------------------------------------------------------------------------- composing


def test_targets(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> TargetTests:
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
    tests = [a for year in years for o in found.values() for a in assess_all(o, targets, year, wrong)]
    tests = [contested(a, facts, catalogue) for a in tests]
    indicators = {t.indicator for t in targets}
    missing = {s: reason for s, reason in without.items() if SeriesKey.of(s).indicator in indicators}
    doubted = doubted_series(found, findings)
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
        families=_families({a.series for a in tests if a.state == "open"}, month, as_of, catalogue, seed, root),
        ahead=_ahead(zone, month, as_of, seed, root),
    )


test_targets.__test__ = False  # a library function, not a test, for all that its name begins like one


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


def _families(series: Iterable[str], month, as_of, catalogue: Catalogue, seed, root) -> dict[str, Family]:
    """The parts of each total that facts allow to estimate together with it."""
    found = {}
    for name in sorted(series):
        zone, indicator, scope = SeriesKey.of(name)
        if all(identity.total != indicator for identity in catalogue.identities_of(zone, scope)):
            continue
        try:
            found[name] = family(zone, indicator, month, as_of, scope, seed=seed, root=root)
        except DataError:  # no part has a level: the notebook says that no parts are known
            continue
    return found


def _ahead(zone: str, month: pd.Period, as_of, seed, root) -> list[tuple[Target, str, ImpliedGrowth | None]]:
    """Targets of single years to come, each on its own series or, without facts of it, on another zone's."""
    tested = max(years_asked(month))
    later = [t for t in load_targets(None, as_of, root) if t.kind == "level" and t.period_start.year > tested]
    told = []
    for t in later:
        bearers = [s for s in _bearers(t, as_of, root) if t.zone == zone or SeriesKey.of(s).zone == zone]
        if t.period_start.year == t.period_end.year and bearers:
            told.append((t, bearers[0], _implied(bearers[0], t, month, as_of, seed, root)))
    return told


def _bearers(t: Target, as_of, root) -> list[str]:
    """The series that bear a target: its own, then the same indicator and scope of other zones, then the scope that a
    merged one grew from, as province-merged from province."""
    facts = load_facts(None, as_of, root=root)
    same = facts[facts["indicator"] == t.indicator]
    near = {pair for pair in zip(same["zone"], same["scope"], strict=True) if t.scope.startswith(pair[1])}
    ordered = sorted(near, key=lambda pair: (pair[1] != t.scope, pair[0] != t.zone, pair))
    return [f"{zone}/{t.indicator}/{scope}" for zone, scope in ordered]


def _implied(series: str, t: Target, month, as_of, seed, root) -> ImpliedGrowth | None:
    found, _ = outlooks_of([series], month, as_of, seed, root)
    return implied_growth(settled_years(found[series]), t) if series in found else None


def settled_years(found: Outlook) -> pd.Series:
    """Return the totals of the years that facts settle, by year."""
    years = sorted(set(found.paths.columns.year))
    return pd.Series({year: settled(found, str(year)) for year in years}, dtype=float).dropna()


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
    """The last month observed: as published where a figure states it, else as far as it is known."""
    row = found.months.loc[found.last_observed]
    if row["status"] == "reported":
        return wording.number(float(f"{row['value']:.10g}"), None, lang)
    return wording.digits(row["value"], 4, lang)


def _chance(a: TargetAssessment, lang: str) -> str:
    return wording.probability(a.probability, lang) if a.state == "open" else wording.verdict(a.verdict, lang)


def news_table(found: News, lang: str = "vi", catalogue: Catalogue | None = None) -> Block:
    """How a chance and an expected total moved, step by step; the steps add up to the whole move as printed."""
    if found.reason:
        return blocks.paragraph(say("news.no_start", lang, since=_since(found, lang)))
    chance, total = _chance_moved(found), _total_moved(found)
    rows = {say("news.before", lang): [_chance_of(found.before, lang), _digits(total.before, total.places, lang)]}
    for step in STEPS:
        rows[say(f"news.{step}", lang)] = [
            "" if np.isnan(chance.parts[step]) else _points(chance.parts[step], lang),
            _signed(total.parts[step], total.places, lang),
        ]
    rows[say("news.now", lang)] = [_chance_of(found.now, lang), _digits(total.now, total.places, lang)]
    frame = pd.DataFrame.from_dict(rows, "index", columns=[say("table.probability", lang), say("news.expected", lang)])
    unit = wording.unit_name(total.unit, lang, catalogue)
    frame = frame.loc[:, (frame != "").any()].rename_axis(unit)
    quiet = (
        "news.companion" if found.parts.loc[["revisions", "new_months"]].abs().gt(0).any(axis=None) else "news.no_facts"
    )
    facts = say("news.facts", lang, facts=_few(found.facts, lang)) if found.facts else say(quiet, lang)
    start = say("news.kept" if found.kept else "news.again", lang, since=_since(found, lang))
    return blocks.table(frame, say("section.changed", lang), note=messages.sentences(start, facts))


def news_text(found: News, lang: str = "vi", catalogue: Catalogue | None = None) -> str:
    """The same in a sentence or two, for a page that has little room: only the steps that moved something."""
    since = _since(found, lang)
    if found.reason:
        return say("news.no_start_short", lang, since=since)
    told = []
    if found.target is not None and not np.isnan(found.move["probability"]):
        chance = _chance_moved(found)
        ends = {k: wording.probability_words(_open01(e["probability"]), lang) for k, e in _ends(found).items()}
        aim = wording.aim_to_reach(found.target, lang, catalogue)
        why = _why(chance.parts, lambda points: _points(points, lang), lang)
        told.append(say(f"news.chance_{chance.way}", lang, target=aim, since=since, why=why, **ends))
    total = _total_moved(found)
    ends = {k: _digits(x, total.places, lang) for k, x in (("before", total.before), ("now", total.now))}
    unit = wording.unit_name(total.unit, lang, catalogue)
    why = _why(total.parts, lambda amount: _signed(amount, total.places, lang), lang)
    told.append(say(f"news.total_{total.way}", lang, year=found.period, since=since, unit=unit, why=why, **ends))
    return messages.sentences(*told)


@dataclass(frozen=True)
class _Moved:
    """The two ends of a move as they are printed, and its steps, rounded so that they lead from one to the other."""

    before: float
    now: float
    parts: pd.Series
    places: int = 0
    unit: str = ""

    @property
    def way(self) -> str:
        return "up" if self.now > self.before else "down" if self.now < self.before else "same"


def _chance_moved(found: News) -> _Moved:
    before, now = (wording.printed_points(_open01(e["probability"])) for e in _ends(found).values())
    return _Moved(before, now, rounded_parts(100 * found.parts["probability"], now - before, 0))


def _total_moved(found: News) -> _Moved:
    """The expected total with the digits and the unit that the page prints it with."""
    factor, unit = wording.readable(found.now["expected"], found.unit)
    digit = wording.last_digit(*(factor * x for x in (found.now["expected"], *found.interval)))
    before, now = (wording.to_exponent(factor * e["expected"], digit) for e in _ends(found).values())
    return _Moved(before, now, rounded_parts(factor * found.parts["expected"], now - before, -digit), -digit, unit)


def _ends(found: News) -> dict[str, pd.Series]:
    return {"before": found.before, "now": found.now}


def _open01(p: float) -> float:
    return p if np.isnan(p) else float(min(max(p, 0.0), 1.0))


def _chance_of(end: pd.Series, lang: str) -> str:
    return "" if np.isnan(end["probability"]) else wording.probability(_open01(end["probability"]), lang)


def _digits(x: float, places: int, lang: str) -> str:
    return wording.number(x, max(places, 0), lang)


def _why(parts: pd.Series, write, lang: str) -> str:
    """The steps that moved something, as a list."""
    moved = [_step(step, write(parts[step]), lang) for step in STEPS if parts[step]]
    return messages.listing(moved, lang) if moved else ""


def _points(points: float, lang: str) -> str:
    return say("points", lang, number=_signed(points, 0, lang))


def _signed(x: float, places: int, lang: str) -> str:
    text = _digits(x, places, lang)
    return "+" + text if x > 0 else text


def _step(step: str, moved: str, lang: str) -> str:
    return say("news.step", lang, name=say(f"news.{step}", lang).lower(), moved=moved)


def _since(found: News, lang: str) -> str:
    return wording.date(found.day_before, lang)


def _few(facts: tuple[str, ...], lang: str) -> str:
    return messages.listing(facts, lang) if len(facts) <= 6 else say("news.count", lang, count=str(len(facts)))


def implied_text(t: Target, series: str, g: ImpliedGrowth | None, lang: str = "vi", catalogue=None) -> str:
    """What a target of a later year asks of each year, beside the best on record."""
    catalogue = catalogue or load_catalogue()
    aim = capital(wording.stated_aim(t, lang, catalogue))
    name = catalogue.series_name(series, lang)
    if g is None:
        return say("implied.no_base", lang, target=aim, year=t.period, name=name)
    base = wording.quantity(float(f"{g.base:.4g}"), t.unit, lang, catalogue=catalogue)
    told = [
        say(
            "implied.growth", lang, target=aim, year=t.period, name=name, base=base, base_year=str(g.base_year),
            growth=wording.percent(g.per_year, 1, lang), years=str(g.years),
        )
    ]  # fmt: skip
    if np.isfinite(g.best):
        told.append(say("implied.best", lang, best=wording.change(g.best, 0, lang), year=str(g.best_year)))
    if g.years > 1:
        key = "implied.run" if np.isfinite(g.best_run) else "implied.no_run"
        best = wording.change(g.best_run, 1, lang) if np.isfinite(g.best_run) else ""
        told.append(say(key, lang, years=str(g.years), best=best, end=str(g.best_run_end)))
    if series != t.series:
        told.append(say("implied.stand_in", lang, zone=catalogue.zone(SeriesKey.of(series).zone).name(lang)))
    return messages.sentences(*told)


# ------------------------------------------------------------------------------- what a growth of the whole would mean


def compose_implied(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Block:
    """Return what the growth aims of the economy would mean for each series of the zone and those around it.

    For every aim of GRDP growth in one calendar year, from the year of `month` on: the series' total of the year
    before, that total grown by the aim, and per month; beside it the largest growth on record and the years in which
    both growths are known. What a series must do for the aim is not decided by these: the shares of GRDP are not in
    the facts, and the table says so.
    """
    catalogue, month = load_catalogue(root), as_month(month)
    around = _around(zone, catalogue)
    aims = [t for name in around for t in load_targets(name, as_of, root) if _of_one_year(t, month)]
    series = [s for name in around for s in headline_series(name, root=root)]
    series += [i.whole for i in catalogue.inside.values() if SeriesKey.of(i.whole).zone in around]
    found, _ = outlooks_of(dict.fromkeys(series), month, as_of, seed, root)
    shown = [b for t in aims for b in _meaning(t, found, _yearly_rates(t, month, as_of, root), lang, catalogue)]
    return blocks.stack(*shown) if shown else blocks.paragraph(say("grdp.none", lang))


def _around(zone: str, catalogue: Catalogue) -> list[str]:
    """The zone, those its series lie inside, and those whose series lie inside it."""
    pairs = [(SeriesKey.of(i.part).zone, SeriesKey.of(i.whole).zone) for i in catalogue.inside.values()]
    near = [name for pair in pairs if zone in pair for name in pair]
    return list(dict.fromkeys([zone, *near]))


def _of_one_year(t: Target, month: pd.Period) -> bool:
    return t.indicator == "grdp_growth_pct" and t.period == str(t.period_start.year) and t.period_end.year >= month.year


def _yearly_rates(t: Target, month: pd.Period, as_of, root) -> pd.Series:
    """GRDP growth of whole years before the aim's, each as published last, whatever scope counted it."""
    facts = load_facts(t.zone, as_of, root=root)
    mine = facts[(facts["indicator"] == t.indicator) & (facts["status"] != "projection")]
    days = zip(mine["period_start"], mine["period_end"], strict=True)
    full = [(a.month, a.day, b.month, b.day, b.year - a.year) == (1, 1, 12, 31, 0) for a, b in days]
    whole = mine[np.array(full, bool)]
    whole = whole[whole["period_end"] <= month.end_time].sort_values("published", kind="stable")
    return whole.groupby(whole["period_end"].dt.year)["value"].last()


def _meaning(t: Target, found: dict[str, Outlook], rates: pd.Series, lang: str, catalogue: Catalogue) -> list[Block]:
    year, rows, differences = t.period_end.year, {}, []
    for series, o in found.items():
        if (o.paths.columns.year == year - 1).sum() == 12:
            rows[catalogue.series_name(series, lang)] = _meaning_row(t, o, rates, lang, catalogue)
            grown = 100 * settled_years(o).pct_change()
            differences += [grown[y] - rates[y] for y in grown.dropna().index.intersection(rates.index)]
    if not rows:
        return []
    aim = say(f"compare.{t.comparator}", lang, value=wording.percent(t.value, None, lang))
    frame = pd.DataFrame.from_dict(rows, "index").rename_axis(say("table.indicator", lang))
    heading = say("grdp.heading", lang, zone=catalogue.zone(t.zone).name(lang), year=str(year), aim=aim)
    known = [say("grdp.known", lang, year=str(y), rate=wording.percent(rates[y], None, lang)) for y in rates.index[-4:]]
    note = say("grdp.note", lang, count=str(len(differences)), rates="; ".join(known) or wording.MISSING)
    return [blocks.section(heading), blocks.table(frame, heading, note=note)]


def _meaning_row(t: Target, o: Outlook, rates: pd.Series, lang: str, catalogue: Catalogue) -> dict[str, str]:
    year = t.period_end.year
    low, middle, high = o.total(str(year - 1)).quantile([0.1, 0.5, 0.9])
    grown = 100 * settled_years(o).pct_change().dropna()
    needed = middle * (1 + t.value / 100)
    both = [f"{y}: {wording.change(grown[y], 1, lang)}" for y in grown.index.intersection(rates.index)]
    best = (
        say("grdp.best", lang, growth=wording.change(grown.max(), 0, lang), year=str(grown.idxmax()))
        if len(grown)
        else ""
    )
    unit = wording.unit_name(o.unit, lang, catalogue)
    return {
        say("grdp.before", lang, year=str(year - 1)): wording.with_unit(
            wording.estimate(middle, low, high, lang).text, o.unit, lang, catalogue
        ),
        say("grdp.means", lang, year=str(year)): f"{wording.digits(needed, 4, lang)} {unit}",
        say("grdp.monthly", lang): wording.digits(needed / 12, 3, lang),
        say("grdp.record", lang): best or wording.MISSING,
        say("grdp.both", lang): "; ".join(both) or wording.MISSING,
    }
