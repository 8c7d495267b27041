"""The one reading of a set-up: the same figures as a run, with any settings, without asking PowerSchool again."""

from __future__ import annotations

import errno
import stat
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection, from_dict
from psconnect.model.errors import Cancelled, FixSettings, LocalStorage, PsconnectError
from psconnect.model.events import ignore
from psconnect.service import NOT_KEPT, LiveReading
from psconnect.store.files import storage_error, wipe_file
from tests.support.demo import Connected

KEY = "a1b2c3d4"


@dataclass
class Live:
    """A reading of the demo district, and settings to try on it."""

    connected: Connected
    reading: LiveReading
    given: dict[str, Any] = field(default_factory=dict)

    def settings(self, **changed: Any) -> Connection:
        plugin = self.connected.server.plugins()[0]
        known = self.connected.service.connection(self.connected.name).id
        source = {"url": self.connected.server.url, "client_id": plugin.client_id or ""}
        return from_dict({"name": "set up", "id": known, "preset": "oneroster", "source": source, **changed})

    def read(self, **changed: Any) -> None:
        secret = str(self.connected.server.plugins()[0].client_secret)
        self.reading.read(self.settings(**changed), secret, ignore, CancelToken())


@pytest.fixture
def live(connected: Connected) -> Iterator[Live]:
    reading = connected.service.live_reading(KEY)
    yield Live(connected, reading)
    reading.wipe()


def files(live: Live) -> list[str]:
    return sorted(path.name for path in (live.connected.service.home.data / "live").iterdir())


def refused(code: str, ask: Any) -> FixSettings:
    with pytest.raises(FixSettings) as caught:
        ask()
    assert caught.value.code == code
    return caught.value


# --- the reading itself ----------------------------------------------------------------------------------------------


def test_nothing_is_told_before_anything_is_read(live: Live):
    assert live.reading.status.state == "none"
    refused(NOT_KEPT, lambda: live.reading.counts(live.settings(), "student"))


def test_a_reading_is_kept_for_its_user_alone_and_wiped(live: Live):
    live.read()
    status = live.reading.status
    assert (status.state, status.error) == ("done", None)
    assert status.read_at is not None
    assert status.done["student"][0] > 0
    (name,) = files(live)
    path = live.connected.service.home.data / "live" / name
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    live.reading.wipe()
    assert files(live) == []
    assert live.reading.status.state == "none"
    refused(NOT_KEPT, lambda: live.reading.offer(live.settings()))


def test_a_newer_reading_takes_the_place_of_the_one_before(live: Live):
    live.read()
    before = files(live)
    live.read()
    assert len(files(live)) == 1, "what was read before is nobody's any more"
    assert files(live) != before


def test_who_opens_the_set_up_again_has_the_same_reading(live: Live):
    live.read()
    before, at = live.reading.counts(live.settings(), "student"), live.reading.status.read_at
    live.reading.close()
    again = live.connected.service.live_reading(KEY)
    assert (again.status.state, again.status.read_at) == ("done", at)
    assert again.counts(live.settings(), "student") == before
    again.wipe()


def test_what_no_set_up_owns_is_wiped_at_start(live: Live):
    live.read()
    live.reading.close()
    (live.connected.service.home.data / "live" / "trial").mkdir()
    written = time.time() + 60
    live.connected.service.sweep_live([KEY], before=0)
    assert len(files(live)) == 2  # what was written since then is in use
    live.connected.service.sweep_live([KEY], before=written)
    assert len(files(live)) == 1
    live.connected.service.sweep_live(["another"], before=written)
    assert files(live) == []


def test_a_file_that_can_not_be_deleted_saves_no_other_from_the_sweep(live: Live, monkeypatch: pytest.MonkeyPatch):
    live.read()
    live.reading.close()
    (name,) = files(live)
    folder = live.connected.service.home.data / "live"
    for other in ("0.rows", "zz.rows"):
        (folder / other).write_bytes(b"names")

    def in_use(path: Path) -> None:
        if path.name == name:
            raise storage_error(path, PermissionError(errno.EACCES, "in use"))
        wipe_file(path)

    monkeypatch.setattr("psconnect.store.reading.kept_streams.wipe_file", in_use)
    with pytest.raises(LocalStorage):
        live.connected.service.sweep_live([], before=time.time() + 60)
    assert files(live) == [name]


