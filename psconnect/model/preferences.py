"""What a person sets for psconnect as a whole, whatever the connection: preferences.toml, without secrets."""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.mail_address import is_mail_address
from psconnect.model.values import refused

MailSecurity = Literal["starttls", "tls", "none"]
_HOST = re.compile(r"[\w.:-]{1,253}")
Closing = Literal["ask", "tray", "quit"]


class MailServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The server that sends mail for psconnect; its secret is in the keyring.

    Attributes:
        host, port: of the server; no mail is sent without a host.
        security: ``starttls``, ``tls`` from the first byte, or ``none``, within the district's own network only.
        user: empty for a server that asks for no sign-in.
        sender: the address that mails come from.
        ca_file: PEM file with the authority of a privately signed server.
    """

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    security: MailSecurity = "starttls"
    user: str = ""
    sender: str = ""
    ca_file: str = ""


class Preferences(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What holds for all connections of a home.

    Attributes:
        language: of texts, like ``es``; empty for the system's.
        closing: what closing the window does: ``ask`` the first time, stay in the ``tray``, or ``quit``.
        at_login: whether psconnect starts in the tray when its user signs in.
        mail: the server for mails.
    """

    language: str = ""
    closing: Closing = "ask"
    at_login: bool = False
    mail: MailServer = MailServer()


def preferences_from(data: dict[str, object]) -> Preferences:
    """Read the tables of preferences.toml; raises FixSettings with the key that is wrong."""
    for key in data:
        if key not in Preferences.__struct_fields__:
            hint = hint_at(key, list(Preferences.__struct_fields__))
            raise FixSettings("PSC-SETTINGS-INVALID/unknown", where=key, name=key, hint=hint)
    try:
        return msgspec.convert(data, Preferences)
    except msgspec.ValidationError as error:
        raise refused(error, Preferences) from None


def check_mail_server(server: MailServer) -> None:
    """Raise FixSettings for a server that no mail could be given to, or that would be sent a secret in the clear."""
    if not server.host:
        raise FixSettings("PSC-MAIL-NO-SERVER")
    if not _HOST.fullmatch(server.host):
        raise FixSettings("PSC-MAIL-SETTINGS/host", where="mail.host", host=server.host)
    if not is_mail_address(server.sender):
        key = "PSC-MAIL-SETTINGS/sender" if server.sender else "PSC-MAIL-SETTINGS/no-sender"
        raise FixSettings(key, where="mail.sender", address=server.sender)
    if server.user and server.security == "none":
        raise FixSettings("PSC-MAIL-SETTINGS/plain-login", where="mail.security", host=server.host)
    if not server.user.isprintable():
        raise FixSettings("PSC-MAIL-SETTINGS/user", where="mail.user")
