"""What attributes and parts of the settings are called within a sentence."""

from __future__ import annotations

from psconnect.wording.catalogue import marked, spelled_out, tr, translated
from psconnect.wording.records import records_label

_ATTRIBUTES = {
    "sourcedId": marked("id"),
    "username": marked("user name"),
    "givenName": marked("first name"),
    "familyName": marked("last name"),
    "middleName": marked("middle name"),
    "identifier": marked("number"),
    "email": marked("email"),
    "stateId": marked("state number"),
    "grade": marked("grade"),
    "phone": marked("phone number"),
    "name": marked("name"),
    "title": marked("title"),
    "courseCode": marked("course number"),
    "classCode": marked("section number"),
    "classType": marked("type of class"),
    "location": marked("room"),
    "periods": marked("periods"),
    "type": marked("type"),
    "startDate": marked("first day"),
    "endDate": marked("last day"),
    "beginDate": marked("first day"),
    "role": marked("role"),
    "primary": marked("lead teacher"),
    "relation": marked("relationship"),
    "schoolSourcedIds": marked("schools"),
    "schoolSourcedId": marked("school"),
    "parentSourcedId": marked("parent"),
    "termSourcedId": marked("term"),
    "courseSourcedId": marked("course"),
    "classSourcedId": marked("class"),
    "userSourcedId": marked("person"),
    "orgSourcedId": marked("school"),
    "schoolYear": marked("school year"),
    "deliverAs": marked("kind of delivery"),
    "category": marked("category"),
    "extra": marked("custom fields"),
}
_ELSE = {("class", "title"): marked("class name"), ("course", "title"): marked("course name")}

_SETTINGS = {
    "scope.schools": (marked("the schools"), "schools"),
    "scope.start_year": (marked("the school year"), "schools"),
    "scope.prior_data_days": (marked("the beginning of the next school year"), "schools"),
    "scope.terms": (marked("the terms"), "schools"),
    "scope.courses": (marked("the courses"), "schools"),
    "filters": (marked("the filter rules of {records}"), "filters"),
    "mapping": (marked("the attributes of {records}"), "attributes"),
    "custom": (marked("the custom fields of {records}"), "attributes"),
    "usernames": (marked("the user names of {records}"), "attributes"),
    "values": (marked("a list of values"), "attributes"),
    "sign_in": (marked("the kinds of sign-in"), "attributes"),
    "roles": (marked("the roles of teachers"), "attributes"),
    "requirements": (marked("the required attributes of {records}"), "requirements"),
    "uniqueness": (marked("the domains of uniqueness"), "uniqueness"),
    "destination": (marked("the destination"), "destination"),
    "ids": (marked("the ids"), "ids"),
    "options.devices": (marked("the choice about devices"), "connect"),
    "options.admins": (marked("the choice about other staff"), "who"),
    "options.parents": (marked("the choice about contacts"), "who"),
    "options.co_teachers": (marked("the choice about co-teachers"), "who"),
    "options.enroll_status": (marked("the choice who counts as active"), "who"),
    "options.only_taught_classes": (marked("the choice about classes without a teacher"), "who"),
    "options.only_used_courses": (marked("the choice about courses without a class"), "who"),
    "options.merge_terms": (marked("the merging of terms"), "who"),
    "options.contact_module": (marked("the choice where contacts come from"), "who"),
    "options.student_identifier": (marked("the choice of the students’ number"), "who"),
    "options.id_prefix": (marked("the prefix of ids"), "who"),
    "options": (marked("the choice of who and what is delivered"), "who"),
    "preset": (marked("the preset"), "connect"),
    "source.without": (marked("what the plugin does not ask for"), "plugin"),
    "source": (marked("the source"), "credentials"),
}
"""By the part of the settings, or by its section: what it is called, and the page where it is changed."""


def attribute_word(entity: str, attribute: str) -> str:
    """An attribute within a sentence: ``givenName`` is ``first name``; one of nobody's list keeps its own name."""
    text = _ELSE.get((entity, attribute)) or _ATTRIBUTES.get(attribute, "")
    return translated(text) if text else attribute


def setting_words(part: str) -> str:
    """A part of the settings (model.setting_parts) within a sentence: ``the filter rules of students``."""
    text, _page = _setting(part)
    if not text:
        return tr("“{setting}”", setting=spelled_out(part.rpartition(".")[2]))
    entity = part.partition(".")[2]
    return translated(text, records=records_label(entity)) if "{records}" in text else translated(text)


def setting_page(part: str) -> str:
    """The page on which a part of the settings is changed (wording.window.OPEN); empty for none."""
    return _setting(part)[1]


def _setting(part: str) -> tuple[str, str]:
    return _SETTINGS.get(part) or _SETTINGS.get(part.partition(".")[0], ("", ""))
