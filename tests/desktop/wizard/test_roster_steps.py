"""Attributes, requirements and uniqueness without a window: what is asked, what is saved, and what stays in a file."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import Draft, new_draft
from psconnect.desktop.wizard.settings import from_connection, onto, rebased, to_connection
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.roster import AttributesPart, RequirementsPart, UniquenessPart, put, roster_of
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.destinations import find_kind
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.service import CLIENT_SECRET
from psconnect.sync.compose import choices_of, in_effect
from psconnect.sync.inspect import all_presets

BUNDLE = find_kind("oneroster-csv")
KNOWN = Known(tuple(all_presets()), (BUNDLE,), secrets={CLIENT_SECRET: ""})
OURS = ("attributes", "requirements", "uniqueness")


def begun(preset: str = "oneroster") -> Draft:
    """A draft that lacks nothing."""
    draft = new_draft(
        ConnectPart("Lincoln roster"),
        CredentialsPart("https://lincoln.powerschool.com", "4f0c", tested="passed"),
        DestinationPart({"kind": "oneroster-csv", "folder": "/srv/roster"}),
    )
    return rebased(draft, KNOWN, preset)


def mapped(draft: Draft, entity: str, attribute: str, text: str | None) -> Draft:
    """The draft with another template."""
    return flow.changed(draft, AttributesPart, mapping=put(draft.of(AttributesPart).mapping, entity, attribute, text))


def asked(draft: Draft, step: str = "attributes", *, known: Known = KNOWN) -> dict[str, str]:
    """What a step blocks on: control and sentence."""
    return {need.field: need.text for need in flow.needs_of(draft, known, step) if need.blocks}


def sections(connection: Connection) -> dict[str, Any]:
    """What the file would say of our three steps."""
    names = ("mapping", "values", "custom", "roles", "requirements", "uniqueness")
    return {name: table for name, table in to_dict(connection).items() if name in names}


def changing(**tables: Any) -> tuple[Draft, Known, Connection]:
    """Somebody opens the settings of a connection whose file says this."""
    base = from_dict({"name": "Lincoln roster", "preset": "oneroster", "id": "abcd", **tables})
    known = replace(KNOWN, base=base)
    return from_connection(in_effect(base), base), known, base


def test_a_new_connection_states_only_what_differs_from_the_preset():
    draft = begun()
    assert sections(to_connection(draft, KNOWN)) == {}
    draft = mapped(draft, "student", "username", "{Students.Student_Number}")
    draft = flow.changed(draft, RequirementsPart, requirements={"student": {"grade": "skip"}})
    draft = flow.changed(draft, UniquenessPart, domains={"teacher": ()})
    draft = flow.changed(draft, AttributesPart, roles={"Math Coach": "co-teacher"})
    draft = flow.changed(draft, PluginPart, custom={"student": "Gender|gender"})
    assert sections(to_connection(draft, KNOWN)) == {
        "mapping": {"student": {"username": "{Students.Student_Number}"}},
        "custom": {"student": "Gender|gender"},
        "roles": {"Math Coach": "co-teacher"},
        "requirements": {"student": {"grade": "skip"}},
        "uniqueness": {"teacher": []},
    }
    assert sections(to_connection(mapped(draft, "student", "username", None), KNOWN)).get("mapping") is None


def test_what_was_typed_stays_with_another_preset_and_the_rest_follows_it():
    draft = mapped(begun(), "student", "email", "{Students.GuardianEmail}")
    after = rebased(draft, KNOWN, "dyknow")
    assert after.of(AttributesPart).mapping == {"student": {"email": "{Students.GuardianEmail}"}}
    username = roster_of(after, KNOWN).entities["student"].of("username")
    assert (username.requirement, username.own) == ("skip", False)


EVERYTHING: dict[str, Any] = {
    "mapping": {"student": {"username": "{Students.Student_Number}"}, "class": {"title": "{Courses.Course_Name}"}},
    "values": {"sex": {"F": "female"}, "grade": {"14": "PG"}},
    "custom": {"student": "Gender|gender"},
    "roles": {"Math Coach": "co-teacher"},
    "requirements": {"student": {"email": "off", "username": "skip"}},
    "uniqueness": {
        "student": [],
        "class": ["classCode"],
        "confirmed": [{"entity": "student", "keys": (431, 890), "verdict": "different"}],
    },
}


def test_settings_that_are_opened_and_saved_lose_nothing_of_the_file():
    draft, known, base = changing(**EVERYTHING)
    assert to_dict(onto(draft, draft, known, base)) == to_dict(base)
    after = flow.changed(draft, UniquenessPart, domains={"class": ("classCode",)})
    saved = sections(onto(after, draft, known, base))
    assert saved == {**EVERYTHING, "uniqueness": {k: v for k, v in EVERYTHING["uniqueness"].items() if k != "student"}}


def test_what_somebody_else_saved_meanwhile_stays():
    draft, known, base = changing(**EVERYTHING)
    current = from_dict({**to_dict(base), "mapping": {"teacher": {"email": "{Users.LoginID}"}}})
    saved = onto(mapped(draft, "student", "grade", "{Students.Grade_Level}"), draft, known, current)
    assert saved.mapping == {
        "teacher": {"email": "{Users.LoginID}"},
        "student": {"grade": "{Students.Grade_Level}"},
    }


def test_a_table_that_two_people_change_at_the_same_time_loses_neither():
    draft, known, base = changing(mapping={"teacher": {"email": "{Users.LoginID}"}})
    others = {"teacher": {"email": "{Users.LoginID}", "username": "{Users.LoginID|lower}"}}
    current = from_dict({**to_dict(base), "mapping": {**others, "student": {"email": "{Students.Web_ID}"}}})
    # Both begin a table of students: each keeps its own attribute.
    saved = onto(mapped(draft, "student", "grade", "{Students.Grade_Level}"), draft, known, current)
    assert saved.mapping == {
        **others,
        "student": {"email": "{Students.Web_ID}", "grade": "{Students.Grade_Level}"},
    }
    # One takes the last attribute of teachers out that was there, while the other adds one.
    saved = onto(mapped(draft, "teacher", "email", None), draft, known, current)
    assert saved.mapping == {
        "teacher": {"username": "{Users.LoginID|lower}"},
        "student": {"email": "{Students.Web_ID}"},
    }


def test_an_attribute_that_does_not_exist_is_shown_and_can_be_taken_out():
    draft, known, base = changing(mapping={"student": {"shoe": "{Students.Track}"}})
    assert list(asked(draft, known=known)) == ["student.shoe"]
    after = mapped(draft, "student", "shoe", None)
    assert asked(after, known=known) == {}
    assert sections(onto(after, draft, known, base)) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{Students.Stu", "brace is not closed"),
        ("{Student.First_Name}", "Students.First_Name"),
        ("{Users.Email_Addr}", "EmailAddress.EmailAddress"),
        ("{Students.First_Name|lowr}", "lower"),
        ("", "needs this attribute"),
        ("   ", "needs this attribute"),
    ],
)
def test_each_mistake_blocks_in_its_row_and_can_not_be_saved(text: str, said: str):
    draft = mapped(begun(), "student", "username", text)
    assert list(asked(draft)) == ["student.username"]
    assert said in asked(draft)["student.username"]
    assert not flow.can_save(draft, KNOWN)
    assert flow.can_save(mapped(draft, "student", "username", "{Students.Student_Number}"), KNOWN)


def test_a_field_that_is_not_listed_does_not_block():
    draft = mapped(begun(), "student", "email", "{Students.Email}")
    assert asked(draft) == {}
    told = [need.text for need in flow.needs_of(draft, KNOWN, "attributes")]
    assert told
    assert "EmailAddress.EmailAddress" in told[0]


def test_roles_to_choose_are_told_and_do_not_block():
    draft = flow.changed(begun(), AttributesPart, open_roles=("Job Share",))
    assert [need.field for need in flow.needs_of(draft, KNOWN, "attributes")] == ["role.Job Share"]
    assert flow.can_save(draft, KNOWN)


def test_a_mistake_elsewhere_does_not_hide_what_is_set_here():
    draft = mapped(begun(), "student", "username", "{Students.Stu")
    odd = draft.having(ConnectPart("Lincoln roster", "no-such-preset"))
    assert "student.username" in asked(odd)


def test_mission_g26_attributes_are_mapped_one_by_one_and_from_here_on_it_can_be_finished():
    draft = replace(begun(), step="attributes", reached="attributes")
    assert flow.may_finish(draft)
    assert not flow.may_finish(replace(draft, step="credentials"))
    done = flow.finish(draft)
    assert done.step == "summary"
    connection = to_connection(done, KNOWN)
    assert choices_of(connection).mapping.templates["student"]["givenName"].fields == ["Students.First_Name"]
    for step in OURS:
        assert flow.step_state(done, KNOWN, step) == flow.State.DONE


def test_mission_g27_a_missing_attribute_is_reported_or_the_record_skipped():
    draft = flow.changed(
        begun(), RequirementsPart, requirements={"student": {"grade": "skip", "stateId": "report", "email": "off"}}
    )
    lines = dict(flow.spec_of("requirements").lines(draft, KNOWN))
    assert lines == {
        "Skip if missing": "grade of students",
        "Report if missing": "stateId of students, email of teachers",
    }
    found = roster_of(draft, KNOWN).entities["student"]
    assert [found.of(name).requirement for name in ("grade", "stateId", "email")] == ["skip", "report", "off"]


def test_mission_g29_domains_begin_with_first_name_last_name_and_email_and_take_others():
    lines = dict(flow.spec_of("uniqueness").lines(begun(), KNOWN))
    assert lines["Students"] == "givenName + familyName + email"
    draft = flow.changed(begun(), UniquenessPart, domains={"student": ("givenName", "familyName", "identifier")})
    assert dict(flow.spec_of("uniqueness").lines(draft, KNOWN))["Students"] == "givenName + familyName + identifier"
    assert choices_of(to_connection(draft, KNOWN)).selection.rules.domains["student"] == (
        *("givenName", "familyName", "identifier"),
    )


def test_mission_g18_comparing_is_switched_on_and_off_per_kind_of_record():
    draft = flow.changed(begun(), UniquenessPart, domains={"student": (), "class": ("classCode",)})
    domains = choices_of(to_connection(draft, KNOWN)).selection.rules.domains
    assert "student" not in domains
    assert domains["class"] == ("classCode",)
    assert domains["teacher"] == ("givenName", "familyName", "email")


def test_mission_m05_the_schema_for_section_names_is_the_title_of_classes():
    draft = mapped(begun(), "class", "title", "{course_name} ({section_number}) - {expression}")
    assert asked(draft) == {}
    template = choices_of(to_connection(draft, KNOWN)).mapping.templates["class"]["title"]
    assert template.fields == ["Courses.Course_Name", "Sections.Section_Number", "Sections.Expression"]


def test_the_pages_words_are_the_vendors():
    labels = [flow.spec_of(step).text(begun(), KNOWN).label for step in OURS]
    assert labels == ["Attributes", "Data requirements", "Domains of uniqueness"]
    assert not any(re.search("[!…]", label) for label in labels)
