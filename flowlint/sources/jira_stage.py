"""From records to one row per issue: ``load_issue``, the members that are read taken apart, duplicates settled.

A record is parsed once: one ``json_extract`` with all pointers, which gives NULL for a member that is not
there and ``null`` for one that is empty. Of an issue that occurs twice the newest ``updated`` stays, of equally
new ones that with the greater hash of its content, whatever the order of the input.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from flowlint.snapshot.database import insert
from flowlint.sources.jira_fields import STANDARD, Keys
from flowlint.sources.jira_sql import named, names_of, person, text, utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

JSON_MEMBERS = (
    "description",
    "issuetype",
    "project",
    "status",
    "parent",
    "epic",
    "issuelinks",
    "fixVersions",
    "sprint",
    "closedSprints",
)
"""Fields that go on as they came; all others are read at once."""
READ = {
    "updated": "TIMESTAMP",
    "summary": "VARCHAR",
    "resolution": "VARCHAR",
    "assignee": "VARCHAR",
    "reporter": "VARCHAR",
    "assignee_name": "VARCHAR",
    "labels": "VARCHAR[]",
    "components": "VARCHAR[]",
    "subtask_keys": "VARCHAR[]",
    "created": "TIMESTAMP",
    "resolved": "TIMESTAMP",
    "due": "DATE",
    "unread_times": "INTEGER",
}
"""Columns of ``load_issue`` that are read from fields, with their types."""
MEMBERS = ", ".join(f'"f_{name}" JSON' for name in JSON_MEMBERS)
TABLE = f"""
CREATE OR REPLACE TEMP TABLE load_issue (
    source VARCHAR, island INTEGER, id VARCHAR, native_key VARCHAR, key VARCHAR, project VARCHAR, url VARCHAR,
    {", ".join(f"{name} {type_}" for name, type_ in READ.items())},
    {MEMBERS}, custom JSON[], held VARCHAR, changelog JSON
)"""
CONTENT = f"""to_json({{'read': {{{", ".join(f"'{name}': {name}" for name in READ)}}}, 'members': [{", ".join(f'"f_{name}"' for name in JSON_MEMBERS)}],
    'custom': custom, 'changelog': changelog, 'held': held, 'key': native_key, 'id': id, 'url': url}})::VARCHAR"""
TWINS = """
CREATE OR REPLACE TEMP TABLE load_twin AS
SELECT rowid AS row, concat_ws(chr(10), source, {within}, {column}) AS identity, updated, md5({content}) AS content_hash
FROM load_issue WHERE (source, {within}, {column}) IN (
    SELECT source, {within}, {column} FROM load_issue GROUP BY ALL HAVING count(*) > 1)
"""
NEWEST_TWINS = """
SELECT t.row, t.identity, t.content_hash
FROM load_twin t JOIN (SELECT identity, max(updated) AS updated FROM load_twin GROUP BY identity) n
  ON n.identity = t.identity AND n.updated IS NOT DISTINCT FROM t.updated
