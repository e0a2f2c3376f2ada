"""A small believable zone whose true months are known: `thu-nghiem` reports like a board, `day-du` month by month."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ezlib.contracts import FACT_COLUMNS
from ezlib.periods import BOARD, CALENDAR, month_bounds, year_bounds

SMALL = Path(__file__).parent / "small"

SHARES = {
    "trade_export": 0.50,
    "trade_import": 0.39,
    "trade_other": 0.11,
    "trade_total_road_gate": 0.76,
    "trade_total_rail_gate": 0.24,
}
SEASON = np.array([1.10, 0.72, 0.97, 1.00, 1.06, 1.02, 0.99, 1.01, 0.98, 1.03, 1.05, 1.16])
REPORTS = {"2025-03": "2025-03-31", "2025-05": "2025-05-31"}
CONFERENCES = {2023: "2023-12-28", 2024: "2024-12-30"}


def true_months() -> pd.DataFrame:
    """What really happened in `thu-nghiem`, 2022-01 to 2025-12, by indicator; identities hold exactly."""
    months = pd.period_range("2022-01", "2025-12", freq="M")
    t = np.arange(len(months))
    total = 70 * 1.011**t * SEASON[months.month - 1] * (1 + 0.04 * np.sin(1.7 * t))
    lean = 1 + 0.06 * np.sin(0.9 * t)  # exports take more of the total in some months
    truth = pd.DataFrame({"trade_total": total}, index=months)
    truth["trade_export"] = total * SHARES["trade_export"] * lean
    truth["trade_other"] = total * SHARES["trade_other"]
    truth["trade_import"] = total - truth["trade_export"] - truth["trade_other"]
    truth["trade_total_road_gate"] = total * SHARES["trade_total_road_gate"] * (2 - lean) ** 0.5
    truth["trade_total_rail_gate"] = total - truth["trade_total_road_gate"]
    truth["people_exit"] = np.round(90_000 * SEASON[months.month - 1] * 1.008**t)
    truth["people_entry"] = np.round(87_000 * SEASON[months.month - 1] * 1.009**t)
    truth["people_crossings"] = truth["people_exit"] + truth["people_entry"]
    truth["customs_revenue"] = total * 0.80 * (1 + 0.05 * np.cos(1.1 * t))
    truth["fees_other_agencies"] = total * 0.08
    truth["budget_revenue_total"] = truth["customs_revenue"] + truth["fees_other_agencies"]
    truth["industrial_output"] = 1_300 * 1.006**t * (1 + 0.05 * np.sin(t))
    return truth


def fact_row(**given) -> dict[str, str]:
    """One row of a facts file, filled in as the May report of the test zone would; any column may be replaced."""
    row = dict.fromkeys(FACT_COLUMNS, "") | {
        "fact_id": "X1",
        "zone": "thu-nghiem",
        "indicator": "trade_total",
        "scope": "board",
        "period_start": "2025-04-16",
        "period_end": "2025-05-15",
        "period_kind": "month",
        "value": "150.83",
        "unit": "million_usd",
        "half_width": "0.005",
        "status": "final",
        "published": "2025-05-31",
        "source": "Báo cáo tháng 5/2025",
        "publisher": "Ban Quản lý Khu kinh tế Thử Nghiệm",
        "reference": "doc:report-2025-05",
    }
    return row | {name: str(value) for name, value in given.items()}


def write_facts(root: Path, name: str, rows: list[dict], zone: str = "thu-nghiem", **how) -> Path:
    """Write rows of text as a facts file; `delimiter`, `encoding` and `newline` as a spreadsheet would choose them."""
    path = root / "data" / "facts" / zone / name
    path.parent.mkdir(parents=True, exist_ok=True)
    newline = how.get("newline", "\n")
    with path.open("w", encoding=how.get("encoding", "utf-8"), newline="") as out:
        writer = csv.DictWriter(out, FACT_COLUMNS, delimiter=how.get("delimiter", ","), lineterminator=newline)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def empty_root(tmp_path) -> Path:
    """A data root with the small catalogue and no facts."""
    (tmp_path / "data" / "facts" / "thu-nghiem").mkdir(parents=True)
    shutil.copy(SMALL / "catalogue.yml", tmp_path / "data")
    return tmp_path


@pytest.fixture
def small_root(empty_root) -> Path:
    """A data root with the two small zones, their facts, targets and events, free to be changed by a test."""
    shutil.copy(SMALL / "targets.csv", empty_root / "data")
    shutil.copy(SMALL / "events.csv", empty_root / "data")
    truth = true_months()
    for year, published in CONFERENCES.items():
        write_facts(empty_root, f"conference-{year}.csv", list(_conference(truth, year, published)))
    for month, published in REPORTS.items():
        write_facts(empty_root, f"report-{month}.csv", list(_report(truth, pd.Period(month, "M"), published)))
    _write_series(empty_root, truth)
    return empty_root


@pytest.fixture
def small_truth() -> pd.DataFrame:
    """The true months behind `small_root`, by indicator."""
    return true_months()


def _conference(truth: pd.DataFrame, year: int, published: str):
    """The year to 15 December, rounded to tens, with its growth rounded to a whole percent."""
    start, end = year_bounds(year, BOARD)
    for indicator, unit in (("trade_total", "million_usd"), ("budget_revenue_total", "billion_vnd")):
        this, last = (truth.loc[str(y), indicator].sum() for y in (year, year - 1))
        yield _published(
            f"C{year}-{indicator}",
            indicator,
            unit,
            (start, end, "ytd"),
            round(this, -1),
            5,
            published,
            {"ytd_yoy": 100 * (this / last - 1)},
        )


def _report(truth: pd.DataFrame, month: pd.Period, published: str):
    """A month and the year to date, each with its growth; industry one month behind and by calendar month."""
    for indicator in truth:
        unit, digits = ("billion_vnd", 2) if "rev" in indicator or "fee" in indicator else ("million_usd", 2)
        unit, digits = ("person_crossings", 0) if indicator.startswith("people") else (unit, digits)
        at, calendar = month, BOARD
        if indicator == "industrial_output":
            unit, digits, at, calendar = "billion_vnd", 1, month - 1, CALENDAR
        months = truth[indicator]
        to_date = months[pd.Period(f"{at.year}-01", "M") : at].sum()
        same = months[pd.Period(f"{at.year - 1}-01", "M") : at - 12].sum()
        half = 0.5 * 10.0**-digits
        start, end = month_bounds(at, calendar)
        mom = {"mom": 100 * (months[at] / months[at - 1] - 1)}
        ytd = {"ytd_yoy": 100 * (to_date / same - 1)}
        first = year_bounds(at.year, calendar)[0]
        name = f"R{month}-{indicator}"
        yield _published(name, indicator, unit, (start, end, "month"), round(months[at], digits), half, published, mom)
        yield _published(
            f"{name}-ytd", indicator, unit, (first, end, "ytd"), round(to_date, digits), half, published, ytd
        )


def _published(fact_id, indicator, unit, period, value, half_width, published, change) -> dict[str, str]:
    (basis, percent), *_ = change.items()
    return fact_row(
        fact_id=fact_id,
        indicator=indicator,
        unit=unit,
        period_start=period[0],
        period_end=period[1],
        period_kind=period[2],
        value=np.format_float_positional(value, trim="-"),
        half_width=np.format_float_positional(half_width, trim="-"),
        change1=f"{round(percent)}",
        basis1=basis,
        half_width1="0.5",
        published=published,
        source=f"Báo cáo ngày {dt.date.fromisoformat(published):%d/%m/%Y}",
        reference=f"doc:{fact_id[:8]}",
    )


def _write_series(root: Path, truth: pd.DataFrame) -> None:
    """`day-du`: exports and imports of every month from 2022-01 to 2025-05, by the simple door."""
    lines = ["month,indicator,unit,value"]
    for indicator in ("trade_export", "trade_import"):
        months = (truth.loc[:"2025-05", indicator] * 900).round(1)
        lines += [f"{month},{indicator},million_usd,{value}" for month, value in months.items()]
    path = root / "data" / "series" / "day-du.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
