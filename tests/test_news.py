"""A forecast that moved: every part is the move of one change, and the parts are the whole."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib.news import STEPS, news, rounded_parts
from ezlib.plans import load_targets
from ezlib.record import COLUMNS, given
from ezlib.targets import assess_target

TRADE = "lao-cai/trade_total/board"
OUTPUT = "lao-cai/industrial_output_value_2010prices/board"
NOTHING = pd.DataFrame(columns=COLUMNS)


@pytest.fixture(scope="module")
def output():
    return ez.outlook(OUTPUT, "2025-05", "2025-05-31")


@pytest.fixture(scope="module")
def aim():
    return next(t for t in load_targets("lao-cai", "2025-05-31") if t.target_id == "T002")


def adds_up(found):
    assert list(found.parts.index) == list(STEPS)
    for name in ("probability", "expected"):
        assert found.parts[name].sum() == pytest.approx(found.move[name], abs=1e-9)


def test_new_figures_about_new_months_are_no_revision(output, aim):
    found = news(output, aim, 2025, "2025-05-31", NOTHING)
    adds_up(found)
    assert found.parts.loc[["model", "target", "revisions"]].abs().to_numpy().max() == 0
    assert found.parts.at["new_months", "probability"] > 0.3
    assert set(found.facts) == {"F0218", "F0219"}
    assert not found.kept


def test_without_a_record_the_move_starts_at_the_end_of_the_month_before(output, aim):
    found = news(output, aim, 2025, "2025-05-31", NOTHING)
    assert (str(found.month_before), str(found.day_before)) == ("2025-04", "2025-04-30")
    then = assess_target(ez.outlook(OUTPUT, "2025-04", "2025-04-30"), aim)
    assert found.before["probability"] == then.probability


@pytest.mark.parametrize(("month", "since"), [("2025-05", "2025-04-30"), ("2025-01", "2024-12-31")])
def test_a_month_told_long_ago_is_compared_with_the_month_before_it_and_not_with_last_month(month, since):
    found = news(ez.outlook(TRADE, month, "2025-12-31"), None, 2025, "2025-12-31", NOTHING)
    assert (found.month_before, str(found.day_before)) == (pd.Period(month, "M") - 1, since)
    assert found.move["expected"] == 0 or found.parts.at["new_months", "expected"] != 0


def test_what_other_code_said_is_told_apart_from_what_the_figures_say(output, aim):
    then = ez.outlook(OUTPUT, "2025-04", "2025-04-30")
    said = given([then], [assess_target(then, aim)], "2025-04-30").assign(code="old")
    said.loc[said["target_id"] != "", "probability"] -= 0.2
    found = news(output, aim, 2025, "2025-05-31", said)
    adds_up(found)
    assert found.kept
    assert found.parts.at["model", "probability"] == pytest.approx(0.2, abs=1e-4)
    assert found.parts.at["model", "expected"] == pytest.approx(0, abs=1)


def test_what_the_same_code_said_leaves_the_model_no_part():
    """Also across a year's end, where today's outlook reaches a year further than the one on record."""
    nine = next(t for t in load_targets("lao-cai", "2024-12-30") if t.target_id == "T001")
    then = ez.outlook(TRADE, "2024-12", "2024-12-30")
    said = given([then], [assess_target(then, nine)], "2024-12-30").assign(code="same")
    found = news(ez.outlook(TRADE, "2025-05", "2025-05-31"), nine, 2025, "2025-05-31", said)
    adds_up(found)
    assert found.kept
    assert abs(found.parts.at["model", "probability"]) < 1e-4  # four decimals are kept
    assert abs(found.parts.at["model", "expected"]) < 0.01
    assert found.parts.at["new_months", "expected"] < -1000


def test_a_raised_target_is_a_part_of_its_own(small_root):
    targets = small_root / "data" / "targets.csv"
    series = next(s for s in ez.headline_series("day-du", root=small_root) if "export" in s)
    zone, indicator, scope = series.split("/")
    low = {"target_id": "L1", "zone": zone, "indicator": indicator, "scope": scope, "kind": "level"}
    low |= {"period_start": "2025-01-01", "period_end": "2025-12-31", "comparator": ">=", "unit": "million_usd"}
    low |= {"status": "official", "source": "s", "reference": "doc:x", "note": ""}
    total = ez.outlook(series, "2025-03", "2025-04-30", root=small_root).total("2025").median()
    rows = [low | {"value": round(0.98 * total), "published": "2025-01-10"}]
    rows += [low | {"target_id": "L2", "value": round(1.02 * total), "published": "2025-05-10"}]
    columns = pd.read_csv(targets, nrows=0).columns
    pd.DataFrame(rows)[list(columns)].to_csv(targets, index=False)
    (now,) = load_targets("day-du", "2025-06-20", small_root)
    assert now.target_id == "L2"
    found = ez.outlook(series, "2025-05", "2025-06-20", root=small_root)
    same = news(found, now, 2025, "2025-06-20", NOTHING, small_root)
    adds_up(same)
    assert same.parts.at["target", "probability"] == 0  # on 31 May, where the move starts, it was in force already
    raised = news(found, now, 2025, "2025-05-20", NOTHING, small_root)
    adds_up(raised)
    assert raised.parts.at["target", "probability"] < -0.05
    assert raised.parts.at["target", "expected"] == 0


def test_a_revised_month_is_a_revision(small_root):
    series = next(s for s in ez.headline_series("day-du", root=small_root) if "export" in s)
    path = small_root / "data" / "series" / "day-du.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    dated = [f"{lines[0]},published"]
    for line in lines[1:]:
        month = pd.Period(line[:7], "M")
        dated.append(f"{line},{(month + 1).end_time.date()}")
        if month == pd.Period("2025-02", "M"):
            value = float(line.split(",")[3])
            dated.append(f"{','.join(line.split(',')[:3])},{1.2 * value:.1f},2025-06-15")
    path.write_text("\n".join(dated) + "\n", encoding="utf-8")
    found = ez.outlook(series, "2025-05", "2025-06-30", root=small_root)
    moved = news(found, None, 2025, "2025-06-30", NOTHING, small_root)
    adds_up(replace(moved, parts=moved.parts.fillna(0), before=moved.before.fillna(0), now=moved.now.fillna(0)))
    assert moved.parts.at["revisions", "expected"] > 0
    assert np.isnan(moved.move["probability"])


def test_a_day_without_an_outlook_is_told_and_compares_nothing():
    aim = next(t for t in load_targets("lao-cai", "2024-12-30") if t.target_id == "T001")
    found = news(ez.outlook(TRADE, "2024-12", "2024-12-30"), aim, 2025, "2024-12-30", NOTHING)
    assert TRADE in found.reason
    assert found.parts.isna().all(axis=None)


def test_a_brief_of_a_later_month_is_no_predecessor_of_an_earlier_one():
    nine = next(t for t in load_targets("lao-cai", "2025-05-31") if t.target_id == "T001")
    may = ez.outlook(TRADE, "2025-05", "2025-05-31")
    said = given([may], [assess_target(may, nine)], "2025-05-31").assign(code="same")
    december = ez.outlook(TRADE, "2024-12", "2025-12-31")
    found = news(december, nine, 2025, "2025-12-31", said)
    assert not found.kept
    assert str(found.month_before) == "2024-11"
    assert news(may, nine, 2025, "2025-12-31", said).kept  # the same month, seen again with later figures


@pytest.mark.parametrize("seed", range(20))
def test_printed_parts_add_up_to_the_printed_whole(seed):
    parts = pd.Series(np.random.default_rng(seed).normal(0, 3, 4))
    for places in (1, 0, -1):
        told = rounded_parts(parts, parts.sum(), places)
        assert told.sum() == pytest.approx(round(parts.sum(), places), abs=1e-9)
        assert (told - parts).abs().max() <= 2.5 * 10.0**-places
