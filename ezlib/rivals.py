"""Reference models, what any forecast must be measured against: four rules of thumb, statsmodels' families, their mean.

All stand behind one interface and return a point forecast and joint paths of the same shape as the structural model's.
Flows only: months are positive, and a month below 2 % of a typical one counts as that much, since errors are relative.
A model that cannot be used (too short, not converged, exploded) gives way to a simpler one and says why.
"""

from __future__ import annotations

import importlib
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
import pandas as pd

from ezlib.scores import YEAR, is_seasonal, naive2, seasonal_indices
from ezlib.threads import one_thread

LEAST_SHARE = 0.02  # of the median month that is not zero
USUAL_CHANGE = 0.1  # of the logarithm from month to month, where a single month tells none; as in the prior of ours
FEWEST_ERRORS = 3  # past forecasts of a rule below which its errors tell no spread
MOST_OUTSIDE = 0.05  # share of path months beyond the outer fence above which a model counts as exploded


@dataclass(frozen=True)
class ReferenceForecast:
    """What a reference model says: `point` (h,) and joint `paths` (n, h), in the unit of the series.

    `fallback` is '' when the method named by `method` did the work on the months as they are; otherwise it says what
    stood in and why. `stood_in` names the method whose forecast it is where another had to stand in, '' where none had.
    `held` is the share of path months that lay beyond the outer fence and were held at it.
    """

    method: str
    point: np.ndarray
    paths: np.ndarray
    fallback: str = ""
    held: float = 0.0
    stood_in: str = ""

    def interval(self, level: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and upper ends (h,) of the central interval of the paths."""
        return tuple(np.quantile(self.paths, [(1 - level) / 2, (1 + level) / 2], axis=0))


@dataclass(frozen=True)
class Method:
    """A reference model: how it runs, the known months it needs, what it gives way to when it cannot, its names.

    `run` takes months, horizon, number of paths and a generator; that of a model with `members` takes the forecasts of
    these and the number of paths. It returns point, paths and a note.
    """

    run: Callable
    needs: int
    instead: str
    name_vi: str
    name_en: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Months:
    """Consecutive months from a known one to a known one; gaps between are NaN. `first` is 0 for January."""

    values: np.ndarray
    first: int

    def __len__(self) -> int:
        return len(self.values)

    @property
    def known(self) -> int:
        return int(np.sum(np.isfinite(self.values)))

    @property
    def position(self) -> int:
        """Months of the current year that have passed when the last month is over: 0 after a December."""
        return (self.first + len(self)) % YEAR

    def until(self, n: int) -> _Months:
        return _Months(self.values[:n], self.first)


class _CannotUse(Exception):
    """A model is no use here; the text says why."""


# ------------------------------------------------------------------------------------------------ the interface


def forecast(y, horizon: int, method: str, paths: int = 1000, seed: int = 0) -> ReferenceForecast:
    """Forecast `horizon` months after the last of `y` by the reference model named `method`, a key of `METHODS`.

    `y`: months in order, a Series on a monthly PeriodIndex or an array that begins with a January; NaN where unknown.
    Same `seed`, same paths; the paths of one method do not depend on which others are run. Raises ValueError for an
    unknown method, another index, negative months, a horizon below 1 or no known month.
    """
    return forecasts(y, horizon, [method], paths, seed)[method]


def forecasts(
    y, horizon: int, methods: Iterable[str] | None = None, paths: int = 1000, seed: int = 0
) -> dict[str, ReferenceForecast]:
    """Forecast by several reference models (all of `METHODS` when None), each fitted once, the combination included.

    Arguments and errors as for `forecast`.
    """
    methods = [methods] if isinstance(methods, str) else list(METHODS if methods is None else methods)
    months, gap = _checked(y, horizon, methods, paths)
    if not np.nanmax(months.values) > 0:
        nothing = np.zeros((paths, horizon))
        return {
            m: ReferenceForecast(m, nothing[0], nothing, "every known month is zero: so is the forecast")
            for m in methods
        }
    months, unit, floored = _in_own_unit(months)
    done: dict[str, ReferenceForecast] = {}
    with one_thread(), _silence():
        for method in methods:
            _run(method, months, horizon + gap, paths, seed, done)
    return {method: _after_gap(done[method], gap, unit, floored) for method in methods}


def _after_gap(found: ReferenceForecast, gap: int, unit: float, floored: str) -> ReferenceForecast:
    said = "; ".join(filter(None, [found.fallback, floored]))
    return replace(found, point=unit * found.point[gap:], paths=unit * found.paths[:, gap:], fallback=said)


def _checked(y, horizon: int, methods: list[str], paths: int) -> tuple[_Months, int]:
    """The months between the first and the last known one, and how many unknown ones follow."""
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        raise ValueError(
            f"No reference model is called {', '.join(map(repr, unknown))}; there are {', '.join(METHODS)}."
        )
    for name, count in (("horizon", horizon), ("paths", paths)):
        if not isinstance(count, Integral) or count < 1:
            raise ValueError(f"{name} must be a whole number from 1, not {count!r}.")
    dated = isinstance(y, pd.Series)
    if dated and not (isinstance(y.index, pd.PeriodIndex) and y.index.freqstr == "M"):
        raise ValueError("A Series needs a monthly PeriodIndex: y.index = pd.PeriodIndex(…, freq='M').")
    first = y.index[0].month if dated and len(y) else 1
    if dated and not _consecutive(y.index):
        raise ValueError("The months of the series do not follow one another; reindex them and leave gaps as NaN.")
    values = np.asarray(y, float)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        raise ValueError("No month is known, so there is nothing to forecast from.")
    if np.nanmin(values) < 0:
        raise ValueError(f"{np.sum(values < 0)} months are negative; reference models are for flows, which are not.")
    start, stop = int(known[0]), int(known[-1]) + 1
    return _Months(values[start:stop], (first - 1 + start) % YEAR), len(values) - stop


def _consecutive(months: pd.PeriodIndex) -> bool:
    return months.freqstr == "M" and bool(np.all(np.diff(months.asi8) == 1))


def _in_own_unit(months: _Months) -> tuple[_Months, float, str]:
    """Months in units of a typical one, since what some searches find hangs on the unit, none below LEAST_SHARE; the
    unit, and what to say of months that were."""
    unit = float(np.median(months.values[months.values > 0]))
    low = int(np.sum(months.values < LEAST_SHARE * unit))
    note = f"{low} months near zero count as {LEAST_SHARE * unit:.4g}" if low else ""
    return replace(months, values=np.maximum(months.values / unit, LEAST_SHARE)), unit, note


@contextmanager
def _silence() -> Iterator[None]:
    """What statsmodels and numpy would print about hard series is told by `fallback` instead."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def _run(name: str, months: _Months, horizon: int, paths: int, seed: int, done: dict) -> ReferenceForecast:
    """The forecast of one method or of what gives way to it, kept in `done`."""
    if name in done:
        return done[name]
    method, rng = METHODS[name], np.random.default_rng([seed, zlib.crc32(name.encode())])

    def others(other: str) -> ReferenceForecast:
        return _run(other, months, horizon, paths, seed, done)

    try:
        if months.known < method.needs:
            raise _CannotUse(f"{months.known} known month{'s' * (months.known != 1)}, {method.needs} needed")
        if method.instead and np.nanmin(months.values) == np.nanmax(months.values):
            raise _CannotUse("all months are alike")
        given = (months, horizon, paths, rng)
        if method.members:
            given = ([others(member) for member in method.members], paths)
        point, drawn, note = method.run(*given)
        done[name] = _fenced(ReferenceForecast(name, point, drawn, note), months, is_last=not method.instead)
    except _CannotUse as reason:
        stand_in = others(method.instead)
        why = f"{METHODS[method.instead].name_en} stands in: {reason}"
        said = "; ".join(filter(None, [why, stand_in.fallback]))
        done[name] = replace(stand_in, method=name, fallback=said, stood_in=stand_in.stood_in or method.instead)
    return done[name]


def _fenced(found: ReferenceForecast, months: _Months, is_last: bool) -> ReferenceForecast:
    """Refuse a point forecast outside the fence; hold single paths at the outer fence, refuse when they are many.

    The last model has none to give way to: its paths are held however many they are. The fence stands as far above the
    largest and below the smallest known month as these lie apart, as a ratio, and at least a factor of 2; the outer
    fence twice as far.
    """
    low, high = np.log(np.nanmin(months.values)), np.log(np.nanmax(months.values))
    reach = max(high - low, np.log(2))
    if not np.all(np.isfinite(found.point)):
        raise _CannotUse("the forecast is not a number")
    if np.max(found.point) > np.exp(high + reach) or np.min(found.point) < np.exp(low - reach):
        raise _CannotUse(
            f"the forecast of {found.point.min():.4g} to {found.point.max():.4g} times a typical month leaves the "
            f"fence of {np.exp(low - reach):.4g} to {np.exp(high + reach):.4g} that the history sets"
        )
    held = np.clip(np.nan_to_num(found.paths, nan=np.inf), np.exp(low - 2 * reach), np.exp(high + 2 * reach))
    share = float(np.mean(held != found.paths))
    if share > MOST_OUTSIDE and not is_last:
        raise _CannotUse(f"{share:.0%} of the path months explode beyond the outer fence")
    return replace(found, paths=held, held=share)


# ---------------------------------------------------------------------------------------------- rules of thumb
#
# A rule takes months and a horizon and returns the forecast months, or None where it cannot say anything. Its paths
# spread as its own past forecasts were wrong.


def _naive(months: _Months, horizon: int) -> np.ndarray:
    """The last month, again and again."""
    return np.full(horizon, months.values[-1])


def _naive2(months: _Months, horizon: int) -> np.ndarray:
    """The last month with the season of Naive2."""
    return naive2(_filled(months)[0], horizon)


def _seasonal_naive(months: _Months, horizon: int) -> np.ndarray | None:
    """The same month a year earlier, times the mean yearly change so far for each year that lies between."""
    z, n = np.log(months.values), len(months)
    if n <= YEAR:
        return None
    yearly = z[YEAR:] - z[:-YEAR]
    yearly = yearly[np.isfinite(yearly)]
    drift = yearly.mean() if len(yearly) else 0.0
    future = np.arange(n, n + horizon)
    source = _last_known_of_each_month(z)[future % YEAR]
    return np.where(source >= 0, np.exp(z[source] + drift * (future - source) / YEAR), months.values[-1])


def _last_known_of_each_month(z: np.ndarray) -> np.ndarray:
    """Where each of the twelve months, counted from the first of `z`, was last known; −1 where never."""
    known = np.where(np.isfinite(z), np.arange(len(z)), -1)
    return np.append(known, np.full(-len(z) % YEAR, -1)).reshape(-1, YEAR).max(axis=0)


def _run_rate(months: _Months, horizon: int) -> np.ndarray:
    """The average of this year's months so far; of the last twelve when the year has not begun."""
    return np.full(horizon, np.nanmean(months.values[-(months.position or YEAR) :]))


def _profile(months: _Months, horizon: int) -> np.ndarray | None:
    """This year's months so far, carried on by the share of a year that each month of the year has normally had.

    Shares are means over the complete years of the history. Before the year has begun, and for the years after it, a
    year brings what the last twelve months, or the year now estimated, bring.
    """
    shares = estimate_profile(months.values, months.first + 1)
    if shares is None:
        return None
    so_far = months.values[-(months.position or YEAR) :]
    month_of_year = (months.first + np.arange(len(months) - len(so_far), len(months))) % YEAR
    known = np.isfinite(so_far)
    year = so_far[known].sum() / shares[month_of_year[known]].sum()
    return year * shares[(months.first + len(months) + np.arange(horizon)) % YEAR]


def estimate_profile(y, first_month: int = 1) -> np.ndarray | None:
    """Return the mean share of the year's total that fell in each month (12,), January first; None without a full year.

    `y` (n,): months in order, the first being month `first_month` of a year; NaN where unknown. Years count from
    January to December and only when all twelve months are known; each weighs the same.
    """
    y = np.asarray(y, float)[(1 - first_month) % YEAR :]
    years = y[: len(y) // YEAR * YEAR].reshape(-1, YEAR)
    years = years[np.isfinite(years).all(axis=1) & (years.sum(axis=1) > 0)]
    return (years / years.sum(axis=1, keepdims=True)).mean(axis=0) if len(years) else None


def _by_rule(rule: Callable, in_step_with_year: bool = False) -> Callable:
    """A method from a rule: its forecast, spread by the errors of the same rule in the past.

    With `in_step_with_year` only past forecasts made at the same place in the year count, while there are enough.
    """

    def run(months, horizon, paths, rng):
        point = rule(months, horizon)
        if point is None:
            raise _CannotUse("not enough of a year is known")
        past = _past_errors(rule, months, horizon, YEAR) if in_step_with_year else np.empty((0, horizon))
        if len(past) >= FEWEST_ERRORS:
            return point, point * np.exp(_spread(past, len(past), paths, rng)), ""
        past = _past_errors(rule, months, horizon, 1)
        if len(past) >= FEWEST_ERRORS:
            return point, point * np.exp(_spread(past, len(past) // YEAR, paths, rng)), ""
        return (
            point,
            point * np.exp(_walk(months, horizon, paths, rng)),
            "spread of a random walk: too few past forecasts",
        )

    return run


def _past_errors(rule: Callable, months: _Months, horizon: int, every: int) -> np.ndarray:
    """Errors of the logarithm of a rule's past forecasts, one origin a row (rows, horizon).

    An origin counts when half of its months came to be known; what is unknown among them takes the mean of the others,
    since the errors of one forecast hang together.
    """
    rows = []
    for end in range(len(months) - every * -(-horizon // every), 0, -every):
        point = rule(months.until(end), horizon) if np.isfinite(months.values[end - 1]) else None
        if point is not None:
            rows.append(np.log(months.values[end : end + horizon] / point))
    errors = np.array(rows).reshape(-1, horizon)
    known = np.isfinite(errors)
    enough = known.mean(axis=1) >= 0.5
    errors, known = errors[enough], known[enough]
    usual = np.sum(errors, axis=1, where=known) / known.sum(axis=1)
    return np.where(known, errors, usual[:, None])


def _spread(past: np.ndarray, years: int, paths: int, rng) -> np.ndarray:
    """Joint draws of errors (paths, horizon) with the past errors' mean products as covariance, tails for few years.

    A bias of the rule is part of its spread. With n independent rows the draws follow Student's t with n degrees of
    freedom, as they must when the variance is known from n errors; overlapping rows count as many as there are years.
    """
    freedom = max(years, FEWEST_ERRORS)
    tails = np.sqrt(freedom / rng.chisquare(freedom, (paths, 1)))
    return tails * (rng.standard_normal((paths, len(past))) @ past) / np.sqrt(len(past))


def _walk(months: _Months, horizon: int, paths: int, rng) -> np.ndarray:
    """Draws of a random walk of the logarithm with the size of the known changes from month to month."""
    known = months.values[np.isfinite(months.values)]
    size = np.sqrt(np.mean(np.diff(np.log(known)) ** 2)) if len(known) > 1 else USUAL_CHANGE
    return size * np.cumsum(rng.standard_normal((paths, horizon)), axis=1)


# ------------------------------------------------------------------------------------------ statsmodels' families


def _statsmodels(module: str):
    """A module of statsmodels, imported when first needed since that takes more than a second."""
    found = importlib.import_module(f"statsmodels.tsa.{module}")
    warnings.simplefilter("ignore")  # the import itself has switched its warnings on again
    return found


def _fit(model, **options):
    try:
        return model.fit(disp=False, **options)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise _CannotUse(f"the fit failed ({error})") from error


ETS_FORMS = {
    "multiplicative level and season": {"error": "mul", "seasonal": "mul"},
    "with damped trend": {"error": "mul", "trend": "add", "damped_trend": True, "seasonal": "mul"},
    "no season": {"error": "mul"},
    "no season, damped trend": {"error": "mul", "trend": "add", "damped_trend": True},
}
"""The forms among which AICc chooses: errors in proportion, since flows have no negative months."""


def _ets(months, horizon, paths, rng):
    """Exponential smoothing in state-space form (Hyndman et al. 2008): of the forms that converge, AICc's choice."""
    ETSModel = _statsmodels("exponential_smoothing.ets").ETSModel
    y, note = _filled(months)
    fits = []
    for form in ETS_FORMS.values():
        season = YEAR if "seasonal" in form else None
        with suppress(_CannotUse):
            fits.append(_fit(ETSModel(y, seasonal_periods=season, **form), maxiter=200))
    fits = [fit for fit in fits if np.isfinite(fit.aicc) and len(y) > len(fit.params) + 2]
    fits = [fit for fit in fits if fit.mle_retvals["converged"]]
    if not fits:
        raise _CannotUse("the likelihood's maximum was found for no form")
    best = min(fits, key=lambda fit: fit.aicc)
    shocks = rng.standard_normal((horizon, paths)) * np.sqrt(best.scale)
    drawn = best.simulate(horizon, anchor="end", repetitions=paths, random_errors=shocks)
    return np.asarray(best.forecast(horizon)), np.asarray(drawn).reshape(horizon, paths).T, note


def _sarimax(months, horizon, paths, rng):
    """The airline model ARIMA(0,1,1)(0,1,1)₁₂ of the logarithm (Box and Jenkins 1976); gaps need no filling."""
    SARIMAX = _statsmodels("statespace.sarimax").SARIMAX
    model = SARIMAX(np.log(months.values), order=(0, 1, 1), seasonal_order=(0, 1, 1, YEAR))
    return _state_space(model, horizon, paths, rng)


def _unobserved_components(months, horizon, paths, rng):
    """Random-walk level with a fixed season on the logarithm (Harvey 1989); gaps need no filling."""
    UnobservedComponents = _statsmodels("statespace.structural").UnobservedComponents
    model = UnobservedComponents(np.log(months.values), level="llevel", seasonal=YEAR, stochastic_seasonal=False)
    return _state_space(model, horizon, paths, rng)


def _state_space(model, horizon: int, paths: int, rng):
    """Fit by maximum likelihood and draw the future; a second optimiser is tried before the model is given up."""
    for optimiser in ("lbfgs", "powell"):
        fit = _fit(model, maxiter=200, method=optimiser)
        if fit.mle_retvals["converged"] and np.all(np.isfinite(fit.params)):
            drawn = _future_states(fit, horizon, paths, rng)
            return np.exp(fit.forecast(horizon)), np.exp(drawn), ""
    raise _CannotUse("the likelihood's maximum was not found by two optimisers")


def _future_states(fit, horizon: int, paths: int, rng) -> np.ndarray:
    """Joint draws of the logarithm: the state after the last month, then forward through the system's equations."""
    system = {
        name: np.asarray(fit.model.ssm[name]) for name in ("transition", "selection", "state_cov", "design", "obs_cov")
    }
    t, r, q, z, h = (a[..., -1] if a.ndim == 3 else a for a in system.values())
    state = (
        fit.predicted_state[:, -1] + rng.standard_normal((paths, len(t))) @ _root(fit.predicted_state_cov[..., -1]).T
    )
    drawn = np.empty((paths, horizon))
    for i in range(horizon):
        drawn[:, i] = (state @ z.T + rng.standard_normal((paths, 1)) @ _root(h).T)[:, 0]
        state = state @ t.T + rng.standard_normal((paths, len(q))) @ (r @ _root(q)).T
    return drawn


def _root(covariance: np.ndarray) -> np.ndarray:
    """The symmetric square root of a covariance that may be singular."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def _theta(months, horizon, paths, rng):
    """The Theta method (Assimakopoulos and Nikolopoulos 2000) as exponential smoothing with drift.

    Seasonality is tested and needs three years: below that the method ignores it. Errors are taken in proportion and
    add up as smoothing implies, each month's shock passing on α of itself (Hyndman and Billah 2003): the library's own
    intervals grow far faster and reach below zero.
    """
    ThetaModel = _statsmodels("forecasting.theta").ThetaModel
    y, note = _filled(months)
    seasonal = is_seasonal(y)
    model = ThetaModel(pd.Series(y), period=YEAR, deseasonalize=seasonal, use_test=False, method="multiplicative")
    fit = _fit(model)
    index = seasonal_indices(y)[np.arange(len(y)) % YEAR] if seasonal else np.ones(len(y))
    alpha = float(fit.params["alpha"])
    size = np.sqrt(np.mean(_smoothing_errors(y / index, alpha)[YEAR:] ** 2))
    shocks = size * rng.standard_normal((paths, horizon))
    passed_on = np.cumsum(shocks, axis=1) - shocks
    point = np.asarray(fit.forecast(horizon))
    return point, point * np.exp(shocks + alpha * passed_on), note


def _smoothing_errors(y: np.ndarray, alpha: float) -> np.ndarray:
    """One-month-ahead errors, of the logarithm, of simple exponential smoothing that starts at the first month."""
    level, missed = y[0], np.empty(len(y))
    for t, value in enumerate(y):
        missed[t] = np.log(value / level)
        level += alpha * (value - level)
    return missed


def _filled(months: _Months) -> tuple[np.ndarray, str]:
    """The months with gaps filled by an interpolated trend times the month's usual ratio to it, and a note of it."""
    gaps = int(len(months) - months.known)
    if not gaps:
        return months.values, ""
    z, t = np.log(months.values), np.arange(len(months))
    known, month = np.isfinite(z), t % YEAR
    effect = np.zeros(YEAR)
    for _ in range(5):
        trend = np.interp(t, t[known], (z - effect[month])[known])
        smooth = pd.Series(trend).rolling(YEAR + 1, center=True, min_periods=1).mean().to_numpy()
        effect = np.array(
            [np.mean((z - smooth)[known & (month == m)]) if np.any(known & (month == m)) else 0 for m in range(YEAR)]
        )
        effect -= effect.mean()
    return np.where(known, months.values, np.exp(trend + effect[month])), f"{gaps} gaps filled by trend and season"


COMBINED = ("ets", "sarimax", "theta", "unobserved_components")


def _combination(members: list[ReferenceForecast], paths: int):
    """The mean of the four families' points; each gives a quarter of the paths, so disagreement widens the spread."""
    usable = [member for member in members if not member.stood_in]
    if not usable:
        raise _CannotUse("none of the four models could be used")
    left_out = [member.method for member in members if member.stood_in]
    drawn = np.stack([member.paths for member in usable])[np.arange(paths) % len(usable), np.arange(paths)]
    note = f"without {', '.join(left_out)}" if left_out else ""
    return np.mean([member.point for member in usable], axis=0), drawn, note


METHODS = {
    "naive": Method(_by_rule(_naive), 1, "", "Tháng trước", "Last month"),
    "naive2": Method(_by_rule(_naive2), 1, "naive", "Naive2", "Naive2"),
    "seasonal_naive": Method(_by_rule(_seasonal_naive), 13, "naive", "Cùng kỳ và xu thế", "Seasonal naive with drift"),
    "run_rate": Method(_by_rule(_run_rate, True), 1, "naive", "Bình quân lũy kế", "Run rate"),
    "profile": Method(_by_rule(_profile, True), 12, "run_rate", "Cơ cấu mùa vụ", "Profile"),
    "ets": Method(_ets, 24, "seasonal_naive", "San bằng mũ (ETS)", "Exponential smoothing (ETS)"),
    "sarimax": Method(_sarimax, 30, "seasonal_naive", "ARIMA mùa vụ", "Seasonal ARIMA (airline)"),
    "theta": Method(_theta, 24, "seasonal_naive", "Theta", "Theta"),
    "unobserved_components": Method(
        _unobserved_components, 24, "seasonal_naive", "Thành phần ẩn", "Unobserved components"
    ),
    "combination": Method(
        _combination, 24, "seasonal_naive", "Trung bình các mô hình", "Mean of the four models", COMBINED
    ),
}
"""The reference models by name; `instead` gives way to another, down to `naive`, which always can be used."""
