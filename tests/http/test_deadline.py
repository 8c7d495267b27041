"""Fault N05 in every place: whatever keeps a call waiting, and however busily, it ends by one deadline."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import repeat

import pytest

from psconnect.http import HttpClient, Limits
from psconnect.model.errors import PsconnectError, TryLater
from psconnect.wording.errors import word
from tests.http.raw import RawServer, Respond, answer, raw_server
from tests.support.certificates import Certificates

LIMITS = Limits(connect=30, read=30, total=0.4)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PATIENCE = 1  # seconds after which a call counts as one that never ends


def drips(start: bytes, drop: bytes, server: Callable[[], RawServer]) -> Respond:
    """Sends the start, then one drop after the other for ever."""

    def respond(sock: socket.socket) -> None:
        sock.sendall(start)
        for one in repeat(drop):
            if server().ended.wait(0.01):
                return
            sock.sendall(one)

    return respond


DRIPS = {
    "a status line": (b"HTTP/1.1 200 O", b"K"),
    "a header, byte by byte": (HEAD + b"X-Long: ", b"x"),
    "headers, line by line": (HEAD, b"X-One: 1\r\n"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "103 Early Hints": (b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"),
    "a body, byte by byte": (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "a body without a length": (HEAD + b"Connection: close\r\n\r\n", b" "),
    "chunks of one byte": (CHUNKED, b"1\r\n \r\n"),
    "the size of a chunk": (CHUNKED, b"0"),
    "the extension of a chunk": (CHUNKED + b"1;name=", b"x"),
    "a trailer, line by line": (CHUNKED + b"0\r\n", b"X-One: 1\r\n"),
    "a trailer, byte by byte": (CHUNKED + b"0\r\nX-Long: ", b"x"),
    "nothing at all": (b"", b""),
    "nothing after the headers": (HEAD + b"Content-Length: 100000\r\n\r\n", b""),
}


def ended(http: HttpClient, content: bytes | None = None) -> PsconnectError:
    """The error by which the call ends, and it has to end."""
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(http.call, "POST", "/x", content=content)
        try:
            error = call.exception(timeout=PATIENCE)
        finally:
            # The pool waits for its thread: a call that never ends by itself fails the test and does not keep it.
            http.abort()
        http.close()
    assert isinstance(error, PsconnectError), error
    return error


def slow(error: BaseException | None, who: str = "127.0.0.1") -> None:
    assert isinstance(error, TryLater)
    assert error.code == "PSC-HTTP-SLOW"
    assert word(error).happened == f"{who} did not finish its answer within 0 seconds."


@contextlib.contextmanager
def stopping(server: RawServer) -> Iterator[None]:
    """Lets the server's threads go on to their end, whatever became of the call."""
    try:
        yield
    finally:
        server.ended.set()


@pytest.mark.parametrize("what", DRIPS)
def test_N05_whatever_drips_in_an_answer_ends_by_the_deadline(what: str) -> None:
    with raw_server(drips(*DRIPS[what], lambda: server)) as server, stopping(server):
        slow(ended(HttpClient(server.url, limits=LIMITS)))


def test_N05_the_deadline_is_asked_of_the_clock_that_was_given() -> None:
    ticks = iter(range(0, 10_000, 30))
    with raw_server(drips(HEAD, b"X-One: 1\r\n", lambda: server)) as server, stopping(server):
        http = HttpClient(server.url, limits=Limits(30, 30), monotonic=lambda: float(next(ticks)))
        error = ended(http)
    assert word(error).happened == "127.0.0.1 did not finish its answer within 120 seconds."
    assert next(ticks) == 150, "begun at 0; connected, sent and read at 30, 60 and 90; over at 120"


def test_N05_each_call_has_its_own_deadline() -> None:
    now = [0.0]

    def late(sock: socket.socket) -> None:
        now[0] += 100
        sock.sendall(answer(body=b"{}"))

    with raw_server(late) as server:
        http = HttpClient(server.url, monotonic=lambda: now[0])
        assert [http.call("GET", "/x").body for _ in range(3)] == [b"{}"] * 3
        http.close()


def test_N05_a_handshake_that_drips() -> None:
    with raw_server(silent=True) as server, stopping(server):
        slow(ended(HttpClient(server.url, limits=LIMITS)))
    # The beginning of a record that never gets whole.
    with raw_server(drips(b"", b"x", lambda: server), greeting=b"\x16\x03\x03\x40\x00") as server, stopping(server):
        slow(ended(HttpClient(server.url, limits=LIMITS)))


def test_N05_an_encrypted_record_that_drips(certificates: Certificates) -> None:
    def respond(sock: socket.socket) -> None:
        # Past the encryption: a record of 16 KB is announced, and never gets whole.
        with socket.socket(fileno=os.dup(sock.fileno())) as plain:
            drips(b"\x17\x03\x03\x40\x00", b"x", lambda: server)(plain)

    with raw_server(respond, context=certificates.good.server_context()) as server, stopping(server):
        slow(ended(HttpClient(server.url, str(certificates.ca_file), LIMITS)))


def test_N05_a_handshake_that_drips_does_not_hold_the_others_up(certificates: Certificates) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(2) as pool:
        listener.settimeout(PATIENCE)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        http = HttpClient(url, str(certificates.ca_file), Limits(600, 600, 600))
        try:
            stuck = pool.submit(http.call, "GET", "/x")
            first, _ = listener.accept()
            quick = pool.submit(http.call, "GET", "/x")
            second, _ = listener.accept()
            second.settimeout(PATIENCE)
            with first, certificates.good.server_context().wrap_socket(second, server_side=True) as sock:
                assert sock.recv(4096).startswith(b"GET /x")
                sock.sendall(answer(body=b"1"))
                assert quick.result(timeout=PATIENCE).body == b"1"
                assert not stuck.done()
        finally:
            http.abort()
            http.close()


