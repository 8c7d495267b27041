"""The frame of every page: title, sentence, actions at the right, and a body that may show a message instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL
from psconnect.desktop.widgets.banner import Action
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.settle import settle_layout
from psconnect.model.errors import PsconnectError
from psconnect.wording.errors import word

# Enough for what nests here; more would only cost time where a layout never comes to rest.
_ROUNDS = 4
_MESSAGE_WIDTH, _ALMOST_ALL = 600, 100
_MOST_OF_HEAD = 0.55
_T = TypeVar("_T")


class ScrollPage(QWidget):
    """A page of the main window; ``titled`` tells that its title changed.

    What is on it goes into ``body``; ``show_message`` stands in for it.

    ``again`` loads the page once more; where it is set, an error offers it, and what ``ways_out`` gives for its code.

    ``scrolls`` lets the body scroll as a whole; without it, the body has a table that scrolls by itself. ``tight``
    lets it scroll only where even its parts' smallest heights don't fit: for pages with such tables and much beside.

    The buttons in the head are about what the body shows, and go while a message stands in for it, unless
    ``buttons_stay``. The sentence below the title keeps to one line, unless ``whole_subtitle``.
    """

    titled = Signal()
    buttons_stay = False
    whole_subtitle = False

    def __init__(self, title: str, parent: QWidget | None = None, *, scrolls: bool = True, tight: bool = False) -> None:
        super().__init__(parent)
        self.setProperty("look", "page")
        self.word = title
        self.title = Label(title, "title")
        self.subtitle: Label = Label("", "muted") if self.whole_subtitle else ElidedLabel("", "muted")
        self.subtitle.hide()
        self._actions = QWidget()
        self.buttons = QHBoxLayout(self._actions)
        self.buttons.setContentsMargins(0, 0, 0, 0)
        self.buttons.setSpacing(SPACE_M)
        policy = self._actions.sizePolicy()
        policy.setHorizontalPolicy(policy.Policy.Fixed)
        policy.setRetainSizeWhenHidden(True)
        self._actions.setSizePolicy(policy)
        self._actions.installEventFilter(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_XXL, SPACE_XL, SPACE_XXL, SPACE_XL)
        outer.setSpacing(SPACE_L)
        self._head = head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        head.setSpacing(SPACE_L)
        outer.addLayout(head)
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        head.addLayout(words, 1)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        head.addWidget(self._actions)
        self._content = QWidget()
        self._content.setProperty("look", "page")
        self.body = _TightLayout(self._content) if tight else QVBoxLayout(self._content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(SPACE_L)
        self._stack = QStackedWidget()
        self._scrolling = Scrolling(self._content, title) if scrolls else None
        self._stack.addWidget(self._scrolling or self._content)
        outer.addWidget(self._stack, 1)
        self._message: QWidget | None = None
        self.again: Callable[[], object] | None = None
        self.ways_out: Callable[[str], list[Action]] = lambda _code: []
        self._visit = 0

    def read(self, bridge: Bridge, work: Callable[[], _T], show: Callable[[_T], object]) -> None:
        """Work in a thread, then show the answer or the error."""
        self.begin()
        bridge.call(work, self.while_here(show), self.while_here(self.show_error), owner=self)

    def begin(self) -> None:
        """Drop the answers to earlier questions, because something else is shown."""
        self._visit += 1

    def while_here(self, take: Callable[[_T], object]) -> Callable[[_T], None]:
        """A function that takes an answer unless ``begin`` was called meanwhile."""
        visit = self._visit

        def answer(value: _T) -> None:
            if visit == self._visit:
                take(value)

        return answer

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Lay the title out again after the buttons beside it changed, in the same frame (see `settle`)."""
        outer = self.layout()
        if watched is self._actions and event.type() == QEvent.Type.LayoutRequest and outer:
            self.buttons.activate()
            self._share_head()
            outer.activate()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Buttons that would leave the title too little room stand below it."""
        super().resizeEvent(event)
        self._share_head()

    def _share_head(self) -> None:
        below = self.buttons.sizeHint().width() > self.width() * _MOST_OF_HEAD
        direction = QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight
        if self._head.direction() != direction:
            self._head.setDirection(direction)
            self._head.setSpacing(SPACE_S if below else SPACE_L)
            side = Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag(0)
            self._head.setAlignment(self._actions, side)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Show another title and sentence."""
        self.title.setText(title)
        self.subtitle.setText(subtitle)
        self.subtitle.setVisible(bool(subtitle))
        self.titled.emit()

    @property
    def full_title(self) -> str:
        """The page's kind and its title, for the title of the window."""
        said = self.title.text()
        return said if said == self.word else tr("{page}: {title}", page=self.word, title=said)

    def show_content(self) -> None:
        """Show the body, as it stands, with everything in its place."""
        self._stack.setCurrentIndex(0)
        self._actions.show()
        self._drop_message()
        if self._scrolling:
            self._scrolling.fit()
        else:
            settle_layout(self._content)

    def show_message(self, heading: str, text: str, actions: Sequence[Action] = ()) -> None:
        """Show a message in place of the body; the first action is the one that goes on."""
        self._drop_message()
        self._actions.setVisible(self.buttons_stay)
        self._message = message(heading, text, actions)
        self._stack.addWidget(self._message)
        self._stack.setCurrentWidget(self._message)

    def show_loading(self) -> None:
        """Say that the page is loading."""
        self.show_message(tr("One moment"), tr("Reading what is stored on this computer …"))

    def show_error(self, error: PsconnectError, actions: Sequence[Action] = ()) -> None:
        """Show what happened and what to do."""
        text = word(error, window=True).with_code
        again: list[Action] = [(tr("Try again"), self.again)] if self.again else []
        self.show_message(word(error).title, text, actions or [*again, *self.ways_out(error.code)])

    def bring_in_sight(self, part: QWidget) -> None:
        """Scroll to a part of the body."""
        if self._scrolling:
            self._scrolling.ensureWidgetVisible(part, 0, 0)

    @property
    def message_shown(self) -> bool:
        """Whether a message stands in for the body."""
        return self._message is not None

    def _drop_message(self) -> None:
        if self._message:
            self._stack.removeWidget(self._message)
            self._message.deleteLater()
            self._message = None


