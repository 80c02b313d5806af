# ruff: noqa: RUF001  words of many languages
"""Jira's CSV exports from rows to raw tables: columns, repeated headers, parents, encodings, delimiters."""

import csv
import gzip
import io
import json
import subprocess
import sys

import pytest

from flowlint.errors import SourceError

BASIC = ("Summary", "Issue key", "Issue id", "Issue Type", "Status", "Status Category", "Created", "Updated", "Parent")
MARCH = "05/Mar/24 3:04 PM"


def text_of(header, *rows, delimiter=",", end="\n"):
    """Return a table as CSV."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def row(key, kind="Story", parent="", **more):
    """Return a row below BASIC."""
    number = key.rpartition("-")[2]
    cells = {
        "Summary": f"Issue {key}",
        "Issue key": key,
        "Issue id": f"100{number}",
        "Issue Type": kind,
        "Status": "To Do",
    }
    cells |= {"Status Category": "To Do", "Created": MARCH, "Updated": MARCH, "Parent": parent} | more
    return [cells[name] for name in BASIC]


@pytest.fixture
def load_text(load, tmp_path):
    """Return a function that loads a text as a CSV file, encoded as asked."""

    def load_(text, *more, name="jira.csv", encoding="utf-8"):
        paths = []
        for number, one in enumerate((text, *more)):
            path = tmp_path / (f"{number}-{name}" if more else name)
            path.write_bytes(one if isinstance(one, bytes) else one.encode(encoding))
            paths.append(path)
        return load(*paths)

    return load_


FOREST = text_of(BASIC, row("PAY-1", "Epic"), row("PAY-2", parent="1001"), row("PAY-3", "Sub-task", "1002"))


def test_every_column_of_jira(load_text):
    """All that Jira writes about an issue arrives where JSON would have put it."""
    header = [
        "Summary",
        "Issue key",
        "Issue id",
        "Issue Type",
        "Status",
        "Project key",
        "Project name",
        "Priority",
        "Resolution",
        "Assignee",
        "Assignee Id",
        "Reporter",
        "Created",
        "Updated",
        "Resolved",
        "Fix versions",
        "Fix versions",
        "Due date",
        "Labels",
        "Labels",
        "Component/s",
        "Description",
        "Inward issue link (Blocks)",
        "Outward issue link (Blocks)",
        "Outward issue link (Blocks)",
        "Sprint",
        "Sprint",
        "Sub-tasks",
        "Custom field (Story Points)",
        "Custom field (Flagged)",
        "Custom field (Team)",
        "Custom field (Target end)",
        "Parent",
        "Parent key",
        "Parent summary",
        "Status Category",
        "Comment",
        "Comment",
    ]
    cells = [
        "Pay by card", "PAY-2", "10002", "Story", "Shipped", "PAY", "Payments", "Medium", "Done", "A. Person", "acc-1",
        "B. Person", MARCH, "06/Mar/24 1:00 AM", "07/Mar/24 2:00 PM", "1.0", "1.1", "31/Mar/24 12:00 AM", "web", "pay", "checkout",
        "h2. Outcome\n* more", "PAY-7", "PAY-8", "PAY-9", "Sprint 1", "Sprint 2", "PAY-3",
        "3.0", "Impediment", "Ledger", "30/Mar/24", "10001", "PAY-1",
        "Cards", "Done", "one", "two",
    ]  # fmt: skip
    world = load_text(text_of(header, cells))
    assert not world.loaded.faults
    assert world.issue(
        "PAY-2", "id", "project", "summary", "type_name", "subtask", "status_name", "status_category", "resolution", "labels",
        "components", "description", "created::VARCHAR", "updated::VARCHAR", "resolved::VARCHAR", "due::VARCHAR", "subtask_keys",
    ) == (
        "10002", "PAY", "Pay by card", "Story", False, "Shipped", "done", "Done", ["pay", "web"],
        ["checkout"], "## Outcome\n- more", "2024-03-05 15:04:00", "2024-03-06 01:00:00", "2024-03-07 14:00:00", "2024-03-31",
        ["PAY-3"],
    )  # fmt: skip
    assert world.rows("SELECT via, parent_key, stub_summary FROM raw_parent") == [("parent", "PAY-1", "Cards")]
    assert world.rows("SELECT other_key, link_type, direction FROM raw_link ORDER BY 1") == [
        ("PAY-7", "Blocks", "inward"),
        ("PAY-8", "Blocks", "outward"),
        ("PAY-9", "Blocks", "outward"),
    ]
    assert world.rows("SELECT sprint_id FROM raw_issue_sprint ORDER BY 1") == [("Sprint 1",), ("Sprint 2",)]
    assert world.rows("SELECT name FROM raw_issue_version ORDER BY 1") == [("1.0",), ("1.1",)]
    assert world.rows("SELECT field_id, text, number FROM raw_field_value ORDER BY 1") == [
        ("Flagged", "Impediment", None),
        ("Story Points", "3.0", 3.0),
        ("Target end", "2024-03-30T00:00:00", None),
        ("Team", "Ledger", None),
        ("duedate", "2024-03-31T00:00:00", None),
    ]
    fields = world.loaded.fields[None]
    assert (fields["story_points"], fields["flagged"], fields["team"]) == (("Story Points",), ("Flagged",), ("Team",))
    assert set(fields["due"]) == {"duedate", "Target end"}


def test_same_issues_as_json(load_text, write, load):
    """Rows and records of the same issues give the same tables, save for what a CSV does not hold."""
    records = [
        {"id": "1001", "key": "PAY-1", "fields": {"issuetype": {"name": "Epic"}, "parent": None}},
        {
            "id": "1002",
            "key": "PAY-2",
            "fields": {"issuetype": {"name": "Story"}, "parent": {"id": "1001", "key": "PAY-1"}},
        },
        {
            "id": "1003",
            "key": "PAY-3",
            "fields": {"issuetype": {"name": "Sub-task"}, "parent": {"id": "1002", "key": "PAY-2"}},
        },
    ]
    for record in records:
        record["fields"] |= {"summary": f"Issue {record['key']}", "created": "2024-03-05T15:04:00.000+0000"}
    columns = "SELECT key, id, project, summary, type_name, created FROM raw_issue ORDER BY key"
    from_csv, from_json = load_text(FOREST), load(write(*records))
    assert from_csv.rows(columns) == from_json.rows(columns)
    parents = "SELECT key, via, parent_key, parent_id, state FROM raw_parent ORDER BY key"
    assert from_csv.rows(parents) == from_json.rows(parents)


def test_not_there_is_not_empty(load_text):
    """A column that is not there was not fetched; an empty cell is empty."""
    world = load_text(text_of(("Issue key", "Assignee", "Custom field (Team)", "Parent"), ("PAY-1", "", "", "")))
    assert world.issue("PAY-1", "fetched") == ["Team", "assignee", "parent"]
    assert world.issue("PAY-1", "assignee") is None
    assert world.rows("SELECT * FROM raw_parent") == []


@pytest.mark.parametrize(
    ("header", "cell", "way", "found"),
    [
        ("Parent", "1001", "parent", "PAY-1"),
        ("Parent", "PAY-1", "parent", "PAY-1"),
        ("Parent", "PAY-1 Cards", "parent", "PAY-1"),
        ("Parent id", "1001", "parent", "PAY-1"),
        ("Parent key", "PAY-1", "parent", "PAY-1"),
        ("Parent Story", "PAY-1", "parent", "PAY-1"),
        ("Parent", "HID-9", "parent", "HID-9"),
        ("Parent", "Issue PAY-1", "parent", "PAY-1"),
        ("Epic", "Issue PAY-1", "epic", "PAY-1"),
        ("Epic", "1001", "epic", "PAY-1"),
        ("Custom field (Epic Link)", "PAY-1", "epic_link", "PAY-1"),
        ("Epic Link", "PAY-1", "epic_link", "PAY-1"),
        ("Custom field (Parent Link)", "PAY-1", "parent_link", "PAY-1"),
        ("Champs personnalisés (Lien d'epic)", "PAY-1", "epic_link", "PAY-1"),
    ],
)
def test_ways_to_name_a_parent(load_text, header, cell, way, found):
    """By key, by id, by key and title, by title; in Jira's own columns and in those of hand-made sheets."""
    columns = ("Issue key", "Issue id", "Issue Type", "Summary", header)
    world = load_text(
        text_of(columns, ("PAY-1", "1001", "Epic", "Issue PAY-1", ""), ("PAY-2", "1002", "Story", "x", cell))
    )
    told = world.rows("SELECT key, via, parent_key FROM raw_parent")
    assert ("PAY-2", way, found) in told
    assert {(key, parent) for key, _, parent in told} == {("PAY-2", found)}


