"""What a check of another system found, step by step: code and values; psconnect.wording.checks has the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from psconnect.model.errors import PsconnectError
from psconnect.model.phrases import Value

CheckState = Literal["ok", "warning", "waiting", "failed"]
"""How a step ended: ``waiting`` is for what somebody has still to do in the other system, and nothing is wrong."""


@dataclass(frozen=True)
class Finding:
    """One step of a check.

    Attributes:
        key: what was checked and what came out, ``sign-in/accepted``: names its words.
        state: how it ended.
        values: what the words are filled with, by name.
        error: why it did not pass, if that is an error; its words then say what happened and what to do.
    """

    key: str
    state: CheckState
    values: Mapping[str, Value] = field(default_factory=dict)
    error: PsconnectError | None = None

    @property
    def step(self) -> str:
        """What was checked, without what came out."""
        return self.key.partition("/")[0]

    @property
    def code(self) -> str:
        """The error's code; empty where there is none."""
        return self.error.code if self.error else ""
