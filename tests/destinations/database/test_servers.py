"""What only servers have: sign-in, certificates, rights, other people's locks, an end in the middle."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations.database import server as server_module
from psconnect.destinations.database.kind import KIND
from psconnect.destinations.database.server import ServerPlace
from psconnect.destinations.database.system import Clash
from psconnect.destinations.kind import Context
from psconnect.model.errors import FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.model.outcomes import Done, NotDone
from psconnect.wording.errors import word
from tests.contracts.rosters import changed, large, small
from tests.destinations.database.support import Base, ServerBase, plan, without
from tests.judges.roster_database import faults, roster
from tests.support.certificates import Certificates
from tests.support.database_servers import PASSWORD, PostgresServer
from tests.support.servers import free_port


def refusal(act: Callable[[], object]) -> PsconnectError:
    """The error, which gives away neither the password nor a name of the roster."""
    with pytest.raises(PsconnectError) as caught:
        act()
    told = json.dumps([caught.value.as_dict(), word(caught.value).text])
    assert PASSWORD not in told
    assert "O'Neil" not in told
    return caught.value


def tables_of(base: ServerBase) -> set[str]:
    schema = base.database.server.schema or base.database.name
    found = base.database.sql(f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'")
    return {name for (name,) in found}


def test_a_test_says_what_will_be_made_and_leaves_nothing(server_base: ServerBase) -> None:
    [found] = server_base.open().check()
    assert (found.state, found.key) == ("ok", "database/no-tables")
    assert tables_of(server_base) == set()
    assert server_base.open().standing() == ""

    server_base.deliver(small())
    before = server_base.path.read_bytes()
    [found] = server_base.open().check()
    assert (found.state, found.key) == ("ok", "database/ready")
    assert server_base.path.read_bytes() == before


@pytest.mark.parametrize(
    ("setting", "value", "code", "family"),
    [
        ("host", "db.lincoln.invalid", "PSC-DATABASE-CONNECT/name", FixSettings),
        ("port", 0, "PSC-DATABASE-CONNECT/refused", TryLater),
        ("user", "nobody", "PSC-DATABASE-CONNECT/password", SignInAgain),
        ("database", "nowhere", "PSC-DATABASE-CONNECT/database", FixSettings),
        ("ca_file", "{expired}", "PSC-DATABASE-CERTIFICATE/untrusted", FixSettings),
        ("ca_file", "/nowhere/ca.pem", "PSC-TLS-CA-FILE", FixSettings),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    server_base: ServerBase, certificates: Certificates, setting: str, value: Any, code: str, family: type
) -> None:
    given = free_port() if setting == "port" else value
    if value == "{expired}":
        given = str(certificates.expired.cert_file)
    changed_settings: dict[str, Any] = {setting: given}
    writer = server_base.open(**changed_settings)
    for act in (writer.check, writer.standing, lambda: writer.begin("run-1")):
        error = refusal(act)
        assert (error.key, type(error)) == (code, family)
    assert tables_of(server_base) == set()


def test_a_wrong_password_is_told(server_base: ServerBase) -> None:
    context = Context("x", KIND.complete(server_base.settings), secret={"password": "wrong"}.__getitem__)
    writer = KIND.open(context)
    assert refusal(writer.check).key == "PSC-DATABASE-CONNECT/password"


def test_a_certificate_of_another_host_and_one_that_ended_are_told(
    postgres_server: PostgresServer, certificates: Certificates, tmp_path: Path
) -> None:
    with closing(ServerBase(tmp_path, database=postgres_server.make_database())) as base:
        try:
            for certificate, key in (
                (certificates.wrong_host, "PSC-DATABASE-CERTIFICATE/host"),
                (certificates.expired, "PSC-DATABASE-CERTIFICATE/untrusted"),
            ):
                postgres_server.stop()
                postgres_server.use_certificate(certificate)
                postgres_server.start()
                assert refusal(base.open().check).key == key
        finally:
            postgres_server.stop()
            postgres_server.use_certificate(certificates.good)
            postgres_server.start()
        assert base.open().check()[0].state == "ok"


def test_a_deadlock_is_tried_again_and_not_for_ever(server_base: ServerBase) -> None:
    server_base.deliver(small())
    writer = server_base.open()
    writer.begin("run-2")
    [batch] = plan(small(), changed())
    tries: list[str] = []
    server_base.on_step = tries.append

    def clash(left: int) -> Callable[[str], None]:
        def step(taken: str) -> None:
            tries.append(taken)
            if taken == "database-written" and tries.count(taken) <= left:
                raise Clash("PSC-DATABASE-SERVER/clash", address="made up")

        return step

    for left, ends_well in ((4, True), (9, False)):
        tries.clear()
        server_base.on_step = clash(left)
        again = server_base.open()
        again.begin("run-2")
        if ends_well:
            assert [type(outcome) for outcome in again.apply(batch)] == [Done]
        else:
            assert refusal(partial(again.apply, batch)).key == "PSC-DATABASE-SERVER/clash"
        assert tries.count("database-written") == 5
    assert faults(server_base.path) == []
    assert server_base.sql("SELECT updated FROM sync_run WHERE id = 'run-2'") == [(1,)]


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ("40001", "PSC-DATABASE-SERVER/clash"),
        ("40P01", "PSC-DATABASE-SERVER/clash"),
        ("53100", "PSC-DATABASE-SERVER/full"),
        ("53200", "PSC-DATABASE-SERVER/full"),
        ("53300", "PSC-DATABASE-CONNECT/crowded"),
        ("57014", "PSC-DATABASE-SERVER/slow"),
        ("XX001", "PSC-DATABASE-SERVER/other"),
    ],
)
def test_what_a_server_reports_ends_the_batch_in_words(
    postgres_server: PostgresServer, tmp_path: Path, state: str, key: str
) -> None:
    with closing(ServerBase(tmp_path, database=postgres_server.make_database())) as base:
        base.deliver(small())
        base.database.sql(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION 'of Ada O''Neil' USING ERRCODE = '{state}'; END $$"
        )
        base.database.sql("CREATE TRIGGER fail BEFORE UPDATE ON student FOR EACH ROW EXECUTE FUNCTION fail()")
        [batch] = plan(small(), changed())
        writer = base.open()
        writer.begin("run-2")
        assert refusal(lambda: writer.apply(batch)).key == key
        assert list(writer.read_back(batch)) == [NotDone()]
        base.database.sql("DROP TRIGGER fail ON student")
        assert [type(outcome) for outcome in writer.apply(batch)] == [Done]
        assert faults(base.path) == []


def test_without_encryption_only_where_the_server_lets_it(server_base: ServerBase) -> None:
    writer = server_base.open(tls="none")
    if server_base.database.server.system == "postgresql":
        assert refusal(writer.check).key == "PSC-DATABASE-CONNECT/not-allowed"
    else:
        assert writer.check()[0].state == "ok"


def test_an_account_without_the_right_to_make_tables(server_base: ServerBase) -> None:
    database = server_base.database
    if database.server.system == "postgresql":
        database.sql("ALTER SCHEMA roster OWNER TO postgres", user="postgres")
        database.sql(f"GRANT USAGE ON SCHEMA roster TO {database.name}", user="postgres")
    else:
        database.sql(f"REVOKE CREATE ON {database.name}.* FROM {database.name}", user="root")
    error = refusal(server_base.open().check)
    assert error.key == "PSC-DATABASE-RIGHTS/named"
    assert "CREATE" in word(error).happened
    assert refusal(lambda: server_base.open().begin("run-1")).key == "PSC-DATABASE-RIGHTS/some"
    assert tables_of(server_base) == set()


def test_a_schema_that_is_not_there(postgres_server: Any, tmp_path: Path) -> None:
    base = ServerBase(tmp_path, database=postgres_server.make_database())
    for act in (base.open(schema="no such").check, lambda: base.open(schema="no such").begin("run-1")):
        error = refusal(act)
        assert error.key == "PSC-DATABASE-SCHEMA"
    base.close()


def test_a_server_that_takes_no_changes(server_base: ServerBase) -> None:
    database = server_base.database
    if database.server.system == "postgresql":
        database.sql(f"ALTER DATABASE {database.name} SET default_transaction_read_only = on", user="postgres")
        keys = {"PSC-DATABASE-SERVER/read-only"}
        for act in (server_base.open().check, lambda: server_base.open().begin("run-1")):
            assert refusal(act).key in keys
        return
    database.sql("SET GLOBAL read_only = 1", user="root")
    try:
        for act in (server_base.open().check, lambda: server_base.open().begin("run-1")):
            assert refusal(act).key == "PSC-DATABASE-SERVER/read-only"
    finally:
        database.sql("SET GLOBAL read_only = 0", user="root")


def test_a_server_that_is_too_old(server_base: ServerBase, monkeypatch: pytest.MonkeyPatch) -> None:
    from psconnect.destinations.database import mariadb, postgresql  # noqa: PLC0415 - only here

    monkeypatch.setattr(postgresql, "_OLDEST", 99)
    monkeypatch.setattr(mariadb, "_OLDEST", (99, 0))
    error = refusal(server_base.open().check)
    assert error.key == "PSC-DATABASE-VERSION/old"
    assert "99" in word(error).happened


def test_a_lock_of_somebody_else_is_waited_for_but_not_for_ever(
    server_base: ServerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psconnect.destinations.database import mariadb, postgresql  # noqa: PLC0415 - only here

    monkeypatch.setattr(postgresql, "LOCK_PATIENCE", 0.2)
    monkeypatch.setattr(mariadb, "LOCK_PATIENCE", 1)
    server_base.deliver(small())
    other, writer = server_base.open(), server_base.open()
    writer.begin("run-2")
    [batch] = plan(small(), changed())
    with other._system.writing() as db:
        db.exec_driver_sql("UPDATE student SET family_name = 'Held' WHERE id = '431'")
        assert refusal(lambda: writer.apply(batch)).key == "PSC-DATABASE-IN-USE"
        db.rollback()
    assert list(writer.read_back(batch)) == [NotDone()]
    assert [type(outcome) for outcome in writer.apply(batch)] == [Done]
    assert faults(server_base.path) == []


def test_ids_differ_by_case_accent_and_blank(any_base: Base) -> None:
    tables = small()
    ids = ["a", "A", "ä", "Ä", "a\u0308", "ß", "ss", "a-b", "ab", "🌻", "🌼", "i", "İ", "ı"]
    for number, own in enumerate(ids):
        person = {"username": own, "givenName": own, "familyName": f"{own} ", "schoolSourcedIds": "3"}
        tables["student"].append({"sourcedId": f"{own}", "key": str(1000 + number), **person})
    outcomes = any_base.deliver(tables)
    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    there = roster(any_base.path)["student"]
    assert {own: there[own]["family_name"] for own in ids} == {own: f"{own} " for own in ids}
    assert faults(any_base.path) == []
    writer = any_base.open()
    found = writer.adopt(plan({}, tables)[4].entity, {1: {"sourcedId": "Ss"}, 2: {"sourcedId": "A "}})
    assert found == {}


def test_an_id_of_the_longest_length_and_a_view_of_the_longest_name(any_base: Base) -> None:
    tables = small()
    tables["school"][1]["identifier"] = "n" * 60
    tables["school"][2]["identifier"] = "n" * 59 + "m"
    longest = "🌻" * 127 + "x"
    person = {"username": "u", "givenName": "a" * 4_000, "familyName": "𠮷" * 4_000, "schoolSourcedIds": "3"}
    tables["student"].append({"sourcedId": longest, "key": "1", **person})
    outcomes = any_base.deliver(tables, prefix="roster_of_the_city_")
    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    there = roster(any_base.path, "roster_of_the_city_")
    assert there["student"][longest]["family_name"] == "𠮷" * 4_000
    writer = any_base.open(prefix="roster_of_the_city_")
    answers = [answer for batch in plan({}, tables) for answer in writer.read_back(batch)]
    assert all(isinstance(answer, Done) for answer in answers)
    again = any_base.deliver(without(tables, "student", longest), tables, prefix="roster_of_the_city_")
    assert all(isinstance(outcome, Done) for outcome in again.values())


def test_all_systems_hold_the_same(postgres_server: Any, tmp_path: Path) -> None:
    base = ServerBase(tmp_path, database=postgres_server.make_database())
    (tmp_path / "file").mkdir()
    file = Base(tmp_path / "file")
    for each in (base, file):
        each.deliver(small())
        each.deliver(changed(), small())
    assert roster(base.path) == roster(file.path)
    query = "SELECT * FROM school_100_classes ORDER BY id"
    assert base.sql(query) == file.sql(query)
    base.close()


@pytest.mark.parametrize("step", ["database-written", "database-committed"])
def test_a_server_that_stops_in_the_middle(server_base: ServerBase, step: str) -> None:
    tables = large(1_500)
    database, batches = server_base.database, plan({}, large(1_500))
    students = next(batch for batch in batches if batch.entity.key == "student")
    parts = [replace(students, changes=students.changes[at : at + 500]) for at in range(0, len(students.changes), 500)]
    writer = server_base.open()
    writer.begin("run-1")
    for batch in batches[: batches.index(students)]:
        writer.apply(batch)
    writer.apply(parts[0])
    stops = [database.server.stop]

    def stop(taken: str) -> None:
        if taken == step and stops:
            stops.pop()()

    server_base.on_step = stop
    second = server_base.open()
    second._run, second._id, second._tables = writer._run, writer._id, writer._tables
    writer.close()
    try:
        if step == "database-written":
            assert refusal(lambda: second.apply(parts[1])).key == "PSC-DATABASE-SERVER/gone"
        else:
            assert all(isinstance(outcome, Done) for outcome in second.apply(parts[1]))
        assert refusal(lambda: second.read_back(parts[1])).code == "PSC-DATABASE-CONNECT"
    finally:
        database.server.start()
    done = sum(isinstance(answer, Done) for answer in second.read_back(parts[1]))
    assert done == (0 if step == "database-written" else 500)
    for batch in (*parts[1:], *batches[batches.index(students) + 1 :]):
        second.apply(batch)
    assert faults(server_base.path) == []
    assert len(roster(server_base.path)["student"]) == len(tables["student"])


def test_a_place_gives_no_password_away() -> None:
    place = ServerPlace("db", 5432, "roster", "psconnect", PASSWORD, "roster")
    assert PASSWORD not in repr(place)
    assert place.address == "roster.roster (db:5432)"
    assert server_module.ANSWER_PATIENCE < server_module.STATEMENT_PATIENCE
