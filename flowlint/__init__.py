"""flowlint: a linter for work hierarchies in Jira and for the mapping that gives them meaning."""

__version__ = "0.1.0"
