"""YAML by the 1.2 core rules: meaning of scalars, places, limits, and every fault at its place."""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flowlint.config import yaml12
from flowlint.config.text import MAX_SIZE
from flowlint.config.yaml12 import Document, KeyPath, decode, examine, parse, read_text
from flowlint.errors import Fault, FileFaults, Place


@pytest.fixture(params=["fast", "python"], autouse=True)
def splitter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run each test over both of PyYAML's splitters: which one is there depends on the installation."""
    if request.param == "fast":
        pytest.importorskip("yaml._yaml")
    else:
        monkeypatch.setattr(yaml12, "_loader", lambda: yaml.SafeLoader)


def value_of(text: str) -> Any:
    """Return what ``text`` means."""
    return parse(text, "a.yaml").value


def faults_of(text: str) -> tuple[Fault, ...]:
    """Return the faults that ``text`` is refused with."""
    with pytest.raises(FileFaults) as caught:
        parse(text, "a.yaml")
    return caught.value.faults


def only_fault(text: str) -> tuple[int, int, str]:
    """Return line, column and message of the one fault of ``text``."""
    (fault,) = faults_of(text)
    return fault.place.line, fault.place.column, fault.message


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("190:20:30", "190:20:30"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("2027-01-31", "2027-01-31"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("-7", -7),
        ("+7", 7),
        ("0.90", 0.9),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        ("1e", "1e"),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        (".", "."),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("", None),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!int 12", 12),
        ("!!float 12", 12.0),
        ("!!null ''", None),
    ],
)
def test_scalars_mean_what_the_core_schema_says(written: str, meant: object) -> None:
    """Project keys and status names such as NO or 12:30 are texts; 010 is ten."""
    value = value_of(f"a: {written}")
    assert value == {"a": meant}
    assert type(value["a"]) is type(meant)


def test_nan_is_a_number() -> None:
    """The core schema has it; whoever needs a finite number says so."""
    assert math.isnan(value_of("a: .nan")["a"])


def test_keys_are_text_as_written() -> None:
    """A type or project may be named 010, NO, null or 1.50."""
    text = "010: 1\nNO: 2\nnull: 3\n1.50: 4\n~: 5\n2027-01-31: 6\ntrue: 7\n"
    assert list(value_of(text)) == ["010", "NO", "null", "1.50", "~", "2027-01-31", "true"]


def test_places_of_keys_items_and_values() -> None:
    """A place is that of the key, or of the list's item; a value place is where its text begins."""
    document = parse("a:\n  b: [x, \"y\"]\n  c: {d: 'e'}\n", "f.yaml")
    assert document.place(("a",)) == Place("f.yaml", 1, 1)
    assert document.place(("a", "b", 1)) == Place("f.yaml", 2, 10)
    assert document.value_place(("a", "b", 1)) == Place("f.yaml", 2, 11)
    assert document.place(("a", "c", "d")) == Place("f.yaml", 3, 7)
    assert document.value_place(("a", "c", "d")) == Place("f.yaml", 3, 11)


def test_place_falls_back_to_the_nearest_ancestor() -> None:
    """A missing key is reported where it would have to stand."""
    document = parse("a:\n  b: [x]\n", "f.yaml")
    assert document.place(("a", "b", 7, "q")) == Place("f.yaml", 2, 3)
    assert document.place(("z",)) == Place("f.yaml", 1, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_mark_and_crlf_do_not_shift_places(end: str) -> None:
    """Files written on Windows point to the same lines and columns."""
    document = parse("\ufeff" + end.join(["a: 1", "b:", "  c: |", "    x", "    y", "d: 2", ""]), "f.yaml")
    assert document.place(("a",)) == Place("f.yaml", 1, 1)
    assert document.place(("b", "c")) == Place("f.yaml", 3, 3)
    assert document.value_place(("b", "c")) == Place("f.yaml", 4, 5)
    assert document.place(("d",)) == Place("f.yaml", 6, 1)
    assert document.value == {"a": 1, "b": {"c": "x\ny\n"}, "d": 2}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("q: |\n  SELECT\n", 2, 3),
        ("q: >-\n\n\n    folded\n    text\n", 2, 5),
        ("q: |2\n    indented\n", 2, 3),
        ("q: &x |\n   text\n", 2, 4),
        ("q: |  # why\n  text\n", 2, 3),
        ("q: &x plain\n", 1, 7),
        ("q: !!str 'quoted'\n", 1, 11),
        ("q: |\n", 2, 1),
    ],
)
def test_value_place_is_where_the_text_begins(text: str, line: int, column: int) -> None:
    """Whoever reports a fault inside a text counts from there."""
    assert parse(text, "f.yaml").value_place(("q",)) == Place("f.yaml", line, column)


