"""Views per school: its current students, classes and enrollments.

They are for people who may see only one school. Their names contain the school's stable number
(``school_100_students``). Each school's views are one record of the derived entity ``school-view``.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, inspect, select
from sqlalchemy.sql.ddl import CreateView

from psconnect.destinations.database.tables import Tables
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import SCHOOL

VIEWS = ("students", "classes", "enrollments")
_LONGEST = 30
_LONGEST_NAME = 63
"""PostgreSQL cuts a longer name, MariaDB refuses one of more than 64."""


class NameTaken(Exception):
    """A view's name is taken by a table or view that psconnect didn't create."""


def school_views(roster: Roster) -> Iterator[Sequence[str]]:
    """The derived records: id, school's id, name; in school order."""
    schools = [dict(zip(SCHOOL.attributes, record, strict=True)) for record in roster.records(SCHOOL)]
    schools = [school for school in schools if school["type"] == "school"]
    names = [_name(school["identifier"]) or _name(school["sourcedId"]) for school in schools]
    often = Counter(names)
    names = [
        name if often[name] == 1 else f"{name}_{_name(school['sourcedId'])}"
        for school, name in zip(schools, names, strict=True)
    ]
    often = Counter(names)
    for school, name in zip(schools, names, strict=True):
        own_id = school["sourcedId"]
        alone = name if often[name] == 1 else f"{name}_{hashlib.sha256(own_id.encode()).hexdigest()[:8]}"
        yield own_id, own_id, f"school_{alone}"


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower())[:_LONGEST].strip("_")


def make_views(db: Connection, tables: Tables, schools: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Create each school's views: school's id -> name. ``before`` are the views' previous names; raises NameTaken."""
    if taken(db, tables, schools, before):
        raise NameTaken
    drop_views(db, tables, before.values())
    for school, name in schools.items():
        for view, query in _queries(tables, school).items():
            db.execute(CreateView(query, _full(db, tables, name, view)))


def taken(db: Connection, tables: Tables, schools: Mapping[str, str], before: Mapping[str, str]) -> set[str]:
    """The schools whose views would have the name of somebody else's table or view."""
    inspector = inspect(db)
    own = {_full(db, tables, name, view) for name in before.values() for view in VIEWS}
    others = {*inspector.get_table_names(), *inspector.get_view_names()} - own
    return {
        school for school, name in schools.items() if any(_full(db, tables, name, view) in others for view in VIEWS)
    }


def drop_views(db: Connection, tables: Tables, names: Iterable[str]) -> None:
    """Drop the views with these names, if they exist."""
    there = set(inspect(db).get_view_names())
    for name in names:
        for full in (_full(db, tables, name, view) for view in VIEWS):
            if full in there:
                db.exec_driver_sql(f"DROP VIEW {db.dialect.identifier_preparer.quote(full)}")


def standing_views(db: Connection, tables: Tables, names: Iterable[str]) -> set[str]:
    """The names whose views all exist."""
    there = set(inspect(db).get_view_names())
    return {name for name in names if all(_full(db, tables, name, view) in there for view in VIEWS)}


def _full(db: Connection, tables: Tables, name: str, view: str) -> str:
    """The whole name of a view; SQLite's may be of any length, elsewhere a long one ends in a digest."""
    full = f"{tables.prefix}{name}_{view}"
    if db.dialect.name == "sqlite" or len(full) <= _LONGEST_NAME:
        return full
    digest = hashlib.sha256(full.encode()).hexdigest()[:8]
    return f"{full[: _LONGEST_NAME - len(view) - len(digest) - 2]}_{digest}_{view}"


def _queries(tables: Tables, school: str) -> dict[str, Select[Any]]:
    """The queries of a school's views, named as in ``VIEWS``."""
    student, teacher, course = (tables.entities[key] for key in ("student", "teacher", "course"))
    section, term, enrollment = (tables.entities[key] for key in ("class", "calendar", "enrollment"))
    attends = tables.lists["student_school"]
    people = (student.c.identifier, student.c.family_name, student.c.given_name, student.c.middle_name)
    students = (
        select(student.c.id, *people, student.c.grade, student.c.username, student.c.email, student.c.state_id)
        .join(attends, attends.c.student_id == student.c.id)
        .where(attends.c.school_id == school, student.c.removed_at.is_(None))
    )
    in_class = (
        select(func.count())
        .where(enrollment.c.class_id == section.c.id, enrollment.c.student_id.is_not(None))
        .where(enrollment.c.removed_at.is_(None))
        .scalar_subquery()
    )
    about_class = (section.c.title, section.c.class_code, course.c.course_code)
    classes = (
        select(section.c.id, *about_class, course.c.title.label("course"), term.c.title.label("term"))
        .add_columns(section.c.location, section.c.periods, in_class.label("students"))
        .join(course, course.c.id == section.c.course_id)
        .join(term, term.c.id == section.c.term_id)
        .where(section.c.school_id == school, section.c.removed_at.is_(None))
    )
    enrollments = (
        select(enrollment.c.id, section.c.id.label("class_id"), section.c.title, section.c.class_code)
        .add_columns(enrollment.c.role, enrollment.c.student_id, enrollment.c.teacher_id, enrollment.c.is_primary)
        .add_columns(
            func.coalesce(student.c.family_name, teacher.c.family_name).label("family_name"),
            func.coalesce(student.c.given_name, teacher.c.given_name).label("given_name"),
            enrollment.c.begin_date,
            enrollment.c.end_date,
        )
        .join(section, section.c.id == enrollment.c.class_id)
        .outerjoin(student, student.c.id == enrollment.c.student_id)
        .outerjoin(teacher, teacher.c.id == enrollment.c.teacher_id)
        .where(section.c.school_id == school, enrollment.c.removed_at.is_(None))
    )
    return dict(zip(VIEWS, (students, classes, enrollments), strict=True))
