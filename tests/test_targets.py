import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from stand_in import lao_cai

import ezlib as ez
from ezlib.contracts import DataError
from ezlib.outlook import Outlook
from ezlib.periods import BOARD
from ezlib.plans import load_targets
from ezlib.targets import (
    assess_target,
    chance_by_height,
    chance_by_multiplier,
    chance_of_no_fall,
    contributions,
    even_odds,
    growth_target,
    has_base,
)

MONTHS = pd.period_range("2024-01", "2025-12", freq="M")


def of_paths(values, last="2025-05") -> Outlook:
    """An outlook that is nothing but its paths."""
    paths, last = pd.DataFrame(np.atleast_2d(values).astype(float), columns=MONTHS), pd.Period(last, "M")
    status = pd.Series(np.where(last >= MONTHS, "reported", "forecast"), MONTHS)
    printed = paths.median().where(last >= MONTHS)
    nothing = pd.DataFrame({"start": [], "end": [], "relaxed": np.array([], bool)})
    about = {"series": "lao-cai/trade_total/board", "unit": "million_usd", "calendar": BOARD}
    return Outlook(paths, status, nothing, printed, last, float(len(paths)), **about)


@pytest.fixture
def target():
    return next(t for t in load_targets("lao-cai") if t.target_id == "T001")


def test_the_nine_billion_target_needs_1196_million_a_month(target):
    found = ez.assess_target(lao_cai(), target)
    assert found.needed_per_month == pytest.approx((9000 - 625.91) / 7, abs=0.01)
    assert found.months_left == 7
    assert found.months_elapsed == 5


def test_no_path_in_400_reaches_it_and_the_chance_is_still_not_zero(target):
    found = ez.assess_target(lao_cai(), target)
    assert found.probability == pytest.approx(0.5 / 401)
    assert found.verdict == "impossible"
    assert found.state == "open"


def test_the_largest_average_that_facts_imply_is_june_to_december_2024():
    values = np.r_[np.full(5, 174.0), np.full(7, 274.0), np.full(5, 125.0), np.full(7, 150.0)]
    paths = np.vstack([values, values])
    # the months of the second half of 2024 are unsure, their sum is not
    paths[1, 5], paths[1, 6] = 374, 174
    found = ez.assess_target(of_paths(paths), level(3000))
    stretch = found.largest_average
    assert (str(stretch.start), str(stretch.end)) == ("2024-06", "2024-12")
    assert stretch.average == pytest.approx(274)


def test_a_stretch_that_was_surely_higher_is_told_by_the_least_it_can_have_been():
    paths = np.full((2, 24), 150.0)
    paths[:, :7] = [[300.0], [340.0]]  # facts leave open how high the first months were, and fix all others
    stretch = ez.assess_target(of_paths(paths), level(3000)).largest_average
    assert (str(stretch.start), str(stretch.end)) == ("2024-01", "2024-07")
    assert (stretch.average, stretch.at_least) == (300, True)


def test_a_year_with_the_same_months_in_another_order_has_not_fallen():
    rng = np.random.default_rng(1)
    months = rng.lognormal(5, 0.3, (200, 12))
    outlook = of_paths(np.hstack([months, rng.permuted(months, axis=1)]))
    assert (outlook.total("2025") < outlook.total("2024")).any()  # by their last bits
    assert chance_of_no_fall(outlook, 2025) == pytest.approx(200.5 / 201)


def test_the_largest_month_is_a_published_one_beyond_doubt_of_at_least_six():
    values = np.r_[np.full(16, 150.0), 900.0, np.full(7, 150.0)]
    values[10] = 210
    facts = {"observation_id": ["F1", "F2"], "start": ["2025-04-16", "2024-12-16"], "end": ["2025-05-15"] * 2}
    outlook = replace(of_paths(values), observations=pd.DataFrame(facts).assign(relaxed=False))
    outlook.status.iloc[:9] = "derived"  # 2024-10 to 2025-05 are published
    assert ez.assess_target(outlook, level(3000)).largest_month.average == 900
    best = ez.assess_target(outlook, level(3000), doubted={"F1", "F2"}).largest_month
    assert (str(best.start), best.average) == ("2024-11", 210)
    fewer = replace(outlook, status=outlook.status.mask(np.isin(np.arange(24), range(9, 12)), "estimated"))
    assert ez.assess_target(fewer, level(3000)).largest_month is None


def test_a_stretch_that_only_the_model_knows_is_not_offered_as_a_fact():
    rng = np.random.default_rng(0)
    paths = 100 * np.exp(rng.normal(0, 0.3, (50, 24)))
    assert ez.assess_target(of_paths(paths), level(3000)).largest_average is None


def test_probability_counts_paths_whose_sum_reaches_the_target():
    rng = np.random.default_rng(1)
    values = np.full((999, 24), 100.0)
    values[:, 17:] *= rng.uniform(0.5, 1.5, (999, 1))
    reached = (values[:, 12:].sum(axis=1) >= 1200).sum()
    found = ez.assess_target(of_paths(values), level(1200))
    assert found.probability == pytest.approx((reached + 0.5) / 1000)
    assert found.mc_error == pytest.approx(np.sqrt(found.probability * (1 - found.probability) / 999))
    assert found.gap == pytest.approx(found.median - 1200)


