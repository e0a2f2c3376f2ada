"""What printed intervals alone allow: which figures give way and by how much, in examples small enough for a pencil."""

import numpy as np
import pytest

from ezlib import bounds


def told(*rows, n=4, soft=None):
    """Statements about n months from rows (months, base months or None, lower, upper)."""
    num, den = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    for i, (months, base, _, _) in enumerate(rows):
        num[i, months] = 1
        if base is not None:
            den[i, base] = 1
    return bounds.statements(num, den, [row[2] for row in rows], [row[3] for row in rows], soft)


def about(month, middle, half):
    """A level of one month or of a list of them, rounded."""
    return month, None, middle - half, middle + half


def stretch(stated):
    """The least stretch with which the intervals just touch."""
    return bounds.stretch_needed(stated, margin=0.0)


# ------------------------------------------------------------------------------------------------- statements


def test_a_figure_without_rounding_is_widened_by_a_billionth_and_a_rounded_one_is_not():
    stated = told(about(0, 10.0, 0.0), about(1, 10.0, 0.5), about(2, 0.0, 0.0))
    assert stated.lower == pytest.approx([10 - 1e-8, 9.5, 0.0], abs=1e-12)
    assert stated.upper == pytest.approx([10 + 1e-8, 10.5, 0.0], abs=1e-12)


# --------------------------------------------------------------------------------- which give way, and by how much


def test_figures_that_agree_need_no_stretch_and_are_in_no_conflict():
    stated = told(about(0, 10.0, 0.5), about([0, 1], 31.0, 0.5), ([0, 1], [2], 1.0, 3.0), about(2, 11.0, 0.5))
    needed, in_conflict = bounds.disagreement(stated)
    assert not needed.any() and not in_conflict.any()


def test_of_two_figures_for_a_month_the_coarser_gives_way_up_to_the_finer():
    """10 ± 0.5 ends at 10.5 and 12 ± 0.1 begins at 11.9: 1.4 between them."""
    assert stretch(told(about(0, 10.0, 0.5), about(0, 12.0, 0.1))) == pytest.approx([1.4, 0.0])


def test_a_rounded_figure_gives_way_to_one_without_rounding():
    """From 12 ± 0.1 down to 10 it is 1.9."""
    assert stretch(told(about(0, 10.0, 0.0), about(0, 12.0, 0.1))) == pytest.approx([0.0, 1.9])


def test_a_coarse_sum_gives_way_to_its_months():
    """Three months of at most 30.05 add up to 90.15 and no more; 100 ± 5 begins at 95."""
    months = [about(t, 30.0, 0.05) for t in range(3)]
    assert stretch(told(about([0, 1, 2], 100.0, 5.0), *months)) == pytest.approx([4.85, 0.0, 0.0, 0.0])


def test_a_coarse_month_gives_way_to_a_sum_and_the_other_months():
    """99.99 at least, less 50.1 at most, leaves 49.89 where 40 ± 0.5 ends at 40.5."""
    stated = told(about([0, 1], 100.0, 0.01), about(0, 40.0, 0.5), about(1, 50.0, 0.1))
    assert stretch(stated) == pytest.approx([0.0, 9.39, 0.0])


def test_of_levels_rounded_alike_the_largest_gives_way():
    """Months of at most 40.5 and 50.5 add up to 91; 100 ± 0.5 begins at 99.5."""
    stated = told(about(0, 40.0, 0.5), about(1, 50.0, 0.5), about([0, 1], 100.0, 0.5))
    assert stretch(stated) == pytest.approx([0.0, 0.0, 8.5])


@pytest.mark.parametrize(
    ("odd", "needed"),
    [
        (180.0, 78.95),  # 99.5 + 179.5 = 279 at least, 200.05 at most
        (70.0, 28.95),  # 100.5 + 70.5 = 171 at most, 199.95 at least
    ],
)
def test_of_months_rounded_alike_the_one_farthest_from_a_typical_month_gives_way(odd, needed):
    stated = told(about(0, 100.0, 0.5), about(1, odd, 0.5), about([0, 1], 200.0, 0.05))
    assert stretch(stated) == pytest.approx([0.0, needed, 0.0])


