"""The structural model of a monthly series on the log scale: prior, fit, and how sure the fit is. Arrays only.

z = log x - offset is Gaussian: level walk + damped slope + drift + month effect + noise + regressors, each with a
covariance kernel times a variance; the log variances have a prior learned from many series. Whatever a report says
about months is a `Statements` row. `draws` makes paths of the result; docs/methods.md derives every step.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack, solve_triangular
from scipy.optimize import minimize
from threadpoolctl import ThreadpoolController

from ezlib.bounds import Statements
from ezlib.linearised import JITTER, Rows, View, settle

YEAR = 12
DIFFUSE = 25.0  # prior variance of the level: five units of the logarithm either way
MEDIAN_ABS = 0.6745  # of a standard Gaussian
OWN_LIMITS = (0.6, 1.6)
LESS_SEASONAL = -1.5  # of the log variance of the month effect, where an offset carries most of it
EVENT_SD = 0.5  # of the logarithm by which a dated event may have moved a whole month
SHARP = 0.01  # variance of the logarithm below which a month counts as stated by itself
MOST_SHOCKS = 8
PASSING = 2 / 3  # of the shocks in M1 that later months decided, the share that passed with the month
LEAST_CURVATURE = 0.5  # of the posterior of the whitened log variances, where the prior alone has 1
LEAST_LOG_RATIO = 3.0  # how far the posterior may differ from its Gaussian shape before it is cut


# ---------------------------------------------------------------------------------------------------- prior


@dataclass(frozen=True)
class Prior:
    """Population prior of the log variances, and the settings learned with it.

    `names` (k), `mean` (k), `root` (k, k) with root·rootᵀ the covariance of the log variances; `damping` of the slope
    per month; `season_shape` (6), share of each harmonic in the month effect; `outlier`, standard deviations beyond
    which a month is out of line; `spread` and `spread_tail`, factor and degrees of freedom of Student's t that turn
    the Gaussian spread of what is not known into a calibrated one.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    root: np.ndarray
    damping: float
    season_shape: tuple[float, ...]
    outlier: float
    spread: float
    spread_tail: float


@lru_cache
def population_prior() -> Prior:
    """Return the prior stored beside the library; its provenance is in the file."""
    stored = json.loads(files("ezlib").joinpath("prior.json").read_text(encoding="utf-8"))
    return Prior(
        tuple(stored["names"]),
        np.array(stored["mean"]),
        np.linalg.cholesky(np.array(stored["covariance"])),
        stored["damping"],
        tuple(stored["season_shape"]),
        stored["outlier"],
        stored["spread"],
        stored["spread_tail"],
    )


