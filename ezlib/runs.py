"""A month of a zone, executed: parameters checked, notebooks run, the brief published, everything recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import pandas as pd

from ezlib.catalogue import data_root, load_catalogue
from ezlib.contracts import DataError, WithoutFacts, as_of_date, check_parameters, hint
from ezlib.facts import load_facts
from ezlib.files import held_by, write_all, write_whole
from ezlib.headlines import refuse_untold
from ezlib.kernels import started_kernel
from ezlib.periods import as_month
from ezlib.provenance import inputs, model_name, sha256
from ezlib.publish import publish
from ezlib.record import added_to, kept_text, record_file

NOTEBOOKS = (
    "10_data_audit",
    "20_trade_outlook",
    "30_revenue_outlook",
    "40_industry",
    "45_crossings",
    "48_province",
    "50_target_test",
    "55_scenarios",
    "60_track_record",
    "70_scorecard",
    "80_zones",
    "90_brief",
)
BRIEF = "90_brief"


@dataclass(frozen=True)
class Run:
    """What one run made: its folder, the brief, the lines to tell the user, and the seconds of each step."""

    folder: Path
    brief: Path
    lines: tuple[str, ...]
    seconds: dict[str, float]


def run_month(
    zone: str,
    month,
    as_of=None,
    lang: str = "vi",
    *,
    notebooks: Iterable[str] = NOTEBOOKS,
    out: Path | None = None,
    root=None,
    progress: Callable[[str], None] | None = None,
) -> Run:
    """Execute the notebooks of one zone and month and publish its brief under `outputs/<zone>/<month>/`.

    Arguments: `month` is the last reporting month used, `as_of` the last day of publication used (None: all that is
    in the data), `out` where the brief goes instead of `brief.html`, `progress` is called with the name of each step
    as it begins. Wrong parameters are refused with DataError before a kernel starts. Files appear under their final
    names only when complete; a run that was stopped can simply be run again. A second run of the same month at the same
    time is refused with DataError.
    """
    root = data_root(root)
    if out is not None and Path(out).is_dir():
        raise DataError(f"{out} is a folder; the brief needs the name of a file.", next_step=f"Write {out}/brief.html.")
    parameters = month_parameters(zone, month, as_of, lang, root)
    sources = [_notebook(root, name) for name in notebooks]
    for source in sources:
        _check_declared(source, parameters)
    folder = month_folder(parameters["zone"], parameters["month"], root)
    clock = _Clock(progress)
    brief = Path(out) if out else folder / "brief.html"
    lines: tuple[str, ...] = ()
    with _alone(folder):
        before = _products(folder)
        executed = _execute_all(sources, parameters, folder, root, clock)
        if BRIEF in executed:
            clock.begin("brief.html")
            publish(executed[BRIEF], brief, lang=parameters["lang"])
            lines = tuple(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["lines"])
        made = [path for path, written in _products(folder).items() if written != before.get(path)]
        _write_manifest(folder, parameters, [source.stem for source in sources], made, root)
    clock.end()
    return Run(folder, brief, lines, clock.seconds)


def run_batch(
    zones: Iterable[str],
    months: Iterable,
    as_of=None,
    lang: str = "vi",
    *,
    jobs: int = 2,
    notebooks: Iterable[str] = NOTEBOOKS,
    root=None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Execute many months of many zones, `jobs` at a time, each as `run_month` does.

    A brief made from exactly the present data, code and parameters is left as it is, so that a batch that was stopped
    goes on where it was. Returns one row a zone and month: state (made, current, without facts, failed), seconds and
    message. A failure, of whatever kind, does not stop the others; KeyboardInterrupt ends those under way and begins no
    other. `progress` is called with the first `zone month` that is not done yet, at the start and as each is done. An
    unknown zone, a wrong `as_of` and a list without a zone or month are refused with DataError first.
    """
    root, zones, months = data_root(root), list(zones), list(months)
    _refuse_batch(zones, months, as_of, root)
    wanted = [(zone, str(as_month(month))) for zone in zones for month in months]
    notebooks, told = tuple(notebooks), progress or (lambda done: None)
    done = {}
    # Fresh processes, never forks: threads of numpy and of the kernel's client do not survive a fork.
    with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(_one_of_many, *pair, as_of, lang, notebooks, root): pair for pair in wanted}
        told(" ".join(wanted[0]))
        try:
            for future in as_completed(waiting):
                done[waiting[future]] = _outcome(future)
                if left := [pair for pair in wanted if pair not in done]:
                    told(" ".join(left[0]))
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    rows = [{"zone": zone, "month": month} | done[zone, month] for zone, month in wanted]
    return pd.DataFrame(rows, columns=["zone", "month", "state", "seconds", "message"])