def test_a_reading_that_is_stopped_leaves_nothing_and_the_one_before_stays(live: Live):
    stop = CancelToken()
    secret = str(live.connected.server.plugins()[0].client_secret)
    with pytest.raises(Cancelled):
        live.reading.read(
            live.settings(), secret, lambda event: stop.cancel() if event.entity == "student" else None, stop
        )
    assert (live.reading.status.state, files(live)) == ("cancelled", [])
    live.read()
    kept, counted = files(live), live.reading.counts(live.settings(), "student")
    stop = CancelToken()
    with pytest.raises(Cancelled):
        live.reading.read(
            live.settings(), secret, lambda event: stop.cancel() if event.entity == "student" else None, stop
        )
    assert files(live) == kept
    assert live.reading.status.read_at is not None
    assert live.reading.counts(live.settings(), "student") == counted


def test_a_failure_is_told_and_leaves_nothing(live: Live):
    with pytest.raises(PsconnectError) as caught:
        live.reading.read(live.settings(), "wrong", ignore, CancelToken())
    assert live.reading.status.state == "failed"
    assert live.reading.status.error is caught.value
    assert files(live) == []


def test_a_reading_that_was_wiped_while_it_went_on_leaves_nothing(live: Live):
    secret = str(live.connected.server.plugins()[0].client_secret)

    def heard(event: Any) -> None:
        if event.entity == "student":
            live.reading.wipe()

    with pytest.raises(PsconnectError):
        live.reading.read(live.settings(), secret, heard, CancelToken())
    assert files(live) == []
    assert live.reading.status.state == "none"


def test_schools_and_terms_are_offered_while_the_rest_is_still_read(live: Live):
    seen: list[Any] = []

    def heard(event: Any) -> None:
        if event.entity == "student" and not seen:
            seen.append(live.reading.offer(live.settings()))

    live.reading.read(live.settings(), str(live.connected.server.plugins()[0].client_secret), heard, CancelToken())
    first, whole = seen[0], live.reading.offer(live.settings())
    assert [one.number for one in first.schools] == [one.number for one in whole.schools]
    assert first.terms == whole.terms
    assert {one.students for one in first.schools} == {None}
    assert None not in {one.students for one in whole.schools}


def test_rows_of_another_server_or_plugin_are_nobodys(live: Live):
    live.read()
    other = live.settings(source={**from_source(live), "client_id": "11111111-2222-3333-4444-555555555555"})
    refused(NOT_KEPT, lambda: live.reading.counts(other, "student"))
    assert live.reading.behind(other)
    assert not live.reading.behind(live.settings())


def from_source(live: Live) -> dict[str, Any]:
    source = live.settings().source
    return {"url": source.url, "client_id": source.client_id}


# --- the same figures as a run ---------------------------------------------------------------------------------------


def test_the_first_run_delivers_what_was_foretold(live: Live, tmp_path: Any):
    destination = {"kind": "oneroster-csv", "folder": str(tmp_path)}
    settings = live.settings(destination=destination)
    live.read(destination=destination)
    foretold = {one.entity: one for one in live.reading.delivery(settings)}
    assert all(one.read - sum(one.left_out.values()) + one.added == one.delivered for one in foretold.values())
    service = live.connected.service
    run = service.sync(live.connected.name)
    created = {entity: counts.create for entity, counts in run.changes.items() if counts.create}
    assert {entity: one.delivered for entity, one in foretold.items() if one.delivered} == created
    left_out: Counter[str] = Counter()
    for one in foretold.values():
        left_out.update(one.left_out)
    # Assignments of teachers are not read as enrollments: those that count are added.
    assert left_out == {rule: count for rule, count in run.left_out.items() if not rule.startswith("assignment-")}


def test_asking_does_not_ask_powerschool(live: Live):
    live.read()
    settings = live.settings()
    live.connected.server.stop()
    live.reading.offer(settings)
    live.reading.samples(settings, "student")
    live.reading.counts(settings, "class")
    live.reading.filter_counts(settings, "student")
    live.reading.missing(settings, "student")
    live.reading.roles(settings)
    assert live.reading.delivery(settings)


