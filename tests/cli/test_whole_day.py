"""A whole day of use with planted secrets and names: outside roster data and chosen exports, none of them is written.

Everything runs in processes of its own, with a real keyring, over HTTP, with a temporary folder of its own: set up,
runs, a hold, approvals, failed runs, crashes, mails, reports, diagnostics, and the removal at the end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from psconnect.cli import codes
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.mail.server import RunningServer, mail_server
from tests.support.canaries import forms_of, leaks
from tests.support.demo import TODAY, Connected

NAMES = ("Zephyrcañary", "Quillfeather-Canary")
MAIL = "zephyr.canary@student.example"
WRONG = "wrong-secret-canary-5b1e"
DRIVER = f"""
import contextlib, io, json, os, signal, sys
from datetime import UTC, datetime
from psconnect.cli import main, verbs
from psconnect.model.clock import Clock
from psconnect.service import Service

class FixedDay(Clock):
    def now(self):
        now = datetime.now(UTC)
        return datetime({TODAY.year}, {TODAY.month}, {TODAY.day}, 12, now.minute, now.second, tzinfo=UTC)

    def wait(self, _seconds, cancel):
        cancel.check()

deadly, how, *_ = *sys.argv[1:], "", ""

def step(taken):
    if taken == deadly:
        os.abort() if how == "abort" else os.kill(os.getpid(), signal.SIGKILL)

verbs.Service = lambda home, clock: Service(home, clock=clock, on_step=step)
answers = []
for arguments, typed in json.load(sys.stdin):
    sys.stdin = io.StringIO(typed)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = main(arguments, FixedDay())
    answers.append([code, said.getvalue()])
