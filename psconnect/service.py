"""The one door: what a person can do, as plain calls with plain values. Command line and window use only this."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from psconnect.destinations import KINDS, make_destination
from psconnect.destinations.base import Declaration, SettingField
from psconnect.logs import logger
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent, ignore
from psconnect.model.runs import Change, ChangeCounts, Run
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.doctor import Finding, examine
from psconnect.powerschool.menus import page_of
from psconnect.powerschool.plugin import PluginPackage, build_plugin
from psconnect.reports import write_report
from psconnect.store import history
from psconnect.store.connections import ConnectionFiles, read_file, to_toml
from psconnect.store.database import open_rosters
from psconnect.store.files import storage_errors, write_atomically
from psconnect.store.home import Home, slug
from psconnect.store.ledger import ledger_counts
from psconnect.store.lock import run_lock
from psconnect.store.review import Arrangement, ProblemGroup, Wanted, problem_groups
from psconnect.store.secrets import CLIENT_SECRET, Secrets, available
from psconnect.sync import engine, inspect
from psconnect.sync.assemble import choices_of, make_client, make_source, rules_fingerprint
from psconnect.sync.inspect import PresetInfo, School
from psconnect.sync.job import Job, no_step
from psconnect.sync.thresholds import Threshold, removal_thresholds

__all__ = [
    "ConnectionState",
    "Declaration",
    "Finding",
    "PluginPackage",
    "PresetInfo",
    "School",
    "Service",
    "SettingField",
    "age_in_words",
]

SECRET_KEYS = (CLIENT_SECRET,)


@dataclass(frozen=True)
class ConnectionState:
    """A connection with its newest run, as a list shows it."""

    connection: Connection
    last_run: Run | None


@dataclass(frozen=True)
class Limit:
    """An entity's planned changes against the limit on removals; ``base`` is what the destination has of it."""

    entity: str
    changes: ChangeCounts
    base: int
    threshold: Threshold

    @property
    def crossed(self) -> bool:
        """Whether the removals alone hold the run."""
        return bool(self.changes.remove) and self.threshold.crossed(self.changes.remove, self.base)

    @property
    def used(self) -> float:
        """How much of the limit the removals use up: 0 for none, 1 and more when it is crossed."""
        return self.threshold.used(self.changes.remove, self.base)


