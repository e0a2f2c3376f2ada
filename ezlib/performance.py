"""How good past forecasts were, as tables and figures: those on record, and the past worked out again.

What was given at the time counts first. Where none was, the outlook is made again as of each past month with what had
been published then; a table says which of the two it shows, and whether the days of publication are known or assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, evaluate, messages, replays, rivals, scores, summaries, wording
from ezlib.aims import GROWTHS
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue, SeriesKey, Zone, load_catalogue
from ezlib.charts import hedgehog_chart, reliability_chart
from ezlib.contracts import DataError
from ezlib.evaluate import OURS, PSEUDO, AnnualTotals
from ezlib.facts import load_facts
from ezlib.messages import say
from ezlib.outlook import Outlook
from ezlib.periods import as_month
from ezlib.plans import load_targets
from ezlib.record import (
    KEPT,
    MIN_CASES,
    SHOWN,
    count_waiting,
    from_replay,
    load_record,
    score_of_chances,
    scored,
    year_end_cases,
)
from ezlib.subjects import fits, headline_series, outlooks_of

STANDINGS = 24  # past months from which the year's end is forecast again
ORIGINS, EVERY, HORIZON = 12, 3, 12  # of the rolling forecasts of a series whose months are known
MIN_MONTHS = 60  # known months below which no rolling forecast is made
PATHS = 300
YEAR_END_METHODS = (OURS, "run_rate", "profile")
ROLLING_METHODS = (OURS, "seasonal_naive", "run_rate", "profile", "ets", "sarimax", "theta", "unobserved_components")
BANDS = 5
GROUPS = ((0, 2), (3, 5), (6, 8), (9, 11))  # months of the year that were known


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """What forecasts of a zone have been worth.

    `kept` are scored rows of the record, `waiting` counts those whose outturn is not yet known; `year_ends` holds for
    each series the year-ends forecast again from past months; `rolling` the errors of twelve months ahead from past
    months of the first series whose months are known; `replays` what the facts of sparse series said of later figures.
    """

    zone: Zone
    catalogue: Catalogue
    lang: str
    outlooks: dict[str, Outlook]
    kept: pd.DataFrame
    waiting: int
    year_ends: dict[str, AnnualTotals]
    rolling: pd.DataFrame
    replays: pd.DataFrame

    @property
    def line(self) -> Block:
        """The sentence of the brief."""
        replayed = [from_replay(_ours(found.totals)) for found in self.year_ends.values()]
        return blocks.paragraph(record_line(year_end_cases(self.kept, _joined(replayed)), self.lang, self.catalogue))

    @property
    def on_record(self) -> Block:
        """What was given at the time and has come due: totals of years and months, chances of targets."""
        lang, count = self.lang, len(self.kept)
        told = [say("record.waiting", lang, count=wording.number(self.waiting, 0, lang))]
        if not count:
            return blocks.paragraph(say("record.none", lang), *told)
        decided, brier = score_of_chances(self.kept)
        if decided:
            values = {"count": str(decided), "brier": wording.number(brier, 3, lang)}
            told.append(say("record.brier" if decided >= MIN_CASES else "record.brier_few", lang, **values))
        totals = self.kept[self.kept["target_id"] == ""].sort_values(["period", "month"], kind="stable").tail(SHOWN)
        return blocks.stack(self._cases(totals), blocks.paragraph(*told))

    @property
    def years(self) -> Block:
        """Year-ends forecast again from past months, by how much of the year was known, beside simple methods."""
        shown = []
        for series, found in self.year_ends.items():
            if len(found.totals):
                shown += [blocks.section(self._name(series)), self._years_table(found)]
        return blocks.stack(*shown) if shown else blocks.paragraph(say("track.no_years", self.lang))

    @property
    def reliability(self) -> Block:
        """What was called so likely, and how often it came."""
        chances = _joined([_ours(found.chances) for found in self.year_ends.values()])
        decided = chances[chances["reached"].notna()] if len(chances) else chances
        if len(decided) < MIN_CASES:
            return blocks.paragraph(say("track.too_few", self.lang, count=str(len(decided)), needed=str(MIN_CASES)))
        table = scores.reliability(decided["probability"], decided["reached"], BANDS)
        brier = scores.brier(decided["probability"], decided["reached"])
        note = say(
            "track.reliability_note", self.lang, cases=str(len(decided)), brier=wording.number(brier, 3, self.lang)
        )
        note = messages.sentences(note, _timing(decided, self.lang))
        return blocks.stack(reliability_chart(table, self.lang, note=note))

    @property
    def hedgehog(self) -> Block:
        """The months of a series, and what was forecast of them from earlier ones."""
        if self.rolling.empty:
            return self._sparse()
        shown = []
        for series, errors in _ours(self.rolling).groupby("series"):
            found = self.outlooks[series]
            known = found.printed.loc[: found.printed.last_valid_index()]
            note = messages.sentences(say("track.hedgehog_note", self.lang), _timing(self.rolling, self.lang))
            shown.append(
                hedgehog_chart(known, errors, found.unit, self._name(series), self.lang, note, catalogue=self.catalogue)
            )
        return blocks.stack(*shown)

    @property
    def horizons(self) -> Block:
        """Errors and coverage by how many months ahead."""
        if self.rolling.empty:
            return blocks.paragraph(say("track.no_rolling", self.lang, needed=str(MIN_MONTHS)))
        summary = summaries.summarise(_ours(self.rolling), by=["method", "horizon"]).loc[OURS]
        lang = self.lang
        frame = pd.DataFrame(
            {
                say("track.smape", lang): [wording.percent(x, 1, lang) for x in summary["smape"]],
                say("track.covers", lang, level="80"): _shares(summary["coverage_80"], lang),
                say("track.covers", lang, level="95"): _shares(summary["coverage_95"], lang),
                say("track.cases", lang): [str(n) for n in summary["cases"]],
            },
            index=pd.Index([say("track.ahead", lang, count=str(h)) for h in summary.index], name=""),
        )
        return blocks.table(frame, say("track.horizons_caption", lang), note=_timing(self.rolling, self.lang))

    @property
    def calibration(self) -> Block:
        """Where outturns fell within the distribution forecast: as often in each fifth when it is calibrated."""
        if self.rolling.empty:
            return blocks.paragraph(say("track.no_rolling", self.lang, needed=str(MIN_MONTHS)))
        bands = summaries.pit_histogram(_ours(self.rolling), BANDS).loc[OURS]
        edges = [(100 * i // BANDS, 100 * (i + 1) // BANDS) for i in range(BANDS)]
        names = [f"{low}{wording.DASH}{high}{wording.NBSP}%" for low, high in edges]
        frame = pd.DataFrame([_shares(bands, self.lang)], index=[say("track.pit_row", self.lang)], columns=names)
        note = say("track.pit_note", self.lang, share=wording.percent(100 / BANDS, 0, self.lang))
        return blocks.table(frame, say("track.pit_caption", self.lang), note=note)

    @property
    def skill(self) -> Block:
        """The model beside reference models on the same months."""
        if self.rolling.empty:
            return blocks.paragraph(say("track.no_rolling", self.lang, needed=str(MIN_MONTHS)))
        table = summaries.summarise(self.rolling).sort_values("mase")
        ours, lang = table.loc[OURS], self.lang
        rows = {
            _method(name, lang): {
                say("track.smape", lang): wording.percent(row["smape"], 1, lang),
                say("track.mase", lang): wording.number(row["mase"], 2, lang),
                say("track.covers", lang, level="80"): wording.percent(100 * row["coverage_80"], 0, lang),
                say("track.skill", lang): ""
                if name == OURS
                else wording.percent(100 * scores.skill(ours["crps"], row["crps"]), 0, lang),
            }
            for name, row in table.iterrows()
        }
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis(say("track.method", lang))
        note = say("track.skill_note", lang, cases=str(int(ours["cases"])))
        return blocks.table(
            frame, say("track.skill_caption", lang), note=messages.sentences(note, _timing(self.rolling, self.lang))
        )

    @property
    def frame(self) -> pd.DataFrame:
        """Every case as a plain table, for saving."""
        replayed = [from_replay(_ours(found.totals)) for found in self.year_ends.values()]
        return _joined([self.kept, *replayed])

    def _cases(self, cases: pd.DataFrame) -> Block:
        lang = self.lang
        rows = [
            {
                say("track.said", lang): wording.month(row.month, lang),
                say("table.expected", lang): wording.estimate(row.median, row.lower_80, row.upper_80, lang).text,
                say("track.outturn", lang): wording.digits(row.outturn, 4, lang),
                say("track.held", lang): say("yes" if row.in_80 else "no", lang),
            }
            for row in cases.itertuples()
        ]
        names = [f"{self._name(row.series)}, {_period(row.period, lang)}" for row in cases.itertuples()]
        return blocks.table(pd.DataFrame(rows, index=pd.Index(names, name="")), say("track.cases_caption", lang))

    def _years_table(self, found: AnnualTotals) -> Block:
        lang, rows = self.lang, {}
        for first, last in GROUPS:
            totals = found.totals[found.totals["known"].between(first, last)]
            chances = found.chances[found.chances["known"].between(first, last)]
            if len(totals):
                name = say("track.known", lang, first=str(first), last=str(last))
                rows[name] = self._year_row(totals, chances[chances["reached"].notna()])
        frame = pd.DataFrame.from_dict(rows, "index").rename_axis("")
        years = sorted(set(found.totals["year"]))
        note = say("track.years_note", lang, years=_years(years), timing=_timing(found.totals, lang))
        return blocks.table(frame.loc[:, (frame != "").any()], say("track.years_caption", lang), note=note)

    def _year_row(self, totals: pd.DataFrame, chances: pd.DataFrame) -> dict[str, str]:
        lang, ours = self.lang, _ours(totals)
        held = int(ours["outturn"].between(ours["lower_80"], ours["upper_80"]).sum())
        row = {say("track.intervals", lang): say("track.of", lang, held=str(held), count=str(len(ours)))}
        for method in YEAR_END_METHODS:
            mine = totals[totals["method"] == method]
            if len(mine):
                error = 100 * (mine["error"].abs() / mine["outturn"]).mean()
                row[say("track.error_of", lang, method=_method(method, lang))] = wording.percent(error, 1, lang)
        for method in YEAR_END_METHODS:
            mine = chances[chances["method"] == method]
            told = wording.number(scores.brier(mine["probability"], mine["reached"]), 3, lang) if len(mine) else ""
            row[say("track.brier_of", lang, method=_method(method, lang))] = told
        return row

    def _sparse(self) -> Block:
        """For a series of few figures: what was said of each figure that came later."""
        ours = _ours(self.replays)
        if ours.empty:
            return blocks.paragraph(say("track.no_replay", self.lang))
        lang = self.lang
        rows = [
            {
                say("track.said", lang): wording.date(row.as_of, lang),
                say("table.expected", lang): wording.estimate(row.forecast, row.lower_80, row.upper_80, lang).text,
                say("track.outturn", lang): wording.digits(row.outturn, 4, lang),
                say("track.held", lang): say("yes" if row.lower_80 <= row.outturn <= row.upper_80 else "no", lang),
            }
            for row in ours.tail(SHOWN).itertuples()
        ]
        names = [
            f"{self._name(r.series)}, {wording.month_stretch(r.start, r.end, lang)}"
            for r in ours.tail(SHOWN).itertuples()
        ]
        held = int(ours["outturn"].between(ours["lower_80"], ours["upper_80"]).sum())
        note = say("track.sparse_note", lang, held=str(held), count=str(len(ours)))
        shown = blocks.table(
            pd.DataFrame(rows, index=pd.Index(names, name="")), say("track.sparse_caption", lang), note=note
        )
        return blocks.stack(shown)

    def _name(self, series: str) -> str:
        return self.catalogue.series_name(series, self.lang, self.zone.scope)


def compose_record(zone: str, month, as_of=None, lang: str = "vi", root=None, seed: int = 0) -> TrackRecord:
    """Return how good the forecasts of a zone have been, as far as what had been published by `as_of` can tell.

    The record is that of earlier days; year-ends are forecast again for the leading series and for those that targets
    are set on; twelve months ahead for the first leading series whose months are known.
    """
    catalogue, month = load_catalogue(root), as_month(month)
    series = leading(zone, month, as_of, root)
    facts = load_facts(zone, as_of, root=root)
    record = load_record(zone, as_of or facts["published"].max(), root)
    found, _ = outlooks_of(dict.fromkeys([*series, *record["series"]]), month, as_of, seed, root)
    kept = scored(record, found, facts)
    complete = [s for s in series if s in found and found[s].printed.notna().sum() >= MIN_MONTHS]
    year_ends = {
        s: replays.year_ends(
            s, month, as_of, YEAR_END_METHODS, GROWTHS, STANDINGS, root, seed=seed, progress=False, now=found.get(s)
        )
        for s in series
    }
    return TrackRecord(
        zone=catalogue.zone(zone),
        catalogue=catalogue,
        lang=lang,
        outlooks=found,
        kept=kept,
        waiting=count_waiting(record, found, facts),
        year_ends=year_ends,
        rolling=_rolling(complete[:1], facts, month, catalogue, seed),
        replays=_replays([s for s in series if s not in complete], month, as_of, root, seed),
    )


def leading(zone: str, month: pd.Period, as_of=None, root=None) -> list[str]:
    """Return the series of a zone's first headline subject, and those of their indicators that targets are set on."""
    subject = next(iter(load_catalogue(root).zone(zone).headline), None)
    series = headline_series(zone, subject, root)
    indicators = {SeriesKey.of(s).indicator for s in series}
    aims = [t.series for t in load_targets(zone, as_of, root) if fits(t, month.year) and t.indicator in indicators]
    return list(dict.fromkeys([*series, *aims]))


