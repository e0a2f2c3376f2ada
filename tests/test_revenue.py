"""Revenue that follows from trade: rates, joint paths, and which way is used."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib.contracts import DataError
from ezlib.outlook import Outlook
from ezlib.periods import CALENDAR
from ezlib.revenue import choose, effective_rates, from_base, joint_probability, pair, revenue_outlook

MONTHS = pd.period_range("2024-01", "2026-12", freq="M")
LAST = pd.Period("2025-05", "M")


def outlook(level, name, spread=0.0, paths=1000, seed=0, last=LAST) -> Outlook:
    """Months of a known level, certain up to `last`, then spread about it by a shock of each path."""
    values = np.tile(np.broadcast_to(np.asarray(level, float), len(MONTHS)), (paths, 1))
    shock = np.exp(np.random.default_rng(seed).normal(0, spread, (paths, 1)))
    values[:, last < MONTHS] *= shock
    table = pd.DataFrame(values, columns=MONTHS)
    known = last >= MONTHS
    status = pd.Series(np.where(known, "reported", "forecast"), MONTHS)
    printed = pd.Series(np.where(known, values[0], np.nan), MONTHS)
    facts = pd.DataFrame({"start": [], "end": [], "value": [], "relaxed": np.array([], bool)})
    series, unit = f"lao-cai/{name}/board", "billion_vnd" if "revenue" in name else "million_usd"
    return Outlook(table, status, facts, printed, last, float(paths), calendar=CALENDAR, series=series, unit=unit)


def test_the_rate_is_revenue_over_trade():
    rates = effective_rates(outlook(150, "trade_total"), outlook(120, "customs_revenue"))
    assert rates["rate"].to_numpy() == pytest.approx(0.8)
    assert len(rates) == 17


def test_only_stretches_that_facts_fix_have_a_rate():
    trade, revenue = outlook(100, "trade_total"), outlook(80, "customs_revenue")
    rng = np.random.default_rng(0)
    share = rng.dirichlet(np.full(12, 20), len(trade.paths))
    trade.paths.iloc[:, :12] = 1200 * share  # the year is known, its months are not
    rates = effective_rates(trade, revenue)
    assert (rates["start"].iloc[0], rates["end"].iloc[0]) == (pd.Period("2024-01", "M"), pd.Period("2024-12", "M"))
    assert rates["months"].tolist() == [12, 1, 1, 1, 1, 1]
    assert rates["rate"].to_numpy() == pytest.approx(0.8, rel=1e-3)


def test_revenue_from_trade_keeps_its_history_and_follows_trade_path_by_path():
    trade, revenue = outlook(100, "trade_total", spread=0.5), outlook(80, "customs_revenue", spread=0.1, seed=1)
    found = from_base(trade, revenue)
    past = MONTHS <= LAST
    pd.testing.assert_frame_equal(found.paths.loc[:, past], revenue.paths.loc[:, past])
    ahead = [o.paths["2025-06"] for o in (found, trade)]
    assert np.log(ahead[0]).corr(np.log(ahead[1])) > 0.9
    assert (ahead[0] / ahead[1]).median() == pytest.approx(0.8, rel=0.03)


def test_a_rate_that_never_moved_is_trusted_more_than_one_that_did():
    trade = outlook(100, "trade_total")
    moved = outlook(80 * np.exp(0.25 * np.sin(np.arange(len(MONTHS)))), "customs_revenue")
    steady, shaky = (from_base(trade, r).total("2025") for r in (outlook(80, "customs_revenue"), moved))
    assert steady.std() / steady.mean() < 0.6 * shaky.std() / shaky.mean()


def test_the_rate_grows_less_certain_with_every_month():
    found = from_base(outlook(100, "trade_total"), outlook(80, "customs_revenue")).paths.std()
    assert found["2025-06"] < found["2025-12"] < found["2026-12"]


def test_the_true_rate_lies_in_the_interval_as_often_as_it_says():
    rng = np.random.default_rng(5)
    inside = []
    for case in range(60):
        rate = 0.8 * np.exp(np.cumsum(rng.normal(0, 0.04, len(MONTHS))) + rng.normal(0, 0.10, len(MONTHS)))
        truth = outlook(100 * rate, "customs_revenue", paths=400)
        found = from_base(outlook(100, "trade_total", paths=400), truth, seed=case).total("2025")
        inside.append(found.quantile(0.1) <= truth.total("2025").iloc[0] <= found.quantile(0.9))
    assert 0.65 <= np.mean(inside) <= 0.93


def test_trade_known_beyond_the_last_revenue_is_used():
    level = np.where(pd.Period("2025-06", "M") == MONTHS, 300.0, 100.0)
    found = from_base(outlook(level, "trade_total", last=LAST + 1), outlook(80, "customs_revenue"))
    assert found.median["2025-06"] == pytest.approx(240, rel=0.05)


def test_the_same_seed_gives_the_same_paths():
    two = outlook(100, "trade_total", 0.2), outlook(80, "customs_revenue", 0.1)
    pd.testing.assert_frame_equal(from_base(*two, seed=3).paths, from_base(*two, seed=3).paths)


def test_pairing_changes_the_order_of_paths_and_nothing_else():
    revenue, like = outlook(80, "customs_revenue", 0.1), outlook(80, "customs_revenue", 0.4, seed=9)
    found = pair(revenue, like)
    totals = [o.total("2025") for o in (revenue, like, found)]
    assert np.allclose(np.sort(totals[0]), np.sort(totals[2]))
    assert totals[2].corr(totals[1], method="spearman") == pytest.approx(1)
    whole = set(map(tuple, revenue.paths.round(9).to_numpy()))
    assert set(map(tuple, found.paths.round(9).to_numpy())) == whole


def test_joint_chances_count_paths_on_which_all_aims_are_met():
    trade = pd.Series([True] * 60 + [False] * 39)
    revenue = pd.Series([True] * 30 + [False] * 69)
    found = joint_probability({"trade": trade, "revenue": revenue})
    assert found.each == {"trade": 0.605, "revenue": 0.305}
    assert found.together == 0.305
    assert found.independent == pytest.approx(0.605 * 0.305)


def test_aims_on_different_numbers_of_paths_are_refused():
    with pytest.raises(DataError, match="same paths"):
        joint_probability({"a": pd.Series([True]), "b": pd.Series([True, False])})


def test_series_with_different_numbers_of_paths_are_refused():
    with pytest.raises(DataError, match="as many of one series"):
        from_base(outlook(100, "trade_total", paths=10), outlook(80, "customs_revenue", paths=20))


def test_without_a_stretch_known_in_both_there_is_no_rate():
    trade = outlook(100, "trade_total")
    trade.paths.loc[:] = 100 * np.random.default_rng(0).uniform(0.5, 1.5, (len(trade.paths), 1))
    with pytest.raises(DataError, match="there is no rate"):
        from_base(trade, outlook(80, "customs_revenue"))


def test_a_short_record_decides_nothing_and_a_long_one_does():
    errors = pd.DataFrame({"error_direct": [0.2] * 8, "error_from_base": [-0.1] * 8})
    assert choose(errors.iloc[:7]) == ("direct", "too_short")
    assert choose(errors) == ("from_base", "better")
    assert choose(errors.rename(columns={"error_direct": "error_from_base", "error_from_base": "error_direct"})) == (
        "direct",
        "better",
    )


def test_past_cases_use_only_what_had_been_published(small_root, small_truth):
    found = revenue_outlook("thu-nghiem/budget_revenue_total/board", "2025-05", root=small_root)
    record = found.record
    assert len(record)
    assert (record["published"] < pd.Timestamp("2025-05-31").date()).all()
    assert (record["month"] < pd.PeriodIndex(pd.to_datetime(record["end"]), freq="M")).all()
    assert found.used == "direct"
    assert found.reason == "too_short"
    truth = small_truth.loc["2025", "budget_revenue_total"].sum()
    for one in (found.direct, found.from_base, found.outlook):
        total = one.total("2025")
        assert total.quantile(0.01) < truth < total.quantile(0.99)


def test_lao_cai_revenue_did_not_fall_with_trade():
    rates = revenue_outlook("lao-cai/budget_revenue_total/board", "2025-05", "2025-05-31").rates
    told = [round(1000 * x, -1) for x in rates["rate"]]
    assert told == pytest.approx([580, 570, 430, 790, 960, 930], abs=10)


def test_a_revenue_series_that_nothing_bears_says_so(small_root):
    with pytest.raises(DataError, match="No fact of"):
        revenue_outlook("thu-nghiem/budget_revenue_total/province", "2025-05", root=small_root)


def test_the_package_shows_the_doors():
    assert ez.revenue_outlook is revenue_outlook


def test_a_month_in_which_nothing_was_levied_on_tells_no_rate():
    trade = np.full(len(MONTHS), 100.0)
    revenue = 0.05 * trade
    trade[5] = 0.0  # what was paid that month was for another
    rates = effective_rates(outlook(trade, "trade_total"), outlook(revenue, "budget_revenue_total"))
    assert rates["rate"].max() == pytest.approx(0.05) and MONTHS[5] not in set(rates["start"])


def test_a_quarter_with_a_month_without_trade_still_tells_a_rate():
    trade, revenue = np.full(len(MONTHS), 100.0), np.full(len(MONTHS), 5.0)
    trade[1::3] = 0.0
    base, paid = outlook(trade, "trade_total"), outlook(revenue, "budget_revenue_total")
    shift = np.random.default_rng(0).normal(0, 1, (len(paid.paths), len(MONTHS) // 3))
    months = paid.paths.to_numpy(copy=True)  # of which the quarters alone are known
    months[:, 0::3] += shift
    months[:, 2::3] -= shift
    rates = effective_rates(base, replace(paid, paths=pd.DataFrame(months, columns=MONTHS)))
    assert len(rates) >= 5 and rates["rate"].iloc[0] == pytest.approx(15 / 200)
