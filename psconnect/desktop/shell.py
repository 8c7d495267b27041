"""The main window: navigation at the side, one page at a time, a banner for news, and calm closing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from psconnect.desktop.beside import send_beside
from psconnect.desktop.bridge import Bridge
from psconnect.desktop.closing import WindowClosing
from psconnect.desktop.context import PageContext
from psconnect.desktop.endings import told_of_end
from psconnect.desktop.geometry import restore_geometry, store_geometry
from psconnect.desktop.importing import Importing
from psconnect.desktop.menus import Menus
from psconnect.desktop.navigation import SideBar
from psconnect.desktop.places import SET_UP, PlaceStack
from psconnect.desktop.runs import ActiveRun, ActiveRuns, start_as_wished
from psconnect.desktop.start_again import StartAgain
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_XXL
from psconnect.desktop.ways import Ways
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.desktop.widgets.demo_strip import DemoStrip
from psconnect.desktop.widgets.taborder import put_in_order
from psconnect.desktop.wizard.prefill import Prefill
from psconnect.desktop.wizard.waiting import WaitingSetUp, waiting_set_ups
from psconnect.model.errors import PsconnectError
from psconnect.service import ConnectionState, Service
from psconnect.wording.errors import word

SIZE, SMALLEST, _NARROW = QSize(1180, 760), QSize(860, 560), 1_000
_NOTICE_MS = 8_000


def open_with_system(address: str) -> None:
    """Open an address or a file in the program the system has for it: the one place where that happens."""
    QDesktopServices.openUrl(QUrl(address))


class MainWindow(Ways):
    """A window over one service. ``closed`` tells that it is gone for good.

    ``demo_wanted`` asks for the demo district in its place, and ``own_wanted`` for the user's own connections.
    ``prefill`` makes it the window of the demo district: it gives what is known when a set-up begins (work).
    ``has_tray`` tells whether there is a tray from which a hidden window comes back. ``listed`` brings the connections
    (ConnectionState), each time they were read.
    """

    closed = Signal()
    listed = Signal(list)
    demo_wanted = Signal()
    own_wanted = Signal()

    def __init__(
        self,
        service: Service,
        *,
        title: str = "psconnect",
        open_url: Callable[[str], None] = open_with_system,
        prefill: Callable[[], Prefill] | None = None,
        has_tray: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._name_of_all = title
        self.setWindowTitle(title)
        self.setMinimumSize(SMALLEST)
        self.bridge = Bridge(self)
        send_beside(service, self.bridge, self.notice)
        self.runs = ActiveRuns(self.bridge, service, self)
        self.context = PageContext(service, self.bridge, self.runs, self, open_url)
        self._asks_back = False
        self.places = PlaceStack(self.context)
        self.places.moved.connect(self._moved)
        self.places.titled.connect(self._name_window)
        self.places.set_up.prefill = prefill
        self.places.set_up.saved.connect(self.saved)
        self.places.set_up.left.connect(self.leave_set_up)
        self.places.set_up.kept.connect(self._set_up_kept)
        self.places.set_up.help_wanted.connect(self.help)
        self.places.set_up.refused.connect(self._set_up_refused)
        self._demo = prefill is not None
        self._lay_out()
        self._again = StartAgain(service, self.bridge, self.ask, self._started_again, self.refuse, self)
        self.importing = Importing(service, self.bridge, self.ask, self._imported, self.refuse, self)
        self._menus = Menus(self, self, demo=self._demo, with_preferences=bool(self.places.preferences.cards))
        self._notice_timer = QTimer(self)
        self._notice_timer.setSingleShot(True)
        self._notice_timer.timeout.connect(self.banner.hide)
        self.closing = WindowClosing(self, has_tray, self)
        self.runs.ended.connect(self._run_ended)
        self.runs.changed.connect(self._run_begun)
        self._state_file = service.home.config / "window.ini"
        restore_geometry(self, self._state_file, SIZE)
        self.closing.read_preferences()
        self.changed()
        self.connections()

    def _lay_out(self) -> None:
        self.side = SideBar(self.context, with_preferences=bool(self.places.preferences.cards))
        self.banner = Banner()
        right = QWidget()
        right.setProperty("look", "page")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.banner.setProperty("place", "top")
        self._top = QVBoxLayout()
        self._top.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, 0)
        column.addLayout(self._top)
        self._top.addWidget(self.banner)
        column.addWidget(self.places, 1)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        if self._demo:
            layout.addWidget(DemoStrip(self.leave_demo))
        across = QHBoxLayout()
        across.setSpacing(0)
        layout.addLayout(across, 1)
        across.addWidget(self.side)
        across.addWidget(right, 1)
        self.setCentralWidget(whole)

    # --- where to go ---------------------------------------------------------------------------------------------

    def help(self, step: str = "") -> None:
        """Show the help, or what helps with a step of the set-up; from one, the way back to it stays in sight."""
        back = self.places.set_up.draft_id if self.places.key == SET_UP else ""
        self.places.go("help", *([step] if step else []))
        if back:
            self._asks_back = True
            text = tr("The set-up waits where you left it.")
            self.banner.tell(text, "accent", [(tr("Back to the set-up"), partial(self.set_up, back))])

    @property
    def last_open(self) -> str:
        """The connection that was open last, or the only one there is; empty for none."""
        names = self.side.names
        return self.places.last_name if self.places.last_name in names else names[0] if len(names) == 1 else ""

    def back(self) -> None:
        """Show the page before."""
        self.places.back()

    def refresh(self) -> None:
        """Read the page anew."""
        self.changed()
        self.places.load()

    def _moved(self) -> None:
        self._name_window()
        setting_up = self.places.key == SET_UP
        if self.places.key != "help" and self._asks_back:
            self._asks_back = False
            self.banner.hide()
        self.side.setHidden(setting_up)
        (self.places.set_up.top if setting_up else self._top).addWidget(self.banner)
        self.side.mark(self.places.key, self.open_name)
        self._menus.set_open(on=bool(self.open_name))
        if self.banner.about == self.open_name and self.places.key in ("run", "review", "summary"):
            self.banner.hide()

    def _name_window(self) -> None:
        if self.places.title:
            self.setWindowTitle(tr("{page} – {name}", page=self.places.title, name=self._name_of_all))

    # --- what to do ----------------------------------------------------------------------------------------------

    def try_demo(self) -> None:
        """Open the demo district in place of the user's own connections."""
        if self.may_change_district(self.try_demo):
            self.demo_wanted.emit()

    def leave_demo(self) -> None:
        """Go back from the demo district to the user's own connections."""
        if self.may_change_district(self.leave_demo):
            self.own_wanted.emit()

    def may_change_district(self, again: Callable[[], object] | None = None) -> bool:
        """Whether this window can give way to another one; says in it why not.

        ``again`` is called once settings that were not saved are out of the way.
        """
        if self.places.settings.unsaved():
            self.places.ask_about_settings(again or self.banner.hide)
            return False
        working = self.runs.all_working
        if working:
            text = tr("A run of {name} is going on. Stop it, or wait until it has ended.", name=working[0].connection)
            self.ask(text, [(tr("Open the run"), partial(self.running, working[0].connection))], tr("Close"))
            return False
        return self.places.set_up.may_close()

    def run_for(self, name: str, *, plan_only: bool = False) -> None:
        """Run a connection, or only make its plan, and show the run."""
        self.runs.start(name, plan_only=plan_only)
        self.running(name)

    def preview_open(self) -> None:
        """Make a plan for the open connection."""
        self.run_for(self.open_name, plan_only=True)

    def import_connection(self) -> None:
        """Choose a connection file and store it."""
        kinds = tr("Connection file (*.toml)")
        self.importing.choose(QFileDialog(self, tr("Import a connection"), str(Path.home()), kinds))

    def _imported(self, name: str, text: str) -> None:
        self.changed()
        self.settings(name)
        self.notice(text)

    def refuse(self, error: PsconnectError) -> None:
        """Say at the top of the window what went wrong."""
        self.notice(word(error, window=True).in_full, "bad")

    def start_again(self, name: str) -> None:
        """Ask whether a connection starts again with new roster data, because its own is damaged."""
        self._again.ask(name)

    def _started_again(self, text: str) -> None:
        self.connections()
        self.changed()
        self.notice(text)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Make the navigation a rail where there is little room."""
        super().resizeEvent(event)
        self.side.set_narrow(narrow=event.size().width() < _NARROW)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001, N802 - Qt's names
        """Keep the tab order that of the layout, also for widgets added just now."""
        whole = self.centralWidget()
        if whole:
            put_in_order(whole)
        return super().focusNextPrevChild(next)

    def changed(self) -> None:
        """Read the list of connections anew."""
        service = self.context.service
        self.bridge.call(
            lambda: (service.connections(), waiting_set_ups(service)), self._list_connections, self.refuse, owner=self
        )

    def _list_connections(self, found: tuple[list[ConnectionState], list[WaitingSetUp]]) -> None:
        states, waiting = found
        self.listed.emit(states)
        self.side.show_connections(states, waiting)
        self._menus.show_connections([state.connection.name for state in states if not state.connection.disabled])

    def notice(self, text: str, state: str = "good") -> None:
        """Say something at the top of the window; what is not an error goes away by itself."""
        self.banner.tell(text, state, [(tr("Close"), self.banner.hide)])
        if state != "bad":
            self._notice_timer.start(_NOTICE_MS)
        else:
            self._notice_timer.stop()

    def ask(self, question: str, answers: list[Action], leave: str = "") -> None:
        """Ask at the top of the window; the question stays. The last answer, ``leave``, has the focus."""
        self._notice_timer.stop()
        nothing = (leave or tr("Leave it as it is"), self.banner.hide)
        self.banner.tell(question, "warning", [*answers, nothing])
        self.banner.buttons[-1].setFocus()

    def saved(self, name: str, wish: str) -> None:
        """The wizard stored a connection; ``wish`` is ``save``, ``preview``, ``sync``, ``users`` or ``courses``."""
        self.changed()
        if wish == "save":
            self.overview(name)
        else:
            start_as_wished(self.runs, name, wish)
            self.running(name)
        self.places.forget_set_up()
        self.context.proving.prove_once(name)
        self.notice(tr("The settings of “{name}” were saved.", name=name))

    def _set_up_kept(self) -> None:
        """The navigation lists set-ups by name; while one is open, nobody sees it."""
        if self.places.key != SET_UP:
            self.changed()

    def _set_up_refused(self, text: str) -> None:
        """What was typed in a set-up could not be kept after it was left."""
        self.banner.tell(text, "bad", [(tr("Open the set-up"), partial(self.set_up, self.places.set_up.draft_id))])

    def _run_begun(self, name: str) -> None:
        """What was said about the run before is no longer true once another one works."""
        if self.runs.working(name) and self.banner.about == name:
            self.banner.hide()

    def _run_ended(self, name: str) -> None:
        self.changed()
        active = self.runs.of(name)
        if self.closing.stopping:
            self.closing.close_when_quiet()
            return
        if active and (self.places.key, self.places.name) != ("run", name):
            self._tell_end(name, active)
        if self.places.key in ("connections", "overview", "history"):
            self.places.load()

    def _tell_end(self, name: str, active: ActiveRun) -> None:
        self._notice_timer.stop()
        told = told_of_end(self, name, active)
        if told:
            self.banner.tell(*told, about=name)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close, go to the tray, or ask in the window what becomes of settings not saved and runs that go on."""
        if not self.closing.may_close():
            event.ignore()
            return
        store_geometry(self, self._state_file)
        self.places.leave()
        self._notice_timer.stop()
        self.closing.end()
        self.bridge.close()
        event.accept()
        self.closed.emit()

    def to_tray(self) -> None:
        """Hide the window; its runs go on, and the tray brings it back."""
        store_geometry(self, self._state_file)
        self.places.leave()
        self.hide()

    def to_front(self) -> None:
        """Show the window, wherever it was, with what its page shows read anew."""
        hidden = self.isHidden()
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        if hidden:
            self.refresh()