def test_parents_across_the_files_of_a_run(load_text):
    """An id is looked up in all files; one that is in none stays an id."""
    world = load_text(
        text_of(BASIC, row("PAY-2", parent="1001"), row("PAY-3", parent="77")), text_of(BASIC, row("PAY-1", "Epic"))
    )
    assert world.rows("SELECT key, parent_key, parent_id FROM raw_parent ORDER BY key") == [
        ("PAY-2", "PAY-1", None),
        ("PAY-3", None, "77"),
    ]


def test_a_parent_by_a_name_that_is_nobodys(load_text):
    """The issue has a parent, and it is outside; the run says which cell it was."""
    columns = ("Key", "Type", "Title", "Epic")
    world = load_text(text_of(columns, ("A-1", "Story", "x", "Checkout"), ("A-2", "Epic", "Cards", ""), ("A-3", "Epic", "Cards", ""), ("A-4", "Story", "y", "cards")))  # fmt: skip
    assert world.rows("SELECT key, parent_key FROM raw_parent ORDER BY key") == [("A-1", "Checkout"), ("A-4", "cards")]
    assert '2 cells of column "Epic" name no issue of this file: first in line 2, "Checkout"' in " ".join(
        world.loaded.notes
    )


def test_no_column_names_parents(load_text):
    """Then nobody knows who has one, which is not the same as having none."""
    world = load_text(text_of(BASIC[:-1], row("PAY-1")[:-1]))
    assert world.rows("SELECT key, state, parent_key FROM raw_parent") == [("PAY-1", "hidden", None)]
    assert any("no column names parents" in note for note in world.loaded.notes)


