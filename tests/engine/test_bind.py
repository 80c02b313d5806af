"""Conditions must be conditions."""

from forests import Forest
from test_evaluate import rule

from flowlint.engine.bind import bind_rule


def test_a_number_is_no_condition():
    """`where: story_points` is refused at its place; evidence may be anything."""
    db = Forest([{"key": "A-1"}]).database()
    (fault,) = bind_rule(db, rule(where="story_points", evidence={"points": "story_points"}), {})
    assert "DOUBLE" in fault.message
    assert fault.key == "where"
    assert bind_rule(db, rule(where="story_points > 1", applies="is_open"), {}) == []


def test_what_does_not_bind_is_said_in_words():
    """A comparison of a list with a text is an error of the rule, without JSON or SQL around it."""
    db = Forest([{"key": "A-1"}]).database()
    (fault,) = bind_rule(db, rule(where="labels > 5"), {})
    assert "{" not in fault.message
