"""The connections of a home: list, save, import, export, change, disable, remove."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from psconnect.destinations import KINDS
from psconnect.logs import logger
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.runs import APPLIED, Run, telling_run
from psconnect.model.setting_parts import all_parts, differing_parts
from psconnect.powerschool.plugin_versions import built_later
from psconnect.service.identity import Identity
from psconnect.service.removal import Removal
from psconnect.service.secrets import destination_secret_keys
from psconnect.store.files import DELIVERED_READ, LAST_READ, storage_errors, write_atomically
from psconnect.store.history import run_table
from psconnect.store.lock import run_lock
from psconnect.store.reading.last_reading import FINDER
from psconnect.store.settings.change_times import note_change
from psconnect.store.settings.connection_files import read_file, to_toml
from psconnect.sync.compose import choices_of, deciding_parts, load_preset
from psconnect.sync.thresholds import thresholds_of

IN_USE = "PSC-CONNECTION-EXISTS"
"""The code raised for a connection that would be replaced; its ``where`` is the name."""


@dataclass(frozen=True)
class ConnectionState:
    """A connection as a list shows it.

    Attributes:
        last_run: the newest run that tells how it is (model.runs.telling_run).
        trouble: why its runs can't be read, if so.
        last_success: the newest run that delivered or found nothing to deliver; None before the first one.
    """

    connection: Connection
    last_run: Run | None
    trouble: PsconnectError | None = None
    last_success: Run | None = None


class Connections(Identity, Removal):
    """What a user can do with the connections themselves."""

    def connections(self) -> list[ConnectionState]:
        """All connections with their telling run. Unreadable roster data of one doesn't hide the others."""
        return [self._state_of(connection) for connection in self._files.all()]

    def _state_of(self, connection: Connection) -> ConnectionState:
        try:
            with self._history(connection.name) as db:
                runs = run_table.list_runs(db, connection.name) if db else []
            success = next((run for run in runs if run.state in APPLIED), None)
            return ConnectionState(connection, telling_run(runs), last_success=success)
        except PsconnectError as error:
            return ConnectionState(connection, None, error)

    def damaged_connections(self) -> list[FixSettings]:
        """The errors of connection files that can't be read."""
        return self._files.damaged()

    def connection(self, name: str) -> Connection:
        """The settings of a connection."""
        return self._files.get(name)

    def known_as(self, name: str) -> str:
        """A connection's name as its file spells it, however typed; empty if there is none."""
        return self._files.spelled(name)

    def save_connection(self, connection: Connection) -> Connection:
        """Store settings; they replace those of a connection with the same name, whose ledger and secrets stay.

        The first spelling of the name is kept, because secrets and the destination's files are found by it. The result
        has a new id if there was none or another connection has it.
        """
        checked = from_dict(to_dict(connection))
        if not self._files.spelled(checked.name):
            self.free_name(checked.name)
        checked = msgspec.structs.replace(checked, name=self._files.spelled(checked.name) or checked.name)
        checked = self._with_plugin(load_preset(checked.preset).fixed_in(self.with_id(checked)))
        thresholds_of(choices_of(checked).connection.safety.thresholds)
        if checked.destination_kind in KINDS:
            KINDS[checked.destination_kind].check(checked.destination)
        self.check_ids(checked)
        self._forget_for_another_kind(checked)
        before = deciding_parts(self._files.get(checked.name)) if self._files.spelled(checked.name) else {}
        self._files.save(checked)
        if before:
            changed = differing_parts(before, deciding_parts(checked))
            note_change(self.rosters_of(checked.name), changed, self.clock.now())
        return checked

    def _with_plugin(self, connection: Connection) -> Connection:
        """The settings with what is known of the plugin built last: an imported file may be older than that."""
        stored = next((one.plugin for one in self._files.all() if one.id == connection.id), connection.plugin)
        return msgspec.structs.replace(connection, plugin=built_later(connection.plugin, stored))

    def _forget_for_another_kind(self, connection: Connection) -> None:
        """Drop secrets of the previous kind: another system may ask for them by the same key."""
        name = self._files.spelled(connection.name)
        if name and self._files.get(name).destination_kind not in ("", connection.destination_kind):
            self.forget_secrets(name, destination_secret_keys())

    def import_connection(
        self,
        path: Path,
        *,
        replace: bool = True,
        on_other_id: Callable[[str], None] = lambda _id: None,
        on_schedule_off: Callable[[], None] = lambda: None,
    ) -> Connection:
        """Store the settings of a connection file; an existing connection is replaced only with ``replace``.

        ``on_other_id`` gets the file's id if another connection already has it. A connection that is new here does not
        run by itself until somebody switches that on: the computer that the file is from may still deliver.
        ``on_schedule_off`` is told.
        """
        connection = read_file(path)
        known = self._files.spelled(connection.name)
        if not replace and known:
            raise FixSettings(IN_USE, where=connection.name, name=connection.name)
        if not known and connection.schedule.is_on:
            off = msgspec.structs.replace(connection.schedule, every="never")
            connection = msgspec.structs.replace(connection, schedule=off)
            on_schedule_off()
        stored = self.save_connection(self._with_kept_ping(connection))
        if connection.id not in ("", stored.id):
            on_other_id(connection.id)
        return stored

    def changes_by_import(self, path: Path) -> list[str]:
        """The settings that importing the file would change, by dotted key, sorted; empty for a new connection."""
        connection = read_file(path)
        if not self._files.spelled(connection.name):
            return []
        before, after = all_parts(self._files.get(connection.name)), all_parts(self._with_kept_ping(connection))
        return differing_parts(before, after)

    def _with_kept_ping(self, connection: Connection) -> Connection:
        """An imported connection with the ping address that is known here, like its secrets, if the file has none."""
        if connection.notices.ping_url or not self._files.spelled(connection.name):
            return connection
        return _with_ping(connection, self._files.get(connection.name).notices.ping_url)

    def export_connection(self, name: str, path: Path) -> None:
        """Write the settings as a connection file, without secrets, and without the ping address, which is like one."""
        write_atomically(path.absolute(), to_toml(_with_ping(self._files.get(name), "")).encode())

    def set_value(self, name: str, key: str, text: str) -> Connection:
        """Change one setting. ``key`` is dotted, such as ``scope.start_year``; ``text`` is a TOML value or text."""
        data = to_dict(self._files.get(name))
        *path, last = key.split(".")
        if path[:1] == ["format"] or key in ("name", "format", "id"):
            raise FixSettings("PSC-SETTINGS-FIXED", where=key, name=key)
        table: dict[str, Any] = data
        for part in path:
            inner = table.setdefault(part, {})
            if not isinstance(inner, dict):
                raise FixSettings("PSC-SETTINGS-INVALID/section", where=key, part=part)
            table = inner
        value = _value(text)
        try:
            return self._saved_with(data, table, last, value)
        except FixSettings:
            if value == text:
                raise
            # Something that looks like a number or date may be meant as text: a client ID, a prefix, a name.
            with contextlib.suppress(FixSettings):
                return self._saved_with(data, table, last, text)
            raise

    def _saved_with(self, data: dict[str, Any], table: dict[str, Any], key: str, value: object) -> Connection:
        """Store the settings with one value of a table changed."""
        table[key] = value
        return self.save_connection(from_dict(data))

    def set_disabled(self, name: str, *, disabled: bool) -> Connection:
        """Disable a connection (everything is kept, nothing runs) or enable it again; returns its settings."""
        data = to_dict(self._files.get(name))
        data["disabled"] = disabled
        connection = from_dict(data)
        self._files.save(connection)
        return connection

    def rebuild(self, name: str) -> Path:
        """Move a connection's damaged roster data aside, so that the next sync starts again; returns the new path.

        psconnect loses its content: runs, what the destination has, adopted ids, generated user names. Settings and
        secrets stay. The file is deleted with the connection. Raises FixSettings if there is none.
        """
        connection = self._files.get(name)
        rosters = self.rosters_of(connection.name)
        with run_lock(rosters.with_suffix(".lock"), connection.name), storage_errors(rosters):
            if not rosters.exists():
                raise FixSettings("PSC-DATA-NONE", where=connection.name, name=connection.name)
            aside = rosters.with_suffix(f".damaged-{self.clock.now():%Y%m%d-%H%M%S}.sqlite")
            for ending in ("-wal", "-shm", ""):
                beside = Path(f"{rosters}{ending}")
                if beside.exists():
                    beside.replace(f"{aside}{ending}")
            for path in rosters.parent.glob(f"{rosters.stem}.*"):
                if path.suffix in (LAST_READ, DELIVERED_READ, FINDER):
                    path.unlink(missing_ok=True)
        logger.info("roster data set aside", extra={"data": {"connection": connection.id}})
        return aside


def _with_ping(connection: Connection, url: str) -> Connection:
    return msgspec.structs.replace(connection, notices=msgspec.structs.replace(connection.notices, ping_url=url))


def _value(text: str) -> Any:
    try:
        read = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):  # not TOML, or absurdly many digits or brackets
        return text
    return read["value"] if len(read) == 1 else text
