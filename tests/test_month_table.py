"""The rows of a month: what is computed from facts, whatever unit each was printed in."""

import numpy as np
import pandas as pd
import pytest
from conftest import fact_row, write_facts

import ezlib as ez
from ezlib.catalogue import load_catalogue
from ezlib.facts import in_own_unit
from ezlib.month_table import table_lines


def test_a_figure_printed_in_a_larger_unit_is_the_same_figure_everywhere():
    facts, catalogue, month = ez.load_facts("viet-nam", "2025-03-31"), load_catalogue(), pd.Period("2025-02", "M")
    numbers = ["value", "half_width", "lower", "upper"]
    late = (facts["unit"] == "million_usd") & (facts["period_end"] >= "2025-02-01")
    large = facts.copy()
    large.loc[late, numbers] /= 1000
    large.loc[late, "unit"] = "billion_usd"
    turned = in_own_unit(large, catalogue)
    assert late.any() and set(turned.loc[late, "unit"]) == {"million_usd"}
    assert np.allclose(turned[numbers], facts[numbers], rtol=1e-12, equal_nan=True)
    said, again = (table_lines(catalogue.zone("viet-nam"), month, f, catalogue, {}, {}, "vi") for f in (facts, large))
    assert any(line.mom.computed and line.cumulative.computed for line in said)
    assert [[f.text for f in line.figures] for line in again] == [[f.text for f in line.figures] for line in said]


@pytest.mark.parametrize(
    ("status", "published", "shown"),
    [("estimate", "2025-05-28", "300"), ("final", "2025-05-28", "310"), ("estimate", "2025-06-30", "310")],
)
def test_a_year_to_date_gives_way_to_firmer_months_published_after_it(empty_root, status, published, shown):
    ends = {1: ("2024-12-16", "2025-01-15"), 2: ("2025-01-16", "2025-02-15"), 3: ("2025-02-16", "2025-03-15")}
    rows = [
        fact_row(fact_id=f"M{m}", period_start=start, period_end=end, value=100, half_width=0.5, published="2025-06-16")
        for m, (start, end) in ends.items()
    ]
    to_date = {"period_start": "2024-12-16", "period_end": "2025-03-15", "period_kind": "ytd", "value": 310}
    rows.append(fact_row(fact_id="YTD", half_width=0.5, status=status, published=published, **to_date))
    write_facts(empty_root, "all.csv", rows)
    catalogue = load_catalogue(empty_root)
    facts = ez.load_facts("thu-nghiem", root=empty_root)
    lines = table_lines(catalogue.zone("thu-nghiem"), pd.Period("2025-03", "M"), facts, catalogue, {}, {})
    assert lines[0].cumulative.text.removesuffix(",0") == shown
    assert lines[0].cumulative.computed == (shown == "300")
