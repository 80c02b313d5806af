"""``flowlint check``: the linter."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import click

from flowlint.cli.options import day, given, output_options, split
from flowlint.cli.progress import counter, time_spent
from flowlint.cli.showing import Showing, show, warn
from flowlint.errors import UsageError
from flowlint.run import Clock, Request, execute

EXAMPLES = """\b
Examples:
  flowlint check export.ndjson
  flowlint check jira.csv
  flowlint check exports/ --select H,D --ignore H119 --format json -o findings.json

`flowlint schema findings` describes the JSON.
"""


@click.command("check", epilog=EXAMPLES)
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Mapping to use; without it flowlint.yaml is looked for from here upwards.",
)
@click.option(
    "--select",
    multiple=True,
    callback=split,
    metavar="RULES",
    help="Run these instead of what the mapping selects: codes, names, groups (H, hierarchy), DEFAULT, ALL; "
    "separated by commas. Repeatable.",
)
@click.option(
    "--ignore",
    multiple=True,
    callback=split,
    metavar="RULES",
    help="Leave these out besides what the mapping ignores. Repeatable.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    callback=split,
    metavar="KEYS",
    help="Judge these projects only; the others stay known as parents and children. Repeatable.",
)
@click.option(
    "--team",
    "teams",
    multiple=True,
    callback=given,
    metavar="NAME",
    help="Judge the work of this team only. Repeatable.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="Least severity that makes the exit status 1.  [default: the mapping's, else error]",
)
@click.option(
    "--as-of",
    callback=day,
    metavar="YYYY-MM-DD",
    help="Count ages up to the end of this day, UTC.  [default: the newest update in the export]",
)
@click.option(
    "--max-findings",
    type=click.IntRange(min=0),
    metavar="N",
    help="Show the first N findings only. The exit status counts all.",
)
@click.option("--expand", is_flag=True, help="Text: show each finding, also where ten or more have one cause.")
@click.option("--statistics", is_flag=True, help="Text: show the table of all rules instead of the findings.")
@click.option("--profile", is_flag=True, help="Say on standard error where the time went.")
@click.option(
    "--quiet",
    "-q",
    is_flag=True,
    help="Text: findings, faults and the last line only. No progress in any format.",
)
@output_options
def command(exports: tuple[str, ...], config: Path | None, **options: Any) -> int:
    """Lint issues from exports of Jira.

    EXPORT is a file, a folder or a pattern: JSON as Jira's REST API gives it (one issue per line, an array
    or search pages), also .gz and .zst, or Jira's CSV or XML export; - reads standard input.
    """
    if not exports:
        raise UsageError(
            "check has no issues to read: reading from a site comes later",
            help="name an export: flowlint check export.ndjson; `flowlint demo` shows an example",
        )
    request = build_request(exports, config, options)
    with counter(quiet=options["quiet"]) as progress:
        clock = Clock()
        verdict = execute(request, progress, clock)
    if options["profile"]:
        for line in time_spent(clock.seconds):
            click.echo(line, err=True)
    show(verdict, Showing(**{one.name: options[one.name] for one in fields(Showing)}))
    warn(verdict)
    return verdict.status


def build_request(exports: tuple[str, ...], config: Path | None, options: dict[str, Any]) -> Request:
    """Return the request that the options stand for. Raises UsageError where the mapping is not there."""
    if config is not None and not config.is_file() and not config.is_fifo():
        raise UsageError(f"there is no mapping {config}", help="check the path given to --config")
    as_of: date | None = options["as_of"]
    return Request(
        paths=exports,
        config=config,
        as_of=as_of,
        select=options["select"],
        ignore=options["ignore"],
        projects=options["projects"],
        teams=options["teams"],
        fail_on=options["fail_on"],
    )
