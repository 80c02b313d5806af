"""A rule that does not end is stopped, and where stopping does not help the run ends."""

import subprocess
import sys
import time

import duckdb
import pytest

from flowlint.engine.watchdog import Watchdog

SLOW = "SELECT count(*) FROM range(100000000) a, range(1000) b WHERE (a.range + b.range) % 7 = 3"


def test_a_slow_rule_is_interrupted():
    """The query ends with an error long before it would by itself."""
    db = duckdb.connect()
    with pytest.raises(duckdb.Error, match=r"(?i)interrupt"), Watchdog(db, "H199", limit=0.2):
        db.execute(SLOW).fetchall()


def test_a_quick_rule_is_left_alone():
    """The watch ends with the rule."""
    db = duckdb.connect()
    with Watchdog(db, "H199", limit=0.2):
        db.execute("SELECT 1")
    time.sleep(0.4)
    assert db.execute("SELECT 2").fetchone() == (2,)


def test_a_rule_that_ignores_the_interrupt_ends_the_run():
    """Status 2 and the rule's name on stderr."""
    program = """
import time
from flowlint.engine.watchdog import Watchdog
class Deaf:
    def interrupt(self): pass
with Watchdog(Deaf(), "H199", limit=0.1, grace=0.1):
    time.sleep(30)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=20)
    assert ended.returncode == 2
    assert "H199" in ended.stderr
