import subprocess
import sys
import warnings
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from ezlib import rivals as r
from ezlib import scores

RULES = ["naive", "naive2", "seasonal_naive", "run_rate", "profile"]
FAMILIES = ["ets", "sarimax", "theta", "unobserved_components"]


def months(n, rng=None, growth=0.004, noise=0.05, first="2016-01"):
    """A flow with a fixed season, steady growth and independent noise."""
    t = np.arange(n)
    z = 4 + growth * t + 0.3 * np.sin(2 * np.pi * t / 12) + (noise * rng.normal(size=n) if rng else 0)
    return pd.Series(np.exp(z), index=pd.period_range(first, periods=n, freq="M"))


NOISY = months(60, np.random.default_rng(1))


@pytest.fixture(scope="module")
def everything():
    return r.forecasts(NOISY, 12, paths=400)


def test_every_method_gives_a_point_and_joint_paths_without_giving_way(everything):
    assert list(everything) == list(r.METHODS)
    for name, found in everything.items():
        assert (found.method, found.fallback, found.stood_in) == (name, "", "")
        assert found.point.shape == (12,) and found.paths.shape == (400, 12)
        assert (found.paths > 0).all() and (found.point > 0).all()


def test_the_middle_of_the_paths_is_the_point(everything):
    for name, found in everything.items():
        assert np.median(found.paths.sum(axis=1)) == pytest.approx(found.point.sum(), rel=0.05), name


def test_paths_of_a_method_depend_on_the_seed_and_not_on_the_company(everything):
    for name in ("profile", "theta"):
        alone = r.forecast(NOISY, 12, name, paths=400)
        assert np.array_equal(alone.paths, everything[name].paths)
        assert not np.array_equal(r.forecast(NOISY, 12, name, paths=400, seed=1).paths, alone.paths)


def test_what_a_model_says_does_not_hang_on_the_unit():
    for name in ("ets", "theta", "combination"):
        usual, small = (r.forecast(unit * NOISY, 6, name, paths=50) for unit in (1, 1e-6))
        assert small.point * 1e6 == pytest.approx(usual.point, rel=0.01)
        assert small.paths * 1e6 == pytest.approx(usual.paths, rel=0.03)


def test_the_seasonal_naive_continues_steady_growth_exactly():
    y = months(72)
    found = r.forecast(y[:48], 24, "seasonal_naive", paths=5)
    assert found.point == pytest.approx(y[48:].to_numpy())
    assert found.paths == pytest.approx(np.tile(found.point, (5, 1)))


def test_the_run_rate_is_the_average_of_the_year_so_far():
    y = np.r_[np.full(24, 7.0), 10, 20, 30]
    assert (r.forecast(y, 9, "run_rate", paths=5).point == 20).all()
    assert r.forecast(y[:24] * np.tile([1, 3], 12), 12, "run_rate", paths=5).point == pytest.approx(np.full(12, 14.0))


def test_the_profile_carries_the_year_on_by_its_normal_shares():
    usual = np.arange(1.0, 13.0)
    y = np.r_[usual * 2, usual * 3, usual[:4] * 5]
    assert r.estimate_profile(y) == pytest.approx(usual / 78)
    assert r.forecast(y, 10, "profile", paths=5).point == pytest.approx(5 * np.r_[usual[4:], usual[:2]])


def test_a_profile_counts_complete_calendar_years_only():
    usual = np.arange(1.0, 13.0)
    assert r.estimate_profile(np.r_[100.0, 100.0, usual], first_month=11) == pytest.approx(usual / 78)
    assert r.estimate_profile(np.r_[np.nan, usual[1:], usual], first_month=1) == pytest.approx(usual / 78)
    assert r.estimate_profile(usual[:11]) is None


def test_naive2_is_that_of_the_scores():
    assert r.forecast(NOISY, 14, "naive2", paths=3).point == pytest.approx(scores.naive2(NOISY, 14))


def test_a_rule_spreads_as_it_was_wrong_before():
    rng = np.random.default_rng(2)
    walk = np.exp(4 + np.cumsum(rng.normal(0, 0.1, 240)))
    paths = np.log(r.forecast(walk, 6, "naive", paths=4000).paths / walk[-1])
    assert paths.std(axis=0) == pytest.approx(0.1 * np.sqrt(np.arange(1, 7)), rel=0.25)
    assert np.corrcoef(paths[:, 4], paths[:, 5])[0, 1] > 0.8


def test_eighty_percent_intervals_of_annual_totals_cover_about_eighty_percent():
    inside = dict.fromkeys(["seasonal_naive", "profile"], 0)
    for case in range(100):
        y = months(84, np.random.default_rng(case), growth=0, noise=0.1)
        for name in inside:
            found = r.forecasts(y[:75], 9, [name], paths=300)[name]
            low, high = np.quantile(found.paths.sum(axis=1), [0.1, 0.9])
            inside[name] += low <= y[75:].sum() <= high
    # Exact coverage would give 80 ± 12 at three standard deviations; few past years make the tails uncertain.
    assert all(66 <= hits <= 95 for hits in inside.values()), inside


