"""How a chance and an expected total moved, as a table and in a sentence: printed steps lead between printed ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ezlib import blocks, messages, wording
from ezlib.blocks import Block
from ezlib.catalogue import Catalogue
from ezlib.messages import say
from ezlib.news import STEPS, News, rounded_parts


def news_table(found: News, lang: str = "vi", catalogue: Catalogue | None = None) -> Block:
    """How a chance and an expected total moved, step by step; the steps add up to the whole move as printed."""
    if found.reason:
        return blocks.paragraph(say("news.no_start", lang, since=_since(found, lang)))
    chance, total = _chance_moved(found), _total_moved(found)
    rows = {say("news.before", lang): [_chance_of(found.before, lang), _digits(total.before, total.places, lang)]}
    for step in STEPS:
        rows[say(f"news.{step}", lang)] = [
            "" if np.isnan(chance.parts[step]) else _points(chance.parts[step], lang),
            _signed(total.parts[step], total.places, lang),
        ]
    rows[say("news.now", lang)] = [_chance_of(found.now, lang), _digits(total.now, total.places, lang)]
    frame = pd.DataFrame.from_dict(rows, "index", columns=[say("table.probability", lang), say("news.expected", lang)])
    unit = wording.unit_name(total.unit, lang, catalogue)
    frame = frame.loc[:, (frame != "").any()].rename_axis(unit)
    quiet = (
        "news.companion" if found.parts.loc[["revisions", "new_months"]].abs().gt(0).any(axis=None) else "news.no_facts"
    )
    facts = say("news.facts", lang, facts=_few(found.facts, lang)) if found.facts else say(quiet, lang)
    start = say("news.kept" if found.kept else "news.again", lang, since=_since(found, lang))
    return blocks.table(frame, say("section.changed", lang), note=messages.sentences(start, facts))


def news_text(found: News, lang: str = "vi", catalogue: Catalogue | None = None) -> str:
    """The same in a sentence or two, for a page that has little room: only the steps that moved something."""
    since = _since(found, lang)
    if found.reason:
        return say("news.no_start_short", lang, since=since)
    told = []
    if found.target is not None and not np.isnan(found.move["probability"]):
        chance = _chance_moved(found)
        ends = {k: wording.probability_words(_open01(e["probability"]), lang) for k, e in _ends(found).items()}
        aim = wording.aim_to_reach(found.target, lang, catalogue)
        why = _why(chance.parts, lambda points: _points(points, lang), lang)
        told.append(say(f"news.chance_{chance.way}", lang, target=aim, since=since, why=why, **ends))
    total = _total_moved(found)
    ends = {k: _digits(x, total.places, lang) for k, x in (("before", total.before), ("now", total.now))}
    unit = wording.unit_name(total.unit, lang, catalogue)
    why = _why(total.parts, lambda amount: _signed(amount, total.places, lang), lang)
    told.append(say(f"news.total_{total.way}", lang, year=found.period, since=since, unit=unit, why=why, **ends))
    return messages.sentences(*told)


@dataclass(frozen=True)
class _Moved:
    """The two ends of a move as they are printed, and its steps, rounded so that they lead from one to the other."""

    before: float
    now: float
    parts: pd.Series
    places: int = 0
    unit: str = ""

    @property
    def way(self) -> str:
        return "up" if self.now > self.before else "down" if self.now < self.before else "same"


def _chance_moved(found: News) -> _Moved:
    before, now = (wording.printed_points(_open01(e["probability"])) for e in _ends(found).values())
    return _Moved(before, now, rounded_parts(100 * found.parts["probability"], now - before, 0))


def _total_moved(found: News) -> _Moved:
    """The expected total with the digits and the unit that the page prints it with."""
    factor, unit = wording.readable(found.now["expected"], found.unit)
    digit = wording.last_digit(*(factor * x for x in (found.now["expected"], *found.interval)))
    before, now = (wording.to_exponent(factor * e["expected"], digit) for e in _ends(found).values())
    return _Moved(before, now, rounded_parts(factor * found.parts["expected"], now - before, -digit), -digit, unit)


def _ends(found: News) -> dict[str, pd.Series]:
    return {"before": found.before, "now": found.now}


def _open01(p: float) -> float:
    return p if np.isnan(p) else float(min(max(p, 0.0), 1.0))


def _chance_of(end: pd.Series, lang: str) -> str:
    return "" if np.isnan(end["probability"]) else wording.probability(_open01(end["probability"]), lang)


def _digits(x: float, places: int, lang: str) -> str:
    return wording.number(x, max(places, 0), lang)


def _why(parts: pd.Series, write, lang: str) -> str:
    """The steps that moved something, as a list."""
    moved = [_step(step, write(parts[step]), lang) for step in STEPS if parts[step]]
    return messages.listing(moved, lang) if moved else ""


def _points(points: float, lang: str) -> str:
    return say("points", lang, number=_signed(points, 0, lang))


def _signed(x: float, places: int, lang: str) -> str:
    text = _digits(x, places, lang)
    return "+" + text if x > 0 else text


def _step(step: str, moved: str, lang: str) -> str:
    return say("news.step", lang, name=say(f"news.{step}", lang).lower(), moved=moved)


def _since(found: News, lang: str) -> str:
    return wording.date(found.day_before, lang)


def _few(facts: tuple[str, ...], lang: str) -> str:
    return messages.listing(facts, lang) if len(facts) <= 6 else say("news.count", lang, count=str(len(facts)))
