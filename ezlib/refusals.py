"""Why a printed number is no fact whatever it measures: an aim, last year's figure, the same thing said again."""

from __future__ import annotations

import re

from ezlib.changes import base_after, tells_difference
from ezlib.passages import Guide, Sentence, State
from ezlib.phrases import Mark, Number, Phrases, fold, tokens_of


def refusal(mark: Mark, before: list[Mark], sentence: Sentence, lang: str) -> str:
    """Why a figure can be no fact whatever it measures; '' when nothing speaks against it."""
    if not mark.value.readings:
        return "fraction" if "/" in mark.value.printed else "digits"
    listed = sentence.aimed and ";" not in sentence.text[before[0].start if before else mark.start : mark.start]
    sentence.aimed = any(m.kind == "aims" for m in before) or (
        listed and not any(m.kind in ("status", "when", "cumulative", "versus") for m in before)
    )
    if sentence.aimed:
        return "aim"
    if is_in_turn(mark, sentence, lang):
        return "in_turn"
    compared = [m for m in before if m.kind == "versus"]
    if not compared:
        return ""
    since = {m.kind for m in before if m.start > compared[-1].end}
    # "Cùng kỳ năm 2024 kim ngạch đạt …" is last year's figure, "so với cùng kỳ, kim ngạch …" leads to this year's.
    last_years = fold(compared[-1].value.words).startswith("cùng kỳ")
    return "base" if last_years or not since & {"feature", "cumulative", "when"} else ""


def is_in_turn(mark: Mark, sentence: Sentence, lang: str) -> bool:
    """Whether a figure is told in the order of another list: "lần lượt 75 và 58", "75 and 58, respectively"."""
    if lang == "vi":  # "lần lượt" leads the list, "respectively" closes it
        return bool(sentence.within(sentence.start, mark.start, "in_turn"))
    closing = sentence.within(mark.end, sentence.end, "in_turn")
    numbers = [m for m in sentence.marks if m.kind == "number" and (not closing or m.end <= closing[0].start)]
    if closing:
        return mark in _row_of_like(numbers, sentence.text)
    return mark.value.form == "percent" and _is_change_of_a_pair(mark, numbers, sentence.text)


def restated(mark: Mark, sentence: Sentence, guide: Guide) -> str:
    """Whether a level only says again what stood before: the plan in brackets, a change as an amount."""
    behind = fold(sentence.text[mark.end : mark.end + 40])
    since = re.search(r"\b(?:từ|from)\s*$", fold(sentence.text[: mark.start]))
    if since and re.match(r"\s*(?:lên|xuống|còn|to)\b", behind):
        return "base"
    earlier = [m for m in sentence.marks if m.end <= mark.start and m.kind in ("versus", "number")]
    if not earlier:
        return ""
    between = fold(sentence.text[earlier[-1].end : mark.start])
    if earlier[-1].kind == "number" and _is_other_currency(earlier[-1].value, mark.value, between, guide):
        return "currency"
    if earlier[-1].kind == "number" and between.strip() == "/":
        return "aim"  # "1.020 triệu USD/9.000 triệu USD": so much of the plan
    if earlier[-1].kind == "versus" and re.fullmatch(r"\s*\((?:[^\W\d]+\s*){0,3}", between):
        return "aim" if earlier[-1].value.basis == "plan_share_pct" else "base"
    changed = earlier[-1].kind == "versus" or earlier[-1].value.form in ("percent", "times")
    opening = guide.phrases.lexicons["differences"].find(tokens_of(between.lstrip(" ,;(")))
    return "difference" if changed and opening and opening[0][0] == 0 else ""


def amount_of_change(mark: Mark, before: list[Mark], sentence: Sentence, state: State, phrases: Phrases) -> str:
    """Whether a level only tells by how much another changed: "đạt 75 triệu USD, tăng 25 triệu USD"."""
    if not tells_difference(mark, before, sentence):
        return ""
    follows = state.last is not None and state.last >= sentence.first
    named = any(m.kind == "feature" and m.value not in phrases.light for m in before)
    return "difference" if base_after(mark, sentence) or (follows and not named) else ""


def _is_change_of_a_pair(mark: Mark, numbers: list[Mark], text: str) -> bool:
    """Whether two changes follow two figures: "301,000 people and 1,700 vehicles, down 17.5 and 2.3 percent"."""
    at = numbers.index(mark)
    for first in (at, at - 1):
        pair = numbers[first : first + 2]
        told = numbers[max(first - 2, 0) : first]
        likes = [m.value.form for m in (*told, *pair)] == ["level", "level", "percent", "percent"]
        if first >= 2 and likes and len(_row_of_like(pair, text)) == 2:
            return re.search(r"[,;.](?!\d)", text[told[0].end : told[1].start]) is None
    return False


def _row_of_like(numbers: list[Mark], text: str) -> list[Mark]:
    """The numbers at the end of a row with nothing but commas and "and" between them."""
    row: list[Mark] = []
    for mark in reversed(numbers):
        if row and not re.fullmatch(r"\s*(?:,|,?\s*and|,?\s*và)?\s*", text[mark.end : row[-1].start]):
            break
        row.append(mark)
    return row if len(row) > 1 else []


def _is_other_currency(first: Number, second: Number, between: str, guide: Guide) -> bool:
    """ "402,7 tỷ đồng (15,8 triệu USD)": the same money twice, whose rate is the writer's own."""
    moneys = [{guide.catalogue.unit(u).dimension for u in n.units} & {"usd", "vnd"} for n in (first, second)]
    opening = guide.phrases.lexicons["differences"].find(tokens_of(between.lstrip(" ,;(")))
    said = between.strip() == "(" or (bool(opening) and opening[0][0] == 0)
    return all(moneys) and moneys[0] != moneys[1] and said
