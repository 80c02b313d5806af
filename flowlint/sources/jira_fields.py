"""Which fields the records hold, what they are called, and which of them the mapping wants loaded.

Most exports key ``fields`` by id, some by the name that people see; :class:`Keys` tells which keys of a
record mean which field. Everything here is counted per source, since two sites give one id different meanings.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flowlint.config.headings import heading_of
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.mapping import Match, fold
from flowlint.config.observed import SeenField

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Entry = Mapping[str, Any]
FieldIds = dict[str, tuple[str, ...]]
ByProject = Mapping[str | None, FieldIds]
"""What ``resolve_fields`` gives: project as written in the mapping (None: all others) -> logical field -> ids."""

STANDARD = (
    "summary",
    "description",
    "issuetype",
    "project",
    "status",
    "resolution",
    "resolutiondate",
    "assignee",
    "reporter",
    "labels",
    "components",
    "fixVersions",
    "created",
    "updated",
    "duedate",
    "parent",
    "subtasks",
    "issuelinks",
    "epic",
    "sprint",
    "closedSprints",
    "flagged",
)
"""Jira's own fields that are always read, by id."""

OTHERS_OF_JIRA = {
    "Issue Type": "issuetype",
    "Type": "issuetype",
    "Project": "project",
    "Linked Issues": "issuelinks",
    "Sub-tasks": "subtasks",
    "Subtasks": "subtasks",
    "Due Date": "duedate",
    "Resolution Date": "resolutiondate",
}
"""English names of Jira's own fields beside those that mappings use (``known_names.yaml``)."""

LOGICAL_OF_JIRA = {"sprint": ("sprint", "closedSprints"), "flagged": ("flagged",)}
"""Fields of the Agile API that carry a meaning without being named in any metadata."""

OWN_TABLES = frozenset({"sprint", "epic_link", "parent_link"})
"""Meanings whose values have raw tables of their own."""

CENSUS = """
SELECT s.source, k.name, sum(k.records)::BIGINT AS fetched
FROM (SELECT file, base, unnest(names) AS name, records FROM load_keys) k
JOIN load_site s ON s.file = k.file AND s.base IS NOT DISTINCT FROM k.base
GROUP BY ALL ORDER BY ALL
"""
SAMPLES = """
SELECT source, name, sample, count(*) AS filled FROM (
    SELECT s.source, v.name, CASE
        WHEN contains(v.value, 'greenhopper.service.sprint.Sprint@') THEN 'greenhopper'
        WHEN regexp_matches(v.value, '^\\[?\\{') AND contains(v.value, '"state":') AND regexp_matches(v.value, '"(b|originB)oardId":') THEN 'sprint'
        WHEN regexp_full_match(v.value, '"[A-Z][A-Z0-9_]*-[0-9]+"') THEN 'key'
        WHEN regexp_full_match(v.value, '"?-?[0-9]+([.][0-9]+)?"?') THEN 'number'
        WHEN starts_with(v.value, '"') THEN 'text'
        ELSE 'other' END AS sample
    FROM (SELECT file, base, unnest($names::VARCHAR[]) AS name, unnest(json_extract(fields, $pointers))::VARCHAR AS value
          FROM load_document WHERE hash(key) % $nth = 0) v
    JOIN load_site s ON s.file = v.file AND s.base IS NOT DISTINCT FROM v.base
    WHERE v.value IS NOT NULL AND v.value NOT IN ('null', '[]', '""', '{}')
) GROUP BY ALL ORDER BY ALL
"""
SAMPLED = 30_000
"""How many records are enough to tell what a field holds; of more, as many by chance, but always the same, are looked at."""
EPIC_LINK = "com.pyxis.greenhopper.jira:gh-epic-link"
SAMPLE_ORDER = ("greenhopper", "sprint", "key", "number", "text", "other")
EPIC_KEYS = """
WITH used AS MATERIALIZED (
    SELECT s.source, v.name, v.value->>'$' AS key, count(*) AS uses
    FROM (SELECT file, base, unnest($names::VARCHAR[]) AS name, unnest(json_extract(fields, $pointers)) AS value
          FROM load_document WHERE hash(key) % $nth = 0) v
    JOIN load_site s ON s.file = v.file AND s.base IS NOT DISTINCT FROM v.base
    GROUP BY ALL
),
known AS (
    SELECT s.source, d.key, json_extract_string(json_extract(d.fields, $type), ['$.name', '$.hierarchyLevel']) AS type
    FROM (SELECT * FROM load_document WHERE key IN (SELECT key FROM used)) d
    JOIN load_site s ON s.file = d.file AND s.base IS NOT DISTINCT FROM d.base
)
SELECT u.source, u.name, k.type[1], k.type[2], sum(u.uses)::BIGINT
FROM used u JOIN known k ON k.source = u.source AND k.key = u.key
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys under which one source's records hold each field: field id -> keys, the id itself first."""

    of: Mapping[str, tuple[str, ...]]

    def pointers(self, id: str) -> tuple[str, ...]:
        """Return the JSON pointers to the values of a field."""
        return tuple(pointer(key) for key in self.of.get(id, (id,)))


