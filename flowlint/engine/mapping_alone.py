"""A database with the views of a mapping and of the catalogue, and nothing else: what rules on mappings are asked in."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from flowlint.config.mapping import Mapping
from flowlint.engine.catalogue_view import write_catalogue
from flowlint.engine.rule import Rule
from flowlint.engine.supply import NO_SITE, Supply
from flowlint.model.settings import write_config
from flowlint.model.site import write_no_site
from flowlint.snapshot.database import connect, lock

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def mapping_alone(mapping: Mapping, today: date, rules: Sequence[Rule]) -> tuple["DuckDBPyConnection", Supply]:
    """Return a locked database and what it can offer; ``today`` is the day that exceptions are counted from."""
    db = connect()
    # A mapping is small: to make its queries quick takes longer than to run them.
    db.execute("PRAGMA disable_optimizer")
    db.execute("SET threads = 1")
    write_config(db, mapping, today)
    write_no_site(db)
    write_catalogue(db, rules)
    lock(db)
    scalars = {"flow_item_level": mapping.flow_item_level, "portfolio_level": mapping.portfolio_level}
    return db, Supply(lacking={"site": NO_SITE}, scalars=scalars)