@dataclass
class Service:
    """Everything a person can do with the connections of one home.

    All methods raise PsconnectError in words a person can act on. Methods with ``cancel`` can be stopped from another
    thread; methods with ``on_event`` or ``on_finding`` call it from the thread they run in.
    """

    home: Home
    secrets: Secrets = field(default_factory=Secrets)
    clock: Clock = field(default_factory=Clock)
    on_step: Callable[[str], None] = no_step

    @property
    def _files(self) -> ConnectionFiles:
        return ConnectionFiles(self.home)

    # --- connections ---------------------------------------------------------------------------------------------

    def connections(self) -> list[ConnectionState]:
        """All connections with their newest run."""
        return [ConnectionState(connection, self._last_run(connection.name)) for connection in self._files.all()]

    def damaged_connections(self) -> list[FixSettings]:
        """What is wrong with the connection files that can't be read."""
        return self._files.damaged()

    def connection(self, name: str) -> Connection:
        """The settings of a connection."""
        return self._files.get(name)

    def save_connection(self, connection: Connection) -> Connection:
        """Store settings; those of a connection with the same name are replaced, its ledger and secrets stay."""
        checked = from_dict(to_dict(connection))
        choices_of(checked)
        removal_thresholds(checked.safety.thresholds)
        self._files.save(checked)
        return checked

    def import_connection(self, path: Path) -> Connection:
        """Store the settings of a connection file."""
        return self.save_connection(read_file(path))

    def export_connection(self, name: str, path: Path) -> None:
        """Write the settings as a connection file; it holds no secret."""
        write_atomically(path.absolute(), to_toml(self._files.get(name)).encode())

    def set_value(self, name: str, key: str, text: str) -> Connection:
        """Change one setting. ``key`` is dotted, like ``scope.start_year``; ``text`` a TOML value, or plain text."""
        data = to_dict(self._files.get(name))
        *path, last = key.split(".")
        if path[:1] == ["format"] or key in ("name", "format"):
            raise FixSettings(
                "PSC-SETTINGS-FIXED",
                "This setting can’t be changed",
                f"“{key}” belongs to the connection itself.",
                "Export the connection, change the file, and import it as a new connection.",
                where=key,
            )
        table: dict[str, Any] = data
        for part in path:
            inner = table.setdefault(part, {})
            if not isinstance(inner, dict):
                raise FixSettings(
                    "PSC-SETTINGS-INVALID",
                    "The settings can't be used",
                    f"“{part}” is not a section.",
                    "Check the key.",
                    where=key,
                )
            table = inner
        table[last] = _value(text)
        return self.save_connection(from_dict(data))

    def set_disabled(self, name: str, *, disabled: bool) -> None:
        """Disable a connection (all is kept, nothing runs) or enable it again."""
        data = to_dict(self._files.get(name))
        data["disabled"] = disabled
        self._files.save(from_dict(data))

    def remove_connection(self, name: str) -> None:
        """Wipe settings, secrets, roster data, history; a line without anybody's data stays in the disclosure log."""
        connection = self._files.get(name)
        rosters = self.rosters_of(name)
        with run_lock(rosters.with_suffix(".lock"), name):
            self._note_removal(connection, rosters)
            self.secrets.remove(connection.name, SECRET_KEYS)
            with storage_errors(rosters):
                for path in rosters.parent.glob(f"{rosters.stem}.*"):
                    if path.suffix != ".lock":
                        path.unlink(missing_ok=True)
            self._files.remove(name)
        rosters.with_suffix(".lock").unlink(missing_ok=True)

    def _note_removal(self, connection: Connection, rosters: Path) -> None:
        counts: dict[str, int] = {}
        if rosters.exists():
            db = open_rosters(rosters)
            try:
                counts = ledger_counts(db)
            finally:
                db.close()
        line = {
            "date": self.clock.now().date().isoformat(),
            "destination": connection.destination_kind,
            "removed": counts,
        }
        log = self.home.rosters().parent / "disclosures.jsonl"
        with storage_errors(log), log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    # --- set-up --------------------------------------------------------------------------------------------------

    def set_secret(self, name: str, key: str, value: str) -> None:
        """Keep a secret of a connection in the keyring."""
        name = self._files.get(name).name
        if key not in SECRET_KEYS:
            raise FixSettings(
                "PSC-SECRET-KEY",
                "There is no such secret",
                f"“{key}” is not a secret of this connection.",
                f"Known: {', '.join(SECRET_KEYS)}.",
                where=key,
            )
        self.secrets.set(name, key, value)

    def build_plugin(self, name: str) -> PluginPackage:
        """Build the plugin package with the least access for the connection's choices; its version grows with time."""
        return self.plugin_for(self._files.get(name))

    def save_plugin(self, connection: Connection, path: Path) -> PluginPackage:
        """Build the plugin package of settings that may not be saved yet, and write its ZIP as a whole."""
        package = self.plugin_for(connection)
        write_atomically(path.absolute(), package.content)
        return package

    def plugin_for(self, connection: Connection) -> PluginPackage:
        """Build the plugin package for settings that need not be stored yet."""
        return build_plugin(choices_of(connection).streams, f"1.{self.clock.now():%Y%m%d.%H%M%S}")

    def presets(self) -> list[PresetInfo]:
        """What a connection can start from, in the order of the labels."""
        return inspect.all_presets()

    def destinations(self) -> list[Declaration]:
        """The kinds of destination, each with the settings it declares."""
        return [declaration for declaration, _factory in KINDS.values()]

    def examine(
        self,
        connection: Connection,
        secret: str,
        on_finding: Callable[[Finding], None],
        cancel: CancelToken | None = None,
    ) -> list[Finding]:
        """Run the access doctor on settings that may not be saved yet.

        An empty ``secret`` means the stored one. ``on_finding`` is called with each finding as it is made.
        """
        findings: list[Finding] = []
        with self._looking(connection, secret, cancel) as client:
            for finding in inspect.findings_of(connection, client):
                findings.append(finding)
                on_finding(finding)
        return findings

    def schools(self, connection: Connection, secret: str = "", cancel: CancelToken | None = None) -> list[School]:
        """The district's schools with their active students, read from PowerSchool; the settings may be unsaved."""
        with self._looking(connection, secret, cancel) as client:
            return inspect.schools_of(connection, client)

    def check_destination(self, connection: Connection) -> str:
        """Whether the destination of settings that may not be saved yet takes a delivery; says so in a sentence."""
        return inspect.destination_ready(connection)

    @contextmanager
    def _looking(self, connection: Connection, secret: str, cancel: CancelToken | None) -> Iterator[PowerSchoolClient]:
        chosen = secret or self.secrets.get(connection.name, CLIENT_SECRET)
        client = make_client(connection, chosen, self.clock, cancel or CancelToken())
        try:
            yield client
        finally:
            client.http.close()

    def keeps_secrets(self) -> bool:
        """Whether this computer has a keyring; without one, secrets are kept until psconnect ends."""
        return not self.secrets.session_only and available()

    def has_secret(self, name: str) -> bool:
        """Whether the client secret of a connection, or of a set-up under that name, is known on this computer."""
        return bool(self.secrets.get(name, CLIENT_SECRET))

    def keep_secret(self, name: str, value: str) -> bool:
        """Keep the client secret of a connection, or of a set-up that is not finished, under that name.

        Returns True when it is in the keyring, False where there is none: then it is known until psconnect ends.
        """
        if not self.keeps_secrets():
            self.secrets.keep_for_session(name, CLIENT_SECRET, value)
            return False
        self.secrets.set(name, CLIENT_SECRET, value)
        return True

    def move_secret(self, before: str, after: str) -> None:
        """Keep the client secret of a finished set-up under its connection's name; does nothing if there is none."""
        value = self.secrets.get(before, CLIENT_SECRET)
        if value:
            self.keep_secret(after, value)
            self.forget_secret(before)

    def forget_secret(self, name: str) -> None:
        """Forget the client secret that was kept under that name, if there is one."""
        self.secrets.remove(name, SECRET_KEYS)

    def check(
        self, name: str, on_finding: Callable[[Finding], None], cancel: CancelToken | None = None
    ) -> list[Finding]:
        """Run the access doctor, then the destination's own check."""
        connection = self._files.get(name)
        choices = choices_of(connection)
        findings: list[Finding] = []
        for finding in self._findings(connection, choices, cancel or CancelToken()):
            findings.append(finding)
            on_finding(finding)
        return findings

    def _findings(self, connection: Connection, choices: Any, cancel: CancelToken) -> Iterator[Finding]:
        client = self.make_client(connection, cancel)
        try:
            yield from examine(client, choices.streams, connection.source.read)
        finally:
            client.http.close()
        try:
            text = make_destination(connection.name, connection.destination, no_step).check()
        except FixSettings as error:
            yield Finding("Destination", "failed", error.happened, error.to_do, error.code)
        else:
            yield Finding("Destination", "ok", text)

    # --- runs ----------------------------------------------------------------------------------------------------

    def sync(
        self,
        name: str,
        *,
        scope: str = "all",
        plan_only: bool = False,
        trigger: str = "command line",
        on_event: OnEvent = ignore,
        cancel: CancelToken | None = None,
    ) -> Run:
        """Run a connection; returns the run as it ended, or as it waits."""
        with _Running(self, name, on_event, cancel) as job:
            return _logged(engine.start(job, trigger=trigger, scope=scope, plan_only=plan_only))

    def approve(
        self, run_id: str, reason: str, *, on_event: OnEvent = ignore, cancel: CancelToken | None = None
    ) -> Run:
        """Approve a waiting run and apply it."""
        name, _run = self._find(run_id)
        with _Running(self, name, on_event, cancel) as job:
            return _logged(engine.approve(job, run_id, reason))

    def discard(self, run_id: str) -> Run:
        """Discard a waiting run."""
        name, _run = self._find(run_id)
        with _Running(self, name, ignore, None) as job:
            return _logged(engine.discard(job, run_id))

    def runs(self, name: str) -> list[Run]:
        """All runs of a connection, newest first."""
        self._files.get(name)
        with self._history(name) as db:
            return history.list_runs(db, name) if db else []

    def run(self, run_id: str) -> Run:
        """A run by its id."""
        return self._find(run_id)[1]

    def changes(self, run_id: str, *, limit: int = -1) -> list[Change]:
        """The changes of a run, with before and after, in dependency order."""
        name, _run = self._find(run_id)
        with self._history(name) as db:
            found = history.find_run(db, name, run_id) if db else None
            return list(history.read_changes(db, found[0], limit=limit)) if db and found else []

    def report(self, run_id: str, path: Path) -> Path:
        """Write the report of a run; the file's ending says which format."""
        name, _run = self._find(run_id)
        with self._history(name) as db:
            found = history.find_run(db, name, run_id) if db else None
            if not db or not found:
                raise _no_run(run_id)
            return write_report(db, self._files.get(name), found[0], path)

    # --- looking through a run -----------------------------------------------------------------------------------

    def arrange_changes(self, run_id: str, wanted: Wanted) -> Arrangement:
        """Filter and sort a run's changes of one entity, to be read page by page; close it when done.

        Takes up to seconds for a million changes; its pages take milliseconds.
        """
        name, _run = self._find(run_id)
        with self._history(name) as db:
            found = history.find_run(db, name, run_id) if db else None
        if not found:
            raise _no_run(run_id)
        return Arrangement(self.rosters_of(name), found[0], wanted)

    def problems(self, run_id: str, *, most: int = 200) -> list[ProblemGroup]:
        """A run's findings by school and rule, with links to PowerSchool; of each group at most ``most`` records."""
        name, _run = self._find(run_id)
        base = self._files.get(name).source.url
        with self._history(name) as db:
            found = history.find_run(db, name, run_id) if db else None
            groups = problem_groups(db, found[0], most) if db and found else []
        return [
            replace(
                group, records=tuple(replace(one, link=page_of(base, one.entity, one.key)) for one in group.records)
            )
            for group in groups
        ]

    def limits(self, run_id: str) -> list[Limit]:
        """A waiting run's removals against the limits, per entity with a change."""
        name, run = self._find(run_id)
        limits = removal_thresholds(self._files.get(name).safety.thresholds)
        with self._history(name) as db:
            base = ledger_counts(db) if db else {}
        return [Limit(entity, counts, base.get(entity, 0), limits[entity]) for entity, counts in run.changes.items()]

    # --- within --------------------------------------------------------------------------------------------------

    def rosters_of(self, name: str) -> Path:
        """The file of a connection's roster data."""
        return self.home.rosters() / f"{slug(name)}.sqlite"

    def make_client(self, connection: Connection, cancel: CancelToken) -> PowerSchoolClient:
        """The connection's PowerSchool server; the seam at which a bench replaces the network's edge."""
        return make_client(connection, self.secrets.get(connection.name, CLIENT_SECRET), self.clock, cancel)

    def _history(self, name: str) -> _History:
        return _History(self.rosters_of(name))

    def _last_run(self, name: str) -> Run | None:
        with self._history(name) as db:
            runs = history.list_runs(db, name) if db else []
        return runs[0] if runs else None

    def _find(self, run_id: str) -> tuple[str, Run]:
        for name in self._files.names():
            with self._history(name) as db:
                found = history.find_run(db, name, run_id) if db else None
            if found:
                return name, found[1]
        raise _no_run(run_id)


