"""Which proxy leads out, that the way through it works, and what is said where it does not."""

from __future__ import annotations

import base64
import os
import select
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator

import pytest

from psconnect.http import HttpClient, Limits
from psconnect.http.proxies import Proxy, proxy_for
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.wording.errors import word
from tests.http.raw import RawServer, Respond, answer, raw_server, send
from tests.support.certificates import Certificates
from tests.support.errors import raises_saying

SERVER = "https://elsewhere.invalid"
SHORT = Limits(connect=5, read=5)
PASSWORD = "p:w@rd/#1"
QUOTED = "p%3Aw%40rd%2F%231"


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    # Neither those of a Windows or a Mac that the tests run on.
    monkeypatch.setattr(urllib.request, "getproxies", urllib.request.getproxies_environment)
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda _host: False)


def failing(http: HttpClient) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        http.call("GET", "/x")
    http.close()
    assert PASSWORD not in str(caught.value.as_dict())
    assert QUOTED not in str(caught.value.as_dict())
    return caught.value


# --- which one -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://proxy.invalid:3128"}, "http proxy.invalid:3128 the variable HTTPS_PROXY"),
        ({"https_proxy": "http://proxy.invalid:3128"}, "http proxy.invalid:3128 the variable https_proxy"),
        ({"ALL_PROXY": "socks://proxy.invalid"}, "socks5 proxy.invalid:1080 the variable ALL_PROXY"),
        ({"all_proxy": "socks5h://proxy.invalid:9"}, "socks5 proxy.invalid:9 the variable all_proxy"),
        ({"HTTPS_PROXY": "proxy.invalid:3128"}, "http proxy.invalid:3128 the variable HTTPS_PROXY"),
        ({"HTTPS_PROXY": "proxy.invalid"}, "http proxy.invalid:80 the variable HTTPS_PROXY"),
        ({"HTTPS_PROXY": " 'HTTP://Proxy.invalid:3128/' "}, "http proxy.invalid:3128 the variable HTTPS_PROXY"),
        ({"HTTPS_PROXY": "https://proxy.invalid"}, "https proxy.invalid:443 the variable HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://[fd00::1]:3128"}, "http [fd00::1]:3128 the variable HTTPS_PROXY"),
        ({"HTTP_PROXY": "http://proxy.invalid:3128"}, None),
        ({"HTTPS_PROXY": ""}, None),
        ({"HTTPS_PROXY": "http://a.invalid:1", "https_proxy": ""}, None),
        ({"HTTPS_PROXY": "http://a.invalid", "https_proxy": "b.invalid"}, "http b.invalid:80 the variable https_proxy"),
        ({"ALL_PROXY": "http://a.invalid", "HTTPS_PROXY": "b.invalid"}, "http b.invalid:80 the variable HTTPS_PROXY"),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name == "nt", reason="variables have no small letters there")
def test_the_variables(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], found: str | None) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    proxy = proxy_for(SERVER)
    assert (f"{proxy.scheme} {proxy.name} {proxy.source}" if proxy else None) == found


