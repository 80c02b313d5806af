"""docs/rule-files.md: rule files key by key, what they may need, and the organisation that examples are run in."""

import json
from collections.abc import Iterable
from pathlib import Path

from flowlint.config.mapping import LOGICAL_FIELDS
from flowlint.engine.check import CONFIG_REQUIRED, REQUIRED
from flowlint.engine.message import ALWAYS, NOT_FOR_MESSAGES
from flowlint.engine.rule import GROUPS
from flowlint.engine.rulechecks import TABLES, TRACKERS
from flowlint.engine.world import DEFAULT_AS_OF, LINK_TYPES, STATUS_OF_CATEGORY
from flowlint.model.settings import SYSTEM_FIELDS
from pages.keys import Keys
from pages.markdown import block, code, page

SOURCE = "flowlint/engine/rule.schema.json, standard.yaml and the checks beside them"
INTRODUCTION = """\
One rule is one YAML file named like the rule. [Writing a rule](writing-a-rule.md) goes through one from nothing; \
this page is to look things up. SQL is written as [SQL in rules](rule-sql.md) says, over the [views](views.md).

`flowlint schema rule` prints the JSON Schema of these files, with which editors complete and explain every key."""
WORLD = f"""\
Each example is a small world of its own: the issues, sprints and versions that it lists, in the \
[standard organisation](#the-standard-organisation) that `config` changes. The day is {DEFAULT_AS_OF} unless `as_of` \
gives another. `finds` holds all that must be found and nothing else; a finding about something other than an issue is \
written with its kind: `{{version: "3.1"}}`, `{{sprint: 12}}`, `{{project: A}}`."""
ISSUE = f"""\
`{{key: A-1}}` is a whole issue: a Story in status To Do. Give what the rule looks at and nothing else.

- `category` alone chooses a status: {", ".join(f"`{own}` is {name}" for own, name in STATUS_OF_CATEGORY.items())}. \
`status` alone gets the category that its step in the workflow implies.
- A parent whose key is not in the example is `outside` the data; `parent_state: hidden`, `moved` or `missing` makes \
it one that the tracker has told about, and `parent_type` gives its type.
- Everything in the standard organisation is fetched, filled in or not; `not_fetched: [outcome]` takes one away, which \
makes it unknown. `fields: {{outcome: …}}` fills one in.
- `links` are written from this issue's side: {", ".join(code(name) for name in LINK_TYPES if "_" not in name)}, or \
any other name, which is of no kind. The other end need not be in the example.
- `changes: [{{at: 2026-01-12, from: To Do, to: In Progress}}]` is the changelog. It counts as fetched, empty or not.
- A version or sprint that is only named is an unreleased one, or an active one; those that say more stand under \
`versions` or `sprints`."""


def pages(root: Path) -> dict[str, str]:
    """Return the page by its path under docs/."""
    engine = root / "flowlint" / "engine"
    keys = Keys(
        json.loads((engine / "rule.schema.json").read_text("utf-8")),
        {
            "expression": "[SQL](rule-sql.md)",
            "parameter": "[a parameter](#parameters)",
            "example": "[example](#examples)",
        },
    )
    example = keys.definition("example")
    parts = [
        f"## The keys of a rule\n\n{keys.table(deep=False)}",
        f"## Codes and groups\n\n{_groups()}",
        f"## Parameters\n\n{_parameters(keys)}",
        f"## What a rule may need\n\n{_needs()}",
        f"## Messages\n\n{_messages()}",
        f"## Queries\n\n{_queries()}",
        f"## Examples\n\n{WORLD}\n\n{keys.table(of=example, deep=False)}",
        f"### An issue in short\n\n{ISSUE}\n\n{keys.table(of=example['properties']['issues']['items'])}",
        f"### A sprint\n\n{keys.table(of=example['properties']['sprints']['items'])}",
        f"### A version\n\n{keys.table(of=example['properties']['versions']['items'])}",
        f"## The standard organisation\n\n{_standard((engine / 'standard.yaml').read_text('utf-8'))}",
    ]
    return {"rule-files.md": page("Rule files", SOURCE, INTRODUCTION, *parts)}


def _groups() -> str:
    named = ", ".join(f"{letter} {group}" for group, letter in GROUPS.items())
    return (
        f"The first letter of a code is its group's: {named}. Numbers from 901 on are left to you; a code or name that "
        "another rule has is refused. Once in use, a code is never given to another rule: exceptions and history name it."
    )


def _parameters(keys: Keys) -> str:
    table = keys.table(of=keys.definition("parameter"))
    return (
        "A parameter is `$name` in SQL and `{name}` in the message. A team sets it in `flowlint.yaml` under "
        "`rules.options.CODE.name`, in common or for one project.\n\n"
        f"{table}\n\n"
        "`words` is for everything that looks for words: `where: regexp_matches(summary_words, $vague)`. It finds whole "
        "words and phrases in any case, since `_words` columns hold nothing but words with one blank around each; "
        "an empty list finds nothing. `list` is for values that are compared whole: "
        "`list_contains($ignored, flow_item)`."
    )


def _needs() -> str:
    return (
        "Without what `needs` names, a rule judges nothing, and the report counts that with its reason. Where only some "
        "issues lack it, these are not judged.\n\n"
        f"- Meanings under [`fields`](mapping.md#fields): {_listed(LOGICAL_FIELDS)}.\n"
        f"- Jira's own fields: {_listed(sorted(set(SYSTEM_FIELDS.values()) - {*LOGICAL_FIELDS, *TABLES}))}.\n"
        f"- Tables and metadata: {_listed(TABLES)}. `site` is what the site itself says of types, statuses, fields and "
        "projects; `flow_items` is a mapping in which somebody wrote which types deliver value.\n"
        f"- The tracker: {_listed(TRACKERS)}.\n\n"
        "What differs from issue to issue belongs under `unknown` instead, with a reason that a reader understands."
    )


def _messages() -> str:
    return (
        "In braces stand columns of the rule's view, evidence and parameters; besides, "
        f"{_listed(f'{{{name}}}' for name in ALWAYS)} name the levels as the team does, and issues have "
        f"`{{parent_summary}}`. Not {_listed(NOT_FOR_MESSAGES)}: they are too long."
    )


def _queries() -> str:
    return (
        "Most rules say `applies`, `unknown` and `where`. One that compares issues with each other, or speaks of what "
        f"has no view of its own, is a whole SELECT under `query`. It returns {_listed(REQUIRED)}, and whatever else it "
        "selects is evidence. `verdict` is `'finding'`, `'clean'` or `'unknown'`, the last with its `reason`: return "
        "clean rows too, since only they say how much was judged. A column `severity` (error, warning, info) tells findings "
        "apart, where some are worse than others; what a mapping says of the rule's severity goes before it. With "
        f"`scope: config` it returns {_listed(CONFIG_REQUIRED)} besides. No other rule reads as easily as one with `where`: look for that first."
    )


def _standard(text: str) -> str:
    return (
        f"What stands under `config` in an example is [merged over](mapping.md#merging) this; `config_text` is merged "
        f"over nothing.\n\n{block(text, 'yaml')}"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(code(name) for name in names)
