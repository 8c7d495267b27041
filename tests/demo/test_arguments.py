"""docs/powerschool.md 19: an argument is bound as the column is typed that it names."""

from __future__ import annotations

import pytest

from tests.demo.support import Query, package

NAME = "com.roster.test.students.argument"


def query(sql, *arguments):
    return Query(NAME, ("STUDENTS.DCID dcid",), sql, arguments)


def answer(server, signed_in, sql, argument, value):
    """What a query of one argument, declared as ``argument``, answers to a value."""
    name = argument.partition("@")[0]
    return signed_in(server, package([query(sql, argument)])).query(NAME, {name: value})


ENTERED = "SELECT dcid FROM students WHERE dcid = 431 AND entrydate >= {}"
SAFE = ENTERED.format("TO_DATE(TO_CHAR(CAST(:day AS INTEGER)), 'YYYYMMDD')")
PLAIN = ENTERED.format("TO_DATE(TO_CHAR(:day), 'YYYYMMDD')")
TYPED = ENTERED.format(":day")
LATER = "SELECT dcid FROM students WHERE dcid > {} AND dcid < 433"


@pytest.mark.parametrize("types", ["column", "text"])
def test_old_argument_is_refused_once_columns_type(serve, signed_in, types):
    sql = ENTERED.format("TO_DATE(:first_day, 'YYYY-MM-DD')")
    found = answer(serve(argument_types=types), signed_in, sql, "first_day@students.dcid", "2026-08-01")
    if types == "text":
        assert [record["dcid"] for record in found.records] == ["431"]
    else:
        assert found.status == 400
        assert found.message == "Invalid number '2026-08-01' passed for argument first_day"


@pytest.mark.parametrize("value", ["20260801", 20260802, "x", "", "2026-02-30", "2026-8-1"])
def test_date_column_takes_a_date_alone(serve, signed_in, value):
    found = answer(serve(argument_types="column"), signed_in, TYPED, "day@students.entrydate", value)
    assert found.status == (200 if value == "" else 400)
    if value != "":
        assert found.message == f"Invalid date '{value}' passed for argument day"


def test_date_argument_is_a_date_in_the_statement(serve, signed_in):
    server = serve(argument_types="column")
    assert len(answer(server, signed_in, TYPED, "day@students.entrydate", "2026-08-01").records) == 1
    sql = ENTERED.format("TO_DATE(:day, 'YYYY-MM-DD')")
    refused = answer(serve(argument_types="column"), signed_in, sql, "day@students.entrydate", "2026-08-01")
    # TO_DATE turns the date into a text first, and that is written DD-MON-RR.
    assert refused.status == 500
    assert refused.message.startswith("ORA-01861")


@pytest.mark.parametrize("value", ["431", 431.0, " 431 ", "4.31E2"])
@pytest.mark.parametrize("bound", ["number", "floating"])
def test_number_column_takes_every_number(serve, signed_in, value, bound):
    server = serve(argument_types="column", number_arguments=bound)
    found = answer(server, signed_in, LATER.format(":after"), "after@students.dcid", value)
    assert [record["dcid"] for record in found.records] == ["432"]


@pytest.mark.parametrize("value", ["x", "431a", "1e999", "٤٣١", "0x1F", "4,31"])
def test_number_column_takes_nothing_else(serve, signed_in, value):
    found = answer(serve(argument_types="column"), signed_in, LATER.format(":after"), "after@students.dcid", value)
    assert found.status == 400
    assert found.message == f"Invalid number '{value}' passed for argument after"


def test_text_column_takes_what_it_gets(serve, signed_in):
    sql = "SELECT dcid FROM students WHERE dcid = 431 AND :words = 'x, 2026-08-01'"
    found = answer(serve(argument_types="column"), signed_in, sql, "words@students.last_name", "x, 2026-08-01")
    assert len(found.records) == 1


@pytest.mark.parametrize("bound", ["text", "number", "floating"])
def test_digits_converted_in_the_statement_work_however_they_are_bound(serve, signed_in, bound):
    server = serve(argument_types="column", plain_arguments=bound)
    assert len(answer(server, signed_in, SAFE, "day", "20260801").records) == 1


@pytest.mark.parametrize(("bound", "status"), [("text", 200), ("number", 200), ("floating", 500)])
def test_floating_number_has_an_exponent_as_text(serve, signed_in, bound, status):
    found = answer(serve(argument_types="column", plain_arguments=bound), signed_in, PLAIN, "day", "20260801")
    assert found.status == status


@pytest.mark.parametrize("bound", ["number", "floating"])
def test_number_without_column_takes_no_words(serve, signed_in, bound):
    found = answer(serve(argument_types="column", plain_arguments=bound), signed_in, SAFE, "day", "2026-08-01")
    assert found.message == "Invalid number '2026-08-01' passed for argument day"


@pytest.mark.parametrize(
    ("value", "text"),
    [(20260818, "2.0260818E+007"), (1, "1.0E+000"), (-0.25, "-2.5E-001"), (0, "0.0E+000"), (10, "1.0E+001")],
)
@pytest.mark.parametrize("written", [":n", ":n + 0", "TRUNC(:n, 2)", "ABS(:n) * SIGN(:n)"])
def test_how_a_floating_number_is_written(serve, signed_in, value, text, written):
    sql = f"SELECT dcid FROM students WHERE dcid = 431 AND TO_CHAR({written}) = '{text}'"
    server = serve(argument_types="column", plain_arguments="floating")
    assert len(answer(server, signed_in, sql, "n", value).records) == 1


def test_switch_counts_for_plugins_installed_before(serve, signed_in):
    server = serve(argument_types="text")
    caller = signed_in(server, package([query(ENTERED.format("TO_DATE(:d, 'YYYY-MM-DD')"), "d@students.dcid")]))
    assert caller.query(NAME, {"d": "2026-08-01"}).status == 200
    server.set_quirks(argument_types="column")
    assert caller.query(NAME, {"d": "2026-08-01"}).status == 400


def test_column_of_an_argument_must_exist(serve, signed_in):
    found = answer(serve(), signed_in, LATER.format(":after"), "after@students.nothing", 1)
    assert found.status == 404


@pytest.mark.parametrize("bound", ["text", "number", "floating"])
def test_servers_own_queries_bind_as_before(serve, signed_in, bound):
    caller = signed_in(
        serve(argument_types="column", plain_arguments=bound), package(fields=["STUDENTS.DCID", "STUDENTS.ID"])
    )
    found = caller.query("com.pearson.core.student.student_dcid_id_map", {"students_dcid": [431, "432"]})
    assert [record["dcid"] for record in found.records] == ["431", "432"]
