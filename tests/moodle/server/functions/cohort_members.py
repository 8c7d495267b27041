"""Cohort members (moodle-api.md 5, 6.7; `cohort/externallib.php`): adding tells problems by warnings without ids."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, user_not_found
from tests.moodle.server.functions.cohorts import MANAGE, known_cohort, may_read
from tests.moodle.server.functions.function import Function
from tests.moodle.server.functions.groups import by_name
from tests.moodle.server.records import Cohort, CohortMember, User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, required

_ASSIGN: Final = "moodle/cohort:assign"
_WHO: Final = required(type="alphanumext", value="raw")
_BAD_TYPE, _MISSING, _ALREADY = "1", "2", "3"


def _add(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    warnings = []
    with session.state.journal.transaction():
        for item in sent["members"]:
            problem = _add_one(session, item["cohorttype"], item["usertype"])
            if problem:
                code, message = problem
                warnings.append({"warningcode": code, "message": message})
    return {"warnings": warnings}


def _add_one(session: Session, cohort_by: dict[str, str], user_by: dict[str, str]) -> tuple[str, str] | None:
    if cohort_by["type"] not in {"id", "idnumber"}:
        return _BAD_TYPE, f"invalid parameter: cohortype={cohort_by['type']}"
    if user_by["type"] not in {"id", "username"}:
        return _BAD_TYPE, f"invalid parameter: usertype={user_by['type']}"
    for by in (cohort_by, user_by):
        if by["type"] == "id" and not by["value"].isdigit():
            raise MoodleError("Error", "Error reading from database")
    cohort = _cohort(session, **cohort_by)
    if cohort is None:
        return _MISSING, f"cohort {cohort_by['type']}={cohort_by['value']} not exists"
    user = _user(session, **user_by)
    who = f"{user_by['type']}={user_by['value']}"
    if user is None:
        return _MISSING, f"user {who} not exists"
    if session.state.cohort_members.where(cohortid=cohort.id, userid=user.id):
        return _ALREADY, f"record already exists: cohort({cohort_by['type']}={cohort_by['value']} {who})"
    try:
        session.enter_system()
    except MoodleError as error:  # Wrapped, whatever it is (`cohort/externallib.php`).
        raise MoodleError("Error", error.message) from error
    session.require(MANAGE, _ASSIGN)
    session.state.cohort_members.add(CohortMember(cohortid=cohort.id, userid=user.id))
    return None


def _cohort(session: Session, type: str, value: str) -> Cohort | None:  # noqa: A002 — Moodle's own key
    if type == "id":
        return session.state.cohorts.get(int(value))
    return next(iter(session.state.cohorts.where(idnumber=value)), None)


def _user(session: Session, type: str, value: str) -> User | None:  # noqa: A002 — Moodle's own key
    users = session.state.users
    found = [users.get(int(value))] if type == "id" else users.where(username=value)
    return next((user for user in found if user and not user.deleted), None)


def _delete(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["members"]:
            cohort = known_cohort(session, item["cohortid"])
            user = session.state.users.get(item["userid"])
            if user is None or user.deleted:
                raise user_not_found(session.release)
            session.enter_system()
            session.require(MANAGE, _ASSIGN)
            for member in session.state.cohort_members.where(cohortid=cohort.id, userid=user.id):
                session.state.cohort_members.remove(member)


def _get(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for cohort_id in sent["cohortids"]:
        cohort = known_cohort(session, cohort_id)
        may_read(session)
        rows = session.state.cohort_members.where(cohortid=cohort.id)
        found.append({"cohortid": cohort.id, "userids": by_name(session, [row.userid for row in rows])})
    return found


FUNCTIONS: Final = {
    "core_cohort_add_cohort_members": Function(
        Struct({"members": Many(Struct({"cohorttype": Struct(_WHO), "usertype": Struct(_WHO)}))}), _add, writes=True
    ),
    "core_cohort_delete_cohort_members": Function(
        Struct({"members": Many(Struct(required(cohortid="int", userid="int")))}), _delete, writes=True
    ),
    "core_cohort_get_cohort_members": Function(Struct({"cohortids": Many(Value("int"))}), _get),
}
