"""Writes change the district's file: many threads read meanwhile, and a restart begins anew."""

from __future__ import annotations

import threading

import httpx
import pytest

from psconnect.demo import DemoOptions, DemoServer
from tests.demo.conftest import STUDENTS, TODAY
from tests.demo.support import package
from tests.demo.writes.conftest import FULL, client_of, fields_of

PATH = "/ws/v1/student"
TABLE = "/ws/schema/table/u_students_extension"


def insert(client, number):
    record = {
        "client_uid": str(number), "action": "INSERT", "name": {"first_name": "T", "last_name": f"Thread{number}"},
        "school_enrollment": {"grade_level": 3, "entry_date": "2026-08-17", "exit_date": "2027-06-12",
                              "school_number": 100},
    }  # fmt: skip
    return client.post(PATH, json={"students": {"student": record}}).json()["results"]["result"]["status"]


def test_many_write_while_others_read(served, rows):
    """Eight threads insert and read; every row is there afterwards, once, with keys of its own."""
    content = package((), fields_of("U_STUDENTS_EXTENSION"), oauth=FULL, level="FullAccess", name="Threads")
    before = rows("SELECT count(*) FROM Students")[0][0]
    outcomes: list[object] = []
    with client_of(served, content) as client:

        def work(place):
            own = httpx.Client(base_url=client.base_url, headers=client.headers, trust_env=False, timeout=20)
            with own:
                for number in range(place * 10, place * 10 + 5):
                    outcomes.append(insert(own, number))
                    counted = own.get("/ws/v1/district/student/count").json()["resource"]["count"]
                    outcomes.append(counted > before)

        threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert outcomes.count("SUCCESS") == outcomes.count(True) == 40
    assert rows("SELECT count(*), count(DISTINCT ID), count(DISTINCT Student_Number) FROM Students") == [
        (before + 40, before + 40, before + 40)
    ]


@pytest.mark.parametrize("written", [True, False])
def test_a_restart_begins_anew(district, tmp_path, written):
    """What was written is gone; a district that only was read is served as it lies there."""
    options = DemoOptions(folder=tmp_path, students=STUDENTS, today=TODAY)
    (tmp_path / district.name).write_bytes(district.read_bytes())
    content = package((), fields_of("U_STUDENTS_EXTENSION"), level="FullAccess")
    with DemoServer(options) as server, client_of(server, content) as client:
        path = f"{TABLE}/431?projection=locker"
        before = client.get(path).json()
        if written:
            client.put(f"{TABLE}/431", json={"tables": {"u_students_extension": {"locker": "new"}}})
            assert client.get(path).json() != before
        made = server.database.stat().st_ino
    with DemoServer(options) as server, client_of(server, content) as client:
        assert client.get(path).json() == before
        assert (server.database.stat().st_ino == made) == (not written)
