"""What the reader of a table or a feed has to say of it, beside the records it wrote."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """What a file that is no JSON says of itself.

    ``total`` and ``start`` are what it tells of the search behind it; ``capped``: it holds exactly as many
    issues as Jira puts into one file.
    """

    notes: tuple[str, ...] = ()
    total: int | None = None
    start: int | None = None
    capped: bool = False
