"""Joint paths of all months, past and future, in which every binding statement lies inside its printed interval.

Arrays only. docs/methods.md derives every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky, lapack, solve_triangular
from scipy.optimize import nnls
from scipy.special import ndtr, ndtri

from ezlib.bounds import WELL_INSIDE
from ezlib.linearised import View
from ezlib.structural import Fit, one_thread, stray

ENOUGH_EFFECTIVE = 0.75  # of the paths asked for; below, more are drawn and weighed together
FROM_CENTRE = 10  # steps of the search for the mode that start at the centre
EXACT_WIDTH = 1e-7  # of the logarithm: intervals of figures without rounding are narrower
PLASTIC = 1.324717957244746  # the root of x³ = x + 1
LEAST_CHANCE = 1e-12  # so that no evenly spread point lies at an infinite quantile


@dataclass(frozen=True)
class Draws:
    """`paths` (count, n) of months, equally likely; `effective` of as many independent ones they are worth."""

    paths: np.ndarray
    effective: float


def draw(fitted: Fit, count: int, rng: np.random.Generator) -> Draws:
    """Draw joint paths in which every binding statement lies inside its printed interval.

    Each set of variances that the facts leave possible gives paths by its weight. The months facts speak of are drawn
    by importance sampling: values inside the printed intervals from their truncated Gaussian, a Newton solve that puts
    each path onto them, weights for what the linearisation leaves out, resampling. All other months, the future among
    them, follow from their conditional Gaussian. Raises ArithmeticError when no point satisfies the statements.
    """
    with one_thread():
        view, numbers = fitted.view, _allotted(fitted.weights, count, rng)
        chosen = np.flatnonzero(numbers)
        lots = [(fitted.alternatives[j], int(numbers[j])) for j in chosen]
        told, rest = np.flatnonzero(view.touched), np.flatnonzero(~view.touched)
        even = _even(count, rng)
        held = list(zip(chosen, _told_months(fitted, lots, told, even[:, 0], rng), strict=True))
        held = [(j, known) for j, known in held if known.effective > 0]
        if not held:
            raise ArithmeticError("no path satisfies the statements at once")
        made = [len(known.scale) for _, known in held]
        paths = np.empty((count, len(view.offset)))
        z = np.concatenate([known.z for _, known in held])
        z = z if len(z) == sum(made) else z[:1]  # each month is known, whatever the variances are
        paths[: sum(made), _stretch(told)] = _levels(z, view.offset[told])
        if len(rest):
            logs = _conditional(fitted, held, told, rest, even[:, 1], rng)
            paths[: len(logs), _stretch(rest)] = _levels(logs, view.offset[rest])
    paths[:, view.closed] = view.closed_value[view.closed]
    paths[sum(made) :] = paths[rng.integers(sum(made), size=count - sum(made))]  # for variances that gave none
    return Draws(paths[rng.permutation(count)], float(sum(known.effective for _, known in held)))


def _even(count: int, rng) -> np.ndarray:
    """Points (count, 2) of the unit square, in equal pairs: spread evenly, any run of them too, and shifted at random.

    The additive recurrence of the plastic number (Roberts 2018).
    """
    turns = PLASTIC ** -np.array([1.0, 2.0])
    points = (np.arange((count + 1) // 2)[:, None] * turns + rng.random(2)) % 1.0
    return np.repeat(np.maximum(points, LEAST_CHANCE), 2, axis=0)[:count]


def _levels(z, offset) -> np.ndarray:
    return np.exp(np.clip(z + offset, -300, 300))


@dataclass(frozen=True)
class _Told:
    """Draws of the months facts speak of: `z` (count, T), or (1, T) where all are alike, `scale` (count), how widely
    each strays, `effective`, how many they are worth: 0 where no draw reached the statements."""

    z: np.ndarray
    scale: np.ndarray
    effective: float


def _stretch(months):
    """Numbers of months as a slice where they follow on each other, which is faster than picking one by one."""
    unbroken = len(months) and months[-1] - months[0] == len(months) - 1
    return slice(int(months[0]), int(months[-1]) + 1) if unbroken else months


def _allotted(weights, count: int, rng) -> np.ndarray:
    """How many of `count` paths each alternative gives: its share, rounded at random so that they add up."""
    ends = np.floor(np.cumsum(weights) / np.sum(weights) * count + rng.random()).astype(int)
    return np.diff(np.append(0, np.minimum(np.append(ends[:-1], count), count)))


def _told_months(fitted: Fit, lots, told, chances, rng) -> list[_Told]:
    """Draws of the told months for each lot, a covariance of all months and a number of paths."""
    at = _exact_months(fitted.view, told)
    if at is not None:
        scale = fitted.spread * stray(fitted.tail, chances)
        ends = np.cumsum([number for _, number in lots])
        return [_Told(at[None], own, float(len(own))) for own in np.split(scale, ends[:-1])]
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


def _conditional(fitted: Fit, held, told, rest, chances, rng) -> np.ndarray:
    """The other months given the told ones, (count, rest); noise in mirrored pairs, so that medians are steady.

    `held` pairs the place of an alternative with its draws of the told months. The root of a joint covariance, told
    months first, holds both the gain and the root of what is left. `chances` (at least count) are evenly spread and
    place what moves these months most, so that the ends of intervals are steady too; paths that it moves down move
    farther, and those that it moves up less far, by the fit's `lean`. Medians stay where they are.
    """
    joint, order = fitted.alternatives[[j for j, _ in held]], np.concatenate([told, rest])
    if (np.diff(order) < 0).any():
        joint = joint[:, order[:, None], order]
    t, roots = len(told), np.linalg.cholesky(joint)
    scale = np.concatenate([known.scale for _, known in held])
    half = rng.standard_normal(((len(scale) + 1) // 2, len(rest)))
    half[:, -1] = ndtri(chances[: len(scale) : 2])
    ahead = roots[0, t:, t:]
    directions = np.linalg.eigh(ahead.T @ ahead)[1]  # in which these months move, the most last
    up = half[:, -1:] * np.sign((ahead @ directions[:, -1]).sum())
    lean = fitted.lean * up / np.sqrt(1 + up**2)
    half = half @ directions.T
    noise = np.stack([half * (1 - lean), half * (-1 - lean)], axis=1).reshape(-1, len(rest))[: len(scale)]
    noise *= scale[:, None]
    found, ends = np.empty_like(noise), np.cumsum([len(known.scale) for _, known in held])
    for root, end, (_, known) in zip(roots, ends, held, strict=True):
        here = slice(end - len(known.scale), end)
        told_noise = lapack.dtrtrs(root[:t, :t].T, (known.z - fitted.centre).T, lower=0, trans=1)[0]
        np.matmul(noise[here], root[t:, t:].T, out=found[here])
        found[here] += (root[t:, :t] @ told_noise).T + fitted.centre
    return found


def _root(spread) -> np.ndarray:
    """A lower-triangular root of a covariance that may be nearly singular."""
    size = np.trace(spread) / max(len(spread), 1)
    return cholesky(spread + (1e-12 * size + 1e-14) * np.eye(len(spread)), lower=True, check_finite=False)


@dataclass(frozen=True)
class _Geometry:
    """The statements around the mode, for the months they speak of.

    Months stated one by one (`s`) carry their value directly; the rest (`u`) are reached through the sums and
    ratios: `b` an independent set of these, narrowest first, `d` those that follow from it, whatever the covariance is,
    so that geometries of one point under several covariances share them. In whitened
    coordinates of u given s, z_u = mean(z_s) + root·(free part + basis·w), and b's values fix w.
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
    eps: np.ndarray
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
        single_rows, others = _split(view, np.flatnonzero(~view.is_silent))
        position = {month: i for i, month in enumerate(told)}
        s = np.array([position[m] for m in view.single[single_rows]], int)
        u = np.setdiff1d(np.arange(len(told)), s)
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
        first = _independent(white, view.looseness[others]) if b is None else np.searchsorted(others, b)
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


