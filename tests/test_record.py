"""What was said is kept as it was said, and scored only against what came later."""

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import record as r
from ezlib.catalogue import load_catalogue
from ezlib.contracts import DataError
from ezlib.plans import load_targets
from ezlib.subjects import assess_all

TRADE = "thu-nghiem/trade_total/board"
NATIONAL = "day-du/trade_export/national"


@pytest.fixture
def said(small_root):
    """What could be said of `day-du` after June 2024, kept as of the day June was published."""
    found = ez.outlook(national(small_root), "2024-06", "2024-07-31", root=small_root)
    return r.given([found], [], "2024-07-31").assign(code="abc")


def national(root):
    return next(s for s in ez.headline_series("day-du", root=root) if "export" in s)


def test_a_month_says_its_years_and_the_next_twelve_months(said):
    periods = list(said["period"])
    assert periods[:2] == ["2024", "2025"]
    assert periods[2:] == [str(m) for m in pd.period_range("2024-07", "2025-06", freq="M")]
    assert (said["lower_95"] <= said["lower_80"]).all() and (said["median"] <= said["upper_80"]).all()
    assert set(said["as_of"]) == {"2024-07-31"}


def test_an_open_target_is_kept_with_its_chance_and_what_it_asked(small_root):
    found = ez.outlook(TRADE, "2025-05", "2025-05-31", root=small_root)
    facts = ez.load_facts("thu-nghiem", "2025-05-31", root=small_root)
    tests = assess_all(found, load_targets("thu-nghiem", root=small_root), 2025, facts, root=small_root)
    kept = r.given([], tests, "2025-05-31")
    assert list(kept["target_id"]) == [t.target.target_id for t in tests if t.state == "open"]
    assert kept["probability"].to_numpy() == pytest.approx(
        [round(t.probability, 4) for t in tests if t.state == "open"]
    )
    assert list(kept["aim"]) == [t.target.value for t in tests if t.state == "open"]


def test_rows_are_added_once_and_what_is_there_never_changes(said):
    once = r.added_to("", said, "abc")
    assert r.added_to(once, said, "abc") == once
    assert r.added_to(once, said, "other code, same numbers") == once
    other = said.assign(median=said["median"] + 1)
    more = r.added_to(once, other, "abc")
    assert more.startswith(once)
    assert len(more.splitlines()) == 2 * len(said) + 1


def test_a_brief_sees_only_what_was_said_on_earlier_days(small_root, said):
    ez.keep(said.drop(columns="code"), "day-du", "2024-06", root=small_root)
    assert len(r.load_record("day-du", "2024-08-01", small_root)) == len(said)
    assert r.load_record("day-du", "2024-07-31", small_root).empty
    assert r.load_record("thu-nghiem", root=small_root).empty


def test_what_is_read_back_is_what_was_said(small_root, said):
    ez.keep(said.drop(columns="code"), "day-du", "2024-06", root=small_root)
    again = r.load_record("day-du", root=small_root)
    pd.testing.assert_frame_equal(again[r.NUMBERS], said[r.NUMBERS], check_dtype=False)
    assert list(again["period"]) == list(said["period"])


def test_a_damaged_record_is_refused_by_name(small_root, said):
    path = small_root / ez.keep(said.drop(columns="code"), "day-du", "2024-06", root=small_root)
    path.write_text("nonsense\n1\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"2024-06\.csv"):
        r.load_record("day-du", root=small_root)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda kept: kept[:-1], "cut short"),
        (lambda kept: kept[:-30], "cells where a record has"),
        (lambda kept: kept.replace(b",abc\n", b",abc,x\n", 1), "line 2: 17 cells"),
        (lambda kept: kept.replace(b"2024-07-31", b"31/07/2024", 1), "line 2: as_of is '31/07/2024'"),
        (lambda kept: kept.replace(b",abc\n", b",abc\xe9\n", 1), "no UTF-8"),
        (lambda kept: kept.replace(b",", b";"), "not the columns"),
        (lambda kept: b"", "not the columns"),
    ],
)
def test_nothing_is_read_from_a_damaged_record_nor_added_to_it(small_root, said, damage, says):
    path = r.record_file("day-du", "2024-06", small_root)
    path.parent.mkdir(parents=True)
    damaged = damage(r.added_to("", said, "abc").encode())
    path.write_bytes(damaged)
    with pytest.raises(DataError, match=r"2024-06\.csv in data/record/day-du") as error:
        r.load_record("day-du", root=small_root)
    assert says in str(error.value)
    if damaged:
        with pytest.raises(DataError, match=r"2024-06\.csv in data/record/day-du"):
            ez.keep(said.assign(period="2030"), "day-du", "2024-06", root=small_root)
        assert path.read_bytes() == damaged


