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

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMBERS = ", ".join(f'"f_{name}" JSON' for name in STANDARD)
TABLE = f"""
CREATE OR REPLACE TEMP TABLE load_issue (
    source VARCHAR, id VARCHAR, native_key VARCHAR, key VARCHAR, project VARCHAR, url VARCHAR, updated TIMESTAMP,
    {MEMBERS}, custom JSON[], held VARCHAR, changelog JSON
)"""
CONTENT = ", ".join(f'"f_{name}"' for name in STANDARD)
CONTENT = f"""to_json({{'members': [{", ".join(f'"f_{name}"' for name in STANDARD)}], 'custom': custom,
    'changelog': changelog, 'held': held, 'key': native_key, 'id': id, 'url': url}})::VARCHAR"""
TWINS = """
CREATE OR REPLACE TEMP TABLE load_twin AS
SELECT rowid AS row, source || chr(10) || {column} AS identity, updated, md5({content}) AS content_hash
FROM load_issue WHERE (source, {column}) IN (SELECT source, {column} FROM load_issue GROUP BY ALL HAVING count(*) > 1)
"""
NEWEST_TWINS = """
SELECT t.row, t.identity, t.content_hash
FROM load_twin t JOIN (SELECT identity, max(updated) AS updated FROM load_twin GROUP BY identity) n
  ON n.identity = t.identity AND n.updated IS NOT DISTINCT FROM t.updated
ORDER BY t.identity, t.content_hash, t.row
"""


def utc(expression: str) -> str:
    """Return SQL that reads a time: ISO text (without an offset it is UTC) or milliseconds; NULL where it is neither."""
    return f"""CASE WHEN regexp_full_match({expression}, '[12][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}.*')
        THEN try_cast({expression} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'
        WHEN regexp_full_match({expression}, '[0-9]{{11,13}}') THEN epoch_ms(try_cast({expression} AS BIGINT)) END"""


def text(expression: str) -> str:
    """Return SQL for the text of a JSON string; NULL for null and for what is no plain value."""
    return f"({expression}->>'$')"


def stage(db: "DuckDBPyConnection", keys: Mapping[str, Keys], loaded: Mapping[str, Sequence[str]]) -> None:
    """Fill ``load_issue`` with every record of every source, and ``load_custom`` with the ids of its extra values."""
    db.execute(TABLE)
    db.execute("CREATE OR REPLACE TEMP TABLE load_custom (source VARCHAR, ids VARCHAR[])")
    db.execute("CREATE OR REPLACE TEMP TABLE load_held (source VARCHAR, held VARCHAR, fetched_set BIGINT)")
    for source in sorted(keys):
        extra = list(loaded[source])
        db.execute("INSERT INTO load_custom VALUES ($1, $2::VARCHAR[])", [source, extra])
        _stage_source(db, source, keys[source], extra)


def _stage_source(db: "DuckDBPyConnection", source: str, keys: Keys, extra: Sequence[str]) -> None:
    pointers: list[str] = []
    values: dict[str, str] = {}
    for id_ in dict.fromkeys([*STANDARD, *extra]):
        own = keys.pointers(id_)
        found = ", ".join(f"v[{len(pointers) + nth}]" for nth in range(1, len(own) + 1))
        values[id_] = found if len(own) == 1 else f"coalesce({found})"
        pointers += own
    held = ", ".join(f"CASE WHEN {values[id_]} IS NOT NULL THEN '1' ELSE '0' END" for id_ in sorted(values))
    members = ", ".join(values[name] for name in STANDARD)
    custom = ", ".join(values[id_] for id_ in extra)
    updated = text(values["updated"])
    whole = """CASE WHEN changelog IS NOT NULL AND json_type(changelog) <> 'NULL'
        AND coalesce(try_cast(changelog->>'$.total' AS BIGINT) <= json_array_length(changelog, '$.histories'), true) THEN '1' ELSE '0' END"""
    project = (
        f"coalesce(nullif({values['project']}->>'$.key', ''), nullif(regexp_extract(key, '^(.+)-[^-]*$', 1), ''), key)"
    )
    db.execute(
        f"""INSERT INTO load_issue
            SELECT $3, coalesce(nullif(id, ''), key), key, key, {project}, CASE WHEN pages IS NOT NULL THEN pages || '/browse/' || url_encode(key) END,
                   {utc(updated)}, {members}, [{custom}]::JSON[],
                   concat({held}, {whole}), changelog
            FROM (SELECT d.id, trim(d.key) AS key, s.pages, d.changelog, json_extract(d.fields, $1) AS v
                  FROM load_document d JOIN load_site s ON s.file = d.file AND s.base IS NOT DISTINCT FROM d.base
                  WHERE s.source = $2)""",
        [pointers, source, source],
    )
    _name_held(db, source, [*sorted(values), "changelog"])


def _name_held(db: "DuckDBPyConnection", source: str, ids: Sequence[str]) -> None:
    """Fill ``raw_fetched``, and ``load_held``: which of its sets each of the few patterns of zeros and ones in ``held`` means.

    Building the list of names for each issue would cost as much as parsing it.
    """
    known = db.execute("SELECT count(*) FROM raw_fetched").fetchone()
    patterns = db.execute("SELECT DISTINCT held FROM load_issue WHERE source = $1 ORDER BY held", [source]).fetchall()
    numbered = [(number, held) for number, (held,) in enumerate(patterns, (known[0] if known else 0) + 1)]
    named = ((number, sorted(id_ for id_, bit in zip(ids, held, strict=True) if bit == "1")) for number, held in numbered)
    insert(db, "raw_fetched", ["fetched_set", "field_ids"], named)
    insert(db, "load_held", ["source", "held", "fetched_set"], ((source, held, number) for number, held in numbered))


def settle_duplicates(db: "DuckDBPyConnection") -> int:
    """Leave one row per issue; return how many were taken out. An id counts first, then a key."""
    return sum(_settle(db, column) for column in ("id", "native_key"))


def _settle(db: "DuckDBPyConnection", column: str) -> int:
    db.execute(TWINS.format(column=column, content=CONTENT))
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
