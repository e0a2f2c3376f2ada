from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ezlib import evaluate as e
from ezlib.catalogue import load_catalogue
from ezlib.contracts import DataError
from ezlib.facts import load_facts
from ezlib.outlook import forecast

BOARD_TRADE = "thu-nghiem/trade_total/board"


def months(n=84, seed=0, noise=0.05):
    rng, t = np.random.default_rng(seed), np.arange(n)
    z = 5 + 0.004 * t + 0.2 * np.sin(2 * np.pi * t / 12) + noise * rng.normal(size=n)
    return pd.Series(np.exp(z), index=pd.period_range("2018-01", periods=n, freq="M"))


TRUTH = months()


def knows(shift=0.0, spread=0.0):
    """A method that knows the outturns of TRUTH, and forecasts them `shift` too low with a spread of `spread`."""

    def method(y, horizon, paths, seed):
        ahead = TRUTH[y.index[-1] + 1 : y.index[-1] + horizon].to_numpy() - shift
        return SimpleNamespace(point=ahead, paths=ahead + np.linspace(-spread, spread, paths)[:, None], fallback="")

    return method


def test_a_row_is_a_method_an_origin_and_a_month_ahead():
    errors = e.rolling_origins(TRUTH, 12, ["structural", "naive2"], step=12, paths=50)
    assert list(errors) == e.ERROR_COLUMNS
    assert len(errors) == 2 * 4 * 12
    assert ((errors["month"].array.asi8 - errors["origin"].array.asi8) == errors["horizon"]).all()
    assert (errors["origin"] == "2020-12").any() and errors["origin"].max() == pd.Period("2023-12", "M")
    assert set(errors["timing"]) == {e.PSEUDO}


def test_errors_are_outturn_less_forecast():
    errors = e.rolling_origins(TRUTH, 6, {"low": knows(shift=10)}, step=24, paths=20)
    assert errors["error"].to_numpy() == pytest.approx(10)
    assert errors["outturn"].to_numpy() == pytest.approx(TRUTH[errors["month"]].to_numpy())
    assert (e.summarise(errors)["bias"] > 0).all()


def test_a_method_sees_nothing_after_the_origin():
    seen = []

    def spy(y, horizon, paths, seed):
        seen.append(y)
        return knows()(y, horizon, paths, seed)

    errors = e.rolling_origins(TRUTH, 3, {"spy": spy}, step=20, paths=5)
    assert [y.index[-1] for y in seen] == list(errors["origin"].unique())
    assert all(y.equals(TRUTH[: y.index[-1]]) for y in seen)


def vintage_table():
    """Every month is published 20 days after it, and 5 higher 30 days later still."""
    first = pd.DataFrame({"month": TRUTH.index, "value": TRUTH.to_numpy() - 5})
    first["published"] = first["month"].dt.end_time.dt.normalize() + pd.Timedelta(days=20)
    again = first.assign(value=TRUTH.to_numpy(), published=first["published"] + pd.Timedelta(days=30))
    table = pd.concat([first, again]).assign(timing=e.REAL)
    return table.sort_values(["published", "month"], ignore_index=True)


def test_vintages_give_each_origin_what_had_been_published_and_the_last_value_as_outturn():
    seen = []

    def spy(y, horizon, paths, seed):
        seen.append(y)
        return knows()(y, horizon, paths, seed)

    errors = e.rolling_origins(vintage_table(), 4, {"spy": spy}, origins=["2021-06"], paths=5)
    expected = TRUTH[:"2021-06"].copy()
    expected.iloc[-1] -= 5  # May had been revised by the day that June first came out
    assert seen[0].to_numpy() == pytest.approx(expected.to_numpy())
    assert (errors["error"].abs() < 1e-9).all() and set(errors["timing"]) == {e.REAL}
    assert set(errors["as_of"]) == {pd.Timestamp("2021-07-20")}


def test_an_assumed_lag_sets_the_day_of_the_forecast_and_the_label():
    errors = e.rolling_origins(TRUTH, 2, ["naive"], origins=["2022-01"], lag_days=30, paths=5)
    assert set(errors["as_of"]) == {pd.Timestamp("2022-03-02")} and set(errors["timing"]) == {e.PSEUDO}


def test_months_whose_outturn_is_unknown_have_no_row():
    y = TRUTH.copy()
    y["2022-03"] = np.nan
    errors = e.rolling_origins(y, 4, ["seasonal_naive", "profile"], origins=["2021-12"], paths=5)
    assert set(errors["horizon"]) == {1, 2, 4}


