"""The portability lint: what other engines, or another run, would take differently is a fault of the rule."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.engine.guard import Piece, guard
from flowlint.engine.patterns import pattern_faults
from flowlint.engine.portability import check_portability
from flowlint.engine.rule import Expression, Parameter
from flowlint.errors import Place

PLACE = Place("rules/stories/technical-slice.yaml", 20, 3)
PARAMETERS = (
    Parameter("days", "integer", 30, "Days"),
    Parameter("part", "text", "api", "A word"),
    Parameter("wild", "text", "\\bapi", "A pattern that does not travel"),
    Parameter("types", "list", ["Story", "Task"], "Types"),
    Parameter("words", "words", ["api", "data base"], "Words"),
)


@pytest.fixture(scope="module")
def db():
    """Return a database to parse with."""
    with duckdb.connect() as connection:
        yield connection


def lint(db, sql, view="issue"):
    """Return what the lint finds in SQL that the guard takes; a guard's fault counts as well."""
    (checked,) = guard(db, [Piece(Expression(sql, PLACE), view)], PARAMETERS)
    return checked.faults or check_portability(checked.tree, checked.resolved, PARAMETERS)


def told(db, sql, view="issue"):
    """Return the faults of some SQL as text; there is at least one."""
    faults = lint(db, sql, view)
    assert faults
    return "\n".join(f"{fault.message} | {fault.help}" for fault in faults)


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(?i)api", "(?i) folds case"),
        ("\\bapi", "\\b is not the same"),
        ("api\\w", "\\w is not the same"),
        ("[\\d]+", "\\d is not the same"),
        ("a\\sb", "\\s is not the same"),
        ("\\p{L}", "\\p is not the same"),
        ("(a)\\1", "\\1 is not the same"),
        ("(?=a)", "look-around"),
        ("(?!a)b", "look-around"),
        ("(?<=a)b", "look-around"),
        ("(?P<n>a)", "named groups"),
        ("(?s).", "(?s is not known"),
        ("[[:alpha:]]", "[ inside of [ ]"),
        ("[a&&b]", "&& inside of [ ]"),
        ("a++", "++ is not known"),
        ("a{2}+", "}+ is not known"),
        ("a{2000}", "repetitions count to 1000"),
        ("(a", "not valid"),
        ("a\\", "not valid"),
        ("*a", "not valid"),
    ],
)
def test_patterns_that_do_not_travel(db, pattern, message):
    """Every construct that RE2 and Java read differently, or one of them not at all, is named."""
    assert any(message in text for text, _ in pattern_faults(pattern))
    assert lint(db, f"regexp_matches(summary_norm, '{pattern}')")


@pytest.mark.parametrize(
    "pattern",
    ["^(?:a|b)+ [a-z0-9_.-]*?$", "\\(part [0-9]{1,4}\\)", "[^ ]\\[x\\]", "[]a]", "[^]a]", "ä|ö", "a\\.b\\\\", "x^", ""],
)
def test_patterns_that_travel(db, pattern):
    """Explicit classes, groups, bounded repetitions and escaped signs pass."""
    assert list(pattern_faults(pattern)) == []
    assert lint(db, f"regexp_matches(summary_norm, '{pattern}')") == []


