"""Inference of levels, types and workflow from what the data shows."""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import given

from flowlint.config.guess import guess_types
from flowlint.config.infer import infer
from flowlint.config.mapping import (
    FlowItemCondition,
    IssueTypeEntry,
    Mapping,
    Match,
    ProjectMapping,
    Workflow,
    fold,
    name_matches,
)
from flowlint.config.observed import Observed, SeenResolution, SeenStatus, SeenType
from flowlint.errors import Place


def seen(name: str, project: str = "PAY", *, level: int | None = None, **more) -> SeenType:
    """Return an observed type; of one project and without Jira's level unless said otherwise."""
    return SeenType(**({"project": project, "id": None, "name": name, "hierarchy_level": level, "issues": 10} | more))


def inferred(*types: SeenType, mapping: Mapping | None = None) -> Mapping:
    """Return the mapping inferred from these types."""
    return infer(mapping or Mapping(), Observed(types=types))[0]


def said(*types: SeenType, mapping: Mapping | None = None) -> str:
    """Return what inference says about these types."""
    return "\n".join(infer(mapping or Mapping(), Observed(types=types))[1])


def entry(mapping: Mapping, name: str, project: str = "PAY", id_: str | None = None) -> IssueTypeEntry:
    """Return the first entry that speaks of a type in a project."""
    return next(one for one in mapping.for_project(project).issue_types if name_matches(one.name, name, id_))


def levels(mapping: Mapping, *names: str, project: str = "PAY") -> list[str | None]:
    """Return the levels of types in one project."""
    return [entry(mapping, name, project).level for name in names]


CLOUD = (
    seen("Sub-task", level=-1, subtask=True),
    seen("Story", level=0),
    seen("Bug", level=0),
    seen("Epic", level=1),
    seen("Initiative", level=2),
)


def test_levels_of_a_cloud_site():
    """Jira says the levels itself; flow items are at story."""
    mapping = inferred(*CLOUD)
    assert mapping.levels == ("initiative", "epic", "story", "task")
    assert mapping.flow_item_level == "story"
    assert levels(mapping, "Initiative", "Epic", "Story", "Bug", "Sub-task") == [
        "initiative",
        "epic",
        "story",
        "story",
        "task",
    ]
    assert mapping.flow_items_guessed


def test_flow_items_by_name():
    """The name of a type at the flow item level says what it counts as; elsewhere nothing counts."""
    names = {"Story": "feature", "Defekt": "defect", "Tech debt": "debt", "Vulnerability": "risk", "Spike": "none"}
    mapping = inferred(*(seen(name, level=0) for name in names), seen("Bug", level=-1))
    assert {name: entry(mapping, name).flow_item for name in names} == names
    assert entry(mapping, "Bug").level == "task"
    assert entry(mapping, "Bug").flow_item is None


def test_an_unknown_type_stays_unclassified():
    """What "Tracer" counts as is for the team to say."""
    mapping = inferred(seen("Tracer", level=0), seen("Story", level=0))
    assert entry(mapping, "Tracer") == IssueTypeEntry("Tracer", level="story")
    assert "At story level, and nothing says what they count as: Tracer." in said(seen("Tracer", level=0))


@pytest.mark.parametrize("name", ["Task", "Change Request", "Backport", "Bug", "Epic", "Release", "Objective"])
def test_sub_task_types_with_innocent_names(name):
    """Jira's own word goes before any name: these are sub-task types of real sites."""
    assert levels(inferred(seen(name, subtask=True), seen("Story", subtask=False)), name) == ["task"]


def test_localised_names_are_read_untranslated_first():
    """The shown name may be in any language."""
    mapping = inferred(seen("Fehlersache", level=0, untranslated="Bug"), seen("故事", level=0))
    assert entry(mapping, "Fehlersache").flow_item == "defect"
    assert entry(mapping, "故事").flow_item == "feature"


