"""The password policy of a fresh site (moodle-api.md 6.2): its messages are HTML, and become the error's code."""

from __future__ import annotations

from tests.moodle.server.errors import MoodleError

_LONG_ENOUGH = 8
_RULES = (
    (lambda password: len(password) >= _LONG_ENOUGH, "Passwords must have at least 8 characters."),
    (lambda password: any(sign.isdigit() for sign in password), "Passwords must have at least 1 digit(s)."),
    (lambda password: any(sign.islower() for sign in password), "Passwords must have at least 1 lower case letter(s)."),
    (lambda password: any(sign.isupper() for sign in password), "Passwords must have at least 1 upper case letter(s)."),
    (
        lambda password: any(not sign.isalnum() for sign in password),
        "The password must have at least 1 special character(s) such as *, -, or #.",
    ),
)


def refuse_weak(password: str) -> None:
    """Raise with the policy's messages as the code (moodle-api.md 3, observed)."""
    broken = "".join(f"<div>{message}</div>" for holds, message in _RULES if not holds(password))
    if broken:
        raise MoodleError(broken, f"error/{broken}")
