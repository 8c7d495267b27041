"""A destination kind: its declaration and its factory in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from psconnect.destinations.receiver_hold import RECEIVER_HOLD, hold_fields
from psconnect.destinations.snapshot import Snapshot
from psconnect.destinations.writer import Writer
from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.entities import BY_KEY, ENTITIES, LONGEST, Entity
from psconnect.model.problems import Rule
from psconnect.model.setting_fields import FieldCheck, SecretField, SecretOf, SettingField, When, is_asked, no_secret
from psconnect.roster.sign_in import NO_SIGN_IN_TYPES, SignIn, SignInTypes
from psconnect.transfer.folder import Step
from psconnect.transfer.place import SnapshotPlace
from psconnect.transfer.places import place_fields, place_secrets
from psconnect.wording.checks import CheckTexts
from psconnect.wording.declared import InLanguage
from psconnect.wording.errors.texts import ErrorTexts
from psconnect.wording.rules.texts import RuleTexts


def _ignore(_step: str) -> None:
    """An on_step that does nothing."""


def _asks_nothing(_settings: Mapping[str, Any]) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Context:
    """What a destination needs to open.

    Attributes:
        name: the connection's name.
        settings: the settings with defaults filled in, including those of the place.
        label: the kind's label, for messages.
        sign_in: the district's own e-mail domains, by kind of sign-in.
        secret: gives a secret by its declared key; raises FixSettings if a required one is missing.
        place: where a snapshot is published; None for a kind without places.
        http: makes an HTTP client for a server's address; the only way to the network.
        clock, cancel: the time, and the user's request to stop.
        on_step: called with each step's name; tests kill the process there.
        home: id of the delivering home.
        beside: the path on this computer that the connection's own files begin with; None if nothing is delivered.
        id_prefix: stands in front of every id of the connection; what a kind derives from the roster gets it, too.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    sign_in: SignIn = field(default_factory=lambda: SignIn({}))
    secret: SecretOf = field(default=no_secret, repr=False)
    place: SnapshotPlace | None = None
    http: Callable[[str], HttpClient] = HttpClient
    clock: Clock = field(default_factory=Clock)
    cancel: CancelToken = field(default_factory=CancelToken)
    on_step: Step = _ignore
    home: str = ""
    beside: Path | None = None
    id_prefix: str = ""

    @property
    def published_to(self) -> SnapshotPlace:
        """The place, for kinds that declare places."""
        if self.place is None:
            raise TypeError(self.label)
        return self.place


