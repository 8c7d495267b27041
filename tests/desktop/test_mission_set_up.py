"""What mission-check asks of setting up: several connections, what is shown first, and what each way to save runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.model.errors import FixSettings
from psconnect.service import CLIENT_SECRET
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import other_connection
from tests.desktop.test_set_up_in_window import begin, empty, leave  # noqa: F401 - a fixture
from tests.support.demo import Connected

_SECRET = "12345678-1234-1234-1234-123456789012"


def fill(window: MainWindow, name: str, url: str, folder: Path) -> None:
    """All that a set-up can't do without."""
    session = window.places.set_up.session
    assert session
    session.update(ConnectPart, name=name)
    session.choose_preset("oneroster")
    session.update(CredentialsPart, url=url, client_id=_SECRET)
    session.type_secret(CLIENT_SECRET, _SECRET)
    destination = session.draft.of(DestinationPart).destination
    session.update(DestinationPart, destination={**destination, "folder": str(folder)})


def words(window: MainWindow) -> str:
    return "\n".join(label.text() for label in window.findChildren(QLabel) if label.isVisible())


def test_mission_d01_an_unset_connection_says_first_what_is_to_be_set_up(
    empty: MainWindow,  # noqa: F811
    qtbot: QtBot,
) -> None:
    assert "There is no connection yet" in words(empty)
    assert "the address of your PowerSchool server" in words(empty)
    begin(qtbot, empty, "Lincoln roster")
    leave(qtbot, empty)
    assert "Continue setting up Lincoln roster" in words(empty)
    assert "Next is step 1 of" in words(empty)


def test_mission_d13_saving_says_that_the_settings_were_saved(
    empty: MainWindow,  # noqa: F811
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    begin(qtbot, empty)
    fill(empty, "Lincoln roster", "https://lincoln.powerschool.com", tmp_path)
    empty.places.set_up.save("save")
    settled(qtbot, empty)
    assert empty.banner.label.text() == "The settings of “Lincoln roster” were saved."
    assert (empty.places.key, empty.open_name) == ("overview", "Lincoln roster")
    assert empty.runs.of("Lincoln roster") is None, "saving alone starts nothing"
    empty.back()
    settled(qtbot, empty)
    assert empty.places.key == "connections", "no way leads back into a set-up that is done"


def test_mission_m01_several_connections_each_with_its_name_and_address(
    empty: MainWindow,  # noqa: F811
    qtbot: QtBot,
    tmp_path: Path,
) -> None:
    for name, url in (("North", "https://north.powerschool.com/"), ("South", "https://south.powerschool.com/admin/")):
        empty.set_up()
        settled(qtbot, empty)
        folder = tmp_path / name
        folder.mkdir()
        fill(empty, name, url, folder)
        empty.places.set_up.save("save")
        settled(qtbot, empty)
    service = empty.context.service
    assert service.connection("North").source.url == "https://north.powerschool.com"
    assert service.connection("South").source.url == "https://south.powerschool.com"
    empty.connections()
    settled(qtbot, empty)
    assert set(empty.places.connections.cards) == {"North", "South"}


def summary_of(window: MainWindow, qtbot: QtBot, name: str) -> SummaryPage:
    """Open the summary in the settings of a connection."""
    window.settings(name)
    settled(qtbot, window)
    forms = window.places.settings.forms
    page = forms.pages[-1]
    assert isinstance(page, SummaryPage)
    forms.list.open(page.step)
    settled(qtbot, window)
    return page


def press(qtbot: QtBot, window: MainWindow, page: SummaryPage, wish: str) -> None:
    qtbot.mouseClick(page.ways.buttons[wish], Qt.MouseButton.LeftButton)
    settled(qtbot, window)


def test_mission_m22_the_first_run_has_to_be_a_full_one(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    page = summary_of(window, qtbot, connected.name)
    assert not page.ways.buttons["users"].isEnabled()
    assert not page.ways.buttons["courses"].isEnabled()
    for scope in ("users", "courses"):
        with pytest.raises(FixSettings) as refused:
            connected.service.sync(connected.name, scope=scope)
        assert refused.value.code == "PSC-RUN-FIRST-ALL"
    connected.delivered()
    assert connected.service.sync(connected.name, scope="courses").state == "finished_with_problems"


@pytest.mark.parametrize(
    ("wish", "touched", "never"), [("users", "student", "course"), ("courses", "course", "student")]
)
def test_mission_m23_a_part_touches_nothing_of_the_other(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, wish: str, touched: str, never: str
) -> None:
    connected.delivered()
    connected.sql(
        "UPDATE students SET first_name = first_name || 'a' "
        "WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)"
    )
    connected.sql("UPDATE courses SET course_name = course_name || ' II' WHERE dcid = (SELECT min(dcid) FROM courses)")
    window = open_window(connected.service)
    page = summary_of(window, qtbot, connected.name)
    press(qtbot, window, page, wish)
    run = connected.service.runs(connected.name)[0]
    assert run.scope == wish
    assert run.changes[touched].update == 1
    assert never not in run.changes
    assert window.places.key == "run"


def test_mission_m23_saving_alone_starts_nothing(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    connected.delivered()
    before = len(connected.service.runs(connected.name))
    window = open_window(connected.service)
    page = summary_of(window, qtbot, connected.name)
    session = window.places.settings.forms.session
    assert session
    assert not page.ways.buttons["save"].isEnabled(), "nothing was changed"
    session.update(ConnectPart, district_name="Lincoln Unified")
    press(qtbot, window, page, "save")
    assert connected.service.connection(connected.name).options.district_name == "Lincoln Unified"
    assert len(connected.service.runs(connected.name)) == before
    assert window.runs.of(connected.name) is None


def test_mission_m21_settings_are_saved_before_what_is_wished_with_them(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_window(connected.service)
    page = summary_of(window, qtbot, connected.name)
    session = window.places.settings.forms.session
    assert session
    session.update(ConnectPart, district_name="Lincoln Unified")
    press(qtbot, window, page, "preview")
    settled(qtbot, window)
    assert connected.service.connection(connected.name).options.district_name == "Lincoln Unified"
    run = connected.service.runs(connected.name)[0]
    assert run.state == "previewed"
    assert "were saved" in window.banner.label.text()


def test_mission_m24_the_menu_runs_each_connection_by_its_name(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, "Kiosks & doors")
    connected.service.set_disabled("Kiosks & doors", disabled=False)
    window = open_window(connected.service)
    menu = next(one for one in window.menuBar().actions() if one.text() == "&Connection").menu()
    assert isinstance(menu, QMenu)
    offered = {action.text(): action for action in menu.actions() if action.text().startswith("Run sync of")}
    assert set(offered) == {f"Run sync of {connected.name}", "Run sync of Kiosks && doors"}
    offered["Run sync of Kiosks && doors"].trigger()
    settled(qtbot, window)
    assert (window.places.key, window.open_name) == ("sync", "Kiosks & doors")
    connected.service.set_disabled("Kiosks & doors", disabled=True)
    window.changed()
    settled(qtbot, window)
    left = [action.text() for action in menu.actions() if action.text().startswith("Run sync of")]
    assert left == [f"Run sync of {connected.name}"]
