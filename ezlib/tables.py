"""Results as tables and sentences that a reader can use, in Vietnamese or English."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping

import numpy as np
import pandas as pd

from ezlib import blocks, messages, wording
from ezlib.audit import SEVERITIES, audit
from ezlib.blocks import Block
from ezlib.catalogue import SeriesKey, load_catalogue
from ezlib.contracts import BASES
from ezlib.fact_words import figure_and_unit, period_in_words
from ezlib.facts import add_intervals
from ezlib.messages import say
from ezlib.outturns import AGREE_WITHIN
from ezlib.proposals import notes_in
from ezlib.targets import chance_of_no_fall

DOUBTED = 0.9  # proposed facts below this, and with a note, are shown with it


MOST_NAMED = 8  # figures of one conflict that a sentence names


def series_table(series: pd.DataFrame, lang: str = "vi", catalogue=None) -> Block:
    """What facts there are: a series a row, with how many facts and the months they touch (see `series_in`)."""
    catalogue = catalogue or load_catalogue()
    frame = pd.DataFrame(
        {
            say("table.scope", lang): [catalogue.scope(SeriesKey.of(s).scope).name(lang) for s in series["series"]],
            say("table.facts", lang): [str(n) for n in series["facts"]],
            say("table.first_month", lang): [wording.month(m, lang) for m in series["first_month"]],
            say("table.last_month", lang): [wording.month(m, lang) for m in series["last_month"]],
        },
        index=pd.Index(
            [catalogue.indicator_of(s).name(lang) for s in series["series"]],
            name=say("table.indicator", lang),
        ),
    )
    return blocks.table(frame, say("table.series_caption", lang))


def findings_table(findings: pd.DataFrame, lang: str = "vi") -> Block:
    """What the audit found, in its order, worst first: how serious, the arithmetic in one line, the facts involved."""
    if findings.empty:
        return blocks.paragraph(say("findings.none_at_all", lang))
    frame = pd.DataFrame(
        {
            say("table.finding", lang): findings_texts(findings, lang),
            say("table.facts", lang): [", ".join(facts) for facts in findings["facts"]],
        },
        index=pd.Index([say(f"severity.{s}", lang) for s in findings["severity"]], name=say("table.severity", lang)),
    )
    return blocks.table(frame, say("section.findings", lang))


def findings_texts(findings: pd.DataFrame, lang: str = "vi") -> list[str]:
    """Each finding in a sentence, with the likeliest slip behind it where there is one."""
    pairs = zip(findings[f"message_{lang}"], findings[f"likely_{lang}"], strict=True)
    return [
        messages.sentences(message, say("finding.likely", lang, correction=likely) if likely else "")
        for message, likely in pairs
    ]


def expected_table(expected: pd.DataFrame, facts: pd.DataFrame, lang: str = "vi", catalogue=None) -> Block:
    """Each figure of a month beside the interval expected of it before: `plausibility.expected_before` of `facts`."""
    catalogue = catalogue or load_catalogue()
    rows, names = [], []
    for fact in facts[facts["fact_id"].isin(expected.index)].itertuples():
        figure, unit = figure_and_unit(fact, catalogue, lang)
        before = expected.loc[fact.fact_id]
        ends = before * catalogue.convert(1.0, fact.unit, unit)
        names.append(f"{catalogue.indicator(fact.indicator).short(lang)}, {period_in_words(fact, catalogue, lang)}")
        inside = fact.lower <= before["upper"] and fact.upper >= before["lower"]
        rows.append(
            {
                say("indicators.unit", lang): wording.unit_name(unit, lang, catalogue),
                say("expected.printed", lang): figure,
                say("expected.before", lang): wording.estimate(ends.mean(), *ends[["lower", "upper"]], lang).interval,
                say("expected.held", lang): say("expected.inside" if inside else "expected.outside", lang),
            }
        )
    if not rows:
        return blocks.paragraph(say("expected.none", lang))
    return blocks.table(
        pd.DataFrame(rows, pd.Index(names, name=say("table.indicator", lang))), say("expected.caption", lang)
    )


def findings_text(findings: pd.DataFrame, facts: pd.DataFrame, lang: str = "vi") -> str:
    """The findings as lines for a console: each with the facts involved and the file and row they stand on."""
    if findings.empty:
        return wording.plain(say("findings.none_at_all", lang))
    place = {row.fact_id: f"{row.file}:{row.row}" for row in facts.itertuples()}
    lines = []
    for finding in findings.itertuples():
        message = getattr(finding, f"message_{lang}")
        lines.append(f"{say(f'severity.{finding.severity}', lang).upper()} {finding.rule}: {message}")
        likely = getattr(finding, f"likely_{lang}")
        lines += [f"    → {likely}"] if likely else []
        lines += [f"    {fact}  {place[fact]}" for fact in finding.facts if fact in place]
    counts = findings["severity"].value_counts()
    told = [f"{counts.get(s, 0)} {say(f'severity.{s}', lang)}" for s in SEVERITIES]
    return wording.plain("\n".join([*lines, messages.listing(told, lang)]))


def proposal_text(report, lang: str = "vi", catalogue=None, targets=()) -> str:
    """What was read from a report as lines for a console: facts, their contradictions, numbers left over."""
    catalogue = catalogue or load_catalogue()
    facts = report.facts
    rows = pd.DataFrame(
        {
            say("table.indicator", lang): [catalogue.indicator(i).short(lang) for i in facts["indicator"]],
            say("table.period", lang): [
                wording.stretch(*pair, lang) for pair in zip(facts["period_start"], facts["period_end"], strict=True)
            ],
            say("table.value", lang): [_printed(row, lang, catalogue) for row in facts.itertuples()],
            say("table.change", lang): [_printed_changes(row, lang) for row in facts.itertuples()],
            say("table.confidence", lang): [wording.number(c, 2, lang) for c in facts["confidence"]],
            say("table.place", lang): [_place(place, lang) for place in facts["place"]],
        }
    )
    told = add_intervals(facts.assign(corrected="", file=report.path.name, row=range(1, len(facts) + 1)))
    findings = audit(told, catalogue=catalogue, targets=targets)
    parts = [say("proposal.facts", lang, count=str(len(facts))), rows.to_string(index=False)]
    doubted = [row for row in facts.itertuples() if row.note and row.confidence < DOUBTED]
    if doubted:
        parts += ["", say("proposal.doubted", lang)]
        parts += [
            f"- {report.quote(row.place)} ({_place(row.place, lang)}): {notes_in(row.note, lang)}" for row in doubted
        ]
    if len(findings):
        parts += ["", say("section.findings", lang), *(f"- {text}" for text in findings_texts(findings, lang))]
    if len(report.unread):
        parts += ["", say("proposal.unread", lang, count=str(len(report.unread)))]
    parts += [
        f"- {row.number}: {getattr(row, f'reason_{lang}')}: …{row.sentence[:90]}…" for row in report.unread.itertuples()
    ]
    return wording.plain("\n".join(parts))


def months_table(outlook, lang: str = "vi", since=None, until=None, catalogue=None) -> Block:
    """The months of an outlook: value, 80 % and 95 % intervals, and how each month is known."""
    months = outlook.months[["value", "status"]]
    for level in ("80", "95"):
        ends = outlook.interval(int(level) / 100)
        months = months.assign(**{f"lower_{level}": ends["lower"], f"upper_{level}": ends["upper"]})
    months = months.loc[since:until]
    rows = [
        {
            say("table.value", lang): _month_value(row, lang),
            say("table.interval", lang, level="80"): _interval(row, "80", lang),
            say("table.interval", lang, level="95"): _interval(row, "95", lang),
            say("table.status", lang): wording.STATUS[row.status][lang],
        }
        for row in months.itertuples()
    ]
    names = [messages.capital(wording.month(m, lang)) for m in months.index]
    frame = pd.DataFrame(rows, index=pd.Index(names, name=wording.unit_name(outlook.unit, lang, catalogue)))
    return blocks.table(frame, say("table.months_caption", lang))


def grounds(outlook, companions: str = "", lang: str = "vi") -> Block:
    """What an outlook stands on: how many figures, whose usual year, which months are out of line, what gave way.

    `companions` names the series whose usual year was tried.
    """
    trust, shocks = outlook.profile_trust, outlook.shocks
    sentences = [say("grounds.figures", lang, count=len(outlook.observations))]
    if trust > 0:
        sentences.append(say("grounds.profile", lang, share=wording.percent(100 * trust, 0, lang), names=companions))
    if len(shocks):
        named = (say(f"grounds.{s.kind}", lang, month=wording.month(s.month, lang)) for s in shocks.itertuples())
        sentences.append(say("grounds.shocks", lang, months="; ".join(named)))
    facts = outlook.observations
    which = ", ".join(facts.loc[facts["relaxed"], "observation_id"])
    told = [code for code in outlook.notes if code != "profile_used"]
    sentences += [say(f"grounds.{code}", lang, which=which) for code in told]
    against = facts.loc[facts["in_conflict"] & ~facts["relaxed"], "observation_id"]
    if len(against):
        more = "…" if len(against) > MOST_NAMED else ""
        sentences.append(say("grounds.against", lang, others=", ".join(against[:MOST_NAMED]) + more))
    return blocks.points(sentences)


def totals_table(outlook, lang: str = "vi", catalogue=None) -> Block:
    """The years that the paths cover whole: median of the totals, intervals, chance of matching the year before."""
    years = [y for y in sorted(set(outlook.paths.columns.year)) if outlook.covers_year(y)]
    rows = []
    for year in years:
        e80 = wording.estimate(*outlook.total_range(str(year)), lang)
        e95 = wording.estimate(*outlook.total_range(str(year), 0.95), lang)
        rows.append(
            {
                say("table.median", lang): e80.median,
                say("table.interval", lang, level="80"): e80.interval if e80.lower != e80.upper else "",
                say("table.interval", lang, level="95"): e95.interval if e95.lower != e95.upper else "",
                say("table.at_least_last_year", lang): _chance_of_growth(outlook, year, years, lang),
            }
        )
    unit = wording.unit_name(outlook.unit, lang, catalogue)
    frame = pd.DataFrame(rows, index=pd.Index([str(y) for y in years], name=unit))
    return blocks.table(frame, say("table.totals_caption", lang))


def targets_table(
    assessments: Iterable,
    lang: str = "vi",
    catalogue=None,
    doubted: Container[str] = (),
    sources: Mapping[str, int] | None = None,
) -> Block:
    """Targets side by side: value, chance, verdict, year-end by the model, at run rate and by profile.

    A verdict on a series in `doubted`, which stands on a figure that cannot be true, says so. `sources` has the number
    of each target, by its id, in the list of sources of the page. Columns that no target fills are left out.
    """
    catalogue = catalogue or load_catalogue()
    rows, names, assessments = [], [], list(assessments)
    for a in assessments:
        e = wording.estimate(a.median, a.lower_80, a.upper_80, lang)
        names.append(_with_unit(a, lang, catalogue))
        rows.append(
            {
                say("table.target", lang): wording.stated_aim(a.target, lang, catalogue),
                say("table.expected", lang): settled_text(a, lang) if a.state != "open" and is_known(a) else e.text,
                say("table.probability", lang): wording.probability(a.probability, lang) if a.state == "open" else "",
                say("table.verdict", lang): say(
                    "verdict.doubted" if a.series in doubted else "verdict.plain",
                    lang,
                    verdict=wording.verdict(a.verdict, lang),
                ),
                say("table.run_rate", lang): _like(a.run_rate, a, lang) if a.months_left else "",
                say("table.profile", lang): _like(a.profile, a, lang) if a.months_left else "",
            }
        )
    frame = pd.DataFrame(rows, index=pd.Index(names, name=say("table.indicator", lang)))
    frame = frame.loc[:, (frame != "").any()]
    numbers = [[sources[a.target.target_id]] if sources else () for a in assessments]
    return blocks.table(frame, say("section.targets", lang), row_refs=numbers)


def stated_aim(target, lang: str = "vi", catalogue=None) -> str:
    """A target in words, with the one that it follows from a share of plan and was never printed, if so."""
    return _as_set(wording.stated_aim(target, lang, catalogue), target, lang)


def aim_to_reach(target, lang: str = "vi", catalogue=None) -> str:
    """The same as it stands after "reach"."""
    return _as_set(wording.aim_to_reach(target, lang, catalogue), target, lang)


def _as_set(aim: str, target, lang: str) -> str:
    return say("target.implied", lang, aim=aim) if target.status == "implied" else aim


def target_text(a, lang: str = "vi", catalogue=None) -> str:
    """What a target still takes, what has been managed before, and what to know about the comparison."""
    catalogue = catalogue or load_catalogue()
    if a.state == "open":
        sentences = [*_still_to_do(a, lang, catalogue)]
    else:
        sentences = [say(f"target.{a.state}", lang, target=stated_aim(a.target, lang, catalogue))]
    if "scope_differs" in a.notes:
        scopes = {"target_scope": a.target.scope, "scope": SeriesKey.of(a.series).scope}
        sentences.append(
            say("target.other_scope", lang, **{k: catalogue.scope(v).name(lang) for k, v in scopes.items()})
        )
    if a.also_published:
        values = [
            wording.quantity(float(f"{x:.4g}"), a.unit, lang, catalogue=catalogue)
            for x in (a.median, *a.also_published)
        ]
        key = "target.also_published_split" if a.state == "conflict" else "target.also_published_agree"
        sentences.append(say(key, lang, values=messages.listing(values, lang)))
    elif "facts_conflict" in a.notes:
        sentences.append(say("target.facts_conflict", lang))
    return messages.sentences(*sentences)


def target_name(a, lang: str = "vi", catalogue=None) -> str:
    """The indicator and period of a target, with the scope it is tested on where that is not its own or the zone's."""
    catalogue = catalogue or load_catalogue()
    zone, _, scope = SeriesKey.of(a.series)
    name = f"{catalogue.indicator(a.target.indicator).short(lang)} {a.target.period}"
    plain = "scope_differs" not in a.notes and scope == catalogue.zone(zone).scope
    return name if plain else f"{name} – {catalogue.scope(scope).name(lang)}"


