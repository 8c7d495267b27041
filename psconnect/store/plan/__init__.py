"""The ledger and what is planned against it: the plan, exclusions, the cascade of removals, undo and re-key."""
