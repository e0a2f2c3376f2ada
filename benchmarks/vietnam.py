"""The Vietnamese development series: twelve months ahead from two origins, and the annual-total task.

python benchmarks/vietnam.py            both
python benchmarks/vietnam.py ahead      the forecasts alone
python benchmarks/vietnam.py totals     the annual totals alone

Rivals on the totals: the run rate and the profile, each spread by its own past errors; sample paths of the peers, from
the store (peers.py totals); the prototype, from its recorded numbers (prototype.py).
"""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import series
import store
from common import keep, results, run_ours
from prototype import stored_totals
from scoring import renewed, score

from ezlib import evaluate, scores, summaries
from ezlib.evaluate import OURS

CHANCE_DRAWS = 1000
NAMED = (OURS, "run_rate", "profile")


def ahead() -> None:
    run_ours(series.VIETNAM)
    score(series.VIETNAM)


def totals() -> None:
    y = series.vietnamese()
    parts = [evaluate.annual_totals(y, series.YEARS, series.KNOWN_MONTHS, methods=NAMED)]
    if peers := peers_from_store():
        parts.append(evaluate.annual_totals(y, series.YEARS, series.KNOWN_MONTHS, methods=peers))
    parts += [stored for stored in [stored_totals()] if stored]
    found = evaluate.AnnualTotals(*(pd.concat(tables, ignore_index=True) for tables in zip(*parts, strict=True)))
    before, kept = results("vietnam_totals"), {}
    for known in series.KNOWN_MONTHS:
        kept[str(known)] = renewed(before.get(str(known), {}), standing(found, known), "brier")
    tables = summaries.reliability(found.chances).groupby("method")
    kept["reliability"] = before.get("reliability", {}) | {
        method: table[["stated", "reached", "cases"]].to_numpy().tolist() for method, table in tables
    }
    keep("vietnam_totals", kept)


def standing(found: evaluate.AnnualTotals, known: int) -> dict[str, dict]:
    """By method, everything about totals with so many months known; differences are ours less the method's."""
    totals, chances = (table[table["known"] == known] for table in found)
    one = evaluate.AnnualTotals(totals, chances)
    table = summaries.summarise_totals(one, against=()).loc[known]
    covers = summaries.coverage_interval(totals).loc[known]
    rows = {}
    for method, row in table.iterrows():
        rows[method] = row.to_dict() | {"coverage_80_interval": list(covers.loc[method])[1:]}
        luck = by_chance(chances[chances["method"] == method])
        rows[method] |= {"calibration_by_chance": luck.mean(), "calibration_at_most": np.quantile(luck, 0.95)}
        if method != OURS:
            for blocks in ("year", "series"):
                difference = summaries.brier_difference(chances, method, blocks=blocks)
                rows[method][f"ours_less_by_{blocks}"] = list(difference.loc[known])
    return rows


def by_chance(chances: pd.DataFrame) -> np.ndarray:
    """Calibration errors that these probabilities would have if each were right: cases are few, so that none is 0.

    One draw a total decides all its targets, as one outturn does.
    """
    stated = chances.pivot(index=["series", "year"], columns="growth", values="probability").to_numpy()
    luck = np.random.default_rng(0).uniform(size=(CHANCE_DRAWS, len(stated), 1))
    return np.array([scores.calibration_error(stated.ravel(), (one < stated).ravel()) for one in luck])


def peers_from_store() -> dict:
    """A method for each file of the peers' paths: the sum of the months still to come, drawn a thousand times."""
    files = sorted(store.CACHE.glob("totals_*.npz"))
    return {file.stem.removeprefix("totals_"): from_file(dict(np.load(file))) for file in files}


def from_file(rest: dict[str, np.ndarray]):
    def method(y, horizon, paths, seed):
        standing = y.index[-1] + 1
        key = f"{y.name}|{standing.year}|{standing.month - 1}"
        return SimpleNamespace(point=np.median(rest[key]), paths=rest[key].astype(float)[:, None], fallback="")

    return method


if __name__ == "__main__":
    for task in sys.argv[1:] or ("ahead", "totals"):
        {"ahead": ahead, "totals": totals}[task]()
