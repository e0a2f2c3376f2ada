"""Steps that draws of months and of shares have in common: weights, values within limits. Arrays only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky
from scipy.special import ndtr, ndtri

DEPENDENT = 1e-7  # of a row's length: less than this beyond the rows before it, and it follows from them
SHORT = 1e-3  # a row's length counts as at least this
TIED = 1e-9  # half-widths by which one value must move another to count
FLAT_CURVE, FLAT_SLOPE = 0.02, 0.05  # of a log density over [-1, 1] that counts as none
NARROW = 0.02  # standard deviations over which a Gaussian density is as good as exponential
FAR_TAIL = -30.0  # standard deviations from the mean, beyond which it is, too
ROOMS = (1.0, 0.25)  # of what is not linear that limits may leave room for; else none
PILOT, ENOUGH_ROOM = 100, 0.25  # draws that try a room, and the share of them that must be worth something
LEAST_CHANCE = 1e-12  # so that no evenly spread point lies at an infinite quantile
PLASTIC = 1.324717957244746  # the root of x³ = x + 1


def even_points(count: int, rng: np.random.Generator) -> np.ndarray:
    """Points (count, 2) of the unit square, in equal pairs: spread evenly, any run of them too, and shifted at random.

    The additive recurrence of the plastic number (Roberts 2018).
    """
    turns = PLASTIC ** -np.array([1.0, 2.0])
    points = (np.arange((count + 1) // 2)[:, None] * turns + rng.random(2)) % 1.0
    return np.repeat(np.maximum(points, LEAST_CHANCE), 2, axis=0)[:count]


def root(covariance) -> np.ndarray:
    """A lower-triangular root of a covariance (k, k) that may be nearly singular."""
    if not len(covariance):
        return covariance
    size = np.trace(covariance) / len(covariance)
    return cholesky(covariance + (1e-12 * size + 1e-14) * np.eye(len(covariance)), lower=True, check_finite=False)


def independent(rows, looseness, least=0.0) -> np.ndarray:
    """Which of `rows` (m, k) form a basis of what they span, the firmest first (Gram-Schmidt, with a second pass).

    A row that reaches no more than `least` (m,), or DEPENDENT of its length, beyond those before it follows from them.
    """
    kept, basis = [], np.zeros((0, rows.shape[1]))
    least = np.maximum(least, DEPENDENT * np.maximum(np.linalg.norm(rows, axis=1), SHORT))
    for row in np.argsort(looseness, kind="stable"):
        left = rows[row].copy()
        for _ in range(2):
            left -= basis.T @ (basis @ left)
        size = np.linalg.norm(left)
        if size > least[row]:
            kept.append(row)
            basis = np.vstack([basis, left / size])
    return np.array(kept, int)


# --------------------------------------------------------------------------------------------- importance weights


def normalised(log_weight) -> np.ndarray:
    """Weights that add up to one, from their logarithms; zeros where every draw is impossible."""
    top = log_weight.max()
    if not np.isfinite(top):
        return np.zeros(len(log_weight))
    weight = np.exp(log_weight - top)
    return weight / weight.sum()


def effective(weight) -> float:
    """How many independent draws these normalised weights are worth (Kong 1992); 0 where all are zero."""
    return float(1 / np.sum(weight**2)) if weight.any() else 0.0


def resampled(weight, count: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of `count` draws, each as often as its weight says, by systematic resampling."""
    if not count:
        return np.zeros(0, int)
    if len(weight) == count and np.ptp(weight) < 1e-12:
        return np.arange(count)
    places = (rng.random() + np.arange(count)) / count
    return np.searchsorted(np.cumsum(weight), places).clip(max=len(weight) - 1)


# ------------------------------------------------------------------------------------------- values within limits


def is_flat(precision, slope) -> np.ndarray:
    """Which of k values, each between -1 and 1, a Gaussian leaves as good as uniform, whatever the others are (…, k).

    `precision` (…, k, k); `slope` (…, k) of minus its log density where all are 0.
    """
    return (np.abs(precision).sum(axis=-1) < FLAT_CURVE) & (np.abs(slope) < FLAT_SLOPE)


