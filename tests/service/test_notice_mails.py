"""Mails about runs as they arrive at a real server: who gets them, what they say, and what they never say."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.mail import Mail, MailLimits
from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.notices import WaitingNotice
from psconnect.model.preferences import MailServer
from psconnect.model.runs import Hold
from psconnect.reports.notice_mail import mail_about
from psconnect.service.mailing import MAIL_SECRET
from psconnect.store.database import open_rosters, transaction
from psconnect.store.history import run_table
from psconnect.store.settings.notice_notes import NoticeNotes
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from tests.judges.mails import findings
from tests.mail.server import PASSWORD, SENDER, USER, RunningServer, mail_server
from tests.support.certificates import Certificates
from tests.support.demo import Connected
from tests.support.keyrings import MemoryKeyring
from tests.support.logs import ExpectLog

OFFICE, COLLEAGUE = "office@lincoln.example", "it@lincoln.example"
ALLOWED = (SENDER, OFFICE, COLLEAGUE)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with mail_server() as running:
        yield running


def noticed(connected: Connected, server: RunningServer, **notices: object) -> None:
    """The connection mails to the server."""
    connected.service.save_mail_server(server.settings())
    connected.service.mail_limits = MailLimits(5, 5, 10)
    for key, value in {"to": [OFFICE], **notices}.items():
        connected.service.set_value(connected.name, f"notices.{key}", json.dumps(value))


def people(connected: Connected) -> list[str]:
    """Names, user names and mails of everybody in the district that are long enough to be nobody else's word."""
    rows = connected.sql("SELECT last_name || ', ' || first_name, first_name || ' ' || last_name FROM students")
    mails = connected.sql("SELECT DISTINCT student_web_id FROM students WHERE length(student_web_id) > 5")
    return [text for row in (*rows, *mails) for text in row if text]


def parsed(server: RunningServer) -> list[EmailMessage]:
    return [email.message_from_bytes(got.content, policy=email.policy.SMTP) for got in server.got]


def subjects(server: RunningServer) -> list[str]:
    return [str(one["Subject"]) for one in parsed(server)]


def text_of(message: EmailMessage) -> str:
    return str(message.get_body(("plain",)).get_content())


def test_mission_d17_the_result_is_mailed_with_the_summary_of_the_run(
    connected: Connected, server: RunningServer
) -> None:
    connected.delivered()
    noticed(connected, server, results="all", to=[OFFICE, COLLEAGUE])
    run = connected.service.sync(connected.name)
    (got,) = server.got
    assert (got.sender, got.to) == (SENDER, [OFFICE, COLLEAGUE])
    assert findings(got.content, ALLOWED, canaries=people(connected)) == []
    (message,) = parsed(server)
    assert message["Subject"].startswith(connected.name)
    text = text_of(message)
    for entity, figures in run.reconciled.items():
        assert f"= Delivered: {figures.delivered:,}" in text, entity
    assert connected.service.undelivered_notices(connected.name).waiting == []


def test_mission_d17_a_run_that_delivered_nothing_is_mailed_with_the_last_delivery(
    connected: Connected, server: RunningServer
) -> None:
    connected.delivered()
    noticed(connected, server, results="problems")
    connected.service.set_secret(connected.name, CLIENT_SECRET, "canary-not-the-secret")
    failed = connected.service.sync(connected.name)
    (got,) = server.got
    assert findings(got.content, ALLOWED, canaries=[*people(connected), "canary-not-the-secret"]) == []
    text = text_of(parsed(server)[0])
    assert failed.error["code"] in text
    assert "Last delivery" in text
    delivered = next(run for run in connected.service.runs(connected.name) if run.reconciled)
    assert f"= Delivered: {delivered.reconciled['student'].delivered:,}" in text


def test_mission_d18_a_run_that_waits_is_mailed_in_addition_to_its_result(
    connected: Connected, server: RunningServer
) -> None:
    noticed(connected, server, results="all")
    held = connected.service.sync(connected.name)
    result, hold = parsed(server)
    assert hold["Subject"].endswith("an approval is needed")
    assert "On hold" in result["Subject"]
    assert "approve or discard" in text_of(hold)
    for got in server.got:
        assert findings(got.content, ALLOWED, canaries=people(connected)) == []
    connected.service.approve(held.id, "looked at by Dana Whitfield")
    assert len(server.got) == 3
    # The reason is free text and may name somebody.
    assert findings(server.got[2].content, ALLOWED, canaries=["Whitfield", *people(connected)]) == []
    assert "delivered" in subjects(server)[2]


