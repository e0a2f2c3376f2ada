"""A page stands alone, is the same on every run, and is refused rather than published with a fault."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import stand_in
from hypothesis import given
from hypothesis import strategies as st

from ezlib import blocks
from ezlib.contracts import DataError
from ezlib.flow_charts import fan_chart
from ezlib.publish import MAX_BYTES, page_faults, page_html, publish

MASTHEAD = blocks.masthead("Bản tin Lào Cai, tháng 5/2025", "Ban Quản lý", "31/5/2025", "Tăng 33 %", "Tháng 5 đạt…")


def notebook(*cells):
    made = nbformat.v4.new_notebook(metadata={"papermill": {"start_time": "2025-06-01T08:00:00", "duration": 3.1}})
    made.cells = list(cells)
    return made


def shows(html: str, **metadata):
    output = nbformat.v4.new_output("execute_result", {"text/html": html, "text/plain": "as text"}, execution_count=7)
    return nbformat.v4.new_code_cell("code_of_the_cell()", outputs=[output], metadata=metadata, execution_count=7)


def saved(folder: Path, *cells) -> Path:
    path = folder / "90_brief.ipynb"
    nbformat.write(notebook(*cells), path)
    return path


@pytest.fixture(scope="module")
def chart():
    return fan_chart(stand_in.lao_cai())


# What is on the page ------------------------------------------------------------------------------------------------


def test_the_page_shows_what_the_cells_show_and_not_the_code(tmp_path, chart):
    path = publish(saved(tmp_path, shows(MASTHEAD.html), shows(chart._repr_html_())), tmp_path / "brief.html")
    html = path.read_text(encoding="utf-8")
    assert "Tăng 33 %" in html
    assert "ước lượng" in html
    assert not [word for word in ("code_of_the_cell", "In [", "Out[", "as text", "papermill", "08:00") if word in html]


def test_the_page_names_its_language_and_title():
    html = page_html(notebook(shows(MASTHEAD.html)), "vi")
    assert '<html lang="vi">' in html
    assert "<title>Bản tin Lào Cai, tháng 5/2025</title>" in html
    assert '<html lang="en">' in page_html(notebook(shows(MASTHEAD.html)), "en")


@pytest.mark.parametrize(
    ("shown", "given", "title"),
    [
        (MASTHEAD.html, "Của tôi", "Của tôi"),
        ("<h1>Đầu &amp; cuối</h1>", None, "Đầu &amp; cuối"),
        ("<p>x</p>", None, "90_brief"),
    ],
)
def test_a_title_is_found_where_there_is_one(shown, given, title):
    assert f"<title>{title}</title>" in page_html(notebook(shows(shown)), "vi", given, name="90_brief.ipynb")


def test_the_page_needs_no_network_no_script_and_no_other_file(chart):
    html = page_html(notebook(shows(MASTHEAD.html), shows(chart._repr_html_())))
    assert page_faults(html) == []
    assert not re.search(r"https?:|<script|<link|@import|src=", html)


def test_markdown_and_pictures_of_a_working_notebook_are_shown_too():
    png = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0K\nGgo="}, metadata={"alt": "một chấm"})
    cells = [
        nbformat.v4.new_markdown_cell("## Câu hỏi\nĐạt *hay* không?"),
        nbformat.v4.new_code_cell("", outputs=[png]),
    ]
    html = page_html(notebook(*cells))
    assert "<em>hay</em>" in html
    assert 'alt="một chấm"' in html
    assert "¶" not in html


def test_a_cell_tagged_for_the_notebook_or_the_other_language_is_left_out():
    cells = [shows(f"<p>{tag}-cell</p>", tags=[tag]) for tag in ("vi", "en", "notebook-only", "parameters")]
    html = page_html(notebook(*cells), "vi")
    assert "vi-cell" in html
    assert "parameters-cell" in html
    assert "en-cell" not in html
    assert "notebook-only-cell" not in html


def test_console_output_stays_in_the_notebook():
    stream = nbformat.v4.new_output("stream", text="Fitting… 0.3 s", name="stderr")
    html = page_html(notebook(nbformat.v4.new_code_cell("", outputs=[stream]), shows("<p>x</p>")))
    assert "Fitting" not in html


def test_the_same_notebook_gives_the_same_bytes(tmp_path, chart):
    cells = [shows(MASTHEAD.html), shows(chart._repr_html_())]
    one, other = (publish(saved(tmp_path, *cells), tmp_path / name).read_bytes() for name in ("a.html", "b.html"))
    assert one == other
    assert b"\r" not in one


def test_two_runs_of_a_notebook_give_the_same_page_whatever_papermill_recorded():
    one, other = notebook(shows("<p>x</p>")), notebook(shows("<p>x</p>"))
    other.metadata["papermill"]["start_time"] = "2031-01-01T00:00:00"
    other.cells[0]["execution_count"] = 12
    assert page_html(one) == page_html(other)


# What is refused ----------------------------------------------------------------------------------------------------


def test_a_notebook_with_a_failed_cell_is_refused_and_the_cell_named(tmp_path):
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'2025'", traceback=[])
    failed = saved(tmp_path, shows("<p>x</p>"), nbformat.v4.new_code_cell("boom", outputs=[error]))
    with pytest.raises(DataError, match="cell 2: KeyError: '2025'"):
        publish(failed, tmp_path / "brief.html")


@pytest.mark.parametrize(
    ("shown", "complaint"),
    [
        ('<img src="data:image/png;base64,AA">', "no text alternative"),
        ('<img src="data:image/png;base64,AA" alt="">', "no text alternative"),
        ("<svg><path d='M0 0'/></svg>", "no text alternative"),
        ("<svg><g><svg><title>inner</title></svg></g></svg><svg></svg>", "no text alternative"),
        ('<img alt="x" src="https://example.org/x.png">', "fetches something"),
        ('<img alt="x" src="picture.png">', "fetches something"),
        ("<script>alert(1)</script>", "<script> is not allowed"),
        ('<p onclick="go()">x</p>', "runs a script"),
        ('<a href="javascript:go()">x</a>', "runs a script"),
        ("<style>@import 'x.css';</style>", "fetches something"),
        ("<style>p { background: url(https://example.org/x.png) }</style>", "fetches something"),
        ('<p style="background: url(x.png)">x</p>', "fetches something"),
        ('<link rel="stylesheet" href="x.css">', "<link> is not allowed"),
        ('<iframe src="x"></iframe>', "<iframe> is not allowed"),
        ('<svg aria-label="x"><image href="x.png"></image></svg>', "fetches something"),
    ],
)
def test_a_page_that_is_mute_or_does_not_stand_alone_is_refused(shown, complaint):
    with pytest.raises(DataError, match=complaint):
        page_html(notebook(shows(shown)))


@pytest.mark.parametrize(
    "shown",
    [
        '<svg aria-label="dự báo"></svg>',
        "<svg><title>dự báo</title></svg>",
        '<svg aria-hidden="true"></svg>',
        '<svg aria-label="x"><defs><path id="p" d="M0 0"/></defs><use href="#p"/><g clip-path="url(#p)"/></svg>',
        '<a href="https://example.org/report">báo cáo</a>',
        '<a href="#s1">1</a>',
        '<img alt="một chấm" src="data:image/png;base64,AA">',
    ],
)
def test_what_speaks_and_stays_inside_the_page_is_allowed(shown):
    assert page_faults(f"<p>{shown}</p>") == []
    assert page_html(notebook(shows(shown)))


def test_a_picture_without_words_is_refused_even_after_nbconvert_gave_it_a_phrase():
    png = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo="})
    with pytest.raises(DataError, match="no text alternative"):
        page_html(notebook(nbformat.v4.new_code_cell("", outputs=[png])))


def test_every_fault_of_a_page_is_listed_at_once():
    with pytest.raises(DataError) as refused:
        page_html(notebook(shows('<script></script><img src="x.png">')))
    assert len(refused.value.where) == 3


def test_a_page_too_heavy_to_mail_is_refused_with_its_size():
    with pytest.raises(DataError, match=r"is 4\d\d KiB; at most 400"):
        page_html(notebook(shows("<p>" + "ố" * (MAX_BYTES // 3) + "</p>")))


def test_an_unknown_language_is_refused(tmp_path):
    with pytest.raises(ValueError, match="'vi' or 'en'"):
        publish(saved(tmp_path), tmp_path / "x.html", "fr")


def test_a_missing_notebook_is_refused_by_name(tmp_path):
    with pytest.raises(DataError, match=r"no notebook .*x\.ipynb"):
        publish(tmp_path / "x.ipynb", tmp_path / "x.html")


# Writing ------------------------------------------------------------------------------------------------------------


def test_a_refused_page_leaves_the_earlier_one_and_no_draft(tmp_path):
    page = tmp_path / "brief.html"
    page.write_text("earlier", encoding="utf-8")
    with pytest.raises(DataError):
        publish(saved(tmp_path, shows("<script></script>")), page)
    assert page.read_text(encoding="utf-8") == "earlier"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["90_brief.ipynb", "brief.html"]


# Blocks -------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_text_never_becomes_markup(text):
    for block in (
        blocks.paragraph(text),
        blocks.section(text),
        blocks.points([text]),
        blocks.key_figures([(text, text)]),
    ):
        body = re.sub(r"</?(p|h2|ul|li|dl|div|dt|dd)( class=\"keys\")?>", "", block.html)
        assert "<" not in body


def test_cells_of_a_table_lead_to_their_sources():
    frame = pd.DataFrame({"Lũy kế": ["625,91", ""]}, index=pd.Index(["Tổng", "Phần"], name="Chỉ tiêu"))
    refs = pd.DataFrame({"Lũy kế": [[1, 2], []]}, index=frame.index)
    html = blocks.stack(blocks.table(frame, "Kết quả", ["total", "part"], refs), blocks.sources(["A", "B"])).html
    assert '625,91<sup><a href="#s1">1</a>,<a href="#s2">2</a></sup>' in html
    assert set(re.findall(r'href="#(s\d)"', html)) == set(re.findall(r'id="(s\d)"', html))


def test_sources_that_follow_on_each_other_are_told_as_a_range():
    frame = pd.DataFrame({"a": ["1"], "b": ["2"]}, index=["x"])
    html = blocks.table(frame, "", refs=pd.DataFrame({"a": [[10, 9, 12, 11]], "b": [[7, 2, 3]]}, index=["x"])).html
    assert re.sub("</?a[^>]*>", "", "".join(re.findall("<sup>.*?</sup>", html))) == "<sup>9–12</sup><sup>2,3,7</sup>"
    assert re.findall('class="(marked[^"]*)"', html) == ["marked long"] * 4


def test_a_figure_without_a_source_leaves_no_room_for_one():
    frame = pd.DataFrame({"a": ["1"], "b": ["2"]}, index=["x"])
    html = blocks.table(frame, "", refs=pd.DataFrame({"a": [[1]], "b": [[]]}, index=["x"])).html
    assert html.count('class="marked"') == 2


def test_an_interval_may_leave_the_line_of_its_estimate_and_the_words_stay_the_same():
    html = blocks.table(pd.DataFrame({"a": ["1.730 (1.370–2.280)"]}, index=["x"]), "").html
    assert '1.730 <span class="range">(1.370–2.280)</span>' in html


def test_charts_side_by_side_share_a_note_that_is_the_same(chart):
    both = blocks.pair(chart, chart).html
    assert both.count(chart.note) == 1
    assert blocks.pair(chart, fan_chart(stand_in.annual_only())).html.count("<figcaption>") == 2


def test_a_table_can_be_read_aloud():
    frame = pd.DataFrame({"Lũy kế": ["625,91"]}, index=pd.Index(["Tổng"], name="Chỉ tiêu"))
    html = blocks.table(frame, "Kết quả tháng 5").html
    assert "<caption>Kết quả tháng 5</caption>" in html
    assert '<th scope="row" role="rowheader">Tổng</th>' in html
    assert 'scope="col" role="columnheader">Lũy kế</th>' in html


def test_row_kinds_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="each of 1 rows"):
        blocks.table(pd.DataFrame({"a": ["x"]}), "", kinds=["bold"])


def test_a_block_is_text_where_html_cannot_be_shown():
    assert repr(blocks.key_figures([("< 1 %", "khả năng đạt", "warn")])) == "< 1 % khả năng đạt"


def test_a_passing_warning_leaves_no_trace_on_the_page():
    def page(*printed):
        cell = nbformat.v4.new_code_cell("x = 1", outputs=list(printed))
        shown = nbformat.v4.new_output("display_data", data={"text/html": "<h1>A</h1>"})
        return page_html(nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("y", outputs=[shown])]))

    warning = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: something passing")
    assert page(warning) == page()
