"""Real CSV exports, where they lie beside the checkout: what Python's csv module alone reads in them."""

import csv
import subprocess
import sys

import pytest

FILES = ("agile-delivery-simulation.csv", "qa-group-polish.csv", "rac22-team.csv")
COLUMNS = {  # of the Polish file; the others are in English
    "key": ("Issue key", "Klucz zgłoszenia"),
    "id": ("Issue id", "Id. zgłoszenia"),
    "type": ("Issue Type", "Typ zgłoszenia"),
    "summary": ("Summary", "Podsumowanie"),
    "created": ("Created", "Utworzono"),
}


@pytest.fixture(params=FILES)
def path(request, shared_data):
    """Return each file in turn."""
    found = shared_data / "csv-exports" / request.param
    if not found.is_file():
        pytest.skip(f"no {request.param} beside this checkout")
    return found


def plain(path):
    """Return header and rows of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def cells(path, name):
    """Return the cells of a column."""
    header, rows = plain(path)
    index = next(header.index(word) for word in COLUMNS[name] if word in header)
    return [row[index] for row in rows]


def test_every_issue(path, load):
    """Keys, ids, types, summaries and times of all rows; a category for each status."""
    world = load(path)
    assert not world.loaded.faults
    expected = sorted(zip(*(cells(path, name) for name in ("key", "id", "type")), strict=True))
    assert sorted(world.rows("SELECT key, id, type_name FROM raw_issue")) == expected
    assert sorted(world.rows("SELECT summary FROM raw_issue")) == sorted((text,) for text in cells(path, "summary"))
    assert world.rows("SELECT count(created) = count(*), count(status_category) = count(*) FROM raw_issue") == [
        (True, True)
    ]
    days = {(text[:2].replace("/", ""), text.split("/")[2][:2]) for text in cells(path, "created")}
    assert set(world.rows("SELECT DISTINCT strftime(created, '%-d'), strftime(created, '%y') FROM raw_issue")) <= {
        (day.lstrip("0"), year) for day, year in days
    }


def test_parents(path, load):
    """Every filled cell of Parent is one parent, found by its id."""
    header, rows = plain(path)
    world = load(path)
    if "Parent" not in header:
        assert world.rows("SELECT * FROM raw_parent") == []
        return
    by_id = dict(zip(cells(path, "id"), cells(path, "key"), strict=True))
    index = header.index("Parent")
    named = {(key, by_id[row[index]]) for key, row in zip(cells(path, "key"), rows, strict=True) if row[index]}
    assert set(world.rows("SELECT key, parent_key FROM raw_parent")) == named
    assert named


def test_repeated_headers(path, load):
    """Each cell of Sprint, Labels and the links is a value of its own."""
    header, rows = plain(path)
    world = load(path)
    for name, count in {
        "Sprint": "SELECT count(*) FROM raw_issue_sprint",
        "Labels": "SELECT coalesce(sum(len(labels)), 0)::BIGINT FROM raw_issue",
        "Fix versions": "SELECT count(*) FROM raw_issue_version",
        "Inward issue link (Cloners)": "SELECT count(*) FROM raw_link WHERE direction = 'inward'",
    }.items():
        indexes = [index for index, text in enumerate(header) if text == name]
        filled = sum(len({row[index] for index in indexes if row[index]}) for row in rows)
        if indexes:
            assert world.one(count) == filled, name


@pytest.mark.slow
def test_the_command(path, root):
    """The linter judges it, as a file and on standard input alike."""
    command = [sys.executable, "-m", "flowlint", "check", "--quiet", "--format", "json"]
    by_file = subprocess.run([*command, str(path)], cwd=root, capture_output=True, check=False)
    by_pipe = subprocess.run([*command, "-"], cwd=root, capture_output=True, check=False, input=path.read_bytes())
    assert by_file.returncode == by_pipe.returncode
    assert by_file.returncode in (0, 1)
    assert by_file.stdout.replace(str(path).encode(), b"standard input") == by_pipe.stdout
    assert b'"judged"' in by_file.stdout
