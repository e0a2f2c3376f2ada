"""Results side by side: findings, futures, chances and past forecasts, one function a figure."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter

from ezlib import messages, wording
from ezlib.drawing import (
    ACCENT,
    BANDS,
    DASHES,
    INK,
    LINE,
    MEDIAN,
    SOFT,
    Chart,
    Layout,
    axis_number,
    draw_chart,
    high_for,
    higher_by,
    month_axes,
    number_axis,
    percent_axis,
    row_axes,
    stroke,
    write,
)

FINDINGS_DRAWN = 24


# Findings ------------------------------------------------------------------------------------------------------------


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
    subtitle = messages.say("chart.findings.subtitle", lang)
    serious = findings["severity"].isin(["error", "warning"]).any()
    none = "" if serious else "chart.findings.none" if len(findings) else "findings.none_at_all"
    return draw_chart(
        lambda ax, layout: _draw_findings(ax, layout, shown, names, lang),
        high_for(len(shown), 30),
        title=messages.say(none or "chart.findings.title", lang, **counts),
        subtitle=subtitle,
        note=messages.sentences(messages.say("chart.findings.note", lang), source),
        alt=messages.sentences(subtitle + ".", "; ".join(told) + "." if told else ""),
    )


def _draw_findings(ax: Axes, layout: Layout, shown: pd.DataFrame, names: list[str], lang: str) -> None:
    if shown.empty:
        ax.set_axis_off()
        return
    layout = row_axes(ax, layout, 30, 24, len(shown))
    percent = 100 * shown["gap"].to_numpy(float)
    low, high = 10 ** np.floor(np.log10(percent.min())), 10 ** np.ceil(np.log10(percent.max()))
    ax.set_xscale("log")
    ax.set_xlim(low, max(1.02 * high, 10 * low))
    for i, (gap, severity) in enumerate(zip(percent, shown["severity"], strict=True)):
        y, error = len(shown) - i - 0.74, severity == "error"
        ax.plot([low, gap], [y, y], color=LINE, linewidth=2, zorder=2)
        face = ACCENT if error else "white"
        ax.plot([gap], [y], marker="o", markersize=6, color=ACCENT, markerfacecolor=face, linestyle="none", zorder=4)
        name = textwrap.shorten(names[i], int((layout.width - 26) / (0.62 * layout.text)), placeholder="…")
        write(ax, layout, low, y + 0.2, name, "left", "bottom", INK)
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{wording.number(float(f'{value:.3g}'), None, lang)} %")
    )
    ax.xaxis.set_minor_locator(FixedLocator([]))


# Scenarios -----------------------------------------------------------------------------------------------------------


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
    return draw_chart(
        lambda ax, layout: _draw_scenarios(ax, layout, frame, list(names), lang),
        high_for(len(frame), 34),
        title=title,
        subtitle=subtitle,
        note=note,
        alt=messages.sentences(subtitle + ".", *told),
    )


def _draw_scenarios(ax: Axes, layout: Layout, frame: pd.DataFrame, names: list[str], lang: str) -> None:
    layout = row_axes(ax, layout, 14, layout.pixels("> 99 %"), len(frame))
    low, high = frame["lower_80"].min(), frame["upper_80"].max()
    room = 0.04 * max(high - low, 1e-9 * high)
    ax.set_xlim(low - room, high + room)
    for i, row in enumerate(frame.itertuples()):
        y = len(frame) - i - 0.72
        colour = INK if i == 0 else MEDIAN
        # The base case's median runs down the rows, but not through their names.
        ax.plot([frame["median"].iloc[0]] * 2, [y - 0.24, y + 0.2], color=SOFT, linewidth=1, zorder=3)
        ax.plot([row.lower_80, row.upper_80], [y, y], color=BANDS[0.8], linewidth=5, solid_capstyle="butt", zorder=2)
        ax.plot([row.median], [y], marker="o", markersize=6, color=colour, zorder=4)
        name = textwrap.shorten(names[i], int((layout.width - 26) / (0.65 * layout.text)), placeholder="…")
        write(ax, layout, low - room, y + 0.26, name, "left", "bottom", INK)
        chance = wording.probability(row.probability, lang)
        write(ax, layout, high + 2 * room, y, chance, "left", "center", colour)
    number_axis(ax.xaxis, layout, lang)


# Chances by height ---------------------------------------------------------------------------------------------------


def chance_chart(curve: pd.Series, aim: float, even: tuple, unit, name, lang="vi", *, catalogue=None) -> Chart:
    """The chance of reaching every height of a target: where it is even, and where the target stands.

    `curve` has chances by height, rising, in `unit`; `aim` is the target's own height, `even` that of even odds
    with the interval that says how many of its digits are worth printing: height, lower, upper.
    """
    scale, unit = wording.readable(curve.index.max(), unit)
    curve = pd.Series(curve.to_numpy(), curve.index * scale)
    height, lower, upper = (x * scale for x in even)
    told = {
        "even": wording.estimate(height, lower, upper, lang).median,
        "aim": wording.number(float(f"{aim * scale:.4g}"), None, lang),
    }
    values = {"name": name, "unit": wording.unit_name(unit, lang, catalogue)} | told
    values["chance"] = wording.probability(float(np.interp(aim * scale, curve.index, curve)), lang)
    return draw_chart(
        lambda ax, layout: _draw_chances(ax, layout, curve, aim * scale, height, told, lang),
        title=messages.say("chart.chance.title", lang, **values),
        subtitle=messages.say("chart.chance.subtitle", lang, **values),
        note="",
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
    write(ax, layout, even, 0.55, "  " + messages.say("chart.chance.even", lang, **told), "left", "center", INK)
    chance = float(np.interp(aim, curve.index, curve))
    ax.plot([aim], [chance], marker="D", markersize=7, color=ACCENT, zorder=6, clip_on=False)
    label = messages.say("chart.chance.aim", lang, **told)
    # Below the curve and left of it, where nothing else is; above and right of a point that is low, or so far to the
    # left that the numbers of the axis would be in the way, unless the chart ends there.
    place = aim / ax.get_xlim()[1]
    if chance <= 0.3 or (chance > 0.7 and place < 0.3):
        write(ax, layout, aim, chance + 0.03, label, "left" if place < 0.75 else "right", "bottom", ACCENT)
    else:
        write(ax, layout, aim, chance - 0.08, label, "right", "top", ACCENT)
    number_axis(ax.xaxis, layout, lang)
    percent_axis(ax.yaxis, lang)


# Past forecasts ------------------------------------------------------------------------------------------------------


def hedgehog_chart(months: pd.Series, errors: pd.DataFrame, unit, name, lang="vi", note="", *, catalogue=None) -> Chart:
    """The months of a series as they came, and what was forecast of them from earlier months, a line an origin.

    `months` by PeriodIndex without a break, NaN where unknown; `errors` a row an origin and month with forecast and
    outturn, as `evaluate.rolling_origins` returns for one method. Forecast lines are dotted, each beginning at the
    month it was made in.
    """
    scale, unit = wording.readable(months.max(), unit)
    origins = sorted(set(errors["origin"]))
    shown = months[months.index >= origins[0] - 6] * scale
    lines = {o: errors[errors["origin"] == o].set_index("month")["forecast"] * scale for o in origins}
    off = 100 * (errors["error"].abs() / errors["outturn"]).mean()
    values = {"name": name, "unit": wording.unit_name(unit, lang, catalogue), "count": str(len(origins))}
    ends = {"start": wording.month(shown.index[0], lang), "end": wording.month(shown.index[-1], lang)}
    return draw_chart(
        lambda ax, layout: _draw_hedgehog(ax, layout, shown, lines, lang),
        title=messages.say("chart.hedgehog.title", lang, error=wording.percent(off, 1, lang), **values),
        subtitle=messages.say("chart.hedgehog.subtitle", lang, **values),
        note=note,
        alt=messages.say("alt.hedgehog", lang, error=wording.percent(off, 1, lang), **values, **ends),
    )


def _draw_hedgehog(ax: Axes, layout: Layout, months: pd.Series, lines: dict, lang: str) -> None:
    top = 1.08 * max(months.max(), *(line.max() for line in lines.values()))
    layout = layout.with_sides(axis_number(top, lang), 14, True)
    ax.set_position(layout.inner())
    month_axes(ax, layout, months.index, top, lang)
    at = {month: i for i, month in enumerate(months.index)}
    mark = "." if months.isna().any() else ""  # a month between two unknown ones is no line
    ax.plot(range(len(months)), months.to_numpy(), color=INK, linewidth=1.6, marker=mark, zorder=3)
    for origin, line in lines.items():
        path = [(at[m], v) for m, v in [(origin, months[origin]), *line.items()] if m in at and v == v]
        ax.plot(*zip(*path, strict=True), color=ACCENT, zorder=4, **stroke("forecast"))


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
    return draw_chart(
        lambda ax, layout: _draw_reliability(ax, layout, table, lang),
        higher_by(60),
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
        write(ax, layout, x, y, str(row.cases), side, edge, SOFT)
    percent_axis(ax.xaxis, lang)
    percent_axis(ax.yaxis, lang)
