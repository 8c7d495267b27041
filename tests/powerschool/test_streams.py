"""Streams as SQL, as an access list and as a plugin package."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo.oracle import compile_query, parse
from psconnect.demo.server.database import District as DistrictFile
from psconnect.http import Answer
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.powerschool import streams as s
from psconnect.powerschool.plugin import NAMESPACE, build_plugin, digest_of, query_name
from psconnect.powerschool.sql import page_sql
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet, streams_for
from psconnect.wording.errors import word
from tests.powerschool.conftest import YEAR, Open
from tests.support.home import CHECKOUT

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = streams_for(
    contacts=True,
    portal=True,
    fields={
        "student": ["U_STUDENTS_EXTENSION.Locker", "StudentCoreFields.PrimaryLanguage", "Students.Gender"],
        "class": ["Sections.MaxEnrollment"],
        "admin": ["Users.Title"],
    },
)
NO_PARENTS = streams_for(contacts=False, fields={})
OWNER = Connection("Lincoln roster", "oneroster", "bcdfgh")


def _used(stream: Stream) -> set[tuple[str, str]]:
    """Every (TABLE, FIELD) that a query's SQL touches, found by reading the SQL alone."""
    text = page_sql(stream)
    used: set[tuple[str, str]] = set()
    ranked = r"LEFT JOIN \((SELECT (?:UPPER\()?m\..*?)\) (\w+)\n  ON "
    for inner, _alias in re.findall(ranked, text):
        table = re.search(r"FROM (\w+) m", inner)[1].upper()
        used |= {(table, name.upper()) for name in re.findall(r"\bm\.(\w+)", inner)}
    of_ranked = {alias: re.search(r"FROM (\w+) m", inner)[1] for inner, alias in re.findall(ranked, text)}
    text = re.sub(ranked, "ON ", text)
    tables = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN) (\w+) (\w+)", text)}
    tables |= {"t": tables["b"], **of_ranked}
    made = {"row_no", "place", "looked_up", "among", "lowest", "highest"}
    for alias, name in re.findall(r"\b(\w+)\.(\w+)\b", text):
        if name not in made and not name.startswith("told_"):
            used.add((tables[alias].upper(), name.upper()))
    return used


STREAMS = [
    *(pytest.param(stream, id=f"{name} with everything") for name, stream in EVERYTHING.by_name.items()),
    *(pytest.param(stream, id=name) for name, stream in NO_PARENTS.by_name.items()),
]


@pytest.mark.parametrize("stream", [s.STUDENTS, s.SECTION_TEACHERS], ids=lambda stream: stream.name)
def test_the_sql_of_a_stream(stream: Stream) -> None:
    assert page_sql(stream) + "\n" == (GOLDEN / f"{stream.name}.sql").read_text(encoding="utf-8")


@pytest.mark.parametrize("stream", STREAMS)
def test_the_select_list_is_the_columns(stream: Stream) -> None:
    aliases = {lookup.alias: lookup.table for lookup in stream.lookups} | {"t": stream.table}
    # Dates are answered as text, formatted by the server.
    text = re.sub(r"TO_CHAR\((\S+), 'YYYY-MM-DD'\)", r"\1", page_sql(stream).partition("\n")[0])
    assert {found[1] for found in re.finditer(r"TO_CHAR\(\S+, 'YYYY-MM-DD'\) (\w+)", page_sql(stream))} == set(
        stream.dates
    )
    # Of several rows with one key, the first and the last are named.
    text = re.sub(r"CASE WHEN (\w+)_g\.among > 1 THEN \w+\.\w+ END", r"\1.dcid", text)
    select = text.removeprefix("SELECT ").split(", ")
    listed = [re.fullmatch(r"(\w+)\.(\w+) (\w+)", item).groups() for item in select]
    assert [(aliases[alias].upper(), name.upper(), output) for alias, name, output in listed] == [
        (column.table.upper(), column.field.upper(), column.name) for column in stream.columns
    ]
    assert stream.columns[0].field == stream.key
    assert len({column.name for column in stream.columns}) == len(stream.columns)
    assert set(stream.always) <= {column.name for column in stream.columns}


@pytest.mark.parametrize("stream", STREAMS)
def test_the_access_list_is_what_the_sql_touches_and_nothing_more(stream: Stream) -> None:
    assert stream.grants() == _used(stream)


@pytest.mark.parametrize("stream", STREAMS)
def test_the_arguments_are_those_of_the_sql(stream: Stream) -> None:
    assert set(re.findall(r":(\w+)", page_sql(stream))) == {"first_key", "page_rows", *stream.arguments}
    assert set(stream.arguments) <= set(YEAR)


