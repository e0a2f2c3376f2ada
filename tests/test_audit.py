"""The audit raises no alarm on figures published from one truth, and names the figure once one is broken."""

import datetime as dt
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ezlib.audit import audit, for_facts
from ezlib.catalogue import load_catalogue
from ezlib.contracts import DATE_COLUMNS, FACT_COLUMNS, NUMBER_COLUMNS
from ezlib.findings import FINDING_COLUMNS
from ezlib.periods import BOARD, month_bounds, year_bounds
from ezlib.plans import Target
from ezlib.rules import RULES

CATALOGUE = load_catalogue(Path(__file__).parents[1])
MAY = ("2025-04-16", "2025-05-15")
TO_MAY = ("2024-12-16", "2025-05-15")
APRIL_INDUSTRY, TO_APRIL = ("2025-04-01", "2025-04-30"), ("2025-01-01", "2025-04-30")


def half_unit(number) -> float:
    digits = str(number)
    return 0.5 * 10.0 ** -len(digits.partition(".")[2])


def fact(indicator, period, value, *changes, zone="lao-cai", scope="board", unit=None, kind="month", **more) -> dict:
    """One fact; `changes` are pairs (basis, number). Numbers may be texts: then their digits give the half width."""
    published = more.pop("published", "2025-05-31" if period[1] <= "2025-05-31" else "2026-01-07")
    row = dict.fromkeys(FACT_COLUMNS, "") | {"status": "final", "published": published, "source": "Report"}
    row |= {"zone": zone, "indicator": indicator, "scope": scope, "period_kind": kind}
    row |= {"period_start": period[0], "period_end": period[1], "unit": unit or CATALOGUE.indicator(indicator).unit}
    row |= {"value": float(value), "half_width": half_unit(value)}
    for number, (basis, change) in enumerate(changes, 1):
        row |= {f"basis{number}": basis, f"change{number}": float(change), f"half_width{number}": half_unit(change)}
    return row | {"reference": f"doc:{published}"} | more


def frame(*rows) -> pd.DataFrame:
    facts = pd.DataFrame(list(rows), columns=FACT_COLUMNS)
    facts["fact_id"] = [row or f"A{i}" for i, row in enumerate(facts["fact_id"])]
    for column in NUMBER_COLUMNS:
        facts[column] = pd.to_numeric(facts[column], errors="coerce")
    for column in DATE_COLUMNS:
        facts[column] = pd.to_datetime(facts[column])
    return facts


def check(*rows, **more) -> pd.DataFrame:
    """The findings, their texts with plain spaces."""
    findings = audit(frame(*rows), catalogue=CATALOGUE, **more)
    return findings.replace("\u00a0", " ", regex=True)


def only(findings, rule) -> pd.Series:
    found = findings[findings["rule"] == rule]
    assert len(found) == 1, list(findings["rule"])
    return found.iloc[0]


PEOPLE = [
    fact("people_crossings", MAY, "442014", ("mom", "-9.1"), fact_id="total"),
    fact("people_exit", MAY, "215613", ("mom", "-10"), fact_id="exit"),
    fact("people_entry", MAY, "212418", ("mom", "-12"), fact_id="entry"),
    fact("crew_crossings", MAY, "13983", ("mom", "-10"), fact_id="crew"),
]


# The May 2025 report -----------------------------------------------------------------------------------------------


def test_a_total_cannot_fall_by_less_than_all_its_parts():
    findings = check(*PEOPLE)
    finding = only(findings, "parts_change")
    assert list(findings["severity"]) == ["error"]
    assert finding["facts"] == ("total", "exit", "entry", "crew")
    assert finding["series"] == "lao-cai/people_crossings/board"
    assert (finding["period_start"], finding["period_end"]) == (pd.Timestamp(2025, 3, 16), pd.Timestamp(2025, 4, 15))
    # 486,532 is the most that -9.1 % allows for April, 493,716 the least that the parts do, 499,297 the most.
    assert finding["gap"] == pytest.approx((493_716 - 486_532) / 499_297, abs=1e-4)


