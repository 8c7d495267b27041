"""Looking accounts up (moodle-api.md 4, 6.2; `user/externallib.php`): found ones only, by id, and silently fewer.

The search goes on working while the robot is blocked, the look-up by field does not (observed on 4.5 and 5.1).
"""

from __future__ import annotations

import re
from typing import Any, Final

from tests.moodle.server.cleaning import cleaned
from tests.moodle.server.errors import MoodleError, invalid_parameter
from tests.moodle.server.functions.function import Function
from tests.moodle.server.functions.user_details import php_empty, user_details
from tests.moodle.server.records import User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, required

_KINDS: Final = {"id": "int", "idnumber": "raw", "username": "username", "email": "trimmed"}
_WITH_WILDCARD: Final = {"firstname", "lastname", "email"}
_CRITERIA: Final = {*_KINDS, *_WITH_WILDCARD, "auth"}


def _by_field(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    name = sent["field"]
    if name not in _KINDS:
        raise MoodleError(
            "codingerror", "Coding error detected, it must be fixed by a programmer", kind="coding_exception"
        )
    for value in sent["values"]:
        if cleaned(_KINDS[name], value, session.switches) != value:
            raise invalid_parameter(f"The field '{name}' value is invalid: {value}")
    rows = {user.id: user for value in sent["values"] for user in _matching(session, name, value)}
    session.enter_system()
    found = [user_details(session, rows[user_id]) for user_id in sorted(rows)]
    return [details for details in found if details and _shown(details, name)]


def _matching(session: Session, name: str, value: str) -> list[User]:
    users = session.state.users
    if name == "id":
        user = users.get(int(value))
        return [user] if user else []
    if session.switches.case_matters or name == "username":
        return users.where(**{name: value})
    return [user for user in users if getattr(user, name).lower() == value.lower()]


def _shown(details: dict[str, Any], name: str) -> bool:
    return not php_empty(str(details.get(name, "")))


def _search(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    used: set[str] = set()
    wanted, warnings = {}, []
    for criterion in sent["criteria"]:
        key = criterion["key"]
        if key in used:
            raise MoodleError("keyalreadyset", f"The key {key} can only be sent once")
        used.add(key)
        if key in _CRITERIA:
            wanted[key] = criterion["value"]
        else:
            message = f"The search key '{key}' is not supported, look at the web service documentation"
            warnings.append({"item": key, "warningcode": "invalidfieldparameter", "message": message})
    rows = [user for user in session.state.users if not user.deleted]
    rows = [user for user in rows if all(_like(user, key, value) for key, value in wanted.items())]
    found = [details for user in rows if (details := user_details(session, user))]
    return {"users": [one for one in found if all(_shown(one, key) for key in wanted)], "warnings": warnings}


def _like(user: User, key: str, value: str) -> bool:
    held = str(getattr(user, key))
    if key not in _WITH_WILDCARD:
        return held == value
    pattern = ".*".join(re.escape(part) for part in value.split("%"))
    return re.fullmatch(pattern, held, re.IGNORECASE | re.DOTALL) is not None


FUNCTIONS: Final = {
    "core_user_get_users_by_field": Function(
        Struct({"field": Value("alpha"), "values": Many(Value("raw"))}), _by_field
    ),
    "core_user_get_users": Function(Struct({"criteria": Many(Struct(required(key="alpha", value="raw")))}), _search),
}
