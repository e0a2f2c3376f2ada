"""The benchmarks' own arithmetic: figures that hold their truth, paired differences, runs that go on."""

import ast
import json
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ezlib import closures, evaluate, scores

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
SCRIPTS = {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(BENCHMARKS.glob("*.py"))}


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


def imports(script):
    """Every (module, name, name here) that a script imports from elsewhere."""
    froms = [node for node in ast.walk(SCRIPTS[script]) if isinstance(node, ast.ImportFrom)]
    return [(node.module, one.name, one.asname or one.name) for node in froms for one in node.names]


def defined(script):
    """The names that a script gives to something of its own."""
    own = set()
    for node in SCRIPTS[script].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            own.add(node.name)
        elif isinstance(node, ast.Assign):
            own |= {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    return own


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_name_of_the_library_that_a_benchmark_uses_exists(script):
    modules = {here: import_module(f"ezlib.{name}") for module, name, here in imports(script) if module == "ezlib"}
    used = {
        (modules[node.value.id], node.attr)
        for node in ast.walk(SCRIPTS[script])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules
    }
    used |= {(import_module(module), name) for module, name, _ in imports(script) if module.startswith("ezlib.")}
    assert [f"{module.__name__}.{name}" for module, name in used if not hasattr(module, name)] == []


def test_every_part_of_the_model_that_the_ablation_changes_exists():
    import ablation

    parts = [(place, part) for changes in ablation.CHANGES.values() for place, part, _ in changes]
    assert len(parts) >= 5 and [part for place, part in parts if not hasattr(place, part)] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_benchmarks_share_is_imported_from_where_it_is_defined(script):
    shared = [(module, name) for module, name, _ in imports(script) if module in SCRIPTS]
    assert [f"{module}.{name}" for module, name in shared if name not in defined(module)] == []


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


@pytest.mark.parametrize(
    ("stored", "says"),
    [
        ({"note": "2 gaps filled by trend and season", "stood_in": ""}, False),
        ({"note": "Last month stands in: all months are alike", "stood_in": "naive"}, True),
        ({"note": "Last month stands in: all months are alike"}, True),
        ({"note": "failed (no fit)"}, True),
        ({"note": ""}, False),
    ],
)
def test_what_gave_way_is_told_by_the_stored_method_or_in_older_lines_by_the_note(stored, says):
    import scoring

    assert scoring.gave_way(stored) is says


def test_the_method_that_stood_in_is_stored_with_a_reference_forecast(store):
    import references

    for name, months in (("short", 3), ("long", 48)):
        references.one("m9", case(name, months), "seasonal_naive")
    kept = store.read("m9", references.MAKER)
    told = {name: forecast["stood_in"] for (name, _, _), forecast in kept.items()}
    assert told == {"short": "naive", "long": ""}


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


@pytest.mark.parametrize("sd", [0.05, 0.3])
def test_from_series_of_noise_alone_the_prior_learns_how_large_it_is(sd):
    import learn_prior

    rng = np.random.default_rng(0)
    series = [learn_prior._logs(np.exp(4 + sd * rng.normal(size=36))) for _ in range(4)]
    found = learn_prior.learn(series, learn_prior.wide())
    assert found.mean[found.names.index("noise")] == pytest.approx(np.log(sd**2), abs=0.5)
    assert np.linalg.eigvalsh(found.root @ found.root.T).min() > 0
    kept = json.loads(learn_prior.FILE.read_text(encoding="utf-8"))
    assert list(learn_prior.stored(found)) == list(kept)


def test_the_settings_beside_the_stored_prior_are_those_of_the_script_that_learns_it():
    import learn_prior

    kept, made = json.loads(learn_prior.FILE.read_text(encoding="utf-8")), learn_prior.stored(learn_prior.wide())
    learned = ("mean", "covariance")
    assert {name: value for name, value in made.items() if name not in learned} == {
        name: value for name, value in kept.items() if name not in learned
    }


def test_the_prior_is_learned_from_months_of_which_closures_stand_at_the_threshold():
    import learn_prior

    logs = learn_prior._logs(np.array([0.0, 100.0, 200.0, 1.0, 100.0, 100.0]))
    assert np.exp(logs) == pytest.approx([100 * closures.FLOOR, 100, 200, 100 * closures.FLOOR, 100, 100])


def test_scores_of_chances_are_compared_over_all_standings_with_series_drawn_whole():
    import targets

    rng, rows = np.random.default_rng(3), []
    for name in "abcdef":
        for year in (2022, 2023):
            for known in (0, 1):
                for growth in (-10, 0):
                    case = {"series": name, "year": year, "known": known, "growth": growth, "reached": rng.integers(2)}
                    rows += [case | {"method": m, "probability": rng.random()} for m in (evaluate.OURS, "run_rate")]
    chances = pd.DataFrame(rows)
    loss = ((chances["probability"] - chances["reached"]) ** 2).to_numpy()
    by_hand, names = loss[::2] - loss[1::2], chances["series"].to_numpy()[::2]
    expected = [by_hand.mean(), *scores.bootstrap_interval(by_hand, blocks=names)]
    assert targets._less(chances.sample(frac=1, random_state=0), "run_rate") == pytest.approx(expected)


def test_the_page_tells_how_to_make_every_result_it_shows():
    import report

    told = {script for script in SCRIPTS if f"benchmarks/{script}.py" in report.REPRODUCE}
    shown = results_named("results", "report") | set(report.COLLECTIONS)
    makers = {script for script in SCRIPTS if results_named("keep", script) & shown}
    assert {"targets", "few_facts", "vietnam"} <= makers <= told
    made = set().union(*(results_named("keep", script) for script in SCRIPTS))
    assert shown - made == {"m1", "m3", "tourism", "vietnam_ahead"}  # kept by scoring.score under a computed name
    assert {"competitions", "vietnam"} <= told


def results_named(function, script):
    """The names of results, as written, with which a script calls a function."""
    calls = [node for node in ast.walk(SCRIPTS[script]) if isinstance(node, ast.Call) and node.args]
    firsts = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == function]
    return {first.value for first in firsts if isinstance(first, ast.Constant)}


