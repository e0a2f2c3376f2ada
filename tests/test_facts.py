import datetime as dt
import os
import shutil

import numpy as np
import openpyxl
import pandas as pd
import pytest
from conftest import fact_row, write_facts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ezlib import facts as facts_module
from ezlib.contracts import FACT_COLUMNS, LOADED_COLUMNS, NUMBER_COLUMNS, DataError
from ezlib.facts import append_facts, in_precedence, load_facts

SAME_ROOT = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def refusal(root, **how) -> DataError:
    with pytest.raises(DataError) as caught:
        load_facts(root=root, **how)
    return caught.value


def series_file(root, text: str, name="day-du.csv", encoding="utf-8"):
    path = root / "data" / "series" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


# ------------------------------------------------------------------------------------------------ what is read


def test_a_printed_figure_is_loaded_with_its_interval_and_its_place(empty_root):
    row = fact_row(change1="33", basis1="mom", half_width1="0.5")
    write_facts(empty_root, "report.csv", [row])
    fact = load_facts(root=empty_root).iloc[0]
    assert list(load_facts(root=empty_root).columns) == LOADED_COLUMNS
    assert (fact["value"], fact["lower"], fact["upper"]) == pytest.approx((150.83, 150.825, 150.835))
    assert fact["period_end"] == pd.Timestamp("2025-05-15") and fact["change1"] == 33 and np.isnan(fact["change2"])
    assert (fact["file"], fact["row"]) == ("data/facts/thu-nghiem/report.csv", 2)


def test_empty_cells_are_empty_texts_and_missing_numbers(small_root):
    facts = load_facts(root=small_root)
    texts = [c for c in LOADED_COLUMNS if facts[c].dtype == "str"]
    assert len(texts) == 17 and not facts[texts].isna().any().any()
    assert facts["half_width2"].isna().all() and (facts["basis2"] == "").all()


def test_one_zone_is_read_without_the_others(small_root):
    (small_root / "data/series/day-du.csv").write_text("spoilt")
    assert set(load_facts("thu-nghiem", root=small_root)["zone"]) == {"thu-nghiem"}


def test_an_unknown_zone_is_refused_with_the_nearest_one(small_root):
    assert "did you mean 'thu-nghiem'" in str(refusal(small_root, zone="thu_ngiem"))


def test_a_root_without_facts_gives_an_empty_table_of_the_right_types(empty_root):
    facts = load_facts(root=empty_root)
    assert len(facts) == 0 and facts["value"].dtype == "float64" and facts["period_end"].dtype == "datetime64[s]"


@pytest.mark.parametrize(
    ("qualifier", "kept", "lower", "upper"),
    [
        ("", "", 1999.5, 2000.5),
        ("over", "over", 2000, 2100),
        ("more than", "over", 2000, 2100),
        ("gần", "nearly", 1900, 2000),
        ("Khoảng", "about", 1900, 2100),
        ("range 2000-2300", "range", 2000, 2300),
        ("2000 – 2300.5", "range", 2000, 2300.5),
    ],
)
def test_the_words_around_a_figure_give_its_interval(empty_root, qualifier, kept, lower, upper):
    write_facts(empty_root, "a.csv", [fact_row(value="2000", half_width="0.5", qualifier=qualifier)])
    fact = load_facts(root=empty_root).iloc[0]
    assert fact["qualifier"] == kept
    assert (fact["lower"], fact["upper"]) == pytest.approx((lower, upper))
    assert kept == "range" or qualifier.lower() in (kept, fact["note"])


def test_harmless_habits_of_spreadsheets_are_read(empty_root):
    rows = [fact_row(source=" Báo cáo  "), dict.fromkeys(FACT_COLUMNS, ""), fact_row(fact_id="X2", value="7 ".strip())]
    path = write_facts(empty_root, "a.csv", rows, encoding="utf-8-sig", newline="\r\n")
    lines = path.read_text("utf-8-sig").splitlines()
    path.write_text("\ufeff" + "\r\n".join(line + ",," for line in lines) + "\r\n\r\n", encoding="utf-8", newline="")
    shutil.copy(path, path.with_name("~$a.csv"))
    facts = load_facts(root=empty_root)
    assert list(facts["row"]) == [2, 4] and facts["source"].iat[0] == "Báo cáo"


