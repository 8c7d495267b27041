"""The log: rotated JSON lines with ids, counts and codes. Never a name, a mail, a birth date, a token or a secret."""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import sys
from io import TextIOWrapper
from pathlib import Path

_MAX_BYTES, _FILES = 2_000_000, 5
logger = logging.getLogger("psconnect")


class _JsonLine(logging.Formatter):
    """One JSON object a line: time, level, event, and the values given as ``extra={"data": {...}}``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record; an exception is named by its type only, because its text may quote data."""
        line = {"time": self.formatTime(record), "level": record.levelname, "event": record.getMessage()}
        line |= getattr(record, "data", {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
        return json.dumps(line)


class LogFile(logging.handlers.RotatingFileHandler):
    """The log's file. What keeps it from being written never stops the work, and prints no trace.

    Attributes:
        trouble: why the last line could not be written, in the system's words; empty where it could.
    """

    trouble = ""

    def _open(self) -> TextIOWrapper:
        """Open the file, which only its owner may read."""
        with contextlib.suppress(OSError):  # opening it says what is wrong
            Path(self.baseFilename).touch(mode=0o600)
            Path(self.baseFilename).chmod(0o600)
        return super()._open()

    def doRollover(self) -> None:  # noqa: N802 - the name is logging's
        """Begin a new file, or go on with this one while another psconnect has it open, as on Windows."""
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        self.trouble = ""
        super().emit(record)

    def close(self) -> None:
        """End the log; on a full disk, the last lines are still to be written, and can't be."""
        try:
            super().close()
        except OSError as error:
            self._note(error)

    def _note(self, error: OSError) -> None:
        self.trouble = error.strerror or type(error).__name__

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Remember why a line could not be written; a mistake of ours in the line itself is raised."""
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._note(error)


def open_log(folder: Path) -> LogFile:
    """Write psconnect's log to this folder from now on; ``close_log`` ends it."""
    handler = LogFile(folder / "psconnect.log", maxBytes=_MAX_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(_JsonLine())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing to a log that ``open_log`` opened."""
    logger.removeHandler(handler)
    handler.close()