print(json.dumps(answers))
"""
Command = tuple[str, ...]


@dataclass
class Day:
    """A sandbox: everything that psconnect writes is below ``root``; ``chosen`` is what a person exports with names."""

    connected: Connected
    root: Path
    env: dict[str, str]
    secret: str
    chosen: list[Path] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)

    def does(self, *commands: Command, typed: str = "") -> list[str]:
        """Run commands in a process of its own, and give each the same text to read; returns what each printed.

        Their exit codes go to ``codes``. What they say beside their results is kept in the sandbox, too.
        """
        ended = self._process(commands, typed)
        assert ended.returncode == 0, ended.stderr
        answers = json.loads(ended.stdout)
        self.codes = [code for code, _said in answers]
        return [said for _code, said in answers]

    def crashes(self, command: Command, at: str, how: str = "kill") -> None:
        """Run a command that is killed, or aborts, at a step."""
        ended = self._process([command], "", at, how)
        assert ended.returncode == (-signal.SIGABRT if how == "abort" else -signal.SIGKILL), ended.stderr

    def _process(self, commands: Sequence[Command], typed: str, *crash: str) -> subprocess.CompletedProcess[str]:
        given = json.dumps([(command, typed) for command in commands])
        command = [sys.executable, "-c", DRIVER, *crash]
        ended = subprocess.run(
            command, cwd=self.root / "here", env=self.env, input=given, capture_output=True, text=True, check=False
        )
        said = self.root / "said"
        said.mkdir(exist_ok=True)
        (said / f"{len(list(said.iterdir()))}.err").write_text(ended.stderr)
        return ended

    @property
    def canaries(self) -> list[str]:
        return [self.secret, WRONG, *NAMES, MAIL]


@pytest.fixture
def mails() -> Iterator[RunningServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def day(connected: Connected, secret_service: dict[str, str], mails: RunningServer, tmp_path: Path) -> Day:
    root = tmp_path / "sandbox"
    for name in ("here", "temporary", "user", "home"):
        (root / name).mkdir(parents=True)
    connected.sql(
        "UPDATE students SET first_name = ?, last_name = ?, student_web_id = ? WHERE id IN "
        "(SELECT id FROM students WHERE enroll_status = 0 ORDER BY id LIMIT 1)", *NAMES, MAIL
    )  # fmt: skip
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    env = {**secret_service, "TMPDIR": str(root / "temporary"), "PSCONNECT_HOME": str(root / "home")}
    # The keyring keeps to the folder it was started with.
    env |= {"HOME": str(root / "user"), "PSCONNECT_HEADLESS": "1"}
    made = Day(connected, root, env, secret)
    connected.service.export_connection(connected.name, root / "here" / "in.toml")
    made.does(("connection", "import", "in.toml"))
    server = mails.settings()
    settings = f'[mail]\nhost = "{server.host}"\nport = {server.port}\nsecurity = "none"\nsender = "{server.sender}"\n'
    (root / "home" / "config" / "preferences.toml").write_text(settings)
    return made


def live_through(day: Day, mails: RunningServer) -> None:
    """Everything that happens between the set-up and the removal."""
    name, root, url = day.connected.name, day.root, day.connected.server.url
    setting, secret = ("connection", "set", name), ("secret", "set", name, CLIENT_SECRET)
    sync: Command = ("sync", name, "--json")
    *_set, held = day.does(
        secret,
        (*setting, "notices.to", '["office@lincoln.example"]'),
        (*setting, "notices.results", "all"),
        sync,
        typed=day.secret,
    )
    assert day.codes == [0, 0, 0, codes.HELD]
    approve: Command = ("run", "approve", json.loads(held)["id"], "--reason", "looked at")
    day.crashes(approve, "journalled")
    (shown, recovered) = day.does(("explain", name, NAMES[1]), sync)
    assert NAMES[0] in shown, "the planted student is there, where a person asks for it"
    run = json.loads(recovered)["id"]
    day.does(
        secret, (*setting, "source.url", "http://127.0.0.1:9"), sync, (*setting, "source.url", url), sync, typed=WRONG
    )
    assert day.codes == [0, 0, codes.NOT_READ, 0, codes.NOT_READ]
    day.does(("check", name))
    day.does(secret, typed=day.secret)
    day.connected.sql("UPDATE students SET first_name = 'Another' WHERE enroll_status = 0 AND last_name <> ?", NAMES[1])
    day.crashes(sync, "journalled", "abort")
    masked = [("report", run, "-o", f"masked.{ending}", "--masked") for ending in ("html", "csv", "json", "xlsx")]
    others: list[Command] = [
        ("report", run, "-o", "named.csv"),
        ("diagnostics", "-o", "diagnostics.zip"),
        ("connection", "export", name, "out.toml"),
    ]
    day.does(sync, *masked, *others)
    assert day.codes[1:] == [0] * 7
    day.chosen.append(root / "here" / "named.csv")
    (root / "mails").mkdir()
    for number, got in enumerate(mails.got):
        (root / "mails" / f"{number}.eml").write_bytes(got.content)
    assert mails.got, "the day's results were mailed"


@pytest.mark.timeout(600)
def test_a_whole_day_leaves_no_secret_and_no_name_outside_the_roster_data(
    day: Day, mails: RunningServer, secret_service: dict[str, str]
) -> None:
    live_through(day, mails)
    rosters, home = day.root / "home" / "data" / "rosters", day.root / "home"
    data = [path for path in rosters.iterdir() if path.suffix in (".sqlite", ".lastread", ".deliveredread", ".finder")]
    assert leaks(rosters, NAMES), "names are where they belong"
    assert leaks(day.root, day.canaries, [*data, *day.chosen]) == []
    assert leaks(day.root, (day.secret, WRONG)) == [], "secrets are not even there"
    assert leaks(day.root, NAMES, data), "the search finds them in the export that was chosen"
    cores = [path for path in day.root.rglob("*") if "core" in path.name.split(".") and path.is_file()]
    assert cores == []
    assert not list((day.root / "temporary").iterdir())

    proof = day.root / "here" / "proof.txt"
    day.does(("connection", "remove", day.connected.name, "--yes", "--proof", str(proof)))
    assert day.codes == [0]
    left = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    assert left <= {"config/preferences.toml", "data/disclosures.jsonl", "logs/psconnect.log"}
    assert leaks(day.root, day.canaries, day.chosen) == []
    ask = "import keyring, sys; print([keyring.get_password('psconnect', one) for one in sys.argv[1:]])"
    item = f"{day.connected.name}/{CLIENT_SECRET}"
    found = subprocess.run(
        [sys.executable, "-c", ask, item], env=secret_service, check=True, capture_output=True, text=True
    )
    assert found.stdout.strip() == "[None]"


@pytest.mark.parametrize("form", sorted(forms_of(NAMES[0])))
def test_a_planted_leak_is_found_in_every_form(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file.bin").write_bytes(os.urandom(64) + form + os.urandom(64))
    assert leaks(tmp_path, NAMES) == [f"deep/file.bin: {NAMES[0]}"]
    assert leaks(tmp_path, NAMES, [tmp_path / "deep"]) == []
