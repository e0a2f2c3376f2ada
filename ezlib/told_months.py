"""Draws of the months that statements speak of, every binding one inside its printed interval. Arrays only.

docs/methods.md, section 5, derives every step; `draws` adds all other months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import nnls

from ezlib import sampling
from ezlib.bounds import WELL_INSIDE
from ezlib.linearised import View
from ezlib.structural import Fit, stray

ENOUGH_EFFECTIVE = 0.75  # of the draws asked for; below, more are made and weighed together
FROM_CENTRE = 10  # steps of the search for the mode that start at the centre
BATCHES = 4  # of draws, at most
SWEEPS = 12  # of Gibbs draws; twice as many where values limit each other
NEWTON_STEPS = 15
LEAST_EFFECTIVE = 0.05  # of the draws asked for; a lot worth less gives none where another is worth more
SOFT_REACH = 50.0  # standard deviations from what a soft statement says, beyond which no value is drawn
LOOSER = 2.0  # times as much as a sum leaves open: a month's own figure that leaves more does not carry its value
EXACT_WIDTH = 1e-7  # of the logarithm: intervals of figures without rounding are narrower


@dataclass(frozen=True)
class Told:
    """Draws of the months facts speak of: `z` (count, T), or (1, T) where all are alike, `scale` (count), how widely
    each strays, `effective`, how many they are worth: 0 where no draw reached the statements."""

    z: np.ndarray
    scale: np.ndarray
    effective: float


def draw(fitted: Fit, lots, told, chances, rng: np.random.Generator) -> list[Told]:
    """Draws of the months `told` (T), numbers of those that statements speak of, for each lot.

    A lot is a covariance (n, n) of all months and how many draws to make of it; `chances`, one for each draw, say how
    widely its path strays where nothing else is left to draw. Importance sampling: values inside the printed
    intervals from their truncated Gaussian, Newton steps that put each draw onto them, weights for what the
    linearisation leaves out, resampling. Raises ArithmeticError when no months satisfy the statements.
    """
    at = _exact_months(fitted.view, told)
    if at is not None:
        scale = fitted.spread * stray(fitted.tail, chances)
        ends = np.cumsum([number for _, number in lots])
        return [Told(at[None], own, float(len(own))) for own in np.split(scale, ends[:-1])]
    at, b = _point_inside(fitted, told), None
    geometries = []
    for covariance, _ in lots:
        geometries.append(_Geometry.of(fitted, covariance, told, at, b))
        b = geometries[0].b
    return _held_draws(geometries, [number for _, number in lots], rng)


def _exact_months(view: View, told) -> np.ndarray | None:
    """The told months where each is stated once, by itself and without rounding: nothing is left to draw. Else None."""
    exact = view.stated.binding & (view.single >= 0) & ~view.is_silent & (view.upper - view.lower < EXACT_WIDTH)
    if len(exact) != len(told) or not exact.all() or len(np.unique(view.single)) != len(told):
        return None
    at = np.empty(len(view.offset))
    at[view.single] = (
        view.target - np.log(view.stated.num[np.arange(len(exact)), view.single]) - view.offset[view.single]
    )
    return at[told]


def _held_draws(geometries, numbers, rng) -> list[Told]:
    """For each geometry, resampled draws of the told months; none where hardly a draw is worth anything.

    Batches are added, up to BATCHES, until the weights are worth three quarters of the draws asked for, or it is clear
    that they never will be worth LEAST_EFFECTIVE of them. There the months are not at all what the linearisation
    makes of them under this covariance: all draws would be copies of a few far from the others.
    """
    batches, worth, numbers = [[] for _ in geometries], np.zeros(len(geometries)), np.asarray(numbers)
    room = _room(geometries[0], rng)
    for turn in range(BATCHES):
        poor = worth < LEAST_EFFECTIVE / BATCHES * turn * numbers
        wanting = np.flatnonzero((worth < ENOUGH_EFFECTIVE * numbers) & (~poor | poor.all()))
        if not len(wanting):
            break
        values = _values([geometries[j] for j in wanting], numbers[wanting], room, rng)
        for j, (values_s, values_b) in zip(wanting, values, strict=True):
            scale = geometries[j].spread * stray(geometries[j].tail, sampling.even_points(numbers[j], rng)[:, 0])
            batches[j].append((*_weighted(geometries[j], values_s, values_b, scale, rng), scale))
            weight = sampling.normalised(np.concatenate([log_weight for _, log_weight, _ in batches[j]]))
            worth[j] = sampling.effective(weight)
    poor = worth < LEAST_EFFECTIVE * numbers
    given = np.where(poor & ~poor.all(), 0, numbers)
    return [_resampled(lot, number, rng) for lot, number in zip(batches, given, strict=True)]


def _room(g: _Geometry, rng) -> float:
    """How much of what is not linear the limits of what follows leave room for, tried under one covariance."""

    def tried(room: float) -> np.ndarray:
        ((values_s, values_b),) = _values([g], [sampling.PILOT], room, rng)
        return _weighted(g, values_s, values_b, np.full(sampling.PILOT, g.spread), rng)[1]

    return sampling.most_room(tried) if len(g.d) and not g.soft(g.d).all() else 0.0


def _resampled(batches, number: int, rng) -> Told:
    z, log_weight, scale = (np.concatenate(each) for each in zip(*batches, strict=True))
    weight = sampling.normalised(log_weight)
    chosen = sampling.resampled(weight, number if weight.any() else 0, rng)
    return Told(z[chosen], scale[chosen], min(sampling.effective(weight), float(number)))


# ------------------------------------------------------------------------------------------------- the likeliest point


def _point_inside(fitted: Fit, told) -> np.ndarray:
    """The likeliest point of the told months with every binding statement well inside its interval.

    Sequential quadratic programming: linearise, take the least move from the centre in the prior's metric that
    satisfies all intervals (a least-distance programme by non-negative least squares), repeat. Where that swings
    to and fro, go on with least moves from the point reached.
    """
    view, mode = fitted.view, fitted.mode
    binding = np.flatnonzero(view.stated.binding & ~view.is_silent)
    centre, covariance = _after_soft(fitted, told)
    lower, upper = view.lower[binding], view.upper[binding]
    half = (upper - lower) / 2
    root = sampling.root(covariance)
    for inset in WELL_INSIDE / np.array([1, 10, 100, 1000]):
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


def _after_soft(fitted: Fit, told) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussian of the told months given the soft statements, linearised."""
    view = fitted.view
    centre = np.full(len(told), fitted.centre)
    covariance = fitted.covariance[np.ix_(told, told)]
    soft = np.flatnonzero(~view.stated.binding & ~view.is_silent)
    if not len(soft):
        return centre, covariance
    rows = view.linearised(fitted.mode, fitted.centre)
    cross = rows.h[soft][:, told] @ covariance
    gain = np.linalg.solve(cross @ rows.h[soft][:, told].T + np.diag(rows.variance[soft]), cross)
    return centre + gain.T @ rows.residual[soft], covariance - cross.T @ gain


