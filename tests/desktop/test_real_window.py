"""The window on a real screen, in a process of its own, driven by real key presses and clicks and by nothing else."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.draft import new_draft
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.wording.checks import state_of_check
from tests.demo.admin.browser import Browser, running_browser
from tests.desktop.atspi import nameless
from tests.desktop.screen import Hands, Screen, eventually, started
from tests.support.home import CHECKOUT

NAME = "Lincoln roster"


@dataclass
class Administrator:
    """Who installs the plugin, in a browser, on the demo district's own pages."""

    url: str
    admin_url: str
    browser: Browser

    def install(self, plugin: Path) -> tuple[str, str]:
        """Upload and enable a plugin; its client ID and secret, as copied from the page."""
        browser = self.browser
        browser.open(self.admin_url)
        browser.fill("User name", browser.shown("User name"))
        browser.fill("Password", browser.shown("Password"))
        browser.press("Sign in")
        for link in ("System", "System Settings", "Plugin Management Configuration", "Install…"):
            browser.follow(link)
        browser.fill("Plugin installation file", str(plugin))
        browser.press("Install")
        name = browser.notice.partition(" is installed")[0].rpartition(" ")[0]
        browser.follow("Enable…")
        browser.press("Enable")
        browser.follow(name)
        browser.follow("Data Provider Configuration")
        return browser.shown("Client ID"), browser.shown("Client Secret")


@pytest.fixture
def administrator(tmp_path: Path) -> Iterator[Administrator]:
    """A demo district in a process of its own, with no plugin installed, and its administrator."""
    folder = tmp_path / "district"
    command = [sys.executable, "-m", "psconnect.demo", "--students", "300", "--folder", str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as server,
        running_browser(tmp_path / "profile") as browser,
    ):
        assert server.stdout
        first = json.loads(server.stdout.readline())
        try:
            yield Administrator(first["url"], first["admin_url"], browser)
        finally:
            server.terminate()


def _save_as(hands: Hands, title: str, path: Path) -> None:
    """The system's dialog to save a file: its name has the focus."""
    hands.window(title)
    hands.write(str(path))
    hands.keys("Return")
    eventually(path.exists, f"the file {path.name}")
    hands.gone(title)


def _record(name: str, hands: Hands) -> None:
    """Write down what it took, for the closing note and for who compares."""
    place = CHECKOUT / "build" / "steps"
    place.mkdir(parents=True, exist_ok=True)
    taken = {"clicks": hands.clicks, "fields": hands.fields}
    (place / f"{name}.json").write_text(json.dumps(taken, indent=2))


def _next(hands: Hands, step: str) -> None:
    """Press the button that leads to that step, with everything on the page named for a screen reader."""
    assert nameless(hands.screen.reader) == []
    hands.click(f"Next: {step}", "push button")
    hands.window(f"^New connection: {step}")


def _set_up(hands: Hands, administrator: Administrator, folder: Path) -> str:
    """From the empty window to Save and preview; returns the client secret that was typed."""
    hands.window("Connections")
    hands.click("Set up a connection", "push button")
    hands.window("^New connection: Connect what")
    hands.click("OneRoster", "radio button")
    hands.fill("Name", NAME)
    hands.keys("Return")
    hands.window("^New connection: Who and what")
    _next(hands, "Plugin")
    hands.press("Save plugin ZIP …")
    _save_as(hands, "Save the plugin", folder / "plugin.zip")
    client_id, secret = administrator.install(folder / "plugin.zip")
    hands.window("^New connection: Plugin")
    _next(hands, "Credentials")
    hands.fill("PowerSchool address", administrator.url)
    hands.fill("Client ID", client_id)
    hands.fill("Client secret", secret)
    hands.press("Test connection")
    eventually(lambda: hands.says(r"(\d+) of \1 passed"), "the end of the test")
    assert len(_ticks(hands)) > 1, "each line of the check is ticked by name"
    _next(hands, flow.spec_of("schools").text(new_draft(), Known((), ())).label)
    _to_finish(hands)
    hands.click("Finish", "push button")
    hands.window("^New connection: Summary")
    hands.press(next(name for name in hands.names("push button") if name.startswith("Destination: ")))
    hands.window("^New connection: Destination")
    hands.fill("Folder", str(folder))
    hands.keys("Return")
    hands.window("^New connection: Schedule")
    hands.keys("Return")
    hands.window("^New connection: Summary")
    assert nameless(hands.screen.reader) == []
    hands.press("Save and preview")
    return secret


