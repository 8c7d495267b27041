"""The words for the disclosure log, and what it is and is not."""

from __future__ import annotations

from psconnect.model.disclosures import Disclosure, LogState
from psconnect.wording.catalogue import counted, marked, number, tr, translated

_EVENTS = {
    "delivered": marked("Delivered"),
    "in-part": marked("Delivered in part"),
    "unconfirmed": marked("Begun, end not known"),
    "listed": marked("New accounts listed"),
    "removed": marked("Connection removed"),
}
_ABOUT = marked(
    "One line for each delivery and each list of new accounts: when, where and how much, but nobody’s data. It stays "
    "when a connection is removed and when runs are forgotten."
)
# 34 CFR 99.32: (a)(1) a record of each request for access to and each disclosure of personally identifiable information
# from the education records of each student, (a)(2) kept with those records, (a)(3) the parties and their legitimate
# interests; (d) paragraph (a) does not apply to the parent or eligible student, a school official under 99.31(a)(1),
# consent, directory information, some subpoenas. A vendor is a school official only under the conditions of
# 99.31(a)(1)(i)(B): a contract alone says nothing, so no exemption is named here.
_NOT = marked(
    "It is not the record of disclosures that FERPA asks for in a student’s education records (34 CFR 99.32): it names "
    "no student and no purpose, and doesn’t know who opens the data at the other system. Whether FERPA or your state "
    "asks for such a record of these deliveries is for your district to decide: ask your records officer, who can take "
    "from here what was sent, where and when."
)


def event_word(event: str) -> str:
    """What an entry is about, in a word or two."""
    return translated(_EVENTS[event]) if event in _EVENTS else event


def extent_word(one: Disclosure) -> str:
    """How much a delivery handed over; empty for a removal."""
    if one.event == "removed":
        return ""
    if one.event == "listed":
        return tr("New people, with names")
    return tr("The whole roster") if one.whole else tr("What had changed")


def about_log() -> str:
    """What the log is, in two sentences."""
    return translated(_ABOUT)


def not_ferpas_record() -> str:
    """What the log is not, and what it is good for."""
    return translated(_NOT)


def log_trouble(state: LogState) -> str:
    """What is wrong with the log, as sentences; empty if it is as psconnect wrote it."""
    told = []
    if state.altered:
        told.append(
            tr(
                "Line {line} or something before it was changed or taken out by hand: the running digest does not fit.",
                line=number(state.altered),
            )
        )
    if state.unreadable:
        told.append(counted(state.unreadable, "1 line can’t be read.", "{count} lines can’t be read."))
    return " ".join(told)
