"""The structural model of a monthly series on the log scale: prior, fit, posterior, joint draws. Arrays only.

z = log x - offset is Gaussian: level walk + damped slope + drift + month effect + noise + regressors, each with a
covariance kernel times a variance; the log variances have a prior learned from many series. Whatever a report says
about months is a `Statements` row. docs/methods.md derives every step.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
from scipy.linalg import cho_factor, cho_solve, cholesky, lapack, solve_triangular
from scipy.optimize import minimize, nnls
from scipy.special import ndtr, ndtri
from threadpoolctl import ThreadpoolController

from ezlib.bounds import Statements

YEAR = 12
DIFFUSE = 25.0  # prior variance of the level: five units of the logarithm either way
JITTER = 1e-9
FLOOR = 0.02  # months below this share of a typical month are closures: they say nothing about the level
SILENT = 100.0  # sd of the logarithm of a closed month about any level: as good as missing
MEDIAN_ABS = 0.6745  # of a standard Gaussian
OWN_LIMITS = (0.6, 1.6)
LESS_SEASONAL = -1.5  # of the log variance of the month effect, where an offset carries most of it
ENOUGH_EFFECTIVE = 0.75  # of the paths asked for; below, more are drawn and weighed together
FROM_CENTRE = 10  # steps of the search for the mode that start at the centre
INSET = 0.1  # share of the half-width by which the mode keeps away from the ends of an interval


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
class Fit:
    """The model fitted to statements about n months.

    `log_variances` (k), the mode of their posterior; `centre` and `covariance` (n, n) of z before the facts;
    `mode` (n) of z given the facts, `sd` (n) about it; `offset` (n); `closed` (n) months without trade, whose value
    is in `closed_value`; `extra_noise` (n) granted to months out of line and, on average, to the months not stated;
    it is already inside `covariance`. What is not known varies `spread` times as much, in `tail` degrees of freedom.
    """

    stated: Statements
    log_variances: np.ndarray
    centre: float
    covariance: np.ndarray
    mode: np.ndarray
    sd: np.ndarray
    offset: np.ndarray
    closed: np.ndarray
    closed_value: np.ndarray
    extra_noise: np.ndarray
    spread: float
    tail: float


def fit(stated: Statements, offset=None, regressors=None, prior: Prior | None = None, rounds: int = 4) -> Fit:
    """Fit the model to statements about n months; months that none speaks of, past or future, are carried along.

    `offset` (n) is the logarithm of a known profile or companion series, `regressors` (n, p) columns with one
    shrinking variance. Statements enter linearised in z (Gauss-Newton), a printed interval as uniform over its
    logarithm. Raises ValueError when no statement gives a level.
    """
    n = stated.num.shape[1]
    offset = np.zeros(n) if offset is None else np.asarray(offset, float)
    with one_thread():
        stack, prior = _with_regressors(n, prior or population_prior(), regressors)
        prior = _of_ratio(prior) if offset.any() else prior
        view = _View.of(stated, offset)
        z, noise, u = view.start(), np.zeros(n), prior.mean
        centre = float(z[stated.touched].mean())
        for turn in range(rounds):
            z, rows = _settle(view, z, centre, _covariance(stack, u, noise))
            projected, before = _project(stack, rows.h), u
            u = _fit_variances(projected, rows, noise, prior, u)
            if turn == 0:
                noise = _extra_noise(_held(projected, rows, u, noise), rows, view, prior.outlier)
                if noise.any():
                    u = _fit_variances(projected, rows, noise, prior, u)
            if not view.curved or np.abs(u - before).max() < 0.05:
                break
        covariance = _covariance(stack, u, noise)
        z, rows = _settle(view, z, centre, covariance)
        cross = rows.h @ covariance
        held = cross @ rows.h.T + np.diag(rows.variance)
        sd = np.sqrt(np.maximum(np.diag(covariance) - np.einsum("ij,ij->j", np.linalg.solve(held, cross), cross), 0))
    spread = prior.spread * _own_spread(held, rows, view)
    return Fit(stated, u, centre, covariance, z, sd, offset, view.closed, view.closed_value, noise, spread,
               prior.spread_tail)  # fmt: skip


def _covariance(stack, u, noise) -> np.ndarray:
    covariance = np.tensordot(np.exp(u), stack, 1) + DIFFUSE
    covariance[np.diag_indices(len(noise))] += noise + JITTER
    return covariance


@dataclass(frozen=True)
class _Rows:
    """Statements linearised: h · (z - centre) = residual, with `variance` about it."""

    h: np.ndarray
    residual: np.ndarray
    variance: np.ndarray


@dataclass(frozen=True)
class _View:
    """Statements as the model sees them: on the log scale, closures set apart."""

    stated: Statements
    offset: np.ndarray
    lower: np.ndarray  # logarithms of the intervals
    upper: np.ndarray
    target: np.ndarray
    variance: np.ndarray
    single: np.ndarray  # (m,) the month a statement alone speaks of, -1 for sums and changes
    is_closure: np.ndarray  # (m,)
    closed: np.ndarray  # (n,)
    closed_value: np.ndarray
    touched: np.ndarray
    typical: float

    @classmethod
    def of(cls, stated: Statements, offset: np.ndarray) -> _View:
        level = ~stated.is_change
        months = (stated.num != 0).sum(axis=1)
        typical = _typical_month(stated, level)
        is_closure = level & (stated.upper < FLOOR * typical * stated.num.sum(axis=1))
        closed = (stated.num[is_closure] != 0).any(axis=0) if is_closure.any() else np.zeros(len(offset), bool)
        closed_value = np.zeros(len(offset))
        for row in np.flatnonzero(is_closure):
            here = stated.num[row] != 0
            closed_value[here] = (stated.lower[row] + stated.upper[row]) / 2 / stated.num[row].sum()
        upper = np.log(np.maximum(stated.upper, 1e-300))
        lower = np.log(np.maximum(stated.lower, 1e-3 * np.maximum(stated.upper, 1e-297)))
        target = np.where(is_closure, np.log(FLOOR * typical), (lower + upper) / 2)
        variance = np.where(is_closure, SILENT**2, (upper - lower) ** 2 / 12) + stated.soft_sd**2
        single = np.where(level & (months == 1), np.argmax(stated.num != 0, axis=1), -1)
        return cls(
            stated,
            offset,
            lower,
            upper,
            target,
            variance,
            single,
            is_closure,
            closed,
            closed_value,
            stated.touched,
            typical,
        )

    @property
    def looseness(self) -> np.ndarray:
        """How much a statement leaves open, binding ones always less than soft ones."""
        return self.upper - self.lower + np.where(self.stated.binding, 0.0, 1e3 + 4 * np.sqrt(self.variance))

    @property
    def curved(self) -> bool:
        """Whether some statement is not linear in z: a sum or a change of sums."""
        return bool((self.single[~self.is_closure] < 0).any())

    def start(self) -> np.ndarray:
        """A first guess: every month typical, but for those stated."""
        z = np.log(self.typical) - self.offset + self.offset[self.touched].mean()
        known = self.single >= 0
        z[self.single[known]] = self.target[known] - self.offset[self.single[known]]
        return z

    def value(self, z) -> np.ndarray:
        """Months (…, n) in their own unit, closures at what was printed for them."""
        return np.where(self.closed, self.closed_value, np.exp(np.clip(z + self.offset, -300, 300)))

    def said(self, x, rows=slice(None)) -> np.ndarray:
        """Logarithm of the level or ratio that each statement speaks of, (…, m)."""
        return _log_ratio(x, self.stated.num[rows], self.stated.den[rows])

    def slopes(self, x, rows=slice(None), months=slice(None)) -> np.ndarray:
        """Derivatives of `said` by z, (…, m, months)."""
        x = np.where(self.closed, 0.0, x)
        num, den = self.stated.num[rows], self.stated.den[rows]
        h = num[:, months] * x[..., None, months] / (x @ num.T)[..., None]
        change = den.any(axis=1)
        if change.any():
            below = np.where(change, x @ den.T, 1.0)[..., None]
            h = h - den[:, months] * x[..., None, months] / below
        return h

    def linearised(self, z, centre) -> _Rows:
        x = self.value(z)
        h = np.zeros_like(self.stated.num)
        plain = ~self.is_closure
        said = np.zeros(len(plain))
        said[plain] = self.said(x, plain)
        h[plain] = self.slopes(x, plain)
        for row in np.flatnonzero(self.is_closure):
            weights = self.stated.num[row]
            h[row] = weights / weights.sum()
            said[row] = h[row] @ (z + self.offset)
        return _Rows(h, self.target - said + h @ (z - centre), self.variance + JITTER)


def _log_ratio(x, num, den) -> np.ndarray:
    change = den.any(axis=1)
    above = np.log(x @ num.T)
    return above - np.log(np.where(change, x @ den.T, 1.0)) if change.any() else above


def _typical_month(stated: Statements, level) -> float:
    per_month = (stated.lower + stated.upper)[level] / 2 / stated.num[level].sum(axis=1)
    positive = per_month[per_month > 0]
    if not len(positive):
        raise ValueError("no statement gives a level above zero")
    return float(np.median(positive))


def _settle(view: _View, z, centre, covariance, most: int = 30) -> tuple[np.ndarray, _Rows]:
    """Gauss-Newton: relinearise until the posterior mode given the variances no longer moves."""
    for _ in range(most):
        rows = view.linearised(z, centre)
        cross = rows.h @ covariance
        held = cross @ rows.h.T
        held[np.diag_indices(len(held))] += rows.variance
        new = centre + cross.T @ np.linalg.solve(held, rows.residual)
        step = np.clip(new - z, -2.0, 2.0) if view.curved else new - z
        z = z + step
        if not view.curved or np.abs(step).max() < 1e-8:
            break
    return z, view.linearised(z, centre)


def _project(stack, h) -> np.ndarray:
    """Kernels as the statements see them, (k, m, m)."""
    pick = np.argmax(h != 0, axis=1)
    if ((h != 0).sum(axis=1) == 1).all() and np.allclose(h[np.arange(len(h)), pick], 1.0):
        return stack[:, pick[:, None], pick]
    return h @ stack @ h.T


def _held(projected, rows: _Rows, u, noise) -> np.ndarray:
    """Covariance of what the statements say, (m, m)."""
    return np.tensordot(np.exp(u), projected, 1) + _fixed(rows, noise)


def _fixed(rows: _Rows, noise) -> np.ndarray:
    """The part of it that does not depend on the variances to be found."""
    one = rows.h.sum(axis=1)
    fixed = DIFFUSE * np.outer(one, one) + (rows.h * noise) @ rows.h.T
    fixed[np.diag_indices(len(one))] += rows.variance
    return fixed


def _fit_variances(projected, rows: _Rows, noise, prior: Prior, start) -> np.ndarray:
    """The log variances that maximise posterior density, the prior whitened: L-BFGS on u = mean + root · v."""
    loss = posterior_loss(projected, rows.residual, _fixed(rows, noise), prior)
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
    lower_flat = (np.tril(projected) * (2.0 - np.eye(m))).reshape(k, m * m)

    def loss(v):
        weight = np.exp(np.minimum(prior.mean + prior.root @ v, 50.0))
        factor, bad = lapack.dpotrf((weight @ flat).reshape(m, m) + fixed, lower=1, clean=1)
        if bad:
            return 1e10, np.zeros(k)
        solved = cho_solve((factor, True), residual, check_finite=False)
        inverse, _ = lapack.dpotri(factor, lower=1)
        inverse -= np.tril(np.outer(solved, solved))
        slope = 0.5 * weight * (lower_flat @ np.ascontiguousarray(inverse).reshape(m * m))
        value = np.log(np.diag(factor)).sum() + 0.5 * residual @ solved + 0.5 * v @ v
        return value, prior.root.T @ slope + v

    return loss


def _extra_noise(held, rows: _Rows, view: _View, outlier: float) -> np.ndarray:
    """Noise granted to single months far from where all other statements put them.

    A month whose leave-one-out residual r exceeds `outlier` times its sd s is given the further variance
    r²/outlier² - s², with which it would just be in line: Huber's weight. Months that are not stated, the future
    among them, get the mean of it, for such months will come again.
    """
    extra = np.zeros(len(view.offset))
    single = np.flatnonzero((view.single >= 0) & (view.variance < 0.01))
    if len(single) < YEAR:
        return extra
    inverse = cho_solve(cho_factor(held, lower=True, check_finite=False), np.eye(len(held)), check_finite=False)
    expected = 1 / np.diag(inverse)[single]
    left_out = (inverse @ rows.residual)[single] * expected
    granted = np.maximum((left_out / outlier) ** 2 - expected, 0.0)
    extra[:] = granted.mean()
    extra[view.single[single]] = granted
    return extra


def _own_spread(held, rows: _Rows, view: _View) -> float:
    """How widely this series strays, against what the model says: root of the median absolute innovation's ratio.

    The square root goes half way from the pooled factor to the series' own. Below two years of months it is 1.
    """
    if (view.single >= 0).sum() < 2 * YEAR:
        return 1.0
    innovations = solve_triangular(np.linalg.cholesky(held), rows.residual, lower=True)
    return float(np.sqrt(np.clip(np.median(np.abs(innovations)) / MEDIAN_ABS, *OWN_LIMITS)))


# ---------------------------------------------------------------------------------------------------- draws


@dataclass(frozen=True)
class Draws:
    """`paths` (count, n) of months, equally likely; `effective` of as many independent ones they are worth."""

    paths: np.ndarray
    effective: float


def draw(fitted: Fit, count: int, rng: np.random.Generator) -> Draws:
    """Draw joint paths in which every binding statement lies inside its printed interval.

    The months facts speak of are drawn by importance sampling: values inside the printed intervals from their
    truncated Gaussian, a Newton solve that puts each path onto them, weights for what the linearisation leaves out,
    resampling. All other months, the future among them, follow from their conditional Gaussian.
    Raises ArithmeticError when no point satisfies the statements.
    """
    with one_thread():
        view = _View.of(fitted.stated, fitted.offset)
        told = np.flatnonzero(view.touched)
        geometry = _Geometry.of(fitted, view, told)
        z, scale, effective = _held_draws(geometry, count, rng)
        full = np.empty((count, len(fitted.offset)))
        full[:, told] = z
        rest = np.flatnonzero(~view.touched)
        if len(rest):
            full[:, rest] = _conditional(fitted, told, rest, z, scale, rng)
        paths = np.exp(np.clip(full + fitted.offset, -300, 300))
        paths[:, view.closed] = view.closed_value[view.closed]
    return Draws(paths, effective)


def _conditional(fitted: Fit, told, rest, z, scale, rng) -> np.ndarray:
    """The other months given the told ones; noise in mirrored pairs, so that medians are steady."""
    covariance = fitted.covariance
    factor = cholesky(covariance[np.ix_(told, told)], lower=True, check_finite=False)
    gain = cho_solve((factor, True), covariance[np.ix_(told, rest)], check_finite=False)
    spread = covariance[np.ix_(rest, rest)] - covariance[np.ix_(rest, told)] @ gain
    root = _root(spread)
    half = rng.standard_normal(((len(z) + 1) // 2, len(rest)))
    noise = np.concatenate([half, -half])[: len(z)]
    return fitted.centre + (z - fitted.centre) @ gain + scale[:, None] * (noise @ root.T)


def _root(spread) -> np.ndarray:
    """A lower-triangular root of a covariance that may be nearly singular."""
    size = np.trace(spread) / max(len(spread), 1)
    return cholesky(spread + (1e-12 * size + 1e-14) * np.eye(len(spread)), lower=True, check_finite=False)


@dataclass(frozen=True)
class _Geometry:
    """The statements around the mode, for the months they speak of.

    Months stated one by one (`s`) carry their value directly; the rest (`u`) are reached through the sums and
    ratios: `b` an independent set of these, narrowest first, `d` those that follow from it. In whitened
    coordinates of u given s, z_u = mean(z_s) + root·(free part + basis·w), and b's values fix w.
    """

    view: _View
    told: np.ndarray
    s: np.ndarray
    u: np.ndarray
    single_rows: np.ndarray
    b: np.ndarray
    d: np.ndarray
    centre: np.ndarray
    at: np.ndarray  # the linearisation point
    s_factor: np.ndarray
    gain: np.ndarray
    root: np.ndarray
    basis: np.ndarray
    triangle: np.ndarray
    eps: np.ndarray
    b_by_s: np.ndarray
    d_by_s: np.ndarray
    d_by_b: np.ndarray
    said_b: np.ndarray
    said_d: np.ndarray
    spread: float
    tail: float

    @classmethod
    def of(cls, fitted: Fit, view: _View, told) -> _Geometry:
        centre, covariance = np.full(len(told), fitted.centre), fitted.covariance[np.ix_(told, told)]
        single_rows, others = _split(view, np.flatnonzero(~view.is_closure))
        position = {month: i for i, month in enumerate(told)}
        s = np.array([position[m] for m in view.single[single_rows]], int)
        u = np.setdiff1d(np.arange(len(told)), s)
        at = _point_inside(view, told, fitted)
        full = fitted.mode.copy()
        full[told] = at
        x = view.value(full)
        h = view.slopes(x, others, told)
        said = view.said(x, others)
        s_factor = cholesky(covariance[np.ix_(s, s)], lower=True) if len(s) else np.zeros((0, 0))
        gain = cho_solve((s_factor, True), covariance[np.ix_(s, u)]) if len(s) else np.zeros((0, len(u)))
        root = _root(covariance[np.ix_(u, u)] - covariance[np.ix_(u, s)] @ gain) if len(u) else np.zeros((0, 0))
        by_s = h[:, s] + h[:, u] @ gain.T
        white = h[:, u] @ root
        first = _independent(white, view.looseness[others])
        later = np.setdiff1d(np.arange(len(others)), first)
        basis, triangle = np.linalg.qr(white[first].T) if len(first) else (np.zeros((len(u), 0)), np.zeros((0, 0)))
        d_by_b = (
            solve_triangular(triangle, (white[later] @ basis).T, lower=False).T
            if len(first)
            else np.zeros((len(later), 0))
        )
        mean_u = centre[u] + (at[s] - centre[s]) @ gain
        eps = solve_triangular(root, at[u] - mean_u, lower=True) if len(u) else np.zeros(0)
        return cls(
            view,
            told,
            s,
            u,
            single_rows,
            others[first],
            others[later],
            centre,
            at,
            s_factor,
            gain,
            root,
            basis,
            triangle,
            eps,
            by_s[first],
            by_s[later] - d_by_b @ by_s[first],
            d_by_b,
            said[first],
            said[later],
            fitted.spread,
            fitted.tail,
        )

    def full(self, z) -> np.ndarray:
        out = np.zeros((len(z), len(self.view.offset)))
        out[:, self.told] = z
        return out

    def soft(self, rows) -> np.ndarray:
        """Which of `rows` need not hold exactly."""
        return ~self.view.stated.binding[rows]


def _after_soft(view: _View, told, fitted: Fit) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussian of the told months given the soft statements, linearised."""
    centre = np.full(len(told), fitted.centre)
    covariance = fitted.covariance[np.ix_(told, told)]
    soft = np.flatnonzero(~view.stated.binding & ~view.is_closure)
    if not len(soft):
        return centre, covariance
    rows = view.linearised(fitted.mode, fitted.centre)
    cross = rows.h[soft][:, told] @ covariance
    gain = np.linalg.solve(cross @ rows.h[soft][:, told].T + np.diag(rows.variance[soft]), cross)
    return centre + gain.T @ rows.residual[soft], covariance - cross.T @ gain


