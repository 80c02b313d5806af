"""The rules as they are known where a command is run: flowlint's own, and those that the mapping there names."""

from pathlib import Path
from typing import TYPE_CHECKING

from flowlint.cli.console import complain
from flowlint.errors import FileFaults

if TYPE_CHECKING:
    from flowlint.engine.rulefile import Catalogue


def known_rules() -> "Catalogue":
    """Return flowlint's own rules and those under ``rules.paths`` of the mapping found upwards.

    A mapping that cannot be used is said on stderr, and flowlint's own rules are shown all the same.
    """
    from flowlint.config.load import find, load
    from flowlint.engine.rulefile import load_rules
    from flowlint.run.house_rules import house_rules

    found = find(Path())
    extra: tuple[str, ...] = ()
    if found is not None:
        try:
            extra = house_rules(load(found))
        except FileFaults as broken:
            complain(f"{found} cannot be used, so only flowlint's own rules are known", str(broken.faults[0]))
    return load_rules(extra)
