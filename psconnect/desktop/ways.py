"""The ways from page to page of the main window, as pages call them (`context.Navigator`)."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from psconnect.desktop.closing import WindowClosing
from psconnect.desktop.places import SET_UP, PlaceStack
from psconnect.model.preferences import Preferences
from psconnect.model.removal import RemovalProof


class Ways(QMainWindow):
    """A window whose pages stand in ``places``, and whose ``closing`` decides what becomes of it."""

    places: PlaceStack
    closing: WindowClosing

    def connections(self) -> None:
        """Show the start page."""
        self.places.go("connections")

    def overview(self, name: str) -> None:
        """Show the first page of a connection."""
        self.places.go("overview", name)

    def history(self, name: str) -> None:
        """Show the runs of a connection."""
        self.places.go("history", name)

    def disclosures(self, name: str) -> None:
        """Show what was delivered where and when."""
        self.places.go("disclosures", name)

    def find_record(self, name: str, entity: str = "", key: int = 0) -> None:
        """Show the search of a connection, or a record explained."""
        self.places.go("find", name, *((entity, str(key)) if entity else ()))

    def findings(self, name: str, run_id: str = "", rule: str = "", attribute: str = "") -> None:
        """Show what was found wrong with records."""
        self.places.go("findings", name, run_id, rule, attribute)

    def settings(self, name: str, step: str = "") -> None:
        """Show the settings of a connection, or one page of them."""
        self.places.go("settings", name, *([step] if step else []))

    def sync(self, name: str) -> None:
        """Show the last run of a connection, and the button that starts the next one."""
        self.places.go("sync", name)

    def records(self, name: str, entity: str, figure: str) -> None:
        """Show the records behind a figure."""
        self.places.go("records", name, entity, figure)

    def setting(self, name: str, setting: str) -> None:
        """Show the settings of a connection, with the focus on one of them."""
        self.places.go("settings", name, setting)

    def diagnostics(self) -> None:
        """Show the diagnostics, and offer to save them."""
        self.places.go("diagnostics")

    def removed(self, proof: RemovalProof) -> None:
        """Show the proof that a connection was removed."""
        self.places.removed.proof = proof
        self.places.forget_connection(proof.name)
        self.places.go("removed")

    def check(self, name: str) -> None:
        """Show the check of a connection's access, which begins at once."""
        self.places.go("check", name)

    def ids(self, name: str) -> None:
        """Show how the ids of a connection are made."""
        self.places.go("ids", name)

    def running(self, name: str) -> None:
        """Show the run that is going on."""
        self.places.go("run", name)

    def summary(self, name: str, run_id: str) -> None:
        """Show the summary of a run."""
        self.places.go("summary", name, run_id)

    def review(self, name: str, run_id: str) -> None:
        """Show the review of a waiting run."""
        self.places.go("review", name, run_id)

    def preferences(self, key: str = "") -> None:
        """Show what is set for psconnect as a whole, or one card of it."""
        self.places.go("preferences", *([key] if key else []))

    def set_up(self, draft_id: str = "") -> None:
        """Set up a new connection, or go on with a set-up that waits."""
        self.places.go(SET_UP, draft_id)

    def forget_set_up(self, draft_id: str) -> None:
        """Keep nothing more of a set-up that is discarded."""
        self.places.forget_set_up(draft_id)

    def leave_set_up(self) -> None:
        """Go from the set-up to the start page, to its card there."""
        self.places.connections.being_set_up.lead_to(self.places.set_up.draft_id)
        self.connections()

    @property
    def open_name(self) -> str:
        """Name of the connection whose page is shown, or an empty text."""
        return self.places.name

    def run_open(self) -> None:
        """Show the last run of the open connection, and the button that starts the next one."""
        self.sync(self.open_name)

    def show_of_open(self, page: str) -> None:
        """Show a page of the open connection."""
        self.places.go(page, self.open_name)

    def has_tray(self) -> bool:
        """Whether there is a tray that the window can be closed to."""
        return self.closing.has_tray()

    def closing_means(self, preferences: Preferences) -> None:
        """The preferences say anew what closing the window does."""
        self.closing.preferences = preferences

    def quit(self) -> None:
        """Close the window for good, whatever closing it means otherwise."""
        self.closing.quit()