def _split(view: _View, rows) -> tuple[np.ndarray, np.ndarray]:
    """Statements of one month each, the firmest where several speak of it; all others."""
    alone = rows[view.single[rows] >= 0]
    alone = alone[np.argsort(view.looseness[alone], kind="stable")]
    _, first = np.unique(view.single[alone], return_index=True)
    chosen = np.sort(alone[first])
    return chosen, np.setdiff1d(rows, chosen)


def _independent(white, looseness) -> np.ndarray:
    """Rows that are linearly independent, the firmest statements first (Gram-Schmidt with a second pass)."""
    kept, basis = [], np.zeros((0, white.shape[1]))
    for row in np.argsort(looseness, kind="stable"):
        left = white[row].copy()
        for _ in range(2):
            left -= basis.T @ (basis @ left)
        size = np.linalg.norm(left)
        if size > 1e-7 * max(np.linalg.norm(white[row]), 1e-3):
            kept.append(row)
            basis = np.vstack([basis, left / size])
    return np.array(kept, int)


def _point_inside(view: _View, told, fitted: Fit) -> np.ndarray:
    """The likeliest point of the told months with every binding statement well inside its interval.

    Sequential quadratic programming: linearise, take the least move from the centre in the prior's metric that
    satisfies all intervals (a least-distance programme by non-negative least squares), repeat. Where that swings
    to and fro, go on with least moves from the point reached.
    """
    mode, binding = fitted.mode, np.flatnonzero(view.stated.binding & ~view.is_closure)
    centre, covariance = _after_soft(view, told, fitted)
    lower, upper = view.lower[binding], view.upper[binding]
    half = (upper - lower) / 2
    root = _root(covariance)
    for inset in (INSET, INSET / 10, INSET / 100, INSET / 1000):
        low, high = lower + inset * half, upper - inset * half
        z = mode.copy()
        singles = view.single[binding]
        alone = singles >= 0
        part = view.said(np.ones((1, len(mode))), binding)[0]
        here = singles[alone]
        z[here] = np.clip(z[here], (low - part)[alone] - view.offset[here], (high - part)[alone] - view.offset[here])
        for turn in range(40):
            x = view.value(z)
            said = view.said(x, binding)
            if np.all(said >= lower + inset / 2 * half) and np.all(said <= upper - inset / 2 * half):
                return z[told]
            h = view.slopes(x, binding, told)
            start = centre if turn < FROM_CENTRE else z[told]
            step = _least_distance(h @ root, said, h @ (z[told] - start), low, high)
            if step is None:
                break
            z[told] = z[told] + np.clip(start + root @ step - z[told], -2.0, 2.0)
    raise ArithmeticError("no months satisfy the statements at once")


