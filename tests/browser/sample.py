"""A brief made by hand, of the size and shape of a real one, in either language: what the browser tests look at."""

import json

import nbformat
import pandas as pd
import stand_in

from ezlib import blocks
from ezlib.flow_charts import cumulative_chart, fan_chart
from ezlib.plans import load_targets
from ezlib.targets import assess_target

TEXTS = {
    "vi": {
        "title": "Bản tin Lào Cai, tháng 5/2025",
        "left": "Ban Quản lý Khu kinh tế tỉnh Lào Cai",
        "right": "Báo cáo tháng 5/2025 (16/4–15/5) · số liệu công bố đến 31/5/2025",
        "headline": "Tổng xuất nhập khẩu tháng 5/2025 tăng 33 %, "
        "nhưng mục tiêu 9 tỷ USD năm 2025 gần như không thể đạt",
        "lead": "Tháng 5/2025 đạt 150,83 triệu USD, tăng 33 % so với tháng trước. Lũy kế 625,91 triệu USD, giảm 28 % "
        "so với cùng kỳ. Cả năm 2025 dự kiến khoảng 1.810 triệu USD (80 % khả năng từ 1.410 đến 2.420), "
        "bằng 20 % mục tiêu.",
        "keys": [
            ("< 1 %", "khả năng đạt 9 tỷ USD năm 2025", "warn"),
            ("1.196", "triệu USD mỗi tháng còn phải đạt, gấp 7,9 lần tháng 5/2025"),
            ("1.810", "triệu USD dự kiến cả năm 2025"),
            ("3 %", "khả năng bằng hoặc hơn năm 2024"),
        ],
        "caption": "Kết quả tháng 5/2025 và dự kiến cả năm",
        "columns": ["Tháng 5/2025", "So tháng trước", "Lũy\u00a0kế", "So cùng kỳ", "% kế hoạch", "Dự kiến 2025 (80 %)"],
        "first": "Chỉ tiêu",
        "rows": [
            (
                "Tổng giá trị hàng hóa xuất nhập khẩu",
                "total",
                "150,83 | +33 % | 625,91 | −28 % | 7,0 %* | 1.810 (1.410–2.420)",
            ),
            ("Kim ngạch xuất khẩu", "part", "75,68 | +39 % | 309,63 | −45 % | |"),
            ("Kim ngạch nhập khẩu", "part", "58,74 | +23 % | 268,29 | +23 % | |"),
            ("Xuất nhập khẩu các loại hình khác", "part", "16,40 | +45 % | 47,98 | −53 % | |"),
            ("Qua cửa khẩu quốc tế đường bộ", "part", "114,83 | +33 % | 475,58 | −35 % | |"),
            ("Qua cửa khẩu quốc tế đường sắt", "part", "35,96 | +32 % | 150,21 | +8 % | |"),
            ("Thu ngân sách (tỷ đồng)", "total", "140,03 | +29 % | 533,47 | +7 % | | 1.340 (1.150–1.560)"),
        ],
        "note": "* Tính từ các số đã công bố.",
        "name": "Tổng xuất nhập khẩu",
        "doubts": [
            "Báo cáo in tổng lượt người giảm 9,1 %, nhưng mọi thành phần giảm từ 10 đến 12 %: "
            "tổng phải giảm khoảng 11 %.",
            "Tổng lũy kế in giảm 28 %, các thành phần cộng lại cho 29,1 %.",
        ],
        "points": [
            "Muốn đạt 9 tỷ USD, 7 tháng báo cáo còn lại phải đạt bình quân 1.196 triệu USD mỗi tháng.",
            "Bình quân cao nhất mà số liệu cho phép suy ra trên 7 tháng liền là khoảng 274 triệu USD "
            "(tháng 6–12/2024).",
            "Để so sánh: theo nhịp hiện tại cả năm là 1.502 triệu USD.",
        ],
        "source": "Tổng giá trị hàng hóa xuất nhập khẩu, 16/4–15/5: 150,83 triệu USD, +33 % [A]",
        "documents": "[A] Báo cáo tình hình thực hiện nhiệm vụ tháng 5/2025 (Ban Quản lý Khu kinh tế), 31/5/2025",
        "sections": ("Các mục tiêu", "Số liệu cần xem lại", "Nguồn của từng số liệu"),
    },
    "en": {
        "title": "Lào Cai: brief for May 2025",
        "left": "Lào Cai Economic Zone Board",
        "right": "Reporting month May 2025 (16 Apr–15 May) · figures published by 31 May 2025",
        "headline": "Total trade up 33 % in May 2025, but the 2025 target of 9 billion USD is all but out of reach",
        "lead": "May 2025 came to 150.83 million USD, up 33 % on the month before. The year to date stands at 625.91 "
        "million USD, down 28 % on the same period of last year. The whole of 2025 is expected at about 1,810 million "
        "USD (80 % interval 1,410 to 2,420), 20 % of the target.",
        "keys": [
            ("< 1 %", "chance of reaching 9 billion USD in 2025", "warn"),
            ("1,196", "million USD a month still needed, 7.9 times May 2025"),
            ("1,810", "million USD expected for 2025"),
            ("3 %", "chance of matching or beating 2024"),
        ],
        "caption": "Results for May 2025 and the year expected",
        "columns": [
            "May 2025",
            "On month before",
            "Year to date",
            "On same period",
            "% of plan",
            "2025 expected (80 %)",
        ],
        "first": "Indicator",
        "rows": [
            ("Total trade", "total", "150.83 | +33 % | 625.91 | −28 % | 7.0 %* | 1,810 (1,410–2,420)"),
            ("Exports", "part", "75.68 | +39 % | 309.63 | −45 % | |"),
            ("Imports", "part", "58.74 | +23 % | 268.29 | +23 % | |"),
            ("Other customs regimes", "part", "16.40 | +45 % | 47.98 | −53 % | |"),
            ("International road gate", "part", "114.83 | +33 % | 475.58 | −35 % | |"),
            ("International rail gate", "part", "35.96 | +32 % | 150.21 | +8 % | |"),
            ("Revenue collected (billion VND)", "total", "140.03 | +29 % | 533.47 | +7 % | | 1,340 (1,150–1,560)"),
        ],
        "note": "* Computed from published figures.",
        "name": "Total trade",
        "doubts": [
            "The report prints people crossings down 9.1 %, but every part is down by 10 to 12 %: "
            "the total must be down by about 11 %.",
            "The cumulative total is printed as down 28 %; its parts give 29.1 %.",
        ],
        "points": [
            "Reaching 9 billion USD takes 1,196 million USD a month over the remaining 7 reporting months.",
            "The largest average that the facts "
            "imply over 7 months running is about 274 million USD (June to December 2024).",
            "For comparison: 1,502 million USD at the run rate.",
        ],
        "source": "Total trade, 16 Apr–15 May: 150.83 million USD, +33 % [A]",
        "documents": "[A] Monthly report for May 2025 (Economic Zone Board), published 31 May 2025",
        "sections": ("Targets", "Figures to check", "Source of each figure"),
    },
}


