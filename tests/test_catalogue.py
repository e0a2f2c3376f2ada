"""The catalogue says what is wrong with it, and targets and events are seen as of a day."""

import datetime as dt
import shutil
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest

from ezlib.catalogue import SHAPES, SeriesKey, data_root, load_catalogue, parse_series
from ezlib.contracts import DataError
from ezlib.periods import BOARD, CALENDAR
from ezlib.plans import Target, load_events, load_targets
from ezlib.yaml_files import parse_yaml


def edit(root, old: str, new: str, file: str = "data/catalogue.yml") -> None:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def faults_of(root, load=load_catalogue) -> str:
    with pytest.raises(DataError) as error:
        load(root=root)
    return str(error.value)


# ------------------------------------------------------------------------------------------------------ the root


def test_the_data_root_is_the_nearest_parent_with_a_catalogue(small_root, monkeypatch):
    deep = small_root / "notebooks" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.delenv("EZLIB_ROOT", raising=False)
    monkeypatch.chdir(deep)
    assert data_root() == small_root.resolve()


def test_ezlib_root_goes_before_the_current_folder_and_an_argument_before_both(
    small_root, tmp_path_factory, monkeypatch
):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(small_root / "data", elsewhere / "data")
    monkeypatch.chdir(small_root)
    monkeypatch.setenv("EZLIB_ROOT", str(elsewhere))
    assert data_root() == elsewhere.resolve()
    assert data_root(small_root) == small_root.resolve()


def test_a_root_without_a_catalogue_is_refused_with_the_folder_looked_in(tmp_path):
    with pytest.raises(DataError, match="EZLIB_ROOT") as error:
        data_root(tmp_path)
    assert str(tmp_path) in str(error.value)


# ------------------------------------------------------------------------------------------------- the catalogue


def test_the_catalogue_is_read_once_and_again_when_its_content_changes(small_root):
    first = load_catalogue(small_root)
    assert load_catalogue(small_root) is first
    edit(small_root, "vi: Thử Nghiệm", "vi: Thử Nghiệm mới")
    assert load_catalogue(small_root).zone("thu-nghiem").name() == "Thử Nghiệm mới"


def test_a_catalogue_cannot_be_changed_after_loading(small_root):
    catalogue = load_catalogue(small_root)
    with pytest.raises(TypeError):
        catalogue.zones["x"] = None
    with pytest.raises(FrozenInstanceError):
        catalogue.zones["thu-nghiem"].scope = "province"


def test_names_come_in_both_languages(small_root):
    catalogue = load_catalogue(small_root)
    assert catalogue.indicator("trade_export").name("vi") == "Xuất khẩu"
    assert catalogue.indicator("trade_export").name("en") == "Exports"
    assert catalogue.unit("million_usd").sign() == "triệu USD"
    assert catalogue.zone("thu-nghiem").issuer("en") == "Test Zone Board"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("unit: million_usd, kind: flow", "unit: milion_usd, kind: flow", "did you mean 'million_usd'?"),
        ("kind: flow", "kind: flows", "did you mean 'flow'?"),
        ("group: trade}", "group: trades}", "did you mean 'trade'?"),
        ("en: Exports", "eng: Exports", "lacks en"),
        ("start_day: 16", "start_day: 31", "days 1 to 28"),
        ("trade: trade_total/board", "trade: trade_totl/board", "did you mean 'trade_total'?"),
        ("assumed_lag_days: 16", "assumed_lag_days: sixteen", "not a whole number"),
        ("assumed_lag_days: 6\n", "assumed_lag_days: 6\n    first_estimates: [exports/national]\n", "'exports'"),
        ("assumed_lag_days: 6\n", "assumed_lag_days: 6\n    restated: {trade_export/national: 2023}\n", "as 2023-12"),
        ("covers_en: All gates}", "covers_en: All gates, until: 30/6/2025}", "not a day such as 2025-06-30"),
        ("covers_en: All gates}", "covers_en: All gates, until: 2025-06-30 10:00:00}", "not a day such as"),
        ("parts: [trade_export,", "parts: [people_exit,", "adds up different things"),
        ("factor: 1000000,", "factor: 1e6,", "write 1000000, not 1e6"),
        ("of: trade_total}", "of: trade_sum}", "names the indicator 'trade_sum'"),
        ("  trade_export: {", "  Trade export: {", "is not an id"),
        ("  trade_import: {", "  trade_export: {", "stands twice"),
        ("scopes:\n", "scope:\n", "the section 'scopes' is missing"),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_remedy(small_root, old, new, says):
    edit(small_root, old, new)
    message = faults_of(small_root)
    assert says in message
    assert "data/catalogue.yml" in message
    assert "docs/adding.md" in message


