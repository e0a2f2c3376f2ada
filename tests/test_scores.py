import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from ezlib import scores as s

# Monthly airline passengers in thousands, 1949-1960: Box and Jenkins (1976), series G.
# fmt: off
AIRLINE = np.array([
    112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118,
    115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114, 140,
    145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
    171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201,
    204, 188, 235, 227, 234, 264, 302, 293, 259, 229, 203, 229,
    242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278,
    284, 277, 317, 313, 318, 374, 413, 405, 355, 306, 271, 306,
    315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336,
    340, 318, 362, 348, 363, 435, 491, 505, 404, 359, 310, 337,
    360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405,
    417, 391, 419, 461, 472, 535, 622, 606, 508, 461, 390, 432,
], float)
# fmt: on
VALUES = arrays(float, st.integers(1, 30), elements=st.floats(-1e6, 1e6))


def test_a_positive_error_means_that_more_came_in_than_was_forecast():
    assert s.errors([110.0], [100.0]) == 10


def test_smape_of_a_worked_example():
    assert s.smape([100.0, 50.0], [120.0, 50.0]) == pytest.approx((200 * 20 / 220 + 0) / 2)


def test_smape_counts_nothing_where_outturn_and_forecast_are_both_zero():
    assert s.smape([0.0, 0.0], [0.0, 5.0]) == 100


@given(VALUES)
def test_smape_lies_between_0_and_200_and_is_0_for_a_perfect_forecast(y):
    assert s.smape(y, y) == 0
    assert 0 <= s.smape(y, y[::-1] + 1) <= 200


def test_mase_is_1_when_the_error_is_that_of_the_seasonal_naive_in_the_history():
    history = np.r_[np.arange(12.0), np.arange(12.0) + 3]
    assert s.seasonal_scale(history) == 3
    assert s.mase([10.0, 20.0], [13.0, 17.0], history) == 1


def test_the_scale_uses_the_pairs_that_are_known_and_falls_back_to_monthly_changes():
    gapped = np.r_[np.arange(12.0), np.nan, np.arange(1.0, 12.0) + 3]
    assert s.seasonal_scale(gapped) == 3
    assert s.seasonal_scale([1.0, 3.0, 6.0]) == 2.5
    assert np.isnan(s.seasonal_scale(np.ones(30)))


def test_seasonal_indices_of_the_airline_series_are_those_that_r_prints():
    printed = [0.9102304, 0.8836253, 1.0073663, 0.9759060, 0.9813780, 1.1127758]
    printed += [1.2265555, 1.2199110, 1.0604919, 0.9217572, 0.8011781, 0.8988244]
    assert s.seasonal_indices(AIRLINE) == pytest.approx(printed, abs=5e-7)


def test_naive2_carries_the_adjusted_last_month_forward():
    index = s.seasonal_indices(AIRLINE)
    assert s.is_seasonal(AIRLINE)
    assert s.naive2(AIRLINE, 14) == pytest.approx(432 / index[11] * np.r_[index, index[:2]])


def test_naive2_starts_at_the_right_month_when_the_history_ends_inside_a_year():
    pattern = np.tile(np.arange(1.0, 13.0), 5)
    assert s.naive2(pattern[:52], 3) == pytest.approx([5, 6, 7])


def test_naive2_is_a_random_walk_without_a_season_or_below_three_years():
    assert (s.naive2(AIRLINE[:35], 3) == AIRLINE[34]).all()
    assert (s.naive2(np.full(60, 7.0), 3) == 7).all()
    noise = np.random.default_rng(1).normal(100, 10, 60)
    assert not s.is_seasonal(noise)
    with pytest.raises(ValueError, match="complete months"):
        s.naive2([1.0, np.nan, 2.0], 3)


def test_owa_of_the_m4_winner_is_the_published_one():
    # Monthly series, "Evaluation and Ranks" of the M4 competition: the ES-RNN entry against Naive2.
    assert s.owa(12.126, 0.884, 14.427, 1.063) == pytest.approx(0.836, abs=5e-4)


def test_interval_score_of_a_worked_example():
    found = s.interval_score([10.0, 4.0, 25.0], [5.0] * 3, [20.0] * 3, level=0.8)
    assert found == pytest.approx([15, 15 + 10 * 1, 15 + 10 * 5])
    history = np.r_[np.zeros(12), np.full(12, 5.0)]
    assert s.msis([10.0, 4.0, 25.0], 5.0, 20.0, history, level=0.8) == pytest.approx(found.mean() / 5)


def test_coverage_counts_the_ends_as_inside():
    assert s.coverage([1.0, 2.0, 3.0, 4.0], 2.0, 3.0) == 0.5


def test_crps_of_paths_is_the_closed_form_of_the_normal_distribution():
    paths = stats.norm.ppf((np.arange(4000) + 0.5) / 4000)[:, None]
    y = np.array([0.7])
    closed = 0.7 * (2 * stats.norm.cdf(0.7) - 1) + 2 * stats.norm.pdf(0.7) - 1 / np.sqrt(np.pi)
    assert s.crps(y, paths) == pytest.approx([closed], abs=1e-3)


