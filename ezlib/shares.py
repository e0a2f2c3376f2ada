"""A total and its parts as one model: the total moves by itself, parts are shares of it. Arrays only.

Each series s has a Gaussian y_s of its own, with the kernels of `structural`. The logarithm of a total that is part of
nothing is y itself; parts have x_i = x_total · exp(y_i) / Σ exp(y_j) over the parts of the same cut, so that they add
up in every path whatever y is. A total cut twice has two sets of shares, independent given the total. Facts then move
all y at once. docs/hierarchy.md derives the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.optimize import linprog, lsq_linear

from ezlib import sampling, structural
from ezlib.bounds import Statements, joined, statements
from ezlib.linearised import JITTER, SILENT, damping, log_ends
from ezlib.structural import DIFFUSE, stray
from ezlib.threads import one_thread
from ezlib.variances import population_prior

STEPS = 40  # of Gauss-Newton, at most
VAGUE = 2.0  # sd of the logarithm of a series that no figure speaks of, about an equal share
LEVEL = 0.25  # prior variance of the level of a part of known size: only how parts differ is told, but for closed ones
SHUT = 0.1  # sd of the logarithm of a closed month about what was printed for it
FACTORS = (0.25, 16.0)  # how far the variance of a part's y may be from that of its log share
HARDLY = 4e-3  # of what was printed at most: what a closed month is worth where it may be nothing
LEAST = 1e-12  # share of a typical month that stands for nothing at all
BATCHES = 3  # of draws, at most
SWEEPS = 25  # of Gibbs draws; twice as many where values limit each other
ENOUGH = 0.6  # draws are added until they are worth this share of the paths asked for
CLOSE = 1e-10  # how near, in logarithms, a path comes to the value drawn for a fact
FAR = 100.0  # of the logarithm from a month's mean: a search that gets there leads nowhere
QUICK, PATIENT = 20, 30  # steps with slopes shared by all paths, and with each path's own
FIRST, HOPEFUL = 20, 0.25  # paths that try steps of their own, and the share that must get there for others to
TIGHT = 0.01  # of its interval: a figure that others leave no more, in standard deviations, follows from them
LONGEST = 2.0  # of the logarithm that a month moves in one step with slopes of its own
CHUNK = 4_000_000  # numbers held at once while the paths' slopes are worked out


# ------------------------------------------------------------------------------------------------- trees of sums


@dataclass(frozen=True)
class Tree:
    """`count` series and the `cuts` among them: (total, parts), totals before the cuts of their parts."""

    count: int
    cuts: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def roots(self) -> list[int]:
        """Series that are part of nothing."""
        parts = {part for _, parts in self.cuts for part in parts}
        return [s for s in range(self.count) if s not in parts]

    def log_levels(self, y) -> np.ndarray:
        """Logarithms of the months of every series, (…, count, n), from y of the same shape."""
        out = np.array(y, float)
        for total, parts in self.cuts:
            top = np.max([out[..., part, :] for part in parts], axis=0)
            sum_ = sum(np.exp(out[..., part, :] - top) for part in parts)
            shift = out[..., total, :] - top - np.log(sum_)
            for part in parts:
                out[..., part, :] += shift
        return out

    def pull_back(self, slopes, log_levels) -> np.ndarray:
        """Slopes by y from slopes by the log levels; both (…, count, n), changed from the finest cut upwards."""
        out = np.array(slopes, float)
        for total, parts in reversed(self.cuts):
            together = sum(out[..., part, :] for part in parts)
            for part in parts:
                out[..., part, :] -= np.exp(log_levels[..., part, :] - log_levels[..., total, :]) * together
            out[..., total, :] += together
        return out

    def cells(self) -> np.ndarray:
        """Which of the finest cells each series is the sum of, (count, cells) of booleans.

        A total cut by type and by gate is a table of types by gates; whatever the margins, non-negative cells exist.
        """
        made = [self._cells_of(root) for root in self.roots]
        columns = [cell for cells in made for cell in cells]
        return np.array([[s in cell for cell in columns] for s in range(self.count)])

    def _cells_of(self, s: int) -> list[frozenset]:
        ways = [[cell for part in parts for cell in self._cells_of(part)] for total, parts in self.cuts if total == s]
        return [frozenset({s}).union(*cells) for cells in product(*ways)]


def over_cells(tree: Tree, stated: Statements, of) -> Statements:
    """The same statements about the months of the finest cells, cell after cell; `of` (m) names each one's series."""
    member = tree.cells()[np.asarray(of)].astype(float)
    size = len(member), member.shape[1] * stated.num.shape[1]
    num, den = (np.einsum("mc,mt->mct", member, weights).reshape(size) for weights in (stated.num, stated.den))
    return Statements(num, den, stated.lower, stated.upper, stated.soft_sd)


