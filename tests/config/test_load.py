"""A whole flowlint.yaml becomes the typed mapping, with names as written and places kept."""

from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from flowlint.config.load import find, load, load_text, load_value
from flowlint.config.mapping import DEFAULT_PARENTS, FieldSource, Match, ParentSource, RuleSettings, Source
from flowlint.config.schema import file_schema
from flowlint.config.yaml12 import parse
from flowlint.errors import FileFaults, Place

SAMPLE = """\
# yaml-language-server: $schema=flowlint.schema.json
version: 1
required_version: ">=0.0.1,<1000"
preview: true
source:
  name: north
  jira: {url: https://north.example.org, projects: SHOP, jql: "created >= -365d"}
hierarchy:
  levels: [theme, epic, story, task]
  flow_item_level: story
issue_types:
  Theme:      {level: theme}
  Epic:       {level: epic}
  Story:      {level: story, flow_item: feature}
  Fault:      {level: story, flow_item: defect}
  Inquiry:    {level: story, flow_item: none, why: "answers, nothing to deliver"}
  010:        {level: task}
  Train:      {container: release}
  Goal:       {okr: objective}
  Question:   ignore
flow_items:
  - {match: {types: Story, labels: [debt, "2024"], not: {teams: [Cart]}}, flow_item: debt}
  - match:
      fields: {Risk class: [high, "1"]}
      statuses: [10021, "Open:3"]
    flow_item: risk
    level: story
workflow:
  stages:
    - name: discovery
      steps: [{name: Shaping, flow_state: new, statuses: Idea}]
    - name: delivery
      steps:
        - {name: Coding, flow_state: active, statuses: [NO, 12:30, 007, "Doing:10022"]}
        - {name: Live, flow_state: done, statuses: [Done]}
  cancelled: {statuses: [Rejected], resolutions: [Won't Do, Duplicate]}
  ignored: {statuses: [Archived]}
value_streams:
  - {name: Shop, scope: {projects: [SHOP]}, teams: [Cart, Stock]}
  - name: Search
    teams: [Find]
    stages:
      - {name: delivery, steps: [{name: Index, flow_state: active, statuses: [Indexing]}]}
parents: [parent, epic_link, {link: "is part of"}]
fields:
  outcome: [customfield_10050, {heading: [Expected outcome, Goal]}]
  outcome_metric: Success metric
  outcome_baseline: {heading: Baseline}
teams:
  Cart: {owner: cart-leads, match: {projects: [SHOP], components: [cart]}, wip_limit: 6}
  Stock: {}
projects:
  NO:
    issue_types:
      Improvement: {level: story, flow_item: feature}
      story: {flow_item: debt}
      Question: null
    fields: {outcome_metric: null, outcome_baseline: Start value}
    parents: [parent]
    rules: {ignore: [H103], options: {S408: {max_points: 13}}}
rules:
  select: [DEFAULT, O]
  ignore: S407
  severity: {S401: error}
  options: {S408: {max_points: 8}, S414: {words: [tbd, 5]}}
  paths: [house/, ../more.yaml]
  ignore_by_label: [H102]
  fail_on: warning
report: {people: names}
targets: {stories_reaching_epic: 0.9, judged: 1}
exceptions:
  - {rule: H102, match: {keys: [SHOP-17]}, until: 2027-01-31, reason: "moves with the ledger", owner: ledger}
"""


@pytest.fixture(scope="module", name="sample")
def _sample():
    return load_text(SAMPLE, "conf/flowlint.yaml", folder=Path("/srv/conf"))


def test_levels_and_scalars(sample):
    """The scalars of the file are in their places."""
    assert sample.file == "conf/flowlint.yaml"
    assert (sample.levels, sample.flow_item_level) == (("theme", "epic", "story", "task"), "story")
    assert (sample.preview, sample.people) == (True, "names")
    assert sample.targets == {"stories_reaching_epic": 0.9, "judged": 1.0}
    assert sample.portfolio_level == "epic"
    assert not sample.flow_items_guessed


def test_written_names_the_sections(sample):
    """Inference fills the sections that are not named; version and its like are none."""
    assert sample.written == {
        *("preview", "source", "hierarchy", "issue_types", "flow_items", "workflow", "value_streams", "parents"),
        *("fields", "teams", "projects", "rules", "report", "targets", "exceptions"),
    }


def test_issue_types_keep_their_names_and_places(sample):
    """A type may be named 010; the entry stands at its key."""
    entries = {entry.name: entry for entry in sample.base.issue_types}
    assert list(entries) == ["Theme", "Epic", "Story", "Fault", "Inquiry", "010", "Train", "Goal", "Question"]
    assert (entries["Inquiry"].flow_item, entries["Inquiry"].why) == ("none", "answers, nothing to deliver")
    assert (entries["010"].level, entries["010"].flow_item) == ("task", None)
    assert (entries["Train"].container, entries["Goal"].okr, entries["Question"].ignored) == (
        "release",
        "objective",
        True,
    )
    assert entries["Story"].place == Place("conf/flowlint.yaml", 14, 3)


