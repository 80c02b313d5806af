"""What a site is asked for: enough that no verdict changes, and no more than the rules and the mapping read."""

import shutil
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import flowlint
from cuts import cut, site_of, write
from depth import THOROUGH, examples
from flowlint.config.load import load, load_text
from flowlint.config.mapping import Mapping
from flowlint.config.observed import SeenField
from flowlint.engine.reads import reads_of
from flowlint.engine.rule import Expression
from flowlint.engine.rulefile import load_rules, trust_rule
from flowlint.errors import Place
from flowlint.model.views import views
from flowlint.run import linting
from flowlint.run import needs as needs_module
from flowlint.run.linting import Clock, Request, _ready, execute
from flowlint.run.needs import BEHIND, BEHIND_COLUMNS, BY_MOVES, STRUCTURE, VALUES_OF_FIELDS, Needs, needs_of
from flowlint.sources.source import no_progress
from flowlint.verdict.selection import plan

# What an export gives is judged once in a process.
pytestmark = pytest.mark.xdist_group("needs")

DEMO = Path(flowlint.__file__).parent / "demo_organisation"
DATA = Path(__file__).resolve().parents[1] / "data" / "exports"
REAL = {
    "eucalyptus-small": (),
    "titanium-small": (),
    "bitovi-training": ("issues-by-field-name.json",),
    # The same issues once more, as new as the first ones: which of two such records counts depends on all that they hold.
    "merico-devlake": ("issues-english.ndjson.gz",),
    "cloud-v3-fixtures": (),
}
"""Real exports, and files of theirs that are left out."""
PLACE = Place("house.yaml")
STRUCTURAL = {
    *("key", "native_key", "id", "source", "tracker", "project", "url", "in_scope", "type", "level", "level_rank"),
    *(
        "level_offset",
        "level_position",
        "container",
        "okr",
        "flow_item",
        "counted",
        "is_flow_item",
        "is_portfolio_item",
    ),
    *("native_level", "parent_native_level", "fetched", "summary", "summary_norm", "summary_words", "status"),
    *("status_category", "value_stream", "stage", "step", "flow_state", "resolution", "is_open", "is_done"),
    *("is_cancelled", "parent_key", "parent_state", "parent_type", "parent_level", "parent_level_rank"),
    *("parent_flow_item", "reaches_portfolio", "root_key", "depth", "children_known", "child_count"),
    *("open_child_count", "done_child_count", "subtask_count", "flow_item_child_count", "created", "updated"),
    *("age_days", "idle_days"),
}
"""Columns of ``issue`` that are made of nothing but what is always asked for; ``fetched`` is looked at by name."""
WHOLE_VIEWS = {"ancestor", "parent_candidate", "team", "rule", "project", "cycle", "status_change", "field_change"}
"""Views made of what is always asked for, and those that ``needs_of`` reads in a way of their own."""


@cache
def loaded():
    """Return flowlint's own rules."""
    return load_rules(own=trust_rule)


@cache
def catalogue():
    """Return those that run, by code."""
    return {rule.id: rule for rule in loaded().rules if rule.raised_by is None}


@cache
def read():
    """Return what each rule reads."""
    return dict(zip(catalogue(), reads_of(list(catalogue().values())), strict=True))


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Read each rule of the catalogue once."""

    def remembered(rules):
        known = all(catalogue().get(rule.id) is rule for rule in rules)
        return [read()[rule.id] for rule in rules] if known else reads_of(rules)

    monkeypatch.setattr(needs_module, "reads_of", remembered)
    monkeypatch.setattr(linting, "load_rules", lambda extra, own: loaded())


def selected(mapping, *tokens):
    """Return the rules that a selection means."""
    plans = plan(list(catalogue().values()), mapping, tokens)[0]
    return list({one.rule.id: one.rule for one in plans}.values())


def lint(folder, config, select):
    """Return the verdict on a folder."""
    has = config.is_file()
    request = Request(paths=(str(folder),), config=config if has else None, use_config=has, select=tuple(select))
    return execute(request)


@cache
def export(folder):
    """Return what is known of an export's site, and the verdict of all rules on the whole of it."""
    config = folder / "flowlint.yaml"
    site = site_of(folder, load(config) if config.is_file() else Mapping())
    return site, lint(folder, config, ["ALL"])


