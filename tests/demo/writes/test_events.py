"""docs/powerschool.md 14: event subscriptions and their notifications."""

from __future__ import annotations

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from psconnect.demo.control import DemoControl

PATH = "/ws/v1/event_subscription"
STUDENTS = "/ws/v1/student/*"
TEST = "/ws/v1/test_subscription"
ELSEWHERE = "https://hooks.example.org/ps"


class _Receiver(ThreadingHTTPServer):
    """Keeps the bodies it gets; answers with ``status``."""

    status = 200

    def __init__(self):
        self.bodies: queue.Queue = queue.Queue()
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Receiver

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.put((self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receive():
    """Starts receivers: ``receive(certificate=None)``."""
    started = []

    def start(certificate=None):
        receiver = _Receiver()
        if certificate:
            receiver.socket = certificate.server_context().wrap_socket(receiver.socket, server_side=True)
        thread = threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        started.append((receiver, thread))
        scheme = "https" if certificate else "http"
        return receiver, f"{scheme}://localhost:{receiver.server_address[1]}/ps"

    yield start
    for receiver, thread in started:
        receiver.shutdown()
        thread.join()
        receiver.server_close()


@pytest.fixture
def api(clients, request):
    """A client of a plugin of its own, so that each test begins without subscriptions."""
    return clients([], name=request.node.name[:40])


@pytest.fixture
def events(served):
    return served._app.events


def body(url, *wanted, key="instance-1"):
    listed = [{"resource": resource, "event_type": kind} for resource, kind in wanted]
    return {"event_subscriptions": {"key": key, "callback_url": url, "event_subscription": listed}}


def write(served, sql, *values):
    with served._district.transaction() as database:
        database.execute(sql, values)


def test_put_get_replace_delete(api):
    assert api.get(PATH).status_code == 404
    assert api.delete(PATH).status_code == 404
    one = body(ELSEWHERE, (STUDENTS, "UPDATE"))
    assert api.put(PATH, json=one).status_code == 201
    one["event_subscriptions"]["event_subscription"] = {"resource": STUDENTS, "event_type": "UPDATE"}
    assert api.get(PATH).json() == one
    two = body(ELSEWHERE, ("/ws/v1/staff/*", "INSERT"), (STUDENTS, "SCHOOL_ENROLLMENT"), key="second")
    replaced = api.put(PATH, json=two)
    assert (replaced.status_code, replaced.content) == (204, b"")
    assert api.get(PATH).json() == two
    assert api.delete(PATH).status_code == 204
    assert api.get(PATH).status_code == 404


def test_subscriptions_belong_to_a_plugin(api, clients):
    api.put(PATH, json=body(ELSEWHERE, (STUDENTS, "UPDATE")))
    assert clients([], name="Another subscriber").get(PATH).status_code == 404


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"event_subscriptions": ""},
        {"event_subscriptions": {"key": "k", "callback_url": ELSEWHERE}},
        {"event_subscriptions": {"callback_url": ELSEWHERE,
                                 "event_subscription": [{"resource": STUDENTS, "event_type": "UPDATE"}]}},
        body("nowhere", (STUDENTS, "UPDATE")),
        body(ELSEWHERE, (STUDENTS, "READ")),
        body(ELSEWHERE, ("/ws/v1/guardian/*", "UPDATE")),
        body(ELSEWHERE, ("/ws/v1/staff/*", "SCHOOL_ENROLLMENT")),
        body(ELSEWHERE, ("/ws/v1/student/5", "UPDATE")),
    ],
)  # fmt: skip
def test_malformed_sets(api, sent):
    assert api.put(PATH, json=sent).status_code == 500
    assert api.get(PATH).status_code == 404


