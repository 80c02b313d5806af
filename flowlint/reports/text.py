"""The report for people at a terminal and in the log of a CI job: by project, one cause at a time, then by parent."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flowlint.reports.grouping import Family, Section, sections
from flowlint.reports.summary import cut_off, last_line, remarks, rule_table, troubles
from flowlint.reports.terminal import Paint, clip, clip_head, count, paragraph, safe, width, wrap
from flowlint.verdict.finding import Finding, Verdict
from flowlint.verdict.message import NOTHING
from flowlint.verdict.order import SEVERITIES

JQL_KEYS = 1000
"""Keys that one query may list: some databases below Jira take no longer lists."""
EXAMPLES = 3

_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+")


@dataclass(frozen=True, slots=True)
class Options:
    """How the text is laid out; ``width`` is in columns, 72 at least.

    ``statistics`` gives the table of all rules in place of the findings, ``quiet`` leaves out all but these, faults and
    the last line.
    """

    width: int = 100
    paint: Paint = field(default_factory=Paint)
    expand: bool = False
    statistics: bool = False
    quiet: bool = False
    max_findings: int | None = None


def render(verdict: Verdict, options: Options | None = None) -> Iterator[str]:
    """Yield the report in pieces, each ending with a line end. Texts of issues are made safe here."""
    options = options or Options()
    if not options.statistics:
        shown = verdict.findings[: options.max_findings]
        sizes = Counter(finding.group_id for finding in verdict.findings)
        for section in sections(shown, expand=options.expand):
            yield from _ended(_Page(verdict, section, sizes, options).lines())
        if len(shown) < len(verdict.findings):
            yield from _ended([*paragraph(cut_off(len(shown), len(verdict.findings)), options.width), ""])
    if options.statistics or not options.quiet:
        yield from _ended(rule_table(verdict, options.width, options.paint, everything=options.statistics))
    if not (options.statistics or options.quiet):
        yield from _ended(remarks(verdict, options.width, options.paint))
    yield from _ended(troubles(verdict, options.width, options.paint))
    yield from _ended(paragraph(last_line(verdict), options.width))


def _ended(lines: Iterable[str]) -> Iterator[str]:
    return (line + "\n" for line in lines)


class _Page:
    """One project's part. A rule's remedy is written out where the rule is met first."""

    def __init__(self, verdict: Verdict, section: Section, sizes: Mapping[str | None, int], options: Options) -> None:
        self._verdict, self._section, self._sizes = verdict, section, sizes
        self._width, self._paint = options.width, options.paint
        self._remedied: set[tuple[str, str]] = set()

    def lines(self) -> Iterator[str]:
        """Yield the heading, the causes and the families."""
        section = self._section
        name = clip(safe(section.project), self._width // 2) if section.project is not None else "Across projects"
        yield f"{self._paint.strong(name)}: {_tally(section.findings)}"
        yield ""
        for findings in section.causes:
            yield from self._cause(findings)
            yield ""
        for family in section.families:
            yield from self._family(family)
            yield ""

    def _cause(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Yield one line for all findings of a cause, the query that finds them, and the remedy."""
        first = findings[0]
        summary = self._verdict.catalogue.get(first.rule, (first.name, first.message))[1]
        known = ", ".join(safe(one) for one in first.cause if one != NOTHING)
        cause = f" ({known})" if known else ""
        examples = ", ".join(_label(finding) for finding in findings[:EXAMPLES])
        total = self._sizes[first.group_id]
        yield from self._headed(
            first, "  ", f"{safe(summary)}{cause}, such as {examples}", note=f", {count(total, 'finding')}"
        )
        keys = [finding.key for finding in findings if finding.key is not None]
        if keys:
            yield from paragraph(_jql(keys, total), self._width, "    JQL: ", hanging="      ")
        yield from self._remedy(first, "    ")

    def _family(self, family: Family) -> Iterator[str]:
        if family.parent is not None:
            key, summary = safe(family.parent[0]), safe(family.parent[1] or "")
            room = max(self._width - width(key) - 3, 8)
            yield f"  {self._paint.strong(key)} {clip(summary, room)}".rstrip()
        elif family.of_issues:
            yield self._paint.faint("  No parent")
        else:
            whose = "The mapping, teams and people" if self._section.project is None else "The project as a whole"
            yield self._paint.faint(f"  {whose}")
        for findings in family.subjects:
            yield from self._subject(findings)

    def _subject(self, findings: Sequence[Finding]) -> Iterator[str]:
        """Yield what the findings are about, and the findings."""
        first = findings[0]
        config = first.key is None and first.subject.kind == "config"
        label = clip_head(_label(first), self._width - 4) if config else clip(_label(first), self._width // 2)
        summary = safe(first.summary or "") if first.key is not None else ""
        room = max(self._width - width(label) - 5, 1)
        yield f"    {self._paint.link(label, first.url)} {clip(summary, room)}".rstrip()
        for finding in findings:
            yield from self._headed(finding, "      ", safe(finding.message))
            yield from self._remedy(finding, "        ")

    def _headed(self, finding: Finding, indent: str, text: str, *, note: str = "") -> Iterator[str]:
        """Yield severity, code, name and text; later lines hang below."""
        name = clip(safe(finding.name), self._width // 3) + note
        hanging = indent + "    "
        used = width(f"{finding.severity} {finding.rule} {name}: ") - 4
        first, *later = wrap(text, self._width - len(hanging), used=used)
        code = f"{self._paint.severity(finding.severity)} {self._paint.strong(finding.rule)} {name}:"
        yield f"{indent}{code} {first}".rstrip()
        yield from (f"{hanging}{line}" for line in later)

    def _remedy(self, finding: Finding, indent: str) -> Iterator[str]:
        if (finding.rule, finding.fix) not in self._remedied and finding.fix:
            self._remedied.add((finding.rule, finding.fix))
            yield from paragraph(finding.fix, self._width, f"{indent}fix: ", hanging=f"{indent}  ")


def _label(finding: Finding) -> str:
    """Return what a reader knows the subject by: its key, its kind and name, or its place in the mapping."""
    if finding.key is not None:
        return safe(finding.key)
    if finding.subject.kind == "config":
        return safe(str(finding.location))
    return f"{safe(finding.subject.kind)} {safe(finding.subject.name)}"


def _tally(findings: Sequence[Finding]) -> str:
    counts = {name: sum(finding.severity == name for finding in findings) for name in SEVERITIES}
    return ", ".join(count(number, name) for name, number in counts.items() if number)


def _jql(keys: Sequence[str], total: int) -> str:
    """Return the query that lists these issues, as many as one query takes of ``total``."""
    listed = keys[:JQL_KEYS]
    cut = f" (the first {len(listed)} of {total})" if len(listed) < total else ""
    return f"key in ({', '.join(_quoted(key) for key in listed)}){cut}"


def _quoted(key: str) -> str:
    """Return a key as JQL takes it, without the alias of its source."""
    native = safe(key.rsplit(":", 1)[-1])
    if _PLAIN_KEY.fullmatch(native):
        return native
    escaped = native.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
