"""Forecasts, target tests and briefs from the figures that economic-zone boards publish.

import ezlib as ez

ez.load_facts("lao-cai", as_of="2025-05-31")                  what was published, by whom, when
ez.audit(facts)                                               which of it cannot all be true
ez.outlook("lao-cai/trade_total/board", "2025-05")            months and joint paths, past and future
ez.assess_target(outlook, target)                             how likely, and what it would take
"""

from importlib import import_module

# `audit` and `outlook` name a module and its main function: the function is what the package shows, so these are
# bound here, after the modules; everything else is found when it is first asked for.
from ezlib.audit import audit as audit
from ezlib.outlook import outlook as outlook

__version__ = "0.1.0"

_PLACES = {
    "catalogue": ("data_root", "load_catalogue"),
    "plans": ("load_events", "load_targets"),
    "contracts": ("DataError",),
    "audit": ("for_facts",),
    "facts": ("append_facts", "load_facts"),
    "reports": ("Report", "parse_report", "read_report", "unread_numbers"),
    "drafts": ("append_proposal", "draft_csv", "load_draft"),
    "observations": ("observe", "revisions", "series_in", "superseded"),
    "outlook": ("Outlook", "forecast", "load_series", "rebuild"),
    "revenue": ("effective_rates", "from_base", "joint_probability", "revenue_outlook"),
    "scenarios": ("Scenario", "Size", "load_scenarios", "parse_scenarios"),
    "hierarchy": ("Family", "family", "reconcile"),
    "targets": ("TargetAssessment", "assess_target", "chance_by_height", "growth_target"),
    "scorecard": ("Progress", "assess_aims"),
    "plausibility": ("expected_before",),
    "flow_charts": ("cumulative_chart", "fan_chart"),
    "charts": ("findings_chart", "scenario_chart"),
    "tables": (
        "expected_table",
        "findings_table",
        "months_table",
        "sensitivity_table",
        "series_table",
        "target_text",
        "targets_table",
        "totals_table",
    ),
    "subjects": ("compose_subject", "headline_series", "zone_findings"),
    "implied": ("compose_implied",),
    "futures": ("compose_futures", "compose_rates"),
    "progress": ("compose_scorecard",),
    "zones": ("compose_zones",),
    "indicators": ("compose_indicators",),
    "assessments": ("compose_targets",),
    "performance": ("compose_record",),
    "brief": ("compose_brief",),
    "runs": ("check_month", "keep", "run_batch", "run_month", "save"),
}
_WHERE = {name: module for module, names in _PLACES.items() for name in names}

__all__ = sorted(["audit", "outlook", *_WHERE])


def __getattr__(name: str):
    if name not in _WHERE:
        raise AttributeError(f"ezlib has no {name!r}; it has {', '.join(__all__)}.")
    return getattr(import_module(f"ezlib.{_WHERE[name]}"), name)


def __dir__():
    return __all__
