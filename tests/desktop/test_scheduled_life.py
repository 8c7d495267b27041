"""A connection's life after its set-up, all parts together: scheduler, processes, mails, window, history, removal.

The district, the mail server and the window are real, and each start by the system is a process of its own, with the
command line of the entry. Made up are only the scheduler, the tray and the time.
"""

from __future__ import annotations

import email
import email.policy
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.background import Background
from psconnect.desktop.shell import MainWindow
from psconnect.model.notices import NoticeSettings
from psconnect.model.run_history import RunQuery
from psconnect.model.runs import Run
from psconnect.model.schedule import ScheduleSettings
from psconnect.schedule.systems.kind import Entry
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets, variable
from tests.desktop.conftest import OpenInTray
from tests.desktop.tray_place import MadeUpTray
from tests.mail.server import RunningServer, mail_server
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring
from tests.support.schedulers import MadeUpScheduler

_DRIVER = """
import sys
from datetime import datetime
from psconnect.cli import main
from psconnect.model.clock import Clock

class Then(Clock):
    def now(self):
        return datetime.fromisoformat(sys.argv[1])

    def wait(self, _seconds, cancel):
        cancel.check()

sys.exit(main(sys.argv[2:], Then()))
"""
_DAILY = ScheduleSettings(every="day", at=["05:30"], zone="UTC", new_year=True, off_peak=("22:00", "23:00"))


class Life:
    """A connection, the system that starts it, and the window that follows."""

    def __init__(self, connected: Connected, mails: RunningServer, secret: str) -> None:
        self.connected, self.mails, self.secret = connected, mails, secret
        self.service, self.name = connected.service, connected.name
        self.scheduler = MadeUpScheduler(on_start=self._start)
        self.service.find_scheduler = lambda _home: self.scheduler
        self.codes: list[int] = []

    def _start(self, entry: Entry) -> None:
        """What the system does: a process of its own, which has the secret from its environment."""
        arguments = entry.command[entry.command.index("--home") :]
        ended = subprocess.run(
            [sys.executable, "-c", _DRIVER, self.connected.clock.now().isoformat(), *arguments],
            env={**os.environ, "PSCONNECT_HEADLESS": "1", variable(CLIENT_SECRET): self.secret},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        self.codes.append(ended.returncode)

    @property
    def id(self) -> str:
        return self.service.connection(self.name).id

    @property
    def runs(self) -> list[Run]:
        return self.service.runs(self.name)

    def at(self, text: str) -> None:
        """It is that time (UTC)."""
        self.connected.clock.time = datetime.fromisoformat(f"{text}+00:00")

    def starts(self, text: str) -> Run:
        """The system starts psconnect at that time; returns the run that came of it."""
        before = len(self.runs)
        self.at(text)
        self.scheduler.start_now(self.id)
        assert len(self.runs) == before + 1, self.codes
        return self.runs[0]

    def subjects(self) -> list[str]:
        """The mails that arrived since the last call."""
        messages = [email.message_from_bytes(got.content, policy=email.policy.SMTP) for got in self.mails.got]
        self.mails.got.clear()
        return [str(message["Subject"]).removeprefix(f"{self.name}: ") for message in messages]


@pytest.fixture
def life(connected: Connected, memory_keyring: MemoryKeyring) -> Iterator[Life]:
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    connected.service.secrets = Secrets({})
    connected.service.set_secret(connected.name, CLIENT_SECRET, secret)
    assert memory_keyring.entries
    connected.delivered()
    with mail_server() as mails:
        connected.service.save_mail_server(mails.settings())
        yield Life(connected, mails, secret)


def looked(qtbot: QtBot, window: MainWindow) -> None:
    """The window looks at what others did and at what is due."""
    background = window.findChild(Background)
    assert background
    background.follower.look()
    background.due.look()
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=60_000)


@pytest.mark.timeout(300)
def test_a_life_on_schedule_from_switching_it_on_to_the_removal(
    life: Life,
    open_with_tray: OpenInTray,
    tray: MadeUpTray,
    qtbot: QtBot,
    memory_keyring: MemoryKeyring,
    tmp_path: Path,
) -> None:
    service, name = life.service, life.name
    switched_on_and_proved(life)
    window = open_with_tray(service, in_tray=True)

    run = life.starts("2026-11-19T05:30:02")
    assert run.trigger == "schedule"
    assert run.state.startswith("finished")
    assert len(life.subjects()) == 1, "the result"
    looked(qtbot, window)
    assert tray.notices == [], "a run that went well is no news"

    held_once(life, window, tray, qtbot)
    query = RunQuery(triggers=("schedule",))
    assert [one.state == "held" for one, _records in service.find_runs(name, query).page(0, 10)] == [True, False]
    approved = service.approve(life.runs[0].id, "they left")
    assert approved.state.startswith("finished")
    looked(qtbot, window)
    tray.notices.clear()
    life.subjects()

    tonight_and_new_year(life, window, tray, qtbot)
    made_up_once(life, window, qtbot)
    disabled_and_enabled(life)
    moved_and_removed(life, memory_keyring, tmp_path)
    looked(qtbot, window)
    assert not [path for path in service.home.rosters().iterdir() if path.is_file()], (
        "the window that looks leaves nothing either"
    )


