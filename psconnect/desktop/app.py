"""The application: one process with one window, over the user's own connections or over the demo district."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from psconnect import __version__, resources
from psconnect.desktop.background import Background
from psconnect.desktop.demo import DemoDistrict, DemoSize, start_demo
from psconnect.desktop.garbage import Garbage
from psconnect.desktop.language import speak_as_chosen
from psconnect.desktop.mistakes import MistakeDialog, Mistakes, details
from psconnect.desktop.oneinstance import OneInstance
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.tray import Tray
from psconnect.logs import logger
from psconnect.model.errors import PsconnectError
from psconnect.model.removal import RemovalProof
from psconnect.service import Home, Service
from psconnect.wording.errors import word
from psconnect.wording.removal import removal_sentence

_SWITCH_SECONDS = 0.001


def run(home: Home, demo: DemoSize | None = None, *, in_tray: bool = False) -> int:
    """Open the window, or with ``demo`` the demo district's; returns the exit code when the last one is closed.

    With ``in_tray``, the window is not shown until somebody asks for it in the tray.
    """
    app = make_application()
    speak_as_chosen(app, home)
    desktop = Desktop(app, home)
    if not desktop.instance.claim(raises=not in_tray):
        return 0
    desktop.open_main(in_tray=in_tray) if demo is None else desktop.open_demo_alone(demo)
    code = app.exec()
    desktop.release()
    return code


def make_application() -> QApplication:
    """The application; there is one per process."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    # Measured (tests/bench/window.py): with Python's own 5 ms, the threads of a full-speed sync hold the window up by
    # 24 ms (p99); with 1 ms it is 11, and the sync takes no longer.
    sys.setswitchinterval(_SWITCH_SECONDS)
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = Application(sys.argv[:1])
    app.setApplicationName("psconnect")
    app.setApplicationDisplayName("psconnect")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("psconnect")
    app.setWindowIcon(QIcon(str(resources.folder() / "brand" / "psconnect.svg")))
    return app


class Application(QApplication):
    """Where the system asks all programs to quit (signing out, the Dock), a window must not only hide in the tray."""

    def event(self, event: QEvent) -> bool:
        """Let windows close for good while the system asks them to."""
        if event.type() != QEvent.Type.Quit:
            return super().event(event)
        return for_good(self, lambda: super(Application, self).event(event))


def for_good(app: QApplication, act: Callable[[], bool]) -> bool:
    """Do something that closes windows, while none of them may hide in the tray instead."""
    windows = [window for window in app.topLevelWidgets() if isinstance(window, MainWindow)]
    for window in windows:
        window.closing.leaving = True
    try:
        return act()
    finally:
        for window in windows:
            if shiboken6.isValid(window):
                window.closing.leaving = False


