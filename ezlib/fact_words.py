"""One published figure in words: what it is of, its period, its value and its unit."""

from __future__ import annotations

import pandas as pd

from ezlib import wording
from ezlib.catalogue import Catalogue
from ezlib.facts import from_series
from ezlib.messages import say
from ezlib.periods import covers_whole_months, month_of, year_bounds

DOUBTFUL = "†"


def period_in_words(fact, catalogue: Catalogue, lang: str = "vi") -> str:
    """Return a day, a month, a year, so many months of a year, else the days of a figure's period."""
    if catalogue.indicator(fact.indicator).kind == "stock" or fact.period_start == fact.period_end:
        return wording.date(fact.period_end, lang)
    calendar = catalogue.calendar_of(fact.zone, fact.indicator, fact.scope)
    first, last = (month_of(day, calendar) for day in (fact.period_start, fact.period_end))
    if fact.period_kind == "month" and first == last:
        return wording.month(first, lang)
    if fact.period_start == pd.Timestamp(year_bounds(last.year, calendar)[0]) and covers_whole_months(
        fact.period_start, fact.period_end, calendar
    ):
        year = str(last.year)
        return (
            say("year", lang, year=year)
            if last.month == 12
            else say("indicators.so_many", lang, count=str(last.month), year=year)
        )
    return wording.stretch(fact.period_start, fact.period_end, lang)


def figure_and_unit(fact, catalogue: Catalogue, lang: str = "vi") -> tuple[str, str]:
    """Return a figure as published and its unit: the indicator's own where the figure can be turned into that."""
    unit = unit_of(fact, catalogue)
    factor = catalogue.convert(1.0, fact.unit, unit)
    half_width = 0.0 if from_series(fact) else fact.half_width  # a monthly table shows no more digits than it has
    value, half_width, lower, upper = (x * factor for x in (fact.value, half_width, fact.lower, fact.upper))
    return wording.qualified(value, half_width, fact.qualifier, lower, upper, lang), unit


def named(fact, catalogue: Catalogue, lang: str = "vi") -> str:
    """Return what a figure is of, with its period and the figure itself, for a sentence that speaks of it."""
    return say(
        "fact.named",
        lang,
        name=catalogue.indicator(fact.indicator).short(lang),
        period=period_in_words(fact, catalogue, lang),
        value=wording.with_unit(*figure_and_unit(fact, catalogue, lang), lang, catalogue),
    )


def unit_of(fact, catalogue: Catalogue) -> str:
    """Return the unit that a figure is told in: the indicator's own where the figure can be turned into that."""
    unit = catalogue.indicator(fact.indicator).unit
    return unit if catalogue.unit(unit).dimension == catalogue.unit(fact.unit).dimension else fact.unit