def test_a_change_gives_way_before_levels_however_fine_it_is():
    """20 ± 0.5 on 10 ± 0.5 is 19.5 / 10.5 at least, where no change of 1 ± 0.005 goes beyond 1.005."""
    stated = told(about(0, 10.0, 0.5), about(1, 20.0, 0.5), (1, 0, 0.995, 1.005))
    assert stretch(stated) == pytest.approx([0.0, 0.0, 19.5 / 10.5 - 1.005])


def test_a_change_of_sums_gives_way_by_what_its_base_leaves():
    """At most 2 × 10.5 on at least 2 × 39.5 is 21 / 79, where the change begins at 0.5."""
    levels = [about(0, 40.0, 0.5), about(1, 40.0, 0.5), about(2, 10.0, 0.5), about(3, 10.0, 0.5)]
    assert stretch(told(*levels, ([2, 3], [0, 1], 0.5, 0.6))) == pytest.approx([0, 0, 0, 0, 0.5 - 21 / 79])


def test_changes_that_give_way_in_turns_are_stretched_by_what_they_need():
    """x₀ ≥ 95 and x₀ + x₂ ≤ 100.5 leave x₂ at most 5.5, and x₁ at most 1.5 of that: x₀/x₁ is 95/8.25 at least."""
    levels = ([0], None, 95.0, 105.0), ([0, 2], None, 99.5, 100.5)
    found = stretch(told(*levels, ([1], [2], 0.5, 1.5), ([1], [0], 0.0, 1.0), ([0], [1], 0.45, 0.55), n=3))
    assert found[:4] == pytest.approx([0, 0, 0, 0], abs=1e-3) and found[4] == pytest.approx(95 / 8.25 - 0.55, rel=1e-2)


def test_of_two_changes_the_coarser_gives_way():
    """1.5 ± 0.05 ends at 1.55 and 2 ± 0.005 begins at 1.995."""
    stated = told(about(0, 100.0, 0.5), (1, 0, 1.995, 2.005), (1, 0, 1.45, 1.55))
    assert stretch(stated) == pytest.approx([0.0, 0.0, 0.445])


def test_of_agreements_that_cost_the_same_the_one_in_which_fewest_give_way_is_taken():
    """Each sum leaves the first month 200.5 - 99.95 = 100.55, and it is 107.75 at least: 7.2 more.

    In half-widths that is 7.2 / 0.25 for the month, or 7.2 / 0.5 for each of the two sums: 28.8 either way.
    """
    fine = [about(1, 100.0, 0.05), about(2, 100.0, 0.05)]
    stated = told(about(0, 108.0, 0.25), about([0, 1], 200.0, 0.5), about([0, 2], 200.0, 0.5), *fine)
    assert stretch(stated) == pytest.approx([7.2, 0.0, 0.0, 0.0, 0.0])


def test_two_figures_give_way_where_one_would_cost_more():
    """The same, the month printed finer: 7.25 / 0.2 half-widths for it, 2 × 7.25 / 0.5 for the sums."""
    fine = [about(1, 100.0, 0.05), about(2, 100.0, 0.05)]
    stated = told(about(0, 108.0, 0.2), about([0, 1], 200.0, 0.5), about([0, 2], 200.0, 0.5), *fine)
    assert stretch(stated) == pytest.approx([0.0, 7.25, 7.25, 0.0, 0.0])


def test_agreement_in_a_corner_only_counts_as_none():
    """10 ± 0.5 and 10.6 ± 0.1 meet at 10.5; a thousandth inside both they are 0.0005 + 0.0001 apart."""
    stated = told(about(0, 10.0, 0.5), about(0, 10.6, 0.1))
    assert not stretch(stated).any()
    assert bounds.stretch_needed(stated) == pytest.approx([0.0006, 0.0])


