"""The proof that a connection was removed: what was there before, what is there now, what was not touched."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.banner import Banner
from psconnect.desktop.widgets.button import primary, secondary
from psconnect.desktop.widgets.card import Card, clear, column
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import PsconnectError
from psconnect.model.removal import Belongings, RemovalProof
from psconnect.service import slug
from psconnect.wording.errors import word
from psconnect.wording.removal import left_sentence, removal_sentence, staying_lines, wiped_lines


class RemovedPage(ScrollPage):
    """The proof of the last removal; ``proof`` is set before the page is shown."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Removed"), parent)
        self._context = context
        self.proof: RemovalProof | None = None
        self.outcome, self.saved = Banner(), Banner()
        self.body.addWidget(self.saved)
        self.body.addWidget(self.outcome)
        self._cards = column(spacing=SPACE_L)
        self.body.addWidget(self._cards)
        self.body.addStretch(1)
        self.save_button = secondary(tr("Save the proof …"), self._save)
        self.home_button = primary(tr("All connections"), context.go.connections)
        self.buttons.addWidget(self.save_button)
        self.buttons.addWidget(self.home_button)

    def load(self) -> None:
        """Show the proof."""
        proof = self.proof
        if proof is None:
            self._context.go.connections()
            return
        self.saved.hide()
        self.set_title(self.word, proof.name)
        self.outcome.tell(removal_sentence(proof), "good" if proof.complete else "bad")
        layout = self._cards.layout()
        if layout is not None:
            clear(layout)
            left = [left_sentence(one) for one in (*proof.not_deleted, *proof.after.unknown)]
            if left:
                layout.addWidget(_card(tr("Not deleted, or not looked for"), left))
            layout.addWidget(_card(tr("Before"), _listed(proof.before)))
            layout.addWidget(_card(tr("Afterwards"), _listed(proof.after) or [tr("Nothing is left.")]))
            layout.addWidget(_card(tr("Not touched"), _staying(proof)))
        self.show_content()
        self.home_button.setFocus()

    def _save(self) -> None:
        if self.proof is None:
            return
        start = str(Path.home() / f"{slug(self.proof.name)}-removed.txt")
        dialog = QFileDialog(self, tr("Save the proof"), start, tr("Text (*.txt)"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the proof to a file."""
        proof, service = self.proof, self._context.service
        if proof is not None:
            self._context.bridge.call(
                lambda: service.save_proof(proof, path), lambda _none: self._told(path), self._refused, owner=self
            )

    def _told(self, path: Path) -> None:
        show = partial(self._context.open_url, path.parent.as_uri())
        self.saved.tell(tr("The proof is in {path}", path=path), "good", [(tr("Open folder"), show)])

    def _refused(self, error: PsconnectError) -> None:
        self.saved.tell(word(error, window=True).text, "bad")


def _card(heading: str, lines: list[str]) -> Card:
    card = Card(heading)
    card.add(Label("\n".join(lines), "body"))
    return card


def _listed(found: Belongings) -> list[str]:
    return [*wiped_lines(found), *(f"    {one.name}" for one in found.items)]


def _staying(proof: RemovalProof) -> list[str]:
    place = [tr("Delivered to: {place}", place=proof.delivered)] if proof.delivered else []
    return [*place, *staying_lines()]
