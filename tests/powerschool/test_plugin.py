"""The plugin: its version, the check of the finished file, and the list of what it may view."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from psconnect.model.access import FieldUse
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.sections import BuiltPlugin
from psconnect.powerschool.access_list import access_list, plugin_gap
from psconnect.powerschool.plugin import PluginPackage, build_plugin
from psconnect.powerschool.plugin_check import check_names, faults_of
from psconnect.powerschool.plugin_versions import version_for
from psconnect.powerschool.streams import StreamSet, streams_for

NOW = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
VERSION = "1.20261118.173000"
OWNER = Connection("Lincoln roster", "oneroster", "bcdfgh")
EVERYTHING = streams_for(contacts=True, portal=True, fields={"student": ["Students.Gender", "U_X.note"]})
LEAST = streams_for(contacts=False, fields={}, co_teachers=False)


def package(streams: StreamSet = EVERYTHING, *, alone: bool = False, data_versions: bool = False) -> PluginPackage:
    return build_plugin(streams, VERSION, OWNER, alone=alone, data_versions=data_versions)


# --- version ---


def test_the_version_stays_while_the_content_does() -> None:
    first = version_for(BuiltPlugin(), "a", NOW)
    assert first == VERSION
    kept = BuiltPlugin(first, "a")
    assert version_for(kept, "a", NOW + timedelta(days=9)) == first
    assert version_for(kept, "b", NOW + timedelta(days=9)) == "1.20261127.173000"


@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=-3), timedelta(days=-400)])
def test_the_version_rises_even_if_the_clock_does_not(later: timedelta) -> None:
    raised = version_for(BuiltPlugin(VERSION, "a"), "b", NOW + later)
    assert raised == "1.20261118.173001"
    assert raised > VERSION, "as text, too"
    assert len(raised) <= 20
    assert version_for(BuiltPlugin("2.9", "a"), "b", NOW) == "2.10"


def test_the_same_choices_give_the_same_bytes_and_others_another_digest() -> None:
    assert package().content == package().content
    whole, more = package().built, package(streams_for(contacts=True, portal=True, fields={})).built
    assert whole.content != more.content
    assert whole.content == build_plugin(EVERYTHING, "9", OWNER).built.content, "the version is no content"
    renamed = Connection("Another name", "oneroster", "bcdfgh")
    assert whole.content == build_plugin(EVERYTHING, VERSION, renamed).built.content
    assert len({whole.content, package(alone=True).built.content, package(data_versions=True).built.content}) == 3


def test_a_package_says_nothing_of_the_computer_that_made_it() -> None:
    with zipfile.ZipFile(io.BytesIO(package().content)) as archive:
        assert {(one.date_time, one.create_system, one.extra) for one in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), 3, b"")
        }


# --- check ---


@pytest.mark.parametrize("streams", [EVERYTHING, LEAST], ids=["everything", "least"])
@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("data_versions", [False, True])
def test_what_is_built_has_no_fault(streams: StreamSet, *, alone: bool, data_versions: bool) -> None:
    assert faults_of(package(streams, alone=alone, data_versions=data_versions).content) == []


def rewritten(change: Callable[[str, str], str | None], *, added: tuple[str, str] | None = None) -> bytes:
    """The package with its files changed, or left out where ``change`` gives None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package(data_versions=True).content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = change(name, old.read(name).decode())
            if text is not None:
                new.writestr(name, text)
        if added:
            new.writestr(*added)
    return out.getvalue()


