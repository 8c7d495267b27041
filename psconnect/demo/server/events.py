"""Event subscriptions and their notifications (14).

The format of a notification is not public: this one is the demo's own, and a receiver should take it as a hint to read
again. It is sent once, and only to this machine.
"""

from __future__ import annotations

import queue
import ssl
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx

from psconnect.demo.server.body import as_list, read_v1_object
from psconnect.demo.server.changes import DELETE, INSERT, SCHOOL_ENROLLMENT, UPDATE, Change
from psconnect.demo.server.messages import Refusal, Reply
from psconnect.demo.server.routes import Route
from psconnect.demo.server.v1.wire import v1_message, v1_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.changes import ChangeLog
    from psconnect.demo.server.clock import Clock
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.plugins import PluginRegistry
    from psconnect.demo.server.quirks import Quirks

_PATH: Final = "/ws/v1/event_subscription"
_TEST: Final = "/ws/v1/test_subscription"
#: Table -> the resource of its rows.
_RESOURCES: Final = {
    "student": "students",
    "staff": "schoolstaff",
    "section": "sections",
    "section_enrollment": "cc",
    "course": "courses",
}
_TYPES: Final = (INSERT, UPDATE, DELETE)
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")
_SECONDS: Final = 10.0
_TEST_ID: Final = 1
_LOOK, _END = "look", "end"


