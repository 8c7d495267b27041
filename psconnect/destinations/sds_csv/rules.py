"""What School Data Sync would refuse or lose, and its texts."""

from __future__ import annotations

from psconnect.destinations.file_rules import FILE_RULES
from psconnect.model.problems import Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

ACCOUNT_SHARED = Rule("account-shared", "error")
ACCOUNT_FORM = Rule("account-form", "warning")
GRADE_UNKNOWN = Rule("grade-unknown", "warning", counted=True)
PHONE_NOT_SENT = Rule("phone-not-sent", "warning", counted=True)
PHONE_EXTENSION = Rule("phone-extension", "info", counted=True)
YEAR_MISSING = Rule("school-without-year", "warning")
CONTACTS_OFF = Rule("contacts-not-sent", "info", counted=True, left_out=True)
RELATIONSHIP_TWICE = Rule("relationship-twice", "info", counted=True)

SDS_RULES = {
    **FILE_RULES,
    ACCOUNT_SHARED: RuleTexts(
        marked("Account name twice"),
        marked(
            "another person has the same account name, so the other system can give the account to one of them only"
        ),
        marked("Correct one of the two in PowerSchool. Both are delivered until then."),
    ),
    ACCOUNT_FORM: RuleTexts(
        marked("Account name that can’t be one"),
        marked("an account name has no blanks, and at most one @"),
        marked("Correct it in PowerSchool: the other system will find no account for this person."),
    ),
    GRADE_UNKNOWN: RuleTexts(
        marked("Grade level that the other system doesn’t know"),
        marked("the grade level is none of the other system’s, so it is delivered as “other”"),
        marked("Add the grade to the value list of grades in the connection file."),
        window=marked("Add the grade to the value list under Settings, Attributes."),
    ),
    PHONE_NOT_SENT: RuleTexts(
        marked("Phone number not complete"),
        marked("the number has no area code, or is no number, so it can’t be written in international form"),
        marked("Correct the number in PowerSchool. The person is delivered without it."),
    ),
    PHONE_EXTENSION: RuleTexts(
        marked("Phone number without its extension"),
        marked("an international number has no place for an extension"),
        marked("Nothing has to be done: the number is delivered without its extension."),
    ),
    YEAR_MISSING: RuleTexts(
        marked("School without a year term"),
        marked("no term of this school is a whole school year, so its people’s roles name no session"),
        marked(
            "Choose the school’s year term under Schools, or create it in PowerSchool: School Setup > Years & Terms."
        ),
    ),
    CONTACTS_OFF: RuleTexts(
        marked("Contacts not in the files"),
        marked("the file of relationships is switched off"),
        marked("Switch on Relationships under Destination, or leave parents out under Who and what."),
    ),
    RELATIONSHIP_TWICE: RuleTexts(
        marked("Relationship entered twice"),
        marked("the same contact is entered twice for the same student"),
        marked("Nothing has to be done: the first of the two is delivered."),
    ),
}
