"""Normalised descriptions: columns of ``issue`` that are made where they are read.

Descriptions are long, and few rules read them normalised, of few issues. So the table ``issue`` holds NULL in
these columns, and a query that names one of them reads ``issue`` through :func:`with_descriptions`.
"""

from typing import Final

from flowlint.sources.text import norm_sql, words_sql

COLUMNS: Final = ("description_norm", "description_words")
_ISSUE: Final = f"""issue AS NOT MATERIALIZED (
    SELECT * EXCLUDE (once) REPLACE (once AS description_norm, {words_sql("once")} AS description_words)
    FROM (SELECT rowid, *, {norm_sql("description")} AS once FROM main.issue))"""
_WITH: Final = "WITH "


def names_descriptions(sql: str) -> bool:
    """Tell whether SQL may read one of the columns; a comment that names one counts."""
    folded = sql.lower()
    return any(column in folded for column in COLUMNS)


def with_descriptions(query: str) -> str:
    """Return a query of flowlint's own making so that ``issue`` holds the normalised descriptions, in it and below."""
    rest = f", {query.removeprefix(_WITH)}" if query.startswith(_WITH) else f" {query}"
    return f"{_WITH}{_ISSUE}{rest}"
