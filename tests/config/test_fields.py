"""Fields recognised from the data, and resolved from the section `fields`."""

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis import given, settings

from depth import examples
from flowlint.config.fields import possible_fields, recognise_fields, resolve_fields
from flowlint.config.mapping import LOGICAL_FIELDS, FieldSource, FlowItemCondition, Mapping, Match, ProjectMapping
from flowlint.config.observed import SeenField

GREENHOPPER = "com.pyxis.greenhopper.jira:"
TEXTAREA = "com.atlassian.jira.plugin.system.customfieldtypes:textarea"


def text(id_: str, name: str, **more) -> SeenField:
    """Return a text field."""
    return SeenField(id_, name, "string", None, TEXTAREA, **more)


def number(id_: str, name: str | None, **more) -> SeenField:
    """Return a number field."""
    return SeenField(id_, name, "number", None, "com.atlassian.jira.plugin.system.customfieldtypes:float", **more)


def mapping(*, projects=None, **fields) -> Mapping:
    """Return a mapping whose section `fields` is written."""
    base = {logical: sources(value) for logical, value in fields.items()}
    own = {
        key: ProjectMapping(fields=base | {logical: sources(value) for logical, value in one.items()})
        for key, one in (projects or {}).items()
    }
    return Mapping(base=ProjectMapping(fields=base), projects=own, written=frozenset({"fields"}))


def sources(value) -> tuple[FieldSource, ...]:
    """Return sources: text is a field, a list is headings."""
    values = value if isinstance(value, tuple) else (value,)
    return tuple(
        FieldSource(headings=tuple(one)) if isinstance(one, list) else FieldSource(field=one) for one in values
    )


def test_schema_goes_before_names():
    """Ids change on migration and names are translated; Jira's own schema types are neither."""
    seen = [
        SeenField("customfield_1", "Épopée liée", "any", None, GREENHOPPER + "gh-epic-link"),
        SeenField("customfield_2", "Epic Link", "string", None, TEXTAREA, sample="key"),
        SeenField("customfield_3", "スプリント", "array", "json", GREENHOPPER + "gh-sprint"),
        SeenField("customfield_4", "Übergeordnet", "any", None, "com.atlassian.jpo:jpo-custom-field-parent"),
        SeenField("customfield_5", "Mannschaft", "team", None, "com.atlassian.teams:rm-teams-custom-field-team"),
    ]
    assert recognise_fields(seen) == {
        "epic_link": ("customfield_1",),
        "sprint": ("customfield_3",),
        "parent_link": ("customfield_4",),
        "team": ("customfield_5",),
    }


def test_epic_theme_is_a_label_field():
    """Most old sites have labels called "Epic/Theme", which are no epic link."""
    labels = SeenField("customfield_1", "Epic/Theme", "array", "string", sample="text")
    assert recognise_fields([labels]) == {}


def test_an_epic_link_by_name_must_hold_keys():
    """A field of the right name that holds prose is somebody's note."""
    assert recognise_fields([SeenField("c1", "Epic Link", sample="key")]) == {"epic_link": ("c1",)}
    assert recognise_fields([SeenField("c1", "Epic Link", "string", sample="text")]) == {}
    assert recognise_fields([SeenField("c1", "Epic Link", sample="text")]) == {}
    assert recognise_fields([SeenField("c1", "Epic Link")]) == {"epic_link": ("c1",)}


def test_values_tell_where_nothing_else_does():
    """An export without fields.json has ids and values only."""
    seen = [
        SeenField("c1", sample="greenhopper"),
        SeenField("c2", sample="epic_key"),
        SeenField("c3", sample="key"),
        SeenField("parent", sample="epic_key"),
        SeenField("sprint", sample="sprint"),
    ]
    assert recognise_fields(seen) == {"sprint": ("c1", "sprint"), "epic_link": ("c2",)}


def test_several_story_points_go_by_how_often_they_are_filled():
    """One site has three fields of this name, and Cloud two names; the one in use comes first."""
    seen = [
        number("c1", "Story Points", filled=3),
        SeenField("c2", "Story point estimate", "number", None, GREENHOPPER + "jsw-story-points", filled=1),
        number("c3", "story points", filled=70),
        number("c4", "Story Points", filled=3),
        number("c5", "Actual Story Points", filled=99),
        text("c6", "Story Points", filled=99),
    ]
    assert recognise_fields(seen) == {"story_points": ("c3", "c1", "c4", "c2")}