def sensitivity_table(curve: pd.Series, unit: str, lang: str = "vi", catalogue=None) -> Block:
    """Chance by height of the target: which target would have even odds."""
    frame = pd.DataFrame(
        {say("table.probability", lang): [wording.probability(p, lang) for p in curve]},
        index=pd.Index(
            [wording.aim(value, unit, lang, catalogue) for value in curve.index], name=say("table.target", lang)
        ),
    )
    return blocks.table(frame, say("table.sensitivity_caption", lang))


def multiples_table(curve: pd.Series, lang: str = "vi") -> Block:
    """Chance if the months left run so many times as high as expected."""
    frame = pd.DataFrame(
        {say("table.probability", lang): [wording.probability(p, lang) for p in curve]},
        index=pd.Index([wording.percent(100 * m, 0, lang) for m in curve.index], name=say("multiples.name", lang)),
    )
    return blocks.table(frame, say("multiples.caption", lang))


def intervals_table(assessments: Iterable, lang: str = "vi", catalogue=None) -> Block:
    """What is expected of each open target with three intervals, the gap, and the shares of it so far and expected."""
    still = [a for a in assessments if a.state == "open"]
    if not still:
        return blocks.stack()
    names = pd.Index([_with_unit(a, lang, catalogue) for a in still], name=say("table.indicator", lang))
    ranges = pd.DataFrame([_ranges(a, lang) for a in still], names)
    beside = pd.DataFrame([_beside_target(a, lang) for a in still], names)
    captions = [say(f"table.{name}_caption", lang) for name in ("intervals", "beside")]
    return blocks.stack(blocks.table(ranges, captions[0]), blocks.table(beside, captions[1]))


