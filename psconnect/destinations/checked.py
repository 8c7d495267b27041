"""What a destination's check comes to: one sentence, or the error of the first step that failed."""

from __future__ import annotations

from collections.abc import Iterable

from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding
from psconnect.wording.checks import word_finding


def stop_if_failed(findings: Iterable[Finding]) -> str:
    """All findings in one text; raises FixSettings for the first step that failed."""
    texts = []
    for found in findings:
        told = word_finding(found)
        if found.state == "failed":
            raise FixSettings(
                "PSC-DESTINATION-CHECK", where=told.step, step=told.step, found=told.text, advice=told.to_do
            )
        texts.append(told.text)
    return " ".join(texts)
