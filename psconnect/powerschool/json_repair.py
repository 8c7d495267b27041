"""Answers that are JSON but for a few characters: one broken name must not stop a whole district (fault D12).

What is no character (a byte that is no UTF-8, half of a surrogate pair, a control character as it stands, a NUL however
it is written) becomes ``UNREADABLE``. A record that holds it is not delivered but stays as it is at the destination.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from psconnect.model import text

UNREADABLE = text.UNREADABLE
"""Stands for what could not be read."""

_BYTE_ORDER_MARK = "\ufeff"
_NUL = b"\\u0000"
# An escaped backslash and a whole pair are passed over, so that only what is left of the pattern is half a pair.
_NO_CHARACTER = re.compile(
    r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<none>\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\u0000)"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def readings(body: bytes) -> Iterator[bytes]:
    """The body as it came, and mended for who found that it is no JSON."""
    if _NUL not in body:
        yield body
    yield mended(body)


def mended(body: bytes) -> bytes:
    """The body with UNREADABLE in place of what is no character; the same bytes where there is nothing of the sort.

    A body that broke off or is no JSON stays as broken as it was.
    """
    # "surrogateescape" marks each byte that is no UTF-8, so that characters which were sent are never mistaken for it.
    decoded = body.decode("utf-8", "surrogateescape").removeprefix(_BYTE_ORDER_MARK)
    decoded = re.sub("[\udc80-\udcff]+", UNREADABLE, decoded)
    decoded = _CONTROL.sub(UNREADABLE, decoded)
    return _NO_CHARACTER.sub(lambda found: UNREADABLE if found["none"] else found[0], decoded).encode()
