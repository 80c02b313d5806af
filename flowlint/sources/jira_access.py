"""Where a Jira site is and with whose rights it is read: from the environment, never from a file (DESIGN section 8)."""

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from flowlint.errors import UsageError

URL, EMAIL, TOKEN, PAT = "JIRA_URL", "JIRA_EMAIL", "JIRA_API_TOKEN", "JIRA_PAT"
VARIABLES = (URL, EMAIL, TOKEN, PAT)
HIDDEN = "***"
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Access:
    """A site's address and the credentials for it. Printing it shows no secret."""

    url: str
    """Scheme, host and path, without a slash at the end."""
    way: Literal["basic", "bearer"]
    """An e-mail address (or user name) with a token, or a token alone."""
    user: str | None = field(repr=False)
    secret: str = field(repr=False)

    @property
    def host(self) -> str:
        """Host, and port where it is not the usual one: what a user is shown before anything is sent there."""
        return urlsplit(self.url).netloc

    def without_secret(self, text: str) -> str:
        """Return a text in which nothing of what signs in is left."""
        sent = base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()
        return text.replace(self.secret, HIDDEN).replace(sent, HIDDEN)


def access_to(
    environment: Mapping[str, str], configured: str | None = None, where: str = "source.jira.url in the mapping"
) -> Access:
    """Return the site that the environment names, with its credentials; ``configured`` is its address as written at ``where``.

    Credentials go to the host in ``JIRA_URL`` and nowhere else: whoever may edit a mapping must not be able to send them
    somewhere. Raises UsageError, without any value of a secret, where a variable is missing or the two addresses differ.
    """
    given = {name: environment.get(name, "").strip() for name in VARIABLES}
    if not given[URL]:
        named = f" ({where} is {_shown(configured)})" if configured else ""
        raise UsageError(
            f"{URL} is not set, and credentials are sent to no other address{named}",
            help=f"set {URL} to the address of the site, such as https://example.atlassian.net",
        )
    url = _address(given[URL], URL)
    if configured is not None and _address(configured, where) != url:
        raise UsageError(
            f"{URL} is {_shown(url)}, and {where} is {_shown(configured)}",
            help=f"credentials go to the address in {URL} alone: make the two the same",
        )
    return _with_credentials(url, given)


def _with_credentials(url: str, given: Mapping[str, str]) -> Access:
    if given[PAT] and (given[EMAIL] or given[TOKEN]):
        raise UsageError(
            f"{PAT} is set, and {EMAIL} or {TOKEN} besides: which are meant?",
            help=f"set {EMAIL} and {TOKEN} (Jira Cloud), or {PAT} alone (Data Center, or a token of a service account)",
        )
    if given[PAT]:
        return Access(url, "bearer", None, given[PAT])
    missing = [name for name in (EMAIL, TOKEN) if not given[name]]
    if missing:
        raise UsageError(
            f"the credentials for {urlsplit(url).netloc} are missing: {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            help=f"set {EMAIL} and {TOKEN} (Jira Cloud), or {PAT} alone (Data Center, or a token of a service account)",
        )
    return Access(url, "basic", given[EMAIL], given[TOKEN])


def _address(text: str, name: str) -> str:
    """Return an address in the form in which two of them compare. Raises UsageError for one that nothing is sent to."""
    try:
        parts = urlsplit(text.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme.lower() not in PORTS or not host or not text.strip().isprintable():
        raise UsageError(
            f"{name} is no web address: {_shown(text)}", help="write it like https://example.atlassian.net"
        )
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"{name} holds credentials in front of the host", help=f"take them out and set {EMAIL} and {TOKEN}"
        )
    if parts.query or parts.fragment:
        raise UsageError(f"{name} goes on behind a ? or #", help="write the address of the site alone")
    scheme = parts.scheme.lower()
    if scheme == "http" and not _is_this_machine(host):
        raise UsageError(
            f"{name} begins with http://, where anyone on the way could read the credentials", help="write https://"
        )
    shown = f"[{host}]" if ":" in host else host
    usual = port is None or port == PORTS[scheme]
    return f"{scheme}://{shown}{'' if usual else f':{port}'}{parts.path.rstrip('/')}"


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(text: str | None) -> str:
    """Return an address for a message: without what stands before an @, and on one line."""
    clean = "".join(letter if letter.isprintable() else "\ufffd" for letter in text or "")
    scheme, mark, rest = clean.partition("://")
    authority, slash, path = rest.partition("/")
    return (
        f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"[:120] if mark else clean.rpartition("@")[2][:120]
    )
