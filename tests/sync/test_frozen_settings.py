"""Settings of a destination that decide ids: refused once delivered, changed by the re-key assistant, and held."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from psconnect.model.errors import FixSettings
from psconnect.service import RekeyWishes
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.contracts.kinds.known import kinds_for_tests
from tests.support.demo import NAME, Connect, Connected
from tests.support.errors import raises_saying


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds_for_tests():
        yield


@pytest.fixture
def listed(connect: Connect) -> Connected:
    """A connection to a kind of files that has a frozen setting; nothing is delivered yet."""
    connected = connect(students=60)
    connection = connected.service.connection(NAME)
    destination = {"kind": "test-listing", "folder": str(connected.folder / "roster")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    return connected


def first_student(connected: Connected) -> str:
    with zipfile.ZipFile(connected.bundle) as bundle:
        return bundle.read("student.txt").decode().split('"')[1]


def test_it_is_free_until_the_first_delivery(listed: Connected) -> None:
    listed.service.set_value(NAME, "destination.ids", "marked")
    listed.service.sync(NAME)  # held, not delivered
    listed.service.set_value(NAME, "destination.ids", "bare")
    listed.service.set_value(NAME, "destination.ids", "marked")
    listed.delivered()
    assert first_student(listed).startswith("m-")


def test_a_change_is_refused_everywhere_once_delivered(listed: Connected, tmp_path: Path) -> None:
    listed.delivered()
    before = listed.service.connection(NAME)
    with pytest.raises(FixSettings) as refused:
        listed.service.set_value(NAME, "destination.ids", "marked")
    assert (refused.value.code, refused.value.where) == ("PSC-SETTINGS-FROZEN", "destination.ids")
    said = word(refused.value)
    assert "“Ids”" in said.title
    assert "The school year runs until 2027-" in said.happened
    assert "--setting ids=" in said.to_do
    listed.service.export_connection(NAME, tmp_path / "c.toml")
    text = (tmp_path / "c.toml").read_text(encoding="utf-8")
    changed = text.replace('kind = "test-listing"', 'kind = "test-listing"\nids = "marked"')
    assert changed != text
    (tmp_path / "c.toml").write_text(changed, encoding="utf-8")
    with raises_saying(FixSettings, "frozen"):
        listed.service.import_connection(tmp_path / "c.toml")
    assert listed.service.connection(NAME) == before
    # What stands in the file already is no change.
    listed.service.set_value(NAME, "destination.ids", "bare")
    assert listed.service.sync(NAME).changes == {}


def test_another_kind_or_folder_is_no_change_of_it(listed: Connected) -> None:
    listed.delivered()
    connection = listed.service.connection(NAME)
    (listed.folder / "elsewhere").mkdir()
    for destination in (
        {"kind": "test-listing", "folder": str(listed.folder / "elsewhere")},
        {"kind": "oneroster-csv", "folder": str(listed.folder / "roster")},
    ):
        listed.service.save_connection(msgspec.structs.replace(connection, destination=destination))


@pytest.mark.parametrize("preview", ["first", "never"])
def test_rekey_stores_it_and_the_next_run_waits_and_writes_all_files_again(listed: Connected, preview: str) -> None:
    listed.delivered()
    listed.service.set_value(NAME, "safety.preview", preview)
    plan = listed.service.rekey_plan(NAME, RekeyWishes(settings={"ids": "marked"}))
    assert [(one.key, one.before, one.after) for one in plan.settings] == [("ids", "bare", "marked")]
    assert plan.warning.startswith("The school year runs until 2027-")
    assert not plan.changes
    assert listed.service.sync(NAME).state == "finished_with_problems"
    listed.service.rekey(NAME, plan)
    assert listed.service.ids_now(NAME).pending == "rekey"
    held = listed.service.sync(NAME)
    assert held.state == "held", held
    assert held.changes == {}
    (why,) = (word_hold(hold) for hold in held.holds if hold.rule == "rekey")
    assert "Ids changed" in why.reason
    assert "The school year runs until" in why.reason
    assert "is written otherwise" in word_hold(held.holds[0]).reason
    assert first_student(listed)[:2] != "m-"
    listed.service.approve(held.id, "the administrator knows")
    assert first_student(listed).startswith("m-")
    assert listed.service.ids_now(NAME).pending == ""
    assert listed.service.sync(NAME).state == "finished_with_problems"


def test_rekey_back_before_the_next_run_leaves_nothing_to_do(listed: Connected) -> None:
    listed.delivered()
    for value in ("marked", "bare"):
        listed.service.rekey(NAME, listed.service.rekey_plan(NAME, RekeyWishes(settings={"ids": value})))
    run = listed.service.sync(NAME)
    assert (run.changes, run.holds) == ({}, ())


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"folder": "/elsewhere"}, "PSC-REKEY-SETTING"),
        ({"idz": "marked"}, "PSC-REKEY-SETTING"),
        ({"ids": "red"}, "PSC-DESTINATION-SETTING"),
        ({"ids": "bare"}, "PSC-REKEY-NOTHING"),
    ],
)
def test_rekey_refuses_other_settings_and_values(listed: Connected, settings: dict[str, str], code: str) -> None:
    listed.delivered()
    with pytest.raises(FixSettings) as refused:
        listed.service.rekey_plan(NAME, RekeyWishes(settings=settings))
    assert refused.value.code == code