def _with_unit(a, lang: str, catalogue) -> str:
    """The name of a target with the unit of the amounts beside it."""
    name, unit = target_name(a, lang, catalogue), wording.unit_name(a.unit, lang, catalogue)
    return f"{name} ({unit})" if unit else name


def _ranges(a, lang: str) -> dict[str, str]:
    ends = {level: (getattr(a, f"lower_{level}"), getattr(a, f"upper_{level}")) for level in ("50", "80", "95")}
    told = {
        say("table.interval", lang, level=level): wording.estimate(a.median, *pair, lang).interval
        for level, pair in ends.items()
    }
    return told | {say("table.mean", lang): wording.estimate(a.mean, *ends["80"], lang).median}


def _beside_target(a, lang: str) -> dict[str, str]:
    ends = [x - a.median + a.gap for x in (a.lower_80, a.upper_80)]
    return {
        say("table.gap", lang): wording.estimate(a.gap, *ends, lang).median,
        say("table.plan", lang): wording.percent(a.plan_share, 1, lang) if a.months_elapsed else "",
        say("table.plan_expected", lang): wording.percent(a.plan_share_expected, 0, lang),
        say("table.mc_error", lang): say("points.plain", lang, number=wording.digits(100 * a.mc_error, 1, lang)),
    }


