"""``flowlint doctor``: what stands between this folder and a good run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from flowlint.cli.console import PLAIN_WIDTH, columns, complain, paint, write
from flowlint.cli.options import config_option, max_wait_option, output_options
from flowlint.cli.progress import counter
from flowlint.cli.request import build_pull
from flowlint.reports.terminal import Paint

EXAMPLES = """\b
Examples:
  flowlint doctor
  flowlint doctor --format json -o doctor.json

\b
Exit status:
  0  nothing is in the way of a pull; rules that will not be judged are told, and are no fault
  2  credentials are missing or meant for another site, or the mapping cannot be used
  3  the site, or the snapshot, cannot be read

`flowlint schema doctor` describes the JSON.
"""


@click.command("doctor", epilog=EXAMPLES)
@config_option
@max_wait_option
@output_options
def command(config: Path | None, **options: Any) -> int:
    """Tell who you are on the site, what you may see there, what will not be judged, and how the snapshot is.

    It asks about ten questions, whatever the size of the site, and writes nothing. Without credentials or a network it
    tells what it can of the mapping and the snapshot, and what could not be asked. Values of credentials are never shown.
    """
    from flowlint.run.doctor import examine

    output: Path | None = options["output"]
    request = build_pull(config, options)
    with counter(quiet=False) as progress:
        diagnosis = examine(request, datetime.now(UTC), progress)
    if options["format_"] == "json":
        from flowlint.reports import doctor_json

        write(doctor_json.render(diagnosis), output)
    else:
        from flowlint.reports import doctor_text

        layout = doctor_text.Options(
            width=columns() if output is None else PLAIN_WIDTH,
            paint=paint(no_color=options["no_color"]) if output is None else Paint(),
        )
        write(doctor_text.render(diagnosis, layout), output)
    if options["format_"] == "json" or output is not None:
        for problem in diagnosis.problems:
            complain(problem.message, problem.help)
    return diagnosis.status
