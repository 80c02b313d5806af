"""Every kind of damage, in every layout: the place, what is said of it, and which issues are read all the same."""

import gzip
import json

import pytest

from flowlint.errors import SourceError

FOUR = ["A-1", "A-2", "A-3", "A-4"]


def made(key, **fields):
    """Return a record; its parent is enough of an issue to be taken for one by mistake."""
    number = key.rpartition("-")[2]
    parent = {"id": "99", "key": "UP-1", "fields": {"summary": "above"}}
    return {
        "id": number,
        "key": key,
        "fields": {"summary": f"Issue {key}", "labels": ["a"], "parent": parent, **fields},
    }


def text(value, indent=None):
    """Return a value as JSON."""
    return json.dumps(value, indent=indent)


RECORDS = [made(key) for key in FOUR]
LINES = "".join(text(record) + "\n" for record in RECORDS)
LAYOUTS = {
    "lines": LINES,
    "windows": LINES.replace("\n", "\r\n"),
    "array": text(RECORDS),
    "pretty": text(RECORDS, 2),
    "page": text({"issues": RECORDS}),
    "pretty-page": text({"startAt": 0, "issues": RECORDS, "total": 4}, 1),
    "records": "\n".join(text(record, 4) for record in RECORDS),
}


def keys(world):
    """Return the keys that were loaded."""
    return [key for (key,) in world.rows("SELECT key FROM raw_issue ORDER BY length(key), key")]


def told(world):
    """Return line and message of each fault."""
    return [(fault.place.line, fault.message) for fault in world.loaded.faults]


@pytest.fixture
def file(tmp_path):
    """Return a function that writes an export."""

    def file_(content, name="issues.json"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file_


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("sound", "damaged", "message", "read"),
    [
        ('"Issue A-3"', '"Issue A-3', "cut off or damaged", False),
        ('"Issue A-3"', "oops", "cut off or damaged", False),
        ('"Issue A-3"', '"Issue \x07"', "control characters", True),
        ('"Issue A-3"', '"half \\ud800"', "half a character", True),
        ('"Issue A-3"', "NaN", "NaN is no number", True),
        ('"Issue A-3"', '"one", "summary": "two"', "`summary` stands twice", True),
        ('"key": "A-3"', '"key": "A-3", "id": "7"', "`id` stands twice", True),
        ('"key": "A-3"', '"kee": "A-3"', "this record has no `key`", False),
        ('"key": "A-3"', '"key": ["A-3"]', "is a list, not a text", False),
        ('"key": "A-3"', '"key": ""', "is empty", False),
    ],
)
def test_one_damaged_record(load, file, layout, sound, damaged, message, read):
    """It is named at its line, and the other three are read, four where it can be mended."""
    content = LAYOUTS[layout].replace(sound, damaged)
    assert content != LAYOUTS[layout]
    world = load(file(content))
    assert keys(world) == [key for key in FOUR if read or key != "A-3"]
    ((line, said),) = told(world)
    assert message in said
    at = content.index(damaged)
    first = content.rindex('"id": "3"', 0, at + len(damaged))
    lines = range(content.count("\n", 0, first), content.count("\n", 0, at + len(damaged)) + 2)
    assert line in lines


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_record_without_fields(load, file, layout):
    """It is named by its key, at the line where it begins."""
    content = LAYOUTS[layout].replace('"fields"', '"other"', 5)
    world = load(file(content.replace('"other"', '"fields"', 4)))
    assert keys(world) == ["A-1", "A-2", "A-4"]
    ((line, said),) = told(world)
    assert said == "the record of A-3 has no `fields`"
    assert line in {content.count("\n", 0, content.index('"id": "3"')) + extra for extra in (0, 1)}


@pytest.mark.parametrize("layout", ["array", "pretty", "page", "pretty-page"])
@pytest.mark.parametrize(
    ("after", "read"), [(" rubbish", FOUR), ("\n<html>", FOUR), ("\n" + text(made("A-5")), [*FOUR, "A-5"])]
)
def test_what_follows_the_end(load, file, layout, after, read):
    """Rubbish behind an array or a page is named; another record is read."""
    world = load(file(LAYOUTS[layout] + after))
    assert keys(world) == read
    assert len(told(world)) == (read == FOUR)


