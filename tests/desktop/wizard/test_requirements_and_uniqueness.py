"""Steps *Data requirements* and *Domains of uniqueness* against the real demo district: choices and their cost."""

from __future__ import annotations

from psconnect.desktop.wizard.pages.requirements import RequirementsPage
from psconnect.desktop.wizard.pages.uniqueness import UniquenessPage
from psconnect.desktop.wizard.steps.roster import RequirementsPart, UniquenessPart
from tests.desktop.wizard.conftest import Setting


def test_each_attribute_tells_how_many_lack_it_and_what_goes_along(setting: Setting):
    setting.district.sql("UPDATE Students SET State_StudentNumber = '' WHERE Student_Number IN (204000, 204003)")
    setting.open()
    setting.to("requirements")
    setting.settled()
    page = setting.window.pages["requirements"]
    assert isinstance(page, RequirementsPage)
    needed, row = page.lines["student.username"], page.lines["student.stateId"]
    assert not needed.choice.isEnabled()
    assert "needed by" in needed.note.text()
    assert row.count.text() == "2 students have none: delivered without it"
    row.choice.setCurrentIndex(2)
    row.choice.activated.emit(2)
    setting.settled()
    assert setting.session.draft.of(RequirementsPart).requirements == {"student": {"stateId": "skip"}}
    assert row.count.text() == "2 students have none: left out"
    assert "students are left out, with" in page.loss.text()
    assert "enrollments" in page.loss.text()
    row.choice.setCurrentIndex(0)
    row.choice.activated.emit(0)
    assert setting.session.draft.of(RequirementsPart).requirements == {}


def test_a_domain_is_switched_changed_and_counted(setting: Setting):
    setting.open()
    setting.to("uniqueness")
    setting.settled()
    page = setting.window.pages["uniqueness"]
    assert isinstance(page, UniquenessPage)
    card = page.cards["student"]
    assert card.switch.isChecked()
    assert [name for name, pill in card.attributes.items() if pill.isChecked()] == ["givenName", "familyName", "email"]
    for name in ("givenName", "familyName", "email"):
        setting.press(card.attributes["grade" if name == "givenName" else name])
    setting.press(card.attributes["givenName"])
    setting.settled()
    assert setting.session.draft.of(UniquenessPart).domains == {"student": ("grade",)}
    assert "share these values" in card.count.text()
    setting.press(card.back)
    assert setting.session.draft.of(UniquenessPart).domains == {}
    setting.press(card.switch)
    assert setting.session.draft.of(UniquenessPart).domains == {"student": ()}
    assert not card.pills.isVisible()
