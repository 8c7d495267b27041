"""cron, where there is no systemd: the user's own crontab, through crontab(1) alone.

cron makes up for nothing that was missed, and starts programs with next to no variables: without the address of the
session bus there is no keyring.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.autostart import Autostart
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.kind import Entry, LocalTime
from psconnect.schedule.systems.table_lines import Block, entry_in, entry_lines
from psconnect.schedule.systems.tools import ask

_NO_TABLE = (b"no crontab", b"No such file")
"""What crontab -l says (vixie cron, cronie, busybox; none is translated) where it ends with 1 for want of a table.

Any other refusal must not be taken for an empty table: writing would then wipe the user's own lines.
"""
_PASSED_ON = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "LANG")
_JUST_BEFORE = 50
"""From this second on, cron may have looked at its table for the coming minute already."""
_JUST_AFTER = 2
"""cron looks at the full minute and tells tables apart by whole seconds: one changed twice in the first second of a
minute may stay unread."""


@dataclass
class Cron:
    """The user's crontab, for the entries of one home.

    Attributes:
        home_id: the id of psconnect's home.
        environment: where HOME, XDG_* and the session bus are found.
        clock: tells which minute comes next.
    """

    home_id: str
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    clock: Clock = field(default_factory=Clock)
    key: str = "cron"
    keeps_until: bool = False
    runs_logged_out: bool = True

    def register(self, entry: Entry) -> None:
        """Write the entry's block; a start at login is the desktop's, because cron knows none."""
        table = self._table()
        lines = entry_lines(entry, self._variables())
        self._write(table, self._block(entry.id).put_in(self._once(entry.id).taken_out(table)[0], lines))
        item = self._at_login(entry.id)
        if entry.at_login:
            item.register(entry.command)
        else:
            item.remove()

    def remove(self, entry_id: str) -> None:
        """Take the entry's block out."""
        table = self._table()
        self._write(table, self._block(entry_id).taken_out(self._once(entry_id).taken_out(table)[0])[0])
        self._at_login(entry_id).remove()

    def read_back(self, entry_id: str) -> Entry | None:
        """What the table says."""
        _rest, inner = self._block(entry_id).taken_out(self._table())
        if inner is None:
            return None
        at_login = self._at_login(entry_id).read_back()
        return replace(entry_in(entry_id, inner), at_login=bool(at_login and at_login.enabled))

    def listed(self) -> list[str]:
        """The ids of all blocks of this home."""
        lines = self._table().decode(errors="replace").splitlines()
        return self._names.ids(line.removeprefix("# end ") for line in lines if line.startswith("# end "))

    def start_now(self, entry_id: str) -> None:
        """Add a block for the coming minute; cron has no other way. It goes with the entry's next change."""
        table = self._table()
        _rest, inner = self._block(entry_id).taken_out(table)
        if inner is None:
            raise FixSettings("PSC-SCHEDULE-ENTRY-MISSING", where=entry_id)
        while (now := self.clock.now().astimezone()).second < _JUST_AFTER:
            self.clock.wait(_JUST_AFTER - now.second, CancelToken())
        at = now + timedelta(minutes=2 if now.second >= _JUST_BEFORE else 1)
        once = replace(entry_in(entry_id, inner), times=(_minute(at),))
        self._write(table, self._once(entry_id).put_in(table, entry_lines(once, self._variables())))

    @property
    def _names(self) -> EntryNames:
        return EntryNames(self.home_id)

    def _block(self, entry_id: str) -> Block:
        return Block.of(self._names, entry_id)

    def _once(self, entry_id: str) -> Block:
        return Block.of(self._names, entry_id, " at once")

    def _at_login(self, entry_id: str) -> Autostart:
        return Autostart(self._names.name(entry_id), self.environment)

    def _variables(self) -> dict[str, str]:
        found = {name: self.environment[name] for name in _PASSED_ON if self.environment.get(name)}
        if self.environment.get("PSCONNECT_SCHEDULER") == self.key:
            # Chosen in place of another: what is started keeps its entry here, not there.
            found["PSCONNECT_SCHEDULER"] = self.key
        runtime = found.setdefault("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
        found.setdefault("DBUS_SESSION_BUS_ADDRESS", f"unix:path={runtime}/bus")
        # Abstract sockets and those below /tmp end with the login; the user's bus is always at the same place.
        if not found["DBUS_SESSION_BUS_ADDRESS"].startswith(f"unix:path={runtime}/"):
            found["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={runtime}/bus"
        return found

    def _table(self) -> bytes:
        answer = ask(["crontab", "-l"])
        if answer.code and not answer.out and any(said in answer.errors for said in _NO_TABLE):
            return b""
        return answer.done().out

    def _write(self, before: bytes, after: bytes) -> None:
        if after == before:
            return
        if after:
            ask(["crontab", "-"], given=after).done()
        else:
            ask(["crontab", "-r"]).done()


def _minute(at: datetime) -> LocalTime:
    return LocalTime(at.hour, at.minute, on=at.date())
