"""What an error is told with."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.wording.catalogue import Plural


@dataclass(frozen=True)
class ErrorTexts:
    """The texts of an error; their holes are named after its values.

    Attributes:
        title: a few words, sentence case, no full stop.
        happened: what happened and why, in whole sentences.
        to_do: the next action, with the menu path where PowerSchool has one.
        window: what to do in the window, where that is not what is done at the command line.
        in_file: whether it is done in the connection file: the window has no page for it.
    """

    title: str | Plural
    happened: str | Plural
    to_do: str | Plural
    window: str | Plural = ""
    in_file: bool = False