def test_the_likeliest_correction_of_the_people_is_minus_eleven_per_cent_in_total():
    finding = only(check(*PEOPLE), "parts_change")
    likely = finding["likely"]
    assert (likely.fact_id, likely.field, likely.slip) == ("total", "change1", "other")
    assert likely.value == pytest.approx(-11.0)
    assert likely.fit < 0.001
    assert "−9,1" in finding["likely_vi"] and "−11,0" in finding["likely_vi"]


def test_messages_show_the_arithmetic_in_both_languages():
    finding = only(check(*PEOPLE), "parts_change")
    assert "442.014/(1 − 9,1 %) = 486.264" in finding["message_vi"]
    assert "= 496.491 lượt người" in finding["message_vi"]
    assert "442,014/(1 − 9.1 %) = 486,264" in finding["message_en"]
    assert "16 Mar–15 Apr 2025" in finding["message_en"]
    assert "\n" not in finding["message_vi"] + finding["message_en"]


def test_a_change_printed_without_its_level_lies_between_those_of_the_parts():
    parts = [
        fact(part, MAY, level, ("mom", change))
        for part, level, change in (
            ("trade_export", "75.68", "-10"),
            ("trade_import", "58.74", "-12"),
            ("trade_other", "16.4", "-11"),
        )
    ]
    for change, wrong in (("-11", False), ("-9.1", True), ("-14", True)):
        total = fact("trade_total_change", MAY, change, ("mom", change), fact_id="total")
        findings = check(total, *parts)
        assert (list(findings["rule"]) == ["change_outside"]) is wrong, findings["rule"]
        assert findings.empty or "total" in findings["facts"].iloc[0]


def test_what_truncation_can_explain_is_a_warning():
    findings = check(
        fact("trade_total", TO_MAY, "625.91", ("ytd_yoy", "-28"), kind="ytd", fact_id="total"),
        fact("trade_export", TO_MAY, "309.63", ("ytd_yoy", "-45"), kind="ytd"),
        fact("trade_import", TO_MAY, "268.29", ("ytd_yoy", "23"), kind="ytd"),
        fact("trade_other", TO_MAY, "47.98", ("ytd_yoy", "-53"), kind="ytd"),
    )
    finding = only(findings, "parts_change")
    assert list(findings["severity"]) == ["warning"]
    assert (finding["likely"].fact_id, finding["likely"].slip, finding["likely"].value) == ("total", "truncated", -29)


def test_parts_that_miss_their_total_by_rounding_alone_are_no_finding():
    assert check(
        fact("trade_total", MAY, "150.83"),
        fact("trade_total_road_gate", MAY, "114.83"),
        fact("trade_total_rail_gate", MAY, "35.96"),
        fact("trade_total_ban_vuoc", MAY, "31711", unit="usd"),
        fact("trade_export", MAY, "75.68"),
        fact("trade_import", MAY, "58.74"),
        fact("trade_other", MAY, "16.4"),
    ).empty


def test_parts_that_miss_their_total_by_more_are_an_error():
    findings = check(
        fact("customs_revenue", MAY, "128.79", fact_id="customs"),
        fact("customs_revenue_road_gate", MAY, "85.12", fact_id="road"),
        fact("customs_revenue_rail_gate", MAY, "43.63", fact_id="rail"),
        fact("fees_other_agencies", MAY, "11.24"),
        fact("budget_revenue_total", MAY, "140.03"),
    )
    finding = only(findings, "parts")
    assert finding["severity"] == "error"
    # 128.79 is not doubted: with 11.24 it gives the printed total.
    assert finding["likely"].fact_id in ("road", "rail") and finding["likely"].breaks == 0


def test_a_number_of_times_written_as_a_percentage_is_found_by_the_cumulative():
    finding = only(
        check(
            fact("industrial_output_tonnes", APRIL_INDUSTRY, "502669", ("mom", "-98.76"), fact_id="april"),
            fact("industrial_output_tonnes", TO_APRIL, "1524727", kind="ytd"),
        ),
        "exceeds_whole",
    )
    assert finding["severity"] == "error"
    assert (finding["likely"].fact_id, finding["likely"].field, finding["likely"].slip) == ("april", "change1", "times")
    assert finding["likely"].value == pytest.approx(24)


