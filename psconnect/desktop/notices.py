"""Notices of runs: beside the tray for who does not look at the window, else at its top. Counts and rules, no names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject

from psconnect.desktop.context import PageContext
from psconnect.desktop.sentences import headline
from psconnect.desktop.text import counted, state_word, tr
from psconnect.desktop.tray import Tray
from psconnect.desktop.widgets.banner import Action, Banner
from psconnect.model.runs import WAITING, Run, without_class_names
from psconnect.service import RunNews

_MOST_LINES = 4
_SIGNS = {"hold": "warning", "problem": "bad", "new-data": "good"}
_BANNERS = {"hold": "warning", "problem": "bad", "new-data": "accent"}


class ToldWindow(Protocol):
    """The window that the notices belong to."""

    context: PageContext
    banner: Banner

    def isActiveWindow(self) -> bool:  # noqa: N802 - Qt's name
        """Whether a person is at it."""

    def to_front(self) -> None:
        """Show it, wherever it was."""


class RunNotices(QObject):
    """Tells of runs. Several at once become one notice."""

    def __init__(self, window: ToldWindow, tray: Tray, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._tray = window, tray
        self._open: Callable[[], object] | None = None
        tray.clicked.connect(self._clicked)

    def tell(self, news: Sequence[RunNews]) -> None:
        """Tell of these runs, where a person sees it."""
        if self._window.isActiveWindow():
            self._tell_at_top([one for one in news if not self._is_own(one.run)])
        elif not self._tell_beside_tray(news):
            self._tell_at_top(news)

    def _is_own(self, run: Run) -> bool:
        """Whether this window ran it, and so has told of it already."""
        active = self._window.context.runs.of(run.connection)
        return active is not None and active.run is not None and active.run.id == run.id

    def _tell_beside_tray(self, news: Sequence[RunNews]) -> bool:
        first = news[0]
        self._open = self._way(news)
        if len(news) == 1:
            return self._tray.tell(title_of(first), text_of(first), _SIGNS[first.kind])
        return self._tray.tell(title_of_several(news), lines_of(news), self._worst(news, _SIGNS))

    def _tell_at_top(self, news: Sequence[RunNews]) -> None:
        if not news:
            return
        text = (
            tr("{title}. {text}.", title=title_of(news[0]), text=text_of(news[0]))
            if len(news) == 1
            else tr("{title}: {lines}.", title=title_of_several(news), lines=lines_of(news).replace("\n", "; "))
        )
        open_it: Action = (tr("Show"), self._way(news))
        about = news[0].run.connection if len(news) == 1 else ""
        banner = self._window.banner
        banner.tell(text, self._worst(news, _BANNERS), [open_it, (tr("Close"), banner.hide)], about=about)

    def _way(self, news: Sequence[RunNews]) -> Callable[[], object]:
        """What shows it: a run that waits its review, another one its summary, several the start page."""
        go, run = self._window.context.go, news[0].run
        if len(news) > 1:
            return go.connections
        return partial(go.review if run.state in WAITING else go.summary, run.connection, run.id)

    def _worst(self, news: Sequence[RunNews], by_kind: dict[str, str]) -> str:
        return by_kind[next(kind for kind in ("problem", "hold", "new-data") if any(kind == one.kind for one in news))]

    def _clicked(self) -> None:
        self._window.to_front()
        if self._open:
            self._open()


def title_of(news: RunNews) -> str:
    """The connection and what it is about, without a full stop."""
    name = news.run.connection
    if news.kind == "new-data":
        return tr("{name}: the data of the new school year is there", name=name)
    return tr("{name}: {state}", name=name, state=state_word(news.run.state))


def text_of(news: RunNews) -> str:
    """The sentence that matters about a run, without a full stop: counts and rules, nobody's name."""
    return headline(without_class_names(news.run))


def title_of_several(news: Sequence[RunNews]) -> str:
    """How many runs there is news of."""
    return counted(len(news), "News of 1 run", "News of {count} runs")


def lines_of(news: Sequence[RunNews]) -> str:
    """A line for each of the first few."""
    lines = [title_of(one) for one in news[:_MOST_LINES]]
    more = len(news) - len(lines)
    if more:
        lines.append(counted(more, "and 1 more", "and {count} more"))
    return "\n".join(lines)
