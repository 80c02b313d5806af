"""The issue tree with findings in their places: which branches are drawn, and which are counted in a fold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from flowlint.model.cycles import parent_cycles
from flowlint.model.tree import TreeIssue
from flowlint.verdict.finding import Finding
from flowlint.verdict.order import key_order
from flowlint.verdict.stamp import safe_url

FOLDED_FROM = 11
"""Children without findings from which on they are counted in one line."""

Role = Literal["issue", "path", "context", "outside"]
"""path: above what was asked for; context: out of scope, but above what is in it; outside: not in the data."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of the tree is drawn."""

    depth: int | None = None
    """Generations drawn, counted from the roots or from the keys asked for."""
    max_children: int | None = None
    """Branches drawn at one place, those with findings first."""
    everything: bool = False
    """Do not fold children without findings."""
    findings_only: bool = False
    """Fold every branch without findings."""


WHOLE: Final = Shape()
_NOTHING: Final[Counter[str]] = Counter()


@dataclass(frozen=True, slots=True)
class Branch:
    """One issue in its place."""

    issue: TreeIssue
    parent: str | None
    """Key of the branch that it is drawn below; None for a root."""
    depth: int
    last: bool
    """Nothing follows at this place."""
    role: Role
    findings: tuple[Finding, ...] = ()
    cycle: tuple[str, ...] = ()
    """Where the walk up from this issue comes back to it: itself, its parent and so on. It is drawn as a root."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Branches at one place that are counted instead of drawn."""

    parent: str | None
    depth: int
    last: bool
    why: Literal["quiet", "width", "depth"]
    """They have no findings; there are more than --max-children; they are deeper than --depth."""
    branches: int
    issues: int
    """Issues in scope, those of all generations below the branches included."""
    types: Mapping[str, int]
    """Issue types of the branches themselves."""
    done: int
    findings: Mapping[str, int]
    """By severity."""


@dataclass(frozen=True, slots=True)
class Group:
    """The trees whose roots are of one project; one group in all where keys were asked for."""

    project: str | None
    entries: tuple[Branch | Fold, ...]
    """From top to bottom, every branch followed by what is below it."""
    issues: int
    findings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Forest:
    """All that is drawn. Every issue asked for is in one branch or counted in one fold."""

    groups: tuple[Group, ...]
    keys: tuple[str, ...] = ()
    """Those asked for; none: all."""
    issues: int = 0
    """Issues in scope that are drawn or folded."""
    drawn: int = 0
    elsewhere: int = 0
    """Findings that belong to no issue: versions, sprints, projects, teams, the mapping."""
    shape: Shape = WHOLE

    @property
    def entries(self) -> Iterator[Branch | Fold]:
        """All branches and folds, group by group."""
        return (entry for group in self.groups for entry in group.entries)


def grow(
    issues: Iterable[TreeIssue], findings: Sequence[Finding], keys: Sequence[str] = (), shape: Shape = WHOLE
) -> Forest:
    """Return the forest of the issues in scope; with ``keys`` what hangs below these, and the path above.

    Ends for whatever parents the issues name, cycles included.
    """
    by_key: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.key is not None:
            by_key[finding.key].append(finding)
    growth = _Growth({issue.key: issue for issue in issues}, by_key, tuple(keys), shape)
    groups = tuple(growth.groups())
    branches = [entry for group in groups for entry in group.entries if isinstance(entry, Branch)]
    return Forest(
        groups,
        tuple(keys),
        issues=sum(group.issues for group in groups),
        drawn=sum(branch.role == "issue" for branch in branches),
        elsewhere=sum(finding.key is None for finding in findings),
        shape=shape,
    )