def _least_distance(white, said, at, low, high) -> np.ndarray | None:
    """min |e| with low <= said + white·e - at <= high, or None without a solution (Lawson and Hanson, chapter 23)."""
    size = np.maximum(np.linalg.norm(white, axis=1), 1e-12)
    rows = np.vstack([white / size[:, None], -white / size[:, None]])
    limit = np.concatenate([(low - said + at) / size, -(high - said + at) / size])
    matrix = np.vstack([rows.T, limit])
    aim = np.zeros(len(matrix))
    aim[-1] = 1.0
    weight, _ = nnls(matrix, aim, maxiter=20 * matrix.shape[1])
    left = matrix @ weight - aim
    return None if abs(left[-1]) < 1e-12 else -left[:-1] / left[-1]


def _held_draws(g: _Geometry, count: int, rng, most: int = 4) -> tuple[np.ndarray, np.ndarray, float]:
    """Resampled draws of the told months, the spread of each, and how many independent ones they are worth.

    Batches are added, up to `most`, until the weights are worth `count` draws.
    """
    points, scales, logs = [], [], []
    for _ in range(most):
        scale = g.spread * np.sqrt(g.tail / rng.chisquare(g.tail, count)) if np.isfinite(g.tail) else g.spread
        scale = np.broadcast_to(scale, count)
        z, log_weight = _weighted(g, count, scale, rng)
        points.append(z)
        scales.append(scale)
        logs.append(log_weight)
        weight = _normalised(np.concatenate(logs))
        effective = 1 / np.sum(weight**2) if weight.any() else 0.0
        if effective >= ENOUGH_EFFECTIVE * count:
            break
    if effective == 0:
        raise ArithmeticError("no path satisfies the statements at once")
    chosen = _systematic(weight, count, rng)
    return np.concatenate(points)[chosen], np.concatenate(scales)[chosen], float(min(effective, count))


