"""Statements on the log scale: their slopes are derivatives, the mode is one, and closed months say nothing."""

import numpy as np
import pytest
from scipy.optimize import minimize

from ezlib import bounds, structural
from ezlib.closures import FLOOR
from ezlib.linearised import SILENT, View, settle

OFFSET = np.array([0.3, -0.2, 0.1, 0.0, -0.4, 0.2])
WALK = 0.1 * np.minimum.outer(np.arange(1.0, 7), np.arange(1.0, 7)) + 0.02 * np.eye(6)


def told(*rows, n=6, soft=None):
    """Statements about n months from rows (weights of months, weights of base months or None, lower, upper).

    Weights are a dict of them by month, or a list of months that count in full.
    """
    num, den = np.zeros((len(rows), n)), np.zeros((len(rows), n))
    for i, (months, base, _, _) in enumerate(rows):
        for weights, one in ((num, months), (den, base or {})):
            for month, weight in dict.fromkeys(one, 1.0).items() if isinstance(one, list) else one.items():
                weights[i, month] = weight
    return bounds.statements(num, den, [row[2] for row in rows], [row[3] for row in rows], soft)


MONTHS = ([0], None, 90.0, 110.0), ([1], None, 80.0, 110.0)
SUMS = ([0, 1, 2], None, 290.0, 310.0), ({2: 1.0, 3: 0.4}, None, 120.0, 150.0)
CHANGES = ([1], [0], 0.8, 0.9), ([3, 4], [0, 1], 1.4, 1.6), ({4: 0.5}, {2: 0.5, 3: 0.5}, 0.5, 0.8)
SHUT = ([5], None, 0.0, 0.0)
CLOSED = (
    SHUT,
    ([0, 5], None, 90.0, 110.0),  # speaks of the first month
    ([4, 5], [1, 5], 0.9, 1.1),  # of two open months
    ([5], [4], 0.0, 0.005),  # falls by all
)
NEARLY = ([5], None, 0.9, 1.1), *CLOSED[1:3]  # closed, and worth one where a month is a hundred


# ----------------------------------------------------------------------------------------------- what is said


def test_an_interval_is_a_uniform_over_its_logarithm():
    view = View.of(told(([0], None, 90.0, 110.0), ([1], None, 100.0, 100.0), soft=[0.0, 0.05]), np.zeros(6))
    assert view.target == pytest.approx([(np.log(90) + np.log(110)) / 2, np.log(100)])
    assert view.variance == pytest.approx([np.log(110 / 90) ** 2 / 12, 0.05**2])


def test_an_interval_from_nothing_on_begins_at_a_thousandth_of_its_end():
    view = View.of(told(*MONTHS, ([2], None, 0.0, 50.0)), np.zeros(6))
    assert view.target[2] == pytest.approx((np.log(50) + np.log(0.05)) / 2) and not view.is_silent[2]


def test_every_statement_says_the_logarithm_of_its_level_or_ratio():
    x = np.array([100.0, 90.0, 110.0, 120.0, 80.0, 70.0])
    view = View.of(told(*MONTHS, *SUMS, *CHANGES), OFFSET)
    assert np.exp(view.said(x)) == pytest.approx([100, 90, 300, 158, 0.9, 200 / 190, 40 / 115])
    assert view.said(np.stack([x, 2 * x]))[1] == pytest.approx(view.said(2 * x))
    assert view.value(np.log(x) - OFFSET) == pytest.approx(x)


def test_the_search_starts_from_what_is_stated_and_typical_months_beside_it():
    """100 in one month and 480 in four, which is 120 in each: 110 is typical."""
    view = View.of(told(([0], None, 100.0, 100.0), ([1, 2, 3, 4], None, 480.0, 480.0)), OFFSET)
    assert view.value(view.start()) == pytest.approx([100] + 5 * [110])


def test_any_binding_statement_counts_as_firmer_than_any_estimate():
    rows = [([0], None, 1.0, 1000.0), ([1], None, 100.0, 100.0), ([2], None, 100.0, 100.0)]
    looseness = View.of(told(*rows, soft=[0.0, 0.01, 0.2]), np.zeros(6)).looseness
    assert looseness[0] < looseness[1] < looseness[2]


