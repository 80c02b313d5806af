"""The sections of ``flowlint.yaml``, from values that the schema has admitted to their typed forms."""

from typing import Literal, cast

from flowlint.config.mapping import (
    DEFAULT_PARENTS,
    FieldSource,
    FlowItem,
    FlowItemCondition,
    FlowState,
    IssueTypeEntry,
    Match,
    Name,
    ParentSource,
    RuleException,
    RuleSettings,
    Severity,
    Source,
    Stage,
    Step,
    Team,
    ValueStream,
    Workflow,
)
from flowlint.config.node import Node
from flowlint.config.structure import TRACKERS

FailOn = Literal["error", "warning", "info", "never"]


def text(node: Node, key: str) -> str | None:
    """Return the scalar under a key as it was written; None if the key is not there."""
    below = node.entries.get(key)
    return None if below is None else below.written


def names(node: Node | None) -> tuple[str, ...]:
    """Return a list of names as written, with their places; a single one stands for a list of one."""
    if node is None:
        return ()
    return tuple(name(item) for item in (node.items if isinstance(node.value, tuple) else (node,)))


def name(node: Node) -> Name:
    """Return a scalar as it was written, with its place."""
    return Name(node.written, node.start)


def issue_types(node: Node | None) -> tuple[IssueTypeEntry, ...]:
    """Return the entries of ``issue_types`` in the order written."""
    return tuple(_issue_type(name, entry) for name, entry in node.entries.items()) if node else ()


def _issue_type(name: str, node: Node) -> IssueTypeEntry:
    if not node.entries:
        return IssueTypeEntry(name, ignored=True, place=node.key)
    return IssueTypeEntry(
        name,
        level=text(node, "level"),
        flow_item=cast("FlowItem | None", text(node, "flow_item")),
        container=text(node, "container"),
        okr=cast("Literal['objective', 'key_result'] | None", text(node, "okr")),
        why=text(node, "why"),
        place=node.key,
    )


def flow_items(node: Node | None) -> tuple[FlowItemCondition, ...]:
    """Return the conditions of ``flow_items`` in order."""
    return tuple(
        FlowItemCondition(
            match(item.entries["match"]),
            cast("FlowItem", text(item, "flow_item")),
            text(item, "level"),
            item.key,
        )
        for item in (node.items if node else ())
    )


def match(node: Node) -> Match:
    """Return a selector."""
    entries = node.entries
    fields = entries["fields"].entries if "fields" in entries else {}
    return Match(
        types=names(entries.get("types")),
        projects=names(entries.get("projects")),
        components=names(entries.get("components")),
        labels=names(entries.get("labels")),
        teams=names(entries.get("teams")),
        statuses=names(entries.get("statuses")),
        keys=names(entries.get("keys")),
        fields=tuple((name, names(values)) for name, values in fields.items()),
        subjects=names(entries.get("subjects")),
        negated=match(entries["not"]) if "not" in entries else None,
    )


def workflow(node: Node | None) -> Workflow | None:
    """Return ``workflow``, or a value stream's own; None where neither stages, cancelled nor ignored are written."""
    if node is None or not {"stages", "cancelled", "ignored"} & set(node.entries):
        return None
    entries = node.entries
    cancelled, ignored = entries.get("cancelled", node), entries.get("ignored", node)
    return Workflow(
        stages=tuple(_stage(item) for item in (entries["stages"].items if "stages" in entries else ())),
        cancelled_statuses=names(cancelled.entries.get("statuses")),
        cancelled_resolutions=names(cancelled.entries.get("resolutions")),
        ignored_statuses=names(ignored.entries.get("statuses")),
        place=node.key,
    )


def _stage(node: Node) -> Stage:
    steps = tuple(
        Step(
            item.entries["name"].written,
            cast("FlowState", text(item, "flow_state")),
            names(item.entries["statuses"]),
            item.key,
        )
        for item in node.entries["steps"].items
    )
    return Stage(node.entries["name"].written, steps, node.key)