def test_mission_d18_the_hold_is_mailed_where_no_result_is(connected: Connected, server: RunningServer) -> None:
    noticed(connected, server, results="none")
    connected.service.sync(connected.name)
    assert [one.partition(": ")[2] for one in subjects(server)] == ["an approval is needed"]


def test_the_same_plan_that_waits_is_told_once_a_day(connected: Connected, server: RunningServer) -> None:
    noticed(connected, server, results="none")
    connected.service.sync(connected.name)
    connected.service.sync(connected.name)
    assert len(server.got) == 1
    connected.clock.time += timedelta(days=1)
    connected.service.sync(connected.name)
    assert len(server.got) == 2


def test_mission_l12_nobody_but_the_chosen_addresses_is_ever_mailed(
    connected: Connected, server: RunningServer
) -> None:
    """Neither new users nor anybody else of the roster: the first delivery makes an account of everybody."""
    noticed(connected, server, results="all", names=True)
    held = connected.service.sync(connected.name)
    connected.service.approve(held.id, "test")
    connected.sql("UPDATE students SET first_name = '' WHERE dcid = (SELECT min(dcid) FROM students)")
    connected.service.sync(connected.name)
    assert len(server.got) >= 4
    assert {address for got in server.got for address in got.to} == {OFFICE}
    for got in server.got:
        assert findings(got.content, ALLOWED) == []


def test_names_are_in_it_only_if_they_are_chosen(connected: Connected, server: RunningServer) -> None:
    connected.delivered()

    connected.sql("UPDATE students SET last_name = 'Quetzalcoatl' WHERE dcid = (SELECT min(dcid) FROM students)")
    connected.sql("UPDATE students SET first_name = '' WHERE dcid = (SELECT min(dcid) FROM students)")
    noticed(connected, server, results="all")
    connected.service.sync(connected.name)
    noticed(connected, server, results="all", names=True)
    connected.service.sync(connected.name)
    without, named = (text_of(one) for one in parsed(server))
    assert "Quetzalcoatl" not in without
    assert "Quetzalcoatl" in named
    assert findings(server.got[1].content, ALLOWED) == []


def test_a_class_called_after_its_teacher_is_named_only_if_names_are_chosen(
    connected: Connected, server: RunningServer
) -> None:
    noticed(connected, server, results="weekly")
    connected.service.send_due_notices()
    crossed = {"entity": "enrollment", "kind": "remove_per_class", "count": 9, "base": 10, "share": 90.0}
    hold = Hold("class-remove-enrollment", values=crossed | {"limit": "75% and 8", "place": "Canary’s band"})  # type: ignore[arg-type]
    held = connected.service.sync(connected.name)
    with closing(open_rosters(connected.rosters)) as db, transaction(db):
        number, _state = run_table.find_run(db, connected.name, held.id)
        run_table.update_run(db, number, holds=[hold])
        connection = connected.service.connection(connected.name)
        told = [mail_about(db, connection, number, kind, None, None) for kind in ("hold", "result")]
    assert not [mail for mail in told if "Canary" in mail.text + mail.html + mail.subject]
    assert "9 of 10 enrollments would be removed" in told[0].text
    connected.clock.time += timedelta(days=7)
    connected.service.send_due_notices()
    without = text_of(parsed(server)[-1])
    assert "9 of 10 enrollments" in " ".join(without.split())
    assert "Canary" not in without


def test_the_new_year_is_told(connected: Connected, server: RunningServer) -> None:
    connected.delivered()
    noticed(connected, server, results="none")
    connected.service.sync(connected.name, trigger="new-year")
    (subject,) = subjects(server)
    assert subject.endswith("the data of the new school year is there")
    assert findings(server.got[0].content, ALLOWED, canaries=people(connected)) == []


