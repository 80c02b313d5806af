"""From a merged tree of values that has no faults to the typed :class:`~flowlint.config.mapping.Mapping`."""

from collections.abc import Iterator
from typing import Literal, cast

from flowlint.config import sections
from flowlint.config.mapping import Mapping, Name, ProjectMapping
from flowlint.config.merge import merge_project, without_nulls
from flowlint.config.node import Node
from flowlint.errors import Place

NOT_SECTIONS = frozenset({"version", "required_version", "extends"})


def build(root: Node, file: str | None) -> Mapping:
    """Return the mapping that a tree means. The schema and the structure checks have admitted the tree."""
    entries = root.entries
    hierarchy = entries.get("hierarchy")
    targets = entries["targets"].entries if "targets" in entries else {}
    projects = entries["projects"].entries if "projects" in entries else {}
    report = entries.get("report")
    return Mapping(
        file=file,
        levels=sections.names(hierarchy.entries["levels"]) if hierarchy else (),
        flow_item_level=sections.text(hierarchy, "flow_item_level") if hierarchy else None,
        base=_project(root),
        projects={key: _project(without_nulls(merge_project(root, own))) for key, own in projects.items()},
        value_streams=sections.value_streams(entries.get("value_streams")),
        teams=sections.teams(entries.get("teams")),
        sources=sections.sources(root),
        exceptions=sections.exceptions(entries.get("exceptions")),
        targets={name: float(cast("float", node.value)) for name, node in targets.items()},
        preview="preview" in entries and entries["preview"].value is True,
        people=cast("Literal['counts', 'names']", (sections.text(report, "people") if report else None) or "counts"),
        written=frozenset(entries) - NOT_SECTIONS,
        places=dict(_places(root)),
        values=tuple(values_of(root)),
    )


def _project(node: Node) -> ProjectMapping:
    entries = node.entries
    return ProjectMapping(
        issue_types=sections.issue_types(entries.get("issue_types")),
        flow_items=sections.flow_items(entries.get("flow_items")),
        fields=sections.fields(entries.get("fields")),
        parents=sections.parents(entries.get("parents")),
        workflow=sections.workflow(entries.get("workflow")),
        rules=sections.rules(entries.get("rules")),
    )


def values_of(node: Node, prefix: str = "") -> Iterator[tuple[str, Name]]:
    """Yield every scalar as written, with the path of its key or list item."""
    for key, below in (*node.entries.items(), *enumerate(node.items)):
        if below.entries or below.items:
            yield from values_of(below, f"{prefix}{key}.")
        elif below.written:
            yield f"{prefix}{key}", sections.name(below)


def _places(node: Node, prefix: str = "") -> Iterator[tuple[str, Place]]:
    """Yield the place of every key and list item, by its path joined by dots."""
    for key, below in (*node.entries.items(), *enumerate(node.items)):
        path = f"{prefix}{key}"
        yield path, below.key
        yield from _places(below, f"{path}.")
