"""What a person sets for Moodle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psconnect.destinations.moodle.address import site_address
from psconnect.destinations.moodle.choices import COHORT_TITLE, SHORT_NAME
from psconnect.model.setting_fields import SettingField, TableColumn, When
from psconnect.wording.catalogue import marked

_SITE = (
    SettingField(
        "url",
        marked("Address of the site"),
        marked("The address as it stands in the browser on Moodle’s start page. psconnect never follows a redirect."),
        "text",
        required=True,
        example="https://moodle.lincoln.example.org",
        locates=True,
        normal=site_address,
    ),
)
_ACCOUNTS = (
    SettingField(
        "student_auth",
        marked("Sign-in of new students"),
        marked(
            "Moodle’s name for the authentication method, such as manual, ldap, oauth2 or oidc. Accounts that exist "
            "keep theirs."
        ),
        "text",
        default="manual",
    ),
    SettingField(
        "staff_auth",
        marked("Sign-in of new staff"),
        marked("As above, for teachers and other staff."),
        "text",
        default="manual",
    ),
    SettingField(
        "welcome",
        marked("Welcome mail"),
        marked(
            "Moodle makes a password and mails it to each new account. Otherwise nobody is told of new accounts, and "
            "an account with the method manual gets a password that nobody knows."
        ),
        "switch",
        default=False,
    ),
    SettingField(
        "fields",
        marked("Further fields"),
        marked(
            "Tick what Moodle gets besides names, e-mail address and id. An account that exists gets a field that is "
            "ticked later with its next change. A custom field under Attributes goes into the profile field whose "
            "short name is its label, or into Moodle’s own phone1, phone2, address, city, country, department or "
            "institution."
        ),
        "table",
        columns=(
            TableColumn("student", marked("Students"), "switch", default=False),
            TableColumn("staff", marked("Staff"), "switch", default=False),
        ),
        rows="fixed",
        row_labels=(
            ("middlename", marked("Middle name")),
            ("institution", marked("Institution: the school")),
            ("department", marked("Department: the grade level, or “Staff”")),
        ),
    ),
)
_COURSES = (
    SettingField(
        "categories",
        marked("Course categories"),
        marked("Where new courses stand. A category that was chosen for a course under Schools goes before this."),
        "choice",
        default="school",
        choices=("school", "school-year", "one"),
        choice_labels=(
            ("school", marked("One for each school")),
            ("school-year", marked("One for each school, with one for each year in it")),
            ("one", marked("One for all courses")),
        ),
    ),
    SettingField(
        "category",
        marked("Category"),
        marked("The name of the category for all courses."),
        "text",
        required=True,
        example="PowerSchool",
        when=When("categories", ("one",)),
    ),
    SettingField(
        "short_name",
        marked("Short name of a course"),
        marked(
            "Moodle accepts each short name once. {code} is the course and section number, {school} the school, {year} "
            "the ending year, and {id} the id, which keeps short names apart."
        ),
        "text",
        default=SHORT_NAME,
        advanced=True,
    ),
    SettingField(
        "group_mode",
        marked("Groups"),
        marked("For courses that hold several classes: what one group sees of the others."),
        "choice",
        default="visible",
        choices=("visible", "separate", "none"),
        choice_labels=(
            ("visible", marked("They see each other")),
            ("separate", marked("They don’t see each other")),
            ("none", marked("No group mode")),
        ),
    ),
    SettingField(
        "enrollment_dates",
        marked("Dates of enrollments"),
        marked("Enrollments begin and end in Moodle on the days that PowerSchool says. Otherwise they have no dates."),
        "switch",
        default=False,
    ),
    SettingField(
        "roles",
        marked("Roles"),
        marked(
            "The number of the Moodle role that each gets. 0 stands for those of a new site: 5 student, 3 teacher, "
            "4 non-editing teacher. Another number counts for enrollments that are new or change."
        ),
        "table",
        columns=(TableColumn("role", marked("Moodle role"), "number", default=0),),
        rows="fixed",
        row_labels=(
            ("student", marked("Student")),
            ("teacher", marked("Lead teacher")),
            ("co-teacher", marked("Co-teacher")),
        ),
    ),
)
_COHORTS = (
    SettingField(
        "cohorts",
        marked("Cohorts"),
        marked(
            "Each value of a field becomes a cohort of the whole site. The field is grade, school, another attribute, "
            "or the label of a custom field. A cohort that was renamed in Moodle keeps its name."
        ),
        "table",
        columns=(
            TableColumn("people", marked("Of"), "choice", required=True, choices=("student", "staff")),
            TableColumn("field", marked("Field"), required=True),
            TableColumn("name", marked("Name"), default=COHORT_TITLE),
        ),
    ),
)
_REMOVED = (
    SettingField(
        "removed_users",
        marked("Removed people"),
        marked(
            "What becomes of the account of a person who is removed. A suspended one can’t sign in and keeps all its "
            "work. Deleting can’t be undone."
        ),
        "choice",
        default="suspend",
        choices=("suspend", "keep", "delete"),
        choice_labels=(
            ("suspend", marked("Suspended")),
            ("keep", marked("Left as it is")),
            ("delete", marked("Deleted, with all its work")),
        ),
    ),
    SettingField(
        "dropped",
        marked("Dropped enrollments"),
        marked("A suspended enrollment keeps grades and groups. One that is deleted loses its groups."),
        "choice",
        default="suspend",
        choices=("suspend", "unenrol"),
        choice_labels=(("suspend", marked("Suspended")), ("unenrol", marked("Deleted"))),
    ),
    SettingField(
        "removed_courses",
        marked("Removed courses"),
        marked("What becomes of a course whose class is removed. psconnect never deletes a course."),
        "choice",
        default="hide",
        choices=("hide", "keep"),
        choice_labels=(("hide", marked("Hidden from students")), ("keep", marked("Left as it is"))),
    ),
    SettingField(
        "field_budget",
        marked("Values in a request"),
        marked("The most values in one request. More than the server’s max_input_vars would be cut off there."),
        "number",
        default=900,
        advanced=True,
    ),
)
MOODLE_SETTINGS = (*_SITE, *_ACCOUNTS, *_COURSES, *_COHORTS, *_REMOVED)
DEFAULT_ROLES = {"student": 5, "teacher": 3, "co-teacher": 4}
"""Role numbers of a new site (facts observed on 4.3 and 5.1); an empty row of ``roles`` means these."""


def chosen_roles(settings: Mapping[str, Any]) -> dict[str, int]:
    """Role in a class -> number of the role in Moodle."""
    return {**DEFAULT_ROLES, **{str(row["row"]): int(row["role"]) for row in settings["roles"] if row.get("role")}}
