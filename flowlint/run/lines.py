"""Texts of the mapping's files, for the findings that stand in them."""

from collections.abc import Iterable
from pathlib import Path

from flowlint.config.text import read_text
from flowlint.engine.outcome import Outcome
from flowlint.errors import FileFaults, Place


def places_of(outcomes: Iterable[Outcome]) -> set[Place]:
    """Return the places in the mapping that violations stand at."""
    return {violation.place for outcome in outcomes for violation in outcome.violations if violation.place}


def texts_of(places: Iterable[Place]) -> dict[str, str]:
    """Return the text of each file that places are in, by its name there; none of a file that cannot be read any more."""
    found: dict[str, str] = {}
    for file in sorted({place.file for place in places}):
        try:
            found[file] = read_text(Path(file))
        except FileFaults:
            continue
    return found
