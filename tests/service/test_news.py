"""News of the source: asked in a few calls, now and then, and never more claimed than was asked."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled
from psconnect.wording.news import news_in_words
from tests.support.demo import Connect, Connected


@pytest.fixture
def bulk(connected: Connected) -> Connected:
    connected.delivered()
    return connected


@pytest.fixture
def incremental(connect: Connect) -> Connected:
    made = connect(settings={"source": {"compare": "incremental"}})
    made.reinstall()
    made.delivered()
    assert made.service.sync(made.name).state.startswith("finished")
    return made


def calls(connected: Connected) -> int:
    return sum(connected.server.calls.counts.values())


def sentence(connected: Connected) -> str:
    news = connected.service.news(connected.name)
    return news_in_words(news, connected.clock.now()) if news else ""


def test_by_counts_a_new_student_is_seen_and_equal_counts_are_not_called_nothing_new(bulk: Connected) -> None:
    before = calls(bulk)
    said = sentence(bulk)
    assert calls(bulk) - before <= 7, "a sign-in and a few counts"
    assert "as many as then" in said
    assert "a run tells" in said
    columns = [name for _place, name, *_ in bulk.sql("PRAGMA table_info(students)")]
    taken = [f"{name} + 100000" if name.lower() in ("dcid", "id", "student_number") else name for name in columns]
    bulk.sql(
        f"INSERT INTO students SELECT {', '.join(taken)} FROM students WHERE dcid = (SELECT min(dcid) FROM students)"
    )
    bulk.clock.time += timedelta(hours=5)
    news = bulk.service.news(bulk.name)
    assert news
    assert news.state == "changed"
    assert news.found
    assert news.found.changed == {"students": 1}
    assert "students +1" in news_in_words(news, bulk.clock.now())


def test_by_data_versions_each_kind_is_counted_and_others_are_not_claimed(incremental: Connected) -> None:
    said = sentence(incremental)
    assert "reports no change since then of: students" in said
    assert "Other records were not asked about" in said
    incremental.sql(
        "UPDATE students SET first_name = first_name || 'a' WHERE dcid IN (SELECT dcid FROM students LIMIT 3)"
    )
    incremental.clock.time += timedelta(hours=5)
    news = incremental.service.news(incremental.name)
    assert news
    assert news.found
    assert news.found.how == "versions"
    assert news.found.changed.get("students") == 3
    assert "students 3" in news_in_words(news, incremental.clock.now())


def test_it_is_not_asked_again_before_it_is_time_or_a_run_was(bulk: Connected) -> None:
    first = bulk.service.news(bulk.name)
    before = calls(bulk)
    assert bulk.service.news(bulk.name) == first
    assert bulk.service.news(bulk.name, ask=False) == first
    assert calls(bulk) == before
    bulk.service.sync(bulk.name)
    assert bulk.service.news(bulk.name, ask=False) is None, "what was true before the run says nothing of now"
    again = bulk.service.news(bulk.name)
    assert again
    assert first
    assert again.run != first.run


def test_a_refused_sign_in_is_not_repeated_for_a_day(bulk: Connected) -> None:
    bulk.service.set_value(bulk.name, "source.client_id", json.dumps("wrong"))
    news = bulk.service.news(bulk.name)
    assert news
    assert (news.state, news.refused) == ("unknown", True)
    before = calls(bulk)
    bulk.clock.time += timedelta(hours=20)
    assert bulk.service.news(bulk.name) == news
    assert calls(bulk) == before
    assert "is not known" in news_in_words(news, bulk.clock.now())


def test_a_server_that_is_away_leaves_it_unknown_and_says_when_it_was_asked(bulk: Connected) -> None:
    bulk.server.stop()
    news = bulk.service.news(bulk.name)
    assert news
    assert news.state == "unknown"
    assert not news.refused
    assert "could not be asked today at" in news_in_words(news, bulk.clock.now())


def test_it_can_be_cancelled_and_nothing_is_kept_then(bulk: Connected) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        bulk.service.news(bulk.name, cancel)
    assert bulk.service.news(bulk.name, ask=False) is None


def test_a_connection_never_run_or_disabled_is_not_asked_about(connected: Connected) -> None:
    assert connected.service.news(connected.name) is None
    connected.delivered()
    connected.service.set_disabled(connected.name, disabled=True)
    before = calls(connected)
    assert connected.service.news(connected.name) is None
    assert calls(connected) == before