def test_what_depends_on_parents_is_not_judged_without_them(tmp_path, root):
    """A story whose parents nobody told is no orphan, and is not clean either."""
    command = [sys.executable, "-m", "flowlint", "check", "--quiet", "--format", "json", "--select", "H103", "-"]
    told = []
    for text in (
        FOREST,
        text_of(
            BASIC[:-1],
            *(row(f"PAY-{number}", kind, Created="05/Jan/24")[:-1] for number, kind in enumerate(("Epic", "Story"), 1)),
        ),
    ):
        run = subprocess.run(command, cwd=root, capture_output=True, check=False, input=text.encode())
        judged = json.loads(run.stdout)["judged"]["H103"]
        told.append((run.returncode, judged["findings"], judged["not_judged"]))
    assert told == [(0, 0, 0), (0, 0, 1)]


def test_sub_tasks_by_id(load_text):
    """Ids become keys where their issues are here."""
    columns = ("Issue key", "Issue id", "Sub-tasks", "Sub-tasks")
    world = load_text(text_of(columns, ("A-1", "10", "11", "12"), ("A-2", "11", "", "")))
    assert world.issue("A-1", "subtask_keys") == ["A-2", "12"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", list(",;\t|^"))
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_forms_of_a_file(load_text, encoding, delimiter, end):
    """Encoding, delimiter and line ends make no difference; cells may hold all of them."""
    odd = 'é \u20ac \U0001f600, ; | \t ^ "quoted"\r\n\n* two'
    found = load_text(
        text_of(BASIC, row("PAY-1", "Epic", Summary=odd), row("PAY-2", parent="1001"), delimiter=delimiter, end=end),
        encoding=encoding,
    )
    assert not found.loaded.faults
    assert not any("read as" in note for note in found.loaded.notes)
    assert found.issue("PAY-1", "summary") == odd
    assert found.rows("SELECT parent_key FROM raw_parent") == [("PAY-1",)]


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("cp1252", "Zusammenfassung;Vorgangsschlüssel;Übergeordnet"),
        ("cp1250", "Podsumowanie;Klucz zgłoszenia;Element nadrzędny"),
        ("cp1251", "Тема;Ключ проблемы;Родитель"),
        ("cp1254", "Özet;Sorun anahtarı;Üst öğe"),
        ("cp932", "要約,課題キー,親"),
        ("gb18030", "概要,问题关键字,父级"),
        ("cp949", "요약,이슈 키,상위 항목"),
    ],
)
def test_what_spreadsheets_save(load_text, encoding, header):
    """Bytes that are no UTF-8 are read in the encoding that explains the header, which is a note and no fault."""
    delimiter = ";" if ";" in header else ","
    summary = header.split(delimiter)[2]
    text = f"{header}\nx{delimiter}A-1{delimiter}\n{summary}{delimiter}A-2{delimiter}A-1\n"
    world = load_text(text, encoding=encoding)
    assert not world.loaded.faults
    assert world.issue("A-2", "summary") == summary
    assert world.rows("SELECT key, parent_key FROM raw_parent") == [("A-2", "A-1")]
    assert any("no UTF-8" in note for note in world.loaded.notes)


