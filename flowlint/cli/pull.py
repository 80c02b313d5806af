"""``flowlint pull``: bring a site's issues into the snapshot."""

from pathlib import Path
from typing import Any

import click

from flowlint.cli.console import complain, write
from flowlint.cli.options import config_option, max_wait_option
from flowlint.cli.progress import counter
from flowlint.cli.request import build_pull
from flowlint.errors import EXIT_CLEAN, EXIT_SOURCE
from flowlint.reports.pull_text import pull_text
from flowlint.reports.terminal import safe

EXAMPLES = """\b
Examples:
  flowlint pull                         what changed since the last pull; the first time, everything
  flowlint pull --full                  everything anew
  flowlint check --offline              judges what the last pull brought

\b
Credentials come from the environment, and go to the host in JIRA_URL alone:
  JIRA_URL, JIRA_EMAIL, JIRA_API_TOKEN  Jira Cloud
  JIRA_URL, JIRA_PAT                    Jira Data Center, or a token without an account
"""


@click.command("pull", epilog=EXAMPLES)
@config_option
@click.option("--full", is_flag=True, help="Start over: read all issues, and only the fields that are needed now.")
@click.option(
    "--mode",
    type=click.Choice(["auto", "bulk", "pages"]),
    default="auto",
    show_default=True,
    help="Jira Cloud: read issues in bulk, or by search pages, which any kind of token may.",
)
@max_wait_option
@click.option("--quiet", "-q", is_flag=True, help="No progress, and nothing on standard error but what went wrong.")
def command(config: Path | None, **options: Any) -> int:
    """Bring the issues of the site that the mapping names into .flowlint/snapshot.duckdb beside it.

    The mapping says which projects (source.jira), the rules that are enabled say which fields. Issues around them are
    read too: parents up to the root, and children of portfolio items. Without a mapping, the whole site that JIRA_URL
    names.
    """
    from flowlint.run.pulling import home_of, pull_site

    request = build_pull(config, options)
    with counter(quiet=options["quiet"]) as progress:
        pulled = pull_site(request, silent if options["quiet"] else say, progress)
    write(pull_text(pulled, str(home_of(request).snapshot)))
    for fault in pulled.about.faults:
        complain(fault)
    return EXIT_SOURCE if pulled.about.faults else EXIT_CLEAN


def say(sentence: str) -> None:
    """Tell the user something while a pull goes on."""
    click.echo(safe(sentence), err=True)


def silent(sentence: str) -> None:
    """Tell nothing."""
