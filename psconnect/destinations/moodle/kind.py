"""The declaration of the Moodle kind."""

from __future__ import annotations

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.moodle.findings import MOODLE_RULES
from psconnect.destinations.moodle.layout import DERIVED, MOODLE_BEHIND, MOODLE_USERS
from psconnect.destinations.moodle.settings import MOODLE_SETTINGS
from psconnect.destinations.moodle.texts import MOODLE_CHECKS, MOODLE_ERRORS
from psconnect.destinations.writer import Writer
from psconnect.model.setting_fields import SecretField
from psconnect.wording.catalogue import marked


def _open(context: Context) -> Writer:
    from psconnect.destinations.moodle.writer import MoodleWriter  # noqa: PLC0415 - few connections need it

    return MoodleWriter(context)


_PERSON = frozenset({"username", "givenName", "familyName", "email"})
_LIMITS = {"username": 100, "givenName": 100, "familyName": 100, "email": 100, "sourcedId": 255}
KIND = Kind(
    name="moodle",
    label=marked("Moodle"),
    summary=marked(
        "Users, courses, enrollments and cohorts of a Moodle site, kept up to date through its web services."
    ),
    open=_open,
    settings=MOODLE_SETTINGS,
    secrets=(
        SecretField(
            "token",
            marked("Token"),
            marked("The token of the web service account, from Site administration > Server > Manage tokens."),
        ),
    ),
    entities=(*(one for one in MOODLE_BEHIND if one != "enrollment"), *MOODLE_USERS, "enrollment"),
    needed={
        "school": frozenset({"name"}),
        "class": frozenset({"title"}),
        **dict.fromkeys(MOODLE_USERS, _PERSON),
    },
    limits={**dict.fromkeys(MOODLE_USERS, _LIMITS), "class": {"title": 254}},
    slots={
        **{one: {"sourcedId": "ID number", "username": "Username"} for one in MOODLE_USERS},
        "class": {"sourcedId": "Course ID number"},
    },
    rules=MOODLE_RULES,
    errors=MOODLE_ERRORS,
    checks=MOODLE_CHECKS,
    derived=DERIVED,
    underlying=frozenset(MOODLE_BEHIND),
    takes=frozenset({"groups", "categories"}),
    receives=marked("Moodle keeps grades and work of a person whose enrollment or account is suspended."),
    removal=marked(
        "The account of a removed person is suspended, a dropped enrollment too, and the course of a removed class is "
        "hidden, unless chosen otherwise."
    ),
    removal_setting="removed_users",
)
