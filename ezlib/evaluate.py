"""How good forecasts have been: the past replayed with what was known then, every method scored on the same cases.

`rolling_origins`: months, standing at each month of a series. `annual_totals`: the year's total and the chance of
reaching a growth, standing k months into a year. Error = outturn − forecast; a horizon counts months after the last
observed one. `replays` does the same from a zone's facts, `summaries` averages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from ezlib import rivals, running_totals, scores
from ezlib.aims import GROWTHS, at_least, chance
from ezlib.contracts import DataError
from ezlib.outlook import forecast
from ezlib.periods import CALENDAR, as_month, month_bounds

OURS = "structural"
REFERENCE = "naive2"
ALL_METHODS = (OURS, *rivals.METHODS)
SIMPLE = (OURS, "seasonal_naive", "run_rate", "profile")
REAL, PSEUDO = "real-time", "pseudo-real-time"
LEVELS = {"80": 0.8, "95": 0.95}
KNOWN_MONTHS = (0, 3, 6, 9)
MIN_HISTORY = 36

SCORED = ["outturn", "forecast", "error", "lower_80", "upper_80", "lower_95", "upper_95", "crps", "pit"]
ERROR_COLUMNS = ["series", "method", "origin", "as_of", "timing", "horizon", "month", *SCORED, "scale", "fallback"]
TOTAL_COLUMNS = ["series", "method", "year", "known", "last_year", *SCORED, "fallback"]
VINTAGE_COLUMNS = ["month", "value", "published", "timing"]
CHANCE_COLUMNS = ["series", "method", "year", "known", "growth", "probability", "reached"]


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


# -------------------------------------------------------------------------------------------- rolling origins


def rolling_origins(
    y,
    horizon: int = 12,
    methods=ALL_METHODS,
    origins: Iterable | None = None,
    step: int = 1,
    min_history: int = MIN_HISTORY,
    lag_days: int | None = None,
    paths: int = 500,
    seed: int = 0,
    progress: bool = True,
) -> pd.DataFrame:
    """Forecast from one month after another and score each month ahead: one row a method, origin and horizon.

    `y`: a Series on a monthly PeriodIndex (NaN where unknown), or the vintages of one (see `vintages`), or a mapping of
    names to such. Running totals in a Series are taken apart first, with all of it in view and for all methods alike;
    it is cut at the origin, as if published `lag_days` after it: pseudo-real-time. Of vintages only what had been
    published when the origin's month first was is used, and the outturn is the last published.
    `methods`: names (`structural` is ours, the others of `rivals.METHODS`), or a mapping of names to functions
    (y, horizon, paths, seed) that return an object with `point`, `paths` and `fallback`. `origins`: months; by default
    every `step`-th month that has `min_history` known months and a whole horizon of months after it. With `progress` a
    bar is shown from two seconds on. Returns ERROR_COLUMNS; `scale` is the error of the in-sample seasonal naive,
    `fallback` what gave way to what. Months of unknown outturn have no row.
    """
    _check_counts(horizon=horizon, step=step, min_history=min_history, paths=paths)
    _check_counts(least=0, lag_days=lag_days or 0)
    wanted = None if origins is None else {as_month(origin) for origin in _each(origins)}
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
    for standing in bar(standings, "origins", progress):
        with _about(standing.series, standing.origin):
            made = predict(standing.known, horizon, paths, seed)
        rows += [_error_rows(standing, method, found) for method, found in made.items()]
    errors = pd.concat(rows, ignore_index=True)[ERROR_COLUMNS]
    return errors[errors["outturn"].notna()].reset_index(drop=True)


# ---------------------------------------------------------------------------------------------- annual totals


def annual_totals(
    y,
    years: Iterable[int],
    known_months: Sequence[int] = KNOWN_MONTHS,
    methods=ALL_METHODS,
    growths: Sequence[float] = GROWTHS,
    min_history: int = MIN_HISTORY,
    paths: int = 1000,
    seed: int = 0,
    progress: bool = True,
) -> AnnualTotals:
    """Forecast the year's total standing k months into it, and the chance that it grows by at least so many percent.

    `y`, `methods`, `progress` as for `rolling_origins` (Series only). A year takes part when it and the year before are
    known in full and `min_history` known months precede it. The total of a path is what is known plus the path's own
    months, the forecast their median; the probability of total ≥ (1 + growth/100) × last year's is (k + ½)/(n + 1) of
    n paths. Returns both tables.
    """
    years, known_months, growths = _each(years), _each(known_months), _each(growths)
    if wrong := [known for known in known_months if isinstance(known, bool) or known not in range(12)]:
        raise DataError(f"A year's total is forecast with 0 to 11 months known, not with {wrong[0]!r}.")
    if wrong := [growth for growth in growths if not isinstance(growth, Real) or not np.isfinite(growth)]:
        raise DataError(f"A growth must be a number of percent, not {wrong[0]!r}.")
    if wrong := [year for year in years if not isinstance(year, Integral)]:
        raise DataError(f"A year must be a whole number, not {wrong[0]!r}.")
    _check_counts(min_history=min_history, paths=paths)
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
    for name, one, year, known in bar(cases, "standings", progress):
        january = pd.Period(f"{year}-01", "M")
        so_far, last_year = one[january : january + 11][:known].sum(), one[january - 12 : january - 1].sum()
        case = {"series": name, "year": year, "known": known}
        outturn = float(one[january : january + 11].sum())
        with _about(name, january + known - 1):
            made = predict(one[: january + known - 1], 12 - known, paths, seed)
        for method, found in made.items():
            drawn = so_far + found.paths.sum(axis=1)
            row = case | {"method": method, "last_year": last_year, "fallback": found.fallback}
            totals.append(row | scored(outturn, drawn))
            chances += [
                case | {"method": method} | growth_chance(drawn, last_year, outturn, last_year, growth)
                for growth in growths
            ]
    return AnnualTotals(pd.DataFrame(totals)[TOTAL_COLUMNS], pd.DataFrame(chances)[CHANCE_COLUMNS])


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
    if wrong := [name for name, method in given.items() if not callable(method)]:
        raise DataError(f"The method {wrong[0]!r} is no function.", next_step="Give (y, horizon, paths, seed) -> …")
    names = [] if given else _each(methods)
    if not given and not names:
        raise DataError("No method is named.", next_step=f"There are {', '.join(ALL_METHODS)}.")
    unknown = [name for name in names if name not in ALL_METHODS]
    if unknown:
        raise DataError(
            f"No method is called {', '.join(map(str, unknown))}.", next_step=f"There are {', '.join(ALL_METHODS)}."
        )

    def predict(y, horizon, paths, seed) -> dict:
        found = {OURS: _structural(y, horizon, paths, seed)} if OURS in names else {}
        found |= rivals.forecasts(y, horizon, [name for name in names if name != OURS], paths, seed)
        return found | {name: method(y, horizon, paths, seed) for name, method in given.items()}

    return predict


def scored(outturn: float, drawn: np.ndarray) -> dict[str, float]:
    """Return the cells of SCORED for one outturn and the paths (n,) of it; the forecast is their median."""
    cells = _cells(np.atleast_1d(outturn), np.atleast_1d(np.median(drawn)), np.asarray(drawn)[:, None])
    return {name: float(values[0]) for name, values in cells.items()}


def _cells(outturn: np.ndarray, point: np.ndarray, drawn: np.ndarray) -> dict[str, np.ndarray]:
    """SCORED for outturns (h,), their forecasts (h,) and paths (n, h)."""
    cells = {"outturn": outturn, "forecast": point, "error": scores.errors(outturn, point)}
    for name, level in LEVELS.items():
        ends = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
        cells |= {f"lower_{name}": ends[0], f"upper_{name}": ends[1]}
    return cells | {"crps": scores.crps(outturn, drawn), "pit": scores.pit(outturn, drawn)}


def _error_rows(standing: _Standing, method: str, found) -> pd.DataFrame:
    outturn, horizon = standing.outturn.to_numpy(float), len(standing.outturn)
    point, drawn = np.asarray(found.point)[:horizon], np.asarray(found.paths)[:, :horizon]
    ahead = {"month": standing.outturn.index, "horizon": np.arange(1, horizon + 1)}
    return pd.DataFrame(ahead | _cells(outturn, point, drawn)).assign(
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


def bar(cases: Sequence, unit: str, shown: bool) -> Iterable:
    """Go through cases with a progress bar on standard error, which appears where they take more than two seconds."""
    return tqdm(cases, unit=f" {unit}", delay=2, leave=False, disable=not shown)


def _each(values) -> list:
    """The values of an argument that may be one alone."""
    return list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]


def _check_counts(least: int = 1, **counts) -> None:
    if wrong := [name for name, count in counts.items() if not isinstance(count, Integral) or count < least]:
        raise DataError(
            f"{wrong[0]} must be a whole number from {least}, not {counts[wrong[0]]!r}.",
            next_step="Give such a number.",
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
    table = table.sort_values("published", kind="stable")
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


def growth_chance(drawn, base, outturn: float, before: float, growth: float) -> dict:
    """Return the chance that totals `drawn` grow by so many percent on `base`, a number or one for each path, and
    whether `outturn` did on `before`: NaN where that is unknown."""
    probability = chance(at_least(drawn, base * (1 + growth / 100)))
    reached = float(at_least(outturn, before * (1 + growth / 100))) if np.isfinite(before) else np.nan
    return {"growth": growth, "probability": probability, "reached": reached}