def test_without_parents_nothing_of_contacts_is_asked_for() -> None:
    tables = {table for table, _field in NO_PARENTS.grants()}
    # A student's own mail address is the one thing that PowerSchool keeps among the persons' addresses.
    assert tables & {"PERSON", "STUDENTCONTACTASSOC", "STUDENTCONTACTDETAIL", "PERSONPHONENUMBERASSOC", "PHONENUMBER",
                     "GUARDIAN", "GUARDIANSTUDENT", "CODESET"} == set()  # fmt: skip
    assert set(NO_PARENTS.by_name) == set(EVERYTHING.by_name) - {"contacts", "relationships", "portal_accounts"}


@pytest.mark.parametrize("streams", [EVERYTHING, NO_PARENTS], ids=["everything", "no parents"])
def test_nobodys_secrets_are_asked_for(streams: StreamSet) -> None:
    asked = {field for _table, field in streams.grants()}
    assert not {field for field in asked if re.search("PASSWORD|PW$|SSN|DOB|LUNCH|ETHNICITY|MEDICAL|STREET", field)}


def test_a_field_of_the_base_table_is_added() -> None:
    students = EVERYTHING.by_name["students"]
    assert [column.full_name for column in students.columns if column.name == "gender"] == ["students.gender"]
    assert ("STUDENTS", "GENDER") in students.grants()
    assert ("USERS", "TITLE") in EVERYTHING.by_name["users"].grants()
    assert ("SECTIONS", "MAXENROLLMENT") in EVERYTHING.for_entity("class").grants()


def test_a_mapped_field_that_is_a_date_is_formatted_in_sql() -> None:
    students = streams_for(contacts=False, fields={"student": ["Students.EntryDate"]}).by_name["students"]
    assert students.dates == ("entrydate",)
    assert "TO_CHAR(t.entrydate, 'YYYY-MM-DD') entrydate" in page_sql(students)


def test_a_field_of_an_extension_is_added_with_its_way_back() -> None:
    students = EVERYTHING.by_name["students"]
    assert {("U_STUDENTS_EXTENSION", "LOCKER"), ("U_STUDENTS_EXTENSION", "STUDENTSDCID"),
            ("STUDENTCOREFIELDS", "PRIMARYLANGUAGE")} <= students.grants()  # fmt: skip
    assert (
        "LEFT JOIN u_students_extension u_students_extension ON u_students_extension.studentsdcid = t.dcid"
        in page_sql(students)
    )


def test_a_field_that_is_read_anyway_is_not_added_twice() -> None:
    chosen = streams_for(contacts=True, fields={"student": ["students.LAST_name", "EmailAddress.EmailAddress"]})
    assert chosen.by_name["students"] == s.STUDENTS


def test_two_fields_that_would_have_the_same_name() -> None:
    chosen = streams_for(contacts=False, fields={"student": ["U_X.Email", "Students.Email", "Students.Section_DCID"]})
    names = [column.name for column in chosen.by_name["students"].columns]
    assert len(names) == len(set(names))
    assert {"email", "email_1", "u_x_email", "section_dcid"} <= set(names)


def test_no_name_is_longer_than_oracle_took_before_its_release_12_2() -> None:
    """It refuses a whole query for one longer name (ORA-00972)."""
    fields = [f"U_STUDENTSUSERFIELDS.FATHER_EMPLOYER_{name}" for name in ("ADDRESS", "CITY", "ZIP_CODE")]
    chosen = streams_for(contacts=True, portal=True, fields={"student": [*fields, f"Students.{'X' * 30}"]})
    for stream in chosen.by_name.values():
        names = [column.name for column in stream.columns]
        assert len(names) == len(set(names))
        assert max(map(len, re.findall(r"\w+", page_sql(stream)))) <= 30


@pytest.mark.parametrize(
    ("entity", "field", "hint"),
    [
        ("student", "Student.First_Name", "Did you mean “Students.First_Name”?"),
        ("student", "Schools.Name", "Students.Schoolid"),
        ("calendar", "Courses.Course_Name", "Terms."),
        ("contact", "Person2.FirstName", "Did you mean “Person.Firstname”?"),
        ("teacher", "Zzz.Qqq", "Known: "),
    ],
)
def test_a_table_that_can_not_be_reached_is_refused_with_the_nearest_field(entity: str, field: str, hint: str) -> None:
    with pytest.raises(FixSettings) as caught:
        streams_for(contacts=True, fields={entity: [field]})
    assert (caught.value.code, caught.value.where) == ("PSC-MAPPING-FIELD", f"mapping.{entity}")
    assert field in word(caught.value).happened
    assert hint in word(caught.value).to_do


