"""Calls to PowerSchool: one token for all, retries, pauses (faults N08, N09, N12, N13, N18)."""

from __future__ import annotations

import email.utils
import math
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal

import pytest

from psconnect.demo import Fault, Quirks
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.powerschool import menus
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.retries import RetryPolicy
from psconnect.powerschool.streams import SCHOOLS
from psconnect.wording.errors import word
from tests.http.raw import RawServer, answer, raw_server
from tests.powerschool.conftest import Open, Reading
from tests.support.demo import TestClock

QUERIES = "/ws/schema/query/*"
THREADS = 8


def count(reading: Reading, client: PowerSchoolClient | None = None) -> int:
    """One signed-in call: the number of schools."""
    reader = reading.queries()
    reader.client = client or reading.client
    return reader.count(SCHOOLS, {})


def at_once(work: Callable[[], Any]) -> list[Any]:
    """What eight threads get that begin together: results or errors."""
    barrier = threading.Barrier(THREADS)

    def one() -> Any:
        barrier.wait()
        try:
            return work()
        except PsconnectError as error:
            return error

    with ThreadPoolExecutor(THREADS) as pool:
        return [future.result() for future in [pool.submit(one) for _ in range(THREADS)]]


def grows(waited: list[float]) -> bool:
    """Whether the pauses are 1, 2, 4, 8 … seconds, each up to a quarter longer."""
    return all(2**n <= pause <= 2**n * 1.25 for n, pause in enumerate(waited))


# --- the token -------------------------------------------------------------------------------------------------------


def test_eight_threads_share_one_token(reading: Reading) -> None:
    schools = reading.connected.sql("SELECT count(*) FROM Schools WHERE School_Number <> 999999")[0][0]
    assert at_once(lambda: count(reading)) == [schools] * THREADS
    assert reading.tokens == 1
    assert reading.client.calls == reading.server.calls.total == THREADS + 1


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("token_type", [True, False])
@pytest.mark.parametrize("sharing", ["same", "separate", "revoke"])
def test_both_forms_of_a_token_answer(
    open_reading: Open, text: bool, token_type: bool, sharing: Literal["same", "separate", "revoke"]
) -> None:
    quirks = Quirks(expires_in_text=text, token_type=token_type, token_sharing=sharing)
    reading = open_reading(quirks=quirks)
    reading.server.set_faults([Fault("N08", path=QUERIES)])
    assert count(reading) > 1
    assert reading.tokens == 2


def test_a_token_is_renewed_before_it_ends(open_reading: Open) -> None:
    reading = open_reading(quirks=Quirks(token_life_seconds=1000))
    count(reading)
    reading.clock.wait(879, reading.client.cancel)
    count(reading)
    assert reading.tokens == 1
    reading.clock.wait(2, reading.client.cancel)
    reading.server.advance_clock(999)
    count(reading)
    assert reading.tokens == 2
    assert (sum(reading.server.calls.counts.values()), reading.server.calls.to("/ws/")) == (5, 3)


def test_N18_a_token_that_has_ended_is_renewed_when_the_server_says_so(reading: Reading) -> None:
    count(reading)
    reading.server.expire_tokens()
    assert count(reading) > 1
    reading.server.advance_clock(86_400 * 40)
    assert count(reading) > 1
    assert reading.tokens == 3
    assert reading.clock.waited == []


def test_N08_one_401_renews_the_token_once(reading: Reading) -> None:
    count(reading)
    reading.server.set_faults([Fault("N08", path=QUERIES)])
    rows = reading.read("students").rows
    assert len(rows) == reading.connected.sql("SELECT count(*) FROM Students WHERE SchoolID <> 999999")[0][0]
    assert reading.tokens == 2
    assert reading.clock.waited == []


def test_N08_again_and_again_is_no_lock_out_while_each_new_token_works(reading: Reading) -> None:
    for number in range(1, 5):
        assert count(reading) > 1
        assert reading.tokens == number
        reading.server.expire_tokens()


