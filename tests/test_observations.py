import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest
from conftest import SMALL, fact_row, write_facts
from hypothesis import given, settings
from hypothesis import strategies as st

from ezlib.catalogue import load_catalogue
from ezlib.contracts import OBSERVATION_COLUMNS, DataError
from ezlib.facts import load_facts
from ezlib.observations import (
    ESTIMATE_SD,
    PART_SD,
    REASONS,
    SUPERSEDED_COLUMNS,
    estimate_sd,
    months_with_facts,
    observe,
    revisions,
    series_in,
    stretch_before,
    superseded,
)
from ezlib.periods import BOARD, CALENDAR, covers_whole_months, month_bounds, month_of, month_shares

TRADE = "thu-nghiem/trade_total/board"

# The trade of the Lào Cai board as published by 31 May 2025, written off the reports by hand.
YEAR_2024 = fact_row(
    fact_id="Y24",
    period_start="2023-12-16",
    period_end="2024-12-15",
    period_kind="ytd",
    value="2790",
    half_width="5",
    change1="72",
    basis1="ytd_yoy",
    half_width1="0.5",
    published="2024-12-30",
)
TO_MAY_2025 = fact_row(
    fact_id="T25",
    period_start="2024-12-16",
    period_end="2025-05-15",
    period_kind="ytd",
    value="625.91",
    change1="-28",
    basis1="ytd_yoy",
    half_width1="0.5",
)
MAY_2025 = fact_row(fact_id="M25", value="150.83", change1="33", basis1="mom", half_width1="0.5")


@pytest.fixture
def statements(empty_root):
    """A function from rows of facts to what they say about a series, and what is left out."""

    def from_rows(*rows, series=TRADE, month="2025-12", as_of=None):
        write_facts(empty_root, "a.csv", list(rows))
        facts, catalogue = load_facts(root=empty_root), load_catalogue(empty_root)
        used = observe(facts, series, month, as_of, catalogue).set_index("observation_id")
        return used, superseded(facts, series, month, as_of, catalogue).set_index("observation_id")

    return from_rows


def period(row) -> tuple[str, str, str, str]:
    return tuple(str(row[c].date()) for c in ("start", "end", "base_start", "base_end"))


# ---------------------------------------------------------------------------------------------- the board's facts


def test_the_lao_cai_boards_facts_say_what_the_reports_print(statements):
    used, left = statements(YEAR_2024, TO_MAY_2025, MAY_2025, month="2025-05", as_of="2025-05-31")
    assert list(used.reset_index().columns) == OBSERVATION_COLUMNS and left.empty
    levels = used.loc[["Y24", "T25", "M25"]]
    assert list(levels["value"]) == [2790, 625.91, 150.83] and levels["change_pct"].isna().all()
    assert levels[["lower", "upper"]].to_numpy() == pytest.approx(
        np.array([[2785, 2795], [625.905, 625.915], [150.825, 150.835]])
    )
    assert (used["soft_sd"] == 0).all()


def test_growth_of_the_board_year_is_measured_on_the_board_year_before(statements):
    used, _ = statements(YEAR_2024)
    change = used.loc["Y24:change1"]
    assert period(change) == ("2023-12-16", "2024-12-15", "2022-12-16", "2023-12-15")
    assert (change["lower"], change["upper"]) == pytest.approx((1.715, 1.725)) and np.isnan(change["value"])


def test_growth_to_15_may_is_measured_on_the_same_stretch_of_the_year_before(statements):
    used, _ = statements(TO_MAY_2025)
    change = used.loc["T25:change1"]
    assert period(change) == ("2024-12-16", "2025-05-15", "2023-12-16", "2024-05-15")
    assert (change["lower"], change["upper"]) == pytest.approx((0.715, 0.725))