def test_a_semicolon_file_with_decimal_commas_throughout_reads_like_its_twin(empty_root):
    rows = [
        fact_row(fact_id=f"X{i}", value=f"{100 + i}.25", change1="-2.5", basis1="mom", half_width1="0.05")
        for i in range(5)
    ]
    write_facts(empty_root, "a.csv", rows)
    expected = load_facts(root=empty_root)
    numbers = {name: (lambda text: text.replace(".", ",")) for name in NUMBER_COLUMNS}
    commas = [{name: numbers.get(name, str)(text) for name, text in row.items()} for row in rows]
    write_facts(empty_root, "a.csv", commas, delimiter=";", encoding="utf-8-sig", newline="\r\n")
    pd.testing.assert_frame_equal(load_facts(root=empty_root), expected)


@SAME_ROOT
@given(
    data=st.data(),
    delimiter=st.sampled_from([",", ";"]),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    pad=st.sampled_from(["", " ", "\u00a0"]),
)
def test_numbers_and_dates_survive_every_accepted_way_of_writing_them(
    empty_root, data, delimiter, comma, encoding, newline, pad
):
    digits = data.draw(st.integers(0, 2), "digits")
    values = data.draw(
        st.lists(st.integers(0, 10**7).map(lambda n: n / 10**digits), min_size=1, max_size=6, unique=True), "values"
    )
    days = data.draw(st.lists(st.dates(dt.date(1995, 1, 1), dt.date(2045, 1, 1)), min_size=6, max_size=6), "days")
    sign = "," if comma and delimiter == ";" else "."
    rows = [
        fact_row(
            fact_id=f"X{i}",
            period_kind="partial",
            period_start=day.isoformat() + pad,
            period_end=(day + dt.timedelta(days=6)).isoformat(),
            value=pad + f"{value:.{digits}f}".replace(".", sign) + pad,
            half_width=f"{0.5 / 10**digits:.{digits + 1}f}".replace(".", sign),
            note="Lào Cai;\nBát Xát, “Bản Vược”",
        )
        for i, (value, day) in enumerate(zip(values, days, strict=False))
    ]
    write_facts(empty_root, "a.csv", rows, delimiter=delimiter, encoding=encoding, newline=newline)
    facts = load_facts(root=empty_root)
    assert list(facts["value"]) == values
    assert list(facts["period_start"].dt.date) == days[: len(values)]
    assert set(facts["note"]) == {"Lào Cai;\nBát Xát, “Bản Vược”"}


# ---------------------------------------------------------------------------------------------- what is refused

