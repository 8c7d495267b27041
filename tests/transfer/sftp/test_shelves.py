"""The SFTP shelf keeps what every shelf keeps, on OpenSSH and on a server without posix-rename."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings
from psconnect.transfer.sftp.server import HostKey, SftpServer
from psconnect.transfer.sftp.shelf import SftpShelf
from tests.support.cutting import cutting_proxy
from tests.support.drop_box import PASSWORD, DropBox
from tests.support.openssh import OpenSsh
from tests.transfer.sftp.conftest import at_box, at_openssh, shelf_on
from tests.transfer.shelf_contract import ShelfContract

_MEGABYTE = 1_000_000


class TestOpenSsh(ShelfContract):
    """OpenSSH, with a key in PEM format."""

    @pytest.fixture
    def behind(self, openssh: OpenSsh) -> Path:
        """Its folder."""
        return openssh.folder

    @pytest.fixture
    def shelf(self, openssh: OpenSsh) -> Iterator[SftpShelf]:
        """The folder as a shelf."""
        shelf = shelf_on(at_openssh(openssh))
        yield shelf
        shelf.close()


class TestDropBox(ShelfContract):
    """A server without posix-rename, with a password."""

    @pytest.fixture
    def behind(self, box: DropBox) -> Path:
        """A folder in that of the account."""
        folder = box.folder / "in"
        folder.mkdir()
        return folder

    @pytest.fixture
    def shelf(self, behind: Path, box: DropBox) -> Iterator[SftpShelf]:
        """The folder as a shelf."""
        shelf = shelf_on(at_box(box, folder=behind.name))
        yield shelf
        shelf.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Two megabytes that don't repeat."""
    path = tmp_path / "source"
    path.write_bytes(os.urandom(2 * _MEGABYTE))
    return path


def test_a_box_that_may_only_be_written_to_is_enough(box: DropBox, source: Path) -> None:
    box.rules.stat = box.rules.read = box.rules.listing = False
    shelf = shelf_on(at_box(box))

    assert shelf.check().state == "ok"
    shelf.put(".t.tmp", source, CancelToken())
    assert shelf.names() == {".t.tmp": 2 * _MEGABYTE}
    shelf.rename(".t.tmp", "users.csv")

    assert shelf.names() == {"users.csv": 2 * _MEGABYTE}
    assert shelf.digest("users.csv") == ""
    assert shelf.read("users.csv", 10) is None
    assert (box.folder / "users.csv").read_bytes() == source.read_bytes()
    shelf.delete("users.csv")
    assert list(box.folder.iterdir()) == []
    shelf.close()


def test_a_box_that_takes_files_away_takes_whole_ones(box: DropBox, source: Path) -> None:
    box.rules.takes = True
    shelf = shelf_on(at_box(box))
    shelf.put(".t.tmp", source, CancelToken())
    shelf.rename(".t.tmp", "users.csv")

    assert box.rules.taken == {"users.csv": source.read_bytes()}
    assert shelf.names() == {}
    shelf.close()


def test_a_dropped_upload_goes_on_where_it_stopped(openssh: OpenSsh, source: Path) -> None:
    with cutting_proxy(openssh.port) as cutter:
        cutter.left, cutter.cuts = 1_500_000, 1
        shelf = shelf_on(at_openssh(openssh, port=cutter.port))
        shelf.put(".t.tmp", source, CancelToken())
        shelf.close()

        assert (openssh.folder / ".t.tmp").read_bytes() == source.read_bytes()
        # Not the whole file a second time.
        assert cutter.sent < 3_300_000


@pytest.mark.parametrize("cut", range(5))
def test_a_rename_is_done_once_although_its_answer_is_lost(openssh: OpenSsh, source: Path, cut: int) -> None:
    with cutting_proxy(openssh.port) as cutter:
        shelf = shelf_on(at_openssh(openssh, port=cutter.port))
        (openssh.folder / ".t.tmp").write_bytes(b"two")
        shelf.names()
        # A request has some 100 bytes: cut within it, and after it before the answer.
        cutter.left, cutter.cuts = 30 * cut + 1, 1
        shelf.rename(".t.tmp", "users.csv")
        shelf.close()

    assert [path.name for path in openssh.folder.iterdir()] == ["users.csv"]


@pytest.mark.skipif(os.name != "posix", reason="Permissions are those of POSIX.")
def test_strangers_on_the_server_can_not_read_it(openssh: OpenSsh, source: Path) -> None:
    shelf = shelf_on(at_openssh(openssh))
    shelf.put(".t.tmp", source, CancelToken())
    shelf.close()

    assert stat.S_IMODE((openssh.folder / ".t.tmp").stat().st_mode) & stat.S_IRWXO == 0


def test_only_one_connection_is_ever_open(box: DropBox, source: Path) -> None:
    box.rules.most = 1
    shelf = shelf_on(at_box(box))
    shelf.check()
    shelf.put(".t.tmp", source, CancelToken())
    shelf.rename(".t.tmp", "users.csv")
    shelf.digest("users.csv")

    assert box.open == 1
    shelf.close()


@pytest.mark.parametrize(
    ("folder", "path"),
    [("", "a.csv"), ("DailyImport", "DailyImport/a.csv"), ("/up/", "/up/a.csv"), ("/", "/a.csv"), ("./x", "./x/a.csv")],
)
def test_a_folder_leads_to_a_path(folder: str, path: str) -> None:
    assert SftpServer("h", "u", folder=folder).path("a.csv") == path


@pytest.mark.parametrize(
    "text",
    ["MD5:aa:bb", "SHA256:short", "ssh-ed25519", "aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99"],
)
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(FixSettings, match="PSC-SFTP-SETTING/host-key"):
        HostKey.of(text)


@pytest.mark.parametrize("host", ["", "a b", "user@host", "host:22", "host/folder", "https://host"])
def test_what_is_no_server_is_refused(host: str) -> None:
    given = {"host": host, "port": 22, "user": "u", "folder": "", "sign_in": "key", "key_file": "", "host_key": ""}
    with pytest.raises(FixSettings, match="PSC-SFTP-SETTING/host"):
        SftpServer.of({f"sftp.{key}": value for key, value in given.items()}, lambda _key: PASSWORD)
