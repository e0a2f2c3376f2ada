"""Whether a total reaches an aim: what differs in its last bits alone is equal, and no chance is 0 or 1."""

import numpy as np
import pytest

from ezlib import aims

TENTHS = 0.1 + 0.2  # a hair above three tenths


@pytest.mark.parametrize(
    ("comparator", "below", "equal", "above"),
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("=", False, True, True),
        ("<=", True, True, False),
        ("<", True, False, False),
    ],
)
def test_totals_that_differ_in_their_last_bits_are_equal(comparator, below, equal, above):
    compare = aims.COMPARE[comparator]
    assert TENTHS != 0.3 and compare(TENTHS, 0.3) == equal
    assert compare(np.array([0.999, 1.0, 1.001]), 1.0).tolist() == [below, equal, above]


def test_no_chance_is_certain():
    assert aims.chance([True] * 99) == pytest.approx(99.5 / 100)
    assert aims.chance([False] * 99) == pytest.approx(0.5 / 100)
    assert aims.chance(np.array([True, False, False])) == pytest.approx(1.5 / 4)
