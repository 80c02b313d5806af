"""The tree with findings in place: nothing is lost, nothing stands twice, and every forest ends."""

from collections import Counter

from handmade import outcome, rule, verdict, violation
from hypothesis import given
from hypothesis import strategies as st

from flowlint.model.tree import TreeIssue
from flowlint.verdict.forest import FOLDED_FROM, Branch, Fold, Shape, grow

DEEP = 5000


def issue(key, parent=None, **more):
    """Return an issue in scope."""
    given = {"project": key.rpartition("-")[0], "type": "Story", "level": "story", "in_scope": True}
    return TreeIssue(key, **{**given, "parent_key": parent, **more})


def found(*keys):
    """Return a finding for each key."""
    return verdict(outcome(rule(), *[violation(key) for key in keys])).findings


def drawn(forest):
    """Return key and depth of every branch, and a count for every fold."""
    return [(one.issue.key, one.depth) if isinstance(one, Branch) else (one.why, one.issues) for one in forest.entries]


@st.composite
def worlds(draw):
    """Draw issues whose parents are anything, findings on some of them, keys to ask for, and a shape."""
    size = draw(st.integers(1, 30))
    keys = [f"{draw(st.sampled_from('AB'))}-{number}" for number in range(1, size + 1)]
    issues = []
    for key in keys:
        parent = draw(st.one_of(st.none(), st.sampled_from([*keys, "HID-1"])))
        issues.append(issue(key, parent, in_scope=draw(st.booleans())))
    if any(one.parent_key == "HID-1" for one in issues):
        issues.append(TreeIssue("HID-1", "HID", state="outside"))
    in_scope = [one.key for one in issues if one.in_scope]
    flagged = draw(st.lists(st.sampled_from(in_scope), unique=True)) if in_scope else []
    wanted = draw(st.lists(st.sampled_from([one.key for one in issues]), unique=True, max_size=3))
    shape = Shape(
        depth=draw(st.one_of(st.none(), st.integers(1, 3))),
        max_children=draw(st.one_of(st.none(), st.integers(1, 3))),
        everything=draw(st.booleans()),
        findings_only=draw(st.booleans()),
    )
    return draw(st.permutations(issues)), flagged, wanted, shape


@given(worlds())
def test_every_issue_is_drawn_once_or_counted_once(world):
    """Whatever the parents are, cycles included, and however the tree is cut."""
    issues, flagged, wanted, shape = world
    forest = grow(issues, found(*flagged), wanted, shape)
    branches = [one for one in forest.entries if isinstance(one, Branch)]
    folds = [one for one in forest.entries if isinstance(one, Fold)]
    assert max(Counter(one.issue.key for one in branches).values(), default=0) <= 1
    due = below(issues, wanted) if wanted else {one.key for one in issues}
    due &= {one.key for one in issues if one.in_scope}
    shown = {one.issue.key for one in branches if one.role == "issue"}
    assert shown <= due
    assert len(shown) + sum(fold.issues for fold in folds) == len(due) == forest.issues
    assert set(wanted) <= {one.issue.key for one in branches}


@given(worlds())
def test_no_finding_is_lost(world):
    """What is asked for has its findings in a branch or in the count of a fold."""
    issues, flagged, wanted, shape = world
    forest = grow(issues, found(*flagged), wanted, shape)
    due = set(flagged) & (below(issues, wanted) if wanted else set(flagged))
    placed = sum(len(one.findings) for one in forest.entries if isinstance(one, Branch) and one.role == "issue")
    counted = sum(sum(one.findings.values()) for one in forest.entries if isinstance(one, Fold))
    assert placed + counted == len(due) == sum(sum(group.findings.values()) for group in forest.groups)


@given(worlds())
def test_the_order_of_the_issues_changes_nothing(world):
    """Two readings of the same data give the same tree."""
    issues, flagged, wanted, shape = world
    one = grow(issues, found(*flagged), wanted, shape)
    other = grow(sorted(issues, key=lambda issue: issue.key), found(*flagged), wanted, shape)
    assert one == other


@given(worlds())
def test_every_branch_but_a_root_stands_below_its_parent(world):
    """Depths go down one by one, and the parent drawn above is the one that the issue names."""
    issues, flagged, wanted, shape = world
    above: list[str] = []
    for entry in grow(issues, found(*flagged), wanted, shape).entries:
        assert entry.depth <= len(above)
        assert entry.parent == (above[entry.depth - 1] if entry.depth else None)
        if isinstance(entry, Branch):
            above[entry.depth :] = [entry.issue.key]
            assert entry.parent == (None if entry.cycle else entry.issue.parent_key)


