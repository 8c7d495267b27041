"""The findings of this kind, in words."""

from __future__ import annotations

from psconnect.destinations.learning_csv import choices as c
from psconnect.model.problems import Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

LEARNING_RULES = {
    Rule(c.WITHOUT_LOGIN, "error", left_out=True): RuleTexts(
        marked("User left out: no user name"),
        marked("the person has no user name, and no e-mail address of the district’s own domains to sign in with"),
        marked(
            "Enter the user name in PowerSchool, or switch on that PowerSchool Learning generates user names, there "
            "and under Settings, Destination. Until then, the classes that the person owns and their rosters are "
            "left out, too."
        ),
    ),
    Rule(c.LOGIN_GENERATED, "warning", counted=True): RuleTexts(
        marked("User name is left to PowerSchool Learning"),
        marked("the person has no user name, and no e-mail address of the district’s own domains to sign in with"),
        marked(
            "Make sure that PowerSchool Learning is set to autogenerate usernames. Otherwise it refuses these users, "
            "and with a teacher also the classes and rosters."
        ),
    ),
    Rule(c.WITHOUT_ADDRESS, "warning"): RuleTexts(
        marked("Sign-in type without an e-mail address"),
        marked("the sign-in type that was set by hand needs an e-mail address, and the person has none"),
        marked(
            "Enter the e-mail address in PowerSchool, or change the sign-in type in Find a record. Until then, "
            "PowerSchool Learning gets no address to sign in with."
        ),
    ),
    Rule(c.PARENT_WITHOUT_ID, "warning", counted=True, left_out=True): RuleTexts(
        marked("Parent left out: no guardian ID"),
        marked("the contact has no portal account, so no GuardianID to be known by"),
        marked("Nothing has to be done, unless these parents need access: create portal accounts for them."),
    ),
    Rule(c.PARENT_WITHOUT_CHILD, "warning", counted=True, left_out=True): RuleTexts(
        marked("Parent left out: no child is delivered"),
        marked("none of the contact’s students is delivered as a user"),
        marked("See why the students are left out."),
    ),
    Rule(c.SAME_ACCOUNT, "warning", counted=True): RuleTexts(
        marked("Two contacts with one portal account"),
        marked("another contact has the same GuardianID, so both are one user"),
        marked("Merge the two contacts in PowerSchool if they are the same person, else separate their accounts."),
    ),
    Rule(c.STAFF_WITHOUT_ID, "error", left_out=True): RuleTexts(
        marked("User left out: no Teachers.DCID"),
        marked("the person has no current position, or several and none at the home school"),
        marked(
            "Correct the home school or the positions: Start Page > Staff. Until then, the classes that the person "
            "owns and their rosters are left out, too."
        ),
    ),
    Rule(c.SEVERAL_SCHOOLS, "info", counted=True): RuleTexts(
        marked("User at several schools"),
        marked("the person has one row for each school in users.csv, with the same ID"),
        marked("Nothing has to be done."),
    ),
    Rule(c.WITHOUT_OWNER, "error", left_out=True): RuleTexts(
        marked("Class left out: no teacher"),
        marked("a class needs a teacher as its owner"),
        marked("Assign a lead teacher on the section’s page: Start Page > School > Sections."),
    ),
    Rule(c.OWNER_LOST, "error", left_out=True): RuleTexts(
        marked("Class left out: its teacher is left out"),
        marked("the teacher who owns the class is left out"),
        marked("See the finding about the teacher. The class and its roster follow."),
    ),
    Rule(c.OWNED_BY_CO_TEACHER, "warning", counted=True): RuleTexts(
        marked("Class owned by a co-teacher"),
        marked("the class has no lead teacher, so another of its teachers owns it"),
        marked("Assign a lead teacher on the section’s page: Start Page > School > Sections."),
    ),
    Rule(c.MEMBER_LOST, "warning", counted=True, left_out=True): RuleTexts(
        marked("Enrollment left out with its class or person"),
        marked("its class or its person is left out"),
        marked("See the findings about classes and people."),
    ),
    Rule(c.ACTIVITY_UNJUDGED, "info", counted=True): RuleTexts(
        marked("Whether a course is active isn’t judged"),
        marked(
            "which mark in PowerSchool makes a course inactive at a school is not published, so each course with a "
            "class and a teacher counts as active"
        ),
        marked("Switch off inactive courses that still have classes: Settings, “Schools, terms, courses”."),
    ),
}
