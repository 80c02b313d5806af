"""What can be mended in a mapping without changing what it means, and what cannot."""

from datetime import date
from pathlib import Path

import pytest

from flowlint.run.fixing import mend
from flowlint.run.validation import Validation, validate

HEAD = "version: 1\nhierarchy: {levels: [epic, story, task], flow_item_level: story}\n"


def mended(tmp_path, text, statuses=()):
    """Return a file's text after mending."""
    path = tmp_path / "flowlint.yaml"
    path.write_text(text, encoding="utf-8", newline="")
    found = mend(path, statuses)
    assert path.read_text(encoding="utf-8") == text.replace("\r\n", "\n")
    return text if found is None else found.after


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("issue_types:\n  Story: {levl: story, flow_itm: feature} # why\n", "issue_types:\n  Story: {level: story, flow_item: feature} # why\n"),
        ("issue_typs:\n  Bug: {level: story, flow_item: 'Defect'}\n", "issue_types:\n  Bug: {level: story, flow_item: 'defect'}\n"),
        ("rules: {fail_on: warnings}\n", "rules: {fail_on: warning}\n"),
        ("rules: {ignore: [S402, H101, s402]}\n", "rules: {ignore: [S402, H101]}\n"),
        ("rules:\n  ignore:\n    - S402\n    - S402\n    - H101\n", "rules:\n  ignore:\n    - S402\n    - H101\n"),
        # What stands under a misspelled key is seen once the key is right; nothing is near the other word.
        ("report: {peoples: nmes}\n", "report: {people: names}\n"),
        ("report: {people: everybody}\n", None),
        # What is there already cannot have been meant.
        ("issue_types: {Story: {level: story, flow_item: feature, flow_itm: debt}}\n", None),
        # The order of what is extended decides, so the same file twice means something.
        ("extends: [a.yaml, b.yaml, a.yaml]\n", None),
        # Another word, though it looks alike; a word with one more added; a word too short to tell.
        ("flow_items: [{match: {labels: [x]}, flow_item: non-defect}]\n", None),
        ("flow_items: [{match: {labels: [x]}, flow_item: done}]\n", None),
        ("workflow: {stages: [{name: delivery, steps: [{name: A, flow_state: inactive, statuses: [A]}]}]}\n", None),
        ("workflow: {stages: [{name: delivery, steps: [{name: A, flow_state: undone, statuses: [A]}]}]}\n", None),
        ("rules: {unselect: [H103], fail_on: ever}\n", None),
        ("fields: {outcome_target_date: A, sprint_goal: B, objective_owner: C}\n", None),
        ("exceptions: [{rule: H102, match: {note: {keys: [A-1]}}, reason: tried}]\n", None),
        # Swapped, doubled, other separators; of two keys that mean one neither is it.
        ("flow_items: [{match: {labels: [x]}, flow_item: deefct}]\n", "flow_items: [{match: {labels: [x]}, flow_item: defect}]\n"),
        ("Issue Types:\n  Story: {level: story, flowitem: feaature}\n", "issue_types:\n  Story: {level: story, flow_item: feature}\n"),
        ("issue_types:\n  Story: {level: story, flow_itm: defect, flowitem: feature}\n", None),
        ("fields: {story_point: A, storypoints: B}\n", None),
        # Folders that differ by their capitals, and what a rule takes word by word.
        ("rules: {paths: [Rules/, rules/], options: {S999: {words: [US, us]}}}\n", None),
        # Not YAML.
        ("issue_types: [\n", None),
    ],
)  # fmt: skip
def test_what_is_mended(tmp_path, wrong, right):
    """A slip in one word, a name that a list holds twice; nothing else."""
    for line_end in ("\n", "\r\n"):
        text = (HEAD + wrong).replace("\n", line_end)
        assert mended(tmp_path, text) == (text if right is None else (HEAD + right).replace("\n", line_end))


def test_statuses_get_the_capitals_of_the_site(tmp_path):
    """Where the site spells the name in one way."""
    step = "workflow: {{stages: [{{name: delivery, steps: [{{name: Work, flow_state: active, statuses: [{}]}}]}}]}}\n"
    text = HEAD + step.format('in progress, "in review:7", REVIEW, other')
    site = ("In Progress", "In Review", "Review", "review")
    assert mended(tmp_path, text, site) == HEAD + step.format('In Progress, "In Review:7", REVIEW, other')


def test_what_stands_in_another_file_is_left_alone(tmp_path):
    """It is said there, when that file is checked."""
    (tmp_path / "base.yaml").write_text("version: 1\nissue_types: {Story: {levl: story}}\n", encoding="utf-8")
    text = HEAD + "extends: base.yaml\n"
    assert mended(tmp_path, text) == text


def test_mending_takes_findings_away_and_brings_none(tmp_path):
    """Held against all broken mappings of the tests: nothing is found that was not found before."""
    day = date(2026, 1, 31)
    changed = 0
    for path in sorted((Path(__file__).parents[1] / "data" / "mappings").glob("*.yaml")):
        found = mend(path)
        if found is None:
            continue
        changed += 1
        before = {(one.rule, one.message) for one in validate(Validation((path,), day)).findings}
        copy = tmp_path / path.name
        copy.write_text(found.after, encoding="utf-8", newline="")
        after = {(one.rule, one.message) for one in validate(Validation((copy,), day)).findings}
        assert len(after - before) <= len(before - after), path.name
        assert mend(copy) is None
    assert changed