def test_the_last_look_at_the_test_sets_that_is_noted_is_that_of_the_results_kept():
    import report
    from common import results

    noted = pd.read_csv(report.LOOKED, dtype=str).iloc[-1]
    for name, collection in (("M3", "m3"), ("tourism", "tourism")):
        for measure in ("OWA", "MSIS"):
            values = noted[f"{name} {measure}"].split(" / ")
            for cut, value in zip(report.CUTS, values, strict=True):
                kept = results(collection)[cut]["all"][evaluate.OURS][measure.lower()]
                assert f"{kept:.{len(value.partition('.')[2])}f}" == value
    assert f"**{len(pd.read_csv(report.LOOKED))} times**" in report.looks()


def test_the_page_says_how_the_prototype_compares_from_the_results_alone(monkeypatch):
    import report

    def methods(less, msis, theirs):
        ours = {"msis": msis}
        return {"all": {report.OURS: ours, report.PROTOTYPE: {"ours_less": less, "msis": theirs}}}

    kept = {
        "m3": {"full": methods([0.1, 0.05, 0.2], 5.0, 4.0), "36": methods([-0.1, -0.2, 0.1], 3.0, 4.0)},
        "m1": {"24": methods([-0.1, -0.2, -0.05], 3.0, 3.5), "36": {"all": {report.OURS: {"msis": 1.0}}}},
    }
    monkeypatch.setattr(report, "results", lambda name: kept.get(name, {}))
    assert report.against_prototype() == (
        "By OWA ezlib is ahead of the prototype in 1 of 3 comparisons; behind it on M3, whole history; "
        "level with it on M3, last 36 months. Its MSIS is the higher one on M3, whole history (5.00 against 4.00).\n"
    )


def test_rows_not_made_again_move_with_ours():
    import scoring

    kept = {scoring.OURS: {"owa": 0.80}, "rival": {"owa": 0.90, "ours_less": [-0.10, -0.12, -0.08], "cases": 3}}
    found = scoring.renewed(kept, {scoring.OURS: {"owa": 0.79}}, "owa")
    assert found[scoring.OURS]["owa"] == 0.79 and found["rival"]["owa"] == 0.90
    assert found["rival"]["ours_less"] == pytest.approx([-0.11, -0.13, -0.09])
    assert kept["rival"]["ours_less"] == [-0.10, -0.12, -0.08]


@pytest.mark.parametrize("made", [{}, {"other": {"owa": 0.95}}], ids=["nothing", "a rival alone"])
def test_rows_stay_where_ours_was_not_made_again(made):
    import scoring

    kept = {scoring.OURS: {"owa": 0.80}, "rival": {"owa": 0.90, "ours_less": [-0.10, -0.12, -0.08]}}
    assert scoring.renewed(kept, made, "owa") == kept | made
    assert scoring.renewed({}, made, "owa") == made


def test_where_choices_are_judged_the_prototype_stands_beside_ours_if_it_was_scored(monkeypatch):
    import report

    row = {"cases": 9, "owa": 0.8, "msis": 8.0, "coverage_80": 0.8, "coverage_95": 0.95}
    ours = dict.fromkeys(report.CUTS, row)
    theirs = {"m1": {"full": row | {"owa": 0.9}}}
    stored = {"development": {"m1": ours, "fedstl": ours}, "prototype_development": theirs}
    monkeypatch.setattr(report, "results", lambda name: stored[name])
    text = report.development()
    assert "| M1 | whole history | 9 | 0.800 | 8.00 | 0.800 | 0.950 | 0.900 | 8.00 | 0.950 |" in text
    assert text.count("| – | – | – |") == 2 * len(report.CUTS) - 1


def test_a_method_forecasts_only_the_cases_that_the_store_lacks(monkeypatch, tmp_path):
    import common
    import series
    import store

    cases = [series.Case(name, name, "full", series.dated(np.arange(1.0, 40.0)), np.ones(2)) for name in "abc"]
    monkeypatch.setattr(store, "CACHE", tmp_path)
    monkeypatch.setattr(series, "cuts", lambda collection: ["full"])
    monkeypatch.setattr(series, "cases", lambda collection, cut: iter(cases))
    asked = []

    def forecast(case):
        asked.append(case.series)
        if asked == ["a", "b"]:
            raise KeyboardInterrupt
        return {"point": np.ones(2), "seconds": 0.0, "note": "", **{name: np.ones(2) for name in store.ENDS}}

    with pytest.raises(KeyboardInterrupt):
        common.run("m1", "some", forecast)
    common.run("m1", "some", forecast)
    assert asked == ["a", "b", "b", "c"]
    assert set(store.read("m1", "some")) == {(name, "full", "some") for name in "abc"}
