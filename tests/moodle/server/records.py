"""The rows of a Moodle site, as far as its web services show them (`lib/db/install.xml`, moodle-api.md 6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.moodle.server.tables import Row

ACTIVE, SUSPENDED = 0, 1
_DAY = 86_400


@dataclass(kw_only=True)
class User(Row):
    """An account. `fields` are its custom profile fields by short name; `sessions` ends with a suspension."""

    username: str
    email: str
    firstname: str = ""
    lastname: str = ""
    idnumber: str = ""
    auth: str = "manual"
    password: str = ""
    suspended: bool = False
    deleted: bool = False
    confirmed: bool = True
    lang: str = "en"
    calendartype: str = "gregorian"
    theme: str = ""
    timezone: str = "99"
    maildisplay: int = 2
    mailformat: int = 1
    city: str = ""
    country: str = ""
    institution: str = ""
    department: str = ""
    phone1: str = ""
    phone2: str = ""
    address: str = ""
    description: str = ""
    middlename: str = ""
    alternatename: str = ""
    firstnamephonetic: str = ""
    lastnamephonetic: str = ""
    interests: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    preferences: dict[str, str] = field(default_factory=dict)
    firstaccess: int = 0
    lastaccess: int = 0
    sessions: int = 0

    @property
    def email_key(self) -> str:
        """What e-mail addresses are compared by."""
        return self.email.lower()


@dataclass(kw_only=True)
class ProfileField(Row):
    """A custom profile field that an administrator made; a hidden one is not given to the robot.

    What is saved can differ from what was sent, without a word (observed on 4.5 and 5.1): a text beyond `longest` is
    cut, a value that is none of a menu's `options` dropped with the one before, a moment becomes its day.
    """

    shortname: str
    name: str
    datatype: Literal["text", "textarea", "menu", "checkbox", "datetime"] = "text"
    visible: bool = True
    required: bool = False
    unique: bool = False
    longest: int = 2048
    options: tuple[str, ...] = ()
    default: str = ""

    def saved(self, value: str, before: str) -> str:
        """What is kept of a value that was sent, where there was another one before."""
        if self.datatype == "text":
            return value[: self.longest]
        if self.datatype == "menu":
            return value if value in self.options else ""
        if self.datatype == "datetime":
            return str(int(value) // _DAY * _DAY) if value.isdigit() else before
        return value

    def shown(self, fields: dict[str, str]) -> str:
        """The value in answers, empty where the field is left out: a check box is always there."""
        if self.datatype == "checkbox":
            return fields.get(self.shortname, self.default or "0")
        return fields.get(self.shortname) or self.default


@dataclass(kw_only=True)
class Category(Row):
    """A course category; `path` holds the ids from the top, as in `/1/4`."""

    name: str
    parent: int = 0
    idnumber: str = ""
    description: str = ""
    theme: str = ""
    visible: bool = True
    path: str = ""
    sortorder: int = 0

    @property
    def depth(self) -> int:
        """How many levels from the top, which has 1."""
        return self.path.count("/")


@dataclass(kw_only=True)
class Course(Row):
    """A course; `methods` are its enrolment instances by plugin, each enabled or not; `welcomes` by mail."""

    fullname: str
    shortname: str
    category: int
    idnumber: str = ""
    summary: str = ""
    format: str = "topics"
    startdate: int = 0
    enddate: int = 0
    visible: bool = True
    groupmode: int = 0
    groupmodeforce: int = 0
    lang: str = ""
    newsitems: int = 5
    showgrades: int = 1
    enablecompletion: int = 1
    creator: int = 0
    timecreated: int = 0
    timemodified: int = 0
    methods: dict[str, bool] = field(default_factory=dict)
    welcomes: bool = False


@dataclass(kw_only=True)
class Enrolment(Row):
    """A user in a course by one method; `status` 0 active, 1 suspended; times in Unix seconds, 0 for none."""

    courseid: int
    userid: int
    method: str = "manual"
    status: int = ACTIVE
    timestart: int = 0
    timeend: int = 0


@dataclass(kw_only=True)
class Role(Row):
    """A role that people can have."""

    shortname: str
    name: str = ""


@dataclass(kw_only=True)
class RoleAssignment(Row):
    """A role of a user at a level: `system` (instance 0), `coursecat`, `course` or `user`."""

    roleid: int
    userid: int
    level: str
    instanceid: int = 0


@dataclass(kw_only=True)
class Group(Row):
    """A group of a course."""

    courseid: int
    name: str
    idnumber: str = ""
    description: str = ""
    descriptionformat: int = 1
    enrolmentkey: str | None = None
    visibility: int = 0
    participation: bool = True


@dataclass(kw_only=True)
class GroupMember(Row):
    """A user in a group."""

    groupid: int
    userid: int


@dataclass(kw_only=True)
class Cohort(Row):
    """A cohort of the whole site (`categoryid` 0) or of a category."""

    name: str
    idnumber: str
    categoryid: int = 0
    description: str = ""
    descriptionformat: int = 1
    visible: bool = True
    theme: str = ""


@dataclass(kw_only=True)
class CohortMember(Row):
    """A user in a cohort."""

    cohortid: int
    userid: int


@dataclass(kw_only=True)
class Grade(Row):
    """A user's total in a course; `kept` once the user was unenrolled: in the history only."""

    courseid: int
    userid: int
    value: float
    kept: bool = False


@dataclass(frozen=True)
class Mail:
    """A mail that the site would have sent."""

    to: str
    kind: str