def test_a_week_comes_in_one_mail_even_if_nothing_ran(connected: Connected, server: RunningServer) -> None:
    connected.delivered()
    noticed(connected, server, results="weekly", holds=False)
    service, clock = connected.service, connected.clock
    service.sync(connected.name)
    service.send_due_notices()
    assert server.got == []
    clock.time += timedelta(days=7)
    service.send_due_notices()
    service.send_due_notices()
    (subject,) = subjects(server)
    assert "3 runs" in text_of(parsed(server)[0]) or "2 runs" in subject
    clock.time += timedelta(days=7)
    service.send_due_notices()
    assert "No run in this time" in subjects(server)[1]
    assert "The last delivery was on" in text_of(parsed(server)[1])
    for got in server.got:
        assert findings(got.content, ALLOWED, canaries=people(connected)) == []


def test_what_could_not_be_sent_is_sent_after_the_next_run_and_says_since_when(
    connected: Connected, server: RunningServer
) -> None:
    connected.delivered()
    noticed(connected, server, results="all")
    server.answers.refuse["MAIL"] = "451 4.7.1 Greylisted, come back later"
    first = connected.service.sync(connected.name)
    (kept,) = connected.service.undelivered_notices(connected.name).waiting
    assert (kept.run, kept.error["code"]) == (first.id, "PSC-MAIL-LATER")
    del server.answers.refuse["MAIL"]
    second = connected.service.sync(connected.name)
    texts = [text_of(one) for one in parsed(server)]
    assert [run.id in text for run, text in zip((first, second), texts, strict=True)] == [True, True]
    assert ["could not be sent then" in text for text in texts] == [True, False]
    assert connected.service.undelivered_notices(connected.name).waiting == []


def test_who_was_refused_is_tried_again_and_the_others_are_not_mailed_twice(
    connected: Connected, server: RunningServer
) -> None:
    connected.delivered()
    noticed(connected, server, results="problems", to=[OFFICE, COLLEAGUE])
    server.answers.refuse[COLLEAGUE] = "450 4.2.1 mailbox busy"
    connected.service.set_secret(connected.name, CLIENT_SECRET, "no-longer-right")
    connected.service.sync(connected.name)
    del server.answers.refuse[COLLEAGUE]
    connected.service.send_due_notices()
    assert [got.to for got in server.got] == [[OFFICE], [COLLEAGUE]]


