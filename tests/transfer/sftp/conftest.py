"""SFTP servers for tests: OpenSSH, and a drop box that a test makes as it likes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psconnect.transfer.sftp.server import HostKey, SftpServer
from psconnect.transfer.sftp.session import SftpLimits
from psconnect.transfer.sftp.shelf import SftpShelf
from tests.support.demo import TestClock
from tests.support.drop_box import PASSWORD, USER, DropBox, drop_box
from tests.support.openssh import OpenSsh, openssh_server

LIMITS = SftpLimits(connect=5, sign_in=5, wait=5, tries=2, pause=1)


def shelf_on(server: SftpServer, **more: Any) -> SftpShelf:
    """A folder on a server as a shelf that does not wait long."""
    return SftpShelf(server, ".psconnect-trial.tmp", **{"clock": TestClock(), "limits": LIMITS, **more})


def at_openssh(server: OpenSsh, **more: Any) -> SftpServer:
    """Signs in with the key of the test."""
    accepted = HostKey.of(server.host_key)
    given = {"port": server.port, "folder": str(server.folder), "accepted": accepted, "sign_in": "key"}
    return SftpServer("127.0.0.1", server.user, **{**given, "key_file": str(server.key_file), **more})


def at_box(box: DropBox, **more: Any) -> SftpServer:
    """Signs in with the right password."""
    accepted = HostKey.of(box.host_key)
    return SftpServer(
        **{"host": "127.0.0.1", "user": USER, "port": box.port, "accepted": accepted, "secret": _password, **more}
    )


def _password(key: str) -> str:
    return PASSWORD if key == "sftp_password" else ""


@pytest.fixture(scope="session")
def running() -> Iterator[OpenSsh]:
    """One OpenSSH server for all tests that don't change it."""
    with openssh_server() as server:
        yield server


@pytest.fixture
def openssh(running: OpenSsh) -> Iterator[OpenSsh]:
    """An OpenSSH server with an empty folder. What tests write there, its user may change."""
    shutil.rmtree(running.folder, ignore_errors=True)
    old = os.umask(0)
    running.folder.mkdir(0o777)
    yield running
    os.umask(old)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[DropBox]:
    """A drop box that allows everything but posix-rename."""
    folder = tmp_path / "box"
    folder.mkdir()
    with drop_box(folder) as box:
        yield box
