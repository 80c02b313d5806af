"""SQL of rules as DuckDB's own syntax trees, each with the way back from a node to its line in the rule file.

A text is parsed inside a wrapper that it cannot leave: a predicate as the only argument of a function, a query
in parentheses. What a tree then looks like tells whether the text closed its parenthesis early and went on.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from flowlint.engine.rule import Expression
from flowlint.engine.sqltext import READS, Kind, place_in, text_faults, way_out
from flowlint.errors import Fault, Place

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Node = dict[str, Any]

_WRAPPERS: Final[dict[Kind, tuple[str, str]]] = {
    "predicate": ("SELECT coalesce(\n", "\n)"),
    "query": ("SELECT * FROM (\n", "\n) AS me"),
}
_SERIALIZE: Final = "json_serialize_sql(t, skip_null := true, skip_empty := true, skip_default := true)"
_NOWHERE: Final = 2**63


@dataclass(slots=True)
class Tree:
    """One expression as a syntax tree; ``root`` is the condition, or the query's topmost SELECT."""

    expression: Expression
    kind: Kind
    root: Node

    def place(self, node: Node) -> Place:
        """Return where in the rule file a node's text begins: its own position, else the first one below it."""
        location = node.get("query_location", _NOWHERE)
        if location >= _NOWHERE:
            location = min((below.get("query_location", _NOWHERE) for below in walk(node)), default=_NOWHERE)
        return place_at(self.expression, self.kind, location)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, or the faults for which there is none."""

    tree: Tree | None = None
    faults: list[Fault] = field(default_factory=list)


def parse(db: "DuckDBPyConnection", texts: Sequence[tuple[Kind, Expression]]) -> list[Parsed]:
    """Parse expressions, all in one call of the database; nothing of them is bound or run."""
    sound = [(kind, one) for kind, one in texts if not text_faults(kind, one)]
    wrapped = ["".join((_WRAPPERS[kind][0], one.sql, _WRAPPERS[kind][1])) for kind, one in sound]
    answers = iter(_serialize(db, wrapped))
    return [
        Parsed(faults=faults) if (faults := text_faults(kind, one)) else _unwrap(kind, one, next(answers))
        for kind, one in texts
    ]


def place_at(expression: Expression, kind: Kind | int, location: object) -> Place:
    """Turn a position in the wrapped text (in bytes of UTF-8) into one in the rule file.

    ``kind`` names the wrapper, or is the length of another text put before the expression.
    """
    before = kind if isinstance(kind, int) else len(_WRAPPERS[kind][0])
    if not isinstance(location, int) or not before <= location < _NOWHERE:
        return expression.place
    return place_in(expression, location - before)


def children(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node, in the order they are written down."""
    for value in node.values():
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, dict))


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(children(current))))


def arguments(node: Node) -> list[Node]:
    """Return the arguments of a function or window node."""
    return [argument["expression"] for argument in node.get("arguments", ())]


def orders(node: Node) -> list[Node]:
    """Return what a function (``order_bys``), window or modifier (``orders``) sorts by."""
    listed = node.get("orders") or node.get("order_bys", {}).get("orders", ())
    return [order["expression"] for order in listed]


def _serialize(db: "DuckDBPyConnection", texts: list[str]) -> list[str]:
    if not texts:
        return []
    numbered = "(SELECT unnest($1) AS i, unnest($2) AS t)"
    rows = db.execute(f"SELECT i, {_SERIALIZE} FROM {numbered}", [list(range(len(texts))), texts]).fetchall()
    return [text for _, text in sorted(rows)]


def _unwrap(kind: Kind, expression: Expression, serialized: str) -> Parsed:
    try:
        answer = json.loads(serialized)
    except RecursionError:
        return Parsed(faults=[Fault(expression.place, "the expression is nested too deeply", "simplify it")])
    if answer["error"]:
        return Parsed(faults=[_parse_fault(kind, expression, answer)])
    root = _inner(kind, answer)
    if root is None:
        return Parsed(faults=[_surplus(kind, expression, way_out(expression))])
    return Parsed(Tree(expression, kind, root))


def _inner(kind: Kind, answer: Node) -> Node | None:
    """Return what stands inside the wrapper, or None where more than the wrapper stands outside."""
    if len(answer["statements"]) != 1:
        return None
    outer = answer["statements"][0]["node"]
    known = {"type", "cte_map", "select_list", "from_table", "aggregate_handling"}
    if outer["type"] != "SELECT_NODE" or outer.get("cte_map") or set(outer) - known or len(outer["select_list"]) != 1:
        return None
    item, table = outer["select_list"][0], outer["from_table"]
    if kind == "predicate":
        wrapped = item["type"] == "OPERATOR_COALESCE" and "alias" not in item and len(item["children"]) == 1
        return item["children"][0] if wrapped and table["type"] == "EMPTY" else None
    wrapped = item["type"] == "STAR" and table["type"] == "SUBQUERY" and table.get("alias") == "me"
    extra = set(table) - {"type", "alias", "subquery", "query_location", "query_location_length"}
    return table["subquery"]["node"] if wrapped and not extra else None


def _surplus(kind: Kind, expression: Expression, place: Place | None) -> Fault:
    what = "one condition" if kind == "predicate" else "one SELECT"
    message = f"this is more than {what}: a parenthesis is closed that was not opened here, or several stand in a row"
    return Fault(place or expression.place, message, f"write {what} and nothing behind it")


def _parse_fault(kind: Kind, expression: Expression, answer: Node) -> Fault:
    if answer["error_type"] != "parser":
        return Fault(expression.place, "only a SELECT can stand here", READS)
    position = answer.get("position")
    location = int(position) if position is not None and str(position).isdigit() else None
    if location is not None and location >= len(_WRAPPERS[kind][0]) + len(expression.sql.encode()):
        out = way_out(expression)
        if out is not None:
            return _surplus(kind, expression, out)
        end = place_in(expression, len(expression.sql.rstrip().encode()))
        return Fault(end, "the SQL ends too early", "is a parenthesis or quote not closed?")
    # Behind a line end the message quotes the wrapper, which nobody wrote.
    message = str(answer["error_message"]).split("\n", 1)[0]
    return Fault(place_at(expression, kind, location), f"not valid SQL: {message}")
