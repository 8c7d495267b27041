"""The fields of an account that the API takes: types, longest values, custom profile fields (moodle-api.md 6.2)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import database_write, invalid_parameter
from tests.moodle.server.functions.function import fits
from tests.moodle.server.records import User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, maybe, optional, required

#: Types by field (`core_user::fill_properties_cache` in `lib/classes/user.php`).
OPTIONAL_FIELDS: Final = optional(
    password="raw",
    maildisplay="int",
    city="text",
    country="alpha",
    timezone="timezone",
    description="raw",
    firstnamephonetic="notags",
    lastnamephonetic="notags",
    middlename="notags",
    alternatename="notags",
    interests="text",
    institution="text",
    department="text",
    phone1="notags",
    phone2="notags",
    address="text",
    theme="theme",
    mailformat="int",
)
FIELDS: Final = {
    **OPTIONAL_FIELDS,
    "customfields": maybe(Many(Struct(required(type="alphanumext", value="raw")))),
    "preferences": maybe(Many(Struct(required(type="raw", value="raw")))),
}
USERNAME: Final = Value("username")

#: Longest values by column (`lib/db/install.xml`).
_LONGEST: Final = {
    "username": 100,
    "firstname": 100,
    "lastname": 100,
    "email": 100,
    "idnumber": 255,
    "phone1": 20,
    "phone2": 20,
    "institution": 255,
    "department": 255,
    "address": 255,
    "city": 120,
    "auth": 20,
    "middlename": 255,
    "alternatename": 255,
    "firstnamephonetic": 255,
    "lastnamephonetic": 255,
}
_PLAIN: Final = (*_LONGEST, "country", "timezone", "description", "maildisplay", "mailformat", "theme", "interests")
_OWN: Final = ("lang", "calendartype", "suspended")
#: Countries by two letters are a long list; two letters are enough to tell `USA` (moodle-api.md 6.2) from a country.
_COUNTRY_LETTERS: Final = 2


def columns(sent: dict[str, Any]) -> dict[str, Any]:
    """The columns of the account's own table that a request sets. What is no country becomes empty, unsaid."""
    found = {name: sent[name] for name in (*_PLAIN, *_OWN) if name in sent}
    if len(found.get("country", "")) != _COUNTRY_LETTERS:
        found = {name: ("" if name == "country" else value) for name, value in found.items()}
    return found


def check_lengths(values: dict[str, Any]) -> None:
    """Refuse what does not fit its column, as the database would."""
    texts = {name: (str(values[name]), longest) for name, longest in _LONGEST.items() if name in values}
    if place := fits("user", **texts):
        raise database_write(f"value too long for {place}")


def put_custom_fields(session: Session, user: User, sent: list[dict[str, str]] | None) -> None:
    """Save custom profile fields; unknown short names are ignored without a word (moodle-api.md 6.2, observed)."""
    known = {field.shortname: field for field in session.state.profile_fields}
    values = dict(user.fields)
    for item in sent or ():
        field = known.get(item["type"])
        if field is None:
            continue
        if field.unique and session.switches.unique_profile_fields:
            others = [other for other in session.state.users if other.id != user.id]
            if any(other.fields.get(field.shortname) == item["value"] for other in others):
                raise invalid_parameter(f"{field.shortname} must be unique")
        values[field.shortname] = field.saved(item["value"], values.get(field.shortname, ""))
    if session.switches.required_profile_fields:
        missing = [name for name, field in known.items() if field.required and not values.get(name)]
        if missing:
            raise invalid_parameter(f"Missing required profile fields: {missing}")
    session.state.users.change(user, fields=values)
