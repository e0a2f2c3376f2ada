"""What the notebook on scenarios shows: the right figures, and plain words where there are none."""

from dataclasses import replace

import pandas as pd
import pytest
from conftest import fact_row, write_facts

from ezlib import futures
from ezlib.contracts import DataError
from ezlib.futures import compose_futures, compose_rates

JUDGEMENT = """
slow-summer:
  kind: judgement
  vi: Mùa hè chậm
  en: Slow summer
  effects: {trade_total: {low: -5, central: -10, high: -20}}
  months_ahead: 1
  days: 90
  author: Nguyễn Văn A
  recorded: 2025-05-31
  reason_vi: Theo các doanh nghiệp
  reason_en: As firms say
"""


@pytest.fixture(scope="module")
def lao_cai():
    return compose_futures("lao-cai", "2025-05", "2025-05-31", only="closure-30-days durian-resumed", judgement="")


def test_the_base_case_stands_beside_every_scenario(lao_cai):
    (table,) = lao_cai.tables.values()
    assert table["choice"].tolist() == ["", "closure-30-days", "durian-resumed"]
    assert table["median"].iloc[1] < table["median"].iloc[0] < table["median"].iloc[2]
    assert "Phương án cơ sở" in repr(lao_cai.table)
    assert "9 tỷ USD" in repr(lao_cai.table).replace("\u00a0", " ")


def test_sizes_and_the_facts_behind_them_are_shown_and_saved(lao_cai):
    assert "F0353" in repr(lao_cai.record)
    saved = lao_cai.frame.set_index("choice")
    assert "-27/-55/-84" in saved.loc["closure-30-days", "sizes"]
    assert saved.loc["closure-30-days", "author"] == "ezlib"


def test_a_short_record_is_said_and_the_way_used_with_it(lao_cai):
    assert lao_cai.revenue.used == "direct"
    assert "dùng dự báo thẳng" in repr(lao_cai.rates)


def test_trade_and_revenue_together_are_no_likelier_than_either(lao_cai):
    joint = lao_cai.joint["last_year"]
    assert joint.together <= min(joint.each.values())


def test_a_year_equal_to_the_last_but_for_its_last_bits_is_at_least_as_much(lao_cai):
    def repeated(outlook):
        paths = 0 * outlook.paths
        paths.loc[:, pd.PeriodIndex(["2024-01", "2024-02", "2025-01"], freq="M")] = [0.1, 0.2, 0.3]
        return replace(outlook, paths=paths)

    base, outlook = repeated(lao_cai.revenue.base), repeated(lao_cai.revenue.outlook)
    assert (outlook.total("2025") < outlook.total("2024")).all()
    again = replace(lao_cai.revenue, base=base, outlook=outlook)
    joint = futures._joint(again, [], "vi", lao_cai.catalogue)["last_year"]
    assert joint.together > 0.99


def test_an_analysts_judgement_is_on_record_beside_the_others(small_root):
    found = compose_futures("thu-nghiem", "2025-05", judgement=JUDGEMENT, root=small_root)
    saved = found.frame.set_index("choice")
    assert saved.loc["slow-summer", "author"] == "Nguyễn Văn A"
    assert saved.loc["slow-summer", "reason"] == "Theo các doanh nghiệp"
    assert saved.loc["slow-summer", "median"] < saved.loc["", "median"]


def test_targets_of_trade_and_revenue_are_asked_together_where_both_are_set(small_root):
    found = compose_futures("thu-nghiem", "2025-05", root=small_root)
    assert set(found.joint) == {"last_year", "targets"}
    assert "Chưa ghi tình huống nào" in repr(found.record)


def test_a_zone_without_revenue_says_so(small_root):
    found = compose_futures("day-du", "2025-02", root=small_root)
    assert "Không xét được thu ngân sách" in repr(found.both)
    assert len(found.tables) == 2
    assert "Không có khoản thu nào khác" in repr(compose_rates("day-du", "2025-02", root=small_root))


def test_a_scenario_asked_by_a_wrong_name_is_refused():
    with pytest.raises(DataError, match="did you mean 'closure-30-days'"):
        compose_futures("lao-cai", "2025-05", only="closure-30-day")


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_figures_that_begin_within_the_year_lay_no_scenario_over_it_and_say_why(empty_root, lang):
    write_facts(empty_root, "first.csv", [fact_row(change1=-3.2, basis1="mom", half_width1=0.05)])
    page = compose_futures("thu-nghiem", "2025-05", lang=lang, root=empty_root)
    assert page.tables == {}
    assert {"vi": "giữa năm 2025", "en": "begin within 2025"}[lang] in repr(page.table)
