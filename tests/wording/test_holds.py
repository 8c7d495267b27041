"""Holds: every one that the guard makes has its words, old ones keep theirs, and plurals are real."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from psconnect.model.entities import BY_KEY
from psconnect.model.phrases import phrase
from psconnect.model.runs import Hold
from psconnect.model.sections import Freeze
from psconnect.sync.guard import Facts, Places, Rejected, holds
from psconnect.sync.measures import ALL_STAFF, PER_CLASS, ROLE, Measure
from psconnect.sync.sentences import crossed, more_places, redelivery
from psconnect.sync.thresholds import parse_threshold, thresholds_of
from psconnect.wording.holds import word_hold

_LIMIT = parse_threshold("1% and 1", "here")


def every_hold() -> list[Hold]:
    """One hold of each sort that the engine makes."""
    season = [Freeze(date(2026, 6, 1), date(2026, 8, 1))]
    common = {"measures": (), "first": False, "read": {"users": 1, "terms": 0}, "read_before": {"users": 9, "terms": 9}}
    facts = [
        Facts(
            changes=changes,
            rules_changed=changed,
            preview=preview,
            today=date(2026, 7, 1),
            freeze=season,
            returned={"student": [str(n) for n in range(12)]},
            after_undo="r1",
            ids_changed=ids,
            places=places,
            emptied={"users": ["Users.A", "Users.B"]},
            redelivered=2,
            owned_by=phrase("owner/since", place="/srv", since="2026-11-18"),
            rejected={"student": Rejected(90, before, 200)},
            **common,  # type: ignore[arg-type]
        )
        for changes, changed, preview, ids, places, before in itertools.product(
            (0, 3), (False, True), ("first", "always"), ("", "rekey", "aliases"), (Places(), Places("/a", "/b")), (0, 7)
        )
    ]
    facts.append(Facts(changes=1, rules_changed=False, preview="first", **{**common, "first": True}))  # type: ignore[arg-type]
    found = [hold for one in facts for hold in holds(one, thresholds_of({}))]
    kinds = ("create", "update", "remove", "identity")
    measures = [
        Measure(
            entity,
            kind,
            3,
            9,
            _LIMIT,
            place,
            1 if entity in ("teacher", "admin") and kind in ("create", "remove") else 0,
        )
        for entity in (*BY_KEY, ALL_STAFF)
        for kind in kinds
        for place in ("", "North")
    ]
    measures += [Measure("teacher", ROLE, 1, 9, _LIMIT), Measure("admin", ROLE, 2, 9, _LIMIT)]
    measures += [Measure("enrollment", PER_CLASS, 9, 9, _LIMIT, "Algebra")]
    found += [crossed(one) for one in measures]
    found += [more_places("student", "remove", 1), more_places("enrollment", PER_CLASS, 3), redelivery(1, "/x")]
    return found


def test_every_hold_has_a_reason_and_no_hole_stays_open() -> None:
    for hold in every_hold():
        told = word_hold(hold)
        assert told.reason.endswith("."), hold
        assert "{" not in told.reason + told.to_do, hold
        assert told.to_do.endswith(".") or hold.rule in ("first-run", "redelivery"), hold
        assert "psconnect " not in word_hold(hold, window=True).to_do, hold


@pytest.mark.parametrize(("count", "said"), [(1, "at 1 more school."), (2, "at 2 more schools.")])
def test_a_plural_is_a_form_of_its_own(count: int, said: str) -> None:
    assert word_hold(more_places("student", "remove", count)).reason.endswith(said)


def test_a_hold_of_an_older_version_keeps_its_sentences() -> None:
    old = Hold("remove-student", "412 of 900 students would be removed (45.8 %); the limit is 5 %.", "Check them.")
    told = word_hold(old)
    assert (told.reason, told.to_do) == (old.reason, old.to_do)
    assert told.headline == "412 of 900 students would be removed (45.8 %)"


def test_who_else_delivers_there_is_worded_when_it_is_shown_and_so_is_what_older_versions_stored() -> None:
    owner = phrase("owner/many-files", names=["users.csv", "orgs.csv"], count=1_200, place="/srv/roster")
    reason = word_hold(Hold("folder-owned", values={"owner": owner})).reason

    assert "users.csv, orgs.csv and 1,200 more into /srv/roster" in reason
    assert (
        word_hold(Hold("folder-owned", values={"owner": "Somebody delivers there."})).reason
        == "Somebody delivers there."
    )
