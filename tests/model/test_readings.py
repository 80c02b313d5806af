"""How the mapping reads names: flow items, states, teams, value streams, fields, parents."""

from forests import MOMENT
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config.load import load_value
from flowlint.config.mapping import Match
from flowlint.engine.trial import STANDARD
from flowlint.engine.world import World
from flowlint.model.build import Scope, build, moment_of
from flowlint.model.selector import condition, literal
from flowlint.snapshot.database import open_database


def read(issues, config=None, columns="*", scope=None, **world):
    """Return the rows of ``issue`` by key, under the standard organisation with ``config`` merged over it."""
    mapping = load_value(config or {}, "test", over=STANDARD.read_text(encoding="utf-8"))
    made = World({"issues": issues, **world}, mapping)
    db = open_database()
    made.write(db)
    build(db, mapping, made.fields(), MOMENT, scope or Scope())
    result = db.execute("FROM issue")
    names = [column[0] for column in result.description]
    return {row["key"]: row for row in (dict(zip(names, values, strict=True)) for values in result.fetchall())}


def test_flow_item_conditions_first_match_wins():
    """A label makes debt of a story; a condition's level moves a task; the first one wins; `not` negates."""
    config = {
        "flow_items": [
            {"match": {"types": ["story"], "labels": ["TECH-*"]}, "flow_item": "debt"},
            {"match": {"labels": ["tech-debt"]}, "flow_item": "risk"},
            {"match": {"types": ["Task"], "not": {"projects": ["B"]}}, "flow_item": "risk", "level": "story"},
        ]
    }
    issues = [
        {"key": "A-1", "labels": ["tech-debt"]},
        {"key": "A-2", "type": "Bug", "labels": ["tech-debt"]},
        {"key": "A-3", "type": "Task"},
        {"key": "B-1", "type": "Task"},
        {"key": "A-4", "type": "Release", "labels": ["tech-debt"]},
    ]
    found = read(issues, config)
    assert [found[key]["flow_item"] for key in ("A-1", "A-2", "A-3", "B-1", "A-4")] == [
        "debt",
        "risk",
        "risk",
        None,
        None,
    ]
    assert (found["A-3"]["level"], found["A-3"]["is_flow_item"]) == ("story", True)
    assert found["B-1"]["level_position"] == "below"


def test_states_come_from_the_workflow_and_the_category_only_helps_out():
    """A placed status has its state; a given-up resolution cancels; an unplaced status is open or done by category."""
    issues = [
        {"key": "A-1", "status": "to do"},
        {"key": "A-2", "status": "Done", "resolution": "won't do"},
        {"key": "A-3", "status": "Done", "resolution": "Done"},
        {"key": "A-4", "status": "Nowhere", "category": "done"},
        {"key": "A-5", "status": "Archived"},
    ]
    found = read(issues)
    states = {
        key: (row["flow_state"], row["is_open"], row["is_done"], row["is_cancelled"]) for key, row in found.items()
    }
    assert states["A-1"] == ("waiting", True, False, False)
    assert states["A-2"] == ("cancelled", False, False, True)
    assert states["A-3"] == ("done", False, True, False)
    assert states["A-4"] == (None, False, True, False)
    assert states["A-5"] == ("ignored", False, False, False)


