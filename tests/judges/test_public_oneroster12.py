"""Our 1.2 bundles, in bulk and as changes, before an independent public validator that runs as a black box."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.destinations.oneroster.form import BundleForm
from tests.contracts.rosters import hostile, small
from tests.destinations.test_oneroster_delta import Series, remove
from tests.judges.good_bundle import Files, files_of
from tests.judges.test_oneroster12 import CHANGES, bundle
from tests.support.demo import NAME, Connect

pytestmark = pytest.mark.thorough
VALIDATE = Path(__file__).parent / "public" / "validate.mjs"
REFUSED = (
    *("version of 1.1", "manifest version as a number", "roles missing", "roles declared absent", "role in capitals"),
    *("role of 1.1", "role of an unknown user", "role in an unknown org", "second primary role", "role id twice"),
    *("primary org without a role", "primary org unknown", "user without a username", "aide in a class"),
    *("status in bulk", "American date of a role", "extension without its prefix", "sex as a letter"),
)
"""Changes of a good bundle that the validator has to refuse, or it would say nothing of the good ones."""


def verdicts(*paths: Path) -> list[dict[str, Any]]:
    """What the validator says of each bundle."""
    result = subprocess.run(["node", str(VALIDATE), *map(str, paths)], capture_output=True, text=True, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """The small district, then the same with changes: a name, a school, a student who has left."""
    found = Series(tmp_path, BundleForm("1.2", demographics=True))
    tables = small()
    tables["student"][0]["extra"] = '{"sex": "F", "birthDate": "2012-02-29", "house": "north", "sms": "555-1"}'
    found.deliver(tables)
    later = copy.deepcopy(tables)
    later["student"][0] |= {"familyName": "Other", "schoolSourcedIds": "4"}
    gone = {"student": "433", "relationship": "1004", "contact": "C302", "enrollment": "10003"}
    for entity, sourced_id in gone.items():
        remove(later, entity, sourced_id)
    found.deliver(later)
    return found


def test_it_takes_bundles_and_deltas(series: Series) -> None:
    other = Series(series.folder / "hostile", series.form)
    other.folder.mkdir()
    other.deliver(hostile())

    assert verdicts(*series.bundles, *other.bundles) == [{"ok": True}] * 3


@pytest.mark.parametrize("students", [60, 150, 400])
def test_it_takes_demo_districts(connect: Connect, students: int) -> None:
    connected = connect(students=students)
    connection = connected.service.connection(NAME)
    destination = {"kind": "oneroster-csv", "version": "1.2", "folder": str(connected.folder / "roster")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    connected.delivered()

    assert verdicts(connected.bundle) == [{"ok": True}]


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_a_changed_one(series: Series, tmp_path: Path, name: str) -> None:
    files: Files = files_of(series.bundles[0])
    CHANGES[name][1](files)

    (said,) = verdicts(bundle(tmp_path, files))
    assert not said["ok"]
