"""The documented views are the views that are there."""

from forests import Forest

from flowlint.engine.catalogue_view import write_catalogue
from flowlint.model.views import views

TYPES = {
    "text": {"VARCHAR"},
    "integer": {"INTEGER", "BIGINT"},
    "number": {"DOUBLE"},
    "boolean": {"BOOLEAN"},
    "date": {"DATE"},
    "time": {"TIMESTAMP"},
    "list": {"VARCHAR[]"},
}


def test_every_view_has_exactly_its_documented_columns():
    """A column that is documented and missing, or there and undocumented, or of another type, fails."""
    db = Forest([{"key": "A-1", "sprints": [1], "fix_versions": ["1.0"]}]).database()
    write_catalogue(db, [])
    for name, view in views().items():
        there = {row[0]: row[1] for row in db.execute(f'DESCRIBE "{name}"').fetchall()}
        assert set(there) == set(view.columns), name
        for column, of in view.columns.items():
            assert there[column] in TYPES[of.type], f"{name}.{column}"


def test_columns_that_are_never_null_are_not():
    """A world with everything missing gives no NULL where none is promised."""
    db = Forest([{"key": "A-1", "type": "Nobody knows", "status": "Odd"}]).database()
    for name in ("issue", "project", "config_issue_type"):
        for column, of in views()[name].columns.items():
            if of.never_null:
                assert db.execute(f'SELECT count(*) FROM {name} WHERE "{column}" IS NULL').fetchone() == (0,), column
