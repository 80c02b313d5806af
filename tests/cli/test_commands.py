"""Commands, called in this process: options become a request, a verdict becomes output and a status."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from handmade import full_verdict, outcome, rule, verdict, violation

from flowlint.cli import check, demo
from flowlint.cli.app import COMMANDS
from flowlint.cli.app import flowlint as program
from flowlint.engine import examples, rulefile
from flowlint.engine.examples import ExampleResult
from flowlint.engine.rule import Parameter, Rule
from flowlint.errors import Fault, FileFaults, Place
from flowlint.run.linting import Clock, Request
from flowlint.verdict.finding import Verdict


@dataclass
class Stub:
    """Stands in for the run: keeps the request, gives the verdict."""

    verdict: Verdict = field(default_factory=full_verdict)
    request: Request | None = None

    def __call__(self, request: Request, progress: Any = None, clock: Clock | None = None) -> Verdict:
        """Do nothing but that."""
        self.request = request
        if clock is not None:
            clock.seconds["read the data"] = 1.5
        return self.verdict


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Stub:
    """Replace the run behind `check` and `demo`."""
    stub = Stub()
    monkeypatch.setattr(check, "execute", stub)
    monkeypatch.setattr(demo, "execute", stub)
    return stub


def call(*arguments: str, **options: Any) -> Result:
    """Call the program; its status is what the command returns."""
    return CliRunner().invoke(program, arguments, **{"standalone_mode": False, **options})


def test_options_become_a_request(run: Stub, tmp_path: Path) -> None:
    """Every option that changes what is found reaches the run."""
    config = tmp_path / "flowlint.yaml"
    config.write_text("version: 1\n")
    result = call(
        *(
            "check",
            "a.ndjson",
            "b",
            "--config",
            str(config),
            "--select",
            "H, D101",
            "--select",
            "S",
            "--ignore",
            "H119,",
            "--max-age",
            "2d",
        ),
        *("--project", "PAY,WEB", "--team", "Cards, Berlin", "--fail-on", "warning", "--as-of", "2026-01-31"),
    )
    assert result.exception is None
    assert run.request == Request(
        paths=("a.ndjson", "b"),
        config=config,
        as_of=date(2026, 1, 31),
        select=("H", "D101", "S"),
        ignore=("H119",),
        projects=("PAY", "WEB"),
        teams=("Cards, Berlin",),
        fail_on="warning",
        now=run.request.now,
        max_age=timedelta(days=2),
    )


def test_without_options_the_request_is_the_default_one(run: Stub) -> None:
    """Nothing is set that nobody asked for."""
    call("check", "-")
    assert run.request == Request(paths=("-",), now=run.request.now)
    assert abs(datetime.now(UTC) - run.request.now) < timedelta(minutes=5)


@pytest.mark.parametrize("arguments", [("check",), ("check", "a", "--config", "nowhere.yaml")])
def test_check_says_what_it_lacks(run: Stub, arguments: tuple[str, ...]) -> None:
    """Without an export, or with a mapping that is not there, the run does not start."""
    result = call(*arguments)
    assert type(result.exception).__name__ == "UsageError"
    assert run.request is None


def test_the_status_is_the_verdicts(run: Stub) -> None:
    """Damage goes before findings, and is told on standard error."""
    result = call("check", "a")
    assert result.return_value == 3
    assert "Damaged input in 1 place" in result.stderr
    assert result.stdout.endswith("2 errors, 14 warnings, 0 infos in 40 issues of 2 projects\n")


def test_failed_rules_are_told_on_standard_error(run: Stub) -> None:
    """A reader of JSON learns why the status is 2."""
    run.verdict = verdict(outcome(rule(), applies=1), rule_faults=full_verdict().rule_faults)
    result = call("check", "a", "--format", "json")
    assert result.return_value == 2
    assert result.stderr == "Rules that failed: S404. The others ran.\n"
    assert json.loads(result.stdout)["run"]["faults"][0]["rule"] == "S404"


@pytest.mark.parametrize(
    ("option", "shown", "gone"),
    [
        (("--statistics",), "parent-cycle", "PAY-20"),
        (("--quiet",), "PAY-20", "Notes"),
        (("--quiet", "--statistics"), "parent-cycle", "PAY-20"),
        (("--expand",), "    PAY-7 ", "JQL"),
        (("--max-findings", "1"), "Only the first 1 of 16", "PAY-7"),
    ],
)
def test_options_of_the_text(run: Stub, option: tuple[str, ...], shown: str, gone: str) -> None:
    """Each option of the layout reaches the report and changes no status."""
    result = call("check", "a", *option)
    assert shown in result.stdout
    assert gone not in result.stdout
    assert result.return_value == 3


def test_the_profile_goes_to_standard_error(run: Stub) -> None:
    """Seconds differ from run to run, and the result must not."""
    result = call("check", "a", "--profile")
    assert "    1.500 s  read the data\n    1.500 s  in all\n" in result.stderr
    assert "1.500" not in result.stdout


def test_output_is_written_whole_and_without_colours(
    run: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file takes the place of standard output, and of what was there before."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    target = tmp_path / "report.txt"
    target.write_text("old")
    result = call("check", "a", "-o", str(target))
    assert result.stdout == ""
    assert "PAY-20 is no lower than" in target.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [target]


def test_a_link_stays_and_what_it_points_to_is_replaced_with_its_rights(run: Stub, tmp_path: Path) -> None:
    """A dashboard's link to the last report keeps working, and who may not read it still may not."""
    target, link = tmp_path / "report.txt", tmp_path / "latest.txt"
    target.write_text("old")
    target.chmod(0o600)
    link.symlink_to(target)
    call("check", "a", "-o", str(link))
    assert link.is_symlink()
    assert "PAY-20" in target.read_text(encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o600


def test_standard_output_as_a_file_is_standard_output(run: Stub) -> None:
    """It is a link to a plain file where output is redirected, and must not be replaced by one."""
    before = Path("/dev/stdout").is_symlink()
    assert "PAY-20" in call("check", "a", "-o", "/dev/stdout").stdout
    assert Path("/dev/stdout").is_symlink() == before


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "31.01.2026", "9999-12-31"])
def test_a_moment_that_is_no_day_is_wrong_use(run: Stub, day: str) -> None:
    """The message shows how a day is written; the last day of all has no end."""
    error = call("check", "a", "--as-of", day).exception
    assert isinstance(error, click.BadParameter)
    assert day in error.message