@pytest.mark.parametrize(
    "content",
    [
        text(RECORDS)[:-1] + ",]",
        LINES.replace("\n", ",\n"),
        "".join("\x1e" + line + "\n" for line in LINES.splitlines()),
        "\ufeff" + LINES.replace("\n", "\n\ufeff", 1),
        text(RECORDS[:2]) + "\n" + text(RECORDS[2:]),
        text([{"issues": RECORDS[:2]}, {"issues": RECORDS[2:]}]),
        text([RECORDS[:2], RECORDS[2:]]),
        text(RECORDS) + "\n[]",
        LINES.replace('"labels": ["a"]', '"labels": ["a",],'[:-1]),
    ],
    ids=[
        "comma at the end",
        "comma a line",
        "sequence",
        "marks",
        "two arrays",
        "array of pages",
        "nested",
        "last page empty",
        "inner commas",
    ],
)
def test_what_is_no_damage(load, file, content):
    """Nothing is lost where separators differ from JSON's."""
    world = load(file(content))
    assert (keys(world), told(world)) == (FOUR, [])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"errorMessages":["No project PAY"],"errors":{"jql":"odd"}}',
            "stands in place of issues: No project PAY; jql: odd",
        ),
        ('{"message":"Unauthorized"}', "in place of issues: Unauthorized"),
        ('{"errors":{"jql":"odd"}}', "in place of issues: jql: odd"),
        ('{"error":{"message":"gone"}}', "in place of issues: message: gone"),
        ("<!doctype html>\n<p>Log in</p>\n<script>\nvar a = {};\n</script>", "a page for people"),
        ("\0" * 4096, "bytes of zero"),
        ('{"data":{"issues":[' + text(made("A-9")) + "]}}", "issues stand under `data`"),
        ('{"issues":{"A-9":' + text(made("A-9")) + "}}", "issues stand under `issues`"),
        ('{"id":"9","key":"A-9","fields":[]}', "the `fields` of A-9 are a list"),
        ("17", "a number stands here"),
        ("[]", "an empty list stands here"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ("[" * 100_000, "nested too deeply"),
    ],
    ids=lambda value: value[:20],
)
def test_what_stands_between_records(load, file, line, message):
    """An error body, a page of HTML, a hole in the file: one fault at its first line."""
    world = load(file(LINES + line + "\n" + text(made("A-5")) + "\n", "issues.ndjson"))
    assert keys(world) == [*FOUR, "A-5"]
    ((number, said),) = told(world)
    assert number == 5
    assert message in said


def test_a_second_record_on_a_line(load, file):
    """Both are read."""
    world = load(file(LINES.replace("\n", " ", 1), "issues.ndjson"))
    assert (keys(world), told(world)) == (FOUR, [(1, "a second record stands on this line")])


def test_a_record_glued_to_a_cut_one(load, file):
    """A program that died and was started again leaves such lines; the second record is whole."""
    world = load(
        file(
            LINES.replace(' A-2", "labels": ["a"]', "", 1)[:-1].replace('"Issue,', '"Issue' + text(made("A-7")), 1),
            "issues.ndjson",
        )
    )
    assert keys(world) == ["A-1", "A-3", "A-4", "A-7"]
    assert [line for line, _ in told(world)] == [2]


