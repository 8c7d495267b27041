"""Fails a test that logs a warning or an error which it did not announce."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Protocol

import pytest


class ExpectLog(Protocol):
    """Announces a log record; see `expect_log`."""

    def __call__(self, pattern: str, *, logger: str = "", level: int = logging.WARNING) -> None:
        """Announces at least one record of `level` whose message matches the regular expression `pattern`.

        Args:
            pattern: searched in the finished message.
            logger: name of the logger or of one of its parents; empty for any.
            level: exactly this level.
        """


class _Expected:
    def __init__(self, pattern: str, logger: str, level: int) -> None:
        self.pattern, self.logger, self.level = pattern, logger, level
        self.seen = False

    def matches(self, record: logging.LogRecord) -> bool:
        inside = not self.logger or f"{record.name}.".startswith(f"{self.logger}.")
        return inside and record.levelno == self.level and bool(re.search(self.pattern, record.getMessage()))


def _more(record: logging.LogRecord) -> str:
    """What a record says beside its message: of a mistake, the kind of error and where it was raised."""
    data = getattr(record, "data", {})
    told = "".join(f"\n    {name}: {str(value).replace(chr(10), chr(10) + '    ')}" for name, value in data.items())
    return told + (f"\n{logging.Formatter().formatException(record.exc_info)}" if record.exc_info else "")


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.expected: list[_Expected] = []
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def complaints(self) -> list[str]:
        """What was logged unannounced, and what was announced but never logged."""
        found = []
        for record in self.records:
            matching = [expected for expected in self.expected if expected.matches(record)]
            for expected in matching:
                expected.seen = True
            if not matching:
                found.append(
                    f"logged unannounced: {record.levelname} {record.name}: {record.getMessage()}{_more(record)}"
                )
        found += [f"announced, but not logged: {each.pattern}" for each in self.expected if not each.seen]
        return found


@pytest.fixture(autouse=True)
def _log_guard() -> Iterator[_Recorder]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    recorder = _Recorder()
    root.addHandler(recorder)
    yield recorder
    removed = recorder not in root.handlers
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
    for handler in set(handlers) - set(root.handlers):
        root.addHandler(handler)
    root.setLevel(level)
    complaints = recorder.complaints()
    if removed:
        complaints.append("the test took away the root logger's handlers, so its log could not be watched")
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def expect_log(_log_guard: _Recorder) -> ExpectLog:
    """A function that announces a log record of WARNING or above: `expect_log("no keyring")`.

    The test fails when the record does not come, and when one comes that was not announced.
    """

    def expect(pattern: str, *, logger: str = "", level: int = logging.WARNING) -> None:
        _log_guard.expected.append(_Expected(pattern, logger, level))

    return expect
