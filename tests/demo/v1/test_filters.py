"""The ``q`` language of ``/ws/v1`` (docs/powerschool.md 5.5)."""

from __future__ import annotations

from urllib.parse import quote

import pytest

#: A filter of students, and the condition that says the same in SQL.
FILTERS = [
    ("id==431", "DCID = 431"),
    ("id=gt=900", "DCID > 900"),
    ("id=ge=600;id=lt=620", "DCID >= 600 AND DCID < 620"),
    ("id=le=440", "DCID <= 440"),
    ("local_id==204000", "Student_Number = 204000"),
    ("state_province_id==0001428000", "State_StudentNumber = '0001428000'"),
    ("student_username==p*", "Student_Web_ID GLOB 'p*'"),
    ("name.last_name==De*", "Last_Name GLOB 'De*'"),
    ("name.last_name==*a*", "Last_Name GLOB '*a*'"),
    ("name.last_name==O'Connor-Þór", "Last_Name = 'O''Connor-Þór'"),
    ("name.last_name==%", "Last_Name = '%'"),
    ("name.first_name==_*", "substr(First_Name, 1, 1) = '_'"),
    ("school_enrollment.enroll_status==a", "Enroll_Status = 0"),
    ("school_enrollment.enroll_status==I", "Enroll_Status = 1"),
    ("school_enrollment.enroll_status==(A,p)", "Enroll_Status IN (0, -1)"),
    ("school_enrollment.enroll_status_code==-1", "Enroll_Status = -1"),
    ("school_enrollment.enroll_status_code==(2,3, 4)", "Enroll_Status IN (2, 3, 4)"),
    ("school_enrollment.entry_date=gt=2026-08-17", "EntryDate > '2026-08-17'"),
    ("school_enrollment.entry_date==2026-08-17;id=lt=500", "EntryDate = '2026-08-17' AND DCID < 500"),
    ("", "1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "condition"), FILTERS, ids=[one[0] or "nothing" for one in FILTERS])
def test_what_a_filter_lets_through(read, rows, text, condition):
    truth = [dcid for (dcid,) in rows(f"SELECT DCID FROM Students WHERE {condition} ORDER BY DCID")]
    assert read(f"district/student/count?q={quote(text)}")["resource"]["count"] == len(truth)
    found = read(f"district/student?q={quote(text)}")["students"].get("student", [])
    assert [one["id"] for one in ([found] if isinstance(found, dict) else found)] == truth[:100]


def test_operators_may_travel_as_they_are(read):
    """One client writes ``=`` and ``;`` into the URL without quoting them."""
    path = "district/student/count?q=school_enrollment.enroll_status==(A,P);id=gt=500&page=1"
    assert 0 < read(path)["resource"]["count"] < 431


@pytest.mark.parametrize(
    "text",
    ["id!=5", "nonsense==1", "id", "id==x", "id==1 OR id==2", "school_enrollment.entry_date=gt=17.08.2026",
     "school_enrollment.enroll_status==Z", "id==(1,x)", "id=gt=(1,2)", "demographics.gender==F"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["district/student", "district/student/count"])
def test_what_is_no_filter(get, path, text):
    answer = get(f"{path}?q={quote(text)}")
    assert answer.status == 400
    assert answer.json["errorMessage"]["message"].startswith("Invalid")


def test_a_filter_on_one_object_is_of_no_effect(read):
    assert read("student/431?q=local_id==0")["student"]["id"] == 431


@pytest.mark.parametrize(
    ("path", "count"), [("school/4/term?q=start_year==2026", 7), ("school/4/term?q=start_year==1999", 0)]
)
def test_terms_by_year(read, count, path):
    assert len(read(path)["terms"].get("term", [])) == count
