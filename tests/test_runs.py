"""A month executed as a user would: every notebook, the page, the manifest, and what happens when things go wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ezlib as ez
from ezlib import provenance, runs
from ezlib.cli import cli, main
from ezlib.contracts import DataError, WithoutFacts

ROOT = Path(__file__).parent.parent
ZONE, MONTH = "thu-nghiem", "2025-05"
QUICK, EARLIER, LATER = "day-du", "2025-01", "2025-02"  # complete months: its briefs take a third of the time


@pytest.fixture
def root(small_root):
    """A small data root with the project's own notebooks."""
    shutil.copytree(ROOT / "notebooks", small_root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return small_root


def brief_only(root, zone=ZONE, month=MONTH, as_of=None):
    return runs.run_month(zone, month, as_of, notebooks=["90_brief"], root=root)


def manifest_of(run):
    return json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))


def quick_brief(root):
    return brief_only(root, QUICK, LATER)


def test_every_notebook_runs_for_a_month_and_the_brief_is_published(root):
    steps = []
    run = runs.run_month(ZONE, MONTH, root=root, progress=steps.append)
    assert steps == ["kernel", *runs.NOTEBOOKS, "brief.html"]
    assert set(runs.NOTEBOOKS) == {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert {path.stem for path in (run.folder / "notebooks").iterdir()} == set(runs.NOTEBOOKS)
    assert 'lang="vi"' in run.brief.read_text(encoding="utf-8")
    assert len(run.lines) == 3
    manifest = manifest_of(run)
    assert manifest["ran"] == list(runs.NOTEBOOKS) and "tables/20_months.csv" in manifest["made"]
    assert manifest["parameters"] == {"zone": ZONE, "month": MONTH, "as_of": "", "lang": "vi"}
    assert "data/facts/thu-nghiem/report-2025-05.csv" in manifest["data"]
    assert not (run.folder / ".part").exists()
    assert (run.folder / "tables" / "20_months.csv").exists()
    assert warnings_in(run) == []


def warnings_in(run) -> list[str]:
    """What the notebooks of a run printed to standard error."""
    read = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in (run.folder / "notebooks").iterdir()}
    told = (
        (name, output) for name, book in read.items() for cell in book["cells"] for output in cell.get("outputs", ())
    )
    return [f"{name}: {''.join(output['text'])}" for name, output in told if output.get("name") == "stderr"]


def test_a_zone_with_complete_months_runs_too_in_english(root):
    run = runs.run_month(QUICK, LATER, lang="en", root=root)
    assert 'lang="en"' in run.brief.read_text(encoding="utf-8")
    assert warnings_in(run) == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zone": "thu-nghiên"}, "did you mean 'thu-nghiem'"),
        ({"month": "2035-05"}, "nearest month with facts"),
        ({"month": "05/2025"}, "did you mean '2025-05'"),
        ({"month": 2025.05}, "is not a text"),
        ({"as_of": "31/05/2025"}, "did you mean '2025-05-31'"),
        ({"lang": "vn"}, "'vi'"),
    ],
)
def test_wrong_parameters_are_refused_before_a_kernel_starts(small_root, monkeypatch, given, says):
    monkeypatch.setattr(runs, "started_kernel", lambda *args: pytest.fail("a kernel was started"))
    with pytest.raises(DataError, match=says):
        runs.run_month(**({"zone": ZONE, "month": MONTH} | given), root=small_root)


def test_a_month_of_which_no_headline_series_has_a_figure_is_refused_with_the_nearest_that_works():
    with pytest.raises(WithoutFacts, match=r"No headline series of lao-cai has a figure for 2024-06(.|\n)*is 2024-12"):
        runs.check_month("lao-cai", "2024-06")
    assert runs.month_parameters("lao-cai", "2024-12")["month"] == "2024-12"


