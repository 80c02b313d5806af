"""Atlassian Document Format to plain text: headings and paragraphs on lines of their own, list items as ``- …``.

A document comes from strangers: any JSON value is accepted, unknown nodes give the text within them, and
nesting beyond :data:`DEPTH` is flattened instead of followed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

DEPTH = 50
"""Levels of nesting whose layout is kept."""

_LISTS = frozenset({"bulletList", "orderedList", "taskList", "decisionList"})
_ITEMS = frozenset({"listItem", "taskItem", "decisionItem"})
_INLINE = frozenset(
    {"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "mediaInline", "placeholder"}
)


def is_document(value: object) -> bool:
    """Tell whether a JSON value is an ADF document."""
    return isinstance(value, dict) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def to_text(document: object) -> str:
    """Return the document as plain text, one line after the other, without blanks at its ends."""
    return "\n".join(line.rstrip() for line in _lines(document, 0)).strip()


def _lines(node: object, depth: int) -> Iterator[str]:
    kind = _kind(node)
    children = _children(node)
    if depth >= DEPTH:
        yield " ".join(_flat(node).split())
    elif kind == "codeBlock":
        yield from "".join(_inline(child) for child in children).split("\n")
    elif kind in _ITEMS:
        yield from _item(children, depth)
    elif kind == "tableRow":
        yield " | ".join(" ".join("\n".join(_lines(cell, depth + 1)).split()) for cell in children)
    elif kind in _LISTS:
        for child in children:
            yield from _nested(child, depth) if _kind(child) in _LISTS else _lines(child, depth + 1)
    elif kind in {"blockCard", "embedCard"}:
        yield _inline(node)
    else:
        yield from _title(node)
        yield from _mixed(children, depth)


def _mixed(children: list[object], depth: int) -> Iterator[str]:
    """Yield the lines of block nodes; inline nodes that stand side by side make lines together."""
    run: list[str] = []
    for child in children:
        if _kind(child) in _INLINE:
            run.append(_inline(child))
            continue
        if run:
            yield from "".join(run).split("\n")
            run = []
        yield from _lines(child, depth + 1)
    if run:
        yield from "".join(run).split("\n")


def _item(children: list[object], depth: int) -> Iterator[str]:
    own = [child for child in children if _kind(child) not in _LISTS]
    for position, line in enumerate(_mixed(own, depth)):
        yield f"  {line}" if position else f"- {line}"
    for child in children:
        if _kind(child) in _LISTS:
            yield from _nested(child, depth)


def _nested(node: object, depth: int) -> Iterator[str]:
    return (f"  {line}" for line in _lines(node, depth + 1))


def _title(node: object) -> Iterator[str]:
    title = _attribute(node, "title")
    if title and _kind(node) in {"expand", "nestedExpand"}:
        yield title


def _inline(node: object) -> str:
    kind = _kind(node)
    if kind == "text":
        text = node.get("text") if isinstance(node, dict) else None
        return text if isinstance(text, str) else ""
    if kind == "hardBreak":
        return "\n"
    if kind == "date":
        return _date(_attribute(node, "timestamp"))
    if kind == "placeholder":
        return ""  # a hint of the editor, written by nobody
    return next(filter(None, (_attribute(node, name) for name in ("text", "shortName", "url", "alt"))), "")


def _date(timestamp: str) -> str:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return timestamp


def _flat(node: object) -> str:
    """Return all text below a node, however deep it is nested."""
    found: list[str] = []
    stack = [node]
    while stack:
        item = stack.pop()
        if _kind(item) in _INLINE:
            found.append(_inline(item))
        stack.extend(reversed(_children(item)))
    return " ".join(found)


def _kind(node: object) -> str:
    kind = node.get("type") if isinstance(node, dict) else None
    return kind if isinstance(kind, str) else ""


def _children(node: object) -> list[object]:
    content = node.get("content") if isinstance(node, dict) else None
    return content if isinstance(content, list) else []


def _attribute(node: object, name: str) -> str:
    attributes = node.get("attrs") if isinstance(node, dict) else None
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return str(value) if isinstance(value, str | int) else ""