def test_crps_is_the_definition_by_pairs():
    paths = np.random.default_rng(0).normal(size=(9, 3))
    y = np.array([0.1, -3.0, 2.0])
    pairs = np.abs(paths[:, None] - paths[None]).mean((0, 1))
    assert s.crps(y, paths) == pytest.approx(np.abs(paths - y).mean(0) - pairs / 2)
    assert s.crps([3.0], [[1.0]]) == 2


def test_pit_ranks_the_outturn_among_the_paths():
    paths = np.array([[1.0], [2.0], [3.0], [4.0]])
    assert s.pit([2.5], paths) == 0.5
    assert s.pit([0.0], paths) == 0.1
    assert s.pit([3.0], paths) == pytest.approx((2 + 0.5 + 0.5) / 5)


def test_brier_of_a_worked_example():
    assert s.brier([0.9, 0.2, 0.5], [1, 0, 0]) == pytest.approx((0.01 + 0.04 + 0.25) / 3)


def test_reliability_says_what_was_stated_and_what_came_of_it():
    table = s.reliability([0.05, 0.07, 0.62, 0.68, 1.0], [0, 0, 1, 0, 1])
    assert table["lower"].tolist() == [0, 0.6, 0.9]
    assert table["cases"].tolist() == [2, 2, 1]
    assert table["stated"].tolist() == pytest.approx([0.06, 0.65, 1.0])
    assert table["reached"].tolist() == [0, 0.5, 1]
    assert s.calibration_error([0.05, 0.07, 0.62, 0.68, 1.0], [0, 0, 1, 0, 1]) == pytest.approx(0.4 * 0.06 + 0.4 * 0.15)


def test_a_calibrated_forecaster_has_a_small_calibration_error():
    rng = np.random.default_rng(0)
    p = rng.uniform(size=20_000)
    assert s.calibration_error(p, rng.uniform(size=20_000) < p) < 0.02
    assert s.calibration_error(p, rng.uniform(size=20_000) < 0.5) > 0.2


def test_skill_is_one_minus_the_ratio_of_scores():
    assert s.skill(0.15, 0.2) == pytest.approx(0.25)


def test_diebold_mariano_at_horizon_1_is_the_t_test_of_the_difference():
    rng = np.random.default_rng(3)
    a, b = rng.exponential(size=(2, 25))
    theirs = stats.ttest_1samp(a - b, 0)
    assert s.diebold_mariano(a, b) == pytest.approx((theirs.statistic, theirs.pvalue))


def test_diebold_mariano_corrects_for_the_horizon_as_harvey_leybourne_and_newbold_do():
    d = np.array([1.0, 2.0, 2.0, 3.0, 1.0, -1.0, -1.0, 1.0])
    c = d - d.mean()
    variance = (c @ c + 2 * (c[1:] @ c[:-1])) / 8 / 8
    by_hand = np.sqrt((8 + 1 - 4 + 2 / 8) / 8) * 1 / np.sqrt(variance)
    assert s.diebold_mariano(d, np.zeros(8), horizon=2).statistic == pytest.approx(by_hand)


def test_the_first_forecaster_is_better_when_the_statistic_is_negative():
    a, b = np.ones(20) + 0.01 * np.arange(20) % 3, np.full(20, 2.0)
    assert s.diebold_mariano(a, b).statistic < 0
    assert s.diebold_mariano(a, b).p_value < 0.001
    assert np.isnan(s.diebold_mariano(np.ones(5), np.ones(5)).p_value)


def test_diebold_mariano_never_divides_by_a_negative_variance():
    swinging = np.array([1.0, -1.0] * 10) + 0.1
    assert np.isfinite(s.diebold_mariano(swinging, np.zeros(20), horizon=2).statistic)


def test_a_bootstrap_interval_of_the_mean_is_about_the_normal_one():
    x = np.random.default_rng(5).normal(10, 2, 400)
    low, high = s.bootstrap_interval(x, level=0.9)
    half = 1.645 * x.std() / 20
    assert (low, high) == pytest.approx((x.mean() - half, x.mean() + half), abs=0.02)
    assert s.bootstrap_interval(x, level=0.9) == (low, high)


def test_blocks_widen_the_interval_when_their_members_move_together():
    shocks = np.random.default_rng(6).normal(size=8)
    rows, years = np.repeat(shocks, 50), np.repeat(np.arange(8), 50)
    alone, together = s.bootstrap_interval(rows), s.bootstrap_interval(rows, blocks=years)
    assert together[1] - together[0] > 4 * (alone[1] - alone[0])


def test_a_bootstrap_takes_any_statistic_of_rows():
    rows = np.random.default_rng(7).uniform(1, 2, (60, 2))
    low, high = s.bootstrap_interval(rows, lambda r: r[:, 0].mean() / r[:, 1].mean())
    assert low < rows[:, 0].mean() / rows[:, 1].mean() < high
