"""What the SQL of rules reads of the documented views, by the guard's own reading of it: comments and texts do not count."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flowlint.engine.check import pieces
from flowlint.engine.guard import Guarded, guard_parsed, parse_pieces
from flowlint.engine.message import placeholders
from flowlint.engine.rule import Rule
from flowlint.engine.scope import Resolved, lowered
from flowlint.engine.syntax import Node, Tree, arguments, walk
from flowlint.model.views import views
from flowlint.snapshot.database import connect

Column = tuple[str, str]
FETCHED: Final[Column] = ("issue", "fetched")
CHANGED: Final[Column] = ("field_change", "field")
CYCLE: Final[Column] = ("cycle", "kind")
Words = frozenset[str] | None
"""The texts that a column is held against; None where it may be any."""
NO_WORDS: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Reads:
    """Views and their columns that a rule reads, its message included; a rule that must not run reads nothing.

    ``words`` tells of some columns (``FETCHED``, ``CHANGED``, ``CYCLE``) which texts the rule asks them for, so
    that a rule that looks for changes of the type is known to look at no other ones.
    """

    views: frozenset[str] = frozenset()
    columns: frozenset[Column] = frozenset()
    words: Mapping[Column, Words] = field(default_factory=dict)


def reads_of(rules: Sequence[Rule]) -> list[Reads]:
    """Return what each rule reads. All SQL is parsed at once, in a database of its own; nothing is bound or run."""
    listed = [(rule, piece) for rule in rules for piece in pieces(rule)]
    db = connect()
    try:
        parsed = parse_pieces(db, [piece for _, piece in listed])
    finally:
        db.close()
    guarded: dict[int, list[Guarded]] = {id(rule): [] for rule in rules}
    for (rule, piece), one in zip(listed, parsed, strict=True):
        guarded[id(rule)].append(guard_parsed(piece, one, rule.parameters))
    return [_reads(rule, guarded[id(rule)]) for rule in rules]


def _reads(rule: Rule, guarded: Sequence[Guarded]) -> Reads:
    if any(one.faults for one in guarded):
        return Reads()
    found = [(one.tree, one.resolved) for one in guarded if one.tree is not None and one.resolved is not None]
    read_views = frozenset().union(*(resolved.views for _, resolved in found))
    columns = frozenset(_told(rule, found)).union(*(resolved.columns for _, resolved in found))
    words = {FETCHED: _together(_asked_of_fetched(tree, resolved) for tree, resolved in found)}
    for column in (CHANGED, CYCLE):
        whole = rule.query is None and rule.view == column[0]
        words[column] = None if whole else _together(_compared(tree, column) for tree, _ in found)
    return Reads(read_views, columns, words)


def _told(rule: Rule, found: Sequence[tuple[Tree, Resolved]]) -> Iterator[Column]:
    """Yield the columns that the message names, of the view that the rule is about or of the issue that it found."""
    evidence = {name for name, _ in rule.evidence}.union(*(resolved.outputs for _, resolved in found))
    for name in placeholders(rule.message):
        for view in dict.fromkeys((rule.view, "issue")):
            if name not in evidence and view in views() and name in views()[view].columns:
                yield view, name


def _together(each: Iterator[Words]) -> Words:
    words = list(each)
    return None if None in words else NO_WORDS.union(*(one for one in words if one is not None))


def _asked_of_fetched(tree: Tree, resolved: Resolved) -> Words:
    """Return the names that ``list_contains(fetched, 'name')`` looks for; None where the list is used in another way."""
    mentions = [node for node in walk(tree.root) if resolved.of(node).column == FETCHED]
    asked: dict[int, str] = {}
    for node in walk(tree.root):
        given = arguments(node) if node.get("function_name") == "list_contains" else []
        text = _text(given[1]) if len(given) == 2 else None
        if text is not None:
            asked[id(given[0])] = text
    if any(id(mention) not in asked for mention in mentions):
        return None
    return frozenset(asked[id(mention)] for mention in mentions)


def _compared(tree: Tree, column: Column) -> Words:
    """Return the texts that rows of a view are held to by ``column = 'text'`` wherever the view is read."""
    words = NO_WORDS
    for node in walk(tree.root):
        if node.get("type") != "SELECT_NODE":
            continue
        given = list(_joined_by_and(node.get("where_clause")))
        for alias, conditions in _tables(node.get("from_table", {}), column[0], given):
            held = next((texts for one in conditions if (texts := _texts(one, alias, column[1]))), None)
            if held is None:
                return None
            words |= held
    return words


def _tables(node: Node, view: str, given: list[Node]) -> Iterator[tuple[str, list[Node]]]:
    """Yield the name under which each table that is ``view`` is read, and the conditions that all rows read of it meet."""
    if node.get("type") == "BASE_TABLE" and lowered(node["table_name"]) == view:
        yield lowered(node.get("alias") or node["table_name"]), given
    elif node.get("type") == "JOIN":
        more = [*given, *_joined_by_and(node.get("condition"))]
        kind = node.get("join_type", "INNER")
        yield from _tables(node["left"], view, more if kind in ("INNER", "RIGHT", "SEMI") else given)
        yield from _tables(node["right"], view, more if kind in ("INNER", "LEFT", "SEMI", "ANTI") else given)


def _joined_by_and(node: Node | None) -> Iterator[Node]:
    if node is not None and node.get("type") == "CONJUNCTION_AND":
        for child in node["children"]:
            yield from _joined_by_and(child)
    elif node is not None:
        yield node


def _texts(condition: Node, table: str, name: str) -> frozenset[str]:
    """Return the texts that a condition holds a column to; empty where it is another condition."""
    if condition.get("type") == "COMPARE_EQUAL":
        sides = [condition["left"], condition["right"]]
        sides.sort(key=lambda side: side["class"] != "COLUMN_REF")
    elif condition.get("type") == "COMPARE_IN":
        sides = condition["children"]
    else:
        return NO_WORDS
    column, *constants = sides
    if [lowered(part) for part in column.get("column_names", ())] not in ([table, name], [name]):
        return NO_WORDS
    texts = [_text(constant) for constant in constants]
    return NO_WORDS if None in texts else frozenset(text for text in texts if text is not None)


def _text(node: Node) -> str | None:
    """Return the text that a constant is; None for all else."""
    literal = node.get("literal", {})
    return literal.get("text", "") if literal.get("kind") == "STRING" else None