def test_statements_without_a_level_are_refused():
    with pytest.raises(ValueError, match="no statement gives a level above zero"):
        View.of(told(CHANGES[0], SHUT), np.zeros(6))


# ---------------------------------------------------------------------------------------------------- slopes

SOME = np.log([100.0, 90.0, 110.0, 120.0, 80.0, 70.0]) - OFFSET


def differences(view, z, rows, step=1e-5):
    """Slopes of what is said by z, (rows, n), from values on either side."""
    ends = [view.said(view.value(z + side * step * np.eye(len(z))), rows) for side in (1, -1)]
    return (ends[0] - ends[1]).T / (2 * step)


KINDS = {"months": MONTHS, "sums": SUMS, "changes": CHANGES, "closed months": CLOSED, "nearly closed": NEARLY}


@pytest.mark.parametrize("rows", KINDS.values(), ids=KINDS)
def test_slopes_are_derivatives_of_what_is_said(rows):
    stated = told(*MONTHS, *rows)
    view = View.of(stated, OFFSET)
    assert view.closed.tolist() == [False] * 5 + [rows in (CLOSED, NEARLY)]
    plain = np.flatnonzero(~view.is_silent)
    expected = differences(view, SOME, plain)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(view.slopes(view.value(SOME), plain), expected, atol=1e-8)
    np.testing.assert_allclose(view.slopes(view.value(SOME), plain, [4, 1]), expected[:, [4, 1]], atol=1e-8)
    np.testing.assert_allclose(view.linearised(SOME, 4.4).h[plain], expected, atol=1e-8)


def test_slopes_of_many_paths_are_those_of_each():
    view = View.of(told(*MONTHS, *SUMS, *CHANGES), OFFSET)
    paths = view.value(SOME + 0.2 * np.random.default_rng(0).standard_normal((5, 6)))
    np.testing.assert_allclose(view.slopes(paths), [view.slopes(x) for x in paths])


def test_linearised_statements_meet_what_is_said_to_the_second_order():
    view, centre = View.of(told(*MONTHS, *SUMS, *CHANGES), OFFSET), 4.5
    rows = view.linearised(SOME, centre)

    def missed(step):
        z = SOME + step * np.linspace(-1, 1, 6)
        return np.abs(view.target - view.said(view.value(z)) - (rows.residual - rows.h @ (z - centre))).max()

    assert missed(0.0) < 1e-12
    assert missed(0.02) / missed(0.01) == pytest.approx(4, rel=0.05)


# ---------------------------------------------------------------------------------------------------- the mode


def loss(z, stated, offset, centre, covariance):
    """Minus the log posterior density of z, from the definition: a uniform interval as a Gaussian of its variance."""
    x = np.exp(z + offset)
    below = np.where(stated.den.any(axis=1), stated.den @ x, 1.0)
    missed = np.log(stated.num @ x / below) - (np.log(stated.lower) + np.log(stated.upper)) / 2
    variance = np.log(stated.upper / stated.lower) ** 2 / 12 + stated.soft_sd**2
    apart = z - centre
    return 0.5 * np.sum(missed**2 / variance) + 0.5 * apart @ np.linalg.solve(covariance, apart)


def slope(of, z, step=1e-5):
    return np.array([(of(z + one) - of(z - one)) / (2 * step) for one in step * np.eye(len(z))])


@pytest.mark.parametrize("rows", [MONTHS, (*MONTHS, *SUMS), (*MONTHS, *CHANGES), (*SUMS, *CHANGES)])
@pytest.mark.parametrize("soft", [0.0, 0.1])
def test_the_search_ends_where_the_posterior_is_flat_and_nothing_is_likelier(rows, soft):
    stated = told(*rows, soft=np.where(np.arange(len(rows)) % 2, soft, 0.0))
    view, centre = View.of(stated, OFFSET), 4.4

    def of(z):
        return loss(z, stated, OFFSET, centre, WALK)

    found, linear = settle(view, view.start(), centre, WALK)
    assert np.abs(slope(of, found)).max() < 1e-4 < 1.0 < np.abs(slope(of, found + 0.1)).max()
    assert of(found) <= minimize(of, view.start(), method="BFGS").fun + 1e-6
    np.testing.assert_allclose(linear.h, view.linearised(found, centre).h, atol=1e-7)


