"""Repairs answers that are almost JSON: one broken name must not stop a whole district (fault D12).

An invalid character (a byte that is not UTF-8, half of a surrogate pair, a raw control character, any NUL) becomes
``UNREADABLE``. A record that contains it is not delivered but stays as it is at the destination.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from psconnect.model import text

_UNREADABLE = text.UNREADABLE
"""Replaces an invalid character."""

_BYTE_ORDER_MARK = "\ufeff"
_NUL = b"\\u0000"
# Escaped backslashes and whole pairs match first, so that any other match is half a pair.
_NO_CHARACTER = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<none>\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000)"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def readings(body: bytes) -> Iterator[bytes]:
    """The body as received, then repaired for a caller that found it is not JSON."""
    if _NUL not in body:
        yield body
    yield mended_json(body)


def mended_json(body: bytes) -> bytes:
    """The body with UNREADABLE in place of invalid characters; the same bytes if there are none.

    A body that broke off or is not JSON stays broken.
    """
    # "surrogateescape" marks each byte that is not UTF-8, so that it can't be confused with a character that was sent.
    decoded = body.decode("utf-8", "surrogateescape").removeprefix(_BYTE_ORDER_MARK)
    decoded = re.sub("[\udc80-\udcff]+", _UNREADABLE, decoded)
    decoded = _CONTROL.sub(_UNREADABLE, decoded)
    return _NO_CHARACTER.sub(lambda found: _UNREADABLE if found["none"] else found[0], decoded).encode()
