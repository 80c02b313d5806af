"""The forms of SQL that rules may use: an allow-list of syntax tree nodes and of each node's attributes.

A node, an attribute or a value that is not listed is refused, whatever it means: a new version of
the engine's grammar can only make rules fail, never open a door. Names are judged in
:mod:`flowlint.engine.names`.
"""

from typing import Final

from flowlint.config.suggest import quoted
from flowlint.engine.syntax import Node, Tree
from flowlint.errors import Fault

MAX_DEPTH: Final = 150
"""Nodes that may stand inside each other."""

Values = frozenset[object]
ANY: Final[Values | None] = None
_TRUE: Final = frozenset({True})
_EITHER: Final = frozenset({True, False})


def _one_of(*values: object) -> Values:
    return frozenset(values)


_EXPRESSION: Final[dict[str, Values | None]] = {
    "class": ANY, "type": ANY, "alias": ANY, "query_location": ANY, "query_location_length": ANY,
}  # fmt: skip
_TABLE: Final[dict[str, Values | None]] = {
    "type": ANY, "alias": ANY, "query_location": ANY, "query_location_length": ANY,
}  # fmt: skip
_CALL: Final = {**_EXPRESSION, "function_name": ANY, "distinct": _TRUE, "arguments": ANY, "qualified_name": ANY}
_WINDOW: Final = {
    **_CALL, "partitions": ANY, "orders": ANY, "start_expr": ANY, "end_expr": ANY, "filter_expr": ANY,
    "start": _one_of("UNBOUNDED_PRECEDING", "CURRENT_ROW_ROWS", "EXPR_PRECEDING_ROWS", "EXPR_FOLLOWING_ROWS"),
    "end": _one_of(
        "CURRENT_ROW_RANGE", "UNBOUNDED_FOLLOWING", "CURRENT_ROW_ROWS", "EXPR_PRECEDING_ROWS", "EXPR_FOLLOWING_ROWS"
    ),
    "exclude_clause": _one_of("NO_OTHER"), "offset_expr": ANY, "default_expr": ANY,
}  # fmt: skip
_COMPARISON: Final = {**_EXPRESSION, "left": ANY, "right": ANY}
_OPERATOR: Final = {**_EXPRESSION, "children": ANY}
_ORDER: Final = {
    "type": ANY, "null_order": _one_of("ORDER_DEFAULT", "NULLS FIRST", "NULLS LAST"), "expression": ANY,
}  # fmt: skip