def test_a_value_stream_without_stages_goes_by_the_common_ones():
    """What it says itself of being cancelled or ignored holds; the rest is the workflow's."""
    config = {
        "workflow": {
            "stages": [
                {
                    "name": "delivery",
                    "steps": [
                        {"name": "Work", "flow_state": "active", "statuses": ["In Progress"]},
                        {"name": "Done", "flow_state": "done", "statuses": ["Done"]},
                    ],
                }
            ],
            "cancelled": {"statuses": ["Rejected"], "resolutions": ["Won't Do"]},
        },
        "value_streams": [
            {"name": "Shop", "scope": {"projects": ["SHOP"]}, "cancelled": {"statuses": ["Dropped"]}},
            {"name": "Desk", "scope": {"projects": ["DESK"]}, "cancelled": {"resolutions": ["Merged"]}},
        ],
    }
    issues = [
        {"key": f"{project}-{number}", "status": status, "resolution": resolution}
        for project in ("SHOP", "DESK")
        for number, (status, resolution) in enumerate(
            [("In Progress", None), ("Dropped", None), ("Rejected", None), ("Done", "Won't Do"), ("Done", "Merged")], 1
        )
    ]
    found = read(issues, config)
    states = {key: row["flow_state"] for key, row in found.items()}
    assert [states[f"SHOP-{number}"] for number in range(1, 6)] == ["active", "cancelled", None, "cancelled", "done"]
    assert [states[f"DESK-{number}"] for number in range(1, 6)] == ["active", None, "cancelled", "done", "cancelled"]


def test_subjects_are_no_issues():
    """A selector for findings about versions and sprints finds no issue."""
    config = {"flow_items": [{"match": {"subjects": ["2.4"]}, "flow_item": "debt"}]}
    assert read([{"key": "A-1"}], config)["A-1"]["flow_item"] == "feature"


def test_types_left_out_are_not_judged_and_do_not_count_as_children():
    """`ignore` takes an issue out of scope; an unmapped type stays in scope without a level."""
    issues = [
        {"key": "A-1", "type": "Epic"},
        {"key": "A-2", "type": "Support ticket", "parent": "A-1"},
        {"key": "A-3", "type": "Unheard of", "parent": "A-1"},
    ]
    found = read(issues)
    assert [found[key]["in_scope"] for key in ("A-1", "A-2", "A-3")] == [True, False, True]
    assert found["A-1"]["child_count"] == 1
    assert found["A-3"]["level"] is None


def test_scope_limits_what_is_judged_but_not_the_context():
    """Children of other projects are there to be counted."""
    issues = [{"key": "A-1", "type": "Epic"}, {"key": "B-1", "parent": "A-1"}]
    found = read(issues, scope=Scope(projects=("a",)))
    assert (found["A-1"]["in_scope"], found["B-1"]["in_scope"], found["A-1"]["child_count"]) == (True, False, 1)


def test_what_was_not_fetched_is_not_in_the_list():
    """`fetched` has the logical names; a field the record lacks is missing from it, an empty one is not."""
    found = read([{"key": "A-1", "not_fetched": ["outcome"]}, {"key": "A-2"}])
    assert "outcome" not in found["A-1"]["fetched"]
    assert "outcome" in found["A-2"]["fetched"]
    assert {"description", "links", "fix_versions", "changelog"} <= set(found["A-2"]["fetched"])


def test_fields_are_tried_in_order_and_projects_may_have_their_own():
    """The first field that holds something gives the value."""
    config = {"fields": {"outcome": ["one", "two"]}, "projects": {"B": {"fields": {"outcome": "three"}}}}
    issues = [
        {"key": "A-1", "type": "Epic", "fields": {"two": "second"}},
        {"key": "A-2", "type": "Epic", "fields": {"one": "first", "two": "second"}},
        {"key": "B-1", "type": "Epic", "fields": {"one": "first", "three": "third"}},
    ]
    found = read(issues, config)
    assert [found[key]["outcome"] for key in ("A-1", "A-2", "B-1")] == ["second", "first", "third"]


def test_parents_are_chosen_in_the_order_of_the_mapping():
    """An epic link counts where there is no parent; a link counts where the mapping lists it."""
    issues = [
        {"key": "A-1", "type": "Epic"},
        {"key": "A-2", "type": "Epic"},
        {"key": "A-3", "epic_link": "A-1"},
        {"key": "A-4", "parent": "A-2", "epic_link": "A-1"},
        {"key": "A-5", "links": [{"is part of": "A-2"}]},
    ]
    assert [read(issues)[key]["parent_key"] for key in ("A-3", "A-4", "A-5")] == ["A-1", "A-2", None]
    own = {"parents": [{"link": "Is Part Of"}, "epic_link", "parent"]}
    assert [read(issues, own)[key]["parent_key"] for key in ("A-3", "A-4", "A-5")] == ["A-1", "A-1", "A-2"]


