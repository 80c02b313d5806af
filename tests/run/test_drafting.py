"""A drafted mapping holds against the export that it was drafted from, whatever names a site has."""

import json
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from depth import examples
from flowlint.config.infer import infer
from flowlint.config.load import load, load_text
from flowlint.config.mapping import Mapping, fold
from flowlint.model.observe import observe
from flowlint.model.readings import place_status
from flowlint.run.drafting import draft_mapping
from flowlint.run.validation import Validation, validate
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.source import no_progress

DAY = date(2026, 1, 31)
NAMES = st.one_of(
    st.sampled_from([
        "Story", "story ", "Bug", "Task", "Sub-task", "Epic", "Initiative", "Release", "Objective", "Spike", "no", "null", "2026",
        "*", "Any*", "Phase", "Phase:2", "a: b", "- x", "{x}", "Won't Do", 'say "hi"', "# no comment", "10001", "Story:10001", "x" * 300, "故事", "\u202eevil",
        "a\tb", "To Do", "Done", "Blocked", "Code Review", "Ready for test", "[System] Change", "~", "&a", "%", "@", "`", "\u2028", "\x85",
    ]),
    st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != ""),
)  # fmt: skip
# Jira's own answers agree with each other, where it gives them at all.
LEVELS = st.sampled_from([
    {}, {"subtask": False}, {"subtask": True}, {"subtask": True, "hierarchyLevel": -1}, {"subtask": False, "hierarchyLevel": 0},
    {"subtask": False, "hierarchyLevel": 0}, {"hierarchyLevel": 1}, {"hierarchyLevel": 2}, {"hierarchyLevel": 5},
])  # fmt: skip
STATUSES = st.builds(
    lambda name, category: {"name": name} | ({"statusCategory": {"key": category}} if category else {}),
    NAMES,
    st.sampled_from([None, "new", "indeterminate", "done", "done"]),
)
RESOLUTIONS = st.one_of(st.none(), st.builds(lambda name: {"name": name}, NAMES))


@st.composite
def sites(draw):
    """Return issues of a site, whose types and statuses have an id each and any names, many of them several times."""
    names = st.sampled_from(draw(st.lists(NAMES, min_size=1, max_size=4)))
    placed = draw(st.lists(st.tuples(names, LEVELS), min_size=1, max_size=6))
    types = [{"id": str(10000 + at), "name": name, **level} for at, (name, level) in enumerate(placed)]
    statuses = [{"id": str(1 + at), **one} for at, one in enumerate(draw(st.lists(STATUSES, min_size=1, max_size=5)))]
    issue = st.tuples(
        st.sampled_from(["A", "B", "NO"]),
        st.sampled_from(types),
        st.sampled_from(statuses),
        RESOLUTIONS,
        st.integers(0, 6),
    )
    return draw(st.lists(issue, min_size=1, max_size=8))


def export(issues):
    """Return issues as lines of an export; the number of each is its place, its parent is another one's."""
    lines = []
    for number, (project, type_, status, resolution, parent) in enumerate(issues, 1):
        fields = {
            "summary": "x",
            "project": {"key": project},
            "issuetype": type_,
            "status": status,
            "resolution": resolution,
            "created": "2026-01-01T00:00:00.000+0000",
            "updated": "2026-01-02T00:00:00.000+0000",
        }
        if 0 < parent <= len(issues) and parent != number:
            fields["parent"] = {"id": str(parent), "key": f"{issues[parent - 1][0]}-{parent}"}
        lines.append(json.dumps({"id": str(number), "key": f"{project}-{number}", "fields": fields}))
    return "\n".join(lines) + "\n"


def typed(project, name, id_, level, parent=0):
    """Return an issue of a type at one of Jira's levels."""
    status = {"name": "In Progress", "id": "3", "statusCategory": {"key": "indeterminate"}}
    return project, {"name": name, "id": id_, "hierarchyLevel": level, "subtask": level < 0}, status, None, parent


def placed(project, name, id_, category):
    """Return a story in a status."""
    return (
        project,
        {"name": "Story", "id": "1"},
        {"name": name, "id": id_, "statusCategory": {"key": category}},
        None,
        0,
    )


STATES = {"new": {"new", "waiting"}, "indeterminate": {"active", "waiting"}, "done": {"done", "cancelled"}}


