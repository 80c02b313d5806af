"""Pulls one after the other: whatever people and administrators do between them, the snapshot is what a new one would be."""

import json
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from depth import examples
from fakes.jira_cloud import Cloud
from fakes.jira_data_center import DataCenter
from fakes.jira_site import organisation
from fakes.jira_things import PARENT_LINK
from fakes.pulls import everything, puller

SCOPES = {
    "all": {},
    "projects": {"projects": ("PAY", "SHOP")},
    "one project": {"projects": ("PAY",)},
    "jql": {"query": "labels = checkout"},
}
NUMBER = st.integers(0, 10_000)


@pytest.fixture(autouse=True)
def no_network():
    """Allow connections: the servers here are on loopback."""


def with_changes(metadata):
    """Return what a run wants that reads histories too."""
    return everything(metadata, changes=("status",))


class Life:
    """What happens at a site; each doing takes numbers, which choose among what there is."""

    def __init__(self, site):
        self.site = site

    def issue(self, number):
        """Return one of the issues that are not hidden."""
        found = [self.site.issues[id_] for id_ in self.site.order if id_ not in self.site.hidden]
        return found[number % len(found)]

    def project(self, number):
        """Return one of the projects that are not archived."""
        found = [one for one in self.site.projects if not one.archived]
        return found[number % len(found)]

    def parent(self, number, level):
        """Return an issue of the level above, or none."""
        found = [one for one in self.site.issues.values() if one.type.level == level + 1]
        return found[number % len(found)] if found and number % 5 else None

    def add(self, one, two, three):
        """Write a new issue, some below others."""
        home = self.project(one)
        kinds = [kind for kind in self.site.types if kind.project is (home if home.simplified else None)]
        kind = kinds[two % len(kinds)]
        parent = self.parent(three, kind.level)
        if kind.level < 0 and parent is not None:
            home = parent.project
            kind = next(
                each
                for each in self.site.types
                if each.level < 0 and each.project is (home if home.simplified else None)
            )
        if kind.level >= 0 or parent is not None:
            self.site.add(home, kind, f"New {one} {two}", parent=parent, labels=("checkout",) if three % 2 else ())

    def edit(self, one, two, three):
        """Change what an issue says."""
        issue = self.issue(one)
        statuses = [each for each in self.site.statuses if each.project is None]
        values = {
            "summary": f"Edited {two}",
            "labels": ("checkout", "ux") if three % 2 else (),
            "status": statuses[two % len(statuses)],
        }
        chosen = list(values)[three % 3]
        self.site.edit(issue, **{chosen: values[chosen]})

    def adopt(self, one, two, three):
        """Put an issue below another one, or below none."""
        issue = self.issue(one)
        parent = self.parent(two, issue.type.level)
        if issue.type.level >= 0 or (parent is not None and parent.project is issue.project):
            self.site.edit(issue, parent=parent)

    def link(self, one, two, three):
        """Link two issues, which updates both."""
        source, target = self.issue(one), self.issue(two)
        if source is not target:
            self.site.link(source, target)
            for each in (source, target):
                self.site.edit(each, summary=f"Linked {three}")

    def move(self, one, two, three):
        """Move an issue to another project; one with sub-tasks takes them along."""
        issue, target = self.issue(one), self.project(two)
        if issue.type.level >= 0 and target is not issue.project:
            for child in self.site.children(issue):
                if child.type.level < 0:
                    self.site.move(child, target)
            self.site.move(issue, target)

    def rekey(self, one, two, three):
        """Give a project another key."""
        home = self.project(one)
        if home.key in ("OPS", "SHOP", "OPS2", "SHOP2"):
            self.site.rekey(home, home.key.rstrip("2") + ("" if home.key.endswith("2") else "2"))

    def delete(self, one, two, three):
        """Delete an issue."""
        if len(self.site.order) > 20:
            self.site.delete(self.issue(one))

    def archive(self, one, two, three):
        """Archive an issue."""
        self.site.archive(self.issue(one))

    def hide(self, one, two, three):
        """Hide an issue from the account."""
        self.site.hide(self.issue(one))

    def show(self, one, two, three):
        """Show one of the hidden issues again, with a word to those who wait for it."""
        hidden = [id_ for id_ in self.site.hidden if id_ in self.site.issues]
        if hidden:
            issue = self.site.issues[hidden[one % len(hidden)]]
            self.site.show(issue)
            self.site.edit(issue, summary=f"Shown {two}")

    def rename(self, one, two, three):
        """Rename something that issues refer to."""
        # A closed sprint is history: nobody lists it, and its name is read with the issues that were in it.
        sprints = [each for each in self.site.sprints if each.state != "closed"] or self.site.versions
        kinds = (self.site.statuses, self.site.types[1:5], self.site.versions, sprints, self.site.projects)
        things = kinds[one % len(kinds)]
        thing = things[two % len(things)]
        self.site.rename(thing, f"{thing.name.split('~')[0]}~{three}")

    def close(self, one, two, three):
        """End a sprint."""
        sprint = self.site.sprints[one % len(self.site.sprints)]
        self.site.set(sprint, state="closed")

    def close_project(self, one, two, three):
        """Archive a project."""
        home = self.project(one)
        if home.key != "PAY" and len([each for each in self.site.projects if not each.archived]) > 2:
            self.site.set(home, archived=True)

    def lag(self, one, two, three):
        """From now on searches are behind."""
        if self.site._indexed is None:
            self.site.lag()

    def catch_up(self, one, two, three):
        """Searches know everything."""
        self.site.catch_up()

    def wait(self, one, two, three):
        """Let time pass: minutes where searches are behind, else up to days."""
        self.site.now += timedelta(minutes=one % 8 if self.site._indexed is not None else one)