def test_a_growth_target_is_tested_path_by_path_on_each_paths_own_base():
    values = np.full((2, 24), 100.0)
    values[1] *= 3  # another level, the same growth
    values[:, 17:] *= 1.3
    found = ez.assess_target(of_paths(values), growth_target("lao-cai/trade_total/board", 2025, 10))
    assert found.probability == pytest.approx(2.5 / 3)
    assert found.needed_growth_pct == pytest.approx(100 * (1320 - 500) / 700 - 100)


@pytest.mark.parametrize(
    ("value", "comparator", "state"),
    [(499, ">=", "reached"), (500, ">", "open"), (500, ">=", "reached"), (400, "<=", "missed"), (9000, ">=", "open")],
)
def test_once_facts_decide_there_is_no_probability(value, comparator, state):
    found = ez.assess_target(of_paths(np.full((5, 24), 100.0)), replace(level(value), comparator=comparator))
    assert found.state == state
    assert np.isnan(found.probability) == (state != "open")


def test_a_year_that_is_over_is_reached_or_missed():
    over = of_paths(np.full((5, 24), 100.0), last="2025-12")
    assert ez.assess_target(over, level(1200)).state == "reached"
    assert ez.assess_target(over, level(1201)).state == "missed"
    assert np.isnan(ez.assess_target(over, level(1201)).needed_per_month)


def test_run_rate_and_profile_are_the_spreadsheets_answers():
    values = np.r_[np.arange(1, 13), 2 * np.arange(1, 6), np.full(7, 50)]
    found = ez.assess_target(of_paths(values), level(500))
    assert found.run_rate == pytest.approx(30 * 12 / 5)
    assert found.profile == pytest.approx(30 / (15 / 78))


def test_the_months_of_crossing_add_up_to_the_chance_of_ever_reaching():
    rng = np.random.default_rng(2)
    values = np.full((500, 24), 100.0)
    values[:, 17:] *= rng.uniform(0.5, 1.5, (500, 1))
    outlook = of_paths(values)
    found = ez.assess_target(outlook, level(1150))
    assert found.crossing.sum() == pytest.approx((outlook.paths[MONTHS[12:]].sum(axis=1) >= 1150).mean())
    assert (found.crossing[:"2025-05"] == 0).all()


@pytest.mark.parametrize("comparator", ["<", "<="])
def test_a_limit_is_kept_until_the_month_in_which_the_total_passes_it(comparator):
    rng = np.random.default_rng(2)
    values = np.full((500, 24), 100.0)
    values[:, 17:] *= rng.uniform(0.5, 1.5, (500, 1))
    outlook = of_paths(values)
    limit = replace(level(1150), comparator=comparator)
    found = ez.assess_target(outlook, limit)
    kept = int((outlook.paths[MONTHS[12:]].sum(axis=1) < 1150).sum())
    assert found.state == "open"
    assert found.probability == pytest.approx((kept + 0.5) / 501)
    assert found.crossing.sum() == pytest.approx(1 - kept / 500)
    assert (found.crossing[:"2025-05"] == 0).all()
    assert ez.assess_target(outlook, replace(limit, value=450.0)).state == "missed"


def test_at_the_line_itself_only_a_strict_comparison_fails():
    over = of_paths(np.full((3, 24), 100.0), last="2025-12")
    states = {c: ez.assess_target(over, replace(level(1200), comparator=c)).state for c in (">=", ">", "=", "<=", "<")}
    assert states == {">=": "reached", ">": "missed", "=": "reached", "<=": "reached", "<": "missed"}


def test_a_target_of_nothing_has_no_share_of_plan():
    found = ez.assess_target(of_paths(np.full((3, 24), 100.0)), level(0))
    assert found.state == "reached" and np.isnan(found.plan_share) and np.isnan(found.plan_share_expected)


def test_a_year_that_the_paths_do_not_reach_is_refused_with_the_way_there():
    def of(year):
        return replace(level(1), period_start=dt.date(year, 1, 1), period_end=dt.date(year, 12, 31))

    with pytest.raises(DataError, match=r"until='2027-12'\.$"):
        ez.assess_target(of_paths(np.full((3, 24), 100.0)), of(2027))
    with pytest.raises(DataError, match=r"2024-01\.\.2025-12; add facts of the earlier months\.$"):
        ez.assess_target(of_paths(np.full((3, 24), 100.0)), of(2023))


def test_a_higher_target_is_never_likelier():
    chances = chance_by_height(lao_cai(), level(0), range(500, 3000, 100))
    assert (chances.diff().dropna() <= 0).all()
    assert chances[500] == 1  # reached already: 625.91 to May
    one = ez.assess_target(lao_cai(), level(1700))
    assert chances[1700] == one.probability


