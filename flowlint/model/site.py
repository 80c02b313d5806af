"""The site as views (``site_…``): its own metadata, how the data uses it, and what of it the mapping's names mean."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from flowlint.config.fields import candidates, kind_of_field, recognise_fields
from flowlint.config.known import means_cancelled
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.mapping import fold, name_matches
from flowlint.config.observed import SeenField
from flowlint.config.suggest import nearest
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TABLES = {
    "site_list": "source VARCHAR, kind VARCHAR",
    "site_issue_type": "source VARCHAR, id VARCHAR, name VARCHAR, subtask BOOLEAN, native_level INTEGER, project VARCHAR, "
    "in_reach BOOLEAN, issue_count INTEGER, childless_count INTEGER, beside_count INTEGER",
    "site_status": "source VARCHAR, id VARCHAR, name VARCHAR, category VARCHAR, project VARCHAR, in_reach BOOLEAN, "
    "issue_count INTEGER",
    "site_field": "source VARCHAR, id VARCHAR, name VARCHAR, custom BOOLEAN, schema_type VARCHAR, schema_custom VARCHAR, "
    "kind VARCHAR, sample VARCHAR, looks_like VARCHAR, fetched_count INTEGER, filled_count INTEGER",
    "site_project": "source VARCHAR, key VARCHAR, name VARCHAR, archived BOOLEAN",
    "site_resolution": "project VARCHAR, value_stream VARCHAR, name VARCHAR, means_given_up BOOLEAN, done_count INTEGER, "
    "cancelled_count INTEGER",
    "site_match": "kind VARCHAR, written VARCHAR, source VARCHAR, id VARCHAR, name VARCHAR",
    "site_near": "kind VARCHAR, written VARCHAR, name VARCHAR",
    "config_flow_item_overlap": "project VARCHAR, earlier INTEGER, later INTEGER, issue_count INTEGER, examples VARCHAR[]",
}
"""What rules on mappings may ask of the site. All are empty where a mapping is checked alone."""
FILL = """
INSERT INTO site_list SELECT source, kind FROM raw_site_list;

INSERT INTO site_issue_type BY NAME
WITH used AS (
    SELECT r.source, r.type_id, r.type_name, count(*) AS issue_count,
           count(*) FILTER (WHERE i.children_known AND i.child_count = 0) AS childless_count
    FROM raw_issue r JOIN issue i USING (key) GROUP BY r.source, r.type_id, r.type_name
),
-- Issues of several types at the flow item level under one parent above it.
kinds AS (
    SELECT r.source, r.type_id, r.type_name, i.parent_key, count(*) AS n, bool_or(i.flow_item = 'feature') AS features
    FROM raw_issue r JOIN issue i USING (key) CROSS JOIN m_run run
    WHERE i.level_position = 'at' AND i.parent_level_rank > run.flow_item_rank
    GROUP BY r.source, r.type_id, r.type_name, i.parent_key
),
beside AS (
    SELECT k.source, k.type_id, k.type_name, sum(k.n) AS beside_count FROM kinds k
    WHERE EXISTS (SELECT 1 FROM kinds o WHERE o.parent_key = k.parent_key AND o.type_name <> k.type_name AND o.features)
    GROUP BY k.source, k.type_id, k.type_name
)
SELECT t.source, t.id, t.name, t.subtask, t.hierarchy_level AS native_level, t.project,
       t.project IS NULL OR t.project IN (SELECT key FROM m_reach) AS in_reach,
       coalesce(sum(u.issue_count), 0)::INTEGER AS issue_count, coalesce(sum(u.childless_count), 0)::INTEGER AS childless_count,
       coalesce(sum(b.beside_count), 0)::INTEGER AS beside_count
FROM raw_site_type t
LEFT JOIN used u ON u.source = t.source AND (u.type_id = t.id OR (u.type_id IS NULL AND u.type_name = t.name))
LEFT JOIN beside b ON b.source = u.source AND b.type_id IS NOT DISTINCT FROM u.type_id AND b.type_name = u.type_name
GROUP BY t.source, t.id, t.name, t.subtask, t.hierarchy_level, t.project;

