"""A finding as one row: the arithmetic and the likeliest slip in words, Vietnamese and English."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd

from ezlib import wording
from ezlib.claims import (
    EITHER,
    EITHER_LOOSELY,
    ROUNDED_LOOSELY,
    TRUNCATED,
    TRUNCATED_LOOSELY,
    Cell,
    Check,
    Claim,
    Figure,
)
from ezlib.evidence import Evidence
from ezlib.messages import LANGUAGES, say
from ezlib.rules import RULES_BY_ID, Remark
from ezlib.slips import SLIPS, Suspect

FINDING_COLUMNS = [
    "rule",
    "severity",
    "zone",
    "series",
    "period_start",
    "period_end",
    "facts",
    "sources",
    "gap",
    "message_vi",
    "message_en",
    "likely",
    "likely_vi",
    "likely_en",
    "alternatives",
]
SIGNS = {1: " + ", -1: f" {wording.MINUS} "}
VERDICTS = {
    "error": (
        "không thể cùng đúng, dù số được làm tròn hay cắt bớt (lệch ít nhất {gap})",
        "cannot all be true, whether rounded or cut off (at least {gap} apart)",
    ),
    "truncated": (
        "không thể cùng đúng nếu số được làm tròn; có thể nếu có số bị cắt bớt (lệch {gap})",
        "cannot all be true if rounded; possible if some were cut off ({gap} apart)",
    ),
    "words": (
        "chỉ có thể cùng đúng nếu hiểu rộng các chữ “trên, gần, khoảng” (lệch {gap})",
        "can all be true only if the words over, nearly, about are stretched ({gap} apart)",
    ),
    "capped": ("lệch ít nhất {gap}", "at least {gap} apart"),
    "revised": ("số ước đã được điều chỉnh {revision}", "an estimate was revised by {revision}"),
    "superseded": (
        "có số ước về sau đã điều chỉnh (lệch {gap})",
        "an estimate among them was revised later ({gap} apart)",
    ),
}


def contradiction_row(check: Check, severity: str, suspects: list[Suspect], evidence: Evidence) -> tuple:
    """The row of a check that does not hold: its arithmetic, and the likeliest of the figures suspected of a slip."""
    likely = suspects[0] if suspects else None
    messages = [_told(check, severity, evidence, lang) for lang in LANGUAGES]
    return _row(check.rule, severity, check.cell, check.facts, check.gap, messages, likely, evidence, suspects[1:3])


def remark_row(remark: Remark, evidence: Evidence) -> tuple:
    """The row of a finding that is no contradiction of sums."""
    rule = RULES_BY_ID[remark.rule]
    messages = [
        f"{_subject(remark.cell, evidence, lang)}: {rule.says(lang).format(**_shown(remark, evidence, lang))}."
        for lang in LANGUAGES
    ]
    return _row(
        remark.rule, remark.severity, remark.cell, remark.facts, remark.gap, messages, remark.likely, evidence, []
    )


def _row(rule, severity, cell, facts, gap, messages, likely, evidence, alternatives) -> tuple:
    sources = tuple(f"{row.source} ({row.published:%Y-%m-%d})" for row in (evidence.facts[fact] for fact in facts))
    told = [_likely(likely, evidence, lang) if likely else "" for lang in LANGUAGES]
    period = pd.Timestamp(cell.start), pd.Timestamp(cell.end)
    place = rule, severity, cell.zone, cell.series, *period, facts, sources, gap
    return *place, *messages, likely, *told, tuple(alternatives)


def _told(check: Check, severity: str, evidence: Evidence, lang: str) -> str:
    """A contradiction in one line: what it is about, the two sides as worked out, and the verdict."""
    unit = _unit(check.cell, evidence, lang)
    across = len(check.documents) > 1
    sides = {"left": _side(check.left, unit, across, lang), "right": _side(check.right, unit, across, lang)}
    verdict = VERDICTS[_verdict(check, severity)][LANGUAGES.index(lang)]
    far = wording.percent(100 * check.gap, _gap_decimals(100 * check.gap), lang)
    if check.cell.is_percent:
        far = _points(100 * check.gap, lang)
    ending = verdict.format(gap=far, revision=_revision(check, unit, lang))
    sides["whole"] = evidence.catalogue.indicator(check.right[0][1].cell.indicator).name(lang).lower()
    return f"{_subject(check.cell, evidence, lang)}: {RULES_BY_ID[check.rule].says(lang).format(**sides)}; {ending}."


def _verdict(check: Check, severity: str) -> str:
    if severity == "note":
        return "revised" if len(check.left) == len(check.right) == 1 else "superseded"
    if severity == "error":
        return "error"
    if not any(check.holds(reading) for reading in (EITHER_LOOSELY, TRUNCATED_LOOSELY, ROUNDED_LOOSELY)):
        return "capped"
    return "truncated" if check.holds(EITHER if len(check.documents) > 1 else TRUNCATED) else "words"


def _revision(check: Check, unit: str, lang: str) -> str:
    """From the figure published first to the one published last."""
    first, last = sorted((claim for claim in check.claims), key=lambda claim: claim.published)[:: len(check.claims) - 1]
    if check.cell.is_percent or unit == "%":
        return _points(last.value() - first.value(), lang, signed=True)
    return wording.change(100 * (last.value() / first.value() - 1), 1, lang) if first.value() else ""


def _points(points: float, lang: str, signed: bool = False) -> str:
    text = wording.number(points, 2 if abs(points) < 10 else 1, lang)
    return say("points", lang, number=f"{'+' if signed and points > 0 else ''}{text}")


def _gap_decimals(percent: float) -> int:
    return 1 if percent >= 0.1 else 3


def _subject(cell: Cell, evidence: Evidence, lang: str) -> str:
    name = evidence.catalogue.indicator(cell.indicator).name(lang)
    usual = evidence.catalogue.zone(cell.zone).scope == cell.scope
    scope = "" if usual else f" – {evidence.catalogue.scope(cell.scope).name(lang)}"
    return f"{name}{scope}, {_period(cell, lang)}"


def _period(cell: Cell, lang: str) -> str:
    if (cell.start.month, cell.start.day, cell.end.month, cell.end.day) == (1, 1, 12, 31):
        years = str(cell.start.year) if cell.start.year == cell.end.year else f"{cell.start.year}–{cell.end.year}"
        return f"năm {years}" if lang == "vi" else years
    first = cell.start.day == 1 and (cell.end + dt.timedelta(days=1)).day == 1
    if first and cell.start.month == cell.end.month and cell.start.year == cell.end.year:
        return wording.month(cell.start, lang)
    if cell.start == cell.end:
        return wording.date(cell.start, lang)
    if cell.start.year == cell.end.year:
        return f"{wording.days(cell.start, cell.end, lang)}{'/' if lang == 'vi' else ' '}{cell.end.year}"
    return wording.days(cell.start, cell.end, lang)


def _unit(cell: Cell, evidence: Evidence, lang: str) -> str:
    if cell.is_percent:
        return ""
    return evidence.catalogue.units[evidence.catalogue.indicators[cell.indicator].unit].sign(lang)


def _side(terms, unit: str, across: bool, lang: str) -> str:
    """A sum as it is worked out: "215.613/(1 − 10 %) + 212.418/(1 − 12 %) = 480.938 lượt người"."""
    text = "".join(SIGNS[sign] + _expression(claim, lang) for sign, claim in terms).removeprefix(SIGNS[1])
    if len(terms) > 1 or terms[0][1].how not in ("printed", "stated"):
        total = sum(sign * claim.value() for sign, claim in terms)
        half = max(claim.level.half_width for _, claim in terms)
        text += f" = {wording.published(total, half, lang)}"
    text = f"{text}{wording.NBSP}{unit}" if unit else text
    if across and len({claim.document for _, claim in terms}) == 1:
        day = wording.date(terms[0][1].published, lang)
        text += f" (công bố {day})" if lang == "vi" else f" (published {day})"
    return text


def _expression(claim: Claim, lang: str) -> str:
    if claim.how == "stated":
        return _written(claim.link, lang)
    level = wording.published(claim.level.value, claim.level.half_width, lang)
    if claim.how == "printed":
        return level
    if claim.how == "share":
        return f"{level}/{wording.published(claim.link.value, claim.link.half_width, lang)}{wording.NBSP}%"
    size = wording.published(abs(claim.link.value), claim.link.half_width, lang)
    sign = SIGNS[-1 if (claim.link.value < 0) == (claim.how == "change") else 1]
    return f"{level}/(1{sign}{size}{wording.NBSP}%)" if claim.how == "change" else f"({level}{sign}{size})"


def _written(figure: Figure, lang: str) -> str:
    """A change or share as it was printed: +33 %, 50,9 %."""
    text = wording.published(figure.value, figure.half_width, lang)
    if figure.kind == "difference":
        return text
    return f"{'+' if figure.value > 0 and figure.kind == 'change' else ''}{text}{wording.NBSP}%"


def _shown(remark: Remark, evidence: Evidence, lang: str) -> dict[str, str]:
    """The values of a remark, written: figures with their digits and unit, days as days."""
    unit = _unit(remark.cell, evidence, lang) if remark.rule != "share_scale" else "%"

    def shown(value) -> str:
        if isinstance(value, Figure):
            return f"{wording.published(value.value, value.half_width, lang)} {unit}"
        if isinstance(value, dt.date):
            return wording.date(value, lang)
        rounded = float(f"{value:.3g}")
        return f"{wording.number(rounded, None, lang)} {unit}"

    return {name: shown(value) for name, value in remark.values.items()}


def _likely(suspect: Suspect, evidence: Evidence, lang: str) -> str:
    """A suspect in words: which figure, from what to what, and by which slip."""
    figure, row = suspect.figure, evidence.facts[suspect.fact_id]
    name = evidence.catalogue.indicators[row.indicator].name(lang)
    half = suspect.half_width or figure.half_width
    if figure.field == "value":
        unit = evidence.catalogue.units[evidence.catalogue.indicators[row.indicator].unit].sign(lang)
        old, new = (wording.published(v, h, lang) for v, h in ((figure.value, figure.half_width), (suspect.new, half)))
        change = f"{old} → {new} {unit}"
    else:
        change = f"{_written(figure, lang)} → {_written(replace(figure, value=suspect.new, half_width=half), lang)}"
    slip = SLIPS[suspect.slip][LANGUAGES.index(lang)]
    return f"{name}: {change} ({slip})"
