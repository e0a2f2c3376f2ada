"""Probabilities of annual targets: how often what was called so likely came true.

python benchmarks/targets.py            both
python benchmarks/targets.py national   viet-nam exports, every month 2018-2024: growth above 10 % this year
python benchmarks/targets.py series     development series: -10, 0, +10, +20 % at 0 to 11 months known
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from common import keep
from series import HERE, vietnamese

from ezlib import evaluate, replays, scores, summaries
from ezlib.charts import reliability_chart
from ezlib.evaluate import OURS, AnnualTotals

METHODS = (OURS, "run_rate", "profile")
EXPORTS = "viet-nam/trade_export/national"
NATIONAL_YEARS, SERIES_YEARS = range(2018, 2025), (2022, 2023, 2024)
FIGURE = HERE.parent / "docs" / "img" / "reliability.svg"


def national() -> None:
    """Standing after every month from December 2017 to November 2024, with what had been published then."""
    found = replays.year_ends(EXPORTS, "2025-02", methods=METHODS, growths=(10,), last=84)
    keep("targets_national", _by_method(found) | {"timing": sorted(set(found.totals["timing"]))})


def series() -> None:
    """All development series, k = 0 to 11 months known, from the model alone and from simple rules."""
    found = evaluate.annual_totals(vietnamese(), SERIES_YEARS, known_months=range(12), methods=METHODS)
    result = _by_method(found)
    result["series"] = found.totals["series"].nunique()
    result["series_years"] = len(found.totals[["series", "year"]].drop_duplicates())
    for method in METHODS:
        mine = found.chances[found.chances["method"] == method]
        bands = scores.reliability(mine["probability"], mine["reached"])
        result[method]["bands"] = bands.to_dict("records")
        result[method]["by_known"] = {
            str(known): _chance_scores(group) | _total_scores(found.totals, method, known)
            for known, group in mine.groupby("known")
        }
        result[method]["by_growth"] = {
            f"{growth:+d}": _chance_scores(group) for growth, group in mine.groupby("growth")
        }
    for other in METHODS[1:]:
        result[OURS][f"brier_less_{other}"] = _less(found.chances, other)
    ours = found.chances[found.chances["method"] == OURS]
    _draw(scores.reliability(ours["probability"], ours["reached"]), ours, FIGURE)
    keep("targets_series", result)


def _by_method(found: AnnualTotals) -> dict[str, dict]:
    result = {}
    for method in METHODS:
        totals = found.totals[found.totals["method"] == method]
        chances = found.chances[(found.chances["method"] == method) & found.chances["reached"].notna()]
        result[method] = _chance_scores(chances) | {
            "years": len(set(totals["year"])),
            "standings": len(totals),
            "coverage_80": scores.coverage(totals["outturn"], totals["lower_80"], totals["upper_80"]),
            "coverage_95": scores.coverage(totals["outturn"], totals["lower_95"], totals["upper_95"]),
            "error_percent": float(100 * (totals["error"].abs() / totals["outturn"]).mean()),
        }
    return result


def _chance_scores(chances: pd.DataFrame) -> dict[str, float]:
    stated, reached = chances["probability"].to_numpy(float), chances["reached"].to_numpy(float)
    return {
        "cases": len(chances),
        "reached": float(reached.mean()),
        "brier": scores.brier(stated, reached),
        "calibration_error": scores.calibration_error(stated, reached),
    }


def _total_scores(totals: pd.DataFrame, method: str, known: int) -> dict[str, float]:
    mine = totals[(totals["method"] == method) & (totals["known"] == known)]
    return {"coverage_80": scores.coverage(mine["outturn"], mine["lower_80"], mine["upper_80"])}


def _less(chances: pd.DataFrame, other: str) -> list[float]:
    """Brier score of ours less that of the other over all standings together, with its interval over whole series."""
    cases = chances.groupby(["known", "growth"]).ngroup()  # a growth asked for at another standing is another case
    together = chances.assign(known="all", growth=cases)
    return summaries.brier_difference(together, other, blocks="series").loc["all"].tolist()


def _draw(bands: pd.DataFrame, chances: pd.DataFrame, path: Path) -> None:
    off = 100 * scores.calibration_error(chances["probability"], chances["reached"])
    years, names = len(chances[["series", "year"]].drop_duplicates()), chances["series"].nunique()
    chart = reliability_chart(
        bands,
        "en",
        title=f"Chances were off by {off:.1f} points on average",
        subtitle="Across: the chance given of growth of at least −10, 0, +10, +20 %; upwards: the share that came true",
        note=f"{years} years of {names} Vietnamese development series, standing 0 to 11 months into each. "
        "The number beside a dot counts its cases.",
    )
    chart.save(path)


if __name__ == "__main__":
    for task in sys.argv[1:] or ("national", "series"):
        {"national": national, "series": series}[task]()
