"""Running totals among months: years that are, years that only look like it, slips, and what forecasts make of them."""

import numpy as np
import pandas as pd
import pytest

from ezlib import evaluate
from ezlib.outlook import forecast
from ezlib.running_totals import months_behind

SEASON = np.array([1.0, 0.7, 1.1, 1.0, 1.0, 1.1, 0.9, 1.0, 1.1, 1.0, 1.0, 1.2])


def flow(years: int, seed: int = 0) -> np.ndarray:
    noise = 0.05 * np.random.default_rng(seed).standard_normal(12 * years)
    return 100 * np.tile(SEASON, years) * np.exp(0.004 * np.arange(12 * years) + noise)


def collected(months: np.ndarray, years: int, last: int = 11) -> np.ndarray:
    """The first `years` years as running totals from January to month `last`, the rest as months."""
    grid = months.reshape(-1, 12).copy()
    grid[:years, :last] = np.cumsum(grid[:years, :last], axis=1)
    return grid.ravel()


@pytest.mark.parametrize("last", [9, 10, 11, 12])
@pytest.mark.parametrize("years", [2, 3, 5])
def test_months_behind_running_totals_are_found_again(years, last):
    months = flow(5)
    np.testing.assert_allclose(months_behind(collected(months, years, last), 1), months)


def test_the_last_of_them_may_end_with_the_half_year():
    months = flow(5)
    values = collected(months, 4)
    values[36:48] = collected(months[36:48], 1, 6)
    np.testing.assert_allclose(months_behind(values, 1), months)


def test_a_series_may_begin_and_end_inside_a_running_total():
    months = flow(5)
    whole = collected(months, 5, 12)
    for start in range(12):
        for stop in range(38, 61):
            found = months_behind(whole[start:stop], start % 12 + 1)
            first = 1 if start else 0  # the first of a year under way is a total of months before the series
            np.testing.assert_allclose(found[first:], months[start:stop][first:])
            assert not start or np.isnan(found[0])


@pytest.mark.parametrize("first", range(1, 13))
def test_months_stay_months_however_seasonal(first):
    rng = np.random.default_rng(first)
    for amplitude in np.linspace(0, 2, 200):
        season = amplitude * np.sin(2 * np.pi * (np.arange(72) + rng.integers(12)) / 12)
        months = np.exp(5 + season + 0.2 * rng.standard_normal(72) + np.cumsum(0.05 * rng.standard_normal(72)))
        np.testing.assert_array_equal(months_behind(months, first), months)


def test_spending_that_grows_through_every_year_is_no_running_total():
    months = np.tile(20 * 1.28 ** np.arange(12), 5)  # 20 in January, 300 in December
    np.testing.assert_array_equal(months_behind(months, 1), months)


def test_one_such_year_is_not_enough():
    values = collected(flow(4), 1)
    np.testing.assert_array_equal(months_behind(values, 1), values)


def test_a_year_with_a_slip_is_set_aside_but_for_its_january():
    months = flow(5)
    values = collected(months, 4)
    values[12 + 5] /= 3  # a digit lost in the second year
    found = months_behind(values, 1)
    assert np.isnan(found[13:24]).all()
    others = np.r_[0:13, 24:60]
    np.testing.assert_allclose(found[others], months[others])


def test_a_slip_in_the_first_year_does_not_leave_totals_among_the_months():
    months = flow(5)
    values = collected(months, 3)
    values[5] /= 3
    found = months_behind(values, 1)
    assert np.isnan(found[1:12]).all()
    np.testing.assert_allclose(found[12:], months[12:])


def test_missing_months_leave_open_what_they_touch_and_no_more():
    months = flow(4)
    values = collected(months, 3)
    values[[15, 40]] = np.nan
    found = months_behind(values, 1)
    assert np.flatnonzero(np.isnan(found)).tolist() == [15, 16, 40]
    known = ~np.isnan(found)
    np.testing.assert_allclose(found[known], months[known])


def test_a_forecast_reads_them_says_so_and_equals_that_of_the_months():
    months, values = flow(6), collected(flow(6), 4)
    index = pd.period_range("2018-01", periods=72, freq="M")
    found, told = forecast(pd.Series(values, index), 12, paths=200), forecast(pd.Series(months, index), 12, paths=200)
    np.testing.assert_allclose(found.paths, told.paths, rtol=1e-9)
    assert "running_totals" in found.notes and "running_totals" not in told.notes
    assert found.status["2018-02"] == "derived" and found.status["2018-01"] == "reported"
    assert found.months["value"]["2018-02"] == pytest.approx(months[1])
    row = found.observations.set_index("end").loc[pd.Period("2019-05")]
    assert row["start"] == pd.Period("2019-01") and row["value"] == pytest.approx(months[12:17].sum())


def test_figures_that_fit_no_reading_are_marked_in_the_observations():
    values = collected(flow(6), 4)
    values[17] /= 3
    found = forecast(pd.Series(values, pd.period_range("2018-01", periods=72, freq="M")), 12, paths=200)
    aside = found.observations[found.observations["relaxed"]]
    assert aside["end"].tolist() == list(pd.period_range("2019-02", "2019-12", freq="M"))
    assert (found.status["2019-02":"2019-12"] == "estimated").all()


def test_an_evaluation_gives_the_months_to_every_method():
    index = pd.period_range("2018-01", periods=72, freq="M")
    methods = ("structural", "seasonal_naive")
    tables = [
        evaluate.annual_totals(pd.Series(values, index), [2022], (0, 6), methods, paths=100)
        for values in (flow(6), collected(flow(6), 4))
    ]
    pd.testing.assert_frame_equal(tables[0].totals, tables[1].totals)
    errors = [
        evaluate.rolling_origins(pd.Series(values, index), 6, methods, origins=["2021-05"], paths=100)
        for values in (flow(6), collected(flow(6), 4))
    ]
    pd.testing.assert_frame_equal(*errors)