class _Growth:
    """The forest while it is made. Nothing here recurses: chains of parents may be thousands long."""

    def __init__(
        self,
        issues: Mapping[str, TreeIssue],
        findings: Mapping[str, Sequence[Finding]],
        keys: tuple[str, ...],
        shape: Shape,
    ) -> None:
        self.issues, self.findings, self.keys, self.shape = issues, findings, keys, shape
        self.ordered = sorted(issues, key=lambda key: (issues[key].project, key_order(key)))
        below = self._below(keys) if keys else set(issues)
        self.counted = {key for key in below if issues[key].in_scope}
        chosen = set(keys)
        self.kept = self._with_ancestors(self.counted | chosen)
        self.path = self._with_ancestors(chosen) - below
        self.rings: dict[str, tuple[str, ...]] = {}
        self._break_cycles()
        self.children: dict[str | None, list[str]] = defaultdict(list)
        for key in self.ordered:
            if key in self.kept:
                self.children[self._parent(key)].append(key)
        self.pinned = self._with_ancestors(chosen)
        self.size: dict[str, int]
        self.tally: dict[str, Counter[str]]
        self._add_up()

    def groups(self) -> Iterator[Group]:
        """Yield the trees by the project of their roots."""
        roots: dict[str | None, list[str]] = defaultdict(list)
        for key in self.children[None]:
            roots[None if self.keys else self.issues[key].project].append(key)
        for project, members in roots.items():
            findings: Counter[str] = sum((self.tally[key] for key in members), Counter())
            yield Group(project, tuple(self._entries(members)), sum(self.size[key] for key in members), findings)

    def _named_parent(self, key: str) -> str | None:
        parent = self.issues[key].parent_key
        return parent if parent in self.issues else None

    def _parent(self, key: str) -> str | None:
        return None if key in self.rings else self._named_parent(key)

    def _below(self, keys: Iterable[str]) -> set[str]:
        children: dict[str | None, list[str]] = defaultdict(list)
        for key in self.issues:
            children[self._named_parent(key)].append(key)
        met: set[str] = set()
        todo = list(keys)
        while todo:
            key = todo.pop()
            if key not in met:
                met.add(key)
                todo += children.get(key, ())
        return met

    def _with_ancestors(self, keys: Iterable[str]) -> set[str]:
        met: set[str] = set()
        for key in keys:
            here: str | None = key
            while here is not None and here not in met:
                met.add(here)
                here = self._named_parent(here)
        return met

    def _break_cycles(self) -> None:
        """Make the first key of each cycle a root, and remember the way around."""
        edges = [(key, parent) for key in self.kept if (parent := self._named_parent(key)) is not None]
        for members in parent_cycles(edges):
            first = min(members, key=key_order)
            at = members.index(first)
            self.rings[first] = (*members[at:], *members[:at])

    def _add_up(self) -> None:
        """Count issues in scope and findings of every branch, from the leaves up."""
        downwards: list[str] = list(self.children[None])
        for key in downwards:  # grows while it is walked
            downwards += self.children.get(key, ())
        self.size = {key: int(key in self.counted) for key in downwards}
        self.tally = dict.fromkeys(downwards, _NOTHING)
        for key in self.counted & self.findings.keys():
            self.tally[key] = Counter(finding.severity for finding in self.findings[key])
        for key in reversed(downwards):
            above = self._parent(key)
            if above is not None:
                self.size[above] += self.size[key]
                if self.tally[key]:
                    self.tally[above] = self.tally[above] + self.tally[key]

    def _entries(self, roots: Sequence[str]) -> Iterator[Branch | Fold]:
        """Yield branches and folds from top to bottom; a stack holds what is still to come at each place."""
        stack = [iter(self._place(None, roots, depth=0, generation=1))]
        while stack:
            found = next(stack[-1], None)
            if found is None:
                stack.pop()
                continue
            entry, generation = found
            yield entry
            if isinstance(entry, Branch):
                key = entry.issue.key
                following = 1 if key in self.path else 2 if key in self.keys else generation + 1
                stack.append(iter(self._place(key, self.children.get(key, ()), entry.depth + 1, following)))

    def _place(
        self, parent: str | None, keys: Sequence[str], depth: int, generation: int
    ) -> list[tuple[Branch | Fold, int]]:
        """Return what is drawn at one place: branches, then folds, each with its generation."""
        shape = self.shape
        quiet = [key for key in keys if not self.tally[key] and key not in self.pinned]
        if shape.everything or (not shape.findings_only and len(quiet) < FOLDED_FROM):
            quiet = []
        silent = set(quiet)
        drawn = [key for key in keys if key not in silent]
        folded: list[tuple[Literal["quiet", "width", "depth"], list[str]]] = [("quiet", quiet)]
        if shape.depth is not None and generation > shape.depth:
            deep = [key for key in keys if key not in self.pinned]
            drawn, folded = [key for key in drawn if key in self.pinned], [("depth", deep)]
        elif shape.max_children is not None and len(drawn) > shape.max_children:
            first = sorted(drawn, key=lambda key: (key not in self.pinned, not self.tally[key]))
            shown = set(first[: shape.max_children]) | {key for key in drawn if key in self.pinned}
            folded.append(("width", [key for key in drawn if key not in shown]))
            drawn = [key for key in drawn if key in shown]
        counted = [(why, members) for why, members in folded if members]
        # With --findings-only nobody sees the line that counts the quiet ones.
        seen = [members for why, members in counted if why != "quiet" or not shape.findings_only]
        entries: list[Branch | Fold] = [
            self._branch(key, parent, depth, last=not seen and key == drawn[-1]) for key in drawn
        ]
        entries += [
            self._fold(why, members, parent, depth, last=bool(seen) and members is seen[-1]) for why, members in counted
        ]
        return [(entry, generation) for entry in entries]

    def _branch(self, key: str, parent: str | None, depth: int, *, last: bool) -> Branch:
        issue = replace(self.issues[key], url=safe_url(self.issues[key].url))
        role: Role = "issue" if issue.in_scope else "context"
        if issue.state != "known":
            role = "outside"
        elif key in self.path:
            role = "path"
        return Branch(issue, parent, depth, last, role, tuple(self.findings.get(key, ())), self.rings.get(key, ()))

    def _fold(
        self,
        why: Literal["quiet", "width", "depth"],
        members: Sequence[str],
        parent: str | None,
        depth: int,
        *,
        last: bool,
    ) -> Fold:
        types = Counter(_kind(self.issues[key]) for key in members)
        findings: Counter[str] = sum((self.tally[key] for key in members), Counter())
        return Fold(
            parent,
            depth,
            last,
            why,
            branches=len(members),
            issues=sum(self.size[key] for key in members),
            types=dict(sorted(types.items(), key=lambda item: (-item[1], item[0]))),
            done=sum(self.issues[key].is_done for key in members),
            findings=dict(findings),
        )


def _kind(issue: TreeIssue) -> str:
    return issue.type or ("no type" if issue.state == "known" else "outside the data")
