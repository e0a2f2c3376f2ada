"""Figures that state what they show: one function a figure, in which an estimate never looks like a fact.

Reported months are filled dots, derived ones open dots; estimated months are a dashed line, forecasts a dotted one on
grey. None of this needs colour. Every chart is drawn three times from the same numbers: `figure`, with its title and
source, to save or paste; and, for a page that sets the words as text, a wide and a narrow drawing for paper and phone.
Labels are placed by arithmetic on the data, not by measuring text, so that the same numbers give the same bytes on
every machine.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from html import escape
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from ezlib import messages, wording
from ezlib.catalogue import load_catalogue
from ezlib.files import write_whole
from ezlib.periods import month_bounds
from ezlib.svg import inline, to_svg

INK, SOFT, LINE, ZONE = "#102a43", "#52606d", "#dde4ea", "#f0f3f6"
MEDIAN, ACCENT = "#1b4470", "#a8430b"
BANDS = {0.95: "#cfe0ef", 0.80: "#a8c6e1", 0.50: "#76a3cd"}

KNOWN = ("reported", "derived")
DASHES = {"known": "solid", "estimated": (0, (4, 2.2)), "forecast": (0, (0.9, 1.9))}

# A 95 % band that would flatten everything else is cut, and the note says so.
HEADROOM_OVER_80 = 1.3

# Within this relative distance between paths a cumulative figure counts as published.
FIXED = 0.005

READABLE_DIGITS = 4

# From this relative distance on a reader sees that a line is not where the title says.
SEEN_APART = 0.05

STEPS = [1, 2, 2.5, 5, 10]


@dataclass(frozen=True)
class Chart:
    """A drawn figure and its words. In a notebook it shows itself; `save` writes it as .svg, .png or .pdf.

    `figure` carries its title, subtitle and note; `wide` and `narrow` are drawn without them. `alt` is the text
    alternative, computed from the numbers that are drawn.
    """

    title: str
    subtitle: str
    note: str
    alt: str
    figure: Figure = field(repr=False)
    wide: Figure = field(repr=False)
    narrow: Figure = field(repr=False)

    @property
    def svg(self) -> str:
        """The figure as text: the same bytes for the same numbers."""
        return to_svg(self.figure, self.title, self.alt)

    def save(self, path) -> Path:
        """Write the figure as .svg, .png or .pdf, by the ending of the name, whole or not at all; return its path.

        Raises ValueError for any other ending.
        """
        path = Path(path)
        if path.suffix == ".svg":
            return write_whole(path, self.svg)
        drawn = io.BytesIO()
        self.figure.savefig(drawn, format=path.suffix.removeprefix("."), dpi=200)
        return write_whole(path, drawn.getvalue())

    def _repr_html_(self) -> str:
        wide, narrow = (inline(to_svg(figure, self.title, self.alt)) for figure in (self.wide, self.narrow))
        return (
            f'<figure class="chart"><h2>{escape(self.title)}</h2><p class="sub">{escape(self.subtitle)}</p>'
            f'<div class="wide">{wide}</div><div class="narrow" hidden>{narrow}</div>'
            f"<figcaption>{escape(self.note)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"{self.title}\n{self.subtitle}\n{self.alt}\n{self.note}"


@dataclass(frozen=True)
class Layout:
    """A drawing's size and margins (left, right, top, bottom), in units that are one pixel on the page."""

    width: int
    height: int
    margins: tuple[int, int, int, int]
    text: float
    ticks: int

    def inner(self) -> list[float]:
        left, right, top, bottom = self.margins
        return [
            left / self.width,
            bottom / self.height,
            (self.width - left - right) / self.width,
            (self.height - top - bottom) / self.height,
        ]

    def line(self, y_range: float) -> float:
        """Height of one line of text in data units."""
        _, _, top, bottom = self.margins
        return 1.25 * self.text * y_range / (self.height - top - bottom)

    def chars(self, text: str, x_range: float) -> float:
        """Width of a text in data units, on the generous side."""
        left, right, _, _ = self.margins
        return 0.6 * self.text * len(text) * x_range / (self.width - left - right)

    def pixels(self, text: str) -> int:
        """Room for a text beside the axes, on the generous side."""
        return round(0.65 * self.text * len(text)) + 12

    def with_sides(self, longest_number: str, right: int, years: bool) -> Layout:
        """The same layout with room for its numbers at the left, its labels at the right and years below."""
        left = self.pixels(longest_number)
        _, _, top, bottom = self.margins
        return replace(self, margins=(left, right, top, bottom if years else bottom - round(1.1 * self.text)))


WIDE = Layout(680, 236, (46, 42, 6, 38), 11.5, 5)
NARROW = Layout(350, 240, (42, 36, 6, 40), 12, 5)
SHEET = Layout(760, 430, (52, 48, 86, 84), 12, 6)
LAYOUTS = (("figure", SHEET), ("wide", WIDE), ("narrow", NARROW))


# Figures -----------------------------------------------------------------------------------------------------------


def fan_chart(outlook, lang="vi", *, name=None, since=None, until=None, source="", catalogue=None) -> Chart:
    """Monthly flow of an outlook: what was published, what follows from it, what is estimated, what is forecast.

    Shown are the months from `since` (default: January of the year before the last month used) to `until` (default:
    December of its year, or of the next from October on). `name` is the series' name (default: the catalogue's).
    """
    words = _Words(outlook, lang, name, catalogue)
    view = words.scaled(_monthly_view(outlook, since, until))
    limit, clipped = _limit(view)
    announced = words.announced(view.index)
    note = messages.sentences(
        _reading(view, words, bool(announced)),
        messages.say("chart.bands", lang) if _has_bands(view) else "",
        _averages_note(outlook, view, words),
        _clipped_note(view, limit, words) if clipped else "",
        messages.say("chart.source", lang, source=source) if source else "",
    )
    return _chart(
        lambda ax, layout: _draw_fan(ax, layout, view, announced, limit, words),
        title=_fan_title(outlook, view, words),
        subtitle=words.subtitle("chart.fan", months=True),
        note=note,
        alt=_fan_alt(view, announced, words),
    )


