"""The command line: options in, a request to :mod:`flowlint.run`, a report out."""
