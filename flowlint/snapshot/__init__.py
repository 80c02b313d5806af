"""The database of a run and its raw tables, the portable contract between sources and model."""
