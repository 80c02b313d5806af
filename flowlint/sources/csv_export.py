"""Jira's CSV exports: one record a line as the REST search answers it, written beside for the usual reader.

The file is looked at twice: once for what its columns are, once for its rows. Exports put one behind the other
are read with a header each.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flowlint.errors import Fault
from flowlint.sources import csv_lines, csv_notes
from flowlint.sources.csv_columns import HEADER_WORDS, Column, Survey, columns_of
from flowlint.sources.csv_lines import Blame, Encoding, Lines, Opener, Row
from flowlint.sources.csv_records import Reader
from flowlint.sources.csv_words import header_key
from flowlint.sources.told import Told

CAPS = frozenset({1_000, 10_000})
"""How many issues Jira puts into one CSV file at most."""
PROBE = 100
"""Rows after which a file without keys is given up."""
LEAST_CELLS = 2
WIDEST = 20_000
"""Columns of the widest table that is read."""


class NoExport(Exception):  # noqa: N818  not a fault, but a word on the file
    """The file is a table of something else, or none at all; ``is_table`` tells which."""

    def __init__(self, reason: str, *, is_table: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_table = is_table


@dataclass(slots=True)
class _Table:
    """One header with the rows below it."""

    survey: Survey
    columns: list[Column] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Form:
    """How the text of a file is cut into cells."""

    encoding: Encoding
    delimiter: str
    skips_first: bool


def convert(opener: Opener, label: str, target: Path, faults: list[Fault]) -> Told:
    """Write the issues of a CSV export to ``target``, a record a line; return what is to be said of it.

    What is damaged is named in ``faults``. Raises NoExport for a file that is no export of Jira's.
    """
    encoding = csv_lines.encoding_of(opener)
    with encoding.opened(opener) as text:
        delimiter, skips = csv_lines.delimiter_of(text)
    form = _Form(encoding, delimiter, skips)
    tables = _surveyed(opener, form)
    keys = _keys(opener, form, tables)
    for table in tables:
        table.columns = columns_of(table.survey)
    _must_be_export(tables)
    blame = Blame(label)
    readers, count = _written(opener, form, tables, keys, target, blame)
    faults.extend(blame.told())
    if not count and not blame.faults:
        surely = len(tables[0].survey.kinds) >= HEADER_WORDS
        raise NoExport("a CSV export with a header and no issues below it", is_table=surely)
    return Told(tuple(f"{label}: {note}" for note in _notes(encoding, tables, readers)), capped=count in CAPS)


def _surveyed(opener: Opener, form: _Form) -> list[_Table]:
    """Look at all rows; return the tables of the file."""
    tables: list[_Table] = []
    for table, row in _walk(opener, form, None, tables):
        if row.broken:
            continue
        table.survey.see(row.cells)
        if tables[0].survey.rows == PROBE and table is tables[0] and not table.survey.may_be_export():
            raise _no_keys(table.survey)
    if not tables:
        raise NoExport("no JSON", is_table=False)
    return tables


def _walk(opener: Opener, form: _Form, blame: Blame | None, tables: list[_Table]) -> Iterator[tuple[_Table, Row]]:
    """Yield every row with its table; those of an earlier walk, or new ones, which are added to ``tables``."""
    known = list(tables)
    current: _Table | None = None
    with form.encoding.opened(opener) as text:
        lines = Lines(text, blame)
        if form.skips_first:
            next(lines)
        width = len(known[0].survey.header) if known else 0
        for row in csv_lines.rows(lines, form.delimiter, width):
            if not row.broken and not any(cell.strip() for cell in row.cells):
                continue
            if current is None and row.broken:
                raise NoExport("a quote in its first row is never closed", is_table=True)
            if current is None or (not row.broken and current.survey.begins_again(row.cells)):
                current = _next_table(row, known, tables)
            else:
                yield current, row


def _next_table(row: Row, known: list[_Table], tables: list[_Table]) -> _Table:
    if known:
        return known.pop(0)
    if len(row.cells) > WIDEST:
        raise NoExport(f"its first row has {len(row.cells):,} cells", is_table=False)
    table = _Table(Survey(row.cells, row.line))
    tables.append(table)
    return table


def _keys(opener: Opener, form: _Form, tables: list[_Table]) -> dict[str, str]:
    """Return the keys of issues that are named by id, summary or epic name where a key should be."""
    wanted = set().union(*(table.survey.wanted for table in tables))
    if not wanted:
        return {}
    found: dict[str, set[str]] = {}
    for table in tables:
        table.columns = table.columns or columns_of(table.survey)
    for table, row in _walk(opener, form, None, tables):
        if row.broken:
            continue
        cells = {column.kind: row.cells[column.index] for column in table.columns if column.index < len(row.cells)}
        key = cells.get("key", "").strip()
        for text in (
            cells.get("id", "").strip(),
            *(header_key(cells.get(kind, "")) for kind in ("summary", "epic_name")),
        ):
            if key and text in wanted:
                found.setdefault(text, set()).add(key)
    return {text: next(iter(keys)) for text, keys in found.items() if len(keys) == 1}


def _must_be_export(tables: list[_Table]) -> None:
    """Raise NoExport where no column of the first table holds the keys of issues."""
    survey = tables[0].survey
    if len(survey.header) < LEAST_CELLS or not any(column.kind == "key" for column in tables[0].columns):
        raise _no_keys(survey)
    if survey.rows and not survey.may_be_export():
        raise _no_keys(survey)


def _no_keys(survey: Survey) -> NoExport:
    """Return why a table is no export."""
    if len(survey.header) < LEAST_CELLS:
        return NoExport("no JSON", is_table=False)
    index = survey.key_index()
    if index is not None:
        reason = f'most cells of its column "{csv_notes.shown(survey.header[index])}" are no keys like PAY-1'
    else:
        reason = "no column is called Issue key, and none holds in each row a key like PAY-1 of its own"
    return NoExport(f"a table, but no export of issues: {reason}", is_table=len(survey.kinds) >= LEAST_CELLS)


def _written(
    opener: Opener, form: _Form, tables: list[_Table], keys: dict[str, str], target: Path, blame: Blame
) -> tuple[list[Reader], int]:
    """Write the records; return the readers of the tables, which know what they could not read, and the number."""
    readers = [Reader(table.columns, table.survey.order.settle(english=table.survey.english), keys) for table in tables]
    by_table = {id(table): reader for table, reader in zip(tables, readers, strict=True)}
    count = 0
    with target.open("wb") as out:
        for table, row in _walk(opener, form, blame, tables):
            if _is_whole(row, table, by_table[id(table)], blame):
                record = by_table[id(table)].record(row.cells, row.line)
                out.write(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
                count += 1
    return readers, count


def _is_whole(row: Row, table: _Table, reader: Reader, blame: Blame) -> bool:
    """Tell whether a row can be read as an issue; name what is wrong with it."""
    if row.broken:
        blame.at(row.line, "a quote is opened in this row and never closed: cut off or damaged")
        return False
    here, width = len(row.cells), len(table.survey.header)
    if here > width and any(cell.strip() for cell in row.cells[width:]):
        blame.at(row.line, f"this row has {here:,} cells, the header {width:,}: its cells are out of place")
        return False
    key = reader.key(row.cells)
    if here < width:
        blame.at(row.line, f"this row has {here:,} cells, the header {width:,}: cut off or damaged")
        return bool(key)
    if not key:
        blame.at(row.line, "this row has no issue key", "If it is no issue, take the row out.")
    return bool(key)


def _notes(encoding: Encoding, tables: list[_Table], readers: list[Reader]) -> Iterator[str]:
    if encoding.note:
        yield encoding.note
    for table, reader in zip(tables, readers, strict=True):
        yield from csv_notes.of_columns(table.survey, table.columns)
        yield from csv_notes.of_cells(reader)
