"""Each page of the real window as a screen reader is told of it: every control has its role and a name."""

from __future__ import annotations

from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.desktop.atspi import Reader, focusable, nameless
from tests.desktop.district import held_by_removals
from tests.desktop.screen import Hands, Screen, eventually, started
from tests.support.demo import Connected

BUTTON, MENU, NAV, TABLE, TEXT = "push button", "button menu", "check box", "table", "text"
NAVIGATION = {(NAV, "Connections"), (NAV, "Lincoln roster: On hold"), (BUTTON, "New connection"), (NAV, "Help")}
OF_OPEN = {(NAV, f"{page} of Lincoln roster") for page in ("Overview", "History", "Find a record", "Settings")}
CONNECTIONS = {
    (BUTTON, "Set up a connection"),
    (BUTTON, "Open Lincoln roster"),
    (BUTTON, "Review the waiting run of Lincoln roster"),
    (BUTTON, "Run sync of Lincoln roster"),
}
OVERVIEW = {
    (BUTTON, "Run sync"),
    (BUTTON, "Review"),
    (TABLE, "What stands in the OneRoster CSV bundle"),
}
HISTORY = {(TABLE, "Runs, newest first")}
SETTINGS = {
    (BUTTON, "Ids"),
    (BUTTON, "Export, disable or remove"),
    ("check box", "Connect what?"),
    (TEXT, "District name"),
}
IDS = {
    (BUTTON, "Back to the settings"),
    (TABLE, "What ids are made of"),
    (BUTTON, "Adopt ids from a file …"),
    (BUTTON, "Choose other ids …"),
}
REVIEW = {
    (TEXT, "Filter the changes by name, number or school"),
    (TABLE, "Changes per kind of record"),
    (TABLE, "Changes"),
    (BUTTON, "Exclude all shown"),
    (NAV, "All that are shown go through"),
    (TEXT, "Reason for the approval"),
    (BUTTON, "Discard this run"),
}
SUMMARY = {
    (MENU, "Export report"),
    (BUTTON, "Undo this run"),
    (TABLE, "What stood in the OneRoster CSV bundle after it"),
    (TABLE, "Findings by kind"),
}


def told(hands: Hands, expected: set[tuple[str, str]]) -> None:
    """All of these can take the focus, and so can nothing that is without a name or a role."""
    reader = hands.screen.reader
    eventually(lambda: expected <= set(focusable(reader)), lambda: _lacking(reader, expected))
    assert nameless(reader) == []


def _lacking(reader: Reader, expected: set[tuple[str, str]]) -> str:
    found = set(focusable(reader))
    return f"{expected - found} among {found}"


def test_every_page_tells_the_role_and_name_of_its_controls(connected: Connected, screen: Screen) -> None:
    held_by_removals(connected)
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET) or ""
    home = str(connected.folder / "home")
    with started(screen, PSCONNECT_HOME=home, **{variable(CLIENT_SECRET): secret}) as hands:
        hands.window("^Connections ")
        told(hands, NAVIGATION | CONNECTIONS)
        hands.click("Lincoln roster: On hold")
        hands.window("^Overview: ")
        told(hands, NAVIGATION | OF_OPEN | OVERVIEW)
        hands.keys("ctrl+2")
        hands.window("^History ")
        told(hands, HISTORY)
        hands.tab_to("Runs, newest first")
        hands.keys("Return")
        hands.window("^Review: ")
        told(hands, OF_OPEN | REVIEW)
        hands.keys("ctrl+2")
        hands.window("^History ")
        hands.tab_to("Runs, newest first")
        hands.keys("Down", "Return")
        hands.window("^Run: .* were delivered")
        told(hands, OF_OPEN | SUMMARY)
        hands.keys("ctrl+3")
        hands.window("^Settings ")
        told(hands, OF_OPEN | SETTINGS)
        hands.keys("ctrl+4")
        hands.window("^Ids ")
        told(hands, OF_OPEN | IDS)
        hands.keys("F1")
        hands.window("^Help ")
        told(hands, NAVIGATION)
        hands.click("Lincoln roster: On hold")
        hands.window("^Overview: ")
        hands.keys("ctrl+shift+Return")
        hands.window("^Run: .* would be ")
        told(hands, {(BUTTON, "Review")})
        hands.keys("ctrl+q")
        assert hands.ended() == 0