def test_N08_a_slow_call_with_the_old_token_does_not_make_the_new_one_look_refused() -> None:
    """It ends well after another thread's token was accepted; when that one ends too, it is renewed like any other."""
    tokens, good = iter(range(1, 100)), {1, 2}
    arrived, go_on = threading.Event(), threading.Event()

    def handler(request: bytes) -> bytes:
        if request.startswith(b"POST /oauth/"):
            return answer(body=b'{"access_token":"t%d","expires_in":"9999"}' % next(tokens))
        token = int(request.partition(b"Bearer t")[2].partition(b"\r")[0])
        if b"/slow" in request:
            arrived.set()
            go_on.wait(10)
            return answer(body=b"slow")
        return answer(body=b"1") if token in good else answer("401 Unauthorized", b"")

    with scripted(handler) as (client, _clock, _server), ThreadPoolExecutor(1) as pool:
        client.sign_in()
        slow = pool.submit(client.read, "GET", "/ws/slow", "x", bytes)
        assert arrived.wait(10)
        good -= {1}
        assert body_of(client) == b"1"
        go_on.set()
        assert slow.result(10) == b"slow"
        good.symmetric_difference_update({2, 3})
        assert body_of(client) == b"1"
        assert next(tokens) == 4


def test_N09_a_401_that_stays_stops_after_one_renewal(reading: Reading) -> None:
    count(reading)
    reading.server.set_faults([Fault("N09", path=QUERIES)])
    errors = at_once(lambda: count(reading)) + at_once(lambda: count(reading))
    assert {(type(error), error.code) for error in errors} == {(SignInAgain, "PSC-AUTH-PLUGIN")}
    assert "Plugin Configuration" in word(errors[0]).to_do
    assert reading.tokens == 2
    assert reading.clock.waited == []


def test_N09_a_wrong_secret_is_tried_once_by_all_threads_together(reading: Reading) -> None:
    reading.client.secret = "made-up-wrong-secret"
    errors = at_once(lambda: count(reading)) + at_once(reading.client.sign_in)
    assert {(type(error), error.code) for error in errors} == {(SignInAgain, "PSC-AUTH-401")}
    assert "Data Provider Configuration" in word(errors[0]).to_do
    assert "made-up-wrong-secret" not in repr([error.as_dict() for error in errors])
    assert reading.tokens == reading.server.calls.total == 1


def test_N09_a_secret_that_changes_while_reading_is_tried_once(reading: Reading) -> None:
    count(reading)
    reading.server.regenerate(reading.connected.plugin)
    errors = at_once(lambda: count(reading))
    assert {(type(error), error.code) for error in errors} == {(SignInAgain, "PSC-AUTH-401")}
    assert reading.tokens == 2


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [("unauthorized", SignInAgain, "PSC-AUTH-401"), ("not found", FixSettings, "PSC-ACCESS-NOT-FOUND")],
)
def test_N09_a_plugin_that_is_disabled_while_reading(
    open_reading: Open, answer: Any, kind: type[PsconnectError], code: str
) -> None:
    reading = open_reading(quirks=Quirks(disabled_data_call=answer))
    count(reading)
    reading.server.disable(reading.connected.plugin)
    with pytest.raises(kind) as caught:
        count(reading)
    assert caught.value.code == code
    assert "enable" in word(caught.value).to_do
    assert reading.tokens <= 2


def test_no_secret_no_call(reading: Reading) -> None:
    reading.client.secret = ""
    with pytest.raises(FixSettings) as caught:
        count(reading)
    assert (caught.value.code, caught.value.where) == ("PSC-AUTH-MISSING", "source.client_secret")
    assert reading.server.calls.total == 0


def test_a_server_without_any_plugin_says_so(open_reading: Open) -> None:
    reading = open_reading()
    reading.server.delete(reading.connected.plugin)
    with pytest.raises(FixSettings) as caught:
        reading.client.sign_in()
    assert caught.value.code == "PSC-AUTH-404"


def test_the_v1_switch_is_told_apart_from_a_stale_token(reading: Reading) -> None:
    with pytest.raises(FixSettings) as caught:
        reading.client.read("GET", "/ws/v1/district", "the district", bytes)
    assert caught.value.code == "PSC-AUTH-V1"
    assert "accessLevelV1Api" in word(caught.value).happened
    assert reading.tokens == 1


def test_metadata_needs_no_sign_in_but_the_page_size_is_the_plugins_own_with_one(reading: Reading) -> None:
    reading.server.set_page_size(reading.connected.plugin, 37)
    anybody = reading.client.metadata()
    assert (anybody.powerschool_version, anybody.schema_table_query_max_page_size) == ("25.9.0.0.252611238", 100)
    assert anybody.district_timezone == "America/Chicago"
    assert reading.tokens == 0
    assert reading.client.metadata(signed_in=True).schema_table_query_max_page_size == 37
    assert reading.tokens == 1


