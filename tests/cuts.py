"""Exports as a live site would have given them: records with the needed fields only, changes and lists only where asked for."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flowlint.config.infer import infer
from flowlint.model.observe import observe
from flowlint.model.site import fields_of_site
from flowlint.snapshot.database import open_database
from flowlint.sources.files import load_exports
from flowlint.sources.jira_fields import Keys, _keys
from flowlint.sources.jira_metadata import kind_of
from flowlint.sources.source import no_progress

ENDINGS = (".json", ".ndjson", ".gz")


@dataclass(frozen=True)
class Site:
    """What is known of an export's site: its fields as metadata tells them, else as seen, and the mapping in effect."""

    mapping: object
    described: tuple
    keys: Keys


def site_of(folder, written):
    """Return what a pull would know before it asks for issues."""
    db = open_database()
    try:
        load_exports(db, [str(folder)], written, no_progress)
        fields = {one.id: one for found in fields_of_site(db).values() for one in found}
        mapping, _ = infer(written, observe(db))
    finally:
        db.close()
    # What metadata describes is not looked at by its values: nobody has seen any yet.
    told = tuple(replace(one, fetched=0, filled=0, sample=None) if one.schema_type else one for one in fields.values())
    names = {name for value in _values(folder) for record in _records(value) for name in record["fields"]}
    entries = [{"id": one.id, "name": one.name, "custom": one.id.startswith("customfield_")} for one in told]
    return Site(mapping, told, _keys(names, entries))


def cut(folder, needs, site, *, more: Sequence[str] = ()):
    """Return what of the export in ``folder`` is needed, by file name, and the fields ``more``; absent fields stay absent."""
    wanted = {key for id_ in (*needs.fields, *more) for key in site.keys.of.get(id_, (id_,))}
    unasked = {"changelogs": not needs.changes, "sprints": not needs.sprints, "versions": not needs.versions}
    texts = {}
    for path in sorted(folder.iterdir()):
        kind = kind_of(path)
        if path.suffix not in ENDINGS or unasked.get(kind):
            continue
        values = list(_read(path))
        for value in values:
            if kind == "project" and not needs.versions:
                value.pop("versions", None)
            if kind in (None, "changelogs"):
                _cut(value, wanted, needs)
        texts[path.name.removesuffix(".gz")] = "\n".join(json.dumps(value) for value in values)
    return texts


def write(texts, target):
    """Write what :func:`cut` gives into a folder."""
    target.mkdir(parents=True)
    for name, text in texts.items():
        (target / name).write_text(text, encoding="utf-8")


def _cut(value, wanted, needs):
    for record in _records(value):
        record["fields"] = {name: held for name, held in record["fields"].items() if name in wanted}
        if not needs.changes:
            record.pop("changelog", None)
    _cut_changes(value, set(needs.changes))


def _cut_changes(value, ids):
    if isinstance(value, dict):
        items = value.get("items")
        if isinstance(items, list) and "*" not in ids:
            value["items"] = [item for item in items if {item.get("fieldId"), item.get("field")} & ids]
        for below in value.values():
            _cut_changes(below, ids)
    elif isinstance(value, list):
        for below in value:
            _cut_changes(below, ids)


def _records(value):
    if isinstance(value, list):
        for below in value:
            yield from _records(below)
    elif isinstance(value, dict):
        if isinstance(value.get("fields"), dict) and "key" in value:
            yield value
        else:
            yield from _records(value.get("issues"))


def _values(folder):
    for path in sorted(folder.iterdir()):
        if path.suffix in ENDINGS and kind_of(path) is None:
            yield from _read(path)


def _read(path):
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    text = data.decode("utf-8-sig")
    try:
        yield json.loads(text)
    except json.JSONDecodeError:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
