"""From what is known of one series to its months, past and to come, as joint paths that honour every fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from numbers import Integral, Real

import numpy as np
import pandas as pd

from ezlib import bounds, closures, draws, running_totals, structural, yielding
from ezlib.aims import COMPARE, chance, check_comparison
from ezlib.catalogue import load_catalogue, parse_series
from ezlib.closures import Foresight
from ezlib.contracts import DataError, as_of_date
from ezlib.facts import load_facts
from ezlib.observations import observe
from ezlib.periods import (
    CALENDAR,
    CALENDARS,
    Calendar,
    as_month,
    covers_whole_months,
    end_of_next_year,
    month_bounds,
    month_shares,
    months_of,
    tet_windows,
)
from ezlib.plans import load_events
from ezlib.profiles import profile_of
from ezlib.stated import HISTORY, checked_observations, first_month, recent, row_words, statements_of, touched_months
from ezlib.statuses import (
    FENCE,
    LOW_EFFECTIVE,
    beyond_fence,
    last_told,
    marked,
    month_status,
    ordered,
    printed_months,
    quantiles,
)

LEVELS = (0.8, 0.95)
PATHS = 2000  # of outlooks from figures of many kinds
FORECAST_PATHS = 1000  # of a series known month by month, whose paths are drawn evenly
OWN_YEARS = 3  # with as many years of months of its own a series needs no other's profile
FEW_FEASTS = range(12, 31)  # months known: a season shows in them, but two feasts at most
LEAST_WORTH = 5  # independent paths
GIVEN_ODDS, COMPANION_ODDS = 9.0, 1.0  # for a profile before the figures: one chosen by hand, one of another series
LEAST_TRUST = 0.02  # of a profile, or of doing without it; a way that less speaks for gives no paths
ACTING = ("closure", "restriction", "market", "weather", "production")
"""Kinds of events that hold for a while and move a series; openings and reopenings end such an event."""

NO_SHOCKS = pd.DataFrame({"month": [], "kind": []})

NOTES = {
    "facts_relaxed": "some stated figures cannot all be true; those that gave way are marked in `observations`",
    "facts_strained": "some stated figures agree only in a way that no path reaches; those marked hold within some 2 %",
    "facts_unmet": "some stated figures agree only in a way that no path comes near; those marked say hardly anything",
    "estimates_loosened": "some estimates lie so far from all other figures that no path comes near; those marked say "
    "hardly anything",
    "fit_failed": "the variances could not be fitted; those of the population prior were used",
    "forecast_far": f"a forecast month is more than {FENCE:g} times the largest month before, or below the smallest by "
    "as much: the growth that the facts state leads there",
    "mean_far": f"the mean of a forecast month is more than {FENCE:g} times the largest month before: a few paths lead "
    "far away; use the median and the 80 % interval alone",
    "profile_used": "the usual year of a longer series gives shape to some of the paths; `profile_trust` says how many",
    "few_effective_paths": "the facts leave so narrow a choice that few of the paths are independent",
    "running_totals": "some years of the series hold running totals since January: their months are what was added; "
    "totals that one of these does not follow from are marked in `observations` and left out",
    "history_cut": f"facts older than {HISTORY} months before the last observed were left out",
    "months_closed": "some months are printed as (nearly) nothing and are treated as closures",
    "closed_at_end": "the last month is one of them: half of the paths, fewer where closures have ended before, stay "
    "closed for as long again as it has lasted",
    "closures_recur": "months close again and again: in some of the paths months ahead are closed, as often as before",
}
"""What the codes in `Outlook.notes` mean."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """Months of one series, past and future, as equally likely joint paths.

    `paths` (paths x months); `status` of each month (reported, derived, estimated, forecast); `observations`, what
    went in, with `relaxed` (bool), `stretch`, by how much a relaxed figure had to give (in its own unit, a change in
    percentage points), and `in_conflict`, whether it is one of the figures that cannot all be true; `printed`, the
    stated values of reported months; `last_observed`, after which all is forecast; `effective_sample_size`, how many
    independent paths the paths are worth; `notes`, codes of `NOTES`; `profile_trust`, the share of the paths shaped by
    a profile, NaN where none was tried; `shocks`, months far out of line (`month`, `kind`: passing, lasting, or open
    where nothing later tells); `scenarios`, ids of those laid over the paths.
    """

    paths: pd.DataFrame
    status: pd.Series
    observations: pd.DataFrame
    printed: pd.Series
    last_observed: pd.Period
    effective_sample_size: float
    notes: tuple[str, ...] = ()
    levels: tuple[float, ...] = LEVELS
    calendar: Calendar = CALENDAR
    series: str = ""
    month: pd.Period | None = None
    as_of: dt.date | None = None
    unit: str = ""
    profile_trust: float = np.nan
    shocks: pd.DataFrame = field(default_factory=NO_SHOCKS.copy)
    scenarios: tuple[str, ...] = ()

    @cached_property
    def months(self) -> pd.DataFrame:
        """Months by label: value, lower and upper ends of the intervals, status.

        The value is the printed one for reported months, the median of the paths for all others.
        """
        table = {"value": self.median.where(self.printed.isna(), self.printed)}
        for level in self.levels:
            ends = self.interval(level)
            name = f"{100 * level:g}".replace(".", "_")
            table |= {f"lower_{name}": ends["lower"], f"upper_{name}": ends["upper"]}
        return pd.DataFrame(table | {"status": self.status})

    @cached_property
    def median(self) -> pd.Series:
        """Median of the paths, month by month; medians of months do not add up to the median of their sum."""
        return pd.Series(quantiles(self._ordered, [0.5])[0], self.paths.columns, name="median")

    @cached_property
    def mean(self) -> pd.Series:
        """Mean of the paths, month by month."""
        return pd.Series(self.paths.to_numpy().mean(axis=0), self.paths.columns, name="mean")

    def interval(self, level: float = 0.8) -> pd.DataFrame:
        """Central interval of each month at `level`, between 0 and 1: columns lower and upper."""
        ends = quantiles(self._ordered, _ends(level))
        return pd.DataFrame({"lower": ends[0], "upper": ends[1]}, index=self.paths.columns)

    @cached_property
    def _ordered(self) -> np.ndarray:
        return ordered(self.paths.to_numpy())

    def total(self, period) -> pd.Series:
        """Sum of each path over a period: "2025", "2025-05", "2025-01:2025-05", or a Period.

        The year of a series counted from the 16th runs over the same twelve labels. Raises DataError when the paths
        do not hold every month of it, ValueError for what names no months.
        """
        months = months_of(period)
        missing = months.difference(self.paths.columns)
        if len(missing):
            end = str(months[-1])
            later = f", or for an outlook with until={end!r}" if missing[0] > self.paths.columns[-1] else ""
            raise DataError(
                f"The outlook{f' of {self.series}' if self.series else ''} does not hold all of {period}.",
                [f"{self.paths.columns[0]}..{self.paths.columns[-1]} is there, {missing[0]} is not"],
                f"Ask for a period inside these months{later}.",
            )
        return self.paths[months].sum(axis=1).rename(str(period))

    def total_range(self, period, level: float = 0.8) -> tuple[float, float, float]:
        """Median of the sums over a period and the ends of their central interval at `level`. Raises as `total`."""
        total = self.total(period)
        return tuple(float(total.quantile(at)) for at in (0.5, *_ends(level)))

    def covers_year(self, year: int) -> bool:
        """Whether the paths hold all twelve months of a year."""
        return int((self.paths.columns.year == year).sum()) == 12

    def probability(self, threshold: float, period, comparator: str = ">=") -> float:
        """Probability that the total over `period` compares so with `threshold`: (k + ½) / (n + 1) of n paths.

        Raises ValueError for an unknown comparator and a threshold that is no number.
        """
        check_comparison(threshold, comparator)
        return chance(COMPARE[comparator](self.total(period), threshold))


def _ends(level: float) -> tuple[float, float]:
    """The quantiles between which a central interval lies."""
    if not 0 < level < 1:
        raise ValueError(f"An interval's level lies between 0 and 1, not at {level!r}; 0.8 means 80 %.")
    return (1 - level) / 2, (1 + level) / 2


# ------------------------------------------------------------------------------------------------- the doors


def outlook(
    series: str,
    month,
    as_of=None,
    until=None,
    seed: int = 0,
    root=None,
    paths: int = PATHS,
    without: Iterable[str] = (),
) -> Outlook:
    """Return the outlook of a published series, standing after reporting month `month`.

    `series` is zone/indicator/scope; facts whose period ends after `month`, or that were published after `as_of`, are
    not seen, nor those whose ids are in `without`. Paths run to `until`, by default December of the next year. Raises
    DataError when an id of `without` is not there, and when the facts of the series give no outlook: none at all, no
    level, or a single figure without a stated change.
    """
    key, catalogue, observations, as_of = _observed(series, month, as_of, root, without)
    month = as_month(month)
    _check_enough(observations, str(key), month)
    calendar = catalogue.calendar_of(*key)
    late = recent({"": observations}, calendar)
    until = end_of_next_year(month) if until is None else as_month(until)
    if until < month:
        raise DataError(f"The paths cannot end ({until}) before the month they stand after ({month}).")
    months = pd.period_range(first_month(late, calendar), until, freq="M")
    given = {"observations": late[""], "start": months[0], "end": months[-1], "seed": seed, "paths": paths}
    given |= {"calendar": calendar.name, "profile_odds": COMPANION_ODDS}
    given["profile"] = _profile(key, late[""], months, month, as_of, catalogue, root)
    given["events"] = _events(key, months, _last_touched(late[""], calendar), as_of, catalogue, root)
    found = _rebuilt(_Asked(given))
    notes = (*found.notes, "history_cut") if len(late[""]) < len(observations) else found.notes
    # Tables of its own, so that what a caller does to them does not reach the next one.
    own = {name: getattr(found, name).copy() for name in ("paths", "status", "observations", "printed", "shocks")}
    about = {"series": str(key), "month": month, "as_of": as_of, "unit": catalogue.indicator(key.indicator).unit}
    return replace(found, **own, **about, notes=notes)


@dataclass(frozen=True, eq=False)
class _Asked:
    """The arguments of `rebuild`, alike when they say the same."""

    given: dict[str, object]

    @cached_property
    def words(self) -> tuple[str, ...]:
        told = self.given.values()
        return tuple(x.to_csv() if hasattr(x, "to_csv") else repr(getattr(x, "tolist", lambda x=x: x)()) for x in told)

    def __eq__(self, other) -> bool:
        return self.words == other.words

    def __hash__(self) -> int:
        return hash(self.words)


@lru_cache(maxsize=64)
def _rebuilt(asked: _Asked) -> Outlook:
    """The same, worked out once: one page asks for the same months for a chart, a target and the record."""
    return rebuild(**asked.given)


def load_series(series: str, month, as_of=None, root=None) -> pd.DataFrame:
    """Return the months of a published series up to `month`: value, 80 % and 95 % interval, status."""
    # The paths of the default outlook, cut: the same months as everywhere else.
    return outlook(series, month, as_of, root=root).months.loc[: as_month(month)]


def rebuild(
    observations: pd.DataFrame,
    start,
    end,
    seed: int = 0,
    calendar: str = CALENDAR.name,
    paths: int = PATHS,
    profile: pd.Series | None = None,
    profile_odds: float = GIVEN_ODDS,
    events: np.ndarray | None = None,
) -> Outlook:
    """Rebuild the months from `start` to `end` from whatever is known of them.

    `observations` has a row a figure: `start`, `end` (months or days, both inside) and either `value`, the sum over
    them, or `change_pct`, its change in percent on `base_start`..`base_end`; `half_width` of the rounding, in the unit
    of the value or in percentage points. Optional: `lower`, `upper` (of the value, or of the ratio 1 + change/100)
    in place of the half width; `soft_sd`, relative sd of further error, 0 for figures that every path must honour;
    `observation_id`. Parts of a month count by their days. `profile` (months from `start` to `end`, above zero) is a
    seasonal profile or a companion series, in any unit: some of the paths then describe the ratio to it, as many as
    the figures speak for it, before which the odds are `profile_odds` to one. `events` (months, q) are shares of each
    month in which a dated event held. Raises DataError listing every row that cannot be used.
    """
    first, last = as_month(start), as_month(end)
    check_options(paths, seed, calendar, profile_odds)
    observations = checked_observations(observations, first, last, CALENDARS[calendar])
    if not (observations["value"] > 0).any():
        raise DataError(
            "No observation states a level above zero.",
            next_step="Add a figure of a month or a sum.",
            vi="Không số liệu nào nêu giá trị lớn hơn 0.",
        )
    months = pd.period_range(first, last, freq="M")
    # By time, since the search for the likeliest variances starts from the steps between the rows.
    in_time = observations.sort_values(["end", "start"], kind="stable")
    given, in_time = in_time.index, in_time.reset_index(drop=True)
    stated = statements_of(in_time, months, CALENDARS[calendar])
    offset = None if profile is None else _offset(profile, months)
    events = None if events is None else _checked_events(events, months)
    found = _solve(stated, in_time, months, CALENDARS[calendar], seed, paths, offset, profile_odds, events)
    return replace(found, observations=found.observations.set_axis(given).sort_index().reset_index(drop=True))


def forecast(
    y: pd.Series,
    horizon: int,
    levels: Iterable[float] = LEVELS,
    paths: int = FORECAST_PATHS,
    seed: int = 0,
    find_totals: bool = True,
) -> Outlook:
    """Forecast a monthly series `horizon` months beyond its last observed month.

    `y` has a monthly PeriodIndex; months that are NaN, or absent inside the range, are estimated. Only the last 120
    months are used. Years that plainly hold running totals since January are read as such: their months are derived,
    and the notes say so; `find_totals=False` takes every value for a month. Raises DataError for another index, a month
    given twice, negative or infinite values, or nothing above zero.
    """
    levels = (levels,) if isinstance(levels, Real) or levels is None else tuple(levels)
    check_options(paths, seed, levels=levels)
    y, printed, first, cut = _checked_series(y, horizon, find_totals)
    months = pd.period_range(first, periods=len(y) + horizon, freq="M")
    known = np.flatnonzero(~np.isnan(y))
    values = y[known]
    weights = np.zeros((len(known), len(months)))
    weights[np.arange(len(known)), known] = 1.0
    stated = bounds.statements(weights, np.zeros_like(weights), values, values)
    fits = _readings(stated, None, tet_windows(months, CALENDAR), None)
    drawn = _drawn(fits, np.full(len(fits), 1 / len(fits)), paths, np.random.default_rng(seed))
    drawn.paths[:, known] = values
    given = ~np.isnan(printed)
    total = given & (printed != y)
    status = np.select([np.isnan(y), total], ["estimated", "derived"], "reported").tolist() + ["forecast"] * horizon
    status = pd.Series(status, months, name="status")
    table = _observations_of(months[: len(y)][given], total[given], printed[given], np.isnan(y[given]))
    foresight = _foresight(fits[0].view, status)
    notes = _notes(drawn, paths, fits, status, foresight, {})
    _close(drawn.paths, foresight, seed)
    notes += (("history_cut",) if cut else ()) + (("running_totals",) if total.any() else ())
    printed = pd.Series(np.append(np.where(total, np.nan, y), np.full(horizon, np.nan)), months)
    return Outlook(
        paths=pd.DataFrame(drawn.paths, columns=months, copy=False),
        status=status,
        observations=table,
        printed=printed,
        last_observed=months[len(y) - 1],
        effective_sample_size=drawn.effective,
        notes=notes,
        levels=levels,
        shocks=_shock_table(fits[0], months),
    )


# ---------------------------------------------------------------------------------------------- the one model


def _solve(
    stated: bounds.Statements,
    observations: pd.DataFrame,
    months: pd.PeriodIndex,
    calendar: Calendar,
    seed: int,
    paths: int,
    offset: np.ndarray | None,
    odds: float,
    events: np.ndarray | None,
) -> Outlook:
    ways = [(None, 1.0)] if offset is None else [(None, 1.0), (offset, odds)]
    yielded = yielding.resolve(stated)
    held, fits, drawn, trusts = _fit_and_draw(yielded.held, ways, tet_windows(months, calendar), events, paths, seed)
    view = fits[0].view
    yielded = replace(yielded, held=held, relaxed=yielded.relaxed | _missed(held, view, drawn.paths))
    table = pd.DataFrame(drawn.paths, columns=months)
    last = last_told(held, months)
    printed = printed_months(held, observations["value"], months, view.closed, view.closed_value)
    nothing = view.closed & (view.closed_value == 0)
    status = month_status(table, printed, last, nothing, lambda ask: bounds.month_range(held, ask))
    trust = np.nan if offset is None else float(trusts[-1])
    gave_way = {code: rows.any() for code, rows in yielded.gave_way.items()}
    foresight = _foresight(view, status)
    notes = _notes(drawn, paths, fits, status, foresight, gave_way, trust)
    _close(drawn.paths, foresight, seed)
    return Outlook(
        paths=pd.DataFrame(drawn.paths, columns=months),
        status=status,
        observations=marked(observations, yielded),
        printed=printed,
        last_observed=last,
        effective_sample_size=drawn.effective,
        notes=notes,
        calendar=calendar,
        profile_trust=trust,
        shocks=_shock_table(fits[0], months),
    )


def _fit_and_draw(held, ways, windows, events, paths, seed):
    """Fit and draw; where no path meets the figures, some of them are held less firmly until one does.

    Where estimates pull so hard that hardly a path is worth anything, they are held less firmly too.
    """
    poor = None
    for attempt in bounds.ever_looser(held):
        readings = [_readings(attempt, offset, windows, events) for offset, _ in ways]
        trust = _trust([first for first, *_ in readings], [odds for _, odds in ways])
        fits = [fitted for each in readings for fitted in each]
        shares = np.concatenate([np.full(len(each), t / len(each)) for each, t in zip(readings, trust, strict=True)])
        try:
            drawn = _drawn(fits, shares, paths, np.random.default_rng(seed))
        except (ArithmeticError, np.linalg.LinAlgError) as error:
            failed = error
            continue
        if attempt.binding.all() or drawn.effective >= LEAST_WORTH:
            return attempt, fits, drawn, trust
        poor = poor or (attempt, fits, drawn, trust)
    if poor:
        return poor
    raise no_path(failed)


def no_path(reason: Exception) -> DataError:
    """What is said where no path meets the figures, however softly they are held."""
    return DataError(
        "No path can be drawn through these figures.",
        [str(reason)],
        "Check the figures against their sources.",
        "Không có kịch bản nào phù hợp với mọi số liệu đã công bố; cần đối chiếu lại với nguồn.",
    )


def _readings(held, offset, windows, events) -> list:
    """The model fitted; twice where so few months are known that what a feast does and what its season does look alike.

    Then half of the paths are drawn with the windows around the feast and half without (docs/decisions/0025).
    """
    fits = [_fitted(held, offset, windows, events)]
    single = fits[0].view.single
    if windows.any() and np.unique(single[single >= 0]).size in FEW_FEASTS:
        fits.append(_fitted(held, offset, None, events))
    return fits


def _fitted(held, offset, windows, events):
    """The model fitted; with the variances of the prior where the search for its own breaks down."""
    try:
        return structural.fit(held, offset, windows, events)
    except np.linalg.LinAlgError:
        return structural.fit(held, offset, windows, events, rounds=0)


def _missed(held, view, paths) -> np.ndarray:
    """Binding figures about closed months alone that the values printed for these do not meet."""
    missed = np.zeros(len(held), bool)
    for row in np.flatnonzero(view.is_silent & held.binding):
        below = paths @ held.den[row] if held.is_change[row] else np.ones(len(paths))
        above = paths @ held.num[row]
        slack = 1e-9 * np.abs(above)
        meets = (above >= held.lower[row] * below - slack) & (above <= held.upper[row] * below + slack)
        missed[row] = not meets.all()
    return missed


def _drawn(fits, shares, paths: int, rng) -> draws.Draws:
    """Paths of each way of fitting by its share, in random order."""
    counts = np.diff(np.append(0, np.round(np.cumsum(shares) * paths).astype(int)))
    parts = [draws.draw(fitted, count, rng) for fitted, count in zip(fits, counts, strict=True) if count]
    if len(parts) == 1:
        return parts[0]
    together = rng.permutation(np.concatenate([part.paths for part in parts]))
    return draws.Draws(together, float(sum(part.effective for part in parts)))


def _trust(fits, odds) -> np.ndarray:
    """Probability of each way of fitting given the figures: the odds before them times their evidence, normalised."""
    evidence = np.log(odds) + [fitted.log_evidence for fitted in fits]
    share = np.exp(evidence - evidence.max())
    share = share / share.sum()
    share = np.where(share < LEAST_TRUST, 0.0, share)
    return share / share.sum()


def _shock_table(fitted, months) -> pd.DataFrame:
    if not fitted.shocks:
        return NO_SHOCKS.copy()
    shocks = sorted(fitted.shocks, key=lambda shock: shock.month)
    return pd.DataFrame({"month": [months[s.month] for s in shocks], "kind": [s.kind for s in shocks]})


def _notes(drawn, paths: int, fits, status, foresight: Foresight, gave_way, trust=np.nan) -> tuple[str, ...]:
    found = gave_way | {
        "fit_failed": any(fitted.failed for fitted in fits),
        "few_effective_paths": drawn.effective < LOW_EFFECTIVE * paths,
        "months_closed": fits[0].view.closed.any(),
        "closed_at_end": foresight.gone_on > 0,
        "closures_recur": foresight.chances.any(),
        "profile_used": trust > 0,
    }
    found |= beyond_fence(drawn.paths, status.to_numpy() == "forecast", fits[0].view.closed)
    return tuple(code for code, true in found.items() if true)


def _foresight(view, status) -> Foresight:
    """What the closures up to the last observed month let expect of those after it."""
    so_far = (status != "forecast").to_numpy()
    closed = view.closed[so_far]
    known = closed | status[so_far].isin(["reported", "derived"]).to_numpy()
    return closures.foresee(closed, known, view.closed_value[so_far], int((~so_far).sum()))


def _close(paths: np.ndarray, foresight: Foresight, seed: int) -> None:
    """Close months ahead of paths (count, n), the last ones, as often as they are foreseen to be."""
    if foresight.is_any:
        ahead = paths[:, paths.shape[1] - len(foresight.chances) :]
        shut = foresight.draw(len(paths), np.random.default_rng([seed, paths.shape[1]]))
        np.copyto(ahead, shut, where=~np.isnan(shut))


def _checked_events(events, months: pd.PeriodIndex) -> np.ndarray:
    shares = np.asarray(events)
    if (
        shares.ndim != 2
        or len(shares) != len(months)
        or shares.dtype.kind not in "bif"
        or not np.isfinite(shares).all()
    ):
        raise DataError(
            f"The events must be an array of numbers with a row for each of the {len(months)} months "
            f"{months[0]}..{months[-1]} and a column for each event.",
            next_step="A column holds the share of each month in which the event held.",
        )
    return shares.astype(float)


def _offset(profile: pd.Series, months: pd.PeriodIndex) -> np.ndarray:
    """Logarithm of a profile, about zero."""
    if not isinstance(profile, pd.Series) or not isinstance(profile.index, pd.PeriodIndex):
        raise DataError("A profile is a Series on a monthly PeriodIndex, one value a month from start to end.")
    if len(absent := months.difference(profile.index)):
        raise DataError(f"The profile lacks {len(absent)} of the months {months[0]}..{months[-1]}.", [str(absent[0])])
    values = profile.reindex(months).to_numpy(float)
    if not (np.isfinite(values) & (values > 0)).all():
        raise DataError(f"The profile must be above zero in every month of {months[0]}..{months[-1]}.")
    logs = np.log(values)
    return logs - logs.mean()


# ------------------------------------------------------------------------------------------- facts to statements


def _observed(series, month, as_of, root, without=()):
    """The observation table of a published series, and what the catalogue says of it."""
    catalogue = load_catalogue(root)
    key = parse_series(series, catalogue)
    as_of = as_of_date(as_of)
    facts = load_facts(key.zone, as_of=as_of, root=root)
    left_out = {without} if isinstance(without, str) else set(without)
    if unknown := left_out - set(facts["fact_id"]):
        what = f"There is no fact {', '.join(map(repr, sorted(unknown, key=str)))} to leave out of {key}."
        raise DataError(what, next_step="Ids are in the column fact_id of load_facts, as of the same day.")
    facts = facts[~facts["fact_id"].isin(left_out)]
    return key, catalogue, observe(facts, str(key), month, as_of=as_of, catalogue=catalogue), as_of


def _profile(key, observations, months, month, as_of, catalogue, root) -> pd.Series | None:
    """The usual year of a longer series, where the catalogue names one and the series has no years of its own."""
    calendar, own = catalogue.calendar_of(*key), set()
    for row in observations.itertuples():
        first, last = touched_months(row, calendar)
        own |= {first} if first == last and covers_whole_months(row.start, row.end, calendar) else set()
    if len(own) >= OWN_YEARS * 12:
        return None
    return profile_of(key, months, month, as_of, catalogue, root)


def _last_touched(observations: pd.DataFrame, calendar: Calendar) -> pd.Period:
    return max(touched_months(row, calendar)[1] for row in observations.itertuples())


def _events(key, months: pd.PeriodIndex, told: pd.Period, as_of, catalogue, root) -> np.ndarray:
    """Share of each month in which each dated event about the series held, (months, events).

    `told` is the last month that figures touch. Where the months up to it have less than one month's days without the
    event, a few days of one month would tell all of its effect: it counts as holding throughout them, and what its end
    changes stays as uncertain as any event.
    """
    calendar, group = catalogue.calendar_of(*key), catalogue.indicator(key.indicator).group
    first, last = month_bounds(months[0], calendar)[0], month_bounds(months[-1], calendar)[1]
    held = [np.zeros((len(months), 0))]
    for event in load_events(key.zone, as_of, root).itertuples():
        about = event.indicators.split()
        if event.kind not in ACTING or (about and not {key.indicator, group} & set(about)):
            continue
        start, end = max(event.start.date(), first), last if pd.isna(event.end) else min(event.end.date(), last)
        if start <= end:
            held.append(month_shares(start, end, calendar).reindex(months, fill_value=0.0).to_numpy()[:, None])
    shares, past = np.hstack(held), months <= told
    shares[np.ix_(past, (1 - shares[past]).sum(axis=0) < 1)] = 1
    return shares


def _check_enough(observations: pd.DataFrame, series: str, month: pd.Period) -> None:
    if observations.empty:
        raise DataError(
            f"No fact of {series} speaks of {month} or an earlier month.",
            next_step="Choose a later month, or look for the series with load_facts.",
            vi=f"Chưa có số liệu nào về tháng {month.month}/{month.year} hay các tháng trước.",
        )
    level = observations["value"].notna()
    if not level.any():
        raise DataError(
            f"The facts of {series} state changes only, and no level to apply them to.",
            [row_words(row) for row in observations.itertuples()],
            "Add a fact that states a value.",
            "Số liệu chỉ nêu tốc độ tăng giảm, không nêu giá trị nào để tính.",
        )
    if len(observations) == 1:
        raise DataError(
            f"{series} has a single fact and no stated change: it has no outlook, only that fact.",
            [row_words(row) for row in observations.itertuples()],
            "Add a fact of another period, or a stated change, to make an outlook.",
            "Mới có một số liệu, không kèm mức tăng giảm, nên chưa đủ để dự báo.",
        )


# ------------------------------------------------------------------------------------------------------- checks


def check_options(
    paths: int, seed: int, calendar: str = CALENDAR.name, odds: float = 1.0, levels: Iterable[float] = LEVELS
) -> None:
    """Raise DataError for the first option that cannot be used."""
    if not _is_count(paths) or paths < 1:
        raise DataError(f"The number of paths must be a whole number from 1, not {paths!r}.")
    if not _is_count(seed) or seed < 0:
        raise DataError(f"The seed must be a whole number from 0, not {seed!r}.")
    if calendar not in CALENDARS:
        raise DataError(f"There is no calendar {calendar!r}.", next_step=f"Use one of {', '.join(CALENDARS)}.")
    if not isinstance(odds, Real) or not 0 < odds < np.inf:
        raise DataError(f"profile_odds must be above zero and finite, not {odds!r}; 9 means nine to one.")
    if wrong := [level for level in levels if not isinstance(level, Real) or not 0 < level < 1]:
        raise DataError(f"An interval's level lies between 0 and 1, not at {wrong[0]!r}; 0.8 means 80 %.")


def _is_count(x) -> bool:
    return isinstance(x, Integral) and not isinstance(x, bool)


def _checked_series(y: pd.Series, horizon: int, find_totals: bool) -> tuple[np.ndarray, np.ndarray, pd.Period, bool]:
    """The last months of a series without a break, NaN where one is not known, and what was printed of them, other
    than the month only where that is a running total; the first of them; was the series cut."""
    if not isinstance(y, pd.Series) or not isinstance(y.index, pd.PeriodIndex) or y.index.freqstr != "M":
        raise DataError(
            "A forecast needs a Series on a monthly PeriodIndex.", next_step="y.index = pd.PeriodIndex(…, freq='M')"
        )
    if not _is_count(horizon) or horizon < 1:
        raise DataError(f"The horizon must be a whole number of months from 1, not {horizon!r}.")
    try:
        if y.dtype.kind in "bcmM":
            raise TypeError
        values, at = y.to_numpy(float), y.index.asi8
    except (TypeError, ValueError):
        raise DataError("The series holds something that is no number.", next_step="y = pd.to_numeric(y)") from None
    if y.index.hasnans:
        raise DataError("The series has a value without a month.", next_step="Remove it or give it its month.")
    order = np.argsort(at, kind="stable")
    twice, bad = order[1:][np.diff(at[order]) == 0], np.flatnonzero((values < 0) | np.isinf(values))
    if len(twice) or len(bad):
        wrong = [f"{month} is given twice" for month in y.index[twice].unique()]
        wrong += [f"{y.index[i]} is {values[i]:g}" for i in bad]
        raise DataError("The series cannot be forecast: a flow is finite and not negative.", wrong, "Mend the months.")
    known = ~np.isnan(values)
    if not (values[known & (at > at[known].max(initial=at.min(initial=0)) - HISTORY)] > 0).any():
        raise DataError(
            f"The series has no month above zero among the last {HISTORY}.",
            next_step="Give at least one month with a value.",
        )
    first, last = at[known].min(), at[known].max()
    printed = np.full(last - first + 1, np.nan)
    printed[at[known] - first] = values[known]
    month = pd.Period(ordinal=int(first), freq="M").month
    months = running_totals.months_behind(printed, month) if find_totals else printed
    leading = max(0, len(months) - HISTORY)
    leading += int(np.argmax(~np.isnan(months[leading:])))
    first = pd.Period(ordinal=int(first) + leading, freq="M")
    return months[leading:], printed[leading:], first, len(months) > HISTORY


def _observations_of(months: pd.PeriodIndex, total, values, left_out) -> pd.DataFrame:
    """The values of a series as observations: of a month, or of all since January where they are running totals."""
    at = months.asi8
    first = np.where(total, at - (at % 12), at).astype("datetime64[M]")  # month 0 is a January
    days = {"start": first, "end": (at + 1).astype("datetime64[M]").astype("datetime64[D]") - 1}
    table = {"observation_id": "", **{name: day.astype("datetime64[s]") for name, day in days.items()}}
    table |= {"value": values, "half_width": 0.0, "soft_sd": 0.0, "published": np.datetime64("NaT", "s")}
    return pd.DataFrame(table | {"relaxed": left_out, "stretch": 0.0, "in_conflict": False})
