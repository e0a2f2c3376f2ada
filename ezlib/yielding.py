"""Figures that cannot all be true: which give way, by how much, and what is held in their place. Arrays only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ezlib import bounds
from ezlib.bounds import LOOSE_SD, Statements


@dataclass(frozen=True)
class Yielding:
    """m statements as `stated` and as `held`: by how much each must `stretch` (m,) for all to be true, in its own
    unit; whether it is `in_conflict` (m,), one of those that force a stretch; whether it is `relaxed` (m,), cannot be
    met beside the others."""

    stated: Statements
    held: Statements
    stretch: np.ndarray
    in_conflict: np.ndarray
    relaxed: np.ndarray

    @property
    def loosened(self) -> np.ndarray:
        """Which statements, of those that could be met, are held less firmly since no path meets them."""
        return self.held.soft_sd > np.where(self.relaxed, np.inf, self.stated.soft_sd)

    @property
    def gave_way(self) -> dict[str, np.ndarray]:
        """Which statements (m,) each note of an outlook is about, by its code."""
        binding, hardly = self.stated.binding, self.held.soft_sd >= LOOSE_SD
        return {
            "facts_relaxed": self.relaxed,
            "facts_strained": self.loosened & binding & ~hardly,
            "facts_unmet": self.loosened & binding & hardly,
            "estimates_loosened": self.loosened & ~binding,
        }


def resolve(stated: Statements, whole: Callable[[Statements], Statements] = lambda s: s) -> Yielding:
    """Return what can be held of statements: the fewest that cannot all be true give way, and hopeless estimates.

    `whole` turns statements into such about months that no other sum ties together, as those of the finest parts of
    a family. A statement that gave way is held up to its rounding and its stretch together.
    """
    stretch, in_conflict = bounds.disagreement(whole(stated))
    relaxed, half = stretch > 0, (stated.upper - stated.lower) / 2
    middle = np.maximum((stated.upper + stated.lower) / 2, 1e-300)
    held = stated.softened(relaxed, ((half + stretch) / middle)[relaxed])
    held = held.softened(bounds.hopeless(whole(held)), LOOSE_SD)
    return Yielding(stated, held, stretch, in_conflict, relaxed)
