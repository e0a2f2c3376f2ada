"""Calibration where facts are few: simulated zones with known truth, and many origins of the national series.

    python benchmarks/few_facts.py                both, 150 zones of each kind
    python benchmarks/few_facts.py zones 20       zones alone, 20 of each kind
    python benchmarks/few_facts.py national

A zone is 48 months of which, as of some month of the fourth year, a board would have published little: a "board" states
the last whole year, the year to date and the month, each with its growth; "customs" states rounded totals and years to
date now and then; a "province" states most years and a number of months, some of them as estimates. The months come
from M1 series, ending with their test parts, which the prior has not seen, or are drawn from the prior itself. Scored
are the months that no figures fix, and the total of the running year. M3 and tourism play no part.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from common import free_months, keep, results
from series import HERE, UNDATED, competition

from ezlib import evaluate, scores, structural
from ezlib.evaluate import LEVELS
from ezlib.outlook import Outlook, rebuild
from ezlib.variances import population_prior

YEARS, MONTHS, THIS_YEAR = 4, 48, 36
STYLES = ("board", "customs", "province")
ZONES = 150
PATHS = 500
ESTIMATE_SD = 0.03
NATIONAL = HERE.parent / "data" / "series" / "viet-nam.csv"
NATIONAL_YEARS = range(2017, 2025)


# ---------------------------------------------------------------------------------------------------- the truth


def from_m1(count: int, rng) -> list[np.ndarray]:
    """Last 48 months of randomly chosen M1 series, test part included."""
    whole = [np.concatenate(parts) for parts in competition("m1").values()]
    fit = [x[-MONTHS:] for x in whole if len(x) >= MONTHS and x[-MONTHS:].min() > 0]
    return [fit[i] for i in rng.choice(len(fit), count, replace=False)]


def from_prior(count: int, rng) -> list[np.ndarray]:
    """Series drawn from the model: log variances from the prior, then the months."""
    prior = population_prior()
    stack = structural.kernels(MONTHS, prior.damping, prior.season_shape)
    drawn = []
    for _ in range(count):
        variances = np.exp(prior.mean + prior.root @ rng.standard_normal(len(prior.mean)))[: len(stack)]
        root = np.linalg.cholesky(np.tensordot(variances, stack, 1) + 1e-10 * np.eye(MONTHS))
        drawn.append(np.exp(5 + root @ rng.standard_normal(MONTHS)))
    return drawn


# ------------------------------------------------------------------------------------------------ what is published


def published(x: np.ndarray, style: str, rng) -> tuple[pd.DataFrame, int]:
    """The figures printed about x, and how many months of the fourth year have passed."""
    now = THIS_YEAR + int(rng.integers(2, 12))
    rows = {"board": _board, "customs": _customs, "province": _province}[style](x, now, rng)
    return pd.DataFrame(rows).drop_duplicates(["start", "end", "base_start"]).reset_index(drop=True), now - THIS_YEAR


def _board(x, now: int, rng) -> list[dict]:
    spans = {(24, 35): 12, (THIS_YEAR, now - 1): 12, (now - 1, now - 1): 1}
    return [row for span, back in spans.items() for row in (_level(x, *span, 4), _growth(x, *span, back, 0))]


def _customs(x, now: int, rng) -> list[dict]:
    rows = [
        _level(x, 12 * year, 12 * year + 11, int(rng.integers(2, 4)), rng) for year in range(3) if rng.random() < 0.7
    ]
    for year in range(1, YEARS):
        for _ in range(2):
            end = 12 * year + int(rng.integers(1, 11))
            if end < now:
                rows += _said(x, 12 * year, end, int(rng.integers(2, 5)), rng)
    return [*rows, _level(x, THIS_YEAR, now - 1, 3, rng)]


def _province(x, now: int, rng) -> list[dict]:
    rows = [row for year in range(3) for row in _said(x, 12 * year, 12 * year + 11, 4, rng)]
    for month in sorted(rng.choice(np.arange(18, now), 6, replace=False)):
        rows += _said(x, month, month, 5, rng, estimated=rng.random() < 0.4)
        rows += _said(x, month - month % 12, month, 5, rng, estimated=rng.random() < 0.4)
    return [*rows, _level(x, THIS_YEAR, now - 1, 4)]


def _said(x, first, last, digits: int, rng, estimated: bool = False) -> list[dict]:
    """A figure, and every other time its growth on the year before."""
    rows = [_level(x, first, last, digits, rng, estimated)]
    if first >= 12 and not estimated and rng.random() < 0.5:
        rows.append(_growth(x, first, last, 12, int(rng.integers(0, 2))))
    return rows


def _level(x, first, last, digits: int, rng=None, estimated: bool = False) -> dict:
    """A sum rounded to so many digits; with `rng` one in six is printed as "nearly"."""
    true = x[first : last + 1].sum() * (np.exp(ESTIMATE_SD * rng.standard_normal()) if estimated else 1.0)
    unit = 10.0 ** (np.floor(np.log10(true)) + 1 - digits)
    row = _row(first, last, value=unit * np.round(true / unit), half_width=unit / 2)
    row["soft_sd"] = ESTIMATE_SD if estimated else 0.0
    ceiling = unit * np.ceil(true / unit)
    if rng is not None and rng.random() < 1 / 6 and true >= 0.95 * ceiling:
        row |= {"value": ceiling, "lower": 0.95 * ceiling, "upper": ceiling}
    return row


def _growth(x, first, last, back: int, digits: int) -> dict:
    """The change in percent, rounded, on the year (12) or the month (1) before."""
    base = x[first - back : last - back + 1].sum()
    change = np.round(100 * (x[first : last + 1].sum() / base - 1), digits)
    row = _row(first, last, change_pct=change, half_width=0.5 * 10.0**-digits)
    return row | {"base_start": UNDATED + int(first - back), "base_end": UNDATED + int(last - back)}


def _row(first, last, **says) -> dict:
    empty = dict.fromkeys(["value", "change_pct", "lower", "upper"], np.nan) | {"base_start": None, "base_end": None}
    return empty | {"start": UNDATED + int(first), "end": UNDATED + int(last), "soft_sd": 0.0} | says


# ---------------------------------------------------------------------------------------------------- scores


def one_zone(x: np.ndarray, figures: pd.DataFrame, passed: int, seed: int) -> list[dict]:
    """Hidden months, months to come and the running year's total: inside or not, error and width of the logarithm."""
    began = time.process_time()
    found = rebuild(figures, UNDATED, UNDATED + MONTHS - 1, seed, paths=PATHS)
    seconds = time.process_time() - began
    levels = figures[figures["value"].notna() & (figures["soft_sd"] == 0)]
    spans = [(row.start.ordinal - UNDATED.ordinal, row.end.ordinal - UNDATED.ordinal) for row in levels.itertuples()]
    first = min(start for start, _ in spans)
    hidden = [t for t in free_months(spans, MONTHS) if first <= t]
    drawn = found.paths.to_numpy()
    what = {t: "hidden months" if t < THIS_YEAR + passed else "months ahead" for t in hidden}
    rows = [{"what": what[t]} | _scored(x[t], drawn[:, t]) for t in hidden]
    rows.append({"what": "running year"} | _scored(x[THIS_YEAR:].sum(), drawn[:, THIS_YEAR:].sum(axis=1)))
    state = {"seconds": seconds, "effective": found.effective_sample_size / PATHS, "relaxed": _relaxed(found)}
    return [row | state for row in rows]


