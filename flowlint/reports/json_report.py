"""The report for machines: JSON in the shape of findings.schema.json, which is versioned."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from flowlint.errors import Fault
from flowlint.reports.summary import cut_off
from flowlint.verdict.finding import Finding, RuleFault, Verdict
from flowlint.verdict.message import plain

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("findings.schema.json")


def render(verdict: Verdict, *, max_findings: int | None = None) -> Iterator[str]:
    """Yield the document in pieces. It is ASCII: every other character is escaped, so no text can do harm in it."""
    listed = verdict.findings[:max_findings]
    notes = verdict.notes
    if len(listed) < len(verdict.findings):
        notes = (*notes, cut_off(len(listed), len(verdict.findings)))
    yield dump(_head(verdict, notes)).removesuffix("\n}") + ',\n  "findings": ['
    for number, finding in enumerate(listed):
        yield ("," if number else "") + "\n    " + dump(_finding(finding)).replace("\n", "\n    ")
    yield "\n  ]\n}\n" if listed else "]\n}\n"


def dump(value: object) -> str:
    """Return a value as indented JSON in ASCII."""
    return json.dumps(plain(value), ensure_ascii=True, indent=2, allow_nan=False)


def _head(verdict: Verdict, notes: tuple[str, ...]) -> dict[str, object]:
    severities = Counter(finding.severity for finding in verdict.findings)
    by_rule = Counter(finding.rule for finding in verdict.findings)
    by_team = Counter(finding.team or "" for finding in verdict.findings)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "flowlint", "version": verdict.tool_version},
        "run": run_facts(verdict, notes),
        "summary": {
            "error": severities["error"],
            "warning": severities["warning"],
            "info": severities["info"],
            "by_rule": dict(sorted(by_rule.items())),
            "by_team": dict(sorted(by_team.items())),
        },
        "judged": {
            code: {
                "applies": judged.applies,
                "findings": judged.findings,
                "not_judged": judged.not_judged,
                "reasons": dict(sorted(judged.reasons.items())),
            }
            for code, judged in sorted(verdict.judged.items())
        },
        "coverage": {},
        "hidden": {name: verdict.hidden.get(name, 0) for name in ("exceptions", "baseline", "labels", "comments")},
    }


def run_facts(verdict: Verdict, notes: tuple[str, ...]) -> dict[str, object]:
    """Return what was read and asked, as all JSON of flowlint tells it."""
    return {
        "as_of": verdict.as_of,
        "source": verdict.sources,
        "issues": verdict.issues,
        "rules": verdict.rules,
        "complete": verdict.complete,
        "reasons": verdict.reasons,
        "inferred": verdict.inferred,
        "notes": notes,
        "pulled": [{"source": one.source, "at": one.pulled, "age_hours": one.age_hours} for one in verdict.pulled],
        "faults": _faults(verdict),
    }


def _faults(verdict: Verdict) -> list[dict[str, object]]:
    """Return damaged input and failed rules in one shape: what is not known of a fault is null."""
    named: list[tuple[str, Fault | RuleFault]] = [(fault.code, fault) for fault in verdict.faults]
    named += [(fault.rule, fault) for fault in verdict.rule_faults]
    return [
        {
            "rule": name or None,
            "message": fault.message,
            "help": fault.help or None,
            "location": {"file": place.file, "line": place.line, "column": place.column} if place else None,
        }
        for name, fault in named
        for place in (fault.place,)
    ]


def _finding(finding: Finding) -> dict[str, object]:
    parent = finding.parent
    return {
        "rule": finding.rule,
        "name": finding.name,
        "group": finding.group,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "scope": finding.scope,
        "subject": {"kind": finding.subject.kind, "id": finding.subject.id, "name": finding.subject.name},
        "key": finding.key,
        "project": finding.project,
        "team": finding.team,
        "owner": finding.owner,
        "url": finding.url,
        "summary": finding.summary,
        "parent": None if parent is None else {"key": parent[0], "summary": parent[1]},
        "message": finding.message,
        "fix": finding.fix,
        "evidence": dict(finding.evidence),
        "location": {
            "file": finding.location.file,
            "line": finding.location.line,
            "column": finding.location.column,
        },
        "fingerprint": finding.fingerprint,
        "state": finding.state,
        "since": finding.since,
        "group_id": finding.group_id,
    }
