"""Fixtures of the database destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.destinations.database.support import Base


@pytest.fixture
def base(tmp_path: Path) -> Base:
    """A database that is not there yet, in a folder that is."""
    folder = tmp_path / "Schülerdaten"
    folder.mkdir()
    return Base(folder)