def test_a_filter_counts_what_the_preview_of_a_connection_counts(live: Live):
    rules = [{"field": "Students.Grade_Level", "op": "between", "value": [6, 12], "name": "6 to 12"}]
    live.read(filters={"student": rules})
    settings = live.settings(filters={"student": rules})
    counted = live.reading.filter_counts(settings, "student")
    secret = str(live.connected.server.plugins()[0].client_secret)
    preview = live.connected.service.filter_preview(settings, "student", secret)
    assert (counted.total, counted.passing) == (preview.total, preview.passing)
    assert [(one.key, one.title, one.school) for one in counted.caught] == [
        (one.key, one.title, one.school) for one in preview.caught
    ]
    assert 0 < counted.passing < counted.total
    assert [(rule.name, rule.loss) for rule in counted.rules] == [("6 to 12", counted.total - counted.passing)]


def test_losses_add_up_and_parts_of_a_group_are_told_apart(live: Live):
    live.read()
    rules = [
        {"action": "exclude", "any": [{"attribute": "grade", "op": "equals", "value": 3},
                                      {"attribute": "email", "op": "is empty"}]},
        {"attribute": "grade", "op": "in", "value": [1, 2, 3, 4]},
        {"attribute": "grade", "op": "in", "value": [1, 2, 3, 4]},
    ]  # fmt: skip
    counted = live.reading.filter_counts(live.settings(filters={"student": rules}), "student")
    losses = [rule.loss or 0 for rule in counted.rules]
    assert counted.total - counted.passing == sum(losses)
    assert losses[1] > 0 == losses[2]  # the same rule again, under the same name, catches nobody more
    third, nameless = counted.rules[0].parts
    assert third is not None
    assert nameless is not None
    assert max(third, nameless) <= losses[0] <= third + nameless
    assert Counter(one.rule for one in counted.caught) == {1: losses[0], 2: losses[1]}
    assert len(live.reading.filter_counts(live.settings(filters={"student": rules}), "student", most=2).caught) == 2


def test_what_the_reading_does_not_hold_is_not_read_and_never_a_guess(live: Live):
    live.read()
    rules = [
        {"field": "Students.Track", "op": "equals", "value": "ONLINE", "name": "online"},
        {"any": [{"field": "Students.Track", "op": "is empty"}, {"attribute": "grade", "op": "equals", "value": 3}]},
        {"attribute": "grade", "op": "equals", "value": 3},
    ]
    mapping = {"student": {"email": "{Students.Guardianemail}", "middleName": "{Students.Middle_Name}"}}
    requirements = {"student": {"email": "skip"}}
    settings = live.settings(filters={"student": rules}, mapping=mapping, requirements=requirements)
    counted = live.reading.filter_counts(settings, "student")
    assert [rule.loss is None for rule in counted.rules] == [True, True, False]
    assert counted.rules[1].parts == (None, None)
    assert counted.unread == ("Students.GuardianEmail", "Students.Track")
    assert counted.passing == counted.total - (counted.rules[2].loss or 0)
    # Nobody is left out for want of an e-mail that nobody read.
    without = live.settings(filters={"student": rules}, mapping=mapping)
    assert live.reading.counts(settings, "student") == live.reading.counts(without, "student")
    missing = live.reading.missing(settings, "student")
    assert missing["email"].count is None
    assert missing["middleName"].count is not None
    values = live.reading.samples(settings, "student").records[0].values
    assert (values["email"], values["grade"]) == (None, "03")
    refused(NOT_KEPT, lambda: live.reading.distinct(settings, "student", "Students.Guardianemail"))
    refused(NOT_KEPT, lambda: live.reading.repeated(settings, "student", ["familyName", "email"]))
    assert live.reading.behind(settings)


def test_contacts_that_were_not_chosen_are_not_read(live: Live):
    live.read(options={"parents": "none"})
    assert "contact" not in live.reading.status.done
    refused(NOT_KEPT, lambda: live.reading.counts(live.settings(options={"parents": "all"}), "contact"))
    refused(NOT_KEPT, lambda: live.reading.delivery(live.settings(options={"parents": "all"})))
    refused("PSC-FILTER-NOT-READ", lambda: live.reading.counts(live.settings(options={"parents": "none"}), "contact"))


# --- samples and values ----------------------------------------------------------------------------------------------


