"""How connections are, as the tray says it: one sign and one sentence for all of them, a line for each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from psconnect.desktop.sentences import headline
from psconnect.desktop.text import counted, moment, tr
from psconnect.desktop.widgets.chip import state_of_connection
from psconnect.model.runs import without_class_names
from psconnect.service import ConnectionState

SIGNS = ("bad", "warning", "working", "good", "off")
"""What the tray can show, the most urgent first; each is a shape and a colour of its own."""
_BY_COLOUR = {"bad": "bad", "warning": "warning", "accent": "working", "good": "good", "": "off"}


@dataclass(frozen=True)
class TrayLine:
    """One connection: its sign, its name with its state, what its last run did, and whether a run goes on here."""

    name: str
    sign: str
    text: str
    result: str
    working: bool
    disabled: bool


def line_of(state: ConnectionState, now: datetime, *, working: bool) -> TrayLine:
    """How a connection is; ``working`` while a run of this window goes on."""
    name, run = state.connection.name, state.last_run
    word, colour = state_of_connection(state, working=working)
    waits = run is not None and run.state == "previewed" and not working
    result = tr("No run yet")
    if run:
        result = tr("{when}: {what}", when=moment(run.started, now), what=headline(without_class_names(run)))
        result = result[:1].upper() + result[1:]
    text = tr("{name}: {state}", name=name, state=word)
    sign = "warning" if waits else _BY_COLOUR[colour]
    return TrayLine(name, sign, text, result, working, state.connection.disabled)


def in_order_of_urgency(lines: Collection[TrayLine]) -> list[TrayLine]:
    """The most urgent first; those alike by name."""
    return sorted(lines, key=lambda line: (SIGNS.index(line.sign), line.name.casefold()))


def overall(lines: Sequence[TrayLine]) -> tuple[str, str]:
    """Sign and sentence for all of them together: those of the most urgent, counted."""
    if not lines:
        return "off", tr("There is no connection yet")
    first = in_order_of_urgency(lines)[0]
    alike = sum(line.sign == first.sign for line in lines)
    if alike == 1 and first.sign != "good":
        return first.sign, first.text
    sentences = {
        "bad": counted(alike, "1 connection failed", "{count} connections failed"),
        "warning": counted(alike, "1 connection waits for you", "{count} connections wait for you"),
        "working": counted(alike, "1 connection is running", "{count} connections are running"),
        "good": counted(alike, "1 connection is up to date", "{count} connections are up to date"),
        "off": counted(alike, "1 connection is not in use", "{count} connections are not in use"),
    }
    return first.sign, sentences[first.sign]
