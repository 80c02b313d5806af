"""The mapping in effect as YAML: valid as flowlint.yaml again, with the origin of each value as a comment."""

from collections.abc import Iterator

from flowlint.config.effective import Effective, Shown
from flowlint.config.origin import Origin
from flowlint.config.scalars import Scalar
from flowlint.config.yaml_text import quote
from flowlint.reports.terminal import safe, width

WIDTH = 110
"""Columns up to which a comment stands behind its value, and a mapping on one line."""


def render(shown: Effective) -> Iterator[str]:
    """Yield the file in pieces. Texts are quoted and comments cleaned, so that nothing in them does harm."""
    source = f"of {safe(shown.file)}" if shown.file else "without a flowlint.yaml"
    yield f"# The mapping in effect {source}; each comment says where its value comes from.\n"
    for note in shown.notes:
        yield f"# {safe(note)}\n"
    for name, value in shown.root.entries.items():
        if name not in ("version", "required_version", "preview"):
            yield "\n"
        yield from (line + "\n" for line in _entry(name, value, 0))


def flow(shown: Shown) -> str:
    """Return a value on one line."""
    if shown.entries:
        return "{" + ", ".join(f"{quote(key)}: {flow(below)}" for key, below in shown.entries.items()) + "}"
    if shown.items:
        return "[" + ", ".join(flow(item) for item in shown.items) + "]"
    if isinstance(shown.value, tuple):
        written = shown.written if isinstance(shown.written, tuple) else ("",) * len(shown.value)
        pairs = zip(shown.value, written, strict=True)
        return "[" + ", ".join(_scalar(value, text) for value, text in pairs if not isinstance(value, Shown)) + "]"
    if isinstance(shown.value, str | int | float) or shown.value is None:
        return _scalar(shown.value, shown.written if isinstance(shown.written, str) else "")
    return "{}"


def _scalar(value: Scalar, written: str) -> str:
    if isinstance(value, str):
        return quote(value)
    if written:
        return written
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _entry(key: str, shown: Shown, indent: int) -> Iterator[str]:
    """Yield a key and its value: on one line where all of it has one origin and fits, else one line for each part."""
    before = " " * indent
    origin = one_origin(shown)
    line = f"{before}{quote(key)}: {flow(shown)}"
    if not shown.valid:
        yield f"{before}# {quote(key)} has no level here, and no file can say so: {comment(shown.origin)}"
        return
    leaf = not shown.entries and not shown.items
    if leaf or (origin is not None and indent and width(line) <= WIDTH and not shown.items):
        yield from _commented(line, origin or shown.origin)
        return
    yield f"{before}{quote(key)}:"
    for name, below in shown.entries.items():
        yield from _entry(name, below, indent + 2)
    for item in shown.items:
        yield from _item(item, indent + 2)


def _commented(line: str, origin: Origin) -> Iterator[str]:
    """Yield a line with its comment, which goes above where there is no room behind."""
    said = comment(origin)
    if said and width(line) + width(said) + 4 > WIDTH:
        yield f"{' ' * (len(line) - len(line.lstrip()))}# {said}"
        yield line
    else:
        yield f"{line}  # {said}" if said else line


def _item(shown: Shown, indent: int) -> Iterator[str]:
    """Yield an item of a list of mappings."""
    line = f"{' ' * indent}- {flow(shown)}"
    origin = one_origin(shown)
    if origin is not None and width(line) <= WIDTH:
        yield from _commented(line, origin)
        return
    mark = "- "
    for name, below in shown.entries.items():
        for text in _entry(name, below, indent + 2):
            # A comment cannot carry the mark of the item; it goes above.
            if mark != "  " and not text.lstrip().startswith("#"):
                yield " " * indent + mark + text[indent + 2 :]
                mark = "  "
            else:
                yield text


def one_origin(shown: Shown) -> Origin | None:
    """Return the origin that all values below share, a line of one file for one; None where they differ."""
    found = {_told(leaf.origin): leaf.origin for _, leaf in shown.leaves()}
    if len(found) != 1:
        return None
    (origin,) = found.values()
    return shown.origin if _told(shown.origin) == _told(origin) else origin


def _told(origin: Origin) -> tuple[str, str, str, int]:
    place = origin.place
    return origin.kind, origin.text, place.file if place else "", place.line if place else 0


def comment(origin: Origin) -> str:
    """Return where a value comes from, on one line."""
    return safe(str(origin))