def test_what_cannot_be_assessed_is_refused_with_the_reason(target):
    outlook = lao_cai()
    with pytest.raises(DataError, match="no sum of months decides"):
        ez.assess_target(outlook, replace(target, kind="rate"))
    with pytest.raises(DataError, match="speaks of customs_revenue"):
        ez.assess_target(outlook, replace(target, indicator="customs_revenue"))
    with pytest.raises(DataError, match="million_usd"):
        ez.assess_target(outlook, replace(target, unit="billion_vnd"))
    with pytest.raises(DataError, match="until='2030-12'"):
        ez.assess_target(outlook, replace(target, period_start=dt.date(2030, 1, 1), period_end=dt.date(2030, 12, 31)))


def test_another_scope_than_the_targets_own_is_said(target):
    assert "scope_differs" in ez.assess_target(lao_cai(), target).notes


def level(value):
    """A level target for 2025 on the board's trade."""
    return replace(
        growth_target("lao-cai/trade_total/board", 2025, value), kind="level", comparator=">=", unit="million_usd"
    )


def test_even_odds_lie_at_the_median_and_at_the_multiple_that_the_target_needs():
    rng = np.random.default_rng(3)
    values = np.full((999, 24), 100.0)
    values[:, 17:] *= rng.uniform(0.5, 1.5, (999, 1))
    outlook = of_paths(values)
    height, multiple = even_odds(outlook, level(1500))
    assert height == pytest.approx(outlook.paths[MONTHS[12:]].sum(axis=1).median())
    curve = chance_by_multiplier(outlook, level(1500), [0.5, 1.0, multiple, 3.0])
    assert curve.is_monotonic_increasing
    assert curve[multiple] == pytest.approx(0.5, abs=0.01)
    assert curve[1.0] == ez.assess_target(outlook, level(1500)).probability


QUESTIONS = {
    "assess_target": ez.assess_target,
    "chance_by_height": lambda found, target: chance_by_height(found, target, [10.0]),
    "chance_by_multiplier": lambda found, target: chance_by_multiplier(found, target, [1.0]),
    "even_odds": even_odds,
    "contributions": lambda found, target: contributions(found, {"part": found}, target),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question_refuses_a_target_that_the_paths_cannot_answer(ask):
    found = of_paths(np.full(24, 100.0))
    beyond = replace(level(3000), period_start=dt.date(2027, 1, 1), period_end=dt.date(2027, 12, 31))
    with pytest.raises(DataError, match="until='2027-12'"):
        ask(found, beyond)
    with pytest.raises(DataError, match="no sum of months decides"):
        ask(found, replace(level(3000), kind="stock"))


def test_heights_are_those_of_a_level_target():
    with pytest.raises(DataError, match="heights are those of a level target"):
        chance_by_height(of_paths(np.full(24, 100.0)), growth_target("lao-cai/trade_total/board", 2025, 10), [10.0])


def test_a_growth_on_a_year_of_nothing_is_refused_and_no_test_of_a_zone():
    values = np.r_[np.zeros(12), np.full(12, 100.0)]
    target = growth_target("lao-cai/trade_total/board", 2025, 10)
    with pytest.raises(DataError, match="when nothing came in; a growth needs a base above zero"):
        ez.assess_target(of_paths(values), target)
    assert not has_base(of_paths(values), target) and has_base(of_paths(values + 1), target)
    assert not has_base(of_paths(values + 1), growth_target("lao-cai/trade_total/board", 2024, 10))
    assert has_base(of_paths(values), level(3000))


def test_where_nothing_more_comes_in_on_half_of_the_paths_no_multiple_is_told():
    values = np.tile(np.r_[np.full(17, 100.0), np.full(7, 50.0)], (10, 1))
    values[:6, 17:] = 0.0
    height, multiple = even_odds(of_paths(values), level(3000))
    assert height == pytest.approx(500) and np.isnan(multiple)
    shut = of_paths(np.r_[np.full(12, 100.0), np.zeros(5), np.full(7, 50.0)])
    assert np.isnan(ez.assess_target(shut, level(600)).needed_times_profile), "nothing so far lets nothing be expected"


def test_a_year_that_has_not_begun_has_no_columns_for_what_it_would_be_at_its_pace():
    found = ez.outlook("lao-cai/trade_total/board", "2024-12", "2024-12-31")
    target = next(t for t in load_targets("lao-cai") if t.target_id == "T001")
    ahead = assess_target(found, target)
    text = repr(ez.targets_table([ahead], "en"))
    assert np.isnan(ahead.run_rate) and "Chance of target" in text
    assert "At run rate" not in text and "…" not in text


@pytest.mark.parametrize(
    ("year", "percent", "says"), [("2025", 10, "not '2025'"), (2025, "10", "not '10'"), (0, 1, "not 0")]
)
def test_a_growth_asked_about_is_a_number_in_a_year(year, percent, says):
    with pytest.raises(ValueError, match=says):
        growth_target("lao-cai/trade_total/board", year, percent)