BAD_CELLS = {
    "an unknown zone": ({"zone": "lao-cay"}, "lao-cay"),
    "another zone's folder": ({"zone": "day-du"}, "stands in the folder"),
    "an unknown indicator": ({"indicator": "trade_totl"}, "did you mean 'trade_total'"),
    "an unknown scope": ({"scope": "boards"}, "did you mean 'board'"),
    "an unknown unit": ({"unit": "million_us"}, "did you mean 'million_usd'"),
    "a unit of another dimension": ({"unit": "billion_vnd"}, "is measured in million_usd"),
    "an unknown period kind": ({"period_kind": "mon"}, "period_kind 'mon'"),
    "an unknown status": ({"status": "finall"}, "did you mean 'final'"),
    "an unknown qualifier": ({"qualifier": "nearlly"}, "did you mean 'nearly'"),
    "an unknown basis": ({"change1": "3", "basis1": "yoi", "half_width1": "0.5"}, "basis1 'yoi'"),
    "a date Excel rewrote": ({"period_end": "15/05/2025"}, "Excel rewrites dates"),
    "a date with a month name": ({"published": "31-May-25"}, "Excel rewrites dates"),
    "a date turned into a serial number": ({"published": "45808"}, "Excel rewrites dates"),
    "a day that does not exist": ({"published": "2025-02-30"}, "no day of the calendar"),
    "a year beyond reason": ({"published": "2205-05-31"}, "between 1990 and 2050"),
    "a reversed period": ({"period_start": "2025-05-15", "period_end": "2025-04-16"}, "ends before it starts"),
    "a month of thirteen months": ({"period_start": "2024-04-16"}, "which has 395 days"),
    "no number": ({"value": "n/a"}, "is not a number"),
    "infinity": ({"value": "inf"}, "is not a number"),
    "a decimal comma": ({"value": "150,83"}, "decimal comma"),
    "English thousands": ({"value": "1,150.83"}, "thousands separators"),
    "Vietnamese thousands": ({"value": "1.150,83"}, "thousands separators"),
    "thousands parted by a blank": ({"value": "1 150"}, "thousands separators"),
    "thousands parted by a no-break blank": ({"value": "1\u00a0150.83"}, "thousands separators"),
    "millions with points": ({"value": "7.955.082"}, "thousands separators"),
    "thousands that look like decimals": ({"value": "1.234", "half_width": "0.5"}, "thousands separators"),
    "a number Excel shortened": ({"value": "1.2E+06"}, "powers of ten"),
    "a number Excel shortened with a comma": ({"value": "1,2E+06"}, "powers of ten"),
    "a negative flow": ({"value": "-150.83"}, "flows cannot be negative"),
    "a fall by more than all": ({"change1": "-128", "basis1": "mom", "half_width1": "0.5"}, "more than 100 %"),
    "a negative half width": ({"half_width": "-0.005"}, "0 or more"),
    "a change without its basis": ({"change1": "33"}, "do not come together"),
    "no value": ({"value": ""}, "value is empty"),
    "no day of publication": ({"published": ""}, "published is empty"),
    "no id": ({"fact_id": ""}, "fact_id is empty"),
    "a range that starts elsewhere": ({"qualifier": "range 500-600"}, "does not start at the value"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_a_bad_cell_is_refused_with_its_file_and_row_and_a_remedy(empty_root, case):
    change, words = BAD_CELLS[case]
    write_facts(empty_root, "a.csv", [fact_row(fact_id="X0"), fact_row() | change])
    error = refusal(empty_root)
    assert error.where[0].startswith("data/facts/thu-nghiem/a.csv, row 3: ")
    assert len(error.where) == 1 and words in str(error) and len(error.next_step) > 20


def test_every_offending_row_of_every_file_is_named_in_one_error(empty_root):
    write_facts(
        empty_root, "a.csv", [fact_row(fact_id=f"A{i}", value=f"{i},5" if i % 2 else f"{i}.5") for i in range(6)]
    )
    write_facts(empty_root, "b.csv", [fact_row(fact_id="B1"), fact_row(fact_id="B2", published="31/05/2025")])
    series_file(empty_root, "month,indicator,unit,value\n05/2024,trade_export,million_usd,3\n")
    error = refusal(empty_root)
    places = [place.split(": ")[0] for place in error.where]
    assert places == [
        "data/facts/thu-nghiem/a.csv, row 3",
        "data/facts/thu-nghiem/a.csv, row 5",
        "data/facts/thu-nghiem/a.csv, row 7",
        "data/facts/thu-nghiem/b.csv, row 3",
        "data/series/day-du.csv, row 2",
    ]
    assert "5 places in 3 files" in error.what
    assert error.next_step.count("\n") == 2  # each remedy once


def test_rows_are_counted_as_an_editor_counts_lines(empty_root):
    rows = [fact_row(note="two\nlines"), dict.fromkeys(FACT_COLUMNS, ""), fact_row(fact_id="X2", value="x")]
    write_facts(empty_root, "a.csv", rows)
    assert "row 5: value 'x'" in refusal(empty_root).where[0]


def test_a_mixture_of_decimal_signs_names_the_rarer_one(empty_root):
    values = ["1,5", "2,5", "3,5", "4.5"]
    rows = [fact_row(fact_id=f"X{i}", value=v, half_width="0,05") for i, v in enumerate(values)]
    write_facts(empty_root, "a.csv", rows, delimiter=";")
    error = refusal(empty_root)
    assert len(error.where) == 1 and "row 5: value '4.5' uses another decimal sign than 7 figures" in error.where[0]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (["755,1", "1.124", "1.204"], ["row 3: value '1.124' has thousands", "row 4: value '1.204' has thousands"]),
        (["201.734", "188.102", "199,412"], ["row 4: value '199,412' uses another decimal sign than 2 figures"]),
    ],
)
def test_three_digits_behind_a_point_are_thousands_beside_decimal_commas_alone(empty_root, values, says):
    rows = [fact_row(fact_id=f"X{i}", value=v, half_width="0") for i, v in enumerate(values)]
    write_facts(empty_root, "a.csv", rows, delimiter=";")
    found = refusal(empty_root).where
    assert len(found) == len(says) and all(words in found[i] for i, words in enumerate(says))


