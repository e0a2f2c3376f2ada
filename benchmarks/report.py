"""Write docs/accuracy.md from the results of the benchmarks.

python benchmarks/report.py
"""

from __future__ import annotations

import json

from common import HERE

PAGE = HERE.parent / "docs" / "accuracy.md"

HEAD = """# Accuracy

Every figure here was measured by the scripts in `benchmarks/`, whose README gives the command for each; this page is
written by `benchmarks/report.py` from their results. In brackets: 90 % bootstrap interval over series (over years for
annual totals). OWA is the M4 competition's, against its Naive2. CPU seconds are of a whole `forecast` call with 1,000
paths, on one thread of a machine that was busy with other work.
"""

LOOKS = """## How often the test sets were looked at

M3 and tourism: **twice**. The first look was with damping φ = 0.7, which rolling origins of M1 preferred to 0.9 by 1 to
2 %; it gave OWA 0.799 / 0.803 / 0.804 on M3 and 0.732 / 0.559 / 0.430 on tourism. φ then went back to the 0.9 laid down
in [design.md](design.md), the prior was learned again from M1 under it, with the shifts and sharpening that
[methods.md](methods.md) names, and the pooled spread went from 0.93 to 0.90: the second look, in the tables. Since that
return was made knowing the first look, and the prototype's results on M3 were known from the start, M3 is no longer a
set never seen. The rebuilding task uses the first 36 months of 300 M3 series and was run once, on the final model
(30 other windows were run before it, to see what it costs).
"""

COLLECTIONS = {
    "m3": ("M3 monthly, 1428 series, 18 months ahead", "0.778 / 0.767 / 0.776", "0.823 (ForecastPro, whole history)"),
    "tourism": ("Tourism monthly, 366 series, 24 months ahead", "0.774 / 0.582 / 0.430", "-"),
    "m1": (
        "M1 monthly, 617 series, 18 months ahead: test parts; the prior was learned from the training parts",
        "-",
        "-",
    ),
}


def results(name: str) -> dict:
    file = HERE / "results" / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in [header, ["---"] * len(header), *rows]]
    return "\n".join(lines) + "\n"


def with_interval(found: dict, name: str, digits: int = 3) -> str:
    low, high = found[f"{name}_interval"]
    return f"{found[name]:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def accuracy_rows(found: dict) -> list[list[str]]:
    return [
        [
            history,
            with_interval(row, "smape", 2),
            f"{row['mase']:.3f}",
            with_interval(row, "owa"),
            with_interval(row, "coverage_80"),
            with_interval(row, "coverage_95"),
            with_interval(row, "msis", 2),
            f"{row['seconds']:.3f}",
        ]
        for history, row in found.items()
    ]


ACCURACY = ["history", "sMAPE", "MASE", "OWA", "80 % covers", "95 % covers", "MSIS", "CPU s"]


def competitions() -> str:
    parts = []
    for name, (title, prototype, published) in COLLECTIONS.items():
        if found := results(name):
            note = f"\nOWA of the prototype: {prototype}. Best published: {published}.\n" if prototype != "-" else ""
            parts.append(f"## {title}\n\n{table(ACCURACY, accuracy_rows(found))}{note}")
    return "\n".join(parts)


def vietnam() -> str:
    ahead, totals = results("vietnam_ahead"), results("vietnam_totals")
    parts = ["## Vietnamese development series, 12 months ahead, two origins\n"]
    parts.append(table(ACCURACY, accuracy_rows(ahead)))
    parts.append(
        "sMAPE of the prototype with windows and robust weights: 17.13 / 17.50; best library or combination: 17.90 / "
        "20.32. The windows, their prior and the weight of months out of line were judged on these series as well as "
        "on M1. Without windows, in a trial of an earlier stage of the model: 17.7 / 18.9 against 17.3 / 17.3 with.\n"
    )
    parts.append("## Annual totals of the same series, 2022 to 2024\n")
    rows = []
    for name, row in totals.items():
        low, high = row["coverage_80_interval"]
        rows.append(
            [
                name,
                f"{row['coverage_80']:.3f} [{low:.3f}, {high:.3f}]",
                f"{row['width_80']:.0f} %",
                f"{row['mape']:.1f} %",
                f"{row['brier']:.4f}",
                f"{row['calibration_error']:.3f}",
            ]
        )
    header = ["method", "80 % covers", "width", "mean error", "Brier", "calibration error"]
    parts.append(table(header, rows))
    parts.append(
        "Brier score of the probability that the year's total changes by at least −10, 0, +10, +20 %. Prototype at 0, "
        "3, 6, 9 months known: Brier 0.199, 0.159, 0.099, 0.046; coverage 0.90, 0.88, 0.89, 0.91.\n"
    )
    return "\n".join(parts)


