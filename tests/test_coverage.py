"""Every figure that the reports state has a place: in the catalogue, the data, in months, a notebook and a brief."""

import json
from functools import cache
from pathlib import Path

import pytest

from ezlib.brief import compose_brief
from ezlib.catalogue import load_catalogue
from ezlib.contracts import STATUSES
from ezlib.digest import digest
from ezlib.facts import load_facts
from ezlib.headlines import table_series
from ezlib.indicators import GROUPS, compose_indicators, told
from ezlib.wording import plain

ROOT = Path(__file__).parents[1]

# What the reports state, by zone and by the subject of a page: the list of the project's own requirement.
STATED = {
    (
        "lao-cai",
        "trade",
    ): "trade_total trade_export trade_import trade_other trade_total_road_gate trade_total_rail_gate "
    "trade_total_ban_vuoc trade_bonded trade_temporary_import enterprises_trading",
    ("lao-cai", "crossings"): "people_crossings people_exit people_entry crew_crossings vehicle_crossings "
    "vehicle_crossings_vn_cars vehicle_crossings_cn_cars trains",
    ("lao-cai", "revenue"): "budget_revenue_total customs_revenue customs_revenue_road_gate customs_revenue_rail_gate "
    "fees_other_agencies",
    ("lao-cai", "quarantine"): "medical_quarantine_persons medical_quarantine_vehicles medical_treated_vehicles "
    "medical_quarantine_fees plant_quarantine_lots plant_quarantine_tonnes plant_quarantine_fees "
    "animal_quarantine_tonnes animal_quarantine_fees animal_smuggled_kg",
    ("lao-cai", "industry"): "industrial_output_tonnes industrial_output_value_2010prices industrial_sales_tonnes "
    "industrial_sales_value_2010prices industrial_stock_tonnes industrial_net_revenue_current_prices "
    "commercial_turnover_zone projects_in_zone jobs_in_parks avg_monthly_wage_parks enterprises_trading",
    ("lao-cai", "commodities"): "durian_exports_value dragon_fruit_exports_tonnes lychee_exports_tonnes "
    "banana_exports_value watermelon_exports_tonnes cassava_exports_tonnes",
    ("lai-chau", "trade"): "trade_total trade_export trade_import trade_export_local trade_export_other_provinces "
    "trade_reexport",
    ("lai-chau", "crossings"): "people_crossings vehicle_crossings",
    ("lai-chau", "quarantine"): "vehicles_disinfected plant_quarantine_tonnes quarantine_goods_tonnes",
    ("lai-chau", "revenue"): "budget_revenue_total customs_revenue infrastructure_fee fees_other_agencies",
    ("lai-chau", "administration"): "admin_procedures admin_procedures_customs admin_procedures_medical "
    "admin_procedures_plant admin_procedures_transport_permits ddci_index par_index",
    ("lao-cai", "province"): "industrial_output_value_province industrial_labour_index state_budget_investment "
    "grdp_growth_pct retail_sales budget_revenue_province",
}
MONTHS = {"lao-cai": "2025-05", "lai-chau": "2025-12"}
EACH = [(zone, subject, name) for (zone, subject), names in STATED.items() for name in names.split()]
CATALOGUE = load_catalogue(ROOT)


def home(zone: str, subject: str) -> str:
    return CATALOGUE.zone(zone).province if subject == "province" else zone


@cache
def facts(zone: str | None):
    return load_facts(zone, root=ROOT)


@cache
def page(zone: str, subject: str):
    return compose_indicators(zone, MONTHS[zone], subject, root=ROOT)


@cache
def brief(zone: str, month):
    return compose_brief(zone, month, root=ROOT)


@cache
def words(zone: str, subject: str) -> str:
    found = page(zone, subject)
    return plain("\n".join(b.text for b in (found.flows, found.stocks, found.rates, found.elsewhere, found.limits)))


def of_indicator(zone: str, subject: str, name: str):
    rows = facts(home(zone, subject))
    observed = rows["status"].map(lambda status: STATUSES[status].observed)
    return rows[(rows["indicator"] == name) & observed]


@pytest.mark.parametrize(("zone", "subject", "name"), EACH)
def test_every_stated_indicator_is_catalogued_has_facts_and_is_shown_on_the_page_of_its_subject(zone, subject, name):
    indicator = CATALOGUE.indicator(name)
    assert indicator.name("vi") != indicator.name("en")
    assert len(of_indicator(zone, subject, name)) > 0
    assert plain(indicator.name("vi")) in words(zone, subject)


@pytest.mark.parametrize(("zone", "subject", "name"), EACH)
def test_flows_come_as_months_with_their_status_as_far_as_months_are_known(zone, subject, name):
    found, rows = page(zone, subject), of_indicator(zone, subject, name)
    series = f"{found.zone.id}/{name}/{found.zone.scope}"
    if CATALOGUE.indicator(name).kind != "flow" or series.split("/")[2] not in set(rows["scope"]):
        assert series not in found.outlooks
        return
    months = found.months[found.months["series"] == series] if len(found.months) else found.months
    if series in found.outlooks or (rows["period_kind"] == "month").any():
        assert len(months) and set(months["status"]) <= {"reported", "derived", "estimated", "forecast"}
    else:
        assert series in found.without  # a year alone, with nothing to say how it went


@pytest.mark.parametrize(("zone", "subject", "name"), EACH)
def test_every_stated_indicator_is_in_the_brief_of_a_month_that_has_it(zone, subject, name):
    place, rows = CATALOGUE.zone(zone), of_indicator(zone, subject, name)
    series = table_series(place, CATALOGUE)
    own = rows[(rows["scope"] == place.scope) | (subject in ("commodities", "province"))]
    if own.empty:  # counted by others only: its place is the notebook's table of other scopes
        assert plain(CATALOGUE.indicator(name).name("vi")) in plain(page(zone, subject).elsewhere.text)
        return
    dated, _ = told(own, own["period_end"].max().to_period("M") + 1, CATALOGUE)
    last = dated.iloc[-1]
    if f"{last['zone']}/{name}/{last['scope']}" in series:
        assert f"{last['zone']}/{name}/{last['scope']}" in [line.series for line in brief(zone, last["last"]).lines]
        return
    lines = digest(place, last["last"], facts(None), series, CATALOGUE)
    assert last["fact_id"] in [fact for line in lines for fact in line.facts]
    assert any(plain(CATALOGUE.indicator(name).short("vi")) in plain(line.text) for line in lines)


def test_every_subject_has_a_notebook_that_shows_it():
    sources = "\n".join(
        "".join(cell["source"])
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    )
    assert [s for s in GROUPS if f'compose_indicators(zone, month, "{s}"' not in sources] == []


def test_dollars_and_dong_never_meet():
    units = CATALOGUE.units
    assert {units[u].dimension for u in ("usd", "million_usd")} == {"usd"}
    for name, indicator in CATALOGUE.indicators.items():
        dimensions = {units[u].dimension for u in (indicator.unit, *indicator.also)}
        assert not {"usd", "vnd"} <= dimensions, name
    for identity in CATALOGUE.identities.values():
        named = (identity.total, *identity.parts)
        assert len({units[CATALOGUE.indicator(n).unit].dimension for n in named}) == 1, identity.id
