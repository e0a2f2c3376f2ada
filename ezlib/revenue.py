"""Revenue that follows from trade: what each dollar brings in, and futures in which the two belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ezlib import sampling
from ezlib.aims import chance
from ezlib.catalogue import SeriesKey, load_catalogue, parse_series
from ezlib.contracts import DataError, as_of_date
from ezlib.facts import load_facts
from ezlib.observations import observe
from ezlib.outlook import Outlook, outlook
from ezlib.periods import covers_whole_months, month_of

# What each kind of revenue may be a rate of, the first for which a zone has an outlook.
BASES = {
    "budget_revenue_total": ("trade_total",),
    "customs_revenue": ("trade_import", "trade_total"),
    "customs_revenue_road_gate": ("trade_total_road_gate",),
    "customs_revenue_rail_gate": ("trade_total_rail_gate",),
    "fees_other_agencies": ("vehicle_crossings", "people_crossings"),
    "infrastructure_fee": ("vehicle_crossings", "trade_total"),
}

WITHIN = 0.02  # a stretch of months is known when its total differs by no more than this between nine paths in ten
LONGEST = 24  # months of a stretch
MIN_CASES = 8  # past cases from which on they decide between the two ways
STANDINGS = 12  # past dates replayed, the latest ones

# How fast a rate drifts (sd of its logarithm a month) and how much it jumps about (sd in a single month): assumed, as
# median and log sd of a log-normal prior. A handful of stretches can move them, not settle them.
DRIFT, JUMP, PRIOR_SD = 0.04, 0.10, 0.8
GRID = np.exp(np.linspace(-2.5, 2.5, 11) * PRIOR_SD)
FLAT_SD = 3.0  # of the logarithm of the rate before any stretch is known


@dataclass(frozen=True, eq=False)
class RevenueOutlook:
    """A revenue series seen two ways, and which of them is used.

    `direct` forecasts it from its own facts, `from_base` as base times effective rate. `outlook` is the one that is
    `used` ("direct" or "from_base"), path by path joint with `base`. `rates` are the effective rates of stretches
    that facts fix, `record` the past cases on which both ways were tried, `reason` a code: "too_short", "better".
    """

    base: Outlook
    direct: Outlook
    from_base: Outlook
    outlook: Outlook
    rates: pd.DataFrame
    record: pd.DataFrame
    used: str
    reason: str


@dataclass(frozen=True)
class Joint:
    """Chances of several aims: of each, of all together on the same paths, and of all if they had no link."""

    each: Mapping[str, float]
    together: float
    independent: float


def revenue_outlook(
    series: str, month, as_of=None, base: str | Outlook = "", seed: int = 0, root=None
) -> RevenueOutlook:
    """Return the outlook of a revenue series, joint with what it is levied on.

    `base` is a series of the same zone, or its outlook; by default the first of `BASES` in the same scope that has
    one. Raises DataError when the revenue or every possible base has no outlook.
    """
    direct = outlook(series, month, as_of, seed=seed, root=root)
    levied = _base(direct.series, month, as_of, base, seed, root)
    rated = from_base(levied, direct, seed)
    record = past_cases(direct.series, levied.series, month, as_of, seed, root)
    used, reason = choose(record)
    joint = rated if used == "from_base" else pair(direct, rated)
    return RevenueOutlook(levied, direct, rated, joint, effective_rates(levied, direct), record, used, reason)


# ------------------------------------------------------------------------------------------------- effective rates


def effective_rates(base: Outlook, revenue: Outlook, within: float = WITHIN) -> pd.DataFrame:
    """Return revenue over base for the shortest stretches of months that facts fix in both, latest last.

    Columns: start, end, months, base and revenue (medians of the totals over paths), rate, lower_80, upper_80, in the
    unit of the revenue per unit of the base.
    """
    found = _stretches(base, revenue, within)
    rows = []
    for first, last, paid, levied in found:
        rate = levied / paid
        low, middle, high = np.quantile(rate, [0.1, 0.5, 0.9])
        row = {"start": first, "end": last, "months": (last - first).n + 1, "base": np.median(paid)}
        rows.append(row | {"revenue": np.median(levied), "rate": middle, "lower_80": low, "upper_80": high})
    columns = ["start", "end", "months", "base", "revenue", "rate", "lower_80", "upper_80"]
    return pd.DataFrame(rows, columns=columns)


def from_base(base: Outlook, revenue: Outlook, seed: int = 0) -> Outlook:
    """Return the revenue with its months ahead as base times effective rate, path by path; its history is kept.

    The logarithm of the rate is a random walk (drift) plus noise of single months (jump), known through the stretches
    of `effective_rates`, each standing for the mean of its months. Every path draws its own drift and jump from their
    posterior on a grid, and then a course of the rate given its own stretches. Seasons and holidays come from the
    base. Fails quietly when what is levied on changes its make-up faster than the stretches show.

    Raises DataError when the two have different numbers of paths, or no stretch is known in both.
    """
    _check_pair(base, revenue)
    found = _stretches(base, revenue, WITHIN)
    if not found:
        what = f"No stretch of months is known in both {base.series} and {revenue.series}, so there is no rate."
        raise DataError(what, next_step="Forecast the revenue directly, or add a fact of the same period to each.")
    ahead = revenue.paths.columns[revenue.paths.columns > revenue.last_observed]
    if ahead.empty:
        return revenue
    missing = ahead.difference(base.paths.columns)
    if len(missing):
        what = f"The outlook of {base.series} does not reach {missing[-1]}."
        raise DataError(what, next_step=f"Make it with until={str(missing[-1])!r}.")
    rate = np.exp(_draw_log_rates(found, ahead, len(revenue.paths), np.random.default_rng([seed, 1])))
    paths = revenue.paths.copy()
    paths[ahead] = base.paths[ahead].to_numpy() * rate
    worth = min(base.effective_sample_size or np.inf, revenue.effective_sample_size or np.inf)
    return replace(revenue, paths=paths, effective_sample_size=worth)


def pair(revenue: Outlook, like: Outlook) -> Outlook:
    """Return the same paths of revenue in another order: that of the totals ahead in `like`, rank by rank.

    The paths stay whole and are the same ones, so every month and total keeps its distribution; only which path of
    the base each belongs to is new. (The Schaake shuffle: Clark and others, Journal of Hydrometeorology 5, 2004.)
    """
    _check_pair(like, revenue)
    ahead = [o.paths.loc[:, o.paths.columns > revenue.last_observed] for o in (revenue, like)]
    months = ahead[0].columns[ahead[0].columns.year == ahead[0].columns[0].year] if ahead[0].shape[1] else []
    own, other = (part[months].sum(axis=1).to_numpy() for part in ahead)
    ranks = np.argsort(np.argsort(other, kind="stable"), kind="stable")
    order = np.argsort(own, kind="stable")[ranks]
    paths = pd.DataFrame(revenue.paths.to_numpy()[order], columns=revenue.paths.columns)
    return replace(revenue, paths=paths)


def joint_probability(reached: Mapping[str, pd.Series]) -> Joint:
    """Return the chances of several aims: each a yes or no for every path, in one order of paths.

    A chance is (k + ½)/(n + 1) of n paths. Raises DataError when the aims were asked of different numbers of paths.
    """
    told = {name: np.asarray(yes, bool) for name, yes in reached.items()}
    lengths = {len(yes) for yes in told.values()}
    if len(lengths) != 1:
        wrong = [f"{name}: {len(yes)} paths" for name, yes in told.items()]
        raise DataError("Joint chances need the same paths for every aim.", wrong, "Use one seed and number of paths.")
    each = {name: chance(yes) for name, yes in told.items()}
    return Joint(each, chance(np.logical_and.reduce(list(told.values()))), float(np.prod(list(each.values()))))


def _check_pair(base: Outlook, revenue: Outlook) -> None:
    if len(base.paths) != len(revenue.paths):
        wrong = [f"{o.series}: {len(o.paths)} paths" for o in (base, revenue)]
        raise DataError("Joint paths need as many of one series as of the other.", wrong, "Give both the same `paths`.")


def _stretches(base: Outlook, revenue: Outlook, within: float) -> list[tuple]:
    """The shortest stretches known in both, latest last: first month, last month, totals of base and of revenue.

    A month in which nothing was levied on, and of which the revenue is known by itself, tells no rate and is left out:
    what was paid then was for others.
    """
    months = base.paths.columns.intersection(revenue.paths.columns)
    months = months[months <= min(base.last_observed, revenue.last_observed)]
    sums = [_running(o.paths[months]) for o in (base, revenue)]
    nothing = ~(base.paths[months] > 0).to_numpy().any(axis=0) & _fixed(revenue.paths[months].to_numpy(), within)
    found, end = [], len(months)
    while end > 0:
        if nothing[end - 1]:
            end -= 1
            continue
        starts = np.arange(end - 1, max(end - LONGEST, 0) - 1, -1)
        totals = [s[:, [end]] - s[:, starts] for s in sums]
        known = np.flatnonzero(np.logical_and(*(_fixed(t, within) for t in totals)))
        if len(known):
            start = starts[known[0]]
            found.append((months[start], months[end - 1], *(t[:, known[0]] for t in totals)))
            end = start
        else:
            end -= 1
    return found[::-1]


def _running(paths: pd.DataFrame) -> np.ndarray:
    values = paths.to_numpy()
    return np.hstack([np.zeros((len(values), 1)), values.cumsum(axis=1)])


def _fixed(totals: np.ndarray, within: float) -> np.ndarray:
    low, middle, high = np.quantile(totals, [0.05, 0.5, 0.95], axis=0)
    return (middle > 0) & (high - low <= within * middle)


def _draw_log_rates(found: list[tuple], ahead: pd.PeriodIndex, count: int, rng) -> np.ndarray:
    """Courses of the log rate in the months ahead, (paths, months), each given its own path's stretches."""
    first = found[0][0]
    told = np.column_stack([np.log(levied / paid) for _, _, paid, levied in found])
    n = (ahead[-1] - first).n + 1
    mean = np.zeros((len(found), n))
    for row, (start, end, *_) in zip(mean, found, strict=True):
        row[(start - first).n : (end - first).n + 1] = 1 / ((end - start).n + 1)
    to_come = np.array([(month - first).n for month in ahead])
    cells = [(DRIFT * d, JUMP * j, _log_prior(d) + _log_prior(j)) for d in GRID for j in GRID]
    given = [_Given.of(drift, jump, mean, to_come, np.median(told, axis=0)) for drift, jump, _ in cells]
    weight = np.exp(_centred([g.evidence + prior for g, (*_, prior) in zip(given, cells, strict=True)]))
    cell_of = rng.permutation(
        np.searchsorted(np.cumsum(weight / weight.sum()), (np.arange(count) + rng.random()) / count)
    )
    draws = np.empty((count, len(ahead)))
    for cell in np.unique(cell_of):
        here = cell_of == cell
        draws[here] = given[cell].draw(told[here], rng)
    return draws


