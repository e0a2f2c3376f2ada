"""How good forecasts were is told from cases that were forecasts, and not told from too few of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import messages, wording
from ezlib import performance as p
from ezlib.evaluate import PSEUDO, REAL
from ezlib.facts import facts_of
from ezlib.outturns import known_on
from ezlib.record import CASE_COLUMNS, KEPT, MIN_CASES, REPLAYED, given, load_record, scored

NATIONAL = "day-du/trade_export/national"


def cases(held: list[int], how=REPLAYED, timing=REAL, outturns=8) -> pd.DataFrame:
    """Intervals that held or not, of so many year-ends in turn."""
    months = pd.period_range("2023-01", periods=len(held), freq="M").astype(str)
    table = pd.DataFrame({"month": months, "in_80": np.array(held, float)}).reindex(columns=CASE_COLUMNS)
    years = [str(2024 - i % outturns) for i in range(len(held))]
    return table.assign(series="viet-nam/trade_export/national", period=years, how=how, timing=timing)


def test_the_line_counts_the_latest_twelve():
    told = wording.plain(p.record_line(cases([0] * 5 + [1] * 10 + [0, 0]), "en"))
    assert told.startswith("Of the last 12 year-end intervals at 80 %, forecasts of 8 outturns")
    assert "10 held the outturn" in told
    assert "with what had been published by then" in told


def test_too_few_cases_are_counted_and_called_too_few():
    told = wording.plain(p.record_line(cases([1, 0]), "en"))
    assert told.startswith("Only 2 outturns can be checked")
    assert f"fewer than {MIN_CASES} outturns say little" in told
    assert p.record_line(cases([]), "en") == messages.say("record.none", "en")


def test_twelve_forecasts_of_one_year_are_one_case():
    told = wording.plain(p.record_line(cases([1] * 12, timing=PSEUDO, outturns=1), "vi"))
    assert told.startswith("Mới có kết quả của 1 năm để đối chiếu")
    assert "trong 12 lần dự báo cả năm, 12 lần kết quả nằm trong khoảng 80 %; dưới 8 kết quả" in told


def test_days_of_publication_that_are_assumed_are_not_called_what_had_been_published():
    told = p.record_line(cases([1] * 12, timing=PSEUDO), "en")
    assert "by assumed days of publication (pseudo-real-time)" in told
    assert "what had been published" not in told
    assert "pseudo" not in p.record_line(cases([1] * 12), "en")


def test_what_was_given_at_the_time_is_told_apart_from_what_is_worked_out_again():
    assert "worked out again" not in p.record_line(cases([1] * 9, KEPT), "en")
    mixed = pd.concat([cases([1] * 6, KEPT), cases([1] * 4)], ignore_index=True)
    assert "4 of them were worked out again" in p.record_line(mixed, "en")


@pytest.fixture(scope="module")
def nation():
    return p.compose_record("viet-nam", "2025-02", "", "en")


def test_the_nation_is_forecast_again_beside_its_rivals(nation):
    assert set(nation.rolling["method"]) == set(p.ROLLING_METHODS)
    assert nation.rolling["origin"].nunique() == p.ORIGINS
    text = wording.plain(repr(nation.skill))
    for name in ("This model", "Theta", "Run rate", "Profile", "Seasonal naive with drift"):
        assert name in text
    assert "Pseudo-real-time" in text


def test_year_ends_stand_only_where_the_outturn_came_later(nation):
    for series, found in nation.year_ends.items():
        assert len(found.totals) == p.STANDINGS * len(p.YEAR_END_METHODS)
        assert (found.totals["origin"].dt.year <= found.totals["year"]).all()
        facts = facts_of(ez.load_facts("viet-nam"), series.split("/"))
        ends = {year: known_on(facts, f"{year}-12-31") for year in found.totals["year"].unique()}
        assert (pd.to_datetime(found.totals["as_of"]) < found.totals["year"].map(ends)).all()
        assert found.totals["outturn"].notna().all()


def test_each_chart_says_of_its_own_cases_whether_their_days_are_known(nation):
    alone = replace(nation, rolling=nation.rolling.iloc[:0])
    assert "Pseudo-real-time" in wording.plain(repr(alone.reliability)), "though no month is forecast again"
    known = {s: f._replace(chances=f.chances.assign(timing=REAL)) for s, f in nation.year_ends.items()}
    assert "Pseudo-real-time" not in wording.plain(repr(replace(nation, year_ends=known).reliability))


def test_all_of_the_page_can_be_shown(nation):
    for block in ("line", "on_record", "years", "reliability", "hedgehog", "horizons", "calibration", "skill"):
        assert getattr(nation, block).html
    assert "aria-label" in nation.hedgehog.html or "<title" in nation.hedgehog.html
    assert len(nation.frame) == 2 * p.STANDINGS


def test_a_zone_of_few_facts_says_what_cannot_be_said():
    found = p.compose_record("lao-cai", "2025-05", "2025-05-31", "en")
    assert found.rolling.empty
    assert "has not 60 published months" in repr(found.skill)
    assert "Real-time" in repr(found.hedgehog)
    assert (pd.to_datetime(found.replays["as_of"]) <= "2025-05-31").all()
    assert repr(found.line).startswith("Only ")


def test_what_was_kept_is_scored_on_the_page_once_it_comes_due(small_root):
    said = given([ez.outlook(NATIONAL, "2024-06", "2024-07-31", root=small_root)], [], "2024-07-31")
    ez.keep(said, "day-du", "2024-06", root=small_root)
    found = p.compose_record("day-du", "2025-05", "", "en", root=small_root)
    assert len(found.kept) == 12  # the year and eleven of its months; 2025 and June 2025 are still waiting
    assert found.waiting == len(said) - 12
    assert "2024" in repr(found.on_record)
    day = ez.load_facts("day-du", root=small_root)["published"].max()
    line = p.year_end_record("day-du", "2025-05", day, {}, ez.load_facts("day-du", root=small_root), small_root)
    mine = line[(line["month"] == "2024-06") & (line["series"] == NATIONAL)]
    assert list(mine["how"]) == [KEPT]


def test_a_kept_year_end_counts_as_it_was_given(small_root):
    said = given([ez.outlook(NATIONAL, "2024-06", "2024-07-31", root=small_root)], [], "2024-07-31")
    wrong = said.assign(lower_80=1.0, upper_80=2.0)
    ez.keep(wrong, "day-du", "2024-06", root=small_root)
    facts = ez.load_facts("day-du", root=small_root)
    outlooks = {NATIONAL: ez.outlook(NATIONAL, "2025-05", root=small_root)}
    kept = scored(load_record("day-du", root=small_root), outlooks, facts)
    assert (kept["in_80"] == 0).all()
