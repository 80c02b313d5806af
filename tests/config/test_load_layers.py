"""Files that extend others: merged in order, each value and each fault with the file it comes from."""

from pathlib import Path

import pytest

from flowlint.config.load import load, load_text
from flowlint.errors import Fault, FileFaults, Place


@pytest.fixture(name="write")
def _write(tmp_path, monkeypatch):
    """Write files by name into a folder that is the working directory."""
    monkeypatch.chdir(tmp_path)

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.with_suffix(".yaml").write_text(text)
        return Path("top.yaml")

    return write


def faults_of(path: Path) -> tuple[Fault, ...]:
    """Return the faults that a file is refused with."""
    with pytest.raises(FileFaults) as caught:
        load(path)
    return caught.value.faults


def test_later_files_win_and_the_file_itself_over_all(write):
    """Mappings merge by key, scalars and lists replace, null removes, exceptions add up."""
    top = write(
        one="version: 1\nissue_types: {A: ignore, B: {okr: objective}, C: ignore}\nrules: {select: [X, Y], fail_on: info}\n"
        "exceptions: [{rule: R1, match: {keys: K-1}}]\n",
        two="issue_types: {b: {why: w}}\nrules: {select: [Z]}\nreport: {people: names}\n",
        top="extends: [one.yaml, two.yaml]\nissue_types: {C: null, D: ignore}\nexceptions: [{rule: R2, match: {keys: K-2}}]\n",
    )
    mapping = load(top)
    assert [(entry.name, entry.okr, entry.why) for entry in mapping.base.issue_types] == [
        ("A", None, None),
        ("b", "objective", "w"),
        ("D", None, None),
    ]
    assert [entry.place for entry in mapping.base.issue_types] == [
        Place("one.yaml", 2, 15),
        Place("two.yaml", 1, 15),
        Place("top.yaml", 2, 24),
    ]
    assert (mapping.base.rules.select, mapping.base.rules.fail_on, mapping.people) == (("Z",), "info", "names")
    assert [exception.rule for exception in mapping.exceptions] == ["R1", "R2"]
    assert mapping.file == "top.yaml"


def test_paths_are_relative_to_the_file_that_holds_them(write, tmp_path):
    """A chain through folders; rule paths keep the folder of the file that names them."""
    top = write(
        top="extends: sub/mid.yaml\nversion: 1\n",
        sub__mid="extends: [../base.yaml]\nrules: {paths: house}\n",
        base="report: {people: names}\n",
    )
    mapping = load(top)
    assert mapping.people == "names"
    assert mapping.base.rules.paths == (str(tmp_path / "sub" / "house"),)
    assert mapping.places["report"] == Place("base.yaml", 1, 1)
    assert mapping.places["rules"] == Place("sub/mid.yaml", 2, 1)


def test_a_text_extends_relative_to_its_folder(write, tmp_path):
    """A text from elsewhere names files by the folder it is said to lie in."""
    write(base="preview: true\n")
    assert load_text("version: 1\nextends: base.yaml\n", "-", folder=tmp_path).preview


def test_faults_of_an_extended_file_carry_its_name(write):
    """Faults of all files come in one go, also syntax errors and duplicate keys."""
    top = write(
        top="version: 1\nextends: [base.yaml, torn.yaml]\nisue: 1\n",
        base="report: {people: all}\nreport: {}\nexceptions: [{rule: x}]\n",
        torn="rules: {\n",
    )
    found = [(fault.place.file, fault.place.line, fault.code) for fault in faults_of(top)]
    assert found == [
        ("base.yaml", 1, "M701"),
        ("base.yaml", 2, "M702"),
        ("top.yaml", 3, "M701"),
        ("torn.yaml", 2, "M701"),
    ]


