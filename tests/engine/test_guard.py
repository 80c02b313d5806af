"""The guard lets everyday SQL through, refuses what it does not know, and says where and what to do instead."""

from functools import cache
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.yaml12 import parse
from flowlint.engine.bind import bind_predicate, bind_query
from flowlint.engine.functions import functions
from flowlint.engine.guard import Piece, check_predicate, check_query, guard
from flowlint.engine.parameters import sql_value
from flowlint.engine.portability import check_portability
from flowlint.engine.rule import Expression, Parameter
from flowlint.engine.sqltext import MAX_LENGTH
from flowlint.errors import Place
from flowlint.model.views import views

HARMLESS = Path(__file__).with_name("harmless.yaml")
PLACE = Place("rules/orphan-story.yaml", 10, 8)
PARAMETERS = (
    Parameter("days", "integer", 30, "Days"),
    Parameter("ignore", "list", ["defect"], "Flow items"),
    Parameter("scale", "list", ["1", "2"], "Points"),
    Parameter("words", "words", ["api", "data base"], "Words"),
)
SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIMESTAMP",
    "list": "VARCHAR[]",
}


def listed(kind):
    """Return the harmless SQL of one kind, as parameters of a test."""
    return [pytest.param(sql, id=f"{kind}-{number}") for number, sql in enumerate(_harmless()[kind], 1)]


def _harmless():
    return parse(HARMLESS.read_text(encoding="utf-8"), HARMLESS.name).value


@pytest.fixture(scope="module")
def db():
    """Return a database with an empty table for each documented view."""
    with duckdb.connect() as connection:
        connection.execute("SET errors_as_json = true")
        for view in views().values():
            columns = ", ".join(f'"{name}" {SQL_TYPES[column.type]}' for name, column in view.columns.items())
            connection.execute(f"CREATE TABLE {view.name} ({columns})")
        yield connection


def predicate(db, sql, view="issue", place=PLACE):
    """Return the faults of a condition."""
    return check_predicate(db, Expression(sql, place), view, PARAMETERS)


def query(db, sql):
    """Return the faults of a whole query."""
    return check_query(db, Expression(sql, PLACE), PARAMETERS)


def values():
    """Return what SQL gets for the parameters."""
    return {one.name: sql_value(one, one.default) for one in PARAMETERS}


def test_the_list_of_everyday_sql_is_long_enough():
    """Forty everyday expressions are the least that shows the guard leaves room to work."""
    assert sum(map(len, _harmless().values())) >= 40


@pytest.mark.parametrize("sql", listed("predicates"))
def test_everyday_conditions_pass_and_bind(db, sql):
    """What rules need is let through, and the database takes it as a condition."""
    expression = Expression(sql, PLACE)
    (checked,) = guard(db, [Piece(expression, "issue")], PARAMETERS)
    assert checked.faults == []
    assert check_portability(checked.tree, checked.resolved, PARAMETERS) == []
    if "$scale" not in sql:  # a list of texts does not compare with numbers: the binder says so, not the guard
        assert bind_predicate(db, expression, "issue", values()) == []


@pytest.mark.parametrize("sql", listed("queries"))
def test_everyday_queries_pass_and_bind(db, sql):
    """Whole queries with WITH, windows, unions and groups are let through and bind."""
    expression = Expression(sql, PLACE)
    (checked,) = guard(db, [Piece(expression, None)], PARAMETERS)
    assert checked.faults == []
    assert check_portability(checked.tree, checked.resolved, PARAMETERS) == []
    assert bind_query(db, expression, values()) == []


def test_every_function_that_is_allowed_exists(db):
    """The list names no function that the engine lacks, and none as both allowed and refused."""
    known = {row[0] for row in db.execute("SELECT DISTINCT function_name FROM duckdb_functions()").fetchall()}
    special = {"count_star", "if", "unnest"}  # of the parser itself
    windows = {name for name, one in functions().allowed.items() if one.kind == "window"}
    assert set(functions().allowed) - known - special - windows == set()
    assert not set(functions().allowed) & set(functions().refused)


