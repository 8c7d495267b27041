"""The mail of a notice, made from the history when it is sent."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import datetime

from psconnect.mail import Mail
from psconnect.model.connection import Connection
from psconnect.model.notices import NoticeKind
from psconnect.model.review import FindingQuery
from psconnect.reports.mail import MOST_NAMES, NamedFinding, hold_mail, new_data_mail, result_mail
from psconnect.reports.view import RunView, view_of
from psconnect.store.history import run_table
from psconnect.store.history.findings import FindingsOf
from psconnect.store.reading.last_reading import LastRead
from psconnect.wording.found import finding_title, named_finding
from psconnect.wording.rules import rule_of


def mail_about(
    db: sqlite3.Connection,
    connection: Connection,
    run_number: int,
    kind: NoticeKind,
    read: LastRead | None,
    waited_since: datetime | None,
) -> Mail:
    """The mail about a run; ``read`` gives names, and only where the connection's notices ask for them."""
    view = _view(db, connection, run_number)
    if kind == "hold":
        return hold_mail(view, waited_since)
    if kind == "new-data":
        return new_data_mail(view, waited_since)
    named = _named(db, run_number, read) if connection.notices.names else []
    return result_mail(view, _last_view(db, connection, view, run_number), named, view.total, waited_since)


def _view(db: sqlite3.Connection, connection: Connection, run_number: int) -> RunView:
    return view_of(db, connection, run_number, masked=not connection.notices.names)


def _named(db: sqlite3.Connection, run_number: int, read: LastRead | None) -> list[NamedFinding]:
    records = FindingsOf(db, run_number, read).records(FindingQuery())
    return [
        NamedFinding(named_finding(one), finding_title(rule_of(one.rule), one.entity, one.detail))
        for one in itertools.islice(records, MOST_NAMES)
    ]


def _last_view(db: sqlite3.Connection, connection: Connection, view: RunView, run_number: int) -> RunView | None:
    """The delivery before a run that made none."""
    if view.delivered:
        return None
    last = run_table.last_success(db, connection.name)
    found = run_table.find_run(db, connection.name, last.id) if last else None
    return _view(db, connection, found[0]) if found and found[0] != run_number else None
