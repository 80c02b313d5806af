"""What the doctor found, for machines: JSON in the shape of doctor.schema.json, which is versioned."""

from collections.abc import Iterator
from pathlib import Path

from flowlint.reports.json_report import dump
from flowlint.verdict.diagnosis import Diagnosis, Kept, Sight

SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("doctor.schema.json")


def render(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the document in pieces. It is ASCII: every other character is escaped, so no text can do harm in it."""
    site = diagnosis.site
    yield dump(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "flowlint", "version": diagnosis.tool_version},
            "moment": diagnosis.moment.isoformat(timespec="seconds"),
            "clock": "site" if diagnosis.by_site else "machine",
            "status": diagnosis.status,
            "requests": diagnosis.requests,
            "credentials": dict(diagnosis.variables),
            "site": None
            if site is None
            else {
                "host": site.host,
                "kind": site.kind,
                "version": site.version,
                "pages": site.pages,
                "account": site.account,
                "zone": site.zone,
            },
            "sight": _sight(diagnosis.sight) if diagnosis.sight is not None else None,
            "mapping": {
                "file": diagnosis.mapping,
                "usable": diagnosis.rules is not None,
                "rules": diagnosis.rules,
                "told_by": diagnosis.told_by,
                "absent_fields": [{"field": one.written, "meaning": one.meaning} for one in diagnosis.absent],
                "not_judged": [{"reason": one.reason, "rules": one.rules} for one in diagnosis.unjudged],
            },
            "snapshot": _kept(diagnosis.kept),
            "problems": [
                {"message": one.message, "help": one.help or None, "status": one.status} for one in diagnosis.problems
            ],
        }
    )
    yield "\n"


def _sight(sight: Sight) -> dict[str, object]:
    return {
        "projects": sight.projects,
        "unseen_projects": sight.unseen,
        "fields": sight.fields,
        "types": sight.types,
        "statuses": sight.statuses,
        "scrum_boards": sight.boards,
        "issues": sight.issues,
        "issues_exact": sight.exact,
        "histories": sight.histories,
        "closed": sight.closed,
    }


def _kept(kept: Kept) -> dict[str, object]:
    return {
        "path": kept.path,
        "exists": kept.exists,
        "readable": kept.readable,
        "bytes": kept.bytes,
        "site": kept.site,
        "pulled": kept.pulled.isoformat(timespec="seconds") if kept.pulled is not None else None,
        "age_seconds": round(kept.age.total_seconds()) if kept.age is not None else None,
        "projects": kept.projects,
        "query": kept.query,
        "other_scope": kept.other_scope,
        "issues": kept.issues,
        "context_issues": kept.around,
        "fields": kept.fields,
        "changes": kept.changes,
        "reasons": kept.reasons,
        "faults": kept.faults,
        "read_again": kept.anew,
        "interrupted": None if kept.left is None else {"pages": kept.left.pages, "bytes": kept.left.bytes},
    }
