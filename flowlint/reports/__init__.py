"""Findings turned into one format each. Nothing is asked of the data here."""
