"""Whether a total reaches an aim, and the chance that it does, from paths. Arrays only."""

from __future__ import annotations

import numpy as np

GROWTHS = (-10, 0, 10, 20)  # percent on the year before, of which the chances are told and scored
EXACT = 1e-9  # relative: of totals nearer to each other than this neither is the larger, sums being exact to less


def at_least(total, aim):
    """Tell whether a total, or each of an array of them, is no smaller than an aim."""
    return total >= aim - EXACT * np.abs(aim)


def more_than(total, aim):
    """Tell whether a total, or each of an array of them, is larger than an aim."""
    return total > aim + EXACT * np.abs(aim)


def at_most(total, aim):
    """Tell whether a total, or each of an array of them, is no larger than an aim."""
    return total <= aim + EXACT * np.abs(aim)


def less_than(total, aim):
    """Tell whether a total, or each of an array of them, is smaller than an aim."""
    return total < aim - EXACT * np.abs(aim)


COMPARE = {
    ">=": at_least,
    ">": more_than,
    "=": at_least,  # a plan printed as a bare figure is reached by meeting or passing it
    "<=": at_most,
    "<": less_than,
}
"""Whether totals compare so with an aim; those that differ in their last bits alone are equal."""


def check_comparison(aim, comparator: str, paths: int = 1) -> None:
    """Raise ValueError for an unknown comparator, and for an aim that is neither a number nor one for each path."""
    if comparator not in COMPARE:
        raise ValueError(f"comparator {comparator!r} is unknown; use one of {', '.join(COMPARE)}.")
    numbers = np.asarray(aim)
    if numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        raise ValueError(f"The threshold is not a number: {aim!r}.")
    if numbers.shape not in ((), (paths,)):
        raise ValueError(f"A threshold is one number, or one for each of {paths} paths, not {numbers.shape} of them.")


def chance(reached) -> float:
    """Return the probability of what k of n paths reach: (k + ½) / (n + 1), never 0 or 1."""
    return (float(np.sum(reached)) + 0.5) / (len(reached) + 1)