def switched_on_and_proved(life: Life) -> None:
    life.at("2026-11-18T12:00")
    notices = NoticeSettings(to=["office@lincoln.example"], results="all", holds=True, new_data=True)
    connection = msgspec.structs.replace(life.service.connection(life.name), schedule=_DAILY, notices=notices)
    life.service.save_connection(connection)
    assert list(life.scheduler.entries) == [life.id]
    proof = life.service.prove_schedule(life.name)
    assert (proof.trouble, list(proof.secrets)) == (None, [CLIENT_SECRET])
    assert list(life.scheduler.entries) == [life.id], "the proof leaves no entry"
    life.scheduler.start_now(life.id)
    assert len(life.runs) == 1, "a start at which nothing is due does nothing"
    assert life.codes[-1] == 0


def held_once(life: Life, window: MainWindow, tray: MadeUpTray, qtbot: QtBot) -> None:
    """A third of the students leave: two mails, and one notice of the window."""
    life.connected.sql(
        "UPDATE Students SET Enroll_Status = 2 WHERE DCID IN "
        "(SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID LIMIT 80)"
    )
    held = life.starts("2026-11-20T05:30:02")
    assert (held.trigger, held.state) == ("schedule", "held")
    assert len(set(life.subjects())) == 2, "the result, and in addition the hold"
    for _time in range(2):
        looked(qtbot, window)
    assert [title for title, _text in tray.notices] == [f"{life.name}: On hold"]


def tonight_and_new_year(life: Life, window: MainWindow, tray: MadeUpTray, qtbot: QtBot) -> None:
    at = life.service.run_tonight(life.name)
    assert life.service.run_tonight(life.name) == at, "clicked twice, it runs once"
    assert at.date() in {time.on for time in life.scheduler.entries[life.id].times}
    assert life.starts(f"{at:%Y-%m-%dT%H:%M:02}").trigger == "tonight"
    connection = life.service.connection(life.name)
    life.service._change_notes(
        connection, lambda notes: msgspec.structs.replace(notes, new_year_day=date(2026, 11, 21))
    )
    life.subjects()
    assert life.starts("2026-11-21T00:00:02").trigger == "new-year"
    assert len(set(life.subjects())) == 2, "the result, and that the data of the new year is there"
    looked(qtbot, window)
    assert [title for title, _text in tray.notices] == [f"{life.name}: the data of the new school year is there"]


def made_up_once(life: Life, window: MainWindow, qtbot: QtBot) -> None:
    before = len(life.runs)
    life.at("2026-11-23T09:00")
    for _time in range(2):
        looked(qtbot, window)
    assert len(life.runs) == before + 1
    assert life.runs[0].trigger == "catch-up"
    assert life.name in window.banner.label.text(), "it is said"


def disabled_and_enabled(life: Life) -> None:
    (entry,) = life.scheduler.entries.values()
    life.service.set_disabled(life.name, disabled=True)
    assert not life.scheduler.entries
    life.scheduler.entries[entry.id] = entry  # an entry that survived
    assert life.starts("2026-11-24T05:30:02").error["key"] == "PSC-SKIPPED/disabled"
    life.service.set_disabled(life.name, disabled=False)
    assert life.service.schedule_state(life.name).registered == "yes"


def moved_and_removed(life: Life, keyring: MemoryKeyring, tmp_path: Path) -> None:
    file = tmp_path / "moved.toml"
    life.service.export_connection(life.name, file)
    other, elsewhere = Service(home_at(tmp_path / "other"), clock=life.connected.clock), MadeUpScheduler()
    other.find_scheduler = lambda _home: elsewhere
    told: list[bool] = []
    moved = other.import_connection(file, on_schedule_off=lambda: told.append(True))
    assert (told, elsewhere.entries, moved.schedule.every) == ([True], {}, "never")
    home = life.service.home
    life.service.remove_connection(life.name)
    assert not life.scheduler.entries
    assert not keyring.entries
    left = {path.name for folder in (home.data, home.config) for path in folder.rglob("*") if path.is_file()}
    assert left <= {"disclosures.jsonl", "preferences.toml", "preferences.lock"}, left
    assert [one.kind for one in life.service.disclosures(life.name)]
    assert life.connected.clock.now() - timedelta(days=30) < life.service.disclosures(life.name)[0].at
