"""The terms of one school, each with a tick; what stands in the table about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from psconnect.desktop.text import tr
from psconnect.service import OfferedTerm
from psconnect.wording.times import day

Terms = Mapping[str, Sequence[str]]
"""School number, or ``all`` -> names or abbreviations of the terms that are delivered (model.scope)."""


def terms_at(terms: Terms, school: int, offered: Sequence[OfferedTerm]) -> list[OfferedTerm]:
    """The terms that a school delivers: those named for it, else those named for all, else every one."""
    wanted = terms.get(str(school), terms.get("all"))
    there = [one for one in offered if one.school == school]
    if wanted is None:
        return there
    names = {name.strip().casefold() for name in wanted}
    return [one for one in there if {one.name.strip().casefold(), one.abbreviation.strip().casefold()} & names]


def terms_in_words(terms: Terms, school: int, offered: Sequence[OfferedTerm]) -> str:
    """What the table says: all of them, their names, or that none of the names exists there."""
    there = [one for one in offered if one.school == school]
    chosen = terms_at(terms, school, offered)
    if len(chosen) == len(there):
        return tr("all {count}", count=len(there)) if there else ""
    return ", ".join(one.name for one in chosen) or tr("none of these")


def with_term(
    terms: Terms, school: int, offered: Sequence[OfferedTerm], name: str, *, on: bool
) -> dict[str, tuple[str, ...]]:
    """The choice after a term of a school was ticked or not; all terms need no choice of their own, none is refused."""
    names = [one.name for one in terms_at(terms, school, offered)]
    wanted = {*names, name} if on else set(names) - {name}
    there = [one.name for one in offered if one.school == school]
    others = {key: tuple(chosen) for key, chosen in terms.items() if key != str(school)}
    if not wanted:
        return {key: tuple(chosen) for key, chosen in terms.items()}
    if wanted >= set(there) and "all" not in others:
        return others
    return {**others, str(school): tuple(one for one in there if one in wanted)}


class TermMenu(QMenu):
    """The terms of a school; ``on_tick`` gets a term's name and whether it is ticked. It stays open for several."""

    def __init__(
        self,
        chosen: Sequence[OfferedTerm],
        offered: Sequence[OfferedTerm],
        on_tick: Callable[[str, bool], Sequence[OfferedTerm]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Terms"))
        self._on_tick = on_tick
        self._made: list[tuple[OfferedTerm, QAction]] = []
        for term in offered:
            action = self.addAction(_said(term))
            action.setCheckable(True)
            self._made.append((term, action))
            action.triggered.connect(lambda on, name=term.name: self._ticked(name, on=on))
        self._show(chosen)

    def _ticked(self, name: str, *, on: bool) -> None:
        self._show(self._on_tick(name, on))

    def _show(self, chosen: Sequence[OfferedTerm]) -> None:
        for term, action in self._made:
            action.setChecked(term in chosen)


def _said(term: OfferedTerm) -> str:
    days = tr("{first} to {last}", first=_day(term.first_day), last=_day(term.last_day))
    if term.year:
        return tr("{name}, the whole year: {days}", name=term.name, days=days)
    return tr("{name}: {days}", name=term.name, days=days)


def _day(text: str) -> str:
    """A date as people write it; what is no date as PowerSchool gave it."""
    try:
        return day(datetime.fromisoformat(text).astimezone())
    except ValueError:
        return text
