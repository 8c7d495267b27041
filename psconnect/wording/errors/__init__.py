"""The sentences of errors: a title, what happened, what to do; the same for window, command line and report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psconnect.model.errors import PsconnectError
from psconnect.model.phrases import Phrase, Value, restored, stored
from psconnect.wording.catalogue import tr
from psconnect.wording.errors import (
    access,
    connection_file,
    databases,
    delivery,
    fields,
    ids,
    mail,
    mapping,
    network,
    reading,
    runs,
    schedule,
    settings,
    settings_invalid,
    sftp,
    storage,
)
from psconnect.wording.errors.texts import ErrorTexts
from psconnect.wording.filled import filled, phrase_text
from psconnect.wording.window import with_file, with_way

TEXTS: dict[str, ErrorTexts] = {
    **network.TEXTS,
    **access.TEXTS,
    **reading.TEXTS,
    **mapping.TEXTS,
    **settings_invalid.TEXTS,
    **connection_file.TEXTS,
    **fields.TEXTS,
    **settings.TEXTS,
    **storage.TEXTS,
    **sftp.TEXTS,
    **ids.TEXTS,
    **delivery.TEXTS,
    **databases.TEXTS,
    **runs.TEXTS,
    **schedule.TEXTS,
    **mail.TEXTS,
}
"""The texts of every error, by its key."""
_ADDED: dict[str, ErrorTexts] = {}


def add_errors(texts: Mapping[str, ErrorTexts]) -> None:
    """Add the texts of errors that a kind of destination declares itself."""
    _ADDED.update(texts)


@dataclass(frozen=True)
class Worded:
    """An error as a person reads it.

    Attributes:
        title: a few words, no full stop.
        happened: what happened and why.
        to_do: the next action.
        where: entity, field, file or address that it is about; may be empty.
        code: the stable code.
        family: what the person can do, in a word (model.errors).
    """

    title: str
    happened: str
    to_do: str
    where: str
    code: str
    family: str

    @property
    def text(self) -> str:
        """What happened and what to do."""
        return tr("{happened} {to_do}", happened=self.happened, to_do=self.to_do)

    @property
    def in_full(self) -> str:
        """Everything but the code."""
        return tr("{title}. {text}", title=self.title, text=self.text)

    @property
    def with_code(self) -> str:
        """What happened, what to do and the code, a paragraph each."""
        return tr("{happened}\n\n{to_do}\n\nCode: {code}", happened=self.happened, to_do=self.to_do, code=self.code)

    def as_dict(self) -> dict[str, str]:
        """The parts as ``--json`` prints them."""
        return {
            "family": self.family,
            "code": self.code,
            "title": self.title,
            "happened": self.happened,
            "to_do": self.to_do,
            "where": self.where,
        }


def word(error: PsconnectError | Mapping[str, Any], *, window: bool = False) -> Worded:
    """The words of an error, or of one that a run has stored (PsconnectError.as_dict); ``window``: as they are there.

    Runs that were made before errors were stored as code and values hold their sentences; these are shown as they are.
    """
    facts = dict[str, Any](error.as_dict()) if isinstance(error, PsconnectError) else error
    texts = None if "title" in facts else _texts_of(str(facts.get("key")))
    values = {k: restored(v) for k, v in facts.get("values", {}).items()}
    cause = values.get("cause")
    if isinstance(cause, Phrase):
        told = word({"key": cause.key, "values": {k: stored(v) for k, v in cause.values.items()}}, window=window)
        values |= {"happened": told.happened, "to_do": told.to_do}
    if texts is None:
        said = [str(facts.get(part, "")) for part in ("title", "happened", "to_do")]
        said[0] = said[0] or str(facts.get("code", ""))
        if window:
            said[2] = with_way(said[2])
    else:
        said = [filled(texts.title, values), filled(texts.happened, values), _to_do(texts, values, window=window)]
    more = values.get("more")
    if isinstance(more, list):
        ways = (phrase_text(one, window=window) for one in more if isinstance(one, Phrase))
        said[2] = " ".join([said[2], *ways])
    title, happened, to_do = said
    return Worded(
        title, happened, to_do, str(facts.get("where", "")), str(facts.get("code", "")), str(facts.get("family", ""))
    )


def _texts_of(key: str) -> ErrorTexts | None:
    return TEXTS.get(key) or _ADDED.get(key)


def _to_do(texts: ErrorTexts, values: Mapping[str, Value], *, window: bool) -> str:
    text = filled((texts.window if window else "") or texts.to_do, values, window=window)
    return with_file(text) if window and texts.in_file else text