GRAMMAR: Final[dict[str, dict[str, Values | None]]] = {
    # queries
    "SELECT_NODE": {
        "type": ANY, "modifiers": ANY, "cte_map": ANY, "select_list": ANY, "from_table": ANY, "where_clause": ANY,
        "group_expressions": ANY, "group_sets": ANY, "having": ANY, "qualify": ANY,
        "aggregate_handling": _one_of("STANDARD_HANDLING"),
    },
    "SET_OPERATION_NODE": {
        "type": ANY, "modifiers": ANY, "cte_map": ANY, "setop_all": _EITHER, "children": ANY,
        "setop_type": _one_of("UNION", "EXCEPT", "INTERSECT"),
    },
    "ORDER_MODIFIER": {"type": ANY, "orders": ANY},
    "LIMIT_MODIFIER": {"type": ANY, "limit": ANY, "offset": ANY, "limit_type": _one_of("ROW_COUNT")},
    "DISTINCT_MODIFIER": {"type": ANY},
    "ORDER_DEFAULT": _ORDER, "ASCENDING": _ORDER, "DESCENDING": _ORDER,
    # tables
    "EMPTY": _TABLE,
    "BASE_TABLE": {**_TABLE, "table_name": ANY, "qualified_name": ANY},
    "SUBQUERY": {**_TABLE, "subquery": ANY},
    "JOIN": {
        **_TABLE, "left": ANY, "right": ANY, "condition": ANY, "using_columns": ANY, "is_implicit": _EITHER,
        "join_type": _one_of("INNER", "LEFT", "RIGHT", "FULL", "SEMI", "ANTI"),
        "ref_type": _one_of("REGULAR", "CROSS"), "nearest_count": _one_of(1),
        "nearest_order_type": _one_of("ASCENDING"),
    },
    # expressions, by class and type
    "COLUMN_REF:COLUMN_REF": {**_EXPRESSION, "column_names": ANY},
    "CONSTANT:VALUE_CONSTANT": {**_EXPRESSION, "literal": ANY},
    "PARAMETER:VALUE_PARAMETER": {**_EXPRESSION, "identifier": ANY},
    **{
        f"COMPARISON:COMPARE_{name}": _COMPARISON
        for name in (
            "EQUAL", "NOTEQUAL", "LESSTHAN", "GREATERTHAN", "LESSTHANOREQUALTO", "GREATERTHANOREQUALTO",
            "DISTINCT_FROM", "NOT_DISTINCT_FROM",
        )
    },
    "BETWEEN:COMPARE_BETWEEN": {**_EXPRESSION, "input": ANY, "lower": ANY, "upper": ANY},
    "CONJUNCTION:CONJUNCTION_AND": _OPERATOR, "CONJUNCTION:CONJUNCTION_OR": _OPERATOR,
    "OPERATOR:OPERATOR_NOT": _OPERATOR, "OPERATOR:OPERATOR_IS_NULL": _OPERATOR,
    "OPERATOR:OPERATOR_IS_NOT_NULL": _OPERATOR, "OPERATOR:OPERATOR_COALESCE": _OPERATOR,
    "OPERATOR:COMPARE_IN": _OPERATOR, "OPERATOR:COMPARE_NOT_IN": _OPERATOR,
    "CASE:CASE_EXPR": {**_EXPRESSION, "case_checks": ANY, "else_expr": ANY},
    "CAST:OPERATOR_CAST": {**_EXPRESSION, "child": ANY, "try_cast": _TRUE, "type_expr": ANY},
    "TYPE:TYPE": {**_EXPRESSION, "type_name": ANY, "children": ANY, "qualified_name": ANY},
    "LAMBDA:LAMBDA": {**_EXPRESSION, "lhs": ANY, "expr": ANY, "syntax_type": _one_of("LAMBDA_KEYWORD")},
    "FUNCTION:FUNCTION": {**_CALL, "filter": ANY, "order_bys": ANY, "is_operator": _TRUE},
    **{
        f"WINDOW:WINDOW_{name}": _WINDOW
        for name in (
            "AGGREGATE", "ROW_NUMBER", "RANK", "DENSE_RANK", "RANK_DENSE", "LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE",
        )
    },
    "SUBQUERY:SUBQUERY": {
        **_EXPRESSION, "subquery_type": _one_of("SCALAR", "EXISTS", "NOT_EXISTS", "ANY"), "subquery": ANY, "child": ANY,
        "comparison_type": _one_of("INVALID", "COMPARE_EQUAL"),
    },
    # parts without a type, by the attribute that holds them
    ".cte_map": {"map": ANY},
    ".map": {"key": ANY, "value": ANY},
    ".value": {"aliases": _one_of(), "materialized": _one_of("CTE_MATERIALIZE_DEFAULT"), "query_node": ANY},
    ".subquery": {"node": ANY, "named_param_map": ANY},
    ".named_param_map": {"key": ANY, "value": ANY},
    ".case_checks": {"when_expr": ANY, "then_expr": ANY},
    ".arguments": {"expression": ANY},
    ".literal": {"kind": _one_of("BOOLEAN", "INTEGER", "NUMERIC", "STRING", "NULL_LITERAL"), "text": ANY},
    ".qualified_name": {"path": ANY},
}  # fmt: skip

