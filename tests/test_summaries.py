"""Scores averaged over cases: worked by hand, of perfect methods, and against Naive2."""

import numpy as np
import pandas as pd
import pytest
from made_up import FLAT, TRUTH, either, knows, months

from ezlib import evaluate as e
from ezlib import summaries
from ezlib.contracts import DataError


def test_several_series_are_scored_side_by_side_and_each_weighs_the_same():
    pair = {"a": TRUTH, "b": months(seed=1)[:60]}
    errors = e.rolling_origins(pair, 6, ["naive", "naive2"], step=6, paths=20)
    by_series = summaries.summarise(errors, ["method", "series"])
    assert summaries.summarise(errors)["smape"]["naive"] == pytest.approx(by_series["smape"]["naive"].mean())


def test_the_summary_of_a_perfect_method_is_perfect():
    table = summaries.summarise(
        e.rolling_origins(TRUTH, 6, {"best": knows(spread=1.0)}, step=6, paths=101), ours="best"
    )
    best = table.loc["best"]
    assert (best[["smape", "mase", "bias"]].abs() < 1e-9).all()
    assert (best[["coverage_80", "coverage_95"]] == 1).all() and best["pit_mean"] == pytest.approx(0.5)
    assert np.isnan(best["owa"])


@pytest.fixture(scope="module")
def compared():
    return e.rolling_origins(TRUTH, 6, ["structural", "naive", "naive2"], step=3, paths=100)


def test_naive2_has_an_owa_of_one_in_every_group(compared):
    for by in (["method"], ["method", "horizon"]):
        table = summaries.summarise(compared, by).reset_index()
        assert table.loc[table["method"] == "naive2", "owa"].to_numpy() == pytest.approx(1)


def test_the_structural_model_beats_the_last_month_on_a_seasonal_series_and_the_test_says_so(compared):
    table = summaries.summarise(compared)
    assert table.loc["structural", "owa"] < 0.8 < table.loc["naive", "owa"]
    assert table.loc["naive", "dm"] > 2 and table.loc["naive", "dm_p"] < 0.05
    assert np.isnan(table.loc["structural", "dm_p"])


def test_origins_overlap_by_the_horizon_divided_by_their_distance():
    quarterly = pd.period_range("2020-01", periods=5, freq="3M").asfreq("M")
    assert (
        summaries._overlap(quarterly, 12) == 4
        and summaries._overlap(quarterly, 2) == 1
        and summaries._overlap(quarterly[:1], 6) == 6
    )


def test_the_histogram_of_a_method_that_spreads_too_wide_heaps_in_the_middle():
    errors = e.rolling_origins(TRUTH, 6, {"wide": knows(shift=1, spread=100)}, step=12, paths=100)
    shares = summaries.pit_histogram(errors, bins=5).loc["wide"]
    assert shares["0.4"] == 1 and shares.sum() == 1


def test_brier_scores_and_skill_of_the_annual_total_task_are_those_worked_by_hand():
    methods = {"even": either(1, 2), "profile": either(2, 2)}
    found = e.annual_totals({"a": FLAT, "b": FLAT * 3}, [2022, 2023], [6], methods, paths=100)
    table = summaries.summarise_totals(found).loc[6]
    sure, even, wrong = (0.5 / 101) ** 2, (50.5 / 101) ** 2, (100.5 / 101) ** 2
    assert table["cases"].tolist() == [4, 4]
    assert table.loc["even", "brier"] == pytest.approx((2 * sure + 2 * even) / 4)
    assert table.loc["profile", "brier"] == pytest.approx((2 * sure + 2 * wrong) / 4)
    assert table.loc["even", "skill_profile"] == pytest.approx(1 - (sure + even) / (sure + wrong))
    assert table.loc["even", "coverage_80"] == 1 and table.loc["profile", "coverage_80"] == 0


def test_brier_differences_are_paired_and_coverage_has_an_interval():
    methods = {"structural": either(1, 2), "profile": either(2, 2)}
    found = e.annual_totals({"a": FLAT, "b": months()}, [2021, 2022, 2023], [3, 9], methods, paths=100)
    difference = summaries.brier_difference(found.chances, "profile", draws=200)
    assert list(difference.index) == [3, 9]
    assert (difference["lower"] <= difference["difference"]).all()
    assert (difference["difference"] <= difference["upper"]).all()
    coverage = summaries.coverage_interval(found.totals, blocks="series", draws=200).loc[(3, "structural")]
    assert coverage["lower"] <= coverage["coverage"] <= coverage["upper"]
    assert set(summaries.reliability(found.chances)["method"]) == {"structural", "profile"}


def test_the_structural_model_beats_the_run_rate_on_seasonal_years():
    found = e.annual_totals(TRUTH, [2022, 2023, 2024], [3], ["structural", "run_rate"], paths=300)
    assert summaries.summarise_totals(found).loc[(3, "structural"), "skill_run_rate"] > 0


def test_a_series_that_never_moved_is_left_out_of_every_measure():
    still = pd.Series(100.0, TRUTH.index)
    given = {"still": still, "moving": TRUTH}
    errors = e.rolling_origins(given, 3, ["naive", "naive2"], step=12, paths=20)
    alone = summaries.summarise(errors[errors["series"] == "moving"])
    pd.testing.assert_frame_equal(summaries.summarise(errors), alone)
    with pytest.raises(DataError, match="still"):
        summaries.summarise(errors[errors["series"] == "still"])


def test_a_year_of_nothing_counts_in_coverage_and_not_in_percentages():
    y = pd.Series(TRUTH.to_numpy().copy(), TRUTH.index)
    y["2022"] = 0.0
    found = e.annual_totals(y, [2021, 2022], [0], ["naive"], min_history=12, paths=20)
    table = summaries.summarise_totals(found)
    assert np.isfinite(table[["mape", "bias", "crps", "width_80"]].to_numpy()).all() and table["cases"].tolist() == [2]
