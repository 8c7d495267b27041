"""The id of a connection: short, random, permanent.

PowerSchool wants the names of plugins, of query files and of queries to be unique over a whole server
(docs/powerschool.md 15.5, 15.8), so each connection's plugin carries the id in all three.
"""

from __future__ import annotations

import hashlib
import secrets

_FIRST = "bcdfghjkmnpqrstvwxz"
_MORE = f"{_FIRST}23456789"
_LENGTH = 6

PATTERN = r"^([a-z][a-z0-9]{3,11})?$"
"""The pattern of an id in a file; empty means that the file gives none."""


def new_id() -> str:
    """A random id of lower-case consonants, so that it is not a word, and digits that don't look like letters."""
    return secrets.choice(_FIRST) + "".join(secrets.choice(_MORE) for _ in range(_LENGTH - 1))


def id_from(text: str) -> str:
    """An id derived from a text; the same text gives the same id."""
    digest = hashlib.sha256(text.encode()).digest()
    return _FIRST[digest[0] % len(_FIRST)] + "".join(_MORE[byte % len(_MORE)] for byte in digest[1:_LENGTH])
