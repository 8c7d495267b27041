"""The verbs for what happened so far."""

from __future__ import annotations

import json

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
