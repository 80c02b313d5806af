"""Which Jira a site is and as whom it is read: asked before anything else, since without an account a site answers with nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flowlint.errors import SourceError
from flowlint.sources.jira_client import JiraClient, Refused
from flowlint.sources.mend import shown

NOBODY = "check the credentials: without them a site shows an empty world"
NAMES_OF_A_PERSON = ("displayName", "name", "accountId")


@dataclass(frozen=True, slots=True)
class Visit:
    """A site that answered, and the account that it answered to."""

    cloud: bool
    version: str
    pages: str
    """Address of the site's pages, which stands before ``/browse/KEY``."""
    who: str
    """The account's name, as the site shows it."""
    zone: tzinfo | None
    """The zone in which the site reads the times of this account's queries; None where it names none that is known."""
    now: datetime
    """The site's clock, UTC."""
    server_info: dict[str, Any]


def visit(client: JiraClient) -> Visit:
    """Return what the site says of itself and of the account. Raises SourceError where the account is nobody."""
    info = _object(client, "/rest/api/2/serverInfo")
    cloud = info.get("deploymentType") == "Cloud"
    account = _object(client, f"/rest/api/{3 if cloud else 2}/myself")
    who = next((account[name] for name in NAMES_OF_A_PERSON if isinstance(account.get(name), str)), None)
    if who is None or not any(isinstance(account.get(name), str) for name in ("accountId", "name", "key")):
        raise SourceError(f"{client.access.host} answers, but does not know who asks", help=NOBODY)
    base = info.get("baseUrl")
    return Visit(
        cloud=cloud,
        version=shown(str(info.get("version") or "unknown"), 40),
        pages=(
            base if isinstance(base, str) and base.startswith(("http://", "https://")) else client.access.url
        ).rstrip("/"),
        who=shown(who, 80),
        zone=_zone(account.get("timeZone")),
        now=_moment(info.get("serverTime")),
        server_info=info,
    )


def _object(client: JiraClient, path: str) -> dict[str, Any]:
    try:
        value = client.get(path)
    except Refused as refused:
        if refused.status == 403:
            raise SourceError(f"{client.access.host} refused the account ({refused})", help=NOBODY) from None
        raise SourceError(
            f"{client.access.host} does not answer to {path} as Jira does ({refused})",
            help="check JIRA_URL: it ends before /browse or /rest",
        ) from None
    if not isinstance(value, dict):
        raise SourceError(f"{client.access.host} does not answer to {path} as Jira does", help="check JIRA_URL")
    return value


def _zone(name: object) -> tzinfo | None:
    try:
        return ZoneInfo(name) if isinstance(name, str) else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _moment(text: object) -> datetime:
    """Return the site's clock; this machine's where the site does not tell."""
    try:
        told = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        told = None
    return (told if told is not None and told.tzinfo is not None else datetime.now(UTC)).astimezone(UTC)