# --------------------------------------------------------------------------------------------- the statements about it


@dataclass(frozen=True)
class _Geometry:
    """The statements around the mode, for the months they speak of.

    Months known firmly by themselves (`s`) carry their value directly; the rest (`u`) are reached through the other
    statements: `b` an independent set of these, firmest first, `d` those that follow from it, whatever the covariance
    is, so that geometries of one point under several covariances share them. In whitened coordinates of u given s,
    z_u = mean(z_s) + root·(free part + basis·w), and b's values fix w.
    """

    view: View
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
    place: np.ndarray  # of `at` along the basis
    b_by_s: np.ndarray
    d_by_s: np.ndarray
    d_by_b: np.ndarray
    said_b: np.ndarray
    said_d: np.ndarray
    spread: float
    tail: float

    @classmethod
    def of(cls, fitted: Fit, covariance, told, at, b=None) -> _Geometry:
        view = fitted.view
        centre, covariance = np.full(len(told), fitted.centre), covariance[np.ix_(told, told)]
        full = fitted.mode.copy()
        full[told] = at
        x = view.value(full)
        single_rows, others = _split(view, np.flatnonzero(~view.is_silent), x)
        s = np.searchsorted(told, view.single[single_rows])
        u = np.setdiff1d(np.arange(len(told)), s)
        h = view.slopes(x, others, told)
        said = view.said(x, others)
        s_factor = cholesky(covariance[np.ix_(s, s)], lower=True) if len(s) else np.zeros((0, 0))
        gain = cho_solve((s_factor, True), covariance[np.ix_(s, u)]) if len(s) else np.zeros((0, len(u)))
        root = sampling.root(covariance[np.ix_(u, u)] - covariance[np.ix_(u, s)] @ gain)
        by_s = h[:, s] + h[:, u] @ gain.T
        white = h[:, u] @ root
        first = sampling.independent(white, _unsure(view, others, x)) if b is None else np.searchsorted(others, b)
        later = np.setdiff1d(np.arange(len(others)), first)
        basis, triangle = np.linalg.qr(white[first].T) if len(first) else (np.zeros((len(u), 0)), np.zeros((0, 0)))
        d_by_b = (
            solve_triangular(triangle, (white[later] @ basis).T, lower=False).T
            if len(first)
            else np.zeros((len(later), 0))
        )
        mean_u = centre[u] + (at[s] - centre[s]) @ gain
        return cls(
            view=view,
            told=told,
            s=s,
            u=u,
            single_rows=single_rows,
            b=others[first],
            d=others[later],
            centre=centre,
            at=at,
            s_factor=s_factor,
            gain=gain,
            root=root,
            basis=basis,
            triangle=triangle,
            place=basis.T @ solve_triangular(root, at[u] - mean_u, lower=True) if len(u) else np.zeros(0),
            b_by_s=by_s[first],
            d_by_s=by_s[later] - d_by_b @ by_s[first],
            d_by_b=d_by_b,
            said_b=said[first],
            said_d=said[later],
            spread=fitted.spread,
            tail=fitted.tail,
        )

    def full(self, z) -> np.ndarray:
        out = np.zeros((len(z), len(self.view.offset)))
        out[:, self.told] = z
        return out

    def soft(self, rows) -> np.ndarray:
        """Which of `rows` need not hold exactly."""
        return ~self.view.stated.binding[rows]


