"""Importing a connection file: settings that exist are replaced only after the question in the window's strip."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from psconnect.desktop.bridge import Bridge, OnError
from psconnect.desktop.text import counted, tr
from psconnect.desktop.widgets.banner import Action
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import IN_USE, Service, plugin_name


@dataclass
class _Import:
    """One file that is imported; ``other_ids`` are the ids in it that another connection has."""

    path: Path
    other_ids: list[str] = field(default_factory=list)
    schedule_off: list[bool] = field(default_factory=list)


class Importing(QObject):
    """Imports connection files for a window.

    ``ask`` shows a question with its answers, ``stored`` gets the connection and a sentence, ``refused`` an error.
    """

    def __init__(
        self,
        service: Service,
        bridge: Bridge,
        ask: Callable[[str, list[Action]], None],
        stored: Callable[[str, str], None],
        refused: OnError,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._service, self._bridge = service, bridge
        self._ask, self._stored, self._refused = ask, stored, refused

    def choose(self, dialog: QFileDialog) -> None:
        """Let a file be chosen, then import it."""
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.begin(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def begin(self, path: Path) -> None:
        """Store the connection of a file; ask first where one with its name exists."""
        self._store(_Import(path), replace=False)

    def _store(self, file: _Import, *, replace: bool) -> None:
        self._bridge.call(
            lambda: self._service.import_connection(
                file.path,
                replace=replace,
                on_other_id=file.other_ids.append,
                on_schedule_off=lambda: file.schedule_off.append(True),
            ),
            partial(self._imported, file),
            partial(self._not_imported, file),
            owner=self,
        )

    def _not_imported(self, file: _Import, error: PsconnectError) -> None:
        if error.code != IN_USE:
            self._refused(error)
            return
        self._bridge.call(
            lambda: self._service.changes_by_import(file.path),
            partial(self._ask_to_replace, file, error.where),
            self._refused,
            owner=self,
        )

    def _ask_to_replace(self, file: _Import, name: str, changes: list[str]) -> None:
        if not changes:
            self._ask(tr("“{name}” already exists, with the same settings. There is nothing to import.", name=name), [])
            return
        text = counted(
            len(changes),
            "“{name}” already exists. The file changes {count} of its settings: {keys}. If that changes who or what is "
            "delivered, the next run waits for your approval.",
            "“{name}” already exists. The file changes {count} of its settings: {keys}. If that changes who or what is "
            "delivered, the next run waits for your approval.",
            name=name,
            keys=", ".join(changes),
        )
        self._ask(text, [(tr("Replace settings"), partial(self._store, file, replace=True))])

    def _imported(self, file: _Import, connection: Connection) -> None:
        text = tr("“{name}” was imported. The file holds no secret: enter it in the settings.", name=connection.name)
        if file.other_ids:
            other = tr(
                "Another connection already has the id in the file, so this one needs its own plugin: “{plugin}”.",
                plugin=plugin_name(connection.id),
            )
            text = tr("{first} {second}", first=text, second=other)
        if file.schedule_off:
            off = tr("Its schedule is off on this computer, so that two don’t deliver: switch it on in the settings.")
            text = tr("{first} {second}", first=text, second=off)
        self._stored(connection.name, text)