def now(root, until="2025-05"):
    series = national(root)
    return {series: ez.outlook(series, until, root=root)}, ez.load_facts("day-du", root=root)


def test_an_outturn_scores_what_was_said_before_it_was_known(small_root, said, small_truth):
    found, facts = now(small_root)
    cases = r.scored(said, found, facts)
    assert list(cases["period"]) == ["2024", *(str(m) for m in pd.period_range("2024-07", "2025-05", freq="M"))]
    july = cases[cases["period"] == "2024-07"].iloc[0]
    truth = 900 * small_truth.at[pd.Period("2024-07"), "trade_export"]
    assert july["outturn"] == pytest.approx(truth, abs=0.1)
    inside = (cases["lower_80"] <= cases["outturn"]) & (cases["outturn"] <= cases["upper_80"])
    assert list(cases["in_80"]) == list(inside.astype(float))


def test_what_was_said_with_hindsight_is_no_case(small_root, said):
    found, facts = now(small_root)
    assert r.scored(said.assign(as_of="2026-01-31"), found, facts).empty


def test_a_period_that_is_not_over_is_not_scored(small_root, said):
    found, facts = now(small_root, "2024-09")
    assert list(r.scored(said, found, facts)["period"]) == ["2024-07", "2024-08", "2024-09"]


def test_of_two_days_the_last_counts_and_of_one_day_the_first(small_root, said):
    later = said.assign(as_of="2024-08-05", median=1.0)
    again = later.assign(median=2.0)
    found, facts = now(small_root)
    cases = r.scored(pd.concat([said, later, again]), found, facts)
    year = cases[cases["period"] == "2024"]
    assert list(year["median"]) == [1.0]


def test_a_month_run_again_with_what_came_later_takes_nothing_off_the_record(small_root, said):
    found, facts = now(small_root)
    again = pd.concat([said, said.assign(as_of="2026-01-31", median=said["median"] / 2)])
    pd.testing.assert_frame_equal(r.scored(again, found, facts), r.scored(said, found, facts))
    due = len(r.scored(said, found, facts))
    assert r.count_waiting(again, found, facts) == r.count_waiting(said, found, facts) == len(said) - due > 0


def test_a_chance_is_scored_by_the_aim_it_was_given_for(small_root, said):
    found, facts = now(small_root)
    series = national(small_root)
    total = found[series].total("2024").median()
    row = said.iloc[[0]].assign(target_id="T", kind="level", comparator=">=", probability=0.7)
    for aim, reached in ((0.9 * total, 1.0), (1.1 * total, 0.0)):
        case = r.scored(row.assign(aim=aim), found, facts).iloc[0]
        assert (case["reached"], case["probability"]) == (reached, 0.7)
    grown = 100 * (total / found[series].total("2023").median() - 1)
    growth = row.assign(kind="growth", aim=grown - 1)
    assert r.scored(growth, found, facts)["reached"].iloc[0] == 1.0
    assert r.score_of_chances(r.scored(growth, found, facts)) == (1, pytest.approx(0.09))


def test_the_record_takes_precedence_over_what_is_worked_out_again():
    again = pd.DataFrame({"series": "z/x/s", "period": "2024", "month": ["2024-05", "2024-06"], "in_80": [1.0, 1.0]})
    kept = again.iloc[[1]].assign(in_80=0.0, target_id="")
    cases = r.year_end_cases(kept, again.assign(target_id=""))
    assert list(cases["in_80"]) == [1.0, 0.0]


def test_no_case_is_no_error():
    empty = pd.DataFrame(columns=r.CASE_COLUMNS)
    assert r.year_end_cases(empty, empty).empty
    count, brier = r.score_of_chances(empty)
    assert count == 0 and np.isnan(brier)


def test_every_zone_of_the_catalogue_has_its_own_folder():
    files = {r.record_file(zone, "2025-05").parent.name for zone in load_catalogue().zones}
    assert files == set(load_catalogue().zones)
