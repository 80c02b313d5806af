"""``flowlint.yaml``: its schema, its loader with places, its typed form, and inference where nothing is written."""
