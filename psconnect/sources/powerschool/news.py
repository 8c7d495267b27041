"""What changed in PowerSchool since a reading, in two to six calls: by data versions, else by counts."""

from __future__ import annotations

from collections import Counter

from psconnect.model.news import ReadBefore, SourceNews
from psconnect.powerschool import streams as s
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.dataversions import HINTED, changes_since
from psconnect.powerschool.reader import QueryReader
from psconnect.powerschool.tables import TableReader
from psconnect.sources.powerschool.read_methods import choose_reader
from psconnect.sources.powerschool.reads import PowerSchoolReads

_BY_TABLE = {one.table: one.name for one in (s.STUDENTS, s.ENROLLMENTS, s.CONTACTS, s.RELATIONSHIPS, s.SECTIONS)}
_COUNTED = (s.STUDENTS, s.USERS, s.CONTACTS, s.COURSES)
"""Streams that are counted without knowing the year: a call each."""


def news_since(
    client: PowerSchoolClient, reads: PowerSchoolReads, access: str, before: ReadBefore
) -> SourceNews | None:
    """What changed since; None where this server and these settings leave nothing cheap to ask about."""
    if before.version:
        return _by_versions(client, reads, before.version)
    return _by_counts(client, reads, access, before)


def _by_versions(client: PowerSchoolClient, reads: PowerSchoolReads, version: str) -> SourceNews | None:
    told = changes_since(client, version)
    if int(told.version) < int(version):
        # A server that counts anew has forgotten what changed before.
        return None
    changed: Counter[str] = Counter()
    for table, keys in told.keys.items():
        changed[_BY_TABLE.get(table, "")] += len(keys)
    covers = [name for name in reads.streams.by_name if name in HINTED]
    return SourceNews("versions", dict(+changed), sorted(covers))


def _by_counts(
    client: PowerSchoolClient, reads: PowerSchoolReads, access: str, before: ReadBefore
) -> SourceNews | None:
    streams = reads.streams.by_name
    asked = [one.name for one in _COUNTED if one.name in streams and one.name in before.counts]
    reader = choose_reader(client, access) if asked and access != "v1" else None
    if not isinstance(reader, QueryReader | TableReader):
        return None
    now = {name: reader.count(streams[name], {}) for name in asked}
    changed = {name: count - before.counts[name] for name, count in now.items() if count != before.counts[name]}
    return SourceNews("counts", changed, sorted(now))
