"""The sentences of pages, charts and tables, a row each, in Vietnamese and in English.

A brief picks a key and fills in values, which `wording` has written; it never glues clauses together.
"""

from __future__ import annotations

from difflib import get_close_matches
from string import Formatter

LANGUAGES = ("vi", "en")

SENTENCES = {
    # small words
    "change.up": {"vi": "tăng {size}", "en": "up {size}"},
    "change.down": {"vi": "giảm {size}", "en": "down {size}"},
    "change.same": {"vi": "không đổi", "en": "unchanged"},
    "times": {"vi": "gấp\u00a0{number}\u00a0lần", "en": "{number}\u00a0times"},
    "times.alike": {"vi": "xấp xỉ", "en": "about equal to"},
    "times.less": {"vi": "bằng\u00a0{share}", "en": "{share} of"},
    "probability.below": {"vi": "dưới 1\u00a0%", "en": "below 1\u00a0%"},
    "probability.above": {"vi": "trên 99\u00a0%", "en": "above 99\u00a0%"},
    "range": {"vi": "{lower} đến {upper}", "en": "{lower} to {upper}"},
    "year": {"vi": "năm {year}", "en": "{year}"},
    "verdict.of_year": {"vi": "{verdict} (năm {year})", "en": "{verdict} ({year})"},
    "and": {"vi": "và", "en": "and"},
    "but": {"vi": "nhưng", "en": "but"},
    "list.last": {"vi": " và ", "en": " and "},
    # the page
    "page.title": {"vi": "Bản tin {zone}, {month}", "en": "{zone}: brief for {month}"},
    "page.month": {"vi": "Báo cáo {month}", "en": "Reporting month {month}"},
    "page.as_of": {"vi": "số liệu công bố đến {date}", "en": "figures published by {date}"},
    # headline and lead
    "headline.target": {
        "vi": "{series} {month} {change} so với tháng trước, {joint} mục tiêu {target} năm {year} {verdict}",
        "en": "{series} {change} on the month in {month}, {joint} the {year} target of {target} {verdict}",
    },
    "headline.month": {
        "vi": "{series} {month} {change} so với tháng trước; cả năm {year} dự kiến {expected}",
        "en": "{series} {change} on the month before in {month}; {year} expected at {expected}",
    },
    "headline.year": {
        "vi": "{series} năm {year} dự kiến {expected}",
        "en": "{series} in {year} expected at {expected}",
    },
    "lead.stale": {
        "vi": "Các chỉ tiêu chính chưa có số liệu {month}; số gần nhất là của {last}.",
        "en": "No figure of the leading series for {month} has been published; the latest are of {last}.",
    },
    "lead.month": {
        "vi": "{month} đạt {value}, {change} so với tháng trước.",
        "en": "{month} came to {value}, {change} on the month before.",
    },
    "lead.month_estimate": {
        "vi": "{month} ước đạt {value}, {change} so với tháng trước.",
        "en": "{month} is estimated at {value}, {change} on the month before.",
    },
    "lead.cumulative_estimate": {
        "vi": "Lũy kế ước đạt {value}, {change} so với cùng kỳ.",
        "en": "The year to date is estimated at {value}, {change} on the same period of last year.",
    },
    "lead.cumulative": {
        "vi": "Lũy kế {value}, {change} so với cùng kỳ.",
        "en": "The year to date stands at {value}, {change} on the same period of last year.",
    },
    "lead.expected": {
        "vi": "Cả năm {year} dự kiến khoảng {median} (khoảng dự báo 80\u00a0%: {lower} đến {upper}).",
        "en": "The whole of {year} is expected at about {median} (80\u00a0% interval {lower} to {upper}).",
    },
    "lead.one_fact": {
        "vi": "Chuỗi này mới có 1 số liệu đã công bố.",
        "en": "Only one published figure stands behind this series.",
    },
    "lead.one_fact_wide": {
        "vi": "Chuỗi này mới có 1 số liệu đã công bố nên khoảng dự báo rộng.",
        "en": "Only one published figure stands behind this series, so its intervals are wide.",
    },
    "lead.few_facts": {
        "vi": "Chuỗi này mới có {count} số liệu đã công bố.",
        "en": "Only {count} published figures stand behind this series.",
    },
    "lead.few_facts_wide": {
        "vi": "Chuỗi này mới có {count} số liệu đã công bố nên khoảng dự báo rộng.",
        "en": "Only {count} published figures stand behind this series, so its intervals are wide.",
    },
    # key figures
    "key.probability": {"vi": "khả năng đạt {target} năm {year}", "en": "chance of reaching {target} in {year}"},
    "key.needed": {
        "vi": "{unit} mỗi tháng còn phải đạt{beside}",
        "en": "{unit} a month still needed{beside}",
    },
    "key.allowed": {
        "vi": "{unit} mỗi tháng là mức tối đa từ nay{beside}",
        "en": "{unit} a month at most from now on{beside}",
    },
    "key.beside": {"vi": ", {times} {month}", "en": ", {times} {month}"},
    "key.expected": {"vi": "{unit} dự kiến cả năm {year}", "en": "{unit} expected for {year}"},
    "key.last_year": {"vi": "khả năng bằng hoặc cao hơn năm {year}", "en": "chance of matching or beating {year}"},
    # the table in the report's shape
    "table.caption": {"vi": "Kết quả {month} và dự kiến cả năm", "en": "Results for {month} and the year expected"},
    "table.indicator": {"vi": "Chỉ tiêu", "en": "Indicator"},
    "table.mom": {"vi": "So tháng trước", "en": "On month before"},
    "table.cumulative": {"vi": "Lũy\u00a0kế", "en": "Year to date"},
    "table.ytd_yoy": {"vi": "So cùng kỳ", "en": "On same period"},
    "table.plan": {"vi": "% kế hoạch", "en": "% of plan"},
    "table.year_end": {"vi": "Dự kiến {year} (80\u00a0%)", "en": "{year} expected (80\u00a0%)"},
    "table.probability": {"vi": "Khả năng đạt", "en": "Chance of target"},
    "table.target": {"vi": "Mục tiêu", "en": "Target"},
    "table.verdict": {"vi": "Đánh giá", "en": "Verdict"},
    "table.run_rate": {"vi": "Theo nhịp hiện tại", "en": "At run rate"},
    "table.profile": {"vi": "Theo nhịp các năm trước", "en": "By profile"},
    # charts
    "chart.fan.title": {
        "vi": "{count} tháng còn lại của năm {year}: bình quân khoảng {median} mỗi tháng ({interval})",
        "en": "Remaining {count} months of {year}: about {median} a month ({interval})",
    },
    "chart.fan.title_year": {
        "vi": "Năm {year}: bình quân khoảng {median} mỗi tháng ({interval})",
        "en": "{year}: about {median} a month ({interval})",
    },
    "chart.fan.title_last": {
        "vi": "{month}: dự kiến khoảng {median} ({interval})",
        "en": "{month}: about {median} expected ({interval})",
    },
    "chart.fan.title_history": {
        "vi": "{name}: {month} đạt {median}",
        "en": "{name}: {median} in {month}",
    },
    "chart.unnamed": {"vi": "chuỗi số liệu", "en": "the series"},
    "chart.unit_unknown": {"vi": "đơn vị gốc", "en": "original units"},
    "chart.fan.subtitle": {
        "vi": "{name}, {unit} mỗi tháng báo cáo; số liệu công bố đến {date}",
        "en": "{name}, {unit} a reporting month; figures published by {date}",
    },
    "chart.fan.subtitle_all": {
        "vi": "{name}, {unit} mỗi tháng; mọi số liệu hiện có",
        "en": "{name}, {unit} a month; all figures at hand",
    },
    "chart.bands": {
        "vi": "Dải từ nhạt đến đậm: khả năng 95, 80 và 50\u00a0%.",
        "en": "Bands, pale to dark: 95, 80 and 50\u00a0% of likely outcomes.",
    },
    "chart.averages": {
        "vi": "Đường chấm là trung vị từng tháng; trung vị của bình quân {count} tháng ở tiêu đề lớn hơn, vì tháng cao "
        "có thể cao hơn nhiều.",
        "en": "The dotted line shows medians of single months; the median of the average of {count} months, in the "
        "title, is larger, since high months can be far higher.",
    },
    "chart.clipped": {
        "vi": "Dải 95\u00a0% bị cắt ở {limit}; nơi cao nhất lên tới {highest} ({month}).",
        "en": "The 95\u00a0% band is cut at {limit}; at its highest it reaches {highest} ({month}).",
    },
    "chart.read.reported": {"vi": "Chấm đặc: đã công bố", "en": "Filled dot: published"},
    "chart.read.derived": {
        "vi": "chấm rỗng: suy ra từ số đã công bố",
        "en": "open dot: derived from published figures",
    },
    "chart.read.estimated": {"vi": "nét đứt: ước lượng", "en": "dashes: estimated"},
    "chart.read.announced": {"vi": "dấu ×: số ước đã công bố", "en": "cross: published estimate"},
    "chart.read.forecast": {"vi": "nét chấm trên nền xám: dự báo", "en": "dots on grey: forecast"},
    "chart.source": {"vi": "Nguồn: {source}.", "en": "Source: {source}."},
    "chart.label.reported": {"vi": "đã công bố\n{value}", "en": "published\n{value}"},
    "chart.label.derived": {"vi": "suy ra {value}", "en": "derived {value}"},
    "chart.label.target": {"vi": "mục tiêu\n{target}", "en": "target\n{target}"},
    "chart.label.pace": {"vi": "cần {needed}\nmỗi tháng", "en": "{needed}\na month needed"},
    "chart.label.year_end": {"vi": "dự kiến\n{value}", "en": "expected\n{value}"},
    "chart.label.total": {"vi": "cả năm\n{value}", "en": "full year\n{value}"},
    "chart.label.last_year": {"vi": "năm {year}\n{value}", "en": "{year}\n{value}"},
    "chart.cumulative.title_target": {
        "vi": "Mục tiêu {target} năm {year} {verdict}: dự kiến {median}",
        "en": "The {year} target of {target} {verdict}: {median} expected",
    },
    "chart.cumulative.title_over": {
        "vi": "Mục tiêu {target} năm {year} {verdict}: cả năm {median}",
        "en": "The {year} target of {target} {verdict}: {median} in the year",
    },
    "chart.cumulative.title": {
        "vi": "Cả năm {year} dự kiến {median} ({interval})",
        "en": "{year} as a whole: {median} expected ({interval})",
    },
    "chart.cumulative.title_known": {"vi": "Cả năm {year}: {median}", "en": "{year} as a whole: {median}"},
    "chart.cumulative.title_estimated": {
        "vi": "Cả năm {year} ước lượng {median} ({interval})",
        "en": "{year} as a whole: estimated at {median} ({interval})",
    },
    "chart.cumulative.subtitle": {
        "vi": "{name}, lũy kế năm {year}, {unit}; số liệu công bố đến {date}",
        "en": "{name}, cumulative in {year}, {unit}; figures published by {date}",
    },
    "chart.cumulative.subtitle_all": {
        "vi": "{name}, lũy kế năm {year}, {unit}; mọi số liệu hiện có",
        "en": "{name}, cumulative in {year}, {unit}; all figures at hand",
    },
    # text alternatives
    "alt.fan.open": {
        "vi": "Biểu đồ: {name} theo tháng, {unit}, từ {start} đến {end}.",
        "en": "Chart: {name} by month, {unit}, {start} to {end}.",
    },
    "alt.fan.reported": {
        "vi": "Tháng gần nhất đã công bố: {month}, {value}.",
        "en": "Latest published month: {month}, {value}.",
    },
    "alt.fan.derived": {"vi": "Suy ra từ số đã công bố: {months}.", "en": "Derived from published figures: {months}."},
    "alt.fan.estimated_one": {
        "vi": "Ước lượng {month}: {median} (80\u00a0% khả năng từ {lower} đến {upper}).",
        "en": "Estimated for {month}: {median} (80\u00a0% interval {lower} to {upper}).",
    },
    "alt.fan.announced": {
        "vi": "Số ước đã công bố cho {month}: {value}.",
        "en": "Published estimate for {month}: {value}.",
    },
    "alt.fan.estimated": {
        "vi": "Ước lượng cho {count} tháng, giá trị giữa từ {lowest} ({lowest_month}) đến {highest} ({highest_month}).",
        "en": "Estimated for {count} months, medians between {lowest} ({lowest_month}) and "
        "{highest} ({highest_month}).",
    },
    "alt.fan.forecast": {
        "vi": "Dự báo {month}: {median} (80\u00a0% khả năng từ {lower} đến {upper}).",
        "en": "Forecast for {month}: {median} (80\u00a0% interval {lower} to {upper}).",
    },
    "alt.cumulative.open": {
        "vi": "Biểu đồ: {name}, lũy kế năm {year}, {unit}.",
        "en": "Chart: {name}, cumulative in {year}, {unit}.",
    },
    "alt.cumulative.known": {"vi": "Đến hết {month}: {value}.", "en": "To the end of {month}: {value}."},
    "alt.cumulative.expected": {
        "vi": "Cả năm dự kiến {median} (80\u00a0% khả năng từ {lower} đến {upper}).",
        "en": "Whole year expected: {median} (80\u00a0% interval {lower} to {upper}).",
    },
    "alt.cumulative.estimated": {
        "vi": "Cả năm ước lượng {median} (80\u00a0% khả năng từ {lower} đến {upper}).",
        "en": "Whole year estimated: {median} (80\u00a0% interval {lower} to {upper}).",
    },
    "alt.cumulative.target": {
        "vi": "Mục tiêu {target}: khả năng {probability}.",
        "en": "Target {target}: chance {probability}.",
    },
    "alt.cumulative.pace": {
        "vi": "Muốn đạt phải có bình quân {needed} mỗi tháng trong {count} tháng còn lại.",
        "en": "Reaching it takes {needed} a month over the remaining {count} months.",
    },
    "alt.cumulative.last_year": {
        "vi": "Năm {year}: {value}.",
        "en": "{year}: {value}.",
    },
    # targets
    "target.needed": {
        "vi": "Muốn đạt {target}, {count} tháng báo cáo còn lại{until} phải đạt bình quân {needed} mỗi tháng.",
        "en": "Reaching {target} takes {needed} a month over the remaining {count} reporting months{until}.",
    },
    "target.allowed": {
        "vi": "Muốn giữ {target}, {count} tháng báo cáo còn lại{until} bình quân không được quá {needed} mỗi tháng.",
        "en": "Keeping to {target} leaves at most {needed} a month for the remaining {count} reporting months{until}.",
    },
    "target.until": {"vi": " (số liệu đến {month})", "en": " (figures to {month})"},
    "target.best_month": {
        "vi": "Tháng cao nhất từng công bố là {best} ({month}).",
        "en": "The largest month ever published is {best} ({month}).",
    },
    "target.best_average": {
        "vi": "Bình quân cao nhất mà số liệu cho phép suy ra trên {count} tháng liền là khoảng {best} ({stretch}).",
        "en": "The largest average that the facts imply over {count} months running is about {best} ({stretch}).",
    },
    "target.least_average": {
        "vi": "Theo số liệu đã công bố, từng có {count} tháng liền bình quân ít nhất khoảng {best} ({stretch}).",
        "en": "The facts imply an average of at least about {best} over {count} months running ({stretch}).",
    },
    "target.reached": {"vi": "Mục tiêu {target} đã đạt.", "en": "The target of {target} has been reached."},
    "target.missed": {"vi": "Mục tiêu {target} không đạt.", "en": "The target of {target} was missed."},
    "target.conflict": {
        "vi": "Chưa thể kết luận về mục tiêu {target}: các số liệu đã công bố mâu thuẫn nhau.",
        "en": "The target of {target} cannot be settled: the published figures conflict.",
    },
    "target.other_scope": {
        "vi": "Mục tiêu được giao theo số liệu “{target_scope}”; ở đây đối chiếu với số liệu “{scope}”.",
        "en": "The target is set on the series of the {target_scope}; it is tested here on that of the {scope}.",
    },
    # sections of the brief
    "section.revenue_all": {"vi": "Thu ngân sách", "en": "Budget revenue"},
    "section.revenue": {"vi": "Thu ngân sách qua cửa khẩu", "en": "Revenue at the border gates"},
    "section.targets": {"vi": "Các mục tiêu", "en": "Targets"},
    "section.changed_and_record": {
        "vi": "Thay đổi so với bản tin trước, và các dự báo trước đúng đến đâu",
        "en": "Changes since the last brief, and how good past forecasts were",
    },
    "section.changed": {"vi": "Thay đổi so với bản tin trước", "en": "Changes since the last brief"},
    "section.findings": {"vi": "Số liệu cần xem lại", "en": "Figures to check"},
    "section.sources": {"vi": "Nguồn của từng số liệu", "en": "Source of each figure"},
    "findings.none": {
        "vi": "Không thấy mâu thuẫn trong các số liệu dùng ở trang này.",
        "en": "No contradiction was found among the figures on this page.",
    },
    "record.none": {
        "vi": "Chưa có dự báo nào đến hạn đối chiếu.",
        "en": "No forecast has come due yet.",
    },
    "record.line": {
        "vi": "Trong {count} lần dự báo cả năm gần nhất cho {outturns} ({names}; {years}), {held} lần kết quả "
        "nằm trong khoảng 80\u00a0%.",
        "en": "Of the last {count} year-end intervals at 80\u00a0%, forecasts of {outturns} ({names}; {years}), {held} "
        "held the outturn.",
    },
    "record.short": {
        "vi": "Mới có {outturns} để đối chiếu ({names}; {years}): trong {count} lần dự báo cả năm, {held} lần kết quả "
        "nằm trong khoảng 80\u00a0%; dưới {needed} kết quả chưa nói được độ tin cậy.",
        "en": "Only {outturns} can be checked ({names}; {years}): of {count} year-end intervals at 80\u00a0% {held} "
        "held the outturn; fewer than {needed} outturns say little.",
    },
    "record.all_again": {
        "vi": "Tính lại như đứng ở từng tháng, {how}.",
        "en": "They were worked out again as of each month, {how}.",
    },
    "record.some_again": {
        "vi": "{count} lần trong đó tính lại như đứng ở từng tháng, {how}.",
        "en": "{count} of them were worked out again as of each month, {how}.",
    },
    "record.known_days": {
        "vi": "chỉ dùng số đã công bố khi đó",
        "en": "with what had been published by then",
    },
    "record.assumed_days": {
        "vi": "theo ngày công bố giả định (giả lập thời gian thực)",
        "en": "by assumed days of publication (pseudo-real-time)",
    },
    "record.outturn": {"vi": "kết quả của {count} năm", "en": "{count} outturn"},
    "record.outturns": {"vi": "{count} kết quả cả năm", "en": "{count} outturns"},
    "record.waiting": {
        "vi": "Còn {count} dự báo đã ghi đang chờ kết quả.",
        "en": "{count} forecasts on record wait for their outturn.",
    },
    "record.brier": {
        "vi": "Điểm Brier của {count} khả năng đã nêu: {brier} (0 là hoàn hảo; luôn nói 50\u00a0% là 0,25).",
        "en": "Brier score of {count} chances given: {brier} (0 is perfect, always saying 50\u00a0% gives 0.25).",
    },
    "record.brier_few": {
        "vi": "Mới có {count} khả năng đã nêu biết kết quả (Brier {brier}), quá ít để đánh giá.",
        "en": "Only {count} chances given have been decided (Brier {brier}), too few to judge by.",
    },
    "yes": {"vi": "có", "en": "yes"},
    "no": {"vi": "không", "en": "no"},
    "track.ours": {"vi": "Mô hình này", "en": "This model"},
    "track.method": {"vi": "Phương pháp", "en": "Method"},
    "track.said": {"vi": "Dự báo lúc", "en": "Forecast in"},
    "track.outturn": {"vi": "Kết quả", "en": "Outturn"},
    "track.held": {"vi": "Trong khoảng", "en": "Inside"},
    "track.cases": {"vi": "Số lần", "en": "Cases"},
    "track.cases_caption": {"vi": "Dự báo đã ghi và kết quả", "en": "Forecasts on record and what came"},
    "track.known": {"vi": "Biết {first}–{last} tháng của năm", "en": "{first}–{last} months of the year known"},
    "track.intervals": {"vi": "Khoảng 80\u00a0% chứa kết quả", "en": "80\u00a0% intervals that held"},
    "track.of": {"vi": "{held}/{count}", "en": "{held} of {count}"},
    "track.error_of": {"vi": "Sai lệch: {method}", "en": "Error: {method}"},
    "track.brier_of": {"vi": "Brier: {method}", "en": "Brier: {method}"},
    "track.years_caption": {"vi": "Dự báo cả năm tính lại", "en": "Year-ends forecast again"},
    "track.years_note": {
        "vi": "Kết quả năm {years}. Brier: khả năng cả năm tăng ít nhất −10, 0, +10, +20\u00a0%. {timing}",
        "en": "Outturns of {years}. Brier: chances that the year grows by at least −10, 0, +10, +20\u00a0%. {timing}",
    },
    "track.no_years": {
        "vi": "Chưa năm nào vừa có dự báo tính lại được vừa có kết quả mà số liệu xác định.",
        "en": "No year has both a forecast that can be made again and an outturn that facts settle.",
    },
    "track.too_few": {
        "vi": "Mới có {count} khả năng tính lại biết kết quả (cần {needed}), chưa vẽ được biểu đồ độ tin cậy.",
        "en": "Only {count} chances worked out again have been decided ({needed} are needed); no diagram is drawn.",
    },
    "track.no_rolling": {
        "vi": "Chuỗi dẫn đầu chưa có {needed} tháng đã công bố nên không dự báo lại từng tháng được.",
        "en": "The leading series has not {needed} published months, so months cannot be forecast again.",
    },
    "track.no_replay": {
        "vi": "Chưa có số nào công bố sau một ngày mà số liệu khi đó cho phép dự báo.",
        "en": "No figure was published after a day whose facts allowed a forecast.",
    },
    "track.reliability_note": {
        "vi": "{cases} khả năng tính lại; điểm Brier {brier}. Số cạnh chấm là số lần.",
        "en": "{cases} chances worked out again; Brier score {brier}. The number beside a dot counts its cases.",
    },
    "track.hedgehog_note": {
        "vi": "Đường liền: kết quả; đường chấm: dự báo 12 tháng từ từng mốc.",
        "en": "Solid: outturns; dotted: forecasts of 12 months from each origin.",
    },
    "track.pseudo": {
        "vi": "Giả lập thời gian thực: ngày công bố của các tháng cũ là giả định, số có thể đã được điều chỉnh về sau.",
        "en": "Pseudo-real-time: publication days of older months are assumed, figures may have been revised since.",
    },
    "track.real": {
        "vi": "Thời gian thực: chỉ dùng số đã công bố đến từng ngày.",
        "en": "Real-time: only what had been published by each day is used.",
    },
    "track.smape": {"vi": "Sai lệch (sMAPE)", "en": "Error (sMAPE)"},
    "track.mase": {"vi": "MASE", "en": "MASE"},
    "track.covers": {"vi": "Khoảng {level}\u00a0% chứa", "en": "{level}\u00a0% covers"},
    "track.ahead": {"vi": "Trước {count} tháng", "en": "{count} months ahead"},
    "track.horizons_caption": {"vi": "Sai lệch theo số tháng báo trước", "en": "Errors by months ahead"},
    "track.pit_row": {"vi": "Kết quả rơi vào", "en": "Outturns in"},
    "track.pit_caption": {"vi": "Kết quả nằm ở đâu trong phân bố dự báo", "en": "Where outturns fell in the forecast"},
    "track.pit_note": {
        "vi": "Dự báo đúng độ rộng thì mỗi ô gần {share}; dồn về hai đầu là khoảng quá hẹp, dồn vào giữa là quá rộng.",
        "en": "A calibrated forecast has about {share} in each; heaped at the ends it is too narrow, in the middle too "
        "wide.",
    },
    "track.skill": {"vi": "Mô hình này tốt hơn", "en": "Gain of this model"},
    "track.skill_caption": {"vi": "So với các phương pháp khác", "en": "Beside other methods"},
    "track.skill_note": {
        "vi": "{cases} tháng dự báo cho mỗi phương pháp. Mức tốt hơn tính theo CRPS (âm là kém hơn).",
        "en": "{cases} months forecast by each method. The gain is of CRPS (negative: a loss).",
    },
    "track.sparse_caption": {"vi": "Dự báo tính lại và số công bố sau đó", "en": "Forecast again, and figures since"},
    "track.sparse_note": {
        "vi": "Tất cả {count} lần: {held} lần kết quả nằm trong khoảng 80\u00a0%. Thời gian thực.",
        "en": "Of {count} in all, {held} outturns lay in the 80\u00a0% interval. Real-time.",
    },
    "chart.chance.title": {
        "vi": "{name}: khả năng đạt là 50\u00a0% ở mức {even} {unit}, {chance} ở mức {aim}",
        "en": "{name}: even odds at {even} {unit}; the chance of {aim} is {chance}",
    },
    "chart.chance.subtitle": {
        "vi": "Ngang: mức mục tiêu, {unit}; dọc: khả năng đạt",
        "en": "Across: height of the target, {unit}; upwards: chance of reaching it",
    },
    "chart.chance.even": {"vi": "50\u00a0%: {even}", "en": "even odds: {even}"},
    "chart.chance.aim": {"vi": "mục tiêu {aim}", "en": "target {aim}"},
    "alt.chance": {
        "vi": "Biểu đồ: khả năng đạt theo mức mục tiêu, {name}, {unit}; 50\u00a0% ở mức {even}, {chance} ở mức {aim}.",
        "en": "Chart: chance by height of the target, {name}, {unit}; even odds at {even}, {aim} has a chance of "
        "{chance}.",
    },
    "chart.hedgehog.title": {
        "vi": "{name}: dự báo trước 1–12 tháng lệch bình quân {error}",
        "en": "{name}: forecasts of 1 to 12 months were off by {error} on average",
    },
    "chart.hedgehog.subtitle": {"vi": "{name}, {unit}; {count} mốc dự báo", "en": "{name}, {unit}; {count} origins"},
    "alt.hedgehog": {
        "vi": "Biểu đồ: {name}, {unit}, từ {start} đến {end}, và dự báo từ {count} mốc; lệch bình quân {error}.",
        "en": "Chart: {name}, {unit}, {start} to {end}, and forecasts from {count} origins; off by {error} on average.",
    },
    "chart.reliability.title": {
        "vi": "Khả năng đã nêu lệch bình quân {error} điểm phần trăm so với điều đã xảy ra",
        "en": "Chances were off by {error} percentage points on average",
    },
    "chart.reliability.subtitle": {
        "vi": "Ngang: khả năng đã nêu; dọc: tỷ lệ đã xảy ra",
        "en": "Across: the chance given; upwards: the share that came true",
    },
    "alt.reliability_band": {
        "vi": "Nêu {stated}: xảy ra {reached} ({cases} lần);",
        "en": "Given {stated}: came true {reached} ({cases} cases);",
    },
    # tables of the notebooks, and the rest of the brief
    "headline.outcome": {
        "vi": "{series} năm {year} đạt {value}: mục tiêu {target} {verdict}",
        "en": "{series} came to {value} in {year}: the target of {target} {verdict}",
    },
    "headline.outcome_elsewhere": {
        "vi": "{series} năm {year} theo số liệu “{scope}” đạt {value}: mục tiêu {target} {verdict}",
        "en": "{series} came to {value} in {year} as counted by the {scope}: the target of {target} {verdict}",
    },
    "lead.counted_by": {
        "vi": "Các số dưới đây theo số liệu “{scope}”.",
        "en": "The figures below are those of the {scope}.",
    },
    "headline.so_far": {
        "vi": "{series} lũy kế đến hết {month} đạt {value}: mục tiêu {target} năm {year} {verdict}",
        "en": "{series} came to {value} by the end of {month}: the {year} target of {target} {verdict}",
    },
    "headline.only": {"vi": "{series} {month} đạt {value}", "en": "{series} came to {value} in {month}"},
    "account.cumulative": {
        "vi": "{name} lũy kế{until} {value}, {change} so với cùng kỳ.",
        "en": "{name} stands at {value} for the year to date{until}, {change} on the same period of last year.",
    },
    "account.cumulative_only": {
        "vi": "{name} lũy kế{until} {value}.",
        "en": "{name} stands at {value} for the year to date{until}.",
    },
    "account.until": {"vi": " đến hết {month} đạt", "en": " (to {month})"},
    "target.facts_conflict": {
        "vi": "Các số liệu đã công bố về kỳ này mâu thuẫn nhau; kết quả trên dùng số được ưu tiên, "
        "xem mục số liệu cần xem lại.",
        "en": "The published figures for this period conflict; the result uses the one that takes precedence, "
        "see the figures to check.",
    },
    "table.computed": {"vi": "* Tính từ các số đã công bố.", "en": "* Computed from published figures."},
    "table.estimates": {"vi": "Số ước: {names}.", "en": "Estimates: {names}."},
    "table.first_estimates": {
        "vi": "{names}: mỗi tháng là số ước lần đầu, không điều chỉnh về sau; mức tăng giảm so các số ước với nhau.",
        "en": "{names}: every month as first estimated and not revised since; growth compares first estimates.",
    },
    "table.ended": {
        "vi": "{names}: theo phạm vi chỉ còn đến {date}; phần dự kiến sau ngày ấy giả sử phạm vi không đổi.",
        "en": "{names}: of a scope that ended on {date}; what is expected after it supposes that it had not.",
    },
    "table.restated": {
        "vi": "{name}: số từ {month} đã điều chỉnh, số trước đó thì chưa; mức tăng giảm qua mốc này so hai loại số.",
        "en": "{name}: restated from {month} on and not before; growth across it compares two kinds of figures.",
    },
    "table.late": {"vi": "{names}: số liệu {month}.", "en": "{names}: figures for {month}."},
    "table.scope": {"vi": "Phạm vi", "en": "Scope"},
    "table.facts": {"vi": "Số liệu", "en": "Facts"},
    "table.first_month": {"vi": "Từ", "en": "From"},
    "table.last_month": {"vi": "Đến", "en": "To"},
    "table.series_caption": {"vi": "Các chuỗi số liệu hiện có", "en": "The series at hand"},
    "table.finding": {"vi": "Phát hiện", "en": "Finding"},
    "table.severity": {"vi": "Mức độ", "en": "Severity"},
    "table.value": {"vi": "Giá trị", "en": "Value"},
    "table.interval": {"vi": "Khoảng {level}\u00a0%", "en": "{level}\u00a0% interval"},
    "table.status": {"vi": "Cách biết", "en": "Known how"},
    "table.median": {"vi": "Trung vị", "en": "Median"},
    "table.expected": {"vi": "Dự kiến (80\u00a0%)", "en": "Expected (80\u00a0%)"},
    "table.at_least_last_year": {"vi": "Khả năng không thấp hơn năm trước", "en": "Chance of at least last year's"},
    "table.months_caption": {"vi": "Từng tháng và cách biết", "en": "Month by month, and how each is known"},
    "table.totals_caption": {"vi": "Tổng từng năm", "en": "Totals of the years"},
    "table.sensitivity_caption": {"vi": "Khả năng theo mức mục tiêu", "en": "Chance by height of the target"},
    "severity.error": {"vi": "sai", "en": "error"},
    "severity.warning": {"vi": "đáng ngờ", "en": "warning"},
    "severity.note": {"vi": "lưu ý", "en": "note"},
    "proposal.facts": {"vi": "Đọc được {count} số liệu:", "en": "{count} facts were read:"},
    "proposal.doubted": {
        "vi": "Cần xem kỹ, vì bộ đọc phải đoán hoặc nghi ngờ số in:",
        "en": "Look at these closely: the reader had to choose, or doubts what is printed:",
    },
    "proposal.appended": {
        "vi": "Đã thêm {count} số liệu vào {file}",
        "en": "{count} facts were appended to {file}",
    },
    "proposal.draft": {
        "vi": "Chưa thêm gì vào dữ liệu. Hãy xem và sửa {draft}, rồi chạy: ezlib ingest {draft} --zone {zone} --yes",
        "en": "Nothing was added yet. Look through {draft}, then: ezlib ingest {draft} --zone {zone} --yes",
    },
    "proposal.line": {"vi": "dòng {line}", "en": "line {line}"},
    "basis.mom": {"vi": "so tháng trước", "en": "on month before"},
    "basis.yoy": {"vi": "so cùng kỳ", "en": "on same period"},
    "basis.unclear": {"vi": "không rõ so với kỳ nào", "en": "base not told"},
    "basis.ytd_yoy": {"vi": "lũy kế so cùng kỳ", "en": "year to date on same period"},
    "basis.plan_share_pct": {"vi": "kế hoạch năm", "en": "of the year's plan"},
    "basis.wow": {"vi": "so tuần trước", "en": "on week before"},
    "basis.mom_abs": {"vi": "chênh so tháng trước", "en": "difference from month before"},
    "basis.yoy_abs": {"vi": "chênh so cùng kỳ", "en": "difference from same period"},
    "basis.ytd_yoy_abs": {"vi": "chênh lũy kế so cùng kỳ", "en": "difference of year to date"},
    "basis.yoy_points": {"vi": "điểm\u00a0% so cùng kỳ", "en": "points on same period"},
    "series.title": {"vi": "{name}, {unit}", "en": "{name}, {unit}"},
    "check.nothing_expected": {
        "vi": "Tháng {month} không có số liệu riêng của các chuỗi chính để đối chiếu với mô hình.",
        "en": "No leading series has a figure of {month} itself to hold beside the model.",
    },
    "proposal.unread": {
        "vi": "Còn {count} con số chưa thành số liệu:",
        "en": "{count} numbers did not become facts:",
    },
    "table.period": {"vi": "Kỳ", "en": "Period"},
    "table.change": {"vi": "Tăng giảm", "en": "Change"},
    "table.confidence": {"vi": "Độ tin cậy", "en": "Confidence"},
    "table.place": {"vi": "Chỗ trong văn bản", "en": "Place"},
    "verdict.plain": {"vi": "{verdict}", "en": "{verdict}"},
    "verdict.doubted": {"vi": "{verdict}†", "en": "{verdict}†"},
    "target.doubted": {
        "vi": "Khả năng này chỉ đúng nếu số liệu {facts} đúng, mà số ấy đang bị nghi ngờ: xem mục số liệu cần xem lại.",
        "en": "This chance holds only if the figure {facts} does, which is in doubt: see the figures to check.",
    },
    "target.doubted_same": {
        "vi": "Số liệu {facts} đang bị nghi ngờ (xem mục số liệu cần xem lại), nhưng bỏ {left_out} thì khả năng "
        "vẫn vậy.",
        "en": "The figure {facts} is in doubt (see the figures to check), but without {left_out} the chance is the "
        "same.",
    },
    "table.doubtful": {
        "vi": "† Số liệu bị nghi ngờ, hoặc dựa trên số liệu bị nghi ngờ: xem mục số liệu cần xem lại.",
        "en": "† In doubt, or standing on a figure in doubt: see the figures to check.",
    },
    "table.plan_scope": {
        "vi": "% kế hoạch của {names}: so với mục tiêu giao theo số liệu “{scope}”.",
        "en": "% of plan of {names}: of the target set on the series of the {scope}.",
    },
    "table.few_paths": {
        "vi": "{name}: số liệu gần như mâu thuẫn nhau nên khoảng dự báo hẹp hơn thực tế.",
        "en": "{name}: the figures all but contradict each other, so the interval is narrower than it should be.",
    },
    "page.latest": {"vi": "số mới nhất: {month}", "en": "latest figures: {month}"},
    "finding.likely": {"vi": "Có lẽ: {correction}.", "en": "Likely: {correction}."},
    "findings.more": {
        "vi": "Còn {count} phát hiện khác; xem đầy đủ bằng lệnh: {command}.",
        "en": "{count} more findings; see all of them with: {command} --lang en.",
    },
    "chart.findings.none": {
        "vi": "Không có chỗ sai hay đáng ngờ nào, chỉ có ghi chú.",
        "en": "Nothing is wrong or doubtful; there are notes alone.",
    },
    "findings.none_at_all": {"vi": "Không thấy mâu thuẫn nào.", "en": "No contradiction was found."},
    "subject.none": {
        "vi": "Danh mục của {zone} chưa nêu chuỗi nào cho chủ đề này.",
        "en": "The catalogue of {zone} names no series for this subject.",
    },
    "subject.no_year": {
        "vi": "Số liệu bắt đầu từ giữa năm {year} nên chưa tính được cả năm để so sánh các tình huống.",
        "en": "Its figures begin within {year}, so that the year has no total to lay scenarios over.",
    },
    "subject.no_outlook": {"vi": "{name}: chưa có dự báo. {reason}", "en": "{name}: no outlook. {reason}"},
    # what an outlook stands on
    "grounds.figures": {
        "vi": "{count} số liệu đã công bố; mọi kịch bản khớp với từng số ràng buộc.",
        "en": "{count} published figures; every path agrees with each binding one.",
    },
    "grounds.profile": {
        "vi": "{share} số kịch bản theo nhịp năm thông thường của {names}, đúng mức mà các số liệu trên ủng hộ.",
        "en": "{share} of the paths follow the usual year of {names}, as far as the figures speak for it.",
    },
    "grounds.shocks": {"vi": "Tháng khác thường: {months}.", "en": "Months out of line: {months}."},
    "grounds.passing": {"vi": "{month} (nhất thời)", "en": "{month} (passing)"},
    "grounds.lasting": {"vi": "{month} (chuyển sang mức mới)", "en": "{month} (a new level)"},
    "grounds.open": {"vi": "{month} (chưa rõ có kéo dài không)", "en": "{month} (too early to tell whether it lasts)"},
    "grounds.facts_relaxed": {
        "vi": "Một số số liệu không thể cùng đúng, phải nới: {which}.",
        "en": "Some figures cannot all be true; these gave way: {which}.",
    },
    "grounds.against": {
        "vi": "Các số liệu mâu thuẫn với số phải nới: {others}.",
        "en": "The figures that they contradict: {others}.",
    },
    "grounds.facts_strained": {
        "vi": "Một số số liệu chỉ khớp nhau sát mép làm tròn nên chỉ được giữ trong khoảng 2\u00a0%.",
        "en": "Some figures agree only at the edge of their rounding and are held within some 2\u00a0%.",
    },
    "grounds.facts_unmet": {
        "vi": "Một số số liệu khó khớp với nhau nên hầu như không được dùng: {which}.",
        "en": "Some figures are so hard to meet together that they are hardly used: {which}.",
    },
    "grounds.mean_far": {
        "vi": "Số bình quân của dự báo bị vài kịch bản rất xa kéo lệch; chỉ nên dùng trung vị và khoảng 80\u00a0%.",
        "en": "A few paths lead far away and carry the mean along: use the median and the 80\u00a0% interval alone.",
    },
    "grounds.closures_recur": {
        "vi": "Việc đóng cửa lặp đi lặp lại: một phần kịch bản có các tháng tới đóng cửa, với tần suất như trước.",
        "en": "Months close again and again: in some of the paths months ahead are closed, as often as before.",
    },
    "grounds.estimates_loosened": {
        "vi": "Có số ước tính lệch xa mọi số khác nên hầu như không được dùng: {which}.",
        "en": "Some estimates lie so far from all other figures that they are hardly used: {which}.",
    },
    "grounds.fit_failed": {
        "vi": "Không ước lượng được độ biến động của chuỗi; dùng mức thường thấy ở các chuỗi tháng khác.",
        "en": "How much the series varies could not be estimated; what is usual among monthly series stands in.",
    },
    "grounds.forecast_far": {
        "vi": "Dự báo vượt xa mọi tháng trước: đà tăng, giảm trong số liệu dẫn tới đó; nên đọc thận trọng.",
        "en": "The forecast goes far beyond all months before, where the growth in the figures leads; read with care.",
    },
    "grounds.few_effective_paths": {
        "vi": "Số liệu để lại rất ít lựa chọn nên ít kịch bản thật sự độc lập.",
        "en": "The figures leave so narrow a choice that few of the paths are independent.",
    },
    "grounds.history_cut": {
        "vi": "Số liệu cũ hơn mười năm trước tháng mới nhất không dùng.",
        "en": "Figures older than ten years before the last month are left out.",
    },
    "grounds.running_totals": {
        "vi": "Một số năm của chuỗi ghi số lũy kế từ đầu năm: tháng lấy bằng phần tăng thêm, số không khớp bị bỏ qua.",
        "en": "Some years of the series hold running totals since January: months are what was added, slips left out.",
    },
    "grounds.months_closed": {
        "vi": "Tháng công bố bằng (gần) không được coi là tháng đóng cửa, không kéo mức chung xuống.",
        "en": "Months printed as (nearly) nothing count as closures and leave the level alone.",
    },
    "grounds.closed_at_end": {
        "vi": "Tháng mới nhất công bố bằng (gần) không: trong một nửa số kịch bản (ít hơn nếu trước đây từng mở lại), "
        "việc đóng cửa còn kéo dài ít nhất bằng thời gian đã đóng.",
        "en": "The last month is printed as (nearly) nothing: in half of the paths, fewer where closures have ended "
        "before, the closure lasts at least as long again as it has so far.",
    },
    # indicators of one subject: flows, stocks, rates
    "indicators.flows": {"vi": "Các chỉ tiêu cộng dồn được", "en": "Flows"},
    "indicators.elsewhere": {"vi": "Số của phạm vi khác", "en": "Figures of other scopes"},
    "digest.more": {"vi": "và {count} số khác", "en": "and {count} more"},
    "digest.cumulative": {"vi": "lũy kế {figure}", "en": "year to date {figure}"},
    "digest.expected": {"vi": "dự kiến {period}: {figure}", "en": "expected for {period}: {figure}"},
    "digest.expected_on": {
        "vi": "dự kiến {period}: {figure} (nêu ngày {date})",
        "en": "expected for {period}: {figure} (stated {date})",
    },
    "digest.note": {
        "vi": "Số của tháng báo cáo, kỳ khác ghi trong ngoặc; mức tăng giảm của tháng so với tháng trước, của kỳ dài "
        "hơn so với cùng kỳ.",
        "en": "Figures of the reporting month, other periods in brackets; a month's change is on the month before, a "
        "longer period's on the year before.",
    },
    "digest.doubtful": {"vi": "†: xem số liệu cần xem lại.", "en": "†: see the figures to check."},
    "section.digest": {"vi": "Các chỉ tiêu khác", "en": "Further figures"},
    "indicators.none.elsewhere": {
        "vi": "Không có chỉ tiêu cộng dồn nào của chủ đề này do nơi khác công bố.",
        "en": "No flow of this subject is counted by another scope.",
    },
    "indicators.stocks": {"vi": "Các chỉ tiêu tại một thời điểm", "en": "Stocks"},
    "indicators.rates": {"vi": "Tỷ lệ, chỉ số và số đếm", "en": "Rates, indices and counts"},
    "indicators.expected": {"vi": "Dự kiến của cơ quan công bố", "en": "What the publishing bodies expect"},
    "indicators.total": {"vi": "Tổng", "en": "Total"},
    "indicators.unit": {"vi": "Đơn vị", "en": "Unit"},
    "indicators.latest_month": {"vi": "Tháng gần nhất", "en": "Latest month"},
    "indicators.so_far": {"vi": "Lũy kế hoặc kỳ khác", "en": "Year to date or other period"},
    "indicators.year": {"vi": "Dự kiến {year} (80\u00a0%)", "en": "{year} expected (80\u00a0%)"},
    "indicators.year_over": {"vi": "Cả năm {year} (80\u00a0%)", "en": "{year} as a whole (80\u00a0%)"},
    "indicators.latest": {"vi": "Số gần nhất", "en": "Latest"},
    "indicators.before": {"vi": "Lần trước", "en": "Before that"},
    "indicators.source": {"vi": "Nguồn", "en": "Source"},
    "indicators.so_many": {"vi": "{count} tháng đầu năm {year}", "en": "{count} months of {year}"},
    "indicators.kind": {"vi": "Loại", "en": "Kind"},
    "indicators.period": {"vi": "Kỳ", "en": "Period"},
    "indicators.they_expect": {"vi": "Cơ quan dự kiến", "en": "Expected by the body"},
    "indicators.we_expect": {"vi": "Mô hình (80\u00a0%)", "en": "Model (80\u00a0%)"},
    "indicators.none.flow": {
        "vi": "Dữ liệu chưa có chỉ tiêu cộng dồn nào của {zone} thuộc chủ đề này.",
        "en": "The data hold no flow of this subject for {zone}.",
    },
    "indicators.none.stock": {
        "vi": "Dữ liệu chưa có chỉ tiêu thời điểm nào (như tồn kho, số dự án, lao động) của {zone} thuộc chủ đề này.",
        "en": "The data hold no stock of this subject, such as goods in store, projects or jobs, for {zone}.",
    },
    "indicators.none.rate": {
        "vi": "Dữ liệu chưa có tỷ lệ, chỉ số hay số đếm nào của {zone} thuộc chủ đề này.",
        "en": "The data hold no rate, index or count of this subject for {zone}.",
    },
    "indicators.none.expected": {
        "vi": "Dữ liệu chưa có số nào mà cơ quan công bố tự dự kiến cho các tháng tới.",
        "en": "The data hold no figure that a publishing body expects of the coming months.",
    },
    "indicators.no_outlook": {
        "vi": "Số liệu đã công bố chưa đủ để ước lượng từng tháng.",
        "en": "The published figures are too few to estimate months.",
    },
    "expected.caption": {"vi": "So với khoảng đã dự kiến", "en": "Beside what was expected"},
    "expected.printed": {"vi": "Đã công bố", "en": "Published"},
    "expected.before": {"vi": "Khoảng 99\u00a0% đã dự kiến", "en": "99\u00a0% interval expected"},
    "expected.held": {"vi": "Trong khoảng?", "en": "Inside?"},
    "expected.inside": {"vi": "có", "en": "yes"},
    "expected.outside": {"vi": "không", "en": "no"},
    "expected.none": {
        "vi": "Không có số liệu nào của tháng này mà trước đó đã dự kiến được.",
        "en": "No figure of this month was expected before.",
    },
    "indicators.doubtful": {
        "vi": "† Số liệu bị nghi ngờ: xem phần kiểm tra số liệu.",
        "en": "† In doubt: see the audit of the figures.",
    },
    "indicators.no_parts": {
        "vi": "Không có tổng nào mà số liệu chia được thành các bộ phận.",
        "en": "The figures part no total here.",
    },
    "indicators.too_few": {
        "vi": "{name}: mới công bố {count} số, không kèm so sánh, nên chỉ nêu số đó, không ước lượng các tháng khác.",
        "en": "{name}: {count} published, without a stated change, so it stands alone and no month is estimated.",
    },
    "indicators.all_told": {
        "vi": "Mọi chỉ tiêu cộng dồn của chủ đề này đều có ước lượng từng tháng.",
        "en": "Every flow of this subject has its months estimated.",
    },
    "indicators.no_sums": {
        "vi": "Không có phép cộng nào phải khớp và không số nào phải nới.",
        "en": "No sum has to hold and no figure had to give way.",
    },
    "indicators.together": {
        "vi": "Tháng đã qua mà chưa công bố được ước lượng cùng các bộ phận, nên có thể khác số ước của riêng tổng "
        "ở bảng khác; tổng của các tháng tới thì là một.",
        "en": "Past months without a figure are estimated here together with the parts and may differ from those of "
        "the total by itself in other tables; of the months to come the total is the same.",
    },
    "indicators.sum_kept": {
        "vi": "{total} = {parts}: khớp ở mọi tháng, trong mọi kịch bản.",
        "en": "{total} = {parts}: true of every month, in every path.",
    },
    "indicators.sum_broken": {
        "vi": "{name}, {period}: tổng công bố {total}, các phần cộng lại {parts}, lệch {gap} trong khi làm tròn "
        "chỉ giải thích được {slack}; vì vậy không ép hai bên khớp nhau.",
        "en": "{name}, {period}: {total} is printed, the parts add to {parts}, {gap} apart where rounding explains "
        "{slack}; the sum is therefore not imposed.",
    },
    "indicators.sum_unclear": {
        "vi": "{total}: các số đã công bố không cho phép tổng bằng các phần; không ép khớp.",
        "en": "{total}: the published figures do not let the parts add up; the sum is not imposed.",
    },
    "indicators.gave_way": {
        "vi": "{name}, {period}: mức thay đổi công bố {said} không thể cùng đúng với các số khác, phải nới {by} "
        "điểm phần trăm.",
        "en": "{name}, {period}: the stated change of {said} cannot hold with the other figures and gave way by {by} "
        "percentage points.",
    },
    "indicators.gave_way_level": {
        "vi": "{name}, {period}: số công bố {said} không thể cùng đúng với các số khác, phải nới {by}.",
        "en": "{name}, {period}: the published {said} cannot hold with the other figures and gave way by {by}.",
    },
    "indicators.medians": {
        "vi": "Số không kèm khoảng là số đã công bố; số kèm khoảng là trung vị và khoảng 80\u00a0%. Trung vị của các "
        "phần không cộng thành trung vị của tổng; từng kịch bản thì luôn khớp.",
        "en": "A figure without an interval is published; the others are medians with 80\u00a0% intervals. Medians of "
        "parts do not add up to the median of the total; every single path does.",
    },
    "kind.rate": {"vi": "tỷ lệ, bình quân", "en": "rate"},
    "kind.index": {"vi": "chỉ số", "en": "index"},
    "kind.count": {"vi": "số đếm", "en": "count"},
    "figure.exactly": {"vi": "{value}", "en": "{value}"},
    "figure.over": {"vi": "trên {value}", "en": "over {value}"},
    "figure.nearly": {"vi": "gần {value}", "en": "nearly {value}"},
    "figure.about": {"vi": "khoảng {value}", "en": "about {value}"},
    "figure.range": {"vi": "{low}–{high}", "en": "{low}–{high}"},
    "figure.estimate": {"vi": "ước {figure}", "en": "est. {figure}"},
    "figure.doubtful": {"vi": "{figure}†", "en": "{figure}†"},
    "target.none": {
        "vi": "Năm này không có mục tiêu nào mà tổng các tháng quyết định.",
        "en": "No target of this year is decided by a sum of months.",
    },
    "source.fact": {
        "vi": "{fact}: {name}, {period}: {value}{changes} [{document}]",
        "en": "{fact}: {name}, {period}: {value}{changes} [{document}]",
    },
    "source.target": {
        "vi": "{target}: mục tiêu {name}, {period}: {aim}{published} [{document}]",
        "en": "{target}: target for {name}, {period}: {aim}{published} [{document}]",
    },
    "aim.growth": {"vi": "tăng {aim}", "en": "{aim} growth"},
    "aim.target": {"vi": "mục tiêu {aim}", "en": "the target of {aim}"},
    "target.implied": {"vi": "{aim} (suy ra từ\u00a0% kế hoạch)", "en": "{aim} (implied by the share of plan)"},
    "source.series": {
        "vi": "{name}: {count} số liệu, {period}; {files}.",
        "en": "{name}: {count} figures, {period}; {files}.",
    },
    "result.target": {
        "vi": "Khả năng đạt {target}: {probability}; còn phải đạt bình quân {needed} mỗi tháng.",
        "en": "Chance of {target}: {probability}; {needed} a month is still needed.",
    },
    "result.limit": {
        "vi": "Khả năng đạt {target}: {probability}; từ nay bình quân không được quá {needed} mỗi tháng.",
        "en": "Chance of {target}: {probability}; at most {needed} a month from now on.",
    },
    "source.published": {"vi": "công bố {date}", "en": "published {date}"},
    "source.none": {
        "vi": "Không có số liệu nào nên không có nguồn.",
        "en": "No figure is shown, so there is no source.",
    },
    "source.corrected": {"vi": "đã đính chính ({file})", "en": "corrected ({file})"},
    "source.assumed": {"vi": "công bố {date} (ngày giả định)", "en": "published {date} (assumed day)"},
    "method.note": {
        "vi": "Dự kiến là trung vị của {count} kịch bản tính từ chính các số liệu đã công bố; "
        "khoảng trong ngoặc chứa kết quả với khả năng 80\u00a0%.",
        "en": "What is expected is the median of {count} paths drawn from the published figures themselves; "
        "the interval in brackets holds the outcome with a chance of 80\u00a0%.",
    },
    # targets explained: effort, parts, doubt, news, later years
    "target.none_open": {"vi": "Không còn mục tiêu nào chưa ngã ngũ.", "en": "No target is still open."},
    "target.also_published_agree": {
        "vi": "Các số đã công bố cho cả kỳ mâu thuẫn nhau ({values}), nhưng theo số nào thì kết luận cũng như vậy.",
        "en": "The figures published for the whole period conflict ({values}), but each of them leads to this outcome.",
    },
    "target.also_published_split": {
        "vi": "Các số đã công bố cho cả kỳ mâu thuẫn nhau ({values}) và dẫn tới kết luận trái ngược.",
        "en": "The figures published for the whole period conflict ({values}) and lead to opposite outcomes.",
    },
    "points.plain": {"vi": "± {number} điểm phần trăm", "en": "± {number} percentage points"},
    "table.mean": {"vi": "Trung bình", "en": "Mean"},
    "table.gap": {"vi": "So mục tiêu", "en": "Against target"},
    "table.plan_expected": {"vi": "Dự kiến so kế hoạch", "en": "Expected, of plan"},
    "table.mc_error": {"vi": "Sai số mô phỏng của khả năng", "en": "Simulation error of the chance"},
    "table.intervals_caption": {"vi": "Dự kiến và các khoảng", "en": "What is expected, with intervals"},
    "table.beside_caption": {"vi": "Dự kiến bên cạnh mục tiêu", "en": "What is expected, beside the target"},
    "effort.growth": {
        "vi": "So với cùng các tháng năm trước, phần còn lại phải {change}.",
        "en": "Against the same months of last year the rest would have to be {change}.",
    },
    "effort.fall": {
        "vi": "So với cùng các tháng năm trước, phần còn lại có {change} vẫn đạt.",
        "en": "Against the same months of last year the rest may be {change} and still reach it.",
    },
    "effort.season": {
        "vi": "Mức cần ấy bằng {times} lần mức mà nhịp mùa vụ các năm trước cho phép chờ đợi.",
        "en": "That need is {times} times what the season of earlier years lets expect.",
    },
    "effort.never": {
        "vi": "Trong {stretches} chuỗi {count} tháng liền trước đây chưa chuỗi nào đạt bình quân ấy; "
        "cao nhất ước khoảng {best} ({stretch}).",
        "en": "Of {stretches} past runs of {count} months none reached that average; "
        "the best is estimated at {best} ({stretch}).",
    },
    "effort.rank": {
        "vi": "Mức bình quân ấy đứng thứ {rank} nếu xếp cùng {stretches} chuỗi {count} tháng liền trước đây; "
        "cao nhất ước khoảng {best} ({stretch}).",
        "en": "That average would rank {rank} beside {stretches} past runs of {count} months; "
        "the best is estimated at {best} ({stretch}).",
    },
    "multiples.name": {"vi": "Các tháng còn lại so với dự kiến", "en": "Months left, of what is expected"},
    "multiples.caption": {
        "vi": "Khả năng đạt nếu các tháng còn lại cao hơn hoặc thấp hơn dự kiến",
        "en": "Chance if the months left run higher or lower than expected",
    },
    "even.odds": {
        "vi": "Khả năng đạt là 50\u00a0% ở mức {height}; muốn chính mục tiêu này có khả năng ấy, các tháng còn lại "
        "phải bằng {times} lần dự kiến.",
        "en": "Even odds lie at {height}; for the target itself to have them, the months left must come in at {times} "
        "times what is expected.",
    },
    "growths.caption": {"vi": "Khả năng năm {year} tăng ít nhất", "en": "Chance that {year} grows by at least"},
    "growths.none": {
        "vi": "Chưa chuỗi nào biết được năm trước để tính tốc độ tăng.",
        "en": "No series knows the year before, so no growth can be asked.",
    },
    "table.needed_in": {"vi": "Cần đạt", "en": "Needed"},
    "table.allowed_in": {"vi": "Nhiều nhất", "en": "At most"},
    "table.expected_in": {"vi": "Dự kiến", "en": "Expected"},
    "table.year_before": {"vi": "Năm trước", "en": "Year before"},
    "table.first_reached": {"vi": "Khả năng đạt lần đầu", "en": "Chance first reached"},
    "table.first_passed": {"vi": "Khả năng vượt lần đầu", "en": "Chance first exceeded"},
    "months.caption": {"vi": "Từng tháng còn lại", "en": "The months left"},
    "months.never": {
        "vi": "Mức cần được chia theo nhịp mùa vụ các năm trước. Khả năng không tháng nào trong kỳ đạt: {chance}.",
        "en": "The need is spread by the season of earlier years. Chance of no month of the period: {chance}.",
    },
    "months.never_passed": {
        "vi": "Mức tối đa được chia theo nhịp mùa vụ các năm trước. Khả năng cả kỳ không vượt: {chance}.",
        "en": "The limit is spread by the season of earlier years. Chance of not exceeding it: {chance}.",
    },
    "parts.caption": {"vi": "Phần việc của từng bộ phận", "en": "What each part must do"},
    "parts.share": {"vi": "Tỷ trọng lũy kế", "en": "Share so far"},
    "parts.last": {"vi": "Tháng gần nhất", "en": "Latest month"},
    "parts.expected": {"vi": "Dự kiến mỗi tháng", "en": "Expected a month"},
    "parts.needed": {"vi": "Cần mỗi tháng", "en": "Needed a month"},
    "parts.allowed": {"vi": "Tối đa mỗi tháng", "en": "At most a month"},
    "parts.growth": {"vi": "So cùng kỳ", "en": "On same months"},
    "parts.note": {
        "vi": "Nếu mỗi bộ phận giữ tỷ trọng dự kiến trong các tháng còn lại, mỗi bộ phận đều phải đạt {times} mức "
        "dự kiến.",
        "en": "If each part keeps the share expected of it in the months left, each must come to {times} that.",
    },
    "parts.note_limit": {
        "vi": "Nếu mỗi bộ phận giữ tỷ trọng dự kiến trong các tháng còn lại, mỗi bộ phận được tối đa {times} mức "
        "dự kiến.",
        "en": "If each part keeps the share expected of it in the months left, each may come to {times} that.",
    },
    "parts.medians": {
        "vi": "Số ước là trung vị của từng bộ phận, cộng lại có thể lệch trung vị của tổng.",
        "en": "Estimates are medians of each part, which need not add up to the median of the total.",
    },
    "parts.none": {
        "vi": "Không có mục tiêu còn để ngỏ nào của chỉ tiêu mà số liệu cho biết các bộ phận.",
        "en": "No target still open is of a series whose parts the facts tell.",
    },
    "relief.caption": {"vi": "Có và không có số liệu bị nghi ngờ", "en": "With and without the figures in doubt"},
    "relief.with": {"vi": "Dùng mọi số đã công bố", "en": "With every published figure"},
    "relief.without": {"vi": "Bỏ {facts}", "en": "Without {facts}"},
    "relief.note": {
        "vi": "Bỏ số bị nghi ngờ thì phải bỏ cả số lũy kế có chứa nó.",
        "en": "Leaving out a figure in doubt means leaving out the cumulative figure that contains it.",
    },
    "relief.none": {
        "vi": "Không mục tiêu còn để ngỏ nào dựa trên số liệu bị nghi ngờ.",
        "en": "No target still open stands on a figure in doubt.",
    },
    "relief.it": {"vi": "số liệu ấy", "en": "it"},
    "relief.it_and_around": {
        "vi": "số liệu ấy và số lũy kế có chứa nó",
        "en": "it and the year to date that contains it",
    },
    "fact.named": {"vi": "“{name}, {period}” ({value})", "en": "“{name}, {period}” ({value})"},
    "relief.short": {
        "vi": "Bỏ {facts} thì khả năng là {chance}, dự kiến {expected}.",
        "en": "Without {facts} the chance is {chance}, with {expected} expected.",
    },
    "relief.short_none": {
        "vi": "Bỏ {facts} thì không đủ số liệu để dự báo.",
        "en": "Without {facts} the figures allow no forecast.",
    },
    "news.before": {"vi": "Lần trước", "en": "Before"},
    "news.now": {"vi": "Bây giờ", "en": "Now"},
    "news.model": {"vi": "Mô hình", "en": "Model"},
    "news.target": {"vi": "Mục tiêu", "en": "Target"},
    "news.revisions": {"vi": "Điều chỉnh số cũ", "en": "Revisions"},
    "news.new_months": {"vi": "Tháng mới", "en": "New months"},
    "news.expected": {"vi": "Dự kiến cả kỳ", "en": "Expected total"},
    "points": {"vi": "{number}\u00a0điểm phần trăm", "en": "{number}\u00a0percentage points"},
    "news.step": {"vi": "{name} {moved}", "en": "{name} {moved}"},
    "news.count": {"vi": "{count} số liệu", "en": "{count} figures"},
    "news.facts": {"vi": "Mới công bố từ đó: {facts}.", "en": "Published since: {facts}."},
    "news.no_facts": {"vi": "Từ đó chưa có số liệu mới.", "en": "Nothing has been published since."},
    "news.companion": {
        "vi": "Từ đó chỉ tiêu này chưa có số liệu mới; thay đổi là do chuỗi dùng làm nhịp mùa vụ có số liệu mới.",
        "en": "Nothing has been published of this series since; the longer series that lends it its season has moved.",
    },
    "news.kept": {
        "vi": "Lần trước: đánh giá đã ghi ngày {since}.",
        "en": "Before: the assessment on record of {since}.",
    },
    "news.again": {
        "vi": "Lần trước: tính lại bằng số đã công bố đến {since}.",
        "en": "Before: worked out again with what had been published by {since}.",
    },
    "news.no_start": {
        "vi": "Không có lần trước để so sánh: số đã công bố đến {since} chưa đủ để dự báo.",
        "en": "There is nothing to compare with: what had been published by {since} allowed no forecast.",
    },
    "news.no_start_short": {
        "vi": "Số đã công bố đến {since} chưa đủ để dự báo nên chưa có gì để so sánh.",
        "en": "What had been published by {since} allowed no forecast, so there is nothing to compare with.",
    },
    "news.chance_up": {
        "vi": "So với ngày {since}, khả năng đạt {target} tăng từ {before} lên {now}: {why}.",
        "en": "Since {since} the chance of {target} rose from {before} to {now}: {why}.",
    },
    "news.chance_down": {
        "vi": "So với ngày {since}, khả năng đạt {target} giảm từ {before} xuống {now}: {why}.",
        "en": "Since {since} the chance of {target} fell from {before} to {now}: {why}.",
    },
    "news.chance_same": {
        "vi": "So với ngày {since}, khả năng đạt {target} không đổi ({now}).",
        "en": "Since {since} the chance of {target} has not changed ({now}).",
    },
    "news.total_up": {
        "vi": "Dự kiến cả năm {year} tăng từ {before} (số công bố đến {since}) lên {now} {unit}: {why}.",
        "en": "The total expected for {year} rose from {before} (by figures to {since}) to {now} {unit}: {why}.",
    },
    "news.total_down": {
        "vi": "Dự kiến cả năm {year} giảm từ {before} (số công bố đến {since}) xuống {now} {unit}: {why}.",
        "en": "The total expected for {year} fell from {before} (by figures to {since}) to {now} {unit}: {why}.",
    },
    "news.total_same": {
        "vi": "Dự kiến cả năm {year} không đổi, vẫn là {now} {unit} như ngày {since}.",
        "en": "The total expected for {year} is still {now} {unit}, as on {since}.",
    },
    "implied.growth": {
        "vi": "{target} vào năm {year} ({name}): từ {base} năm {base_year} phải tăng {growth} mỗi năm "
        "trong {years} năm.",
        "en": "{target} in {year} ({name}): from {base} in {base_year} that is {growth} a year for {years} years.",
    },
    "implied.best": {
        "vi": "Mức tăng cao nhất từng có trong một năm: {best} (năm {year}).",
        "en": "The largest growth of one year on record: {best} ({year}).",
    },
    "implied.run": {
        "vi": "Cao nhất trong {years} năm liền: {best} mỗi năm (đến năm {end}).",
        "en": "The largest over {years} years running: {best} a year (to {end}).",
    },
    "implied.no_run": {
        "vi": "Số liệu chưa đủ dài để biết mức tăng của {years} năm liền.",
        "en": "The record is too short to know a growth over {years} years running.",
    },
    "implied.no_base": {
        "vi": "{target} vào năm {year} ({name}): chưa có năm nào mà số liệu xác định được, nên chưa tính được "
        "tốc độ tăng.",
        "en": "{target} in {year} ({name}): no earlier year is settled by facts, so no growth can be worked out.",
    },
    "implied.stand_in": {
        "vi": "Vùng đặt mục tiêu chưa có số liệu này; ở đây dùng số của {zone}.",
        "en": "The zone that set the target has no such figures; those of {zone} stand in.",
    },
    "implied.none": {
        "vi": "Không có mục tiêu nào của các năm sau để suy ra tốc độ tăng.",
        "en": "No target of a later year implies a growth.",
    },
    "grdp.none": {
        "vi": "Không có mục tiêu tăng trưởng GRDP nào của cả năm còn hiệu lực.",
        "en": "No aim for the growth of GRDP over a whole year is in force.",
    },
    "grdp.heading": {
        "vi": "{zone}: GRDP năm {year} tăng {aim}",
        "en": "{zone}: GRDP growth of {aim} in {year}",
    },
    "grdp.known": {"vi": "năm {year} {rate}", "en": "{rate} in {year}"},
    "grdp.before": {"vi": "Năm {year}", "en": "{year}"},
    "grdp.means": {"vi": "Cùng tốc độ thì năm {year}", "en": "At the same rate {year}"},
    "grdp.monthly": {"vi": "Mỗi tháng", "en": "A month"},
    "grdp.record": {"vi": "Tăng cao nhất từng có", "en": "Largest growth on record"},
    "grdp.both": {"vi": "Năm biết cả hai tốc độ", "en": "Years with both rates"},
    "grdp.best": {"vi": "{growth} (năm {year})", "en": "{growth} ({year})"},
    "grdp.note": {
        "vi": "GRDP đã công bố: {rates}. Số liệu không cho biết tỷ trọng của từng chỉ tiêu trong GRDP, và chỉ có "
        "{count} lần biết cả hai tốc độ, nên bảng chỉ nói nếu chỉ tiêu tăng cùng tốc độ với GRDP thì phải đạt "
        "bao nhiêu.",
        "en": "GRDP as published: {rates}. No figure tells the share of each series in GRDP, and both rates are known "
        "{count} times only, so the table says what each would come to if it grew at the same rate as GRDP.",
    },
    # scenarios, joint revenue, scorecard, zones side by side
    "scenario.base": {"vi": "Phương án cơ sở", "en": "Base case"},
    "scenario.together": {"vi": "{names} cùng lúc", "en": "{names} together"},
    "scenario.from": {"vi": "từ {start}", "en": "from {start}"},
    "scenario.between": {"vi": "{start}–{end}", "en": "{start}–{end}"},
    "scenario.ramp": {"vi": "tăng dần trong {days} ngày", "en": "growing over {days} days"},
    "scenario.recovery": {"vi": "hồi phục trong {days} ngày", "en": "recovering over {days} days"},
    "scenario.caption": {"vi": "Dự kiến năm {year} theo tình huống", "en": "{year} by scenario"},
    "scenario.record_caption": {"vi": "Các tình huống đã ghi", "en": "Scenarios on record"},
    "scenario.none": {
        "vi": "Chưa ghi tình huống nào cho {zone} tính đến ngày này; chỉ thử được các mức tròn, để xem độ nhạy.",
        "en": "No scenario is on record for {zone} by this date; only round figures can be tried, for sensitivity.",
    },
    "scenario.left_out": {
        "vi": "Không tác động tới {name} trong các tháng còn lại nên không nêu ở đây: {names}.",
        "en": "Left out, as they touch none of the months ahead of {name}: {names}.",
    },
    "table.scenario": {"vi": "Tình huống", "en": "Scenario"},
    "table.in_force": {"vi": "Thời gian", "en": "When"},
    "table.sizes": {"vi": "Mức: nhẹ, giữa, mạnh", "en": "Size: mild, central, strong"},
    "table.author": {"vi": "Người nêu, ngày ghi", "en": "Author, recorded"},
    "table.difference": {"vi": "So với cơ sở", "en": "Against base"},
    "table.chance_last_year": {"vi": "Khả năng không thấp hơn năm {year}", "en": "Chance of at least {year}"},
    "table.chance_of": {"vi": "Khả năng đạt {target}", "en": "Chance of {target}"},
    "chart.findings.title": {
        "vi": "{error} chỗ số liệu không thể cùng đúng, {warning} chỗ đáng ngờ",
        "en": "{error} sets of figures cannot all be true, {warning} are doubtful",
    },
    "chart.findings.subtitle": {
        "vi": "Hai vế của mỗi phép đối chiếu cách nhau ít nhất bao nhiêu,\u00a0% của vế lớn hơn (thang lôgarit)",
        "en": "How far apart the two sides of each comparison are at least,\u00a0% of the larger (log scale)",
    },
    "chart.findings.note": {
        "vi": "Chấm đặc: sai, dù làm tròn hay cắt bớt. Chấm rỗng: đáng ngờ. Lưu ý (số ước đã điều chỉnh) không vẽ.",
        "en": "Filled: an error, whether rounded or cut off. Open: doubtful. Notes (revised estimates) are not drawn.",
    },
    "chart.scenarios.title": {
        "vi": "Tác động mạnh nhất: {scenario} (năm {year} {change} so với cơ sở)",
        "en": "Strongest effect: {scenario} ({year} {change} on the base case)",
    },
    "chart.scenarios.title_plain": {
        "vi": "{name} năm {year} nếu các tháng còn lại cao hơn hoặc thấp hơn",
        "en": "{name} in {year} if the remaining months run higher or lower",
    },
    "chart.scenarios.subtitle": {
        "vi": "{name} năm {year}, {unit}; bên phải là khả năng không thấp hơn năm {before}",
        "en": "{name} in {year}, {unit}; at the right the chance of at least {before}",
    },
    "chart.scenarios.subtitle_plain": {"vi": "{name} năm {year}, {unit}", "en": "{name} in {year}, {unit}"},
    "chart.scenarios.note": {
        "vi": "Chấm: trung vị; thanh: khoảng 80\u00a0%; vạch dọc: phương án cơ sở. "
        "Mỗi kịch bản lấy một mức tác động khác nhau; các tháng đã qua không đổi.",
        "en": "Dot: median; bar: 80\u00a0% interval; upright line: base case. "
        "Every path draws its own size; months gone by never change.",
    },
    "revenue.rates_caption": {"vi": "Tỷ lệ thu ở những kỳ số liệu cho biết", "en": "Effective rates where facts tell"},
    "revenue.vnd_per": {"vi": "đồng trên 1 {base}", "en": "VND per {base}"},
    "revenue.both": {
        "vi": "{name} năm {year}: dự báo thẳng từ số thu {direct}; lấy {base} nhân tỷ lệ thu {rated} {unit}.",
        "en": "{name} in {year}: {direct} forecast from its own figures; {rated} {unit} as {base} times the rate.",
    },
    "revenue.no_cases": {
        "vi": "Chưa có lần nào trong quá khứ để so hai cách (cần {needed}). Vì vậy dùng dự báo thẳng; kịch bản thu cao "
        "đi cùng kịch bản {base} cao ở mức mà tỷ lệ thu cho thấy.",
        "en": "No past case compares the two ways ({needed} are needed). The direct forecast is therefore used, its "
        "higher paths going with higher paths of {base} as far as the rate says.",
    },
    "revenue.too_short": {
        "vi": "Mới có {count} lần trong quá khứ để so hai cách (cần {needed}), quá ít để chọn. Vì vậy dùng dự báo "
        "thẳng; kịch bản thu cao đi cùng kịch bản {base} cao ở mức mà tỷ lệ thu cho thấy.",
        "en": "Past cases that compare the two ways: {count} ({needed} are needed), too few to choose by. The direct "
        "forecast is therefore used, its higher paths going with higher paths of {base} as far as the rate says.",
    },
    "revenue.better_direct": {
        "vi": "Qua {count} lần trong quá khứ dự báo thẳng sai ít hơn ({direct} so với {rated}) nên được dùng.",
        "en": "Over {count} past cases the direct forecast erred less ({direct} against {rated}) and is used.",
    },
    "revenue.better_from_base": {
        "vi": "Qua {count} lần trong quá khứ cách nhân tỷ lệ sai ít hơn ({rated} so với {direct}) nên được dùng.",
        "en": "Over {count} past cases base times rate erred less ({rated} against {direct}) and is used.",
    },
    "revenue.none": {
        "vi": "Không xét được thu ngân sách cùng xuất nhập khẩu của {zone}. {reason}",
        "en": "Revenue cannot be looked at together with trade in {zone}. {reason}",
    },
    "revenue.no_series": {
        "vi": "Danh mục không nêu chuỗi thu ngân sách hoặc xuất nhập khẩu chung.",
        "en": "The catalogue names no revenue series, or no single trade series.",
    },
    "revenue.no_parts": {
        "vi": "Không có khoản thu nào khác mà số liệu đủ để tính tỷ lệ.",
        "en": "The facts give the rate of no other revenue.",
    },
    "joint.last_year": {"vi": "{name} không thấp hơn năm {year}", "en": "{name} at least as in {year}"},
    "joint.target": {"vi": "{name} đạt {target}", "en": "{name} reaches {target}"},
    "joint.together": {"vi": "Cả hai cùng lúc", "en": "Both at once"},
    "joint.independent": {"vi": "Nếu hai bên không liên quan", "en": "If the two had no link"},
    "joint.caption": {"vi": "Xuất nhập khẩu và thu ngân sách cùng đạt", "en": "Trade and revenue both"},
    "table.aim": {"vi": "Điều cần đạt", "en": "Aim"},
    "table.deadline": {"vi": "Kỳ hoặc hạn", "en": "Period or by"},
    "table.latest": {"vi": "Số gần nhất", "en": "Latest figure"},
    "table.pace": {"vi": "Nhịp đều", "en": "Even pace"},
    "table.still": {"vi": "Còn thiếu", "en": "Still missing"},
    "table.state": {"vi": "Tình trạng", "en": "State"},
    "compare.>=": {"vi": "từ {value} trở lên", "en": "at least {value}"},
    "compare.>": {"vi": "trên {value}", "en": "over {value}"},
    "compare.=": {"vi": "{value}", "en": "{value}"},
    "compare.<=": {"vi": "không quá {value}", "en": "at most {value}"},
    "compare.<": {"vi": "dưới {value}", "en": "under {value}"},
    "score.caption": {"vi": "Các mục tiêu không cộng từ tháng", "en": "Aims that no sum of months decides"},
    "score.none": {
        "vi": "{zone} không có mục tiêu nào thuộc loại này còn hiệu lực trong {month}.",
        "en": "{zone} has no aim of this kind running in {month}.",
    },
    "score.summary": {"vi": "{zone}, tất cả {count} mục tiêu: {parts}.", "en": "{zone}, {count} in all: {parts}."},
    "score.count": {"vi": "{state}: {count}", "en": "{state}: {count}"},
    "score.at": {"vi": "{value} ({date})", "en": "{value} ({date})"},
    "score.other_scope": {"vi": "số của {scope}", "en": "counted by: {scope}"},
    "score.by_other_scope": {"vi": "{state} (theo phạm vi khác)", "en": "{state} (by another scope)"},
    "score.still": {"vi": "{missing}; {needed} mỗi tháng", "en": "{missing}; {needed} a month"},
    "score.state.reached": {"vi": "đã đạt", "en": "reached"},
    "score.state.missed": {"vi": "không đạt", "en": "missed"},
    "score.state.overdue": {"vi": "đã hết hạn, chưa có số cuối kỳ", "en": "over, with no final figure"},
    "score.state.rounding": {"vi": "sát mức, số làm tròn chưa phân định", "en": "too close for rounded figures"},
    "score.state.on_pace": {"vi": "kịp nhịp đều", "en": "on pace"},
    "score.state.behind": {"vi": "chậm hơn nhịp đều", "en": "behind the pace"},
    "score.state.under_way": {"vi": "đang thực hiện, chưa tính được nhịp", "en": "under way, pace unknown"},
    "score.state.so_far": {"vi": "mới có số một phần kỳ", "en": "part of the period only"},
    "score.state.before": {"vi": "chưa có số trong kỳ", "en": "no figure from the period yet"},
    "score.state.no_data": {"vi": "chưa có số liệu", "en": "no data yet"},
    "score.aim_source": {"vi": "Mục tiêu: {source}.", "en": "Aims: {source}."},
    "score.fact_source": {"vi": "{fact}: {source}.", "en": "{fact}: {source}."},
    "zones.levels_caption": {"vi": "Giá trị theo vùng", "en": "Levels by zone"},
    "zones.growth_caption": {"vi": "Tăng giảm theo vùng", "en": "Growth by zone"},
    "zones.shares_caption": {"vi": "Cơ cấu trong từng vùng", "en": "Shares within each zone"},
    "zones.series": {"vi": "{zone}: {name}", "en": "{zone}: {name}"},
    "zones.year": {"vi": "Năm {year}", "en": "{year}"},
    "zones.to_date": {"vi": "Lũy kế {year}", "en": "{year} to date"},
    "zones.to_date_value": {"vi": "{value}, đến {month}", "en": "{value}, to {month}"},
    "zones.full_year": {"vi": "Cả năm {year} (80\u00a0%)", "en": "{year} in full (80\u00a0%)"},
    "zones.ytd_growth": {"vi": "Lũy kế {year} so cùng kỳ", "en": "{year} to date on same period"},
    "zones.year_growth": {"vi": "Năm {year} so năm trước", "en": "{year} on year before"},
    "zones.part": {"vi": "{name}, {period}", "en": "{name}, {period}"},
    "zones.share": {"vi": "Tỷ trọng", "en": "Share"},
    "zones.of": {"vi": "Trong tổng", "en": "Of a total of"},
    "zones.no_shares": {
        "vi": "Không vùng nào có đủ các thành phần cùng kỳ, cùng phạm vi để tính cơ cấu.",
        "en": "No zone has all parts of one period and scope, so there are no shares.",
    },
    "zones.scale": {
        "vi": "Để hình dung quy mô: {name} của {zone} năm {year} bằng khoảng {share} tổng xuất nhập khẩu hàng hóa "
        "cả nước. Đây không phải tỷ trọng: hai bên đếm khác nhau.",
        "en": "For a sense of scale: {name} of {zone} in {year} comes to about {share} of the country's exports and "
        "imports. It is no share: the two are counted differently.",
    },
    "zones.conflict": {
        "vi": "{zone}, {name}: các số đã công bố cho {period} không khớp nhau ({values}); ở đây dùng {used}.",
        "en": "{zone}, {name}: the figures published for {period} disagree ({values}); {used} is used here.",
    },
    "zones.covers": {"vi": "{zone}, {scope}: {covers}.", "en": "{zone}, {scope}: {covers}."},
    "zones.calendar": {
        "vi": "{zone} tính tháng từ ngày {day} tháng trước; năm cũng lệch như vậy so với năm dương lịch.",
        "en": "{zone} counts its months from day {day} of the month before, and its years likewise.",
    },
}