def test_zero_is_no_corner():
    stated = told((0, None, 0.0, 0.5), (0, None, 0.0, 0.0), about(1, 10.0, 0.5))
    assert not bounds.stretch_needed(stated).any()


def test_estimates_give_way_to_nothing_and_force_nothing():
    stated = told(about(0, 10.0, 0.5), about(0, 20.0, 0.5), about(1, 10.0, 0.5), soft=[0.0, 0.05, 0.0])
    needed, in_conflict = bounds.disagreement(stated)
    assert not needed.any() and not in_conflict.any()


def test_all_parties_of_a_conflict_are_named_and_no_bystander():
    parties = [about(0, 10.0, 0.5), about(1, 20.0, 0.5), (1, 0, 0.995, 1.005)]
    bystanders = [about(2, 10.0, 0.5), about([2, 3], 20.0, 0.5), ([2, 3], [0], 1.0, 3.0)]
    assert bounds.disagreement(told(*parties, *bystanders))[1].tolist() == [True] * 3 + [False] * 3


def misprinted_levels(seed):
    """Months and sums of one truth, a third of them misprinted."""
    rng, n = np.random.default_rng(seed), 8
    truth, rows = np.exp(rng.normal(4, 0.5, n)), []
    for _ in range(14):
        first, last = np.sort(rng.integers(0, n, 2))
        months, half = np.arange(first, last + 1), 10.0 ** rng.integers(-2, 2)
        value = truth[months].sum() * (np.exp(rng.normal(0, 0.5)) if rng.random() < 0.33 else 1.0)
        rows.append((months, None, max(value - half, 0.0), value + half))
    return told(*rows, n=n)


@pytest.mark.parametrize("seed", range(12))
def test_levels_stretched_by_what_they_need_can_all_be_true_and_by_a_hundredth_less_they_cannot(seed):
    stated = misprinted_levels(seed)
    needed = stretch(stated)
    assert needed.any()

    def after(share):
        ends = stated.lower - share * needed, stated.upper + share * needed
        return bounds.month_range(bounds.statements(stated.num, stated.den, *ends), [0])

    assert np.isfinite(after(1 + 1e-6)[0, 0]) and np.isnan(after(0.99)).all()


# ------------------------------------------------------------------------------------------- the range of a month


def test_the_range_of_a_month_is_what_sums_and_the_other_months_leave():
    """29.5 - 10.5 - 6 = 13 and 30.5 - 9.5 - 4 = 17."""
    stated = told(about(0, 10.0, 0.5), (1, None, 4.0, 6.0), about([0, 1, 2], 30.0, 0.5))
    assert bounds.month_range(stated, [2, 0]) == pytest.approx(np.array([[13.0, 17.0], [9.5, 10.5]]))


def test_two_sums_one_inside_the_other_leave_their_difference():
    """49.9 - 40.1 = 9.8 and 50.1 - 39.9 = 10.2."""
    stated = told(about(range(5), 50.0, 0.1), about(range(4), 40.0, 0.1), n=5)
    assert bounds.month_range(stated, [4]) == pytest.approx(np.array([[9.8, 10.2]]))


def test_a_change_carries_the_range_of_a_month_to_the_other_both_ways():
    """From 10 ± 0.5 up by 10 to 20 %, 9.5 × 1.1 to 10.5 × 1.2; what grew to 11 to 12 so was 11 / 1.2 to 12 / 1.1."""
    stated = told(about(0, 10.0, 0.5), (1, 0, 1.1, 1.2), (3, None, 11.0, 12.0), (3, 2, 1.1, 1.2))
    expected = np.array([[10.45, 12.6], [11 / 1.2, 12 / 1.1]])
    assert bounds.month_range(stated, [1, 2]) == pytest.approx(expected)


def test_the_range_of_a_sum_is_narrower_than_that_of_its_months_added_up():
    """29.5 - 10.5 = 19 and 30.5 - 9.5 = 21, where one of the two months is 4 to 6 and the other 13 to 17."""
    stated = told(about(0, 10.0, 0.5), (1, None, 4.0, 6.0), about([0, 1, 2], 30.0, 0.5))
    assert bounds.ranges(stated, np.array([[0.0, 1.0, 1.0, 0.0]])) == pytest.approx(np.array([[19.0, 21.0]]))


