"""The access doctor: can this connection be read, and if not, what is missing and where is it set?

It goes step by step and stops when further steps are pointless. Each finding names the cause and the menu path; none is
an "unknown error".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.findings import Finding
from psconnect.model.phrases import phrase
from psconnect.powerschool import menus
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.fields import perhaps_meant
from psconnect.powerschool.page_sizes import DEFAULT_PAGE_SIZE, RAISE_IT, too_small
from psconnect.powerschool.pieces import advised
from psconnect.powerschool.reader import ALL_ROWS, PAGE_ROWS, PageFailed, QueryReader, unstable
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import CONTACTS, SCHOOLS, StreamSet
from psconnect.powerschool.tables import TableReader, page_size_of
from psconnect.powerschool.v1 import V1Reader
from psconnect.powerschool.v1_fields import gaps
from psconnect.powerschool.v1_paths import start_year_of
from psconnect.powerschool.version import OLDEST, refuse_old
from psconnect.wording.catalogue import tr
from psconnect.wording.errors import word
from psconnect.wording.pieces import piece_lost, piece_what

_SECONDS_A_CALL = 0.5
_NO_SIGN_IN = ("PSC-AUTH-401", "PSC-AUTH-404")


def examine(
    client: PowerSchoolClient, streams: StreamSet, access: str, *, co_teachers: bool = False
) -> Iterator[Finding]:
    """Yields the findings as they are made.

    ``access`` is ``auto``, ``queries``, ``tables`` or ``v1``; ``co_teachers`` says whether co-teachers are delivered.
    """
    yield from _misspelled(streams)
    answers = Finding("Server", "ok", f"{client.host} answers over a trusted connection.")
    try:
        metadata = client.metadata()
    except PsconnectError as error:
        # Some servers require a token even for their version.
        signing_in = error.code.startswith("PSC-AUTH")
        if signing_in:
            yield answers
        yield _failed("Sign-in" if signing_in else "Server", _or_not_enabled(error))
        return
    yield answers
    yield _version(metadata)
    try:
        client.sign_in()
    except PsconnectError as error:
        yield _failed("Sign-in", _or_not_enabled(error))
        return
    yield Finding("Sign-in", "ok", "The client ID and secret are accepted.")
    for piece in streams.without:
        to_do = (
            "If PowerSchool allows it meanwhile, take it out of the setting source.without and build the plugin again."
        )
        yield Finding(tr("Without {piece}", piece=piece_what(piece.name)), "warning", piece_lost(piece.name), to_do)
    if access == "v1":
        yield from _v1(client, streams, co_teachers=co_teachers)
    else:
        yield from _access(client, streams, access, co_teachers=co_teachers)


def _misspelled(streams: StreamSet) -> Iterator[Finding]:
    """Unlisted fields whose names are similar to a listed one."""
    for name in sorted({name for names in streams.mapped.values() for name in names}):
        meant = perhaps_meant(name)
        if meant:
            yield Finding(
                "Field",
                "warning",
                f"The field {name} may not exist: psconnect knows {meant}.",
                f"If you meant {meant}, write it so. A field that PowerSchool does not have keeps the plugin from "
                "being enabled.",
            )


def _failed(step: str, error: PsconnectError) -> Finding:
    told = word(error)
    return Finding(step, "failed", told.happened, told.to_do, told.code, word(error, window=True).to_do)


def _or_not_enabled(error: PsconnectError) -> PsconnectError:
    """The error of a sign-in, with a hint about plugins that could not be enabled (docs/powerschool.md 15.8)."""
    if error.code in _NO_SIGN_IN:
        return error.again(type(error), more=[phrase("plugin-not-enabled")])
    return error


def _version(metadata: Metadata) -> Finding:
    text = metadata.powerschool_version
    try:
        refuse_old(metadata)
    except FixSettings as error:
        return _failed("Version", error)
    if not re.search(r"\d", text):
        oldest = ".".join(map(str, OLDEST))
        to_do = f"Make sure that it is {oldest} or newer: older ones can’t be read."
        return Finding("Version", "warning", "The server does not say which version it is.", to_do)
    return Finding("Version", "ok", f"PowerSchool {text}.")


def _access(client: PowerSchoolClient, streams: StreamSet, access: str, *, co_teachers: bool) -> Iterator[Finding]:
    queries = QueryReader(client)
    missing: dict[Stream, FixSettings] = {}
    refused, calls = False, 0
    for stream in streams.by_name.values() if access != "tables" else ():
        try:
            count = queries.count(stream, any_year(stream))
        except FixSettings as error:
            if error.code == "PSC-ACCESS-NOT-FOUND":
                missing[stream] = error
            else:
                refused = True
                yield _failed(stream.label, advised(error, stream))
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
    for stream, not_found in missing.items():
        yield _missing(client, stream, not_found)
    yield from _page_size(client, "queries")
    if not missing and not refused:
        yield Finding("Estimate", "ok", f"A sync takes about {calls} calls{_duration(calls)}.")


def _missing(client: PowerSchoolClient, stream: Stream, not_found: FixSettings) -> Finding:
    """A missing query beside others that exist; names the refused field if a table read reveals it.

    PowerSchool does not say why it did not load a query (docs/powerschool.md 11.3).
    """
    refused = None
    try:
        TableReader(client, DEFAULT_PAGE_SIZE).probe(stream, any_year(stream))
    except FixSettings as error:
        refused = error
    except (PsconnectError, PageFailed):
        return _failed(stream.label, advised(not_found, stream))
    finding = _failed(stream.label, advised(not_found, stream, refused))
    return replace(finding, text=f"{finding.text} {word(refused).happened}") if refused else finding


def any_year(stream: Stream) -> dict[str, str]:
    """Arguments that select a stream's rows of all years."""
    values = {"first_term": "0", "last_term": ALL_ROWS, "first_day": "1900-01-01", "last_day": "2999-12-31"}
    values["today"] = values["last_day"]
    return {name: values[name] for name in stream.arguments}


