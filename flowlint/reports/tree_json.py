"""The issue tree for machines: flat lists of issues and folds, each with its parent, in the shape of tree.schema.json."""

from collections.abc import Iterator
from pathlib import Path

from flowlint.reports.json_report import dump, run_facts
from flowlint.verdict.finding import Finding, Verdict
from flowlint.verdict.forest import Branch, Fold, Forest
from flowlint.verdict.order import SEVERITIES

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("tree.schema.json")
_REASONS = {"quiet": "no_findings", "width": "max_children", "depth": "depth"}


def render(forest: Forest, verdict: Verdict) -> Iterator[str]:
    """Yield the document in pieces. It is ASCII: every other character is escaped, so no text can do harm in it."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "flowlint", "version": verdict.tool_version},
        "run": run_facts(verdict, verdict.notes),
        "keys": forest.keys,
        "summary": {
            "issues": forest.issues,
            "drawn": forest.drawn,
            "findings": {name: sum(group.findings.get(name, 0) for group in forest.groups) for name in SEVERITIES},
            "findings_elsewhere": forest.elsewhere,
        },
    }
    yield dump(head).removesuffix("\n}") + ',\n  "issues": ['
    number = 0
    for number, branch in enumerate((one for one in forest.entries if isinstance(one, Branch)), 1):
        yield (",\n    " if number > 1 else "\n    ") + dump(_branch(branch)).replace("\n", "\n    ")
    yield ("\n  " if number else "") + '],\n  "folds": '
    folds = [
        {"project": group.project, **_fold(one)}
        for group in forest.groups
        for one in group.entries
        if isinstance(one, Fold)
    ]
    yield dump(folds).replace("\n", "\n  ") + "\n}\n"


def _branch(branch: Branch) -> dict[str, object]:
    issue = branch.issue
    return {
        "key": issue.key,
        "parent": branch.parent,
        "depth": branch.depth,
        "role": branch.role,
        "state": issue.state,
        "cycle": branch.cycle,
        "project": issue.project or None,
        "type": issue.type,
        "level": issue.level,
        "flow_item": issue.flow_item,
        "container": issue.container,
        "okr": issue.okr,
        "summary": issue.summary,
        "status": issue.status,
        "flow_state": issue.flow_state,
        "url": issue.url,
        "findings": [_finding(finding) for finding in branch.findings],
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "fix": finding.fix,
        "fingerprint": finding.fingerprint,
    }


def _fold(fold: Fold) -> dict[str, object]:
    return {
        "parent": fold.parent,
        "depth": fold.depth,
        "reason": _REASONS[fold.why],
        "branches": fold.branches,
        "issues": fold.issues,
        "types": fold.types,
        "done": fold.done,
        "findings": {name: fold.findings.get(name, 0) for name in SEVERITIES},
    }