@dataclass(frozen=True)
class Kind:
    """What a destination kind is and can do, and how to open one.

    Attributes:
        name: its name in files and on the command line.
        label, summary: its display name, and a sentence that says what it does.
        open: makes the destination for a connection; raises FixSettings for unusable settings.
        settings: its own settings; ``fields`` adds those of its place.
        secrets: its secrets in the keyring; ``all_secrets`` adds those of its places.
        entities: keys of the entities it takes, closed under references; other records are left out.
        needed: per entity key, attributes that a record must have to be delivered.
        limits: per entity key and attribute, the most characters it takes, else ``longest``. A record with a longer
            value is not delivered (fault D13).
        allowed: per entity key and attribute, the only values it takes besides none; pre-flight tells of others.
        unique: per entity key, sets of attributes of which no two records may have the same values there (without
            regard to case; an empty value is not compared).
        largest: the most bytes of one of its files; 0 for no known limit.
        receiver_holds: per entity key, the percentage of removed records above which the other system holds a delivery
            by itself, about: the same for all. The run then waits for an approval here, too (``holds_above``).
        slots: per entity key and attribute (``sourcedId``, ``identifier``, ``username``), the column that it goes into,
            as the other system calls it; shown where ids are chosen.
        receives: what the other system does with a delivery, in a sentence: whom it deactivates, when it holds.
        rules: findings of its own, which ``Snapshot.preflight`` or ``Writer.preflight`` gives, with their texts.
        sign_in_types: the types of sign-in that a person's record can have here, which can be set by hand.
        asks: the custom fields that it needs with these settings, per entity key, as [custom] of a connection file has
            them; their values come in ``extra``. Only asked of sources whose fields a preset maps.
        places: names of the places (transfer.places) its snapshots can be published to; empty for a Writer.
        packings: how its files can travel, the default first: ``zip`` (one file), ``loose`` (each on its own). With
            both, a person chooses by the setting ``packing``.
        numbered: the values of a setting of its own with which each set has a number and none replaces another
            (``Snapshot.mode``); None for never.
        derived: its own entities, made from the roster: planned, held, previewed and undone like any other.
        underlying: keys of the roster's entities that only ``derived`` ones are made of there, nothing of their own.
            Limits count them; figures that people see don't, else a class and the course made of it would be two.
        takes: what it has a place for besides classes: ``groups`` (of users, in place of a class), ``categories`` (of
            courses).
        errors, checks: the texts of its own errors, and of the findings of its check, by key.
        removal: what becomes of a record that is removed, in a sentence.
        removal_setting: key of the setting that decides it; empty for none.
    """

    name: str
    label: str
    summary: str
    open: Callable[[Context], Snapshot | Writer]
    settings: tuple[SettingField, ...] = ()
    secrets: tuple[SecretField, ...] = ()
    entities: tuple[str, ...] = tuple(entity.key for entity in ENTITIES)
    needed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    longest: int = LONGEST
    allowed: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    unique: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    largest: int = 0
    slots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    receives: str = ""
    receiver_holds: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[Rule, RuleTexts] = field(default_factory=dict)
    sign_in_types: SignInTypes = NO_SIGN_IN_TYPES
    asks: Callable[[Mapping[str, Any]], Mapping[str, str]] = _asks_nothing
    places: tuple[str, ...] = ()
    packings: tuple[str, ...] = ("zip",)
    numbered: When | None = None
    derived: tuple[Entity, ...] = ()
    underlying: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()
    errors: Mapping[str, ErrorTexts] = field(default_factory=dict)
    checks: Mapping[str, CheckTexts] = field(default_factory=dict)
    removal: str = ""
    removal_setting: str = ""

    @property
    def fields(self) -> tuple[SettingField, ...]:
        """All settings, including those of the place, in the order of file and window and in the chosen language."""
        return self._fields.texts

    @cached_property
    def _fields(self) -> InLanguage[SettingField]:
        placed = place_fields(self.places, self.packings, self._replacing, keeps=self._keeps)
        return InLanguage((*self.settings, *hold_fields(self.receiver_holds), *placed))

    @property
    def _keeps(self) -> bool:
        """Whether earlier files may be kept: no secret stands in them."""
        return not any(secret.in_files for secret in self.secrets)

    @property
    def _replacing(self) -> When | None:
        """The values of that setting with which a set replaces the one before."""
        if self.numbered is None:
            return None
        (chosen,) = (field for field in self.settings if field.key == self.numbered.key)
        others = [value for value in chosen.choices or (False, True) if value not in self.numbered.values]
        return When(chosen.key, tuple(others))

    def numbers(self, settings: Mapping[str, Any]) -> bool:
        """Whether sets have numbers with these settings, defaults filled in."""
        return self.numbered is not None and settings[self.numbered.key] in self.numbered.values

    def holds_above(self, given: Mapping[str, Any]) -> Mapping[str, int]:
        """``receiver_holds`` with these settings: districts can have the percentage changed, or the hold taken off."""
        most = given.get(RECEIVER_HOLD)
        if not isinstance(most, int):
            return self.receiver_holds
        return dict.fromkeys(self.receiver_holds, most) if most else {}

    def packing(self, given: Mapping[str, Any]) -> str:
        """How its files travel with these settings."""
        return str(given.get("packing") or self.packings[0])

    @property
    def all_secrets(self) -> tuple[SecretField, ...]:
        """All secrets, including those of the places, in the chosen language."""
        return self._secrets.texts

    @cached_property
    def _secrets(self) -> InLanguage[SecretField]:
        return InLanguage((*self.secrets, *place_secrets(self.places)))

    @property
    def left_out(self) -> tuple[Entity, ...]:
        """The roster's entities that it doesn't take."""
        return tuple(BY_KEY[entity.key] for entity in ENTITIES if entity.key not in self.entities)

    def check(self, given: Mapping[str, Any]) -> None:
        """Raise FixSettings for wrong settings; missing ones are not an error yet."""
        values = {key: value for key, value in given.items() if key != "kind"}
        self._checks.known(values, self.fields, self.all_secrets)
        for declared in self.fields:
            if values.get(declared.key, "") not in ("", []):
                self._checks.value(declared, values[declared.key])

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with defaults filled in; raises FixSettings naming what is missing or wrong."""
        self.check(given)
        values = {key: value for key, value in given.items() if key != "kind"}
        for declared in self.fields:
            values.setdefault(declared.key, declared.initial)
        for declared in self.asked(values):
            self._checks.value(declared, values[declared.key])
        return values

    def asked(self, given: Mapping[str, Any]) -> tuple[SettingField, ...]:
        """The settings that are asked for with these values."""
        return tuple(one for one in self.fields if is_asked(one, self.fields, given))

    def asked_secrets(self, given: Mapping[str, Any]) -> tuple[SecretField, ...]:
        """The secrets that are asked for with these values of the settings."""
        return tuple(one for one in self.all_secrets if is_asked(one, self.fields, given))

    @property
    def _checks(self) -> FieldCheck:
        return FieldCheck(self.label, "destination", "PSC-DESTINATION-SETTING")
