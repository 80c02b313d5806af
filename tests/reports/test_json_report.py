"""The report for machines."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
from handmade import full_verdict, outcome, rule, verdict, violation
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from depth import examples
from flowlint.engine.outcome import Subject
from flowlint.errors import Fault, Place
from flowlint.reports.json_report import SCHEMA, render
from flowlint.verdict.finding import RuleFault, Verdict

CHECKER = jsonschema.Draft202012Validator(
    json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)


def document(made: Verdict, **options: Any) -> Any:
    """Return the report, read and held against its schema."""
    read = json.loads("".join(render(made, **options)))
    CHECKER.validate(read)
    return read


def test_the_report_reads_like_this(snapshot: SnapshotAssertion) -> None:
    """The whole document, with hostile texts in every part."""
    written = "".join(render(full_verdict()))
    assert written == snapshot
    assert written == json.dumps(json.loads(written), indent=2) + "\n"
    CHECKER.validate(json.loads(written))


def test_a_clean_run_is_valid() -> None:
    """A document without findings has all its keys."""
    read = document(verdict(outcome(rule(), applies=3)))
    assert read["findings"] == []
    assert read["coverage"] == {}
    assert read["judged"] == {"H103": {"applies": 3, "findings": 0, "not_judged": 0, "reasons": {}}}


def test_a_limit_cuts_the_list_not_the_counts() -> None:
    """Who asked for a part is told that it is one."""
    read = document(verdict(outcome(rule(), *[violation(f"PAY-{n}") for n in range(5)])), max_findings=2)
    assert len(read["findings"]) == 2
    assert read["summary"]["warning"] == 5
    assert read["run"]["notes"] == [
        "Only the first 2 of 5 findings are shown (--max-findings); the exit status counts all of them."
    ]


def test_a_broken_rule_is_told_with_its_place() -> None:
    """An editor can jump to the line of the rule's file, as to that of damaged input."""
    fault = RuleFault("X901", "unknown key", "delete it", Place("house/x.yaml", 4, 1))
    (told,) = document(verdict(outcome(rule(), applies=3), rule_faults=(fault,)))["run"]["faults"]
    assert told == {
        "rule": "X901",
        "message": "unknown key",
        "help": "delete it",
        "location": {"file": "house/x.yaml", "line": 4, "column": 1},
    }


def test_findings_are_counted_by_rule_and_team() -> None:
    """The empty name stands for no team, so that the counts add up."""
    read = document(verdict(outcome(rule(), violation("PAY-1"), violation("PAY-2", team=None))))
    assert read["summary"] == {
        "error": 0,
        "warning": 2,
        "info": 0,
        "by_rule": {"H103": 2},
        "by_team": {"": 1, "Checkout": 1},
    }


_TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_VIOLATIONS = st.builds(
    lambda key, project, texts, evidence: violation(key, project=project, evidence=evidence, **texts),
    _TEXT,
    st.none() | _TEXT,
    st.fixed_dictionaries(dict.fromkeys(("summary", "type", "team", "url", "parent_key", "parent_summary"), _VALUES)),
    st.dictionaries(_TEXT, _VALUES, max_size=3),
) | st.builds(lambda id_, name: violation(None, subject=Subject("sprint", id_, name)), _TEXT, _TEXT)


@settings(max_examples=examples(50))
@given(st.lists(_VIOLATIONS, max_size=4), _TEXT)
def test_any_findings_give_a_valid_document(violations: list[Any], text: str) -> None:
    """Nothing that stands in an issue breaks the JSON or leaves its schema."""
    made = verdict(
        outcome(rule(message="{summary}", identity=("a",), cause=("a",)), *violations, not_judged={text: 1}),
        notes=(text,),
        reasons=(text,),
        faults=(Fault(Place(text), text, text),),
    )
    written = "".join(render(made))
    assert written.isascii()
    assert not any(ord(letter) < 32 for letter in written if letter != "\n")
    assert len(document(made)["findings"]) == len(violations)
    json.dumps(json.loads(written), ensure_ascii=False).encode()


def _keys(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", part
        yield from _keys(part, f"{path}.{name}")
    for part in (schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())):
        if isinstance(part, dict):
            yield from _keys(part, path)
    for name, part in schema.get("$defs", {}).items():
        yield from _keys(part, f"{path}#{name}")


def test_the_schema_is_sound_and_describes_every_key() -> None:
    """Who reads the document need not read flowlint's code."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    described = dict(_keys(schema))
    assert len(described) > 60
    assert [path for path, part in described.items() if "description" not in part and "const" not in part] == []
