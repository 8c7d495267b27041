"""The commands of dev.py."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from workbench import checks, package, relock, site, system
from workbench.environment import JUDGES, Environment
from workbench.errors import WorkbenchError

_USAGE = """\
usage: dev.py demo [args]                      psconnect with its demo district; args as of `psconnect demo`
       dev.py test [--thorough] [pytest args]  all checks and tests
       dev.py lint                             the static checks alone
       dev.py texts FILE.pot                   write all texts that people read, for translators
       dev.py translations                     bring the translations up to date with the code, and compile them
       dev.py destinations                     write docs/destinations.md from what the destinations declare
       dev.py package [SYSTEM]                 make what a district installs, in build/package
       dev.py docs                             make the pages of docs a site, in build/docs
       dev.py lock                             rewrite the lock files from pyproject.toml
"""

_CHECKOUT = Path(__file__).resolve().parents[2]


def main(args: list[str]) -> int:
    """Runs one command of dev.py; `args` are those after the program's name. Returns the exit code."""
    verb, rest = (args[0], args[1:]) if args else ("", [])
    if verb in ("-h", "--help", "help"):
        print(_USAGE, end="")
        return 0
    command = _COMMANDS.get(verb)
    if command is None or (rest and command in (_docs, _lint, _lock, _translations, _destinations)):
        print(_USAGE, end="", file=sys.stderr)
        return 2
    try:
        return command(Environment(_CHECKOUT), rest)
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename or 'This computer'}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _demo(environment: Environment, args: list[str]) -> int:
    environment.ensure("run")
    if environment.has_package("PySide6") and system.has_screen() and "--headless" not in args:
        system.ensure(system.FOR_WINDOW)
    command = [str(environment.python), "-P", "-m", "psconnect", "demo", *args]
    if sys.platform == "win32":
        return _wait_for(subprocess.Popen(command, env=environment.variables()))
    else:  # noqa: RET505 (without it, mypy takes one platform's branch for unreachable)
        return _become(command, environment.variables())


def _test(environment: Environment, args: list[str]) -> int:
    environment.ensure("dev")
    Environment(_CHECKOUT, JUDGES).ensure("judges")
    with_thorough = "--thorough" in args
    system.ensure(system.FOR_WINDOW + system.FOR_TESTS + (system.FOR_THOROUGH if with_thorough else ()))
    pytest_args = [arg for arg in args if arg != "--thorough"]
    return checks.test(environment, with_thorough=with_thorough, pytest_args=pytest_args)


def _lint(environment: Environment, _args: list[str]) -> int:
    environment.ensure("dev")
    return checks.lint(environment)


def _texts(environment: Environment, args: list[str]) -> int:
    environment.ensure("dev")
    if len(args) != 1:
        print(_USAGE, end="", file=sys.stderr)
        return 2
    return _run_module(environment, "workbench.texts", str(Path(args[0]).resolve()))


def _translations(environment: Environment, _args: list[str]) -> int:
    environment.ensure("dev")
    return _run_module(environment, "workbench.translations")


def _destinations(environment: Environment, _args: list[str]) -> int:
    environment.ensure("dev")
    return _run_module(environment, "workbench.destinations")


def _run_module(environment: Environment, *command: str) -> int:
    variables = {**environment.variables(), "PYTHONPATH": str(_CHECKOUT / "packaging")}
    return subprocess.run(
        [str(environment.python), "-m", *command], cwd=_CHECKOUT, env=variables, check=False
    ).returncode


def _package(environment: Environment, args: list[str]) -> int:
    if len(args) > 1:
        print(_USAGE, end="", file=sys.stderr)
        return 2
    for made in package.package(environment.folder, "".join(args)):
        print(f"{made}  {made.stat().st_size / 1e6:.0f} MB")
    return 0


def _docs(environment: Environment, _args: list[str]) -> int:
    print(site.make_site(environment.folder, environment.folder / "docs", environment.folder / "build" / "docs"))
    return 0


def _lock(environment: Environment, _args: list[str]) -> int:
    environment.ensure("dev")
    relock.relock(environment)
    return 0


def _become(command: list[str], variables: dict[str, str]) -> NoReturn:
    """Runs the program in place of this one, so that signals and the exit code are its own."""
    os.execve(command[0], command, variables)  # noqa: S606 (no shell is wanted)


def _wait_for(process: subprocess.Popen[bytes]) -> int:
    """Waits for the program; Ctrl-C goes to it as well, and it decides when to end."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


_COMMANDS: dict[str, Callable[[Environment, list[str]], int]] = {
    "demo": _demo,
    "test": _test,
    "lint": _lint,
    "lock": _lock,
    "docs": _docs,
    "package": _package,
    "texts": _texts,
    "translations": _translations,
    "destinations": _destinations,
}
