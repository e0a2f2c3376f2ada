"""Months of (nearly) nothing: found wherever figures say so, worth what they leave, and foreseen where they recur."""

import numpy as np
import pandas as pd
import pytest

from ezlib import bounds, closures
from ezlib.outlook import forecast, rebuild


def months_of(values, first="2020-01", half_width=0.5):
    months = pd.period_range(first, periods=len(values), freq="M")
    return [{"start": m, "end": m, "value": v, "half_width": half_width} for m, v in zip(months, values, strict=True)]


def years_to_date(y: pd.Series, half_width: float) -> list[dict]:
    digits = 1 if half_width < 0.1 else 0
    return [
        {"start": f"{m.year}-01", "end": m, "value": round(y[f"{m.year}-01" : m].sum(), digits)}
        | {"half_width": half_width}
        for m in y.index
    ]


def steady(months: int, first="2020-01", sd=0.08, seed=1) -> pd.Series:
    index = pd.period_range(first, periods=months, freq="M")
    return pd.Series(100 * np.exp(sd * np.random.default_rng(seed).standard_normal(months)), index)


@pytest.mark.parametrize("half_width", [0.05, 0.5])
@pytest.mark.parametrize("shut", [1, 3])
def test_a_year_to_date_that_stands_still_tells_of_a_closure(shut, half_width):
    y = steady(24)
    y.iloc[15 : 15 + shut] = 0.0
    found = rebuild(pd.DataFrame(years_to_date(y, half_width)), "2020-01", "2022-12", paths=300)
    assert "months_closed" in found.notes and not found.observations["relaxed"].any()
    assert (found.paths.iloc[:, 15 : 15 + shut] < 2).all(axis=None)
    assert set(found.status.iloc[15 : 15 + shut]) == {"derived"}
    year = found.total("2022").quantile([0.025, 0.975])
    assert year.iloc[0] > 900 and year.iloc[1] < 1700


def test_a_month_printed_as_nothing_is_reported_as_nothing():
    rows = [*months_of([100.0, 0.0, 110.0]), {"start": "2020-04", "end": "2020-06", "value": 0.0, "half_width": 0.5}]
    found = rebuild(pd.DataFrame(rows), "2020-01", "2020-12", paths=100)
    assert found.months.loc["2020-02", ["value", "status"]].tolist() == [0.0, "reported"]
    assert set(found.status["2020-04":"2020-06"]) == {"derived"}
    assert (found.total("2020-04:2020-06") == 0).all() and (found.total("2020-02") == 0).all()


def test_a_closed_month_is_worth_what_the_other_figures_leave():
    """1 ± 0.5 and a growth on it that only the lower half allows."""
    rows = [*months_of([100.0] * 12), *months_of([1.0, 1.0], "2021-01")]
    grown = {"start": "2021-02", "end": "2021-02", "base_start": "2021-01", "base_end": "2021-01", "change_pct": 110.0}
    found = rebuild(pd.DataFrame([*rows, grown | {"half_width": 5.0}]), "2020-01", "2021-12", paths=100)
    january, february = found.paths["2021-01"], found.paths["2021-02"]
    assert january.between(0.5, 1.5).all() and february.between(0.5, 1.5).all()
    assert (february / january).between(2.05, 2.15).all() and not found.observations["relaxed"].any()


def test_figures_hard_to_meet_across_a_closure_are_met():
    def change(a, b, c, d, percent):
        return {"start": a, "end": b, "base_start": c, "base_end": d, "change_pct": percent, "half_width": 0.5}

    changes = [
        change("2020-09", "2020-09", "2020-08", "2020-08", 115.0),
        change("2021-01", "2021-02", "2020-01", "2020-02", 21144.0),
        change("2021-01", "2021-06", "2020-01", "2020-06", -30.0),
        change("2022-01", "2022-06", "2021-01", "2021-06", 32.0),
    ]
    sums = [
        {"start": "2022-01", "end": end, "value": v, "half_width": 0.5}
        for end, v in (("2022-08", 860.0), ("2022-12", 934.0))
    ]
    found = rebuild(pd.DataFrame([*months_of([1.0], "2020-02"), *sums, *changes]), "2020-01", "2022-12", paths=100)
    total = lambda start, end: found.paths.loc[:, start:end].sum(axis=1)  # noqa: E731
    for row in sums:
        assert total(row["start"], row["end"]).between(row["value"] - 0.5, row["value"] + 0.5).all()
    for row in changes:
        grown = 100 * (total(row["start"], row["end"]) / total(row["base_start"], row["base_end"]) - 1)
        assert grown.between(row["change_pct"] - 0.5, row["change_pct"] + 0.5).all()
    assert not found.observations["relaxed"].any()


