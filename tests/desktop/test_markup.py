"""Fault D17: a name with markup in it is shown as it is, wherever the window shows names; nothing is loaded by it."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QModelIndex
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget
from pytestqt.qtbot import QtBot

from psconnect.demo import Fault
from psconnect.demo.server.fault_texts import TEXTS
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.model.shown_text import shown
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected

QUERY = "/ws/schema/query/*."
BOLD, LINK, IMAGE, SCRIPT = (TEXTS["D17"][variant] for variant in ("bold", "link", "image", "script"))
TURNED = TEXTS["D12"]["direction"]


def texts_of(model: QAbstractItemModel, parent: QModelIndex | None = None) -> list[str]:
    """Every text of a model that is shown, with those of its branches."""
    parent = parent or QModelIndex()
    found = []
    for row in range(model.rowCount(parent)):
        for column in range(model.columnCount(parent)):
            index = model.index(row, column, parent)
            found.append(str(index.data() or ""))
            found += texts_of(model, index) if column == 0 else []
    return found


def all_texts(window: QWidget) -> list[str]:
    """What all labels and tables of a window say."""
    labels = [label.text() for label in window.findChildren(QLabel)]
    return labels + [text for view in window.findChildren(QAbstractItemView) for text in texts_of(view.model())]


def rich(window: QWidget) -> list[str]:
    """The texts of a window that Qt would take for markup: labels that may, and tips that are not ours."""
    labels = [
        label.text()
        for label in window.findChildren(QLabel)
        if label.textFormat() != Qt.TextFormat.PlainText and Qt.mightBeRichText(label.text())
    ]
    tips = [
        tip
        for widget in window.findChildren(QWidget)
        if "<" in (tip := widget.toolTip()) and tip.removeprefix("<span>").removesuffix("</span>").count("<")
    ]
    return labels + tips


def strike(connected: Connected) -> None:
    """A student, a school and a member of staff have markup as names; a second student turns the writing round."""
    connected.sql(
        "UPDATE students SET enroll_status = 0, student_web_id = 'first' || dcid WHERE dcid IN "
        "(SELECT dcid FROM students WHERE schoolid <> 999999 ORDER BY dcid LIMIT 2)"
    )
    connected.server.set_faults(
        [
            Fault("D17", path=f"{QUERY}students", variant="bold", field="last_name"),
            Fault("D12", path=f"{QUERY}students", variant="direction", field="first_name"),
            Fault("D17", path=f"{QUERY}schools", variant="link", field="name", amount=9),
            Fault("D17", path=f"{QUERY}users", variant="image", field="last_name", amount=9),
            Fault("D17", path=f"{QUERY}courses", variant="script", field="course_name", amount=99),
        ]
    )


def seen(qtbot: QtBot, window: MainWindow) -> list[str]:
    """What the page that is open says; it says nothing in markup."""
    settled(qtbot, window)
    assert rich(window) == []
    return all_texts(window)


def test_D17_review_problems_and_run_show_markup_as_text(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, opened: list[str]
) -> None:
    strike(connected)
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    review = window.places.review
    for entity, expected in (("student", BOLD), ("teacher", IMAGE), ("school", LINK), ("course", SCRIPT)):
        review.changes.show_entity(entity, "")
        texts = seen(qtbot, window)
        assert any(expected in text for text in texts), entity
        assert not any(TURNED in text for text in texts)
    connected.service.approve(run.id, "<i>looked at</i>")
    window.summary(connected.name, run.id)
    texts = seen(qtbot, window)
    assert any(LINK in text for text in texts), "the school heads its problems"
    assert any("<i>looked at</i>" in text for text in texts)
    assert not any(TURNED in text for text in texts)
    window.running(connected.name)
    seen(qtbot, window)
    window.history(connected.name)
    seen(qtbot, window)
    assert opened == []


def test_D17_a_label_is_plain_and_its_tip_too(qtbot: QtBot) -> None:
    label = Label(LINK)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert not label.openExternalLinks()
    narrow = ElidedLabel(LINK)
    qtbot.addWidget(narrow)
    narrow.resize(40, 20)
    narrow.show()
    assert "&lt;a href" in narrow.toolTip()
    assert "<a" not in narrow.toolTip()


def test_D12_hidden_characters_are_named_on_the_screen() -> None:
    assert shown(TURNED) == "[U+202E]anA"
    assert shown("A\x1b[31m\0") == "A[U+001B][31m[U+0000]"
    for text in TEXTS["D14"].values():
        assert shown(text) == text
