"""Blocks of docs/output.md: a report on the demo's organisation, and the keys of the findings as JSON."""

import json
from pathlib import Path

from flowlint.reports.text import render
from flowlint.run.linting import Request, execute
from pages.keys import Keys
from pages.markdown import block

SHOWN = ("H103", "H115", "R307")
"""Rules whose findings in the demo show every part of the report in few lines."""
HEAD = ("Key", "Holds", "", "", "Meaning")


def blocks(package: Path) -> dict[str, str]:
    """Return the blocks of the page by name."""
    organisation = package / "demo_organisation"
    request = Request(paths=(str(organisation / "issues.ndjson"),), config=organisation / "flowlint.yaml", select=SHOWN)
    schema = json.loads((package / "reports" / "findings.schema.json").read_text("utf-8"))
    keys = Keys(schema, {"location": "[a place](#a-place)", "finding": "[a finding](#a-finding)"})
    return {
        "report": block("".join(render(execute(request))), "text"),
        "keys": keys.table(head=HEAD),
        "finding": keys.table(of=keys.definition("finding"), head=HEAD),
        "place": keys.table(of=keys.definition("location"), head=HEAD),
    }
