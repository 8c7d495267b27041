"""The window on a real screen, in a process of its own, driven by real key presses and clicks and by nothing else."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from psconnect.demo.control import DemoControl
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.desktop.atspi import nameless
from tests.desktop.screen import Hands, Screen, eventually, started
from tests.support.home import CHECKOUT

NAME = "Lincoln roster"


@pytest.fixture
def district(tmp_path: Path) -> Iterator[tuple[str, DemoControl]]:
    """A demo district in a process of its own, with no plugin installed: its address, and its administrator."""
    folder = tmp_path / "district"
    command = [sys.executable, "-m", "psconnect.demo", "--students", "300", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as server:
        assert server.stdout
        first = json.loads(server.stdout.readline())
        try:
            yield first["url"], DemoControl(first["url"], first["control_token"])
        finally:
            server.terminate()


def _save_as(hands: Hands, title: str, path: Path) -> None:
    """The system's dialog to save a file: its name has the focus."""
    hands.window(title)
    hands.write(str(path))
    hands.keys("Return")
    eventually(path.exists, f"the file {path.name}")
    hands.gone(title)


def _set_up(hands: Hands, url: str, administrator: DemoControl, folder: Path) -> str:
    """From the empty window to Save and preview; returns the client secret that was typed."""
    hands.window("Connections")
    hands.click("Set up a connection", "push button")
    hands.window("New connection")
    eventually(lambda: hands.has_focus("Name"), "the name")
    hands.write(NAME)
    assert nameless(hands.screen.reader) == []
    hands.keys("Return")
    hands.tab_to("Save plugin …")
    hands.keys("space")
    _save_as(hands, "Save the plugin", folder / "plugin.zip")
    administrator.install((folder / "plugin.zip").read_bytes())
    plugin = administrator.enable(administrator.plugins()[0].name)
    hands.window("New connection")
    hands.tab_to("PowerSchool address")
    hands.write(url)
    hands.tab_to("Client ID")
    hands.write(str(plugin.client_id))
    hands.tab_to("Client secret")
    hands.write(str(plugin.client_secret))
    hands.tab_to("Test connection")
    hands.keys("space")
    eventually(lambda: hands.says(r"(\d+) of \1 passed"), "the end of the test")
    assert nameless(hands.screen.reader) == []
    hands.tab_to("Next: Schools, terms, courses")
    hands.keys("Return")
    hands.tab_to("School numbers")
    assert nameless(hands.screen.reader) == []
    hands.keys("Return")
    hands.tab_to("Folder")
    hands.write(str(folder))
    assert nameless(hands.screen.reader) == []
    hands.keys("Return")
    hands.tab_to("Save and preview")
    assert nameless(hands.screen.reader) == []
    hands.keys("Return")
    hands.gone("New connection")
    return str(plugin.client_secret)


@pytest.mark.thorough
def test_from_an_empty_profile_to_a_saved_report(
    screen: Screen, district: tuple[str, DemoControl], tmp_path: Path
) -> None:
    url, administrator = district
    folder = tmp_path / "delivered"
    folder.mkdir()
    bundle = folder / f"{NAME}.zip"
    home = Path(screen.environment["PSCONNECT_HOME"])
    with started(screen) as hands:
        secret = _set_up(hands, url, administrator, folder)
        hands.window("^Run: .* would be created")
        assert not bundle.exists()
        hands.tab_to("Review")
        hands.keys("space")
        hands.window("^Review: .* would be created")
        hands.tab_to("Reason for the approval")
        hands.write("Checked with the registrar")
        hands.keys("Return")
        hands.window("^Run: .* were delivered")
        hands.tab_to("Open the summary")
        hands.keys("space")
        hands.tab_to("Export report")
        hands.open_menu()
        hands.keys("Down", "Down", "Return")
        report = tmp_path / "report.csv"
        _save_as(hands, "Export the report", report)
        hands.window("^Run: ")
        again = subprocess.run(
            [sys.executable, "-m", "psconnect"], env=screen.environment, cwd=CHECKOUT, check=False, timeout=60
        )
        assert again.returncode == 0, "a second start raises the first window and ends"
        assert hands.process.poll() is None
        hands.keys("ctrl+q")
        assert hands.ended() == 0
    run = Service(home_at(home)).runs(NAME)[0]
    assert (run.state, run.reason) == ("finished_with_problems", "Checked with the registrar")
    with zipfile.ZipFile(bundle) as delivered:
        assert "users.csv" in delivered.namelist()
    rows = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == 1 + sum(run.problems.values())
    written = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert secret.encode() not in written, "the secret is in the keyring and nowhere else"