@pytest.mark.parametrize(
    ("sql", "message", "remedy"),
    [
        ("is_opn", 'there is no column "is_opn"', '"is_open"'),
        ("me.is_opn", '"me" has no column "is_opn"', '"is_open"'),
        ("x.key = 'a'", 'there is no table "x" here', "`me`"),
        ("a.b.c = 1", "too many parts", "table.column"),
        ("age_days > $day", 'there is no parameter "$day"', '"$days"'),
        ("age_days > $Days", 'there is no parameter "$Days"', '"$days"'),
        ("lowr(key) = 'a'", 'the function "lowr" is not for rules', '"lower"'),
        ("lower(key, 'x') = 'a'", '"lower" takes 1 arguments, not 2', ""),
        ("greatest(age_days) > 1", "takes 2 or more arguments, not 1", ""),
        ("substring(key) = 'a'", "takes 2 to 3 arguments, not 1", ""),
        ("EXISTS (SELECT 1 FROM isue i)", 'there is no view "isue"', '"issue"'),
        ("EXISTS (SELECT 1 FROM issue i WHERE key = me.key)", "columns are qualified", "i.key"),
        ("EXISTS (SELECT 1 FROM link l WHERE is_open)", 'no column "is_open"', "qualified"),
        ("EXISTS (SELECT i.key FROM issue i, link i)", 'two tables are named "i"', "name of its own"),
        ("EXISTS (SELECT i.key FROM issue i JOIN link i ON true)", 'two tables are named "i"', "name of its own"),
        ("EXISTS (SELECT 1 FROM issue me)", "`me` is the row that is judged", "another name"),
        ("EXISTS (SELECT 1 FROM issue i JOIN link l USING (kind))", 'USING names "kind"', "ON"),
        ("EXISTS (SELECT 1 FROM (SELECT i.key FROM issue i))", "a SELECT in FROM needs a name", "AS name"),
        ("lower(key) OVER () = 'x'", '"lower" is no aggregate', "OVER"),
        ("(SELECT row_number() FROM issue i) = 1", '"row_number" needs OVER', "order"),
        ("EXISTS (SELECT 1 FROM issue i WHERE count(*) > 1)", "looks at several rows", "SELECT"),
        ("unnest(labels) = 'x'", "`unnest` stands alone", "list_contains"),
        ("key = ANY(labels)", "`unnest` stands alone", "list_contains"),
        ("lower(lambda x: x) = 'a'", "takes no such argument", "second"),
        ("coalesce(lambda x: x, 1) = 1", "a lambda stands only in list_filter", "condition"),
        ("len(list_filter(labels, x -> x = 'a')) > 0", "the arrow of lambdas", "lambda x:"),
        ("len(list_filter(labels, lambda x, i: x = 'a')) > 0", "has one argument", "lambda x:"),
    ],
)
def test_a_fault_says_what_and_what_instead(db, sql, message, remedy):
    """A name that is wrong is named, with the nearest that would be right."""
    faults = predicate(db, sql)
    if not faults:
        (checked,) = guard(db, [Piece(Expression(sql, PLACE), "issue")], PARAMETERS)
        faults = check_portability(checked.tree, checked.resolved, PARAMETERS)
    assert message in faults[0].message
    assert remedy in faults[0].help


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT count(*) FROM issue i", "has no name"),
        ("SELECT i.key, l.key FROM issue i JOIN link l ON l.key = i.key", 'two columns are named "key"'),
        ("SELECT key FROM issue i JOIN link l ON l.key = i.key", "columns are qualified"),
        ("SELECT q.nope FROM (SELECT i.key FROM issue i) AS q", '"q" has no column "nope"'),
        ("WITH a AS (SELECT key FROM b), b AS (SELECT key FROM issue) SELECT key FROM a", 'no view "b"'),
        ("SELECT i.key AS k FROM issue i WHERE k = 'A-1'", 'no column "k"'),
        ("SELECT me.key FROM issue i", 'no table "me"'),
        ("SELECT i.key FROM issue i UNION SELECT l.key FROM link l ORDER BY nope", 'no column "nope"'),
        ("SELECT i.key FROM issue i ANTI JOIN link l ON l.key = i.key WHERE l.kind = 'x'", 'no table "l"'),
    ],
)
def test_queries_name_what_there_is(db, sql, message):
    """Columns of a query come from its own tables, under names of their own."""
    assert any(message in fault.message for fault in query(db, sql))


