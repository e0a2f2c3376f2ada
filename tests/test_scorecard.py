"""Aims without a monthly flow: where they stand, what is missing, and what is said when nobody has told."""

import datetime as dt

import pandas as pd
import pytest
from conftest import fact_row

import ezlib as ez
from ezlib.facts import add_intervals
from ezlib.messages import SENTENCES
from ezlib.plans import Target
from ezlib.progress import compose_scorecard
from ezlib.scorecard import STATES, assess_aims, progress_frame


def aim(value=8.0, kind="stock", comparator=">=", **given) -> Target:
    plain = {
        "target_id": "T1",
        "zone": "thu-nghiem",
        "indicator": "projects_in_zone",
        "scope": "board",
        "period_start": dt.date(2026, 1, 1),
        "period_end": dt.date(2026, 12, 31),
        "unit": "projects",
        "status": "official",
        "published": dt.date(2025, 12, 27),
        "source": "Nghị quyết",
        "reference": "doc:resolution",
        "note": "",
    }
    return Target(**plain | given, kind=kind, value=float(value), comparator=comparator)


def facts(*told) -> pd.DataFrame:
    """Figures as (value, start, end) and anything else that differs from the ordinary."""
    rows = []
    for i, (value, start, end, *rest) in enumerate(told):
        row = fact_row(fact_id=f"X{i}", indicator="projects_in_zone", unit="projects", half_width=0.5)
        row |= {"value": value, "period_start": start, "period_end": end, "published": end} | (rest[0] if rest else {})
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(fact_row()))
    for column in ("period_start", "period_end", "published"):
        frame[column] = pd.to_datetime(frame[column])
    return add_intervals(frame.astype({"value": float, "half_width": float}))


def standing(target, told, month="2026-06", as_of=None):
    (found,) = assess_aims([target], told, month, as_of)
    return found


def test_an_aim_without_any_figure_says_no_data():
    found = standing(aim(), facts())
    assert found.state == "no_data"
    assert pd.isna(found.value)


def test_what_is_missing_is_spread_over_the_months_that_are_left():
    found = standing(aim(8), facts((6, "2026-06-30", "2026-06-30")))
    assert found.missing == 2
    assert found.months_left == pytest.approx(6.05, abs=0.02)
    assert found.needed_per_month == pytest.approx(2 / 6.05, abs=0.01)
    assert found.state == "under_way"


@pytest.mark.parametrize(("value", "state"), [(7, "on_pace"), (6.5, "behind"), (8, "reached"), (9, "reached")])
def test_progress_is_measured_against_a_straight_line_from_the_figure_before_the_period(value, state):
    told = facts((6, "2025-12-31", "2025-12-31"), (value, "2026-07-01", "2026-07-01"))
    found = standing(aim(8), told, "2026-07")
    assert found.state == state
    assert found.pace == pytest.approx(6 + 2 * 182 / 365)


def test_a_figure_from_before_the_period_is_shown_but_decides_nothing():
    found = standing(aim(8), facts((9, "2025-12-27", "2025-12-27")), "2025-12")
    assert (found.state, found.value) == ("before", 9)


@pytest.mark.parametrize(("value", "state"), [(7, "missed"), (8, "reached")])
def test_after_the_period_its_last_figure_decides(value, state):
    assert standing(aim(8), facts((value, "2026-12-31", "2026-12-31")), "2026-12").state == state


def test_a_period_that_is_over_without_a_figure_of_its_end_is_overdue():
    assert standing(aim(8), facts((7, "2026-06-30", "2026-06-30")), "2026-12").state == "overdue"


def test_aims_that_ran_out_before_the_month_are_not_shown():
    assert assess_aims([aim()], facts(), "2027-01") == []


def test_flows_are_left_to_the_paths():
    assert assess_aims([aim(kind="level"), aim(kind="growth")], facts(), "2026-06") == []


def test_what_is_published_later_is_not_seen():
    told = facts((9, "2026-03-31", "2026-03-31", {"published": "2026-05-10"}))
    assert standing(aim(8), told, as_of="2026-05-09").state == "no_data"
    assert standing(aim(8), told, as_of="2026-05-10").state == "reached"


def test_a_projection_is_no_figure():
    told = facts((9, "2026-03-31", "2026-03-31", {"status": "projection"}))
    assert standing(aim(8), told).state == "no_data"


