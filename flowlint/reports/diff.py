"""A change to a file for people: a unified diff, safe for terminals."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from flowlint.config.discreet import discreet
from flowlint.reports.terminal import Paint, flat


def difference(before: str | None, after: str, name: str) -> Iterator[str]:
    """Yield the lines of a unified diff of the YAML file ``name``, without its secrets; ``before`` is None where there was none."""
    old = discreet(before or "").splitlines(keepends=True)
    return unified_diff(
        old, discreet(after).splitlines(keepends=True), name if before is not None else "/dev/null", name
    )


def coloured(lines: Iterable[str], ink: Paint) -> Iterator[str]:
    """Yield the lines of a unified diff, what goes and what comes in colours, each ending with a line end."""
    for line in lines:
        text = flat(line.rstrip("\r\n"))
        if line.startswith(("---", "+++")):
            yield ink.strong(text) + "\n"
        elif line.startswith("-"):
            yield ink.removed(text) + "\n"
        elif line.startswith("+"):
            yield ink.added(text) + "\n"
        else:
            yield text + "\n"