@pytest.mark.parametrize(
    ("extends", "column", "message"),
    [
        ("none.yaml", 10, 'there is no file "none.yaml"'),
        ("[top.yaml]", 11, '"top.yaml" extends itself'),
        ("[https://x.example/base.yaml]", 11, "is a URL"),
        ("file:///etc/base.yaml", 10, "is a URL"),
        ("[3]", 11, "must hold paths of files"),
        ('""', 11, "must hold paths of files"),
        ('"a\\0b"', 11, "must hold paths of files"),
        ("{a: b}", 10, "must hold paths of files"),
        (".", 10, 'there is no file "."'),
    ],
)
def test_what_cannot_be_extended_is_a_fault_at_its_place(write, extends, column, message):
    """The place is that of the path in the list."""
    (fault,) = faults_of(write(top=f"version: 1\nextends: {extends}\n"))
    assert fault.place == Place("top.yaml", 2, column)
    assert message in fault.message


def test_a_cycle_is_a_fault_where_it_closes(write):
    """The file that names one of those above it is the one to change."""
    top = write(top="version: 1\nextends: a.yaml\n", a="extends: [b.yaml]\n", b="extends: a.yaml\n")
    (fault,) = faults_of(top)
    assert fault.place == Place("b.yaml", 1, 10)


def test_a_file_reached_twice_counts_once(write):
    """Two bases may share a third: its exceptions are not doubled, and many such pairs take no time."""
    files = {f"f{n}": f"extends: [f{n + 1}.yaml, f{n + 1}.yaml]\n" for n in range(30)}
    files["f30"] = "version: 1\nexceptions: [{rule: R, match: {keys: K-1}}]\n"
    mapping = load(write(top="extends: [f0.yaml, f30.yaml]\n", **files))
    assert len(mapping.exceptions) == 1


def test_the_number_of_files_is_limited(write):
    """A chain without end ends in a fault."""
    files = {f"f{n}": f"extends: f{n + 1}.yaml\n" for n in range(60)}
    (fault,) = faults_of(write(top="version: 1\nextends: f0.yaml\n", **files))
    assert "more than 50 files" in fault.message


def test_an_unreadable_file_is_a_fault_of_its_own(write, tmp_path):
    """What is no text is named, and the rest is still checked."""
    (tmp_path / "base.yaml").write_bytes(b"a: \xff\n")
    faults = faults_of(write(top="version: 1\nextends: base.yaml\nisue: 1\n"))
    assert [(fault.place.file, fault.place.line) for fault in faults] == [("base.yaml", 1), ("top.yaml", 3)]


def test_every_file_may_ask_for_a_version(write):
    """The condition of a base holds even where the file above it has one of its own."""
    top = write(top="version: 1\nrequired_version: '>0'\nextends: a.yaml\n", a="required_version: '>=999'\n")
    (fault,) = faults_of(top)
    assert fault.place == Place("a.yaml", 1, 20)


def test_source_and_sources_replace_each_other(write):
    """A file with one tracker may extend a base with several, and the other way round."""
    several, one = "version: 1\nsources: [{name: a}, {name: b}]\n", "version: 1\nsource: {name: c}\n"
    assert [s.name for s in load(write(base=several, top=one + "extends: base.yaml\n")).sources] == ["c"]
    assert [s.name for s in load(write(base=one, top=several + "extends: base.yaml\n")).sources] == ["a", "b"]


def test_null_in_a_project_removes_from_the_file_below_or_the_common_part(write):
    """Where the extended file says nothing of the project, null speaks of the common part."""
    top = write(
        base="version: 1\nissue_types: {A: ignore, B: ignore}\nprojects: {P: {issue_types: {B: {okr: objective}}}}\n",
        top="extends: base.yaml\nprojects: {p: {issue_types: {A: null, B: null}}}\n",
    )
    mapping = load(top)
    assert list(mapping.projects) == ["p"]
    assert [(entry.name, entry.ignored) for entry in mapping.for_project("P").issue_types] == [("B", True)]


def test_levels_are_checked_over_all_files(write):
    """A type of the base at a level that the file above removed is a fault in the base."""
    top = write(
        base="version: 1\nissue_types:\n  A: {level: epic}\n",
        top="extends: base.yaml\nhierarchy: {levels: [story], flow_item_level: story}\n",
    )
    (fault,) = faults_of(top)
    assert (fault.place, fault.code) == (Place("base.yaml", 3, 14), "M703")
