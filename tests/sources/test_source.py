"""Reading a whole district: both ways, one failing stream, cancelling, and reading again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest

from psconnect.demo import Fault
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.model.events import RunEvent
from psconnect.model.problems import Problem
from psconnect.powerschool.reader import PAGE_ROWS, QueryReader, RowPage
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import SECTIONS
from psconnect.powerschool.tables import TableReader
from psconnect.sources.base import ReadSummary, StagedRow
from psconnect.sources.powerschool import PowerSchoolSource
from psconnect.sync.compose import choices_of, open_source, shaped_source
from psconnect.sync.shaping import ShapedSource
from psconnect.wording.errors import word
from tests.support.demo import Connect, Connected

QUERIES = "/ws/schema/query/*"


class Roster:
    """Takes what a source gives; rows by entity and key."""

    def __init__(self) -> None:
        self.records: dict[str, dict[int, StagedRow]] = {one.key: {} for one in ENTITIES}
        self.problems: list[Problem] = []
        self.cleared: list[str] = []
        self._lock = threading.Lock()

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        with self._lock:
            for key, fate, *others in rows:
                assert int(key or 0) not in self.records[entity.key], (entity.key, key)
                plain = (
                    int(fate or 0),
                    *(int(one) if isinstance(one, str) and one.isdigit() else one for one in others),
                )
                self.records[entity.key][int(key or 0)] = plain

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        with self._lock:
            self.cleared.append(entity.key)
            kept = {
                key: row
                for key, row in self.records[entity.key].items()
                if negative is not None and (key < 0) != negative
            }
            self.records[entity.key] = kept

    def problem(self, problem: Problem) -> None:
        with self._lock:
            self.problems.append(problem)


Sources = Callable[..., ShapedSource]


@pytest.fixture
def source_of() -> Iterator[Sources]:
    """Makes the source of a connection: ``source_of(connected, cancel)``."""
    close: list[Callable[[], None]] = []

    def make(connected: Connected, cancel: CancelToken | None = None) -> ShapedSource:
        choices, service = choices_of(connected.service.connection(connected.name)), connected.service
        opened = open_source(choices, service.source_context(choices.connection, cancel or CancelToken()))
        close.append(opened.close)
        return shaped_source(choices, opened)

    yield make
    for each in close:
        each()


def powerschool(source: ShapedSource) -> PowerSchoolSource:
    """The source whose rows are shaped."""
    return cast("PowerSchoolSource", source.source)


def read(
    source: ShapedSource, on_event: Callable[[RunEvent], None] = lambda _event: None
) -> tuple[Roster, ReadSummary]:
    roster = Roster()
    return roster, source.read(roster, on_event, powerschool(source).client.cancel)


def without_queries(connected: Connected) -> None:
    """Install the plugin with its access list, but without its queries."""
    package = connected.service.build_plugin(connected.name)
    connected.server.install(connected.altered(package, lambda name, text: text if name == "plugin.xml" else None))
    plugin = connected.server.enable(package.name)
    connected.service.set_value(connected.name, "source.client_id", f'"{plugin.client_id}"')
    connected.service.set_secret(connected.name, "source.client_secret", str(plugin.client_secret))


def test_queries_and_tables_give_the_same_roster(connect: Connect, source_of: Sources) -> None:
    connected = connect()
    connected.server.set_page_size(connected.plugin, 500)
    roster, summary = read(source_of(connected))
    connected.service.set_value(connected.name, "source.read", '"tables"')
    other, by_table = read(source_of(connected))
    assert (summary.way, by_table.way) == ("queries", "tables")
    assert roster.records == other.records
    assert all(roster.records.values())
    assert sorted(map(repr, roster.problems)) == sorted(map(repr, other.problems))
    assert len(set(roster.problems)) == len(roster.problems) > 0
    assert roster.cleared == other.cleared == []
    assert summary.school_year == by_table.school_year == "2026-2027"
    assert summary.calls <= 3 * 12 + 3
    assert summary.counts["students"] == len(roster.records["student"])
    assert set(summary.counts) == {"schools", "terms", "calendar_days", "courses", "sections", "users", "school_staff",
                                   "section_teachers", "students", "enrollments", "contacts",
                                   "relationships"}  # fmt: skip


def test_without_parents_nothing_of_contacts_is_read(connect: Connect, source_of: Sources) -> None:
    connected = connect(settings={"options": {"parents": "none"}})
    source = source_of(connected)
    roster, summary = read(source)
    of_contacts = ("contact", "relationship")
    assert list(source.entities()) == [entity for entity in ENTITIES if entity.key not in of_contacts]
    assert roster.records["contact"] == roster.records["relationship"] == {}
    assert not {"contacts", "relationships"} & set(summary.counts)
    without_queries(connected)
    by_table, summary = read(source_of(connected))
    assert (summary.way, by_table.records) == ("tables", roster.records)


def test_auto_falls_back_to_tables_and_says_what_it_costs(connect: Connect, source_of: Sources) -> None:
    connected = connect(install=False)
    without_queries(connected)
    connected.server.set_page_size(connected.plugin, 150)
    events: list[RunEvent] = []
    _roster, summary = read(source_of(connected), events.append)
    assert summary.way == "tables"
    (said,) = [event.message for event in events if event.message]
    assert "several thousand calls in a large district" in said
    assert "150 rows a call" in said, "the plugin's own page size, not that of anybody"
    connected.service.set_value(connected.name, "source.read", '"queries"')
    with pytest.raises(FixSettings) as caught:
        read(source_of(connected))
    assert caught.value.code == "PSC-ACCESS-NOT-FOUND"


def test_without_the_contact_module_its_tables_are_not_even_counted(connect: Connect, source_of: Sources) -> None:
    connected = connect(settings={"options": {"contact_module": False, "contact_names": "{familyName}, {givenName}"}})
    without_queries(connected)
    connected.server.reset_calls()
    _roster, summary = read(source_of(connected))
    assert summary.way == "tables"
    assert connected.server.calls.to("/ws/schema/table/person/") == 0


def test_a_page_size_beyond_what_an_answer_can_hold_is_not_used(connected: Connected, source_of: Sources) -> None:
    connected.service.set_value(connected.name, "source.read", '"tables"')
    connected.server.set_page_size(connected.plugin, 1_000_000)
    reader = powerschool(source_of(connected)).reader()
    assert isinstance(reader, TableReader)
    assert reader.page_size == PAGE_ROWS


def test_a_small_page_size_is_told_where_tables_are_read(connected: Connected, source_of: Sources) -> None:
    connected.service.set_value(connected.name, "source.read", '"tables"')
    connected.server.set_page_size(connected.plugin, 60)
    events: list[RunEvent] = []
    read(source_of(connected), events.append)
    (said,) = [event.message for event in events if event.message]
    assert "A page has only 60 rows. Set it to 100 or more" in said


def test_where_neither_works_the_queries_are_named(connected: Connected, source_of: Sources) -> None:
    source = source_of(connected)
    connected.server.set_faults([Fault("N11", path="/ws/schema/*")])
    with pytest.raises(FixSettings) as caught:
        read(source)
    assert (caught.value.code, caught.value.where) == ("PSC-ACCESS-NOT-FOUND", "the number of schools")


def test_N10_a_refused_field_is_no_reason_to_read_tables(connected: Connected, source_of: Sources) -> None:
    connected.server.set_faults([Fault("N10", path="/ws/schema/query/*.schools/count", field="schools.name")])
    with pytest.raises(FixSettings) as caught:
        read(source_of(connected))
    assert caught.value.code == "PSC-ACCESS-FIELD"
    assert connected.server.calls.to("/ws/schema/table") == 0


def test_a_plugin_of_other_choices_is_said_to_be_older(connect: Connect, source_of: Sources) -> None:
    connected = connect(settings={"options": {"parents": "none"}})
    connected.service.set_value(connected.name, "options.parents", '"all"')
    with pytest.raises(FixSettings) as caught:
        read(source_of(connected))
    assert caught.value.code == "PSC-ACCESS-NOT-FOUND"
    assert "older version" in word(caught.value).happened


@pytest.mark.parametrize("stream", ["students", "enrollments", "contacts", "users", "sections"])
def test_what_was_handed_on_before_a_restart_is_void(connected: Connected, source_of: Sources, stream: str) -> None:
    whole, _summary = read(source_of(connected))
    connected.server.set_faults([Fault("D05", path=f"/ws/schema/query/*.{stream}/count", nth=2)])
    again, _summary = read(source_of(connected))
    paged = {
        "students": ["student"],
        "enrollments": ["enrollment"],
        "contacts": ["contact"],
        "sections": ["class"],
    }
    assert again.cleared == paged.get(stream, [])
    assert again.records == whole.records
    assert sorted(map(repr, again.problems)) == sorted(map(repr, whole.problems)), "also the problems come once"


@dataclass
class LastSectionGoes(QueryReader):
    """The last section is deleted while sections are read for the first time."""

    counted: int = 0

    def count(self, stream: Stream, arguments: Mapping[str, str]) -> int:
        self.counted += stream is SECTIONS
        return super().count(stream, arguments) - (stream is SECTIONS and self.counted > 1)

    def page(self, stream: Stream, arguments: Mapping[str, str], after: int) -> RowPage:
        page = super().page(stream, arguments, after)
        gone = stream is SECTIONS and self.counted > 1
        return replace(page, rows=page.rows[:-1], scanned=page.scanned - 1) if gone else page


@dataclass
class SourceByOtherReader(PowerSchoolSource):
    def reader(self) -> QueryReader:
        return LastSectionGoes(self.client)


def test_a_class_that_goes_before_a_restart_has_no_enrollments(connected: Connected, source_of: Sources) -> None:
    source = source_of(connected)
    whole, _summary = read(source)
    again, _summary = read(
        replace(source, source=SourceByOtherReader(powerschool(source).client, powerschool(source).plan))
    )
    (gone,) = set(whole.records["class"]) - set(again.records["class"])
    before = {key for key, row in whole.records["enrollment"].items() if row[3] == gone}
    assert before
    assert all(again.records["enrollment"][key][1] == "orphan" for key in before)


def test_D01_a_row_listed_twice_is_a_problem(connected: Connected, source_of: Sources) -> None:
    whole, _summary = read(source_of(connected))
    connected.server.set_faults([Fault("D01", path="/ws/schema/query/*.students")])
    again, _summary = read(source_of(connected))
    assert again.records == whole.records
    (problem,) = set(again.problems) - set(whole.problems)
    assert (problem.rule, problem.entity, problem.key) == (
        "duplicate-row",
        "student",
        connected.sql("SELECT min(DCID) FROM Students WHERE SchoolID <> 999999")[0][0],
    )


@pytest.mark.parametrize("stream", ["terms", "courses", "students", "relationships"])
@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("N10", FixSettings, "PSC-ACCESS-FIELD"),
        ("N13", TryLater, "PSC-HTTP-SERVER"),
        ("D06", TryLater, "PSC-READ-UNSTABLE"),
    ],
)
def test_one_stream_that_fails_fails_the_reading(
    connected: Connected, source_of: Sources, stream: str, fault: str, kind: type[PsconnectError], code: str
) -> None:
    connected.server.set_faults([Fault(fault, path=f"/ws/schema/query/*.{stream}")])
    with pytest.raises(kind) as caught:
        read(source_of(connected))
    assert caught.value.code == code


def test_N09_a_wrong_secret_is_tried_once_in_a_whole_reading(connected: Connected, source_of: Sources) -> None:
    source = source_of(connected)
    powerschool(source).client.secret = "made-up-wrong-secret"
    with pytest.raises(SignInAgain):
        read(source)
    assert connected.server.calls.to("/oauth/") == 1


@pytest.mark.parametrize("after", [1, 4, 8, 16])
def test_cancel_stops_between_calls(connected: Connected, source_of: Sources, after: int) -> None:
    cancel = CancelToken()
    source = source_of(connected, cancel)
    events, calls = 0, 0

    def on_event(_event: RunEvent) -> None:
        nonlocal events, calls
        events += 1
        if events == after:
            cancel.cancel()
            calls = powerschool(source).client.calls

    with pytest.raises(Cancelled):
        read(source, on_event)
    assert 0 < powerschool(source).client.calls <= calls + 4, "at most those that were on their way"


def test_progress_names_the_entity_and_never_runs_backwards(connected: Connected, source_of: Sources) -> None:
    seen: dict[str, list[RunEvent]] = {}
    roster, _summary = read(source_of(connected), lambda event: seen.setdefault(event.entity, []).append(event))
    assert {"school", "calendar", "course", "class", "teacher", "student", "enrollment", "contact"} <= set(seen)
    for entity, events in seen.items():
        assert {event.stage for event in events} == {"reading"}
        done = [event.done for event in events]
        assert done == sorted(done), entity
        assert events[-1].done == events[-1].total
    assert seen["student"][-1].done == len(roster.records["student"])


def test_chosen_schools_and_year(connect: Connect, source_of: Sources) -> None:
    connected = connect(settings={"scope": {"schools": [100], "start_year": 2025}})
    roster, summary = read(source_of(connected))
    assert summary.school_year == "2025-2026"
    taken: dict[str, Any] = {
        key: {row[-1] for row in rows.values() if row[0] == 0}
        for key, rows in roster.records.items()
        if key == "student"
    }
    key = connected.sql("SELECT DCID FROM Schools WHERE School_Number = 100")[0][0]
    assert taken["student"] == {key}
    sections = connected.sql("SELECT count(*) FROM Sections WHERE TermID BETWEEN 3500 AND 3599")[0][0]
    assert len(roster.records["class"]) == sections
