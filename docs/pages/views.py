"""docs/views.md: every view and column that rules may name, from flowlint/model/views.yaml."""

from pathlib import Path
from typing import Any

import yaml

from pages.markdown import code, line, page, table

INTRODUCTION = """\
Rules are SQL conditions over these views and nothing else. `applies`, `unknown` and `where` run over the view \
named like the rule's scope, as `me`; `query` may join any of them.

Times are UTC. Days are whole days before the run's moment. A list is never NULL, only empty. What was not \
fetched is unknown, not empty: `fetched` in [`issue`](#issue) says which."""


def pages(root: Path) -> dict[str, str]:
    """Return the page by its path under docs/."""
    source = root / "flowlint" / "model" / "views.yaml"
    views: dict[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    index = ", ".join(f"[`{name}`](#{name})" for name in views)
    parts = [_view(name, view) for name, view in views.items()]
    return {"views.md": page("Views", "flowlint/model/views.yaml", INTRODUCTION, f"{index}.", *parts)}


def _view(name: str, view: dict[str, Any]) -> str:
    columns: dict[str, dict[str, Any]] = view["columns"]
    with_source = any("source" in column for column in columns.values())
    head = ["Column", "Type", "NULL", "What it holds", *(["Where it comes from"] if with_source else [])]
    rows = [_column(column, told, with_source=with_source) for column, told in columns.items()]
    return f"## {name}\n\n{line(view['about'])}\n\n{table(head, rows)}"


def _column(name: str, told: dict[str, Any], *, with_source: bool) -> list[str]:
    null = "never" if told.get("never_null") else "may be"
    cells = [code(name), told["type"], null, line(told["about"])]
    return [*cells, line(told.get("source", ""))] if with_source else cells
