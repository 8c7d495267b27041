"""Calls that are ended from another thread: at once, whichever way they go out, and without a word in the clear."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from psconnect.http import HttpClient, Limits
from psconnect.http.sockets import OpenSockets
from psconnect.model.errors import TryLater
from tests.http.raw import raw_server
from tests.support.certificates import Certificates


def test_a_call_through_a_proxy_is_ended_at_once(monkeypatch: pytest.MonkeyPatch, certificates: Certificates) -> None:
    """The proxy's tunnel is encrypted by another way than a connection of our own, and its socket is another one."""
    context, asked = certificates.wrong_host.server_context(), threading.Event()

    def tunnel(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with context.wrap_socket(sock, server_side=True) as inside:
            assert inside.recv(4096).startswith(b"GET /x HTTP/1.1")
            asked.set()
            proxy.ended.wait()

    with raw_server(tunnel) as proxy, ThreadPoolExecutor(1) as pool:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        http = HttpClient("https://elsewhere.invalid", str(certificates.ca_file), Limits(5, 600))
        call = pool.submit(http.call, "GET", "/x")
        assert asked.wait(10)
        http.abort()
        try:
            with pytest.raises(TryLater):
                call.result(timeout=5)
        finally:
            proxy.ended.set()
        http.close()


@contextlib.contextmanager
def threads_that_switch_all_the_time() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def test_connections_can_be_made_while_all_are_ended() -> None:
    made, over = OpenSockets(), threading.Event()

    def connecting() -> int:
        number = 0
        while not over.is_set():
            with contextlib.ExitStack() as kept:
                for _ in range(100):
                    sock = kept.enter_context(socket.socket())
                    made.add(sock)
                    number += 1
        return number

    with threads_that_switch_all_the_time(), ThreadPoolExecutor(4) as pool:
        busy = [pool.submit(connecting) for _ in range(4)]
        try:
            for _ in range(400):
                made.end()
        finally:
            over.set()
        assert all(one.result() for one in busy)


def test_what_is_ended_stays_encrypted(certificates: Certificates) -> None:
    """Who uses the connection at that moment must neither send in the clear nor take the encrypted for an answer."""
    ours, theirs = socket.socketpair()
    trust = ssl.create_default_context(cafile=str(certificates.ca_file))
    with ThreadPoolExecutor(1) as pool:
        greeting = pool.submit(certificates.good.server_context().wrap_socket, theirs, server_side=True)
        with trust.wrap_socket(ours, server_hostname="localhost") as client, greeting.result() as server:
            server.sendall(b"an answer")
            sockets = OpenSockets()
            sockets.add(client)
            sockets.end()
            assert client.recv(100) == b"an answer"
            with pytest.raises(OSError, match=r".+"):
                client.sendall(b"a token")
