"""Findings in the words of the registrar: which field of whom, what became of it, and where it is mended."""

from __future__ import annotations

from psconnect.model.found import FoundState
from psconnect.model.problems import ATTRIBUTES_JOINED, NOT_ALLOWED, NOT_UNIQUE, other_of
from psconnect.model.review import FoundRecord
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import Plural, marked, plural, tr, translated
from psconnect.wording.filled import filled
from psconnect.wording.records import detail_word, listed, record_label
from psconnect.wording.rules import WordedRule

_LACKING = ("missing-required", "missing-reported")
_TITLES = {
    NOT_ALLOWED: marked("The other system does not know this value: {attribute}"),
    NOT_UNIQUE: marked("Several records have the same: {attribute}"),
}
"""Titles of findings that name the attributes they are about."""
_PAGES = {
    "missing-required": "attributes",
    "missing-reported": "attributes",
    "role-not-mapped": "attributes",
    "value-unlisted": "attributes",
    NOT_ALLOWED: "attributes",
    NOT_UNIQUE: "uniqueness",
    "username-taken": "attributes",
    "username-owner": "attributes",
    "username-shared": "attributes",
    "uniqueness-conflict": "uniqueness",
    "uniqueness-owner": "uniqueness",
    "guest-left-out": "schools",
}
_STATES = {
    FoundState.LEFT_OUT: marked("Left out"),
    FoundState.KEPT: marked("Kept as last delivered"),
    FoundState.AT_RISK: marked("Delivered, may be rejected there"),
    FoundState.GAP: marked("Delivered with a gap"),
    FoundState.KNOW: marked("To know"),
}
_HEADS: dict[FoundState, Plural] = {
    FoundState.LEFT_OUT: plural(
        "1 record is left out until it is corrected", "{count} records are left out until they are corrected"
    ),
    FoundState.KEPT: plural(
        "1 record is kept as last delivered until it is corrected",
        "{count} records are kept as last delivered until they are corrected",
    ),
}
_MORE: dict[FoundState, Plural] = {
    FoundState.KEPT: plural("1 is kept as last delivered", "{count} are kept as last delivered"),
    FoundState.AT_RISK: plural(
        "1 is delivered and may be rejected by the other system",
        "{count} are delivered and may be rejected by the other system",
    ),
    FoundState.GAP: plural("1 was delivered with a gap", "{count} were delivered with a gap"),
}


def found_word(state: FoundState) -> str:
    """What became of a record with a finding: ``Kept as last delivered``."""
    return translated(_STATES[state])


def findings_headline(counts: dict[FoundState, int]) -> tuple[str, str]:
    """What findings come to, the worst as a headline; and the rest as a sentence, which may be empty."""
    first = next((state for state in _HEADS if counts[state]), None)
    title = translated(_HEADS[first], counts[first]) if first else tr("Nothing is left out for a fault of its own")
    rest = [translated(_MORE[state], counts[state]) for state in _MORE if counts[state] and state is not first]
    return title, f"{listed(rest)}." if rest else ""


def finding_title(rule: WordedRule, entity: str, attribute: str) -> str:
    """A finding in a few words; of a missing value with its field: ``First name is empty``."""
    if rule.key in _TITLES and attribute:
        return filled(_TITLES[rule.key], {"attribute": attributes_word(entity, attribute)})
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


def finding_detail(one: FoundRecord) -> str:
    """What a finding is about beside its title: the other record by name, an attribute, a code; may be empty."""
    if one.other:
        return tr("with {name}", name=one.other)
    other = other_of(one.rule, one.entity, one.detail)
    if other:
        return tr("with the {kind} that has the id {id}", kind=record_label(other[0]), id=other[1])
    # The attribute that has no value stands in the title.
    return about_word(one) if one.rule not in (*_LACKING, *_TITLES) else ""


def attributes_word(entity: str, joined: str) -> str:
    """The attributes of a detail that count together, as a person lists them."""
    return listed([attribute_word(entity, name) for name in joined.split(ATTRIBUTES_JOINED)])


def about_word(one: FoundRecord) -> str:
    """A finding's detail in a person's words: ``beginDate`` is ``first day``, an entity's key one record of it."""
    word = detail_word(one.detail)
    return attribute_word(one.entity, one.detail) if word == one.detail else word


def mended_at(rule: str) -> str:
    """The page of the settings where a finding can be mended (wording.window); empty: only in PowerSchool."""
    return _PAGES.get(rule, "")