def test_several_series_are_scored_side_by_side_and_each_weighs_the_same():
    pair = {"a": TRUTH, "b": months(seed=1)[:60]}
    errors = e.rolling_origins(pair, 6, ["naive", "naive2"], step=6, paths=20)
    by_series = e.summarise(errors, ["method", "series"])
    assert e.summarise(errors)["smape"]["naive"] == pytest.approx(by_series["smape"]["naive"].mean())


def test_the_summary_of_a_perfect_method_is_perfect():
    table = e.summarise(e.rolling_origins(TRUTH, 6, {"best": knows(spread=1.0)}, step=6, paths=101), ours="best")
    best = table.loc["best"]
    assert (best[["smape", "mase", "bias"]].abs() < 1e-9).all()
    assert (best[["coverage_80", "coverage_95"]] == 1).all() and best["pit_mean"] == pytest.approx(0.5)
    assert np.isnan(best["owa"])


@pytest.fixture(scope="module")
def compared():
    return e.rolling_origins(TRUTH, 6, ["structural", "naive", "naive2"], step=3, paths=100)


def test_naive2_has_an_owa_of_one_in_every_group(compared):
    for by in (["method"], ["method", "horizon"]):
        table = e.summarise(compared, by).reset_index()
        assert table.loc[table["method"] == "naive2", "owa"].to_numpy() == pytest.approx(1)


def test_the_structural_model_beats_the_last_month_on_a_seasonal_series_and_the_test_says_so(compared):
    table = e.summarise(compared)
    assert table.loc["structural", "owa"] < 0.8 < table.loc["naive", "owa"]
    assert table.loc["naive", "dm"] > 2 and table.loc["naive", "dm_p"] < 0.05
    assert np.isnan(table.loc["structural", "dm_p"])


def test_origins_overlap_by_the_horizon_divided_by_their_distance():
    quarterly = pd.period_range("2020-01", periods=5, freq="3M").asfreq("M")
    assert e._overlap(quarterly, 12) == 4 and e._overlap(quarterly, 2) == 1 and e._overlap(quarterly[:1], 6) == 6


def test_the_histogram_of_a_method_that_spreads_too_wide_heaps_in_the_middle():
    errors = e.rolling_origins(TRUTH, 6, {"wide": knows(shift=1, spread=100)}, step=12, paths=100)
    shares = e.pit_histogram(errors, bins=5).loc["wide"]
    assert shares["0.4"] == 1 and shares.sum() == 1


def test_progress_counts_origins_and_a_seed_repeats_everything():
    calls = []
    run = lambda: e.rolling_origins(TRUTH, 3, ["profile"], step=24, paths=20, progress=lambda *c: calls.append(c))  # noqa: E731
    pd.testing.assert_frame_equal(run(), run())
    assert calls[:2] == [(1, 2), (2, 2)]


def test_nothing_to_forecast_from_and_unknown_methods_are_refused():
    with pytest.raises(DataError, match="No month can be forecast from"):
        e.rolling_origins(TRUTH[:40], 12, ["naive"])
    with pytest.raises(DataError, match="No month can be forecast from"):  # with no outturn to hold against
        e.rolling_origins(TRUTH, 12, ["naive"], origins=[TRUTH.index[-1]])
    with pytest.raises(DataError, match="No method is called prophet"):
        e.rolling_origins(TRUTH, 12, ["prophet"])
    with pytest.raises(DataError, match="No year can be tested"):
        e.annual_totals(TRUTH, [2019], methods=["naive"])


FLAT = pd.Series(10.0, index=pd.period_range("2018-01", "2023-12", freq="M"))


