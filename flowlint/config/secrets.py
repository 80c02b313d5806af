"""Recognises passwords and tokens in what somebody wrote, so that they are found, and shown nowhere."""

import re
from collections.abc import Iterator
from typing import Final

HIDDEN: Final = "…"
"""What stands in place of a secret."""
_KEYS: Final = tuple(
    """
    token password passwd passphrase passcode pwd secret api_key apikey apitoken accesstoken access_key accesskey
    private_key privatekey clientsecret secret_key secretkey pat credentials credential authorization bearer cookie
    passwort kennwort mot_de_passe contraseña senha wachtwoord hasło пароль 密码 パスワード
    """.split()  # noqa: SIM905 - a list of words reads best as one
)
"""Keys, or last words of keys, whose values are secret."""
_NO_KEYS: Final = frozenset({"issue_types", "teams", "fields", "severity", "targets", "statuses"})
"""Sections whose keys are names that the tracker or the team gave."""
_PLACEHOLDERS: Final = frozenset(
    {"true", "false", "null", "none", "no", "yes", "environment", "env", "changeme", "***", "xxx", "...", "redacted"}
)
_FILLED_IN: Final = re.compile(r"[$<{%*…]|[0-9.]+$")
"""What the environment fills in, and numbers."""
_MAIL: Final = r"[0-9A-Za-z]@[0-9A-Za-z.-]+\.[A-Za-z]{2,}"
_MAIL_WITH: Final = "an e-mail address with a token"
_KINDS: Final = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("a token of Atlassian", r"(?:ATATT|ATCTT|ATBB)[0-9A-Za-z_=-]{16,}"),
        ("a token of GitHub", r"gh[pousr]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}"),
        ("a token of GitLab", r"glpat-[0-9A-Za-z_-]{16,}"),
        ("a token of Slack", r"xox[abeoprs]-[0-9A-Za-z-]{10,}|(?<=hooks\.slack\.com/services/)[0-9A-Za-z/]{16,}"),
        ("an access key of AWS", r"(?:AKIA|ASIA)[0-9A-Z]{16}"),
        ("a signed token (JWT)", r"(?<![0-9A-Za-z_-])eyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*)?"),
        ("a private key", r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END[A-Z -]*|\Z)"),
        ("an address with a password in it", r"://[^/@:\s]*:(?P<secret>[^/@\s$<{*…][^/@\s]*)(?=@)"),
        (
            "an address with a secret in it",
            r"(?i)[?&](?:[a-z_]*token|api_?key|os_password|password|secret|sig)=(?P<secret>[^&$<{*\s\"'…]{4,})",
        ),
        # Behind a colon a digit tells a token from a word, behind a blank one long run with a digit in it, as no name and no
        # title is. Another address is none.
        (_MAIL_WITH, rf"{_MAIL}:(?=[A-Za-z_=-]*[0-9])(?P<secret>[0-9A-Za-z_=-]{{16,}})(?![0-9A-Za-z_=.+-]*@)"),
        (
            _MAIL_WITH,
            rf"{_MAIL} ?[:,;/ ] ?(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])(?P<secret>[0-9A-Za-z]{{24,}})(?![\w.+-]*@)",
        ),
        # Base 64 has digits or changes case inside of words.
        (
            "a header that logs in",
            r"(?:Bearer|Basic) (?=[A-Za-z+/_-]*(?:[0-9=]|(?<=[a-z])[A-Z]))(?P<secret>[0-9A-Za-z+/_=-]{24,})",
        ),
    )
)


def secret_kind(path: str, value: str) -> str | None:
    """Return what kind of secret stands at a path of keys joined by dots, in words; None where it is none."""
    found = next((kind for kind, pattern in _KINDS if pattern.search(value)), None)
    return found or ("what its name calls a secret" if _is_under_secret_key(path, value) else None)


def without_secrets(text: str) -> str:
    """Return a text with an ellipsis in place of each secret that can be told by itself, its line ends kept."""
    for start, end in sorted(_spans(text), reverse=True):
        text = blotted(text, start, end)
    return text


def blotted(text: str, start: int, end: int) -> str:
    """Return a text with an ellipsis in place of what stands from ``start`` to ``end``, its line ends kept."""
    ends = "".join(letter for letter in text[start:end] if letter in "\r\n")
    return f"{text[:start]}{HIDDEN}{ends}{text[end:]}"


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where secrets stand; none overlaps another."""
    taken: list[tuple[int, int]] = []
    for _, pattern in _KINDS:
        for match in pattern.finditer(text):
            start, end = match.span("secret" if pattern.groups else 0)
            if all(end <= other or start >= stop for other, stop in taken):
                taken.append((start, end))
                yield start, end


def _is_under_secret_key(path: str, value: str) -> bool:
    *above, key = [part for part in path.split(".") if not part.isdigit()] or [""]
    words = re.sub(r"[-\s]", "_", key.strip().lower())
    value = value.strip()
    return (
        any(words == word or words.endswith(f"_{word}") for word in _KEYS)
        and _NO_KEYS.isdisjoint(above[-1:])
        and len(value) > 3
        and value.lower() not in _PLACEHOLDERS
        and not _FILLED_IN.match(value)
    )
