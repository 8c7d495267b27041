"""Deliveries of changes through the whole engine: numbered bundles that a receiver applies in their order."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from psconnect.model.runs import Run
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12
from tests.judges.oneroster_delta import Tables, received
from tests.support.demo import NAME, Connect, Connected


@pytest.fixture(params=["1.1", "1.2"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def changes_only(connect: Connect, version: str) -> Connected:
    """A connection that delivers changes; nothing is delivered yet."""
    connected = connect(students=60)
    connection = connected.service.connection(NAME)
    own = {"kind": "oneroster-csv", "version": version, "delivery": "delta"}
    destination = {**own, "folder": str(connected.folder / "roster")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    return connected


def bundles(connected: Connected) -> list[Path]:
    return sorted((connected.folder / "roster").glob("*.zip"))


def names(connected: Connected) -> list[str]:
    return [path.name.removeprefix(f"{NAME}-") for path in bundles(connected)]


def applied(run: Run, connected: Connected) -> Run:
    """The run, approved if it waits."""
    return connected.service.approve(run.id, "test") if run.state == "held" else run


def at_the_receiver(paths: list[Path], version: str) -> Tables:
    check: Callable[[Path], object] = check_bundle if version == "1.1" else check_bundle_12
    assert [check(path) for path in paths] == [[] for _path in paths]
    return received(paths, read_bundle if version == "1.1" else read_bundle_12)


def in_bulk(connected: Connected, version: str) -> Tables:
    """What the same settings deliver as a whole, elsewhere."""
    folder = connected.folder / "bulk"
    folder.mkdir(exist_ok=True)
    connection = connected.service.connection(NAME)
    own = {"kind": "oneroster-csv", "version": version, "folder": str(folder)}
    path = folder / f"{NAME}.zip"
    connected.service.save_connection(msgspec.structs.replace(connection, destination=own))
    applied(connected.service.sync(NAME), connected)
    connected.service.save_connection(connection)
    return at_the_receiver([path], version)


def rename(connected: Connected, name: str, nth: int) -> None:
    rows = connected.sql("SELECT DCID FROM STUDENTS WHERE ENROLL_STATUS = 0 ORDER BY DCID")
    connected.sql("UPDATE STUDENTS SET LAST_NAME = ? WHERE DCID = ?", name, rows[nth][0])


def test_the_first_bundle_is_whole_and_the_next_has_what_changed(changes_only: Connected, version: str) -> None:
    changes_only.delivered()
    rename(changes_only, "Renamed", 3)
    applied(changes_only.service.sync(NAME), changes_only)

    assert names(changes_only) == ["0001-bulk.zip", "0002-delta.zip"]
    delta = (read_bundle if version == "1.1" else read_bundle_12)(bundles(changes_only)[1])
    delta.pop("manifest")
    assert {file: [row["familyName"] for row in rows] for file, rows in delta.items()} == {"users": ["Renamed"]}
    assert at_the_receiver(bundles(changes_only), version) == in_bulk(changes_only, version)


def test_without_changes_there_is_no_bundle(changes_only: Connected) -> None:
    changes_only.delivered()

    assert changes_only.service.sync(NAME).changes == {}
    assert names(changes_only) == ["0001-bulk.zip"]


def test_after_many_changes_the_receiver_has_the_roster(changes_only: Connected, version: str) -> None:
    changes_only.delivered()
    rng = random.Random(version)
    for turn in range(3):
        rename(changes_only, f"Turn{turn}", rng.randrange(20))
        students = [row[0] for row in changes_only.sql("SELECT DCID FROM STUDENTS WHERE ENROLL_STATUS = 0")]
        changes_only.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", rng.choice(students))
        changes_only.sql("UPDATE SECTIONS SET ROOM = ? WHERE DCID = (SELECT MIN(DCID) FROM SECTIONS)", f"R{turn}")
        run = applied(changes_only.service.sync(NAME), changes_only)
        assert run.all_changes.total, run

    assert names(changes_only)[1:] == [f"000{number}-delta.zip" for number in (2, 3, 4)]
    assert at_the_receiver(bundles(changes_only), version) == in_bulk(changes_only, version)


def test_after_a_bundle_that_was_changed_comes_a_whole_one(changes_only: Connected, version: str) -> None:
    changes_only.delivered()
    rename(changes_only, "Renamed", 1)
    applied(changes_only.service.sync(NAME), changes_only)
    bundles(changes_only)[-1].write_bytes(b"lost on the way")
    rename(changes_only, "Again", 2)
    applied(changes_only.service.sync(NAME), changes_only)

    assert names(changes_only) == ["0001-bulk.zip", "0002-delta.zip", "0003-bulk.zip"]
    assert at_the_receiver([bundles(changes_only)[-1]], version) == in_bulk(changes_only, version)


def test_what_the_receiver_took_away_is_not_lost(changes_only: Connected) -> None:
    changes_only.delivered()
    bundles(changes_only)[0].unlink()
    rename(changes_only, "Renamed", 1)
    applied(changes_only.service.sync(NAME), changes_only)

    assert names(changes_only) == ["0002-delta.zip"]


def test_another_version_is_delivered_as_a_whole(changes_only: Connected, version: str) -> None:
    changes_only.delivered()
    other = "1.2" if version == "1.1" else "1.1"
    changes_only.service.set_value(NAME, "destination.version", f'"{other}"')
    rename(changes_only, "Renamed", 1)
    applied(changes_only.service.sync(NAME), changes_only)

    assert names(changes_only) == ["0001-bulk.zip", "0002-bulk.zip"]
    assert at_the_receiver(bundles(changes_only)[1:], other)