def test_task_supports_stories_only_where_there_are_stories():
    """A project that works in tasks alone delivers by tasks."""
    types = (
        seen("Story", "PAY", level=0),
        seen("Task", "PAY", level=0),
        seen("Task", "WEB", level=0),
        seen("Improvement", "WEB", level=0),
        seen("Task", "OPS", level=0, issues=5),
        seen("Bug", "OPS", level=0),
    )
    mapping = inferred(*types)
    assert mapping.levels == ("story", "task")
    assert levels(mapping, "Task", project="PAY") == ["task"]
    assert levels(mapping, "Task", project="WEB") == ["task"]
    assert levels(mapping, "Task", "Bug", project="OPS") == ["story", "story"]
    assert list(mapping.projects) == ["OPS"]
    assert "Task is supporting work in PAY, WEB, which also use stories; it is at story level in OPS." in said(*types)


def test_tasks_alone_leave_no_task_level():
    """A level that nothing is at is not in use."""
    assert inferred(seen("Task", level=0), seen("Epic", level=1)).levels == ("epic", "story")


def test_one_name_at_two_levels_in_two_projects():
    """A team-managed project may have an "Initiative" of its own, at Jira's level 0."""
    mapping = inferred(
        seen("Initiative", "IMP", level=2, id="1", issues=12), seen("Initiative", "OPS", level=0, id="2", issues=3)
    )
    assert levels(mapping, "Initiative", project="IMP") == ["initiative"]
    assert levels(mapping, "Initiative", project="OPS") == ["story"]
    assert levels(mapping, "Initiative", project="NEW") == ["initiative"]
    assert mapping.base.issue_types[0].name == "Initiative"


def test_one_name_at_two_levels_in_one_project():
    """Then only the ids tell the types apart."""
    types = (seen("Initiative", level=2, id="1", issues=12), seen("Initiative", level=0, id="2", issues=3))
    mapping = inferred(*types)
    assert entry(mapping, "Initiative", id_="1").level == "initiative"
    assert entry(mapping, "Initiative", id_="2").level == "story"
    assert "Initiative is at initiative, but at story in PAY: types of one name." in said(*types)


def test_levels_above_are_named_by_their_types():
    """Jira gives numbers; the well-known names of the types there say what the organisation calls them."""
    mapping = inferred(seen("Epic", level=1), seen("Strategic theme", level=2), seen("Wurzel", level=3))
    assert mapping.levels == ("level 3", "theme", "epic", "story")
    assert inferred(seen("A", level=2), seen("B", level=3), seen("C", level=5)).levels == (
        "level 5",
        "theme",
        "initiative",
        "story",
    )


def test_feature_between_epic_and_story():
    """SAFe sites rename Jira's level 1 to Feature and put Epic above it."""
    mapping = inferred(seen("Epic", level=2), seen("Feature", level=1), seen("Story", level=0))
    assert mapping.levels == ("epic", "feature", "story")


def test_feature_above_epic_or_beside_story():
    """At level 2 a Feature is above the epics, at level 0 it is a kind of story."""
    assert inferred(seen("Feature", level=2), seen("Epic", level=1)).levels == ("feature", "epic", "story")
    mapping = inferred(seen("Feature", level=0), seen("Epic", level=1))
    assert mapping.levels == ("epic", "story")
    assert entry(mapping, "Feature").flow_item == "feature"


def test_levels_without_jiras_own():
    """Server and Data Center say only which types are sub-tasks; the rest is use and names."""
    mapping = inferred(
        seen("Vorhaben X", parent_of={"Epic": 40}),
        seen("Epic", epic_of=90),
        seen("Paket", epic_of=30),
        seen("Story", epic_of=1, issues=1000),
        seen("Technical task", subtask=True),
    )
    assert mapping.levels == ("initiative", "epic", "story", "task")
    assert levels(mapping, "Vorhaben X", "Epic", "Paket", "Story", "Technical task") == [
        "initiative",
        "epic",
        "epic",
        "story",
        "task",
    ]


