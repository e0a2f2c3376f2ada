"""Outlooks: every path honours every fact, statuses tell what is known, and intervals cover."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ezlib as ez
from ezlib import structural
from ezlib.contracts import DataError
from ezlib.flow_charts import cumulative_chart, fan_chart
from ezlib.outlook import NOTES, forecast, outlook, rebuild
from ezlib.periods import CALENDAR, tet_windows
from ezlib.tables import grounds

LAO_CAI = pd.DataFrame(
    [
        ("2024-01", "2024-12", 2790.0, None, None, None, 5.0),
        ("2024-01", "2024-12", None, 72.0, "2023-01", "2023-12", 0.5),
        ("2025-01", "2025-05", 625.91, None, None, None, 0.005),
        ("2025-01", "2025-05", None, -28.0, "2024-01", "2024-05", 0.5),
        ("2025-05", "2025-05", 150.83, None, None, None, 0.005),
        ("2025-05", "2025-05", None, 33.0, "2025-04", "2025-04", 0.5),
    ],
    columns=["start", "end", "value", "change_pct", "base_start", "base_end", "half_width"],
)


@pytest.fixture(scope="module")
def lao_cai():
    return rebuild(LAO_CAI, "2023-01", "2026-12", calendar="board")


def total(paths, first, last):
    return paths.loc[:, pd.Period(first, "M") : pd.Period(last, "M")].sum(axis=1)


def test_every_path_of_the_lao_cai_board_satisfies_every_printed_fact(lao_cai):
    paths = lao_cai.paths
    year, before = total(paths, "2024-01", "2024-12"), total(paths, "2023-01", "2023-12")
    so_far, same = total(paths, "2025-01", "2025-05"), total(paths, "2024-01", "2024-05")
    may, april = paths[pd.Period("2025-05", "M")], paths[pd.Period("2025-04", "M")]
    assert year.between(2785, 2795).all()
    assert (year / before).between(1.715, 1.725).all()
    assert so_far.between(625.905, 625.915).all()
    assert (so_far / same).between(0.715, 0.725).all()
    assert may.between(150.825, 150.835).all()
    assert (may / april).between(1.325, 1.335).all()


def test_the_lao_cai_year_end_is_wide_and_far_from_nine_billion(lao_cai):
    total_2025 = lao_cai.total("2025")
    assert 1500 < total_2025.median() < 2100
    assert total_2025.quantile(0.9) - total_2025.quantile(0.1) > 500
    assert lao_cai.probability(9000, "2025") < 0.01
    assert lao_cai.effective_sample_size > 500


def test_statuses_tell_reported_derived_estimated_and_forecast_apart(lao_cai):
    status = lao_cai.months["status"]
    assert status["2025-05"] == "reported"
    assert status["2025-04"] == "derived"
    assert status["2024-07"] == "estimated"
    assert set(status["2025-06":]) == {"forecast"}
    assert lao_cai.months["value"]["2025-05"] == 150.83
    assert lao_cai.last_observed == pd.Period("2025-05", "M")


def test_intervals_are_nested_and_never_cross(lao_cai):
    months = lao_cai.months
    ordered = months[["lower_95", "lower_80", "value", "upper_80", "upper_95"]].to_numpy()
    ordered = ordered[(months["status"] != "reported").to_numpy()]
    assert (np.diff(ordered, axis=1) >= 0).all()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(lao_cai):
    again = rebuild(LAO_CAI, "2023-01", "2026-12", calendar="board")
    assert again.paths.to_numpy().tobytes() == lao_cai.paths.to_numpy().tobytes()
    assert not np.array_equal(rebuild(LAO_CAI, "2023-01", "2026-12", seed=1, calendar="board").paths, lao_cai.paths)


def test_contradicting_facts_are_marked_and_all_others_still_hold():
    wrong = LAO_CAI.copy()
    wrong.loc[len(wrong)] = ("2025-01", "2025-05", None, 10.0, "2024-01", "2024-12", 0.5)
    found = rebuild(wrong, "2023-01", "2025-12", calendar="board")
    assert found.observations["relaxed"].tolist() == [False] * 6 + [True]
    assert found.observations["stretch"].iloc[-1] > 50
    assert "facts_relaxed" in found.notes
    assert total(found.paths, "2025-01", "2025-05").between(625.905, 625.915).all()


def test_a_profile_gives_its_shape_to_months_known_only_as_a_year():
    months = pd.period_range("2024-01", "2024-12", freq="M")
    profile = pd.Series(np.linspace(50, 150, 12), months)
    year = pd.DataFrame({"start": ["2024-01"], "end": ["2024-12"], "value": [2400.0], "half_width": [0.5]})
    found = rebuild(year, "2024-01", "2024-12", profile=profile)
    assert found.profile_trust == pytest.approx(0.9, abs=0.05)  # one figure tells nothing of the shape
    assert "profile_used" in found.notes
    np.testing.assert_allclose(found.median, 2 * profile, rtol=0.2)
    with pytest.raises(DataError, match="above zero"):
        rebuild(year, "2024-01", "2024-12", profile=profile * 0)


@pytest.mark.parametrize(("shape", "trusted"), [(+1, True), (-1, False)])
def test_a_profile_is_trusted_as_far_as_the_figures_speak_for_it(shape, trusted):
    months = pd.period_range("2022-01", "2024-12", freq="M")
    wave = np.sin(2 * np.pi * np.arange(36) / 12)
    truth = 100 * np.exp(0.4 * wave + 0.02 * np.random.default_rng(0).standard_normal(36))
    rows = [
        (f"{year}-01", f"{year}-12", truth[12 * i : 12 * i + 12].sum()) for i, year in enumerate((2022, 2023, 2024))
    ]
    rows += [(str(months[t]), str(months[t]), truth[t]) for t in (2, 8, 14, 20, 26, 32)]
    facts = pd.DataFrame(rows, columns=["start", "end", "value"]).assign(half_width=0.5)
    profile = pd.Series(np.exp(0.4 * shape * wave), months)
    found = rebuild(facts, "2022-01", "2024-12", profile=profile, profile_odds=1.0)
    assert (found.profile_trust > 0.8) == trusted
    assert (found.profile_trust < 0.2) != trusted
    assert not trusted or np.median(np.abs(found.median / truth - 1)) < 0.08


def test_a_forecast_far_beyond_all_months_before_says_so():
    months = pd.period_range("2021-01", periods=48, freq="M")
    noise = 1 + 0.01 * np.random.default_rng(0).standard_normal(48)
    assert "forecast_far" in forecast(pd.Series(10 * 1.08 ** np.arange(48) * noise, months), 24).notes
    assert "forecast_far" not in forecast(pd.Series(100 * noise, months), 24).notes


def test_where_the_variances_cannot_be_fitted_those_of_the_prior_stand_in_and_it_is_said(monkeypatch):
    def breaks(*_):
        raise np.linalg.LinAlgError("not positive definite")

    monkeypatch.setattr(structural, "most_likely", breaks)
    found = forecast(pd.Series(100.0 + np.arange(30) % 5, pd.period_range("2022-01", periods=30, freq="M")), 6)
    assert "fit_failed" in found.notes
    assert found.median.between(90, 115).all()


def test_months_out_of_line_are_named():
    y = pd.Series(100 + np.arange(48.0) % 7, pd.period_range("2020-01", periods=48, freq="M"))
    y["2021-06"] = 300
    y["2022-09":] *= 2
    shocks = forecast(y, 6).shocks
    assert shocks.set_index("month")["kind"].to_dict() | {} == {
        pd.Period("2021-06", "M"): "passing",
        pd.Period("2022-09", "M"): "lasting",
    }


# ------------------------------------------------------------------------------ made-up facts of every kind


@st.composite
def published(draw):
    """A true history of 30 months and facts rounded from it: months, sums, parts of months, ratios of either."""
    seed = draw(st.integers(0, 10_000))
    rng = np.random.default_rng(seed)
    truth = np.exp(5 + np.cumsum(0.15 * rng.standard_normal(30)) + 0.3 * np.sin(np.arange(30)))
    months = pd.period_range("2022-01", periods=30, freq="M")
    rows = []
    for _ in range(draw(st.integers(2, 14))):
        kind = draw(st.sampled_from(["month", "sum", "part", "month ratio", "sum ratio"]))
        first = draw(st.integers(12, 29))
        last = first if "month" in kind else min(29, first + draw(st.integers(0, 11)))
        start, end = months[first].start_time.date(), months[last].end_time.date()
        value = truth[first : last + 1].sum()
        if kind == "part":
            end = end.replace(day=10)
            value = truth[first:last].sum() + truth[last] * 10 / months[last].days_in_month
        if "ratio" in kind:
            back = draw(st.sampled_from([1, 12])) if first == last else 12
            change = 100 * (value / truth[first - back : last - back + 1].sum() - 1)
            rows.append((start, end, None, round(change), months[first - back], months[last - back], 0.5))
        else:
            digits = draw(st.integers(-1, 2))
            rows.append((start, end, round(value, digits), None, None, None, 0.5 * 10.0**-digits))
    rows.append((months[29].start_time.date(), months[29].end_time.date(), round(truth[29], 1), None, None, None, 0.05))
    return pd.DataFrame(rows, columns=LAO_CAI.columns)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(published())
def test_every_path_satisfies_every_made_up_fact(facts):
    found = rebuild(facts, "2021-01", "2024-12", paths=100)
    assert not found.observations["relaxed"].any()
    days = pd.date_range("2021-01-01", "2024-12-31")
    daily = found.paths.loc[:, days.to_period("M")].to_numpy() / days.days_in_month.to_numpy()

    def over(start, end):
        return daily[:, (days >= pd.Timestamp(start)) & (days <= pd.Timestamp(end))].sum(axis=1)

    for row in found.observations.itertuples():
        value = over(row.start, row.end)
        if np.isnan(row.value):
            value = value / over(row.base_start, row.base_end)
        assert (value >= row.lower * (1 - 1e-8)).all() and (value <= row.upper * (1 + 1e-8)).all()


# ------------------------------------------------------------------------------------------ complete series


def made_up_series(seed, n=84, noise=0.05):
    rng = np.random.default_rng(seed)
    t = np.arange(n)
    z = 6 + np.cumsum(0.03 * rng.standard_normal(n)) + 0.2 * np.sin(2 * np.pi * t / 12) + noise * rng.standard_normal(n)
    return pd.Series(np.exp(z), pd.period_range("2015-01", periods=n, freq="M"))


def test_history_of_a_complete_series_is_itself_in_every_path():
    y = made_up_series(3)
    found = forecast(y, 12, paths=50)
    assert np.array_equal(found.paths[y.index].to_numpy(), np.tile(y.to_numpy(), (50, 1)))
    assert (found.months["status"] == ["reported"] * 84 + ["forecast"] * 12).all()


def test_intervals_of_forecasts_cover_about_what_they_say():
    inside = {0.8: [], 0.95: []}
    for seed in range(60):
        y = made_up_series(seed)
        found = forecast(y[:72], 12, paths=400)
        for level, hits in inside.items():
            ends = found.interval(level).iloc[-12:]
            hits.append(((y[-12:] >= ends["lower"]) & (y[-12:] <= ends["upper"])).mean())
    # series are independent, months of one are not: the bound is three standard errors over series
    for level, hits in inside.items():
        assert abs(np.mean(hits) - level) < 3 * np.std(hits) / np.sqrt(len(hits)) + 0.02


def test_missing_months_are_estimated_from_both_sides():
    y = made_up_series(5, noise=0.01)
    gappy = y.copy()
    gappy.iloc[[30, 31, 60]] = np.nan
    found = forecast(gappy, 3)
    assert (found.months["status"].iloc[[30, 31, 60]] == "estimated").all()
    np.testing.assert_allclose(found.median.iloc[[30, 31, 60]], y.iloc[[30, 31, 60]], rtol=0.15)


def test_totals_are_summed_along_paths():
    found = forecast(made_up_series(1), 12)
    year = found.total("2022")
    independent = np.sqrt((found.paths.loc[:, "2022-01":"2022-12"].std() ** 2).sum())
    assert year.std() > 1.3 * independent
    assert found.total("2022-01:2022-12").equals(year.rename("2022-01:2022-12"))


def test_a_zero_month_is_a_closure_and_does_not_explode():
    y = made_up_series(2)
    y.iloc[40:43] = 0.0
    found = forecast(y, 12)
    assert "months_closed" in found.notes
    assert found.months["upper_95"].iloc[-12:].max() < 10 * y.max()


BAD = {
    "A flow": pd.Series([1.0, -2.0], pd.period_range("2020-01", periods=2, freq="M")),
    "PeriodIndex": pd.Series([1.0, 2.0]),
    "above zero": pd.Series([0.0, 0.0], pd.period_range("2020-01", periods=2, freq="M")),
}


@pytest.mark.parametrize("words", BAD)
def test_series_that_cannot_be_forecast_are_refused(words):
    with pytest.raises(DataError, match=words.lower() if words == "A flow" else words):
        forecast(BAD[words], 3)


def test_every_unusable_observation_is_named_at_once():
    wrong = LAO_CAI.copy()
    wrong.loc[0, "value"] = -5
    wrong.loc[2, "start"] = "2025-06"
    with pytest.raises(DataError) as error:
        rebuild(wrong, "2023-01", "2025-12")
    assert "row 1" in str(error.value) and "row 3" in str(error.value)


def test_a_period_outside_the_outlook_is_refused(lao_cai):
    with pytest.raises(DataError, match="2027-01"):
        lao_cai.total("2027")


def test_months_not_yet_observed_at_the_end_are_forecast_and_count_in_the_horizon():
    y = pd.Series(100.0 + np.arange(36), pd.period_range("2022-01", periods=36, freq="M"))
    y.iloc[-2:] = np.nan
    found = forecast(y, horizon=6)
    assert str(found.last_observed) == "2024-10"
    assert [str(m) for m in found.months.index[found.months["status"] == "forecast"]] == [
        str(m) for m in pd.period_range("2024-11", periods=6, freq="M")
    ]


def test_every_note_of_an_outlook_can_be_said_in_both_languages(lao_cai):
    from dataclasses import replace

    from ezlib import tables, wording

    shocks = pd.DataFrame({"month": lao_cai.paths.columns[:3], "kind": ["passing", "lasting", "open"]})
    found = replace(lao_cai, notes=tuple(NOTES), profile_trust=0.61, shocks=shocks)
    vi, en = (wording.plain(repr(tables.grounds(found, "X", lang))) for lang in ("vi", "en"))
    assert vi.count("\n-") == en.count("\n-") == len(NOTES) + 2 - 1
    assert "61 % số kịch bản" in vi
    assert "61 % of the paths follow the usual year of X" in en


def of_months(values, first="2023-01", half_width=0.5):
    months = pd.period_range(first, periods=len(values), freq="M")
    return [{"start": m, "end": m, "value": v, "half_width": half_width} for m, v in zip(months, values, strict=True)]


SHUT = {"start": "2024-02", "end": "2024-02", "value": 0.1, "half_width": 0.05}


@pytest.mark.parametrize(
    "beside",
    [
        {"change_pct": -99.9, "half_width": 0.05, "start": "2024-02", "base_start": "2023-02"},
        {"change_pct": -100.0, "half_width": 0.5, "start": "2024-02", "base_start": "2023-02"},
        {"change_pct": 900.0, "half_width": 20.0, "start": "2024-03", "base_start": "2024-02"},
        {"value": 30.0, "half_width": 0.5, "start": "2024-02"},
    ],
)
def test_a_closure_bears_changes_of_and_on_it_or_they_are_named(beside):
    rows = [*of_months(range(101, 113)), SHUT, beside | {"end": beside["start"]}]
    if "base_start" in beside:
        rows[-1]["base_end"] = beside["base_start"]
    found = rebuild(pd.DataFrame(rows), "2023-01", "2024-12")
    assert np.isfinite(found.paths.to_numpy()).all()
    assert 60 < found.paths["2024-06"].quantile(0.75) < 180  # open again in half of the paths at least
    assert not {"facts_strained", "facts_unmet"} & set(found.notes)
    assert found.paths[pd.Period("2024-02")].between(0.05, 0.15).all()
    if "base_start" in beside:
        month, base = found.paths[pd.Period(beside["start"])], found.paths[pd.Period(beside["base_start"])]
        off = 100 * (month / base - 1) - beside["change_pct"]
        assert (off.abs() <= beside["half_width"] + 1e-6).all() and not found.observations["relaxed"].any()
    else:
        assert found.observations["relaxed"].iloc[-1]


def test_months_without_trade_do_not_narrow_the_intervals_of_the_others():
    rng = np.random.default_rng(4)
    months = pd.period_range("2001-01", periods=60, freq="M")
    inside = []
    for _ in range(40):
        truth = 100 * np.exp(rng.normal(0, 0.15, 72))
        y = pd.Series(np.where(rng.random(60) < 0.4, 0.0, truth[:60]), months)
        ends = forecast(y, 12, paths=200).interval(0.8).iloc[-12:]
        inside.append(((truth[60:] >= ends["lower"]) & (truth[60:] <= ends["upper"])).mean())
    assert 0.72 < np.mean(inside) < 0.92


def test_a_low_stretch_of_a_year_is_a_level_and_a_shorter_one_a_closure_that_is_told():
    months = pd.period_range("2001-01", periods=60, freq="M")
    wobble = 1 + 0.02 * np.sin(np.arange(60))
    fallen = forecast(pd.Series(np.r_[np.full(48, 100.0), np.full(12, 1.5)] * wobble, months), 6)
    assert fallen.median.iloc[-1] < 10
    shut = forecast(pd.Series(np.r_[np.full(57, 100.0), np.full(3, 1.5)] * wobble, months), 6)
    assert shut.median.iloc[-1] > 60 and "closed_at_end" in shut.notes
    assert (shut.paths.iloc[:, -6:] < 2).mean().to_numpy() == pytest.approx(3 / (3 + np.arange(1, 7)), abs=0.002)
    assert "closed_at_end" not in fallen.notes


@pytest.mark.parametrize("turned", [False, True])
def test_a_year_that_its_months_contradict_gives_way_whatever_the_order_and_all_parties_are_named(turned):
    rows = [*of_months([100.0] * 12), {"start": "2023-01", "end": "2023-12", "value": 1260.0, "half_width": 0.5}]
    found = rebuild(pd.DataFrame(rows[::-1] if turned else rows), "2023-01", "2024-12")
    facts = found.observations.set_index("value")
    assert facts.index[facts["relaxed"]].tolist() == [1260.0]
    assert facts.at[1260.0, "stretch"] == pytest.approx(53.5, abs=0.1)
    assert facts["in_conflict"].all()
    assert 95 < found.median["2024-06"] < 106


def test_a_shock_is_told_once_and_no_path_strays_without_limit():
    months = pd.period_range("2018-01", periods=72, freq="M")
    level = np.where(np.arange(72) // 6 == 10, 30.0, 100.0) * np.exp(np.random.default_rng(2).normal(0, 0.03, 72))
    told = forecast(pd.Series(level, months), 6).shocks
    assert len(told) and not told.duplicated().any()
    far = rebuild(pd.DataFrame(of_months([100.0, 110.0])), "2023-01", "2024-12").paths.to_numpy()
    assert far.mean() < 10 * np.median(far)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"lower": 150.0, "upper": 160.0}, "lie between lower and upper"),
        ({"upper": np.inf}, "upper must be finite"),
    ],
)
def test_bounds_that_cannot_hold_are_refused(change, fault):
    rows = pd.DataFrame([of_months([100.0])[0] | change])
    with pytest.raises(DataError, match=fault):
        rebuild(rows, "2023-01", "2023-12")


@pytest.mark.parametrize(
    ("give", "says"),
    [
        (lambda: forecast(pd.Series(["a"], pd.period_range("2024-01", periods=1, freq="M")), 3), "no number"),
        (lambda: forecast(pd.Series([1.0, 2.0], pd.PeriodIndex(["2024-01", None], freq="M")), 3), "without a month"),
        (lambda: forecast(noisy_series(), 3, paths=0), "number of paths"),
        (lambda: forecast(noisy_series(), 3, levels=(80,)), "0.8 means"),
        (lambda: forecast(noisy_series(), 3, levels=80), "0.8 means"),
        (lambda: forecast(noisy_series(), 3, seed=-1), "seed must be a whole number"),
        (
            lambda: rebuild(pd.DataFrame(of_months([1.0])), "2023-01", "2023-12", seed=1.5),
            "seed must be a whole number",
        ),
        (lambda: rebuild(pd.DataFrame(of_months([1.0])), "2023-01", "2023-12", calendar="lunar"), "no calendar"),
        (lambda: rebuild(pd.DataFrame(of_months([1.0])), "2023-01", "2023-12", profile_odds=np.inf), "profile_odds"),
        (lambda: rebuild(pd.DataFrame(of_months(["abc"])), "2023-01", "2023-12"), "row 1: value is 'abc'"),
        (lambda: rebuild(None, "2023-01", "2023-12"), "no table, but a NoneType"),
        (lambda: rebuild(pd.DataFrame(of_months([1.0])), "2023-01", "2023-12", profile=[1.0] * 12), "profile is a"),
        (
            lambda: rebuild(pd.DataFrame(of_months([1.0])), "2023-01", "2025-12", profile=noisy_series()),
            r"lacks 24 of the months",
        ),
        (lambda: forecast(noisy_series(), 3, paths=True), "number of paths"),
        (lambda: forecast(noisy_series(), 3, levels=None), "0.8 means"),
        (lambda: forecast(noisy_series() > 0, 3), "no number"),
        (lambda: forecast(noisy_series() + 1j, 3), "no number"),
        (lambda: outlook("lao-cai/trade_total/board", "2025-05", until="2025-01"), "cannot end"),
        (lambda: outlook(None, "2025-05"), "'None' does not name a series|None does not name a series"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_and_where(give, says):
    with pytest.raises(DataError, match=says):
        give()


@pytest.mark.parametrize(("low", "least"), [("season", 0.6), ("feast", 0.8)])
def test_a_low_february_of_two_years_may_be_the_season_or_the_feast(low, least):
    """Of 24 draws 95 % intervals of one reading alone held the next February 6 times where it is the season's."""
    months = pd.period_range("2021-01", periods=36, freq="M")
    effect = -0.3 * (months.month == 2) if low == "season" else -0.4 * tet_windows(months, CALENDAR)[:, 1]
    held = []
    for seed in range(24):
        noise = 0.05 * np.random.default_rng(seed).standard_normal(36)
        y = pd.Series(100 * np.exp(effect + noise), months)
        february = forecast(y[:24], 2).months.iloc[-1]
        held.append(february["lower_95"] <= y.iloc[25] <= february["upper_95"])
    assert np.mean(held) >= least


