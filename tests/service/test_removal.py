"""Removing a connection: everything of it goes, is looked for again, and what can't go is named and tried again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import keyring
import msgspec
import pytest

from psconnect.model.connection import Connection
from psconnect.model.errors import AnotherRunActive, FixSettings, LocalStorage, TryLater
from psconnect.schedule.systems.autostart import Autostart
from psconnect.service import Service, draft_secrets
from psconnect.store.files import wipe_file
from psconnect.store.lock import run_lock
from psconnect.store.settings.connection_files import ConnectionFiles
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.wording.errors import word
from psconnect.wording.removal import left_sentence, proof_text, removal_sentence, wiped_lines
from tests.support.demo import Connected
from tests.support.home import CHECKOUT
from tests.support.keyrings import MemoryKeyring
from tests.support.schedulers import MadeUpScheduler

HOMES = {"data/disclosures.jsonl", "data/home-id", "data/home-id.preparing"}
"""Files of the home, not of a connection; all but the disclosure log go with the last connection."""


def files(connected: Connected) -> set[str]:
    home = connected.folder / "home"
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def removals(connected: Connected) -> int:
    """How many removals the disclosure log has, each with the records that stood there."""
    found = [one for one in connected.service.disclosures() if one.event == "removed"]
    assert all(one.records and one.records["student"] > 100 for one in found)
    return len(found)


def lived_in(connected: Connected) -> Connected:
    """A connection with everything that a connection can leave on a computer."""
    connected.delivered()
    service = connected.service
    service.secrets = Secrets({})
    service.set_secret(connected.name, CLIENT_SECRET, "canary-71")
    service.set_value(connected.name, "options.district_name", '"Another"')
    service.find(connected.name, "a")
    stem = connected.rosters.stem
    for ending in (".before-migration", ".damaged-20261118-173000.sqlite", ".making", ".finding", ".notices"):
        (connected.rosters.parent / f"{stem}{ending}").write_bytes(b"left")
    (connected.rosters.parent / f".{stem}.settings.ab12.tmp").write_bytes(b"half written")
    draft = json.dumps({"id": "d1", "connection_id": service.connection(connected.name).id})
    service.save_draft("d1", draft.encode())
    service.keep_secret(draft_secrets("d1"), CLIENT_SECRET, "canary-72")
    service.save_draft("d2", json.dumps({"id": "d2", "connection_id": "other"}).encode())
    return connected


def test_everything_of_a_connection_is_listed_then_gone(connected: Connected, memory_keyring: MemoryKeyring) -> None:
    name = lived_in(connected).name
    other = connected.service.connection(name)
    connected.service.save_connection(msgspec.structs.replace(other, name="Other", id=""))
    stays = {one for one in files(connected) if Path(one).name.startswith(("other-", "d2."))}
    found = connected.service.belongings(name)
    assert {one.kind for one in found.items} == {"settings", "copy", "secret", "roster", "reading", "notes", "draft"}
    named = {str(Path(one.name).relative_to(connected.folder / "home")) for one in found.items if one.kind != "secret"}
    assert named == files(connected) - stays - HOMES
    assert len(memory_keyring.entries) == 2
    proof = connected.service.remove_connection(name)
    assert proof.complete
    assert proof.before == found
    assert not proof.after.items
    assert files(connected) == stays | HOMES
    assert memory_keyring.entries == {}
    assert connected.bundle.exists()
    assert [state.connection.name for state in connected.service.connections()] == ["Other"]
    connected.service.remove_connection("Other")
    assert files(connected) == {"data/disclosures.jsonl", "config/drafts/d2.json"}


def test_the_proof_is_a_text_that_names_what_was_there_and_what_is_now(
    connected: Connected, memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    name = lived_in(connected).name
    rosters = str(connected.rosters)
    proof = connected.service.remove_connection(name)
    text = proof_text(proof)
    before, after = text.split("Afterwards:")
    assert rosters in before
    assert f"psconnect: {name}/{CLIENT_SECRET}" in before
    assert rosters not in after
    assert after.strip().startswith("nothing")
    assert str(connected.folder / "roster") in text
    assert "canary" not in text
    connected.service.save_proof(proof, tmp_path / "proof.txt")
    assert (tmp_path / "proof.txt").read_text(encoding="utf-8") == text


def test_what_is_locked_is_named_and_tried_again(
    connected: Connected, memory_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = lived_in(connected).name
    locked = str(connected.rosters)

    def refuse(path: Path) -> None:
        if str(path) == locked:
            raise LocalStorage("PSC-DISK-DENIED/read-only-use", where=locked, path=locked)
        wipe_file(path)

    monkeypatch.setattr("psconnect.service.removal.wipe_file", refuse)
    proof = connected.service.remove_connection(name)
    assert [left.what for left in proof.not_deleted] == [locked]
    assert locked in left_sentence(proof.not_deleted[0])
    assert "Close programs" in left_sentence(proof.not_deleted[0])
    assert "1 thing" in removal_sentence(proof)
    assert [one.name for one in proof.after.items] == [locked]
    assert memory_keyring.entries == {}, "the rest goes nevertheless"
    assert connected.service.connections() == []
    again = Service(connected.service.home, Secrets({}), connected.clock)
    with pytest.raises(LocalStorage) as told:
        again.save_connection(Connection(name=name, preset="oneroster"))
    assert told.value.code == "PSC-REMOVE-LEFT"
    assert locked in word(told.value).happened
    monkeypatch.setattr("psconnect.service.removal.wipe_file", wipe_file)
    (proof,) = again.finish_removals()
    assert proof.complete
    assert files(connected) == {"data/disclosures.jsonl", "config/drafts/d2.json"}
    assert again.finish_removals() == []
    assert removals(connected) == 1


def test_a_run_at_work_is_not_removed_under_it(connected: Connected, memory_keyring: MemoryKeyring) -> None:
    name, before = lived_in(connected).name, files(connected)
    with (
        run_lock(connected.rosters.with_suffix(".lock"), name),
        pytest.raises(AnotherRunActive),
    ):
        connected.service.remove_connection(name)
    assert files(connected) == before
    assert len(memory_keyring.entries) == 2
    assert connected.service.finish_removals() == []


def test_without_a_keyring_the_proof_says_what_could_not_be_looked_for(
    connected: Connected, no_keyring: object
) -> None:
    connected.delivered()
    connected.service.secrets = Secrets({})
    proof = connected.service.remove_connection(connected.name)
    assert not proof.after.items
    assert [left.error.code for left in proof.after.unknown] == ["PSC-SECRET-NO-KEYRING"]
    assert "as far as can be seen" in removal_sentence(proof)
    assert "Could not be looked for" in proof_text(proof)
    assert files(connected) == {"data/disclosures.jsonl"}


def test_secrets_that_were_out_of_reach_are_removed_by_asking_again(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    connected.delivered()
    connected.service.remove_connection(connected.name)
    memory_keyring.entries["psconnect", f"{connected.name}/{CLIENT_SECRET}"] = "canary"
    connected.service.secrets = Secrets({})
    proof = connected.service.remove_connection(connected.name)
    assert [one.kind for one in proof.before.items] == ["secret"]
    assert memory_keyring.entries == {}
    with pytest.raises(FixSettings) as told:
        connected.service.remove_connection(connected.name)
    assert told.value.code == "PSC-CONNECTION-UNKNOWN"


class LockedKeyring(MemoryKeyring):
    """A keyring that its user keeps locked."""

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise RuntimeError("locked")


def test_a_locked_keyring_leaves_the_secrets_for_the_next_start(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    name = lived_in(connected).name
    locked = LockedKeyring()
    locked.entries = memory_keyring.entries
    keyring.set_keyring(locked)
    proof = connected.service.remove_connection(name)
    assert {left.kind for left in proof.not_deleted} == {"secret", "draft"}
    assert "keyring" in left_sentence(proof.not_deleted[-1]).lower()
    assert not [one for one in files(connected) if "lincoln" in one and "removals" not in one]
    keyring.set_keyring(memory_keyring)
    (proof,) = connected.service.finish_removals()
    assert proof.complete
    assert memory_keyring.entries == {}
    assert not [one for one in files(connected) if "lincoln" in one]


def with_a_locked_secret(connected: Connected, memory_keyring: MemoryKeyring) -> str:
    """A connection that was removed but for a secret in a keyring that was locked, and is open now; its name."""
    connected.delivered()
    connected.service.secrets = Secrets({})
    connected.service.set_secret(connected.name, CLIENT_SECRET, "canary-71")
    locked = LockedKeyring()
    locked.entries = memory_keyring.entries
    keyring.set_keyring(locked)
    connected.service.remove_connection(connected.name)
    assert connected.service.connections() == []
    return connected.name


def test_a_name_is_free_only_when_nothing_of_the_removed_connection_is_left(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    name = with_a_locked_secret(connected, memory_keyring)
    with pytest.raises(LocalStorage) as told:
        connected.service.save_connection(Connection(name=name, preset="oneroster"))
    assert told.value.code == "PSC-REMOVE-LEFT"
    assert CLIENT_SECRET in word(told.value).happened
    keyring.set_keyring(memory_keyring)
    saved = connected.service.save_connection(Connection(name=name, preset="oneroster"))
    assert memory_keyring.entries == {}
    assert connected.service.finish_removals() == []
    assert connected.service.connection(name) == saved


def test_another_connection_in_the_place_of_a_removed_one_is_not_removed_by_the_next_start(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    settings = connected.service.connection(connected.name)
    name = with_a_locked_secret(connected, memory_keyring)
    keyring.set_keyring(memory_keyring)
    by_hand = ConnectionFiles(connected.service.home)
    by_hand.save(msgspec.structs.replace(settings, id="another1"))
    assert connected.service.finish_removals() == []
    assert connected.service.connection(name).id == "another1"
    proof = connected.service.remove_connection(name)
    assert proof.complete
    assert connected.service.connections() == []


def test_an_entry_that_could_not_be_removed_is_found_again_by_the_id_of_the_home(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    schedulers: dict[str, MadeUpScheduler] = {}
    connected.service.find_scheduler = lambda home: schedulers.setdefault(home, MadeUpScheduler())
    connected.delivered()
    connected.service.set_value(connected.name, "schedule.at", '["05:30"]')
    connected.service.switch_schedule(connected.name, on=True)
    ((home, scheduler),) = schedulers.items()
    assert scheduler.listed()
    scheduler.refusal = TryLater("PSC-SCHEDULE-NO-SESSION/systemd")
    connected.service.remove_connection(connected.name)
    scheduler.refusal = None
    (proof,) = connected.service.finish_removals()
    assert proof.complete
    assert list(schedulers) == [home]
    assert not scheduler.listed()


def test_the_home_keeps_its_id_for_as_long_as_the_start_at_login_is_named_by_it(
    connected: Connected, memory_keyring: MemoryKeyring, tmp_path: Path
) -> None:
    service = connected.service
    service.find_login_item = lambda home: Autostart(f"psconnect-{home}", {"XDG_CONFIG_HOME": str(tmp_path)})
    connected.delivered()
    service.set_login_start(on=True)
    service.remove_connection(connected.name)
    assert service.login_start() == "on"
    service.set_login_start(on=False)
    assert not list(tmp_path.rglob("*.desktop"))


def test_damaged_roster_data_and_damaged_settings_can_be_removed(
    connected: Connected, memory_keyring: MemoryKeyring
) -> None:
    name = lived_in(connected).name
    connected.rosters.write_bytes(b"not a database, and long enough to be looked at as one" * 100)
    for path in (connected.folder / "home" / "config" / "connections").iterdir():
        path.write_bytes(b"[[[")
    proof = connected.service.remove_connection(name)
    assert proof.complete
    assert memory_keyring.entries.keys() == {("psconnect", f"{draft_secrets('d1')}/{CLIENT_SECRET}")}
    assert not [one for one in files(connected) if "lincoln" in one]
    (line,) = [one for one in connected.service.disclosures() if one.event == "removed"]
    assert line.records is None


ASK = "import keyring, sys; print(keyring.get_password('psconnect', sys.argv[1]))"
STEPS = (
    "removal noted",
    "removal disclosed",
    "removal: secrets",
    "removal: reading",
    "removal: roster",
    "removal: copy",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_removal_that_is_killed_is_finished_by_the_next_start(
    connected: Connected, secret_service: dict[str, str], step: str
) -> None:
    connected.delivered()
    home = connected.folder / "home"
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from psconnect.service import Service\n"
        "from psconnect.store.settings.home import home_at\n"
        "service = Service(home_at(Path(sys.argv[1])))\n"
        "service.set_secret(sys.argv[2], 'source.client_secret', 'canary-73')\n"
        "service.on_step = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == sys.argv[3] else None\n"
        "service.remove_connection(sys.argv[2])\n"
    )
    connected.service.set_value(connected.name, "options.district_name", '"Another"')
    killed = subprocess.run(
        [sys.executable, "-c", script, str(home), connected.name, step], cwd=CHECKOUT, env=secret_service, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    env = {**secret_service, "PSCONNECT_HOME": str(home)}
    listed = subprocess.run(
        [sys.executable, "-m", "psconnect", "connection", "list", "--json"],
        cwd=CHECKOUT, env=env, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(listed.stdout) == {"connections": []}
    assert connected.name in listed.stderr
    assert files(connected) == {"data/disclosures.jsonl", "logs/psconnect.log"} & files(connected)
    left = subprocess.run(
        [sys.executable, "-c", ASK, f"{connected.name}/{CLIENT_SECRET}"],
        env=secret_service, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert left.stdout.strip() == "None"
    assert removals(connected) == 1


def test_a_link_in_the_folder_is_deleted_and_not_what_it_leads_to(connected: Connected, tmp_path: Path) -> None:
    connected.delivered()
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("somebody's")
    link = connected.rosters.with_suffix(".notices")
    link.symlink_to(elsewhere)
    assert connected.service.remove_connection(connected.name).complete
    assert not link.is_symlink()
    assert elsewhere.read_text() == "somebody's"


def test_nothing_is_there_for_a_name_that_was_never_used(tmp_path: Path) -> None:
    service = Service(home_at(tmp_path), Secrets({}, session_only=True))
    with pytest.raises(FixSettings) as told:
        service.removable("Nowhere")
    assert told.value.code == "PSC-CONNECTION-UNKNOWN"
    assert wiped_lines(service.belongings("Nowhere")) == []
