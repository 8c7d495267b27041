"""The settings that can be found by name, ours or a vendor's, and where each is. Knows no Qt.

A setting is named ``STEP.CONTROL`` after the key that its page knows the control by (``StepPage.rows`` and ``mark``);
a page as a whole is named by its step. A new setting is added here with the label that it has on its page.
"""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.desktop.text import tr
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import new_draft
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.vendor_words import VendorWord, vendor_words

SETTING_LABELS = {
    "connect.name": marked("Name"),
    "connect.preset": marked("Preset"),
    "connect.devices": marked("Student devices"),
    "connect.district_name": marked("District name"),
    "who.parents": marked("Parents"),
    "who.contact_module": marked("Names from the Contacts module"),
    "who.co_teachers": marked("Co-teachers"),
    "who.admins": marked("Other staff"),
    "who.school_days": marked("School days"),
    "who.usernames": marked("Make missing user names"),
    "who.google": marked("Email domains of Google accounts"),
    "who.microsoft": marked("Email domains of Microsoft accounts"),
    "who.prefix": marked("Prefix of ids"),
    "who.username_prefix": marked("Prefix of user names"),
    "who.course_prefix": marked("Prefix of course numbers"),
    "who.compare": marked("Read in each run"),
    "who.merge_terms": marked("Terms with the same title and dates become one"),
    "who.only_taught_classes": marked("Only classes with a teacher"),
    "who.only_used_courses": marked("Only courses with a class"),
    "who.guest_students": marked("Guest students"),
    "who.enroll_status": marked("Enroll status that counts as active"),
    "who.section_move": marked("Field that moves a section"),
    "who.student_identifier": marked("Number that people see as a student’s"),
    "safety.limits": marked("Limits"),
    "safety.preview": marked("When to look first"),
    "safety.additions_only": marked("Additions only"),
    "credentials.url": marked("PowerSchool address"),
    "credentials.client_id": marked("Client ID"),
    "credentials.secret": marked("Client secret"),
    "credentials.ca_file": marked("Certificate file"),
    "schools.all": marked("Auto mapping: all schools"),
    "schools.numbers": marked("School numbers"),
    "schools.start_year": marked("School year"),
    "schools.refresh": marked("Refresh cached values"),
    "schools.terms": marked("Schools and terms"),
    "schools.courses": marked("Courses"),
    "schools.prior_data_days": marked("Read next year’s data while this year still runs (prior data consumption)"),
    "schedule.every": marked("Runs by itself"),
    "schedule.days": marked("Days of the week"),
    "schedule.at": marked("Times"),
    "schedule.repeat": marked("Runs again"),
    "schedule.zone": marked("Time zone"),
    "schedule.off_peak": marked("Off-peak hours"),
    "schedule.until": marked("Last day"),
    "schedule.new_year": marked("First day of the school calendar, 12 am"),
    "attributes.class.title": marked("title"),
    "attributes.student.identifier": marked("identifier"),
    "attributes.custom": marked("Custom fields"),
}
"""Setting -> its label on the page."""
NOTICES = "notices"
"""The page of a connection's settings that is no step of the set-up."""
_NOTICE_LABELS = {
    "notices.to": marked("To"),
    "notices.results": marked("Results"),
    "notices.holds": marked("Tell that a run waits for an approval"),
    "notices.new_data": marked("Tell that the data of a new school year is there"),
    "notices.names": marked("Name people in the mails"),
    "notices.ping": marked("Ping address"),
}


@dataclass(frozen=True)
class FoundSetting:
    """A setting that a search found.

    Attributes:
        setting: ``STEP.CONTROL`` or ``STEP``.
        label: what it is called here.
        page: what its page is called.
        words: the vendors' words by which it was found.
    """

    setting: str
    label: str
    page: str
    words: tuple[VendorWord, ...] = ()

    @property
    def step(self) -> str:
        """Key of its step."""
        return self.setting.partition(".")[0]

    @property
    def control(self) -> str:
        """Key of its control on the page; empty for the page as a whole."""
        return self.setting.partition(".")[2]

    @property
    def below(self) -> str:
        """Where it is, and what else it is called."""
        words = ", ".join(word.hint for word in self.words)
        return tr("{page}. {words}", page=self.page, words=words) if words else self.page


def find_settings(text: str, *, notices: bool = False) -> list[FoundSetting]:
    """The settings whose label, page or vendor's word has all these words in it; those found by their label first.

    With ``notices`` also those of the notices, which only a connection that is set up has.
    """
    asked = text.casefold().split()
    if not asked:
        return []
    found = [(one, _rank(one, asked)) for one in (*_all(), *(_notices() if notices else ()))]
    return [_named_by(one, asked) for one, rank in sorted(found, key=lambda pair: pair[1]) if rank < _NOT]


_NOT = 3


def _rank(one: FoundSetting, asked: list[str]) -> int:
    if _has(one.label, asked):
        return 0
    if any(_has(word.word, asked) for word in one.words):
        return 1
    words = " ".join(word.hint for word in one.words)
    return 2 if _has(f"{one.label} {one.page} {words}", asked) else _NOT


def _named_by(one: FoundSetting, asked: list[str]) -> FoundSetting:
    """Only with the words by which it was found, or with all where it was found by its own label."""
    named = tuple(word for word in one.words if _has(word.hint, asked))
    return FoundSetting(one.setting, one.label, one.page, named or one.words)


def _has(text: str, asked: list[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in asked)


def _all() -> list[FoundSetting]:
    draft, known = new_draft(), Known((), ())
    pages = {key: flow.spec_of(key).text(draft, known).label for key in flow.step_keys() if flow.spec_of(key).part}
    labels = pages | {setting: translated(label) for setting, label in SETTING_LABELS.items()}
    return [
        FoundSetting(setting, label, pages[step], tuple(w for w in vendor_words() if w.setting == setting))
        for setting, label in labels.items()
        if (step := setting.partition(".")[0]) in pages
    ]


def _notices() -> list[FoundSetting]:
    page = tr("Notices by mail")
    labels = {NOTICES: page} | {setting: translated(label) for setting, label in _NOTICE_LABELS.items()}
    return [FoundSetting(setting, label, page) for setting, label in labels.items()]