def pointer(key: str) -> str:
    """Return the JSON pointer to a member, whatever signs its name has."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def described(db: "DuckDBPyConnection", told: Mapping[str, Sequence[Entry]]) -> dict[str, list[Entry]]:
    """Return what is known of each source's fields: what metadata told, else the ``names`` and ``schema`` of records."""
    found = {source: list(entries) for source, entries in told.items()}
    known = {source: {str(entry["id"]) for entry in entries} for source, entries in told.items()}
    rows = db.execute(
        """SELECT DISTINCT s.source, d.names::VARCHAR AS names, d."schema"::VARCHAR AS schema FROM load_document d
           JOIN load_site s ON s.file = d.file AND s.base IS NOT DISTINCT FROM d.base
           WHERE starts_with(d.names::VARCHAR, '{') ORDER BY ALL"""
    ).fetchall()
    for source, names, schema in rows:
        schemas = _object(schema)
        for id_, name in _object(names).items():
            if id_ not in known[source]:
                known[source].add(id_)
                found[source].append({"id": id_, "name": name, "schema": schemas.get(id_)})
    return found


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def of_project(by_project: ByProject, project: str) -> FieldIds:
    """Return the fields of a project: its own, else those of all projects without."""
    for name, found in by_project.items():
        if name is not None and fold(name) == fold(project):
            return found
    return by_project.get(None, {})


def census(
    db: "DuckDBPyConnection", described: Mapping[str, Sequence[Entry]]
) -> tuple[dict[str, tuple[SeenField, ...]], dict[str, Keys]]:
    """Count the fields of all records; ``described`` holds per source what is told of its fields.

    Returns per source the fields seen, and the keys that mean them.
    """
    counted: dict[str, dict[str, int]] = {source: {} for source in described}
    for source, name, fetched in db.execute(CENSUS).fetchall():
        counted[source][name] = fetched
    keys = {source: _keys(names, described.get(source, ())) for source, names in counted.items()}
    samples = _samples(db, {name for names in counted.values() for name in names if name not in STANDARD})
    _tell_epic_keys(
        db, {place: shapes for place, shapes in samples.items() if place[0] not in _sure_of_epics(described)}
    )
    seen = {
        source: tuple(_seen(source, keys[source], names, described.get(source, ()), samples))
        for source, names in counted.items()
    }
    return seen, keys


def resolve(
    mapping: WholeMapping, seen: Mapping[str, Sequence[SeenField]]
) -> tuple[dict[str, ByProject], tuple[str, ...]]:
    """Return per source which fields carry which meaning, per project as ``resolve_fields`` does; and its notes."""
    from flowlint.config.fields import resolve_fields

    result: dict[str, ByProject] = {}
    notes: list[str] = []
    named = sorted(_named_in_selectors(mapping))
    for source, fields in sorted(seen.items()):
        by_project, told = resolve_fields(mapping, fields)
        present = {field.id for field in fields}
        selected = {name: ids for name in named if (ids := _ids_of(name, fields)) and ids != (name,)}
        result[source] = {
            project: selected | _with_agile_fields(found, present) for project, found in by_project.items()
        }
        notes.extend(told)
    return result, tuple(dict.fromkeys(notes))


def loaded_ids(by_project: ByProject, mapping: WholeMapping, seen: Sequence[SeenField]) -> tuple[str, ...]:
    """Return the ids of one source's fields whose values are loaded, beside those that are always read."""
    wanted = {id_ for found in by_project.values() for ids in found.values() for id_ in ids if heading_of(id_) is None}
    wanted |= {id_ for name in _named_in_selectors(mapping) for id_ in _ids_of(name, seen)}
    return tuple(sorted(wanted - set(STANDARD) | (wanted & {"duedate", "flagged"})))


def _with_agile_fields(found: FieldIds, present: set[str]) -> FieldIds:
    more = dict(found)
    for logical, ids in LOGICAL_OF_JIRA.items():
        added = tuple(id_ for id_ in ids if id_ in present and id_ not in more.get(logical, ()))
        if added:
            more[logical] = more.get(logical, ()) + added
    return more


def _keys(names: Iterable[str], described: Sequence[Entry]) -> Keys:
    ids = {str(entry["id"]) for entry in described} | set(STANDARD)
    by_name: dict[str, str] = {}
    for entry in sorted(
        described, key=lambda entry: (bool(entry.get("custom")), len(str(entry["id"])), str(entry["id"]))
    ):
        by_name.setdefault(_text(entry.get("name")) or "", str(entry["id"]))
    found: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        found[name if name in ids or name.startswith("customfield_") else _id_of(name, by_name)].append(name)
    return Keys({id_: tuple(sorted(group, key=lambda key: (key != id_, key))) for id_, group in found.items()})


