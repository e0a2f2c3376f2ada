"""Zones side by side after the same month, by what each of them counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, messages, wording
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, load_catalogue
from ezlib.contracts import DataError
from ezlib.facts import are_observed, in_own_unit, in_precedence, load_facts
from ezlib.flow_words import READABLE_DIGITS
from ezlib.messages import say
from ezlib.observations import observe, superseded
from ezlib.outlook import Outlook
from ezlib.outturns import agreed
from ezlib.periods import CALENDAR, as_month
from ezlib.subjects import headline_series, outlooks_of


@dataclass(frozen=True, eq=False)
class Zones:
    """The headline trade of every zone, each counted its own way; `without` says why a series has no outlook."""

    catalogue: Catalogue
    month: pd.Period
    lang: str
    outlooks: dict[str, Outlook]
    without: dict[str, str]
    shares: pd.DataFrame
    conflicts: pd.DataFrame

    @property
    def levels(self) -> Block:
        """Last year, this year so far, and this year in full."""
        year, lang = self.month.year, self.lang
        rows = [
            {
                say("zones.year", lang, year=str(year - 1)): self._year(o, year - 1),
                say("zones.to_date", lang, year=str(year)): self._to_date(o),
                say("zones.full_year", lang, year=str(year)): self._year(o, year),
            }
            for o in self.outlooks.values()
        ]
        return blocks.stack(self._table(rows, "zones.levels_caption"), *self._missing())

    @property
    def growth(self) -> Block:
        """The same as change on the year before, path by path."""
        year, lang = self.month.year, self.lang
        rows = [
            {
                say("zones.year_growth", lang, year=str(year - 1)): _growth(o, *_whole(year - 1), lang),
                say("zones.ytd_growth", lang, year=str(year)): _growth(o, *self._so_far(o), lang),
                say("zones.year_growth", lang, year=str(year)): _growth(o, *_whole(year), lang),
            }
            for o in self.outlooks.values()
        ]
        return self._table(rows, "zones.growth_caption")

    @property
    def structure(self) -> Block:
        """Parts of the latest total of which every part is known for the same period, scope by scope."""
        if self.shares.empty:
            return blocks.paragraph(say("zones.no_shares", self.lang))
        lang, cat = self.lang, self.catalogue
        rows = [
            {
                say("zones.share", lang): _share(row.share, lang),
                say("zones.of", lang): wording.quantity(round(row.total, 2), row.unit, lang, catalogue=cat),
            }
            for row in self.shares.itertuples()
        ]
        names = [
            say(
                "zones.part",
                lang,
                name=f"{cat.zone(r.zone).name(lang)}, {cat.indicator(r.part).short(lang)}",
                period=wording.stretch(r.start, r.end, lang),
            )
            for r in self.shares.itertuples()
        ]
        return blocks.table(pd.DataFrame(rows, index=pd.Index(names, name="")), say("zones.shares_caption", lang))

    @property
    def caveats(self) -> Block:
        """What each zone counts, and why the zones cannot be added up."""
        lang, cat, told = self.lang, self.catalogue, []
        for zone, scope in dict.fromkeys((key.zone, key.scope) for key in map(SeriesKey.of, self.outlooks)):
            known, counted = cat.zone(zone), cat.scope(scope)
            covers = counted.covers_vi if lang == "vi" else counted.covers_en
            told.append(say("zones.covers", lang, zone=known.name(lang), scope=counted.name(lang), covers=covers))
            days = {o.calendar.start_day for s, o in self.outlooks.items() if s.startswith(f"{zone}/")}
            told += [
                say("zones.calendar", lang, zone=known.name(lang), day=str(d)) for d in days if d != CALENDAR.start_day
            ]
        return blocks.points([*self._conflicts(), *told, *self._scale()])

    @property
    def frame(self) -> pd.DataFrame:
        """Totals of the two years of every series, for saving."""
        rows = []
        for series, o in self.outlooks.items():
            for year in (self.month.year - 1, self.month.year):
                if o.covers_year(year):
                    said = dict(zip(["median", "lower_80", "upper_80"], o.total_range(str(year)), strict=True))
                    rows.append({"series": series, "year": year, "unit": o.unit, **said})
        return pd.DataFrame(rows, columns=["series", "year", "unit", "median", "lower_80", "upper_80"])

    def _table(self, rows: list[dict], caption: str) -> Block:
        names = [self._name(series) for series in self.outlooks]
        return blocks.table(pd.DataFrame(rows, index=pd.Index(names, name="")), say(caption, self.lang))

    def _name(self, series: str) -> str:
        return say("zones.series", self.lang, **self._words(series))

    def _words(self, series: str) -> dict[str, str]:
        zone, name = SeriesKey.of(series).zone, self.catalogue.indicator_of(series).short(self.lang)
        return {"zone": self.catalogue.zone(zone).name(self.lang), "name": name}

    def _missing(self) -> list[Block]:
        return [
            blocks.paragraph(say("subject.no_outlook", self.lang, name=self._name(series), reason=reason))
            for series, reason in self.without.items()
        ]

    def _conflicts(self) -> list[str]:
        """Periods of these years for which two figures were published that disagree."""
        told = []
        for row in self.conflicts.itertuples():
            about, unit = self._words(row.series), self.catalogue.indicator_of(row.series).unit
            values = [wording.number(x, None, self.lang) for x in (row.value, row.other)]
            about["name"] = about["name"].lower()
            about["period"] = wording.stretch(row.start, row.end, self.lang)
            about["values"] = wording.with_unit(messages.listing(values, self.lang), unit, self.lang, self.catalogue)
            told.append(say("zones.conflict", self.lang, used=values[0], **about))
        return told

    def _so_far(self, found: Outlook) -> tuple[str, str]:
        """The months of the year that are known, and the same months a year earlier; empty where there are none."""
        end = min(found.last_observed, pd.Period(f"{self.month.year}-12", "M"))
        if end.year != self.month.year:
            return "", ""
        return f"{end.year}-01:{end}", f"{end.year - 1}-01:{end - 12}"

    def _to_date(self, found: Outlook) -> str:
        period, _ = self._so_far(found)
        if not period:
            return wording.MISSING
        told = _amount_of(found, period, self.lang, self.catalogue)
        return say("zones.to_date_value", self.lang, value=told, month=wording.month(period.split(":")[1], self.lang))

    def _year(self, found: Outlook, year: int) -> str:
        return _amount_of(found, str(year), self.lang, self.catalogue)

    def _scale(self) -> list[str]:
        """Every zone's trade of last year beside the nation's, where both cover it."""
        year = self.month.year - 1
        totals = {s: o.total(str(year)).median() for s, o in self.outlooks.items() if o.covers_year(year)}
        nation = {s: t for s, t in totals.items() if self.catalogue.zone(SeriesKey.of(s).zone).scope == "national"}
        if {SeriesKey.of(s).indicator for s in nation} != {"trade_export", "trade_import"}:
            return []
        others = {series: total for series, total in totals.items() if series not in nation}
        return [self._scale_of(series, year, total / sum(nation.values())) for series, total in others.items()]

    def _scale_of(self, series: str, year: int, share: float) -> str:
        told = _share(share, self.lang)
        return say("zones.scale", self.lang, year=str(year), share=told, **self._words(series))


def compose_zones(month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> Zones:
    """Return every zone's headline trade standing after the same month, and the shares that published parts allow."""
    catalogue = load_catalogue(root)
    wanted = [series for zone in catalogue.zones for series in headline_series(zone, "trade", root)]
    found, without = outlooks_of(wanted, month, as_of, seed, root, lang)
    facts = load_facts(as_of=as_of, root=root)
    against = conflicts(facts, found, month, as_of, catalogue)
    return Zones(catalogue, as_month(month), lang, found, without, shares(facts, month, catalogue), against)


