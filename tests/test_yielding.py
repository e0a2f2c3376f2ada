"""Which figures give way where not all can be true, or no path meets them; and how that is told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ezlib import bounds, draws, yielding
from ezlib.outlook import rebuild


def levels(*rows, soft=None):
    """Statements from (months, lower, upper)."""
    num = np.zeros((len(rows), 3))
    for i, (months, _, _) in enumerate(rows):
        num[i, list(months)] = 1
    return bounds.statements(num, 0 * num, [row[1] for row in rows], [row[2] for row in rows], soft)


AGREE = levels(([0], 9.5, 10.5), ([0, 1], 19.5, 20.5))


def test_what_agrees_is_held_as_it_is():
    found = yielding.resolve(AGREE)
    assert found.held.binding.all() and not found.relaxed.any() and not found.in_conflict.any()
    assert not any(rows.any() for rows in found.gave_way.values())


def test_a_figure_that_gave_way_is_held_up_to_its_rounding_and_its_stretch():
    stated = levels(([0], 9.5, 10.5), ([1], 9.5, 10.5), ([0, 1], 30.0, 32.0))
    found = yielding.resolve(stated)
    assert found.relaxed.tolist() == [False, False, True]  # one figure where two months would have to move
    assert found.stretch[2] == pytest.approx(30 - 21, abs=0.01) and found.in_conflict.all()
    assert found.held.soft_sd.tolist() == pytest.approx([0, 0, (1 + 9) / 31], abs=1e-3)
    assert found.gave_way["facts_relaxed"].tolist() == [False, False, True] and not found.loosened.any()


def test_an_estimate_that_firm_figures_rule_out_says_hardly_anything():
    found = yielding.resolve(levels(([0], 9.5, 10.5), ([0], 20.0, 20.0), soft=[0, 0.03]))
    assert found.held.soft_sd.tolist() == [0, bounds.LOOSE_SD]
    assert found.gave_way["estimates_loosened"].tolist() == [False, True] and not found.relaxed.any()


def test_the_finest_parts_of_a_family_decide_what_agrees():
    apart = levels(([0], 9.5, 10.5), ([1], 19.5, 20.5))
    as_one = lambda held: replace(held, num=np.tile([1.0, 0.0, 0.0], (2, 1)))  # noqa: E731
    assert not yielding.resolve(apart).relaxed.any()
    assert yielding.resolve(apart, as_one).relaxed.tolist() == [False, True]


@pytest.mark.parametrize(("firmest", "code"), [(0.01, "facts_strained"), (0.5, "facts_unmet"), (np.inf, "facts_unmet")])
def test_figures_that_no_path_meets_are_held_less_firmly_until_one_does_and_are_named(monkeypatch, firmest, code):
    drawn = draws.draw

    def meets_only_what_is_loose(fitted, count, rng):
        sums = (fitted.view.stated.num != 0).sum(axis=1) > 1
        if (fitted.view.stated.soft_sd[sums] < firmest).any():
            raise ArithmeticError("no months satisfy the statements at once")
        return drawn(fitted, count, rng)

    monkeypatch.setattr(draws, "draw", meets_only_what_is_loose)
    rows = [("2024-01", "2024-01", 10.0), ("2024-01", "2024-06", 66.0)]
    table = pd.DataFrame(rows, columns=["start", "end", "value"]).assign(half_width=0.5)
    found = rebuild(table, "2024-01", "2024-12", paths=50)
    assert found.paths["2024-01"].between(9.5, 10.5).all(), "a month keeps its own figure, however loose the sums"
    assert code in found.notes and found.observations["relaxed"].tolist() == [False, True]
    assert not ({"facts_relaxed", "facts_strained", "facts_unmet"} - {code}) & set(found.notes)
