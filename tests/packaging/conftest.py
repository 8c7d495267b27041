"""A screen for packages that are installed and opened."""

from __future__ import annotations

from tests.desktop.screen import screen  # noqa: F401 - a fixture
