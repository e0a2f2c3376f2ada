"""The brief of the real May 2025 report: every number on the page is what the library returns."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import wording
from ezlib.brief import DOUBTS_SHOWN
from ezlib.contracts import DataError
from ezlib.periods import month_bounds

ROOT = Path(__file__).parents[1]
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
    assert row(page, "Xuất nhập khẩu (triệu USD)")[:4] == ["150,83", "+33 %", "625,91†", "-28 %†"]


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
    assert assessment.largest_month is None  # one published month is no record
    assert assessment.largest_average.average == pytest.approx(274, abs=1)
    assert (str(assessment.largest_average.start), str(assessment.largest_average.end)) == ("2024-06", "2024-12")
    for shown in ("1.196 triệu USD", "274 triệu USD"):
        assert shown in page
    assert "Tháng cao nhất" not in page


def test_a_december_brief_remembers_the_target_of_the_year_to_come():
    december = wording.plain(ez.compose_brief("lao-cai", "2024-12", "2024-12-31").key_figures.html)
    assert "khả năng đạt 9 tỷ USD năm 2025" in december and "750" in december


def test_a_need_is_measured_by_a_published_month_alone(may):
    assert "gấp 7,9 lần tháng 5/2025" in wording.plain(may.key_figures.html)
    january = wording.plain(ez.compose_brief("lao-cai", "2025-01", "2025-01-31").key_figures.html)
    assert "mỗi tháng còn phải đạt" in january and "lần tháng" not in january  # December 2024 is an estimate


def test_the_headline_joins_the_month_and_the_target(may):
    headline = wording.plain(may.headline)
    assert headline == (
        "Xuất nhập khẩu tháng 5/2025 tăng 33 % so với tháng trước, "
        "nhưng mục tiêu 9 tỷ USD năm 2025 gần như không thể đạt"
    )


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


@pytest.fixture(scope="module")
def june(tmp_path_factory):
    """The brief of a June report that tells the total alone: the example of docs/adding.md, saved as it stands."""
    root = tmp_path_factory.mktemp("june")
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("record"))
    adding = (ROOT / "docs" / "adding.md").read_text(encoding="utf-8")
    name, rows = re.search(r"```csv file=(data/facts/lao-cai/\S+)\n(.*?)```", adding, re.DOTALL).groups()
    (root / name).write_text(rows, encoding="utf-8")
    return ez.compose_brief("lao-cai", "2025-06", root=root)


def test_every_figure_of_a_column_is_of_its_month_or_its_row_is_named_with_its_own(may, june):
    for brief in (may, june):
        end = brief.facts.set_index("fact_id")["period_end"]
        table = wording.plain(repr(brief.table))
        for line in (line for line in brief.lines if line.reported):
            bounds = month_bounds(line.month, brief.catalogue.calendar_of(line.series))
            for figure in (line.value, line.cumulative):
                assert not figure.text or {end[fact] for fact in figure.facts} == {pd.Timestamp(bounds[1])}
            if line.month != brief.first.month:
                note = re.findall(rf"([^.]*): số liệu {wording.plain(wording.month(line.month))}\.", table)
                assert any(line.name in re.split(", | và ", names.strip()) for names in note)


def test_parts_of_an_older_month_are_left_empty_under_a_new_total(june):
    parts = [line for line in june.lines if line.kind == "part" and "trade" in line.series]
    assert {line.name for line in parts} >= {"Xuất khẩu", "Nhập khẩu", "Đường bộ", "Đường sắt"}
    assert all(f.text == "" for line in parts for f in (line.value, line.mom, line.cumulative, line.ytd_yoy))
    assert all(line.year_end.text for line in parts)
    further = wording.plain(repr(june.further))
    assert "75,68" in further and "(tháng 5/2025)" in further


def test_a_share_of_the_plan_that_fits_the_target_is_no_finding_of_the_brief(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("record"))
    facts = ez.load_facts("lao-cai", root=tmp_path)
    said = facts[facts["fact_id"] == "F0371"].assign(  # the year to May, told again a month later
        fact_id="JUNE", period_end=pd.Timestamp("2025-06-15"), published=pd.Timestamp("2025-06-30"), value=797.16
    )
    ez.append_facts(said.assign(change2=8.9, basis2="plan_share_pct", half_width2=0.05), "2025-06.csv", tmp_path)
    found = ez.compose_brief("lao-cai", "2025-06", root=tmp_path)
    assert "JUNE" in found.first.cumulative.facts
    assert not (found.findings["rule"].eq("share_scale") & found.findings["facts"].map(lambda f: "JUNE" in f)).any()
    assert "89" not in wording.plain(str(found.first.plan))


def test_revenue_that_is_a_month_late_says_so_in_its_sentence_too(june):
    assert "lũy kế đến hết tháng 5/2025 đạt 533,47 tỷ đồng" in wording.plain(repr(june.revenue))


def test_industry_says_that_it_lags_a_month(may):
    line = next(line for line in may.lines if "industrial" in line.series)
    assert str(line.month) == "2025-04"
    assert "Sản xuất công nghiệp: số liệu tháng 4/2025." in wording.plain(repr(may.table))


def test_english_says_the_same_numbers(may):
    english = ez.compose_brief("lao-cai", "2025-05", "2025-05-31", lang="en")
    assert wording.plain(english.headline) == (
        "Trade up 33 % on the month in May 2025, but the 2025 target of 9 billion USD is all but out of reach"
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
    lead = wording.plain(national.lead)
    assert lead.startswith("Tháng 2/2025 ước đạt 31,11 tỷ USD, ") and "triệu USD" not in lead


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


def test_in_december_the_chart_of_the_year_that_ends_is_drawn_without_the_target_of_the_next(small_root):
    brief = ez.compose_brief("day-du", "2024-12", "2025-01-31", root=small_root)
    assert [a.target.period for a in brief.assessments["day-du/trade_export/national"]] == ["2025"]
    drawn = wording.plain(brief.charts.html)
    assert "Xuất khẩu, lũy kế năm 2024" in drawn and "ục tiêu" not in drawn


def test_a_limit_is_kept_and_not_reached(small_root):
    targets = small_root / "data" / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    targets.write_text(text.replace("2025-12-31,450000,>=", "2025-12-31,600000,<="), encoding="utf-8")
    brief = ez.compose_brief("day-du", "2025-05", root=small_root)
    assessment = brief.assessments["day-du/trade_export/national"][0]
    assert assessment.state == "open" and 0.05 < assessment.probability < 0.95
    needed = wording.quantity(assessment.needed_per_month, "million_usd", decimals=0)
    page = wording.plain(
        "\n".join(part.html for part in (brief.masthead, brief.key_figures, brief.charts, brief.targets))
    )
    assert "mục tiêu không quá 600 tỷ USD năm 2025" in page
    assert "khả năng đạt mục tiêu không quá 600 tỷ USD năm 2025" in page
    assert "mỗi tháng là mức tối đa từ nay" in page
    assert wording.plain(f"7 tháng báo cáo còn lại bình quân không được quá {needed} mỗi tháng") in page
    assert "phải đạt" not in page and "cao nhất" not in page
    assert any("không được quá" in line for line in brief.summary["lines"])


def test_a_chance_that_stands_on_an_impossible_figure_says_so(may):
    series = "lao-cai/industrial_output_value_2010prices/board"
    assert may.doubted == {series: ("F0219",)}
    industry = next(line for line in may.lines if line.series == series)
    assert str(industry.chance).endswith("†")
    told = wording.plain(repr(may.targets))
    assert "nếu số liệu “Sản xuất công nghiệp, tháng 4/2025” (5.424,725 tỷ đồng) đúng" in told
    assert "Bỏ số liệu ấy và số lũy kế có chứa nó thì khả năng là" in told and "F0219" not in told
    tested = next(a for a in may.assessments[series] if a.state == "open")
    assert f"{wording.verdict(tested.verdict, 'vi')}†" in wording.plain(repr(may.targets))


def test_a_zone_silent_for_half_a_year_has_a_brief_that_says_so():
    brief = ez.compose_brief("lao-cai-province", "2025-12", "2025-12-31", "vi")
    assert {str(line.month) for line in brief.lines} == {"2025-06"}
    (doubted,) = (fact for facts in brief.doubted.values() for fact in facts)
    assert doubted in {fact for facts in brief.touching["facts"] for fact in facts}  # though the table prints it not
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


def test_every_finding_that_touches_a_printed_figure_is_told_or_counted(may):
    further = {fact for line in may.further_lines for fact in line.facts}
    shown = {fact for line in may.lines for figure in line.figures for fact in figure.facts} | further
    touching = may.findings[may.findings["facts"].map(lambda facts: not shown.isdisjoint(facts))]
    touching = touching[touching["severity"] != "note"]
    assert len(touching) == 8 and {"F0214", "F0225"} <= {fact for facts in touching["facts"] for fact in facts}
    told = repr(may.doubts)
    assert sorted(may.touching["message_vi"]) == sorted(touching["message_vi"])
    assert sum(message in told for message in touching["message_vi"]) == DOUBTS_SHOWN
    crowded = replace(may, findings=pd.concat([may.findings] * 2, ignore_index=True))
    left = 2 * len(touching) - DOUBTS_SHOWN
    assert f"Còn {left} phát hiện khác; xem đầy đủ bằng lệnh: ezlib check --zone lao-cai." in repr(crowded.doubts)


def test_doubts_about_the_rows_of_the_table_come_first_in_its_order(may):
    told = repr(may.doubts)
    rules = [set(facts) for facts in may.touching["facts"]]
    assert "F0371" in rules[0]  # the year's trade, which leads the page
    table = {fact for line in may.lines for figure in line.figures for fact in figure.facts}
    beside = [table.isdisjoint(facts) for facts in rules]
    assert beside == sorted(beside) and True in beside
    assert told.index("869,32") < told.index("483,62") < told.index("163.986")


def test_what_a_body_expects_of_a_series_in_the_table_is_told_among_the_further_figures(may):
    assert "Sản xuất công nghiệp dự kiến tháng 5/2025: 1.480,098 tỷ đồng" in wording.plain(repr(may.further))


def test_every_printed_figure_in_doubt_is_marked_and_no_other(may):
    doubted = {fact for facts in may.findings.query("severity != 'note'")["facts"] for fact in facts}
    assert "F0219" in doubted and "F0218" not in doubted
    doubted.add("F0218")  # the year to date that April's output is part of
    for line in may.lines:
        for figure in (line.value, line.mom, line.cumulative, line.ytd_yoy, line.plan):
            behind = line.cumulative if figure is line.plan and figure.computed else figure
            assert figure.doubtful == (not doubted.isdisjoint(behind.facts))
    output = next(line for line in may.lines if "industrial_output_value" in line.series)
    assert wording.plain(str(output.value)) == "5.424,725†"
    further = wording.plain(repr(may.further))
    assert "Sản lượng công nghiệp 502.669† tấn (-98,76 %)" in further and "Tồn kho cuối kỳ 163.986† tấn" in further
    assert "Doanh thu thuần 11.661,411 tỷ đồng" in further
    assert "†: xem số liệu cần xem lại." in further


def test_the_plan_of_another_scope_names_the_rows_it_applies_to(may):
    note = wording.plain(repr(may.table))
    assert "% kế hoạch của Xuất nhập khẩu: so với mục tiêu giao theo số liệu “Toàn tỉnh" in note


def test_a_target_whose_figures_end_early_says_how_far_they_go(may):
    told = wording.plain(repr(may.targets))
    assert "10 tháng báo cáo còn lại (số liệu đến tháng 2/2025) phải đạt" in told
    assert "7 tháng báo cáo còn lại phải đạt" in told


def test_a_word_that_a_figure_was_published_with_is_printed_and_a_narrow_interval_is_not_called_wide():
    june = ez.compose_brief("lai-chau", "2025-06")
    assert wording.plain(str(june.first.cumulative)) == "trên 3.600"
    assert "trên 3.600 tỷ đồng" in wording.plain(repr(june.sources))
    total = june.outlooks[june.first.series].total("2025")
    assert total.quantile(0.9) < 1.5 * total.quantile(0.1)
    assert "mới có 1 số liệu đã công bố." in june.lead and "rộng" not in june.lead


def test_every_target_shown_leads_to_the_document_that_states_it(may, page):
    number = len(may.sources_in_order) + 1
    assert f'<li id="s{number}">T001: mục tiêu Xuất nhập khẩu' in page
    assert f'Xuất nhập khẩu 2025 – Ban Quản lý Khu kinh tế (triệu USD)<sup><a href="#s{number}">' in page
    assert f'Sản xuất công nghiệp 2025 (tỷ đồng)<sup><a href="#s{number + 1}">' in page
    assert re.search(rf'7,0 %\*†?<sup><a href="#s{number}">', page)
    assert "T002: mục tiêu Sản xuất công nghiệp, 2025: 24.000 tỷ đồng [B]" in page
    assert "T001: mục tiêu Xuất nhập khẩu, 2025: 9 tỷ USD; công bố 30/4/2024 [B]" in page
    assert "[B] Báo Lào Cai, hội nghị Ban Chỉ đạo ngày 30/12/2024; " in page


def test_a_target_that_was_never_printed_says_what_it_follows_from():
    annual = ez.compose_brief("lai-chau", "2025-12", lang="en")
    assert "27.75 million USD (implied by the share of plan)" in wording.plain(repr(annual.targets))
    assert "27.75 million USD (implied by the share of plan)" in wording.plain(repr(annual.sources))


def test_a_figure_of_a_group_with_several_documents_has_its_own_letter(may):
    province = next(line for line in wording.plain(may.further.text).splitlines() if "GRDP" in line)
    assert "5,56 % (3 tháng đầu năm 2025) [E]; " in province
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


def test_a_target_that_was_decided_on_its_own_series_is_told_by_that():
    brief = ez.compose_brief("lao-cai", "2024-12", lang="en")
    headline, lead = wording.plain(brief.headline), wording.plain(brief.lead)
    assert headline.startswith("Trade came to 3,625 million USD in 2024 as counted by the province")
    assert headline.endswith("the target of 4.5 billion USD was missed")
    assert lead.startswith("The figures below are those of the economic zone board. The year to date stands at 2,790")
    before = ez.compose_brief("lao-cai", "2024-12", "2024-12-31", "en")  # when the province's year was an estimate
    assert wording.plain(before.headline).startswith("Trade came to 2,790 million USD in 2024:")


def test_a_figure_of_another_month_has_its_month_beside_it(may):
    table = may.table.html.replace(wording.NBSP, " ")
    assert re.search(r'5\.424,725†<sup>.*?</sup> <span class="range">\(T4\)</span>', table)
    assert table.count("(T4)") == 1


def test_a_growth_rate_whose_base_is_not_told_says_so():
    further = wording.plain(repr(ez.compose_brief("lai-chau", "2025-10").further))
    assert "18,2 % (tháng 8/2025, không rõ so với kỳ nào)" in further
    assert "57 % (8 tháng đầu năm 2025)" in further


def test_a_scope_that_has_ended_a_restated_month_and_a_doubt_without_weight_are_told():
    old = ez.compose_brief("lao-cai-province", "2025-12", "2026-02-28")
    table = wording.plain(old.table.text)
    assert "theo phạm vi chỉ còn đến 30/6/2025; phần dự kiến sau ngày ấy giả sử phạm vi không đổi" in table
    assert "42,6 %" in table  # 6,603 of 15,500, as printed
    assert "(năm 2025)" in table  # of a chance beside what is expected of 2026
    targets = wording.plain(old.targets.text)
    assert "đang bị nghi ngờ (xem mục số liệu cần xem lại), nhưng bỏ" in targets
    assert "Thu ngân sách qua cửa khẩu" not in wording.plain(old.revenue.text)
    assert "đã đính chính (data/corrections.yml)" in wording.plain(old.sources.text)
    december, february = (ez.compose_brief("viet-nam", month) for month in ("2024-12", "2025-02"))
    assert "số từ tháng 12/2023 đã điều chỉnh" in wording.plain(december.table.text)
    assert "đã điều chỉnh" not in wording.plain(february.table.text)
