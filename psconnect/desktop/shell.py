"""The main window: navigation at the side, one page at a time, a banner for news, and calm closing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, QSize, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.context import Context
from psconnect.desktop.menus import Menus
from psconnect.desktop.pages.connections import ConnectionsPage
from psconnect.desktop.pages.help import HelpPage
from psconnect.desktop.pages.history import HistoryPage
from psconnect.desktop.pages.overview import OverviewPage
from psconnect.desktop.pages.review import ReviewPage
from psconnect.desktop.pages.run import RunPage
from psconnect.desktop.pages.settings import SettingsPage
from psconnect.desktop.pages.summary import SummaryPage
from psconnect.desktop.runs import ActiveRuns
from psconnect.desktop.side import SideBar
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_XXL
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.page import Page
from psconnect.desktop.widgets.taborder import put_in_order
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING
from psconnect.service import Service

SIZE, SMALLEST = QSize(1180, 760), QSize(860, 560)
_CLOSE_MS, _NOTICE_MS, _MOST_BACK = 1_000, 8_000, 50


def open_with_system(address: str) -> None:
    """Open an address or a file in the program the system has for it: the one place where that happens."""
    QDesktopServices.openUrl(QUrl(address))


class MainWindow(QMainWindow):
    """A window over one service. ``closed`` tells that it is gone for good; ``demo_wanted`` asks for the demo district.

    ``set_up_wanted`` asks for the wizard: whoever made the window opens it.
    """

    closed = Signal()
    demo_wanted = Signal()
    set_up_wanted = Signal()

    def __init__(
        self,
        service: Service,
        *,
        title: str = "psconnect",
        open_url: Callable[[str], None] = open_with_system,
        demo: bool = False,
    ) -> None:
        super().__init__()
        self._name_of_all = title
        self.setWindowTitle(title)
        self.setMinimumSize(SMALLEST)
        self.bridge = Bridge(self)
        self.runs = ActiveRuns(self.bridge, service, self)
        self.context = Context(service, self.bridge, self.runs, self, open_url)
        self._place: tuple[str, tuple[str, ...]] = ("", ())
        self._been: list[tuple[str, tuple[str, ...]]] = []
        self._closing = False
        self._make_pages()
        self._lay_out()
        self._menus = Menus(self, self, demo=demo)
        self._notice_timer = QTimer(self)
        self._notice_timer.setSingleShot(True)
        self._notice_timer.timeout.connect(self.banner.hide)
        self._close_timer = QTimer(self)
        self._close_timer.setSingleShot(True)
        self._close_timer.timeout.connect(self.close)
        self.runs.ended.connect(self._run_ended)
        self._state_file = service.home.config / "window.ini"
        self._restore()
        self.changed()
        self.connections()

    def _make_pages(self) -> None:
        context = self.context
        self.connections_page, self.overview_page = ConnectionsPage(context), OverviewPage(context)
        self.history_page, self.settings_page = HistoryPage(context), SettingsPage(context)
        self.summary_page, self.review_page = SummaryPage(context), ReviewPage(context)
        self.run_page, self.help_page = RunPage(context), HelpPage(context)
        self._pages: dict[str, Page] = {
            "connections": self.connections_page,
            "overview": self.overview_page,
            "history": self.history_page,
            "settings": self.settings_page,
            "summary": self.summary_page,
            "review": self.review_page,
            "run": self.run_page,
            "help": self.help_page,
        }

    def _lay_out(self) -> None:
        self.side, self.banner, self.stack = SideBar(self.context), Banner(), QStackedWidget()
        for page in self._pages.values():
            self.stack.addWidget(page)
            page.titled.connect(self._name_window)
        right = QWidget()
        right.setProperty("look", "page")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.banner.setProperty("place", "top")
        holder = QVBoxLayout()
        holder.setContentsMargins(SPACE_XXL, 0, SPACE_XXL, 0)
        holder.addWidget(self.banner)
        column.addLayout(holder)
        column.addWidget(self.stack, 1)
        whole = QWidget()
        layout = QHBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.side)
        layout.addWidget(right, 1)
        self.setCentralWidget(whole)

    # --- where to go ---------------------------------------------------------------------------------------------

    def connections(self) -> None:
        """Show the start page."""
        self._go("connections")

    def overview(self, name: str) -> None:
        """Show the first page of a connection."""
        self._go("overview", name)

    def history(self, name: str) -> None:
        """Show the runs of a connection."""
        self._go("history", name)

    def settings(self, name: str) -> None:
        """Show the settings of a connection."""
        self._go("settings", name)

    def running(self, name: str) -> None:
        """Show the run that is going on."""
        self._go("run", name)

    def summary(self, name: str, run_id: str) -> None:
        """Show the summary of a run."""
        self._go("summary", name, run_id)

    def review(self, name: str, run_id: str) -> None:
        """Show the review of a waiting run."""
        self._go("review", name, run_id)

    def help(self) -> None:
        """Show the help."""
        self._go("help")

    def back(self) -> None:
        """Show the page before."""
        if self._been:
            place, values = self._been.pop()
            self._show(place, values)

    def refresh(self) -> None:
        """Read the page anew."""
        self.changed()
        self._load(*self._place)

    @property
    def open_name(self) -> str:
        """Name of the connection whose page is shown, or an empty text."""
        return self._place[1][0] if self._place[1] else ""

    def _go(self, place: str, *values: str) -> None:
        if self._place[0] and self._place != (place, values):
            self._been = [*self._been[-_MOST_BACK:], self._place]
        self._show(place, values)

    def _show(self, place: str, values: tuple[str, ...]) -> None:
        if self._place[0] == "review" and (place, values) != self._place:
            self.review_page.leave()
        self._place = (place, values)
        self.stack.setCurrentWidget(self._pages[place])
        self._name_window()
        self.side.mark(place, self.open_name)
        self._menus.set_open(on=bool(self.open_name))
        self._load(place, values)

    def _name_window(self) -> None:
        page = self._pages.get(self._place[0])
        if page:
            self.setWindowTitle(tr("{page} – {name}", page=page.full_title, name=self._name_of_all))

    def _load(self, place: str, values: tuple[str, ...]) -> None:
        load = getattr(self._pages[place], "load", None)
        if load:
            load(*values)

    # --- what to do ----------------------------------------------------------------------------------------------

    def set_up(self) -> None:
        """Open the wizard for a new connection."""
        self.set_up_wanted.emit()

    def try_demo(self) -> None:
        """Open the demo district."""
        self.demo_wanted.emit()

    def run_open(self) -> None:
        """Run the open connection."""
        self.run_for(self.open_name)

    def run_for(self, name: str, *, plan_only: bool = False) -> None:
        """Run a connection, or only make its plan, and show the run."""
        self.runs.start(name, plan_only=plan_only)
        self.running(name)

    def preview_open(self) -> None:
        """Make a plan for the open connection."""
        self.run_for(self.open_name, plan_only=True)

    def show_of_open(self, page: str) -> None:
        """Show a page of the open connection."""
        self._go(page, self.open_name)

    def import_connection(self) -> None:
        """Choose a connection file and store it."""
        dialog = QFileDialog(self, tr("Import a connection"), str(Path.home()), tr("Connection file (*.toml)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.import_from(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def import_from(self, path: Path) -> None:
        """Store the connection of a file."""
        self.bridge.call(
            lambda: self.context.service.import_connection(path), self._imported, self._refused, owner=self
        )

    def _imported(self, connection: Connection) -> None:
        self.changed()
        self.settings(connection.name)
        self.notice(
            tr("“{name}” is stored. Its secret is not in the file: give it in the settings.", name=connection.name)
        )

    def _refused(self, error: PsconnectError) -> None:
        self.notice(
            tr("{title}. {happened} {to_do}", title=error.title, happened=error.happened, to_do=error.to_do), "bad"
        )

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002, FBT001, N802 - Qt's names
        """Tab goes as the eye does, also to what was put on a page just now."""
        whole = self.centralWidget()
        if whole:
            put_in_order(whole)
        return super().focusNextPrevChild(next)

    def changed(self) -> None:
        """Read the list of connections anew."""
        self.bridge.call(self.context.service.connections, self.side.show_connections, self._refused, owner=self)

    def notice(self, text: str, state: str = "good") -> None:
        """Say something at the top of the window; what is not an error goes away by itself."""
        self.banner.tell(text, state, [(tr("Close"), self.banner.hide)])
        if state != "bad":
            self._notice_timer.start(_NOTICE_MS)
        else:
            self._notice_timer.stop()

    def saved(self, name: str, wish: str) -> None:
        """The wizard stored a connection; ``wish`` is ``save``, ``preview`` or ``sync``."""
        self.changed()
        if wish in ("preview", "sync"):
            self.run_for(name, plan_only=wish == "preview")
        else:
            self.overview(name)

    def _run_ended(self, name: str) -> None:
        self.changed()
        active = self.runs.of(name)
        if self._closing:
            self._close_when_quiet()
            return
        if self._place[0] != "run" and active and active.run:
            self._tell_end(name, active.run.id, waits=active.run.state in WAITING)
        if self._place[0] in ("connections", "overview", "history"):
            self._load(*self._place)

    def _tell_end(self, name: str, run_id: str, *, waits: bool) -> None:
        if waits:
            text, caption, act = tr("The run of {name} waits for you.", name=name), tr("Review"), self.review
        else:
            text, caption, act = tr("The run of {name} ended.", name=name), tr("Open the summary"), self.summary
        self.banner.tell(text, "warning" if waits else "accent", [(caption, partial(act, name, run_id))])

    # --- closing -------------------------------------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Close; with a run going on, ask in the window whether to stop it."""
        working = self.runs.all_working
        if working and not self._closing:
            event.ignore()
            text = counted(
                len(working),
                "The run of {name} is going on. Closing stops it; nothing is left half done.",
                "{count} runs are going on. Closing stops them; nothing is left half done.",
                name=working[0].connection,
            )
            stop, keep = (tr("Stop and close"), self.stop_and_close), (tr("Keep it open"), self.banner.hide)
            self.banner.tell(text, "warning", [stop, keep])
            self.banner.buttons[1].setFocus()
            return
        self._store()
        self.review_page.leave()
        self._notice_timer.stop()
        self._close_timer.stop()
        self.bridge.close()
        event.accept()
        self.closed.emit()

    def stop_and_close(self) -> None:
        """Stop every run and close as soon as they have ended, within a second at the latest."""
        self._closing = True
        self.banner.tell(tr("Stopping at the next safe point …"), "accent")
        for active in self.runs.all_working:
            active.cancel()
        self._close_timer.start(_CLOSE_MS)

    def _close_when_quiet(self) -> None:
        if not self.runs.all_working:
            self.close()

    def _store(self) -> None:
        settings = QSettings(str(self._state_file), QSettings.Format.IniFormat)
        settings.setValue("geometry", self.saveGeometry())

    def _restore(self) -> None:
        settings = QSettings(str(self._state_file), QSettings.Format.IniFormat)
        geometry = settings.value("geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(SIZE)
