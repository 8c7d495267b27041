"""Faults N01 to N20: what a person reads when the way to PowerSchool fails, and that nothing was touched."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from psconnect.demo import DemoServer, Fault, Quirks
from psconnect.model.events import RunEvent
from tests.cli.conftest import Psconnect
from tests.faults.conftest import STUDENTS, Syncs, rename_somebody, truth
from tests.http.raw import answer, raw_server, send
from tests.support.demo import Connect, Connected, TestClock

QUERIES = "/ws/schema/query/*"
ROWS = "/ws/schema/query/*students"
TOKEN = "/oauth/access_token"


@contextmanager
def pointed_at(connected: Connected, url: str) -> Iterator[None]:
    """The connection's address is another one for a while."""
    before = connected.service.connection(connected.name).source.url
    connected.service.set_value(connected.name, "source.url", json.dumps(url))
    try:
        yield
    finally:
        connected.service.set_value(connected.name, "source.url", json.dumps(before))


# --- no way to the server --------------------------------------------------------------------------------------------


def test_N01_a_name_that_does_not_exist(delivered: Connected, sync: Syncs) -> None:
    with pointed_at(delivered, "https://lincoln.invalid"):
        sync.stops("PSC-HTTP-NO-HOST", "There is no server with the name lincoln.invalid")
    assert delivered.clock.waited == [], "no retry storm"


