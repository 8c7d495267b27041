"""Reads XML from outside: no document type, so no entities of its own either."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NoReturn
from xml.parsers import expat


class UnsafeXmlError(ValueError):
    """The text is no well-formed XML, or carries a document type."""


def parse_xml(data: bytes) -> ET.Element:
    """Return the root element.

    A first pass looks at the document alone, whatever its encoding, and stops at a document type before anything in it
    is read; only then the tree is built.

    Raises:
        UnsafeXmlError: for anything that is not well formed, or has a DOCTYPE.

    """
    guard = expat.ParserCreate()
    guard.StartDoctypeDeclHandler = _refuse_doctype
    try:
        guard.Parse(data, True)  # noqa: FBT003 - the signature is expat's
        return ET.fromstring(data)  # noqa: S314 - guarded by the pass above
    except (expat.ExpatError, ET.ParseError, LookupError) as error:
        message = f"is not well-formed XML ({error})"
        raise UnsafeXmlError(message) from error


def _refuse_doctype(*_: object) -> NoReturn:
    message = "has a DOCTYPE, which is not allowed"
    raise UnsafeXmlError(message)


def local_name(tag: str) -> str:
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]
