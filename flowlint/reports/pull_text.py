"""What a pull did, as text."""

from collections.abc import Iterator

from flowlint.reports.terminal import safe
from flowlint.sources.jira_pull import Pulled


def pull_text(pulled: Pulled, path: str) -> Iterator[str]:
    """Yield the lines of the report on a pull into ``path``."""
    around = f", and {pulled.context:,} around them" if pulled.context else ""
    yield f"{_issues(pulled.issues)}{around} in {safe(path)}: {pulled.read:,} read, with {pulled.requests:,} requests\n"
    for why, count in sorted(pulled.gone.items()):
        yield f"  {_issues(count)} no longer there: {why}\n"
    for reason in pulled.about.reasons:
        yield f"  not whole: {safe(reason)}\n"


def _issues(count: int) -> str:
    return "1 issue" if count == 1 else f"{count:,} issues"
