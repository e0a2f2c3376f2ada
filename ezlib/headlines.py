"""Which series the table of a zone's page tells, and the months for which it has a figure of one of them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ezlib.catalogue import Catalogue, SeriesKey, Zone
from ezlib.contracts import WithoutFacts
from ezlib.facts import are_observed
from ezlib.observations import months_with_facts
from ezlib.periods import month_bounds, month_of, year_bounds

OLDEST_TOLD = 12  # months: an older figure says nothing of a month
# Indicators whose parts the table shows; of the others it shows the total alone.
GROUPS_IN_PARTS = ("trade", "revenue")
GROUPS_IN_TOTAL = ("crossings",)


def table_series(zone: Zone, catalogue: Catalogue) -> dict[str, str]:
    """Return the series of the table in order, each with the kind of its row: a total or a part of one."""
    return dict(_rows(zone, catalogue))


def months_told(facts: pd.DataFrame, zone: Zone, catalogue: Catalogue) -> list[pd.Period]:
    """Return the months with facts of a zone of which its table has a figure, or one at most a year older."""
    observed = facts[are_observed(facts)]
    stated = {month for series in table_series(zone, catalogue) for month in _stated(observed, series, catalogue)}
    covered = months_with_facts(facts, zone.id, catalogue)
    return [month for month in covered if any(month - late in stated for late in range(OLDEST_TOLD + 1))]


def refuse_untold(facts: pd.DataFrame, zone: Zone, month: pd.Period, catalogue: Catalogue) -> None:
    """Raise WithoutFacts, naming the nearest month that works, where a page could tell nothing of `month`."""
    told = months_told(facts, zone, catalogue)
    if month in told:
        return
    nearest = min(told, key=lambda known: (abs(known.ordinal - month.ordinal), -known.ordinal), default=None)
    if month in months_with_facts(facts, zone.id, catalogue):
        what = f"No headline series of {zone.id} has a figure for {month} or the {OLDEST_TOLD} months before."
        remedy = "Name headline series with facts in data/catalogue.yml."
    else:
        what = f"No fact of {zone.id} covers {month}."
        remedy = "Take a later day of publication, or add facts of the zone."
    raise WithoutFacts(what, next_step=remedy if nearest is None else f"The nearest month with facts is {nearest}.")


def _rows(zone: Zone, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    for series in zone.leading():
        _, indicator, scope = SeriesKey.of(series)
        yield series, "total"
        if catalogue.indicator(indicator).group in GROUPS_IN_PARTS:
            for identity in catalogue.identities_of(zone.id, scope):
                if identity.total == indicator:
                    yield from ((f"{zone.id}/{part}/{scope}", "part") for part in identity.parts)
    for identity in catalogue.identities_of(zone.id, zone.scope):
        if catalogue.indicator(identity.total).group in GROUPS_IN_TOTAL:
            yield f"{zone.id}/{identity.total}/{zone.scope}", "total"


def _stated(facts: pd.DataFrame, series: str, catalogue: Catalogue) -> Iterator[pd.Period]:
    """The months of a series that a fact states, alone or as the last of a year to date."""
    zone, indicator, scope = SeriesKey.of(series)
    calendar = catalogue.calendar_of(zone, indicator, scope)
    mine = (facts["zone"] == zone) & (facts["indicator"] == indicator) & (facts["scope"] == scope)
    for start, end in facts.loc[mine, ["period_start", "period_end"]].itertuples(index=False, name=None):
        month = month_of(end, calendar)
        first, last = month_bounds(month, calendar)
        if end.date() == last and start.date() in (first, year_bounds(month.year, calendar)[0]):
            yield month
