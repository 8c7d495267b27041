"""The guards must be able to fail: each is tried on small test files that break its rule, in a pytest of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

pytest_plugins = ["pytester"]

_PLUGINS = ("network", "leftovers", "logs", "home", "own_machine", "keyrings", "thorough")

_BREAKS_THE_RULES = """
import logging, os, socket, threading
from pathlib import Path
import keyring, keyring.errors, pytest
from psconnect.schedule.systems.tools import ask

def test_connects_outside():
    with socket.socket() as s:
        s.connect(("192.0.2.1", 80))

def test_swallows_the_refusal():
    with socket.socket() as s:
        try:
            s.connect_ex(("192.0.2.1", 80))
        except Exception:
            pass

def test_sends_a_datagram_outside():
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.sendto(b"x", ("192.0.2.1", 53))

def test_looks_up_a_real_name():
    socket.getaddrinfo("example.com", 443)

def test_warns():
    more = {"data": {"kind": "LookupError", "details": "in here"}}
    logging.getLogger("psconnect.sync").warning("something is off", extra=more)

def test_announces_what_never_comes(expect_log):
    expect_log("never logged")

def test_announces_another_level(expect_log):
    expect_log("off", level=logging.ERROR)
    logging.getLogger("psconnect").warning("off")

def test_takes_the_handlers_away():
    logging.getLogger().handlers.clear()

def test_asks_the_scheduler_of_the_machine():
    try:
        ask(["env"])
    except Exception:
        pass

def test_leaves_an_entry():
    folder = Path.home() / ".config" / "autostart"
    folder.mkdir(parents=True)
    (folder / "psconnect-tray-1a2b3c4d.desktop").touch()

def test_leaves_a_thread():
    threading.Thread(target=_never.wait, name="left-over").start()

_never = threading.Event()

@pytest.fixture(scope="session", autouse=True)
def _end_the_thread():
    yield
    _never.set()
"""

_KEEPS_THE_RULES = """
import logging, os, socket, threading
from pathlib import Path
import keyring, keyring.errors, pytest
from psconnect.schedule.systems.here import scheduler_here
from psconnect.schedule.systems.login import start_at_login

def test_connects_to_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as s:
            assert s.getpeername()[0] == "127.0.0.1"

def test_a_name_that_does_not_exist():
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nowhere.invalid", 443)

def test_an_announced_warning(expect_log):
    expect_log("is o.f", logger="psconnect")
    logging.getLogger("psconnect.sync").warning("something is %s", "off")

def test_info_is_free():
    logging.getLogger("psconnect.sync").info("hello")

def test_a_thread_that_ends():
    thread = threading.Thread(target=str)
    thread.start()

def test_a_home_of_its_own(home, tmp_path):
    assert home.is_relative_to(tmp_path) and os.environ["PSCONNECT_HOME"] == str(home)

def test_nobodys_home():
    assert "nobodys-home" in os.environ["PSCONNECT_HOME"]
    assert "PSCONNECT_SECRET_SOURCE_CLIENT_SECRET" not in os.environ

def test_no_scheduler():
    assert scheduler_here("0" * 32) is None and start_at_login("0" * 32) is None

def test_a_home_to_move_to(moved_home, tmp_path):
    assert Path.home() == moved_home and moved_home.is_relative_to(tmp_path)

def test_no_keyring_unless_asked_for():
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.get_password("a", "b")

def test_a_keyring_in_memory(memory_keyring):
    keyring.set_password("a", "b", "made up")
    assert keyring.get_password("a", "b") == memory_keyring.entries["a", "b"] == "made up"
    keyring.delete_password("a", "b")
    with pytest.raises(keyring.errors.PasswordDeleteError):
        keyring.delete_password("a", "b")

def test_that_was_forgotten(memory_keyring):
    assert keyring.get_password("a", "b") is None and memory_keyring.entries == {}

def test_no_keyring(no_keyring):
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.set_password("a", "b", "c")

@pytest.mark.thorough
def test_measures(record_figure):
    record_figure("students read", 50000, "records/s")
"""


def _run(pytester: pytest.Pytester, content: str, *args: str) -> pytest.RunResult:
    pytester.makepyfile(content)
    pytester.makeini("[pytest]\nmarkers = thorough: slow\n")
    plugins = [part for name in _PLUGINS for part in ("-p", f"tests.support.{name}")]
    return pytester.runpytest_subprocess(*plugins, "-p", "no:cacheprovider", *args)


@pytest.fixture(autouse=True)
def _a_pytest_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PSCONNECT_HOME", "/nowhere")
    monkeypatch.setenv("PSCONNECT_SECRET_SOURCE_CLIENT_SECRET", "made up")


def test_what_breaks_a_rule_fails(pytester: pytest.Pytester) -> None:
    result = _run(pytester, _BREAKS_THE_RULES)
    # Refused connections fail in the test and again afterwards; the others only afterwards.
    result.assert_outcomes(passed=8, failed=3, errors=11)
    result.stdout.fnmatch_lines_random(
        [
            "*Tests stay on this machine, but ('192.0.2.1', 80) was to be reached*",
            "*Reached beyond this machine: 'example.com'*",
            "*Asked the machine's own scheduler: *env*",
            "*Left an entry on the machine: *psconnect-tray-1a2b3c4d.desktop*",
            "*logged unannounced: WARNING psconnect.sync: something is off*",
            "*kind: LookupError*",
            "*details: in here*",
            "*announced, but not logged: never logged*",
            "*the test took away the root logger's handlers*",
            "*A thread was left running: left-over*",
        ]
    )
    for name in ("swallows_the_refusal", "announces_another_level", "sends_a_datagram_outside"):
        result.stdout.fnmatch_lines([f"ERROR *test_{name}*"])


def test_what_keeps_the_rules_passes(pytester: pytest.Pytester) -> None:
    _run(pytester, _KEEPS_THE_RULES).assert_outcomes(passed=13, deselected=1)


def test_thorough_tests_run_when_asked_for_and_hand_on_figures(pytester: pytest.Pytester, tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    result = _run(pytester, _KEEPS_THE_RULES, "--thorough", f"--figures={figures}", "-k", "measures")
    result.assert_outcomes(passed=1, deselected=13)
    assert "students read" in figures.read_text(encoding="utf-8")
    assert os.environ["PSCONNECT_HOME"] == "/nowhere"
