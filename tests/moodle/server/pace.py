"""How long calls take, as measured on a real site (moodle-api.md 8): seconds for the call, and for each item or row."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.functions.users_write import INTERNAL_AUTHS

_TRIVIAL: Final = 0.03
#: Of the call itself, and of an item; a table of section 8 each, fitted to its smallest and largest batch.
_WRITES: Final = {
    "core_user_create_users": (0.04, 0.0032),
    "core_user_update_users": (0.02, 0.0022),
    "core_user_delete_users": (0.02, 0.022),
    "core_course_create_categories": (0.03, 0.01),
    "core_course_create_courses": (0.035, 0.02),
    "core_course_update_courses": (0.02, 0.0056),
    "core_course_delete_courses": (0.02, 0.18),
    "enrol_manual_enrol_users": (0.035, 0.0057),
    "enrol_manual_unenrol_users": (0.02, 0.006),
    "core_group_create_groups": (0.02, 0.0033),
    "core_group_add_group_members": (0.02, 0.007),
    "core_cohort_create_cohorts": (0.03, 0.005),
    "core_cohort_add_cohort_members": (0.02, 0.0017),
}
#: Of the call itself, and of a row in the answer.
_READS: Final = {
    "core_user_get_users_by_field": (0.025, 0.0033),
    "core_user_get_users": (0.025, 0.0035),
    "core_course_get_courses": (0.03, 0.0028),
    "core_course_get_courses_by_field": (0.03, 0.0042),
    "core_enrol_get_enrolled_users": (0.03, 0.00083),
}
#: A password is hashed for accounts that keep one.
_HASH: Final = 0.0063
#: Rows of `get_enrolled_users` take longer with all fields than with a chosen few.
_ALL_FIELDS: Final = 0.004


def seconds(function: str, arguments: dict[Any, Any], items: int, answer: Any) -> float:
    """How long a real site took for a call like this one."""
    if function in _WRITES:
        base, each = _WRITES[function]
        return base + each * items + _HASH * _hashed(function, arguments)
    base, each = _READS.get(function, (_TRIVIAL, 0.001))
    if function == "core_enrol_get_enrolled_users" and not _chosen_fields(arguments):
        each += _ALL_FIELDS
    return base + each * _rows(answer)


def _hashed(function: str, arguments: dict[Any, Any]) -> int:
    if function != "core_user_create_users":
        return 0
    users = arguments.get("users")
    auths = [user.get("auth", "manual") for user in users.values()] if isinstance(users, dict) else []
    return sum(auth in INTERNAL_AUTHS for auth in auths)


def _chosen_fields(arguments: dict[Any, Any]) -> bool:
    options = arguments.get("options")
    return isinstance(options, dict) and any(option.get("name") == "userfields" for option in options.values())


def _rows(answer: Any) -> int:
    if isinstance(answer, dict):
        return max((len(part) for part in answer.values() if isinstance(part, list)), default=1)
    return len(answer) if isinstance(answer, list) else 1
