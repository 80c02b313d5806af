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


@dataclass(frozen=True, slots=True)
class StatusUse:
    """A status by its name on one site: its categories with the ids that have them, and how it is used."""

    name: str
    ids: Mapping[str | None, tuple[str, ...]]
    """Status category (None: not said) -> ids, none where only names are told."""
    issues: int = 0
    resolved: int = 0
    """How many of these carry a resolution."""
    lead: float = 0.0
    """Of its moves from and to other statuses, how many more are away from it: 1 begins, -1 ends."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person wants to see who decides on a draft. Counts and names only, no texts of issues."""

    issues: int
    sites: tuple[tuple[str, str | None, tuple[str, ...]], ...]
    """Alias of each site, its address if the data names one, and the projects read from it."""
    since: str | None
    until: str | None
    """First and last day of the issues' creation and update, ISO."""
    childless: Mapping[tuple[str, str | None], tuple[int, int]]
    """Type name and id -> issues of it, and those that no issue names as its parent."""
    statuses: tuple[StatusUse, ...]
    ambiguous: frozenset[str]
    """Folded names of types that the site has twice, at different levels of its own."""
    labels: tuple[tuple[str, int], ...]
    """Labels with the number of issues that carry them, the commonest first."""
    headings: Mapping[str, int]
    """Headings of descriptions, folded, and how many descriptions have them; only those asked for."""
    filled: Mapping[str, tuple[int, int]]
    """Field id -> records that hold a value in it, and records looked at."""