def _log_prior(ratio: float) -> float:
    return -0.5 * (np.log(ratio) / PRIOR_SD) ** 2


def _centred(logs) -> np.ndarray:
    return np.asarray(logs) - np.max(logs)


@dataclass(frozen=True, eq=False)
class _Given:
    """The log rate of the months ahead given the stretches, for one drift and jump: a Gaussian."""

    evidence: float
    centre: float
    gain: np.ndarray
    root: np.ndarray

    @classmethod
    def of(cls, drift: float, jump: float, mean: np.ndarray, ahead: np.ndarray, told: np.ndarray) -> _Given:
        n = mean.shape[1]
        walk = drift**2 * np.minimum.outer(np.arange(n), np.arange(n)) + FLAT_SD**2 + jump**2 * np.eye(n)
        spread = mean @ walk @ mean.T
        across = walk[ahead] @ mean.T
        gain = np.linalg.solve(spread, across.T).T
        left = walk[np.ix_(ahead, ahead)] - gain @ across.T
        centre = float(told.mean())
        miss = told - centre
        evidence = -0.5 * (miss @ np.linalg.solve(spread, miss) + np.linalg.slogdet(spread)[1])
        return cls(evidence, centre, gain, sampling.root((left + left.T) / 2))

    def draw(self, told: np.ndarray, rng) -> np.ndarray:
        centre = self.centre + (told - self.centre) @ self.gain.T
        return centre + rng.standard_normal(centre.shape) @ self.root.T


