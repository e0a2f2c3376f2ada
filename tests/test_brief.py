"""The brief of the real May 2025 report: every number on the page is what the library returns."""

import re

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import wording
from ezlib.contracts import DataError

SERIES = "lao-cai/trade_total/board"


@pytest.fixture(scope="module")
def may():
    return ez.compose_brief("lao-cai", "2025-05", "2025-05-31")


@pytest.fixture(scope="module")
def page(may):
    parts = (may.masthead, may.key_figures, may.table, may.charts, may.revenue, may.targets, may.doubts, may.sources)
    return wording.plain("\n".join(part.html for part in parts))


def row(html, name):
    """Cells of one row of the page's table, without the numbers of their sources."""
    body = html.split(f">{name}</th>")[1].split("</tr>")[0]
    return [re.sub(r"<sup>.*?</sup>|<[^>]*>", "", f"<td{cell}") for cell in body.split("<td")[1:]]


def test_trade_stands_as_the_board_printed_it(page):
    assert row(page, "Xuất nhập khẩu (triệu USD)")[:4] == ["150,83", "+33 %", "625,91", "-28 %"]


def test_revenue_stands_as_the_board_printed_it(page):
    assert row(page, "Thu tại cửa khẩu (tỷ đồng)")[:4] == ["140,03", "+29 %", "533,47", "+7 %"]


def test_the_expected_year_is_the_median_of_the_path_totals(may, page):
    total = may.outlooks[SERIES].total("2025")
    expected = wording.estimate(total.median(), total.quantile(0.1), total.quantile(0.9))
    assert wording.plain(expected.text) in row(page, "Xuất nhập khẩu (triệu USD)")
    assert total.median() == np.median(may.outlooks[SERIES].paths.loc[:, "2025-01":"2025-12"].sum(axis=1))


def test_the_nine_billion_target_prints_below_one_percent_and_never_zero(may, page):
    assessment = may.assessments[SERIES][0]
    assert 0 < assessment.probability < 0.01
    assert row(page, "Xuất nhập khẩu (triệu USD)")[-1] == "&lt; 1 %"


def test_1196_million_a_month_is_still_needed_beside_the_best_stretch_on_record(may, page):
    assessment = may.assessments[SERIES][0]
    assert assessment.needed_per_month == pytest.approx((9000 - 625.91) / 7, abs=0.01)
    assert assessment.largest_month.average == pytest.approx(150.83)
    assert assessment.largest_average.average == pytest.approx(274, abs=1)
    assert (str(assessment.largest_average.start), str(assessment.largest_average.end)) == ("2024-06", "2024-12")
    for shown in ("1.196 triệu USD", "150,83 triệu USD (tháng 5/2025)", "274 triệu USD"):
        assert shown in page


def test_the_headline_joins_the_month_and_the_target(may):
    headline = wording.plain(may.headline)
    assert headline == ("Xuất nhập khẩu tháng 5/2025 tăng 33 %, nhưng mục tiêu 9 tỷ USD năm 2025 gần như không thể đạt")


def test_every_figure_of_the_table_leads_to_its_fact(may, page):
    facts = may.facts.set_index("fact_id")
    for line in may.lines:
        for figure in (line.value, line.cumulative):
            if figure.text and not figure.computed:
                number = may.sources_in_order.index(figure.facts[0]) + 1
                assert f'href="#s{number}"' in page
                assert f'<li id="s{number}">{figure.facts[0]}' in page
                assert figure.number == facts.loc[figure.facts[0], "value"]


def test_the_doubt_about_people_crossing_is_on_the_page(page):
    assert "442.014/(1 - 9,1 %)" in page


def test_industry_says_that_it_lags_a_month(may):
    line = next(line for line in may.lines if "industrial" in line.series)
    assert str(line.month) == "2025-04"
    assert "Sản xuất công nghiệp: số liệu tháng 4/2025." in wording.plain(repr(may.table))


def test_english_says_the_same_numbers(may):
    english = ez.compose_brief("lao-cai", "2025-05", "2025-05-31", lang="en")
    assert wording.plain(english.headline) == (
        "Trade up 33 % in May 2025, but the 2025 target of 9 billion USD is all but out of reach"
    )
    pd.testing.assert_frame_equal(english.outlooks[SERIES].paths, may.outlooks[SERIES].paths)


def test_an_annual_report_makes_a_brief_that_owns_up_to_its_few_facts():
    annual = ez.compose_brief("lai-chau", "2025-12")
    assert wording.plain(annual.headline) == (
        "Xuất nhập khẩu năm 2025 đạt 49,4 triệu USD: mục tiêu 27,75 triệu USD (suy ra từ % kế hoạch) đã đạt"
    )
    assert "nên khoảng dự báo rộng" in annual.lead
    assert "44,15" in repr(annual.doubts)
    total = annual.outlooks["lai-chau/trade_total/board"].total("2026")
    assert total.quantile(0.9) / total.quantile(0.1) > 2


def test_complete_months_make_a_brief_whose_changes_are_computed():
    national = ez.compose_brief("viet-nam", "2025-02")
    exports = next(line for line in national.lines if "trade_export" in line.series)
    facts = national.facts[national.facts["indicator"] == "trade_export"].set_index("period_start")["value"]
    january, february = facts["2025-01-01"], facts["2025-02-01"]
    assert exports.mom.computed
    assert exports.mom.number == pytest.approx(100 * (february / january - 1))
    assert exports.cumulative.number == pytest.approx(january + february)
    assert national.findings.empty


