"""Reads a submitted form: its fields and files."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from psconnect.demo.server.messages import Request


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form by name, in the order sent, and the content of its files."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The last value of a field without surrounding blanks; empty if there is none."""
        return self.fields.get(name, [""])[-1].strip()

    def number(self, name: str, label: str, least: int = 0) -> int:
        """The whole number in a field.

        Raises:
            ValueError: for anything else, with a sentence that names the field by its label.

        """
        text = self.text(name)
        if not text.isdecimal() or len(text) > 9 or int(text) < least:  # noqa: PLR2004 - beyond any sensible number
            message = f"{label} is a whole number from {least:,} on, not “{text[:20]}”."
            raise ValueError(message)
        return int(text)


def read_form(request: Request) -> Form:
    """Read the body of a POST, in either of the two ways browsers send forms."""
    kind = request.headers.get("content-type", "")
    if kind.lower().startswith("multipart/form-data"):
        return _multipart(kind, request.body)
    return Form(parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _multipart(kind: str, body: bytes) -> Form:
    """Read the parts; a body without parts gives an empty form."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    form = Form()
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is None:
            form.fields.setdefault(name, []).append(content.decode("utf-8", "replace"))
        elif content:
            form.files[name] = content
    return form
