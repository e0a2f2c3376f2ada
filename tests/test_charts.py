"""A chart never lets an estimate pass for a fact, says in words what it draws, and is the same on every run."""

import datetime as dt
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
import stand_in
from matplotlib.backends.backend_agg import FigureCanvasAgg

import ezlib as ez
from ezlib import wording
from ezlib.charts import chance_chart, hedgehog_chart, reliability_chart
from ezlib.drawing import ACCENT, BANDS, DASHES, SOFT, Chart
from ezlib.flow_charts import cumulative_chart, fan_chart
from ezlib.plans import Target, load_targets
from ezlib.svg import to_svg
from ezlib.targets import TargetAssessment


def target(**given) -> Target:
    """The nine billion of 2025, or what is given instead."""
    return replace(next(t for t in load_targets("lao-cai") if t.target_id == "T001"), **given)


def assessed(outlook, **given) -> TargetAssessment:
    zone, indicator, scope = outlook.series.split("/")
    return ez.assess_target(outlook, replace(target(**given), zone=zone, indicator=indicator, scope=scope))


def with_target(lang="en", **given) -> Chart:
    outlook = stand_in.lao_cai()
    return cumulative_chart(outlook, assessed(outlook, **given), lang=lang)


MAKERS = {
    "fan": lambda lang: fan_chart(stand_in.lao_cai(), lang),
    "fan of a complete series": lambda lang: fan_chart(stand_in.complete(), lang),
    "fan of annual totals": lambda lang: fan_chart(stand_in.annual_only(), lang),
    "cumulative": with_target,
    "cumulative without a target": lambda lang: cumulative_chart(stand_in.complete(), lang=lang),
}


@pytest.fixture(scope="module")
def charts() -> dict[tuple[str, str], Chart]:
    return {(name, lang): make(lang) for name, make in MAKERS.items() for lang in ("vi", "en")}


EVERY = [(name, lang) for name in MAKERS for lang in ("vi", "en")]


def axes(chart: Chart):
    return chart.wide.axes[0]


