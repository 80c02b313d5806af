"""Metadata files beside an export: what the site says of its fields, types, statuses, sprints, projects and versions.

They lie in the export's folder under well-known names and speak of all exports in it. A file that is no JSON
is a fault, and the export is read without it; entries that make no sense are left out.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flowlint.errors import Fault, Place
from flowlint.sources.encoding import HEAD, encoding_of
from flowlint.sources.mend import message_of
from flowlint.sources.paths import Candidate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Entry = dict[str, Any]
KINDS = {
    "fields": "fields",
    "issuetypes": "types",
    "statuses": "statuses",
    "sprints": "sprints",
    "projects": "projects",
    "versions": "versions",
    "changelogs": "changelogs",
    "serverinfo": "server_info",
}
"""File name without its ending, ``-`` and ``_`` -> what it holds."""
REMEDY = "The export was read without it; fetch the file again."
LISTS = ("values", "issueChangeLogs")
"""Members of an answer that hold its entries."""
WHOLE = ("fields", "types", "statuses")
"""Kinds whose file lists all that the site has; of the others a file holds a project's, or those of some issues."""
PROJECT_FILE = re.compile(r"project-[^/]+\.json", re.IGNORECASE)


@dataclass(slots=True)
class Metadata:
    """What the metadata files of one folder hold, as Jira wrote it."""

    fields: list[Entry] = field(default_factory=list)
    types: list[Entry] = field(default_factory=list)
    statuses: list[Entry] = field(default_factory=list)
    sprints: list[Entry] = field(default_factory=list)
    projects: list[Entry] = field(default_factory=list)
    versions: list[Entry] = field(default_factory=list)
    changelogs: list[Entry] = field(default_factory=list)
    server_info: list[Entry] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    """Which of fields, types and statuses stand here in full: all that the site has."""

    @property
    def base_url(self) -> str | None:
        """Where the site's pages are, if ``server-info.json`` says so."""
        url = next((entry.get("baseUrl") for entry in self.server_info), None)
        return url if isinstance(url, str) else None


def kept_metadata(db: "DuckDBPyConnection") -> Metadata:
    """Return what an attached snapshot keeps of its site's metadata."""
    metadata = Metadata()
    for kind, entry in db.execute(
        "SELECT kind, entry::VARCHAR FROM snapshot.pulled_metadata ORDER BY kind, nth"
    ).fetchall():
        getattr(metadata, kind).append(json.loads(entry))
    metadata.whole |= {kind for kind in WHOLE if getattr(metadata, kind)}
    return metadata


def kind_of(path: Path) -> str | None:
    """Return what a file of this name holds by convention; None where it may be an export."""
    if path.suffix.lower() != ".json":
        return None
    if PROJECT_FILE.fullmatch(path.name):
        return "project"
    return KINDS.get(path.stem.lower().replace("-", "").replace("_", ""))


def read_metadata(folder: Path, labels: Iterable[Candidate], faults: list[Fault], passed_over: list[str]) -> Metadata:
    """Read the metadata files of ``folder``; ``labels`` gives those among them that the user named or swept up."""
    metadata = Metadata()
    known = {candidate.path.name: candidate.label for candidate in labels}
    for path in sorted(folder.iterdir()):
        kind = kind_of(path)
        if kind is None or not path.is_file():
            continue
        label = known.get(path.name, str(path))
        others = [value for value in _load(path, label, faults) if not take(metadata, kind, value)]
        if others:
            _tell_other(label, kind, others, faults, passed_over)
    return metadata


def _tell_other(label: str, kind: str, values: list[Any], faults: list[Fault], passed_over: list[str]) -> None:
    """Say what stands in a metadata file in place of metadata."""
    said = next((message for value in values if isinstance(value, dict) and (message := message_of(value))), None)
    what = kind.replace("_", " ")
    if said is not None:
        faults.append(Fault(Place(label), f"an error message stands in place of the {what}: {said}", REMEDY))
    else:
        passed_over.append(f"{label}: not the {what} of one site as Jira gives them")