METHOD_WORDS = {"structural": "this model", "run_rate": "run rate", "profile": "profile"}


def targets() -> str:
    """Probabilities of annual targets: the nation's exports month by month, and the development series."""
    national, series = results("targets_national"), results("targets_series")
    if not national or not series:
        return ""
    header = ["method", "80 % covers", "95 % covers", "mean error", "Brier", "calibration error"]
    exports = table(header, [_target_row(name, national[name]) for name in METHOD_WORDS])
    known = table(
        ["months known", *(f"Brier, {word}" for word in METHOD_WORDS.values()), "calibration error", "80 % covers"],
        [
            [
                k,
                *(f"{series[name]['by_known'][k]['brier']:.3f}" for name in METHOD_WORDS),
                f"{row['calibration_error']:.3f}",
                f"{row['coverage_80']:.3f}",
            ]
            for k, row in series["structural"]["by_known"].items()
        ],
    )
    growth = table(
        ["growth of at least", "came true", *(f"Brier, {word}" for word in METHOD_WORDS.values())],
        [
            [
                f"{g} %",
                f"{row['reached']:.2f}",
                *(f"{series[name]['by_growth'][g]['brier']:.3f}" for name in METHOD_WORDS),
            ]
            for g, row in series["structural"]["by_growth"].items()
        ],
    )
    ours, first = series["structural"], national["structural"]
    less = {word: ours[f"brier_less_{name}"] for name, word in METHOD_WORDS.items() if name != "structural"}
    against = "; ".join(f"{x[0]:+.3f} [{x[1]:+.3f}, {x[2]:+.3f}] against {word}" for word, x in less.items())
    return "\n".join(
        [
            "## Chances of annual targets\n",
            f"National exports, forecast 0 to 11 months into each year from 2018 to 2024 ({first['standings']} "
            f"standings, {', '.join(national['timing'])}) with what had been published then: the chance that this "
            "year's exports grow by more than 10 %.\n",
            exports,
            f"In {first['reached']:.0%} of the standings they did. The years are few and the standings of one hang "
            f"together, so these are no {first['standings']} independent cases.\n",
            f"{series['series_years']} years of {series['series']} Vietnamese development series, standing 0 to 11 "
            f"months into the year; chances of growing by at least −10, 0, +10, +20 % ({ours['cases']} chances).\n",
            known,
            growth,
            f"Brier score less that of the other, with 90 % bootstrap interval over series: {against}.\n",
            f"![Reliability: chances were off by {100 * ours['calibration_error']:.1f} points on average]"
            "(img/reliability.svg)\n",
        ]
    )


def _target_row(name: str, row: dict) -> list[str]:
    return [
        METHOD_WORDS[name],
        f"{row['coverage_80']:.3f}",
        f"{row['coverage_95']:.3f}",
        f"{row['error_percent']:.1f} %",
        f"{row['brier']:.4f}",
        f"{row['calibration_error']:.3f}",
    ]


def rebuilt() -> str:
    rows = []
    for pattern, row in results("rebuilt").items():
        for name, said in (("plain", "facts alone"), ("profile", "with a profile of later years")):
            low, high = row[f"{name}_mape_interval"]
            rows.append(
                [
                    f"{pattern}, {said}",
                    f"{row[f'{name}_mape']:.2f} [{low:.2f}, {high:.2f}]",
                    f"{row[f'{name}_mape_median']:.2f}",
                    f"{row[f'{name}_coverage_80']:.3f}",
                    f"{row[f'{name}_coverage_95']:.3f}",
                    f"{row[f'{name}_effective']:.2f}",
                    f"{row[f'{name}_seconds']:.2f}",
                ]
            )
    if not rows:
        return ""
    header = ["pattern", "mean MAPE %", "median", "80 % covers", "95 % covers", "effective share", "CPU s"]
    words = "Prototype, pattern B: 9.0 / 4.9 from the facts alone, 6.6 / 2.9 with a profile; Denton 13.2 / 5.8.\n"
    return f"## Months rebuilt from partial facts\n\n{table(header, rows)}\n{words}"


def cost() -> str:
    rows = [
        [name, *(f"{1000 * row[part]:.0f}" for part in ("fit", "paths", "forecast"))]
        for name, row in results("cost").items()
    ]
    header = ["history", "fit, ms", "1,000 paths of 24 months, ms", "whole forecast call, ms"]
    return f"## Cost, CPU milliseconds on one thread\n\n{table(header, rows)}"


if __name__ == "__main__":
    page = "\n".join(part for part in (HEAD, competitions(), LOOKS, vietnam(), targets(), rebuilt(), cost()) if part)
    PAGE.write_text(page, encoding="utf-8")
