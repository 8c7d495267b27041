"""A real OpenSSH server on a free port, of a user without rights, that shows one folder by internal-sftp."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.servers import dropped_to, ending_with_us, free_port, give, is_root, server_folder

_SSHD = shutil.which("sshd") or "/usr/sbin/sshd"
_WAIT_SECONDS = 10.0
_USER = "nobody"
"""The server's user where the tests run as root."""


@dataclass
class OpenSsh:
    """The server.

    Attributes:
        folder: what an account arrives in.
        user: the account.
        key_file: the private key that it signs in with; a PEM file.
    """

    base: Path
    folder: Path
    user: str
    key_file: Path
    port: int = 0
    options: list[str] = field(default_factory=list)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def host_key(self) -> str:
        """The server's key as a person accepts it."""
        told = subprocess.run(
            ["ssh-keygen", "-lf", str(self.base / "host.pub")], capture_output=True, text=True, check=True
        )
        return f"ssh-ed25519 {told.stdout.split()[1]}"

    @property
    def settings(self) -> dict[str, object]:
        """The [destination.sftp] table."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "sign_in": "key",
            "key_file": str(self.key_file),
            "host_key": self.host_key,
        }

    def new_host_key(self, kind: str = "ed25519") -> None:
        """Give it another key, as after a new installation."""
        for path in (self.base / "host", self.base / "host.pub"):
            path.unlink(missing_ok=True)
        _keygen(self.base / "host", kind)
        give_to_server(self.base / "host")

    def start(self) -> None:
        """Listen; returns once it does."""
        self.port = self.port or free_port()
        lines = [
            f"Port {self.port}",
            "ListenAddress 127.0.0.1",
            f"HostKey {self.base / 'host'}",
            f"AuthorizedKeysFile {self.base / 'authorized'}",
            f"PidFile {self.base / 'pid'}",
            "StrictModes no",
            "UsePAM yes",  # without it, an account without a password counts as locked
            "LogLevel QUIET",
            "Subsystem sftp internal-sftp",
            f"ForceCommand internal-sftp -d {self.folder}",
            *self.options,
        ]
        (self.base / "config").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process = subprocess.Popen(
            dropped_to(self.user, *ending_with_us("TERM", _SSHD, "-D", "-e", "-f", self.base / "config")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(self.port, self._process)

    def stop(self) -> None:
        """End it; connections that are open end with it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None


@contextmanager
def openssh_server() -> Iterator[OpenSsh]:
    """A server that listens, in a folder of its own that both its user and the tests can reach."""
    user = _USER if is_root() else pwd.getpwuid(os.getuid()).pw_name
    base = server_folder("sshd")
    server = OpenSsh(base, base / "drop", user, base / "client")
    try:
        server.folder.mkdir()
        _keygen(base / "host", "ed25519")
        _keygen(base / "client", "rsa", "-m", "PEM", "-b", "2048")
        (base / "authorized").write_bytes((base / "client.pub").read_bytes())
        for path in (base / "host", base / "authorized", server.folder):
            give_to_server(path)
        give_to_server(base)
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(base)


def _keygen(path: Path, kind: str, *options: str) -> None:
    command = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "", "-f", str(path), *options]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def give_to_server(path: Path) -> None:
    """Make a file that of the server's user."""
    give(path, _USER)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until it takes connections: a started sshd first checks its files."""
    end = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"sshd ended with {process.returncode}")
        with socket.socket() as sock:
            sock.settimeout(0.2)
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        process.poll()
    raise RuntimeError("sshd does not listen")