def test_growth_on_the_month_is_measured_on_the_board_month_before(statements):
    used, _ = statements(MAY_2025)
    change = used.loc["M25:change1"]
    assert period(change) == ("2025-04-16", "2025-05-15", "2025-03-16", "2025-04-15")
    assert (change["lower"], change["upper"]) == pytest.approx((1.325, 1.335))


def test_every_statement_of_the_small_zone_is_true_of_its_true_months(small_root, small_truth):
    facts, catalogue = load_facts(root=small_root), load_catalogue(small_root)
    checked = 0
    for indicator in small_truth:
        months = small_truth[indicator]
        seen = observe(facts, f"thu-nghiem/{indicator}/board", "2025-05", catalogue=catalogue)
        calendar = catalogue.calendar_of("thu-nghiem", indicator, "board")
        for row in seen.itertuples():
            says = months[month_of(row.start, calendar) : month_of(row.end, calendar)].sum()
            if np.isnan(row.value):
                says /= months[month_of(row.base_start, calendar) : month_of(row.base_end, calendar)].sum()
            assert row.lower - 1e-9 <= says <= row.upper + 1e-9, row.observation_id
            checked += 1
    assert checked > 80


# -------------------------------------------------------------------------------------------- which facts count


def test_another_scope_zone_or_indicator_never_enters(statements, empty_root):
    used, left = statements(
        MAY_2025,
        fact_row(fact_id="P", scope="province", value="200"),
        fact_row(fact_id="E", indicator="trade_export", value="75.68"),
    )
    assert set(used.index) == {"M25", "M25:change1"} and left.empty


def test_a_fact_that_ends_after_the_month_is_left_out_and_says_why(statements):
    used, left = statements(YEAR_2024, TO_MAY_2025, MAY_2025, month="2025-04")
    assert list(used.index) == ["Y24", "Y24:change1"]
    assert set(left["reason"]) == {"later month"}


def test_a_fact_published_after_as_of_is_not_even_mentioned(statements):
    used, left = statements(YEAR_2024, MAY_2025, as_of="2025-05-30")
    assert list(used.index) == ["Y24", "Y24:change1"] and left.empty


def test_projections_are_never_observed(statements):
    used, left = statements(fact_row(fact_id="P", status="projection"))
    assert used.empty and list(left["reason"]) == ["projection"]


def test_changes_that_are_no_ratio_of_months_are_carried_and_not_used(statements):
    used, left = statements(fact_row(change1="106", basis1="plan_share_pct", half_width1="0.5"))
    assert list(used.index) == ["X1"] and list(left["reason"]) == ["basis"]


def test_growth_on_the_month_of_a_longer_stretch_is_not_guessed_at(statements):
    used, left = statements(TO_MAY_2025 | {"basis1": "mom"})
    assert list(used.index) == ["T25"] and left.loc["T25:change1", "reason"] == "base"


def test_growth_published_without_its_level_joins_the_series_it_is_about(statements):
    used, _ = statements(
        MAY_2025,
        fact_row(
            fact_id="G",
            indicator="trade_total_change",
            period_start="2025-01-16",
            period_end="2025-02-15",
            value="4.03",
            unit="percent_change",
            change1="4.03",
            basis1="yoy",
            half_width1="0.005",
        ),
    )
    assert "G" not in used.index
    assert period(used.loc["G:change1"]) == ("2025-01-16", "2025-02-15", "2024-01-16", "2024-02-15")
    assert used.loc["G:change1", "lower"] == pytest.approx(1.04025)


def test_values_come_in_the_indicators_own_unit(statements):
    used, _ = statements(fact_row(value="2.79", unit="billion_usd", half_width="0.005", qualifier="nearly"))
    row = used.loc["X1"]
    assert row[["value", "half_width", "lower", "upper"]].tolist() == pytest.approx([2790, 5, 0.95 * 2790, 2790])


def test_a_closed_month_may_be_nothing(statements):
    used, _ = statements(fact_row(value="0", half_width="0.005", change1="-100", basis1="mom", half_width1="0.5"))
    assert (used.loc["X1", "lower"], used.loc["X1", "upper"]) == (0, 0.005)
    assert (used.loc["X1:change1", "lower"], used.loc["X1:change1", "upper"]) == pytest.approx((0, 0.005))


