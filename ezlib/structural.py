"""The structural model of a monthly series on the log scale: its kernels, its fit, months out of line. Arrays only.

z = log x - offset is Gaussian: level walk + damped slope + drift + month effect + noise + regressors, each with a
covariance kernel times a variance; `variances` finds the variances, `volatility` the months in which noise and level
move more than in others. Whatever a report says about months is a `Statements` row. `draws` makes paths of the result;
docs/methods.md derives every step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.linalg import lapack
from scipy.special import chdtri

from ezlib import volatility
from ezlib.bounds import Statements
from ezlib.linearised import JITTER, Rows, View, settle
from ezlib.threads import one_thread
from ezlib.variances import Posterior, Prior, guess, most_likely, population_prior, possible

YEAR = 12
COMPONENTS = 6  # of the model; regressors, where there are any, come after them
DIFFUSE = 25.0  # prior variance of the level: five units of the logarithm either way
MEAN_ABS = np.sqrt(2 / np.pi)  # of a standard Gaussian
OWN = YEAR  # months from which a series tells its own spread
OWN_LIMITS = (0.5, 2.5)
RECENT = 6  # months in which the weight of an innovation halves
LESS_SEASONAL = -1.5  # of the log variance of the month effect, where an offset carries most of it
EVENT_SD = 0.5  # of the logarithm by which a dated event may have moved a whole month
SHARP = 0.01  # variance of the logarithm below which a month counts as stated by itself
MOST_SHOCKS = 8
PASSING = 2 / 3  # of the shocks in M1 that later months decided, the share that passed with the month
WIDEST = 3.0  # times its usual width that a path may stray; Student's t of 6 degrees goes beyond in one of 200
CELLS = 4096  # of the table of how widely paths stray
BLOCK = 48  # months by which the table of kernels grows


# -------------------------------------------------------------------------------------------------- kernels


@lru_cache(maxsize=16)
def kernels(n: int, damping: float, season_shape: tuple[float, ...]) -> np.ndarray:
    """Return the covariances (6, n, n), per unit of variance, that n consecutive months have under each component.

    In order: noise I; level walk min(s, t); damped slope, the sum of an AR(1) of coefficient `damping`; drift s·t;
    month effect, six harmonics of the year weighted by `season_shape`; the same effect walking, a twelfth each month.
    """
    stack = _kernel_table(-(-n // BLOCK) * BLOCK, damping, season_shape)[:, :n, :n].copy()
    stack.flags.writeable = False
    return stack


@lru_cache(maxsize=8)
def _kernel_table(n: int, damping: float, season_shape: tuple[float, ...]) -> np.ndarray:
    """The same for as many months as a table holds: those of fewer months are its corner."""
    t = np.arange(n, dtype=float)
    earlier = np.minimum.outer(t, t)
    apart = np.abs(np.subtract.outer(t, t))
    sums = np.tril(np.ones((n, n)), -1)
    slope = sums @ (damping**apart / (1 - damping**2)) @ sums.T
    harmonics = np.cos(2 * np.pi * np.outer(np.arange(1, len(season_shape) + 1), np.arange(YEAR)) / YEAR)
    season = (np.array(season_shape) @ harmonics)[apart.astype(int) % YEAR]
    return np.stack([np.eye(n), earlier, slope, np.outer(t, t), season, season * (1 + earlier) / YEAR])


def _with_regressors(n: int, prior: Prior, regressors) -> tuple[np.ndarray, Prior]:
    """The kernels of all components; without regressors the prior loses its last variance."""
    basic = kernels(n, prior.damping, prior.season_shape)
    if regressors is None or not np.any(regressors):
        k = len(basic)
        return basic, replace(prior, names=prior.names[:k], mean=prior.mean[:k], root=prior.root[:k, :k])
    centred = regressors - regressors.mean(axis=0)
    return np.concatenate([basic, (centred @ centred.T)[None]]), prior


def _of_ratio(prior: Prior) -> Prior:
    """The prior of a ratio to a profile or companion, which is less seasonal than a series."""
    mean = prior.mean.copy()
    mean[prior.names.index("season")] += LESS_SEASONAL
    return replace(prior, mean=mean)


def _usual_growth(offset, growth: float) -> np.ndarray:
    """Logarithm (n,) of growth at the prior's rate; a companion that grows by itself brings so much less of it."""
    own = np.mean(offset[YEAR:] - offset[:-YEAR]) / YEAR if len(offset) > YEAR else 0.0
    return np.clip(growth - own, 0.0, growth) * np.arange(len(offset))