def either(low, high):
    """Half of the paths stay at `low` times the last month, half at `high` times."""

    def method(y, horizon, paths, seed):
        drawn = np.full((paths, horizon), low * y.iloc[-1])
        drawn[paths // 2 :] = high * y.iloc[-1]
        return SimpleNamespace(point=drawn.mean(axis=0), paths=drawn, fallback="")

    return method


def test_the_total_is_what_is_known_plus_the_months_of_each_path():
    found = e.annual_totals(FLAT, [2023], [6], {"even": either(1, 2)}, paths=100)
    row = found.totals.iloc[0]
    assert (row["outturn"], row["last_year"]) == (120, 120)
    assert (row["lower_80"], row["upper_80"], row["forecast"]) == (120, 180, 150)
    chance = found.chances.set_index("growth")
    assert chance["probability"].to_numpy() == pytest.approx([100.5 / 101, 100.5 / 101, 50.5 / 101, 50.5 / 101])
    assert chance["reached"].tolist() == [1, 1, 0, 0]


def test_brier_scores_and_skill_of_the_annual_total_task_are_those_worked_by_hand():
    methods = {"even": either(1, 2), "profile": either(2, 2)}
    found = e.annual_totals({"a": FLAT, "b": FLAT * 3}, [2022, 2023], [6], methods, paths=100)
    table = e.summarise_totals(found).loc[6]
    sure, even, wrong = (0.5 / 101) ** 2, (50.5 / 101) ** 2, (100.5 / 101) ** 2
    assert table["cases"].tolist() == [4, 4]
    assert table.loc["even", "brier"] == pytest.approx((2 * sure + 2 * even) / 4)
    assert table.loc["profile", "brier"] == pytest.approx((2 * sure + 2 * wrong) / 4)
    assert table.loc["even", "skill_profile"] == pytest.approx(1 - (sure + even) / (sure + wrong))
    assert table.loc["even", "coverage_80"] == 1 and table.loc["profile", "coverage_80"] == 0


def test_brier_differences_are_paired_and_coverage_has_an_interval():
    methods = {"structural": either(1, 2), "profile": either(2, 2)}
    found = e.annual_totals({"a": FLAT, "b": months()}, [2021, 2022, 2023], [3, 9], methods, paths=100)
    difference = e.brier_difference(found.chances, "profile", draws=200)
    assert list(difference.index) == [3, 9]
    assert (difference["lower"] <= difference["difference"]).all()
    assert (difference["difference"] <= difference["upper"]).all()
    coverage = e.coverage_interval(found.totals, blocks="series", draws=200).loc[(3, "structural")]
    assert coverage["lower"] <= coverage["coverage"] <= coverage["upper"]
    assert set(e.reliability(found.chances)["method"]) == {"structural", "profile"}


def test_the_structural_model_beats_the_run_rate_on_seasonal_years():
    found = e.annual_totals(TRUTH, [2022, 2023, 2024], [3], ["structural", "run_rate"], paths=300)
    assert e.summarise_totals(found).loc[(3, "structural"), "skill_run_rate"] > 0


def test_vintages_are_single_months_in_the_unit_of_the_series_with_their_timing(small_root, small_truth):
    facts, catalogue = load_facts("thu-nghiem", root=small_root), load_catalogue(small_root)
    table = e.vintages(facts, BOARD_TRADE, catalogue)
    assert table["month"].astype(str).tolist() == ["2025-03", "2025-05"]
    assert table["value"].to_numpy() == pytest.approx(small_truth["trade_total"][["2025-03", "2025-05"]], abs=0.005)
    assert set(table["timing"]) == {e.REAL}
    plain = e.vintages(load_facts("day-du", root=small_root), "day-du/trade_export", catalogue)
    assert len(plain) == 41 and set(plain["timing"]) == {e.PSEUDO}


def test_a_replay_scores_each_figure_on_what_was_known_before_it(small_root, small_truth):
    found = e.replay(BOARD_TRADE, methods=["structural", "profile"], root=small_root, paths=100)
    assert list(found.forecasts) == e.REPLAY_COLUMNS and set(found.forecasts["timing"]) == {e.REAL}
    cases = found.forecasts.set_index(["method", "as_of", "start"]).sort_index()
    last = cases.loc[("structural", "2025-03-31", pd.Period("2025-01", "M"))]
    assert last.ndim == 1, "one figure covers the year to May"
    assert (last["end"], last["horizon"]) == (pd.Period("2025-05", "M"), 2)
    assert last["outturn"] == pytest.approx(small_truth.loc["2025-01":"2025-05", "trade_total"].sum(), abs=0.01)
    assert (found.forecasts["end"] > found.forecasts["month"]).all()


def test_a_replay_is_not_moved_by_facts_published_later(small_root):
    day = ["2024-12-30"]
    before = e.replay(BOARD_TRADE, day, root=small_root, paths=60).forecasts
    (small_root / "data" / "facts" / "thu-nghiem" / "report-2025-05.csv").unlink()
    after = e.replay(BOARD_TRADE, day, root=small_root, paths=60).forecasts
    both = before.merge(after, on=["method", "start", "end"], suffixes=("", "_after"))
    assert len(both) == len(after) > 0
    assert (both["forecast"] == both["forecast_after"]).all() and (both["pit"] == both["pit_after"]).all()


def test_year_ends_are_forecast_from_each_month_with_what_had_been_published(small_root, small_truth):
    series = "day-du/trade_export/national"
    found = e.year_ends(series, "2025-05", methods=e.SIMPLE, growths=(0, 50), paths=200, root=small_root)
    ours = found.totals[found.totals["method"] == e.OURS]
    assert ours["origin"].is_monotonic_increasing
    assert set(ours["year"]) == {2022, 2023, 2024}
    assert list(ours[ours["year"] == 2024]["known"]) == list(range(12))
    truth = 900 * small_truth.loc["2024", "trade_export"].sum()
    assert ours[ours["year"] == 2024]["outturn"].to_numpy() == pytest.approx(truth, rel=1e-4)
    assert (ours["error"] - (ours["outturn"] - ours["forecast"])).abs().max() < 1e-6
    assert set(found.totals["method"]) == set(e.SIMPLE)
    chances = found.chances[(found.chances["year"] == 2024) & (found.chances["method"] == e.OURS)]
    assert set(chances[chances["growth"] == 0]["reached"]) == {1.0}
    assert set(chances[chances["growth"] == 50]["reached"]) == {0.0}


def test_year_ends_see_neither_later_facts_nor_later_days(small_root):
    series = "day-du/trade_export/national"
    assert e.year_ends(series, "2024-11", root=small_root, paths=50).totals["year"].max() == 2023
    assert e.year_ends(series, None, "2024-06-30", root=small_root, paths=50).totals["year"].max() == 2023
    one = e.year_ends(series, "2025-05", last=1, root=small_root, paths=50).totals
    assert list(one["origin"].astype(str)) == ["2024-11"]


def test_an_outturn_is_what_facts_settle_or_what_was_published_for_exactly_that_time():
    from ezlib.outlook import outlook

    board = outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31")
    assert e.outturn_of(board, "2024") == pytest.approx(2790, abs=5)
    assert e.outturn_of(board, "2025-05") == pytest.approx(150.83, abs=0.01)
    assert np.isnan(e.outturn_of(board, "2025")) and np.isnan(e.outturn_of(board, "2025-02"))
    estimate = outlook("lao-cai/industrial_output_value_2010prices/board", "2025-05", "2025-05-31")
    assert np.isnan(e.settled(estimate, "2024")) or e.settled(estimate, "2024") == pytest.approx(21155, rel=0.005)
    assert e.outturn_of(estimate, "2024") == pytest.approx(21155, rel=0.005)


MONTHS = pd.period_range("2018-01", periods=60, freq="M")


@pytest.mark.parametrize(
    ("y", "says"),
    [
        (np.arange(60.0), "ndarray"),
        (pd.Series(np.arange(60.0)), "no months"),
        (pd.Series([], pd.PeriodIndex([], freq="M"), dtype=float), "empty"),
        (pd.Series(1.0, MONTHS.append(MONTHS[:1])), "2018-01 twice"),
        (pd.Series("a", MONTHS), "no number"),
    ],
)
def test_what_is_no_monthly_series_is_refused_by_name(y, says):
    for tried in (e.rolling_origins, lambda given: e.annual_totals(given, [2022])):
        with pytest.raises(DataError, match=f"gate .*{says}"):
            tried({"gate": y})


def test_a_year_with_all_months_known_needs_no_forecast():
    with pytest.raises(DataError, match="0 to 11 months known, not with 12"):
        e.annual_totals(pd.Series(np.arange(60.0) + 1, MONTHS), [2022], known_months=(6, 12))


# ------------------------------------------------------------------------------------- what users have at hand


def test_a_month_not_yet_published_at_the_origin_shifts_nothing():
    table = vintage_table()
    table.loc[table["month"] == pd.Period("2021-06"), "value"] = np.nan
    errors = e.rolling_origins(table, 3, ["structural"], origins=["2021-06"], paths=200)
    ahead = forecast(TRUTH[:"2021-05"], 4, paths=200).median["2021-07":"2021-09"]
    assert errors["month"].tolist() == ahead.index.tolist()
    np.testing.assert_allclose(errors["forecast"], ahead, rtol=0.02)


def test_the_series_that_cannot_be_forecast_is_named():
    late = TRUTH.copy()
    late["2019-01":] = np.nan
    sunk = pd.concat([late.dropna(), pd.Series(0.0, pd.period_range("2019-01", "2031-12", freq="M"))])
    with pytest.raises(DataError, match=r"sunk cannot be forecast from 20\d\d-\d\d"):
        e.rolling_origins({"good": TRUTH, "sunk": sunk}, 2, ["structural"], step=24, paths=5)


def test_a_series_begins_with_its_first_month_above_zero():
    silent = pd.Series(0.0, pd.period_range(end=TRUTH.index[0] - 1, periods=60, freq="M"))
    late = e.rolling_origins(pd.concat([silent, TRUTH]), 2, ["naive"], step=12, paths=5)
    pd.testing.assert_frame_equal(late, e.rolling_origins(TRUTH, 2, ["naive"], step=12, paths=5))


WRONG = {
    "bad has -3 in 2015-01": pd.Series([1.0, -3.0], pd.period_range("2014-12", periods=2, freq="M")),
    "bad has inf in 2015-01": pd.Series([1.0, np.inf], pd.period_range("2014-12", periods=2, freq="M")),
    "bad has no month above zero": pd.Series([0.0, np.nan], pd.period_range("2014-12", periods=2, freq="M")),
    "bad has a value without a month": pd.Series([1.0, 2.0], pd.PeriodIndex(["2015-01", None], freq="M")),
    "bad holds something that is no number": pd.Series(["1", "2"], pd.period_range("2014-12", periods=2, freq="M")),
    "bad is a table without month, value, published, timing": pd.DataFrame({"a": TRUTH}),
    "whose column month holds no months": pd.DataFrame(
        {"month": ["2015-01"], "value": [1.0], "published": [pd.Timestamp("2015-02-01")], "timing": ["real-time"]}
    ),
}


@pytest.mark.parametrize("says", WRONG)
def test_what_cannot_be_evaluated_is_refused_by_name(says):
    with pytest.raises(DataError, match=says):
        e.rolling_origins({"good": TRUTH, "bad": WRONG[says]}, 2, ["naive"])


@pytest.mark.parametrize("given", [{"horizon": 12.0}, {"step": 0}, {"min_history": 0}, {"paths": "many"}])
def test_counts_that_are_none_are_refused(given):
    with pytest.raises(DataError, match=f"{next(iter(given))} must be a whole number from 1"):
        e.rolling_origins(TRUTH, **({"methods": ["naive"]} | given))


def test_one_method_may_be_named_by_itself_and_none_is_refused():
    assert set(e.rolling_origins(TRUTH, 2, "naive", step=24, paths=5)["method"]) == {"naive"}
    with pytest.raises(DataError, match="No method is named"):
        e.rolling_origins(TRUTH, 2, [])
    with pytest.raises(DataError, match="is a DataFrame"):
        e.annual_totals(vintage_table(), [2021])


def test_a_year_that_equals_the_last_in_all_but_its_last_bits_has_not_fallen():
    values = [100.1, 99.7, 101.3, 98.2, 100.9, 102.4, 97.3, 99.9, 100.4, 101.8, 98.8, 103.3]
    y = pd.Series(values * 5, pd.period_range("2018-01", periods=60, freq="M"))
    chances = e.annual_totals(y, [2022], [9], ["naive"], growths=[0], min_history=12, paths=20).chances
    assert chances["reached"].tolist() == [1.0]


def test_a_series_that_never_moved_is_left_out_of_every_measure():
    still = pd.Series(100.0, TRUTH.index)
    given = {"still": still, "moving": TRUTH}
    errors = e.rolling_origins(given, 3, ["naive", "naive2"], step=12, paths=20)
    alone = e.summarise(errors[errors["series"] == "moving"])
    pd.testing.assert_frame_equal(e.summarise(errors), alone)
    with pytest.raises(DataError, match="still"):
        e.summarise(errors[errors["series"] == "still"])


def test_a_year_of_nothing_counts_in_coverage_and_not_in_percentages():
    y = pd.Series(TRUTH.to_numpy().copy(), TRUTH.index)
    y["2022"] = 0.0
    found = e.annual_totals(y, [2021, 2022], [0], ["naive"], min_history=12, paths=20)
    table = e.summarise_totals(found)
    assert np.isfinite(table[["mape", "bias", "crps", "width_80"]].to_numpy()).all() and table["cases"].tolist() == [2]