def said(verdict, codes):
    """Return what a verdict says of some rules."""
    assert verdict.rule_faults == ()
    judged = {code: judged for code, judged in verdict.judged.items() if code in codes}
    return judged, [finding for finding in verdict.findings if finding.rule in codes]


def assert_same(folder, texts, target, codes):
    """Check that the rules say of what was asked for what they say of the whole."""
    _, whole = export(folder)
    write(texts, target)
    part = lint(target, folder / "flowlint.yaml", codes)
    for one, other in zip(said(whole, codes), said(part, codes), strict=True):
        assert one == other
    assert (part.as_of, part.inferred, part.issues) == (whole.as_of, whole.inferred, whole.issues)


def assert_each_rule_alone(folder, target, every=1):
    """Check rules, those for which equal records are fetched together: each sees what it would see alone.

    Of such groups ``every`` so many one is looked at.
    """
    site, _ = export(folder)
    by_needs, by_texts = {}, {}
    for code, rule in catalogue().items():
        by_needs.setdefault(needs_of([rule], site.mapping, site.described), []).append(code)
    for needs, codes in by_needs.items():
        texts = cut(folder, needs, site)
        by_texts.setdefault(tuple(sorted(texts.items())), []).extend(codes)
    for number, (texts, codes) in list(enumerate(by_texts.items()))[::every]:
        assert_same(folder, dict(texts), target / str(number), codes)


def assert_selections(folder, target, *tokens):
    """Check rules that people select together."""
    site, _ = export(folder)
    for token in tokens:
        rules = selected(site.mapping, token)
        texts = cut(folder, needs_of(rules, site.mapping, site.described), site)
        assert_same(folder, texts, target / token, [rule.id for rule in rules])


def test_selections_on_the_demo(tmp_path):
    """Rules say of the demo's records, cut to what they need together, what they say of whole ones."""
    assert_selections(DEMO, tmp_path, "DEFAULT")


def test_each_rule_alone_on_the_demo(tmp_path):
    """So does each rule alone."""
    assert_each_rule_alone(DEMO, tmp_path, every=1 if THOROUGH else 2)


def test_selections_without_a_mapping(tmp_path):
    """So they do without a mapping: what is inferred is inferred from what is always asked for."""
    assert_selections(DATA / "server-agile", tmp_path, "DEFAULT", "hierarchy")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(folder.name for folder in DATA.iterdir()))
