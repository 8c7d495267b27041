"""The connection check: one line a step, as it is made; what did not pass says why, what to do, and can be copied."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.label import Label, plain_tip
from psconnect.model.errors import PsconnectError
from psconnect.service import Finding
from psconnect.wording.checks import WordedFinding, state_of_check, word_finding
from psconnect.wording.errors import word

_ICON = 16
_TOP = Qt.AlignmentFlag.AlignTop
_RECORDS = "stream/readable"
"""Kinds of records that can be read share one line, which counts them."""
_SYMBOLS = {
    "ok": ("check", "good"),
    "warning": ("warning", "warning"),
    "waiting": ("info", "warning"),
    "failed": ("cross", "bad"),
}


class FindingRow(QWidget):
    """One step of the check: passed ones take one line with a figure, others say all they know.

    With ``on_again``, a step that did not pass offers to check again.
    """

    def __init__(self, finding: WordedFinding, on_again: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.finding = finding
        name = tr("{state}: {step}. {found} {to_do}", state=state_of_check(finding.state), **_parts(finding))
        self.setAccessibleName(name.strip())
        self._mark = mark = QLabel()
        mark.setFixedSize(QSize(_ICON, _ICON))
        self._colour()
        mark.setAccessibleName(state_of_check(finding.state))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        layout.setSpacing(SPACE_M)
        layout.addWidget(mark, 0, _TOP)
        if finding.state == "ok":
            layout.addWidget(Label(finding.text, "table"), 1)
            if finding.figure:
                layout.addWidget(Label(finding.figure, "help", wrap=False), 0, _TOP)
        else:
            words = QVBoxLayout()
            words.setSpacing(SPACE_XS)
            layout.addLayout(words, 1)
            self._tell(words, on_again)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Colour the mark anew when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour()

    def _colour(self) -> None:
        symbol, colour = _SYMBOLS[self.finding.state]
        self._mark.setPixmap(pixmap(symbol, getattr(tokens_in_use(), colour), _ICON, self.devicePixelRatioF()))

    def _tell(self, words: QVBoxLayout, on_again: Callable[[], object] | None) -> None:
        finding = self.finding
        state = state_of_check(finding.state).lower()
        title = Label(tr("{step}: {state}", step=finding.step, state=state), "strong")
        title.set_state("bad" if finding.state == "failed" else "warning")
        words.addWidget(title)
        words.addWidget(Label(finding.text, "table"))
        if finding.to_do:
            words.addWidget(Label(finding.to_do, "table"))
        self.copy_button = link(
            tr("Copy"), self._copy, name=tr("Copy what to do about: {step}", step=finding.step), symbol="copy"
        )
        parts: list[QWidget | int] = [self.copy_button]
        if on_again:
            self.again_button = link(tr("Check again"), on_again, symbol="refresh")
            parts.append(self.again_button)
        words.addWidget(row(*parts, Label(finding.code, "help", wrap=False), 1, spacing=SPACE_S))

    def _copy(self) -> None:
        text = tr("{step}: {found}\n{to_do}\n{code}", code=self.finding.code, **_parts(self.finding))
        QGuiApplication.clipboard().setText(text.strip())
        self.copy_button.setText(tr("Copied"))


def _parts(finding: WordedFinding) -> dict[str, str]:
    return {"step": finding.step, "found": finding.text, "to_do": finding.to_do}


class CheckCard(Card):
    """The findings of one check, and how many passed; ``on_again`` checks once more."""

    def __init__(self, on_again: Callable[[], object] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._on_again = on_again
        self.setAccessibleName(tr("Connection check"))
        self.count = Label("", "muted", wrap=False)
        self.add(row(wide(Label(tr("Connection check"), "heading")), self.count))
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.add(holder)
        self.waiting = Label("", "muted")
        self.waiting.hide()
        self.add(self.waiting)
        self.findings: list[WordedFinding] = []
        self.rows: list[FindingRow] = []
        self._records: FindingRow | None = None

    def begin(self) -> None:
        """A check has begun."""
        clear(self._list)
        self.findings, self.rows, self._records = [], [], None
        self._count()
        self.waiting.setText(tr("Asking PowerSchool …"))
        self.waiting.show()

    def take(self, finding: Finding) -> None:
        """Show the next finding; kinds of records that can be read share a line."""
        self._take(word_finding(finding, window=True))

    def _take(self, finding: WordedFinding) -> None:
        self.findings.append(finding)
        if finding.key == _RECORDS:
            self._count_records()
        else:
            self._add(FindingRow(finding, self._on_again))
        self._count()

    def _count_records(self) -> None:
        kinds = [found for found in self.findings if found.key == _RECORDS]
        text = counted(len(kinds), "{count} kind of records can be read.", "{count} kinds of records can be read.")
        shown = FindingRow(WordedFinding(_RECORDS, "ok", tr("Records"), text))
        shown.setToolTip(plain_tip("\n".join(tr("{step}: {found}", **_parts(found)) for found in kinds)))
        if self._records is None:
            self._add(shown)
        else:
            self._list.replaceWidget(self._records, shown)
            self._records.hide()
            self._records.deleteLater()
            self.rows[self.rows.index(self._records)] = shown
        self._records = shown

    def _add(self, shown: FindingRow) -> None:
        if self.rows:
            self._list.addWidget(line())
        self.rows.append(shown)
        self._list.addWidget(shown)

    def end(self, text: str = "") -> None:
        """The check has ended; ``text`` says so where the findings don't."""
        self.waiting.setText(text)
        self.waiting.setVisible(bool(text))

    def refused(self, error: PsconnectError) -> None:
        """The check could not be made at all."""
        told = word(error, window=True)
        self._take(WordedFinding("", "failed", told.title, told.happened, told.to_do, told.code))
        self.end()

    def _count(self) -> None:
        passed = sum(finding.state in ("ok", "warning") for finding in self.findings)
        text = tr("{passed} of {all} passed", passed=passed, all=len(self.findings)) if self.findings else ""
        self.count.setText(text)
