"""``/ws/v1``: the curated resources (docs/powerschool.md 4 to 6)."""