def test_nothing_secret_in_a_repr(reading: Reading) -> None:
    count(reading)
    assert reading.client._token
    assert reading.client.secret
    shown = repr(reading.client) + str(reading.client)
    assert reading.client._token not in shown
    assert reading.client.secret not in shown


# --- pauses ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("variant", "waits"), [("seconds", [7.0]), ("absent", [7.0])])
def test_N12_a_pause_is_taken_as_long_as_asked(reading: Reading, variant: str, waits: list[float]) -> None:
    reading.server.set_faults([Fault("N12", path=QUERIES, first=1, variant=variant, amount=7)])
    assert count(reading) > 1
    assert reading.clock.waited == waits


def test_N12_a_pause_of_a_day_ends_the_run(reading: Reading) -> None:
    reading.server.set_faults([Fault("N12", path=QUERIES, variant="absurd")])
    with pytest.raises(TryLater) as caught:
        count(reading)
    assert caught.value.code == "PSC-HTTP-LONG-PAUSE"
    assert "24 hours" in word(caught.value).happened
    assert reading.clock.waited == []
    assert reading.server.calls.to("/ws/") == 1


def test_N12_a_pause_of_15_minutes_is_taken(reading: Reading) -> None:
    reading.server.set_faults([Fault("N12", path=QUERIES, first=1, amount=900)])
    assert count(reading) > 1
    assert reading.clock.waited == [900.0]


def test_N12_it_gives_up_after_five_tries(reading: Reading) -> None:
    reading.server.set_faults([Fault("N12", path=QUERIES, amount=3)])
    with pytest.raises(TryLater) as caught:
        count(reading)
    assert caught.value.code == "PSC-HTTP-THROTTLED"
    assert "Global Event Services and SIF" in word(caught.value).to_do
    assert reading.server.calls.to("/ws/") == 5


def test_N12_too_many_tokens_a_minute(open_reading: Open) -> None:
    reading = open_reading(quirks=Quirks(tokens_a_minute=1))
    reading.server.set_faults([Fault("N12", path="/oauth/*", first=2, amount=9)])
    assert count(reading) > 1
    assert reading.clock.waited == [9.0, 9.0]
    assert reading.tokens == 3


@pytest.mark.parametrize("variant", ["500", "502", "503", "504"])
def test_N13_a_burst_is_waited_out(reading: Reading, variant: str) -> None:
    reading.server.set_faults([Fault("N13", path=QUERIES, first=4, variant=variant)])
    assert count(reading) > 1
    assert len(reading.clock.waited) == 4
    assert grows(reading.clock.waited)


def test_N13_it_gives_up_after_five_tries(reading: Reading) -> None:
    reading.server.set_faults([Fault("N13", path=QUERIES, variant="502")])
    with pytest.raises(TryLater) as caught:
        count(reading)
    assert caught.value.code == "PSC-HTTP-SERVER"
    assert "status 502" in word(caught.value).happened
    assert reading.server.calls.to("/ws/") == 5
    assert len(reading.clock.waited) == 4


def test_N13_a_503_with_retry_after_is_believed(reading: Reading) -> None:
    reading.server.set_faults([Fault("N13", path=QUERIES, first=1, variant="503 retry-after", amount=42)])
    assert count(reading) > 1
    assert reading.clock.waited == [42.0]


@pytest.mark.parametrize(("mode", "code"), [("reset", "PSC-HTTP-BROKEN"), ("unavailable", "PSC-HTTP-SERVER"),
                                            ("redirect", "PSC-HTTP-MAINTENANCE")])  # fmt: skip
def test_maintenance(reading: Reading, mode: str, code: str) -> None:
    count(reading)
    reading.server.set_quirks(maintenance=mode)
    with pytest.raises(TryLater) as caught:
        count(reading)
    assert caught.value.code == code
    assert len(reading.clock.waited) == 4


class CancelWhileWaiting(TestClock):
    """Somebody presses Cancel as soon as a pause begins."""

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        cancel.cancel()
        super().wait(seconds, cancel)


@pytest.mark.parametrize("fault", [Fault("N13", path=QUERIES), Fault("N12", path=QUERIES, amount=600)])
def test_cancel_ends_a_pause(reading: Reading, fault: Fault) -> None:
    count(reading)
    reading.client.clock = CancelWhileWaiting()
    reading.server.set_faults([fault])
    reading.server.reset_calls()
    with pytest.raises(Cancelled):
        count(reading)
    assert reading.server.calls.total == 1


def test_cancelled_before_it_began(reading: Reading) -> None:
    reading.client.cancel.cancel()
    with pytest.raises(Cancelled):
        count(reading)
    assert reading.server.calls.total == 0


