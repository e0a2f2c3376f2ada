"""The sheet that all figures are drawn on: its sizes, colours and axes, and texts placed by arithmetic.

Every chart is drawn three times from the same numbers: `figure`, with its title and source, to save or paste; and, for
a page that sets the words as text, a wide and a narrow drawing for paper and phone. Labels are placed by arithmetic on
the data, not by measuring text, so that the same numbers give the same bytes on every machine.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from ezlib import wording
from ezlib.files import write_whole
from ezlib.svg import inline, to_svg

INK, SOFT, LINE, ZONE = "#102a43", "#52606d", "#dde4ea", "#f0f3f6"
MEDIAN, ACCENT = "#1b4470", "#a8430b"
BANDS = {0.95: "#cfe0ef", 0.80: "#a8c6e1", 0.50: "#76a3cd"}

DASHES = {"known": "solid", "estimated": (0, (4, 2.2)), "forecast": (0, (0.9, 1.9))}

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
LAYOUTS = {"figure": SHEET, "wide": WIDE, "narrow": NARROW}


def high_for(rows: int, each: int) -> dict[str, Layout]:
    """The three layouts, as high as so many rows of so many pixels take."""
    inner = each * max(rows, 1)
    return {kind: replace(sheet, height=inner + sum(sheet.margins[2:])) for kind, sheet in LAYOUTS.items()}


def higher_by(pixels: int) -> dict[str, Layout]:
    """The three layouts, higher by so many pixels."""
    return {kind: replace(sheet, height=sheet.height + pixels) for kind, sheet in LAYOUTS.items()}


def draw_chart(draw: Callable[[Axes, Layout], None], layouts: Mapping[str, Layout] = LAYOUTS, **words: str) -> Chart:
    """A chart of three drawings made by `draw`; `words` are its title, subtitle, note and alt."""
    figures = {}
    for name, layout in layouts.items():
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


# Axes ----------------------------------------------------------------------------------------------------------------


def room_for_numbers(ax: Axes, layout: Layout, top: float, lang: str, right: int, years: bool) -> Layout:
    """Give the numbers of the vertical axis the room they need."""
    ticks = [t for t in MaxNLocator(layout.ticks, steps=STEPS).tick_values(0, top) if t <= top]
    layout = layout.with_sides(max((axis_number(t, lang) for t in ticks), key=len), right, years)
    ax.set_position(layout.inner())
    return layout


def month_axes(ax: Axes, layout: Layout, months, top: float, lang: str, every=3, year_below=True) -> None:
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
        write(
            ax, layout, i, -0.5 * layout.line(top), wording.axis_month(months[i], lang) + below, "center", "top", SOFT
        )
    number_axis(ax.yaxis, layout, lang)


def _thinned(marks: list[int], months, layout: Layout) -> list[int]:
    """Drop ticks until each has room: first to every half year, then to Januaries."""
    for step in (1, 6, 12):
        kept = marks if step == 1 else [i for i in marks if (months[i].month - 1) % step == 0]
        if len(kept) * 5.2 * layout.text <= layout.width * layout.inner()[2] * 1.6:
            return kept
    return kept


def row_axes(ax: Axes, layout: Layout, left: int, right: int, rows: int) -> Layout:
    """Axes of rows, the first on top at the height `rows`: numbers below alone, and so many pixels at the sides."""
    layout = replace(layout, margins=(left, right, *layout.margins[2:]))
    ax.set_position(layout.inner())
    ax.set_ylim(0, rows)
    ax.set_yticks([])
    ax.grid(axis="x")
    return layout


def number_axis(axis: Axis, layout: Layout, lang: str) -> None:
    """Round numbers along an axis, as the language writes them."""
    axis.set_major_locator(MaxNLocator(layout.ticks, steps=STEPS))
    axis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value, lang)))


def percent_axis(axis: Axis, lang: str) -> None:
    """Shares from 0 to 1 along an axis, a percentage at each quarter."""
    axis.set_major_locator(FixedLocator([0, 0.25, 0.5, 0.75, 1]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: wording.percent(100 * value, 0, lang)))


def axis_number(value: float, lang: str) -> str:
    """A number on an axis, with no more digits than it has."""
    return wording.number(round(float(value), 9), None, lang)


# Lines and texts -----------------------------------------------------------------------------------------------------


def stroke(kind: str) -> dict:
    """How a line is drawn that is known, estimated or forecast."""
    return {
        "linestyle": DASHES[kind],
        "linewidth": 2.0 if kind == "forecast" else 1.5,
        "dash_capstyle": "round" if kind == "forecast" else "butt",
    }


def write(ax: Axes, layout: Layout, x, y, text: str, side: str, edge: str, colour: str, **style) -> None:
    """Write lines of text, each placed by its baseline, so that the reader's own font does not move them."""
    lines = text.split("\n")
    line = layout.line(ax.get_ylim()[1])
    first = {"top": -0.8, "center": len(lines) / 2 - 0.78, "bottom": len(lines) - 0.8}[edge]
    for i, words in enumerate(lines):
        baseline = y + (first - i) * line
        ax.text(x, baseline, words, ha=side, va="baseline", color=colour, clip_on=False, zorder=6, **style)


def apart(heights: list[float], gap: float, top: float) -> list[float]:
    """Rising heights moved up, then down from the top, until neighbours are a gap apart."""
    moved = [max(heights[0], gap / 2)]
    for height in heights[1:]:
        moved.append(max(height, moved[-1] + gap))
    moved[-1] = min(moved[-1], top - gap / 4)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - gap)
    return moved
