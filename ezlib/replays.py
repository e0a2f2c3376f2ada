"""A published series replayed from its facts: what was forecast with what was known on past days, and what came of it.

`replay` scores every figure published later, `year_ends` the year's total from each past month. `vintages` are what
`evaluate.rolling_origins` needs of a series known month by month. `timing` says how honest a case is: "real-time"
rests on known publication dates, "pseudo-real-time" on a file of figures cut off at an assumed lag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from ezlib import rivals
from ezlib.catalogue import Catalogue, load_catalogue, parse_series
from ezlib.contracts import DataError
from ezlib.evaluate import (
    CHANCE_COLUMNS,
    OURS,
    PSEUDO,
    REAL,
    SCORED,
    SIMPLE,
    TOTAL_COLUMNS,
    AnnualTotals,
    bar,
    growth_chance,
    scored,
)
from ezlib.facts import facts_of, firmness, has_assumed_day, load_facts
from ezlib.observations import observe
from ezlib.outlook import Outlook, outlook
from ezlib.outturns import known_on, outturn_of
from ezlib.periods import covers_whole_months, month_bounds, month_of

LONGEST_REPLAY = 24  # months ahead
HISTORIES = 10  # joint histories that each reference model continues in a replay
REPLAY_COLUMNS = ["series", "method", "as_of", "timing", "month", "start", "end", "horizon", *SCORED, "fallback"]


class Replay(NamedTuple):
    """What was forecast (REPLAY_COLUMNS) and the days that allowed no outlook, with the reason."""

    forecasts: pd.DataFrame
    skipped: pd.DataFrame


def vintages(facts: pd.DataFrame, series, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Return every published value of a series' single months: month, value, published, timing; by publication.

    `facts` from `load_facts`. Projections and periods other than one whole reporting month are left out. A row whose
    publication date is only the zone's assumed lag is "pseudo-real-time".
    """
    catalogue = catalogue or load_catalogue()
    key = parse_series(series, catalogue)
    calendar, unit = catalogue.calendar_of(*key), catalogue.indicator(key.indicator).unit
    mine = facts_of(facts, key)
    whole = [
        covers_whole_months(f.period_start, f.period_end, calendar)
        and month_of(f.period_start, calendar) == month_of(f.period_end, calendar)
        for f in mine.itertuples()
    ]
    mine = mine[np.array(whole, bool)]
    table = pd.DataFrame(
        {
            "month": pd.PeriodIndex([month_of(day, calendar) for day in mine["period_end"]], freq="M"),
            "value": [catalogue.convert(f.value, f.unit, unit) for f in mine.itertuples()],
            "published": mine["published"].to_numpy(),
            "timing": _timing(mine, catalogue.zone(key.zone).assumed_lag_days).to_numpy(),
            "firmness": -firmness(mine).to_numpy(),
        }
    )
    return table.sort_values(["published", "firmness", "month"], ignore_index=True).drop(columns="firmness")


def replay(
    series: str,
    days: Iterable | None = None,
    methods: Sequence[str] = SIMPLE,
    root=None,
    paths: int = 500,
    seed: int = 0,
    progress: bool = True,
    as_of=None,
) -> Replay:
    """Make the outlook of a published series on each day that brought a fact, and score it on figures published later.

    `days`: dates; by default every publication date of the series. On each, the outlook stands after the last month
    then covered; it is scored on every level over whole months that ends later and was published later, at most 24
    months ahead, in its last vintage. Reference models cannot read totals: they continue joint histories of ours,
    and `fallback` tells what gave way in the first of these where anything did. `methods`: names; what was published
    after `as_of` is not seen at all. With `progress` a bar is shown from two seconds on. Returns a row a method, day
    and figure, and the days without an outlook.
    """
    catalogue = load_catalogue(root)
    key = parse_series(series, catalogue)
    calendar = catalogue.calendar_of(*key)
    facts = facts_of(load_facts(key.zone, as_of, root=root), key)
    timing = _timing(facts, catalogue.zone(key.zone).assumed_lag_days)
    outturns = _outturns(facts, str(key), catalogue, calendar)
    rows, skipped = [], []
    days = _days(facts, days)
    for day in bar(days, "days", progress):
        then = facts[facts["published"] <= day]
        later = outturns[outturns["published"] > day]
        if len(then) and len(later):
            month = _month_reached(then, calendar)
            seen = PSEUDO if (timing[then.index] == PSEUDO).any() else REAL
            try:
                found = outlook(
                    str(key), month, as_of=day, until=month + LONGEST_REPLAY, seed=seed, root=root, paths=paths
                )
                rows += _replay_rows(found, later, methods, {"series": str(key), "as_of": day, "timing": seen}, seed)
            except DataError as reason:
                skipped.append({"series": str(key), "as_of": day, "reason": str(reason)})
    return Replay(
        pd.DataFrame(rows, columns=REPLAY_COLUMNS), pd.DataFrame(skipped, columns=["series", "as_of", "reason"])
    )