@given(st.text(alphabet="ab01[](){}|*+?^$.\\-&:=!<,iPwdb ", max_size=14))
def test_what_the_lint_passes_compiles(pattern):
    """A pattern without a fault is one that the engine compiles, and so does Python."""
    if not list(pattern_faults(pattern)):
        assert duckdb.execute("SELECT regexp_matches('a', $1) IS NULL", [pattern]).fetchone() == (False,)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("regexp_matches(summary_norm, summary_norm)", "never built from data"),
        ("regexp_matches(summary_norm, '^' || type)", "never built from data"),
        ("regexp_matches(summary_norm, (SELECT min(v.name) FROM version v))", "never built from data"),
        ("regexp_matches(summary_norm, array_to_string(labels, '|'))", "never built from data"),
        ("regexp_matches(summary_norm, lower($part))", "never built from data"),
        ("regexp_matches(summary_norm, $days)", "never built from data"),
        ("regexp_matches(summary_norm, array_to_string($words, '|'))", "never built from data"),
        ("regexp_matches(summary_norm, CAST($wild AS VARCHAR))", "\\b is not the same"),
        ("regexp_matches(summary_norm, $wild)", "\\b is not the same"),
        ("regexp_matches(summary_norm, '^' || $wild)", "\\b is not the same"),
        ("summary LIKE type || '%'", "never built from data"),
        ("summary LIKE '10\\%'", "\\ in LIKE"),
        ("summary ILIKE '%api%'", "ILIKE"),
        ("summary NOT ILIKE '%api%'", "ILIKE"),
        ("summary LIKE 'a!%' ESCAPE '!'", "not the same everywhere"),
        ("summary ~ 'api'", "regexp_matches"),
        ("summary !~ 'api'", "regexp_matches"),
        ("summary ~* 'api'", "arguments"),
        ("summary SIMILAR TO 'api'", "regexp_matches"),
        ("summary GLOB 'api*'", "GLOB"),
        ("summary ^@ 'api'", "starts_with"),
        ("regexp_replace(summary, 'a', 'b') = 'x'", "replaces the first match"),
        ("concat(type, 'x') = 'x'", "leaves NULL out"),
        ("levenshtein(summary, 'x') < 2", "counts bytes"),
        ("strftime(created, '%Y') = '2026'", "format signs"),
    ],
)
def test_texts_and_patterns(db, sql, message):
    """Patterns are constants or parameters, and functions over text mean one thing."""
    assert message in told(db, sql)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("date_diff('day', created, updated) > 3", "in days"),
        ("datediff('day', created, updated) > 3", "in days"),
        ("created + INTERVAL 3 DAY > updated", "interval"),
        ("updated - created > 3", "not a date"),
        ("due - 3 > DATE '2026-01-01'", "not a date"),
        ("date_trunc('month', due) = due", "year"),
        ("date_part('dow', due) = 1", "this part of a date"),
        ("due > '2026-01-31'", "compares a date with a text"),
        ("created AT TIME ZONE 'UTC' > updated", "time zones"),
    ],
)
def test_dates(db, sql, message):
    """Days are columns; intervals, zones and parts that engines count differently are refused."""
    assert message in told(db, sql)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("child_count // 2 > 1", "rounds differently"),
        ("child_count / open_child_count > 1", "division by zero"),
        ("child_count / 0 > 1", "division by zero"),
        ("child_count % open_child_count = 0", "division by zero"),
        ("CAST(story_points AS INTEGER) = 3", "rounds in one engine"),
        ("CAST(story_points AS VARCHAR) = '3'", "write a fraction differently"),
        ("CAST(created AS VARCHAR) = '3'", "write a time differently"),
        ("CAST(labels AS VARCHAR) = '3'", "write a list differently"),
        ("CAST(type AS INTEGER) = 3", "as a number differently"),
        ("CAST(regexp_extract(key, '[0-9]+') AS INTEGER) = 3", "TRY_CAST"),
        ("story_points = '3'", "compares a number with a text"),
        ("story_points = type", "compares a number with a text"),
        ("story_points IN (1, 'two')", "compares a number with a text"),
        ("age_days BETWEEN 1 AND '2'", "compares a number with a text"),
        ("flagged = 'true'", "compares true or false with a text"),
        ("coalesce(story_points, 'none') = 'none'", "mixes a number with a text"),
        ("CASE WHEN is_open THEN 1 ELSE 'no' END = 1", "mixes a number with a text"),
        ("type || story_points = 'Story3'", "takes a text here, not a number"),
        ("lower(age_days) = '3'", "CAST(… AS VARCHAR)"),
        ("list_contains(type, 'x')", "takes a list here, not a text"),
        ("type IN $types", "list_contains"),
        ("if(is_open, 1, 2) = 'x'", "compares a number with a text"),
        ("length(labels) = 0", "use `len`"),
        ("len(summary) = 0", "use `length`"),
    ],
)
def test_numbers_and_types(db, sql, message):
    """What one engine casts in silence and another does not, or divides otherwise, is written out."""
    assert message in told(db, sql)


