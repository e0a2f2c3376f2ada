"""The command line: words in, library calls, words out; no logic of its own."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import click
import pandas as pd

from ezlib import __version__
from ezlib.catalogue import load_catalogue, parse_series
from ezlib.contracts import DataError, WithoutFacts, as_of_date, month_typed
from ezlib.messages import say
from ezlib.periods import as_month
from ezlib.plans import load_targets

EXIT_WRONG_INPUT = 2
EXIT_FINDINGS = 1
EXIT_FAULT = 1


class _Checked(click.ParamType):
    """A text that a check of the library accepts; what it refuses is told before anything starts."""

    def __init__(self, name: str, check):
        self.name, self._check = name, check

    def convert(self, value, param, ctx) -> str:
        try:
            self._check(value)
        except DataError as error:
            self.fail(str(error), param, ctx)
        return value


def _check_span(text: str) -> None:
    for month in text.split(":", 1):
        month_typed(month)


_MONTH, _DAY = _Checked("month", month_typed), _Checked("day", as_of_date)
MONTH = click.option(
    "--month", required=True, type=_MONTH, metavar="YYYY-MM", help="Last reporting month used, such as 2025-05."
)
AS_OF = click.option("--as-of", type=_DAY, metavar="YYYY-MM-DD", help="Use only what had been published by this day.")
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True, help="Language.")
ROOT = click.option("--root", metavar="FOLDER", help="Folder that holds data/ (default: found from here upwards).")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="ezlib")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the full traceback of an error.")
def cli() -> None:
    """Forecasts, target tests and briefs from the figures that economic-zone boards publish.

    \b
    The month's work:
      ezlib check --zone lao-cai                    which printed figures cannot all be true
      ezlib brief --zone lao-cai --month 2025-05    the page for the meeting
      ezlib series lao-cai/trade_total/board --month 2025-05
    """


@cli.command()
@click.option("--zone", required=True, help="Zone of data/catalogue.yml, such as lao-cai.")
@MONTH
@AS_OF
@LANG
@click.option("--out", metavar="FILE", help="Where the brief goes (default: outputs/ZONE/MONTH/brief.html).")
@ROOT
def brief(zone, month, as_of, lang, out, root) -> None:
    """Run the notebooks of a zone and month and make its brief.

    \b
    Examples:
      ezlib brief --zone lao-cai --month 2025-05 --as-of 2025-05-31
      ezlib brief --zone viet-nam --month 2025-02 --lang en
    """
    from ezlib.runs import NOTEBOOKS, run_month

    with _progress(len(NOTEBOOKS) + 2) as step:
        run = run_month(zone, month, as_of, lang, out=out, root=root, progress=step)
    click.echo(str(run.brief))
    for line in run.lines:
        click.echo(line)


@cli.command()
@click.argument("report", type=click.Path())
@click.option("--zone", required=True, help="Zone of data/catalogue.yml that the report is about.")
@click.option(
    "--published", type=_DAY, metavar="YYYY-MM-DD", help="Day of publication, where the report leaves it blank."
)
@click.option("--month", type=_MONTH, metavar="YYYY-MM", help="Reporting month, where the title does not say it.")
@click.option("--yes", is_flag=True, help="Append the facts; without it they are only shown and drafted.")
@LANG
@ROOT
def ingest(report, zone, published, month, yes, lang, root) -> None:
    """Read a monthly report and propose its figures as facts.

    REPORT is a .txt, .docx or text .pdf, or a draft .csv that an earlier call wrote and you have edited.

    \b
    Examples:
      ezlib ingest report.docx --zone lao-cai            what it reads, and a draft to edit
      ezlib ingest outputs/lao-cai/report-draft.csv --zone lao-cai --yes
    """
    from ezlib import drafts, reports
    from ezlib.tables import proposal_text

    if Path(report).suffix.lower() == ".csv":
        if published or month:
            raise click.UsageError("A draft has its days in its rows; --published and --month are for a report.")
        facts, draft = drafts.load_draft(report, zone, root), Path(report)
    else:
        read = reports.parse_report(report, zone, published, month, root)
        draft = drafts.draft_csv(read, root=root)
        click.echo(proposal_text(read, lang, load_catalogue(root), load_targets(zone, root=root)))
        facts = read.facts
    if yes:
        for path in drafts.append_proposal(facts, root=root):
            click.echo(say("proposal.appended", lang, count=str(len(facts)), file=str(path)))
    else:
        held = [zone, *facts["zone"]] if zone in set(facts["zone"]) else [*facts["zone"], zone]
        click.echo(say("proposal.draft", lang, draft=str(draft), zone=held[0]))


@cli.command()
@click.option("--zones", required=True, metavar="ZONE,ZONE", help="Zones, separated by commas.")
@click.option(
    "--months",
    required=True,
    type=_Checked("months", _check_span),
    metavar="FROM:TO",
    help="Months from one to another, such as 2024-12:2025-05.",
)
@AS_OF
@LANG
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="How many run at the same time.")
@ROOT
def run(zones, months, as_of, lang, jobs, root) -> None:
    """Make the briefs of many zones and months; what is up to date is left as it is. Exit status 1 where one failed.

    \b
    Example:
      ezlib run --zones lao-cai,viet-nam --months 2024-12:2025-02 --jobs 2
    """
    from ezlib.runs import run_batch

    first, _, last = months.partition(":")
    wanted = pd.period_range(month_typed(first), month_typed(last or first), freq="M")
    if wanted.empty:
        raise click.BadParameter(f"{first} comes after {last}; write the earlier month first.", param_hint="--months")
    names = [zone.strip() for zone in zones.split(",")]
    with _progress(len(names) * len(wanted)) as step:
        done = run_batch(names, wanted, as_of, lang, jobs=jobs, root=root, progress=step)
    click.echo(done.to_string(index=False))
    if (done["state"] == "failed").any():
        sys.exit(EXIT_FINDINGS)


@cli.command()
@click.option("--zone", help="Only this zone (default: all zones).")
@click.option(
    "--month",
    type=_MONTH,
    metavar="YYYY-MM",
    help="With --zone: hold this month beside what the model expected of it before.",
)
@AS_OF
@LANG
@ROOT
def check(zone, month, as_of, lang, root) -> None:
    """Show which printed figures cannot all be true. Exit status 1 where one is in error.

    \b
    Examples:
      ezlib check --zone lao-cai --lang en
      ezlib check --zone lao-cai --month 2025-05
    """
    from ezlib.audit import audit
    from ezlib.facts import load_facts
    from ezlib.subjects import zone_findings
    from ezlib.tables import findings_text

    if month and not zone:
        raise click.UsageError("--month holds the month of one zone beside the model: give --zone as well.")
    facts = load_facts(None, as_of, root=root)
    expected = _expected(zone, month, as_of, root) if zone and month else None
    if zone:
        findings = zone_findings(zone, as_of, root, expected)
    else:
        findings = audit(facts, catalogue=load_catalogue(root), targets=load_targets(None, as_of, root))
    if zone and month and (expected is None or expected.empty):
        click.echo(say("check.nothing_expected", lang, month=month))
    click.echo(findings_text(findings, facts, lang))
    if (findings["severity"] == "error").any():
        sys.exit(EXIT_FINDINGS)


def _expected(zone, month, as_of, root) -> pd.DataFrame | None:
    """What the model expected of a month; None where facts cover it, but none that a model could expect."""
    from ezlib.facts import load_facts
    from ezlib.observations import months_with_facts
    from ezlib.plausibility import expected_before

    try:
        return expected_before(zone, month, as_of, root)
    except WithoutFacts:
        covered = months_with_facts(load_facts(zone, as_of, root=root), zone, load_catalogue(root))
        if as_month(month) not in covered:
            raise
        return None


@cli.command()
@click.argument("series")
@MONTH
@AS_OF
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values instead of a table.")
@LANG
@ROOT
def series(series, month, as_of, as_csv, lang, root) -> None:
    """Show the months of a series: value, intervals and how each is known.

    \b
    SERIES is zone/indicator/scope. Examples:
      ezlib series lao-cai/trade_total/board --month 2025-05
      ezlib series viet-nam/trade_export/national --month 2025-02 --csv > exports.csv
    """
    from ezlib.outlook import load_series

    months = load_series(series, month, as_of, root=root)
    months.index.name = "month"
    if as_csv:
        click.echo(months.to_csv(lineterminator="\n").rstrip())
        return
    catalogue = load_catalogue(root)
    indicator = catalogue.indicator(parse_series(series, catalogue).indicator)
    unit = catalogue.unit(indicator.unit).sign(lang)
    click.echo(say("series.title", lang, name=indicator.name(lang), unit=unit))
    click.echo(months.round(2).to_string())


def main() -> None:
    """Run the command line; a wrong input is told in words, with exit status 2, never as a traceback.

    Anything else that goes wrong is a fault of ezlib: exit status 1, and what to do to see where.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console may not speak UTF-8 by default
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    try:
        cli(arguments, prog_name="ezlib", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped; nothing half-written was left under a final name. Run it again.", err=True)
        sys.exit(130)
    except (DataError, OSError) as error:
        _tell(str(error))
        sys.exit(EXIT_WRONG_INPUT)
    except Exception as error:
        _tell(f"this is a fault of ezlib ({type(error).__name__}: {error}); --debug shows where.")
        sys.exit(EXIT_FAULT)


def _tell(what: str) -> None:
    if "--debug" in sys.argv:
        traceback.print_exc()
    click.echo(f"ezlib: {what}", err=True)


class _progress:
    """A progress bar on standard error that names the step under way."""

    def __init__(self, steps: int):
        self._steps = steps

    def __enter__(self):
        self._bar = None
        return self.step

    def step(self, name: str) -> None:
        from tqdm import tqdm

        if self._bar is None:  # only now: wrong parameters are refused without a bar before the words
            form = "{bar:24} {n}/{total} {desc} {elapsed}"
            self._bar = tqdm(total=self._steps, file=sys.stderr, bar_format=form)
        else:
            self._bar.update()
        self._bar.set_description_str(name)

    def __exit__(self, kind, error, trace) -> None:
        if self._bar is None:
            return
        if kind is None:
            self._bar.n = self._steps
            self._bar.set_description_str("done")
        self._bar.close()
