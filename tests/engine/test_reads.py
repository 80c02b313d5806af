"""What a rule's SQL reads: by its syntax tree, so that a name in a comment or a text is no reading."""

from dataclasses import replace
from functools import cache

import pytest

from flowlint.engine.reads import CHANGED, CYCLE, FETCHED, Reads, reads_of
from flowlint.engine.rule import Expression
from flowlint.engine.rulefile import built_in_rules, trust_rule
from flowlint.errors import Place

PLACE = Place("house.yaml")


@cache
def model():
    """Return a rule to make others of."""
    path = built_in_rules() / "hierarchy" / "orphan-story.yaml"
    return trust_rule(path.read_text(encoding="utf-8"), str(path))


def rule(where=None, query=None, message="{key}", **more):
    """Return a rule with this SQL."""

    def expression(sql):
        return Expression(sql, PLACE) if sql else None

    bare = {"applies": None, "unknown": (), "evidence": (), "needs": (), "parameters": (), "cause": (), "identity": ()}
    return replace(model(), where=expression(where), query=expression(query), message=message, **{**bare, **more})


def reads(where=None, query=None, message="{key}", **more):
    """Return what a rule reads."""
    return reads_of([rule(where, query, message, **more)])[0]


def columns(found):
    """Return columns as people write them."""
    return sorted(".".join(column) for column in found.columns)


def test_columns_of_a_condition():
    """A condition reads the columns that it names, of the view that it runs over and of those in its subqueries."""
    found = reads("is_open AND EXISTS (SELECT 1 FROM link l WHERE l.key = me.key AND l.kind = 'blocks')")
    assert columns(found) == ["issue.is_open", "issue.key", "link.key", "link.kind"]
    assert found.views == {"issue", "link"}


def test_all_parts_of_a_rule_count():
    """Evidence, reasons, what it applies to and its message read too; evidence goes before a column of its name."""
    found = reads(
        "is_open",
        message="{key} {type} {team} {level}",
        applies=Expression("is_done", PLACE),
        unknown=(("no owner", Expression("owner IS NULL", PLACE)),),
        evidence=(("team", Expression("due", PLACE)),),
    )
    assert columns(found) == [
        f"issue.{name}" for name in ("due", "is_done", "is_open", "key", "level", "owner", "type")
    ]


def test_a_comment_and_a_text_are_no_readings():
    """Neither a comment nor a text that holds a column's name reads it, nor does an alias."""
    found = reads("type = 'description' -- description, outcome\n /* team */ AND level = 'assignee'")
    assert columns(found) == ["issue.key", "issue.level", "issue.type"]


def test_a_query_reads_through_its_parts():
    """Columns that pass through WITH, joins by USING and set operations are read where they are first named."""
    found = reads(
        query="""WITH said AS (SELECT i.key, i.outcome AS words FROM issue i)
                 SELECT s.words, l.kind FROM said s JOIN link l USING (key)
                 UNION ALL SELECT v.name, v.name_norm AS other FROM version v ORDER BY words"""
    )
    assert columns(found) == [
        "issue.key",
        "issue.outcome",
        "link.key",
        "link.kind",
        "version.name",
        "version.name_norm",
    ]


def test_a_rule_that_must_not_run_reads_nothing():
    """What the guard refuses is not read."""
    assert reads("nowhere = 1") == Reads()
    assert reads("is_open AND (") == Reads()
    assert reads("random() > 1") == Reads()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("list_contains(fetched, 'owner') OR NOT list_contains(me.fetched, 'team')", {"owner", "team"}),
        ("is_open", set()),
        ("len(fetched) > 3", None),
        ("list_contains(fetched, type)", None),
        ("list_contains(fetched, 'owner') AND len(fetched) > 3", None),
        ("list_contains(labels, 'owner')", set()),
    ],
)
def test_names_looked_for_among_what_was_fetched(sql, words):
    """Only a constant looked for by list_contains tells which names matter."""
    assert reads(sql).words[FETCHED] == (None if words is None else frozenset(words))


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("FROM field_change c WHERE c.field = 'type' AND c.key = me.key", {"type"}),
        ("FROM field_change c WHERE 'type' = c.field", {"type"}),
        ("FROM field_change c WHERE c.field IN ('type', 'labels')", {"type", "labels"}),
        ("FROM issue i JOIN field_change c ON c.key = i.key AND c.field = 'type'", {"type"}),
        ("FROM issue i LEFT JOIN field_change c ON c.key = i.key AND c.field = 'type'", {"type"}),
        ("FROM field_change c LEFT JOIN issue i ON c.field = 'type' AND c.key = i.key", None),
        ("FROM issue i JOIN field_change c ON c.key = i.key WHERE i.type = 'type'", None),
        ("FROM field_change c WHERE c.field = 'type' OR c.key = me.key", None),
        ("FROM field_change c WHERE NOT (c.field = 'type')", None),
        ("FROM field_change c WHERE c.field <> 'type'", None),
        ("FROM field_change c WHERE c.field = c.value_to", None),
        ("FROM field_change c WHERE c.field IN ('type', c.value_to)", None),
        ("FROM field_change c WHERE c.key = me.key", None),
        ("FROM field_change c, field_change d WHERE c.field = 'type' AND d.key = c.key", None),
        (
            "FROM field_change c WHERE c.field = 'type' AND EXISTS (SELECT 1 FROM field_change d WHERE d.key = c.key)",
            None,
        ),
        ("FROM issue i WHERE i.key = me.key", set()),
    ],
)
def test_changes_that_a_rule_looks_at(rest, words):
    """A comparison that all rows of the view must meet tells which changes matter; anything less tells nothing."""
    found = reads(f"EXISTS (SELECT 1 {rest})")
    assert found.columns, "the guard refused it"
    assert found.words[CHANGED] == (None if words is None else frozenset(words))


def test_cycles_that_a_rule_looks_at():
    """A rule about cycles of parents is known not to look at links."""
    assert reads("EXISTS (SELECT 1 FROM cycle c WHERE c.kind = 'parent')").words[CYCLE] == {"parent"}
    assert reads("EXISTS (SELECT 1 FROM cycle c WHERE c.key = me.key)").words[CYCLE] is None


def test_a_view_that_is_judged_row_by_row_is_read_whole():
    """Where each row is a subject, no comparison limits what is looked at."""
    assert reads("field = 'type'", from_="field_change").words[CHANGED] is None
