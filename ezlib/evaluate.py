"""How good forecasts have been: the past replayed with what was known then, every method scored on the same cases.

Three questions, three replays. `rolling_origins`: months, standing at each month of a series. `annual_totals`: the
year's total and the chance of reaching a growth, standing k months into a year. `replay` and `year_ends`: what a
zone's facts said on each day something was published. Error = outturn − forecast; a horizon counts months after the
last observed one. `timing` says how honest a case is: "real-time" rests on known publication dates,
"pseudo-real-time" on a file of figures cut off at an assumed lag, which later revisions may flatter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral
from typing import NamedTuple

import numpy as np
import pandas as pd

from ezlib import rivals, running_totals, scores
from ezlib.catalogue import Catalogue, load_catalogue, parse_series
from ezlib.contracts import STATUSES, DataError
from ezlib.facts import facts_of, has_assumed_day, load_facts
from ezlib.observations import observe
from ezlib.outlook import Outlook, forecast, outlook
from ezlib.periods import CALENDAR, as_month, covers_whole_months, month_bounds, month_of

OURS = "structural"
REFERENCE = "naive2"
METHODS = (OURS, *rivals.METHODS)
SIMPLE = (OURS, "seasonal_naive", "run_rate", "profile")
REAL, PSEUDO = "real-time", "pseudo-real-time"
LEVELS = {"80": 0.8, "95": 0.95}
GROWTHS = (-10, 0, 10, 20)
KNOWN_MONTHS = (0, 3, 6, 9)
MIN_HISTORY = 36
LONGEST_REPLAY = 24  # months ahead
SETTLED = 0.005  # a total on which all paths agree within this is an outturn
HISTORIES = 10  # joint histories that each reference model continues in a replay

SCORED = ["outturn", "forecast", "error", "lower_80", "upper_80", "lower_95", "upper_95", "crps", "pit"]
ERROR_COLUMNS = ["series", "method", "origin", "as_of", "timing", "horizon", "month", *SCORED, "scale", "fallback"]
TOTAL_COLUMNS = ["series", "method", "year", "known", "last_year", *SCORED, "fallback"]
VINTAGE_COLUMNS = ["month", "value", "published", "timing"]
CHANCE_COLUMNS = ["series", "method", "year", "known", "growth", "probability", "reached"]
REPLAY_COLUMNS = ["series", "method", "as_of", "timing", "month", "start", "end", "horizon", *SCORED, "fallback"]

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class _Standing:
    """One place in time to forecast from: what was known there, and what came of it (as far as it is known)."""

    series: str
    origin: pd.Period
    as_of: pd.Timestamp
    timing: str
    known: pd.Series
    outturn: pd.Series


class AnnualTotals(NamedTuple):
    """Two tables of the annual-total task: `totals` (TOTAL_COLUMNS), `chances` (CHANCE_COLUMNS)."""

    totals: pd.DataFrame
    chances: pd.DataFrame


class Replay(NamedTuple):
    """What was forecast (REPLAY_COLUMNS) and the days that allowed no outlook, with the reason."""

    forecasts: pd.DataFrame
    skipped: pd.DataFrame


# -------------------------------------------------------------------------------------------- rolling origins


def rolling_origins(
    y,
    horizon: int = 12,
    methods=METHODS,
    origins: Iterable | None = None,
    step: int = 1,
    min_history: int = MIN_HISTORY,
    lag_days: int | None = None,
    paths: int = 500,
    seed: int = 0,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Forecast from one month after another and score each month ahead: one row a method, origin and horizon.

    `y`: a Series on a monthly PeriodIndex (NaN where unknown), or the vintages of one (see `vintages`), or a mapping of
    names to such. Running totals in a Series are taken apart first, with all of it in view and for all methods alike;
    it is cut at the origin, as if published `lag_days` after it: pseudo-real-time. Of vintages only what had been
    published when the origin's month first was is used, and the outturn is the last published.
    `methods`: names (`structural` is ours, the others of `rivals.METHODS`), or a mapping of names to functions
    (y, horizon, paths, seed) that return an object with `point`, `paths` and `fallback`. `origins`: months; by default
    every `step`-th month that has `min_history` known months and a whole horizon of outturns. `progress` is called with
    the number of origins done and of all. Returns ERROR_COLUMNS; `scale` is the error of the in-sample seasonal naive,
    `fallback` what gave way to what. Months of unknown outturn have no row.
    """
    _check_counts(horizon=horizon, step=step, min_history=min_history, paths=paths)
    wanted = None if origins is None else {as_month(origin) for origin in origins}
    standings = []
    for name, one in _named(y).items():
        every = _standings(name, one, horizon, lag_days)
        ready = [s for s in every if _ready(s, min_history, horizon)][::-step][::-1]
        standings += ready if wanted is None else [s for s in every if s.origin in wanted]
    standings = [standing for standing in standings if standing.outturn.notna().any()]
    if not standings:
        raise DataError(
            "No month can be forecast from.",
            next_step=f"Each origin needs {min_history} known months and {horizon} outturns: "
            "shorten min_history or the horizon.",
        )
    predict, rows = _predictor(methods), []
    for done, standing in enumerate(standings, 1):
        with _about(standing.series, standing.origin):
            made = predict(standing.known, horizon, paths, seed)
        rows += [_error_rows(standing, method, found) for method, found in made.items()]
        if progress:
            progress(done, len(standings))
    errors = pd.concat(rows, ignore_index=True)[ERROR_COLUMNS]
    return errors[errors["outturn"].notna()].reset_index(drop=True)


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
            "firmness": [-STATUSES[status].rank for status in mine["status"]],
        }
    )
    return table.sort_values(["published", "firmness", "month"], ignore_index=True).drop(columns="firmness")


