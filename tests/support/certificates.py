"""Certificates for servers on this machine: good, expired, and made out for another host."""

from __future__ import annotations

import datetime as dt
import ssl
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class ServerCertificate:
    """A server's certificate with its key, as PEM files."""

    cert_file: Path
    key_file: Path

    def server_context(self) -> ssl.SSLContext:
        """A TLS context with which a server presents this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


@dataclass(frozen=True)
class Certificates:
    """A private certificate authority and what it issued.

    Attributes:
        ca_file: PEM file of the authority, to be trusted by the client.
        good: valid for localhost, 127.0.0.1 and ::1.
        expired: for the same hosts, until the year 2001.
        wrong_host: valid, but for elsewhere.invalid.
    """

    ca_file: Path
    good: ServerCertificate
    expired: ServerCertificate
    wrong_host: ServerCertificate


def _saved(folder: Path, name: str, issued: trustme.LeafCert) -> ServerCertificate:
    certificate = ServerCertificate(folder / f"{name}.pem", folder / f"{name}.key")
    for position, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(certificate.cert_file, append=position > 0)
    issued.private_key_pem.write_to_path(certificate.key_file)
    return certificate


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of a private authority; see `Certificates`."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    past = [dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2000, 2001)]
    return Certificates(
        ca_file=folder / "ca.pem",
        good=_saved(folder, "good", authority.issue_cert(*_LOOPBACK)),
        expired=_saved(folder, "expired", authority.issue_cert(*_LOOPBACK, not_before=past[0], not_after=past[1])),
        wrong_host=_saved(folder, "wrong-host", authority.issue_cert("elsewhere.invalid")),
    )
