"""What the declaration of a destination has to keep: texts for people, settings that are checked, no secret in them."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import KINDS, Context, Kind, find_kind, open_destination
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.setting_fields import SettingField, TableColumn
from psconnect.wording.errors import word
from tests.contracts.destination_kit import CONNECTION, Subject

_OF_ANOTHER_TYPE: dict[str, tuple[Any, ...]] = {
    "text": (5, True, ["x"], None),
    "folder": (5, False, {"path": "/x"}, None),
    "choice": (1.1, True, ["1.1"], None),
    "number": ("5", True, 5.0, None),
    "switch": ("yes", 1, None),
    "file": (5, False, {"path": "/x"}, None),
    "open-file": (5, False, {"path": "/x"}, None),
    "pinned": (5, False, None),
    "table": ("x", 5, {"row": "x"}, ["x"]),
}
_ALL = 100
"""Percent."""


class DeclarationContract:
    """Tests of a kind's declaration and of the settings it accepts."""

    @pytest.fixture
    def declaration(self, subject: Subject) -> Kind:
        return find_kind(subject.kind)

    @pytest.fixture
    def given(self, subject: Subject, tmp_path: Path) -> dict[str, Any]:
        """Valid settings as they stand in a connection file."""
        return subject.given(tmp_path)

    def test_is_known_under_its_own_name(self, subject: Subject, declaration: Kind) -> None:
        assert declaration.name == subject.kind
        assert KINDS[subject.kind] is declaration
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", declaration.name)

    def test_has_texts_for_people(self, declaration: Kind) -> None:
        assert declaration.label.strip()
        assert declaration.summary.endswith(".")
        for setting in declaration.fields:
            assert setting.label[0].isupper(), setting.key
            assert setting.help.endswith("."), setting.key

    def test_has_each_key_and_label_once(self, declaration: Kind) -> None:
        keys = [setting.key for setting in declaration.fields]
        labels = [setting.label for setting in declaration.fields]
        assert len(set(keys)) == len(keys)
        assert len(set(labels)) == len(labels)
        assert "kind" not in keys
        assert all(re.fullmatch(r"([a-z]+\.)?[a-z][a-z0-9_]*", key) for key in keys)

    def test_has_defaults_that_fit(self, declaration: Kind) -> None:
        for setting in declaration.fields:
            wanted: type = {"number": int, "switch": bool}.get(setting.kind, str)
            assert type(setting.default) is wanted, setting.key
            assert not (setting.required and setting.default), f"{setting.key} is required, so it has no default"
            assert bool(setting.choices) == (setting.kind == "choice"), setting.key
            assert not setting.choices or setting.required or setting.default in setting.choices, setting.key

    def test_labels_choices_that_exist_each_with_its_own_words(self, declaration: Kind) -> None:
        for setting in declaration.fields:
            labels = dict(setting.choice_labels)
            assert len(labels) == len(setting.choice_labels), setting.key
            assert set(labels) <= set(setting.choices), setting.key
            shown = [labels.get(choice, choice) for choice in setting.choices]
            assert all(label.strip() for label in shown), setting.key
            assert len(set(shown)) == len(shown), setting.key

    def test_asks_for_attributes_that_exist(self, declaration: Kind) -> None:
        for entity, attributes in declaration.needed.items():
            assert attributes <= set(BY_KEY[entity].attributes), entity

    def test_limits_attributes_that_exist_of_entities_that_it_takes(self, declaration: Kind) -> None:
        taken = {*declaration.entities, *(entity.key for entity in declaration.derived)}
        assert {*declaration.limits, *declaration.allowed, *declaration.unique} <= taken
        assert set(declaration.receiver_holds) <= taken
        assert all(0 < most < _ALL for most in declaration.receiver_holds.values())
        assert len({*declaration.receiver_holds.values()}) <= 1, "one setting changes them"
        for entity, together in declaration.unique.items():
            for attributes in together:
                assert attributes
                assert set(attributes) <= set(BY_KEY[entity].attributes), entity
        assert set(declaration.slots) <= taken
        for declared in (declaration.limits, declaration.allowed, declaration.slots):
            for entity, limits in declared.items():
                assert set(limits) <= set(BY_KEY[entity].attributes), entity
        assert all(values for limits in declaration.allowed.values() for values in limits.values())

    def test_keeps_no_secret_in_its_settings(self, declaration: Kind, given: dict[str, Any]) -> None:
        secrets = {secret.key for secret in declaration.secrets}
        assert not secrets & set(given)
        assert not secrets & set(declaration.complete(given))
        suspicious = re.compile(r"password|secret|token|api_?key|private")
        for setting in declaration.fields:
            assert not suspicious.search(setting.key), f"{setting.key} looks like a secret"

    def test_fills_in_defaults_and_leaves_what_was_given(self, declaration: Kind, given: dict[str, Any]) -> None:
        before = dict(given)
        settings = declaration.complete(given)

        assert given == before
        assert "kind" not in settings
        for setting in declaration.fields:
            assert settings[setting.key] == given.get(setting.key, setting.initial)
        assert declaration.complete(settings) == settings

    def test_refuses_an_unknown_key_and_names_the_nearest(self, declaration: Kind, given: dict[str, Any]) -> None:
        for setting in declaration.fields:
            misspelt = setting.key[0] + setting.key
            with pytest.raises(FixSettings) as caught:
                declaration.complete({**given, misspelt: "x"})
            assert f"“{misspelt}”" in word(caught.value).happened
            assert f"“{setting.key}”" in word(caught.value).to_do
            assert caught.value.where == f"destination.{misspelt}"

    def test_refuses_an_unknown_key_and_lists_the_known(self, declaration: Kind, given: dict[str, Any]) -> None:
        with pytest.raises(FixSettings) as caught:
            declaration.complete({**given, "q": 1})
        for setting in declaration.fields:
            assert setting.key in word(caught.value).to_do

    def test_refuses_a_missing_setting(self, declaration: Kind, given: dict[str, Any]) -> None:
        required = [setting for setting in declaration.asked(given) if setting.required]
        for setting in required:
            for settings in ({k: v for k, v in given.items() if k != setting.key}, {**given, setting.key: ""}):
                with pytest.raises(FixSettings) as caught:
                    declaration.complete(settings)
                assert setting.label in word(caught.value).happened
                assert caught.value.where == f"destination.{setting.key}"

    def test_refuses_a_value_of_another_type(self, declaration: Kind, given: dict[str, Any]) -> None:
        for setting in declaration.fields:
            for value in _OF_ANOTHER_TYPE[setting.kind]:
                self._assert_refused(declaration, setting, {**given, setting.key: value})

    def test_checks_every_row_of_a_table(self, declaration: Kind, given: dict[str, Any]) -> None:
        for setting in declaration.fields:
            if setting.kind != "table":
                continue
            row = {column.key: _cell(column) for column in setting.columns}
            named = row if setting.rows == "free" else {"row": (setting.row_labels or (("1", ""),))[0][0], **row}
            key = setting.key
            assert declaration.complete({**given, key: [named]})[key] == [named]
            assert declaration.complete({**given, key: []})[key] == []
            wrong: list[Any] = [[{**named, "no such column": "x"}], [{**named, setting.columns[0].key: 1.5}]]
            if setting.rows != "free":
                wrong += [[row], [named, named]]
            if setting.rows == "fixed":
                wrong.append([{**named, "row": "no such row"}])
            wrong += [[{k: v for k, v in named.items() if k != one.key}] for one in setting.columns if one.required]
            for rows in wrong:
                with pytest.raises(FixSettings) as caught:
                    declaration.complete({**given, key: rows})
                assert caught.value.where.startswith(f"destination.{key}"), rows
                assert setting.label in word(caught.value).happened

    def test_refuses_a_word_that_is_no_choice(self, declaration: Kind, given: dict[str, Any]) -> None:
        for setting in declaration.fields:
            if setting.choices:
                error = self._assert_refused(declaration, setting, {**given, setting.key: "no such word"})
                assert all(choice in word(error).to_do for choice in setting.choices)

    def _assert_refused(self, declaration: Kind, setting: SettingField, given: dict[str, Any]) -> FixSettings:
        with pytest.raises(FixSettings) as caught:
            declaration.complete(given)
        assert setting.label in word(caught.value).happened
        assert caught.value.where == f"destination.{setting.key}"
        assert caught.value.code == "PSC-DESTINATION-SETTING"
        return caught.value

    def test_refuses_an_unknown_kind_and_names_the_nearest(self, subject: Subject, given: dict[str, Any]) -> None:
        with pytest.raises(FixSettings) as caught:
            open_destination({**given, "kind": f"{subject.kind}s"}, Context(CONNECTION))
        assert caught.value.where == "destination.kind"
        assert f"“{subject.kind}”" in word(caught.value).to_do

    def test_is_opened_with_valid_settings(self, given: dict[str, Any]) -> None:
        with closing(open_destination(given, Context(CONNECTION))) as opened:
            assert opened.address


def _cell(column: TableColumn) -> str | int | bool:
    """A value that the column takes."""
    if column.choices:
        return column.choices[0]
    values: dict[str, str | int | bool] = {"switch": False, "number": 0}
    return column.default or values.get(column.kind, "x")
