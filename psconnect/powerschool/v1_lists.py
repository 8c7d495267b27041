"""Reads a list of ``/ws/v1`` completely, or says why not.

Pages are counted from the beginning (docs/powerschool.md 5.4). So a row deleted during the reading hides another one,
and a new row makes the count right again. Therefore a list of several pages is read twice, the second time only for
its ids: it is complete if the counts before and after and both readings agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from psconnect.powerschool import answers
from psconnect.powerschool import v1_wire as wire
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.reader import PageFailed, two_rows

_MOST_PAGES = 100_000


@dataclass(frozen=True)
class ListPath:
    """A list of ``/ws/v1``.

    Attributes:
        path: its path.
        singular: the name of one item; the list's name has an ``s`` (5.1).
        label: its display name.
        size: rows per page, at most the plugin's maximum for this kind.
        q: the filter (5.5), empty for none.
        expansions, extensions: the further parts of each item.
    """

    path: str
    singular: str
    label: str
    size: int
    q: str = ""
    expansions: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()

    def params(self, page: int, *, bare: bool = False) -> dict[str, str]:
        """The parameters of a page's call; ``bare`` omits expansions and extensions."""
        params = {"page": str(page), "pagesize": str(self.size)}
        params |= {"q": self.q} if self.q else {}
        if not bare:
            params |= {"expansions": ",".join(self.expansions)} if self.expansions else {}
            params |= {"extensions": ",".join(self.extensions)} if self.extensions else {}
        return params


@dataclass
class Listing:
    """A complete list: its items by id, repeated ids, and the names of its expansions and extensions."""

    found: dict[int, wire.Item] = field(default_factory=dict)
    repeats: list[int] = field(default_factory=list)
    expansions: frozenset[str] = frozenset()
    extensions: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[wire.Item]:
        """The items in id order."""
        return (self.found[key] for key in sorted(self.found))


@dataclass(frozen=True)
class ListReader:
    """Reads lists and single items of one server."""

    client: PowerSchoolClient

    def count(self, path: ListPath) -> int:
        """The server's count of the list's items, with the same filter."""
        params = {"q": path.q} if path.q else None
        what = f"the number of {path.label.lower()}"
        return self.client.read("GET", f"{path.path}/count", what, _decode_count, params=params)

    def one(self, path: str, singular: str, what: str) -> wire.Item:
        """A single item; raises FixSettings with PSC-ACCESS-NOT-FOUND if there is none."""
        return wire.block(self.client.read("GET", path, what, wire.decode).get(singular))

    def read(self, path: ListPath, *, count_first: bool = True) -> Listing:
        """The whole list; raises PageFailed if it can't be proved complete, BadRecord if an id has two items.

        Without ``count_first``, items are counted only afterwards, which is enough for a list that comes in one answer.
        """
        expected = self.count(path) if count_first else None
        listing = Listing()
        pages = 0
        if expected != 0:
            pages = self._pages(path, listing, expected or 0)
        counted = self.count(path)
        if pages > 1:
            again = Listing()
            self._pages(path, again, counted, bare=True)
            if again.found.keys() != listing.found.keys():
                raise PageFailed(f"two readings of {path.label.lower()} differ")
        if not len(listing.found) == counted == (counted if expected is None else expected):
            announced = counted if expected is None else expected
            came = f"{announced:,} of {path.label.lower()} were announced, {len(listing.found):,} came"
            raise PageFailed(f"{came}, {counted:,} are there now")
        return listing

    def _pages(self, path: ListPath, into: Listing, expected: int, *, bare: bool = False) -> int:
        """Read page after page; returns the number of pages requested.

        A full page and an empty one after it count as two: a row of the second may have moved to the first in between.
        """
        for number in range(1, _MOST_PAGES):
            wrapper = self._page(path, number, bare=bare)
            into.expansions |= wire.wire_names(wrapper.get("@expansions"))
            into.extensions |= wire.wire_names(wrapper.get("@extensions"))
            page = wire.items(wrapper.get(path.singular))
            before = len(into.found)
            self._take(path, page, into)
            if len(into.found) == before:
                return number
            if len(page) < path.size and len(into.found) >= expected:
                return number
        raise PageFailed(f"{path.label.lower()} have no last page")

    def _page(self, path: ListPath, number: int, *, bare: bool) -> wire.Item:
        plural = f"{path.singular}s"

        def decode(body: bytes) -> wire.Item:
            answer = wire.decode(body)
            if plural not in answer:
                raise msgspec.ValidationError(f"{plural} is missing")
            return wire.block(answer[plural])

        return self.client.read("GET", path.path, path.label.lower(), decode, params=path.params(number, bare=bare))

    def _take(self, path: ListPath, page: Iterable[wire.Item], into: Listing) -> None:
        for item in page:
            id_ = wire.text(item.get("id"))
            if not id_.isdecimal():
                raise answers.drifted(self.client.host, path.label.lower(), "an id is not a whole number")
            key = int(id_)
            if key not in into.found:
                into.found[key] = item
            elif into.found[key] == item:
                into.repeats.append(key)
            else:
                raise two_rows(path.label, path.path, key)


def _decode_count(body: bytes) -> int:
    text = wire.at(wire.decode(body), "resource.count")
    if not text.isdecimal():
        raise msgspec.ValidationError("resource.count is not a whole number")
    return int(text)
