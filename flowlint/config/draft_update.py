"""What a new draft adds to a mapping that people have written: only what is lacking, and nothing is changed."""

from collections.abc import Iterator, Sequence

from flowlint.config.draft import DECIDE, Draft, FieldLine, Placed, TypeLine
from flowlint.config.draft_text import NO_NAME, SECTIONS, bare, comment_of, field_entry, section, type_entry
from flowlint.config.edit import Editor
from flowlint.config.fields import STRUCTURAL
from flowlint.config.mapping import Mapping as WholeMapping
from flowlint.config.mapping import ProjectMapping, Workflow, fold, name_matches
from flowlint.config.node import KeyPath
from flowlint.config.observed import Observed, SeenStatus
from flowlint.config.yaml12 import examine
from flowlint.config.yaml_text import one_line, quote


def updated(text: str, mapping: WholeMapping, draft: Draft, observed: Observed) -> tuple[str, tuple[str, ...]]:
    """Return the text of a mapping's file with what the draft adds, and what could not be added, in words.

    ``mapping`` is what the file says, with all that it extends. Raises ValueError where the text is no YAML.
    """
    update = _Update(text, mapping)
    for name in SECTIONS:
        lines = section(draft, name)
        # One that the draft leaves out only says why.
        if name not in mapping.written and any(line.startswith(f"{name}:") for line in lines):
            update.section(name, lines)
    update.types([line for line in draft.types if _is_lacking(line, mapping, observed)])
    update.statuses(draft.statuses, observed.statuses)
    update.unwritable(draft.unwritable, observed.statuses)
    update.resolutions([name for name, _ in draft.resolutions])
    update.cancelled()
    if "fields" in mapping.written:
        update.fields([line for line in draft.fields if line.found and line.logical not in STRUCTURAL])
    return update.text, tuple(update.remarks)


