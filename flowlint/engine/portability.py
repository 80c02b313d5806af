"""The portability lint: rule SQL must mean the same in DuckDB and in Spark, and the same in every run.

It looks at trees whose grammar and names are accepted; what it finds is a fault of the rule.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from flowlint.config.suggest import quoted
from flowlint.engine.functions import Function, functions
from flowlint.engine.patterns import fold, like_faults, pattern_faults
from flowlint.engine.rule import Parameter
from flowlint.engine.scope import Resolved, lowered
from flowlint.engine.syntax import Node, Tree, arguments, children, orders
from flowlint.errors import Fault

_FAMILIES: Final = {
    "integer": "number", "number": "number", "decimal": "number", "text": "text", "literal": "text",
    "boolean": "boolean", "date": "date", "time": "date", "list": "list",
}  # fmt: skip
_WORDS: Final = {
    "number": "a number", "text": "a text", "boolean": "true or false", "date": "a date", "list": "a list",
}  # fmt: skip
_DATE_PARTS: Final = ("year", "quarter", "month", "day")
_UNORDERED: Final = ("list_distinct", "list_intersect")
_ORDER_FREE: Final = ("list_sort", "len", "list_contains", "list_has_any", "list_has_all", *_UNORDERED)
_EXACT: Final = ("integer", "decimal", "null")

Finding = tuple[Node, str, str]


def check_portability(tree: Tree, resolved: Resolved, parameters: Sequence[Parameter]) -> list[Fault]:
    """Return a fault for everything that other engines, or another run, would take differently."""
    lint = _Lint(resolved, {parameter.name: parameter for parameter in parameters})
    faults = (Fault(tree.place(node), message, remedy) for node, message, remedy in lint.look(tree.root, None))
    return list(dict.fromkeys(faults))


class _Lint:
    """Looks at each node with the one above it."""

    def __init__(self, resolved: Resolved, parameters: Mapping[str, Parameter]) -> None:
        self.resolved = resolved
        self.parameters = parameters
        self.checks: Mapping[str, Callable[[Node, Node | None], Iterator[Finding]]] = {
            "FUNCTION": self._call,
            "WINDOW": self._call,
            "COMPARISON": self._alike,
            "BETWEEN": self._alike,
            "OPERATOR": self._operator,
            "CASE": self._case,
            "CAST": self._cast,
        }

    def look(self, node: Node, above: Node | None) -> Iterator[Finding]:
        """Yield what is wrong with a node and with those below it."""
        check = self.checks.get(node.get("class", ""))
        if check is not None:
            yield from check(node, above)
        elif node.get("type") in ("SELECT_NODE", "SET_OPERATION_NODE"):
            yield from self._limit(node)
        above = node if "class" in node else above
        for child in children(node):
            yield from self.look(child, above)

    def family(self, node: Node) -> str | None:
        """Return what kind of value a node yields, integers and decimals alike; None where it does not show."""
        return _FAMILIES.get(self.resolved.of(node).type or "")

    # comparisons and alternatives

    def _alike(self, node: Node, _: Node | None) -> Iterator[Finding]:
        yield from self._same([child for child in children(node) if "class" in child], "compares")

    def _operator(self, node: Node, _: Node | None) -> Iterator[Finding]:
        if node["type"] in ("COMPARE_IN", "COMPARE_NOT_IN"):
            yield from self._same(node["children"], "compares")
        elif node["type"] == "OPERATOR_COALESCE":
            yield from self._same(node["children"], "mixes")

    def _case(self, node: Node, _: Node | None) -> Iterator[Finding]:
        yield from self._same([*(check["then_expr"] for check in node["case_checks"]), node["else_expr"]], "mixes")

    def _same(self, nodes: Sequence[Node], verb: str) -> Iterator[Finding]:
        families = {family: node for node in reversed(nodes) if (family := self.family(node)) is not None}
        if len(families) > 1:
            first, second = list(reversed(families))[:2]
            what = f"this {verb} {_WORDS[first]} with {_WORDS[second]}: engines cast differently"
            yield families[second], what, "write both as the same type, DATE '2026-01-31' for a date"

    # casts

    def _cast(self, node: Node, _: Node | None) -> Iterator[Finding]:
        child, target = node["child"], self.resolved.of(node).type
        source = self.resolved.of(child).type
        if target == "integer" and source in ("number", "decimal") and child["class"] != "CONSTANT":
            yield node, "a cast to a whole number rounds in one engine and cuts in another", "use `floor` or `round`"
        elif target == "text" and source in ("number", "decimal", "time", "list"):
            yield node, f"engines write {_a(source)} differently", "cast `floor(…)` or DATE, or leave it as it is"
        elif _FAMILIES.get(target or "") == "number" and source in ("text", "literal") and not self._digits(child):
            message = "engines read a text as a number differently"
            yield node, message, "write TRY_CAST(regexp_extract(…, '([0-9]+)', 1) AS INTEGER)"
        elif _FAMILIES.get(target or "") == "number" and source in ("text", "literal") and not node.get("try_cast"):
            yield node, "this cast fails on a text that is no number", "write TRY_CAST"

    def _digits(self, node: Node) -> bool:
        return node.get("function_name") in ("regexp_extract", "nullif", "split_part")

    # functions

    def _call(self, node: Node, above: Node | None) -> Iterator[Finding]:
        name, given = lowered(node["function_name"]), arguments(node)
        function = functions().allowed[name]
        for position, argument in enumerate(given):
            yield from self._argument(function, position, argument)
        yield from self._ordering(node, function, given)
        if name == "regexp_matches" and node.get("query_location", 0) > given[0].get("query_location", 0):
            # The parser makes the same function of `a ~ b`; only its place tells.
            refusal = functions().refused["~"]
            yield node, f"~ {refusal.why}", f"use {refusal.instead}"
        elif name == "sum" and self.resolved.of(given[0]).type not in (*_EXACT, None):
            yield node, "a sum of fractions depends on the order of the rows", "use `fsum`, or cast to DECIMAL(18, 3)"
        elif name in ("/", "%"):
            yield from self._divisor(node, given[1])
        elif name == "date_part" and str(fold(given[0], {})).lower() not in _DATE_PARTS:
            yield node, "this part of a date is not counted alike everywhere", "known here: " + ", ".join(_DATE_PARTS)
        elif name == "list_slice" and fold_number(given[1]) != 1:
            yield node, "a list is cut from its first item on only", "write list_slice(x, 1, n)"
        elif name in _UNORDERED and (above is None or above.get("function_name") not in _ORDER_FREE):
            yield node, f"{quoted(name)} gives its items in any order", "write list_sort(…) around it"

    def _argument(self, function: Function, position: int, argument: Node) -> Iterator[Finding]:
        wanted = function.type_of(position)
        if wanted == "pattern":
            yield from self._pattern(function, argument)
            return
        if (wanted == "lambda") != (argument["class"] == "LAMBDA"):
            yield (
                argument,
                f"{quoted(function.name)} takes no such argument here",
                "write lambda x: … as the second one",
            )
            return
        family = self.family(argument)
        expected = _FAMILIES.get(wanted)
        if family is not None and expected is not None and family != expected:
            message = f"{quoted(function.name)} takes {_WORDS[expected]} here, not {_WORDS[family]}"
            yield argument, message, self._remedy(function, expected, family)

    def _remedy(self, function: Function, expected: str, family: str) -> str:
        if family == "date":
            return "use the columns in days, `age_days` for one"
        if function.name == "contains" and family == "list":
            return "use `list_contains(list, x)`"
        if (function.name, family) in (("length", "list"), ("len", "text")):
            return f"use `{'len' if family == 'list' else 'length'}`"
        return f"cast it: CAST(… AS {'VARCHAR' if expected == 'text' else 'INTEGER'})"

    def _pattern(self, function: Function, argument: Node) -> Iterator[Finding]:
        pattern = fold(argument, self.parameters)
        if pattern is None:
            yield argument, "a pattern is a constant or a parameter, never built from data", "use `contains`, or a join"
            return
        faults = like_faults(pattern) if function.name in ("~~", "!~~") else pattern_faults(pattern)
        yield from ((argument, message, remedy) for message, remedy in faults)

    def _divisor(self, node: Node, divisor: Node) -> Iterator[Finding]:
        number = fold_number(divisor)
        guarded = divisor.get("function_name") == "nullif" and fold_number(arguments(divisor)[1]) == 0
        if not number and not guarded:
            yield node, "division by zero is NULL in one engine and an error in another", "divide by nullif(…, 0)"

    # order

    def _ordering(self, node: Node, function: Function, given: Sequence[Node]) -> Iterator[Finding]:
        by = orders(node)
        needed = function.order
        if any("ROWS" in node.get(part, "") for part in ("start", "end")):
            needed = "total"
        if needed == "none":
            return
        if not by:
            yield node, f"{quoted(function.name)} depends on the order of the rows", "add ORDER BY inside of it"
        elif needed == "total" and not self._is_total(by, given if node["class"] == "FUNCTION" else ()):
            yield (
                node,
                f"this ORDER BY leaves ties, so {quoted(function.name)} may differ from run to run",
                _UNIQUE_LAST,
            )

    def _limit(self, node: Node) -> Iterator[Finding]:
        modifiers = node.get("modifiers", [])
        limit = next((one for one in modifiers if one["type"] == "LIMIT_MODIFIER"), None)
        if limit is None:
            return
        by = [order["expression"] for one in modifiers for order in one.get("orders", ())]
        sorted_by = [_written(one) for one in by]
        rows = node.get("group_expressions") or node.get("select_list", [])
        if not by:
            yield limit, "LIMIT takes any rows where nothing orders them", "add ORDER BY"
        elif not self._is_total(by, ()) and not all(_written(one) in sorted_by for one in rows):
            yield limit, "this ORDER BY leaves ties, so LIMIT may differ from run to run", _UNIQUE_LAST

    def _is_total(self, by: Sequence[Node], values: Sequence[Node]) -> bool:
        if any(self.resolved.of(one).tells_apart for one in by):
            return True
        return bool(values) and _written(values[0]) in map(_written, by)


_UNIQUE_LAST: Final = "order last by what tells the rows apart: `key`, for one"


def fold_number(node: Node) -> int | float | None:
    """Return the value of a number in a tree, None for anything else."""
    literal = node.get("literal", {})
    if literal.get("kind") == "INTEGER":
        return int(literal["text"].replace("_", ""), 0)
    return float(literal["text"].replace("_", "")) if literal.get("kind") == "NUMERIC" else None


def _written(node: Node) -> object:
    """Return a node without places and names, so that equal expressions are equal."""
    if isinstance(node, dict):
        kept = {name: _written(value) for name, value in node.items() if name not in _PLACES}
        if "column_names" in kept:
            kept["column_names"] = [lowered(part) for part in node["column_names"]]
        return kept
    return [_written(item) for item in node] if isinstance(node, list) else node


_PLACES: Final = ("query_location", "query_location_length", "alias")


def _a(kind: str | None) -> str:
    return {"time": "a time", "list": "a list"}.get(kind or "", "a fraction")