def test_a_semicolon_file_with_points_is_read(empty_root):
    write_facts(empty_root, "a.csv", [fact_row()], delimiter=";")
    assert load_facts(root=empty_root)["value"].iat[0] == 150.83


def test_an_id_used_twice_names_both_rows_even_across_files(empty_root):
    write_facts(empty_root, "a.csv", [fact_row()])
    write_facts(empty_root, "b.csv", [fact_row(value="151")])
    place = refusal(empty_root).where[0]
    assert place.startswith("data/facts/thu-nghiem/b.csv, row 2") and "data/facts/thu-nghiem/a.csv, row 2" in place


def test_identical_rows_are_refused_and_different_values_for_one_period_are_not(empty_root):
    write_facts(empty_root, "a.csv", [fact_row(), fact_row(fact_id="X2")])
    assert "row 3: says the same as data/facts/thu-nghiem/a.csv, row 2" in refusal(empty_root).where[0]
    write_facts(empty_root, "a.csv", [fact_row(), fact_row(fact_id="X2", value="151")])
    assert len(load_facts(root=empty_root)) == 2


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252", "utf-16", "utf-16-le"])
def test_another_encoding_is_refused_with_the_way_to_save_as_utf_8(empty_root, encoding):
    path = write_facts(empty_root, "a.csv", [fact_row(source="Báo cáo", publisher="")])
    path.write_bytes(path.read_text("utf-8").encode(encoding))
    error = refusal(empty_root)
    assert "data/facts/thu-nghiem/a.csv" in error.where[0] and "CSV UTF-8" in str(error)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,,,\n,,,,\n"])
def test_an_empty_file_is_refused(empty_root, content):
    path = write_facts(empty_root, "a.csv", [])
    path.write_bytes(content)
    assert "is empty" in refusal(empty_root).where[0]


def test_missing_unknown_and_repeated_columns_are_named_together(empty_root):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    header, row = path.read_text("utf-8").splitlines()
    path.write_text(header.replace("published", "publishd").replace("note", "zone", 1) + "\n" + row, encoding="utf-8")
    error = str(refusal(empty_root))
    assert "the column published is missing" in error and "did you mean 'published'" in error


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda text: text.replace("2025-05-31,", ""), "23 cells where the first line has 24"),
        (lambda text: text.replace("150.83", "150,83"), "25 cells where the first line has 24"),
        (lambda text: text.replace("X1,", 'X1,"'), "double quote"),
        (lambda text: text.replace(",", "\t"), "not separated by commas or semicolons"),
    ],
)
def test_a_file_cut_up_wrongly_is_refused(empty_root, break_it, words):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    path.write_text(break_it(path.read_text("utf-8")), encoding="utf-8")
    assert words in str(refusal(empty_root))


def test_a_file_that_excel_holds_open_is_named(empty_root, monkeypatch):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    plain = type(path).read_bytes

    def held(self):
        if self.name == "a.csv":
            raise PermissionError(13, "Permission denied")
        return plain(self)

    monkeypatch.setattr(type(path), "read_bytes", held)
    assert "a.csv: is open in another program" in refusal(empty_root).where[0]


def test_files_in_wrong_places_are_refused_and_not_passed_over(empty_root):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    shutil.copy(path, path.parent.parent / "loose.csv")
    shutil.copy(path, path.parent / "book.xlsx")
    write_facts(empty_root, "a.csv", [fact_row(zone="ha-noi")], zone="ha-noi")
    error = refusal(empty_root)
    assert len(error.where) == 3 and "outside any zone" in str(error) and "is a workbook" in str(error)


# ------------------------------------------------------------------------------------------------ the simple door


