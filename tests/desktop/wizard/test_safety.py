"""Step *Safety*: limits against the last run, replayed while they are typed; previews, seasons, removal."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QDate

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.layout_parts import widgets_in
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.limit_replay import replayed
from psconnect.desktop.wizard.pages.safety import SafetyPage
from psconnect.desktop.wizard.settings import from_connection, onto, to_connection
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.safety import SafetyPart, SafetyStep, limited_entities
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.service import LastMeasured, Service, default_limits
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import WAIT_MS, Setting
from tests.support.demo import Connected

FULL = {
    "name": "Lincoln roster",
    "preset": "oneroster",
    "id": "k7mzqw",
    "safety": {
        "preview": "always",
        "additions_only": True,
        "freeze": [{"from": date(2026, 12, 21), "until": date(2027, 1, 4)}],
        "thresholds": {"student": {"remove": "5% and 10", "identity": "off"}, "school-view": {"create": "3"}},
    },
}


@pytest.fixture
def known(tmp_path) -> Known:
    """The presets and destinations of this version."""
    service = Service(home_at(tmp_path), Secrets({}))
    return Known(tuple(service.presets()), tuple(service.destinations()))


class Settings:
    """The settings of a connection, open on *Safety*."""

    def __init__(self, connected: Connected, bridge: Bridge, qtbot) -> None:
        self.connected, self.bridge, self.qtbot = connected, bridge, qtbot
        self.forms = ConnectionForms(bridge, connected.service)
        qtbot.addWidget(self.forms)
        self.forms.load(connected.name)
        self.forms.show()
        self.settled()
        self.page = next(one for one in self.forms.pages if isinstance(one, SafetyPage))
        self.forms.list.open(self.page.step)
        self.settled()

    def settled(self) -> None:
        self.qtbot.waitUntil(lambda: not self.bridge.busy, timeout=WAIT_MS)

    def type(self, entity: str, kind: str, text: str) -> None:
        edit = self.page.limits.cells[entity, kind].edit
        edit.setFocus()
        edit.selectAll()
        self.qtbot.keyClicks(edit, text)

    def save(self) -> Connection:
        self.forms.save_button.click()
        self.settled()
        return self.connected.service.connection(self.connected.name)

    def replay(self, entity: str) -> str:
        holder, words = self.page.limits.replays[entity]
        return words.text() if holder.isVisibleTo(self.page) else ""

    def figure(self, entity: str, kind: str) -> str:
        return self.page.limits.cells[entity, kind].figure.text()


@pytest.fixture
def settings(connected: Connected, bridge: Bridge, qtbot):
    """Opens the settings of the demo connection on *Safety*."""
    opened: list[Settings] = []

    def make() -> Settings:
        opened.append(Settings(connected, bridge, qtbot))
        return opened[-1]

    yield make
    for one in opened:
        one.forms.hide()


def some_leave(connected: Connected, every: int) -> None:
    """One of so many students is transferred out."""
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid % {every} = 0")


# --- settings ----


def test_an_empty_part_is_what_a_connection_without_settings_has() -> None:
    assert SafetyStep().out_of(Connection("", "")) == SafetyPart()


def test_all_of_it_comes_from_the_file_and_goes_back(known: Known) -> None:
    before = from_connection(from_dict(FULL))
    empty = from_dict({key: FULL[key] for key in ("name", "preset", "id")})
    assert to_dict(onto(before, from_connection(empty), known, empty)) == to_dict(from_dict(FULL))
    assert to_dict(onto(before, before, known, from_dict(FULL))) == to_dict(from_dict(FULL))


def test_a_limit_typed_back_to_the_built_in_one_is_none_of_its_own() -> None:
    part = SafetyPart()
    part = SafetyPart(limits=part.with_limit("student", "remove", "1"))
    assert part.limit("student", "remove") == "1"
    assert part.with_limit("student", "remove", default_limits()["student"]["remove"]) == {}
    assert part.with_limit("student", "remove", "  ") == {}


def test_what_is_listed_follows_the_choices_and_the_destination(known: Known) -> None:
    draft = from_connection(known.defaults("database"))
    assert limited_entities(draft, known)[-1] == "school-view"
    assert "contact" in limited_entities(draft, known)
    draft = flow.changed(draft, WhoPart, parents="none")
    draft = draft.having(DestinationPart({"kind": "oneroster-csv"}))
    listed = limited_entities(draft, known)
    assert listed[0] == "student"
    assert not {"contact", "relationship", "school-view"} & set(listed)


# --- the page ----


def test_a_new_connection_shows_the_built_in_limits_and_no_run_yet(setting: Setting) -> None:
    setting.open()
    setting.to("safety")
    page = setting.window.pages["safety"]
    assert isinstance(page, SafetyPage)
    assert page.limits.head.text() == "No run yet"
    there = default_limits()
    for (entity, kind), cell in page.limits.cells.items():
        assert cell.edit.text() == there[entity][kind]
        assert cell.figure.text() == ""
    setting.press(page.limits.more_button)
    assert {kind for _entity, kind in page.limits.cells} == {"identity", "rejected", "role", "remove_per_class"}
    assert ("teacher", "role") in page.limits.cells
    assert ("student", "role") not in page.limits.cells


def test_a_limit_that_cannot_be_read_is_said_and_keeps_one_on_the_page(setting: Setting) -> None:
    setting.open()
    setting.to("safety")
    page = setting.window.pages["safety"]
    assert isinstance(page, SafetyPage)
    setting.press(page.limits.more_button)
    edit = page.limits.cells["teacher", "role"].edit
    setting.type(edit, "many")
    setting.press(page.limits.more_button)
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "safety"
    assert "“many” is not a threshold" in page.limits.cells["teacher", "role"].error.text()
    assert page.limits.cells["teacher", "role"].edit.hasFocus()
    assert page.limits.cells["teacher", "role"].edit.text() == "many"


def test_the_last_run_stands_against_every_limit_and_is_replayed(connected: Connected, settings) -> None:
    connected.delivered()
    some_leave(connected, 20)
    run = connected.service.sync(connected.name)
    gone = run.changes["student"].remove
    assert run.state == "finished_with_problems"
    opened = settings()
    assert opened.figure("student", "remove") == str(gone)
    assert opened.figure("student", "create") == "0"
    assert opened.replay("student") == ""
    opened.type("student", "remove", str(gone))
    assert opened.replay("student") == f"The last run would have waited: {gone} were removed."
    assert opened.figure("student", "remove") == f"{gone} would wait"
    opened.type("student", "remove", str(gone + 1))
    assert opened.replay("student") == f"This would not have held the last run: {gone} were removed."
    assert opened.save().safety.thresholds["student"].remove == str(gone + 1)
    assert opened.replay("student") == ""


def test_the_run_that_waits_would_have_gone_on_with_a_higher_limit(connected: Connected, settings) -> None:
    connected.delivered()
    some_leave(connected, 5)
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    gone = run.changes["student"].remove
    opened = settings()
    assert opened.figure("student", "remove") == f"{gone} held"
    opened.type("student", "remove", "off")
    assert "This limit would not have held it" in opened.replay("student")
    holder, _words = opened.page.limits.replays["student"]
    _first, back = list(widgets_in(holder.layout()))[:2]
    assert isinstance(back, Button)
    back.click()
    assert opened.replay("student") == ""
    assert not opened.forms.dirty


def test_what_a_run_came_to_is_counted_before_it_was_applied(connected: Connected) -> None:
    connected.delivered()
    before = connected.service.last_measured(connected.name)
    assert before is not None
    there = len([row for row in connected.ledger() if row[0] == 5])
    some_leave(connected, 5)
    run = connected.service.sync(connected.name)
    waiting = connected.service.last_measured(connected.name)
    connected.service.approve(run.id, "test")
    applied = connected.service.last_measured(connected.name)
    for last in (waiting, applied):
        assert isinstance(last, LastMeasured)
        assert last.base["student"] == there
        (removed,) = [one for one in last.measures if (one.entity, one.kind, one.place) == ("student", "remove", "")]
        assert (removed.count, removed.base) == (run.changes["student"].remove, there)
        classes = [one for one in last.measures if one.kind == "remove_per_class"]
        assert len(classes) == 1
    assert any(one.place for one in waiting.measures if one.kind == "remove")


def test_a_connection_without_a_run_has_nothing_to_replay(connected: Connected) -> None:
    assert connected.service.last_measured(connected.name) is None
    assert replayed(None, "student", SafetyPart(), SafetyPart(limits={"student": {"remove": "1"}})) == ""


def test_seasons_are_added_changed_and_taken_out(settings) -> None:
    opened = settings()
    seasons = opened.page.seasons
    seasons.add_button.click()
    first, until = seasons.edits[0]
    first.setDate(QDate(2026, 12, 21))
    until.setDate(QDate(2026, 12, 20))
    assert seasons.errors[0].text()
    opened.forms.save_button.click()
    assert opened.forms.dirty
    until.setDate(QDate(2027, 1, 4))
    saved = opened.save().safety.freeze
    assert [(one.first, one.until) for one in saved] == [(date(2026, 12, 21), date(2027, 1, 4))]


def test_what_removal_means_is_the_destinations(known: Known, setting: Setting) -> None:
    setting.open()
    setting.to("safety")
    page = setting.window.pages["safety"]
    assert isinstance(page, SafetyPage)
    assert "OneRoster CSV" in page.removal.heading.text()
    assert page.removal_setting is None
    setting.session.choose_kind("database")
    assert page.removal_setting is not None
    page.removal_setting.control.textActivated.emit("Deleted")
    assert setting.session.draft.of(DestinationPart).destination["removed"] == "delete"


def test_every_kind_says_what_removal_means(known: Known) -> None:
    for kind in known.destinations:
        assert kind.removal or kind.removal_setting
        assert kind.removal_setting in ("", *(one.key for one in kind.fields))


# --- the mission ----


def test_mission_g19_every_sync_waits_when_each_run_is_to_be_looked_at(connected: Connected, settings) -> None:
    connected.delivered()
    opened = settings()
    opened.page.previews["always"].control.click()
    assert opened.save().safety.preview == "always"
    some_leave(connected, 100)
    delivered = connected.ledger()
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert "preview" in [hold.rule for hold in run.holds]
    assert connected.ledger() == delivered


def test_mission_g20_above_the_threshold_nothing_is_delivered_until_it_is_approved(
    connected: Connected, settings
) -> None:
    connected.delivered()
    opened = settings()
    opened.type("student", "remove", "1")
    opened.save()
    some_leave(connected, 100)
    delivered, run = connected.ledger(), connected.service.sync(connected.name)
    assert run.state == "held"
    assert "remove-student" in [hold.rule for hold in run.holds]
    assert connected.ledger() == delivered
    assert connected.service.approve(run.id, "checked").state == "finished_with_problems"
    assert connected.ledger() != delivered


def test_mission_d20_limits_count_creates_and_updates_too(connected: Connected, settings) -> None:
    connected.delivered()
    opened = settings()
    opened.type("student", "update", "3")
    assert opened.page.limits.cells["student", "create"].edit.text() == "10% and 50"
    opened.save()
    connected.sql("UPDATE students SET first_name = first_name || 'x' WHERE dcid % 7 = 0")
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    assert [hold.rule for hold in run.holds] == ["update-student"]


def test_never_is_offered_behind_advanced_with_what_it_waives(setting: Setting) -> None:
    setting.open()
    setting.to("safety")
    page = setting.window.pages["safety"]
    assert isinstance(page, SafetyPage)
    assert not page.previews["never"].isVisibleTo(page)
    setting.press(page.advanced_button)
    assert page.previews["never"].isVisibleTo(page)
    setting.press(page.previews["never"].control)
    draft = setting.session.draft.having(DestinationPart({"kind": "oneroster-csv"}))
    made = to_connection(draft, setting.session.known, only={"connect", "safety", "destination"})
    assert made.safety.preview == "never"
    assert "Limits" in page.previews["never"].help.text()
