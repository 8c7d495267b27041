"""The contract kit of snapshot destinations (psconnect/destinations/snapshot.py): what every kind has to pass.

A kind is described by one ``Subject`` in test_destinations.py: how it is set up, where its result lies, who judges it.
The contract itself stands in declaration_contract.py, delivery_contract.py and fault_contract.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psconnect.destinations import find_kind
from psconnect.destinations.snapshot import Snapshot
from psconnect.model.clock import CancelToken
from psconnect.transfer.place import Delivered, Prepared
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Record, Tables, without_breaks

CONNECTION = "Lincoln roster"


@dataclass(frozen=True)
class Person:
    """A person as the other system reads them."""

    given: str
    family: str
    middle: str


def by_sourced_id(_entity: str, record: Record) -> tuple[str, Person]:
    """A person under the id of the roster, with all names."""
    return record["sourcedId"], Person(record["givenName"], record["familyName"], record.get("middleName", ""))


@dataclass(frozen=True)
class Subject:
    """One kind of destination under test.

    Attributes:
        kind: its name in destinations.KINDS.
        settings: valid settings that deliver into a folder.
        file: what the other system opens in that folder: a file, or the folder itself for loose files.
        faults: an independent judge's word on that file: nothing when it conforms to its format and all references
            in it resolve.
        people: the people in that file by their id, exactly as it holds them.
        person: how the other system reads a record: id and person, of a record's entity and values.
        exact: what becomes of a value that is delivered exactly; most formats have no line breaks.
        variant: which of the kind's formats; empty if it has only one.
        packing: how the files travel, for a kind that leaves the choice; empty for its only or default way.
        entities: keys of the entities whose people are in that file.
        unread: keys of the entities that it has no use for with these settings.
    """

    kind: str
    settings: Callable[[Path], dict[str, Any]]
    file: Callable[[Path], Path]
    faults: Callable[[Path], list[str]]
    people: Callable[[Path], dict[str, Person]]
    person: Callable[[str, Record], tuple[str, Person]] = by_sourced_id
    exact: Callable[[str], str] = without_breaks
    variant: str = ""
    packing: str = ""
    entities: tuple[str, ...] = ("student", "teacher", "admin", "contact")
    unread: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What the subject is called in test reports."""
        return " ".join(filter(None, (self.kind, self.variant, self.packing)))

    @property
    def loose(self) -> bool:
        """Whether each file of a set travels on its own."""
        return (self.packing or find_kind(self.kind).packings[0]) == "loose"

    def keeps(self, folder: Path) -> bool:
        """Whether earlier sets stay, as many as a setting says: not of loose files, nor where a secret is in them."""
        kind = find_kind(self.kind)
        return any(setting.key == "keep" for setting in kind.asked(kind.complete(self.given(folder))))

    def given(self, folder: Path) -> dict[str, Any]:
        """The destination's settings as they stand in a connection file."""
        packing = {"packing": self.packing} if self.packing else {}
        return {"kind": self.kind, **packing, **self.settings(folder)}

    def reads(self, entity: str, record: Record) -> tuple[str, Person]:
        """What the other system reads of a record, where values are delivered as exactly as they can be."""
        person_id, person = self.person(entity, record)
        return person_id, Person(self.exact(person.given), self.exact(person.family), self.exact(person.middle))


@dataclass
class Delivery:
    """A destination of the subject's kind at work in a folder of its own.

    Attributes:
        on_step: called with the name of each step of publishing.
    """

    subject: Subject
    folder: Path
    on_step: Callable[[str], None] = field(default=lambda _step: None)

    @property
    def file(self) -> Path:
        """What the other system opens."""
        return self.subject.file(self.folder)

    def make(self, **settings: Any) -> Snapshot:
        """A new destination object, with further settings."""
        return open_snapshot(CONNECTION, {**self.subject.given(self.folder), **settings}, self.on_step)

    def prepare(self, tables: Tables, **settings: Any) -> Prepared:
        """A prepared snapshot of these records."""
        return self.make(**settings).prepare(ListRoster(tables), CancelToken())

    def deliver(self, tables: Tables, **settings: Any) -> Delivered:
        """These records, delivered."""
        return self.prepare(tables, **settings).publish()

    def files(self) -> list[Path]:
        """The files that the other system reads, in the order of their names; none when nothing is there."""
        if not self.subject.loose:
            return [self.file] if self.file.exists() else []
        return sorted(path for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))

    def largest(self) -> Path:
        """The largest of them."""
        return max(self.files(), key=lambda path: path.stat().st_size)

    def size(self) -> int:
        """The bytes of all of them."""
        return sum(path.stat().st_size for path in self.files())

    def digest(self) -> str:
        """SHA-256 of what the other system would read now; ``missing`` when there is nothing."""
        digest = hashlib.sha256()
        for path in (found := self.files()):
            try:
                digest.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
            except FileNotFoundError:
                return "missing"
        return digest.hexdigest() if found else "missing"

    def listing(self) -> dict[str, bytes]:
        """Everything in the folder, hidden files too: relative name -> content."""
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes() if path.is_file() else b"<folder>"
            for path in sorted(self.folder.rglob("*"))
        }
