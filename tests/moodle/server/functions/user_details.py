"""An account as the robot may see it (`user/lib.php`, moodle-api.md 4): what it may not see is left out.

The robot's own account is always shown whole, whatever its role lacks. A description is shown of those alone who have a
role somewhere ("profiles for enrolled users only").
"""

from __future__ import annotations

from typing import Any

from tests.moodle.server.records import User
from tests.moodle.server.session import Session

#: Given only when not empty (moodle-api.md 6.2); PHP takes "0" for empty.
_WHEN_FILLED = ("country", "city")
_DETAILS_WHEN_FILLED = ("idnumber", "institution")
#: Only as part of the identity that a site shows, also to those who may see all details (observed on 4.5 and 5.1).
_PHONES = {"phone1", "phone2"}
_SETTINGS = ("auth", "confirmed", "lang", "theme", "timezone", "mailformat")
_PICTURES = {"profileimageurl": "f1", "profileimageurlsmall": "f2"}


def php_empty(value: str) -> bool:
    """Whether PHP takes a text for empty."""
    return value in {"", "0"}


def user_details(session: Session, user: User) -> dict[str, Any] | None:
    """The account's keys that the robot may see; None where it may not see the account."""
    own = user.id == session.robot.user.id
    if not own and not session.can("moodle/user:viewdetails"):
        return None
    every = own or session.can("moodle/user:viewalldetails")
    found: dict[str, Any] = {"id": user.id, **_when(every, username=user.username)}
    found |= _when(_full_names(session), firstname=user.firstname, lastname=user.lastname)
    found["fullname"] = f"{user.firstname} {user.lastname}".strip()
    identity = session.switches.identity_fields if session.can("moodle/site:viewuseridentity") else set()
    found |= _when(own or user.maildisplay == 1 or "email" in identity, email=user.email)
    found |= _filled(user, tuple(sorted(_PHONES & identity)))
    found |= _filled(user, ("address",)) if session.can("moodle/user:viewhiddendetails") else {}
    found |= _filled(user, _WHEN_FILLED)
    found |= _filled(user, tuple(name for name in _DETAILS_WHEN_FILLED if every or name in identity))
    found |= _when(every or "department" in identity, department=user.department)
    found |= {name: getattr(user, name) for name in _SETTINGS} if every else {}
    found |= {"firstaccess": user.firstaccess, "lastaccess": user.lastaccess, "suspended": user.suspended}
    found |= _when(session.release != "4.3", trackforums=0)
    described = user.description != "" and bool(session.state.role_assignments.where(userid=user.id))
    found |= _when(described, description=user.description, descriptionformat=1)
    found |= _when(user.interests != "", interests=", ".join(part.strip() for part in user.interests.split(",")))
    found |= {name: f"/theme/image.php/boost/core/1/u/{place}" for name, place in _PICTURES.items()}
    return found | _custom_fields(session, user)


def _when(given: bool, **keys: Any) -> dict[str, Any]:
    return keys if given else {}


def _filled(user: User, names: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name in names if not php_empty(value := getattr(user, name))}


def _full_names(session: Session) -> bool:
    by_format = session.release != "4.3" and session.switches.full_names_in_format
    return by_format or session.can("moodle/site:viewfullnames")


def _custom_fields(session: Session, user: User) -> dict[str, Any]:
    found = [
        {
            "type": field.datatype,
            "value": value,
            "displayvalue": _displayed(session, field.datatype, value),
            "name": field.name,
            "shortname": field.shortname,
        }
        for field in session.state.profile_fields
        if field.visible and (value := field.shown(user.fields))
    ]
    return {"customfields": found} if found else {}


def _displayed(session: Session, datatype: str, value: str) -> str:
    if datatype == "checkbox":
        return "Yes" if value not in {"", "0"} else "No"
    return session.text(value)