def test_places_are_true_behind_wide_characters(db):
    """The database counts bytes, a file is counted in characters; lines and columns come out right."""
    (fault,) = predicate(db, "summary <> 'größer, naïve'\n  AND 'ä' <> 'ö' AND nope = 1")
    assert (fault.place.line, fault.place.column) == (11, PLACE.column + len("  AND 'ä' <> 'ö' AND "))
    (fault,) = predicate(db, "summary <> 'größer' AND nope = 1")
    assert (fault.place.line, fault.place.column) == (10, PLACE.column + len("summary <> 'größer' AND "))


def test_syntax_errors_have_their_place(db):
    """What does not parse is a fault where the parser stumbled, without a word of the wrapper around it."""
    (fault,) = predicate(db, "is_open AND\n  (key = ) 'a'")
    assert fault.place.line == 11
    (fault,) = predicate(db, "is_open AND (is_done")
    assert "ends too early" in fault.message
    assert fault.place.column == PLACE.column + len("is_open AND (is_done")
    (fault,) = predicate(db, "summary = 'x' /* never closed")
    assert "\n" not in fault.message


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "  \n ",
        "x" * (MAX_LENGTH + 1),
        "key = 'a\x00b'",
        "key = 'a\x1bb'",
        "NOT " * 3000 + "true",
        "(" * 5000,
        "NOT " * 900 + "true",
        "- " * 5000,
        "-/**/" * 3000,
        "f(" * 5000,
        "x." * 5000,
    ],
    ids=[
        "empty",
        "blank",
        "long",
        "nul",
        "escape",
        "deep",
        "parentheses",
        "deep as json",
        "signs",
        "signs and comments",
        "calls",
        "dots",
    ],
)
def test_texts_beyond_limits_are_faults(db, sql):
    """Length, nesting and control characters are bounded before and after parsing; nothing is raised."""
    faults = predicate(db, sql)
    assert faults
    assert all(fault.place.line >= PLACE.line for fault in faults)


def test_brackets_in_texts_do_not_count(db):
    """A pattern may hold as many brackets and signs as it needs."""
    assert predicate(db, f"summary = '{'(-' * 500}'") == []
    assert predicate(db, " OR ".join(["(age_days - 1 > 2)"] * 100)) == []


def test_deep_trees_are_refused_before_they_are_walked(db):
    """What the parser takes but nobody could read is refused by its depth."""
    (fault,) = predicate(db, "NOT " * 160 + "true")
    assert "nested too deeply" in fault.message


def test_a_view_that_is_not_there_is_a_fault(db):
    """A rule over a view that nobody documented is refused, not crashed on."""
    (fault,) = predicate(db, "true", view="config")
    assert "no view" in fault.message


def test_all_faults_are_told_at_once(db):
    """One unknown name does not hide the next."""
    assert len(predicate(db, "nope = 1 OR nada = 2 OR random() > 1")) == 3


def test_names_compare_without_case(db):
    """SQL knows no case in names."""
    assert (
        predicate(
            db, "IS_OPEN AND Me.Key <> 'a' AND LOWER(KEY) = 'a' AND EXISTS (SELECT 1 FROM ISSUE I WHERE i.KEY = ME.key)"
        )
        == []
    )


@given(st.text(max_size=60))
def test_any_text_gives_faults_or_passes(text):
    """Whatever stands in a rule file, the guard answers in faults."""
    for faults in (predicate(parser(), text), query(parser(), "SELECT " + text)):
        assert all(fault.message and fault.place.line >= PLACE.line for fault in faults)


@cache
def parser():
    """Return one database for all the examples of the properties; it only parses."""
    return duckdb.connect()


WORDS = (
    "SELECT FROM WHERE issue link raw_issue i l . , ( ) key id me is_open count * = 'a' 1 AND OR NOT EXISTS JOIN ON AS x "
    "GROUP BY ORDER LIMIT WITH UNION lower $days [ ] lambda : :: INTEGER CASE WHEN THEN END OVER ; -- /* */ VALUES"
)


@given(st.lists(st.sampled_from([*WORDS.split(" "), "\n"]), max_size=14))
def test_what_passes_reads_documented_views_only(words):
    """However words of SQL are put together, what passes is one statement and names no other table."""
    text = "EXISTS (SELECT 1 FROM " + " ".join(words)
    if not predicate(parser(), text):
        sql = f"SELECT (\n{text}\n) FROM issue AS me"
        assert len(duckdb.extract_statements(sql)) == 1
        assert parser().get_table_names(sql) <= {*views(), "x", "i", "l"}
