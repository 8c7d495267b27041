"""What goes wrong on the way of a call, in words (faults N01 to N07, N16), and what never goes out or shows."""

from __future__ import annotations

import gzip
import socket
import threading
import traceback
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from psconnect.http import HttpClient, Limits
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.powerschool.answers import check
from psconnect.wording.errors import word
from tests.http.raw import Respond, answer, raw_server, reset_after, send
from tests.support.certificates import Certificates

TOKEN = "3f0e9a52-made-up-token"
SECRET = "d41d8cd9-made-up-secret"
MEGABYTE = 1024 * 1024


@contextmanager
def client(url: str, **options: float) -> Iterator[HttpClient]:
    limits = Limits(**{"connect": 5, "read": 5, **options})  # type: ignore[arg-type]
    http = HttpClient(url, limits=limits)
    try:
        yield http
    finally:
        http.close()


def get(http: HttpClient) -> bytes:
    return http.call("GET", "/x", headers={"Authorization": f"Bearer {TOKEN}"}).body


def failing(http: HttpClient) -> PsconnectError:
    """The error of a call that has to fail; it must not tell the token."""
    with pytest.raises(PsconnectError) as caught:
        http.call("POST", "/x", headers={"X-Token": TOKEN}, auth=("made-up-id", SECRET), content=SECRET.encode())
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.as_dict())
    assert TOKEN not in told
    assert SECRET not in told
    return caught.value


def test_N01_a_host_that_does_not_exist() -> None:
    with client("https://nowhere.invalid") as http:
        error = failing(http)
    assert (type(error), error.code, error.where) == (FixSettings, "PSC-HTTP-NO-HOST", "nowhere.invalid")
    assert "typing errors" in word(error).to_do


