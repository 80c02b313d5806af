"""Blocks of docs/mapping.md: the keys of ``flowlint.yaml`` section by section, from its JSON Schema."""

import json
from pathlib import Path

from pages.keys import Keys

HEAD = ("Key", "Takes", "Default", "Example", "Meaning")
SECTIONS = {
    "file": ("version", "required_version", "preview", "extends"),
    "source": ("source",),
    "sources": ("sources",),
    "hierarchy": ("hierarchy",),
    "issue_types": ("issue_types",),
    "flow_items": ("flow_items",),
    "workflow": ("workflow",),
    "value_streams": ("value_streams",),
    "parents": ("parents",),
    "fields": ("fields",),
    "teams": ("teams",),
    "projects": ("projects",),
    "rules": ("rules",),
    "exceptions": ("exceptions",),
    "report": ("report", "targets"),
}
"""Blocks of the page, and the sections of the file that each tells of."""
SELECTOR = "a [selector](#the-selector)"
SAME = {
    "source": "[source](#source)",
    "field": "field, headings or both",
    "issueTypes": "[issue_types](#issue_types)",
    "flowItems": "[flow_items](#flow_items)",
    "fields": "[fields](#fields)",
    "parents": "[parents](#parents)",
    "workflow": "[workflow](#workflow)",
    "stages": "[stages](#workflow)",
    "cancelled": "[cancelled](#workflow)",
    "ignored": "[ignored](#workflow)",
}
"""Definitions that stand in several sections, and where they are told."""
HOME = {
    "source": ("source",),
    "issue_types": ("issueTypes",),
    "flow_items": ("flowItems",),
    "fields": ("fields",),
    "parents": ("parents",),
    "workflow": ("workflow", "stages", "cancelled", "ignored"),
}
"""Sections in which such a definition is written out."""


def blocks(package: Path) -> dict[str, str]:
    """Return the blocks of the page by name; raises ValueError where a section of the file has no place on it."""
    schema = json.loads((package / "config" / "config.schema.json").read_text("utf-8"))
    told = [name for names in SECTIONS.values() for name in names]
    if left_out := schema["properties"].keys() ^ set(told):
        raise ValueError(f"docs/pages/mapping.py: sections that the schema and the page do not share: {left_out}")
    made = {}
    for block, names in SECTIONS.items():
        linked = {key: link for key, link in SAME.items() if key not in HOME.get(block, ())}
        made[block] = Keys(schema, {**linked, "match": SELECTOR}).table(*names, head=HEAD)
    keys = Keys(schema, {"match": SELECTOR})
    return {**made, "selector": keys.table(of=keys.definition("match"), head=HEAD)}
