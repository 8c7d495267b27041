"""A destination of single changes for tests: accounts in a SQLite file, with ids of its own, a secret, and groups.

The file has no rule against doubles, so that a test sees them. ``faults.json`` beside it says what goes wrong.
"""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import ClassVar

from psconnect.destinations import Context, Kind
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.writer import Batch, Writer
from psconnect.model.entities import CONTACT, ENTITIES, RELATIONSHIP, STUDENT, Entity, Reference
from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.findings import Finding
from psconnect.model.outcomes import Done, Link, NotDone, Outcome, Refused, Standing, Unknown
from psconnect.model.runs import Change
from psconnect.model.setting_fields import SecretField, SettingField, TableColumn

TOKEN = "let-me-in"
GRADE_GROUP = Entity("grade-group", 900, "Grade groups", ("name",), (), (), "all", titled=("name",))
GRADE_MEMBER = Entity(
    "grade-member",
    901,
    "Members of grade groups",
    ("groupId", "studentSourcedId"),
    (),
    (Reference("", "grade-group", "groupId"), Reference("", "student", "studentSourcedId")),
    "all",
    titled=("groupId", "studentSourcedId"),
    singular="Member of a grade group",
)


class Accounts(Writer):
    """Accounts in a file."""

    batch_size: ClassVar[int] = 20

    def __init__(self, context: Context) -> None:
        self._context = context
        self._path = Path(context.settings["file"])
        self._names = {row["row"]: row["name"] for row in context.settings["grades"]}
        self._db: sqlite3.Connection | None = None

    @property
    def address(self) -> str:
        return str(self._path)

    def _faults(self) -> dict[str, list[str]]:
        with suppress(FileNotFoundError):
            found: dict[str, list[str]] = json.loads(self._path.with_name("faults.json").read_text())
            return found
        return {}

    def _open(self) -> sqlite3.Connection:
        if "gone" in self._faults():
            raise TryLater("PSC-TEST-GONE")
        if self._context.secret("token") != TOKEN:
            raise TryLater("PSC-TEST-TOKEN")
        if self._db is None:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            self._db.execute("PRAGMA synchronous = OFF")  # only this process is killed, not the computer
            self._db.executescript(
                "CREATE TABLE IF NOT EXISTS thing (no INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT, id TEXT, record "
                "TEXT, related TEXT); CREATE TABLE IF NOT EXISTS mark (id TEXT); CREATE TABLE IF NOT EXISTS call ("
                "run TEXT, what TEXT)"
            )
        return self._db

    def check(self) -> Sequence[Finding]:
        if not self._path.parent.is_dir():
            gone = FixSettings("PSC-FOLDER-MISSING/folder", folder=str(self._path.parent))
            return [Finding("destination", "failed", error=gone)]
        return [Finding("database/ready", "ok", {"path": str(self._path)})]

    def standing(self) -> str:
        if not self._path.exists():
            return ""
        row = self._open().execute("SELECT id FROM mark").fetchone()
        return str(row[0]) if row else ""

    def begin(self, run: str) -> str:
        db = self._open()
        if not self.standing():
            db.execute("INSERT INTO mark VALUES (?)", [uuid.uuid4().hex])
        db.execute("INSERT INTO call VALUES (?, 'begin')", [run])
        return self.standing()

    def end(self, run: str) -> None:
        self._open().execute("INSERT INTO call VALUES (?, 'end')", [run])

    def adopt(self, entity: Entity, records: Mapping[int, Mapping[str, str]]) -> Mapping[int, Link]:
        """By id, or by user name: the accounts that somebody made by hand."""
        there = self._open().execute("SELECT no, id, record FROM thing WHERE entity = ?", [entity.key]).fetchall()
        by_id = {name: no for no, name, _record in there if name}
        by_name = {json.loads(record)["username"]: no for no, name, record in there if not name}
        links = {}
        for key, record in records.items():
            if record["sourcedId"] in by_id:
                links[key] = Link(str(by_id[record["sourcedId"]]), "the same id")
            elif record.get("username") in by_name:
                links[key] = Link(str(by_name[record["username"]]), "the same user name")
        return links

    def derived(self, entity: Entity, roster: Roster) -> Iterator[Sequence[str]]:
        grade = STUDENT.attributes.index("grade")
        if entity is GRADE_GROUP:
            for one in sorted({record[grade] for record in roster.records(STUDENT)}):
                yield [f"grade-{one}", self._names.get(one, f"Grade {one}")]
        else:
            for record in roster.records(STUDENT):
                yield [f"{record[grade]}/{record[0]}", f"grade-{record[grade]}", record[0]]

    def apply(self, batch: Batch) -> Sequence[Outcome]:
        return [self._one(change) for change in batch.changes]

    def _one(self, change: Change) -> Outcome:
        name, faults = f"{change.entity} {change.record['sourcedId']}", self._faults()
        if name in faults.get("refuse", ()):
            return Refused("refused-here", "The account can’t be made: its name is taken.")
        if name in faults.get("lose", ()):
            return Unknown()
        done = self._write(change)
        self._context.on_step("written")
        return Unknown() if name in faults.get("no answer", ()) else done

    def _write(self, change: Change) -> Done:
        db = self._open()
        if change.after is None:
            db.execute("DELETE FROM thing WHERE no = ?", [change.remote_id])
            return Done()
        row = [change.entity, change.after["sourcedId"], json.dumps(change.after), json.dumps(change.related)]
        if change.remote_id:
            db.execute(
                "UPDATE thing SET entity = ?, id = ?, record = ?, related = ? WHERE no = ?", [*row, change.remote_id]
            )
            return Done(change.remote_id)
        return Done(
            str(db.execute("INSERT INTO thing (entity, id, record, related) VALUES (?, ?, ?, ?)", row).lastrowid)
        )

    def read_back(self, batch: Batch) -> Sequence[Standing]:
        return [self._stands(change) for change in batch.changes]

    def _stands(self, change: Change) -> Standing:
        if f"{change.entity} {change.record['sourcedId']}" in self._faults().get("silent", ()):
            return Unknown()
        sql = "SELECT no, record FROM thing WHERE entity = ? AND id = ?"
        row = self._open().execute(sql, [change.entity, change.record["sourcedId"]]).fetchone()
        if change.after is None:
            return NotDone() if row else Done()
        return Done(str(row[0])) if row and json.loads(row[1]) == change.after else NotDone()

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


ACCOUNTS = Kind(
    name="test-accounts",
    label="Test accounts",
    summary="Accounts in a file, for tests.",
    open=Accounts,
    settings=(
        SettingField("file", "File", "Choose a file for the accounts.", "file", required=True),
        SettingField(
            "grades",
            "Names of grades",
            "What the group of a grade is called.",
            "table",
            columns=(TableColumn("name", "Name of the group", required=True),),
            rows="fixed",
            row_labels=(("09", "Grade 9"), ("10", "Grade 10")),
        ),
    ),
    secrets=(SecretField("token", "Token", "Enter the token of the accounts."),),
    entities=tuple(entity.key for entity in ENTITIES if entity not in (CONTACT, RELATIONSHIP)),
    needed={"student": frozenset({"username"})},
    limits={"student": {"familyName": 40}},
    derived=(GRADE_GROUP, GRADE_MEMBER),
)


def standing_in(path: Path) -> list[tuple[str, str]]:
    """Entity key and id of everything in a file of accounts."""
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT entity, id FROM thing").fetchall()
