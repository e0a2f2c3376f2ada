"""Past dates replayed: a row a method, an origin and a month; nothing is seen too early."""

import numpy as np
import pandas as pd
import pytest
from made_up import FLAT, TRUTH, either, knows
from tqdm import tqdm as e_tqdm

from ezlib import evaluate as e
from ezlib import summaries
from ezlib.contracts import DataError
from ezlib.outlook import forecast


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
    assert (summaries.summarise(errors)["bias"] > 0).all()


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


def test_a_seed_repeats_everything():
    run = lambda: e.rolling_origins(TRUTH, 3, ["profile"], step=24, paths=20)  # noqa: E731
    pd.testing.assert_frame_equal(run(), run())


@pytest.mark.parametrize("shown", [True, False])
def test_a_bar_appears_where_origins_take_long(monkeypatch, capsys, shown):
    monkeypatch.setattr(e, "tqdm", lambda cases, **how: e_tqdm(cases, **how | {"delay": 0, "mininterval": 0}))
    e.rolling_origins(TRUTH, 3, ["profile"], step=24, paths=5, progress=shown)
    assert ("2/2" in capsys.readouterr().err) == shown


def test_nothing_to_forecast_from_and_unknown_methods_are_refused():
    with pytest.raises(DataError, match="No month can be forecast from"):
        e.rolling_origins(TRUTH[:40], 12, ["naive"])
    with pytest.raises(DataError, match="No month can be forecast from"):  # with no outturn to hold against
        e.rolling_origins(TRUTH, 12, ["naive"], origins=[TRUTH.index[-1]])
    with pytest.raises(DataError, match="No method is called prophet"):
        e.rolling_origins(TRUTH, 12, ["prophet"])
    with pytest.raises(DataError, match="No year can be tested"):
        e.annual_totals(TRUTH, [2019], methods=["naive"])


def test_the_total_is_what_is_known_plus_the_months_of_each_path():
    found = e.annual_totals(FLAT, [2023], [6], {"even": either(1, 2)}, paths=100)
    row = found.totals.iloc[0]
    assert (row["outturn"], row["last_year"]) == (120, 120)
    assert (row["lower_80"], row["upper_80"], row["forecast"]) == (120, 180, 150)
    chance = found.chances.set_index("growth")
    assert chance["probability"].to_numpy() == pytest.approx([100.5 / 101, 100.5 / 101, 50.5 / 101, 50.5 / 101])
    assert chance["reached"].tolist() == [1, 1, 0, 0]


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


@pytest.mark.parametrize("lag", ["x", -1, 2.5, np.nan])
def test_a_lag_is_a_number_of_days_from_none(lag):
    with pytest.raises(DataError, match="lag_days must be a whole number from 0"):
        e.rolling_origins(TRUTH, 2, "naive", lag_days=lag)


def test_one_year_growth_month_or_origin_may_be_given_by_itself():
    alone = e.annual_totals(TRUTH, 2021, 3, "naive", 0, paths=5)
    assert alone.totals.equals(e.annual_totals(TRUTH, [2021], [3], ["naive"], [0], paths=5).totals)
    assert set(alone.chances["growth"]) == {0} and set(alone.totals["known"]) == {3}
    assert set(e.rolling_origins(TRUTH, 2, "naive", "2021-03", paths=5)["origin"]) == {pd.Period("2021-03", "M")}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"years": None}, "year .*not None"),
        ({"years": "2021"}, "year .*not '2021'"),
        ({"growths": "x"}, "growth .*'x'"),
    ],
)
def test_years_and_growths_that_are_none_are_refused(given, says):
    with pytest.raises(DataError, match=says):
        e.annual_totals(TRUTH, **({"years": [2021], "methods": "naive"} | given))


@pytest.mark.parametrize(
    ("methods", "says"), [(None, "called None"), (5, "called 5"), ({"mine": 3}, "'mine' is no fun")]
)
def test_what_is_no_method_is_refused_by_name(methods, says):
    with pytest.raises(DataError, match=says):
        e.rolling_origins(TRUTH, 2, methods)


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
