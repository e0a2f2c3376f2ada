"""What aims that are tested on no paths imply: targets of later years, and growth of the whole economy."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ezlib import blocks, messages, wording
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, load_catalogue
from ezlib.facts import are_observed, in_precedence, load_facts
from ezlib.messages import capital, say
from ezlib.outlook import Outlook
from ezlib.outturns import settled
from ezlib.periods import as_month
from ezlib.plans import Target, load_targets
from ezlib.subjects import headline_series, outlooks_of, years_asked
from ezlib.targets import ImpliedGrowth, implied_growth, yearly_growths

# ---------------------------------------------------------------------------------------- targets of later years


def targets_ahead(zone: str, month: pd.Period, as_of, seed, root) -> list[tuple[Target, str, ImpliedGrowth | None]]:
    """Return targets of single years to come, each with the series that bears it and the growth that it implies there.

    A target is borne by its own series or, without facts of it, by another zone's.
    """
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
    """GRDP growth of whole years before the aim's, the figure that stands of each, whatever scope counted it."""
    facts = load_facts(t.zone, as_of, root=root)
    mine = in_precedence(facts[(facts["indicator"] == t.indicator) & are_observed(facts)])
    days = zip(mine["period_start"], mine["period_end"], strict=True)
    full = [(a.month, a.day, b.month, b.day, b.year - a.year) == (1, 1, 12, 31, 0) for a, b in days]
    whole = mine[np.array(full, bool)]
    whole = whole[whole["period_end"] <= month.end_time]
    return whole.groupby(whole["period_end"].dt.year)["value"].last()


def _meaning(t: Target, found: dict[str, Outlook], rates: pd.Series, lang: str, catalogue: Catalogue) -> list[Block]:
    year, rows, count = t.period_end.year, {}, 0
    for series, o in found.items():
        if (o.paths.columns.year == year - 1).sum() == 12:
            rows[catalogue.series_name(series, lang)] = _meaning_row(t, o, rates, lang, catalogue)
            count += len(yearly_growths(settled_years(o)).index.intersection(rates.index))
    if not rows:
        return []
    aim = say(f"compare.{t.comparator}", lang, value=wording.percent(t.value, None, lang))
    frame = pd.DataFrame.from_dict(rows, "index").rename_axis(say("table.indicator", lang))
    heading = say("grdp.heading", lang, zone=catalogue.zone(t.zone).name(lang), year=str(year), aim=aim)
    known = [say("grdp.known", lang, year=str(y), rate=wording.percent(rates[y], None, lang)) for y in rates.index[-4:]]
    note = say("grdp.note", lang, count=str(count), rates="; ".join(known) or wording.MISSING)
    return [blocks.section(heading), blocks.table(frame, heading, note=note)]


def _meaning_row(t: Target, o: Outlook, rates: pd.Series, lang: str, catalogue: Catalogue) -> dict[str, str]:
    year = t.period_end.year
    middle, low, high = o.total_range(str(year - 1))
    grown = yearly_growths(settled_years(o))
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