def test_N01_no_route(delivered: Connected, sync: Syncs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pointed_at(delivered, f"http://127.0.0.1:{port}"):
        sync.stops("PSC-HTTP-UNREACHABLE", "refused the connection or can’t be reached")
    assert len(delivered.clock.waited) == 4


def test_N01_a_proxy_that_refuses(delivered: Connected, sync: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(send(answer("403 Forbidden"))) as proxy, pointed_at(delivered, "https://lincoln.invalid"):
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        sync.stops("PSC-HTTP-PROXY", "did not let the connection to lincoln.invalid through")
        assert proxy.connections == 1


def test_N02_nobody_answers_in_time(delivered: Connected, sync: Syncs, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_args: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", silent)
    sync.stops("PSC-HTTP-TIMEOUT", "did not accept a connection within 10 seconds")
    first, second, third, fourth = delivered.clock.waited
    assert 1 <= first <= second <= third <= fourth <= 10, "1-2-4-8 s, each a quarter longer at most"


@pytest.mark.parametrize(
    ("fault", "variant", "code", "sentence"),
    [
        ("N03", "headers", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
        ("N03", "body", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
        ("N03", "last page", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
        ("N04", "truncated", "PSC-READ-BROKEN", "A part is never used"),
        ("N04", "length", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
        ("N04", "chunk", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
        ("N06", "login", "PSC-HTTP-WEB-PAGE", "answered with a sign-in page"),
        ("N06", "waf", "PSC-HTTP-WEB-PAGE", "answered with a web page"),
        ("N06", "maintenance", "PSC-HTTP-MAINTENANCE", "PowerSchool is unavailable at the moment"),
        ("N07", "login", "PSC-HTTP-REDIRECT", "to a sign-in page"),
        ("N07", "host", "PSC-HTTP-REDIRECT", "to other.example.org"),
        ("N07", "maintenance", "PSC-HTTP-MAINTENANCE", "PowerSchool is unavailable at the moment"),
        ("N13", "500", "PSC-HTTP-SERVER", "status 500"),
        ("N13", "502", "PSC-HTTP-SERVER", "status 502"),
        ("N13", "503", "PSC-HTTP-SERVER", "status 503"),
        ("N13", "504", "PSC-HTTP-SERVER", "status 504"),
        ("N13", "503 retry-after", "PSC-HTTP-SERVER", "status 503"),
        ("N17", "nan", "PSC-READ-BROKEN", "A part is never used"),
        ("N19", "portal", "PSC-HTTP-WEB-PAGE", "something in between answers for it"),
        ("N19", "drop", "PSC-HTTP-BROKEN", "ended the connection before its answer was complete"),
    ],
)
def test_N03_N04_N06_N07_N13_N17_N19_a_bad_answer_is_asked_for_again_and_never_taken(
    delivered: Connected, sync: Syncs, fault: str, variant: str, code: str, sentence: str
) -> None:
    path = "*" if fault == "N19" else ROWS
    after = 12 if fault == "N19" else 0  # in the middle of the reading
    delivered.fault(fault, path=path, variant=variant, after=after)
    sync.stops(code, sentence)
    assert len(delivered.clock.waited) >= 4
    delivered.clock.waited.clear()
    delivered.fault(fault, path=path, variant=variant, after=after, first=1)
    sync.goes_through()
    assert len(delivered.clock.waited) == 1


@pytest.mark.parametrize("path", ["*", "/ws/schema/query/*schools/count", "/ws/schema/query/*enrollments"])
@pytest.mark.parametrize("fault", ["N03", "N06", "N13"])
def test_N03_N06_N13_wherever_it_strikes_nothing_is_delivered(
    delivered: Connected, sync: Syncs, fault: str, path: str
) -> None:
    delivered.fault(fault, path=path)
    sync.stops({"N03": "PSC-HTTP-BROKEN", "N06": "PSC-HTTP-WEB-PAGE", "N13": "PSC-HTTP-SERVER"}[fault], "127.0.0.1")


class HurriedClock(TestClock):
    """Ten seconds pass between any two looks at it."""

    def monotonic(self) -> float:
        self._ticks += 10
        return self._ticks


def test_N05_a_slow_drip_is_not_waited_for(delivered: Connected, psconnect: Psconnect) -> None:
    hurried = replace(delivered, clock=HurriedClock())
    delivered.fault("N05", path=ROWS, amount=0)
    Syncs(hurried, psconnect).stops("PSC-HTTP-SLOW", "did not finish its answer within 120 seconds")


# --- signing in ------------------------------------------------------------------------------------------------------


def test_N08_one_401_renews_the_token_and_goes_on(delivered: Connected, sync: Syncs) -> None:
    delivered.server.reset_calls()
    delivered.fault("N08", path=ROWS)
    sync.goes_through()
    assert delivered.server.calls.to(TOKEN) == 2


@pytest.mark.parametrize(("path", "code", "tokens"), [(QUERIES, "PSC-AUTH-PLUGIN", 2), (TOKEN, "PSC-AUTH-401", 1)])
def test_N09_a_401_that_stays_is_not_asked_about_again(
    delivered: Connected, sync: Syncs, path: str, code: str, tokens: int
) -> None:
    delivered.server.reset_calls()
    delivered.fault("N09", path=path)
    said = sync.stops(code, "plugin")
    assert "disabled" in said.err
    assert delivered.server.calls.to(TOKEN) == tokens
    assert delivered.clock.waited == []


def test_N10_a_field_that_is_refused_is_named(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("N10", path=ROWS, field="students.dob")
    sync.stops("PSC-ACCESS-FIELD", "students.dob is not in the plugin’s access list")
    assert delivered.clock.waited == []


def test_N11_a_query_that_is_gone(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("N11", path=ROWS)
    sync.stops("PSC-ACCESS-NOT-FOUND", "older version than this connection needs")


@pytest.mark.parametrize("variant", ["seconds", "date", "absent"])
def test_N12_a_pause_is_taken(delivered: Connected, sync: Syncs, variant: str) -> None:
    # At the one call that no other goes beside: the time of this test's clock passes for all.
    delivered.fault("N12", path="/ws/schema/query/*schools/count", first=1, variant=variant, amount=840)
    sync.goes_through()
    assert delivered.clock.waited
    assert 838 < sum(delivered.clock.waited) <= 840


def test_N12_a_pause_of_a_day_ends_the_run(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("N12", path=ROWS, variant="absurd")
    sync.stops("PSC-HTTP-LONG-PAUSE", "wants no request for the next 24 hours", ended="interrupted")
    delivered.server.clear_faults()
    sync.goes_through()


def test_N13_a_burst_of_four_is_waited_out(delivered: Connected, sync: Syncs) -> None:
    delivered.fault("N13", path=ROWS, first=4)
    sync.goes_through()
    assert delivered.clock.waited == sorted(delivered.clock.waited)
    assert len(delivered.clock.waited) == 4


@pytest.mark.parametrize("variant", ["gzip", "body"])
def test_N16_an_answer_beyond_every_measure_is_stopped(delivered: Connected, sync: Syncs, variant: str) -> None:
    delivered.fault("N16", path=ROWS, variant=variant)
    sync.stops("PSC-HTTP-TOO-LARGE", "sent more than 64 MB in one answer")


@pytest.mark.parametrize(
    ("variant", "sentence"),
    [("nesting", "array"), ("number", "Reading was stopped"), ("duplicates", "came twice")],
)
def test_N17_garbage_is_never_taken(delivered: Connected, sync: Syncs, variant: str, sentence: str) -> None:
    delivered.fault("N17", path=ROWS, variant=variant)
    sync.stops("PSC-READ-SHAPE", sentence)


def test_N18_a_token_that_ended_early_is_renewed(delivered: Connected, sync: Syncs) -> None:
    delivered.server.reset_calls()
    delivered.fault("N18", path=ROWS)
    sync.goes_through()
    assert delivered.server.calls.to(TOKEN) == 2
    assert delivered.clock.waited == []


@pytest.mark.parametrize(("variant", "sentence"), [("ahead", "20 hours behind"), ("behind", "27 hours ahead of")])
def test_N18_clocks_that_show_different_days_are_told(
    delivered: Connected, sync: Syncs, variant: str, sentence: str
) -> None:
    """The clock of these tests is three hours ahead of the demo's anyway."""
    assert "clock of this computer" not in sync.goes_through().err
    rename_somebody(delivered)
    delivered.fault("N18", variant=variant)
    assert f"The clock of this computer is {sentence} PowerSchool’s" in sync.goes_through().err


def test_N18_a_pause_until_a_date_counts_by_the_clock_that_named_it(delivered: Connected, sync: Syncs) -> None:
    path = "/ws/schema/query/*schools/count"
    delivered.clock.time += timedelta(hours=3)
    delivered.fault("N12", path=path, first=1, variant="date", amount=30)
    sync.goes_through()
    assert 28 < sum(delivered.clock.waited) <= 30
    delivered.clock.time -= timedelta(hours=3)


# --- the way changes -------------------------------------------------------------------------------------------------


def test_N19_the_computer_changes_its_network_in_the_middle(delivered: Connected, sync: Syncs) -> None:
    """Every connection ends at once; each reading goes on over a new one, from the page where it was."""
    delivered.fault("N19", variant="switch", nth=14)
    sync.goes_through()
    assert 1 <= len(delivered.clock.waited) <= 4, "one pause for each of the calls that were under way"


def test_N19_an_address_that_leads_nowhere_does_not_hide_the_one_that_works(
    delivered: Connected, sync: Syncs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IPv6 is announced but broken: the name has an address of each kind, and nobody listens on the first."""
    port = int(delivered.server.url.rpartition(":")[2])
    tried: list[str] = []
    before = socket.socket.connect

    def noting(sock: socket.socket, address: Any) -> None:
        tried.append(address[0])
        before(sock, address)

    def both(_host: object, _port: object, *_args: object, **_options: object) -> list[Any]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    monkeypatch.setattr(socket.socket, "connect", noting)
    with pointed_at(delivered, f"http://localhost:{port}"):
        run = delivered.service.sync(delivered.name)
    assert run.error is None
    assert [hold.rule for hold in run.holds] == ["rules-changed"]
    assert tried[:2] == ["::1", "127.0.0.1"]
    assert delivered.clock.waited == []


@contextmanager
def another_program(server: DemoServer, connected: Connected) -> Iterator[Any]:
    """Another program with the same plugin, which signs in for itself."""
    client = connected.client()
    try:
        yield client
    finally:
        client.http.close()


@pytest.fixture
def revoking(connect: Connect) -> Connected:
    """A server on which each new token makes the old one void; delivered once."""
    connected = connect(students=STUDENTS, quirks=Quirks(token_sharing="revoke"))
    connected.delivered()
    rename_somebody(connected)
    connected.server.reset_calls()
    return connected


@pytest.mark.parametrize("nth", [2, 9, 16])
def test_N20_a_token_that_is_revoked_is_renewed_by_one_for_all(
    revoking: Connected, psconnect: Psconnect, nth: int
) -> None:
    """Four readings are under way; were each to ask for a token of its own, they would revoke each other's for ever."""
    revoking.server.set_faults([Fault("N20", path=QUERIES, nth=nth)])
    Syncs(revoking, psconnect).goes_through()
    assert revoking.server.calls.to(TOKEN) == 2
    assert revoking.clock.waited == []


def test_N20_another_program_takes_the_token_away_once_and_the_run_takes_it_back(revoking: Connected) -> None:
    with another_program(revoking.server, revoking) as other:
        taken: list[str] = []

        def take(event: RunEvent) -> None:
            if event.entity == "class" and event.done and not taken:
                taken.append("token")
                other.sign_in()

        run = revoking.service.sync(revoking.name, on_event=take)
    assert taken
    assert run.state == "finished_with_problems", run
    assert truth(revoking) == []
    assert revoking.server.calls.to(TOKEN) == 3