def _normalised(log_weight) -> np.ndarray:
    top = log_weight.max()
    if not np.isfinite(top):
        return np.zeros(len(log_weight))
    weight = np.exp(log_weight - top)
    return weight / weight.sum()


def _systematic(weight, count, rng) -> np.ndarray:
    if len(weight) == count and np.ptp(weight) < 1e-12:
        return np.arange(count)
    places = (rng.random() + np.arange(count)) / count
    chosen = np.searchsorted(np.cumsum(weight), places).clip(max=len(weight) - 1)
    return rng.permutation(chosen)


def _weighted(g: _Geometry, count: int, scale, rng) -> tuple[np.ndarray, np.ndarray]:
    """One batch: told months (count, T) and the logarithm of their importance weights."""
    values_s, values_b = _values(g, count, rng)
    z = np.empty((count, len(g.told)))
    z[:, g.s] = values_s
    log_weight = np.zeros(count)
    if len(g.u):
        mean = g.centre[g.u] + (values_s - g.centre[g.s]) @ g.gain
        noise = scale[:, None] * rng.standard_normal((count, len(g.u)))
        noise -= (noise @ g.basis) @ g.basis.T
        aim = values_b - g.said_b - (values_s - g.at[g.s]) @ g.b_by_s.T
        linear = (g.basis.T @ g.eps) + _by_triangle(g, aim)
        z[:, g.u], log_weight = _newton(g, z, mean, noise, linear, values_b)
    return z, log_weight + _soft_correction(g, z, values_s, values_b) + _outside(g, z)


