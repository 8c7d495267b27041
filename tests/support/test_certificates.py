"""The certificates of the tests are good and bad in just the way they say."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest

from tests.support.certificates import Certificates, ServerCertificate


def _greeting(ca_file: str, certificate: ServerCertificate) -> bytes:
    """What a client that trusts `ca_file` reads from a TLS server on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            accepted, _ = listener.accept()
            with accepted:
                try:
                    with certificate.server_context().wrap_socket(accepted, server_side=True) as secure:
                        secure.sendall(b"hello")
                except (ssl.SSLError, ConnectionError):
                    return  # the client turned the certificate down: that is what it is asserted on

        server = threading.Thread(target=serve)
        server.start()
        try:
            client = ssl.create_default_context(cafile=ca_file)
            with (
                socket.create_connection(listener.getsockname()) as plain,
                client.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
            ):
                return secure.recv(5)
        finally:
            server.join()


def test_the_good_one_is_accepted(certificates: Certificates) -> None:
    assert _greeting(str(certificates.ca_file), certificates.good) == b"hello"


@pytest.mark.parametrize(("name", "reason"), [("expired", "expired"), ("wrong_host", "IP address mismatch")])
def test_the_bad_ones_are_refused(certificates: Certificates, name: str, reason: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=reason):
        _greeting(str(certificates.ca_file), getattr(certificates, name))