def summarise(errors: pd.DataFrame, by: Sequence[str] = ("method",), ours: str = OURS) -> pd.DataFrame:
    """Return the scores of each method over the rows of `rolling_origins`; a mean over series of means over their rows.

    `by` must hold "method" and may add columns such as horizon or timing. Columns: cases; smape; mase; owa (against
    naive2 in the same group, NaN without it); msis (95 %); crps, divided by the scale; coverage_80, coverage_95;
    pit_mean and pit_sd (0.5 and 0.289 when calibrated); bias, the mean error divided by the scale, positive when
    outturns came in above; dm and dm_p, statistic and p-value of Diebold-Mariano on scaled absolute errors averaged
    by origin, dm positive where the method lost more than ours. Rows without a scale, of a history that never moved,
    are left out of all of these; DataError when none is left.
    """
    by = list(by)
    scaled = np.isfinite(errors["scale"])
    if not scaled.any():
        never = ", ".join(map(str, errors["series"].unique()))
        raise DataError(f"No error can be scaled: the months of {never} never moved.", next_step="Add another series.")
    scored = _with_losses(errors[scaled])
    means = scored.groupby(list(dict.fromkeys([*by, "series"])))[list(_LOSSES)].mean().groupby(by).mean()
    table = pd.concat([scored.groupby(by).size().rename("cases"), means], axis=1)
    table.insert(3, "owa", _owa(table, by))
    table["pit_sd"] = scored.groupby(by)["pit_mean"].std()
    tests = {key: _against_ours(group, scored, by, key, ours) for key, group in scored.groupby(by)}
    table[["dm", "dm_p"]] = [tests[key if isinstance(key, tuple) else (key,)] for key in table.index]
    return table