def conflicts(facts: pd.DataFrame, series: Iterable[str], month, as_of, catalogue: Catalogue) -> pd.DataFrame:
    """Return levels of this year and the last that another figure for the same period contradicts by 1 % or more.

    Columns: series, start, end, value (the one used), other. Which of them is wrong is for the audit to say.
    """
    since, rows = pd.Timestamp(as_month(month).year - 1, 1, 1), []
    for name in series:
        used = observe(facts, name, month, as_of, catalogue).set_index("observation_id")["value"]
        left = superseded(facts, name, month, as_of, catalogue)
        left = left[left["value"].notna() & left["by"].isin(used.index) & (pd.to_datetime(left["end"]) >= since)]
        for row in left.itertuples():
            if abs(row.value / used[row.by] - 1) >= 0.01:
                told = {"series": name, "start": row.start, "end": row.end}
                rows.append(told | {"value": used[row.by], "other": row.value})
    return pd.DataFrame(rows, columns=["series", "start", "end", "value", "other"]).drop_duplicates()


def shares(facts: pd.DataFrame, month, catalogue: Catalogue) -> pd.DataFrame:
    """Return the parts of trade totals over the latest period for which a total and all its parts are published.

    One zone and identity at a time, by the zone's own scope, so that no share mixes scopes. Columns: zone, scope,
    identity, part, start, end, share, total, unit. Parts that do not add up to the total within 1 % are left out: which
    figure is wrong is for the audit to say.
    """
    seen = facts[(facts["period_end"] <= pd.Timestamp(as_month(month).end_time)) & are_observed(facts)]
    rows = []
    for zone in catalogue.zones.values():
        for identity in catalogue.identities_of(zone.id, zone.scope):
            if catalogue.indicator(identity.total).group == "trade":
                rows += _shares_of(identity, zone.scope, seen, catalogue)
    return pd.DataFrame(rows, columns=["zone", "scope", "identity", "part", "start", "end", "share", "total", "unit"])


