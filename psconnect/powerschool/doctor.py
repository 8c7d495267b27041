"""The access doctor: can this connection be read, and if not, what is missing and where is it set?

It goes step by step and stops when further steps are pointless. Each finding names the cause and, where there is one,
the menu path; none is an "unknown error". Its words are in psconnect.wording.checks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.findings import Finding
from psconnect.model.phrases import Value, phrase
from psconnect.powerschool.access_checks import AccessCheck
from psconnect.powerschool.client import Metadata, PowerSchoolClient
from psconnect.powerschool.fields import perhaps_meant
from psconnect.powerschool.streams import StreamSet
from psconnect.powerschool.version import FIRST_WITH_V1_SWITCH, OLDEST, refuse_old, version_of

_NO_SIGN_IN = ("PSC-AUTH-401", "PSC-AUTH-404")
_ENDS_SOON = 30
_OLDEST = ".".join(map(str, OLDEST))


def examine(
    client: PowerSchoolClient, streams: StreamSet, access: str, *, co_teachers: bool = False
) -> Iterator[Finding]:
    """Yields the findings as they are made.

    ``access`` is ``auto``, ``queries``, ``tables`` or ``v1``; ``co_teachers`` says whether co-teachers are delivered.
    """
    yield from _misspelled(streams)
    try:
        metadata = client.metadata()
    except PsconnectError as error:
        # Some servers require a token even for their version.
        signing_in = error.code.startswith("PSC-AUTH")
        if signing_in:
            yield _server(client)
        yield Finding("sign-in" if signing_in else "server", "failed", error=_explained(client, error))
        return
    yield _server(client)
    yield _version(metadata, access)
    try:
        client.sign_in()
    except PsconnectError as error:
        yield Finding("sign-in", "failed", error=_explained(client, error, is_powerschool=True))
        return
    yield _accepted(client)
    for piece in streams.without:
        what, lost = phrase(f"piece-what/{piece.name}"), phrase(f"piece-lost/{piece.name}")
        yield Finding("without", "warning", {"piece": what, "lost": lost})
    yield from AccessCheck(client, streams, co_teachers=co_teachers).findings(access)


def _misspelled(streams: StreamSet) -> Iterator[Finding]:
    """Unlisted fields whose names are similar to a listed one."""
    for name in sorted({name for names in streams.mapped.values() for name in names}):
        meant = perhaps_meant(name)
        if meant:
            yield Finding("field/misspelled", "warning", {"name": name, "meant": meant})


def _server(client: PowerSchoolClient) -> Finding:
    """The server answers; with encryption, how long its certificate is valid."""
    ends = client.http.certificate_ends
    if ends is None:
        return Finding("server/answers", "ok", {"host": client.host})
    left = max(0, (ends - client.clock.now()).days)
    values: dict[str, Value] = {"host": client.host, "count": left, "day": ends.date().isoformat()}
    if left < _ENDS_SOON:
        return Finding("server/ends-soon", "warning", values)
    return Finding("server/trusted", "ok", values)


def _explained(client: PowerSchoolClient, error: PsconnectError, *, is_powerschool: bool = False) -> PsconnectError:
    """The error of a sign-in, with a hint about plugins that could not be enabled (docs/powerschool.md 15.8)."""
    if error.code not in _NO_SIGN_IN:
        return error
    if error.code == "PSC-AUTH-404" and is_powerschool:
        error = FixSettings("PSC-AUTH-404/no-plugin", where=client.host, host=client.host)
    return error.again(type(error), more=[phrase("plugin-not-enabled")])


def judged(finding: Finding, *, enabled: bool, worked: bool) -> Finding:
    """A finding in the light of what is known here: PowerSchool's answer to a sign-in is the same in all these cases.

    ``enabled`` says whether somebody has said that the plugin is enabled; ``worked`` whether this connection was read
    before. A plugin that is not enabled yet has not failed (docs/powerschool.md 3.3, 15.7).
    """
    error = finding.error
    if finding.step != "sign-in" or error is None or error.code not in _NO_SIGN_IN:
        return finding
    if worked:
        return replace(finding, error=error.again(type(error), more=[phrase("worked-before")]))
    return finding if enabled else Finding("sign-in/not-enabled", "waiting", error=error)


def _accepted(client: PowerSchoolClient) -> Finding:
    days = int(client.token_seconds // 86400)
    return Finding("sign-in/accepted", "ok", {"count": days} if days else {})


def _version(metadata: Metadata, access: str) -> Finding:
    text = metadata.powerschool_version
    try:
        refuse_old(metadata)
    except FixSettings as error:
        return Finding("version", "failed", error=error)
    values = {"version": text, "oldest": _OLDEST}
    if not re.search(r"\d", text):
        return Finding("version/unsaid", "warning", values)
    gated = access == "v1" and version_of(metadata) >= FIRST_WITH_V1_SWITCH
    return Finding("version/switch" if gated else "version/known", "ok", values)