def effort_text(a, lang: str = "vi", catalogue=None) -> str:
    """The need of an open target beside last year, the season, and all past stretches of the same length."""
    if a.state != "open" or not a.months_left or not a.needed_per_month > 0:
        return ""
    told = []
    if not np.isnan(a.needed_growth_pct):
        key = "effort.fall" if (a.needed_growth_pct < 0) != a.target.is_limit else "effort.growth"
        told.append(say(key, lang, change=wording.change_words(a.needed_growth_pct, 0, lang)))
    if a.target.is_limit:
        return messages.sentences(*told)
    if not np.isnan(a.needed_times_profile):
        told.append(say("effort.season", lang, times=wording.number(a.needed_times_profile, 1, lang)))
    if a.best_stretch is not None:
        best = a.best_stretch
        key = "effort.never" if a.need_rank == 1 else "effort.rank"
        told.append(
            say(
                key,
                lang,
                count=str(a.months_left),
                stretches=str(a.stretches),
                rank=wording.number(a.need_rank, 0, lang),
                best=_amount(a, best.average, lang, catalogue or load_catalogue()),
                stretch=wording.month_stretch(best.start, best.end, lang),
            )
        )
    return messages.sentences(*told)


def _printed(row, lang: str, catalogue) -> str:
    return wording.quantity(row.value, row.unit, lang, half_width=row.half_width, catalogue=catalogue)