def _shares_of(identity, scope: str, facts: pd.DataFrame, catalogue: Catalogue) -> list[dict]:
    here = facts[(facts["zone"] == identity.zone) & (facts["scope"] == scope)]
    members = [identity.total, *identity.parts]
    latest = in_precedence(in_own_unit(here[here["indicator"].isin(members)], catalogue))
    table = latest.pivot_table("value", ["period_end", "period_start"], "indicator", "last")
    table = table.reindex(columns=members).dropna()
    if table.empty:
        return []
    end = table.index[-1][0]
    row = table.loc[end].iloc[0]
    start = table.loc[end].index[0]
    if abs(row[list(identity.parts)].sum() / row[identity.total] - 1) > 0.01:
        return []
    about = {"zone": identity.zone, "scope": scope, "identity": identity.id, "start": start, "end": end}
    unit = catalogue.indicator(identity.total).unit
    return [
        about | {"part": part, "share": row[part] / row[identity.total], "total": row[identity.total], "unit": unit}
        for part in identity.parts
    ]


def _whole(year: int) -> tuple[str, str]:
    return str(year), str(year - 1)


def _growth(found: Outlook, period: str, before: str, lang: str) -> str:
    """The change between two periods on every path: one figure where facts fix it, else its median and interval."""
    try:
        change = 100 * (found.total(period) / found.total(before) - 1) if period else pd.Series(dtype=float)
    except DataError:
        return wording.MISSING
    if change.empty:
        return wording.MISSING
    low, middle, high = change.quantile([0.1, 0.5, 0.9])
    if high - low < 1:
        return wording.change(middle, 0, lang)
    ends = messages.say("range", lang, lower=wording.change(low, 0, lang), upper=wording.change(high, 0, lang))
    return f"{wording.change(middle, 0, lang)} ({ends})"


def _amount_of(found: Outlook, period: str, lang: str, catalogue: Catalogue) -> str:
    """The total of a period: one figure where all paths agree, else its median and interval."""
    try:
        total = found.total(period)
    except DataError:
        return wording.MISSING
    value = agreed(total)
    if np.isfinite(value):
        factor, unit = wording.readable(value, found.unit)
        short = wording.digits(factor * value, READABLE_DIGITS, lang)
        told = wording.shared_digits(value, np.ptp(total), lang) if factor == 1 else short
        return wording.with_unit(told, unit, lang, catalogue)
    middle, low, high = found.total_range(period)
    told, unit = wording.estimate_in(middle, low, high, found.unit, lang)
    return f"{wording.with_unit(told.median, unit, lang, catalogue)} ({told.interval})"


def _share(share: float, lang: str) -> str:
    """A share to a tenth of a percent; a tiny one to its first two digits, so that it never reads as nothing."""
    percent = 100 * share
    text = wording.number(percent, 1, lang) if percent >= 1 or percent == 0 else wording.digits(percent, 2, lang)
    return f"{text}{wording.NBSP}%"
