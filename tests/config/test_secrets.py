"""Secrets in what somebody wrote: told from words, and blotted out wherever the text is shown."""

import pytest

from flowlint.config.discreet import discreet
from flowlint.config.secrets import secret_kind, without_secrets
from flowlint.config.suggest import quoted

TOKEN = "ATATT3xEXAMPLEexampleEXAMPLE"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (TOKEN, "…"),
        (f"https://bot:{TOKEN}@acme.example/x", "https://bot:…@acme.example/x"),
        ("https://bot:hunter2@acme.example", "https://bot:…@acme.example"),
        ("https://acme.example/?u=x&token=hunter2&y=1", "https://acme.example/?u=x&token=…&y=1"),
        ("lint@example.com:EXAMPLEexample0EXAMPLE", "lint@example.com:…"),
        ("lint@example.com, 0a1b2c3d4e5f6a7b8c9d0e1f", "lint@example.com, …"),
        ("Basic bGludEBleGFtcGxlLmNvbTpleGFtcGxl", "Basic …"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----", "…\n\n"),
        ("an@example.com, christian_mueller2@example.com", None),
        ("see an@example.com PLATFORM-REWORK-2026-Q3", None),
        ("Basic authentication/authorization only", None),
        ("https://${USER}:${TOKEN}@acme.example", None),
    ],
)
def test_what_can_be_told_by_itself(text, shown):
    """Tokens by their shape, passwords by what stands around them; what is shown holds no more secrets."""
    assert without_secrets(text) == (text if shown is None else shown)
    assert (secret_kind("reason", text) is None) is (shown is None)
    assert secret_kind("reason", without_secrets(text)) is None


@pytest.mark.parametrize(
    ("path", "value", "is_one"),
    [
        ("source.jira.api_token", "hunter2", True),
        ("rules.options.S999.Client-Secret", "hunter2", True),
        ("rules.options.S999.passwords.password.0", "hunter2", True),
        ("source.jira.token", "$JIRA_API_TOKEN", False),
        ("rules.options.S999.max_tokens", "many of them", False),
        ("issue_types.Secret", "ignore", False),
        ("teams.Token.owner", "identity-leads", False),
        ("teams.Foo.match.fields.API Token.0", "customer-facing", False),
    ],
)
def test_what_its_key_calls_a_secret(path, value, is_one):
    """The last word of the key, but for keys that are names."""
    assert (secret_kind(path, value) is not None) is is_one


def test_a_message_quotes_none():
    """Not even the beginning of one that is too long."""
    assert quoted(f"https://bot:{TOKEN * 3}@acme.example") == '"https://bot:…@acme.example"'


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_file_keeps_its_lines(line_end):
    """Values under secret keys in every form of YAML, tokens in comments, and what stands behind a fault."""
    text = (
        "issue_types: {Token: ignore}  # was {t}\npassword: 'one two'\nx: {api_token: hunter2, y: 1}\n"
        "secret: |  # said\n  line\n  line\ntoken:\n  - hunter2\nz: 1\n"
    ).replace("{t}", TOKEN)
    shown = (
        "issue_types: {Token: ignore}  # was …\npassword: …\nx: {api_token: …, y: 1}\n"
        "secret: |  # said\n…\n\ntoken:\n  - …\nz: 1\n"
    )
    assert discreet(text.replace("\n", line_end)) == shown.replace("\n", line_end)
    torn = "a: [1, }\ntoken: hunter2\nb: 1\n"
    assert discreet(torn.replace("\n", line_end)) == "a: [1, }\ntoken: …\nb: 1\n".replace("\n", line_end)


@pytest.mark.parametrize("text", ["[" * 100_000, "eyJ" * 50_000, "[:\n" + "a-b.c " * 50_000, "a: {" * 30_000])
def test_hostile_text_takes_no_time(text):
    """Nothing is slower than the length of the text."""
    assert len(discreet(text)) == len(text)