def pit_histogram(errors: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return the share of outturns in each band of the forecast distribution, a method a row; 1/bins is calibrated."""
    band = np.minimum((errors["pit"] * bins).astype(int), bins - 1)
    counts = pd.crosstab(errors["method"], band).reindex(columns=range(bins), fill_value=0)
    counts.columns = [f"{i / bins:g}" for i in range(bins)]
    return counts.div(counts.sum(axis=1), axis=0)


# ---------------------------------------------------------------------------------------------- annual totals


def annual_totals(
    y,
    years: Iterable[int],
    known_months: Sequence[int] = KNOWN_MONTHS,
    methods=METHODS,
    growths: Sequence[float] = GROWTHS,
    min_history: int = MIN_HISTORY,
    paths: int = 1000,
    seed: int = 0,
    progress: Progress | None = None,
) -> AnnualTotals:
    """Forecast the year's total standing k months into it, and the chance that it grows by at least so many percent.

    `y`, `methods`, `progress` as for `rolling_origins` (Series only). A year takes part when it and the year before are
    known in full and `min_history` known months precede it. The total of a path is what is known plus the path's own
    months, the forecast their median; the probability of total ≥ (1 + growth/100) × last year's is (k + ½)/(n + 1) of
    n paths. Returns both tables.
    """
    if wrong := [known for known in known_months if known not in range(12)]:
        raise DataError(f"A year's total is forecast with 0 to 11 months known, not with {wrong[0]!r}.")
    _check_counts(min_history=min_history, paths=paths)
    years = [int(year) for year in years]
    cases = [
        (name, one, year, known)
        for name, one in _named(y, dated=False).items()
        for year in years
        if _year_counts(one, year, min_history)
        for known in known_months
    ]
    if not cases:
        raise DataError(
            "No year can be tested.",
            next_step=f"A year must be known in full, like the one before, after {min_history} known months.",
        )
    predict, totals, chances = _predictor(methods), [], []
    for done, (name, one, year, known) in enumerate(cases, 1):
        january = pd.Period(f"{year}-01", "M")
        so_far, last_year = one[january : january + 11][:known].sum(), one[january - 12 : january - 1].sum()
        case = {"series": name, "year": year, "known": known}
        outturn = float(one[january : january + 11].sum())
        with _about(name, january + known - 1):
            made = predict(one[: january + known - 1], 12 - known, paths, seed)
        for method, found in made.items():
            drawn = so_far + found.paths.sum(axis=1)
            row = case | {"method": method, "last_year": last_year, "fallback": found.fallback}
            totals.append(row | _scored(outturn, drawn))
            chances += [case | {"method": method} | _chance(drawn, outturn, last_year, growth) for growth in growths]
        if progress:
            progress(done, len(cases))
    return AnnualTotals(pd.DataFrame(totals)[TOTAL_COLUMNS], pd.DataFrame(chances)[CHANCE_COLUMNS])


def summarise_totals(found: AnnualTotals, against: Sequence[str] = ("run_rate", "profile")) -> pd.DataFrame:
    """Return, by months known and method, how good totals and probabilities were.

    Columns: cases (totals); coverage_80, coverage_95; width_80 (mean width in percent of the outturn); mape; bias
    (mean error in percent of the outturn); crps (in percent of the outturn), these over totals above zero; brier;
    calibration_error; and
    skill_<method>, 1 − Brier / Brier of that method, for each of `against` that took part.
    """
    by = ["known", "method"]
    table = (
        _with_percents(found.totals)
        .groupby(by)
        .agg(
            cases=("outturn", "size"),
            coverage_80=("in_80", "mean"),
            coverage_95=("in_95", "mean"),
            width_80=("width_80", "mean"),
            mape=("absolute", "mean"),
            bias=("percent", "mean"),
            crps=("crps_percent", "mean"),
        )
    )
    chances = found.chances.groupby(by)
    table["brier"] = chances[["probability", "reached"]].apply(lambda c: scores.brier(c["probability"], c["reached"]))
    table["calibration_error"] = chances[["probability", "reached"]].apply(
        lambda c: scores.calibration_error(c["probability"], c["reached"])
    )
    for other in against:
        if other in table.index.get_level_values("method"):
            reference = table["brier"].xs(other, level="method").reindex(table.index.get_level_values("known"))
            table[f"skill_{other}"] = 1 - table["brier"] / reference.to_numpy()
    return table


def coverage_interval(totals: pd.DataFrame, blocks: str = "year", level: str = "80", **how) -> pd.DataFrame:
    """Return the coverage of the total's interval with its bootstrap interval, by months known and method.

    `blocks`: the column whose values are drawn whole, "year" or "series". `how` goes to `scores.bootstrap_interval`.
    """
    scored, rows = _with_percents(totals), {}
    for key, group in scored.groupby(["known", "method"]):
        inside = group[f"in_{level}"].to_numpy(float)
        rows[key] = inside.mean(), *scores.bootstrap_interval(inside, blocks=group[blocks], **how)
    index = pd.MultiIndex.from_tuples(rows, names=["known", "method"])
    return pd.DataFrame(list(rows.values()), index, ["coverage", "lower", "upper"])


def brier_difference(chances: pd.DataFrame, other: str, ours: str = OURS, blocks: str = "year", **how) -> pd.DataFrame:
    """Return, by months known, Brier score of `ours` less that of `other` on the same cases, with bootstrap interval.

    Negative: ours is better. `blocks` and `how` as for `coverage_interval`.
    """
    loss = (chances["probability"] - chances["reached"]) ** 2
    wide = chances.assign(loss=loss).pivot(index=["known", "series", "year", "growth"], columns="method", values="loss")
    difference, rows = (wide[ours] - wide[other]).dropna(), {}
    for known, group in difference.groupby(level="known"):
        labels = group.index.get_level_values(blocks)
        rows[known] = group.mean(), *scores.bootstrap_interval(group.to_numpy(), blocks=labels, **how)
    return pd.DataFrame.from_dict(rows, "index", columns=["difference", "lower", "upper"]).rename_axis("known")


def reliability(chances: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return `scores.reliability` of each method: what was stated, what came of it, by band."""
    tables = {
        method: scores.reliability(group["probability"], group["reached"], bins)
        for method, group in chances.groupby("method")
    }
    return pd.concat(tables, names=["method", "band"]).reset_index(level="band", drop=True).reset_index()


# ------------------------------------------------------------------------------------------------ facts, as of


def replay(
    series: str,
    days: Iterable | None = None,
    methods: Sequence[str] = SIMPLE,
    root=None,
    paths: int = 500,
    seed: int = 0,
    progress: Progress | None = None,
    as_of=None,
) -> Replay:
    """Make the outlook of a published series on each day that brought a fact, and score it on figures published later.

    `days`: dates; by default every publication date of the series. On each, the outlook stands after the last month
    then covered; it is scored on every level over whole months that ends later and was published later, at most 24
    months ahead, in its last vintage. Reference models cannot read totals: they continue joint histories of ours,
    and `fallback` tells what gave way in the first of these where anything did. `methods`: names; what was published
    after `as_of` is not seen at all. Returns a row a
    method, day and figure, and the days without an outlook.
    """
    catalogue = load_catalogue(root)
    key = parse_series(series, catalogue)
    calendar = catalogue.calendar_of(*key)
    facts = facts_of(load_facts(key.zone, as_of, root=root), key)
    timing = _timing(facts, catalogue.zone(key.zone).assumed_lag_days)
    outturns = _outturns(facts, str(key), catalogue, calendar)
    rows, skipped = [], []
    days = _days(facts, days)
    for done, day in enumerate(days, 1):
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
        if progress:
            progress(done, len(days))
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
    progress: Progress | None = None,
) -> AnnualTotals:
    """Forecast the year's total of a published series again from each past month, with what had been published then.

    One standing a month: the first day on which a figure reached it, from the December before the year to the November
    in it. A year takes part when the facts published by `as_of` about months up to `month` tell its total (see
    `outturn_of`), and the standing came before any figure reached its end. `last` keeps the latest standings alone.
    Reference models continue joint histories of ours, as in `replay`. Returns TOTAL_COLUMNS and CHANCE_COLUMNS with
    `origin`, the month stood in, `as_of` and `timing`; `known` counts the months of the year that had passed. A chance
    is of growth by at least so many percent, path by path, on the year before; `reached` is NaN where that is unknown.
    """
    catalogue = load_catalogue(root)
    key = parse_series(series, catalogue)
    calendar = catalogue.calendar_of(*key)
    facts = facts_of(load_facts(key.zone, as_of, root=root), key)
    facts = facts if month is None else facts[facts["period_end"] <= pd.Timestamp(month_bounds(month, calendar)[1])]
    timing = _timing(facts, catalogue.zone(key.zone).assumed_lag_days)
    now = _outlook_or_none(str(key), _month_reached(facts, calendar), as_of, seed, root, paths) if len(facts) else None
    standings = _year_standings(facts, now, calendar)[-last if last else 0 :] if now is not None else []
    totals, chances = [], []
    for done, (origin, day) in enumerate(standings, 1):
        year, seen = (origin + 1).year, facts["published"] <= day
        then = _outlook_or_none(str(key), origin, day, seed, root, paths, f"{year}-12")
        if then is not None:
            said = {"series": str(key), "year": year, "known": origin.month % 12, "origin": origin, "as_of": day}
            said["timing"] = PSEUDO if (timing[seen] == PSEUDO).any() else REAL
            found = _year_rows(then, now, year, methods, growths, seed)
            totals += [said | row for row in found[0]]
            chances += [said | row for row in found[1]]
        if progress:
            progress(done, len(standings))
    place = ["origin", "as_of", "timing"]
    return AnnualTotals(
        pd.DataFrame(totals, columns=[*TOTAL_COLUMNS, *place]), pd.DataFrame(chances, columns=[*CHANCE_COLUMNS, *place])
    )


