"""Clients of PowerSchool by others, installed once, each against a demo district of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo import DemoOptions, DemoServer
from tests.demo.support import Query
from tests.judges.clients.judge import Judge, Truth, judges_plugin
from tests.support.certificates import Certificates
from tests.support.demo import TODAY
from tests.support.home import CHECKOUT
from workbench.environment import JUDGES, Environment

STUDENTS = 250
ALL, NAMED, NONE = "com.judges.roster.students.all", "com.judges.roster.students.named", "com.judges.roster.cc.none"
QUERIES = (
    Query(
        ALL,
        ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME last_name", "STUDENTS.MIDDLE_NAME middle", "SCHOOLS.NAME school"),
        "SELECT s.dcid, s.last_name, s.middle_name, c.name FROM students s "
        "LEFT JOIN schools c ON c.school_number = s.schoolid ORDER BY s.dcid",
    ),
    Query(
        NAMED,
        ("STUDENTS.DCID dcid", "STUDENTS.FIRST_NAME first_name", "STUDENTS.GRADE_LEVEL grade_level"),
        "SELECT dcid, first_name, grade_level FROM students WHERE last_name = :last_name ORDER BY dcid",
        ("last_name@students.last_name",),
    ),
    Query(NONE, ("CC.DCID dcid",), "SELECT dcid FROM cc WHERE dcid < 0", core="cc"),
)
TABLES = {
    "students": "dcid",
    "users": "dcid",
    "schoolstaff": "dcid",
    "schools": "dcid",
    "terms": "dcid",
    "courses": "dcid",
    "sections": "dcid",
    "sectionteacher": "id",
    "cc": "dcid",
    "calendar_day": "dcid",
    "person": "id",
    "studentcontactassoc": "studentcontactassocid",
    "u_students_extension": "studentsdcid",
}
"""Table -> its primary key."""


def _district(folder: Path, **options: Any) -> DemoServer:
    return DemoServer(DemoOptions(folder=folder, students=STUDENTS, seed=4, today=TODAY, **options))


def _fields(truth: Truth, excluded: frozenset[str]) -> list[str]:
    fields = [f"{table}.{column}".upper() for table in TABLES for column in truth.columns(table)]
    return [one for one in fields if one not in excluded and not one.startswith("U_STUDENTS_EXTENSION.")]


@pytest.fixture(scope="session")
def judges_python() -> Path:
    """The interpreter of the judges' environment; made on the first use, as its lock says."""
    environment = Environment(CHECKOUT, JUDGES)
    environment.ensure("judges")
    return environment.python


Seat = Callable[..., Judge]


@pytest.fixture(scope="package")
def seat(judges_python: Path, certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seat]:
    """Seats judges: ``seat("pypowerschool")`` signs the client in to a server; ``tls`` for one with a certificate."""
    with ExitStack() as stack:

        def take(client: str, *, tls: bool = False, server: DemoServer | None = None, **more: Any) -> Judge:
            folder = tmp_path_factory.mktemp(client)
            if server is None:
                made = {"certificate": (certificates.good.cert_file, certificates.good.key_file)} if tls else {}
                server = stack.enter_context(_district(folder, **made))
                fields = _fields(Truth(server.database), server.quirks.excluded)
                writable = [
                    f"U_STUDENTS_EXTENSION.{name}" for name in Truth(server.database).columns("u_students_extension")
                ]
                installed = server.install(judges_plugin(QUERIES, fields, writable))
                server.enable(installed.name)
            plugin = server.plugins()[0]
            ca_file = certificates.ca_file if tls else None
            return stack.enter_context(Judge(client, judges_python, server, plugin, folder, ca_file, **more))

        yield take
