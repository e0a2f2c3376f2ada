"""A flow month by month, or added up over a year: drawn so that an estimate never looks like a fact.

Reported months are filled dots, derived ones open dots; estimated months are a dashed line, forecasts a dotted one on
grey. None of this needs colour.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from ezlib import flow_words, messages, wording
from ezlib.contracts import DataError
from ezlib.drawing import (
    ACCENT,
    BANDS,
    INK,
    MEDIAN,
    SOFT,
    ZONE,
    Chart,
    Layout,
    apart,
    draw_chart,
    month_axes,
    room_for_numbers,
    stroke,
    write,
)
from ezlib.flow_views import (
    KNOWN,
    Published,
    axis_end,
    band,
    cumulative_view,
    has_bands,
    last_month,
    monthly_view,
    scaled,
)
from ezlib.flow_words import Goal, Words, goal_of
from ezlib.plans import Target
from ezlib.targets import TargetAssessment


def fan_chart(outlook, lang="vi", *, name=None, since=None, until=None, source="", catalogue=None) -> Chart:
    """Monthly flow of an outlook: what was published, what follows from it, what is estimated, what is forecast.

    Shown are the months from `since` (default: January of the year before the last month used) to `until` (default:
    December of its year, or of the next from October on). `name` is the series' name (default: the catalogue's).
    """
    view, published = monthly_view(outlook, since, until), Published(outlook)
    words = Words(outlook, published, view["median"].max(), lang, name, catalogue)
    view = scaled(view, words.scale)
    limit, clipped = axis_end(view)
    announced = {month: value * words.scale for month, value in published.announced(view.index).items()}
    return draw_chart(
        lambda ax, layout: _draw_fan(ax, layout, view, announced, limit, words),
        title=flow_words.fan_title(outlook, view, words),
        subtitle=words.subtitle("chart.fan"),
        note=messages.sentences(
            flow_words.reading(view, words, bool(announced)),
            words.say("chart.bands") if has_bands(view) else "",
            flow_words.averages_note(outlook, view, words),
            flow_words.clipped_note(view, limit, words) if clipped else "",
            words.say("chart.source", source=source) if source else "",
        ),
        alt=flow_words.fan_alt(view, announced, words),
    )


def cumulative_chart(outlook, assessment=None, year=None, lang="vi", *, name=None, source="", catalogue=None) -> Chart:
    """The year's flow added up month by month, its forecast, and the pace that a target would take.

    `assessment` is what `assess_target` says of a target of this outlook and year; None draws the year alone. `year`
    defaults to that of the assessment, else of the last month used. Raises DataError for a target that has not been
    assessed, and for an assessment of another series or of other months; ValueError for a year without all its months.
    """
    _check_assessed(assessment)
    year = int(year or _year_asked(outlook, assessment))
    published = Published(outlook)
    view = cumulative_view(outlook, year, published)
    _check_same(assessment, outlook, view.index)
    last_year = cumulative_view(outlook, year - 1, published) if outlook.covers_year(year - 1) else None
    words = Words(outlook, published, view["median"].max(), lang, name, catalogue)
    view = scaled(view, words.scale)
    last_year = scaled(last_year, words.scale) if last_year is not None else None
    goal = goal_of(assessment, words) if assessment is not None else None
    return draw_chart(
        lambda ax, layout: _draw_cumulative(ax, layout, view, last_year, goal, words),
        title=flow_words.cumulative_title(view, goal, year, words),
        subtitle=words.subtitle("chart.cumulative", year=year),
        note=messages.sentences(
            flow_words.reading(view, words),
            words.say("chart.bands") if has_bands(view) else "",
            words.say("chart.source", source=source) if source else "",
        ),
        alt=flow_words.cumulative_alt(view, last_year, goal, year, words),
    )


def _check_assessed(assessment) -> None:
    if assessment is None or isinstance(assessment, TargetAssessment):
        return
    given = f"target {assessment.target_id}" if isinstance(assessment, Target) else repr(assessment)
    raise DataError(
        f"A chart draws what the paths say of a target, and {given} is no assessment of one.",
        next_step="Pass ez.assess_target(outlook, target) in its place.",
    )


def _year_asked(outlook, assessment: TargetAssessment | None) -> int:
    last = last_month(outlook) if assessment is None else assessment.crossing.index[-1]
    return last.year


def _check_same(assessment: TargetAssessment | None, outlook, months: pd.PeriodIndex) -> None:
    if assessment is None:
        return
    tested = assessment.crossing.index
    if assessment.series != outlook.series or not tested.equals(months):
        raise DataError(
            f"Target {assessment.target.target_id} was assessed on {assessment.series} {tested[0]}..{tested[-1]}, "
            f"the chart is of {outlook.series} {months[0]}..{months[-1]}.",
            next_step="Assess a target of the same series and year with ez.assess_target(outlook, target).",
        )


# Months by themselves ------------------------------------------------------------------------------------------------


def _draw_fan(ax: Axes, layout: Layout, view: pd.DataFrame, announced, limit: float, words: Words) -> None:
    x = np.arange(len(view))
    line = layout.line(limit * 1.25)
    top = limit + (2.4 * line if (view["status"] != "reported").any() else 1.2 * line)
    layout = room_for_numbers(ax, layout, top, words.lang, right=layout.pixels("95 %"), years=True)
    month_axes(ax, layout, view.index, top, words.lang)
    _shade_forecast(ax, view)
    for level in BANDS:
        lower, upper = band(view, level)
        ax.fill_between(x, lower, upper.clip(upper=limit), color=BANDS[level], linewidth=0, zorder=1)
    _median_line(ax, x, view)
    _dots(ax, x, view)
    places = [view.index.get_loc(month) for month in announced]
    ax.plot(places, list(announced.values()), linestyle="none", marker="x", markersize=6, color=INK, zorder=5)
    _zone_labels(ax, layout, view, top, words)
    _dot_labels(ax, layout, view, top, words)
    if (view["status"].iloc[-1]) not in KNOWN:
        _band_labels(ax, layout, view, limit, top, words)


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
        y = band(under, 0.95)[0].min() - 0.4 * line
        if y < 1.1 * line:
            return
        tip, alignment = value - 0.35 * line, "top"
    else:
        y = min(band(under, 0.95)[1].max() + 0.5 * line, top - 3.2 * line)
        tip, alignment = value + 0.35 * line, "bottom"
    if abs(y - tip) > 0.5 * line:
        ax.plot([at, at], [tip, y], color=SOFT, linewidth=0.8, zorder=4)
    write(ax, layout, centre, y, text, "center", alignment, INK)


def _band_labels(ax, layout, view, limit, top, words) -> None:
    """Write each band's share at its upper edge, right of the last month, moved apart where they would touch."""
    line = layout.line(top)
    lowest = view["median"].iloc[-1]
    for level in sorted(BANDS):
        edge = min(float(band(view, level)[1].iloc[-1]), limit)
        y = max(edge, lowest)
        share = wording.percent(100 * level, 0, words.lang)
        write(ax, layout, len(view) - 0.25, y, share, "left", "center", SOFT)
        lowest = y + line


