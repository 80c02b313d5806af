"""Files that people write, damaged in any way: a mapping, a rule, or faults with a place; nothing else."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from wrecks import wrecked

from depth import examples
from flowlint.config.load import load_text
from flowlint.config.text import decode
from flowlint.engine.rulefile import built_in_rules, parse_rule, rule_files
from flowlint.errors import FileFaults

MAPPING = """\
version: 1
hierarchy: {levels: [epic, story, task], flow_item_level: story}
issue_types:
  Epic: {level: epic}
  Story: {level: story, flow_item: feature}
  Task: {level: task}
  Release: {container: release}
flow_items:
  - {match: {types: [Story], labels: [debt]}, flow_item: debt}
workflow:
  stages:
    - name: delivery
      steps: [{name: Build, flow_state: active, statuses: [In Progress, "Testing:7"]}]
fields: {outcome: [customfield_10050, {heading: [Outcome]}], story_points: customfield_10016}
projects:
  WEB: {issue_types: {Bug: {level: story, flow_item: defect}}, rules: {ignore: [H103]}}
exceptions:
  - {rule: H102, match: {keys: [PAY-17]}, until: 2027-01-31, reason: moves, owner: ledger}
"""
RULES = [path.read_bytes() for path in rule_files(built_in_rules())]
QUICK = settings(max_examples=examples(40), suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=300, suppress_health_check=list(HealthCheck))


def must_be_read(read, data):
    """Read bytes as one of our files: what is wrong with them stands within them."""
    faults = ()
    try:
        read(decode(data, "file.yaml"))
    except FileFaults as broken:
        faults = broken.faults
    lines = data.count(b"\n") + data.count(b"\r") + 2
    assert all(1 <= fault.place.line <= lines and fault.message for fault in faults)


def as_mapping(text):
    """Read a text as flowlint.yaml."""
    load_text(text, "file.yaml", folder=Path())


def as_rule(text):
    """Read a text as a rule file."""
    parse_rule(text, "file.yaml")


def test_the_files_are_sound():
    """What is damaged below is read as it stands."""
    as_mapping(MAPPING)
    assert RULES


mappings = wrecked(MAPPING.encode())
rules = st.sampled_from(RULES).flatmap(wrecked)


@QUICK
@given(mappings)
def test_a_damaged_mapping(data):
    """Nothing but faults comes of it."""
    must_be_read(as_mapping, data)


@QUICK
@given(rules)
def test_a_damaged_rule(data):
    """Nothing but faults comes of it."""
    must_be_read(as_rule, data)


@pytest.mark.slow
@LONG
@given(mappings)
def test_a_damaged_mapping_at_length(data):
    """The same, for as long as patience lasts."""
    must_be_read(as_mapping, data)


@pytest.mark.slow
@LONG
@given(rules)
def test_a_damaged_rule_at_length(data):
    """The same, for as long as patience lasts."""
    must_be_read(as_rule, data)
