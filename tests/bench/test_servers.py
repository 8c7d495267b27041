"""50,000 students into PostgreSQL, against a bare executemany of the same rows into the same tables."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import psycopg
import pytest

from tests.contracts.rosters import large
from tests.destinations.database.support import ServerBase, plan
from tests.support.database_servers import PASSWORD, PostgresServer, ServerDatabase

TABLES = ("school", "term", "course", "class", "student", "teacher", "other_staff", "contact", "relationship")
LINKED = ("enrollment", "school_view", "student_school", "teacher_school", "other_staff_school")


def open_database(database: ServerDatabase) -> psycopg.Connection:
    given = database.settings
    return psycopg.connect(
        host=given["host"], port=given["port"], dbname=given["database"], user=given["user"], password=PASSWORD,
        sslmode="verify-full", sslrootcert=given["ca_file"],
    )  # fmt: skip


def bare(source: ServerDatabase, target: ServerDatabase) -> tuple[float, int]:
    """Seconds and rows of inserting what stands in one database into the same empty tables of another."""
    columns = {
        name: ", ".join(
            column
            for (column,) in target.sql(
                f"SELECT column_name FROM information_schema.columns WHERE table_name = '{name}' ORDER BY 1"
            )
        )
        for name in (*TABLES, *LINKED)
    }
    with open_database(source) as db:
        rows = {
            name: db.execute(f"SELECT {columns[name]} FROM roster.{name}").fetchall() for name in (*TABLES, *LINKED)
        }
    with open_database(target) as db:
        started = perf_counter()
        for name, some in rows.items():
            if some:
                holes = ", ".join(["%s"] * len(some[0]))
                db.cursor().executemany(f"INSERT INTO roster.{name} ({columns[name]}) VALUES ({holes})", some)
        db.commit()
        return perf_counter() - started, sum(map(len, rows.values()))


@pytest.mark.thorough
@pytest.mark.timeout(900)
def test_50000_students_into_postgresql_stay_near_a_bare_executemany(
    postgres_server: PostgresServer, tmp_path: Path, record_figure
) -> None:
    batches = plan({}, large(50_000))
    with closing(ServerBase(tmp_path, database=postgres_server.make_database())) as base:
        writer = base.open()
        writer.begin("run-1")
        size = writer.batch_size
        started = perf_counter()
        for batch in batches:
            for at in range(0, len(batch.changes), size):
                writer.apply(replace(batch, changes=batch.changes[at : at + size]))
        ours = perf_counter() - started
    with closing(ServerBase(tmp_path, database=postgres_server.make_database())) as empty:
        empty.open().begin("run-1")
    seconds, rows = bare(base.database, empty.database)
    record_figure("rows into PostgreSQL, bare executemany", round(rows / seconds), "rows/s")
    record_figure("rows into PostgreSQL by psconnect", round(rows / ours), "rows/s")
    record_figure("delivery into PostgreSQL / bare executemany", round(ours / seconds, 2), "times")
    assert rows > 150_000
    # Nothing is prepared in the server, so that PgBouncer may stand in between, and each row is looked for first.
    assert ours < 8 * seconds
