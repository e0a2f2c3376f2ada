"""The steps that draws are made of: each has the distribution it claims."""

import numpy as np
import pytest
from scipy.special import log_ndtr, ndtri_exp
from scipy.stats import kstest, multivariate_normal, truncnorm

from ezlib import sampling

CHANCES = np.linspace(0.001, 0.999, 999)
CUTS = {
    "wide": (-2.0, 3.0),
    "one side": (0.5, 50.0),
    "narrow": (1.0, 1.01),
    "as narrow as exponential": (-0.01, 0.0095),
    "upper tail": (8.0, 9.0),
    "lower tail": (-25.0, -6.0),
    "far tail": (40.0, 41.0),
    "far tail, narrow": (-60.0001, -60.0),
}


@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_cut_gaussians_are_those_of_an_independent_library(cut):
    mean, spread = 3.0, 0.7
    low, high = (mean + spread * end for end in cut)
    found = sampling.truncated_gaussian(mean, spread, low, high, CHANCES)
    found = found[::-1] if sum(cut) > 0 else found  # chances count from the end that lies farther out
    expected = truncnorm.ppf(CHANCES, *cut, loc=mean, scale=spread)
    assert np.allclose((found - low) / (high - low), (expected - low) / (high - low), atol=2e-3)
    assert (np.diff(found) >= 0).all()


def test_far_beyond_what_libraries_compute_values_lie_at_the_nearer_end():
    found = sampling.truncated_gaussian(0.0, 1.0, 1e6, 1e6 + 1.0, CHANCES)
    assert np.allclose((found - 1e6) * 1e6, -np.log(CHANCES), rtol=1e-2, atol=1e-3)  # exponential of rate 10⁶


def test_a_quantile_in_the_tail_is_right_to_many_digits():
    chance, low = 0.3, 5.0
    tail = log_ndtr(-low) + np.log(chance)
    assert sampling.truncated_gaussian(0.0, 1.0, low, 60.0, chance) == pytest.approx(-ndtri_exp(tail), rel=1e-9)


def limited(low, high, covariance, sweeps=60, count=4000, seed=0):
    """Gibbs draws of a Gaussian pair in [-1, 1]² whose sum is limited."""
    rng, precision = np.random.default_rng(seed), np.linalg.inv(covariance)
    limits = sampling.Limits(np.array([[1.0, 1.0]]), np.array([low]), np.array([high]))
    values = np.full((count, 2), (low + high) / 4)
    for _ in range(sweeps):
        for i in range(2):
            limits.redraw(values, i, precision[i], 0.0, 1.0, rng)
    return values


def test_values_within_limits_are_those_that_rejection_leaves():
    covariance = np.array([[0.6, -0.2], [-0.2, 0.3]])
    every = multivariate_normal.rvs(cov=covariance, size=400_000, random_state=1)
    sums = every.sum(axis=1)
    left = every[(np.abs(every) < 1).all(axis=1) & (sums > 0.2) & (sums < 0.9)]
    found = limited(0.2, 0.9, covariance)
    assert (np.abs(found) <= 1).all() and (found.sum(axis=1) >= 0.2).all() and (found.sum(axis=1) <= 0.9).all()
    assert [kstest(found[:, i], left[:, i]).pvalue > 0.001 for i in range(2)] == [True, True]


def test_a_value_without_room_stays_where_it_is():
    limits = sampling.Limits(np.array([[1.0, 1.0]]), np.array([1.5]), np.array([1.6]))
    values = np.array([[0.9, 0.1]])
    limits.redraw(values, 0, np.array([1.0, 0.0]), 0.0, 1.0, np.random.default_rng(0))
    assert values.tolist() == [[0.9, 0.1]]


def test_values_that_only_their_own_interval_limits_are_not_tied():
    limits = sampling.Limits(np.array([[1.0, 1e-14, 0.5]]), np.array([-1.0]), np.array([1.0]))
    assert limits.tied.tolist() == [True, False, True]


def test_a_gaussian_is_flat_where_neither_curve_nor_slope_can_be_seen():
    precision = np.array([[0.01, 0.005], [0.005, 0.1]])
    assert sampling.is_flat(precision, np.array([0.0, 0.0])).tolist() == [True, False]
    assert sampling.is_flat(precision, np.array([0.2, 0.0])).tolist() == [False, False]


def test_weights_add_up_and_tell_what_they_are_worth():
    weight = sampling.normalised(np.array([-1e4, -1e4 + np.log(3.0), -np.inf]))
    assert weight == pytest.approx([0.25, 0.75, 0.0])
    assert sampling.effective(weight) == pytest.approx(1 / (0.25**2 + 0.75**2))
    nothing = sampling.normalised(np.full(4, -np.inf))
    assert nothing.tolist() == [0, 0, 0, 0] and sampling.effective(nothing) == 0


def test_each_draw_is_kept_as_often_as_its_weight_says():
    weight = np.array([0.5, 0.3, 0.2])
    for seed in range(20):
        times = np.bincount(sampling.resampled(weight, 10, np.random.default_rng(seed)), minlength=3)
        assert times.sum() == 10 and (np.abs(times - 10 * weight) < 1).all()
    assert sampling.resampled(np.full(4, 0.25), 4, np.random.default_rng(0)).tolist() == [0, 1, 2, 3]


def test_rows_that_follow_from_firmer_ones_are_left_out():
    rows = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert sampling.independent(rows, np.array([9.0, 1.0, 2.0, 3.0])).tolist() == [1, 2, 3]
    assert sampling.independent(rows, np.array([0.0, 1.0, 2.0, 3.0])).tolist() == [0, 1, 3]


def test_a_singular_covariance_has_a_root():
    covariance = np.full((3, 3), 2.0)
    root = sampling.root(covariance)
    assert np.allclose(root @ root.T, covariance, atol=1e-10) and np.allclose(root, np.tril(root))
    assert sampling.root(np.zeros((0, 0))).shape == (0, 0)


def test_even_points_fill_any_run_of_the_square_evenly():
    points = sampling.even_points(400, np.random.default_rng(3))
    assert points.shape == (400, 2) and (points[::2] == points[1::2]).all()
    for run in (points[:200:2], points[200::2]):
        for column in run.T:
            assert np.abs(np.sort(column) - (np.arange(100) + 0.5) / 100).max() < 0.05