def test_outcome_fields_need_a_sure_name_and_text():
    """Judging a field that means something else would be worse than not judging."""
    seen = [text("c1", "Anticipated outcome"), text("c2", "Outcome category"), number("c3", "Actual outcome")]
    assert recognise_fields(seen) == {"outcome": ("c1",)}


def test_common_names_count_only_beside_an_outcome():
    """A field called "Target" alone is a deploy target, a sales target, anything."""
    common = [text("c1", "Target"), number("c2", "Baseline"), text("c3", "Metric")]
    assert recognise_fields(common) == {}
    assert recognise_fields([*common, text("c4", "Expected outcome")]) == {
        "outcome": ("c4",),
        "outcome_metric": ("c3",),
        "outcome_baseline": ("c2",),
        "outcome_target": ("c1",),
    }


def test_people_are_no_team():
    """A picker of people called "Team" names its members."""
    assert recognise_fields([SeenField("c1", "Team", "array", "user")]) == {}
    assert recognise_fields([SeenField("c1", "Team", "option")]) == {"team": ("c1",)}


def test_flagged_and_due():
    """Flagged has no schema type of its own; the due date is Jira's own field before any planned end."""
    seen = [
        SeenField("c1", "Flagged", "array", "option"),
        SeenField("c2", "Target end", "date", None, "com.atlassian.jpo:jpo-custom-field-baseline-end", filled=9),
        SeenField("duedate", None, "date", filled=1),
    ]
    assert recognise_fields(seen) == {"flagged": ("c1",), "due": ("duedate", "c2")}


def test_nothing_written_means_recognised():
    """Without a section `fields` the data speaks, and there is nothing to note."""
    seen = [number("c1", "Story Points")]
    assert resolve_fields(Mapping(), seen) == ({None: {"story_points": ("c1",)}}, ())


def test_written_fields_are_not_mixed_but_structure_is_kept():
    """Leaving Epic Link out of `fields` must not take the tree apart; story points left out are left out."""
    seen = [
        number("c1", "Story Points"),
        SeenField("c2", "Epic Link", "any", None, GREENHOPPER + "gh-epic-link"),
        text("c3", "Expected outcome"),
        text("c4", "Value"),
    ]
    fields, notes = resolve_fields(mapping(outcome="Value"), seen)
    assert fields == {None: {"epic_link": ("c2",), "outcome": ("c4",)}}
    assert notes == ()


def test_a_written_structural_field_replaces_the_recognised_one():
    """What somebody wrote stands, even where it is nothing."""
    seen = [SeenField("c2", None, "any", None, GREENHOPPER + "gh-epic-link"), SeenField("c3", "Our epic", sample="key")]
    assert resolve_fields(mapping(epic_link="our epic"), seen)[0] == {None: {"epic_link": ("c3",)}}
    assert resolve_fields(mapping(epic_link=()), seen)[0] == {None: {"epic_link": ()}}


def test_ids_names_and_both():
    """A source is an id, an exact name, or name:id; a field of Jira's own also goes by its shown name."""
    seen = [text("c1", "Value"), text("c2", "Value"), SeenField("duedate", None, "date"), text("c9", "a:b")]
    fields, notes = resolve_fields(
        mapping(outcome="C1", outcome_metric=" value:c2", outcome_due="Due date", objective="A:B"), seen
    )
    assert fields[None] == {
        "due": ("duedate",),
        "outcome": ("c1",),
        "outcome_metric": ("c2",),
        "outcome_due": ("duedate",),
        "objective": ("c9",),
    }
    assert notes == ()


def test_an_ambiguous_name_is_said():
    """Three fields of one name: all are tried, the fullest first, and the user learns it."""
    seen = [number("c1", "Points", filled=1), number("c2", "Points", filled=5)]
    fields, notes = resolve_fields(mapping(story_points="points"), seen)
    assert fields == {None: {"story_points": ("c2", "c1")}}
    assert len(notes) == 1
    assert '"points" of fields.story_points is the name of 2 fields' in notes[0]
    assert "c2, c1" in notes[0]