def cumulative_chart(
    outlook, target=None, year=None, lang="vi", *, assessment=None, name=None, source="", catalogue=None
) -> Chart:
    """The year's flow added up month by month, its forecast, and the pace that a target would take.

    `target` is a level target of the same flow and year; None draws the year alone. `year` defaults to that of the
    last month used. `assessment` is what `assess_target` said of the target, if it is at hand; its probability is
    then the one printed.
    """
    year = int(year or _last_month(outlook).year)
    words = _Words(outlook, lang, name, catalogue)
    view = words.scaled(_cumulative_view(outlook, year, words))
    last_year = words.scaled(_cumulative_view(outlook, year - 1, words)) if covers_year(outlook, year - 1) else None
    goal = _goal(target, view, outlook, assessment, words)
    note = messages.sentences(
        _reading(view, words),
        messages.say("chart.bands", lang) if _has_bands(view) else "",
        messages.say("chart.source", lang, source=source) if source else "",
    )
    return _chart(
        lambda ax, layout: _draw_cumulative(ax, layout, view, last_year, goal, words),
        title=_cumulative_title(view, goal, year, words),
        subtitle=words.subtitle("chart.cumulative", year=year),
        note=note,
        alt=_cumulative_alt(view, last_year, goal, year, words),
    )


def covers_year(outlook, year: int) -> bool:
    """Whether the paths hold all twelve months of a year, as a cumulative chart of it needs."""
    return int((outlook.paths.columns.year == year).sum()) == 12


# Numbers behind the fan --------------------------------------------------------------------------------------------


def _last_month(outlook) -> pd.Period:
    return outlook.month if outlook.month is not None else outlook.last_observed


def _monthly_view(outlook, since, until) -> pd.DataFrame:
    """Status, median and bands by month, for the months to be shown."""
    last = _last_month(outlook)
    since = pd.Period(since, "M") if since is not None else pd.Period(f"{last.year - 1}-01", "M")
    until = pd.Period(until, "M") if until is not None else pd.Period(f"{last.year + (last.month >= 10)}-12", "M")
    view = _bands(outlook.paths)
    view["status"] = outlook.months["status"].reindex(view.index)
    view = view.loc[(view.index >= since) & (view.index <= until)]
    if view.empty:
        raise ValueError(f"The outlook has no months from {since} to {until}; it covers {outlook.months.index[0]} on.")
    return view


def _bands(paths: pd.DataFrame) -> pd.DataFrame:
    view = pd.DataFrame({"median": paths.median()})
    for level in BANDS:
        view[f"lower_{level:.2f}"] = paths.quantile((1 - level) / 2)
        view[f"upper_{level:.2f}"] = paths.quantile((1 + level) / 2)
    return view


def _band(view: pd.DataFrame, level: float) -> tuple[pd.Series, pd.Series]:
    return view[f"lower_{level:.2f}"], view[f"upper_{level:.2f}"]


def _has_bands(view: pd.DataFrame) -> bool:
    lower, upper = _band(view, 0.95)
    return bool(((upper - lower) > 1e-6 * upper.abs().max()).any())


def _limit(view: pd.DataFrame) -> tuple[float, bool]:
    """Where the vertical axis ends, and whether that cuts the 95 % band."""
    top95, top80 = _band(view, 0.95)[1].max(), _band(view, 0.80)[1].max()
    cut = max(HEADROOM_OVER_80 * top80, view["median"].max())
    return float(min(top95, cut)), bool(top95 > cut)


def _estimate(view: pd.DataFrame, month) -> tuple[float, float, float]:
    lower, upper = _band(view, 0.80)
    return view.at[month, "median"], lower[month], upper[month]


def _remaining(outlook, view: pd.DataFrame) -> tuple[pd.PeriodIndex, tuple[float, float, float]]:
    """The forecast months left in the first year that has any, and their average per month over paths."""
    ahead = view.index[view["status"] == "forecast"]
    months = ahead[ahead.year == ahead[0].year] if len(ahead) else ahead
    if not len(months):
        return months, (np.nan,) * 3
    average = outlook.paths[months].mean(axis=1)
    return months, (average.median(), average.quantile(0.1), average.quantile(0.9))


# Numbers behind the cumulative chart -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Goal:
    """A target and what it would take, in the unit of the series."""

    value: float
    text: str
    probability: float
    verdict: str
    start: pd.Period
    months_left: int
    so_far: float
    needed: float


def _cumulative_view(outlook, year: int, words: _Words) -> pd.DataFrame:
    columns = outlook.paths.columns[outlook.paths.columns.year == year]
    if len(columns) < 12:
        raise ValueError(f"The outlook covers {len(columns)} months of {year}; a cumulative chart needs all twelve.")
    view = _bands(outlook.paths[columns].cumsum(axis=1))
    lower, upper = _band(view, 0.95)
    view["status"] = np.where(outlook.months["status"].reindex(columns) == "forecast", "forecast", "estimated")
    fixed = (upper - lower) <= FIXED * view["median"].abs()
    stated = np.array([words.states(columns[0], month) for month in columns])
    view.loc[fixed & (view["status"] != "forecast"), "status"] = "derived"
    view.loc[fixed & (view["status"] == "derived") & stated, "status"] = "reported"
    return view


def _goal(target, view, outlook, assessment, words) -> _Goal | None:
    if target is None:
        return None
    value = words.catalogue.convert(target.value, target.unit, words.unit) if words.unit else target.value
    left = view.index[view["status"] == "forecast"]
    past = view.index.difference(left)
    so_far = float(view.at[past[-1], "median"]) if len(past) else 0.0
    total = outlook.paths[view.index].sum(axis=1) * words.scale
    reached = int((total >= value).sum())
    p = (reached + 0.5) / (len(total) + 1) if assessment is None else assessment.probability
    state = "open" if assessment is None else assessment.state
    if assessment is None and not len(left) and reached in (0, len(total)):
        state = "reached" if reached else "missed"
    return _Goal(
        value=float(value),
        text=wording.aim(target.value, target.unit, words.lang, words.catalogue),
        probability=p,
        verdict=wording.verdict_key(p, state),
        start=past[-1] if len(past) else view.index[0] - 1,
        months_left=len(left),
        so_far=so_far,
        needed=max(value - so_far, 0) / len(left) if len(left) else 0.0,
    )


# Words -------------------------------------------------------------------------------------------------------------