def test_one_outlook_of_a_short_series_is_that_of_its_forecast():
    y = noisy_series()
    rows = pd.DataFrame({"start": y.index, "end": y.index, "value": y.to_numpy(), "half_width": 0.0})
    ahead = rebuild(rows, "2022-01", "2024-12").paths.iloc[:, -12:].median()
    np.testing.assert_allclose(ahead, forecast(y, 12).paths.iloc[:, -12:].median(), rtol=0.03)


def test_what_is_rebuilt_does_not_hang_on_the_order_of_the_rows():
    values = pd.Series([32200, 7492, 5600, 1015, 1181, 1716, 2494, 4198], dtype=float)
    months = ["2018-12", "2019-03", "2019-05", "2019-08", "2019-10", "2019-11", "2019-12", "2020-01"]
    rows = pd.DataFrame({"start": months, "end": months, "value": values, "half_width": 0.5})
    turned = rows.iloc[[5, 0, 7, 2, 6, 4, 3, 1]]
    assert rebuild(rows, "2018-12", "2020-07").paths.equals(rebuild(turned, "2018-12", "2020-07").paths)


def noisy_series():
    return pd.Series(100 + np.arange(24.0), pd.period_range("2022-01", periods=24, freq="M"))


def test_every_date_that_is_none_is_named_with_its_row():
    rows = pd.DataFrame({"start": ["2019", "2020-01"], "end": ["2019-12", "01/2020"], "value": [1.0, 2.0]})
    with pytest.raises(DataError, match="row 1: start is '2019'\n  row 2: end is '01/2020'"):
        rebuild(rows, "2019-01", "2020-12")


