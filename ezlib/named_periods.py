"""A period that a text names, in days: its year where the text leaves it out, and the calendar of a series."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd

from ezlib.periods import Calendar, as_month, in_year, month_bounds, month_of, year_bounds
from ezlib.phrases import When


def with_year(when: When, year: int, month: int) -> When:
    """A period with its year: the last that had begun by a month, where the text leaves it out."""
    if when.year is not None or when.form in ("years", "days"):
        return when
    if when.form == "last_year":
        return When("year", year - 1)
    if when.form in ("to_day", "day"):
        started = (when.last.month, when.last.day) <= (month, 31)
        return replace(when, year=year, last=in_year(when.last, year if started else year - 1))
    begun = {"month": when.number, "to_month": when.number, "quarter": 3 * when.number - 2}.get(when.form, 1)
    return replace(when, year=year if begun <= month else year - 1)


def last_month(when: When) -> pd.Period:
    """The last month of a period that has its year, as a label."""
    if when.form in ("to_day", "day", "days"):
        return pd.Period(when.last, freq="M")
    number = {
        "month": when.number,
        "to_month": when.number,
        "first": when.number,
        "quarter": 3 * when.number,
        "half": 6,
    }
    last = {"years": when.number}.get(when.form, when.year)
    return pd.Period(year=last, month=number.get(when.form, 12), freq="M")


def days_of(when: When, calendar: Calendar) -> tuple[dt.date, dt.date, str]:
    """First day, last day and kind of a period in the calendar of a series."""
    if when.form == "days":
        return when.first, when.last, _kind_of_days(when.first, when.last, calendar)
    if when.form == "to_day":
        return year_bounds(month_of(when.last, calendar).year, calendar)[0], when.last, "ytd"
    if when.form == "day":
        return when.last, when.last, "partial"
    if when.form == "years":
        return year_bounds(when.year, calendar)[0], year_bounds(when.number, calendar)[1], "partial"
    start, end = month_bounds(_first_month(when), calendar)[0], month_bounds(last_month(when), calendar)[1]
    months = when.number if when.form in ("first", "last") else 0
    kinds = {"month": "month", "quarter": "quarter", "half": "half", "year": "year"}
    by_length = {1: "month", 6: "half", 12: "year"}
    return start, end, kinds.get(when.form) or by_length.get(months) or ("partial" if when.form == "last" else "ytd")


def _kind_of_days(first: dt.date, last: dt.date, calendar: Calendar) -> str:
    month = month_of(last, calendar)
    if (first, last) == month_bounds(month, calendar) or (first, last) == month_bounds(as_month(last)):
        return "month"
    if _is_a_month_long(first, last):
        return "month"
    if (first, last) in (year_bounds(month.year, calendar), year_bounds(month.year)):
        return "year"
    return "ytd" if first in (year_bounds(month.year, calendar)[0], year_bounds(month.year)[0]) else "partial"


def _is_a_month_long(first: dt.date, last: dt.date) -> bool:
    """Whether a stretch runs from a day to the day before it a month later, as 16/4 to 15/5."""
    after = last + dt.timedelta(days=1)
    return after.day == first.day and as_month(after) == as_month(first) + 1


def _first_month(when: When) -> pd.Period:
    number = {"month": when.number, "quarter": 3 * when.number - 2, "last": 13 - when.number}.get(when.form, 1)
    return pd.Period(year=when.year, month=number, freq="M")