def test_selectors(sample):
    """A single text stands for a list; numbers among statuses are ids, as written."""
    first, second = sample.base.flow_items
    assert first.match == Match(types=("Story",), labels=("debt", "2024"), negated=Match(teams=("Cart",)))
    assert (first.flow_item, first.level) == ("debt", None)
    assert second.match == Match(fields=(("Risk class", ("high", "1")),), statuses=("10021", "Open:3"))
    assert (second.level, second.place) == ("story", Place("conf/flowlint.yaml", 23, 5))


def test_workflow(sample):
    """Stages, steps and statuses keep their order and text: NO, 12:30 and 007 are names."""
    workflow = sample.base.workflow
    assert [(stage.name, len(stage.steps)) for stage in workflow.stages] == [("discovery", 1), ("delivery", 2)]
    assert workflow.stages[0].steps[0].statuses == ("Idea",)
    assert workflow.stages[1].steps[0].statuses == ("NO", "12:30", "007", "Doing:10022")
    assert workflow.cancelled_resolutions == ("Won't Do", "Duplicate")
    assert (workflow.cancelled_statuses, workflow.ignored_statuses) == (("Rejected",), ("Archived",))


def test_value_streams(sample):
    """One without stages has no workflow of its own; one without a scope has the work of its teams."""
    shop, search = sample.value_streams
    assert (shop.scope, shop.teams, shop.workflow) == (Match(projects=("SHOP",)), ("Cart", "Stock"), None)
    assert search.scope == Match(teams=("Find",))
    assert search.workflow is not None
    assert search.workflow.stages[0].steps[0].statuses == ("Indexing",)


def test_fields_parents_teams(sample):
    """Every form of a field source, a parent and a team is read."""
    outcome = sample.base.fields["outcome"]
    assert outcome[0] == FieldSource("customfield_10050", (), Place("conf/flowlint.yaml", 46, 13))
    assert outcome[1].headings == ("Expected outcome", "Goal")
    assert [(s.field, s.headings) for s in sample.base.fields["outcome_baseline"]] == [(None, ("Baseline",))]
    assert sample.base.parents == (
        ParentSource("parent"),
        ParentSource("epic_link"),
        ParentSource("link", "is part of"),
    )
    cart, stock = sample.teams
    assert (cart.owner, cart.wip_limit, cart.match) == (
        "cart-leads",
        6,
        Match(projects=("SHOP",), components=("cart",)),
    )
    assert (stock.name, stock.match, stock.wip_limit) == ("Stock", None, None)


def test_rules_sources_exceptions(sample):
    """Rule paths are absolute, one project is a list of one, dates stay text."""
    assert sample.base.rules == RuleSettings(
        select=("DEFAULT", "O"),
        ignore=("S407",),
        severity={"S401": "error"},
        options={"S408": {"max_points": 8}, "S414": {"words": ["tbd", 5]}},
        paths=("/srv/conf/house", "/srv/more.yaml"),
        ignore_by_label=("H102",),
        fail_on="warning",
    )
    settings = {"url": "https://north.example.org", "projects": ["SHOP"], "jql": "created >= -365d"}
    assert sample.sources == (Source("north", "jira", settings, Place("conf/flowlint.yaml", 5, 1)),)
    (exception,) = sample.exceptions
    assert (exception.rule, exception.until, exception.owner) == ("H102", "2027-01-31", "ledger")
    assert exception.match == Match(keys=("SHOP-17",))


def test_a_project_is_complete(sample):
    """Its own sections are merged into the common ones: by key, null removes, lists replace."""
    project = sample.for_project("no")
    entries = {entry.name: entry for entry in project.issue_types}
    assert "Question" not in entries
    assert "Story" not in entries
    assert (entries["story"].level, entries["story"].flow_item) == ("story", "debt")
    assert entries["story"].place == Place("conf/flowlint.yaml", 56, 7)
    assert entries["Epic"].place == Place("conf/flowlint.yaml", 13, 3)
    assert set(project.fields) == {"outcome", "outcome_baseline"}
    assert project.fields["outcome_baseline"][0].field == "Start value"
    assert project.parents == (ParentSource("parent"),)
    assert project.workflow == sample.base.workflow
    assert project.flow_items == sample.base.flow_items
    assert (project.rules.ignore, project.rules.select) == (("H103",), ("DEFAULT", "O"))
    assert project.rules.options == {"S408": {"max_points": 13}, "S414": {"words": ["tbd", 5]}}
    assert project.rules.fail_on == "warning"


def test_places_of_key_paths(sample):
    """Anything may ask where a key or an item stands."""
    assert sample.places["hierarchy.flow_item_level"] == Place("conf/flowlint.yaml", 10, 3)
    assert sample.places["hierarchy.levels.1"] == Place("conf/flowlint.yaml", 9, 19)
    assert sample.places["projects.NO.rules.ignore"] == Place("conf/flowlint.yaml", 60, 13)


