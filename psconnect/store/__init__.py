"""Everything on disk: connection files, secrets, the one place that opens SQLite, staging, ledger, history, locks."""