def test_fields_of_an_entity_that_is_not_read_ask_for_nothing() -> None:
    assert streams_for(contacts=False, fields={"contact": ["Person.IsActive"]}).grants() == NO_PARENTS.grants()


# --- the package -----------------------------------------------------------------------------------------------------


def _files(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def _file(stream: Stream) -> str:
    return f"queries_root/{query_name(stream, OWNER.id)}.named_queries.xml"


def test_the_package_keeps_to_the_limits_of_the_schema() -> None:
    package = build_plugin(EVERYTHING, "1.20261118.173000", OWNER)
    files = _files(package.content)
    assert next(iter(files)) == "plugin.xml"
    assert set(files) - {"plugin.xml"} == {_file(stream) for stream in EVERYTHING.by_name.values()}
    root = ET.fromstring(files["plugin.xml"])
    assert root.tag == f"{{{NAMESPACE}}}plugin"
    assert [child.tag.rpartition("}")[2] for child in root] == ["oauth", "access_request", "publisher"]
    assert 1 <= len(root.attrib["name"]) <= 40
    assert root.attrib["name"] == "psconnect roster bcdfgh" == package.name
    assert len(root.attrib["version"]) <= 20
    assert len(root.attrib["description"]) <= 256
    assert root[0].attrib == {}, "no use for /ws/v1, so no access level is asked for"
    contact = root[2][0]
    assert 1 <= len(contact.attrib["email"]) <= 40
    fields = [tuple(field.attrib.values()) for field in root[1]]
    assert fields == [(table, field, "ViewOnly") for table, field in package.access]
    assert len(fields) == len(set(fields))
    assert all(len(table) <= 30 and len(field) <= 30 for table, field, _access in fields)


def test_the_queries_of_the_package() -> None:
    files = _files(build_plugin(EVERYTHING, "1.0", OWNER).content)
    for stream in EVERYTHING.by_name.values():
        (query,) = ET.fromstring(files[_file(stream)])
        assert query.attrib["name"] == query_name(stream, "bcdfgh")
        assert len(query.attrib["name"]) <= 200
        assert re.fullmatch(r"com\.psconnect\.bcdfgh\.q[0-9a-f]{8}\.\w+", query.attrib["name"])
        assert not query.attrib["name"].startswith(("com.powerschool", "com.pearson"))
        assert [child.tag for child in query] == ["description", "args", "columns", "sql"]
        assert (query[3].text or "").strip() == page_sql(stream)
        assert ";" not in (query[3].text or "")
        columns = [(column.attrib["column"], column.text) for column in query[2]]
        assert columns == [(f"{column.table}.{column.field}", column.name) for column in stream.columns]
        assert all(re.fullmatch(r"\w+", alias or "") for _column, alias in columns)
        assert [arg.attrib["name"] for arg in query[1]] == ["first_key", "page_rows", *stream.arguments]


def test_an_argument_names_a_column_only_where_it_is_a_number_compared_with_it() -> None:
    """PowerSchool types an argument by its column and refuses what does not fit (docs/powerschool.md 19)."""
    files = _files(build_plugin(EVERYTHING, "1.0", OWNER).content)
    for name, stream in EVERYTHING.by_name.items():
        (query,) = ET.fromstring(files[_file(stream)])
        columns = {arg.attrib["name"]: arg.attrib.get("column") for arg in query[1]}
        assert columns.pop("first_key") == f"{stream.table}.{stream.key}".lower()
        assert columns.pop("page_rows") is None
        terms = "sections.termid" if name == "section_teachers" else f"{stream.table}.termid".lower()
        typed = {"first_term": terms, "last_term": terms, "first_day": None, "last_day": None, "today": None}
        assert columns == {argument: typed[argument] for argument in stream.arguments}


@pytest.mark.parametrize("name", ["calendar_days", "section_teachers", "enrollments"])
def test_arguments_mean_the_same_however_the_server_binds_them(name: str, open_reading: Open) -> None:
    reading, stream = open_reading(install=False), EVERYTHING.by_name[name]
    given = {"first_key": "0", "page_rows": "2000000000", "first_term": "3600", "last_term": "3699",
             "first_day": "20260901", "last_day": "20260930"}  # fmt: skip
    district = DistrictFile(Path(reading.server.database), reading.clock.now)
    try:
        compiled = compile_query(parse(page_sql(stream)), district.catalogue)
        with district.reader() as reader:
            answers = [
                list(reader.rows(compiled.sql, {name: bind(given[name]) for name in compiled.binds}))
                for bind in (str, int, float)
            ]
    finally:
        district.close()
    assert answers[0]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize("name", ["calendar_days", "enrollments", "students"])
def test_arguments_are_sent_as_digits(name: str, open_reading: Open) -> None:
    reading = open_reading()
    sent: list[bytes] = []
    call = reading.client.http.call

    def listening(method: str, path: str, **more: Any) -> Answer:
        sent.append(more.get("content") or b"")
        return call(method, path, **more)

    reading.client.http.call = listening  # type: ignore[method-assign]
    assert reading.read(name).rows
    bodies = [json.loads(body) for body in sent if body.startswith(b"{")]
    assert bodies
    assert all(isinstance(value, str) and value.isdecimal() for body in bodies for value in body.values())


@pytest.mark.parametrize("name", ['Lincoln <& "North">', "x" * 5_000, "ñ" * 200, "\U0001f3eb" * 100])
def test_the_description_names_the_connection_within_the_limit(name: str) -> None:
    """At most 256, whatever the server counts: bytes, or characters of 16 bits."""
    owner = Connection(name, "oneroster", "bcdfgh")
    text = ET.fromstring(_files(build_plugin(EVERYTHING, "1.0", owner).content)["plugin.xml"]).attrib["description"]
    assert len(text.encode()) <= 256
    shown = text.partition("“")[2].rpartition("”")[0]
    assert shown == name or (name.startswith(shown.removesuffix("…")) and len(shown) > 30)


def test_the_same_choices_give_the_same_bytes() -> None:
    assert build_plugin(EVERYTHING, "1.0", OWNER).content == build_plugin(EVERYTHING, "1.0", OWNER).content
    assert build_plugin(EVERYTHING, "1.0", OWNER).content != build_plugin(EVERYTHING, "1.1", OWNER).content
    with zipfile.ZipFile(io.BytesIO(build_plugin(EVERYTHING, "1.0", OWNER).content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


_BUILD = """
import hashlib
from psconnect.model.connection import from_dict
from psconnect.powerschool.plugin import build_plugin
from psconnect.sync.compose import choices_of
mapping = {
    "teacher": {"username": "{Users.Title}", "middleName": "{Users.PreferredName}"},
    "admin": {"username": "{Users.Gender}", "middleName": "{Users.LastFirst}"},
    "student": {"middleName": "{U_STUDENTS_EXTENSION.Locker} {U_STUDENTS_EXTENSION.Device} {Students.Track}"},
}
connection = from_dict({"name": "x", "preset": "oneroster", "id": "bcdfgh", "mapping": mapping})
choices = choices_of(connection)
print(hashlib.sha256(build_plugin(choices.reads.streams, "1", connection).content).hexdigest())
"""


def test_the_same_choices_give_the_same_bytes_in_every_process() -> None:
    """Else a plugin that the window built would be unknown to the scheduled run."""
    digests = {
        subprocess.run(
            [sys.executable, "-c", _BUILD],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(CHECKOUT), "SYSTEMROOT": "C:\\Windows"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (1, 2, 3, 4)
    }
    assert len(digests) == 1


def test_a_querys_name_changes_with_what_it_answers() -> None:
    plain = {name: digest_of(stream) for name, stream in streams_for(contacts=True, fields={}).by_name.items()}
    mapped = {name: digest_of(stream) for name, stream in EVERYTHING.by_name.items()}
    assert {name for name in plain if plain[name] != mapped[name]} == {"students", "sections", "users"}


def test_the_server_takes_the_package_and_every_query_loads(open_reading: Open) -> None:
    mapping = {"student": {"middleName": "{U_STUDENTS_EXTENSION.Locker}"}}
    reading = open_reading(settings={"mapping": mapping})
    for name, stream in reading.streams.items():
        assert reading.queries().count(stream, YEAR) > 0, name


def test_with_an_older_plugin_the_answer_is_not_found_never_other_columns(open_reading: Open) -> None:
    reading = open_reading()
    newer = streams_for(contacts=True, fields={"student": ["Students.Gender"]}).by_name
    assert reading.read("students").rows
    reader = reading.queries()
    for call in (lambda: reader.count(newer["students"], YEAR), lambda: reader.page(newer["students"], YEAR, -1)):
        with pytest.raises(FixSettings) as caught:
            call()
        assert caught.value.code == "PSC-ACCESS-NOT-FOUND"
        assert "older version" in word(caught.value).happened
    assert reading.queries().count(newer["schools"], YEAR) > 0
