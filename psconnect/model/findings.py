"""What a check of another system found: one step at a time, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psconnect.model.errors import FixSettings


@dataclass(frozen=True)
class Finding:
    """One step of a check.

    Attributes:
        step: what was checked.
        state: ``ok``, ``warning`` or ``failed``.
        text: what was found, in a sentence.
        to_do: the next action; empty when there is none.
        code: the error's code when it failed.
        window: the next action as it is done in the window; empty where it is the same.
    """

    step: str
    state: str
    text: str
    to_do: str = ""
    code: str = ""
    window: str = ""


def stop_if_failed(findings: Iterable[Finding]) -> str:
    """All findings in one text; raises FixSettings for the first step that failed."""
    texts = []
    for found in findings:
        if found.state == "failed":
            raise FixSettings(
                "PSC-DESTINATION-CHECK", where=found.step, step=found.step, found=found.text, advice=found.to_do
            )
        texts.append(found.text)
    return " ".join(texts)
