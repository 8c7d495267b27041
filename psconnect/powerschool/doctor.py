"""The access doctor: can this connection be read, and if not, what exactly is missing and where is it set.

It goes step by step and stops where going on makes no sense; each finding names cause and menu path. It never
answers "unknown error" (product.md section 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.powerschool import menus
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.reader import ALL_ROWS, PAGE_ROWS, PageFailed, QueryReader, unstable
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import CONTACTS, SCHOOLS, StreamSet
from psconnect.powerschool.tables import TableReader, page_size_of
from psconnect.powerschool.v1 import V1Reader
from psconnect.powerschool.v1_fields import gaps
from psconnect.powerschool.v1_paths import start_year_of

OLDEST = (10, 1)
SMALLEST_PAGE = 100
_SECONDS_A_CALL = 0.5


@dataclass(frozen=True)
class Finding:
    """One step of the check.

    Attributes:
        step: what was looked at.
        state: ``ok``, ``warning`` or ``failed``.
        text: what was found, in a sentence.
        to_do: the next action; empty when there is none.
        code: the error's code when it failed.
    """

    step: str
    state: str
    text: str
    to_do: str = ""
    code: str = ""


def examine(
    client: PowerSchoolClient, streams: StreamSet, access: str, *, co_teachers: bool = False
) -> Iterator[Finding]:
    """The findings one after the other, as they are made.

    ``access`` is ``auto``, ``queries``, ``tables`` or ``v1``; ``co_teachers`` says whether those are delivered.
    """
    try:
        metadata = client.metadata()
    except PsconnectError as error:
        yield _failed("Server", error)
        return
    yield Finding("Server", "ok", f"{client.host} answers over a trusted connection.")
    yield _version(metadata)
    try:
        client.sign_in()
    except PsconnectError as error:
        yield _failed("Sign-in", error)
        return
    yield Finding("Sign-in", "ok", "The client ID and secret are accepted.")
    if access == "v1":
        yield from _v1(client, streams, co_teachers=co_teachers)
    else:
        yield from _access(client, streams, access, co_teachers=co_teachers)


def _failed(step: str, error: PsconnectError) -> Finding:
    return Finding(step, "failed", error.happened, error.to_do, error.code)


def _version(metadata: Metadata) -> Finding:
    text = metadata.powerschool_version
    numbers = tuple(int(part) for part in re.findall(r"\d+", text)[:2])
    if not numbers:
        return Finding("Version", "warning", "The server does not say which version it is.")
    if numbers < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return Finding(
            "Version",
            "failed",
            f"PowerSchool {text} is older than {oldest}, the oldest that can be read.",
            "Ask for an update of PowerSchool.",
            "PSC-ACCESS-VERSION",
        )
    return Finding("Version", "ok", f"PowerSchool {text}.")


def _access(client: PowerSchoolClient, streams: StreamSet, access: str, *, co_teachers: bool) -> Iterator[Finding]:
    queries = QueryReader(client)
    missing: dict[str, FixSettings] = {}
    refused, calls = False, 0
    for stream in streams.by_name.values() if access != "tables" else ():
        try:
            count = queries.count(stream, _any_year(stream))
        except FixSettings as error:
            if error.code == "PSC-ACCESS-NOT-FOUND":
                missing[stream.label] = error
            else:
                refused = True
                yield _failed(stream.label, error)
            continue
        except PsconnectError as error:
            yield _failed(stream.label, error)
            return
        calls += 3 + count // PAGE_ROWS
        yield Finding(stream.label, "ok", f"{count:,} can be read.")
    if access == "tables" or (access == "auto" and len(missing) == len(streams.by_name)):
        if access == "auto" and _only_v1(client):
            yield from _v1(client, streams, co_teachers=co_teachers)
        else:
            yield from _tables(client, streams)
        return
    for label, not_found in missing.items():
        yield _failed(label, not_found)
    if not missing and not refused:
        yield Finding("Estimate", "ok", f"A sync takes about {calls} calls{_duration(calls)}.")


def _any_year(stream: Stream) -> dict[str, str]:
    values = {"first_term": "0", "last_term": ALL_ROWS, "first_day": "1900-01-01", "last_day": "2999-12-31"}
    return {name: values[name] for name in stream.arguments}


def _tables(client: PowerSchoolClient, streams: StreamSet) -> Iterator[Finding]:
    try:
        metadata = client.metadata(signed_in=True)
    except PsconnectError as error:
        yield _failed("Page size", error)
        return
    size = page_size_of(metadata)
    reader = TableReader(client, size)
    calls, denied = 0, False
    for stream in streams.by_name.values():
        try:
            calls += reader.calls_for(stream, _any_year(stream))
            reader.probe(stream, _any_year(stream))
        except PsconnectError as error:
            denied = True
            yield _failed(stream.label, error)
        except PageFailed as failed:
            denied = True
            yield _failed(stream.label, unstable(stream, str(failed), times=1))
    if size < SMALLEST_PAGE:
        yield Finding(
            "Page size",
            "warning",
            f"The plugin may read only {size} rows a call.",
            f"Set it to {SMALLEST_PAGE} or more: {menus.PAGE_SIZE}.",
        )
    if not denied:
        yield Finding(
            "Estimate",
            "warning",
            f"The plugin’s queries are not available. Reading table by table takes about {calls:,} "
            f"calls{_duration(calls)}.",
            f"Install and enable psconnect’s own plugin: {menus.PLUGINS}.",
        )


def _only_v1(client: PowerSchoolClient) -> bool:
    """Whether the plugin may not read tables, but may use the v1 interface."""
    try:
        TableReader(client, SMALLEST_PAGE).count(SCHOOLS, {})
    except FixSettings:
        try:
            V1Reader(client, Metadata()).probe()
        except PsconnectError:
            return False
        return True
    except PsconnectError:
        return False
    return False


def _v1(client: PowerSchoolClient, streams: StreamSet, *, co_teachers: bool) -> Iterator[Finding]:
    """What reading by the v1 interface gives, what it can't give, and what it costs."""
    today = client.clock.now()
    try:
        reader = V1Reader(client, client.metadata(signed_in=True))
        schools = reader.probe()
        calls = reader.calls_ahead(start_year_of(today.year, today.month), contacts=CONTACTS.name in streams.by_name)
    except PsconnectError as error:
        yield _failed("The v1 interface", error)
        return
    yield Finding("Schools", "ok", f"{schools:,} can be read.")
    for gap in gaps(streams, co_teachers=co_teachers):
        if gap.to_do:
            to_do = f"{gap.to_do} Or install and enable psconnect’s own plugin: {menus.PLUGINS}."
            yield Finding(gap.name, "failed", gap.what, to_do, "PSC-ACCESS-V1-MISSING")
        else:
            to_do = f"If it matters to you, install and enable psconnect’s own plugin: {menus.PLUGINS}."
            yield Finding(gap.name, "warning", gap.what, to_do)
    yield Finding(
        "Estimate",
        "warning",
        f"Neither the plugin’s queries nor tables are available. Reading class by class takes about {calls:,} "
        f"calls{_duration(calls)}.",
        f"Install and enable psconnect’s own plugin: {menus.PLUGINS}.",
    )


def _duration(calls: int) -> str:
    minutes = round(calls * _SECONDS_A_CALL / 60)
    return f", {minutes:,} minutes" if minutes else ", less than a minute"