def _unsure(view: View, rows, x) -> np.ndarray:
    """How much statements leave open in the unit of the months x (n,).

    In logarithms a small remainder of a sum would seem to be known less well than what is much larger.
    """
    return (view.stated.num[rows] @ x) * view.width[rows]


def _split(view: View, rows, x) -> tuple[np.ndarray, np.ndarray]:
    """Statements that carry a month's value, of those about it alone the firmest; and all others.

    A month whose own figure leaves more open than a sum or change about it, at months x (n,), carries none: the values
    of such months, drawn one by one, would have no room to move inside the sum.
    """
    alone = rows[view.single[rows] >= 0]
    alone = alone[np.argsort(view.looseness[alone], kind="stable")]
    _, first = np.unique(view.single[alone], return_index=True)
    chosen = np.sort(alone[first])
    others = np.setdiff1d(rows, chosen)
    moves = np.abs(view.slopes(x, others, view.single[chosen])) * view.width[chosen]
    chosen = chosen[~(moves > LOOSER * view.width[others][:, None]).any(axis=0)]
    return chosen, np.setdiff1d(rows, chosen)


# ------------------------------------------------------------------------------------------------- onto the statements


def _weighted(g: _Geometry, values_s, values_b, scale, rng) -> tuple[np.ndarray, np.ndarray]:
    """One batch: told months (count, T) with the values drawn for them, and the logarithms of their weights."""
    count = len(scale)
    z = np.empty((count, len(g.told)))
    z[:, g.s] = values_s
    log_weight = np.zeros(count)
    if len(g.u):
        mean = g.centre[g.u] + (values_s - g.centre[g.s]) @ g.gain
        noise = scale[:, None] * rng.standard_normal((count, len(g.u)))
        noise -= (noise @ g.basis) @ g.basis.T
        aim = values_b - g.said_b - (values_s - g.at[g.s]) @ g.b_by_s.T
        linear = g.place + _by_triangle(g, aim)
        z[:, g.u], log_weight = _newton(g, z, mean, noise, linear, values_b)
    return z, log_weight + _soft_correction(g, z, values_s, values_b) + _outside(g, z)


