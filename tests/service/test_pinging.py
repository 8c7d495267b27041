"""Calling a monitoring service after runs: when, how, and with nothing of the run."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from psconnect.http import Limits
from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.notices import NoticeSettings, ping_of
from psconnect.model.runs import Run
from psconnect.service.pinging import ping
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.wording.errors import word
from tests.http.raw import RawServer, answer, raw_server, send
from tests.support.demo import Connected

PATH = "/ping/canary-4711"


def asked(server: RawServer) -> list[str]:
    return [one.split(b"\r\n")[0].decode() for one in server.requests]


def run_in(state: str, **more: Any) -> Run:
    return Run("r1", "Lincoln", state, "schedule", "all", datetime(2026, 11, 30, tzinfo=UTC), **more)


@pytest.mark.parametrize(
    ("state", "without", "with_fail"),
    [
        ("finished", "", ""),
        ("finished_with_problems", "", ""),
        ("failed", None, "/fail"),
        ("held", None, "/fail"),
        ("skipped", None, "/fail"),
        ("interrupted", None, "/fail"),
        ("cancelled", None, None),
        ("discarded", None, None),
        ("previewed", None, None),
    ],
)
def test_which_runs_call(state: str, without: str | None, with_fail: str | None) -> None:
    url = "https://hc.example/1"
    assert ping_of(run_in(state), NoticeSettings(ping_url=url)) == ("" if without is None else url + without)
    settings = NoticeSettings(ping_url=f"{url}/?a=b", ping_fail=True)
    assert ping_of(run_in(state), settings) == ("" if with_fail is None else f"{url}{with_fail or '/'}?a=b")
    assert ping_of(run_in(state, kind="rehearsal"), settings) == ""


def test_a_run_that_went_well_calls_and_one_that_failed_calls_otherwise(connected: Connected) -> None:
    connected.delivered()
    with raw_server(send(answer())) as server:
        connected.service.set_value(connected.name, "notices.ping_url", json.dumps(server.url + PATH))
        connected.service.set_value(connected.name, "notices.ping_fail", "true")
        connected.service.sync(connected.name)
        connected.service.set_secret(connected.name, CLIENT_SECRET, "no-longer-right")
        connected.service.sync(connected.name)
        assert asked(server) == [f"GET {PATH} HTTP/1.1", f"GET {PATH}/fail HTTP/1.1"]
        sent = b"".join(server.requests)
    for canary in (connected.name, "no-longer-right", "20261118"):
        assert canary.encode() not in sent


def test_a_call_that_fails_is_kept_without_the_address_and_forgotten_after_one_that_works(connected: Connected) -> None:
    connected.delivered()
    with raw_server(send(answer("404 Not Found"))) as server:
        connected.service.set_value(connected.name, "notices.ping_url", json.dumps(server.url + PATH))
        assert connected.service.sync(connected.name).state == "finished_with_problems"
    error = connected.service.undelivered_notices(connected.name).ping_error
    assert error["code"] == "PSC-PING"
    assert "canary-4711" not in json.dumps(error) + word(error).in_full
    with raw_server(send(answer())) as server:
        connected.service.set_value(connected.name, "notices.ping_url", json.dumps(server.url + PATH))
        connected.service.sync(connected.name)
    assert connected.service.undelivered_notices(connected.name).ping_error is None


def test_nobody_answers() -> None:
    with raw_server(lambda sock: None) as server, pytest.raises(TryLater) as caught:
        ping(server.url + PATH, Limits(connect=1, read=0.3, total=1))
    assert "canary-4711" not in word(caught.value).in_full


@pytest.mark.parametrize("url", ["http://hc.example/1", "ftp://hc.example/1", "hc"])
def test_only_addresses_that_nobody_listens_in_on(url: str) -> None:
    with pytest.raises(FixSettings):
        ping(url)