def _tables(client: PowerSchoolClient, streams: StreamSet) -> Iterator[Finding]:
    try:
        reader = TableReader(client, page_size_of(client.metadata(signed_in=True)))
    except PsconnectError as error:
        yield _failed("Page size", error)
        return
    calls, denied = 0, False
    for stream in streams.by_name.values():
        try:
            calls += reader.calls_for(stream, any_year(stream))
            reader.probe(stream, any_year(stream))
        except PsconnectError as error:
            denied = True
            yield _failed(stream.label, advised(error, stream) if isinstance(error, FixSettings) else error)
        except PageFailed as failed:
            denied = True
            yield _failed(stream.label, unstable(stream, str(failed), times=1))
    yield from _page_size(client, "tables")
    if not denied:
        yield Finding(
            "Estimate",
            "warning",
            f"The plugin’s queries are not available. Reading table by table takes about {calls:,} "
            f"calls{_duration(calls)}.",
            f"Install and enable psconnect’s own plugin: {menus.PLUGINS}.",
        )


def _page_size(client: PowerSchoolClient, way: str) -> Iterator[Finding]:
    try:
        text = too_small(client.metadata(signed_in=True), way)
    except PsconnectError as error:
        yield _failed("Page size", error)
        return
    if text:
        yield Finding("Page size", "warning", text, RAISE_IT)


def _only_v1(client: PowerSchoolClient) -> bool:
    """Whether the plugin may use the v1 interface but not read tables."""
    try:
        TableReader(client, DEFAULT_PAGE_SIZE).count(SCHOOLS, {})
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
    """What the v1 interface provides, what it lacks, and how many calls it takes."""
    today = client.clock.now()
    try:
        reader = V1Reader(client, client.metadata(signed_in=True))
        schools = reader.probe()
        calls = reader.calls_ahead(start_year_of(today.year, today.month), contacts=CONTACTS.name in streams.by_name)
    except PsconnectError as error:
        yield _failed("The v1 interface", error)
        return
    yield Finding("Schools", "ok", f"{schools:,} can be read.")
    yield from _page_size(client, "v1")
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
    if not minutes:
        return ", less than a minute"
    return ", 1 minute" if minutes == 1 else f", {minutes:,} minutes"