def seen_in(path):
    """Return what an export shows."""
    db = open_database()
    try:
        load_exports(db, [str(path)], Mapping(), no_progress)
        return observe(db)
    finally:
        db.close()


@settings(max_examples=examples(32))
@given(sites())
@example([("A", {"name": "Story", "id": "1", "hierarchyLevel": 0}, {"name": "In Progress", "id": "3"}, None, 0)])
# One name at two levels, the commoner one below.
@example([
    typed("A", "Initiative", "1", 2), typed("A", "Epic", "2", 1, 1), typed("A", "Story", "3", 0, 2),
    typed("B", "Initiative", "9", 0), typed("B", "Initiative", "9", 0), typed("B", "Story", "10", 0),
])  # fmt: skip
# The same, the commoner one above, and a sub-task with the name of what it supports.
@example([
    typed("A", "Initiative", "1", 2), typed("A", "Epic", "2", 1, 1), typed("A", "Story", "3", 0, 2),
    typed("B", "Initiative", "9", 0), typed("B", "Story", "10", 0), typed("B", "story", "11", -1, 5),
])  # fmt: skip
# Two types with a name of nothing but a blank that is no space.
@example([typed("A", "\u2028", "1", 0), typed("A", "\u2028", "2", 1)])
# Names that a mapping would read as a name with an id, and as a wildcard.
@example([
    placed("A", "Phase", "20", "indeterminate"), placed("A", "Phase:2", "21", "new"), placed("A", "Fix*", "22", "new"),
    placed("A", "Fixing", "23", "indeterminate"), placed("A", "*", "24", "done"), placed("A", "Done", "25", "done"),
])  # fmt: skip
def test_a_draft_of_anything_is_without_errors(tmp_path_factory, issues):
    """The file can be read, no rule finds an error in it, and names mean in it what they mean without it."""
    folder = tmp_path_factory.mktemp("draft")
    (folder / "export.ndjson").write_text(export(issues), encoding="utf-8")
    drafted = draft_mapping([str(folder / "export.ndjson")], folder / "flowlint.yaml", DAY)
    (folder / "flowlint.yaml").write_text(drafted.text, encoding="utf-8")
    mapping = load(folder / "flowlint.yaml")
    seen = seen_in(folder / "export.ndjson")
    inferred, _ = infer(Mapping(), seen)
    for one in seen.types:
        before = inferred.for_project(one.project).issue_type(one.name, one.id)
        now = mapping.for_project(one.project).issue_type(one.name, one.id)
        assert now.container or now.level == before.level, (one, drafted.text)
    for one in seen.statuses if "workflow" in mapping.written and mapping.base.workflow.stages else ():
        _, _, state = place_status(mapping.base.workflow, one.name, one.id, None)
        alike = {other.category for other in seen.statuses if fold(other.name) == fold(one.name)}
        assert any(category is None or state in STATES[category] for category in alike), (one, drafted.text)
    errors = [one for one in drafted.verdict.findings if one.severity == "error"]
    if "level:" not in drafted.text.replace("flow_item_level:", ""):
        # Where nothing is work there is nothing to count, and that is said.
        assert [one.rule for one in errors] == ["M707"]
    else:
        assert not [(one.rule, one.message, one.location.line) for one in errors], drafted.text


REAL = (
    "bitovi-training",
    "csv-exports/rac22-team.csv",
    "merico-devlake",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in (
            "actionableagile-ut",
            "cloud-v3-fixtures",
            "csv-exports",
            "csv-exports/agile-delivery-simulation.csv",
            "csv-exports/qa-group-polish.csv",
            "eucalyptus",
            "eucalyptus-small",
            "titanium-small",
        )
    ),
)


@pytest.mark.parametrize("name", REAL)
def test_drafts_of_real_exports_hold(shared_data, tmp_path, name):
    """Written and read again, without an error, with every type and status in its place."""
    against = str(shared_data / name)
    path = tmp_path / "flowlint.yaml"
    path.write_text(draft_mapping([against], path, DAY).text, encoding="utf-8")
    verdict = validate(Validation((path,), DAY, against=(against,)))
    assert [one.message for one in verdict.findings if one.severity == "error"] == []
    assert verdict.status == 0
    assert {"M724", "M725", "M726", "M727", "M728", "M729", "M735"} <= set(verdict.judged)
    # What was drafted lacks nothing, so a second draft has nothing to add.
    again = draft_mapping([against], path, DAY)
    assert again.text == again.before
    assert again.remarks == ()


