"""The set-up without a window: every path, what each step needs, and the draft on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.draft import Draft, new_draft
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.settings import from_connection, to_connection
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart, parse_numbers
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.destinations import Kind, find_kind
from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.service import CLIENT_SECRET, PresetInfo, School, Service, SettingField
from psconnect.store.settings.home import home_at

FOLDER = SettingField("folder", "Folder", "Choose the folder.", "folder", required=True)
KEEP = SettingField("keep", "Keep", "How many stay.", "number", default=5, advanced=True)
FORM = SettingField("form", "Form", "Which form.", "choice", default="a", choices=("a", "b"))
FILES = Kind("files", "Files", "Files in a folder.", find_kind("oneroster-csv").open, (FOLDER, KEEP, FORM))
PRESETS = (PresetInfo("oneroster", "OneRoster", "A bundle."),)
KNOWN = Known(PRESETS, (FILES,), frozenset({"moodle"}), {CLIENT_SECRET: ""})
PARTS = (ConnectPart, PluginPart, CredentialsPart, SchoolsPart, DestinationPart)
SCHOOLS = (School(100, "Maple", 140), School(110, "Cedar", 61))


def changed(draft: Draft, **values: object) -> Draft:
    """The draft with other values, each in the part that has a field of that name."""
    for kind in PARTS:
        own = {name: values.pop(name) for name in kind.__struct_fields__ if name in values}
        draft = flow.changed(draft, kind, **own) if own else draft
    assert not values
    return draft


def full(**values: object) -> Draft:
    """A draft that lacks nothing, on its first step."""
    given: Mapping[str, object] = {
        "name": "Lincoln roster",
        "preset": "oneroster",
        "url": "https://lincoln.powerschool.com",
        "client_id": "4f0c",
        "destination": {"kind": "files", "folder": "/srv/roster"},
    }
    last = {"tested": "passed", "found": SCHOOLS}
    return changed(changed(new_draft(), **{**given, **values}), **{**last, **values})


def states(draft: Draft, known: Known = KNOWN) -> list[str]:
    return [str(flow.step_state(draft, known, step)) for step in flow.step_keys()]


def fields(draft: Draft, known: Known = KNOWN) -> list[str]:
    return [need.field for need in flow.needs(draft, known)]


def at(draft: Draft, step: str) -> Draft:
    """The draft after pressing Next up to that step."""
    while draft.step != step:
        after = flow.go_next(draft, KNOWN)
        assert after != draft, draft.step
        draft = after
    return draft


def test_the_flow_knows_no_qt():
    code = (
        "import sys; import psconnect.desktop.wizard.flow, psconnect.desktop.wizard.drafts, "
        "psconnect.desktop.wizard.session; print([n for n in sys.modules if n.startswith(('PySide6', 'shi'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_next_goes_through_all_steps_and_stays_at_the_end():
    draft = full()
    assert set(states(draft)[1:]) == {"not yet"}
    seen = [draft.step]
    while (after := flow.go_next(draft, KNOWN)) != draft:
        draft = after
        seen.append(draft.step)
    assert seen == flow.step_keys()
    assert states(draft)[-1] == "current"
    assert set(states(draft)[:-1]) == {"done"}
    assert flow.can_save(draft, KNOWN)


@pytest.mark.parametrize(
    ("step", "values"),
    [
        ("connect", {"name": "  "}),
        ("connect", {"preset": "unheard-of"}),
        ("credentials", {"url": "http://lincoln.powerschool.com"}),
        ("credentials", {"client_id": ""}),
        ("schools", {"all_schools": False, "numbers": "100,x"}),
        ("destination", {"destination": {"kind": "files"}}),
        ("destination", {"destination": {}}),
    ],
)
def test_next_stays_while_the_step_lacks_something(step: str, values: dict):
    draft = at(full(), step)
    lacking = changed(draft, **values)
    assert flow.go_next(lacking, KNOWN) == lacking
    assert flow.go_next(draft, KNOWN) != draft
    assert not flow.can_save(lacking, KNOWN)


def test_back_loses_nothing_and_stops_at_the_first_step():
    before = draft = at(full(), "summary")
    for step in reversed(flow.step_keys()[:-1]):
        draft = flow.go_back(draft, KNOWN)
        assert draft.step == step
    assert flow.go_back(draft, KNOWN).step == "connect"
    assert at(draft, "summary") == before


def test_passed_steps_can_be_opened_and_others_not():
    draft = at(full(), "schools")
    assert flow.jump(draft, KNOWN, "connect").step == "connect"
    assert flow.jump(draft, KNOWN, "destination") == draft
    ahead = flow.step_keys().index("schools") + 1
    assert all(flow.may_jump(draft, KNOWN, step) for step in flow.step_keys()[:ahead])
    assert not any(flow.may_jump(draft, KNOWN, step) for step in flow.step_keys()[ahead:])
    back = flow.jump(draft, KNOWN, "connect")
    assert states(back)[0] == "current"
    assert set(states(back)[1:ahead]) == {"done"}
    assert set(states(back)[ahead:]) == {"not yet"}


def test_finish_is_offered_from_the_attributes_on_and_what_is_missing_waits():
    draft = full(destination={"kind": "files"})
    for step in ("connect", "credentials", "schools"):
        assert not flow.may_finish(at(draft, step))
        assert flow.finish(at(draft, step)) == at(draft, step)
    draft = at(draft, "attributes")
    done = flow.finish(draft)
    assert done.step == "summary"
    assert [step for step in flow.step_keys() if flow.step_state(done, KNOWN, step) == State.ATTENTION] == [
        "destination"
    ]
    assert not flow.can_save(done, KNOWN)
    mended = changed(done, destination={"kind": "files", "folder": "/srv/roster"})
    assert set(states(mended)[:-1]) == {"done"}
    assert flow.step_state(flow.jump(done, KNOWN, "connect"), KNOWN, "summary") == State.ATTENTION


def test_a_step_that_was_passed_and_is_wrong_now_needs_attention():
    draft = changed(at(full(), "summary"), name="Moodle")
    assert states(draft)[0] == "needs attention"
    assert "already a connection" in flow.needs_of(draft, KNOWN, "connect")[0].text


def test_what_each_step_needs_is_said_in_words():
    needs = flow.needs(new_draft(), replace(KNOWN, secrets={}))
    assert [(need.step, need.field) for need in needs] == [
        ("connect", "name"),
        ("connect", "preset"),
        ("credentials", "url"),
        ("credentials", "client_id"),
        ("credentials", "secret"),
        ("credentials", ""),
        ("destination", "kind"),
    ]
    assert all(need.text.endswith(".") for need in needs)


def test_an_untested_or_failed_connection_needs_attention_but_can_be_saved():
    for tested in ("", "failed"):
        draft = at(full(tested=tested), "summary")
        assert flow.step_state(draft, KNOWN, "credentials") == State.ATTENTION
        assert flow.can_save(draft, KNOWN)


@pytest.mark.parametrize("change", [{"url": "https://other.example"}, {"client_id": "x"}, {"ca_file": "/ca.pem"}])
def test_a_test_counts_for_what_was_tested_only(change: dict):
    assert changed(full(), **change).of(CredentialsPart).tested == ""
    assert changed(full(), name="Other", numbers="1").of(CredentialsPart).tested == "passed"
    assert changed(full(), url="lincoln.powerschool.com/admin/").of(CredentialsPart).tested == "passed"


def test_another_server_has_other_schools():
    assert changed(full(), url="https://other.example").of(SchoolsPart).found == ()
    assert changed(full(), client_id="x").of(SchoolsPart).found == SCHOOLS


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("100,600", [100, 600]), (" 100 ;600\n7 ", [100, 600, 7]), ("100,100,", [100]), ("", [])],
)
def test_school_numbers_are_read_as_typed(text: str, numbers: list[int]):
    assert parse_numbers(text) == numbers


@pytest.mark.parametrize("text", ["100-600", "100.5", "²", "Maple", "-3"])
def test_what_is_no_school_number_is_named(text: str):
    with pytest.raises(ValueError, match="is not a school number"):
        parse_numbers(text)


def test_school_numbers_must_be_those_of_schools():
    assert fields(full(all_schools=False, numbers="")) == ["numbers"]
    assert fields(full(all_schools=False, numbers="100,110")) == []
    unknown = full(all_schools=False, numbers="100,999,7")
    assert flow.needs(unknown, KNOWN)[0].text == "PowerSchool has no schools with the numbers 999, 7."
    assert fields(changed(unknown, found=())) == []


@pytest.mark.parametrize(
    ("key", "value", "fine"),
    [("keep", 0, True), ("keep", "many", False), ("keep", "", False), ("form", "b", True), ("form", "c", False)],
)
def test_a_destinations_settings_are_checked_by_what_it_declares(key: str, value: object, *, fine: bool):
    draft = full(destination={"kind": "files", "folder": "/srv", key: value})
    assert fields(draft) == ([] if fine else [f"destination.{key}"])


def test_a_draft_becomes_a_connection_and_back():
    draft = full(all_schools=False, numbers="110, 100", start_year=2026, district_name="Lincoln", ca_file="/ca.pem")
    connection = to_connection(draft, KNOWN)
    assert connection == from_dict(
        {
            "name": "Lincoln roster",
            "preset": "oneroster",
            "id": draft.connection_id,
            "source": {"url": "https://lincoln.powerschool.com", "client_id": "4f0c", "ca_file": "/ca.pem"},
            "scope": {"schools": [110, 100], "start_year": 2026},
            "options": {"district_name": "Lincoln"},
            "destination": {"kind": "files", "folder": "/srv/roster"},
        }
    )
    assert to_connection(from_connection(connection), KNOWN) == connection


def test_settings_without_a_page_stay_as_they_are():
    base = from_dict(
        {
            "name": "Lincoln roster",
            "preset": "oneroster",
            "source": {"url": "https://lincoln.powerschool.com", "read": "tables"},
            "options": {"parents": "none"},
            "mapping": {"student": {"username": "{Students.Student_Number}"}},
            "safety": {"preview": "always"},
            "destination": {"kind": "files", "folder": "/srv/roster"},
        }
    )
    after = to_connection(
        changed(from_connection(base), district_name="Lincoln", all_schools=False, numbers="100"), KNOWN, base
    )
    assert after.source.read == "tables"
    assert (after.options.parents, after.options.district_name) == ("none", "Lincoln")
    assert (after.mapping, after.safety, after.scope.schools) == (base.mapping, base.safety, [100])


def test_a_draft_that_lacks_something_is_no_connection():
    for lacking in (full(name=""), full(preset=""), full(all_schools=False, numbers="x"), full(url="http://a.b")):
        with pytest.raises(FixSettings):
            to_connection(lacking, KNOWN)


# --- on disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(home_at(tmp_path / "home"))


def test_a_draft_is_read_as_it_was_written(service: Service):
    draft = at(full(ticked=(0, 2), menus="classic", url="lincoln"), "credentials")
    drafts.save(service, draft)
    (read,) = drafts.all_of(service)
    assert all(read.of(kind) == draft.of(kind) for kind in PARTS)
    assert replace(read, parts={}) == replace(draft, parts={})
    (file,) = (service.home.config / "drafts").iterdir()
    assert json.loads(file.read_text())["step"] == "credentials"


# As psconnect wrote it before each step had a part of its own.
OLD = {
    "id": "0a1b2c3d4e5f6071",
    "step": "schools",
    "reached": "destination",
    "connection_id": "k7mzqw",
    "name": "Lincoln roster",
    "preset": "oneroster",
    "url": "https://lincoln.powerschool.com",
    "client_id": "4f0c",
    "without": ["roledef"],
    "ticked": [0, 2],
    "menus": "classic",
    "tested": "passed",
    "all_schools": False,
    "numbers": "100,",
    "start_year": 2026,
    "found": [{"number": 100, "name": "Maple", "students": 140}],
    "destination": {"kind": "files", "folder": "/srv/roster", "keep": 3},
}


def test_a_draft_of_an_earlier_version_opens(service: Service):
    folder = service.home.config / "drafts"
    folder.mkdir(parents=True)
    (folder / f"{OLD['id']}.json").write_text(json.dumps(OLD))
    (draft,) = drafts.all_of(service)
    assert (draft.step, draft.reached, draft.connection_id) == ("schools", "destination", "k7mzqw")
    assert draft.of(ConnectPart) == ConnectPart("Lincoln roster", "oneroster")
    assert draft.of(PluginPart).without == ("roledef",)
    assert (draft.of(PluginPart).ticked, draft.of(CredentialsPart).tested) == ((0, 2), "passed")
    assert draft.of(SchoolsPart) == SchoolsPart(
        all_schools=False, numbers="100,", start_year=2026, found=(School(100, "Maple", 140),)
    )
    assert draft.of(DestinationPart).destination == OLD["destination"]
    drafts.save(service, draft)
    assert drafts.all_of(service)[0].of(SchoolsPart) == draft.of(SchoolsPart)


def test_a_draft_whose_plugin_was_part_of_the_credentials_opens(service: Service):
    parts = {"connect": {"name": "Lincoln"}, "credentials": {"url": "x", "without": ["roledef"], "ticked": [0, 2]}}
    folder = service.home.config / "drafts"
    folder.mkdir(parents=True)
    stored = {"id": "0a1b", "step": "credentials", "reached": "schools", "connection_id": "k7mzqw", "parts": parts}
    (folder / "0a1b.json").write_text(json.dumps(stored))
    (draft,) = drafts.all_of(service)
    assert draft.of(PluginPart) == PluginPart(without=("roledef",), ticked=(0, 2))
    assert draft.of(CredentialsPart) == CredentialsPart("x")


def test_the_draft_saved_last_comes_first_and_a_removed_one_stays_away(service: Service):
    first, second = full(), full()
    drafts.save(service, first)
    drafts.save(service, second)
    drafts.save(service, changed(first, name="Saved again"))
    assert [draft.id for draft in drafts.all_of(service)] == [first.id, second.id]
    service.remove_draft(first.id)
    drafts.save(service, first)
    assert [draft.id for draft in drafts.all_of(service)] == [second.id]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"id":"x","step":"nowhere"}',
        b'{"id":"x","secret":"s"}',
        b'{"id":"x","step":"connect","reached":"connect","parts":{"later":{}}}',
        b"\xff",
    ],
)
def test_a_draft_that_cannot_be_read_is_set_aside(service: Service, content: bytes):
    good = full()
    drafts.save(service, good)
    folder = service.home.config / "drafts"
    (folder / "x.json").write_bytes(content)
    assert [draft.id for draft in drafts.all_of(service)] == [good.id]
    assert (folder / "x.damaged").read_bytes() == content


def test_a_draft_that_cannot_be_kept_is_told_in_words(service: Service, tmp_path: Path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config").write_text("in the way")
    with pytest.raises(LocalStorage):
        drafts.save(service, full())