# ------------------------------------------------------------------------------------------------------------ fit


@dataclass(frozen=True)
class SharesFit:
    """The model of every series before the facts: y_s ~ N(`mean`[s], `covariance`[s]); and `mode` (S, n) given them.

    What the facts leave open varies `spread`[s] times as much, in `tail` degrees of freedom, as in `structural`.
    `closed` (S, n) months of (nearly) nothing are worth `closed_value` (S, n).
    """

    tree: Tree
    stated: Statements
    of: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray
    mode: np.ndarray
    spread: np.ndarray
    tail: float
    closed: np.ndarray
    closed_value: np.ndarray

    def of_months(self, months) -> SharesFit:
        """The same model of some of the months alone, those that the statements speak of among them."""
        stated = replace(self.stated, num=self.stated.num[:, months], den=self.stated.den[:, months])
        covariance = self.covariance[:, months][:, :, months]
        some = {f: getattr(self, f)[:, months] for f in ("mean", "mode", "closed", "closed_value")}
        return replace(self, stated=stated, covariance=covariance, **some)


def fit(tree: Tree, stated: Statements, of: Sequence[int], regressors=None) -> SharesFit:
    """Fit the model of each series to its own statements: totals to theirs, parts as ratios to their total.

    `of` (m) is the series each statement is about. A series without a level is taken to be an equal share, give or
    take a factor of e² either way. `regressors` (n, p) act on the totals. Raises ValueError when no series has a level.
    """
    of = np.asarray(of)
    n = stated.num.shape[1]
    told = _told(tree, stated, of)
    fits, offsets = {}, np.zeros((tree.count, n))
    still = replace(population_prior(), growth=0.0)  # of parts: a share of a total grows no faster than it
    for root in tree.roots:
        fits[root] = structural.fit(_levelled(told[root], _guess(tree, told, root)), regressors=regressors)
    for total, parts in tree.cuts:
        parent = _months(fits[total])
        for part in parts:
            offsets[part] = parent
            about = np.exp(parent).mean() / len(parts)
            fits[part] = structural.fit(_levelled(told[part], about), offset=parent, prior=still)
    covariance = np.stack([fits[s].average_covariance for s in range(tree.count)])
    for _, parts in tree.cuts:
        levels = [LEVEL if _has_level(told[part]) else DIFFUSE for part in parts]
        covariance[list(parts)] = _as_shares([fits[part] for part in parts], levels)
    mean = np.stack([_centre(fits[s]) + fits[s].view.offset for s in range(tree.count)]) - offsets
    for s in range(tree.count):
        _shut(fits[s], offsets[s], mean[s], covariance[s])
    for _, parts in tree.cuts:
        for part in parts:
            if not _has_level(told[part]):
                mean[part], covariance[part] = _about(mean[part], covariance[part], -np.log(len(parts)))
    with one_thread():
        start = np.stack([_months(fits[s]) - offsets[s] for s in range(tree.count)])
        mode = _mode(tree, stated, of, mean, covariance, start)
    views = [fits[s].view for s in range(tree.count)]
    return SharesFit(
        tree=tree,
        stated=stated,
        of=of,
        mean=mean,
        covariance=covariance,
        mode=mode,
        spread=np.array([fits[s].spread for s in range(tree.count)]),
        tail=fits[0].tail,
        closed=np.stack([view.closed for view in views]),
        closed_value=np.stack([view.closed_value for view in views]),
    )


