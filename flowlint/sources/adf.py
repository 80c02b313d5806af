"""Atlassian Document Format to the plain form of :mod:`flowlint.sources.layout`.

A document comes from strangers: any JSON value is accepted, unknown nodes give the text within them, and
nesting beyond :data:`DEPTH` is flattened instead of followed.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from flowlint.sources import layout

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
    """Return the document in the plain form, without blank lines at its ends."""
    return layout.finished("\n".join(line.rstrip() for line in _lines(document, 0)))


def _lines(node: object, depth: int) -> Iterator[str]:
    """Yield the lines of a block."""
    kind = _kind(node)
    children = _children(node)
    if depth >= DEPTH:
        yield " ".join(_flat(node).split())
    elif kind == "codeBlock":
        yield from layout.code("".join(_inline(child) for child in children)).split("\n")
    elif kind == "heading":
        yield from _heading(node, children)
    elif kind in _ITEMS:
        yield from _item(children, depth)
    elif kind == "tableRow":
        yield " | ".join(_cell(child, depth) for child in children)
    elif kind in _LISTS or kind == "table":
        for child in children:
            yield from _nested(child, depth) if _kind(child) in _LISTS else _lines(child, depth + 1)
    else:
        title = _attribute(node, "title")
        if title.strip():
            yield layout.heading(layout.LOWEST, " ".join(title.split()))
        yield from _blocks(children, depth)


def _blocks(children: list[object], depth: int) -> Iterator[str]:
    """Yield the lines of blocks one below the other, apart where no heading or list ties them together."""
    before = ""
    for kind, lines in _grouped(children, depth):
        if not any(line.strip() for line in lines):
            continue
        if before and before != "heading" and not (before == "text" and kind == "list"):
            yield ""
        yield from lines
        before = "heading" if lines[-1].startswith("#") else kind


def _grouped(children: list[object], depth: int) -> Iterator[tuple[str, list[str]]]:
    """Yield a kind and its lines for each block; inline nodes side by side make a block together."""
    run: list[object] = []
    for child in [*children, None]:
        if child is not None and _is_inline(child):
            run.append(child)
            continue
        if run:
            yield "text", [*_paragraph(run)]
            run = []
        if child is not None:
            kind = _kind(child)
            yield "list" if kind in _LISTS else "text" if kind == "paragraph" else "block", [*_lines(child, depth + 1)]


def _paragraph(nodes: list[object]) -> Iterator[str]:
    """Yield the lines of inline nodes; one that is all bold, and a title, is a heading."""
    line: list[object] = []
    for node in [*nodes, None]:
        if node is not None and _kind(node) != "hardBreak":
            line.append(node)
            continue
        text = "".join(_inline(child) for child in line)
        if _is_bold(line) and layout.is_title(text):
            yield layout.heading(layout.LOWEST, " ".join(text.split()))
        else:
            yield from (layout.typed(part) for part in text.split("\n"))
        line = []


def _heading(node: object, children: list[object]) -> Iterator[str]:
    level = _attribute(node, "level")
    title = " ".join("".join(_inline(child) if _is_inline(child) else _flat(child) for child in children).split())
    if title:
        yield layout.heading(int(level) if level in tuple("123456") else layout.LOWEST, title)


def _is_bold(nodes: list[object]) -> bool:
    """Tell whether a line is all bold, but for emoji, blanks and a colon."""
    texts = [node for node in nodes if _kind(node) == "text" and _inline(node).strip(" :\t\n\u00a0")]
    return (
        bool(texts)
        and all(_kind(node) in {"text", "emoji"} for node in nodes)
        and all("strong" in _marks(node) for node in texts)
    )


def _item(children: list[object], depth: int) -> Iterator[str]:
    own = [child for child in children if _kind(child) not in _LISTS]
    lines = [line for _, block in _grouped(own, depth) for line in block if line.strip()]
    for position, line in enumerate(lines or [""]):
        text = layout.unheaded(line)
        yield f"  {text}" if position else layout.item(0, text)
    for child in children:
        if _kind(child) in _LISTS:
            yield from _nested(child, depth)


def _nested(node: object, depth: int) -> Iterator[str]:
    return (f"  {line}" for line in _lines(node, depth + 1))


def _cell(node: object, depth: int) -> str:
    return " ".join(" ".join(layout.unheaded(line) for line in _lines(node, depth + 1)).split())


def _is_inline(node: object) -> bool:
    """Tell whether a node stands within a line: a known one, or an unknown one that says something and holds nothing."""
    if _kind(node) in _INLINE:
        return True
    return _kind(node) not in _LISTS and not _children(node) and bool(_inline(node))


def _inline(node: object) -> str:
    kind = _kind(node)
    if kind == "hardBreak":
        return "\n"
    if kind == "date":
        return _date(_attribute(node, "timestamp"))
    if kind == "placeholder":
        return ""  # a hint of the editor, written by nobody
    text = node.get("text") if isinstance(node, dict) else None
    if isinstance(text, str):
        return text
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
        if _is_inline(item):
            found.append(_inline(item))
        stack.extend(reversed(_children(item)))
    return " ".join(found)


def _kind(node: object) -> str:
    kind = node.get("type") if isinstance(node, dict) else None
    return kind if isinstance(kind, str) else ""


def _children(node: object) -> list[object]:
    content = node.get("content") if isinstance(node, dict) else None
    return content if isinstance(content, list) else []


def _marks(node: object) -> set[str]:
    marks = node.get("marks") if isinstance(node, dict) else None
    return {_kind(mark) for mark in marks} if isinstance(marks, list) else set()


def _attribute(node: object, name: str) -> str:
    attributes = node.get("attrs") if isinstance(node, dict) else None
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return str(value) if isinstance(value, str | int) else ""
