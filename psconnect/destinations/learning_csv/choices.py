"""What a connection chose for PowerSchool Learning, and what a person becomes there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from psconnect.destinations.telling import Told
from psconnect.model.entities import ADMIN, CONTACT, SIGN_IN_BY_HAND, SIGN_IN_TYPE, STUDENT, TEACHER, Entity
from psconnect.model.problems import RULES, Problem
from psconnect.roster.sign_in import BY_PASSWORD, SignIn

TEACHER_DCID, GUARDIAN_ID = "teacherDcid", "guardianId"
"""Labels of the custom fields that the files need."""
USER_TYPES = {STUDENT: "S", TEACHER: "T", ADMIN: "T", CONTACT: "P"}
_decode = msgspec.json.Decoder(dict[str, str]).decode


@dataclass(frozen=True)
class LearningChoices:
    """A connection's choices.

    Attributes:
        teachers_dcid: whether staff have their Teachers.DCID as id instead of their id in the roster.
        start_year: whether a class's year is the school year's first calendar year instead of the term.
        generated: whether PowerSchool Learning makes the user names that are missing.
        sign_in: the district's own e-mail domains.
        password: the default password of new users; empty for none.
    """

    teachers_dcid: bool = False
    start_year: bool = False
    generated: bool = True
    sign_in: SignIn = field(default_factory=lambda: SignIn({}))
    password: str = field(default="", repr=False)

    def id_of(self, entity: Entity) -> Callable[[list[str]], str]:
        """A function from a record to the id of the user in the files; empty if it has none."""
        label = (
            GUARDIAN_ID if entity is CONTACT else TEACHER_DCID if self.teachers_dcid and entity is not STUDENT else ""
        )
        if not label:
            return lambda record: record[0]
        return lambda record: _decode(record[-1]).get(label, "").strip() if record[-1] else ""

    def sign_in_address(self, entity: Entity) -> Callable[[list[str]], str]:
        """A function from a record to the e-mail address with which the user signs in; empty for none.

        That is one of the district's own domains, or, where the sign-in type was set by hand, any or none at all.
        """
        mail = entity.attributes.index("email")

        def address(record: list[str]) -> str:
            by_hand = set_by_hand(record)
            return record[mail] if (by_hand != BY_PASSWORD if by_hand else self.sign_in.of(record[mail])) else ""

        return address

    def can_sign_in(self, entity: Entity) -> Callable[[list[str]], bool]:
        """A function from a record to whether the user has a user name or an address to sign in with."""
        name, address = entity.attributes.index("username"), self.sign_in_address(entity)
        return lambda record: bool(record[name] or address(record))

    def loses(self, entity: Entity) -> Callable[[list[str]], str]:
        """A function from a record to the rule that leaves the user out; empty if none does."""
        id_of, loses = self.id_of(entity), self.loses_with_id(entity)
        return lambda record: loses(record, id_of(record))

    def loses_with_id(self, entity: Entity) -> Callable[[list[str], str], str]:
        """``loses`` for a record whose id as a user is known."""
        can_sign_in = self.can_sign_in(entity)
        without_id = PARENT_WITHOUT_ID if entity is CONTACT else STAFF_WITHOUT_ID

        def rule(record: list[str], user_id: str) -> str:
            if not user_id:
                return without_id
            return "" if self.generated or can_sign_in(record) else WITHOUT_LOGIN

        return rule


def set_by_hand(record: list[str]) -> str:
    """The sign-in type that somebody set by hand for a person's record; empty if nobody did."""
    return _decode(record[-1])[SIGN_IN_TYPE] if SIGN_IN_BY_HAND in record[-1] else ""


def lacks_address(entity: Entity) -> Callable[[list[str]], bool]:
    """A function from a record to whether a sign-in type that needs an e-mail address was set, and there is none."""
    mail = entity.attributes.index("email")
    return lambda record: not record[mail] and set_by_hand(record) not in ("", BY_PASSWORD)


WITHOUT_LOGIN, LOGIN_GENERATED = "user-without-login", "user-login-generated"
PARENT_WITHOUT_ID, STAFF_WITHOUT_ID = "parent-without-guardian-id", "staff-without-position-id"
PARENT_WITHOUT_CHILD, SAME_ACCOUNT = "parent-without-child", "parents-with-one-account"
WITHOUT_OWNER, OWNER_LOST, OWNED_BY_CO_TEACHER = (
    "class-without-owner",
    "class-owner-left-out",
    "class-owned-by-co-teacher",
)
MEMBER_LOST, SEVERAL_SCHOOLS = "member-left-out", "user-at-several-schools"
ACTIVITY_UNJUDGED = "course-activity-not-judged"
WITHOUT_ADDRESS = "sign-in-without-address"


class LearningFindings:
    """Collects findings by the keys of their rules."""

    def __init__(self) -> None:
        """Nothing is found yet."""
        self._told = Told()

    def tell(self, rule: str, entity: Entity, key: int) -> None:
        """A record to which the rule applies."""
        self._told(RULES[rule], entity, key, _ABOUT.get(rule, ""))

    def problems(self) -> Iterator[Problem]:
        """What was told so far."""
        return self._told.problems()


def ignore_finding(_rule: str, _entity: Entity, _key: int) -> None:
    """In place of ``LearningFindings.tell`` where nobody is to be told."""


_ABOUT = {
    LOGIN_GENERATED: "username",
    WITHOUT_ADDRESS: "email",
    SEVERAL_SCHOOLS: "schoolSourcedIds",
    PARENT_WITHOUT_ID: "identifier",
}
"""The attribute that a counted rule is about."""
