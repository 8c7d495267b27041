"""The sentences that matter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from psconnect.desktop import text
from psconnect.desktop.sentences import changes_in_words, headline, last_run, planned, went
from psconnect.model.runs import ChangeCounts, Hold, Run
from psconnect.wording.held import story_of

NOW = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
RUN = Run("x", "Lincoln", "finished", "button", "all", NOW - timedelta(minutes=5), NOW, planned=NOW)
REMOVALS = {"student": ChangeCounts(9, 71, 412), "enrollment": ChangeCounts(62, 12, 3206)}
FAILED = {"title": "The server can’t be reached", "happened": "It is silent.", "to_do": "Wait.", "code": "PSC-X"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (replace(RUN, changes=REMOVALS), "3,772 changes were delivered"),
        (RUN, "Nothing had changed"),
        (
            replace(RUN, state="held", changes=REMOVALS, holds=(Hold("remove-student", "…"),)),
            "412 students would be removed",
        ),
        (replace(RUN, state="previewed", changes=REMOVALS), "412 students would be removed"),
        (replace(RUN, state="held", changes={"student": ChangeCounts(5, 0, 0)}), "5 students would be created"),
        (replace(RUN, state="held", changes={"student": ChangeCounts(5, 2, 0)}), "7 records would change"),
        (replace(RUN, state="failed", error=FAILED), "The server can’t be reached"),
        (replace(RUN, state="cancelled"), "You stopped this run"),
        (
            replace(RUN, state="expired"),
            "This plan expired: a newer one took its place, or it waited for more than a day",
        ),
    ],
)
def test_the_headline(changes: Run, expected: str) -> None:
    assert headline(changes) == expected


@pytest.mark.parametrize("state", ["held", "previewed", "failed", "cancelled", "interrupted", "discarded", "expired"])
def test_what_did_not_deliver_says_so(state: str) -> None:
    run = replace(RUN, state=state, error=FAILED if state == "failed" else None, failed_in="reading", changes=REMOVALS)
    assert "Nothing was delivered" in went(run) or "before anything was delivered" in went(run)


def test_a_run_that_failed_while_delivering_may_have_delivered() -> None:
    run = replace(RUN, state="failed", error=FAILED, failed_in="applying")
    assert "Nothing was delivered" not in went(run)
    assert "safe to run again" in went(run)


def test_changes_leave_out_what_there_is_none_of() -> None:
    assert changes_in_words(replace(RUN, changes={"student": ChangeCounts(0, 1200, 3)})) == "1,200 updated, 3 removed"
    assert changes_in_words(RUN) == "No changes"


def test_times_are_said_as_people_say_them() -> None:
    local = NOW.astimezone()
    assert text.moment(NOW, NOW) == f"today at {local:%H:%M}"
    assert text.moment(NOW - timedelta(days=1), NOW) == f"yesterday at {local:%H:%M}"
    assert text.moment(NOW - timedelta(days=6), NOW).startswith("12 November at ")
    assert text.moment(NOW - timedelta(days=400), NOW).startswith("14 October 2025 at ")
    assert [text.duration(seconds) for seconds in (0.2, 59, 61, 7300)] == [
        "under 1 s",
        "59 s",
        "1 min 1 s",
        "2 h 1 min",
    ]
    assert [text.ago(NOW - timedelta(minutes=m), NOW) for m in (0, 5, 180, 4000)] == [
        "just now",
        "5 min ago",
        "3 h ago",
        "2 days ago",
    ]
    assert last_run(None, NOW) == "No run yet"
    assert last_run(RUN, NOW).endswith(", 5 min 0 s")


def test_holes_are_filled_by_name_and_values_are_not_read_as_holes() -> None:
    assert text.tr("{b} {a}", a="{b}", b=1) == "1 {b}"
    assert text.tr("100 % {sure}") == "100 % {sure}"


def test_what_is_looked_at_each_time_comes_after_what_is_new() -> None:
    first = Hold("preview", "Every delivery is looked at.", "Look at it, then approve.")
    field = Hold("field-emptied", "Students.A: empty.", "Check the field. Then approve.")
    other = Hold("field-emptied", "Schools.B: empty.", "Check the field. Then approve.")
    crossed = Hold("remove-student", "412 of 900 students would be removed (45.8 %); the limit is 5 %.", "Check them.")
    story = story_of(replace(RUN, state="held", holds=(first, field, other, crossed)))
    assert story.cause == "Students.A: empty."
    assert story.way == "Check the field. Then approve."
    assert story.more[0] == "Schools.B: empty. Check the field. Then approve."
    assert not any("Every delivery" in text for text in story.more)


def test_staff_who_only_change_their_role_are_not_said_to_go() -> None:
    reason = "6 of 20 teachers would be removed, 6 of them because they become other staff (30.0 %); the limit is 1 %."
    run = replace(
        RUN, state="held", changes={"teacher": ChangeCounts(0, 0, 6)}, holds=(Hold("remove-teacher", reason),)
    )
    assert headline(run) == "6 of 20 teachers would be removed, 6 of them because they become other staff"


def test_a_roster_that_is_delivered_as_it_is_says_where() -> None:
    run = replace(RUN, state="held", redelivers_to="/there/roster.zip")
    assert planned(run) == "Planned: the whole roster as it is, to /there/roster.zip."
    assert headline(run) == "The whole roster would be delivered again, without a change"
    assert headline(replace(RUN, state="previewed")) == "Nothing would change"
