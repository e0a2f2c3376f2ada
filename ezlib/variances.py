"""The log variances of the structural model: their prior, their posterior given linearised statements, and its mode.

Arrays only. docs/methods.md derives every step.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from scipy.linalg import lapack

LEAST_CURVATURE = 0.5  # of the posterior of the whitened log variances, where the prior alone has 1
LEAST_LOG_RATIO = 3.0  # how far the posterior may differ from its Gaussian shape before it is cut
MOST_LOG_VARIANCE = 50.0
MOST_STEPS, LONGEST_STEP, SHORTEST_SHARE = 40, 3.0, 1e-3
CONVERGED = 1e-4  # of the log posterior, by which one more step would still raise it


@dataclass(frozen=True)
class Prior:
    """Population prior of the log variances, and the settings learned with it.

    `names` (k), `mean` (k), `root` (k, k) with root·rootᵀ the covariance of the log variances; `growth`, the mean of
    the drift a month; `damping` of the slope per month; `season_shape` (6), share of each harmonic in the month effect;
    `outlier`, standard deviations beyond which a month is out of line; `spread` and `spread_tail`, factor and degrees
    of freedom of Student's t that turn the Gaussian spread of what is not known into a calibrated one; `year_on_year`,
    how widely growth over a year usually strays, and `regression`, the power by which a series comes nearer to that;
    `lean`, the share by which paths of a series that hardly strays reach farther down and less far up, which fades to
    nothing where growth over a year strays by `steady`; `volatility`, standard deviation of the logarithm of how much a
    month moves a series, and `volatility_lasts`, the months by which what made it calm or wild falls to 1/e;
    `noisy_months`, the same deviation between the months of the year, for their noise alone.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    root: np.ndarray
    growth: float
    damping: float
    season_shape: tuple[float, ...]
    outlier: float
    spread: float
    spread_tail: float
    year_on_year: float
    regression: float
    lean: float
    steady: float
    volatility: float
    volatility_lasts: float
    noisy_months: float


@lru_cache
def population_prior() -> Prior:
    """Return the prior stored beside the library; its provenance is in the file."""
    stored = json.loads(files("ezlib").joinpath("prior.json").read_text(encoding="utf-8"))
    return Prior(
        tuple(stored["names"]),
        np.array(stored["mean"]),
        np.linalg.cholesky(np.array(stored["covariance"])),
        stored["growth"],
        stored["damping"],
        tuple(stored["season_shape"]),
        stored["outlier"],
        stored["spread"],
        stored["spread_tail"],
        stored["year_on_year"],
        stored["regression"],
        stored["lean"],
        stored["steady"],
        stored["volatility"],
        stored["volatility_lasts"],
        stored["noisy_months"],
    )