def _id_of(name: str, by_name: Mapping[str, str]) -> str:
    from flowlint.config.known import system_field

    return by_name.get(name) or OTHERS_OF_JIRA.get(name) or (system_field(name) if name[:1].isupper() else None) or name


def _samples(db: "DuckDBPyConnection", names: set[str]) -> dict[tuple[str, str], dict[str, int]]:
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    ordered = sorted(names)
    if ordered:
        parameters = {"names": ordered, "pointers": [pointer(name) for name in ordered], "nth": _nth(db)}
        for source, name, sample, filled in db.execute(SAMPLES, parameters).fetchall():
            counts[source, name][sample] = filled
    return counts


def _nth(db: "DuckDBPyConnection") -> int:
    """Return of how many records one is looked at."""
    row = db.execute("SELECT count(*) FROM load_document").fetchone()
    return max(1, (row[0] if row else 0) // SAMPLED)


def _sure_of_epics(described: Mapping[str, Sequence[Entry]]) -> set[str]:
    """Return the sources whose metadata says which field is the epic link."""
    fields = ((source, seen_field(entry)) for source, entries in described.items() for entry in entries)
    return {source for source, field in fields if field.schema_custom == EPIC_LINK}


def _tell_epic_keys(db: "DuckDBPyConnection", samples: dict[tuple[str, str], dict[str, int]]) -> None:
    """Turn ``key`` into ``epic_key`` for fields most of whose keys, where they are in the data, are epics."""
    from flowlint.config.known import known_type

    names = sorted({name for (_, name), counts in samples.items() if "key" in counts})
    if not names:
        return
    pointers = [pointer(name) for name in names]
    parameters = {"names": names, "pointers": pointers, "type": "/issuetype", "nth": _nth(db)}
    tally: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for source, name, type_name, level, count in db.execute(EPIC_KEYS, parameters).fetchall():
        known = known_type(type_name) if type_name else None
        tally[source, name][level == "1" if level is not None else known is not None and known.level == "epic"] += count
    for place, (others, epics) in tally.items():
        if epics > others:
            samples[place]["epic_key"] = samples[place].pop("key")


def _seen(
    source: str,
    keys: Keys,
    counts: Mapping[str, int],
    described: Sequence[Entry],
    samples: Mapping[tuple[str, str], Mapping[str, int]],
) -> Iterable[SeenField]:
    told = {str(entry["id"]): entry for entry in described}
    for id_ in sorted(keys.of):
        shapes: dict[str, int] = defaultdict(int)
        for key in keys.of[id_]:
            for shape, count in samples.get((source, key), {}).items():
                shapes[shape] += count
        fetched = sum(counts[key] for key in keys.of[id_])
        field = seen_field(told.get(id_, {"id": id_}))
        yield replace(
            field,
            name=field.name or (id_ if not id_.startswith("customfield_") and id_ not in STANDARD else None),
            fetched=fetched,
            filled=fetched if id_ in STANDARD else sum(shapes.values()),
            sample=_most(shapes),
        )


def seen_field(entry: Entry) -> SeenField:
    """Return a field as Jira's metadata describes it, not yet seen in any record."""
    schema = entry.get("schema")
    told = schema if isinstance(schema, dict) else {}
    types = {name: _text(told.get(name)) for name in ("type", "items", "custom")}
    return SeenField(str(entry["id"]), _text(entry.get("name")), types["type"], types["items"], types["custom"])


def _most(shapes: Mapping[str, int]) -> str | None:
    order = [*SAMPLE_ORDER[:2], "epic_key", *SAMPLE_ORDER[2:]]
    return max(shapes, key=lambda shape: (shapes[shape], -order.index(shape))) if shapes else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _named_in_selectors(mapping: WholeMapping) -> set[str]:
    matches: list[Match | None] = [exception.match for exception in mapping.exceptions]
    matches += [team.match for team in mapping.teams] + [stream.scope for stream in mapping.value_streams]
    for section in (mapping.base, *mapping.projects.values()):
        matches += [condition.match for condition in section.flow_items]
    names: set[str] = set()
    while matches:
        match = matches.pop()
        if match is not None:
            names.update(name for name, _ in match.fields)
            matches.append(match.negated)
    return names


def _ids_of(name: str, seen: Sequence[SeenField]) -> tuple[str, ...]:
    """Return the ids of the fields that a selector's name means: an id, else a display name."""
    wanted = fold(name)
    by_id = tuple(field.id for field in seen if fold(field.id) == wanted)
    return by_id or tuple(field.id for field in seen if field.name and fold(field.name) == wanted)
