"""The address of a PowerSchool server, as a person types it and as it is used."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from psconnect.model.errors import FixSettings
from psconnect.model.pasted import stripped


def _is_host(host: str) -> bool:
    """Whether a text can be a host name: its labels have 1 to 63 characters, and it is no half-typed scheme."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return bool(host) and host not in ("http", "https") and not re.search(r"[\s<>\"'\\%]", host)


def is_loopback(host: str) -> bool:
    """Whether a host name means this computer, the only place where plain http is accepted."""
    return host in ("localhost", "::1") or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def normalise_url(text: str) -> str:
    """Scheme and host (and port) of a PowerSchool address as a person types or pastes it.

    The scheme is added, path, query and trailing slash are dropped. Raises FixSettings for plain http to anything
    but this computer, for other schemes, for user names in the address, and for text that is no address.
    """
    text = stripped(text)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
        parts = urlsplit("")
    if not _is_host(host) or parts.username or parts.password:
        raise FixSettings("PSC-SETTINGS-INVALID/powerschool-address-web", where="source.url")
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or (scheme == "http" and not is_loopback(host)):
        raise FixSettings("PSC-SETTINGS-HTTPS", where="source.url", host=host)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" + (f":{port}" if port else "")
