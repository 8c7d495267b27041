"""The log: rotated JSON lines with ids, counts and codes. Never a name, a mail, a birth date, a token or a secret."""

from __future__ import annotations

import json
import logging
import logging.handlers
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


def open_log(folder: Path) -> logging.Handler:
    """Write psconnect's log to this folder from now on; ``close_log`` ends it."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "psconnect.log", maxBytes=_MAX_BYTES, backupCount=_FILES, encoding="utf-8", delay=True
    )
    handler.setFormatter(_JsonLine())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing to a log that ``open_log`` opened."""
    logger.removeHandler(handler)
    handler.close()
