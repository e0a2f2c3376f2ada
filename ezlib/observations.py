"""What the facts of one series say about its months, each figure and each stated change as one statement."""

from __future__ import annotations

import calendar as gregorian
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ezlib.catalogue import Catalogue, SeriesKey, load_catalogue, parse_series
from ezlib.contracts import BASES, OBSERVATION_COLUMNS, STATUSES, DataError, as_of_date
from ezlib.facts import add_intervals, are_observed, firmness, in_own_unit, sharper
from ezlib.periods import (
    Calendar,
    as_month,
    covers_whole_months,
    month_bounds,
    month_of,
    month_shares,
    stretch_before,
    year_bounds,
)

ESTIMATE_SD = 0.03
"""Relative sd by which an estimate or a preliminary figure may miss the final one, beyond its rounding, before any pair
of an estimate and its final figure has been seen; it counts as much as ESTIMATE_PAIRS of them."""
ESTIMATE_PAIRS = 5

FOUR_IN_FIVE = 1.2816  # sd of a Gaussian that hold four values of five

PART_SD = 0.25
"""How unevenly a month's flow arrives. Of a month cut at a share s of its days, the part that has arrived is taken
to be s of the month give or take PART_SD · sqrt(s (1 − s)) of it, as of a share of independent days."""

REASONS = {
    "projection": "an agency's own forecast, never an observation",
    "later month": "its period ends after the reporting month used",
    "unit": "its unit cannot be turned into that of the series",
    "basis": "carried and shown; its basis is no stretch of months",
    "base": "the stretch it is measured against is not certain",
    "publication": "a later publication states the same",
    "status": "a firmer figure was published the same day",
    "rounding": "a sharper figure says the same",
    "order": "another row says the same",
}
"""Why a statement is not used, in the order in which it is decided."""

SUPERSEDED_COLUMNS = ["observation_id", "fact_id", "start", "end", "value", "lower", "upper", "change_pct"]
SUPERSEDED_COLUMNS += ["published", "status", "reason", "by"]


