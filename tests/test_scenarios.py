"""Scenarios: what they do to paths, what they leave alone, and what is refused."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from stand_in import lao_cai

import ezlib as ez
from ezlib import tables
from ezlib.charts import scenario_chart
from ezlib.contracts import DataError
from ezlib.outlook import Outlook
from ezlib.periods import BOARD, CALENDAR
from ezlib.scenarios import QUESTIONS, Scenario, Size, apply, compare, in_force, parse_scenarios, pick, unfit

ROOT = Path(__file__).parent.parent
MONTHS = pd.period_range("2024-01", "2026-12", freq="M")


def flat(level=100.0, paths=2000, last="2025-05", calendar=CALENDAR, series="lao-cai/trade_total/board") -> Outlook:
    """An outlook of equal months, observed up to `last`."""
    values = pd.DataFrame(np.full((paths, len(MONTHS)), level), columns=MONTHS)
    last = pd.Period(last, "M")
    status = pd.Series(np.where(last >= MONTHS, "reported", "forecast"), MONTHS)
    printed = pd.Series(np.where(last >= MONTHS, level, np.nan), MONTHS)
    facts = pd.DataFrame({"start": [], "end": [], "value": [], "relaxed": np.array([], bool)})
    return Outlook(values, status, facts, printed, last, float(paths), calendar=calendar, series=series)


def scenario(id="a", size=(-50, -50, -50), **given) -> Scenario:
    given = {"start": dt.date(2025, 9, 1)} | given
    sizes = {given.pop("indicator", "trade_total"): Size(*size)}
    when = {"recorded": dt.date(2025, 5, 31), "reason_vi": "vì thế", "reason_en": "because"}
    return Scenario(id, "judgement", f"Tình huống {id}", f"Scenario {id}", sizes, "Nguyễn Văn A", **when | given)


# On paths


def test_a_whole_month_closed_takes_its_size_and_no_more():
    found = apply(flat(), scenario(end=dt.date(2025, 9, 30)))
    assert (found.paths["2025-09"] == 50).all()
    assert (found.paths.drop(columns=pd.Period("2025-09", "M")) == 100).all(axis=None)


def test_a_month_closed_for_ten_of_thirty_days_loses_a_third_as_much():
    found = apply(flat(), scenario(end=dt.date(2025, 9, 10)))
    assert found.paths["2025-09"].iloc[0] == pytest.approx(100 - 50 / 3)


def test_days_belong_to_the_reporting_months_of_the_series():
    found = apply(flat(calendar=BOARD), scenario(start=dt.date(2025, 9, 16), end=dt.date(2025, 10, 15)))
    assert found.paths.loc[0, ["2025-09", "2025-10", "2025-11"]].tolist() == [100, 50, 100]


def test_history_never_changes_even_where_a_scenario_lies_in_it():
    base = lao_cai()
    outlook = replace(flat(), paths=base.paths, calendar=base.calendar)
    found = apply(outlook, scenario(start=dt.date(2024, 1, 1)))
    past = found.paths.columns <= outlook.last_observed
    pd.testing.assert_frame_equal(found.paths.loc[:, past], base.paths.loc[:, past])
    assert (found.paths.loc[:, ~past] < base.paths.loc[:, ~past]).all(axis=None)


def test_months_that_are_over_but_unpublished_do_not_change_either():
    asked = replace(flat(), month=pd.Period("2025-09", "M"))
    found = apply(asked, scenario(start=dt.date(2025, 6, 1)))
    assert (found.paths.loc[:, :"2025-09"] == 100).all(axis=None)
    assert (found.paths.loc[:, "2025-10":] == 50).all(axis=None)


def test_the_outlook_given_is_left_as_it_was():
    base = flat()
    before = base.paths.copy()
    apply(base, scenario())
    pd.testing.assert_frame_equal(base.paths, before)


def test_an_opening_grows_evenly_to_its_size():
    force = in_force(scenario(ramp_days=61, months_ahead=1, start=None), flat())
    assert force["2025-06"] == pytest.approx(np.mean(np.arange(1, 31) / 61))
    assert force["2025-07"] == pytest.approx(np.mean(np.arange(31, 62) / 61))
    assert (force["2025-08":] == 1).all()


def test_a_closure_fades_over_its_days_of_recovery():
    force = in_force(scenario(end=dt.date(2025, 9, 30), recovery_days=31), flat())
    assert force["2025-09"] == 1
    assert force["2025-10"] == pytest.approx(np.mean(1 - np.arange(1, 32) / 32))
    assert force["2025-11"] == 0


def test_a_scenario_that_ends_before_full_force_fades_from_where_it_was():
    force = in_force(scenario(ramp_days=60, days=30, recovery_days=29), flat())
    assert force["2025-09"] == pytest.approx(np.mean(np.arange(1, 31) / 60))
    assert force["2025-10"] < 0.5


def test_scenarios_multiply_and_their_order_does_not_matter():
    one, two = scenario("a", (-50, -40, -30)), scenario("b", (10, 20, 30))
    both = apply(flat(), [one, two]).paths
    pd.testing.assert_frame_equal(both, apply(flat(), [two, one]).paths)
    product = apply(flat(), one).paths * apply(flat(), two).paths / 100
    pd.testing.assert_frame_equal(both, product)


def test_sizes_stay_between_low_and_high_and_centre_as_a_triangle_does():
    sizes = apply(flat(paths=20_000), scenario(size=(-10, -30, -80))).paths["2025-09"] - 100
    assert sizes.between(-80, -10).all()
    assert sizes.mean() == pytest.approx((-10 - 30 - 80) / 3, abs=0.5)
    assert np.histogram(sizes, bins=14, range=(-80, -10))[0].argmax() in (9, 10)


def test_the_same_seed_gives_the_same_paths_and_another_seed_others():
    sized = scenario(size=(-60, -40, -20))
    first, again, other = (apply(flat(), sized, seed).paths for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_a_path_draws_the_same_quantile_for_trade_and_for_exports():
    sized = replace(scenario(), effects={"trade_total": Size(-20, -40, -60), "trade_export": Size(-10, -20, -30)})
    trade = apply(flat(), sized).paths["2025-09"]
    exports = apply(flat(series="lao-cai/trade_export/board"), sized).paths["2025-09"]
    assert trade.corr(exports) == pytest.approx(1)


def test_what_a_scenario_draws_does_not_depend_on_which_others_come_with_it():
    one, two = scenario("a", (-60, -40, -20)), scenario("b", (0, 0, 0))
    pd.testing.assert_frame_equal(apply(flat(), one).paths, apply(flat(), [two, one]).paths)


def test_the_base_case_stands_first_and_differences_are_path_by_path():
    base = replace(flat(), paths=lao_cai().paths)
    found = compare(base, [scenario(size=(-10, -10, -10), months_ahead=1, start=None)])
    assert found["choice"].tolist() == ["", "a"]
    ahead = base.paths.loc[:, "2025-06":"2025-12"].sum(axis=1)
    assert found["change"].iloc[1] == pytest.approx((-0.1 * ahead).median())
    assert found.loc[1, "probability"] <= found.loc[0, "probability"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"comparator": "=>"}, "comparator '=>' is unknown"),
        ({"threshold": "x"}, "not a number: 'x'"),
        ({"threshold": np.nan}, "not a number: nan"),
        ({"threshold": [1.0, 2.0]}, "one for each of 50 paths"),
    ],
)
def test_a_comparison_that_means_nothing_is_refused(given, says):
    with pytest.raises(ValueError, match=says):
        compare(flat(paths=50), [QUESTIONS[0]], **given)


def test_what_is_no_scenario_is_refused_and_one_may_stand_by_itself():
    found = flat(paths=50)
    assert compare(found, QUESTIONS[0]).equals(compare(found, [QUESTIONS[0]]))
    for wrong in ("x", 5, ["x"]):
        with pytest.raises(DataError, match="is no scenario"):
            apply(found, wrong)


def test_after_december_the_year_compared_is_the_next():
    found = compare(flat(last="2025-12"), [QUESTIONS[0]])
    assert found["period"].unique().tolist() == ["2026"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"zone": "lai-chau"}, "is about lai-chau"),
        ({"indicator": "trade_import"}, "acts on trade_import, not on trade_total"),
        ({"end": dt.date(2025, 3, 31), "start": dt.date(2025, 3, 1)}, "none of the months ahead"),
        ({"start": dt.date(2030, 1, 1)}, "none of the months ahead"),
    ],
)
def test_a_scenario_that_does_not_fit_is_refused_with_the_reason(given, says):
    assert says in unfit(scenario(**given), flat())
    with pytest.raises(DataError, match=says):
        apply(flat(), scenario(**given))


def test_the_chart_names_every_row_with_its_chance_and_says_them_all_in_words():
    found = compare(replace(flat(), paths=lao_cai().paths), [scenario()])
    chart = scenario_chart(found, ["Cơ sở", "Đóng cửa"], "Tiêu đề", "Phụ đề", unit="million_usd")
    (ax,) = chart.wide.axes
    texts = [text.get_text() for text in ax.texts]
    assert texts[::2] == ["Cơ sở", "Đóng cửa"]
    assert all("%" in chance for chance in texts[1::2])
    assert "Đóng cửa:" in chart.alt
    assert ax.get_xlim()[0] < found["lower_80"].min() < found["upper_80"].max() < ax.get_xlim()[1]


# On record

ENTRY = """
gate-shut:
  kind: judgement
  vi: Đóng cửa khẩu
  en: Gate shut
  zone: lao-cai
  effects:
    trade_total: {low: -10, central: -20, high: -30}
  start: 2025-09-01
  end: 2025-09-30
  author: Nguyễn Văn A
  recorded: 2025-05-31
  reason_vi: Theo trao đổi với bạn
  reason_en: As heard
