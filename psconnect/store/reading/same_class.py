"""Nobody is in a class twice: several enrollments of one person in one class become one.

Destinations take a person once per class. Enrollments that overlap or touch become one with the days of all of them; of
enrollments that are apart in time (the student left and came back), today's is delivered, else the next one. While an
enrollment that can't be read stays as delivered, no new one begins beside it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from psconnect.model.entities import CLASS, ENROLLMENT
from psconnect.model.problems import Problem
from psconnect.store.reading.staging import IN, KEPT, leave_out, staged
from psconnect.store.record import decode_record, encode_record, value_at

_BEGIN, _END, _PRIMARY = (ENROLLMENT.attributes.index(name) for name in ("beginDate", "endDate", "primary"))
_CLASS, _USER = (ENROLLMENT.attributes.index(name) for name in ("classSourcedId", "userSourcedId"))
_OPEN = "9999-12-31"
_PERSON = "coalesce(student, -teacher)"
"""Students and teachers have numbers of their own."""


@dataclass
class _Span:
    """Enrollments that overlap or touch: their first day, the first day after them, and the rows."""

    begin: str
    end: str
    rows: list[tuple[int, bool, list[str]]]


def settle_same_class(db: sqlite3.Connection, today: date) -> list[Problem]:
    """Leave one enrollment for each person and class in the attached staging; returns the findings."""
    leave_out(db, ENROLLMENT, "enrollment-joined", _beside_kept(db, today.isoformat()))
    db.execute(
        f"CREATE TEMP TABLE twice AS SELECT class, {_PERSON} person FROM {staged(ENROLLMENT)} "
        f"WHERE fate = {IN} AND class IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1 AND person IS NOT NULL"
    )
    try:
        if not db.execute("SELECT EXISTS (SELECT 1 FROM temp.twice)").fetchone()[0]:
            return []
        db.execute("CREATE INDEX temp.twice_of ON twice (class, person)")
        return list(_settled(db, today))
    finally:
        db.execute("DROP TABLE temp.twice")


def _beside_kept(db: sqlite3.Connection, today: str) -> list[int]:
    """New enrollments of people who are in the same class today through one that stays as delivered."""
    delivered = f"ledger l ON l.entity = {ENROLLMENT.rank} AND l.key = e.key"
    place = f"{value_at('{0}.record', _CLASS)}, {value_at('{0}.record', _USER)}"
    begin, end = value_at("l.record", _BEGIN), value_at("l.record", _END)
    kept: set[tuple[str, str]] = set(
        db.execute(
            f"SELECT {place.format('l')} FROM {staged(ENROLLMENT)} e JOIN {delivered} WHERE e.fate = {KEPT} "
            f"AND {begin} <= :today AND ({end} = '' OR {end} > :today OR {end} = :today AND e.key < 0)",
            {"today": today},
        )
    )
    if not kept:
        return []
    new = (
        f"SELECT e.key, {place.format('e')} FROM {staged(ENROLLMENT)} e LEFT JOIN {delivered} "
        f"WHERE e.fate = {IN} AND l.key IS NULL"
    )
    return [key for key, *of in db.execute(new) if tuple(of) in kept]


def _settled(db: sqlite3.Connection, today: date) -> Iterator[Problem]:
    rows = db.execute(
        f"SELECT e.class, {_PERSON}, e.key, l.key IS NOT NULL, e.record, c.school FROM {staged(ENROLLMENT)} e "
        f"LEFT JOIN ledger l ON l.entity = {ENROLLMENT.rank} AND l.key = e.key "
        f"LEFT JOIN {staged(CLASS)} c ON c.key = e.class "
        f"WHERE e.fate = {IN} AND EXISTS (SELECT 1 FROM temp.twice t WHERE t.class = e.class AND t.person = {_PERSON}) "
        "ORDER BY 1, 2, abs(e.key)"
    ).fetchall()
    for _place, group in groupby(rows, key=lambda row: row[:2]):
        several = list(group)
        spans = _spans([(key, bool(there), decode_record(record)) for _c, _p, key, there, record, _s in several])
        of_today = _delivered(spans, today.isoformat())
        for span in spans:
            if span is not of_today:
                leave_out(db, ENROLLMENT, "enrollment-other-time", [key for key, _there, _values in span.rows])
        # A class has one primary teacher, who stays primary in whichever enrollment is delivered.
        primary = max(values[_PRIMARY] for span in spans for _key, _there, values in span.rows)
        key = _join(db, of_today, primary)
        if len(of_today.rows) > 1:
            yield Problem("enrollment-twice", ENROLLMENT.key, key, several[0][5])


def _spans(rows: list[tuple[int, bool, list[str]]]) -> list[_Span]:
    """The enrollments joined where they overlap or touch, in the order of their days."""
    spans: list[_Span] = []
    for row in sorted(rows, key=lambda row: (row[2][_BEGIN], abs(row[0]))):
        key, _there, values = row
        begin, end = values[_BEGIN], values[_END] or _OPEN
        if spans and begin <= _touches(spans[-1].end, inclusive=key < 0):
            spans[-1].end = max(spans[-1].end, end)
            spans[-1].rows.append(row)
        else:
            spans.append(_Span(begin, end, [row]))
    return spans


def _touches(end: str, *, inclusive: bool) -> str:
    """The first day on which another enrollment begins without a gap; a teacher's last day is a day in the class."""
    if inclusive and end != _OPEN:
        with suppress(ValueError):
            return (date.fromisoformat(end) + timedelta(days=1)).isoformat()
    return end


def _delivered(spans: list[_Span], today: str) -> _Span:
    """The span of today, else the next one to begin, else the one that ended last."""
    running = [span for span in spans if span.begin <= today < _touches(span.end, inclusive=span.rows[0][0] < 0)]
    coming = [span for span in spans if span.begin > today]
    return (running or coming or [max(spans, key=lambda span: span.end)])[0]


def _join(db: sqlite3.Connection, span: _Span, primary: str) -> int:
    """Give one enrollment the days of all; returns its key. It is one that was delivered, else the oldest."""
    key, _there, values = min(span.rows, key=lambda row: (not row[1], abs(row[0])))
    joined = [*values]
    joined[_BEGIN], joined[_END] = span.begin, "" if span.end == _OPEN else span.end
    joined[_PRIMARY] = primary
    if joined != values:
        db.execute(f"UPDATE {staged(ENROLLMENT)} SET record = ? WHERE key = ?", [encode_record(joined), key])
    leave_out(db, ENROLLMENT, "enrollment-joined", [other for other, _there, _values in span.rows if other != key])
    return key
