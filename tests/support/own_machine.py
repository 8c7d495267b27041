"""Keeps tests away from the machine's own schedulers and from what it starts at login."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from psconnect.schedule.systems import tools

_REAL_HOME = Path.home()
_PLACES = (".config/systemd/user", ".config/autostart", "Library/LaunchAgents")


class OwnMachineError(RuntimeError):
    """A test was about to ask a scheduler of the machine that it runs on."""


@pytest.fixture(scope="session", autouse=True)
def _no_scheduler(_nobodys_home: None) -> Iterator[list[str]]:
    """Lets no test find the machine's scheduler, nor start a tool that no test made; names what was refused."""
    refused: list[str] = []
    run = tools._run

    def guarded(command: Sequence[str], **options: Any) -> Any:
        found = shutil.which(command[0])
        if found and not Path(found).is_relative_to(tempfile.gettempdir()):
            refused.append(found)
            raise OwnMachineError(f"Tests have schedulers of their own, but {found} was to be asked.")
        return run(command, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PSCONNECT_SCHEDULER", "none")
        patch.setattr(tools, "_run", guarded)
        yield refused


@pytest.fixture(autouse=True)
def _machine_untouched(_no_scheduler: list[str]) -> Iterator[None]:
    before = _ours()
    _no_scheduler.clear()
    yield
    # Also when the refusal was swallowed, or raised in another thread.
    if _no_scheduler:
        pytest.fail("Asked the machine's own scheduler: " + ", ".join(_no_scheduler), pytrace=False)
    if _ours() != before:
        pytest.fail("Left an entry on the machine: " + ", ".join(sorted(_ours() ^ before)), pytrace=False)


def _ours() -> set[str]:
    places = (_REAL_HOME / place for place in _PLACES)
    return {str(file) for place in places if place.is_dir() for file in place.glob("*psconnect*")}


@pytest.fixture
def moved_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A HOME of the test's own, with everything that XDG_* would lead elsewhere."""
    place = tmp_path / "user home"
    for folder in (".config", ".local/share", "Library"):
        (place / folder).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(place))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "no-session"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-session/bus")
    return place
