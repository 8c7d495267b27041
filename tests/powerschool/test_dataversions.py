"""Data versions: both forms of the answer, what is no answer, and which tables can change a stream."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from psconnect.demo.server.subscriptions import read_subscriptions
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.dataversions import (
    BEGINNING,
    HINTED,
    application_of,
    changes_since,
    count_rows,
    decode_changes,
    identity_lookups,
    subscription_file,
    tables_of,
)
from psconnect.powerschool.plugin import build_plugin
from psconnect.powerschool.stream import StreamColumn
from tests.support.demo import Connect, Connected

STREAMS = s.streams_for(contacts=True, fields={}, portal=True)
# The tables whose changes decide whether a stream is read again.
TOUCHED = {table for name in HINTED for table in tables_of(STREAMS.by_name[name])}
OWNER = Connection("Lincoln roster", "oneroster", "bcdfgh")


@pytest.fixture
def watched(connect: Connect) -> Connected:
    return connect(students=200, settings={"source": {"compare": "incremental"}})


@pytest.fixture
def client(watched: Connected) -> Iterator[PowerSchoolClient]:
    made = watched.client()
    made.sign_in()
    yield made
    made.http.close()


@pytest.mark.parametrize("text", [True, False], ids=["version as text", "version as number"])
@pytest.mark.parametrize("form", ["object", "array"])
def test_changed_rows_in_each_form(watched: Connected, client: PowerSchoolClient, form: str, text: bool) -> None:
    watched.server.set_quirks(data_version_tables=form, data_version_text=text)
    first = changes_since(client, BEGINNING)
    assert first.keys == {}
    keys = [key for (key,) in watched.sql("SELECT dcid FROM students ORDER BY dcid LIMIT 2")]
    watched.sql("UPDATE students SET first_name = 'New' WHERE dcid IN (?, ?)", *keys)
    watched.sql("UPDATE sections SET room = 'R' WHERE dcid = (SELECT min(dcid) FROM sections)")
    watched.sql("UPDATE terms SET name = 'T'")
    since = changes_since(client, first.version)
    assert since.keys.keys() == {"STUDENTS", "SECTIONS"}, "nobody asked about terms"
    assert since.keys["STUDENTS"] == set(keys)
    assert changes_since(client, since.version).keys == {}


def test_a_plugin_without_the_file_has_no_data_versions(connect: Connect) -> None:
    connected = connect(students=200)
    made = connected.client()
    with pytest.raises(FixSettings):
        changes_since(made, BEGINNING)
    made.http.close()


def test_the_rows_of_a_table_are_counted(watched: Connected, client: PowerSchoolClient) -> None:
    assert count_rows(client, "EMAILADDRESS") == watched.sql("SELECT count(*) FROM emailaddress")[0][0]
    with pytest.raises(FixSettings):
        count_rows(client, "NOWHERE")


def test_tables_listed_twice_are_put_together() -> None:
    answer = decode_changes(b'{"$dataversion":"7","tables":[{"cc":[1,"2"]},{"CC":[3],"users":[]}]}')
    assert (answer.version, answer.keys) == ("7", {"CC": {1, 2, 3}, "USERS": frozenset()})


@pytest.mark.parametrize(
    "body",
    [
        b'{"$dataversion":"7"}',
        b'{"tables":{}}',
        b'{"$dataversion":"-1","tables":{}}',
        b'{"$dataversion":"next","tables":{}}',
        b'{"$dataversion":1.5,"tables":{}}',
        b'{"$dataversion":"7","tables":{"cc":["x"]}}',
        b'{"$dataversion":"7","tables":{"cc":7}}',
        b'{"$dataversion":"7","tables":null}',
    ],
)
def test_another_form_is_no_answer(body: bytes) -> None:
    """What can't be read is never taken for "nothing has changed"."""
    with pytest.raises(msgspec.ValidationError):
        decode_changes(body)


def test_the_plugin_carries_the_file_only_where_it_is_wanted() -> None:
    def names(package: bytes) -> list[str]:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            return archive.namelist()

    plain = build_plugin(STREAMS, "1.0", OWNER)
    watching = build_plugin(STREAMS, "1.0", OWNER, data_versions=True)
    file = "data_change_configuration_root/psconnect_bcdfgh.change_listener_config.xml"
    assert set(names(watching.content)) - set(names(plain.content)) == {file} == {subscription_file("bcdfgh")}
    assert watching.access == plain.access, "it asks to view no more than before"
    with zipfile.ZipFile(io.BytesIO(watching.content)) as archive:
        content = archive.read(file)
    (read,) = read_subscriptions(content)
    assert (read.application, list(read.tables)) == (application_of("bcdfgh"), sorted(TOUCHED))
    root = ET.fromstring(content)
    assert [child.tag for child in root] == ["application", "dataVersionSubscription"]
    columns = {(table.attrib["name"], column.attrib["name"]) for table in root[1] for column in table}
    assert columns == {pair for name in HINTED for pair in STREAMS.by_name[name].grants()}


def test_every_table_behind_a_stream_is_watched() -> None:
    for name in HINTED:
        stream = STREAMS.by_name[name]
        assert tables_of(stream) == {table for table, _field in stream.grants()}
        assert tables_of(stream) <= TOUCHED


def test_what_is_looked_up_only_to_know_who_somebody_is_and_whether_they_graduated() -> None:
    found = {name: [one.table for one in identity_lookups(STREAMS.by_name[name])] for name in HINTED}
    assert found == {
        "enrollments": ["STUDENTS", "SECTIONS"],
        "students": [],
        "contacts": [],
        "relationships": ["STUDENTS"],
    }


def test_a_lookup_that_finds_more_is_none_of_identity() -> None:
    more = s.streams_for(contacts=False, fields={"enrollment": ["CC.DCID"]}).by_name["enrollments"]
    number = StreamColumn("number", "STUDENTS", "STUDENT_NUMBER", "student")
    widened = replace(more, columns=(*more.columns, number))
    assert [one.table for one in identity_lookups(widened)] == ["SECTIONS"]
