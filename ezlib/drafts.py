"""What a report proposes as a draft to look through, and the draft as edited appended to the data."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from pathlib import Path

import pandas as pd

from ezlib.catalogue import data_root, load_catalogue
from ezlib.cells import as_text
from ezlib.contracts import DATE_COLUMNS, FACT_COLUMNS, NUMBER_COLUMNS, DataError
from ezlib.fact_checks import check_dates
from ezlib.facts import append_by_zone, load_facts
from ezlib.files import held_by, write_whole
from ezlib.reports import PROPOSAL_COLUMNS, Report
from ezlib.sheets import Unreadable, read_bytes, read_csv, refuse_columns, with_points

DRAFT_COLUMNS = [*PROPOSAL_COLUMNS, "sentence"]
OUTPUTS = "outputs"


def draft_csv(report: Report, root=None) -> Path:
    """Write what a report proposes as a table to look through and edit; returns its path.

    `outputs/<zone>/<name of the report>-draft.csv` has FACT_COLUMNS, then `place`, `confidence` and the `sentence` each
    figure stands in. A draft that is there already may hold edits: where it is not the same it is kept as
    `…-draft.csv.old`, then `.old2` and so on.
    """
    path = data_root(root) / OUTPUTS / report.zone / f"{report.path.stem}-draft.csv"
    rows = report.facts.assign(sentence=[report.sentence(place) for place in report.facts["place"]])
    # Excel reads UTF-8 only when the file begins with its mark.
    content = _csv_text(rows[DRAFT_COLUMNS]).encode("utf-8-sig")
    there = held_by(path)
    if there not in (None, content):
        write_whole(_next_old(path), there)
    return write_whole(path, content)


def _next_old(path: Path) -> Path:
    """The first name for an old draft that none has yet."""
    names = (path.with_name(f"{path.name}.old{number if number > 1 else ''}") for number in itertools.count(1))
    return next(name for name in names if not name.exists())


def load_draft(path, zone: str | None = None, root=None) -> pd.DataFrame:
    """Return the facts of a draft as edited, as text in FACT_COLUMNS.

    Raises DataError naming what cannot be read, and where no row is of `zone`: a report speaks of others beside it.
    """
    path = Path(path)
    if zone is not None:
        load_catalogue(root).zone(zone)
    if not path.is_file():
        raise DataError(f"There is no draft {path.name!r}.", [str(path)], "Make one from the report first.")
    try:
        sheet, faults = read_csv(read_bytes(path, path.name), path.name, DRAFT_COLUMNS)
        refuse_columns(sheet, FACT_COLUMNS, [c for c in DRAFT_COLUMNS if c not in FACT_COLUMNS])
    except Unreadable as error:
        raise DataError("The draft cannot be read.", [str(error.fault)], error.fault.remedy) from error
    sheet, found = with_points(sheet, NUMBER_COLUMNS)
    if faults := [*faults, *found, *check_dates(sheet.frame(FACT_COLUMNS))]:
        remedies = dict.fromkeys(fault.remedy for fault in faults)
        raise DataError("The draft cannot be used; nothing was appended.", map(str, faults), "\n".join(remedies))
    facts = sheet.frame(FACT_COLUMNS)
    if zone is not None and len(facts) and not (facts["zone"] == zone).any():
        there = ", ".join(sorted(set(facts["zone"])))
        raise DataError(f"No row of the draft is of {zone}.", next_step=f"Its rows are of {there}; name that zone.")
    return facts[FACT_COLUMNS]


def append_proposal(facts: pd.DataFrame, root=None) -> list[Path]:
    """Append proposed facts, straight from a report or from `load_draft`, to the data; returns the files.

    They go to `data/facts/<zone>/`, into a file named after the day of publication and the report. Every rule of the
    data holds, and a report that was appended before is refused: its figures have the same ids, or, from another copy
    of it, most say the same as figures of the same day and office. Either all is appended or nothing. Raises DataError.
    """
    if facts.empty:
        raise DataError("There is nothing to append.", next_step="Look at the numbers that were not read.")
    _refuse_another_copy(facts, root)
    return append_by_zone(facts[FACT_COLUMNS], _file_name(facts), root)


_SAYS = ["zone", "indicator", "scope", "period_start", "period_end", "status", "published"]
_TOLD_BY = ("publisher", "source", "reference")
_COPIED, _COPIED_AT_LEAST = 0.5, 3


def _refuse_another_copy(facts: pd.DataFrame, root) -> None:
    """Stop where most of a report's figures stand in the data already: the same report from another file."""
    there = pd.concat([load_facts(str(zone), root=root) for zone in sorted(set(facts["zone"]))])
    again = there[there["fact_id"].isin(facts["fact_id"])]
    if len(again):
        raise DataError(
            f"{len(again)} of the {len(facts)} facts are in the data already; nothing was appended.",
            [f"{file}: {', '.join(ids)}" for file, ids in again.groupby("file")["fact_id"]],
            "The report was appended before. Take these facts out of the draft, or the rows out of that file.",
        )
    sides = [_as_said(frame) for frame in (facts, there)]
    pairs = sides[0].merge(sides[1], on=[*_SAYS, "rounded"], suffixes=("", "_there"))
    told = [(pairs[word] == pairs[f"{word}_there"]) & (pairs[word] != "") for word in _TOLD_BY]
    same = pairs[told[0] | told[1] | told[2]].drop_duplicates("fact_id")
    if len(same) < max(_COPIED_AT_LEAST, _COPIED * len(facts)):
        return
    where = [f"{row.fact_id}: {row.indicator} is {row.fact_id_there}" for row in same.itertuples()]
    what = f"{len(same)} of the {len(facts)} figures stand in the data already, from another copy of this report"
    raise DataError(
        f"{what}; nothing was appended.",
        where,
        "Take them out of the draft, or the rows that are there out of the data.",
    )


def _as_said(facts: pd.DataFrame) -> pd.DataFrame:
    """What each row says, in columns that compare across a draft's text and loaded facts."""
    said = facts[["fact_id", *_SAYS, "value", *_TOLD_BY]].copy()
    for column in DATE_COLUMNS:
        said[column] = pd.to_datetime(said[column], errors="coerce").astype("datetime64[s]")
    value = pd.to_numeric(said["value"], errors="coerce")
    said = said.assign(rounded=value.map(lambda v: f"{v:.9g}")).fillna(dict.fromkeys(_TOLD_BY, ""))
    return said.assign(publisher=said["publisher"].map(lambda name: _ascii(str(name).partition("(")[0])))


def _file_name(facts: pd.DataFrame) -> str:
    published, reference = str(facts["published"].iloc[0])[:7], str(facts["reference"].iloc[0]).removeprefix("doc:")
    words = _ascii(reference) or "report"
    return f"{words}.csv" if published in words else f"{published}-{words}.csv"


def _ascii(words: str) -> str:
    """Words in plain small letters joined by hyphens, as in a file's name."""
    plain = unicodedata.normalize("NFD", words.lower().replace("đ", "d")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _csv_text(rows: pd.DataFrame) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(rows.columns)
    writer.writerows([as_text(value) for value in row] for row in rows.itertuples(index=False))
    return out.getvalue()
