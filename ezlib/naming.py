"""Which indicator a figure is of: by the words beside it, then further off, and the further the less it is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ezlib.catalogue import Catalogue
from ezlib.documents import Paragraph
from ezlib.matches import HEAD, LAST, NEAR, SENTENCE, Match, match_indicator
from ezlib.passages import Guide, Sentence, State
from ezlib.phrases import Mark, NamingRule, Phrases, annotate, fold, tokens_of
from ezlib.proposals import Proposal

_CLAUSE = re.compile(r"[,;(]")


def indicator_of(
    mark: Mark, before: list[Mark], after: list[Mark], sentence: Sentence, state: State, guide: Guide
) -> Match | None:
    """The indicator of a figure, in a unit the figure may have, and how sure it is; None where no words name one.

    The words beside it are asked first, with those said further off behind them; where they say nothing at all, the
    figure goes on about the one before it.
    """
    number = mark.value
    units = _units(mark, before, after, sentence, state, guide.phrases)
    if not units:
        return None
    near = near_features(mark, before, after, sentence)
    names = {m.value for m in before if m.kind == "name"}
    last = state.found[state.last] if state.last is not None else None
    spoken, sure = _spoken_of(mark, sentence, state, guide.catalogue)
    heavy = {f for f in near if f not in guide.phrases.light}
    if spoken is not None and not near and any(guide.catalogue.unit_fits(spoken.indicator, u) for u in units):
        sure *= spoken.subject * (1.0 if number.units else 0.8) * trust_in_silence(mark, sentence, guide.phrases)
        return Match(NamingRule(spoken.indicator, ()), spoken.unit, sure, spoken.features)
    if last is not None and _is_worth(mark, sentence, state, guide.phrases):
        near = near | dict.fromkeys(last.features, NEAR)
    fresh = state.last is not None and state.last < sentence.first
    before_it = spoken if fresh else last
    context = _further_off(mark, sentence, state, before_it, bool(heavy), guide)
    context = _without_rivals(context, near, guide.phrases)
    arguments = (names, units, guide.source.issuer, guide.phrases, guide.catalogue)
    looks = _looks(mark, sentence, state, near, context, guide.phrases)
    asked = ((beside, match_indicator(beside, around, *arguments), sure) for beside, around, sure in looks)
    near, match, sure = next((found for found in asked if found[1] is not None), (near, None, 0.0))
    if match is None:
        return None
    trust = sure * match.trust
    if heavy and not any(f in near for f in match.rule.needs):
        alone = match_indicator(near, {}, *arguments)  # a heading makes of it what the words beside it do not say
        trust *= 1.0 if alone is None or alone.rule == match.rule else 0.8
    if "total" in near and not heavy and _is_some_part(match, guide.catalogue):
        trust *= 0.7  # a total named after its parts is none of them
    follows = state.last is not None and state.last >= sentence.first
    trust *= (1.0 if near else 0.97 if follows else 0.9) * (1.0 if number.units else 0.6)
    return replace(match, trust=trust)


def _looks(
    mark: Mark, sentence: Sentence, state: State, near: dict[str, float], context: dict[str, float], phrases: Phrases
) -> Iterator[tuple[dict[str, float], dict[str, float], float]]:
    """Where to look for what names a figure, the nearest first: features beside it, those further off, and how sure.

    Words of its unit count where the others name nothing, then what follows in its clause, then what was said before.
    """
    yield near, context, 1.0
    if counted := {m.value: 0.9 for m in sentence.within(mark.start, mark.end, "unit_feature") if m.value not in near}:
        near = near | counted
        yield near, context, 1.0
    ahead = sentence.within(mark.end, sentence.end, "feature")
    joined = {m.value: SENTENCE for m in ahead if not re.search(r"[,;](?!\d)", sentence.text[mark.end : m.start])}
    yield near, context | joined, 1.0
    if state.said:
        yield near, _without_rivals({**state.said, **context}, near, phrases), 0.98


def near_features(mark: Mark, before: list[Mark], after: list[Mark], sentence: Sentence) -> dict[str, float]:
    """The features said beside a figure, each with its nearness."""
    near: dict[str, float] = {}
    for m in before:
        if m.kind == "feature":
            far = _CLAUSE.search(sentence.text[m.end : mark.start]) is not None
            near[m.value] = max(near.get(m.value, 0), 0.95 if far else NEAR)
    for m in after:
        if m.kind == "feature":
            near.setdefault(m.value, 0.9)
    return near


def trust_in_silence(mark: Mark, sentence: Sentence, phrases: Phrases) -> float:
    """How sure it is that words without a known subject name no other one, as "lợi nhuận trước thuế" does."""
    covered = [m for m in sentence.marks if m.kind != "name" and m.end > sentence.cursor]
    words = [
        (word, start, end)
        for word, start, end in tokens_of(fold(sentence.text))
        if sentence.cursor <= start < mark.start
        and word.isalpha()
        and not any(m.start <= start < m.end for m in covered)
    ]
    known = phrases.lexicons["filler"].find(words)
    strange = len(words) - sum(j - i for i, j, _ in known)
    return 0.85**strange


def _units(
    mark: Mark, before: list[Mark], after: list[Mark], sentence: Sentence, state: State, phrases: Phrases
) -> tuple[str, ...]:
    """The units a figure may be in; a bare number may count anything unless a word of its own follows it."""
    number, per_day = mark.value, phrases.table["per_day"]["units"]
    behind = fold(sentence.text[mark.end : mark.end + 12])
    clause = [m for m in before if m.kind == "per_day" and not _CLAUSE.search(sentence.text[m.end : mark.start])]
    last = state.found[state.last] if state.last is not None and state.last >= sentence.first else None
    going_on = last is not None and last.unit in per_day.values() and not before
    daily = clause or going_on or any(m.kind == "per_day" for m in after)
    if daily:
        return tuple(dict.fromkeys(per_day[u] for u in number.units if u in per_day))
    if number.power and not number.units:
        counted = {"people": "person_crossings", "vehicles": "vehicle_crossings"}
        return tuple(counted[m.value] for m in before if m.kind == "feature" and m.value in counted)
    if number.units or re.match(r"\s*[^\W\d]", behind) or re.match(r"\s?/", behind):
        return number.units
    if not _introduced(mark, before, sentence):
        return ()
    whole = (unit for entry in phrases.table["units"] if entry.get("whole") for unit in entry["units"])
    return tuple(dict.fromkeys(whole))


def _introduced(mark: Mark, before: list[Mark], sentence: Sentence) -> bool:
    """Whether a bare number is said to be one: "Người xuất cảnh: 215.613", "đạt 215.613"."""
    verbs = [m for m in before if m.kind in ("change", "status")]
    said = bool(verbs) and sentence.is_right_behind(mark, verbs[-1])
    return said or bool(mark.value.qualifier) or sentence.text[: mark.start].rstrip().endswith((":", "là"))


def _spoken_of(mark: Mark, sentence: Sentence, state: State, catalogue: Catalogue) -> tuple[Proposal | None, float]:
    """The figure that a bare "lũy kế đạt …" goes on about, and how sure that is.

    In the same sentence the last one; in a new sentence the first since a subject was named, the whole before its
    parts. Where a sum follows parts counted in other units, the figure in its own unit is meant.
    """
    if state.last is None:
        return None, 0.0
    last = state.found[state.last]
    fresh = state.last < sentence.first
    said = state.found[state.main if fresh else sentence.first : state.last + 1] or [last]
    names = {f.indicator for f in said}
    if len(names) == 1:
        return last, 1.0
    sums_up = bool(sentence.within(sentence.cursor, mark.start, "cumulative"))
    if not fresh and not sums_up:
        return last, 1.0
    alike = [f for f in said if f.number.units == mark.value.units]
    if fresh:
        chosen = (alike or said)[0]
        wholes = [i for i in catalogue.identities.values() if i.total == said[0].indicator]
        parted = chosen is said[0] and any(names - {i.total} <= set(i.parts) for i in wholes)
        return chosen, 0.97 if parted else 0.7
    if last not in alike and alike:
        return alike[-1], 0.8
    return last, 0.85 if sentence.within(sentence.start, mark.start, "of_which") else 0.95


def _is_worth(mark: Mark, sentence: Sentence, state: State, phrases: Phrases) -> bool:
    """Whether a figure is another measure of what was just counted: "12 tấn, trị giá 9 triệu USD"."""
    words = tokens_of(fold(sentence.text[sentence.cursor : mark.start]).lstrip(" ,("))
    opening = phrases.lexicons["worth"].match(words, 0)
    # Nothing else is named between the two: "…, kim ngạch nhập khẩu 9 triệu USD" begins anew.
    named = [m for m in sentence.within(sentence.cursor, mark.start, "feature") if m.value not in phrases.light]
    return bool(opening) and not named and state.last >= sentence.first


def _further_off(
    mark: Mark, sentence: Sentence, state: State, last: Proposal | None, is_new: bool, guide: Guide
) -> dict[str, float]:
    """Features said further off: earlier in the sentence, in the paragraph's head, in the headings."""
    context = dict(state.context)
    head = _head(sentence.paragraph)
    closed = [b.span() for b in re.finditer(r"\([^()]*\)", sentence.text[: mark.start])]
    for m in sentence.marks:
        if m.kind == "feature" and m.start < mark.start and not any(a < m.start < b for a, b in closed):
            context[m.value] = max(context.get(m.value, 0), SENTENCE)
    if head and mark.start > len(head):
        for m in annotate(head, guide.phrases, guide.source.lang):
            if m.kind == "feature":
                context[m.value] = max(context.get(m.value, 0), HEAD)
    if last is not None and (not is_new or sentence.goes_on):
        context = _without_rivals(context, dict.fromkeys(last.features, LAST), guide.phrases)
        context |= {f: max(context.get(f, 0), LAST) for f in last.features}
    return context


def _without_rivals(context: dict[str, float], near: dict[str, float], phrases: Phrases) -> dict[str, float]:
    """What was said before, but for what the words beside the figure exclude: after "nhập khẩu" no exports."""
    gone = phrases.apart_from(near)
    return {f: w for f, w in context.items() if f not in gone}


def _head(paragraph: Paragraph) -> str:
    """What stands before the first colon of a paragraph, where it is a heading and no figure."""
    return "" if re.search(r"\d", paragraph.head) else paragraph.head


def _is_some_part(match: Match, catalogue: Catalogue) -> bool:
    return any(match.rule.indicator in i.parts for i in catalogue.identities.values())