def settled(found: Outlook, period: str) -> float:
    """Return the total of a period on which all paths agree within half a percent; NaN while they do not."""
    months = _period_months(period)
    if not months.isin(found.paths.columns).all() or months[-1] > found.last_observed:
        return np.nan
    total = found.paths[months].sum(axis=1)
    middle = float(total.median())
    return middle if total.max() - total.min() <= SETTLED * middle else np.nan


def outturn_of(found: Outlook, period: str) -> float:
    """Return the total of a year ("2024") or month ("2024-05") that facts settle, else the level published for exactly
    that period, be it called an estimate; NaN without either."""
    total, months = settled(found, period), _period_months(period)
    if np.isfinite(total):
        return total
    said = found.observations[found.observations["value"].notna() & ~found.observations["relaxed"]]
    start, end = month_bounds(months[0], found.calendar)[0], month_bounds(months[-1], found.calendar)[1]
    same = said[
        (pd.to_datetime(said["start"]) == pd.Timestamp(start)) & (pd.to_datetime(said["end"]) == pd.Timestamp(end))
    ]
    return float(same["value"].iloc[-1]) if len(same) else np.nan


def _period_months(period: str) -> pd.PeriodIndex:
    return pd.PeriodIndex([f"{period}-{m:02d}" for m in range(1, 13)] if len(period) == 4 else [period], freq="M")


