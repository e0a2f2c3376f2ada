"""Which published figures cannot all be true, and the likeliest slip.

A printed figure is an interval: all the values that would have been printed that way. A rule says which figures must
agree; where their intervals leave no common solution, the alarm is a proof. It is an error when no way of shortening
numbers, rounding or cutting off, makes the figures agree, and a warning when they agree only if some were cut off.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ezlib.catalogue import load_catalogue
from ezlib.claims import EITHER_LOOSELY, ROUNDED, ROUNDED_LOOSELY, TRUNCATED_LOOSELY, Check
from ezlib.evidence import gather
from ezlib.findings import FINDING_COLUMNS, contradiction_row, remark_row
from ezlib.plans import Target, load_targets
from ezlib.rules import RULES, RULES_BY_ID, Remark, implausible
from ezlib.slips import SlipFinder, Suspect

SEVERITIES = ("error", "warning", "note")


def audit(facts: pd.DataFrame, expected=None, catalogue=None, targets: Iterable[Target] | None = None) -> pd.DataFrame:
    """Return one finding a row about figures that cannot all be true, worst first.

    `facts` is what `load_facts` returns. `expected` gives a model's own interval for some facts, for plausibility: a
    mapping fact_id -> (lower, upper) or a frame with columns lower and upper indexed by fact_id, in the fact's unit.
    `targets` are held beside the shares of plan; left out, those of the data root stand in where its catalogue does.
    Columns are FINDING_COLUMNS: `facts` and `sources` are tuples in one order; `gap` is the least distance of the two
    sides as a share of the larger; `likely` is a Suspect or None, `alternatives` the next two. Rules are in RULES.
    """
    if targets is None:
        targets = load_targets() if catalogue is None else ()
    evidence = gather(facts, catalogue or load_catalogue(), targets)
    cases = [case for rule in RULES for case in rule.find(evidence)]
    checks = _distinct(case for case in cases if isinstance(case, Check))
    remarks = [case for case in cases if isinstance(case, Remark)] + list(implausible(expected, evidence))
    find = SlipFinder(checks)
    found = [
        contradiction_row(check, severity, _suspects(check, severity, find), evidence)
        for check in checks
        if (severity := _severity(check))
    ] + [remark_row(remark, evidence) for remark in remarks]
    frame = pd.DataFrame(found, columns=FINDING_COLUMNS)
    order = frame.assign(rank=frame["severity"].map(SEVERITIES.index)).sort_values(
        ["rank", "gap"], ascending=[True, False], kind="stable"
    )
    return order.drop(columns="rank").reset_index(drop=True)


def for_facts(findings: pd.DataFrame, fact_ids: Iterable[str]) -> pd.DataFrame:
    """Return the findings in which any of the facts takes part, in the same order."""
    wanted = set(fact_ids)
    among = findings["facts"].map(lambda facts: not wanted.isdisjoint(facts)).astype(bool)
    return findings[among].reset_index(drop=True)


def taking_part(findings: pd.DataFrame, severities: Iterable[str] = ("error", "warning")) -> frozenset[str]:
    """Return the ids of the facts in findings of some severities."""
    chosen = findings.loc[findings["severity"].isin(list(severities)), "facts"]
    return frozenset(fact for facts in chosen for fact in facts)


def _severity(check: Check) -> str | None:
    """Error where no reading of the figures lets them agree, warning where only a lenient one does.

    An estimate that a later document replaces was not wrong when printed: what disagrees with it is a note.
    """
    if check.holds(ROUNDED):
        return None
    several = len(check.documents) > 1
    lenient = (EITHER_LOOSELY,) if several else (ROUNDED_LOOSELY, TRUNCATED_LOOSELY)
    possible = any(check.holds(reading) for reading in lenient)
    if _superseded(check):
        return None if possible or check.gap < RULES_BY_ID[check.rule].notes_from else "note"
    severity = "warning" if possible else "error"
    rule = RULES_BY_ID[check.rule]
    return max(severity, rule.at_most_across if several else rule.at_most, key=SEVERITIES.index)


def _suspects(check: Check, severity: str, find: SlipFinder) -> list[Suspect]:
    """The figures that a slip may have spoilt; none where no slip is looked for."""
    return find(check) if severity != "note" and RULES_BY_ID[check.rule].slip_possible else []


def _superseded(check: Check) -> bool:
    """Whether an estimate takes part that was published before some of the other figures."""
    last = max(claim.published for claim in check.claims)
    return any(claim.provisional and claim.published < last for claim in check.claims)


def _distinct(checks: Iterable[Check]) -> list[Check]:
    """The checks without repetition: the same figures may meet under one rule in several ways."""
    return list({(check.rule, check.cell, frozenset(check.facts)): check for check in checks}.values())