def test_the_least_that_is_a_mapping():
    """Whatever is not written has its default; nothing is written."""
    mapping = load_text("version: 1\n", "f.yaml", folder=Path())
    assert mapping.written == frozenset()
    assert mapping.base.parents == DEFAULT_PARENTS
    assert mapping.base.rules == RuleSettings()
    assert (mapping.base.workflow, mapping.sources, mapping.people) == (None, (), "counts")


def test_several_sources():
    """Each entry has one tracker, or none: then it names an export."""
    text = "version: 1\nsources: [{name: a, rally: {workspace: W}}, {name: b, aha: {}}, {name: c}]\n"
    mapping = load_text(text, "f.yaml", folder=Path())
    assert [(source.name, source.tracker) for source in mapping.sources] == [
        ("a", "rally"),
        ("b", "aha"),
        ("c", "export"),
    ]


def test_the_sample_is_valid_by_the_published_schema_alone():
    """An editor that knows only the schema marks nothing in a sound file, removals by null included."""
    value = parse(SAMPLE, "f.yaml").value
    assert list(Draft202012Validator(file_schema()).iter_errors(value)) == []


def test_find_looks_upwards(tmp_path):
    """The nearest file wins; its path is relative to the folder asked for."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (tmp_path / "flowlint.yaml").write_text("version: 1\n")
    found = find(below)
    assert found is not None
    assert found == below / ".." / ".." / "flowlint.yaml"
    assert (tmp_path / "flowlint.yaml").samefile(found)
    (below / "flowlint.yaml").write_text("version: 1\n")
    assert find(below) == below / "flowlint.yaml"


def test_find_from_the_working_directory_gives_a_relative_path(tmp_path, monkeypatch):
    """Reports that name the file are the same on every machine."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "flowlint.yaml").write_text("version: 1\n")
    monkeypatch.chdir(tmp_path / "sub")
    assert str(find(Path())) == "../flowlint.yaml"


def test_find_ends_at_the_root(tmp_path, monkeypatch):
    """No file anywhere is no fault; a folder of that name is no file."""
    (tmp_path / "flowlint.yaml").mkdir()
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    assert find(tmp_path) is None


def test_load_reads_a_file(tmp_path):
    """Places carry the path as given; a missing file is a fault."""
    path = tmp_path / "flowlint.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\r\nhierarchy: {levels: [a, b], flow_item_level: b}\r\n")
    mapping = load(path)
    assert mapping.file == str(path)
    assert mapping.places["hierarchy"] == Place(str(path), 2, 1)
    with pytest.raises(FileFaults, match="cannot be read"):
        load(tmp_path / "none.yaml")


def test_text_merges_over_another():
    """An example of a rule writes only what differs from the standard organisation."""
    mapping = load_text("rules: {select: [H103]}\nissue_types: {Fault: ignore}\n", "e.yaml", folder=Path(), over=SAMPLE)
    assert mapping.base.rules.select == ("H103",)
    assert mapping.base.rules.ignore == ("S407",)
    fault = next(entry for entry in mapping.base.issue_types if entry.name == "Fault")
    assert (fault.ignored, fault.place) == (True, Place("e.yaml", 2, 15))
    assert len(mapping.exceptions) == 1


def test_value_merges_over_a_text():
    """Values that were read elsewhere stand at line 1 of the name given."""
    value = {
        "issue_types": {"Story": {"flow_item": "debt"}, "Fault": None},
        "exceptions": [{"rule": "H1", "match": {"keys": "A-1"}}],
    }
    mapping = load_value(value, "rule example", over=SAMPLE)
    story = next(entry for entry in mapping.base.issue_types if entry.name == "Story")
    assert (story.level, story.flow_item, story.place) == ("story", "debt", Place("rule example"))
    assert [exception.rule for exception in mapping.exceptions] == ["H102", "H1"]
    assert "Fault" not in {entry.name for entry in mapping.base.issue_types}
    assert load_value({}, "x", over=SAMPLE).base == load_text("{}", "x", folder=Path(), over=SAMPLE).base


def test_faults_of_a_value_stand_at_its_name():
    """A wrong example is reported as one."""
    with pytest.raises(FileFaults) as caught:
        load_value({"issue_types": {"Story": {"level": "stroy"}}}, "rule example", over=SAMPLE)
    (fault,) = caught.value.faults
    assert (fault.place, fault.code, fault.help) == (Place("rule example"), "M703", 'did you mean "story"?')


def test_values_of_other_kinds_are_read_as_text():
    """Whoever made the values may have turned a date into an object."""
    exception = {"rule": "H1", "match": {"keys": ["A-1"]}, "until": date(2027, 1, 31)}
    assert load_value({"exceptions": [exception]}, "x", over="version: 1\n").exceptions[0].until == "2027-01-31"


def test_faults_of_the_text_below_are_raised():
    """A broken standard organisation is not silently taken for an empty one."""
    with pytest.raises(FileFaults):
        load_value({}, "x", over="version: 1\nversion: 1\n")
