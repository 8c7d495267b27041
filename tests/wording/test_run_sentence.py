"""The sentence that matters, for every state a run can have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from psconnect.model.runs import ENDED, WAITING, WORKING, ChangeCounts, Hold, Run
from psconnect.wording.run_sentence import sentence_of

NOW = datetime(2026, 11, 21, tzinfo=UTC)
TO = "the OneRoster CSV bundle"
ERROR = {"title": "The disk is full", "happened": "…", "to_do": "…", "code": "PSC-DISK-FULL", "where": ""}
SETTINGS = Hold("rules-changed", "Settings that decide who is delivered were changed since the last delivery.")
CLASSES = Hold("remove-class", "60 of 90 classes would be removed (66.7 %); the limit is 10% and 20, or 1000.")
STUDENTS = Hold("remove-student", "412 of 8,031 students would be removed (5.1 %); the limit is 3% and 25, or 500.")
SHORT = Hold("short-read", "Only 900 students were read; last time it were 1,480.")


def make(state: str, **values: object) -> Run:
    return Run("20261121-1", "Lincoln", state, "schedule", "all", NOW, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("run", "text", "tone"),
    [
        (
            make("finished", changes={"student": ChangeCounts(1400), "class": ChangeCounts(80)}),
            "1,480 records were delivered to the OneRoster CSV bundle",
            "good",
        ),
        (
            make("finished", changes={"student": ChangeCounts(1)}),
            "1 record was delivered to the OneRoster CSV bundle",
            "good",
        ),
        (
            make("finished", changes={"student": ChangeCounts(0, 1, 0)}),
            "1 change was delivered to the OneRoster CSV bundle",
            "good",
        ),
        (
            make("finished_with_problems", changes={"student": ChangeCounts(2, 3, 4)}, problems={"error": 1}),
            "9 changes were delivered to the OneRoster CSV bundle",
            "warning",
        ),
        (make("finished"), "Nothing had changed; it is up to date", "good"),
        (
            make("finished", delivered="/srv/x.zip: 9 rows"),
            "The same roster was delivered again to the OneRoster CSV bundle",
            "good",
        ),
        (
            make("held", holds=(SETTINGS, SHORT, CLASSES, STUDENTS)),
            "On hold: 412 of 8,031 students would be removed",
            "warning",
        ),
        (
            make("held", holds=(SETTINGS, SHORT, CLASSES)),
            "On hold: 60 of 90 classes would be removed",
            "warning",
        ),
        (make("held", holds=(SETTINGS, SHORT)), "On hold: Only 900 students were read", "warning"),
        (
            make("held", holds=(SETTINGS,), changes={"student": ChangeCounts(7)}),
            "On hold: 7 changes wait for your approval",
            "warning",
        ),
        (
            make("held", holds=(SETTINGS,), changes={"student": ChangeCounts(1)}),
            "On hold: 1 change waits for your approval",
            "warning",
        ),
        (make("previewed", holds=(STUDENTS,)), "Previewed: 412 of 8,031 students would be removed", "warning"),
        (make("previewed", changes={"student": ChangeCounts(1)}), "Previewed: 1 change would be made", "quiet"),
        (make("failed", error=ERROR, failed_in="applying"), "Nothing was delivered: The disk is full", "bad"),
        (
            make("applying", error=ERROR, failed_in="applying"),
            "The delivery is not confirmed yet: The disk is full",
            "bad",
        ),
        (make("applying"), "The run is under way", "quiet"),
        (make("cancelled"), "The run was cancelled; nothing was delivered", "quiet"),
        (make("interrupted"), "The run was interrupted; the next start goes on", "quiet"),
        (make("discarded"), "The plan was discarded; nothing was delivered", "quiet"),
        (make("expired"), "This plan expired: a newer one took its place, or it waited for more than a day", "quiet"),
        (make("skipped"), "The run was skipped; nothing was delivered", "quiet"),
    ],
)
def test_sentence_and_tone(run: Run, text: str, tone: str) -> None:
    sentence = sentence_of(run, TO)
    assert (sentence.text, sentence.tone) == (text, tone)


@pytest.mark.parametrize("state", [*WORKING, *WAITING, *ENDED])
def test_every_state_has_a_sentence_without_a_full_stop_and_only_finished_ones_claim_a_delivery(state: str) -> None:
    sentence = sentence_of(make(state, changes={"student": ChangeCounts(3)}), TO)
    assert sentence.text
    assert sentence.text[-1] not in ".!"
    assert ("3 records were delivered" in sentence.text) == state.startswith("finished")


def test_kinds_of_changes_are_told_apart_and_those_that_did_not_happen_stay_unsaid() -> None:
    both = sentence_of(make("finished", changes={"student": ChangeCounts(2, 0, 4), "class": ChangeCounts(1000)}), TO)
    assert both.more == "1,006 records: 1,002 created and 4 removed."
    all_three = sentence_of(make("finished", changes={"student": ChangeCounts(2, 3, 4)}), TO)
    assert all_three.more == "9 records: 2 created, 3 updated and 4 removed."


def test_a_destination_that_is_not_known_is_left_out_of_the_sentence() -> None:
    assert sentence_of(make("finished", changes={"student": ChangeCounts(1)}), "").text == "1 record was delivered"


def test_refused_changes_are_never_called_delivered_or_up_to_date() -> None:
    some = make("finished_with_problems", changes={"student": ChangeCounts(0, 3)}, set_aside={"refused": 1, "waits": 1})
    sentence = sentence_of(some, TO)
    assert (sentence.text.startswith("3 changes were delivered"), sentence.tone) == (True, "warning")
    assert sentence.more.endswith("2 changes could not be delivered; they are due with the next sync.")
    none = sentence_of(make("finished_with_problems", set_aside={"refused": 2}), TO)
    assert (none.text, none.tone) == ("2 changes could not be delivered", "warning")
