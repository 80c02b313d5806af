"""How issues were read, for machines: values, origins and rulings in the shape of why.schema.json."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from flowlint.config.origin import Origin
from flowlint.errors import Place
from flowlint.model.facts import Fact, Reading
from flowlint.reports.json_report import dump, run_facts
from flowlint.verdict.account import Account, Ruling
from flowlint.verdict.finding import Verdict

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("why.schema.json")


def render(accounts: Sequence[Account], verdict: Verdict) -> Iterator[str]:
    """Yield the document. It is ASCII: every other character is escaped, so no text can do harm in it."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "flowlint", "version": verdict.tool_version},
        "run": run_facts(verdict, verdict.notes),
        "issues": [
            {**_reading(account.reading), "rules": [_ruling(ruling) for ruling in account.rulings]}
            for account in accounts
        ],
    }
    yield dump(document) + "\n"


def _reading(reading: Reading) -> dict[str, object]:
    return {
        "key": reading.key,
        "project": reading.project,
        "summary": reading.summary,
        "url": reading.url,
        "in_scope": reading.in_scope,
        "scope": reading.scope,
        "parents": {
            "order": reading.ways,
            "origin": origin_json(reading.parents),
            "candidates": [
                {"via": one.via, "key": one.key, "state": one.state, "won": one.won, "why": one.why}
                for one in reading.candidates
            ],
        },
        "facts": {section: [_fact(fact) for fact in facts] for section, facts in reading.sections.items()},
    }


def _fact(fact: Fact) -> dict[str, object]:
    return {"name": fact.name, "value": fact.value, "origin": origin_json(fact.origin)}


def _ruling(ruling: Ruling) -> dict[str, object]:
    return {
        "rule": ruling.rule,
        "name": ruling.name,
        "scope": ruling.scope,
        "severity": ruling.severity,
        "verdict": ruling.verdict,
        "reason": ruling.reason,
        "fix": ruling.fix or None,
        "origin": origin_json(ruling.origin),
    }


def origin_json(origin: Origin | None) -> dict[str, object] | None:
    """Return where a value comes from."""
    if origin is None:
        return None
    return {"kind": origin.kind, "text": origin.text, "location": place_json(origin.place)}


def place_json(place: Place | None) -> dict[str, object] | None:
    """Return a place in a file."""
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}