def test_a_rounded_rate_next_to_the_aim_is_not_decided():
    rate = {"kind": "rate", "comparator": ">", "unit": "percent"}
    told = facts((8.5, "2026-01-01", "2026-12-31", {"half_width": 0.05}))
    assert standing(aim(8.5, **rate), told, "2026-12").state == "rounding"
    assert standing(aim(8.4, **rate), told, "2026-12").state == "reached"
    assert standing(aim(8.6, **rate), told, "2026-12").state == "missed"


def test_a_rate_of_part_of_the_period_is_only_so_far():
    told = facts((9.0, "2026-01-01", "2026-03-31", {"half_width": 0.05}))
    assert standing(aim(8, "rate", unit="percent"), told).state == "so_far"


def test_a_rate_of_the_year_says_nothing_of_its_last_quarter():
    told = facts((9.0, "2026-01-01", "2026-12-31", {"half_width": 0.05}))
    quarter = aim(8, "rate", unit="percent", period_start=dt.date(2026, 10, 1))
    assert standing(quarter, told, "2026-12").state == "no_data"


def test_a_growth_on_the_month_before_is_no_growth_of_the_year():
    told = facts((10.7, "2026-03-01", "2026-03-31", {"basis1": "mom"}))
    assert standing(aim(8, "rate", unit="percent"), told).state == "no_data"


def test_another_scope_is_shown_only_where_the_own_one_has_nothing_recent_and_is_named():
    own = (6, "2026-05-31", "2026-05-31")
    other = (7, "2026-06-30", "2026-06-30", {"scope": "province"})
    assert standing(aim(8), facts(own, other)).scope == "board"
    alone = standing(aim(8), facts(other))
    assert (alone.scope, alone.scope_differs) == ("province", True)
    stale = standing(aim(8), facts((5, "2025-11-30", "2025-11-30"), other))
    assert stale.scope == "province"
    assert pd.isna(stale.pace)  # no line is drawn from one scope to another


def test_of_two_figures_for_one_day_the_later_and_then_the_final_one_counts():
    early = (6, "2026-06-30", "2026-06-30", {"published": "2026-07-01", "status": "estimate"})
    late = (7, "2026-06-30", "2026-06-30", {"published": "2026-07-20"})
    assert standing(aim(8), facts(late, early)).value == 7


def test_a_falling_aim_is_reached_from_above():
    told = facts((3, "2025-12-31", "2025-12-31"), (1, "2026-06-30", "2026-06-30"))
    found = standing(aim(0, comparator="<="), told)
    assert (found.state, found.missing) == ("on_pace", 1)


def test_every_state_has_its_words():
    assert {f"score.state.{state}" for state in STATES} <= SENTENCES.keys()


# The aims of Resolution 34-NQ/TU of 27 December 2025


@pytest.fixture(scope="module")
def resolution():
    found = compose_scorecard("lao-cai-province", "2025-12", "2026-02-28")
    numbers = {*range(25, 36), 56, 57, 58}
    return {p.target.target_id: p for p in found.aims["lao-cai-province"] if int(p.target.target_id[1:]) in numbers}


def test_all_fourteen_aims_of_the_resolution_are_on_the_card(resolution):
    assert len(resolution) == 14


def test_six_parks_of_eight_and_twenty_clusters_of_twenty_five(resolution):
    parks, clusters = resolution["T025"], resolution["T027"]
    assert (parks.value, parks.missing, parks.fact_id) == (6, 2, "F0569")
    assert (clusters.value, clusters.missing, clusters.fact_id) == (20, 5, "F0491")
    assert parks.state == clusters.state == "before"


def test_the_other_twelve_aims_have_no_data_yet_and_the_card_says_so(resolution):
    assert sum(p.state == "no_data" for p in resolution.values()) == 12
    shown = compose_scorecard("lao-cai-province", "2025-12", "2026-02-28")
    assert repr(shown.table).count("chưa có số liệu") >= 12


def test_before_the_resolution_its_aims_are_not_on_the_card():
    ids = progress_frame(compose_scorecard("lao-cai-province", "2025-05", "2025-05-31").aims["lao-cai-province"])
    assert "T025" not in ids["target_id"].tolist()


def test_a_zone_inside_a_province_sees_the_aims_of_the_province_too():
    assert list(compose_scorecard("lao-cai", "2025-12").aims) == ["lao-cai", "lao-cai-province"]


def test_the_package_shows_the_doors():
    assert ez.assess_aims is assess_aims