def test_the_examples_are_of_months_that_can_be_told_of():
    texts = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in ("README.md", "Makefile", "ezlib/cli.py"))
    made = re.findall(r"make brief(?: ZONE=(\S+))? MONTH=([\d-]+)(?: AS_OF=(\S+))?", texts)
    typed = re.findall(r"ezlib brief --zone (\S+) --month ([\d-]+)(?: --as-of (\S+))?", texts)
    batches = re.findall(r"ezlib run --zones (\S+) --months (\S+):(\S+)", texts)
    several = [
        (zone, month, "")
        for zones, first, last in batches
        for zone in zones.split(",")
        for month in pd.period_range(first, last, freq="M")
    ]
    assert made and typed and several
    for zone, month, as_of in [*made, *typed, *several]:
        runs.check_month(zone or "lao-cai", str(month), as_of)


def test_a_date_as_yaml_reads_it_is_accepted(small_root):
    import datetime as dt

    found = runs.month_parameters(ZONE, "2025-05", dt.date(2025, 5, 31), root=small_root)
    assert found["as_of"] == "2025-05-31"


def test_a_notebook_that_lacks_a_parameter_is_refused_by_name(root):
    path = root / "notebooks" / "90_brief.ipynb"
    notebook = nbformat.read(path, 4)
    cell = next(c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    cell.source = cell.source.replace("month:", "moth:")
    nbformat.write(notebook, path)
    with pytest.raises(DataError, match="did you mean 'moth'"):
        brief_only(root)


def test_a_failing_notebook_is_kept_and_the_earlier_brief_stays(root):
    before = quick_brief(root).brief.read_bytes()
    path = root / "notebooks" / "90_brief.ipynb"
    notebook = nbformat.read(path, 4)
    notebook.cells.insert(4, nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(notebook, path)
    with pytest.raises(DataError, match=r"cell 6: ZeroDivisionError: division by zero\..*90_brief\.failed\.ipynb"):
        quick_brief(root)
    folder = runs.month_folder(QUICK, LATER, root)
    assert (folder / "brief.html").read_bytes() == before
    assert (folder / "notebooks" / "90_brief.failed.ipynb").exists()
    shutil.copy(ROOT / "notebooks" / "90_brief.ipynb", path)
    assert quick_brief(root).brief.read_bytes() == before
    assert not (folder / "notebooks" / "90_brief.failed.ipynb").exists()


def test_a_run_killed_half_way_leaves_nothing_half_written_and_can_be_repeated(root):
    program = (
        "import os; from ezlib import runs; published = runs.publish\n"
        "runs.publish = lambda *a, **k: os._exit(9)\n"
        f"runs.run_month({QUICK!r}, {LATER!r}, notebooks=['90_brief'], root={str(root)!r})"
    )
    killed = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True)
    folder = runs.month_folder(QUICK, LATER, root)
    assert killed.returncode == 9
    assert not (folder / "brief.html").exists()
    assert not (folder / "manifest.json").exists()
    assert quick_brief(root).brief.exists()


def test_a_second_run_of_a_month_is_refused_while_the_first_goes_on_and_not_after_it_was_killed(root):
    folder = runs.month_folder(QUICK, LATER, root)
    program = (
        "import sys; from pathlib import Path; from ezlib import runs\n"
        f"with runs._alone(Path({str(folder)!r})): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout.readline().strip() == b"held"
        with pytest.raises(DataError, match=rf"Another run of {QUICK} {LATER} is under way"):
            quick_brief(root)
        assert not (folder / "notebooks").exists()
        first.kill()
    assert quick_brief(root).brief.exists()


def test_plain_papermill_runs_a_notebook_too(root):
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "notebooks/20_trade_outlook.ipynb", "out.ipynb"]
    command += ["-p", "zone", ZONE, "-p", "month", MONTH]
    environment = {k: v for k, v in os.environ.items() if k != "EZLIB_ROOT"}
    done = subprocess.run(command, cwd=root, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "text/html" in (root / "out.ipynb").read_text(encoding="utf-8")


def test_plain_papermill_with_a_wrong_month_stops_at_the_first_cell(root):
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "notebooks/20_trade_outlook.ipynb", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "zone", ZONE, "-p", "month", "2035-05"], cwd=root, check=False, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "nearest month with facts" in done.stderr


def test_a_manifest_tells_of_its_own_run_alone(root):
    stale = runs.month_folder(QUICK, LATER, root) / "tables" / "of_another_day.csv"
    stale.parent.mkdir(parents=True)
    stale.write_text("1\n", encoding="utf-8")
    run = quick_brief(root)
    manifest = manifest_of(run)
    assert manifest["ran"] == ["90_brief"]
    assert "brief.html" in manifest["made"] and "tables/of_another_day.csv" not in manifest["made"]
    parameters = runs.month_parameters(QUICK, LATER, root=root)
    assert runs._is_current(parameters, ["90_brief"], root)
    assert not runs._is_current(parameters, runs.NOTEBOOKS, root)


def test_a_batch_makes_what_is_missing_and_leaves_what_is_current(root):
    def batch(*months):
        found = runs.run_batch([QUICK], months, notebooks=["90_brief"], jobs=2, root=root)
        return dict(zip(found["month"], found["state"], strict=True))

    assert batch(EARLIER, "2035-01") == {EARLIER: "made", "2035-01": "without facts"}
    assert batch(EARLIER, LATER) == {EARLIER: "current", LATER: "made"}


def test_a_batch_refuses_what_is_misspelt_or_empty_before_it_starts(small_root, monkeypatch):
    monkeypatch.setattr(runs, "ProcessPoolExecutor", lambda **given: pytest.fail("something was started"))
    with pytest.raises(DataError, match="did you mean 'thu-nghiem'"):
        runs.run_batch([ZONE, "thu-nghiên"], [MONTH], root=small_root)
    with pytest.raises(DataError, match="is not a day"):
        runs.run_batch([ZONE], [MONTH], "31.5.2025", root=small_root)
    with pytest.raises(DataError, match="nothing to run"):
        runs.run_batch([ZONE], [], root=small_root)


def test_only_a_month_without_facts_is_called_that(small_root):
    (small_root / "data" / "facts" / ZONE / "broken.csv").write_text("fact_id,zone\nX,y\n", encoding="utf-8")
    (row,) = runs.run_batch([ZONE], [MONTH], jobs=1, root=small_root).to_dict("records")
    assert row["state"] == "failed"
    assert "broken.csv" in row["message"]


def test_an_error_nobody_foresaw_ends_its_own_month_alone(small_root):
    failing = Future()
    failing.set_exception(ZeroDivisionError("division by zero"))
    assert runs._outcome(failing) == {
        "state": "failed",
        "seconds": 0.0,
        "message": "ZeroDivisionError: division by zero",
    }


def test_a_brief_depends_on_the_prior_and_on_every_library_it_needs(small_root):
    seen = runs._inputs(runs.month_parameters(ZONE, MONTH, root=small_root), small_root)
    assert {"prior.json", "structural.py", "brief.css"} <= set(seen["code"])
    assert {"ezlib", "numpy", "babel", "seaborn", "statsmodels"} <= {name.lower() for name in seen["packages"]}
    assert not {"pytest", "ruff", "hypothesis"} & set(seen["packages"])


def test_a_brief_depends_on_the_notebooks_that_would_be_executed_wherever_they_stand(small_root):
    def seen():
        parameters = runs.month_parameters(QUICK, LATER, root=small_root)
        return {Path(name).stem: of for name, of in runs._inputs(parameters, small_root)["code"].items()}

    before = seen()
    assert set(runs.NOTEBOOKS) <= set(before)
    (small_root / "notebooks").mkdir()
    shutil.copy(ROOT / "notebooks" / "90_brief.ipynb", small_root / "notebooks")
    assert seen() == before
    (small_root / "notebooks" / "90_brief.ipynb").write_text("{}", encoding="utf-8")
    changed = seen()
    assert {name for name in before if changed[name] != before[name]} == {"90_brief"}


def test_a_table_is_saved_for_excel_and_reads_back(small_root):
    table = pd.DataFrame({"giá trị": [150.83]}, index=pd.Index(["tháng 5"], name="tháng"))
    path = ez.save(table, "numbers", ZONE, MONTH, root=small_root)
    assert path.as_posix() == f"outputs/{ZONE}/{MONTH}/tables/numbers.csv"
    assert (small_root / path).read_bytes().startswith(b"\xef\xbb\xbf")
    pd.testing.assert_frame_equal(pd.read_csv(small_root / path, index_col=0), table)


def test_a_process_that_was_interrupted_begins_no_month_that_it_was_handed_before(small_root, monkeypatch):
    def stopped(*args, **how):
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "_interrupted", threading.Event())
    monkeypatch.setattr(runs, "run_month", stopped)
    with pytest.raises(KeyboardInterrupt):
        runs._one_of_many(QUICK, LATER, None, "vi", ("80_zones",), small_root)
    monkeypatch.setattr(runs, "run_month", lambda *args, **how: pytest.fail("a month was begun"))
    with pytest.raises(KeyboardInterrupt):
        runs._one_of_many(QUICK, MONTH, None, "vi", ("80_zones",), small_root)


