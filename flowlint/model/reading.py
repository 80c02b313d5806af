"""How one issue was read: every value that the rules see of it, and where each comes from."""

from collections.abc import Iterator
from collections.abc import Mapping as MappingABC
from typing import TYPE_CHECKING, Any

from flowlint.config.grounds import CATEGORIES, RESOLUTIONS, Grounds
from flowlint.config.mapping import Mapping, Match, Workflow, fold, name_matches
from flowlint.config.origin import Origin
from flowlint.model.build import conditions
from flowlint.model.facts import Candidate, Fact, Reading
from flowlint.model.reading_fields import field_facts
from flowlint.model.readings import workflow_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = MappingABC[str, Any]
DATA = Origin("data", "the issue itself")
ABOUT = """
SELECT i.*, r.type_id, r.subtask, r.hierarchy_level, r.status_id, r.subtask_keys, n.mapped, n.left_out, n.conditions[1] AS condition, n.field_team,
       s.restricted, c.cycle_key, c.length AS cycle_length,
       EXISTS (SELECT 1 FROM m_absent_subtask a WHERE a.n = n.n) AS lacks_subtasks
FROM issue i JOIN raw_issue r ON r.key = i.key JOIN m_narrow n ON n.key = i.key JOIN raw_source s ON s.source = i.source
LEFT JOIN cycle c ON c.key = i.key AND c.kind = 'parent'
WHERE i.key = $1
"""