def test_a_separator_slip_is_proved_by_a_ratio():
    finding = only(
        check(
            fact("industrial_output_value_2010prices", APRIL_INDUSTRY, "5424.725"),
            fact(
                "industrial_sales_value_2010prices",
                APRIL_INDUSTRY,
                "7955082",
                ("ratio_to_output_pct", "146.6"),
                fact_id="sales",
            ),
        ),
        "implied",
    )
    assert finding["severity"] == "error"
    assert (finding["likely"].fact_id, finding["likely"].slip) == ("sales", "shift")
    assert finding["likely"].value == pytest.approx(7955.082)


def test_a_separator_slip_of_a_forecast_is_seen_beside_the_other_months():
    finding = only(
        check(
            fact("commercial_turnover_zone", TO_APRIL, "2348.529", kind="ytd"),
            fact("commercial_turnover_zone", APRIL_INDUSTRY, "722.559", ("mom", "23.3")),
            fact(
                "commercial_turnover_zone", ("2025-05-01", "2025-05-31"), "514535", status="projection", fact_id="may"
            ),
        ),
        "scale",
    )
    assert (finding["severity"], finding["facts"]) == ("warning", ("may",))
    assert finding["likely"].value == pytest.approx(514.535)


def test_a_plan_share_ten_times_too_large_is_seen_against_the_calendar():
    finding = only(
        check(fact("industrial_output_tonnes", TO_APRIL, "1524727", ("plan_share_pct", "295.2"), kind="ytd")),
        "share_scale",
    )
    assert finding["severity"] == "warning"
    assert finding["likely"].value == pytest.approx(29.52)


TO_JUNE = ("2024-12-16", "2025-06-15")
BEHIND = fact("trade_total", TO_JUNE, "797.16", ("plan_share_pct", "8.9"), kind="ytd", fact_id="june")


def target(value, status="official", year=2025, unit="million_usd", scope="province"):
    period = dt.date(year, 1, 1), dt.date(year, 12, 31)
    day = dt.date(2024, 4, 30)
    series = "lao-cai", "trade_total", scope
    return Target("T", *series, "level", *period, value, ">=", unit, status, day, "Report", "doc:r", "")


def test_a_small_share_of_the_plan_that_is_a_share_of_the_stated_target_is_no_slip():
    assert only(check(BEHIND), "share_scale")["likely"].value == pytest.approx(89)
    assert check(BEHIND, targets=[target(9000)]).empty
    assert check(BEHIND, targets=[target(9, unit="billion_usd")]).empty


@pytest.mark.parametrize(
    "other", [target(900), target(9000, year=2024), target(9000, status="implied")], ids=["amount", "year", "implied"]
)
def test_another_amount_another_year_or_a_target_worked_out_from_shares_does_not_excuse_a_share(other):
    assert len(check(BEHIND, targets=[other])) == 1


def test_a_share_of_a_plan_that_another_document_implies_is_no_slip():
    april = ("2024-12-16", "2025-04-15")
    earlier = fact("trade_total", april, "475.1", ("plan_share_pct", "5.28"), kind="ytd", published="2025-04-30")
    findings = check(BEHIND, earlier)
    assert "share_scale" not in set(findings["rule"])
    twice = [BEHIND, fact("trade_total", TO_JUNE, "797.16", ("plan_share_pct", "8.9"), kind="ytd", fact_id="again")]
    assert list(check(*twice)["rule"]).count("share_scale") == 2


def test_a_stock_must_balance():
    finding = only(
        check(
            fact("industrial_output_tonnes", APRIL_INDUSTRY, "502669"),
            fact("industrial_sales_tonnes", APRIL_INDUSTRY, "701439", ("ratio_to_output_pct", "139.5")),
            fact(
                "industrial_stock_tonnes",
                ("2025-04-30", "2025-04-30"),
                "163986",
                ("ratio_to_opening_stock_pct", "87.6"),
                kind="partial",
            ),
        ),
        "balance",
    )
    assert finding["severity"] == "error"
    assert "−11.571" in finding["message_vi"]


def test_a_part_of_the_province_cannot_exceed_the_province():
    province = {"zone": "lao-cai-province", "scope": "province"}
    whole = "industrial_output_value_province"
    findings = check(
        fact("industrial_output_value_2010prices", APRIL_INDUSTRY, "5424.725", fact_id="zone"),
        fact(whole, TO_APRIL, "13350", kind="ytd", fact_id="to april", **province),
        fact(whole, ("2025-01-01", "2025-03-31"), "9568", kind="quarter", fact_id="to march", **province),
    )
    assert only(findings, "inside")["facts"] == ("zone", "to april", "to march")


