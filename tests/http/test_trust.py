"""Whom a call trusts, and what it says when it does not (faults N14, N15)."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from psconnect.http import HttpClient, Limits
from psconnect.http.trust import certificate_refused
from psconnect.model.errors import FixSettings
from psconnect.wording.errors import word
from tests.http.raw import answer, raw_server, send
from tests.support.certificates import Certificates, ServerCertificate
from tests.support.errors import raises_saying

SHORT = Limits(connect=5, read=5)


def _saved(folder: Path, leaf: trustme.LeafCert, blobs: int | None = None) -> ServerCertificate:
    saved = ServerCertificate(folder / "server.pem", folder / "server.key")
    for number, blob in enumerate(leaf.cert_chain_pems[:blobs]):
        blob.write_to_path(saved.cert_file, append=number > 0)
    leaf.private_key_pem.write_to_path(saved.key_file)
    return saved


def _refused(certificate: ServerCertificate, ca_file: Path | str) -> FixSettings:
    """The refusal of a server with this certificate, which must not have seen a request."""
    with raw_server(send(answer()), context=certificate.server_context()) as server:
        http = HttpClient(server.url, str(ca_file), SHORT)
        try:
            with pytest.raises(FixSettings) as caught:
                http.call("GET", "/ws/v1/metadata", headers={"Authorization": "Bearer made-up-token"})
        finally:
            http.close()
        assert server.requests == []
    return caught.value


def test_N15_a_private_authority_is_trusted_once_its_file_is_chosen(certificates: Certificates) -> None:
    with raw_server(send(answer(body=b'{"a": 1}')), context=certificates.good.server_context()) as server:
        http = HttpClient(server.url, str(certificates.ca_file), SHORT)
        assert http.call("GET", "/x").body == b'{"a": 1}'
        http.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system's store can't be moved for a test")
def test_the_systems_own_authorities_count_with_and_without_a_file(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = trustme.CA()
    private.cert_pem.write_to_path(tmp_path / "private.pem")
    privately = _saved(tmp_path, private.issue_cert("127.0.0.1"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    for certificate, ca_file in (
        (certificates.good, ""),
        (certificates.good, tmp_path / "private.pem"),
        (privately, tmp_path / "private.pem"),
    ):
        with raw_server(send(answer()), context=certificate.server_context()) as server:
            http = HttpClient(server.url, str(ca_file), SHORT)
            assert http.call("GET", "/x").status == 200
            http.close()


@pytest.mark.parametrize(
    ("which", "what", "to_do"),
    [
        ("expired", "has expired", "renewed"),
        ("wrong_host", "belongs to another address", "host name that the certificate was made for"),
    ],
)
def test_N14_a_bad_certificate_is_named_and_nothing_is_sent(
    certificates: Certificates, which: str, what: str, to_do: str
) -> None:
    error = _refused(getattr(certificates, which), certificates.ca_file)
    assert error.code == "PSC-TLS-CERTIFICATE"
    assert what in word(error).happened
    assert "Nothing was sent" in word(error).happened
    assert to_do in word(error).to_do
    assert error.where == "127.0.0.1"


def test_N14_the_host_name_counts_too(certificates: Certificates) -> None:
    with raw_server(send(answer()), context=certificates.wrong_host.server_context()) as server:
        http = HttpClient(f"https://localhost:{server.port}", str(certificates.ca_file), SHORT)
        with raises_saying(FixSettings, "belongs to another host name"):
            http.call("GET", "/x")
        http.close()
        assert server.requests == []


def test_N14_not_yet_valid(tmp_path: Path) -> None:
    authority, later = trustme.CA(), dt.datetime(2090, 1, 1, tzinfo=dt.UTC)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    leaf = authority.issue_cert("127.0.0.1", not_before=later, not_after=later + dt.timedelta(days=30))
    error = _refused(_saved(tmp_path, leaf), tmp_path / "ca.pem")
    assert "is not valid yet" in word(error).happened
    assert "clock" in word(error).to_do


def test_N14_signed_by_itself(tmp_path: Path) -> None:
    authority = trustme.CA()
    alone = ServerCertificate(tmp_path / "self.pem", tmp_path / "self.key")
    authority.cert_pem.write_to_path(alone.cert_file)
    authority.private_key_pem.write_to_path(alone.key_file)
    error = _refused(alone, "")
    assert "is signed by itself" in word(error).happened
    assert "CA file" in word(error).to_do


def test_N14_an_unknown_authority(certificates: Certificates) -> None:
    error = _refused(certificates.good, "")
    assert "authority that this computer does not know" in word(error).happened
    assert "CA file" in word(error).to_do


def test_N14_a_missing_intermediate(tmp_path: Path) -> None:
    root = trustme.CA()
    root.cert_pem.write_to_path(tmp_path / "ca.pem")
    leaf = root.create_child_ca().issue_cert("127.0.0.1")
    assert len(leaf.cert_chain_pems) == 2
    error = _refused(_saved(tmp_path, leaf, blobs=1), tmp_path / "ca.pem")
    assert "without the certificate of its issuer" in word(error).happened
    assert "whole chain" in word(error).to_do


def test_N15_the_authority_was_renewed_since_its_file_was_chosen(tmp_path: Path) -> None:
    old, new = trustme.CA(), trustme.CA()
    old.cert_pem.write_to_path(tmp_path / "old.pem")
    new.cert_pem.write_to_path(tmp_path / "new.pem")
    server = _saved(tmp_path, new.issue_cert("127.0.0.1"))
    error = _refused(server, tmp_path / "old.pem")
    assert error.code == "PSC-TLS-CERTIFICATE"
    assert "choose your district’s CA file" in word(error).to_do
    with raw_server(send(answer()), context=server.server_context()) as running:
        http = HttpClient(running.url, str(tmp_path / "new.pem"), SHORT)
        assert http.call("GET", "/x").status == 200
        http.close()


def test_https_to_a_server_that_speaks_plain_http() -> None:
    with raw_server(send(b""), greeting=b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n") as server:
        http = HttpClient(server.url, limits=SHORT)
        with pytest.raises(FixSettings) as caught:
            http.call("GET", "/x", headers={"Authorization": "Bearer made-up-token"})
        http.close()
    assert caught.value.code == "PSC-TLS-PROTOCOL"
    assert "TLS 1.2" in word(caught.value).to_do
    assert not any(b"made-up-token" in request for request in server.requests)


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "missing.pem",
        lambda folder: folder,
        lambda folder: _write(folder / "empty.pem", ""),
        lambda folder: _write(folder / "words.pem", "not a certificate"),
    ],
    ids=["missing", "folder", "empty", "words"],
)
def test_a_ca_file_that_is_none(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    with pytest.raises(FixSettings) as caught:
        HttpClient("https://127.0.0.1:1", str(path))
    assert caught.value.code == "PSC-TLS-CA-FILE"
    assert caught.value.where == str(path)
    assert "BEGIN CERTIFICATE" in word(caught.value).to_do


def _self_signed(folder: Path, host: str, first: int, last: int) -> ServerCertificate:
    """A certificate that is its own authority, as ``openssl req -x509`` makes one, for a host and some years."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    try:
        general: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        general = x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(first, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(last, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([general]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    saved = ServerCertificate(folder / "own.pem", folder / "own.key")
    saved.cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    saved.key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return saved


@pytest.mark.parametrize(
    ("host", "first", "last", "what"),
    [
        ("127.0.0.1", 2000, 2001, "has expired"),
        ("127.0.0.1", 2090, 2091, "is not valid yet"),
        ("elsewhere.invalid", 2000, 2090, "belongs to another address"),
    ],
)
def test_N14_signed_by_itself_and_of_no_use_anyway(tmp_path: Path, host: str, first: int, last: int, what: str) -> None:
    """Both are said at once: chosen as CA file it would be refused again, for the other reason."""
    own = _self_signed(tmp_path, host, first, last)
    with raw_server(send(answer()), context=own.server_context()) as server:
        error = _called(server.url, "")
        assert f" {what}, and is signed by itself. Nothing was sent." in word(error).happened
        assert "choose it as CA file" in word(error).to_do
        chosen = _called(server.url, str(own.cert_file))
        assert f" {what}. Nothing was sent." in word(chosen).happened
        assert server.requests == []


@pytest.mark.parametrize(("which", "what"), [("expired", "has expired"), ("wrong_host", "belongs to another address")])
def test_N14_of_an_unknown_authority_and_of_no_use_anyway(certificates: Certificates, which: str, what: str) -> None:
    certificate: ServerCertificate = getattr(certificates, which)
    with raw_server(send(answer()), context=certificate.server_context()) as server:
        error = _called(server.url, "")
        assert f" {what}, and comes without the certificate of its issuer, or from an authority" in word(error).happened
        assert server.requests == []


def _called(url: str, ca_file: str) -> FixSettings:
    http = HttpClient(url, ca_file, SHORT)
    with pytest.raises(FixSettings) as caught:
        http.call("GET", "/x", headers={"Authorization": "Bearer made-up-token"})
    http.close()
    assert caught.value.code == "PSC-TLS-CERTIFICATE"
    return caught.value


@pytest.mark.parametrize(
    ("code", "what"),
    [
        (0x800B0101, "has expired or is not valid yet"),
        (0x800B010F, "belongs to another host name"),
        (0x800B0109, "is signed by an authority that this computer does not know"),
        (-67818, "has expired"),
        (-67602, "belongs to another host name"),
        (-67843, "is signed by an authority that this computer does not know"),
    ],
)
def test_N14_as_windows_and_macos_say_it(code: int, what: str) -> None:
    said = ssl.SSLCertVerificationError("said by the system")
    said.verify_code, said.verify_message = code, "said by the system"
    assert (
        word(certificate_refused("lincoln.invalid", "", said)).happened
        == f"The certificate of lincoln.invalid {what}. Nothing was sent."
    )
