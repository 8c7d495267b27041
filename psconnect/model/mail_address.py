"""A mail address as a person types it."""

from __future__ import annotations

import re

_LONGEST = 254  # RFC 5321 4.5.3.1.3, without the brackets
_LOCAL = r"[^\s@,;:<>()\[\]\\\"]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"{_LOCAL}@{_LABEL}(?:\.{_LABEL})*")


def is_mail_address(text: str) -> bool:
    """Whether a text is one address, without a name around it; letters beyond ASCII are fine, hidden ones are not."""
    if not text.isprintable() or len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
        return False
    local = text.rpartition("@")[0]
    return not local.startswith(".") and not local.endswith(".") and ".." not in local