class Desktop(QObject):
    """The window of the process: ``main`` or ``demo``.

    ``make_place`` and ``has_tray`` are the system's tray: an icon in it, and whether there is one at this moment.
    """

    _mistake = Signal(object)

    def __init__(
        self,
        app: QApplication,
        home: Home,
        make_place: Callable[[], QSystemTrayIcon] = QSystemTrayIcon,
        has_tray: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__()
        self._app, self._home = app, home
        self._make_place, self._has_tray = make_place, has_tray
        self._garbage = Garbage(self)
        self.theme = Theme(app)
        self.instance = OneInstance(home, self._raise, self)
        self.main: MainWindow | None = None
        self.tray: Tray | None = None
        self.background: Background | None = None
        self.demo: MainWindow | None = None
        self._district: DemoDistrict | None = None
        self._demo_begun = False
        # Queued: mistakes happen in any thread and within any event; the dialog opens on the GUI thread, after it.
        self._mistake.connect(self._show_mistake, Qt.ConnectionType.QueuedConnection)
        self._mistakes = Mistakes(self._mistake.emit)

    def open_main(self, *, in_tray: bool = False) -> MainWindow:
        """Open the window over the user's own connections, with its icon in the tray; or that icon alone at first."""
        service = Service(self._home)
        window = MainWindow(service, has_tray=self._tray_shows)
        self.main = self._watched(window)
        self.tray = Tray(window, self._make_place, self._has_tray, window)
        window.listed.connect(self.tray.show_states)
        window.closed.connect(self.tray.close)
        self.background = Background(window, self.tray)
        self.background.start()
        self._sweep(window, service)
        window.demo_wanted.connect(self._open_demo)
        # The window is hidden, not closed, in the tray; and a dialog may be closed meanwhile.
        self._app.setQuitOnLastWindowClosed(False)
        if not in_tray:
            _show_instead(window, self.demo)
        return window

    def _tray_shows(self) -> bool:
        """Whether a hidden window could be brought back from the tray at this moment."""
        return self.tray is not None and self.tray.look()

    def open_demo_alone(self, size: DemoSize) -> None:
        """Open the window in the demo district."""
        self._show_demo(start_demo(self._home, size))

    def release(self) -> None:
        """Let go of what outlives the windows."""
        self._mistakes.release()
        self._garbage.release()
        self.instance.release()
        self._stop_district()

    def _open_demo(self) -> None:
        window = self.main
        if window is None or self._demo_begun:
            return
        self._demo_begun = True
        window.notice(tr("Making the demo district. This takes some seconds the first time …"), "accent")
        window.bridge.call(
            lambda: start_demo(self._home, DemoSize()), self._show_demo, partial(self._refuse, window), owner=self
        )

    def _refuse(self, window: MainWindow, error: PsconnectError) -> None:
        self._demo_begun = False
        window.notice(word(error, window=True).in_full, "bad")

    def _show_demo(self, district: DemoDistrict) -> None:
        self._demo_begun = False
        if self.main and not self.main.may_change_district():
            # What began meanwhile goes before.
            district.stop()
            return
        self._district = district
        window = MainWindow(district.service, title=tr("psconnect – Demo district"), prefill=district.prefill)
        self.demo = self._watched(window)
        self._sweep(window, district.service)
        window.closed.connect(self._stop_district)
        window.own_wanted.connect(self.open_main)
        _show_instead(window, self.main)
        if not district.service.connections():
            window.set_up()

    def _sweep(self, window: MainWindow, service: Service) -> None:
        """Wipe what was read for set-ups that are gone, and for visits to settings: they ended with the last window.

        Removals that were stopped go on.
        """
        opened = time.time()
        sweep = partial(service.sweep_live, before=opened)
        window.bridge.call(lambda: sweep(service.drafts()), _nothing, partial(self._refuse, window), owner=window)
        window.bridge.call(service.finish_removals, partial(_tell_removals, window), window.refuse, owner=window)

    def _watched(self, window: MainWindow) -> MainWindow:
        window.bridge.unexpected.connect(self._mistake)
        window.closed.connect(partial(self._forget, window))
        return window

    def _forget(self, window: MainWindow) -> None:
        if window is self.main:
            self.main = self.tray = self.background = None
        if window is self.demo:
            self.demo = None
        if not self.main and not self.demo:
            self._app.quit()
        window.deleteLater()

    def _stop_district(self) -> None:
        if self._district:
            self._district.stop()
            self._district = None

    def _raise(self) -> None:
        """Somebody started psconnect again: bring the window to the front."""
        window = self.main or self.demo
        if window:
            window.to_front()

    def _show_mistake(self, error: BaseException) -> None:
        logger.error("mistake", extra={"data": {"kind": type(error).__name__, "details": details(error)}})
        if any(isinstance(shown, MistakeDialog) and shown.isVisible() for shown in QApplication.topLevelWidgets()):
            # A mistake that repeats each second must not bury the window under dialogs.
            return
        MistakeDialog(error, QApplication.activeWindow() or self.main or self.demo).open()


def _tell_removals(window: MainWindow, proofs: list[RemovalProof]) -> None:
    """Say what became of removals that were stopped."""
    for proof in proofs:
        window.refresh()
        window.notice(removal_sentence(proof), "good" if proof.complete else "bad")


def _nothing(_none: object) -> None:
    """Nobody waits for it."""


def _show_instead(window: MainWindow, before: MainWindow | None) -> None:
    """Show a window where another one was: to a person it is the same one, with other contents."""
    if before:
        window.setGeometry(before.geometry())
        window.setWindowState(before.windowState())
    window.show()
    if before:
        before.quit()
        window.to_front()
