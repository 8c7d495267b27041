"""Which SFTP server, how to sign in, and the settings and secrets that say so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from psconnect.model.errors import FixSettings
from psconnect.model.setting_fields import SecretField, SecretOf, SettingField, When
from psconnect.wording.catalogue import marked

SSH_PORT = 22
_HOST = re.compile(r"[^\s/@:\[\]]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.%]*")
_PIN = re.compile(r"(?:(?P<type>[a-z0-9@.-]+)\s+)?(?P<print>SHA256:[A-Za-z0-9+/]{43})=?")
SFTP_SETTINGS: tuple[SettingField, ...] = (
    SettingField(
        "sftp.host",
        marked("Server"),
        marked("Type the name of the SFTP server, as the other system’s instructions give it."),
        "text",
        required=True,
        example="sftp.example.com",
        locates=True,
    ),
    SettingField(
        "sftp.port",
        marked("Port"),
        marked("Nearly always 22."),
        "number",
        default=SSH_PORT,
        advanced=True,
        locates=True,
    ),
    SettingField(
        "sftp.user",
        marked("User name"),
        marked("Type the user name on the server."),
        "text",
        required=True,
        locates=True,
    ),
    SettingField(
        "sftp.folder",
        marked("Folder on the server"),
        marked("Where the files belong. Leave it empty for the folder in which one arrives after signing in."),
        "text",
        example="DailyImport",
        locates=True,
    ),
    SettingField(
        "sftp.sign_in",
        marked("Signs in with"),
        marked("A password, or a private key whose public half the server knows."),
        "choice",
        default="password",
        choices=("password", "key"),
        choice_labels=(("password", marked("Password")), ("key", marked("Private key"))),
    ),
    SettingField(
        "sftp.key_file",
        marked("Private key"),
        marked("The file with the private key, in OpenSSH’s or PEM format. Only your own account may read it."),
        "open-file",
        required=True,
        when=When("sftp.sign_in", ("key",)),
        example="/home/roster/.ssh/id_ed25519",
    ),
    SettingField(
        "sftp.host_key",
        marked("The server’s key"),
        marked("Press Test: it shows the server’s key, which you compare and accept."),
        "pinned",
        example="ssh-ed25519 SHA256:…",
    ),
)
SFTP_SECRETS: tuple[SecretField, ...] = (
    SecretField(
        "sftp_password",
        marked("Password on the server"),
        marked("The password that belongs to the user name."),
        when=When("sftp.sign_in", ("password",)),
    ),
    SecretField(
        "sftp_passphrase",
        marked("Passphrase of the key"),
        marked("Leave it empty for a key without one."),
        required=False,
        when=When("sftp.sign_in", ("key",)),
    ),
)


@dataclass(frozen=True)
class HostKey:
    """A server's key as a person accepts it.

    Attributes:
        type: such as ``ssh-ed25519``; empty if only the fingerprint is known.
        fingerprint: ``SHA256:`` and 43 characters, as OpenSSH prints it.
    """

    type: str = ""
    fingerprint: str = ""

    @classmethod
    def of(cls, text: str) -> HostKey:
        """A key as written in the connection file or pasted; raises FixSettings for what is no SHA-256 fingerprint."""
        found = _PIN.fullmatch(text.strip())
        if text.strip() and found is None:
            raise FixSettings("PSC-SFTP-SETTING/host-key", where="destination.sftp.host_key", text=text.strip())
        return cls(found["type"] or "", found["print"]) if found else cls()

    def __str__(self) -> str:
        """As it stands in the connection file."""
        return f"{self.type} {self.fingerprint}".strip()


@dataclass(frozen=True)
class SftpServer:
    """A folder on a server, and how to get in.

    Attributes:
        host, port, user: where to sign in, as whom.
        folder: on the server; empty for the one in which the account arrives.
        accepted: the key that a person accepted; empty before that.
        sign_in: ``password`` or ``key``.
        key_file: path of the private key.
        secret: gives password or passphrase by their keys.
    """

    host: str
    user: str
    port: int = SSH_PORT
    folder: str = ""
    accepted: HostKey = HostKey()
    sign_in: Literal["password", "key"] = "password"
    key_file: str = ""
    secret: SecretOf = field(default=lambda _key: "", repr=False)

    @classmethod
    def of(cls, settings: Mapping[str, Any], secret: SecretOf) -> SftpServer:
        """The server of these settings; raises FixSettings for what can't be a server's name or a key."""
        host = str(settings["sftp.host"]).strip().removeprefix("sftp://").rstrip("/")
        if not _HOST.fullmatch(host):
            raise FixSettings("PSC-SFTP-SETTING/host", where="destination.sftp.host", text=host)
        port = settings["sftp.port"] or SSH_PORT
        if port > _LAST_PORT:
            raise FixSettings("PSC-SFTP-SETTING/port", where="destination.sftp.port", port=port)
        return cls(
            host,
            str(settings["sftp.user"]).strip(),
            port,
            str(settings["sftp.folder"]).strip(),
            HostKey.of(str(settings["sftp.host_key"])),
            settings["sftp.sign_in"],
            str(settings["sftp.key_file"]),
            secret,
        )

    @property
    def address(self) -> str:
        """As a person reads it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == SSH_PORT else f":{self.port}"
        return f"sftp://{host}{port}/{self.folder.strip('/')}"

    @property
    def same(self) -> str:
        """Names the folder the same way however its server's name was typed."""
        return f"sftp://{self.user}@{self.host.casefold()}:{self.port}/{self.folder.rstrip('/')}"

    def path(self, name: str) -> str:
        """A file's path on the server."""
        if not self.folder:
            return name
        return f"{self.folder.rstrip('/')}/{name}"


_LAST_PORT = 65_535