@pytest.mark.parametrize("nth", [1, 5])
def test_cancel_during_a_call_is_no_failure_on_the_last_try_neither(nth: int) -> None:
    """A cancel ends the call under way, which looks as if the connection had broken off."""
    calls: list[bytes] = []

    def data(request: bytes) -> bytes:
        calls.append(request)
        if len(calls) == nth:
            client.cancel.cancel()
        return answer("502 Bad Gateway")

    with scripted(signs_in(GOOD, data)) as (client, _clock, _server):
        client.sign_in()
        with pytest.raises(Cancelled):
            body_of(client)
    assert len(calls) == nth


def test_errors_that_can_not_pass_are_not_tried_again(reading: Reading) -> None:
    reading.server.set_faults([Fault("N10", path=QUERIES, field="schools.name")])
    with pytest.raises(FixSettings) as caught:
        count(reading)
    assert caught.value.code == "PSC-ACCESS-FIELD"
    assert reading.server.calls.to("/ws/") == 1
    assert reading.clock.waited == []
    assert menus.PLUGINS in word(caught.value).to_do


# --- what the demo server can't say: scripted servers ----------------------------------------------------------------


def scripted(handler: Callable[[bytes], bytes]) -> Any:
    """A server that answers each request as ``handler`` says, and a client of it with a clock of its own."""

    @contextmanager
    def run() -> Iterator[tuple[PowerSchoolClient, TestClock, RawServer]]:
        clock = TestClock()
        with raw_server(handler=handler) as server:
            http = HttpClient(server.url, monotonic=clock.monotonic)
            try:
                yield PowerSchoolClient(http, "made-up-id", "made-up-secret", clock, CancelToken()), clock, server
            finally:
                http.close()

    return run()


def body_of(client: PowerSchoolClient) -> bytes:
    return client.read("GET", "/ws/schema/x", "x", bytes)


