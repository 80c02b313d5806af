"""What the names in rule SQL mean: every table, column, function and parameter is a documented one, or a fault.

Each expression's type is worked out on the way as far as it shows; the portability lint reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from flowlint.config.suggest import did_you_mean, nearest, quoted
from flowlint.engine.functions import Function, functions
from flowlint.engine.rule import Parameter
from flowlint.engine.scope import UNKNOWN, Columns, Meaning, Resolved, Scope, common, lowered, result_of, view_columns
from flowlint.engine.syntax import Node, Tree, arguments, children
from flowlint.errors import Fault
from flowlint.model.views import views

TYPES: Final[Mapping[str, str]] = {
    "INTEGER": "integer",
    "BIGINT": "integer",
    "DOUBLE": "number",
    "DECIMAL": "decimal",
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "DATE": "date",
}
"""Types that rules may cast to, and what they are here."""

_LITERALS: Final = {"BOOLEAN": "boolean", "INTEGER": "integer", "NUMERIC": "number", "STRING": "literal"}
_PARAMETERS: Final = {"words": "text"}
_RESERVED: Final = frozenset(
    {
        "current_catalog", "current_database", "current_date", "current_role", "current_schema", "current_time",
        "current_timestamp", "current_user", "localtime", "localtimestamp", "rowid", "session_user", "user",
    }
)  # fmt: skip
"""Names that are answered without a table: no column may be called so, lest the engine take it for the other."""


def resolve_names(tree: Tree, view: str | None, parameters: Sequence[Parameter]) -> Resolved:
    """Read all names of a tree that the grammar accepts. ``view`` is what ``me`` stands for in a predicate."""
    return _Resolver(tree, parameters).run(view)


class _Resolver:
    """Walks one tree from the outside in, with the scope that holds at each place."""

    def __init__(self, tree: Tree, parameters: Sequence[Parameter]) -> None:
        self.tree = tree
        self.parameters = {parameter.name: parameter for parameter in parameters}
        self.result = Resolved()
        self.readers: Mapping[str, Callable[[Node, Scope], Meaning]] = {
            "COLUMN_REF": self._column,
            "CONSTANT": lambda node, _: Meaning(_LITERALS.get(node["literal"]["kind"], "null")),
            "PARAMETER": lambda node, _: self._parameter(node),
            "FUNCTION": self._call,
            "WINDOW": self._call,
            "SUBQUERY": self._subquery,
            "CASE": self._case,
            "CAST": self._cast,
            "LAMBDA": lambda node, _: self._stray_lambda(node),
        }

    def run(self, view: str | None) -> Resolved:
        if view is None:
            self.result.outputs = tuple(self._query(self.tree.root, Scope()))
            for name in self.result.outputs:
                if name.startswith("#"):
                    self._fault(self.tree.root, f"column {name[1:]} of the query has no name", "name it with AS")
        elif view in views():
            self.result.views.add(view)
            self._expression(self.tree.root, Scope(tables={"me": view_columns(view)}, aggregates=False))
        else:
            self._fault(self.tree.root, f"there is no view {quoted(view)} to run over", "name it under `from`")
        self.result.faults = list(dict.fromkeys(self.result.faults))
        return self.result

    def _fault(self, node: Node, message: str, remedy: str = "") -> None:
        self.result.faults.append(Fault(self.tree.place(node), message, remedy))

    # queries

    def _query(self, node: Node, outer: Scope) -> Columns:
        """Read a SELECT or a set operation and return its columns."""
        outer = replace(outer, ctes=self._ctes(node, outer))
        if node["type"] == "SET_OPERATION_NODE":
            parts = [self._query(child, outer) for child in node["children"]]
            outputs = parts[0]
            self._modifiers(node, replace(outer, tables={}, bare=outputs))
            return {name: Meaning(meaning.type) for name, meaning in outputs.items()}
        return self._select(node, outer)

    def _ctes(self, node: Node, outer: Scope) -> Mapping[str, Columns]:
        known = dict(outer.ctes)
        for entry in node.get("cte_map", {}).get("map", ()):
            name = lowered(entry["key"])
            query = entry["value"]["query_node"]
            if name in views() or name == "me":
                self._fault(query, f"WITH {quoted(name)} hides the view of that name", "choose another name")
            known[name] = self._query(query, replace(outer, ctes=dict(known)))
        return known

    def _select(self, node: Node, outer: Scope) -> Columns:
        tables: dict[str, Columns] = {}
        shell = Scope(outer=outer if outer.tables or outer.outer else None, ctes=outer.ctes)
        self._table(node.get("from_table", {"type": "EMPTY"}), tables, shell)
        inside = replace(shell, tables=tables)
        if "where_clause" in node:
            self._expression(node["where_clause"], replace(inside, aggregates=False))
        outputs = self._outputs(node, inside, tables)
        named = replace(inside, bare={**inside.bare, **outputs})
        for group in node.get("group_expressions", ()):
            self._position(group, "GROUP BY")
            self._expression(group, replace(named, aggregates=False))
        if len(node.get("group_sets", ())) > 1:
            self._fault(node, "ROLLUP, CUBE and GROUPING SETS are not for rules", "group once")
        for condition in ("having", "qualify"):
            if condition in node:
                self._expression(node[condition], named)
        self._modifiers(node, named)
        return self._telling(node, outputs)

    def _outputs(self, node: Node, inside: Scope, tables: Mapping[str, Columns]) -> dict[str, Meaning]:
        outputs: dict[str, Meaning] = {}
        for position, item in enumerate(node["select_list"], 1):
            if item.get("function_name") == "unnest" and tables:
                meaning = self._call(item, inside, unnest=True)
            else:
                meaning = self._expression(item, inside)
            name = item.get("alias") or (item["column_names"][-1] if item["type"] == "COLUMN_REF" else f"#{position}")
            self._add_output(item, lowered(name), meaning, outputs)
        return outputs

    def _add_output(self, item: Node, name: str, meaning: Meaning, outputs: dict[str, Meaning]) -> None:
        if name in outputs:
            self._fault(item, f"two columns are named {quoted(name)}", "name one of them with AS")
        self._reserved(item, name)
        outputs[name] = meaning

    def _reserved(self, node: Node, name: str) -> None:
        if name in _RESERVED:
            self._fault(node, f"{quoted(name)} has a meaning of its own in SQL", "choose another name")

    def _telling(self, node: Node, outputs: dict[str, Meaning]) -> Columns:
        """Return the columns of a SELECT; what it groups by, or makes distinct, tells its rows apart."""
        groups = [_text(group) for group in node.get("group_expressions", ())]
        distinct = any(one["type"] == "DISTINCT_MODIFIER" for one in node.get("modifiers", ()))
        result = {}
        for item, (name, meaning) in zip(node["select_list"], outputs.items(), strict=False):
            grouped = _text(item) in groups or [name] in groups
            result[name] = Meaning(meaning.type, grouped or distinct or (meaning.tells_apart and not groups))
        return result

    def _modifiers(self, node: Node, scope: Scope) -> None:
        for modifier in node.get("modifiers", ()):
            for order in modifier.get("orders", ()):
                self._position(order["expression"], "ORDER BY")
                self._expression(order["expression"], scope)
            for part in ("limit", "offset"):
                if part in modifier and modifier[part]["class"] not in ("CONSTANT", "PARAMETER"):
                    self._fault(modifier[part], f"{part.upper()} is a number or a parameter", "write it as one")
                elif part in modifier:
                    self._expression(modifier[part], scope)

    def _position(self, node: Node, clause: str) -> None:
        if node["class"] in ("CONSTANT", "PARAMETER"):
            self._fault(node, f"{clause} names columns, not positions", "write the column's name")

    # tables

    def _table(self, node: Node, tables: dict[str, Columns], shell: Scope) -> None:
        kind = node["type"]
        if kind == "BASE_TABLE":
            self._add_table(node, node.get("alias") or node["table_name"], self._named_table(node, shell), tables)
        elif kind == "SUBQUERY":
            columns = self._query(node["subquery"]["node"], shell)
            if not node.get("alias"):
                self._fault(node, "a SELECT in FROM needs a name", "write (SELECT …) AS name")
            self._add_table(node, node.get("alias", ""), columns, tables)
        elif kind == "JOIN":
            self._join(node, tables, shell)

    def _join(self, node: Node, tables: dict[str, Columns], shell: Scope) -> None:
        left: dict[str, Columns] = {}
        right: dict[str, Columns] = {}
        self._table(node["left"], left, shell)
        self._table(node["right"], right, shell)
        for name in right:
            if name in left:
                self._fault(node["right"], f"two tables are named {quoted(name)}", "give each a name of its own")
        both = {**left, **right}
        for column in node.get("using_columns", ()):
            if not all(any(lowered(column) in columns for columns in side.values()) for side in (left, right)):
                self._fault(node, f"USING names {quoted(column)}, which one side lacks", "write ON …")
            for columns in both.values():
                self._read(columns.get(lowered(column), UNKNOWN))
        if "condition" in node:
            self._expression(node["condition"], replace(shell, tables=both, aggregates=False))
        if node.get("join_type") in ("SEMI", "ANTI"):
            both = left
        tables.update(both)

    def _named_table(self, node: Node, shell: Scope) -> Columns:
        name = lowered(".".join(node.get("qualified_name", {}).get("path", ())) or node["table_name"])
        if name in shell.ctes:
            return shell.ctes[name]
        if name in views():
            self.result.views.add(name)
            return view_columns(name)
        if name == "me":
            self._fault(node, "`me` is the row that is judged, not a table", "read the view by its name")
        else:
            remedy = did_you_mean(name, views()) if nearest(name, views()) else "docs/views.md lists the views"
            self._fault(node, f"there is no view {quoted(node['table_name'])}", remedy)
        return {}

    def _add_table(self, node: Node, alias: str, columns: Columns, tables: dict[str, Columns]) -> None:
        name = lowered(alias)
        if name == "me":
            self._fault(node, "`me` is the row that is judged", "give the table another name")
        tables[name] = columns

    # expressions

    def _expression(self, node: Node, scope: Scope) -> Meaning:
        meaning = self._meaning(node, scope)
        self.result.meanings[id(node)] = meaning
        self._read(meaning)
        return meaning

    def _read(self, meaning: Meaning) -> None:
        if meaning.column is not None:
            self.result.columns.add(meaning.column)

    def _meaning(self, node: Node, scope: Scope) -> Meaning:
        reader = self.readers.get(node["class"])
        if reader is not None:
            return reader(node, scope)
        below = [self._expression(child, scope) for child in children(node)]
        return common(below) if node["type"] == "OPERATOR_COALESCE" else Meaning("boolean")

    def _stray_lambda(self, node: Node) -> Meaning:
        self._fault(node, "a lambda stands only in list_filter and list_transform", "write a condition")
        return UNKNOWN

    def _column(self, node: Node, scope: Scope) -> Meaning:
        names = [lowered(name) for name in node["column_names"]]
        written = ".".join(node["column_names"])
        if len(names) > 2:
            self._fault(node, f"{quoted(written)} has too many parts", "write table.column")
            return UNKNOWN
        if len(names) == 2:
            return self._qualified(node, names[0], names[1], scope)
        name = names[0]
        if name in scope.bare:
            return scope.bare[name]
        holders = [columns for columns in scope.tables.values() if name in columns]
        if not holders:
            self._unknown_column(node, written, scope)
            return UNKNOWN
        if scope.outer is not None or len(scope.tables) > 1:
            owner = next(table for table, columns in scope.tables.items() if name in columns)
            message = f"inside subqueries and joins columns are qualified; {quoted(written)} is not"
            self._fault(node, message, f"write {owner}.{written}")
        return holders[0][name]

    def _qualified(self, node: Node, table: str, name: str, scope: Scope) -> Meaning:
        columns = scope.find(table)
        if columns is None:
            remedy = "name a table of this FROM, or `me`" if self.tree.kind == "predicate" else "name a table of FROM"
            self._fault(node, f"there is no table {quoted(table)} here", remedy)
            return UNKNOWN
        if name not in columns:
            if columns:
                self._fault(node, f"{quoted(table)} has no column {quoted(name)}", did_you_mean(name, columns))
            return UNKNOWN
        return columns[name]

    def _unknown_column(self, node: Node, written: str, scope: Scope) -> None:
        known = [*scope.bare, *(name for columns in scope.tables.values() for name in columns)]
        if not known and scope.tables:
            return
        close = nearest(written, known)
        remedy = f"did you mean {quoted(close)}?" if close else "docs/views.md lists the columns of each view"
        if scope.outer is not None and self._in_outer(lowered(written), scope):
            remedy = "inside subqueries columns are qualified: write table.column"
        self._fault(node, f"there is no column {quoted(written)}", remedy)

    def _in_outer(self, name: str, scope: Scope) -> bool:
        outer = scope.outer
        return outer is not None and (any(name in one for one in outer.tables.values()) or self._in_outer(name, outer))

    def _parameter(self, node: Node) -> Meaning:
        parameter = self.parameters.get(node["identifier"])
        if parameter is None:
            known = [f"${one.name}" for one in self.parameters.values()]
            remedy = did_you_mean(f"${node['identifier']}", known) if known else "declare it under `parameters`"
            self._fault(node, f"there is no parameter {quoted('$' + node['identifier'])}", remedy)
            return UNKNOWN
        return Meaning(_PARAMETERS.get(parameter.type, parameter.type))

    def _subquery(self, node: Node, scope: Scope) -> Meaning:
        if "child" in node:
            self._expression(node["child"], scope)
        columns = self._query(node["subquery"]["node"], replace(scope, outer=scope.outer, aggregates=True))
        if node.get("subquery_type") != "SCALAR":
            return Meaning("boolean")
        return Meaning(next(iter(columns.values()), UNKNOWN).type)

    def _case(self, node: Node, scope: Scope) -> Meaning:
        results = []
        for check in node["case_checks"]:
            self._expression(check["when_expr"], scope)
            results.append(self._expression(check["then_expr"], scope))
        results.append(self._expression(node["else_expr"], scope))
        return common(results)

    def _cast(self, node: Node, scope: Scope) -> Meaning:
        self._expression(node["child"], scope)
        target = node["type_expr"]
        name = lowered(target["type_name"]).upper()
        sized = target.get("children", [])
        plain = all(child["class"] == "CONSTANT" for child in sized) and (not sized or name == "DECIMAL")
        if name not in TYPES or not plain or _path(target) not in ([], [name]):
            self._fault(node, f"rules do not cast to {quoted(name)}", "known here: " + ", ".join(TYPES))
        return Meaning(TYPES.get(name))

    # functions

    def _call(self, node: Node, scope: Scope, *, unnest: bool = False) -> Meaning:
        function = self._function(node, scope, unnest=unnest)
        given = [self._argument(argument, scope) for argument in arguments(node)]
        for part in ("partitions", "orders"):
            for one in node.get(part, ()):
                self._expression(one.get("expression", one), scope)
        for order in node.get("order_bys", {}).get("orders", ()):
            self._expression(order["expression"], scope)
        for part in ("filter", "filter_expr", "start_expr", "end_expr", "offset_expr", "default_expr"):
            if part in node:
                self._expression(node[part], scope)
        return result_of(function, given) if function else UNKNOWN

    def _function(self, node: Node, scope: Scope, *, unnest: bool) -> Function | None:
        name = lowered(node["function_name"])
        function = functions().allowed.get(name)
        path = [lowered(part) for part in node.get("qualified_name", {}).get("path", [name])]
        if function is None or path != [name]:
            self._refuse(node, name)
            return None
        count = len(node.get("arguments", ())) + sum(part in node for part in ("offset_expr", "default_expr"))
        if not function.accepts(count):
            self._fault(node, f"{quoted(name)} takes {function.arity} arguments, not {count}")
        window = node["class"] == "WINDOW"
        if function.kind == "scalar" and (window or {"filter", "distinct"} & set(node) or _ordered(node)):
            self._fault(node, f"{quoted(name)} is no aggregate", "leave FILTER, DISTINCT, ORDER BY and OVER out")
        elif function.kind == "window" and not window:
            self._fault(node, f"{quoted(name)} needs OVER (…)", "say over which rows, and in which order")
        elif function.kind != "scalar" and not scope.aggregates:
            self._fault(node, f"{quoted(name)} looks at several rows and cannot stand here", "put it into a SELECT")
        if name == "unnest" and not unnest:
            self._fault(node, "`unnest` stands alone in the list of a SELECT with FROM", "use `list_contains(list, x)`")
        return function

    def _refuse(self, node: Node, name: str) -> None:
        refusal = functions().refused.get(name)
        if refusal is not None:
            self._fault(node, f"{quoted(name)} {refusal.why}", f"use {refusal.instead}")
            return
        close = nearest(name, functions().allowed)
        remedy = f"did you mean {quoted(close)}?" if close else "docs/writing-a-rule.md says what rules may use"
        self._fault(node, f"the function {quoted(name)} is not for rules", remedy)

    def _argument(self, node: Node, scope: Scope) -> Meaning:
        if node["class"] != "LAMBDA":
            return self._expression(node, scope)
        names = node["lhs"].get("column_names", [])
        if node["lhs"]["class"] != "COLUMN_REF" or len(names) != 1:
            self._fault(node, "a lambda here has one argument", "write lambda x: …")
            return UNKNOWN
        self._reserved(node, lowered(names[0]))
        return self._expression(node["expr"], replace(scope, bare={**scope.bare, lowered(names[0]): UNKNOWN}))


def _path(node: Node) -> list[str]:
    return [lowered(part).upper() for part in node.get("qualified_name", {}).get("path", ())]


def _ordered(node: Node) -> bool:
    return bool(node.get("order_bys", {}).get("orders"))


def _text(node: Node) -> list[str]:
    """Return the name that a column reference ends with, as a list; empty for what is no column."""
    return [lowered(node["column_names"][-1])] if node["class"] == "COLUMN_REF" else []
