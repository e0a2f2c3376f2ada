"""Flows add up, stocks stand, rates are read: each figure is shown as what it is, with its source."""

import numpy as np
import pytest
from conftest import fact_row, write_facts

import ezlib as ez
from ezlib.contracts import DataError
from ezlib.indicators import GROUPS, compose_indicators
from ezlib.wording import plain


def composed(root, subject="crossings", month="2025-05", **how):
    return compose_indicators("thu-nghiem", month, subject, root=root, **how)


def cells(block, row: str) -> list[str]:
    """The cells of a row of a table, by the name that begins it."""
    line = next(line for line in plain(block.text).splitlines() if line.startswith(row))
    return [cell for cell in line.removeprefix(row).split("  ") if cell.strip()]


def stock(id: str, day: str, value: int, published="2025-05-31") -> dict:
    return fact_row(
        fact_id=id,
        indicator="projects_in_zone",
        period_start=day,
        period_end=day,
        period_kind="partial",
        value=value,
        unit="projects",
        half_width=0.5,
        published=published,
    )


def index(id: str, month: str, last_day: int, value: float) -> dict:
    days = {"period_start": f"{month}-01", "period_end": f"{month}-{last_day}"}
    kind = {"indicator": "labour_index", "unit": "index_prev_month_100", "half_width": "0.05"}
    return fact_row(fact_id=id, value=value, **days, **kind)


# ---------------------------------------------------------------------------------------------------------- flows


def test_a_total_and_its_parts_come_from_one_family(small_root):
    page = composed(small_root)
    (family,) = page.families
    total, parts = family.identities["people"]
    assert np.allclose(sum(page.outlooks[p].paths for p in parts), page.outlooks[total].paths, rtol=1e-9)
    assert [page._style(series) for series in (total, *parts)] == ["total", "part", "part"]
    assert "Tổng" in page.months_table.text and "khớp ở mọi tháng" in page.agreement.text


def test_a_flow_whose_first_figures_are_of_this_year_has_no_total_of_it(empty_root):
    write_facts(empty_root, "first.csv", [fact_row(change1=-3.2, basis1="mom", half_width1=0.05)])
    page = composed(empty_root, "trade")
    assert page.outlooks and "150,83" in plain(page.flows.text)


def test_flows_show_the_month_the_year_so_far_and_where_the_year_ends(small_root, small_truth):
    page = composed(small_root)
    month, to_date, year, source = cells(page.flows, "Người xuất cảnh")[-4:]
    truth = small_truth["people_exit"]
    assert month.strip().replace(".", "") == f"{truth['2025-05']:.0f}"
    assert to_date.strip().replace(".", "") == f"{truth['2025-01':'2025-05'].sum():.0f}"
    assert "(" in year and source.strip() in ("1", "2")
    assert "Tháng 5/2025" in plain(page.flows.text) and "5 tháng đầu năm 2025" in page.flows.text


def test_a_flow_with_one_figure_stands_alone_and_is_said_to(small_root):
    for path in (small_root / "data" / "facts" / "thu-nghiem").glob("*.csv"):
        path.unlink()
    write_facts(
        small_root, "one.csv", [fact_row(indicator="people_exit", unit="person_crossings", value=90, half_width=0.5)]
    )
    page = composed(small_root)
    assert page.outlooks == {} and page.without == ("thu-nghiem/people_exit/board",)
    assert "mới công bố 1 số" in page.limits.text
    assert [cell.strip() for cell in cells(page.flows, "Người xuất cảnh")][-2:] == ["90", "1"]


def test_figures_of_another_scope_are_never_mixed_in(small_root):
    other = fact_row(fact_id="P1", indicator="people_exit", scope="province", unit="person_crossings", value=123456)
    write_facts(small_root, "province.csv", [other | {"half_width": "0.5"}])
    with_, without = composed(small_root), None
    (small_root / "data" / "facts" / "thu-nghiem" / "province.csv").unlink()
    without = composed(small_root)
    assert "123.456" in with_.elsewhere.text and "123.456" not in with_.flows.text
    series = "thu-nghiem/people_exit/board"
    assert with_.outlooks[series].paths.equals(without.outlooks[series].paths)


def test_figures_that_gave_way_and_sums_that_break_are_told(small_root):
    wrong = {"half_width": 0.5, "unit": "person_crossings", "published": "2025-06-02"}
    write_facts(small_root, "later.csv", [fact_row(fact_id="L1", indicator="people_exit", value=10_000, **wrong)])
    page = composed(small_root)
    assert page.families[0].broken["identity"].tolist()[:1] == ["people"]
    assert "không ép hai bên khớp nhau" in page.agreement.text


# ------------------------------------------------------------------------------------------ stocks, rates, indices


def test_a_stock_shows_its_last_state_and_the_one_before_never_a_sum(small_root):
    write_facts(small_root, "projects.csv", [stock("S1", "2024-12-31", 40), stock("S2", "2025-04-30", 43)])
    page = composed(small_root, "industry")
    row = " ".join(cells(page.stocks, "Số dự án"))
    assert "43 (30/4/2025)" in row and "40 (31/12/2024)" in row and "83" not in row
    assert not [series for series in page.outlooks if "projects" in series]


