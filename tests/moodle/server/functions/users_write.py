"""Accounts: create, update, delete (moodle-api.md 5 and 6.2; `user/externallib.php` of 4.3 and 5.1)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.cleaning import acceptable_email
from tests.moodle.server.errors import MoodleError, database_write, invalid_parameter, invalid_response, user_not_found
from tests.moodle.server.functions.function import Function, as_warning
from tests.moodle.server.functions.passwords import refuse_weak
from tests.moodle.server.functions.user_fields import FIELDS, USERNAME, check_lengths, columns, put_custom_fields
from tests.moodle.server.records import Mail, User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, optional, required, with_default

#: Plugins that keep a password of their own (moodle-api.md 6.2).
INTERNAL_AUTHS: Final = {"manual", "email", "nologin", "none", "lti"}
#: Never for new accounts (moodle-api.md 6.2, observed).
_NOT_ON_CREATE: Final = {"mnet", "webservice"}
ADMIN: Final = "admin"
GUEST: Final = "guest"

_CREATE: Final = {
    "createpassword": Value("bool", "optional"),
    "username": USERNAME,
    "auth": with_default("auth", "manual"),
    **required(firstname="notags", lastname="notags", email="trimmed"),
    "idnumber": with_default("raw", ""),
    "lang": with_default("lang", "en"),
    "calendartype": with_default("plugin", "gregorian"),
    **FIELDS,
}
_UPDATE: Final = {
    **required(id="int"),
    **optional(
        username="username",
        auth="auth",
        suspended="bool",
        firstname="notags",
        lastname="notags",
        email="trimmed",
        userpicture="int",
        idnumber="raw",
        lang="lang",
        calendartype="plugin",
    ),
    **FIELDS,
}


def _create(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    session.enter_system()
    session.require("moodle/user:create")
    mails: list[Mail] = []
    made = []
    with session.state.journal.transaction():
        for item in sent["users"]:
            user = _create_one(session, item)
            if item.get("createpassword"):
                mails.append(Mail(user.email, "newpassword"))
                if session.release == "4.3":  # Within the transaction: it has left even if all is rolled back.
                    session.state.mails.append(mails.pop())
            made.append({"id": user.id, "username": user.username})
    session.state.mails += mails
    return made


def _create_one(session: Session, item: dict[str, Any]) -> User:
    internal = item["auth"] in INTERNAL_AUTHS
    _refuse_create(session, item, internal)
    users, values = session.state.users, columns(item)
    check_lengths(values)
    if internal and not item.get("createpassword"):
        if session.switches.password_policy:
            refuse_weak(item["password"])
        values["password"] = item["password"]
    if users.where(username=item["username"]):  # The unique index sees what the check above could not.
        raise database_write("duplicate key value violates unique constraint on username")
    user = users.add(User(**values))
    put_custom_fields(session, user, item.get("customfields"))
    preferences = {pair["type"]: pair["value"] for pair in item.get("preferences", ())}
    if item.get("createpassword"):
        preferences["auth_forcepasswordchange"] = "1"
    users.change(user, preferences=preferences)
    return user


def _refuse_create(session: Session, item: dict[str, Any], internal: bool) -> None:
    for name in ("username", "firstname", "lastname"):
        if not item[name].strip():
            raise invalid_parameter(f"The field {name} cannot be blank")
    users = session.state.users
    if session.taken(users, username=item["username"]):
        raise invalid_parameter(f"Username already exists: {item['username']}")
    if item["auth"] in _NOT_ON_CREATE or item["auth"] not in session.switches.installed_auths:
        raise invalid_parameter(f"Invalid authentication type: {item['auth']}")
    if item["lang"] not in session.switches.installed_langs:
        raise invalid_parameter(f"Invalid language code: {item['lang']}")
    if internal and not item.get("password") and not item.get("createpassword"):
        raise invalid_parameter("Invalid password: you must provide a password, or set createpassword.")
    if not acceptable_email(item["email"]):
        raise invalid_parameter(f"Email address is invalid: {item['email']}")
    if not session.switches.allow_same_email and session.taken(users, email_key=item["email"].lower()):
        raise invalid_parameter(f"Email address already exists: {item['email']}")


def _update(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    session.require("moodle/user:update")
    session.enter_system()
    warnings = []
    for item in sent["users"]:
        try:
            with session.state.journal.transaction():
                _update_one(session, item)
        except MoodleError as error:
            warnings.append(as_warning("user", item["id"], error))
    if any("<" in entry["warningcode"] for entry in warnings):
        raise invalid_response("warnings => warningcode")  # All valid items are saved by now (moodle-api.md 3).
    return {"warnings": warnings}


def _update_one(session: Session, item: dict[str, Any]) -> None:
    user = session.state.users.get(item["id"])
    _refuse_update(session, user)
    users = session.state.users
    if "email" in item and item["email"] != user.email:
        if not acceptable_email(item["email"]):
            raise MoodleError("useremailinvalid", "Invalid email address")
        others = session.taken(users, but=user.id, email_key=item["email"].lower())
        if others and not session.switches.allow_same_email:
            raise MoodleError("useremailduplicate", "Duplicate email address")
    values = columns(item)
    if item.get("password") and item.get("auth", user.auth) in INTERNAL_AUTHS:
        if session.switches.password_policy:
            refuse_weak(item["password"])
        values["password"] = item["password"]
    check_lengths(values)
    if [other for other in users.where(username=values.get("username", "")) if other.id != user.id]:
        raise database_write("duplicate key value violates unique constraint on username")
    if values.get("suspended"):
        values["sessions"] = 0
    preferences = {pair["type"]: pair["value"] for pair in item.get("preferences", ())}
    users.change(user, **values, preferences={**user.preferences, **preferences})
    put_custom_fields(session, user, item.get("customfields"))


def _refuse_update(session: Session, user: User | None) -> None:
    if user is None:
        raise MoodleError("invaliduserid", "Invalid user id")
    if user.username == ADMIN:
        raise MoodleError("usernotupdatedadmin", "Cannot update admin accounts")
    if user.deleted:
        raise MoodleError("usernotupdateddeleted", "User is a deleted user")
    if user.username == GUEST:
        raise MoodleError("usernotupdatedguest", "Cannot update guest account")


def _delete(session: Session, sent: dict[str, Any]) -> None:
    session.require("moodle/user:delete")
    session.enter_system()
    with session.state.journal.transaction():
        for user_id in sent["userids"]:
            user = session.state.users.get(user_id)
            if user is None or user.deleted:
                raise user_not_found(session.release)
            if user.username == ADMIN:
                raise MoodleError("useradminodelete", "Administrator accounts can not be deleted.")
            if user.id == session.robot.user.id:
                raise MoodleError("usernotdeletederror", "Error - the user was not deleted")
            session.state.delete_user(user)


FUNCTIONS: Final = {
    "core_user_create_users": Function(Struct({"users": Many(Struct(_CREATE))}), _create, writes=True),
    "core_user_update_users": Function(Struct({"users": Many(Struct(_UPDATE))}), _update, writes=True),
    "core_user_delete_users": Function(Struct({"userids": Many(Value("int"))}), _delete, writes=True),
}
