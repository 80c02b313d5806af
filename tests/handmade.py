"""Rules, violations, findings and verdicts made by hand, for tests of what comes after the engine."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flowlint.config.mapping import Mapping as Configuration
from flowlint.engine.outcome import Outcome, Subject, Violation
from flowlint.engine.rule import Rule
from flowlint.errors import Fault, Place
from flowlint.verdict.finding import RuleFault, Verdict
from flowlint.verdict.judge import Facts, judge

HOSTILE = 'Pay\x1b[31m\x07 "card"\r\nand\u202e evil\x9b0m\ud800 支払いを行う <b>&amp;</b> \U000e0041=HYPERLINK()'
"""A summary that tries to colour, ring, break lines, turn the direction and smuggle half a letter."""


def rule(code: str = "H103", name: str = "orphan-story", **changes: Any) -> Rule:
    """Return a rule."""
    given: dict[str, Any] = {
        "id": code,
        "name": name,
        "group": "hierarchy",
        "status": "stable",
        "severity": "warning",
        "confidence": "high",
        "scope": "issue",
        "summary": "A story belongs to no epic",
        "why": "Nobody sees what it is for.\n",
        "fix": "Put it under the epic it serves, or make it one.\n",
        "fix_kind": "judgement",
        "accept": "Work that serves nothing larger.\n",
        "message": "{type} {key} belongs to no {portfolio_level}",
        "place": Place(f"rules/hierarchy/{name}.yaml"),
    }
    return Rule(**{**given, **changes})


def violation(key: str | None = "PAY-1", *, subject: Subject | None = None, **changes: Any) -> Violation:
    """Return a violation by an issue, or by ``subject``; ``changes`` are values, but for evidence, place and project."""
    project = changes.pop("project", key.rpartition("-")[0] if key else None)
    evidence = changes.pop("evidence", {})
    place = changes.pop("place", None)
    values: dict[str, object] = {
        "key": key,
        "id": f"1{key}",
        "source": "acme",
        "type": "Story",
        "summary": f"Summary of {key}",
        "team": "Checkout",
        "url": f"https://acme.example/browse/{key}",
        "labels": [],
        "portfolio_level": "epic",
    }
    if subject is not None:
        values = {"source": "acme"}
    return Violation(
        subject=subject or Subject("issue", f"1{key}", str(key)),
        key=None if subject is not None else key,
        project=project,
        evidence=evidence,
        values={**values, **changes},
        place=place,
    )


def outcome(
    rule: Rule, *violations: Violation, applies: int | None = None, not_judged: Mapping[str, int] | None = None
) -> Outcome:
    """Return the outcome of one rule."""
    unjudged = not_judged or {}
    total = len(violations) + sum(unjudged.values()) if applies is None else applies
    return Outcome(rule, total, violations, unjudged)


def facts(**changes: Any) -> Facts:
    """Return what is known of a run."""
    given: dict[str, Any] = {"as_of": date(2026, 1, 31), "sources": ("acme",), "issues": 40, "projects": 2}
    return Facts(**{**given, **changes})


def verdict(
    *outcomes: Outcome, mapping: Configuration | None = None, fail_on: str | None = None, **changes: Any
) -> Verdict:
    """Return the verdict on outcomes."""
    return judge(outcomes, mapping or Configuration(), facts(**changes), fail_on)


def full_verdict() -> Verdict:
    """Return a verdict with something in each of its parts, hostile texts among them."""
    orphan = rule(cause=("type",), parameters=())
    many = [violation(f"PAY-{number}", evidence={"type": "Story"}) for number in range(1, 13)]
    inverted = rule("H105", "level-inversion", severity="error", message="{key} is no lower than its parent {parent}")
    child = violation(
        "PAY-20",
        parent_key="PAY-3",
        parent_summary=HOSTILE,
        summary=HOSTILE,
        evidence={"parent": "PAY-3", "share": 0.5, "others": [HOSTILE, None]},
    )
    overdue = rule("R308", "overdue-version", group="releases", scope="version", message="{name} is overdue")
    version = violation(None, subject=Subject("version", "77", HOSTILE), project="WEB", name=HOSTILE)
    mapped = rule("M711", "status-in-two-states", group="mapping", scope="config", severity="error", message="twice")
    line = violation(None, subject=Subject("config", "", "To Do"), place=Place("flowlint.yaml", 12, 5))
    fine = rule("H107", "parent-cycle", severity="error")
    return verdict(
        outcome(
            orphan,
            *many,
            violation("WEB-2", evidence={"type": "Bug"}),
            applies=30,
            not_judged={"parent not readable": 4},
        ),
        outcome(inverted, child, applies=38),
        outcome(overdue, version),
        outcome(mapped, line),
        outcome(fine, applies=40),
        complete=False,
        reasons=("the export was cut by a query", "record cut off"),
        inferred=("Levels: epic, story, task, from the types' own levels.",),
        notes=(f"WEB has 3 parents outside the data {HOSTILE}",),
        faults=(Fault(Place("export.ndjson", 17, 1), "record cut off", "export it again"),),
        rule_faults=(RuleFault("S404", "no such column"),),
    )
