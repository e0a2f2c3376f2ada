"""What is known of one series' months as a table: every row checked and in full, its months, its statement."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ezlib import bounds
from ezlib.contracts import OBSERVATION_COLUMNS, DataError
from ezlib.periods import Calendar, as_date, month_bounds, month_of, month_shares

HISTORY = 120  # months before the last observed that are used


def touched_months(row, calendar: Calendar) -> tuple[pd.Period, pd.Period]:
    """First and last reporting month that an observation or its base touches."""
    first, last = month_of(row.start, calendar), month_of(row.end, calendar)
    if not pd.isna(row.base_start):
        first = min(first, month_of(row.base_start, calendar))
        last = max(last, month_of(row.base_end, calendar))
    return first, last


def recent(tables: Mapping[str, pd.DataFrame], calendar: Calendar) -> dict[str, pd.DataFrame]:
    """The observations of each series that lie wholly within the last 120 months that any of them touches."""
    spans = {name: [touched_months(row, calendar) for row in table.itertuples()] for name, table in tables.items()}
    oldest = max((last for each in spans.values() for _, last in each), default=None)
    keep = {name: [first > oldest - HISTORY for first, _ in each] for name, each in spans.items()}
    return {name: table[np.array(keep[name], bool)] for name, table in tables.items()}


def first_month(tables: Mapping[str, pd.DataFrame], calendar: Calendar) -> pd.Period | None:
    """The first month that an observation of any series, or its base, touches; None without observations."""
    return min(
        (touched_months(row, calendar)[0] for table in tables.values() for row in table.itertuples()), default=None
    )


def statements_of(observations: pd.DataFrame, months: pd.PeriodIndex, calendar: Calendar) -> bounds.Statements:
    """The statements (m) that checked observations make about `months` (n), parts of a month by their days."""
    num, den = (np.zeros((len(observations), len(months))) for _ in range(2))
    for i, row in enumerate(observations.itertuples()):
        num[i] = month_shares(row.start, row.end, calendar).reindex(months, fill_value=0.0)
        if pd.isna(row.value):
            den[i] = month_shares(row.base_start, row.base_end, calendar).reindex(months, fill_value=0.0)
    return bounds.statements(num, den, observations["lower"], observations["upper"], observations["soft_sd"])


# --------------------------------------------------------------------------------------------------------------- checks


def checked_observations(
    observations: pd.DataFrame, first: pd.Period, last: pd.Period, calendar: Calendar
) -> pd.DataFrame:
    """The table in full: all columns, days for months, intervals from half widths; or every row that is wrong."""
    if not isinstance(observations, pd.DataFrame):
        raise DataError(
            f"The observations are no table, but a {type(observations).__name__}.",
            next_step="Give a DataFrame with a row a figure: start, end, value or change_pct, half_width.",
        )
    missing = [name for name in ("start", "end") if name not in observations]
    missing += [] if {"value", "change_pct"} & set(observations) else ["value or change_pct"]
    if missing:
        raise DataError(
            f"The observations lack {', '.join(missing)}.",
            next_step="Columns: start, end, value or change_pct with base_start and base_end, half_width.",
        )
    if last < first:
        raise DataError(f"The months asked for end ({last}) before they begin ({first}).", next_step="Exchange them.")
    table = _with_all_columns(observations, calendar)
    wrong = [
        f"row {i + 1} ({row_words(row)}): {fault}"
        for i, row in enumerate(table.itertuples())
        for fault in _faults(row, first, last, calendar)
    ]
    if wrong:
        raise DataError(f"{len(wrong)} observations cannot be used.", wrong, "Mend or remove these rows.")
    return _with_intervals(table)


def _with_all_columns(observations: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    table = observations.copy().reset_index(drop=True)
    given = [name for name in ("value", "change_pct", "lower", "upper", "half_width", "soft_sd") if name in table]
    blank = table[given].apply(lambda column: column.astype(str).str.strip() == "")
    table[given] = table[given].mask(blank)
    numbers = table[given].apply(pd.to_numeric, errors="coerce").astype(float)
    wrong = [
        f"row {i + 1}: {name} is {table[name].iloc[i]!r}"
        for name in given
        for i in np.flatnonzero(numbers[name].isna() & table[name].notna())
    ]
    if wrong:
        raise DataError("Some figures of the observations are no numbers.", wrong, "Mend or remove these rows.")
    for name in ("value", "change_pct", "lower", "upper"):
        table[name] = numbers[name] if name in given else np.nan
    for name in ("half_width", "soft_sd"):
        table[name] = numbers[name].fillna(0.0) if name in given else 0.0
    if "observation_id" not in table:
        table["observation_id"] = [str(i + 1) for i in range(len(table))]
    wrong = []
    for name, end in (("start", False), ("end", True), ("base_start", False), ("base_end", True)):
        table[name] = _days(table, name, end, calendar, wrong) if name in table else pd.NaT
    if wrong:
        raise DataError(
            "Some dates of the observations are neither days nor months.",
            wrong,
            "Write a month as 2025-05, a day as 2025-05-31, or give Periods or dates.",
        )
    for name in ("published", "status"):
        table[name] = table.get(name)
    return table[OBSERVATION_COLUMNS + [name for name in table if name not in OBSERVATION_COLUMNS]]


def _days(table: pd.DataFrame, name: str, end: bool, calendar: Calendar, wrong: list[str]) -> list:
    """The first or last days of a column of days and months; what is neither is added to `wrong`."""
    days = []
    for i, value in enumerate(table[name]):
        try:
            days.append(_day(value, end, calendar))
        except ValueError:
            days.append(pd.NaT)
            wrong.append(f"row {i + 1}: {name} is {value!r}")
    return days


def _day(value, end: bool, calendar: Calendar):
    """A day, or the first or last day of a month, quarter or year; NaT where there is none."""
    if value is None or pd.isna(value) or value == "":
        return pd.NaT
    if isinstance(value, pd.Period):
        months = value.asfreq("M", how="start"), value.asfreq("M", how="end")
        if (value.start_time, value.end_time) != (months[0].start_time, months[1].end_time):
            return (value.end_time if end else value.start_time).date()
        return month_bounds(months[int(end)], calendar)[int(end)]
    if isinstance(value, str) and len(value.strip()) == 7:
        return month_bounds(value, calendar)[int(end)]
    return as_date(value)


def _faults(row, first: pd.Period, last: pd.Period, calendar: Calendar) -> list[str]:
    level, change = not np.isnan(row.value), not np.isnan(row.change_pct)
    dates = [row.start, row.end] + ([row.base_start, row.base_end] if change else [])
    if any(pd.isna(day) for day in dates):
        return ["a date is missing"]
    stated = row.value if level else 1 + row.change_pct / 100
    highest = row.upper if not np.isnan(row.upper) else stated + row.half_width / (1 if level else 100)
    rules = {
        "it must have either a value or a change": level != change,
        "it ends before it begins": row.start <= row.end and (not change or row.base_start <= row.base_end),
        "a flow cannot be negative": not level or row.value >= 0,
        "a flow cannot fall by 100 % or more": not change or highest > 0,
        "half_width and soft_sd must be 0 or more": row.half_width >= 0 and row.soft_sd >= 0,
        "numbers must be finite": np.isfinite([row.half_width, row.soft_sd]).all()
        and not np.isinf([row.value, row.change_pct]).any(),
        "lower must not exceed upper": not row.lower > row.upper,
        "upper must be finite": not np.isinf(row.upper),
        "it must lie between lower and upper": not (row.lower > stated or row.upper < stated),
    }
    faults = [fault for fault, holds in rules.items() if not holds]
    if not faults and not (first <= touched_months(row, calendar)[0] and touched_months(row, calendar)[1] <= last):
        faults.append(f"it lies outside {first}..{last}")
    return faults


def _with_intervals(table: pd.DataFrame) -> pd.DataFrame:
    change = table["value"].isna()
    middle = table["value"].where(~change, 1 + table["change_pct"] / 100)
    half = table["half_width"].where(~change, table["half_width"] / 100)
    lower = table["lower"].where(table["lower"].notna(), middle - half).clip(lower=0)
    return table.assign(lower=lower, upper=table["upper"].where(table["upper"].notna(), middle + half))


def row_words(row) -> str:
    """An observation in a few words, to point at it."""
    said = f"{row.value:g}" if not pd.isna(row.value) else f"{row.change_pct:+g} %"
    return f"{row.observation_id}: {row.start}..{row.end} {said}"
