"""Sections of descriptions: where they begin and end, and how they stand in for fields."""

import pytest
from forests import MOMENT
from hypothesis import given, settings
from hypothesis import strategies as st

from depth import examples
from flowlint.config.headings import DEFAULT_HEADINGS
from flowlint.config.load import load_text, load_value
from flowlint.engine.trial import STANDARD
from flowlint.engine.world import World
from flowlint.model.build import build
from flowlint.model.headings import write_sections
from flowlint.model.sections import sections, title_key
from flowlint.snapshot.database import insert, open_database

WANTED = frozenset(title_key(heading) for headings in DEFAULT_HEADINGS.values() for heading in headings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Outcome\nShorter queues\n## Notes\nx", {"outcome": "Shorter queues"}),
        ("# Outcome\n\nOne\n\n### Detail\nTwo\n## Notes\nx\n# End\ny", {"outcome": "One\n\nDetail\nTwo\nNotes\nx"}),
        ("###### Outcome:\nShorter\n###### Notes\nx", {"outcome": "Shorter"}),
        ("## 1. Expected Outcome:\nShorter", {"expected outcome": "Shorter"}),
        ("## \U0001f3af\ufe0f  OUTCOME \u2728\nShorter", {"outcome": "Shorter"}),
        ("## Outcome: shorter\nqueues", {"outcome": "shorter\nqueues"}),
        ("Outcome: shorter queues\nat noon\n\nOther text", {"outcome": "shorter queues\nat noon"}),
        ("Outcome: shorter\nScope: till", {"outcome": "shorter"}),
        ("Outcome:\n- shorter\n- calmer\n\nScope:\nall", {"outcome": "- shorter\n- calmer"}),
        ("Acceptance criteria:\nGiven: a till\nThen: a receipt", {"acceptance criteria": "Given: a till"}),
        ("- Outcome: shorter\n  queues\n- Metric: minutes", {"outcome": "shorter\n  queues", "metric": "minutes"}),
        ("- Outcome: shorter\n- Other item", {"outcome": "shorter"}),
        ("**Outcome:** shorter", {"outcome": "shorter"}),
        ("Outcome\uff1a\u5feb\u3044", {"outcome": "\u5feb\u3044"}),
        ("## Outcome\nTBD\nMetric: minutes", {"outcome": "TBD", "metric": "minutes"}),
        ("## Outcome\n## Metric\nminutes", {"outcome": "", "metric": "minutes"}),
        ("## Outcome\n\n## Outcome\nsecond", {"outcome": "second"}),
        ("## Outcome\nfirst\n## Outcome\nsecond", {"outcome": "first"}),
        ("Outcome | shorter | queues\nMetric | minutes", {"outcome": "shorter | queues", "metric": "minutes"}),
        ("Outcome | Metric | x\nshorter | minutes | y\nz", {"outcome": "shorter", "metric": "minutes"}),
        ("## Outcome\n\t# x\n\tMetric: y", {"outcome": "# x\n\tMetric: y"}),
        ("\tOutcome: code\n\t# Outcome", {}),
        ("The outcome: none. Outcomes: many\nOutcome https://x\nOutcome - a\nSee Outcome", {}),
        ("Outcome://x", {}),
        ("no heading", {}),
    ],
)
def test_sections(text, expected):
    """A section goes from its heading to the next of its level or above, or to the next that is wanted."""
    assert sections(text, WANTED) == expected


LINES = st.lists(
    st.sampled_from(
        [
            "# Outcome",
            "## Metric:",
            "###### Target date",
            "## Notes",
            "Outcome: x",
            "- Metric: 5",
            "Baseline:",
            "text",
            "",
            "- item",
            "\tcode # Outcome",
            "Target | 7",
            "Outcome | Metric",
            "a | b",
            "Actual outcome",
            "## OUTCOME ##",
            "é: Outcome:",
        ]
    ),
    max_size=8,
)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(LINES, min_size=1, max_size=10))
def test_sql_and_python_read_the_same_sections(texts):
    """What SQL reads by itself, or passes over, is what Python would have found."""
    descriptions = ["\n".join(lines) for lines in texts]
    with open_database() as db:
        db.execute("CREATE TABLE m_field (field_id VARCHAR)")
        insert(db, "m_field", ("field_id",), [(f"heading:{title}",) for title in sorted(WANTED)])
        db.execute("CREATE OR REPLACE TABLE raw_issue (key VARCHAR, description VARCHAR)")
        insert(db, "raw_issue", ("key", "description"), [(str(n), text) for n, text in enumerate(descriptions)])
        write_sections(db)
        found = db.execute("SELECT key, field_id, text FROM m_section").fetchall()
    expected = {
        (str(number), f"heading:{title}", text)
        for number, description in enumerate(descriptions)
        for title, text in sections(description, WANTED).items()
        if text
    }
    assert set(found) == expected
    assert len(found) == len(expected)