def _by_triangle(g: _Geometry, aim) -> np.ndarray:
    return solve_triangular(g.triangle, aim.T, trans="T", lower=False).T if len(g.b) else aim


def _newton(g: _Geometry, z, mean, noise, w, aim, most: int = 15) -> tuple[np.ndarray, np.ndarray]:
    """Put every draw onto its values of `b`, moving along the basis only; and the weight that this costs.

    The change of variables from w to b's values has Jacobian J: a draw's density is φ(w)/|J| where the linear
    proposal had φ(w_linear)/|triangle|.
    """
    offered, done = w, np.zeros(len(w), bool)
    z = z.copy()
    if not len(g.b):
        return mean + noise @ g.root.T, np.zeros(len(w))
    along = g.root @ g.basis
    start = mean + noise @ g.root.T
    for _ in range(most):
        z[:, g.u] = start + w @ along.T
        x = g.view.value(g.full(z))
        miss = aim - g.view.said(x, g.b)
        jacobian = g.view.slopes(x, g.b, g.told[g.u]) @ along
        done = np.abs(miss).max(axis=1) < 1e-12
        if done.all():
            break
        step = _solve_each(jacobian, miss)
        limit = np.abs(step @ along.T).max(axis=1, keepdims=True)
        w = w + step * np.minimum(1.0, 2.0 / np.maximum(limit, 1e-300))
    sign, log_det = np.linalg.slogdet(jacobian)
    usual = np.log(np.abs(np.diag(g.triangle))).sum()
    log_weight = 0.5 * (offered**2).sum(axis=1) - 0.5 * (w**2).sum(axis=1) - log_det + usual
    close = np.abs(miss).max(axis=1) < 1e-9
    return z[:, g.u], np.where(close & (sign != 0), log_weight, -np.inf)


