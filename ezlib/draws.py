"""Joint paths of all months, past and future, in which every binding statement lies inside its printed interval.

Arrays only. docs/methods.md, section 5, derives every step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import lapack
from scipy.special import ndtri

from ezlib import sampling, told_months
from ezlib.structural import Fit
from ezlib.threads import one_thread


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
        even = sampling.even_points(count, rng)
        held = list(zip(chosen, told_months.draw(fitted, lots, told, even[:, 0], rng), strict=True))
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


def _levels(z, offset) -> np.ndarray:
    return np.exp(np.clip(z + offset, -300, 300))


def _stretch(months):
    """Numbers of months as a slice where they follow on each other, which is faster than picking one by one."""
    unbroken = len(months) and months[-1] - months[0] == len(months) - 1
    return slice(int(months[0]), int(months[-1]) + 1) if unbroken else months


def _allotted(weights, count: int, rng) -> np.ndarray:
    """How many of `count` paths each alternative gives: its share, rounded at random so that they add up."""
    ends = np.floor(np.cumsum(weights) / np.sum(weights) * count + rng.random()).astype(int)
    return np.diff(np.append(0, np.minimum(np.append(ends[:-1], count), count)))


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
    up = ndtri(chances[: len(scale) : 2])[:, None]
    ahead = roots[0, t:, t:]
    principal = np.linalg.eigh(ahead.T @ ahead)[1][:, -1]  # what moves these months most, and here up
    principal = -principal if (ahead @ principal).sum() < 0 else principal
    half += (up - half @ principal[:, None]) * principal
    lean = fitted.lean * up / np.sqrt(1 + up**2)
    noise = np.stack([half * (1 - lean), half * (-1 - lean)], axis=1).reshape(-1, len(rest))[: len(scale)]
    noise *= scale[:, None]
    found, ends = np.empty_like(noise), np.cumsum([len(known.scale) for _, known in held])
    for root, end, (_, known) in zip(roots, ends, held, strict=True):
        here = slice(end - len(known.scale), end)
        told_noise = lapack.dtrtrs(root[:t, :t].T, (known.z - fitted.centre).T, lower=0, trans=1)[0]
        np.matmul(noise[here], root[t:, t:].T, out=found[here])
        found[here] += (root[t:, :t] @ told_noise).T + fitted.centre
    return found