@pytest.mark.parametrize(
    ("url", "spared", "not_spared"),
    [
        (SERVER, "elsewhere.invalid", "where.invalid"),
        (SERVER, ".elsewhere.invalid", ".here.elsewhere.invalid"),
        (SERVER, "*.invalid", "*.example"),
        (SERVER, "INVALID", "valid"),
        (SERVER, "*", "**x"),
        (SERVER, "localhost, elsewhere.invalid", "localhost, fe80::/10"),
        (SERVER, "localhost elsewhere.invalid", "[::1]"),
        (SERVER, "elsewhere.invalid:443", "elsewhere.invalid:8443"),
        (SERVER, "https://elsewhere.invalid", "elsewhere.invalid/path"),
        ("https://10.1.2.3", "10.0.0.0/8", "10.1.2.128/25,10.1.2.4"),
        ("https://10.1.2.3:8443", "10.1.2.3:8443", "10.1.2.3:443"),
        ("https://[fd00::7]", "fd00::/8", "fe80::/10"),
        ("https://[fd00::7]", "[fd00::7]", "[fd00::8]"),
        ("https://[fd00::7]:8443", "[fd00::7]:8443", "[fd00::7]:443"),
        ("https://[fd00::7]", "fd00::7", "::7"),
        (SERVER, ",;elsewhere.invalid", "[:,::::,/,10.0.0.0/99,:80,[],[]:443,\u2603"),
    ],
)  # fmt: skip
def test_who_is_spared_the_proxy(monkeypatch: pytest.MonkeyPatch, url: str, spared: str, not_spared: str) -> None:
    """Names, endings, addresses, networks, ports, all; what can't be understood spares nobody and stops nothing."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", spared)
    assert proxy_for(url) is None
    monkeypatch.setenv("NO_PROXY", not_spared)
    assert proxy_for(url).name == "proxy.invalid:3128"


@pytest.mark.parametrize("rule", ["localhost,fe80::/10", "[::1]", "::1", "[::1]:443", "fe80::%eth0", "http://[::1]"])
def test_what_stood_in_the_way_of_every_call_does_not(monkeypatch: pytest.MonkeyPatch, rule: str) -> None:
    monkeypatch.setenv("NO_PROXY", rule)
    assert failing(HttpClient(SERVER)).code == "PSC-HTTP-NO-HOST"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("ftp://proxy.invalid:21", "of a kind that psconnect does not know (ftp://)"),
        ("socks4://proxy.invalid:1080", "of a kind that psconnect does not know (socks4://)"),
        (f"http://name:{PASSWORD}@proxy.invalid:3128", "has no address that can be used"),
        (f"{PASSWORD}://proxy.invalid", "what is before :// is not the name of one"),
        ("http://proxy.invalid:99999", "has no address that can be used"),
        ("http://", "has no address that can be used"),
        ("http://proxy.invalid/proxy.pac", "has no address that can be used"),
        ("http://[::1", "has no address that can be used"),
        ("http://pröxy.invalid", "has no address that can be used"),
        ("two words", "has no address that can be used"),
    ],
)
def test_a_setting_that_is_no_proxy_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, value: str, words: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(FixSettings) as caught:
        HttpClient(SERVER)
    error = caught.value
    assert (error.code, error.where) == ("PSC-HTTP-PROXY", "HTTPS_PROXY")
    assert word(error).happened.startswith("The proxy in the variable HTTPS_PROXY ")
    assert words in word(error).happened
    assert "http://HOST:PORT" in word(error).to_do
    assert PASSWORD not in str(error.as_dict())


# --- the operating system's own --------------------------------------------------------------------------------------


def systems(monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str], *, spares: bool = False) -> list[str]:
    """Windows or macOS have these settings; returns whom they were asked about."""
    asked: list[str] = []

    def bypass(host: str) -> bool:
        asked.append(host)
        return spares

    monkeypatch.setattr(urllib.request, "getproxies", lambda: urllib.request.getproxies_environment() or proxies)
    monkeypatch.setattr(urllib.request, "proxy_bypass", bypass)
    monkeypatch.setattr(urllib.request, "getproxies_registry", lambda: proxies, raising=False)
    monkeypatch.setattr(urllib.request, "proxy_bypass_registry", bypass, raising=False)
    return asked


SYSTEM = {"http": "http://system.invalid:8080", "https": "http://system.invalid:8443"}
NAMED = "the proxy settings of this computer"


def test_the_systems_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = systems(monkeypatch, SYSTEM)
    assert proxy_for(SERVER) == Proxy("http", "system.invalid", 8443, NAMED)
    assert asked == ["elsewhere.invalid"]


def test_the_system_spares_a_host(monkeypatch: pytest.MonkeyPatch) -> None:
    systems(monkeypatch, SYSTEM, spares=True)
    assert proxy_for(SERVER) is None


def test_a_variable_goes_before_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    systems(monkeypatch, SYSTEM, spares=True)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    assert proxy_for(SERVER).name == "proxy.invalid:3128"


def test_the_systems_proxy_is_used_though_NO_PROXY_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many a tool for developers sets NO_PROXY alone; urllib then forgets what the system says."""
    asked = systems(monkeypatch, SYSTEM)
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert proxy_for(SERVER).name == "system.invalid:8443"
    assert asked == ["elsewhere.invalid"]
    monkeypatch.setenv("NO_PROXY", "elsewhere.invalid")
    assert proxy_for(SERVER) is None


def test_a_systems_proxy_that_can_not_be_used_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    systems(monkeypatch, {"https": "socks4://system.invalid:1080"})
    with raises_saying(FixSettings, "The proxy in the proxy settings of this computer is of a kind"):
        HttpClient(SERVER)


def test_a_systems_proxy_that_is_down_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    systems(monkeypatch, SYSTEM)
    error = failing(HttpClient(SERVER))
    assert f"system.invalid:8443 ({NAMED}), but there is no computer of that name" in word(error).happened
    assert NAMED in word(error).to_do


# --- the way through -------------------------------------------------------------------------------------------------


