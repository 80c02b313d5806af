"""A draft as ``flowlint.yaml``: every line with its evidence as a comment, what is to be decided first of all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from flowlint.config.draft import DECIDE, ORDER, STAGES, Draft, FieldLine, Placed, TypeLine
from flowlint.config.mapping import FlowState, fold
from flowlint.config.text import FORBIDDEN
from flowlint.config.yaml_text import one_line, quote

WIDTH = 110
"""Columns up to which a comment stands behind its value."""
DEVELOPMENT = "Development"
"""The step of details of work where it is open which step they serve."""
NO_NAME = "the * in its name would mean others too, and the data does not hold its id"
"""Why a status cannot be written."""
STEP_NAMES = {"new": "Not begun", "waiting": "Waiting", "done": "Done"}
"""What a step of several statuses is called; one status gives the step its own name."""
SECTIONS = ("hierarchy", "issue_types", "workflow", "fields")
"""Sections that a draft always writes."""


def draft_text(draft: Draft, commands: Sequence[str]) -> str:
    """Return the whole file; ``commands`` are those that hold it against what it was drafted from."""
    parts = [
        _head(draft, commands),
        ["version: 1"],
        _source(draft),
        section(draft, "hierarchy"),
        section(draft, "issue_types"),
        _flow_items(draft),
        section(draft, "workflow"),
        _value_streams(draft),
        section(draft, "fields"),
        _projects(draft),
    ]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts if part)


def section(draft: Draft, name: str) -> list[str]:
    """Return the lines of one of :data:`SECTIONS`."""
    makers = {"hierarchy": _hierarchy, "issue_types": _issue_types, "workflow": _workflow, "fields": _fields}
    return list(makers[name](draft))


def type_entry(line: TypeLine) -> str:
    """Return the entry of an issue type."""
    return f"{quote(line.name)}: {one_line(line.says)}"


def field_entry(line: FieldLine) -> str:
    """Return the entry of a field."""
    return f"{line.logical}: {one_line(line.value)}"


def comment_of(text: str) -> str:
    """Return a text as it may stand in a comment: one line of signs that every reader of YAML takes."""
    return FORBIDDEN.sub("\ufffd", " ".join(text.split()))


def _head(draft: Draft, commands: Sequence[str]) -> list[str]:
    seen = draft.evidence
    projects = _projects_of(draft)
    period = f", {seen.since} to {seen.until}" if seen.since and seen.until else ""
    return [
        "# What issue types, statuses and fields mean here, for flowlint and for the flow metrics that use this file.",
        f"# Drafted from {_count(seen.issues, 'issue')} of {_count(len(projects), 'project')}{comment_of(period)}.",
        f'# Lines that say "{DECIDE.strip(": ")}" need a person who knows how the teams work. Change what is wrong, then:',
        *(f"#   {comment_of(command)}" for command in commands),
    ]


def _projects_of(draft: Draft) -> tuple[str, ...]:
    return tuple(sorted({key for _, _, keys in draft.evidence.sites for key in keys}))


def _source(draft: Draft) -> list[str]:
    known = [(alias, url, keys) for alias, url, keys in draft.evidence.sites if url]
    if len(known) == 1 and len(draft.evidence.sites) == 1:
        _, url, keys = known[0]
        return ["source:", f"  jira: {one_line({'url': url, 'projects': list(keys)})}"]
    if known:
        listed = [
            f"  - {one_line({'name': alias, 'jira': {'url': url, 'projects': list(keys)}})}"
            for alias, url, keys in known
        ]
        return ["sources:", *listed]
    keys = _projects_of(draft)
    example = one_line({"jira": {"url": "https://your-site.atlassian.net", "projects": keys}})
    return [f"# {DECIDE}the export does not say which site it is of", f"# source: {comment_of(example)}"]


def _hierarchy(draft: Draft) -> Iterator[str]:
    yield "hierarchy:"
    yield from _line(f"  levels: {one_line(draft.levels)}", f"top to bottom; from {draft.levels_ground}")
    question = f"{DECIDE}the smallest unit that delivers value on its own; choose one and keep it"
    yield from _line(f"  flow_item_level: {quote(draft.flow_item_level)}", question)


def _issue_types(draft: Draft) -> Iterator[str]:
    yield "issue_types:"
    for line in draft.types:
        if line.project is None:
            yield from _line(f"  {type_entry(line)}", line.comment)


def _flow_items(draft: Draft) -> list[str]:
    """Return conditions to choose from: few sites have types for risk and debt."""
    counted = {line.says.get("flow_item") for line in draft.types}
    lacking = [kind for kind in ("risk", "debt") if kind not in counted]
    if not lacking:
        return []
    lines = [
        f"# {DECIDE}no type stands for {' or '.join(lacking)}; which issues are? Types, labels or components can tell.",
        "# flow_items:",
    ]
    for kind in lacking:
        labels = draft.labels.get(kind, ())
        shown = [label for label, _ in labels] or [{"risk": "security", "debt": "tech-debt"}[kind]]
        seen = ", ".join(f"{label}: {_count(number, 'issue')}" for label, number in labels) or "no such label was seen"
        lines += [
            f"#   - {comment_of(one_line({'match': {'labels': shown}, 'flow_item': kind}))}  # {comment_of(seen)}"
        ]
    return lines


def _workflow(draft: Draft) -> Iterator[str]:
    cancelled = _cancelled(draft)
    if not draft.has_flow:
        lacking = "work in progress" if not any(one.flow_state == "active" for one in draft.statuses) else "being done"
        yield f"# {DECIDE}no status of {lacking} is in the data, so no stages are drafted; Jira's status categories hold"
        yield "# until you write workflow: {stages: …} with all statuses."
        if draft.resolutions:
            names = [name for name, _ in draft.resolutions]
            yield "workflow:"
            yield from _line(f"  cancelled: {one_line({'resolutions': names})}", _resolved(draft))
        return
    yield "workflow:"
    yield f"  # {DECIDE}the stages are discovery, delivery, operation and support; steps are what work passes on its way."
    yield "  stages:"
    for stage in STAGES:
        steps = _steps([one for one in draft.statuses if one.stage == stage and one.flow_state in ORDER])
        if steps:
            yield f"    - name: {stage}"
            yield "      steps:"
            for step, comment in steps:
                yield from _line(f"        - {one_line(step)}", comment)
    for name in draft.unwritable:
        yield f"  # {DECIDE}{comment_of(name)} has no place: {NO_NAME}"
    if cancelled:
        yield from _line(f"  cancelled: {one_line(cancelled)}", _resolved(draft))


def _cancelled(draft: Draft) -> dict[str, list[str]]:
    statuses = [one.name for one in draft.statuses if one.flow_state == "cancelled"]
    resolutions = [name for name, _ in draft.resolutions]
    return {name: names for name, names in (("statuses", statuses), ("resolutions", resolutions)) if names}


def _resolved(draft: Draft) -> str:
    done = sum(number for _, number in draft.resolutions)
    return f"{_count(done, 'done issue')} with such a resolution" if done else ""


def _steps(placed: list[Placed]) -> list[tuple[dict[str, object], str]]:
    """Return the steps of a stage with their comments: an active status is one, all others of a flow state are one together."""
    home = _home_of_details(placed)
    groups: dict[tuple[FlowState, str], list[Placed]] = {}
    for one in placed:
        called = "" if one.flow_state in STEP_NAMES else home if one.detail else bare(one.name)
        groups.setdefault((one.flow_state, called), []).append(one)
    named = [
        (called or (STEP_NAMES[state] if len(group) > 1 else bare(group[0].name)), state, group)
        for (state, called), group in groups.items()
    ]
    taken = Counter(fold(name) for name, _, _ in named)
    steps: list[tuple[dict[str, object], str]] = []
    for name, state, group in named:
        step: dict[str, object] = {
            "name": f"{name} ({state})" if taken[fold(name)] > 1 else name,
            "flow_state": state,
            "statuses": [one.name for one in sorted(group, key=lambda one: one.detail)],
        }
        doubts = "; ".join(f"{DECIDE}{bare(one.name)}: {one.doubt}" for one in group if one.doubt)
        issues = sum(one.issues for one in group)
        seen = f"{_count(issues, 'issue')} in it" if issues else "no issue is in it now"
        steps.append((step, f"{doubts}; {seen}" if doubts else seen))
    return steps


def _home_of_details(placed: list[Placed]) -> str:
    """Return the step that details of work go to: the only one that is active beyond doubt, else one of their own."""
    active = dict.fromkeys(
        bare(one.name) for one in placed if one.flow_state == "active" and not one.detail and not one.doubt
    )
    same = [name for name in active if len(active) == 1 or fold(name) == fold(DEVELOPMENT)]
    return next(iter(same), DEVELOPMENT)


def bare(name: str) -> str:
    """Return a status as Jira calls it, without the id that a mapping may write behind it."""
    head, _, id_ = name.rpartition(":")
    return head if head and id_.isdigit() else name


def _value_streams(draft: Draft) -> list[str]:
    keys = _projects_of(draft)
    if not keys:
        return []
    lines = [f"# {DECIDE}one value stream per product, from concept to cash, with all its teams", "# value_streams:"]
    lines += [
        f"#   - {comment_of(one_line({'name': key, 'scope': {'projects': [key]}}))}" for key in keys[:FEW_STREAMS]
    ]
    if len(keys) > FEW_STREAMS:
        lines.append(f"#   … and {len(keys) - FEW_STREAMS} more projects")
    return lines


FEW_STREAMS = 6
"""Projects that the example of value streams names."""


def _fields(draft: Draft) -> Iterator[str]:
    if not any(line.found for line in draft.fields):
        yield f"# {DECIDE}no field of the data could be recognised; only headings in descriptions are read"
        yield "# fields:"
    else:
        yield "fields:"
    for line in draft.fields:
        if line.found:
            yield from _line(f"  {field_entry(line)}", line.comment)
    lacking = [line for line in draft.fields if not line.found]
    if lacking:
        yield f"  # {DECIDE}no field looks like these; such headings are read where a description has them"
    for line in lacking:
        yield from _line(f"  # {field_entry(line)}", line.comment)


def _projects(draft: Draft) -> list[str]:
    own: dict[str, list[TypeLine]] = {}
    for line in draft.types:
        if line.project is not None:
            own.setdefault(line.project, []).append(line)
    lines = ["projects:"] if own else []
    for key, types in sorted(own.items()):
        lines += [f"  {quote(key)}:", "    issue_types:"]
        for line in types:
            lines += _line(f"      {type_entry(line)}", line.comment)
    return lines


def _line(line: str, comment: str) -> Iterable[str]:
    """Yield a line with its comment, which goes above where there is no room behind."""
    said = comment_of(comment)
    if not said:
        return [line]
    if len(line) + len(said) + 4 <= WIDTH:
        return [f"{line}  # {said}"]
    return [f"{' ' * (len(line) - len(line.lstrip()))}# {said}", line]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
