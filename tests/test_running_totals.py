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


@pytest.mark.parametrize(
    "year",
    [
        20 * 1.28 ** np.arange(12),  # spending that grows through the year, from 20 to 300
        [1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6, 6],  # a climb that ends early
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 4, 4, 4],  # a climb that ends with months four times the average of a total
        [1, 2, 3, 4, 5, 6, 7, 8, 1, 1, 1, 1],  # a climb that is gone by September
        [1, 2, 3, 4, 3.8, 5, 6, 7, 8, 9, 10, 1],  # one that falls on the way
        [8, 16, 50, 60, 70, 75, 80, 85, 90, 95, 100, 100],  # one that jumps in March
    ],
    ids=["convex", "early", "high after", "short", "falls", "jumps"],
)
def test_years_that_only_climb_are_months(year):
    months = np.tile(np.array(year, float), 5)
    np.testing.assert_array_equal(months_behind(months, 1), months)


def test_a_climb_that_the_next_january_goes_on_from_is_one_of_months():
    months = np.tile(np.append(np.arange(1.0, 13.0), np.full(12, 12.0)), 2)
    np.testing.assert_array_equal(months_behind(months, 1), months)


def test_one_such_year_is_not_enough():
    values = collected(flow(4), 1)
    np.testing.assert_array_equal(months_behind(values, 1), values)


@pytest.mark.parametrize("year", [0, 1, 3])
@pytest.mark.parametrize("slip", [1 / 3, 0.8, 3])
def test_a_slip_leaves_open_what_lies_beside_it_whatever_the_year(year, slip):
    months = flow(5)
    values = collected(months, 4)
    at = 12 * year + 7
    values[at] *= slip  # August
    found = months_behind(values, 1)
    known = ~np.isnan(found)
    assert 2 <= (~known).sum() <= 3 and np.abs(np.flatnonzero(~known) - at).max() <= 1 + (slip > 1)
    np.testing.assert_allclose(found[known], months[known], rtol=0.15)


def test_a_small_revision_in_every_year_hides_no_total():
    months = flow(5)
    values = collected(months, 4)
    values[[12 * year + 6 for year in range(4)]] = 0.999 * values[[12 * year + 5 for year in range(4)]]
    found = months_behind(values, 1)
    known = ~np.isnan(found)
    assert known.sum() == 60 - 4 * 3
    np.testing.assert_allclose(found[known], months[known])


@pytest.mark.parametrize("gap", [[15], [24], [0, 12, 24, 36], [11, 23, 35], [15, 16]])
def test_missing_months_leave_open_what_they_touch_and_no_more(gap):
    months = flow(5)
    values = collected(months, 4)
    values[gap] = np.nan
    found = months_behind(values, 1)
    after = [at + 1 for at in gap if (at + 1) % 12 != 11 and (at + 1) % 12]  # December and January are themselves
    assert np.flatnonzero(np.isnan(found)).tolist() == sorted({*gap, *after})
    known = ~np.isnan(found)
    np.testing.assert_allclose(found[known], months[known])


@pytest.mark.parametrize("factor", [0.2, 1, 5])
def test_months_after_the_totals_are_kept_however_high(factor):
    months = flow(5)
    months[36:] *= factor
    months[40] *= 5
    np.testing.assert_allclose(months_behind(collected(months, 3), 1), months)


@pytest.mark.parametrize(("two", "read"), [([60, 95], [60, 95]), ([115, 230], [115, 115])])
def test_a_last_year_of_two_months_is_read_the_nearer_way(two, read):
    found = months_behind(np.append(collected(flow(3), 3, 12), two), 1)
    np.testing.assert_allclose(found[-2:], read)


def test_the_beginning_of_a_year_under_way_counts_beside_one_year():
    months = flow(2)
    values = collected(months, 2, 12)[:16]
    np.testing.assert_allclose(months_behind(values, 1), months[:16])


def test_a_forecast_reads_them_says_so_and_equals_that_of_the_months():
    months, values = flow(6), collected(flow(6), 4)
    index = pd.period_range("2018-01", periods=72, freq="M")
    found, told = forecast(pd.Series(values, index), 12, paths=200), forecast(pd.Series(months, index), 12, paths=200)
    np.testing.assert_allclose(found.paths, told.paths, rtol=1e-9)
    assert "running_totals" in found.notes and "running_totals" not in told.notes
    assert found.status["2018-02"] == "derived" and found.status["2018-01"] == "reported"
    assert found.months["value"]["2018-02"] == pytest.approx(months[1])
    row = found.observations.set_index("end").loc["2019-05-31"]
    assert row["start"] == pd.Timestamp("2019-01-01") and row["value"] == pytest.approx(months[12:17].sum())


def test_totals_that_no_month_follows_from_are_marked_in_the_observations():
    values = collected(flow(6), 4)
    values[19] /= 3
    found = forecast(pd.Series(values, pd.period_range("2018-01", periods=72, freq="M")), 12, paths=200)
    aside = found.observations[found.observations["relaxed"]]
    assert aside["end"].tolist() == [pd.Timestamp(day) for day in ("2019-07-31", "2019-08-31", "2019-09-30")]
    assert (aside["start"] == pd.Timestamp("2019-01-01")).all()
    assert (found.status["2019-07":"2019-09"] == "estimated").all()


def test_totals_older_than_the_ten_years_used_are_read_before_they_are_cut():
    months, index = flow(13), pd.period_range("2010-01", periods=156, freq="M")
    found = forecast(pd.Series(collected(months, 4), index), 6, paths=100)
    assert found.status.index[0] == pd.Period("2013-01") and "running_totals" in found.notes
    assert found.months["value"]["2013-06"] == pytest.approx(months[41])
    assert found.printed["2013-02":"2013-11"].isna().all() and found.printed["2013-12"] == pytest.approx(months[47])


def test_who_knows_better_can_have_every_value_taken_for_a_month():
    index = pd.period_range("2018-01", periods=72, freq="M")
    values = collected(flow(6), 4)
    found = forecast(pd.Series(values, index), 6, paths=100, find_totals=False)
    np.testing.assert_allclose(found.printed.dropna(), values)
    assert "running_totals" not in found.notes


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
