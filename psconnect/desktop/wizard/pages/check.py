"""The connection check: one line a step, as it is made; what failed says why, what to do, and can be copied."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.wizard.pages.base import TOP
from psconnect.model.errors import PsconnectError
from psconnect.service import Finding
from psconnect.wording.errors import word
from psconnect.wording.window import with_way

_ICON, _STEP_WIDTH = 16, 76
_OWN_LINE = {"Server", "Version", "Sign-in", "Page size", "Estimate"}
"""The steps that are no kind of record: those that can be read share one line, which counts them."""
_SYMBOLS = {"ok": ("check", "good"), "warning": ("warning", "warning"), "failed": ("cross", "bad")}


def _word(state: str) -> str:
    return {"ok": tr("Passed"), "warning": tr("Look at this"), "failed": tr("Failed")}[state]


class FindingRow(QWidget):
    """One step of the check: passed ones take one line, others say all they know."""

    def __init__(self, finding: Finding, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finding = finding
        name = tr("{state}: {step}. {found} {to_do}", state=_word(finding.state), **_parts(finding))
        self.setAccessibleName(name.strip())
        self._mark = mark = QLabel()
        mark.setFixedSize(QSize(_ICON, _ICON))
        self._colour()
        mark.setAccessibleName(_word(finding.state))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        layout.setSpacing(SPACE_M)
        if finding.state == "ok":
            step = ElidedLabel(finding.step, "table")
            step.setFixedWidth(_STEP_WIDTH)
            layout.addWidget(mark, 0, TOP)
            layout.addWidget(step, 0, TOP)
            layout.addWidget(Label(finding.text, "table"), 1)
        else:
            layout.addWidget(mark, 0, TOP)
            layout.addLayout(self._told(), 1)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Colour the mark anew when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour()

    def _colour(self) -> None:
        symbol, colour = _SYMBOLS[self.finding.state]
        self._mark.setPixmap(pixmap(symbol, getattr(tokens_in_use(), colour), _ICON, self.devicePixelRatioF()))

    def _told(self) -> QVBoxLayout:
        finding = self.finding
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        title = Label(tr("{step}: {state}", step=finding.step, state=_word(finding.state).lower()), "strong")
        title.set_state("bad" if finding.state == "failed" else "warning")
        words.addWidget(title)
        words.addWidget(Label(finding.text, "table"))
        if finding.to_do:
            words.addWidget(Label(finding.to_do, "table"))
        self.copy_button = link(
            tr("Copy"), self._copy, name=tr("Copy what to do about: {step}", step=finding.step), symbol="copy"
        )
        code = Label(finding.code, "help", wrap=False)
        words.addWidget(row(self.copy_button, code, 1, spacing=SPACE_S))
        return words

    def _copy(self) -> None:
        text = tr("{step}: {found}\n{to_do}\n{code}", code=self.finding.code, **_parts(self.finding))
        QGuiApplication.clipboard().setText(text.strip())
        self.copy_button.setText(tr("Copied"))


def _parts(finding: Finding) -> dict[str, str]:
    return {"step": finding.step, "found": finding.text, "to_do": finding.to_do}


class CheckCard(Card):
    """The findings of one test, and how many passed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setAccessibleName(tr("Connection check"))
        self.count = Label("", "muted", wrap=False)
        self.add(row(wide(Label(tr("Connection check"), "heading")), self.count))
        self.waiting = Label("", "muted")
        holder = QWidget()
        self._list = QVBoxLayout(holder)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.add(holder)
        self.add(self.waiting)
        self.findings: list[Finding] = []
        self.rows: list[FindingRow] = []
        self._records: FindingRow | None = None

    def begin(self) -> None:
        """A test has begun."""
        clear(self._list)
        self.findings, self.rows, self._records = [], [], None
        self._count()
        self.waiting.setText(tr("Asking PowerSchool …"))
        self.waiting.show()

    def take(self, finding: Finding) -> None:
        """Show the next finding; kinds of records that can be read share a line."""
        finding = replace(finding, to_do=finding.window or with_way(finding.to_do))
        self.findings.append(finding)
        if finding.state == "ok" and finding.step not in _OWN_LINE:
            self._count_records()
        else:
            self._add(FindingRow(finding))
        self._count()

    def _count_records(self) -> None:
        kinds = [found for found in self.findings if found.state == "ok" and found.step not in _OWN_LINE]
        text = counted(len(kinds), "{count} kind of records can be read.", "{count} kinds of records can be read.")
        shown = FindingRow(Finding(tr("Records"), "ok", text))
        shown.setToolTip("\n".join(tr("{step}: {found}", **_parts(found)) for found in kinds))
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
        """The test has ended; ``text`` says so where the findings don't."""
        self.waiting.setText(text)
        self.waiting.setVisible(bool(text))

    def refused(self, error: PsconnectError) -> None:
        """The test could not be made at all."""
        told = word(error, window=True)
        self.take(Finding(told.title, "failed", told.happened, told.to_do, told.code))
        self.end()

    def _count(self) -> None:
        passed = sum(finding.state != "failed" for finding in self.findings)
        text = tr("{passed} of {all} passed", passed=passed, all=len(self.findings)) if self.findings else ""
        self.count.setText(text)