# Plans, estimates, revisions ---------------------------------------------------------------------------------------

LAI_CHAU = {"zone": "lai-chau", "kind": "year"}
YEAR = ("2025-01-01", "2025-12-31")


def test_a_unit_slip_among_parts_is_a_power_of_ten():
    findings = check(
        fact("budget_revenue_total", YEAR, "24.722", **LAI_CHAU),
        fact("customs_revenue", YEAR, "23.409", **LAI_CHAU),
        fact("infrastructure_fee", YEAR, "1.007", unit="million_vnd", fact_id="fee", **LAI_CHAU),
        fact("fees_other_agencies", YEAR, "305", unit="million_vnd", **LAI_CHAU),
    )
    likely = only(findings, "parts")["likely"]
    assert (likely.fact_id, likely.slip) == ("fee", "shift")
    assert likely.value == pytest.approx(1007)


def test_units_are_converted_before_they_are_compared():
    assert check(
        fact("budget_revenue_total", YEAR, "24.722", **LAI_CHAU),
        fact("customs_revenue", YEAR, "23409", unit="million_vnd", **LAI_CHAU),
        fact("infrastructure_fee", YEAR, "1007", unit="million_vnd", **LAI_CHAU),
        fact("fees_other_agencies", YEAR, "305", unit="million_vnd", **LAI_CHAU),
    ).empty


def test_a_stale_estimate_beside_the_final_figure_is_a_warning_and_the_final_one_is_believed():
    findings = check(
        fact("trade_total", YEAR, "49.40", ("yoy", "230"), ("plan_share_pct", "178"), fact_id="final", **LAI_CHAU),
        fact("trade_total", YEAR, "44.15", ("yoy", "196"), status="estimate", fact_id="stale", **LAI_CHAU),
        fact("trade_export", YEAR, "39.35", **LAI_CHAU),
        fact("trade_import", YEAR, "10.05", **LAI_CHAU),
    )
    finding = only(findings, "stale_estimate")
    assert list(findings["severity"]) == ["warning"]
    assert finding["likely"].fact_id == "stale"


def test_plans_of_parts_prove_a_copied_share_wrong():
    period = ("2024-01-01", "2024-05-31")
    province = {"zone": "lao-cai-province", "scope": "province", "kind": "ytd"}
    findings = check(
        fact("industrial_output_value_province", period, "17151", ("plan_share_pct", "26.1"), fact_id="t", **province),
        fact("industrial_output_value_mining", period, "1167.8", ("plan_share_pct", "43.54"), **province),
        fact("industrial_output_value_manufacturing", period, "13843.6", ("plan_share_pct", "34.89"), **province),
        fact("industrial_output_value_electricity", period, "2010.8", ("plan_share_pct", "21.14"), **province),
        fact("industrial_output_value_water_waste", period, "129.6", ("plan_share_pct", "39.88"), **province),
    )
    likely = only(findings, "parts_plan")["likely"]
    assert (likely.fact_id, likely.field, likely.value) == ("t", "change1", pytest.approx(32.9))


def test_an_estimate_replaced_later_is_a_note_with_the_size_of_the_revision():
    finding = only(
        check(
            fact("trade_total", MAY, "140.00", status="estimate", published="2025-05-16"),
            fact("trade_total", MAY, "150.83", published="2025-05-31"),
        ),
        "disagreement",
    )
    assert finding["severity"] == "note"
    assert "+7,7 %" in finding["message_vi"]


def test_the_revision_runs_from_the_earlier_publication_to_the_later():
    april = ("2025-03-16", "2025-04-15")
    finding = only(
        check(
            fact("trade_total", april, "100.00", status="estimate", published="2025-04-16"),
            fact("trade_total", MAY, "150.00", ("mom", "25"), published="2025-05-31"),
        ),
        "implied",
    )
    assert finding["severity"] == "note"
    assert "+20,0 %" in finding["message_vi"]


