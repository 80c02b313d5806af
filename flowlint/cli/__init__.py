"""The command line: options in, a request to :mod:`flowlint.run`, a report out."""

from flowlint.cli.boundary import main

__all__ = ["main"]