def _refuse_batch(zones: list[str], months: list, as_of, root: Path) -> None:
    if not zones or not months:
        raise DataError(
            "There is nothing to run: no zone or no month is given.", next_step="Months go from early to late."
        )
    known = load_catalogue(root).zones
    unknown = [f"{zone!r}{hint(zone, known)}" for zone in zones if zone not in known]
    if unknown:
        raise DataError("There is no such zone; nothing was run.", unknown, f"Known zones: {', '.join(sorted(known))}.")
    as_of_date(as_of)


_interrupted = Event()  # in a process of its own


def _outcome(future: Future) -> dict:
    """What became of one month; an error that nobody foresaw is told with its type and ends that month alone."""
    try:
        return future.result()
    except Exception as error:
        return {"state": "failed", "seconds": 0.0, "message": f"{type(error).__name__}: {error}"}


def _one_of_many(zone: str, month: str, as_of, lang: str, notebooks, root: Path) -> dict:
    if _interrupted.is_set():  # months that this process had been handed before
        raise KeyboardInterrupt
    try:
        parameters = month_parameters(zone, month, as_of, lang, root)
        if _is_current(parameters, notebooks, root):
            return {"state": "current", "seconds": 0.0, "message": ""}
        run = run_month(zone, month, as_of, lang, notebooks=notebooks, root=root)
    except WithoutFacts as error:
        return {"state": "without facts", "seconds": 0.0, "message": str(error).replace("\n", " ")}
    except DataError as error:
        return {"state": "failed", "seconds": 0.0, "message": str(error)}
    except KeyboardInterrupt:
        _interrupted.set()
        raise
    return {
        "state": "made",
        "seconds": round(sum(run.seconds.values()), 1),
        "message": run.lines[0] if run.lines else "",
    }


def month_parameters(zone, month, as_of=None, lang: str = "vi", root=None) -> dict[str, str]:
    """Return the notebooks' parameters as plain texts, checked: types, names, and that the month can be told of.

    Raises DataError naming every fault and the nearest value that would be right, WithoutFacts for a month of which no
    headline series of the zone has a figure.
    """
    catalogue = load_catalogue(root)
    given = {"zone": zone, "month": month, "as_of": as_of, "lang": lang}
    checked = check_parameters(given, zones=list(catalogue.zones))
    facts = load_facts(checked.zone, checked.as_of, root=root)
    refuse_untold(facts, catalogue.zone(checked.zone), checked.month, catalogue)
    return {name: value or "" for name, value in checked.as_text().items()}


def check_month(zone, month, as_of=None, lang: str = "vi", root=None) -> None:
    """Refuse parameters that no brief can be made for; the first thing a notebook does, for those run by hand."""
    month_parameters(zone, month, as_of, lang, root)


def save(result, name: str, zone: str, month, root=None) -> Path:
    """Write a result among the outputs of a month: a table as .csv, a dictionary as .json, a chart as .svg.

    Files appear whole or not at all. Returns the path, relative to the data root. Raises DataError for anything else.
    """
    root = data_root(root)
    folder = month_folder(zone, month, root)
    if isinstance(result, pd.DataFrame):
        path, text = folder / "tables" / f"{name}.csv", _csv(result)
    elif isinstance(result, dict):
        path, text = folder / f"{name}.json", _json(result)
    elif hasattr(result, "svg"):  # a Chart; its module draws, and takes a second to import
        path, text = folder / "figures" / f"{name}.svg", result.svg
    else:
        raise DataError(
            f"{name} cannot be saved: it is a {type(result).__name__}.",
            next_step="A table, a dictionary or a chart can be.",
        )
    return write_whole(path, text).relative_to(root)


def _csv(table: pd.DataFrame) -> str:
    """A table as text that Excel reads, which knows UTF-8 by its mark alone; values in one cell are parted by "; "."""
    flat = table.apply(lambda column: column.map(lambda x: "; ".join(map(str, x)) if isinstance(x, tuple) else x))
    counted = table.index.name is None and table.index.equals(pd.RangeIndex(len(table)))
    return "\ufeff" + flat.to_csv(index=not counted, lineterminator="\n")


def _json(content: dict) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def keep(rows: pd.DataFrame, zone: str, month, root=None) -> Path:
    """Add what a brief says of the future to the record of its zone, `data/record/<zone>/<month>.csv`.

    `rows` as `record.given` returns them. Rows that are there already are not repeated, none is ever changed, and the
    file is replaced whole or not at all. Returns its path, relative to the data root. Raises DataError where another
    program changed the file meanwhile.
    """
    root = data_root(root)
    path = record_file(zone, month, root)
    held = held_by(path)
    before = kept_text(path) if held is not None else ""
    after = added_to(before, rows, model_name(), path)
    if after != before:
        write_all({path: after}, {path: held})
    return path.relative_to(root)


def month_folder(zone: str, month, root=None) -> Path:
    """Return the folder of a month's outputs, which need not exist."""
    return data_root(root) / "outputs" / zone / str(as_month(month))


