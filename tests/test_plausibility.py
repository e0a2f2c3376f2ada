"""What is expected of a month comes from earlier publications alone, and a figure outside is a doubt."""

from pathlib import Path

import pandas as pd
import pytest

import ezlib as ez
from ezlib.facts import load_facts
from ezlib.plausibility import COLUMNS, expected_before

ROOT = Path(__file__).parents[1]
MONTH = "2025-01"


@pytest.fixture(scope="module")
def expected():
    return expected_before("viet-nam", MONTH, root=ROOT)


def test_every_leading_flow_of_the_month_has_an_interval_in_its_own_unit(expected):
    assert list(expected.columns) == COLUMNS
    assert set(expected.index) == {
        f"S:viet-nam:{name}:{MONTH}" for name in ("trade_export", "trade_import", "retail_sales")
    }
    assert (expected["lower"] > 0).all() and (expected["lower"] < expected["upper"]).all()


def test_the_figure_itself_and_later_ones_play_no_part(expected):
    facts = load_facts("viet-nam", root=ROOT).set_index("fact_id")
    fact = f"S:viet-nam:trade_export:{MONTH}"
    eve = facts.at[fact, "published"].date() - pd.Timedelta(days=1)
    before = ez.outlook("viet-nam/trade_export/national", "2024-12", eve, until=MONTH, root=ROOT).total(MONTH)
    assert list(expected.loc[fact]) == pytest.approx([before.quantile(0.005), before.quantile(0.995)])


def test_a_figure_outside_is_a_doubt_and_no_proof(expected):
    facts = load_facts("viet-nam", root=ROOT)
    assert "implausible" not in set(ez.audit(facts, expected)["rule"])
    slipped = facts.copy()
    slipped.loc[slipped["fact_id"] == f"S:viet-nam:trade_export:{MONTH}", ["value", "lower", "upper"]] *= 1.6
    found = ez.audit(slipped, expected)
    doubts = found[found["rule"] == "implausible"]
    assert len(doubts) == 1 and set(doubts["severity"]) == {"warning"}


def test_a_figure_before_which_nothing_was_known_has_no_row():
    assert expected_before("lai-chau", "2025-12", root=ROOT).empty
