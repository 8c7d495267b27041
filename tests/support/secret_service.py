"""A real Secret Service (GNOME keyring on a session bus of its own), as the keyring of Linux desktops."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

_NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
_READY_SECONDS = 30.0
_END_SECONDS = 10.0
_SERVICE = "org.freedesktop.secrets"


@contextmanager
def _running(
    command: list[str], env: dict[str, str], log: Path, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A background process that ends with the block; what it complains about goes to `log`."""
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, env=env, stdin=stdin, stdout=stdout, stderr=errors, text=True)
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for_service(address: str) -> None:
    """Returns once the bus has the Secret Service; raises TimeoutError."""
    from jeepney import DBusAddress, MatchRule, message_bus, new_method_call  # noqa: PLC0415 (Linux only)
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 (Linux only)

    with open_dbus_connection(bus=address) as connection:
        change = MatchRule(type="signal", member="NameOwnerChanged", path=message_bus.object_path)
        change.add_arg_condition(0, _SERVICE)
        bus = Proxy(message_bus, connection, timeout=_READY_SECONDS)
        with connection.filter(change) as changes:
            bus.AddMatch(change)
            if not bus.NameHasOwner(_SERVICE)[0]:
                connection.recv_until_filtered(changes, timeout=_READY_SECONDS)
        # The name comes before the service is ready to answer: ask it something and wait for the answer.
        service = DBusAddress("/org/freedesktop/secrets", _SERVICE, "org.freedesktop.Secret.Service")
        ask = new_method_call(service, "ReadAlias", "s", ("default",))
        answer = connection.send_and_get_reply(ask, timeout=_READY_SECONDS)
        if answer.body[0] == "/":
            raise TimeoutError("The keyring has no default collection.")


def _start(stack: ExitStack, folder: Path) -> dict[str, str]:
    """Starts bus and keyring; returns the environment in which a program finds them."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    env |= {
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_RUNTIME_DIR": str(runtime),
        "DBUS_SESSION_BUS_ADDRESS": f"unix:path={runtime}/bus",
        "PSCONNECT_HOME": str(folder / "psconnect"),
        "PYTHONPATH": str(CHECKOUT),
    }
    bus_command = ["dbus-daemon", "--session", "--nofork", "--print-address=1"]
    bus_command.append(f"--address={env['DBUS_SESSION_BUS_ADDRESS']}")
    bus = stack.enter_context(_running(bus_command, env, folder / "bus.log", stdout=subprocess.PIPE))
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    if not address:
        raise RuntimeError(f"dbus-daemon did not start: {(folder / 'bus.log').read_text()}")

    keyring_command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
    daemon = stack.enter_context(
        _running(keyring_command, env, folder / "keyring.log", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    )
    assert daemon.stdin is not None
    daemon.stdin.write("unlocks the keyring of the tests")
    daemon.stdin.close()
    _wait_for_service(address)
    return env


@pytest.fixture
def secret_service() -> Iterator[dict[str, str]]:
    """The environment of a child process that finds a real, unlocked, empty Secret Service.

    Its HOME and PSCONNECT_HOME are fresh folders; everything ends with the test. Linux only; there it must be present.
    """
    if sys.platform != "linux":
        pytest.skip("the Secret Service is Linux's keyring")
    missing = [program for program in _NEEDED if shutil.which(program) is None]
    if missing:
        pytest.fail(
            f"{' and '.join(missing)} is missing; on Debian and Ubuntu: apt-get install dbus gnome-keyring",
            pytrace=False,
        )
    # Not pytest's folder: the path of a socket may have 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="psconnect-") as folder, ExitStack() as stack:
        yield _start(stack, Path(folder))
