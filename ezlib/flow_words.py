"""What a chart of flows says: its title and subtitle, its note, and the text that stands for the drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import pandas as pd

from ezlib import messages, wording
from ezlib.catalogue import load_catalogue
from ezlib.flow_views import KNOWN, Published, band, estimate_at, remaining
from ezlib.targets import TargetAssessment

READABLE_DIGITS = 4

# From this relative distance on a reader sees that a line is not where the title says.
SEEN_APART = 0.05


SHARED = 0.02  # of a number that follows from others: known within this, it is told with the digits that are certain


class Words:
    """The names and numbers of one outlook as a reader sees them.

    `largest` is the largest number to be told: from ten thousand on all are told in the next larger unit, tỷ USD for a
    nation, and `scale` takes them there.
    """

    def __init__(self, outlook, published: Published, largest: float, lang: str, name: str | None, catalogue):
        self.lang, self.published = lang, published
        self.catalogue = catalogue if catalogue is not None else load_catalogue()
        self.name = name if name is not None else self._name(outlook.series)
        self.scale, self.unit = wording.readable(largest, outlook.unit or "")
        self.unit_name = wording.unit_name(self.unit, lang, self.catalogue)
        # Without a date of its own an outlook saw all that is published, which has a last day too.
        self.as_of = outlook.as_of if outlook.as_of is not None else outlook.observations["published"].max()

    def _name(self, series) -> str:
        if not series:
            return ""
        return self.catalogue.indicator_of(series).name(self.lang)

    def say(self, key: str, **values) -> str:
        return messages.say(key, self.lang, **values)

    def subtitle(self, stem: str, **values) -> str:
        dated = not pd.isna(self.as_of)
        if dated:
            values["date"] = wording.date(self.as_of, self.lang)
        values["name"] = self.name or self.say("chart.unnamed")
        values["unit"] = self.unit_name or self.say("chart.unit_unknown")
        return messages.capital(self.say(f"{stem}.subtitle" + ("" if dated else "_all"), **values))

    def month(self, month) -> str:
        return wording.month(month, self.lang)

    def with_unit(self, text: str) -> str:
        return wording.with_unit(text, self.unit, self.lang, self.catalogue)

    def rounded(self, value: float) -> str:
        """A number with as many digits as can be taken in."""
        return wording.digits(value, READABLE_DIGITS, self.lang)

    def estimate(self, three) -> wording.Estimate:
        return wording.estimate(*three, self.lang)

    def stated(self, view: pd.DataFrame, month, first=None, alone=True) -> str:
        """The value at `month` as it was published, if a fact says it (from `first` on), else as an estimate.

        `alone`: told without its interval, so that one that follows from others has the digits that are certain.
        """
        first = first if first is not None else month
        rows = self.published.of(first, month)
        if len(rows):
            return self._as_published(rows["value"].iloc[-1], rows["half_width"].iloc[-1])
        if self.scale == 1 and self.published.states(first, month):  # by months: their sum, with the digits all have
            each = pd.concat([self.published.of(m, m).tail(1) for m in pd.period_range(first, month, freq="M")])
            return self._as_published(each["value"].sum(), each["half_width"].max())
        middle, lower, upper = estimate_at(view, month)
        if alone and wording.EXACT * middle < upper - lower <= SHARED * middle:
            return wording.shared_digits(middle, upper - lower, self.lang)
        return self.estimate((middle, lower, upper)).median

    def _as_published(self, value: float, half_width: float) -> str:
        """The digits that were published; in a larger unit only as many as can be taken in."""
        if self.scale != 1:
            return self.rounded(value * self.scale)
        return wording.published(value, half_width, self.lang)


def reading(view: pd.DataFrame, words: Words, announced: bool = False) -> str:
    """What the marks mean that are drawn."""
    drawn = [status for status in wording.STATUS if (view["status"] == status).any()]
    drawn += ["announced"] if announced else []
    return messages.capital("; ".join(words.say(f"chart.read.{mark}") for mark in drawn) + ".")


# Months by themselves ------------------------------------------------------------------------------------------------


def fan_title(outlook, view: pd.DataFrame, words: Words) -> str:
    """The average of the months left, or the last month where none is."""
    months, average = remaining(outlook, view)
    if not len(months):
        last = view.index[-1]
        value = words.with_unit(words.stated(view, last))
        return words.say("chart.fan.title_history", name=words.name, month=words.month(last), median=value)
    estimate = words.estimate([x * words.scale for x in average])
    values = {"median": words.with_unit(estimate.median), "interval": estimate.interval}
    if len(months) == 1:
        return messages.capital(words.say("chart.fan.title_last", month=words.month(months[0]), **values))
    key = "chart.fan.title" if len(months) < 12 else "chart.fan.title_year"
    return words.say(key, count=str(len(months)), year=str(months[0].year), **values)


def averages_note(outlook, view: pd.DataFrame, words: Words) -> str:
    """Why the average that the title tells is not that of the dotted line, where one can see that it is not."""
    months, (average, *_) = remaining(outlook, view)
    line = view.loc[months, "median"].mean()
    apart = len(months) > 1 and average * words.scale > (1 + SEEN_APART) * line
    return words.say("chart.averages", count=str(len(months))) if apart else ""


def clipped_note(view: pd.DataFrame, limit: float, words: Words) -> str:
    """Where the widest band is cut, and how far it goes."""
    upper = band(view, 0.95)[1]
    month = upper.idxmax()
    highest = wording.estimate(upper[month], *(q[month] for q in band(view, 0.95)), words.lang).median
    return words.say(
        "chart.clipped", limit=wording.digits(limit, 3, words.lang), highest=highest, month=words.month(month)
    )


def fan_alt(view: pd.DataFrame, announced: dict, words: Words) -> str:
    """The months in words, a sentence a status."""
    ends = {"start": words.month(view.index[0]), "end": words.month(view.index[-1])}
    texts = [words.say("alt.fan.open", name=words.name, unit=words.unit_name, **ends)]
    for status in wording.STATUS:
        months = view.index[view["status"] == status]
        if len(months):
            texts.append(ALT[status](view, months, words))
    for month, value in announced.items():
        texts.append(words.say("alt.fan.announced", month=words.month(month), value=words.rounded(value)))
    return messages.sentences(*texts)


def _alt_reported(view, months, words) -> str:
    value = words.stated(view, months[-1])
    return words.say("alt.fan.reported", month=words.month(months[-1]), value=value)


def _alt_derived(view, months, words) -> str:
    each = [f"{words.month(m)}: {words.estimate(estimate_at(view, m)).median}" for m in months]
    return words.say("alt.fan.derived", months="; ".join(each))


def _alt_estimated(view, months, words) -> str:
    if len(months) == 1:
        estimate = words.estimate(estimate_at(view, months[0]))
        return words.say("alt.fan.estimated_one", month=words.month(months[0]), **asdict(estimate))
    low, high = view.loc[months, "median"].idxmin(), view.loc[months, "median"].idxmax()
    return words.say(
        "alt.fan.estimated",
        count=str(len(months)),
        lowest=words.estimate(estimate_at(view, low)).median,
        lowest_month=words.month(low),
        highest=words.estimate(estimate_at(view, high)).median,
        highest_month=words.month(high),
    )


def _alt_forecast(view, months, words) -> str:
    ends = dict.fromkeys([months[0], months[-1]])
    return messages.sentences(
        *(
            words.say("alt.fan.forecast", month=words.month(m), **asdict(words.estimate(estimate_at(view, m))))
            for m in ends
        )
    )


ALT: dict[str, Callable] = {
    "reported": _alt_reported,
    "derived": _alt_derived,
    "estimated": _alt_estimated,
    "forecast": _alt_forecast,
}


# A year added up, and its target -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Goal:
    """An assessed target as a chart tells it: amounts in the unit of the chart, `needed` a month of those left."""

    value: float
    text: str
    probability: float
    verdict: str
    months_left: int
    so_far: float
    needed: float

    @property
    def asks(self) -> bool:
        """Whether anything is still to be done for it: of a limit nothing is."""
        return self.months_left > 0 and self.needed > 0


def goal_of(found: TargetAssessment, words: Words) -> Goal:
    """What an assessment says of its target, in the words and the unit of a chart."""
    target = found.target
    return Goal(
        value=found.threshold * words.scale,
        text=wording.stated_aim(target, words.lang, words.catalogue),
        probability=found.probability,
        verdict=found.verdict,
        months_left=found.months_left,
        so_far=found.year_to_date * words.scale,
        needed=0.0 if target.is_limit else found.needed_per_month * words.scale,
    )


def cumulative_title(view, goal: Goal | None, year: int, words: Words) -> str:
    """What becomes of the target, or of the year if it has none."""
    estimate = words.estimate(estimate_at(view, view.index[-1]))
    median = words.stated(view, view.index[-1], view.index[0], alone=goal is not None)
    values = {"year": str(year), "median": words.with_unit(median)}
    if goal is None:
        return words.say(_year_title(view), interval=estimate.interval, **values)
    phrase = wording.verdict_phrase(goal.verdict, words.lang)
    key = "chart.cumulative.title_target" if goal.months_left else "chart.cumulative.title_over"
    return words.say(key, target=goal.text, verdict=phrase, **values)


def _year_title(view: pd.DataFrame) -> str:
    """Which title a year has: expected, over but only estimated, or known."""
    if (view["status"] == "forecast").any():
        return "chart.cumulative.title"
    known = view["status"].iloc[-1] in KNOWN
    return "chart.cumulative.title_known" if known else "chart.cumulative.title_estimated"


def cumulative_alt(view, last_year, goal: Goal | None, year: int, words: Words) -> str:
    """The year in words: what is known, what is expected, the year before, the target."""
    texts = [words.say("alt.cumulative.open", name=words.name, year=str(year), unit=words.unit_name)]
    known = view.index[view["status"] == "reported"]
    if len(known):
        value = words.stated(view, known[-1], view.index[0])
        texts.append(words.say("alt.cumulative.known", month=words.month(known[-1]), value=value))
    if view["status"].iloc[-1] not in KNOWN:
        key = "alt.cumulative.expected" if view["status"].iloc[-1] == "forecast" else "alt.cumulative.estimated"
        texts.append(words.say(key, **asdict(words.estimate(estimate_at(view, view.index[-1])))))
    if last_year is not None:
        value = words.stated(last_year, last_year.index[-1], last_year.index[0])
        texts.append(words.say("alt.cumulative.last_year", year=str(year - 1), value=value))
    if goal is not None:
        texts += _goal_alt(goal, words)
    return messages.sentences(*texts)


def _goal_alt(goal: Goal, words: Words) -> list[str]:
    if goal.verdict in wording.OUTCOMES:
        return [words.say(f"target.{goal.verdict}", target=goal.text)]
    chance = wording.probability(goal.probability, words.lang)
    told = [words.say("alt.cumulative.target", target=goal.text, probability=chance)]
    if goal.asks:
        needed = words.with_unit(wording.amount(goal.needed, words.lang))
        told.append(words.say("alt.cumulative.pace", needed=needed, count=str(goal.months_left)))
    return told