@pytest.mark.parametrize(("status", "day"), [("final", "2025-05-16"), ("estimate", "2025-05-31")])
def test_two_figures_of_which_neither_replaces_the_other_are_an_error(status, day):
    finding = only(
        check(
            fact("trade_total", MAY, "140.00", status=status, published=day, reference="doc:one"),
            fact("trade_total", MAY, "150.83", published="2025-05-31", reference="doc:two"),
        ),
        "disagreement",
    )
    assert finding["severity"] == "error"
    assert finding["likely"] is None


def test_one_document_with_two_coverages_under_one_name_is_a_warning():
    finding = only(
        check(
            fact("trade_total", MAY, "140.00", scope_note="old borders"),
            fact("trade_total", MAY, "150.83", scope_note="new borders"),
        ),
        "two_coverages",
    )
    assert finding["severity"] == "warning"


def test_the_same_figure_twice_from_one_document_is_a_note():
    findings = check(fact("trade_total", MAY, "150.83"), fact("trade_total", MAY, "150.83"))
    assert only(findings, "repeated")["severity"] == "note"


def test_the_same_figure_from_two_documents_is_no_finding():
    assert check(
        fact("trade_total", MAY, "150.83", reference="doc:one"),
        fact("trade_total", MAY, "150.83", reference="doc:two"),
    ).empty


def test_a_final_figure_long_before_the_end_of_its_period_is_a_warning():
    findings = check(fact("trade_total", YEAR, "163", published="2025-10-29", **LAI_CHAU))
    assert only(findings, "dates")["severity"] == "warning"


# Time --------------------------------------------------------------------------------------------------------------


def test_a_month_is_the_difference_of_two_cumulatives():
    april = ("2024-12-16", "2025-04-15")
    rows = [
        fact("trade_total", TO_MAY, "625.91", kind="ytd", fact_id="may"),
        fact("trade_total", april, "475.08", kind="ytd", published="2025-04-30", fact_id="april"),
    ]
    assert check(*rows, fact("trade_total", MAY, "150.83")).empty
    finding = only(check(*rows, fact("trade_total", MAY, "105.83", fact_id="month")), "additions")
    assert set(finding["facts"]) == {"may", "april", "month"}
    assert finding["severity"] == "error"


def test_a_cumulative_never_falls():
    finding = only(
        check(
            fact("trade_total", TO_MAY, "425.91", kind="ytd"),
            fact("trade_total", ("2024-12-16", "2025-04-15"), "475.08", kind="ytd", published="2025-04-30"),
        ),
        "cumulative_falls",
    )
    assert finding["severity"] == "error"


def test_months_inside_a_period_cannot_together_exceed_it():
    finding = only(
        check(
            fact("trade_total", MAY, "150.83", ("mom", "33")),
            fact("trade_total", TO_MAY, "250.10", kind="ytd"),
        ),
        "packing",
    )
    assert finding["severity"] == "error"


def test_the_month_before_is_the_board_month_before():
    april = ("2025-03-16", "2025-04-15")
    rows = [fact("trade_total", MAY, "150.83", ("mom", "33"))]
    assert check(*rows, fact("trade_total", april, "113.40", published="2025-04-30")).empty
    wrong = check(*rows, fact("trade_total", april, "131.40", published="2025-04-30"))
    assert only(wrong, "implied")["severity"] == "error"
    assert check(*rows, fact("trade_total", ("2025-04-01", "2025-04-30"), "131.40")).empty


def test_a_leap_february_is_compared_with_all_of_the_february_before():
    assert not check(
        fact("trade_total", ("2024-02-01", "2024-02-29"), "200.0", ("yoy", "100")),
        fact("trade_total", ("2023-02-01", "2023-02-28"), "150.0", published="2023-03-01"),
    ).empty


def test_a_holiday_is_not_compared_with_the_same_dates_a_year_before():
    assert check(
        fact("trade_total", ("2024-02-08", "2024-02-14"), "13.0", ("yoy", "260"), kind="partial"),
        fact("trade_total", ("2023-02-08", "2023-02-14"), "20.0", kind="partial", published="2023-02-15"),
    ).empty


@pytest.mark.parametrize("indicator", ["jobs_in_parks", "grdp_growth_pct", "enterprises_trading"])
def test_only_flows_add_up(indicator):
    assert check(
        fact(indicator, ("2025-01-01", "2025-01-31"), "900"),
        fact(indicator, ("2025-02-01", "2025-02-28"), "800"),
        fact(indicator, ("2025-01-01", "2025-02-28"), "850", kind="ytd"),
    ).empty