def test_a_stock_counted_after_the_month_is_not_seen(small_root):
    write_facts(
        small_root, "projects.csv", [stock("S1", "2025-04-30", 43), stock("S2", "2025-06-30", 50, "2025-07-02")]
    )
    assert "50" not in composed(small_root, "industry").stocks.text


def test_an_index_is_read_for_its_own_month_and_never_summed(small_root):
    write_facts(small_root, "index.csv", [index("I1", "2025-03", 31, 99.5), index("I2", "2025-04", 30, 101.2)])
    page = composed(small_root, "province")
    row = " ".join(cells(page.rates, "Chỉ số lao động"))
    assert "chỉ số" in row and "101,2 (tháng 4/2025)" in row and "99,5 (tháng 3/2025)" in row
    assert page.outlooks == {}


def test_what_a_body_expects_stands_beside_the_model_and_is_no_outturn(small_root):
    days = {"period_start": "2025-06-01", "period_end": "2025-06-30", "status": "projection"}
    expected = fact_row(fact_id="E1", indicator="industrial_output", unit="billion_vnd", value=1500, **days)
    before = composed(small_root, "industry")
    write_facts(small_root, "expected.csv", [expected | {"half_width": "0.5"}])
    page = composed(small_root, "industry")
    assert "1.500" in page.expectations.text and "1.500" not in page.flows.text
    series = "thu-nghiem/industrial_output/board"
    assert page.outlooks[series].paths.equals(before.outlooks[series].paths)


# ---------------------------------------------------------------------------------------------------------- limits


def test_only_what_was_published_by_the_day_is_shown(small_root):
    page = composed(small_root, as_of="2025-04-10")
    assert page.facts["published"].max().date().isoformat() <= "2025-04-10"
    assert "Tháng 3/2025" in plain(page.flows.text)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("subject", GROUPS)
def test_every_subject_can_be_shown_where_there_is_nothing_to_show(small_root, subject, lang):
    page = compose_indicators("day-du", "2025-05", subject, lang=lang, root=small_root)
    shown = [page.flows, page.charts, page.parts_charts, page.months_table, page.agreement, page.expectations]
    shown += [page.stocks, page.rates, page.elsewhere, page.limits, page.sources]
    assert all(isinstance(block.html, str) for block in shown)
    assert subject == "trade" or page.months.empty


def test_every_figure_shown_names_its_document(small_root):
    page = composed(small_root)
    assert "Báo cáo" in page.sources.text or "Ban Quản lý Khu kinh tế Thử Nghiệm" in page.sources.text
    assert "31/5/2025" in page.sources.text


def test_an_unknown_subject_is_refused(small_root):
    with pytest.raises(DataError, match="industry"):
        composed(small_root, "weather")


def test_a_page_of_another_root_reads_that_root_alone(small_root, tmp_path, monkeypatch):
    """Where the root is given, no catalogue of the folder one stands in may be asked for a word."""
    monkeypatch.setenv("EZLIB_ROOT", str(tmp_path / "nowhere"))  # where there is none: whatever looks there stops
    shown = ez.compose_subject("thu-nghiem", "2025-05", "trade", root=small_root)
    (found,) = shown.outlooks.values()
    assert f"{len(found.observations)} số liệu đã công bố" in shown.grounds.text
    for part in (shown.months_table, shown.totals_table, shown.grounds):
        assert "Tổng giá trị xuất nhập khẩu" in part.text
    assert "Ban Quản lý Khu kinh tế Thử Nghiệm" in repr(shown.months_chart)
    whole = composed(small_root, "trade")
    assert "Cửa khẩu đường sắt" in whole.months_table.text and "Cửa khẩu đường sắt" in whole.flows.text
    assert "Ban Quản lý Khu kinh tế Thử Nghiệm" in whole.sources.text
    assert "Phí các ngành khác" in ez.compose_brief("thu-nghiem", "2025-05", root=small_root).table.text


def test_a_page_of_a_subject_and_the_outlook_take_the_same_of_two_figures():
    flows = compose_indicators("lai-chau", "2025-12", "trade").flows
    shown = cells(flows, "Tổng giá trị hàng hóa xuất nhập khẩu")  # F0100, final, stands before F0101, an estimate
    assert sum("49,4" in cell for cell in shown) == 2 and not any("44,15" in cell for cell in shown)


def test_figures_of_a_month_stand_beside_what_was_expected_of_them():
    facts, expected = ez.load_facts("viet-nam"), ez.expected_before("viet-nam", "2025-02")
    told = plain(ez.expected_table(expected, facts, "en").text)
    assert len(expected) == 3 and told.count("yes") == 3 and "31,109.32" in told
    shifted = expected.assign(lower=expected["upper"], upper=2 * expected["upper"])
    assert plain(ez.expected_table(shifted, facts, "en").text).count(" no") >= 3
    assert "No figure of this month" in ez.expected_table(expected.iloc[:0], facts, "en").text
