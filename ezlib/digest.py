"""The figures of a month that the table of a brief has no room for, one line a group, each as it was published."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ezlib import wording
from ezlib.catalogue import Catalogue, SeriesKey, Zone
from ezlib.facts import are_observed
from ezlib.indicators import Indicators, told
from ezlib.messages import say

# Groups whose figures are mostly counted by others than the zone's board: shown whoever counts them, with the scope.
COUNTED_BY_OTHERS = ("commodity", "province")
GROWN = {"month": ("mom",), "year": ("yoy", "ytd_yoy")}
AT_MOST = 16
A_DAY = {
    "vi": ("/ngày", r"\b(mỗi|bình quân) ngày\b"),
    "en": (" a day".replace(" ", wording.NBSP), r"\b(a|per) day\b"),
}


@dataclass(frozen=True)
class DigestLine:
    """One group of indicators: its name, and its figures, each in words with the facts it is from."""

    group: str
    name: str
    items: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def text(self) -> str:
        """The figures one after the other."""
        return "; ".join(text for text, _ in self.items)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of all of them."""
        return tuple(fact for _, facts in self.items for fact in facts)


def digest(
    zone: Zone,
    month: pd.Period,
    facts: pd.DataFrame,
    shown: Iterable[str],
    catalogue: Catalogue,
    lang="vi",
    late=2,
    doubted: frozenset[str] = frozenset(),
) -> tuple[DigestLine, ...]:
    """Return the latest figure of every indicator of a zone that is of the month, or at most `late` months older.

    `facts` are those of all zones, `shown` the series whose figures the page shows already: only what bodies expect of
    them is told. The economy at large is that of the zone's province. What the zone's own scope tells nothing of is
    told as others count it, with their name. Facts in `doubted` are marked. Groups stand in the order of the
    catalogue; at most AT_MOST figures a group.
    """
    said = _series(facts).isin(list(shown)) & are_observed(facts)
    wanted = facts[_belongs(facts, zone, catalogue) & ~said]
    if wanted.empty:
        return ()
    observed, ahead = told(wanted[wanted["value"].notna()], month, catalogue)
    observed, ahead = observed[observed["last"] >= month - late], ahead[ahead["last"] <= month + 1]
    observed, ahead = (part[_counts(part, observed, shown, zone, catalogue)] for part in (observed, ahead))
    words = Indicators(zone, catalogue, month, lang, observed, ahead, (), {}, (), doubted)
    by_group: dict[str, list[tuple]] = {group: [] for group in catalogue.groups}
    for name, scope, now, later in _by_indicator(observed, ahead, catalogue):
        by_group[catalogue.indicator(name).group].append(_told(name, scope, now, later, words))
    return tuple(_line(group, items, words) for group, items in by_group.items() if items)


def _line(group: str, items: list[tuple], words: Indicators) -> DigestLine:
    """The figures of a group; the period that most of them are of is said once, with its name."""
    lang, catalogue = words.lang, words.catalogue
    usual = Counter(words.period(fact) for _, told_now, _ in items for fact in told_now[:1]).most_common(1)
    usual = usual[0][0] if usual else ""
    told_items = [(_item(*item, usual, words), tuple(f.fact_id for part in item[1:] for f in part)) for item in items]
    more = len(told_items) - AT_MOST
    rest = [(say("digest.more", lang, count=str(more)), ())] if more > 0 else []
    name = catalogue.groups[group].name(lang)
    month = wording.month(words.month, lang)
    name = name if usual in ("", month) else f"{name} ({usual})"
    return DigestLine(group, name, (*told_items[:AT_MOST], *rest))


def _belongs(facts: pd.DataFrame, zone: Zone, catalogue: Catalogue) -> pd.Series:
    province = facts["indicator"].map(lambda name: catalogue.indicator(name).group) == "province"
    return (facts["zone"] == zone.id) & ~province | (facts["zone"] == zone.province) & province


def _counts(facts: pd.DataFrame, observed: pd.DataFrame, shown, zone: Zone, catalogue: Catalogue) -> pd.Series:
    """Figures of the zone's own scope; of another one where it counts the group, or the zone's own tells nothing."""
    others = facts["indicator"].map(lambda name: catalogue.indicator(name).group).isin(COUNTED_BY_OTHERS)
    own = {SeriesKey.of(series).indicator for series in shown}
    own |= set(observed.loc[observed["scope"] == zone.scope, "indicator"])
    return (facts["scope"] == zone.scope) | others | ~facts["indicator"].isin(own)


def _series(facts: pd.DataFrame) -> pd.Series:
    return facts["zone"] + "/" + facts["indicator"] + "/" + facts["scope"]


def _by_indicator(observed: pd.DataFrame, ahead: pd.DataFrame, catalogue: Catalogue) -> Iterator[tuple]:
    """Each indicator and scope in the catalogue's order, with its figures and with what is expected of it."""
    now, later = (dict(list(facts.groupby(["indicator", "scope"], sort=False))) for facts in (observed, ahead))
    names, scopes = list(catalogue.indicators), list(catalogue.scopes)
    for name, scope in sorted({*now, *later}, key=lambda key: (names.index(key[0]), scopes.index(key[1]))):
        yield name, scope, now.get((name, scope), observed[:0]), later.get((name, scope), ahead[:0])