def test_every_shape_of_export(name, tmp_path):
    """So they do in every shape that exports have."""
    assert_selections(DATA / name, tmp_path / "together", "DEFAULT", "ALL")
    assert_each_rule_alone(DATA / name, tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_real_exports(name, tmp_path, shared_data):
    """And on real sites."""
    folder = tmp_path / "whole"
    folder.mkdir()
    for path in (shared_data / name).iterdir():
        if path.name not in REAL[name]:
            shutil.copyfile(path, folder / path.name)
    assert_selections(folder, tmp_path / "together", "DEFAULT", "M", "ALL")
    assert_each_rule_alone(folder, tmp_path / "alone")


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_there_besides_changes_nothing(data, tmp_path_factory):
    """Any rules together, and any fields beside those they need, give the same verdict."""
    site, _ = export(DEMO)
    codes = data.draw(st.lists(st.sampled_from(sorted(catalogue())), min_size=1, max_size=6, unique=True))
    more = data.draw(st.lists(st.sampled_from([field.id for field in site.described]), unique=True))
    rules = [catalogue()[code] for code in codes]
    needs = needs_of(rules, site.mapping, site.described)
    assert_same(DEMO, cut(DEMO, needs, site, more=more), tmp_path_factory.mktemp("cut") / "part", codes)


def house_rule(query, **more):
    """Return a rule of somebody's own with this query."""
    bare = {"applies": None, "where": None, "unknown": (), "evidence": (), "needs": (), "parameters": ()}
    bare |= {"message": "{key}", "cause": (), "identity": ()}
    return replace(catalogue()["H103"], query=Expression(query, PLACE), **{**bare, **more})


def reading(view, *columns):
    """Return a rule that reads columns of a view."""
    return house_rule(f"SELECT {quoted(columns)} FROM {view}")


@pytest.mark.slow
@pytest.mark.parametrize("folder", [DEMO, DATA / "server-agile"], ids=lambda folder: folder.name)
def test_every_column_of_every_view(folder, tmp_path, monkeypatch):
    """Whatever column a rule reads holds the same in records cut to the needs of that rule."""
    site, _ = export(folder)
    listed = [(name, column) for name in views() if not name.startswith("config_") for column in views()[name].columns]
    rules = {place: reading(*place) for place in listed}
    found = dict(zip(map(id, rules.values()), reads_of(list(rules.values())), strict=True))
    monkeypatch.setattr(needs_module, "reads_of", lambda rules: [found[id(rule)] for rule in rules])
    by_needs, by_texts = {}, {}
    for (view, column), rule in rules.items():
        needs = needs_of([rule], site.mapping, site.described)
        by_needs.setdefault(needs, {}).setdefault(view, []).append(column)
    for needs, columns in by_needs.items():
        together = by_texts.setdefault(tuple(sorted(cut(folder, needs, site).items())), {})
        for view, names in columns.items():
            together.setdefault(view, []).extend(names)
    with opened(folder, folder) as whole:
        for number, (texts, columns) in enumerate(by_texts.items()):
            write(dict(texts), tmp_path / str(number))
            with opened(tmp_path / str(number), folder) as part:
                for view, names in columns.items():
                    sql = f"SELECT {quoted(names)} FROM {view} ORDER BY ALL"
                    assert part.execute(sql).fetchall() == whole.execute(sql).fetchall(), (view, names)


@contextmanager
def opened(folder, home):
    """Give the views of a folder under the mapping that stands in its home."""
    config = home / "flowlint.yaml"
    has = config.is_file()
    with _ready(Request((str(folder),), config=config if has else None, use_config=has), no_progress, Clock()) as run:
        yield run.db


def quoted(names):
    """Return columns as a SELECT lists them."""
    return ", ".join(f'"{name}"' for name in names)


def test_every_column_is_accounted_for():
    """A new view or column must be said to be made of something: ``flowlint/run/needs.py`` tells of what."""
    known = {name for view, name in (*BEHIND_COLUMNS, *BY_MOVES) if view == "issue"} | STRUCTURAL
    assert set(views()["issue"].columns) == known
    others = {name for name in views() if not name.startswith(("config_", "site_"))} - {"issue"}
    assert others == set(BEHIND) | WHOLE_VIEWS | {"field"}
    assert {name for name in views() if name.startswith("site_")} - VALUES_OF_FIELDS == {
        *("site_list", "site_issue_type", "site_status", "site_project", "site_resolution", "site_match", "site_near")
    }


# what is asked for

SITE = (
    SeenField("summary", "Summary", "string"),
    SeenField("description", "Description", "string"),
    SeenField("priority", "Priority", "priority"),
    SeenField("comment", "Comment", "comments-page"),
    SeenField("customfield_1", "Epic Link", "any", None, "com.pyxis.greenhopper.jira:gh-epic-link"),
    SeenField("customfield_2", "Sprint", "array", "json", "com.pyxis.greenhopper.jira:gh-sprint"),
    SeenField("customfield_3", "Story Points", "number"),
    SeenField("customfield_4", "Team", "option"),
    SeenField("customfield_5", "Anticipated outcome", "string"),
    SeenField("customfield_6", "Metric", "string"),
    SeenField("customfield_7", "Colour", "option"),
    SeenField("customfield_8", "Flagged", "array", "option"),
    SeenField("customfield_9", "Target end", "date"),
    SeenField("customfield_10", "Sprint", "number"),
)
LEAST = {*STRUCTURE, "customfield_1", "customfield_4"}
"""The structure, and what of it and of the team stands in custom fields of this site."""


def asked(*rules, text="", described=SITE):
    """Return what is asked of the site beyond the least."""
    mapping = load_text(f"version: 1\n{text}\n", "flowlint.yaml", folder=Path())
    needs = needs_of(rules, mapping, described)
    assert set(needs.fields) >= {*STRUCTURE}
    assert needs.fields == tuple(sorted(needs.fields))
    return set(needs.fields) - LEAST


def of_rules(*codes, **more):
    """Return what rules of the catalogue ask for beyond the least."""
    return asked(*(catalogue()[code] for code in codes), **more)


def test_structural_rules_ask_for_the_structure_alone():
    """No description, no links, no list of the site's; one rule on outcomes asks for the description."""
    structural = [rule for code, rule in catalogue().items() if rule.group == "hierarchy" and code != "H120"]
    assert asked(*structural) == set()
    needs = needs_of(structural, Mapping(), SITE)
    assert (needs.sprints, needs.versions, needs.links, needs.required_changes) == (False, False, False, ())
    assert of_rules("O501") == {"customfield_5", "description"}


def test_the_demo_saves_the_description():
    """The mapping's headings are read only by rules on what stands below them."""
    site, _ = export(DEMO)
    structural = needs_of(selected(site.mapping, "hierarchy"), site.mapping, site.described)
    outcome = needs_of([catalogue()["O501"]], site.mapping, site.described)
    assert "description" not in structural.fields
    assert "customfield_10050" in structural.fields
    assert "description" in outcome.fields


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("S408", {"customfield_3"}),
        ("S404", {"issuelinks"}),
        ("S405", {"issuelinks"}),
        ("H107", set()),
        ("H120", {"customfield_2", "customfield_3", "customfield_10"}),
        ("O506", {"assignee"}),
        ("R306", {"fixVersions", "labels"}),
        ("S411", {"description"}),
        ("M705", set()),
    ],
)
def test_fields_of_a_rule(code, fields):
    """A rule asks for the fields behind the columns, the needs and the names that it reads."""
    assert of_rules(code) == fields


