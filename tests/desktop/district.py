"""Districts in which something happened, for pictures and paths."""

from __future__ import annotations

from psconnect.model.connection import from_dict
from psconnect.model.runs import Run
from psconnect.store.home import slug
from psconnect.store.secrets import CLIENT_SECRET
from tests.support.demo import Connected


def other_connection(connected: Connected, name: str, **settings: object) -> None:
    """One more connection to the same district."""
    folder = connected.folder / slug(name)
    folder.mkdir()
    base = connected.service.connection(connected.name)
    data = {
        "name": name,
        "preset": "oneroster",
        "source": {"url": base.source.url, "client_id": base.source.client_id},
        "destination": {"kind": "oneroster-csv", "folder": str(folder)},
        **settings,
    }
    connected.service.save_connection(from_dict(data))
    connected.service.set_secret(
        name, CLIENT_SECRET, connected.service.secrets.get(connected.name, CLIENT_SECRET) or ""
    )


def held_by_removals(connected: Connected) -> Run:
    """A run that waits because a third of the students left; some others changed their names."""
    connected.delivered()
    students = [row[0] for row in connected.sql("SELECT DCID FROM Students WHERE Enroll_Status = 0 ORDER BY DCID")]
    for dcid in students[:80]:
        connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", dcid)
    for dcid in students[80:120]:
        connected.sql("UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID = ?", dcid)
    run = connected.service.sync(connected.name)
    assert run.state == "held", run
    return run


def list_of_ids(connected: Connected) -> str:
    """A list of accounts: of two students all fits, one nobody has, one fits two people, one id can't be one."""
    found = connected.sql(
        "SELECT dcid, student_number FROM students WHERE enroll_status = 0 AND schoolid <> 999999 ORDER BY dcid LIMIT 5"
    )
    (a, a_number), (b, b_number), (c, _), (_, d_number), (e, _) = found
    rows = [
        ("mo-1", a, a_number, "5"),
        ("mo-2", b, b_number, "5"),
        ("mo-3", "", "99999999", "6"),
        ("mo-4", c, d_number, "6"),
        ("a,b", e, "", "6"),
    ]
    return "id;dcid;number;room\n" + "".join(";".join(map(str, row)) + "\n" for row in rows)
