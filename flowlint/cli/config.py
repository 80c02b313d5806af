"""``flowlint config``: the mapping as it is in effect."""

import click


@click.group("config")
def command() -> None:
    """Look at the mapping."""