def signs_in(token: bytes, data: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    return lambda request: answer(body=token) if request.startswith(b"POST /oauth/") else data(request)


GOOD = b'{"access_token":"made-up-token","expires_in":"2504956"}'


@pytest.mark.parametrize(
    "token",
    [
        b"{}",
        b"[]",
        b"<html>",
        b'{"access_token":""}',
        b'{"access_token":"made-up-token\\r\\nX: y"}',
        b'{"access_token":"made-up-t\xc3\xb6ken"}',
        b'{"access_token":"made-up-token","expires_in":"soon"}',
        b'{"access_token":"made-up-token","expires_in":null}',
        b'{"access_token":5}',
        b"[" * 100_000,
    ],
)
def test_an_answer_that_is_no_token(token: bytes) -> None:
    with scripted(signs_in(token, lambda _request: answer())) as (client, clock, server):
        with pytest.raises(TryLater) as caught:
            body_of(client)
        assert caught.value.code == "PSC-READ-BROKEN"
        assert "made-up-t" not in "".join(traceback.format_exception(caught.value))
        assert len(server.requests) == 5
        assert grows(clock.waited)


@pytest.mark.parametrize("life", [b'"0"', b"0", b'"-5"', b'"30"'])
def test_N18_a_token_said_to_be_over_is_used_until_the_server_refuses_it(life: bytes) -> None:
    with scripted(signs_in(b'{"access_token":"t","expires_in":%b}' % life, lambda _r: answer())) as (
        client,
        _c,
        server,
    ):
        for _ in range(5):
            assert body_of(client) == b"{}"
        assert sum(b"/oauth/" in request for request in server.requests) == 1


def test_N12_the_pause_ends_at_a_given_date() -> None:
    later = email.utils.format_datetime(TestClock().now() + timedelta(seconds=30))
    replies = iter([answer("429 Too Many", Retry_After=later), answer(body=b"1")])
    with scripted(signs_in(GOOD, lambda _request: next(replies))) as (client, clock, _server):
        assert body_of(client) == b"1"
        assert 29 < clock.waited[0] <= 30
        assert sum(clock.waited) < 30.1


@pytest.mark.parametrize("status", ["503 Unavailable", "403 Forbidden", "400 Bad Request"])
def test_N12_the_words_count_whatever_the_status(status: str) -> None:
    words = b'{"message":"Too many requests. Please wait 11 seconds and try again."}'
    replies = iter([answer(status, words), answer(body=b"1")])
    with scripted(signs_in(GOOD, lambda _request: next(replies))) as (client, clock, _server):
        assert body_of(client) == b"1"
        assert clock.waited == [11.0]


def test_N12_after_a_pause_calls_go_one_at_a_time() -> None:
    inside, most, lock, replies = [0], [0], threading.Lock(), [answer("429 Too Many", Retry_After="2")]
    paired = threading.Barrier(2, timeout=5)

    def data(_request: bytes) -> bytes:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            reply = replies.pop() if replies else b""
        if not wide.is_set():
            paired.wait()  # two calls are inside at the same time: the way is wide
        with lock:
            inside[0] -= 1
        return reply or answer(body=b"1")

    wide = threading.Event()
    with scripted(signs_in(GOOD, data)) as (client, clock, server), ThreadPoolExecutor(4) as pool:
        client.sign_in()
        wide.set()
        assert body_of(client) == b"1"
        assert clock.waited == [2.0]
        most[0] = 0
        assert list(pool.map(lambda _n: body_of(client), range(40))) == [b"1"] * 40
        assert most[0] == 1
        assert len(server.requests) == 43


def test_before_any_pause_calls_go_side_by_side() -> None:
    paired = threading.Barrier(4, timeout=10)

    def data(_request: bytes) -> bytes:
        paired.wait()
        return answer(body=b"1")

    with scripted(signs_in(GOOD, data)) as (client, _clock, _server), ThreadPoolExecutor(4) as pool:
        client.sign_in()
        assert list(pool.map(lambda _n: body_of(client), range(4))) == [b"1"] * 4


@pytest.mark.parametrize("interval", [0.5, 3.0])
def test_N12_a_server_with_a_least_time_between_calls_is_read_at_its_own_pace(interval: float) -> None:
    refused, last = [0], [-1000.0]

    def data(_request: bytes) -> bytes:
        now = clock.monotonic()
        if now - last[0] < interval:
            refused[0] += 1
            wait = math.ceil(interval - (now - last[0]))
            return answer("429 Too Many", b'{"message":"Too many requests. Wait %d seconds."}' % wait)
        last[0] = now
        return answer(body=b"1")

    with scripted(signs_in(GOOD, data)) as (client, clock, _server):
        assert [body_of(client) for _ in range(60)] == [b"1"] * 60
    assert 1 <= refused[0] <= 6
    assert last[0] < 60 * max(1.0, interval) * 1.5


def test_a_token_goes_to_the_server_alone_and_only_in_its_header() -> None:
    with scripted(signs_in(GOOD, lambda _request: answer(body=b"1"))) as (client, _clock, server):
        body_of(client)
        body_of(client)
    sign_in, *calls = server.requests
    assert b"made-up-secret" not in sign_in
    assert b"authorization: basic bWFkZS11cC1pZDptYWRlLXVwLXNlY3JldA==" in sign_in.replace(
        b"Authorization: Basic", b"authorization: basic"
    )
    assert sign_in.endswith(b"\r\n\r\ngrant_type=client_credentials")
    for call in calls:
        head, _, body = call.partition(b"\r\n\r\n")
        assert [line for line in head.split(b"\r\n") if b"made-up" in line] == [b"Authorization: Bearer made-up-token"]
        assert body == b""


def test_a_read_has_a_budget_of_its_own() -> None:
    slow = RetryPolicy(tries=50, first_pause=30, longest_pause=60, budget=120)
    with scripted(signs_in(GOOD, lambda _request: answer("500 Broken"))) as (client, clock, _server):
        client.retries = slow
        with pytest.raises(TryLater):
            body_of(client)
        assert len(clock.waited) == 2
        assert all(pause <= 75 for pause in clock.waited)


# --- silence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "seconds", "tries"),
    [("PSC-HTTP-TIMEOUT", 60, 2), ("PSC-HTTP-TIMEOUT", 10, 5), ("PSC-HTTP-SLOW", 120, 1), ("PSC-HTTP-BROKEN", 100, 5)],
)
def test_N02_a_server_that_says_nothing_is_given_up_after_two_minutes(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, code: str, seconds: float, tries: int
) -> None:
    """A page that broke off late is asked for again; what was only waited for is not, five times over."""
    made: list[str] = []

    def silent(_method: str, path: str, **_more: object) -> None:
        made.append(path)
        reading.clock._ticks += seconds
        raise TryLater(code)

    monkeypatch.setattr(reading.client.http, "call", silent)
    with pytest.raises(TryLater):
        reading.client.metadata()
    assert len(made) == tries