def test_a_key_left_blank_says_nothing(small_root):
    edit(small_root, "assumed_lag_days: 6\n", "assumed_lag_days: 6\n    restated:\n    first_estimates:\n")
    assert not load_catalogue(small_root).zone("day-du").restated


def test_what_contains_itself_is_read_once_and_a_day_of_no_calendar_is_told():
    assert parse_yaml("a: &a {b: *a}", "x.yml").faults == []
    with pytest.raises(DataError, match="day is out of range for month"):
        parse_yaml("start: 2025-02-30", "x.yml")
    with pytest.raises(DataError, match="line 2: is not UTF-8"):
        parse_yaml(b"a: 1\nb: \xff", "x.yml")
    assert "line 3: 'a' stands twice; the first is on line 1" in parse_yaml("a: 1\nb: 2\na: 3", "x.yml").faults[0]


def test_every_fault_of_the_catalogue_is_named_at_once(small_root):
    edit(small_root, "unit: million_usd, kind: flow", "unit: milion_usd, kind: flow")
    edit(small_root, "kind: stock", "kind: stok")
    edit(small_root, "group: crossings}", "group: crosings}")
    message = faults_of(small_root)
    assert all(word in message for word in ("milion_usd", "stok", "crosings"))
    assert "3 faults" in message


def test_the_line_named_is_the_line_of_the_entry(small_root):
    edit(small_root, "kind: stock", "kind: stok")
    lines = (small_root / "data/catalogue.yml").read_text(encoding="utf-8").splitlines()
    at = next(n for n, line in enumerate(lines, 1) if "stok" in line)
    assert f"line {at}: indicators / projects_in_zone" in faults_of(small_root)


def test_broken_yaml_is_refused_with_its_line(small_root):
    edit(small_root, "vi: Xuất khẩu, en: Exports", "vi: Xuất khẩu: hàng, en: Exports")
    assert "data/catalogue.yml, line" in faults_of(small_root)


def test_an_empty_catalogue_is_refused(small_root):
    (small_root / "data/catalogue.yml").write_text("", encoding="utf-8")
    assert "empty" in faults_of(small_root)


def test_identities_may_be_absent_and_every_other_section_must_be_there(small_root):
    path = small_root / "data/catalogue.yml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("identities:"), text.index("units:")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    assert not load_catalogue(small_root).identities
    assert {"zones", "scopes", "groups", "indicators", "units"} <= set(SHAPES)


# ------------------------------------------------------------------------------------- series, calendars and units


def test_a_series_without_a_scope_has_the_scope_of_its_zone(small_root):
    catalogue = load_catalogue(small_root)
    key = parse_series("thu-nghiem/trade_total", catalogue)
    assert key == SeriesKey("thu-nghiem", "trade_total", "board")
    assert str(key) == "thu-nghiem/trade_total/board"
    assert parse_series(key, catalogue) == key


def test_a_series_has_the_same_key_as_text_as_words_and_as_a_key():
    key = SeriesKey.of("lao-cai/trade_total/board")
    assert key == SeriesKey("lao-cai", "trade_total", "board") == SeriesKey.of(key) == SeriesKey.of([*key])
    assert SeriesKey.of(str(key)) == key
    with pytest.raises(TypeError):
        SeriesKey.of("lao-cai/trade_total")


