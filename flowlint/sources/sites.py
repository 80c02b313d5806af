"""Which site a record comes from: the alias that keys and fingerprints carry, and where its pages are."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flowlint.snapshot.database import insert
from flowlint.sources.jira_metadata import Entry, Metadata

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

GATEWAY = "api.atlassian.com"
"""Atlassian's gateway: tells sites apart by an id in the path, and has no pages for people."""
NAMELESS = "export"
"""Alias of an export that says nowhere which site it is from."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site: its alias, and the address that ``/browse/KEY`` is put behind, if there is one."""

    alias: str
    pages: str | None


def site_of(base: str | None, server_info: str | None, name: str | None) -> Site:
    """Return the site of records whose ``self`` starts with ``base``.

    ``server_info`` is the base URL that a ``server-info.json`` beside the export tells; it counts where the
    record does not say, or only names the gateway. ``name`` is the mapping's name for the source.
    """
    host = host_of(base)
    if host is not None and host != GATEWAY:
        return Site(host, _pages(base))
    told = host_of(server_info)
    if told is not None:
        return Site(told, _pages(server_info))
    if base is not None and host is not None:
        cloud = re.search(r"/ex/jira/([\w-]+)", base)
        return Site(f"{host}/{cloud[1].lower()}" if cloud else host, None)
    return Site(name or NAMELESS, None)


def host_of(url: str | None) -> str | None:
    """Return host and port of an http(s) address in lower case, without a user in front; None for anything else."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if parts.scheme.lower() not in {"http", "https"}:
        return None
    return parts.netloc.rpartition("@")[2].lower() or None


def _pages(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    return f"{parts.scheme.lower()}://{host_of(url)}{parts.path.rstrip('/')}"


def tell_sites(
    db: "DuckDBPyConnection", metadata: Sequence[Metadata], name: str | None, alone: Sequence[Metadata] = ()
) -> dict[str, Metadata]:
    """Fill ``load_site`` (file, base, source, island, pages) from ``load_document``; return the metadata of each source.

    An id means the same issue within an island: a site, or where no site is named, the files that share projects.

    ``metadata`` holds for each file what lies beside it. An entry that says which site it is from speaks of
    that one, where the folder holds issues of it; any other speaks of all sites in the folder.
    ``alone`` is metadata that stands beside no export: it speaks of the site that it names, else of the only one.
    """
    sites: dict[tuple[int, str | None], Site] = {}
    beside: dict[int, set[str]] = defaultdict(set)
    for file, base in db.execute("SELECT DISTINCT file, base FROM load_document ORDER BY ALL").fetchall():
        sites[file, base] = site_of(base, metadata[file].base_url, name)
        beside[id(metadata[file])].add(sites[file, base].alias)
    db.execute(
        "CREATE OR REPLACE TEMP TABLE load_site (file INTEGER, base VARCHAR, source VARCHAR, island INTEGER, pages VARCHAR)"
    )
    islands = _islands(db, [file for file, base in sites if base is None])
    rows = (
        (file, base, site.alias, islands[file] if base is None else 0, site.pages)
        for (file, base), site in sites.items()
    )
    insert(db, "load_site", ["file", "base", "source", "island", "pages"], rows)
    aliases_seen = {site.alias for site in sites.values()}
    for known in alone:
        alias = site_of(_first_base(known), known.base_url, name).alias
        beside[id(known)] = aliases_seen if alias in (name, NAMELESS) and len(aliases_seen) == 1 else {alias}
    told: dict[str, Metadata] = {alias: Metadata() for alias in sorted(aliases_seen.union(*beside.values()))}
    for known in {id(one): one for one in (*metadata, *alone)}.values():
        aliases = beside[id(known)]
        for alias in aliases:
            told[alias].whole |= known.whole
        for kind in (one for one in fields(Metadata) if one.name != "whole"):
            for entry in getattr(known, kind.name):
                for alias in _meant(entry, aliases, known.base_url):
                    getattr(told[alias], kind.name).append(entry)
    return told


def _islands(db: "DuckDBPyConnection", nameless: Sequence[int]) -> dict[int, int]:
    """Return a number for each file that names no site: the same for files that hold issues of one project, from 1."""
    rows = db.execute(
        """SELECT DISTINCT file, regexp_extract(trim(key), '^(.+)-[^-]*$', 1) AS project FROM load_document
           WHERE base IS NULL ORDER BY ALL"""
    ).fetchall()
    found = {file: number for number, file in enumerate(nameless, 1)}
    first_of: dict[str, int] = {}
    for file, project in rows:
        first = first_of.setdefault(project, found[file])
        joined = found[file]
        if first != joined:
            found = {one: first if number == joined else number for one, number in found.items()}
            first_of = {one: first if number == joined else number for one, number in first_of.items()}
    return found


def _meant(entry: Entry, aliases: set[str], server_info: str | None) -> set[str]:
    alias = site_of(_base(entry), server_info, None).alias
    return {alias} if alias in aliases else aliases


def _base(entry: Entry) -> str | None:
    own = entry.get("self")
    return re.sub(r"/rest/.*", "", own) if isinstance(own, str) else None


def _first_base(metadata: Metadata) -> str | None:
    """Return where the first entry that says so has its site."""
    entries = (*metadata.types, *metadata.statuses, *metadata.projects)
    return next((base for entry in entries if (base := _base(entry))), None)
