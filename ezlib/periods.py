"""Reporting months: when each begins and ends, which days it shares, where the lunar New Year falls.

A reporting month is labelled by a pandas `Period` of frequency "M", whatever its days: May 2025 of a series
counted from the 16th to the 15th runs from 16 April to 15 May 2025, its year 2025 from 16 December 2024.
"""

from __future__ import annotations

import calendar as gregorian
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Calendar:
    """How a series cuts time: a month begins on `start_day`, of the month before unless that is 1."""

    name: str
    start_day: int


CALENDAR = Calendar("calendar", 1)
BOARD = Calendar("board", 16)
CALENDARS = {calendar.name: calendar for calendar in (CALENDAR, BOARD)}

# First day of Tết, month-day, 1990 to 2050; the tests compare it with an independent library.
_TET_FROM_1990 = (
    "01-27 02-15 02-04 01-23 02-10 01-31 02-19 02-07 01-28 02-16 "
    "02-05 01-24 02-12 02-01 01-22 02-09 01-29 02-17 02-07 01-26 "
    "02-14 02-03 01-23 02-10 01-31 02-19 02-08 01-28 02-16 02-05 "
    "01-25 02-12 02-01 01-22 02-10 01-29 02-17 02-06 01-26 02-13 "
    "02-02 01-23 02-11 01-31 02-19 02-08 01-28 02-15 02-04 01-24 "
    "02-12 02-01 01-22 02-10 01-30 02-17 02-06 01-26 02-14 02-02 "
    "01-23"
)
TET = {1990 + i: dt.date.fromisoformat(f"{1990 + i}-{day}") for i, day in enumerate(_TET_FROM_1990.split())}
# Days counted from Tết: the weeks before, the feast itself, the weeks after.
TET_WINDOWS = ((-14, -1), (0, 6), (7, 20))
# Hà Nội's clock is an hour behind Beijing's, so the new moon falls on another date in these years.
CHINESE_NEW_YEAR = TET | {2007: dt.date(2007, 2, 18), 2030: dt.date(2030, 2, 3)}


def as_month(value) -> pd.Period:
    """Return the month that `value` names: a Period, a date, or text such as "2025-05" or a day of it, "2025-05-16".

    Raises ValueError, saying what was expected, for anything else.
    """
    if isinstance(value, pd.Period):
        first, last = value.asfreq("M", how="start"), value.asfreq("M", how="end")
        if first != last:
            raise ValueError(f"{value!r} is more than a month; name one, such as {last}.")
        return last
    if isinstance(value, dt.date | np.datetime64):
        return pd.Period(value, freq="M")
    text = str(value).strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", text, re.ASCII):
            return pd.Period(dt.date.fromisoformat(text if len(text) == 10 else f"{text}-01"), freq="M")
    except ValueError:  # a month 13, a 30 February
        pass
    raise ValueError(f"{value!r} is not a month; write it as YYYY-MM, such as 2025-05.")


def as_date(value) -> dt.date:
    """Return the day that `value` names: a date, a Timestamp, or text such as "2025-05-31".

    Raises ValueError, saying what was expected, for anything else.
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise ValueError(f"{value!r} is not a date; write it as YYYY-MM-DD, such as 2025-05-31.") from None


def month_bounds(month, calendar: Calendar = CALENDAR) -> tuple[dt.date, dt.date]:
    """Return the first and the last day, both inside, of a reporting month."""
    return _month_bounds(as_month(month), calendar)


@lru_cache(maxsize=4096)
def _month_bounds(month: pd.Period, calendar: Calendar) -> tuple[dt.date, dt.date]:
    """The same, worked out once: a replay asks for the same months on every past day."""
    return _month_start(month, calendar), _month_start(month + 1, calendar) - dt.timedelta(days=1)


def year_bounds(year: int, calendar: Calendar = CALENDAR) -> tuple[dt.date, dt.date]:
    """Return the first and the last day, both inside, of a reporting year."""
    january, december = pd.Period(f"{year}-01", "M"), pd.Period(f"{year}-12", "M")
    return month_bounds(january, calendar)[0], month_bounds(december, calendar)[1]


def month_of(day, calendar: Calendar = CALENDAR) -> pd.Period:
    """Return the reporting month that contains `day`."""
    day = as_date(day)
    month = pd.Period(day, freq="M")
    return month + 1 if calendar.start_day > 1 and day.day >= calendar.start_day else month


def end_of_next_year(month: pd.Period) -> pd.Period:
    """Return December of the year after a month's, as far as outlooks run that are not told where to end."""
    return pd.Period(f"{month.year + 1}-12", "M")


