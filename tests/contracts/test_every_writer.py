"""What every kind of destination that takes single changes has to keep, at work in the engine: one subject a kind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_RANK
from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from psconnect.store.record import decode_record
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.contracts.kinds.accounts import TOKEN, standing_in
from tests.judges import roster_database
from tests.moodle.server import MoodleSite
from tests.support.database_servers import PASSWORD, ServerDatabase
from tests.support.demo import NAME, Connect, Connected
from tests.support.home import CHECKOUT

Ids = list[tuple[str, str]]
"""Entity key and id of each record of the roster, sorted; one that is there twice comes twice."""


@dataclass(frozen=True)
class Subject:
    """A kind under test.

    Attributes:
        kind: its name.
        settings: valid settings that write below a folder.
        standing: what stands there of the kind's own entities and of the roster's: entity key and id.
        secrets: values of its secrets, by key.
        sorts: what is made of records of an entity where that isn't one of its own: another name, or empty for nothing.
        refuses: a text that the kind refuses in names, and that the demo district's names are freed of.
    """

    kind: str
    settings: Callable[[Path], dict[str, Any]]
    standing: Callable[[Path], Ids]
    secrets: Mapping[str, str] = field(default_factory=dict)
    sorts: Mapping[str, str] = field(default_factory=dict)
    refuses: str = ""


def _in_server(database: ServerDatabase) -> Subject:
    return Subject(
        "database",
        settings=lambda _folder: database.settings,
        standing=lambda folder: _rows_in(database.mirrored(folder.parent / "copy.sqlite")),
        secrets={"password": PASSWORD},
    )


def _in_moodle(site: MoodleSite) -> Subject:
    """Moodle: classes are courses there, and who left is suspended."""
    cohorts = [{"people": "student", "field": "grade", "name": "Grade {value}"}]
    return Subject(
        "moodle",
        settings=lambda _folder: {"url": site.address, "cohorts": cohorts},
        standing=lambda _folder: _active_in(site),
        secrets={"token": site.token},
        sorts=dict.fromkeys(("student", "teacher", "admin"), "user")
        | dict.fromkeys(("school", "calendar", "course", "class", "enrollment"), ""),
        refuses="<",
    )


def _active_in(site: MoodleSite) -> Ids:
    """What has an ID number there and is not suspended."""
    users, courses, cohorts = (
        {row.id: row.idnumber for row in rows} for rows in (site.users, site.courses, site.cohorts)
    )
    return [
        *(("user", user.idnumber) for user in site.users if user.idnumber and not user.suspended),
        *(("moodle-category", row.idnumber) for row in site.state.categories if row.idnumber),
        *(("moodle-course", row.idnumber) for row in site.courses if row.idnumber),
        *(("moodle-group", row.idnumber) for row in site.state.groups),
        *(("moodle-cohort", row.idnumber) for row in site.cohorts),
        *(
            ("moodle-enrollment", f"{courses[row.courseid]}/{users[row.userid]}")
            for row in site.enrolments
            if not row.status
        ),
        *(
            ("moodle-cohort-member", f"{cohorts[row.cohortid]}/{users[row.userid]}")
            for row in site.state.cohort_members
        ),
    ]


_ENTITY_OF = {"term": "calendar", "other_staff": "admin", "school_view": "school-view"}


def _rows_in(file: Path) -> Ids:
    tables = roster_database.roster(file) if file.exists() else {}
    return [(_ENTITY_OF.get(table, table), row_id) for table, rows in tables.items() for row_id in rows]


SUBJECTS = (
    Subject(
        "test-accounts",
        settings=lambda folder: {"file": str(folder / "accounts.sqlite")},
        standing=lambda folder: standing_in(folder / "accounts.sqlite"),
        secrets={"token": TOKEN},
    ),
    Subject(
        "database",
        settings=lambda folder: {"file": str(folder / "roster.sqlite")},
        standing=lambda folder: _rows_in(folder / "roster.sqlite"),
    ),
)


@dataclass
class Delivering:
    """A connection that delivers to the subject."""

    subject: Subject
    connected: Connected

    @property
    def standing(self) -> Ids:
        return sorted(self.subject.standing(self.connected.folder / "roster"))

    @property
    def ledger(self) -> Ids:
        sorts = self.subject.sorts
        rows = [(BY_RANK[rank].key, decode_record(record)[0]) for rank, _key, record in self.connected.ledger()]
        return sorted((sort, name) for key, name in rows if (sort := sorts.get(key, key)))

    def sync(self, **options: Any) -> Run:
        """A run, approved if it is held."""
        run = self.connected.service.sync(NAME, **options)
        return self.connected.service.approve(run.id, "kit") if run.state == "held" else run

    def change_district(self) -> None:
        active = "SELECT dcid FROM students WHERE enroll_status = 0"
        self.connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({active} LIMIT 2)")
        self.connected.sql(f"UPDATE students SET last_name = 'Ng' WHERE dcid IN ({active} ORDER BY dcid DESC LIMIT 9)")


_SERVERS = (
    pytest.param("postgres_server", id="postgresql"),
    pytest.param("maria_server", id="mariadb", marks=pytest.mark.thorough),
)
"""Fixtures of the servers that the database kind delivers to, too."""
_SITES = (pytest.param("moodle_site", id="moodle"),)


def _subject(request: pytest.FixtureRequest) -> Subject:
    """The subject that is named, or that delivers to the server of the named fixture."""
    if isinstance(request.param, Subject):
        return request.param
    server = request.getfixturevalue(request.param)
    return _in_moodle(server) if isinstance(server, MoodleSite) else _in_server(server.make_database())


@pytest.fixture(params=(*SUBJECTS, *_SERVERS, *_SITES), ids=lambda subject: getattr(subject, "kind", subject))
def delivering(request: pytest.FixtureRequest, connect: Connect) -> Delivering:
    subject = _subject(request)
    connected = connect(students=60, settings={"safety": {"preview": "never"}})
    connection = connected.service.connection(NAME)
    destination = {"kind": subject.kind, **subject.settings(connected.folder / "roster")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    for key, value in subject.secrets.items():
        connected.service.keep_secret(NAME, f"destination.{key}", value)
    for name in ("first_name", "last_name", "middle_name"):
        connected.sql(f"UPDATE students SET {name} = replace({name}, '{subject.refuses}', '')")
    return Delivering(subject, connected)


def test_what_the_ledger_says_stands_there_once(delivering: Delivering) -> None:
    first = delivering.sync()
    assert first.error is None
    assert first.refused == 0
    assert delivering.standing == delivering.ledger
    assert len(set(delivering.standing)) == len(delivering.standing) > 100

    delivering.change_district()
    second = delivering.sync()

    assert second.changes["student"].remove == 2
    assert second.changes["student"].update == 9
    assert delivering.standing == delivering.ledger
    assert delivering.sync().changes == {}


def test_an_undo_takes_back_what_a_run_did(delivering: Delivering) -> None:
    delivering.sync()
    before = delivering.standing
    delivering.change_district()
    run = delivering.sync()
    assert delivering.standing != before

    undone = delivering.connected.service.approve(delivering.connected.service.undo(run.id).id, "kit")

    assert undone.error is None
    assert delivering.standing == before == delivering.ledger


def test_a_cancel_leaves_what_was_made_and_the_next_run_goes_on(delivering: Delivering) -> None:
    cancel, settled = CancelToken(), 0

    def step(taken: str) -> None:
        nonlocal settled
        settled += taken == "settled"
        if settled == 3:
            cancel.cancel()

    delivering.connected.service.on_step = step
    assert delivering.sync(cancel=cancel).state == "cancelled"
    assert delivering.standing == delivering.ledger
    delivering.connected.service.on_step = lambda _step: None

    assert delivering.sync().error is None
    assert delivering.standing == delivering.ledger


def test_what_is_there_is_adopted_where_the_ledger_was_lost(delivering: Delivering) -> None:
    delivering.sync()
    before = delivering.standing
    delivering.connected.rosters.unlink()

    service = delivering.connected.service
    plan = service.sync(NAME, plan_only=True)
    with closing(service.arrange_changes(plan.id, ChangeQuery("student"))) as rows:
        found = [row.found_by for row in rows.page(0, 100)]
    assert found
    assert all(found), "each student was recognised"
    delivering.sync()

    assert delivering.standing == before == delivering.ledger


@pytest.mark.parametrize("step", ["journalled", "answered"])
def test_killed_between_batch_and_answer_the_next_run_ends_with_the_roster(delivering: Delivering, step: str) -> None:
    connected = delivering.connected
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        variable(CLIENT_SECRET): connected.service.secrets.get(NAME, CLIENT_SECRET),
        **{variable(f"destination.{key}"): value for key, value in delivering.subject.secrets.items()},
    }
    command = [sys.executable, "-m", "tests.contracts.writer_driver", str(connected.folder / "home"), NAME]
    killed = subprocess.run([*command, step, "5"], cwd=CHECKOUT, env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL

    again = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False, capture_output=True, text=True)

    assert again.stdout.splitlines()[-1].startswith("state finished"), again.stdout[-300:] + again.stderr
    assert delivering.standing == delivering.ledger
    assert len(set(delivering.standing)) == len(delivering.standing)