class Posterior:
    """Posterior of the whitened log variances v, u = mean + root · v, given m statements.

    `kernels` (k, m, m), `residual` (m) and `fixed` (m, m): the residual is Gaussian with covariance
    S = Σ exp(u_k) B_k + fixed. With P = S⁻¹ and a = P · residual, the loss, minus the log of the density, is
    ½ log|S| + ½ residualᵀa + ½ vᵀv up to a constant, and its derivative by u_k is ½ exp(u_k) (tr PB_k - aᵀB_k a).
    """

    def __init__(self, kernels, residual, fixed, prior: Prior):
        k, m = kernels.shape[:2]
        self.kernels, self.residual, self.fixed, self.prior = kernels, residual, fixed, prior
        self._flat, self._tall = kernels.reshape(k, m * m), kernels.reshape(k * m, m)
        self.diagonals = np.einsum("kmm->km", kernels).copy()

    def weights(self, v) -> np.ndarray:
        """The variances at v, (k,)."""
        return np.exp(np.minimum(self.prior.mean + self.prior.root @ v, MOST_LOG_VARIANCE))

    def held(self, v) -> np.ndarray:
        """S at v, the covariance (m, m) of what the statements say."""
        return (self.weights(v) @ self._flat).reshape(self.fixed.shape) + self.fixed

    def loss(self, v) -> float:
        """Minus the log posterior density at v; infinite where S is singular."""
        factor = self._factor(self.weights(v))
        return np.inf if factor is None else self._loss(v, factor, self._solved(factor, self.residual))

    def losses(self, points) -> np.ndarray:
        """The loss at each of several points (j, k), worked out together where S is regular at all of them."""
        weights = np.exp(np.minimum(self.prior.mean + points @ self.prior.root.T, MOST_LOG_VARIANCE))
        held = (weights @ self._flat).reshape(-1, *self.fixed.shape) + self.fixed
        try:
            factor = np.linalg.cholesky(held)
        except np.linalg.LinAlgError:
            return np.array([self.loss(point) for point in points])
        size = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        left = np.array([lapack.dtrtrs(one.T, self.residual, lower=0, trans=1)[0] for one in factor])
        return size + 0.5 * (left**2).sum(axis=1) + 0.5 * (points**2).sum(axis=1)

    def expand(self, v) -> tuple[float, np.ndarray, np.ndarray]:
        """Loss, gradient (k,) and average information (k, k) at v, the last the mean of observed and expected
        second derivatives as in AI-REML (Gilmour, Thompson and Cullis 1995): it needs no product of matrices."""
        weight = self.weights(v)
        factor = self._factor(weight)
        if factor is None:
            return np.inf, np.zeros(len(v)), np.eye(len(v))
        left = self._solved(factor, self.residual)
        pull = (self._tall @ left).reshape(self.diagonals.shape)  # B_k a
        bend = pull @ self._solved(factor, pull.T)
        slope = self._slope(weight, factor, left, pull)
        root = self.prior.root
        information = 0.5 * np.outer(weight, weight) * bend
        return self._loss(v, factor, left), root.T @ slope + v, root.T @ information @ root + np.eye(len(v))

    def curvature(self, v) -> np.ndarray:
        """Second derivatives (k, k) of the loss at v. Raises LinAlgError where S is singular."""
        weight = self.weights(v)
        factor = self._factor(weight)
        if factor is None:
            raise np.linalg.LinAlgError("the statements have no density under these variances")
        left = self._solved(factor, self.residual)
        pull = (self._tall @ left).reshape(self.diagonals.shape)
        bend = pull @ self._solved(factor, pull.T)
        inverse = lapack.dpotri(factor, lower=1)[0]
        inverse += np.tril(inverse, -1).T
        products = inverse @ self.kernels  # PB_k
        traces = products.reshape(len(v), -1) @ products.transpose(0, 2, 1).reshape(len(v), -1).T
        second = np.diag(self._slope(weight, factor, left, pull))
        second += np.outer(weight, weight) * (bend - 0.5 * traces)
        root = self.prior.root
        return root.T @ second @ root + np.eye(len(v))

    def _factor(self, weight) -> np.ndarray | None:
        held = (weight @ self._flat).reshape(self.fixed.shape) + self.fixed
        factor, bad = lapack.dpotrf(held.T, lower=1, clean=1, overwrite_a=1)  # symmetric: its transpose in place
        return None if bad else factor

    @staticmethod
    def _solved(factor, right) -> np.ndarray:
        return lapack.dpotrs(factor, right, lower=1)[0]

    def _loss(self, v, factor, left) -> float:
        return float(np.log(factor.diagonal()).sum() + 0.5 * (self.residual @ left) + 0.5 * (v @ v))

    def _slope(self, weight, factor, left, pull) -> np.ndarray:
        lower = lapack.dpotri(factor, lower=1)[0]  # zeros above: each off-diagonal entry counts twice
        traces = 2 * (self._flat @ lower.ravel(order="F")) - self.diagonals @ lower.diagonal()
        return 0.5 * weight * (traces - pull @ left)