def sample_notebook(lang: str):
    """An executed notebook whose cells show the blocks of a brief."""
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [cell(shown) for shown in _shown(TEXTS[lang], lang)]
    return notebook


def _shown(t: dict, lang: str) -> list:
    found = stand_in.lao_cai()
    target = next(t for t in load_targets("lao-cai") if t.target_id == "T001")
    t = json.loads(json.dumps(t).replace(" %", "\\u00a0%"))
    targets, doubts, sources = t["sections"]
    return [
        blocks.masthead(t["title"], t["left"], t["right"], t["headline"], t["lead"]),
        blocks.key_figures(t["keys"]),
        _table(t),
        blocks.pair(
            fan_chart(found, lang, name=t["name"], source=t["left"]),
            cumulative_chart(found, assess_target(found, target), 2025, lang, name=t["name"], source=t["left"]),
        ),
        blocks.stack(blocks.section(targets), blocks.points(t["points"])),
        blocks.stack(blocks.section(doubts), blocks.warnings(t["doubts"])),
        blocks.stack(
            blocks.section(sources),
            blocks.sources(f"F{i:04d}: {t['source']}" for i in range(1, 27)),
            blocks.small_print(t["documents"]),
        ),
    ]


def _table(t: dict):
    names, kinds, cells = zip(*t["rows"], strict=True)
    cells = [[cell.strip() for cell in row.split("|")] for row in cells]
    frame = pd.DataFrame(cells, index=pd.Index(names, name=t["first"]), columns=t["columns"])
    refs = pd.DataFrame(
        [[[2 * i + 1 + (j > 1)] if frame.iat[i, j] and j < 4 else [] for j in range(6)] for i in range(len(frame))],
        index=frame.index,
        columns=frame.columns,
    )
    return blocks.table(frame, t["caption"], kinds, refs, t["note"])


def cell(shown):
    made = nbformat.v4.new_code_cell("shown")
    made.outputs = [
        nbformat.v4.new_output(
            "execute_result", {"text/html": shown._repr_html_(), "text/plain": repr(shown)}, execution_count=1
        )
    ]
    return made
