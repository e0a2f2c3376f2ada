"""What a year or month came to, once facts settle it."""

import numpy as np
import pandas as pd
import pytest

from ezlib import outturns
from ezlib.outlook import outlook


def test_an_outturn_is_what_facts_settle_or_what_was_published_for_exactly_that_time():
    board = outlook("lao-cai/trade_total/board", "2025-05", "2025-05-31")
    assert outturns.outturn_of(board, "2024") == pytest.approx(2790, abs=5)
    assert outturns.outturn_of(board, "2025-05") == pytest.approx(150.83, abs=0.01)
    assert np.isnan(outturns.outturn_of(board, "2025")) and np.isnan(outturns.outturn_of(board, "2025-02"))
    estimate = outlook("lao-cai/industrial_output_value_2010prices/board", "2025-05", "2025-05-31")
    assert np.isnan(outturns.settled(estimate, "2024")), "an estimate settles nothing"
    assert outturns.outturn_of(estimate, "2024") == pytest.approx(21155, rel=0.005)


def test_a_total_is_agreed_where_no_path_leaves_half_a_percent():
    assert outturns.agreed(pd.Series([99.8, 100.0, 100.2])) == 100.0
    assert np.isnan(outturns.agreed(pd.Series([99.7, 100.0, 100.3])))


def test_a_day_is_known_from_the_first_publication_that_reaches_it():
    ends = pd.to_datetime(["2024-11-30", "2024-12-31", "2024-12-31"])
    facts = pd.DataFrame({"period_end": ends, "published": pd.to_datetime(["2024-12-05", "2025-01-20", "2025-01-06"])})
    assert outturns.known_on(facts, "2024-12-31") == pd.Timestamp("2025-01-06")
    assert outturns.known_on(facts, "2024-11-15") == pd.Timestamp("2024-12-05")
    assert pd.isna(outturns.known_on(facts, "2025-01-31"))
