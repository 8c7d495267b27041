"""A made-up next version of psconnect, in a process of its own: ``python -m tests.store.next_version ROSTERS LEDGER``.

Students have one attribute more, in the middle, and relationships have one under another name. It opens roster data of
today and prints what becomes of it.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from psconnect.model.entities import BY_KEY, ENTITIES, RELATIONSHIP, STUDENT, Entity

ADDED, OLD, NEW = "preferredName", "livesWith", "sharesHome"


def _change_entities() -> None:
    """As if model/entities.py said so; before anything else is imported."""
    at = STUDENT.mapped.index("givenName") + 1
    object.__setattr__(STUDENT, "mapped", (*STUDENT.mapped[:at], ADDED, *STUDENT.mapped[at:]))
    mapped = tuple(NEW if name == OLD else name for name in RELATIONSHIP.mapped)
    object.__setattr__(RELATIONSHIP, "mapped", mapped)


_change_entities()

from psconnect.store import record  # noqa: E402

record.RECORD_FORMATS = (
    *record.RECORD_FORMATS,
    record.RecordFormat({e.key: e.attributes for e in ENTITIES}, {RELATIONSHIP.key: {NEW: OLD}}),
)

from psconnect.model.problems import Fate  # noqa: E402
from psconnect.model.runs import WAITING  # noqa: E402
from psconnect.store import conversion  # noqa: E402
from psconnect.store.database import open_rosters, transaction  # noqa: E402
from psconnect.store.files import LAST_READ  # noqa: E402
from psconnect.store.history import run_table  # noqa: E402
from psconnect.store.history.facts import check_facts  # noqa: E402
from psconnect.store.plan import difference  # noqa: E402
from psconnect.store.plan.ledger import check_ledger  # noqa: E402
from psconnect.store.plan.plan import Plan, summarise_plan  # noqa: E402
from psconnect.store.reading import staging  # noqa: E402
from psconnect.store.reading.last_reading import last_read  # noqa: E402
from psconnect.store.schema import MIGRATIONS  # noqa: E402


@MIGRATIONS(name="m998_records_of_the_next_version")
def _records(db) -> None:
    conversion.convert_rosters(db.conn, len(record.RECORD_FORMATS))


def shaped(entity: Entity, named: dict[str, str]) -> bytes:
    """A record as the next version shapes it."""
    named = {NEW if name == OLD else name: value for name, value in named.items()}
    return record.encode_record([named.get(name, "") for name in entity.attributes])


def main() -> None:
    rosters, ledger = Path(sys.argv[1]), Path(sys.argv[2])
    with closing(open_rosters(rosters)) as db:
        check_facts(db)
        check_ledger(db)
        waiting = [
            run.plan_hash == summarise_plan(Plan(db, number)).hash
            for number, run_id, _state in run_table.runs_in_state(db, WAITING)
            for run in [run_table.find_run(db, "", run_id)[1]]
        ]
        with last_read(rosters) as read:
            students = [read.staged(STUDENT, key).named for key, _fate, _values in read.records(STUDENT)]
            titles = sorted(match.title for match in read.search("a", "student"))
        with closing(sqlite3.connect(rosters.with_suffix(LAST_READ))) as kept:
            noted = kept.execute("SELECT count(*) FROM sqlite_master WHERE name = 'note'").fetchone()[0]
        found = {
            "changes": _changes(db, rosters, ledger),
            "waiting": waiting,
            "added": sorted({named[ADDED] for named in students}),
            "students": sorted(f"{named['familyName']}, {named['givenName']}" for named in students),
            "titles": titles,
            "notes": noted,
            "relationships": _relationships(db),
        }
    sys.stdout.write(json.dumps(found))


def _changes(db, rosters: Path, ledger: Path) -> dict[str, object]:
    """What the next version would plan if PowerSchool had what was delivered."""
    stage = staging.Staging(rosters)
    for line in ledger.read_text().strip().split("\n"):
        key, number, named = json.loads(line)
        entity = BY_KEY[key]
        stage.rows(entity, [(number, Fate.IN, None, shaped(entity, named), *(None for _ in entity.references))])
    stage.finish()
    staging.attach(db, rosters)
    try:
        with transaction(db):
            run = run_table.begin_run(db, "next", trigger="button", scope="all", started=staging_time())
            difference.store_plan(Plan(db, run), "all")
            return {key: str(counts) for key, counts in summarise_plan(Plan(db, run)).changes.items()}
    finally:
        staging.detach(db, rosters)


def staging_time():
    from tests.support.demo import TestClock  # noqa: PLC0415 - it imports much of psconnect

    return TestClock().now()


def _relationships(db) -> list[str]:
    rows = db.execute("SELECT record FROM ledger WHERE entity = ?", [RELATIONSHIP.rank])
    return sorted(record.record_by_name(RELATIONSHIP, encoded)[NEW] for (encoded,) in rows)


if __name__ == "__main__":
    main()
