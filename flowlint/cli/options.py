"""Options that several commands share."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., Any])
Decorator = Callable[[_Command], _Command]


def split(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - click's signature
    """Return the names in a repeatable, comma-separated option."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def given(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - click's signature
    """Return the names in a repeatable option whose names may hold commas; one that is empty is none."""
    return tuple(name.strip() for name in values if name.strip())


def day(ctx: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """Return the date of an option. Raises click.BadParameter for what is none, or has no day after it."""
    if value is None:
        return None
    try:
        read = datetime.strptime(value.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise click.BadParameter(f'"{value}" is no date; write it like 2026-01-31', ctx, parameter) from error
    if read == date.max:
        raise click.BadParameter(f"{value} has no end that can be counted to", ctx, parameter)
    return read


def output_options(command: _Command) -> _Command:
    """Add --format, --output and --no-color."""
    for option in (
        click.option("--no-color", is_flag=True, help="No colours and no links. NO_COLOR does the same."),
        click.option(
            "--output",
            "-o",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the result to this file, whole or not at all, instead of standard output.",
        ),
        click.option(
            "--format",
            "format_",
            type=click.Choice(["text", "json"]),
            default="text",
            show_default=True,
            help="text for people, json for machines.",
        ),
    ):
        command = option(command)
    return command


config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Mapping to use; without it flowlint.yaml is looked for from here upwards.",
)
from_option = click.option(
    "--from",
    "exports",
    multiple=True,
    metavar="EXPORT",
    help="File, folder or pattern with issues, as `flowlint check` takes them; - reads standard input. Repeatable.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    help="Least severity that makes the exit status 1.  [default: the mapping's, else error]",
)
max_wait_option = click.option(
    "--max-wait",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="Wait this long in all where the site asks for it, and then give up.",
)


def age(ctx: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """Return the length of time of an option. Raises click.BadParameter for what is none."""
    if value is None:
        return None
    match = re.fullmatch(r"([0-9]{1,6})([hd])", value.strip().lower())
    if match is None:
        raise click.BadParameter(f'"{value}" is no length of time; write it like 36h or 2d', ctx, parameter)
    return timedelta(hours=int(match[1]) * (24 if match[2] == "d" else 1))


max_age_option = click.option(
    "--max-age",
    callback=age,
    metavar="AGE",
    help="A snapshot that is older (36h, 2d) ends the run with status 3; it is judged all the same.",
)
as_of_option = click.option(
    "--as-of",
    callback=day,
    metavar="YYYY-MM-DD",
    help="Count ages up to the end of this day, UTC.  [default: the newest update in the export, or the moment of the pull]",
)


def selection_options(command: _Command) -> _Command:
    """Add --config, --select, --ignore, --project and --team: what is judged, and by which rules."""
    for option in (
        click.option(
            "--team",
            "teams",
            multiple=True,
            callback=given,
            metavar="NAME",
            help="Judge the work of this team only. Repeatable.",
        ),
        click.option(
            "--project",
            "projects",
            multiple=True,
            callback=split,
            metavar="KEYS",
            help="Judge these projects only; the others stay known as parents and children. Repeatable.",
        ),
        click.option(
            "--ignore",
            multiple=True,
            callback=split,
            metavar="RULES",
            help="Leave these out besides what the mapping ignores. Repeatable.",
        ),
        click.option(
            "--select",
            multiple=True,
            callback=split,
            metavar="RULES",
            help="Run these instead of what the mapping selects: codes, names, groups (H, hierarchy), DEFAULT, ALL; "
            "separated by commas. Repeatable.",
        ),
        config_option,
    ):
        command = option(command)
    return command
