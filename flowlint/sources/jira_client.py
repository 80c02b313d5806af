"""Asks a Jira site for JSON: one request at a time per worker, tried again where that helps, named where it does not.

The ``jira`` library makes the session and signs in; its own retries are off, since they know two answers and no long wait.
No text of an answer but Jira's own messages, and nothing of a request, goes into what is raised.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast
from urllib.parse import urljoin, urlsplit

from flowlint.errors import SourceError, UsageError
from flowlint.sources.jira_access import Access
from flowlint.sources.mend import message_of, shown
from flowlint.sources.source import Progress, no_progress

if TYPE_CHECKING:
    from requests import Response, Session

Taken = TypeVar("Taken")
TIMEOUT = (10.0, 120.0)
"""Seconds to connect, and between two pieces of an answer."""
AGAIN = frozenset({429, 500, 502, 503, 504})
"""Statuses that may be others a moment later."""
MOVED = frozenset({301, 302, 303, 307, 308})
HOPS = 5
LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a run waits for a site that is busy or down; seconds."""

    longest: float = 600.0
    """All pauses of a run together."""
    tries: int = 5
    """Requests for one answer, where the site does not say when to come back."""
    first_pause: float = 2.0
    longest_pause: float = 30.0


class Refused(Exception):  # noqa: N818 - an answer, which the caller may expect
    """The site understood, and will not: 400, 403, 404 and the like. ``message`` is what Jira says of it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}" if message else str(status))
        self.status = status
        self.message = message


class JiraClient:
    """One site, for any number of threads. Every request goes to the host that the credentials are for."""

    def __init__(
        self,
        access: Access,
        patience: Patience = Patience(),
        progress: Progress = no_progress,
        timeout: tuple[float, float] = TIMEOUT,
    ) -> None:
        self.access = access
        self._patience = patience
        self._progress = progress
        self._timeout = timeout
        self._local = threading.local()
        self._lock = threading.Lock()
        self._taker = ThreadPoolExecutor(1, thread_name_prefix="take")
        self._resume_at = 0.0
        self._waited = 0.0
        self.requests = 0
        """Requests made so far."""

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return what the site answers at ``path`` (``/rest/api/2/myself``).

        Raises Refused for an answer that stays a no, SourceError where none can be had, and UsageError where the site
        is elsewhere.
        """
        return self._ask("GET", path, parameters, None)

    def post(self, path: str, body: Mapping[str, object]) -> Any:
        """Return what the site answers to ``body`` at ``path``; only for questions, which may be asked twice. Raises as :meth:`get`."""
        return self._ask("POST", path, {}, body)

    def take(
        self, path: str, body: Mapping[str, object], take: Callable[[Any], Taken], *, by_get: bool = False
    ) -> Taken:
        """Return what ``take`` makes of the answer to ``body`` at ``path``; raises as :meth:`get` and as ``take`` does.

        An answer taken apart is ten times as large as its bytes, so that only one is at any moment, whatever the
        number of workers. With ``by_get`` the members of the body are parameters, lists joined by commas.
        """
        if by_get:
            parameters = {name: ",".join(value) if isinstance(value, list) else value for name, value in body.items()}
            taken: Taken = self._ask("GET", path, cast("dict[str, str | int]", parameters), None, take)
        else:
            taken = self._ask("POST", path, {}, body, take)
        return taken

    def _ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, object] | None,
        take: Callable[[Any], Any] | None = None,
    ) -> Any:
        pause = self._patience.first_pause
        for attempt in range(1, self._patience.tries + 1):
            self._wait_for_all()
            outcome = self._send(method, self.access.url + path, parameters, body, take)
            if not isinstance(outcome, _Trouble):
                return outcome
            if attempt == self._patience.tries and outcome.wait is None:
                raise SourceError(f"{self.access.host} gave no answer to {path}: {outcome.what}", help=outcome.help)
            self._pause(outcome, min(pause, self._patience.longest_pause))
            pause *= 2
        raise SourceError(
            f"{self.access.host} put off {path} {self._patience.tries} times in a row",
            help="the site is busy: run again later, or at night",
        )

    def _send(
        self,
        method: str,
        url: str,
        parameters: Mapping[str, str | int],
        body: Mapping[str, object] | None,
        take: Callable[[Any], Any] | None,
    ) -> "Any | _Trouble":
        """Send one request, over redirects within the site; return the answer's value, or why there is none."""
        import requests

        for _ in range(HOPS):
            with self._lock:
                self.requests += 1
            try:
                # Past the library's own way of asking: it stumbles over some bodies before the status can be seen.
                response = requests.Session.request(
                    self._session(),
                    method,
                    url,
                    params=dict(parameters) or None,
                    data=None if body is None else json.dumps(body),
                    allow_redirects=False,
                    timeout=self._timeout,
                )
            except requests.Timeout:
                return _Trouble(f"nothing came within {self._timeout[1]:g} seconds", CONNECTION)
            except requests.exceptions.SSLError:
                raise SourceError(
                    f"the certificate of {self.access.host} is not trusted",
                    help="set REQUESTS_CA_BUNDLE to the file with your organisation's certificates",
                ) from None
            except requests.RequestException as error:
                return _Trouble(f"the connection failed ({type(error).__name__})", CONNECTION)
            if response.status_code not in MOVED:
                return self._read(response, take)
            url, parameters = self._moved(response, url), {}
        raise SourceError(f"{self.access.host} sends every request on to another address", help="check JIRA_URL")

    def _read(self, response: "Response", take: Callable[[Any], Any] | None) -> "Any | _Trouble":
        status = response.status_code
        if status in AGAIN:
            what = "too many requests" if status == 429 else f"an error of the site ({status})"
            return _Trouble(what, BUSY if status == 429 else DOWN, _asked_wait(response), for_all=status == 429)
        if take is not None and status == 200:
            taken = self._taker.submit(_taken, response, take).result()
            if taken is not None:
                return taken[0]
            value = None
        else:
            value = _parsed(response)
        if status == 401:
            raise SourceError(
                f"{self.access.host} refused the credentials (401)",
                help="check the token: it may have run out, and belongs to one account; `flowlint doctor` shows more",
            )
        if status >= 400:
            message = (message_of(value) or "") if isinstance(value, dict) else ""
            # A site, or what stands before it, may repeat what it was sent.
            raise Refused(status, shown(self.access.without_secret(message), LONGEST_MESSAGE))
        if value is None:
            page = response.content[:200].lstrip()[:1] == b"<"
            return _Trouble(
                "a page for people stands in place of JSON" if page else "JSON that ends in the middle", PROXY
            )
        return value

    def _moved(self, response: "Response", url: str) -> str:
        """Return where a redirect leads. Raises UsageError where that is another host: it would get the credentials."""
        target = urljoin(url, response.headers.get("Location", ""))
        here, there = urlsplit(self.access.url), urlsplit(target)
        if (there.scheme, there.netloc.lower()) != (here.scheme, here.netloc):
            raise UsageError(
                f"{self.access.host} sends on to {shown(there.netloc.rpartition('@')[2], 100)}, which gets no credentials",
                help="if that is the site, set JIRA_URL to its address",
            )
        return target

    def _wait_for_all(self) -> None:
        """Wait as long as any worker was told to."""
        while (rest := self._resume_at - time.monotonic()) > 0:
            self._progress(f"waiting for {self.access.host}, seconds left", round(rest), None)
            time.sleep(min(rest, 1.0))

    def _pause(self, trouble: "_Trouble", usual: float) -> None:
        """Wait before the next try: alone, or where the site asks for it with all workers. Raises SourceError past the limit."""
        asked = trouble.wait if trouble.wait is not None else usual
        # Workers that come back at once would meet the same limit again.
        seconds = asked * (1 + random.random() / 4)  # noqa: S311 - no secret
        with self._lock:
            known = max(self._resume_at - time.monotonic(), 0.0) if trouble.for_all else 0.0
            more = max(seconds - known, 0.0)
            if self._waited + more > self._patience.longest:
                raise SourceError(
                    f"{self.access.host} asks to wait {_duration(asked)} ({trouble.what}), and a run waits"
                    f" {_duration(self._patience.longest)} at most",
                    help=f"{trouble.help}; or allow more with --max-wait",
                )
            self._waited += more
            if trouble.for_all:
                self._resume_at = max(self._resume_at, time.monotonic() + seconds)
        if not trouble.for_all:
            self._progress(f"waiting for {self.access.host} ({trouble.what}), seconds", round(seconds), None)
            time.sleep(seconds)

    def _session(self) -> "Session":
        """Return this thread's session: connections are not to be shared between threads."""
        if not hasattr(self._local, "session"):
            from jira import JIRA

            access = self.access
            sign_in: dict[str, Any] = (
                {"token_auth": access.secret}
                if access.way == "bearer"
                else {"basic_auth": (access.user, access.secret)}
            )
            client = JIRA(server=access.url, get_server_info=False, max_retries=0, timeout=self._timeout, **sign_in)
            self._local.session = client._session  # noqa: SLF001 - the library's way to raw answers
        session: Session = self._local.session
        return session


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a request got no answer, and how long the site asks to wait."""

    what: str
    help: str
    wait: float | None = None
    for_all: bool = False


CONNECTION = "check the address, the network and the proxy (HTTPS_PROXY)"
PROXY = "a login page or a proxy stands between; check the address and the credentials"
BUSY = "the site limits how much it answers: run again later"
DOWN = "the site is down or overloaded: run again later"


def _taken(response: "Response", take: Callable[[Any], Any]) -> tuple[Any] | None:
    """Return what is taken from the JSON of an answer; None where it is none."""
    value = _parsed(response)
    return (take(value),) if value is not None else None


def _parsed(response: "Response") -> Any:
    """Return the JSON of an answer; None where it is none."""
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        return None


def _asked_wait(response: "Response") -> float | None:
    """Return how many seconds a site asks to wait: ``Retry-After`` as a number or a date, else ``X-RateLimit-Reset``."""
    for name, read in (("Retry-After", _seconds), ("Retry-After", _until_http_date), ("X-RateLimit-Reset", _until_iso)):
        text = response.headers.get(name)
        found = _tried(read, text.strip()) if text else None
        if found is not None:
            return max(found, 0.0)
    return None


def _tried(read: Callable[[str], float], text: str) -> float | None:
    try:
        found = read(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found == found and abs(found) < 10**9 else None  # noqa: PLR0124 - not a number


def _seconds(text: str) -> float:
    return float(text)


def _until_http_date(text: str) -> float:
    return _from_now(parsedate_to_datetime(text))


def _until_iso(text: str) -> float:
    return _from_now(datetime.fromisoformat(text))


def _from_now(moment: datetime) -> float:
    known = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return (known - datetime.now(UTC)).total_seconds()


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes > 1 else f"{round(seconds)} seconds"
