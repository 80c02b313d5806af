"""The mapping in effect as a list for people, and as JSON: path, value and origin of everything."""

from collections.abc import Iterator
from pathlib import Path

from flowlint import __version__
from flowlint.config.effective import Effective, Shown
from flowlint.config.node import KeyPath
from flowlint.reports.config_yaml import comment, flow, one_origin
from flowlint.reports.json_report import dump
from flowlint.reports.terminal import Paint, paragraph, safe, width, wrap
from flowlint.reports.why_json import origin_json

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("effective.schema.json")


def render(shown: Effective, columns: int = 100, paint: Paint | None = None) -> Iterator[str]:
    """Yield the list in pieces, each ending with a line end."""
    paint = paint or Paint()
    for name, section in shown.root.entries.items():
        rows = list(_rows(section, ()))
        if [path for path, _ in rows] == [()]:
            rows = [((name,), section)]
        else:
            yield paint.strong(safe(name)) + "\n"
        indent = "  " if rows[0][1] is not section else ""
        for path, value in rows:
            yield from (f"{indent}{line}\n" for line in _row(path, value, columns - len(indent), paint))
    for note in shown.notes:
        yield from (line + "\n" for line in paragraph(note, columns))


def render_json(shown: Effective) -> Iterator[str]:
    """Yield the document. It is ASCII: every other character is escaped, so no text can do harm in it."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "flowlint", "version": __version__},
        "file": shown.file,
        "notes": shown.notes,
        "values": [
            {
                "path": path,
                "value": value.plain(),
                "origin": origin_json(value.origin),
            }
            for path, value in shown.root.leaves()
        ],
    }
    yield dump(document) + "\n"


def _rows(shown: Shown, path: KeyPath) -> Iterator[tuple[KeyPath, Shown]]:
    """Yield what one row says: a value, or a mapping all of which has one origin."""
    if (path and one_origin(shown) is not None) or not (shown.entries or shown.items):
        yield path, shown
        return
    for key, below in shown.entries.items():
        yield from _rows(below, (*path, key))
    for number, below in enumerate(shown.items, 1):
        yield from _rows(below, (*path, number))


def _row(path: KeyPath, shown: Shown, columns: int, paint: Paint) -> Iterator[str]:
    label = safe(".".join(map(str, path)))
    said = f"({comment(one_origin(shown) or shown.origin)})"
    first, *more = wrap(f"{label}: {safe(flow(shown))}", columns - 4, used=-4)
    if not more and width(first) + width(said) + 1 <= columns:
        yield f"{first} {paint.faint(said)}"
        return
    yield first
    yield from (f"    {line}" for line in more)
    yield from (f"    {paint.faint(line)}" for line in wrap(said, columns - 4))
