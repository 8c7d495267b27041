"""A sixth step is added in two places, its spec and its page: everything else takes it up by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.wizard import drafts, flow, steps
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages import PAGES
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage, show_text
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section
from psconnect.model.connection import Connection
from psconnect.service import Service
from tests.desktop.wizard.conftest import WAIT_MS, MakeSetting, Setting
from tests.support.demo import Connected

AFTER = flow.step_keys().index("destination")
"""Where it stands: before the destination."""


class PrefixPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stands in front of ids."""

    prefix: str = ""


class PrefixStep(StepSpec[PrefixPart]):
    """Asked unless the school year is fixed; wants a short prefix."""

    key = "prefix"
    part = PrefixPart

    def text(self, draft: Draft, known: Known) -> StepText:
        return StepText("Prefix", "What stands in front of ids?", "Two servers can share a destination.")

    def applies(self, draft: Draft, known: Known) -> bool:
        return draft.of(SchoolsPart).start_year is None

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        if len(draft.of(PrefixPart).prefix) > 5:
            yield self.need("prefix", "Type at most 5 characters.")

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        return [("Prefix of ids", draft.of(PrefixPart).prefix or "none")]

    def into(self, part: PrefixPart, settings: dict[str, Any]) -> None:
        section(settings, "options")["id_prefix"] = part.prefix

    def out_of(self, connection: Connection) -> PrefixPart:
        return PrefixPart(connection.options.id_prefix)


class PrefixPage(StepPage):
    """One field."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        session = place.session
        self.prefix = self.line("prefix", "Prefix", lambda text: session.update(PrefixPart, prefix=text))
        self.body.addWidget(self.rows["prefix"])
        self.show_draft()

    def show_draft(self) -> None:
        show_text(self.prefix, self.session.draft.of(PrefixPart).prefix)
        self.show_needs()


@pytest.fixture
def sixth(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two places."""
    monkeypatch.setattr(steps, "STEPS", (*steps.STEPS[:AFTER], PrefixStep(), *steps.STEPS[AFTER:]))
    monkeypatch.setitem(PAGES, "prefix", PrefixPage)


def prefix_of(setting: Setting) -> QLineEdit:
    page = setting.window.pages["prefix"]
    assert isinstance(page, PrefixPage)
    return page.prefix


def to_prefix(setting: Setting) -> None:
    """Fill in everything before the sixth step, and open it."""
    setting.to("prefix")


def test_it_is_filled_in_resumed_summed_up_and_saved(sixth: None, make_setting: MakeSetting):
    setting = make_setting()
    window = setting.open()
    to_prefix(setting)
    assert window.next_button.text() == "Next: Destination"
    assert [button.text() for button in window.side.buttons.values()][AFTER] == "Prefix"

    setting.type(prefix_of(setting), "LINCOLN-")
    setting.press(window.next_button)
    assert setting.session.draft.step == "prefix"
    assert window.pages["prefix"].rows["prefix"].error == "Type at most 5 characters."
    assert not flow.can_save(setting.session.draft, setting.session.known)
    setting.type(prefix_of(setting), "LU-")

    setting.close()
    window = setting.again()
    assert setting.session.draft.step == "prefix"
    assert prefix_of(setting).text() == "LU-"
    setting.press(window.next_button)
    folder = setting.destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.type(folder, str(setting.folder))
    setting.press(window.next_button)
    setting.press(window.next_button)
    assert window.side.buttons["prefix"].state == State.DONE

    summary = window.pages["summary"]
    assert isinstance(summary, SummaryPage)
    assert ("Prefix of ids", "LU-") in [line for _spec, lines in summary.said for line in lines]
    assert "Prefix: LU-" in [link.accessibleName() for link in summary.links]
    setting.press(setting.way("save"))
    assert setting.service.connection("Lincoln roster").options.id_prefix == "LU-"


def test_a_step_that_is_not_needed_is_passed_over(sixth: None, make_setting: MakeSetting):
    setting = make_setting()
    window = setting.open()
    to_prefix(setting)
    setting.type(prefix_of(setting), "LINCOLN-")
    setting.press(window.back_button)
    setting.session.update(SchoolsPart, start_year=2026)
    assert window.side.buttons["prefix"].state == State.NOT_NEEDED
    assert not window.side.buttons["prefix"].isEnabled()
    assert "not needed" in window.side.buttons["prefix"].accessibleName()
    assert window.next_button.text() == "Next: Destination"
    setting.press(window.next_button)
    assert setting.session.draft.step == "destination"
    assert setting.session.needs("prefix") == []
    setting.press(window.back_button)
    assert setting.session.draft.step == flow.step_keys()[AFTER - 1]


def test_it_is_a_tab_of_the_settings_and_saved_with_the_others(
    sixth: None, connected: Connected, bridge: Bridge, qtbot
):
    connected.service.set_value(connected.name, "options.id_prefix", "LU-")
    forms = ConnectionForms(bridge, connected.service)
    qtbot.addWidget(forms)
    forms.show()
    forms.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert [button.text() for button in forms.list.buttons.values()][AFTER] == "Prefix"
    page = forms.pages[AFTER]
    assert isinstance(page, PrefixPage)
    assert page.prefix.text() == "LU-"
    assert not forms.dirty
    forms.list.open(page.step)
    page.prefix.selectAll()
    qtbot.keyClicks(page.prefix, "AB-")
    assert forms.dirty
    forms.save_button.click()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert connected.service.connection(connected.name).options.id_prefix == "AB-"
    assert forms.session is not None
    forms.session.update(SchoolsPart, start_year=2026)
    assert not forms.list.shows(page.step)
    forms.hide()


def test_a_draft_from_before_it_was_added_opens_with_it_empty(sixth: None, tmp_path, connected: Connected):
    service: Service = connected.service
    old = {"id": "0a1b", "step": "summary", "reached": "summary", "parts": {"connect": {"name": "Lincoln roster"}}}
    service.save_draft("0a1b", json.dumps(old).encode())
    (draft,) = drafts.all_of(service)
    assert draft.of(PrefixPart) == PrefixPart()
    assert draft.step == "summary"
