"""The look-up of a name, which the system can't interrupt."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any


def look_up(host: str, port: int, ending: Future[Any], seconds: float) -> list[Any] | None:
    """The addresses of a name, as getaddrinfo gives them; None when time is up or ``ending`` is done before.

    The thread that asks is then left behind. Raises OSError for a name that there is not.
    """
    found: Future[list[Any]] = Future()

    def ask() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except UnicodeError:
            # A part that is empty or longer than 63 characters: no name server has such a name.
            found.set_exception(socket.gaierror(socket.EAI_NONAME, "no name"))
        except BaseException as error:  # noqa: BLE001 - it belongs to the thread that waits
            found.set_exception(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    wait([found, ending], seconds, FIRST_COMPLETED)
    return found.result() if found.done() else None