def test_a_mail_that_cannot_be_made_is_told_and_keeps_no_other_back(
    connected: Connected, server: RunningServer, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    expect_log("notices failed")
    connected.delivered()
    noticed(connected, server, results="all", to=[OFFICE, COLLEAGUE])
    made = mail_about

    def broken(*given: Any) -> Mail:
        if not broken_for or given[2] in broken_for:
            broken_for.add(given[2])
            raise ValueError("canary")
        return made(*given)

    broken_for: set[int] = set()
    monkeypatch.setattr("psconnect.service.notifying.mail_about", broken)
    first, second = (connected.service.sync(connected.name) for _ in range(2))
    (kept,) = connected.service.undelivered_notices(connected.name).waiting
    assert (kept.run, kept.error["code"]) == (first.id, "PSC-BUG")
    assert "canary" not in json.dumps(kept.error)
    (message,) = parsed(server)
    assert second.id in text_of(message)


def test_whom_a_mail_reached_it_does_not_reach_again_after_another_trouble() -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    tried = WaitingNotice("result", "r1", now)
    notes = NoticeNotes([tried])
    notes.failed(tried, TryLater("PSC-MAIL-LATER"), [COLLEAGUE])
    notes.failed(tried, TryLater("PSC-MAIL-BROKEN"))
    assert [one.left for one in notes.waiting] == [[COLLEAGUE]]


def test_a_refused_sign_in_is_tried_once_a_run_and_no_secret_is_kept_or_logged(
    connected: Connected, certificates: Certificates, memory_keyring: MemoryKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    service = connected.service
    secret = service.secrets.get(connected.name, CLIENT_SECRET)
    service.secrets = Secrets()
    service.set_secret(connected.name, CLIENT_SECRET, secret)
    connected.delivered()
    caplog.set_level("DEBUG", "psconnect")
    with mail_server(certificates.good.server_context(), login=True) as server:
        noticed(connected, server, results="all")
        settings = server.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        service.save_mail_server(settings, "wrong-canary-77")
        service.sync(connected.name)
        service.send_due_notices()
        service.send_due_notices()
        assert server.answers.logins == [(USER, "wrong-canary-77")]
        (kept,) = service.undelivered_notices(connected.name).waiting
        assert kept.error["code"] == "PSC-MAIL-LOGIN"
        service.save_mail_server(settings, PASSWORD)
        assert service.send_waiting_notices(connected.name).waiting == []
        assert len(server.got) == 1
    assert {key for _, key in memory_keyring.entries if MAIL_SECRET in key}
    everything = "".join(f"{record.getMessage()}{record.__dict__}" for record in caplog.records)
    for path in connected.service.home.config.parent.rglob("*"):
        if path.is_file():
            everything += path.read_bytes().decode("latin-1")
    for canary in ("wrong-canary-77", PASSWORD):
        assert canary not in everything
        assert canary.encode().decode("latin-1") not in everything
    service.save_mail_server(MailServer())
    assert not {key for _, key in memory_keyring.entries if MAIL_SECRET in key}


def test_a_secret_goes_to_no_other_server_than_it_was_typed_for(
    connected: Connected, certificates: Certificates, memory_keyring: MemoryKeyring
) -> None:
    service = connected.service
    service.secrets, service.mail_limits = Secrets(), MailLimits(5, 5, 10)
    with (
        mail_server(certificates.good.server_context(), login=True) as mine,
        mail_server(certificates.good.server_context(), login=True) as other,
    ):
        kept = mine.settings(security="starttls", user=USER, ca_file=str(certificates.ca_file))
        service.save_mail_server(kept, PASSWORD)
        service.send_test_mail(OFFICE)
        typed = [
            msgspec.structs.replace(kept, host="127.0.0.1", port=other.port),
            msgspec.structs.replace(kept, port=other.port, user="another"),
        ]
        for server in typed:
            with pytest.raises(FixSettings) as told:
                service.send_test_mail(OFFICE, server=server)
            assert told.value.code == "PSC-MAIL-NO-SECRET"
        assert service.mail_secret_place() == "keyring"
        service.save_mail_server(typed[0])
        assert service.mail_secret_place() == ""
        assert (len(mine.answers.logins), other.answers.logins) == (1, [])


def test_what_is_kept_holds_nobodys_data(connected: Connected) -> None:
    connected.delivered()
    connected.service.save_mail_server(MailServer("127.0.0.1", 1, "none", sender=SENDER))
    for key, value in {"to": [OFFICE], "results": "all", "names": True}.items():
        connected.service.set_value(connected.name, f"notices.{key}", json.dumps(value))
    run = connected.service.sync(connected.name)
    kept: Path = connected.rosters.with_suffix(".notices")
    content = kept.read_text(encoding="utf-8")
    assert run.id in content
    assert [name for name in people(connected) if name in content] == []


def test_a_cancel_while_mailing_leaves_the_run_and_keeps_the_mail(connected: Connected, server: RunningServer) -> None:
    connected.delivered()
    noticed(connected, server, results="all")

    def stop(work, cancel) -> None:
        cancel.cancel()
        work(cancel)

    connected.service.beside = stop
    assert connected.service.sync(connected.name).state == "finished_with_problems"
    (kept,) = connected.service.undelivered_notices(connected.name).waiting
    assert kept.error is None
    assert server.got == []


def test_only_so_many_wait_and_what_is_given_up_is_counted(connected: Connected) -> None:
    connected.delivered()
    connected.service.save_mail_server(MailServer("127.0.0.1", 1, "none", sender=SENDER))
    for key, value in {"to": [OFFICE], "results": "all"}.items():
        connected.service.set_value(connected.name, f"notices.{key}", json.dumps(value))
    connected.service.sync(connected.name)
    connected.clock.time += timedelta(days=8)
    last = connected.service.sync(connected.name)
    notes = connected.service.undelivered_notices(connected.name)
    assert ([one.run for one in notes.waiting], notes.given_up) == ([last.id], 1)
