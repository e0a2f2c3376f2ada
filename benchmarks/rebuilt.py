"""Months rebuilt from partial facts: 36-month windows of M3 series, scored on months that no exact fact fixes.

    python benchmarks/rebuilt.py            pattern B
    python benchmarks/rebuilt.py A B C D E  several

Years 1 and 2 are annual totals, year 3 its year to date at six of twelve months. A: and 4 of 12 months known in years 1
and 2. B: A, and growth rounded to whole percents (six of the year to date, three of months on the year before). C: no
months in years 1 and 2, growth as B. D: years 1 and 2 fully known. E: A without the total of year 1. With a profile:
the seasonal indices of the series' later years are given as well.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from common import free_months, keep
from series import UNDATED, competition

from ezlib import scores
from ezlib.outlook import rebuild

MONTHS = 36
SERIES = 300
PATHS = 400
FIRST = UNDATED


def window_facts(x: np.ndarray, pattern: str, rng) -> list[tuple]:
    """Rows (first, last, value, change, base first, base last, half width) that pattern publishes about x."""
    rows = []
    for year in (0, 1):
        months = np.arange(12 * year, 12 * year + 12)
        if pattern == "D":
            rows += [_level(x, t, t) for t in months]
        elif not (pattern == "E" and year == 0):
            rows.append(_level(x, months[0], months[-1]))
        if pattern in "ABE":
            rows += [_level(x, t, t) for t in rng.choice(months, 4, replace=False)]
    for j in [*sorted(rng.choice(11, 5, replace=False)), 11]:
        rows.append(_level(x, 24, 24 + j))
        if pattern in "BC":
            rows.append(_growth(x, 24, 24 + j))
    if pattern in "BC":
        rows += [_growth(x, t, t) for t in rng.choice(np.arange(24, 36), 3, replace=False)]
    return rows


def _level(x, first, last) -> tuple:
    return FIRST + int(first), FIRST + int(last), x[first : last + 1].sum(), None, None, None, 0.0


def _growth(x, first, last) -> tuple:
    change = round(100 * (x[first : last + 1].sum() / x[first - 12 : last - 11].sum() - 1))
    return FIRST + int(first), FIRST + int(last), None, change, FIRST + int(first) - 12, FIRST + int(last) - 12, 0.5


def one_series(x, rows, later) -> dict[str, float]:
    spans = [(row[0].ordinal - FIRST.ordinal, row[1].ordinal - FIRST.ordinal) for row in rows if row[2] is not None]
    free = free_months(spans, MONTHS)
    columns = ["start", "end", "value", "change_pct", "base_start", "base_end", "half_width"]
    facts = pd.DataFrame(rows, columns=columns)
    out = {}
    profile = np.tile(scores.seasonal_indices(later), 3) if len(later) >= 36 and later.min() > 0 else None
    for name, given in {"plain": None, "profile": profile}.items():
        if name == "profile" and given is None:
            continue
        months = pd.period_range(FIRST, periods=MONTHS, freq="M")
        given = None if given is None else pd.Series(given, months)
        began = time.process_time()
        found = rebuild(facts, FIRST, FIRST + MONTHS - 1, paths=PATHS, profile=given)
        out[f"{name}_seconds"] = time.process_time() - began
        out[f"{name}_mape"] = 100 * np.mean(np.abs(found.median.to_numpy() - x)[free] / x[free])
        for level in (0.8, 0.95):
            ends = found.interval(level).to_numpy()[free].T
            out[f"{name}_coverage_{100 * level:g}"] = scores.coverage(x[free], *ends)
        out[f"{name}_effective"] = found.effective_sample_size / PATHS
        out[f"{name}_relaxed"] = float(found.observations["relaxed"].any())
    return out


def published(rng) -> dict[str, list[tuple]]:
    """By pattern, the windows with the facts published about them and the months after them, from one generator."""
    series = competition("m3", ("INDUSTRY", "MACRO", "MICRO", "FINANCE"))
    chosen = [np.concatenate(series[name]) for name in rng.choice(sorted(series), SERIES, replace=False)]
    windows = [(whole[:MONTHS], whole[MONTHS:]) for whole in chosen if whole[:MONTHS].min() > 0]
    return {pattern: [(x, window_facts(x, pattern, rng), later) for x, later in windows] for pattern in "ABCDE"}


def run(cases: list[tuple]) -> dict:
    table = pd.DataFrame([one_series(*case) for case in cases])
    found = table.mean().to_dict() | {"series": len(table)}
    for name in ("plain", "profile"):
        errors = table[f"{name}_mape"].dropna().to_numpy()
        found[f"{name}_mape_median"] = np.median(errors)
        found[f"{name}_mape_interval"] = list(scores.bootstrap_interval(errors))
    return found


if __name__ == "__main__":
    all_cases = published(np.random.default_rng(2026))
    keep("rebuilt", {pattern: run(all_cases[pattern]) for pattern in sys.argv[1:] or ("B",)})