def year_end_record(zone: str, month, as_of, outlooks, facts: pd.DataFrame, root=None, seed: int = 0) -> pd.DataFrame:
    """Return the cases that the brief's line counts: year-ends on record, and the latest ones worked out again."""
    record = load_record(zone, as_of, root)
    series = leading(zone, as_month(month), as_of, root)
    keys = [SeriesKey.of(s) for s in series]
    series = [str(key) for key in keys if key.indicator == keys[0].indicator]
    missing, _ = outlooks_of(
        [s for s in dict.fromkeys(record["series"]) if s not in outlooks], month, as_of, seed, root
    )
    kept = scored(record, {**outlooks, **missing}, facts)
    again = [
        replays.year_ends(s, month, as_of, last=SHOWN, root=root, seed=seed, progress=False, now=outlooks.get(s)).totals
        for s in series
    ]
    return year_end_cases(kept[kept["series"].isin(series)], _joined([from_replay(t) for t in again]))


def record_line(cases: pd.DataFrame, lang: str = "vi", catalogue: Catalogue | None = None) -> str:
    """One sentence on the latest year-end intervals, or that the outturns they are of are too few to say anything.

    Intervals given in different months for one outturn hold it or miss it together, so that outturns are what counts.
    """
    catalogue = catalogue or load_catalogue()
    shown = cases.tail(SHOWN)
    held, count = int(shown["in_80"].sum()), len(shown)
    values = {"held": str(held), "count": str(count), "needed": str(MIN_CASES)}
    if count == 0:
        return say("record.none", lang)
    names = [catalogue.series_name(series, lang) for series in dict.fromkeys(shown["series"])]
    values["names"] = messages.listing(names, lang)
    values["years"] = _years(sorted({int(year) for year in shown["period"]}))
    outturns = len(shown[["series", "period"]].drop_duplicates())
    values["outturns"] = say("record.outturn" if outturns == 1 else "record.outturns", lang, count=str(outturns))
    told = [say("record.line" if outturns >= MIN_CASES else "record.short", lang, **values)]
    again = shown[shown["how"] != KEPT]
    if len(again):
        how = say("record.assumed_days" if (again["timing"] == PSEUDO).any() else "record.known_days", lang)
        key = "record.all_again" if len(again) == count else "record.some_again"
        told.append(say(key, lang, count=str(len(again)), how=how))
    return messages.sentences(*told)