def declared_parameters(notebook: Path) -> dict[str, str]:
    """Return the parameters that a notebook declares, name to default, without running it."""
    import papermill

    return {name: p["default"] for name, p in papermill.inspect_notebook(str(notebook)).items()}


def _notebook(root: Path, name: str) -> Path:
    there = _notebooks(root)
    if name not in there:
        raise DataError(f"There is no notebook {name}.", next_step=f"There are {', '.join(sorted(there))}.")
    return there[name]


def _notebooks(root: Path) -> dict[str, Path]:
    """Every notebook by its name: that of the data root, or of the project itself where the root has none so named."""
    folders = [Path(__file__).parent.parent / "notebooks", root / "notebooks"]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.ipynb"))}


def _check_declared(source: Path, parameters: dict[str, str]) -> None:
    declared = declared_parameters(source)
    unknown = [f"{name!r}{hint(name, declared)}" for name in parameters if name not in declared]
    if unknown:
        raise DataError(
            f"{source.name} declares no such parameter.",
            unknown,
            f"It declares {', '.join(declared)} in its first cell.",
        )


@contextmanager
def _alone(folder: Path):
    """Hold the outputs of a month for one run; the system lets go when the process ends, however it ends.

    Raises DataError while another run holds them: both would write the same files.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    try:
        held = FileLock(folder / ".held", timeout=0).acquire()
    except Timeout as error:
        raise DataError(
            f"Another run of {folder.parent.name} {folder.name} is under way.",
            next_step="Wait until it ends, or stop it, and run again.",
        ) from error
    with held:
        yield


def _execute_all(sources, parameters, folder: Path, root: Path, clock: _Clock) -> dict[str, Path]:
    part = folder / ".part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    for source in sources:
        _failed(folder / "notebooks", source).unlink(missing_ok=True)
    executed = {}
    clock.begin("kernel")
    with started_kernel(root, part / "kernel.log") as kernel:
        for source in sources:
            clock.begin(source.stem)
            executed[source.stem] = _execute(source, parameters, part, folder / "notebooks", root, kernel)
    shutil.rmtree(part, ignore_errors=True)
    return executed


def _execute(source: Path, parameters, part: Path, folder: Path, root: Path, kernel) -> Path:
    """Run one notebook into `part` and move it to `folder`, under another name when it failed."""
    import papermill

    draft, final = part / source.name, folder / source.name
    kernel.forget()
    try:
        papermill.execute_notebook(
            str(source), str(draft), parameters, progress_bar=False, km=kernel.manager, cwd=str(source.parent)
        )
    except papermill.PapermillExecutionError as error:
        failed = _failed(folder, source)
        draft.replace(failed)
        raise DataError(
            f"{source.name} stopped in its cell {error.cell_index + 1}: {error.ename}: {error.evalue.rstrip('.')}. "
            f"Open {failed.relative_to(root).as_posix()} to see where."
        ) from error
    draft.replace(final)
    return final


def _failed(folder: Path, source: Path) -> Path:
    return folder / f"{source.stem}.failed.ipynb"


def _products(folder: Path) -> dict[Path, int]:
    """The files of a month that a manifest tells of, in order, each with the moment it was written."""
    there = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix in {".html", ".csv", ".svg"})
    return {path: path.stat().st_mtime_ns for path in there}


def _write_manifest(folder: Path, parameters: dict, ran: list[str], made: list[Path], root: Path) -> None:
    """Record what the run used, executed and made, so that the same inputs can be shown to give the same bytes."""
    told = {"ran": ran, "made": {p.relative_to(folder).as_posix(): sha256(p) for p in made}}
    write_whole(folder / "manifest.json", _json(_inputs(parameters, root) | told))


def _inputs(parameters: dict, root: Path) -> dict:
    return inputs(parameters, _notebooks(root).values(), root)


def _is_current(parameters: dict, notebooks: Iterable[str], root: Path) -> bool:
    """Whether these notebooks were run on exactly these inputs, and the month's brief is still as it was made."""
    folder = month_folder(parameters["zone"], parameters["month"], root)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        made, ran = manifest.pop("made"), manifest.pop("ran")
        same = manifest == _inputs(parameters, root) and set(notebooks) <= set(ran)
        return same and made["brief.html"] == sha256(folder / "brief.html")
    except (OSError, ValueError, KeyError):
        return False


class _Clock:
    """Seconds of each step, and a word to the caller as each begins."""

    def __init__(self, progress: Callable[[str], None] | None):
        self.seconds: dict[str, float] = {}
        self._progress = progress or (lambda step: None)
        self._step: str | None = None

    def begin(self, step: str) -> None:
        self.end()
        self._step, self._since = step, _now()
        self._progress(step)

    def end(self) -> None:
        if self._step is not None:
            self.seconds[self._step] = round(_now() - self._since, 3)
            self._step = None


def _now() -> float:
    import time

    return time.perf_counter()