# ------------------------------------------------------------------------------------------ which way was better


def past_cases(series: str, base: str, month, as_of=None, seed: int = 0, root=None) -> pd.DataFrame:
    """Return how both ways would have done on earlier days: one case a day on which a revenue figure was published.

    On each such day both forecasts are made with what had been published by then; the outturn is the longest whole
    stretch reaching furthest that was published afterwards. Columns: published, month, start, end, outturn, direct,
    from_base (medians), error_direct, error_from_base (log of outturn over forecast).
    """
    catalogue, day = load_catalogue(root), as_of_date(as_of)
    facts = load_facts(parse_series(series, catalogue).zone, as_of=day, root=root)
    calendar = catalogue.calendar_of(*parse_series(series, catalogue))
    later = observe(facts, series, month, as_of=day, catalogue=catalogue)
    whole = [covers_whole_months(row.start, row.end, calendar) for row in later.itertuples()]
    levels = later[later["value"].notna().to_numpy() & np.array(whole, bool)]
    days = sorted(set(pd.to_datetime(later["published"]).dt.date))[:-1][-STANDINGS:]
    rows = [_case(series, base, d, levels, calendar, seed, root) for d in days]
    columns = ["published", "month", "start", "end", "outturn", "direct", "from_base"]
    table = pd.DataFrame([row for row in rows if row], columns=columns)
    for way in ("direct", "from_base"):
        table[f"error_{way}"] = np.log(table["outturn"].astype(float) / table[way].astype(float))
    return table