def test_a_monthly_table_is_read_as_monthly_facts(small_root, small_truth):
    facts = load_facts("day-du", root=small_root)
    exports = facts[facts["indicator"] == "trade_export"].set_index("period_end")["value"]
    assert exports.to_numpy() == pytest.approx((small_truth.loc[:"2025-05", "trade_export"] * 900).round(1))
    first = facts.iloc[0]
    assert first["fact_id"] == "S:day-du:trade_export:2022-01" and first["source"] == "day-du.csv"
    assert (first["period_start"], first["period_end"]) == (pd.Timestamp("2022-01-01"), pd.Timestamp("2022-01-31"))
    assert first["published"] == pd.Timestamp("2022-02-06")  # six days after the month, as the zone assumes
    assert first["half_width"] == 0.05 and first["scope"] == "national" and first["status"] == "final"


def test_a_board_series_has_the_boards_months(empty_root):
    series_file(empty_root, "month,indicator,unit,value\n2025-05,trade_total,million_usd,150.83\n", "thu-nghiem.csv")
    fact = load_facts(root=empty_root).iloc[0]
    assert (fact["period_start"], fact["period_end"]) == (pd.Timestamp("2025-04-16"), pd.Timestamp("2025-05-15"))
    assert fact["half_width"] == 0.005


@pytest.mark.parametrize(("value", "half"), [("191061", 0.5), ("191061.0", 0.05), ("150.83", 0.005), ("3e-07", 5e-8)])
def test_the_half_width_of_a_monthly_table_is_half_the_last_digit(empty_root, value, half):
    series_file(empty_root, f"month,indicator,unit,value\n2024-05,trade_export,million_usd,{value}\n")
    assert load_facts(root=empty_root)["half_width"].iat[0] == half


def test_a_month_published_again_keeps_both_figures_apart(empty_root):
    lines = ["month,indicator,unit,value,published", "2024-05,trade_export,million_usd,30,2024-06-01"]
    series_file(empty_root, "\n".join([*lines, "2024-05,trade_export,million_usd,31,2024-07-01"]))
    ids = list(load_facts(root=empty_root)["fact_id"])
    assert ids == ["S:day-du:trade_export:2024-05", "S:day-du:trade_export:2024-05@2024-07-01"]
    assert len(load_facts(root=empty_root, as_of="2024-06-15")) == 1


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("May-24,trade_export,million_usd,3", "month 'May-24'"),
        ("2024-13,trade_export,million_usd,3", "month '2024-13'"),
        ("2024-05,trade_export,million_usd,", "value is empty"),
        ("2024-05,trade_exprt,million_usd,3", "did you mean 'trade_export'"),
        ("2024-05,trade_export,million_usd,-3", "cannot be negative"),
        ("2024-05,trade_export,million_usd,3\n2024-05,trade_export,million_usd,4", "same month of the same series"),
        ('2024-05,trade_export,million_usd,"3,5"', "decimal comma"),
        (
            "2024-05,trade_export,million_usd,980\n2024-06,trade_export,million_usd,1.023",
            "row 3: value '1.023' has thou",
        ),
    ],
)
def test_a_bad_row_of_a_monthly_table_is_refused_with_its_row(empty_root, rows, words):
    series_file(empty_root, "month,indicator,unit,value\n" + rows + "\n")
    error = refusal(empty_root)
    assert "data/series/day-du.csv, row" in error.where[0] and words in str(error)


def test_a_monthly_table_of_an_unknown_zone_is_refused_once(empty_root):
    series_file(empty_root, "month,indicator,unit,value\n" + "2024-05,trade_export,million_usd,3\n" * 5, "daydu.csv")
    error = refusal(empty_root)
    assert error.where == ("data/series/daydu.csv: zone 'daydu' is not in the catalogue; did you mean 'day-du'?",)