def below(issues, keys):
    """Return these keys and all whose chain of parents leads to one of them, by climbing from each."""
    parent = {one.key: one.parent_key for one in issues}
    result = set()
    for key in parent:
        here, met = key, set()
        while here in parent and here not in met:
            met.add(here)
            here = parent[here]
        result |= {key} if met & set(keys) else set()
    return result


def test_a_chain_of_thousands_is_drawn():
    """No recursion gives up."""
    chain = [issue("A-1"), *[issue(f"A-{n}", f"A-{n - 1}") for n in range(2, DEEP + 1)]]
    assert drawn(grow(chain, ()))[-1] == (f"A-{DEEP}", DEEP - 1)


def test_many_children_without_findings_are_one_line():
    """From eleven on; those with findings stay, wherever they hang."""
    children = [issue(f"A-{n}", "A-1", is_done=n % 2 == 0, type="Bug") for n in range(2, 2 + FOLDED_FROM + 1)]
    forest = grow([issue("A-1"), *children], found("A-5"))
    assert drawn(forest) == [("A-1", 0), ("A-5", 1), ("quiet", FOLDED_FROM)]
    fold = list(forest.entries)[-1]
    assert (fold.types, fold.done, fold.last) == ({"Bug": FOLDED_FROM}, 6, True)
    assert len(drawn(grow([issue("A-1"), *children[:-2]], ()))) == FOLDED_FROM
    assert len(drawn(grow([issue("A-1"), *children], (), shape=Shape(everything=True)))) == FOLDED_FROM + 2


def test_a_cycle_is_drawn_once_and_named():
    """Its first key is the root, whatever it names as its parent."""
    ring = [issue("A-2", "A-10"), issue("A-10", "A-3"), issue("A-3", "A-2"), issue("A-4", "A-3")]
    forest = grow(ring, ())
    assert drawn(forest) == [("A-2", 0), ("A-3", 1), ("A-4", 2), ("A-10", 2)]
    assert next(iter(forest.entries)).cycle == ("A-2", "A-10", "A-3")
    assert next(iter(grow([issue("A-1", "A-1")], ()).entries)).cycle == ("A-1",)


def test_a_key_has_its_ancestors_above_and_its_descendants_below():
    """Nothing beside the path is drawn, and the depth counts from the key."""
    issues = [issue("A-1"), issue("A-2", "A-1"), issue("A-3", "A-1"), issue("A-4", "A-3"), issue("A-5", "A-4")]
    forest = grow(issues, found("A-1", "A-4"), ["A-3"], Shape(depth=2))
    assert drawn(forest) == [("A-1", 0), ("A-3", 1), ("A-4", 2), ("depth", 1)]
    assert [one.role for one in forest.entries if isinstance(one, Branch)] == ["path", "issue", "issue"]
    assert (forest.issues, forest.drawn, forest.groups[0].findings) == (3, 2, {"warning": 1})


def test_what_is_left_out_is_drawn_only_above_what_is_not():
    """An ignored type counts nowhere, but hides no work that hangs below it."""
    issues = [issue("A-1", in_scope=False), issue("A-2", "A-1"), issue("A-3", "A-2", in_scope=False)]
    forest = grow(issues, ())
    assert drawn(forest) == [("A-1", 0), ("A-2", 1)]
    assert next(iter(forest.entries)).role == "context"
    assert forest.issues == 1


def test_the_width_keeps_what_has_findings():
    """The first places go to branches with findings; the rest is counted with theirs."""
    issues = [issue("A-1"), *[issue(f"A-{n}", "A-1") for n in range(2, 7)]]
    forest = grow(issues, found("A-4", "A-5", "A-6"), shape=Shape(max_children=2))
    assert drawn(forest) == [("A-1", 0), ("A-4", 1), ("A-5", 1), ("width", 3)]
    assert list(forest.entries)[-1].findings == {"warning": 1}


def test_links_that_are_no_pages_are_dropped():
    """A tree leads to web pages only."""
    forest = grow([issue("A-1", url="javascript:alert(1)"), issue("A-2", url="https://x.example/browse/A-2")], ())
    assert [one.issue.url for one in forest.entries] == [None, "https://x.example/browse/A-2"]
