"""The scorecard of a zone as a page: every aim that no sum of months decides, by source and by how far it has come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from ezlib import blocks, wording
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, load_catalogue
from ezlib.facts import load_facts
from ezlib.messages import say
from ezlib.periods import as_month
from ezlib.plans import Target, load_targets
from ezlib.scorecard import DECIDED, OVER_A_PERIOD, STATES, Progress, assess_aims, progress_frame


@dataclass(frozen=True, eq=False)
class Scorecard:
    """The aims of a zone, and of the zones its series are part of, that no sum of months decides."""

    catalogue: Catalogue
    month: pd.Period
    lang: str
    aims: dict[str, list[Progress]]

    @property
    def summary(self) -> Block:
        """How many aims stand where; that nobody has published a figure is counted too."""
        return blocks.points(self._summary(zone, aims) for zone, aims in self.aims.items())

    @property
    def table(self) -> Block:
        """The aims, one a row, zone by zone."""
        shown = []
        for zone, aims in self.aims.items():
            name = self.catalogue.zone(zone).name(self.lang)
            for source, set_there in self._by_source(aims):
                shown += [blocks.section(f"{name}: {source}"), self._table(set_there)]
        return blocks.stack(*shown)

    @property
    def sources(self) -> Block:
        """Where each aim and each figure is from."""
        every = [p for aims in self.aims.values() for p in aims]
        aims = dict.fromkeys(self._source(p.target.reference, p.target.source) for p in every)
        facts = dict.fromkeys((p.fact_id, self._source(p.reference, p.source)) for p in every if p.fact_id)
        told = [say("score.aim_source", self.lang, source="; ".join(aims))] if aims else []
        return blocks.points(told + [say("score.fact_source", self.lang, fact=f, source=s) for f, s in facts])

    @property
    def frame(self) -> pd.DataFrame:
        """The scorecard as a plain table, for saving."""
        return progress_frame(p for aims in self.aims.values() for p in aims)

    def _summary(self, zone: str, aims: list[Progress]) -> str:
        name, lang = self.catalogue.zone(zone).name(self.lang), self.lang
        if not aims:
            return say("score.none", lang, zone=name, month=wording.month(self.month, lang))
        counts = Counter(p.state for p in aims)
        parts = [
            say("score.count", lang, count=str(counts[state]), state=say(f"score.state.{state}", lang))
            for state in STATES
            if counts[state]
        ]
        return say("score.summary", lang, zone=name, count=str(len(aims)), parts="; ".join(parts))

    def _by_source(self, aims: list[Progress]) -> list[tuple[str, list[Progress]]]:
        """The aims by where they were set, the source of most aims first."""
        groups: dict[str, list[Progress]] = {}
        for p in aims:
            groups.setdefault(self._source(p.target.reference, p.target.source), []).append(p)
        return sorted(groups.items(), key=lambda group: -len(group[1]))

    def _table(self, aims: list[Progress]) -> Block:
        lang = self.lang
        rows = [
            {
                say("table.aim", lang): say(
                    f"compare.{p.target.comparator}", lang, value=self._amount(p, p.target.value)
                ),
                say("table.deadline", lang): _deadline(p.target, lang),
                say("table.latest", lang): self._latest(p),
                say("table.pace", lang): "" if pd.isna(p.pace) else self._amount(p, round(p.pace, 2)),
                say("table.still", lang): self._still(p),
                say("table.state", lang): self._state(p),
            }
            for p in aims
        ]
        names = [self.catalogue.indicator(p.target.indicator).name(lang) for p in aims]
        frame = pd.DataFrame(rows, index=pd.Index(names, name=say("table.indicator", lang)))
        return blocks.table(frame.loc[:, (frame != "").any()], say("score.caption", lang))

    def _state(self, p: Progress) -> str:
        state = say(f"score.state.{p.state}", self.lang)
        return say("score.by_other_scope", self.lang, state=state) if p.scope_differs and p.state in DECIDED else state

    def _latest(self, p: Progress) -> str:
        if not p.fact_id:
            return wording.MISSING
        value = say("score.at", self.lang, value=self._amount(p, p.value), date=wording.date(p.at, self.lang))
        if not p.scope_differs:
            return value
        return f"{value}; {say('score.other_scope', self.lang, scope=self.catalogue.scope(p.scope).name(self.lang))}"

    def _still(self, p: Progress) -> str:
        if pd.isna(p.missing) or p.missing == 0 or p.state in ("reached", "missed", "overdue"):
            return ""
        missing = self._amount(p, round(p.missing, 2))
        if pd.isna(p.needed_per_month):
            return missing
        return say("score.still", self.lang, missing=missing, needed=wording.digits(p.needed_per_month, 2, self.lang))

    def _amount(self, p: Progress, value: float) -> str:
        return wording.quantity(value, p.target.unit, self.lang, catalogue=self.catalogue)

    def _source(self, reference: str, source: str) -> str:
        return self.catalogue.document(reference, self.lang) or source


def _deadline(target: Target, lang: str) -> str:
    """The period of an aim that is about a stretch of time, the last day of any other."""
    if target.kind in OVER_A_PERIOD:
        return wording.stretch(target.period_start, target.period_end, lang)
    return wording.date(target.period_end, lang)


def compose_scorecard(zone: str, month, as_of=None, lang: str = "vi", root=None) -> Scorecard:
    """Return the scorecard of a zone and of every zone that the catalogue says its series lie inside."""
    catalogue = load_catalogue(root)
    pairs = [(SeriesKey.of(i.part), SeriesKey.of(i.whole)) for i in catalogue.inside.values()]
    around = [whole.zone for part, whole in pairs if part.zone == zone]
    aims = {
        name: assess_aims(load_targets(name, as_of, root), load_facts(name, as_of, root=root), month, as_of, catalogue)
        for name in dict.fromkeys([zone, *around])
    }
    return Scorecard(catalogue, as_month(month), lang, aims)
