"""What was forecast and how likely it was called, kept as it was given and scored when outturns arrive.

One row is one thing said on one day: the total of a month or a year with its intervals, or the chance of a target.
Rows are only ever added; `runs.keep` writes them under `data/record/`. A row takes part in a score once the facts tell
the outturn, and only if it was given before any figure reached the end of its period. What a brief may see of the
record are rows given on earlier days than its own: so the same command gives the same page however often it is run.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ezlib.aims import COMPARE
from ezlib.catalogue import SeriesKey, data_root
from ezlib.contracts import DataError, as_of_date
from ezlib.evaluate import REAL
from ezlib.facts import facts_of
from ezlib.outlook import Outlook
from ezlib.outturns import known_on, outturn_of
from ezlib.periods import as_month, month_bounds
from ezlib.scores import brier
from ezlib.targets import TargetAssessment

FOLDER = "data/record"
SAID = ["series", "period", "month", "as_of", "target_id", "kind", "comparator", "aim", "unit"]
NUMBERS = ["median", "lower_80", "upper_80", "lower_95", "upper_95", "probability"]
COLUMNS = [*SAID, *NUMBERS, "code"]
TEXTS = [name for name in COLUMNS if name not in {*NUMBERS, "aim"}]
CASE_COLUMNS = ["series", "period", "month", "as_of", "target_id", "probability", "median", "lower_80", "upper_80"]
CASE_COLUMNS += ["outturn", "in_80", "reached", "how", "timing"]
FORMS = {"as_of": re.compile(r"\d{4}-\d\d-\d\d"), "month": re.compile(r"\d{4}-\d\d"), "code": re.compile(".+")}
MONTHS_AHEAD = 12
MIN_CASES = 8  # fewer outturns than this say nothing about how good forecasts are
SHOWN = 12  # the latest year-end intervals that the brief's line counts
KEPT, REPLAYED = "kept", "replayed"


# ------------------------------------------------------------------------------------------------------ what is said


def given(outlooks: Iterable[Outlook], assessments: Iterable[TargetAssessment], as_of) -> pd.DataFrame:
    """Return what outlooks and assessments say on the day `as_of`, one statement a row, COLUMNS without `code`.

    The totals of the next twelve months and of every year that is not yet over, and the chance of every open target.
    Amounts in the unit of the series to six digits, chances to four decimals, so that every machine writes the same.
    """
    rows = [row for found in outlooks for row in _totals(found)]
    rows += [_chance(a) for a in assessments if a.state == "open"]
    table = pd.DataFrame(rows, columns=[*SAID, *NUMBERS]).assign(as_of=str(as_of_date(as_of)))
    return table.assign(**{name: table[name].astype(object).fillna("") for name in TEXTS if name in table})


def _totals(found: Outlook):
    ahead = found.paths.columns[found.paths.columns > found.last_observed]
    years = [str(year) for year in dict.fromkeys(ahead.year) if found.covers_year(year)]
    for period in [*years, *map(str, ahead[:MONTHS_AHEAD])]:
        ends = np.quantile(found.total(period), [0.5, 0.1, 0.9, 0.025, 0.975])
        amounts = dict(zip(NUMBERS[:5], map(_short, ends), strict=True))
        yield {"series": found.series, "period": period, "month": str(found.month), "unit": found.unit} | amounts


def _chance(a: TargetAssessment) -> dict:
    t = a.target
    said = {"series": a.series, "period": t.period, "month": str(a.month), "target_id": t.target_id, "kind": t.kind}
    said |= {"comparator": t.comparator, "aim": t.value, "unit": t.unit, "probability": round(a.probability, 4)}
    return said | {name: _short(getattr(a, name)) for name in NUMBERS[:5]}


def _short(x: float) -> float:
    return float(f"{x:.6g}")


# ------------------------------------------------------------------------------------------------------ what is kept


def load_record(zone: str, before=None, root=None) -> pd.DataFrame:
    """Return the kept rows of a zone in the order they were kept; `before`: only those given on earlier days.

    Raises DataError for a file that is no record any more.
    """
    folder = data_root(root) / FOLDER / zone
    tables = [_read(kept_text(path), path) for path in sorted(folder.glob("*.csv"))]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    return table if before is None else table[table["as_of"] < str(as_of_date(before))].reset_index(drop=True)


def record_file(zone: str, month, root=None) -> Path:
    """Return where the rows of a zone and month are kept, which need not exist."""
    return data_root(root) / FOLDER / zone / f"{as_month(month)}.csv"


def kept_text(path: Path) -> str:
    """Return the text of a record's file; raises DataError where it is not what was written."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise _damaged(path, [f"byte {error.start + 1} is no UTF-8"]) from error


