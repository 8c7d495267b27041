"""Calls to a PowerSchool server: one shared token, retries, throttling.

The token is asked for once and shared by all threads (docs/powerschool.md 3.4). A 401 renews it once; if the new one is
refused, too, the run stops, so that no account is locked out (faults N08, N09). Reads are repeated after transient
failures, with growing pauses. A server that asks for a pause gets it, and one call at a time afterwards (fault N12).
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, TypeVar

import msgspec

from psconnect.http import Answer, HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings, PauseAsked, PsconnectError, SignInAgain, TryLater
from psconnect.powerschool import answers
from psconnect.powerschool.json_repair import readings
from psconnect.powerschool.retries import NOT_IN_TIME, RetryPolicy
from psconnect.powerschool.throttle import Gate

_T = TypeVar("_T")
_OK, _UNAUTHORIZED = 200, 401
_TOKEN_PATH = "/oauth/access_token"  # noqa: S105 - a path
_SHORTEST_LIFE = 60.0
_WANTS_SIGNATURE = ("PSC-AUTH-PLUGIN", "PSC-AUTH-V1", "PSC-HTTP-REFUSED")
"""The errors for 400, 401 and 403 to a call without a token (docs/powerschool.md 3.3)."""


class _Token(msgspec.Struct):
    access_token: Annotated[str, msgspec.Meta(pattern="^[!-~]+$")]
    expires_in: str | int = "3600"


class Metadata(msgspec.Struct):
    """What the server tells everybody about itself (docs/powerschool.md 4); sizes are rows per page."""

    powerschool_version: str = ""
    district_timezone: str = ""
    schema_table_query_max_page_size: int = 100
    school_max_page_size: int = 100
    term_max_page_size: int = 100
    course_max_page_size: int = 100
    section_max_page_size: int = 100
    section_enrollment_max_page_size: int = 100
    staff_max_page_size: int = 100
    student_max_page_size: int = 100


class _MetadataAnswer(msgspec.Struct):
    metadata: Metadata


# Made at import, not on first use: msgspec crashes if two threads prepare the same type at once.
_token, _metadata = msgspec.json.Decoder(_Token), msgspec.json.Decoder(_MetadataAnswer)


@dataclass
class PowerSchoolClient:
    """One PowerSchool server, as seen by one plugin. Safe to use from several threads.

    Attributes:
        http: calls to the server's base URL.
        client_id: the plugin's client id.
        secret: the plugin's client secret; never shown.
        plugin: the id of the plugin's connection, which is part of the names of its queries.
        calls: requests made so far, including those for tokens.
        token_seconds: how long the last token was valid when it was given.
        throttled: calls that the server refused because it wants a pause.
        on_answer: called with each call's method, path, answer and seconds.
        ahead: how far this computer's clock is ahead of the server's, according to the last answer; negative: behind.
    """

    http: HttpClient
    client_id: str
    secret: str = field(repr=False)
    clock: Clock
    cancel: CancelToken
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    calls: int = 0
    ahead: timedelta = timedelta()
    plugin: str = ""
    on_answer: Callable[[str, str, Answer, float], None] | None = None

    def __post_init__(self) -> None:
        """Set up what the threads share."""
        self.cancel.when_cancelled(self.http.abort)
        self._lock = threading.Lock()
        self._token_lock = threading.Lock()
        self._token = ""
        self._token_number = 0
        self._accepted = 0
        self._token_ends = 0.0
        self.token_seconds = 0.0
        self.throttled = 0
        self._refused: Answer | None = None
        self._gate = Gate(self.clock, self.cancel)
        self._random = random.Random()  # noqa: S311 - jitter needs no secrecy

    @property
    def host(self) -> str:
        """The server's host name, for messages."""
        return self.http.host

    @property
    def spacing(self) -> float:
        """Seconds between two calls that the server's pauses have led to; 0 without any."""
        return self._gate.spacing

    def metadata(self, *, signed_in: bool = False) -> Metadata:
        """Version, time zone and page sizes. Raises if the address is not a PowerSchool server.

        No sign-in is needed, but only with one are the page sizes the plugin's own (docs/powerschool.md 4). A server
        that refuses to answer without one is asked again with it. The answer is empty if the server treats this as
        its v1 interface and the plugin may not use that.
        """
        if not signed_in:
            try:
                return self._metadata(signed_in=False)
            except PsconnectError as error:
                if error.code not in _WANTS_SIGNATURE:
                    raise
        try:
            return self._metadata(signed_in=True)
        except FixSettings as error:
            if error.code != "PSC-AUTH-V1":
                raise
            return Metadata()

    def _metadata(self, *, signed_in: bool) -> Metadata:
        return self.read("GET", "/ws/v1/metadata", "its version", _decode_metadata, signed_in=signed_in)

    def sign_in(self) -> None:
        """Make sure that there is a token; raises SignInAgain if the server refuses the credentials."""
        self._retrying(lambda: self._current_token(renew=None))

    def read(
        self,
        method: str,
        path: str,
        what: str,
        decode: Callable[[bytes], _T],
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, str] | None = None,
        signed_in: bool = True,
    ) -> _T:
        """Make a reading call, with retries, and decode its JSON answer.

        ``what`` names the request in messages. Raises what ``answers.check`` raises, and TryLater after the last try.
        """

        def once() -> _T:
            answer = self._signed(method, path, params, body) if signed_in else self._call(method, path, params, body)
            answers.check(answer, self.host, what, self.clock.now())
            return self._decoded(answer.body, what, decode)

        return self._retrying(once)

    def _decoded(self, body: bytes, what: str, decode: Callable[[bytes], _T]) -> _T:
        for reading in readings(body):
            try:
                return decode(reading)
            except msgspec.ValidationError as error:
                raise answers.drifted(self.host, what, str(error)) from None
            except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
                continue
        raise answers.unreadable(self.host, what)

    def _retrying(self, once: Callable[[], _T]) -> _T:
        # A pause that the server asks for is not part of our budget, which it may exceed (N12).
        started, asked, silent = self.clock.monotonic(), 0.0, 0.0
        for number in range(1, self.retries.tries + 1):
            self.cancel.check()
            begun = self.clock.monotonic()
            try:
                return once()
            except TryLater as error:
                # A cancel ends calls under way; that is not a failure, even on the last try.
                self.cancel.check()
                pause = self._pause(error, number)
                asked += pause if error.retry_after is not None else 0.0
                now = self.clock.monotonic()
                silent += now - begun if error.code in NOT_IN_TIME else 0.0
                spent = now - started + pause - asked
                if number == self.retries.tries or spent > self.retries.budget or silent >= self.retries.silence:
                    raise
                self.clock.wait(pause, self.cancel)
        raise AssertionError  # the loop returns or raises

    def _pause(self, error: TryLater, number: int) -> float:
        if error.retry_after is not None:
            if error.retry_after > self.retries.longest_asked:
                raise PauseAsked(
                    "PSC-HTTP-LONG-PAUSE", where=self.host, host=self.host, span=_span(error.retry_after)
                ) from None
            return error.retry_after
        pause = min(self.retries.first_pause * 2.0 ** (number - 1), self.retries.longest_pause)
        return pause * (1 + self._random.random() / 4)

    def _signed(
        self, method: str, path: str, params: Mapping[str, str] | None, body: Mapping[str, str] | None
    ) -> Answer:
        token, number = self._current_token(renew=None)
        answer = self._call(method, path, params, body, token)
        if answer.status == _UNAUTHORIZED and "accessLevelV1Api" not in answers.message_of(answer):
            token, number = self._current_token(renew=number)
            answer = self._call(method, path, params, body, token)
        if answer.status != _UNAUTHORIZED:
            with self._lock:
                # A slow call may come back with the old token when another thread already has the new one.
                self._accepted = max(self._accepted, number)
        return answer

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, str] | None,
        token: str = "",
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = msgspec.json.encode(body)
        with self._gate:
            self._count()
            started = self.clock.monotonic()
            answer = self.http.call(method, path, headers=headers, params=params, content=content)
        self._heard(method, path, answer, started)
        now = self.clock.now()
        self.ahead = now - (answers.sent_at(answer) or now)
        if answers.throttled(answer):
            self.throttled += 1
            asked = answers.retry_after(answer, now) or 0.0
            self._gate.narrow(asked if asked <= self.retries.longest_asked else 0.0)
        return answer

    def _current_token(self, renew: int | None) -> tuple[str, int]:
        """The shared token and its number; ``renew`` is the number of a token that was refused."""
        with self._token_lock:
            if self._refused:
                # Asking again with the same credentials could lock the plugin out (N09).
                raise answers.token_refused(self._refused, self.host, self.clock.now())
            stale = renew is not None and renew == self._token_number
            if stale and self._token_number > 1 and self._accepted != self._token_number:
                # A renewed token was refused at once: more requests would hammer the sign-in (N09).
                raise answers.unauthorized(Answer(_UNAUTHORIZED, {}, b""), self.host)
            if not self._token or stale or self.clock.monotonic() > self._token_ends:
                self._token = self._ask_token()
                self._token_number += 1
            return self._token, self._token_number

    def _ask_token(self) -> str:
        if not self.client_id or not self.secret:
            raise FixSettings("PSC-AUTH-MISSING", where="source.client_secret")
        with self._gate:
            self._count()
            started = self.clock.monotonic()
            answer = self.http.call(
                "POST",
                _TOKEN_PATH,
                headers={"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"},
                content=b"grant_type=client_credentials",
                auth=(self.client_id, self.secret),
            )
        self._heard("POST", _TOKEN_PATH, answer, started)
        if answer.status != _OK:
            error = answers.token_refused(answer, self.host, self.clock.now())
            self._refused = answer if isinstance(error, SignInAgain) else None
            raise error
        answers.check(answer, self.host, "a token", self.clock.now())
        try:
            token = _token.decode(answer.body)
            life = float(token.expires_in)
        except (msgspec.DecodeError, RecursionError, ValueError):
            raise answers.unreadable(self.host, "the sign-in") from None
        self.token_seconds = life
        # Renewed a little early, but never right after it was issued (3.4).
        self._token_ends = self.clock.monotonic() + max(life - 120.0, life / 2, _SHORTEST_LIFE)
        return token.access_token

    def _heard(self, method: str, path: str, answer: Answer, started: float) -> None:
        if self.on_answer:
            self.on_answer(method, path, answer, self.clock.monotonic() - started)

    def _count(self) -> None:
        with self._lock:
            self.calls += 1


def _span(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:.0f} hours" if hours >= 2 else f"{seconds / 60:.0f} minutes"  # noqa: PLR2004 - as people say it


def _decode_metadata(body: bytes) -> Metadata:
    return _metadata.decode(body).metadata