def test_teams_and_value_streams_are_the_first_that_match():
    """A component gives the team; the team may give the value stream."""
    config = {
        "teams": {"Checkout": {"match": {"components": ["pay*"]}, "owner": "leads"}},
        "value_streams": [
            {"name": "Payments", "scope": {"teams": ["checkout"]}},
            {"name": "Rest", "scope": {"projects": ["*"]}},
        ],
    }
    found = read([{"key": "A-1", "components": ["Payments"]}, {"key": "A-2", "team": "Web"}], config)
    assert [(found[k]["team"], found[k]["value_stream"]) for k in ("A-1", "A-2")] == [
        ("Checkout", "Payments"),
        ("Web", "Rest"),
    ]


def test_outcomes_reach_down_the_tree():
    """An outcome above counts; one not fetched leaves it open; without any it is false."""
    issues = [
        {"key": "A-1", "type": "Initiative", "fields": {"outcome": "x"}},
        {"key": "A-2", "type": "Epic", "parent": "A-1"},
        {"key": "A-3", "parent": "A-2"},
        {"key": "A-4", "type": "Epic", "not_fetched": ["outcome"]},
        {"key": "A-5", "parent": "A-4"},
        {"key": "A-6"},
        {"key": "A-7", "parent": "HID-1"},
    ]
    found = read(issues)
    assert [found[f"A-{n}"]["reaches_outcome"] for n in range(1, 8)] == [True, True, True, None, None, False, None]


def test_a_level_of_childless_portfolio_items_is_a_cut_export():
    """Nine childless epics of ten are no sign; nine of eleven with more than 80 % are."""
    few = [{"key": f"A-{n}", "type": "Epic"} for n in range(1, 10)]
    assert all(row["children_known"] for row in read(few).values())
    many = [{"key": f"A-{n}", "type": "Epic"} for n in range(1, 12)] + [{"key": "A-99", "parent": "A-1"}]
    found = read(many)
    assert not found["A-2"]["children_known"]
    assert found["A-99"]["children_known"]


def test_changes_are_read_under_the_workflow():
    """The first move into an active status is the start; the last move into a done one is the end without a resolution date."""
    changes = [
        {"at": "2026-01-05", "from": "To Do", "to": "In Progress"},
        {"at": "2026-01-09", "from": "In Progress", "to": "Done"},
    ]
    row = read([{"key": "A-1", "status": "Done", "changes": changes}])["A-1"]
    assert (str(row["started"])[:10], str(row["resolved"])[:10], row["done_days"]) == ("2026-01-05", "2026-01-09", 23)


def test_the_moment_is_the_end_of_the_day_or_the_newest_update():
    """--as-of counts to the end of its day; without it the data's own clock counts."""
    from datetime import date

    db = open_database()
    mapping = load_value({}, "test", over=STANDARD.read_text(encoding="utf-8"))
    World({"issues": [{"key": "A-1", "updated": "2026-01-20T10:00:00+02:00"}]}, mapping).write(db)
    assert str(moment_of(db, None)) == "2026-01-20 08:00:00"
    assert str(moment_of(db, date(2026, 1, 20))) == "2026-01-21 00:00:00"


@given(st.text())
def test_selectors_take_any_text(text):
    """No name from a mapping ends a literal or breaks the condition, and it is never NULL."""
    import duckdb

    match = Match(types=(text,), projects=(text + "*",), labels=(text,), negated=Match(keys=(text,)))
    row = "SELECT NULL::VARCHAR AS key, NULL::VARCHAR AS project, NULL::VARCHAR AS type_id, NULL::VARCHAR AS type_name, []::VARCHAR[] AS labels"
    found = duckdb.execute(f"SELECT {condition(match, {})}, {literal(text)} FROM ({row}) i").fetchone()
    assert found == (False, text.replace("\x00", ""))