def known_on(facts: pd.DataFrame, end) -> pd.Timestamp:
    """Return the first day on which a figure of a series, cut from `facts`, reached the day `end`; NaT if none has."""
    return facts.loc[facts["period_end"] >= pd.Timestamp(end), "published"].min()


# ----------------------------------------------------------------------------------------------- forecasting


@dataclass(frozen=True)
class _Found:
    point: np.ndarray
    paths: np.ndarray
    fallback: str = ""


def _structural(y: pd.Series, horizon: int, paths: int, seed: int) -> _Found:
    known = y[: y.last_valid_index()]  # `forecast` begins after the last known month
    drawn = forecast(known, horizon + len(y) - len(known), paths=paths, seed=seed).paths.to_numpy()[:, -horizon:]
    return _Found(np.median(drawn, axis=0), drawn)


def _predictor(methods) -> Callable:
    """One function that forecasts by all methods; reference models are run together, so that none is fitted twice."""
    given = dict(methods) if isinstance(methods, Mapping) else {}
    names = [] if given else [methods] if isinstance(methods, str) else list(methods)
    if not given and not names:
        raise DataError("No method is named.", next_step=f"There are {', '.join(METHODS)}.")
    unknown = [name for name in names if name not in METHODS]
    if unknown:
        raise DataError(f"No method is called {', '.join(unknown)}.", next_step=f"There are {', '.join(METHODS)}.")

    def predict(y, horizon, paths, seed) -> dict:
        found = {OURS: _structural(y, horizon, paths, seed)} if OURS in names else {}
        found |= rivals.forecasts(y, horizon, [name for name in names if name != OURS], paths, seed)
        return found | {name: method(y, horizon, paths, seed) for name, method in given.items()}

    return predict


