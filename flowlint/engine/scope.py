"""What names in rule SQL can mean at one place: columns, tables, and the types they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from flowlint.engine.functions import Function
from flowlint.engine.syntax import Node
from flowlint.errors import Fault
from flowlint.model.views import views

_IDENTIFYING: Final = frozenset(
    {"key", "id", "other_key", "ancestor_key", "sprint_id", "version_id", "code", "seq", "position", "line"}
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an expression yields.

    ``type`` is that of a view's column, or decimal, literal (a text in quotes), null, or None where
    it does not show. ``tells_apart``: whether its values tell the rows of its table apart. ``column`` is the view
    and its column where the expression is nothing but that.
    """

    type: str | None = None
    tells_apart: bool = False
    column: tuple[str, str] | None = field(default=None, compare=False)


Columns = Mapping[str, Meaning]
UNKNOWN: Final = Meaning()


@dataclass(frozen=True, slots=True)
class Scope:
    """The tables, and the names without a table, that an expression may name."""

    tables: Mapping[str, Columns] = field(default_factory=dict)
    outer: "Scope | None" = None
    ctes: Mapping[str, Mapping[str, Meaning]] = field(default_factory=dict)
    bare: Mapping[str, Meaning] = field(default_factory=dict)
    """Outputs and lambda arguments, which stand without a table."""
    aggregates: bool = True
    """Whether aggregates and windows may stand here."""

    def find(self, table: str) -> Columns | None:
        """Return the columns of a table by its alias, here or further out."""
        if table in self.tables:
            return self.tables[table]
        return self.outer.find(table) if self.outer else None


@dataclass(slots=True)
class Resolved:
    """What reading the names of a tree gave: faults, what each node yields (by ``id``), and a query's columns.

    ``views`` and ``columns`` are what it reads of the documented views.
    """

    faults: list[Fault] = field(default_factory=list)
    meanings: dict[int, Meaning] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    views: set[str] = field(default_factory=set)
    columns: set[tuple[str, str]] = field(default_factory=set)

    def of(self, node: Node) -> Meaning:
        """Return what a node of the tree yields."""
        return self.meanings.get(id(node), UNKNOWN)


def lowered(name: str) -> str:
    """Return an identifier as it compares: only A to Z have two cases in SQL."""
    return name.lower() if name.isascii() else name


@cache
def view_columns(view: str) -> Columns:
    """Return what the columns of a documented view mean."""
    columns = views()[view].columns
    return {name: Meaning(column.type, name in _IDENTIFYING, (view, name)) for name, column in columns.items()}


def common(meanings: Sequence[Meaning]) -> Meaning:
    """Return the common meaning of alternatives: NULL and quoted texts give way to what is known."""
    kinds = [one.type for one in meanings if one.type != "null"]
    telling = [kind for kind in kinds if kind != "literal"] or (["text"] if kinds else [None])
    numbers = [kind for kind in ("number", "decimal", "integer") if kind in telling]
    return Meaning(numbers[0] if numbers and set(telling) <= set(numbers) else telling[0])


def result_of(function: Function, given: Sequence[Meaning]) -> Meaning:
    """Return what a function yields for arguments of these meanings."""
    if function.gives == "first":
        return common(given) if len(given) > 1 else Meaning(given[0].type if given else None)
    if function.gives == "second":
        return common(given[1:])
    if function.gives == "whole":
        return Meaning("integer" if len(given) == 1 else "number")
    return Meaning(None if function.gives == "item" else function.gives)
