"""Findings arranged for readers: by project, what has one cause together, the rest under its parent issue."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flowlint.verdict.finding import Finding
from flowlint.verdict.order import key_order

_Name = TypeVar("_Name", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Family:
    """Findings about the children of one parent; about issues without one; or about what is no issue.

    ``subjects`` holds the findings of each child in turn, issues in the order of their keys.
    """

    parent: tuple[str, str | None] | None
    of_issues: bool
    subjects: tuple[tuple[Finding, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All findings of one project; of none (the mapping, teams, people) where ``project`` is None.

    Every finding is in one of ``causes`` (each of one rule and one cause) or in one of ``families``.
    """

    project: str | None
    findings: tuple[Finding, ...]
    causes: tuple[tuple[Finding, ...], ...]
    families: tuple[Family, ...]


def sections(findings: Iterable[Finding], *, expand: bool = False) -> tuple[Section, ...]:
    """Return the findings by project, those of no project first; ``expand`` leaves every finding single."""
    by_project = _gather(findings, lambda finding: finding.project)
    return tuple(
        _section(project, by_project[project], expand=expand)
        for project in sorted(by_project, key=lambda project: (project is not None, project or ""))
    )


def _section(project: str | None, findings: Sequence[Finding], *, expand: bool) -> Section:
    alike = [] if expand else [finding for finding in findings if finding.group_id is not None]
    single = [finding for finding in findings if expand or finding.group_id is None]
    families = [
        Family(parent, of_issues, _by_subject(members))
        for (of_issues, parent), members in _gather(single, _place_in_tree).items()
    ]
    return Section(
        project=project,
        findings=tuple(findings),
        causes=tuple(tuple(members) for members in _gather(alike, lambda finding: finding.group_id).values()),
        families=tuple(sorted(families, key=_family_order)),
    )


def _by_subject(findings: Sequence[Finding]) -> tuple[tuple[Finding, ...], ...]:
    subjects = _gather(findings, lambda finding: (finding.key, finding.subject, finding.url))
    ordered = sorted(subjects, key=lambda subject: key_order(subject[0] or ""))
    return tuple(tuple(subjects[subject]) for subject in ordered)


def _place_in_tree(finding: Finding) -> tuple[bool, tuple[str, str | None] | None]:
    of_issues = finding.key is not None
    return of_issues, finding.parent if of_issues else None


def _family_order(family: Family) -> tuple[object, ...]:
    """Sort what is no issue first, then families by the parent's key, then issues without a parent."""
    if family.parent is None:
        return (2 if family.of_issues else 0, ("", 0, ""), "")
    return (1, key_order(family.parent[0]), family.parent[1] or "")


def _gather(findings: Iterable[Finding], name: Callable[[Finding], _Name]) -> dict[_Name, list[Finding]]:
    gathered: dict[_Name, list[Finding]] = {}
    for finding in findings:
        gathered.setdefault(name(finding), []).append(finding)
    return gathered