def message(heading: str, text: str, actions: Sequence[Action] = ()) -> QWidget:
    """A card in the middle that says something and offers what can be done."""
    card = Card()
    card.setMaximumWidth(_MESSAGE_WIDTH)
    card.body.setContentsMargins(SPACE_XXL, SPACE_XL, SPACE_XXL, SPACE_XL)
    card.body.setSpacing(SPACE_M)
    card.setAccessibleName(heading)
    card.add(Label(heading, "heading"))
    card.add(Label(text, "muted"))
    looks = ["primary", *["secondary"] * len(actions)]
    buttons = [Button(caption, act, look=look) for (caption, act), look in zip(actions, looks, strict=False)]
    if buttons:
        card.body.addSpacing(SPACE_S)
        card.add(row(*buttons, 1))
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, SPACE_S, 0, 0)
    beside = QHBoxLayout()
    layout.addLayout(beside)
    beside.addWidget(card, _ALMOST_ALL)
    beside.addStretch(1)
    layout.addStretch(1)
    return holder


class _TightLayout(QVBoxLayout):
    """Keeps from a scroll area that it holds wrapped text: that would give all parts the height they like best."""

    _measuring = False

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        """Always False for outer layouts; `Scrolling.fit` gives the parts their heights."""
        return self._measuring and super().hasHeightForWidth()

    def least_height(self, width: int) -> int:
        """The smallest height at which no wrapped text is cut."""
        self._measuring = True
        try:
            return max(self.minimumHeightForWidth(width), self.minimumSize().height())
        finally:
            self._measuring = False


class Scrolling(QScrollArea):
    """Scrolls what is in it, as high as its wrapped text needs to be; ``name`` is what a screen reader says."""

    def __init__(self, content: QWidget, name: str) -> None:
        super().__init__()
        self._content = content
        self._fitted: list[object] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)
        self.setWidget(content)
        content.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Fit the height after the content changed; of what nobody sees, once it is shown."""
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            self._fit_again()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the height to what changed meanwhile."""
        super().showEvent(event)
        self._fit_again()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the height: narrower text is higher."""
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Give the content the height it needs, now: see `settle`. A part of another width can ask for another."""
        self._fit_from(self._state())

    def _fit_again(self) -> None:
        state = self._state()
        if state != self._fitted:
            self._fit_from(state)

    def _fit_from(self, state: list[object]) -> None:
        for _round in range(_ROUNDS):
            before = state
            self._fit()
            self._fitted = state = self._state()
            if state == before:
                return

    def _fit(self) -> None:
        settle_layout(self._content)
        layout = self._content.layout()
        if layout is None:
            return
        # Layouts without wrapping text answer -1 to the first question.
        width = self.viewport().width()
        if isinstance(layout, _TightLayout):
            needed = layout.least_height(width)
        else:
            needed = max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())
        if needed != self._content.minimumHeight():
            self._content.setMinimumHeight(needed)
            # What Qt posts after a new height, and would only do after the next frame.
            self.event(QEvent(QEvent.Type.LayoutRequest))

    def _state(self) -> list[object]:
        """What the parts have and ask for: laying out posts the event that lays out, so only a change is a reason."""
        # What is hidden takes no room, nor does anything in it.
        parts = [part for part in self._content.findChildren(QWidget) if part.isVisibleTo(self._content)]
        # What a part with a layout asks for follows from the parts in it.
        wishes = [_wish(part) for part in parts if part.layout() is None]
        return [self.viewport().width(), wishes, [part.geometry() for part in parts]]


def _wish(part: QWidget) -> tuple[object, ...]:
    height = part.heightForWidth(part.width()) if part.hasHeightForWidth() else 0
    return part.sizeHint(), part.minimumSizeHint(), height


def fact(label: str, value: str) -> QWidget:
    """A short label above its value."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(Label(label, "section"))
    layout.addWidget(ElidedLabel(value))
    return holder
