"""The window on a real screen (Xvfb), in a process of its own, driven by real key presses and clicks (xdotool)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psconnect.store.secrets import CLIENT_SECRET, variable
from tests.support.demo import Connected
from tests.support.home import CHECKOUT

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux" or not all(map(shutil.which, ("Xvfb", "xdotool"))), reason="needs Xvfb and xdotool"
    ),
]
SECONDS = 60.0


def eventually(found: Callable[[], object], what: str) -> object:
    """Ask again until it is so; the programs asked are processes of their own and tell nothing by themselves."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        subprocess.run(["sleep", "0.1"], check=True)
    pytest.fail(f"never came: {what}")


@pytest.fixture
def screen() -> Iterator[str]:
    """A screen of 1400 x 900; its name is chosen by the server."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            name = f":{told.readline().strip()}"
        try:
            yield name
        finally:
            server.terminate()


@pytest.fixture
def xdotool(screen: str) -> Callable[..., str]:
    """Runs xdotool on the screen; returns what it prints, empty when it finds nothing."""

    def run(*arguments: str) -> str:
        environment = {**os.environ, "DISPLAY": screen}
        return subprocess.run(
            ["xdotool", *arguments], env=environment, capture_output=True, text=True, check=False
        ).stdout.strip()

    return run


def test_run_review_and_approve_by_the_keyboard(connected: Connected, screen: str, xdotool, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "PSCONNECT_HOME": str(connected.folder / "home"),
        "QT_QPA_PLATFORM": "xcb",
        variable(CLIENT_SECRET): connected.service.secrets.get(connected.name, CLIENT_SECRET) or "",
    }
    with subprocess.Popen([sys.executable, "-m", "psconnect"], env=environment, cwd=CHECKOUT) as program:
        try:
            window = str(eventually(lambda: xdotool("search", "--onlyvisible", "--name", "psconnect"), "the window"))
            window = window.splitlines()[0]
            xdotool("windowfocus", "--sync", window)

            def keys(*names: str) -> None:
                xdotool("key", "--delay", "60", *names)

            def state() -> str:
                runs = connected.service.runs(connected.name)
                return runs[0].state if runs else ""

            def opened() -> str:
                # Where the connection stands in the navigation; nothing stands there before the list is loaded.
                xdotool("mousemove", "--window", window, "90", "174", "click", "1")
                return xdotool("search", "--name", "^Overview: ")

            eventually(opened, "the overview")
            keys("ctrl+Return")
            eventually(state, "a run")
            eventually(lambda: state() == "held", "the hold")
            eventually(lambda: xdotool("search", "--name", "^Run: .* would be created"), "the end of the run")
            assert not connected.bundle.exists()
            again = subprocess.run(
                [sys.executable, "-m", "psconnect"], env=environment, cwd=CHECKOUT, check=False, timeout=60
            )
            assert again.returncode == 0, "a second start raises the first window and ends"
            assert program.poll() is None
            # Overview, History, Settings, New connection, Help, and then the button on the page: Review.
            keys(*["Tab"] * 6, "space")
            # From the filter: the kind of change, both tables, Discard, and then the reason.
            eventually(lambda: xdotool("search", "--name", "^Review: .* would be created"), "the review")
            keys(*["Tab"] * 5)
            xdotool("type", "--delay", "60", "Checked")
            keys("Return")
            eventually(lambda: state().startswith("finished"), "the delivery")
            assert connected.service.runs(connected.name)[0].reason == "Checked"
            assert connected.bundle.exists()
            keys("ctrl+q")
            eventually(lambda: program.poll() is not None, "the end")
            assert program.returncode == 0
        finally:
            program.kill()
