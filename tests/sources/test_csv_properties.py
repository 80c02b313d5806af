"""Whatever is written as CSV comes back as it was, and no bytes at all bring the reader down."""

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depth import examples
from flowlint.errors import SourceError
from flowlint.sources import csv_export, xml_export
from flowlint.sources.csv_lines import Blame
from flowlint.sources.other_exports import NotRead, convert
from flowlint.sources.sniff import TORN

CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
ISSUES = st.lists(
    st.fixed_dictionaries({"Summary": CELL, "Description": CELL, "Labels": st.lists(st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=3)}),
    min_size=1,
    max_size=6,
)  # fmt: skip


def records_of(data, name="jira.csv"):
    """Return the records of a file of these bytes, its faults and what is told of it; None where it is no export."""
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / name, Path(folder) / "records"
        path.write_bytes(data)
        try:
            told = convert(path, name, target, faults)
        except (NotRead, *TORN):
            return None
        lines = target.read_bytes().splitlines()
    return [json.loads(line) for line in lines], faults, told


@given(
    ISSUES,
    st.sampled_from(",;\t|^"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_round_trip(issues, delimiter, encoding, end):
    """Texts with any signs survive quoting, encoding, delimiter and line ends."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["Issue key", "Summary", "Description", "Labels", "Labels", "Labels"])
    for number, issue in enumerate(issues, 1):
        labels = issue["Labels"] + [""] * (3 - len(issue["Labels"]))
        writer.writerow([f"PAY-{number}", issue["Summary"], issue["Description"], *labels])
    records, faults, _ = records_of(out.getvalue().encode(encoding))
    assert not faults
    assert [record["key"] for record in records] == [f"PAY-{number}" for number in range(1, len(issues) + 1)]
    for record, issue in zip(records, issues, strict=True):
        fields = record["fields"]
        assert fields["summary"] == (issue["Summary"] if issue["Summary"].strip() else None)
        assert fields["description"] == (issue["Description"] if issue["Description"].strip() else None)
        assert fields["labels"] == issue["Labels"]


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_behind_a_header(data, quoted):
    """They are issues, faults or nothing, never a traceback; a row that gave no issue is named."""
    header = b"Issue key,Summary,Created,Parent,Custom field (X)\nPAY-1,x,05/Mar/24,,1\n" + (
        b'PAY-2,"' if quoted else b""
    )
    found = records_of(header + data)
    assert found is not None
    records, _, _ = found
    assert records[0]["key"] == "PAY-1"


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(data):
    """They are read or refused."""
    records_of(data)


@given(st.lists(st.lists(st.text('AB-12 ,;"\n\r\0é/:', max_size=8), max_size=5), max_size=8), st.sampled_from(",;\t"))
def test_any_table(rows, delimiter):
    """Tables of anything are read or refused, whatever they hold below whatever header."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, escapechar="\\")
    writer.writerows([["Key", "Parent", "Created", "Sub-tasks", "Sprint"], *rows])
    found = records_of(out.getvalue().encode())
    assert found is None or all(record["key"] for record in found[0])


@given(st.binary(max_size=200))
def test_any_bytes_in_a_feed(data):
    """A feed with anything in it gives its whole items and a named break."""
    blame = Blame("feed")
    with tempfile.TemporaryDirectory() as folder:
        whole = b"<rss><channel><item><key>PAY-1</key></item>" + data
        xml_export.convert(lambda: io.BytesIO(whole), "feed", Path(folder) / "out", blame)
        assert json.loads((Path(folder) / "out").read_bytes().splitlines()[0])["key"] == "PAY-1"
    assert blame.told()


@given(st.binary(max_size=200))
@settings(max_examples=examples(30))
def test_any_bytes_through_the_whole_source(data):
    """From the file to the tables: loaded, or an error that says why not."""
    from flowlint.config.mapping import Mapping
    from flowlint.snapshot.database import open_database
    from flowlint.sources.files import load_exports
    from flowlint.sources.source import no_progress

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jira.csv"
        path.write_bytes(b"Issue key,Summary,Labels,Created\n" + data)
        db = open_database()
        try:
            load_exports(db, [str(path)], Mapping(), no_progress)
        except SourceError as error:
            if "jira.csv" not in str(error):
                raise
        else:
            assert db.execute("SELECT count(*) FROM raw_issue").fetchone()[0] > 0


def test_caps():
    """What Jira cuts at is what its limits are."""
    assert set(csv_export.CAPS) == {1_000, 10_000}
