"""Tests marked `thorough` run only when asked for; the figures they measure are handed on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

_FIGURES = pytest.StashKey[list[tuple[str, float, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds `--thorough` and, for dev.py, `--figures`."""
    group = parser.getgroup("psconnect")
    group.addoption("--thorough", action="store_true", help="run the tests marked thorough, too")
    group.addoption("--figures", type=Path, metavar="FILE", help="write recorded figures to FILE as JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Starts with no figures."""
    config.stash[_FIGURES] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Takes the thorough tests out of an ordinary run."""
    if config.getoption("--thorough"):
        return
    thorough = [item for item in items if item.get_closest_marker("thorough")]
    if thorough:
        config.hook.pytest_deselected(items=thorough)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the figures where `--figures` says: a list of [name, value, unit]."""
    target: Path | None = session.config.getoption("--figures")
    if target is not None:
        target.write_text(json.dumps(session.config.stash[_FIGURES], indent=1), encoding="utf-8")


@pytest.fixture(scope="session")
def record_figure(request: pytest.FixtureRequest) -> Callable[[str, float, str], None]:
    """A function `record_figure(name, value, unit)`; the figures end up in tests/THOROUGH.md."""

    def record(name: str, value: float, unit: str) -> None:
        request.config.stash[_FIGURES].append((name, value, unit))

    return record
