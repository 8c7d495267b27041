"""Planted texts, and where they turn up: in any file below a folder, in every form in which programs write text."""

from __future__ import annotations

import base64
import email
import email.policy
import io
import json
import urllib.parse
import zipfile
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

_LEAST_BASE64 = 8


def forms_of(text: str) -> set[bytes]:
    """A text as it may stand in a file: plain, UTF-16, JSON- and URL-escaped, as HTML entities, as base64."""
    plain = text.encode()
    forms = {plain, text.encode("utf-16-le"), text.encode("utf-16-be"), json.dumps(text)[1:-1].encode()}
    forms |= {urllib.parse.quote(text).encode(), urllib.parse.quote_plus(text).encode()}
    forms.add("".join(one if ord(one) < 128 else f"&#{ord(one)};" for one in text).encode())
    forms.add(plain.hex().encode())
    for content in (plain, text.encode("utf-16-le")):
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + content)
            # The first and last letters depend on what stands before and after.
            inner = coded[(0, 2, 3)[offset] : -4]
            if len(inner) >= _LEAST_BASE64:
                forms |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return forms


def leaks(folder: Path, canaries: Collection[str], besides: Collection[Path] = ()) -> list[str]:
    """``FILE: CANARY`` for each planted text in a file below the folder, but for these files and folders.

    Archives, compressed streams (as in a PDF) and mails are looked into.
    """
    forms = {canary: forms_of(canary) for canary in canaries}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file() or any(path == one or path.is_relative_to(one) for one in besides):
            continue
        contents = [str(path.relative_to(folder)).encode(), *_contents(path.read_bytes())]
        found += [
            f"{path.relative_to(folder)}: {canary}"
            for canary, looks in forms.items()
            if any(form in content for content in contents for form in looks)
        ]
    return found


def _contents(content: bytes) -> Iterator[bytes]:
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from _contents(archive.read(name))
    if content.startswith(b"%PDF"):
        for piece in content.split(b"stream")[1:]:
            try:
                yield zlib.decompressobj().decompress(piece.lstrip(b"\r\n"))
            except zlib.error:
                continue
    if b"\nMIME-Version:" in content.replace(b"\r", b""):
        message = email.message_from_bytes(content, policy=email.policy.default)
        yield str(message["Subject"]).encode()
        for part in message.walk():
            if not part.is_multipart():
                yield bytes(part.get_payload(decode=True) or b"")