def test_a_workbook_reads_like_the_same_table_in_csv(small_root):
    expected = load_facts("day-du", root=small_root)
    table = pd.read_csv(small_root / "data/series/day-du.csv", dtype={"month": str})
    book = openpyxl.Workbook()
    book.active.append(["remarks of the compiler"])
    sheet = book.create_sheet("months")
    sheet.append(list(table.columns))
    for i, row in enumerate(table.itertuples(index=False)):
        month = dt.datetime.fromisoformat(row.month + "-01") if i % 2 else row.month  # Excel makes dates of months
        sheet.append([month, *row[1:]])
    (small_root / "data/series/day-du.csv").unlink()
    book.save(small_root / "data/series/day-du.xlsx")
    facts = load_facts("day-du", root=small_root)
    same = [c for c in LOADED_COLUMNS if c not in ("source", "file", "half_width", "lower", "upper")]
    pd.testing.assert_frame_equal(facts[same], expected[same])
    assert set(facts["file"]) == {"data/series/day-du.xlsx#months"}


def test_a_broken_workbook_and_one_without_a_series_are_refused(empty_root):
    series_file(empty_root, "no zip", "day-du.xlsx")
    book = openpyxl.Workbook()
    book.save(empty_root / "data/series/thu-nghiem.xlsx")
    error = str(refusal(empty_root))
    assert "day-du.xlsx: cannot be opened" in error and "thu-nghiem.xlsx: has no sheet" in error


# ------------------------------------------------------------------------------------------------------- as of


@SAME_ROOT
@given(
    published=st.lists(st.dates(dt.date(2025, 5, 16), dt.date(2026, 5, 1)), min_size=1, max_size=8),
    as_of=st.dates(dt.date(2025, 5, 1), dt.date(2026, 6, 1)),
    form=st.sampled_from([lambda day: day, dt.date.isoformat, pd.Timestamp]),
)
def test_as_of_never_sees_a_later_fact_and_misses_no_earlier_one(empty_root, published, as_of, form):
    rows = [fact_row(fact_id=f"X{i}", value=str(i), published=day.isoformat()) for i, day in enumerate(published)]
    write_facts(empty_root, "a.csv", rows)
    seen = load_facts(root=empty_root, as_of=form(as_of))
    assert list(seen["fact_id"]) == [f"X{i}" for i, day in enumerate(published) if day <= as_of]
    assert len(load_facts(root=empty_root)) == len(published)


# ------------------------------------------------------------------------------------------------- corrections

CORRECTION = """
- fact_id: X1
  expect: {value: 150.83}
  set: {value: 150.38}
  reason: two digits exchanged in print
  source: corrected report, 2025-06-10
  published: 2025-06-10
"""


def correct(root, text=CORRECTION):
    (root / "data" / "corrections.yml").write_text(text, encoding="utf-8")


def test_a_correction_overrides_a_fact_and_leaves_its_mark(empty_root):
    write_facts(empty_root, "a.csv", [fact_row(note="seen"), fact_row(fact_id="X2", value="1")])
    correct(empty_root)
    facts = load_facts(root=empty_root).set_index("fact_id")
    assert facts.at["X1", "value"] == 150.38 and facts.at["X1", "upper"] == pytest.approx(150.385)
    assert facts.at["X1", "corrected"] == "two digits exchanged in print" and facts.at["X2", "corrected"] == ""
    assert facts.at["X1", "note"].startswith("seen; corrected: value 150.83 -> 150.38")


def test_a_correction_is_not_seen_before_it_was_published(empty_root):
    write_facts(empty_root, "a.csv", [fact_row()])
    correct(empty_root)
    assert load_facts(root=empty_root, as_of="2025-06-09")["value"].iat[0] == 150.83
    assert load_facts(root=empty_root, as_of="2025-06-10")["value"].iat[0] == 150.38