@given(st.text())
def test_any_text_has_sections_or_none(text):
    """Descriptions come from strangers."""
    assert set(sections(text, WANTED)) <= WANTED


def issues(*given, mapping):
    """Return the rows of ``issue`` by key under a mapping."""
    world = World({"issues": list(given)}, mapping)
    with open_database() as db:
        world.write(db)
        build(db, mapping, world.fields(), MOMENT)
        result = db.execute("FROM issue")
        names = [column[0] for column in result.description]
        return {row["key"]: row for row in (dict(zip(names, values, strict=True)) for values in result.fetchall())}


def standard(**fields):
    """Return the standard organisation with other sources of fields."""
    return load_value({"fields": fields}, "test", over=STANDARD.read_text(encoding="utf-8"))


def test_sources_are_tried_in_the_order_in_which_they_are_written():
    """A field before a heading, a heading before a field; the first that holds something counts."""
    mapping = standard(outcome=["first", {"heading": ["Goal", "Aim"]}, "last"])
    found = issues(
        {"key": "A-1", "description": "h2. Goal\nby heading", "fields": {"first": "by field", "last": "x"}},
        {"key": "A-2", "description": "h2. Aim\nsecond\nh2. Goal\nby heading", "fields": {"last": "x"}},
        {"key": "A-3", "description": "h2. Goal\n\nh2. Scope\ny", "fields": {"last": "by field"}},
        {"key": "A-4", "description": "h2. Outcome\nno source"},
        mapping=mapping,
    )
    assert [found[f"A-{n}"]["outcome"] for n in (1, 2, 3, 4)] == ["by field", "by heading", "by field", None]


def test_headings_of_a_project_are_its_own():
    """A project's sources replace the common ones."""
    mapping = load_value(
        {"fields": {"outcome": {"heading": "Goal"}}, "projects": {"B": {"fields": {"outcome": {"heading": "Aim"}}}}},
        "test",
        over=STANDARD.read_text(encoding="utf-8"),
    )
    text = "*Goal*\na\n*Aim*\nb"
    found = issues({"key": "A-1", "description": text}, {"key": "B-1", "description": text}, mapping=mapping)
    assert (found["A-1"]["outcome"], found["B-1"]["outcome"]) == ("a", "b")


def test_the_default_headings_are_read_where_nothing_is_written():
    """Every meaning that has default headings is read below them, and is fetched where the description is."""
    text = "\n".join(f"h3. {headings[-1]}\n{name}" for name, headings in DEFAULT_HEADINGS.items())
    mapping = load_text("version: 1\nfields: {story_points: points}\n", "test", folder=STANDARD.parent)
    found = issues({"key": "A-1", "description": text}, {"key": "A-2", "not_fetched": ["description"]}, mapping=mapping)
    assert {name: found["A-1"][name] for name in DEFAULT_HEADINGS} == {name: name for name in DEFAULT_HEADINGS}
    assert set(DEFAULT_HEADINGS) <= set(found["A-1"]["fetched"])
    assert not set(DEFAULT_HEADINGS) & set(found["A-2"]["fetched"])


def test_a_written_field_has_no_default_headings():
    """What somebody wrote is all that is read."""
    found = issues({"key": "A-1", "description": "h2. Outcome\nx"}, mapping=standard(outcome="c1"))
    assert found["A-1"]["outcome"] is None
    assert "outcome" in found["A-1"]["fetched"]


def test_a_number_below_a_heading_is_a_number():
    """Story points may stand in the description, and a text is none."""
    mapping = standard(story_points={"heading": "Estimate"})
    found = issues(
        {"key": "A-1", "description": "Estimate: 5"}, {"key": "A-2", "description": "Estimate: five"}, mapping=mapping
    )
    assert (found["A-1"]["story_points"], found["A-2"]["story_points"]) == (5, None)


def test_selectors_see_what_stands_below_headings():
    """A condition on a logical field holds whichever way it is written."""
    mapping = load_value(
        {
            "fields": {"owner": {"heading": "Kind of work"}},
            "flow_items": [{"match": {"fields": {"owner": ["Repair"]}}, "flow_item": "debt"}],
        },
        "test",
        over=STANDARD.read_text(encoding="utf-8"),
    )
    found = issues({"key": "A-1", "description": "*Kind of work:* repair"}, {"key": "A-2"}, mapping=mapping)
    assert (found["A-1"]["flow_item"], found["A-2"]["flow_item"]) == ("debt", "feature")


def test_outcomes_below_headings_reach_down_the_tree():
    """Work below an epic whose description tells the outcome reaches one."""
    mapping = standard(outcome={"heading": "Outcome"})
    found = issues(
        {"key": "A-1", "type": "Epic", "description": "**Outcome:** shorter queues"},
        {"key": "A-2", "parent": "A-1"},
        {"key": "A-3"},
        mapping=mapping,
    )
    assert (found["A-2"]["reaches_outcome"], found["A-3"]["reaches_outcome"]) == (True, False)