def test_every_unknown_word_of_a_series_is_named_with_the_nearest_known(small_root):
    with pytest.raises(DataError) as error:
        parse_series("thu-nghim/trade_totl/bord", load_catalogue(small_root))
    for near in ("'thu-nghiem'", "'trade_total'", "'board'"):
        assert near in str(error.value)


@pytest.mark.parametrize("text", ["trade_total", "a/b/c/d", ""])
def test_what_does_not_name_a_series_is_told_the_form(small_root, text):
    with pytest.raises(DataError, match="zone/indicator/scope"):
        parse_series(text, load_catalogue(small_root))


def test_the_calendar_belongs_to_the_group_and_the_scope(small_root):
    catalogue = load_catalogue(small_root)
    assert catalogue.calendar_of("thu-nghiem", "trade_total", "board") is BOARD
    assert catalogue.calendar_of("thu-nghiem", "industrial_output", "board") is CALENDAR
    assert catalogue.calendar_of("thu-nghiem", "trade_total", "province") is CALENDAR
    assert catalogue.calendar_of("day-du", "trade_export", "national") is CALENDAR


@pytest.mark.parametrize("given", ["thu-nghiem/trade_total/board", SeriesKey("thu-nghiem", "trade_total", "board")])
def test_the_catalogue_tells_of_a_series_given_as_text_or_as_a_key(small_root, given):
    catalogue = load_catalogue(small_root)
    assert catalogue.calendar_of(given) is BOARD
    assert catalogue.indicator_of(given) is catalogue.indicator("trade_total")


def test_a_series_is_named_with_its_scope_unless_it_is_the_pages_own(small_root):
    catalogue, series = load_catalogue(small_root), "thu-nghiem/trade_total/board"
    name = catalogue.indicator("trade_total").short("en")
    scope = catalogue.scope("board").name("en")
    assert catalogue.series_name(series, "en") == f"{name}, {scope}"
    assert catalogue.series_name(series, "en", "board") == name
    assert catalogue.series_name(series, "en", "province") == f"{name} ({scope})"


def test_units_of_one_dimension_convert_there_and_back(small_root):
    catalogue = load_catalogue(small_root)
    by_dimension = {}
    for unit in catalogue.units.values():
        by_dimension.setdefault(unit.dimension, []).append(unit.id)
    for units in by_dimension.values():
        for unit in units:
            there = catalogue.convert(150.83, unit, units[0])
            assert catalogue.convert(there, units[0], unit) == pytest.approx(150.83, rel=1e-15)


def test_arrays_convert_like_numbers(small_root):
    catalogue = load_catalogue(small_root)
    values = np.array([0.031711, 150.83])
    assert catalogue.convert(values, "million_usd", "billion_usd") == pytest.approx([0.000031711, 0.15083])


def test_a_currency_never_converts_into_another(small_root):
    catalogue = load_catalogue(small_root)
    with pytest.raises(DataError, match="vnd"):
        catalogue.convert(1.0, "million_usd", "billion_vnd")


def test_unknown_names_are_refused_with_the_nearest(small_root):
    catalogue = load_catalogue(small_root)
    for find, word, near in (
        (catalogue.unit, "milion_usd", "million_usd"),
        (catalogue.zone, "thu-nghim", "thu-nghiem"),
        (catalogue.indicator, "trade-total", "trade_total"),
        (catalogue.scope, "bord", "board"),
    ):
        with pytest.raises(DataError, match=near):
            find(word)


# ----------------------------------------------------------------------------------------------------- targets

HEADER = (
    "target_id,zone,indicator,scope,kind,period_start,period_end,value,comparator,unit,status,published,source,"
    "reference,note\n"
)
AIM = (
    "T1,thu-nghiem,trade_total,board,level,2025-01-01,2025-12-31,9000,>=,million_usd,official,2024-12-30,Plan,doc:p,\n"
)


def write_targets(root, *rows: str, header: str = HEADER) -> None:
    (root / "data/targets.csv").write_text(header + "".join(rows), encoding="utf-8")


def test_a_target_carries_its_series_and_its_period(small_root):
    write_targets(small_root, AIM)
    (target,) = load_targets(root=small_root)
    assert target.series == "thu-nghiem/trade_total/board"
    assert (target.value, target.comparator, target.unit) == (9000.0, ">=", "million_usd")
    assert target.published == dt.date(2024, 12, 30)