def _solve_each(jacobian, miss) -> np.ndarray:
    try:
        return np.linalg.solve(jacobian, miss[..., None])[..., 0]
    except np.linalg.LinAlgError:
        ridge = 1e-9 * np.eye(jacobian.shape[-1])
        return np.linalg.solve(jacobian + ridge, miss[..., None])[..., 0]


def _soft_correction(g: _Geometry, z, values_s, values_b) -> np.ndarray:
    """Soft statements that follow from others: as they are, in place of the linearisation their draws assumed."""
    soft = np.flatnonzero(g.soft(g.d))
    if not len(soft):
        return np.zeros(len(z))
    rows = g.d[soft]
    aim, variance = g.view.target[rows], g.view.variance[rows]
    moved = (values_s - g.at[g.s]) @ g.d_by_s[soft].T + (values_b - g.said_b) @ g.d_by_b[soft].T
    linear = g.said_d[soft] + moved - aim
    exact = g.view.said(g.view.value(g.full(z)), rows) - aim
    return 0.5 * ((linear**2 - exact**2) / variance).sum(axis=1)


def _outside(g: _Geometry, z) -> np.ndarray:
    """-inf for draws in which a statement that follows from others left its interval."""
    rows = g.d[~g.soft(g.d)]
    if not len(rows):
        return np.zeros(len(z))
    said = g.view.said(g.view.value(g.full(z)), rows)
    inside = ((said >= g.view.lower[rows]) & (said <= g.view.upper[rows])).all(axis=1)
    return np.where(inside, 0.0, -np.inf)


