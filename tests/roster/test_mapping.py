"""Mapping: templates compiled once a run give what they give one by one; and requirements on the result."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import BY_KEY, ENTITIES, RELATIONSHIP, SCHOOL, STUDENT
from psconnect.model.errors import FixSettings
from psconnect.roster.mapping import (
    Requirements,
    RosterMapping,
    compile_mapping,
    parse_mapping,
    requirements_for,
    with_fields,
)
from psconnect.roster.templates import compile_template
from psconnect.sync.compose import load_preset, preset_names
from psconnect.wording.errors import word
from tests.support.errors import raises_saying

LISTS = {"grade": {"0": "KG", "*": "Other"}, "flag": {"1": "true", "*": "false"}}
FIELDS = ("T.A", "T.B", "T.C")
FILTERS = ("", "|lower", "|upper", "|trim", "|visible", "|grade", "|flag", "|trim|grade", "|lower|trim|flag")


def name_of(full_name: str) -> str:
    return full_name.partition(".")[2].lower()


parts = st.one_of(
    st.text(alphabet="xy ()-@{}".replace("{}", ""), min_size=1, max_size=4),
    st.builds("{{{}{}}}".format, st.sampled_from(FIELDS), st.sampled_from(FILTERS)),
)
templates = st.lists(parts, max_size=4).map("".join)
entities = st.sampled_from(ENTITIES)
values = st.text(max_size=4) | st.sampled_from(["0", " 0 ", "1", "\u200b", "Ä"])


@given(st.data())
def test_a_compiled_mapping_gives_what_each_template_gives(data: st.DataObject) -> None:
    entity = data.draw(entities)
    texts = data.draw(st.dictionaries(st.sampled_from(entity.mapped), templates))
    rows = data.draw(st.lists(st.builds(SimpleNamespace, a=values, b=values, c=values), min_size=1, max_size=3))
    mapping = parse_mapping({entity.key: texts}, {}, LISTS)
    shape = compile_mapping(mapping, entity, name_of)
    one_by_one = [
        compile_template(mapping.templates[entity.key][a], name_of, LISTS) if a in texts else lambda _row: ""
        for a in entity.shaped
    ]
    for row in rows:
        made = shape(row)
        assert isinstance(made, tuple)
        assert made == tuple(getter(row) for getter in one_by_one)


def test_a_mapping_of_one_attribute_and_of_none() -> None:
    row = SimpleNamespace(a="x", b="y")
    one = parse_mapping({"school": {"name": "{T.A}"}}, {}, {})
    assert compile_mapping(one, SCHOOL, name_of)(row) == ("x", "", "")
    assert compile_mapping(parse_mapping({}, {}, {}), SCHOOL, name_of)(row) == ("", "", "")
    fixed = parse_mapping({"school": {"name": "Always"}}, {}, {})
    assert compile_mapping(fixed, SCHOOL, name_of)(None) == ("Always", "", "")


def test_a_connection_changes_single_attributes_of_its_preset() -> None:
    preset = {"student": {"username": "{T.A}", "email": "{T.B}"}}
    mapping = parse_mapping(preset, {"student": {"username": "{T.C|upper}"}}, {})
    made = compile_mapping(mapping, STUDENT, name_of)(SimpleNamespace(a="a", b="b", c="c"))
    assert dict(zip(STUDENT.shaped, made, strict=True)) | {"username": "C", "email": "b"} == dict(
        zip(STUDENT.shaped, made, strict=True)
    )
    assert mapping.fields()["student"] == ["T.C", "T.B"]


def test_the_entities_come_in_one_order_whatever_the_tables_say() -> None:
    backwards = {entity.key: {entity.mapped[0]: "{T.A}"} for entity in reversed(ENTITIES)}
    assert list(parse_mapping(backwards, {}, {}).fields()) == [entity.key for entity in ENTITIES]


def test_an_attribute_that_does_not_exist_names_the_nearest() -> None:
    with pytest.raises(FixSettings) as caught:
        parse_mapping({}, {"student": {"usernam": "{T.A}"}}, {})
    assert (caught.value.code, caught.value.where) == ("PSC-MAPPING-ATTRIBUTE", "mapping.student.usernam")
    assert word(caught.value).to_do == "Did you mean “username”?"


def test_a_structural_attribute_can_not_be_mapped() -> None:
    with raises_saying(FixSettings, "sourcedId"):
        parse_mapping({}, {"student": {"sourcedId": "{T.A}"}}, {})


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_maps_known_entities_and_attributes(preset: str) -> None:
    loaded = load_preset(preset)
    assert set(loaded.mapping) | set(loaded.requirements) <= set(BY_KEY)
    mapping = parse_mapping(loaded.mapping, {}, loaded.values)
    assert all(mapping.templates[key] for key in loaded.mapping)
    for entity in ENTITIES:
        requirements_for(entity, frozenset(), loaded.requirements, {})


# --- custom fields ---------------------------------------------------------------------------------------------------


def custom(text: str, entity: str = "student") -> RosterMapping:
    return parse_mapping({"student": {"username": "{T.A}"}}, {}, LISTS, custom={entity: text})


def test_custom_fields_are_values_under_their_labels() -> None:
    mapping = custom(" T.B|shoe size-1 , T.C ".replace("shoe size-1", "shoe.size-1"))
    shape = compile_mapping(mapping, STUDENT, name_of)
    made = dict(zip(STUDENT.shaped, shape(SimpleNamespace(a="a", b='"4", 5', c="")), strict=True))
    assert made["username"] == "a"
    assert json.loads(made["extra"]) == {"shoe.size-1": '"4", 5'}
    assert json.loads(shape(SimpleNamespace(a="", b="", c="é"))[-1]) == {"C": "é"}
    assert shape(SimpleNamespace(a="a", b="", c=""))[-1] == ""
    assert mapping.fields()["student"] == ["T.A", "T.B", "T.C"]


@pytest.mark.parametrize(
    ("text", "entity", "says"),
    [
        ("T.B|a b", "student", "“a b” can’t be the label"),
        ("T.B|1st", "student", "“1st” can’t be the label"),
        ("T.B|note, T.C|Note", "student", "“Note” stands twice"),
        ("T.B", "enrollment", "Enrollments can’t have custom fields"),
        ("B|x", "student", "“B” is not a field"),
    ],
)
def test_custom_fields_that_can_not_be_used(text: str, entity: str, says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        custom(text, entity)
    assert says in word(refused.value).happened
    assert refused.value.where == f"custom.{entity}"


# --- requirements ----------------------------------------------------------------------------------------------------


def test_what_a_destination_needs_is_skipped_whatever_anybody_wishes() -> None:
    made = requirements_for(
        STUDENT,
        frozenset({"username", "familyName", "somethingElse"}),
        {"student": {"email": "report", "grade": "skip"}},
        {"student": {"username": "report", "grade": "report", "stateId": "skip"}},
    )
    assert [name for _index, name in made.skip] == ["username", "familyName", "stateId"]
    assert [name for _index, name in made.report] == ["email", "grade"]
    assert all(STUDENT.mapped[index] == name for index, name in (*made.skip, *made.report))


def test_a_requirement_on_an_unknown_attribute_names_the_nearest() -> None:
    with pytest.raises(FixSettings) as caught:
        requirements_for(RELATIONSHIP, frozenset(), {}, {"relationship": {"custodal": "skip"}})
    assert word(caught.value).to_do == "Did you mean “custodial”?"


def test_the_first_missing_attribute_leaves_out_and_the_others_are_reported() -> None:
    made = Requirements(((0, "a"), (1, "b")), ((2, "c"), (3, "d")))
    assert made.missing(("x", "y", "z", "w")) == ("", [])
    assert made.missing(("x", "y", "", "\u200b")) == ("", ["c", "d"])
    assert made.missing(("x", " ", "", "")) == ("b", ())
    assert made.missing(("", "", "", "")) == ("a", ())


@pytest.mark.parametrize("name", ["lower", "default", "first", "", " codes", "a|b", "a:b", "a{b"])
def test_a_value_list_that_no_template_could_use_is_refused(name: str) -> None:
    with pytest.raises(FixSettings) as refused:
        parse_mapping({}, {}, {name: {"M": "male"}})
    assert refused.value.where == f"values.{name}"


@pytest.mark.parametrize("name", ["gender", "lowercase", "state codes", "é"])
def test_a_value_list_of_any_other_name_is_used(name: str) -> None:
    mapping = parse_mapping({}, {"student": {"grade": f"{{Students.Gender|{name}}}"}}, {name: {"M": "male"}})
    shape = compile_mapping(mapping, BY_KEY["student"], lambda _name: "gender")
    assert shape(SimpleNamespace(gender="M"))[BY_KEY["student"].shaped.index("grade")] == "male"


@pytest.mark.parametrize(
    ("own", "asked", "both"),
    [
        ("", "A.B|b", "A.B|b"),
        ("A.C|c", "A.B|b", "A.B|b, A.C|c"),
        ("A.C | B", "A.B|b", "A.C | B"),
        ("A.b", "X.Y|B, X.Z|z", "X.Z|z, A.b"),
    ],
)
def test_custom_fields_that_are_asked_for_come_first_and_a_connections_own_label_counts(
    own: str, asked: str, both: str
) -> None:
    assert with_fields(own, asked) == both
