"""A published series replayed: what was known on a day and nothing later, scored on what came of it."""

import pandas as pd
import pytest

from ezlib import evaluate as e
from ezlib import replays
from ezlib.catalogue import load_catalogue
from ezlib.facts import load_facts

BOARD_TRADE = "thu-nghiem/trade_total/board"


def test_vintages_are_single_months_in_the_unit_of_the_series_with_their_timing(small_root, small_truth):
    facts, catalogue = load_facts("thu-nghiem", root=small_root), load_catalogue(small_root)
    table = replays.vintages(facts, BOARD_TRADE, catalogue)
    assert table["month"].astype(str).tolist() == ["2025-03", "2025-05"]
    assert table["value"].to_numpy() == pytest.approx(small_truth["trade_total"][["2025-03", "2025-05"]], abs=0.005)
    assert set(table["timing"]) == {e.REAL}
    plain = replays.vintages(load_facts("day-du", root=small_root), "day-du/trade_export", catalogue)
    assert len(plain) == 41 and set(plain["timing"]) == {e.PSEUDO}


def test_a_replay_scores_each_figure_on_what_was_known_before_it(small_root, small_truth):
    found = replays.replay(BOARD_TRADE, methods=["structural", "profile"], root=small_root, paths=100)
    assert list(found.forecasts) == replays.REPLAY_COLUMNS and set(found.forecasts["timing"]) == {e.REAL}
    cases = found.forecasts.set_index(["method", "as_of", "start"]).sort_index()
    last = cases.loc[("structural", "2025-03-31", pd.Period("2025-01", "M"))]
    assert last.ndim == 1, "one figure covers the year to May"
    assert (last["end"], last["horizon"]) == (pd.Period("2025-05", "M"), 2)
    assert last["outturn"] == pytest.approx(small_truth.loc["2025-01":"2025-05", "trade_total"].sum(), abs=0.01)
    assert (found.forecasts["end"] > found.forecasts["month"]).all()


def test_a_replay_is_not_moved_by_facts_published_later(small_root):
    day = ["2024-12-30"]
    before = replays.replay(BOARD_TRADE, day, root=small_root, paths=60).forecasts
    (small_root / "data" / "facts" / "thu-nghiem" / "report-2025-05.csv").unlink()
    after = replays.replay(BOARD_TRADE, day, root=small_root, paths=60).forecasts
    both = before.merge(after, on=["method", "start", "end"], suffixes=("", "_after"))
    assert len(both) == len(after) > 0
    assert (both["forecast"] == both["forecast_after"]).all() and (both["pit"] == both["pit_after"]).all()


def test_year_ends_are_forecast_from_each_month_with_what_had_been_published(small_root, small_truth):
    series = "day-du/trade_export/national"
    found = replays.year_ends(series, "2025-05", methods=e.SIMPLE, growths=(0, 50), paths=200, root=small_root)
    ours = found.totals[found.totals["method"] == e.OURS]
    assert ours["origin"].is_monotonic_increasing
    assert set(ours["year"]) == {2022, 2023, 2024}
    assert list(ours[ours["year"] == 2024]["known"]) == list(range(12))
    truth = 900 * small_truth.loc["2024", "trade_export"].sum()
    assert ours[ours["year"] == 2024]["outturn"].to_numpy() == pytest.approx(truth, rel=1e-4)
    assert (ours["error"] - (ours["outturn"] - ours["forecast"])).abs().max() < 1e-6
    assert set(found.totals["method"]) == set(e.SIMPLE)
    chances = found.chances[(found.chances["year"] == 2024) & (found.chances["method"] == e.OURS)]
    assert set(chances[chances["growth"] == 0]["reached"]) == {1.0}
    assert set(chances[chances["growth"] == 50]["reached"]) == {0.0}


def test_year_ends_see_neither_later_facts_nor_later_days(small_root):
    series = "day-du/trade_export/national"
    assert replays.year_ends(series, "2024-11", root=small_root, paths=50).totals["year"].max() == 2023
    assert replays.year_ends(series, None, "2024-06-30", root=small_root, paths=50).totals["year"].max() == 2023
    one = replays.year_ends(series, "2025-05", last=1, root=small_root, paths=50).totals
    assert list(one["origin"].astype(str)) == ["2024-11"]