def test_excel_says_its_delimiter(load_text):
    """The line sep=; is no header."""
    assert load_text("sep=;\n" + text_of(BASIC, row("PAY-1"), delimiter=";")).rows("SELECT key FROM raw_issue") == [
        ("PAY-1",)
    ]


def test_packed_and_from_standard_input(load, tmp_path, monkeypatch):
    """A packed file and standard input are read like a plain file."""
    path = tmp_path / "jira.csv.gz"
    path.write_bytes(gzip.compress(FOREST.encode()))
    assert load(path).one("SELECT count(*) FROM raw_issue") == 3

    class Input:
        buffer = io.BytesIO(FOREST.encode())

    monkeypatch.setattr("sys.stdin", Input())
    assert load("-").one("SELECT count(*) FROM raw_parent") == 2


def test_a_summary_in_brackets_is_no_json(load_text):
    """The first cell below the header may begin like an array."""
    world = load_text(text_of(BASIC, row("PAY-1", Summary="[FE] Login"), row("PAY-2", Summary="{x}")))
    assert world.issue("PAY-1", "summary") == "[FE] Login"


def test_unknown_language(load_text):
    """Keys, ids and parents are told by their cells, custom fields by the words that most columns share."""
    header = ("Aa", "Bb", "Cc", "Dd", "Ee (Team)", "Ee (Rank)", "Ee (Story Points)")
    world = load_text(
        text_of(
            header,
            ("x", "A-1", "11", "", "t", "a", "1"),
            ("y", "A-2", "12", "11", "t", "b", "2"),
            ("z", "A-3", "13", "11", "", "c", "3"),
        )
    )
    assert world.rows("SELECT key, id FROM raw_issue ORDER BY key") == [("A-1", "11"), ("A-2", "12"), ("A-3", "13")]
    assert world.rows("SELECT DISTINCT parent_key FROM raw_parent") == [("A-1",)]
    assert world.loaded.fields[None]["story_points"] == ("Story Points",)
    notes = " ".join(world.loaded.notes)
    assert 'column "Bb" was taken for key by its cells' in notes
    assert 'column "Dd" was taken for parent by its cells' in notes
    assert "no column was recognised as the issue type or the status" in notes


def test_links_of_an_english_file_are_no_parents(load_text):
    """A column of keys in a file whose other headers are known stays what it is called."""
    world = load_text(text_of((*BASIC[:-1], "Blocked by"), [*row("A-1")[:-1], ""], [*row("A-2")[:-1], "A-1"]))
    assert world.rows("SELECT DISTINCT state FROM raw_parent") == [("hidden",)]


def test_numbers(load_text):
    """A column of numbers holds numbers, with a comma too; one text among them makes texts of all."""
    columns = ("Issue key", "Custom field (Story Points)", "Custom field (Size)")
    world = load_text(text_of(columns, ("A-1", "2,5", "3"), ("A-2", "8", "XL"), delimiter=";"))
    assert world.rows("SELECT number FROM raw_field_value WHERE field_id = 'Story Points' ORDER BY 1") == [
        (2.5,),
        (8.0,),
    ]


def test_fields_by_name_and_by_id(load, tmp_path):
    """Names lead to the ids of a fields.json beside the file, so that one mapping serves both exports."""
    (tmp_path / "jira.csv").write_text(text_of(("Issue key", "Custom field (Story Points)"), ("A-1", "3")))
    (tmp_path / "fields.json").write_text(
        json.dumps([{"id": "customfield_10016", "name": "Story Points", "custom": True}])
    )
    world = load(tmp_path)
    assert world.rows("SELECT field_id, number FROM raw_field_value") == [("customfield_10016", 3.0)]


def test_a_custom_field_named_like_one_of_jiras_own(load_text):
    """It stays apart from Jira's."""
    columns = (
        "Issue key",
        "Issue Type",
        "Custom field (Type)",
        "Custom field (Status)",
        "Custom field (customfield_1)",
    )
    world = load_text(text_of(columns, ("A-1", "Story", "Bug", "x", "y")))
    assert world.issue("A-1", "type_name", "status_name") == ("Story", None)


