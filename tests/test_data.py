"""The shipped data keep the promises of docs/data.md, and the examples of docs/adding.md load as they stand."""

import gzip
import re
import shutil
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ezlib.catalogue import load_catalogue, parse_series
from ezlib.contracts import FACT_COLUMNS
from ezlib.facts import load_facts
from ezlib.periods import month_bounds, year_bounds
from ezlib.plans import load_events, load_targets

ROOT = Path(__file__).parents[1]
DATA = sorted((ROOT / "data").rglob("*.csv"))

# Vietnamese that is right without a single accented letter.
PLAIN_VIETNAMESE = {"container", "ha", "kg", "khu", "USD", "%", "xe"}
PLAIN_ASCII = re.compile(r"[\x00-\x7f]*")


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue(ROOT)


@pytest.fixture(scope="module")
def facts():
    return load_facts(root=ROOT)


# ----------------------------------------------------------------------------------------------------- the files


@pytest.mark.parametrize("path", DATA, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_data_files_are_utf8_with_unix_lines_and_short_ascii_names(path):
    content = path.read_bytes()
    content.decode("utf-8")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert PLAIN_ASCII.fullmatch(path.name) and len(path.name) <= 40


def test_facts_files_have_the_columns_in_the_order_of_the_contract():
    for path in sorted((ROOT / "data/facts").rglob("*.csv")):
        assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == FACT_COLUMNS


def test_every_fact_of_the_shipped_data_uses_a_catalogued_indicator_scope_and_unit(facts, catalogue):
    assert set(facts["zone"]) == set(catalogue.zones)
    assert set(facts["indicator"]) <= set(catalogue.indicators)
    assert set(facts["scope"]) <= set(catalogue.scopes)
    assert all(catalogue.unit_fits(i, u) for i, u in set(zip(facts["indicator"], facts["unit"], strict=True)))


def test_every_fact_has_a_source_and_a_day_of_publication(facts):
    assert (facts["source"] != "").all()
    assert facts["published"].notna().all()
    collected = facts[facts["file"].str.startswith("data/facts/")]
    assert (collected["reference"] != "").all()


def test_no_figure_of_the_collection_is_missing(facts):
    ids = facts["fact_id"][facts["file"].str.startswith("data/facts/")]
    assert len(ids) == 726
    assert ids.str.fullmatch(r"F\d{4}").all()


def test_the_words_of_a_range_survive_beside_its_lower_end(facts):
    ranges = facts[facts["qualifier"] == "range"]
    assert len(ranges) == 11
    assert (ranges["upper"] > ranges["lower"]).all()
    assert (ranges["lower"] == ranges["value"]).all()


def test_the_may_2025_report_of_lao_cai_is_there_as_printed(facts):
    trade = facts[(facts["indicator"] == "trade_total") & (facts["scope"] == "board") & (facts["zone"] == "lao-cai")]
    by_period = trade.set_index(["period_start", "period_end"])[["value", "half_width", "change1", "basis1"]]
    month = by_period.loc[pd.Timestamp("2025-04-16"), pd.Timestamp("2025-05-15")]
    to_date = by_period.loc[pd.Timestamp("2024-12-16"), pd.Timestamp("2025-05-15")]
    year = by_period.loc[pd.Timestamp("2023-12-16"), pd.Timestamp("2024-12-15")]
    assert list(month) == [150.83, 0.005, 33, "mom"]
    assert list(to_date) == [625.91, 0.005, -28, "ytd_yoy"]
    assert list(year) == [2790, 5, 72, "ytd_yoy"]


def test_facts_of_a_board_series_keep_to_the_days_of_its_calendar(facts, catalogue):
    lao_cai = facts[
        (facts["zone"] == "lao-cai") & (facts["scope"] == "board") & facts["period_kind"].isin(["month", "ytd"])
    ]
    assert len(lao_cai) > 50
    for fact in lao_cai.itertuples():
        calendar = catalogue.calendar_of(fact.zone, fact.indicator, fact.scope)
        end = fact.period_end.date()
        label = pd.Period(end, "M")
        start = (
            month_bounds(label, calendar)[0] if fact.period_kind == "month" else year_bounds(label.year, calendar)[0]
        )
        assert (fact.period_start.date(), end) == (start, month_bounds(label, calendar)[1]), fact.fact_id


# -------------------------------------------------------------------------------------------------- docs/data.md


def documented_counts() -> pd.DataFrame:
    rows = re.findall(
        r"^\| ([a-z-]+) \| ([a-z-]+) \| (\d+) \| ([\d-]{10}) \| ([\d-]{10}) \|",
        (ROOT / "docs/data.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    return pd.DataFrame(rows, columns=["zone", "scope", "figures", "first", "last"]).astype({"figures": int})


def test_row_counts_and_days_per_zone_and_scope_equal_the_documentation(facts):
    found = facts.groupby(["zone", "scope"]).agg(
        figures=("fact_id", "size"), first=("period_start", "min"), last=("period_end", "max")
    )
    found = found.reset_index().assign(first=lambda f: f["first"].astype(str), last=lambda f: f["last"].astype(str))
    order = ["zone", "scope"]
    said = documented_counts().sort_values(order, ignore_index=True)
    assert said.to_dict("records") == found.sort_values(order, ignore_index=True).to_dict("records")


def test_the_totals_of_the_documentation_are_right(facts):
    text = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    collected = facts[facts["file"].str.startswith("data/facts/")]
    for says in (
        f"{len(collected)} published figures from {collected['reference'].nunique()} sources",
        f"{(facts['zone'] == 'viet-nam').sum()} months of national series",
        f"{len(load_targets(root=ROOT))} targets",
        f"{len(load_events(root=ROOT))} dated events",
    ):
        assert says in text.replace("\n", " ")


# ---------------------------------------------------------------------------------------------------- the words


def test_names_exist_in_both_languages_and_vietnamese_ones_carry_diacritics(catalogue):
    for section in (catalogue.zones, catalogue.scopes, catalogue.groups, catalogue.indicators, catalogue.units):
        for entry in section.values():
            assert entry.name_vi.strip() and entry.name_en.strip()
            assert not PLAIN_ASCII.fullmatch(entry.name_vi) or entry.name_vi in PLAIN_VIETNAMESE, entry.id
    for unit in catalogue.units.values():
        known = set(unit.symbol.replace("/", " ").split()) <= PLAIN_VIETNAMESE
        assert not PLAIN_ASCII.fullmatch(unit.symbol) or known, unit.id


def test_no_two_indicators_of_a_kind_share_a_name(catalogue):
    for lang in ("vi", "en"):
        names = [(indicator.name(lang), indicator.unit) for indicator in catalogue.indicators.values()]
        assert len(set(names)) == len(names)


def test_names_are_composed_characters(catalogue):
    text = (ROOT / "data/catalogue.yml").read_text(encoding="utf-8") + (ROOT / "data/events.csv").read_text("utf-8")
    assert not re.search("[\u0300-\u036f]", text)


def test_every_headline_series_has_facts(facts, catalogue):
    published = {"/".join(key) for key in facts[["zone", "indicator", "scope"]].itertuples(index=False, name=None)}
    for zone in catalogue.zones.values():
        for series in (s for listed in zone.headline.values() for s in listed):
            assert str(parse_series(series, catalogue)) in published


def test_the_board_of_lao_cai_counts_its_gates_from_the_16th_and_its_industry_by_the_calendar(catalogue):
    days = {
        indicator: catalogue.calendar_of("lao-cai", indicator, "board").start_day
        for indicator in ("trade_total", "people_crossings", "budget_revenue_total", "plant_quarantine_tonnes")
    }
    assert set(days.values()) == {16}
    assert catalogue.calendar_of("lao-cai", "industrial_output_value_2010prices", "board").start_day == 1
    assert catalogue.calendar_of("lao-cai", "trade_total", "province").start_day == 1
    assert catalogue.calendar_of("lai-chau", "trade_total", "board").start_day == 1


def test_a_currency_never_converts_into_another(catalogue):
    dollars = {u.id for u in catalogue.units.values() if "usd" in u.id}
    dong = {u.id for u in catalogue.units.values() if "vnd" in u.id}
    assert dollars and dong
    dimensions = [{catalogue.units[u].dimension for u in currency} for currency in (dollars, dong)]
    assert not dimensions[0] & dimensions[1]


def test_the_units_of_the_report_convert_as_printed(catalogue):
    assert catalogue.convert(31_711, "usd", "million_usd") == pytest.approx(0.031711)
    assert catalogue.convert(2.19, "million_person_crossings", "person_crossings") == pytest.approx(2_190_000)
    assert catalogue.convert(305, "million_vnd", "billion_vnd") == pytest.approx(0.305)
    assert catalogue.convert(245, "kg", "tonnes") == pytest.approx(0.245)


def test_every_identitys_parts_share_a_unit_dimension_and_add_over_months(catalogue):
    assert len(catalogue.identities) >= 17
    for identity in catalogue.identities.values():
        members = [catalogue.indicator(name) for name in (identity.total, *identity.parts)]
        assert len({catalogue.unit(member.unit).dimension for member in members}) == 1
        assert {member.kind for member in members} == {"flow"}


def test_every_identity_is_borne_out_by_published_figures_in_every_scope_it_names(facts, catalogue):
    """In each scope some period has the total and all its parts, and they agree within rounding or 0.5 %."""
    for identity in catalogue.identities.values():
        for scope in identity.scopes:
            here = facts[(facts["zone"] == identity.zone) & (facts["scope"] == scope)]
            known = {name: period_values(here, name) for name in (identity.total, *identity.parts)}
            periods = set.intersection(*(set(values) for values in known.values()))
            assert any(adds_up(identity, known, period) for period in periods), (identity.id, scope)


def period_values(facts: pd.DataFrame, indicator: str) -> dict:
    rows = facts[facts["indicator"] == indicator]
    values = {}
    for row in rows.itertuples():
        values.setdefault((row.period_start, row.period_end), []).append(row)
    return values


def adds_up(identity, known, period) -> bool:
    for total, *parts in product(*(known[name][period] for name in (identity.total, *identity.parts))):
        low, high = sum(p.lower for p in parts), sum(p.upper for p in parts)
        if low <= total.upper * 1.005 and high >= total.lower * 0.995:
            return True
    return False


# ---------------------------------------------------------------------------------------- series and benchmarks


def test_the_national_series_have_no_missing_month_and_end_with_an_estimate(facts):
    national = facts[facts["zone"] == "viet-nam"]
    for indicator, first in (("trade_export", "2014-01"), ("trade_import", "2014-01"), ("retail_sales", "2012-01")):
        rows = national[national["indicator"] == indicator].sort_values("period_end")
        months = rows["period_end"].dt.to_period("M")
        assert list(months) == list(pd.period_range(first, "2025-02", freq="M"))
        assert list(rows["status"]) == ["final"] * (len(rows) - 1) + ["estimate"]


def test_a_month_of_the_simple_door_is_not_seen_before_its_assumed_lag(facts, catalogue):
    lag = catalogue.zone("viet-nam").assumed_lag_days
    assert lag == 30
    seen = load_facts("viet-nam", as_of="2024-12-29", root=ROOT)
    assert seen["period_end"].max() == pd.Timestamp("2024-10-31")
    seen = load_facts("viet-nam", as_of="2024-12-30", root=ROOT)
    assert seen["period_end"].max() == pd.Timestamp("2024-11-30")


def test_the_benchmark_series_are_complete():
    path = ROOT / "benchmarks/data/vietnam_commodities_monthly.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        series = pd.read_csv(file)
    assert list(series.columns) == ["unique_id", "month", "value"]
    assert series["unique_id"].nunique() == 49
    for _, one in series.groupby("unique_id"):
        months = pd.PeriodIndex(one["month"], freq="M")
        assert list(months) == list(pd.period_range(months[0], months[-1], freq="M"))


# ---------------------------------------------------------------------------------------------- targets and events


def test_targets_not_yet_published_as_of_a_day_are_not_seen():
    everything = load_targets(root=ROOT)
    for day in sorted({target.published for target in everything}):
        assert all(target.published <= day for target in load_targets(as_of=day, root=ROOT))
    before = min(target.published for target in everything) - pd.Timedelta(days=1)
    assert load_targets(as_of=before, root=ROOT) == []


def test_the_targets_of_2025_are_known_by_the_may_report():
    known = {(t.series, t.period): t.value for t in load_targets("lao-cai", as_of="2025-05-31", root=ROOT)}
    assert known["lao-cai/trade_total/province", "2025"] == 9000
    assert known["lao-cai/industrial_output_value_2010prices/board", "2025"] == 24000


def test_every_event_has_a_source_and_ends_after_it_starts():
    events = load_events(root=ROOT)
    assert (events["source"] != "").all()
    assert (events["reference"] != "").all()
    assert ((events["end"] >= events["start"]) | events["end"].isna()).all()
    assert not events["name_vi"].str.fullmatch(PLAIN_ASCII.pattern).any()


def test_an_event_that_cites_a_fact_cites_one_that_is_there(facts):
    known = set(facts["fact_id"]) | set(load_events(root=ROOT)["event_id"])
    cited = load_events(root=ROOT)["note"].str.findall(r"\bF\d{4}\b|\b(?:lc|lch|lcp)-20[\w-]+").explode().dropna()
    assert len(cited) > 5
    assert set(cited) <= known


def test_typhoon_yagi_shut_the_gates_in_one_reporting_month():
    events = load_events("lao-cai", root=ROOT).set_index("event_id")
    assert str(events.loc["lc-2024-09-yagi", "start"].date()) == "2024-09-09"
    assert str(events.loc["lc-2024-09-yagi", "end"].date()) == "2024-09-11"


def test_no_printed_number_is_corrected_as_shipped_only_what_rows_say_of_it(facts):
    shipped = yaml.safe_load((ROOT / "data/corrections.yml").read_text(encoding="utf-8"))
    assert {column for correction in shipped for column in correction["set"]} <= {"status", "scope", "indicator"}
    assert set(facts.loc[facts["corrected"] != "", "fact_id"]) == {correction["fact_id"] for correction in shipped}


def test_a_final_figure_is_of_a_period_that_was_over_but_for_a_week(facts):
    early = (facts["period_end"] - facts["published"]).dt.days > 7
    flows = facts["indicator"].map(lambda i: load_catalogue(ROOT).indicator(i).kind == "flow")
    assert facts[early & flows & (facts["status"] == "final")].empty


def test_targets_of_the_merged_province_say_so(catalogue):
    merged = [
        t for t in load_targets("lao-cai-province", root=ROOT) if t.published >= pd.Timestamp("2025-07-01").date()
    ]
    assert len(merged) > 15
    assert {t.scope for t in merged} == {"province-merged"}


# ------------------------------------------------------------------------------------------------ docs/adding.md


def examples(language: str, key: str) -> dict[str, str]:
    text = (ROOT / "docs/adding.md").read_text(encoding="utf-8")
    return dict(re.findall(rf"^```{language} {key}=(\S+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL))


@pytest.fixture
def root_of_examples(tmp_path):
    """A data root made of the shipped catalogue with the words added, and of the example files alone."""
    catalogue = (ROOT / "data/catalogue.yml").read_text(encoding="utf-8")
    for section, lines in examples("yaml", "section").items():
        catalogue = catalogue.replace(f"\n{section}:\n", f"\n{section}:\n{lines}\n", 1)
    for file, text in examples("csv", "file").items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "data/catalogue.yml").write_text(catalogue, encoding="utf-8")
    return tmp_path


def test_the_examples_of_the_guide_load_as_they_stand(root_of_examples):
    root = root_of_examples
    assert load_catalogue(root).indicator("pepper_exports_value").name() == "Kim ngạch xuất khẩu hồ tiêu"
    assert load_catalogue(root).zone("ha-giang").headline["trade"] == ("ha-giang/trade_total/board",)
    assert len(load_facts("lao-cai", root=root)) == 3
    assert len(load_facts("lai-chau", root=root)) == 2
    assert [target.target_id for target in load_targets(root=root)] == ["LC-T01"]
    assert load_events(root=root)["event_id"].tolist() == ["lc-2025-06-flood"]


def test_the_correction_shown_in_the_file_works_as_it_stands(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "data/corrections.yml"
    shown = re.findall(r"^#   (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    path.write_text("\n".join(shown), encoding="utf-8")
    fact = load_facts("lao-cai", root=tmp_path).set_index("fact_id").loc["F0222"]
    assert fact["value"] == 7952.6
    assert "7955.082" in fact["note"]
