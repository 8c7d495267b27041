"""The findings of Clever's files, in words."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.model.problems import Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

TEACHER_EMAIL = Rule("teacher-without-email", "warning", counted=True)
LEFT_BLANK = Rule("value-left-blank", "warning", counted=True)
UNDELIVERED = Rule("custom-field-undelivered", "warning", counted=True)
SCHOOL_NUMBER = Rule("school-without-number", "warning", counted=True)
OVER_FIVE = Rule("contacts-over-five", "warning", counted=True)
NAMELESS = Rule("contact-without-name", "warning", counted=True, left_out=True)
RELATED_TWICE = Rule("contact-related-twice", "info", counted=True)
RELATION_OTHER = Rule("relation-as-other", "info", counted=True)
OVER_TEN = Rule("teachers-over-ten", "warning", counted=True)
NO_TEACHER = Rule("section-without-teacher", "error", counted=True, left_out=True)
NO_LEAD = Rule("section-without-lead", "warning", counted=True)
NO_STUDENTS = Rule("section-without-students", "warning", counted=True)
NO_SECTION = Rule("student-without-section", "warning", counted=True)
NO_SCHOOL = Rule("school-of-person-missing", "error", counted=True, left_out=True)
AT_OFFICE = Rule("staff-at-district-office", "info", counted=True)
HOMELESS = Rule("enrollment-homeless", "warning", counted=True, left_out=True)

CLEVER_FINDINGS: Mapping[Rule, RuleTexts] = {
    TEACHER_EMAIL: RuleTexts(
        marked("Teacher without an email"),
        marked("the teacher has no email, by which most applications match teachers"),
        marked("Enter the email in PowerSchool: Start Page > Staff > Information."),
    ),
    LEFT_BLANK: RuleTexts(
        marked("Value left blank: the column doesn’t take it"),
        marked("the column has only certain values or a certain form, and this value is none of them"),
        marked(
            "Correct the values in PowerSchool: a phone number has ten digits, a ZIP code five or nine, a state two "
            "letters. A custom field with another label is delivered as it is, as “ext.” and its label."
        ),
    ),
    UNDELIVERED: RuleTexts(
        marked("Custom field of contacts not delivered"),
        marked("contacts are part of students’ rows, which have no place for further fields of a contact"),
        marked("Remove the custom field under Attributes, or make it one of the students."),
    ),
    SCHOOL_NUMBER: RuleTexts(
        marked("School without a number"),
        marked("School_number needs a value, so the school’s id is delivered in its place"),
        marked("Map the identifier of schools under Attributes."),
    ),
    OVER_FIVE: RuleTexts(
        marked("Contact beyond a student’s fifth"),
        marked("a student has five contacts at most: parents first, then guardians, then others"),
        marked("Nothing has to be done, unless one of these contacts is needed: end others in PowerSchool."),
    ),
    NAMELESS: RuleTexts(
        marked("Contact left out: no name"),
        marked("a contact needs a name"),
        marked("Enter the contact’s name in PowerSchool."),
    ),
    RELATED_TWICE: RuleTexts(
        marked("Contact related twice to a student"),
        marked("the student has the same person as a contact already, and the first relation counts"),
        marked("Nothing has to be done."),
    ),
    RELATION_OTHER: RuleTexts(
        marked("Relation delivered as Other"),
        marked("the relation is none of the words that the column takes"),
        marked("Nothing has to be done."),
    ),
    OVER_TEN: RuleTexts(
        marked("Teacher beyond a section’s tenth"),
        marked("a section has ten teachers at most: lead teachers first, then the others by id"),
        marked("Nothing has to be done, unless these teachers need the section."),
    ),
    NO_TEACHER: RuleTexts(
        marked("Section left out: no teacher or no school"),
        marked("a section needs a teacher and a school; without them, it would be skipped with its enrollments"),
        marked("Assign a lead teacher on the section’s page: Start Page > School > Sections."),
    ),
    NO_LEAD: RuleTexts(
        marked("Section led by a co-teacher"),
        marked("the section has no lead teacher, so the co-teacher with the lowest id stands first"),
        marked("Assign a lead teacher on the section’s page: Start Page > School > Sections."),
    ),
    NO_STUDENTS: RuleTexts(
        marked("Section without students"),
        marked("the section has no students, and such sections are ignored"),
        marked("Nothing has to be done, if students follow. Else remove the section in PowerSchool."),
    ),
    NO_SECTION: RuleTexts(
        marked("Student without a section"),
        marked("the student is in no delivered section, and applications that share by section don’t get the student"),
        marked("Check the schedules of these students in PowerSchool."),
    ),
    NO_SCHOOL: RuleTexts(
        marked("Person left out: no school"),
        marked("students and teachers need a delivered school"),
        marked("Check the person’s schools in PowerSchool, and which schools are chosen."),
    ),
    AT_OFFICE: RuleTexts(
        marked("Staff at the district office"),
        marked("the person belongs to no delivered school, so to the district office"),
        marked("Nothing has to be done."),
    ),
    HOMELESS: RuleTexts(
        marked("Enrollment left out with its section or student"),
        marked("its section or its student is left out"),
        marked("See the findings about sections and students."),
    ),
}
