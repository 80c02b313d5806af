"""The issues of a Jira site in memory: what people do to them, and what searches and readers get to see."""

import copy
from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fakes.jira_catalogue import NOW, Catalogue, milliseconds
from fakes.jira_things import Change, Issue, IssueType, Item, Link, Project, Status, User


class JiraSite(Catalogue):
    """A site with its issues, as they are and as searches know them. Times and zones: see :class:`Catalogue`."""

    def __init__(self, now: datetime = NOW, **zones: str) -> None:
        super().__init__(now, **zones)
        self.issues: dict[int, Issue] = {}
        self.order: list[int] = []
        """The ids of all issues, ascending."""
        self.archived: set[int] = set()
        self.hidden: dict[int, bool] = {}
        """Issues that the caller may not see, with whether their children still show them as parent."""
        self._children: dict[int, list[int]] = {}
        self._links: dict[int, tuple[Link, ...]] = {}
        self._indexed: dict[int, Issue | None] | None = None

    # What people do to issues

    def add(
        self,
        project: Project | str,
        kind: IssueType | str,
        summary: str,
        *,
        parent: Issue | None = None,
        status: Status | str = "To Do",
        created: datetime | None = None,
        **values: Any,
    ) -> Issue:
        """Add an issue; ``values`` are attributes of :class:`Issue`. ``updated`` is the time of creation."""
        home = self.project(project)
        at = milliseconds(created) if created is not None else self.moment
        issue = Issue(
            self._id("issue"),
            home,
            len(home.numbers) + 1,
            self.type(kind, home),
            self.status(status, home),
            summary,
            at,
            at,
            at,
            parent=parent.id if parent is not None else None,
            **{"reporter": self.caller, **values},
        )
        self._note(issue.id, None)
        self.put(issue)
        self._changed()
        return issue

    def put(self, issue: Issue) -> None:
        """Take in an issue whose id is greater than all others: the quick way, for big sites."""
        self.issues[issue.id] = issue
        self.order.append(issue.id)
        issue.project.numbers.append(issue.id)
        issue.project.members.append(issue.id)
        if issue.parent is not None:
            self._children.setdefault(issue.parent, []).append(issue.id)
        self._next["issue"] = issue.id + 1

    def edit(self, issue: Issue, *, by: User | None = None, **values: Any) -> None:
        """Change attributes of an issue: ``updated`` becomes now, and the changelog gets an entry.

        ``type`` and ``status`` may be names, ``parent`` is an issue or None; ``values`` adds to the other custom fields.
        A new resolution, or none, sets ``resolved``.
        """
        self._note(issue.id, issue)
        items: list[Item] = []
        for name, value in values.items():
            if name == "values":
                items += [Item(id_, None, _said(issue.values.get(id_)), None, _said(new)) for id_, new in value.items()]
                issue.values = {**issue.values, **value}
                continue
            new = self._meant(issue, name, value)
            items += self._items(name, getattr(issue, name), new)
            self._set(issue, name, new)
        self._log(issue, by, items)

    def move(self, issue: Issue, project: Project | str, kind: IssueType | str | None = None) -> None:
        """Move an issue to another project: a new key, the same id; the old key still resolves."""
        target = self.project(project)
        self._note(issue.id, issue)
        old_key, old = issue.key, issue.project
        old.members.remove(issue.id)
        target.numbers.append(issue.id)
        insort(target.members, issue.id)
        issue.project, issue.number = target, len(target.numbers)
        items = [
            Item("key", None, old_key, None, issue.key),
            Item("project", str(old.id), old.name, str(target.id), target.name),
        ]
        if kind is not None:
            new = self.type(kind, target)
            items += self._items("type", issue.type, new)
            issue.type = new
        self._log(issue, None, items)

    def delete(self, issue: Issue) -> None:
        """Delete an issue with its sub-tasks; nothing is left of them, and other children lose their parent."""
        for child in self.children(issue):
            self._note(child.id, child)
            if child.type.level < 0:
                self.delete(child)
            else:
                child.parent = None
        self._note(issue.id, issue)
        self._adopt(issue, None)
        for link in self._links.pop(issue.id, ()):
            other = link.target if link.source == issue.id else link.source
            self._links[other] = tuple(one for one in self._links[other] if one.id != link.id)
        del self.issues[issue.id]
        del self.order[bisect_left(self.order, issue.id)]
        issue.project.members.remove(issue.id)
        self._children.pop(issue.id, None)
        self._changed()

    def archive(self, issue: Issue) -> None:
        """Archive an issue: it leaves searches and bulk reads."""
        self.archived.add(issue.id)
        self._changed()

    def hide(self, issue: Issue, *, stub: bool = True) -> None:
        """Hide an issue from the caller; with ``stub`` its children still name it as their parent."""
        self.hidden[issue.id] = stub
        self._changed()

    def show(self, issue: Issue) -> None:
        """Show a hidden issue again."""
        del self.hidden[issue.id]
        self._changed()

    def link(self, source: Issue, target: Issue, kind: str = "Blocks") -> Link:
        """Link two issues."""
        link = Link(self._id("link"), kind, source.id, target.id)
        for one in (source, target):
            self._links[one.id] = (*self._links.get(one.id, ()), link)
        self._changed()
        return link

    def lag(self) -> None:
        """From now on searches show the site as it is now, and bulk reads what is done to it."""
        self._indexed = {}

    def catch_up(self) -> None:
        """End the lag: searches show everything."""
        self._indexed = None
        self._changed()

    # What there is to see

    @property
    def lagging(self) -> bool:
        """Whether searches show something that is no longer so."""
        return bool(self._indexed)

    def find(self, named: str | int) -> Issue | None:
        """Return an issue by id or by any key it ever had."""
        text = str(named)
        if text.isdecimal():
            return self.issues.get(int(text))
        prefix, _, number = text.upper().rpartition("-")
        project = self._keys.get(prefix)
        if project is None or not number.isdecimal() or not 0 < int(number) <= len(project.numbers):
            return None
        return self.issues.get(project.numbers[int(number) - 1])

    def readable(self, issue: Issue | None) -> Issue | None:
        """Return an issue if the caller may read it."""
        if issue is None or issue.id in self.hidden or issue.id in self.archived:
            return None
        return issue

    def indexed(self, id: int, fresh: frozenset[int] = frozenset()) -> Issue | None:
        """Return an issue as searches know it; those in ``fresh`` are as they are."""
        if self._indexed and id in self._indexed and id not in fresh:
            return self._indexed[id]
        return self.issues.get(id)

    def searched(self, ids: Iterable[int], fresh: frozenset[int], *, archived_projects: bool) -> Iterable[Issue]:
        """Yield of these issues those that a search may find."""
        hidden, archived = self.hidden, self.archived
        for one in ids:
            issue = self.indexed(one, fresh)
            if (
                issue is not None
                and one not in hidden
                and one not in archived
                and (archived_projects or not issue.project.archived)
            ):
                yield issue

    def everything(self) -> list[int]:
        """Return the ids of all issues that searches know or that are there, ascending."""
        return sorted({*self.order, *self._indexed}) if self._indexed else self.order

    def children(self, issue: Issue) -> list[Issue]:
        """Return the children of an issue, by id."""
        return [self.issues[child] for child in self.children_ids(issue.id)]

    def children_ids(self, id: int) -> list[int]:
        """Return the ids of an issue's children, ascending."""
        return sorted(self._children.get(id, ()))

    def links(self, issue: Issue) -> tuple[Link, ...]:
        """Return the links of an issue."""
        return self._links.get(issue.id, ())

    def parent_stub(self, issue: Issue) -> Issue | None:
        """Return the parent as far as the caller sees it at the child."""
        if issue.parent is None or not self.hidden.get(issue.parent, True):
            return None
        return self.issues.get(issue.parent)

    # How

    def _note(self, id: int, issue: Issue | None) -> None:
        """Keep what searches know of an issue that is about to change."""
        if self._indexed is not None and id not in self._indexed:
            self._indexed[id] = copy.copy(issue)

    def _log(self, issue: Issue, by: User | None, items: Iterable[Item]) -> None:
        changed = tuple(items)
        issue.updated = self.moment
        if changed:
            issue.history = (*issue.history, Change(self._id("change"), self.moment, by or self.caller, changed))
        self._changed()

    def _meant(self, issue: Issue, name: str, value: Any) -> Any:
        """Return the value that an attribute is to have. Raises AttributeError for one that issues do not have."""
        getattr(issue, name)
        if name == "type":
            return self.type(value, issue.project)
        if name == "status":
            return self.status(value, issue.project)
        if name == "parent":
            return value.id if value is not None else None
        return value

    def _set(self, issue: Issue, name: str, new: Any) -> None:
        if name == "parent":
            self._adopt(issue, new)
        elif name == "status":
            if new.category != issue.status.category:
                issue.category_since = self.moment
        elif name == "resolution":
            issue.resolved = self.moment if new is not None else None
        setattr(issue, name, new)

    def _adopt(self, issue: Issue, parent: int | None) -> None:
        if issue.parent is not None:
            self._children[issue.parent].remove(issue.id)
        issue.parent = parent
        if parent is not None:
            self._children.setdefault(parent, []).append(issue.id)

    def _items(self, name: str, old: Any, new: Any) -> list[Item]:
        if old == new:
            return []
        if name == "versions":
            gone = [Item(name, str(one.id), one.name, None, None) for one in old if one not in new]
            return gone + [Item(name, None, None, str(one.id), one.name) for one in new if one not in old]
        return [Item(name, *self._told(name, old), *self._told(name, new))]

    def _told(self, name: str, value: Any) -> tuple[str | None, str | None]:
        """Return id and text of a value in a changelog."""
        if name == "parent" and value is not None:
            parent = self.issues.get(value)
            return str(value), parent.key if parent is not None else None
        if name == "sprints":
            return ", ".join(str(one.id) for one in value), ", ".join(one.name for one in value)
        if name == "labels":
            return None, " ".join(value)
        if isinstance(value, User):
            return value.id, value.display
        return (value.id, value.name) if isinstance(value, IssueType | Status) else (None, _said(value))


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        return str(value.get("name", value))
    return f"{value:g}" if isinstance(value, float) else str(value)
