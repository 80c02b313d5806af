"""What each column of a CSV export is: by its header, else by the shape of its cells.

A table is seen once as a whole (:class:`Survey`) before its rows are read, since only all cells of a column show
whether it holds keys, numbers or dates.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flowlint.sources import csv_dates
from flowlint.sources.csv_words import Meaning, base_of, direction, header_key, meaning_of, of_custom, split

KEY = re.compile(r"[A-Z][A-Z0-9_]*-[0-9]+")
LEADING_KEY = re.compile(rf"({KEY.pattern})(?:$|[\s:,;\u2013])")
KEYISH = re.compile(r"\S{1,255}-[0-9]{1,18}")
"""What passes for a key below a header that says so: sites may allow any letters."""
INTEGER = re.compile(r"[0-9]{1,18}")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15}|,(?![0-9]{3}$)[0-9]{1,15})?")
TIMES = frozenset({"created", "updated", "resolutiondate", "duedate"})
PARENTS = ("parent", "parent_key", "epic_link", "parent_link", "epic")
"""Kinds of columns that name a parent."""
LOOKED_INTO = TIMES | {"key", "subtasks", *PARENTS}
"""Kinds of columns whose cells say more than their headers."""
ENOUGH_ALIKE = 3
"""Columns with the same words before their brackets, from which on these mean a custom field in any language."""
HEADER_WORDS = 3
"""Known headers that make a row in the middle of a file a header of its own."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands, what it is, the field or link type it names, and what all its cells are."""

    index: int
    header: str
    kind: str
    name: str
    shape: str = ""
    """``key``, ``number`` or ``date`` where all filled cells are; empty for other texts."""


@dataclass(slots=True)
class Survey:
    """All that one look at a table shows of its columns."""

    header: list[str]
    line: int
    rows: int = 0
    filled: set[int] = field(default_factory=set)
    shapes: dict[int, set[str]] = field(default_factory=dict)
    distinct: dict[int, set[str]] = field(default_factory=dict)
    """Cells of the columns that may turn out to hold keys, ids or parents."""
    keyish: Counter[int] = field(default_factory=Counter)
    """How many cells of the columns that are called so look like keys."""
    order: csv_dates.Order = field(default_factory=csv_dates.Order)
    english: bool = True
    meanings: list[Meaning | None] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    """The kinds of columns that the headers tell."""
    called_key: list[int] = field(default_factory=list)
    wanted: set[str] = field(default_factory=set)
    """Names of parents and ids of sub-tasks, whose keys stand elsewhere in the table."""

    def __post_init__(self) -> None:
        self.meanings = _meanings(self.header)
        self.kinds = {meaning.kind for meaning in self.meanings if meaning is not None}
        self.called_key = _of(self.meanings, "key")
        known = [meaning for meaning in self.meanings if meaning is not None]
        self.english = sum(meaning.english for meaning in known) * 2 >= len(known)
        for index, meaning in enumerate(self.meanings):
            if meaning is None or meaning.kind in ("custom", "epic_link", "parent_link"):
                self.shapes[index] = {"key", "number", "date"}
        by_shape = self.is_strange() or not {"key", "id"} <= self.kinds
        for index, meaning in enumerate(self.meanings):
            unknown = meaning is None and by_shape
            if unknown or (meaning is not None and meaning.kind in ("key", "id") and self.is_strange()):
                self.distinct[index] = set()

    def key_index(self) -> int | None:
        """Return the column that holds the keys, of several that are called so the one that does most."""
        return max(self.called_key, key=lambda index: (self.keyish[index], -index), default=None)

    def may_be_export(self) -> bool:
        """Tell whether what was seen so far can be an export: most rows have a key, by header or by shape.

        Below headers that are Jira's one key will do: then the other rows are damage.
        """
        index = self.key_index()
        if index is not None:
            least = 1 if len(self.kinds) >= HEADER_WORDS else self.rows / 2
            return self.keyish[index] >= least
        return any(
            cells and len(cells) == self.rows and all(KEY.fullmatch(cell) for cell in cells)
            for cells in self.distinct.values()
        )

    def begins_again(self, cells: Sequence[str]) -> bool:
        """Tell whether a row is a header: this one again, or that of another export put behind this one."""
        if list(cells) == self.header:
            return True
        index = self.key_index()
        if index is None or index >= len(cells) or KEYISH.fullmatch(cells[index].strip()):
            return False
        found = {meaning.kind for cell in cells if len(cell) < 200 and (meaning := meaning_of(cell)) is not None}
        return "key" in found and len(found) >= HEADER_WORDS

    def is_strange(self) -> bool:
        """Tell whether so few headers are known that parents are told by their cells."""
        return self.kinds.isdisjoint(PARENTS) and len(self.kinds) <= HEADER_WORDS + 1

    def see(self, cells: Sequence[str]) -> None:
        """Take a row into account."""
        self.rows += 1
        for index, cell in enumerate(cells[: len(self.header)]):
            if cell and (text := cell.strip()):
                self.filled.add(index)
                if index in self.shapes:
                    self._shape(index, text)
                if index in self.distinct:
                    self._keep(index, text)
                if (meaning := self.meanings[index]) is not None and meaning.kind in LOOKED_INTO:
                    self._look_into(index, meaning.kind, text)

    def _look_into(self, index: int, kind: str, text: str) -> None:
        if kind == "key":
            self.keyish[index] += KEYISH.fullmatch(text) is not None
        elif kind in TIMES:
            self.order.see(text)
        elif kind == "subtasks":
            self.wanted.update(part for part in references(text) if INTEGER.fullmatch(part))
        elif not key_in(text) and not INTEGER.fullmatch(text):
            self.wanted.add(header_key(text))

    def _shape(self, index: int, text: str) -> None:
        possible = self.shapes[index]
        if "key" in possible and not KEY.fullmatch(text):
            possible.discard("key")
        if "number" in possible and not NUMBER.fullmatch(text):
            possible.discard("number")
        if "date" in possible:
            if csv_dates.is_date(text):
                self.order.see(text)
            else:
                possible.discard("date")
        if not possible:
            del self.shapes[index]

    def _keep(self, index: int, text: str) -> None:
        if KEY.fullmatch(text) or INTEGER.fullmatch(text):
            self.distinct[index].add(text)
        else:
            del self.distinct[index]