def test_a_field_that_is_not_there_is_said():
    """A typing error in a field's name would otherwise only show as rules that never judge."""
    fields, notes = resolve_fields(mapping(outcome=("Vlaue", "c1")), [text("c1", "Value")])
    assert fields == {None: {"outcome": ("c1",)}}
    assert notes == ('field "Vlaue" of fields.outcome is not in the data',)


def test_names_cannot_be_found_in_data_without_names():
    """The note says what to do instead."""
    fields, notes = resolve_fields(mapping(outcome="Value"), [SeenField("c1", sample="text")])
    assert fields == {None: {"outcome": ()}}
    assert notes == (
        'field "Value" of fields.outcome is not in the data: the data holds no field names; write the field\'s id',
    )


def test_an_id_is_not_asked_for_where_one_is_written():
    """Who wrote the id of a field that was not exported has nothing to correct."""
    _, notes = resolve_fields(mapping(outcome="customfield_9"), [SeenField("c1", sample="text")])
    assert notes == ('field "customfield_9" of fields.outcome is not in the data',)


def test_headings_stand_among_the_fields_in_the_order_written():
    """A heading is an id like a field's, compared as names are; no text holds a sprint."""
    written = mapping(outcome=["Expected \u00a0 Outcome"], objective=("Goal", ["Goal", "Aim"]), sprint=["Sprint"])
    fields, notes = resolve_fields(written, [text("c1", "Goal")])
    assert fields == {
        None: {
            "outcome": ("heading:expected outcome",),
            "objective": ("c1", "heading:goal", "heading:aim"),
            "sprint": (),
        }
    }
    assert notes == ("fields.sprint: no heading of the description can hold it; only fields are read",)


def test_default_headings_come_after_what_is_recognised_and_never_beside_what_is_written():
    """Where the data has descriptions, what nobody wrote is read below the default headings too."""
    seen = [text("description", "Description"), text("c1", "Acceptance criteria")]
    fields, notes = resolve_fields(mapping(outcome=("c1",)), seen)
    assert fields[None]["outcome"] == ("c1",)
    assert fields[None]["acceptance_criteria"] == ("heading:acceptance criteria",)
    assert notes == ()
    fields, notes = resolve_fields(Mapping(), seen)
    assert fields[None]["acceptance_criteria"] == ("c1", "heading:acceptance criteria")
    assert len(notes) == 1
    assert "Expected outcome, Outcome, Metric, Baseline, Target, Target date, Actual outcome, Key results." in notes[0]
    assert resolve_fields(Mapping(), seen[1:]) == ({None: {"acceptance_criteria": ("c1",)}}, ())


def test_only_projects_with_their_own_fields_have_an_entry():
    """A project that differs in one field keeps the others."""
    seen = [text("c1", "Value"), text("c2", "Result"), number("c3", "Size")]
    written = mapping(outcome="Value", story_points="Size", projects={"WEB": {"outcome": "Result"}, "OPS": {}})
    assert resolve_fields(written, seen)[0] == {
        None: {"outcome": ("c1",), "story_points": ("c3",)},
        "WEB": {"outcome": ("c2",), "story_points": ("c3",)},
    }


def test_a_note_about_a_projects_field_says_which_project():
    """The same name may be right for all and wrong for one."""
    written = mapping(projects={"WEB": {"outcome": "Result"}})
    assert resolve_fields(written, [text("c1", "Value")])[1] == (
        'field "Result" of projects.WEB.fields.outcome is not in the data',
    )


NAMES = ["Story Points", "Sprint", "Epic Link", "Team", "Target", "Outcome", "Value", "", None]
FIELDS = st.builds(
    SeenField,
    id=st.sampled_from(["c1", "c2", "c3", "duedate", "parent"]),
    name=st.sampled_from(NAMES),
    schema_type=st.sampled_from([None, "string", "number", "array", "any", "option", "date"]),
    schema_items=st.sampled_from([None, "string", "user"]),
    schema_custom=st.sampled_from([None, GREENHOPPER + "gh-sprint", GREENHOPPER + "gh-epic-link"]),
    filled=st.integers(0, 3),
    sample=st.sampled_from([None, "greenhopper", "sprint", "key", "epic_key", "number", "text", "other"]),
)


