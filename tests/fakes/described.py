"""Holds requests to Jira Cloud, and a stand-in's answers, to Atlassian's own description of the interface.

Hard on requests. Of answers the description's own examples decide what is let through: they break it in places, and it
knows no null. The description stays beside the checkout; where it is missing, the test that asks for it is skipped.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from jsonschema import Draft4Validator
from jsonschema.exceptions import ValidationError

from fakes.server import Answer, Asked

DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "jira" / "jira-cloud-v3-subset.openapi.json"
GATEWAY = re.compile(r"/ex/jira/[^/]+(?=/)")
SAME_IN_V2 = re.compile(r"/rest/api/2/(?=(serverInfo|myself)$)")
"""What version 2 answers as version 3 does."""
PLAIN = {"integer": re.compile(r"-?\d+"), "boolean": re.compile("true|false")}


def held_to_description(answerer: Callable[[Asked], Answer]) -> "Held":
    """Return an answerer that answers the same, and notes what breaks the description. Skips the test where there is none."""
    if not DESCRIPTION.is_file():
        pytest.skip("no description of Jira's interface: ../shared/jira is not beside this checkout")
    return Held(answerer, _description())


class Held:
    """An answerer with the ``violations`` seen so far; left as a context it fails if there are any."""

    def __init__(self, answerer: Callable[[Asked], Answer], description: "Description") -> None:
        self.answerer = answerer
        self.violations: list[str] = []
        self._description = description

    def __call__(self, asked: Asked) -> Answer:
        """Answer, and look at both sides."""
        path = SAME_IN_V2.sub("/rest/api/3/", GATEWAY.sub("", asked.path))
        operation = self._description.operation(asked.method, path)
        answer = self.answerer(asked)
        if operation is None:
            self.violations.append(f"{asked.method} {asked.path}: not described")
            return answer
        found = [*operation.faults_of_request(asked, path), *operation.faults_of_answer(answer)]
        self.violations += [f"{asked.method} {asked.path}: {fault}" for fault in found]
        return answer

    def check(self) -> None:
        """Fail if the description was broken."""
        assert not self.violations, "\n".join(dict.fromkeys(self.violations))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.check()


class Description:
    """The described operations, and what their examples say beyond them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        leniency = Leniency()
        self._operations = [
            (method.upper(), Operation(path, told, document["components"], leniency))
            for path, methods in document["paths"].items()
            for method, told in methods.items()
        ]
        for _, operation in self._operations:
            operation.learn_from_examples()
        # What is written out comes before what is left open: /project/search before /project/{key}.
        self._operations.sort(key=lambda one: one[1].path.count("{"))

    def operation(self, method: str, path: str) -> "Operation | None":
        """Return what describes a request."""
        return next((one for kind, one in self._operations if kind == method and one.place.fullmatch(path)), None)


class Leniency:
    """What examples hold that their schemas forbid: names of more properties, and types of values."""

    def __init__(self) -> None:
        self._allowed: set[tuple[int, str]] = set()

    def learn(self, error: ValidationError) -> None:
        """Allow what an example does."""
        self._allowed |= _breaches(error)

    def covers(self, error: ValidationError) -> bool:
        """Tell whether an example does the same, or the value is null."""
        return (error.validator == "type" and error.instance is None) or _breaches(error) <= self._allowed


def _breaches(error: ValidationError) -> set[tuple[int, str]]:
    """Return what breaks a schema, which is known by its identity: all of them are parts of one document."""
    schema = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        return {(id(schema), name) for name in error.instance if name not in schema.get("properties", {})}
    return {(id(schema), f"{error.validator}: {type(error.instance).__name__}")}


@dataclass(frozen=True)
class Operation:
    """A described request with its answers."""

    path: str
    told: Mapping[str, Any]
    components: Mapping[str, Any]
    leniency: Leniency

    @property
    def place(self) -> re.Pattern[str]:
        """The pattern of its path, with its parameters by name."""
        return _place(self.path)

    def learn_from_examples(self) -> None:
        """Let through what the examples of the answers do."""
        for response in self.told["responses"].values():
            content = response.get("content", {}).get("application/json", {})
            if "schema" in content and "example" in content:
                for error in _validator(content["schema"], self.components).iter_errors(content["example"]):
                    self.leniency.learn(error)

    def faults_of_request(self, asked: Asked, path: str) -> Iterator[str]:
        """Yield what breaks the description."""
        described = {(one["in"], one["name"]): one for one in self.told.get("parameters", ())}
        match = self.place.fullmatch(path)
        sent = {("path", name): value for name, value in (match.groupdict() if match else {}).items()}
        sent |= {("query", name): value for name, value in asked.query.items()}
        for key, value in sent.items():
            if key not in described:
                yield f"no parameter {key[1]!r} is described"
            elif not _fits(described[key]["schema"], value):
                yield f"the parameter {key[1]!r} is {value!r}"
        yield from (
            f"the parameter {name!r} is missing"
            for (kind, name), one in described.items()
            if one.get("required") and (kind, name) not in sent
        )
        content = self.told.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            if asked.body is not None:
                yield "no body is described"
            return
        for error in _validator(content["schema"], self.components).iter_errors(asked.body):
            yield f"the body is wrong at {error.json_path}: {error.message[:200]}"

    def faults_of_answer(self, answer: Answer) -> Iterator[str]:
        """Yield what breaks the description; any refusal may come without being described."""
        response = self.told["responses"].get(str(answer.status))
        if response is None and answer.status < 400:
            yield f"no answer {answer.status} is described"
        content = (response or {}).get("content", {}).get("application/json", {})
        schema = content.get("schema")
        if schema is None and answer.status >= 400:
            schema = self.components["schemas"]["ErrorCollection"]
        if schema is None:
            return
        for error in _validator(schema, self.components).iter_errors(json.loads(answer.content())):
            if not self.leniency.covers(error):
                yield f"answer {answer.status} at {error.json_path}: {error.message[:200]}"


@cache
def _description() -> Description:
    return Description(json.loads(DESCRIPTION.read_text(encoding="utf-8")))


@cache
def _place(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


_validators: dict[int, Draft4Validator] = {}


def _validator(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Draft4Validator:
    """Return what validates against a part of the document, always the same for the same part."""
    if id(schema) not in _validators:
        _validators[id(schema)] = Draft4Validator({**schema, "components": components})
    return _validators[id(schema)]


def _fits(schema: Mapping[str, Any], value: str) -> bool:
    """Tell whether a parameter has the form that is described."""
    if schema.get("type") == "array":
        return all(_fits(schema["items"], one) for one in value.split(","))
    if "enum" in schema and value not in schema["enum"]:
        return False
    pattern = PLAIN.get(schema.get("type", ""))
    return pattern is None or pattern.fullmatch(value) is not None
