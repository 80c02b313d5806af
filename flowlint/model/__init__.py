"""The views that rules are written against: raw rows joined with the mapping. All knowledge of levels is here."""
