"""Tables of the keys that a JSON Schema allows: path, what it takes, default, an example and meaning."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowlint.config.yaml_text import one_line
from pages.markdown import code, line, table

Schema = Mapping[str, Any]
HEAD = ("Key", "Takes", "Default", "", "Meaning")
"""Names of the columns; the fourth holds an example, where a page names it."""
TYPES = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true` or `false`",
    "object": "a mapping",
    "array": "a list",
    "null": "`null`",
}


class Keys:
    """Reads one schema. ``linked`` gives the definitions that are told elsewhere on the page, with a link to there."""

    def __init__(self, schema: Schema, linked: Mapping[str, str] | None = None) -> None:
        self.schema = schema
        self.linked = linked or {}

    def table(self, *names: str, of: Schema | None = None, deep: bool = True, head: Sequence[str] = HEAD) -> str:
        """Lay out the named properties of ``of`` (the whole schema if not given), all if none is named.

        ``deep`` takes in what is below them; ``head`` names the columns, as HEAD does. A column without a name, or
        with nothing in it, is left out.
        """
        holder = self.schema if of is None else of
        required = holder.get("required", ())
        rows = [
            row
            for name, told in holder["properties"].items()
            if not names or name in names
            for row in self._rows(name, told, required=name in required, deep=deep)
        ]
        filled = [column for column, name in enumerate(head) if name and any(row[column] for row in rows)]
        return table([head[column] for column in filled], [[row[column] for column in filled] for row in rows])

    def definition(self, name: str) -> Schema:
        """Return a definition of the schema."""
        found: Schema = self.schema["$defs"][name]
        return found

    def resolve(self, told: Schema) -> Schema:
        """Return a schema with what it refers to; its own words win."""
        own = {key: value for key, value in told.items() if key != "$ref"}
        reference = told.get("$ref")
        return own if reference is None else {**self.resolve(self.definition(_name(reference))), **own}

    def _rows(self, path: str, told: Schema, *, required: bool, deep: bool = True) -> Iterator[list[str]]:
        whole = self.resolve(told)
        default = "required" if required else code(one_line(whole["default"])) if _says(whole, "default") else ""
        link = self.linked.get(_name(told.get("$ref", "")))
        if whole.get("title") or whole.get("description"):
            # What is told elsewhere needs no more than its title here.
            meaning = _meaning(path, {"title": whole.get("title", ""), **told} if link else whole)
            yield [code(path), link or self.takes(whole), default, _example(whole), meaning]
        if link is None and deep:
            yield from self._below(path, whole)

    def _below(self, path: str, told: Schema) -> Iterator[list[str]]:
        for shape in (told, *map(self.resolve, told.get("anyOf", ()))):
            required = shape.get("required", ())
            for name, below in shape.get("properties", {}).items():
                yield from self._rows(f"{path}.{name}", below, required=name in required)
            more = shape.get("additionalProperties")
            if isinstance(more, Mapping):
                yield from self._unnamed(f"{path}.NAME", more)
            if isinstance(shape.get("items"), Mapping):
                yield from self._unnamed(f"{path}[]", shape["items"])

    def _unnamed(self, path: str, told: Schema) -> Iterator[list[str]]:
        """Yield what is below an entry of a list or mapping; the entry itself only where it takes several forms."""
        whole = self.resolve(told)
        if _name(told.get("$ref", "")) in self.linked or any("properties" in one for one in whole.get("anyOf", ())):
            yield from self._rows(path, told, required=False)
        else:
            yield from self._below(path, whole)

    def takes(self, told: Schema) -> str:
        """Say in words what a value may be."""
        whole = self.resolve(told)
        if "enum" in whole:
            return ", ".join(code(one_line(one)) for one in whole["enum"])
        if "const" in whole:
            return code(one_line(whole["const"]))
        if "anyOf" in whole:
            return ", or ".join(line(one.get("title") or self.takes(one)) for one in map(self.resolve, whole["anyOf"]))
        kinds = whole.get("type", "")
        named = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
        return " or ".join(self._kind(kind, whole) for kind in named)

    def _kind(self, kind: str, told: Schema) -> str:
        items = told.get("items", {})
        if kind == "array" and self.resolve(items).get("type") == "string":
            return "a list of texts"
        return TYPES.get(kind, kind)


def _name(reference: str) -> str:
    return reference.removeprefix("#/$defs/")


def _meaning(path: str, told: Schema) -> str:
    """Return title and description as sentences; a title that only names the form or repeats the key says nothing."""
    title, description = told.get("title", ""), told.get("description", "")
    key = path.rpartition(".")[2].removesuffix("[]").replace("_", " ")
    silent = title[:1].islower() or (description and title.casefold() == key)
    return line(" ".join(f"{part.rstrip('.')}." for part in ("" if silent else title, description) if part))


def _says(told: Schema, key: str) -> bool:
    return told.get(key) not in (None, "", [], {})


def _example(told: Schema) -> str:
    """Return a value that may stand there: the first example that is given, else of those it takes, else the default."""
    given = [
        *told.get("examples", ()),
        *told.get("enum", ()),
        *(told[key] for key in ("const", "default") if key in told),
    ]
    return code(one_line(given[0])) if given else ""
