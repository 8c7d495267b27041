"""Gives tests a home of their own, so that none touches the settings, data or secrets of who runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PSCONNECT_")]:
            patch.delenv(name)
        patch.setenv("PSCONNECT_HOME", str(tmp_path_factory.mktemp("nobodys-home")))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh PSCONNECT_HOME, set in the environment; the folder does not exist yet, as on a new computer."""
    place = tmp_path / "psconnect-home"
    monkeypatch.setenv("PSCONNECT_HOME", str(place))
    return place