class _Words:
    """The names and numbers of one outlook as a reader sees them."""

    def __init__(self, outlook, lang: str, name: str | None, catalogue):
        self.lang, self.unit = lang, outlook.unit or ""
        self.catalogue = catalogue if catalogue is not None else load_catalogue()
        self.name = name if name is not None else self._name(outlook.series)
        self.unit_name = wording.unit_name(self.unit, lang, self.catalogue)
        self.calendar = outlook.calendar
        levels = outlook.observations[outlook.observations["value"].notna()]
        self.facts = levels[(levels["soft_sd"] == 0) & ~levels["relaxed"].astype(bool)]
        self.soft = levels[levels["soft_sd"] > 0]
        # Without a date of its own an outlook saw all that is published, which has a last day too.
        self.as_of = outlook.as_of if outlook.as_of is not None else outlook.observations["published"].max()
        self.scale = 1.0

    def scaled(self, view: pd.DataFrame) -> pd.DataFrame:
        """The view in a unit in which its numbers stay short, which is the unit from then on: tỷ USD for a nation."""
        if self.scale == 1 and self.unit in wording.THOUSANDFOLD and view["median"].max() >= wording.LONG_NUMBER:
            self.scale, self.unit = 1e-3, wording.THOUSANDFOLD[self.unit]
            self.unit_name = wording.unit_name(self.unit, self.lang, self.catalogue)
        numbers = view.columns.drop("status")
        return view.assign(**{column: view[column] * self.scale for column in numbers})

    def _name(self, series) -> str:
        if not series:
            return ""
        return self.catalogue.indicator(series.split("/")[1]).name(self.lang)

    def subtitle(self, stem: str, months: bool = False, **values) -> str:
        dated = not pd.isna(self.as_of)
        if dated:
            values["date"] = wording.date(self.as_of, self.lang)
        values["name"] = self.name or messages.say("chart.unnamed", self.lang)
        values["unit"] = self.unit_name or messages.say("chart.unit_unknown", self.lang)
        text = messages.say(f"{stem}.subtitle" + ("" if dated else "_all"), self.lang, **values)
        return messages.capital(text)

    def states(self, first, last) -> bool:
        """Whether a fact gives the value of exactly the months from `first` to `last`, or adds up from months."""
        every_month = all(len(self._facts_of(m, m)) for m in pd.period_range(first, last, freq="M"))
        return every_month or len(self._facts_of(first, last)) > 0

    def announced(self, months: pd.PeriodIndex) -> dict[pd.Period, float]:
        """Months of which only a figure that does not bind was published, such as an estimate before their end."""
        found = {m: _of_period(self.soft, *month_bounds(m, self.calendar)) for m in months if not self.states(m, m)}
        return {m: float(rows["value"].iloc[-1]) * self.scale for m, rows in found.items() if len(rows)}

    def _facts_of(self, first, last) -> pd.DataFrame:
        return _of_period(self.facts, month_bounds(first, self.calendar)[0], month_bounds(last, self.calendar)[1])

    def _published(self, value: float, half_width: float) -> str:
        """The digits that were published; in a larger unit only as many as can be taken in."""
        if self.scale != 1:
            return wording.digits(value * self.scale, READABLE_DIGITS, self.lang)
        return wording.published(value, half_width, self.lang)

    def estimate(self, three) -> wording.Estimate:
        return wording.estimate(*three, self.lang)

    def with_unit(self, text: str) -> str:
        return wording.with_unit(text, self.unit, self.lang, self.catalogue)

    def month(self, month) -> str:
        return wording.month(month, self.lang)

    def stated(self, view: pd.DataFrame, month, first=None) -> str:
        """The value at `month` as it was published, if a fact says it (from `first` on), else as an estimate."""
        first = first if first is not None else month
        rows = self._facts_of(first, month)
        if len(rows):
            return self._published(rows["value"].iloc[-1], rows["half_width"].iloc[-1])
        if self.scale == 1 and self.states(first, month):  # by months: their sum, with the digits that all have
            each = pd.concat([self._facts_of(m, m).tail(1) for m in pd.period_range(first, month, freq="M")])
            return self._published(each["value"].sum(), each["half_width"].max())
        return self.estimate(_estimate(view, month)).median

    def say(self, key: str, **values) -> str:
        return messages.say(key, self.lang, **values)


def _of_period(facts: pd.DataFrame, start, end) -> pd.DataFrame:
    """The facts of exactly one stretch of days."""
    same = (pd.to_datetime(facts["start"]) == pd.Timestamp(start)) & (pd.to_datetime(facts["end"]) == pd.Timestamp(end))
    return facts[same.to_numpy()]


def _fan_title(outlook, view: pd.DataFrame, words: _Words) -> str:
    months, average = _remaining(outlook, view)
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


def _reading(view: pd.DataFrame, words: _Words, announced: bool = False) -> str:
    """What the marks mean that are drawn."""
    drawn = [status for status in wording.STATUS if (view["status"] == status).any()]
    drawn += ["announced"] if announced else []
    return messages.capital("; ".join(words.say(f"chart.read.{mark}") for mark in drawn) + ".")


def _averages_note(outlook, view: pd.DataFrame, words: _Words) -> str:
    """Why the average that the title tells is not that of the dotted line, where one can see that it is not."""
    months, (average, *_) = _remaining(outlook, view)
    line = view.loc[months, "median"].mean()
    apart = len(months) > 1 and average * words.scale > (1 + SEEN_APART) * line
    return words.say("chart.averages", count=str(len(months))) if apart else ""


def _clipped_note(view: pd.DataFrame, limit: float, words: _Words) -> str:
    upper = _band(view, 0.95)[1]
    month = upper.idxmax()
    highest = wording.estimate(upper[month], *(q[month] for q in _band(view, 0.95)), words.lang).median
    return words.say(
        "chart.clipped", limit=wording.digits(limit, 3, words.lang), highest=highest, month=words.month(month)
    )


def _fan_alt(view: pd.DataFrame, announced: dict, words: _Words) -> str:
    ends = {"start": words.month(view.index[0]), "end": words.month(view.index[-1])}
    texts = [words.say("alt.fan.open", name=words.name, unit=words.unit_name, **ends)]
    for status in wording.STATUS:
        months = view.index[view["status"] == status]
        if len(months):
            texts.append(ALT[status](view, months, words))
    for month, value in announced.items():
        value = wording.digits(value, READABLE_DIGITS, words.lang)
        texts.append(words.say("alt.fan.announced", month=words.month(month), value=value))
    return messages.sentences(*texts)


