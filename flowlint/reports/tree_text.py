"""The issue tree for people at a terminal: a line for each issue, its findings right below, folds as counts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowlint.config.mapping import fold
from flowlint.model.tree import TreeIssue
from flowlint.reports.summary import troubles
from flowlint.reports.terminal import Paint, clip, count, paragraph, safe, width, wrap
from flowlint.verdict.finding import Finding, Verdict
from flowlint.verdict.forest import Branch, Fold, Forest, Group, Shape
from flowlint.verdict.order import SEVERITIES

GUIDES = 10
"""Generations that are drawn with lines; deeper ones say how deep they are."""
TYPES = 4
"""Types that a fold names."""
RING = 8
"""Keys of a cycle that are named."""
STATES = {
    "outside": "outside the data",
    "hidden": "not readable",
    "moved": "moved away",
    "missing": "does not exist",
}


@dataclass(frozen=True, slots=True)
class Options:
    """How the text is laid out; ``width`` is in columns, 72 at least; ``quiet`` leaves out all but tree and faults."""

    width: int = 100
    paint: Paint = field(default_factory=Paint)
    quiet: bool = False


def render(forest: Forest, verdict: Verdict, options: Options | None = None) -> Iterator[str]:
    """Yield the tree in pieces, each ending with a line end. Texts of issues are made safe here."""
    options = options or Options()
    for group in forest.groups:
        yield from (line + "\n" for line in _Drawing(group, options, forest.shape).lines())
    yield from (line + "\n" for line in troubles(verdict, options.width, options.paint))
    if not options.quiet:
        for sentence in closing(forest, verdict):
            yield from (line + "\n" for line in paragraph(sentence, options.width))


def closing(forest: Forest, verdict: Verdict) -> Iterator[str]:
    """Yield what the drawing does not show: how much is folded, and what belongs to no issue."""
    folds = [entry for entry in forest.entries if isinstance(entry, Fold)]
    findings = {name: sum(group.findings.get(name, 0) for group in forest.groups) for name in SEVERITIES}
    tally = _tally(findings)
    drawn = "" if forest.drawn == forest.issues else f", {forest.drawn} of them shown"
    yield f"{count(forest.issues, 'issue')}{drawn}; {tally or 'no findings'}"
    folded = {why: sum(one.issues for one in folds if one.why == why) for why in ("quiet", "width", "depth")}
    if folded["quiet"] and forest.shape.findings_only:
        yield f"Not shown: {count(folded['quiet'], 'issue')} without findings (--findings-only)."
    elif folded["quiet"]:
        yield "Children without findings are counted where they are more than ten; --all shows them."
    if forest.elsewhere and not forest.keys:
        what = "finding belongs" if forest.elsewhere == 1 else "findings belong"
        yield f"{forest.elsewhere} more {what} to no issue: `flowlint check` shows them."
    if verdict.inferred:
        yield "No mapping says what all of this means: `flowlint tree --why KEY` tells how an issue was read."


class _Drawing:
    """One group of trees."""

    def __init__(self, group: Group, options: Options, shape: Shape) -> None:
        self._findings_only = shape.findings_only
        self._group, self._width, self._paint = group, options.width, options.paint
        self._open: list[bool] = []
        """For each depth whether something follows at that place."""

    def lines(self) -> Iterator[str]:
        group = self._group
        shown = [entry for entry in group.entries if not self._is_hidden(entry)]
        if not shown:
            return
        if group.project is not None:
            name = clip(safe(group.project) or "No project", self._width // 2)
            tally = _tally(group.findings)
            yield f"{self._paint.strong(name)}: {count(group.issues, 'issue')}{', ' if tally else ''}{tally}"
            yield ""
        for entry, following in zip(shown, [*shown[1:], None], strict=True):
            del self._open[entry.depth :]
            self._open.append(not entry.last)
            if isinstance(entry, Branch):
                yield from self._branch(entry, has_more=following is not None and following.depth > entry.depth)
            else:
                yield from self._fold(entry)
        yield ""

    def _is_hidden(self, entry: Branch | Fold) -> bool:
        return self._findings_only and isinstance(entry, Fold) and entry.why == "quiet"

    def _guides(self, depth: int) -> tuple[str, str]:
        """Return what stands before a line at this depth, and before the lines that belong to it."""
        if depth == 0:
            return "", ""
        if depth > GUIDES:
            return f"{'│  ' * 2}… {depth} deep: ", "│  │  … "
        above = "".join("│  " if follows else "   " for follows in self._open[1:depth])
        return above + ("├─ " if self._open[depth] else "└─ "), above + ("│  " if self._open[depth] else "   ")

    def _branch(self, branch: Branch, *, has_more: bool) -> Iterator[str]:
        first, later = self._guides(branch.depth)
        issue, paint = branch.issue, self._paint
        label = clip(safe(issue.key) or "?", max(self._width // 3, 8))
        about = clip(_about(branch), max(self._width - width(first) - width(label) - 12, self._width // 3))
        used = width(first) + width(label) + width(about) + 3
        summary = clip(safe(issue.summary or ""), max(self._width - used, 8))
        text = f"{about}: {summary}" if summary else about
        plain = branch.role == "issue"
        key = paint.strong(label) if plain else label
        yield (
            (paint.faint(first) if first else "")
            + paint.link(key, issue.url)
            + " "
            + (text if plain else paint.faint(text))
        )
        body = later + ("│   " if has_more else "    ")
        if branch.cycle:
            yield from self._noted(_cycle(branch.cycle), body)
        for finding in branch.findings:
            yield from self._finding(finding, body)

    def _finding(self, finding: Finding, body: str) -> Iterator[str]:
        name = clip(safe(finding.name), self._width // 3)
        room = max(self._width - width(body) - 2, 20)
        used = width(f"{finding.severity} {finding.rule} {name}: ") - 2
        first, *more = wrap(safe(finding.message), room, used=used)
        paint = self._paint
        head = f"{paint.severity(finding.severity)} {paint.strong(finding.rule)} {name}:"
        yield f"{paint.faint(body)}{head} {first}".rstrip()
        yield from (f"{paint.faint(body)}  {line}" for line in more)

    def _noted(self, text: str, body: str) -> Iterator[str]:
        for line in wrap(text, max(self._width - width(body), 20)):
            yield self._paint.faint(body) + line

    def _fold(self, entry: Fold) -> Iterator[str]:
        first, later = self._guides(entry.depth)
        head, *more = wrap(_folded(entry), max(self._width - width(first), 20))
        yield self._paint.faint(first + head)
        yield from (self._paint.faint(f"{later}  {line}") for line in more)


def _about(branch: Branch) -> str:
    """Return type, what the type means where its name does not say it, and the state."""
    issue = branch.issue
    type_ = safe(issue.type or "")
    if branch.role == "outside":
        return f"{type_} ({STATES.get(issue.state, issue.state)})".strip()
    parts = [*_meaning(issue), _state(issue)]
    if branch.role == "context" or (branch.role == "path" and not issue.in_scope):
        parts.append("not in scope")
    return f"{type_ or 'no type'} ({', '.join(part for part in parts if part)})"


def _meaning(issue: TreeIssue) -> Iterator[str]:
    known = fold(issue.type or "")
    if issue.container or issue.okr:
        kind = safe(str(issue.container or issue.okr)).replace("_", " ")
        yield "no work" if fold(kind) == known else f"{kind}, no work"
        return
    if issue.level is None:
        yield "no level"
    elif fold(issue.level) != known:
        yield safe(issue.level)
    if issue.flow_item is not None and not (issue.flow_item == "feature" and known == "story"):
        yield "counted nowhere" if issue.flow_item == "none" else issue.flow_item


def _state(issue: TreeIssue) -> str:
    return issue.flow_state or f'status "{safe(issue.status or "?")}"'


def _cycle(ring: tuple[str, ...]) -> str:
    if len(ring) == 1:
        return f"a cycle: {safe(ring[0])} is its own parent"
    steps = [safe(key) for key in ring[:RING]]
    steps += [f"… ({len(ring) - RING} more)"] if len(ring) > RING else []
    return f"a cycle of parents: {' below '.join([*steps, safe(ring[0])])}"


def _folded(entry: Fold) -> str:
    """Return the line that stands for branches that are not drawn."""
    listed = [f"{number} {clip(safe(name), 30)}" for name, number in list(entry.types.items())[:TYPES]]
    if len(entry.types) > TYPES:
        listed.append(f"{sum(list(entry.types.values())[TYPES:])} other")
    parts = [", ".join(listed)]
    if entry.done:
        parts.append(f"{entry.done} done")
    if entry.issues != entry.branches:
        parts.append(f"{count(entry.issues, 'issue')} in all")
    tally = _tally(entry.findings)
    what = {"quiet": "without findings", "width": "more (--max-children)", "depth": "deeper (--depth)"}[entry.why]
    number = f"{entry.branches} more" if entry.why == "quiet" else str(entry.branches)
    return f"… {number} {what} ({'; '.join(parts)})" + (f" with {tally}" if tally else "")


def _tally(findings: Mapping[Any, int]) -> str:
    return ", ".join(count(findings[name], name) for name in SEVERITIES if findings.get(name))