@pytest.mark.parametrize("told", ["all", "a month missing", "a month shut", "a quarter as a sum"])
def test_a_level_that_fell_for_good_stays_fallen_whatever_is_missing_of_it(told):
    y = steady(60, "2019-01", 0.1)
    y.iloc[30:] *= 0.01
    rows = months_of(y, "2019-01", 0.005)
    if told == "a month missing":
        del rows[57]
    elif told == "a month shut":
        rows[57]["value"] = 0.0
    elif told == "a quarter as a sum":
        rows[57:] = [{"start": "2023-10", "end": "2023-12", "value": y.iloc[57:].sum(), "half_width": 0.005}]
    found = rebuild(pd.DataFrame(rows), "2019-01", "2024-03", paths=200)
    assert found.median["2024-01":].max() < 3


def test_months_closed_every_year_are_closed_again_in_most_paths():
    y = steady(72, "2018-01")
    y[y.index.month <= 2] = 0.0
    found = forecast(y, 12)
    assert "closures_recur" in found.notes
    assert found.median["2024-01":"2024-02"].eq(0).all() and found.median["2024-03":].gt(80).all()
    assert found.total("2024").median() == pytest.approx(1000, rel=0.1)
    assert 0.003 < (found.paths["2024-01"] > 0).mean() < 0.03  # this time it may stay open
    rebuilt = rebuild(pd.DataFrame(months_of(y.round(), "2018-01")), "2018-01", "2024-12", paths=300)
    assert "closures_recur" in rebuilt.notes and rebuilt.median["2024-01"] == 0


def test_one_long_closure_says_nothing_of_the_years_after():
    y = steady(48)
    y["2022-02":"2022-05"] = 0.0
    found = forecast(y, 12)
    assert "closures_recur" not in found.notes
    assert (found.paths.iloc[:, -12:] > 0).all(axis=None)


def test_months_now_open_and_now_shut_are_forecast_as_such():
    inside, missed = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = steady(84, "2015-01", 0.2, seed) * (rng.random(84) > 0.4)
        found = forecast(y[:72], 12, paths=400)
        ends = found.interval(0.8).iloc[-12:]
        inside.append(y[72:].between(ends["lower"], ends["upper"]).mean())
        missed.append(found.total("2021").median() / y[72:].sum())
    assert 0.75 < np.mean(inside) < 0.95
    assert 0.8 < np.median(missed) < 1.25


def ahead_of(closed, known):
    """What closures let expect of twelve months."""
    return closures.foresee(closed, known, np.zeros(len(closed)), 12)


def under_way(closed, known):
    """How long a closure under way has gone on, and how many others have ended."""
    found = ahead_of(closed, known)
    return found.gone_on, found.ended


def test_chances_count_the_last_five_years():
    closed = np.zeros(72, bool)
    closed[11::12] = True  # six Decembers
    known = np.ones(72, bool)
    share = 5 / 60
    expected = np.full(12, 0.1 * share / 5.1)  # shut in every year, and no other month is: little is shared
    expected[11] = (5 + 0.1 * share) / 5.1
    np.testing.assert_allclose(ahead_of(closed, known).chances, expected)
    closed[-1] = closed[-13] = False
    assert ahead_of(closed, known).chances[11] > 0.4, "in three of five years"
    closed[-25] = False
    assert not ahead_of(closed, known).chances.any()


def months_shut(*where, n=72):
    """Months (n,) of which some are closed, and that all are known."""
    closed = np.zeros(n, bool)
    for some in where:
        closed[some] = True
    return closed, np.ones(n, bool)


LONG = {
    "from the first month until it opened": [slice(0, 66)],
    "once for two years and a half": [slice(30, 60)],
    "long, then single months after a year": [slice(0, 46), [50, 61]],
}


@pytest.mark.parametrize("where", LONG.values(), ids=LONG)
def test_a_long_closure_that_is_over_says_nothing_of_the_years_after(where):
    closed, known = months_shut(*where)
    assert not ahead_of(closed, known).chances.any() and under_way(closed, known) == (0, 0)


@pytest.mark.parametrize("until", range(60, 72))
def test_a_season_without_exception_shuts_its_own_months_alone(until):
    in_season = np.isin(np.arange(72) % 12, (4, 5, 6))
    closed, known = ~in_season[:until], np.ones(until, bool)
    ahead = np.isin(np.arange(until, until + 12) % 12, (4, 5, 6))
    chances = ahead_of(closed, known).chances
    assert (chances[ahead] < 0.025).all() and (chances[~ahead] > 0.975).all()
    assert under_way(closed, known) == (0, 0), "a season ends when it does every year"


