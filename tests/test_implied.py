"""What targets of later years and aims of the economy ask of each year, beside what has been managed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import implied, wording
from ezlib.catalogue import load_catalogue
from ezlib.plans import load_targets
from ezlib.targets import implied_growth, yearly_growths


def test_ten_billion_by_2030_is_a_growth_a_year_beside_the_best_on_record():
    tests = ez.compose_targets("lao-cai", "2025-05", "2026-02-28", "en")
    (target, series, growth) = next(row for row in tests.ahead if row[0].target_id == "T051")
    assert series == "lao-cai/trade_total/province"
    assert target.zone == "lao-cai-province"
    assert growth.per_year == pytest.approx(100 * ((10000 / growth.base) ** (1 / (2030 - growth.base_year)) - 1))
    assert growth.best == pytest.approx(68, abs=1)
    assert "stand in" in repr(tests.later)


def test_growth_a_year_and_the_best_run_are_worked_out_from_settled_years():
    totals = pd.Series({2019: 100.0, 2020: 150.0, 2021: 120.0, 2022: 144.0})
    target = replace(load_targets("lao-cai")[0], value=144 * 1.1**2)
    target = replace(target, period_start=target.period_start.replace(year=2024))
    target = replace(target, period_end=target.period_end.replace(year=2024))
    found = implied_growth(totals, target)
    assert (found.base_year, found.years) == (2022, 2)
    assert found.per_year == pytest.approx(10)
    assert (found.best_year, found.best) == (2020, pytest.approx(50))
    assert (found.best_run_end, found.best_run) == (2021, pytest.approx(100 * (1.2**0.5 - 1)))
    assert implied_growth(totals.iloc[:0], target) is None


def test_a_growth_is_never_told_over_years_that_nothing_settles():
    totals = pd.Series({2019: 100.0, 2022: 160.0, 2023: 176.0, 2024: 0.0, 2025: 20.0})
    assert yearly_growths(totals).to_dict() == pytest.approx({2023: 10, 2024: -100})
    assert yearly_growths(totals, 3).to_dict() == pytest.approx({2022: 100 * (1.6 ** (1 / 3) - 1), 2025: -50})


def test_what_growth_of_the_economy_means_is_held_beside_growths_of_one_year_alone():
    months = pd.period_range("2019-01", "2025-12", freq="M")
    paths = pd.DataFrame(100.0, range(50), months)
    paths.loc[:, months.year >= 2022], paths.loc[:, months.year >= 2023] = 160.0, 176.0
    paths.loc[:, (months.year == 2020) | (months.year == 2021)] *= np.linspace(0.5, 2, 50)[:, None]  # told by nobody
    found = replace(ez.outlook("lao-cai/trade_total/board", "2025-05"), paths=paths, last_observed=months[59])
    aim = next(t for t in load_targets("lao-cai-province") if t.indicator == "grdp_growth_pct" and t.period == "2026")
    rates = pd.Series({2022: 8.0, 2023: 9.0})
    told = implied._meaning(aim, {found.series: found}, rates, "en", load_catalogue())
    text = wording.plain("".join(map(repr, told)))
    assert "+10 % (2023)" in text and "2023: +10.0 %" in text
    assert "2022: " not in text and "known 1 times" in text


def test_what_ten_percent_of_grdp_means_is_told_for_each_series_that_bears_it():
    text = wording.plain(repr(ez.compose_implied("lao-cai-province", "2025-12", "", "en")))
    assert "GRDP growth of over 10 % in 2026" in text
    assert "No figure tells the share" in text
    assert "No aim for the growth of GRDP" in repr(ez.compose_implied("lao-cai", "2025-05", "2025-05-31", "en"))
