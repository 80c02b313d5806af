"""Lines of the mapping's files, for the findings that stand in them."""

from collections.abc import Iterable
from pathlib import Path

from flowlint.config.text import LINE_END, read_text
from flowlint.engine.outcome import Outcome
from flowlint.errors import FileFaults, Place

Lines = dict[str, list[str]]
"""Name of a file as places have it -> its lines; none where it cannot be read any more."""


def places_of(outcomes: Iterable[Outcome]) -> set[Place]:
    """Return the places in the mapping that violations stand at."""
    return {violation.place for outcome in outcomes for violation in outcome.violations if violation.place}


def lines_of(places: Iterable[Place]) -> Lines:
    """Return the lines of the files that places are in."""
    found: Lines = {}
    for file in sorted({place.file for place in places}):
        try:
            found[file] = LINE_END.split(read_text(Path(file)))
        except FileFaults:
            found[file] = []
    return found


def line_at(lines: Lines, place: Place) -> str | None:
    """Return the line of a place; None where its file has none of that number."""
    of_file = lines.get(place.file, [])
    return of_file[place.line - 1] if place.line <= len(of_file) else None
