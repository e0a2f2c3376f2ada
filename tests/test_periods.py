import datetime as dt

import holidays
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezlib import periods as p

MONTHS = st.integers(0, 600).map(lambda i: pd.Period("1995-01", "M") + i)
DAYS = st.dates(dt.date(1995, 1, 1), dt.date(2045, 12, 31))
CALENDARS = st.sampled_from([p.CALENDAR, p.BOARD])


def test_the_boards_may_2025_runs_from_16_april_to_15_may():
    assert p.month_bounds("2025-05", p.BOARD) == (dt.date(2025, 4, 16), dt.date(2025, 5, 15))


def test_the_boards_year_begins_on_16_december():
    assert p.year_bounds(2025, p.BOARD) == (dt.date(2024, 12, 16), dt.date(2025, 12, 15))
    assert p.year_bounds(2025) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


@given(DAYS)
def test_a_month_is_named_by_itself_or_by_a_day_of_it_in_any_form(day):
    month = pd.Period(day, freq="M")
    forms = [month, day, pd.Timestamp(day), pd.Timestamp(day).to_datetime64(), str(month), f" {day} ", day.isoformat()]
    assert {p.as_month(form) for form in forms} == {month}


@pytest.mark.parametrize("text", ["2025-123", "2025-05xyz", "2025-13", "2025-5", "2025-02-30", "05/2025", "2025", ""])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(ValueError, match="write it as YYYY-MM"):
        p.as_month(text)


@given(DAYS, CALENDARS)
def test_every_day_lies_in_the_month_that_claims_it(day, calendar):
    first, last = p.month_bounds(p.month_of(day, calendar), calendar)
    assert first <= day <= last


@given(MONTHS, CALENDARS)
def test_months_follow_each_other_without_gap_or_overlap(month, calendar):
    assert p.month_bounds(month, calendar)[1] + dt.timedelta(1) == p.month_bounds(month + 1, calendar)[0]


@given(DAYS, st.integers(0, 800), CALENDARS)
def test_month_shares_count_every_day_once(start, length, calendar):
    end = start + dt.timedelta(days=length)
    shares = p.month_shares(start, end, calendar)
    days = [(b - a).days + 1 for a, b in (p.month_bounds(m, calendar) for m in shares.index)]
    assert (shares * days).sum() == pytest.approx(length + 1)
    assert ((shares > 0) & (shares <= 1)).all()


def test_half_a_calendar_month_is_about_half_of_two_board_months():
    shares = p.month_shares(dt.date(2025, 5, 1), dt.date(2025, 5, 31), p.BOARD)
    assert shares.to_dict() == {pd.Period("2025-05"): 15 / 30, pd.Period("2025-06"): 16 / 31}


def test_whole_months_are_recognised():
    assert p.covers_whole_months("2024-12-16", "2025-05-15", p.BOARD)
    assert not p.covers_whole_months("2024-12-16", "2025-05-15", p.CALENDAR)
    assert p.covers_whole_months("2024-02-01", "2024-02-29", p.CALENDAR)


@pytest.mark.parametrize("bad", ["2025-13", "05/2025", "", "tháng 5", 2025, None])
def test_what_is_not_a_month_is_refused_with_the_right_form(bad):
    with pytest.raises(ValueError, match="YYYY-MM"):
        p.as_month(bad)


def test_new_year_dates_agree_with_an_independent_library():
    years = range(1990, 2051)
    tet = {
        d.year: d
        for d, n in holidays.country_holidays("VN", years=years, language="en_US").items()
        if n == "Lunar New Year"
    }
    china = {}
    for day, name in sorted(holidays.country_holidays("CN", years=years, language="en_US").items()):
        if "Spring Festival" in name and "observed" not in name:
            china.setdefault(day.year, day)
    assert tet == p.TET
    assert china == p.CHINESE_NEW_YEAR


def test_tet_2025_falls_in_the_boards_february():
    months = pd.period_range("2025-01", "2025-03", freq="M")
    assert p.holiday_days(months, p.BOARD, p.TET, 0, 6).tolist() == [0, 7, 0]
    assert p.holiday_days(months, p.CALENDAR, p.TET, 0, 6).tolist() == [3, 4, 0]


@given(st.integers(1991, 2049), CALENDARS, st.integers(-20, 0), st.integers(0, 20))
def test_a_window_keeps_all_its_days(year, calendar, first, last):
    months = pd.period_range(f"{year - 1}-10", f"{year}-06", freq="M")
    assert p.holiday_days(months, calendar, {year: p.TET[year]}, first, last).sum() == last - first + 1