def say(key: str, lang="vi", **values) -> str:
    """The sentence `key` in a language, with its values filled in. The values are texts, already written.

    Raises KeyError for an unknown key, naming the nearest, and ValueError when a value is missing.
    """
    template = SENTENCES[known(key, SENTENCES, "sentence")][language(lang)]
    wanted = {field for _, field, _, _ in Formatter().parse(template) if field}
    if wanted - values.keys():
        raise ValueError(f"Sentence {key!r} ({lang}) also needs {', '.join(sorted(wanted - values.keys()))}.")
    return template.format(**values)


def joint(change_pct, p, lang="vi") -> str:
    """The word between a month's change and a target's chance: "nhưng" where they point apart, else "và"."""
    apart = (change_pct > 0 and p < 0.33) or (change_pct < 0 and p >= 0.67)
    return say("but" if apart else "and", lang)


def sentences(*texts: str) -> str:
    """Sentences as one text, empty ones left out."""
    return " ".join(text for text in texts if text)


def listing(texts, lang="vi") -> str:
    """Several texts as one list: "a, b và c"."""
    texts = list(texts)
    return say("list.last", lang).join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def capital(text: str) -> str:
    """The text with its first letter raised, for the start of a sentence: "tháng 5/2025" is "Tháng 5/2025"."""
    return text[:1].upper() + text[1:]


def language(lang: str) -> str:
    """The code of a language that there are words in; ValueError for any other."""
    if lang not in LANGUAGES:
        raise ValueError(f"Unknown language {lang!r}. Use 'vi' or 'en'.")
    return lang


def known(key: str, table, what: str) -> str:
    """The key itself where a table has it; KeyError, naming the nearest, where not."""
    if key in table:
        return key
    near = get_close_matches(str(key), table, n=1)
    raise KeyError(f"Unknown {what} {key!r}" + (f"; the nearest is {near[0]!r}." if near else "."))
