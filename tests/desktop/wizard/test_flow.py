"""The set-up without a window: every path, what each step needs, and the draft on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import (
    Draft,
    changed,
    from_connection,
    new_draft,
    parse_numbers,
    to_connection,
)
from psconnect.desktop.wizard.drafts import Drafts
from psconnect.desktop.wizard.flow import Known, State, Step
from psconnect.destinations.base import Declaration
from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.service import PresetInfo, School, SettingField
from psconnect.store.settings.home import home_at

FOLDER = SettingField("folder", "Folder", "Choose the folder.", "folder", required=True)
KEEP = SettingField("keep", "Keep", "How many stay.", "number", default=5, advanced=True)
FORM = SettingField("form", "Form", "Which form.", "choice", default="a", choices=("a", "b"))
FILES = Declaration("files", "Files", "Files in a folder.", (FOLDER, KEEP, FORM), "snapshot", {})
KNOWN = Known((PresetInfo("oneroster", "OneRoster", "A bundle."),), (FILES,), frozenset({"moodle"}), has_secret=True)
SCHOOLS = (School(100, "Maple", 140), School(110, "Cedar", 61))


def full(**values: object) -> Draft:
    """A draft that lacks nothing, on its first step."""
    given = {
        "name": "Lincoln roster",
        "preset": "oneroster",
        "url": "https://lincoln.powerschool.com",
        "client_id": "4f0c",
        "tested": "passed",
        "found": SCHOOLS,
        "destination": {"kind": "files", "folder": "/srv/roster"},
    }
    return new_draft(**{**given, **values})


def states(draft: Draft, known: Known = KNOWN) -> list[str]:
    return [str(flow.state_of(draft, known, step)) for step in flow.STEPS]


def fields(draft: Draft, known: Known = KNOWN) -> list[str]:
    return [need.field for need in flow.needs(draft, known)]


def at(draft: Draft, step: Step) -> Draft:
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
    assert states(draft) == ["current", "not yet", "not yet", "not yet", "not yet"]
    seen = [draft.step]
    while (after := flow.go_next(draft, KNOWN)) != draft:
        draft = after
        seen.append(draft.step)
    assert seen == [str(step) for step in flow.STEPS]
    assert states(draft) == ["done", "done", "done", "done", "current"]
    assert flow.can_save(draft, KNOWN)


@pytest.mark.parametrize(
    ("step", "values"),
    [
        (Step.CONNECT, {"name": "  "}),
        (Step.CONNECT, {"preset": "unheard-of"}),
        (Step.CREDENTIALS, {"url": "http://lincoln.powerschool.com"}),
        (Step.CREDENTIALS, {"client_id": ""}),
        (Step.SCHOOLS, {"all_schools": False, "numbers": "100,x"}),
        (Step.DESTINATION, {"destination": {"kind": "files"}}),
        (Step.DESTINATION, {"destination": {}}),
    ],
)
def test_next_stays_while_the_step_lacks_something(step: Step, values: dict):
    draft = at(full(), step)
    lacking = changed(draft, **values)
    assert flow.go_next(lacking, KNOWN) == lacking
    assert flow.go_next(draft, KNOWN) != draft
    assert not flow.can_save(lacking, KNOWN)


def test_back_loses_nothing_and_stops_at_the_first_step():
    before = draft = at(full(), Step.SUMMARY)
    for step in reversed(flow.STEPS[:-1]):
        draft = flow.go_back(draft)
        assert draft.step == step
    assert flow.go_back(draft).step == Step.CONNECT
    assert at(draft, Step.SUMMARY) == before


def test_passed_steps_can_be_opened_and_others_not():
    draft = at(full(), Step.SCHOOLS)
    assert flow.jump(draft, Step.CONNECT).step == Step.CONNECT
    assert flow.jump(draft, Step.DESTINATION) == draft
    assert [flow.may_jump(draft, step) for step in flow.STEPS] == [True, True, True, False, False]
    back = flow.jump(draft, Step.CONNECT)
    assert states(back) == ["current", "done", "done", "not yet", "not yet"]


def test_finish_is_offered_from_the_schools_on_and_what_is_missing_waits():
    draft = full(destination={"kind": "files"})
    for step in (Step.CONNECT, Step.CREDENTIALS):
        assert not flow.may_finish(at(draft, step))
        assert flow.finish(at(draft, step)) == at(draft, step)
    draft = at(draft, Step.SCHOOLS)
    done = flow.finish(draft)
    assert done.step == Step.SUMMARY
    assert states(done) == ["done", "done", "done", "needs attention", "current"]
    assert not flow.can_save(done, KNOWN)
    mended = changed(done, destination={"kind": "files", "folder": "/srv/roster"})
    assert states(mended) == ["done", "done", "done", "done", "current"]
    assert flow.state_of(flow.jump(done, Step.CONNECT), KNOWN, Step.SUMMARY) == State.ATTENTION


def test_a_step_that_was_passed_and_is_wrong_now_needs_attention():
    draft = changed(at(full(), Step.SUMMARY), name="Moodle")
    assert states(draft)[0] == "needs attention"
    assert "already a connection" in flow.needs_of(draft, KNOWN, Step.CONNECT)[0].text


def test_what_each_step_needs_is_said_in_words():
    needs = flow.needs(new_draft(), replace(KNOWN, has_secret=False))
    assert [(str(need.step), need.field) for need in needs] == [
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
        draft = at(full(tested=tested), Step.SUMMARY)
        assert states(draft)[1] == "needs attention"
        assert flow.can_save(draft, KNOWN)


@pytest.mark.parametrize("change", [{"url": "https://other.example"}, {"client_id": "x"}, {"ca_file": "/ca.pem"}])
def test_a_test_counts_for_what_was_tested_only(change: dict):
    assert changed(full(), **change).tested == ""
    assert changed(full(), name="Other", numbers="1").tested == "passed"
    assert changed(full(), url="lincoln.powerschool.com/admin/").tested == "passed"


def test_another_server_has_other_schools():
    assert changed(full(), url="https://other.example").found == ()
    assert changed(full(), client_id="x").found == SCHOOLS


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
    assert flow.needs(unknown, KNOWN)[0].text == "PowerSchool has no school with the number 999, 7."
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
    connection = to_connection(draft)
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
    assert to_connection(from_connection(connection)) == connection


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
        changed(from_connection(base), district_name="Lincoln", all_schools=False, numbers="100"), base
    )
    assert after.source.read == "tables"
    assert (after.options.parents, after.options.district_name) == ("none", "Lincoln")
    assert (after.mapping, after.safety, after.scope.schools) == (base.mapping, base.safety, [100])


def test_a_draft_that_lacks_something_is_no_connection():
    for lacking in (full(name=""), full(preset=""), full(all_schools=False, numbers="x"), full(url="http://a.b")):
        with pytest.raises(FixSettings):
            to_connection(lacking)


# --- on disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def drafts(tmp_path: Path) -> Drafts:
    return Drafts(home_at(tmp_path / "home"))


def test_a_draft_is_read_as_it_was_written(drafts: Drafts, tmp_path: Path):
    draft = at(full(ticked=(0, 2), menus="classic", url="lincoln"), Step.SCHOOLS)
    drafts.save(draft)
    assert drafts.all() == [draft]
    (file,) = (tmp_path / "home" / "config" / "drafts").iterdir()
    assert json.loads(file.read_text())["step"] == "schools"


def test_the_draft_saved_last_comes_first_and_a_removed_one_stays_away(drafts: Drafts):
    first, second = full(), full()
    drafts.save(first)
    drafts.save(second)
    drafts.save(changed(first, name="Saved again"))
    assert [draft.id for draft in drafts.all()] == [first.id, second.id]
    drafts.remove(first)
    drafts.save(first)
    assert [draft.id for draft in drafts.all()] == [second.id]


@pytest.mark.parametrize("content", [b"", b"{", b'{"id":"x","step":"nowhere"}', b'{"id":"x","secret":"s"}', b"\xff"])
def test_a_draft_that_cannot_be_read_is_set_aside(drafts: Drafts, tmp_path: Path, content: bytes):
    good = full()
    drafts.save(good)
    folder = tmp_path / "home" / "config" / "drafts"
    (folder / "x.json").write_bytes(content)
    assert drafts.all() == [good]
    assert (folder / "x.damaged").read_bytes() == content


def test_a_draft_that_cannot_be_kept_is_told_in_words(drafts: Drafts, tmp_path: Path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config").write_text("in the way")
    with pytest.raises(LocalStorage):
        drafts.save(full())