def bend(slopes, reach) -> np.ndarray:
    """How far logarithms of sums, or of what is left of one, may be from linear (m,): twice the second-order term.

    `slopes` (m, k) by k logarithms, each of which moves by up to `reach` (k,) either way.
    """
    return (np.abs(slopes) * (1 + np.abs(slopes))) @ np.asarray(reach) ** 2


def most_room(tried: Callable[[float], np.ndarray]) -> float:
    """Return how much of what is not linear limits had better leave room for: all, some or nothing of `bend`.

    `tried` gives the logarithms of the weights of PILOT draws. Where many statements follow from coarse ones, few
    draws in a wide room meet them all.
    """
    for room in ROOMS:
        if effective(normalised(tried(room))) >= ENOUGH_ROOM * PILOT:
            return room
    return 0.0


@dataclass(frozen=True)
class Limits:
    """Statements that follow from the values drawn: low (m,) <= matrix (m, k) · values <= high (m,)."""

    matrix: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def tied(self) -> np.ndarray:
        """Which of the k values are limited by more than their own interval."""
        return (np.abs(self.matrix) > TIED).any(axis=0)

    def redraw(self, values, i: int, precision, slope, reach: float, rng: np.random.Generator) -> None:
        """Draw value i of every row of `values` (count, k) anew, given the others: one step of a Gibbs sampler.

        `precision`, row i of the Gaussian's, and `slope`, of minus its log density by value i where all are 0, are
        one for each draw, (count, k) and (count,), or the same for all, (k,) and a number. The value stays within
        ±`reach`.
        """
        low, high = self._between(values, i, reach)
        own = precision[..., i]
        mean = values[:, i] - (np.einsum("...k,...k->...", values, precision) + slope) / own
        values[:, i] = truncated_gaussian(mean, 1 / np.sqrt(own), low, high, rng.random(len(values)))

    def _between(self, values, i: int, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """Where value i of each draw may lie, its other values held: where it is, if they leave it no room."""
        low, high = np.full(len(values), -reach), np.full(len(values), reach)
        for row in np.flatnonzero(np.abs(self.matrix[:, i]) > TIED):
            slope = self.matrix[row, i]
            rest = values @ self.matrix[row] - slope * values[:, i]
            one, other = (self.low[row] - rest) / slope, (self.high[row] - rest) / slope
            low, high = np.maximum(low, one if slope > 0 else other), np.minimum(high, other if slope > 0 else one)
        stuck = low > high
        return np.where(stuck, values[:, i], low), np.where(stuck, values[:, i], high)


def truncated_gaussian(mean, spread, low, high, chance) -> np.ndarray:
    """Quantiles of Gaussians cut to low … high, right in either tail and for narrow intervals.

    `chance` counts from the end that lies farther from the mean: uniform chances give draws.
    """
    a, b = (low - mean) / spread, (high - mean) / spread
    flip = a + b > 0
    a, b = np.where(flip, -b, a), np.where(flip, -a, b)
    exponential = (b - a < NARROW) | (b < FAR_TAIL)
    below, above = ndtr(np.where(exponential, -1.0, a)), ndtr(np.where(exponential, 1.0, b))
    wide = ndtri(below + chance * (above - below))
    rate = np.where(b < FAR_TAIL, -b, -(a + b) / 2)
    width = np.maximum(b - a, 0)
    decay = np.exp(-np.minimum(rate * width, 700))
    with np.errstate(divide="ignore", invalid="ignore"):
        tilted = b + np.log(decay + chance * (1 - decay)) / rate
    tilted = np.where(rate * width < 1e-8, a + chance * width, tilted)
    value = np.where(exponential, tilted, wide)
    value = np.clip(np.where(flip, -value, value), np.where(flip, -b, a), np.where(flip, -a, b))
    return mean + spread * value