def _scored(outturn: float, drawn: np.ndarray) -> dict:
    """The cells of SCORED for one outturn and the paths (n,) of it; the forecast is their median."""
    point = float(np.median(drawn))
    row = {"outturn": outturn, "forecast": point, "error": outturn - point}
    for name, level in LEVELS.items():
        row[f"lower_{name}"], row[f"upper_{name}"] = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return row | {"crps": float(scores.crps(outturn, drawn)), "pit": float(scores.pit(outturn, drawn))}


def _error_rows(standing: _Standing, method: str, found) -> pd.DataFrame:
    outturn, horizon = standing.outturn.to_numpy(float), len(standing.outturn)
    point, drawn = np.asarray(found.point)[:horizon], np.asarray(found.paths)[:, :horizon]
    table = pd.DataFrame({"month": standing.outturn.index, "horizon": np.arange(1, horizon + 1)})
    table["outturn"], table["forecast"], table["error"] = outturn, point, scores.errors(outturn, point)
    for name, level in LEVELS.items():
        ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        table[f"lower_{name}"], table[f"upper_{name}"] = ends
    table["crps"], table["pit"] = scores.crps(outturn, drawn), scores.pit(outturn, drawn)
    return table.assign(
        series=standing.series,
        method=method,
        origin=standing.origin,
        as_of=standing.as_of,
        timing=standing.timing,
        scale=scores.seasonal_scale(standing.known),
        fallback=found.fallback,
    )


# ------------------------------------------------------------------------------------------- places in time


def _named(y, dated: bool = True) -> dict:
    """Series, their months in order, and, where `dated`, tables of vintages by name. Raises DataError for other things.

    Months before the first that is above zero are left out: a series begins with it.
    """
    named = dict(y) if isinstance(y, Mapping) else {(y.name if isinstance(y, pd.Series) and y.name else ""): y}
    wrong = [f"{name or 'the series'} {fault}" for name, one in named.items() if (fault := _fault_of(one, dated))]
    if wrong:
        what = "Give Series on a monthly PeriodIndex" + (", or tables of vintages." if dated else ".")
        raise DataError("Some series cannot be evaluated.", wrong, what)
    return {name: _months(one) if isinstance(one, pd.Series) else one for name, one in named.items()}


def _check_counts(**counts) -> None:
    if wrong := [name for name, count in counts.items() if not isinstance(count, Integral) or count < 1]:
        raise DataError(
            f"{wrong[0]} must be a whole number from 1, not {counts[wrong[0]]!r}.", next_step="Give such a number."
        )


@contextmanager
def _about(series: str, origin: pd.Period) -> Iterator[None]:
    """Name the series and the month forecast from where a method refuses it."""
    try:
        yield
    except (DataError, ValueError) as error:
        place = f"{series or 'the series'} cannot be forecast from {origin}"
        raise DataError(place + ".", [str(error)], "Leave it out, or mend its months.") from error


