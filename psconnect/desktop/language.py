"""The language of the window: our texts and Qt's own, chosen before the first widget is made."""

from __future__ import annotations

import contextlib

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from psconnect.model.errors import PsconnectError
from psconnect.service import Home, Service
from psconnect.wording.catalogue import language
from psconnect.wording.languages import choose_language


def speak_as_chosen(app: QApplication, home: Home) -> None:
    """Show texts in the language of the preferences, else in the system's, as Qt knows it on each system."""
    chosen = ""
    # Preferences that can't be read are told on their page, which needs a window.
    with contextlib.suppress(PsconnectError):
        chosen = Service(home).preferences().language
    choose_language(chosen, QLocale.system().uiLanguages())
    translator = QTranslator(app)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language() and translator.load(f"qtbase_{language()}", folder):
        app.installTranslator(translator)