def test_three_records_and_three_others(live: Live):
    live.read()
    first = live.reading.samples(live.settings(), "student")
    others = live.reading.samples(live.settings(), "student", skip=3)
    assert len({one.own_id for one in (*first.records, *others.records)}) == 6
    assert first.more
    one = first.records[0]
    (row,) = live.connected.sql(
        "SELECT last_name, student_number, grade_level FROM students WHERE dcid = ?", one.own_id
    )
    assert one.title.startswith(row[0])
    assert (one.number, one.fields["Students.Grade_Level"]) == (str(row[1]), str(row[2]))
    assert one.school
    assert one.values["familyName"] == one.fields["Students.Last_Name"]


def test_a_changed_mapping_is_tried_on_the_same_records(live: Live):
    live.read()
    samples = live.reading.samples(live.settings(), "student")
    changed = live.settings(mapping={"student": {"middleName": "{Students.Last_Name|upper}-{Students.Grade_Level}"}})
    made = live.reading.values_of(changed, samples)
    assert [one.values["middleName"] for one in made.records] == [
        f"{one.fields['Students.Last_Name'].upper()}-{one.fields['Students.Grade_Level']}" for one in samples.records
    ]
    assert made.records[0].values["familyName"] == samples.records[0].values["familyName"]
    names = tuple(one.fields["Students.First_Name"].lower() for one in samples.records)
    assert live.reading.try_template(live.settings(), "{First_Name|lower}", samples) == names
    assert live.reading.try_template(live.settings(), "{Students.Track}", samples) == (None, None, None)
    refused("PSC-MAPPING-TEMPLATE", lambda: live.reading.try_template(live.settings(), "{First_Name", samples))


def test_samples_of_every_entity_have_a_title(live: Live):
    live.read(options={"parents": "all"})
    for entity in ("school", "calendar", "course", "class", "student", "teacher", "admin", "contact"):
        samples = live.reading.samples(live.settings(options={"parents": "all"}), entity)
        assert samples.records, entity
        assert all(one.title and one.fields for one in samples.records), entity


def test_values_of_a_field_are_counted(live: Live):
    live.connected.sql("UPDATE students SET middle_name = CASE WHEN dcid % 2 THEN ' Q' ELSE 'Q ' END")
    live.read()
    assert [one.value for one in live.reading.distinct(live.settings(), "student", "Middle_Name")] == ["Q"]
    found = {one.value: one.records for one in live.reading.distinct(live.settings(), "student", "Grade_Level")}
    sql = (
        "SELECT grade_level, count(*) FROM students WHERE enroll_status = 0 AND schoolid IN "
        "(SELECT school_number FROM schools WHERE school_number <> 999999) GROUP BY 1"
    )
    assert found == {str(grade): count for grade, count in live.connected.sql(sql)}


def test_missing_values_are_counted_also_of_those_that_a_requirement_leaves_out(live: Live):
    live.read()
    reported = live.reading.missing(live.settings(requirements={"student": {"email": "report"}}), "student")["email"]
    skipped = live.reading.missing(live.settings(requirements={"student": {"email": "skip"}}), "student")["email"]
    assert reported == skipped
    assert reported.count
    left_out = live.reading.counts(live.settings(requirements={"student": {"email": "skip"}}), "student").left_out
    assert left_out["missing-required"] >= reported.count
    assert 0 < len(reported.examples) <= 3


def test_a_value_of_blanks_alone_is_missing(live: Live):
    live.connected.sql("UPDATE students SET middle_name = '\u2007\u200b'")
    live.read()
    settings = live.settings()
    counted = live.reading.counts(settings, "student")
    reached = counted.passing + counted.left_out.get("missing-required", 0)
    assert live.reading.missing(settings, "student")["middleName"].count == reached


def test_repeated_values_are_compared_as_a_run_compares_them(live: Live):
    for end, first, last in (("min", "Zoé", "Ek"), ("max", "zoe ", "EK")):
        one = f"(SELECT {end}(dcid) FROM students WHERE enroll_status = 0)"
        live.connected.sql(f"UPDATE students SET first_name = ?, last_name = ? WHERE dcid = {one}", first, last)
    live.read()
    found = live.reading.repeated(live.settings(), "student", ["givenName", "familyName"])
    assert ("Zoé · Ek", 2) in found.examples
    assert found.records >= 2 * found.groups > 0
    assert live.reading.repeated(live.settings(), "student", []).records == 0


def test_who_lacks_a_value_shares_it_with_nobody(live: Live):
    live.connected.sql("UPDATE students SET middle_name = '', last_name = 'Ek'")
    live.read()
    assert live.reading.repeated(live.settings(), "student", ["familyName"]).groups == 1
    assert live.reading.repeated(live.settings(), "student", ["familyName", "middleName"]).records == 0