def test_sprint_strings_and_repeated_headers_of_other_tools(load_text):
    """Old sprint strings are read, and Sprint.1 or Labels_1 repeat Sprint and Labels."""
    sprint = "com.atlassian.greenhopper.service.sprint.Sprint@1[id=7,rapidViewId=3,state=CLOSED,name=Tide 7,goal=Sail]"
    columns = ("Issue key", "Sprint", "Sprint.1", "Labels", "Labels_1")
    world = load_text(text_of(columns, ("A-1", sprint, "Tide 8", "a", "b")))
    assert world.rows("SELECT id, name, state, goal FROM raw_sprint ORDER BY id") == [
        ("7", "Tide 7", "closed", "Sail"),
        ("Tide 8", "Tide 8", None, None),
    ]
    assert world.issue("A-1", "labels") == ["a", "b"]


def test_status_categories_where_no_column_has_them(load_text):
    """Older exports have none: Jira's own statuses are known, others are not guessed."""
    columns = ("Issue key", "Status", "Resolution")
    world = load_text(
        text_of(columns, ("A-1", "Open", "Unresolved"), ("A-2", "Geschlossen", "Done"), ("A-3", "Moored", ""))
    )
    assert world.rows("SELECT status_category, resolution FROM raw_issue ORDER BY key") == [
        ("new", None),
        ("done", "Done"),
        (None, None),
    ]


def test_dates_that_cannot_be_read(load_text):
    """They are named with column, number and a line, are unknown, and are no damage."""
    columns = ("Issue key", "Created", "Due date")
    world = load_text(text_of(columns, ("A-1", MARCH, ""), ("A-2", "05/Mxr/24", "soon"), ("A-3", "05/Mxr/24", "")))
    assert not world.loaded.faults
    notes = " ".join(world.loaded.notes)
    assert (
        '2 cells of column "Created" could not be read as a date, so the time is unknown: first in line 3, "05/Mxr/24"'
        in notes
    )
    assert "due" not in world.issue("A-2", "fetched")
    assert "duedate" not in world.issue("A-2", "fetched")
    assert "duedate" in world.issue("A-1", "fetched")
    assert world.rows("SELECT count(created) FROM raw_issue") == [(1,)]


def test_day_or_month_first(load_text):
    """One column decides for all; where nothing does, the times are unknown and the run says why."""
    columns = ("Issue key", "Created", "Updated")
    decided = load_text(text_of(columns, ("A-1", "03/05/2024", "03/25/2024")))
    assert decided.issue("A-1", "created::VARCHAR") == "2024-03-05 00:00:00"
    undecided = load_text(text_of(columns, ("A-1", "03/05/2024", "04/05/2024")))
    assert undecided.issue("A-1", "created", "updated") == (None, None)
    assert any("whether day or month comes first cannot be told" in note for note in undecided.loaded.notes)


@pytest.mark.parametrize(("count", "capped"), [(999, False), (1000, True), (1001, False)])
def test_jiras_limit(load_text, count, capped):
    """A file with exactly as many issues as Jira puts into one may be cut there: no fault, but not complete."""
    world = load_text(text_of(("Issue key", "Summary"), *((f"A-{number}", "x") for number in range(1, count + 1))))
    assert not world.loaded.faults
    assert world.one("SELECT restricted FROM raw_source") is capped
    assert [bound.partition("csv: ")[2] for bound in world.loaded.bounds] == (
        ["exactly 1,000 issues: Jira cuts CSV exports there"] if capped else []
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "Name,Age\nx,1\ny,2\n",
            "no column is called Issue key, and none holds in each row a key like PAY-1 of its own",
        ),
        ("Key,Value\ncolour,red\nsize,1\n", 'most cells of its column "Key" are no keys like PAY-1'),
        ("Summary,Issue id,Parent\nx,1,\ny,2,1\n", "no column is called Issue key"),
        ("Related\nA-1\nA-2\n", "no JSON"),
        (text_of(BASIC), "a CSV export with a header and no issues below it"),
        ('"Summary,Issue key\nx,A-1\n', "a quote in its first row is never closed"),
        ("PK\x03\x04 zip", "a workbook or another archive"),
        ("\x00\x01\x02\x03binary\x05" * 9, "no JSON"),
    ],
)
def test_what_is_no_export(load_text, load, write, record, tmp_path, text, reason):
    """Named, it is a fault with its reason; found in a folder, it is passed over with the same."""
    with pytest.raises(SourceError) as raised:
        load_text(text)
    assert reason in str(raised.value)
    write(record("A-1"))
    world = load(tmp_path)
    assert not world.loaded.faults
    assert reason in " ".join(world.loaded.passed_over)