# Scopes and words --------------------------------------------------------------------------------------------------


def test_scopes_are_never_mixed():
    assert check(
        fact("trade_total", YEAR, "2790", zone="lao-cai", kind="year"),
        fact("trade_total", YEAR, "3625", zone="lao-cai", scope="province", kind="year"),
    ).empty


def test_press_figures_are_compared_within_their_own_text_only():
    one = fact("trade_total", YEAR, "1159", scope="press", kind="year", published="2026-01-05")
    other = fact("trade_total", YEAR, "2150", scope="press", kind="year", published="2026-01-09")
    assert check(one, other).empty
    assert only(check(one, other | {"reference": one["reference"]}), "two_values")["severity"] == "error"


def test_words_stretched_beyond_five_per_cent_are_a_warning_and_beyond_ten_an_error():
    def severity(value):
        return list(
            check(
                fact("trade_total", YEAR, "1000.0", kind="year", qualifier="over", reference="doc:one"),
                fact("trade_total", YEAR, value, kind="year", reference="doc:two"),
            )["severity"]
        )

    assert [severity(value) for value in ("1040.0", "1080.0", "1200.0", "990.0")] == [
        [],
        ["warning"],
        ["error"],
        ["error"],
    ]


# The frame ---------------------------------------------------------------------------------------------------------


def test_no_facts_give_no_findings_with_all_columns():
    assert list(check().columns) == FINDING_COLUMNS


def test_errors_come_first():
    findings = check(*PEOPLE, fact("trade_total", MAY, "1.0"), fact("trade_total", MAY, "1.0"))
    assert list(findings["severity"]) == ["error", "note"]


def test_facts_are_left_as_they_were():
    facts = frame(*PEOPLE)
    before = facts.copy(deep=True)
    audit(facts, catalogue=CATALOGUE)
    pd.testing.assert_frame_equal(facts, before)


def test_findings_are_picked_by_the_facts_that_a_page_shows():
    findings = check(*PEOPLE)
    assert len(for_facts(findings, ["crew"])) == 1
    assert for_facts(findings, ["elsewhere"]).empty


def test_a_figure_outside_the_models_interval_is_a_warning():
    facts = [fact("trade_total", MAY, "150.83", fact_id="may")]
    assert check(*facts, expected={"may": (120.0, 160.0)}).empty
    expected = pd.DataFrame({"lower": [160.0], "upper": [180.0]}, index=["may"])
    assert only(check(*facts, expected=expected), "implausible")["severity"] == "warning"


def test_every_rule_has_its_own_id_and_a_place_in_the_documentation():
    ids = [rule.id for rule in RULES]
    text = (Path(__file__).parents[1] / "docs" / "audit.md").read_text(encoding="utf-8")
    assert len(set(ids)) == len(ids)
    assert not [id for id in ids if f"`{id}`" not in text]


# Reports published from a truth ------------------------------------------------------------------------------------

PARTS = ("trade_export", "trade_import", "trade_other")
GATES = ("trade_total_road_gate", "trade_total_rail_gate", "trade_total_ban_vuoc")
levels = st.lists(st.floats(100, 900), min_size=3, max_size=3)
growths = st.lists(st.floats(0.6, 1.6), min_size=3, max_size=3)


@st.composite
def truths(draw):
    """Two years of months of three parts, and how their report is printed."""
    base = draw(levels)
    months = [[level * draw(st.floats(0.7, 1.4)) for level in base] for _ in range(draw(st.integers(2, 5)))]
    last_year = [[x / g for x, g in zip(month, draw(growths), strict=True)] for month in months]
    return (
        months,
        last_year,
        draw(st.integers(0, 2)),
        draw(st.integers(0, 2)),
        draw(st.sampled_from([round, math.trunc])),
    )


def published(value, decimals, shorten) -> str:
    """The digits of a value, rounded half away from zero or cut off."""
    scaled = value * 10**decimals
    whole = math.trunc(scaled) if shorten is math.trunc else math.floor(abs(scaled) + 0.5) * math.copysign(1, scaled)
    return f"{whole / 10**decimals:.{decimals}f}"