@pytest.mark.parametrize(("indicator", "kind"), [("labour_index", "an index"), ("projects_in_zone", "a stock")])
def test_only_flows_become_months(statements, indicator, kind):
    with pytest.raises(DataError, match=f"is {kind}: only flows add up") as caught:
        statements(MAY_2025, series=f"thu-nghiem/{indicator}/board")
    assert "load_facts" in caught.value.next_step


def test_an_unknown_series_is_refused_with_the_nearest_name(statements):
    with pytest.raises(DataError, match="did you mean 'trade_total'"):
        statements(MAY_2025, series="thu-nghiem/trade_totl/board")


def test_a_series_without_facts_is_an_empty_table_of_the_right_types(statements):
    used, left = statements(MAY_2025, series="thu-nghiem/trade_export")
    assert used.empty and left.empty and used["lower"].dtype == "float64" and used["end"].dtype == "datetime64[s]"


# ------------------------------------------------------------------------------------------------- precedence

RIVALS = {
    "a later publication": ({"published": "2025-07-01", "value": "152"}, "publication"),
    "a final figure of the same day": ({"value": "152"}, "status"),
}


@pytest.mark.parametrize("case", RIVALS)
def test_of_two_figures_for_one_month_the_better_is_used_and_the_other_named(statements, case):
    change, reason = RIVALS[case]
    old = fact_row(fact_id="OLD", status="estimate")
    used, left = statements(old, fact_row(fact_id="NEW") | change)
    assert list(used.index) == ["NEW"]
    assert left.loc["OLD", ["reason", "by"]].tolist() == [reason, "NEW"]


def test_of_two_figures_of_equal_standing_the_sharper_is_used(statements):
    used, left = statements(fact_row(fact_id="A", value="151", half_width="0.5"), MAY_2025)
    assert "M25" in used.index and left.loc["A", ["reason", "by"]].tolist() == ["rounding", "M25"]


def test_a_later_text_that_only_repeats_in_rounder_digits_revises_nothing(statements):
    later = fact_row(fact_id="PRESS", value="151", half_width="0.5", published="2025-09-01")
    used, left = statements(MAY_2025, later)
    assert "M25" in used.index and left.loc["PRESS", ["reason", "by"]].tolist() == ["rounding", "M25"]


def test_a_final_figure_is_used_though_an_estimate_had_more_digits(statements):
    early = fact_row(fact_id="EST", status="estimate", published="2025-05-01")
    used, left = statements(early, fact_row(fact_id="FIN", value="151", half_width="0.5"))
    assert list(used.index) == ["FIN"] and left.loc["EST", "by"] == "FIN"


def test_growth_printed_beside_a_revised_level_still_counts_but_no_longer_binds(statements):
    used, _ = statements(MAY_2025, fact_row(fact_id="NEW", value="160", published="2025-07-01"))
    assert "M25" not in used.index
    assert used.loc["M25:change1", "soft_sd"] == ESTIMATE_SD and used.loc["NEW", "soft_sd"] == 0


def test_growth_printed_beside_a_level_that_was_only_repeated_still_binds(statements):
    used, _ = statements(MAY_2025, fact_row(fact_id="NEW", value="150.83", published="2025-07-01"))
    assert used.loc["M25:change1", "soft_sd"] == 0