class Reader:
    """Reads issues of one run; ``grounds`` knows why inference filled what nobody wrote."""

    def __init__(self, db: "DuckDBPyConnection", mapping: Mapping, grounds: Grounds) -> None:
        self.db, self.mapping, self.grounds = db, mapping, grounds

    def read(self, key: str) -> Reading:
        """Return how the issue with this key, which must be in the data, was read."""
        row = self._row(ABOUT, key)
        candidates = tuple(self._candidates(row))
        return Reading(
            key=row["key"],
            project=row["project"],
            summary=row["summary"],
            url=row["url"],
            in_scope=row["in_scope"],
            scope=_scope(row),
            sections={
                "type": tuple(self._type(row)),
                "state": tuple(self._state(row)),
                "team": tuple(self._whose(row)),
                "fields": tuple(field_facts(self.db, self.mapping, row)),
                "tree": tuple(_tree(row)),
            },
            candidates=candidates,
            ways=tuple(way.link or way.via for way in self.mapping.for_project(row["project"]).parents),
            parents=self._written(row, "parents") or Origin("default", "the mapping does not write parents"),
        )

    def _row(self, sql: str, *given: object) -> dict[str, Any]:
        result = self.db.execute(sql, list(given))
        columns = [column[0] for column in result.description or ()]
        return dict(zip(columns, result.fetchall()[0], strict=True))

    def _written(self, row: Row, path: str) -> Origin | None:
        """Return where a key path of the mapping stands, the project's own before the common one."""
        own = next((name for name in self.mapping.projects if fold(name) == fold(row["project"])), None)
        for full in (f"projects.{own}.{path}", path):
            if full in self.mapping.places:
                return Origin("mapping", full, self.mapping.places[full])
        return None

    def _type(self, row: Row) -> Iterator[Fact]:
        yield Fact("type", _named(row["type"], row["type_id"]), DATA)
        yield Fact("Jira's level", row["native_level"], _native(row))
        entry = self.mapping.for_project(row["project"]).issue_type(row["type"], row["type_id"])
        seen = (row["project"], row["type"], row["type_id"])
        says: Origin | None = None
        if entry is not None and entry.place is not None:
            says = Origin("mapping", f"issue_types.{entry.name}", entry.place)
        unmapped = Origin("computed", "no entry of issue_types matches this type")
        chosen = self._condition(row)
        level = says or (unmapped if entry is None else Origin("inferred", self.grounds.level(*seen)))
        item = says or (unmapped if entry is None else Origin("inferred", self.grounds.flow_item(*seen)))
        if entry is not None and entry.ignored:
            yield Fact("left out", value=True, origin=says)
        for name in ("container", "okr"):
            if row[name] is not None:
                yield Fact(name, row[name], level)
        if chosen is not None:
            yield Fact("level", row["level"], chosen[0] if chosen[1] else level)
            yield Fact("flow item", row["flow_item"], chosen[0])
        else:
            yield Fact("level", row["level"], level)
            yield Fact("flow item", row["flow_item"], _no_item(row) or item)
        home = self.mapping.flow_item_level
        ground = self._written(row, "hierarchy.flow_item_level") or Origin("inferred", self.grounds.flow_item_level())
        yield Fact("flow item level", home, ground)
        position = row["level_position"] and f"{row['level_position']} the flow item level"
        yield Fact("position", position, Origin("computed", _position(row)))
        yield Fact("counted", row["counted"], Origin("computed", _counted(row)))

    def _condition(self, row: Row) -> tuple[Origin, bool] | None:
        """Return the condition of ``flow_items`` that matches, and whether it sets the level."""
        if row["condition"] is None or row["left_out"] or row["container"] or row["okr"]:
            return None
        project, _, item = list(conditions(self.mapping))[row["condition"] - 1]
        where = f"projects.{project}.flow_items" if project else "flow_items"
        return Origin("mapping", f"{where} matches {_match(item.match)}", item.place), item.level is not None

    def _state(self, row: Row) -> Iterator[Fact]:
        yield Fact("status", _named(row["status"], row["status_id"]), DATA)
        yield Fact("category", row["status_category"], Origin("data", "Jira's status category"))
        workflow = workflow_of(self.mapping, row["project"], row["value_stream"])
        placed = self._placed(workflow, row)
        given_up = row["is_cancelled"] and row["flow_state"] == "cancelled" and row["status_category"] == "done"
        resolution = self._resolution(workflow, row) if given_up else None
        yield Fact("flow state", row["flow_state"], resolution or placed)
        if row["stage"] is not None:
            yield Fact("stage, step", f"{row['stage']}, {row['step']}", placed)
        yield Fact("resolution", row["resolution"], DATA)
        state = next((name for name in ("open", "done", "cancelled") if row[f"is_{name}"]), None)
        if row["flow_state"] is None and state is not None:
            yield Fact("counts as", state, Origin("computed", "by Jira's category, since the status is not placed"))

    def _placed(self, workflow: Workflow | None, row: Row) -> Origin:
        """Return what places the status."""
        name, id_ = row["status"], row["status_id"]
        if workflow is not None:
            for written, what in ((workflow.cancelled_statuses, "cancelled"), (workflow.ignored_statuses, "ignored")):
                if any(name_matches(one, name, id_) for one in written):
                    return Origin("mapping", f"statuses that are {what}", workflow.place)
            for stage in workflow.stages:
                for step in stage.steps:
                    if any(name_matches(one, name, id_) for one in step.statuses):
                        return Origin("mapping", f"step {step.name} of {stage.name}", step.place)
            if workflow.stages:
                return Origin("mapping", "no step of the workflow names this status", workflow.place)
        if row["status_category"] is None:
            return Origin("computed", "the data does not tell the status category, and no workflow is written")
        return Origin("inferred", CATEGORIES)

    def _resolution(self, workflow: Workflow | None, row: Row) -> Origin | None:
        """Return what makes the resolution mean cancelled."""
        common = self.mapping.for_project(row["project"]).workflow
        for one in (workflow, common):
            names = one.cancelled_resolutions if one else ()
            if one is not None and row["resolution"] and any(name_matches(n, row["resolution"]) for n in names):
                text = f"the resolution {row['resolution']} means cancelled"
                return Origin("mapping", text, one.place) if one.place else Origin("inferred", RESOLUTIONS)
        return None

    def _whose(self, row: Row) -> Iterator[Fact]:
        team = row["team"]
        matched = next((one for one in self.mapping.teams if one.name == team and one.match is not None), None)
        nobody = Origin("computed", "no team of the mapping matches, and no field names one")
        if matched is not None and matched.match is not None and row["field_team"] != team:
            yield Fact("team", team, Origin("mapping", f"teams, by {_match(matched.match)}", matched.place))
        elif team is not None and matched is not None and matched.match is not None:
            yield Fact("team", team, Origin("mapping", "teams, and the field that holds the team", matched.place))
        else:
            yield Fact("team", team, Origin("data", "the field that holds the team") if team else nobody)
        stream = next((one for one in self.mapping.value_streams if one.name == row["value_stream"]), None)
        if stream is not None:
            text = f"value_streams, by {_match(stream.scope)}"
            yield Fact("value stream", stream.name, Origin("mapping", text, stream.place))
        else:
            why = "no scope matches" if self.mapping.value_streams else "the mapping names none"
            yield Fact("value stream", None, Origin("computed", why))

    def _candidates(self, row: Row) -> Iterator[Candidate]:
        found = self.db.execute(
            "SELECT via, parent_key, state FROM parent_candidate WHERE key = $1 ORDER BY position, parent_key, via",
            [row["key"]],
        ).fetchall()
        for number, (via, key, state) in enumerate(found):
            same = key == found[0][1]
            if number:
                why = "names the same" if same else "comes later in the order"
            else:
                why = "first in the order" if len(found) > 1 else "the only one named"
            yield Candidate(via, key, state, won=not number, why=why)
        passed = self.db.execute(
            "SELECT DISTINCT via, coalesce(parent_key, parent_id) AS named FROM raw_parent"
            " WHERE key = $1 AND named IS NOT NULL AND (via, named) NOT IN"
            " (SELECT (via, parent_key) FROM parent_candidate WHERE key = $1) ORDER BY ALL",
            [row["key"]],
        ).fetchall()
        yield from (Candidate(via, key, "unread", won=False, why="not listed in `parents`") for via, key in passed)


