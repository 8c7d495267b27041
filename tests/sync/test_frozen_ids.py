"""What is said of a connection's ids: how they are made, since when they are frozen, and what waits for a sync."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings
from psconnect.service import RekeyWishes
from tests.support.demo import Connected


def test_what_is_said_before_and_after_each_step(connected: Connected, tmp_path: Path) -> None:
    service, name = connected.service, connected.name
    now = service.ids_now(name)
    assert (now.read, now.frozen, now.since, now.pending, now.warning) == (False, False, None, "", "")
    run = service.sync(name)
    now = service.ids_now(name)
    assert (now.read, now.frozen, now.since) == (True, False, None)
    first = service.approve(run.id, "test")
    now = service.ids_now(name)
    assert (now.frozen, now.since, now.first_known, now.adopted, now.pending) == (True, first.ended, True, {}, "")
    assert "2027-" in now.warning

    (dcid,) = connected.sql("SELECT min(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0]
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,dcid\nmo-1,{dcid}\n", encoding="utf-8")
    preview = service.adoption(name, path)
    last, given = connected.sql("SELECT last_name, first_name FROM students WHERE dcid = ?", dcid)[0]
    assert preview.titles == {dcid: f"{last.strip()}, {given.strip()}"}
    assert given not in repr(preview), "names are for the screen alone"
    service.adopt(name, preview)
    now = service.ids_now(name)
    assert (now.adopted, now.pending) == ({"student": 1}, "aliases")
    service.rekey(name, service.rekey_plan(name, RekeyWishes(id_prefix="AB-")))
    assert service.ids_now(name).pending == "rekey"
    held = service.sync(name)
    assert service.ids_now(name).pending == "rekey", "what is held is not delivered"
    service.approve(held.id, "test")
    now = service.ids_now(name)
    assert (now.pending, now.since) == ("", first.ended)

    # As after 13 months, when the first run is forgotten.
    with closing(sqlite3.connect(connected.rosters)) as db, db:
        db.execute("DELETE FROM run WHERE no = 1")
    now = service.ids_now(name)
    assert now.frozen
    assert not now.first_known
    assert now.since
    assert now.since > first.started


def test_the_list_of_a_re_key_is_written_until_it_is_delivered(connected: Connected, tmp_path: Path) -> None:
    """The reason that a held re-key gives tells to write it: somebody may have stored it without."""
    connected.delivered()
    service, name = connected.service, connected.name
    wished = service.rekey_plan(name, RekeyWishes({"student": "number"}))
    service.rekey(name, wished)
    stored = service.rekey_plan(name, None)
    assert stored.changes == wished.changes
    service.write_rekey_plan(stored, tmp_path / "ids.csv")
    assert (tmp_path / "ids.csv").read_text(encoding="utf-8").count("\n") == len(wished.changes) + 1
    held = service.sync(name)
    assert len(service.rekey_plan(name, None).changes) == held.changes["student"].update
    service.approve(held.id, "test")
    with pytest.raises(FixSettings) as refused:
        service.rekey_plan(name, None)
    assert refused.value.code == "PSC-REKEY-NOTHING"