def months_of(period) -> pd.PeriodIndex:
    """Return the months that a period names: "2025", "2025-05", "2025-01:2025-05", or a Period.

    Raises ValueError for anything else, and for a period that ends before it begins.
    """
    if isinstance(period, pd.Period):
        return pd.period_range(period.asfreq("M", how="start"), period.asfreq("M", how="end"), freq="M")
    first, _, last = str(period).partition(":")
    if len(first) == 4 and first.isdigit() and not last:
        return pd.period_range(f"{first}-01", f"{first}-12", freq="M")
    first, last = as_month(first), as_month(last or first)
    if last < first:
        raise ValueError(f"The period {period} ends before it begins.")
    return pd.period_range(first, last, freq="M")


def in_year(day: dt.date, year: int) -> dt.date:
    """Return the same day of a year; 29 February is the end of that month in a year without one."""
    return dt.date(year, 3, 1) - dt.timedelta(days=1) if (day.month, day.day) == (2, 29) else day.replace(year=year)


def month_shares(start, end, calendar: Calendar = CALENDAR) -> pd.Series:
    """Return the share of days inside [start, end] of each reporting month that it touches."""
    return _month_shares(as_date(start), as_date(end), calendar).copy()


@lru_cache(maxsize=4096)
def _month_shares(start: dt.date, end: dt.date, calendar: Calendar) -> pd.Series:
    """The same, worked out once: a replay asks for the same months on every past day."""
    if end < start:
        raise ValueError(f"The period {start}..{end} ends before it begins.")
    months = pd.period_range(month_of(start, calendar), month_of(end, calendar), freq="M")
    shares = pd.Series(1.0, index=months)
    for month in {months[0], months[-1]}:
        first, last = month_bounds(month, calendar)
        inside = (min(last, end) - max(first, start)).days + 1
        shares[month] = inside / ((last - first).days + 1)
    return shares


def covers_whole_months(start, end, calendar: Calendar = CALENDAR) -> bool:
    """Tell whether [start, end] begins and ends with a reporting month."""
    start, end = as_date(start), as_date(end)
    return (
        month_bounds(month_of(start, calendar), calendar)[0] == start
        and month_bounds(month_of(end, calendar), calendar)[1] == end
    )


@lru_cache(maxsize=4096)
def stretch_before(start: dt.date, end: dt.date, months_back: int, calendar: Calendar) -> tuple[dt.date, dt.date]:
    """The same stretch a number of months earlier.

    An edge of a reporting month stays one, an edge of a calendar month stays one (28 February 2025 goes with
    29 February 2024), and any other day keeps its number.
    """
    return _day_before(start, months_back, calendar, 0), _day_before(end, months_back, calendar, 1)


def _day_before(day: dt.date, months_back: int, calendar: Calendar, edge: int) -> dt.date:
    month = month_of(day, calendar)
    if month_bounds(month, calendar)[edge] == day:
        return month_bounds(month - months_back, calendar)[edge]
    earlier = pd.Period(day, freq="M") - months_back
    last, last_then = (gregorian.monthrange(m.year, m.month)[1] for m in (pd.Period(day, freq="M"), earlier))
    is_last = edge == 1 and day.day == last
    return dt.date(earlier.year, earlier.month, last_then if is_last else min(day.day, last_then))


def holiday_days(months: pd.PeriodIndex, calendar: Calendar, feast: dict, first: int, last: int) -> np.ndarray:
    """Return how many days from `first` to `last` after each feast fall in each reporting month.

    Arguments: `months` (n) labels; `feast` maps a year to its date (`TET`, `CHINESE_NEW_YEAR`); negative days
    lie before the feast. Result: n counts of days. Years outside the table count nothing.
    """
    years = range(months[0].year - 1, months[-1].year + 2)
    feasts = np.array([feast[year] for year in years if year in feast], dtype="datetime64[D]")
    days = (feasts[:, None] + np.arange(first, last + 1)).ravel()
    labels = days.astype("datetime64[M]")
    if calendar.start_day > 1:
        labels = labels + ((days - labels.astype("datetime64[D]")).astype(int) + 1 >= calendar.start_day)
    ordinals = np.array(months.asi8)
    place = np.searchsorted(ordinals, labels.astype(int)).clip(max=len(months) - 1)
    inside = ordinals[place] == labels.astype(int)
    return np.bincount(place[inside], minlength=len(months)).astype(float)


def tet_windows(months: pd.PeriodIndex, calendar: Calendar) -> np.ndarray:
    """Return the share of each window around Tết that falls in each reporting month, (months, windows)."""
    if months[-1].year + 1 < min(TET):
        return np.zeros((len(months), len(TET_WINDOWS)))
    shares = [holiday_days(months, calendar, TET, first, last) / (last - first + 1) for first, last in TET_WINDOWS]
    return np.column_stack(shares)


def _month_start(month: pd.Period, calendar: Calendar) -> dt.date:
    if calendar.start_day == 1:
        return dt.date(month.year, month.month, 1)
    before = month - 1
    return dt.date(before.year, before.month, calendar.start_day)