def _months(y: pd.Series) -> pd.Series:
    """Every month from the first to the last, those behind running totals too, as `forecast` reads them."""
    y = y[y.index >= y.index[y > 0].min()]
    y = y.astype(float).reindex(pd.period_range(y.index.min(), y.index.max(), freq="M"))
    return pd.Series(running_totals.months_behind(y.to_numpy(), y.index[0].month), y.index, name=y.name)


def _fault_of(one, dated: bool) -> str:
    if isinstance(one, pd.DataFrame) and dated:
        lacking = [name for name in VINTAGE_COLUMNS if name not in one]
        if lacking:
            return f"is a table without {', '.join(lacking)}: columns of vintages are {', '.join(VINTAGE_COLUMNS)}"
        return (
            ""
            if one["month"].dtype == pd.PeriodDtype("M")
            else "is a table whose column month holds no months (pd.PeriodIndex(…, freq='M'))"
        )
    if not isinstance(one, pd.Series):
        return f"is a {type(one).__name__}"
    if not isinstance(one.index, pd.PeriodIndex) or one.index.freqstr != "M":
        return "has no months as its index"
    if not len(one):
        return "is empty"
    if one.index.hasnans:
        return "has a value without a month"
    if not pd.api.types.is_numeric_dtype(one):
        return "holds something that is no number"
    if (one < 0).any() or np.isinf(one).any():
        return f"has {one[(one < 0) | np.isinf(one)].iloc[0]:g} in {one.index[(one < 0) | np.isinf(one)][0]}"
    if not (one > 0).any():
        return "has no month above zero"
    if one.index.has_duplicates:
        return f"gives {one.index[one.index.duplicated()][0]} twice"
    return ""


def _standings(name: str, y, horizon: int, lag_days: int | None) -> list[_Standing]:
    if isinstance(y, pd.DataFrame):
        return _standings_of_vintages(name, y, horizon)
    day = {m: pd.NaT if lag_days is None else pd.Timestamp(month_bounds(m, CALENDAR)[1]) for m in y.index}
    lag = pd.Timedelta(days=lag_days or 0)
    return [
        _Standing(name, origin, day[origin] + lag, PSEUDO, y[:origin], y[origin + 1 : origin + horizon])
        for origin in y.index[y.notna()]
    ]


def _standings_of_vintages(name: str, table: pd.DataFrame, horizon: int) -> list[_Standing]:
    last = table.groupby("month")["value"].last()
    first_day = table.groupby("month")["published"].min()
    standings = []
    for origin, day in first_day.items():
        then = table[(table["published"] <= day) & (table["month"] <= origin)]
        timing = PSEUDO if (then["timing"] == PSEUDO).any() else REAL
        known = then.groupby("month")["value"].last()
        known = known.reindex(pd.period_range(known.index[0], origin, freq="M"))
        ahead = pd.period_range(origin + 1, min(origin + horizon, last.index[-1]), freq="M")
        standings.append(_Standing(name, origin, day, timing, known, last.reindex(ahead)))
    return standings


def _ready(standing: _Standing, min_history: int, horizon: int) -> bool:
    return standing.known.notna().sum() >= min_history and len(standing.outturn) == horizon


def _year_counts(y: pd.Series, year: int, min_history: int) -> bool:
    two_years = pd.period_range(f"{year - 1}-01", f"{year}-12", freq="M")
    return y.reindex(two_years).notna().all() and y[: two_years[11]].notna().sum() >= min_history


def _chance(drawn: np.ndarray, outturn: float, last_year: float, growth: float) -> dict:
    threshold = last_year * (1 + growth / 100)
    probability = scores.chance(scores.at_least(drawn, threshold))
    return {"growth": growth, "probability": probability, "reached": float(scores.at_least(outturn, threshold))}


# --------------------------------------------------------------------------------------------------- scoring