def test_roles_are_listed_with_the_classes_that_use_them(live: Live):
    live.read()
    uses = live.reading.roles(live.settings())
    assert [use.assignments for use in uses] == sorted((use.assignments for use in uses), reverse=True)
    by_name = {use.name: use for use in uses}
    assert by_name["Lead Teacher"].meaning == "lead"
    assert by_name["Lead Teacher"].classes <= by_name["Lead Teacher"].assignments
    changed = live.reading.roles(live.settings(roles={"Lead Teacher": "neither"}))
    assert {use.name: use.meaning for use in changed}["Lead Teacher"] == "neither"


# --- schools, terms, courses -----------------------------------------------------------------------------------------


def test_schools_are_switched_without_reading_again(live: Live):
    live.read()
    offer = live.reading.offer(live.settings())
    one = max(offer.schools, key=lambda school: school.students or 0)
    counted = live.reading.counts(live.settings(scope={"schools": [one.number]}), "student")
    assert counted.passing + counted.left_out.get("missing-required", 0) == one.students
    assert counted.read == live.reading.counts(live.settings(), "student").read
    classes = live.reading.counts(live.settings(scope={"schools": [one.number]}), "class")
    assert classes.left_out["goes-along"] == classes.read - (one.classes or 0)
    filtered = live.settings(
        scope={"schools": [one.number]}, filters={"class": [{"attribute": "title", "op": "is empty"}]}
    )
    assert live.reading.filter_counts(filtered, "class").total == classes.passing


def test_terms_and_courses_of_a_school_are_tried_without_reading_again(live: Live):
    live.read()
    offer = live.reading.offer(live.settings())
    assert offer.courses
    course = max(offer.courses, key=lambda one: one.classes)
    scope = {"courses": [{"school": course.school, "courses": [course.number]}]}
    classes = live.reading.counts(live.settings(scope=scope), "class")
    others = sum(one.classes for one in offer.courses if one.school == course.school and one.number != course.number)
    assert classes.left_out["course-not-chosen"] == others
    term = next(one for one in offer.terms if not one.year)
    terms = live.reading.counts(live.settings(scope={"terms": {str(term.school): [term.name]}}), "calendar")
    same = [one for one in offer.terms if one.school == term.school and one.name != term.name]
    assert terms.left_out["term-not-chosen"] == len(same)


def test_another_year_has_to_be_read(live: Live):
    live.read()
    offer = live.reading.offer(live.settings())
    assert offer.this_year in offer.years
    assert list(offer.years) == sorted(offer.years, reverse=True)
    other = next(year for year in offer.years if year != offer.this_year)
    settings = live.settings(scope={"start_year": other})
    assert live.reading.offer(settings).courses is None
    assert live.reading.offer(settings).terms != offer.terms
    assert live.reading.behind(settings)
    refused(NOT_KEPT, lambda: live.reading.counts(settings, "class"))


# --- many questions at once ------------------------------------------------------------------------------------------


def test_a_question_can_be_stopped(live: Live):
    live.read()
    stop = CancelToken()
    stop.cancel()
    with pytest.raises(Cancelled):
        live.reading.counts(live.settings(), "student", stop)


def test_questions_at_the_same_time_get_the_same_answers(live: Live):
    live.read()
    right = live.reading.counts(live.settings(), "class")
    found: list[object] = []
    asking = [
        threading.Thread(target=lambda: found.append(live.reading.counts(live.settings(), "class"))) for _ in range(4)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert found == [right] * 4


def test_contacts_count_only_with_a_student_of_a_chosen_school(live: Live):
    everybody = live.settings(options={"parents": "all"})
    live.read(options={"parents": "all"})
    everywhere = live.reading.counts(everybody, "contact")
    foretold = {one.entity: one for one in live.reading.delivery(everybody)}["contact"]
    assert everywhere.passing == foretold.delivered
    one = live.reading.offer(everybody).schools[0]
    there = live.settings(options={"parents": "all"}, scope={"schools": [one.number]})
    counted = live.reading.counts(there, "contact")
    assert 0 < counted.passing < everywhere.passing
    assert counted.passing == {one.entity: one for one in live.reading.delivery(there)}["contact"].delivered