def test_a_target_not_yet_published_is_not_seen(small_root):
    write_targets(small_root, AIM)
    assert load_targets(as_of="2024-12-29", root=small_root) == []
    assert len(load_targets(as_of="2024-12-30", root=small_root)) == 1


def test_a_later_target_replaces_the_earlier_one_from_its_day_on(small_root):
    lowered = AIM.replace("T1", "T2").replace("9000", "5000").replace("2024-12-30", "2025-04-30")
    write_targets(small_root, lowered, AIM)
    assert [t.value for t in load_targets(as_of="2025-04-29", root=small_root)] == [9000]
    assert [t.value for t in load_targets(as_of="2025-04-30", root=small_root)] == [5000]


def test_targets_of_another_kind_period_or_status_stand_beside_each_other(small_root):
    growth = AIM.replace("T1", "T2").replace("level", "growth").replace("9000", "10").replace("million_usd", "percent")
    next_year = AIM.replace("T1", "T3").replace("2025-", "2026-")
    implied = AIM.replace("T1", "T4").replace("official", "implied")
    write_targets(small_root, AIM, growth, next_year, implied)
    assert [t.target_id for t in load_targets(root=small_root)] == ["T1", "T2", "T3", "T4"]


def test_the_day_of_a_target_may_be_a_date_or_text(small_root):
    write_targets(small_root, AIM)
    for day in ("2025-01-01", dt.date(2025, 1, 1), pd.Timestamp("2025-01-01"), None):
        assert len(load_targets(as_of=day, root=small_root)) == 1


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2024-12-16", "2025-12-15", "2025"),
        ("2025-10-01", "2025-12-31", "2025-Q4"),
        ("2025-05-01", "2025-05-31", "2025-05"),
        ("2026-01-01", "2030-12-31", "2026-2030"),
        ("2024-11-01", "2024-12-31", "2024-11-01..2024-12-31"),
        ("2025-01-01", "2025-06-29", "2025-01-01..2025-06-29"),
    ],
)
def test_a_period_is_told_in_the_shortest_words(start, end, words):
    blank = dict.fromkeys(Target.__dataclass_fields__, "")
    days = {"period_start": dt.date.fromisoformat(start), "period_end": dt.date.fromisoformat(end)}
    assert Target(**blank | days).period == words


def test_every_faulty_target_is_named_with_its_row(small_root):
    wrong = [
        AIM.replace("trade_total", "trade_totl"),
        AIM.replace("T1", "T2").replace("9000", "9.000,5").replace("9.000,5", '"9.000,5"'),
        AIM.replace("T1", "T3").replace("million_usd", "billion_vnd"),
        AIM.replace("T1", "T4").replace("2025-12-31", "31/12/2025"),
        AIM.replace("T1", "T5").replace(">=", "=>"),
        AIM.replace("T1", "T5"),
        AIM.replace("T1", "T6").replace("9000", "9.000"),
    ]
    write_targets(small_root, *wrong)
    message = faults_of(small_root, load_targets)
    for says in (
        "row 2: names the indicator 'trade_totl', which is not there; did you mean 'trade_total'?",
        "row 3: value '9.000,5' has thousands separators",
        "row 4: unit billion_vnd does not fit",
        "row 5: period_end '31/12/2025' is not a date",
        "row 6: names the comparator '=>'",
        "row 7: target_id 'T5' is taken by row 6",
        "row 8: value '9.000' may be thousands or decimals",
    ):
        assert says in message


