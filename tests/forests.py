"""Random forests of issues, and a plain reading of what the model says of them: no SQL, one issue at a time."""

from dataclasses import dataclass, field
from datetime import datetime

from hypothesis import strategies as st

from flowlint.engine.trial import standard
from flowlint.engine.world import World
from flowlint.model.build import build
from flowlint.snapshot.database import open_database

RANKS = {"Initiative": 4, "Epic": 3, "Story": 2, "Bug": 2, "Spike": 2, "Task": 1, "Sub-task": 1}
FLOW_ITEMS = {"Story": "feature", "Bug": "defect", "Spike": "none"}
NATIVE = {"Initiative": 2, "Epic": 1, "Story": 0, "Bug": 0, "Spike": 0, "Task": 0, "Sub-task": -1}
FLOW_ITEM_RANK = 2
STATES = {"Idea": "new", "To Do": "waiting", "In Progress": "active", "Done": "done", "Rejected": "cancelled"}
MOMENT = datetime(2026, 2, 1)  # noqa: DTZ001


@dataclass
class Forest:
    """Issues in the short form of examples, and questions about them answered by walking."""

    issues: list
    by_key: dict = field(init=False)

    def __post_init__(self):
        self.by_key = {issue["key"]: issue for issue in self.issues}

    def database(self, config=None):
        """Return a database with the views built over these issues."""
        config = config or standard()
        world = World({"issues": self.issues}, config)
        db = open_database()
        world.write(db)
        build(db, config, world.fields(), MOMENT)
        return db

    def parent(self, key):
        """Return the parent in the data, or None."""
        named = self.by_key[key].get("parent")
        return named if named in self.by_key else None

    def chain(self, key):
        """Return the issues above, nearest first, up to the root or until one comes again."""
        above, here = [], self.parent(key)
        while here is not None and here not in above:
            above.append(here)
            here = self.parent(here)
        return above

    def in_cycle(self, key):
        """Tell whether an issue is above itself."""
        return key in self.chain(key)

    def cycle_above(self, key):
        """Tell whether the chain ends in a cycle."""
        return any(self.in_cycle(one) for one in (key, *self.chain(key)))

    def top(self, key):
        """Return the last issue of the chain in the data; None where it ends in a cycle."""
        return None if self.cycle_above(key) else ([key, *self.chain(key)])[-1]

    def rank(self, key):
        """Return the rank of the issue's level."""
        return RANKS[self.by_key[key]["type"]]

    def is_portfolio(self, key):
        """Tell whether the issue is above the flow item level."""
        return self.rank(key) > FLOW_ITEM_RANK

    def is_flow_item(self, key):
        """Tell whether the issue is a flow item."""
        return self.rank(key) == FLOW_ITEM_RANK and FLOW_ITEMS.get(self.by_key[key]["type"]) != "none"

    def is_counted(self, key):
        """Tell whether the issue is counted as a flow item."""
        return FLOW_ITEMS.get(self.by_key[key]["type"], "none") != "none"

    def parent_rank(self, key):
        """Return the rank of the parent's level, of a stub too; None where there is none or nothing is known."""
        parent = self.parent(key)
        if parent is not None:
            return self.rank(parent)
        return RANKS.get(self.by_key[key].get("parent_type")) if self.by_key[key].get("parent") else None

    def reaches_portfolio(self, key):
        """Return whether a portfolio item is above; None where the chain leaves the data before one is met."""
        if any(self.is_portfolio(one) for one in self.chain(key)):
            return True
        top = self.top(key)
        if top is None or not self.by_key[top].get("parent"):
            return False
        rank = self.parent_rank(top)
        if rank is not None and rank > FLOW_ITEM_RANK:
            return True
        return False if self.parent_state(top) == "missing" else None

    def parent_state(self, key):
        """Return what is known of the parent: known, none, outside, hidden or missing."""
        if self.parent(key) is not None:
            return "known"
        issue = self.by_key[key]
        return (issue.get("parent_state") or "outside") if issue.get("parent") else "none"

    def children(self, key):
        """Return the issues that name this one as parent, itself left out."""
        return [one for one in self.by_key if one != key and self.parent(one) == key]

    def state(self, key):
        """Return the flow state."""
        return STATES[self.by_key[key]["status"]]

    def is_open(self, key):
        """Tell whether the issue is open."""
        return self.state(key) in ("new", "waiting", "active")


@st.composite
def forests(draw, max_size=12):
    """Draw up to ``max_size`` issues of two projects; parents are drawn freely, so cycles and strangers occur."""
    size = draw(st.integers(1, max_size))
    keys = [f"{draw(st.sampled_from('AB'))}-{number}" for number in range(1, size + 1)]
    issues = []
    for key in keys:
        type_ = draw(st.sampled_from(sorted(RANKS)))
        issue = {
            "key": key,
            "type": type_,
            "status": draw(st.sampled_from(sorted(STATES))),
            "native_level": NATIVE[type_],
            "summary": f"Summary of {key}",
        }
        if issue["status"] == "Done":
            issue["resolved"] = draw(st.sampled_from(["2026-01-05", "2026-01-28", "2025-08-01"]))
        if RANKS[type_] > FLOW_ITEM_RANK and draw(st.booleans()):
            issue["fields"] = {"outcome": "Half of all buyers come back within a month"}
        if draw(st.booleans()):
            issue["points"] = draw(st.sampled_from([1, 8]))
        blocked = draw(st.lists(st.sampled_from(keys), max_size=2, unique=True))
        issue["links"] = [{"blocks": other} for other in blocked if other != key]
        issue["team"] = draw(st.sampled_from([None, "Checkout", "Ledger"]))
        parent = draw(st.one_of(st.none(), st.sampled_from([*keys, "HID-1", "HID-2"])))
        if parent is not None:
            # A second parent beside the first, which the first hides.
            issue["epic_link"] = draw(st.one_of(st.none(), st.sampled_from([*keys, "HID-1"])))
            issue["parent"] = parent
            if parent.startswith("HID"):
                issue["parent_type"] = draw(st.sampled_from([None, "Epic", "Story"]))
                issue["parent_state"] = draw(st.sampled_from([None, "hidden", "missing"]))
        issues.append(issue)
    return Forest(draw(st.permutations(issues)))
