"""The address of a Moodle site: scheme, host and the path below which Moodle stands."""

from __future__ import annotations

from urllib.parse import urlsplit

from psconnect.model.errors import FixSettings
from psconnect.model.pasted import stripped
from psconnect.model.server_address import is_loopback

_PAGES = ("/login/index.php", "/index.php", "/my", "/webservice/rest/server.php")
"""Pages of Moodle that people copy from the browser together with the site's address."""


def site_address(text: str) -> str:
    """The site's address as Moodle itself has it (``wwwroot``), from what a person types or pastes.

    The scheme is added; query, the name of a page and closing slashes are dropped, a path below the host stays. Raises
    FixSettings for plain http to anything but this computer, and for text that is no web address.
    """
    text = stripped(text)
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if not host or any(sign.isspace() for sign in parts.netloc) or parts.username or parts.password:
        raise FixSettings("PSC-MOODLE-ADDRESS/no-address", where="destination.url")
    scheme = parts.scheme.lower()
    if scheme not in ("https", "http") or (scheme == "http" and not is_loopback(host)):
        raise FixSettings("PSC-MOODLE-ADDRESS/https", where="destination.url", host=host)
    path = parts.path.rstrip("/")
    for page in _PAGES:
        path = path.removesuffix(page).rstrip("/")
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[scheme]
    return f"{scheme}://{shown}" + (f":{port}" if port and port != usual else "") + path
