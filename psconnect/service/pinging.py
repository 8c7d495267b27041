"""Calling an address after a run, for a monitoring service that tells when the calls stop. Nothing of the run is sent.

Healthchecks.io and its like take a GET without content as "all is well", and the same address with /fail behind it as
a failure (healthchecks.io/docs/signaling_failures).
"""

from __future__ import annotations

from contextlib import closing
from urllib.parse import urlsplit

from psconnect.http import HttpClient, Limits
from psconnect.model.errors import PsconnectError, TryLater
from psconnect.model.notices import NoticeSettings, check_notices

_LIMITS = Limits(connect=10, read=10, total=20, body=64 * 1024)
_WELL = range(200, 300)


def ping(url: str, limits: Limits = _LIMITS) -> None:
    """Call the address; raises FixSettings if it is none, and TryLater, which names only the host, if it did not work.

    The rest of the address is like a password: whoever knows it can call it.
    """
    check_notices(NoticeSettings(ping_url=url))
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        client = HttpClient(f"{parts.scheme}://{parts.netloc}", limits=limits, connections=1)
        with closing(client):
            answer = client.call("GET", f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}")
    except PsconnectError as error:
        raise TryLater("PSC-PING/failed", where=host, host=host, cause=error.said) from None
    if answer.status not in _WELL:
        raise TryLater("PSC-PING/answer", where=host, host=host, status=answer.status)