def test_a_field_of_the_description_alone_asks_for_it():
    """Where a meaning is mapped to a field, and to no heading, nothing is read from descriptions."""
    assert of_rules("O501", text="fields: {outcome: Anticipated outcome}") == {"customfield_5"}
    assert "description" in of_rules("O501", text="fields: {outcome: [customfield_5, {heading: [Why]}]}")
    assert "description" not in of_rules("S408", text="fields: {outcome: [customfield_5, {heading: [Why]}]}")
    assert "description" in of_rules("O501", text="projects: {PAY: {fields: {outcome: {heading: [Why]}}}}")


def test_fields_that_the_mapping_names():
    """They are asked for whatever runs, by name, by id, and by an id that the site does not list; the description is not."""
    text = "fields: {outcome_metric: Colour, owner: customfield_77, due: 'Due:customfield_78', objective: Description}"
    assert of_rules("H103", text=text) == {"customfield_7", "customfield_77", "customfield_78"}
    text = "projects: {PAY: {fields: {story_points: customfield_3}}}"
    assert of_rules("H103", text=text) == {"customfield_3"}


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("flow_items: [{match: {labels: [debt]}, flow_item: debt}]", {"labels"}),
        ("flow_items: [{match: {not: {components: [web]}}, flow_item: debt}]", {"components"}),
        ("flow_items: [{match: {fields: {Colour: [red]}}, flow_item: risk}]", {"customfield_7"}),
        ("flow_items: [{match: {fields: {customfield_99: [red]}}, flow_item: risk}]", {"customfield_99"}),
        ("flow_items: [{match: {fields: {outcome: [x]}}, flow_item: risk}]", {"customfield_5", "description"}),
        ("projects: {PAY: {flow_items: [{match: {labels: [debt]}, flow_item: debt}]}}", {"labels"}),
        ("value_streams: [{name: Pay, scope: {labels: [pay]}}]", {"labels"}),
        ("teams: {Web: {match: {components: [web]}}}", {"components"}),
        ("parents: [parent, {link: is part of}]", {"issuelinks"}),
        ("projects: {PAY: {parents: [{link: is part of}]}}", {"issuelinks"}),
        ("rules: {ignore_by_label: [H103]}", {"labels"}),
        ("report: {people: names}", {"assignee"}),
        ("exceptions: [{rule: H103, match: {labels: [old]}, reason: x}]", {"labels"}),
        ("exceptions: [{rule: H103, match: {fields: {assignee: [x]}}, reason: x}]", {"assignee"}),
        ("exceptions: [{rule: H103, match: {fields: {Story Points: ['8']}}, reason: x}]", {"customfield_3"}),
        ("exceptions: [{rule: H103, match: {keys: [PAY-1]}, reason: x}]", set()),
    ],
)
def test_fields_that_the_mapping_reads(text, fields):
    """Selectors, ways to a parent, labels that hide and names of people are read whatever rule runs."""
    assert of_rules("H103", text=text) == fields


