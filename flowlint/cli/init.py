"""``flowlint init``: a first mapping, or what a new draft adds to one."""

from datetime import UTC, datetime
from pathlib import Path

import click

from flowlint.cli.console import paint, remark, write
from flowlint.cli.progress import counter
from flowlint.config.load import FILE_NAME
from flowlint.errors import EXIT_CLEAN, EXIT_SOURCE, UsageError
from flowlint.reports.diff import coloured, difference
from flowlint.reports.terminal import count
from flowlint.run.drafting import Drafted, draft_mapping
from flowlint.verdict.order import SEVERITIES

EXAMPLES = """\b
Examples:
  flowlint init export.ndjson
  flowlint init exports/ --diff

The draft says in comments what it rests on, and what a person has to decide.
"""


@click.command("init", epilog=EXAMPLES)
@click.argument("exports", nargs=-1, metavar="[EXPORT]...")
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
@click.option("--no-color", is_flag=True, help="No colours. NO_COLOR does the same.")
@click.option("--quiet", "-q", is_flag=True, help="No progress, and nothing but faults afterwards.")
def command(exports: tuple[str, ...], output: Path, *, force: bool, diff: bool, no_color: bool, quiet: bool) -> int:
    """Draft a mapping from what an export of Jira shows: levels, flow items, stages, fields, with the evidence.

    EXPORT is what `flowlint check` reads: a file, a folder or a pattern. A mapping that is there already is left
    alone without --force, and with it only added to: comments and order stay.
    """
    if not exports:
        raise UsageError(
            "init has nothing to draft from: reading from a site comes later",
            help="name an export: flowlint init export.ndjson",
        )
    if output.exists() and not (force or diff):
        raise UsageError(
            f"{output} is there already, and was left alone",
            help="--diff shows what a new draft would add to it, --force adds it",
        )
    with counter(quiet=quiet) as progress:
        drafted = draft_mapping(exports, output, datetime.now(UTC).date(), progress)
    if diff:
        write(coloured(difference(drafted.before, drafted.text, str(output)), paint(no_color=no_color)))
    elif drafted.text != drafted.before:
        write([drafted.text], output)
    for fault in drafted.verdict.faults:
        remark(f"Damaged input: {fault}")
    if not quiet:
        for line in _told(drafted, output, exports, diff=diff):
            click.echo(line, err=True)
    return EXIT_SOURCE if drafted.verdict.faults else EXIT_CLEAN


def _told(drafted: Drafted, output: Path, exports: tuple[str, ...], *, diff: bool) -> list[str]:
    """Return what was done, how the draft stands, and what to do next."""
    import shlex

    verdict = drafted.verdict
    found = [sum(finding.severity == name for finding in verdict.findings) for name in SEVERITIES]
    tally = ", ".join(count(number, name) for number, name in zip(found, SEVERITIES, strict=True) if number)
    decisions = drafted.text.count("# decide: ")
    if drafted.text == drafted.before:
        lines = [f"{output} lacks nothing that the export shows."]
    else:
        lines = [f"{output} {'would be' if diff else 'was'} {'added to' if drafted.before is not None else 'written'}."]
        lines += [f"Lines with the word decide: {decisions}. Read these first."] if decisions else []
    lines += [f"Not added: {one}." for one in drafted.remarks]
    lines.append(f"Held against the export it gives {tally or 'no findings'}:")
    lines.append(
        f"  flowlint validate{'' if str(output) == FILE_NAME else ' ' + shlex.quote(str(output))} --against {shlex.join(exports)}"
    )
    return lines
