"""Cycles of parents and of blocking links. Graph search is linear here and is not in SQL."""

import re
from collections.abc import Iterable, Iterator, Mapping

KEY = re.compile(r"^(.*)-([0-9]+)$")


def key_order(key: str) -> tuple[str, int, str]:
    """Return what keys sort by: the project, then the number."""
    found = KEY.match(key)
    return (found[1], int(found[2]), key) if found and len(found[2]) < 19 else (key, -1, key)


def parent_cycles(edges: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """Yield the members of each cycle among (key, parent key) pairs, at most one pair per key."""
    parent = dict(edges)
    done: set[str] = set()
    for start in parent:
        path: dict[str, None] = {}
        here: str | None = start
        while here is not None and here not in done and here not in path:
            path[here] = None
            here = parent.get(here)
        if here is not None and here in path:
            members = list(path)
            yield members[members.index(here) :]
        done.update(path)


def strongly_connected(edges: Iterable[tuple[str, str]]) -> Iterator[list[str]]:
    """Yield each strongly connected set of two or more nodes, and each node with an edge to itself.

    Tarjan's algorithm (SIAM Journal on Computing 1, 1972), without recursion.
    """
    after: dict[str, list[str]] = {}
    for one, other in edges:
        after.setdefault(one, []).append(other)
    search = _Search(after)
    for root in after:
        if root not in search.index:
            for members in search.sets_below(root):
                if len(members) > 1 or members[0] in after.get(members[0], ()):
                    yield members


class _Search:
    """The state of one depth-first search; ``low`` is the earliest node on the stack that is reachable."""

    def __init__(self, after: Mapping[str, list[str]]) -> None:
        self.after = after
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.on_stack: set[str] = set()

    def enter(self, node: str) -> tuple[str, Iterator[str]]:
        self.index[node] = self.low[node] = len(self.index)
        self.stack.append(node)
        self.on_stack.add(node)
        return node, iter(self.after.get(node, ()))

    def sets_below(self, root: str) -> Iterator[list[str]]:
        work = [self.enter(root)]
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    above = work[-1][0]
                    self.low[above] = min(self.low[above], self.low[node])
                if self.low[node] == self.index[node]:
                    yield self.leave(node)
            elif following not in self.index:
                work.append(self.enter(following))
            elif following in self.on_stack:
                self.low[node] = min(self.low[node], self.index[following])

    def leave(self, node: str) -> list[str]:
        start = len(self.stack) - 1
        while self.stack[start] != node:
            start -= 1
        members = self.stack[start:]
        del self.stack[start:]
        self.on_stack.difference_update(members)
        return members
