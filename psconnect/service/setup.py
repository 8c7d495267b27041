"""Setting up a connection: the access doctor, schools, filters, destinations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import cast

import msgspec

from psconnect.destinations import KINDS, Destination
from psconnect.destinations.checked import stop_if_failed
from psconnect.destinations.kind import Kind
from psconnect.destinations.writer import Writer
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.events import OnEvent, ignore
from psconnect.model.findings import Finding
from psconnect.model.pasted import pasted
from psconnect.powerschool.doctor import judged
from psconnect.powerschool.evidence import Evidence
from psconnect.service.destinations import Destinations
from psconnect.service.drafts import DraftFiles
from psconnect.service.fields import FieldFinding
from psconnect.service.live import LiveReadings
from psconnect.service.plugins import Plugins, powerschool_streams
from psconnect.sources.kind import OpenSource, School
from psconnect.sources.powerschool.system import PowerSchool
from psconnect.store.files import write_atomically
from psconnect.store.history import run_table
from psconnect.store.reading.assigned_values import mails_by_domain
from psconnect.store.reading.last_reading import last_read
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.sync import inspect
from psconnect.sync.compose import Choices, choices_of, in_effect, shaped_source
from psconnect.sync.filter_preview import FilterPreview, preview_filters
from psconnect.sync.inspect import PresetInfo, Receiver
from psconnect.sync.preflight import Look, found_ahead
from psconnect.transfer.sftp.server import HostKey
from psconnect.wording.catalogue import number
from psconnect.wording.check_report import check_as_html, check_as_text
from psconnect.wording.checks import word_finding
from psconnect.wording.declared import in_language
from psconnect.wording.rules import rule_of

_HOST_KEY = "sftp.host_key"


class SetUp(Destinations, DraftFiles, LiveReadings, Plugins, FieldFinding):
    """What a user can do while setting up a connection, with settings that may be unsaved."""

    def presets(self) -> list[PresetInfo]:
        """The presets a connection can start from, by label."""
        return [in_language(preset) for preset in inspect.all_presets()]

    def in_effect(self, connection: Connection) -> Connection:
        """The settings in effect: the connection's own, and its preset's for what it leaves open."""
        return in_effect(connection)

    def destinations(self) -> list[Kind]:
        """The destination kinds, each with the settings it declares."""
        return [in_language(kind) for kind in KINDS.values()]

    def destination_of(self, name: str) -> Kind | None:
        """The destination kind of a connection; None where it has none, or one that this version does not know."""
        kind = self._files.get(name).destination_kind
        return in_language(KINDS[kind]) if kind in KINDS else None

    def receiver_of(self, name: str) -> Receiver | None:
        """The system that a connection delivers to; None where that is not known."""
        return inspect.receiver_of(in_effect(self._files.get(name)))

    def examine(
        self,
        connection: Connection,
        secret: str,
        on_finding: Callable[[Finding], None],
        cancel: CancelToken | None = None,
        *,
        enabled: bool = True,
        worked: bool = False,
    ) -> list[Finding]:
        """Run the access doctor on possibly unsaved settings.

        An empty ``secret`` means the stored one. ``on_finding`` is called with each finding as it is made. ``enabled``
        and ``worked`` say what is known of the plugin (``powerschool.doctor.judged``).
        """
        findings: list[Finding] = []
        with self._looking(choices_of(connection), secret, cancel) as opened:
            for found in opened.check():
                finding = judged(found, enabled=enabled, worked=worked)
                findings.append(finding)
                on_finding(finding)
        return findings

    def schools(self, connection: Connection, secret: str = "", cancel: CancelToken | None = None) -> list[School]:
        """The district's schools with their active students, read from the source; settings may be unsaved."""
        with self._looking(choices_of(connection), secret, cancel) as opened:
            return opened.schools()

    def filter_preview(
        self,
        connection: Connection,
        entity: str,
        secret: str = "",
        cancel: CancelToken | None = None,
        *,
        on_event: OnEvent = ignore,
        most: int = 200,
    ) -> FilterPreview:
        """How many records of an entity pass the filter rules, and who is left out; settings may be unsaved.

        Reads the entity and what shapes it from PowerSchool. Needs the plugin for exactly these settings, because rules
        read fields. An empty ``secret`` means the stored one.
        """
        choices, token = choices_of(connection), cancel or CancelToken()
        with self._looking(choices, secret, token, hurried=False) as opened:
            return preview_filters(shaped_source(choices, opened), entity, token, on_event=on_event, most=most)

    def check_destination(
        self, connection: Connection, typed: Mapping[str, str] | None = None, kept_as: str = ""
    ) -> str:
        """Check that the destination of possibly unsaved settings accepts a delivery; returns a sentence.

        ``typed`` are unsaved secrets by full key; others are kept under ``kept_as`` or the connection's name. Raises
        PsconnectError if it can't be used.
        """
        with self.opened_destination(connection, typed=typed, kept_as=kept_as) as destination:
            return stop_if_failed([*_checked(destination), *self._found_ahead(connection, destination)])

    def _found_ahead(
        self, connection: Connection, destination: Destination, cancel: CancelToken | None = None
    ) -> Iterator[Finding]:
        """What the other system would reject of the newest roster; nothing where there is none yet."""
        with self._history(connection.name) as db:
            if db is None or not run_table.list_runs(db, connection.name):
                return
            # Only temporary tables are made: nothing is written.
            db.execute("PRAGMA query_only = OFF")
            kind, labels = KINDS[connection.destination_kind], choices_of(connection).labels
            look = Look(kind, destination, connection.destination, labels, cancel or CancelToken())
            found = found_ahead(look, db)
        if not found:
            yield Finding("preflight/clean", "ok")
            return
        told = [f"{rule_of(rule).title} ({number(count)})" for rule, count in found.most_common()]
        yield Finding("preflight/found", "warning", {"count": sum(found.values()), "findings": told})

    def accept_host_key(self, name: str, given: str) -> str:
        """Take over the key that the connection's SFTP server shows, if it is the given one; returns it.

        ``given`` is its SHA-256 fingerprint, with or without the type. Raises FixSettings if the server shows another.
        """
        connection = self._files.get(name)
        shown = self._shown_host_key(connection)
        if not given.strip() or HostKey.of(given).fingerprint != HostKey.of(shown).fingerprint:
            raise FixSettings("PSC-SFTP-HOST-KEY/other", where=f"destination.{_HOST_KEY}", shown=shown)
        accepted = msgspec.structs.replace(connection, destination={**connection.destination, _HOST_KEY: shown})
        self._files.save(accepted)
        return shown

    def _shown_host_key(self, connection: Connection) -> str:
        unknown = msgspec.structs.replace(connection, destination={**connection.destination, _HOST_KEY: ""})
        with self.opened_destination(unknown) as destination:
            try:
                destination.check()
            except FixSettings as error:
                if error.key == "PSC-SFTP-HOST-KEY/new":
                    return str(error.values["shown"])
                raise
        raise FixSettings("PSC-SFTP-SETTING/none", where=f"destination.{_HOST_KEY}")

    def save_check(self, name: str, findings: Sequence[Finding], path: Path) -> None:
        """Write the findings of a check to a file, without secrets: HTML where its name ends so, else plain text."""
        write = check_as_html if path.suffix.lower() in (".html", ".htm") else check_as_text
        told = [word_finding(finding, window=True) for finding in findings]
        write_atomically(path.absolute(), write(name, self.clock.now(), told).encode())

    def _looking(
        self, choices: Choices, secret: str, cancel: CancelToken | None, *, hurried: bool = True
    ) -> AbstractContextManager[OpenSource]:
        return self.opened(choices, cancel, pasted(secret, "client secret", CLIENT_SECRET), hurried=hurried)

    def check(
        self,
        name: str,
        on_finding: Callable[[Finding], None],
        cancel: CancelToken | None = None,
        *,
        report: Path | None = None,
    ) -> list[Finding]:
        """Run the access doctor, then the destination's check.

        ``report`` is a file to describe the form of the server's answers in: no personal data, no address, no secret.
        """
        connection = self._files.get(name)
        findings: list[Finding] = []
        for finding in self._findings(connection, cancel or CancelToken(), report):
            findings.append(finding)
            on_finding(finding)
        return findings

    def _findings(self, connection: Connection, cancel: CancelToken, report: Path | None) -> Iterator[Finding]:
        choices = choices_of(connection)
        if report:
            yield from self._examined(choices, cancel, report)
        else:
            with last_read(self.rosters_of(connection.name)) as read:
                worked = read is not None
            with self.opened(choices, cancel, hurried=False) as opened:
                for finding in opened.check():
                    yield judged(finding, enabled=True, worked=worked)
        try:
            with self.opened_destination(connection, cancel) as destination:
                yield from _checked(destination)
                yield from self._found_ahead(connection, destination, cancel)
        except PsconnectError as error:
            yield Finding("destination", "failed", error=error)
        if choices.naming.sign_in:
            yield self._sign_in(connection.name, list(choices.naming.sign_in.kind_of))

    def _examined(self, choices: Choices, cancel: CancelToken, report: Path) -> Iterator[Finding]:
        """The findings about a PowerSchool server, and a report on the form of its answers."""
        streams = powerschool_streams(choices)
        with self.opened(choices, cancel, hurried=False) as opened:
            client, evidence = cast("PowerSchool", opened).client, Evidence(streams)
            client.on_answer = evidence.heard
            for finding in opened.check():
                evidence.findings.append(finding)
                yield finding
            if any(finding.step == "sign-in" and finding.state == "ok" for finding in evidence.findings):
                evidence.take_samples(client)
            write_atomically(report.absolute(), evidence.document().encode())

    def _sign_in(self, name: str, domains: list[str]) -> Finding:
        """Check that the newest run read e-mails of the sign-in domains."""
        with last_read(self.rosters_of(name)) as read:
            counts = mails_by_domain(read.db) if read else None
        if counts is None:
            return Finding("domains/unseen-yet", "warning")
        unseen = [domain for domain in domains if not counts.get(domain)]
        if not unseen:
            people = sum(counts[domain] for domain in domains)
            return Finding("domains/seen", "ok", {"count": people})
        return Finding("domains", "failed", error=FixSettings("PSC-SIGN-IN-DOMAIN", domains=unseen))


def _checked(destination: Destination) -> Sequence[Finding]:
    """The destination's check and, if it passed, what only a try to write shows."""
    found = destination.check()
    if not isinstance(destination, Writer) or any(one.state == "failed" for one in found):
        return found
    return [*found, *destination.check_writing()]
