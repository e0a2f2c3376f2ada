"""The benchmarks' own arithmetic: figures that hold their truth, paired differences, runs that go on."""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ezlib import scores

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def importable():
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture
def store(tmp_path, monkeypatch):
    import store

    monkeypatch.setattr(store, "CACHE", tmp_path)
    return store


def case(name="a", months=48, cut="full", seed=0):
    import series

    y = np.exp(4 + 0.1 * np.random.default_rng(seed).normal(size=months + 12))
    return series.Case(name, name, cut, series.dated(y[:months]), y[months:])


def keep(store, one, method, factor):
    ends = {name: one.outturn * factor * side for name, side in zip(store.ENDS, (0.9, 1.1, 0.8, 1.3), strict=True)}
    store.add("m9", method, one, method, 0.5, "", one.outturn * factor, ends)


def test_of_the_american_statistics_months_without_seasonal_adjustment_are_taken(tmp_path, monkeypatch):
    import series

    monkeypatch.setattr(series, "CACHE", tmp_path)
    listed = [
        ("outsa   Output of Mines, Bil. of $, SA", "M  2000.01 - 2000.03  n = 3"),
        ("outnsa  Output of Mines, Bil. of $, NSA", "M  2000.02 - 2000.05  n = 4"),
        ("jobs    Employees,  Thous. of Persons, SA", "M  1999.12 - 2000.01  n = 2"),
        ("gdp     Output, Bil. of $, SAAR", "Q  2000:1 - 2000:2  n = 2"),
        ("rate    Unemployment Rate, %, NSA", "M  2000.01 - 2000.02  n = 2"),
    ]
    (tmp_path / "fedstl.idx").write_text("\n".join(["# about", *sum(listed, ())]) + "\n", encoding="utf-8")
    np.array([1, 2, 3, 4, -999, 6, 7, 8, 9, 10, 11, 5, 5], "<f4").tofile(tmp_path / "fedstl.bin")
    found = series.fedstl()
    assert list(found) == ["outnsa", "jobs"]
    assert found["outnsa"].dropna().to_dict() == {
        pd.Period(f"2000-{m:02}", "M"): v for m, v in ((2, 4), (4, 6), (5, 7))
    }
    assert found["jobs"].index[0] == pd.Period("1999-12", "M") and found["jobs"].tolist() == [8, 9]


@pytest.mark.parametrize("style", ["board", "customs", "province"])
def test_every_exact_figure_that_a_simulated_zone_prints_holds_the_truth(style):
    import few_facts
    from series import UNDATED

    for seed in range(30):
        rng = np.random.default_rng(seed)
        x = np.exp(rng.normal(3, 2) + np.cumsum(0.1 * rng.normal(size=few_facts.MONTHS)))
        figures, passed = few_facts.published(x, style, rng)
        assert len(figures) >= 6 and 2 <= passed <= 11
        months = pd.Series(x, pd.period_range(UNDATED, periods=len(x), freq="M"))
        for row in figures[figures["soft_sd"] == 0].itertuples():
            total = months[row.start : row.end].sum()
            assert row.end < UNDATED + few_facts.THIS_YEAR + passed
            if np.isnan(row.value):
                change = 100 * (total / months[row.base_start : row.base_end].sum() - 1)
                assert abs(change - row.change_pct) <= row.half_width * (1 + 1e-9)
            elif np.isnan(row.lower):
                assert abs(total - row.value) <= row.half_width * (1 + 1e-9)
            else:
                assert row.lower <= total <= row.upper


def test_a_development_case_is_forecast_from_what_came_before_its_outturn():
    import series

    whole, seen = series.vietnamese(), set()
    for one in series.rolling("vietnam"):
        y = whole[one.series]
        ahead = pd.period_range(one.history.index[-1] + 1, periods=series.VIETNAM_AHEAD, freq="M")
        np.testing.assert_array_equal(one.outturn, y[ahead].to_numpy())
        months = series.HISTORIES[one.cut]
        pd.testing.assert_series_equal(one.history, y[: ahead[0] - 1].iloc[-months:] if months else y[: ahead[0] - 1])
        seen.add((one.series, one.cut, one.history.index[-1]))
    assert len({name for name, _, _ in seen}) == 49
    assert {cut for _, cut, _ in seen} == set(series.HISTORIES)
    origins = {end for name, cut, end in seen if name == one.series and cut == one.cut}
    assert np.diff(sorted(end.ordinal for end in origins)).tolist() == [series.APART] * (len(origins) - 1)


