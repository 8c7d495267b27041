"""Every page of the set-up in its states, as pictures to look at: build/screens/wizard-*.png."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget

from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.widgets.setting_table import SettingTable
from psconnect.desktop.wizard.flow import step_keys
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.destinations.kind import Kind
from psconnect.sync import inspect
from tests.desktop.wizard.conftest import WAIT_MS, Setting
from tests.support.database_servers import PASSWORD, PostgresServer

SCREENS = Path(__file__).resolve().parents[3] / "build" / "screens"
Grab = Callable[..., None]


@pytest.fixture
def grab(setting: Setting, qapp: QApplication, theme: Theme, pytestconfig: pytest.Config) -> Grab:
    """Stores pictures of the window; what they show must differ from an empty one. ``--thorough``: light and dark."""
    schemes = ("light", "dark") if pytestconfig.getoption("--thorough") else ("light",)
    SCREENS.mkdir(parents=True, exist_ok=True)
    scale = round(qapp.devicePixelRatio() * 100)
    ending = "" if scale == 100 else f"-{scale}"

    def store(name: str, widget: QWidget | None = None) -> None:
        for scheme in schemes:
            theme.set_scheme(scheme)
            QApplication.processEvents()
            shown = widget or setting.window
            picture = shown.grab().toImage()
            assert len(set(memoryview(picture.constBits()).cast("I"))) > 12, name
            picture.save(str(SCREENS / f"wizard-{name}{'-dark' if scheme == 'dark' else ''}{ending}.png"))
        theme.set_scheme("light")

    return store


def test_the_first_two_steps_are_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    grab("1-connect-empty")
    setting.press(window.next_button)
    grab("1-connect-error")
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.connect.cards["oneroster"])
    setting.type(setting.connect.district, "Lincoln Unified School District")
    grab("1-connect-filled")
    setting.to("plugin")
    for step in setting.plugin.guide.steps.lines[:3]:
        setting.press(step.box)
    setting.plugin.card.save_to(setting.folder / "psconnect-plugin.zip")
    setting.settled()
    grab("3-plugin-saved")
    setting.to("credentials")
    grab("2-credentials-empty")
    setting.press(window.next_button)
    grab("2-credentials-missing")
    setting.fill_credentials("wrong")
    setting.press(setting.credentials.test_button)
    grab("2-credentials-wrong-secret")
    setting.fill_credentials()
    setting.press(setting.credentials.test_button)
    grab("2-credentials-passed")


def test_what_powerschool_refuses_and_what_was_pasted_are_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    setting.to("plugin")
    card = setting.plugin.card
    setting.press(card.refused_link)
    setting.type(card.refused, "STUDENTS LAST_NAME: Invalid Column")
    setting.press(card.leave_button)
    grab("3-plugin-needed")
    setting.type(card.refused, "ROLEDEF NAME: Invalid Column")
    setting.press(card.leave_button)
    grab("3-plugin-left-out")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("3-plugin-left-out-smallest")
    window.resize(1180, 760)
    setting.to("credentials")
    setting.fill_credentials("wrong")
    page = setting.credentials
    setting.press(page.test_button)
    QGuiApplication.clipboard().setText("12345678-\u200b1234")
    page.secret.selectAll()
    page.secret.paste()
    setting.press(window.next_button)
    assert "U+200B" in page.rows["secret"].error
    assert page.rows["secret"].visibleRegion().boundingRect() == page.rows["secret"].rect(), "scrolled out of sight"
    assert page.ca_button.width() >= page.ca_button.sizeHint().width(), "cut off beside the scroll bar"
    grab("2-credentials-pasted")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("2-credentials-pasted-smallest")


def test_the_plugin_and_the_field_finder_are_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    setting.to("plugin")
    setting.settled()
    grab("3-plugin-empty")
    page = setting.plugin
    page.card.save_to(setting.folder / "psconnect-plugin.zip")
    setting.settled()
    setting.press(page.access.groups["students"].button)
    QApplication.processEvents()
    grab("3-plugin-list")
    setting.press(page.access.groups["students"].button)
    setting.press(page.access.find_button)
    setting.type(page.finder.text, "immun")
    setting.settled()
    setting.press(page.finder.rows[0].add_button)
    setting.settled()
    QApplication.processEvents()
    grab("3-plugin-finder")
    setting.type(page.finder.text, "U_DEF_EXT_STUDENTS.immun_waiver")
    setting.settled()
    QApplication.processEvents()
    grab("3-plugin-group")
    page.finder.text.selectAll()
    setting.qtbot.keyClick(page.finder.text, Qt.Key.Key_Delete)
    setting.settled()
    QApplication.processEvents()
    grab("3-plugin-added")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("3-plugin-smallest")


def test_the_other_steps_are_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    setting.to("schools")
    grab("3-schools-filled")
    setting.type(setting.schools.numbers, "100,999")
    setting.press(window.next_button)
    grab("3-schools-error")
    setting.press(setting.schools.all_box)
    setting.to("destination", fill=False)
    grab("4-destination-empty")
    folder = setting.destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.press(window.side.buttons["attributes"])
    setting.press(window.finish_button)
    grab("5-summary-needs")
    setting.press(window.side.buttons["destination"])
    setting.type(folder, "/nowhere/at all")
    setting.press(setting.destination.test_button)
    grab("4-destination-error")
    setting.type(folder, str(setting.folder))
    setting.press(setting.destination.test_button)
    setting.press(setting.destination.advanced_button)
    grab("4-destination-filled")
    setting.press(window.next_button)
    grab("5-summary-filled")
    setting.close()
    setting.again()
    grab("0-resumed")


def test_every_page_is_drawn_in_a_small_window_and_in_the_smallest(setting: Setting, grab: Grab):
    """960 x 600 is what a screen of 1440 x 900 has at 150 %."""
    window = setting.open()
    setting.to("summary")
    for place, step in enumerate(step_keys(), 1):
        setting.press(window.side.buttons[step])
        window.resize(1180, 760)
        QApplication.processEvents()
        grab(f"whole-{place}")
        window.resize(960, 600)
        QApplication.processEvents()
        grab(f"960-{place}")
        window.resize(window.minimumSize())
        grab(f"small-{place}")


def test_terms_and_courses_are_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    setting.to("schools")
    page, session = setting.schools, setting.session
    session.choose_kind("database")
    known = session.draft.of(SchoolsPart).found
    session.update(SchoolsPart, all_schools=False, numbers="110,120", found=known[:1] + known[2:], prior=True)
    setting.press(page.refresh_button)
    session.update(SchoolsPart, terms={"120": ("Semester 1", "Semester 2")})
    grab("3-schools-new")
    index = page.filter.index(0, 5)
    page.table._choose_terms(index)
    grab("3-schools-terms", page.term_menu)
    page.term_menu.close()
    page.tabs.setCurrentIndex(1)
    page.courses.model.turn(1)
    page.courses.model.setData(page.courses.model.index(3, 0), Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    page.courses.model.setData(page.courses.model.index(2, 4), "Mathematics")
    grab("3-courses")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("3-courses-smallest")
    page.tabs.setCurrentIndex(0)
    QApplication.processEvents()
    grab("3-schools-smallest")


def test_schools_that_are_awaited_and_that_fail_are_drawn(setting: Setting, grab: Grab):
    setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    window = setting.window
    setting.qtbot.mouseClick(window.next_button, Qt.MouseButton.LeftButton)
    grab("3-schools-loading")
    setting.settled()
    grab("3-schools-failed")


def test_the_settings_of_a_connection_are_drawn(setting: Setting, grab: Grab):
    forms = ConnectionForms(setting.bridge, setting.district.service)
    page = ScrollPage("Settings")
    page.body.addWidget(forms)
    setting.qtbot.addWidget(page)
    page.resize(932, 760)
    forms.load(setting.district.name)
    page.show()
    setting.settled()
    for place, step in enumerate(forms.list.buttons):
        forms.list.open(step)
        setting.settled()
        grab(f"settings-{place + 1}", page)
    page.hide()


@pytest.mark.thorough
@pytest.mark.parametrize("scale", ["1.5", "2"])
@pytest.mark.parametrize("place", ["test_screens.py", "test_screens_of_choices.py"])
def test_the_same_enlarged(scale: str, place: str):
    environment = {**os.environ, "QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    path = str(Path(__file__).with_name(place))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path, "-k", "drawn"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:]


def test_a_destination_with_tables_and_secrets_is_drawn(service_kind: Kind, setting: Setting, grab: Grab):
    window = setting.open()
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.connect.cards["school-passport"])
    grab("1-connect-not-verified")
    setting.to("destination")
    setting.choose_kind("example-service")
    page = setting.destination
    setting.press(window.next_button)
    grab("4-service-errors")
    account = page.settings["account"].control
    assert isinstance(account, QLineEdit)
    setting.type(account, "lincoln-unified-school-district-roster-account-of-the-other-system")
    setting.type(page.secrets["destination.token"].line, "made-up")
    setting.press(page.advanced_button)
    rules = page.settings["extra"].control
    assert isinstance(rules, SettingTable)
    for number in range(12):
        rules.add_button.click()
        rules.model.setData(rules.model.index(number, 0), "teacher")
        rules.model.setData(rules.model.index(number, 2), "A note that is longer than its column has room for it")
    rules.model.setData(rules.model.index(3, 1), "many")
    setting.press(window.next_button)
    error = page.rows["destination.extra"].error_label
    assert "row 4" in error.text()
    setting.qtbot.waitUntil(lambda: error.visibleRegion().boundingRect() == error.rect(), timeout=WAIT_MS)
    grab("4-service-table-error")
    rules.model.setData(rules.model.index(3, 1), "4")
    setting.press(window.next_button)
    grab("5-service-summary")
    setting.close()
    window = setting.again()
    setting.press(window.side.buttons["destination"])
    grab("4-service-kept")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("4-service-smallest")


def test_a_destinations_secret_without_a_keyring_is_drawn(
    service_kind: Kind, setting: Setting, grab: Grab, no_keyring: object
):
    window = setting.open()
    setting.to("destination")
    setting.choose_kind("example-service")
    page = setting.destination
    account = page.settings["account"].control
    assert isinstance(account, QLineEdit)
    setting.type(account, "lincoln")
    setting.press(window.next_button)
    control = page.secrets["destination.token"].line
    setting.qtbot.waitUntil(lambda: control.visibleRegion().boundingRect() == control.rect(), timeout=WAIT_MS)
    assert "no keyring" in page.rows["destination.token"].help.text()
    grab("4-service-no-keyring")


NAMED = {
    "OneRoster": "oneroster",
    "School Passport": "school-passport",
    "DyKnow": "dyknow",
    "Clever": "clever",
    "ClassLink": "classlink",
    "Visitor Management": "visitor-management",
    "School Data Sync": "sds",
    "Apple School Manager": "apple",
    "Canvas": "canvas",
    "PowerSchool Learning": "powerschool-learning",
    "Database": "database",
    "A system whose name is long enough for two lines": "another",
}


def test_twelve_presets_are_drawn_and_none_is_cut(setting: Setting, grab: Grab, monkeypatch: pytest.MonkeyPatch):
    known = {one.name: one for one in inspect.all_presets()}
    every = [
        replace(known.get(name, known["database"]), name=name, label=label) for label, name in sorted(NAMED.items())
    ]
    monkeypatch.setattr(inspect, "all_presets", lambda: every)
    window = setting.open()
    cards = setting.connect.cards
    assert list(cards) == [one.name for one in every]
    setting.press(cards["visitor-management"])
    for width, height in ((1180, 760), (860, 600)):
        window.resize(width, height)
        QApplication.processEvents()
        grab(f"1-connect-twelve-{width}")
        for card in cards.values():
            assert card.height() >= card.heightForWidth(card.width())
            assert card.mapTo(setting.connect, card.rect().topRight()).x() <= setting.connect.width()


def test_a_destination_that_nobody_has_verified_is_drawn(setting: Setting, grab: Grab):
    window = setting.open()
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.connect.cards["school-passport"])
    setting.to("destination")
    setting.session.choose_preset("school-passport")
    assert setting.destination.unverified.isVisible()
    assert [name for name, card in setting.destination.kinds.items() if card.isVisible()] == ["oneroster-csv"]
    grab("4-destination-chosen")
    for kind in ("clever-csv", "sds-csv"):
        setting.choose_kind(kind)
        assert setting.destination.received.isVisible()
        grab(f"4-destination-{kind}")
    window.resize(window.minimumSize())
    QApplication.processEvents()
    grab("4-destination-smallest")


def test_a_database_in_a_server_is_drawn(setting: Setting, grab: Grab, postgres_server: PostgresServer):
    window = setting.open()
    setting.type(setting.connect.name, "Lincoln roster")
    setting.to("destination")
    page = setting.destination
    setting.press(page.kinds["database"])
    asked = [key for key, shown in page.settings.items() if shown.isVisible()]
    assert asked == ["system", "file", "removed"]
    assert not page.rows["destination.password"].isVisible()
    system = page.settings["system"].control
    assert isinstance(system, QComboBox)
    system.setCurrentText("PostgreSQL")
    system.textActivated.emit("PostgreSQL")
    asked = [key for key, shown in page.settings.items() if shown.isVisible()]
    assert asked == ["system", "host", "port", "database", "schema", "user", "tls", "ca_file", "removed"]
    setting.press(window.next_button)
    grab("4-server-empty")
    database = postgres_server.make_database()
    for key, value in {**database.settings, "host": "db.lincoln-unified-school-district.invalid"}.items():
        control = page.settings[key].control
        if isinstance(control, QLineEdit):
            setting.type(control, str(value))
    setting.type(page.secrets["destination.password"].line, PASSWORD)
    setting.press(page.test_button)
    grab("4-server-not-found")
    assert "There is no server with the name" in page.outcome.text()
    host = page.settings["host"].control
    assert isinstance(host, QLineEdit)
    setting.type(host, "localhost")
    setting.press(page.test_button)
    assert "can be written to; the tables will be made in it" in page.outcome.text(), page.outcome.text()
    assert PASSWORD not in page.outcome.text()
    window.resize(window.minimumSize())
    setting.qtbot.waitUntil(page.outcome.isVisible, timeout=WAIT_MS)
    grab("4-server-smallest")
    window.resize(1180, 1100)
    grab("4-server-ready")
    setting.press(window.next_button)
    setting.to("summary")
    grab("5-server-summary")
    tables = database.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'roster'")
    assert tables == [(0,)], "a test leaves nothing"
