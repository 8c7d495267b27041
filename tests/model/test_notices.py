"""The [notices] section: who is told, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings
from psconnect.model.notices import NoticeSettings, notices_of
from psconnect.model.runs import Run

LEAST = {"name": "Lincoln", "preset": "oneroster"}


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"to": ["office at lincoln.org"]}, "PSC-NOTICE-ADDRESS"),
        ({"to": ["a@b.org, c@d.org"]}, "PSC-NOTICE-ADDRESS"),
        ({"results": "all"}, "PSC-NOTICE-NOBODY"),
        ({"ping_url": "http://hc.example/1"}, "PSC-NOTICE-PING"),
        ({"ping_url": "hc.example/1"}, "PSC-NOTICE-PING"),
        ({"ping_url": "https://it:canary@hc.example/1"}, "PSC-NOTICE-PING"),
        ({"ping_url": "https://[canary"}, "PSC-NOTICE-PING"),
    ],
)
def test_what_cannot_be_meant_is_refused(table: dict[str, Any], code: str) -> None:
    with pytest.raises(FixSettings) as caught:
        from_dict({**LEAST, "notices": table})
    assert caught.value.code == code
    assert "canary" not in str(caught.value.as_dict())


@pytest.mark.parametrize("url", ["https://hc.example/1", "http://127.0.0.1:8080/1"])
def test_what_is_meant_is_kept(url: str) -> None:
    table = {"to": ["office@lincoln.org"], "results": "weekly", "ping_url": url}
    notices = from_dict({**LEAST, "notices": table}).notices
    assert (notices.to, notices.results, notices.ping_url) == (["office@lincoln.org"], "weekly", url)
    assert not notices.names


def run_in(state: str, **more: Any) -> Run:
    return Run(
        "r1", "Lincoln", state, more.pop("trigger", "schedule"), "all", datetime(2026, 11, 30, tzinfo=UTC), **more
    )


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (run_in("finished"), []),
        (run_in("finished_with_problems", problems={"warning": 12}), []),
        (run_in("finished_with_problems", problems={"warning": 13}), ["result"]),
        (run_in("finished_with_problems", problems={"warning": 12, "info": 9}), []),
        (run_in("finished_with_problems", problems={"warning": 12}, set_aside={"refused": 1}), ["result"]),
        (run_in("failed"), ["result"]),
        (run_in("interrupted"), ["result"]),
        (run_in("skipped"), ["result"]),
        (run_in("cancelled"), []),
        (run_in("held"), ["result", "hold"]),
        (run_in("previewed"), []),
        (run_in("held", kind="rehearsal"), []),
        (run_in("finished", trigger="new-year"), ["new-data"]),
        (run_in("failed", trigger="new-year"), ["result"]),
    ],
)
def test_problems_only_means_what_somebody_has_to_look_at(run: Run, told: list[str]) -> None:
    settings = NoticeSettings(to=["office@lincoln.example"], results="problems")
    before = run_in("finished_with_problems", problems={"warning": 12})
    assert notices_of(run, settings, before) == told


FAILED = {"error": {"code": "PSC-SOURCE-DOWN"}}


@pytest.mark.parametrize(
    ("last", "run", "told"),
    [
        (run_in("failed", **FAILED), run_in("failed", **FAILED), []),
        (run_in("failed", **FAILED), run_in("failed", error={"code": "PSC-DISK-FULL"}), ["result"]),
        (run_in("failed", **FAILED), run_in("failed", **FAILED, trigger="button"), ["result"]),
        (run_in("finished"), run_in("failed", **FAILED), ["result"]),
        (run_in("failed", **FAILED), run_in("skipped", **FAILED), ["result"]),
        (run_in("expired", plan_hash="a"), run_in("held", plan_hash="a"), []),
        (run_in("expired", plan_hash="a"), run_in("held", plan_hash="b"), ["result", "hold"]),
        (
            run_in("finished_with_problems", plan_hash="a", set_aside={"refused": 2}),
            run_in("finished_with_problems", plan_hash="a", set_aside={"refused": 2}),
            [],
        ),
        (
            run_in("finished_with_problems", plan_hash="a", set_aside={"refused": 2}),
            run_in("finished_with_problems", plan_hash="b", set_aside={"refused": 2}),
            ["result"],
        ),
    ],
)
def test_what_a_schedule_meets_again_every_few_minutes_is_told_once_a_day(run: Run, last: Run, told: list[str]) -> None:
    settings = NoticeSettings(to=["office@lincoln.example"], results="problems")
    assert notices_of(run, settings, run_in("finished"), last) == told
    the_day_before = replace(last, started=last.started - timedelta(days=1))
    assert notices_of(run, settings, run_in("finished"), the_day_before)[:1] == ["result"]
