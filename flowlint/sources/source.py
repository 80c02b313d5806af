"""What every source promises to the run: it fills the raw tables and says what it could not read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from flowlint.errors import Fault

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is (None: not known)."""


def no_progress(what: str, done: int, total: int | None) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a source has to say beside the rows in the raw tables.

    ``fields`` maps a project key (None: all projects without an entry) to the ids of the fields that
    carry each logical meaning, in the order in which they are tried.
    ``faults`` name damaged input; ``bounds`` say why the data is only a part of what there is, which is
    no fault; ``passed_over`` names files in a folder that are no export; ``notes`` tell what was inferred.
    """

    fields: Mapping[str | None, Mapping[str, tuple[str, ...]]]
    faults: tuple[Fault, ...] = ()
    bounds: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    pulled: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    """Path of each snapshot -> the site that it is of, and when that was pulled, UTC."""
    extra: Mapping[str, object] = field(default_factory=dict)
