"""What of a roster doesn't fit into OneRoster files, or gets there in another form: told before the delivery."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from psconnect.destinations.oneroster.columns import STAFF_ROLES
from psconnect.destinations.oneroster.custom import (
    EXTENDED,
    USER_ENTITIES,
    CustomFields,
    custom_fields,
    demographic_fields,
)
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.destinations.oneroster.people import fits_user_ids, user_schools
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import Told
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ADMIN, CALENDAR, CONTACT, EXTRA, STUDENT, Entity
from psconnect.model.problems import Problem, Rule
from psconnect.wording.catalogue import marked
from psconnect.wording.rules.texts import RuleTexts

_VALUE_REFUSED = Rule("column-value-refused", "warning", counted=True)
_HELD_BACK = Rule("demographics-held-back", "warning", counted=True)
_STATE_ID = Rule("state-id-left-out", "warning", counted=True)
_ID_FORBIDDEN = Rule("id-forbidden", "error", counted=True)
_NO_SCHOOL = Rule("user-without-school", "error", counted=True)
_ROLE_ASSUMED = Rule("staff-role-assumed", "info", counted=True)
_BREAK = Rule("line-break-replaced", "info", counted=True)
FINDINGS_OF_BUNDLES: Mapping[Rule, RuleTexts] = {
    _VALUE_REFUSED: RuleTexts(
        marked("A custom field doesn’t fit its column"),
        marked("the column of that name can’t have the value of the custom field, so it stays blank"),
        marked(
            "Correct the values in PowerSchool, or give the custom field another label under Attributes: it is then "
            "delivered behind “metadata.”, as it is."
        ),
    ),
    _HELD_BACK: RuleTexts(
        marked("Demographics are not delivered"),
        marked("the custom field is named like a column of demographics.csv, which is switched off"),
        marked(
            "Switch on “Birth dates and other demographics” under Destination if the other system needs them, or "
            "remove the custom field under Attributes."
        ),
    ),
    _STATE_ID: RuleTexts(
        marked("State id not delivered"),
        marked("the state id has blanks or signs that the column userIds can’t hold"),
        marked("Correct the state id in PowerSchool: letters, digits, dots, hyphens and underscores can be delivered."),
    ),
    _ID_FORBIDDEN: RuleTexts(
        marked("Id that OneRoster forbids"),
        marked("its id has other signs than letters, digits, dots, hyphens, underscores, slashes and @, or too many"),
        marked("Choose another number for ids, or another prefix, under Ids: most systems refuse the record as it is."),
    ),
    _NO_SCHOOL: RuleTexts(
        marked("User without a school"),
        marked("they belong to no delivered school, which OneRoster demands"),
        marked("Check their schools in PowerSchool and the chosen schools: most systems refuse the user as it is."),
    ),
    _ROLE_ASSUMED: RuleTexts(
        marked("Role taken from where they work"),
        marked("no custom field “role” tells what they are, so they administer their school or the district"),
        marked("Nothing has to be done, unless the other system tells kinds of staff apart."),
    ),
    _BREAK: RuleTexts(
        marked("Line break replaced by a blank"),
        marked("a value has a line break, which OneRoster files can’t have"),
        marked("Nothing has to be done."),
    ),
}
"""The findings of every kind that writes OneRoster files."""

_SOURCED_ID = re.compile(r"[0-9A-Za-z.\-_/@]{1,255}")
_OFTEN = 1_000


def bundle_findings(roster: Roster, form: BundleForm, cancel: CancelToken) -> Iterator[Problem]:
    """What is refused, left out, replaced or assumed when the roster is written in this form."""
    found = Told()
    fields = {
        entity: given
        for file, entities in EXTENDED.items()
        for entity, given in custom_fields(file, roster, form).items()
        if entity in entities
    }
    for entity in (*fields, CALENDAR):
        for number, (key, record) in enumerate(roster.keyed(entity)):
            if not number % _OFTEN:
                cancel.check()
            _look(found, entity, key, record, fields.get(entity))
            if entity in USER_ENTITIES:
                _look_at_user(found, entity, key, record, fields[entity], form)
    _look_at_demographics(found, roster, form, cancel)
    yield from found.problems()


def _look(found: Told, entity: Entity, key: int, record: list[str], fields: CustomFields | None) -> None:
    if not _SOURCED_ID.fullmatch(record[0]):
        found(_ID_FORBIDDEN, entity, key, "sourcedId")
    for name, value in zip(entity.attributes, record, strict=True):
        # In the stored form of custom fields, a line break is spelled with a backslash.
        if "\n" in value or "\r" in value or (name == EXTRA and (r"\n" in value or r"\r" in value)):
            found(_BREAK, entity, key, name)
    for column in fields.refused(record[-1]) if fields else ():
        found(_VALUE_REFUSED, entity, key, column)


def _look_at_user(
    found: Told, entity: Entity, key: int, record: list[str], fields: CustomFields, form: BundleForm
) -> None:
    if entity is not CONTACT and not user_schools(entity, record):
        found(_NO_SCHOOL, entity, key, "schoolSourcedIds")
    if entity is STUDENT:
        state_id = record[entity.attributes.index("stateId")]
        if state_id and not fits_user_ids(state_id):
            found(_STATE_ID, entity, key, "stateId")
    assumes = entity is ADMIN and "administrator" not in STAFF_ROLES[form.version]
    if assumes and not fields.read(record[-1])[0].get("role"):
        found(_ROLE_ASSUMED, entity, key, "role")


def _look_at_demographics(found: Told, roster: Roster, form: BundleForm, cancel: CancelToken) -> None:
    fields = demographic_fields(roster, form)
    if not fields.own:
        return
    for number, (key, record) in enumerate(roster.keyed(STUDENT)):
        if not number % _OFTEN:
            cancel.check()
        if form.demographics:
            for column in fields.refused(record[-1]):
                found(_VALUE_REFUSED, STUDENT, key, column)
        else:
            for column in fields.given(record[-1]):
                found(_HELD_BACK, STUDENT, key, column)
