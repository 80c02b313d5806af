"""``flowlint config``: the mapping as it is in effect."""

from pathlib import Path

import click

from flowlint.cli.console import PLAIN_WIDTH, columns, complain, paint, write
from flowlint.cli.options import config_option, from_option
from flowlint.cli.progress import counter
from flowlint.cli.request import existing
from flowlint.errors import EXIT_CLEAN, EXIT_SOURCE
from flowlint.reports.terminal import Paint
from flowlint.run.linting import Request, effective_mapping

EXAMPLES = """\b
Examples:
  flowlint config show
  flowlint config show --from export.ndjson -o flowlint.yaml

`flowlint schema effective` describes the JSON.
"""


@click.group("config", short_help="Look at the mapping in effect.")
def command() -> None:
    """Look at the mapping: `config show` prints what is in effect, and where each value comes from."""


@command.command("show", epilog=EXAMPLES)
@from_option
@config_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["yaml", "text", "json"]),
    default="yaml",
    show_default=True,
    help="yaml is valid as flowlint.yaml again, text is for people, json for machines.",
)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the result to this file, whole or not at all, instead of standard output.",
)
@click.option("--no-color", is_flag=True, help="No colours. NO_COLOR does the same.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def show(
    exports: tuple[str, ...], config: Path | None, format_: str, output: Path | None, *, no_color: bool, quiet: bool
) -> int:
    """Print the mapping in effect, merged from all files, with the origin of each value.

    With --from the sections that nobody wrote are inferred from the issues there, with the reasons. The YAML
    may be kept as flowlint.yaml: then nothing is inferred any more.
    """
    request = Request(paths=exports, config=existing(config))
    with counter(quiet=quiet) as progress:
        shown, faults = effective_mapping(request, progress)
    if format_ == "yaml":
        from flowlint.reports import config_yaml

        write(config_yaml.render(shown), output)
    else:
        from flowlint.reports import config_text

        wide = columns() if output is None else PLAIN_WIDTH
        ink = paint(no_color=no_color) if output is None else Paint()
        write(config_text.render_json(shown) if format_ == "json" else config_text.render(shown, wide, ink), output)
    for fault in faults:
        complain(f"{fault.place}: {fault.message}", fault.help)
    return EXIT_SOURCE if faults else EXIT_CLEAN