def leads_to(port: int, greeting: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> Respond:
    """A proxy that makes the connection: whatever is asked for, to a port of this machine."""

    def respond(sock: socket.socket) -> None:
        sock.sendall(greeting)
        with socket.create_connection(("127.0.0.1", port)) as server:
            while True:
                pending = isinstance(sock, ssl.SSLSocket) and sock.pending()
                ready = [sock] if pending else select.select([sock, server], [], [])[0]
                for side in ready:
                    piece = side.recv(65536)
                    if not piece:
                        return
                    (server if side is sock else sock).sendall(piece)

    return respond


def socks(port: int, reply: bytes = b"\x00", accepted: bytes = b"\x00", heard: list[bytes] | None = None) -> Respond:
    """A SOCKS 5 proxy that leads to a port of this machine, or replies why not; without or with a sign-in."""
    heard = [] if heard is None else heard

    def respond(sock: socket.socket) -> None:
        heard.append(sock.recv(3))
        sock.sendall(b"\x05" + heard[0][2:])
        if heard[0] == b"\x05\x01\x02":
            heard.append(sock.recv(512))
            sock.sendall(b"\x01" + accepted)
        heard.append(sock.recv(512))
        leads_to(port, b"\x05" + reply + b"\x00\x01" + bytes(6))(sock)

    return respond


@pytest.fixture
def behind(certificates: Certificates) -> Iterator[RawServer]:
    """A server with the certificate of ``elsewhere.invalid``, which only a proxy leads to."""
    context = certificates.wrong_host.server_context()
    with raw_server(send(answer(body=b"through")), context=context) as server:
        yield server


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch, certificates: Certificates) -> Callable[[str], HttpClient]:
    """Calls to that server through the proxy at an address."""

    def make(url: str) -> HttpClient:
        monkeypatch.setenv("HTTPS_PROXY", url)
        return HttpClient(SERVER, str(certificates.ca_file), SHORT)

    return make


Through = Callable[[str], HttpClient]


def body(http: HttpClient) -> bytes:
    got = http.call("GET", "/x", headers={"Authorization": "Bearer made-up-token"}).body
    http.close()
    return got


def test_through_a_proxy_with_name_and_password(through: Through, behind: RawServer) -> None:
    with raw_server(leads_to(behind.port)) as proxy:
        assert body(through(f"http://jo%40lincoln:{QUOTED}@127.0.0.1:{proxy.port}")) == b"through"
    signed_in = base64.b64encode(f"jo@lincoln:{PASSWORD}".encode())
    assert b"Proxy-Authorization: Basic " + signed_in in proxy.requests[0]
    assert proxy.requests[0].startswith(b"CONNECT elsewhere.invalid:443 HTTP/1.1\r\n")
    assert b"made-up-token" not in proxy.requests[0]
    assert b"Proxy-Authorization" not in behind.requests[0]


def test_through_a_proxy_that_is_itself_reached_by_https(
    through: Through, behind: RawServer, certificates: Certificates
) -> None:
    with raw_server(leads_to(behind.port), context=certificates.good.server_context()) as proxy:
        assert body(through(proxy.url)) == b"through"
    assert b"Authorization: Bearer made-up-token" in behind.requests[0]


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_through_a_socks_proxy(through: Through, behind: RawServer, scheme: str) -> None:
    heard: list[bytes] = []
    with raw_server(socks(behind.port, heard=heard), at_once=True) as proxy:
        assert body(through(f"{scheme}://127.0.0.1:{proxy.port}")) == b"through"
    assert heard == [b"\x05\x01\x00", b"\x05\x01\x00\x03\x11elsewhere.invalid\x01\xbb"]


def test_through_a_socks_proxy_with_name_and_password(through: Through, behind: RawServer) -> None:
    heard: list[bytes] = []
    with raw_server(socks(behind.port, heard=heard), at_once=True) as proxy:
        assert body(through(f"socks5://jo:{QUOTED}@127.0.0.1:{proxy.port}")) == b"through"
    assert heard[1] == b"\x01\x02jo\x09" + PASSWORD.encode()


# --- where it does not work ------------------------------------------------------------------------------------------


def test_N01_a_proxy_that_is_down(through: Through) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failing(through(f"http://jo:{QUOTED}@127.0.0.1:{port}"))
    assert (type(error), error.code) == (TryLater, "PSC-HTTP-PROXY-UNREACHABLE")
    assert word(error).happened == (
        f"The connection to elsewhere.invalid goes through the proxy 127.0.0.1:{port} (the variable HTTPS_PROXY), but "
        "it refused the connection or is down."
    )
    assert word(error).to_do.startswith("Check the variable HTTPS_PROXY")


def test_N01_a_proxy_that_does_not_exist(through: Through) -> None:
    error = failing(through("http://proxy.invalid:3128"))
    assert error.code == "PSC-HTTP-PROXY-UNREACHABLE"
    assert (
        "proxy.invalid:3128 (the variable HTTPS_PROXY), but there is no computer of that name" in word(error).happened
    )


