"""What counts as a sound record, in SQL; and how records become rows of ``load_document``."""

from typing import TYPE_CHECKING, Final

from flowlint.sources.mend import KEYLESS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OBJECT_SIZE: Final = 64 << 20
COLUMNS: Final = {
    "id": "VARCHAR",
    "key": "VARCHAR",
    "self": "VARCHAR",
    "fields": "JSON",
    "changelog": "JSON",
    "names": "JSON",
    "schema": "JSON",
    "issues": "JSON",
    "values": "JSON",
    "errorMessages": "JSON",
    "warningMessages": "JSON",
    "issueErrors": "JSON",
    "total": "JSON",
    "startAt": "JSON",
    "isLast": "JSON",
    "nextPageToken": "JSON",
}
ISSUE: Final = '{"id":"VARCHAR","key":"VARCHAR","self":"VARCHAR","fields":"JSON","changelog":"JSON","names":"JSON","schema":"JSON"}'
BASE: Final = """CASE WHEN starts_with({self}, 'http') AND contains({self}, '/rest/api/')
    THEN left({self}, strpos({self}, '/rest/api/') - 1)
    ELSE coalesce(
        nullif(regexp_extract({self}, '(?i)^(https?://[^\\s?#"<>]+?)/rest/(?:api|agile|greenhopper|servicedeskapi)/', 1), ''),
        nullif(regexp_extract({self}, '(?i)^(https?://[^\\s?#"<>/]+)', 1), '')) END"""
"""Where a record's site lies. Nearly all are told by the first two lines, at a fifth of the time of the others."""
UNREAL: Final = """CASE WHEN contains({text}, 'NaN') OR contains({text}, 'Infinity')
    THEN regexp_matches(regexp_replace({text}, '"(?:[^"\\\\]|\\\\.)*"', '', 'g'), 'NaN|Infinity') ELSE false END"""
"""Numbers that JSON does not know, which the engine lets pass; looked for outside of strings where the words occur."""


def refusals() -> tuple[type[Exception], ...]:
    """Return what the engine raises at input that it does not read."""
    import duckdb

    # Its messages quote the input, and may cut a character in half, which Python then cannot read.
    return (duckdb.Error, UnicodeDecodeError)


def is_issue(key: str, fields: str) -> str:
    """Return SQL: whether a record has a key that is a text, and an object of fields."""
    # json_type would parse all of the fields.
    return f"""coalesce(starts_with({fields}::VARCHAR, '{{') AND NOT regexp_full_match({key}, '{KEYLESS}'), false)"""


def repeats(names: str) -> str:
    """Return SQL: whether a list of names holds one of them twice."""
    return f"(len({names}) <> list_unique({names}))"


IS_ISSUE: Final = is_issue("key", "fields")
IS_PAGE: Final = """(key IS NULL AND fields IS NULL AND coalesce(json_type(coalesce(issues, "values")) = 'ARRAY', false)
    AND (issues IS NULL OR "values" IS NULL) AND coalesce("errorMessages"::VARCHAR = '[]', true))"""
GOOD_RECORD: Final = f"""({is_issue("r.key", "r.fields")} AND r.issues IS NULL
    AND NOT {repeats("k[1]")} AND NOT {repeats("k[2]")} AND NOT {UNREAL.format(text="record::VARCHAR")})"""


def insert_records(db: "DuckDBPyConnection", file: int, *, spans: bool = False) -> None:
    """Put the good ones of ``load_record`` into ``load_document``, with what ``load_span`` says of the pages they were in."""
    own = ", ".join(f'r."{name}"' for name in ("id", "key", "self", "fields", "changelog"))
    told = ("coalesce(r.names, s.names)", 'coalesce(r."schema", s."schema")') if spans else ("r.names", 'r."schema"')
    joined = "LEFT JOIN load_span s ON nth >= s.first AND nth < s.until" if spans else ""
    db.execute(
        f"""INSERT INTO load_document BY NAME
            SELECT {file} AS file, {BASE.format(self="r.self")} AS base, {own}, {told[0]} AS names, {told[1]} AS "schema"
            FROM (SELECT nth, from_json(record, '{ISSUE}') AS r FROM load_record WHERE good) {joined}"""
    )
