"""What was seen in the data, for inference where nobody wrote a mapping. Counts only, no texts of issues."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SeenField:
    """A field that a record held.

    ``sample`` classifies its values: greenhopper, sprint, key, epic_key (all are keys of issues whose type is an
    epic), number, text, other.
    """

    id: str
    name: str | None = None
    schema_type: str | None = None
    schema_items: str | None = None
    schema_custom: str | None = None
    fetched: int = 0
    filled: int = 0
    sample: str | None = None


@dataclass(frozen=True, slots=True)
class SeenType:
    """An issue type as one project uses it."""

    project: str
    id: str | None
    name: str
    untranslated: str | None = None
    subtask: bool | None = None
    hierarchy_level: int | None = None
    issues: int = 0
    epic_of: int = 0
    """How many issues name one of this type in their epic link or `epic`."""
    parent_of: Mapping[str, int] = field(default_factory=dict)
    """How many children it has by way of `parent`, by the children's type name."""


@dataclass(frozen=True, slots=True)
class SeenStatus:
    """A status as one project uses it."""

    project: str
    id: str | None
    name: str
    category: str | None = None
    issues: int = 0


@dataclass(frozen=True, slots=True)
class SeenResolution:
    """A resolution and how many done issues carry it."""

    name: str
    issues: int = 0


@dataclass(frozen=True, slots=True)
class Observed:
    """All that inference looks at besides the written sections of the mapping."""

    types: tuple[SeenType, ...] = ()
    statuses: tuple[SeenStatus, ...] = ()
    resolutions: tuple[SeenResolution, ...] = ()
