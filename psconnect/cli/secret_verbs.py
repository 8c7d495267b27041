"""Secrets on the command line: stored from standard input, listed without values, removed."""

from __future__ import annotations

import argparse
import codecs
import sys

from psconnect.cli import codes, output
from psconnect.service import SecretPlace, Service
from psconnect.wording.catalogue import tr


def list_secrets(service: Service, options: argparse.Namespace) -> int:
    """List the secrets that a connection uses and where each is kept, never its value."""
    found = service.secrets_of(options.name)
    if options.json:
        rows = [{"key": one.key, "label": one.label, "required": one.required, "place": one.place} for one in found]
        output.document({"secrets": rows})
        return codes.DONE
    table = [(tr("Secret"), tr("What it is"), tr("Where it is"))]
    table += [(one.key, one.label, secret_place(one.place, required=one.required)) for one in found]
    output.table(table)
    return codes.DONE


def set_secret(service: Service, options: argparse.Namespace) -> int:
    """Store a secret from standard input."""
    service.set_secret(options.name, options.key, piped_secret())
    return _said(options, tr("The secret is kept in the keyring of this computer."))


def remove_secret(service: Service, options: argparse.Namespace) -> int:
    """Remove a secret."""
    service.remove_secret(options.name, options.key)
    return _said(options, tr("The secret is removed from this computer."))


def _said(options: argparse.Namespace, text: str) -> int:
    if options.json:
        output.document({"name": options.name, "key": options.key})
    else:
        output.result(text)
    return codes.DONE


def secret_place(place: SecretPlace, *, required: bool) -> str:
    """Where a secret is, in words."""
    if place == "environment":
        return tr("in an environment variable")
    if place:
        return tr("in the keyring") if place == "keyring" else tr("known until psconnect ends")
    return tr("missing") if required else tr("not set")


def piped_secret() -> str:
    """Standard input as text: typed, or from a pipe as UTF-8 or PowerShell's UTF-16."""
    if sys.stdin.isatty():
        output.say(tr("Paste the secret, then press Enter and Ctrl+D (Windows: Ctrl+Z, Enter):"))
    raw = getattr(sys.stdin, "buffer", None)
    if raw is None or sys.stdin.isatty():
        return sys.stdin.read()
    content: bytes = raw.read()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    return content.decode("utf-8", "surrogateescape")
