"""What the demo server can do: pages of ``/ws/v1`` a second, and the memory that a long answer takes."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from psconnect.demo import DemoOptions, DemoServer, InstalledPlugin
from psconnect.demo.control import DemoControl
from tests.demo.support import Caller, Query, package
from tests.support.home import CHECKOUT

EXPANSIONS = (
    "demographics,addresses,alerts,phones,school_enrollment,ethnicity_race,contact,contact_info,initial_enrollment,"
    "schedule_setup,fees,lunch,counselors"
)
ENROLLMENTS = Query(
    "com.roster.bench.enrollments",
    (
        "CC.DCID dcid",
        "CC.STUDENTID studentid",
        "CC.SECTIONID sectionid",
        "CC.DATEENROLLED start",
        "CC.DATELEFT leaving",
    ),
    "SELECT dcid, studentid, sectionid, dateenrolled, dateleft FROM cc WHERE dcid <= CAST(:last AS INTEGER)"
    " ORDER BY dcid",
    ("last",),
    core="cc",
)
_PIECE = 1 << 16


@dataclass(frozen=True)
class Pages:
    """How many pages of 100 students were read in a second: with all expansions, and with none."""

    expanded: float
    plain: float


def pages_a_second(students: int, folder: Path, pages: int) -> Pages:
    """Read pages over one kept-alive connection from a server in this process."""
    with DemoServer(DemoOptions(folder=folder, students=students)) as server:
        plugin = server.enable(server.install(package()).name)
        with Caller(server) as caller:
            caller.sign_in(plugin)
            return Pages(_rate(caller, pages, f"&expansions={EXPANSIONS}"), _rate(caller, pages, ""))


def _rate(caller: Caller, pages: int, more: str) -> float:
    began = time.perf_counter()
    for page in range(1, pages + 1):
        answer = caller.get(f"/ws/v1/district/student?page={page}{more}")
        assert len(answer.json["students"]["student"]) == 100, "every page is full"
    return pages / (time.perf_counter() - began)


class ServerProcess:
    """A demo server in a process of its own, with a plugin that can read enrollments."""

    def __init__(self, process: subprocess.Popen[str], url: str, plugin: InstalledPlugin) -> None:
        self._pid = process.pid
        self._host = urlsplit(url).netloc
        self._plugin = plugin

    def peak_of(self, last: int) -> tuple[int, float]:
        """Read all enrollments up to a CC.DCID in one answer: their number, and the server's peak in MB meanwhile.

        The peak is the kernel's own figure, which exists on Linux alone.
        """
        Path(f"/proc/{self._pid}/clear_refs").write_text("5", encoding="ascii")
        rows = self._read(last)
        status = Path(f"/proc/{self._pid}/status").read_text(encoding="ascii")
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        assert peak is not None
        return rows, int(peak[1]) / 1024

    def _read(self, last: int) -> int:
        """Count the rows of an answer without keeping it."""
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            token = _token(connection, self._plugin)
            headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
            body = json.dumps({"last": str(last)})
            connection.request("POST", f"/ws/schema/query/{ENROLLMENTS.name}?pagesize=0", body, headers)
            response = connection.getresponse()
            assert response.status == 200
            # A mark may lie across two pieces; no row holds it twice.
            mark, rows, rest = b'"dcid":', 0, b""
            while piece := response.read(_PIECE):
                rest += piece
                rows += rest.count(mark)
                rest = rest[-(len(mark) - 1) :]
            return rows
        finally:
            connection.close()


def _token(connection: http.client.HTTPConnection, plugin: InstalledPlugin) -> str:
    form = f"grant_type=client_credentials&client_id={plugin.client_id}&client_secret={plugin.client_secret}"
    connection.request("POST", "/oauth/access_token", form)
    token: str = json.loads(connection.getresponse().read())["access_token"]
    return token


@contextmanager
def server_process(students: int, folder: Path) -> Iterator[ServerProcess]:
    """Start such a server on a district of that size."""
    command = [sys.executable, "-m", "psconnect.demo", "--students", str(students), "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
        try:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            control = DemoControl(first["url"], first["control_token"])
            plugin = control.enable(control.install(package([ENROLLMENTS])).name)
            yield ServerProcess(process, first["url"], plugin)
        finally:
            process.terminate()
