"""Servers of tests end with the tests, also when those are killed, and the next tests sweep up their folders."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from tests.support.servers import server_folder

_LONGEST_SECONDS = 30.0
_KILLED = """
import signal
from pathlib import Path

import pytest

from tests.support.openssh import openssh_server

@pytest.mark.thorough
def test_that_is_killed({fixture}):
    server = {fixture}
    print(f"\\nserves {{server._process.pid}} {{server.folder}}", flush=True)
    signal.pause()

@pytest.fixture
def openssh():
    with openssh_server() as server:
        yield server
"""


@pytest.mark.parametrize(
    "fixture", ["openssh", "postgres_server", pytest.param("maria_server", marks=pytest.mark.thorough)]
)
def test_a_server_ends_with_tests_that_are_killed(fixture: str, tmp_path: Path) -> None:
    file = tmp_path / "test_killed.py"
    file.write_text(_KILLED.format(fixture=fixture))
    command = [sys.executable, "-m", "pytest", "-s", "-q", "--thorough", "-c", str(CHECKOUT / "pyproject.toml")]
    plugins = [part for plugin in _PLUGINS for part in ("-p", f"tests.support.{plugin}")]
    with (
        subprocess.Popen(
            [*command, f"--rootdir={tmp_path}", *plugins, str(file)], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        ) as tests,
        ExitStack() as watched,
    ):
        try:
            assert tests.stdout is not None
            told = next((line for line in tests.stdout if line.startswith("serves ")), "")
            assert told, "the tests ended before"
            server, folder = int(told.split()[1]), Path(told.split(maxsplit=2)[2].strip())
            end = os.pidfd_open(server)
            watched.callback(os.close, end)
            assert not select.select([end], [], [], 0)[0]
        finally:
            tests.kill()
        assert select.select([end], [], [], _LONGEST_SECONDS)[0], "the server lives on"
    own = folder if folder.name.startswith("psconnect-") else folder.parent
    assert own.is_dir()
    server_folder(own.name.split("-")[1]).rmdir()
    assert not own.exists()


_PLUGINS = ("certificates", "database_servers", "thorough")


def test_folders_of_tests_that_still_run_are_left_alone() -> None:
    first = server_folder("made-up")
    second = server_folder("made-up")
    try:
        assert first.is_dir()
        assert first != second
    finally:
        first.rmdir()
        second.rmdir()
