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
from tests.support.servers import ending_with_us

_NEEDED = ("dbus-daemon", "gnome-keyring-daemon")
_READY_SECONDS = 30.0
_END_SECONDS = 10.0
_STARTS = 3
_SERVICE = "org.freedesktop.secrets"


class NotReadyError(Exception):
    """The keyring ended while it started, or began without a collection."""


@contextmanager
def _running(
    command: list[str], env: dict[str, str], log: Path, *, stdin: int | None = None, stdout: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A background process that ends with the block; what it complains about goes to `log`."""
    with log.open("w", encoding="utf-8") as errors:
        kept = ending_with_us("KILL", *command)
        process = subprocess.Popen(kept, env=env, stdin=stdin, stdout=stdout, stderr=errors, text=True)
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
    """Returns once the Secret Service answers for its default collection; raises NotReadyError or TimeoutError."""
    from jeepney import DBusAddress, MatchRule, Properties, message_bus, new_method_call  # noqa: PLC0415 (Linux only)
    from jeepney.io.blocking import Proxy, open_dbus_connection  # noqa: PLC0415 (Linux only)
    from jeepney.low_level import MessageType  # noqa: PLC0415 (Linux only)

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
        place = DBusAddress("/org/freedesktop/secrets/aliases/default", _SERVICE, "org.freedesktop.Secret.Collection")
        for ask in (new_method_call(service, "ReadAlias", "s", ("default",)), Properties(place).get("Label")):
            answer = connection.send_and_get_reply(ask, timeout=_READY_SECONDS)
            if answer.header.message_type is MessageType.error or answer.body[0] == "/":
                raise NotReadyError(f"The keyring has no default collection: {answer.body}")


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
    with ExitStack() as stack:
        yield _started(stack)


def _started(stack: ExitStack) -> dict[str, str]:
    """The environment of a keyring that has answered; GNOME's own ends now and then while it makes its collection."""
    for again in reversed(range(_STARTS)):
        # Not pytest's folder: the path of a socket may have 107 characters at most.
        with ExitStack() as attempt:
            folder = attempt.enter_context(tempfile.TemporaryDirectory(prefix="psconnect-"))
            try:
                env = _start(attempt, Path(folder))
            except NotReadyError:
                if not again:
                    raise
            else:
                stack.push(attempt.pop_all())
                return env
    raise AssertionError("not reached")
