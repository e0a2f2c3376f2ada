"""A target assessed on joint paths: how likely it is, and what reaching it would still take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral, Real

import numpy as np
import pandas as pd

from ezlib.aims import COMPARE, at_least, chance
from ezlib.catalogue import Catalogue, SeriesKey
from ezlib.contracts import DataError
from ezlib.observations import superseded
from ezlib.periods import CALENDAR, Calendar, covers_whole_months, month_of
from ezlib.plans import Target
from ezlib.wording import verdict_key

# A stretch whose total differs by less than this between paths is fixed by facts, not by the model.
FIXED_BY_FACTS = 0.02
FEWEST_MONTHS = 6  # the largest of fewer published months is no record to hold a need against
ON_PATHS = ("level", "growth")
CONTRADICTED = ("status", "order")  # why one of two figures of a day gave way, where both cannot be true


@dataclass(frozen=True)
class Stretch:
    """A run of months and the average flow per month in it, or the least that it can have been (`at_least`)."""

    start: pd.Period
    end: pd.Period
    average: float
    at_least: bool = False


@dataclass(frozen=True)
class TargetAssessment:
    """What the paths of one series say about one target; every amount is in the unit of the series.

    `state` is "open" while the outcome is uncertain, "reached" or "missed" once the facts decide it. `probability`
    is (k + ½)/(n + 1) for k of n paths that reach it, NaN once decided; `mc_error` its Monte Carlo standard error.
    `mean`, `median` and the intervals are of the total over the period; `gap` is the median total less `threshold`,
    negative when short. `needed_*` speak of the months after `last_observed`; `needed_growth_pct` compares with the
    same months a year earlier. `crossing` gives the probability that the total first passes `threshold` in each month:
    that a target is first reached, or a limit (<, <=) first exceeded.
    `run_rate` and `profile` are year-ends without the model; `needed_by_month` spreads the need over the months left as
    earlier years were spread, and adds up to it; `needed_times_profile` is the need over what the profile lets expect
    of these months.
    `largest_month` is among the published months, None for fewer than FEWEST_MONTHS, `largest_average` what the
    facts imply of equally long stretches (None where they fix none), `best_stretch` the best of all equally long
    stretches, estimated. `need_rank` is the place that the need would take among the `stretches` past ones, 1 if
    none ever reached it, and `need_share` the share of them that did: both over paths and so estimated.
    `also_published` are other published totals of the period that gave way to the one used; where they decide
    otherwise the state is "conflict". `notes` are codes that `wording` turns into sentences.
    """

    target: Target
    series: str
    unit: str
    month: pd.Period | None
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
    needed_by_month: pd.Series
    needed_times_profile: float
    need_share: float
    need_rank: float
    stretches: int
    largest_month: Stretch | None
    largest_average: Stretch | None
    best_stretch: Stretch | None
    run_rate: float
    profile: float
    crossing: pd.Series
    verdict: str
    notes: tuple[str, ...]
    also_published: tuple[float, ...] = ()

    @property
    def plan_share(self) -> float:
        """What has come in so far, in percent of the target; NaN before the first month."""
        return 100 * self.year_to_date / self.threshold if self.months_elapsed and self.threshold else np.nan

    @property
    def plan_share_expected(self) -> float:
        """The expected total in percent of the target."""
        return 100 * self.median / self.threshold if self.threshold else np.nan


def assess_target(outlook, target: Target, doubted: Collection[str] = ()) -> TargetAssessment:
    """Assess a level or growth target of a flow on the joint paths of `outlook`.

    `level` compares the total over the target's period with its value, `growth` the change in percent of that total
    on the same period a year earlier. Months printed by facts in `doubted` are no record. Raises DataError when the
    target is of another kind, speaks of another indicator or unit, or when the paths do not cover its period.
    """
    tally, paths, observed = _tally(outlook, target), outlook.paths, outlook.last_observed
    months, past, left = tally.months, tally.past, tally.left
    so_far, total, threshold = tally.so_far, tally.total, tally.threshold
    probability, mc_error = _probability(COMPARE[target.comparator](total, threshold), outlook)
    state = _state(tally, threshold, target)
    need = tally.need / max(len(left), 1)
    if state != "open":
        probability = mc_error = np.nan
    quantile = total.quantile
    usual = _usual_shares(paths, months)
    averages = _past_averages(paths, observed, len(left))
    return TargetAssessment(
        target=target,
        series=outlook.series,
        unit=outlook.unit,
        month=getattr(outlook, "month", None) or observed,
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
        needed_by_month=_spread(usual, left, need),
        needed_times_profile=_times_profile(usual, tally, need),
        need_share=float(averages.ge(need, axis=0).to_numpy().mean()) if averages.shape[1] else np.nan,
        need_rank=float(1 + averages.gt(need, axis=0).sum(axis=1).median()) if averages.shape[1] else np.nan,
        stretches=averages.shape[1],
        largest_month=_largest_month(outlook, doubted),
        largest_average=_largest_average(averages, len(left)),
        best_stretch=_best_stretch(averages, len(left)),
        run_rate=float(so_far.median() * len(months) / len(past)) if len(past) else np.nan,
        profile=_profile_year_end(usual, past, so_far),
        crossing=_crossing(paths[months], threshold, target),
        verdict=verdict_key(probability, state),
        notes=_notes(outlook, target, months),
    )


def chance_by_height(outlook, target: Target, heights: Iterable[float]) -> pd.Series:
    """Return the chance of a level target at other heights, 0 or 1 where the facts have decided it.

    The height with a chance of one half is the target that the year may as well reach as not. Raises DataError for a
    growth target, which has no height of its own, and as `assess_target` does.
    """
    tally, chances = _tally(outlook, target), {}
    if target.kind == "growth":
        raise DataError(
            f"Target {target.target_id} is of {target.kind}; heights are those of a level target.",
            next_step="Give a level target, or chance_by_multiplier the multiples of the months left.",
        )
    for height in heights:
        state = _state(tally, height, target)
        reached = COMPARE[target.comparator](tally.total, height)
        chances[height] = _probability(reached, outlook)[0] if state == "open" else float(state == "reached")
    return pd.Series(chances, name="probability").rename_axis("height")


def chance_by_multiplier(outlook, target: Target, multiples: Iterable[float]) -> pd.Series:
    """Return the chance of a target if every month left came in so many times as high as the paths have it."""
    tally, compare = _tally(outlook, target), COMPARE[target.comparator]
    chances = {m: _probability(compare(tally.so_far + m * tally.rest, tally.threshold), outlook)[0] for m in multiples}
    return pd.Series(chances, name="probability").rename_axis("multiple")


def even_odds(outlook, target: Target) -> tuple[float, float]:
    """Return the height of target that is as likely reached as not, and the multiple of the months left that makes the
    target itself so; NaN where no month is left."""
    tally = _tally(outlook, target)
    multiple = (tally.need / tally.rest.where(tally.rest > 0)).fillna(np.inf).median()
    return float(tally.total.median()), _finite(multiple)


def contributions(outlook, parts: Mapping[str, object], target: Target) -> pd.DataFrame:
    """Return what each part of a total must do for its target if each keeps the share of the rest expected of it.

    `parts` are outlooks that add up to `outlook` path by path (see `hierarchy`). One row a part: so_far and share (of
    the total so far), last_month, expected (average a month of those left), needed (average a month), growth_pct (of
    the need on the same months a year earlier), times (needed over expected); medians over paths.
    """
    tally = _tally(outlook, target)
    return pd.DataFrame({series: _contribution(part.paths, tally) for series, part in parts.items()}).T


def _contribution(paths: pd.DataFrame, tally: _Tally) -> dict[str, float]:
    past, left = tally.past, tally.left
    own_past, own_rest = paths[past].sum(axis=1), paths[left].sum(axis=1)
    own_need = tally.need * own_rest / tally.rest.where(tally.rest > 0)
    before = paths[left - 12].sum(axis=1) if (left - 12).isin(paths.columns).all() else np.nan
    return {
        "so_far": float(own_past.median()),
        "share": float((own_past / tally.so_far).median()),
        "last_month": float(paths[past[-1]].median()) if len(past) else np.nan,
        "expected": float((own_rest / len(left)).median()),
        "needed": float((own_need / len(left)).median()),
        "growth_pct": _finite(100 * (own_need / before - 1).median()) if np.ndim(before) else np.nan,
        "times": float((own_need / own_rest).median()),
    }


def chance_of_no_fall(outlook, year: int) -> float:
    """Return the chance that the total of a year is at least that of the year before, both over whole years."""
    return chance(at_least(outlook.total(str(year)), outlook.total(str(year - 1))))


@dataclass(frozen=True)
class ImpliedGrowth:
    """What a target some years ahead asks of each year, in percent, beside what has been managed.

    From `base`, the total of `base_year`, the last year that facts settle: `per_year` is the growth each year to the
    target's year, `best_year` and `best` the largest growth of one year on record, `best_run` the largest yearly growth
    over as many years running, which ended in `best_run_end`; NaN and 0 where the record is too short.
    """

    base_year: int
    base: float
    years: int
    per_year: float
    best_year: int
    best: float
    best_run_end: int
    best_run: float


def implied_growth(totals: pd.Series, target: Target) -> ImpliedGrowth | None:
    """Return the growth a year that a level target asks, from settled totals by year; None without an earlier year.

    The growths on record are those of `yearly_growths`.
    """
    end = target.period_end.year
    known = totals[(totals.index < end) & (totals > 0)]
    if known.empty or target.period_start.year != end:
        return None
    base_year = int(known.index[-1])
    years = end - base_year
    yearly, running = yearly_growths(known), yearly_growths(known, years)
    per_year = 100 * ((target.value / known[base_year]) ** (1 / years) - 1)
    return ImpliedGrowth(base_year, float(known[base_year]), years, per_year, *_largest(yearly), *_largest(running))


def yearly_growths(totals: pd.Series, years: int = 1) -> pd.Series:
    """Return the yearly growth in percent over so many years running, by the last of them, from totals by year.

    It is the root of the ratio, less one. A year has none where the total of exactly so many years before is unknown or
    nothing: an older one never stands in for it.
    """
    pairs = {year: totals[year] / totals[year - years] for year in totals.index if totals.get(year - years, 0) > 0}
    return 100 * (pd.Series(pairs, dtype=float) ** (1 / years) - 1)


def _largest(growth: pd.Series) -> tuple[int, float]:
    return (int(growth.idxmax()), float(growth.max())) if len(growth) else (0, np.nan)


def contested(found: TargetAssessment, facts: pd.DataFrame, catalogue: Catalogue) -> TargetAssessment:
    """The assessment with other totals of its period published on the same day: `also_published`, and what they change.

    Other is what no total of the paths fits into, within the roundings of both.
    `facts` as loaded, cut at the same day. Where these too are on the target's side the outcome stands and says so;
    where they are not it becomes "conflict". A figure that was revised later is none of them.
    """
    lost = superseded(facts, found.series, found.month, catalogue=catalogue)
    same = lost[lost["value"].notna() & lost["reason"].isin(CONTRADICTED)]
    calendar = catalogue.calendar_of(found.series)
    months = _months_of(found.target, calendar)[[0, -1]]
    whole = [(month_of(row.start, calendar), month_of(row.end, calendar)) == tuple(months) for row in same.itertuples()]
    apart = (same["lower"] > found.upper_95) | (same["upper"] < found.lower_95)  # a figure repeated is no other
    others = tuple(float(value) for value in same["value"][np.array(whole, bool) & apart])
    if not others:
        return found
    notes = tuple(dict.fromkeys([*found.notes, "facts_conflict"]))
    meets = {bool(COMPARE[found.target.comparator](value, found.threshold)) for value in others}
    if found.state in ("reached", "missed") and meets != {found.state == "reached"}:
        return replace(
            found, also_published=others, notes=notes, state="conflict", verdict=verdict_key(np.nan, "conflict")
        )
    return replace(found, also_published=others, notes=notes)


def growth_target(series: str, year: int, percent: float) -> Target:
    """Return a target of growth in `year` over the year before, for questions that no plan has asked.

    Raises ValueError for a year that is no whole number of the calendar, and for a growth that is no number.
    """
    if not isinstance(year, Integral) or not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise ValueError(f"A year is a whole number such as 2025, not {year!r}.")
    if not isinstance(percent, Real) or not np.isfinite(percent):
        raise ValueError(f"A growth is a number of percent, not {percent!r}.")
    zone, indicator, scope = SeriesKey.of(series)
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
        unit="percent",
        status="question",
        published=dt.date(year, 1, 1),
        source="",
        reference="",
        note="",
    )


def has_base(outlook, target: Target) -> bool:
    """Whether the paths hold what a growth target compares with: the same months a year before, not all of nothing.

    True for a target of another kind.
    """
    if target.kind != "growth":
        return True
    before = _months_of(target, outlook.calendar) - 12
    return bool(before.isin(outlook.paths.columns).all() and (outlook.paths[before] > 0).to_numpy().any())


@dataclass(frozen=True)
class _Tally:
    """The period of a target on the paths: its `months`, those `past` and those `left`; by path what came in `so_far`,
    the `rest`, the `total` of both and the `threshold` it is held against."""

    months: pd.PeriodIndex
    past: pd.PeriodIndex
    left: pd.PeriodIndex
    so_far: pd.Series
    rest: pd.Series
    total: pd.Series
    threshold: pd.Series

    @property
    def need(self) -> pd.Series:
        """What all months left must still bring."""
        return (self.threshold - self.so_far).clip(lower=0)


def _tally(outlook, target: Target) -> _Tally:
    _check(outlook, target)
    months, paths = _months_of(target, outlook.calendar), outlook.paths
    _check_cover(outlook, target, months)
    past, left = months[months <= outlook.last_observed], months[months > outlook.last_observed]
    so_far, rest, total = (paths[some].sum(axis=1) for some in (past, left, months))
    return _Tally(months, past, left, so_far, rest, total, _threshold(paths, months, target))


def _check(outlook, target: Target) -> None:
    if target.kind not in ON_PATHS:
        raise DataError(
            f"Target {target.target_id} is a {target.kind}, which no sum of months decides; "
            f"assess_target takes {' or '.join(ON_PATHS)} targets."
        )
    indicator = SeriesKey.of(outlook.series).indicator if outlook.series else target.indicator
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
        first, last = outlook.paths.columns[[0, -1]]
        later, earlier = missing[-1] > last, missing[0] < first
        ways = [f"make the outlook with until={str(needed[-1])!r}"] * later
        ways += ["add facts of the earlier months"] * earlier
        raise DataError(
            f"Target {target.target_id} needs {needed.min()}..{needed.max()}, the paths of {outlook.series} cover "
            f"{first}..{last}; {', and '.join(ways)}."
        )


def _threshold(paths: pd.DataFrame, months: pd.PeriodIndex, target: Target) -> pd.Series:
    if target.kind == "level":
        return pd.Series(target.value, index=paths.index)
    before = paths[months - 12].sum(axis=1)
    if not (before > 0).any():
        raise DataError(
            f"Target {target.target_id} asks how much {target.series} grows over {months[0] - 12}..{months[-1] - 12}, "
            "when nothing came in; a growth needs a base above zero.",
            next_step="Set a level target for the period instead.",
        )
    return before * (1 + target.value / 100)


def _probability(reached: pd.Series, outlook) -> tuple[float, float]:
    """Return (k + ½)/(n + 1), never 0 or 1, and its standard error at the effective number of paths."""
    n = len(reached)
    probability = chance(reached)
    effective = outlook.effective_sample_size or n
    return probability, float(np.sqrt(probability * (1 - probability) / effective))


def _state(tally: _Tally, threshold, target: Target) -> str:
    compare = COMPARE[target.comparator]
    if not target.is_limit and compare(tally.so_far, threshold).all():
        return "reached"
    if target.is_limit and not compare(tally.so_far, threshold).any():
        return "missed"
    if len(tally.left):
        return "open"
    reached = compare(tally.total, threshold)
    return "reached" if reached.all() else "missed" if not reached.any() else "open"


def _needed_growth(paths: pd.DataFrame, left: pd.PeriodIndex, need: pd.Series) -> float:
    if not len(left) or (left - 12)[0] not in paths.columns:
        return np.nan
    before = paths[left - 12].sum(axis=1)
    return float((need * len(left) / before.where(before > 0) - 1).median() * 100)


def _past_averages(paths: pd.DataFrame, observed: pd.Period, length: int) -> pd.DataFrame:
    """Average flow of every stretch of `length` months up to `observed`: a path a row, its last month in columns."""
    past = paths.loc[:, paths.columns <= observed]
    if length < 1 or past.shape[1] < length:
        return past.iloc[:, :0]
    sums = np.pad(past.to_numpy().cumsum(axis=1), ((0, 0), (1, 0)))
    return pd.DataFrame((sums[:, length:] - sums[:, :-length]) / length, past.index, past.columns[length - 1 :])


def _largest_month(outlook, doubted: Collection[str]) -> Stretch | None:
    """The largest month that a figure beyond doubt states."""
    months = outlook.months
    known = months.loc[months["status"] == "reported", "value"]
    known = known.drop(_months_stated_by(doubted, outlook), errors="ignore")
    if len(known) < FEWEST_MONTHS:
        return None
    best = known.idxmax()
    return Stretch(best, best, float(known[best]))


def _months_stated_by(facts: Collection[str], outlook) -> list[pd.Period]:
    if not facts:
        return []
    rows = outlook.observations[outlook.observations["observation_id"].isin(facts)]
    ends = (rows[side].map(lambda day: month_of(day, outlook.calendar)) for side in ("start", "end"))
    return [first for first, last in zip(*ends, strict=True) if first == last]


def _largest_average(averages: pd.DataFrame, length: int) -> Stretch | None:
    """The best of the stretches whose average facts fix, or one that cannot have been lower than that."""
    middle, lowest = averages.median(), averages.min()
    fixed = (averages.max() - lowest) <= FIXED_BY_FACTS * middle
    if not fixed.any():
        return None
    implied = middle.where(fixed, lowest)
    return replace(_best(implied, length), at_least=not fixed[implied.idxmax()])


def _best_stretch(averages: pd.DataFrame, length: int) -> Stretch | None:
    """The best of all stretches, by the median over paths."""
    return _best(averages.median(), length)


def _best(middle: pd.Series, length: int) -> Stretch | None:
    if middle.empty:
        return None
    end = middle.idxmax()
    return Stretch(end - length + 1, end, float(middle[end]))


def _usual_shares(paths: pd.DataFrame, months: pd.PeriodIndex) -> pd.DataFrame | None:
    """Share of the whole period that each of its months had in the complete years before, path by path, averaged."""
    shares = []
    for years_back in range(1, 11):
        back = months - 12 * years_back
        if back[0] not in paths.columns:
            break
        flow = paths[back].to_numpy()
        if (flow.sum(axis=1) > 0).all():  # a year of nothing has no shares
            shares.append(flow / flow.sum(axis=1, keepdims=True))
    return pd.DataFrame(np.mean(shares, axis=0), paths.index, months) if shares else None


def _profile_year_end(usual: pd.DataFrame | None, past: pd.PeriodIndex, so_far) -> float:
    """Year-end if the months so far are the share of the whole that they were in the complete years before."""
    if usual is None or not len(past):
        return np.nan
    share = usual[past].sum(axis=1).median()
    return float(so_far.median() / share) if share > 0 else np.nan


def _spread(usual: pd.DataFrame | None, left: pd.PeriodIndex, need: pd.Series) -> pd.Series:
    """The need of each month left, in the way of earlier years; evenly where there are none."""
    if usual is None or not len(left):
        return pd.Series(need.median(), left, name="needed", dtype=float)
    mean = usual[left].mean(axis=1)
    shape = usual[left].div(mean.where(mean > 0), axis=0).fillna(1.0).mean()  # months always closed: evenly
    return (shape * need.median()).rename("needed")


def _times_profile(usual: pd.DataFrame | None, tally: _Tally, need: pd.Series) -> float:
    """The need over the flow that the profile lets expect of the months left."""
    if usual is None or not len(tally.past) or not len(tally.left):
        return np.nan
    gone = usual[tally.past].sum(axis=1)
    gone = gone.where((gone > 0) & (gone < 1))  # else the usual year says nothing of what is left
    expected = tally.so_far * (1 - gone) / gone / len(tally.left)
    return _finite((need / expected.where(expected > 0)).median())


def _finite(x) -> float:
    return float(x) if np.isfinite(x) else np.nan


def _crossing(paths: pd.DataFrame, threshold: pd.Series, target: Target) -> pd.Series:
    within = COMPARE[target.comparator](paths.cumsum(axis=1), threshold.to_numpy()[:, None])
    passed = ~within if target.is_limit else within
    first = passed & ~passed.shift(1, axis=1, fill_value=False)
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
