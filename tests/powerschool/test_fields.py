"""The catalogue of PowerSchool's fields."""

from __future__ import annotations

import pytest

from psconnect.model.entities import ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase
from psconnect.powerschool.fields import TABLES_OF, catalogue, fields_of, nearest_field, perhaps_meant, resolve, search
from psconnect.powerschool.streams import streams_for
from psconnect.wording.errors import word

WHERE = "mapping.class.title"


@pytest.mark.parametrize(
    ("name", "entity", "found"),
    [
        ("course_name", "class", "Courses.Course_Name"),
        ("section_number", "class", "Sections.Section_Number"),
        ("course_number", "class", "Sections.Course_Number"),
        ("expression", "class", "Sections.Expression"),
        ("COURSE_NUMBER", "course", "Courses.Course_Number"),
        ("students.student_web_id", "student", "Students.Student_Web_ID"),
        ("EmailAddress", "student", "EmailAddress.EmailAddress"),
        ("students.Alert_Other", "student", "Students.Alert_Other"),
        ("U_STUDENTS_EXTENSION.note", "student", "U_STUDENTS_EXTENSION.note"),
        ("StudentCoreFields.prevstudentid", "student", "StudentCoreFields.prevstudentid"),
        ("FirstName", "contact", "Person.FirstName"),
        ("Alert_Medical", "student", "Students.Alert_Medical"),
        ("Title", "teacher", "Users.Title"),
        ("Max_Enrollment", "class", "Sections.Max_Enrollment"),
        ("pscore_legal_first_name", "student", "StudentCoreFields.PSCORE_LEGAL_FIRST_NAME"),
        ("DateEnrolled", "enrollment", "CC.DateEnrolled"),
    ],
)
def test_a_field_as_a_person_writes_it(name: str, entity: str, found: str) -> None:
    assert resolve(name, entity, WHERE) == found


@pytest.mark.parametrize(
    ("name", "entity", "happened", "hint"),
    [
        ("Student.First_Name", "student", "There is no table “Student” for students.", "“Students.First_Name”"),
        ("a b", "student", "“a b” is not a field.", "Write a field as Table.Field"),
        ("", "student", "“” is not a field.", "Write a field as Table.Field"),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest(name: str, entity: str, happened: str, hint: str) -> None:
    with pytest.raises(FixSettings) as refused:
        resolve(name, entity, WHERE)
    assert word(refused.value).happened == happened
    assert hint in word(refused.value).to_do


def test_every_entity_has_fields_and_all_of_them_can_be_read() -> None:
    """What the catalogue offers for an entity, its stream reaches; it is never a choice that can't be used."""
    assert set(TABLES_OF) == {entity.key for entity in ENTITIES}
    for entity in ENTITIES:
        fields = fields_of(entity.key)
        assert fields, entity.key
        streams = streams_for(contacts=True, fields={entity.key: [field.full_name for field in fields]})
        names = {column.full_name for column in streams.for_entity(entity.key).columns}
        assert {field.full_name.lower() for field in fields} <= names


def test_every_field_means_something_and_stands_once() -> None:
    names = [field.full_name.lower() for field in catalogue()]
    assert len(names) == len(set(names))
    assert all(field.meaning for field in catalogue())


def test_search_by_words_of_name_and_meaning() -> None:
    assert [field.full_name for field in search("web id", "student")] == [
        "Students.Student_Web_ID",
        "Students.Web_ID",
    ]
    assert "Sections.Room" in [field.full_name for field in search("room")]
    assert search("nothing like it") == []


def test_the_field_nearest_to_one_the_server_lacks() -> None:
    assert nearest_field("STUDENTS.STUDENT_WEBID") == phrase("did-you-mean", name="Students.Student_Web_ID")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Students.Frist_Name", "Students.First_Name"),
        ("students.student_webid", "Students.Student_Web_ID"),
        ("Sections.coursenumber", "Sections.Course_Number"),
        ("Students.Alert_Medical", ""),
        ("Students.First_Name", ""),
        ("U_STUDENTS_EXTENSION.Frist_Name", ""),
    ],
)
def test_a_field_that_is_nearly_called_like_a_listed_one(name: str, meant: str) -> None:
    assert perhaps_meant(name) == meant
