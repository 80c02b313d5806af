"""The well-known names: data that must be sound, and how a name is compared with it."""

import pytest

from flowlint.config.known import (
    _data,
    _each_name,
    cancelled_resolutions,
    known_fields,
    known_type,
    means_cancelled,
    plain,
    system_field,
)
from flowlint.config.mapping import LOGICAL_FIELDS


def test_no_type_name_has_two_meanings():
    """A name listed under two meanings would mean whichever stands later in the file."""
    meanings: dict[str, set[str]] = {}
    for entry in _data()["issue_types"]:
        for name in _each_name(entry["names"]):
            meanings.setdefault(plain(name), set()).add(entry["meaning"])
    assert {name: found for name, found in meanings.items() if len(found) > 1} == {}


def test_every_name_is_text():
    """An unquoted `No` or `1.0` would have become something else than a name."""
    data = _data()
    lists = [*(entry["names"] for entry in data["issue_types"]), data["cancelled_resolutions"]]
    assert all(isinstance(name, str) for names in lists for name in _each_name(names))


def test_fields_are_logical_fields():
    """A logical field that the mapping does not know could never be read."""
    assert {known.logical for known in known_fields()} <= set(LOGICAL_FIELDS)
    assert set(_data()["fields_beside"]) <= {known.logical for known in known_fields()}


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Sub-task", "subtask"),
        ("Sub_Task", "subtask"),
        ("  sub  task ", "subtask"),
        ("任务", "task"),
        ("子任務", "subtask"),
        ("Aufgabe", "task"),
        ("Błąd w programie", "defect"),
        ("ÉPOPÉE", "epic"),
        ("Demande d\u2019évolution", "improvement"),
        ("[System] Incident", "incident"),
        ("New Feature", "improvement"),
        ("Feature", "feature"),
        ("エピック", "epic"),
        ("하위 작업", "subtask"),
        ("İYİLEŞTİRME", "improvement"),
        ("Подзадача", "subtask"),
    ],
)
def test_names_of_types_in_many_languages(name: str, meaning: str):
    """Case, hyphens, blanks and apostrophes make no difference."""
    known = known_type(name)
    assert known is not None
    assert known.meaning == meaning


@pytest.mark.parametrize(
    ("name", "meaning"),
    [("Story Bug", "defect"), ("Dev. Sub-task", "subtask"), ("OEM Task", "task"), ("BU Initiative", "initiative")],
)
def test_the_last_word_tells_where_the_name_does_not(name: str, meaning: str):
    """Sites put a word before a well-known name; what stands last is the noun."""
    known = known_type(name)
    assert known is not None
    assert known.meaning == meaning


@pytest.mark.parametrize("name", ["Tracer", "Storyboard", "Task force", "", "Release Blocker", "Epicentre"])
def test_other_names_are_not_known(name: str):
    """A word inside a word, or in front, says nothing."""
    assert known_type(name) is None


def test_the_untranslated_name_goes_first():
    """Shown names are translated, and sites translate freely."""
    known = known_type("Bug", "Aufgabe")
    assert known is not None
    assert known.meaning == "defect"
    assert known_type(None, None) is None
    assert known_type("Tracer", "Aufgabe") == known_type("Aufgabe")


@pytest.mark.parametrize(
    "name", ["Won't Do", "WON\u2019T DO", "Duplicate", "Wird nicht erledigt", "无法重现", "canceled"]
)
def test_resolutions_that_mean_given_up(name: str):
    """Typographic apostrophes and case make no difference."""
    assert means_cancelled(name)


@pytest.mark.parametrize("name", ["Done", "Fixed", "Unresolved", "完成", "Completed", "Resolved", ""])
def test_resolutions_that_mean_delivered(name: str):
    """A delivered issue taken for a cancelled one would vanish from every metric."""
    assert not means_cancelled(name)


def test_resolutions_are_listed_once_and_sorted():
    """The list goes into the mapping as it is."""
    names = cancelled_resolutions()
    assert list(names) == sorted(set(names))


def test_fields_of_jira_by_their_shown_names():
    """A mapping may say "Due date" where the data says duedate."""
    assert system_field("due DATE") == "duedate"
    assert system_field("Fix version/s") == "fixVersions"
    assert system_field("Shoe size") is None
