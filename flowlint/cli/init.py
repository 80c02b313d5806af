"""``flowlint init``: a first mapping, or what a new draft adds to one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from flowlint.cli.console import complain, paint, remark, write
from flowlint.cli.options import max_wait_option, split
from flowlint.cli.progress import counter
from flowlint.config.load import FILE_NAME
from flowlint.errors import EXIT_CLEAN, EXIT_SOURCE, UsageError
from flowlint.reports.diff import coloured, difference
from flowlint.reports.terminal import count
from flowlint.run.drafting import Drafted, draft_mapping
from flowlint.sources.source import Progress
from flowlint.verdict.order import SEVERITIES

EXAMPLES = """\b
Examples:
  flowlint init export.ndjson
  flowlint init exports/ --diff
  flowlint init --jira https://example.atlassian.net --project PAY,WEB

The draft says in comments what it rests on, and what a person has to decide.
"""


@click.command("init", epilog=EXAMPLES)
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
@click.option(
    "--jira",
    metavar="URL",
    help="Draft from this site instead, with the credentials in the environment; JIRA_URL must name it too.",
)
@click.option(
    "--project",
    "projects",
    multiple=True,
    callback=split,
    metavar="KEYS",
    help="With --jira: read these projects only, and write them into the draft. Repeatable.  "
    "[default: all that may be seen]",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(FILE_NAME),
    show_default=True,
    help="The mapping to write.",
)
@click.option("--force", is_flag=True, help="Add what is lacking to a mapping that is there; nothing in it is changed.")
@click.option("--diff", is_flag=True, help="Show what would be written, and write nothing.")
@max_wait_option
@click.option("--no-color", is_flag=True, help="No colours. NO_COLOR does the same.")
@click.option("--quiet", "-q", is_flag=True, help="No progress, and nothing but faults afterwards.")
def command(exports: tuple[str, ...], output: Path, *, force: bool, diff: bool, **options: Any) -> int:
    """Draft a mapping from what a Jira site or an export shows: levels, flow items, stages, fields, with the evidence.

    EXPORT is what `flowlint check` reads: a file, a folder or a pattern. With --jira the issues are read from the site
    and not kept: no snapshot is touched. A mapping that is there already is left alone without --force, and with it only
    added to: comments and order stay.
    """
    site: str | None = options["jira"]
    if bool(exports) == (site is not None):
        raise UsageError(
            "init drafts from exports or from a site, not from both" if exports else "init has nothing to draft from",
            help="name an export: flowlint init export.ndjson; or a site: flowlint init --jira https://example.atlassian.net",
        )
    if exports and options["projects"]:
        raise UsageError("--project limits what is read from a site", help="use it with --jira")
    if output.exists() and not (force or diff):
        raise UsageError(
            f"{output} is there already, and was left alone",
            help="--diff shows what a new draft would add to it, --force adds it",
        )
    with counter(quiet=options["quiet"]) as progress:
        today = datetime.now(UTC).date()
        drafted = (
            draft_mapping(exports, output, today, progress)
            if site is None
            else _from_site(site, output, today, options, progress)
        )
    if diff:
        ink = paint(no_color=options["no_color"])
        write(coloured(difference(drafted.before, drafted.text, str(output)), ink))
    elif drafted.text != drafted.before:
        write([drafted.text], output)
    for fault in drafted.verdict.faults:
        if site is None:
            remark(f"Damaged input: {fault}")
        else:
            complain(fault.message)
    if not options["quiet"]:
        for line in _told(drafted, output, "export" if site is None else "site", diff=diff):
            click.echo(line, err=True)
    return EXIT_SOURCE if drafted.verdict.faults else EXIT_CLEAN


def _from_site(url: str, output: Path, today: date, options: Mapping[str, Any], progress: Progress) -> Drafted:
    import os

    from flowlint.cli.pull import say, silent
    from flowlint.run.site_drafting import SiteDraft, draft_from_site

    request = SiteDraft(dict(os.environ), url, options["projects"], options["max_wait"])
    return draft_from_site(request, output, today, silent if options["quiet"] else say, progress)


def _told(drafted: Drafted, output: Path, what: str, *, diff: bool) -> list[str]:
    """Return what was done, how the draft stands against ``what`` it was drafted from, and what to do next."""
    verdict = drafted.verdict
    found = [sum(finding.severity == name for finding in verdict.findings) for name in SEVERITIES]
    tally = ", ".join(count(number, name) for number, name in zip(found, SEVERITIES, strict=True) if number)
    decisions = drafted.text.count("# decide: ")
    if drafted.text == drafted.before:
        lines = [f"{output} lacks nothing that the {what} shows."]
    else:
        lines = [f"{output} {'would be' if diff else 'was'} {'added to' if drafted.before is not None else 'written'}."]
        lines += [f"Lines with the word decide: {decisions}. Read these first."] if decisions else []
    lines += [f"Not added: {one}." for one in drafted.remarks]
    lines.append(f"Held against the {what} it gives {tally or 'no findings'}:")
    lines += [f"  {command}" for command in drafted.commands]
    return lines
