"""``flowlint check``: the linter."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from flowlint.cli.options import (
    as_of_option,
    fail_on_option,
    max_age_option,
    max_wait_option,
    output_options,
    selection_options,
)
from flowlint.cli.progress import counter, time_spent
from flowlint.cli.request import build_pull, build_request
from flowlint.cli.showing import Showing, show, warn
from flowlint.errors import UsageError
from flowlint.run.linting import Clock, execute
from flowlint.sources.source import Progress

EXAMPLES = """\b
Examples:
  flowlint check export.ndjson
  flowlint check jira.csv
  flowlint check exports/ --select H,D --ignore H119 --format json -o findings.json
  flowlint check                        reads the site that the mapping names
  flowlint check --offline              judges what the last pull brought

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
@click.option("--offline", is_flag=True, help="Judge what the last pull brought, and ask the site for nothing.")
@max_wait_option
@max_age_option
@click.option("--profile", is_flag=True, help="Say on standard error where the time went.")
@click.option(
    "--quiet",
    "-q",
    is_flag=True,
    help="Text: findings, faults and the last line only. No progress in any format.",
)
@output_options
def command(exports: tuple[str, ...], config: Path | None, **options: Any) -> int:
    """Lint issues from a Jira site or from exports.

    EXPORT is a file, a folder or a pattern: JSON as Jira's REST API gives it (one issue per line, an array
    or search pages), also .gz and .zst, Jira's CSV or XML export, or a snapshot; - reads standard input.

    Without EXPORT the site that the mapping names (source.jira) is pulled first, as `flowlint pull` does.
    """
    with counter(quiet=options["quiet"]) as progress:
        paths = exports or (_snapshot(config, options, progress),)
        request = build_request(paths, config, options)
        clock = Clock()
        verdict = execute(request, progress, clock)
    if options["profile"]:
        for line in time_spent(clock.seconds):
            click.echo(line, err=True)
    show(verdict, Showing(**{one.name: options[one.name] for one in fields(Showing)}))
    warn(verdict)
    return verdict.status


def _snapshot(config: Path | None, options: Mapping[str, Any], progress: Progress) -> str:
    """Return the path of the site's snapshot, brought up to date unless that is not wanted."""
    from flowlint.cli.pull import say
    from flowlint.run.pulling import has_site, home_of, pull_site

    request = build_pull(config, options)
    home = home_of(request)
    if options["offline"]:
        if not home.snapshot.exists():
            raise UsageError(
                f"--offline, and there is no snapshot {home.snapshot}",
                help="run `flowlint pull` first, or name an export: flowlint check export.ndjson",
            )
        return str(home.snapshot)
    if not has_site(config):
        raise UsageError(
            "check has no issues to read: no export is named, and no mapping names a site (source.jira)",
            help="name an export: flowlint check export.ndjson; `flowlint demo` shows an example",
        )
    pull_site(request, say, progress)
    return str(home.snapshot)
