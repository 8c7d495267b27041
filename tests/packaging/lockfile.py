"""Reads the lock files, and knows the machines they are for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

# The oldest systems that count: macOS 13 (as PySide6), glibc 2.34 (Red Hat 9, Ubuntu 22.04, Debian 12).
_MACOS = (13, 0)
_GLIBC_MINOR = 34

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))

_SYSTEMS = {
    "win_amd64": ("win32", "nt", "Windows", "AMD64"),
    "macosx_arm64": ("darwin", "posix", "Darwin", "arm64"),
    "macosx_x86_64": ("darwin", "posix", "Darwin", "x86_64"),
    "manylinux_x86_64": ("linux", "posix", "Linux", "x86_64"),
}

_NO_ADDRESS = re.compile(r"://|--(?:extra-)?index-url|--find-links|^\s*-[ifr]\b", re.MULTILINE)
_ENTRY = re.compile(r"^([a-z0-9.-]+)==([^ ]+)(?: ; (.+?))?(?: \\)?$")
_HASH = re.compile(r"^ +--hash=sha256:([0-9a-f]{64})(?: \\)?$")

Wheels = dict[str, list[tuple[str, str]]]


@dataclass(frozen=True)
class Locked:
    """One line of a lock: name, version, marker (None for everywhere) and the allowed sha256 values."""

    name: str
    version: str
    marker: str | None
    hashes: frozenset[str]


@dataclass(frozen=True)
class Machine:
    """A Python on a system, for instance 3.12 on win_amd64."""

    python: tuple[int, int]
    system: str

    def wants(self, locked: Locked) -> bool:
        """Whether a line of a lock applies here."""
        return locked.marker is None or self.meets(locked.marker)

    def meets(self, marker: str) -> bool:
        """Whether a marker is true here."""
        platform, os_name, system, machine = _SYSTEMS[self.system]
        version = f"{self.python[0]}.{self.python[1]}"
        return Marker(marker).evaluate(
            {
                "implementation_name": "cpython",
                "implementation_version": f"{version}.1",
                "os_name": os_name,
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": system,
                "platform_version": "",
                "python_full_version": f"{version}.1",
                "python_version": version,
                "sys_platform": platform,
                "extra": "",
            }
        )

    def tags(self) -> frozenset[Tag]:
        """The wheel tags that this machine can install."""
        platforms = list(self._platforms())
        specific = cpython_tags(self.python, platforms=platforms)
        general = compatible_tags(self.python, f"cp{self.python[0]}{self.python[1]}", platforms)
        return frozenset([*specific, *general])

    def _platforms(self) -> Iterator[str]:
        if self.system.startswith("macosx_"):
            yield from mac_platforms(_MACOS, self.system.removeprefix("macosx_"))
        elif self.system == "manylinux_x86_64":
            yield from (f"manylinux_2_{minor}_x86_64" for minor in range(_GLIBC_MINOR, 4, -1))
            yield from ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64", "linux_x86_64")
        else:
            yield self.system


MACHINES = tuple(Machine(python, system) for python in PYTHONS for system in _SYSTEMS)


def parse(text: str) -> list[Locked]:
    """The lines of a lock file; raises ValueError for a line that is neither a pinned version nor a hash."""
    found: list[tuple[str, str, str | None, set[str]]] = []
    for line in text.splitlines():
        if entry := _ENTRY.match(line):
            found.append((entry[1], entry[2], entry[3], set()))
        elif (digest := _HASH.match(line)) and found:
            found[-1][3].add(digest[1])
        else:
            raise ValueError(f"not a line of a lock: {line}")
    return [Locked(name, version, marker, frozenset(hashes)) for name, version, marker, hashes in found]


def complaints(text: str, wheels: Wheels, machines: Iterable[Machine] = MACHINES) -> list[str]:
    """What keeps a lock from being installed on one of the machines, or gives away where packages come from."""
    if _NO_ADDRESS.search(text):
        return ["names an address"]
    locked = parse(text)
    found = [f"{each.name}: no hashes" for each in locked if not each.hashes]
    for machine in machines:
        tags = machine.tags()
        found += [
            f"{each.name} {each.version}: no hashed wheel for Python {machine.python} on {machine.system}"
            for each in locked
            if machine.wants(each) and not _has_wheel(each, wheels.get(each.name, []), tags)
        ]
    return found


def _has_wheel(locked: Locked, wheels: list[tuple[str, str]], tags: frozenset[Tag]) -> bool:
    for filename, digest in wheels:
        _, version, _, wheel_tags = parse_wheel_filename(filename)
        if str(version) == locked.version and digest in locked.hashes and wheel_tags & tags:
            return True
    return False
