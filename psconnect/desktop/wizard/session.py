"""One set-up, or one visit to a connection's settings: the draft, the secret, and what can be done. Knows no Qt.

The window and its pages change the draft through ``update`` and are told through ``on_change``; that never waits. The
methods under *work* may wait for disk, keyring or network: they run in worker threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from psconnect.desktop.text import tr
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import Draft, changed, from_connection, new_draft, to_connection
from psconnect.desktop.wizard.drafts import Drafts
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import trimmed
from psconnect.service import Finding, Piece, PluginPackage, School, Service

_SETTINGS = (
    "preset",
    "district_name",
    "url",
    "client_id",
    "ca_file",
    "without",
    "all_schools",
    "start_year",
    "destination",
)
"""The parts of a draft that are settings; the others say how far one is."""


@dataclass(frozen=True)
class Prefill:
    """What is known already when a set-up begins: the demo district, or settings from elsewhere."""

    name: str = ""
    url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    connection_id: str = ""
    district_name: str = ""
    preset: str = ""
    folder: str = ""


@dataclass
class Session:
    """Somebody sets up a connection, or changes one.

    Attributes:
        draft: what is typed so far.
        choices: presets, kinds of destination, names of other connections.
        base: the connection that is changed; None for a new one.
        stored: whether the client secret was kept before.
        keyring: whether this computer has a keyring.
        resumed: whether the draft was begun in an earlier session.
        secret: the client secret as typed in this session; it goes to the keyring and nowhere else.
    """

    service: Service
    drafts: Drafts
    draft: Draft
    choices: flow.Known
    base: Connection | None = None
    stored: bool = False
    keyring: bool = True
    resumed: bool = False
    secret: str = field(default="", repr=False)
    on_change: list[Callable[[], None]] = field(default_factory=list)
    _kept: str = field(default="", repr=False)

    @property
    def known(self) -> flow.Known:
        """What is known beside the draft."""
        return replace(
            self.choices,
            has_secret=bool(self.secret) or self.stored,
            secret_problem=flow.pasted_problem(self.secret, "client secret"),
        )

    @property
    def dirty(self) -> bool:
        """Whether something differs from the connection that is changed."""
        if self.base is None or self.secret != self._kept:
            return True
        before, now = from_connection(self.base), self.draft
        if not now.all_schools and before.numbers != now.numbers:
            return True
        return any(getattr(before, name) != getattr(now, name) for name in _SETTINGS)

    def update(self, **values: Any) -> None:
        """Change what is typed, and tell."""
        self.become(changed(self.draft, **values))

    def become(self, draft: Draft) -> None:
        """Go on with this draft, and tell if it differs."""
        if draft != self.draft:
            self.draft = draft
            self._tell()

    def type_secret(self, secret: str) -> None:
        """Take the client secret as typed or pasted; an empty one means the one that is kept, if there is one."""
        if trimmed(secret) != self.secret:
            self.secret = trimmed(secret)
            self.draft = changed(self.draft, tested="")
            self._tell()

    def needs(self, step: flow.Step) -> list[flow.Need]:
        """What a step still needs."""
        return flow.needs_of(self.draft, self.known, step)

    def _tell(self) -> None:
        for told in list(self.on_change):
            told()

    def saved(self, connection: Connection, typed: Draft) -> None:
        """The draft ``typed`` became this connection; what was typed since then stays typed."""
        now, parts = self.draft, (*_SETTINGS, "numbers", "tested", "found", "ticked", "menus")
        since = {name: getattr(now, name) for name in parts if getattr(now, name) != getattr(typed, name)}
        kept = {name: getattr(now, name) for name in ("tested", "found", "ticked", "menus")}
        self.base, self.stored = connection, self.stored or bool(self._kept)
        self.become(changed(from_connection(connection), **{**kept, **since}))

    # --- work ----------------------------------------------------------------------------------------------------

    def save_draft(self) -> None:
        """Keep the draft on disk and the secret in the keyring; does neither for a connection that exists."""
        if self.base is None:
            self.drafts.save(self.draft)
            if self.secret and self.secret != self._kept:
                self._keep(self.draft.secret_name)

    def save_plugin(self, path: Path) -> PluginPackage:
        """Build the plugin for the choices made so far and write its ZIP."""
        return self.service.save_plugin(self._looking(), path)

    def leave_out(self, refused: str) -> tuple[Piece, ...]:
        """Go without a table or field that PowerSchool refused, as it named it; returns all that is left out.

        Raises FixSettings for what is needed.
        """
        connection, pieces = self.service.left_out(self._looking(), [refused])
        self.update(without=tuple(connection.source.without))
        return pieces

    def test(self, on_finding: Callable[[Finding], None], cancel: CancelToken) -> bool:
        """Test address, ID and secret as typed; whether every step passed."""
        findings = self.service.examine(self._looking(), self.secret, on_finding, cancel)
        return not any(finding.state == "failed" for finding in findings)

    def list_schools(self, cancel: CancelToken) -> list[School]:
        """The district's schools, from PowerSchool."""
        return self.service.schools(self._looking(), self.secret, cancel)

    def test_destination(self) -> str:
        """Whether the destination as typed takes a delivery, in a sentence."""
        # The name decides the file's name; while there is none, any will do for looking.
        draft = changed(self.draft, all_schools=True, name=self.draft.name or self.draft.id)
        return self.service.check_destination(to_connection(draft, self.base))

    def finish(self, draft: Draft) -> Connection:
        """Save what a draft says, and the secret; of a new connection, the draft has then done its work and goes.

        Raises FixSettings for a name that somebody took meanwhile, and for a connection that somebody removed.
        """
        if self.base is not None:
            current = self._current(self.base.name)
            draft = _carried(draft, from_connection(self.base), from_connection(current))
            connection = self.service.save_connection(to_connection(draft, current))
            if self.secret:
                self._keep(connection.name)
            return connection
        self._refuse_taken(draft.name)
        connection = self.service.save_connection(to_connection(draft))
        if self.secret:
            self._keep(connection.name)
        else:
            self.service.move_secret(draft.secret_name, connection.name)
        self.service.forget_secret(draft.secret_name)
        self.drafts.remove(draft)
        return connection

    def _current(self, name: str) -> Connection:
        if name not in [state.connection.name for state in self.service.connections()]:
            raise FixSettings(
                "PSC-SETTINGS-GONE",
                tr("The connection is gone"),
                tr("“{name}” was removed from this computer while its settings were open.", name=name),
                tr("Nothing was saved. To have it again, set it up anew or import its file."),
                where="name",
            )
        return self.service.connection(name)

    def _refuse_taken(self, name: str) -> None:
        if self.service.known_as(name.strip()):
            raise FixSettings(
                "PSC-SETTINGS-NAME-TAKEN",
                tr("The name is taken"),
                tr("A connection called “{name}” was made while this one was set up.", name=name.strip()),
                tr("Choose another name."),
                where="name",
            )

    def discard(self) -> None:
        """Throw the draft and its secret away."""
        self.drafts.remove(self.draft)
        self.service.forget_secret(self.draft.secret_name)

    def _keep(self, name: str) -> None:
        self.service.keep_secret(name, self.secret)
        self._kept = self.secret

    def _looking(self) -> Connection:
        """The source as typed, under the name that a kept secret has; the later steps don't matter."""
        name = self.base.name if self.base else self.draft.secret_name
        return to_connection(changed(self.draft, name=name, all_schools=True, destination={}), self.base)