def _relaxed(found: Outlook) -> float:
    return float(found.observations["relaxed"].any())


def _scored(true: float, drawn: np.ndarray) -> dict:
    row = {"error": np.log(np.median(drawn) / true), "pit": float(scores.pit([true], drawn[:, None])[0])}
    for name, level in LEVELS.items():
        low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
        row |= {f"inside_{name}": float(low <= true <= high), f"width_{name}": np.log(high / low)}
    return row


def summary(table: pd.DataFrame, blocks: str) -> dict:
    """Coverage with its 90 % interval over whole blocks, width and error in percent, spread of the PIT (0.289)."""
    found = {"cases": len(table)}
    for name in LEVELS:
        inside = table[f"inside_{name}"].to_numpy()
        found[f"coverage_{name}"] = inside.mean()
        found[f"coverage_{name}_interval"] = scores.bootstrap_interval(inside, blocks=table[blocks], draws=1000)
    found["median_width_80"] = 100 * np.median(np.expm1(table["width_80"]))
    found["median_error"] = 100 * np.median(np.expm1(table["error"].abs()))
    return found | {"pit_mean": table["pit"].mean(), "pit_sd": table["pit"].std()}


def zones(count: int) -> dict:
    found = {}
    for source, make in {"m1": from_m1, "prior": from_prior}.items():
        rows = []
        for zone, x in enumerate(make(count, np.random.default_rng(1))):
            style = STYLES[zone % len(STYLES)]
            figures, passed = published(x, style, np.random.default_rng([2, zone]))
            rows += [row | {"zone": zone, "style": style} for row in one_zone(x, figures, passed, zone)]
        table = pd.DataFrame(rows)
        found[source] = {what: summary(part, "zone") for what, part in table.groupby("what")}
        for style, part in table.groupby("style"):
            found[source] |= {f"{style}, {what}": summary(one, "zone") for what, one in part.groupby("what")}
        each = table.groupby("zone")[["seconds", "effective", "relaxed"]].first()
        found[source]["zones"] = {"count": len(each)} | each.mean().to_dict()
    return found


