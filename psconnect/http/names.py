"""Whether a server's name can be looked up: on a computer that has just woken, the network may not be up yet."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future, wait
from urllib.parse import urlsplit

from psconnect.http.proxies import proxy_for
from psconnect.model.clock import CancelToken

_LOOK = 0.2


def name_is_known(url: str, cancel: CancelToken) -> bool:
    """Whether the name of the address, or of the proxy on the way there, has an address; raises Cancelled."""
    proxy = proxy_for(url)
    host = proxy.host if proxy else urlsplit(url).hostname or ""
    found: Future[bool] = Future()

    def look_up() -> None:
        try:
            found.set_result(bool(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)))
        except UnicodeError:
            found.set_result(True)  # no name server will ever know it: there is nothing to wait for
        except OSError:
            found.set_result(False)

    # The system's look-up can't be interrupted; when the person cancels, it is left behind.
    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    while not wait([found], _LOOK).done:
        cancel.check()
    return found.result()