def test_feature_without_jiras_own_levels():
    """Only its children tell whether a Feature is above the epics, between, or a story."""
    epic, story = seen("Epic", parent_of={"Story": 10}), seen("Story")
    assert inferred(seen("Feature", parent_of={"Epic": 9}), epic, story).levels == ("feature", "epic", "story")
    assert inferred(seen("Feature", parent_of={"Story": 9}), epic, story).levels == ("epic", "feature", "story")
    assert levels(inferred(seen("Feature", parent_of={"Task": 9}), epic, story), "Feature") == ["story"]


def test_an_initiative_under_an_epic_is_none():
    """A portfolio name says nothing where the type is used below an epic."""
    mapping = inferred(seen("Epic", parent_of={"Initiative": 3}), seen("Initiative"))
    assert levels(mapping, "Epic", "Initiative") == ["epic", "story"]
    assert levels(inferred(seen("Initiative")), "Initiative") == ["initiative"]


def test_sub_tasks_by_name_where_nothing_else_tells():
    """A CSV has neither flag nor level."""
    mapping = inferred(seen("Podzadanie"), seen("Zadanie"), seen("Historia"))
    assert levels(mapping, "Podzadanie", "Zadanie", "Historia") == ["task", "task", "story"]
    assert levels(inferred(seen("Podzadanie")), "Podzadanie") == ["task"]


def test_containers_and_okrs_are_no_work():
    """A milestone at a level of its own is a container all the same, and needs no level."""
    mapping = inferred(seen("Milestone", level=3), seen("Release", level=0), seen("Key Result", level=0))
    assert mapping.levels == ("story",)
    assert entry(mapping, "Milestone") == IssueTypeEntry("Milestone", container="milestone")
    assert entry(mapping, "Release") == IssueTypeEntry("Release", container="release")
    assert entry(mapping, "Key Result") == IssueTypeEntry("Key Result", okr="key_result")


def written(*entries: IssueTypeEntry, **more) -> Mapping:
    """Return a mapping whose section issue_types is written."""
    return Mapping(base=ProjectMapping(issue_types=entries, **more), written=frozenset({"issue_types"}))


def test_written_types_are_not_added_to():
    """A section is written or inferred, never mixed; its levels come in the standard order."""
    mapping = written(
        IssueTypeEntry("Sub-task", level="task"),
        IssueTypeEntry("Bug", level="story", flow_item="defect"),
        IssueTypeEntry("Epic", level="Epic"),
        IssueTypeEntry("Release", container="release"),
    )
    filled = inferred(*CLOUD, mapping=mapping)
    assert filled.base.issue_types == mapping.base.issue_types
    assert filled.levels == ("Epic", "story", "task")
    assert filled.flow_item_level == "story"
    assert not filled.flow_items_guessed


def test_levels_of_written_types_that_are_not_standard():
    """Jira's own level says where they go; where it does not, the order of the file."""
    mapping = written(
        IssueTypeEntry("Kampagne", level="campaign"),
        IssueTypeEntry("Epic", level="epic"),
        IssueTypeEntry("Slice", level="slice", flow_item="feature"),
        IssueTypeEntry("Feature", level="feature"),
    )
    filled = inferred(seen("Kampagne", level=3), seen("Feature", level=2), mapping=mapping)
    assert filled.levels == ("campaign", "feature", "epic", "slice")
    assert filled.flow_item_level == "slice"


def test_levels_that_only_conditions_name_are_in_use():
    """A condition may lift a task to a level that no type is at."""
    condition = FlowItemCondition(Match(labels=("security",)), "risk", level="story")
    filled = inferred(mapping=written(IssueTypeEntry("Task", level="task"), flow_items=(condition,)))
    assert filled.levels == ("story", "task")
    assert filled.flow_item_level == "story"


