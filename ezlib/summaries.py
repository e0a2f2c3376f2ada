"""Scores of methods, averaged over the cases that `evaluate` and `replays` give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ezlib import scores
from ezlib.contracts import DataError
from ezlib.evaluate import OURS, REFERENCE, AnnualTotals

_LOSSES = {
    "smape": lambda e: 200 * e["error"].abs() / (e["outturn"].abs() + e["forecast"].abs()).replace(0, 1),
    "mase": lambda e: e["error"].abs() / e["scale"],
    "msis": lambda e: scores.interval_score(e["outturn"], e["lower_95"], e["upper_95"], 0.95) / e["scale"],
    "crps": lambda e: e["crps"] / e["scale"],
    "coverage_80": lambda e: e["outturn"].between(e["lower_80"], e["upper_80"]).astype(float),
    "coverage_95": lambda e: e["outturn"].between(e["lower_95"], e["upper_95"]).astype(float),
    "pit_mean": lambda e: e["pit"],
    "bias": lambda e: e["error"] / e["scale"],
}
"""Score of one row of errors, by the column of the summary that averages it."""


def _with_losses(errors: pd.DataFrame) -> pd.DataFrame:
    return errors.assign(**{name: loss(errors) for name, loss in _LOSSES.items()})


def _owa(table: pd.DataFrame, by: list[str]) -> np.ndarray:
    methods = table.index.get_level_values("method") if len(by) > 1 else table.index
    if REFERENCE not in methods:
        return np.full(len(table), np.nan)
    if len(by) == 1:
        reference = table.loc[[REFERENCE] * len(table)]
    else:
        rest = table.index.droplevel("method")
        reference = table.xs(REFERENCE, level="method").reindex(rest)
    naive = reference[["smape", "mase"]].to_numpy().T
    return scores.owa(table["smape"].to_numpy(), table["mase"].to_numpy(), *naive)


def _against_ours(group: pd.DataFrame, scored: pd.DataFrame, by: list[str], key: tuple, ours: str) -> scores.Comparison:
    """Diebold-Mariano of a method against ours on the cases that both have in one group."""
    same = scored["method"] == ours
    for column, value in zip(by, key, strict=True):
        same &= (scored[column] == value) if column != "method" else True
    case = ["series", "origin", "month"]
    both = group.merge(scored[same], on=case, suffixes=("", "_ours"))
    both = both.groupby("origin")[["mase", "mase_ours"]].mean().sort_index()
    return scores.diebold_mariano(both["mase"], both["mase_ours"], _overlap(both.index, group["horizon"].max()))


def _overlap(origins: pd.PeriodIndex, horizon: int) -> int:
    """How many origins in a row share months: a horizon of 12 from every third month overlaps over 4 origins."""
    apart = np.diff(origins.asi8).min() if len(origins) > 1 else 1
    return int(-(-horizon // apart))


def _with_percents(totals: pd.DataFrame) -> pd.DataFrame:
    percent = 100 / totals["outturn"].replace(0, np.nan)
    return totals.assign(
        percent=totals["error"] * percent,
        absolute=totals["error"].abs() * percent,
        width_80=(totals["upper_80"] - totals["lower_80"]) * percent,
        crps_percent=totals["crps"] * percent,
        in_80=totals["outturn"].between(totals["lower_80"], totals["upper_80"]),
        in_95=totals["outturn"].between(totals["lower_95"], totals["upper_95"]),
    )


# ---------------------------------------------------------------------------------------------------- months ahead


def summarise(errors: pd.DataFrame, by: Sequence[str] = ("method",), ours: str = OURS) -> pd.DataFrame:
    """Return the scores of each method over the rows of `rolling_origins`; a mean over series of means over their rows.

    `by` must hold "method" and may add columns such as horizon or timing. Columns: cases; smape; mase; owa (against
    naive2 in the same group, NaN without it); msis (95 %); crps, divided by the scale; coverage_80, coverage_95;
    pit_mean and pit_sd (0.5 and 0.289 when calibrated); bias, the mean error divided by the scale, positive when
    outturns came in above; dm and dm_p, statistic and p-value of Diebold-Mariano on scaled absolute errors averaged
    by origin, dm positive where the method lost more than ours. Rows without a scale, of a history that never moved,
    are left out of all of these; DataError when none is left.
    """
    by = list(by)
    scaled = np.isfinite(errors["scale"])
    if not scaled.any():
        never = ", ".join(map(str, errors["series"].unique()))
        raise DataError(f"No error can be scaled: the months of {never} never moved.", next_step="Add another series.")
    scored = _with_losses(errors[scaled])
    means = scored.groupby(list(dict.fromkeys([*by, "series"])))[list(_LOSSES)].mean().groupby(by).mean()
    table = pd.concat([scored.groupby(by).size().rename("cases"), means], axis=1)
    table.insert(3, "owa", _owa(table, by))
    table["pit_sd"] = scored.groupby(by)["pit_mean"].std()
    tests = {key: _against_ours(group, scored, by, key, ours) for key, group in scored.groupby(by)}
    table[["dm", "dm_p"]] = [tests[key if isinstance(key, tuple) else (key,)] for key in table.index]
    return table


def pit_histogram(errors: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return the share of outturns in each band of the forecast distribution, a method a row; 1/bins is calibrated."""
    band = np.minimum((errors["pit"] * bins).astype(int), bins - 1)
    counts = pd.crosstab(errors["method"], band).reindex(columns=range(bins), fill_value=0)
    counts.columns = [f"{i / bins:g}" for i in range(bins)]
    return counts.div(counts.sum(axis=1), axis=0)