def value_streams(node: Node | None) -> tuple[ValueStream, ...]:
    """Return the value streams; one without a scope has the work of its teams."""
    streams = []
    for item in node.items if node else ():
        teams = names(item.entries.get("teams"))
        scope = match(item.entries["scope"]) if "scope" in item.entries else Match(teams=teams)
        streams.append(ValueStream(item.entries["name"].written, scope, teams, workflow(item), item.key))
    return tuple(streams)


def parents(node: Node | None) -> tuple[ParentSource, ...]:
    """Return the ways to a parent, in the order in which they are tried."""
    if node is None:
        return DEFAULT_PARENTS
    return tuple(
        ParentSource("link", text(item, "link"))
        if item.entries
        else ParentSource(cast("Literal['parent', 'epic_link', 'epic', 'parent_link']", item.written))
        for item in node.items
    )


def fields(node: Node | None) -> dict[str, tuple[FieldSource, ...]]:
    """Return where each meaning is written, by its name under ``fields``."""
    found: dict[str, tuple[FieldSource, ...]] = {}
    for name, value in node.entries.items() if node else ():
        found[name] = tuple(_field(item) for item in (value.items if isinstance(value.value, tuple) else (value,)))
    return found


def _field(node: Node) -> FieldSource:
    if node.entries:
        return FieldSource(headings=names(node.entries["heading"]), place=node.key)
    return FieldSource(field=node.written, place=node.key)


def teams(node: Node | None) -> tuple[Team, ...]:
    """Return the teams in the order written."""
    return tuple(_team(name, entry) for name, entry in node.entries.items()) if node else ()


def _team(name: str, node: Node) -> Team:
    limit = node.entries.get("wip_limit")
    return Team(
        name,
        owner=text(node, "owner"),
        match=match(node.entries["match"]) if "match" in node.entries else None,
        wip_limit=int(cast("float", limit.value)) if limit else None,
        place=node.key,
    )


def rules(node: Node | None) -> RuleSettings:
    """Return the settings of rules, with the defaults for what is not written."""
    if node is None:
        return RuleSettings()
    entries = node.entries
    options = entries["options"].entries if "options" in entries else {}
    severity = entries["severity"].entries if "severity" in entries else {}
    return RuleSettings(
        select=names(entries["select"]) if "select" in entries else RuleSettings().select,
        ignore=names(entries.get("ignore")),
        severity={Name(rule, level.key): cast("Severity", level.written) for rule, level in severity.items()},
        options={
            Name(rule, own.key): {Name(key, value.key): value.plain() for key, value in own.entries.items()}
            for rule, own in options.items()
        },
        paths=names(entries.get("paths")),
        ignore_by_label=names(entries.get("ignore_by_label")),
        fail_on=cast("FailOn", text(node, "fail_on") or RuleSettings().fail_on),
    )


def sources(root: Node) -> tuple[Source, ...]:
    """Return the trackers of ``source`` or ``sources``."""
    if "sources" in root.entries:
        return tuple(_source(item) for item in root.entries["sources"].items)
    return (_source(root.entries["source"]),) if "source" in root.entries else ()


def _source(node: Node) -> Source:
    tracker = next((key for key in TRACKERS if key in node.entries), None)
    if tracker is None:
        return Source(text(node, "name"), place=node.key)
    own = node.entries[tracker]
    settings: dict[str, object] = {key: below.plain() for key, below in own.entries.items()}
    if "projects" in settings:
        settings["projects"] = list(names(own.entries["projects"]))
    return Source(text(node, "name"), cast("Literal['jira', 'rally', 'aha']", tracker), settings, node.key)


def exceptions(node: Node | None) -> tuple[RuleException, ...]:
    """Return the exceptions, those of extended files first."""
    return tuple(
        RuleException(
            name(item.entries["rule"]),
            match(item.entries["match"]),
            until=text(item, "until"),
            reason=text(item, "reason"),
            owner=text(item, "owner"),
            place=item.key,
        )
        for item in (node.items if node else ())
    )
