"""Who delivers into a folder: told apart by the ids of homes, bundle by bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import DestinationRefused
from psconnect.transfer.folder import FolderPlace
from psconnect.transfer.ownership import OWNER_FILE, Owner
from tests.support.demo import TODAY, TestClock
from tests.transfer.test_leftovers import HOME, OTHER, nothing


def place(folder: Path, name: str = "roster.zip", home: str = HOME) -> FolderPlace:
    return FolderPlace(folder, name, 0, nothing, TestClock(), home)


def publish(at: FolderPlace, *, take_over: bool = False) -> None:
    with at.writing() as (file, temporary):
        file.write(at.home.encode())
    try:
        at.publish(temporary, CancelToken(), take_over=take_over)
    finally:
        temporary.unlink(missing_ok=True)


def stored(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((folder / OWNER_FILE).read_bytes())["bundles"]
    return found


def test_the_first_delivery_claims_the_bundle_and_the_next_one_writes_nothing(tmp_path: Path) -> None:
    publish(place(tmp_path))
    assert stored(tmp_path) == {"roster.zip": {"home": HOME, "since": TODAY.isoformat()}}
    before = (tmp_path / OWNER_FILE).stat()
    publish(place(tmp_path))
    after = (tmp_path / OWNER_FILE).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert place(tmp_path).foreign() is None


@pytest.mark.parametrize("name", ["roster.zip", "ROSTER.zip", "other.zip"])
def test_another_home_is_refused_until_it_takes_over(tmp_path: Path, name: str) -> None:
    publish(place(tmp_path))
    other = place(tmp_path, name, OTHER)
    assert other.foreign() == Owner(HOME, TODAY.isoformat())
    with pytest.raises(DestinationRefused) as refused:
        publish(other)
    assert refused.value.code == "PSC-FOLDER-OWNED"
    assert sorted(path.name for path in tmp_path.iterdir()) == [OWNER_FILE, "roster.zip"]
    assert place(tmp_path).path.read_bytes() == HOME.encode()
    publish(other, take_over=True)
    assert other.foreign() is None
    # Who delivers another bundle takes nothing away; who delivers the same one does.
    assert bool(place(tmp_path).foreign()) is (name != "other.zip")


def test_connections_of_one_home_share_a_folder(tmp_path: Path) -> None:
    publish(place(tmp_path))
    two = place(tmp_path, "two.zip")
    assert two.foreign() is None
    publish(two)
    assert set(stored(tmp_path)) == {"roster.zip", "two.zip"}


def test_who_leaves_takes_only_the_own_claim_along(tmp_path: Path) -> None:
    publish(place(tmp_path))
    publish(place(tmp_path, "two.zip", OTHER), take_over=True)
    place(tmp_path, home=OTHER).leave()
    assert set(stored(tmp_path)) == {"roster.zip", "two.zip"}
    place(tmp_path).leave()
    assert set(stored(tmp_path)) == {"two.zip"}
    place(tmp_path, "two.zip", OTHER).leave()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["roster.zip", "two.zip"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"bundles": {"roster.zip": 7}}', b"\xff\xfe"])
def test_a_file_that_can_not_be_read_is_somebody_s(tmp_path: Path, content: bytes) -> None:
    (tmp_path / OWNER_FILE).write_bytes(content)
    assert place(tmp_path).foreign() == Owner("")
    publish(place(tmp_path), take_over=True)
    assert set(stored(tmp_path)) == {"roster.zip"}


def test_what_newer_versions_add_is_no_trouble(tmp_path: Path) -> None:
    document = {"format": 2, "bundles": {"roster.zip": {"home": OTHER, "since": "2027-01-01", "more": 1}}, "new": []}
    (tmp_path / OWNER_FILE).write_text(json.dumps(document))
    assert place(tmp_path).foreign() == Owner(OTHER, "2027-01-01")
