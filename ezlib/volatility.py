"""How unlike the months of a series are in size of what moves them: noisy months of the year, calm and wild times.

Arrays only. docs/methods.md, section 4, derives every step.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.linalg import cho_factor, cho_solve, solve_triangular, toeplitz

from ezlib.variances import Posterior

YEAR = 12
NOISE, LEVEL = 0, 1  # places of their kernels
STEPS, LONGEST_STEP = 2, 1.0  # of the search; by how much one may move a logarithm
FEWEST = 37  # months stated by themselves, below which all months count as alike: more than three years


@dataclass(frozen=True)
class Volatility:
    """Factors (n,) on variances: `noise`, of what each of n months has by itself; `level`, of the step into it."""

    noise: np.ndarray
    level: np.ndarray

    def kernels(self, usual) -> np.ndarray:
        """The kernels (k, n, n) of a series whose months are so unlike, from those of one whose months are alike."""
        unlike = usual.copy()
        unlike[NOISE] = np.diag(self.noise)
        walked = np.cumsum(np.append(0.0, self.level[1:]))
        t = np.arange(len(walked))
        unlike[LEVEL] = walked[np.minimum.outer(t, t)]
        return unlike


def find(posterior: Posterior, v, h) -> Volatility:
    """How unlike n months are, from m statements h (m, n) about them, under whitened log variances v.

    The logarithm of both factors is a stationary AR(1) of the months, to which the noise of each month of the year adds
    a Gaussian of its own: stochastic volatility (Harvey, Ruiz and Shephard 1994) at the mode of its posterior, found by
    Fisher scoring. A factor is the mean of the log-normal that the Gaussian shape there makes of it, in months ahead as
    in those told. Raises LinAlgError where the statements have no density under v.
    """
    n, prior = h.shape[1], posterior.prior
    usual, held = posterior.weights(v)[[NOISE, LEVEL]], posterior.held(v)
    root = _root(n, prior.volatility, prior.volatility_lasts, prior.noisy_months)
    whitened, logs = np.zeros(root.shape[1]), np.zeros((2, n))
    for _ in range(STEPS):
        score, information = score_and_information(held, posterior.residual, h, usual, logs)
        precision = np.eye(len(whitened)) + root.T @ information @ root
        pull = root.T @ (information @ logs.ravel() + score)
        factor = cho_factor(precision, lower=True)
        step = cho_solve(factor, pull) - whitened
        whitened += step * min(1.0, LONGEST_STEP / max(np.abs(root @ step).max(), 1e-9))
        logs = (root @ whitened).reshape(2, n)
    left_open = np.sum(solve_triangular(factor[0], root.T, lower=True) ** 2, axis=0).reshape(2, n)
    return Volatility(*np.exp(logs + left_open / 2))


def score_and_information(held, residual, h, usual, logs) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives (2n,) of the residual's log density by the logarithms of all factors, and Fisher's information.

    `held` (m, m), the covariance of the `residual` (m,) where all factors are one; `usual`, the variances of noise and
    of the level's steps; `logs` (2, n). With the shape g of a factor, a column of h or the sum of all from one month
    on, its share of the covariance is s g gᵀ, and the derivative ½ s ((gᵀa)² - gᵀPg), P its inverse and a = P residual.
    """
    excess = usual[:, None] * np.expm1(logs)
    shapes = np.concatenate([h, _from_each_month_on(h)], axis=1)
    factor = cho_factor(held + (shapes * excess.ravel()) @ shapes.T, lower=True)
    between = h.T @ cho_solve(factor, h)
    across = _from_each_month_on(between)
    inner = np.block([[between, across], [across.T, _from_each_month_on(across.T)]])
    pull = shapes.T @ cho_solve(factor, residual)
    size = (usual[:, None] * np.exp(logs)).ravel()
    return size * (pull**2 - inner.diagonal()) / 2, (np.sqrt(np.outer(size, size) / 2) * inner) ** 2


def _from_each_month_on(h) -> np.ndarray:
    """Columns of the level's steps from those of months: a step moves its month and all that follow, none the first."""
    shapes = np.cumsum(h[:, ::-1], axis=1)[:, ::-1].copy()
    shapes[:, 0] = 0.0
    return shapes


@lru_cache(maxsize=32)
def _root(n: int, size: float, lasts: float, of_month: float) -> np.ndarray:
    """What turns independent standard Gaussians into the logarithms (2n) of both factors."""
    t = np.arange(n)
    times = size * np.linalg.cholesky(toeplitz(np.exp(-t / lasts)))
    months = of_month * (t[:, None] % YEAR == np.arange(YEAR))
    root = np.block([[times, months], [times, np.zeros_like(months)]])
    root.flags.writeable = False
    return root
