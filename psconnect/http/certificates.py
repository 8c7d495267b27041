"""When a certificate ends, read from its bytes: the system's own trust store doesn't tell (X.509, RFC 5280 4.1)."""

from __future__ import annotations

from datetime import UTC, datetime

_VERSION, _UTC_TIME, _TIME = 0xA0, 0x17, 0x18
_LONG, _SIXTY_FOUR_BITS = 0x80, 8
_FORMATS = {_UTC_TIME: "%y%m%d%H%M%SZ", _TIME: "%Y%m%d%H%M%SZ"}


def ends_at(certificate: bytes) -> datetime | None:
    """The last moment at which the certificate (DER) is valid; None if it can't be read."""
    try:
        outer = _parts(_parts(certificate)[0][1])
        fields = _parts(outer[0][1])
        # The validity stands behind the issuer, and before all of them may stand the version.
        validity = fields[4 if fields[0][0] == _VERSION else 3]
        tag, text = _parts(validity[1])[1]
        return datetime.strptime(text.decode("ascii"), _FORMATS[tag]).replace(tzinfo=UTC)
    except (IndexError, KeyError, ValueError):
        return None


def _parts(content: bytes) -> list[tuple[int, bytes]]:
    """The elements that stand one after the other in DER: tag and content of each."""
    found = []
    place = 0
    while place < len(content):
        tag, length, place = content[place], content[place + 1], place + 2
        if length >= _LONG:
            size = length - _LONG
            if size > _SIXTY_FOUR_BITS:
                raise ValueError
            length, place = int.from_bytes(content[place : place + size], "big"), place + size
        found.append((tag, content[place : place + length]))
        place += length
    return found
