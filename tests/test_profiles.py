"""The usual year: learned from a longer series, cut to other reporting months, tried where the catalogue names it."""

import numpy as np
import pandas as pd
import pytest
from conftest import fact_row, write_facts

from ezlib.catalogue import SeriesKey, load_catalogue
from ezlib.outlook import outlook
from ezlib.periods import BOARD, CALENDAR
from ezlib.profiles import profile_of, recut, seasonal_indices

RATE = np.array([0.8, 0.7, 1.0, 1.0, 1.1, 1.0, 1.1, 1.2, 1.0, 1.0, 1.0, 1.1])


def flow(first="2018-01", n=60, growth=0.01, noise=0.0):
    months = pd.period_range(first, periods=n, freq="M")
    t = np.arange(n)
    daily = RATE[months.month - 1] * np.exp(growth * t + noise * np.random.default_rng(0).standard_normal(n))
    return pd.Series(daily * months.days_in_month, months)


def test_the_usual_year_is_found_again_whatever_the_growth():
    found = seasonal_indices(flow(noise=0.01))
    np.testing.assert_allclose(found, RATE / RATE.mean(), rtol=0.02)
    assert found.mean() == pytest.approx(1)


def test_a_missing_month_and_a_closure_do_not_spoil_it():
    y = flow()
    y.iloc[[20, 33]] = [np.nan, 0.0]
    np.testing.assert_allclose(seasonal_indices(y), RATE / RATE.mean(), rtol=0.02)


def test_less_than_three_years_tell_no_usual_year():
    assert seasonal_indices(flow(n=35)) is None
    assert seasonal_indices(flow(n=0)) is None


def test_a_reporting_month_takes_its_days_from_two_calendar_months():
    indices = pd.Series(RATE, index=range(1, 13))
    months = pd.period_range("2025-01", "2025-12", freq="M")
    board, plain = recut(indices, months, BOARD), recut(indices, months, CALENDAR)
    may = 15 * RATE[3] + 15 * RATE[4]  # 16 April to 15 May
    june = 16 * RATE[4] + 15 * RATE[5]  # 16 May to 15 June
    assert board["2025-06"] / board["2025-05"] == pytest.approx(june / may)
    assert plain["2025-02"] / plain["2025-01"] == pytest.approx(28 * RATE[1] / (31 * RATE[0]))


@pytest.fixture
def with_companion(empty_root):
    """A board with two facts, and a complete zone whose usual year its catalogue names."""
    path = empty_root / "data" / "catalogue.yml"
    named = "    profiles: {trade: [day-du/trade_export/national, day-du/trade_import/national]}\n    calendars:\n"
    path.write_text(path.read_text(encoding="utf-8").replace("    calendars:\n", named, 1), encoding="utf-8")
    rows = [
        fact_row(
            fact_id=f"Y{year}",
            period_start=f"{year - 1}-12-16",
            period_end=f"{year}-12-15",
            period_kind="ytd",
            value=value,
            half_width=5,
            published=f"{year}-12-31",
        )
        for year, value in ((2024, 1200), (2025, 1300))
    ]
    write_facts(empty_root, "a.csv", rows)
    months = flow("2021-01", 60)
    lines = [f"{m},{name},million_usd,{v:.3f}" for name in ("trade_export", "trade_import") for m, v in months.items()]
    (empty_root / "data" / "series").mkdir(exist_ok=True)
    text = "month,indicator,unit,value\n" + "\n".join(lines) + "\n"
    (empty_root / "data" / "series" / "day-du.csv").write_text(text, encoding="utf-8")
    return empty_root


def test_the_companion_of_the_catalogue_shapes_half_the_paths_where_the_facts_cannot_tell(with_companion):
    found = outlook("thu-nghiem/trade_total/board", "2025-12", root=with_companion)
    assert found.profile_trust == pytest.approx(0.5, abs=0.1)
    assert "profile_used" in found.notes
    assert found.median["2025-08"] > 1.1 * found.median["2025-02"]


def test_a_profile_knows_nothing_published_later(with_companion):
    catalogue, months = load_catalogue(with_companion), pd.period_range("2024-01", "2024-12", freq="M")
    key = SeriesKey("thu-nghiem", "trade_total", "board")
    assert profile_of(key, months, "2025-12", None, catalogue, with_companion) is not None
    assert profile_of(key, months, "2025-12", "2023-06-30", catalogue, with_companion) is None
    assert profile_of(key, months, "2023-06", None, catalogue, with_companion) is None


def test_a_companion_that_is_not_in_the_catalogue_is_refused(with_companion):
    path = with_companion / "data" / "catalogue.yml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("day-du/trade_import", "day-du/trade_imprt", 1), encoding="utf-8"
    )
    with pytest.raises(Exception, match="trade_import"):
        load_catalogue(with_companion)