ORDER BY t.identity, t.content_hash, t.row
"""


def stage(
    db: "DuckDBPyConnection", keys: Mapping[str, Keys], loaded: Mapping[str, Sequence[str]], *, people: bool
) -> None:
    """Fill ``load_issue`` with every record of every source, and ``load_custom`` with the ids of its extra values.

    With ``people`` the names of assignees are kept.
    """
    db.execute(TABLE)
    db.execute("CREATE OR REPLACE TEMP TABLE load_custom (source VARCHAR, ids VARCHAR[])")
    db.execute("CREATE OR REPLACE TEMP TABLE load_held (source VARCHAR, held VARCHAR, fetched_set BIGINT)")
    for source in sorted(keys):
        extra = list(loaded[source])
        db.execute("INSERT INTO load_custom VALUES ($1, $2::VARCHAR[])", [source, extra])
        _stage_source(db, source, keys[source], extra, people=people)


def _stage_source(db: "DuckDBPyConnection", source: str, keys: Keys, extra: Sequence[str], *, people: bool) -> None:
    pointers: list[str] = []
    meant: list[str] = []
    values: dict[str, str] = {}
    for id_ in dict.fromkeys([*STANDARD, *extra]):
        own = keys.pointers(id_)
        found = ", ".join(f"v[{len(pointers) + nth}]" for nth in range(1, len(own) + 1))
        values[id_] = found if len(own) == 1 else f"coalesce({found})"
        pointers += own
        meant += [id_] * len(own)
    read = _read(values, people=people)
    members = ", ".join(
        f"CASE WHEN {values[name]} NOT IN ('[]', 'null') THEN {values[name]} END" for name in JSON_MEMBERS
    )
    custom = ", ".join(values[id_] for id_ in extra)
    whole = """CASE WHEN changelog IS NOT NULL AND json_type(changelog) <> 'NULL'
        AND coalesce(try_cast(changelog->>'$.total' AS BIGINT) <= json_array_length(changelog, '$.histories'), true) THEN '1' ELSE '0' END"""
    told = f"{values['project']}->>'$.key'"
    project = (
        f"CASE WHEN {told} <> '' THEN {told} ELSE coalesce(nullif(regexp_extract(key, '^(.+)-[^-]*$', 1), ''), key) END"
    )
    db.execute(
        f"""INSERT INTO load_issue
            SELECT source, island, coalesce(nullif(id, ''), key), key, key, {project}, CASE WHEN pages IS NOT NULL THEN pages || '/browse/' || url_encode(key) END,
                   {", ".join(read[name] for name in READ)}, {members}, [{custom}]::JSON[],
                   concat(array_to_string([CASE WHEN x IS NULL THEN '0' ELSE '1' END FOR x IN v], ''), {whole}), changelog
            FROM (SELECT s.source, s.island, d.id, trim(d.key) AS key, s.pages, d.changelog, json_extract(d.fields, $1) AS v
                  FROM load_document d JOIN load_site s ON s.file = d.file AND s.base IS NOT DISTINCT FROM d.base
                  WHERE s.source = $2)""",
        [pointers, source],
    )
    _name_held(db, source, [*meant, "changelog"])


def _read(values: Mapping[str, str], *, people: bool) -> dict[str, str]:
    """Return the SQL of the columns that are read at once, from that of the fields."""
    times = [text(values[name]) for name in ("created", "updated", "resolutiondate")]
    children = f'from_json({values["subtasks"]}, \'[{{"key":"VARCHAR"}}]\')'
    assignee = values["assignee"]
    return {
        "updated": utc(text(values["updated"])),
        "summary": text(values["summary"]),
        "resolution": named(values["resolution"]),
        "assignee": person(assignee),
        "reporter": person(values["reporter"]),
        "assignee_name": f"coalesce({assignee}->>'$.displayName', {named(assignee)})" if people else "NULL",
        "labels": names_of(values["labels"]),
        "components": names_of(values["components"]),
        "subtask_keys": f"CASE WHEN {values['subtasks']} <> '[]' THEN coalesce([x.key FOR x IN {children} IF x.key <> ''], []) ELSE [] END",
        "created": utc(text(values["created"])),
        "resolved": utc(text(values["resolutiondate"])),
        "due": f"try_cast(left({text(values['duedate'])}, 10) AS DATE)",
        "unread_times": " + ".join(f"coalesce(({each} <> '' AND {utc(each)} IS NULL)::INTEGER, 0)" for each in times),
    }


def _name_held(db: "DuckDBPyConnection", source: str, ids: Sequence[str]) -> None:
    """Fill ``raw_fetched``, and ``load_held``: which of its sets each of the few patterns of zeros and ones in ``held`` means.

    Building the list of names for each issue would cost as much as parsing it.
    """
    known = db.execute("SELECT count(*) FROM raw_fetched").fetchone()
    patterns = db.execute("SELECT DISTINCT held FROM load_issue WHERE source = $1 ORDER BY held", [source]).fetchall()
    numbered = [(number, held) for number, (held,) in enumerate(patterns, (known[0] if known else 0) + 1)]
    named = (
        (number, sorted({id_ for id_, bit in zip(ids, held, strict=True) if bit == "1"})) for number, held in numbered
    )
    insert(db, "raw_fetched", ["fetched_set", "field_ids"], named)
    insert(db, "load_held", ["source", "held", "fetched_set"], ((source, held, number) for number, held in numbered))


def settle_duplicates(db: "DuckDBPyConnection") -> int:
    """Leave one row per issue; return how many were taken out. An id counts first, then a key."""
    return _settle(db, "id", "island") + _settle(db, "native_key", "''")


def _settle(db: "DuckDBPyConnection", column: str, within: str) -> int:
    db.execute(TWINS.format(column=column, within=within, content=CONTENT))
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    for row, identity, content_hash in db.execute(NEWEST_TWINS).fetchall():
        groups[identity].setdefault(content_hash, row)
    if not groups:
        return 0
    hashes = _hashes(db, [row for group in groups.values() if len(group) > 1 for row in group.values()])
    _keep(db, (max(group.values(), key=lambda row: hashes.get(row, "")) for group in groups.values()))
    before = _count(db)
    db.execute(
        "DELETE FROM load_issue WHERE rowid IN (SELECT row FROM load_twin) AND rowid NOT IN (SELECT row FROM load_kept)"
    )
    return before - _count(db)


def _keep(db: "DuckDBPyConnection", rows: Iterable[int]) -> None:
    db.execute("CREATE OR REPLACE TEMP TABLE load_kept (row BIGINT)")
    insert(db, "load_kept", ["row"], ((row,) for row in rows))


def _hashes(db: "DuckDBPyConnection", rows: Sequence[int]) -> dict[int, str]:
    """Return hashes of the contents of rows that do not depend on the order of keys in their objects."""
    if not rows:
        return {}
    _keep(db, rows)
    found = db.execute(f"SELECT rowid, {CONTENT} FROM load_issue WHERE rowid IN (SELECT row FROM load_kept)").fetchall()
    return {row: hashlib.sha256(_canonical(content).encode("utf-8", "replace")).hexdigest() for row, content in found}


def _canonical(content: str) -> str:
    try:
        return json.dumps(json.loads(content, strict=False), sort_keys=True, ensure_ascii=False)
    except (ValueError, RecursionError):
        return content


def _count(db: "DuckDBPyConnection") -> int:
    row = db.execute("SELECT count(*) FROM load_issue").fetchone()
    return int(row[0]) if row else 0


def tell_sources_apart(db: "DuckDBPyConnection") -> None:
    """Put the source's alias before keys that two sources hold, and fill ``load_key`` for those who refer to them.

    ``load_key`` (source, native_key, key): how a key reads when it is named within a source. A key that is not
    in a source's own data but in another's means an issue outside, and gets the alias as well.
    """
    db.execute(
        """CREATE OR REPLACE TEMP TABLE load_key AS
           SELECT s.source, k.native_key, s.source || ':' || k.native_key AS key
           FROM (SELECT DISTINCT source FROM load_issue) s
           CROSS JOIN (SELECT native_key, count(*) AS holders, min(source) AS holder FROM load_issue GROUP BY native_key) k
           WHERE k.holders > 1 OR s.source <> k.holder"""
    )
    db.execute(
        """UPDATE load_issue SET key = k.key FROM load_key k
           WHERE k.source = load_issue.source AND k.native_key = load_issue.native_key"""
    )
