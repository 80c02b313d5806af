"""``flowlint tree``: the issue tree with findings in place, and how one issue was read."""

import re
from pathlib import Path
from typing import Any

import click

from flowlint.cli.console import PLAIN_WIDTH, columns, paint, write
from flowlint.cli.options import as_of_option, from_option, max_age_option, output_options, selection_options, split
from flowlint.cli.progress import counter
from flowlint.cli.request import build_request
from flowlint.cli.showing import warn
from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError
from flowlint.reports.terminal import Paint
from flowlint.run.linting import Request, account, draw
from flowlint.verdict.finding import Verdict
from flowlint.verdict.forest import Shape

EXAMPLES = """\b
Examples:
  flowlint tree --from export.ndjson
  flowlint tree PAY-17 --from export.ndjson
  flowlint tree --from export/ --project PAY --findings-only
  flowlint tree --from export/ --why PAY-17

Exit status: 0, also where there are findings; 2 and 3 as for check. `flowlint schema tree` and
`flowlint schema why` describe the JSON.
"""
_KEY = re.compile(r"(?:[^\s/:]+:)?[A-Za-z][A-Za-z0-9_]*-[0-9]+")
_EXPORT = re.compile(r".*[/\\*?].*|-|.*\.(?:nd)?jsonl?(?:\.gz|\.zst)?|.*\.csv|.*\.duckdb", re.DOTALL)


@click.command("tree", epilog=EXAMPLES, short_help="Draw the issue tree with findings in place.")
@click.argument("words", nargs=-1, metavar="[KEY]...")
@from_option
@click.option(
    "--why",
    multiple=True,
    callback=split,
    metavar="KEY",
    help="Instead of the tree: how this issue was read, where each of it comes from, and what every rule says of it. "
    "Repeatable.",
)
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    metavar="N",
    help="Draw N generations, from the roots or from KEY; the rest is counted.",
)
@click.option(
    "--max-children",
    type=click.IntRange(min=1),
    metavar="N",
    help="Draw N issues at each place, those with findings first; the rest is counted.",
)
@click.option("--all", "everything", is_flag=True, help="Draw children without findings also where they are many.")
@click.option("--findings-only", is_flag=True, help="Draw only branches that hold findings.")
@selection_options
@as_of_option
@max_age_option
@click.option("--quiet", "-q", is_flag=True, help="Text: the tree and faults only. No progress in any format.")
@output_options
def command(words: tuple[str, ...], exports: tuple[str, ...], config: Path | None, **options: Any) -> int:
    """Draw the issue tree with findings in place.

    With KEY only what hangs below these issues, and the path above them; without, all of it. More than ten
    children without findings are counted in one line. With --why nothing is drawn: it tells how an issue
    was read.
    """
    keys, exports = _sort_out(words, exports)
    if not exports:
        raise UsageError(
            "tree has no issues to read",
            help="name an export or a snapshot: flowlint tree --from .flowlint/snapshot.duckdb",
        )
    if keys and options["why"]:
        raise UsageError("--why takes its keys itself", help=f"write --why {','.join((*options['why'], *keys))}")
    if options["everything"] and options["findings_only"]:
        raise UsageError("--all and --findings-only ask for opposites", help="leave one of them out")
    request = build_request(exports, config, {**options, "fail_on": "never"})
    verdict = _why(request, options) if options["why"] else _draw(request, keys, options)
    warn(verdict)
    return verdict.status if verdict.status != EXIT_FINDINGS else EXIT_CLEAN


def _draw(request: Request, keys: tuple[str, ...], options: dict[str, Any]) -> Verdict:
    shape = Shape(options["depth"], options["max_children"], options["everything"], options["findings_only"])
    with counter(quiet=options["quiet"]) as progress:
        forest, verdict = draw(request, keys, shape, progress)
    if options["format_"] == "json":
        from flowlint.reports import tree_json

        write(tree_json.render(forest, verdict), options["output"])
    else:
        from flowlint.reports import tree_text

        layout = tree_text.Options(*_layout(options), quiet=options["quiet"])
        write(tree_text.render(forest, verdict, layout), options["output"])
    return verdict


def _why(request: Request, options: dict[str, Any]) -> Verdict:
    with counter(quiet=options["quiet"]) as progress:
        accounts, verdict = account(request, options["why"], progress)
    if options["format_"] == "json":
        from flowlint.reports import why_json

        write(why_json.render(accounts, verdict), options["output"])
    else:
        from flowlint.reports import why_text

        width, ink = _layout(options)
        write(why_text.render(accounts, verdict, width, ink), options["output"])
    return verdict


def _layout(options: dict[str, Any]) -> tuple[int, Paint]:
    """Return width and colours: those of the terminal, or those of a file."""
    if options["output"] is not None:
        return PLAIN_WIDTH, Paint()
    return columns(), paint(no_color=options["no_color"])


def _sort_out(words: tuple[str, ...], exports: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return keys and exports: what is no key and looks like a file or is one was meant for --from."""
    files = tuple(word for word in words if not _KEY.fullmatch(word) and (_EXPORT.fullmatch(word) or _is_there(word)))
    return tuple(word for word in words if word not in files), (*exports, *files)


def _is_there(word: str) -> bool:
    try:
        return Path(word).exists()
    except (OSError, ValueError):
        return False
