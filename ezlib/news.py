"""Why a forecast moved since the last time: model, target, revised figures, new months; parts that add up to the whole.

The way from then to now is walked in steps, each changing one thing: the code that is used, the target in force, what
had been published about the months observed then, and at last the months that came since. Each part is the move of one
step, so their sum is the whole move exactly; another order of steps would share it out a little differently.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib.catalogue import SeriesKey, load_catalogue
from ezlib.contracts import DataError, as_of_date
from ezlib.facts import load_facts
from ezlib.observations import fact_ids, observe
from ezlib.outlook import Outlook, outlook
from ezlib.periods import end_of_next_year
from ezlib.plans import Target, load_targets
from ezlib.targets import ON_PATHS, assess_target

STEPS = ("model", "target", "revisions", "new_months")
DECIDED = {"reached": 1.0, "missed": 0.0}


@dataclass(frozen=True, eq=False)
class News:
    """How the chance of a target and the expected total moved from one day to another, and why.

    `parts` has a row for each of STEPS: `probability`, moves of the chance (NaN without a target), and `expected`,
    moves of the median total. `before` and `now` hold the two ends, `interval` the 80 % interval of the total now,
    which says how many of its digits are worth printing; `kept` whether the first end was given at the time or is
    worked out again. `facts` are the ids that were published in between. `reason` says why nothing is compared.
    """

    series: str
    unit: str
    period: str
    target: Target | None
    month_before: pd.Period
    day_before: dt.date
    before: pd.Series
    now: pd.Series
    parts: pd.DataFrame
    interval: tuple[float, float]
    kept: bool
    facts: tuple[str, ...] = ()
    reason: str = ""

    @property
    def move(self) -> pd.Series:
        """The whole move, which the parts add up to."""
        return self.now - self.before


def news(
    found: Outlook, target: Target | None, year: int, as_of, record: pd.DataFrame, root=None, seed: int = 0
) -> News:
    """Return how the chance of `target` and the expected total of `year` moved, and why.

    `found` is the outlook of today, made with what had been published by `as_of`; `record` the rows kept on earlier
    days (see `record.load_record`). The last of these that speaks of the same series and target, from the same
    month or an earlier one, is where the move starts; without one it starts one reporting month back, at the end of
    the calendar month before this one was first told (or before `as_of`, if that is earlier), worked out again with
    what had been published by then. Revisions are figures about months that had been observed then. Where the facts
    of that day gave no outlook `reason` says so, and the other cells are NaN.
    """
    day = as_of_date(as_of)
    period = target.period if target is not None else str(year)
    said = _last_said(record, found, period, target)
    month_before, day_before = _start(said, found, day)
    place = {"series": found.series, "unit": found.unit, "period": period, "target": target}
    place |= {"month_before": month_before, "day_before": day_before, "kept": said is not None}
    place["interval"] = found.total_range(period)[1:]
    try:
        then = outlook(found.series, month_before, day_before, _until(month_before, period, found), seed, root)
        points = _points(then, found, target, period, day_before, day, seed, root)
    except DataError as error:
        none = pd.Series({"probability": np.nan, "expected": np.nan})
        nothing = pd.DataFrame(np.nan, index=list(STEPS), columns=none.index)
        return News(before=none, now=_said(found, target, period), parts=nothing, reason=error.what, **place)
    if said is not None:
        points["model"] = _as_given(said, points["model"])
    ends = pd.DataFrame(points).T
    parts = ends.diff().iloc[1:].set_axis(list(STEPS))
    since = _published_between(found, day_before, root)
    return News(before=ends.iloc[0], now=ends.iloc[-1], parts=parts, facts=since, **place)


def _last_said(record: pd.DataFrame, found: Outlook, period: str, target: Target | None) -> pd.Series | None:
    id = target.target_id if target is not None else ""
    same = record[(record["series"] == found.series) & (record["period"] == period) & (record["target_id"] == id)]
    same = same[same["month"] <= str(found.month)]  # a brief of a later month is no predecessor, whenever it was made
    return same.sort_values(["as_of", "month"], kind="stable").iloc[-1] if len(same) else None


def _start(said, found: Outlook, day: dt.date) -> tuple[pd.Period, dt.date]:
    if said is not None:
        return pd.Period(said["month"], "M"), dt.date.fromisoformat(said["as_of"])
    return found.month - 1, min(day, _told(found)).replace(day=1) - dt.timedelta(days=1)


def _told(found: Outlook) -> dt.date:
    """When the month was first told, which may be long ago: with its first figure, or at its end where it has none."""
    if found.last_observed < found.month:
        return found.month.end_time.date()
    ends = found.observations["end"]
    return pd.to_datetime(found.observations.loc[ends == ends.max(), "published"]).min().date()


def _until(month: pd.Period, period: str, found: Outlook) -> pd.Period | None:
    """As far as a brief of that month looked, so that the same code draws the same paths; further only if need be."""
    end = end_of_next_year(month)
    return None if pd.Period(f"{period[:4]}-12", "M") <= end else found.paths.columns[-1]


def _points(then: Outlook, found: Outlook, target, period, day_before, day, seed, root) -> dict[str, pd.Series]:
    """The two numbers after each step, the start first; a key names the step that leads away from its point."""
    earlier = _in_force(target, day_before, root)
    revised = outlook(found.series, then.last_observed, day, then.paths.columns[-1], seed, root)
    return {
        "model": _said(then, earlier, period),
        "target": _said(then, earlier, period),
        "revisions": _said(then, target, period),
        "new_months": _said(revised, target, period),
        "now": _said(found, target, period),
    }


def _said(found: Outlook, target: Target | None, period: str) -> pd.Series:
    if target is None:
        return pd.Series({"probability": np.nan, "expected": float(found.total(period).median())})
    a = assess_target(found, target)
    return pd.Series({"probability": DECIDED.get(a.state, a.probability), "expected": a.median})


def _as_given(said: pd.Series, again: pd.Series) -> pd.Series:
    """What was given at the time, where it holds a number; the rest as worked out again."""
    told = pd.Series({"probability": said["probability"], "expected": said["median"]}, dtype=float)
    return told.where(told.notna(), again)


def _in_force(target: Target | None, day: dt.date, root) -> Target | None:
    """The target as it stood on an earlier day; today's where none had been set then."""
    if target is None:
        return None
    about = (target.series, target.kind, target.period, target.status)
    then = [t for t in load_targets(target.zone, day, root) if t.kind in ON_PATHS]
    return next((t for t in then if (t.series, t.kind, t.period, t.status) == about), target)


def _published_between(found: Outlook, day_before: dt.date, root) -> tuple[str, ...]:
    facts = load_facts(SeriesKey.of(found.series).zone, found.as_of, root=root)
    said = observe(facts, found.series, found.month, catalogue=load_catalogue(root))
    late = said[pd.to_datetime(said["published"]) > pd.Timestamp(day_before)]
    return tuple(fact_ids(late))


def rounded_parts(parts: pd.Series, whole: float, decimals: int) -> pd.Series:
    """Return the parts rounded so that they add up to the rounded whole: the largest takes what rounding left over.

    Parts that are NaN, as of a chance that no target has, stay NaN.
    """
    told = parts.round(decimals)
    if told.isna().any():
        return told
    left = round(round(whole, decimals) - told.sum(), decimals)
    if left:
        told[parts.abs().idxmax()] = round(told[parts.abs().idxmax()] + left, decimals)
    return told
