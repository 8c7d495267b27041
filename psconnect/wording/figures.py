"""The words around the figures of a run: what psconnect adds itself, and what an earlier delivery left."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.model.entities import ENROLLMENT, SCHOOL
from psconnect.model.reconciled import Reconciled
from psconnect.wording.catalogue import number, tr
from psconnect.wording.records import listed, records_label


def added_in_words(rows: Mapping[str, Reconciled]) -> str:
    """What stands at the destination without having been read or created, as sentences; empty if there is none."""
    made = [_made(key, rows[key].made) for key in _order(rows) if rows[key].made]
    kept = [
        tr("{records} ({count})", records=records_label(key), count=number(rows[key].kept))
        for key in rows
        if rows[key].kept > 0
    ]
    sentences = [tr("Added by psconnect: {parts}.", parts=listed(made)) if made else ""]
    if kept:
        sentences.append(tr("Still there from an earlier delivery: {parts}.", parts=listed(kept)))
    taken_over = [
        tr("{records} ({count})", records=records_label(key), count=number(one.adopted))
        for key, one in rows.items()
        if one.adopted
    ]
    if taken_over:
        sentences.append(tr("There already and taken over, not created: {parts}.", parts=listed(taken_over)))
    return " ".join(filter(None, sentences))


def _order(rows: Mapping[str, Reconciled]) -> list[str]:
    """The kinds of records, those with the most made ones first."""
    return sorted(rows, key=lambda key: -rows[key].made)


def _made(entity: str, count: int) -> str:
    if entity == ENROLLMENT.key:
        return tr("teachers in their classes ({count})", count=number(count))
    if entity == SCHOOL.key:
        return tr("the district itself ({count})", count=number(count))
    return tr("{records} ({count})", records=records_label(entity), count=number(count))
