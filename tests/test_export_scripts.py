"""The commands of docs/exports.md bring every page of a search, in shapes that flowlint reads."""

import json
import re
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

ISSUES = [{"id": str(n), "key": f"PAY-{n}", "fields": {"summary": f"Issue {n}"}} for n in range(1, 8)]
PAGE = 3

pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")


class Jira(BaseHTTPRequestHandler):
    """A site with seven issues that gives three a page, as Cloud or as Data Center."""

    def do_GET(self):
        """Answer a search as the site would, and remember what was asked."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append((asked, self.headers.get("Authorization", "")))
        cloud = urlsplit(self.path).path == "/rest/api/3/search/jql"
        start = int(asked.get("nextPageToken", "page 0").split()[1] if cloud else asked["startAt"])
        issues = ISSUES[start : start + PAGE]
        last = start + PAGE >= len(ISSUES)
        answer = {"issues": issues, "isLast": last} | ({} if last else {"nextPageToken": f"page {start + PAGE}"})
        if not cloud:
            answer = {"issues": issues, "total": len(ISSUES), "startAt": start, "maxResults": PAGE}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture
def site():
    """Return a running site on this machine."""
    server = HTTPServer(("127.0.0.1", 0), Jira)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("number", "address", "scheme"), [(0, "example.atlassian.net", "Basic "), (1, "jira.example.com", "Bearer ")]
)
def test_script_fetches_all_pages(root, tmp_path, site, number, address, scheme):
    """Run as it stands but for the address, a script leaves files that hold every issue once, and are a whole search."""
    from flowlint.run.linting import Request, execute

    page = (root / "docs" / "exports.md").read_text(encoding="utf-8")
    script = re.findall(r"^```bash\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[number]
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login you@example.com password TOKEN\n")
    (tmp_path / "jira-header").write_text("Authorization: Bearer TOKEN\n")
    here = script.replace(f"https://{address}", f"http://127.0.0.1:{site.server_port}")
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(tmp_path), "NO_PROXY": "127.0.0.1"}
    ran = subprocess.run(
        ["bash", "-c", here], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(scheme in said for _, said in site.asked)
    assert {asked["expand"] for asked, _ in site.asked} == {"names,schema,changelog"}
    verdict = execute(Request(paths=(str(tmp_path / "export"),), folder=tmp_path, use_config=False))
    assert verdict.issues == len(ISSUES)
    assert verdict.complete
