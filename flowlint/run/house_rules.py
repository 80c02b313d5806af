"""The rule files that a mapping names, as reports are to name them."""

from pathlib import Path

from flowlint.config.mapping import Mapping, Name, place_of


def house_rules(mapping: Mapping) -> tuple[str, ...]:
    """Return the files and folders under ``rules.paths``, each with the place where it is named.

    One below the working folder is told from there, so that reports do not tell of machines.
    """
    return tuple(_shown(path) for path in mapping.base.rules.paths)


def _shown(path: str) -> str:
    here, place = Path.cwd(), place_of(path)
    shown = str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path
    return shown if place is None else Name(shown, place)