def _by_triangle(g: _Geometry, aim) -> np.ndarray:
    return solve_triangular(g.triangle, aim.T, trans="T", lower=False).T if len(g.b) else aim


def _newton(g: _Geometry, z, mean, noise, w, aim) -> tuple[np.ndarray, np.ndarray]:
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
    for _ in range(NEWTON_STEPS):
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


# ---------------------------------------------------------------------------------- values inside printed intervals


def _values(geometries, numbers, room: float, rng) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each geometry, values of the single months and of `b`: Gaussian, cut to the printed interval where it binds.

    In half-widths about the middle every interval is [-1, 1]; a soft value is counted in its own standard deviations.
    Where the Gaussian is flat over the interval and nothing else depends on the value it is uniform; the others are
    drawn by Gibbs sweeps over the draws of all geometries at once, soft ones together.
    """
    g, count = geometries[0], sum(numbers)
    rows = np.concatenate([g.single_rows, g.b]).astype(int)
    if not len(rows):
        return [(np.zeros((number, 0)), np.zeros((number, 0))) for number in numbers]
    soft = g.soft(rows)
    middle = np.where(soft, g.view.target[rows], (g.view.lower + g.view.upper)[rows] / 2) - _shift(g)
    half = np.where(soft, np.sqrt(g.view.variance[rows]), (g.view.upper - g.view.lower)[rows] / 2 * (1 - 1e-6))
    precision, slope = map(np.array, zip(*(_scaled_precision(each, middle, half) for each in geometries), strict=True))
    limits = _limits(g, middle, half, room)
    tied, flat = limits.tied, sampling.is_flat(precision, slope).all(axis=0)
    reach = np.where(soft, SOFT_REACH, 1.0)
    scaled = rng.uniform(-1.0, 1.0, (count, len(rows)))
    at = (np.concatenate([g.at[g.s], g.said_b]) - middle) / half
    scaled[:, tied] = at.clip(-reach, reach)[tied]
    together, one_by_one = np.flatnonzero(soft & ~tied), np.flatnonzero((~flat | tied) & (~soft | tied))
    blocks = [_Block.of(*each, together) for each in zip(precision, slope, strict=True)]
    ends = np.cumsum(numbers)[:-1]
    of = np.repeat(np.arange(len(numbers)), numbers)
    for _ in range(SWEEPS * (2 if tied.any() else 1) if len(one_by_one) else 1):
        for block, part in zip(blocks, np.split(scaled, ends), strict=True):
            block.draw(part, rng)
        for i in one_by_one:
            limits.redraw(scaled, i, precision[of, i], slope[of, i], reach[i], rng)
    return [np.split(part, [len(g.s)], axis=1) for part in np.split(middle + half * scaled, ends)]


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
        mean[k:] = g.said_b + g.b_by_s @ (mean[:k] - g.at[g.s]) - g.triangle.T @ g.place
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


def _limits(g: _Geometry, middle, half, room: float) -> sampling.Limits:
    """Binding statements that follow from the scaled values, with room for what is not linear: weights do the rest."""
    firm, soft = np.flatnonzero(~g.soft(g.d)), g.soft(np.concatenate([g.single_rows, g.b]).astype(int))
    matrix, said = _following(g, firm, middle, half)
    bend = room * sampling.bend(matrix / half, np.where(soft, 2.0, 1.0) * half)
    return sampling.Limits(matrix, g.view.lower[g.d[firm]] - said - bend, g.view.upper[g.d[firm]] - said + bend)
