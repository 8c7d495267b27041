"""The one reading of a set-up in the window: it never waits, it can be stopped, and nothing of it stays."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.schools import SchoolsPage
from psconnect.desktop.wizard.session import discard_set_up
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.service import NOT_KEPT, EntityCounts, LiveReading
from psconnect.service import live as live_service
from psconnect.store.reading import kept_streams
from tests.desktop.wizard.conftest import WAIT_MS, Setting, place_of


def kept(setting: Setting) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in (setting.service.home.data / "live").glob("*"))


def read(setting: Setting) -> None:
    setting.open(setting.prefill())
    setting.session.live.start(setting.bridge)
    setting.settled()
    assert setting.session.live.status.state == "done"


def students(live: LiveReading, settings: Connection, cancel: CancelToken) -> EntityCounts:
    return live.counts(settings, "student", cancel)


def test_it_is_read_once_and_told_of(setting: Setting):
    setting.open(setting.prefill())
    live, told = setting.session.live, list[str]()
    live.on_news.append(lambda: told.append(live.status.state))
    live.start(setting.bridge)
    assert live.busy
    setting.settled()
    assert not live.busy
    assert told[-1] == "done"
    first = live.status.read_at
    live.start(setting.bridge)
    setting.settled()
    assert live.status.read_at == first
    live.start(setting.bridge, again=True)
    setting.settled()
    assert live.status.read_at != first


def test_the_newest_question_wins(setting: Setting):
    read(setting)
    answers, refusals = list[int](), list[PsconnectError]()
    question = LiveQuestion(setting.bridge, setting.session, setting.window)
    for number in range(5):

        def ask(live: LiveReading, settings: Connection, cancel: CancelToken, number: int = number) -> int:
            students(live, settings, cancel)
            return number

        question.ask(ask, answers.append, refusals.append, step="credentials")
    setting.settled()
    assert (answers, refusals) == ([4], [])
    question.ask(students, lambda _counts: answers.append(9), refusals.append, step="credentials")
    question.stop()
    setting.settled()
    assert (answers, refusals) == ([4], [])


def test_a_question_before_anything_is_read_is_refused(setting: Setting):
    setting.open(setting.prefill())
    refusals = list[PsconnectError]()
    question = LiveQuestion(setting.bridge, setting.session, setting.window)
    question.ask(students, lambda _counts: None, refusals.append, step="credentials")
    setting.settled()
    (error,) = refusals
    assert isinstance(error, FixSettings)
    assert error.code == NOT_KEPT


def test_stopping_takes_effect_at_once_even_if_powerschool_is_silent(setting: Setting):
    setting.open(setting.prefill())
    setting.district.fault("N05", "/ws/schema/query/*.students*", amount=0)
    live = setting.session.live
    live.start(setting.bridge)
    setting.qtbot.waitUntil(lambda: "course" in live.status.done, timeout=WAIT_MS)
    live.cancel()
    setting.settled()
    assert live.status.state == "cancelled"
    assert kept(setting) == []


def test_what_was_read_goes_when_the_set_up_is_saved_or_discarded(setting: Setting):
    read(setting)
    assert kept(setting) == [setting.session.draft.id]
    setting.session.finish(setting.session.draft)
    assert kept(setting) == []


def test_a_set_up_that_is_opened_again_has_its_reading_and_discarding_wipes_it(setting: Setting):
    read(setting)
    draft_id = setting.session.draft.id
    setting.session.update(ConnectPart, name="Another name")
    setting.session.save_draft()
    setting.session.live.end()
    setting.open(setting.prefill(), draft_id=draft_id)
    setting.session.live.start(setting.bridge)
    setting.settled()
    assert setting.session.live.status.state == "done"
    setting.window.forget(draft_id)
    discard_set_up(setting.service, draft_id)
    assert kept(setting) == []


def can_not_be_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program has the file of kept rows open, as on Windows."""

    def in_use(path: Path) -> None:
        raise LocalStorage("PSC-DISK-DENIED/read-only-use", where=str(path), path=str(path))

    monkeypatch.setattr(kept_streams, "wipe_file", in_use)
    monkeypatch.setattr(live_service, "wipe_file", in_use)


def test_a_connection_is_saved_although_what_was_read_can_not_be_deleted_yet(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
):
    read(setting)
    can_not_be_wiped(monkeypatch)
    setting.session.finish(setting.session.draft)
    (state,) = setting.service.connections()
    assert state.connection.name == setting.session.draft.of(ConnectPart).name
    assert setting.service.drafts() == {}
    monkeypatch.undo()
    setting.service.sweep_live([], before=time.time() + 60)
    assert kept(setting) == [], "the next start deletes it"


def test_a_set_up_that_is_discarded_leaves_no_secret_although_what_was_read_can_not_be_deleted(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
):
    read(setting)
    setting.session.update(ConnectPart, name="Another name")
    setting.session.save_draft()
    draft = setting.session.draft
    assert setting.service.kept_secrets(draft.secret_name)
    setting.session.live.end()
    can_not_be_wiped(monkeypatch)
    with pytest.raises(LocalStorage):
        discard_set_up(setting.service, draft.id)
    assert setting.service.kept_secrets(draft.secret_name) == {}


def test_the_file_is_named_after_the_set_up_and_holds_no_secret(setting: Setting):
    read(setting)
    (file,) = (setting.service.home.data / "live").iterdir()
    assert file.name.startswith(setting.session.draft.id)
    assert str(setting.prefill().client_secret).encode() not in file.read_bytes()


def test_what_was_read_on_a_visit_to_settings_goes_with_it(setting: Setting):
    service = setting.district.service
    forms = ConnectionForms(setting.bridge, service)
    setting.qtbot.addWidget(forms)
    forms.load(setting.district.name)
    setting.settled()
    forms.list.open("schools")
    setting.settled()
    page = forms.pages[place_of("schools")]
    assert isinstance(page, SchoolsPage)
    assert page.total.text().startswith("3 of 3 schools, 282 active students")
    assert len(list((service.home.data / "live").iterdir())) == 1
    forms.drop()
    setting.settled()
    assert list((service.home.data / "live").iterdir()) == []


def test_user_names_that_another_connection_delivers_are_told_at_save(setting: Setting):
    setting.open(setting.prefill())
    setting.to("summary", fill=False)
    setting.press(setting.way("save"))
    assert setting.service.sync("Demo district").state == "held"
    setting.open(setting.prefill(name="College"))
    setting.session.update(WhoPart, id_prefix="C-")
    elsewhere = setting.district.server.url.replace("127.0.0.1", "localhost")
    setting.session.update(CredentialsPart, url=elsewhere)
    setting.session.become(replace(setting.session.draft, step="summary", reached="summary"))
    setting.window._open()
    setting.session.live.start(setting.bridge, again=True)
    setting.settled()
    setting.way("save").click()
    setting.settled()
    assert "user names are the same in both" in setting.window.banner.label.text()
    assert setting.wishes == [("Demo district", "save")]
    setting.session.update(WhoPart, username_prefix="c.", course_prefix="C-")
    setting.way("save").click()
    setting.settled()
    assert setting.wishes == [("Demo district", "save"), ("College", "save")]
