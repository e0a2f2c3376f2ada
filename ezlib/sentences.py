"""What one sentence of a report states: each figure with its indicator, period, status and changes, or why not.

Its numbers are read in turn, each by the same steps: whether it is refused, of which indicator it is, of which period,
whose, and which changes belong to it. Nothing is corrected here.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

from ezlib.catalogue import Catalogue
from ezlib.changes import (
    base_after,
    base_before,
    base_shared,
    begins_anew,
    difference,
    direction_of,
    settled_basis,
    settled_change,
)
from ezlib.dating import period_of
from ezlib.matches import FAR, Match, match_any, match_indicator
from ezlib.named_periods import days_of
from ezlib.naming import indicator_of, near_features
from ezlib.passages import Guide, Sentence, Source, State
from ezlib.phrases import Base, Mark, NamingRule, When, fold
from ezlib.proposals import Change, Proposal
from ezlib.refusals import amount_of_change, is_in_turn, refusal, restated

RATE_UNITS = ("percent", "index_prev_month_100")


def read_sentence(sentence: Sentence, state: State, guide: Guide) -> None:
    """Read the numbers of a sentence in turn: facts go to `state.found`, all others to `state.left`."""
    opening = sentence.within(sentence.start, sentence.end, "of_which", "feature", "when", "number")[:1]
    sentence.goes_on = bool(opening) and opening[0].kind == "of_which"
    begun = len(state.found)
    for mark in sentence.marks:
        if mark.kind == "number":
            _brackets(mark.start, sentence, state)
            if mark.value.form == "level":
                _level(mark, sentence, state, guide)
            else:
                _change(mark, sentence, state, guide)
    for mark, direction, base in sentence.pending:
        _change_alone(mark, direction, base, sentence, state, guide)
    if len(state.found) > begun and not sentence.goes_on:
        state.main = begun
    for mark in sentence.within(sentence.start, sentence.end, "feature"):
        state.said[mark.value] = FAR


def _brackets(until: int, sentence: Sentence, state: State) -> None:
    """A bracket names parts; after it the sentence goes on about the whole."""
    for c in sentence.text[sentence.scanned : until]:
        if c == "(":
            sentence.outer.append((state.last, sentence.when, sentence.cumulative))
        elif c == ")" and sentence.outer:
            state.last, sentence.when, sentence.cumulative = sentence.outer.pop()
    sentence.scanned = until


def _level(mark: Mark, sentence: Sentence, state: State, guide: Guide) -> None:
    """A figure in a unit: a fact, the amount by which the one before has changed, or left over."""
    before = sentence.before(mark)
    after = sentence.after(mark)
    if delta := difference(mark, before, sentence, state, guide.catalogue):
        state.found[state.last] = state.found[state.last].with_change(delta)
        return
    reason = restated(mark, sentence, guide) or amount_of_change(mark, before, sentence, state, guide.phrases)
    if reason:
        state.leave(mark, reason, sentence)
        sentence.cursor = mark.end
        return
    reason = refusal(mark, before, sentence, guide.source.lang)
    match = when = trust = None
    if not reason:
        match = indicator_of(mark, before, after, sentence, state, guide)
        reason = "" if match else "subject" if mark.value.units else "unit"
    if not reason:
        when, trust = period_of(mark, before, after, sentence, state, guide)
        reason = "" if when else "period"
    if reason:
        state.leave(mark, reason, sentence)
        state.last, sentence.cursor = None, mark.end
        return
    _propose(mark, match, when, trust, before, sentence, state, guide)
    sentence.cursor = max(mark.end, after[-1].end if after else mark.end)


def _change(mark: Mark, sentence: Sentence, state: State, guide: Guide) -> None:
    """A percentage, points or times: a change of the figure before or of the next one, a rate, or left over."""
    before = sentence.before(mark)
    base = base_after(mark, sentence) or base_before(before)
    direction = direction_of(mark, before, sentence, base)
    if not mark.value.readings or is_in_turn(mark, sentence, guide.source.lang):
        reason = "in_turn" if mark.value.readings else "digits"
        state.leave(mark, reason, sentence)
        sentence.cursor = mark.end
        return
    if mark.value.form == "percent" and _rate(mark, direction, base, before, sentence, state, guide):
        return
    if base is not None:
        sentence.used.add(base.start)
        again = state.last is not None and state.found[state.last].changes
        state.compared = [*state.compared, base.value] if again else [base.value]
    else:
        base = base_shared(mark, direction, sentence, state)
    if begins_anew(mark, before, sentence, state, guide.phrases):
        sentence.pending.append((mark, direction, base and base.value))
        return
    fact = state.found[state.last]
    change = settled_change(mark, direction, base and base.value, fact, sentence)
    if change is not None and base is not None and base.kind == "shared":
        change = replace(change, trust=0.85 * change.trust)
    if change is None:
        reason = "times" if mark.value.form == "times" else "basis" if direction else "alone"
        state.leave(mark, reason, sentence)
    else:
        state.found[state.last] = fact.with_change(change)
    sentence.cursor = max(mark.end, base.end if base is not None else 0)


def _rate(
    mark: Mark,
    direction: str,
    base: Mark | None,
    before: list[Mark],
    sentence: Sentence,
    state: State,
    guide: Guide,
) -> bool:
    """A percentage that is an indicator itself: "GRDP tăng 8,2 %", "tỷ lệ lấp đầy đạt 60 %"."""
    near = near_features(mark, before, [], sentence)
    names = {m.value for m in before if m.kind == "name"}
    if not (names or set(near) - guide.phrases.light):
        return False
    if refusal(mark, [m for m in before if m.kind != "versus"], sentence, guide.source.lang):
        return False
    tables = guide.source.issuer, guide.phrases, guide.catalogue
    match = match_indicator(near, {}, names, RATE_UNITS, *tables)
    rival = match_any(near, names, *tables)
    if match is None or (rival is not None and rival.rule.indicator != match.rule.indicator):
        return False
    when, trust = period_of(mark, before, sentence.after(mark), sentence, state, guide)
    if when is None:
        return False
    if match.unit != "percent" and direction != "equal":
        return False
    grown = match.unit == "percent" and direction == "equal" and base is not None and base.value.basis in ("yoy", "mom")
    sign, less = -1 if direction == "down" else 1, 100 if grown else 0
    readings = tuple((sign * value - less, step) for value, step in mark.value.readings)
    number = replace(mark.value, readings=readings, form="level", units=(match.unit,))
    _propose(mark._replace(value=number), match, when, trust, before, sentence, state, guide)
    if base is not None and direction in ("up", "down"):
        sentence.used.add(base.start)
        fact = state.found[state.last]
        state.found[state.last] = fact.with_change(settled_change(mark, direction, base.value, fact, sentence))
    sentence.cursor = max(mark.end, base.end if base is not None else 0)
    return True


def _change_alone(
    mark: Mark, direction: str, base: Base | None, sentence: Sentence, state: State, guide: Guide
) -> None:
    """A change without a level: a fact of the growth indicator, where the catalogue has one."""
    before = [m for m in sentence.marks if m.start < mark.start]
    near = near_features(mark, before, [], sentence)
    names = {m.value for m in before if m.kind == "name"}
    match = match_any(near, names, guide.source.issuer, guide.phrases, guide.catalogue)
    growth = match and next((j for j in guide.catalogue.indicators.values() if j.of == match.rule.indicator), None)
    when, trust = period_of(mark, before, [], sentence, state, guide)
    plain = direction in ("up", "down", "equal") and base is not None and base.basis in ("yoy", "mom")
    if not (growth and when and plain):
        state.leave(mark, "alone", sentence)
        return
    value, step = mark.value.readings[0]
    value = value - 100 if direction == "equal" else -value if direction == "down" else value
    number = replace(mark.value, readings=((value, step),), form="level", units=("percent",))
    match = replace(match, rule=NamingRule(growth.id, ()), unit=growth.unit, trust=0.85 * match.trust)
    pending, sentence.pending = sentence.pending, []
    _propose(mark._replace(value=number), match, when, trust, before, sentence, state, guide)
    sentence.pending = pending
    fact = state.found[state.last]
    change = Change(value, settled_basis(base, fact), step / 2, fact.start, fact.end)
    state.found[state.last] = fact.with_change(change)


def _propose(
    mark: Mark,
    match: Match,
    when: When,
    trust: float,
    before: list[Mark],
    sentence: Sentence,
    state: State,
    guide: Guide,
) -> None:
    """Add a figure whose indicator and period are known to those found, with the changes that waited for it."""
    scope, zone, indicator, sure = _series(match.rule.indicator, mark, sentence, state, guide)
    calendar = guide.catalogue.calendar_of(zone, indicator, scope)
    days = days_of(when, calendar)
    if guide.catalogue.indicator(indicator).kind == "stock":
        days = (days[1], days[1], "partial")
    status = _status(before, sentence, state, days[1], guide.source)
    trust *= match.trust * mark.value.doubt * sure
    trust *= 0.8 if indicator in guide.phrases.table["doubtful"] else 1.0
    trust *= 0.7 if sentence.within(sentence.start, mark.start, "particular") else 1.0
    trust *= 0.85 if _has_a_stocks_day(indicator, before, sentence, state, guide.catalogue) else 1.0
    trust *= 0.7 if _at_one_gate(mark, sentence, zone, match, guide) else 1.0
    trust *= 0.6 if status == "final" and days[1] > guide.source.published + dt.timedelta(days=31) else 1.0
    trust *= 0.85 if mark.value.high is not None or _odd_length(match, days, guide.catalogue) else 1.0
    unit = guide.catalogue.indicator(indicator).unit
    place = *sentence.place(mark), sentence.words
    fact = Proposal(
        *(zone, indicator, scope, unit, mark.value, when, days, status, *place, 0.98 * trust, match.features),
        rival=sentence.rival,
        subject=match.trust,
    )
    for pending, direction, base in sentence.pending:
        if change := settled_change(pending, direction, base, fact, sentence):
            fact = fact.with_change(change)
    sentence.pending = []
    state.found.append(fact)
    state.last = len(state.found) - 1


def _series(indicator: str, mark: Mark, sentence: Sentence, state: State, guide: Guide) -> tuple[str, str, str, float]:
    """Scope, zone and indicator: an office counts its own, a newspaper quotes whoever it names."""
    scope, zone, table, sure = guide.source.scope, guide.source.zone, guide.phrases.table, 1.0
    if guide.source.issuer == "press":
        quoted = [m for m in sentence.marks if m.kind == "quoted"]
        spoken = [m.value for m in quoted if m.start < mark.start][-1:] or [m.value for m in quoted][:1]
        # A gate is where it happened, for that sentence alone; an office stays the source until another is named.
        state.quoted = spoken[0] if spoken and spoken[0] != "kim-thanh" else state.quoted
        scope, sure = (spoken or [state.quoted])[0] or scope, 0.88
    indicator = table["scope_indicators"].get(scope, {}).get(indicator, indicator)
    group = guide.catalogue.indicator(indicator).group
    other = table["elsewhere"].get(zone, {}).get(group)
    if other:
        zone, scope = other["zone"], other["scope"]
    scope = table["group_scopes"].get(group, {}).get(scope, scope)
    scope = table["zone_scopes"].get(zone, {}).get(scope, scope)
    for change in table["borders"]:
        if (zone, scope) == (change["zone"], change["scope"]) and guide.source.published >= change["since"]:
            scope = change["becomes"]
    return scope, zone, indicator, sure


def _status(before: list[Mark], sentence: Sentence, state: State, end: dt.date, source: Source) -> str:
    """Whether a figure is final, an estimate or a projection: said beside it, earlier in the sentence, or above."""
    words = [m.value for m in before if m.kind == "status"]
    if words:
        sentence.status = "projection" if "projection" in words else words[-1]
    status = sentence.status or state.status or "final"
    # "Ước cả năm" in May is a forecast, whatever it is called.
    if status == "estimate" and end > source.published + dt.timedelta(days=31):
        return "projection"
    return status


def _has_a_stocks_day(
    indicator: str, before: list[Mark], sentence: Sentence, state: State, catalogue: Catalogue
) -> bool:
    """Whether the day that a stock was counted on ("đến ngày 20/6 là 42.315 người; …") is taken over by a flow."""
    named = any(m.kind in ("when", "cumulative") for m in before)
    if named or state.last is None or state.last < sentence.first:
        return False
    kinds = [catalogue.indicator(name).kind for name in (state.found[state.last].indicator, indicator)]
    return kinds[0] == "stock" and kinds[1] != "stock"


def _at_one_gate(mark: Mark, sentence: Sentence, zone: str, match: Match, guide: Guide) -> bool:
    """Whether the sentence names a gate that has no series of its own: its figures are not those of the zone."""
    said, table = sentence.text[sentence.start : mark.start], guide.phrases.table
    named = [fold(found["name"]) for pattern in table["gate_patterns"] for found in re.finditer(pattern, said)]
    own = [fold(guide.catalogue.zone(zone).name(lang)) for lang in ("vi", "en")]
    own += [fold(gate) for gate in table["own_gates"].get(zone, [])]
    counted = guide.catalogue.indicator(match.rule.indicator).group in table["gate_groups"]
    return counted and any(not any(gate in name for gate in own) for name in named)


def _odd_length(match: Match, days: tuple, catalogue: Catalogue) -> bool:
    """A figure for single days is rare in reports, and often a date of something else."""
    kind = catalogue.indicator(match.rule.indicator).kind
    return days[0] == days[1] and kind != "stock"
