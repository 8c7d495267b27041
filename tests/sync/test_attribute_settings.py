"""What settings say of each attribute while they are being typed: every mistake in its place, the rest still usable."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.model.connection import Connection, from_dict
from psconnect.model.entities import STUDENT
from psconnect.model.phrases import Phrase
from psconnect.sync.attribute_settings import AttributeSetting, RosterSettings, roster_settings, usable
from psconnect.sync.compose import choices_of, shaping_of
from psconnect.wording.errors import word


def settings(preset: str = "oneroster", **sections: Any) -> RosterSettings:
    """What these sections say."""
    return roster_settings(from_dict({"name": "Lincoln", "preset": preset, **sections}))


def typed(text: str, entity: str = "student", attribute: str = "email", **sections: Any) -> AttributeSetting:
    """One attribute with that template."""
    found = settings(mapping={entity: {attribute: text}}, **sections)
    return found.entities[entity].of(attribute)


def test_without_a_template_of_its_own_the_preset_and_the_options_decide():
    found = settings("dyknow").entities["student"].of("username")
    assert (found.text, found.default, found.own) == ("{Students.Student_Web_ID}",) * 2 + (False,)
    assert (found.requirement, found.default_requirement) == ("skip", "skip")
    chromebooks = settings("dyknow", options={"devices": "chromebooks"}).entities["student"].of("username")
    assert chromebooks.text.startswith("{EmailAddress.EmailAddress|email|else:")
    own = settings(
        "dyknow", options={"devices": "chromebooks"}, mapping={"student": {"username": "{Students.Student_Web_ID}"}}
    )
    attribute = own.entities["student"].of("username")
    assert (attribute.text, attribute.own, attribute.default) == (
        "{Students.Student_Web_ID}",
        True,
        chromebooks.default,
    )


@pytest.mark.parametrize(
    ("text", "key", "nearest"),
    [
        ("{Students.Stu", "PSC-MAPPING-TEMPLATE/brace-not-closed", ""),
        ("Students.Email}", "PSC-MAPPING-TEMPLATE/brace-not-opened", ""),
        ("constant {with} {a {brace}}", "PSC-MAPPING-TEMPLATE/brace-within", ""),
        ("{}", "PSC-MAPPING-TEMPLATE/not-a-name", ""),
        ("{ }", "PSC-MAPPING-TEMPLATE/not-a-name", ""),
        ("{Students.First_Name|lowr}", "PSC-MAPPING-TEMPLATE/filter", "lower"),
        ("{Students.First_Name|lower:3}", "PSC-MAPPING-TEMPLATE/filter-takes-nothing", ""),
        ("{Students.First_Name|first:x}", "PSC-MAPPING-TEMPLATE/filter-needs-number", ""),
        ("{Students.First_Name|before}", "PSC-MAPPING-TEMPLATE/filter-needs-text", ""),
        ("{Students.First_Name|lower()}", "PSC-MAPPING-TEMPLATE/filter", "lower"),
        ("{Students.First_Name|else:}", "PSC-MAPPING-TEMPLATE/else", ""),
        ("{Student.First_Name}", "PSC-MAPPING-TEMPLATE/table-entity", "Students.First_Name"),
        ("{Zzz.Qqq}", "PSC-MAPPING-TEMPLATE/table-entity", ""),
        ("{Users.Email_Addr}", "PSC-MAPPING-FIELD", "EmailAddress.EmailAddress"),
        ("{Sections.Room}", "PSC-MAPPING-FIELD", "Students.Home_Room"),
        ("{שם פרטי}", "PSC-MAPPING-TEMPLATE/not-a-name", ""),
        ("{\u202eStudents.First_Name}", "PSC-MAPPING-TEMPLATE/not-a-name", ""),
    ],
)
def test_a_template_that_cannot_be_used_says_why_and_names_the_nearest(text: str, key: str, nearest: str):
    found = typed(text)
    assert found.error is not None
    assert found.error.key == key
    hint = found.error.values.get("hint")
    named = hint.values["name"] if isinstance(hint, Phrase) and hint.key == "did-you-mean" else ""
    assert named == nearest
    assert word(found.error).happened


@pytest.mark.parametrize(
    "text",
    ["", "constant", "  ", "{Students.First_Name}" * 500, "שלום {Students.First_Name}", "{U_STUDENTS_EXTENSION.note}"],
)
def test_odd_templates_that_can_be_used(text: str):
    found = typed(text)
    assert found.error is None
    assert found.text == text
    assert found.unlisted == {}


def test_mission_g03_a_name_without_a_dot_is_a_field_of_the_standard_table_and_with_one_table_and_field():
    assert typed("{Alert_Medical}").fields == ("Students.Alert_Medical",)
    assert typed("{student_web_id}").fields == ("Students.Student_Web_ID",)
    assert typed("{StudentCoreFields.immunization_dpt}").fields == ("StudentCoreFields.immunization_dpt",)
    assert typed("{Room}", "class", "title").fields == ("Sections.Room",)


def test_a_field_that_the_list_lacks_is_doubtful_with_the_nearest_one_and_no_error():
    assert typed("{Students.Email}").unlisted == {"Students.Email": "EmailAddress.EmailAddress"}
    assert typed("{Students.Frist_Name}").unlisted == {"Students.Frist_Name": "Students.First_Name"}
    assert typed("{Students.Qzzx}").unlisted == {"Students.Qzzx": ""}
    assert typed("{Students.Qzzx}").error is None


def test_what_is_included_follows_the_choices_and_the_destination():
    assert not settings("dyknow").entities["contact"].included
    found = settings("oneroster", options={"parents": "all", "admins": False}).entities
    assert (found["contact"].included, found["relationship"].included, found["admin"].included) == (True, True, False)


def test_requirements_are_those_of_the_destination_the_connection_and_the_preset():
    found = settings(
        "dyknow", options={"devices": "chromebooks"}, requirements={"student": {"email": "off", "grade": "skip"}}
    ).entities["student"]
    assert (found.of("email").requirement, found.of("email").default_requirement) == ("off", "report")
    assert found.of("grade").requirement == "skip"
    needed = found.of("givenName")
    assert (needed.needed, needed.requirement) == (True, "skip")


def test_off_takes_a_requirement_of_the_preset_back_in_a_run():
    choices = choices_of(
        from_dict({"name": "Lincoln", "preset": "oneroster", "requirements": {"student": {"email": "off"}}})
    )
    rules = shaping_of(choices).requirements_of(STUDENT)
    assert "email" not in [name for _place, name in rules.report]


def test_custom_fields_lists_and_unknown_attributes_are_told_apart():
    found = settings(
        mapping={"student": {"shoe": "{Students.First_Name}"}},
        custom={"student": "Gender|gender, U_STUDENTS_EXTENSION.bus", "class": "Nowhere.Field|x"},
        values={"lower": {"a": "b"}, "sex": {"F": "female"}},
    )
    assert found.entities["student"].unknown == ("shoe",)
    assert found.entities["student"].labels == {"gender": "Students.Gender", "bus": "U_STUDENTS_EXTENSION.bus"}
    error = found.entities["class"].custom_error
    assert error is not None
    assert error.key == "PSC-MAPPING-TEMPLATE/table-entity"
    assert set(found.list_errors) == {"lower"}
    assert found.lists["sex"] == {"F": "female"}
    assert found.default_lists["yes_no"]["1"] == "true"


def test_usable_settings_leave_out_the_mistakes_alone():
    given = from_dict(
        {
            "name": "Lincoln",
            "preset": "oneroster",
            "mapping": {"student": {"email": "{Students.Em", "grade": "{Students.Grade_Level}", "shoe": "x"}},
            "custom": {"student": "Nowhere.Field|x", "teacher": "Users.LoginID|login"},
            "values": {"lower": {"a": "b"}, "sex": {"F": "female"}},
        }
    )
    left: Connection = usable(given)
    assert left.mapping == {"student": {"grade": "{Students.Grade_Level}"}}
    assert left.custom == {"teacher": "Users.LoginID|login"}
    assert left.values == {"sex": {"F": "female"}}
    choices_of(left)
