"""``flowlint rules``: the catalogue, and the rules' own examples."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flowlint.cli.catalogue import known_rules
from flowlint.cli.console import columns, complain, write
from flowlint.cli.options import output_options
from flowlint.engine.rule import GROUPS, Rule
from flowlint.errors import EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, Fault, FileFaults, UsageError
from flowlint.reports.terminal import clip, count, paragraph, safe

if TYPE_CHECKING:
    from flowlint.engine.examples import ExampleResult

_SUFFIXES = (".yaml", ".yml")


@click.group("rules", invoke_without_command=True)
@click.option("--group", metavar="GROUP", help="Only rules of this group: its letter or its name.")
@output_options
@click.pass_context
def command(ctx: click.Context, group: str | None, format_: str, output: Path | None, *, no_color: bool) -> int:  # noqa: ARG001 - the table has no colours
    """List all rules, flowlint's own and those that the mapping names. `rules test` runs their examples."""
    if ctx.invoked_subcommand is not None:
        return EXIT_CLEAN
    catalogue = known_rules()
    rules = [rule for rule in catalogue.rules if group is None or _is_of(rule, group)]
    if group is not None and not rules:
        known = ", ".join(f"{letter} {name}" for name, letter in GROUPS.items())
        raise UsageError(f"no rule is in a group {safe(group)}", help=f"groups are: {known}")
    write([_as_json(rules)] if format_ == "json" else _table(rules, columns()), output)
    return _report_faults(catalogue.faults)


@command.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
def test(paths: tuple[Path, ...]) -> int:
    """Run the examples in rule files: those at PATH (files or folders), else all of flowlint's own.

    Exit status: 0 all hold, 1 some do not, 2 a rule file is broken.
    """
    from flowlint.engine.examples import run_examples
    from flowlint.engine.rulechecks import missing_examples
    from flowlint.engine.rulefile import load_rules

    if paths:
        rules, faults = _parse(paths)
    else:
        catalogue = load_rules()
        rules, faults = tuple(catalogue.rules), tuple(catalogue.faults)
    results = list(run_examples(rules))
    write(line + "\n" for line in _results(results, len(rules), columns()))
    # A gap, and no failure: what the examples say may hold all the same.
    _report_faults([fault for rule in rules for fault in missing_examples(rule)])
    failed = any(not result.passed for result in results)
    return max(_report_faults(faults), EXIT_FINDINGS if failed else EXIT_CLEAN)


def _is_of(rule: Rule, group: str) -> bool:
    return group.strip().casefold() in (rule.group, GROUPS.get(rule.group, "").casefold())


def _table(rules: Iterable[Rule], width: int) -> Iterator[str]:
    from tabulate import tabulate

    listed = list(rules)
    room = max(width - max((len(rule.name) for rule in listed), default=0) - 22, 20)
    rows = [(rule.id, safe(rule.name), rule.severity, clip(_summary(rule), room)) for rule in listed]
    headers = ("code", "name", "severity", "finds")
    yield from (line.rstrip() + "\n" for line in tabulate(rows, headers, tablefmt="simple").splitlines())


def _summary(rule: Rule) -> str:
    return safe(rule.summary if rule.status == "stable" else f"({rule.status}) {rule.summary}")


def _as_json(rules: Iterable[Rule]) -> str:
    listed = [
        {
            "code": rule.id,
            "name": rule.name,
            "group": rule.group,
            "status": rule.status,
            "severity": rule.severity,
            "confidence": rule.confidence,
            "scope": rule.scope,
            "summary": rule.summary,
            "why": rule.why.strip(),
            "fix": rule.fix.strip(),
            "fix_kind": rule.fix_kind,
            "accept": rule.accept.strip(),
            "needs": rule.needs,
            "options": [
                {"name": one.name, "type": one.type, "default": one.default, "description": one.description}
                for one in rule.parameters
            ],
            "related": rule.related,
            "replaced_by": rule.replaced_by,
        }
        for rule in rules
    ]
    return json.dumps(listed, ensure_ascii=True, indent=2) + "\n"


def _parse(paths: Iterable[Path]) -> tuple[tuple[Rule, ...], tuple[Fault, ...]]:
    """Return the rules in files and folders, and the faults of those that are broken. Raises UsageError."""
    from flowlint.config.text import read_text
    from flowlint.engine.rulefile import parse_rule

    rules: list[Rule] = []
    faults: list[Fault] = []
    for path in _files(paths):
        try:
            rules.append(parse_rule(read_text(path), str(path)))
        except FileFaults as broken:
            faults.extend(broken.faults)
    return tuple(rules), tuple(faults)


def _files(paths: Iterable[Path]) -> list[Path]:
    files: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise UsageError(f"there is no rule file or folder {path}", help="check the path")
        found = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES)
        if not found:
            raise UsageError(f"{path} holds no rule files", help="rule files end in .yaml")
        files.update(dict.fromkeys(found))
    return list(files)


def _results(results: Sequence["ExampleResult"], rules: int, width: int) -> Iterator[str]:
    failed = [result for result in results if not result.passed]
    for result in failed:
        yield from paragraph(f"{result.rule.id} {result.rule.name}: {result.title}", width)
        yield from paragraph(result.message, width, "  ")
    tally = f"{len(failed)} of them failed" if failed else "all hold" if results else "nothing was run"
    yield f"{count(len(results), 'example')} of {count(rules, 'rule')}: {tally}"


def _report_faults(faults: Sequence[Fault]) -> int:
    for fault in faults:
        complain(f"{fault.place}: {fault.message}", fault.help)
    return EXIT_USAGE if faults else EXIT_CLEAN
