"""What Moodle refuses, in sentences without anybody's data: what happened, why, what to do."""

from __future__ import annotations

from psconnect.model.outcomes import Refused

_AGAIN = "It is tried again with the next sync."
GONE_THERE = Refused(
    "gone-in-moodle",
    "Moodle no longer has this record: somebody deleted it there. Exclude it from one sync and include it in the next "
    "one: it is then made anew, with all that belongs to it.",
)
MISSING_POINTER = Refused(
    "reference-missing",
    f"Moodle does not have a record that this one belongs to, because that one was refused. {_AGAIN}",
)
USERNAME_TAKEN = Refused(
    "username-taken",
    "Another account in Moodle has this user name, with an ID number of its own. If it is the same person, clear the "
    "account’s ID number in Moodle: the next sync takes the account over. Otherwise change one of the user names.",
)
EMAIL_TAKEN = Refused(
    "email-taken",
    "Another account in Moodle has this e-mail address, and Moodle accepts each address once. Correct the address, or "
    "allow accounts with the same e-mail in Moodle: Site administration > Plugins > Authentication > Manage "
    "authentication.",
)
SEVERAL_ACCOUNTS = Refused(
    "several-accounts",
    "Several accounts in Moodle have this person’s ID number, so that psconnect can’t tell which is the right one. "
    "Leave the number in one account and clear it in the others.",
)
NOT_ALLOWED_USERNAME = Refused(
    "username-signs",
    "Moodle does not accept this user name: it may hold a-z, 0-9 and - _ . @ only. Correct it, or allow extended "
    "characters in Moodle: Site administration > Security > Site security settings.",
)
NO_USERNAME = Refused("username-missing", "The person has no user name. Enter one in PowerSchool.")
NO_NAME = Refused("name-missing", "First or last name is empty, and Moodle needs both. Enter it in PowerSchool.")
NAME_WITH_TAG = Refused(
    "name-with-tag",
    "A name holds < directly before another sign, which Moodle takes for HTML and refuses. Take the < out, or put a "
    "blank behind it.",
)
EMAIL_UNFIT = Refused(
    "email-unfit",
    "The e-mail address is missing or not one that Moodle accepts, such as ann@school.example.org. Correct it in "
    "PowerSchool.",
)
FIELD_NAME_UNFIT = Refused(
    "field-name-unfit",
    "The label of a custom field is not the short name of a profile field in Moodle: it holds letters, digits, - and _ "
    "only. Correct the label under Attributes.",
)
COUNTRY_UNFIT = Refused("country-unfit", "The country has to be its code of two letters, such as US. Correct it.")
ADMIN_ACCOUNT = Refused(
    "administrator-account",
    "The account is a Moodle site administrator’s, which no web service may change. Change it in Moodle by hand, or "
    "exclude the person.",
)
SHORT_NAME_TAKEN = Refused(
    "short-name-taken",
    "Another course in Moodle has this short name, and Moodle accepts each once. Change the setting for short names, "
    "or rename the other course.",
)
NUMBER_TAKEN = Refused(
    "id-number-taken",
    "Moodle has another record with this ID number by now. The next sync takes it over, if it is not another record’s.",
)
NO_TITLE = Refused("title-missing", "The title or short name is empty, and Moodle needs one. Enter it in PowerSchool.")
DATES_TURNED = Refused("dates-turned", "The course ends before it begins. Correct the term’s dates in PowerSchool.")
CATEGORY_GONE = Refused(
    "category-gone",
    "The course’s category is no longer in Moodle, or the robot account may not use it. Choose another.",
)
NOT_ASSIGNABLE = Refused(
    "role-not-assignable",
    "The robot account may not give this role, or Moodle has no role of this number. Tick the role in Moodle under "
    "“Allow role assignments” of the robot’s role, or correct the number in the settings.",
)
NO_MANUAL_ENROLMENT = Refused(
    "no-manual-enrolment",
    "The course has no active manual enrolment, through which psconnect enrols. Add it in Moodle: the course’s "
    "Participants > Enrolment methods.",
)
NO_ACCESS = Refused(
    "course-not-accessible",
    "The robot account can’t enter this course, or somebody deleted it in Moodle. The site check names the capability "
    "that is missing.",
)
NOT_ENROLLED = Refused(
    "not-enrolled", f"The person is not enrolled in this course, so that no group there can take them. {_AGAIN}"
)
GROUP_NAME_TAKEN = Refused(
    "group-name-taken",
    "The course has another group of this name, and Moodle accepts each once in a course. Rename the other group.",
)
COHORT_RENUMBERED = Refused(
    "cohort-renumbered",
    "Somebody changed the cohort’s ID in Moodle, which breaks its link with psconnect. Change it back: the ID is shown "
    "in the preview.",
)
TOO_LONG = Refused("too-long", "A value is longer than Moodle has room for. Shorten it.")


def refused_by_moodle(code: str) -> Refused:
    """The refusal for a code that psconnect has no better sentence for."""
    return KNOWN.get(code) or Refused(
        "moodle-refused",
        f"Moodle refuses this record ({code}) and gives no reason: a value is not allowed, or taken. With debugging on "
        "(Site administration > Development > Debugging), Moodle’s log has the reason.",
    )


KNOWN = {
    "useremailduplicate": EMAIL_TAKEN,
    "useremailinvalid": EMAIL_UNFIT,
    "usernotupdatedadmin": ADMIN_ACCOUNT,
    "useradminodelete": ADMIN_ACCOUNT,
    "usernotupdateddeleted": GONE_THERE,
    "userdeleted": GONE_THERE,
    "invaliduserid": GONE_THERE,
    "invaliduser": GONE_THERE,
    "shortnametaken": SHORT_NAME_TAKEN,
    "courseidnumbertaken": NUMBER_TAKEN,
    "enddatebeforestartdate": DATES_TURNED,
    "errorcatcontextnotvalid": CATEGORY_GONE,
    "wsusercannotassign": NOT_ASSIGNABLE,
    "nostartdatenoenddate": DATES_TURNED,
    "categorynamerequired": NO_TITLE,
    "categorytoolong": TOO_LONG,
    "idnumbertoolong": TOO_LONG,
    "errorinvalidparam": NO_TITLE,
    "wsnoinstance": NO_MANUAL_ENROLMENT,
    "requireloginerror": NO_ACCESS,
    "errorcoursecontextnotvalid": NO_ACCESS,
    "invalidrecord": GONE_THERE,
    "invalidrecordunknown": GONE_THERE,
    "dmlwriteexception": TOO_LONG,
}
"""What Moodle's codes mean for a single record (docs/moodle-api.md 3)."""
