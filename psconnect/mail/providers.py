"""The usual providers of mail: the settings to start from. Data, not code: resources/mail/providers.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Literal

import msgspec

from psconnect import resources
from psconnect.model.preferences import MailSecurity, MailServer


class MailProvider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A provider; psconnect.wording.mail says by its key what has to be known.

    Attributes:
        host: empty where every district has its own.
        login: whether it wants a user and a secret.
    """

    key: str
    host: str
    port: int
    security: MailSecurity
    login: Literal["required", "none", "optional"]


@cache
def mail_providers() -> tuple[MailProvider, ...]:
    """All of them, in the order in which they are offered."""
    table = tomllib.loads(resources.read_text("mail", "providers.toml"))
    return tuple(msgspec.convert(table["provider"], list[MailProvider]))


def provider_of(server: MailServer) -> str:
    """The key of the provider whose host a server has; empty for another one."""
    return next((one.key for one in mail_providers() if one.host and one.host == server.host.lower()), "")