# ------------------------------------------------------------------------------ values inside printed intervals


def _values(g: _Geometry, count: int, rng, sweeps: int = 12) -> tuple[np.ndarray, np.ndarray]:
    """Values of the single months and of `b`: Gaussian, truncated to the printed interval where it binds.

    In half-widths about the middle every interval is [-1, 1]; a soft value is counted in its own standard deviations.
    Where the Gaussian is flat over the interval and nothing else depends on the value it is uniform; the others are
    drawn by Gibbs sweeps over all draws at once, soft ones together.
    """
    rows = np.concatenate([g.single_rows, g.b]).astype(int)
    if not len(rows):
        return np.zeros((count, 0)), np.zeros((count, 0))
    soft = g.soft(rows)
    middle = np.where(soft, g.view.target[rows], (g.view.lower + g.view.upper)[rows] / 2) - _shift(g)
    half = np.where(soft, np.sqrt(g.view.variance[rows]), (g.view.upper - g.view.lower)[rows] / 2 * (1 - 1e-6))
    precision, slope = _scaled_precision(g, middle, half)
    limits = _Limits.of(g, middle, half)
    tied = np.abs(limits.matrix).any(axis=0)
    flat = (np.abs(precision).sum(axis=1) < 0.02) & (np.abs(slope) < 0.05)
    reach = np.where(soft, 50.0, 1.0)
    scaled = rng.uniform(-1.0, 1.0, (count, len(rows)))
    at = (np.concatenate([g.at[g.s], g.said_b]) - middle) / half
    scaled[:, tied] = at.clip(-reach, reach)[tied]
    together, one_by_one = np.flatnonzero(soft & ~tied), np.flatnonzero((~flat | tied) & (~soft | tied))
    block = _Block.of(precision, slope, together)
    for _ in range(sweeps * (2 if tied.any() else 1) if len(one_by_one) else 1):
        block.draw(scaled, rng)
        for i in one_by_one:
            low, high = limits.between(scaled, i, reach[i])
            spread = 1 / np.sqrt(precision[i, i])
            mean = scaled[:, i] - (scaled @ precision[i] + slope[i]) / precision[i, i]
            scaled[:, i] = _truncated(mean, spread, low, high, rng.random(count))
    values = middle + half * scaled
    return values[:, : len(g.s)], values[:, len(g.s) :]


def _shift(g: _Geometry) -> np.ndarray:
    """What turns the logarithm of a single month's statement into z; nothing for sums and changes."""
    shift = np.zeros(len(g.s) + len(g.b))
    months = g.told[g.s]
    shift[: len(g.s)] = g.view.offset[months] + np.log(g.view.stated.num[g.single_rows, months])
    return shift


@dataclass(frozen=True)
class _Block:
    """Values without bounds, drawn together given all others."""

    members: np.ndarray
    others: np.ndarray
    pull: np.ndarray  # mean = still + pull · others
    still: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, precision, slope, members) -> _Block:
        others = np.setdiff1d(np.arange(len(slope)), members)
        if not len(members):
            return cls(members, others, np.zeros((0, len(others))), np.zeros(0), np.zeros((0, 0)))
        factor = np.linalg.cholesky(precision[np.ix_(members, members)])
        pull = -cho_solve((factor, True), precision[np.ix_(members, others)])
        still = -cho_solve((factor, True), slope[members])
        return cls(members, others, pull, still, solve_triangular(factor, np.eye(len(members)), lower=True).T)

    def draw(self, scaled, rng) -> None:
        """Replace the members' columns of `scaled`."""
        if len(self.members):
            noise = rng.standard_normal((len(scaled), len(self.members)))
            scaled[:, self.members] = self.still + scaled[:, self.others] @ self.pull.T + noise @ self.root.T


