"""From the options of commands that read issues to the request that they stand for."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowlint.errors import UsageError
from flowlint.run.linting import Request

if TYPE_CHECKING:
    from flowlint.run.pulling import PullRequest


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
        now=datetime.now(UTC),
        max_age=options.get("max_age"),
    )


def build_pull(config: Path | None, options: Mapping[str, Any]) -> "PullRequest":
    """Return the pull that the options stand for, with the environment of this process. Raises UsageError as :func:`existing`."""
    import os

    from flowlint.run.pulling import PullRequest

    return PullRequest(
        environment=dict(os.environ),
        config=existing(config),
        select=options.get("select", ()),
        ignore=options.get("ignore", ()),
        full=options.get("full", False),
        mode=options.get("mode", "auto"),
        longest_wait=options["max_wait"],
    )


def existing(config: Path | None) -> Path | None:
    """Return the mapping given to --config. Raises UsageError where it is not there."""
    if config is not None and not config.is_file() and not config.is_fifo():
        raise UsageError(f"there is no mapping {config}", help="check the path given to --config")
    return config
