"""A target assessed on joint paths: how likely it is, and what reaching it would still take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib.catalogue import Target
from ezlib.contracts import DataError
from ezlib.periods import CALENDAR, Calendar, covers_whole_months, month_of
from ezlib.wording import verdict_key

# A stretch whose total differs by less than this between paths is fixed by facts, not by the model.
FIXED_BY_FACTS = 0.02
ON_PATHS = ("level", "growth")
COMPARE = {
    ">=": np.greater_equal,
    ">": np.greater,
    "=": np.greater_equal,  # a plan printed as a bare figure is reached by meeting or passing it
    "<=": np.less_equal,
    "<": np.less,
}


@dataclass(frozen=True)
class Stretch:
    """A run of months and the average flow per month in it."""

    start: pd.Period
    end: pd.Period
    average: float


@dataclass(frozen=True)
class TargetAssessment:
    """What the paths of one series say about one target; every amount is in the unit of the series.

    `state` is "open" while the outcome is uncertain, "reached" or "missed" once the facts decide it. `probability`
    is (k + ½)/(n + 1) for k of n paths that reach it, NaN once decided; `mc_error` its Monte Carlo standard error.
    `mean`, `median` and the intervals are of the total over the period; `gap` is the median total less `threshold`,
    negative when short. `needed_*` speak of the months after `last_observed`; `needed_growth_pct` compares with the
    same months a year earlier. `crossing` gives the probability that the total is first reached in each month.
    `run_rate` and `profile` are year-ends without the model; `largest_month` is among months that facts fix,
    `largest_average` among equally long stretches that facts fix. `need_share` is the share of past stretches, over
    paths and so estimated, that reached the need. `notes` are codes that `wording` turns into sentences.
    """

    target: Target
    series: str
    unit: str
    state: str
    threshold: float
    last_observed: pd.Period
    months_elapsed: int
    months_left: int
    year_to_date: float
    probability: float
    mc_error: float
    mean: float
    median: float
    lower_50: float
    upper_50: float
    lower_80: float
    upper_80: float
    lower_95: float
    upper_95: float
    gap: float
    needed_per_month: float
    needed_growth_pct: float
    need_share: float
    largest_month: Stretch | None
    largest_average: Stretch | None
    run_rate: float
    profile: float
    crossing: pd.Series
    verdict: str
    notes: tuple[str, ...]


def assess_target(outlook, target: Target) -> TargetAssessment:
    """Assess a level or growth target of a flow on the joint paths of `outlook`.

    `level` compares the total over the target's period with its value, `growth` the change in percent of that total
    on the same period a year earlier. Raises DataError when the target is of another kind, speaks of another
    indicator or unit, or when the paths do not cover its period.
    """
    _check(outlook, target)
    paths = outlook.paths
    months = _months_of(target, outlook.calendar)
    _check_cover(outlook, target, months)
    total = paths[months].sum(axis=1)
    threshold = _threshold(paths, months, target)
    observed = outlook.last_observed
    past, left = months[months <= observed], months[months > observed]
    so_far = paths[past].sum(axis=1)
    probability, mc_error = _probability(COMPARE[target.comparator](total, threshold), outlook)
    state = _state(so_far, total, threshold, left, target)
    need = (threshold - so_far).clip(lower=0) / max(len(left), 1)
    if state != "open":
        probability = mc_error = np.nan
    quantile = total.quantile
    return TargetAssessment(
        target=target,
        series=outlook.series,
        unit=outlook.unit,
        state=state,
        threshold=float(threshold.median()),
        last_observed=observed,
        months_elapsed=len(past),
        months_left=len(left),
        year_to_date=float(so_far.median()),
        probability=probability,
        mc_error=mc_error,
        mean=float(total.mean()),
        median=float(total.median()),
        lower_50=float(quantile(0.25)),
        upper_50=float(quantile(0.75)),
        lower_80=float(quantile(0.1)),
        upper_80=float(quantile(0.9)),
        lower_95=float(quantile(0.025)),
        upper_95=float(quantile(0.975)),
        gap=float(total.median() - threshold.median()),
        needed_per_month=float(need.median()) if len(left) else np.nan,
        needed_growth_pct=_needed_growth(paths, left, need),
        need_share=_need_share(paths, left, observed, need),
        largest_month=_largest_month(outlook, observed),
        largest_average=_largest_average(paths, observed, len(left)),
        run_rate=float(so_far.median() * len(months) / len(past)) if len(past) else np.nan,
        profile=_profile_year_end(paths, months, past, so_far),
        crossing=_crossing(paths[months], threshold, target),
        verdict=verdict_key(probability, state),
        notes=_notes(outlook, target, months),
    )


def chance_by_height(outlook, target: Target, heights: Iterable[float]) -> pd.Series:
    """Return the chance of a level target at other heights, 0 or 1 where the facts have decided it.

    The height with a chance of one half is the target that the year may as well reach as not.
    """
    _check(outlook, target)
    months = _months_of(target, outlook.calendar)
    _check_cover(outlook, target, months)
    total = outlook.paths[months].sum(axis=1)
    past, left = months[months <= outlook.last_observed], months[months > outlook.last_observed]
    so_far = outlook.paths[past].sum(axis=1)
    chances = {}
    for height in heights:
        state = _state(so_far, total, height, left, target)
        reached = COMPARE[target.comparator](total, height)
        chances[height] = _probability(reached, outlook)[0] if state == "open" else float(state == "reached")
    return pd.Series(chances, name="probability").rename_axis("height")


def growth_target(series: str, year: int, percent: float, unit: str = "percent") -> Target:
    """Return a target of growth in `year` over the year before, for questions that no plan has asked."""
    zone, indicator, scope = series.split("/")
    return Target(
        target_id=f"growth:{series}:{year}:{percent:g}",
        zone=zone,
        indicator=indicator,
        scope=scope,
        kind="growth",
        period_start=dt.date(year, 1, 1),
        period_end=dt.date(year, 12, 31),
        value=float(percent),
        comparator=">=" if percent <= 0 else ">",
        unit=unit,
        status="question",
        published=dt.date(year, 1, 1),
        source="",
        reference="",
        note="",
    )


def _check(outlook, target: Target) -> None:
    if target.kind not in ON_PATHS:
        raise DataError(
            f"Target {target.target_id} is a {target.kind}, which no sum of months decides; "
            f"assess_target takes {' or '.join(ON_PATHS)} targets."
        )
    indicator = outlook.series.split("/")[1] if outlook.series else target.indicator
    if indicator != target.indicator:
        raise DataError(
            f"Target {target.target_id} speaks of {target.indicator}, the outlook of {indicator}; "
            f"make the outlook of {target.series}."
        )
    if target.kind == "level" and outlook.unit and target.unit != outlook.unit:
        raise DataError(
            f"Target {target.target_id} is in {target.unit}, the outlook in {outlook.unit}; "
            "convert the target with Catalogue.convert first."
        )
    if target.comparator not in COMPARE:
        raise DataError(
            f"Target {target.target_id} compares with {target.comparator!r}; use one of {', '.join(COMPARE)}."
        )


def _months_of(target: Target, calendar: Calendar) -> pd.PeriodIndex:
    """The reporting months of a target's period: its own days where they fit, else the months of the same names.

    A target for the calendar year 2025 is tested on the board's year 2025, which began on 16 December.
    """
    for cut in (calendar, CALENDAR):
        if covers_whole_months(target.period_start, target.period_end, cut):
            first, last = month_of(target.period_start, cut), month_of(target.period_end, cut)
            return pd.period_range(first, last, freq="M")
    period = f"{target.period_start}..{target.period_end}"
    raise DataError(
        f"Target {target.target_id} covers {period}, which is no run of whole months.",
        next_step="Give it the first and last day of reporting months in data/targets.csv.",
    )


def _check_cover(outlook, target: Target, months: pd.PeriodIndex) -> None:
    needed = months if target.kind == "level" else (months - 12).append(months)
    missing = needed.difference(outlook.paths.columns)
    if len(missing):
        raise DataError(
            f"Target {target.target_id} needs {needed[0]}..{needed[-1]}, the paths of {outlook.series} cover "
            f"{outlook.paths.columns[0]}..{outlook.paths.columns[-1]}; "
            f"make the outlook with until={str(needed[-1])!r}, or add facts of the earlier months."
        )


def _threshold(paths: pd.DataFrame, months: pd.PeriodIndex, target: Target) -> pd.Series:
    if target.kind == "level":
        return pd.Series(target.value, index=paths.index)
    return paths[months - 12].sum(axis=1) * (1 + target.value / 100)


def _probability(reached: pd.Series, outlook) -> tuple[float, float]:
    """Return (k + ½)/(n + 1), never 0 or 1, and its standard error at the effective number of paths."""
    n = len(reached)
    probability = (float(reached.sum()) + 0.5) / (n + 1)
    effective = outlook.effective_sample_size or n
    return probability, float(np.sqrt(probability * (1 - probability) / effective))


def _state(so_far, total, threshold, left, target: Target) -> str:
    compare = COMPARE[target.comparator]
    upward = target.comparator in (">=", ">", "=")
    if upward and len(so_far) and compare(so_far, threshold).all():
        return "reached"
    if not upward and not compare(so_far, threshold).any():
        return "missed"
    if len(left):
        return "open"
    reached = compare(total, threshold)
    return "reached" if reached.all() else "missed" if not reached.any() else "open"


def _needed_growth(paths: pd.DataFrame, left: pd.PeriodIndex, need: pd.Series) -> float:
    if not len(left) or (left - 12)[0] not in paths.columns:
        return np.nan
    return float((need * len(left) / paths[left - 12].sum(axis=1) - 1).median() * 100)


def _past_averages(paths: pd.DataFrame, observed: pd.Period, length: int) -> pd.DataFrame:
    """Average flow of every stretch of `length` months up to `observed`: a path a row, its last month in columns."""
    past = paths.loc[:, paths.columns <= observed]
    if length < 1 or past.shape[1] < length:
        return past.iloc[:, :0]
    sums = np.pad(past.to_numpy().cumsum(axis=1), ((0, 0), (1, 0)))
    return pd.DataFrame((sums[:, length:] - sums[:, :-length]) / length, past.index, past.columns[length - 1 :])


def _need_share(paths, left, observed, need) -> float:
    averages = _past_averages(paths, observed, len(left))
    return float(averages.ge(need, axis=0).to_numpy().mean()) if averages.shape[1] else np.nan


def _largest_month(outlook, observed: pd.Period) -> Stretch | None:
    months = outlook.months
    known = months[months["status"].isin(["reported", "derived"]) & (months.index <= observed)]
    if known.empty:
        return None
    best = known["value"].idxmax()
    return Stretch(best, best, float(known.loc[best, "value"]))


def _largest_average(paths: pd.DataFrame, observed: pd.Period, length: int) -> Stretch | None:
    averages = _past_averages(paths, observed, length)
    middle = averages.median()
    fixed = middle[(averages.max() - averages.min()) <= FIXED_BY_FACTS * middle]
    if fixed.empty:
        return None
    end = fixed.idxmax()
    return Stretch(end - length + 1, end, float(fixed[end]))


def _profile_year_end(paths: pd.DataFrame, months: pd.PeriodIndex, past: pd.PeriodIndex, so_far) -> float:
    """Year-end if the months so far are the share of the whole that they were in the complete years before."""
    shares = []
    for years_back in range(1, 11):
        back = months - 12 * years_back
        if back[0] not in paths.columns:
            break
        shares.append(paths[back[: len(past)]].sum(axis=1) / paths[back].sum(axis=1))
    if not shares or not len(past):
        return np.nan
    share = pd.concat(shares, axis=1).mean(axis=1).median()
    return float(so_far.median() / share)


def _crossing(paths: pd.DataFrame, threshold: pd.Series, target: Target) -> pd.Series:
    reached = COMPARE[target.comparator](paths.cumsum(axis=1), threshold.to_numpy()[:, None])
    first = reached & ~reached.shift(1, axis=1, fill_value=False)
    return first.mean().rename("probability")


def _notes(outlook, target: Target, months: pd.PeriodIndex) -> tuple[str, ...]:
    notes = []
    if outlook.series and outlook.series != target.series:
        notes.append("scope_differs")
    if target.status == "implied":
        notes.append("target_implied")
    relaxed = outlook.observations[outlook.observations["relaxed"]]
    spans = [
        (month_of(start, outlook.calendar), month_of(end, outlook.calendar))
        for start, end in zip(relaxed["start"], relaxed["end"], strict=True)
    ]
    if any(start <= months[-1] and end >= months[0] for start, end in spans):
        notes.append("facts_conflict")
    return tuple(notes)