def _split(view: View, rows) -> tuple[np.ndarray, np.ndarray]:
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
    root = _root(covariance)
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


def _held_draws(geometries, numbers, rng, most: int = 4) -> list[_Told]:
    """For each geometry, resampled draws of the told months.

    Batches are added, up to `most`, until the weights are worth three quarters of the draws asked for.
    """
    batches, worth = [[] for _ in geometries], np.zeros(len(geometries))
    for _ in range(most):
        wanting = [j for j, number in enumerate(numbers) if worth[j] < ENOUGH_EFFECTIVE * number]
        if not wanting:
            break
        values = _values([geometries[j] for j in wanting], [numbers[j] for j in wanting], rng)
        for j, (values_s, values_b) in zip(wanting, values, strict=True):
            scale = geometries[j].spread * stray(geometries[j].tail, _even(numbers[j], rng)[:, 0])
            batches[j].append((*_weighted(geometries[j], values_s, values_b, scale, rng), scale))
            weight = _normalised(np.concatenate([log_weight for _, log_weight, _ in batches[j]]))
            worth[j] = 1 / np.sum(weight**2) if weight.any() else 0.0
    return [_resampled(lot, number, rng) for lot, number in zip(batches, numbers, strict=True)]


def _resampled(batches, number: int, rng) -> _Told:
    z, log_weight, scale = (np.concatenate(each) for each in zip(*batches, strict=True))
    weight = _normalised(log_weight)
    if not weight.any():
        return _Told(z[:0], scale[:0], 0.0)
    chosen = _systematic(weight, number, rng)
    return _Told(z[chosen], scale[chosen], float(min(1 / np.sum(weight**2), number)))


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
    return np.searchsorted(np.cumsum(weight), places).clip(max=len(weight) - 1)


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


def _values(geometries, numbers, rng, sweeps: int = 12) -> list[tuple[np.ndarray, np.ndarray]]:
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
    limits = _Limits.of(g, middle, half)
    tied = np.abs(limits.matrix).any(axis=0)
    flat = ((np.abs(precision).sum(axis=2) < 0.02) & (np.abs(slope) < 0.05)).all(axis=0)
    reach = np.where(soft, 50.0, 1.0)
    scaled = rng.uniform(-1.0, 1.0, (count, len(rows)))
    at = (np.concatenate([g.at[g.s], g.said_b]) - middle) / half
    scaled[:, tied] = at.clip(-reach, reach)[tied]
    together, one_by_one = np.flatnonzero(soft & ~tied), np.flatnonzero((~flat | tied) & (~soft | tied))
    blocks = [_Block.of(*each, together) for each in zip(precision, slope, strict=True)]
    ends = np.cumsum(numbers)[:-1]
    of = np.repeat(np.arange(len(numbers)), numbers)
    for _ in range(sweeps * (2 if tied.any() else 1) if len(one_by_one) else 1):
        for block, part in zip(blocks, np.split(scaled, ends), strict=True):
            block.draw(part, rng)
        for i in one_by_one:
            low, high = limits.between(scaled, i, reach[i])
            row = precision[of, i]
            spread = 1 / np.sqrt(row[:, i])
            mean = scaled[:, i] - (np.einsum("cr,cr->c", scaled, row) + slope[of, i]) / row[:, i]
            scaled[:, i] = _truncated(mean, spread, low, high, rng.random(count))
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