def draft(tmp_path, issues, before=None):
    """Return what is drafted from issues, over a file that holds ``before``."""
    (tmp_path / "export.ndjson").write_text(export(issues), encoding="utf-8")
    path = tmp_path / "flowlint.yaml"
    if before is not None:
        path.write_text(before, encoding="utf-8", newline="")
    return draft_mapping([str(tmp_path / "export.ndjson")], path, DAY)


def issue(type_="Story", status=("In Progress", "indeterminate"), resolution=None, project="A", **of_type):
    """Return an issue in short."""
    name, category = status
    done = None if resolution is None else {"name": resolution}
    return (
        project,
        {"name": type_, "id": "1", **of_type},
        {"name": name, "statusCategory": {"key": category}},
        done,
        0,
    )


def mapping_of(drafted, tmp_path):
    """Return the drafted text as a mapping."""
    return load_text(drafted.text, "flowlint.yaml", folder=tmp_path)


def test_names_of_statuses_are_read_as_the_rules_read_them(tmp_path):
    """Given up, waiting, a detail of work, another stage: the rules that would find them place them."""
    seen = [
        ("Idea", "new"), ("To Do", "new"), ("In Progress", "indeterminate"), ("Code Review", "indeterminate"),
        ("Blocked", "indeterminate"), ("Done", "done"), ("Closed", "done"), ("Won't Do", "done"),
    ]  # fmt: skip
    workflow = mapping_of(draft(tmp_path, [issue(status=one) for one in seen]), tmp_path).base.workflow
    placed = {
        status: (stage.name, step.flow_state, step.name)
        for stage in workflow.stages
        for step in stage.steps
        for status in step.statuses
    }
    assert placed == {
        "Idea": ("discovery", "new", "Idea"),
        "To Do": ("delivery", "waiting", "Waiting"),
        "Blocked": ("delivery", "waiting", "Waiting"),
        "In Progress": ("delivery", "active", "In Progress"),
        "Code Review": ("delivery", "active", "In Progress"),
        "Done": ("delivery", "done", "Done"),
        "Closed": ("delivery", "done", "Done"),
    }
    assert workflow.cancelled_statuses == ("Won't Do",)


def steps_of(drafted, tmp_path):
    """Return the statuses of each step of a draft, by stage and name."""
    stages = mapping_of(drafted, tmp_path).base.workflow.stages
    return {(stage.name, step.name): step.statuses for stage in stages for step in stage.steps}


