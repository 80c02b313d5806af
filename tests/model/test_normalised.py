"""Normalised descriptions are there for whoever names them, and only for them."""

import pytest
from forests import Forest

from flowlint.model.normalised import names_descriptions, with_descriptions

WORLD = [{"key": "A-1", "description": "  As  a USER,\nI want…"}, {"key": "A-2"}]
NORM = "as a user, i want…"
WORDS = " as a user i want "


@pytest.fixture(scope="module")
def db():
    """Return the views over two issues, one of which has a description."""
    return Forest(WORLD).database()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT key, description_norm, description_words FROM issue ORDER BY key",
        "WITH held AS (SELECT * FROM issue) SELECT key, description_norm, description_words FROM held ORDER BY key",
        "SELECT key, (SELECT max(i.description_norm) FROM issue i WHERE i.key = me.key), description_words FROM issue me ORDER BY key",
        "SELECT key, description_norm, description_words FROM (WITH held AS (SELECT * FROM issue) SELECT * FROM held) ORDER BY key",
    ],
    ids=["plain", "with", "below", "with-below"],
)
def test_columns_hold_what_they_promise(db, query):
    """However the query reaches `issue`."""
    assert names_descriptions(query)
    assert db.execute(with_descriptions(query)).fetchall() == [("A-1", NORM, WORDS), ("A-2", None, None)]


def test_rows_keep_their_numbers(db):
    """Rules are asked by them."""
    asked = "SELECT rowid, key FROM issue WHERE description_norm IS NOT NULL"
    assert (
        db.execute(with_descriptions(asked)).fetchall()
        == db.execute("SELECT rowid, key FROM issue WHERE description IS NOT NULL").fetchall()
    )


@pytest.mark.parametrize(
    ("sql", "named"), [("DESCRIPTION_Norm = ''", True), ('"description_words"', True), ("description = ''", False)]
)
def test_who_names_them(sql, named):
    """SQL does not care for case."""
    assert names_descriptions(sql) is named
