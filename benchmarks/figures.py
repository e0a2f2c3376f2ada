"""The figures of docs/accuracy.md, drawn from the stored results; titles state what the numbers show.

python benchmarks/figures.py        into docs/img
"""

from __future__ import annotations

import matplotlib

matplotlib.use("svg")

import matplotlib.pyplot as plt
import numpy as np
from common import results
from scoring import FAMILIES, MEAN, MEDIAN, NAIVE
from series import HERE

from ezlib.evaluate import OURS

FOLDER = HERE.parent / "docs" / "img"
STYLE = {
    "svg.hashsalt": "ezlib", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 8, "axes.titlelocation": "left",
}  # fmt: skip
INK, GREY, PALE = "black", "0.45", "0.88"
NAMES = {OURS: "ezlib", "run_rate": "run rate", MEAN: "mean of three", MEDIAN: "median of four"}
NAMES |= {FAMILIES: "mean, statsmodels", "Exponential smoothing (ETS)": "ETS, statsmodels"}
NAMES |= {"Seasonal ARIMA (airline)": "airline", "Seasonal naive with drift": "seasonal naive"}
PANELS = {
    "m3": ("M3", ("full", "36", "24")),
    "tourism": ("Tourism", ("full", "36", "24")),
    "vietnam_ahead": ("Viet Nam", ("full", "36")),
}
LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)))
MARKS = "osD^vPX*"
GOOD_COVERAGE = (0.93, 0.97)


def name_of(method: str) -> str:
    return NAMES.get(method, method)


def panels() -> list[tuple[str, dict]]:
    """Title and methods of every collection and length of history where ours has been scored beside others."""
    found = []
    for key, (name, cuts) in PANELS.items():
        stored = results(key)
        for cut in [cut for cut in cuts if {OURS} < set(stored.get(cut, {}).get("all", {}))]:
            history = "whole history" if cut == "full" else f"last {cut} months"
            found.append((f"{name}, {history}", stored[cut]["all"]))
    return found


def by_method(measure: str, file: str, title: str, label: str, draw_behind) -> None:
    """A panel a collection and length: a row a method, a dot with its 90 % interval."""
    shown = panels()
    fig, axes = plt.subplots(-(-len(shown) // 3), 3, figsize=(8.4, 2.2 * -(-len(shown) // 3) + 0.7))
    for ax in axes.flat[len(shown) :]:
        ax.remove()
    for ax, (name, methods) in zip(axes.flat, shown, strict=False):
        rows = sorted((row[measure], method) for method, row in methods.items() if measure in row)
        rows = [row for row in rows if row[1] != NAIVE][::-1]
        draw_behind(ax)
        for at, (value, method) in enumerate(rows):
            mine = method == OURS
            ax.plot(methods[method][f"{measure}_interval"], [at, at], color=INK if mine else GREY, lw=2 if mine else 1)
            ax.plot(value, at, "o", color=INK if mine else GREY, mfc=INK if mine else "white", ms=5)
        ax.set_yticks(range(len(rows)), [name_of(method) for _, method in rows], fontsize=7)
        for tick, (_, method) in zip(ax.get_yticklabels(), rows, strict=True):
            tick.set_fontweight("bold" if method == OURS else "normal")
        ax.set_title(name)
    fig.supxlabel(label, fontsize=8)
    finish(fig, file, title)


def accuracy() -> None:
    shown = [methods for _, methods in panels()]
    best = sum(OURS in m and m[OURS]["owa"] <= min(row["owa"] for row in m.values()) for m in shown)
    title = f"ezlib has the lowest OWA in {best} of {len(shown)} comparisons"
    by_method(
        "owa", "accuracy-owa.svg", title, "OWA against Naive2, with 90 % bootstrap interval; less is better", _none
    )


def coverage() -> None:
    low, high = GOOD_COVERAGE

    def held(names) -> int:
        return sum(low <= m[name]["coverage_95"] <= high for m in shown for name in names(m))

    shown = [methods for _, methods in panels()]
    theirs = [name for m in shown for name in m if name not in (OURS, "prototype", NAIVE) and "coverage_95" in m[name]]
    title = (
        f"ezlib's 95 % intervals hold {100 * low:.0f} to {100 * high:.0f} % in "
        f"{held(lambda m: [OURS] if OURS in m else [])} of {len(shown)} comparisons, those of other libraries in "
        f"{held(lambda m: [n for n in m if n in theirs])} of {len(theirs)}"
    )

    def band(ax):
        ax.axvspan(low, high, color=PALE)
        ax.axvline(0.95, color=GREY, lw=0.8)

    by_method("coverage_95", "accuracy-coverage.svg", title, "share of outturns inside the 95 % interval", band)


def _none(ax) -> None:
    pass


def totals() -> None:
    """Brier score against months known, and how often what was stated came about."""
    stored = results("vietnam_totals")
    if not stored:
        return
    reliability = stored.pop("reliability", {})
    known = [*stored]
    fig, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6))
    methods = sorted(stored[known[0]], key=lambda m: -stored[known[0]][m]["brier"])
    for at, method in enumerate(methods):
        mine = method == OURS
        values = [stored[k][method]["brier"] for k in known]
        left.plot(
            [int(k) for k in known], values, ls=LINES[at % len(LINES)] if not mine else "-", marker=MARKS[at % 8],
            color=INK if mine else GREY, lw=2 if mine else 1, ms=4, label=name_of(method),
        )  # fmt: skip
    left.set_xticks([int(k) for k in known])
    left.set(xlabel="months of the year known", ylabel="Brier score; less is better", ylim=(0, None))
    left.legend(frameon=False, fontsize=7)
    best = sum(min(stored[k], key=lambda m: stored[k][m]["brier"]) == OURS for k in known)
    left.set_title(f"Lowest Brier score at {best} of {len(known)} standings")
    right.plot([0, 1], [0, 1], color=GREY, lw=0.8)
    for method, style in (
        (OURS, {"color": INK, "marker": "o"}),
        ("run_rate", {"color": GREY, "marker": "s", "ls": "--"}),
    ):
        if method in reliability:
            stated, reached, _ = np.array(reliability[method]).T
            right.plot(stated, reached, ms=4, label=name_of(method), **style)
    right.set(xlabel="probability stated", ylabel="share that came about", aspect="equal", xlim=(0, 1), ylim=(0, 1))
    right.legend(frameon=False, fontsize=7)
    if OURS in reliability:
        stated, reached, cases = np.array(reliability[OURS]).T
        away = np.average(np.abs(stated - reached), weights=cases)
        right.set_title(f"What is stated comes about, {100 * away:.0f} points off on average")
    finish(fig, "annual-totals.svg", "Will the year reach its target? 49 Vietnamese series, 2022 to 2024")


