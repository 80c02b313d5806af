"""What ``flowlint doctor`` finds: frozen data, for reports to show. None stands for what could not be found out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from flowlint.errors import EXIT_CLEAN, FlowlintError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps a part of flowlint from working, and what to do about it."""

    message: str
    help: str
    status: int

    @classmethod
    def of(cls, error: FlowlintError) -> "Problem":
        """Return what an error says."""
        return cls(error.message, error.help, error.status)


@dataclass(frozen=True, slots=True)
class Answering:
    """A site that answered, and the account that it answered to."""

    host: str
    kind: Literal["cloud", "data_center"]
    version: str
    pages: str
    """Address of its pages."""
    account: str
    """As the site names it."""
    zone: str | None
    """In which it reads the times of the account's queries."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the account may see."""

    projects: int | None = None
    unseen: tuple[str, ...] = ()
    """Projects that the mapping names and that are not shown."""
    fields: int | None = None
    types: int | None = None
    statuses: int | None = None
    boards: int | None = None
    issues: int | None = None
    """In scope."""
    exact: bool = False
    """Whether that count is; the others are about right."""
    histories: bool | None = None
    """Whether the history of an issue is shown."""
    closed: tuple[str, ...] = ()
    """What the site does not show, in words, with the status that it answered."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A field that the mapping names and the site lacks."""

    written: str
    meaning: str | None
    """None: a selector names it."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Rules that will judge nothing, for one reason."""

    reason: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """Pages that an interrupted pull left behind."""

    pages: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The snapshot, and what else lies in its folder."""

    path: str
    exists: bool
    readable: bool = False
    bytes: int = 0
    """Of all in the folder."""
    site: str | None = None
    """Address of the pages of the site that it is of."""
    pulled: datetime | None = None
    age: timedelta | None = None
    projects: tuple[str, ...] = ()
    """None at all means all that may be seen."""
    query: str | None = None
    other_scope: bool = False
    """Whether the mapping now asks for other projects or another query."""
    issues: int | None = None
    around: int | None = None
    """Issues around the scope, known as parents and children."""
    fields: int | None = None
    changes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why it is less than the site holds."""
    faults: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    """Why the next pull reads all issues again."""
    left: Left | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that was found out."""

    moment: datetime
    by_site: bool
    """Whether that is the site's clock, and not this machine's."""
    variables: Mapping[str, bool]
    """Which variables with credentials are set."""
    mapping: str | None
    site: Answering | None
    sight: Sight | None
    told_by: Literal["site", "snapshot"] | None
    """Who says which fields there are; None: nobody, and what follows from it is not known."""
    absent: tuple[Absent, ...]
    rules: int | None
    """How many rules are enabled; None where the mapping cannot be used."""
    unjudged: tuple[Unjudged, ...]
    kept: Kept
    problems: tuple[Problem, ...]
    requests: int
    tool_version: str

    @property
    def status(self) -> int:
        """The exit status: the highest of what is wrong."""
        return max((problem.status for problem in self.problems), default=EXIT_CLEAN)
