"""docs/powerschool.md 11.2 and 19: how the values of rows look, in answers of queries and of tables."""

from __future__ import annotations

import pytest

from tests.demo.support import Query, package

NAME = "com.roster.test.mixed.values"
STUDENT = Query(
    NAME,
    ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME last", "STUDENTS.ENTRYDATE entry", "STUDENTS.ZIP zip"),
    "SELECT dcid, last_name, {} entry, zip FROM students WHERE dcid IN (431, 432, 433) ORDER BY dcid",
)
TERM = Query(
    NAME,
    ("TERMS.DCID dcid", "TERMS.ISYEARREC is_year", "TERMS.PORTION portion", "TERMS.NAME name"),
    "SELECT dcid, isyearrec, portion, name FROM terms WHERE yearid = 36 AND schoolid = 110 ORDER BY dcid",
    core="terms",
)


def with_sql(query, *words):
    return Query(query.name, query.columns, query.sql.format(*words), core=query.core)


def rows(server, signed_in, query):
    found = signed_in(server, package([query])).query(NAME)
    assert found.status == 200, found
    return found.records


@pytest.mark.parametrize(
    ("form", "dcid", "is_year", "portion"),
    [("text", str, str, str), ("number", int, int, int), ("boolean", int, bool, int), ("converted", int, int, int)],
)
def test_types_of_values(serve, signed_in, form, dcid, is_year, portion):
    for row in rows(serve(row_values=form), signed_in, TERM):
        assert (type(row["dcid"]), type(row["is_year"]), type(row["portion"])) == (dcid, is_year, portion)
        assert type(row["name"]) is str


def test_mixed_values_differ_within_one_answer(serve, signed_in):
    found = rows(serve(row_values="mixed"), signed_in, TERM)
    assert {type(row["dcid"]) for row in found} == {str, int}
    assert {type(row["is_year"]) for row in found} == {str, int, bool}
    assert {str(row["dcid"]) for row in found} == {row["dcid"] for row in rows(serve(), signed_in, TERM)}


def test_converted_texts_are_written_just_like_their_numbers(serve, signed_in):
    sql = "SELECT dcid, '007' a, '12' b, '1.50' c, '2.5' d, '-0' e, 'true' f, '12345678901234567' g FROM students "
    columns = ["STUDENTS.DCID dcid", *(f"STUDENTS.LAST_NAME {name}" for name in "abcdefg")]
    found = rows(serve(row_values="converted"), signed_in, Query(NAME, tuple(columns), sql + "WHERE dcid = 431"))
    expected = {"a": "007", "b": 12, "c": "1.50", "d": 2.5, "e": "-0", "f": True, "g": "12345678901234567"}
    assert {name: found[0][name] for name in "abcdefg"} == expected
    assert {name: type(found[0][name]) for name in "abcdefg"} == {name: type(expected[name]) for name in "abcdefg"}


@pytest.mark.parametrize("written", ["entrydate", "TO_CHAR(entrydate, 'YYYY-MM-DD')"])
@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("selected", "2026-08-17"),
        ("date", "2026-08-17"),
        ("timestamp", "2026-08-17 00:00:00.000"),
        ("T", "2026-08-17T00:00:00"),
    ],
)
def test_text_of_a_date_column_however_it_was_written(serve, signed_in, written, form, text):
    assert rows(serve(date_text=form), signed_in, with_sql(STUDENT, written))[0]["entry"] == text


@pytest.mark.parametrize("form", ["selected", "date", "timestamp", "T"])
def test_what_is_no_date_stays(serve, signed_in, form):
    found = rows(serve(date_text=form), signed_in, with_sql(STUDENT, "TO_CHAR(entrydate, 'MM/DD/YYYY')"))
    assert found[0]["entry"] == "08/17/2026"


@pytest.mark.parametrize(
    ("form", "plain", "written"),
    [("timestamp", "2026-08-17 00:00:00.000", "2026-08-17"), ("date", "2026-08-17", "2026-08-17")],
)
def test_dates_of_section_staff_are_timestamps(serve, signed_in, form, plain, written):
    query = Query(
        NAME,
        ("SECTIONTEACHER.ID id", "SECTIONTEACHER.START_DATE plain", "SECTIONTEACHER.END_DATE written"),
        "SELECT id, start_date a, TO_CHAR(start_date, 'YYYY-MM-DD') b FROM sectionteacher "
        "WHERE start_date = TO_DATE('2026-08-17', 'YYYY-MM-DD') ORDER BY id",
        core="sectionteacher",
    )
    row = rows(serve(timestamp_text=form), signed_in, query)[0]
    assert (row["plain"], row["written"]) == (plain, written)


@pytest.mark.parametrize(("ids", "keys"), [(True, {"_id", "_name", "dcid"}), (False, {"_name", "dcid"})])
def test_flattened_rows_with_core_table_may_carry_their_key(serve, signed_in, ids, keys):
    query = Query(NAME, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students WHERE dcid = 431")
    (row,) = rows(serve(row_ids=ids), signed_in, query)
    assert set(row) == keys
    assert row.get("_id", 431) == 431


def test_flattened_rows_without_core_table_carry_nothing_more(serve, signed_in):
    query = Query(NAME, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students WHERE dcid = 431", core="")
    assert rows(serve(row_ids=True), signed_in, query) == [{"dcid": "431"}]


@pytest.mark.parametrize(
    ("switches", "values"),
    [
        ({}, {"dcid": "431", "entrydate": "2026-08-17", "enroll_status": "0"}),
        ({"row_values": "number"}, {"dcid": 431, "entrydate": "2026-08-17", "enroll_status": 0}),
        ({"date_text": "T"}, {"dcid": "431", "entrydate": "2026-08-17T00:00:00", "enroll_status": "0"}),
    ],
)
def test_rows_of_tables_look_the_same(serve, signed_in, switches, values):
    fields = [f"STUDENTS.{name.upper()}" for name in values]
    caller = signed_in(serve(**switches), package((), fields))
    found = caller.get(f"/ws/schema/table/students?projection={','.join(values)}&q=dcid==431")
    assert found.records[0]["tables"]["students"] == values
    one = caller.get(f"/ws/schema/table/students/431?projection={','.join(values)}")
    assert one.json["tables"]["students"] == values


@pytest.mark.parametrize(("form", "kind"), [("text", str), ("mixed", int)])
def test_rows_of_tables_may_be_mixed(serve, signed_in, form, kind):
    caller = signed_in(serve(row_values=form), package((), ["TERMS.DCID", "TERMS.ISYEARREC"]))
    found = caller.get("/ws/schema/table/terms?projection=dcid,isyearrec").records
    assert {type(row["tables"]["terms"]["dcid"]) for row in found} == {str, kind}
    types = {type(row["tables"]["terms"]["isyearrec"]) for row in found}
    assert types == ({str} if form == "text" else {str, int, bool})
