"""The operating system's packages that Debian and Ubuntu don't have from the start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# A real session bus and keyring for tests of stored secrets; a real cron for those of schedules; git for the record of
# a thorough run; a screen, hands on mouse and keyboard, and what a screen reader asks, for tests of the window; for
# the demo's own pages, a browser; servers of SFTP and of PostgreSQL; for reports, a reader of PDF files and fonts for
# the scripts of names; for packages, judges of what desktops read, and what makes and signs a setup for Windows.
FOR_TESTS = (
    *("at-spi2-core", "chromium", "chromium-driver", "cron", "dbus", "git", "gnome-keyring", "openssh-server"),
    *("appstream", "desktop-file-utils", "nsis", "osslsigncode", "postgresql", "xdotool", "xvfb"),
    *("fonts-dejavu-core", "fonts-droid-fallback", "fonts-lohit-deva", "fonts-nanum", "poppler-utils"),
)

# What only thorough tests use: an office program that opens workbooks, some 270 MB of it, a server of MariaDB, what
# runs a public validator, and an empty system to install in.
FOR_THOROUGH = ("debootstrap", "libreoffice-calc-nogui", "mariadb-server", "nodejs")

# What Qt loads when it opens a window.
FOR_WINDOW = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xinerama0",
    "libxkbcommon-x11-0",
    "libxkbcommon0",
)

_APT_GET = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300")


def for_venv() -> tuple[str, ...]:
    """The package with which the running Python makes virtual environments."""
    return (f"python3.{sys.version_info.minor}-venv",)


def has_screen() -> bool:
    """Whether a window could be opened (on Linux; the other systems always have a screen)."""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def missing(packages: tuple[str, ...]) -> list[str]:
    """Those of the packages that are not installed; none on systems without dpkg."""
    if shutil.which("dpkg-query") is None:
        return []
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,  # it also fails when one of several is unknown
    )
    installed = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


def ensure(packages: tuple[str, ...]) -> bool:
    """Installs what is missing, as root; otherwise names it in one line, with the command. True if all is there."""
    lacking = missing(packages)
    if not lacking:
        return True
    names = " ".join(lacking)
    if not _is_root() or shutil.which("apt-get") is None:
        print(f"Missing system packages: {names}. Install them with: sudo apt-get install {names}", flush=True)
        return False
    print(f"Installing system packages: {names}", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--no-install-recommends", *lacking]):
        done = subprocess.run(
            [*_APT_GET, *command],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = "\n".join(done.stdout.splitlines()[-5:])
            print(f"apt-get {command[0]} failed:\n{last}\nInstall by hand: apt-get install {names}", flush=True)
            return False
    return True


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
