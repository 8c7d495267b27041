"""``/ws/v1``: the curated resources (powerschool-api.md sections 4 to 6)."""
