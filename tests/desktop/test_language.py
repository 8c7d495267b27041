"""A translation reaches the window: in a made-up language, whatever is not in it stands out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QTableView, QTreeView, QWidget

from psconnect.desktop.shell import MainWindow
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.wording.help import help_topics
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected
from tests.wording.conftest import in_made_up_language, made_up, texts
from tests.wording.left_in_english import english

__all__ = ["in_made_up_language", "made_up", "texts"]

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_KEYS = re.compile(r"(?:(?:Ctrl|Alt|Shift)\+)*(?:[A-Z0-9,]|F\d+|Return|Esc|Space|Left|Right|Home|End)")


@pytest.mark.usefixtures("in_made_up_language")
def test_every_label_button_and_action_of_the_first_screen_is_translated(qtbot, tmp_path: Path) -> None:
    window = MainWindow(Service(home_at(tmp_path)))
    qtbot.addWidget(window)
    window.show()
    shown = {label.text() for label in window.findChildren(QLabel)}
    shown |= {button.text() for button in window.findChildren(QPushButton)}
    shown |= {action.text() for action in window.findChildren(QAction)}
    ours = (str(tmp_path), "psconnect")  # folders, and the name and version of the program
    # The topics of the help are translated as files, not in the catalogue.
    helped = [topic.text for topic in help_topics()]
    read = [text for text in shown if _LETTERS.search(text) and not text.startswith(ours)]
    read = [text for text in read if not any(text in topic for topic in helped)]
    assert len(read) > 20
    plain = [text for text in read if "⟦" not in text and not _KEYS.fullmatch(text)]
    assert not plain, "\n".join(plain)


def said(window: QWidget) -> Iterator[str]:
    """What a window shows and what a screen reader says, also of what is hidden at the moment."""
    for widget in window.findChildren(QWidget):
        yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
        if isinstance(widget, QLabel | QAbstractButton):
            yield widget.text()
        elif isinstance(widget, QLineEdit):
            yield widget.placeholderText()
        elif isinstance(widget, QComboBox):
            yield from (widget.itemText(place) for place in range(widget.count()))
        elif isinstance(widget, QTableView | QTreeView) and widget.model():
            model = widget.model()
            yield from (str(model.headerData(place, Qt.Orientation.Horizontal)) for place in range(model.columnCount()))
            yield from (
                str(model.index(place, column).data() or "")
                for place in range(min(model.rowCount(), 50))
                for column in range(model.columnCount())
            )
    yield from (action.text() for action in window.findChildren(QAction))


@pytest.mark.usefixtures("in_made_up_language")
def test_every_page_is_translated(open_window: OpenWindow, connected: Connected, qtbot) -> None:
    held_by_removals(connected)
    run = connected.service.runs(connected.name)[0].id
    window = open_window(connected.service)
    places, name = window.places, connected.name
    shown: set[str] = set()
    for key, values in (
        *((key, (name,)) for key in ("overview", "history", "sync", "find", "check", "ids", "disclosures")),
        *((key, ()) for key in ("connections", "preferences", "diagnostics")),
        *((key, (name, run)) for key in ("summary", "review")),
        ("findings", (name, "", "", "")),
        ("records", (name, "student", "left_out")),
        ("settings", (name,)),
    ):
        places.go(key, *values)
        settled(qtbot, window)
        assert places.key == key
        shown |= set(said(window))
    forms = places.settings.forms
    for page in forms.pages:
        if forms.list.shows(page.step):
            forms.list.open(page.step)
            settled(qtbot, window)
            shown |= set(said(window))
    helped = "\n".join(str(topic) for topic in help_topics())
    read = [text for text in shown if "⟦" in text or repr(text)[1:-1] not in helped]
    assert len([text for text in read if "⟦" in text]) > 500
    # PowerSchool's words, and the help's steps with a name filled in.
    stored = re.compile(r"ROLEDEF NAME: .*|Press Install, .*|Under Installed Plugins, .*")
    left = [line for text in read if not stored.fullmatch(text) for line in english(text)]
    assert not left, "\n".join(left)