def columns_of(survey: Survey) -> list[Column]:
    """Return what each column of a table is, now that all of its rows were seen."""
    meanings = list(survey.meanings)
    for index in _of(meanings, "key"):
        if index != survey.key_index():
            meanings[index] = None
    _tell_by_shape(survey, meanings)
    found = []
    for index, header in enumerate(survey.header):
        meaning = meanings[index]
        kind = meaning.kind if meaning else OTHER
        name = meaning.name if meaning and meaning.name else header.replace("\ufeff", "").strip()
        possible = survey.shapes.get(index, set()) if index in survey.filled else set()
        shape = next((shape for shape in ("key", "number", "date") if shape in possible), "")
        if kind != OTHER or name:
            found.append(Column(index, header.strip(), kind, name, shape))
    return found


def key_in(text: str) -> str | None:
    """Return the key that a cell holds, alone or before a title; None where there is none."""
    match = LEADING_KEY.match(text.strip())
    return match[1] if match else None


def references(text: str) -> list[str]:
    """Return the keys or ids in a cell that may hold several."""
    return [part for part in re.split(r"[\s,;]+", text) if part]


def _meanings(header: Iterable[str]) -> list[Meaning | None]:
    headers = list(header)
    known = {header_key(text) for text in headers}
    found = [meaning_of(text) for text in headers]
    custom = _custom_prefix(headers, found)
    for index, text in enumerate(headers):
        if found[index] is not None:
            continue
        base = base_of(text)
        if base is not None and header_key(base) in known:
            found[index] = meaning_of(base)
        bracketed = split(text)
        if bracketed is not None and bracketed[0] == custom:
            found[index] = of_custom(bracketed[1])
    return found


def _custom_prefix(headers: Iterable[str], found: Iterable[Meaning | None]) -> str | None:
    """Return the words that mean a custom field in a language nobody told: those before most brackets."""
    names: dict[str, set[str]] = {}
    for text, meaning in zip(headers, found, strict=True):
        bracketed = split(text) if meaning is None else None
        if bracketed is not None and direction(bracketed[0]) is None:
            names.setdefault(bracketed[0], set()).add(bracketed[1])
    commonest = max(names, key=lambda prefix: (len(names[prefix]), prefix), default=None)
    return commonest if commonest is not None and len(names[commonest]) >= ENOUGH_ALIKE else None


def _tell_by_shape(survey: Survey, meanings: list[Meaning | None]) -> None:
    """Tell keys, ids and parents from their cells where no header does."""
    kinds = survey.kinds
    whole = [index for index, cells in survey.distinct.items() if cells and len(cells) == survey.rows]
    if "key" not in kinds:
        keys = [index for index in whole if all(KEY.fullmatch(cell) for cell in survey.distinct[index])]
        _give(meanings, keys[:1], "key")
    key = next((index for index, meaning in enumerate(meanings) if meaning and meaning.kind == "key"), None)
    if key is None:
        return
    if "id" not in kinds:
        ids = [index for index in whole if all(INTEGER.fullmatch(cell) for cell in survey.distinct[index])]
        _give(meanings, sorted(ids, key=lambda index: abs(index - key))[:1], "id")
    if survey.is_strange():
        own = set().union(*(survey.distinct.get(index, set()) for index in _of(meanings, "key", "id")))
        named = [
            index
            for index, cells in survey.distinct.items()
            if meanings[index] is None
            and cells
            and cells <= own
            and direction(header_key(survey.header[index])) is None
        ]
        _give(meanings, named[:1], "parent")


def _give(meanings: list[Meaning | None], indexes: Iterable[int], kind: str) -> None:
    for index in indexes:
        meanings[index] = Meaning(kind, english=False)


def _of(meanings: Sequence[Meaning | None], *kinds: str) -> list[int]:
    return [index for index, meaning in enumerate(meanings) if meaning is not None and meaning.kind in kinds]