def _ticks(hands: Hands) -> list[str]:
    """What the check says passed, a line each."""
    word = state_of_check("ok")
    return [node.name for node in hands.screen.reader.controls() if node.name.startswith(f"{word}: ")]


def _narrow_down(hands: Hands) -> None:
    """Add a filter rule in the settings of the connection, and save it."""
    hands.click(f"Settings of {NAME}")
    hands.window("^Settings")
    hands.click("Filter rules")
    hands.click("Add a rule: Has an email address")
    hands.click("Save", "push button")
    eventually(lambda: hands.says(".*are saved.*"), "that the settings are saved")


def _to_finish(hands: Hands) -> None:
    """On to the first step from which the set-up can be finished."""
    keys = flow.step_keys()
    last = max(place for place, spec in enumerate(steps.STEPS) if spec.required)
    for step in keys[keys.index("schools") + 1 : last + 2]:
        if "Finish" in hands.names("push button"):
            return
        _next(hands, flow.spec_of(step).text(new_draft(), Known((), ())).label)


def _decide(hands: Hands) -> None:
    """Look at the changes, and approve them with a reason."""
    hands.window("^Run: .* would be created")
    hands.press("Review")
    hands.window("^Review: .* would be created")
    hands.fill("Reason for the approval", "Checked with the registrar")
    hands.keys("Return")
    hands.window("^Run: .* were delivered")


@pytest.mark.thorough
def test_the_demo_takes_four_clicks(screen: Screen) -> None:
    with started(screen) as hands:
        hands.window("Connections")
        hands.click("Try the demo district", "push button")
        hands.window("^New connection: Summary – psconnect – Demo district")
        hands.press("Save and preview")
        _decide(hands)
        _record("demo", hands)
        hands.keys("ctrl+q")
        assert hands.ended() == 0
    assert len(hands.clicks) <= 4, hands.clicks
    assert hands.fields == ["Reason for the approval"]


@pytest.mark.thorough
def test_from_an_empty_profile_to_a_saved_report(screen: Screen, administrator: Administrator, tmp_path: Path) -> None:
    folder = tmp_path / "delivered"
    folder.mkdir()
    bundle = folder / f"{NAME}.zip"
    home = Path(screen.environment["PSCONNECT_HOME"])
    with started(screen) as hands:
        secret = _set_up(hands, administrator, folder)
        hands.window("^Run: .* would be created")
        assert not bundle.exists()
        _decide(hands)
        _record("server", hands)
        assert len(hands.clicks) <= 13, hands.clicks
        assert len(hands.fields) <= 6, hands.fields
        hands.tab_to("Open the summary")
        hands.keys("space")
        hands.tab_to("Export report")
        hands.open_menu()
        hands.keys("Down", "Down", "Down", "Down", "Return")
        report = tmp_path / "report.csv"
        _save_as(hands, "^Save .the file will hold student records", report)
        hands.window("^Run: ")
        _narrow_down(hands)
        again = subprocess.run(
            [sys.executable, "-m", "psconnect"], env=screen.environment, cwd=CHECKOUT, check=False, timeout=60
        )
        assert again.returncode == 0, "a second start raises the first window and ends"
        assert hands.process.poll() is None
        hands.keys("ctrl+q")
        assert hands.ended() == 0
    service = Service(home_at(home))
    assert [rule.template for rule in service.connection(NAME).filters["student"]] == ["has email"]
    run = service.runs(NAME)[0]
    assert (run.state, run.reason) == ("finished_with_problems", "Checked with the registrar")
    with zipfile.ZipFile(bundle) as delivered:
        assert "users.csv" in delivered.namelist()
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert sum(row["Part"] == "Finding" for row in rows) == sum(run.problems.values())
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert secret.encode() not in written, "the secret is in the keyring and nowhere else"
