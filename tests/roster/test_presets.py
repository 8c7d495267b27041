"""Presets: what one can set, what the connection file takes back, and the presets that come with psconnect."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.roster.presets import Preset, layered, parse_preset
from psconnect.store.settings.connection_files import from_toml, to_toml
from psconnect.sync.compose import choices_of, in_effect, load_preset, preset_names

EVERYTHING = """
label = "Everything"
summary = "A preset that says something in every section."

[source]
read = "tables"
compare = "incremental"
without = ["roledef"]

[scope]
schools = [100, 600]
prior_data_days = 14
[scope.terms]
all = ["S1"]
[[scope.courses]]
courses = ["ALG1"]

[options]
devices = "mix"
co_teachers = false
contact_module = false
contact_fields = {Mother = "Students.Mother"}

[ids]
student = "number"

[roles]
"Math Coach" = "lead"

[custom]
student = "Locker|locker"

[usernames]
student = "{givenName}.{familyName}"

[sign_in]
google = ["lincoln.example"]

[values.grade]
"0" = "K"

[mapping.student]
email = "{Students.Email}"
identifier = "{Students.ID}"

[requirements.student]
email = "skip"

[[filters.student]]
field = "Students.Grade_Level"
op = "at least"
value = 6

[uniqueness]
student = ["email"]

[safety]
preview = "always"
additions_only = true
freeze = [{from = 2027-06-09, until = 2027-08-02}]
[safety.thresholds.student]
remove = "5"
create = "off"

