"""A server on loopback that answers as it is told, logs what it is asked, and misbehaves where a test wants it to."""

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request that came in."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    headers: Mapping[str, str]
    """By name in small letters."""


@dataclass(frozen=True)
class Answer:
    """What goes out; ``value`` is sent as JSON unless ``raw`` says otherwise."""

    value: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None

    def content(self) -> bytes:
        """Return the body."""
        return self.raw if self.raw is not None else json.dumps(self.value).encode()


@dataclass(frozen=True)
class Fault:
    """A misbehaviour: an answer of its own, a body that is cut, a connection that is reset, or silence for some seconds."""

    answer: Answer | None = None
    cut: bool = False
    reset: bool = False
    silent: float = 0.0


class Server:
    """Answers requests with ``answer`` from the moment it is entered until it is left.

    It keeps what it was asked; with ``log`` off it only counts, as long runs want it.
    """

    def __init__(self, answer: Callable[[Asked], Answer], *, log: bool = True) -> None:
        self.answer = answer
        self.log = log
        self.asked: list[Asked] = []
        self.count = 0
        """Requests that came in."""
        self._faults: list[tuple[re.Pattern[str], list[Fault]]] = []
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a small answer would wait for 40 ms

            def do_GET(self) -> None:
                server.handle(self)

            def do_POST(self) -> None:
                server.handle(self)

            def log_message(self, *arguments: object) -> None:
                """Keep the test's output clean."""

        self._httpd = _Httpd(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        """The address it listens at."""
        return f"http://127.0.0.1:{self._httpd.server_address[1]}"

    def fail(self, path: str, *faults: Fault) -> None:
        """Misbehave for the next requests whose path matches, once for each fault."""
        self._faults.append((re.compile(path), list(faults)))

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [one.path for one in self.asked]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._httpd.shutdown()
        self._httpd.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        """Answer one request, or misbehave."""
        asked = self._asked(request)
        with self._lock:
            self.count += 1
            if self.log:
                self.asked.append(asked)
            fault = next((faults.pop(0) for path, faults in self._faults if faults and path.search(asked.path)), None)
        if fault is not None and fault.silent:
            self._leaving.wait(fault.silent)
        if fault is not None and fault.reset:
            # A connection that lingers for no time is reset when it is closed.
            request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            request.close_connection = True
            request.connection.close()
            return
        answer = fault.answer if fault is not None and fault.answer is not None else self.answer(asked)
        content = answer.content()
        request.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers}.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if fault is not None and fault.cut:
            request.wfile.write(content[: len(content) // 2])
            request.close_connection = True
            return
        request.wfile.write(content)

    @staticmethod
    def _asked(request: BaseHTTPRequestHandler) -> Asked:
        parts = urlsplit(request.path)
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        # A list may come in one text or in several parameters.
        query = {name: ",".join(values) for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        return Asked(
            request.command, parts.path, query, body, {name.lower(): value for name, value in request.headers.items()}
        )


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # several workers come at once
