"""``flowlint demo``: the linter at work on an organisation that comes with it."""

from pathlib import Path

import click

import flowlint
from flowlint.cli.console import write
from flowlint.cli.showing import Showing, show
from flowlint.errors import EXIT_CLEAN
from flowlint.run.linting import Request, execute

ORGANISATION = Path(flowlint.__file__).parent / "demo_organisation"
EXPORT = "issues.ndjson"
MAPPING = "flowlint.yaml"

INTRO = f"""\
Lantern is an invented online shop for lamps. Its issues and its mapping are in
{ORGANISATION}

"""
NEXT = """
What to try next:
  flowlint explain H103          why a rule exists, how to fix what it finds, when to accept it
  flowlint rules                 all rules
  flowlint check export.ndjson   your own issues, as Jira's REST API gives them; no mapping needed
  flowlint init export.ndjson    a first mapping for them, with what a person has to decide
"""


@click.command("demo")
@click.option("--no-color", is_flag=True, help="No colours and no links. NO_COLOR does the same.")
def command(*, no_color: bool) -> int:
    """Lint an example organisation and show what is found. The exit status is 0."""
    verdict = execute(Request(paths=(str(ORGANISATION / EXPORT),), config=ORGANISATION / MAPPING))
    write([INTRO])
    show(verdict, Showing(no_color=no_color))
    write([NEXT])
    return EXIT_CLEAN
