"""The Debian package on a system that has nothing else: installed, doing the main job, opening its window, removed."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.desktop.screen import Screen, eventually
from tests.packaging.debian_licences import REVIEWED
from tests.support.home import CHECKOUT

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="makes an empty system, as root"),
]
_PLAIN = {"HOME": "/root", "LANG": "C.UTF-8", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
_LEFT = ("/root/", "/tmp/", "/var/cache/", "/var/lib/apt/", "/var/lib/dpkg/", "/var/log/")  # noqa: S108 - of the system


@pytest.fixture(scope="module")
def packages() -> list[Path]:
    """The packages of this checkout."""
    done = subprocess.run([sys.executable, CHECKOUT / "dev.py", "package"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted((CHECKOUT / "build" / "package").glob("psconnect-*-linux-*"))


class EmptySystem:
    """A Debian with its least packages, in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, script: str) -> str:
        """The output of a shell script in it."""
        command = ["chroot", str(self.root), "sh", "-ec", script]
        done = subprocess.run(command, env=_PLAIN, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def started(self, program: str, **variables: str) -> Iterator[None]:
        """A program in it, ended with the block."""
        command = ["chroot", str(self.root), program]
        with subprocess.Popen(command, env={**_PLAIN, **variables}) as process:
            try:
                yield
            finally:
                process.terminate()

    def files(self) -> set[str]:
        """What is on its disk, without what the system's own tools keep."""
        listed = subprocess.run(["find", self.root, "-xdev"], capture_output=True, text=True, check=True).stdout
        found = {f"/{one.removeprefix(str(self.root)).lstrip('/')}" for one in listed.splitlines()}
        return {one for one in found if not one.startswith(_LEFT)}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmptySystem]:
    root = tmp_path_factory.mktemp("system")
    root.chmod(0o755)
    # The packages ask for the C library that they were made with.
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    made = ["debootstrap", "--variant=minbase", release, str(root), "http://deb.debian.org/debian"]
    subprocess.run(made, stdout=subprocess.DEVNULL, timeout=600, check=True)
    with ExitStack() as mounts:
        for name, options in {"proc": ("-t", "proc", "proc"), "dev": ("--bind", "/dev")}.items():
            subprocess.run(["mount", *options, str(root / name)], check=True)
            mounts.callback(subprocess.run, ["umount", str(root / name)], check=True)
        yield EmptySystem(root)


def test_the_package_does_the_main_job_on_an_empty_system_and_goes_whole(
    packages: list[Path], system: EmptySystem, screen: Screen, record_figure: Callable[[str, float, str], None]
) -> None:
    deb, archive = packages
    (system.root / "tmp" / "psconnect.deb").write_bytes(deb.read_bytes())
    system.run("apt-get -qq update")
    before = system.files()
    apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends"
    system.run(f"{apt} install /tmp/psconnect.deb")
    assert system.run("psconnect --version").startswith("psconnect 0.1.0")
    assert re.search(r"Bundle: /root/\S+/Demo district\.zip", system.run("psconnect demo --headless"))
    with system.started("psconnectw", DISPLAY=screen.name):
        eventually(lambda: screen.xdotool("search", "--onlyvisible", "--name", "psconnect"), "the window")

    folder = float(system.run("du -sm /opt/psconnect | cut -f1"))
    for name, value in {
        "frozen folder": folder,
        ".deb": deb.stat().st_size / 1e6,
        ".tar.xz": archive.stat().st_size / 1e6,
    }.items():
        record_figure(f"Linux {name}", round(value), "MB")

    system.run(f"{apt} purge psconnect && apt-get -qq -y autoremove --purge")
    assert system.files() - before == set()


def test_nothing_under_the_gpl_is_inside(packages: list[Path]) -> None:
    bill = json.loads((CHECKOUT / "build/package/psconnect/psconnect.cdx.json").read_text(encoding="utf-8"))
    debian = {one["name"] for one in bill["components"] if one.get("purl", "").startswith("pkg:deb/")}
    assert debian - REVIEWED.keys() == set(), "look at their licences, then add them to the list"
    assert len(bill["components"]) > len(debian) + 25