def _scaled_precision(g: _Geometry, middle, half) -> tuple[np.ndarray, np.ndarray]:
    """Precision of (singles, b) in half-widths, and the slope of minus the log density at the middle.

    Soft statements add what they say: of a drawn value its own unit precision, of one that follows from drawn values
    that of the combination.
    """
    k = len(g.s)
    precision = np.zeros((len(middle), len(middle)))
    mean = np.empty(len(middle))
    mean[:k] = g.centre[g.s]
    if k:
        precision[:k, :k] = cho_solve((g.s_factor, True), np.eye(k))
    if len(g.b):
        mean[k:] = g.said_b + g.b_by_s @ (mean[:k] - g.at[g.s]) - g.triangle.T @ (g.basis.T @ g.eps)
        inner = solve_triangular(g.triangle, np.eye(len(g.b)), lower=False)
        inner = inner @ inner.T
        precision[k:, k:] = inner
        precision[:k, k:] = -g.b_by_s.T @ inner
        precision[k:, :k] = precision[:k, k:].T
        precision[:k, :k] += g.b_by_s.T @ inner @ g.b_by_s
    slope = half * (precision @ (middle - mean))
    precision = half[:, None] * precision * half
    precision[np.diag_indices(len(half))] += g.soft(np.concatenate([g.single_rows, g.b]).astype(int))
    soft = np.flatnonzero(g.soft(g.d))
    if len(soft):
        matrix, said = _following(g, soft, middle, half)
        weight = 1 / g.view.variance[g.d[soft]]
        precision += (matrix.T * weight) @ matrix
        slope = slope + matrix.T @ (weight * (said - g.view.target[g.d[soft]]))
    return precision, slope


def _following(g: _Geometry, which, middle, half) -> tuple[np.ndarray, np.ndarray]:
    """How statements `which` of d move with the scaled values, and what they say at the middle."""
    matrix = np.hstack([g.d_by_s[which], g.d_by_b[which]])
    return matrix * half, g.said_d[which] + matrix @ (middle - np.concatenate([g.at[g.s], g.said_b]))


@dataclass(frozen=True)
class _Limits:
    """Statements that follow from the drawn values: low <= matrix · scaled <= high."""

    matrix: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, g: _Geometry, middle, half) -> _Limits:
        firm = np.flatnonzero(~g.soft(g.d))
        matrix, said = _following(g, firm, middle, half)
        return cls(matrix, g.view.lower[g.d[firm]] - said, g.view.upper[g.d[firm]] - said)

    def between(self, scaled, i, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """Where value i of each draw may lie, its other values held."""
        low, high = np.full(len(scaled), -reach), np.full(len(scaled), reach)
        for row in np.flatnonzero(np.abs(self.matrix[:, i]) > 1e-12) if len(self.low) else ():
            slope = self.matrix[row, i]
            rest = scaled @ self.matrix[row] - slope * scaled[:, i]
            one, other = (self.low[row] - rest) / slope, (self.high[row] - rest) / slope
            low, high = np.maximum(low, one if slope > 0 else other), np.minimum(high, other if slope > 0 else one)
        stuck = low > high
        return np.where(stuck, scaled[:, i], low), np.where(stuck, scaled[:, i], high)


def _truncated(mean, spread, low, high, chance) -> np.ndarray:
    """Gaussian values between low and high at the given chances, exact in either tail and for narrow intervals."""
    a, b = (low - mean) / spread, (high - mean) / spread
    flip = a + b > 0
    a, b = np.where(flip, -b, a), np.where(flip, -a, b)
    narrow = (b - a < 0.02) | (b < -30)
    below, above = ndtr(np.where(narrow, -1.0, a)), ndtr(np.where(narrow, 1.0, b))
    wide = ndtri(below + chance * (above - below))
    # over a short stretch, and far in the tail, the density is an exponential
    rate = np.where(b < -30, -b, -(a + b) / 2)
    width = np.maximum(b - a, 0)
    decay = np.exp(-np.minimum(rate * width, 700))
    with np.errstate(divide="ignore", invalid="ignore"):
        tilted = b + np.log(decay + chance * (1 - decay)) / rate
    tilted = np.where(rate * width < 1e-8, a + chance * width, tilted)
    value = np.where(narrow, tilted, wide)
    value = np.clip(np.where(flip, -value, value), np.where(flip, -b, a), np.where(flip, -a, b))
    return mean + spread * value


# -------------------------------------------------------------------------------------------------- threads


@lru_cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def one_thread():
    """Hold BLAS to one thread inside: faster for small matrices, and the same bits on every machine."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
