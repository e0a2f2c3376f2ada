"""The indicator that words speak of: the rule of the table that explains them best, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from ezlib.catalogue import Catalogue
from ezlib.phrases import NamingRule, Phrases


@dataclass(frozen=True)
class Match:
    """The indicator that words speak of: how sure, and by which features."""

    rule: NamingRule
    unit: str
    trust: float
    features: frozenset[str]


# How much a feature counts by where it is said: beside the figure, of the figure before, in the paragraph's head, in
# the same sentence, in the heading above, further off.
NEAR, LAST, HEAD, SENTENCE, PARENT, FAR = 1.0, 0.9, 0.85, 0.8, 0.7, 0.6
HEADLINE = 0.3  # an article's headline draws attention; its figures may be of anything
UNEXPLAINED, NAMED = 0.6, 0.5  # what a rule loses for a strange word beside the figure, and gains by its full name


def match_indicator(
    near: dict[str, float],
    context: dict[str, float],
    names: set[str],
    units: tuple[str, ...],
    issuer: str,
    phrases: Phrases,
    catalogue: Catalogue,
) -> Match | None:
    """The indicator that explains the words near a figure best, in a unit the figure may have; None when none does.

    A rule scores the nearness of its features, loses for what is said beside the figure and is no part of it, and
    gains when the indicator's full name is there. The margin to the next indicator becomes trust.
    """
    weights = {**context, **{f: max(w, context.get(f, 0)) for f, w in near.items()}}
    scored = []
    for rule in phrases.rules:
        unit = next((u for u in units if catalogue.unit_fits(rule.indicator, u)), None)
        if unit is None or (rule.issuer and rule.issuer != issuer):
            continue
        score = _score(rule, near, weights, names, phrases.light)
        if score is not None:
            scored.append((score, len(rule.needs), rule, unit))
    if not scored:
        return None
    scored.sort(key=lambda s: (-s[0], -s[1]))
    best, _, rule, _ = scored[0]
    rival = next((s for s, _, r, _ in scored if r.indicator != rule.indicator), 0.0)
    margin = best - rival
    trust = 0.6 if margin < 0.1 else 0.85 if margin < 0.3 else 1.0
    strange = [f for f in near if f not in phrases.light and f not in rule.needs and f not in rule.may]
    trust *= 0.85 ** len(strange)
    if not any(f in near for f in rule.needs) and any(f not in rule.needs and f not in rule.may for f in near):
        trust *= 0.8  # nothing beside the figure speaks for it, and something speaks of another thing
    trust *= 0.97 ** sum(1 for f in rule.needs if weights.get(f, 0) < SENTENCE)
    used = frozenset(f for f in (*rule.needs, *rule.may) if f in weights)
    return Match(rule, catalogue.indicator(rule.indicator).unit, trust, used)


def match_any(
    near: dict[str, float], names: set[str], issuer: str, phrases: Phrases, catalogue: Catalogue
) -> Match | None:
    """The indicator words speak of, whatever its unit."""
    return match_indicator(near, {}, names, tuple(catalogue.units), issuer, phrases, catalogue)


def _score(rule: NamingRule, near: dict, weights: dict, names: set[str], light: frozenset[str]) -> float | None:
    named = f"={rule.indicator}" in names
    if rule.needs[0].startswith("="):
        return NEAR if named else None
    # A word that says little must stand beside the figure; from a heading far above it would fit everything.
    if any(weights.get(f, 0) < (SENTENCE if f in light else 0.01) for f in rule.needs):
        return None
    score = sum(weights[f] for f in rule.needs)
    score += 0.5 * sum(weights.get(f, 0) for f in rule.may if f in near or f not in light)
    strange = sum(w for f, w in near.items() if f not in light and f not in rule.needs and f not in rule.may)
    if strange and not any(f in near for f in rule.needs):
        score -= UNEXPLAINED  # what is said beside the figure counts twice against what is said further off alone
    return score - UNEXPLAINED * strange + NAMED * named
