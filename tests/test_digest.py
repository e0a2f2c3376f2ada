"""The further figures of a month: each as published, the period said once, nothing that the table shows already."""

import re
from pathlib import Path

import pandas as pd
import pytest

from ezlib.catalogue import load_catalogue
from ezlib.digest import digest
from ezlib.facts import load_facts
from ezlib.wording import plain

ROOT = Path(__file__).parents[1]
CATALOGUE = load_catalogue(ROOT)
MAY = pd.Period("2025-05", "M")


@pytest.fixture(scope="module")
def facts():
    return load_facts(as_of="2025-05-31", root=ROOT)


@pytest.fixture(scope="module")
def lines(facts):
    return {line.group: line for line in digest(CATALOGUE.zone("lao-cai"), MAY, facts, (), CATALOGUE)}


def test_a_month_its_change_and_its_year_to_date_stand_together(lines):
    assert "Xuất cảnh 215.613 lượt người (-10 %), lũy kế 1,06 triệu (+27 %)" in plain(lines["crossings"].text)


def test_a_group_of_an_earlier_month_says_so_once(lines):
    industry = lines["industry"]
    assert plain(industry.name).endswith("(tháng 4/2025)")
    assert "Sản lượng tiêu thụ 701.439 tấn;" in plain(industry.text)
    assert "dự kiến tháng 5/2025: 260.058 tấn" in plain(industry.text)


def test_stocks_are_told_with_their_day_and_never_with_growth(lines):
    assert "Tồn kho cuối kỳ 163.986 tấn (30/4/2025)" in plain(lines["industry"].text)


def test_what_the_table_shows_is_left_out(facts, lines):
    series = "lao-cai/medical_quarantine_persons/board"
    assert "457.045" in lines["quarantine"].text
    fewer = digest(CATALOGUE.zone("lao-cai"), MAY, facts, [series], CATALOGUE)
    assert "457.045" not in next(line.text for line in fewer if line.group == "quarantine")


def test_what_a_name_says_of_a_day_is_not_said_again(lines):
    assert "Xe hàng mỗi ngày khoảng 300 xe;" in plain(lines["crossings"].text)


def test_an_expectation_gives_way_to_a_later_figure_of_its_period_and_is_dated_beside_an_earlier_one():
    def told(as_of):
        facts = load_facts(as_of=as_of, root=ROOT)
        lines = digest(CATALOGUE.zone("lai-chau"), pd.Period("2025-12", "M"), facts, (), CATALOGUE)
        return plain(next(line.text for line in lines if line.group == "province"))

    assert "ước 3.573 tỷ đồng" in told(None)
    growth = re.search(r"Tăng trưởng GRDP[^;]*", told(None))[0]
    assert growth.count("%") == 1 or "nêu ngày" in growth


def test_every_figure_named_is_a_fact_that_had_been_published(facts, lines):
    named = {fact for line in lines.values() for fact in line.facts}
    assert named <= set(facts["fact_id"]) and len(named) > 40


def test_the_economy_at_large_is_that_of_the_zones_province(lines):
    assert "13.350 tỷ đồng" in plain(lines["province"].text)


def test_a_zone_without_further_figures_has_no_lines(facts):
    assert digest(CATALOGUE.zone("viet-nam"), MAY, facts[facts["zone"] == "none"], (), CATALOGUE) == ()


@pytest.mark.parametrize(
    ("zone", "month", "lang", "group", "said"),
    [
        ("lai-chau", "2025-12", "en", "crossings", "Persons 352,559 (-16 %); Vehicles 1,991 (-1 %)"),
        ("lai-chau", "2025-12", "vi", "crossings", "Lượt người 352.559 (-16 %); Lượt phương tiện 1.991 (-1 %)"),
        (
            "lao-cai",
            "2025-05",
            "vi",
            "quarantine",
            "Người được kiểm dịch y tế 457.045 lượt; Phương tiện được kiểm dịch y tế 10.246 lượt;",
        ),
        ("lao-cai", "2025-05", "vi", "crossings", "Xuất cảnh 215.613 lượt người (-10 %)"),
    ],
)
def test_a_unit_that_the_name_says_is_not_said_again(zone, month, lang, group, said):
    told = digest(CATALOGUE.zone(zone), pd.Period(month, "M"), load_facts(root=ROOT), (), CATALOGUE, lang)
    assert said in plain(next(line for line in told if line.group == group).text)


def test_where_the_zones_own_count_tells_nothing_another_one_is_told_with_its_name():
    told = digest(CATALOGUE.zone("lai-chau"), pd.Period("2025-10", "M"), load_facts(root=ROOT), (), CATALOGUE)
    trade = plain(next(line for line in told if line.group == "trade").text)
    assert "Xuất nhập khẩu (Báo chí, không rõ phạm vi) 7,23 triệu USD, lũy kế 52,4" in trade
    year = digest(CATALOGUE.zone("lai-chau"), pd.Period("2025-12", "M"), load_facts(root=ROOT), (), CATALOGUE)
    assert "52,4" not in plain(next(line for line in year if line.group == "trade").text)  # the board counts 49,4