def _alt_reported(view, months, words) -> str:
    value = words.stated(view, months[-1])
    return words.say("alt.fan.reported", month=words.month(months[-1]), value=value)


def _alt_derived(view, months, words) -> str:
    each = [f"{words.month(m)}: {words.estimate(_estimate(view, m)).median}" for m in months]
    return words.say("alt.fan.derived", months="; ".join(each))


def _alt_estimated(view, months, words) -> str:
    if len(months) == 1:
        estimate = words.estimate(_estimate(view, months[0]))
        return words.say("alt.fan.estimated_one", month=words.month(months[0]), **asdict(estimate))
    low, high = view.loc[months, "median"].idxmin(), view.loc[months, "median"].idxmax()
    return words.say(
        "alt.fan.estimated",
        count=str(len(months)),
        lowest=words.estimate(_estimate(view, low)).median,
        lowest_month=words.month(low),
        highest=words.estimate(_estimate(view, high)).median,
        highest_month=words.month(high),
    )


def _alt_forecast(view, months, words) -> str:
    ends = dict.fromkeys([months[0], months[-1]])
    return messages.sentences(
        *(
            words.say("alt.fan.forecast", month=words.month(m), **asdict(words.estimate(_estimate(view, m))))
            for m in ends
        )
    )


ALT: dict[str, Callable] = {
    "reported": _alt_reported,
    "derived": _alt_derived,
    "estimated": _alt_estimated,
    "forecast": _alt_forecast,
}


def _cumulative_title(view, goal: _Goal | None, year: int, words: _Words) -> str:
    estimate = words.estimate(_estimate(view, view.index[-1]))
    values = {"year": str(year), "median": words.with_unit(words.stated(view, view.index[-1], view.index[0]))}
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


def _cumulative_alt(view, last_year, goal: _Goal | None, year: int, words: _Words) -> str:
    texts = [words.say("alt.cumulative.open", name=words.name, year=str(year), unit=words.unit_name)]
    known = view.index[view["status"] == "reported"]
    if len(known):
        value = words.stated(view, known[-1], view.index[0])
        texts.append(words.say("alt.cumulative.known", month=words.month(known[-1]), value=value))
    if view["status"].iloc[-1] not in KNOWN:
        key = "alt.cumulative.expected" if view["status"].iloc[-1] == "forecast" else "alt.cumulative.estimated"
        texts.append(words.say(key, **asdict(words.estimate(_estimate(view, view.index[-1])))))
    if last_year is not None:
        value = words.stated(last_year, last_year.index[-1], last_year.index[0])
        texts.append(words.say("alt.cumulative.last_year", year=str(year - 1), value=value))
    if goal is not None:
        texts += _goal_alt(goal, words)
    return messages.sentences(*texts)


def _goal_alt(goal: _Goal, words: _Words) -> list[str]:
    if goal.verdict in wording.OUTCOMES:
        return [words.say(f"target.{goal.verdict}", target=goal.text)]
    chance = wording.probability(goal.probability, words.lang)
    needed = words.with_unit(wording.digits(goal.needed, 4, words.lang))
    return [
        words.say("alt.cumulative.target", target=goal.text, probability=chance),
        words.say("alt.cumulative.pace", needed=needed, count=str(goal.months_left)),
    ]


# Drawing -----------------------------------------------------------------------------------------------------------


def _chart(draw: Callable[[Axes, Layout], None], layouts=LAYOUTS, **words: str) -> Chart:
    figures = {}
    for name, layout in layouts:
        with matplotlib.rc_context(_theme(layout)):
            figure = Figure(figsize=(layout.width / 72, layout.height / 72))
            draw(figure.add_axes(layout.inner()), layout)
            if name == "figure":
                _heading(figure, layout, **words)
            figures[name] = figure
    return Chart(**words, **figures)


def _theme(layout: Layout) -> dict:
    # Imported here: seaborn takes a second or more, and most of the library never draws.
    import seaborn

    return seaborn.axes_style("whitegrid") | {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": layout.text,
        "text.color": INK,
        "axes.edgecolor": SOFT,
        "axes.linewidth": 0.8,
        "axes.spines.left": False,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "grid.color": LINE,
        "grid.linewidth": 0.8,
        "xtick.bottom": True,
        "xtick.color": SOFT,
        "xtick.labelcolor": SOFT,
        "xtick.labelsize": layout.text,
        "ytick.labelcolor": SOFT,
        "ytick.labelsize": layout.text,
        "xtick.major.size": 3.5,
        "xtick.major.width": 0.8,
        "axes.unicode_minus": True,
    }


def _heading(figure: Figure, layout: Layout, title: str, subtitle: str, note: str, alt: str) -> None:
    x, height = 14 / layout.width, layout.height
    title = textwrap.fill(title.replace(wording.NBSP, " "), 84)
    lines = title.count("\n") + 1
    figure.text(x, 1 - 12 / height, title, fontsize=14, fontweight="bold", va="top", linespacing=1.2)
    figure.text(x, 1 - (20 + 18 * lines) / height, subtitle, fontsize=11.5, color=SOFT, va="top")
    wrapped = textwrap.fill(note.replace(wording.NBSP, " "), 112)
    figure.text(x, 8 / height, wrapped, fontsize=10.5, color=SOFT, va="bottom", linespacing=1.3)


def _draw_fan(ax: Axes, layout: Layout, view: pd.DataFrame, announced, limit: float, words: _Words) -> None:
    x = np.arange(len(view))
    line = layout.line(limit * 1.25)
    top = limit + (2.4 * line if (view["status"] != "reported").any() else 1.2 * line)
    layout = _room(ax, layout, top, words, right=layout.pixels("95 %"), years=True)
    _frame(ax, layout, view.index, top, words.lang)
    _shade_forecast(ax, view)
    for level in BANDS:
        lower, upper = _band(view, level)
        ax.fill_between(x, lower, upper.clip(upper=limit), color=BANDS[level], linewidth=0, zorder=1)
    _median_line(ax, x, view)
    _dots(ax, x, view)
    places = [view.index.get_loc(month) for month in announced]
    ax.plot(places, list(announced.values()), linestyle="none", marker="x", markersize=6, color=INK, zorder=5)
    _zone_labels(ax, layout, view, top, words)
    _dot_labels(ax, layout, view, top, words)
    if (view["status"].iloc[-1]) not in KNOWN:
        _band_labels(ax, layout, view, limit, top, words)


