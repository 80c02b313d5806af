"""Headings of descriptions that the mapping wants, read as if what is below them stood in a field: ``m_section``."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from flowlint.config.headings import PREFIX, heading_of
from flowlint.model.sections import BLANKS, LONGEST, sections, title_key
from flowlint.model.selector import literal
from flowlint.snapshot.database import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH = 5_000
"""Descriptions that Python reads at once."""
SIGNS = " OR ".join(f"contains(description, '{sign}')" for sign in "#:|\uff1a")
"""One of these is beside every heading; a text without them is not worth a pattern."""
COLUMNS = ("key", "field_id", "position", "text")


def write_sections(db: "DuckDBPyConnection") -> None:
    """Create ``m_section`` (key, field_id, position, text, number): a row for each heading in ``m_field`` that has text."""
    db.execute("CREATE TABLE m_section (key VARCHAR, field_id VARCHAR, position INTEGER, text VARCHAR, number DOUBLE)")
    rows = db.execute("SELECT DISTINCT field_id FROM m_field WHERE starts_with(field_id, $1) ORDER BY 1", [PREFIX])
    titles = {id_: title for (id_,) in rows.fetchall() if (title := title_key(heading_of(id_) or ""))}
    if not titles:
        return
    begins = _begins(titles.values())
    db.execute(
        f"""CREATE TEMP TABLE m_titled AS SELECT row, heading FROM (
                SELECT rowid AS row, CASE WHEN {SIGNS} THEN
                    CASE WHEN regexp_matches({_comparable(titles)}, {begins})
                         THEN regexp_extract(description, {_heading_line(titles.values())}) END END AS heading
                FROM raw_issue) WHERE heading IS NOT NULL"""
    )
    _write_easy(db, titles, begins)
    _write_others(db, titles)
    db.execute(
        """UPDATE m_section SET number = try_cast(trim(text) AS DOUBLE)
           WHERE regexp_full_match(text, '\\s*[-+]?[0-9]{1,15}([.][0-9]{1,15})?\\s*')"""
    )
    db.execute("DROP TABLE m_titled")


def _write_easy(db: "DuckDBPyConnection", titles: Mapping[str, str], begins: str) -> None:
    """Write the one section of descriptions that hold no more than one, which is under the last heading, by SQL.

    Most that have a heading at all are such; Python would take ten times as long.
    """
    db.execute("CREATE TEMP TABLE m_title (field_id VARCHAR, title VARCHAR)")
    insert(db, "m_title", ("field_id", "title"), titles.items())
    db.execute(
        f"""CREATE TEMP TABLE m_easy AS
            WITH parted AS (
                SELECT t.row, r.key, t.heading, left(description, instr(description, t.heading)) AS above,
                       substr(description, instr(description, t.heading) + len(t.heading)) AS below
                FROM m_titled t JOIN raw_issue r ON r.rowid = t.row
                WHERE t.heading <> ''
            )
            SELECT row, key, trim(regexp_replace(lower(heading), '[^a-z0-9]+', ' ', 'g')) AS title,
                   left(trim(below, {literal(BLANKS)}), {LONGEST}) AS text
            FROM parted
            WHERE NOT contains(chr(10) || below, chr(10) || '#') AND NOT regexp_matches(lower(above), {begins})
              AND NOT regexp_matches(lower(below), {begins})"""
    )
    db.execute(
        """INSERT INTO m_section (key, field_id, position, text)
           SELECT e.key, t.field_id, 1, e.text FROM m_easy e JOIN m_title t USING (title) WHERE e.text <> ''"""
    )
    db.execute("DELETE FROM m_titled WHERE row IN (SELECT row FROM m_easy)")
    db.execute("DROP TABLE m_easy; DROP TABLE m_title")


def _write_others(db: "DuckDBPyConnection", titles: Mapping[str, str]) -> None:
    rows = [row for (row,) in db.execute("SELECT row FROM m_titled ORDER BY row").fetchall()]
    for start in range(0, len(rows), BATCH):
        texts = db.execute(
            "SELECT key, description FROM raw_issue WHERE rowid IN (SELECT unnest($1)) ORDER BY rowid",
            [rows[start : start + BATCH]],
        ).fetchall()
        insert(db, "m_section", COLUMNS, _rows(texts, titles))


def _rows(texts: list[tuple[str, str]], titles: Mapping[str, str]) -> Iterator[tuple[str, str, int, str]]:
    wanted = frozenset(titles.values())
    for key, description in texts:
        found = sections(description, wanted)
        for id_, title in titles.items():
            if found.get(title):
                yield key, id_, 1, found[title]


def _comparable(titles: Mapping[str, str]) -> str:
    """Return the SQL of descriptions in lower case; NFC only where a heading has more than plain letters."""
    plain = all(title.isascii() for title in titles.values())
    return "lower(description)" if plain else "lower(nfc_normalize(description))"


def _heading_line(titles: Iterable[str]) -> str:
    """Return the pattern of a line that is nothing but a heading, of those that are in plain letters."""
    plain = _alternatives([title for title in titles if title.isascii()], " +")
    return literal(rf"(?i)(?:^|\n)#{{1,6}} (?:{plain})[ :]*\n") if plain else "'^$'"


def _begins(titles: Iterable[str]) -> str:
    """Return the pattern of a line that may begin a wanted section, for texts in lower case.

    Letters other than plain ones count as signs here: it finds more than there is, and is compiled ten times as fast.
    """
    names = _alternatives(titles, r"[^a-z0-9\n]+")
    return literal(rf"(?:^|\n|[|])[^a-z\n]*(?:{names})[^a-z0-9\n]*(?:[:\x{{ff1a}}|\n]|$)")


def _alternatives(titles: Iterable[str], apart: str) -> str:
    """Return titles, which are words and blanks, as alternatives of a pattern, with ``apart`` between words."""
    return "|".join(sorted(set(titles))).replace(" ", apart)