def _carried(typed: Draft, before: Draft, current: Draft) -> Draft:
    """The settings as typed; those that were not typed over as they are now, because others may have changed them."""
    values = {name: getattr(current, name) for name in _SETTINGS if getattr(typed, name) == getattr(before, name)}
    if (typed.all_schools, typed.numbers) == (before.all_schools, before.numbers):
        values["numbers"] = current.numbers
    else:
        values["all_schools"] = typed.all_schools
    if typed.destination.get("kind") == before.destination.get("kind") == current.destination.get("kind"):
        own = {key: value for key, value in typed.destination.items() if before.destination.get(key) != value}
        values["destination"] = {**current.destination, **own}
    return changed(typed, **values)


def begin(service: Service, prefill: Prefill | None = None) -> Session:
    """A set-up: the one that was begun last goes on where it was, else an empty one; work.

    With ``prefill``, the set-up begun for the same address goes on, with the ID and secret of today. One for another
    prefilled address is over, because its server is.
    """
    drafts = Drafts(service.home)
    before = drafts.all()
    for over in [draft for draft in before if draft.prefilled and not (prefill and draft.url == prefill.url)]:
        drafts.remove(over)
        service.forget_secret(over.secret_name)
    going = [
        draft for draft in before if draft.prefilled == bool(prefill) and not (prefill and draft.url != prefill.url)
    ]
    choices = _choices(service)
    draft = going[0] if going else _fresh(choices, prefill)
    if going and prefill:
        draft = changed(draft, client_id=prefill.client_id, connection_id=prefill.connection_id)
    return Session(
        service,
        drafts,
        draft,
        choices,
        stored=service.has_secret(draft.secret_name),
        keyring=service.keeps_secrets(),
        resumed=bool(going),
        secret=prefill.client_secret if prefill else "",
    )


def anew(session: Session) -> Session:
    """Throw a resumed set-up away and begin an empty one; work."""
    session.discard()
    return Session(
        session.service, session.drafts, _fresh(session.choices, None), session.choices, keyring=session.keyring
    )


def change(service: Service, name: str) -> Session:
    """A visit to the settings of a connection; work."""
    connection = service.connection(name)
    return Session(
        service,
        Drafts(service.home),
        from_connection(connection),
        _choices(service, name),
        connection,
        stored=service.has_secret(name),
        keyring=service.keeps_secrets(),
    )


def _choices(service: Service, besides: str = "") -> flow.Known:
    names = [state.connection.name for state in service.connections()]
    taken = frozenset(name.casefold() for name in names if name != besides)
    return flow.Known(tuple(service.presets()), tuple(service.destinations()), taken)


def _fresh(choices: flow.Known, prefill: Prefill | None) -> Draft:
    given = prefill or Prefill()
    destination: dict[str, str | int | bool] = {}
    if len(choices.destinations) == 1:
        destination["kind"] = choices.destinations[0].kind
        if given.folder:
            destination["folder"] = given.folder
    return new_draft(
        prefilled=bool(prefill),
        connection_id=given.connection_id,
        name=given.name,
        preset=given.preset or (choices.presets[0].name if len(choices.presets) == 1 else ""),
        district_name=given.district_name,
        url=given.url,
        client_id=given.client_id,
        destination=destination,
    )