def _no_run(run_id: str) -> FixSettings:
    return FixSettings(
        "PSC-RUN-UNKNOWN",
        "There is no such run",
        f"No connection has a run with the id {run_id}.",
        "See the runs of a connection with: psconnect runs NAME",
        where=run_id,
    )


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _logged(run: Run) -> Run:
    code = run.error["code"] if run.error else ""
    changes = {entity: counts.total for entity, counts in run.changes.items()}
    logger.info("run", extra={"data": {"run": run.id, "state": run.state, "changes": changes, "code": code}})
    return run


class _History:
    """The roster data of a connection opened for reading its history; None when there is none yet."""

    def __init__(self, rosters: Path) -> None:
        self._rosters = rosters
        self._db: Any = None

    def __enter__(self) -> Any:
        if self._rosters.exists():
            self._db = open_rosters(self._rosters)
        return self._db

    def __exit__(self, *_exc: object) -> None:
        if self._db is not None:
            self._db.close()


class _Running:
    """A connection put together as a Job, and its network connections closed afterwards."""

    def __init__(self, service: Service, name: str, on_event: OnEvent, cancel: CancelToken | None) -> None:
        self._service, self._name, self._on_event = service, name, on_event
        self._cancel = cancel or CancelToken()
        self._close: Callable[[], None] | None = None

    def __enter__(self) -> Job:
        service = self._service
        connection = service.connection(self._name)
        if connection.disabled:
            raise FixSettings(
                "PSC-CONNECTION-DISABLED",
                "The connection is disabled",
                f"“{self._name}” is disabled: everything is kept, nothing runs.",
                "Enable it first.",
                where=self._name,
            )
        choices = choices_of(connection)

        def source() -> Any:
            client = service.make_client(connection, self._cancel)
            self._close = client.http.close
            return make_source(choices, client, service.clock)

        return Job(
            connection=self._name,
            rosters=service.rosters_of(self._name),
            make_source=source,
            destination=make_destination(self._name, connection.destination, service.on_step),
            rules=rules_fingerprint(choices),
            preview=connection.safety.preview,
            thresholds=removal_thresholds(connection.safety.thresholds),
            clock=service.clock,
            cancel=self._cancel,
            on_event=self._on_event,
            on_step=service.on_step,
        )

    def __exit__(self, *_exc: object) -> None:
        if self._close:
            self._close()


def age_in_words(then: datetime, now: datetime) -> str:
    """How long ago something was, as people say it."""
    seconds = (now - then).total_seconds()
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"