def test_a_common_name_brings_the_field_it_is_believed_beside():
    """A field called Metric is the outcome's only where there is an outcome: that must be there as well."""
    assert asked(reading("issue", "outcome_metric")) == {"customfield_5", "customfield_6", "description"}


def test_fields_of_the_agile_interface_where_the_site_lists_them():
    """They are no fields elsewhere, and are asked for by nobody."""
    more = (*SITE, *(SeenField(name) for name in ("epic", "sprint", "closedSprints", "flagged")))
    both = {"customfield_2", "customfield_10", "sprint", "closedSprints", "epic"}
    assert asked(reading("issue", "sprint_count"), described=more) == both
    assert asked(reading("issue", "flagged"), described=more) == {"customfield_8", "flagged", "epic"}
    assert asked(reading("issue", "flagged")) == {"customfield_8"}


def test_a_site_that_lists_no_fields():
    """Jira's own fields are asked for by their ids, custom ones where the mapping writes theirs."""
    text = "fields: {outcome: customfield_5, story_points: Story Points}"
    assert set(needs_of([catalogue()["R306"]], Mapping(), ()).fields) == {*STRUCTURE, "fixVersions", "labels"}
    assert of_rules("H103", text=text, described=()) == {"customfield_5"}


def test_names_in_comments_and_texts_ask_for_nothing():
    """The guard's own reading decides, not a search for words."""
    sql = "SELECT i.key, 'description' AS x /* outcome */ FROM issue i WHERE i.summary <> 'labels' -- assignee"
    assert asked(house_rule(sql)) == set()
    assert asked(house_rule("SELECT i.key FROM issue i", message="{key} {labels}")) == {"labels"}


def test_a_rule_that_asks_what_was_fetched():
    """Of names looked for among what was fetched each is asked for, and all where they do not stand there."""
    assert asked(house_rule("SELECT i.key FROM issue i WHERE list_contains(i.fetched, 'labels')")) == {"labels"}
    whole = asked(house_rule("SELECT i.key FROM issue i WHERE len(i.fetched) > 3"))
    assert whole >= {"labels", "components", "description", "issuelinks", "customfield_3", "customfield_5"}
    assert not whole & {"comment", "priority", "customfield_7"}