INSERT INTO site_status BY NAME
WITH used AS (
    SELECT source, status_id, status_name, count(*) AS issue_count FROM raw_issue GROUP BY ALL
)
SELECT s.source, s.id, s.name, s.category, s.project,
       s.project IS NULL OR s.project IN (SELECT key FROM m_reach) AS in_reach,
       coalesce(sum(u.issue_count), 0)::INTEGER AS issue_count
FROM raw_site_status s
LEFT JOIN used u ON u.source = s.source AND (u.status_id = s.id OR (u.status_id IS NULL AND u.status_name = s.name))
GROUP BY s.source, s.id, s.name, s.category, s.project;

INSERT INTO site_project BY NAME SELECT source, key, name, archived FROM raw_site_project;

INSERT INTO config_flow_item_overlap BY NAME
WITH held AS (
    SELECT n.key, unnest(n.conditions) AS number FROM m_narrow n WHERE len(n.conditions) > 1
)
SELECT e.project, e.position AS earlier, l.position AS later, count(*)::INTEGER AS issue_count,
       list_slice(list(a.key ORDER BY length(a.key), a.key), 1, 3) AS examples
FROM held a JOIN held b ON b.key = a.key AND b.number > a.number
JOIN m_condition e ON e.number = a.number JOIN m_condition l ON l.number = b.number
GROUP BY e.project, e.position, l.position;
"""


SELECTED_FIELDS = "SELECT DISTINCT substring(key, 8) FROM config_selector WHERE starts_with(key, 'fields.')"


def write_no_site(db: "DuckDBPyConnection") -> None:
    """Create the views with nothing in them."""
    db.execute("".join(f"CREATE TABLE {table} ({columns});" for table, columns in TABLES.items()))


def write_site(db: "DuckDBPyConnection", mapping: WholeMapping) -> None:
    """Create and fill the views from the raw tables and the views of issues."""
    write_no_site(db)
    named = {key for source in mapping.sources for key in _listed(source.settings.get("projects"))}
    db.execute("CREATE TABLE m_reach AS SELECT DISTINCT project AS key FROM raw_issue")
    insert(db, "m_reach", ("key",), [(str(key),) for key in (*named, *mapping.projects)])
    db.execute(FILL)
    _write_fields(db, mapping)
    _write_matches(db, mapping)
    _write_resolutions(db, mapping)


def _listed(value: object) -> Iterable[object]:
    return value if isinstance(value, list | tuple) else ()


def _write_fields(db: "DuckDBPyConnection", mapping: WholeMapping) -> None:
    named = {name for (name,) in db.execute(SELECTED_FIELDS).fetchall()} | _written_fields(mapping)
    rows: list[tuple[object, ...]] = []
    matches: list[tuple[object, ...]] = []
    for source, fields in fields_of_site(db).items():
        looks = {id_: logical for logical, ids in recognise_fields(fields).items() for id_ in ids}
        for one in fields:
            custom = one.id.startswith("customfield_")
            schema = (one.schema_type, one.schema_custom)
            meaning = (kind_of_field(one), one.sample, looks.get(one.id))
            rows.append((source, one.id, one.name, custom, *schema, *meaning, one.fetched, one.filled))
        names = {one.id: one.name for one in fields}
        for written in sorted(named):
            matches.extend(("field", written, source, id_, names[id_]) for id_ in candidates(written, fields))
    insert(db, "site_field", [column.split()[0] for column in TABLES["site_field"].split(", ")], rows)
    insert(db, "site_match", ("kind", "written", "source", "id", "name"), matches)
    _write_near(db, "field", named, "site_field WHERE name IS NOT NULL")


def fields_of_site(db: "DuckDBPyConnection") -> dict[str, list[SeenField]]:
    """Return what is known of each source's fields, by id."""
    found: dict[str, list[SeenField]] = {}
    for source, *of_field in db.execute(
        """SELECT source, id, name, schema_type, schema_items, schema_custom, fetched, filled, sample
           FROM raw_site_field ORDER BY source, id"""
    ).fetchall():
        found.setdefault(source, []).append(SeenField(*of_field))
    return found


def _written_fields(mapping: WholeMapping) -> set[str]:
    """Return every name or id of a field that the mapping's section ``fields`` reads."""
    sections = (mapping.base, *mapping.projects.values())
    return {source.field for own in sections for sources in own.fields.values() for source in sources if source.field}