def test_targets_saved_by_excel_under_vietnamese_settings_are_read(small_root):
    text = (HEADER + AIM).replace(",", ";").replace(";9000;", ";9000,5;")
    (small_root / "data/targets.csv").write_bytes(b"\xef\xbb\xbf" + text.encode().replace(b"\n", b"\r\n"))
    assert load_targets(root=small_root)[0].value == 9000.5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ((HEADER + AIM).replace("Plan", "Kế hoạch").encode("utf-16"), "UTF-16"),
        ((HEADER + AIM).replace("Plan", "K\xe9 ho\xe1ch").encode("cp1252"), "not UTF-8"),
        ((HEADER + AIM).replace(",kind,", ",knd,").encode(), "did you mean 'kind'?"),
        ((HEADER + AIM).replace(",Plan,", ',"Plan,').encode(), "double quote"),
        ((HEADER + AIM).replace(",Plan,", ",Plan, of the board,").encode(), "cells where"),
    ],
)
def test_a_targets_file_that_cannot_be_read_is_refused_with_the_remedy(small_root, content, says):
    (small_root / "data/targets.csv").write_bytes(content)
    message = faults_of(small_root, load_targets)
    assert says in message
    assert "data/targets.csv" in message
    assert "{" not in message


def test_without_a_targets_file_there_are_no_targets(small_root):
    (small_root / "data/targets.csv").unlink()
    assert load_targets(root=small_root) == []


def test_an_unknown_zone_is_refused_with_the_nearest(small_root):
    for load in (load_targets, load_events):
        with pytest.raises(DataError, match="thu-nghiem"):
            load("thu-nghim", root=small_root)


# ------------------------------------------------------------------------------------------------------- events

EVENT_HEADER = "event_id,zone,start,end,kind,indicators,name_vi,name_en,published,source,reference,note\n"
FLOOD = "e1,thu-nghiem,2025-03-01,2025-03-10,weather,trade people_exit,Lũ,Flood,2025-03-02,Báo,doc:x,\n"


def write_events(root, *rows: str) -> None:
    (root / "data/events.csv").write_text(EVENT_HEADER + "".join(rows), encoding="utf-8")


def test_an_event_not_yet_published_is_not_seen(small_root):
    write_events(small_root, FLOOD)
    assert len(load_events(as_of="2025-03-01", root=small_root)) == 0
    assert len(load_events(as_of="2025-03-02", root=small_root)) == 1


def test_the_end_of_an_event_is_not_known_before_it_has_come(small_root):
    write_events(small_root, FLOOD)
    assert load_events(as_of="2025-03-09", root=small_root)["end"].isna().all()
    assert load_events(as_of="2025-03-10", root=small_root)["end"].tolist() == [pd.Timestamp("2025-03-10")]


def test_changing_loaded_events_changes_nothing_for_the_next_reader(small_root):
    write_events(small_root, FLOOD)
    events = load_events(root=small_root)
    events.loc[0, "zone"] = "elsewhere"
    assert load_events(root=small_root)["zone"].tolist() == ["thu-nghiem"]


def test_events_come_in_the_order_of_their_start(small_root):
    write_events(small_root, FLOOD, FLOOD.replace("e1", "e2").replace("2025-03-01", "2024-01-01"))
    assert load_events(root=small_root)["event_id"].tolist() == ["e2", "e1"]


def test_every_faulty_event_is_named_with_its_row(small_root):
    wrong = FLOOD.replace("e1", "e2").replace("people_exit", "people_exits").replace("2025-03-10", "2025-02-10")
    write_events(small_root, FLOOD, wrong, FLOOD.replace("e1", "e3").replace("weather", "wether").replace("Báo", ""))
    message = faults_of(small_root, load_events)
    for says in (
        "row 3: names the indicator or group 'people_exits'",
        "before it starts",
        "'wether'",
        "source is empty",
    ):
        assert says in message


@pytest.mark.parametrize(
    ("value", "read"), [("11,000", None), ("11.000", None), ("7,5", 7.5), ("10,1250", 10.125), ("11000", 11000)]
)
def test_a_target_that_may_be_thousands_is_refused_however_it_is_saved(small_root, value, read):
    text = (HEADER + AIM).replace(",", ";").replace(";9000;", f";{value};")
    (small_root / "data/targets.csv").write_text(text, encoding="utf-8")
    if read is None:
        assert f"row 2: value '{value}' may be thousands or decimals" in faults_of(small_root, load_targets)
    else:
        assert load_targets(root=small_root)[0].value == read
