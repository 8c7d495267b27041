"""Writing a OneRoster bundle, beside a bare csv + zip writer of the same rows: ``python -m tests.bench.bundle``.

Arguments: version, students, ``product`` or ``bare``. Prints seconds of the processor and the peak of memory, and what
it was before anything was written. The roster is made while it is read, as the ledger's cursor gives it: stored
records, none held.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from psconnect.destinations.oneroster.bundle import write_bundle
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.model.clock import CancelToken
from psconnect.model.entities import CONTACT, ENROLLMENT, RELATIONSHIP, STUDENT, TEACHER, Entity
from psconnect.store.record import decode_record
from psconnect.transfer.fileset import zipped
from tests.bench.memory import peak_mb
from tests.contracts.rosters import ListRoster, small

_CLASSES = 8
_BATCH = 5_000


@dataclass(frozen=True)
class StreamedRoster:
    """A district with that many students, twice as many contacts and eight enrollments each, as a stream."""

    students: int

    def encoded(self, entity: Entity) -> Iterator[bytes]:
        """Stored records, made by joining texts: nothing is encoded."""
        if entity is STUDENT:
            return (
                f'["{n}","3","user{n}","Given{n}","Family{n}","Mae","{204_000 + n}","user{n}@s.example.org",'
                f'"00{n:08}","09",""]'.encode()
                for n in range(1, self.students + 1)
            )
        if entity is CONTACT:
            return (
                f'["C{n}","C{n}","Parent{n}","Family{n}","","","parent{n}@mail.example.org","555-{n:07}",""]'.encode()
                for n in range(1, 2 * self.students + 1)
            )
        if entity is RELATIONSHIP:
            return (
                f'["{n}","{(n + 1) // 2}","C{n}","Mother","parent","true","true","true","true","true"]'.encode()
                for n in range(1, 2 * self.students + 1)
            )
        if entity is TEACHER:
            return (
                f'["T{n}","3,4","teacher{n}","Given{n}","Family{n}","","{n:05}","teacher{n}@s.example.org",""]'.encode()
                for n in range(1, self.students // 15 + 2)
            )
        if entity is ENROLLMENT:
            return (
                f'["{n}","5101","3","{1 + n // _CLASSES}","student","false","2026-08-17","2027-06-12"]'.encode()
                for n in range(self.students * _CLASSES)
            )
        return ListRoster(small()).encoded(entity)

    def records(self, entity: Entity) -> Iterator[list[str]]:
        return map(decode_record, self.encoded(entity))

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        return enumerate(self.records(entity))

    def labels(self, _entity: Entity) -> Sequence[str]:
        return ()


def write_product(path: Path, version: str, students: int) -> None:
    """The bundle as psconnect writes it."""
    with path.open("wb") as file, zipped(file) as files:
        write_bundle(files, StreamedRoster(students), BundleForm(version), CancelToken())  # type: ignore[arg-type]


def write_bare(path: Path, source: Path) -> None:
    """The rows of a bundle, read and written again by nothing but csv and zipfile; never edited to improve a ratio."""
    with (
        zipfile.ZipFile(source) as given,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name in given.namelist():
            with given.open(name) as old, archive.open(name, "w") as new:
                rows = csv.reader(io.TextIOWrapper(old, "utf-8", newline=""))
                while batch := list(islice(rows, _BATCH)):
                    text = io.StringIO(newline="")
                    csv.writer(text, lineterminator="\r\n").writerows(batch)
                    new.write(text.getvalue().encode())


def main() -> None:
    """Write once and print the figures."""
    version, students, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "bundle.zip")
        if what == "bare":
            write_product(bundle, version, students)
        before = peak_mb()
        started = time.process_time()
        if what == "bare":
            write_bare(Path(folder, "bare.zip"), bundle)
        else:
            write_product(bundle, version, students)
        seconds = time.process_time() - started
        print(json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "before_mb": before}))


if __name__ == "__main__":
    main()
