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
        raise _wrong("missing", path, reason=error.strerror or type(error).__name__) from None
    if others:
        raise _wrong("open", path)
    try:
        return asyncssh.import_private_key(content, passphrase or None)
    except asyncssh.KeyEncryptionError:
        raise _wrong("passphrase", path) from None
    except (asyncssh.KeyImportError, ValueError):
        raise _wrong(_case(content, passphrase), path) from None


def _case(content: bytes, passphrase: str) -> str:
    """Why a file can't be used as a private key."""
    if content.startswith(b"PuTTY-User-Key-File"):
        return "putty"
    if content.lstrip().startswith((b"ssh-", b"ecdsa-", b"sk-", b"---- BEGIN SSH2 PUBLIC", b"-----BEGIN PUBLIC")):
        return "public"
    if b"PRIVATE KEY" in content and not passphrase and b"ENCRYPTED" in content:
        return "no-passphrase"
    try:
        asyncssh.import_private_key(content, passphrase or "?")
    except asyncssh.KeyEncryptionError:
        return "passphrase" if passphrase else "no-passphrase"
    except (asyncssh.KeyImportError, ValueError):
        return "unreadable"
    return "no-passphrase"


def _wrong(case: str, path: Path, **values: str) -> FixSettings:
    error = FixSettings(f"PSC-SFTP-KEY/{case}", where="destination.sftp.key_file")
    error.values = {"path": str(path), **values}
    return error