STUDENT_GRANT = '    <field table="STUDENTS" field="LAST_NAME" access="ViewOnly"/>\n'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('name="psconnect roster bcdfgh"', f'name="{"x" * 41}"', "name has 41 bytes"),
        (f'version="{VERSION}"', 'version="1.0-beta"', "the version is 1.0-beta"),
        (f'version="{VERSION}"', f'version="{VERSION}.123456789"', "version has 27 bytes"),
        ('description="Lets', f'description="{"é" * 130}', "description has"),
        ("<oauth/>", "", "its parts are access_request, publisher"),
        ("support@psconnect.example", f"{'x' * 40}@psconnect.example", "e-mail of at most 40"),
        ('name="psconnect"', 'name=""', "there is no publisher"),
        (STUDENT_GRANT, STUDENT_GRANT * 2, "STUDENTS.LAST_NAME stands twice"),
        (STUDENT_GRANT, STUDENT_GRANT.replace("ViewOnly", "FullAccess"), "STUDENTS.LAST_NAME asks for FullAccess"),
        (STUDENT_GRANT, "", "STUDENTS.LAST_NAME is not granted"),
        (STUDENT_GRANT, STUDENT_GRANT.replace("LAST_NAME", "X" * 31), f"{'X' * 31} is no name"),
        (" <column", " <kolumn", "is not XML"),
        ('<column column="STUDENTS.LAST_NAME">last_name</column>', "", "it selects"),
        (">last_name</column>", ">first_name</column>", "first_name stands twice"),
        (">last_name</column>", f">{'x' * 31}</column>", "is no name"),
        ("t.last_name last_name", "t.last_name other_name", "it selects"),
        ("t.last_name last_name", "t.ssn last_name", "t.ssn belongs to no table"),
        ("b.last_name", "b.ssn", "b.ssn (STUDENTS) is not granted"),
        ("FROM students b", "FROM secrets b", "is not granted"),
        ("LEFT JOIN emailaddress mail", "LEFT JOIN emailaddress other", "mail.emailaddress belongs to no table"),
        ('coreTable="students"', 'coreTable="cc"', "core table CC"),
        ('<arg name="first_key"', '<arg name="first"', "its arguments are"),
        ("ORDER BY t.dcid\n", "ORDER BY t.dcid;\n", "does not run"),
        ("SELECT t.dcid", "SELECT ~(x) t.dcid", "does not run"),
        ('name="com.psconnect', 'name="com.powerschool', "is PowerSchool’s own"),
        ('.students"', '.students.active"', "five parts"),
        ("<queries>", '<queries xmlns="x">', "begins with"),
        ('<table name="STUDENTS">', '<table name="TEACHERS">', "TEACHERS.DCID is not granted"),
    ],
)  # fmt: skip
def test_each_fault_is_found(old: str, new: str, fault: str) -> None:
    seen: list[str] = []

    def change(name: str, text: str) -> str:
        seen.append(name if old in text else "")
        return text.replace(old, new)

    faults = faults_of(rewritten(change))
    assert any(seen), "the case tests nothing"
    assert any(fault in one for one in faults), faults


def test_what_does_not_belong_and_what_is_missing_is_found() -> None:
    def same(_name: str, text: str) -> str:
        return text

    assert faults_of(rewritten(same)) == []
    assert "web_root/a.html: does not belong into a plugin" in faults_of(
        rewritten(same, added=("web_root/a.html", "<a/>"))
    )
    assert (
        faults_of(rewritten(lambda name, text: None if name == "plugin.xml" else text))[0] == "there is no plugin.xml"
    )
    assert faults_of(b"<plugin") == ["plugin.xml is not XML"]
    assert faults_of(b"<plugin/>") != []


@pytest.mark.parametrize("name", ["U-X", "X" * 31, "NÄME", "1X", ""])
def test_a_name_that_no_plugin_can_ask_for_is_refused(name: str) -> None:
    check_names("U_X", "NOTE")
    for pair in ((name, "NOTE"), ("U_X", name)):
        with pytest.raises(FixSettings) as caught:
            check_names(*pair)
        assert (caught.value.code, caught.value.values["name"]) == ("PSC-PLUGIN-NAME", name)


# --- what it may view ---


def test_every_field_stands_in_the_list_once_with_what_it_is_for() -> None:
    use = FieldUse("custom", "student", "note")
    access = access_list(EVERYTHING, {"U_X.note": [use, use]})
    assert sorted((one.table, one.field) for one in access.fields) == EVERYTHING.grants()
    (note,) = [one for one in access.fields if one.field == "NOTE"]
    assert (note.name, note.group, note.uses) == ("U_X.note", "students", (use,))
    assert list(access.groups) == [
        "students", "student-email", "staff", "teaching", "schools", "courses", "enrollments", "contacts", "accounts"
    ]  # fmt: skip
    assert access.not_read == ()
    assert access_list(LEAST, {}).not_read == ("contacts", "accounts")
    assert access.tables == len({table for table, _field in EVERYTHING.grants()})


def test_without_co_teachers_roles_are_not_asked_for() -> None:
    more = set(streams_for(contacts=False, fields={}).grants()) - set(LEAST.grants())
    assert more == {("ROLEDEF", "ID"), ("ROLEDEF", "NAME"), ("ROLEDEF", "ROLEKEY"), ("SECTIONTEACHER", "ROLEID")}


def test_the_gap_between_the_plugin_built_last_and_the_one_needed() -> None:
    small, large = package(LEAST), package()
    needed = access_list(EVERYTHING, {})
    gap = plugin_gap(needed, large.built.content, small.built)
    assert {f"{one.table}.{one.field}" for one in gap.missing} == {
        f"{table}.{field}" for table, field in set(EVERYTHING.grants()) - set(LEAST.grants())
    }
    assert (gap.built, gap.spare, gap.same, gap.upgrade) == (VERSION, (), False, True)
    fewer = plugin_gap(access_list(LEAST, {}), small.built.content, large.built)
    assert fewer.missing == ()
    assert "ROLEDEF.NAME" in fewer.spare
    same = plugin_gap(needed, large.built.content, large.built)
    assert (same.missing, same.spare, same.upgrade) == ((), (), False)
    never = plugin_gap(needed, large.built.content, BuiltPlugin())
    assert (never.missing, never.built, never.upgrade) == ((), "", False)
