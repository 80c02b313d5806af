"""The report on mapping files for people: each finding at its place, with the line that it stands in."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from flowlint.errors import Place
from flowlint.reports.summary import troubles
from flowlint.reports.terminal import Paint, clip, count, flat, paragraph, safe, width
from flowlint.verdict.finding import Finding, Verdict
from flowlint.verdict.order import SEVERITIES

_SHOWN_BEFORE = 20
"""Columns of a long line that are shown before the caret, at least."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the text is laid out; ``width`` is in columns. ``quiet`` leaves out the remedies."""

    width: int = 100
    paint: Paint = field(default_factory=Paint)
    quiet: bool = False


def render(verdict: Verdict, files: int, options: Options | None = None) -> Iterator[str]:
    """Yield the report in pieces, each ending with a line end; findings stand in the order of their files and lines."""
    options = options or Options()
    remedied: set[str] = set()
    for finding in sorted(verdict.findings, key=lambda one: (one.location, one.rule)):
        for line in _finding(finding, verdict.lines.get(finding.location), options, remedied):
            yield line + "\n"
        yield "\n"
    for line in troubles(verdict, options.width, options.paint):
        yield line + "\n"
    for line in _end(verdict, files, options):
        yield line + "\n"


def _finding(finding: Finding, line: str | None, options: Options, remedied: set[str]) -> Iterator[str]:
    ink = options.paint
    yield f"{ink.strong(safe(str(finding.location)))}: {ink.severity(finding.severity)} {ink.strong(finding.rule)} {safe(finding.name)}"
    yield from paragraph(safe(finding.message), options.width, "  ")
    if line is not None and line.strip():
        yield from _excerpt(line, finding.location, options)
    if finding.fix and not options.quiet and finding.rule not in remedied:
        remedied.add(finding.rule)
        yield from paragraph(safe(finding.fix), options.width, "  fix: ", hanging="    ")


def _excerpt(line: str, place: Place, options: Options) -> Iterator[str]:
    """Yield the line and a caret below the column; of a long line the part around it."""
    margin = f"{place.line:>6} | "
    room = options.width - len(margin)
    column = min(place.column - 1, len(line))
    start = 0 if column < room - _SHOWN_BEFORE else column - _SHOWN_BEFORE
    before = flat(line[start:column])
    shown = ("…" if start else "") + before + flat(line[column:])
    yield options.paint.faint(margin) + clip(shown, room)
    yield (
        " " * (len(margin) - 2)
        + options.paint.faint("| ")
        + " " * (width(before) + (1 if start else 0))
        + options.paint.strong("^")
    )


def _end(verdict: Verdict, files: int, options: Options) -> Iterator[str]:
    unjudged: dict[str, list[str]] = {}
    for code, judged in verdict.judged.items():
        for reason in judged.reasons:
            unjudged.setdefault(reason, []).append(code)
    for reason, codes in sorted(unjudged.items()):
        yield from paragraph(f"Not judged, since {reason}: {', '.join(codes)}.", options.width)
    aside = {name: number for name, number in verdict.hidden.items() if number}
    if aside:
        yield from paragraph(
            f"Set aside: {', '.join(f'{number} by {name}' for name, number in aside.items())}.", options.width
        )
    tally = ", ".join(
        count(sum(finding.severity == name for finding in verdict.findings), name)
        for name in SEVERITIES
        if any(finding.severity == name for finding in verdict.findings)
    )
    held = f", held against {', '.join(map(safe, verdict.sources))}" if verdict.sources else ""
    held += f" ({count(verdict.issues, 'issue')})" if verdict.issues else ""
    yield f"{tally or 'nothing found'} in {count(files, 'mapping')}{held}"