def hierarchy(*names: str, flow_item_level: str | None) -> Mapping:
    """Return a mapping whose section hierarchy is written."""
    return Mapping(levels=names, flow_item_level=flow_item_level, written=frozenset({"hierarchy"}))


def test_types_meet_written_levels_by_name_and_by_distance():
    """The levels are the organisation's; each type goes to its namesake, else as far from the flow items."""
    mapping = hierarchy("Goal", "Epic", "Deliverable", "Task", flow_item_level="Deliverable")
    filled = inferred(*CLOUD, seen("Release", level=0), mapping=mapping)
    assert filled.levels == mapping.levels
    assert entry(filled, "Release").level is None
    assert levels(filled, "Initiative", "Epic", "Story", "Sub-task") == ["Goal", "Epic", "Deliverable", "Task"]
    assert entry(filled, "Story").flow_item == "feature"


def test_types_that_have_no_written_level_are_counted_nowhere():
    """On the nearest level, sub-tasks would be the equals of their stories, and initiatives those of their epics."""
    filled = inferred(*CLOUD, mapping=hierarchy("epic", "story", flow_item_level="story"))
    assert levels(filled, "Initiative", "Epic", "Story", "Sub-task") == [None, "epic", "story", None]
    assert [entry(filled, name).flow_item for name in ("Initiative", "Sub-task")] == ["none", "none"]


def test_feature_goes_to_a_written_feature_level():
    """Where Feature is a level of its own, a Feature at Jira's level 0 is at it."""
    mapping = hierarchy("epic", "feature", "story", flow_item_level="feature")
    filled = inferred(seen("Feature", level=0), seen("Story", level=0), mapping=mapping)
    assert levels(filled, "Feature", "Story") == ["feature", "story"]
    assert [entry(filled, name).flow_item for name in ("Feature", "Story")] == ["feature", None]


def test_a_missing_flow_item_level_is_found():
    """An incomplete hierarchy still has one."""
    assert inferred(*CLOUD, mapping=hierarchy("Epic", "Story", flow_item_level=None)).flow_item_level == "Story"
    assert inferred(*CLOUD, mapping=hierarchy("a", "b", flow_item_level="c")).flow_item_level == "b"


def test_what_a_project_wrote_goes_first():
    """Inferred entries fill only what the project's own leave open."""
    place = Place("flowlint.yaml", 9)
    own = ProjectMapping(issue_types=(IssueTypeEntry("*bug", level="story", flow_item="debt", place=place),))
    filled = inferred(*CLOUD, mapping=Mapping(projects={"pay": own}))
    assert entry(filled, "Bug").flow_item == "debt"
    assert entry(filled, "Story").flow_item == "feature"
    assert [one.name for one in filled.for_project("PAY").issue_types].count("Bug") == 0


def test_what_a_project_wrote_is_not_said_to_be_guessed():
    """The sentence would contradict the file."""
    mapping = Mapping(projects={"PAY": ProjectMapping(issue_types=(IssueTypeEntry("Task", level="story"),))})
    types = (seen("Story", level=0), seen("Task", level=0), seen("Story", "WEB", level=0), seen("Task", "WEB", level=0))
    assert "Task is supporting work in WEB, which also uses stories." in said(*types, mapping=mapping)
    assert "Task is supporting work in PAY, WEB, which also use stories." in said(*types)


def test_what_a_project_wrote_holds_for_both_types_of_one_name():
    """An inferred `Initiative:2` must not go before a written `Initiative`."""
    own = ProjectMapping(issue_types=(IssueTypeEntry("Initiative", level="epic"),))
    types = (seen("Initiative", level=2, id="1"), seen("Initiative", level=0, id="2"))
    filled = inferred(*types, mapping=Mapping(projects={"PAY": own}))
    assert filled.projects["PAY"].issue_types == own.issue_types
    assert "epic" in filled.levels


