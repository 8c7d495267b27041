"""The operating systems' own schedulers behind one contract (kind.Scheduler)."""
