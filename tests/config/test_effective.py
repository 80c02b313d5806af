"""The mapping in effect: written, inferred and default values, and YAML that means what it shows."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.effective import Inferred, Shown, effective
from flowlint.config.grounds import Grounds
from flowlint.config.infer import infer
from flowlint.config.load import load_text
from flowlint.config.mapping import IssueTypeEntry, Mapping
from flowlint.config.observed import Observed, SeenResolution, SeenType
from flowlint.config.origin import Origin
from flowlint.config.yaml12 import parse
from flowlint.config.yaml_text import quote
from flowlint.errors import Place
from flowlint.reports.config_yaml import comment, flow, render


def inferred(*types, resolutions=(), fields=None, described=None, written=Mapping()):  # noqa: B008
    """Return what these types of a site let infer."""
    observed = Observed(types=types, resolutions=tuple(SeenResolution(name, 1) for name in resolutions))
    mapping, _ = infer(written, observed)
    return Inferred(mapping, observed, Grounds(written, observed), {None: fields or {}}, described or {})


def shown(*types, **more):
    """Return the mapping in effect over these types as YAML, and as a mapping again."""
    text = "".join(render(effective(None, Mapping(), inferred(*types, **more))))
    return text, load_text(text, "kept.yaml", folder=Path())


def seen(name, project="PAY", level=None, **more):
    """Return a type as one project uses it."""
    return SeenType(project, "1", name, hierarchy_level=level, issues=3, **more)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_text_is_quoted_to_mean_itself(text):
    """As a value, as a key and in a list, whatever it looks like."""
    assert parse(f"{quote(text)}: [{quote(text)}, {quote(text)}]\n", "x.yaml").value == {text: [text, text]}
    assert all(letter.isprintable() for letter in quote(text))


@given(st.text())
def test_a_comment_stays_a_comment(text):
    """No text ends its line."""
    assert "\n" not in comment(Origin("inferred", text))
    assert parse(f"a: 1  # {comment(Origin('mapping', text, Place(text)))}\n", "x.yaml").value == {"a": 1}


def test_numbers_stay_as_they_were_written():
    """010 is ten in the file and a label's name."""
    assert flow(Shown((10, True, None), Origin("default"), ("010", "", ""))) == "[010, true, null]"
    assert [flow(Shown(value, Origin("default"))) for value in (1, 1.5, False, None)] == ["1", "1.5", "false", "null"]


def test_what_projects_differ_in_is_theirs():
    """A task that stands in for stories in one project only."""
    text, kept = shown(
        seen("Story", level=0), seen("Task", level=0), seen("Task", "OPS", level=0), seen("Epic", level=1)
    )
    assert "named like a task, in a project that also uses stories" in text
    assert kept.levels == ("epic", "story", "task")
    assert {one.name: one.level for one in kept.for_project("OPS").issue_types}["Task"] == "story"
    assert {one.name: one.level for one in kept.for_project("PAY").issue_types}["Task"] == "task"


def test_a_type_that_fits_no_level_stands_in_a_comment():
    """No file can say so: the type is named, and a reader decides."""
    written = load_text("version: 1\nhierarchy: {levels: [story], flow_item_level: story}\n", "x.yaml", folder=Path())
    root = parse("version: 1\nhierarchy: {levels: [story], flow_item_level: story}\n", "x.yaml").root
    found = inferred(seen("Epic", level=1), seen("Story", level=0), written=written)
    assert IssueTypeEntry("Epic", flow_item="none") in found.mapping.base.issue_types
    text = "".join(render(effective(root, written, found)))
    assert "  # Epic has no level here, and no file can say so: inferred: Jira's hierarchyLevel 1" in text
    assert [one.name for one in load_text(text, "kept.yaml", folder=Path()).base.issue_types] == ["Story"]


def test_resolutions_and_fields_of_the_data_are_shown():
    """Of the many resolutions that are known only those that occur."""
    described = {"customfield_1": ("Epic Link", "com.pyxis.greenhopper.jira:gh-epic-link")}
    text, kept = shown(
        seen("Story"),
        resolutions=["Won't Do", "Fixed"],
        fields={"epic_link": ("customfield_1",), "outcome": (), "my own": ("customfield_2",)},
        described=described,
    )
    assert kept.base.workflow.cancelled_resolutions == ("Won't Do",)
    assert {name: one[0].field for name, one in kept.base.fields.items()} == {"epic_link": "customfield_1"}
    assert "# inferred: Epic Link, by its type gh-epic-link" in text


def test_written_fields_are_completed_as_the_run_completes_them():
    """The tree and the plan are recognised beside a section that leaves them out; nothing else is."""
    text = "version: 1\nfields: {outcome: Goal}\n"
    written = load_text(text, "x.yaml", folder=Path())
    fields = {"outcome": (), "sprint": ("customfield_3",), "owner": ("customfield_4",)}
    found = inferred(seen("Story"), fields=fields, written=written)
    paths = dict(effective(parse(text, "x.yaml").root, written, found).root.leaves())
    assert paths["fields", "outcome"].origin.kind == "mapping"
    assert paths["fields", "sprint"].origin.kind == "inferred"
    assert ("fields", "owner") not in paths
