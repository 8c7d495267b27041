"""What a district sets of School Data Sync's files."""

from __future__ import annotations

from psconnect.destinations.sds_csv import vocabulary
from psconnect.model.setting_fields import SettingField, When
from psconnect.wording.catalogue import marked

AT_DOMAIN = "username-at-domain"
_AT_DOMAIN = When("account", (AT_DOMAIN,))
SDS_SETTINGS = (
    SettingField(
        "account",
        marked("Microsoft 365 account"),
        marked(
            "What finds a person’s account: the user name, the e-mail address, or the user name with a domain behind "
            "it. Choose the same in School Data Sync under Identity match."
        ),
        "choice",
        default="username",
        choices=("username", "email", AT_DOMAIN),
        choice_labels=(
            ("username", marked("User name")),
            ("email", marked("E-mail address")),
            (AT_DOMAIN, marked("User name with a domain")),
        ),
        frozen=True,
    ),
    SettingField(
        "domain",
        marked("Domain"),
        marked("The domain that stands behind the user name in accounts."),
        "text",
        required=True,
        example="lincoln.example",
        frozen=True,
        when=_AT_DOMAIN,
    ),
    SettingField(
        "student_domain",
        marked("Students’ domain"),
        marked("The domain behind students’ user names, if it is another one."),
        "text",
        example="students.lincoln.example",
        frozen=True,
        when=_AT_DOMAIN,
    ),
    SettingField(
        "relationships",
        marked("Relationships"),
        marked(
            "Sends parents and other contacts that have an e-mail address, and whose they are. Once sent, this file "
            "has to be sent for good: School Data Sync makes all records of a missing file inactive."
        ),
        "switch",
        default=False,
        frozen=True,
    ),
    SettingField(
        "demographics",
        marked("Demographics"),
        marked(
            "Sends sex, birth date, ethnicity and race, from custom fields named sex, birthDate, birthCity, "
            "birthState, birthCountry, ethnicityCodes and raceCodes. Once sent, this file has to be sent for good: "
            "School Data Sync makes all records of a missing file inactive."
        ),
        "switch",
        default=False,
        frozen=True,
    ),
    SettingField(
        "user_flags",
        marked("User flags"),
        marked(
            "Sends flags from custom fields named iep, freeLunch, flag.NAME or flag. Once sent, this file has to be "
            "sent for good: School Data Sync makes all records of a missing file inactive."
        ),
        "switch",
        default=False,
        frozen=True,
    ),
    SettingField(
        "staff_role",
        marked("Role of other staff"),
        marked("The role of staff who teach no class."),
        "choice",
        default="staff",
        choices=vocabulary.SDS_STAFF_ROLES,
        choice_labels=(
            ("staff", marked("Staff")),
            ("administrator", marked("Administrator")),
            ("officeStaff", marked("Office staff")),
            ("faculty", marked("Faculty")),
            ("other", marked("Other")),
        ),
        advanced=True,
    ),
    SettingField(
        "country_code",
        marked("Country code"),
        marked("The country code of phone numbers that have none, without +."),
        "text",
        default="1",
        example="1",
        advanced=True,
    ),
)
