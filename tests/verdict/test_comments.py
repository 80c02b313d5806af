"""Comments in a mapping that set a finding aside on its line."""

import pytest

from flowlint.engine.rulefile import load_rules
from flowlint.errors import Place
from flowlint.verdict.comments import comments_of, is_set_aside

RULE = load_rules().find("M704")


@pytest.mark.parametrize(
    ("line", "aside"),
    [
        ("  Task: {level: task}  # flowlint: ignore M704 agreed with the leads", True),
        ("  Task: {level: task}  # flowlint: ignore task-mapped-as-deliverable agreed", True),
        ("  Task: {level: task}  #flowlint:ignore m704 agreed", True),
        ("  Task: {level: task}  # flowlint: ignore M711, M704 agreed", True),
        ("  Task: {level: task}  # flowlint: ignore M704: agreed", True),
        ("# flowlint: ignore M704 agreed", True),
        ("  Task: {level: task}  # flowlint: ignore M704", False),
        ("  Task: {level: task}  # flowlint: ignore M704   ", False),
        ("  Task: {level: task}  # flowlint: ignore M711 agreed", False),
        ("  Task: {level: task}  # flowlint: ignore", False),
        ("  Task#flowlint: ignore M704 agreed", False),
        ("  why: 'say # flowlint: ignore M704 agreed'", False),
        ("  why: |  # flowlint: ignore M704 agreed\n    say", True),
    ],
)
def test_code_and_reason(line, aside):
    """By code or name, without regard to case, several with commas; a reason must follow."""
    comments = comments_of({"a.yaml": "a:\n" + line})
    assert is_set_aside(comments, RULE, Place("a.yaml", 2, 5)) is aside
    assert not is_set_aside(comments, RULE, Place("a.yaml", 1))
    assert not is_set_aside(comments, RULE, Place("b.yaml", 2))
