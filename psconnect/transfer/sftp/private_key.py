"""A private key for signing in, from its file."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import asyncssh

from psconnect.model.errors import FixSettings

_LARGEST = 100_000  # bytes; a key of 16,384 bits has some 13,000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private_key(file: str, passphrase: str) -> asyncssh.SSHKey:
    """The key of a file in OpenSSH's, PKCS#1 or PKCS#8 format; raises FixSettings that says what is wrong with it."""
    path = Path(file).expanduser()
    try:
        content = path.read_bytes()[:_LARGEST]
        # Windows has no such bits; there, a user's folder is closed to others.
        others = os.name == "posix" and path.stat().st_mode & _OTHERS
    except OSError as error:
        raise _wrong("PSC-SFTP-KEY/missing", path, reason=error.strerror or type(error).__name__) from None
    if others:
        raise _wrong("PSC-SFTP-KEY/open", path)
    try:
        return asyncssh.import_private_key(content, passphrase or None)
    except asyncssh.KeyEncryptionError:
        raise _wrong("PSC-SFTP-KEY/passphrase", path) from None
    except (asyncssh.KeyImportError, ValueError):
        raise _wrong(_key(content, passphrase), path) from None


def _key(content: bytes, passphrase: str) -> str:
    """Why a file can't be used as a private key."""
    if content.startswith(b"PuTTY-User-Key-File"):
        return "PSC-SFTP-KEY/putty"
    if content.lstrip().startswith((b"ssh-", b"ecdsa-", b"sk-", b"---- BEGIN SSH2 PUBLIC", b"-----BEGIN PUBLIC")):
        return "PSC-SFTP-KEY/public"
    if b"PRIVATE KEY" in content and not passphrase and b"ENCRYPTED" in content:
        return "PSC-SFTP-KEY/no-passphrase"
    try:
        asyncssh.import_private_key(content, passphrase or "?")
    except asyncssh.KeyEncryptionError:
        return "PSC-SFTP-KEY/passphrase" if passphrase else "PSC-SFTP-KEY/no-passphrase"
    except (asyncssh.KeyImportError, ValueError):
        return "PSC-SFTP-KEY/unreadable"
    return "PSC-SFTP-KEY/no-passphrase"


def _wrong(key: str, path: Path, **values: str) -> FixSettings:
    error = FixSettings(key, where="destination.sftp.key_file")
    error.values = {"path": str(path), **values}
    return error