def _rolling(series: list[str], facts: pd.DataFrame, month: pd.Period, catalogue: Catalogue, seed: int) -> pd.DataFrame:
    """Twelve months ahead from past months, every three, by the model and the reference models."""
    known = {s: replays.vintages(facts, s, catalogue) for s in series}
    known = {s: table[table["month"] <= month] for s, table in known.items()}
    rows = []
    for s, table in known.items():
        last = table["month"].max() - HORIZON
        origins = [last - EVERY * i for i in range(ORIGINS)][::-1]
        how = {"paths": PATHS, "seed": seed, "progress": False}
        rows.append(evaluate.rolling_origins({s: table}, HORIZON, ROLLING_METHODS, origins, **how))
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=evaluate.ERROR_COLUMNS)


def _replays(series: list[str], month: pd.Period, as_of, root, seed: int) -> pd.DataFrame:
    """What the facts of sparse series said, on each day that brought one, of figures published later."""
    found = []
    for s in series:
        try:
            table = replays.replay(s, None, (OURS,), root, PATHS, seed, progress=False, as_of=as_of).forecasts
        except DataError:  # no fact of the series at all, which the other tables say
            continue
        found.append(table[table["end"] <= month])
    return _joined(found) if found else pd.DataFrame(columns=replays.REPLAY_COLUMNS)


def _ours(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["method"] == OURS]


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables one below the other; empty ones have no types of their own and are left out where another is not."""
    full = [table for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else (tables[0] if tables else pd.DataFrame())


def _shares(values, lang: str) -> list[str]:
    return [wording.percent(100 * x, 0, lang) for x in np.asarray(values, float)]


def _method(name: str, lang: str) -> str:
    known = rivals.METHODS.get(name)
    return say("track.ours", lang) if known is None else known.name_vi if lang == "vi" else known.name_en


def _timing(table: pd.DataFrame, lang: str) -> str:
    """Whether the days of publication behind a table are known."""
    if table.empty:
        return ""
    return say("track.pseudo" if (table["timing"] == PSEUDO).any() else "track.real", lang)


def _period(period: str, lang: str) -> str:
    return period if len(period) == 4 else wording.month(period, lang)


def _years(years: list[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}{wording.DASH}{years[-1]}"
