"""The targets of a year explained: parts that add up, doubt carried into the answer, what is not known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from stand_in import lao_cai

import ezlib as ez
from ezlib import wording
from ezlib.catalogue import load_catalogue
from ezlib.plans import load_targets
from ezlib.targets import assess_target, contested, contributions

OUTPUT = "lao-cai/industrial_output_value_2010prices/board"
TRADE = "lao-cai/trade_total/board"


@pytest.fixture(scope="module")
def may():
    return ez.compose_targets("lao-cai", "2025-05", "2025-05-31", "en")


def test_the_april_figure_in_doubt_is_carried_into_the_answer(may):
    relief = may.reliefs[OUTPUT, "T002"]
    assert set(relief.facts) == {"F0219", "F0218"}  # April, and the year to date that contains it
    with_it = next(a for a in may.assessments if a.series == OUTPUT)
    assert with_it.probability == pytest.approx(0.85, abs=0.03)
    assert relief.test.probability < with_it.probability - 0.3
    assert relief.test.months_elapsed == 0
    text = wording.plain(repr(may.doubts))
    assert "Without F0219 and F0218" in text
    assert wording.plain(wording.probability(relief.test.probability, "en")) in text


def test_even_odds_have_the_same_digits_in_the_chart_and_in_words(may):
    text = wording.plain(repr(may.sensitivity))
    assert text.count("33,000 billion VND") >= 2 and "32,8" not in text


def test_where_nothing_is_left_without_the_doubt_that_is_said(may):
    relief = may.reliefs["lao-cai/industrial_output_tonnes/board", "T037"]
    assert relief.test is None
    assert "No fact" in relief.reason
    assert "Without F0214 and F0213 the figures allow no forecast." in wording.plain(repr(may.doubts))


def test_once_the_year_is_over_the_targets_of_the_next_are_asked_too():
    tests = ez.compose_targets("lao-cai", "2024-12", "2024-12-30", "en")
    states = {(a.target.target_id, a.series): a.state for a in tests.assessments}
    assert states["T004", TRADE] == "missed"  # 4.5 billion in 2024
    assert states["T001", TRADE] == "open"  # 9 billion in 2025, restated on that day
    nine = next(a for a in tests.assessments if (a.target.target_id, a.series) == ("T001", TRADE))
    assert nine.months_left == 12
    assert nine.needed_per_month == pytest.approx(750)


def test_every_assessment_has_its_news_and_the_table_adds_up(may):
    assert set(may.news) == {(a.series, a.target.target_id) for a in may.assessments}
    for found in may.news.values():
        if not found.reason:
            assert found.parts["probability"].sum() == pytest.approx(found.move["probability"], abs=1e-12)


def test_kinds_and_gates_each_make_up_the_whole_need(may):
    whole = may.families[TRADE]
    a = next(a for a in may.assessments if a.series == TRADE)
    for total, members in whole.identities.values():
        if total == TRADE:
            told = contributions(whole[TRADE], {m: whole[m] for m in members}, a.target)
            assert told["share"].sum() == pytest.approx(1, abs=0.002)
            assert told["needed"].sum() == pytest.approx(a.needed_per_month, rel=0.02)
            assert told["times"].std() < 1e-6
    own, shared = may.outlooks[TRADE].paths.loc[:, "2025-06":], whole[TRADE].paths.loc[:, "2025-06":]
    assert np.allclose(own, shared), "one total on the whole page"


def test_the_whole_page_can_be_shown_in_both_languages(may):
    for lang in ("vi", "en"):
        shown = replace(may, lang=lang)
        for block in ("table", "needs", "months", "parts", "doubts", "changed", "sensitivity", "growths", "later"):
            assert getattr(shown, block).html
    assert len(may.frame) == len(may.assessments)


def test_conflicting_figures_that_decide_alike_are_said_to():
    tests = ez.compose_targets("lai-chau", "2025-12", "", "en")
    trade = next(a for a in tests.assessments if a.target.target_id == "T039")
    assert trade.state == "reached"
    assert trade.also_published == (44.15,)
    text = wording.plain(repr(tests.needs))
    assert "49.4 million USD and 44.15 million USD" in text


def test_the_same_total_printed_twice_on_one_day_is_no_conflict():
    facts = ez.load_facts("lai-chau")
    again = facts["fact_id"] == "F0101"
    facts.loc[again, ["value", "lower", "upper"]] = 49.4, 49.395, 49.405
    target = next(t for t in load_targets("lai-chau") if t.target_id == "T039")
    found = assess_target(ez.outlook("lai-chau/trade_total/board", "2025-12"), target)
    assert again.any() and contested(found, facts, load_catalogue()) is found


def test_conflicting_figures_that_decide_otherwise_leave_it_open_what_happened():
    facts = ez.load_facts("lai-chau")
    found = ez.outlook("lai-chau/trade_total/board", "2025-12")
    target = next(t for t in load_targets("lai-chau") if t.target_id == "T039")
    between = assess_target(found, replace(target, value=46.0))
    split = contested(between, facts, load_catalogue())
    assert (between.state, split.state, split.verdict) == ("reached", "conflict", "conflict")
    assert "opposite" in ez.target_text(split, "en")


def test_a_target_of_the_merged_province_is_not_held_against_the_old_one():
    tests = ez.compose_targets("lao-cai-province", "2025-12", "", "vi")
    assert {t.target_id for t in load_targets("lao-cai-province") if t.scope == "province-merged"} >= {"T016"}
    asked = {(a.series.split("/")[2], a.target.scope) for a in tests.assessments}
    assert ("province", "province") in asked and ("province", "province-merged") not in asked


def test_why_a_series_has_no_outlook_is_said_in_the_language_of_the_page():
    reasons = {lang: ez.compose_zones("2016-06", "", lang).without for lang in ("vi", "en")}
    assert reasons["vi"].keys() == reasons["en"].keys() != set()
    assert all("Chưa có số liệu nào về tháng 6/2016" in why for why in reasons["vi"].values())
    assert all("No fact of" in why for why in reasons["en"].values())


def test_a_zone_without_targets_says_so_and_still_tells_growth():
    tests = ez.compose_targets("viet-nam", "2025-02", "", "en")
    assert tests.assessments == ()
    assert "No target" in repr(tests.table)
    assert "+10 %" in wording.plain(repr(tests.growths))


def test_the_need_of_the_months_left_follows_the_season_and_adds_up():
    target = next(t for t in load_targets("lao-cai") if t.target_id == "T001")
    found = assess_target(lao_cai(), target)
    assert list(found.needed_by_month.index) == list(pd.period_range("2025-06", "2025-12", freq="M"))
    assert found.needed_by_month.sum() == pytest.approx(9000 - 625.91, abs=0.1)
    assert found.needed_by_month.idxmax() == pd.Period("2025-07")
    assert found.need_rank == 1
    assert found.stretches == 17 - 7 + 1
    assert found.best_stretch.average == pytest.approx(265, rel=0.1)
    assert found.plan_share == pytest.approx(100 * 625.91 / 9000, abs=0.01)
    assert not np.isnan(found.needed_times_profile)