def test_duplicate_keys_are_all_named_with_both_lines() -> None:
    """Each repeated key is a fault of its own at the later place, at any depth."""
    faults = faults_of("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n'a': 4\n")
    assert [(fault.code, fault.place.line, fault.place.column, fault.key) for fault in faults] == [
        ("M702", 4, 3, "b.c"),
        ("M702", 5, 1, "a"),
        ("M702", 6, 1, "a"),
    ]
    assert "in line 1 and in line 5" in faults[1].message


def test_keys_that_differ_as_written_are_no_duplicates() -> None:
    """`1` and `01` are two names."""
    assert value_of("1: a\n01: b\nno: c\nNO: d\n") == {"1": "a", "01": "b", "no": "c", "NO": "d"}


def test_aliases_are_expanded_with_their_own_key_place() -> None:
    """The alias stands where it is written; what is inside of it stands at the anchor."""
    document = parse("a: &x {b: 1}\nc: *x\n", "f.yaml")
    assert document.value == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.place(("c",)) == Place("f.yaml", 2, 1)
    assert document.place(("c", "b")) == Place("f.yaml", 1, 8)


def test_an_exploding_chain_of_aliases_is_refused() -> None:
    """Ten levels of nine aliases each would be three thousand million values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 10):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    line, _, message = only_fault("\n".join(lines))
    assert "more than 250000 values" in message
    assert line == 6


def test_aliases_cannot_hide_nesting() -> None:
    """Depth is limited with aliases expanded, so that no reader of the value overruns its stack."""
    lines = [f"a0: &a0 {'[' * 40}{']' * 40}"]
    for level in range(1, 50):
        lines.append(f"a{level}: &a{level} {'[' * 40}*a{level - 1}{']' * 40}")
    line, _, message = only_fault("\n".join(lines))
    assert "nested more than 64 deep" in message
    assert line == 2


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("a: *x\n", 1, 4, 'no anchor "&x"'),
        ("a: &x [1, *x]\n", 1, 11, "inside of what it refers to"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, 3, "merge keys"),
        ("a: !!python/object/apply:os.system [ls]\n", 1, 4, "python/object/apply:os.system"),
        ("a: !secret x\n", 1, 4, '"!secret" is not known'),
        ("a: !!int x\n", 1, 4, "not what its tag"),
        ("!x a: 1\n", 1, 1, "no tag"),
        ("a: {{x}}\n", 1, 5, "a key must be a text"),
        ("a: &x 1\n*x : 2\n", 2, 1, "a key must be a text"),
        ("? [a]\n: 1\n", 1, 3, "a key must be a text"),
        ("a: 1\n--- \nb: 2\n", 2, 1, "a second document"),
        ("", 1, 1, "empty"),
        ("# only a comment\n", 1, 1, "empty"),
        ("---\n...\n", 1, 1, "empty"),
        ("\ufeff", 1, 1, "empty"),
        ("a: 99999999999999999999\n", 1, 4, "too large"),
        (f"a: {'9' * 5000}\n", 1, 4, "too large"),
        ("a: x\x07\n", 1, 5, "U+0007"),
        ("a: x\u2028b\n", 1, 5, "U+2028"),
        ("a: x\nb: \ud800\n", 2, 4, "U+D800"),
        ("a: 1\n\ufeffb: 1\n", 2, 1, "U+FEFF"),
        (f"a: {'[' * 100_000}", 1, 67, "nested more than 64 deep"),
    ],
)
def test_refused_at_its_place(text: str, line: int, column: int, part: str) -> None:
    """What the reader refuses is one fault with line, column and reason."""
    found = only_fault(text)
    assert found[:2] == (line, column)
    assert part in found[2]


@pytest.mark.parametrize("text", ['a: "\\ud800"', 'a: "\\UFFFFFFFF"', '"\\udc00": 1'])
def test_escapes_that_are_no_characters_are_refused(text: str) -> None:
    """Half a character would make every later writer fail."""
    assert [fault.code for fault in faults_of(text)] == ["M701"]


@pytest.mark.parametrize(
    ("text", "line", "help"),
    [
        ("a: b: c\n", 1, "quotes"),
        ("a:\n\t- b\n", 2, "tabs"),
        ("a: @b\n", 1, "quotes"),
        ("a:\n  b: 1\n c: 2\n", 3, "indentation"),
        ("a: [b, c\n", 2, "close it"),
        ("a: 'b\n", 2, "close it"),
    ],
)
def test_syntax_errors_say_what_they_hide(text: str, line: int, help: str) -> None:
    """The reader knows that more may be wrong behind the place."""
    (fault,) = faults_of(text)
    assert fault.place.line == line
    assert "what follows in this file was not checked" in fault.message
    assert help in fault.help


def test_everything_before_a_syntax_error_is_reported_with_it() -> None:
    """A duplicate key and a damaged character above it are not hidden, and what was read is kept."""
    document, faults = examine("a: 1\na: 2\nb: x\x00\nc: {d: 1\n", "a.yaml")
    assert [fault.code for fault in faults] == ["M702", "M701", "M701"]
    assert [fault.place.line for fault in faults][:2] == [2, 3]
    assert document.value == {"a": 1, "b": "x\ufffd", "c": {"d": 1}}
    assert not document.complete


def test_many_damaged_characters_are_counted_not_listed() -> None:
    """A binary file does not fill the screen."""
    faults = faults_of("a: " + "\x01" * 500)
    assert len(faults) == 11
    assert "490 more characters" in faults[0].message


def test_a_file_above_the_limit_is_not_read(tmp_path: Path) -> None:
    """Neither text nor file is looked at past the limit."""
    assert "larger than 4 MiB" in only_fault("#" * (MAX_SIZE + 1))[2]
    (tmp_path / "big.yaml").write_bytes(b"#" * (MAX_SIZE + 1))
    with pytest.raises(FileFaults, match="larger than 4 MiB"):
        read_text(tmp_path / "big.yaml")


def test_bytes_that_are_not_utf8_are_a_fault_at_their_place() -> None:
    """Line and column count characters, not bytes."""
    with pytest.raises(FileFaults) as caught:
        decode("a: ä\nb: ä".encode() + b"\xe4", "f.yaml")
    assert caught.value.faults[0].place == Place("f.yaml", 2, 5)
    with pytest.raises(FileFaults, match="UTF-16"):
        decode("a: 1".encode("utf-16"), "f.yaml")


def test_a_file_that_cannot_be_opened_is_a_fault(tmp_path: Path) -> None:
    """A missing file and a folder are named with the reason."""
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(FileFaults, match="cannot be read"):
            read_text(path, "shown.yaml")


def test_read_text_gives_what_parse_reads(tmp_path: Path) -> None:
    """The text is decoded, nothing else."""
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffa: é\r\n".encode())
    assert parse(read_text(path), str(path)).value == {"a": "é"}


names = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"),
    max_size=12,
)
trees = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def walk(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Yield the path of every key in a plain value."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield (*path, key)
            yield from walk(below, (*path, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from walk(below, (*path, index))


def written(document: Document, path: KeyPath) -> str:
    """Return the text at a key's place."""
    place = document.place(path)
    return document.text.split("\n")[place.line - 1][place.column - 1 :]


