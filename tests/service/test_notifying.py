"""Telling of runs: what is due, what is sent, what is kept, and that no trouble with it reaches the run."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.model.errors import PsconnectError
from psconnect.service.notifying import Notifying
from psconnect.store.settings.notice_notes import NoticeFile
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.support.demo import Connected
from tests.support.logs import ExpectLog

TO = '["office@lincoln.example"]'


def wanted(connected: Connected, results: str, *, holds: bool = True) -> None:
    connected.service.set_value(connected.name, "notices.to", TO)
    connected.service.set_value(connected.name, "notices.results", results)
    connected.service.set_value(connected.name, "notices.holds", str(holds).lower())


def waiting(connected: Connected) -> list[tuple[str, str]]:
    return [(one.kind, one.run) for one in connected.service.undelivered_notices(connected.name).waiting]


def test_a_hold_is_told_in_addition_to_the_result_and_the_delivery_too(connected: Connected) -> None:
    wanted(connected, "all")
    held = connected.service.sync(connected.name)
    assert waiting(connected) == [("result", held.id), ("hold", held.id)]
    connected.service.approve(held.id, "looked at")
    # The result is told again once there is another one; as long as nothing was sent, once is enough.
    assert waiting(connected) == [("result", held.id), ("hold", held.id)]


def test_who_wants_problems_only_hears_nothing_of_a_run_that_went_well(connected: Connected) -> None:
    connected.delivered()
    wanted(connected, "problems")
    again = connected.service.sync(connected.name)
    assert again.problems
    assert waiting(connected) == []
    connected.service.set_secret(connected.name, CLIENT_SECRET, "no-longer-right")
    failed = connected.service.sync(connected.name)
    assert (failed.state, waiting(connected)) == ("failed", [("result", failed.id)])


def test_nobody_is_told_unless_chosen(connected: Connected) -> None:
    connected.delivered()
    assert waiting(connected) == []
    assert not NoticeFile(connected.rosters).path.exists()


def test_without_a_mail_server_the_mail_waits_and_says_why(connected: Connected) -> None:
    wanted(connected, "all", holds=False)
    connected.service.sync(connected.name)
    (kept,) = connected.service.undelivered_notices(connected.name).waiting
    assert kept.error["code"] == "PSC-MAIL-NO-SERVER"


@pytest.mark.parametrize("trouble", [PsconnectError("PSC-DISK-FULL/replaced"), RuntimeError("canary")])
def test_no_trouble_with_the_news_changes_the_run(
    connected: Connected, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog, trouble: Exception
) -> None:
    def fail(*_args: object) -> None:
        raise trouble

    wanted(connected, "all")
    monkeypatch.setattr(Notifying, "_try_all", fail)
    expect_log("notices (failed|not kept)", logger="psconnect")
    assert connected.service.sync(connected.name).state == "held"


def test_what_waits_goes_with_the_connection(connected: Connected) -> None:
    wanted(connected, "all")
    connected.service.sync(connected.name)
    folder: Path = connected.rosters.parent
    assert [path for path in folder.iterdir() if "notices" in path.name]
    connected.service.remove_connection(connected.name)
    assert [path.name for path in folder.iterdir()] == []