def added_to(before: str, rows: pd.DataFrame, code: str, path: Path = Path("record")) -> str:
    """Return the text of a record with the rows that it does not hold yet; what is there stays as it is.

    Raises DataError naming `path` where `before` is no record any more: nothing is added to a damaged file.
    """
    known = set(_keys(_read(before, path))) if before else set()
    rows = rows.assign(code=code)[COLUMNS]
    new = rows[[key not in known for key in _keys(_read(_text(rows), path))]]
    if new.empty:
        return before
    return before + _text(new, header=not before)


def _text(rows: pd.DataFrame, header: bool = True) -> str:
    return rows.to_csv(index=False, header=header, lineterminator="\n")


def _read(text: str, path: Path) -> pd.DataFrame:
    faults = list(_faults(text))
    if faults:
        raise _damaged(path, faults)
    table = pd.read_csv(io.StringIO(text), dtype=dict.fromkeys(TEXTS, str), keep_default_na=False, na_values=[""])
    return table.assign(**{name: table[name].astype(object).fillna("") for name in TEXTS})


def _damaged(path: Path, faults: Iterable[str]) -> DataError:
    what = f"{path.name} in {FOLDER}/{path.parent.name} is no record any more."
    return DataError(what, faults, "Put back the file as it was kept, or delete it.")


def _faults(text: str) -> Iterable[str]:
    """What a file cut short, or saved by another program, no longer has; line by line."""
    header, *rows = csv.reader(text.splitlines()) if text else [[]]
    if header != COLUMNS:
        yield f"line 1: these are not the columns of a record: {', '.join(header)[:200] or 'nothing'}"
        return
    for line, cells in enumerate(rows, start=2):
        if len(cells) != len(COLUMNS):
            yield f"line {line}: {len(cells)} cells where a record has {len(COLUMNS)}"
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        wrong = [name for name in (*NUMBERS, "aim") if row[name] and not _is_number(row[name])]
        wrong += [name for name, form in FORMS.items() if not form.fullmatch(row[name])]
        if wrong:
            yield f"line {line}: {', '.join(f'{name} is {row[name]!r}' for name in wrong)}"
    if not text.endswith("\n"):
        yield "the last line has no end: the file was cut short"


def _is_number(cell: str) -> bool:
    try:
        return bool(np.isfinite(float(cell)))
    except ValueError:
        return False


def _keys(table: pd.DataFrame) -> list[tuple]:
    """What makes two rows the same: all that was said, whatever code said it."""
    return list(table.drop(columns="code").astype(object).fillna("").astype(str).itertuples(index=False, name=None))


# ------------------------------------------------------------------------------------------------------ what came of it