@given(value=st.dictionaries(names, trees, min_size=1, max_size=4), flow=st.booleans())
def test_what_a_yaml_writer_quotes_comes_back(value: dict[str, Any], *, flow: bool) -> None:
    """Reading gives what was written, and the text at a key's place begins with that key."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=flow, width=10_000, default_style='"')
    text = re.sub(r'!!(int|bool|null) "([^"]*)"', r"\2", text)
    document = parse(text, "f.yaml")
    assert document.value == value
    for path in walk(value):
        quoted_key = written(document, path)
        if quoted_key.startswith('"') and "\\" not in str(path[-1]) and '"' not in str(path[-1]):
            assert quoted_key.startswith(f'"{path[-1]}"') or "\\" in quoted_key


@given(st.dictionaries(st.from_regex(r"[A-Za-z0-9_.]{1,8}", fullmatch=True), trees, min_size=1, max_size=5))
def test_plain_keys_stand_where_their_place_says(value: dict[str, Any]) -> None:
    """The slice of the text at line and column is the key itself, however deep."""
    lines = []
    for key, below in value.items():
        lines += [f"{key}:", f"  x{key}: {below!r}" if isinstance(below, int) else f"  x{key}: y"]
    document = parse("\n".join(lines), "f.yaml")
    for key in value:
        assert written(document, (key,)) == f"{key}:"
        assert written(document, (key, f"x{key}")).startswith(f"x{key}:")


@given(st.text() | st.text(alphabet="ab:-[]{}#&*!|>'\"%@`?, \n\t0<\\u", max_size=60))
def test_any_text_is_a_document_or_faults(text: str) -> None:
    """No text makes anything but FileFaults, and every fault stands inside of the text."""
    document, faults = examine(text, "f.yaml")
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff"))
    for fault in faults:
        assert 1 <= fault.place.line <= len(lines) + 1
        assert fault.message.isprintable()
    assert faults or (document.complete and document.value is not None)
