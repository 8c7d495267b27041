"""A template while it is typed: fields that go on from there, functions, and what a press changes. No window."""

from __future__ import annotations

import pytest

from psconnect.desktop.wizard import template_text
from psconnect.desktop.wizard.template_functions import FUNCTIONS
from psconnect.roster.text_filters import NAMES
from psconnect.service import SourceField

FIELDS = [
    SourceField("Students.First_Name", "First name"),
    SourceField("Students.State_StudentNumber", "State’s number of the student"),
    SourceField("Students.Student_Number", "Student number shown to people"),
    SourceField("Students.Student_Web_ID", "User name of the student for the portal"),
    SourceField("EmailAddress.EmailAddress", "E-mail"),
]


def names(typed: str) -> list[str]:
    return [field.name for field in template_text.fitting(typed, FIELDS)]


@pytest.mark.parametrize(
    ("text", "cursor", "typed"),
    [
        ("{Students.Stu", 13, "Students.Stu"),
        ("{Students.Stu}", 13, "Students.Stu"),
        ("{A.B} - {Cour", 13, "Cour"),
        ("{A.B} - {Cour", 6, None),
        ("{A.B|low", 8, None),
        ("{A.B|else:Fir", 13, "Fir"),
        ("{A.B|else: Fir|lower}", 14, "Fir"),
        ("{A.B|else:", 10, ""),
        ("user name", 3, "user name"),
        ("", 0, None),
        ("constant }", 4, None),
        ("{", 1, ""),
    ],
)
def test_the_name_that_the_cursor_stands_in(text: str, cursor: int, typed: str | None) -> None:
    found = template_text.typing_at(text, cursor)
    assert (found.text if found else None) == typed


def test_fields_are_found_by_the_beginning_then_by_any_word_then_by_their_meaning() -> None:
    assert names("Students.Stu") == ["Students.Student_Number", "Students.Student_Web_ID"]
    assert names("stu")[0] == "Students.First_Name"
    assert names("Student_")[:2] == ["Students.Student_Number", "Students.Student_Web_ID"]
    assert names("portal") == ["Students.Student_Web_ID"]
    assert names("nothing like it") == []
    assert len(template_text.fitting("", [*FIELDS, *FIELDS])) == template_text.MOST_OFFERED


@pytest.mark.parametrize(
    ("text", "cursor", "after"),
    [
        ("{Students.Stu", 13, "{Students.Student_Web_ID}"),
        ("{Students.Stu}", 13, "{Students.Student_Web_ID}"),
        ("{Students.Stu|lower}", 13, "{Students.Student_Web_ID|lower}"),
        ("{A.B} ({x", 9, "{A.B} ({Students.Student_Web_ID}"),
        ("{A.B|else:x", 11, "{A.B|else:Students.Student_Web_ID}"),
        ("web", 3, "{Students.Student_Web_ID}"),
    ],
)
def test_a_taken_field_replaces_what_was_typed_and_closes_its_brace(text: str, cursor: int, after: str) -> None:
    typing = template_text.typing_at(text, cursor)
    assert typing is not None
    found, place = template_text.with_field(text, typing, "Students.Student_Web_ID")
    assert found == after
    assert found[:place].endswith("Students.Student_Web_ID")


@pytest.mark.parametrize(
    ("text", "cursor", "after"),
    [
        ("{A.B}", 5, "{A.B|lower}"),
        ("{A.B", 4, "{A.B|lower}"),
        ("{A.B} {C.D}", 2, "{A.B|lower} {C.D}"),
        ("{A.B} {C.D}", 11, "{A.B} {C.D|lower}"),
        ("{A.B} - ", 8, "{A.B|lower} - "),
        ("constant", 3, "constant"),
        ("", 0, ""),
        ("{}", 1, "{}"),
    ],
)
def test_a_function_follows_the_field_at_the_cursor(text: str, cursor: int, after: str) -> None:
    assert template_text.with_function(text, cursor, "lower")[0] == after
    assert template_text.has_field(text) == (text != after)


def test_else_leaves_the_cursor_where_the_other_field_is_typed() -> None:
    text, cursor = template_text.with_function("{A.B}", 4, "else:")
    assert text == "{A.B|else:}"
    found = template_text.typing_at(text, cursor)
    assert found is not None
    assert template_text.with_field(text, found, "C.D")[0] == "{A.B|else:C.D}"


def test_the_nearest_word_replaces_the_wrong_one_alone() -> None:
    assert template_text.replaced("{students.email|lowr}", "Students.Email", "E.A") == "{E.A|lowr}"
    assert template_text.replaced("{Email} {Emailed}", "Email", "E.A") == "{E.A} {Emailed}"
    assert template_text.replaced("{A.B|lowr}", "lowr", r"\1") == r"{A.B|\1}"


@pytest.mark.parametrize(
    ("text", "cursor", "typed", "after"),
    [
        ("Gen", 3, "Gen", "Students.Gender|gender"),
        ("DOB|born, Gen", 13, "Gen", "DOB|born, Students.Gender|gender"),
        ("Gen|sex, DOB|born", 2, "Gen", "Students.Gender|sex, DOB|born"),
        ("DOB|bo", 6, None, ""),
        ("DOB|born, ", 10, "", "DOB|born, Students.Gender|gender"),
    ],
)
def test_custom_fields_are_completed_with_a_label(text: str, cursor: int, typed: str | None, after: str) -> None:
    found = template_text.custom_typing_at(text, cursor)
    assert (found.text if found else None) == typed
    if found:
        assert template_text.custom_completed(text, found, "Students.Gender")[0] == after


def test_every_function_of_templates_has_its_words() -> None:
    assert {one.name for one in FUNCTIONS} == set(NAMES)
    assert all(one.meaning for one in FUNCTIONS)