def test_rows_that_are_only_counted_are_saved_without_their_number_and_several_values_in_one_cell(small_root):
    counted = pd.DataFrame({"facts": [("A", "B"), ("C",)]})
    path = ez.save(counted, "found", ZONE, MONTH, root=small_root)
    assert (small_root / path).read_text(encoding="utf-8-sig") == "facts\nA; B\nC\n"
    years = counted.set_index(pd.RangeIndex(2025, 2027, name="year"))
    path = ez.save(years, "years", ZONE, MONTH, root=small_root)
    assert (small_root / path).read_text(encoding="utf-8-sig") == "year,facts\n2025,A; B\n2026,C\n"


def test_a_dictionary_and_a_chart_are_saved_each_in_its_place(small_root):
    told = ez.save({"tổng": 1.5}, "summary", ZONE, MONTH, root=small_root)
    assert json.loads((small_root / told).read_text(encoding="utf-8")) == {"tổng": 1.5}
    months = ez.forecast(pd.Series(range(50, 90), pd.period_range("2022-01", periods=40, freq="M"), dtype=float), 6)
    drawn = ez.save(ez.fan_chart(months), "fan", ZONE, MONTH, root=small_root)
    assert drawn.as_posix() == f"outputs/{ZONE}/{MONTH}/figures/fan.svg"
    assert (small_root / drawn).read_text(encoding="utf-8").startswith("<svg ")


