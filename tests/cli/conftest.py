"""Runs the command line as a person would, within the test's process, with the test's clock."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from psconnect.cli import main
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.support.demo import Connected


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Psconnect = Callable[..., Said]


@pytest.fixture
def psconnect(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Psconnect:
    """``psconnect("sync", "NAME", connected=…, stdin="…")``; the secret of the connection is in the environment."""

    monkeypatch.setenv("PSCONNECT_HEADLESS", "1")

    def run(*arguments: str, connected: Connected | None = None, stdin: str = "") -> Said:
        clock = None
        if connected:
            monkeypatch.setenv("PSCONNECT_HOME", str(connected.folder / "home"))
            secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
            if secret:
                monkeypatch.setenv(variable(CLIENT_SECRET), secret)
            clock = connected.clock
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        try:
            code = main(list(arguments), clock)
        except SystemExit as ended:
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(code, captured.out, captured.err)

    return run
