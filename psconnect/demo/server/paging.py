"""``page`` and ``pagesize`` (5.4, 10.2, 11.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psconnect.demo.server.messages import Refusal, message_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.messages import Reply, Request
    from psconnect.demo.server.quirks import Quirks


@dataclass(frozen=True, slots=True)
class Page:
    """The rows to return: ``size`` of them after ``offset``; a size of None means all."""

    offset: int
    size: int | None


def read_page(
    request: Request,
    maximum: int,
    quirks: Quirks,
    *,
    unlimited: bool,
    refuse: Callable[[int, str], Reply] = message_reply,
) -> Page:
    """Read the page that a call asks for.

    Args:
        request: the call.
        maximum: the plugin's page size, also the default.
        quirks: what happens beyond the maximum.
        unlimited: whether ``pagesize=0`` means all rows (queries) or nothing special (tables).
        refuse: makes the answer to an invalid page, in the error shape of the family.

    Raises:
        Refusal: 400 for an invalid page.

    """
    try:
        return _page(request, maximum, quirks, unlimited=unlimited)
    except _NoPageError as error:
        raise Refusal(refuse(400, str(error))) from error


class _NoPageError(ValueError):
    """The requested page is invalid."""


def _page(request: Request, maximum: int, quirks: Quirks, *, unlimited: bool) -> Page:
    size = _number(request, "pagesize", maximum)
    if size == 0 and unlimited:
        return Page(0, None)
    page = _number(request, "page", 1)
    if page < 1:
        message = "Invalid page: pages are counted from 1"
        raise _NoPageError(message)
    if size > maximum and quirks.oversize_page == "refuse":
        message = f"Invalid pagesize: the maximum is {maximum}"
        raise _NoPageError(message)
    size = min(size or maximum, maximum)
    return Page((page - 1) * size, size)


def _number(request: Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > 9:  # noqa: PLR2004 - more digits than any page has
        message = f"Invalid {name}: {text[:20]} is not a number"
        raise _NoPageError(message)
    return int(text)