@pytest.mark.parametrize(
    ("row", "text", "words"),
    [
        (fact_row(value="150.84"), CORRECTION, "value was '150.83' when this was written and is now '150.84'"),
        (fact_row(fact_id="X9"), CORRECTION, "no such fact any more"),
        (fact_row(), CORRECTION.replace("reason", "reson"), "reason missing"),
        (fact_row(), CORRECTION.replace("set: {value", "set: {valu"), "no column 'valu'"),
        (fact_row(), "just text", "not a list of corrections"),
        (fact_row(), CORRECTION.replace("150.38", "-1"), "cannot be negative"),
        (fact_row(), CORRECTION.replace("150.38", '"1.150,38"'), "value '1.150,38' is no number"),
        (fact_row(), CORRECTION.replace("set: {value: 150.38}", "set: 150.38"), "set must name columns"),
        (fact_row(), CORRECTION.replace("150.38", ".inf"), "value 'inf' is no number"),
        (fact_row(), CORRECTION.replace("150.38", "'1_000'"), "value '1_000' is no number"),
        (fact_row(), CORRECTION.replace("value: 150.38", "period_end: '20250531'"), "is no day such as"),
        (fact_row(), CORRECTION.replace("published: 2025-06-10", "published: 10/6/2025"), "'10/6/2025' is not a day"),
    ],
)
def test_a_correction_that_no_longer_fits_fails(empty_root, row, text, words):
    write_facts(empty_root, "a.csv", [row])
    correct(empty_root, text)
    assert words in str(refusal(empty_root))


# ------------------------------------------------------------------------------------------------- appending


def new_facts(**given) -> pd.DataFrame:
    row = fact_row(**({"fact_id": "N1", "value": "99.5", "half_width": "0.05"} | given))
    frame = pd.DataFrame([row])
    for name in NUMBER_COLUMNS:
        frame[name] = pd.to_numeric(frame[name])
    return frame


def test_appended_facts_follow_the_bytes_that_were_there(empty_root):
    path = write_facts(empty_root, "a.csv", [fact_row()], delimiter=";", encoding="utf-8-sig", newline="\r\n")
    path.write_bytes(path.read_bytes().replace(b".83", b",83").replace(b"0.005", b"0,005").rstrip())
    before = path.read_bytes()
    assert append_facts(new_facts(), "a.csv", empty_root) == path
    assert path.read_bytes().startswith(before)
    assert list(load_facts(root=empty_root)["value"]) == [150.83, 99.5]


def test_a_new_file_is_made_when_there_is_none(empty_root):
    path = append_facts(new_facts(), "2025-06-report.csv", empty_root)
    assert path == empty_root / "data/facts/thu-nghiem/2025-06-report.csv"
    assert load_facts(root=empty_root)["fact_id"].tolist() == ["N1"]


def test_what_was_loaded_can_be_appended_elsewhere_and_reads_the_same(small_root, tmp_path):
    loaded = load_facts("thu-nghiem", root=small_root)
    other = tmp_path / "other"
    shutil.copytree(small_root, other)
    shutil.rmtree(other / "data/facts")
    append_facts(loaded, "all.csv", other)
    again = load_facts("thu-nghiem", root=other)
    pd.testing.assert_frame_equal(again.drop(columns=["file", "row"]), loaded.drop(columns=["file", "row"]))


@SAME_ROOT
@given(value=st.floats(0, 1e15), half=st.floats(1e-9, 1e6), change=st.floats(-100, 1e6), note=st.text(max_size=20))
def test_any_number_survives_append_and_load(empty_root, value, half, change, note):
    folder = empty_root / "data/facts/thu-nghiem"
    for old in folder.glob("*.csv"):
        old.unlink()
    facts = new_facts(basis1="mom").assign(value=value, half_width=half, change1=change, half_width1=0.5)
    facts["note"] = note
    try:
        append_facts(facts, "a.csv", empty_root)
    except DataError as error:
        assert "thousands" in str(error) or "\x00" in note
        assert not list(folder.iterdir())
        return
    fact = load_facts(root=empty_root).iloc[0]
    assert (fact["value"], fact["half_width"], fact["change1"]) == (value, half, change)
    assert fact["note"] == note.strip()