def test_what_is_no_result_is_not_saved(small_root):
    with pytest.raises(ez.DataError, match="numbers cannot be saved: it is a list"):
        ez.save([1, 2], "numbers", ZONE, MONTH, root=small_root)


# ---------------------------------------------------------------------------------------------- the command line


def ezlib_says(*words):
    return CliRunner().invoke(cli, list(words))


def test_help_shows_what_to_type():
    for words in (["--help"], ["brief", "--help"], ["check", "--help"], ["series", "--help"]):
        answer = ezlib_says(*words)
        assert answer.exit_code == 0
        assert "ezlib " in answer.output


def test_check_finds_that_people_cannot_have_fallen_by_9_1_percent():
    answer = ezlib_says("check", "--zone", "lao-cai", "--lang", "en")
    assert answer.exit_code == 1
    assert "442,014/(1 - 9.1 %)" in answer.output
    assert "data/facts/lao-cai/board-report-2025-05.csv:" in answer.output


def test_check_of_a_zone_in_order_is_silent_and_succeeds():
    answer = ezlib_says("check", "--zone", "viet-nam", "--lang", "en")
    assert answer.exit_code == 0
    assert answer.output.strip() == "No contradiction was found."


def test_series_prints_months_as_csv():
    answer = ezlib_says("series", "lao-cai/trade_total/board", "--month", "2025-05", "--csv")
    lines = answer.output.splitlines()
    assert lines[0].startswith("month,value,lower_80")
    assert lines[-1].startswith("2025-05,150.83,")
    assert lines[-1].endswith("reported")