# A year added up -----------------------------------------------------------------------------------------------------


def _draw_cumulative(ax: Axes, layout: Layout, view, last_year, goal: Goal | None, words: Words) -> None:
    x = np.arange(len(view))
    heights = [band(view, 0.95)[1].max(), goal.value if goal else 0]
    heights.append(0 if last_year is None else last_year["median"].max())
    top = 1.1 * max(heights)
    ends = _ends(view, last_year, goal, words)
    longest = max((line for _, text, _ in ends for line in text.split("\n")), key=len)
    layout = room_for_numbers(ax, layout, top, words.lang, right=layout.pixels(longest), years=False)
    month_axes(ax, layout, view.index, top, words.lang, every=3 if layout.width < 500 else 1, year_below=False)
    _shade_forecast(ax, view)
    for level in BANDS:
        lower, upper = band(view, level)
        ax.fill_between(x, lower, upper, color=BANDS[level], linewidth=0, zorder=1)
    if last_year is not None:
        ax.plot(x, last_year["median"], color=SOFT, linewidth=1, zorder=2)
    _median_line(ax, x, view)
    _dots(ax, x, view)
    _zone_labels(ax, layout, view, top, words, statuses=("forecast",))
    if goal is not None:
        _draw_goal(ax, layout, goal, view, top, words)
    _end_labels(ax, layout, view, ends, top)


def _ends(view, last_year, goal: Goal | None, words: Words) -> list[tuple[float, str, str]]:
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
    heights = apart([height for height, _, _ in ends], 2.25 * layout.line(top), top)
    for height, (_, text, colour) in zip(heights, ends, strict=True):
        write(ax, layout, len(view) - 0.2, height, text, "left", "center", colour)


def _draw_goal(ax, layout, goal: Goal, view, top, words) -> None:
    last, line = len(view) - 1, layout.line(top)
    ax.plot([last], [goal.value], marker="D", markersize=7, color=ACCENT, zorder=6, clip_on=False)
    if not goal.asks:
        return
    start = last - goal.months_left
    ax.plot([start, last], [goal.so_far, goal.value], color=ACCENT, linewidth=1.3, zorder=4)
    text = words.say("chart.label.pace", needed=words.with_unit(wording.amount(goal.needed, words.lang)))
    # Above the line while the target asks for more than is expected, else below it: away from the bands.
    above = goal.value >= view["median"].iloc[-1]
    at = start + 0.6 * (last - start)
    height = goal.so_far + 0.6 * (goal.value - goal.so_far) + (0.2 if above else -0.2) * line
    side, edge = ("right", "bottom") if above else ("left", "top")
    write(ax, layout, at - 0.3 if above else at + 0.3, height, text, side, edge, ACCENT)


# Marks of both -------------------------------------------------------------------------------------------------------


def _shade_forecast(ax, view) -> None:
    ahead = np.flatnonzero(view["status"] == "forecast")
    if len(ahead):
        ax.axvspan(ahead[0] - 0.5, len(view) - 0.4, color=ZONE, linewidth=0, zorder=0)


def _median_line(ax, x, view) -> None:
    """A line through the medians, drawn by what its right-hand end is: known, estimated or forecast."""
    kind = np.where(view["status"].isin(KNOWN), "known", view["status"])
    value = view["median"].to_numpy()
    segments = [_segment_kind(kind[i - 1], kind[i]) for i in range(1, len(kind))]
    start = 0
    for i in range(1, len(segments) + 1):
        if i == len(segments) or segments[i] != segments[start]:
            part = slice(start, i + 1)
            ax.plot(x[part], value[part], color=MEDIAN, zorder=3, **stroke(segments[start]))
            start = i


def _segment_kind(left: str, right: str) -> str:
    for kind in ("forecast", "estimated"):
        if kind in (left, right):
            return kind
    return "known"


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


def _zone_labels(ax, layout, view, top, words, statuses=("estimated", "forecast")) -> None:
    """Name the stretch of estimates and the stretch of forecasts along the upper edge."""
    for status in statuses:
        span = _longest_run(view["status"] == status)
        text = wording.STATUS[status][words.lang]
        if span is None or (span[1] - span[0] + 1) < layout.chars(text, len(view)):
            continue
        write(ax, layout, sum(span) / 2, top * 0.985, text, "center", "top", SOFT, style="italic")


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