def test_part_of_a_month_counts_by_its_share():
    """Half of the first month and all of the second are 10 to 12, the second 4 to 5: (10 - 5) / ½ to (12 - 4) / ½."""
    num = np.array([[0.5, 1.0], [0.0, 1.0]])
    stated = bounds.statements(num, np.zeros_like(num), [10.0, 4.0], [12.0, 5.0])
    assert bounds.month_range(stated, [0]) == pytest.approx(np.array([[10.0, 16.0]]))


def test_a_month_is_nothing_at_least_and_without_limit_where_no_figure_speaks_of_it():
    stated = told(about([0, 1], 10.0, 0.5))
    assert bounds.month_range(stated, [0, 2]) == pytest.approx(np.array([[0.0, 10.5], [0.0, np.inf]]))


def test_estimates_leave_the_range_of_a_month_as_it_is():
    stated = told(about(0, 10.0, 0.5), about(0, 10.4, 0.01), soft=[0.0, 0.02])
    assert bounds.month_range(stated, [0]) == pytest.approx(np.array([[9.5, 10.5]]))


def test_figures_that_contradict_each_other_leave_no_range():
    assert np.isnan(bounds.month_range(told(about(0, 10.0, 0.5), about(0, 12.0, 0.1)), [0])).all()


# ----------------------------------------------------------------------------------------------- nearest values


def nearest(stated, months, aims):
    return bounds.nearest(stated, np.isin(np.arange(len(aims)), months), np.array(aims))


def test_values_that_figures_allow_stay_and_all_other_months_are_zero():
    stated = told((0, None, 0.0, 1.0), about(1, 10.0, 0.5))
    assert bounds.nearest(stated, np.array([1, 0, 0, 0], bool), np.array([0.9, 7.0, 7.0, 7.0])).tolist() == [
        0.9,
        0,
        0,
        0,
    ]


def test_values_that_figures_forbid_move_as_little_as_they_must_to_well_inside():
    """1 ± 0.5 twice, the second 2.1 ± 0.05 times the first; a tenth inside: from 0.55 on, 2.055 times at least.

    The first at 1 would make the second 2.055; each step down brings the second nearer to 1 by twice as much, and ends
    at 0.55, where it is 1.13025.
    """
    stated = told(about(0, 1.0, 0.5), about(1, 1.0, 0.5), (1, 0, 2.05, 2.15))
    found = nearest(stated, [0, 1], [1.0, 1.0, 0.0, 0.0])
    assert found == pytest.approx([0.55, 0.55 * 2.055, 0.0, 0.0])


