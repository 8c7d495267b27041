"""Districts in which something happened, for pictures and paths."""

from __future__ import annotations

from psconnect.model.connection import from_dict
from psconnect.model.runs import Run
from psconnect.store.settings.home import slug
from psconnect.store.settings.secrets import CLIENT_SECRET
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


def untidy(connected: Connected) -> None:
    """What districts report of their data: doubled people and numbers, codes of nobody's list, mail that is none."""
    students = [row[0] for row in connected.sql("SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid")]
    for key, name in zip(students, ("pat.lee", "pat.lee ", "Pat.Lee"), strict=False):
        connected.sql("UPDATE students SET student_web_id = ? WHERE dcid = ?", name, key)
    for key in students[30:32]:
        connected.sql(
            "UPDATE students SET first_name = 'Mia', last_name = 'Lee', dob = '2014-03-01', state_studentnumber = NULL "
            "WHERE dcid = ?",
            key,
        )
    for key, grade in zip(students[10:], (99, 99, 14, -5), strict=False):
        connected.sql("UPDATE students SET grade_level = ? WHERE dcid = ?", grade, key)
    addresses = ["family@example.org", "family@example.org", "<Mia Lee> mailto:mia@example.org", "none yet"]
    people = connected.sql("SELECT emailaddressid FROM emailaddress ORDER BY emailaddressid LIMIT 4")
    for (key,), address in zip(people, addresses, strict=True):
        connected.sql("UPDATE emailaddress SET emailaddress = ? WHERE emailaddressid = ?", address, key)
    connected.sql("UPDATE RoleDef SET Name = 'Math Coach', RoleKey = NULL WHERE Name = 'Co-teacher'")
    (twice,), (backwards,) = connected.sql(
        "SELECT cc.dcid FROM cc JOIN students s ON s.id = cc.studentid WHERE s.dcid = ? AND cc.sectionid > 0 "
        "AND cc.dateleft > '2027-01-01' ORDER BY cc.dcid DESC LIMIT 2",
        students[40],
    )
    repeated(connected, "cc", twice)
    connected.sql("UPDATE cc SET dateenrolled = '2026-09-20', dateleft = '2026-08-20' WHERE dcid = ?", backwards)
    ((section,),) = connected.sql("SELECT min(dcid) FROM sections WHERE termid BETWEEN 3600 AND 3699")
    repeated(connected, "sections", section, keep_id=True)


def repeated(connected: Connected, table: str, dcid: int, *, keep_id: bool = False) -> None:
    """Another row of a table like that one, under another DCID; with the same ID or another one."""
    columns = [name for _place, name, *_ in connected.sql(f"PRAGMA table_info({table})")]
    new = ["dcid"] if keep_id else ["dcid", "id"]
    taken = [f"{name} + 100000" if name.lower() in new else name for name in columns]
    connected.sql(f"INSERT INTO {table} SELECT {', '.join(taken)} FROM {table} WHERE dcid = ?", dcid)
