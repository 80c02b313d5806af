"""``flowlint check``: the linter."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from flowlint.cli.options import as_of_option, fail_on_option, output_options, selection_options
from flowlint.cli.progress import counter, time_spent
from flowlint.cli.request import build_request
from flowlint.cli.showing import Showing, show, warn
from flowlint.errors import UsageError
from flowlint.run.linting import Clock, execute

EXAMPLES = """\b
Examples:
  flowlint check export.ndjson
  flowlint check jira.csv
  flowlint check exports/ --select H,D --ignore H119 --format json -o findings.json

`flowlint schema findings` describes the JSON.
"""


@click.command("check", epilog=EXAMPLES)
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
@selection_options
@fail_on_option
@as_of_option
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