def test_a_report_that_breaks_leaves_the_old_file(run: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a report never takes the place of a whole one."""

    def broken(*_: Any, **__: Any) -> Any:
        yield "half"
        raise RuntimeError

    monkeypatch.setattr("flowlint.reports.json_report.render", broken)
    target = tmp_path / "report.json"
    target.write_text("old")
    result = call("check", "a", "--format", "json", "-o", str(target))
    assert isinstance(result.exception, RuntimeError)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_output_that_cannot_be_written_is_wrong_use(run: Stub, tmp_path: Path) -> None:
    """The message names the file."""
    result = call("check", "a", "-o", str(tmp_path / "no" / "report.txt"))
    assert type(result.exception).__name__ == "UsageError"
    assert "report.txt cannot be written: No such file" in str(result.exception)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no device file to write to")
def test_a_device_is_written_to_and_not_replaced(run: Stub) -> None:
    """Only plain files are replaced."""
    assert call("check", "a", "-o", "/dev/null").return_value == 3
    assert not Path("/dev/null").is_file()


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "0"}, (), False),
        ({"FORCE_COLOR": "1", "CI": "true"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"FORCE_COLOR": "1"}, ("--no-color",), False),
    ],
)
def test_colours(run: Stub, environment: dict[str, str], arguments: tuple[str, ...], coloured: bool) -> None:  # noqa: FBT001
    """Colours are for terminals and for who forces them; who forbids them wins. No link ever leaves a terminal."""
    result = call("check", "a", *arguments, env=environment)
    assert ("\x1b[31merror" in result.stdout) is coloured
    assert "\x1b]8" not in result.stdout


def test_demo_shows_findings_and_what_to_try_next(run: Stub) -> None:
    """The demo always ends with 0: it is no check."""
    result = call("demo")
    assert result.return_value == 0
    assert run.request is not None
    assert run.request.config == demo.ORGANISATION / "flowlint.yaml"
    assert "PAY-20 is no lower than" in result.stdout
    assert "flowlint check export.ndjson" in result.stdout


RULES = (
    rule("D201", "counted-twice", group="deliverables", severity="error"),
    rule(
        aliases=("H003",),
        parameters=(Parameter("days", "integer", 30, "Days \x1b that it may stand alone"),),
        needs=("sprints",),
        related=("D201", "H999"),
        references=(("Flow", "https://flow.example"),),
        since="1.0",
        examples=({"title": "a story at the root", "finds": ["A-1"]}, {"title": "a story in an epic", "finds": []}),
    ),
    rule("H190", "old-idea", status="retired", replaced_by="H103"),
)


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the catalogue."""
    monkeypatch.setattr(rulefile, "load_rules", lambda *_: rulefile.Catalogue(RULES, ()))


@pytest.mark.usefixtures("catalogue")
def test_rules_lists_the_catalogue() -> None:
    """One line a rule, in columns."""
    result = call("rules")
    assert result.return_value == 0
    assert [line.split()[:2] for line in result.stdout.splitlines()[2:]] == [
        ["D201", "counted-twice"],
        ["H103", "orphan-story"],
        ["H190", "old-idea"],
    ]


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("group", ["H", "h", "hierarchy", "Hierarchy"])
def test_rules_of_one_group_as_json(group: str) -> None:
    """A group is its letter or its name; JSON tells all that a reader needs."""
    listed = json.loads(call("rules", "--group", group, "--format", "json").stdout)
    assert [one["code"] for one in listed] == ["H103", "H190"]
    assert listed[0]["options"][0]["default"] == 30


@pytest.mark.usefixtures("catalogue")
def test_an_unknown_group_is_wrong_use() -> None:
    """The help names the groups."""
    assert "H hierarchy" in getattr(call("rules", "--group", "Z").exception, "help", "")


def test_broken_rule_files_do_not_hide_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The list is whole but for the broken one, which is named; the status is 2."""
    broken = rulefile.Catalogue(RULES, (Fault(Place("x.yaml", 3, 1), "no id", "give it one"),))
    monkeypatch.setattr(rulefile, "load_rules", lambda *_: broken)
    result = call("rules")
    assert result.return_value == 2
    assert "D201" in result.stdout
    assert result.stderr == "Error: x.yaml:3:1: no id\n  help: give it one\n"


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("name", ["H103", "h003", "Orphan-Story"])
def test_explain_shows_a_rules_page(name: str, snapshot: Any) -> None:
    """The page tells why, how to fix, when to accept, what is found and what is not, and the options."""
    result = call("explain", name)
    assert result.return_value == 0
    assert "\x1b" not in result.stdout
    if name == "H103":
        assert result.stdout == snapshot


@pytest.mark.usefixtures("catalogue")
def test_explain_points_from_a_retired_rule_to_its_successor() -> None:
    """Old codes stay known."""
    assert "Retired; H103 takes its place." in call("explain", "H190").stdout


@pytest.mark.usefixtures("catalogue")
def test_explain_knows_near_misses() -> None:
    """A mistyped code is wrong use, with the nearest one."""
    assert "did you mean" in getattr(call("explain", "H104").exception, "help", "")


@pytest.fixture
def run_examples(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[Rule]]:
    """Return a function that makes all examples pass or fail, and gives the list of rules that were run."""

    def replace(passed: bool) -> list[Rule]:  # noqa: FBT001
        ran: list[Rule] = []

        def fake(rules: Any) -> Any:
            ran.extend(rules)
            return [ExampleResult(one, "a world", passed, "" if passed else "A-1 was not found") for one in rules]

        monkeypatch.setattr(examples, "run_examples", fake)
        return ran

    return replace


@pytest.mark.usefixtures("catalogue")
def test_rules_test_runs_all_examples(run_examples: Callable[[bool], list[Rule]]) -> None:
    """Without a path it is flowlint's own rules that are tested."""
    ran = run_examples(True)  # noqa: FBT003
    result = call("rules", "test")
    assert (result.return_value, result.stdout) == (0, "3 examples of 3 rules: all hold\n")
    assert tuple(ran) == RULES


@pytest.mark.usefixtures("catalogue")
def test_rules_test_names_what_does_not_hold(run_examples: Callable[[bool], list[Rule]]) -> None:
    """Each example that fails is told with its rule and why."""
    run_examples(False)  # noqa: FBT003
    result = call("rules", "test")
    assert result.return_value == 1
    assert "H103 orphan-story: a world\n  A-1 was not found\n" in result.stdout
    assert result.stdout.endswith("3 examples of 3 rules: 3 of them failed\n")


def test_rules_test_takes_files_and_folders(
    run_examples: Callable[[bool], list[Rule]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Rules at a path are tested alone; a broken file is named and does not keep the others from running."""
    ran = run_examples(True)  # noqa: FBT003

    def parse(text: str, name: str) -> Rule:
        if text == "broken":
            raise FileFaults((Fault(Place(name, 4, 2), "no id"),))
        return rule(text)

    monkeypatch.setattr(rulefile, "parse_rule", parse)
    (tmp_path / "deep").mkdir()
    for name, text in (("deep/a.yaml", "A1"), ("b.yml", "B1"), ("c.yaml", "broken"), ("readme.md", "no rule")):
        (tmp_path / name).write_text(text)
    result = call("rules", "test", str(tmp_path), str(tmp_path / "b.yml"))
    assert sorted(one.id for one in ran) == ["A1", "B1"]
    assert result.return_value == 2
    assert f"Error: {tmp_path / 'c.yaml'}:4:2: no id\n" in result.stderr


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_rules_test_says_where_there_are_no_rules(tmp_path: Path, name: str) -> None:
    """A path without rules would look like rules that hold."""
    (tmp_path / "empty").mkdir()
    assert type(call("rules", "test", str(tmp_path / name)).exception).__name__ == "UsageError"


@pytest.mark.parametrize("name", ["config", "effective", "findings", "rule", "tree", "why"])
def test_schemas_are_printed(name: str, tmp_path: Path) -> None:
    """Each published schema is one of draft 2020-12 or older, and can be written to a file."""
    printed = call("schema", name).stdout
    assert "$schema" in json.loads(printed)
    target = tmp_path / "x.schema.json"
    call("schema", name, "-o", str(target))
    assert target.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize("arguments", [(), *[(name,) for name in COMMANDS], ("rules", "test")], ids=" ".join)
def test_every_command_and_option_has_help(arguments: tuple[str, ...]) -> None:
    """Nobody has to guess; and help is a result, so it ends with 0."""
    result = call(*arguments, "--help")
    assert result.exception is None
    assert result.stdout.startswith("Usage: ")
    command: Any = program
    for name in arguments:
        command = command.get_command(None, name)
    options = [one for one in command.params if one.param_type_name == "option"]
    assert command.help
    assert [one.name for one in options if not getattr(one, "help", None)] == []


def test_the_groups_help_names_exit_statuses_and_an_example() -> None:
    """The contract with CI stands where one looks for it."""
    printed = call("--help").stdout
    for status in ("0 ", "1 ", "2 ", "3 ", "70 ", "130 "):
        assert f"\n    {status}" in printed
    assert "flowlint check export.ndjson" in printed
    assert all(f"\n  {name} " in printed for name in COMMANDS)


def test_a_violation_in_a_wide_script_fits(run: Stub) -> None:
    """The report is laid out for a hundred columns where nobody watches."""
    run.verdict = verdict(outcome(rule(message="{summary}"), violation(summary="支払い" * 60)))
    assert max(len(line) for line in call("check", "a").stdout.splitlines()) <= 100


def test_house_rules_are_known_where_the_mapping_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`rules` and `explain` show the rules of the mapping found upwards; a broken mapping hides only those."""
    house = tmp_path / "house"
    house.mkdir()
    own = rulefile.built_in_rules() / "hierarchy" / "orphan-story.yaml"
    text = own.read_text(encoding="utf-8").replace("id: H103", "id: H903").replace("name: orphan-story", "name: own")
    (house / "own.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "flowlint.yaml").write_text("version: 1\nrules: {paths: [house]}\n", encoding="utf-8")
    below = tmp_path / "below"
    below.mkdir()
    monkeypatch.chdir(below)
    assert "H903" in call("rules", "--group", "H").stdout
    assert "H903 own" in call("explain", "own").stdout
    (tmp_path / "flowlint.yaml").write_text("version: 2\n", encoding="utf-8")
    result = call("rules", "--group", "H")
    assert ("H903" in result.stdout, "H103" in result.stdout, result.return_value) == (False, True, 0)
    assert "only flowlint's own rules are known" in result.stderr


def test_a_rule_without_a_near_miss_is_told(run_examples: Callable[[bool], list[Rule]], tmp_path: Path) -> None:
    """Examples that hold say little where none could fail to be left alone."""
    run_examples(True)  # noqa: FBT003
    own = rulefile.built_in_rules() / "hierarchy" / "orphan-story.yaml"
    text, _, _ = own.read_text(encoding="utf-8").partition("\nexamples:")
    path = tmp_path / "orphan-story.yaml"
    path.write_text(text + "\nexamples:\n  - {title: one, issues: [{key: A-1}], finds: [A-1]}\n", encoding="utf-8")
    result = call("rules", "test", str(path))
    assert result.return_value == 0
    assert "no example that finds nothing" in result.stderr
