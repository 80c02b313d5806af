"""What is seen of a run while it goes on, and where its time went."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

import click

from flowlint.cli.console import is_live
from flowlint.reports.terminal import clip, safe
from flowlint.sources.source import Progress, no_progress

_REDRAW_SECONDS = 0.1
_COLUMNS = 78
_ERASE = "\r\x1b[K"


def time_spent(seconds: Mapping[str, float]) -> Iterator[str]:
    """Yield a line for each stage and rule with the seconds it took, the longest first, and one for all."""
    for what, taken in sorted(seconds.items(), key=lambda item: (-item[1], item[0])):
        yield f"{taken:9.3f} s  {safe(what)}"
    yield f"{sum(seconds.values()):9.3f} s  in all"


@contextmanager
def counter(*, quiet: bool) -> Iterator[Progress]:
    """Give a report of progress that keeps one line on standard error up to date; nothing where nobody watches."""
    if quiet or not is_live(sys.stderr):
        yield no_progress
        return
    drawn = 0.0

    def report(what: str, done: int, total: int | None) -> None:
        nonlocal drawn
        now = monotonic()
        if now - drawn >= _REDRAW_SECONDS:
            drawn = now
            amount = f"{done} of {total}" if total is not None else str(done)
            click.echo(_ERASE + clip(f"{safe(what)} {amount}", _COLUMNS), err=True, nl=False)

    try:
        yield report
    finally:
        click.echo(_ERASE, err=True, nl=False)
