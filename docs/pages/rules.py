"""docs/rules.md and docs/rules/<CODE>.md: the catalogue, from the rule files alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from textwrap import indent

import yaml

from flowlint.engine.rule import GROUPS, Rule
from pages.markdown import block, code, line, link, page, prose, table

INTRODUCTION = """\
Codes and names are stable. `--select` and `--ignore` take codes, names, groups (by letter or name), `DEFAULT` \
and `ALL`; `DEFAULT` leaves out rules of low confidence, and those that hold \
a mapping against its site (`flowlint validate --against` runs these). What a rule needs and lacks makes an issue *not judged*: \
neither clean nor a finding, but counted with the reason.

Every rule is one file under `rules/`; [a rule of your own](writing-a-rule.md) is one more."""

FIX_KINDS = {
    "mechanical": "The fix is mechanical, the same change each time.",
    "judgement": "The fix needs a judgement of somebody who knows the work.",
    "conversation": "The fix needs a conversation: people must agree first.",
}


def pages(rules: Sequence[Rule]) -> dict[str, str]:
    """Return the catalogue and a page for each rule, by their paths under docs/."""
    known = {rule.id for rule in rules}
    return {"rules.md": _catalogue(rules)} | {f"rules/{rule.id}.md": _rule(rule, known) for rule in rules}


def _catalogue(rules: Sequence[Rule]) -> str:
    parts = []
    for group, letter in GROUPS.items():
        rows = [
            [f"[{rule.id}](rules/{rule.id}.md)", code(rule.name), rule.severity, rule.confidence, line(rule.summary)]
            for rule in rules
            if rule.group == group
        ]
        if rows:
            head = ["Code", "Name", "Severity", "Confidence", "What it finds"]
            parts.append(f"## {letter} {group}\n\n{table(head, rows)}")
    return page("Rules", "rules/", INTRODUCTION, *parts)


def _rule(rule: Rule, known: set[str]) -> str:
    return page(
        f"{rule.id} {rule.name}",
        f"rules/{rule.group}/{rule.name}.yaml",
        _section("What it finds", _finds(rule)),
        _section("Why it matters", prose(rule.why)),
        _section("Example", *_examples(rule, found=True)),
        _section("Not found", *_examples(rule, found=False)),
        _section("How to fix it", prose(rule.fix), FIX_KINDS[rule.fix_kind]),
        _section("When it is legitimate", prose(rule.accept)),
        _section("Parameters", _parameters(rule)),
        _section("Needs", _needs(rule)),
        _section("The condition", _condition(rule)),
        _section("See also", _see_also(rule, known)),
    )


def _section(heading: str, *parts: str) -> str:
    kept = [part for part in parts if part]
    return "\n\n".join([f"## {heading}", *kept]) if kept else ""


def _finds(rule: Rule) -> str:
    facts = [["Severity", rule.severity], ["Confidence", rule.confidence], ["Speaks of", f"each {rule.scope}"]]
    facts += [["Status", rule.status]] if rule.status != "stable" else []
    facts += [["Since", line(rule.since)]] if rule.since else []
    facts += [["Replaced by", line(rule.replaced_by)]] if rule.replaced_by else []
    facts += [["Earlier codes", ", ".join(code(alias) for alias in rule.aliases)]] if rule.aliases else []
    facts += [["Says", code(rule.message)]]
    return f"{line(rule.summary)}.\n\n{table(['', ''], facts)}"


def _examples(rule: Rule, *, found: bool) -> Iterable[str]:
    for example in rule.examples:
        if bool(example.get("finds")) is found:
            title = str(example.get("title", ""))
            yield line(f"{title[:1].upper()}{title[1:]}:")
            world = (_entry(key, _plain(value)) for key, value in example.items() if key != "title")
            yield block("".join(world), "yaml")


def _entry(key: str, value: object) -> str:
    """Write one key of an example; issues, sprints and versions stand one a line, as rule files have them."""
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return f"{key}:\n" + "".join(f"  - {_flow(entry, 106)}\n" for entry in value)
    if isinstance(value, str) and "\n" in value:
        return f"{key}: |\n{indent(value.rstrip(), '  ')}\n"
    return f"{key}: {_flow(value, 106)}\n"


def _flow(value: object, width: int = 10_000) -> str:
    dumped: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=width)
    return indent(dumped.removesuffix("...\n").strip(), "    ").lstrip()


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return str(value) if isinstance(value, date) else value


def _parameters(rule: Rule) -> str:
    if not rule.parameters:
        return "None."
    rows = [
        [code(parameter.name), parameter.type, code(_flow(_plain(parameter.default))), line(parameter.description)]
        for parameter in rule.parameters
    ]
    return f"Set in `flowlint.yaml` under `rules.options.{rule.id}`.\n\n" + table(
        ["Name", "Type", "Default", "What it does"], rows
    )


def _needs(rule: Rule) -> str:
    parts = []
    if rule.needs:
        parts.append(f"Without {', '.join(code(need) for need in rule.needs)} it judges nothing.")
    if rule.unknown:
        reasons = "\n".join(f"- {line(reason)}" for reason, _ in rule.unknown)
        parts.append(f"It does not judge, and says so:\n\n{reasons}")
    return "\n\n".join(parts) or "Nothing beyond the issues themselves."


def _condition(rule: Rule) -> str:
    if rule.raised_by:
        return f"Raised by flowlint's {rule.raised_by} itself, not by SQL."
    parts = [("applies", rule.applies), *((f"unknown: {reason}", sql) for reason, sql in rule.unknown)]
    parts += [("where", rule.where), ("query", rule.query)]
    shown = [f"-- {name}\n{sql.sql.strip()}" for name, sql in parts if sql]
    return "Over the [documented views](../views.md):\n\n" + block("\n\n".join(shown), "sql")


def _see_also(rule: Rule, known: set[str]) -> str:
    related = [f"[{other}]({other}.md)" if other in known else code(other) for other in rule.related]
    entries = [", ".join(related)] if related else []
    entries += [link(title, url) for title, url in rule.references]
    return "\n".join(f"- {entry}" for entry in entries)