def test_the_state_space_paths_have_the_variance_that_statsmodels_reports():
    from statsmodels.tsa.statespace.sarimax import SARIMAX

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = SARIMAX(np.log(NOISY.to_numpy()), order=(0, 1, 1), seasonal_order=(0, 1, 1, 12)).fit(disp=False)
    theirs = fit.get_forecast(8)
    drawn = r._future_states(fit, 8, 6000, np.random.default_rng(0))
    assert drawn.mean(axis=0) == pytest.approx(theirs.predicted_mean, abs=0.01)
    assert drawn.std(axis=0) == pytest.approx(theirs.se_mean, rel=0.05)


def test_the_point_of_theta_is_that_of_statsmodels(everything):
    from statsmodels.tsa.forecasting.theta import ThetaModel

    fit = ThetaModel(pd.Series(NOISY.to_numpy()), period=12, method="multiplicative").fit()
    assert everything["theta"].point == pytest.approx(fit.forecast(12).to_numpy())


def test_the_paths_of_theta_stay_above_zero_on_a_volatile_flow():
    found = r.forecast(months(60, np.random.default_rng(3), noise=0.6), 12, "theta", paths=200)
    assert found.fallback == "" and found.held < 0.05 and (found.paths > 0).all()


def test_the_combination_is_the_mean_of_the_four_families(everything):
    assert everything["combination"].point == pytest.approx(np.mean([everything[m].point for m in FAMILIES], axis=0))
    assert np.array_equal(everything["combination"].paths[1], everything["sarimax"].paths[1])


def test_the_combination_does_without_a_family_that_another_method_stood_in_for(everything, monkeypatch):
    def unusable(months, horizon, paths, rng):
        raise r._CannotUse("it would not fit")

    monkeypatch.setitem(r.METHODS, "theta", replace(r.METHODS["theta"], run=unusable))
    found = r.forecasts(NOISY, 12, ["theta", "combination"], paths=50)
    assert found["theta"].stood_in == "seasonal_naive"
    assert (found["combination"].stood_in, found["combination"].fallback) == ("", "without theta")
    usable = [everything[m].point for m in FAMILIES if m != "theta"]
    assert found["combination"].point == pytest.approx(np.mean(usable, axis=0))
    for family in FAMILIES:
        monkeypatch.setitem(r.METHODS, family, replace(r.METHODS[family], run=unusable))
    found = r.forecast(NOISY, 12, "combination", paths=50)
    assert found.stood_in == "seasonal_naive" and "none of the four models" in found.fallback


def test_gaps_are_carried_by_state_space_models_and_filled_with_a_word_for_the_others():
    y = NOISY.copy()
    y.iloc[[20, 33, 34, 57]] = np.nan
    found = r.forecasts(y, 12, paths=50)
    assert all(np.isfinite(f.point).all() and np.isfinite(f.paths).all() for f in found.values())
    assert found["sarimax"].fallback == found["unobserved_components"].fallback == ""
    assert found["ets"].fallback == found["theta"].fallback == "4 gaps filled by trend and season"


def test_filled_months_follow_trend_and_season():
    y = months(60)
    gapped = y.to_numpy().copy()
    gapped[[17, 30, 31]] = np.nan
    filled, _ = r._filled(r._Months(gapped, 0))
    assert filled == pytest.approx(y.to_numpy(), rel=0.05)


def test_the_horizon_counts_from_the_end_of_the_index_even_when_its_last_months_are_unknown():
    y = months(60)
    late = y[:50].copy()
    late.iloc[-2:] = np.nan
    assert r.forecast(late, 6, "seasonal_naive", paths=2).point == pytest.approx(y[50:56].to_numpy())


def test_too_short_a_history_gives_way_step_by_step_and_says_so():
    found = r.forecast([10.0, 12.0, 11.0], 12, "sarimax", paths=20)
    assert (found.point == 11).all()
    assert found.fallback.startswith(
        "Seasonal naive with drift stands in: 3 known months, 30 needed; Last month stands in"
    )
    assert (found.method, found.stood_in) == ("sarimax", "naive")
    alone = r.forecast([10.0], 3, "naive", paths=400)
    assert "1 known month, 30 needed" in r.forecast([10.0], 3, "sarimax", paths=4).fallback
    assert (np.diff(np.std(np.log(alone.paths), axis=0)) > 0).all() and np.std(np.log(alone.paths[:, 0])) > 0.05