def test_values_leave_room_for_the_months_beside_them():
    """10 ± 0.5 in both months, 9.2 ± 0.2 in the second; a tenth inside: 9.55 - 9.38."""
    stated = told(about([0, 1], 10.0, 0.5), about(1, 9.2, 0.2))
    found = nearest(stated, [0], [0.0, 0.0, 0.0, 0.0])
    assert found == pytest.approx([0.17, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(("aim", "end"), [(5.0, 2.0), (0.0, 1.99)])
def test_values_go_to_the_very_ends_where_nothing_lies_well_inside(aim, end):
    """1 to 2 and 1.99 to 3: a tenth inside the one ends at 1.95 and the other begins at 2.04."""
    stated = told((0, None, 1.0, 2.0), (0, None, 1.99, 3.0))
    found = nearest(stated, [0], [aim, 0.0, 0.0, 0.0])
    assert found == pytest.approx([end, 0.0, 0.0, 0.0], abs=1e-5)


def test_values_stay_where_figures_leave_none():
    stated = told(about(0, 10.0, 0.5), about(0, 12.0, 0.1))
    assert nearest(stated, [0], [3.0, 0.0, 0.0, 0.0]).tolist() == [3, 0, 0, 0]


# -------------------------------------------------------------------------------------- estimates that cannot be


@pytest.mark.parametrize(
    ("estimate", "sd", "cannot_be"),
    [
        (12.0, 0.0217, True),  # from 11.5 down by four of these is 10.5018, above 10.5
        (12.0, 0.02175, False),  # 10.4995
        (8.0, 0.0294, True),  # from 8.5 up by four of these is 9.4996, below 9.5
        (8.0, 0.0295, False),  # 9.503
    ],
)
def test_an_estimate_is_hopeless_beyond_four_of_its_standard_deviations(estimate, sd, cannot_be):
    stated = told(about(0, 10.0, 0.5), about(0, estimate, 0.5), soft=[0.0, sd])
    assert bounds.hopeless(stated).tolist() == [False, cannot_be]


def test_an_estimate_is_measured_by_all_that_binding_figures_leave_for_it():
    """Sum and first month leave 9 to 11 for the second: 12 ± 0.5 at 1 % begins at 11.04, at 2 % at 10.58."""
    binding = [about([0, 1], 20.0, 0.5), about(0, 10.0, 0.5)]
    found = [bounds.hopeless(told(*binding, about(1, 12.0, 0.5), soft=[0.0, 0.0, sd])) for sd in (0.01, 0.02)]
    assert [one.tolist() for one in found] == [[False, False, True], [False, False, False]]


def test_estimates_that_contradict_each_other_alone_are_not_hopeless():
    estimates = [about(0, 10.0, 0.5), about(0, 20.0, 0.5)]
    stated = told(about([0, 1], 40.0, 0.5), *estimates, soft=[0.0, 0.02, 0.02])
    assert not bounds.hopeless(stated).any()
    assert not bounds.hopeless(told(*estimates, soft=[0.02, 0.02])).any()


def test_one_hopeless_estimate_does_not_taint_another():
    stated = told(about(0, 10.0, 0.5), about(0, 30.0, 0.5), about(0, 10.4, 0.1), soft=[0.0, 0.02, 0.02])
    assert bounds.hopeless(stated).tolist() == [False, True, False]


# ------------------------------------------------------------------------------------- less and less firmly held


def attempts(stated):
    """How firmly each attempt holds the statements, once a hair wider has not helped."""
    first, wider, *looser = bounds.ever_looser(stated)
    assert first is stated
    assert wider.upper == pytest.approx(stated.upper, rel=1e-6) and (wider.upper > stated.upper).all()
    assert (wider.lower < stated.lower).all() and wider.soft_sd.tolist() == stated.soft_sd.tolist()
    return [attempt.soft_sd.tolist() for attempt in (first, *looser)]


MIXED = about(0, 10.0, 0.5), about([0, 1], 20.0, 0.5), (1, 0, 0.9, 1.1), about(2, 10.0, 0.5), about(3, 10.0, 0.5)


def test_estimates_are_loosened_first_then_changes_then_sums_and_months_never():
    strained, loose = bounds.STRAINED_SD, bounds.LOOSE_SD
    assert attempts(told(*MIXED, soft=[0.0, 0.0, 0.0, 0.05, 2.0])) == [
        [0.0, 0.0, 0.0, 0.05, 2.0],
        [0.0, 0.0, 0.0, loose, 2.0],  # one looser than that stays as it is
        [0.0, 0.0, strained, 0.05, 2.0],
        [0.0, strained, strained, 0.05, 2.0],
        [0.0, strained, strained, loose, 2.0],
        [0.0, loose, loose, loose, 2.0],
        [0.0, np.inf, np.inf, np.inf, np.inf],
    ]


def test_without_estimates_changes_are_loosened_first():
    strained, loose = bounds.STRAINED_SD, bounds.LOOSE_SD
    assert attempts(told(*MIXED[:3])) == [
        [0.0, 0.0, 0.0],
        [0.0, 0.0, strained],
        [0.0, strained, strained],
        [0.0, loose, loose],
        [0.0, np.inf, np.inf],
    ]