def test_months_that_sums_fix_are_not_scored():
    from common import free_months

    spans = [(0, 3), (0, 2), (5, 5)]
    assert free_months(spans, 7).tolist() == [0, 1, 2, 4, 6]


def test_a_run_that_was_cut_short_goes_on_after_its_last_whole_line(store):
    for name in "ab":
        keep(store, case(name), "x", 1.0)
    file = store.CACHE / "m9_x.jsonl"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[:-30], encoding="utf-8")
    assert list(store.read("m9", "x")) == [("a", "full", "x")]
    keep(store, case("b"), "x", 1.0)
    assert file.read_text(encoding="utf-8") == whole
    assert store.read("m9", "x")["b", "full", "x"]["point"] == pytest.approx(case("b").outturn, rel=1e-6)
    assert json.loads(whole.splitlines()[0])["note"] == ""


def test_scores_of_a_collection_are_the_library_s_and_differences_are_paired(store, monkeypatch):
    import scoring
    import series

    cases = [case(f"s{i}", seed=i) for i in range(20)]
    monkeypatch.setattr(series, "cuts", lambda _: ["full"])
    monkeypatch.setattr(series, "cases", lambda *_: iter(cases))
    monkeypatch.setattr(series, "sample", lambda _: {"s1", "s2"})
    for one in cases:
        for method, factor in ((scoring.OURS, 1.05), ("AutoETS", 1.10), ("DOTM", 1.10), ("AutoCES", 1.40)):
            keep(store, one, method, factor)
    keep(store, cases[1], "AutoARIMA", 1.0)
    table = scoring.rows("m9")
    found = scoring.summaries(table)
    assert "AutoARIMA" not in found  # one series only
    assert found[scoring.OURS]["smape"] == pytest.approx(200 * 0.05 / 2.05, rel=1e-5)
    assert found[scoring.MEAN]["mase"] == pytest.approx(4 * found[scoring.OURS]["mase"], rel=1e-5)
    assert found[scoring.MEAN]["seconds"] == pytest.approx(1.5)
    assert found[scoring.OURS]["coverage_80"] == 1 and found["AutoCES"]["coverage_95"] == 0
    naive = found[scoring.NAIVE]
    by_hand = scores.owa(found["DOTM"]["smape"], found["DOTM"]["mase"], naive["smape"], naive["mase"])
    assert found["DOTM"]["owa"] == pytest.approx(by_hand) and naive["owa"] == pytest.approx(1)
    less = found["DOTM"]["ours_less"]
    assert less[0] == pytest.approx(found[scoring.OURS]["owa"] - by_hand)
    assert less[1] < less[0] < less[2] < 0  # ours errs half as much on every series
    assert found["AutoETS"]["ours_less"] == less


def test_resamples_draw_blocks_whole_and_give_the_interval_of_the_library():
    import scoring

    shocks = np.random.default_rng(6).normal(size=40)
    rows, blocks = np.repeat(shocks, 5), np.repeat(np.arange(40), 5)
    low, high = scoring.interval(scoring.resampled(rows[:, None], blocks)[:, 0])
    assert (low, high) == pytest.approx(scores.bootstrap_interval(rows, blocks=blocks), abs=0.03)


def test_the_recorded_prototype_stands_at_the_same_places_as_the_annual_totals():
    import prototype
    import series

    totals, chances = prototype.stored_totals()
    places = {(name, year, known) for name, year, known, _ in series.standings()}
    assert set(totals[["series", "year", "known"]].itertuples(index=False, name=None)) <= places
    y = series.vietnamese()
    true = [y[name][str(year)].sum() for name, year in totals[["series", "year"]].itertuples(index=False)]
    assert totals["outturn"].to_numpy() == pytest.approx(np.array(true), rel=1e-6)
    assert len(chances) == 4 * len(totals) and chances["probability"].between(0, 1).all()