# -------------------------------------------------------------------------------------------------------- annual totals


def summarise_totals(found: AnnualTotals, against: Sequence[str] = ("run_rate", "profile")) -> pd.DataFrame:
    """Return, by months known and method, how good totals and probabilities were.

    Columns: cases (totals); coverage_80, coverage_95; width_80 (mean width in percent of the outturn); mape; bias
    (mean error in percent of the outturn); crps (in percent of the outturn), these over totals above zero; brier;
    calibration_error; and
    skill_<method>, 1 − Brier / Brier of that method, for each of `against` that took part.
    """
    by = ["known", "method"]
    table = (
        _with_percents(found.totals)
        .groupby(by)
        .agg(
            cases=("outturn", "size"),
            coverage_80=("in_80", "mean"),
            coverage_95=("in_95", "mean"),
            width_80=("width_80", "mean"),
            mape=("absolute", "mean"),
            bias=("percent", "mean"),
            crps=("crps_percent", "mean"),
        )
    )
    chances = found.chances.groupby(by)
    table["brier"] = chances[["probability", "reached"]].apply(lambda c: scores.brier(c["probability"], c["reached"]))
    table["calibration_error"] = chances[["probability", "reached"]].apply(
        lambda c: scores.calibration_error(c["probability"], c["reached"])
    )
    for other in against:
        if other in table.index.get_level_values("method"):
            reference = table["brier"].xs(other, level="method").reindex(table.index.get_level_values("known"))
            table[f"skill_{other}"] = 1 - table["brier"] / reference.to_numpy()
    return table


def coverage_interval(totals: pd.DataFrame, blocks: str = "year", **how) -> pd.DataFrame:
    """Return the coverage of the total's 80 % interval with its bootstrap interval, by months known and method.

    `blocks`: the column whose values are drawn whole, "year" or "series". `how` goes to `scores.bootstrap_interval`.
    """
    scored, rows = _with_percents(totals), {}
    for key, group in scored.groupby(["known", "method"]):
        inside = group["in_80"].to_numpy(float)
        rows[key] = inside.mean(), *scores.bootstrap_interval(inside, blocks=group[blocks], **how)
    index = pd.MultiIndex.from_tuples(rows, names=["known", "method"])
    return pd.DataFrame(list(rows.values()), index, ["coverage", "lower", "upper"])


def brier_difference(chances: pd.DataFrame, other: str, blocks: str = "year", **how) -> pd.DataFrame:
    """Return, by months known, our Brier score less that of `other` on the same cases, with bootstrap interval.

    Negative: ours is better. `blocks` and `how` as for `coverage_interval`.
    """
    loss = (chances["probability"] - chances["reached"]) ** 2
    wide = chances.assign(loss=loss).pivot(index=["known", "series", "year", "growth"], columns="method", values="loss")
    difference, rows = (wide[OURS] - wide[other]).dropna(), {}
    for known, group in difference.groupby(level="known"):
        labels = group.index.get_level_values(blocks)
        rows[known] = group.mean(), *scores.bootstrap_interval(group.to_numpy(), blocks=labels, **how)
    return pd.DataFrame.from_dict(rows, "index", columns=["difference", "lower", "upper"]).rename_axis("known")


def reliability(chances: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return `scores.reliability` of each method: what was stated, what came of it, by band."""
    tables = {
        method: scores.reliability(group["probability"], group["reached"], bins)
        for method, group in chances.groupby("method")
    }
    return pd.concat(tables, names=["method", "band"]).reset_index(level="band", drop=True).reset_index()