def test_a_rule_about_fields_asks_for_all():
    """A rule that holds the mapping against the site asks for what may be meant; another may speak of every field."""
    sql = "SELECT f.id FROM site_field f WHERE f.filled_count = 0"
    assert asked(house_rule(sql)) >= {one.id for one in SITE if one.id.startswith("customfield_")} - LEAST
    assert "comment" not in asked(house_rule(sql))
    drift = of_rules("M726", text="fields: {owner: Prioritie}")
    assert drift >= {"customfield_2", "customfield_3", "customfield_5", "priority"}
    assert not drift & {"customfield_7", "comment", "description"}


def test_a_broken_rule_asks_for_nothing():
    """It does not run."""
    assert asked(house_rule("SELECT i.description, i.nowhere FROM issue i")) == set()


def changes(*rules):
    """Return whose changes are asked for, and which of them must be there."""
    needs = needs_of(rules, Mapping(), SITE)
    return needs.changes, needs.required_changes


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("c.field = 'type'", ("issuetype",)),
        ("c.field IN ('story_points', 'due')", ("customfield_3", "customfield_9", "duedate")),
        ("c.field = 'customfield_7'", ("customfield_7",)),
        ("c.field = 'Rank'", ("Rank",)),
        ("c.key <> ''", ("*",)),
    ],
)
def test_changes_of_fields(where, found):
    """Names of meanings go back to ids; who does not say which changes asks for all."""
    rule = house_rule(f"SELECT c.key FROM field_change c WHERE {where}")
    assert changes(rule) == (found, found)
    # A change goes by the name of a meaning only where the field is there.
    assert asked(rule) >= {id_ for id_ in found if id_.startswith("customfield_")}


def test_moves_of_the_status():
    """A view of moves needs them; columns that have a value without them are only better with them."""
    assert changes(house_rule("SELECT s.key FROM status_change s")) == (("status",), ("status",))
    assert changes(house_rule("SELECT i.key FROM issue i", needs=("changelog",))) == (("status",), ("status",))
    assert changes(reading("issue", "started")) == (("status",), ())
    assert changes(reading("issue", "done_days")) == (("status",), ())
    assert changes(catalogue()["D209"]) == (("issuetype", "status"), ("issuetype",))
    assert changes(catalogue()["H103"]) == ((), ())


def test_lists_of_the_site():
    """Boards for what they tell of sprints, versions for what they are, links for who reads them."""

    def lists(*rules):
        needs = needs_of(rules, Mapping(), SITE)
        return needs.sprints, needs.versions, needs.links

    assert lists(catalogue()["O516"]) == (True, False, False)
    assert lists(reading("sprint", "id", "issue_count")) == (False, False, False)
    assert lists(reading("issue", "sprint_count", "fix_versions")) == (False, False, False)
    assert lists(catalogue()["R307"]) == (False, True, False)
    assert lists(house_rule("SELECT x.key FROM issue_version x")) == (False, True, False)
    assert lists(house_rule("SELECT c.key FROM cycle c")) == (False, False, True)
    assert lists(house_rule("SELECT c.key FROM cycle c WHERE c.kind = 'parent'")) == (False, False, False)


def test_needs_add_up():
    """What serves both includes each; all changes are more than any."""
    one = Needs(("a", "b"), ("status",), sprints=True, versions=False, links=False)
    other = Needs(("b", "c"), ("*",), sprints=False, versions=True, links=False, required_changes=("*",))
    both = one | other
    assert both == other | one == Needs(("a", "b", "c"), ("*",), True, True, False, ("*",))  # noqa: FBT003
    assert both.includes(one)
    assert both.includes(other)
    assert not one.includes(other)
    assert not other.includes(one)
    assert other.includes(replace(other, changes=("status", "labels")))
    assert not replace(one, sprints=False).includes(one)
    assert one.includes(one)


def test_several_rules_need_what_each_needs():
    """The needs of rules together are those of each put together."""
    rules = list(catalogue().values())
    together = needs_of(rules, Mapping(), SITE)
    each = [needs_of([rule], Mapping(), SITE) for rule in rules]
    added = each[0]
    for one in each[1:]:
        added |= one
    assert together.includes(added)
    assert added.includes(together)