def texts(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def plain(text: str) -> str:
    return wording.plain(text)


# What is told apart, and how ----------------------------------------------------------------------------------------


def markers(chart: Chart, face: str) -> list[float]:
    lines = [line for line in axes(chart).lines if line.get_marker() == "o" and line.get_markerfacecolor() == face]
    return [y for line in lines for y in line.get_ydata()]


def test_reported_months_are_filled_dots_and_derived_ones_open_dots(charts):
    chart = charts["fan", "vi"]
    assert markers(chart, "#102a43") == pytest.approx([150.83], abs=0.005)
    assert markers(chart, "white") == pytest.approx([113.4], abs=0.5)


def test_estimated_months_carry_no_dot(charts):
    chart = charts["fan of annual totals", "vi"]
    assert markers(chart, "#102a43") == markers(chart, "white") == []


def test_published_estimated_and_forecast_stretches_have_lines_of_their_own():
    assert len({str(style) for style in DASHES.values()}) == 3


def test_the_forecast_begins_after_the_last_month_used_and_lies_on_shade(charts):
    shade = axes(charts["fan", "vi"]).patches[0]
    months = pd.period_range("2024-01", "2025-12", freq="M")
    assert shade.get_x() == list(months).index(pd.Period("2025-06", "M")) - 0.5


def test_in_grey_the_bands_differ_by_a_tenth_and_text_stands_out():
    def luminance(colour):
        red, green, blue = matplotlib.colors.to_rgb(colour)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = [luminance(BANDS[level]) for level in sorted(BANDS)]
    assert min(np.diff(shades)) > 0.08
    assert luminance("#52606d") < 0.4


def test_bands_hold_the_share_of_paths_they_name(charts):
    outlook = stand_in.lao_cai()
    collections = axes(charts["fan", "vi"]).collections
    last = 23
    for level, drawn in zip(BANDS, collections, strict=True):
        at_last = [y for x, y in drawn.get_paths()[0].vertices if x == last]
        inside = outlook.paths.iloc[:, last].between(min(at_last), max(at_last)).mean()
        assert inside == pytest.approx(level, abs=0.02)


def test_the_vertical_axis_starts_at_zero(charts):
    assert {axes(chart).get_ylim()[0] for chart in charts.values()} == {0}


def test_a_band_that_would_flatten_the_rest_is_cut_and_the_note_says_where_it_goes(charts):
    chart = charts["fan of annual totals", "en"]
    highest = stand_in.annual_only().paths.quantile(0.975).max()
    assert axes(chart).get_ylim()[1] < highest
    assert "is cut at" in plain(chart.note)
    assert f"{highest:.0f}" in plain(chart.note)


def test_a_narrow_band_is_not_cut(charts):
    assert "cut" not in charts["fan of a complete series", "en"].note


# Words and numbers --------------------------------------------------------------------------------------------------


def test_a_published_figure_is_printed_as_published(charts):
    assert "150,83" in texts(charts["fan", "vi"].wide)
    assert "150,83" in charts["fan", "vi"].alt
    assert "150.83" in charts["fan", "en"].alt
    assert "625,91" in charts["cumulative", "vi"].alt
    assert "2.790" in charts["cumulative", "vi"].alt


def test_the_title_of_the_fan_is_the_average_of_the_months_left(charts):
    paths = stand_in.lao_cai().paths
    average = paths[pd.period_range("2025-06", "2025-12", freq="M")].mean(axis=1)
    written = wording.estimate(average.median(), average.quantile(0.1), average.quantile(0.9), "vi")
    title = plain(charts["fan", "vi"].title)
    assert (
        title
        == f"7 tháng còn lại của năm 2025: bình quân khoảng {written.median} triệu USD mỗi tháng ({written.interval})"
    )


def test_the_title_of_the_cumulative_chart_gives_the_verdict_and_the_median_of_totals(charts):
    total = stand_in.lao_cai().paths.loc[:, "2025-01":"2025-12"].sum(axis=1)
    written = wording.estimate(total.median(), total.quantile(0.1), total.quantile(0.9), "vi")
    title = plain(charts["cumulative", "vi"].title)
    assert title == f"Mục tiêu 9 tỷ USD năm 2025 gần như không thể đạt: dự kiến {written.median} triệu USD"


def test_a_year_that_is_over_is_told_and_not_expected():
    over = ez.outlook("viet-nam/trade_export/national", "2024-12", "2025-01-31")
    chart = cumulative_chart(over, year=2024)
    assert plain(chart.title) == "Cả năm 2024: 401,65 tỷ USD"
    assert "dự kiến" not in chart.alt
    trade = cumulative_chart(ez.outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31"), year=2024)
    assert plain(trade.title) == "Cả năm 2024: 2.790 triệu USD"


def test_months_that_were_published_add_up_to_their_own_digits():
    months = pd.period_range("2024-01", "2025-02", freq="M")
    stated = {"start": months.start_time, "end": months.end_time.normalize(), "value": 33.1, "half_width": 0.05}
    found = ez.rebuild(pd.DataFrame(stated), "2024-01", "2025-12")
    assert "66,2." in plain(cumulative_chart(found, year=2025).alt)


def test_a_title_above_the_line_of_medians_is_explained(charts):
    told = fan_chart(ez.outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31"), "en")
    assert "The dotted line shows medians of single months" in told.note
    assert "medians of single months" not in charts["fan of a complete series", "en"].note


def test_the_pace_needed_is_what_is_missing_over_the_months_left(charts):
    needed = f"{(9000 - 625.91) / 7:,.0f}"
    assert f"{needed} million USD" in plain(charts["cumulative", "en"].alt)
    assert any(needed in text for text in texts(charts["cumulative", "en"].wide))


def test_a_probability_of_nothing_is_not_printed_as_zero(charts):
    assert "< 1 %" in plain(charts["cumulative", "vi"].alt)


def test_a_target_that_facts_decide_is_told_as_an_outcome():
    chart = with_target(value=600.0)
    assert "has been reached" in plain(chart.title)
    assert "has been reached" in plain(chart.alt)


def test_a_limit_far_above_the_total_is_all_but_certain_to_be_kept():
    chart = with_target(comparator="<=")
    assert plain(chart.title).startswith("The 2025 target of at most 9 billion USD is all but certain to be reached")
    assert "> 99 %" in plain(chart.alt)


def test_a_limit_asks_for_nothing_and_has_no_pace():
    chart = with_target(comparator="<=")
    assert "Reaching it takes" not in chart.alt
    assert not any("needed" in text for text in texts(chart.wide))
    assert [line.get_marker() for line in axes(chart).lines if line.get_color() == ACCENT] == ["D"]


def test_a_total_that_equals_the_target_exceeds_no_strict_one():
    months = pd.period_range("2024-01", "2025-12", freq="M")
    stated = {"start": months.start_time, "end": months.end_time.normalize(), "value": 100.0, "half_width": 0.0}
    found = replace(ez.rebuild(pd.DataFrame(stated), "2024-01", "2025-12"), series="lao-cai/trade_total/board")
    told = {
        how: cumulative_chart(found, assessed(found, value=1200.0, comparator=how), lang="en") for how in (">=", ">")
    }
    assert "has been reached" in plain(told[">="].title)
    assert "was missed" in plain(told[">"].title)


def test_a_nations_target_is_told_in_the_billions_of_its_chart():
    outlook = stand_in.complete()
    found = assessed(outlook, value=600_000.0)
    chart = cumulative_chart(outlook, found, lang="en")
    needed = wording.amount(found.needed_per_month / 1000, "en")
    assert f"Reaching it takes {needed} billion USD a month over the remaining 10 months" in plain(chart.alt)
    goal = next(line for line in axes(chart).lines if line.get_marker() == "D")
    assert list(goal.get_ydata()) == [600.0]


def test_the_year_before_is_drawn_in_the_unit_of_the_year_it_is_held_against():
    outlook = stand_in.lao_cai()
    larger = outlook.observations.assign(value=4.5 * outlook.observations["value"])
    chart = cumulative_chart(replace(outlook, paths=4.5 * outlook.paths, observations=larger), lang="en")
    assert "million USD" in chart.subtitle
    before = next(line for line in axes(chart).lines if line.get_color() == SOFT and len(line.get_ydata()) == 12)
    assert before.get_ydata()[-1] == pytest.approx(4.5 * 2790, rel=0.01)
    assert "2024: 12,555" in plain(chart.alt)


def test_the_chart_of_a_target_is_of_its_own_year_unless_told_otherwise():
    outlook = stand_in.lao_cai()
    next_year = assessed(outlook, period_start=dt.date(2026, 1, 1), period_end=dt.date(2026, 12, 31))
    assert plain(cumulative_chart(outlook, next_year, lang="en").title).startswith("The 2026 target")


def test_a_nation_is_drawn_in_billions(charts):
    assert "billion USD" in charts["fan of a complete series", "en"].subtitle
    assert max(float(y) for y in axes(charts["fan of a complete series", "en"]).get_ylim()) < 1000


def test_the_subtitle_gives_unit_and_date_of_the_data(charts):
    assert plain(charts["fan", "vi"].subtitle).endswith("triệu USD mỗi tháng báo cáo; số liệu công bố đến 31/5/2025")
    assert "all figures at hand" in charts["fan of a complete series", "en"].subtitle


def test_the_source_stands_under_the_chart():
    chart = fan_chart(stand_in.lao_cai(), "vi", source="Ban Quản lý Khu kinh tế")
    assert chart.note.endswith("Nguồn: Ban Quản lý Khu kinh tế.")


def test_the_note_explains_only_the_marks_that_are_drawn(charts):
    assert "open dot" in charts["fan", "en"].note
    assert "open dot" not in charts["fan of a complete series", "en"].note


def test_the_figure_to_save_carries_title_subtitle_and_note(charts):
    drawn = " ".join(" ".join(text.get_text() for text in charts["fan", "vi"].figure.texts).split())
    for words in (charts["fan", "vi"].title, charts["fan", "vi"].subtitle, charts["fan", "vi"].note):
        assert " ".join(plain(words).split()) in plain(drawn)


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_labels_in_the_right_margin_do_not_touch(charts, which):
    chart = charts[which]
    for figure in (chart.wide, chart.narrow):
        ax = figure.axes[0]
        right = [t for t in ax.texts if t.get_position()[0] > ax.get_xlim()[1]]
        heights = sorted(ax.transData.transform((0, t.get_position()[1]))[1] for t in right)
        assert not heights or min(np.diff(heights), default=99) > 0.95 * right[0].get_fontsize()


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_text_is_large_enough_to_read_on_paper_and_phone(charts, which):
    for figure in (charts[which].wide, charts[which].narrow):
        assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 11


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_no_text_leaves_the_figure(charts, which):
    chart = charts[which]
    for figure in (chart.figure, chart.wide, chart.narrow):
        renderer = FigureCanvasAgg(figure).get_renderer()
        ax = figure.axes[0]
        numbers = [t for t in ax.get_yticklabels() if t.get_position()[1] <= ax.get_ylim()[1]]
        for text in [*figure.texts, *ax.texts, *numbers]:
            box = text.get_window_extent(renderer)
            assert box.x0 > -1, text
            assert box.x1 < figure.bbox.x1 + 1, text
            assert box.y0 > -1, text


# The drawing as SVG -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_a_drawing_reads_aloud_what_it_shows(charts, which):
    chart = charts[which]
    root = ET.fromstring(to_svg(chart.wide, chart.title, chart.alt))
    assert root.attrib["role"] == "img"
    assert chart.title in root.attrib["aria-label"]
    assert [child.text for child in root][:2] == [chart.title, chart.alt]


@pytest.mark.parametrize("which", EVERY, ids=str)
def test_a_drawing_is_small_and_holds_no_metadata(charts, which):
    svg = to_svg(charts[which].wide, "", "")
    assert len(svg) < 40_000
    assert not [word for word in ("metadata", "rdf", "Matplotlib", "DejaVu Sans';", "<script") if word in svg]


def test_ids_of_two_drawings_never_meet(charts):
    html = charts["fan", "vi"]._repr_html_() + charts["cumulative", "vi"]._repr_html_()
    ids = [part.split('"')[0] for part in html.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_every_reference_inside_a_drawing_finds_its_mark(charts):
    html = charts["fan", "vi"]._repr_html_()
    ids = {part.split('"')[0] for part in html.split(' id="')[1:]}
    references = {part.split('"')[0] for part in html.split('href="#')[1:]}
    references |= {part.split(")")[0] for part in html.split("url(#")[1:]}
    assert references <= ids


def test_vietnamese_stays_text(charts):
    svg = to_svg(charts["fan", "vi"].wide, "", "")
    assert "ước lượng" in svg
    assert "dự báo" in svg


def test_the_same_numbers_give_the_same_bytes_in_another_process(charts):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.stdout.reconfigure(encoding='utf-8')\n"
        "import stand_in; from ezlib.flow_charts import fan_chart\n"
        "sys.stdout.write(fan_chart(stand_in.lao_cai(), 'vi')._repr_html_())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(Path(stand_in.__file__).parent)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent,
    )
    assert run.stdout.decode("utf-8").replace("\r\n", "\n") == charts["fan", "vi"]._repr_html_()


def test_drawing_leaves_no_state_behind():
    before = dict(matplotlib.rcParams)
    fan_chart(stand_in.lao_cai())
    assert dict(matplotlib.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_the_outlook_is_not_changed():
    outlook = stand_in.complete()
    paths, months = outlook.paths.copy(), outlook.months.copy()
    cumulative_chart(outlook)
    pd.testing.assert_frame_equal(outlook.paths, paths)
    pd.testing.assert_frame_equal(outlook.months, months)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_chart_saves_itself(tmp_path, charts, suffix):
    assert charts["fan", "vi"].save(tmp_path / f"fan{suffix}").stat().st_size > 5000


# What cannot be drawn -----------------------------------------------------------------------------------------------


def test_a_year_that_is_not_covered_is_refused_with_what_is_there():
    outlook = stand_in.lao_cai()
    assert outlook.covers_year(2025)
    assert not outlook.covers_year(2023)
    with pytest.raises(ValueError, match="0 months of 2023"):
        cumulative_chart(outlook, year=2023)


@pytest.mark.parametrize("year", [None, 2025])
def test_a_target_that_was_not_assessed_is_refused_with_the_way_to_do_it(year):
    with pytest.raises(ez.DataError, match=r"T001.*\n.*ez\.assess_target\(outlook, target\)"):
        cumulative_chart(stand_in.lao_cai(), target(), year)


@pytest.mark.parametrize(
    ("first", "last"),
    [(dt.date(2026, 1, 1), dt.date(2026, 12, 31)), (dt.date(2025, 10, 1), dt.date(2025, 12, 31))],
)
def test_a_target_of_other_months_than_the_years_is_refused(first, last):
    outlook = stand_in.lao_cai()
    with pytest.raises(ez.DataError, match=rf"{first:%Y-%m}\.\.{last:%Y-%m}, the chart is of .* 2025-01\.\.2025-12"):
        cumulative_chart(outlook, assessed(outlook, period_start=first, period_end=last), 2025)


def test_a_target_assessed_on_another_series_is_refused():
    with pytest.raises(ez.DataError, match="viet-nam/trade_export/national"):
        cumulative_chart(stand_in.lao_cai(), assessed(stand_in.complete()))


def test_months_outside_the_outlook_are_refused():
    with pytest.raises(ValueError, match="2024-01"):
        fan_chart(stand_in.lao_cai(), since="2010-01", until="2010-12")


def test_a_series_without_name_and_unit_still_has_a_chart():
    chart = fan_chart(replace(stand_in.lao_cai(), series="", unit=""), "en")
    assert "about" in chart.title


def test_a_reliability_diagram_says_its_numbers_in_words():
    table = pd.DataFrame({"stated": [0.1, 0.9], "reached": [0.2, 0.9], "cases": [30, 10]})
    chart = reliability_chart(table, "en", note="n")
    assert re.search("[78] percentage points", wording.plain(chart.title))
    assert "Given 10 %: came true 20 % (30 cases)" in wording.plain(chart.alt)
    assert "<svg" in chart._repr_html_()


def test_a_hedgehog_begins_each_forecast_at_its_origin_and_says_how_far_off_they_were():
    months = pd.Series(100.0, pd.period_range("2022-01", "2023-12", freq="M"))
    rows = [
        {
            "origin": pd.Period(o, "M"),
            "month": pd.Period(o, "M") + h,
            "forecast": 110.0,
            "outturn": 100.0,
            "error": -10.0,
        }
        for o in ("2022-12", "2023-03")
        for h in range(1, 7)
    ]
    chart = hedgehog_chart(months, pd.DataFrame(rows), "million_usd", "Exports", "en", "n")
    assert "10.0 %" in wording.plain(chart.title)
    assert "2 origins" in chart.subtitle
    assert hedgehog_chart(months, pd.DataFrame(rows), "million_usd", "Exports", "en", "n").alt == chart.alt


def test_the_curve_of_chances_says_where_odds_are_even_and_where_the_target_stands():
    curve = pd.Series(np.linspace(1, 0, 11), np.linspace(0, 10_000, 11))
    chart = chance_chart(curve, 9000, (5000, 4900, 5100), "million_usd", "Trade", "en")
    assert "even odds at 5.00 billion USD" in wording.plain(chart.title)
    assert "the chance of 9 is 10 %" in wording.plain(chart.title)
    assert "<svg" in chart._repr_html_()


def test_findings_are_drawn_worst_first_and_told_in_words():
    findings = ez.zone_findings("lao-cai", "2025-05-31")
    drawn = ez.findings_chart(findings, "en", source="Source: published figures.")
    errors = int((findings["severity"] == "error").sum())
    assert drawn.title.startswith(f"{errors} sets of figures cannot all be true")
    assert "People crossing" in drawn.alt and drawn.note.endswith("Source: published figures.")
    assert len(drawn.figure.axes[0].lines) == 2 * int((findings["gap"] > 0)[findings["severity"] != "note"].sum())


def test_no_finding_draws_an_empty_chart():
    none = ez.zone_findings("viet-nam")
    assert ez.findings_chart(none, "vi").title == "Không thấy mâu thuẫn nào."
