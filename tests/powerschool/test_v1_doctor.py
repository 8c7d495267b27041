"""What the access doctor says where the v1 interface is all there is: what it lacks, what to do, what it costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psconnect.demo import Fault
from psconnect.model.errors import FixSettings
from psconnect.powerschool import menus, v1_fields
from psconnect.powerschool.doctor import examine
from psconnect.powerschool.stream import StreamColumn
from psconnect.powerschool.streams import MAPPED_STREAMS, StreamSet, streams_for
from psconnect.wording.checks import WordedFinding, word_finding
from psconnect.wording.errors import word
from tests.demo.support import plugin_xml
from tests.powerschool.conftest import Open, Reading

ALWAYS = ["Calendar", "District office", "Home schools", "Lost records", "Teaching dates", "Courses of the district"]


def vendors(reading: Reading, fields: tuple[str, ...] = (), oauth: str = '<oauth accessLevelV1Api="READ"/>') -> None:
    """Our plugin is gone, and the client signs in with somebody else's."""
    reading.server.delete(reading.connected.plugin)
    reading.server.install(plugin_xml(fields, name="Vendor", oauth=oauth).encode())
    plugin = reading.server.enable("Vendor")
    reading.client.client_id, reading.client.secret = str(plugin.client_id), str(plugin.client_secret)


def findings(reading: Reading, access: str, streams: StreamSet, *, co_teachers: bool = False) -> list[WordedFinding]:
    found = [word_finding(one) for one in examine(reading.client, streams, access, co_teachers=co_teachers)]
    assert len({finding.step for finding in found}) == len(found)
    assert all(finding.text.endswith(".") for finding in found)
    assert all(finding.to_do for finding in found if finding.state != "ok")
    return found


@pytest.mark.parametrize("access", ["auto", "v1"])
def test_what_is_lacking_is_named_before_a_run(open_reading: Open, access: str) -> None:
    reading = open_reading(students=200)
    vendors(reading)
    streams = streams_for(contacts=True, fields={"class": ["Sections.Room", "Sections.Expression"]})
    found = findings(reading, access, streams, co_teachers=True)
    failed = {finding.step: finding for finding in found if finding.state == "failed"}
    assert list(failed) == ["Sections.Room for class", "Co-teachers"]
    assert {finding.code for finding in failed.values()} == {"PSC-ACCESS-V1-MISSING"}
    assert failed["Sections.Room for class"].to_do.startswith("Map what uses Sections.Room in mapping.class")
    assert failed["Co-teachers"].to_do.startswith("Set options.co_teachers to false.")
    warned = [finding.step for finding in found if finding.state == "warning"]
    assert warned == [*ALWAYS, "Former contacts", "Estimate"]
    assert menus.PLUGINS in found[-1].to_do
    calls = reading.connected.sql("SELECT count(*) FROM Sections WHERE TermID BETWEEN 3600 AND 3699")[0][0]
    estimate = int(found[-1].text.split("takes about ")[1].split(" calls")[0].replace(",", ""))
    assert estimate > 2 * calls


def test_nothing_fails_where_the_settings_do_without(open_reading: Open) -> None:
    reading = open_reading(students=200)
    vendors(reading)
    found = findings(reading, "auto", streams_for(contacts=False, fields={"class": ["Sections.Expression"]}))
    assert [finding.step for finding in found if finding.state == "failed"] == []
    assert [finding.step for finding in found if finding.state == "warning"] == [*ALWAYS, "Estimate"]


def test_with_tables_the_tables_are_examined(open_reading: Open) -> None:
    reading = open_reading(students=200)
    vendors(reading, ("SCHOOLS.DCID", "SCHOOLS.SCHOOL_NUMBER"))
    found = findings(reading, "auto", streams_for(contacts=False, fields={}))
    assert "Students" in [finding.step for finding in found if finding.code == "PSC-ACCESS-FIELD"]
    assert not {*ALWAYS} & {finding.step for finding in found}


def test_a_closed_v1_is_said_so(open_reading: Open) -> None:
    reading = open_reading(students=200)
    vendors(reading, oauth="<oauth/>")
    streams = streams_for(contacts=False, fields={})
    found = findings(reading, "v1", streams)
    assert (found[-1].step, found[-1].code) == ("The v1 interface", "PSC-AUTH-V1")
    assert "Estimate" not in [finding.step for finding in findings(reading, "auto", streams)]


def test_a_server_that_breaks_is_said_so(open_reading: Open) -> None:
    reading = open_reading(students=200)
    vendors(reading)
    reading.server.set_faults([Fault("N13", path="/ws/v1/school/*")])
    found = findings(reading, "v1", streams_for(contacts=False, fields={}))
    assert (found[-1].step, found[-1].code) == ("The v1 interface", "PSC-HTTP-SERVER")


LACKED = {
    "SECTIONS.ROOM", "SECTIONS.TEACHER", "USERS.HOMESCHOOLID", "COURSES.SCHOOLID", "CC.SECTIONID",
    "CALENDAR_DAY.INSESSION",
}  # fmt: skip
"""What some stream has and a mapping can't have by v1."""


@pytest.mark.parametrize("entity", MAPPED_STREAMS)
def test_every_field_is_given_or_named(entity: str) -> None:
    """Whatever the streams have, a mapping of it is either given by v1 or said to be missing."""
    streams = streams_for(contacts=True, fields={}, portal=True)
    assert lacking(streams) == [], "what psconnect itself reads is given, or one of the differences"
    for column in streams.for_entity(entity).columns:
        full_name = f"{column.table}.{column.field}"
        mapped = streams_for(contacts=True, fields={entity: [full_name]}, portal=True)
        expected = [f"{full_name} for {entity}"] if full_name in LACKED else []
        assert lacking(mapped) == expected, column
        mapped = streams_for(contacts=True, fields={entity: [f"{column.table}.NONESUCH"]}, portal=True)
        assert lacking(mapped) == [f"{column.table}.NONESUCH for {entity}"]


def lacking(streams: StreamSet) -> list[str]:
    found = [gap.values for gap in v1_fields.gaps(streams, co_teachers=False) if gap.wanted]
    return [f"{values['field']} for {values['entity']}" for values in found]


def test_a_column_that_v1_does_not_know_is_never_empty_unsaid() -> None:
    streams = streams_for(contacts=False, fields={})
    positions = streams.by_name["school_staff"]
    new = replace(positions, columns=(*positions.columns, StreamColumn("new", "SCHOOLSTAFF", "NEW")))
    assert lacking(StreamSet({**streams.by_name, "school_staff": new})) == ["SCHOOLSTAFF.NEW for school_staff"]


def test_what_is_lacking_is_refused_in_one_sentence_each() -> None:
    streams = streams_for(contacts=True, fields={"contact": ["Person.Employer"], "student": ["S_STU_X.Field"]})
    with pytest.raises(FixSettings) as caught:
        v1_fields.refuse_gaps(v1_fields.gaps(streams, co_teachers=True))
    assert caught.value.code == "PSC-ACCESS-V1-MISSING"
    assert "Person.Employer" in word(caught.value).happened
    assert "S_STU_X" not in word(caught.value).happened, "extensions of students are given"
    assert "Set options.co_teachers to false." in word(caught.value).to_do