def test_quarters_and_years_may_be_given_as_periods():
    quarters = pd.period_range("2022Q1", "2023Q4", freq="Q")
    rows = pd.DataFrame({"start": quarters, "end": quarters, "value": [300.0, 330, 360, 390] * 2, "half_width": 0.5})
    found = rebuild(rows, "2022-01", "2024-12", paths=200)
    assert (
        found.total(pd.Period("2022Q1")).between(299.5, 300.5).all() and found.total("2023").between(1378, 1382).all()
    )
    year = pd.DataFrame({"start": [pd.Period("2022", "Y")], "end": [pd.Period("2022", "Y")], "value": [1200.0]})
    assert rebuild(year, "2022-01", "2022-12", paths=20).total("2022").to_numpy() == pytest.approx(1200)
    days = pd.Period("2022-02-01", "D"), pd.Period("2022-02-14", "D")
    half = pd.DataFrame({"start": [days[0]], "end": [days[1]], "value": [50.0]})
    found = rebuild(half, "2022-02", "2022-02", paths=20).paths["2022-02"]
    assert found.to_numpy() == pytest.approx(100), "14 of 28 days"


def test_a_quarter_is_no_month_to_stand_in():
    with pytest.raises(ValueError, match="more than a month"):
        outlook("lao-cai/trade_total/board", pd.Period("2025Q1"))


