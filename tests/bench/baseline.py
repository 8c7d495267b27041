"""The bare baseline: the same rows, nothing but the unavoidable work. It is never edited to improve a ratio.

decode each recorded page with msgspec -> one text per record, hashed -> narrow rows with executemany in one
transaction -> set-based difference against an empty ledger -> CSV files in a ZIP -> commit the difference. No rules,
no references, no history, no reports. Runs in a process of its own: ``python -m tests.bench.baseline RECORDED WORK``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import resource
import sqlite3
import sys
import time
import zipfile
from pathlib import Path

import msgspec


def decoder(columns: list[str]) -> msgspec.json.Decoder:
    row = msgspec.defstruct("Row", [(name, str, "") for name in columns], gc=False)
    fields: list = [("record", list[row], msgspec.field(default_factory=list))]  # type: ignore[valid-type]
    return msgspec.json.Decoder(msgspec.defstruct("Page", fields))


def load(recorded: Path, db: sqlite3.Connection) -> int:
    total = 0
    db.execute("BEGIN")
    for folder in sorted(path for path in recorded.iterdir() if path.is_dir()):
        columns = json.loads((folder / "columns.json").read_text())
        decode = decoder(columns).decode
        db.execute(f"CREATE TABLE stage.{folder.name} (key INTEGER PRIMARY KEY, hash BLOB, record BLOB)")
        db.execute(f"CREATE TABLE {folder.name} (key INTEGER PRIMARY KEY, hash BLOB, record BLOB)")
        encode = msgspec.json.Encoder().encode
        for page in sorted(folder.glob("page-*.json")):
            rows = decode(page.read_bytes()).record
            out = []
            for row in rows:
                values = msgspec.structs.astuple(row)
                record = encode(values)
                out.append((int(values[0]), hashlib.blake2b(record, digest_size=8).digest(), record))
            db.executemany(f"INSERT INTO stage.{folder.name} VALUES (?, ?, ?)", out)
            total += len(out)
    db.execute("COMMIT")
    return total


def difference_and_deliver(recorded: Path, db: sqlite3.Connection, target: Path) -> None:
    names = sorted(path.name for path in recorded.iterdir() if path.is_dir())
    decode = msgspec.json.Decoder(list[str]).decode
    db.execute("BEGIN")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in names:
            changed = (
                f"SELECT s.key, s.hash, s.record FROM stage.{name} s LEFT JOIN {name} l ON l.key = s.key "
                "WHERE l.key IS NULL OR l.hash <> s.hash ORDER BY s.key"
            )
            cursor = db.execute(changed)
            with archive.open(f"{name}.csv", "w") as file:
                while batch := cursor.fetchmany(5_000):
                    text = io.StringIO(newline="")
                    csv.writer(text, lineterminator="\r\n").writerows(decode(row[2]) for row in batch)
                    file.write(text.getvalue().encode())
            db.execute(f"INSERT OR REPLACE INTO {name} {changed}")
    db.execute("COMMIT")


def main() -> None:
    recorded, work = Path(sys.argv[1]), Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    db = sqlite3.connect(work / "baseline.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("ATTACH ? AS stage", [str(work / "stage.sqlite")])
    db.executescript("PRAGMA stage.journal_mode = OFF; PRAGMA stage.synchronous = OFF;")
    total = load(recorded, db)
    loaded = time.perf_counter()
    difference_and_deliver(recorded, db, work / "baseline.zip")
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"rows": total, "load": loaded - started, "deliver": ended - loaded, "seconds": ended - started}
    print(json.dumps({**figures, "rows_a_second": total / (ended - started), "peak_mb": peak}))


if __name__ == "__main__":
    main()
