"""What the notebook on zones shows: each zone by its own scope and months, and figures that disagree by name."""

from dataclasses import replace

import pytest

import ezlib as ez
from ezlib import wording
from ezlib.zones import compose_zones, conflicts, shares


@pytest.fixture(scope="module")
def year_end():
    return compose_zones("2025-12")


def test_every_zone_keeps_its_own_scope_and_months(year_end):
    assert {s.split("/")[2] for s in year_end.outlooks} == {"board", "national"}
    told = repr(year_end.caveats)
    assert "từ ngày 16" in told
    assert "Đây không phải tỷ trọng" in told


def test_figures_that_disagree_are_named_with_the_one_used(year_end):
    assert "49,4 và 44,15" in repr(year_end.caveats).replace("\u00a0", " ")


def test_a_zone_without_figures_by_that_month_is_named(small_root):
    zones = compose_zones("2022-01", root=small_root)
    assert "chưa có dự báo" in repr(zones.levels)


def test_shares_never_mix_scopes_and_add_up():
    catalogue = ez.load_catalogue()
    found = shares(ez.load_facts(), "2025-12", catalogue)
    assert (found["scope"] == found["zone"].map(lambda zone: catalogue.zone(zone).scope)).all()
    assert found.groupby("identity")["share"].sum().to_numpy() == pytest.approx(1, abs=0.01)


def test_shares_tell_their_period_in_the_language_of_the_page(year_end):
    for lang, told in (("vi", "năm 2025"), ("en", "Exports, 2025")):
        text = wording.plain(repr(replace(year_end, lang=lang).structure))
        assert told in text and ("năm" in text) == (lang == "vi")


def test_a_revision_within_a_percent_is_no_conflict():
    catalogue, facts = ez.load_catalogue(), ez.load_facts("lao-cai")
    assert conflicts(facts, ["lao-cai/trade_total/board"], "2025-05", None, catalogue).empty