def _levelled(mine: Statements, about: float) -> Statements:
    """The statements about a series, and where none gives a level, a vague one."""
    if _has_level(mine):
        return mine
    n = mine.num.shape[1]
    return joined(mine, statements(np.full(n, 1 / n), np.zeros(n), [about], [about], [VAGUE]))


def _told(tree: Tree, stated: Statements, of) -> list[Statements]:
    """The statements about each series, and what others make of it in runs of months for which it is not printed.

    What all parts of a total add up to, from the finest cut upwards, and then what a total and all its other parts
    leave of one, downwards.
    """
    firm = np.flatnonzero(stated.binding & ~stated.is_change)
    own = {(of[row], stated.num[row].tobytes()): (stated.lower[row], stated.upper[row]) for row in firm}
    runs, known = {stated.num[row].tobytes(): stated.num[row] for row in firm}, dict(own)
    for total, parts in reversed(tree.cuts):
        for run in runs:
            ends = [known.get((part, run)) for part in parts]
            if None not in ends:
                known.setdefault((total, run), tuple(np.sum(ends, axis=0)))
    for total, parts in tree.cuts:
        for part, run in product(parts, runs):
            beside = [known.get((other, run)) for other in parts if other != part]
            if (part, run) not in known and (total, run) in known and None not in beside:
                (low, high), others = known[total, run], np.sum(beside, axis=0)
                known[part, run] = max(low - others[1], 0.0), max(high - others[0], 0.0)
    told = [stated.take(np.flatnonzero(of == s)) for s in range(tree.count)]
    for s, mine in enumerate(told):
        made = [(runs[run], *ends) for (series, run), ends in known.items() if series == s and (s, run) not in own]
        if made:
            num, low, high = map(np.array, zip(*made, strict=True))
            told[s] = joined(mine, statements(num, np.zeros_like(num), low, high))
    return told


def _has_level(mine: Statements) -> bool:
    return bool((~mine.is_change & (mine.upper > 0)).any())


def _about(mean, covariance, log_share: float) -> tuple[np.ndarray, np.ndarray]:
    """The Gaussian of a part's y given that its average month is about an equal share: what VAGUE says of it."""
    cross = covariance.mean(axis=0)
    gain = cross / (cross.mean() + VAGUE**2)
    return mean + gain * (log_share - mean.mean()), covariance - np.outer(gain, cross)


def _guess(tree: Tree, told, root: int) -> float:
    """A typical month of a total without a level: the typical months of the parts of its first cut with any."""
    for total, parts in tree.cuts:
        if total == root:
            typical = [_typical(told[part]) for part in parts]
            if any(typical):
                return sum(typical)
    return 1.0


def _typical(mine: Statements) -> float:
    level = ~mine.is_change & (mine.upper > 0)
    middle = (mine.lower + mine.upper)[level] / 2 / mine.num[level].sum(axis=1)
    return float(np.median(middle)) if level.any() else 0.0


def _centre(fitted: structural.Fit) -> float:
    """The level before the facts: the mean of the likeliest months that these speak of, closures aside."""
    some = fitted.view.touched & ~fitted.view.closed
    return float(fitted.mode[some].mean()) if some.any() else fitted.centre


def _months(fitted: structural.Fit) -> np.ndarray:
    """Logarithms of the likeliest months, closures at what was printed for them."""
    months = fitted.mode + fitted.view.offset
    least = LEAST * np.exp(np.median(months))
    shut = np.where(fitted.view.closed_value > 0, fitted.view.closed_value, _hardly_any(fitted.view))
    return np.where(fitted.view.closed, np.log(np.maximum(shut, least)), months)