def test_given_up_by_resolution():
    """Those seen are said; the well-known others count as well, once they turn up."""
    resolutions = (SeenResolution("Won\u2019t Do", 3), SeenResolution("Done", 9), SeenResolution("Duplicate", 1))
    own = ProjectMapping(workflow=Workflow(cancelled_resolutions=("Nope",)))
    mapping, sentences = infer(
        Mapping(projects={"WEB": own, "OPS": ProjectMapping()}), Observed(resolutions=resolutions)
    )
    workflow = mapping.base.workflow
    assert workflow is not None
    assert {"Won\u2019t Do", "Won't Do", "Duplicate", "Declined"} <= set(workflow.cancelled_resolutions)
    assert "Done" not in workflow.cancelled_resolutions
    assert workflow.stages == ()
    assert mapping.projects["WEB"].workflow == own.workflow
    assert mapping.projects["OPS"].workflow == workflow
    assert "Given up, by resolution: Duplicate, Won\u2019t Do." in sentences


def test_a_written_workflow_stays():
    """A section is written or inferred, never mixed."""
    workflow = Workflow(cancelled_statuses=("Rejected",))
    mapping = Mapping(base=ProjectMapping(workflow=workflow), written=frozenset({"workflow"}))
    filled, sentences = infer(mapping, Observed(resolutions=(SeenResolution("Duplicate"),)))
    assert filled.base.workflow == workflow
    assert not any("resolution" in sentence for sentence in sentences)


def test_statuses_without_a_category_are_said():
    """Their issues have no flow state, which a team lead should know."""
    statuses = (SeenStatus("PAY", "1", "Limbo"), SeenStatus("PAY", "2", "To Do", "new"))
    sentences = infer(Mapping(), Observed(statuses=statuses))[1]
    assert "Flow states are Jira's status categories, which Limbo lacks." in sentences


def test_nothing_is_said_where_all_is_written():
    """A complete mapping stays as it is."""
    mapping = replace(
        hierarchy("story", flow_item_level="story"), written=frozenset({"hierarchy", "issue_types", "workflow"})
    )
    assert infer(mapping, Observed(types=CLOUD)) == (mapping, ())


def test_no_data_at_all():
    """An empty export still gives a mapping that can be read."""
    mapping, sentences = infer(Mapping(), Observed())
    assert mapping.levels == ("story",)
    assert sentences[0].endswith("story; flow items are at story.")


def test_what_is_said_for_a_small_site():
    """The sentences a team lead reads, whole."""
    types = (*CLOUD, seen("Task", level=0), seen("Capability", level=2), seen("Spike", level=0), seen("Milestone"))
    assert infer(Mapping(), Observed(types, resolutions=(SeenResolution("Won't Do"),)))[1] == (
        "Levels, from Jira's own: initiative, epic, story, task; flow items are at story.",
        "Above the flow items: Capability at initiative.",
        "Counted, by their names: Story as features; Bug as defects.",
        "Counted nowhere: Spike.",
        "Sub-tasks are supporting work: Sub-task.",
        "Task is supporting work in PAY, which also uses stories.",
        "Containers, not work: Milestone.",
        "Flow states are Jira's status categories.",
        "Given up, by resolution: Won't Do.",
        (
            "Nobody wrote this down; to keep or change it, write the sections hierarchy, issue_types, workflow in"
            " flowlint.yaml (`flowlint init` drafts them)."
        ),
    )


def test_long_lists_are_cut():
    """A site with a hundred types is told in a line."""
    text = said(*(seen(f"Thing {number:02}", level=0) for number in range(30)))
    assert "Thing 07 and 22 more." in text
    assert "Thing 08" not in text


