"""Search, and the pages of students, staff, contacts, schools and sections."""

from __future__ import annotations

import re
from html import unescape

import pytest

from psconnect.powerschool.menus import page_of


def test_the_start_page_counts_what_is_there(visitor, sql):
    visitor.open("/admin/home.html")
    schools = sql(
        "SELECT SchoolID, count(*) FROM Students WHERE Enroll_Status = 0 AND SchoolID <> 999999 GROUP BY SchoolID"
    )
    assert len(schools) > 2
    for number, students in schools:
        assert re.search(rf"\b{number} {students} \d+\b", visitor.text)


def test_every_address_that_a_report_links_to_opens(visitor, sql, demo):
    ((student, last),) = sql("SELECT DCID, Last_Name FROM Students WHERE DCID = 500")
    ((user, name),) = sql("SELECT DCID, Last_Name FROM Users WHERE DCID = 70")
    for entity, key, wanted in (("student", student, last), ("teacher", user, name), ("admin", user, name)):
        address = page_of(demo.url, entity, key)
        assert visitor.open(address).answer.status_code == 200
        assert wanted in visitor.text


def test_a_students_page_holds_what_the_tables_hold(visitor, sql):
    ((dcid, number, status),) = sql(
        "SELECT DCID, Student_Number, Enroll_Status FROM Students WHERE Enroll_Status = 2 ORDER BY DCID LIMIT 1"
    )
    assert status == 2
    visitor.open(f"/admin/students/home.html?frn=001{dcid}")
    assert f"Student number {number}" in visitor.text
    assert "Transferred out" in visitor.text
    classes = sql("SELECT SectionID < 0 FROM CC WHERE StudentID = (SELECT ID FROM Students WHERE DCID = ?)", dcid)
    assert visitor.text.count(" Dropped") == sum(dropped for (dropped,) in classes)
    assert visitor.answer.text.count("sections/home.html") == len(classes) > 0
    contacts = sql(
        """SELECT p.ID, p.LastName FROM StudentContactAssoc a JOIN Person p ON p.ID = a.PersonID
        WHERE a.StudentDCID = ?""",
        dcid,
    )
    assert contacts
    for person, last in contacts:
        assert f'/admin/contacts/home.html?id={person}"' in visitor.answer.text
        assert last in visitor.text


def test_all_links_of_the_pages_lead_somewhere(visitor):
    """From the start page over schools, sections, staff, students and contacts."""
    seen, waiting = set(), ["/admin/home.html", "/admin/students/home.html?frn=001500"]
    kinds: dict[str, int] = {}
    while waiting:
        page = waiting.pop(0)
        visitor.open(page)
        assert visitor.answer.status_code == 200, page
        for link in re.findall(r'href="(/admin/[^"#]+)"', visitor.answer.text):
            path = link.partition("?")[0]
            # A few of each kind do: there are thousands.
            if link not in seen and kinds.get(path, 0) < 4:
                kinds[path] = kinds.get(path, 0) + 1
                seen.add(link)
                waiting.append(link)
    assert {f"/admin/{kind}/home.html" for kind in ("students", "faculty", "schools", "sections", "contacts")} <= set(
        kinds
    )


def test_names_are_text(visitor, sql):
    rows = sql("SELECT DCID, First_Name, Last_Name FROM Students WHERE Last_Name LIKE '%<%' OR First_Name LIKE '%<%'")
    assert len(rows) >= 2
    for dcid, *names in rows:
        page = visitor.open(f"/admin/students/home.html?frn=001{dcid}").answer.text
        for name in names:
            assert name in unescape(page)
            assert "<" not in name or name not in page


@pytest.mark.parametrize("column", ["Last_Name", "Student_Number", "Student_Web_ID"])
def test_students_are_found_by(visitor, sql, column):
    ((dcid, value),) = sql(f"SELECT DCID, {column} FROM Students WHERE DCID = 503")
    assert value
    visitor.open(f"/admin/search.html?q={value}")
    assert f"frn=001{dcid}" in visitor.answer.text


def test_staff_and_contacts_are_found(visitor, sql):
    ((dcid, number),) = sql("SELECT DCID, TeacherNumber FROM Users WHERE DCID = 70")
    assert f"frn=204{dcid}" in visitor.open(f"/admin/search.html?q={number}").answer.text
    ((person, first, last),) = sql("SELECT ID, FirstName, LastName FROM Person WHERE ID = 300010")
    visitor.open("/admin/search.html").answer = visitor.client.get(
        "/admin/search.html", params={"q": f"{first} {last}"}
    )
    assert f"contacts/home.html?id={person}" in visitor.answer.text


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", '"><script>', "!", "zzzz nobody"])
def test_what_is_typed_is_text(visitor, text):
    visitor.answer = visitor.client.get("/admin/search.html", params={"q": text})
    assert visitor.answer.status_code == 200
    assert "<script>" not in visitor.answer.text
    assert "frn=001431" not in visitor.answer.text


def test_a_long_list_is_cut_with_a_word(visitor):
    assert "The first 50 are shown" in visitor.open("/admin/search.html?q=a").text


@pytest.mark.parametrize(
    "address",
    [
        "students/home.html?frn=001",
        "students/home.html?frn=0019999999",
        "students/home.html?frn=204431",
        "students/home.html?frn=001-1",
        "students/home.html",
        "faculty/home.html?frn=2049999",
        "faculty/home.html?frn=2039999",
        "contacts/home.html?id=431",
        "contacts/home.html?id=x",
        "sections/home.html?frn=0031",
        "schools/home.html?frn=039" + "9" * 30,
    ],
)
def test_a_record_that_is_not_there(visitor, address):
    assert visitor.open(f"/admin/{address}").answer.status_code == 404
    assert "no such record" in visitor.text


def test_a_post_leads_to_its_holder(visitor, sql):
    ((post, user),) = sql(
        "SELECT DCID, Users_DCID FROM SchoolStaff WHERE DCID <> Users_DCID ORDER BY DCID DESC LIMIT 1"
    )
    assert f"Users DCID {user}" in visitor.open(f"/admin/faculty/home.html?frn=203{post}").text