def _hardly_any(view) -> np.ndarray:
    """HARDLY of the least that a level about closed months alone allows each of them (n,): a logarithm has no zero."""
    stated, least = view.stated, np.full(len(view.closed), np.inf)
    for row in np.flatnonzero(view.is_silent & ~stated.is_change & stated.binding):
        here = stated.num[row] > 0
        least[here] = np.minimum(least[here], HARDLY * stated.upper[row] / stated.num[row].sum())
    return np.where(np.isfinite(least), least, 0.0)


def _shut(fitted: structural.Fit, offset, mean, covariance) -> None:
    """Set closed months apart from all others: near what was printed, telling nothing of their neighbours."""
    shut = np.flatnonzero(fitted.view.closed)
    mean[shut] = (_months(fitted) - offset)[shut]
    covariance[shut, :] = covariance[:, shut] = 0.0
    covariance[shut, shut] = SHUT**2


def _as_shares(fits: Sequence[structural.Fit], levels: Sequence[float]) -> np.ndarray:
    """Covariances of the parts' y for which their log shares move from month to month as each was fitted to.

    With shares π and y_i moving with variance v_i, the log share of part i moves with (1 − π_i)² v_i + Σ π_j² v_j.
    Non-negative v by least squares, each part's misfit relative to its own variance, within FACTORS of it. `levels` are
    the prior variances of the parts' levels.
    """
    share = np.array([np.exp(f.mode).mean() for f in fits])
    share = share / share.sum()
    mix = np.tile(share**2, (len(share), 1))
    np.fill_diagonal(mix, (1 - share) ** 2)
    moves = np.array([np.trace(np.diff(np.diff(f.average_covariance, axis=0), axis=1)) for f in fits])
    factor = lsq_linear(mix * moves / moves[:, None], np.ones(len(fits)), bounds=FACTORS).x
    own = [f.average_covariance - DIFFUSE for f in fits]
    return np.stack([level + by * x for level, by, x in zip(levels, factor, own, strict=True)])


def _mode(tree, stated, of, mean, covariance, y) -> np.ndarray:
    """Gauss-Newton for all series at once, a printed interval as uniform over its logarithm; `linearised.damping`."""
    lower, upper = log_ends(stated)
    target, variance = (lower + upper) / 2, (upper - lower) ** 2 / 12 + _further(stated) + JITTER
    for turn in range(STEPS):
        said, h = _linearised(tree, stated, of, y)
        hc = np.einsum("ksn,snm->ksm", h, covariance)
        held = np.einsum("ksn,lsn->kl", hc, h) + np.diag(variance)
        aim = target - said + np.einsum("ksn,sn->k", h, y - mean)
        new = mean + np.einsum("ksn,k->sn", hc, np.linalg.solve(held, aim))
        step = np.clip(new - y, -1.0, 1.0) * damping(turn)
        y = y + step
        if np.abs(step).max() < 1e-8:
            break
    return y


def _further(stated: Statements) -> np.ndarray:
    """Variance (m,) of the further error; one that says nothing has so much that it is as good as missing."""
    return np.minimum(stated.soft_sd, SILENT) ** 2


def _said(stated: Statements, of, log_levels) -> np.ndarray:
    """Logarithm of the level or ratio that each statement speaks of, (…, m)."""
    x = np.exp(log_levels)[..., of, :]
    above, below = (np.einsum("...mn,mn->...m", x, weights) for weights in (stated.num, stated.den))
    return np.log(above) - np.log(np.where(stated.is_change, below, 1.0))


def _linearised(tree: Tree, stated: Statements, of, y) -> tuple[np.ndarray, np.ndarray]:
    """What every statement says at y (…, S, n), and its slopes by y (…, m, S, n)."""
    levels = tree.log_levels(y)
    x = np.exp(levels)[..., of, :]
    above, below = (np.einsum("...mn,mn->...m", x, weights) for weights in (stated.num, stated.den))
    below = np.where(stated.is_change, below, 1.0)
    slopes = np.zeros((*x.shape[:-1], tree.count, x.shape[-1]))
    own = x * (stated.num / above[..., None] - stated.den / below[..., None])
    slopes[..., np.arange(len(of)), of, :] = own
    return np.log(above) - np.log(below), tree.pull_back(slopes, levels[..., None, :, :])


