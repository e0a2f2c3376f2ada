"""A move in words: told only where its printed ends differ, by steps that add up as they are printed."""

import re

import numpy as np
import pandas as pd
import pytest

import ezlib as ez
from ezlib import wording
from ezlib.news import STEPS, News, news
from ezlib.news_words import news_table, news_text
from ezlib.plans import load_targets
from ezlib.record import COLUMNS

TRADE = "lao-cai/trade_total/board"


def moved(chances, totals, interval, unit="million_usd"):
    """News of one step, between two chances and two expected totals."""
    ends = [pd.Series({"probability": p, "expected": x}) for p, x in zip(chances, totals, strict=True)]
    parts = pd.DataFrame(0.0, index=list(STEPS), columns=["probability", "expected"])
    parts.loc["new_months"] = ends[1] - ends[0]
    (aim,) = (t for t in load_targets("lao-cai", "2025-05-31") if t.target_id == "T001")
    month, day = pd.Period("2025-04", "M"), pd.Timestamp("2025-04-30").date()
    return News(TRADE, unit, "2025", aim, month, day, *ends, parts, interval, False)


@pytest.mark.parametrize(
    ("chances", "totals", "interval", "told"),
    [
        ((0.172, 0.169), (1990.0, 1991.0), (1440.0, 2920.0), ["khả năng đạt 9 tỷ USD không đổi (17 %)", "không đổi"]),
        ((0.004, 0.002), (170.43, 171.8), (165.0, 178.0), ["không đổi (dưới 1 %)", "từ 170,4 ", "171,8", "+1,4."]),
        (
            (0.026, 0.001),
            (3260.0, 1986.0),
            (1440.0, 2920.0),
            ["giảm từ 3 % xuống dưới 1 %: tháng mới -3 điểm phần trăm"],
        ),
        ((0.2, 0.31), (449_000.0, 452_000.0), (440_000.0, 460_000.0), ["tăng từ 20 % lên 31 %", "lên 452 tỷ USD: "]),
    ],
)
def test_a_change_is_told_only_where_its_printed_ends_differ(chances, totals, interval, told):
    text = wording.plain(news_text(moved(chances, totals, interval)))
    assert [words for words in told if words not in text] == []


@pytest.mark.parametrize("seed", range(20))
def test_printed_steps_lead_from_the_printed_start_to_the_printed_end(seed):
    rng = np.random.default_rng(seed)
    before, now = rng.uniform(0, 1, 2)
    start, end = rng.uniform(150, 200, 2)
    table = news_table(moved((before, now), (start, end), (end - 9, end + 11)))
    for column in range(2):
        cells = [re.sub(r"<[^>]*>", "", row.split("<td")[1 + column].split(">", 1)[1]) for row in rows_of(table)]
        numbers = [float(re.search(r"[-+]?[\d,]+", cell)[0].replace(",", ".")) for cell in cells]
        if not {"<", ">"} & {wording.plain(cell).replace("&lt;", "<").replace("&gt;", ">")[0] for cell in cells}:
            assert sum(numbers[:-1]) == pytest.approx(numbers[-1], abs=1e-6)


def rows_of(table):
    return wording.plain(table.html).split("<tbody")[1].split("<tr")[1:]


def test_what_moved_a_chance_without_a_figure_of_its_own_is_named():
    target = next(t for t in load_targets("lao-cai", "2024-12-30") if t.target_id == "T006")
    found = news(
        ez.outlook(target.series, "2024-12", "2024-12-30"), target, 2024, "2024-12-30", pd.DataFrame(columns=COLUMNS)
    )
    assert not found.facts and abs(found.parts.at["revisions", "expected"]) > 0
    assert "nhịp mùa vụ có số liệu mới" in wording.plain(repr(news_table(found)))
