"""A stored plan: the changes of one run, counted and hashed."""

from __future__ import annotations

CREATE, UPDATE, REMOVE = 1, 2, 3
ACTIONS = {CREATE: "create", UPDATE: "update", REMOVE: "remove"}
