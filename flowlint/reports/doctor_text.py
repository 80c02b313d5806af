"""What the doctor found, on one screen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from flowlint.reports.terminal import Paint, count, paragraph
from flowlint.verdict.diagnosis import Diagnosis, Kept, Problem, Sight

LABEL = 13
"""Columns in front of what is said."""
KINDS = {"cloud": "Jira Cloud", "data_center": "Jira Data Center"}
MOST = 8
"""How many names a line gives."""
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass(frozen=True, slots=True)
class Options:
    """How the text is laid out."""

    width: int
    paint: Paint


def render(diagnosis: Diagnosis, options: Options) -> Iterator[str]:
    """Yield the lines: the site, what may be seen, what will not be judged, the snapshot, and what is wrong."""
    for label, said in _rows(diagnosis):
        head = f"{label:<{LABEL}}"
        first, *more = paragraph(said, options.width, head, hanging=" " * LABEL)
        yield options.paint.strong(head) + first[LABEL:] + "\n"
        yield from (line + "\n" for line in more)
    for problem in diagnosis.problems:
        yield "\n"
        first, *more = _problem(problem, options.width)
        yield options.paint.severity("error") + first.removeprefix("error") + "\n"
        yield from (line + "\n" for line in more)


def _problem(problem: Problem, width: int) -> Iterator[str]:
    """Yield the lines of a problem; a message of several lines names several faults."""
    first, *others = problem.message.splitlines() or [""]
    yield from paragraph(first, width, "error: ", hanging="  ")
    for line in others:
        yield from paragraph(line, width, "  ", hanging="    ")
    if problem.help:
        yield from paragraph(problem.help, width, "  help: ", hanging="    ")


def _rows(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    """Yield what is said, with a label in front of the first of those that belong together."""
    yield "Credentials", _variables(diagnosis)
    site = diagnosis.site
    if site is None:
        yield "Site", "not asked" if diagnosis.requests == 0 else "did not answer"
    else:
        yield "Site", f"{site.host}: {KINDS[site.kind]} {site.version}, pages at {site.pages}"
        yield "Account", f"{site.account}, whose times are those of {site.zone or 'a zone that is not known'}"
    yield "Mapping", _mapping(diagnosis)
    yield from _labelled("May see", _sight(diagnosis.sight) if diagnosis.sight is not None else ())
    yield from _labelled("Lacks", _absent(diagnosis))
    yield from _labelled("Not judged", _unjudged(diagnosis))
    if diagnosis.told_by == "snapshot":
        yield "", "(the site's fields as the last pull found them)"
    yield from _labelled("Snapshot", _kept(diagnosis))
    asked = count(diagnosis.requests, "request")
    yield "Asked", f"{asked}; nothing was written"


def _labelled(label: str, lines: "Iterator[str] | tuple[str, ...]") -> Iterator[tuple[str, str]]:
    for nth, line in enumerate(lines):
        yield "" if nth else label, line


def _variables(diagnosis: Diagnosis) -> str:
    there = [name for name, is_set in diagnosis.variables.items() if is_set]
    lacking = [name for name, is_set in diagnosis.variables.items() if not is_set]
    said = [
        f"{_all(names)} {'is' if len(names) == 1 else 'are'} {word}"
        for names, word in ((there, "set"), (lacking, "not set"))
        if names
    ]
    return "; ".join(said)


def _mapping(diagnosis: Diagnosis) -> str:
    if diagnosis.rules is None:
        return f"{diagnosis.mapping}, which cannot be used" if diagnosis.mapping else "none"
    rules = f"{count(diagnosis.rules, 'rule')} enabled"
    return f"{diagnosis.mapping}, {rules}" if diagnosis.mapping else f"none: meanings are inferred; {rules}"


def _sight(sight: Sight) -> Iterator[str]:
    counts = (
        (sight.projects, "project", "projects"),
        (sight.fields, "field", "fields"),
        (sight.types, "type", "types"),
        (sight.statuses, "status", "statuses"),
        (sight.boards, "scrum board", "scrum boards"),
    )
    told = [count(number, noun, plural) for number, noun, plural in counts if number is not None]
    if told:
        yield ", ".join(told)
    if sight.issues is not None:
        yield f"{'' if sight.exact else 'about '}{count(sight.issues, 'issue')} in scope"
    if sight.histories is not None:
        yield "histories of issues" if sight.histories else "no histories of issues"
    if sight.unseen:
        yield f"not the projects {_some(sight.unseen)}, which source.jira.projects names"
    if sight.closed:
        yield f"not {_all(sight.closed)}"


def _absent(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.absent:
        named = [f"{one.written} ({one.meaning or 'in a selector'})" for one in diagnosis.absent]
        yield f"fields that the mapping names: {_some(named)}"


def _unjudged(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.rules is None:
        yield "not known: the mapping cannot be used"
        return
    for one in diagnosis.unjudged:
        yield f"{_some(one.rules)}: {one.reason}"
    if diagnosis.told_by is None:
        yield "what follows from the site's fields is not known: neither site nor snapshot tells of them"
    elif not diagnosis.unjudged:
        yield "no rule; issue by issue the report of a check tells"


def _kept(diagnosis: Diagnosis) -> Iterator[str]:
    kept = diagnosis.kept
    if not kept.exists:
        yield f"none yet ({kept.path}): the next pull reads everything"
    elif not kept.readable:
        yield f"{kept.path}, {_size(kept.bytes)}, which cannot be read: the next pull reads everything"
    else:
        yield from _held(diagnosis, kept)
    if kept.left is not None:
        pages = count(kept.left.pages, "page")
        yield f"{pages} ({_size(kept.left.bytes)}) of a pull that was interrupted or goes on: the next one takes them up"


def _held(diagnosis: Diagnosis, kept: Kept) -> Iterator[str]:
    yield f"{kept.path}, {_size(kept.bytes)}"
    if kept.pulled is not None and kept.age is not None:
        clock = "the site's clock" if diagnosis.by_site else "this machine's clock"
        yield f"pulled {kept.pulled:%Y-%m-%d %H:%M} UTC, {_age(kept.age)} by {clock}"
    around = f" and {kept.around} around them" if kept.around else ""
    scope = f"projects {_some(kept.projects)}" if kept.projects else "all that may be seen"
    query = f", where {kept.query}" if kept.query else ""
    changes = f", changes of {_some(kept.changes)}" if kept.changes else ", no changes"
    yield f"{count(kept.issues or 0, 'issue')}{around} ({scope}{query}) with {count(kept.fields or 0, 'field')}{changes}"
    if kept.other_scope:
        yield "the mapping asks for another scope now, which the next pull brings"
    yield from (f"not whole: {reason}" for reason in kept.reasons)
    yield from (f"fault: {fault}" for fault in kept.faults)
    yield from (f"the next pull reads everything again: {reason}" for reason in kept.anew)


def _age(age: timedelta) -> str:
    seconds = age.total_seconds()
    for size, unit in UNITS:
        if seconds >= size:
            return f"{count(int(seconds // size), unit)} ago"
    return "just now"


def _size(size: int) -> str:
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return count(size, "byte")


def _some(names: "tuple[str, ...] | list[str]") -> str:
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def _all(names: "tuple[str, ...] | list[str]") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
