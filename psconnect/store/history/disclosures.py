"""The disclosure log: a line for each delivery and removal, only ever added to. It outlives connections and retention.

Each line ends with a digest over everything before it and itself, so that a line that was changed or taken out by hand
shows from there on. Lines cut off at the end don't show: there is nothing after them that could tell.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from psconnect.model.disclosures import Disclosure, LogState
from psconnect.model.runs import ChangeCounts
from psconnect.store.database import alone
from psconnect.store.files import storage_errors
from psconnect.store.settings.home import Home
from psconnect.store.settings.home_id import home_lock

_DIGEST = "digest"
_OWNER_ONLY = 0o600


@dataclass(frozen=True)
class _Line:
    entry: Disclosure | None
    fits: bool


@dataclass(frozen=True)
class DisclosureLog:
    """The log of a home; raises LocalStorage if the file can't be read or written. ``lock`` is held while adding."""

    path: Path
    lock: Path

    def entries(self) -> list[Disclosure]:
        """All entries, oldest first; lines that can't be read are counted in ``state``."""
        return [line.entry for line in self._lines() if line.entry]

    def state(self) -> LogState:
        """Whether the log is as psconnect wrote it."""
        lines = list(self._lines())
        entries = sum(line.entry is not None for line in lines)
        altered = next((place for place, line in enumerate(lines, 1) if not line.fits), 0)
        return LogState(entries, len(lines) - entries, altered)

    def add(self, find: Callable[[frozenset[str]], Iterable[Disclosure]]) -> None:
        """Add the entries that ``find`` gives when told the ids of the runs whose delivery is in the log already."""
        with alone(self.lock, self.path), storage_errors(self.path):
            known = frozenset(entry.run for entry in self.entries() if entry.run and entry.event != "listed")
            found = list(find(known))
            if not found:
                return
            content = self._content()
            digest = _digest_of(content)
            added = b"" if not content or content.endswith(b"\n") else b"\n"
            for entry in found:
                digest, line = _sealed(digest, _as_stored(entry))
                added += line
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
            with os.fdopen(handle, "ab") as file:
                file.write(added)
                file.flush()
                os.fsync(file.fileno())

    def _content(self) -> bytes:
        with storage_errors(self.path):
            return self.path.read_bytes() if self.path.exists() else b""

    def _lines(self) -> Iterator[_Line]:
        digest = ""
        for raw in self._content().splitlines():
            data = _parsed(raw)
            said = data.get(_DIGEST)
            digest = _next(digest, raw, data)
            # Lines of versions before 0.12 have no digest; the first one that has covers them.
            yield _Line(_entry(data), said in (None, digest))


def disclosure_log(home: Home) -> DisclosureLog:
    """The log of a home; the file appears with its first line."""
    return DisclosureLog(home.rosters().parent / "disclosures.jsonl", home_lock(home))


def _digest_of(content: bytes) -> str:
    digest = ""
    for raw in content.splitlines():
        digest = _next(digest, raw, _parsed(raw))
    return digest


def _next(digest: str, raw: bytes, data: Mapping[str, Any]) -> str:
    body = _body(data) if _DIGEST in data else raw
    return hashlib.sha256(digest.encode() + body).hexdigest()


def _sealed(digest: str, data: Mapping[str, Any]) -> tuple[str, bytes]:
    body = _body(data)
    sealed = hashlib.sha256(digest.encode() + body).hexdigest()
    return sealed, json.dumps({**data, _DIGEST: sealed}, ensure_ascii=False).encode() + b"\n"


def _body(data: Mapping[str, Any]) -> bytes:
    plain = {name: value for name, value in data.items() if name != _DIGEST}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode()


def _parsed(raw: bytes) -> dict[str, Any]:
    """A line's content; empty for one that was torn or is not ours."""
    try:
        data = json.loads(raw)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _as_stored(entry: Disclosure) -> dict[str, Any]:
    removed = entry.event == "removed"
    data: dict[str, Any] = {
        "date": entry.at.isoformat(timespec="seconds"),
        "event": entry.event,
        "connection": entry.connection,
        "connection_id": entry.connection_id,
        "destination": entry.kind,
        "place": entry.place,
        "removed" if removed else "records": entry.records if entry.records is None else dict(entry.records),
        "people": entry.people,
    }
    if not removed:
        data["run"], data["whole"] = entry.run, entry.whole
        data["changes"] = {key: [one.create, one.update, one.remove] for key, one in entry.changes.items()}
    return data


def _entry(data: Mapping[str, Any]) -> Disclosure | None:
    """The entry of a line; None for one that can't be read. Versions before 0.12 noted removals alone."""
    try:
        at = datetime.fromisoformat(data["date"])
        return Disclosure(
            at if at.tzinfo else at.replace(tzinfo=UTC),
            data.get("event", "removed"),
            data["destination"],
            data.get("connection", ""),
            data.get("connection_id", ""),
            data.get("place", ""),
            data.get("run", ""),
            data.get("whole", True),
            data["removed"] if "removed" in data else data["records"],
            {key: ChangeCounts(*counts) for key, counts in data.get("changes", {}).items()},
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
