"""The command ``flowlint``. Its subcommands are imported when they are used, so that ``--version`` stays light."""

from importlib import import_module

import click

from flowlint import __version__

COMMANDS = ("check", "config", "demo", "doctor", "explain", "init", "pull", "rules", "schema", "tree", "validate")
"""One module each, which holds a click command named ``command``."""


class LazyGroup(click.Group):
    """A group whose commands are modules of this package."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
        """Import and return a command. Raises UsageError with the nearest name."""
        if cmd_name not in COMMANDS:
            from flowlint.config.suggest import nearest, quoted

            close = nearest(cmd_name, COMMANDS)
            meant = f" Did you mean {quoted(close)}?" if close else ""
            raise click.UsageError(f"There is no command {quoted(cmd_name)}.{meant}", ctx)
        command: click.Command = import_module(f"flowlint.cli.{cmd_name}").command
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Exit status:
  0    nothing at or above --fail-on
  1    findings
  2    wrong use, or a mapping or rule file that cannot be used, or a rule that failed
  3    the issues could not be read whole, or there are none
  70   a defect in flowlint
  130  interrupted
The highest wins; findings are printed in every case.

\b
Example:
  flowlint check export.ndjson --select H,D --fail-on warning
""",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def flowlint() -> None:
    """Find what is wrong in a Jira work hierarchy, where, why it matters and how to fix it."""
