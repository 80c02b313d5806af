"""From the options of commands that read issues to the request that they stand for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowlint.errors import UsageError
from flowlint.run.linting import Request


def build_request(exports: tuple[str, ...], config: Path | None, options: Mapping[str, Any]) -> Request:
    """Return the request that the options stand for. Raises UsageError where the mapping is not there."""
    return Request(
        paths=exports,
        config=existing(config),
        as_of=options["as_of"],
        select=options["select"],
        ignore=options["ignore"],
        projects=options["projects"],
        teams=options["teams"],
        fail_on=options.get("fail_on"),
    )


def existing(config: Path | None) -> Path | None:
    """Return the mapping given to --config. Raises UsageError where it is not there."""
    if config is not None and not config.is_file() and not config.is_fifo():
        raise UsageError(f"there is no mapping {config}", help="check the path given to --config")
    return config
