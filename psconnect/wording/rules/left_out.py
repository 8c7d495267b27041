"""Rules that leave records out as intended: title, and what completes “Not included, because …”."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

LEFT_OUT = {
    "school-not-chosen": RuleTexts(marked("School not chosen"), marked("its school is not among the chosen schools")),
    "district-term": RuleTexts(
        marked("District term"), marked("the term belongs to the district office, not to a school")
    ),
    "other-year": RuleTexts(marked("Another school year"), marked("it belongs to another school year")),
    "student-inactive": RuleTexts(
        marked("Student not active"), marked("the student’s enrollment status is not active")
    ),
    "student-graduated": RuleTexts(marked("Student has graduated"), marked("the student has graduated")),
    "graduates-school": RuleTexts(
        marked("School of graduates"), marked("it belongs to PowerSchool’s school of graduates")
    ),
    "staff-inactive": RuleTexts(
        marked("Staff member not active"), marked("the person has no current position at a chosen school")
    ),
    "enrollment-dropped": RuleTexts(marked("Class dropped"), marked("the student dropped the class")),
    "enrollment-never-attended": RuleTexts(
        marked("Never attended"), marked("the enrollment ended on the day it began")
    ),
    "enrollment-joined": RuleTexts(
        marked("Joined with another enrollment"),
        marked("another enrollment of the same person in the same class stands for both"),
    ),
    "enrollment-other-time": RuleTexts(
        marked("Another time in the same class"),
        marked("the person is in the class at another time, too, and that enrollment is delivered"),
    ),
    "enrollment-ended": RuleTexts(marked("Enrollment ended"), marked("the student left the class before it ended")),
    "assignment-ended": RuleTexts(marked("Teaching assignment ended"), marked("the teaching assignment has ended")),
    "assignment-role": RuleTexts(
        marked("Role is not a teacher"), marked("the role in the class is neither lead teacher nor co-teacher")
    ),
    "co-teacher-off": RuleTexts(
        marked("Co-teachers are off"), marked("co-teachers are switched off in this connection")
    ),
    "relationship-ended": RuleTexts(
        marked("Relationship ended"), marked("the relationship is no longer active in PowerSchool")
    ),
    "contact-without-student": RuleTexts(
        marked("Contact without a student"), marked("none of the contact’s students is included")
    ),
    "not-listed": RuleTexts(marked("No longer listed"), marked("PowerSchool no longer lists it")),
    "student-not-listed": RuleTexts(
        marked("No longer listed"), marked("PowerSchool no longer lists the student, or lists the student as graduated")
    ),
    "not-in-this-run": RuleTexts(
        marked("Not delivered yet"),
        marked("it was excluded, refused or taken back, or it waits for another record"),
    ),
    "goes-along": RuleTexts(marked("Goes along with another record"), marked("a record it belongs to is not included")),
    "filter": RuleTexts(marked("Left out by a filter rule"), marked("a filter rule leaves it out")),
    "term-not-chosen": RuleTexts(
        marked("Term not chosen"), marked("the term is not among those chosen for its school")
    ),
    "term-merged": RuleTexts(
        marked("Merged into another term"), marked("a term with the same title and dates stands for it")
    ),
    "course-not-chosen": RuleTexts(
        marked("Course not chosen"), marked("its course is not among those chosen for the school")
    ),
    "not-taken": RuleTexts(
        marked("No place at the destination"), marked("the destination has no place for records of this kind")
    ),
    "course-not-used": RuleTexts(marked("Course without a class"), marked("no class of the course is included")),
    "class-not-taught": RuleTexts(marked("Class left out: no teacher"), marked("the class has no current teacher")),
    "section-moved": RuleTexts(
        marked("Moved into another class"), marked("its students and teachers were moved to another class")
    ),
    "admins-off": RuleTexts(
        marked("Other staff is off"), marked("staff without a class is switched off in this connection")
    ),
    "teacher-now": RuleTexts(
        marked("Is a teacher now"),
        marked("the person now has a class in this school year, and is a teacher instead of other staff"),
    ),
    "other-staff-now": RuleTexts(
        marked("Is other staff now"),
        marked("the person no longer has a class in this school year, and is other staff instead of a teacher"),
    ),
    "co-teacher-limit": RuleTexts(
        marked("Above the limit of classes per co-teacher"),
        marked("the co-teacher already has as many classes as this connection allows"),
    ),
    "contact-inactive": RuleTexts(
        marked("Contact not active"), marked("the contact is marked as not active in PowerSchool")
    ),
    "marked-deleted": RuleTexts(marked("Marked as deleted"), marked("the source marks it as deleted")),
    "contact-without-account": RuleTexts(
        marked("Contact without a portal account"), marked("the contact has no portal account")
    ),
    "merged": RuleTexts(
        marked("Same person as another record"), marked("a person confirmed that it is the same as another record")
    ),
}
