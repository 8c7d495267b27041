"""A connection cut anywhere leaves no half file under its final name, and the next run completes (fault X09)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.transfer.fileset import FileSet
from psconnect.transfer.place import PlaceContext
from psconnect.transfer.places import published_on
from psconnect.transfer.sftp.server import SftpServer
from psconnect.transfer.sftp.session import SftpLimits
from tests.support.cutting import Cutter, cutting_proxy
from tests.support.demo import TestClock
from tests.support.drop_box import DropBox
from tests.support.openssh import OpenSsh
from tests.transfer.sftp.conftest import at_box, at_openssh, shelf_on

_LIMITS = SftpLimits(connect=5, sign_in=5, wait=5, tries=1, pause=0)
_NAMES = ("orgs.csv", "users.csv", "manifest.csv")
OLD = {name: random.Random(f"old {name}").randbytes(150_000) for name in _NAMES}
NEW = {name: random.Random(f"new {name}").randbytes(150_000) for name in _NAMES}
Files = Mapping[str, bytes]


def _deliver(server: SftpServer, own: Path, files: Files, packing: str = "loose", *, consumed: bool = False) -> str:
    """Deliver a set as a new process would; returns the receipt that stands then."""
    settings = {"consumed": consumed}
    context = PlaceContext("Lincoln", settings, lambda _step: None, TestClock(), "a1" * 16, own, packing)

    def write(to: FileSet) -> Mapping[str, int]:
        for name, content in files.items():
            with to.file(name) as file:
                file.write(content)
        return dict.fromkeys(files, 1)

    with closing(published_on(shelf_on(server, limits=_LIMITS), context, server.same)) as place:
        place.sweep()
        prepared = place.prepare(write, CancelToken())
        receipt = prepared.publish(take_over=True).receipt
        assert place.standing() == receipt
        return receipt


def _visible(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def _points(total: int, count: int) -> list[int]:
    return sorted(random.Random(1848).sample(range(1, total), count))


def _cut_and_go_on(cutter: Cutter, server: SftpServer, own: Path, folder: Path, count: int) -> None:
    _deliver(server, own, OLD)
    before = cutter.sent
    _deliver(server, own, NEW)
    total = cutter.sent - before
    refused = 0
    for number, point in enumerate(_points(total, count)):
        wanted, other = (OLD, NEW) if number % 2 == 0 else (NEW, OLD)
        cutter.left = point
        try:
            _deliver(server, own, wanted)
        except PsconnectError:
            refused += 1
        cutter.left = None
        for name, content in _visible(folder).items():
            assert content in (wanted[name], other[name]), (point, name)
        _deliver(server, own, wanted)
        assert _visible(folder) == wanted, point
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
    assert refused > count / 2


@pytest.mark.parametrize("count", [2, pytest.param(20, marks=pytest.mark.thorough)])
def test_X09_cut_on_openssh(openssh: OpenSsh, tmp_path: Path, count: int) -> None:
    with cutting_proxy(openssh.port) as cutter:
        server = at_openssh(openssh, port=cutter.port)
        _cut_and_go_on(cutter, server, tmp_path / "own", openssh.folder, count)


@pytest.mark.parametrize("count", [2, pytest.param(20, marks=pytest.mark.thorough)])
def test_X09_cut_on_a_server_without_posix_rename(box: DropBox, tmp_path: Path, count: int) -> None:
    with cutting_proxy(box.port) as cutter:
        _cut_and_go_on(cutter, at_box(box, port=cutter.port), tmp_path / "own", box.folder, count)


@pytest.mark.parametrize("packing", ["zip", "loose"])
def test_a_drop_box_that_takes_files_away_is_delivered_to(box: DropBox, tmp_path: Path, packing: str) -> None:
    box.rules.takes = True
    box.rules.stat = box.rules.read = False

    for files in (OLD, NEW):
        box.rules.taken.clear()
        receipt = _deliver(at_box(box), tmp_path / "own", files, packing, consumed=True)
        assert receipt
        if packing == "loose":
            assert box.rules.taken == files
        else:
            assert list(box.rules.taken) == ["Lincoln.zip"]
    assert list(box.folder.iterdir()) == []