def test_N05_a_server_that_does_not_take_what_is_sent() -> None:
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        slow(ended(HttpClient(f"http://127.0.0.1:{listener.getsockname()[1]}", limits=LIMITS), bytes(64 * 1024 * 1024)))


@contextlib.contextmanager
def nobody_connects() -> Iterator[int]:
    """A port whose queue is full: whoever connects now is never told anything."""
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(8):
            sock = waiting.enter_context(socket.socket())
            sock.setblocking(False)  # noqa: FBT003 - as the socket module has it
            with contextlib.suppress(BlockingIOError):
                sock.connect(listener.getsockname())
        yield listener.getsockname()[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses what does not fit into the queue")
def test_N05_a_connection_that_is_never_made() -> None:
    with nobody_connects() as port:
        slow(ended(HttpClient(f"http://127.0.0.1:{port}", limits=LIMITS)))


@contextlib.contextmanager
def no_name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The look-up of names does not come back until the test is over; set when it was begun."""
    begun, over, before = threading.Event(), threading.Event(), socket.getaddrinfo

    def waits(*args: object, **more: object) -> list[object]:
        begun.set()
        over.wait()
        return before(*args, **more)  # type: ignore[arg-type, return-value]

    with monkeypatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", waits)
        try:
            yield begun
        finally:
            over.set()
            for thread in threading.enumerate():
                if thread.name == "look-up":
                    thread.join(PATIENCE)


def test_N05_a_name_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with no_name_server(monkeypatch):
        slow(ended(HttpClient("http://localhost:9", limits=LIMITS)), "localhost")


def test_N01_a_name_server_that_does_not_answer_is_named_before_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psconnect.http.network._LOOK_UP", 0.1)
    with no_name_server(monkeypatch):
        error = ended(HttpClient("http://localhost:9", limits=Limits(30, 30)))
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-TIMEOUT")
    assert word(error).happened == "The name servers did not give the address of localhost in time."


def test_N01_a_name_that_no_name_server_could_have() -> None:
    error = ended(HttpClient(f"https://{'a' * 64}.invalid"))
    assert error.code == "PSC-HTTP-NO-HOST"


# --- through a proxy -------------------------------------------------------------------------------------------------


def through(monkeypatch: pytest.MonkeyPatch, url: str, ca_file: str = "") -> HttpClient:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, url)
    return HttpClient("https://elsewhere.invalid", ca_file, LIMITS)


@pytest.mark.parametrize("drop", [b"", b"HTTP/1.1 100 Continue\r\n\r\n"], ids=["silent", "100 Continue"])
def test_N05_a_proxy_that_never_makes_the_connection(monkeypatch: pytest.MonkeyPatch, drop: bytes) -> None:
    with raw_server(drips(b"", drop, lambda: server)) as server, stopping(server):
        error = ended(through(monkeypatch, server.url))
    slow(error, f"The proxy 127.0.0.1:{server.port} (the variable https_proxy)")


def test_N05_a_socks_proxy_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(silent=True) as server, stopping(server):
        http = through(monkeypatch, f"socks5://127.0.0.1:{server.port}")
        error = ended(http)
    newest = [line.network._newest for line in http._lines if line.network._newest]
    assert [sock.fileno() for sock in newest] == [-1], "nothing of a call that failed stays open"
    slow(error, f"The proxy 127.0.0.1:{server.port} (the variable https_proxy)")


def test_N05_a_proxy_that_is_encrypted_and_whose_tunnel_drips(
    monkeypatch: pytest.MonkeyPatch, certificates: Certificates
) -> None:
    # Beginnings of records, of which the first is never whole.
    tunnel = drips(b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x03\x40\x00", lambda: server)
    with raw_server(tunnel, context=certificates.good.server_context()) as server, stopping(server):
        slow(ended(through(monkeypatch, server.url, str(certificates.ca_file))), "elsewhere.invalid")


# --- ended from another thread ---------------------------------------------------------------------------------------


def aborted(http: HttpClient, begun: threading.Event) -> None:
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(http.call, "GET", "/x")
        assert begun.wait(PATIENCE)
        for _ in range(100 * PATIENCE):
            # Again and again: nothing tells from outside when a connection has begun to be made.
            http.abort()
            if wait([call], 0.01).done:
                break
        assert isinstance(call.exception(timeout=0), TryLater)
        http.close()


def test_a_call_that_waits_for_a_name_server_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with no_name_server(monkeypatch) as begun:
        aborted(HttpClient("http://localhost:9", limits=Limits(600, 600, 600)), begun)


def test_a_call_whose_headers_drip_can_be_ended() -> None:
    begun = threading.Event()

    def respond(sock: socket.socket) -> None:
        begun.set()
        drips(HEAD, b"X-One: 1\r\n", lambda: server)(sock)

    with raw_server(respond) as server, stopping(server):
        aborted(HttpClient(server.url, limits=Limits(600, 600, 600)), begun)


@pytest.mark.skipif(os.name == "nt", reason="Windows refuses what does not fit into the queue")
def test_a_call_that_waits_for_a_connection_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, before = threading.Event(), socket.socket.connect

    def noting(sock: socket.socket, address: object) -> None:
        begun.set()
        before(sock, address)  # type: ignore[arg-type]

    with nobody_connects() as port:
        monkeypatch.setattr(socket.socket, "connect", noting)
        aborted(HttpClient(f"http://127.0.0.1:{port}", limits=Limits(600, 600, 600)), begun)
