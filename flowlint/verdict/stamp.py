"""A violation becomes a finding: severity, owner, message, place and fingerprint are put to it here."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from urllib.parse import urlsplit

from flowlint.config.mapping import Mapping as Configuration
from flowlint.config.mapping import Severity, fold, name_matches
from flowlint.config.secrets import without_secrets
from flowlint.config.structure import UNBUILDABLE
from flowlint.engine.outcome import Subject, Violation
from flowlint.engine.rule import Rule
from flowlint.errors import Place
from flowlint.verdict.finding import Finding
from flowlint.verdict.fingerprint import fingerprint, group_id
from flowlint.verdict.message import clean, plain, render, word
from flowlint.verdict.selection import explicit_names

_SITE = re.compile(r"[^/?#]*//[^/?#]*")
"""An address up to its path: findings are many, their sites few."""


COLUMNS = ("id", "source", "type", "team", "url", "summary", "parent_key", "parent_summary", "assignee_name")
"""Values of a violation that findings are made of."""


class Stamp:
    """Makes findings under one mapping; what it looks up there it looks up once."""

    def __init__(self, mapping: Configuration) -> None:
        self._mapping = mapping
        self._owners = {fold(team.name): team.owner for team in mapping.teams}
        self._severities: dict[tuple[str, str | None], Severity | None] = {}
        self._groups: dict[tuple[str, str | None, tuple[str, ...]], str] = {}
        self._places: dict[tuple[str | None, str | None], Place] = {}

    def finding(self, rule: Rule, violation: Violation, cause: tuple[str, ...], *, grouped: bool) -> Finding:
        """Return the finding that says this violation; ``grouped`` where it shares its cause with enough others."""
        if rule.scope == "config":
            violation = _discreet(violation)
        values, subject = violation.values, violation.subject
        team = subject.name if subject.kind == "team" else _text(values.get("team"))
        parent = _text(values.get("parent_key"))
        # Jira knows an issue by its id; keys change when it moves.
        subject_id = _text(values.get("id")) if subject.kind == "issue" else None
        return Finding(
            rule=rule.id,
            name=rule.name,
            group=rule.group,
            severity=self._changed(rule, violation.project) or violation.severity or rule.severity,
            confidence=rule.confidence,
            scope=rule.scope,
            subject=subject,
            key=violation.key,
            project=violation.project,
            team=team,
            owner=(self._owners.get(fold(team)) if team else None) or _text(values.get("assignee_name")),
            url=safe_url(values.get("url")),
            summary=_text(values.get("summary")) if subject.kind == "issue" else subject.name,
            parent=(parent, _text(values.get("parent_summary"))) if parent else None,
            message=clean(violation.said) or render(rule.message, {**values, **violation.evidence}),
            fix=rule.fix.strip(),
            evidence={name: plain(value) for name, value in violation.evidence.items()},
            location=violation.place or self._place(violation.project, _text(values.get("type"))),
            fingerprint=fingerprint(
                rule, _text(values.get("source")) or "", subject_id or subject.id, violation.evidence
            ),
            cause=cause,
            group_id=self._group(rule, violation.project, cause) if grouped else None,
        )

    def severity(self, rule: Rule, project: str | None) -> Severity:
        """Return the rule's severity in a project (None: outside all), as the mapping changes it by code or name."""
        return self._changed(rule, project) or rule.severity

    def _changed(self, rule: Rule, project: str | None) -> Severity | None:
        if rule.id in UNBUILDABLE:
            return None
        if (rule.id, project) not in self._severities:
            changes = self._mapping.for_project(project).rules.severity
            names = explicit_names(rule)
            changed = (severity for name, severity in changes.items() if fold(name) in names)
            self._severities[rule.id, project] = next(changed, None)
        return self._severities[rule.id, project]

    def _group(self, rule: Rule, project: str | None, cause: tuple[str, ...]) -> str:
        if (rule.id, project, cause) not in self._groups:
            self._groups[rule.id, project, cause] = group_id(rule, project, cause)
        return self._groups[rule.id, project, cause]

    def _place(self, project: str | None, type_: str | None) -> Place:
        """Return where the mapping speaks of an issue type; its first line where it does not."""
        if (project, type_) not in self._places:
            entries = self._mapping.for_project(project).issue_types
            places = (entry.place for entry in entries if type_ and entry.place and name_matches(entry.name, type_))
            self._places[project, type_] = next(places, Place(self._mapping.file or "flowlint.yaml"))
        return self._places[project, type_]


def cause_of(rule: Rule, violation: Violation) -> tuple[str, ...]:
    """Return the words for the values that the rule names as its cause."""
    return tuple(word(violation.evidence.get(name)) for name in rule.cause)


def safe_url(value: object) -> str | None:
    """Return a link that may be shown: http or https, to a host, without credentials, blanks or control characters."""
    if not isinstance(value, str) or not value.isprintable() or " " in value:
        return None
    site = _SITE.match(value)
    return value if site and _is_safe_site(site[0]) else None


@cache
def _is_safe_site(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


def _discreet(violation: Violation) -> Violation:
    """Return a violation in the mapping without the secrets that somebody wrote there: reports go into logs."""
    subject = violation.subject
    return replace(
        violation,
        subject=Subject(subject.kind, without_secrets(subject.id), without_secrets(subject.name)),
        evidence=_told(violation.evidence),
        values=_told(violation.values),
        said=without_secrets(violation.said),
    )


def _told(values: Mapping[str, object]) -> dict[str, object]:
    return {name: _without_secrets(value) for name, value in values.items()}


def _without_secrets(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return without_secrets(value) if isinstance(value, str) else value


def _text(value: object) -> str | None:
    return None if value is None else str(value)
