"""The tree columns of ``issue``, ``ancestor`` and ``cycle`` against a plain reading of their definitions."""

from forests import Forest, forests, standard
from hypothesis import given, settings

from depth import examples
from flowlint.engine.world import World
from flowlint.model.build import build
from flowlint.model.cycles import key_order
from flowlint.snapshot.database import open_database


def rows(db, sql):
    """Return the rows of a query as dictionaries."""
    result = db.execute(sql)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@settings(max_examples=examples(15))
@given(forests())
def test_the_model_reads_the_tree_as_a_person_would(forest):
    """Parents, levels, depth, roots, reach and counts agree with walking from issue to issue."""
    db = forest.database()
    for row in rows(db, "FROM issue"):
        key = row["key"]
        named = forest.by_key[key].get("parent")
        children = forest.children(key)
        assert row["parent_key"] == named
        assert row["parent_state"] == forest.parent_state(key)
        assert row["level_rank"] == forest.rank(key)
        assert row["parent_level_rank"] == forest.parent_rank(key)
        assert row["is_portfolio_item"] == forest.is_portfolio(key)
        assert row["is_flow_item"] == forest.is_flow_item(key)
        assert row["root_key"] == forest.top(key)
        assert row["depth"] == (None if forest.cycle_above(key) else len(forest.chain(key)) + 1)
        assert row["reaches_portfolio"] == forest.reaches_portfolio(key)
        assert row["child_count"] == len(children)
        assert row["open_child_count"] == sum(map(forest.is_open, children))
        assert row["done_child_count"] == sum(forest.state(child) == "done" for child in children)
        assert row["flow_item_child_count"] == sum(map(forest.is_flow_item, children))
        assert row["is_open"] == forest.is_open(key)
    db.close()


@settings(max_examples=examples(15))
@given(forests())
def test_ancestors_and_cycles(forest):
    """`ancestor` is the chain of everything outside cycles, `cycle` names each cycle by its smallest key."""
    db = forest.database()
    expected = {
        (key, above, distance)
        for key in forest.by_key
        if not forest.cycle_above(key)
        for distance, above in enumerate(forest.chain(key), 1)
    }
    assert {tuple(row.values()) for row in rows(db, "FROM ancestor")} == expected
    members = {key: set(forest.chain(key)) | {key} for key in forest.by_key if forest.in_cycle(key)}
    cycles = {(min(of, key=key_order), key, len(of)) for key, of in members.items()}
    found = rows(db, "FROM cycle WHERE kind = 'parent'")
    assert {(row["cycle_key"], row["key"], row["length"]) for row in found} == cycles
    db.close()


def test_a_chain_as_deep_as_you_like_ends():
    """Neither a chain of 3,000 nor a cycle of 3,000 keeps the model from ending."""
    for first_parent in (None, "A-3000"):
        issues = [{"key": f"A-{n}", "type": "Story", "parent": f"A-{n - 1}"} for n in range(2, 3001)]
        issues.append({"key": "A-1", "type": "Story", "parent": first_parent})
        world = World({"issues": issues}, standard())
        db = open_database()
        world.write(db)
        build(db, standard(), world.fields(), world_moment())
        deepest, in_cycles = db.execute("SELECT max(depth), (SELECT count(*) FROM cycle) FROM issue").fetchone()
        assert (deepest, in_cycles) == ((3000, 0) if first_parent is None else (None, 3000))
        db.close()


def world_moment():
    """Return any moment."""
    from forests import MOMENT

    return MOMENT


def test_blocking_cycles_are_sets_of_open_issues():
    """Two loops that share an issue are one set; a done issue breaks its loop."""
    loop = [("A-1", "A-2"), ("A-2", "A-1"), ("A-2", "A-3"), ("A-3", "A-2"), ("A-4", "A-5"), ("A-5", "A-4")]
    issues = [
        {
            "key": key,
            "status": "Done" if key == "A-5" else "To Do",
            "links": [{"blocks": other} for one, other in loop if one == key],
        }
        for key in ("A-1", "A-2", "A-3", "A-4", "A-5")
    ]
    db = Forest(issues).database()
    found = db.execute("SELECT cycle_key, key, length FROM cycle WHERE kind = 'blocks' ORDER BY key").fetchall()
    assert found == [("A-1", "A-1", 3), ("A-1", "A-2", 3), ("A-1", "A-3", 3)]