@pytest.mark.parametrize("layout", ["array", "pretty", "page", "pretty-page"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_list_cut_between_two_records(load, file, layout, pack):
    """No record is damaged, but those that should follow are missing."""
    text_ = LAYOUTS[layout]
    cut = text_.rindex(",", 0, text_.index('"id": "3"')) + 1
    world = load(file(pack(text_[:cut].encode())))
    assert keys(world) == ["A-1", "A-2"]
    ((line, said),) = told(world)
    assert "breaks off" in said
    assert line == text_.count("\n", 0, cut) + 1


def test_log_lines_before_records(load, file):
    """They are named, and the records behind them are read."""
    world = load(file("INFO getting issues\nINFO page 1\n" + LINES))
    assert keys(world) == FOUR
    assert told(world)[0][0] == 1


@pytest.mark.parametrize("before", ["<html>", "[]", "[17]", "\x00\x00 oops"])
def test_a_first_line_that_is_no_record(load, file, before):
    """It does not decide what the rest of the file is."""
    world = load(file(before + "\n" + LINES))
    assert keys(world) == FOUR
    assert {line for line, _ in told(world)} == {1}


def test_an_error_beside_issues(load, file):
    """A page that has both is read, and named."""
    world = load(file(text({"issues": RECORDS, "errorMessages": ["too slow"]})))
    assert (keys(world), told(world)) == (FOUR, [(1, "an error message stands beside the issues: too slow")])


def test_a_member_of_a_page_twice(load, file):
    """Both lists are read; it is not known what else was lost."""
    world = load(file('{"issues": ' + text(RECORDS[:2]) + ',\n"issues": ' + text(RECORDS[2:]) + "}"))
    assert (keys(world), told(world)) == (FOUR, [(2, "`issues` stands twice in this page; both were read")])


@pytest.mark.parametrize("name", ["issues.ndjson.zst", "issues.json.zst"])
def test_a_torn_zstd_archive(load, file, name):
    """The whole blocks before the break are read, and the line of the break is named."""
    zstandard = pytest.importorskip("zstandard")
    many = [made(f"A-{number}", description=str(hash(str(number)) * 7919)) for number in range(1, 5000)]
    plain = "".join(text(one) + "\n" for one in many) if "nd" in name else text(many, 1)
    packed = zstandard.compress(plain.encode())
    world = load(file(packed[: len(packed) * 2 // 3], name))
    read = keys(world)
    assert 500 < len(read) < 4999
    assert read == [f"A-{number}" for number in range(1, len(read) + 1)]
    ((line, _),) = [(line, said) for line, said in told(world) if "torn" in said]
    assert line > len(read)


@pytest.mark.parametrize("bad", [b'{"id":"9","key":"A-9"', b'{"id":"9","key":"A-9","fields":{"summary":"caf\xe9"}}'])
def test_a_damaged_line_in_a_zstd_archive(load, file, bad):
    """Its line is named, and the others are read."""
    zstandard = pytest.importorskip("zstandard")
    lines = LINES.encode().splitlines()
    world = load(file(zstandard.compress(b"\n".join([*lines[:2], b"", bad, *lines[2:]])), "issues.zst"))
    assert keys(world) == FOUR
    assert [line for line, _ in told(world)] == [4]


def test_names_of_fields_in_a_damaged_page(load, file):
    """What the page says of its fields counts for those of its records that are read, mended or not."""
    page = {"names": {"customfield_7": "Story Points"}, "issues": [made(key, customfield_7=3) for key in FOUR]}
    world = load(file(text(page).replace('"Issue A-2"', "NaN").replace('"Issue A-3"', "oops")))
    assert keys(world) == ["A-1", "A-2", "A-4"]
    assert world.one("SELECT count(*) FROM raw_field_value WHERE number = 3") == 3


@pytest.mark.parametrize(
    ("others", "named"),
    [([{"key": "jdoe", "name": "J"}], False), ([{"id": "7", "key": "A-7"}], True), ([{"message": "no"}], True)],
)
def test_a_file_beside_an_export(load, tmp_path, others, named):
    """Users and boards are passed over; what was meant as issues is a fault."""
    (tmp_path / "issues.ndjson").write_text(LINES)
    (tmp_path / "others.json").write_text(text(others))
    world = load(tmp_path)
    assert keys(world) == FOUR
    assert bool(world.loaded.faults) is named
    assert bool(world.loaded.passed_over) is not named


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (lambda: gzip.compress(bytes(1 << 30), 1), "empty"),
        (lambda: gzip.compress(b" " * (1 << 30), 1), "empty"),
        (lambda: gzip.compress(b"[" * (1 << 28), 1), "nested too deeply"),
        (lambda: b'{"a":' * (10 << 20), "nested too deeply"),
        (lambda: b'[{"a' + b"x" * (100 << 20), "breaks off"),
        (lambda: b'[{"a":' + b',{"a":[' * (4 << 20), "cut off or damaged"),
    ],
    ids=["zeros", "blanks", "brackets", "braces", "string", "openings"],
)
def test_bombs(load, file, content, said):
    """What is made to exhaust a reader ends in a sentence."""
    with pytest.raises(SourceError, match=said):
        load(file(content()))


@pytest.mark.slow
def test_a_long_line(load, file):
    """A hundred megabytes on one line cost that line at most."""
    long = b'{"id":"9","key":"A-9","fields":{"summary":"' + b"x" * (100 << 20)
    for end, more in ((b'"}}', ["A-9"]), (b"", [])):
        world = load(file(LINES.encode() + long + end + b"\n" + text(made("A-5")).encode()))
        assert keys(world) == [*FOUR, "A-5", *more]
        assert [line for line, _ in told(world)] == ([] if more else [5])