class _Update:
    """The changes to one file, each made to the text that the last one left: what one begins, the next one finds."""

    def __init__(self, text: str, mapping: WholeMapping) -> None:
        self.text = text
        self.mapping = mapping
        self.remarks: list[str] = []
        self._given_up: dict[KeyPath, dict[str, list[str]]] = {}
        """Workflow -> statuses and resolutions that belong under its ``cancelled``."""

    def _add_item(self, path: KeyPath, item: str, comment: str = "") -> bool:
        editor = Editor(self.text)
        return editor.add_item(path, item, comment) and self._is_taken(editor)

    def _add_entry(self, path: KeyPath, entry: str, comment: str = "", *, begin: bool = False) -> bool:
        editor = Editor(self.text)
        return editor.add_entry(path, entry, comment, begin=begin) and self._is_taken(editor)

    def _is_taken(self, editor: Editor) -> bool:
        """Go on with the text of an editor, and tell whether it can be: it must still be read."""
        text = editor.text()
        _, faults = examine(text, "")
        if not faults:
            self.text = text
        return not faults

    def section(self, name: str, lines: Sequence[str]) -> None:
        """Add a section that nobody wrote."""
        editor = Editor(self.text)
        if not (editor.add_section("".join(f"{line}\n" for line in lines)) and self._is_taken(editor)):
            self.remarks.append(f"the section {name}: nothing can stand behind what this file ends with")

    def types(self, lines: Sequence[TypeLine]) -> None:
        """Add entries for types that nothing means yet: to the common section where it is written, and to projects."""
        for line in lines:
            if line.project is None and "issue_types" not in self.mapping.written:
                continue  # it is in the new section
            own: KeyPath = () if line.project is None else ("projects", self._key_of(line.project))
            where, entry, comment = (*own, "issue_types"), type_entry(line), comment_of(line.comment)
            # What this file extends may hold the section: entries of both are merged.
            if not self._add_entry(where, entry, comment, begin=True):
                of = "" if line.project is None else f" of project {line.project}"
                self.remarks.append(f"the type {line.name} to issue_types{of}, which this file does not write out")

    def statuses(self, placed: Sequence[Placed], seen: Sequence[SeenStatus]) -> None:
        """Add statuses to a step of their stage and flow state in the workflow that holds where they are used."""
        for one in placed:
            uses = [use for use in seen if name_matches(one.name, use.name, use.id)]
            for path, workflow in self._workflows(uses):
                if one.flow_state == "cancelled":
                    self._given_up.setdefault(path, {}).setdefault("statuses", []).append(one.name)
                else:
                    self._add_status(path, workflow, one)

    def _add_status(self, path: KeyPath, workflow: Workflow, one: Placed) -> None:
        fitting = [
            ((*path, "stages", stage_at, "steps", step_at, "statuses"), step.name)
            for stage_at, stage in enumerate(workflow.stages)
            for step_at, step in enumerate(stage.steps)
            if fold(stage.name) == one.stage and step.flow_state == one.flow_state
        ]
        if not fitting:
            where = f"the workflow of project {path[1]}" if len(path) > 1 else "the workflow"
            self.remarks.append(f"the status {one.name}: {where} has no step of {one.stage} that is {one.flow_state}")
            return
        at, name = fitting[0]
        open_ = [one.doubt] if one.doubt else []
        if len(fitting) > 1:
            open_.append(f"which step is it, {' or '.join(step for _, step in fitting)}?")
        comment = comment_of(f"{DECIDE}{bare(one.name)}: {'; '.join(open_)}") if open_ else ""
        if not self._add_item(at, quote(one.name), comment):
            self.remarks.append(f"the status {one.name} to the step {name}, which this file does not write out")

    def unwritable(self, names: Sequence[str], seen: Sequence[SeenStatus]) -> None:
        """Name the statuses that cannot be written in the workflows that do not place them."""
        for name in names:
            if any(self._workflows([use for use in seen if use.name == name])):
                self.remarks.append(f"the status {name}: {NO_NAME}")

    def _workflows(self, uses: Sequence[SeenStatus]) -> Iterator[tuple[KeyPath, Workflow]]:
        """Yield each workflow with stages that holds in a project where a status is used so and does not place it.

        Stages of a value stream are left to its people: which issues are its is not known here.
        """
        paths: dict[KeyPath, Workflow] = {}
        for use in uses:
            if self._is_in_stream(use.project):
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
        return ("projects", self._key_of(project), "workflow")

    def _key_of(self, project: str) -> str:
        """Return a project's key as the mapping writes it."""
        return next((key for key in self.mapping.projects if fold(key) == fold(project)), project)

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
            workflow = (
                self.mapping.projects[str(path[1])] if len(path) > 1 else self.mapping.base
            ).workflow or Workflow()
            inherited = {"statuses": workflow.cancelled_statuses, "resolutions": workflow.cancelled_resolutions}
            # A list that is written stands for the one that was inherited, so it has to hold that one too.
            whole = {key: (*inherited[key], *names) for key, names in found.items()}
            if not Editor(self.text).has(at) and self._add_entry(path, f"cancelled: {one_line(whole)}"):
                continue
            for key, names in found.items():
                list_at = (*at, key)
                if not Editor(self.text).has(list_at) and self._add_entry(at, f"{key}: {one_line(whole[key])}"):
                    continue
                lacking = [name for name in names if not self._add_item(list_at, quote(name))]
                if lacking:
                    listed = f"{', '.join(lacking)} to the {key} under cancelled"
                    self.remarks.append(f"{listed}, which this file does not write out")

    def fields(self, lines: Sequence[FieldLine]) -> None:
        """Add fields that were recognised and are not written."""
        for line in lines:
            if line.logical in self.mapping.base.fields:
                continue
            entry, comment = field_entry(line), comment_of(line.comment)
            if not self._add_entry(("fields",), entry, comment, begin=True):
                self.remarks.append(f"{line.logical} to fields, which this file does not write out")


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
