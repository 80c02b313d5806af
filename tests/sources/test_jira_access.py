"""Credentials come from the environment and go to the host named there: no file can send them elsewhere."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowlint.errors import UsageError
from flowlint.sources.jira_access import VARIABLES, access_to

CLOUD = {"JIRA_URL": "https://acme.atlassian.net", "JIRA_EMAIL": "lead@acme.example", "JIRA_API_TOKEN": "s3cr3t-t0ken"}
SERVER = {"JIRA_URL": "https://jira.acme.example/jira/", "JIRA_PAT": "s3cr3t-t0ken"}


def test_an_account_with_a_token():
    """Jira Cloud; what is printed of it holds no secret."""
    found = access_to(CLOUD)
    assert (found.url, found.way, found.user, found.secret) == (
        "https://acme.atlassian.net", "basic", "lead@acme.example", "s3cr3t-t0ken",
    )  # fmt: skip
    assert found.host == "acme.atlassian.net"
    assert "s3cr3t" not in repr(found)
    assert "lead@" not in repr(found)


def test_a_token_alone():
    """Data Center, below a path."""
    found = access_to(SERVER)
    assert (found.url, found.way, found.user) == ("https://jira.acme.example/jira", "bearer", None)


@pytest.mark.parametrize(
    "configured",
    ["https://acme.atlassian.net", "https://ACME.atlassian.net:443/", " https://acme.atlassian.net "],
)
def test_the_mapping_may_name_the_same_site(configured):
    """However it is written."""
    assert access_to(CLOUD, configured).url == "https://acme.atlassian.net"


@pytest.mark.parametrize(
    "configured",
    [
        "https://evil.example",
        "https://acme.atlassian.net.evil.example",
        "https://acme.atlassian.net:8443",
        "https://acme.atlassian.net/elsewhere",
        "http://localhost:9",
        "https://acme.atlassian.net@evil.example",
        "https://lead:pw@acme.atlassian.net",
        "file:///etc/passwd",
        "https://acme.atlassian.net?x=1",
        "",
    ],
)
def test_another_site_in_the_mapping_is_refused(configured):
    """Before any request; and no message holds a secret."""
    with pytest.raises(UsageError) as refused:
        access_to(CLOUD, configured)
    assert "s3cr3t" not in str(refused.value)
    assert "pw@" not in str(refused.value)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "JIRA_URL is not set"),
        ({**CLOUD, "JIRA_URL": ""}, "JIRA_URL is not set"),
        ({**CLOUD, "JIRA_API_TOKEN": " "}, "JIRA_API_TOKEN is not set"),
        ({"JIRA_URL": "https://acme.atlassian.net"}, "JIRA_EMAIL and JIRA_API_TOKEN are not set"),
        ({**CLOUD, "JIRA_PAT": "x"}, "which are meant"),
        ({**CLOUD, "JIRA_URL": "acme.atlassian.net"}, "is no web address"),
        ({**CLOUD, "JIRA_URL": "https://"}, "is no web address"),
        ({**CLOUD, "JIRA_URL": "https://acme.example:port"}, "is no web address"),
        ({**CLOUD, "JIRA_URL": "https://acme.example/\x1b[31m"}, "is no web address"),
        ({**CLOUD, "JIRA_URL": "http://acme.example"}, "begins with http://"),
        ({**CLOUD, "JIRA_URL": "https://me:s3cr3t@acme.example"}, "holds credentials"),
    ],
)
def test_what_is_missing_or_unsafe_is_said(environment, said):
    """With what to do about it."""
    with pytest.raises(UsageError) as refused:
        access_to(environment)
    assert said in refused.value.message
    assert refused.value.help
    assert "s3cr3t" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "[::1]"])
def test_this_machine_may_be_asked_without_encryption(host):
    """For a stand-in, or a tunnel."""
    assert access_to({**CLOUD, "JIRA_URL": f"http://{host}:8080"}).url == f"http://{host}:8080"


@pytest.mark.parametrize("host", ["localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]", "0.0.0.0"])
def test_other_machines_may_not(host):
    """Whatever their name begins with."""
    with pytest.raises(UsageError, match="http://"):
        access_to({**CLOUD, "JIRA_URL": f"http://{host}:8080"})


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(VARIABLES, st.text(max_size=12))), st.none() | st.text(max_size=20)
)
def test_any_values_give_access_or_a_sentence(environment, configured):
    """Never anything else."""
    with contextlib.suppress(UsageError):
        assert access_to(environment, configured).url.startswith(("https://", "http://"))