# ------------------------------------------------------------------------------------------------------ fit


@dataclass(frozen=True)
class Shock:
    """A month far from where all others put it: `month` (its place), `kind` and the `variance` granted for it.

    A *passing* shock is that month's own noise, a *lasting* one moves the level from that month on; an *open* one is
    of the last month, where nothing later tells which it is.
    """

    month: int
    kind: str
    variance: float


@dataclass(frozen=True)
class Fit:
    """The model fitted to statements about n months.

    `view`, the statements and what they show of closures, with the `offset` that z is about; `log_variances` (k), the
    mode of their posterior; `centre` of z before the facts, and `mode` (n) of z given them; `alternatives` (j, n, n),
    covariances of z before the facts under variances that they leave possible, those at the mode first, and their
    `weights` (j); `shocks`, months out of line, already inside the covariances, as calm and wild times are. What is not
    known varies `spread` times as much, in `tail` degrees of freedom, and `lean` more of it below than above.
    `log_evidence` of the statements under this model, up to a constant that models of the same statements share.
    `failed` where the variances are the prior's.
    """

    view: View
    log_variances: np.ndarray
    centre: float
    mode: np.ndarray
    alternatives: np.ndarray
    weights: np.ndarray
    shocks: tuple[Shock, ...]
    spread: float
    tail: float
    lean: float
    log_evidence: float
    failed: bool

    @property
    def covariance(self) -> np.ndarray:
        """Covariance (n, n) of z before the facts, at the mode of the variances."""
        return self.alternatives[0]

    @property
    def average_covariance(self) -> np.ndarray:
        """One covariance (n, n) of z before the facts in place of the alternatives: their mean, with the mean of their
        standard deviations, since a mean of variances follows the largest."""
        own = self.alternatives - DIFFUSE
        sizes = np.einsum("jnn->j", own)
        mean = np.tensordot(self.weights, own, 1)
        return DIFFUSE + mean * (self.weights @ np.sqrt(sizes)) ** 2 / (self.weights @ sizes)


def fit(
    stated: Statements, offset=None, regressors=None, events=None, prior: Prior | None = None, rounds: int = 4
) -> Fit:
    """Fit the model to statements about n months; months that none speaks of, past or future, are carried along.

    `offset` (n) is the logarithm of a known profile or companion series, `regressors` (n, p) columns with one
    shrinking variance, `events` (n, q) shares of each month in which a dated event held, each with an effect of its
    own. Statements enter linearised in z (Gauss-Newton), a printed interval as uniform over its logarithm; with
    `rounds` = 0 the variances stay those of the prior. Raises ValueError when no statement gives a level.
    """
    n = stated.num.shape[1]
    offset = np.zeros(n) if offset is None else np.asarray(offset, float)
    with one_thread():
        stack, prior = _with_regressors(n, prior or population_prior(), regressors)
        prior = _of_ratio(prior) if offset.any() else prior
        offset = offset + _usual_growth(offset, prior.growth)
        view = View.of(stated, offset)
        of_events, shocks = _of_events(n, events), ()
        granted = of_events
        z, v = view.start(), np.zeros(len(prior.mean))
        centre = float(z[stated.touched].mean())
        for turn in range(rounds):
            if view.curved:
                z, rows = settle(view, z, centre, _covariance(stack, prior.mean + prior.root @ v, granted))
            elif turn == 0:
                rows = view.linearised(z, centre)  # the same wherever z is
            posterior, before = _posterior(stack, rows, granted, prior), v
            v = most_likely(posterior, v if turn else guess(posterior))
            if turn == 0:
                shocks = _shocks(posterior.held(v), rows, view, prior.outlier)
                if shocks:
                    granted = of_events + _granted(shocks, view)
                    posterior, v = _refitted(stack, rows, granted, prior, v)
                if len(_stated_alone(view)) >= volatility.FEWEST:
                    stack = volatility.find(posterior, v, rows.h).kernels(stack)
                    posterior, v = _refitted(stack, rows, granted, prior, v)
            if not view.curved or np.abs(prior.root @ (v - before)).max() < 0.05:
                break
        u = prior.mean + prior.root @ v
        z, rows = settle(view, z, centre, _covariance(stack, u, granted))
        if view.curved or not rounds:
            posterior = _posterior(stack, rows, granted, prior)
        others, weights, evidence = possible(posterior, v)
        alternatives = _covariance(stack, others, granted)
        of_shocks = rows.h @ (granted - of_events) @ rows.h.T if shocks else 0.0
        spread, lean = _straying(_own_spread(posterior.held(v), of_shocks, rows, view), u, prior)
    return Fit(
        view, u, centre, z, alternatives, weights, shocks, spread, prior.spread_tail, lean, evidence, rounds == 0
    )