def test_one_fact_to_leave_out_may_be_named_by_itself():
    alone, listed = (
        outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31", without=given, paths=20).observations
        for given in ("F0368", ["F0368"])
    )
    assert alone.equals(listed)
    assert len(alone) < len(outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31", paths=20).observations)


def test_a_fact_to_leave_out_must_be_there():
    with pytest.raises(DataError, match="no fact 'F9999' to leave out of lao-cai/trade_total/board"):
        outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31", without=["F0368", "F9999"])


def test_contradictions_beside_a_printed_nothing_warn_of_nothing():
    rows = of_months([100.0] * 12, half_width=0.0)
    rows[4]["value"] = 0.0
    rows += [{"start": "2023-01", "end": "2023-06", "value": 700.0, "half_width": 0.5}]
    rows += [{"start": "2023-04", "end": "2023-06", "value": 340.0, "half_width": 0.5}]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = rebuild(pd.DataFrame(rows), "2023-01", "2023-12", paths=50)
    assert "facts_relaxed" in found.notes


def test_a_forecast_says_that_months_beyond_ten_years_are_left_out():
    y = pd.Series(100.0 + np.arange(130) % 7, pd.period_range("2010-01", periods=130, freq="M"))
    assert "history_cut" in forecast(y, 3, paths=50).notes
    assert "history_cut" not in forecast(y.iloc[-120:], 3, paths=50).notes


def test_a_year_of_months_is_rebuilt_by_itself():
    found = rebuild(pd.DataFrame(of_months(np.arange(100.0, 112))), "2023-01", "2023-12", paths=100)
    assert (np.abs(found.paths - np.arange(100.0, 112)) <= 0.5).all(axis=None)


def test_a_low_stretch_stays_a_level_when_its_year_is_stated_too():
    months = of_months([100.0] * 48 + [1.5] * 12, "2019-01", 0.05)
    year = {"start": "2023-01", "end": "2023-12", "value": 18.0, "half_width": 0.5}
    found = rebuild(pd.DataFrame([*months, year]), "2019-01", "2024-06")
    assert found.median["2024-06"] < 10
    assert not found.observations["relaxed"].any() and "closed_at_end" not in found.notes


def test_exact_parties_of_a_conflict_are_named_beside_another_conflict():
    change = {"start": "2021-01", "end": "2021-01", "base_start": "2020-01", "base_end": "2020-01", "change_pct": 50.0}
    rows = [*of_months([100.0], "2020-01", 0), *of_months([100.0], "2021-01", 0), change | {"half_width": 0.5}]
    rows += [*of_months([100.0], "2020-06"), *of_months([150.0], "2020-06"), *of_months([100.0], "2020-09")]
    facts = rebuild(pd.DataFrame(rows), "2020-01", "2021-12").observations
    assert facts["in_conflict"].tolist() == [True] * 5 + [False]


def test_a_soft_figure_far_from_all_others_is_loosened_and_named():
    rows = [*of_months(np.arange(100.0, 112), "2020-01")]
    rows += [{"start": "2021-01", "end": "2021-02", "value": 200.0, "half_width": 0.1}]
    rows += [{"start": "2020-11", "end": "2021-01", "value": 2700.0, "half_width": 0.5, "soft_sd": 0.05}]
    found = rebuild(pd.DataFrame(rows), "2020-01", "2021-12")
    assert found.observations["relaxed"].tolist() == [False] * 13 + [True]
    assert "estimates_loosened" in found.notes and "facts_strained" not in found.notes
    assert found.total("2021-01:2021-02").between(199.9, 200.1).all()


def test_nothing_and_a_fall_by_all_agree():
    zero = {"start": "2021-01", "end": "2021-01", "value": 0.0}
    fall = {"start": "2021-01", "end": "2021-01", "base_start": "2020-01", "base_end": "2020-01", "change_pct": -100.0}
    rows = [*of_months([100.0] * 12, "2020-01"), zero, fall | {"half_width": 0.05}]
    found = rebuild(pd.DataFrame(rows), "2020-01", "2021-12")
    assert not found.observations["relaxed"].any()
    assert (found.paths[pd.Period("2021-01")] == 0).all()


def test_blank_cells_are_missing_and_levels_may_come_one_by_one():
    rows = pd.DataFrame([of_months([100.0])[0] | {"change_pct": "", "soft_sd": " "}])
    assert rebuild(rows, "2023-01", "2023-12").median["2023-01"] == pytest.approx(100, abs=0.5)
    assert "lower_80" in forecast(noisy_series(), 3, levels=(level for level in (0.8, 0.95))).months


def test_a_few_days_after_years_of_an_event_tell_nothing_of_its_effect(small_root):
    def expected(*events):
        header = "event_id,zone,start,end,kind,indicators,name_vi,name_en,published,source,reference,note\n"
        (small_root / "data/events.csv").write_text(header + "".join(events), encoding="utf-8")
        found = outlook("thu-nghiem/trade_total/board", "2025-05", root=small_root)
        return found.total_range("2025-08"), found.median["2025-01":"2025-05"].to_numpy()

    stop = "e1,thu-nghiem,2020-01-01,{},production,trade_total,Dừng,Stop,2020-01-02,Báo,doc:x,\n"
    (middle, low, high), months = expected()
    # Months are counted to the 15th: five days of May without it, or none.
    (few, few_low, few_high), few_months = expected(stop.format("2025-05-10"))
    whole = expected(stop.format("2025-05-15"))
    assert few == pytest.approx(middle, rel=0.1) and few_months == pytest.approx(months, rel=0.05)
    assert few_high / few_low > 1.5 * high / low, "its end may change much"
    assert (few, few_low, few_high) == whole[0]


@pytest.mark.parametrize("events", [np.ones((3, 1)), np.full((12, 1), np.nan), [["a"]] * 12])
def test_events_that_are_no_shares_of_the_months_are_refused(events):
    with pytest.raises(DataError, match="row for each of the 12 months"):
        rebuild(pd.DataFrame(of_months([100.0])), "2023-01", "2023-12", events=events)


def test_a_series_shut_for_ten_years_has_no_forecast_and_says_so():
    y = pd.Series([5.0] + [0.0] * 150, pd.period_range("2010-01", periods=151, freq="M"))
    with pytest.raises(DataError, match="no month above zero among the last 120"):
        forecast(y, 3)


def test_a_forecast_can_be_drawn_and_tells_what_it_stands_on():
    y = pd.Series(100 + 10 * np.sin(np.arange(60)), pd.period_range("2020-01", periods=60, freq="M"))
    found = forecast(y.drop(pd.Period("2022-05")), 12, paths=100)
    assert "59" in grounds(found, lang="en").text
    for chart in (fan_chart(found, "en"), cumulative_chart(found, year=2024, lang="en")):
        assert "2024" in chart.title or "2025" in chart.title
        assert chart.subtitle.startswith("The series, ") and "original units" in chart.subtitle
        assert chart._repr_html_().count("<svg") == 2


def test_a_total_that_all_paths_share_is_neither_above_nor_below_itself():
    values = np.round(100 * np.exp(0.2 * np.random.default_rng(3).standard_normal((40, 12))), 1)
    for year in values:
        found = rebuild(pd.DataFrame(of_months(year, half_width=0.0)), "2023-01", "2023-12", paths=50)
        said = {how: found.probability(float(np.sum(year)), "2023", how) for how in (">=", ">", "=", "<=", "<")}
        assert said == {">=": 50.5 / 51, ">": 0.5 / 51, "=": 50.5 / 51, "<=": 50.5 / 51, "<": 0.5 / 51}


def test_the_range_of_a_total_is_that_of_the_sums_of_paths():
    found = outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31", paths=50)
    total = found.total("2025")
    assert found.total_range("2025") == tuple(total.quantile([0.5, 0.1, 0.9]))
    assert found.total_range("2025", 0.5) == pytest.approx(tuple(total.quantile([0.5, 0.25, 0.75])))
    with pytest.raises(ValueError, match="between 0 and 1"):
        found.total_range("2025", 80)


def test_a_period_or_threshold_that_means_nothing_is_refused():
    found = forecast(noisy_series(), 3, paths=20)
    with pytest.raises(ValueError, match="ends before it begins"):
        found.total("2023-12:2023-01")
    with pytest.raises(ValueError, match="not a number"):
        found.probability(np.nan, "2023")


def test_a_few_paths_that_lead_far_away_are_told():
    y = pd.Series([103.0, 101000.0, 98.0], pd.period_range("2024-01", periods=3, freq="M"))
    found = forecast(y, 1)
    assert "mean_far" in found.notes and "forecast_far" not in found.notes


def test_what_a_caller_does_to_an_outlook_does_not_reach_the_next(small_root):
    def asked():
        return ez.outlook("thu-nghiem/trade_total/board", "2025-05", root=small_root, paths=50)

    first = asked()
    before = first.total("2025").median(), first.observations["value"].sum()
    first.paths[first.paths.columns] *= 1000
    first.observations["value"] = 0.0
    again = asked()
    assert (again.total("2025").median(), again.observations["value"].sum()) == before


@pytest.mark.parametrize("april", [180.0, 70.0, 30.0])
@pytest.mark.parametrize("ends", [(6, 12), (6, 9, 12), (4, 5, 6, 9, 12), range(6, 13)])
def test_of_months_that_years_to_date_contradict_the_one_out_of_line_alone_gives_way(ends, april):
    rows = of_months([100.0] * 3 + [april] + [100.0] * 8)
    rows += [{"start": "2023-01", "end": f"2023-{m:02d}", "value": 100.0 * m, "half_width": 0.5} for m in ends]
    found = rebuild(pd.DataFrame(rows), "2023-01", "2023-12", paths=50)
    assert np.flatnonzero(found.observations["relaxed"]).tolist() == [3]
    assert found.median["2023-04"] == pytest.approx(100, abs=3)


def test_an_estimate_that_binding_figures_rule_out_is_loosened_and_no_other():
    """A first quarter of 43.5, and an estimate of 39.8 up to October that says it to 1.3 %: as an estimate of 1 may."""
    rows = [
        {"start": "2020-01", "end": "2020-05", "value": 204.0, "half_width": 5.0, "soft_sd": 0.019},
        {"start": "2022-01", "end": "2022-10", "value": 39.8, "half_width": 0.05, "soft_sd": 0.013},
        {"start": "2023-01", "end": "2023-03", "value": 72.8, "half_width": 1.8},
        {"start": "2023-01", "end": "2023-03", "base_start": "2022-01", "base_end": "2022-03", "change_pct": 63.2},
    ]
    found = rebuild(pd.DataFrame(rows), "2020-01", "2023-12", paths=200)
    assert found.observations["relaxed"].tolist() == [False, True, False, False]
    assert "estimates_loosened" in found.notes and found.total("2020-01:2020-05").median() > 150
    assert found.median["2022-06"] > 5


def test_estimates_that_contradict_each_other_alone_are_weighed_and_not_loosened():
    rows = [*of_months([100.0] * 12), *of_months([100.0, 160.0], "2024-01")]
    for row in rows[12:]:
        row["soft_sd"] = 0.03
    rows += [{"start": "2024-01", "end": "2024-02", "value": 200.0, "half_width": 0.5, "soft_sd": 0.03}]
    found = rebuild(pd.DataFrame(rows), "2023-01", "2024-12", paths=200)
    assert not found.observations["relaxed"].any()
    assert 200 < found.total("2024-01:2024-02").median() < 260


def test_no_path_far_from_all_others_is_copied_over_and_over():
    months, t = pd.period_range("2020-01", periods=48, freq="M"), np.arange(48)
    noise = 0.08 * np.random.default_rng(5).standard_normal(48)
    x = pd.Series(100 * np.exp(0.006 * t + 0.25 * np.sin(2 * np.pi * t / 12) + noise), months)
    rows = [{"start": "2020-01", "end": "2020-12", "value": round(x["2020"].sum()), "half_width": 0.5}]
    for month in months[12:]:
        now, base = x[f"{month.year}-01" : str(month)].sum(), x[f"{month.year - 1}-01" : str(month - 12)].sum()
        days = {"start": f"{month.year}-01", "end": str(month)}
        days |= {"base_start": f"{month.year - 1}-01", "base_end": str(month - 12)}
        rows.append({**days, "change_pct": round(100 * (now / base - 1)), "half_width": 0.5})
    first, second = (rebuild(pd.DataFrame(rows), "2020-01", "2024-06", seed=seed) for seed in (0, 1))
    copies = np.unique(first.paths.loc[:, "2020-01":"2023-12"].round(6), axis=0, return_counts=True)[1]
    assert copies.max() < 100
    assert first.months.loc["2020-01", "lower_95"] > 60, "the truth is 94"
    np.testing.assert_allclose(first.mean, second.mean, rtol=0.15)


@pytest.mark.parametrize("apart", [1e-9, 3e-9, 1e-8, 9e-8, 2e-7, 1e-5])
def test_sums_that_disagree_by_a_hair_stay_firm(apart):
    rows = [
        {"start": f"2023-{m:02d}", "end": f"2023-{m + 2:02d}", "value": 300.0, "half_width": 0} for m in (1, 4, 7, 10)
    ]
    rows.append({"start": "2023-01", "end": "2023-12", "value": 1200 * (1 + apart), "half_width": 0})
    found = rebuild(pd.DataFrame(rows), "2023-01", "2024-06", paths=300)
    assert found.total("2023").to_numpy() == pytest.approx(1200, rel=2 * apart + 1e-6)
    assert "facts_strained" not in found.notes
