"""The locks can be installed by hash, from wheels alone, on every system and Python that psconnect is for."""

from __future__ import annotations

import json
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.lockfile import MACHINES, PYTHONS, Wheels, complaints, parse
from tests.support.home import CHECKOUT
from workbench.environment import LOCKS

_LOCKS = ("run", "dev", "freeze", "judges")


def _text(lock: str) -> str:
    return (CHECKOUT / LOCKS / f"{lock}.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheels() -> Wheels:
    listed = json.loads((CHECKOUT / LOCKS / "wheels.json").read_text(encoding="utf-8"))
    return {name: [(filename, digest) for filename, digest in files] for name, files in listed.items()}


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_package_has_a_hashed_wheel_for_every_machine(lock: str, wheels: Wheels) -> None:
    assert len(MACHINES) == 16
    assert len(parse(_text(lock))) > 15
    assert complaints(_text(lock), wheels) == []


def test_each_system_asks_for_its_own_keyring() -> None:
    locked = {each.name: each for each in parse(_text("run"))}
    for name, systems in {
        "pywin32-ctypes": {"win_amd64"},
        "secretstorage": {"manylinux_x86_64"},
        "keyring": {machine.system for machine in MACHINES},
    }.items():
        assert {machine.system for machine in MACHINES if machine.wants(locked[name])} == systems
    older = {machine.python for machine in MACHINES if machine.wants(locked["importlib-metadata"])}
    assert older == {PYTHONS[0]}


@pytest.mark.parametrize("lock", ["dev", "freeze"])
def test_what_is_tested_and_frozen_is_the_run_lock_as_it_is(lock: str) -> None:
    run, other = parse(_text("run")), parse(_text(lock))
    for machine in MACHINES:
        there = {each.name: each for each in other if machine.wants(each)}
        for each in filter(machine.wants, run):
            assert there[each.name].version == each.version
            assert there[each.name].hashes >= each.hashes


@pytest.mark.parametrize("lock", _LOCKS)
def test_each_machine_gets_one_version_of_a_package(lock: str) -> None:
    for machine in MACHINES:
        names = [each.name for each in parse(_text(lock)) if machine.wants(each)]
        assert sorted(names) == sorted(set(names))


def test_the_locks_meet_what_pyproject_asks_for() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    run = project["project"]["dependencies"]
    asked = {
        "run": run,
        "dev": run + project["dependency-groups"]["dev"],
        "freeze": run + project["dependency-groups"]["freeze"],
        "judges": project["dependency-groups"]["judges"],
    }
    for lock, requirements in asked.items():
        locked = parse(_text(lock))
        for requirement in map(Requirement, requirements):
            name = canonicalize_name(requirement.name)
            for machine in MACHINES:
                if requirement.marker is None or machine.meets(str(requirement.marker)):
                    [version] = [each.version for each in locked if each.name == name and machine.wants(each)]
                    assert requirement.specifier.contains(version)


def _without_wheels_like(part: str, wheels: Wheels) -> Wheels:
    return {name: [file for file in files if part not in file[0]] for name, files in wheels.items()}


def test_a_missing_wheel_is_seen(wheels: Wheels) -> None:
    found = complaints(_text("run"), _without_wheels_like("msgspec-0.22.0-cp313-cp313-win_amd64", wheels))
    assert [re.sub(r"\d+\.\d+\.\d+", "N", each) for each in found] == [
        "msgspec N: no hashed wheel for Python (3, 13) on win_amd64"
    ]


def test_a_changed_hash_is_seen(wheels: Wheels) -> None:
    digest = next(digest for name, digest in wheels["httpx"] if name.endswith("-py3-none-any.whl"))
    found = complaints(_text("run").replace(digest, "0" * 64), wheels)
    assert len(found) == len(MACHINES)
    assert all(each.startswith("httpx ") for each in found)


def test_another_version_is_seen(wheels: Wheels) -> None:
    text = re.sub(r"^(keyring==).*$", r"\g<1>25.0.0 \\", _text("run"), flags=re.MULTILINE)
    assert len(complaints(text, wheels)) == len(MACHINES)


def test_a_package_without_hashes_is_seen(wheels: Wheels) -> None:
    assert "made-up: no hashes" in complaints(_text("run") + "made-up==1.0\n", wheels)


@pytest.mark.parametrize(
    "line", ["--index-url https://packages.invalid/simple", "httpx @ https://packages.invalid/httpx.whl", "-r more.txt"]
)
def test_an_address_is_seen(line: str, wheels: Wheels) -> None:
    assert complaints(f"{line}\n{_text('run')}", wheels) == ["names an address"]


@pytest.mark.parametrize("line", ["httpx>=0.28", "httpx", "    --hash=md5:0123"])
def test_a_line_that_pins_nothing_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not a line of a lock"):
        parse(f"{_text('run')}{line}\n")


def test_the_list_of_wheels_names_no_address() -> None:
    assert "/" not in (CHECKOUT / LOCKS / "wheels.json").read_text(encoding="utf-8")
