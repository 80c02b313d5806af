"""What is known of how one issue was read: values, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from flowlint.config.origin import Origin


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that was read, and where it comes from; None: there is none, and the origin says why."""

    name: str
    value: object
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way in which the issue names a parent."""

    via: str
    key: str
    state: str
    """known, outside, hidden, moved or missing."""
    won: bool
    why: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One issue as flowlint read it; ``sections`` hold facts by what they are about, in the order of reading."""

    key: str
    project: str
    summary: str | None
    url: str | None
    in_scope: bool
    scope: str
    """Why it is in scope, or why not."""
    sections: Mapping[str, tuple[Fact, ...]]
    candidates: tuple[Candidate, ...]
    ways: tuple[str, ...]
    """Ways to a parent, in the order in which they count."""
    parents: Origin
    """Where that order comes from."""
