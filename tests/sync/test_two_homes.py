"""Two homes that deliver into one folder: each hears of the other before it replaces anything."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from psconnect.cli.codes import for_run
from psconnect.model.connection import from_dict, to_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.transfer.ownership import OWNER_FILE
from psconnect.wording.holds import word_hold
from tests.support.demo import Connect, Connected
from tests.sync.test_run import RENAME_ONE, untouched


@pytest.fixture
def one(connect: Connect) -> Connected:
    connected = connect(students=200, settings={"safety": {"preview": "never"}})
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    return connected


def another_home(connected: Connected, name: str = "", place: Path | None = None) -> Connected:
    """The same connection in a home of its own."""
    service = Service(
        home_at(place or connected.folder / "another home"), Secrets({}, session_only=True), connected.clock
    )
    settings = to_dict(connected.service.connection(connected.name))
    name = name or connected.name
    service.save_connection(from_dict({**settings, "name": name}))
    service.set_secret(name, CLIENT_SECRET, connected.service.secrets.get(connected.name, CLIENT_SECRET))
    return replace(connected, service=service, name=name)


def change(connected: Connected, name: str) -> None:
    connected.sql(RENAME_ONE.replace("Rivera", name))


@pytest.mark.parametrize("name", ["", "LINCOLN ROSTER", "Another name"])
def test_another_home_waits_until_somebody_lets_it_take_over(one: Connected, name: str) -> None:
    two = another_home(one, name)
    before = untouched(one)
    run = two.service.sync(two.name)
    assert (run.state, [hold.rule for hold in run.holds], for_run(run)) == ("held", ["folder-owned"], 3)
    assert str(one.folder / "roster") in word_hold(run.holds[0]).reason
    assert "2026-11-18" in word_hold(run.holds[0]).reason
    assert untouched(one) == before
    assert two.service.approve(run.id, "the old server is gone").state == "finished_with_problems"
    assert two.bundle.exists()
    change(one, "Next")
    assert two.service.sync(two.name).delivered
    back = one.service.sync(one.name)
    if name == "Another name":
        assert back.delivered
    else:
        assert [hold.rule for hold in back.holds] == ["folder-owned"]
        assert one.service.discard(back.id).state == "discarded"


def test_one_who_lost_the_folder_is_held_also_without_a_change(one: Connected) -> None:
    two = another_home(one)
    two.service.approve(two.service.sync(two.name).id, "mine")
    one.bundle.write_bytes(b"somebody else's")
    run = one.service.sync(one.name)
    assert [hold.rule for hold in run.holds] == ["redelivery", "folder-owned"]
    assert one.bundle.read_bytes() == b"somebody else's"


def test_what_was_approved_for_another_reason_does_not_take_over(one: Connected) -> None:
    one.service.set_value(one.name, "safety.preview", '"always"')
    change(one, "Next")
    run = one.service.sync(one.name)
    assert [hold.rule for hold in run.holds] == ["preview"]
    two = another_home(one)
    two.service.set_value(two.name, "safety.preview", '"never"')
    change(one, "Other")
    two.service.approve(two.service.sync(two.name).id, "mine")
    before = untouched(one)
    failed = one.service.approve(run.id, "looked at")
    assert (failed.state, failed.error["code"] if failed.error else "") == ("failed", "PSC-FOLDER-OWNED")
    assert untouched(one) == before


def test_it_does_not_take_over_either_where_the_other_one_delivered_the_very_same(one: Connected) -> None:
    one.service.set_value(one.name, "safety.preview", '"always"')
    change(one, "Next")
    run = one.service.sync(one.name)
    two = another_home(one)
    two.service.approve(two.service.sync(two.name).id, "mine")
    failed = one.service.approve(run.id, "looked at")
    assert (failed.state, failed.error["code"] if failed.error else "") == ("failed", "PSC-FOLDER-OWNED")


def test_a_home_that_was_moved_is_the_same_home(one: Connected) -> None:
    shutil.copytree(one.folder / "home", one.folder / "moved")
    moved = Service(home_at(one.folder / "moved"), one.service.secrets, one.clock)
    change(one, "Next")
    assert moved.sync(one.name).delivered


def test_removing_takes_the_claim_and_leftovers_along(one: Connected) -> None:
    two, roster = another_home(one), one.folder / "roster"
    half = roster / f".{one.bundle.name}.{one.service.home_id[:12]}.abcd1234.tmp"
    half.write_bytes(b"a whole roster")
    assert (roster / OWNER_FILE).exists()
    assert one.service.remove_connection(one.name).complete
    assert sorted(path.name for path in roster.iterdir()) == [one.bundle.name]
    assert two.service.sync(two.name).delivered


def test_removing_leaves_the_claim_of_another_home(one: Connected) -> None:
    two = another_home(one)
    two.service.approve(two.service.sync(two.name).id, "mine")
    one.service.remove_connection(one.name)
    owners = json.loads((one.folder / "roster" / OWNER_FILE).read_bytes())["bundles"]
    assert [owner["home"] for owner in owners.values()] == [two.service.home_id]


def test_removing_works_where_the_folder_is_gone(one: Connected) -> None:
    shutil.rmtree(one.folder / "roster")
    assert one.service.remove_connection(one.name).complete


def test_a_run_without_changes_sweeps_what_a_killed_one_left(one: Connected) -> None:
    roster = one.folder / "roster"
    mark = one.service.home_id[:12]
    for name in (f".{one.bundle.name}.{mark}.abcd1234.tmp", f".psconnect-{mark}-abcd1234.tmp"):
        Path(roster / name).write_bytes(b"a whole roster")
    run = one.service.sync(one.name)
    assert (run.changes, run.delivered) == ({}, "")
    assert sorted(path.name for path in roster.iterdir()) == [OWNER_FILE, one.bundle.name]


def test_the_owner_file_says_nothing_about_anybody(one: Connected) -> None:
    text = (one.folder / "roster" / OWNER_FILE).read_text()
    (owner,) = json.loads(text)["bundles"].values()
    assert set(owner) == {"home", "since"}
    assert owner["home"] == one.service.home_id
