"""Statements about months on the log scale: what they say of given months, their slopes, closures set apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ezlib import closures
from ezlib.bounds import Statements

SILENT = 100.0  # sd of the logarithm of a closed month about any level: as good as missing
JITTER = 1e-9
QUICK = 12  # steps of the search for the mode; more are needed only where it swings to and fro


@dataclass(frozen=True)
class View:
    """Statements as the model sees them: on the log scale, closures set apart."""

    stated: Statements
    offset: np.ndarray
    lower: np.ndarray  # logarithms of the intervals
    upper: np.ndarray
    target: np.ndarray
    variance: np.ndarray
    single: np.ndarray  # (m,) the month a statement alone speaks of, -1 for sums and changes
    is_silent: np.ndarray  # (m,) about closed months alone, or a change of or on such: no word about the level
    closed: np.ndarray  # (n,)
    closed_value: np.ndarray
    touched: np.ndarray
    typical: float

    @classmethod
    def of(cls, stated: Statements, offset: np.ndarray) -> View:
        level = ~stated.is_change
        months = (stated.num != 0).sum(axis=1)
        typical = _typical_month(stated, level)
        lower, upper = log_ends(stated)
        single = np.where(level & (months == 1), np.argmax(stated.num != 0, axis=1), -1)
        shut = closures.find(stated, typical)
        closed, closed_value = shut.months, shut.value
        speaks = stated.num[:, ~closed].any(axis=1) & (level | stated.den[:, ~closed].any(axis=1))
        silent = shut.rows | ~speaks | np.isinf(stated.soft_sd)
        target = np.where(silent, np.log(closures.FLOOR * typical), (lower + upper) / 2)
        variance = np.where(silent, SILENT**2, (upper - lower) ** 2 / 12 + stated.soft_sd**2)
        touched = stated.touched
        return cls(
            stated, offset, lower, upper, target, variance, single, silent, closed, closed_value, touched, typical
        )

    @property
    def width(self) -> np.ndarray:
        """How much a statement leaves open, in logarithms: the whole interval, of a soft one two sd either way."""
        return np.where(self.stated.binding, self.upper - self.lower, 4 * np.sqrt(self.variance))

    @property
    def looseness(self) -> np.ndarray:
        """The same, binding ones always less than soft ones."""
        return self.width + np.where(self.stated.binding, 0.0, 1e3)

    @property
    def curved(self) -> bool:
        """Whether some statement is not linear in z: a sum or a change of sums."""
        return bool((self.single[~self.is_silent] < 0).any())

    def start(self) -> np.ndarray:
        """A first guess: every month typical, but for those stated."""
        z = np.log(self.typical) - self.offset
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
        num, den = self.stated.num[rows], self.stated.den[rows]
        moving = np.where(self.closed, 0.0, x)[..., None, months]
        h = num[:, months] * moving / (x @ num.T)[..., None]
        change = den.any(axis=1)
        if change.any():
            below = np.where(change, x @ den.T, 1.0)[..., None]
            h = h - den[:, months] * moving / below
        return h

    def linearised(self, z, centre) -> Rows:
        x = self.value(z)
        h = np.zeros_like(self.stated.num)
        plain = ~self.is_silent
        said = np.zeros(len(plain))
        said[plain] = self.said(x, plain)
        h[plain] = self.slopes(x, plain)
        for row in np.flatnonzero(self.is_silent):
            weights = self.stated.num[row]
            h[row] = weights / weights.sum()
            said[row] = h[row] @ (z + self.offset)
        return Rows(h, self.target - said + h @ (z - centre), self.variance + JITTER)


def log_ends(stated: Statements) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the ends of each interval; what may be nothing is a thousandth of the most at least."""
    upper = np.log(np.maximum(stated.upper, 1e-300))
    return np.log(np.maximum(stated.lower, 1e-3 * np.maximum(stated.upper, 1e-297))), upper


def _log_ratio(x, num, den) -> np.ndarray:
    change = den.any(axis=1)
    above = np.log(x @ num.T)
    return above - np.log(np.where(change, x @ den.T, 1.0)) if change.any() else above


def _typical_month(stated: Statements, level) -> float:
    """The median of what levels state of a month; those that may be nothing count where no other does."""
    per_month = (stated.lower + stated.upper)[level] / 2 / stated.num[level].sum(axis=1)
    some = stated.lower[level] > 0
    positive = per_month[some if some.any() else per_month > 0]
    if not len(positive):
        raise ValueError("no statement gives a level above zero")
    return float(np.median(positive))


@dataclass(frozen=True)
class Rows:
    """Statements linearised: h · (z - centre) = residual, with `variance` about it."""

    h: np.ndarray
    residual: np.ndarray
    variance: np.ndarray


def damping(turn: int) -> float:
    """After QUICK steps each is halved, after twice as many halved again: what swings to and fro comes to rest."""
    return 0.5 ** min(turn // QUICK, 2)


def settle(view: View, z, centre, covariance, most: int = 60) -> tuple[np.ndarray, Rows]:
    """Gauss-Newton: relinearise until the posterior mode given the variances no longer moves."""
    for turn in range(most):
        rows = view.linearised(z, centre)
        cross = rows.h @ covariance
        held = cross @ rows.h.T
        held[np.diag_indices(len(held))] += rows.variance
        new = centre + cross.T @ np.linalg.solve(held, rows.residual)
        if not view.curved:
            return new, rows
        step = np.clip(new - z, -2.0, 2.0) * damping(turn)
        z = z + step
        if np.abs(step).max() < 1e-8:
            break
    return z, view.linearised(z, centre)
