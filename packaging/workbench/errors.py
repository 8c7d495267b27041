"""The one error of the workbench."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Something is missing or failed; the text says what happened, why, and what to do."""