def test_where_any_month_may_be_shut_none_is_sure_to_be_open_or_shut():
    closed, known = months_shut(slice(None), n=60)
    closed[[2, 9, 22, 29, 46]] = False
    chances = ahead_of(closed, known).chances
    assert ((chances > 0.85) & (chances < 0.96)).all()
    for seed in range(20):
        closed = np.random.default_rng(seed).random(60) < 0.7
        chances = ahead_of(closed, np.ones(60, bool)).chances
        assert (chances > 0.4).all() and chances.mean() == pytest.approx(closed.mean(), abs=0.05)


def test_a_closure_lasts_as_long_again_in_half_of_the_paths():
    closed, known = months_shut(slice(-4, None), n=60)
    assert under_way(closed, known) == (4, 0)
    shut = ahead_of(closed, known).still_shut(10_000, np.random.default_rng(0))
    assert shut.mean(axis=0) == pytest.approx(4 / (4 + np.arange(1, 13)), abs=1e-3)
    assert (np.diff(shut.astype(int), axis=1) <= 0).all(), "what has opened stays open"


def test_single_months_that_were_shut_before_speak_for_a_short_closure():
    alone, after_others = months_shut([59], n=60), months_shut([10, 25, 40, 59], n=60)
    assert under_way(*alone) == (1, 0) and under_way(*after_others) == (1, 3)
    first = [ahead_of(*one).still_shut(1000, np.random.default_rng(0))[:, 0].mean() for one in (alone, after_others)]
    assert first == pytest.approx([0.5, 0.2], abs=0.01)


def test_months_of_which_nothing_is_known_begin_no_closure_and_interrupt_none():
    unknown = steady(60, "2018-01")
    unknown["2021-01":"2022-11"], unknown["2022-12"] = np.nan, 0.0
    found = forecast(unknown, 12)
    assert (found.paths["2023-01"] == 0).mean() == pytest.approx(0.5, abs=0.01), "one month, not two years"
    gap = steady(60, "2018-01")
    gap["2022-07":"2022-12"] = [0.0, 0.0, np.nan, 0.0, 0.0, 0.0]
    found = forecast(gap, 12)
    assert (found.paths["2022-09"] == 0).all() and (found.paths["2023-01"] == 0).mean() == pytest.approx(
        6 / 7, abs=0.01
    )


def test_what_is_not_a_whole_month_is_no_closure():
    """Two sums whose difference is part of a month: that it is small says nothing of the month."""
    num = np.zeros((3, 4))
    num[0, :2], num[1, :2], num[1, 2], num[2, 3] = 1.0, 1.0, 0.4, 1.0
    stated = bounds.statements(num, np.zeros_like(num), [199.9, 200.0, 100.0], [200.1, 200.2, 101.0])
    assert not closures.find(stated, 100.0).months.any()
    num[1, 2] = 1.0
    stated = bounds.statements(num, np.zeros_like(num), [199.9, 200.0, 100.0], [200.1, 200.2, 101.0])
    assert closures.find(stated, 100.0).months.tolist() == [False, False, True, False]


@pytest.mark.parametrize("fallen", [8, 12, 20])
def test_a_level_that_fell_and_is_known_through_years_to_date_alone_is_not_taken_for_shut(fallen):
    y = steady(48, "2020-01", 0.05)
    y.iloc[-fallen:] *= 0.01
    found = rebuild(pd.DataFrame(years_to_date(y, 0.05)), "2020-01", "2024-01", paths=300)
    ends = found.interval(0.95).loc["2024-01"]
    assert ends["lower"] < 1.5 and not {"months_closed", "closures_recur"} & set(found.notes)


def test_months_that_share_a_small_rest_are_left_open():
    """Six months that add up to eight, where a month is a hundred: any of them may hold it."""
    rows = [*months_of([100.0] * 12, "2021-01", 0.05)]
    rows += [{"start": "2022-01", "end": "2022-06", "value": 600.0, "half_width": 0.05}]
    rows += [{"start": "2022-01", "end": "2022-12", "value": 608.0, "half_width": 0.05}]
    found = rebuild(pd.DataFrame(rows), "2021-01", "2023-06", paths=300)
    assert set(found.status["2022-07":"2022-12"]) == {"estimated"}
    assert (found.interval(0.8).loc["2022-07":"2022-12"].diff(axis=1)["upper"] > 0.2).all()


def test_a_misprinted_month_that_others_contradict_is_no_closure():
    y = steady(24, "2021-01", 0.05)
    rows = [*months_of(y.round(1), "2021-01", 0.05), *years_to_date(y.round(1), 0.05)]
    rows[15]["value"] = 1.0
    found = rebuild(pd.DataFrame(rows), "2021-01", "2022-12", paths=200)
    assert "months_closed" not in found.notes and found.observations["relaxed"].iloc[15]
    assert found.median["2022-04"] == pytest.approx(y["2022-04"], abs=1)


