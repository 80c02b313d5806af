"""What a new draft adds to a mapping that people have written: only what is lacking, and nothing is changed."""

from collections.abc import Iterator, Mapping, Sequence

from flowlint.config.draft import Draft, FieldLine, Placed, TypeLine
from flowlint.config.draft_text import SECTIONS, comment_of, field_entry, section, type_entry
from flowlint.config.edit import Editor
from flowlint.config.fields import STRUCTURAL
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.mapping import ProjectMapping, Workflow, fold, name_matches
from flowlint.config.node import KeyPath
from flowlint.config.observed import Observed, SeenStatus
from flowlint.config.yaml_text import one_line, quote


def updated(text: str, mapping: WholeMapping, draft: Draft, observed: Observed) -> tuple[str, tuple[str, ...]]:
    """Return the text of a mapping's file with what the draft adds, and what could not be added, in words.

    ``mapping`` is what the file says, with all that it extends. Raises ValueError where the text is no YAML.
    """
    update = _Update(Editor(text), mapping)
    update.types([line for line in draft.types if _is_lacking(line, mapping, observed)])
    update.statuses(draft.statuses, observed.statuses)
    update.resolutions([name for name, _ in draft.resolutions])
    update.cancelled()
    if "fields" in mapping.written:
        update.fields([line for line in draft.fields if line.found and line.logical not in STRUCTURAL])
    for name in SECTIONS:
        lines = section(draft, name)
        # One that the draft leaves out only says why.
        if name not in mapping.written and any(line.startswith(f"{name}:") for line in lines):
            update.editor.add_section("".join(f"{line}\n" for line in lines))
    return update.editor.text(), tuple(update.remarks)


class _Update:
    """The changes to one file."""

    def __init__(self, editor: Editor, mapping: WholeMapping) -> None:
        self.editor = editor
        self.mapping = mapping
        self.remarks: list[str] = []
        self._given_up: dict[KeyPath, dict[str, list[str]]] = {}
        """Workflow -> statuses and resolutions that belong under its ``cancelled``."""

    def types(self, lines: Sequence[TypeLine]) -> None:
        """Add entries for types that nothing means yet."""
        if "issue_types" not in self.mapping.written:
            return
        new = []
        for line in lines:
            own: KeyPath = () if line.project is None else ("projects", line.project)
            if not self.editor.add_entry((*own, "issue_types"), type_entry(line), comment_of(line.comment)):
                new.append(line)
        if new:  # the section stands in a file that this one extends; entries of both are merged
            lines_of = "".join(f"  {type_entry(line)}  # {comment_of(line.comment)}\n" for line in new)
            self.editor.add_section(f"issue_types:\n{lines_of}")

    def statuses(self, placed: Sequence[Placed], seen: Sequence[SeenStatus]) -> None:
        """Add statuses to the first step of their flow state in the workflow that holds where they are used."""
        for one in placed:
            for path, workflow in self._workflows(one, seen):
                if not self._add_status(path, workflow, one):
                    where = " of project " + str(path[1]) if len(path) > 1 else ""
                    self.remarks.append(f"the status {one.name} ({one.flow_state}) has no place in the workflow{where}")

    def _add_status(self, path: KeyPath, workflow: Workflow, one: Placed) -> bool:
        if one.flow_state == "cancelled":
            self._given_up.setdefault(path, {}).setdefault("statuses", []).append(one.name)
            return True
        for stage_at, stage in enumerate(workflow.stages):
            for step_at, step in enumerate(stage.steps):
                if step.flow_state == one.flow_state:
                    at: KeyPath = (*path, "stages", stage_at, "steps", step_at, "statuses")
                    return self.editor.add_item(at, quote(one.name))
        return False

    def _workflows(self, one: Placed, seen: Sequence[SeenStatus]) -> Iterator[tuple[KeyPath, Workflow]]:
        """Yield each workflow with stages that holds in a project where the status is used and does not place it.

        Stages of a value stream are left to its people: which issues are its is not known here.
        """
        paths: dict[KeyPath, Workflow] = {}
        for use in seen:
            if not name_matches(one.name, use.name, use.id) or self._is_in_stream(use.project):
                continue
            own = self.mapping.for_project(use.project)
            workflow = own.workflow
            if workflow is None or not workflow.stages or _places(workflow, use):
                continue
            paths[self._path_of(use.project, own)] = workflow
        yield from paths.items()

    def _path_of(self, project: str, own: ProjectMapping) -> KeyPath:
        if own.workflow == self.mapping.base.workflow:
            return ("workflow",)
        return ("projects", next(key for key in self.mapping.projects if fold(key) == fold(project)), "workflow")

    def _is_in_stream(self, project: str) -> bool:
        return any(
            name_matches(name, project)
            for stream in self.mapping.value_streams
            if stream.workflow is not None and stream.workflow.stages
            for name in stream.scope.projects
        )

    def resolutions(self, names: Sequence[str]) -> None:
        """Add resolutions that mean given up to the common workflow, where one is written."""
        workflow = self.mapping.base.workflow
        if workflow is None or "workflow" not in self.mapping.written:
            return
        known = {fold(name) for name in workflow.cancelled_resolutions}
        lacking = [name for name in names if fold(name) not in known]
        if lacking:
            self._given_up.setdefault(("workflow",), {})["resolutions"] = lacking

    def cancelled(self) -> None:
        """Add what was found to mean given up to the workflows that hold for it."""
        for path, found in self._given_up.items():
            at = (*path, "cancelled")
            if not self.editor.has(at):
                if not self.editor.add_entry(path, f"cancelled: {one_line(found)}"):
                    self._not_added(found)
                continue
            for key, names in found.items():
                added = (
                    all(self.editor.add_item((*at, key), quote(name)) for name in names)
                    if self.editor.has((*at, key))
                    else self.editor.add_entry(at, f"{key}: {one_line(names)}")
                )
                if not added:
                    self._not_added({key: names})

    def _not_added(self, found: Mapping[str, Sequence[str]]) -> None:
        for key, names in found.items():
            self.remarks.append(f"{', '.join(names)} to the {key} under cancelled, which are not written in this file")

    def fields(self, lines: Sequence[FieldLine]) -> None:
        """Add fields that were recognised and are not written."""
        for line in lines:
            if line.logical not in self.mapping.base.fields:
                self.editor.add_entry(("fields",), field_entry(line), comment_of(line.comment))


def _is_lacking(line: TypeLine, mapping: WholeMapping, observed: Observed) -> bool:
    """Tell whether some project has issues of a type that nothing in the mapping means there."""
    return any(
        one.issues
        and name_matches(line.name, one.name, one.id)
        and (line.project is None or fold(line.project) == fold(one.project))
        and not any(
            name_matches(entry.name, one.name, one.id) for entry in mapping.for_project(one.project).issue_types
        )
        for one in observed.types
    )


def _places(workflow: Workflow, use: SeenStatus) -> bool:
    return any(name_matches(name, use.name, use.id) for name in workflow.statuses)