def choose(record: pd.DataFrame) -> tuple[str, str]:
    """Return which way to use and why: "direct" while past cases are too few, else the way with the smaller errors."""
    if len(record) < MIN_CASES:
        return "direct", "too_short"
    errors = record[["error_direct", "error_from_base"]].abs().mean()
    return ("from_base" if errors["error_from_base"] < errors["error_direct"] else "direct"), "better"


def _case(series: str, base: str, day, levels: pd.DataFrame, calendar, seed: int, root) -> dict | None:
    """One earlier day; None where either way had nothing to say, or nothing was published afterwards."""
    published = pd.to_datetime(levels["published"]).dt.date
    before, after = levels[published <= day], levels[published > day]
    if before.empty:
        return None
    month = month_of(max(before["end"]), calendar)
    after = after[[month_of(row.start, calendar) > month for row in after.itertuples()]]
    if after.empty:
        return None
    outturn = after.sort_values(["end", "start"], ascending=[False, True]).iloc[0]
    period = f"{month_of(outturn['start'], calendar)}:{month_of(outturn['end'], calendar)}"
    try:
        direct = outlook(series, month, day, seed=seed, root=root)
        rated = from_base(outlook(base, month, day, seed=seed, root=root), direct, seed)
        told = {"direct": direct.total(period).median(), "from_base": rated.total(period).median()}
    except DataError:  # nobody could have forecast on that day
        return None
    case = {"published": day, "month": month, "start": outturn["start"], "end": outturn["end"]}
    return case | {"outturn": outturn["value"]} | told


def _base(series: str, month, as_of, base: str | Outlook, seed: int, root) -> Outlook:
    """The outlook of what a revenue is levied on: as asked, or the first that has one in the same scope."""
    zone, indicator, scope = SeriesKey.of(series)
    if isinstance(base, Outlook):
        return base
    if base:
        return outlook(base, month, as_of, seed=seed, root=root)
    reasons = []
    for name in BASES.get(indicator, ("trade_total",)):
        try:
            return outlook(f"{zone}/{name}/{scope}", month, as_of, seed=seed, root=root)
        except DataError as error:
            reasons.append(error.what)
    what = f"Nothing that {series} is levied on has an outlook."
    vi = "Chưa có dự báo cho giá trị hàng hay số lượt làm căn cứ tính khoản thu này."
    raise DataError(what, reasons, "Name one with `base`.", vi)