def observe(facts: pd.DataFrame, series, month, as_of=None, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """What facts say about the months of one flow, as far as one reporting month.

    `facts` from `load_facts`; `series` as `zone/indicator/scope`; `month` the last reporting month used: a fact whose
    period ends later is ignored, as is one published after `as_of` (None: all). Only facts of exactly this zone,
    indicator and scope count; growth published without its level counts for the indicator it is the growth of.

    Returns OBSERVATION_COLUMNS, one statement a row, by period. A level carries `value` in the indicator's own unit
    and the interval its words allow. A change carries `change_pct` and the base it is measured against; `lower` and
    `upper` then bound the ratio 1 + change/100. `soft_sd` is 0 where the interval binds; estimates carry the relative
    sd of the revisions seen (`estimate_sd`), periods that cut a month that of PART_SD. Of several statements on one
    period the precedence decides: published later, then firmer status, then sharper rounding; `superseded` shows the
    rest. Raises DataError for an unknown series and for an indicator that is no flow.
    """
    used = _judged(facts, series, month, as_of, catalogue)
    used = used[used["reason"] == ""].sort_values(["end", "start", "observation_id"], ignore_index=True)
    return used[OBSERVATION_COLUMNS]


def superseded(facts: pd.DataFrame, series, month, as_of=None, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """The statements about a series that `observe` leaves out: the reason (see REASONS), and the statement `by` which.

    Together with `observe` this lists every level and change that the facts of the series state.
    """
    left = _judged(facts, series, month, as_of, catalogue)
    left = left[left["reason"] != ""].sort_values(["end", "start", "observation_id"], ignore_index=True)
    return left[SUPERSEDED_COLUMNS]


def fact_ids(observations: pd.DataFrame) -> list[str]:
    """Return the ids of the facts behind observations: a change has that of its fact, and `:change1` or 2."""
    return list(dict.fromkeys(observations["observation_id"].str.split(":change").str[0]))


def revisions(facts: pd.DataFrame, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Every estimate or preliminary figure of a flow beside the last later figure that made the same period final.

    `series`, `start`, `end`, the two `fact_id`s, the figures `estimate` and `final`, and `revision_pct`, 100 · log of
    their ratio. Figures in different units, ranges and words such as "over" are left out: their middle is no figure.
    """
    catalogue = catalogue or load_catalogue()
    flows = [name for name, indicator in catalogue.indicators.items() if indicator.kind == "flow"]
    facts = facts[facts["indicator"].isin(flows) & (facts["value"] > 0) & (facts["qualifier"] == "")]
    period = ["zone", "indicator", "scope", "period_start", "period_end", "unit"]
    columns = [*period, "fact_id", "value", "published"]
    early = facts.loc[facts["status"].isin(["estimate", "preliminary"]), columns]
    final = facts.loc[facts["status"] == "final", columns]
    pairs = early.merge(final, on=period, suffixes=("_estimate", "_final"))
    pairs = pairs[pairs["published_final"] > pairs["published_estimate"]]
    pairs = pairs.sort_values([*period, "published_estimate", "published_final"], kind="stable")
    pairs = pairs.drop_duplicates([*period, "value_estimate"], keep="last")
    table = {
        "series": pairs["zone"] + "/" + pairs["indicator"] + "/" + pairs["scope"],
        "start": pairs["period_start"],
        "end": pairs["period_end"],
        "fact_id_estimate": pairs["fact_id_estimate"],
        "fact_id_final": pairs["fact_id_final"],
        "estimate": pairs["value_estimate"],
        "final": pairs["value_final"],
        "revision_pct": 100 * np.log(pairs["value_final"] / pairs["value_estimate"]),
    }
    return pd.DataFrame(table).sort_values(["series", "end"], ignore_index=True)


def estimate_sd(found: pd.DataFrame, series: str = "") -> float:
    """Relative sd of revisions, learned from all pairs, then from the series' own, each shrunk to what stood before.

    Of the pairs, the size that four in five stay below, over 1.28: many figures are not revised at all and a few by a
    third, so the spread is matched where the 80 % interval of a brief ends.
    """
    sd = ESTIMATE_SD
    for some in (found, found[found["series"] == series]):
        own = (some["revision_pct"].abs().quantile(0.8) / 100 / FOUR_IN_FIVE) ** 2 if len(some) else 0.0
        sd = float(np.sqrt((ESTIMATE_PAIRS * sd**2 + len(some) * own) / (ESTIMATE_PAIRS + len(some))))
    return sd


def series_in(facts: pd.DataFrame, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Every series that facts speak of: `series`, `facts` (how many), `first_month` and `last_month` touched.

    Projections are not counted. Months are those of the series' own calendar.
    """
    catalogue = catalogue or load_catalogue()
    spans = _month_spans(facts, catalogue)
    names = spans["zone"] + "/" + spans["indicator"] + "/" + spans["scope"]
    groups = spans.groupby(names)
    table = groups.agg(facts=("first", "size"), first_month=("first", "min"), last_month=("last", "max"))
    table[["first_month", "last_month"]] = table[["first_month", "last_month"]].apply(_periods)
    return table.rename_axis("series").reset_index()


def months_with_facts(facts: pd.DataFrame, zone: str, catalogue: Catalogue | None = None) -> pd.PeriodIndex:
    """The reporting months of a zone that any fact covers, in order.

    An annual total covers its twelve months. A fact covers no month after the one it was published in, and a
    projection covers none.
    """
    catalogue = catalogue or load_catalogue()
    catalogue.zone(zone)
    spans = _month_spans(facts[facts["zone"] == zone], catalogue)
    pairs = set(zip(spans["first"], spans["last"], strict=True))
    covered = sorted({month for first, last in pairs for month in range(first, last + 1)})
    return pd.PeriodIndex([pd.Period(ordinal=month, freq="M") for month in covered], freq="M")


# ------------------------------------------------------------------------------------------------- statements


@dataclass(frozen=True)
class _Series:
    """What a statement must know of its series."""

    unit: str
    calendar: Calendar
    last_day: pd.Timestamp
    learned: Callable[[], float]

    @cached_property
    def estimate_sd(self) -> float:
        """Relative sd of an estimate; learned from all facts of the zone, and so only where it is needed."""
        return self.learned()


def _judged(facts: pd.DataFrame, series, month, as_of, catalogue: Catalogue | None) -> pd.DataFrame:
    """Every statement of the series with the reason it is left out ('' when used) and the statement preferred."""
    catalogue = catalogue or load_catalogue()
    key, calendar = _flow(series, catalogue)
    as_estimated = str(key) in catalogue.zone(key.zone).first_estimates  # what is foreseen there is the estimate itself
    about = _Series(
        unit=catalogue.indicator(key.indicator).unit,
        calendar=calendar,
        last_day=pd.Timestamp(month_bounds(as_month(month), calendar)[1]),
        learned=lambda: 0.0 if as_estimated else estimate_sd(revisions(_seen(facts, as_of), catalogue), str(key)),
    )
    mine = _facts_of(facts, key, as_of, catalogue)
    rows = [*_levels(mine, about, catalogue), *_changes(mine, about)]
    statements = pd.DataFrame(rows, columns=_STATEMENT_COLUMNS)
    for column in ("start", "end", "base_start", "base_end", "published"):
        statements[column] = pd.to_datetime(statements[column]).astype("datetime64[s]")
    statements[_NUMBERS] = statements[_NUMBERS].astype("float64")
    return _loosened(_with_precedence(statements), about)


_NUMBERS = ["value", "change_pct", "half_width", "lower", "upper", "soft_sd"]
_STATEMENT_COLUMNS = [*OBSERVATION_COLUMNS, "fact_id", "reason", "by"]


def _flow(series, catalogue: Catalogue) -> tuple[SeriesKey, Calendar]:
    """The key of a series and its calendar. Raises DataError for what does not add up over months."""
    key = parse_series(series, catalogue)
    indicator = catalogue.indicator(key.indicator)
    if indicator.kind != "flow":
        article = "an" if indicator.kind == "index" else "a"
        what = f"{key} is {article} {indicator.kind}: only flows add up over months"
        raise DataError(
            f"{what}.",
            next_step="Its published figures are in load_facts(zone); no month is rebuilt from them.",
            vi="Đây không phải chỉ tiêu cộng được theo tháng.",
        )
    return key, catalogue.calendar_of(*key)


def _facts_of(facts: pd.DataFrame, key: SeriesKey, as_of, catalogue: Catalogue) -> pd.DataFrame:
    """Facts of exactly this series, and growth published alone under a name of its own."""
    growth = [name for name, indicator in catalogue.indicators.items() if indicator.of == key.indicator]
    growth.append(f"{key.indicator}_change")
    mine = (facts["zone"] == key.zone) & (facts["scope"] == key.scope)
    mine &= facts["indicator"].isin([key.indicator, *growth])
    facts = _seen(facts[mine], as_of)
    facts = facts if {"lower", "upper"} <= set(facts.columns) else add_intervals(facts)
    return facts.assign(is_level=facts["indicator"] == key.indicator)


def _seen(facts: pd.DataFrame, as_of) -> pd.DataFrame:
    """The facts published by a day."""
    day = as_of_date(as_of)
    return facts if day is None else facts[facts["published"] <= pd.Timestamp(day)]


def _levels(facts: pd.DataFrame, about: _Series, catalogue: Catalogue) -> Iterator[dict]:
    """The levels in the unit of the series; a flow is never below 0, so neither is the interval of a small one."""
    levels = in_own_unit(facts[facts["is_level"] & facts["value"].notna()], catalogue)
    for fact in levels.itertuples(index=False):
        yield _statement(
            fact,
            about,
            "" if fact.unit == about.unit else "unit",
            observation_id=fact.fact_id,
            start=fact.period_start,
            end=fact.period_end,
            value=fact.value,
            half_width=fact.half_width,
            lower=max(0.0, fact.lower),
            upper=fact.upper,
        )


def _changes(facts: pd.DataFrame, about: _Series) -> Iterator[dict]:
    """The stated changes as ratios between two stretches, rounded as printed."""
    for n in ("1", "2"):
        for fact in facts[facts[f"basis{n}"] != ""].itertuples(index=False):
            change, half = getattr(fact, f"change{n}"), getattr(fact, f"half_width{n}")
            basis = BASES.get(getattr(fact, f"basis{n}"))
            modelled = basis is not None and basis.modelled
            stretch = _compared(fact, getattr(fact, f"basis{n}"), about.calendar) if modelled else None
            start, end, base_start, base_end = stretch or (fact.period_start, fact.period_end, None, None)
            yield _statement(
                fact,
                about,
                "basis" if not modelled else "" if stretch else "base",
                observation_id=f"{fact.fact_id}:change{n}",
                start=start,
                end=end,
                base_start=base_start,
                base_end=base_end,
                change_pct=change,
                half_width=half,
                lower=max(0.0, 1 + (change - half) / 100),
                upper=1 + (change + half) / 100,
            )


def _statement(fact, about: _Series, reason: str, **says) -> dict:
    if not STATUSES[fact.status].observed:
        reason = "projection"
    elif fact.period_end > about.last_day:
        reason = "later month"
    soft_sd = 0.0 if STATUSES[fact.status].binding else about.estimate_sd
    plain = dict.fromkeys(_STATEMENT_COLUMNS, None)
    common = {"fact_id": fact.fact_id, "published": fact.published, "status": fact.status, "by": ""}
    return plain | common | {"reason": reason, "soft_sd": soft_sd} | says


# ---------------------------------------------------------------------------------------------------- stretches


def _compared(fact, basis: str, calendar: Calendar) -> tuple[dt.date, dt.date, dt.date, dt.date] | None:
    """The stretch that a change speaks of and the one it is measured against; None when that is not certain."""
    start, end = fact.period_start.date(), fact.period_end.date()
    if basis == "mom" and not _is_one_month(start, end, calendar):
        return None
    if basis == "ytd_yoy":
        start = _year_start(start, end, calendar)
    if start is None or (basis != "mom" and (end - start).days > 366):
        return None
    return start, end, *stretch_before(start, end, BASES[basis].months_back, calendar)


def _is_one_month(start: dt.date, end: dt.date, calendar: Calendar) -> bool:
    """One reporting month, or one calendar month where a source gave only its name."""
    if covers_whole_months(start, end, calendar):
        return month_of(start, calendar) == month_of(end, calendar)
    return (
        start.day == 1
        and end == dt.date(end.year, end.month, gregorian.monthrange(end.year, end.month)[1])
        and ((start.year, start.month) == (end.year, end.month))
    )


def _year_start(start: dt.date, end: dt.date, calendar: Calendar) -> dt.date | None:
    """Where the year to date begins: with the fact's own period if that opens a year, else with the year of its end."""
    year = year_bounds(month_of(end, calendar).year, calendar)[0]
    january = dt.date(end.year, 1, 1)
    if start in (year, january):
        return start
    return year if start > year else None


# --------------------------------------------------------------------------------------------------- precedence


def _with_precedence(statements: pd.DataFrame) -> pd.DataFrame:
    """Of several statements on one period (and base), all but one get their reason and the id of that one."""
    statements = statements.copy()
    open_ = statements["reason"] == ""
    periods = statements[open_].groupby(["start", "end", "base_start", "base_end"], dropna=False, sort=False)
    for _, rivals in periods:
        if len(rivals) > 1:
            for loser, reason, winner in _contest(rivals):
                statements.loc[loser, ["reason", "by"]] = [reason, winner]
    return statements


def _contest(rivals: pd.DataFrame) -> Iterator[tuple[object, str, str]]:
    """Each statement that loses, the first criterion it loses by, and the id of the winner."""
    order = {"publication": -rivals["published"].astype("int64"), "status": firmness(rivals)}
    order = pd.DataFrame(order | {"rounding": rivals["upper"] - rivals["lower"]})
    first = order.sort_values(["publication", "status", "rounding"], kind="stable").index[0]
    winner = sharper(rivals, first)
    for loser in rivals.index.drop(winner):
        if winner != first and _inside(rivals, winner, loser):
            reason = "rounding"
        else:
            reason = next((c for c in order if order.at[first, c] < order.at[loser, c]), "order")
        yield loser, reason, rivals.at[winner, "observation_id"]


def _inside(rivals: pd.DataFrame, inner, outer) -> bool:
    return (
        rivals.at[inner, "lower"] >= rivals.at[outer, "lower"]
        and rivals.at[inner, "upper"] <= rivals.at[outer, "upper"]
    )


# ------------------------------------------------------------------------------------------------- further error


def _loosened(statements: pd.DataFrame, about: _Series) -> pd.DataFrame:
    """The statements with the error of cut months, and of growth on a level that has been revised, in `soft_sd`."""
    parts = [
        np.hypot(_cut_sd(row.start, row.end, about.calendar), _cut_sd(row.base_start, row.base_end, about.calendar))
        for row in statements.itertuples(index=False)
    ]
    revised, estimate = _revised(statements), statements["soft_sd"]
    estimate = estimate.mask(revised, about.estimate_sd) if revised.any() else estimate
    return statements.assign(soft_sd=np.hypot(estimate, np.array(parts, dtype=float)))


def _cut_sd(start, end, calendar: Calendar) -> float:
    """Relative sd of a stretch's sum when only shares s of some months lie in it: PART_SD · sqrt(Σ s(1−s)) / Σ s."""
    if pd.isna(start) or covers_whole_months(start, end, calendar):
        return 0.0
    share = month_shares(start, end, calendar)
    return float(PART_SD * np.sqrt((share * (1 - share)).sum()) / share.sum())


def _revised(statements: pd.DataFrame) -> pd.Series:
    """Changes printed beside a level that another figure has since replaced by a different one."""
    levels = statements[statements["value"].notna()].set_index("observation_id")
    lost = levels[levels["by"] != ""]
    kept = levels.loc[lost["by"]]
    apart = (lost["lower"].to_numpy() > kept["upper"].to_numpy()) | (
        lost["upper"].to_numpy() < kept["lower"].to_numpy()
    )
    return statements["change_pct"].notna() & statements["fact_id"].isin(lost.index[apart])


# ------------------------------------------------------------------------------------------------------- months


def _month_spans(facts: pd.DataFrame, catalogue: Catalogue) -> pd.DataFrame:
    """Ordinals of the first and the last reporting month of each observed fact, up to the month of publication."""
    facts = facts[are_observed(facts)]
    calendars, months, spans = {}, {}, []
    columns = ["zone", "indicator", "scope", "period_start", "period_end", "published"]
    for zone, indicator, scope, *days in facts[columns].itertuples(index=False, name=None):
        series = zone, indicator, scope
        if series not in calendars:
            calendars[series] = catalogue.calendar_of(*series)
        calendar = calendars[series]
        for day in days:
            if (day, calendar) not in months:
                months[day, calendar] = month_of(day, calendar).ordinal
        first, last, published = (months[day, calendar] for day in days)
        spans.append((*series, first, min(last, max(first, published))))
    spans = pd.DataFrame(spans, columns=["zone", "indicator", "scope", "first", "last"])
    return spans


def _periods(ordinals: pd.Series) -> pd.Series:
    return pd.Series(pd.PeriodIndex.from_ordinals(ordinals.to_numpy("int64"), freq="M"), index=ordinals.index)
