"""The words that the window takes from psconnect.wording. Knows no Qt."""

from __future__ import annotations

from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.records import entity_label, records_label, rows_label
from psconnect.wording.runs import action_word, scope_word, state_word, trigger_word
from psconnect.wording.times import ago, duration, exact, moment

__all__ = [
    "action_word",
    "ago",
    "counted",
    "duration",
    "entity_label",
    "exact",
    "moment",
    "number",
    "records_label",
    "rows_label",
    "scope_word",
    "state_word",
    "tr",
    "trigger_word",
]