def test_unknown_months_within_a_closure_do_not_make_it_several():
    y = steady(60, "2018-01")
    y["2022-05":"2022-09"] = [0.0, np.nan, 0.0, np.nan, 0.0]
    assert "closures_recur" not in forecast(y, 12).notes


def test_what_recurs_as_nearly_nothing_is_foreseen_as_that():
    y = steady(60, "2018-01")
    y[y.index.month <= 2] *= 0.015
    found = forecast(y, 12)
    assert "closures_recur" in found.notes
    assert found.median["2023-01":"2023-02"].between(1.2, 1.8).all()


def test_a_printed_value_is_reported_only_where_the_paths_hold_it():
    rows = [*months_of([100.0] * 12), {"start": "2021-01", "end": "2021-01", "value": 1.0, "lower": 0.0, "upper": 1.5}]
    found = rebuild(pd.DataFrame(rows), "2020-01", "2021-06", paths=50)
    assert found.months.loc["2021-01", "value"] == found.median["2021-01"]


@pytest.mark.parametrize("half_width", [0.1, 0.5])
def test_a_printed_nothing_is_a_closure_in_coarse_figures_too(half_width):
    y = [9, 11, 10, 12, 10, 9.0] * 5
    y[29] = 0
    found = rebuild(pd.DataFrame(months_of(y, half_width=half_width)), "2020-01", "2023-06", paths=300)
    assert {"months_closed", "closed_at_end"} <= set(found.notes)
    assert found.printed["2022-06"] == 0 and (found.paths["2022-06"] == 0).all()
    assert found.median["2022-08":].between(8, 14).all()


def test_a_year_to_date_in_whole_units_that_stands_still_tells_of_a_closure():
    y = pd.Series([9, 11, 10, 12, 10, 9.0] * 5, pd.period_range("2020-01", periods=30, freq="M"))
    y.iloc[29] = 0
    found = rebuild(pd.DataFrame(years_to_date(y, 0.5)), "2020-01", "2023-06", paths=300)
    assert "closed_at_end" in found.notes and (found.paths["2022-06"] == 0).all()


@pytest.mark.parametrize(
    ("change", "base", "worth"), [(-100, "2021-01", 0.0), (-99.9, "2021-01", 0.9), (-100, "2019-01", 0.0)]
)
def test_a_fall_by_all_there_was_is_a_closure(change, base, worth):
    rows = months_of([900, 1100, 1000, 1200, 1000, 900.0] * 4, half_width=0.05)
    fall = {"start": "2022-01", "end": "2022-01", "change_pct": change, "half_width": 0.05}
    rows.append(fall | {"base_start": base, "base_end": base})
    found = rebuild(pd.DataFrame(rows), "2019-01", "2022-12", paths=300)
    assert {"months_closed", "closed_at_end"} <= set(found.notes) and "forecast_far" not in found.notes
    assert found.median["2022-01"] == pytest.approx(worth, abs=0.01)
    assert found.median["2022-03":].between(800, 1300).all()


def test_a_fall_by_all_there_was_leaves_later_years_as_they_are():
    rows = [
        r for r in months_of([900, 1100, 1000, 1200, 1000, 900.0] * 4, half_width=0.05) if str(r["start"]) != "2021-01"
    ]
    fall = {"start": "2021-01", "end": "2021-01", "change_pct": -100, "half_width": 0.05}
    rows.append(fall | {"base_start": "2020-01", "base_end": "2020-01"})
    found = rebuild(pd.DataFrame(rows), "2020-01", "2022-12", paths=300)
    assert found.median["2021-01"] == 0 and found.median["2022-01":].between(800, 1300).all()


def test_months_that_are_nearly_closed_each_year_are_worth_what_they_were_and_no_one_number():
    y = steady(60)
    low = y.index.month.isin([6, 7, 8])
    y[low] = 0.8 * np.exp(np.random.default_rng(2).normal(0, 0.3, low.sum()))
    july = forecast(y, 12).paths["2025-07"]
    closed = july[july < 10]
    assert len(closed) > 0.7 * len(july)
    assert set(closed.round(9)) == set(y[y.index.month == 7].round(9))


def test_a_closure_at_the_end_of_months_none_of_which_lies_ahead():
    y = steady(24, "2023-01")
    y.iloc[-4:] = 0.0
    found = rebuild(pd.DataFrame(months_of(y.round(1), "2023-01", 0.05)), "2023-01", "2024-12", paths=100)
    assert "closed_at_end" in found.notes and (found.paths.iloc[:, -4:] == 0).to_numpy().all()
