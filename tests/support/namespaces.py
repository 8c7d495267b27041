"""A Linux of a test's own: other mounts and processes, so that a real systemd and cron run beside the machine's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

_PREPARED = """\
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/system /run/user
mkdir -m 0700 "/run/user/$(id -u)"
mkdir -p /var/spool/cron
mount -t tmpfs tmpfs /var/spool/cron
mkdir -m 1730 /var/spool/cron/crontabs
# The machine's own jobs are none of the test's, and its PAM wants to note a login that there is none of.
for place in /etc/crontab /etc/anacrontab; do [ ! -e "$place" ] || mount --bind /dev/null "$place"; done
[ ! -d /etc/cron.d ] || mount -t tmpfs tmpfs /etc/cron.d
printf '%s required pam_permit.so\n' auth account session > /run/pam
[ ! -e /etc/pam.d/cron ] || mount --bind /run/pam /etc/pam.d/cron
exec "$@"
"""
_LONGEST_SECONDS = 100


def run_apart(module: str, folder: Path, *arguments: str, seconds: float = _LONGEST_SECONDS) -> None:
    """Run a module's ``main`` in namespaces of its own with HOME in ``folder``; fails the test unless it ends with 0.

    There is nothing below /run but what says that systemd runs the computer, and no crontab. All processes end with it.
    """
    missing = [program for program in ("unshare", "systemctl", "dbus-daemon", "crontab") if not shutil.which(program)]
    if missing:
        pytest.fail(f"{' and '.join(missing)} is missing; on Debian and Ubuntu: apt-get install cron dbus systemd")
    home = folder / "Jörg O'Neil"
    for place in (".config", ".local/share"):
        (home / place).mkdir(parents=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_", "PSCONNECT_"))}
    as_root = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", *as_root]
    ended = subprocess.run(
        [*command, "/bin/sh", "-c", _PREPARED, "sh", sys.executable, "-m", module, str(folder), *arguments],
        env={**kept, "HOME": str(home), "PYTHONPATH": str(CHECKOUT), "PSCONNECT_HOME": str(folder / "psconnect home")},
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if ended.returncode:
        pytest.fail(f"{module} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}", pytrace=False)
