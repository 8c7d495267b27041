"""What Moodle gets of a person, and what it would refuse without a reason (docs/moodle-api.md 6.2)."""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psconnect.destinations.moodle import refusals
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.telling import custom_fields_of
from psconnect.model.entities import EXTRA, SIGN_IN_TYPE
from psconnect.model.outcomes import Refused
from psconnect.model.text import trimmed

_PLAIN_USERNAME = re.compile(r"[-a-z0-9_.@]+")
_EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_TAG = re.compile(r"<(?!\s)")
"""What PHP's strip_tags takes for the beginning of a tag."""
_FIELD_NAME = re.compile(r"[A-Za-z0-9_-]+")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WITHOUT_PASSWORD = frozenset({"ldap", "db", "oauth2", "shibboleth", "cas", "oidc", "saml2"})
"""Authentication methods whose accounts have no password in Moodle."""
_OWN = ("phone1", "phone2", "address", "city", "country", "department", "institution")
"""Moodle's own fields that a custom field of that label fills; any other goes into the profile field of its label."""
_LONGEST = {
    "username": 100,
    "firstname": 100,
    "lastname": 100,
    "email": 100,
    "idnumber": 255,
    "middlename": 255,
    "institution": 255,
    "department": 255,
    "phone1": 20,
    "phone2": 20,
    "address": 255,
    "city": 120,
}
_SIGNS = "-_.@*"


@dataclass(frozen=True)
class UserRules:
    """What a connection gives Moodle of one kind of people.

    Attributes:
        fields: further fields of Moodle's own: ``middlename``, ``institution``, ``department``.
        auth: the authentication method of new accounts.
        welcome: whether Moodle mails each new account a password.
    """

    fields: frozenset[str]
    auth: str
    welcome: bool


def user_rules(settings: Mapping[str, Any], entity: str) -> UserRules:
    """The rules for students, or for staff."""
    whose = "student" if entity == "student" else "staff"
    chosen = frozenset(str(row["row"]) for row in settings["fields"] if row.get(whose))
    return UserRules(chosen, str(settings[f"{whose}_auth"]).strip() or "manual", bool(settings["welcome"]))


def user_values(entity: str, record: Mapping[str, str], rules: UserRules, school: str) -> dict[str, Argument]:
    """The fields of a person's account; ``school`` is the name of the first school."""
    values: dict[str, Argument] = {
        "username": trimmed(record["username"]).lower(),
        "firstname": trimmed(record["givenName"]),
        "lastname": trimmed(record["familyName"]),
        "email": trimmed(record["email"]),
        "idnumber": record["sourcedId"],
    }
    further = {
        "middlename": trimmed(record["middleName"]),
        "institution": school,
        "department": record.get("grade", "") if entity == "student" else "Staff",
    }
    values |= {name: value for name, value in further.items() if name in rules.fields}
    filled = custom_fields_of(record[EXTRA])
    values |= {name: trimmed(filled[name]) for name in _OWN if name in filled}
    custom = _custom(record)
    if custom:
        values["customfields"] = [{"type": name, "value": value} for name, value in custom.items()]
    return values


def _custom(record: Mapping[str, str]) -> dict[str, str]:
    """Custom profile fields by short name; the sign-in type is psconnect's own."""
    others = {SIGN_IN_TYPE, *_OWN}
    return {name: value for name, value in custom_fields_of(record[EXTRA]).items() if name not in others}


def changed_user(
    entity: str, records: tuple[Mapping[str, str] | None, Mapping[str, str]], rules: UserRules, schools: tuple[str, str]
) -> dict[str, Argument]:
    """What of an account has to change from one record to the next; a field that is gone becomes empty."""
    before, after = records
    values = user_values(entity, after, rules, schools[1])
    if before is None:
        return values
    was = user_values(entity, before, rules, schools[0])
    emptied = dict.fromkeys(was.keys() - values.keys(), "")
    found = {name: value for name, value in (values | emptied).items() if was.get(name) != value}
    found.pop("customfields", None)
    old, new = _custom(before), _custom(after)
    custom = {name: new.get(name, "") for name in {**old, **new} if old.get(name) != new.get(name)}
    if custom:
        found["customfields"] = [{"type": name, "value": value} for name, value in custom.items()]
    return found


def new_account(values: Mapping[str, Argument], rules: UserRules) -> dict[str, Argument]:
    """The fields of a new account: with its way to sign in, and a password that nobody knows where one is needed."""
    found = {**values, "auth": rules.auth}
    if rules.auth in _WITHOUT_PASSWORD:
        return found
    return {**found, "createpassword": 1} if rules.welcome else {**found, "password": unknown_password()}


def unknown_password() -> str:
    """A password that is kept nowhere, with each kind of character and none twice in a row (Moodle's own policies)."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, _SIGNS)
    return "".join(secrets.choice(kinds[place % len(kinds)]) for place in range(32))


def unfit_user(values: Mapping[str, Argument]) -> Refused | None:
    """Why Moodle would refuse these fields, as far as that is known; None where nothing is."""
    checks = (_unfit_text, _unfit_name, _unfit_email, _unfit_custom)
    return next((found for check in checks if (found := check(values))), None)


def _unfit_text(values: Mapping[str, Argument]) -> Refused | None:
    if not values.get("username", "-"):
        return refusals.NO_USERNAME
    if any(len(str(values[name])) > longest for name, longest in _LONGEST.items() if name in values):
        return refusals.TOO_LONG
    country = str(values.get("country", ""))
    return refusals.COUNTRY_UNFIT if country and not _COUNTRY.fullmatch(country) else None


def _unfit_name(values: Mapping[str, Argument]) -> Refused | None:
    if any(values.get(name) == "" for name in ("firstname", "lastname")):
        return refusals.NO_NAME
    texts = ("firstname", "lastname", "middlename", *_OWN)
    return refusals.NAME_WITH_TAG if any(has_tag(str(values.get(name, ""))) for name in texts) else None


def _unfit_email(values: Mapping[str, Argument]) -> Refused | None:
    if "email" not in values:
        return None
    email = str(values["email"])
    local = email.partition("@")[0]
    turned = ".." in email or local.startswith(".") or local.endswith(".")
    return None if _EMAIL.fullmatch(email) and not turned else refusals.EMAIL_UNFIT


def _unfit_custom(values: Mapping[str, Argument]) -> Refused | None:
    custom = values.get("customfields", ())
    names = [str(one["type"]) for one in custom if isinstance(one, Mapping)] if isinstance(custom, Sequence) else []
    return None if all(map(_FIELD_NAME.fullmatch, names)) else refusals.FIELD_NAME_UNFIT


def has_tag(text: str) -> bool:
    """Whether Moodle takes a part of the text for HTML and so refuses it."""
    return _TAG.search(text) is not None


def has_unusual_username(values: Mapping[str, Argument]) -> bool:
    """Whether only a site that allows extended characters accepts the user name."""
    return "username" in values and not _PLAIN_USERNAME.fullmatch(str(values["username"]))


def same_user(values: Mapping[str, Argument], account: Mapping[str, Any], names: Sequence[str]) -> bool:
    """Whether an account has these fields, as far as Moodle shows them."""
    return all(str(account.get(name, "")) == str(values[name]) for name in names if name in values)
