"""A screen (Xvfb), a session bus, and the program on them, driven by keys and clicks, read as by a screen reader."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import pytest

from tests.desktop.atspi import GoneError, Node, Reader
from tests.support.home import CHECKOUT
from tests.support.servers import ending_with_us

SECONDS = 60.0
_PAUSE_SECONDS = 0.02
_NEEDED = {"Xvfb": "xvfb", "xdotool": "xdotool", "/usr/libexec/at-spi-bus-launcher": "at-spi2-core"}
T = TypeVar("T")


def eventually(found: Callable[[], T], what: Callable[[], str] | str) -> T:
    """Ask again until the answer is true: the programs asked are processes of their own and tell nothing unasked."""
    end = time.monotonic() + SECONDS
    pause = threading.Event()
    while time.monotonic() < end:
        try:
            answer = found()
        except GoneError:
            continue
        if answer:
            return answer
        pause.wait(_PAUSE_SECONDS)
    pytest.fail(f"never came: {what if isinstance(what, str) else what()}")


@dataclass
class Screen:
    """A screen of 1400 x 900 with a session bus beside it; ``environment`` is for programs that are to find both."""

    name: str
    environment: dict[str, str]
    reader: Reader

    def xdotool(self, *arguments: str) -> str:
        """Runs xdotool; returns what it prints, empty when it finds nothing."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()


@dataclass
class Hands:
    """The program as a person has it: keyboard, mouse, and what is said of the controls.

    ``clicks`` counts what was pressed, by mouse or with Space; ``fields`` what was typed into. Enter at the end of
    typing is neither.
    """

    screen: Screen
    process: subprocess.Popen[bytes]
    _window: str = field(default="")
    clicks: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)

    def window(self, title: str) -> None:
        """Wait for a window whose title matches, and turn to it."""
        found = eventually(lambda: self.screen.xdotool("search", "--onlyvisible", "--name", title), self._seen)
        self._window = found.splitlines()[-1]
        self._turn()

    def gone(self, title: str) -> None:
        """Wait until no window has such a title: one that closes takes the keyboard's focus with it."""
        eventually(lambda: not self.screen.xdotool("search", "--onlyvisible", "--name", title), f"the end of {title}")

    def keys(self, *names: str) -> None:
        """Press keys, one after the other; ``ctrl+Return`` is one."""
        self._turn()
        self.screen.xdotool("key", "--delay", "30", *names)

    def write(self, text: str) -> None:
        """Type over what the control with the focus holds."""
        self.keys("ctrl+a")
        self.screen.xdotool("type", "--delay", "15", text)

    def click(self, name: str, *roles: str) -> None:
        """Wait for a control and click on it."""
        node = eventually(lambda: self._enabled(name, roles), lambda: f"“{name}”; {self._seen()}")
        x, y = node.centre
        self.clicks.append(name)
        self.screen.xdotool("mousemove", str(x), str(y), "click", "1")

    def fill(self, name: str, text: str) -> None:
        """Go to a field with Tab, and type over what it holds."""
        self.tab_to(name)
        self.fields.append(name)
        self.write(text)

    def press(self, name: str) -> None:
        """Go to a button with Tab, and press it."""
        self.tab_to(name)
        self.clicks.append(name)
        self.keys("space")

    def tab_to(self, name: str) -> None:
        """Press Tab until the control of that name has the focus."""
        eventually(lambda: self._enabled(name, ()), lambda: f"“{name}”; {self._seen()}")
        for _press in range(60):
            before = eventually(self._focused, "a control with the focus")
            if before.name == name:
                return
            self.keys("Tab")
            eventually(partial(self._focus_left, before), f"the control after “{before.name}”")
        pytest.fail(f"Tab never comes to “{name}”")

    def open_menu(self) -> None:
        """Open the menu of the button with the focus: Qt tells of no such menu, but the screen has one window more."""
        before = self._windows()
        self.keys("space")
        eventually(lambda: self._windows() - before, "the menu")

    def wait(self, name: str) -> Node:
        """Wait for something of that name."""
        return eventually(lambda: self.screen.reader.find(name), lambda: f"“{name}”; {self._seen()}")

    def names(self, role: str) -> list[str]:
        """The names of all controls of a role that can be used."""
        found = self.screen.reader.controls()
        return [node.name for node in found if node.role == role and "enabled" in node.states]

    def has_focus(self, name: str) -> bool:
        """Whether the control of that name has the focus."""
        focused = self._focused()
        return focused is not None and focused.name == name

    def says(self, pattern: str) -> bool:
        """Whether something is shown whose whole name matches."""
        return any(re.fullmatch(pattern, node.name) for node in self.screen.reader.controls())

    def ended(self) -> int:
        """Wait for the program's end; its exit code."""
        eventually(lambda: self.process.poll() is not None, "the end of the program")
        return self.process.returncode

    def _focus_left(self, before: Node) -> bool:
        return self._focused() not in (None, before)

    def _turn(self) -> None:
        """Give the window the keyboard, as a window manager would: there is none on this screen."""
        if self.screen.xdotool("getwindowfocus") != self._window:
            self.screen.xdotool("windowfocus", "--sync", self._window)

    def _windows(self) -> set[str]:
        return set(self.screen.xdotool("search", "--onlyvisible", "--name", ".*").split())

    def _enabled(self, name: str, roles: tuple[str, ...]) -> Node | None:
        node = self.screen.reader.find(name, *roles)
        return node if node and "enabled" in node.states else None

    def _focused(self) -> Node | None:
        shown = (node for window in self.screen.reader.windows() for node in window.walk())
        return next((node for node in shown if "focused" in node.states and node.name), None)

    def _seen(self) -> str:
        said = [f"{node.role} “{node.name}”" for node in self.screen.reader.controls() if node.name]
        return "there are " + ", ".join(said)


def _missing() -> list[str]:
    return [package for program, package in _NEEDED.items() if shutil.which(program) is None]


@pytest.fixture
def screen(secret_service: dict[str, str]) -> Iterator[Screen]:
    """A screen, with a real keyring and the accessibility bus. Linux only; there it must be present."""
    if sys.platform != "linux":
        pytest.skip("needs Xvfb")
    missing = " ".join(_missing())
    if missing:
        pytest.fail(f"missing; on Debian and Ubuntu: apt-get install {missing}", pytrace=False)
    read, write = os.pipe()
    # The screen's number is chosen by the server and told through the pipe.
    # It must not begin anew when a program that was alone on it ends: nobody can connect at that moment.
    command = ["Xvfb", "-displayfd", str(write), "-noreset", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]
    with subprocess.Popen(ending_with_us("KILL", *command), pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            name = f":{told.readline().strip()}"
        settings = {"DISPLAY": name, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        reader = Reader(secret_service["DBUS_SESSION_BUS_ADDRESS"])
        try:
            yield Screen(name, {**secret_service, **settings}, reader)
        finally:
            reader.close()
            server.terminate()


@contextmanager
def started(screen: Screen, **environment: str) -> Iterator[Hands]:
    """psconnect on the screen, without arguments; killed if it has not ended by itself."""
    command = [sys.executable, "-m", "psconnect"]
    with subprocess.Popen(command, env={**screen.environment, **environment}, cwd=CHECKOUT) as process:
        try:
            yield Hands(screen, process)
        finally:
            if process.poll() is None:
                process.kill()