WORDS = st.fixed_dictionaries(
    {
        "value": st.integers(90, 110).map(str),
        "half_width": st.sampled_from(["0.5", "5"]),
        "status": st.sampled_from(["final", "preliminary", "estimate", "projection"]),
        "published": st.dates(dt.date(2025, 5, 16), dt.date(2025, 8, 1)).map(str),
        "basis1": st.sampled_from(["mom", "yoy", "ytd_yoy", "plan_share_pct", ""]),
        "month": st.integers(1, 6),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.lists(WORDS, max_size=8))
def test_nothing_is_lost_every_statement_is_either_used_or_explained(tmp_path_factory, choices):
    catalogue, rows = _catalogue(tmp_path_factory), []
    for i, words in enumerate(choices):
        spoken = {name: word for name, word in words.items() if name != "month"}
        start, end = month_bounds(f"2025-{words['month']:02d}", BOARD)
        change = {"change1": "5", "half_width1": "0.5"} if words["basis1"] else {}
        rows.append(fact_row(**spoken | change | {"fact_id": f"X{i}", "period_start": start, "period_end": end}))
    facts = _frame(rows)
    used, left = (f(facts, TRADE, "2025-04", catalogue=catalogue) for f in (observe, superseded))
    said = [f"X{i}" for i in range(len(rows))] + [f"X{i}:change1" for i, r in enumerate(rows) if r["basis1"]]
    assert sorted([*used["observation_id"], *left["observation_id"]]) == sorted(said)
    assert list(left.columns) == SUPERSEDED_COLUMNS and set(left["reason"]) <= set(REASONS)
    assert set(left.loc[left["by"] != "", "by"]) <= set(used["observation_id"])
    stretches = used[["start", "end", "base_start", "base_end"]]
    assert not stretches.duplicated().any()


def _catalogue(tmp_path_factory):
    root = tmp_path_factory.getbasetemp() / "catalogue"
    if not root.exists():
        (root / "data").mkdir(parents=True)
        shutil.copy(SMALL / "catalogue.yml", root / "data")
    return load_catalogue(root)


def _frame(rows) -> pd.DataFrame:
    """Rows as load_facts would give them, without the way through a file."""
    facts = pd.DataFrame(rows, columns=list(fact_row()), dtype="str")
    for name in ("value", "half_width", "change1", "half_width1", "change2", "half_width2"):
        facts[name] = pd.to_numeric(facts[name].where(facts[name] != "", None)).astype("float64")
    for name in ("period_start", "period_end", "published"):
        facts[name] = pd.to_datetime(facts[name]).astype("datetime64[s]")
    return facts


# ------------------------------------------------------------------------------------------------- further error


@pytest.mark.parametrize(("status", "sd"), [("final", 0), ("preliminary", ESTIMATE_SD), ("estimate", ESTIMATE_SD)])
def test_only_final_figures_bind(statements, status, sd):
    used, _ = statements(MAY_2025 | {"status": status})
    assert list(used["soft_sd"]) == [sd, sd]


def test_a_period_that_cuts_months_binds_less_the_more_of_it_is_cut(statements):
    def sd(start, end):
        used, _ = statements(fact_row(period_start=start, period_end=end, period_kind="partial"))
        assert [str(day.date()) for day in used.loc["X1", ["start", "end"]]] == [start, end]
        return used.loc["X1", "soft_sd"]

    week, half, calendar_month, calendar_year = (
        sd("2025-04-20", "2025-04-26"),
        sd("2025-04-16", "2025-04-30"),
        sd("2025-04-01", "2025-04-30"),
        sd("2024-01-01", "2024-12-31"),
    )
    assert week > half > calendar_month > calendar_year > 0
    assert half == pytest.approx(PART_SD, rel=0.02)  # half a month: PART_SD · sqrt(¼) / ½
    assert sd("2025-03-16", "2025-05-15") == 0


def test_a_cut_month_widens_a_change_by_both_its_stretches(statements):
    calendar_month = fact_row(
        period_start="2025-04-01", period_end="2025-04-30", change1="5", basis1="mom", half_width1="1"
    )
    used, _ = statements(calendar_month)
    change = used.loc["X1:change1"]
    assert period(change) == ("2025-04-01", "2025-04-30", "2025-03-01", "2025-03-31")
    assert change["soft_sd"] > used.loc["X1", "soft_sd"]


# ---------------------------------------------------------------------------------------------------- stretches


@pytest.mark.parametrize(
    ("start", "end", "back", "calendar", "expected"),
    [
        ("2023-12-16", "2024-12-15", 12, BOARD, ("2022-12-16", "2023-12-15")),
        ("2025-04-16", "2025-05-15", 1, BOARD, ("2025-03-16", "2025-04-15")),
        ("2024-12-16", "2025-01-15", 1, BOARD, ("2024-11-16", "2024-12-15")),
        ("2025-01-01", "2025-02-28", 12, CALENDAR, ("2024-01-01", "2024-02-29")),
        ("2024-02-01", "2024-02-29", 12, CALENDAR, ("2023-02-01", "2023-02-28")),
        ("2025-03-01", "2025-03-31", 1, CALENDAR, ("2025-02-01", "2025-02-28")),
        ("2024-02-20", "2024-02-29", 12, BOARD, ("2023-02-20", "2023-02-28")),
        ("2022-01-01", "2022-08-15", 12, CALENDAR, ("2021-01-01", "2021-08-15")),
        ("2025-01-01", "2025-06-30", 12, BOARD, ("2024-01-01", "2024-06-30")),
    ],
)
def test_the_same_stretch_earlier_keeps_the_edges_of_months(start, end, back, calendar, expected):
    days = stretch_before(dt.date.fromisoformat(start), dt.date.fromisoformat(end), back, calendar)
    assert tuple(day.isoformat() for day in days) == expected


@given(
    st.dates(dt.date(1996, 1, 1), dt.date(2045, 1, 1)),
    st.integers(0, 400),
    st.sampled_from([1, 12]),
    st.sampled_from([BOARD, CALENDAR]),
)
def test_an_earlier_stretch_is_a_stretch_and_whole_months_stay_whole(start, days, back, calendar):
    end = start + dt.timedelta(days)
    earlier = stretch_before(start, end, back, calendar)
    assert earlier[0] <= earlier[1] < end
    if covers_whole_months(start, end, calendar):
        assert covers_whole_months(*earlier, calendar)
        assert len(month_shares(*earlier, calendar)) == len(month_shares(start, end, calendar))


def test_year_to_date_growth_beside_a_month_speaks_of_the_year_so_far(statements):
    used, _ = statements(MAY_2025 | {"change2": "-28", "basis2": "ytd_yoy", "half_width2": "0.5"})
    assert period(used.loc["M25:change2"]) == ("2024-12-16", "2025-05-15", "2023-12-16", "2024-05-15")


def test_growth_of_a_calendar_year_is_measured_on_the_calendar_year_before(statements):
    used, _ = statements(
        fact_row(
            period_start="2025-01-01",
            period_end="2025-12-31",
            period_kind="year",
            indicator="industrial_output",
            unit="billion_vnd",
            change1="8",
            basis1="yoy",
            half_width1="0.5",
        ),
        series="thu-nghiem/industrial_output",
    )
    assert period(used.loc["X1:change1"]) == ("2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31")


# -------------------------------------------------------------------------------------------------- what there is


def test_the_series_of_a_root_are_listed_with_their_months(small_root):
    table = series_in(load_facts(root=small_root), load_catalogue(small_root)).set_index("series")
    trade = table.loc[TRADE]
    assert (trade["facts"], str(trade["first_month"]), str(trade["last_month"])) == (6, "2023-01", "2025-05")
    assert str(table.loc["thu-nghiem/industrial_output/board", "last_month"]) == "2025-04"
    assert table.loc["day-du/trade_export/national", "facts"] == 41


def test_a_month_is_valid_when_any_fact_covers_it(small_root):
    facts, catalogue = load_facts(root=small_root), load_catalogue(small_root)
    months = months_with_facts(facts, "thu-nghiem", catalogue)
    assert months.equals(pd.period_range("2023-01", "2025-05", freq="M"))
    assert str(months_with_facts(facts, "day-du", catalogue)[-1]) == "2025-05"


def test_an_annual_fact_makes_its_december_valid_and_a_plan_ahead_does_not(empty_root):
    annual = {"period_start": "2025-01-01", "period_end": "2025-12-31", "period_kind": "year", "scope": "province"}
    write_facts(empty_root, "a.csv", [fact_row(**annual, published="2026-01-07")])
    catalogue = load_catalogue(empty_root)
    assert str(months_with_facts(load_facts(root=empty_root), "thu-nghiem", catalogue)[-1]) == "2025-12"
    write_facts(empty_root, "a.csv", [fact_row(**annual, published="2025-05-31")])
    assert str(months_with_facts(load_facts(root=empty_root), "thu-nghiem", catalogue)[-1]) == "2025-05"
    write_facts(empty_root, "a.csv", [fact_row(**annual, published="2026-01-07", status="projection")])
    assert len(months_with_facts(load_facts(root=empty_root), "thu-nghiem", catalogue)) == 0


def pair(i, estimate, final, published=("2025-05-31", "2025-06-30")):
    month = {"period_start": f"202{i}-04-16", "period_end": f"202{i}-05-15"}
    early = fact_row(fact_id=f"E{i}", value=estimate, status="estimate", published=published[0], **month)
    return [early, fact_row(fact_id=f"F{i}", value=final, published=published[1], **month)]


def test_how_far_estimates_were_revised_is_learned_from_the_pairs(empty_root):
    rows = [row for i, final in enumerate((110, 90, 110, 91)) for row in pair(i, 100, final)]
    write_facts(empty_root, "a.csv", rows)
    facts, catalogue = load_facts("thu-nghiem", root=empty_root), load_catalogue(empty_root)
    found = revisions(facts, catalogue)
    assert found["fact_id_final"].tolist() == ["F0", "F1", "F2", "F3"]
    np.testing.assert_allclose(found["revision_pct"], 100 * np.log([1.1, 0.9, 1.1, 0.91]))
    assert ESTIMATE_SD < estimate_sd(found) < estimate_sd(found, TRADE) < 0.09
    assert estimate_sd(found.iloc[:0]) == ESTIMATE_SD


def test_an_estimate_is_loosened_by_the_revisions_known_by_then_and_no_others(empty_root):
    rows = pair(0, 100, 130, ("2020-05-31", "2020-06-30")) + pair(1, 100, 75, ("2021-05-31", "2021-06-30"))
    rows.append(fact_row(fact_id="NOW", status="estimate", published="2025-05-31"))
    write_facts(empty_root, "a.csv", rows)
    facts, catalogue = load_facts("thu-nghiem", root=empty_root), load_catalogue(empty_root)
    late = observe(facts, TRADE, "2025-12", catalogue=catalogue).set_index("observation_id")["soft_sd"]
    early = observe(facts, TRADE, "2025-12", "2020-06-01", catalogue).set_index("observation_id")["soft_sd"]
    assert late["NOW"] > 0.05
    assert late["F0"] == 0
    assert early["E0"] == ESTIMATE_SD


def test_revisions_keep_every_early_figure_and_the_last_final_whatever_the_order_of_rows(empty_root):
    rows = [
        fact_row(fact_id="e", value=100, status="estimate", published="2025-02-01"),
        fact_row(fact_id="p", value=150, status="preliminary", published="2025-02-10"),
        fact_row(fact_id="f", value=120, status="final", published="2025-03-01"),
        fact_row(fact_id="g", value=130, status="final", published="2025-04-01"),
    ]
    told = []
    for order in (rows, rows[::-1]):
        write_facts(empty_root, "a.csv", order)
        told.append(revisions(load_facts(root=empty_root), load_catalogue(empty_root)))
    pd.testing.assert_frame_equal(*told)
    assert told[0][["estimate", "final"]].to_numpy().tolist() == [[100, 130], [150, 130]]
