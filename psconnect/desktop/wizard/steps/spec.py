"""What a step of the set-up is: its words, what it needs, what it says on the summary, and its way into the settings.

A step is added in two places: its spec in ``steps.STEPS``, and its page in ``pages.PAGES``. Knows no Qt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, P
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import pasted
from psconnect.model.sections import POWERSCHOOL
from psconnect.service import Kind, PresetInfo
from psconnect.wording.errors import word

Line = tuple[str, str]
"""A line of the summary: its label and its value."""


@dataclass(frozen=True)
class StepText:
    """What a person reads of a step: its name in the list, its page's title, and one sentence why it is asked."""

    label: str
    title: str
    why: str


@dataclass(frozen=True)
class Known:
    """What is known beside the draft.

    Attributes:
        presets, destinations: what can be chosen.
        taken: names of other connections, case-folded.
        secrets: keys of the secrets that are typed or kept, each with what is wrong with it as typed, in a sentence;
            an empty text where nothing is.
        keyring: whether this computer has a keyring.
        base: the connection that is changed, as its file has it; None for a new one.
    """

    presets: tuple[PresetInfo, ...]
    destinations: tuple[Kind, ...]
    taken: frozenset[str] = frozenset()
    secrets: Mapping[str, str] = field(default_factory=dict)
    keyring: bool = True
    base: Connection | None = None

    def defaults(self, preset: str) -> Connection:
        """The settings that a new connection with that preset has."""
        found = next((one.defaults for one in self.presets if one.name == preset), None)
        return found or Connection("", preset)

    @property
    def source(self) -> str:
        """The key of the connection's kind of source; the window sets up PowerSchool alone."""
        return self.base.source.kind if self.base else POWERSCHOOL

    @property
    def secret_place(self) -> str:
        """Where a secret is that is known, in words."""
        return tr("in the keyring of this computer") if self.keyring else tr("known until psconnect is closed")


@dataclass(frozen=True)
class Need:
    """What a step still needs.

    Attributes:
        step: key of the step.
        field: the control it belongs to: a field of the step's part, ``secret``, or ``destination.KEY``; empty for a
            notice.
        text: the sentence under that control.
        blocks: whether the connection can't be saved without it.
    """

    step: str
    field: str
    text: str
    blocks: bool = True


class StepSpec(Generic[P]):
    """One step.

    Attributes:
        key: its name in drafts and in ``pages.PAGES``.
        symbol: its icon where the steps have no numbers: in the settings of a connection.
        part: the type of what it holds of the draft; None for a step without settings.
        required: whether *Finish* is offered only after it: what it asks for has no working default.
        stated: whether its part holds only what the connection itself states, so that the preset, and what follows
            from other choices, shows through; else it holds the settings in effect.
    """

    key: str
    symbol: str = "dot"
    part: type[P] | None = None
    required: bool = False
    stated: bool = False

    def text(self, draft: Draft, known: Known) -> StepText:
        """What a person reads of it."""
        raise NotImplementedError

    def applies(self, draft: Draft, known: Known) -> bool:  # noqa: ARG002 - for the steps that depend on others
        """Whether the other choices leave anything to be asked here; otherwise it is shown as not needed."""
        return True

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:  # noqa: ARG002 - for the steps that need something
        """What it still needs."""
        return iter(())

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - for the steps that say something
        """What it says on the summary."""
        return []

    def brief(self, draft: Draft, known: Known) -> str:
        """What it says on the summary in one line."""
        return tr(", ").join(value for _label, value in self.lines(draft, known) if value)

    def into(self, part: P, settings: dict[str, Any]) -> None:
        """Write its part into the tables of a connection file, as typed; it never raises."""

    def out_of(self, connection: Connection) -> P | None:  # noqa: ARG002 - for the steps with settings
        """Its part as a connection has it; None for a step without settings."""
        return None

    def follow(self, before: Draft, after: Draft) -> Draft:  # noqa: ARG002 - for the steps that depend on others
        """The draft after a change, with what that change makes void taken out of this step's part."""
        return after

    def need(self, field: str, text: str, *, blocks: bool = True) -> Need:
        """Something that this step needs."""
        return Need(self.key, field, text, blocks)


def sentence(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def section(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """A section of the tables of a connection file, to be changed in place."""
    found: dict[str, Any] = settings.setdefault(name, {})
    return found


def pasted_problem(text: str, what: str) -> str:
    """What is wrong with an ID or a secret as it was pasted, in a sentence; an empty text when it can be used."""
    try:
        pasted(text, what, "")
    except FixSettings as error:
        return told(error)
    return ""


def told(error: FixSettings) -> str:
    """What happened and what to do, in one text."""
    return word(error, window=True).text
