"""Contacts without the contact module: whole names in fields of the student, split, against plain SQL."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from psconnect.model.errors import FixSettings
from psconnect.wording.errors import word
from tests.support.demo import Connect, Connected

OFF: dict[str, Any] = {"options": {"contact_module": False, "contact_names": "{familyName}, {givenName}"}}
ACTIVE = "ENROLL_STATUS = 0 AND SCHOOLID IN (SELECT SCHOOL_NUMBER FROM SCHOOLS)"


def rows_of(connected: Connected) -> dict[str, dict[str, str]]:
    with zipfile.ZipFile(connected.bundle) as bundle:
        return {
            row["sourcedId"]: row for row in csv.DictReader(io.StringIO(bundle.read("users.csv").decode(), newline=""))
        }


def named(connected: Connected) -> None:
    """Everybody's parents by their whole names; some have one only, one can't be split."""
    connected.sql("UPDATE STUDENTS SET MOTHER = NULL, FATHER = NULL")
    connected.sql(f"UPDATE STUDENTS SET MOTHER = LAST_NAME || ', Maria' WHERE {ACTIVE} AND DCID % 2 = 0")
    connected.sql(f"UPDATE STUDENTS SET FATHER = 'de la ' || LAST_NAME || ', José' WHERE {ACTIVE} AND DCID % 3 = 0")


def test_whole_names_become_contacts_of_their_student(connect: Connect) -> None:
    connected = connect(settings=OFF)
    named(connected)
    ((odd,),) = connected.sql(f"SELECT DCID FROM STUDENTS WHERE {ACTIVE} AND DCID % 2 = 0 ORDER BY DCID LIMIT 1")
    connected.sql("UPDATE STUDENTS SET MOTHER = 'Cher' WHERE DCID = ?", odd)
    run = connected.delivered()
    rows = rows_of(connected)
    delivered = {key for key, row in rows.items() if row["role"] == "student"}
    truth: set[tuple[str, str, str, str]] = set()
    for dcid, mother, father in connected.sql("SELECT DCID, MOTHER, FATHER FROM STUDENTS"):
        for place, name in enumerate((mother, father)):
            if name and str(dcid) in delivered and name != "Cher":
                family, given = " ".join(name.split()).split(", ")
                truth.add((f"C{int(dcid) * 8 + place}", given, family, str(dcid)))
    contacts = {
        (key, row["givenName"], row["familyName"], row["agentSourcedIds"])
        for key, row in rows.items()
        if row["role"] == "parent"
    }
    assert contacts == truth
    assert len(truth) > 100
    found = [(g.rule.key, one.entity, one.detail) for g in connected.service.problems(run.id) for one in g.records]
    assert ("unreadable", "contact", "name") in found
    assert connected.service.sync(connected.name).changes == {}


def test_the_contact_module_is_neither_asked_for_nor_read(connect: Connect) -> None:
    connected = connect(settings=OFF)
    package = connected.service.build_plugin(connected.name)
    text = json.dumps(package.grants if hasattr(package, "grants") else "", default=str).upper()
    with zipfile.ZipFile(io.BytesIO(package.content)) as plugin:
        text += "".join(plugin.read(name).decode() for name in plugin.namelist()).upper()
    assert "STUDENTS.MOTHER" in text or 'FIELD="MOTHER"' in text.replace("'", '"')
    assert "STUDENTCONTACT" not in text


def test_fields_and_relationships_of_ones_own_choice(connect: Connect) -> None:
    fields = {"Emergency contact": "Emerg_Contact_1"}
    connected = connect(settings={"options": {"contact_module": False, "contact_fields": fields}})
    connected.sql("UPDATE STUDENTS SET EMERG_CONTACT_1 = 'Ann Lee'")
    connected.delivered()
    rows = [row for row in rows_of(connected).values() if row["sourcedId"].startswith("C")]
    assert {(row["givenName"], row["familyName"], row["role"]) for row in rows} == {("Ann", "Lee", "relative")}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"parents": "portal"}, "known by the contact module alone"),
        ({"contact_fields": {}}, "1 to 8 fields"),
        ({"contact_fields": {"Mother": "Users.First_Name"}}, "no field of the table Students"),
        ({"contact_fields": {"Mother": "Mo thr"}}, "“Mo thr” is not a field"),
        ({"contact_fields": {"A": "Mother", "B": "Students.MOTHER"}}, "stands twice"),
        ({"contact_names": "{name}"}, "has no name in it"),
    ],
)
def test_what_does_not_go_together_is_refused(connect: Connect, options: dict[str, Any], says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        connect(settings={"options": {"contact_module": False, **options}}, install=False)
    assert says in word(refused.value).happened
