"""The ways to read PowerSchool, best first: the plugin's queries, tables, the v1 interface."""

from __future__ import annotations

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.page_sizes import DEFAULT_PAGE_SIZE, smallest_of
from psconnect.powerschool.reader import Gatherer, QueryReader, Reader
from psconnect.powerschool.tables import TableReader, page_size_of
from psconnect.powerschool.v1 import V1Reader
from psconnect.powerschool.v1_fields import gaps, refuse_gaps
from psconnect.powerschool.v1_paths import start_year_of
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.wording.filled import phrase_text

_PEOPLE = (s.STUDENTS.table, s.CONTACTS.table)


def choose_reader(client: PowerSchoolClient, access: str, plan: ReadPlan | None = None) -> Reader | Gatherer:
    """The way to read with that access: ``auto``, ``queries``, ``tables`` or ``v1``; raises the first call's errors.

    ``plan`` says whose classes and contacts are wanted, for ways that need calls for each of them; None for all.
    """
    if access == "tables":
        return _tables(client)
    if access == "v1":
        return _v1(client, plan)
    queries = QueryReader(client)
    if access == "queries":
        return queries
    try:
        queries.count(s.SCHOOLS, {})
    except FixSettings as error:
        if error.code != "PSC-ACCESS-NOT-FOUND":
            raise
        return _fallback(client, plan, error)
    return queries


def _fallback(client: PowerSchoolClient, plan: ReadPlan | None, missing: FixSettings) -> Reader | Gatherer:
    """Tables or v1, whichever answers; raises ``missing`` if neither does."""
    tables = _tables(client)
    try:
        tables.count(s.SCHOOLS, {})
    except FixSettings:
        reader = _v1(client, plan)
        try:
            reader.probe()
        except FixSettings:
            raise missing from None
        return reader
    return tables


def _tables(client: PowerSchoolClient) -> TableReader:
    return TableReader(client, page_size_of(client.metadata(signed_in=True)))


def _v1(client: PowerSchoolClient, plan: ReadPlan | None) -> V1Reader:
    sizes = client.metadata(signed_in=True)
    if plan is None:
        return V1Reader(client, sizes)
    schools = None if plan.schools == "all" else frozenset(map(str, plan.schools))
    return V1Reader(client, sizes, schools, frozenset(plan.included.enroll_status), plan.included.guests)


def check_way(reader: Reader | Gatherer, plan: ReadPlan) -> None:
    """Raise FixSettings if the connection wants data this way can't read, so that no data is emptied or removed."""
    if isinstance(reader, V1Reader):
        refuse_gaps(gaps(plan.streams, co_teachers=plan.co_teachers))


def cost(reader: Reader | Gatherer, plan: ReadPlan) -> str:
    """A sentence about the cost of a slow way; empty for the plugin's queries."""
    if isinstance(reader, TableReader):
        people = [stream for stream in plan.streams.by_name.values() if stream.table in _PEOPLE]
        calls = sum(-(-reader.count(stream, {}) // reader.page_size) for stream in people)
        return (
            "The plugin’s queries are not available, so PowerSchool is read table by table, "
            f"{reader.page_size:,} rows a call: several thousand calls in a large district, about {calls:,} for "
            f"people alone. Install and enable psconnect’s plugin to make it faster. {_raise_it(reader.page_size)}"
        ).rstrip()
    if isinstance(reader, V1Reader):
        differs = " ".join(phrase_text(gap.what) for gap in gaps(plan.streams, co_teachers=plan.co_teachers))
        calls = reader.calls_ahead(_start_year(plan), contacts=plan.contacts)
        return (
            "Neither the plugin’s queries nor tables are available, so PowerSchool is read by its v1 interface, class "
            f"by class: about {calls:,} calls. {differs} Install and enable "
            f"psconnect’s plugin to make it faster and complete. {_raise_it(smallest_of(reader.sizes, reader.way))}"
        ).rstrip()
    return ""


def _raise_it(size: int) -> str:
    if size >= DEFAULT_PAGE_SIZE:
        return ""
    said = (phrase("page-rows", size=size), phrase("raise-page-size", least=DEFAULT_PAGE_SIZE))
    return " ".join(map(phrase_text, said))


def _start_year(plan: ReadPlan) -> int:
    return (plan.start_year or start_year_of(plan.today.year, plan.today.month)) + int(plan.next_year)