def scored(record: pd.DataFrame, outlooks: Mapping[str, Outlook], facts: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a record that have come due, with what came of them: CASE_COLUMNS.

    `outlooks` by series tell the outturns, `facts` when they were first known. Of several days that speak of one
    period from one month the last one before the outturn counts, of several rows of one day the first. `in_80` says
    whether the 80 % interval held the outturn, `reached` (1 or 0) whether the target was; NaN where the outturn lies
    too close to call.
    """
    latest = _in_time(record, outlooks, facts)
    rows = [row for row in map(_case, latest.itertuples(), [outlooks] * len(latest)) if row]
    return pd.DataFrame(rows, columns=CASE_COLUMNS)


def count_waiting(record: pd.DataFrame, outlooks: Mapping[str, Outlook], facts: pd.DataFrame) -> int:
    """Return how many forecasts on record still wait for their outturn; arguments as for `scored`."""
    latest = _in_time(record, outlooks, facts)
    return sum(_case(row, outlooks) is None for row in latest.itertuples())


def _in_time(record: pd.DataFrame, outlooks: Mapping[str, Outlook], facts: pd.DataFrame) -> pd.DataFrame:
    """What was said last of each period from each month, among what was said before the outturn was known."""
    told = record[record["series"].isin(list(outlooks)) & record["period"].str.len().isin((4, 7))]
    told = told.sort_values("as_of", kind="stable")
    first = {
        (series, period): _first_known(series, period, outlooks[series], facts)
        for series, period in set(zip(told["series"], told["period"], strict=True))
    }
    rows = told[["series", "period", "as_of"]].itertuples(index=False)
    told = told[
        np.array([first[series, period] is None or day < first[series, period] for series, period, day in rows], bool)
    ]
    said = ["series", "period", "month", "target_id"]
    last_day = told.groupby(said)["as_of"].transform("max")
    return told[told["as_of"] == last_day].drop_duplicates([*said, "as_of"])


def _case(row, outlooks: Mapping[str, Outlook]) -> dict | None:
    """The row with what came of it; None where that is not known yet."""
    found = outlooks[row.series]
    outturn = outturn_of(found, row.period)
    if not np.isfinite(outturn):
        return None
    case = {name: getattr(row, name) for name in CASE_COLUMNS if hasattr(row, name)}
    reached = _reached(row, found) if row.target_id else np.nan
    held = float(row.lower_80 <= outturn <= row.upper_80)
    return case | {"outturn": outturn, "in_80": held, "reached": reached, "how": KEPT, "timing": REAL}


def _first_known(series: str, period: str, found: Outlook, facts: pd.DataFrame) -> str | None:
    """The day on which a figure first reached the end of a period; None where none has."""
    last = period if len(period) == 7 else f"{period}-12"
    day = known_on(facts_of(facts, SeriesKey.of(series)), month_bounds(last, found.calendar)[1])
    return None if pd.isna(day) else str(day.date())


def _reached(row, found: Outlook) -> float:
    """Whether every path that the facts leave reaches the aim, or none; NaN where they differ."""
    reach = found.total(row.period)
    aim = row.aim if row.kind == "level" else found.total(str(int(row.period) - 1)) * (1 + row.aim / 100)
    reached = COMPARE[row.comparator](reach, aim)
    return 1.0 if reached.all() else 0.0 if not reached.any() else np.nan


def from_replay(totals: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of `replays.year_ends` as cases, CASE_COLUMNS."""
    held = totals["outturn"].between(totals["lower_80"], totals["upper_80"]).astype(float)
    return pd.DataFrame(
        {
            "series": totals["series"],
            "period": totals["year"].astype(str),
            "month": totals["origin"].astype(str),
            "as_of": totals["as_of"].astype(str).str[:10],
            "target_id": "",
            "median": totals["forecast"],
            "lower_80": totals["lower_80"],
            "upper_80": totals["upper_80"],
            "outturn": totals["outturn"],
            "in_80": held,
            "how": REPLAYED,
            "timing": totals["timing"],
        },
        columns=CASE_COLUMNS,
    )


def year_end_cases(kept: pd.DataFrame, replayed: pd.DataFrame) -> pd.DataFrame:
    """Return the scored totals of whole years, latest last: those kept, and those replayed where none was kept."""
    place = ["series", "period", "month"]
    kept = kept[(kept["period"].str.len() == 4) & (kept["target_id"] == "")]
    parts = [part for part in (kept, replayed) if len(part)]
    if not parts:
        return pd.DataFrame(columns=CASE_COLUMNS)
    both = pd.concat(parts, ignore_index=True).drop_duplicates(place)
    return both.sort_values([*place[::-1]], kind="stable", ignore_index=True)


def score_of_chances(cases: pd.DataFrame) -> tuple[int, float]:
    """Return how many chances of targets have been decided, and their Brier score (NaN for none)."""
    decided = cases[cases["probability"].notna() & cases["reached"].notna()]
    return len(decided), brier(decided["probability"], decided["reached"]) if len(decided) else np.nan
