"""Exit codes (docs/command-line.md), by a run or an error before any run."""

from __future__ import annotations

from psconnect.model.errors import AnotherRunActive, Bug, FixSettings, PsconnectError
from psconnect.model.runs import Run

DONE, REFUSED, USAGE, HELD, NOT_READ, APPLYING, ACTIVE, CANCELLED = 0, 1, 2, 3, 4, 5, 6, 130

_SETTINGS = (
    "PSC-SETTINGS",
    "PSC-SCOPE",
    "PSC-MAPPING",
    "PSC-SECRET",
    "PSC-AUTH-MISSING",
    "PSC-TLS-CA-FILE",
    "PSC-DESTINATION",
)
_SKIPPED = {
    "PSC-SKIPPED/busy": ACTIVE,
    "PSC-SKIPPED/disabled": USAGE,
    "PSC-SKIPPED/excluded": HELD,
    "PSC-SKIPPED/undo": HELD,
}
UNRECORDED = "PSC-DATA-UNRECORDED"
"""Delivered, but not recorded (sync.session)."""
_PATHS = ("PSC-DISK-MISSING", "PSC-DISK-FOLDER", "PSC-DISK-NAME")
"""A named file doesn't exist or is not a file."""


def for_run(run: Run) -> int:
    """The exit code for a run's end."""
    if run.state in ("held", "previewed"):
        return HELD if run.holds else DONE
    if run.state in ("cancelled", "skipped"):
        return CANCELLED if run.state == "cancelled" else _of_skipped(run)
    if run.error:
        if run.error["code"].startswith(_SETTINGS):
            return USAGE
        return APPLYING if run.failed_in == "applying" else NOT_READ
    if run.state == "interrupted":
        return APPLYING
    return REFUSED if run.refused else DONE


def _of_skipped(run: Run) -> int:
    return _SKIPPED.get(run.error["key"], DONE) if run.error else DONE


def for_error(error: PsconnectError) -> int:
    """The exit code for an error before a command began."""
    if isinstance(error, AnotherRunActive):
        return ACTIVE
    if isinstance(error, FixSettings) or error.code in _PATHS:
        return USAGE
    if isinstance(error, Bug) or error.code == UNRECORDED:
        # It is unknown how far it got, so treat it as a run that failed while applying.
        return APPLYING
    return NOT_READ
