"""How good a forecast was: measures of points, intervals, paths and probabilities; arrays in, numbers out.

Everywhere error = outturn − forecast, so a positive error means that more came in than was forecast. A horizon counts
the months after the last observed one. Measures of one series return one number; an average over series, or over
origins, is taken by the caller. Nothing skips NaN: an unknown outturn is dropped before scoring, not inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import stdtr

YEAR = 12

# ---------------------------------------------------------------------------------------------------- points


def errors(outturn, forecast) -> np.ndarray:
    """Return outturn − forecast."""
    return np.asarray(outturn, float) - np.asarray(forecast, float)


def smape(outturn, forecast) -> float:
    """Return the symmetric mean absolute percentage error: mean of 200·|y − f| / (|y| + |f|), from 0 to 200.

    Makridakis (1993), as in the M3 and M4 competitions. A month where outturn and forecast are both 0 counts 0.
    """
    size = np.abs(np.asarray(outturn, float)) + np.abs(np.asarray(forecast, float))
    share = np.abs(errors(outturn, forecast)) / np.where(size == 0, 1.0, size)
    return float(200 * np.mean(np.minimum(share, 1.0)))  # rounding can carry |y − f| a hair above |y| + |f|


def mase(outturn, forecast, history, season: int = YEAR) -> float:
    """Return the mean absolute error divided by `seasonal_scale(history)`; below 1 beats the in-sample seasonal naive.

    Hyndman and Koehler (2006), with the scale of the M4 competition.
    """
    return float(np.mean(np.abs(errors(outturn, forecast)))) / seasonal_scale(history, season)


def seasonal_scale(history, season: int = YEAR) -> float:
    """Return the in-sample error of the seasonal naive: mean of |y_t − y_(t−season)| over pairs that are both known.

    Where no such pair exists, or all are equal, the mean absolute change from month to month stands in; NaN when that
    is 0 or unknown too, since nothing can then be scaled.
    """
    history = np.asarray(history, float)
    for lag in (season, 1):
        steps = np.abs(history[lag:] - history[:-lag])
        if np.nansum(steps) > 0:
            return float(np.nanmean(steps))
    return np.nan


def owa(smape: float, mase: float, smape_naive2: float, mase_naive2: float) -> float:
    """Return the overall weighted average: ½ (sMAPE / sMAPE of Naive2 + MASE / MASE of Naive2).

    Makridakis, Spiliotis and Assimakopoulos (2020), the M4 competition. All four are means over series: the mean of
    the ratios of single series is another number.
    """
    return (smape / smape_naive2 + mase / mase_naive2) / 2


def naive2(history, horizon: int, season: int = YEAR) -> np.ndarray:
    """Return the random walk on seasonally adjusted months, the reference of OWA, as the M4 competition defines it.

    Adjustment is by classical multiplicative indices, and only where `is_seasonal` finds a season; otherwise, and
    always below three full years, the forecast is the last month. Raises ValueError when a month of `history` (n,) is
    missing: the definition knows no gaps. Where months are zero or negative the indices mean little.
    """
    history = np.asarray(history, float)
    if not np.all(np.isfinite(history)):
        raise ValueError("Naive2 is defined for complete months; fill the gaps first and say how.")
    if not is_seasonal(history, season):
        return np.full(horizon, history[-1])
    n, index = len(history), seasonal_indices(history, season)
    return history[-1] / index[(n - 1) % season] * index[(n + np.arange(horizon)) % season]


def is_seasonal(history, season: int = YEAR) -> bool:
    """Tell whether the autocorrelation at the seasonal lag m passes M4's 90 % test.

    |r_m| > 1.645 √((1 + 2 Σ_{k<m} r_k²) / n); False below three full seasons or for a constant series.
    """
    n = len(history)
    r = _autocorrelations(history, season) if n >= 3 * season else None
    if r is None:
        return False
    return bool(np.abs(r[-1]) > 1.645 * np.sqrt((1 + 2 * np.sum(r[:-1] ** 2)) / n))


def seasonal_indices(history, season: int = YEAR) -> np.ndarray:
    """Return the classical multiplicative seasonal indices (season,), mean 1, the first for the first month.

    Ratios to the centred moving average, averaged by month: what R's `decompose(type = "multiplicative")` returns.
    """
    history = np.asarray(history, float)
    window = np.ones(season) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    half = len(window) // 2
    ratio = np.full(len(history), np.nan)
    ratio[half : len(history) - half] = np.convolve(history, window / season, "valid")
    ratio = history / ratio
    index = np.array([np.nanmean(ratio[month::season]) for month in range(season)])
    return index / index.mean()


def _autocorrelations(y, lags: int) -> np.ndarray | None:
    centred = np.asarray(y, float) - np.mean(y)
    power = centred @ centred
    return np.array([centred[k:] @ centred[:-k] for k in range(1, lags + 1)]) / power if power > 0 else None


# ---------------------------------------------------------------------------------------- intervals and paths


def coverage(outturn, lower, upper) -> float:
    """Return the share of outturns inside [lower, upper]."""
    outturn = np.asarray(outturn, float)
    return float(np.mean((outturn >= lower) & (outturn <= upper)))


def interval_score(outturn, lower, upper, level: float = 0.95) -> np.ndarray:
    """Return, month by month, the width of an interval plus 2/α times the distance of an outturn outside it.

    α = 1 − level; Gneiting and Raftery (2007), section 6.2. Small is good: narrow, and rarely missed.
    """
    outturn, lower, upper = (np.asarray(a, float) for a in (outturn, lower, upper))
    missed = np.maximum(lower - outturn, 0) + np.maximum(outturn - upper, 0)
    return upper - lower + 2 / (1 - level) * missed


def msis(outturn, lower, upper, history, level: float = 0.95, season: int = YEAR) -> float:
    """Return the mean scaled interval score: mean `interval_score` divided by `seasonal_scale(history)`.

    The interval measure of the M4 competition, there at level 0.95.
    """
    return float(np.mean(interval_score(outturn, lower, upper, level))) / seasonal_scale(history, season)


def crps(outturn, paths) -> np.ndarray:
    """Return the continuous ranked probability score of each month: mean |X − y| − ½ mean |X − X′| over the paths.

    `outturn` (h,), `paths` (n, h): one score a month, in the unit of the series. For a single path it is the absolute
    error. Gneiting and Raftery (2007), computed from sorted paths as 2/n² Σ (x_i − y)(n·1[y < x_i] − i + ½).
    """
    outturn, paths = np.asarray(outturn, float), np.sort(np.asarray(paths, float), axis=0)
    n = len(paths)
    rank = np.arange(1, n + 1).reshape(-1, *[1] * (paths.ndim - 1))
    return 2 / n**2 * np.sum((paths - outturn) * (n * (outturn < paths) - rank + 0.5), axis=0)


def pit(outturn, paths) -> np.ndarray:
    """Return the probability integral transform of each month: the share of paths below the outturn.

    (number below + half the ties + ½) / (n + 1), so never 0 or 1. Uniform when the paths are calibrated (Dawid 1984):
    heaped in the middle when they spread too wide, at both ends when too narrow.
    """
    outturn, paths = np.asarray(outturn, float), np.asarray(paths, float)
    below = np.sum(paths < outturn, axis=0) + 0.5 * np.sum(paths == outturn, axis=0)
    return (below + 0.5) / (len(paths) + 1)


# ---------------------------------------------------------------------------------------------- probabilities


def brier(probability, reached) -> float:
    """Return the mean of (probability − outcome)², outcome 1 where the target was reached; Brier (1950), halved."""
    return float(np.mean((np.asarray(probability, float) - np.asarray(reached, float)) ** 2))


def reliability(probability, reached, bins: int = 10) -> pd.DataFrame:
    """Return, for each band of stated probability that was used, what was stated and what came of it.

    Columns: lower, upper (the band, its lower end inside, 1 in the last), cases, stated (mean probability), reached
    (share of cases). Bands of equal width.
    """
    probability, reached = np.asarray(probability, float), np.asarray(reached, float)
    band = np.minimum((probability * bins).astype(int), bins - 1)
    table = pd.DataFrame({"band": band, "stated": probability, "reached": reached}).groupby("band")
    table = table.agg(cases=("stated", "size"), stated=("stated", "mean"), reached=("reached", "mean"))
    table.insert(0, "lower", table.index / bins)
    table.insert(1, "upper", (table.index + 1) / bins)
    return table.reset_index(drop=True)


def calibration_error(probability, reached, bins: int = 10) -> float:
    """Return the mean of |stated − reached| over the bands of `reliability`, each weighted by its cases.

    Naeini, Cooper and Hauskrecht (2015). Above 0 even for a perfect forecaster when cases are few: a band of n cases
    strays by about √(p(1 − p)/n).
    """
    table = reliability(probability, reached, bins)
    return float(np.average(np.abs(table["stated"] - table["reached"]), weights=table["cases"]))


def skill(score: float, reference: float) -> float:
    """Return 1 − score / reference: 1 is perfect, 0 no better than the reference, negative worse."""
    return 1 - score / reference if reference else np.nan


# ------------------------------------------------------------------------------------------------ comparisons


class Comparison(NamedTuple):
    """Whether two forecasters differ: the statistic is negative when the first has the smaller losses."""

    statistic: float
    p_value: float


def diebold_mariano(losses, other_losses, horizon: int = 1) -> Comparison:
    """Test whether two forecasters lose equally, with the correction of Harvey, Leybourne and Newbold (1997).

    `losses`, `other_losses` (n,): losses of the two at the same n origins in time order, such as absolute errors at one
    `horizon` h. With d their difference and g_k its autocovariances, V = (g_0 + 2 Σ_{k<h} g_k) / n,
    statistic = √((n + 1 − 2h + h(h − 1)/n) / n) · mean(d) / √V, against Student's t with n − 1 degrees; two-sided.
    Where that V is not positive the sum takes Bartlett's weights 1 − k/h, which cannot turn negative. NaN, NaN when
    n ≤ h or the losses never differ. Few origins have little power: below about 20 read it as a hint.
    """
    difference = np.asarray(losses, float) - np.asarray(other_losses, float)
    n = len(difference)
    if n <= horizon or n < 2 or not np.any(difference != difference[0]):
        return Comparison(np.nan, np.nan)
    variance = _long_run_variance(difference, horizon) / n
    shrink = np.sqrt((n + 1 - 2 * horizon + horizon * (horizon - 1) / n) / n)
    statistic = shrink * difference.mean() / np.sqrt(variance)
    return Comparison(float(statistic), float(2 * stdtr(n - 1, -np.abs(statistic))))


def _long_run_variance(x, horizon: int) -> float:
    centred = x - x.mean()
    g = np.array([centred[k:] @ centred[: len(x) - k] for k in range(horizon)]) / len(x)
    plain = g[0] + 2 * g[1:].sum()
    return plain if plain > 0 else g[0] + 2 * np.sum((1 - np.arange(1, horizon) / horizon) * g[1:])


def bootstrap_interval(
    rows,
    statistic: Callable[[np.ndarray], float] | None = None,
    blocks=None,
    level: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a statistic, drawing whole blocks of rows with replacement.

    `rows` (n, …): scores, one row a case. `blocks` (n,): labels of what stays together, such as the series (errors of
    one series hang together) or the year (one shock moves every series of a year); every row by itself when None.
    `statistic` takes rows and returns a number; the mean when None. Davison and Hinkley (1997), section 5.3. Coarse
    with few blocks: three years can be drawn in only ten different ways.
    """
    rows = np.asarray(rows, float)
    statistic = statistic or np.mean
    labels = np.arange(len(rows)) if blocks is None else pd.factorize(np.asarray(blocks))[0]
    members = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
    picks = np.random.default_rng(seed).integers(0, len(members), (draws, len(members)))
    found = [statistic(rows[np.concatenate([members[i] for i in pick])]) for pick in picks]
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