NAMES = [
    *("Story", "story", "Task", "Sub-task", "Epic", "Initiative", "Feature", "Bug", "Release", "Objective", "Theme"),
    *("Tracer", "子任务", "Story*", "*", "Bug:7", "7", "[x", "?", ""),
]
TYPES = st.builds(
    SeenType,
    project=st.sampled_from(["PAY", "WEB", "web", "OPS"]),
    id=st.sampled_from([None, "7", "8", "9"]),
    name=st.sampled_from(NAMES) | st.text(max_size=5),
    untranslated=st.sampled_from([None, None, "Bug", "Epic"]),
    subtask=st.sampled_from([None, True, False]),
    hierarchy_level=st.sampled_from([None, None, -1, 0, 1, 2, 3, 4]),
    issues=st.integers(0, 20),
    epic_of=st.integers(0, 5),
    parent_of=st.dictionaries(st.sampled_from(NAMES), st.integers(1, 9), max_size=3),
)
ENTRIES = st.builds(
    IssueTypeEntry,
    name=st.sampled_from(NAMES),
    level=st.sampled_from([None, "story", "Epic", "epic", "task", "slice", "goal"]),
    flow_item=st.sampled_from([None, "feature", "none"]),
)
MAPPINGS = st.builds(
    Mapping,
    levels=st.lists(st.sampled_from(["goal", "epic", "feature", "story", "task"]), unique=True, max_size=4).map(tuple),
    flow_item_level=st.sampled_from([None, "story", "feature", "other"]),
    base=st.builds(ProjectMapping, issue_types=st.lists(ENTRIES, max_size=3).map(tuple)),
    written=st.frozensets(st.sampled_from(["hierarchy", "issue_types", "workflow"])),
)


def blank_where_unwritten(mapping: Mapping) -> Mapping:
    """Take out of a drawn mapping what its loader would not have put in."""
    if "hierarchy" not in mapping.written:
        mapping = replace(mapping, levels=(), flow_item_level=None)
    if "issue_types" not in mapping.written:
        mapping = replace(mapping, base=ProjectMapping())
    return mapping


@given(MAPPINGS.map(blank_where_unwritten), st.lists(TYPES, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_what_was_seen_changes_nothing(mapping, types, random):
    """Findings must be the same whatever the order of the export's lines."""
    shuffled = tuple(random.sample(types, len(types)))
    assert infer(mapping, Observed(types=tuple(types))) == infer(mapping, Observed(types=shuffled))


@given(MAPPINGS.map(blank_where_unwritten), st.lists(TYPES, max_size=8))
def test_every_type_has_an_entry_at_a_level_in_use(mapping, types):
    """Inferred types leave nothing unmapped, and no entry names a level that is not there."""
    filled = inferred(*types, mapping=mapping)
    known_levels = {fold(level) for level in filled.levels}
    assert filled.flow_item_level is not None
    if "issue_types" in mapping.written and "hierarchy" in mapping.written and mapping.levels:
        return
    assert fold(filled.flow_item_level) in known_levels
    assert len(known_levels) == len(filled.levels)
    for section in (filled.base, *filled.projects.values()):
        assert {fold(one.level) for one in section.issue_types if one.level is not None} <= known_levels
    if "issue_types" in mapping.written:
        return
    for one in types:
        assert any(name_matches(found.name, one.name, one.id) for found in filled.for_project(one.project).issue_types)


SANE_TYPES = st.builds(
    replace,
    TYPES,
    name=st.sampled_from(["Story", "Task", "Sub-task", "Epic", "Initiative", "Feature", "Bug", "Release", "Story*"]),
)


@given(st.lists(SANE_TYPES, max_size=9))
def test_entries_say_what_was_guessed(types):
    """Common entries, a project's own and those by id together give each type back its own meaning."""
    mapping = inferred(*types)
    for guess in guess_types(types).types:
        found = mapping.for_project(guess.seen.project).issue_type(guess.seen.name, guess.seen.id)
        assert found is not None
        assert (found.level, found.flow_item, found.container) == (guess.level, guess.flow_item, guess.container)
