"""``flowlint validate``: the validator of mappings."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowlint.cli.console import PLAIN_WIDTH, columns, paint, write
from flowlint.cli.options import day, fail_on_option, output_options
from flowlint.cli.progress import counter
from flowlint.config.load import FILE_NAME, find
from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError
from flowlint.reports.terminal import Paint
from flowlint.run.validation import Validation, validate

if TYPE_CHECKING:
    from flowlint.run.fixing import Mended

EXAMPLES = """\b
Examples:
  flowlint validate
  flowlint validate flowlint.yaml teams/*/flowlint.yaml --fail-on warning
  flowlint validate --against export.ndjson
  flowlint validate --against .flowlint/snapshot.duckdb
  flowlint validate --diff

\b
A finding that is meant to be is set aside where it stands:
  - {name: Code review, …}   # flowlint: ignore M711 our bottleneck, looked at weekly
"""


@click.command("validate", epilog=EXAMPLES)
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.option("--config", type=click.Path(path_type=Path), help="The same as FILE, for scripts that name it so.")
@click.option(
    "--against",
    multiple=True,
    metavar="EXPORT",
    help="Hold the mapping against the site that an export is of: its types, statuses, fields and resolutions. "
    "A file, a folder or a glob, or the snapshot that `flowlint pull` keeps; a folder with issue-types.json, statuses.json and fields.json is enough. Repeatable.",
)
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what can mean only one thing, show the change, and check the rest: a misspelled key or word, a name "
    "that a list holds twice, with --against also a status in other capitals. Comments and order stay.",
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing; status 1 if anything.")
@fail_on_option
@click.option(
    "--as-of",
    callback=day,
    metavar="YYYY-MM-DD",
    help="Count the days of exceptions from this day.  [default: today, UTC]",
)
@output_options
@click.option("--quiet", "-q", is_flag=True, help="No remedies.")
def command(files: tuple[Path, ...], config: Path | None, against: tuple[str, ...], **options: Any) -> int:
    """Check mappings before they are committed: their form, their meaning, and what contradicts itself.

    FILE is a flowlint.yaml; without one it is looked for in this folder and above. No network is used.
    """
    wanted = _existing((*files, *((config,) if config else ())))
    output: Path | None = options["output"]
    today = options["as_of"] or datetime.now(UTC).date()
    if options["fix"] or options["diff"]:
        changed = _mended(wanted, against, quiet=options["quiet"])
        # Beside findings for machines there is room for a change only on the other stream.
        apart = options["format_"] == "json" and not options["diff"]
        _show_changes(changed, apart=apart, no_color=options["no_color"])
        if options["diff"]:
            return EXIT_FINDINGS if changed else EXIT_CLEAN
        for one in changed:
            write([one.after], one.path)
    with counter(quiet=options["quiet"] or not against) as progress:
        verdict = validate(Validation(wanted, today, options["fail_on"], against), progress)
    if options["format_"] == "json":
        from flowlint.reports import json_report

        write(json_report.render(verdict), output)
    else:
        from flowlint.reports import mapping_text

        layout = mapping_text.Options(
            width=columns() if output is None else PLAIN_WIDTH,
            paint=paint(no_color=options["no_color"]) if output is None else Paint(),
            quiet=options["quiet"],
        )
        write(mapping_text.render(verdict, len(wanted), layout), output)
    return verdict.status


def _mended(files: tuple[Path, ...], against: tuple[str, ...], *, quiet: bool) -> "list[Mended]":
    from flowlint.run.fixing import mend

    statuses: tuple[str, ...] = ()
    if against:
        from flowlint.run.drift import statuses_of

        with counter(quiet=quiet) as progress:
            statuses = statuses_of(against, progress)
    return [mended for path in files if (mended := mend(path, statuses)) is not None]


def _show_changes(changed: "list[Mended]", *, apart: bool, no_color: bool) -> None:
    from flowlint.reports.diff import coloured, difference

    ink = Paint() if apart else paint(no_color=no_color)
    lines = (line for one in changed for line in coloured(difference(one.before, one.after, str(one.path)), ink))
    if apart:
        for line in lines:
            click.echo(line, err=True, nl=False)
    else:
        write(lines)


def _existing(files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the files, each once. Raises UsageError for one that cannot be opened, and where there is none."""
    for path in files:
        if not path.exists():
            raise UsageError(f"there is no file {path}", help="check its path")
        if path.is_dir():
            raise UsageError(f"{path} is a folder", help=f"name the file in it: {path / FILE_NAME}")
    if files:
        return tuple(dict.fromkeys(files))
    found = find(Path())
    if found is None:
        raise UsageError(
            f"there is no {FILE_NAME} in this folder or above it",
            help="name one: flowlint validate path/to/flowlint.yaml",
        )
    return (found,)
