"""Contacts as districts have them: which detail, relation, mail and phone count, and whose account can be used."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.model.connection import Connection
from psconnect.powerschool.plugin import build_plugin
from psconnect.powerschool.streams import streams_for
from tests.support.demo import Connect, Connected

WAYS = ("queries", "tables")
MOTHER, AUNT = 201, 206
KEY = 990_000
"""Above every key of the demo district; the further from it, the later a row was made."""


@pytest.fixture(params=WAYS)
def connected(request: pytest.FixtureRequest, connect: Connect) -> Connected:
    """A connection that is read by queries, and one that is read by tables."""
    made = connect(students=80, settings={"source": {"read": request.param}})
    made.server.set_page_size(made.plugin, 1000)
    return made


def delivered(connected: Connected, entity: str) -> dict[str, dict[str, str]]:
    """What a first run would deliver of an entity, by id."""
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.state == "previewed", run.error
    return {one.after["sourcedId"]: one.after for one in connected.service.changes(run.id) if one.entity == entity}


def link_of(connected: Connected) -> int:
    """A relationship of a delivered student with a contact, both without anything else at stake."""
    return min(int(key) for key in delivered(connected, "relationship"))


# --- which detail ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "active", "counts"),
    [
        ("2020-08-01", None, 1, True),
        (None, None, 1, True),
        (None, "2026-11-18", 1, True),
        ("2026-11-18", "2027-06-01", 1, True),
        ("2026-11-19", None, 1, False),
        ("2020-08-01", "2026-11-17", 1, False),
        ("2020-08-01", None, 0, False),
        ("2020-08-01", None, None, False),
    ],
)
def test_a_relation_holds_while_its_detail_is_active_and_today_is_one_of_its_days(
    connected: Connected, start: str | None, end: str | None, active: int | None, counts: bool
) -> None:
    link = link_of(connected)
    connected.sql(
        "UPDATE StudentContactDetail SET StartDate = ?, EndDate = ?, IsActive = ? WHERE StudentContactAssocID = ?",
        start, end, active, link,
    )  # fmt: skip
    assert (str(link) in delivered(connected, "relationship")) == counts


def test_of_two_details_the_one_of_today_counts(connected: Connected) -> None:
    link = link_of(connected)
    connected.sql(
        "UPDATE StudentContactDetail SET EndDate = '2026-11-01', IsCustodial = 1 WHERE StudentContactAssocID = ?", link
    )
    connected.sql(
        "INSERT INTO StudentContactDetail (StudentContactDetailID, StudentContactAssocID, RelationshipTypeCodeSetID, "
        "IsActive, IsCustodial, StartDate) VALUES (?, ?, ?, 1, 0, '2026-11-02')", KEY, link, AUNT,
    )  # fmt: skip
    one = delivered(connected, "relationship")[str(link)]
    assert (one["relation"], one["custodial"]) == ("Aunt", "false")


@pytest.mark.parametrize(("detail", "expected"), [(AUNT, "Aunt"), (None, "Mother")])
def test_the_relation_is_that_of_the_detail_else_that_of_the_association(
    connected: Connected, detail: int | None, expected: str
) -> None:
    link = link_of(connected)
    connected.sql(
        "UPDATE StudentContactAssoc SET CurrRelTypeCodeSetID = ? WHERE StudentContactAssocID = ?", MOTHER, link
    )
    connected.sql(
        "UPDATE StudentContactDetail SET RelationshipTypeCodeSetID = ? WHERE StudentContactAssocID = ?", detail, link
    )
    assert delivered(connected, "relationship")[str(link)]["relation"] == expected


# --- ways to be reached ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key_priority_first", "expected"),
    [
        ([(1, 2, 1), (2, 1, 0)], 2),
        ([(1, 10, 0), (2, 9, 0)], 2),
        ([(1, 1, 0), (2, 1, 1)], 2),
        ([(1, None, 1), (2, 3, 0)], 2),
        ([(1, None, None), (2, None, 0)], 2),
        ([(1, None, 0), (2, None, 0)], 1),
        ([(2, 1, 1), (1, 1, 1)], 1),
        ([(1, 5, 0)], 1),
    ],
)
def test_mail_and_phone_come_in_powerschools_order(
    connected: Connected, key_priority_first: list[tuple[int, int | None, int | None]], expected: int
) -> None:
    contact, (student, person) = contact_and_student(connected)
    for who in (contact, person):
        connected.sql("DELETE FROM PersonEmailAddressAssoc WHERE PersonID = ?", who)
        connected.sql("DELETE FROM PersonPhoneNumberAssoc WHERE PersonID = ?", who)
        for key, priority, first in key_priority_first:
            at = KEY + who * 10 + key
            values: tuple[Any, ...] = (at, who, KEY + key, first, priority)
            connected.sql(
                "INSERT INTO PersonEmailAddressAssoc (PersonEmailAddressAssocID, PersonID, EmailAddressID, "
                "IsPrimaryEmailAddress, EmailAddressPriorityOrder) VALUES (?, ?, ?, ?, ?)", *values,
            )  # fmt: skip
            connected.sql(
                "INSERT INTO PersonPhoneNumberAssoc (PersonPhoneNumberAssocID, PersonID, PhoneNumberID, IsPreferred, "
                "PhoneNumberPriorityOrder) VALUES (?, ?, ?, ?, ?)", *values,
            )  # fmt: skip
            connected.sql("INSERT OR REPLACE INTO EmailAddress VALUES (?, ?)", KEY + key, f"m{key}@example.org")
            connected.sql(
                "INSERT OR REPLACE INTO PhoneNumber (PhoneNumberID, PhoneNumber) VALUES (?, ?)",
                KEY + key, f"555-000{key}",
            )  # fmt: skip
    one = delivered(connected, "contact")[f"C{contact}"]
    assert (one["email"], one["phone"]) == (f"m{expected}@example.org", f"555-000{expected}")
    assert delivered(connected, "student")[str(student)]["email"] == f"m{expected}@example.org"


def contact_and_student(connected: Connected) -> tuple[int, tuple[int, int]]:
    """The Person.ID of a delivered contact; DCID and Person_ID of a delivered student."""
    contact = min(int(key[1:]) for key in delivered(connected, "contact"))
    student = min(int(key) for key in delivered(connected, "student"))
    return contact, (student, connected.sql("SELECT Person_ID FROM Students WHERE DCID = ?", student)[0][0])


# --- who counts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("active", "counts"), [(1, True), (None, True), (0, False)])
def test_who_is_not_active_is_left_out_by_name_with_the_relationships(
    connected: Connected, active: int | None, counts: bool
) -> None:
    contact, _student = contact_and_student(connected)
    before = connected.service.sync(connected.name, plan_only=True).left_out.get("contact-inactive", 0)
    connected.sql("UPDATE Person SET IsActive = ? WHERE ID = ?", active, contact)
    assert (f"C{contact}" in delivered(connected, "contact")) == counts
    links = {one["contactSourcedId"] for one in delivered(connected, "relationship").values()}
    assert (f"C{contact}" in links) == counts
    run = connected.service.sync(connected.name, plan_only=True)
    assert run.left_out.get("contact-inactive", 0) == before + (not counts)


@pytest.mark.parametrize("way", WAYS)
def test_an_account_that_is_switched_off_is_none(connect: Connect, way: str) -> None:
    connected = connect(students=200, settings={"options": {"parents": "portal"}, "source": {"read": way}})
    connected.server.set_page_size(connected.plugin, 1000)
    whole = delivered(connected, "contact")
    assert whole
    first = min(whole)
    account = (
        "PCAS_AccountToken = (SELECT g.AccountIdentifier FROM Guardian g JOIN GuardianPersonAssoc a "
        "ON a.GuardianID = g.GuardianID WHERE a.PersonID = ?)"
    )
    connected.sql(f"UPDATE PCAS_Account SET IsEnabled = 0 WHERE {account}", int(first[1:]))
    assert set(delivered(connected, "contact")) == set(whole) - {first}
    connected.sql(f"DELETE FROM PCAS_Account WHERE {account}", int(first[1:]))
    assert set(delivered(connected, "contact")) == set(whole) - {first}


def test_the_number_of_a_guardian_is_never_an_output() -> None:
    """A query that named it did not load at a district (docs/powerschool.md 19)."""
    streams = streams_for(contacts=True, portal=True, fields={})
    columns = {column.full_name for stream in streams.by_name.values() for column in stream.columns}
    assert "guardian.guardianid" not in columns
    assert "pcas_account.isenabled" in columns
    assert b"portal_accounts" in build_plugin(streams, "1.0", Connection("x", "oneroster", id="test1")).content