def _scope(row: Row) -> str:
    if row["left_out"]:
        return "left out: the mapping ignores its type, so no rule speaks of it"
    return (
        "in scope: the rules judge it"
        if row["in_scope"]
        else "not asked for (--project, --team), so no rule speaks of it"
    )


def _named(name: str | None, id_: str | None) -> str | None:
    return f"{name} (id {id_})" if name is not None and id_ is not None else name


def _native(row: Row) -> Origin:
    if row["hierarchy_level"] is not None:
        return Origin("data", "hierarchyLevel of the type")
    if row["native_level"] == 1:
        return Origin("computed", "issues name this type in their epic link")
    if row["subtask"] is not None:
        return Origin("data", "the sub-task flag of the type")
    return Origin("computed", "the data holds neither hierarchyLevel nor the sub-task flag")


def _position(row: Row) -> str:
    if row["level_position"] is None:
        return "it has no level"
    kind = next((name for name in ("portfolio", "flow") if row[f"is_{name}_item"]), None)
    return f"so it is a {kind} item" if kind else "and it is neither a flow item nor a portfolio item"


def _no_item(row: Row) -> Origin | None:
    """Return why a type off the flow item level counts as nothing."""
    reasons = {"below": "supporting work: it is below the flow item level", "above": "a portfolio item is no flow item"}
    off = row["flow_item"] is None and row["level_position"] in reasons
    return Origin("computed", reasons[row["level_position"]]) if off else None


def _counted(row: Row) -> str:
    if row["counted"]:
        return f"it counts as {row['flow_item']}"
    if row["flow_item"] == "none":
        return "its flow item is none: it is counted nowhere"
    return "nothing says that it is a feature, defect, risk or debt"


def _tree(row: Row) -> Iterator[Fact]:
    if row["cycle_key"] is not None:
        around = "it is its own parent" if row["cycle_length"] == 1 else f"of {row['cycle_length']} issues"
        yield Fact("cycle", value=True, origin=Origin("computed", around))
    yield Fact("root", row["root_key"], Origin("computed", "the topmost ancestor in the data"))
    yield Fact("depth", row["depth"], Origin("computed", "1 is a root"))
    leaves = "not known: its parents leave the data" if row["reaches_portfolio"] is None else "by its ancestors"
    yield Fact("reaches portfolio", row["reaches_portfolio"], Origin("computed", leaves))
    above = "not known: no outcome was read above it" if row["reaches_outcome"] is None else "by its ancestors"
    yield Fact("reaches outcome", row["reaches_outcome"], Origin("computed", above))
    counts = f"{row['child_count']}"
    if row["child_count"]:
        parts = [f"{row[f'{name}_child_count']} {name}" for name in ("open", "started", "done")]
        counts += f" ({', '.join(parts)}; {row['flow_item_child_count']} flow items)"
    yield Fact("children", counts, Origin("computed", _children(row)))


def _children(row: Row) -> str:
    if row["children_known"]:
        return "all of them are in the data"
    if row["restricted"]:
        return "there may be more: the source was read through a query"
    if row["lacks_subtasks"]:
        absent = "some of its sub-tasks are not in the data"
        return f"there may be more: {absent}"
    return "there may be more: most issues of its level have no children, the mark of an export that was cut"


def _match(match: Match) -> str:
    """Return a selector in words."""
    parts = [
        f"{name} {', '.join(values)}"
        for name in ("types", "projects", "components", "labels", "teams", "statuses", "keys", "subjects")
        if (values := getattr(match, name))
    ]
    parts += [f"{name} {', '.join(values)}" for name, values in match.fields]
    parts += [f"not ({_match(match.negated)})"] if match.negated else []
    return "; ".join(parts)