def _draw_cumulative(ax: Axes, layout: Layout, view, last_year, goal: _Goal | None, words: _Words) -> None:
    x = np.arange(len(view))
    heights = [_band(view, 0.95)[1].max(), goal.value if goal else 0]
    heights.append(0 if last_year is None else last_year["median"].max())
    top = 1.1 * max(heights)
    ends = _ends(view, last_year, goal, words)
    longest = max((line for _, text, _ in ends for line in text.split("\n")), key=len)
    layout = _room(ax, layout, top, words, right=layout.pixels(longest), years=False)
    _frame(ax, layout, view.index, top, words.lang, every=3 if layout.width < 500 else 1, year_below=False)
    _shade_forecast(ax, view)
    for level in BANDS:
        lower, upper = _band(view, level)
        ax.fill_between(x, lower, upper, color=BANDS[level], linewidth=0, zorder=1)
    if last_year is not None:
        ax.plot(x, last_year["median"], color=SOFT, linewidth=1, zorder=2)
    _median_line(ax, x, view)
    _dots(ax, x, view)
    _zone_labels(ax, layout, view, top, words, statuses=("forecast",))
    if goal is not None:
        _draw_goal(ax, layout, goal, view, top, words)
    _end_labels(ax, layout, view, ends, top)


def _room(ax: Axes, layout: Layout, top: float, words: _Words, right: int, years: bool) -> Layout:
    """Give the numbers of the vertical axis the room they need."""
    ticks = [t for t in MaxNLocator(layout.ticks, steps=STEPS).tick_values(0, top) if t <= top]
    layout = layout.with_sides(max((_axis_number(t, words.lang) for t in ticks), key=len), right, years)
    ax.set_position(layout.inner())
    return layout


def _axis_number(value: float, lang: str) -> str:
    return wording.number(round(float(value), 9), None, lang)


def _frame(ax, layout, months, top, lang, every=3, year_below=True) -> None:
    """Axes from zero, a tick every `every` months, the year under each January."""
    ax.set_xlim(-0.6, len(months) - 0.4)
    ax.set_ylim(0, top)
    ax.set_axisbelow(True)
    marks = [i for i, m in enumerate(months) if (m.month - 1) % every == 0 or (i == len(months) - 1 and every == 1)]
    marks = _thinned(marks, months, layout)
    ax.xaxis.set_major_locator(FixedLocator(marks))
    ax.set_xticks(marks, [""] * len(marks))
    for i in marks:
        below = f"\n{months[i].year}" if year_below and months[i].month == 1 else ""
        _write(
            ax, layout, i, -0.5 * layout.line(top), wording.axis_month(months[i], lang) + below, "center", "top", SOFT
        )
    ax.yaxis.set_major_locator(MaxNLocator(layout.ticks, steps=STEPS))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _axis_number(value, lang)))


def _thinned(marks: list[int], months, layout: Layout) -> list[int]:
    """Drop ticks until each has room: first to every half year, then to Januaries."""
    for step in (1, 6, 12):
        kept = marks if step == 1 else [i for i in marks if (months[i].month - 1) % step == 0]
        if len(kept) * 5.2 * layout.text <= layout.width * layout.inner()[2] * 1.6:
            return kept
    return kept


def _shade_forecast(ax, view) -> None:
    ahead = np.flatnonzero(view["status"] == "forecast")
    if len(ahead):
        ax.axvspan(ahead[0] - 0.5, len(view) - 0.4, color=ZONE, linewidth=0, zorder=0)


def _median_line(ax, x, view) -> None:
    """A line through the medians, drawn by what its right-hand end is: known, estimated or forecast."""
    kind = view["status"].replace(dict.fromkeys(KNOWN, "known")).to_numpy()
    value = view["median"].to_numpy()
    segments = [_segment_kind(kind[i - 1], kind[i]) for i in range(1, len(kind))]
    start = 0
    for i in range(1, len(segments) + 1):
        if i == len(segments) or segments[i] != segments[start]:
            part = slice(start, i + 1)
            ax.plot(x[part], value[part], color=MEDIAN, zorder=3, **_stroke(segments[start]))
            start = i


def _segment_kind(left: str, right: str) -> str:
    for kind in ("forecast", "estimated"):
        if kind in (left, right):
            return kind
    return "known"


def _stroke(kind: str) -> dict:
    return {
        "linestyle": DASHES[kind],
        "linewidth": 2.0 if kind == "forecast" else 1.5,
        "dash_capstyle": "round" if kind == "forecast" else "butt",
    }


def _dots(ax, x, view) -> None:
    many = (view["status"] == "reported").sum() > 18
    for status, face in (("reported", INK), ("derived", "white")):
        at = (view["status"] == status).to_numpy()
        if not at.any():
            continue
        ax.plot(
            x[at],
            view["median"].to_numpy()[at],
            linestyle="none",
            marker="o",
            markersize=4.2 if many else 5.6,
            markerfacecolor=face,
            markeredgecolor=INK,
            markeredgewidth=1.3,
            zorder=5,
            clip_on=False,
        )


# Labels ------------------------------------------------------------------------------------------------------------


def _zone_labels(ax, layout, view, top, words, statuses=("estimated", "forecast")) -> None:
    """Name the stretch of estimates and the stretch of forecasts along the upper edge."""
    for status in statuses:
        span = _longest_run(view["status"] == status)
        text = wording.STATUS[status][words.lang]
        if span is None or (span[1] - span[0] + 1) < layout.chars(text, len(view)):
            continue
        _write(ax, layout, sum(span) / 2, top * 0.985, text, "center", "top", SOFT, style="italic")


def _longest_run(flags: pd.Series) -> tuple[int, int] | None:
    best, start = None, None
    for i, flag in enumerate([*flags, False]):
        if flag and start is None:
            start = i
        if not flag and start is not None:
            if best is None or i - start > best[1] - best[0] + 1:
                best = (start, i - 1)
            start = None
    return best


