"""What there is to say of a CSV export that was read: what was guessed, and what was not read without being damage."""

from collections.abc import Iterator

from flowlint.sources.csv_columns import PARENTS, Column, Survey
from flowlint.sources.csv_records import Reader, Unread

SHOWN = 60
NEEDED = {"issuetype": "the issue type", "status": "the status"}


def of_columns(survey: Survey, columns: list[Column]) -> Iterator[str]:
    """Yield what was guessed of the columns of a table, and which are missed."""
    kinds = {column.kind for column in columns}
    by_header = survey.kinds
    for column in columns:
        if column.kind in {"key", "id", *PARENTS} and column.kind not in by_header:
            yield f'column "{shown(column.header)}" was taken for {column.kind.replace("_", " ")} by its cells'
    lacking = [words for kind, words in NEEDED.items() if kind not in kinds]
    if lacking:
        yield f"no column was recognised as {' or '.join(lacking)}; what needs it is not judged"
    if "status" in kinds and "status_category" not in kinds:
        yield "no column holds status categories; those of Jira's own statuses are known, any other's are not"
    if kinds.isdisjoint(PARENTS):
        yield (
            "no column names parents (Parent, Parent key, Epic Link), so what depends on them is not judged;"
            " export all fields to have them"
        )


def of_cells(reader: Reader) -> Iterator[str]:
    """Yield what the cells of a table did not tell."""
    undecided = "whether day or month comes first cannot be told, " if reader.order is None else ""
    for header, unread in reader.times.items():
        yield (
            f'{_count(unread)} of column "{shown(header)}" could not be read as a date, so the time is unknown:'
            f" {undecided}{_first(unread)}"
        )
    for header, unread in reader.strangers.items():
        name = "names" if unread.count == 1 else "name"
        yield f'{_count(unread)} of column "{shown(header)}" {name} no issue of this file: {_first(unread)}'


def shown(text: str) -> str:
    """Return a text of the file as messages show it: on one line, and short."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return plain if len(plain) <= SHOWN else f"{plain[:SHOWN]}\u2026"


def _count(unread: Unread) -> str:
    return "1 cell" if unread.count == 1 else f"{unread.count:,} cells"


def _first(unread: Unread) -> str:
    return f'first in line {unread.line}, "{shown(unread.text)}"'
