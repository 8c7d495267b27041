"""The plugin of every pair of choices installs, is enabled and answers; the check names a grant that was taken out.

All combinations, and all grants, are tried with ``--thorough``.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.powerschool.plugin_check import faults_of
from psconnect.service import PluginPackage
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.support.demo import Connect, Connected

CHOICES: dict[str, tuple[tuple[str, Any], ...]] = {
    "preset": (("preset", "oneroster"), ("preset", "school-passport"), ("preset", "dyknow")),
    "parents": (("options.parents", "none"), ("options.parents", "portal"), ("options.parents", "all")),
    "module": (("options.contact_module", True), ("options.contact_module", False)),
    "co-teachers": (("options.co_teachers", True), ("options.co_teachers", False)),
    "admins": (("options.admins", True), ("options.admins", False)),
    "devices": (("options.devices", "chromebooks"), ("options.devices", "mix")),
    "compare": (("source.compare", "bulk"), ("source.compare", "incremental")),
    "custom": (
        ("custom", {}),
        ("custom", {"student": "Gender|gender, U_STUDENTS_EXTENSION.Locker|locker", "class": "Grade_Level|grade"}),
    ),
    "filter": (
        ("filters", {}),
        ("filters", {"student": [{"field": "Students.EntryDate", "op": "before", "value": "today"}]}),
    ),
    "without": (
        ("source.without", []),
        ("source.without", ["roledef"]),
        ("source.without", ["calendar_day", "phonenumber"]),
    ),
    "file": (("file", "zip"), ("file", "xml")),
}
Combination = tuple[tuple[str, Any], ...]


def settings_of(combination: Combination, url: str, number: int) -> dict[str, Any]:
    """The tables of a connection file."""
    data: dict[str, Any] = {
        "name": f"Choice {number}",
        "source": {"url": url},
        "destination": {"kind": "oneroster-csv", "folder": "/nowhere"},
    }
    for key, value in combination:
        section, _, name = key.partition(".")
        if name:
            data.setdefault(section, {})[name] = value
        elif key != "file":
            data[key] = value
    return data


def possible(combination: Combination) -> bool:
    """Whether the choices go together: PowerSchool tells only of its contact module who has a portal account."""
    chosen = dict(combination)
    return not (chosen["options.parents"] == "portal" and not chosen["options.contact_module"])


def every_pair() -> Iterator[Combination]:
    """Few combinations in which every possible pair of choices stands together, always the same ones."""
    everything = [one for one in itertools.product(*CHOICES.values()) if possible(one)]
    dice = random.Random(5)
    wanted = {pair for one in everything for pair in itertools.combinations(map(str, one), 2)}
    while wanted:
        tried = dice.sample(everything, 60)
        best = max(tried, key=lambda one: len(wanted & set(itertools.combinations(map(str, one), 2))))
        gained = wanted & set(itertools.combinations(map(str, best), 2))
        if gained:
            wanted -= gained
            yield best


def answers(connected: Connected, combination: Combination, number: int) -> None:
    """Build, install and enable the plugin of these choices, and read something by each of its queries."""
    service, server = connected.service, connected.server
    data = settings_of(combination, server.url, number)
    # DyKnow delivers no other staff and no contacts by its own settings; nothing else in it matters here.
    stored = service.save_connection(from_dict(data))
    package = service.plugin_for(stored, alone=dict(combination)["file"] == "xml")
    assert faults_of(package.content) == []
    assert service.plugin_for(stored, alone=dict(combination)["file"] == "xml").access == package.access
    server.install(package.content)
    plugin = server.enable(package.name)
    service.set_value(stored.name, "source.client_id", f'"{plugin.client_id}"')
    service.set_secret(stored.name, CLIENT_SECRET, str(plugin.client_secret))
    findings = service.examine(service.connection(stored.name), "", lambda _finding: None)
    assert [finding for finding in findings if finding.state == "failed"] == [], combination
    access = service.plugin_access(stored)
    assert sorted((one.table, one.field) for one in access.fields) == package.access
    server.delete(package.name)
    service.remove_connection(stored.name)


def test_the_plugin_of_every_pair_of_choices_installs_is_enabled_and_answers(connect: Connect) -> None:
    connected = connect(students=60)
    pairs = list(every_pair())
    assert len(pairs) < 25
    for number, combination in enumerate(pairs):
        answers(connected, combination, number)


@pytest.mark.thorough
@pytest.mark.timeout(3600)
def test_the_plugin_of_every_combination_of_choices_answers(connect: Connect) -> None:
    connected = connect(students=60)
    for number, combination in enumerate(filter(possible, itertools.product(*CHOICES.values()))):
        answers(connected, combination, number)


def without_grant(package: PluginPackage, table: str, field: str, connected: Connected) -> bytes:
    line = f'table="{table}" field="{field}"'

    def change(name: str, text: str) -> str:
        if name != "plugin.xml":
            return text
        assert line in text
        return "\n".join(one for one in text.split("\n") if line not in one)

    return connected.altered(package, change)


def named(connected: Connected, package: PluginPackage, table: str, field: str, way: str) -> bool:
    """Whether the check fails and names the field, if the plugin lacks it alone."""
    connected.server.install(without_grant(package, table, field, connected))
    connected.server.enable(package.name)
    connection = connected.service.connection(connected.name)
    asked = from_dict({**to_dict(connection), "source": {**to_dict(connection)["source"], "read": way}})
    findings = connected.service.examine(asked, "", lambda _finding: None)
    failed = [finding for finding in findings if finding.state == "failed"]
    return bool(failed) and f"{table}.{field}" in str(failed).upper()


def outputs(package: PluginPackage, connected: Connected) -> set[tuple[str, str]]:
    """What the queries give out: PowerSchool checks the access to that alone (docs/powerschool.md 15.5)."""
    given: set[tuple[str, str]] = set()

    def change(_name: str, text: str) -> str:
        for part in text.split('<column column="')[1:]:
            table, _, field = part.partition('"')[0].upper().partition(".")
            given.add((table, field))
        return text

    connected.altered(package, change)
    return given


def the_check_names_what_is_taken_out(connect: Connect, some: slice) -> None:
    connected = connect(students=60, settings={"options": {"parents": "portal"}})
    package = connected.service.build_plugin(connected.name)
    given = outputs(package, connected)
    for table, field in package.access[some]:
        if (table, field) in given:
            assert named(connected, package, table, field, "queries"), f"{table}.{field}"
        assert named(connected, package, table, field, "tables"), f"{table}.{field} by tables"


def test_taking_out_one_grant_makes_the_check_name_that_field(connect: Connect) -> None:
    the_check_names_what_is_taken_out(connect, slice(3, None, 12))


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_taking_out_any_grant_makes_the_check_name_that_field(connect: Connect) -> None:
    the_check_names_what_is_taken_out(connect, slice(None))


def test_choices_that_do_not_go_together_are_refused_before_a_plugin_is_built(connect: Connect) -> None:
    connected = connect(students=60, install=False)
    data = settings_of((("preset", "oneroster"), ("options.parents", "all"), ("source.without", ["contacts"])), "", 0)
    with pytest.raises(FixSettings) as caught:
        connected.service.plugin_for(from_dict({**data, "source": {"without": ["contacts"]}}))
    assert caught.value.where == "source.without"
