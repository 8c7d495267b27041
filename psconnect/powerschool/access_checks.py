"""What the access doctor asks once it is signed in: by queries, else by tables, else by the v1 interface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.findings import Finding
from psconnect.model.phrases import Phrase, phrase
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.page_sizes import DEFAULT_PAGE_SIZE, smallest_of
from psconnect.powerschool.pieces import advised
from psconnect.powerschool.reader import ALL_ROWS, PAGE_ROWS, PageFailed, QueryReader, unstable
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import CONTACTS, SCHOOLS, SECTION_TEACHERS, StreamSet
from psconnect.powerschool.tables import TableReader, page_size_of
from psconnect.powerschool.v1 import V1Reader
from psconnect.powerschool.v1_fields import gaps
from psconnect.powerschool.v1_paths import start_year_of

_SECONDS_A_CALL = 0.5
_NOT_FOUND = "PSC-ACCESS-NOT-FOUND"


def any_year(stream: Stream) -> dict[str, str]:
    """Arguments that select a stream's rows of all years."""
    values = {"first_term": "0", "last_term": ALL_ROWS, "first_day": "1900-01-01", "last_day": "2999-12-31"}
    values["today"] = values["last_day"]
    return {name: values[name] for name in stream.arguments}


@dataclass
class AccessCheck:
    """One check of one server that has let the plugin in."""

    client: PowerSchoolClient
    streams: StreamSet
    co_teachers: bool

    def findings(self, access: str) -> Iterator[Finding]:
        """What can be read, and what not; ``access`` as in ``doctor.examine``."""
        if access == "v1":
            yield from self._v1()
        elif access == "tables":
            yield from self._tables()
        else:
            yield from self._queries(access)

    # --- by queries ----------------------------------------------------------------------------------------------

    def _queries(self, access: str) -> Iterator[Finding]:
        """Each query is counted, and read beyond its last row: only reading proves that every field may be read."""
        reader, all_of = QueryReader(self.client), list(self.streams.by_name.values())
        missing: dict[Stream, FixSettings] = {}
        refused, calls = False, 0
        for stream in all_of:
            try:
                count = reader.count(stream, any_year(stream))
                reader.page(stream, any_year(stream), int(ALL_ROWS))
            except FixSettings as error:
                if error.code == _NOT_FOUND:
                    missing[stream] = error
                else:
                    refused = True
                    yield _failed(stream, advised(error, stream))
                continue
            except PsconnectError as error:
                yield _failed(stream, error)
                return
            calls += 3 + count // PAGE_ROWS
            yield _readable(stream, count)
        if access == "auto" and len(missing) == len(all_of):
            yield from self._without_queries()
            return
        for stream, not_found in missing.items():
            yield self._missing(stream, not_found)
        if not missing and not refused:
            yield Finding("plugin/queries", "ok", {"count": len(all_of)})
            yield from self._all_readable()
        yield from self._page_size("queries")
        if not missing and not refused:
            yield self._estimate("queries", calls)

    def _missing(self, stream: Stream, not_found: FixSettings) -> Finding:
        """A missing query beside others that exist; names the refused field if a table read reveals it.

        PowerSchool does not say why it did not load a query (docs/powerschool.md 11.3).
        """
        refused = None
        try:
            TableReader(self.client, DEFAULT_PAGE_SIZE).probe(stream, any_year(stream))
        except FixSettings as error:
            refused = error
        except (PsconnectError, PageFailed):
            return _failed(stream, advised(not_found, stream))
        told = advised(not_found, stream, refused)
        if refused:
            values = {**told.values, "field": refused.where}
            told = FixSettings("PSC-ACCESS-NOT-FOUND/query-and-field", where=refused.where)
            told.values = values
        return _failed(stream, told)

    # --- by tables -----------------------------------------------------------------------------------------------

    def _without_queries(self) -> Iterator[Finding]:
        """None of the plugin's queries is there: tables do, or the v1 interface, or the plugin is disabled."""
        try:
            TableReader(self.client, DEFAULT_PAGE_SIZE).count(SCHOOLS, {})
        except FixSettings as error:
            if self._has_v1():
                yield from self._v1()
            elif error.code == _NOT_FOUND:
                # Every PowerSchool server has schools: it has nothing for this plugin (docs/powerschool.md 3.3).
                gone = FixSettings("PSC-AUTH-DISABLED", where=self.client.host, host=self.client.host)
                yield Finding("plugin", "failed", error=gone)
            else:
                yield from self._tables()
        except PsconnectError as error:
            yield Finding("plugin", "failed", error=error)
        else:
            yield from self._tables()

    def _tables(self) -> Iterator[Finding]:
        try:
            reader = TableReader(self.client, page_size_of(self.client.metadata(signed_in=True)))
        except PsconnectError as error:
            yield Finding("page-size", "failed", error=error)
            return
        calls, denied = 0, False
        for stream in self.streams.by_name.values():
            try:
                calls += reader.calls_for(stream, any_year(stream))
                reader.probe(stream, any_year(stream))
            except PsconnectError as error:
                denied = True
                yield _failed(stream, advised(error, stream) if isinstance(error, FixSettings) else error)
            except PageFailed as failed:
                denied = True
                yield _failed(stream, unstable(stream, str(failed), times=1))
        if not denied:
            yield from self._all_readable()
        yield from self._page_size("tables")
        if not denied:
            yield self._estimate("tables", calls)

    # --- by the v1 interface -------------------------------------------------------------------------------------

    def _has_v1(self) -> bool:
        """Whether the plugin may use the v1 interface."""
        try:
            V1Reader(self.client, Metadata()).probe()
        except PsconnectError:
            return False
        return True

    def _v1(self) -> Iterator[Finding]:
        """What the v1 interface provides, what it lacks, and how many calls it takes."""
        today, contacts = self.client.clock.now(), CONTACTS.name in self.streams.by_name
        try:
            reader = V1Reader(self.client, self.client.metadata(signed_in=True))
            schools = reader.probe()
            calls = reader.calls_ahead(start_year_of(today.year, today.month), contacts=contacts)
        except PsconnectError as error:
            yield Finding("v1", "failed", error=error)
            return
        yield _readable(SCHOOLS, schools)
        yield from self._page_size("v1")
        for gap in gaps(self.streams, co_teachers=self.co_teachers):
            if gap.way is None:
                yield Finding(f"gap/{gap.key}", "warning", gap.values)
                continue
            lacking = FixSettings(
                "PSC-ACCESS-V1-MISSING/wanted", where="source.read", missing=[gap.what], ways=[gap.way]
            )
            yield Finding(f"gap/{gap.key}", "failed", {**gap.values, "way": gap.way}, lacking)
        yield self._estimate("v1", calls)

    # --- whichever way -------------------------------------------------------------------------------------------

    def _all_readable(self) -> Iterator[Finding]:
        """All fields may be read: that goes for co-teachers and contacts as well."""
        grants = {grant for stream in self.streams.by_name.values() for grant in stream.grants()}
        yield Finding("fields/readable", "ok", {"count": len(grants)})
        teachers = self.co_teachers and SECTION_TEACHERS.name in self.streams.by_name
        contacts = CONTACTS.name in self.streams.by_name
        if teachers or contacts:
            yield Finding(f"people/{'both' if teachers and contacts else 'teachers' if teachers else 'contacts'}", "ok")

    def _page_size(self, way: str) -> Iterator[Finding]:
        try:
            size = smallest_of(self.client.metadata(signed_in=True), way)
        except PsconnectError as error:
            yield Finding("page-size", "failed", error=error)
            return
        values = {"size": size, "least": DEFAULT_PAGE_SIZE}
        if size >= DEFAULT_PAGE_SIZE:
            yield Finding("page-size/enough", "ok", values)
        else:
            yield Finding("page-size/small-beside" if way == "queries" else "page-size/small", "warning", values)
        yield Finding("throttle/asked", "warning") if self.client.throttled else Finding("throttle/none", "ok")

    def _estimate(self, way: str, calls: int) -> Finding:
        seconds = max(_SECONDS_A_CALL, self.client.spacing) * calls
        return Finding(
            f"estimate/{way}", "ok" if way == "queries" else "warning", {"calls": calls, "time": _time(seconds)}
        )


def _readable(stream: Stream, count: int) -> Finding:
    return Finding("stream/readable", "ok", {"stream": stream.name, "count": count})


def _failed(stream: Stream, error: PsconnectError) -> Finding:
    return Finding("stream", "failed", {"stream": stream.name}, error)


def _time(seconds: float) -> Phrase:
    minutes = round(seconds / 60)
    return phrase("time/minutes", count=minutes) if minutes else phrase("time/less-than-a-minute")
