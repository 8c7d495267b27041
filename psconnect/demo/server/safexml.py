"""Reads untrusted XML: without document type, and so without entities."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import NoReturn
from xml.parsers import expat


class UnsafeXmlError(ValueError):
    """The text is not well-formed XML, or has a document type."""


def parse_xml(data: bytes) -> ET.Element:
    """Return the root element.

    A first pass, in any encoding, stops at a document type before reading its content; only then is the tree built.

    Raises:
        UnsafeXmlError: if it is not well formed or has a DOCTYPE.

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
