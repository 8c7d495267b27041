"""From a request to an answer: settings of the site first, then token, function, parameters, and the call itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tests.moodle.server import pace, pages
from tests.moodle.server.calls import Call, Calls
from tests.moodle.server.errors import MoodleError, database_write, invalid_parameter, invalid_response, not_found
from tests.moodle.server.faults import Fault, Faults
from tests.moodle.server.form import Fields, merged, read_fields
from tests.moodle.server.functions.catalogue import FUNCTIONS
from tests.moodle.server.functions.function import Function
from tests.moodle.server.functions.site_info import NAME as SITE_INFO
from tests.moodle.server.functions.site_info import site_info
from tests.moodle.server.pages import Reply
from tests.moodle.server.session import Robot, Session
from tests.moodle.server.shapes import validated
from tests.moodle.server.state import State
from tests.moodle.server.tokens import Tokens

ENDPOINT: Final = "/webservice/rest/server.php"
TOKEN_PAGE: Final = "/login/token.php"
_SETTINGS: Final = ("raw", "filter", "fileurl", "lang", "timezone")
#: Functions that write a row for each user which other calls under way may hold (moodle-api.md 9).
_LOCKING: Final = {"enrol_manual_enrol_users": "enrolments", "enrol_manual_unenrol_users": "enrolments"}
#: Two transactions need two rows in different order for a deadlock.
_SHARED_FOR_DEADLOCK: Final = 2
_CORES: Final = 2
#: What the page of the command line's maintenance mode says (observed on 4.5 and 5.1).
_MAINTENANCE_SECONDS: Final = 300
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """A request as it came in; `host` is its Host header, `target` path and query."""

    target: str
    host: str
    content_type: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Outcome:
    """An answer, and how much of it is sent: all of it, half, or nothing (the connection is cut)."""

    reply: Reply | None
    cut: bool = False


@dataclass
class _Running:
    """A call under way: what it came after, and whose rows it writes."""

    arrived: int
    users: set[str] = field(default_factory=set)
    beside: list[set[str]] = field(default_factory=list)


class App:
    """Answers requests; calls are carried out one after another, and are under way at once while they wait."""

    def __init__(self, state: State, robot: Robot, tokens: Tokens, address: str) -> None:
        self.state, self.robot, self.tokens, self.address = state, robot, tokens, address
        self.service: set[str] = {SITE_INFO, *FUNCTIONS}
        self.calls, self.faults = Calls(), Faults()
        self._lock, self._gate = threading.Lock(), threading.Lock()
        self._cores = threading.Semaphore(_CORES)
        self._running: list[_Running] = []
        self._started = self._finished = 0
        self._site_info = site_info(lambda: self.address, self.service)

    def answer(self, request: Request) -> Outcome:
        """The answer to a request."""
        parts = urlsplit(request.target)
        turned_away = self._turned_away(request, parts.path)
        if turned_away is not None:
            return Outcome(turned_away)
        query, kept = read_fields(parts.query, self.state.switches.max_input_vars)
        body, more = self._body(request)
        if parts.path.endswith(TOKEN_PAGE):
            return Outcome(pages.json_answer(self.tokens.sign_in(merged(query, body), self.state)))
        return self._call(merged(query, body), kept + more)

    def _turned_away(self, request: Request, path: str) -> Reply | None:
        """The page for a request that no call can come of."""
        switches, own = self.state.switches, urlsplit(self.address)
        if len(request.target) > switches.longest_address:
            return pages.page(414, "Request-URI Too Large")
        if path not in {own.path + ENDPOINT, own.path + TOKEN_PAGE}:
            return pages.page(404, "Not Found")
        if switches.wrong_address or request.host != own.netloc:
            return pages.page(303, "Redirect", switches.wrong_address or self.address)
        if switches.maintenance == "cli":
            return pages.page(503, "Site under maintenance", retry_after=_MAINTENANCE_SECONDS)
        return None if switches.web_services else pages.empty(403)

    def _body(self, request: Request) -> tuple[Fields, int]:
        """A form is read, any other body is not; one that is too long is thrown away whole (moodle-api.md 2)."""
        too_long = len(request.body) > self.state.switches.post_max_size
        if too_long or request.content_type.partition(";")[0].strip().lower() != _FORM:
            return {}, 0
        return read_fields(request.body.decode("utf-8", "replace"), self.state.switches.max_input_vars)

    def _call(self, sent: Fields, kept: int) -> Outcome:
        as_json = sent.pop("moodlewsrestformat", "xml") == "json"
        settings = {name: sent.pop(f"moodlewssetting{name}", "") for name in _SETTINGS}
        token, name = sent.pop("wstoken", ""), str(sent.pop("wsfunction", ""))
        function = FUNCTIONS.get(name)
        writes = bool(function and function.writes)
        call = Call(name, _items(sent), kept, writes=writes, arguments=sent)
        fault = self.faults.meet(call)
        if fault and fault.on_hit:
            fault.on_hit(call)
        outcome = _instead(fault)
        if outcome is None:
            running = self._enter(call)
            try:
                answer = self._carry_out(call, str(token), fault, running, raw=settings["raw"] == "1")
            finally:
                with self._gate:
                    self._running.remove(running)
            shown = pages.json_answer(answer) if as_json else pages.xml_answer(answer)
            outcome = _afterwards(fault, shown)
        call.outcome = call.outcome or (str(outcome.reply.status) if outcome.reply else "cut")
        self.calls.add(call)
        return outcome

    def _enter(self, call: Call) -> _Running:
        """Note a call that is under way, and those beside it."""
        items = call.arguments.get(_LOCKING.get(call.function, ""), {})
        users = {str(item.get("userid")) for item in items.values()} if isinstance(items, dict) else set()
        with self._gate:
            running = _Running(self._finished, users, [other.users for other in self._running])
            self._running.append(running)
        return running

    def _carry_out(self, call: Call, token: str, fault: Fault | None, running: _Running, *, raw: bool) -> Any:
        if fault and fault.kind == "delay":
            time.sleep(fault.seconds)
        if fault and fault.on_hold:
            fault.on_hold()
        with self._lock:
            self._started += 1
            self.state.journal.call = self._started
            session = Session(self.state, self.robot, raw=raw, number=self._started, arrived=running.arrived)
            try:
                answer: Any = self._run(session, call, token, fault, running)
                call.outcome = "ok"
            except MoodleError as error:
                call.outcome = error.errorcode or "(none)"
                answer = error.answer(self.state.release, debug=self.state.switches.debug)
            self._finished = self._started
            self.state.journal.call = 0
        if self.state.switches.pace:
            with self._cores:
                took = pace.seconds(call.function, call.arguments, call.items, answer)
                time.sleep(self.state.switches.pace * took)
        if fault and fault.kind == "delay after":
            time.sleep(fault.seconds)
        return answer

    def _run(self, session: Session, call: Call, token: str, fault: Fault | None, running: _Running) -> Any:
        if self.state.switches.maintenance == "database":
            raise MoodleError("dbconnectionfailed", "Error: Database connection failed")
        if self.state.switches.maintenance:
            raise MoodleError("sitemaintenance", "The site is undergoing maintenance and is currently not available")
        self.tokens.check(token, self.state, self.robot)
        function = self._function(call.function)
        arguments = validated(function.parameters, call.arguments, self.state.switches)
        shared = [users for users in running.beside if len(users & running.users) >= _SHARED_FOR_DEADLOCK]
        if (fault and fault.kind == "deadlock") or (shared and self.state.switches.deadlocks):
            raise database_write("deadlock detected")
        answer = function.run(session, arguments)
        if fault and fault.kind == "invalidresponse":
            raise invalid_response("made up for a test")
        return answer

    def _function(self, name: str) -> Function:
        if not name:
            raise invalid_parameter("Missing function name")
        if name != SITE_INFO and name not in FUNCTIONS:
            raise not_found("external_functions", self.state.release)
        if name not in self.service:
            message = "Access control exception"
            raise MoodleError("accessexception", message, kind="webservice_access_exception")
        return self._site_info if name == SITE_INFO else FUNCTIONS[name]


def _items(sent: Mapping[int | str, Any]) -> int:
    return next((len(value) for value in sent.values() if isinstance(value, dict)), 1)


def _instead(fault: Fault | None) -> Outcome | None:
    """What comes instead of a call."""
    kind = fault.kind if fault else ""
    if kind == "cut before":
        return Outcome(None, cut=True)
    if kind == "503 before":
        return Outcome(pages.page(503, "Service Unavailable"))
    if kind == "maintenance":
        return Outcome(pages.page(503, "Site under maintenance", retry_after=_MAINTENANCE_SECONDS))
    return Outcome(pages.page(200, "Log in to the site")) if kind == "html" else None


def _afterwards(fault: Fault | None, reply: Reply) -> Outcome:
    """What comes instead of the answer, when all is written."""
    kind = fault.kind if fault else ""
    if kind == "cut after":
        return Outcome(None, cut=True)
    if kind in {"503 after", "504 after"}:
        return Outcome(pages.page(int(kind[:3]), "Gateway Time-out" if kind[0:3] == "504" else "Service Unavailable"))
    return Outcome(reply, cut=kind == "cut mid")