def test_series_tells_what_it_counts_in():
    answer = ezlib_says("series", "lao-cai/trade_total/board", "--month", "2025-05", "--lang", "en")
    assert "million USD" in answer.output.splitlines()[0]


def test_check_says_where_a_month_has_nothing_to_hold_beside_the_model():
    answer = ezlib_says("check", "--zone", "lao-cai", "--month", "2025-06", "--lang", "en")
    assert "No leading series has a figure of 2025-06 itself" in answer.output


def test_check_reads_the_targets(small_root):
    (small_root / "data" / "targets.csv").write_text("target_id,zone\nT1,nowhere\n", encoding="utf-8")
    for words in (["check"], ["check", "--zone", ZONE]):
        answer = ezlib_says(*words, "--root", str(small_root))
        assert isinstance(answer.exception, DataError)
        assert "targets.csv" in str(answer.exception)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["run", "--zones", "lao-cai,foo", "--months", "2025-05"], "Known zones"),
        (["run", "--zones", "lao-cai", "--months", "2025-06:2025-05"], "comes after"),
        (["run", "--zones", "lao-cai", "--months", "2025-05xyz"], "write '2025-05'"),
        (["run", "--zones", "lao-cai", "--months", "2025-05", "--jobs", "0"], "x>=1"),
        (["check", "--month", "2025-05"], "give --zone as well"),
        (["check", "--zone", "lao-cai", "--month", "2031-01"], "The nearest month with facts is 2025-06"),
        (["check", "--as-of", "31/05/2025"], "did you mean '2025-05-31'"),
        (["brief", "--zone", "lao-cay", "--month", "2025-05"], "did you mean 'lao-cai'?"),
        (["series", "lao-cai/trade_totl/board", "--month", "2025-05"], "trade_total"),
        (["series", "lao-cai/trade_total/board", "--month", "2025-13"], "2025-05"),
    ],
)
def test_a_wrong_word_is_told_without_a_traceback(words, says):
    done = subprocess.run([sys.executable, "-m", "ezlib", *words], check=False, capture_output=True)
    text = done.stderr.decode("utf-8")
    assert done.returncode == 2
    assert says in text
    assert "Traceback" not in text