def year_ends(
    series: str,
    month=None,
    as_of=None,
    methods: Sequence[str] = (OURS,),
    growths: Sequence[float] = (0,),
    last: int | None = None,
    root=None,
    paths: int = 1000,
    seed: int = 0,
    progress: bool = True,
    now: Outlook | None = None,
) -> AnnualTotals:
    """Forecast the year's total of a published series again from each past month, with what had been published then.

    One standing a month: the first day on which a figure reached it, from the December before the year to the November
    in it. A year takes part when the facts published by `as_of` about months up to `month` tell its total (see
    `outturn_of`), and the standing came before any figure reached its end. `last` keeps the latest standings alone.
    Reference models continue joint histories of ours, as in `replay`. `now` is the outlook as of `as_of`, made anew
    unless given; with `progress` a bar is shown from two seconds on. Returns TOTAL_COLUMNS and CHANCE_COLUMNS with
    `origin`, the month stood in, `as_of` and `timing`; `known` counts the months of the year that had passed. A chance
    is of growth by at least so many percent, path by path, on the year before; `reached` is NaN where that is unknown.
    """
    catalogue = load_catalogue(root)
    key = parse_series(series, catalogue)
    calendar = catalogue.calendar_of(*key)
    facts = facts_of(load_facts(key.zone, as_of, root=root), key)
    facts = facts if month is None else facts[facts["period_end"] <= pd.Timestamp(month_bounds(month, calendar)[1])]
    timing = _timing(facts, catalogue.zone(key.zone).assumed_lag_days)
    if now is None and len(facts):
        now = _outlook_or_none(str(key), _month_reached(facts, calendar), as_of, seed, root, paths)
    standings = _year_standings(facts, now, calendar)[-last if last else 0 :] if now is not None else []
    totals, chances = [], []
    for origin, day in bar(standings, "months", progress):
        year, seen = (origin + 1).year, facts["published"] <= day
        then = _outlook_or_none(str(key), origin, day, seed, root, paths, f"{year}-12")
        if then is not None:
            said = {"series": str(key), "year": year, "known": origin.month % 12, "origin": origin, "as_of": day}
            said["timing"] = PSEUDO if (timing[seen] == PSEUDO).any() else REAL
            found = _year_rows(then, now, year, methods, growths, seed)
            totals += [said | row for row in found[0]]
            chances += [said | row for row in found[1]]
    place = ["origin", "as_of", "timing"]
    return AnnualTotals(
        pd.DataFrame(totals, columns=[*TOTAL_COLUMNS, *place]), pd.DataFrame(chances, columns=[*CHANCE_COLUMNS, *place])
    )


# --------------------------------------------------------------------------------------------------------- facts, as of


def _timing(facts: pd.DataFrame, lag_days: int) -> pd.Series:
    """Which facts carry a publication date of their own, and which only the lag assumed for plain monthly tables."""
    assumed = [has_assumed_day(fact, lag_days) for fact in facts.itertuples()] if "file" in facts else False
    return pd.Series(np.where(assumed, PSEUDO, REAL), facts.index)


def _outturns(facts: pd.DataFrame, series: str, catalogue: Catalogue, calendar) -> pd.DataFrame:
    """Every level of the series over whole months, last vintage: months `first` to `last`, value, published."""
    if facts.empty:
        raise DataError(f"No fact speaks of {series}.", next_step="Look for the series with load_facts.")
    table = observe(facts, series, _month_reached(facts, calendar), catalogue=catalogue)
    table = table[table["value"].notna()]
    whole = [covers_whole_months(row.start, row.end, calendar) for row in table.itertuples()]
    table = table[np.array(whole, bool)]
    return pd.DataFrame(
        {
            "first": [month_of(day, calendar) for day in table["start"]],
            "last": [month_of(day, calendar) for day in table["end"]],
            "value": table["value"].to_numpy(),
            "published": table["published"].to_numpy(),
        }
    )