@given(
    st.lists(FIELDS, max_size=6), st.randoms(use_true_random=False), st.sampled_from(["Value", "c1", "Team:c2", ":"])
)
def test_the_order_of_fields_changes_nothing(seen, random, written):
    """Two sources may be read in any order; every id returned was seen, once."""
    shuffled = random.sample(seen, len(seen))
    for one in (Mapping(), mapping(outcome=written)):
        fields, notes = resolve_fields(one, seen)
        assert (fields, notes) == resolve_fields(one, iter(shuffled))
        for logical, ids in fields[None].items():
            assert logical in LOGICAL_FIELDS
            assert set(ids) <= {field.id for field in seen}
            assert len(set(ids)) == len(ids)


def test_a_field_that_only_a_selector_names_is_read_too():
    """`match: {fields: …}` needs its field loaded, also where it stands under `not`."""
    match = Match(fields=(("Kind", ("x",)),), negated=Match(fields=(("customfield_2", ("y",)),)))
    base = ProjectMapping(flow_items=(FlowItemCondition(match, "debt"),))
    seen = [SeenField(id="customfield_1", name="Kind"), SeenField(id="customfield_2", name="Other")]
    resolved, notes = resolve_fields(Mapping(base=base), seen)
    assert (resolved[None]["Kind"], resolved[None]["customfield_2"]) == (("customfield_1",), ("customfield_2",))
    assert notes == ()


NAMES = (
    "Sprint",
    "Epic Link",
    "Story Points",
    "Team",
    "Target end",
    "Outcome",
    "Metric",
    "Target",
    "Target date",
    None,
)
CUSTOMS = ("gh-sprint", "gh-epic-link", "jsw-story-points")
DESCRIBED = st.builds(
    SeenField,
    id=st.sampled_from([f"customfield_{n}" for n in range(1, 8)]),
    name=st.sampled_from(NAMES),
    schema_type=st.sampled_from([None, "any", "string", "number", "date", "option"]),
    schema_custom=st.sampled_from([None, None, None, *(GREENHOPPER + name for name in CUSTOMS)]),
    filled=st.integers(0, 3),
    sample=st.sampled_from([None, "key", "number", "text", "other"]),
)
WRITTEN = (
    Mapping(),
    mapping(outcome=("Outcome", ["Why"])),
    mapping(outcome_metric=("Metric", "customfield_3"), team="Target", sprint=["No heading"]),
    mapping(story_points="Story Points:customfield_2", projects={"PAY": {"sprint": "Sprint", "due": "Due date"}}),
)


@settings(max_examples=examples(400))
@given(st.lists(DESCRIBED, unique_by=lambda field: field.id), st.sampled_from(WRITTEN), st.data())
def test_possible_fields_are_all_that_can_be_resolved(fields, written, data):
    """Whatever values turn out to be, among the possible fields and any others a meaning is found as among all."""
    fields = [*fields, SeenField("duedate", "Due date", "date"), SeenField("description", "Description", "string")]
    possible = possible_fields(written, [replace(field, filled=0, sample=None) for field in fields])
    logical = data.draw(st.sampled_from(LOGICAL_FIELDS))
    ids = {"description", *data.draw(st.sets(st.sampled_from([field.id for field in fields])))}
    for always in (logical, "epic_link", "parent_link"):
        ids |= possible.get(always, frozenset())
    if ids & possible.get("sprint", frozenset()):  # what is one by its name alone is none beside one by its schema
        ids |= possible["sprint"]
    whole, _ = resolve_fields(written, fields)
    part, _ = resolve_fields(written, [field for field in fields if field.id in ids])
    for project, found in whole.items():
        assert part[project].get(logical, ()) == found.get(logical, ())


def test_possible_fields_name_what_a_common_name_is_believed_beside():
    """A field called Metric carries nothing where no field of the outcome is there."""
    found = possible_fields(Mapping(), [text("c1", "Metric"), text("c2", "Outcome"), text("c3", "Colour")])
    assert found["outcome_metric"] >= {"c1", "c2"}
    assert "c3" not in {id_ for ids in found.values() for id_ in ids}
    assert "heading:metric" in found["outcome_metric"]