def _dot_labels(ax, layout, view, top, words) -> None:
    """Label the last reported dot from above and the last derived one from below, where the bands leave room."""
    line = layout.line(top)
    for status, below in (("reported", False), ("derived", True)):
        months = np.flatnonzero(view["status"] == status)
        if not len(months):
            continue
        at = months[-1]
        text = words.say(f"chart.label.{status}", value=words.stated(view, view.index[at]))
        _label_dot(ax, layout, view, at, text, line, top, below)


def _label_dot(ax, layout, view, at, text, line, top, below) -> None:
    """Put a label above or below what lies in its way, and tie it to its dot."""
    width = max(layout.chars(part, len(view)) for part in text.split("\n"))
    centre = min(max(at, width / 2 - 0.5), len(view) - 0.5 - width / 2)
    under = view.iloc[max(0, int(np.floor(centre - width / 2))) : int(np.ceil(centre + width / 2)) + 1]
    value = view["median"].iloc[at]
    if below:
        y = _band(under, 0.95)[0].min() - 0.4 * line
        if y < 1.1 * line:
            return
        tip, alignment = value - 0.35 * line, "top"
    else:
        y = min(_band(under, 0.95)[1].max() + 0.5 * line, top - 3.2 * line)
        tip, alignment = value + 0.35 * line, "bottom"
    if abs(y - tip) > 0.5 * line:
        ax.plot([at, at], [tip, y], color=SOFT, linewidth=0.8, zorder=4)
    _write(ax, layout, centre, y, text, "center", alignment, INK)


def _band_labels(ax, layout, view, limit, top, words) -> None:
    """Write each band's share at its upper edge, right of the last month, moved apart where they would touch."""
    line = layout.line(top)
    lowest = view["median"].iloc[-1]
    for level in sorted(BANDS):
        edge = min(float(_band(view, level)[1].iloc[-1]), limit)
        y = max(edge, lowest)
        share = wording.percent(100 * level, 0, words.lang)
        _write(ax, layout, len(view) - 0.25, y, share, "left", "center", SOFT)
        lowest = y + line


def _ends(view, last_year, goal: _Goal | None, words: _Words) -> list[tuple[float, str, str]]:
    """What each line ends at in December, from the lowest: height, name and value, colour."""
    forecast = view["status"].iloc[-1] == "forecast"
    value = words.stated(view, view.index[-1], view.index[0])
    key = "chart.label.year_end" if forecast else "chart.label.total"
    ends = [(view["median"].iloc[-1], words.say(key, value=value), MEDIAN)]
    if last_year is not None:
        value = words.stated(last_year, last_year.index[-1], last_year.index[0])
        year = str(last_year.index[0].year)
        ends.append((last_year["median"].iloc[-1], words.say("chart.label.last_year", year=year, value=value), SOFT))
    if goal is not None:
        ends.append((goal.value, words.say("chart.label.target", target=goal.text), ACCENT))
    return sorted(ends)


def _end_labels(ax, layout, view, ends, top) -> None:
    """Write the ends right of December; labels that would touch are moved apart."""
    heights = _apart([height for height, _, _ in ends], 2.25 * layout.line(top), top)
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        _write(ax, layout, len(view) - 0.2, height, text, "left", "center", colour)


def _write(ax, layout: Layout, x, y, text: str, side: str, edge: str, colour: str, **style) -> None:
    """Write lines of text, each placed by its baseline, so that the reader's own font does not move them."""
    lines = text.split("\n")
    line = layout.line(ax.get_ylim()[1])
    first = {"top": -0.8, "center": len(lines) / 2 - 0.78, "bottom": len(lines) - 0.8}[edge]
    for i, words in enumerate(lines):
        baseline = y + (first - i) * line
        ax.text(x, baseline, words, ha=side, va="baseline", color=colour, clip_on=False, zorder=6, **style)


def _apart(heights: list[float], gap: float, top: float) -> list[float]:
    """Rising heights moved up, then down from the top, until neighbours are a gap apart."""
    moved = [max(heights[0], gap / 2)]
    for height in heights[1:]:
        moved.append(max(height, moved[-1] + gap))
    moved[-1] = min(moved[-1], top - gap / 4)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    return moved


def _draw_goal(ax, layout, goal: _Goal, view, top, words) -> None:
    last, line = len(view) - 1, layout.line(top)
    ax.plot([last], [goal.value], marker="D", markersize=7, color=ACCENT, zorder=6, clip_on=False)
    if not goal.months_left or goal.needed <= 0:
        return
    start = last - goal.months_left
    ax.plot([start, last], [goal.so_far, goal.value], color=ACCENT, linewidth=1.3, zorder=4)
    text = words.say("chart.label.pace", needed=words.with_unit(wording.digits(goal.needed, 4, words.lang)))
    # Above the line while the target asks for more than is expected, else below it: away from the bands.
    above = goal.value >= view["median"].iloc[-1]
    at = start + 0.6 * (last - start)
    height = goal.so_far + 0.6 * (goal.value - goal.so_far) + (0.2 if above else -0.2) * line
    side, edge = ("right", "bottom") if above else ("left", "top")
    _write(ax, layout, at - 0.3 if above else at + 0.3, height, text, side, edge, ACCENT)


# Scenarios ---------------------------------------------------------------------------------------------------------


FINDINGS_DRAWN = 24


def findings_chart(findings: pd.DataFrame, lang="vi", *, source="") -> Chart:
    """How far apart the figures are that cannot all be true: a row a finding, the widest gap first.

    `findings` is what `audit` returns; notes are left out. Errors are filled dots, warnings open ones; the scale is
    logarithmic, since a slip of a separator and a missing hundredth stand side by side.
    """
    shown = findings[findings["severity"].isin(["error", "warning"]) & (findings["gap"] > 0)]
    shown = shown.sort_values(["severity", "gap"], ascending=[True, False], kind="stable").head(FINDINGS_DRAWN)
    counts = {s: str(int((findings["severity"] == s).sum())) for s in ("error", "warning", "note")}
    names = [message.split(": ")[0] for message in shown[f"message_{lang}"]]
    told = [
        f"{n}: {wording.digits(100 * gap, 2, lang)}{wording.NBSP}%" for n, gap in zip(names, shown["gap"], strict=True)
    ]
    height = 30 * max(len(shown), 1)
    layouts = [(k, replace(layout, height=height + layout.margins[2] + layout.margins[3])) for k, layout in LAYOUTS]
    subtitle = messages.say("chart.findings.subtitle", lang)
    return _chart(
        lambda ax, layout: _draw_findings(ax, layout, shown, names, lang),
        layouts,
        title=messages.say("chart.findings.title", lang, **counts),
        subtitle=subtitle,
        note=messages.sentences(messages.say("chart.findings.note", lang), source),
        alt=messages.sentences(subtitle + ".", "; ".join(told) + "." if told else ""),
    )