def test_a_page_says_which_months_are_first_estimates_and_which_days_are_assumed():
    national = ez.compose_brief("viet-nam", "2025-02")
    sources, table = wording.plain(repr(national.sources)), wording.plain(repr(national.table))
    assert "Xuất khẩu và Nhập khẩu: mỗi tháng là số ước lần đầu" in table
    assert "33.570 triệu USD; công bố 1/3/2024 (ngày giả định) [A]" in sources
    assert "33.085,292 triệu USD; công bố 28/2/2025 [A]" in sources
    assert "[B]" not in sources


def test_a_month_without_facts_is_refused_with_the_nearest_one():
    with pytest.raises(DataError, match="nearest month with facts is"):
        ez.compose_brief("lao-cai", "2035-01")


def test_a_table_that_begins_in_the_middle_of_a_year_makes_a_brief_of_the_next_year(empty_root):
    months = pd.period_range("2025-03", periods=10, freq="M")
    lines = [f"{m},trade_export,million_usd,{100 + 3 * i}.5" for i, m in enumerate(months)]
    (empty_root / "data" / "series").mkdir()
    (empty_root / "data" / "series" / "day-du.csv").write_text("month,indicator,unit,value\n" + "\n".join(lines))
    brief = ez.compose_brief("day-du", "2025-11", root=empty_root)
    assert "năm 2026 dự kiến" in wording.plain(brief.headline)
    assert "svg" in brief.charts.html


def test_a_chance_that_stands_on_an_impossible_figure_says_so(may):
    series = "lao-cai/industrial_output_value_2010prices/board"
    assert may.doubted == {series: ("F0219",)}
    industry = next(line for line in may.lines if line.series == series)
    assert str(industry.chance).endswith("†")
    assert "nếu số liệu F0219 đúng" in repr(may.targets)
    tested = next(a for a in may.assessments[series] if a.state == "open")
    assert f"{wording.verdict(tested.verdict, 'vi')}†" in wording.plain(repr(may.targets))


def test_a_zone_silent_for_half_a_year_has_a_brief_that_says_so():
    brief = ez.compose_brief("lao-cai-province", "2025-12", "2025-12-31", "vi")
    assert {str(line.month) for line in brief.lines} == {"2025-06"}
    assert "chưa có số liệu tháng 12/2025; số gần nhất là của tháng 6/2025" in wording.plain(brief.lead)


def test_a_part_of_a_year_is_not_called_the_year():
    brief = ez.compose_brief("lao-cai-province", "2025-05", "2025-06-30", "vi")
    assert "lũy kế đến hết tháng 5/2025 đạt 5.246 tỷ đồng" in wording.plain(brief.headline)
    assert "gần nhất" not in brief.lead
    assert "đến hết" not in ez.compose_brief("lai-chau", "2025-12", lang="vi").headline


def test_the_headline_names_the_year_of_the_target_even_where_the_figures_are_of_the_last():
    early = wording.plain(ez.compose_brief("lao-cai", "2025-02", "2025-05-31").headline)
    assert "tháng 12/2024" in early and "mục tiêu 9 tỷ USD năm 2025" in early


def test_a_target_set_on_another_scope_is_tested_on_its_own_series_too(may):
    assert [a.series for a in may.assessments["lao-cai/trade_total/province"]] == ["lao-cai/trade_total/province"]


def test_every_target_shown_leads_to_the_document_that_states_it(may, page):
    number = len(may.sources_in_order) + 1
    assert f'<li id="s{number}">T001: mục tiêu Xuất nhập khẩu' in page
    assert f'Xuất nhập khẩu 2025 – Ban Quản lý Khu kinh tế<sup><a href="#s{number}">' in page
    assert f'Sản xuất công nghiệp 2025<sup><a href="#s{number + 1}">' in page
    assert f'7,0 %*<sup><a href="#s{number}">' in page
    assert "T002: mục tiêu Sản xuất công nghiệp, 2025: 24.000 tỷ đồng [B]" in page
    assert "T001: mục tiêu Xuất nhập khẩu, 2025: 9 tỷ USD; công bố 30/4/2024 [B]" in page
    assert "[B] Báo Lào Cai, hội nghị Ban Chỉ đạo ngày 30/12/2024; " in page


def test_a_target_that_was_never_printed_says_what_it_follows_from():
    annual = ez.compose_brief("lai-chau", "2025-12", lang="en")
    assert "27.75 million USD (implied by the share of plan)" in wording.plain(repr(annual.targets))
    assert "27.75 million USD (implied by the share of plan)" in wording.plain(repr(annual.sources))


def test_a_figure_of_a_group_with_several_documents_has_its_own_letter(may):
    province = next(line for line in wording.plain(may.further.text).splitlines() if "GRDP" in line)
    assert "5,56 % (3 tháng 2025) [E]; " in province
    assert "[C] [E]" not in province


def test_the_facts_that_a_doubt_cites_are_among_the_sources(may):
    assert {"F0563", "F0565"} <= set(may.sources_in_order)


def test_a_month_that_only_other_series_reach_is_told_by_the_month_of_its_figures():
    june = ez.compose_brief("lao-cai", "2025-06")
    assert "số mới nhất: tháng 5/2025" in wording.plain(june.masthead.text)
    assert "Tháng 5/2025" in wording.plain(june.table.html)
    assert "Tháng 6/2025" not in wording.plain(june.table.html)


def test_months_of_a_series_are_the_same_wherever_they_are_shown(may):
    shown = ez.load_series(SERIES, "2025-05", "2025-05-31")
    pd.testing.assert_frame_equal(shown, may.outlooks[SERIES].months.loc[:"2025-05"])