def _write_matches(db: "DuckDBPyConnection", mapping: WholeMapping) -> None:
    sections = (mapping.base, *mapping.projects.values())
    workflows = [own.workflow for own in sections] + [stream.workflow for stream in mapping.value_streams]
    types = {entry.name for own in sections for entry in own.issue_types if entry.place is not None}
    statuses = {status for workflow in workflows if workflow is not None for status in workflow.statuses}
    for table, kind, key, written in (
        ("site_issue_type", "type", "types", types),
        ("site_status", "status", "statuses", statuses),
    ):
        asked = db.execute("SELECT DISTINCT value FROM config_selector WHERE key = $key", {"key": key}).fetchall()
        wanted = sorted(written | {value for (value,) in asked})
        # People see a type in their own language: one id may go by several names in the issues.
        seen = db.execute(
            f"""SELECT source, id, name FROM {table}
                UNION SELECT source, {kind}_id, {kind}_name FROM raw_issue
                WHERE {kind}_name IS NOT NULL AND {kind}_id IS NOT NULL ORDER BY ALL"""
        ).fetchall()
        insert(db, "site_match", ("kind", "written", "source", "id", "name"), _matches(kind, wanted, seen))
        _write_near(db, kind, wanted, f"{table} WHERE in_reach")


def _write_near(db: "DuckDBPyConnection", kind: str, wanted: Iterable[str], names: str) -> None:
    """Remember what may be meant by names that mean nothing on the site."""
    matched = db.execute("SELECT DISTINCT written FROM site_match WHERE kind = $kind", {"kind": kind}).fetchall()
    known = [name for (name,) in db.execute(f"SELECT DISTINCT name FROM {names} ORDER BY name").fetchall()]
    rows = []
    for written in sorted(set(wanted) - {name for (name,) in matched}):
        head, _, id_ = written.rpartition(":")
        near = nearest(head if head and id_.strip().isdigit() else written, known)
        if near is not None:
            rows.append((kind, written, near))
    insert(db, "site_near", ("kind", "written", "name"), rows)


def _matches(
    kind: str, wanted: Iterable[str], seen: Iterable[tuple[str, str | None, str]]
) -> Iterator[tuple[object, ...]]:
    """Yield each name as written with every entry of the site that it means."""
    entries = list(seen)
    by_name: dict[str, list[tuple[str, str | None, str]]] = {}
    by_id: dict[str, list[tuple[str, str | None, str]]] = {}
    for entry in entries:
        by_name.setdefault(fold(entry[2]), []).append(entry)
        if entry[1] is not None:
            by_id.setdefault(entry[1], []).append(entry)
    for written in wanted:
        id_ = written.strip().rpartition(":")[2]
        likely = entries if "*" in written else [*by_name.get(fold(written), ()), *by_id.get(id_, ())]
        for source, entry_id, name in dict.fromkeys(likely):
            if name_matches(written, name, entry_id):
                yield kind, written, source, entry_id, name


def _write_resolutions(db: "DuckDBPyConnection", mapping: WholeMapping) -> None:
    """Count resolutions by the workflow that holds for the issues: a value stream's, a project's own, or the common one."""
    counted: dict[tuple[str | None, str | None, str], list[int]] = {}
    for project, stream, name, done, cancelled in db.execute(
        """SELECT project, value_stream, resolution, count(*) FILTER (WHERE is_done), count(*) FILTER (WHERE is_cancelled)
           FROM m_base WHERE resolution IS NOT NULL AND (is_done OR is_cancelled) AND NOT left_out GROUP BY ALL ORDER BY ALL"""
    ).fetchall():
        own = next((one.workflow for one in mapping.value_streams if one.name == stream), None)
        owner: tuple[str | None, str | None] = (None, None)
        if own is not None and (own.stages or own.cancelled_resolutions):
            owner = (None, stream)
        elif mapping.for_project(project).workflow != mapping.base.workflow:
            owner = (next(key for key in mapping.projects if fold(key) == fold(project)), None)
        known = counted.setdefault((*owner, name), [0, 0])
        known[0] += done
        known[1] += cancelled
    columns = ("project", "value_stream", "name", "means_given_up", "done_count", "cancelled_count")
    rows = [(*about, means_cancelled(about[-1]), *counts) for about, counts in counted.items()]
    insert(db, "site_resolution", columns, rows)
