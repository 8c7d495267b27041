"""Windows' Task Scheduler through schtasks.exe, judged by exit code and XML alone: its words are localised.

Tasks lie in the root folder: schtasks can't remove a folder, so one of ours would stay behind.
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.kind import Entry
from psconnect.schedule.systems.task_xml import entry_in_task, task_file
from psconnect.schedule.systems.tools import ToolAnswer, ask
from psconnect.schedule.systems.windows_user import windows_user
from psconnect.store.files import storage_errors


@dataclass
class TaskScheduler:
    r"""The tasks of one home; they run while the user is signed in, also with a locked screen.

    Attributes:
        home_id: the id of psconnect's home.
        user: gives the user as ``DOMAIN\name``.
    """

    home_id: str
    user: Callable[[], str] = windows_user
    key: str = "task-scheduler"
    keeps_until: bool = True
    runs_logged_out: bool = False

    def register(self, entry: Entry) -> None:
        """Create or replace the task from a file, whose texts need no quoting for a command line."""
        content = task_file(entry, self.user())
        handle, name = tempfile.mkstemp(prefix="psconnect-", suffix=".xml")
        file = Path(name)
        with storage_errors(file):
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(content)
                self._ask("/create", entry.id, "/xml", str(file), "/f").done()
            finally:
                file.unlink(missing_ok=True)

    def remove(self, entry_id: str) -> None:
        """Delete the task; a start that is at work goes on."""
        answer = self._ask("/delete", entry_id, "/f")
        if answer.code and entry_id in self.listed():
            answer.done()

    def read_back(self, entry_id: str) -> Entry | None:
        """What the task says now."""
        answer = self._ask("/query", entry_id, "/xml")
        if answer.code and entry_id not in self.listed():
            # It ends with 1 whether there is no such task or the service does not answer: the list tells.
            return None
        return entry_in_task(entry_id, answer.done().out)

    def listed(self) -> list[str]:
        """The ids of this home's tasks, among all that the user may see."""
        answer = ask(["schtasks", "/query", "/fo", "csv", "/nh"]).done()
        rows = csv.reader(answer.out.decode("ascii", errors="replace").replace("\0", "").splitlines())
        return self._names.ids(row[0].removeprefix("\\") for row in rows if row)

    def start_now(self, entry_id: str) -> None:
        """Start the task."""
        answer = self._ask("/run", entry_id)
        if answer.code and entry_id not in self.listed():
            raise FixSettings("PSC-SCHEDULE-ENTRY-MISSING", where=entry_id)
        answer.done()

    @property
    def _names(self) -> EntryNames:
        return EntryNames(self.home_id)

    def _ask(self, what: str, entry_id: str, *options: str) -> ToolAnswer:
        return ask(["schtasks", what, "/tn", self._names.name(entry_id), *options])