def cost() -> None:
    stored = results("cost")
    if "length" not in stored:
        return
    fig, axes = plt.subplots(1, 3, figsize=(8.4, 3.2), width_ratios=(1.5, 1, 1))
    length, slope = stored["length"], stored["exponents"]
    shown = {"forecast": "ezlib", "fit": "ezlib, fit of all months", "AutoETS": "AutoETS", "AutoCES": "AutoCES"}
    shown |= {"AutoARIMA": "AutoARIMA", "DOTM": "DOTM", "Exponential smoothing (ETS)": "ETS, statsmodels"}
    for at, (key, name) in enumerate(shown.items()):
        sizes = [n for n in length if key in length[n]]
        mine = key in ("forecast", "fit")
        values = [1000 * length[n][key] for n in sizes]
        line = {"color": INK if mine else GREY, "lw": 2 if key == "forecast" else 1, "ls": LINES[at % len(LINES)]}
        axes[0].plot([int(n) for n in sizes], values, marker=MARKS[at], ms=3.5, label=name, **line)
    axes[0].set(xlabel="months of history", ylabel="CPU milliseconds", xscale="log", yscale="log", ylim=(1.5, 60_000))
    axes[0].set_xticks([24, 60, 120, 240, 360], ["24", "60", "120", "240", "360"])
    axes[0].minorticks_off()
    axes[0].set_yticks([10, 100, 1000], ["10", "100", "1,000"])
    axes[0].legend(frameon=False, fontsize=6.5, ncols=2, loc="upper left")
    axes[0].set_title(f"Fit of all n months ~ n^{slope['length']['fit']:.1f}; forecast uses the last 120")
    rest = (
        (axes[1], "figures", "rebuild", "figures about 60 months", "Rebuilding"),
        (axes[2], "series", "forecast", "series", "Many series"),
    )
    for ax, size, key, label, what in rest:
        table = stored[size]
        ax.plot([int(n) for n in table], [1000 * table[n][key] for n in table], color=INK, marker="o", ms=4)
        ax.set(xlabel=label, xscale="log", yscale="log")
        ax.set_xticks([int(n) for n in table], list(table))
        ticks = [tick for tick in (10, 30, 100, 300, 1000, 3000) if ax.get_ylim()[0] < tick < ax.get_ylim()[1]]
        ax.set_yticks(ticks, [f"{tick:,}" for tick in ticks])
        ax.minorticks_off()
        ax.set_title(f"{what} ~ n^{slope[size][key]:.1f}")
    finish(fig, "cost.svg", f"A forecast from 120 months costs {1000 * length['120']['forecast']:.0f} ms on one thread")


def finish(fig, file: str, title: str) -> None:
    fig.suptitle(title, x=0.01, ha="left", fontsize=10, fontweight="bold")
    fig.tight_layout()
    FOLDER.mkdir(exist_ok=True)
    fig.savefig(FOLDER / file, metadata={"Date": None})
    plt.close(fig)


def main() -> None:
    with plt.rc_context(STYLE):
        for draw in (accuracy, coverage, totals, cost):
            draw()


if __name__ == "__main__":
    main()
