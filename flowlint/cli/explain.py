"""``flowlint explain``: one rule's page."""

from collections.abc import Iterator, Sequence

import click

from flowlint.cli.catalogue import known_rules
from flowlint.cli.console import columns, paint, write
from flowlint.engine.rule import Rule
from flowlint.errors import EXIT_CLEAN
from flowlint.reports.terminal import Paint, paragraph, safe
from flowlint.verdict.message import word
from flowlint.verdict.selection import find_rule


@click.command("explain", short_help="Explain one rule: why, how to fix, when to accept.")
@click.argument("rule", metavar="CODE|NAME")
@click.option("--no-color", is_flag=True, help="No colours. NO_COLOR does the same.")
def command(rule: str, *, no_color: bool) -> int:
    """Explain one rule: why it exists, how to fix what it finds, when to accept it."""
    rules = known_rules().rules
    write(line + "\n" for line in page(find_rule(rules, rule), rules, columns(), paint(no_color=no_color)))
    return EXIT_CLEAN


def page(rule: Rule, rules: Sequence[Rule], width: int, ink: Paint) -> Iterator[str]:
    """Yield the lines of a rule's page, ``width`` columns wide."""
    yield f"{ink.strong(f'{rule.id} {rule.name}')}"
    yield from paragraph(f"{rule.summary.rstrip('.')}.", width)
    yield ""
    facts = [ink.severity(rule.severity), f"confidence {rule.confidence}", f"group {rule.group}", rule.status]
    yield ", ".join([*facts, f"since {rule.since}"] if rule.since else facts)
    if rule.status == "retired":
        yield from paragraph(f"Retired; {rule.replaced_by or 'nothing'} takes its place.", width)
    for title, text in (("Why", rule.why), ("Fix", rule.fix), ("Accept it when", rule.accept)):
        yield from _part(title, [text], width, ink)
    found = [_title(example) for example in rule.examples if example.get("finds")]
    passed = [_title(example) for example in rule.examples if not example.get("finds")]
    yield from _part("Finds", found, width, ink, mark="- ")
    yield from _part("Does not find", passed, width, ink, mark="- ")
    yield from _part("Options", list(_options(rule)), width, ink, mark="- ")
    yield from _part("Needs, or it does not judge", [", ".join(rule.needs)], width, ink)
    names = {one.id: one.name for one in rules}
    yield from _part("Related", [f"{code} {names.get(code, '')}" for code in rule.related], width, ink, mark="- ")
    yield from _part("Read more", [f"{title}: {url}" for title, url in rule.references], width, ink, mark="- ")


def _part(title: str, texts: Sequence[str], width: int, ink: Paint, *, mark: str = "") -> Iterator[str]:
    """Yield a titled part; paragraphs of a text stay apart; nothing where there is no text."""
    said = [piece for text in texts for piece in text.split("\n\n") if piece.strip()]
    if said:
        yield ""
        yield ink.strong(title)
    for piece in said:
        yield from paragraph(piece, width, f"  {mark}", hanging="  " + " " * len(mark))


def _options(rule: Rule) -> Iterator[str]:
    for parameter in rule.parameters:
        kind = "list of words" if parameter.type == "words" else parameter.type
        yield f"{safe(parameter.name)} ({kind}, default {word(parameter.default)}): {parameter.description}"


def _title(example: object) -> str:
    return str(example.get("title", "")) if isinstance(example, dict) else ""