@lru_cache(maxsize=16)
def kernels(n: int, damping: float, season_shape: tuple[float, ...]) -> np.ndarray:
    """Return the covariances (6, n, n), per unit of variance, that n consecutive months have under each component.

    In order: noise I; level walk min(s, t); damped slope, the sum of an AR(1) of coefficient `damping`; drift s·t;
    month effect, six harmonics of the year weighted by `season_shape`; the same effect walking, a twelfth each month.
    """
    t = np.arange(n, dtype=float)
    earlier = np.minimum.outer(t, t)
    apart = np.abs(np.subtract.outer(t, t))
    sums = np.tril(np.ones((n, n)), -1)
    slope = sums @ (damping**apart / (1 - damping**2)) @ sums.T
    harmonics = np.cos(2 * np.pi * np.outer(np.arange(1, len(season_shape) + 1), np.arange(YEAR)) / YEAR)
    season = (np.array(season_shape) @ harmonics)[apart.astype(int) % YEAR]
    stack = np.stack([np.eye(n), earlier, slope, np.outer(t, t), season, season * (1 + earlier) / YEAR])
    stack.flags.writeable = False
    return stack


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

    `log_variances` (k), the mode of their posterior; `centre` and `covariance` (n, n) of z before the facts at that
    mode; `mode` (n) of z given the facts; `alternatives` (j, n, n) covariances under other variances
    that the facts leave possible, the mode's first, and their `weights` (j); `offset` (n); `closed` (n) months without
    trade, whose value is in `closed_value`; `shocks`, months out of line, already inside the covariances. What is not
    known varies `spread` times as much, in `tail` degrees of freedom. `log_evidence` of the statements under this
    model, up to a constant that models of the same statements share. `failed` where the variances are the prior's.
    """

    stated: Statements
    log_variances: np.ndarray
    centre: float
    covariance: np.ndarray
    mode: np.ndarray
    alternatives: np.ndarray
    weights: np.ndarray
    offset: np.ndarray
    closed: np.ndarray
    closed_value: np.ndarray
    shocks: tuple[Shock, ...]
    spread: float
    tail: float
    log_evidence: float
    failed: bool

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
        view = View.of(stated, offset)
        granted, shocks = _of_events(n, events), ()
        z, u = view.start(), prior.mean
        centre = float(z[stated.touched].mean())
        for turn in range(rounds):
            z, rows = settle(view, z, centre, _covariance(stack, u, granted))
            projected, before = _project(stack, rows.h), u
            u = _fit_variances(projected, rows, granted, prior, u)
            if turn == 0:
                shocks = _shocks(_held(projected, rows, u, granted), rows, view, prior.outlier)
                if shocks:
                    granted = granted + _granted(shocks, view)
                    u = _fit_variances(projected, rows, granted, prior, u)
            if not view.curved or np.abs(u - before).max() < 0.05:
                break
        covariance = _covariance(stack, u, granted)
        z, rows = settle(view, z, centre, covariance)
        cross = rows.h @ covariance
        held = cross @ rows.h.T + np.diag(rows.variance)
        possible, weights, evidence = _possible(_project(stack, rows.h), rows, granted, prior, u)
        alternatives = np.stack([covariance, *(_covariance(stack, other, granted) for other in possible[1:])])
    spread = prior.spread * _own_spread(held, rows, view)
    return Fit(stated, u, centre, covariance, z, alternatives, weights, offset, view.closed, view.closed_value,
               shocks, spread, prior.spread_tail, evidence, rounds == 0)  # fmt: skip


def _of_events(n: int, events) -> np.ndarray:
    """Covariance (n, n) that the events give the months, each with an effect of its own."""
    if events is None or not np.any(events):
        return np.zeros((n, n))
    return EVENT_SD**2 * (events @ events.T)


def _covariance(stack, u, granted) -> np.ndarray:
    covariance = np.tensordot(np.exp(u), stack, 1) + DIFFUSE + granted
    covariance[np.diag_indices(len(granted))] += JITTER
    return covariance


def _project(stack, h) -> np.ndarray:
    """Kernels as the statements see them, (k, m, m)."""
    pick = np.argmax(h != 0, axis=1)
    if ((h != 0).sum(axis=1) == 1).all() and np.allclose(h[np.arange(len(h)), pick], 1.0):
        return stack[:, pick[:, None], pick]
    return h @ stack @ h.T


def _held(projected, rows: Rows, u, granted) -> np.ndarray:
    """Covariance of what the statements say, (m, m)."""
    return np.tensordot(np.exp(u), projected, 1) + _fixed(rows, granted)


def _fixed(rows: Rows, granted) -> np.ndarray:
    """The part of it that does not depend on the variances to be found."""
    one = rows.h.sum(axis=1)
    fixed = DIFFUSE * np.outer(one, one) + rows.h @ granted @ rows.h.T
    fixed[np.diag_indices(len(one))] += rows.variance
    return fixed


def _fit_variances(projected, rows: Rows, granted, prior: Prior, start) -> np.ndarray:
    """The log variances that maximise posterior density, the prior whitened: L-BFGS on u = mean + root · v."""
    loss = posterior_loss(projected, rows.residual, _fixed(rows, granted), prior)
    first = solve_triangular(prior.root, start - prior.mean, lower=True)
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": 60, "ftol": 1e-6, "gtol": 1e-3})
    return prior.mean + prior.root @ found.x


def posterior_loss(projected, residual, fixed, prior: Prior):
    """Return v -> (minus log posterior density, its gradient), for log variances u = mean + root · v.

    With S = Σ exp(u_k) B_k + fixed and a = S⁻¹ residual: ½ log|S| + ½ residualᵀa + ½ vᵀv; the derivative by u_k is
    ½ exp(u_k) (tr S⁻¹B_k - aᵀB_k a).
    """
    k, m = projected.shape[:2]
    flat = projected.reshape(k, m * m)
    upper_flat = (np.triu(projected) * (2.0 - np.eye(m))).reshape(k, m * m)  # the lower one, column by column

    def loss(v):
        weight = np.exp(np.minimum(prior.mean + prior.root @ v, 50.0))
        factor, bad = lapack.dpotrf((weight @ flat).reshape(m, m) + fixed, lower=1, clean=1)
        if bad:
            return 1e10, np.zeros(k)
        solved = cho_solve((factor, True), residual, check_finite=False)
        inverse, _ = lapack.dpotri(factor, lower=1)
        inverse -= np.outer(solved, solved)  # what lies above the diagonal meets zeros in the next line
        slope = 0.5 * weight * (upper_flat @ inverse.reshape(m * m, order="F"))
        value = np.log(np.diag(factor)).sum() + 0.5 * residual @ solved + 0.5 * v @ v
        return value, prior.root.T @ slope + v

    return loss


def _own_spread(held, rows: Rows, view: View) -> float:
    """How widely this series strays, against what the model says: root of the median absolute innovation's ratio.

    The square root goes half way from the pooled factor to the series' own. Below two years of months it is 1.
    """
    if (view.single >= 0).sum() < 2 * YEAR:
        return 1.0
    innovations = solve_triangular(np.linalg.cholesky(held), rows.residual, lower=True)
    return float(np.sqrt(np.clip(np.median(np.abs(innovations)) / MEDIAN_ABS, *OWN_LIMITS)))


# ------------------------------------------------------------------------------------------- how sure the fit is


def _possible(projected, rows: Rows, granted, prior: Prior, mode) -> tuple[np.ndarray, np.ndarray, float]:
    """Log variances (1 + 2k, k) that the statements leave possible, the mode first, their weights, and the evidence.

    Points at ±√(k+1) standard deviations along the axes of the posterior's Gaussian (Laplace) shape, which give its
    mean and covariance (Julier and Uhlmann 1997), each weighted further by how much likelier it is than that shape.
    """
    loss = posterior_loss(projected, rows.residual, _fixed(rows, granted), prior)
    at = solve_triangular(prior.root, mode - prior.mean, lower=True)
    k, lowest = len(at), loss(at)[0]
    curvature, axes = np.linalg.eigh(_curvature(loss, at))
    curvature = np.maximum(curvature, LEAST_CURVATURE)
    axes = axes * np.sqrt((k + 1) / curvature)
    points = np.concatenate([at + axes.T, at - axes.T])
    likelier = lowest - np.array([loss(point)[0] for point in points]) + (k + 1) / 2
    weights = np.append(2.0, np.exp(np.clip(likelier, -LEAST_LOG_RATIO, LEAST_LOG_RATIO)))
    evidence = -lowest - 0.5 * np.log(curvature).sum()
    return prior.mean + np.vstack([at, points]) @ prior.root.T, weights / weights.sum(), float(evidence)


def _curvature(loss, at, step: float = 0.1) -> np.ndarray:
    """Second derivatives (k, k) of a loss, by differences of its gradient."""
    moves = step * np.eye(len(at))
    rows = np.array([(loss(at + move)[1] - loss(at - move)[1]) / (2 * step) for move in moves])
    return (rows + rows.T) / 2


# --------------------------------------------------------------------------------------------------- months out of line


def _shocks(held, rows: Rows, view: View, limit: float) -> tuple[Shock, ...]:
    """The months out of line, the farthest first: each is granted the variance with which it is just in line.

    A month's own noise, or a step of the level from it on, of size b ± s by least squares given all else, is out of
    line where |b| > limit · s, and is granted the variance b²/limit² - s²: Huber's weight, for steps as for single
    months (auxiliary residuals: Harvey and Koopman 1992, de Jong and Penzer 1998). Asked one by one, so that the
    months after a step are not taken for shocks themselves.
    """
    months = np.unique(view.single[(view.single >= 0) & (view.variance < SHARP)])
    if len(months) < YEAR:
        return ()
    n = len(view.offset)
    after = np.tril(np.ones((n, n)))[:, months[1:]]  # a step at a month moves it and all that follow
    shapes = np.hstack([rows.h[:, months], rows.h @ after])
    factor = cho_factor(held, lower=True, check_finite=False)
    reach, left = cho_solve(factor, shapes, check_finite=False), cho_solve(factor, rows.residual, check_finite=False)
    last, found = np.flatnonzero(view.touched)[-1], []
    while len(found) < MOST_SHOCKS:
        precision = np.maximum(np.einsum("mc,mc->c", shapes, reach), 1e-300)
        distance = (shapes.T @ left) ** 2 / precision
        c = int(np.argmax(distance * (1 + 1e-9 * (np.arange(len(distance)) < len(months)))))
        if distance[c] <= limit**2 * (1 + 1e-6):
            break
        month = int(np.concatenate([months, months[1:]])[c])
        kind = "lasting" if c >= len(months) else "open" if month == last else "passing"
        variance = (distance[c] / limit**2 - 1) / precision[c]
        found.append(Shock(month, kind, float(variance)))
        turn = variance / (1 + variance * precision[c])
        left = left - reach[:, c] * (turn * (shapes[:, c] @ left))
        reach = reach - np.outer(reach[:, c], turn * (shapes[:, c] @ reach))
    return tuple(found)


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


# -------------------------------------------------------------------------------------------------- threads


@lru_cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread():
    """Hold BLAS to one thread inside: faster for small matrices, and the same bits on every machine."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