# ----------------------------------------------------------------------------------------------------------- draws


def draw(fitted: SharesFit, count: int, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """Draw joint paths (count, S, n) in which parts add up and binding statements lie inside their intervals.

    Importance sampling for the months that statements speak of, as in `draws.draw`: values for the binding facts
    from their Gaussian truncated to the printed intervals, Newton steps that put each path onto them, weights for what
    the linearisation leaves out, resampling. All other months follow from their conditional Gaussian. Returns the
    paths and how many independent ones they are worth. Raises ArithmeticError when no path satisfies the statements.
    """
    with one_thread():
        told = fitted.stated.touched
        frame = _framed(fitted.of_months(told))
        batches, room = [], _room(frame, rng)
        for _ in range(BATCHES):
            batches.append(_weighted(frame, count, room, rng))
            y, scale, log_weight = (np.concatenate(each) for each in zip(*batches, strict=True))
            weight = sampling.normalised(log_weight)
            effective = sampling.effective(weight)
            if effective >= ENOUGH * count:
                break
        if effective == 0:
            raise ArithmeticError("no path satisfies the statements at once")
        chosen = rng.permutation(sampling.resampled(weight, count, rng))
        full = np.empty((count, *fitted.mean.shape))
        full[:, :, told] = y[chosen]
        full[:, :, ~told] = _others(fitted, told, y[chosen], scale[chosen], rng)
        return np.exp(fitted.tree.log_levels(full)), min(effective, float(count))


def _others(fitted: SharesFit, told, y, scale, rng) -> np.ndarray:
    """The months that no statement speaks of, given all others; noise in mirrored pairs, so that medians are steady."""
    out = np.empty((*y.shape[:2], (~told).sum()))
    half = rng.standard_normal(((len(y) + 1) // 2, *out.shape[1:]))
    noise = np.concatenate([half, -half])[: len(y)] * scale[:, None, None]
    for s, covariance in enumerate(fitted.covariance):
        known = cholesky(covariance[np.ix_(told, told)], lower=True)
        gain = cho_solve((known, True), covariance[np.ix_(told, ~told)])
        root = sampling.root(covariance[np.ix_(~told, ~told)] - covariance[np.ix_(~told, told)] @ gain)
        centre = fitted.mean[s, ~told] + (y[:, s] - fitted.mean[s, told]) @ gain
        out[:, s] = centre + fitted.spread[s] * noise[:, s] @ root.T
    return out


def _room(frame: _Frame, rng) -> float:
    """How much of what is not linear the limits of what follows leave room for; as in `told_months`."""
    return sampling.most_room(lambda room: _weighted(frame, sampling.PILOT, room, rng)[2]) if len(frame.rest) else 0.0


def _weighted(frame: _Frame, count: int, room: float, rng) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One batch: y (count, S, n), how widely each strays, and the logarithm of their importance weights.

    A draw of the prior is moved, along the directions of the rows only, to where they say the values drawn for them:
    first as if all were linear, then by Newton steps. The second move costs weight: the proposal has density
    φ(w_linear)/|A| where the model has φ(w)/|J|, w the place along the rows' directions and J what they say by it.
    """
    fitted = frame.fitted
    scale = stray(fitted.tail, rng.random(count))
    noise = scale[:, None, None] * fitted.spread[:, None] * rng.standard_normal((count, *fitted.mean.shape))
    y = fitted.mean + np.stack([noise[:, s] @ sampling.root(c).T for s, c in enumerate(fitted.covariance)], axis=1)
    error = np.sqrt(frame.extra) * rng.standard_normal((count, len(frame.rows)))
    values = np.repeat(frame.target[None], count, axis=0)
    values[:, : frame.bound] = _values(frame, count, room, rng)
    said = frame.at_mean + np.einsum("psn,ksn->pk", y - fitted.mean, frame.slopes)
    y, error = _moved(frame, y, error, _solved(frame, values - said - error))
    linear = values - frame.at_mean
    y, error, further = _onto(frame, y, error, values)
    place = solve_triangular(frame.factor, linear.T, lower=True)
    new = place + frame.factor.T @ further.T
    log_weight = 0.5 * (place**2 - new**2).sum(axis=0) - _log_jacobian(frame, y)
    return y, scale, np.where(_holds(frame, y, error, values), log_weight, -np.inf)


def _onto(frame: _Frame, y, error, values) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Newton steps along the rows until every row says its value; and the sum of the steps.

    With the slopes at the mode first, which are the same for all paths; where these lead astray, once more from the
    start with each path's own, no month moved by more than LONGEST at once.
    """
    found = _steps(frame, y, error, values, QUICK, lambda at, miss: _solved(frame, miss))
    left = np.flatnonzero(~_says(frame, *found[:2], values))
    for some in (left[:FIRST], left[FIRST:]):
        again = _steps(frame, y[some], error[some], values[some], PATIENT, partial(_own_step, frame))
        for part, mended in zip(found, again, strict=True):
            part[some] = mended
        if _says(frame, *again[:2], values[some]).sum() < HOPEFUL * len(some):
            break  # hardly any of the first gets there: the rest is spared
    return found


def _says(frame: _Frame, y, error, values) -> np.ndarray:
    """Which paths (count) say their values in every row."""
    return np.abs(_missing(frame, y, error, values)).max(axis=1, initial=0.0) < CLOSE


def _steps(frame: _Frame, y, error, values, most: int, step_of: Callable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps of each path until it says its values or strays FAR; y, the errors and the sum of the steps at the end."""
    y, error, further = y.copy(), error.copy(), np.zeros_like(values)
    left = np.arange(len(y))
    for _ in range(most):
        miss = _missing(frame, y[left], error[left], values[left])
        open_ = np.abs(miss).max(axis=1, initial=0.0) >= CLOSE / 10
        left, miss = left[open_], miss[open_]
        if not len(left):
            break
        step = step_of(y[left], miss)
        new_y, new_error = _moved(frame, y[left], error[left], step)
        near = (np.abs(new_y - frame.fitted.mean) < FAR).all(axis=(1, 2))
        left = left[near]
        y[left], error[left] = new_y[near], new_error[near]
        further[left] += step[near]
    return y, error, further


def _own_step(frame: _Frame, y, miss) -> np.ndarray:
    """A Newton step of each path with its own slopes; the shortest where these leave several."""
    slopes, miss = _jacobians(frame, y), miss[..., None]
    try:
        step = np.linalg.solve(slopes, miss)[..., 0]
    except np.linalg.LinAlgError:  # of one path or more: a month of it is as good as nothing
        step = (np.linalg.pinv(slopes) @ miss)[..., 0]
    moves = np.abs(np.einsum("pk,ksn->psn", step, frame.reach)).max(axis=(1, 2))
    return step * np.minimum(1.0, LONGEST / np.maximum(moves, LONGEST))[:, None]


def _missing(frame: _Frame, y, error, values) -> np.ndarray:
    """How far each row (count, rows) is from saying its value."""
    return values - _said(frame.stated, frame.fitted.of[frame.rows], frame.fitted.tree.log_levels(y)) - error


def _solved(frame: _Frame, miss) -> np.ndarray:
    return cho_solve((frame.factor, True), miss.T).T


def _moved(frame: _Frame, y, error, step) -> tuple[np.ndarray, np.ndarray]:
    """y and the further errors after a step along the rows."""
    return y + np.einsum("pk,ksn->psn", step, frame.reach), error + step * frame.extra


def _jacobians(frame: _Frame, y) -> np.ndarray:
    """How what the rows say moves with steps along them, of each path (count, rows, rows)."""
    of, reach = frame.fitted.of[frame.rows], frame.reach.reshape(len(frame.rows), -1)
    size, out = max(1, CHUNK // reach.size), []
    for some in np.array_split(y, -(-len(y) // size)):
        slopes = _linearised(frame.fitted.tree, frame.stated, of, some)[1].reshape(len(some), *reach.shape)
        out.append(slopes @ reach.T + np.diag(frame.extra))
    return np.concatenate(out)


def _log_jacobian(frame: _Frame, y) -> np.ndarray:
    """Logarithm of |J| for each path, J the Jacobian in the rows' own directions."""
    return np.linalg.slogdet(_jacobians(frame, y))[1] - 2 * np.log(np.diag(frame.factor)).sum()


def _holds(frame: _Frame, y, error, values) -> np.ndarray:
    """Paths in which every row says its value, and all that follows lies inside its interval."""
    fitted, rest = frame.fitted, frame.rest
    said = _said(fitted.stated.take(rest), fitted.of[rest], fitted.tree.log_levels(y))
    inside = (said >= frame.lower[rest]) & (said <= frame.upper[rest])
    return _says(frame, y, error, values) & inside.all(axis=1)


# ------------------------------------------------------------------------------------------------- linearisation


@dataclass(frozen=True)
class _Frame:
    """The statements linearised: what is drawn, and how y follows.

    `rows` are drawn or soft statements (`stated`), independent of each other, the first `bound` of them binding;
    `rest` are binding ones that follow from these by `follow` (rest, bound). `slopes` (rows, S, n) by y, `at_mean`
    what the rows say at the mean of y, `reach` their covariance with y, `factor` the lower root of their own
    covariance, with the further error `extra` of soft rows. `start` (bound) satisfies every interval, with `room`
    half-widths to spare; `lower`, `upper` and `said` are of all statements.
    """

    fitted: SharesFit
    lower: np.ndarray
    upper: np.ndarray
    said: np.ndarray
    rows: np.ndarray
    bound: int
    rest: np.ndarray
    follow: np.ndarray
    stated: Statements
    slopes: np.ndarray
    at_mean: np.ndarray
    reach: np.ndarray
    factor: np.ndarray
    extra: np.ndarray
    start: np.ndarray
    room: float

    @property
    def target(self) -> np.ndarray:
        """Middles of the intervals of the rows."""
        return (self.lower + self.upper)[self.rows] / 2


def _framed(fitted: SharesFit) -> _Frame:
    """The statements linearised at the mode; where they agree in a corner only, once more at that corner."""
    at = fitted.mode
    for _ in range(8):
        frame = _frame_at(fitted, at)
        if frame.room > 0:
            return frame
        values = np.concatenate([frame.start, frame.said[frame.rows[frame.bound :]]])
        at = _onto(frame, at[None], np.zeros((1, len(values))), values[None])[0][0]
    raise ArithmeticError("no months satisfy the statements at once")


def _frame_at(fitted: SharesFit, at) -> _Frame:
    stated, of = fitted.stated, fitted.of
    lower, upper = log_ends(stated)
    said, h = _linearised(fitted.tree, stated, of, at)
    nothing = ~stated.is_change & (stated.upper <= LEAST * np.exp(fitted.tree.log_levels(at)).max())
    binding, soft = np.flatnonzero(stated.binding & ~nothing), np.flatnonzero(~stated.binding)
    white = np.concatenate([h[binding, s] @ sampling.root(c) for s, c in enumerate(fitted.covariance)], axis=1)
    first = sampling.independent(white, _widths(stated, fitted, at)[binding], TIGHT * (upper - lower)[binding])
    later = np.setdiff1d(np.arange(len(binding)), first)
    follow = np.linalg.lstsq(white[first].T, white[later].T, rcond=None)[0].T
    start, room = _inside(lower, upper, said, binding[first], binding[later], follow)
    rows = np.concatenate([binding[first], soft]).astype(int)
    extra = np.where(stated.binding, 0.0, (upper - lower) ** 2 / 12 + _further(stated))[rows]
    h = h[rows]
    reach = np.einsum("ksn,snm->ksm", h, fitted.covariance)
    factor = sampling.root(np.einsum("ksn,lsn->kl", reach, h) + np.diag(extra))
    at_mean = said[rows] - np.einsum("ksn,sn->k", h, at - fitted.mean)
    return _Frame(
        *(fitted, lower, upper, said, rows, len(first), binding[later], follow, stated.take(rows)),
        *(h, at_mean, reach, factor, extra, start, room),
    )


def _widths(stated: Statements, fitted: SharesFit, at) -> np.ndarray:
    """Widths of the intervals in the unit of the series, so that those of parts and totals compare."""
    x = np.exp(fitted.tree.log_levels(at))[fitted.of]
    return (stated.upper - stated.lower) * np.where(stated.is_change, (stated.den * x).sum(axis=1), 1.0)


def _inside(lower, upper, said, first, rest, follow) -> tuple[np.ndarray, float]:
    """Values of `first` that leave every interval the most room, and that room in half-widths."""
    if not len(first):
        return np.zeros(0), np.inf
    half, middle = (upper - lower) / 2, (upper + lower) / 2
    ties = follow * half[first] / half[rest][:, None]
    shift = (said[rest] + follow @ (middle[first] - said[first]) - middle[rest]) / half[rest]
    one = np.eye(len(first))
    matrix = np.vstack([one, -one, ties, -ties])
    matrix = np.hstack([matrix, np.ones((len(matrix), 1))])
    limit = np.concatenate([np.ones(2 * len(first)), 1 - shift, 1 + shift])
    aim = np.append(np.zeros(len(first)), -1.0)
    found = linprog(aim, A_ub=matrix, b_ub=limit, bounds=[*[(-1, 1)] * len(first), (None, 1)], method="highs")
    return middle[first] + half[first] * found.x[:-1], float(found.x[-1])


# --------------------------------------------------------------------------------- values inside printed intervals


def _values(frame: _Frame, count: int, room: float, rng) -> np.ndarray:
    """Values of the binding rows (count, bound) from their Gaussian, given the soft rows, cut to all intervals.

    Intervals of what follows from them leave room for what is not linear: weights do the rest.

    Gibbs sweeps over all draws at once, in half-widths about the middles, so that every interval is [-1, 1]; uniform
    where nothing else depends on the value and the Gaussian is flat between its ends.
    """
    k, rest = frame.bound, frame.rest
    half, middle = (frame.upper - frame.lower) / 2, (frame.upper + frame.lower) / 2
    mine, width = middle[frame.rows[:k]], half[frame.rows[:k]]
    inverse = cho_solve((frame.factor, True), np.eye(len(frame.rows)))
    precision = width[:, None] * inverse[:k, :k] * width
    slope = width * (inverse[:k] @ (frame.target - frame.at_mean))
    ties = frame.follow * width / half[rest][:, None]
    shift = (frame.said[rest] + frame.follow @ (mine - frame.said[frame.rows[:k]]) - middle[rest]) / half[rest]
    bend = room * sampling.bend(frame.follow, width) / half[rest]
    limits = sampling.Limits(ties, -1.0 - shift - bend, 1.0 - shift + bend)
    scaled = np.repeat(((frame.start - mine) / width)[None], count, axis=0)
    free = ~limits.tied & sampling.is_flat(precision, slope)
    scaled[:, free] = rng.uniform(-1.0, 1.0, (count, free.sum()))
    for _ in range(SWEEPS * (2 if len(rest) else 1)):
        for i in np.flatnonzero(~free):
            limits.redraw(scaled, i, precision[i], slope[i], 1.0, rng)
    return mine + width * scaled * (1 - 1e-6)