[destination]
kind = "oneroster-csv"
keep = 3
"""


@pytest.fixture
def everything() -> Preset:
    return parse_preset("everything", EVERYTHING)


def least(**settings: Any) -> dict[str, Any]:
    return {"name": "Lincoln roster", "preset": "everything", **settings}


def test_a_preset_can_say_something_in_every_section(everything: Preset):
    found = to_dict(everything.beneath(from_dict(least())))
    for section, settings in tomllib.loads(EVERYTHING).items():
        if isinstance(settings, dict):
            given = from_dict(least(**{section: settings}))
            assert found[section] == to_dict(given)[section], section


@pytest.mark.parametrize(
    ("said", "path", "value"),
    [
        ({"source": {"read": "auto"}}, "source.read", "auto"),
        ({"scope": {"schools": "all"}}, "scope.schools", "all"),
        ({"options": {"devices": "chromebooks"}}, "options.devices", "chromebooks"),
        ({"options": {"contact_module": True}}, "options.contact_module", True),
        (
            {"options": {"contact_fields": {"Aunt": "Students.Aunt"}}},
            "options.contact_fields",
            {"Aunt": "Students.Aunt"},
        ),
        ({"ids": {"student": "dcid"}}, "ids.student", "dcid"),
        ({"roles": {"Math Coach": "neither"}}, "roles.Math Coach", "neither"),
        ({"values": {"grade": {"0": "KG"}}}, "values.grade.0", "KG"),
        ({"mapping": {"student": {"email": "x"}}}, "mapping.student.email", "x"),
        ({"requirements": {"student": {"email": "report"}}}, "requirements.student.email", "report"),
        ({"filters": {"student": []}}, "filters.student", []),
        ({"uniqueness": {"student": []}}, "uniqueness.student", []),
        ({"safety": {"preview": "first"}}, "safety.preview", "first"),
        ({"safety": {"additions_only": False}}, "safety.additions_only", False),
        ({"safety": {"freeze": []}}, "safety.freeze", []),
        ({"safety": {"thresholds": {"student": {"remove": "9"}}}}, "safety.thresholds.student.remove", "9"),
    ],
)
def test_what_the_file_says_goes_before_the_preset_even_if_it_is_the_default(
    everything: Preset, said: dict[str, Any], path: str, value: Any
):
    # As it is read from a file, written to one, and read again.
    connection = from_toml(to_toml(from_toml(to_toml(from_dict(least(**said))), "a file")), "a file")
    assert at(to_dict(everything.beneath(connection)), path) == value


def at(tables: dict[str, Any], path: str) -> Any:
    for key in path.split("."):
        tables = tables[key]
    return tables


def test_beside_what_the_file_says_the_preset_stays(everything: Preset):
    said = {
        "mapping": {"student": {"email": "x"}},
        "safety": {"thresholds": {"student": {"remove": "9"}, "teacher": {"remove": "1"}}},
        "roles": {"Job Share": "lead"},
        "values": {"grade": {"1": "First"}},
    }
    found = to_dict(everything.beneath(from_dict(least(**said))))
    assert found["mapping"]["student"] == {"email": "x", "identifier": "{Students.ID}"}
    assert found["safety"]["thresholds"] == {"student": {"remove": "9", "create": "off"}, "teacher": {"remove": "1"}}
    assert found["safety"]["preview"] == "always"
    assert found["roles"] == {"Math Coach": "lead", "Job Share": "lead"}
    assert found["values"]["grade"] == {"0": "K", "1": "First"}


def test_a_destination_of_another_kind_takes_nothing_over():
    lower = {"destination": {"kind": "oneroster-csv", "keep": 3, "rows": [{"a": 1}]}}
    assert layered(lower, {"destination": {"kind": "other"}})["destination"] == {"kind": "other"}
    same = layered(lower, {"destination": {"kind": "oneroster-csv", "rows": []}})["destination"]
    assert same == {"kind": "oneroster-csv", "keep": 3, "rows": []}
    assert layered(lower, {"destination": {"folder": "/srv"}})["destination"]["keep"] == 3


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('name = "x"', "name"),
        ("disabled = true", "disabled"),
        ('[source]\nurl = "https://lincoln.powerschool.com"', "source.url"),
        ('[source]\nclient_id = "4f0c"', "source.client_id"),
        ('[source]\nca_file = "/ca.pem"', "source.ca_file"),
        ('[source]\nclient_secret = "canary"', "source.client_secret"),
        ('[options]\ndevics = "mix"', "options.devics"),
        ("[optoins]\nadmins = true", "optoins"),
        ('[mapping.studnt]\nemail = ""', "mapping.studnt"),
        ('[safety.thresholds.student]\nremoves = "1"', "safety.thresholds.student.removes"),
        ('[schedule]\nevery = "day"', "schedule"),
    ],
)
def test_what_a_preset_cannot_set_is_refused_by_its_key(text: str, where: str):
    with pytest.raises(FixSettings) as caught:
        parse_preset("odd", f'label = "Odd"\nsummary = "Odd."\n{text}\n')
    assert (caught.value.code, caught.value.where) == ("PSC-PRESET-SETTING", f"odd.toml: {where}")
    assert "canary" not in str(caught.value)


def test_what_ids_are_made_of_and_the_destination_are_written_into_the_connection(everything: Preset):
    stored = to_dict(everything.fixed_in(from_dict(least(destination={"folder": "/srv"}))))
    assert stored["ids"] == {"student": "number"}
    assert stored["destination"] == {"kind": "oneroster-csv", "keep": 3, "folder": "/srv"}
    assert "scope" not in stored
    own = to_dict(everything.fixed_in(from_dict(least(ids={"student": "dcid"}))))
    assert own["ids"] == {"student": "dcid"}


# --- the presets that come with psconnect ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", preset_names())
def test_each_preset_works_as_it_is(name: str):
    choices = choices_of(from_dict({"name": "x", "preset": name}))
    assert choices.mapping.templates["student"]["givenName"]
    assert choices.mapping.templates["class"]["title"]


def options(name: str, **said: Any) -> Any:
    return choices_of(from_dict({"name": "x", "preset": name, "options": said})).selection.options


def test_school_passport_leaves_co_teachers_out_unless_the_file_wants_them():
    assert load_preset("oneroster").verified
    passport = load_preset("school-passport")
    assert not passport.verified
    assert any("Co-teachers" in hint for hint in passport.hints)
    assert not options("school-passport").co_teachers
    assert options("school-passport", co_teachers=True).co_teachers
    assert options("school-passport").merge_terms
    assert in_effect(from_dict({"name": "x", "preset": "school-passport"})).scope.prior_data_days == 0


def test_dyknow_asks_for_user_names_unless_all_students_use_chromebooks():
    assert not load_preset("dyknow").verified
    assert options("dyknow").parents == "none"
    assert any("off-peak" in hint for hint in load_preset("dyknow").hints)
    mixed = choices_of(from_dict({"name": "x", "preset": "dyknow"}))
    assert mixed.preset.requirements["student"]["username"] == "skip"
    assert mixed.preset.mapping["student"]["username"] == "{Students.Student_Web_ID}"
    books = choices_of(from_dict({"name": "x", "preset": "dyknow", "options": {"devices": "chromebooks"}}))
    assert "username" not in books.preset.requirements["student"]
    assert "EmailAddress" in books.preset.mapping["student"]["username"]
