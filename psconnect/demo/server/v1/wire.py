"""Writes answers of ``/ws/v1``: an XML tree, converted to JSON as Jettison does it (5.1 to 5.3).

An element is a text, its inner elements by name, or a list if it is repeated. Names that begin with ``@`` are
attributes. Missing values are not in the tree; an empty element is an empty dict.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from xml.etree import ElementTree as ET

from psconnect.demo.server.messages import Reply
from psconnect.demo.server.values import wire_text

if TYPE_CHECKING:
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

#: The nodes of a tree; numbers represent their texts.
Element = str | int | float | bool | list[Any] | dict[str, Any]

_LONG: Final = re.compile(r"-?[0-9]{1,19}")
_DOUBLE: Final = re.compile(r"-?[0-9]+\.[0-9]+(E-?[0-9]+)?")
_LONGEST: Final = 2**63
_PLAIN_FROM, _PLAIN_TO = 1e-3, 1e7
#: Elements whose single occurrence is a list if ``single_field_as_object`` is off.
_FIELD: Final = "_field"
_encode: Final = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


@lru_cache(maxsize=1 << 16)
def typed(text: str) -> str | int | float | bool:
    """The JSON value of a text by Jettison's default rule: a number only if Java prints it unchanged (5.3)."""
    if not text or not (text[0] == "-" or text[0].isdigit()):
        return {"true": True, "false": False}.get(text, text)
    if _LONG.fullmatch(text):
        number = int(text)
        if -_LONGEST <= number < _LONGEST:
            return number if str(number) == text else text
    if _DOUBLE.fullmatch(text):
        double = float(text)
        if math.isfinite(double) and _java_text(double) == text:
            return double
    return text


def _java_text(double: float) -> str:
    """A double as Java's Double.toString prints it."""
    if double == 0 or _PLAIN_FROM <= abs(double) < _PLAIN_TO:
        return repr(double)
    sign = "-" if double < 0 else ""
    mantissa, _, power = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    exponent = int(power or 0) + len(whole) - 1 - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    return f"{sign}{digits[0]}.{digits[1:] or '0'}E{exponent}"


def text_of(value: str | float) -> str:
    """The text of a leaf in XML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else wire_text(value)


def _number(value: Any) -> Any:
    """The JSON value of a leaf that isn't text; a whole number stays, as its digits would become it again."""
    return value if type(value) is not float else typed(wire_text(value))


def to_json(element: Element, quirks: Quirks) -> Any:
    """The JSON value of an element: a repeated one that occurs once isn't a list, an empty one is ``""``."""
    leaves = _Leaves(typed, _number) if quirks.v1_typing else _Leaves(str, text_of)
    return _value(element, leaves, lists=() if quirks.single_field_as_object else (_FIELD,))


class _Leaves(NamedTuple):
    """Functions that make the JSON values of texts and of other leaves."""

    text: Callable[[str], Any]
    other: Callable[[Any], Any]


def _value(element: Any, leaves: _Leaves, lists: tuple[str, ...]) -> Any:
    if type(element) is not dict:
        return leaves.text(element) if type(element) is str else leaves.other(element)
    if not element:
        return ""
    text, other = leaves
    answer = {}
    for name, child in element.items():
        kind = type(child)
        if kind is str:
            answer[name] = text(child)
        elif kind is dict:
            answer[name] = _value(child, leaves, lists)
        elif kind is not list:
            answer[name] = other(child)
        elif len(child) == 1 and name not in lists:
            answer[name] = _value(child[0], leaves, lists)
        elif child:
            answer[name] = [_value(one, leaves, lists) for one in child]
    return answer


def to_xml(name: str, element: Element) -> bytes:
    """The same tree as an XML document whose root has this name."""
    document: bytes = ET.tostring(_xml(name, element), encoding="utf-8", xml_declaration=True)
    return document


def _xml(name: str, element: Any) -> ET.Element:
    node = ET.Element(name)
    if not isinstance(element, dict):
        node.text = _xml_text(text_of(element))
        return node
    for child_name, child in element.items():
        if child_name.startswith("@"):
            node.set(child_name[1:], _xml_text(text_of(child)))
            continue
        for one in child if isinstance(child, list) else [child]:
            node.append(_xml(child_name, one))
    return node


def _xml_text(text: str) -> str:
    """A text without control characters, which XML can't hold."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


def v1_reply(request: Request, status: int, name: str, element: Element, quirks: Quirks) -> Reply:
    """Answer with a tree whose root is ``name``, in the format the caller accepts (2)."""
    if _wants_xml(request, quirks):
        return Reply(status, to_xml(name, element), {"Content-Type": "application/xml;charset=UTF-8"})
    body = _encode({name: to_json(element, quirks)})
    return Reply(status, body.encode(), {"Content-Type": "application/json;charset=UTF-8"})


def v1_message(status: int, message: str) -> Reply:
    """Answer with the error shape of ``/ws/v1`` (17)."""
    body = _encode({"errorMessage": {"message": message}})
    return Reply(status, body.encode(), {"Content-Type": "application/json;charset=UTF-8"})


def _wants_xml(request: Request, quirks: Quirks) -> bool:
    accepted = request.headers.get("accept")
    if accepted is None:
        return quirks.v1_without_accept == "xml"
    kinds = {part.partition(";")[0].strip().lower() for part in accepted.split(",")}
    return bool(kinds & {"application/xml", "text/xml"}) and not kinds & {"application/json", "*/*", "application/*"}