def below(aggregate, more=""):
    """Return an aggregate over the children of an issue, as a condition."""
    return f"(SELECT {aggregate} FROM issue c WHERE c.parent_key = me.key{more}) IS NOT NULL"


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (below("list(c.key)"), "depends on the order"),
        (below("array_agg(c.key)"), "depends on the order"),
        (below("string_agg(c.key, ', ')"), "depends on the order"),
        (below("first(c.type)"), "depends on the order"),
        (below("any_value(c.type)"), "depends on the order"),
        (below("list(c.key ORDER BY c.created)"), "leaves ties"),
        (below("first(c.type ORDER BY c.created)"), "leaves ties"),
        (below("list(c.key ORDER BY 1)"), "leaves ties"),
        (below("sum(c.story_points)"), "sum of fractions"),
        (below("sum(c.story_points * 2)"), "sum of fractions"),
        (below("avg(c.age_days)"), "whatever order"),
        (below("mode(c.type)"), "equally frequent"),
        (below("arg_max(c.type, c.age_days)"), "rows that tie"),
        (below("list_distinct(list(c.type ORDER BY c.type))"), "in any order"),
        ("list_slice(labels, 2, 3) IS NOT NULL", "from its first item"),
        ("labels[1] = 'x'", "counting in [ ]"),
        ("labels[1:2] = labels", "slices in [ ]"),
        (below("c.key", " LIMIT 1"), "orders them"),
        (below("c.key", " ORDER BY c.created LIMIT 1"), "leaves ties"),
    ],
)
def test_order(db, sql, message):
    """What depends on the order of rows says which, without ties; sums are exact."""
    assert message in told(db, sql)


@pytest.mark.parametrize(
    "sql",
    [
        below("list(c.type ORDER BY c.type)"),
        below("list(DISTINCT c.type ORDER BY lower(c.type), c.type)"),
        below("string_agg(c.key, ', ' ORDER BY c.created DESC NULLS LAST, c.key)"),
        below("sum(c.age_days)"),
        below("sum(CASE WHEN c.is_open THEN 1 ELSE 0 END)"),
        below("sum(CAST(c.story_points AS DECIMAL(18, 3)))"),
        below("fsum(c.story_points)"),
        below("min(c.story_points)"),
        below("list_sort(list_distinct(list(c.type ORDER BY c.type)))"),
        below("c.key", " ORDER BY c.created, c.key LIMIT 1"),
    ],
)
def test_order_that_is_total(db, sql):
    """An order by the value itself or by a key leaves no ties; sums of whole numbers and decimals are exact."""
    assert lint(db, sql) == []


@pytest.mark.parametrize(
    ("window", "message"),
    [
        ("row_number() OVER (PARTITION BY i.type)", "depends on the order"),
        ("row_number() OVER (ORDER BY i.created)", "leaves ties"),
        ("lag(i.status) OVER (ORDER BY i.created)", "leaves ties"),
        ("first_value(i.status) OVER (ORDER BY i.type)", "leaves ties"),
        ("sum(i.story_points) OVER (PARTITION BY i.type)", "sum of fractions"),
        ("count(*) OVER (ORDER BY i.created ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)", "leaves ties"),
        ("rank() OVER ()", "depends on the order"),
    ],
)
def test_windows(db, window, message):
    """Windows number rows in an order without ties."""
    assert message in told(db, f"SELECT i.key, {window} AS n FROM issue i", None)


def test_windows_without_ties(db):
    """A key at the end of the order, or a rank that counts ties alike, is the same in every run."""
    for window in (
        "row_number() OVER (PARTITION BY i.type ORDER BY i.created, i.key)",
        "dense_rank() OVER (ORDER BY i.created)",
        "count(*) OVER (PARTITION BY i.type)",
        "sum(i.age_days) OVER (ORDER BY i.created, i.key ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    ):
        assert lint(db, f"SELECT i.key, {window} AS n FROM issue i", None) == []


def test_types_are_known_through_subqueries(db):
    """A column of WITH or of a SELECT in FROM keeps the type of what it is made of."""
    sql = "WITH p AS (SELECT i.project, i.story_points AS points FROM issue i) SELECT p.project, sum(p.points) AS n FROM p GROUP BY p.project"
    assert "sum of fractions" in told(db, sql, None)
    assert lint(db, sql.replace("i.story_points", "CAST(i.story_points AS DECIMAL(18, 3))"), None) == []


def test_a_finding_stands_at_its_place(db):
    """The fault points at the line and column of the pattern, not of the rule."""
    (fault,) = lint(db, "is_open\n  AND regexp_matches(summary_norm, '\\bapi')")
    assert (fault.place.line, fault.place.column) == (21, PLACE.column + len("  AND regexp_matches(summary_norm, "))
