"""The order of findings, which is the same whatever the order of the data."""

import re
from collections.abc import Mapping
from typing import Final

from flowlint.config.mapping import Severity
from flowlint.verdict.finding import Finding
from flowlint.verdict.message import encode

SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")
"""Gravest first."""

_KEY = re.compile(r"(.*)-0*([0-9]+)", re.DOTALL)


def key_order(key: str) -> tuple[str, int, str]:
    """Return what keys sort by: the project, then the number (by length and digits, since a number has no bound)."""
    match = _KEY.fullmatch(key)
    return (match[1], len(match[2]), match[2]) if match else (key, 0, "")


def finding_order(finding: Finding) -> tuple[object, ...]:
    """Return what findings sort by: severity, rule, project, key number; other subjects by name; never a tie."""
    return (
        SEVERITIES.index(finding.severity),
        finding.rule,
        finding.project or "",
        key_order(finding.key) if finding.key is not None else ("", 0, ""),
        finding.subject.name,
        finding.location,
        finding.fingerprint,
        finding.message,
        _Evidence(finding.evidence),
    )


class _Evidence:
    """What decides last, and so is made a text only where all else is equal."""

    def __init__(self, evidence: Mapping[str, object]) -> None:
        self.evidence = evidence

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Evidence) and encode(self.evidence) == encode(other.evidence)

    def __hash__(self) -> int:
        return hash(encode(self.evidence))

    def __lt__(self, other: "_Evidence") -> bool:
        return encode(self.evidence) < encode(other.evidence)
