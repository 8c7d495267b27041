"""What PowerSchool's v1 interface does not give (powerschool.v1_fields), in words."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.wording.catalogue import marked


@dataclass(frozen=True)
class GapTexts:
    """A gap: its name, what is missing, and which setting has to give it up; that is empty if the result only differs.

    ``what`` and ``way`` are whole sentences.
    """

    name: str
    what: str
    way: str = ""


GAPS = {
    "field": GapTexts(
        marked("{field} for {entity}"),
        marked("The field {field}, used for {entity}, can't be read."),
        marked('Map what uses {field} in mapping.{entity} to another field, or to nothing ("").'),
    ),
    "co-teachers": GapTexts(
        marked("Co-teachers"), marked("Co-teachers can't be read."), marked("Set options.co_teachers to false.")
    ),
    "calendar": GapTexts(
        marked("Calendar"),
        marked("The calendar can't be read: a term is taken to last until its last day, in session or not."),
    ),
    "district-office": GapTexts(
        marked("District office"),
        marked("Staff who work at the district office alone, and at no school, can't be read."),
    ),
    "home-schools": GapTexts(
        marked("Home schools"),
        marked(
            "The home school of staff at several schools can't be read: their schools stand in the order of their ids."
        ),
    ),
    "lost-records": GapTexts(
        marked("Lost records"), marked("Enrollments whose student or class PowerSchool no longer has can't be seen.")
    ),
    "teaching-dates": GapTexts(
        marked("Teaching dates"),
        marked("A teaching assignment has no dates and an id of its own kind; only lead teachers have one."),
    ),
    "district-courses": GapTexts(
        marked("Courses of the district"),
        marked("Whether a course belongs to its school or to the district shows only where several schools list it."),
    ),
    "former-contacts": GapTexts(
        marked("Former contacts"), marked("Contacts whose students are all inactive can't be seen.")
    ),
}