DOINGS = [name for name in vars(Life) if not name.startswith("_") and name not in ("issue", "project", "parent")]
HAPPENS = st.tuples(st.sampled_from(DOINGS), NUMBER, NUMBER, NUMBER)


@settings(max_examples=examples(24), suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from([Cloud, DataCenter]),
    scope=st.sampled_from(sorted(SCOPES)),
    rounds=st.lists(st.lists(HAPPENS, min_size=1, max_size=6), min_size=1, max_size=3),
)
def test_an_old_snapshot_comes_to_what_a_new_one_is(kind, scope, rounds):
    """Once searches have caught up, the last of several pulls leaves what `--full` does."""
    site = organisation()
    life = Life(site)
    with tempfile.TemporaryDirectory() as folder, puller(kind(site), Path(folder)) as one:

        def pull(**more):
            asked = {**SCOPES[scope], **more}
            if "projects" in asked:
                asked["projects"] = tuple(site.project(key).key for key in asked["projects"])
            return one.pull(wanted=with_changes, **asked)

        pull()
        for doings in rounds:
            for name, *numbers in doings:
                getattr(life, name)(*numbers)
            pull()
        site.catch_up()
        site.now += timedelta(minutes=2)
        pull()
        again = one.content()
        pull(full=True)
        assert told(again) == told(one.content())


def told(content):
    """Return what of a snapshot counts.

    Of other things that an issue names, who they are: they speak for themselves. Sub-tasks and links out of the snapshot
    do not count: what happens to them there nobody tells.
    """
    there = {str(row[0]) for row in content if isinstance(row[0], int)}
    return [tuple(_plain(value, there) for value in row) for row in content]


def _plain(value, there):
    record = json.loads(value) if isinstance(value, str) and value.startswith("{") else {}
    fields = record.get("fields")
    if not isinstance(fields, dict):
        return value
    for name in ("parent", "project"):
        fields[name] = _who(fields[name])
    fields["subtasks"] = [_who(one) for one in fields["subtasks"] if one["id"] in there]
    ends = [_who(link.get("inwardIssue") or link["outwardIssue"]) for link in fields["issuelinks"]]
    fields["issuelinks"] = [end for end in ends if end["id"] in there]
    if isinstance(fields[PARENT_LINK.id], dict):
        fields[PARENT_LINK.id] = _who(fields[PARENT_LINK.id].get("data"))
    return json.dumps(record, sort_keys=True)


def _who(thing):
    return thing and {name: str(thing[name]) for name in ("id", "key")}