def test_a_status_called_like_a_stage_is_in_it(tmp_path):
    """Whatever words it is written with."""
    seen = [("DISCOVERY", "indeterminate"), ("Support", "indeterminate"), ("Coding", "indeterminate"), ("Live", "done")]
    drafted = draft(tmp_path, [issue(status=one) for one in seen])
    assert list(steps_of(drafted, tmp_path)) == [
        ("discovery", "DISCOVERY"), ("delivery", "Coding"), ("operation", "Live"), ("support", "Support"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("others", "home"),
    [
        (["Coding"], ("Coding", ("Coding", "Code Review"))),
        (["Coding", "Testing"], ("Development", ("Code Review",))),
        (["development", "Testing"], ("development", ("development", "Code Review"))),
        (["Abandoned"], ("Development", ("Code Review",))),
        ([], ("Development", ("Code Review",))),
    ],
)
def test_a_detail_of_work_is_put_with_what_it_details(tmp_path, others, home):
    """Where that is open, into a step of its own; a person decides in any case."""
    seen = [("Done", "done"), *((name, "indeterminate") for name in (*others, "Code Review"))]
    drafted = draft(tmp_path, [issue(status=one) for one in seen])
    steps = [(name, statuses) for (_, name), statuses in steps_of(drafted, tmp_path).items()]
    assert home in steps
    assert sum("Code Review" in statuses for _, statuses in steps) == 1
    assert "# decide: Code Review: its name tells of a detail" in drafted.text


def test_a_done_status_that_jira_calls_in_progress_is_asked_about(tmp_path):
    """And no two steps of a stage have one name."""
    seen = [("Done", "indeterminate"), ("Closed", "done"), ("Shipped", "done"), ("Coding", "indeterminate")]
    drafted = draft(tmp_path, [issue(status=one) for one in seen])
    assert steps_of(drafted, tmp_path) == {
        ("delivery", "Coding"): ("Coding",),
        ("delivery", "Done (active)"): ("Done",),
        ("delivery", "Done (done)"): ("Closed", "Shipped"),
    }
    assert "# decide: Done: its name may mean that work is done, and Jira calls it in progress" in drafted.text


@pytest.mark.parametrize("before", [None, "stages"])
def test_a_wildcard_without_an_id_is_named(tmp_path, before):
    """Written as it stands, the status would take others with it."""
    issues = [issue(status=one) for one in (("Fix*", "new"), ("Fixing", "indeterminate"), ("Done", "done"))]
    drafted = draft(tmp_path, issues, STAGES if before else None)
    assert "Fix*" not in mapping_of(drafted, tmp_path).base.workflow.statuses
    if before:
        assert any(remark.startswith("the status Fix*: the * in its name") for remark in drafted.remarks)
    else:
        assert "  # decide: Fix* has no place: the * in its name" in drafted.text


def test_a_project_takes_nothing_over_that_it_does_not_say(tmp_path):
    """Its entry is merged over the one for all: a sub-task there would be counted like the stories of the rest."""
    stories = [issue(), issue(), issue("Story", project="B", subtask=True), issue("Feature", project="B")]
    for one in stories:
        del one[1]["id"]
    drafted = draft(tmp_path, stories)
    entry = mapping_of(drafted, tmp_path).for_project("B").issue_type("Story", None)
    assert (entry.level, entry.flow_item) == ("task", None)
    assert [one.message for one in drafted.verdict.findings if one.severity == "error"] == []


def test_resolutions_that_mean_given_up_are_cancelled(tmp_path):
    """Those that are in the data, not those that deliver."""
    done = ("Done", "done")
    drafted = draft(
        tmp_path, [issue(), *(issue(status=done, resolution=name) for name in ("Fixed", "Duplicate", "Out of scope"))]
    )
    assert mapping_of(drafted, tmp_path).base.workflow.cancelled_resolutions == ("Duplicate", "Out of scope")


def test_without_work_in_progress_no_stages_are_drafted(tmp_path):
    """A workflow without a state of work would be an error; the draft says what is lacking."""
    drafted = draft(tmp_path, [issue(status=("Done", "done"))])
    assert "workflow" not in mapping_of(drafted, tmp_path).written
    assert "no status of work in progress is in the data" in drafted.text


def test_one_name_with_two_categories_goes_by_id(tmp_path):
    """The name alone would mean both."""
    a, b = issue(status=("Review", "new")), issue(status=("Review", "indeterminate"))
    a[2]["id"], b[2]["id"] = "7", "8"
    drafted = draft(tmp_path, [a, b, issue(status=("Done", "done"))])
    assert {"Review:7", "Review:8"} <= set(mapping_of(drafted, tmp_path).base.workflow.statuses)


def test_an_undecided_type_is_asked_about(tmp_path):
    """With the evidence, and with something counted all the same."""
    drafted = draft(tmp_path, [issue("Gizmo"), issue("Gizmo"), issue("Widget", id="2")])
    lines = drafted.text.splitlines()
    gizmo = next(number for number, line in enumerate(lines) if line.startswith("  Gizmo:"))
    assert "flow_item: feature" in lines[gizmo]
    assert "decide: counted since nothing else is" in lines[gizmo - 1] + lines[gizmo]
    assert "2 issues, 100 % without children" in lines[gizmo - 1] + lines[gizmo]


OLD = """\
# ours
version: 1
hierarchy: {levels: [epic, story, task], flow_item_level: story}
issue_types:   # agreed in May
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}   # the usual
workflow:
  stages:
    - name: delivery
      steps:
        - {name: Todo, flow_state: new, statuses: Open}
        - name: Work
          flow_state: active
          statuses:
            - In Progress   # as such
        - {name: Done, flow_state: done, statuses: [Done]}
fields: {story_points: customfield_1}
rules: {ignore: [S402]}
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_an_existing_file_is_only_added_to(tmp_path, line_end, bom):
    """Comments, order, line ends and everything written stay."""
    before = bom + OLD.replace("\n", line_end)
    issues = [
        issue(status=("Open", "new")), issue("Bug", id="2"), issue(status=("New", "new")), issue(status=("Testing", "indeterminate")),
        issue(status=("Confirmed", "new")), issue(status=("Done", "done"), resolution="Duplicate"), issue(status=("Rejected", "done")),
    ]  # fmt: skip
    drafted = draft(tmp_path, issues, before)
    added = [line for line in drafted.text.split(line_end) if line not in before.split(line_end)]
    gone = [line for line in before.split(line_end) if line not in drafted.text.split(line_end)]
    assert gone == ["        - {name: Todo, flow_state: new, statuses: Open}"]
    assert added == [
        "  Bug: {level: story, flow_item: defect}  # 1 issue; named like a defect",
        "        - {name: Todo, flow_state: new, statuses: [Open, Confirmed, New]}",
        "            - Testing",
        "  cancelled: {statuses: [Rejected], resolutions: [Duplicate]}",
    ]
    assert drafted.text.count("\r") == before.count("\r") + (len(added) - 1 if line_end == "\r\n" else 0)
    assert drafted.text.startswith(bom + "# ours")


HEAD = "version: 1\nhierarchy: {levels: [epic, story, task], flow_item_level: story}\n"
STORY = f"{HEAD}issue_types:\n  Story: {{level: story, flow_item: feature}}\n"
TASKS = [
    issue(project="A"), issue("Task", project="A", id="2", subtask=False), issue("Task", project="B", id="2", subtask=False),
    issue("Task", project="B", id="2", subtask=False),
]  # fmt: skip
"""In A a task supports stories, in B, which has none, it is what is delivered."""


@pytest.mark.parametrize(
    ("before", "added"),
    [
        (
            STORY,
            ["  Task: {level: story}", "projects:", "  A:", "    issue_types:", "      Task: {level: task}"],
        ),
        (
            STORY + "projects:\n  B: {rules: {ignore: [H103]}}\n  a:\n    rules: {ignore: [H103]}\n",
            ["  Task: {level: story}", "    issue_types:", "      Task: {level: task}"],
        ),
        (
            STORY + "projects: {A: {issue_types: {Bug: {level: story}}}}\n",
            ["  Task: {level: story}", "projects: {A: {issue_types: {Bug: {level: story}, Task: {level: task}}}}"],
        ),
        (
            HEAD,
            ["issue_types:", "  Task: {level: story}", "  Story: {level: story, flow_item: feature}", "projects:", "  A:",
             "    issue_types:", "      Task: {level: task}"],
        ),
    ],
)  # fmt: skip
def test_a_type_of_one_project_is_added_to_that_project(tmp_path, before, added):
    """Wherever the project stands in the file, and also where it does not."""
    drafted = draft(tmp_path, TASKS, before)
    lines = [line.partition("  #")[0].rstrip() for line in drafted.text.splitlines()]
    assert [line for line in lines if line in added] == added
    mapping = mapping_of(drafted, tmp_path)
    levels = {project: mapping.for_project(project).issue_type("Task", "2").level for project in ("A", "B")}
    assert levels == {"A": "task", "B": "story"}


@pytest.mark.parametrize(
    ("before", "left_out"),
    [
        (
            STORY + "...\n",
            ["the section workflow", "the type Task to issue_types of project A"],
        ),
        (
            f"{{{', '.join([*HEAD.splitlines(), 'issue_types: {Story: {level: story, flow_item: feature}}'])}}}",
            ["the section workflow"],
        ),
        (
            "".join(f"  {line}\n" for line in STORY.splitlines()),
            ["the section workflow", "the type Task to issue_types of project A"],
        ),
        (
            STORY.replace("issue_types:", "issue_types: &types") + "projects: {B: {issue_types: *types}}\n",
            ["the type Task to issue_types, "],
        ),
    ],
)
def test_what_a_text_has_no_room_for_is_named(tmp_path, before, left_out):
    """The rest is added, and the file can be read as before."""
    done = [issue(status=("In Progress", "indeterminate")), issue(status=("Done", "done"))]
    drafted = draft(tmp_path, [*TASKS, *done], before)
    assert [[part for part in left_out if remark.startswith(part)] for remark in drafted.remarks] == [
        [part] for part in left_out
    ]
    mapping_of(drafted, tmp_path)


def test_flow_items_are_at_the_level_that_the_file_says(tmp_path):
    """Also where the export has nothing at it."""
    epic = issue("Epic", id="2", hierarchyLevel=1)
    drafted = draft(tmp_path, [epic], STORY)
    assert mapping_of(drafted, tmp_path).base.issue_type("Epic", "2").flow_item is None
    assert [one.message for one in drafted.verdict.findings if one.severity == "error"] == []


STAGES = """\
version: 1
hierarchy: {levels: [story], flow_item_level: story}
issue_types: {Story: {level: story, flow_item: feature}}
workflow:
  stages:
    - name: discovery
      steps:
        - {name: Analysis, flow_state: active, statuses: [Analysis]}
    - name: delivery
      steps:
        - {name: Development, flow_state: active, statuses: [In Progress]}  # ours
        - {name: Done, flow_state: done, statuses: "Done, live"}
fields: {outcome: {heading: Outcome}}
"""


def test_a_status_is_added_to_a_step_of_its_stage(tmp_path):
    """The first stage with a step of its flow state may be another one; a stage without such a step is named."""
    seen = [("Coding", "indeterminate"), ("Shipped", "done"), ("Monitoring", "indeterminate"), ("Open", "new")]
    drafted = draft(tmp_path, [issue(status=one) for one in seen], STAGES)
    steps = [step.statuses for stage in mapping_of(drafted, tmp_path).base.workflow.stages for step in stage.steps]
    assert steps == [("Analysis",), ("In Progress", "Coding"), ("Done, live", "Shipped")]
    assert drafted.remarks == (
        "the status Open: the workflow has no step of delivery that is new",
        "the status Monitoring: the workflow has no step of operation that is active",
    )
    assert "decide" not in drafted.text


def test_a_status_that_fits_several_steps_is_to_be_decided(tmp_path):
    """In the line that it is added to, behind what stands there."""
    before = STAGES.replace(
        "        - {name: Done,", "        - {name: Test, flow_state: active, statuses: [QA]}\n        - {name: Done,"
    )
    drafted = draft(tmp_path, [issue(status=("Coding", "indeterminate"))], before)
    assert (
        "        - {name: Development, flow_state: active, statuses: [In Progress, Coding]}"
        "  # ours  # decide: Coding: which step is it, Development or Test?\n"
    ) in drafted.text


def test_what_is_inherited_as_cancelled_stays_cancelled(tmp_path):
    """A list in the file stands for the one in the file that it extends, so it holds that one too."""
    (tmp_path / "base.yaml").write_text(
        "version: 1\nworkflow: {cancelled: {resolutions: [Dropped]}}\n", encoding="utf-8"
    )
    done = issue(status=("Done", "done"), resolution="Duplicate")
    drafted = draft(tmp_path, [issue(), done], "extends: base.yaml\n" + STAGES)
    assert mapping_of(drafted, tmp_path).base.workflow.cancelled_resolutions == ("Dropped", "Duplicate")


def test_what_stands_in_another_file_is_named(tmp_path):
    """Lists replace those of a file that is extended, so nothing is begun here that stands there."""
    (tmp_path / "base.yaml").write_text(STAGES, encoding="utf-8")
    seen = [issue(status=("Coding", "indeterminate")), issue(status=("Done, live", "done"), resolution="Duplicate")]
    drafted = draft(tmp_path, seen, "extends: base.yaml\n")
    assert drafted.text == drafted.before
    assert drafted.remarks == (
        "the status Coding to the step Development, which this file does not write out",
        "Duplicate to the resolutions under cancelled, which this file does not write out",
    )


@pytest.mark.parametrize(
    ("fields", "remarks"),
    [
        ("fields: {outcome: {heading: Outcome}}", ()),
        (
            "fields: &ours {outcome: {heading: Outcome}}\nprojects: {B: {fields: *ours}}",
            ("story_points to fields, which this file does not write out",),
        ),
    ],
)
def test_a_field_that_was_recognised_is_added(tmp_path, fields, remarks):
    """Where several places share the section, it is named instead."""
    (tmp_path / "fields.json").write_text(
        '[{"id": "customfield_1", "name": "Story Points", "custom": true}]', encoding="utf-8"
    )
    (tmp_path / "issues.ndjson").write_text(export([issue()]), encoding="utf-8")
    path = tmp_path / "flowlint.yaml"
    path.write_text(f"{STORY}{fields}\n", encoding="utf-8")
    drafted = draft_mapping([str(tmp_path / "issues.ndjson"), str(tmp_path / "fields.json")], path, DAY)
    assert drafted.remarks == remarks
    assert ("story_points" in mapping_of(drafted, tmp_path).base.fields) == (not remarks)
