"""What Apple School Manager would refuse, and its texts."""

from __future__ import annotations

from psconnect.destinations.file_rules import FILE_RULES
from psconnect.model.problems import Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

ACCOUNT_TAKEN = Rule("account-taken", "error", left_out=True)
ID_REWRITTEN = Rule("id-rewritten", "info", counted=True)
INSTRUCTORS = Rule("instructors-over-fifteen", "warning")
NO_INSTRUCTOR = Rule("class-without-instructor", "info", counted=True)

APPLE_RULES = {
    **FILE_RULES,
    ACCOUNT_TAKEN: RuleTexts(
        marked("Account name of somebody else"),
        marked("another person has the same account name, and the other system takes it once"),
        marked(
            "Correct one of the two in PowerSchool. Until then none of the files has the second person, nor their "
            "classes."
        ),
    ),
    ID_REWRITTEN: RuleTexts(
        marked("Id rewritten"),
        marked("the other system’s ids have letters, digits and hyphens only, so other characters are written by code"),
        marked("Nothing has to be done: the same id is always written the same way, and no two become one."),
    ),
    INSTRUCTORS: RuleTexts(
        marked("More than fifteen teachers"),
        marked("the other system takes fifteen teachers of a class: the lead teacher, then the others by their id"),
        marked("Take teachers who don’t teach the class off the section’s page in PowerSchool."),
    ),
    NO_INSTRUCTOR: RuleTexts(
        marked("Class without a teacher"),
        marked("no teacher of the class is delivered, so nobody can manage it at the other system"),
        marked("Assign a teacher to the section in PowerSchool: Start Page > School > Sections."),
    ),
}
