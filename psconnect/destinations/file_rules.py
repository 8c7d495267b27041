"""Findings that several kinds of files have, with their texts."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.destinations.telling import CUSTOM_FIELD
from psconnect.model.problems import Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

ACCOUNT_MISSING = Rule("account-missing", "error", left_out=True)
VALUE_NOT_TAKEN = Rule("value-left-out-of-file", "warning", counted=True)
SCHOOL_MISSING = Rule("person-without-school", "warning", counted=True)

FILE_RULES: Mapping[Rule, RuleTexts] = {
    ACCOUNT_MISSING: RuleTexts(
        marked("No account name"),
        marked("the other system refuses a person without the value that their account is made of or found by"),
        marked(
            "Fill in the value in PowerSchool, or choose another one for the account under Destination. Until then "
            "none of the files has the person, nor their classes."
        ),
    ),
    VALUE_NOT_TAKEN: RuleTexts(
        marked("Value that the other system doesn’t take"),
        marked("the value of a custom field is none that its column takes, so it is not delivered"),
        marked("Correct the values in PowerSchool, or give the column another field."),
    ),
    SCHOOL_MISSING: RuleTexts(
        marked("Person without a school"),
        marked("none of the person’s schools is delivered, so the district stands in its place"),
        marked("Choose the school under Schools if these people should be at theirs."),
    ),
    CUSTOM_FIELD: RuleTexts(
        marked("Custom field without a column"),
        marked("the files have no column for a custom field of that name"),
        marked("Give the field the name of a column under Attributes, or take it out."),
    ),
}
