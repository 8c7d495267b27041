"""The words for the rows of a list of ids that are adopted, and for the values of frozen settings."""

from __future__ import annotations

from typing import Protocol

from psconnect.wording.catalogue import marked, tr, translated


class ChangedValue(Protocol):
    """A setting's value before and after (sync.frozen_settings.ChangedSetting)."""

    @property
    def before(self) -> object:
        """The value so far."""
        ...

    @property
    def after(self) -> object:
        """The new value."""
        ...


_ADOPTED = {
    "matched": marked("adopted"),
    "unmatched": marked("no record found"),
    "ambiguous": marked("more than one record found"),
    "double": marked("claimed twice"),
    "unfit": marked("not usable as an id"),
}
ADOPTION_OUTCOMES = tuple(_ADOPTED)
"""What can become of a row of the list, in the order in which it is shown."""


def adoption_word(outcome: str) -> str:
    """What became of a row of the list."""
    return translated(_ADOPTED[outcome])


def shown_values(changed: ChangedValue) -> dict[str, str]:
    """The two values of a frozen setting that changes, as a person reads them: ``before`` and ``after``."""
    return {"before": _shown(changed.before), "after": _shown(changed.after)}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    return str(value) if value != "" else tr("nothing")
