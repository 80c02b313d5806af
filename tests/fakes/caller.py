"""Asks a server on loopback plainly: no session, no retries, and the status beside what came."""

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from fakes.server import Server


class Reply(NamedTuple):
    """A status and the JSON that came with it."""

    status: int
    value: Any


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials for a server; ``prefix`` stands before every path."""

    server: Server
    authorization: str | None = None
    prefix: str = ""

    @classmethod
    def basic(cls, server: Server, user: str, secret: str, prefix: str = "") -> "Caller":
        """Return one who signs in with name and secret."""
        return cls(server, f"Basic {base64.b64encode(f'{user}:{secret}'.encode()).decode()}", prefix)

    @classmethod
    def bearer(cls, server: Server, secret: str, prefix: str = "") -> "Caller":
        """Return one who signs in with a token."""
        return cls(server, f"Bearer {secret}", prefix)

    def get(self, path: str, **query: object) -> Reply:
        """Ask by GET."""
        return self._ask("GET", f"{path}?{urlencode(query, doseq=True)}" if query else path, None)

    def post(self, path: str, body: object) -> Reply:
        """Ask by POST."""
        return self._ask("POST", path, json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None) -> Reply:
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=10)
        try:
            signed = {"Authorization": self.authorization} if self.authorization is not None else {}
            connection.request(method, self.prefix + path, body, {"Content-Type": "application/json", **signed})
            response = connection.getresponse()
            return Reply(response.status, json.loads(response.read()))
        finally:
            connection.close()