def _stated_alone(view: View) -> np.ndarray:
    """The months, in order, that a figure of their own tells closely."""
    return np.unique(view.single[(view.single >= 0) & (view.variance < SHARP)])


def _of_events(n: int, events) -> np.ndarray:
    """Covariance (n, n) that the events give the months, each with an effect of its own."""
    if events is None or not np.any(events):
        return np.zeros((n, n))
    return EVENT_SD**2 * (events @ events.T)


def _covariance(stack, u, granted) -> np.ndarray:
    """Covariance (…, n, n) of all months under log variances u (…, k)."""
    n = len(granted)
    covariance = (np.exp(u) @ stack.reshape(len(stack), n * n)).reshape(*u.shape[:-1], n, n) + (granted + DIFFUSE)
    covariance[..., np.arange(n), np.arange(n)] += JITTER
    return covariance


def _project(stack, h) -> np.ndarray:
    """Kernels as the statements see them, (k, m, m)."""
    pick = np.argmax(h != 0, axis=1)
    if ((h != 0).sum(axis=1) == 1).all() and np.allclose(h[np.arange(len(h)), pick], 1.0):
        if pick[-1] - pick[0] == len(pick) - 1 and (np.diff(pick) == 1).all():
            return np.ascontiguousarray(stack[:, pick[0] : pick[-1] + 1, pick[0] : pick[-1] + 1])
        return stack[:, pick[:, None], pick]
    return h @ stack @ h.T


def _posterior(stack, rows: Rows, granted, prior: Prior) -> Posterior:
    """The posterior of the variances given the statements; what is granted to events and shocks is fixed."""
    one = rows.h.sum(axis=1)
    fixed = DIFFUSE * np.outer(one, one)
    if granted.any():
        fixed += rows.h @ granted @ rows.h.T
    fixed[np.diag_indices(len(one))] += rows.variance
    return Posterior(_project(stack, rows.h), rows.residual, fixed, prior)


def _refitted(stack, rows: Rows, granted, prior: Prior, v) -> tuple[Posterior, np.ndarray]:
    """The posterior of the variances and its mode, searched from v on."""
    posterior = _posterior(stack, rows, granted, prior)
    return posterior, most_likely(posterior, v)


def _straying(own: float | None, u, prior: Prior) -> tuple[float, float]:
    """How widely a series strays, against what the model says, and how much farther down than up, given its own spread.

    Somewhat less than that where it makes a series wild and more where it makes it steady, since either is in part
    luck. The usual spread, and upright, where a series does not tell its own.
    """
    if own is None:
        return prior.spread, 0.0
    a_year = _year_on_year(u, prior)
    spread = prior.spread * own * (own * a_year / prior.year_on_year) ** -prior.regression
    return spread, prior.lean * max(0.0, 1.0 - spread * a_year / prior.steady)


def _own_spread(held, of_shocks, rows: Rows, view: View) -> float | None:
    """How widely this series has strayed, against what the model says; None below a year of months.

    The geometric mean of two: the root mean square of its innovations, and the mean absolute one of the last months, as
    they came, before the shocks' share of `held` was granted: what strayed of late strays on. Innovations are those of
    the months in their order, each by its firmest statement, before sums they end.
    """
    telling = ~view.is_silent & (view.single >= 0)
    if len(np.unique(view.single[telling])) < OWN:
        return None
    ends = rows.h.shape[1] - np.argmax(rows.h[:, ::-1] != 0, axis=1)
    order = np.lexsort((rows.variance, view.single < 0, ends))
    months, firmest = np.unique(np.where(telling, view.single, -1)[order], return_index=True)
    months, firmest = months[months >= 0], firmest[months >= 0]
    usual = _innovations(held, rows.residual, order)[firmest]
    late = _innovations(held - of_shocks, rows.residual, order)[firmest] if np.any(of_shocks) else usual
    weight = 0.5 ** ((months[-1] - months) / RECENT)
    recent = (weight @ np.abs(late)) / weight.sum() / MEAN_ABS
    return float(np.clip(np.sqrt(np.sqrt(np.mean(usual**2)) * recent), *OWN_LIMITS))


def _innovations(held, residual, order) -> np.ndarray:
    """What each statement says beyond those before it in this order, in standard deviations."""
    factor = np.linalg.cholesky(held[order[:, None], order])
    return lapack.dtrtrs(factor, residual[order], lower=1)[0]


