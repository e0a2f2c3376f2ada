"""What the model expected of a month before its figures were published, to be held beside what was printed then."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from ezlib.catalogue import Catalogue, load_catalogue, parse_series
from ezlib.contracts import DataError
from ezlib.facts import facts_of, load_facts
from ezlib.headlines import refuse_untold
from ezlib.outlook import outlook
from ezlib.periods import as_month, month_bounds

LEVEL = 0.99
COLUMNS = ["lower", "upper"]


def expected_before(zone: str, month, as_of=None, root=None) -> pd.DataFrame:
    """Return the interval in which the model expected each figure of a month, from what was published before it.

    A row for every fact of the zone's leading flows that states the reporting month, by fact_id: `lower` and `upper`
    in the fact's own unit, the central 99 % of the paths. Earlier facts alone are used, none of the same day; a
    figure before which there was no outlook has no row, and a month without a figure of its own has none at all. It
    goes into `audit(facts, expected)`, as a doubt and no proof. Raises WithoutFacts for a month of which nothing is
    known.
    """
    catalogue, month = load_catalogue(root), as_month(month)
    facts = load_facts(zone, as_of, root=root)
    refuse_untold(facts, catalogue.zone(zone), month, catalogue)
    rows = {}
    for series in catalogue.zone(zone).leading():
        for fact in _of_month(facts, series, month, catalogue):
            ends = _expected(fact, series, month, catalogue, root)
            if ends is not None:
                rows[fact.fact_id] = ends
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).astype("float64")


def _of_month(facts: pd.DataFrame, series: str, month: pd.Period, catalogue: Catalogue) -> list:
    key = parse_series(series, catalogue)
    if catalogue.indicator(key.indicator).kind != "flow":
        return []
    start, end = month_bounds(month, catalogue.calendar_of(*key))
    mine = facts_of(facts, key)
    whole = (mine["period_start"] == pd.Timestamp(start)) & (mine["period_end"] == pd.Timestamp(end))
    return list(mine[whole].itertuples())


def _expected(fact, series: str, month, catalogue: Catalogue, root):
    """The interval of one figure; None where nothing published before it gives an outlook."""
    eve = fact.published.date() - dt.timedelta(days=1)
    try:
        before = outlook(series, month - 1, eve, until=month, root=root)
    except DataError:
        return None
    _, lower, upper = before.total_range(str(month), LEVEL)
    factor = catalogue.convert(1.0, before.unit, fact.unit)
    return factor * lower, factor * upper
