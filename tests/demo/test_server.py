"""The server as a whole: connections, quiet, time, throttle, https, start and stop, and control from outside."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from psconnect.demo import DemoOptions, DemoServer, Fault, PluginRefused, Quirks
from psconnect.demo.control import DemoControl
from psconnect.demo.server.database import District
from tests.demo.conftest import PLAIN, STUDENTS, TODAY
from tests.demo.support import ALL, NAME, NONE, ONE, PATH, Caller, Query, package

CHECKOUT = Path(__file__).parents[2]


# -- connections -------------------------------------------------------------------------------------------------------


def test_a_connection_is_kept_alive(caller):
    caller.query(ONE)
    socket_before = caller.connection.sock
    for name in (ALL, NONE, "com.nobody.has.it"):
        caller.query(name)
    assert caller.connection.sock is socket_before


def test_many_connections_at_once(server, caller):
    def read(_):
        with Caller(server, caller.token) as one:
            return [len(one.query(ALL, parameters="?pagesize=0").records) for _ in range(3)]

    with ThreadPoolExecutor(24) as pool:
        assert list(pool.map(read, range(48))) == [[STUDENTS] * 3] * 48


def test_works_with_httpx(server, plugin):
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        token = client.post(
            "/oauth/access_token",
            auth=(plugin.client_id, plugin.client_secret),
            data={"grant_type": "client_credentials"},
        ).json()["access_token"]
        answer = client.post(f"{PATH}{ALL}?pagesize=0", json={}, headers={"Authorization": f"Bearer {token}"})
        assert len(answer.json()["record"]) == STUDENTS


def test_listens_on_loopback_alone(server):
    assert urlsplit(server.url).hostname == "127.0.0.1"


def test_says_nothing(server, caller, capfd):
    caller.query(ALL)
    caller.get("/nowhere")
    server.set_faults([Fault("N03", path=f"{PATH}*")])
    with pytest.raises(ConnectionError):
        caller.query(ONE)
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=10)) as broken:
        broken.sendall(b"NONSENSE\r\n\r\n")
        assert b"400" in broken.recv(1000)
    server.stop()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "x"}, 413),
        ({"Content-Length": "60000000"}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_bodies_the_server_does_not_read(caller, headers, status):
    caller.connection.putrequest("POST", f"{PATH}{ONE}")
    for name, value in headers.items():
        caller.connection.putheader(name, value)
    caller.connection.endheaders()
    assert caller.connection.getresponse().status == status


def test_expect_continue(server, caller):
    address = urlsplit(server.url)
    with closing(socket.create_connection((address.hostname, address.port), timeout=10)) as waiting:
        waiting.sendall(
            f"POST {PATH}{ONE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {caller.token}\r\nContent-Length: 2\r\n"
            "Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n".encode()
        )
        assert waiting.recv(1000).startswith(b"HTTP/1.1 100")
        waiting.sendall(b"{}")
        assert waiting.recv(1000).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("path", "status", "target"),
    [
        ("/", 302, "/public/"),
        ("/admin/home.html", 302, "/admin/pw.html?back=%2Fadmin%2Fhome.html"),
        ("/public/", 200, None),
        ("/nowhere", 404, None),
    ],
)
def test_pages_for_people(caller, path, status, target):
    answer = caller.call("GET", path)
    assert (answer.status, answer.headers.get("location")) == (status, target)


def test_other_paths_of_the_api(caller):
    assert caller.get("/ws/xte/nowhere").status == 404
    assert caller.get("/ws/schema/table/students/1/2/3").status == 404
    assert caller.get("/ws/schema/query/a/b/c").status == 404


# -- time --------------------------------------------------------------------------------------------------------------


def test_latency(server, caller):
    server.set_latency(60)
    began = time.monotonic()
    caller.query(NONE)
    assert time.monotonic() - began >= 0.06
    server.set_latency(0)


def test_latency_from_the_start(serve):
    with Caller(serve(options={"latency_ms": 60})) as caller:
        began = time.monotonic()
        caller.call("GET", "/ws/v1/time")
        assert time.monotonic() - began >= 0.06


@pytest.mark.parametrize(("status", "header"), [(429, True), (503, False)])
def test_throttle(serve, signed_in, status, header):
    server = serve(throttle_status=status, throttle_retry_after=header)
    caller = signed_in(server)
    other = signed_in(server, package((), ["STUDENTS.DCID"], name="Other"))
    server.set_throttle(60_000)
    assert caller.query(ONE).status == 200
    early = caller.query(ONE)
    assert early.status == status
    assert "wait 60 seconds" in early.message
    assert ("retry-after" in early.headers) is header
    assert other.query(ONE).status == 200, "each plugin has its own interval"
    server.set_throttle(0)
    assert caller.query(ONE).status == 200


def test_a_refused_call_does_not_begin_the_interval_anew(serve, signed_in):
    server = serve(throttle_ms=10_000)
    caller = signed_in(server)
    assert caller.query(ONE).status == 200
    server.advance_clock(6)
    assert caller.query(ONE).status == 429
    server.advance_clock(6)
    assert caller.query(ONE).status == 200


def test_throttle_lets_one_of_many_through(server, caller):
    server.set_throttle(60_000)
    plugin = server.install(package((), ["STUDENTS.DCID"], name="Other"))
    with Caller(server) as other:
        token = other.sign_in(server.enable(plugin.name)).token

    def call(_):
        with Caller(server, token) as one:
            return one.query(ONE).status

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(call, range(12))) == [200] + [429] * 11


def test_sysdate_and_server_time_move_together(server, caller):
    server.advance_clock(86_400)
    assert caller.call("GET", "/ws/v1/time").json["resource"]["time"].startswith("2026-11-22T08:3")


@pytest.mark.parametrize("mode", ["redirect", "unavailable"])
def test_maintenance(serve, signed_in, mode):
    server = serve()
    caller = signed_in(server)
    server.set_quirks(maintenance=mode)
    answer = caller.query(ONE)
    if mode == "redirect":
        host = urlsplit(server.url).netloc
        assert (answer.status, answer.headers["location"]) == (302, f"https://message.powerschool.com/?server={host}")
    else:
        assert answer.status == 503
    server.set_quirks(maintenance="off")
    assert caller.query(ONE).status == 200


def test_maintenance_with_resets(server, caller):
    server.set_quirks(maintenance="reset")
    with pytest.raises(ConnectionError):
        caller.query(ONE)


# -- calls -------------------------------------------------------------------------------------------------------------


def test_calls_are_counted(server, caller):
    server.reset_calls()
    caller.query(ONE)
    caller.query(ONE)
    caller.query("com.nobody.has.it")
    caller.get("/ws/v1/metadata")
    server.set_faults([Fault("N03", path="*")])
    with pytest.raises(ConnectionError):
        caller.get("/ws/v1/time")
    assert server.calls.counts == {
        ("POST", f"{PATH}{ONE}", 200): 2,
        ("POST", f"{PATH}com.nobody.has.it", 404): 1,
        ("GET", "/ws/v1/metadata", 200): 1,
        ("GET", "/ws/v1/time", 0): 1,
    }
    assert server.calls.total == 5
    assert server.calls.to(PATH) == 3


# -- start and stop ----------------------------------------------------------------------------------------------------


def test_writing_beside_the_server(server, caller):
    with closing(sqlite3.connect(server.database, isolation_level=None, timeout=10)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        database.execute("DELETE FROM students WHERE dcid > 440")
        assert len(caller.query(ALL, parameters="?pagesize=0").records) == 10
        database.execute("UPDATE students SET last_name = 'New' WHERE dcid = 431")
        assert caller.query(ALL).records[0]["last_name"] == "New"


def demo_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("demo ") and thread.is_alive()]


@pytest.mark.parametrize(
    "sql", ["DELETE FROM students", "CREATE TABLE x (y)", "PRAGMA user_version = 5", "ATTACH '' AS x"]
)
def test_queries_run_on_connections_that_cannot_write(server, sql):
    with closing(District(server.database, datetime.now)) as district, district.reader() as reader:
        assert reader.one("SELECT count(*) FROM students") == (STUDENTS,)
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            reader.database.execute(sql)
        reader.database.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.database.execute("DELETE FROM students")


def test_stop_ends_connections_and_leaves_one_file(serve, tmp_path):
    server = serve()
    with Caller(server) as idle:
        idle.call("GET", "/ws/v1/time")
        folder, url = server.database.parent, server.url
        server.stop()
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            idle.call("GET", "/ws/v1/time")
    assert [path.suffix for path in folder.iterdir()] == [".sqlite"]
    address = urlsplit(url)
    with pytest.raises(ConnectionError):
        socket.create_connection((address.hostname, address.port), timeout=5)
    assert not demo_threads()


def test_stop_while_answers_are_under_way(serve, signed_in):
    server = serve()
    caller = signed_in(server)
    server.set_faults([Fault("N05", path=f"{PATH}*", amount=0.01)])
    caller.connection.request("POST", f"{PATH}{ALL}?pagesize=0", b"", {"Authorization": f"Bearer {caller.token}"})
    response = caller.connection.getresponse()
    assert response.read(5)
    server.stop()
    with pytest.raises((ConnectionError, http.client.IncompleteRead)):
        response.read()


def test_a_server_that_does_not_run(tmp_path):
    server = DemoServer(DemoOptions(tmp_path))
    server.stop()
    for ask in (lambda: server.url, lambda: server.database, server.plugins, lambda: server.quirks):
        with pytest.raises(RuntimeError, match="not been started"):
            ask()


def test_start_again_without_plugins(serve):
    server = serve()
    server.install(package())
    server.stop()
    server.start()
    assert server.plugins() == []
    with closing(sqlite3.connect(server.database)) as database:
        assert database.execute("SELECT count(*) FROM plugindef").fetchone() == (0,)


def test_start_twice(server):
    with pytest.raises(RuntimeError, match="already running"):
        server.start()


def test_port_of_ones_own_choice_and_a_port_that_is_taken(serve, server):
    port = urlsplit(server.url).port
    with pytest.raises(OSError, match=r"[Aa]ddress"):
        serve(options={"port": port})


def test_https(serve, certificates):
    good = certificates.good
    server = serve(options={"certificate": (good.cert_file, good.key_file)})
    assert server.url.startswith("https://127.0.0.1:")
    server.enable(server.install(package()).name)
    with Caller(server, context=ssl.create_default_context(cafile=certificates.ca_file)) as trusting:
        assert len(trusting.sign_in(server.plugins()[0]).query(ALL, parameters="?pagesize=0").records) == STUDENTS
    with Caller(server, context=ssl.create_default_context()) as doubting, pytest.raises(ssl.SSLCertVerificationError):
        doubting.call("GET", "/ws/v1/time")


def test_https_connections_end_with_the_server(serve, certificates):
    good = certificates.good
    server = serve(options={"certificate": (good.cert_file, good.key_file)})
    with Caller(server, context=ssl.create_default_context(cafile=certificates.ca_file)) as idle:
        assert idle.call("GET", "/ws/v1/time").status == 200
        server.stop()
        assert not demo_threads()
        with pytest.raises((OSError, http.client.HTTPException)):
            idle.call("GET", "/ws/v1/time")


# -- the control plane -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, {"X-Demo-Token": "guess"}, {"X-Demo-Token": "é"}])
def test_control_needs_its_token(caller, headers):
    assert caller.call("GET", "/demo/state", None, headers).status == 403
    assert caller.call("POST", "/demo/plugins", package(), headers).status == 403


@pytest.fixture
def control(server):
    return DemoControl(server.url, server.control_token)


def test_plugins_by_control(server, control):
    installed = control.install(package())
    assert installed == server.plugins()[0]
    enabled = control.enable(NAME)
    assert enabled == server.plugins()[0]
    assert control.plugins() == [enabled]
    with Caller(server) as caller:
        assert caller.sign_in(enabled).query(ONE).status == 200
        control.set_page_size(NAME, 3)
        assert len(caller.query(ALL).records) == 3
        assert control.disable(NAME).enabled is False
        assert caller.query(ONE).status == 401
        new = control.regenerate(NAME)
        assert new.client_id != enabled.client_id
    control.delete(NAME)
    assert server.plugins() == []


def test_refusals_by_control(control):
    with pytest.raises(PluginRefused, match="not well-formed"):
        control.install(b"nonsense")
    control.install(package(fields=["STUDENTS.EMAIL"]))
    with pytest.raises(PluginRefused, match="STUDENTS EMAIL: Invalid Column"):
        control.enable(NAME)
    with pytest.raises(KeyError):
        control.enable("a/b c")


def test_switches_by_control(server, control, caller):
    control.set_faults([Fault("N13", nth=2, path=f"{PATH}*")])
    assert server.faults() == [Fault("N13", nth=2, path=f"{PATH}*")]
    assert [caller.query(ONE).status for _ in range(3)] == [200, 500, 200]
    control.clear_faults()
    assert server.faults() == []
    control.set_quirks(empty_query="record", excluded=frozenset({"STUDENTS.DCID"}))
    assert caller.query(NONE).json == {"record": []}
    assert server.quirks.excluded == frozenset({"STUDENTS.DCID"})
    control.set_throttle(60_000)
    assert caller.query(ONE).status == 429
    control.set_throttle(0)
    control.expire_tokens()
    assert caller.query(ONE).status == 401
    control.advance_clock(3600)
    assert caller.call("GET", "/ws/v1/time").json["resource"]["time"].startswith("2026-11-21T09:3")
    control.set_latency(50)
    began = time.monotonic()
    caller.call("GET", "/ws/v1/time")
    assert time.monotonic() - began >= 0.05


def test_calls_by_control(server, control, caller):
    control.reset_calls()
    caller.query(ONE)
    assert control.calls == server.calls
    assert control.calls.counts == {("POST", f"{PATH}{ONE}", 200): 1}
    assert control.state()["database"] == str(server.database)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nowhere", None, 404),
        ("GET", "plugins", None, 404),
        ("POST", "state", None, 404),
        ("PUT", "quirks", {"nowhere": 1}, 400),
        ("PUT", "quirks", {"page_size": "1"}, 400),
        ("PUT", "quirks", {"token_type": 1}, 400),
        ("PUT", "quirks", [], 400),
        ("PUT", "faults", {}, 400),
        ("PUT", "faults", [{"name": "N99"}], 400),
        ("PUT", "faults", [{"colour": "N99"}], 400),
        ("PUT", "latency", {"milliseconds": "x"}, 400),
        ("PUT", "latency", {}, 400),
        ("PUT", "page-size", {"plugin": NAME, "size": 0}, 400),
        ("PUT", "page-size", {"plugin": "nobody", "size": 5}, 404),
    ],
)
def test_control_refuses_what_makes_no_sense(server, caller, method, path, body, status):
    headers = {"X-Demo-Token": server.control_token}
    content = json.dumps(body).encode() if body is not None else None
    answer = caller.call(method, f"/demo/{path}", content, headers)
    assert (answer.status, bool(answer.message)) == (status, True)
    assert server.quirks == Quirks(**PLAIN)


def test_control_of_another_process(district, tmp_path):
    shutil.copy(district, tmp_path)
    command = [sys.executable, "-m", "psconnect.demo", "--odd", "--students", str(STUDENTS), "--folder", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(
        [*command, "--today", TODAY.isoformat()],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            assert {"url", "control_token", "database", "admin_url", "admin_user", "admin_password"} <= set(first)
            assert Path(first["database"]) == tmp_path / district.name
            control = DemoControl(first["url"], first["control_token"])
            control.install(package())
            assert control.enable(NAME).client_id
        finally:
            process.send_signal(signal.SIGTERM)
            output = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, ("", ""))
    assert [path.name for path in tmp_path.iterdir()] == [district.name]


def test_command_with_a_number_out_of_range(tmp_path):
    command = [sys.executable, "-m", "psconnect.demo", "--students", "5", "--folder", str(tmp_path)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("The demo server could not start: A demo district has 60 to 50,000 students, not 5.\n")


# -- speed -------------------------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.timeout(180)
def test_large_pages_of_a_large_district(tmp_path, record_figure, signed_in):
    columns = ("CC.DCID dcid", "CC.STUDENTID studentid", "STUDENTS.DCID student", "SECTIONS.DCID section",
               "TERMS.DCID term", "CC.DATEENROLLED enrolled", "CC.DATELEFT left")  # fmt: skip
    sql = """SELECT t.dcid, t.studentid, s.dcid, c.dcid, m.dcid, TO_CHAR(t.dateenrolled, 'YYYY-MM-DD'),
        TO_CHAR(t.dateleft, 'YYYY-MM-DD')
        FROM (SELECT b.*, ROW_NUMBER() OVER (ORDER BY b.dcid) rn FROM cc b
              WHERE b.dcid > CAST(:after AS INTEGER) AND ABS(b.termid) BETWEEN 3600 AND 3699) t
        LEFT JOIN students s ON s.id = t.studentid LEFT JOIN sections c ON c.id = ABS(t.sectionid)
        LEFT JOIN terms m ON m.id = ABS(t.termid) AND m.schoolid = t.schoolid
        WHERE t.rn <= CAST(:page_rows AS INTEGER) ORDER BY t.dcid"""
    query = Query("com.roster.test.cc.page", columns, sql, ("after", "page_rows"), core="cc")
    with DemoServer(DemoOptions(tmp_path, students=50_000, today=TODAY)) as server:
        caller = signed_in(server, package([query]))
        seconds, keys, after = [], [], "0"
        while True:
            began = time.perf_counter()
            answer = caller.query(query.name, {"after": after, "page_rows": "20000"}, parameters="?pagesize=0")
            seconds.append(time.perf_counter() - began)
            if not answer.records:
                break
            keys += [row["dcid"] for row in answer.records]
            after = keys[-1]
        caller.connection.close()
    assert len(keys) == len(set(keys)) > 370_000
    record_figure("demo server, slowest page of 20,000 enrollments", max(seconds), "s")


@pytest.mark.parametrize("refused", [400, 401])
def test_metadata_may_take_a_token(serve, signed_in, refused):
    server = serve(metadata="signed", metadata_unsigned=refused)
    caller = signed_in(server)
    assert caller.call("GET", "/ws/v1/metadata").status == refused
    assert caller.call("GET", "/ws/v1/metadata", None, {"Authorization": "Bearer no"}).status == 401
    assert caller.get("/ws/v1/metadata").json["metadata"]["plugin_id"] == 101
    server.set_quirks(metadata="open")
    assert caller.call("GET", "/ws/v1/metadata").status == 200