def _printed_changes(row, lang: str) -> str:
    pairs = ((row.change1, row.basis1), (row.change2, row.basis2))
    return "; ".join(f"{_of_basis(change, basis, lang)} {_basis_name(basis, lang)}" for change, basis in pairs if basis)


def _basis_name(basis: str, lang: str) -> str:
    """What a change is measured on, in words; a rarer basis describes itself."""
    return say(f"basis.{basis}", lang) if basis in BASES else basis


def _place(place: str, lang: str) -> str:
    """The line of a place in a report: "line 9, characters 12-18" is "dòng 9"."""
    return say("proposal.line", lang, line=re.match(r"line (\d+)", place)[1])


def _of_basis(change: float, basis: str, lang: str) -> str:
    """A change with its sign, a share without one."""
    return (wording.change if basis in BASES and BASES[basis].modelled else wording.percent)(change, None, lang)


def _still_to_do(a, lang: str, catalogue):
    if a.months_left and a.needed_per_month > 0:
        needed = _amount(a, a.needed_per_month, lang, catalogue)
        late = a.month is not None and a.last_observed < a.month
        until = say("target.until", lang, month=wording.month(a.last_observed, lang)) if late else ""
        target = aim_to_reach(a.target, lang, catalogue)
        key = "target.allowed" if a.target.is_limit else "target.needed"
        yield say(key, lang, target=target, count=str(a.months_left), until=until, needed=needed)
    if a.target.is_limit:
        return
    if a.largest_month is not None:
        best = wording.quantity(float(f"{a.largest_month.average:.10g}"), a.unit, lang, catalogue=catalogue)
        yield say("target.best_month", lang, best=best, month=wording.month(a.largest_month.start, lang))
    if a.largest_average is not None:
        stretch = wording.month_stretch(a.largest_average.start, a.largest_average.end, lang)
        best = _amount(a, a.largest_average.average, lang, catalogue)
        key = "target.least_average" if a.largest_average.at_least else "target.best_average"
        yield say(key, lang, count=str(a.months_left), best=best, stretch=stretch)


def _amount(a, x: float, lang: str, catalogue) -> str:
    """An amount in the series' unit with about three significant digits."""
    return wording.with_unit(wording.amount(x, lang), a.unit, lang, catalogue)


def _like(x: float, a, lang: str) -> str:
    """A number with as many digits as the model's own year-end beside it; nothing before the year's first month."""
    if pd.isna(x):
        return ""
    half = (a.upper_80 - a.lower_80) / 2
    return wording.estimate(x, x - half, x + half, lang).median


def settled_text(a, lang: str) -> str:
    """A total that is decided: with the digits that all paths share where facts fix it, else as an estimate."""
    if not is_known(a):
        return wording.estimate(a.median, a.lower_80, a.upper_80, lang).median
    return wording.shared_digits(a.median, a.upper_95 - a.lower_95, lang)


def is_known(a) -> bool:
    """Whether facts fix the total of an assessment, but for their rounding."""
    return a.upper_95 - a.lower_95 <= AGREE_WITHIN * abs(a.median)


def _month_value(row, lang: str) -> str:
    if row.status == "reported":
        return wording.number(float(f"{row.value:.10g}"), None, lang)
    return wording.estimate(row.value, row.lower_80, row.upper_80, lang).median


def _interval(row, level: str, lang: str) -> str:
    if row.status == "reported":
        return ""
    return wording.estimate(row.value, getattr(row, f"lower_{level}"), getattr(row, f"upper_{level}"), lang).interval


def _chance_of_growth(outlook, year: int, years: list[int], lang: str) -> str:
    if year - 1 not in years:
        return ""
    return wording.probability(chance_of_no_fall(outlook, year), lang)
