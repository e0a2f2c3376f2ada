"""What a printed change says: up or down, by how much, measured against what, and of which figure."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ezlib.catalogue import Catalogue
from ezlib.named_periods import last_month
from ezlib.naming import trust_in_silence
from ezlib.passages import Sentence, State
from ezlib.phrases import Base, Mark, Phrases, fold
from ezlib.proposals import Change, Proposal, note, same_dimension

# "Cả năm đạt 8.250 tỷ đồng, tăng 43 %": of a stretch longer than a month growth is on the year before.
USUAL_BASES = {"year": "yoy", "half": "ytd_yoy", "ytd": "ytd_yoy"}


def direction_of(mark: Mark, before: list[Mark], sentence: Sentence, base: Mark | None) -> str:
    """up, down, equal, share or times: from the word before the percentage, its sign, or the word behind it."""
    words = [m for m in before if m.kind == "change" and not re.search(r"[,;]", sentence.text[m.end : mark.start])]
    if words:
        return words[-1].value
    sign = re.search(r"([+\-\u2212])\s*$", fold(sentence.text[max(0, mark.start - 2) : mark.start]))
    if sign:
        return "up" if sign[1] == "+" else "down"
    after = sentence.within(mark.end, mark.end + 40, "change")
    if after and not re.search(r"[,;.]", sentence.text[mark.end : after[0].start]) and after[0].value in ("up", "down"):
        return after[0].value
    if base is not None and base.value.basis.endswith("_pct"):
        return "equal"
    if base is not None and mark.value.form == "times" and base.value.words.startswith(("as ", "that of", "those of")):
        return "times"
    earlier = [m for m in sentence.marks if m.kind == "change" and m.start < mark.start]
    joined = re.search(r"\b(?:và|and)\s*$", fold(sentence.text[sentence.cursor : mark.start]))
    return earlier[-1].value if earlier and joined else ""


def base_after(mark: Mark, sentence: Sentence) -> Mark | None:
    """The comparison right behind a figure: "tăng 5 % so với cùng kỳ"."""
    later = [m for m in sentence.marks if m.start >= mark.end and m.kind in ("versus", "number")]
    if not later or later[0].kind != "versus":
        return None
    between = fold(sentence.text[mark.end : later[0].start])
    return later[0] if len(between) <= 30 and not re.search(r"[,;.]", between) else None


def base_before(before: list[Mark]) -> Mark | None:
    """The comparison that leads to a figure: "so với cùng kỳ tăng 5 %"."""
    found = [m for m in before if m.kind == "versus"]
    return found[-1] if found else None


def base_shared(mark: Mark, direction: str, sentence: Sentence, state: State) -> Mark | None:
    """The comparison of a list where it is said once: "bằng 186 %; nhập khẩu bằng 134 % so với cùng kỳ"."""
    later = sentence.within(mark.end, sentence.end, "versus")
    told = len(state.found[state.last].changes) if state.last is not None else 0
    earlier = state.compared[min(told, len(state.compared) - 1)] if state.compared else None
    shared = later[0].value if later else earlier
    if shared is None or not direction or shared.basis not in ("yoy", "mom", "named_month", "named_quarter"):
        return None
    return Mark(mark.start, mark.start, "shared", shared)


def begins_anew(mark: Mark, before: list[Mark], sentence: Sentence, state: State, phrases: Phrases) -> bool:
    """Whether the words before a change begin something new, so that it does not belong to the last figure."""
    if state.last is None or (state.last < sentence.first and not _carries_on(mark, before, sentence, phrases)):
        return True
    heavy = [m for m in before if m.kind == "feature" and m.value not in phrases.light]
    new = [*heavy, *(m for m in before if m.kind in ("cumulative", "of_which"))]
    return any(m.kind == "of_which" or re.search(r"[,;:]", sentence.text[sentence.cursor : m.start]) for m in new)


def settled_change(mark: Mark, direction: str, base: Base | None, fact: Proposal, sentence: Sentence) -> Change | None:
    """A printed percentage as a change on its basis; None where the words leave the meaning open."""
    value, step = mark.value.readings[0]
    place = sentence.place(mark)
    basis = settled_basis(base, fact) if base is not None else ""
    if basis == "mom" and fact.days[2] in USUAL_BASES:
        basis = ""  # said of the month before it in the same breath
    trust = 1.0 if base is not None else 0.75
    if mark.value.form == "points":
        return Change(-value if direction == "down" else value, "yoy_points", step / 2, *place, trust)
    if mark.value.form == "times":
        if direction not in ("times", "equal") or not basis or _is_share(basis):
            return None
        return Change(100 * (value - 1), basis, 50 * step, *place, 0.95)
    if direction == "share" or (direction == "equal" and basis.startswith("ratio_to")):
        of_what = basis if basis.startswith("ratio_to") else "share_of_total_pct"
        return Change(value, of_what, step / 2, *place, trust)
    if basis == "plan_share_pct":
        value = 100 + value if direction == "up" else 100 - value if direction == "down" else value
        return Change(value, basis, step / 2, *place)
    if direction == "equal":
        return _ratio(mark, basis, place) if basis not in ("", "base_unclear") else None
    if direction not in ("up", "down") or mark.value.high is not None:
        return None
    if not basis and (usual := USUAL_BASES.get(fact.days[2])):
        return Change(-value if direction == "down" else value, usual, step / 2, *place, 0.9)
    basis = basis or "yoy_or_mom_unclear"
    trust *= 0.75 if basis.endswith("_unclear") and base is not None else 1.0
    return Change(-value if direction == "down" else value, basis, step / 2, *place, trust)


def settled_basis(base: Base, fact: Proposal) -> str:
    """The basis of a change once the period of its figure is known."""
    kind = fact.days[2]
    label = last_month(fact.when)
    if base.basis == "named_month":
        against = pd.Period(year=base.year or (label - 1).year, month=base.month, freq="M")
        behind = (label - against).n
        return (
            {1: "mom", 12: "yoy"}.get(behind, f"vs_{against.year}_{against.month:02d}_pct") if kind == "month" else ""
        )
    if base.basis == "named_quarter":
        return _quarter_basis(base, label) if kind == "quarter" else "base_unclear"
    if base.basis != "yoy":
        return base.basis
    if base.year is not None and base.year < label.year - 1:
        return f"vs_{base.year}_pct"
    return "ytd_yoy" if kind in ("ytd", "half") else "yoy"


def tells_difference(mark: Mark, before: list[Mark], sentence: Sentence) -> bool:
    """Whether a level stands right behind "tăng" or "giảm", with no "lên" or "đến" that would make it one reached."""
    if not before or before[-1].kind != "change" or before[-1].value not in ("up", "down"):
        return False
    reached = re.search(r"\b(?:đến|tới|lên)\b", fold(sentence.text[before[-1].end : mark.start]))
    return sentence.is_right_behind(mark, before[-1]) and not reached


def difference(mark: Mark, before: list[Mark], sentence: Sentence, state: State, catalogue: Catalogue) -> Change | None:
    """A level right behind "tăng" or "giảm" is the difference from another period, not a level."""
    if state.last is None or not tells_difference(mark, before, sentence):
        return None
    base = base_after(mark, sentence)
    fact = state.found[state.last]
    number = mark.value
    fits = number.readings and any(same_dimension(u, fact.unit, catalogue) for u in number.units)
    if base is None or not fits:
        return None
    sentence.used.add(base.start)
    state.compared = [base.value]
    basis = settled_basis(base.value, fact)
    basis = {"plan_share_pct": ""}.get(basis, f"{basis}_points" if fact.unit == "points" else f"{basis}_abs")
    if basis.startswith("_") or not basis:
        return None
    basis = basis.replace("ytd_yoy_points", "yoy_points")
    value, half = replace(fact, number=number, choice=0).in_unit(catalogue)
    sign = -1 if before[-1].value == "down" else 1
    sentence.cursor = base.end
    return Change(sign * value, basis, half, sentence.place(mark)[0], sentence.place(base)[1])


def _carries_on(mark: Mark, before: list[Mark], sentence: Sentence, phrases: Phrases) -> bool:
    """A sentence that is only a change ("Tăng 5 % so với tháng trước.") speaks of the figure before it."""
    named = any(m.kind in ("feature", "cumulative", "when") for m in before)
    return not named and trust_in_silence(mark, sentence, phrases) > 0.7


def _is_share(basis: str) -> bool:
    """Whether a basis is the printed percentage of something, rather than a change on another period."""
    return basis.endswith("_pct") and not basis.startswith("vs_")


def _ratio(mark: Mark, basis: str, place: tuple[int, int]) -> Change:
    """ "Bằng 124 %" is a change of +24; far from 100 it is kept as printed, and doubted."""
    value, step = mark.value.readings[0]
    odd = not 20 <= value <= 400
    said = note("ratio", printed=mark.value.printed) if odd else ""
    return Change(value - 100, basis, step / 2, *place, 0.85 if odd else 1.0, said)


def _quarter_basis(base: Base, label: pd.Period) -> str:
    """The basis of a quarter's change on a quarter that is named, or on the one before it."""
    own = pd.Period(label, freq="Q")
    against = own - 1
    if base.quarter is not None:
        year = base.year or own.year - (base.quarter >= own.quarter)
        against = pd.Period(year=year, quarter=base.quarter, freq="Q")
    return "yoy" if (own - against).n == 4 else f"vs_{against.year}_q{against.quarter}_pct"