_LOSSES = {
    "smape": lambda e: 200 * e["error"].abs() / (e["outturn"].abs() + e["forecast"].abs()).replace(0, 1),
    "mase": lambda e: e["error"].abs() / e["scale"],
    "msis": lambda e: scores.interval_score(e["outturn"], e["lower_95"], e["upper_95"], 0.95) / e["scale"],
    "crps": lambda e: e["crps"] / e["scale"],
    "coverage_80": lambda e: e["outturn"].between(e["lower_80"], e["upper_80"]).astype(float),
    "coverage_95": lambda e: e["outturn"].between(e["lower_95"], e["upper_95"]).astype(float),
    "pit_mean": lambda e: e["pit"],
    "bias": lambda e: e["error"] / e["scale"],
}
"""Score of one row of errors, by the column of the summary that averages it."""


def _with_losses(errors: pd.DataFrame) -> pd.DataFrame:
    return errors.assign(**{name: loss(errors) for name, loss in _LOSSES.items()})


def _owa(table: pd.DataFrame, by: list[str]) -> np.ndarray:
    methods = table.index.get_level_values("method") if len(by) > 1 else table.index
    if REFERENCE not in methods:
        return np.full(len(table), np.nan)
    if len(by) == 1:
        reference = table.loc[[REFERENCE] * len(table)]
    else:
        rest = table.index.droplevel("method")
        reference = table.xs(REFERENCE, level="method").reindex(rest)
    naive = reference[["smape", "mase"]].to_numpy().T
    return scores.owa(table["smape"].to_numpy(), table["mase"].to_numpy(), *naive)


def _against_ours(group: pd.DataFrame, scored: pd.DataFrame, by: list[str], key: tuple, ours: str) -> scores.Comparison:
    """Diebold-Mariano of a method against ours on the cases that both have in one group."""
    same = scored["method"] == ours
    for column, value in zip(by, key, strict=True):
        same &= (scored[column] == value) if column != "method" else True
    case = ["series", "origin", "month"]
    both = group.merge(scored[same], on=case, suffixes=("", "_ours"))
    both = both.groupby("origin")[["mase", "mase_ours"]].mean().sort_index()
    return scores.diebold_mariano(both["mase"], both["mase_ours"], _overlap(both.index, group["horizon"].max()))


def _overlap(origins: pd.PeriodIndex, horizon: int) -> int:
    """How many origins in a row share months: a horizon of 12 from every third month overlaps over 4 origins."""
    apart = np.diff(origins.asi8).min() if len(origins) > 1 else 1
    return int(-(-horizon // apart))


def _with_percents(totals: pd.DataFrame) -> pd.DataFrame:
    percent = 100 / totals["outturn"].replace(0, np.nan)
    return totals.assign(
        percent=totals["error"] * percent,
        absolute=totals["error"].abs() * percent,
        width_80=(totals["upper_80"] - totals["lower_80"]) * percent,
        crps_percent=totals["crps"] * percent,
        in_80=totals["outturn"].between(totals["lower_80"], totals["upper_80"]),
        in_95=totals["outturn"].between(totals["lower_95"], totals["upper_95"]),
    )


# ----------------------------------------------------------------------------------------------- facts, as of


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
            rows.append(said | place | {"method": method, "fallback": fallback} | _scored(figure.value, total))
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
        totals.append(row | _scored(outturn, drawn))
        if (months - 12).isin(paths.columns).all():
            base = paths[months - 12].sum(axis=1).to_numpy()
            chances += [{"method": method} | _chance_on(drawn, base, outturn, before, growth) for growth in growths]
    return totals, chances


def _chance_on(drawn, base, outturn: float, before: float, growth: float) -> dict:
    """The chance of a growth where last year's total differs between paths too."""
    grown = scores.at_least(drawn, base * (1 + growth / 100))
    reached = float(scores.at_least(outturn, before * (1 + growth / 100))) if np.isfinite(before) else np.nan
    return {"growth": growth, "probability": scores.chance(grown), "reached": reached}


def _month_reached(facts: pd.DataFrame, calendar) -> pd.Period:
    return month_of(facts["period_end"].max(), calendar)
