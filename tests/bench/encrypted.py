"""The engine's local work over encrypted files: ``python -m tests.bench.encrypted RECORDED HOME keyed|plain``.

The same as ``tests.bench.local_work``, with sqlcipher3 in the place of the standard library's sqlite3 for the whole
process; ``plain`` opens files without a key, so that the cost of the other library is told from that of encryption.
sqlcipher3 is no dependency of psconnect: docs/encryption.md has what was measured, and why it is not adopted.
"""

from __future__ import annotations

import importlib
import sys
import types
from typing import Any

_KEY = "2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99"
"""A raw key, as it would come from the keyring: no time is spent to derive it from a password."""


def _in_place(cipher: Any, *, keyed: bool) -> types.ModuleType:
    """A module like sqlite3; ``keyed``: whose connections have the key."""
    module = types.ModuleType("sqlite3")
    module.__dict__.update({name: value for name, value in vars(cipher).items() if not name.startswith("__")})

    key = f"\"x'{_KEY}'\""

    class Connection(cipher.Connection):  # type: ignore[misc]
        """A connection that gives attached files the key, too: they don’t inherit it."""

        def execute(self, sql: str, *values: Any) -> Any:
            """Run a statement."""
            return super().execute(f"{sql} KEY {key}" if keyed and sql.startswith("ATTACH") else sql, *values)

        def executescript(self, sql: str) -> Any:
            """Run statements; an attached file is read in SQLCipher's own size of pages."""
            return super().executescript(sql.replace("PRAGMA page_size = 16384;", "") if keyed else sql)

    def connect(*arguments: Any, **more: Any) -> Any:
        db = cipher.connect(*arguments, **more, factory=Connection)
        if keyed:
            db.execute(f"PRAGMA key = {key}")
        return db

    module.__dict__.update(connect=connect, dbapi2=module)
    return module


def main() -> None:
    """Put the library in place, then work as ever."""
    cipher = importlib.import_module("sqlcipher3.dbapi2")
    module = _in_place(cipher, keyed=sys.argv.pop() == "keyed")
    sys.modules.update({"sqlite3": module, "sqlite3.dbapi2": module})
    importlib.import_module("tests.bench.local_work").main()


if __name__ == "__main__":
    main()
