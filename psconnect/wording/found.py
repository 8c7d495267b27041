"""Findings in the words of the registrar: which field of whom, and where it is mended."""

from __future__ import annotations

from psconnect.model.review import FoundRecord
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import tr
from psconnect.wording.records import record_label
from psconnect.wording.rules import WordedRule

_LACKING = ("missing-required", "missing-reported")
_PAGES = {
    "missing-required": "attributes",
    "missing-reported": "attributes",
    "role-not-mapped": "attributes",
    "value-unlisted": "attributes",
    "username-taken": "attributes",
    "username-owner": "attributes",
    "username-shared": "attributes",
    "uniqueness-conflict": "uniqueness",
    "uniqueness-owner": "uniqueness",
    "guest-left-out": "schools",
}


def finding_title(rule: WordedRule, entity: str, attribute: str) -> str:
    """A finding in a few words; of a missing value with its field: ``First name is empty``."""
    if rule.key not in _LACKING or not attribute:
        return rule.title
    word = attribute_word(entity, attribute)
    return tr("{attribute} is empty", attribute=word[:1].upper() + word[1:])


def named_finding(one: FoundRecord) -> str:
    """The record of a finding as a person names it; where its name is not known, by what is known of it."""
    if one.title and one.blank:
        return (
            tr("{title}, blank", title=one.title)
            if one.blank != "familyName"
            else tr("blank, {title}", title=one.title)
        )
    if one.title:
        return one.title
    if one.number:
        return tr("{kind} with the number {number}, without a name", kind=record_label(one.entity), number=one.number)
    return tr("{kind} with DCID {key}, of which nothing else is known", kind=record_label(one.entity), key=abs(one.key))


def mended_at(rule: str) -> str:
    """The page of the settings where a finding can be mended (wording.window); empty: only in PowerSchool."""
    return _PAGES.get(rule, "")
