"""Forecasts kept between runs, one line each, in benchmarks/cache: an interrupted run goes on where it stopped.

A line holds series, cut, method, CPU seconds, note ('' or what stood in and why), point and ends of the 80 % and 95 %
interval by month; those of the library's reference models also the method that stood in ('' for none). The cache is
not part of the repository; the commands in README.md make it again.
"""

from __future__ import annotations

import json

import numpy as np
from series import CACHE

ENDS = ("lower_80", "upper_80", "lower_95", "upper_95")


def read(collection: str, maker: str) -> dict[tuple[str, str, str], dict]:
    """What `maker` has forecast of a collection, by series, cut and method; arrays of months."""
    file = CACHE / f"{collection}_{maker}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    if lines and not lines[-1].endswith("\n"):  # cut short by an interruption: made again
        file.write_text("".join(lines := lines[:-1]), encoding="utf-8")
    found = {}
    for line in lines:
        row = json.loads(line)
        row |= {name: np.array(row[name], float) for name in ("point", *ENDS)}
        found[row["series"], row["cut"], row["method"]] = row
    return found


def everything(collection: str) -> dict[tuple[str, str, str], dict]:
    """What all makers have forecast of a collection."""
    found = {}
    for file in sorted(CACHE.glob(f"{collection}_*.jsonl")):
        found |= read(collection, file.stem.removeprefix(f"{collection}_"))
    return found


def add(
    collection: str, maker: str, case, method: str, seconds: float, note: str, point, ends: dict,
    stood_in: str | None = None,
) -> None:  # fmt: skip
    """Append one forecast."""
    CACHE.mkdir(exist_ok=True)
    row = {"series": case.series, "cut": case.cut, "method": method, "seconds": round(seconds, 5), "note": note}
    row |= {} if stood_in is None else {"stood_in": stood_in}
    row |= {name: _digits(values) for name, values in {"point": point, **ends}.items()}
    with (CACHE / f"{collection}_{maker}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def forget(collection: str, maker: str) -> None:
    """Drop what `maker` has forecast of a collection: it is to be made afresh."""
    (CACHE / f"{collection}_{maker}.jsonl").unlink(missing_ok=True)


def _digits(values) -> list[float]:
    return [float(f"{value:.7g}") for value in np.asarray(values, float)]
