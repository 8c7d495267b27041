"""The verbs for what happened so far."""

from __future__ import annotations

import json
from datetime import timedelta

from psconnect.cli import codes
from tests.cli.conftest import Psconnect
from tests.support.demo import Connected


def test_disclosures_are_listed_also_after_the_connection_is_gone(psconnect: Psconnect, connected: Connected) -> None:
    run = connected.delivered()
    said = psconnect("disclosures", connected.name, connected=connected)
    assert said.code == codes.DONE
    assert "Delivered" in said.out
    assert "34 CFR 99.32" in said.err
    assert psconnect("connection", "remove", connected.name, "--yes").code == codes.DONE
    document = json.loads(psconnect("disclosures", "--json").out)
    assert [one["event"] for one in document["disclosures"]] == ["removed", "delivered"]
    assert document["disclosures"][1]["run"] == run.id
    assert document["log"] == {"lines": 2, "unreadable": 0, "altered_from_line": None}
    path = connected.folder / "log.csv"
    assert psconnect("disclosures", connected.name, "-o", str(path)).code == codes.DONE
    assert run.id in path.read_text(encoding="utf-8-sig")


def test_a_log_that_was_changed_by_hand_says_so(psconnect: Psconnect, connected: Connected) -> None:
    connected.delivered()
    log = connected.folder / "home" / "data" / "disclosures.jsonl"
    log.write_text(log.read_text(encoding="utf-8").replace('"people": ', '"people": 1'), encoding="utf-8")
    assert "Line 1" in psconnect("disclosures", connected=connected).err


def _ids(psconnect: Psconnect, connected: Connected, *options: str) -> list[str]:
    said = psconnect("runs", connected.name, "--json", *options, connected=connected)
    assert said.code == codes.DONE, said.err
    return [run["id"] for run in json.loads(said.out)["runs"]]


def test_runs_are_filtered_by_state_starter_day_and_record(psconnect: Psconnect, connected: Connected) -> None:
    first = connected.delivered()
    connected.clock.time += timedelta(days=2)
    connected.sql("UPDATE Students SET First_Name = 'Zebulon' WHERE DCID = ?", _student(connected))
    second = connected.service.sync(connected.name, trigger="schedule")
    connected.service.set_value(connected.name, "source.client_id", '"wrong"')
    third = connected.service.sync(connected.name, trigger="button")
    assert third.state == "failed"
    assert _ids(psconnect, connected) == [third.id, second.id, first.id]
    assert _ids(psconnect, connected, "--state", "failed") == [third.id]
    assert _ids(psconnect, connected, "--trigger", "schedule", "--trigger", "window") == [third.id, second.id]
    assert _ids(psconnect, connected, "--trigger", "command-line") == [first.id]
    day = second.started.astimezone().date().isoformat()
    assert _ids(psconnect, connected, "--since", day) == [third.id, second.id]
    day_before = (second.started - timedelta(days=1)).astimezone().date().isoformat()
    assert _ids(psconnect, connected, "--until", day_before) == [first.id]
    assert _ids(psconnect, connected, "--limit", "1") == [third.id]
    assert _ids(psconnect, connected, "--record", "Zebulon") == [second.id, first.id]
    assert _ids(psconnect, connected, "--record", "Nobody-of-that-name") == []
    assert psconnect("runs", connected.name, "--since", "18 November", connected=connected).code == codes.USAGE


def test_two_runs_are_compared(psconnect: Psconnect, connected: Connected) -> None:
    first = connected.delivered()
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", _student(connected))
    second = connected.service.sync(connected.name)
    said = psconnect("run", "compare", second.id, first.id, "--json", connected=connected)
    found = json.loads(said.out)
    assert (found["earlier"]["run"], found["later"]["run"]) == (first.id, second.id)
    assert found["later"]["standing"]["student"] == found["earlier"]["standing"]["student"] - 1
    assert found["settings"] == []
    text = psconnect("run", "compare", first.id, second.id, connected=connected).out
    assert "−1" in text
    assert "Both were made with the same settings." in text
    assert psconnect("run", "compare", first.id, first.id, connected=connected).code == codes.USAGE


def _student(connected: Connected) -> int:
    return connected.sql("SELECT min(DCID) FROM Students WHERE Enroll_Status = 0")[0][0]