def test_N02_a_proxy_that_does_not_answer(through: Through, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_args: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", silent)
    error = failing(through("http://127.0.0.1:3128"))
    assert error.code == "PSC-HTTP-TIMEOUT"
    assert word(error).happened.startswith(
        "The proxy 127.0.0.1:3128 (the variable HTTPS_PROXY) did not accept a connection"
    )


@pytest.mark.parametrize(
    ("status", "family", "words"),
    [
        ("407 Proxy Authentication Required", FixSettings, "because it wants a name and a password."),
        ("403 Forbidden", FixSettings, "did not let the connection to elsewhere.invalid through"),
        ("400 Bad Request", FixSettings, "did not let the connection to elsewhere.invalid through"),
        ("502 Bad Gateway", TryLater, "could not reach elsewhere.invalid itself"),
        ("503 Service Unavailable", TryLater, "could not reach elsewhere.invalid itself"),
    ],
)
def test_N01_a_proxy_that_refuses(through: Through, status: str, family: type[PsconnectError], words: str) -> None:
    with raw_server(send(answer(status))) as proxy:
        error = failing(through(proxy.url))
    assert (type(error), error.code) == (family, "PSC-HTTP-PROXY")
    assert words in word(error).happened
    assert f"127.0.0.1:{proxy.port} (the variable HTTPS_PROXY)" in word(error).happened


def test_N01_a_proxy_that_wants_another_password(through: Through) -> None:
    with raw_server(send(answer("407 Proxy Authentication Required"))) as proxy:
        error = failing(through(f"http://jo:{QUOTED}@127.0.0.1:{proxy.port}"))
    assert "a name and a password or others than it got." in word(error).happened
    assert "NAME:PASSWORD@HOST:PORT" in word(error).to_do


@pytest.mark.parametrize(
    ("reply", "accepted", "auth", "family", "words"),
    [
        (b"\x02", b"\x00", "", FixSettings, "did not let the connection"),
        (b"\x04", b"\x00", "", TryLater, "could not reach elsewhere.invalid itself"),
        (b"\x05", b"\x00", "", TryLater, "could not reach elsewhere.invalid itself"),
        (b"\x00", b"\x01", f"jo:{QUOTED}@", FixSettings, "or others than it got"),
    ],
)
def test_N01_a_socks_proxy_that_refuses(
    through: Through, behind: RawServer, reply: bytes, accepted: bytes, auth: str, family: type, words: str
) -> None:
    with raw_server(socks(behind.port, reply, accepted), at_once=True) as proxy:
        error = failing(through(f"socks5://{auth}127.0.0.1:{proxy.port}"))
    assert (type(error), error.code) == (family, "PSC-HTTP-PROXY")
    assert words in word(error).happened
    assert behind.requests == []


def test_N01_a_socks_proxy_that_wants_a_sign_in(through: Through) -> None:
    with raw_server(send(b"\x05\xff"), at_once=True) as proxy:
        error = failing(through(f"socks5://127.0.0.1:{proxy.port}"))
    assert "because it wants a name and a password" in word(error).happened


@pytest.mark.parametrize("said", [answer("400 Bad Request"), b"\x05", b"\x04\x00", b""], ids=repr)
def test_N01_what_is_no_socks_proxy(through: Through, said: bytes) -> None:
    with raw_server(send(said), at_once=True) as proxy:
        error = failing(through(f"socks5://127.0.0.1:{proxy.port}"))
    assert error.code == "PSC-HTTP-PROXY-UNREACHABLE"
    assert "ended the connection before it reached" in word(error).happened
    assert "the kind of proxy" in word(error).to_do


def test_N14_https_to_a_proxy_that_speaks_plain_http(through: Through) -> None:
    with raw_server(send(b""), greeting=b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as proxy:
        error = failing(through(proxy.url))
    assert error.code == "PSC-TLS-PROTOCOL"
    assert word(error).happened.startswith(f"The proxy 127.0.0.1:{proxy.port}")
    assert "write http:// instead of https://" in word(error).to_do


def test_N14_a_proxys_certificate_is_not_taken_for_the_servers(through: Through, certificates: Certificates) -> None:
    with raw_server(send(b""), context=certificates.expired.server_context()) as proxy:
        error = failing(through(proxy.url))
    assert word(error).happened.startswith(f"The certificate of the proxy 127.0.0.1:{proxy.port}")


def test_N14_a_server_behind_a_proxy_has_a_certificate_of_its_own(through: Through, certificates: Certificates) -> None:
    with (
        raw_server(send(b""), context=certificates.good.server_context()) as server,
        raw_server(leads_to(server.port)) as proxy,
    ):
        error = failing(through(proxy.url))
    assert "The certificate of elsewhere.invalid belongs to another host name" in word(error).happened
