"""Errors as Moodle's web services return them (moodle-api.md 3): a code, a message; debuginfo while debugging is on.

The class of an exception is part of the answer and differs between releases (moodle-api.md 2), so it is kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: Classes that got the prefix `core\exception\` between 4.3 and 5.1 (moodle-api.md 12).
_MOVED = {
    "moodle_exception",
    "invalid_parameter_exception",
    "invalid_response_exception",
    "required_capability_exception",
    "require_login_exception",
    "webservice_access_exception",
    "coding_exception",
}


@dataclass(eq=False)
class MoodleError(Exception):
    """What a function answers instead of its result; without a code for failures that PHP itself reports."""

    errorcode: str | None
    message: str
    debuginfo: str = ""
    kind: str = "moodle_exception"

    def answer(self, release: str, *, debug: bool) -> dict[str, Any]:
        """The JSON object for this error; keys that the site does not give are left out."""
        kind = rf"core\exception\{self.kind}" if release != "4.3" and self.kind in _MOVED else self.kind
        found: dict[str, Any] = {"exception": kind}
        if self.errorcode is not None:
            found["errorcode"] = self.errorcode
        found["message"] = self.message
        if debug and self.debuginfo:
            found["debuginfo"] = self.debuginfo
        return found


def invalid_parameter(reason: str) -> MoodleError:
    """The one opaque error of every validation (moodle-api.md 1, fact 2); the reason is seen with debugging only."""
    return MoodleError(
        "invalidparameter", "Invalid parameter value detected", reason, kind="invalid_parameter_exception"
    )


def user_not_found(release: str) -> MoodleError:
    """An account that should be there is not; a code of its own until 5.1 (moodle-api.md 12)."""
    if release == "5.1":
        return not_found("user", release)
    return MoodleError("invaliduser", "Invalid user", kind="dml_missing_record_exception")


def not_found(table: str, release: str) -> MoodleError:
    """A record that should be there is not (moodle-api.md 12)."""
    if release != "5.1":
        message = f"Can't find data record in database table {table}."
        return MoodleError("invalidrecord", message, kind="dml_missing_record_exception")
    message = "Can't find data record in database."
    return MoodleError("invalidrecordunknown", message, kind="dml_missing_record_exception")


def no_permission(capability: str) -> MoodleError:
    """A capability is missing and the function says so (moodle-api.md 3)."""
    message = f"Sorry, but you do not currently have permissions to do that ({_title(capability)})."
    return MoodleError("nopermissions", message, kind="required_capability_exception")


def database_write(reason: str) -> MoodleError:
    """A value too long for its column, a unique index, or a deadlock (moodle-api.md 3)."""
    return MoodleError("dmlwriteexception", "Error writing to database", reason, kind="dml_write_exception")


def invalid_response(reason: str) -> MoodleError:
    """The answer does not fit the function's own description; its writes stay (moodle-api.md 1, fact 8)."""
    return MoodleError("invalidresponse", "Invalid response value detected", reason, kind="invalid_response_exception")


def _title(capability: str) -> str:
    """A capability's title, which Moodle puts in the brackets; made from its name here, as titles are translated."""
    return capability.rsplit("/", maxsplit=1)[-1].replace(":", ": ").capitalize()