# ------------------------------------------------------------------------------------------------ national series


def national() -> dict:
    """Twelve months ahead from every month, and the year's total at 0, 3, 6, 9 months known."""
    table = pd.read_csv(NATIONAL)
    series = {
        name: pd.Series(part["value"].to_numpy(float), pd.PeriodIndex(part["month"], freq="M"))
        for name, part in table.groupby("indicator")
    }
    errors = evaluate.rolling_origins(series, 12, [evaluate.OURS], paths=PATHS)
    ahead = {"all": _held(errors)} | {name: _held(part) for name, part in errors.groupby("series")}
    for low, high in ((1, 3), (4, 6), (7, 12)):
        ahead[f"{low} to {high} months ahead"] = _held(errors[errors["horizon"].between(low, high)])
    for year, part in errors.groupby(errors["month"].dt.year):
        ahead[f"months of {year}"] = _held(part)
    totals = evaluate.annual_totals(series, NATIONAL_YEARS, methods=[evaluate.OURS]).totals
    years = {f"{known} months known": _held(part) for known, part in totals.groupby("known")}
    return {"months": ahead, "totals": years | {"all": _held(totals)}}


def _held(part: pd.DataFrame) -> dict:
    found = {"cases": len(part)}
    for name in LEVELS:
        found[f"coverage_{name}"] = scores.coverage(part["outturn"], part[f"lower_{name}"], part[f"upper_{name}"])
    found["mean_width_80"] = 100 * ((part["upper_80"] - part["lower_80"]) / part["outturn"]).mean()
    found["mean_error"] = 100 * (part["error"].abs() / part["outturn"]).mean()
    return found | {"pit_mean": part["pit"].mean(), "pit_sd": part["pit"].std()}


def main(words: list[str]) -> None:
    found = results("few_facts")
    count = next((int(word) for word in words if word.isdigit()), ZONES)
    tasks = {"zones": lambda: zones(count), "national": national}
    for name in [word for word in words if word in tasks] or tasks:
        found[name] = tasks[name]()
    keep("few_facts", found)


if __name__ == "__main__":
    main(sys.argv[1:])