@dataclass(slots=True)
class _Subscription:
    """A plugin's subscriptions: the address and the (resource, event type) pairs; ``version`` is the last one sent."""

    key: str
    url: str
    wanted: list[tuple[str, str]]
    version: int
    test_due: bool

    def events(self, changes: list[Change]) -> list[tuple[str, str, int]]:
        """The (event type, path, key) of the changes that match."""
        names = {table: name for name, table in _RESOURCES.items()}
        return [
            (change.kind, f"/ws/v1/{names[change.table]}/{change.key}", change.key)
            for change in changes
            if (f"/ws/v1/{names[change.table]}/*", change.kind) in self.wanted
        ]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to notify a subscriber: the address, the number of events, and the status or error."""

    url: str
    events: int
    outcome: str


class Events:
    """Keeps subscriptions and notifies their subscribers from its own thread."""

    def __init__(self, log: ChangeLog, plugins: PluginRegistry, clock: Clock, quirks: Callable[[], Quirks]) -> None:
        self._log = log
        self._plugins = plugins
        self._clock = clock
        self._quirks = quirks
        self._lock = threading.Lock()
        self._subscriptions: dict[int, _Subscription] = {}
        self._deliveries: list[Delivery] = []
        self._work: queue.Queue[str] = queue.Queue()
        self._thread: threading.Thread | None = None

    def routes(self) -> list[Route]:
        """The paths with their handlers."""
        return [
            Route("GET", _PATH, self._get),
            Route("PUT", _PATH, self._put),
            Route("DELETE", _PATH, self._delete),
            Route("GET", _TEST, self._test),
        ]

    # -- subscriptions -----------------------------------------------------------------------------------------------

    def _get(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        with self._lock:
            found = self._subscriptions.get(plugin.id)
        if found is None:
            return v1_message(404, "The plugin has no event subscriptions")
        items = [{"resource": resource, "event_type": kind} for resource, kind in found.wanted]
        element = {"key": found.key, "callback_url": found.url, "event_subscription": items}
        return v1_reply(request, 200, "event_subscriptions", element, self._quirks())

    def _put(self, request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        subscription = self._read(read_v1_object(request))
        self._log.watch(_RESOURCES.values())
        subscription.version = self._log.newest()
        with self._lock:
            replaced = plugin.id in self._subscriptions
            self._subscriptions[plugin.id] = subscription
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="demo events", daemon=True)
                self._thread.start()
        self.notify()
        return Reply(204 if replaced else 201)

    def _delete(self, _request: Request, plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        with self._lock:
            found = self._subscriptions.pop(plugin.id, None)
        return Reply(204) if found else v1_message(404, "The plugin has no event subscriptions")

    def _test(self, request: Request, _plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        element = {"id": _TEST_ID, "content": "Test Subscription"}
        return v1_reply(request, 200, "test_subscription", element, self._quirks())

    def _read(self, body: dict[str, Any]) -> _Subscription:
        """Read a set of subscriptions.

        Raises:
            Refusal: 500 for malformed subscriptions, 400 for an address that is not https.

        """
        wrapper = body.get("event_subscriptions")
        sent = wrapper if isinstance(wrapper, dict) else {}
        key, url = sent.get("key"), sent.get("callback_url")
        wanted = [_wanted(item) for item in as_list(sent.get("event_subscription"))]
        if not isinstance(key, str) or not isinstance(url, str) or not wanted or not urlsplit(url).hostname:
            raise _malformed()
        if urlsplit(url).scheme != "https" and (self._quirks().events_need_https or urlsplit(url).scheme != "http"):
            raise Refusal(v1_message(400, "The callback_url must begin with https"))
        return _Subscription(key, url, wanted, 0, any(resource == _TEST for resource, _ in wanted))

    # -- notifications -----------------------------------------------------------------------------------------------

    def notify(self) -> None:
        """Wake the thread: the district or a subscription changed."""
        if self._thread is not None:
            self._work.put(_LOOK)

    def settle(self) -> None:
        """Wait until all pending notifications have been tried."""
        if self._thread is not None:
            self._work.join()

    def close(self) -> None:
        """End the thread after its pending work."""
        if self._thread is not None:
            self._work.put(_END)
            self._thread.join(_SECONDS)
            self._thread = None

    def deliveries(self) -> list[Delivery]:
        """The attempts so far, oldest first."""
        with self._lock:
            return list(self._deliveries)

    def _run(self) -> None:
        while self._work.get() == _LOOK:
            try:
                self._deliver_all()
            finally:
                self._work.task_done()
        self._work.task_done()

    def _deliver_all(self) -> None:
        with self._lock:
            due = list(self._subscriptions.items())
        for plugin_id, subscription in due:
            changes = self._log.since(subscription.version, _RESOURCES.values())
            if changes:
                subscription.version = changes[-1].version
            events = subscription.events(changes)
            if subscription.test_due:
                events.append((INSERT, f"{_TEST}/{_TEST_ID}", _TEST_ID))
            plugin = self._plugins.by_id(plugin_id)
            if self._quirks().events == "deliver" and events and plugin is not None and plugin.enabled:
                subscription.test_due = False
                delivery = Delivery(subscription.url, len(events), self._send(subscription, events))
                with self._lock:
                    self._deliveries.append(delivery)

    def _send(self, subscription: _Subscription, events: list[tuple[str, str, int]]) -> str:
        """Send one notification; return the status of the answer, or the error."""
        if urlsplit(subscription.url).hostname not in _LOCAL:
            return "not sent: the demo notifies this machine alone"
        now = self._clock.now().isoformat()
        sent = [
            {"event_type": kind, "resource": resource, "id": key, "timestamp": now} for kind, resource, key in events
        ]
        body = {"events": {"key": subscription.key, "event": sent}}
        try:
            context = ssl.create_default_context()
            with httpx.Client(verify=context, trust_env=False, timeout=_SECONDS) as client:
                return str(client.post(subscription.url, json=body).status_code)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            return f"not delivered: {type(error).__name__}"


def _wanted(item: object) -> tuple[str, str]:
    """The (resource, event type) of one subscription."""
    resource = item.get("resource") if isinstance(item, dict) else None
    kind = item.get("event_type") if isinstance(item, dict) else None
    known = [f"/ws/v1/{name}/*" for name in _RESOURCES]
    if resource == _TEST and kind in _TYPES:
        return _TEST, str(kind)
    enrollment = resource == "/ws/v1/student/*" and kind == SCHOOL_ENROLLMENT
    if resource not in known or not (kind in _TYPES or enrollment):
        raise _malformed()
    return str(resource), str(kind)


def _malformed() -> Refusal:
    return Refusal(v1_message(500, "The event subscriptions could not be read"))
