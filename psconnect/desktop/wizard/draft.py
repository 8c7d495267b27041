"""What somebody has typed so far, exactly as typed, and its way to and from a connection. Knows no Qt, no secret."""

from __future__ import annotations

import re
import secrets
from typing import Any, Literal

import msgspec

from psconnect.desktop.text import tr
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.connection_id import new_id
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import trimmed
from psconnect.model.sections import PieceName
from psconnect.model.server_address import normalise_url
from psconnect.service import School

Tested = Literal["", "passed", "failed"]
Value = str | int | bool


class Draft(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A set-up that is not finished. Everything is kept as typed, so that going back loses nothing.

    Attributes:
        id: names the draft's file, and the secret's place in the keyring.
        step: the step it stands on.
        reached: the furthest step so far.
        prefilled: filled in for the demo district, whose server lives no longer than this window.
        connection_id: the id that the connection has or will have; its plugin carries it from the first save on.
        name, preset, district_name: step *Connect what*.
        url, client_id, ca_file: step *Credentials*.
        without: what PowerSchool refuses and the connection goes without.
        ticked: numbers of the install steps that are done.
        menus: whose navigation the install steps describe, ``new`` or ``classic``.
        tested: how the last test of exactly these credentials ended.
        all_schools: *Auto mapping*: every school, also one that is added later.
        numbers: school numbers as typed, like ``100,600``; they count when ``all_schools`` is off.
        start_year: first calendar year of the school year; None follows the calendar.
        found: the schools as PowerSchool listed them last.
        destination: ``kind`` and the settings it declares; a number that was typed wrong stays a text.
    """

    id: str
    step: str = "connect"
    reached: str = "connect"
    prefilled: bool = False
    connection_id: str = ""
    name: str = ""
    preset: str = ""
    district_name: str = ""
    url: str = ""
    client_id: str = ""
    ca_file: str = ""
    without: tuple[PieceName, ...] = ()
    ticked: tuple[int, ...] = ()
    menus: Literal["new", "classic"] = "new"
    tested: Tested = ""
    all_schools: bool = True
    numbers: str = ""
    start_year: int | None = None
    found: tuple[School, ...] = ()
    destination: dict[str, Value] = msgspec.field(default_factory=dict)

    @property
    def secret_name(self) -> str:
        """The name under which the keyring holds the secret until the connection is saved."""
        return f"set-up {self.id}"


def new_draft(**values: Any) -> Draft:
    """An empty draft with an id of its own, and one for its connection; ``values`` are known already."""
    values["connection_id"] = values.get("connection_id") or new_id()
    return Draft(id=secrets.token_hex(8), **values)


def changed(draft: Draft, **values: Any) -> Draft:
    """The draft with other values. Another address, id or certificate takes back what the last test said."""
    after = msgspec.structs.replace(draft, **values)
    if "tested" not in values and credentials_of(after) != credentials_of(draft):
        after = msgspec.structs.replace(after, tested="")
    if address_of(after) != address_of(draft) and "found" not in values:
        after = msgspec.structs.replace(after, found=())
    return after


def credentials_of(draft: Draft) -> tuple[str, str, str]:
    """What a test of the connection depends on, apart from the secret."""
    return address_of(draft), trimmed(draft.client_id), draft.ca_file.strip()


def address_of(draft: Draft) -> str:
    """The normalised address, or the text as typed while it is none."""
    try:
        return normalise_url(draft.url)
    except FixSettings:
        return draft.url


def parse_numbers(text: str) -> list[int]:
    """School numbers from a text like ``100, 600``, in that order, each once; raises ValueError with a sentence."""
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    for part in parts:
        if not (part.isascii() and part.isdigit()):
            raise ValueError(tr("“{part}” is not a school number. Type numbers with commas, like 100,600.", part=part))
    return list(dict.fromkeys(int(part) for part in parts))


def to_connection(draft: Draft, base: Connection | None = None) -> Connection:
    """The connection that the draft describes; settings without a page are those of ``base``.

    Raises FixSettings for a draft that still lacks something; ``flow.needs`` says so beforehand.
    """
    data = to_dict(base) if base else {}
    data["name"] = draft.name
    data["id"] = base.id if base else draft.connection_id
    data["preset"] = draft.preset
    source = {"url": draft.url.strip(), "client_id": draft.client_id, "ca_file": draft.ca_file.strip()}
    data["source"] = {**data.get("source", {}), **source, "without": list(draft.without)}
    data["options"] = {**data.get("options", {}), "district_name": draft.district_name.strip()}
    data["scope"] = {"schools": "all" if draft.all_schools else _numbers(draft), "start_year": draft.start_year}
    data["destination"] = dict(draft.destination)
    return from_dict(data)


def _numbers(draft: Draft) -> list[int]:
    try:
        return parse_numbers(draft.numbers)
    except ValueError as error:
        raise FixSettings(
            "PSC-SETTINGS-SCHOOLS",
            "The school numbers can’t be used",
            str(error),
            tr("Correct them."),
            where="scope.schools",
        ) from None


def from_connection(connection: Connection) -> Draft:
    """A connection's settings as a draft, to be changed on the same pages."""
    source, scope = connection.source, connection.scope
    numbers = "" if scope.schools == "all" else ",".join(map(str, scope.schools))
    return new_draft(
        step="connect",
        reached="summary",
        connection_id=connection.id,
        name=connection.name,
        preset=connection.preset,
        district_name=connection.options.district_name,
        url=source.url,
        client_id=source.client_id,
        ca_file=source.ca_file,
        without=tuple(source.without),
        all_schools=scope.schools == "all",
        numbers=numbers,
        start_year=scope.start_year,
        destination=dict(connection.destination),
    )