def _draw_findings(ax: Axes, layout: Layout, shown: pd.DataFrame, names: list[str], lang: str) -> None:
    _, _, top, bottom = layout.margins
    layout = replace(layout, margins=(30, 24, top, bottom))
    ax.set_position(layout.inner())
    percent = 100 * shown["gap"].to_numpy(float)
    low, high = (
        (10 ** np.floor(np.log10(percent.min())), 10 ** np.ceil(np.log10(percent.max()))) if len(shown) else (1, 10)
    )
    ax.set_xscale("log")
    ax.set_xlim(low, max(1.02 * high, 10 * low))
    ax.set_ylim(0, max(len(shown), 1))
    ax.set_yticks([])
    ax.grid(axis="x")
    for i, (gap, severity) in enumerate(zip(percent, shown["severity"], strict=True)):
        y, error = len(shown) - i - 0.74, severity == "error"
        ax.plot([low, gap], [y, y], color=LINE, linewidth=2, zorder=2)
        face = ACCENT if error else "white"
        ax.plot([gap], [y], marker="o", markersize=6, color=ACCENT, markerfacecolor=face, linestyle="none", zorder=4)
        name = textwrap.shorten(names[i], int((layout.width - 26) / (0.62 * layout.text)), placeholder="…")
        _write(ax, layout, low, y + 0.2, name, "left", "bottom", INK)
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{wording.number(float(f'{value:.3g}'), None, lang)} %")
    )
    ax.xaxis.set_minor_locator(FixedLocator([]))


def scenario_chart(
    frame: pd.DataFrame, names, title, subtitle, lang="vi", *, unit="", note="", catalogue=None
) -> Chart:
    """The total of a year under each scenario: median and 80 % interval, a row each, its chance at the right.

    `frame` is what `scenarios.compare` returns, `names` has a text for each of its rows; the first row is the base
    case, whose median is marked in every row.
    """
    unit_name = wording.unit_name(unit, lang, catalogue)
    told = [
        messages.sentences(
            f"{name}: {wording.estimate(row.median, row.lower_80, row.upper_80, lang).text} {unit_name};",
            wording.probability(row.probability, lang) + ".",
        )
        for name, row in zip(names, frame.itertuples(), strict=True)
    ]
    layouts = [
        (kind, replace(layout, height=34 * len(frame) + layout.margins[2] + layout.margins[3]))
        for kind, layout in LAYOUTS
    ]
    return _chart(
        lambda ax, layout: _draw_scenarios(ax, layout, frame, list(names), lang),
        layouts,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=messages.sentences(subtitle + ".", *told),
    )


def _draw_scenarios(ax: Axes, layout: Layout, frame: pd.DataFrame, names: list[str], lang: str) -> None:
    _, _, top, bottom = layout.margins
    layout = replace(layout, margins=(14, layout.pixels("> 99 %"), top, bottom))
    ax.set_position(layout.inner())
    low, high = frame["lower_80"].min(), frame["upper_80"].max()
    room = 0.04 * max(high - low, 1e-9 * high)
    ax.set_xlim(low - room, high + room)
    ax.set_ylim(0, len(frame))
    ax.set_yticks([])
    ax.grid(axis="x")
    for i, row in enumerate(frame.itertuples()):
        y = len(frame) - i - 0.72
        colour = INK if i == 0 else MEDIAN
        # The base case's median runs down the rows, but not through their names.
        ax.plot([frame["median"].iloc[0]] * 2, [y - 0.24, y + 0.2], color=SOFT, linewidth=1, zorder=3)
        ax.plot([row.lower_80, row.upper_80], [y, y], color=BANDS[0.8], linewidth=5, solid_capstyle="butt", zorder=2)
        ax.plot([row.median], [y], marker="o", markersize=6, color=colour, zorder=4)
        name = textwrap.shorten(names[i], int((layout.width - 26) / (0.65 * layout.text)), placeholder="…")
        _write(ax, layout, low - room, y + 0.26, name, "left", "bottom", INK)
        chance = wording.probability(row.probability, lang)
        _write(ax, layout, high + 2 * room, y, chance, "left", "center", colour)
    ax.xaxis.set_major_locator(MaxNLocator(layout.ticks, steps=STEPS))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _axis_number(value, lang)))


# Chances by height -------------------------------------------------------------------------------------------------


def chance_chart(curve: pd.Series, aim: float, even: float, unit, name, lang="vi", *, note="", catalogue=None) -> Chart:
    """The chance of reaching every height of a target: where it is even, and where the target stands.

    `curve` has chances by height, rising, in `unit`; `aim` is the target's own height, `even` that of even odds.
    """
    scale = 1e-3 if unit in wording.THOUSANDFOLD and curve.index.max() >= wording.LONG_NUMBER else 1.0
    unit = wording.THOUSANDFOLD[unit] if scale != 1 else unit
    curve = pd.Series(curve.to_numpy(), curve.index * scale)
    told = {"even": wording.digits(even * scale, 3, lang), "aim": wording.digits(aim * scale, 4, lang)}
    values = {"name": name, "unit": wording.unit_name(unit, lang, catalogue)} | told
    values["chance"] = wording.probability(float(np.interp(aim * scale, curve.index, curve)), lang)
    return _chart(
        lambda ax, layout: _draw_chances(ax, layout, curve, aim * scale, even * scale, told, lang),
        title=messages.say("chart.chance.title", lang, **values),
        subtitle=messages.say("chart.chance.subtitle", lang, **values),
        note=note,
        alt=messages.say("alt.chance", lang, **values),
    )


