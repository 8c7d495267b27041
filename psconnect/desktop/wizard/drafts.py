"""The drafts of the wizard, written after every step. They hold no secret."""

from __future__ import annotations

import msgspec

from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.flow import Step
from psconnect.model.connection_id import id_from
from psconnect.service import DraftFiles, Home


class Drafts:
    """The drafts of a home. All methods may be called from any thread and raise LocalStorage."""

    def __init__(self, home: Home) -> None:
        self._files = DraftFiles(home)

    def save(self, draft: Draft) -> None:
        """Write a draft, unless it was removed in the meantime."""
        self._files.save(draft.id, msgspec.json.format(msgspec.json.encode(draft)))

    def remove(self, draft: Draft) -> None:
        """Delete a draft; it does not come back."""
        self._files.remove(draft.id)

    def all(self) -> list[Draft]:
        """All drafts, the one saved last first; a file that can't be read is set aside as damaged."""
        return self._files.all(_decoded)


def _decoded(draft_id: str, content: bytes) -> Draft | None:
    try:
        draft = msgspec.json.decode(content, type=Draft)
    except msgspec.DecodeError:
        return None
    if draft_id != draft.id or not {draft.step, draft.reached} <= set(Step):
        return None
    # A set-up that was begun before connections had ids gets one that stays the same until it is saved.
    return msgspec.structs.replace(draft, connection_id=draft.connection_id or id_from(draft.id))
