"""What is gained by estimating a total and its parts together: years of simulated zones, known truth.

python benchmarks/sums.py [zones]

A total and two cuts of it wander with seasons of their own. As boards do, the zone prints for every series one month,
the year to date and their growth, and of the total also two whole years. Each series is then estimated from its own
figures, and all of them as one family; errors are those of the median of the year's total, in logarithms.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from common import keep

from ezlib.hierarchy import reconcile
from ezlib.outlook import Outlook, rebuild

MONTHS = pd.period_range("2022-01", "2025-12", freq="M")
LAST = pd.Period("2025-04", "M")
CUTS = {"types": ("total", ("exports", "imports", "other")), "gates": ("total", ("road", "rail"))}
SHARES = {"exports": 0.5, "imports": 0.4, "other": 0.1, "road": 0.75, "rail": 0.25}


def wandering(rng) -> dict[str, pd.Series]:
    """The true months of one zone."""
    total = 100 * np.exp(component(rng, 0.04, 0.08))
    zone = {"total": total}
    for _, parts in CUTS.values():
        weights = {part: SHARES[part] * np.exp(component(rng, 0.03, 0.03)) for part in parts}
        zone |= {part: total * weight / sum(weights.values()) for part, weight in weights.items()}
    return {name: pd.Series(x, MONTHS) for name, x in zone.items()}


def component(rng, level: float, season: float) -> np.ndarray:
    n = len(MONTHS)
    seasons = rng.normal(0, season, 12)[np.arange(n) % 12]
    return np.cumsum(rng.normal(0, level, n)) + seasons + rng.normal(0, 0.05, n)


def printed(truth: pd.Series, years: tuple[int, ...]) -> pd.DataFrame:
    """The board's figures of one series."""
    first = pd.Period(f"{LAST.year}-01", "M")
    spans = [(pd.Period(f"{y}-01", "M"), pd.Period(f"{y}-12", "M")) for y in years]
    rows = [level(truth, *span) for span in [*spans, (first, LAST), (LAST, LAST)]]
    rows += [growth(truth, first, LAST, 12), growth(truth, LAST, LAST, 1)]
    return pd.DataFrame(rows)


def level(truth, start, end) -> dict:
    return {"start": start, "end": end, "value": round(truth[start:end].sum(), 2), "half_width": 0.005}


def growth(truth, start, end, back: int) -> dict:
    change = 100 * (truth[start:end].sum() / truth[start - back : end - back].sum() - 1)
    base = {"base_start": start - back, "base_end": end - back}
    return {"start": start, "end": end, "change_pct": round(change), "half_width": 0.5} | base


def scored(outlook: Outlook, truth: pd.Series) -> list[dict]:
    rows = []
    for year in ("2024", "2025"):
        total, true = outlook.total(year), truth[year].sum()
        low, high = total.quantile(0.1), total.quantile(0.9)
        error = abs(np.log(total.median() / true))
        rows.append({"year": year, "error": error, "width": np.log(high / low), "inside_80": low <= true <= high})
    return rows


def main(zones: int) -> None:
    rows, seconds = [], []
    for seed in range(zones):
        truth = wandering(np.random.default_rng(seed))
        figures = {name: printed(x, (2023, 2024) if name == "total" else ()) for name, x in truth.items()}
        alone = {name: rebuild(table, MONTHS[0], MONTHS[-1], seed) for name, table in figures.items()}
        began = time.process_time()
        together = reconcile({k: o.observations for k, o in alone.items()}, CUTS, MONTHS[0], MONTHS[-1], seed).outlooks
        seconds.append(time.process_time() - began)
        for how, outlooks in (("alone", alone), ("together", together)):
            for name, outlook in outlooks.items():
                what = "total" if name == "total" else "part"
                rows += [{"what": what, "how": how} | row for row in scored(outlook, truth[name])]
    table = pd.DataFrame(rows).groupby(["year", "what", "how"]).mean().round(3)
    print(table, f"\n{np.mean(seconds):.2f} CPU seconds a family")
    keep("sums", {" ".join(key): row.to_dict() for key, row in table.iterrows()})


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