def test_of_months_stated_alone_the_mode_is_the_mean_of_gaussians():
    """Half a unit above the centre by a variance as large as the prior's: half of it is believed, and half of that
    by a month that goes half along."""
    stated = told(([0], None, np.exp(5.5), np.exp(5.5)), n=2, soft=[1.0])
    found, _ = settle(View.of(stated, np.zeros(2)), np.zeros(2), 5.0, np.array([[1.0, 0.5], [0.5, 1.0]]))
    assert found == pytest.approx([5.25, 5.125])


def test_a_search_that_swings_to_and_fro_comes_to_rest():
    """Two sums far apart in level, which undamped Gauss-Newton steps never reach."""
    num = np.zeros((2, 40))
    num[0, 8:11], num[1, 31:33] = 1.0, 1.0
    stated = bounds.statements(num, np.zeros_like(num), [865.5, 40.15], [866.5, 40.25])
    fitted = structural.fit(stated)
    one_more, _ = settle(fitted.view, fitted.mode, fitted.centre, fitted.covariance, most=1)
    assert np.abs(one_more - fitted.mode).max() < 1e-6


# ------------------------------------------------------------------------------------------------- closed months


def test_only_what_speaks_of_an_open_month_and_has_an_open_base_is_no_silence():
    view = View.of(told(*MONTHS, *CLOSED), OFFSET)
    assert view.closed.tolist() == [False] * 5 + [True]
    assert view.is_silent.tolist() == [False, False, True, False, False, True]
    on_it = View.of(told(*MONTHS, ([5], None, 0.9, 1.1), ([4], [5], 90.0, 110.0)), OFFSET)
    assert on_it.is_silent.tolist() == [False, False, True, True]


@pytest.mark.parametrize("printed", [0.0, 0.5, 1.0])
def test_a_closed_month_is_worth_what_was_printed_wherever_the_model_puts_it(printed):
    view = View.of(told(*MONTHS, ([5], None, printed, printed), ([0, 5], None, 90.0, 110.0)), OFFSET)
    paths = view.value(np.random.default_rng(1).normal(4, 2, (10, 6)))
    assert paths[:, 5] == pytest.approx(np.full(10, printed)) and (paths[:, :5] > 0).all()
    assert (view.slopes(paths, [0, 1, 3])[..., 5] == 0).all()


def mode(*rows):
    view = View.of(told(*rows), OFFSET)
    return settle(view, view.start(), 4.4, WALK)[0]


def test_statements_about_closed_months_move_no_other_month():
    open_months = (*MONTHS, *SUMS, *CHANGES)
    alone = mode(*open_months)
    np.testing.assert_allclose(mode(*open_months, SHUT, ([5], [4], 0.0, 0.005)), alone, atol=1e-3)
    above_the_threshold = mode(*open_months, ([5], None, 3.0, 3.1))
    assert np.abs(above_the_threshold - alone)[:5].max() > 0.1


def test_silent_statements_ask_for_the_threshold_within_a_hundred_units_of_the_logarithm():
    view = View.of(told(*MONTHS, *CLOSED), OFFSET)
    rows = view.linearised(SOME, 4.4)
    assert np.exp(view.target[view.is_silent]) == pytest.approx([FLOOR * view.typical] * 2)
    assert rows.variance[view.is_silent] == pytest.approx([SILENT**2] * 2)
    assert rows.h[view.is_silent].tolist() == [[0, 0, 0, 0, 0, 1]] * 2


def test_a_statement_left_out_says_nothing_of_the_level():
    rows = told(*MONTHS, *SUMS, soft=[0.0, 0.0, 0.0, np.inf])
    view = View.of(rows, OFFSET)
    assert view.is_silent.tolist() == [False, False, False, True] and np.isfinite(view.variance).all()
    without = View.of(rows.take([0, 1, 2]), OFFSET)
    beside, alone = (settle(each, each.start(), 4.4, WALK)[0] for each in (view, without))
    np.testing.assert_allclose(beside, alone, atol=1e-3)