def test_a_range_keeps_its_two_ends_through_append_and_load(empty_root):
    write_facts(
        empty_root, "a.csv", [fact_row(value="500", half_width="50", qualifier="range 500-600", note="on 7-8 May")]
    )
    loaded = load_facts(root=empty_root)
    append_facts(loaded.assign(fact_id="N1", value=500.0, publisher="another"), "b.csv", empty_root)
    again = load_facts(root=empty_root)
    assert list(again["upper"]) == [600, 600] and set(again["note"]) == {"on 7-8 May; range 500-600"}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (new_facts(fact_id="X1"), "is taken by"),
        (new_facts(value="150.83", half_width="0.005"), "says the same as"),
        (new_facts(value="-1"), "cannot be negative"),
        (new_facts(indicator="trade_totl"), "did you mean"),
        (new_facts().drop(columns="published"), "published"),
        (pd.concat([new_facts(), new_facts(zone="day-du")]), "one zone"),
        (pd.concat([new_facts(), new_facts()]), "is taken by"),
    ],
)
def test_a_bad_addition_is_refused_and_the_file_stays(empty_root, facts, words):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    before = path.read_bytes()
    with pytest.raises(DataError, match=words):
        append_facts(facts, "a.csv", empty_root)
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("name", ["../a.csv", "a.xlsx", "x/a.csv"])
def test_a_file_outside_the_zones_folder_is_refused(empty_root, name):
    with pytest.raises(DataError, match="no name for a facts file"):
        append_facts(new_facts(), name, empty_root)


@pytest.mark.parametrize("failure", [OSError("disk full"), PermissionError("held open"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_failure_while_writing_leaves_the_old_file_and_nothing_else(empty_root, monkeypatch, failure, step):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    before = path.read_bytes()

    def fail(*_):
        raise failure

    monkeypatch.setattr(os, step, fail)
    with pytest.raises((OSError, DataError, KeyboardInterrupt)):
        append_facts(new_facts(), "a.csv", empty_root)
    assert path.read_bytes() == before and [p.name for p in path.parent.iterdir()] == ["a.csv"]


def test_what_another_program_writes_while_facts_are_checked_is_not_lost(empty_root, monkeypatch):
    path = write_facts(empty_root, "a.csv", [fact_row()])
    judged = facts_module._refuse_bad_addition

    def meanwhile(*given):
        path.write_bytes(path.read_bytes() + b"\n")
        judged(*given)

    monkeypatch.setattr(facts_module, "_refuse_bad_addition", meanwhile)
    before = path.read_bytes()
    with pytest.raises(DataError, match="changed by another program meanwhile"):
        append_facts(new_facts(), "a.csv", empty_root)
    assert path.read_bytes() == before + b"\n"


def test_appending_does_not_change_the_frame_it_is_given(empty_root):
    facts = new_facts()
    copy = facts.copy(deep=True)
    append_facts(facts, "a.csv", empty_root)
    pd.testing.assert_frame_equal(facts, copy)


@pytest.mark.parametrize("turned", [False, True])
def test_of_one_period_the_figure_stands_that_is_last_then_firmest_then_finest(empty_root, turned):
    told = {
        "EARLY": {"published": "2025-05-20", "half_width": "0.0005"},
        "ESTIMATE": {"status": "estimate", "half_width": "0.0005"},
        "COARSE": {"half_width": "0.5"},
        "FINE": {},
    }
    rows = [fact_row(fact_id=name, value=150 + i, **given) for i, (name, given) in enumerate(told.items())]
    write_facts(empty_root, "may.csv", rows[::-1] if turned else rows)
    assert list(in_precedence(load_facts(root=empty_root))["fact_id"]) == list(told)


def test_of_two_figures_that_weigh_the_same_the_first_stands(empty_root):
    write_facts(empty_root, "may.csv", [fact_row(fact_id="FIRST", value=150)])
    write_facts(empty_root, "other.csv", [fact_row(fact_id="SECOND", value=150, source="Báo cáo khác")])
    assert in_precedence(load_facts(root=empty_root))["fact_id"].iloc[-1] == "FIRST"


@pytest.mark.parametrize(
    ("later", "stands"),
    [
        ({"value": 151, "half_width": 0.5}, "SHARP"),  # only repeats it in rounder digits
        ({"value": 152, "half_width": 0.5}, "LATE"),  # says something else
        ({"value": 151, "half_width": 0.5, "status": "estimate"}, "SHARP"),
    ],
)
def test_a_later_text_that_only_rounds_a_figure_does_not_stand_before_it(empty_root, later, stands):
    write_facts(empty_root, "may.csv", [fact_row(fact_id="SHARP", value=150.83, published="2025-06-05")])
    write_facts(empty_root, "round.csv", [fact_row(fact_id="LATE", published="2025-06-20", source="Báo") | later])
    assert in_precedence(load_facts(root=empty_root))["fact_id"].iloc[-1] == stands
