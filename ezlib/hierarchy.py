"""Parts and totals that agree: in every month, in every path, with every published figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ezlib import bounds, shares, yielding
from ezlib.bounds import Statements
from ezlib.catalogue import Catalogue, SeriesKey, load_catalogue
from ezlib.contracts import DataError, as_of_date
from ezlib.facts import load_facts
from ezlib.observations import observe
from ezlib.outlook import PATHS, Outlook, check_options, no_path, outlook
from ezlib.periods import CALENDAR, CALENDARS, Calendar, as_month, end_of_next_year, tet_windows
from ezlib.stated import checked_observations, first_month, recent, statements_of
from ezlib.statuses import LOW_EFFECTIVE, beyond_fence, last_told, marked, month_status, printed_months
from ezlib.yielding import Yielding

RELAXED_COLUMNS = ["series", "observation_id", "start", "end", "value", "change_pct", "stretch"]
NEARLY = 0.01  # of a total: parts that miss it by no more still share out the months to come
BROKEN_COLUMNS = ["identity", "start", "end", "total", "parts", "gap", "slack"]


@dataclass(frozen=True, eq=False)
class Family:
    """Outlooks of series that add up: path i of the parts makes path i of their total.

    `outlooks` by series; `identities`, total and parts of each sum that every path keeps; `relaxed`, stated figures
    that cannot all hold and gave way (RELAXED_COLUMNS, `stretch` in the figure's own unit or in percentage points);
    `broken`, sums that printed levels contradict and that were therefore not imposed (BROKEN_COLUMNS, `gap` = total −
    parts, `slack` what rounding explains); `without`, why a series has no outlook or a sum was left out.
    """

    outlooks: dict[str, Outlook]
    identities: dict[str, tuple[str, tuple[str, ...]]]
    relaxed: pd.DataFrame
    broken: pd.DataFrame
    without: dict[str, str]

    def __getitem__(self, series: str) -> Outlook:
        return self.outlooks[series]


# ------------------------------------------------------------------------------------------------------ the doors


def family(
    zone: str, indicator: str, month, as_of=None, scope=None, seed: int = 0, root=None, paths: int = PATHS
) -> Family:
    """Return the outlooks of an indicator and of all that the catalogue's identities tie it to, directly or not.

    `scope` is the zone's own if not given; facts are cut at `month` and `as_of` as in `outlook`, and paths run to
    December of the next year. A series without facts takes part only where it is the one unknown of a sum. Raises
    DataError when no series of the family has a level.
    """
    catalogue = load_catalogue(root)
    scope, month, day = scope or catalogue.zone(zone).scope, as_month(month), as_of_date(as_of)
    sums = _related(catalogue, zone, scope, indicator)
    named = dict.fromkeys([indicator, *(name for total, parts in sums.values() for name in (total, *parts))])
    facts = load_facts(zone, as_of=day, root=root)
    series = {name: f"{zone}/{name}/{scope}" for name in named}
    said = {series[name]: observe(facts, series[name], month, as_of=day, catalogue=catalogue) for name in named}
    sums = {id: (series[total], tuple(series[part] for part in parts)) for id, (total, parts) in sums.items()}
    calendar = _one_calendar(catalogue, series.values())
    said = recent(said, calendar)
    first = first_month(said, calendar) or month
    found = reconcile(said, sums, first, end_of_next_year(month), seed, calendar.name, paths)
    about = {name: catalogue.indicator(key).unit for key, name in series.items()}
    outlooks = {
        name: replace(o, series=name, month=month, as_of=day, unit=about[name]) for name, o in found.outlooks.items()
    }
    return replace(found, outlooks=outlooks)


def reconcile(
    observations: Mapping[str, pd.DataFrame],
    identities: Mapping[str, tuple[str, Sequence[str]]],
    start,
    end,
    seed: int = 0,
    calendar: str = CALENDAR.name,
    paths: int = PATHS,
) -> Family:
    """Rebuild and forecast several series at once so that all `identities`, id → (total, parts), hold in every path.

    `observations`: for each series a table as `observe` returns it and `Outlook.observations` holds it. Levels bind;
    where stated changes cannot all hold with them the least, coarsest changes give way and are listed in `relaxed`;
    where no path meets the figures, some are held less firmly as in `rebuild`, and are listed there too. A
    sum whose printed figures differ by more than their rounding is listed in `broken` and not imposed. Raises
    DataError when a series is part of two totals, a sum names an unknown series, a row cannot be used, no series has a
    level, or no path is found.
    """
    _check_sums(observations, identities)
    check_options(paths, seed, calendar)
    first, last, calendar = as_month(start), as_month(end), CALENDARS[calendar]
    months = pd.period_range(first, last, freq="M")
    observations = {name: _checked(name, table, first, last, calendar) for name, table in observations.items()}
    names, sums, without = _usable(observations, identities)
    table, stated, of = _together(observations, names, months, calendar)
    sums, broken = _unbroken(sums, names, table, stated, of)
    if len(broken):  # a series that only a broken sum tells of has no outlook
        names, _, further = _usable(observations, sums)
        table, stated, of = _together(observations, names, months, calendar)
        without |= further
    tree = _tree(names, sums)
    yielded = yielding.resolve(stated, lambda held: shares.over_cells(tree, held, of))
    fitted, drawn, effective = _fit_and_draw(tree, yielded.held, of, tet_windows(months, calendar), paths, seed)
    yielded = replace(yielded, held=fitted.stated)
    solved = _Solved(names, months, calendar, fitted, yielded, marked(table, yielded), drawn, effective)
    outlooks = {name: _outlook(solved, s) for s, name in enumerate(names)}
    gave = solved.table.loc[solved.table["relaxed"], RELAXED_COLUMNS].reset_index(drop=True)
    return Family(outlooks, sums, gave, broken, without)


def _together(observations, names: list[str], months: pd.PeriodIndex, calendar: Calendar):
    """The observations of several series in one table, as statements, and the place in `names` of each one's series."""
    table = pd.concat([observations[name].assign(series=name) for name in names], ignore_index=True)
    return table, statements_of(table, months, calendar), np.array([names.index(name) for name in table["series"]])


def _checked(name: str, table: pd.DataFrame, first, last, calendar: Calendar) -> pd.DataFrame:
    """The table of one series in full, as `rebuild` checks it; an empty one as it is."""
    if table.empty:
        return table
    try:
        return checked_observations(table, first, last, calendar)
    except DataError as error:
        raise DataError(f"{name}: {error.what}", error.where, error.next_step) from error


def _fit_and_draw(tree: shares.Tree, held: Statements, of, windows, paths: int, seed: int):
    """The model of statements as firmly as they can be held, joint paths through them, how many these are worth."""
    for attempt in bounds.ever_looser(held):
        try:
            fitted = shares.fit(tree, attempt, of, windows)
            return fitted, *shares.draw(fitted, paths, np.random.default_rng(seed))
        except (ArithmeticError, np.linalg.LinAlgError) as error:
            failed = error
    raise no_path(failed)


def parts_of(series: str, month, as_of=None, seed: int = 0, root=None, total: Outlook | None = None) -> Family:
    """Return a series with its parts, or the total and parts it belongs to, as every page of its zone shows them.

    A series that leads the zone's brief keeps its own outlook, given as `total` or made here: its parts share it out,
    and where facts tie nothing to it, it stands as it is. So do the parts of a sum that the printed figures break by no
    more than NEARLY of its total: in the months to come they miss it by as much as they did last.
    """
    zone, indicator, scope = SeriesKey.of(series)
    found = family(zone, indicator, month, as_of, scope, seed=seed, root=root)
    totals = dict.fromkeys(name for name, _ in found.identities.values())
    tied = {*totals, *(part for _, parts in found.identities.values() for part in parts)}
    leading = set(load_catalogue(root).zone(zone).leading())
    for name in [name for name in found.outlooks if name in leading and (name in totals or name not in tied)]:
        try:
            is_given = total is not None and total.series == name
            own = total if is_given else outlook(name, month, as_of, seed=seed, root=root)
        except DataError:  # none of its own: what its parts make of it stands
            continue
        found = on_total(found, own) if name in totals else replace(found, outlooks=found.outlooks | {name: own})
    broken = {id: load_catalogue(root).identities[id] for id in found.broken["identity"]}
    for id in _top_down({id: (identity.total, identity.parts) for id, identity in broken.items()}):
        gaps = found.broken[found.broken["identity"] == id]
        whole, *parts = (f"{zone}/{name}/{scope}" for name in (broken[id].total, *broken[id].parts))
        near = (gaps["gap"].abs() <= NEARLY * gaps["total"]).all()
        if near and {whole, *parts} <= set(found.outlooks) and leading.isdisjoint(parts):
            last = gaps.sort_values(["end", "start"]).iloc[-1]
            found = _nearly_shared(found, whole, parts, last["parts"] / last["total"])
    return found


def _nearly_shared(found: Family, total: str, parts: list[str], share: float) -> Family:
    """A family whose parts, in the months to come, add up to a share of their total in every path."""
    own = found.outlooks[total]
    ahead = [m for m in own.paths.columns if m > own.last_observed]
    added = sum(found.outlooks[part].paths[ahead].to_numpy() for part in parts)
    ratio = share * own.paths[ahead].to_numpy() / np.where(added > 0, added, np.inf)
    return _moved(found, set().union(*(_below(part, found.identities) for part in parts)), ahead, ratio)


def on_total(found: Family, total: Outlook) -> Family:
    """Return a family whose months to come follow a total's own outlook, shared out as the family shares them.

    Path i of the total's outlook is divided by the shares of path i of the family, so that the sums stay exact and
    the year's total is the one that stands wherever else the total is shown. Months already observed are the
    family's. Members that are no part of the total, directly or over parts, are left as they are.
    """
    own = found.outlooks[total.series]
    if len(own.paths) != len(total.paths):
        what = f"The family has {len(own.paths)} paths and the outlook of {total.series} {len(total.paths)}."
        raise DataError(what, next_step="Make both with the same number of paths.")
    ahead = [m for m in own.paths.columns if m > own.last_observed and m in total.paths.columns]
    ratio = total.paths[ahead].to_numpy() / own.paths[ahead].to_numpy()
    return _moved(found, _below(total.series, found.identities), ahead, ratio)


def _moved(found: Family, names: set[str], months: list[pd.Period], ratio: np.ndarray) -> Family:
    """A family in which the paths of some members are multiplied in some months by a ratio (paths, months)."""
    moved = {}
    for name in names:
        paths = found.outlooks[name].paths.copy()
        paths[months] = paths[months].to_numpy() * ratio
        moved[name] = replace(found.outlooks[name], paths=paths)
    return replace(found, outlooks=found.outlooks | moved)


def _below(total: str, identities) -> set[str]:
    """A total and everything that is a part of it, over however many steps."""
    found = {total}
    while added := {p for t, parts in identities.values() if t in found for p in parts} - found:
        found |= added
    return found


# ---------------------------------------------------------------------------------------------------- which sums


def _related(catalogue: Catalogue, zone: str, scope: str, indicator: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The identities of a scope that an indicator is tied to, over however many steps."""
    open_ = {i.id: (i.total, i.parts) for i in catalogue.identities_of(zone, scope)}
    known, found = {catalogue.indicator(indicator).id}, {}
    while near := [id for id, (total, parts) in open_.items() if known & {total, *parts}]:
        for id in near:
            total, parts = found[id] = open_.pop(id)
            known |= {total, *parts}
    return {id: found[id] for id in catalogue.identities if id in found}


def _one_calendar(catalogue: Catalogue, series: Iterable[str]) -> Calendar:
    calendars = {catalogue.calendar_of(name): name for name in series}
    if len(calendars) > 1:
        raise DataError(
            "Series that add up must count their months alike.",
            [f"{name} runs by the {calendar.name} calendar" for calendar, name in calendars.items()],
            "Mend the calendars of the zone in data/catalogue.yml.",
        )
    return next(iter(calendars))


def _check_sums(observations, identities) -> None:
    parts = [part for _, members in identities.values() for part in members]
    wrong = [f"{part} is part of two totals" for part in dict.fromkeys(parts) if parts.count(part) > 1]
    wrong += [
        f"{id} names {name}, which is not among the series"
        for id, (total, members) in identities.items()
        for name in (total, *members)
        if name not in observations
    ]
    wrong += [
        f"{id} makes {total} a part of itself" for id, (total, _) in identities.items() if _loops(total, identities)
    ]
    if wrong:
        raise DataError("The sums cannot be imposed.", wrong, "Mend the identities.")


def _loops(total: str, identities) -> bool:
    above = {part: whole for whole, parts in identities.values() for part in parts}
    seen, at = set(), total
    while at in above and at not in seen:
        seen.add(at)
        at = above[at]
    return at in seen


def _usable(observations, identities):
    """Series with facts, or the one unknown of a sum; the sums among them; and why others are left out."""
    level = {name for name, table in observations.items() if len(table) and table["value"].notna().any()}
    sums, without = {}, {}
    for id, (total, parts) in identities.items():
        unknown = [name for name in (total, *parts) if name not in level]
        if len(unknown) > 1:
            without[id] = f"no level is published of {', '.join(unknown)}"
        else:
            sums[id] = (total, tuple(parts))
    tied = {name for total, parts in sums.values() for name in (total, *parts)}
    names = [name for name in observations if name in tied or (name in level and len(observations[name]) > 1)]
    for name in observations:
        if name not in names:
            without[name] = "a single figure gives no outlook" if name in level else "no level is published"
    if not any((observations[name]["value"] > 0).any() for name in names if len(observations[name])):
        raise DataError(
            "No series of the family can be given an outlook.",
            [f"{name}: {why}" for name, why in (without or dict.fromkeys(names, "no level above zero")).items()],
            "Choose a later month, or add facts.",
        )
    return names, sums, without


def _unbroken(sums, names, table, stated: Statements, of):
    """The sums that printed levels allow, and a table of the others with the gap in each period."""
    kept, gaps = {}, [pd.DataFrame(columns=BROKEN_COLUMNS)]
    levels = stated.binding & ~stated.is_change
    for id, (total, parts) in sums.items():
        rows = np.flatnonzero(levels & np.isin(of, [names.index(name) for name in (total, *parts)]))
        alone, tied = (
            bounds.stretch_needed(shares.over_cells(_tree(names, some), stated.take(rows), of[rows]))
            for some in ({}, {id: (total, parts)})
        )
        if (tied > 0).sum() > (alone > 0).sum():
            gaps.append(_gaps(id, total, parts, table.iloc[rows]))
        else:
            kept[id] = (total, parts)
    return kept, pd.concat([gap for gap in gaps if len(gap)] or gaps, ignore_index=True)


def _gaps(id: str, total: str, parts, table: pd.DataFrame) -> pd.DataFrame:
    """Periods that figures of all members tell: total − sum of parts beyond what their rounding explains."""
    rows, by_series = [], dict(list(table.groupby("series")))
    for start, end in table[["start", "end"]].drop_duplicates().sort_values(["start", "end"]).itertuples(index=False):
        said = {name: _said_over(by_series[name], start, end) for name in (total, *parts) if name in by_series}
        if len(said) == 1 + len(parts) and None not in said.values():
            (whole, slack), (sum_, loose) = said[total], np.sum([said[part] for part in parts], axis=0)
            rows.append((id, start, end, whole, sum_, whole - sum_, slack + loose))
    found = pd.DataFrame(rows, columns=BROKEN_COLUMNS)
    wide = found[found["gap"].abs() > found["slack"]]
    return wide if len(wide) else pd.DataFrame([(id, pd.NaT, pd.NaT, *[np.nan] * 4)], columns=BROKEN_COLUMNS)


def _said_over(rows: pd.DataFrame, start, end) -> tuple[float, float] | None:
    """What the figures of a series, by their days, say of a period, and half of what rounding leaves.

    The one printed for it, or the longest that follow on each other through it; None where there are none.
    """
    inside = rows[(rows["start"] >= start) & (rows["end"] <= end) & rows["value"].notna()]
    inside = inside.assign(half=(inside["upper"] - inside["lower"]) / 2).sort_values("end", ascending=False)

    def through(day) -> tuple[float, float] | None:
        for row in inside[inside["start"] == day].itertuples():
            after = (0.0, 0.0) if row.end == end else through(row.end + pd.Timedelta(days=1))
            if after is not None:
                return row.value + after[0], row.half + after[1]
        return None

    return through(start)


def _tree(names: list[str], sums) -> shares.Tree:
    """The sums as a tree over positions of `names`, a total before the cuts of its parts."""
    ordered = (sums[id] for id in _top_down(sums))
    cuts = ((names.index(total), tuple(names.index(part) for part in parts)) for total, parts in ordered)
    return shares.Tree(len(names), tuple(cuts))


def _top_down(sums: Mapping[str, tuple[str, Sequence[str]]]) -> list[str]:
    """The ids of sums, id → (total, parts), those of a total before those of its parts."""
    above = {part: total for total, parts in sums.values() for part in parts}

    def depth(name: str) -> int:
        return 1 + depth(above[name]) if name in above else 0

    return sorted(sums, key=lambda id: depth(sums[id][0]))


# -------------------------------------------------------------------------------------------------------- results


@dataclass(frozen=True)
class _Solved:
    """All series at once: what went in, and the paths (count, series, months)."""

    names: list[str]
    months: pd.PeriodIndex
    calendar: Calendar
    fitted: shares.SharesFit
    yielded: Yielding
    table: pd.DataFrame
    paths: np.ndarray
    effective: float


def _outlook(solved: _Solved, s: int) -> Outlook:
    """One series of the family; it is observed as far as any of its relatives is."""
    fitted, held = solved.fitted, solved.yielded.held
    rows = np.flatnonzero(fitted.of == s)
    paths = pd.DataFrame(solved.paths[:, s], columns=solved.months)
    table = solved.table.iloc[rows].drop(columns="series").reset_index(drop=True)
    closed, value = fitted.closed[s], fitted.closed_value[s]
    printed = printed_months(held.take(rows), table["value"], solved.months, closed, value)
    last = last_told(held, solved.months)
    status = month_status(paths, printed, last, closed & (value == 0), lambda ask: _ranges(fitted, s, ask))
    found = {code: gave[rows].any() for code, gave in solved.yielded.gave_way.items()}
    found["few_effective_paths"] = solved.effective < LOW_EFFECTIVE * len(paths)
    found["months_closed"] = closed.any()
    found |= beyond_fence(paths.to_numpy(), (status == "forecast").to_numpy(), closed)
    return Outlook(
        paths=paths,
        status=status,
        observations=table,
        printed=printed,
        last_observed=last,
        effective_sample_size=solved.effective,
        notes=tuple(code for code, true in found.items() if true),
        calendar=solved.calendar,
    )


def _ranges(fitted: shares.SharesFit, s: int, months) -> np.ndarray:
    """The least and largest value (k, 2) that the binding figures of all series allow months of series s."""
    over, cells = shares.over_cells(fitted.tree, fitted.stated, fitted.of), fitted.tree.cells()[s]
    aims = np.zeros((len(months), len(cells), fitted.mean.shape[1]))
    for aim, month in zip(aims, months, strict=True):
        aim[cells, month] = 1.0
    return bounds.ranges(over, aims.reshape(len(months), -1))
