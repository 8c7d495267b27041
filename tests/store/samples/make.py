"""Makes a sample of today's roster data: ``python -m tests.store.samples.make FOLDER``.

It is made before a new format of records comes, by the version that has the old one, and kept for ever. Everybody in it
is made up.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from psconnect.demo import DemoOptions, DemoServer
from psconnect.model.entities import BY_RANK
from tests.support.demo import TODAY, Connected, connecting

SETTINGS = {
    "options": {"district_name": "Sample District"},
    "usernames": {"student": "{givenName|ascii|lower}.{familyName|ascii|lower}"},
    "sign_in": {"google": ["students.example.org"]},
    "safety": {"preview": "always"},
    "source": {"compare": "incremental"},
}


def make(folder: Path) -> None:
    """Three runs: a first delivery, one that removes somebody, and one that waits with a change excluded."""
    with tempfile.TemporaryDirectory() as work, connecting(Path(work), _district(Path(work))) as connect:
        connected = connect(60, settings=SETTINGS)
        first, second, third, fourth = _students(connected)
        connected.sql("UPDATE STUDENTS SET STUDENT_WEB_ID = NULL WHERE DCID = ?", first)
        _adopt_an_id(connected, second)
        connected.delivered()
        connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", third)
        connected.service.approve(connected.service.sync(connected.name).id, "sample")
        connected.sql("UPDATE STUDENTS SET LAST_NAME = 'Sample' WHERE DCID IN (?, ?)", first, second)
        connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", fourth)
        waiting = connected.service.sync(connected.name)
        connected.service.exclude(waiting.id, "student", [second])
        _keep(connected, folder)


def _district(work: Path):
    def folder(students: int, seed: int) -> Path:
        with DemoServer(DemoOptions(folder=work / "district", students=students, seed=seed, today=TODAY)):
            return work / "district"

    return folder


def _students(connected: Connected) -> list[int]:
    active = "ENROLL_STATUS = 0 AND SCHOOLID IN (SELECT SCHOOL_NUMBER FROM SCHOOLS)"
    return [dcid for (dcid,) in connected.sql(f"SELECT DCID FROM STUDENTS WHERE {active} ORDER BY DCID LIMIT 4")]


def _adopt_an_id(connected: Connected, student: int) -> None:
    run = connected.service.sync(connected.name)
    assert run.state == "held", run
    ((number,),) = connected.sql("SELECT STUDENT_NUMBER FROM STUDENTS WHERE DCID = ?", student)
    known = connected.folder / "known.csv"
    known.write_text(f"sourcedId,identifier\nadopted-1,{number}\n")
    connected.service.adopt(connected.name, connected.service.adoption(connected.name, known))


def _keep(connected: Connected, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rosters, reading = connected.rosters, connected.rosters.with_suffix(".lastread")
    with closing(sqlite3.connect(rosters)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute("VACUUM")
        rows = db.execute("SELECT entity, key, record FROM ledger ORDER BY entity, key").fetchall()
    with closing(sqlite3.connect(reading)) as db:
        db.execute("PRAGMA page_size = 4096")
        db.execute("VACUUM")
    shutil.copy(rosters, folder / "sample.sqlite")
    shutil.copy(reading, folder / "sample.lastread")
    with (folder / "ledger.jsonl").open("w") as file:
        for rank, key, record in rows:
            entity = BY_RANK[rank]
            values = dict(zip(entity.attributes, json.loads(record), strict=True))
            filled = {name: value for name, value in values.items() if value}
            file.write(json.dumps([entity.key, key, filled], ensure_ascii=False) + "\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
