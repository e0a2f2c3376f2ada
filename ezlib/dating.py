"""Which period a figure is of: the one said beside it, earlier in the sentence, or held over from what was read."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from ezlib.named_periods import last_month, with_year
from ezlib.passages import Guide, Sentence, Source, State
from ezlib.phrases import Mark, Phrases, When


def period_of(
    mark: Mark, before: list[Mark], after: list[Mark], sentence: Sentence, state: State, guide: Guide
) -> tuple[When | None, float]:
    """The period of a figure and how sure it is: said beside it, earlier in the sentence, or held over.

    What it finds the sentence and the paragraph keep for the figures after it.
    """
    when, sums_up = _said_beside(before, after, guide.source), any(m.kind == "cumulative" for m in before)
    if when is not None or sums_up:
        return _begun(_named(when, sums_up, sentence, state, guide.source), sums_up, before, sentence, state), 1.0
    if sentence.when is not None:
        return _of_the_sentence(mark, before, sentence, state, guide)
    if state.cumulative is not None:
        return state.cumulative, 0.7
    if sentence.goes_on and state.last is not None:
        return _of_which(sentence, state)
    if (later := _said_behind(mark, sentence)) is not None:
        when = _named(later, False, sentence, state, guide.source)
        _go_on_about(when, sentence, state)
        return when, 0.95
    return _held_over(sentence, state, guide.source)


def _said_beside(before: list[Mark], after: list[Mark], source: Source) -> When | None:
    """The last period said before a figure, or else behind it.

    The day a text was published on, as a dateline has it, yields to a period said behind the figure.
    """
    ahead, behind = ([m.value for m in side if m.kind == "when"] for side in (before, after))
    dateline = behind and all(when.form == "day" and dated(when, source).last == source.published for when in ahead)
    whens = behind if dateline else ahead or behind
    return whens[-1] if whens else None


def _begun(when: When | None, sums_up: bool, before: list[Mark], sentence: Sentence, state: State) -> When | None:
    """A period from which the sentence goes on, and, but for what is summed up or projected, the paragraph too."""
    sentence.when, sentence.cumulative, sentence.status, sentence.rival = when, sums_up, "", None
    projected = any(m.kind == "status" and m.value == "projection" for m in before)
    if not sums_up and not projected:
        _go_on_about(when, sentence, state)
    return when


def _of_the_sentence(
    mark: Mark, before: list[Mark], sentence: Sentence, state: State, guide: Guide
) -> tuple[When, float]:
    """The period said earlier in the sentence; a new subject with a year to date of its own goes back to the month."""
    new_subject = any(m.kind == "feature" and m.value not in guide.phrases.light for m in before)
    turns = sentence.cumulative and new_subject
    if turns and state.base is not None and _sum_follows(mark, sentence, guide.phrases):
        sentence.when, sentence.cumulative = state.base, False
        return state.base, 0.93
    return sentence.when, 0.8 if sentence.rival else 0.9 if turns else 0.98


def _said_behind(mark: Mark, sentence: Sentence) -> When | None:
    """The first period said later in the sentence, in the clause of the figure."""
    later = sentence.within(mark.end, sentence.end, "when")[:1]
    beside = later and not re.search(r"[,;]", sentence.text[mark.end : later[0].start])
    return later[0].value if beside else None


def _held_over(sentence: Sentence, state: State, source: Source) -> tuple[When | None, float]:
    """The period that what was read before is about, the less sure the more periods it may be; None without any."""
    if state.rival is not None and not state.own:
        sentence.rival = state.rival
        return state.base, 0.8
    if state.beside is not None and state.beside != state.base and not state.own:
        # The item before named another period; this one says nothing, so it may be either.
        return state.beside, 0.85
    if state.base is None:
        return None, 0.0
    return state.base, 0.97 if source.issuer != "press" else 0.9 if state.given else 0.65


def dated(when: When, source: Source, projected: bool = False) -> When:
    """A period with its year: where the words leave it out, the last that had begun when the text was written.

    `projected`: a month more than half a year back is one of the next year.
    """
    own = source.period
    told = pd.Period(source.published, freq="M")
    # A day in June may stand in a report on May that is dated in June.
    label = told if own is None or when.form in ("day", "to_day") else last_month(own)
    if projected and when.form == "month" and when.year is None:
        return replace(when, year=label.year + (when.number < label.month - 6))
    return with_year(when, label.year, label.month)


def _named(when: When | None, sums_up: bool, sentence: Sentence, state: State, source: Source) -> When | None:
    """A period that words name, with its year; with a word for "lũy kế" what has run up to its end."""
    base = state.base
    if when is not None and when.form == "this_month":
        when = base if base is not None and base.form in ("month", "days") else _own_month(source)
    if when is not None:
        projected = any(m.kind == "status" and m.value == "projection" for m in sentence.marks)
        when = dated(when, source, projected)
    if not sums_up:
        return when
    if when is None or when.form == "year":
        when = base if when is None or base is None or base.year == when.year else when
    if when is None:
        return None
    if when.form in ("days", "day"):
        return When("to_day", when.last.year, 0, None, when.last)
    return When("to_month", when.year, last_month(when).month) if when.form in ("month", "quarter") else when


def _own_month(source: Source) -> When | None:
    """The last month that a report is about."""
    own = source.period
    return When("month", own.year, last_month(own).month) if own is not None else None


def _go_on_about(when: When | None, sentence: Sentence, state: State) -> None:
    """A period that a text names holds for what follows, unless it was only touched on."""
    if when is not None and not sentence.within(sentence.start, sentence.end, "digressions"):
        state.base, state.given, state.own = when, True, True
        state.latest = when if when.form not in ("day", "to_day", "years") else state.latest


def _sum_follows(mark: Mark, sentence: Sentence, phrases: Phrases) -> bool:
    """Whether a figure is followed by its own year to date: "trong đó Hải quan 108, lũy kế 1.095"."""
    later = [m for m in sentence.within(mark.end, sentence.end, "number") if m.value.form == "level"]
    until = later[0].start if later else mark.end
    return bool(sentence.within(mark.end, until, "cumulative")) and not any(
        m.value not in phrases.light for m in sentence.within(mark.end, until, "feature")
    )


def _of_which(sentence: Sentence, state: State) -> tuple[When, float]:
    """The period of parts named in a sentence of their own: that of the figure they are parts of.

    After a month and its year to date it may be either; the month is taken, and whether the parts add up to it is
    looked at once all is read.
    """
    last = state.found[state.last]
    whole = next((f for f in state.found if f.series == last.series and f.sentence == last.sentence), last)
    sentence.rival = last.when if last.when != whole.when else None
    sentence.when = whole.when
    return whole.when, 0.8 if sentence.rival else 0.95