def test_wrong_content_type(api):
    assert api.put(PATH, content=b"{}", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize(("needed", "status"), [(True, 400), (False, 201)])
def test_plain_http_receivers(api, switched, needed, status):
    switched(events_need_https=needed)
    assert api.put(PATH, json=body("http://localhost:9/ps", (STUDENTS, "UPDATE"))).status_code == status
    assert api.put(PATH, json=body("ftp://localhost/ps", (STUDENTS, "UPDATE"))).status_code == 400


def test_test_subscription_resource(api):
    assert api.get(TEST).json() == {"test_subscription": {"id": 1, "content": "Test Subscription"}}


def test_changes_are_told_once_to_an_https_receiver(api, served, switched, events, receive, certificates, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca_file))
    switched(events="deliver")
    receiver, url = receive(certificates.good)
    api.put(PATH, json=body(url, (STUDENTS, "UPDATE"), (STUDENTS, "SCHOOL_ENROLLMENT"), ("/ws/v1/course/*", "DELETE")))
    write(served, "UPDATE Students SET Home_Room = 'E' WHERE DCID = 431")
    events.settle()
    kind, told = receiver.bodies.get(timeout=10)
    (event,) = told["events"].pop("event")
    assert (kind, told) == ("application/json", {"events": {"key": "instance-1"}})
    assert event.pop("timestamp").startswith("2026-11-21T")
    assert event == {"event_type": "UPDATE", "resource": "/ws/v1/student/431", "id": 431}
    write(served, "UPDATE Students SET Grade_Level = Grade_Level WHERE DCID = 432")
    write(served, "UPDATE Courses SET Course_Name = Course_Name WHERE DCID = 1")
    events.settle()
    assert receiver.bodies.get(timeout=10)[1]["events"]["event"][0]["resource"] == "/ws/v1/student/432"
    assert receiver.bodies.empty()
    assert [one.outcome for one in events.deliveries() if one.url == url] == ["200", "200"]


def test_a_write_over_the_wire_is_told(clients, switched, events, receive):
    switched(events="deliver", events_need_https=False)
    receiver, url = receive()
    api = clients([], oauth='<oauth accessLevelV1Api="FULL"/>', name="Writer that listens")
    api.put(PATH, json=body(url, (STUDENTS, "UPDATE")))
    record = {"client_uid": "1", "action": "UPDATE", "id": 433, "name": {"middle_name": "Ev"}}
    api.post("/ws/v1/student", json={"students": {"student": record}})
    events.settle()
    told = receiver.bodies.get(timeout=10)[1]["events"]["event"]
    assert {event["id"] for event in told} == {433}


def test_the_test_event_comes_at_once_and_once(api, served, switched, events, receive):
    switched(events="deliver", events_need_https=False)
    receiver, url = receive()
    api.put(PATH, json=body(url, (TEST, "INSERT")))
    events.settle()
    assert receiver.bodies.get(timeout=10)[1]["events"]["event"][0]["resource"] == f"{TEST}/1"
    write(served, "UPDATE Students SET Home_Room = 'F' WHERE DCID = 431")
    events.settle()
    assert receiver.bodies.empty()


def test_nothing_is_told_while_events_are_off_or_the_plugin_is_disabled(clients, served, switched, events, receive):
    switched(events_need_https=False)
    receiver, url = receive()
    api = clients([], name="Silent")
    api.put(PATH, json=body(url, (STUDENTS, "UPDATE"), (TEST, "INSERT")))
    write(served, "UPDATE Students SET Home_Room = 'G' WHERE DCID = 431")
    events.settle()
    switched(events="deliver")
    served.disable("Silent")
    write(served, "UPDATE Students SET Home_Room = 'H' WHERE DCID = 431")
    events.settle()
    assert receiver.bodies.empty()
    assert [one for one in events.deliveries() if one.url == url] == []


def test_what_cannot_be_delivered_is_noted(api, served, switched, events, receive, certificates):
    switched(events="deliver")
    _, untrusted = receive(certificates.good)
    for url in (untrusted, ELSEWHERE):
        api.put(PATH, json=body(url, (STUDENTS, "UPDATE")))
        write(served, "UPDATE Students SET Home_Room = 'I' WHERE DCID = 431")
        events.settle()
    outcomes = {one.url: one.outcome for one in served.event_deliveries}
    assert outcomes[untrusted] == "not delivered: ConnectError"
    told = DemoControl(served.url, served.control_token).state()["event_deliveries"]
    assert {one["url"]: one["outcome"] for one in told} == outcomes
    assert outcomes[ELSEWHERE] == "not sent: the demo notifies this machine alone"