def _year_on_year(u, prior: Prior) -> float:
    """Standard deviation of what z moves by over a year under log variances u, without regressors: any year's."""
    basic = kernels(YEAR + 1, prior.damping, prior.season_shape)
    apart = basic[:, 0, 0] + basic[:, YEAR, YEAR] - 2 * basic[:, 0, YEAR]
    return float(np.sqrt(np.exp(u[:COMPONENTS]) @ apart))


# --------------------------------------------------------------------------------------------------- months out of line


def _shocks(held, rows: Rows, view: View, limit: float) -> tuple[Shock, ...]:
    """The months out of line, the farthest first: each is granted the variance with which it is just in line.

    A month's own noise, or a step of the level from it on, of size b ± s by least squares given all else, is out of
    line where |b| > limit · s, and is granted the variance b²/limit² - s²: Huber's weight, for steps as for single
    months (auxiliary residuals: Harvey and Koopman 1992, de Jong and Penzer 1998). Asked one by one, so that the
    months after a step are not taken for shocks themselves.
    """
    months = _stated_alone(view)
    if len(months) < YEAR:
        return ()
    factor = np.linalg.cholesky(held)
    shapes = _months_and_steps(rows.h, months)
    reach = _months_and_steps(lapack.dpotrs(factor, rows.h, lower=1)[0], months)
    left = lapack.dpotrs(factor, rows.residual, lower=1)[0]
    last, found = np.flatnonzero(view.touched)[-1], {}
    for _ in range(MOST_SHOCKS):
        precision = np.maximum(np.einsum("mc,mc->c", shapes, reach), 1e-300)
        distance = (shapes.T @ left) ** 2 / precision
        c = int(np.argmax(distance * (1 + 1e-9 * (np.arange(len(distance)) < len(months)))))
        if distance[c] <= limit**2 * (1 + 1e-6):
            break
        month = int(np.concatenate([months, months[1:]])[c])
        kind = "lasting" if c >= len(months) else "open" if month == last else "passing"
        variance = (distance[c] / limit**2 - 1) / precision[c]
        found[month, kind] = found.get((month, kind), 0.0) + float(variance)  # asked again after others, it may grow
        turn = variance / (1 + variance * precision[c])
        left = left - reach[:, c] * (turn * (shapes[:, c] @ left))
        reach = reach - np.outer(reach[:, c], turn * (shapes[:, c] @ reach))
    return tuple(Shock(month, kind, variance) for (month, kind), variance in found.items())


def _months_and_steps(each, months) -> np.ndarray:
    """From columns (m, n) of single months those of `months`, and of steps at all but the first: a step at a month
    moves it and all that follow."""
    after = np.cumsum(each[:, ::-1], axis=1)[:, ::-1]
    return np.hstack([each[:, months], after[:, months[1:]]])


def _granted(shocks: tuple[Shock, ...], view: View) -> np.ndarray:
    """Covariance (n, n) that the shocks give the months; such shocks come again, so months not told get their mean."""
    n = len(view.offset)
    granted, passing, lasting = np.zeros((n, n)), 0.0, 0.0
    for shock in shocks:
        share = {"passing": 1.0, "lasting": 0.0, "open": PASSING}[shock.kind]
        granted[shock.month, shock.month] += share * shock.variance
        granted[shock.month :, shock.month :] += (1 - share) * shock.variance
        passing, lasting = passing + share * shock.variance, lasting + (1 - share) * shock.variance
    told = np.flatnonzero(view.touched)
    untold = np.flatnonzero(~view.touched)
    granted[untold, untold] += passing / len(told)
    ahead = np.arange(1, n - told[-1])
    granted[told[-1] + 1 :, told[-1] + 1 :] += lasting / len(told) * np.minimum.outer(ahead, ahead)
    return granted


# ---------------------------------------------------------------------------------------- how widely paths stray


def stray(tail: float, chances) -> np.ndarray:
    """How widely paths stray, times their usual width, at these chances of less.

    Student's t as a Gaussian of random width; cut at WIDEST, so that means exist.
    """
    return np.interp(chances, *_widths(tail))


@lru_cache(maxsize=8)
def _widths(tail: float) -> tuple[np.ndarray, np.ndarray]:
    chances = (np.arange(CELLS) + 0.5) / CELLS
    widths = np.sqrt(tail / chdtri(tail, chances)) if np.isfinite(tail) else np.ones(CELLS)
    return chances, np.minimum(widths, WIDEST)
