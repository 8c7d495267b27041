"""Which terms and courses each school delivers, according to the scope's settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from psconnect.model.scope import CourseChoice

_ALL = "all"
_WHOLE = CourseChoice([])


class TermChoice:
    """Which terms are delivered: those named for a school, else those named for all, else every one."""

    def __init__(self, terms: Mapping[str, Sequence[str]] | None = None) -> None:
        """``terms`` as in the settings: school number or ``all`` -> names or abbreviations."""
        self._wanted = {
            str(int(school)) if school.isdecimal() else school: {_plain(name) for name in names}
            for school, names in (terms or {}).items()
        }

    def takes(self, school: str, name: str, abbreviation: str) -> bool:
        """Whether the school's term with that name and abbreviation is delivered."""
        wanted = self._wanted.get(school, self._wanted.get(_ALL))
        return wanted is None or _plain(name) in wanted or _plain(abbreviation) in wanted


class CourseScope:
    """Which courses are delivered at which school, and as which kind of class."""

    def __init__(self, choices: Sequence[CourseChoice] = ()) -> None:
        """``choices`` as in the settings, in their order."""
        self._by_school: dict[str, dict[str, CourseChoice]] = {}
        for choice in choices:
            school = _ALL if choice.school is None else str(choice.school)
            self._by_school.setdefault(school, {}).update({_plain(number): choice for number in choice.courses})

    def of_class(self, school: str, course_number: str) -> CourseChoice | None:
        """The kind of class that the course is delivered as at the school; None if it is not delivered."""
        chosen = self._by_school.get(school, self._by_school.get(_ALL))
        return _WHOLE if chosen is None else chosen.get(_plain(course_number))

    def takes_course(self, course_number: str, schools: Collection[str]) -> bool:
        """Whether any of the schools delivers the course."""
        return not self._by_school or any(self.of_class(school, course_number) for school in schools)


def _plain(text: str) -> str:
    return text.strip().casefold()
