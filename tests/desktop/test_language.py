"""A translation reaches the window: in a made-up language, whatever is not in it stands out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton

from psconnect.desktop.shell import MainWindow
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.wording.help import help_topics
from tests.wording.conftest import in_made_up_language, made_up, texts

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