def test_what_is_no_wrong_input_is_called_a_fault_of_ezlib(monkeypatch, capsys):
    def broken(*args, **given):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(sys.modules["ezlib.outlook"], "load_series", broken)
    monkeypatch.setattr(sys, "argv", ["ezlib", "series", "lao-cai/trade_total/board", "--month", "2025-05"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert "a fault of ezlib (LinAlgError: Singular matrix); --debug shows where" in capsys.readouterr().err


def test_debug_shows_the_traceback_wherever_it_is_typed():
    words = ["series", "lao-cai/x/y", "--month", "2025-05", "--debug"]
    done = subprocess.run([sys.executable, "-m", "ezlib", *words], check=False, capture_output=True)
    assert b"Traceback" in done.stderr
    assert done.returncode == 2


def test_output_is_utf8_whatever_the_console():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-m", "ezlib", "check", "--zone", "lao-cai"], check=False, capture_output=True, env=environment
    )
    assert "lượt người" in done.stdout.decode("utf-8")


@pytest.fixture
def bare_root(tmp_path):
    """The project's catalogue and phrases, and no figure yet."""
    (tmp_path / "data" / "facts" / "lao-cai").mkdir(parents=True)
    for name in ("catalogue.yml", "phrases.yml", "targets.csv", "events.csv"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data")
    return tmp_path


def test_ingest_shows_and_drafts_and_adds_nothing_until_told(bare_root):
    report = str(ROOT / "tests" / "data" / "reports" / "board-month.txt")
    shown = ezlib_says("ingest", report, "--zone", "lao-cai", "--lang", "en", "--root", str(bare_root))
    assert shown.exit_code == 0, shown.output
    assert "facts were read:" in shown.output
    assert "numbers did not become facts:" in shown.output
    assert "% of the year's plan" in shown.output and "plan_share_pct" not in shown.output
    assert "Nothing was added yet." in shown.output
    assert not list((bare_root / "data" / "facts").rglob("*.csv"))
    draft = next((bare_root / "outputs" / "lao-cai").glob("*-draft.csv"))
    added = ezlib_says("ingest", str(draft), "--zone", "lao-cai", "--yes", "--root", str(bare_root))
    assert added.exit_code == 0, added.output
    facts = ez.load_facts("lao-cai", root=bare_root)
    assert f"Đã thêm {len(facts)} số liệu" in added.output
    again = ezlib_says("ingest", str(draft), "--zone", "lao-cai", "--yes", "--root", str(bare_root))
    assert isinstance(again.exception, DataError)
    assert f"{len(facts)} of the {len(facts)} facts are in the data already" in str(again.exception)
    other = ezlib_says("ingest", str(draft), "--zone", "lai-chau", "--root", str(bare_root))
    assert "No row of the draft is of lai-chau" in str(other.exception)
    dated = ezlib_says("ingest", str(draft), "--zone", "lao-cai", "--month", "2025-05", "--root", str(bare_root))
    assert dated.exit_code and "are for a report" in (dated.output + str(dated.exception))


def test_check_of_a_misspelt_zone_is_no_all_clear():
    done = subprocess.run(
        [sys.executable, "-m", "ezlib", "check", "--zone", "lao-cia"], check=False, capture_output=True
    )
    assert done.returncode == 2
    assert "did you mean 'lao-cai'" in done.stderr.decode("utf-8")


def test_a_second_run_gives_the_same_bytes_and_adds_nothing_to_what_a_brief_leaves_on_record(root):
    first = brief_only(root)
    (record,) = (root / "data" / "record" / ZONE).glob("*.csv")
    assert record.stem == MONTH
    kept = record.read_bytes()
    page = first.brief.read_bytes()
    assert brief_only(root).brief.read_bytes() == page
    assert record.read_bytes() == kept
    assert len(ez.load_facts(ZONE, root=root)) > 0  # the record is no file of facts


def test_the_name_of_the_code_covers_all_that_a_forecast_is_made_by_and_no_words():
    names = {path.name for path in provenance.model_files()}
    assert {"outlook.py", "structural.py", "draws.py", "linearised.py", "bounds.py", "profiles.py"} <= names
    assert {"observations.py", "facts.py", "periods.py", "targets.py", "prior.json"} <= names
    assert not names & {"wording.py", "tables.py", "charts.py", "runs.py"}


def test_a_brief_says_what_moved_since_the_one_on_record(root):
    brief_only(root, month="2025-03", as_of="2025-04-15")
    page = brief_only(root, as_of="2025-05-31").brief.read_text(encoding="utf-8")
    assert "15/4/2025" in page


def test_the_record_of_the_same_day_does_not_make_a_brief_out_of_date(root):
    def states():
        found = runs.run_batch([QUICK], [EARLIER, LATER], notebooks=["90_brief"], jobs=1, root=root)
        return list(found["state"])

    assert states() == ["made", "made"]
    assert states() == ["current", "current"]


def test_check_audits_a_month_that_a_model_could_not_expect():
    answer = ezlib_says("check", "--zone", "lai-chau", "--month", "2025-05", "--lang", "en")
    assert answer.exit_code == 0
    assert "2025-05" in answer.output and "0 error, 2 warning" in answer.output
