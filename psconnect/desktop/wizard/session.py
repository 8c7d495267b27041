"""One set-up, or one visit to a connection's settings: the draft, the secret, and what can be done. Knows no Qt.

The window and its pages change the draft through ``update`` and are told through ``on_change``; that never waits. The
methods under *work* may wait for disk, keyring or network: they run in worker threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.draft import Draft, DraftPart, new_draft
from psconnect.desktop.wizard.live import Live
from psconnect.desktop.wizard.prefill import Prefill
from psconnect.desktop.wizard.settings import (
    completed_draft,
    differs,
    from_connection,
    kept_typing,
    onto,
    rebased,
    to_connection,
)
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.plugin import ENABLE_STEP, PluginPart
from psconnect.desktop.wizard.steps.spec import Known, Need, pasted_problem
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import stripped
from psconnect.model.runs import APPLIED
from psconnect.service import CLIENT_SECRET, Finding, PluginPackage, SecretPlace, Service, secret_word


@dataclass
class Session:
    """Somebody sets up a connection, or changes one.

    Attributes:
        draft: what is typed so far.
        choices: presets, kinds of destination, names of other connections, whether there is a keyring.
        base: the connection that is changed, as its file has it; None for a new one.
        before: the same settings in effect, as they stood on the pages.
        stored: the secrets that were kept before, by key, and where each is.
        stored_kind: the kind of destination that they belong to.
        removed: keys of those that are to go once it is saved.
        secrets: what was typed of secrets in this session, by key; it goes to the keyring and nowhere else.
        empty: a new set-up as it began; nothing is kept of it while it is still so.
        delivered: whether the connection has had a full run, so that it can be run in part.
        saving: whether it is being saved.
        live: the one reading behind samples and counts.
    """

    service: Service
    draft: Draft
    choices: Known
    base: Connection | None = None
    before: Draft | None = None
    stored: Mapping[str, SecretPlace] = field(default_factory=dict)
    stored_kind: str = ""
    removed: frozenset[str] = frozenset()
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    empty: Draft | None = None
    delivered: bool = False
    saving: bool = False
    on_change: list[Callable[[], None]] = field(default_factory=list)
    live: Live = field(init=False, repr=False)
    _kept: dict[str, str] = field(default_factory=dict, repr=False)
    _writing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        """Nothing is read yet."""
        self.live = Live(self)

    @property
    def touched(self) -> bool:
        """Whether there is anything of a set-up to be kept."""
        return self.base is None and self.draft != self.empty

    @property
    def known(self) -> Known:
        """What is known beside the draft."""
        typed = {key: pasted_problem(text, secret_word(key)) for key, text in self.secrets.items()}
        kept = dict.fromkeys(self.places.keys() - self.removed, "")
        return replace(self.choices, secrets={**kept, **typed}, base=self.base)

    @property
    def places(self) -> dict[str, SecretPlace]:
        """The kept secrets that belong to the chosen kind of destination, or to the source, and where each is."""
        same = self.draft.of(DestinationPart).kind == self.stored_kind
        return {key: place for key, place in self.stored.items() if same or not key.startswith(_DESTINATION)}

    @property
    def dirty(self) -> bool:
        """Whether something differs from the connection that is changed."""
        if self.base is None or self.before is None or self.secrets != self._kept or self.removed:
            return True
        return differs(self.draft, self.before, self.known, self.base)

    def update(self, kind: type[DraftPart], **values: Any) -> None:
        """Change what is typed in one part, and tell."""
        self.become(flow.changed(self.draft, kind, **values))

    def choose_preset(self, preset: str) -> None:
        """Take another preset, with its settings where nothing else was typed."""
        self.become(rebased(self.draft, self.choices, preset))

    def become(self, draft: Draft) -> None:
        """Go on with this draft, and tell if it differs."""
        if draft != self.draft:
            self.draft = draft
            self._tell()

    def type_secret(self, key: str, text: str) -> None:
        """Take a secret as typed or pasted; an empty one means the one that is kept, if there is one."""
        secret = stripped(text)
        if secret == self.secrets.get(key, ""):
            return
        self.secrets = {**self.secrets, key: secret} if secret else _without(self.secrets, key)
        if key == CLIENT_SECRET:
            self.draft = flow.changed(self.draft, CredentialsPart, tested="")
        self._tell()

    def remove_secret(self, key: str) -> None:
        """Let a kept secret go once it is saved."""
        self.removed |= {key}
        self._tell()

    def keep_secret(self, key: str) -> None:
        """Let it stay all the same."""
        self.removed -= {key}
        self._tell()

    def choose_kind(self, kind: str) -> None:
        """Take another kind of destination; secrets typed for the one before are not for this one."""
        self.secrets = {key: text for key, text in self.secrets.items() if not key.startswith(_DESTINATION)}
        self.update(DestinationPart, destination={"kind": kind})

    def needs(self, step: str) -> list[Need]:
        """What a step still needs."""
        return flow.needs_of(self.draft, self.known, step)

    def _tell(self) -> None:
        for told in list(self.on_change):
            told()

    def saved(self, connection: Connection, typed: Draft) -> None:
        """The draft ``typed`` became this connection; what was typed since then stays typed."""
        self.base = connection
        self.stored, self.stored_kind = self.service.kept_secrets(connection.name), connection.destination_kind
        self.removed = frozenset()
        self.before = from_connection(self.service.in_effect(connection), connection)
        self.become(kept_typing(self.draft, typed, self.before))

    # --- work ----------------------------------------------------------------------------------------------------

    def write_draft(self) -> None:
        """Keep the draft on disk as it stands; of a connection that exists there is none."""
        # Without the lock, an older draft could be written over a newer one by another thread.
        with self._writing:
            if self.touched:
                drafts.save(self.service, self.draft)

    def save_draft(self) -> None:
        """Keep the draft on disk and the secrets in the keyring; does neither for a connection that exists."""
        self.write_draft()
        if self.touched:
            gone = {*self.removed, *(self.stored.keys() - self.places.keys())}
            self.service.forget_secrets(self.draft.secret_name, gone)
            self._keep(self.draft.secret_name)

    def save_plugin(self, path: Path) -> PluginPackage:
        """Build the plugin for the choices made so far and write its ZIP, or the lone XML if ``path`` ends so."""
        name = self.base.name if self.base else self.draft.of(ConnectPart).name or self.draft.id
        return self.service.save_plugin(self._as_typed("plugin", name), path)

    def test(self, on_finding: Callable[[Finding], None], cancel: CancelToken) -> bool:
        """Test address, ID and secret as typed; whether every step passed."""
        credentials = self.draft.of(CredentialsPart)
        worked = self.base is not None and credentials.signs_in_with == self._saved_sign_in and not self.client_secret
        enabled = worked or ENABLE_STEP in self.draft.of(PluginPart).ticked
        findings = self.service.examine(
            self._looking(), self.client_secret, on_finding, cancel, enabled=enabled, worked=worked
        )
        return not any(finding.state in ("failed", "waiting") for finding in findings)

    @property
    def _saved_sign_in(self) -> tuple[str, str, str] | None:
        return self.before.of(CredentialsPart).signs_in_with if self.before else None

    def test_destination(self) -> str:
        """Whether the destination as typed takes a delivery, in a sentence."""
        # The name decides the file's name; while there is none, any will do for looking.
        name = self.draft.of(ConnectPart).name or self.draft.id
        kept_as = self.base.name if self.base else self.draft.secret_name
        return self.service.check_destination(self._as_typed("destination", name), self.secrets, kept_as)

    def finish(self, draft: Draft) -> Connection:
        """Save what a draft says, and the secrets; of a new connection, the draft has then done its work and goes.

        Raises FixSettings for a name that somebody took meanwhile, for a connection that somebody removed, and for a
        new one whose user names or course numbers another connection delivers to the same place.
        """
        if self.base is not None and self.before is not None:
            current = self._current(self.base.name)
            connection = self.service.save_connection(onto(draft, self.before, self.known, current))
            self.service.forget_secrets(connection.name, self.removed)
            self._keep(connection.name)
            self.live.wipe_saved()
            return connection
        self._refuse_taken(draft.of(ConnectPart).name)
        self.service.check_names(made := to_connection(draft, self.known), self.live.reading)
        connection = self.service.save_connection(made)
        self._keep(connection.name)
        self.service.move_secrets(
            draft.secret_name, connection.name, self.places.keys() - self.removed - self.secrets.keys()
        )
        self.service.remove_draft(draft.id)
        self.live.wipe_saved()
        return connection

    def _current(self, name: str) -> Connection:
        if name not in [state.connection.name for state in self.service.connections()]:
            raise FixSettings("PSC-SETTINGS-GONE", where="name", name=name)
        return self.service.connection(name)

    def _refuse_taken(self, name: str) -> None:
        if self.service.known_as(name.strip()):
            raise FixSettings("PSC-SETTINGS-NAME-TAKEN", where="name", name=name.strip())

    def _keep(self, name: str) -> None:
        for key, secret in self.secrets.items():
            if secret != self._kept.get(key) or name != self.draft.secret_name:
                self.service.keep_secret(name, key, secret)
        self._kept = dict(self.secrets)

    @property
    def client_secret(self) -> str:
        """The client secret as typed; empty for the one that is kept."""
        return self.secrets.get(CLIENT_SECRET, "")

    def settled(self, step: str, draft: Draft | None = None) -> Connection:
        """The settings as typed on a step and on all that lack nothing, under the name that a kept secret has.

        ``draft`` is what was typed at some moment; None for now. Raises FixSettings for what is wrong.
        """
        return self._as_typed(step, self.base.name if self.base else self.draft.secret_name, draft)

    def _looking(self) -> Connection:
        return self.settled("credentials")

    def _as_typed(self, step: str, name: str, draft: Draft | None = None) -> Connection:
        """What is typed on a step and on all that lack nothing, under another name."""
        draft = draft or self.draft
        lacking = {need.step for need in flow.needs(draft, self.known) if need.blocks}
        only = {step, *flow.step_keys()} - (lacking - {step})
        named = draft.having(msgspec.structs.replace(draft.of(ConnectPart), name=name))
        return to_connection(named, self.known, self.base, only=only | {"connect"})


_DESTINATION = "destination."


def _without(secrets: dict[str, str], key: str) -> dict[str, str]:
    return {other: secret for other, secret in secrets.items() if other != key}


def discard_set_up(service: Service, draft_id: str) -> None:
    """Throw a set-up, its secrets and what was read for it away; work."""
    service.remove_draft(draft_id)
    service.forget_draft_secrets(draft_id)
    service.wipe_live(draft_id)


def begin_session(service: Service, draft_id: str = "", prefill: Prefill | None = None) -> Session:
    """A set-up that goes on where it was left, or without an id an empty one; work.

    With ``prefill``, one that was filled in earlier goes on with the address, ID and secret of today. Raises
    FixSettings for a set-up that is gone.
    """
    choices = choices_at(service)
    if not draft_id:
        fresh = _fresh(choices, prefill)
        return Session(service, fresh, choices, secrets=_given(fresh, prefill), empty=fresh)
    draft = next((one for one in drafts.all_of(service) if one.id == draft_id), None)
    if draft is None:
        raise FixSettings("PSC-SETTINGS-GONE/set-up")
    draft = completed_draft(draft, choices)
    if draft.prefilled and prefill:
        today = flow.changed(draft, CredentialsPart, url=prefill.url, client_id=prefill.client_id)
        draft = replace(today, connection_id=prefill.connection_id)
    return Session(
        service,
        draft,
        choices,
        stored=service.kept_secrets(draft.secret_name),
        stored_kind=draft.of(DestinationPart).kind,
        secrets=_given(draft, prefill),
    )


def _given(draft: Draft, prefill: Prefill | None) -> dict[str, str]:
    return {CLIENT_SECRET: prefill.client_secret} if prefill and draft.prefilled else {}


def change(service: Service, name: str) -> Session:
    """A visit to the settings of a connection; work."""
    connection = service.connection(name)
    before = from_connection(service.in_effect(connection), connection)
    kept = service.kept_secrets(name)
    choices, kind = choices_at(service, name), connection.destination_kind
    return Session(service, before, choices, connection, before, kept, kind, delivered=_ran_in_full(service, name))


def _ran_in_full(service: Service, name: str) -> bool:
    return any(run.scope == "all" and run.state in APPLIED for run in service.runs(name))


def choices_at(service: Service, besides: str = "") -> Known:
    """What can be chosen and which names are taken, ``besides`` that of a connection; work."""
    names = [state.connection.name for state in service.connections()]
    taken = frozenset(name.casefold() for name in names if name != besides)
    presets, kinds = tuple(service.presets()), tuple(service.destinations())
    return Known(presets, kinds, taken, keyring=service.keeps_secrets())


def _fresh(choices: Known, prefill: Prefill | None) -> Draft:
    given = prefill or Prefill()
    preset = given.preset or (choices.presets[0].name if len(choices.presets) == 1 else "")
    kind = choices.destinations[0].name if len(choices.destinations) == 1 else ""
    draft = new_draft(
        ConnectPart(given.name, "", given.district_name),
        CredentialsPart(given.url, given.client_id),
        DestinationPart({"kind": kind} if kind else {}),
        connection_id=given.connection_id,
        prefilled=bool(prefill),
    )
    draft = rebased(draft, choices, preset) if preset else draft
    if given.complete:
        draft = replace(draft, step=flow.step_keys()[-1], reached=flow.step_keys()[-1])
    destination = draft.of(DestinationPart).destination
    return draft.having(DestinationPart({**destination, "folder": given.folder})) if given.folder else draft