def test_N19_a_host_that_was_there_and_is_not_found_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network went, or the VPN: nothing is wrong with the address, and the same call may work later."""

    def nothing_found(*_args: object, **_more: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with raw_server(send(answer(body=b"1"))) as server, client(f"http://localhost:{server.port}") as http:
        assert get(http) == b"1"
        with monkeypatch.context() as without_network:
            without_network.setattr(socket, "getaddrinfo", nothing_found)
            error = failing(http)
        assert get(http) == b"1"
    assert (type(error), error.code, error.where) == (TryLater, "PSC-HTTP-UNREACHABLE", "localhost")
    assert "answered before" in word(error).happened
    assert "typing errors" not in word(error).to_do


def test_N01_a_port_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with client(f"http://127.0.0.1:{port}") as http:
        error = failing(http)
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-UNREACHABLE")
    assert "network" in word(error).to_do


def test_N02_no_connection_in_time() -> None:
    with raw_server(silent=True) as server, client(server.url, connect=0.2) as http:
        error = failing(http)
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-TIMEOUT")
    assert "did not accept a connection" in word(error).happened


def test_N02_no_answer_in_time() -> None:
    def never(_sock: socket.socket) -> None:
        server.ended.wait()

    with raw_server(never) as server:
        with client(server.url, read=0.2) as http:
            error = failing(http)
        server.ended.set()
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-TIMEOUT")
    assert "sent nothing" in word(error).happened


BROKEN: dict[str, Respond] = {
    "N03 reset before the headers": reset_after(b""),
    "N03 reset in the body": reset_after(answer(body=b"[1, 2, 3]", Content_Length="900")),
    "N04 fewer bytes than announced": send(answer(body=b"[1, 2, 3]", Content_Length="900")),
    "N04 no last chunk": send(answer(body=b"3\r\n[1,\r\n", Content_Length="", Transfer_Encoding="chunked")),
    "ends before the headers": send(b"HTTP/1.1 200 OK\r\n"),
    "not HTTP": send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "packed, but cut off": send(answer(body=gzip.compress(b"[1, 2, 3]")[:-9], Content_Encoding="gzip")),
    "packed, but not packed": send(answer(body=b"[1, 2, 3]", Content_Encoding="gzip")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_N03_N04_a_part_is_never_taken_for_the_whole(what: str) -> None:
    with raw_server(BROKEN[what]) as server, client(server.url) as http:
        error = failing(http)
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-BROKEN")
    assert "before its answer was complete" in word(error).happened
    assert server.connections == 1


def test_a_connection_that_ended_in_between_is_made_anew() -> None:
    kept = [send(answer(body=body, Connection="keep-alive")) for body in (b"1", b"2")]
    with raw_server(*kept) as server, client(server.url) as http:
        assert get(http) == b"1"
        assert server.closed.acquire(timeout=5)
        assert get(http) == b"2"
    assert server.connections == 2


def test_N05_a_slow_drip_is_stopped_by_the_total() -> None:
    def drip(sock: socket.socket) -> None:
        sock.sendall(answer(body=b"", Content_Length="100000"))
        while not server.ended.wait(0.002):
            sock.sendall(b" ")

    ticks = iter(range(0, 10_000, 50))
    with raw_server(drip) as server:
        http = HttpClient(server.url, limits=Limits(5, 5), monotonic=lambda: float(next(ticks)))
        error = failing(http)
        http.close()
        server.ended.set()
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-SLOW")
    assert "within 120 seconds" in word(error).happened
    assert next(ticks) == 200  # begun at 0, two pieces in time, stopped at 150


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_N07_a_redirect_is_not_followed(status: str) -> None:
    with (
        raw_server(send(answer())) as elsewhere,
        raw_server(send(answer(status, Location=f"{elsewhere.url}/x"))) as server,
        client(server.url) as http,
    ):
        got = http.call("POST", "/oauth/access_token", auth=("id", SECRET), content=b"grant_type=client_credentials")
        assert got.status == int(status[:3])
        assert got.headers["location"] == f"{elsewhere.url}/x"
    assert elsewhere.connections == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "location",
    [
        "javascript:alert(1)",
        "http://[::1",
        "//",
        "https://",
        "http://a:b@c:d/",
        "data:,x",
        "\u00e9",
        "http://" + "x" * 5000,
    ],
)
def test_N07_a_redirect_that_leads_nowhere_is_an_answer_like_any_other(location: str) -> None:
    with (
        raw_server(send(answer("302 Found", Location=location))) as server,
        client(server.url) as http,
    ):
        got = http.call("GET", "/x")
    assert got.status == 302
    assert got.headers["location"].isascii() is location.isascii()
    with pytest.raises(TryLater) as caught:
        check(got, "127.0.0.1", "the query students", datetime.now(UTC))
    assert caught.value.code == "PSC-HTTP-REDIRECT"
    assert len(word(caught.value).happened) < 400


def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


def _chunks(megabytes: int) -> Respond:
    def respond(sock: socket.socket) -> None:
        sock.sendall(answer(body=b"", Content_Length="", Transfer_Encoding="chunked"))
        for _ in range(megabytes):
            sock.sendall(b"%x\r\n%b\r\n" % (MEGABYTE, bytes(MEGABYTE)))
        sock.sendall(b"0\r\n\r\n")

    return respond


@pytest.mark.parametrize(
    "respond",
    [
        send(answer(body=_bomb(100), Content_Encoding="gzip")),
        send(answer(body=b"x", Content_Length=str(10**12)) + bytes(20 * MEGABYTE)),
        _chunks(40),
    ],
    ids=["gzip bomb", "one long body", "chunks"],
)
def test_N16_a_body_beyond_the_limit_is_stopped_with_little_memory(respond: Respond) -> None:
    with raw_server(respond) as server, client(server.url, body=8 * MEGABYTE) as http:
        tracemalloc.start()
        try:
            error = failing(http)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert (type(error), error.code) == (FixSettings, "PSC-HTTP-TOO-LARGE")
    assert "more than 8 MB" in word(error).happened
    assert peak < 24 * MEGABYTE


def test_N16_a_bomb_within_a_bomb_is_not_unpacked() -> None:
    twice = answer(body=gzip.compress(_bomb(100)), Content_Encoding="gzip, gzip")
    with raw_server(send(twice)) as server, client(server.url, body=8 * MEGABYTE) as http:
        assert failing(http).code == "PSC-HTTP-BROKEN"


def test_a_packed_body_is_unpacked() -> None:
    body = b'{"record":[' + b'{"dcid":"1"},' * 50_000 + b"{}]}"
    packed = answer(body=gzip.compress(body), Content_Encoding="gzip")
    with raw_server(send(packed)) as server, client(server.url) as http:
        assert get(http) == body
    assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()


def test_a_body_of_exactly_the_limit_is_taken() -> None:
    with raw_server(send(answer(body=bytes(MEGABYTE)))) as server, client(server.url, body=MEGABYTE) as http:
        assert len(get(http)) == MEGABYTE


@pytest.mark.parametrize("secured", [False, True], ids=["http", "https"])
def test_this_computer_is_never_reached_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, secured: bool, certificates: Certificates
) -> None:
    context = certificates.good.server_context() if secured else None
    with raw_server(send(answer())) as proxy, raw_server(send(answer(body=b"direct")), context=context) as server:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        http = HttpClient(server.url, str(certificates.ca_file) if secured else "")
        assert get(http) == b"direct"
        http.close()
    assert proxy.connections == 0


def test_N01_a_proxy_that_refuses_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(send(answer("403 Forbidden", body=b"no"))) as proxy:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with client("https://lincoln.invalid") as http:
            error = failing(http)
    assert (type(error), error.code, error.where) == (FixSettings, "PSC-HTTP-PROXY", "lincoln.invalid")
    assert "proxy settings" in word(error).to_do
    assert [request.split(b"\r\n")[0] for request in proxy.requests] == [b"CONNECT lincoln.invalid:443 HTTP/1.1"]
    assert not any(word in proxy.requests[0].lower() for word in (b"authorization", b"x-token"))


@pytest.mark.parametrize("url", ["https://a\u0301..example.invalid", "https://☃⁄.invalid"])
def test_an_address_that_no_call_could_use(url: str) -> None:
    with pytest.raises(FixSettings) as caught:
        HttpClient(url)
    assert caught.value.code == "PSC-HTTP-ADDRESS"


def test_what_was_said_is_in_no_repr() -> None:
    reply = answer(body=f'{{"access_token":"{TOKEN}"}}'.encode(), Set_Cookie=f"session={SECRET}")
    with raw_server(send(reply)) as server, client(server.url) as http:
        got = http.call("GET", "/x")
        assert TOKEN in got.body.decode()
        assert TOKEN not in repr(got)
        assert SECRET not in repr(got)
        assert "200" in repr(got)


def test_calls_of_many_threads_share_a_few_connections() -> None:
    inside, most, lock, four = 0, 0, threading.Lock(), threading.Barrier(4, timeout=10)

    def handler(_request: bytes) -> bytes:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        four.wait()
        with lock:
            inside -= 1
        return answer(body=b"1")

    with raw_server(handler=handler) as server, client(server.url) as http, ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda _n: get(http), range(48))) == [b"1"] * 48
    assert most == 4