"""


def test_an_analysts_judgement_is_kept_with_author_reason_and_size():
    (found,) = parse_scenarios(ENTRY)
    assert (found.author, found.reason("vi"), found.recorded) == (
        "Nguyễn Văn A",
        "Theo trao đổi với bạn",
        dt.date(2025, 5, 31),
    )
    assert found.size("trade_total") == Size(-10, -20, -30)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("end: 2025-09-30", "end: 2025-08-30", r"ends \(2025-08-30\) before it starts \(2025-09-01\)"),
        ("zone: lao-cai", "zone: lao-kai", "did you mean 'lao-cai'"),
        ("trade_total:", "trade_totl:", "did you mean 'trade_total'"),
        ("trade_total:", "grdp_growth_pct:", "is no flow"),
        ("high: -30", "high: -100", "cannot fall by 100 % or more"),
        ("central: -20", "central: -40", "does not lie between low and high"),
        ("central: -20", "central: much", "not three numbers"),
        (", high: -30", "", "needs low, central and high"),
        ("kind: judgement", "kind: jugement", "did you mean 'judgement'"),
        ("kind: judgement", "kind: closure", "names no facts"),
        ("author: Nguyễn Văn A", "", "lacks author"),
        ("reason_vi: Theo trao đổi với bạn", "", "lacks reason_vi"),
        ("start: 2025-09-01\n", "", "needs either start"),
        ("start: 2025-09-01", "start: soon", "is not a day such as"),
        ("end: 2025-09-30", "days: 0", "must be 1 or more"),
        ("end: 2025-09-30", "recovery_days: 30", "recovers without ever ending"),
        ("end: 2025-09-30", "end: 2025-09-30\n  days: 3", "both end and days"),
        ("author:", "auther:", "did you mean 'author'"),
        ("author: Nguyễn Văn A", "author: A\n  author: B", "stands twice"),
    ],
)
def test_a_faulty_entry_is_refused_by_name(old, new, says):
    assert old in ENTRY
    with pytest.raises(DataError, match=says):
        parse_scenarios(ENTRY.replace(old, new))


def test_every_fault_is_named_at_once():
    broken = ENTRY.replace("zone: lao-cai", "zone: nowhere").replace("high: -30", "high: -130")
    with pytest.raises(DataError) as error:
        parse_scenarios(broken)
    assert "nowhere" in str(error.value)
    assert "-130" in str(error.value)


def test_text_that_is_no_yaml_is_refused_with_its_line():
    with pytest.raises(DataError, match="line 2"):
        parse_scenarios("a:\n  b: c: d\n")


def test_choices_are_picked_by_id_alone_or_together():
    known = [scenario("a"), scenario("b")]
    assert [len(choice) for choice in pick(known, "a a+b")] == [1, 2]
    assert len(pick(known)) == 2
    with pytest.raises(DataError, match="did you mean"):
        pick([scenario("closure-30-days")], "closure-30-day")


def test_a_zone_without_the_file_has_no_scenarios(small_root):
    assert ez.load_scenarios("thu-nghiem", root=small_root) == []


# What the project itself has on record


def test_scenarios_are_not_seen_before_they_were_recorded():
    assert ez.load_scenarios("lao-cai", "2025-05-30") == []
    assert len(ez.load_scenarios("lao-cai", "2025-05-31")) >= 5


def test_every_scenario_rests_on_facts_and_events_published_by_then():
    facts = ez.load_facts().set_index("fact_id")["published"]
    events = ez.load_events().set_index("event_id")["published"]
    for found in ez.load_scenarios():
        known = [facts[f] for f in found.facts] + [events[e] for e in found.events]
        assert known, found.id
        assert max(known).date() <= found.recorded, found.id


def test_the_page_on_scenarios_names_every_scenario_and_every_fact_it_rests_on():
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    for found in ez.load_scenarios():
        assert found.id in page
        assert [fact for fact in found.facts if not re.search(rf"\b{fact}\b", page)] == [], found.id


def test_sizes_follow_from_the_facts_they_name():
    """The arithmetic of docs/scenarios.md, from the published figures."""
    facts = ez.load_facts().set_index("fact_id")
    value, change = facts["value"], facts["change1"]
    sizes = {found.id: found.size("trade_total") for found in ez.load_scenarios("lao-cai")}

    closed = 128  # 17 February to 24 June 2022
    customs, province = change["F0397"] / (closed / 227), change["F0353"] / (closed / 273)
    assert (sizes["closure-30-days"].low, sizes["closure-30-days"].high) == (round(customs), round(province))
    assert sizes["closure-30-days"].central == pytest.approx((customs + province) / 2, abs=0.5)

    road = value["F0415"] / value["F0372"]
    before = (value["F0414"] / 0.65) / (value["F0371"] / 0.72)
    assert (-sizes["storm-two-days"].low, -sizes["storm-two-days"].high) == (round(100 * road), round(100 * before))

    thin = value["F0151"] / (value["F0361"] - value["F0362"])
    fallen = (value["F0291"] / 0.55 - value["F0291"]) / (value["F0371"] / 0.72)
    thick = value["F0174"] / value["F0412"] * road
    back = [round(100 * (1 / (1 - share) - 1)) for share in (thin, fallen, thick)]
    assert back == [sizes["durian-resumed"].low, sizes["durian-resumed"].central, sizes["durian-resumed"].high]

    dearer = (value["F0172"] / value["F0409"]) / (value["F0176"] / value["F0448"])
    stopped = [-100 * road * trucks / value["F0458"] for trucks in (5, 7 * dearer)]
    assert sizes["durian-stopped-again"].low == pytest.approx(stopped[0], abs=0.05)
    assert sizes["durian-stopped-again"].high == pytest.approx(stopped[1], abs=0.05)

    own = value["F0379"] / 0.15 / (value["F0371"] / 0.72)
    borrowed = [own, value["F1087"] / value["F0368"], value["F1086"] / value["F0368"]]
    new = sizes["new-crossing"]
    assert [round(100 * x, 1) for x in borrowed] == [new.low, new.central, new.high]

    eased = sizes["rules-eased"]
    assert (eased.low, eased.central, eased.high) == (change["F0400"], round(change["F0359"]), change["F0409"])


def test_an_outlook_under_scenarios_names_them_and_is_told_like_any_other():
    y = pd.Series(100.0 + np.arange(24), pd.period_range("2023-01", periods=24, freq="M"))
    found = ez.forecast(y, 6, paths=50)
    laid = apply(apply(found, QUESTIONS[0]), QUESTIONS[1])
    assert laid.scenarios == ("a-tenth-less", "a-tenth-more") and laid.notes == found.notes
    assert tables.grounds(laid, lang="en").text == tables.grounds(found, lang="en").text


def test_where_most_paths_hold_nothing_a_change_in_percent_is_none_too():
    base = flat()
    paths = base.paths.copy()
    paths.iloc[:1500] = 0.0
    (row,) = compare(replace(base, paths=paths), [QUESTIONS[0]]).iloc[1:].itertuples()
    assert row.change == row.change_pct == 0