def _told(name: str, scope: str, now: pd.DataFrame, later: pd.DataFrame, words: Indicators) -> tuple:
    """The label of an indicator, the figures told, and the figure its publisher expects."""
    told_now = _latest(now)
    expected = [fact for fact in later.tail(1).itertuples() if not any(_outdated(fact, by) for by in told_now)]
    return _label(name, scope, words), told_now, expected


def _item(label: str, told_now: list, expected: list, usual: str, words: Indicators) -> str:
    texts = [_in_words(fact, usual, words) for fact in told_now[:1]]
    texts += [_cumulative(fact, words) for fact in told_now[1:]]
    texts += [_expectation(fact, told_now, words) for fact in expected]
    return f"{label} {', '.join(texts)}"


def _latest(facts: pd.DataFrame) -> list:
    """The figure of the last month told, and the year to date with it; of longer stretches alone the longest."""
    if facts.empty:
        return []
    facts = facts[facts["last"] == facts["last"].max()]
    single = facts[facts["period_kind"] == "month"].tail(1)
    longer = facts[facts["period_kind"] != "month"].sort_values("period_start", ascending=False, kind="stable").tail(1)
    return [*single.itertuples(), *longer.itertuples()]


def _label(name: str, scope: str, words: Indicators) -> str:
    label = words.catalogue.indicator(name).short(words.lang)
    usual = words.zone.scope, words.catalogue.zone(words.zone.province).scope
    return label if scope in usual else f"{label} ({words.catalogue.scope(scope).name(words.lang)})"


def _in_words(fact, usual: str, words: Indicators) -> str:
    """A figure with its unit, its period where that is not the usual one, and how it has grown."""
    period = words.period(fact)
    asides = [] if period == usual else [period]
    base = "" if fact.basis1 in GROWN[_kind(fact)] else words.base(fact)
    asides += [*_growth(fact, words), *([base] if base else [])]
    amount = _amount(fact, words)
    return f"{amount} ({', '.join(asides)})" if asides else amount


def _cumulative(fact, words: Indicators) -> str:
    """The year to date beside its month, in the unit just said."""
    grown = "".join(f" ({change})" for change in _growth(fact, words))
    return say("digest.cumulative", words.lang, figure=words.figure(fact)) + grown


def _kind(fact) -> str:
    return "month" if fact.period_kind == "month" else "year"


def _growth(fact, words: Indicators) -> list[str]:
    changes = [(fact.basis1, fact.change1), (fact.basis2, fact.change2)]
    grown = [wording.change(change, None, words.lang) for basis, change in changes if basis in GROWN[_kind(fact)]]
    return grown[:1] if words.catalogue.indicator(fact.indicator).kind == "flow" else []


def _amount(fact, words: Indicators) -> str:
    """A figure with its unit."""
    amount = wording.with_unit(words.figure(fact), words.unit_of(fact), words.lang, words.catalogue)
    return _unit_said_once(amount, fact, words)


def _unit_said_once(amount: str, fact, words: Indicators) -> str:
    """A figure without the unit that its name says already: "Persons 352,559", "Lượt người 352.559"."""
    amount = _day_said_once(amount, fact, words)
    unit = words.catalogue.unit(words.unit_of(fact)).sign(words.lang)
    each, counted = ("lượt", unit.removeprefix("lượt ")) if unit.startswith("lượt ") else ("", unit)
    name = words.catalogue.indicator(fact.indicator).short(words.lang)
    named = re.search(rf"(?<!\w){re.escape(counted)}(?!\w)", name, re.IGNORECASE) is not None
    each = "" if re.match(r"lượt\b", name, re.IGNORECASE) else each
    printed = unit.replace(" ", wording.NBSP)
    if not named or not amount.endswith(printed) or (words.lang == "vi" and not unit.startswith("lượt ")):
        return amount
    return f"{amount.removesuffix(printed)}{each}".rstrip()


def _day_said_once(amount: str, fact, words: Indicators) -> str:
    """A figure a day without the day that its name says already: "Xe hàng mỗi ngày khoảng 300 xe"."""
    suffix, named = A_DAY[words.lang]
    name = words.catalogue.indicator(fact.indicator).short(words.lang)
    return amount.removesuffix(suffix) if re.search(named, name, re.IGNORECASE) else amount


def _outdated(expected, told) -> bool:
    """Whether a figure of the same period has come since something was expected of it."""
    return _same_period(expected, told) and told.published >= expected.published


def _same_period(one, other) -> bool:
    return (one.period_start, one.period_end) == (other.period_start, other.period_end)


def _expectation(fact, told_now: list, words: Indicators) -> str:
    """What a body expects; with its day beside an estimate of the same period that it was published after."""
    key = "digest.expected_on" if any(_same_period(fact, told) for told in told_now) else "digest.expected"
    date = wording.date(fact.published, words.lang)
    return say(key, words.lang, period=words.period(fact), figure=_amount(fact, words), date=date)