def guess(posterior: Posterior) -> np.ndarray:
    """Where to begin the search for the mode, (k,): the mean of v given how far statements are from the one before.

    Their mean square step is a sum of the variances, each by how far its kernel lets them step; its logarithm, made
    linear at the mean of the prior, is one Gaussian observation of v.
    """
    along = posterior.diagonals
    if along.shape[1] < 2:
        return np.zeros(len(along))
    steps = (along[:, 1:] + along[:, :-1] - 2 * posterior.kernels.diagonal(1, 1, 2)).mean(axis=1)
    parts = posterior.weights(np.zeros(len(steps))) * steps
    expected, seen = parts.sum(), np.mean(np.diff(posterior.residual) ** 2)
    if not (seen > 0 and expected > 0):
        return np.zeros(len(steps))
    slope = posterior.prior.root.T @ parts / expected
    luck = 4 / len(posterior.residual)  # variance of the logarithm of so few squares, which overlap
    return slope * np.log(seen / expected) / (slope @ slope + luck)


def most_likely(posterior: Posterior, start) -> np.ndarray:
    """Return the mode of the posterior, (k,), from `start` on.

    Newton's steps with the average information, each bent to what the gradient did over the last step (one update of
    Broyden, Fletcher, Goldfarb and Shanno), and halved until the loss falls. Raises LinAlgError where the start itself
    has no density.
    """
    v = np.asarray(start, float)
    loss, gradient, information = posterior.expand(v)
    if not np.isfinite(loss):
        raise np.linalg.LinAlgError("the statements have no density under the variances of the prior")
    inverse = np.linalg.inv(information)
    for _ in range(MOST_STEPS):
        step = -inverse @ gradient
        promise = -gradient @ step
        if promise < CONVERGED:
            break
        share = min(1.0, LONGEST_STEP / np.abs(step).max())
        while True:
            new = posterior.expand(v + share * step)
            if new[0] <= loss - 1e-4 * share * promise or share < SHORTEST_SHARE:
                break
            share /= 2
        if new[0] >= loss:
            break
        turn = new[1] - gradient
        v, (loss, gradient, information) = v + share * step, new
        inverse = _bent(np.linalg.inv(information), share * step, turn)
    return v


def _bent(inverse, step, turn) -> np.ndarray:
    """An inverse curvature that explains how the gradient turned over a step."""
    along = step @ turn
    if along < 1e-10:
        return inverse
    keep = np.eye(len(step)) - np.outer(step, turn) / along
    return keep @ inverse @ keep.T + np.outer(step, step) / along


def possible(posterior: Posterior, mode) -> tuple[np.ndarray, np.ndarray, float]:
    """Log variances (1 + 2k, k) that the statements leave possible, the mode first, their weights, and the evidence.

    `mode` is whitened. Points at ±√(k+1) standard deviations along the axes of the posterior's Gaussian (Laplace)
    shape, which give its mean and covariance (Julier and Uhlmann 1997), each weighted further by how much likelier it
    is than that shape.
    """
    k, lowest, prior = len(mode), posterior.loss(mode), posterior.prior
    curvature, axes = np.linalg.eigh(posterior.curvature(mode))
    curvature = np.maximum(curvature, LEAST_CURVATURE)
    axes = axes * np.where(axes.sum(axis=0) < 0, -1, 1) * np.sqrt((k + 1) / curvature)  # one way round everywhere
    points = np.concatenate([mode + axes.T, mode - axes.T])
    losses = posterior.losses(points)
    likelier = np.clip(lowest - losses + (k + 1) / 2, -LEAST_LOG_RATIO, LEAST_LOG_RATIO)
    weights = np.append(2.0, np.where(np.isfinite(losses), np.exp(likelier), 0.0))
    evidence = -lowest - 0.5 * np.log(curvature).sum()
    return prior.mean + np.vstack([mode, points]) @ prior.root.T, weights / weights.sum(), float(evidence)