_READ_VIEWS: Final = "read one of the documented views (docs/views.md)"
_REFUSED: Final[dict[str, tuple[str, str]]] = {
    "STAR:STAR": ("* stands for columns nobody named", "name the columns; write EXISTS (SELECT 1 FROM …)"),
    "TABLE_FUNCTION": ("functions cannot stand for tables", _READ_VIEWS),
    "SHOW_REF": ("SHOW, DESCRIBE and SUMMARIZE are not for rules", _READ_VIEWS),
    "RECURSIVE_CTE_NODE": ("a recursive WITH may run without end", "use the views `ancestor` and `cycle`"),
    "EXPRESSION_LIST": ("VALUES cannot stand for a table", "use a parameter, or IN (…)"),
    "PIVOT": ("PIVOT and UNPIVOT are not for rules", "write CASE inside of an aggregate"),
    "POSITIONAL_REFERENCE:POSITIONAL_REFERENCE": ("columns are named, not numbered", "write the column's name"),
    "COLLATE:COLLATE": ("collations differ between engines", "compare `_norm` columns"),
    "OPERATOR:ARRAY_EXTRACT": ("counting in [ ] differs between engines", "use `first(… ORDER BY …)` or `substring`"),
    "OPERATOR:ARRAY_SLICE": ("slices in [ ] differ between engines", "use `list_slice` or `substring`"),
    "OPERATOR:STRUCT_EXTRACT": ("no view holds structures", "name a column"),
    "OPERATOR:OPERATOR_TRY": ("TRY hides errors", "use TRY_CAST where a cast may fail"),
    "DEFAULT:VALUE_DEFAULT": ("DEFAULT has no meaning here", "write the value"),
    "OPERATOR:ARRAY_CONSTRUCTOR": ("ARRAY is not known everywhere", "write [a, b]; for rows use `list(… ORDER BY …)`"),
    ".sample": ("a sample is another one each time", "read the whole view"),
    ".at_clause": ("AT reads another state of a table", _READ_VIEWS),
    ".schema_name": ("tables have no schema here", _READ_VIEWS),
    ".catalog_name": ("tables have no schema here", _READ_VIEWS),
    ".schema": ("functions have no schema here", "write the function's name alone"),
    ".catalog": ("functions have no schema here", "write the function's name alone"),
    ".column_name_alias": ("columns are not renamed in FROM", "name them with AS where they are selected"),
    ".aliases": ("columns are not renamed in the head of WITH", "name them with AS where they are selected"),
    ".distinct_on_targets": ("DISTINCT ON takes any of several rows", "use `row_number()` with a total ORDER BY"),
    ".aggregate_handling": ("GROUP BY ALL hides what is grouped by", "name the columns to group by"),
    ".limit_type": ("a share of the rows depends on their number", "limit to a number of rows"),
    ".ref_type": ("NATURAL, POSITIONAL and ASOF joins are not for rules", "write JOIN … ON …"),
    ".join_type": ("this kind of join is not for rules", "write JOIN … ON …"),
    ".setop_type": ("UNION BY NAME is not known everywhere", "select the columns in one order"),
    ".materialized": ("MATERIALIZED is not known everywhere", "leave the word out"),
    ".exclude_clause": ("EXCLUDE in a window is not known everywhere", "leave it out"),
    ".ignore_nulls": ("IGNORE NULLS differs between engines", "leave NULLs out before"),
    ".arg_orders": ("an ORDER BY among a window's arguments is not known everywhere", "order in OVER (…)"),
    ".name": ("arguments have no names here", "give them in order"),
    ".kind": ("this kind of constant is not for rules", "write a text, a number, true, false or NULL"),
    ".comparison_type": ("ANY and ALL take = only here", "use EXISTS, or compare with min or max"),
    ".syntax_type": ("the arrow of lambdas is being given up by the engine", "write lambda x: …"),
    ".start": ("this frame of a window is not known everywhere", "leave the frame out, or count in ROWS"),
    ".end": ("this frame of a window is not known everywhere", "leave the frame out, or count in ROWS"),
}


def check_grammar(tree: Tree) -> list[Fault]:
    """Return a fault for everything in a tree that the allow-list does not hold; below it nothing is looked at."""
    faults: list[Fault] = []
    stack: list[tuple[Node, str, Node, int]] = [(tree.root, "", tree.root, 0)]
    while stack:
        node, held_by, placed, depth = stack.pop()
        placed = node if "query_location" in node else placed
        name = _name(node, held_by)
        known = GRAMMAR.get(name)
        if known is None or depth > MAX_DEPTH:
            faults.append(_too_deep(tree, placed) if known else _refusal(tree, placed, name, name))
            continue
        for attribute, value in node.items():
            allowed = known.get(attribute, frozenset())
            if allowed is not None and not (isinstance(value, str | int) and value in allowed):
                faults.append(_refusal(tree, placed, f".{attribute}", f"{name}.{attribute}"))
            elif isinstance(value, dict):
                stack.append((value, attribute, placed, depth + 1))
            elif isinstance(value, list):
                stack.extend((item, attribute, placed, depth + 1) for item in value if isinstance(item, dict))
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.place)


def _name(node: Node, held_by: str) -> str:
    if "class" in node:
        return f"{node['class']}:{node.get('type')}"
    kind = node.get("type")
    return kind if isinstance(kind, str) else f".{held_by}"


def _refusal(tree: Tree, node: Node, reason: str, technical: str) -> Fault:
    fallback = (
        f"this form of SQL is not for rules: {quoted(technical)}",
        "docs/writing-a-rule.md says what rules may use",
    )
    message, remedy = _REFUSED.get(reason, fallback)
    return Fault(tree.place(node), message, remedy)


def _too_deep(tree: Tree, node: Node) -> Fault:
    return Fault(tree.place(node), "the expression is nested too deeply", "simplify it, or use WITH in a query")
