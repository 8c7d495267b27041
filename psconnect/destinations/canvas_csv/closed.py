"""What was removed since the last delivery, as rows that say so: Canvas keeps what a file no longer names.

A row is closed where its record was removed, and where the record now stands under other ids: a class that moved, a
teacher whose role changed. It is not closed if another record gives the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from psconnect.destinations.canvas_csv.choices import CanvasChoices
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import ADMIN, CLASS, CONTACT, COURSE, ENROLLMENT, RELATIONSHIP, STUDENT, TEACHER, Entity

Key = tuple[str, ...]
"""The values of a row that tell it from others, in the order of its first columns."""
Record = Mapping[str, str]
_KeyOf = Callable[[Record], Key]
COMPLETED, DELETED, INACTIVE = "completed", "deleted", "inactive"
LEAVE, COMPLETE, DEACTIVATE, DELETE = "leave", "complete", "deactivate", "delete"
_STATUS: Mapping[str, Mapping[str, str]] = {
    LEAVE: {},
    COMPLETE: {"courses": COMPLETED, "enrollments": COMPLETED, "user_observers": DELETED},
    DEACTIVATE: {"courses": COMPLETED, "enrollments": INACTIVE, "user_observers": DELETED},
    DELETE: dict.fromkeys(("users", "courses", "sections", "enrollments", "user_observers"), DELETED),
}
"""Setting -> file -> the status of removed rows; a file that is not named says nothing of them. Accounts and terms are
never removed: Canvas can't do it while courses stand in them.
"""


def statuses(removed: str) -> Mapping[str, str]:
    """File -> the status of removed rows, with that setting."""
    return _STATUS[removed]


class Closed:
    """The closed rows of each file. Active rows have to be named before the ones that are left are asked for."""

    def __init__(self, roster: Roster, choices: CanvasChoices, removed: str) -> None:
        """Read the changes; ``removed`` is the setting."""
        self._status, self._choices = _STATUS[removed], choices
        self._keys: dict[str, dict[Key, Key]] = {file: {} for file in self._status}
        if not self._status:
            return
        for entity in (STUDENT, TEACHER, ADMIN, CONTACT):
            self._note(roster, entity, "users", _user, _whole_user)
        self._note(roster, CLASS, "courses", self._course, self._whole_course(roster))
        self._note(roster, CLASS, "sections", _section, self._whole_section)
        self._note(roster, ENROLLMENT, "enrollments", self._enrollment, self._enrollment)
        self._note(roster, RELATIONSHIP, "user_observers", _observer, _observer)

    def _note(self, roster: Roster, entity: Entity, file: str, key: _KeyOf, whole: _KeyOf) -> None:
        """Note the changes of an entity that close rows; ``whole`` gives the values before the status."""
        if file not in self._status:
            return
        for change in roster.changes(entity):
            if change.before is None:
                continue
            # Another id of a user is not another user: ids only change in the re-key assistant.
            if change.after is None or (file != "users" and key(change.after) != key(change.before)):
                self._keys[file][key(change.before)] = whole(change.before)

    def _course(self, record: Record) -> Key:
        return (self._choices.course_id(record),)

    def _whole_course(self, roster: Roster) -> _KeyOf:
        names = _course_names(roster) if self._choices.by_course else {}

        def whole(record: Record) -> Key:
            code, title = names.get(record["courseSourcedId"]) or (record["classCode"], record["title"])
            return (*self._course(record), code or title, title, record["schoolSourcedId"], record["termSourcedId"])

        return whole

    def _whole_section(self, record: Record) -> Key:
        return (record["sourcedId"], self._choices.course_id(record), record["title"])

    def _enrollment(self, record: Record) -> Key:
        role = self._choices.role(record["role"], record["primary"])
        return (record["classSourcedId"], record["userSourcedId"], role)

    def still_there(self, file: str, key: Key) -> None:
        """An active row: it is not closed."""
        if self._keys.get(file):
            self._keys[file].pop(key, None)

    def any_of(self, file: str) -> bool:
        """Whether a file has closed rows, as far as is known."""
        return bool(self._keys.get(file))

    def left(self, file: str) -> Iterator[Key]:
        """The values before the status of each row that is closed."""
        yield from self._keys.get(file, {}).values()

    def status(self, file: str) -> str:
        """The status of a file's closed rows."""
        return self._status[file]


def _user(record: Record) -> Key:
    return (record["sourcedId"],)


def _whole_user(record: Record) -> Key:
    return tuple(record[name] for name in ("sourcedId", "username", "givenName", "familyName", "email"))


def _section(record: Record) -> Key:
    return (record["sourcedId"],)


def _observer(record: Record) -> Key:
    return (record["contactSourcedId"], record["studentSourcedId"])


def _course_names(roster: Roster) -> dict[str, tuple[str, str]]:
    """Number and title of each course, by its id; also of those that were removed."""
    at = COURSE.attributes.index
    code, title = at("courseCode"), at("title")
    gone = (change.before for change in roster.changes(COURSE) if change.before is not None)
    names = {one["sourcedId"]: (one["courseCode"], one["title"]) for one in gone}
    return names | {record[0]: (record[code], record[title]) for record in roster.records(COURSE)}