def _days(facts: pd.DataFrame, days: Iterable | None) -> list[pd.Timestamp]:
    chosen = facts["published"].dropna().unique() if days is None else days
    return sorted(pd.Timestamp(day) for day in chosen)


def _replay_rows(found, later: pd.DataFrame, methods: Sequence[str], said: dict, seed: int) -> list[dict]:
    """Forecasts of every later figure by every method, each continuing the months that our outlook has rebuilt."""
    drawn, rows = found.paths, []
    by_method = _continued(found, [method for method in methods if method != OURS], seed)
    if OURS in methods:
        by_method = {OURS: (drawn, "")} | by_method
    for figure in later.itertuples():
        months = pd.period_range(figure.first, figure.last, freq="M")
        if not months.isin(drawn.columns).all() or figure.last <= found.last_observed:
            continue
        place = {"month": found.month, "start": figure.first, "end": figure.last}
        place["horizon"] = figure.last.ordinal - found.last_observed.ordinal
        for method, (paths, fallback) in by_method.items():
            total = paths[months].sum(axis=1).to_numpy()
            rows.append(said | place | {"method": method, "fallback": fallback} | scored(figure.value, total))
    return rows


def _continued(found, methods: list[str], seed: int) -> dict[str, tuple[pd.DataFrame, str]]:
    """Paths of reference models that continue months rebuilt from facts.

    Each continues a number of our joint histories and not their median, which is smoother than any true history.
    """
    past = found.paths.loc[:, : found.last_observed]
    future = found.paths.columns[past.shape[1] :]
    each = -(-len(past) // HISTORIES)
    runs = [
        (one, rivals.forecasts(one, len(future), methods, each, seed)) for _, one in past.iloc[:HISTORIES].iterrows()
    ]
    continued = {}
    for method in methods:
        blocks = [np.hstack([np.tile(one, (each, 1)), run[method].paths]) for one, run in runs]
        why = dict.fromkeys(run[method].fallback for _, run in runs if run[method].fallback)
        continued[method] = pd.DataFrame(np.vstack(blocks), columns=found.paths.columns), next(iter(why), "")
    return continued


def _outlook_or_none(series, month, day, seed, root, paths, until=None) -> Outlook | None:
    try:
        return outlook(series, month, day, until, seed, root, paths)
    except DataError:  # a day on which the facts gave no outlook is no case
        return None


def _year_standings(facts: pd.DataFrame, now: Outlook, calendar) -> list[tuple[pd.Period, pd.Timestamp]]:
    """Months to stand in, each with the first day that a figure reached it, whose year has an outturn by now."""
    reached, months = {}, [month_of(day, calendar) for day in facts["period_end"]]
    dated = pd.Series(months, facts.index)
    for day in _days(facts, None):
        reached.setdefault(dated[facts["published"] <= day].max(), day)
    standings = []
    for origin, day in reached.items():
        year = (origin + 1).year
        late = day >= known_on(facts, month_bounds(f"{year}-12", calendar)[1])
        if not late and np.isfinite(outturn_of(now, str(year))):
            standings.append((origin, day))
    return sorted(standings)


def _year_rows(then: Outlook, now: Outlook, year: int, methods, growths, seed) -> tuple[list[dict], list[dict]]:
    """Totals and chances of a year by every method, from one standing."""
    outturn, before = outturn_of(now, str(year)), outturn_of(now, str(year - 1))
    months = pd.period_range(f"{year}-01", f"{year}-12", freq="M")
    by_method = {OURS: (then.paths, "")} if OURS in methods else {}
    by_method |= _continued(then, [method for method in methods if method != OURS], seed)
    totals, chances = [], []
    for method, (paths, fallback) in by_method.items():
        drawn = paths[months].sum(axis=1).to_numpy()
        row = {"method": method, "last_year": before, "fallback": fallback}
        totals.append(row | scored(outturn, drawn))
        if (months - 12).isin(paths.columns).all():
            base = paths[months - 12].sum(axis=1).to_numpy()
            chances += [{"method": method} | growth_chance(drawn, base, outturn, before, growth) for growth in growths]
    return totals, chances


def _month_reached(facts: pd.DataFrame, calendar) -> pd.Period:
    return month_of(facts["period_end"].max(), calendar)