def _load(path: Path, label: str, faults: list[Fault]) -> list[Any]:
    """Return the JSON values of a file: mostly one, several where answers were saved one after the other."""
    text = ""
    try:
        data = path.read_bytes()
        text = data.decode(encoding_of(data[:HEAD]) or "utf-8").removeprefix("\ufeff")
        return _values(text)
    except json.JSONDecodeError as error:
        is_page = text.lstrip().startswith("<")
        what = "a page for people (HTML or XML), no JSON" if is_page else f"no JSON: {error.msg}"
        faults.append(Fault(Place(label, error.lineno, error.colno), what, REMEDY))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault(Place(label, line), f"bytes that are no {error.encoding.upper()} stand here", REMEDY))
    except OSError as error:
        faults.append(Fault(Place(label), f"this metadata file cannot be read: {error.strerror}", REMEDY))
    except RecursionError:
        faults.append(Fault(Place(label), "this metadata file is nested too deeply to be read", REMEDY))
    return []


def _values(text: str) -> list[Any]:
    decoder = json.JSONDecoder(parse_int=_whole_number, parse_constant=lambda _: None)
    values: list[Any] = []
    position = 0
    while position < len(text) or not values:
        position = len(text) - len(text[position:].lstrip())
        if position == len(text) and values:
            break
        value, position = decoder.raw_decode(text, position)
        # Half of a character (\ud800) is no text that a database takes; "?" stands in for it.
        values.append(json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")))
    return values


def _whole_number(digits: str) -> int | None:
    return int(digits) if len(digits) < 19 else None


def take(metadata: Metadata, kind: str, value: object) -> bool:
    """Put the entries of one file or answer where they belong; tell whether there were any, or none were meant."""
    if kind == "project":
        return _take_project(metadata, value)
    if kind == "server_info":
        found = [value] if isinstance(value, dict) and "baseUrl" in value else []
    else:
        listed = [entry for entry in _entries(value) if MEANT[kind](entry)]
        found = list(_flattened(listed)) if kind == "statuses" else listed
        if kind in WHOLE and found == listed and found and not _is_page(value):
            metadata.whole.add(kind)
    getattr(metadata, kind).extend(found)
    return (
        bool(found) or value in ([], {}) or (isinstance(value, dict) and any(value.get(name) == [] for name in LISTS))
    )


def _take_project(metadata: Metadata, value: object) -> bool:
    """Take the answer to ``/project/KEY``: the project, its issue types and its versions."""
    if not isinstance(value, dict) or not _is_named(value) or not isinstance(value.get("key"), str):
        return False
    metadata.projects.append(value)
    metadata.types.extend(entry for entry in _entries(value.get("issueTypes")) if MEANT["types"](entry))
    for version in _entries(value.get("versions")):
        if MEANT["versions"](version):
            metadata.versions.append({"project": value["key"], **version})
    return True


def _entries(value: object) -> Iterator[Entry]:
    """Yield the entries of a list, of the list that an answer holds, or of an object ``{id: entry}``."""
    if isinstance(value, dict):
        value = next((value[name] for name in LISTS if isinstance(value.get(name), list)), value)
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))
    elif isinstance(value, dict):
        for id_, entry in value.items():
            if isinstance(entry, dict):
                yield {"id": id_, **entry}


def _is_page(value: object) -> bool:
    """Tell whether an answer is one of several pages: then others hold the rest."""
    if not isinstance(value, dict) or not isinstance(value.get("values"), list):
        return False
    total = value.get("total")
    return value.get("isLast") is False or (isinstance(total, int) and total > len(value["values"]))


def _flattened(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield statuses; the answer to ``/project/KEY/statuses`` holds them within its issue types."""
    for entry in entries:
        if isinstance(entry.get("statuses"), list):
            yield from (status for status in entry["statuses"] if isinstance(status, dict) and _is_named(status))
        else:
            yield entry


def _is_named(entry: Entry) -> bool:
    return isinstance(entry.get("name"), str) and isinstance(entry.get("id"), str | int)


def _is_project(entry: Entry) -> bool:
    return isinstance(entry.get("key"), str)


def _is_changelog(entry: Entry) -> bool:
    return any(isinstance(entry.get(name), str | int) for name in ("issue_id", "issueId", "issue_key", "key"))


MEANT: dict[str, Callable[[Entry], bool]] = {
    "fields": _is_named,
    "types": _is_named,
    "statuses": _is_named,
    "sprints": _is_named,
    "versions": _is_named,
    "projects": _is_project,
    "changelogs": _is_changelog,
}
"""Whether an entry is of the kind that its file promises."""
