"""Faults N14 and N15: each way a certificate can be wrong stops the run, is named, and nothing is sent."""

from __future__ import annotations

import datetime as dt
import json
import ssl
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from psconnect.demo import DemoServer
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.cli.conftest import Psconnect
from tests.faults.conftest import STUDENTS, Syncs, rename_somebody
from tests.http.raw import raw_server, send
from tests.support.certificates import Certificates, ServerCertificate
from tests.support.demo import Connect

HERE = "127.0.0.1"
Make = Callable[[trustme.CA, Path], ServerCertificate]


def saved(folder: Path, leaf: trustme.LeafCert, blobs: int | None = None) -> ServerCertificate:
    """A certificate's files; only the first so many certificates of its chain, if that is said."""
    certificate = ServerCertificate(folder / "server.pem", folder / "server.key")
    for number, blob in enumerate(leaf.cert_chain_pems[:blobs]):
        blob.write_to_path(certificate.cert_file, append=number > 0)
    leaf.private_key_pem.write_to_path(certificate.key_file)
    return certificate


def expired(authority: trustme.CA, folder: Path) -> ServerCertificate:
    first, last = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2000, 2001))
    return saved(folder, authority.issue_cert(HERE, not_before=first, not_after=last))


def not_yet_valid(authority: trustme.CA, folder: Path) -> ServerCertificate:
    first, last = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in (2090, 2091))
    return saved(folder, authority.issue_cert(HERE, not_before=first, not_after=last))


def wrong_host(authority: trustme.CA, folder: Path) -> ServerCertificate:
    return saved(folder, authority.issue_cert("elsewhere.invalid"))


def self_signed(_authority: trustme.CA, folder: Path) -> ServerCertificate:
    alone = trustme.CA()
    certificate = ServerCertificate(folder / "server.pem", folder / "server.key")
    alone.cert_pem.write_to_path(certificate.cert_file)
    alone.private_key_pem.write_to_path(certificate.key_file)
    return certificate


def missing_intermediate(authority: trustme.CA, folder: Path) -> ServerCertificate:
    return saved(folder, authority.create_child_ca().issue_cert(HERE), blobs=1)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (expired, "has expired"),
        (not_yet_valid, "is not valid yet"),
        (wrong_host, "belongs to another address"),
        (self_signed, "is signed by itself"),
        (missing_intermediate, "without the certificate of its issuer"),
    ],
)
def test_N14_a_certificate_that_is_wrong_stops_the_run(
    connect: Connect, psconnect: Psconnect, tmp_path: Path, make: Make, sentence: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    certificate = make(authority, tmp_path)
    connected = connect(
        students=STUDENTS,
        certificate=(certificate.cert_file, certificate.key_file),
        settings={"source": {"ca_file": str(tmp_path / "ca.pem")}},
    )
    said = Syncs(connected, psconnect).stops("PSC-TLS-CERTIFICATE", sentence)
    assert "Nothing was sent" in said.err
    assert connected.server.calls.total == 0
    assert connected.clock.waited == [], "it can't get better by itself"
    assert not any(word in said.err.lower() for word in ("ignore", "anyway", "skip"))


def test_N14_a_server_that_speaks_an_old_protocol_only(
    connect: Connect, psconnect: Psconnect, certificates: Certificates
) -> None:
    connected = connect(students=STUDENTS, settings={"source": {"ca_file": str(certificates.ca_file)}})
    old = certificates.good.server_context()
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python itself warns of what this test is about.
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with raw_server(send(b""), context=old) as server:
        connected.service.set_value(connected.name, "source.url", json.dumps(server.url))
        said = Syncs(connected, psconnect).stops("PSC-TLS-PROTOCOL", "found no common way to encrypt")
        assert "TLS 1.2" in said.err
        assert server.requests == []


def test_N15_a_private_authority_that_was_renewed(connect: Connect, psconnect: Psconnect, tmp_path: Path) -> None:
    """Works with the chosen file; says clearly what to do when the authority changes; works with the new one."""
    folders = [tmp_path / "before", tmp_path / "after"]
    servers = []
    for folder in folders:
        folder.mkdir()
        authority = trustme.CA()
        authority.cert_pem.write_to_path(folder / "ca.pem")
        servers.append(saved(folder, authority.issue_cert(HERE)))
    connected = connect(
        students=STUDENTS,
        certificate=(servers[0].cert_file, servers[0].key_file),
        settings={"source": {"ca_file": str(folders[0] / "ca.pem")}},
    )
    connected.delivered()
    rename_somebody(connected)
    connected.server.stop()
    connected.server.options = replace(
        connected.server.options, certificate=(servers[1].cert_file, servers[1].key_file)
    )
    connected.server.start()
    connected.service.set_value(connected.name, "source.url", json.dumps(connected.server.url))
    sync = Syncs(connected, psconnect)
    said = sync.stops("PSC-TLS-CERTIFICATE", "authority that this computer does not know")
    assert "choose your district’s CA file" in said.err
    connected.service.set_value(connected.name, "source.ca_file", json.dumps(str(folders[1] / "ca.pem")))
    connected.reinstall()
    assert isinstance(connected.server, DemoServer)
    assert connected.service.secrets.get(connected.name, CLIENT_SECRET)
    run = connected.service.sync(connected.name)
    assert [hold.rule for hold in run.holds] == ["rules-changed"], "the port is another one, too"
    assert connected.service.approve(run.id, "new port").state == "finished_with_problems"
