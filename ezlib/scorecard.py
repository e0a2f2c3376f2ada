"""Aims that no sum of months decides: where each stands, how far it is to go, and where nobody has said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib.aims import COMPARE
from ezlib.catalogue import Catalogue
from ezlib.contracts import as_of_date
from ezlib.facts import are_observed, in_precedence
from ezlib.periods import as_month, month_bounds
from ezlib.plans import Target
from ezlib.targets import ON_PATHS

STATES = {
    "reached": "the latest figure meets the aim",
    "missed": "the period is over and its figure does not meet the aim",
    "overdue": "the period is over and no figure of its end has been published",
    "rounding": "the printed digits cannot tell on which side of the aim the figure lies",
    "on_pace": "at or ahead of a straight line from the first figure to the aim",
    "behind": "behind that straight line",
    "under_way": "a figure, but no earlier one to draw a line from",
    "so_far": "a rate of a part of the period, which the rest can still change",
    "before": "a figure from before the period, none from within it",
    "no_data": "no figure at all",
}
DECIDED = ("reached", "missed")
OVER_A_PERIOD = ("rate",)  # a figure about a stretch of time; all other aims are states on a day
STALE_AFTER = pd.Timedelta(days=183)
YEARLY = ("", "yoy", "ytd_yoy")  # a growth on the month before says nothing about a growth aim of a year


@dataclass(frozen=True)
class Progress:
    """How far an aim has come, as of one day.

    `value` and the day `at` are those of the latest figure, `fact_id`, `scope`, `published`, `fact_status` and
    `source` say which; NaN and empty without one. `first` and `first_at` are of the earlier figure that the straight
    line starts from, `pace` is where that line stands on the day `at`. `missing` is what the latest figure lacks of
    the aim, `needed_per_month` that over the `months_left` from then to the end of the period, 0 once it is met.
    """

    target: Target
    state: str
    value: float = np.nan
    at: dt.date | None = None
    fact_id: str = ""
    scope: str = ""
    fact_status: str = ""
    published: dt.date | None = None
    source: str = ""
    reference: str = ""
    first: float = np.nan
    first_at: dt.date | None = None
    pace: float = np.nan
    missing: float = np.nan
    months_left: float = np.nan
    needed_per_month: float = np.nan

    @property
    def scope_differs(self) -> bool:
        """Whether the figure is of another scope than the aim, so that it shows the way but does not settle it."""
        return bool(self.scope) and self.scope != self.target.scope


def assess_aims(
    targets: Iterable[Target], facts: pd.DataFrame, month, as_of=None, catalogue: Catalogue | None = None
) -> list[Progress]:
    """Return the progress of every aim that is a stock, share, rate or count and has not run out before `month`.

    Only figures published by `as_of` and about days up to the end of `month` count; an agency's projection is not a
    figure. Figures of the aim's own scope are shown, one scope at a time; where they are missing, or end more than half
    a year before those of another scope, that other scope's are shown with `scope_differs`. With `catalogue`, figures
    are converted to the unit of the aim.
    """
    first_day, last_day = month_bounds(as_month(month))
    asked = [t for t in targets if t.kind not in ON_PATHS and t.period_end >= first_day]
    seen = _seen(facts, last_day, as_of_date(as_of))
    return [assess_progress(target, seen, last_day, catalogue) for target in asked]


def assess_progress(target: Target, facts: pd.DataFrame, day: dt.date, catalogue: Catalogue | None = None) -> Progress:
    """Return how far one aim has come by `day`, from facts already cut to what could be known then."""
    found = _of(target, facts, catalogue)
    if found.empty:
        return Progress(target, "no_data")
    latest = found.iloc[-1]
    over = target.kind in OVER_A_PERIOD
    earlier = None if over else _first(target, found)
    missing = _missing(target, latest["value"])
    left = max(_months(latest["period_end"], target.period_end), 0.0)
    return Progress(
        target=target,
        state=_state_of_rate(target, latest, day) if over else _state(target, latest, earlier, day),
        value=float(latest["value"]),
        at=latest["period_end"],
        fact_id=latest["fact_id"],
        scope=latest["scope"],
        fact_status=latest["status"],
        published=latest["published"],
        source=latest["source"],
        reference=latest["reference"],
        first=np.nan if earlier is None else float(earlier["value"]),
        first_at=None if earlier is None else earlier["period_end"],
        pace=np.nan if earlier is None else _line(target, earlier, latest["period_end"]),
        missing=np.nan if over else missing,
        months_left=np.nan if over else left,
        needed_per_month=np.nan if over or not left else missing / left,
    )


def progress_frame(progress: Iterable[Progress]) -> pd.DataFrame:
    """Return the scorecard as a plain table, one aim a row, for saving."""
    rows = []
    for p in progress:
        t = p.target
        aim = {"target_id": t.target_id, "series": t.series, "kind": t.kind, "period": t.period}
        aim |= {"comparator": t.comparator, "aim": t.value, "unit": t.unit, "aim_source": t.source}
        plain = {k: v for k, v in vars(p).items() if k != "target"}
        rows.append(aim | plain | {"scope_differs": p.scope_differs})
    return pd.DataFrame(rows)


# ---------------------------------------------------------------------------------------------- figures of an aim


def _seen(facts: pd.DataFrame, last_day: dt.date, as_of: dt.date | None) -> pd.DataFrame:
    seen = (facts["period_end"] <= pd.Timestamp(last_day)) & are_observed(facts) & facts["value"].notna()
    if as_of is not None:
        seen &= facts["published"] <= pd.Timestamp(as_of)
    return in_precedence(facts[seen])


def _of(target: Target, facts: pd.DataFrame, catalogue: Catalogue | None) -> pd.DataFrame:
    """The figures of an aim in one scope, the one that counts last."""
    found = facts[(facts["zone"] == target.zone) & (facts["indicator"] == target.indicator)]
    if target.kind in OVER_A_PERIOD:
        found = found[found["basis1"].isin(YEARLY) & _inside_or_before(target, found)]
    if len(found):
        found = found[found["scope"] == _scope_shown(target.scope, found)]
    return _ordered(_with_days(found, target, catalogue))


def _inside_or_before(target: Target, found: pd.DataFrame) -> pd.Series:
    """Rates of stretches that lie in the period, or before it: a rate of the year says nothing of its last quarter."""
    start, end = pd.Timestamp(target.period_start), pd.Timestamp(target.period_end)
    inside = (found["period_start"] >= start) & (found["period_end"] <= end)
    return inside | (found["period_end"] < start)


def _scope_shown(own: str, found: pd.DataFrame) -> str:
    """The aim's own scope, unless it has no figure or another scope's latest is more than half a year later."""
    latest = found.groupby("scope")["period_end"].max().sort_values(kind="stable")
    if own in latest.index and latest[own] >= latest.iloc[-1] - STALE_AFTER:
        return own
    return latest.index[-1]


def _with_days(found: pd.DataFrame, target: Target, catalogue: Catalogue | None) -> pd.DataFrame:
    found = found.assign(**{name: found[name].dt.date for name in ("period_start", "period_end", "published")})
    if catalogue is None:
        return found
    factor = [float(catalogue.convert(1.0, unit, target.unit)) for unit in found["unit"]]
    return found.assign(value=found["value"] * factor, half_width=found["half_width"] * factor)


def _ordered(found: pd.DataFrame) -> pd.DataFrame:
    """By the day they speak of; of one day the longest period comes last, and of one period the figure that stands."""
    days = [(end - start).days for start, end in zip(found["period_start"], found["period_end"], strict=True)]
    return found.assign(days=days).sort_values(["period_end", "days"], kind="stable")


def _first(target: Target, found: pd.DataFrame) -> pd.Series | None:
    """The figure that the straight line starts from: the last one before the period, else the first within it."""
    earlier = found[found["period_end"] < found["period_end"].iloc[-1]]
    if earlier.empty:
        return None
    before = earlier[earlier["period_end"] <= target.period_start]
    return before.iloc[-1] if len(before) else earlier.iloc[0]


# ------------------------------------------------------------------------------------------------- what they say


def _state(target: Target, latest, first, day: dt.date) -> str:
    """What a state on a day says of the aim."""
    if latest["period_end"] < target.period_start:
        return "before"
    meets = _meets(target, latest)
    if meets == "yes":
        return "reached"
    if day >= target.period_end:
        ends = latest["period_end"] >= target.period_end
        return ("rounding" if meets == "perhaps" else "missed") if ends else "overdue"
    if meets == "perhaps":
        return "rounding"
    if first is None:
        return "under_way"
    pace = _line(target, first, latest["period_end"])
    ahead = latest["value"] <= pace if target.is_limit else latest["value"] >= pace
    return "on_pace" if ahead else "behind"


def _state_of_rate(target: Target, latest, day: dt.date) -> str:
    """What a rate over a stretch of time says of an aim for a whole period."""
    if latest["period_start"] < target.period_start:
        return "before"
    if (latest["period_start"], latest["period_end"]) == (target.period_start, target.period_end):
        return {"yes": "reached", "no": "missed", "perhaps": "rounding"}[_meets(target, latest)]
    return "overdue" if day >= target.period_end else "so_far"


def _meets(target: Target, fact) -> str:
    """Whether a printed figure meets the aim: yes or no for every value that is printed so, else perhaps."""
    half = fact["half_width"] if fact["half_width"] > 0 else 0.0
    if _exact(fact):
        half = 0.0
    compare = COMPARE[target.comparator]
    ends = {bool(compare(fact["value"] + step, target.value)) for step in (-half, half)}
    return "perhaps" if len(ends) == 2 else "yes" if ends == {True} else "no"


def _exact(fact) -> bool:
    """A count printed as a whole number is that number, whatever half a unit of its last digit would be."""
    return fact["half_width"] == 0.5 and float(fact["value"]).is_integer()


def _missing(target: Target, value: float) -> float:
    return max(value - target.value if target.is_limit else target.value - value, 0.0)


def _line(target: Target, first, day: dt.date) -> float:
    """Where a straight line from the first figure to the aim at the end of its period stands on a day."""
    whole = (target.period_end - first["period_end"]).days
    share = min((day - first["period_end"]).days / whole, 1.0) if whole > 0 else 1.0
    return float(first["value"] + share * (target.value - first["value"]))


def _months(start: dt.date, end: dt.date) -> float:
    return (end - start).days / (365.25 / 12)
