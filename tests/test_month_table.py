"""The rows of a month: what is computed from facts, whatever unit each was printed in."""

import numpy as np
import pandas as pd

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