def test_a_model_that_explodes_gives_way_with_the_fence_in_the_reason(monkeypatch):
    def explodes(months, horizon, paths, rng):
        return np.full(horizon, 1e9), np.full((paths, horizon), 1e9), ""

    monkeypatch.setitem(r.METHODS, "wild", r.Method(explodes, 1, "seasonal_naive", "", ""))
    found = r.forecast(NOISY, 3, "wild", paths=10)
    assert "leaves the fence" in found.fallback
    assert np.array_equal(found.point, r.forecast(NOISY, 3, "seasonal_naive", paths=10).point)


def test_the_last_model_holds_its_paths_at_the_fence_however_many_leave_it():
    wild = 100 * np.exp(np.random.default_rng(0).uniform(-0.7, 0.7, 36))
    reach = (wild.max() / wild.min()) ** 2
    found = r.forecast(wild, 48, "naive", paths=200)
    assert found.held > r.MOST_OUTSIDE
    assert np.all((found.paths >= wild.min() / reach * 0.999) & (found.paths <= wild.max() * reach * 1.001))


def test_single_wild_paths_are_held_at_the_fence_and_counted_while_many_make_the_model_give_way(monkeypatch):
    def mostly_sane(months, horizon, paths, rng):
        drawn = np.full((paths, horizon), 1.0)  # of a typical month
        drawn[:wild] = np.inf
        return np.full(horizon, 1.0), drawn, ""

    monkeypatch.setitem(r.METHODS, "wild", r.Method(mostly_sane, 1, "naive", "", ""))
    wild = 1
    found = r.forecast(NOISY, 3, "wild", paths=100)
    assert found.held == 0.01 and found.fallback == "" and np.isfinite(found.paths).all()
    wild = 10
    assert "explode" in r.forecast(NOISY, 3, "wild", paths=100).fallback


def test_a_model_whose_optimiser_does_not_converge_gives_way():
    class Stuck:
        def fit(self, **options):
            return SimpleNamespace(mle_retvals={"converged": False}, params=np.zeros(1))

    with pytest.raises(r._CannotUse, match="maximum was not found"):
        r._state_space(Stuck(), 3, 5, np.random.default_rng(0))


def test_a_form_of_ets_whose_optimiser_does_not_converge_takes_no_part(monkeypatch):
    chosen, fit = [], r._fit

    def early(model, **options):
        found = fit(model, **options)
        stops_early = found.model.has_seasonal or everywhere
        found.mle_retvals["converged"] = not stops_early
        chosen.append(stops_early)
        return found

    monkeypatch.setattr(r, "_fit", early)
    everywhere = False
    found = r.forecast(NOISY, 12, "ets", paths=20)
    assert any(chosen) and found.fallback == ""
    assert (np.diff(found.point) > 0).all()  # a trend; the season went with the forms that had one
    everywhere = True
    assert "was found for no form" in r.forecast(NOISY, 12, "ets", paths=20).fallback


def test_months_of_zero_are_floored_with_a_word_and_a_dead_series_stays_at_zero():
    y = NOISY.to_numpy().copy()
    y[30:33] = 0
    found = r.forecast(y, 6, "unobserved_components", paths=20)
    assert np.isfinite(found.paths).all() and "3 months near zero count as" in found.fallback
    assert not r.forecast(np.zeros(20), 6, "ets", paths=5).paths.any()


@pytest.mark.parametrize(
    ("y", "horizon", "method", "says"),
    [
        ([1.0, 2.0], 3, "best", "naive, naive2"),
        ([1.0, 2.0], 0, "naive", "horizon must be a whole number from 1"),
        ([1.0, 2.0], 2.5, "naive", "horizon must be a whole number from 1"),
        (pd.Series([1.0, 2.0], pd.date_range("2020-01-01", periods=2)), 2, "naive", "monthly PeriodIndex"),
        ([np.nan, np.nan], 3, "naive", "No month is known"),
        ([1.0, -2.0], 3, "naive", "1 months are negative"),
        (NOISY.drop(NOISY.index[5]), 3, "naive", "do not follow one another"),
    ],
)
def test_what_cannot_be_forecast_is_refused_with_a_reason(y, horizon, method, says):
    with pytest.raises(ValueError, match=says):
        r.forecast(y, horizon, method)


def test_hard_series_print_no_warnings():
    rng = np.random.default_rng(4)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        r.forecasts(np.exp(rng.normal(0, 2, 31)), 6, ["ets", "sarimax"], paths=20)
    assert not seen


def test_importing_the_rivals_does_not_import_statsmodels():
    code = "import sys, ezlib.rivals; sys.exit('statsmodels' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("name", ["theta", "ets", "combination", "seasonal_naive"])
def test_a_series_that_never_moves_is_carried_on(name):
    found = r.forecast(np.full(36, 50.0), 12, name, paths=20)
    np.testing.assert_allclose(found.point, 50)
    assert "alike" in found.fallback