def reports(truth, *modes) -> list[dict]:
    """A report a month: months and cumulatives of total and parts, with their changes, all from one truth.

    `modes`, in turn, say how each report shortens its numbers; without them all do as the truth says.
    """
    months, last_year, level_digits, change_digits, shorten = truth
    rows = []
    for i in range(len(months)):
        shorten = modes[i % len(modes)] if modes else shorten
        period = [day.isoformat() for day in month_bounds(f"2025-{i + 1:02d}", BOARD)]
        so_far = [year_bounds(2025, BOARD)[0].isoformat(), period[1]]
        day = (dt.date.fromisoformat(period[1]) + dt.timedelta(days=15)).isoformat()
        for j, name in enumerate(["trade_total", *PARTS]):
            now, then = (
                [sum(month) if name == "trade_total" else month[j - 1] for month in year[: i + 1]]
                for year in (months, last_year)
            )
            changes = [("mom", now[i] / now[i - 1])] if i else []
            for span, kind, value, stated in (
                (period, "month", now[i], changes),
                (so_far, "ytd", sum(now), [("ytd_yoy", sum(now) / sum(then))]),
            ):
                printed = [(b, published(100 * (r - 1), change_digits, shorten)) for b, r in stated]
                level = published(value, level_digits, shorten)
                rows.append(fact(name, span, level, *printed, kind=kind, published=day, fact_id=f"{name} {kind} {i}"))
    return rows


@settings(max_examples=60, deadline=None)
@given(truths())
def test_reports_printed_from_one_truth_hold_no_error(truth):
    findings = check(*reports(truth))
    assert findings[findings["severity"] == "error"].empty
    if truth[-1] is round:
        assert findings.empty


@settings(max_examples=30, deadline=None)
@given(truths())
def test_reports_that_shorten_numbers_differently_hold_no_error(truth):
    assert (check(*reports(truth, round, math.trunc))["severity"] != "error").all()


@settings(max_examples=40, deadline=None)
@given(truths(), st.data())
def test_a_broken_level_is_an_error_that_names_it(truth, data):
    rows = reports(truth)
    broken = data.draw(st.sampled_from(rows))
    broken["value"] *= data.draw(st.sampled_from([0.5, 0.8, 1.25, 2.0, 10.0]))
    findings = check(*rows)
    named = for_facts(findings[findings["severity"] == "error"], [broken["fact_id"]])
    assert len(named)


@settings(max_examples=40, deadline=None)
@given(truths(), st.data())
def test_a_broken_change_is_an_error_that_names_it(truth, data):
    rows = reports(truth)
    # The change of a small part may be far off and the whole still true; a total's, or one on a printed month, may not.
    provable = [row for row in rows if row["basis1"] == "mom" or (row["basis1"] and row["indicator"] == "trade_total")]
    broken = data.draw(st.sampled_from(provable))
    broken["change1"] = 1.3 * (100 + broken["change1"]) - 100
    findings = check(*rows)
    named = for_facts(findings[findings["severity"] == "error"], [broken["fact_id"]])
    assert len(named)


@settings(max_examples=15, deadline=None)
@given(truths(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(truth, shuffler):
    rows = reports(truth)
    rows[0]["value"] *= 2
    found = {(rule, frozenset(facts)) for rule, facts in check(*rows)[["rule", "facts"]].itertuples(index=False)}
    shuffler.shuffle(rows)
    assert found == {
        (rule, frozenset(facts)) for rule, facts in check(*rows)[["rule", "facts"]].itertuples(index=False)
    }


@settings(max_examples=30, deadline=None)
@given(truths(), st.sampled_from([-3, -2, 2, 3]), st.data())
def test_a_shifted_decimal_point_is_corrected_back(truth, power, data):
    rows = reports(truth)
    later = [f"trade_total month {i}" for i in range(1, len(truth[0]))]
    totals = [row for row in rows if row["fact_id"] in later]
    broken = data.draw(st.sampled_from(totals))
    true = broken["value"]
    broken["value"], broken["half_width"] = true * 10.0**power, broken["half_width"] * 10.0**power
    finding = only(for_facts(check(*rows), [broken["fact_id"]]), "parts")
    assert (finding["likely"].fact_id, finding["likely"].slip) == (broken["fact_id"], "shift")
    assert finding["likely"].value == pytest.approx(true)
