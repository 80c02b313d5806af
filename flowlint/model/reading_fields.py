"""Which field gave each logical value of an issue, and why there is none where there is none."""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingABC
from typing import TYPE_CHECKING, Any

from flowlint.config.grounds import field_ground
from flowlint.config.headings import PREFIX, heading_ids, heading_of
from flowlint.config.mapping import LOGICAL_FIELDS, FieldSource, Mapping, fold
from flowlint.config.origin import Origin
from flowlint.model.facts import Fact

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PARENTS = ("epic_link", "parent_link")
"""Logical fields whose values are candidates for the parent."""
UNMAPPED = "mapped to no field, and none is recognised"
NAMED = "SELECT min(coalesce(parent_key, parent_id)) FROM raw_parent WHERE key = $1 AND via = $2"
USED = f"""
SELECT f.meaning, f.field_id, s.name, s.schema_custom,
       list_contains(h.field_ids, CASE WHEN starts_with(f.field_id, '{PREFIX}') THEN 'description' ELSE f.field_id END) AS fetched,
       EXISTS (SELECT 1 FROM m_said v WHERE v.key = r.key AND v.field_id = f.field_id
               AND (trim(coalesce(v.text, '')) <> '' OR v.number IS NOT NULL)) AS filled
FROM raw_issue r
JOIN raw_fetched h ON h.fetched_set = r.fetched_set
JOIN m_project_fields o ON o.project = r.project
JOIN m_field f ON f.project IS NOT DISTINCT FROM o.fields_of
LEFT JOIN raw_site_field s ON s.source = r.source AND s.id = f.field_id
WHERE r.key = $1 ORDER BY f.meaning, f.position
"""
Field = tuple[str, str | None, str | None, bool, bool]
"""Id, name, Jira's type, whether it was fetched, whether it holds something."""


def field_facts(db: "DuckDBPyConnection", mapping: Mapping, row: MappingABC[str, Any]) -> Iterator[Fact]:
    """Yield the value of every logical field with the field that gave it."""
    used: dict[str, list[Field]] = {}
    for meaning, *field in db.execute(USED, [row["key"]]).fetchall():
        used.setdefault(meaning, []).append(tuple(field))
    written = mapping.for_project(row["project"]).fields
    for logical in LOGICAL_FIELDS:
        value = row.get(logical)
        if logical == "sprint" and row["sprint_count"]:
            value = f"in {row['sprint_count']}"
        elif logical in PARENTS and logical in used:
            (value,) = db.execute(NAMED, [row["key"], logical]).fetchall()[0]
        yield Fact(logical, value, _origin(logical, value, used.get(logical, ()), written.get(logical)))


def _origin(logical: str, value: object, fields: Sequence[Field], written: Sequence[FieldSource] | None) -> Origin:
    """Return which field holds the value, or why none does."""
    if not fields:
        if written is None:
            return Origin("computed", UNMAPPED)
        told = ", ".join(source.field or f"heading {', '.join(source.headings)}" for source in written)
        place = next((source.place for source in written if source.place), None)
        found = "a heading of the description" if value is not None else "not in the data"
        return Origin("mapping", f"fields.{logical}: {told}; {found}", place)
    giving = next((field for field in fields if field[4]), None)
    if giving is not None:
        return _of_field(logical, giving, written, "")
    if value is not None:
        return _of_field(logical, fields[0], written, "")
    fetched = any(field[3] for field in fields)
    headings = [heading for field in fields if (heading := heading_of(field[0]))]
    if len(headings) == len(fields) and fetched:
        return Origin(
            "default" if written is None else "mapping",
            f"the description has nothing under the heading {' or '.join(headings)}",
        )
    return _of_field(logical, fields[0], written, "empty" if fetched else "not fetched")


def _of_field(logical: str, field: Field, written: Sequence[FieldSource] | None, state: str) -> Origin:
    id_, name, custom, _, _ = field
    heading = heading_of(id_)
    shown = f"{id_} ({name})" if name and name != id_ else f"heading {heading} of the description" if heading else id_
    text = f"{shown}{', ' if state else ''}{state}"
    for source in written or ():
        if source.field is not None and source.place is not None and _means(source.field, id_, name):
            return Origin("mapping", text, source.place)
        if heading in [heading_of(one) for one in heading_ids(source.headings)]:
            return Origin("mapping", text, source.place)
    if heading:
        return Origin("default", text)
    return Origin("inferred", f"{text}; {field_ground(logical, id_, name, custom)}")


def _means(written: str, id_: str, name: str | None) -> bool:
    names = {fold(id_), fold(name or ""), fold(f"{name}:{id_}")}
    return fold(written) in names