def _draw_chances(ax: Axes, layout: Layout, curve: pd.Series, aim: float, even: float, told: dict, lang: str) -> None:
    layout = layout.with_sides("100 %", 40, True)
    ax.set_position(layout.inner())
    ax.set_xlim(curve.index.min(), curve.index.max() * 1.01)
    ax.set_ylim(0, 1.08)
    ax.plot(curve.index, curve.to_numpy(), color=MEDIAN, linewidth=1.8, zorder=3)
    ax.plot([curve.index.min(), even], [0.5, 0.5], color=SOFT, linewidth=1, linestyle=DASHES["estimated"], zorder=2)
    ax.plot([even], [0.5], marker="o", markersize=6, color=INK, zorder=5)
    _write(ax, layout, even, 0.55, "  " + messages.say("chart.chance.even", lang, **told), "left", "center", INK)
    chance = float(np.interp(aim, curve.index, curve))
    ax.plot([aim], [chance], marker="D", markersize=7, color=ACCENT, zorder=6, clip_on=False)
    label = messages.say("chart.chance.aim", lang, **told)
    # Below the high part of the curve, above the low one, so that the two never cross.
    height, edge = (chance - 0.08, "top") if chance > 0.5 else (chance + 0.08, "bottom")
    right = aim < np.mean(ax.get_xlim()) and chance <= 0.5
    _write(ax, layout, aim, height, label, "left" if right else "right", edge, ACCENT)
    ax.xaxis.set_major_locator(MaxNLocator(layout.ticks, steps=STEPS))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _axis_number(value, lang)))
    ax.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(100 * value, 0, lang)))


# Past forecasts ----------------------------------------------------------------------------------------------------


def hedgehog_chart(months: pd.Series, errors: pd.DataFrame, unit, name, lang="vi", note="", *, catalogue=None) -> Chart:
    """The months of a series as they came, and what was forecast of them from earlier months, a line an origin.

    `months` by PeriodIndex; `errors` a row an origin and month with forecast and outturn, as `evaluate.rolling_origins`
    returns for one method. Forecast lines are dotted, each beginning at the month it was made in.
    """
    scale = 1e-3 if unit in wording.THOUSANDFOLD and months.max() >= wording.LONG_NUMBER else 1.0
    unit = wording.THOUSANDFOLD[unit] if scale != 1 else unit
    origins = sorted(set(errors["origin"]))
    shown = months[months.index >= origins[0] - 6] * scale
    lines = {o: errors[errors["origin"] == o].set_index("month")["forecast"] * scale for o in origins}
    off = 100 * (errors["error"].abs() / errors["outturn"]).mean()
    values = {"name": name, "unit": wording.unit_name(unit, lang, catalogue), "count": str(len(origins))}
    ends = {"start": wording.month(shown.index[0], lang), "end": wording.month(shown.index[-1], lang)}
    return _chart(
        lambda ax, layout: _draw_hedgehog(ax, layout, shown, lines, lang),
        title=messages.say("chart.hedgehog.title", lang, error=wording.percent(off, 1, lang), **values),
        subtitle=messages.say("chart.hedgehog.subtitle", lang, **values),
        note=note,
        alt=messages.say("alt.hedgehog", lang, error=wording.percent(off, 1, lang), **values, **ends),
    )


def _draw_hedgehog(ax: Axes, layout: Layout, months: pd.Series, lines: dict, lang: str) -> None:
    top = 1.08 * max(months.max(), *(line.max() for line in lines.values()))
    layout = layout.with_sides(_axis_number(top, lang), 14, True)
    ax.set_position(layout.inner())
    _frame(ax, layout, months.index, top, lang)
    at = {month: i for i, month in enumerate(months.index)}
    ax.plot(range(len(months)), months.to_numpy(), color=INK, linewidth=1.6, zorder=3)
    for origin, line in lines.items():
        path = [(at[m], v) for m, v in [(origin, months[origin]), *line.items()] if m in at]
        ax.plot(*zip(*path, strict=True), color=ACCENT, zorder=4, **_stroke("forecast"))


def reliability_chart(table: pd.DataFrame, lang="vi", *, note="", title="", subtitle="") -> Chart:
    """What was called so likely against how often it came; on the diagonal a probability means what it says.

    `table` as `scores.reliability` returns it. The area of a dot grows with its cases, whose number stands beside it.
    """
    told = [
        messages.say(
            "alt.reliability_band",
            lang,
            stated=wording.percent(100 * row.stated, 0, lang),
            reached=wording.percent(100 * row.reached, 0, lang),
            cases=str(row.cases),
        )
        for row in table.itertuples()
    ]
    off = 100 * np.average((table["stated"] - table["reached"]).abs(), weights=table["cases"])
    title = title or messages.say("chart.reliability.title", lang, error=wording.number(off, 0, lang))
    subtitle = subtitle or messages.say("chart.reliability.subtitle", lang)
    layouts = [(kind, replace(layout, height=layout.height + 60)) for kind, layout in LAYOUTS]
    return _chart(
        lambda ax, layout: _draw_reliability(ax, layout, table, lang),
        layouts,
        title=title,
        subtitle=subtitle,
        note=note,
        alt=messages.sentences(subtitle + ".", *told),
    )


def _draw_reliability(ax: Axes, layout: Layout, table: pd.DataFrame, lang: str) -> None:
    layout = layout.with_sides("100 %", 30, True)
    ax.set_position(layout.inner())
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(-0.03, 1.08)
    ax.grid(axis="both")
    ax.plot([0, 1], [0, 1], color=SOFT, linewidth=1, linestyle=DASHES["estimated"], zorder=2)
    area = 30 + 220 * table["cases"] / table["cases"].max()
    ax.scatter(table["stated"], table["reached"], s=area, color=MEDIAN, edgecolor="white", linewidth=0.8, zorder=4)
    for row, size in zip(table.itertuples(), area, strict=True):
        right = row.stated < 0.9
        step = 0.012 + 0.0012 * float(np.sqrt(size))
        x, side = (row.stated + step, "left") if right else (row.stated - step, "right")
        y, edge = (row.reached + 0.02, "bottom") if row.reached < 0.1 else (row.reached - 0.02, "top")
        _write(ax, layout, x, y, str(row.cases), side, edge, SOFT)
    ax.xaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    ax.yaxis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    percent = FuncFormatter(lambda value, _: wording.percent(100 * value, 0, lang))
    ax.xaxis.set_major_formatter(percent)
    ax.yaxis.set_major_formatter(percent)
