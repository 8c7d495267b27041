"""A place without the roster: what goes there without a change in PowerSchool is a delivery like any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psconnect.cli.codes import for_run
from psconnect.model.runs import Run
from psconnect.sync.sentences import redelivery
from psconnect.wording.delivered import word_delivered
from psconnect.wording.holds import word_hold
from psconnect.wording.run_sentence import sentence_of
from tests.cli.conftest import Psconnect, psconnect
from tests.support.demo import TODAY, Connect, Connected
from tests.sync.test_run import RENAME_ONE, truth, untouched

__all__ = ["psconnect"]


def moved(connected: Connected, **safety: Any) -> Path:
    """Let the roster go to another folder."""
    elsewhere = connected.folder / "elsewhere"
    elsewhere.mkdir()
    connected.service.set_value(connected.name, "destination.folder", json.dumps(str(elsewhere)))
    for key, value in safety.items():
        connected.service.set_value(connected.name, f"safety.{key}", value)
    return elsewhere


def rules(run: Run) -> list[str]:
    return [hold.rule for hold in run.holds]


@pytest.fixture
def delivered(connect: Connect) -> Connected:
    connected = connect(students=200)
    connected.delivered()
    return connected


FREEZE = f"[{{from = {TODAY}, until = {TODAY}}}]"
HELD = {
    "first": ({}, ["redelivery", "rules-changed"]),
    "always": ({"preview": '"always"'}, ["redelivery", "rules-changed"]),
    "freeze": ({"preview": '"never"', "freeze": FREEZE}, ["redelivery", "freeze"]),
}


@pytest.mark.parametrize("case", HELD)
def test_another_folder_is_held_though_nothing_changed_and_delivered_once_approved(
    delivered: Connected, case: str
) -> None:
    safety, due = HELD[case]
    content = delivered.bundle.read_bytes()
    elsewhere = moved(delivered, **safety)
    before = untouched(delivered)
    run = delivered.service.sync(delivered.name)
    assert (run.state, run.changes, rules(run)) == ("held", {}, due)
    assert run.redelivers_to == str(elsewhere / delivered.bundle.name)
    records = len(delivered.ledger())
    assert word_hold(run.holds[0]).reason == (
        f"No record changes, but the whole roster ({records:,} records) is not in {run.redelivers_to} yet."
    )
    assert untouched(delivered) == before
    assert list(elsewhere.iterdir()) == []
    assert for_run(run) == 3
    applied = delivered.service.approve(run.id, "the new server")
    assert applied.state == "finished_with_problems"
    assert (elsewhere / delivered.bundle.name).read_bytes() == content
    assert delivered.ledger() == before[2]
    again = delivered.service.sync(delivered.name)
    assert (again.state, again.redelivers_to, again.delivered) == ("finished_with_problems", "", "")


def test_the_hold_names_the_place_also_when_records_change(delivered: Connected) -> None:
    old = str(delivered.bundle)
    elsewhere = moved(delivered)
    delivered.sql(RENAME_ONE)
    run = delivered.service.sync(delivered.name)
    assert rules(run) == ["rules-changed"]
    assert run.redelivers_to == ""
    assert word_hold(run.holds[0]).reason == (
        f"The roster goes to another place than last time: {elsewhere / delivered.bundle.name} (before: {old})."
    )


def test_only_planned_it_is_not_delivered_either(delivered: Connected) -> None:
    elsewhere = moved(delivered, preview='"never"')
    run = delivered.service.sync(delivered.name, plan_only=True)
    assert (run.state, for_run(run), run.delivers) == ("previewed", 0, True)
    assert list(elsewhere.iterdir()) == []
    assert delivered.service.approve(run.id, "looked at").state == "finished_with_problems"
    assert truth(delivered) == []
    assert (elsewhere / delivered.bundle.name).is_file()


def test_with_previews_waived_it_is_delivered_at_once(delivered: Connected) -> None:
    elsewhere = moved(delivered, preview='"never"')
    assert word_delivered(delivered.service.sync(delivered.name).delivered).startswith(str(elsewhere))


@pytest.mark.parametrize("preview", ["always", "first"])
def test_a_lost_bundle_waits_where_every_delivery_is_looked_at(delivered: Connected, preview: str) -> None:
    delivered.service.set_value(delivered.name, "safety.preview", f'"{preview}"')
    delivered.bundle.unlink()
    run = delivered.service.sync(delivered.name)
    assert rules(run) == (["redelivery", "preview"] if preview == "always" else [])
    assert delivered.bundle.exists() is (preview == "first")


def test_after_an_undo_a_lost_bundle_waits(delivered: Connected) -> None:
    delivered.sql(RENAME_ONE.replace("Rivera", "Nobody-Else"))
    changed = delivered.service.sync(delivered.name)
    undo = delivered.service.undo(changed.id)
    assert delivered.service.approve(undo.id, "a mistake").state.startswith("finished")
    delivered.sql("UPDATE students SET last_name = ? WHERE last_name = 'Nobody-Else'", name_before(delivered, changed))
    delivered.bundle.unlink()
    run = delivered.service.sync(delivered.name)
    assert (run.changes, rules(run)) == ({}, ["redelivery", "after-undo"])
    assert "may do again" not in word_hold(run.holds[1]).reason
    assert not delivered.bundle.exists()


def name_before(connected: Connected, run: Run) -> str:
    student = next(change for change in connected.service.changes(run.id) if change.entity == "student")
    assert student.before is not None
    return student.before["familyName"]


def test_a_folder_changed_again_since_the_hold_is_looked_at_again(delivered: Connected) -> None:
    elsewhere = moved(delivered)
    held = delivered.service.sync(delivered.name)
    third = delivered.folder / "third"
    third.mkdir()
    delivered.service.set_value(delivered.name, "destination.folder", json.dumps(str(third)))
    run = delivered.service.approve(held.id, "the new server")
    assert (run.state, run.id != held.id) == ("held", True)
    assert rules(run)[:2] == ["plan-changed", "redelivery"]
    assert list(elsewhere.iterdir()) == list(third.iterdir()) == []


def test_the_command_line_says_what_waits_and_what_was_delivered(delivered: Connected, psconnect: Psconnect) -> None:
    elsewhere = moved(delivered)
    said = psconnect("sync", delivered.name, connected=delivered)
    assert said.code == 3
    assert f"No record changes; the whole roster goes to {elsewhere / delivered.bundle.name}." in said.out
    run = delivered.service.runs(delivered.name)[0]
    assert sentence_of(run, "").text == "On hold: no record changes, but the whole roster would be delivered again"
    said = psconnect("run", "approve", run.id, "--reason", "looked at", connected=delivered)
    assert said.code == 0
    assert f"the whole roster went to {elsewhere / delivered.bundle.name}." in said.out


def test_a_hold_has_a_sentence_for_one_record() -> None:
    assert word_hold(redelivery(1, "/x")).reason == "No record changes, but the roster (1 record) is not in /x yet."
