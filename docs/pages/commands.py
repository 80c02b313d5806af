"""docs/commands.md: commands, options and exit statuses, from the commands themselves."""

import inspect
import re

import click

from flowlint import errors
from pages.markdown import block, code, line, page, prose, table

STATUSES = {
    "EXIT_CLEAN": "nothing at or above the threshold (`--fail-on`)",
    "EXIT_FINDINGS": "findings at or above the threshold",
    "EXIT_USAGE": "wrong use, a file that cannot be opened, a mapping that cannot be built, or a rule that failed",
    "EXIT_SOURCE": "the source could not be read whole, or gave no issues",
    "EXIT_DEFECT": "a defect in flowlint itself",
    "EXIT_INTERRUPTED": "interrupted",
}


def pages(program: click.Group) -> dict[str, str]:
    """Return the page by its path under docs/."""
    # Help is written from what the commands declare, not as click prints it: that differs by version and terminal.
    parts = [_command(path, command) for path, command in walk(program, ("flowlint",))]
    return {"commands.md": page("Commands", "flowlint/cli/ and flowlint/errors.py", *parts, _statuses())}


def walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    """List a command and those below it, each with the words that call it; hidden ones are left out."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in sorted(command.list_commands(context)):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                found += walk(below, (*path, name))
    return found


def _command(path: tuple[str, ...], command: click.Command) -> str:
    words = " ".join(path)
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    usage = [words, *(["[OPTIONS]"] if options else []), *(_argument(argument) for argument in arguments)]
    if isinstance(command, click.Group):
        usage.append("COMMAND")
    parts = [f"## {words}", code(" ".join(usage)), _help(command.help or "")]
    if options:
        rows = [[code(_option(option)), line(option.help or "")] for option in options]
        parts.append(table(["Option", "What it does"], rows))
    if len(path) > 1:  # what stands below the program's own help is the table of statuses
        parts.append(_help(command.epilog or ""))
    return "\n\n".join(part for part in parts if part)


def _help(text: str) -> str:
    # \b keeps click from wrapping a paragraph, \f hides the rest from users.
    paragraphs = re.split(r"\n{2,}", inspect.cleandoc(text).partition("\f")[0].strip())
    return "\n\n".join(_paragraph(paragraph) for paragraph in paragraphs)


def _paragraph(text: str) -> str:
    kept = text.removeprefix("\b\n")
    return prose(text) if kept == text else block(kept, "text")


def _argument(argument: click.Argument) -> str:
    name = (argument.metavar or argument.human_readable_name).upper().removesuffix("...").strip("[]")
    many = "…" if argument.nargs == -1 else ""
    return f"{name}{many}" if argument.required else f"[{name}{many}]"


def _option(option: click.Option) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    if option.secondary_opts:
        names += f" / {', '.join(option.secondary_opts)}"
    if option.is_flag or option.count:
        return names
    if option.metavar:
        return f"{names} {option.metavar}"
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(str(choice) for choice in option.type.choices)}"
    return f"{names} {re.sub(r'[^A-Z]', '', option.type.name.upper())}"


def _statuses() -> str:
    values = {name: value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    if values.keys() != STATUSES.keys():
        message = f"exit statuses without a word here: {values.keys() ^ STATUSES.keys()}"
        raise ValueError(message)
    rows = [[str(values[name]), STATUSES[name]] for name in sorted(values, key=lambda name: int(values[name]))]
    return (
        "## Exit status\n\nThe highest that applies wins; findings are printed in every case. "
        f"Results go to standard output, everything else to standard error.\n\n{table(['Status', 'Meaning'], rows)}"
    )
